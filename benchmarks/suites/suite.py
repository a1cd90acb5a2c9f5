"""What a suite of tests is: a tree of source files, of which copies are made, and runs of tests against a copy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

UNTOUCHED = "untouched"
"""The copy that was not normalized, beside those that are named like a level."""

REPORT = "{report}"
"""Stands in the arguments of a run for the file that the JUnit report is written to."""


class SuiteError(Exception):
    """Something that keeps a suite from being run at all, in one line that says what to do."""


IMPORTED = (
    ("exports-unread", "its modules import names from each other, and the tests import them from all"),
)
"""What a library of several modules contradicts, see `Tree.refused`."""


@dataclass(frozen=True, slots=True)
class Tree:
    """Source files of which copies are made below `copies`, one for each level.

    copied: the names in `source` to copy. normalized: the files and folders of a copy to normalize; () is all of it.
    added: (path, text) of files that are written to each copy besides. refused: assumptions that the code is known to
    contradict, with the reason; they are refused at every level.
    """

    name: str
    source: Path
    copies: Path
    copied: tuple[str, ...]
    normalized: tuple[str, ...] = ()
    added: tuple[tuple[str, str], ...] = ()
    refused: tuple[tuple[str, str], ...] = IMPORTED

    def folder(self, level: str) -> Path:
        return self.copies / level


@dataclass(frozen=True, slots=True)
class Part:
    """One run of tests.

    arguments: those for the interpreter. imports: the modules that it tests, which must come from the copy. blocked:
    modules that cannot be imported during it.
    """

    name: str
    arguments: tuple[str, ...]
    imports: tuple[str, ...]
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests of one library or package.

    kind: stdlib or package. python: the interpreter that runs them. first_on_path: where a copy keeps what is
    imported, relative to it. in_copy: whether the tests stand in the copy, and are run there. modules: how many are
    tested.
    """

    name: str
    version: str
    kind: str
    python: str
    tree: Tree
    first_on_path: str
    parts: tuple[Part, ...]
    in_copy: bool
    modules: int
