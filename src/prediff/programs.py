"""Where another program stands: what is compared brings none of its own."""

from __future__ import annotations

import os
from collections.abc import Sequence


def find_program(name: str, outside: Sequence[str] = ()) -> str | None:
    """The full path of a program, or None. A `name` that is a path already is taken as it is.

    Only absolute folders of PATH are searched, and neither the current one nor those in `outside`: a system that
    looks in the current folder first would run a program out of the files that are compared.
    """
    from shutil import which

    if os.path.isabs(name):
        return name
    for folder in _searched(outside):
        found = which(os.path.join(folder, name))
        if found:
            return found
    return None


def search_path(outside: Sequence[str] = ()) -> str:
    """The PATH for another program: its folders as `find_program` searches them, so that it finds what we would."""
    return os.pathsep.join(_searched(outside))


def _searched(outside: Sequence[str]) -> list[str]:
    refused = {os.path.realpath(folder or ".") for folder in (".", *outside)}
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return [f for f in folders if os.path.isabs(f) and os.path.realpath(f) not in refused]
