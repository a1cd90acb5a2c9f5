"""Setting other programs up to use prediff, and undoing that byte for byte. Each is a file here and a row in TARGETS.

The only place that writes configuration of the user's: `edit` does, `state` remembers what was there before.
"""

from __future__ import annotations

from prediff.setup import beyond_compare, git, github, gitlab, hg, jj, lazygit, pre_commit, svn
from prediff.setup.changes import FileChange, apply, find_changes, is_edited, shown_path
from prediff.setup.state import Remembered, recall
from prediff.setup.target import Choices, Plan, Target

__all__ = [
    "TARGETS",
    "Choices",
    "FileChange",
    "Plan",
    "Target",
    "apply",
    "is_edited",
    "recall",
    "recalled",
    "set_up",
    "shown_path",
    "undo",
]

TARGETS: tuple[Target, ...] = (
    git.TARGET,
    hg.TARGET,
    svn.TARGET,
    jj.TARGET,
    lazygit.TARGET,
    beyond_compare.TARGET,
    pre_commit.TARGET,
    github.TARGET,
    gitlab.TARGET,
)


def set_up(target: Target, choices: Choices) -> tuple[Plan, list[FileChange]]:
    """What setting a target up does; nothing is written. Raises PrediffError where it cannot be done."""
    plan = target.plan(choices)
    records = recalled(target, choices.scope)
    places = target.places(choices.scope)
    return plan, find_changes(target.name, choices.scope, plan.edits, places, records)


def undo(target: Target, scope: str) -> list[FileChange]:
    """What takes a target's set-up back."""
    return find_changes(target.name, scope, (), target.places(scope), recalled(target, scope))


def recalled(target: Target, scope: str) -> list[Remembered]:
    """What is remembered of a target in a scope; of a local one, in the repository around the current folder."""
    found = [one for one in recall(target.name) if one.scope == scope]
    if scope == "local" and found:
        here = {path for path, _, _ in target.places(scope)}
        found = [one for one in found if one.path in here]
    return found
