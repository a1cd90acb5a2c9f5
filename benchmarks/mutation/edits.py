"""What a mutant is, and how edits make one out of a text. Each language has a module that finds the edits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement in the UTF-8 bytes of a text: those from `start` up to `end` become `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """A small bug: the name of the operator that plants it, edits that do not overlap, and which statement it is in.

    `place` is the byte range of the innermost statement that is changed (of the header of a compound one).
    """

    operator: str
    edits: tuple[Edit, ...]
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated text, which operator made it, and the lines (from 1) where the changed statement stood and stands.

    A deleted statement stands nowhere in the new text: `new_lines` are then those around the place.
    """

    operator: str
    text: str
    old_lines: tuple[int, int]
    new_lines: tuple[int, int]
    shown: str = ""


def apply(text: str, mutations: Iterable[Mutation]) -> Iterator[Mutant]:
    """The mutants of a text."""
    data = text.encode()
    for mutation in mutations:
        pieces, at = [], 0
        for edit in sorted(mutation.edits, key=lambda e: (e.start, e.end)):
            pieces += [data[at : edit.start], edit.new.encode()]
            at = edit.end
        new = b"".join([*pieces, data[at:]])
        start = min(mutation.place[0], *[e.start for e in mutation.edits])
        end = max(mutation.place[1], *[e.end for e in mutation.edits])
        new_end = end + len(new) - len(data)
        yield Mutant(
            mutation.operator,
            new.decode(),
            lines_of(data, start, end),
            lines_of(new, start, max(start, new_end)),
            f"{_short(data[start:end])} => {_short(new[start:new_end])}",
        )


def lines_of(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The first and last line, from 1, of a range of bytes."""
    return data.count(b"\n", 0, start) + 1, data.count(b"\n", 0, max(start, end - 1)) + 1


def _short(data: bytes) -> str:
    text = " ".join(data.decode("utf-8", "replace").split())
    return text if len(text) <= 100 else text[:97] + "..."
