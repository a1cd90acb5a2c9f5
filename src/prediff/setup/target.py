"""What a target of set-up is: a program, the files that are edited for it, and what the user is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from prediff.lean_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user chose. scope: global or local. options: words of `Target.options`. viewer: a tool's name."""

    scope: str = "global"
    options: frozenset[str] = frozenset()
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class FileEdit:
    """A file and what set-up makes of it.

    path: absolute, as the program looks for it; it may be a link. add: gives the bytes with our entries, whether or not
    others of ours are there already; None in is no file. format: how our entries are taken out again, a key of
    `formats.FORMATS`. inside: the folder that the file may not lead out of, where others may have made that folder.
    """

    path: str
    format: str
    add: Callable[[bytes | None], bytes]
    inside: str | None = None
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is done for one target. notes: what to know of it, a line each. shown: text to copy by hand."""

    edits: tuple[FileEdit, ...] = ()
    notes: tuple[str, ...] = ()
    shown: str = ""


Place: TypeAlias = tuple[str, str, str | None]
"""Path, format and `inside` of a file that entries of ours may stand in."""


@dataclass(frozen=True, slots=True)
class Target:
    """A program that can be set up.

    scopes: those it can be set up in, the usual one first; none where prediff only shows what to do.
    options: those that change what is written. plan: raises PrediffError where it cannot be set up here.
    places: all files of a scope that may hold entries of ours, for when nothing is remembered.
    """

    name: str
    summary: str
    scopes: tuple[str, ...]
    plan: Callable[[Choices], Plan]
    places: Callable[[str], tuple[Place, ...]] = lambda scope: ()
    options: frozenset[str] = frozenset()
    program: str | None = None
