"""Whole runs of commands, measured as an installed package gives them."""

from __future__ import annotations

import os


def environment(folder: str) -> dict[str, str]:
    """The environment of a measured command: Python keeps what it compiles, in `folder`.

    An installer compiles a package. Where a checkout runs, or the environment says that nothing is to be kept, each
    start would compile all that it imports again, which takes longer than the command.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": folder}
