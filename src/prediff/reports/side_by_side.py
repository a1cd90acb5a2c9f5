"""Two columns with the sources' line numbers. Long lines are wrapped: what is cut could be the change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from prediff.model import LineMap, Report
from prediff.reports.escaping import Paint, Style, display_width, printable
from prediff.reports.hunks import Change, Range, changed_words

GUTTER = 5
MIN_COLUMN = 20

Piece = tuple[str, bool]
"""Printable text, and whether it is a changed word."""


def rows(
    report: Report, left: Sequence[str], right: Sequence[str], change: Change, width: int, style: Style
) -> Iterator[str]:
    """The lines of one change around a sign: `|` where both sides have a line, `<` or `>` where one has."""
    column = max(MIN_COLUMN, (width - 2 * (GUTTER + 1) - 3) // 2)
    old, new = left[slice(*change.left)], right[slice(*change.right)]
    no_marks: tuple[list[list[Range]], list[list[Range]]] = ([[] for _ in old], [[] for _ in new])
    marks = no_marks if change.equal else changed_words(old, new)
    for number in range(max(len(old), len(new))):
        on_left, on_right = number < len(old), number < len(new)
        sign = " " if change.equal else "|" if on_left and on_right else "<" if on_left else ">"
        first = _wrapped(old[number], marks[0][number], column) if on_left else []
        second = _wrapped(new[number], marks[1][number], column) if on_right else []
        numbers = (
            _number(report.line_maps[0], change.left[0] + number) if on_left else "",
            _number(report.line_maps[1], change.right[0] + number) if on_right else "",
        )
        for index, (a, b) in enumerate(zip_longest(first, second, fillvalue=())):
            gutters = [style.faint(f"{text if index == 0 else '':>{GUTTER}}") for text in numbers]
            shown_left = _shown(a, style.removed, style.removed_word, change.equal)
            shown_right = _shown(b, style.added, style.added_word, change.equal)
            padding = " " * (column - sum(display_width(text) for text, _ in a))
            yield f"{gutters[0]} {shown_left}{padding} {sign} {gutters[1]} {shown_right}".rstrip()


def _number(line_map: LineMap, line: int) -> str:
    """The source line of an output line; the output's own number where nothing maps it."""
    if not line_map.lines:
        return str(line + 1)
    first = line_map.lines[line][0] if line < len(line_map.lines) else 0
    return str(first) if first else ""


def _shown(pieces: Sequence[Piece], paint: Paint, paint_word: Paint, equal: bool) -> str:
    if equal:
        return "".join(text for text, _ in pieces)
    return "".join(paint_word(text) if changed else paint(text) for text, changed in pieces)


def _wrapped(line: str, ranges: Sequence[Range], column: int) -> list[list[Piece]]:
    """A line in rows of at most `column` columns, each a list of pieces."""
    body = line.removesuffix("\n")
    found: list[list[Piece]] = [[]]
    room = column
    done = 0
    for start, end, changed in [*((s, e, True) for s, e in ranges), (len(body), len(body), False)]:
        for text, marked in ((body[done:start], False), (body[start:end], changed)):
            shown = printable(text, keep="").replace("<U+0009>", "    ")
            at = 0
            while at < len(shown):
                cut = _fitting(shown, at, room)
                found[-1].append((shown[at:cut], marked))
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
