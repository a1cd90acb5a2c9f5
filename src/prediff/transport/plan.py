"""What the steps of the transport hand to each other: edits, and how coarsely to make them."""

from __future__ import annotations

from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.transport.script import Key
from prediff.tree import Node

Run = tuple[int, int]
"""The first and the last of some lines of one file."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `first` to `last` of the left file (none where `last` is `first - 1`) give way to `lines`.

    sources: of each new line the line of the right file that it came from. key: the entry or script that the edit says.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    sources: tuple[int, ...]
    key: Key


@dataclass(frozen=True, slots=True)
class Lines:
    """New lines, and for each the line of the right that it came from."""

    texts: tuple[str, ...] = ()
    sources: tuple[int, ...] = ()

    def __add__(self, other: Lines) -> Lines:
        return Lines(self.texts + other.texts, self.sources + other.sources)

    def trimmed(self) -> Lines:
        """Without the blank ones at the start."""
        blank = next((n for n, text in enumerate(self.texts) if text.strip()), len(self.texts))
        return Lines(self.texts[blank:], self.sources[blank:])

    def blank(self) -> Lines:
        """The blank ones alone."""
        kept = [n for n, text in enumerate(self.texts) if not text.strip()]
        return Lines(tuple([self.texts[n] for n in kept]), tuple([self.sources[n] for n in kept]))


@dataclass(slots=True)
class Plan:
    """What is to be said more coarsely, by the keys of entries and scripts.

    plain: changed statements whose parts are not merged. runs: blocks whose hunks are joined to one. whole: statements
    that are not gone into. bare: those that take nothing from the left. opened, forced: see `Comparison`. imports: see
    `Comparison.module`. retained: names that stay imported though only the left imports them.
    """

    plain: set[Key] = field(default_factory=set)
    runs: set[Key] = field(default_factory=set)
    whole: set[Key] = field(default_factory=set)
    bare: set[Key] = field(default_factory=set)
    opened: set[Key] = field(default_factory=set)
    forced: set[Key] = field(default_factory=set)
    imports: list[tuple[Node | None, Node]] = field(default_factory=list)
    retained: set[str] = field(default_factory=set)


class CoarserError(Exception):
    """A block cannot be edited as it is: it, or the entry around it, is to be said more coarsely."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.key = key
