"""What a diff viewer is to prediff: a name, and how it is called for two files or two folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Opened:
    """What a viewer is to show: two files, one of which may be /dev/null, or two folders; all paths are absolute.

    title: what the pair is called, printable. folder: one of our own, for the viewer to run in. compared: the folders
    that what is compared lies in; no program is taken from them.
    """

    left: str
    right: str
    title: str
    folder: str
    folders: bool = False
    compared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A process: its words, of which the first is the full path of a program, its folder and its environment."""

    words: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]


class Viewer(Protocol):
    """One diff viewer.

    waits: whether the call is known to last until the user is done with it. shows_titles: whether it can be told what
    the two sides are called.
    """

    @property
    def name(self) -> str: ...

    @property
    def waits(self) -> bool: ...

    @property
    def shows_titles(self) -> bool: ...

    def call(self, opened: Opened) -> Call:
        """How it is called. Raises ToolError where it cannot be."""
        ...
