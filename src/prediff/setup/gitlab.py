"""GitLab: a job that tells for each merge request which files change in logic."""

from __future__ import annotations

from prediff import __version__
from prediff.setup.ci import places_of, plan_file
from prediff.setup.target import Choices, Place, Plan, Target

NAME = ".gitlab-ci.yml"

JOB = f"""\
# Which files of a merge request change in logic, in the widget for code quality.
# To let it fail where something differs, take out `|| test $? -eq 1`.
prediff:
  image: python:3
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"
  script:
    - python -m pip install 'prediff=={__version__}'
    - prediff check "$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA" --gitlab prediff.json || test $? -eq 1
  artifacts:
    reports:
      codequality: prediff.json
"""


def plan(choices: Choices) -> Plan:
    return plan_file(NAME, JOB)


def places(scope: str) -> tuple[Place, ...]:
    return places_of(NAME)


TARGET = Target(
    name="gitlab", summary=f"a job, {NAME}", scopes=("local",), plan=plan, places=places, program="git"
)
