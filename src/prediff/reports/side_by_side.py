"""Two columns with the sources' line numbers. Long lines are wrapped: what is cut could be the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from prediff.model import LineMap, Report
from prediff.reports.escaping import Paint, Style, display_width, printable
from prediff.reports.hunks import Change, changed_words
from prediff.reports.syntax import Colored

GUTTER = 5
MIN_COLUMN = 20

CHANGED = "changed"
Piece = tuple[str, str]
"""Printable text, and what it is: a changed word, a kind of `syntax.Colored`, or nothing of the kind."""
Part = tuple[int, int, str]
"""The columns of a piece in its line."""


def rows(
    report: Report,
    left: Sequence[str],
    right: Sequence[str],
    change: Change,
    width: int,
    style: Style,
    colors: Sequence[Sequence[Colored]] = (),
) -> Iterator[str]:
    """The lines of one change around a sign: `|` where both sides have a line, `<` or `>` where one has.

    colors: for each line of the left its tokens. Equal lines have these; in the others colour says what changed.
    """
    column = max(MIN_COLUMN, (width - 2 * (GUTTER + 1) - 3) // 2)
    old, new = left[slice(*change.left)], right[slice(*change.right)]
    parts: Sequence[Sequence[Sequence[Part]]]
    if change.equal:
        same = colors[slice(*change.left)] or [[] for _ in old]
        parts = same, same
    else:
        parts = [[[(*r, CHANGED) for r in line] for line in side] for side in changed_words(old, new)]
    for number in range(max(len(old), len(new))):
        on_left, on_right = number < len(old), number < len(new)
        sign = " " if change.equal else "|" if on_left and on_right else "<" if on_left else ">"
        first = _wrapped(old[number], parts[0][number], column) if on_left else []
        second = _wrapped(new[number], parts[1][number], column) if on_right else []
        numbers = (
            _number(report.line_maps[0], change.left[0] + number) if on_left else "",
            _number(report.line_maps[1], change.right[0] + number) if on_right else "",
        )
        for index, (a, b) in enumerate(zip_longest(first, second, fillvalue=())):
            gutters = [style.faint(f"{text if index == 0 else '':>{GUTTER}}") for text in numbers]
            shown_left = _shown(a, style, style.removed, style.removed_word, change.equal)
            shown_right = _shown(b, style, style.added, style.added_word, change.equal)
            padding = " " * (column - sum(display_width(text) for text, _ in a))
            yield f"{gutters[0]} {shown_left}{padding} {sign} {gutters[1]} {shown_right}".rstrip()


def _number(line_map: LineMap, line: int) -> str:
    """The source line of an output line; the output's own number where nothing maps it."""
    if not line_map.lines:
        return str(line + 1)
    first = line_map.lines[line][0] if line < len(line_map.lines) else 0
    return str(first) if first else ""


def _shown(pieces: Sequence[Piece], style: Style, paint: Paint, paint_word: Paint, equal: bool) -> str:
    if equal:
        return "".join(style.syntax(kind, text) for text, kind in pieces)
    return "".join(paint_word(text) if kind == CHANGED else paint(text) for text, kind in pieces)


def _wrapped(line: str, parts: Sequence[Part], column: int) -> list[list[Piece]]:
    """A line in rows of at most `column` columns, each a list of pieces."""
    body = line.removesuffix("\n")
    found: list[list[Piece]] = [[]]
    room = column
    done = 0
    for start, end, kind in [*parts, (len(body), len(body), "")]:
        for text, what in ((body[done:start], ""), (body[start:end], kind)):
            shown = printable(text, keep="").replace("<U+0009>", "    ")
            at = 0
            while at < len(shown):
                cut = _fitting(shown, at, room)
                found[-1].append((shown[at:cut], what))
                room -= display_width(shown[at:cut])
                at = cut
                if at < len(shown):
                    found.append([])
                    room = column
        done = end
    return found


def _fitting(text: str, start: int, room: int) -> int:
    """The end of the part of `text` from `start` that fits into `room` columns."""
    if text.isascii():
        return min(start + room, len(text))
    used = 0
    for index in range(start, len(text)):
        used += display_width(text[index])
        if used > room:
            return index
    return len(text)
