"""What a diff viewer is to prediff: a name, and how it is called for two files or two folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.programs import find_program
from prediff.users_git import own_environment

CANNOT_RUN = 127
"""The exit code of difftool at which git stops."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a viewer is to show: two files, one of which may be /dev/null, or two folders; all paths are absolute.

    title: what the pair is called, a path below the top of its repository. titles: what each side is called. These are
    printable. folder: one of our own, for the viewer to run in. compared: the folders that what is compared lies in; no
    program is taken from them. read_only: whether edits would be lost, since these are copies.
    """

    left: str
    right: str
    title: str
    folder: str
    folders: bool = False
    compared: tuple[str, ...] = ()
    titles: tuple[str, str] = ("left", "right")
    read_only: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A process: its words, of which the first is the full path of a program, its folder and its environment."""

    words: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]


class Viewer(Protocol):
    """One diff viewer.

    git_name: what git calls it, "" where it does not know it. takes_null: whether /dev/null can stand for a side that
    is missing. It gets an empty file otherwise.
    """

    @property
    def name(self) -> str: ...

    @property
    def git_name(self) -> str: ...

    @property
    def takes_null(self) -> bool: ...

    def call(self, opened: Opened) -> Call:
        """How it is called. Raises ToolError where it cannot be."""
        ...

    def judged(self, code: int) -> int:
        """The exit code for git of one of the viewer's, 0 or more: 0 once it ran, whatever it found.

        Raises ToolError where its code says that it showed nothing.
        """
        ...


Finder: TypeAlias = Callable[[Sequence[str]], str | None]
"""Gives the full path of a program that lies in none of some folders."""


def on_path(*names: str) -> Finder:
    """Finds the first of some programs that a folder of PATH has."""

    def find(outside: Sequence[str]) -> str | None:
        return next((path for name in names if (path := find_program(name, outside))), None)

    return find


def anywhere(*finders: Finder) -> Finder:
    """Finds what the first of some others finds."""

    def find(outside: Sequence[str]) -> str | None:
        return next((path for finder in finders if (path := finder(outside))), None)

    return find


def at(*paths: str) -> Finder:
    """Finds the first file of some that are named whole, such as one in an application of macOS; ~ is the home."""

    def find(outside: Sequence[str]) -> str | None:
        return next((path for one in paths if os.path.isfile(path := os.path.expanduser(one))), None)

    return find


def in_program_files(*parts: str) -> Finder:
    """Finds a program of Windows by its path below one of the folders that programs are installed in."""

    def find(outside: Sequence[str]) -> str | None:
        tops = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
        return at(*(os.path.join(top, *parts) for top in tops if top))(outside)

    return find


def in_registry(keys: Sequence[str], value: str, beside: str | None = None) -> Finder:
    """Finds the program that the registry of Windows names, the user's own first, or one `beside` it."""

    def find(outside: Sequence[str]) -> str | None:
        for key in keys:
            for path in registry_values(key, value):
                found = os.path.join(os.path.dirname(path), beside) if beside else path
                if os.path.isfile(found):
                    return found
        return None

    return find


def registry_values(key: str, value: str) -> list[str]:
    """What a value of a key is, for the user and for the machine; nothing where there is no registry."""
    if sys.platform != "win32":
        return []
    import winreg

    found = []
    for top in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE):
        try:
            with winreg.OpenKey(top, key) as opened:
                found.append(str(winreg.QueryValueEx(opened, value)[0]))
        except OSError:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Program:
    """A viewer that prediff calls itself.

    label: what people call it. arguments: the words after its own. find: where it is. aliases: other names of it.
    folders: whether it opens two folders. titles: whether it can be told what the sides are called.
    read_only: whether it can be told that nothing is to be edited. waits: whether the call is known to last until the
    user is done. windowed: whether it needs a screen. chosen: whether it is taken where the user named none.
    tried: whether it was run for real. troubles: exit codes that say that it showed nothing, with what they mean.
    """

    name: str
    label: str
    arguments: Callable[[Opened], Sequence[str]]
    find: Finder
    git_name: str = ""
    aliases: tuple[str, ...] = ()
    folders: bool = False
    titles: bool = False
    read_only: bool = False
    waits: bool = False
    windowed: bool = True
    chosen: bool = True
    takes_null: bool = False
    tried: bool = False
    troubles: Mapping[int, str] | None = None
    path: str | None = None

    def call(self, opened: Opened) -> Call:
        if opened.folders and not self.folders:
            raise ToolError(f"{self.label} shows no folders: name another viewer, or compare two files")
        outside = (opened.folder, *opened.compared)
        program = find_program(self.path, outside) if self.path else self.find(outside)
        if program is None:
            raise ToolError(
                f"{self.label} is not found ({self.path or self.name}): install it, or name another viewer"
            )
        words = (program, *self.arguments(opened))
        check_batch(self.label, words)
        return Call(words, opened.folder, own_environment(opened.folder, opened.compared))

    def judged(self, code: int) -> int:
        if self.troubles and code in self.troubles:
            raise ToolError(f"{self.label} showed nothing: {self.troubles[code]} (its exit code is {code})")
        return 0


_BATCH_STEERS = frozenset('&|<>^%!"\r\n')


def check_batch(label: str, words: Sequence[str]) -> None:
    """Raise ToolError where a batch file of Windows would get a word that its shell reads as more than a word."""
    if words[0].lower().endswith((".bat", ".cmd")):
        bad = next((word for word in words[1:] if _BATCH_STEERS & set(word)), None)
        if bad is not None:
            raise ToolError(f"{label} is a batch file, which cannot be given {bad!r}: name another viewer")
