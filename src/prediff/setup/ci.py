"""What the targets for CI services share: a file of ours in the repository, written only where none stands yet."""

from __future__ import annotations

import os

from prediff.setup.git_config import check_git, top_folder
from prediff.setup.target import FileEdit, Place, Plan


def plan_file(name: str, text: str) -> Plan:
    """A plan that writes a file at a path below the top of the repository, or shows it where another one stands."""
    check_git()
    path, top = _at(name)
    edit = FileEdit(path, "whole", lambda data: text.encode() if data is None else data, top)
    if os.path.lexists(path) and not _is_text(path, text):
        note = f"{name} is there already, and stays as it is: add by hand what is shown"
        return Plan((edit,), (note,), text)
    return Plan((edit,))


def places_of(name: str) -> tuple[Place, ...]:
    path, top = _at(name)
    return ((path, "whole", top),)


def _at(name: str) -> tuple[str, str]:
    top = top_folder()
    return os.path.join(top, *name.split("/")), top


def _is_text(path: str, text: str) -> bool:
    try:
        with open(path, "rb") as file:
            return file.read(len(text) + 1) == text.encode()
    except OSError:
        return False
