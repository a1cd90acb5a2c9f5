"""What the page has to show of one side: its original and its shown lines, each in pieces, and how the two relate.

A *slot* is a place in the diff of the shown texts: equal lines share one, and so do the first, second, … lines of what
was replaced. Each line of either text of either side has a slot, by which the panes scroll and unfold together.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.model import LineMap
from prediff.reports.escaping import printable
from prediff.reports.hunks import Change, Range, changed_words
from prediff.reports.syntax import Colored

MAX_COLORED = 5_000
"""A longer line is one piece."""

_KINDS = {"comment": "c", "string": "s", "number": "n", "keyword": "k", "definition": "d"}
_MARKED, _ESCAPED, _NOTE = "m", "x", "z"

Piece = tuple[str, str]
"""The letters of what it is, and printable text."""


@dataclass(slots=True)
class Table:
    """The lines of the page, each once: most stand in two texts or more."""

    rows: list[list[str]] = field(default_factory=list)
    _at: dict[tuple[Piece, ...], int] = field(default_factory=dict)

    def add(self, pieces: Sequence[Piece]) -> int:
        key = tuple(pieces)
        if key not in self._at:
            self._at[key] = len(self.rows)
            self.rows.append([word for piece in pieces for word in piece])
        return self._at[key]


@dataclass(slots=True)
class Text:
    """One of the four texts: for each line its row in the table, its number in the file (0 for none), its slot, and
    one letter for what it is.
    """

    rows: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    what: str = ""


def slots_of(changes: Sequence[Change]) -> tuple[tuple[list[int], list[int]], list[Range]]:
    """For each line of the two shown texts its slot, and for each change its slots."""
    slots: tuple[list[int], list[int]] = ([], [])
    ranges, done = [], 0
    for change in changes:
        sizes = [end - start for start, end in (change.left, change.right)]
        for side, size in zip(slots, sizes, strict=True):
            side += range(done, done + size)
        ranges.append((done, done + max(sizes)))
        done += max(sizes)
    return slots, ranges


def rows_of_lines(line_map: LineMap, count: int, lines: int) -> list[int]:
    """For each of `lines` lines of a source the row of the shown text that it is in, by the narrowest; -1 for none.

    Rows that came from the same lines share them out, since a string over many lines is mapped as a whole.
    """
    found = [-1] * lines
    rows: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row, source in enumerate(line_map.lines[:count]):
        if source[0]:
            rows[source].append(row)
    for first, last in sorted(rows, key=lambda pair: (pair[0] - pair[1], pair)):
        own, stop = rows[first, last], min(last, lines)
        size = last - first + 1
        found[first - 1 : stop] = [own[i * len(own) // size] for i in range(stop - first + 1)]
    return found


def numbers_of(line_map: LineMap, count: int) -> list[int]:
    """The number to show at each row of a shown text: where it starts in the source, once."""
    if not line_map.lines:
        return list(range(1, count + 1))
    found: list[int] = []
    for row in range(count):
        source = line_map.lines[row] if row < len(line_map.lines) else (0, 0)
        again = row and source == line_map.lines[row - 1]
        found.append(0 if again else source[0])
    return found


def nearest(rows: Sequence[int], slots: Sequence[int]) -> list[int]:
    """The slot of each line of a source: that of its row, else that of the line that follows."""
    found = [slots[row] if row >= 0 else -1 for row in rows]
    following = -1
    for at in reversed(range(len(found))):
        following = found[at] = found[at] if found[at] >= 0 else following
    before = 0
    for at, slot in enumerate(found):
        before = found[at] = slot if slot >= 0 else before
    return found


def pieces(line: str, colors: Sequence[Colored], marks: Sequence[Range]) -> list[Piece]:
    """A line in pieces of one kind each, printable, with the words that changed marked; its newline left out."""
    body = line.removesuffix("\n")
    edges = {0, len(body)}
    if len(body) <= MAX_COLORED:
        edges |= {column for start, end, _ in colors for column in (start, end)}
    edges |= {min(column, len(body)) for mark in marks for column in mark}
    at = sorted(edges)
    found: list[Piece] = []
    tokens, changed = list(colors)[::-1], list(marks)[::-1]
    for start, end in itertools.pairwise(at):
        while tokens and tokens[-1][1] <= start:
            tokens.pop()
        while changed and changed[-1][1] <= start:
            changed.pop()
        kind = _KINDS[tokens[-1][2]] if tokens and tokens[-1][0] <= start and end <= tokens[-1][1] else ""
        kind += _MARKED if changed and changed[-1][0] <= start else ""
        found += _visible(body[start:end], kind)
    if body == line:
        found.append((_NOTE, "no newline at end of file"))
    return found


def _visible(text: str, kind: str) -> Iterator[Piece]:
    """Printable text, with what stands for a character that cannot be seen in a piece of its own."""
    if text.isprintable():
        yield kind, text
        return
    run = ""
    for character in text:
        if character.isprintable() or character == "\t":
            run += character
            continue
        if run:
            yield kind, run
        run = ""
        yield kind + _ESCAPED, printable(character, keep="")
    if run:
        yield kind, run


def marks_of(
    changes: Sequence[Change], left: Sequence[str], right: Sequence[str]
) -> tuple[dict[int, list[Range]], dict[int, list[Range]]]:
    """For each shown line with words that changed their columns."""
    found: tuple[dict[int, list[Range]], dict[int, list[Range]]] = ({}, {})
    for change in changes:
        if change.equal:
            continue
        sides = changed_words(left[slice(*change.left)], right[slice(*change.right)])
        for side, (start, _), ranges in zip(found, (change.left, change.right), sides, strict=True):
            side.update({start + i: marked for i, marked in enumerate(ranges) if marked})
    return found


def moved_marks(marks: Sequence[Range], shown: str, source: str) -> list[Range]:
    """The marks of a shown line on the line that it came from; none where the two are spelled otherwise."""
    if not marks or shown.strip() != source.strip():
        return []
    by = (len(source) - len(source.lstrip())) - (len(shown) - len(shown.lstrip()))
    return [(max(0, start + by), end + by) for start, end in marks]
