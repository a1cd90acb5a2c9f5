"""GitHub: a workflow that tells for each pull request which files change in logic."""

from __future__ import annotations

from prediff import __version__
from prediff.setup.ci import places_of, plan_file
from prediff.setup.target import Choices, Place, Plan, Target

NAME = ".github/workflows/prediff.yml"

# What a stranger may have named reaches the shell as a variable, never as text of the script; and pip runs before the
# stranger's files are there.
WORKFLOW = f"""\
# Which files of a pull request change in logic, in the summary of the run.
# To let it fail where something differs, take out `|| test $? -eq 1`.
name: prediff
on: pull_request
permissions:
  contents: read
jobs:
  prediff:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: "3.x"
      - run: python -I -m pip install 'prediff=={__version__}'
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: false
      - env:
          BASE: ${{{{ github.event.pull_request.base.sha }}}}
          HEAD: ${{{{ github.event.pull_request.head.sha }}}}
        run: prediff check "$BASE...$HEAD" --no-pager --markdown - >> "$GITHUB_STEP_SUMMARY" || test $? -eq 1
"""


def plan(choices: Choices) -> Plan:
    return plan_file(NAME, WORKFLOW)


def places(scope: str) -> tuple[Place, ...]:
    return places_of(NAME)


TARGET = Target(
    name="github", summary=f"a workflow, {NAME}", scopes=("local",), plan=plan, places=places, program="git"
)
