"""How other programs call prediff: by its name where that is found, else by the interpreter that runs now."""

from __future__ import annotations

import os
import sys
from shlex import quote

from prediff.programs import find_program


def words() -> list[str]:
    """The words of a command that runs prediff. -P: no file of the folder that it is called in is imported."""
    if find_program("prediff"):
        return ["prediff"]
    return [os.path.abspath(sys.executable), "-P", "-m", "prediff"]


def absolute_words() -> list[str]:
    """The same by the full path of the program, for one that is started from a desktop with a PATH of its own."""
    first, *rest = words()
    return [find_program(first) or first, *rest]


def command(*arguments: str) -> str:
    """A command line for sh."""
    return " ".join(quote(word) for word in [*words(), *arguments])


def program_of(line: str) -> str | None:
    """The full path of the program that a command line for sh starts, None where it is not found."""
    from shlex import split

    try:
        first = split(line.removeprefix("!"))[:1]
    except ValueError:
        return None
    path = find_program(first[0]) if first else None
    return path if path and os.path.isfile(path) and os.access(path, os.X_OK) else None
