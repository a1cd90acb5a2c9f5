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
    refused = {os.path.realpath(folder or ".") for folder in (".", *outside)}
    for folder in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder) and os.path.realpath(folder) not in refused:
            found = which(os.path.join(folder, name))
            if found:
                return found
    return None
