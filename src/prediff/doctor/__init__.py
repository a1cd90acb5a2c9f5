"""What is installed, what is configured, and whether it works. Nothing of the current repository is run.

Each check is a function that gives rows; CHECKS lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prediff.doctor import configured, installed, working
from prediff.doctor.git import check_git
from prediff.doctor.model import check_model
from prediff.doctor.row import Row
from prediff.errors import PrediffError

__all__ = ["CHECKS", "Row", "examine"]

CHECKS: tuple[tuple[str, Callable[[], Iterable[Row]]], ...] = (
    ("python", installed.python),
    ("prediff", installed.command),
    ("libraries", installed.libraries),
    ("extras", installed.extras),
    ("programs", installed.programs),
    ("viewers", installed.viewers),
    ("configuration", configured.own),
    ("git", check_git),
    ("hg", configured.hg),
    ("svn", configured.svn),
    ("setup", configured.remembered),
    ("model", check_model),
    ("folders", configured.folders),
    ("compare", working.compare_pairs),
)


def examine() -> list[Row]:
    """All rows. A check that meets an error of the user's or a tool's gives that as its row."""
    rows: list[Row] = []
    for name, check in CHECKS:
        try:
            rows += check()
        except PrediffError as error:
            rows.append(Row("configured", name, "fail", str(error)))
    return rows
