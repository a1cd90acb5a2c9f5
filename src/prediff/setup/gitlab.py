"""GitLab: a job that tells for each merge request which files change in logic."""

from __future__ import annotations

from prediff import __version__
from prediff.setup.ci import places_of, plan_file
from prediff.setup.target import Choices, Place, Plan, Target

NAME = ".gitlab-ci.yml"

JOB = f"""\
# Which files of a merge request change in logic, in the widget for code quality.
# Where something differs the job ends with a warning; to let it fail, take out `allow_failure`.
prediff:
  image: python:3
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"
  allow_failure:
    exit_codes: [1]
  before_script:
    # From another folder, so that no module of the project is loaded.
    - cd / && python -I -m pip install --quiet 'prediff=={__version__}'
    - cd "$CI_PROJECT_DIR"
  script:
    - prediff check "$CI_MERGE_REQUEST_DIFF_BASE_SHA..$CI_COMMIT_SHA" --no-pager --gitlab prediff.json
  artifacts:
    when: always
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
