"""From two texts to hunks: which lines changed, where they came from, and which words in them differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

from prediff.lean_dataclasses import dataclass
from prediff.linediff import Change, Range, diff_lines, lines_of, longest_rising
from prediff.model import LineMap, Report, Side

__all__ = [
    "Change", "Hunk", "Range", "changed_words", "diff_lines", "find_hunks", "lines_of", "longest_rising",
    "source_lines",
]  # fmt: skip

MAX_WORDS = 3_000
MAX_LENGTH = 100_000
"""A replaced block with more words or characters than this, both sides together, has no words marked."""

MAX_MARKED = 0.7
"""A line of which a larger part changed has no words marked: it is another line."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes with the lines around them. `unit` is the innermost unit of the first changed line that is in one.

    left_source, right_source: the first and last source line, (0, 0) where there is none.
    """

    changes: tuple[Change, ...]
    left_source: tuple[int, int]
    right_source: tuple[int, int]
    unit: str


def find_hunks(report: Report, left: Sequence[str], right: Sequence[str], context: int) -> list[Hunk]:
    """The hunks of a report's two texts, given as lines, with `context` equal lines around each."""
    hunks: list[Hunk] = []
    group: list[Change] = []
    for change in diff_lines(left, right):
        if not change.equal:
            group.append(change)
            continue
        (i, i_end), (j, j_end) = change.left, change.right
        if group and i_end - i > 2 * context:
            tail = [Change((i, i + context), (j, j + context), True)] if context else []
            hunks.append(_hunk(report, group + tail))
            group = []
        if group:
            group.append(change)
        elif context:
            group = [Change((max(i, i_end - context), i_end), (max(j, j_end - context), j_end), True)]
    if any(not change.equal for change in group):
        last = group[-1]
        if last.equal:
            (i, i_end), (j, j_end) = last.left, last.right
            group[-1] = Change((i, min(i_end, i + context)), (j, min(j_end, j + context)), True)
        hunks.append(_hunk(report, group))
    return hunks


def changed_words(left: Sequence[str], right: Sequence[str]) -> tuple[list[list[Range]], list[list[Range]]]:
    """For each line of a replaced block the columns that changed; none where most of the line did."""
    marks: tuple[list[list[Range]], list[list[Range]]] = ([[] for _ in left], [[] for _ in right])
    if not left or not right or sum(map(len, left)) + sum(map(len, right)) > MAX_LENGTH:
        return marks
    words = [_words(left), _words(right)]
    if len(words[0]) + len(words[1]) > MAX_WORDS:
        return marks
    from difflib import SequenceMatcher

    texts = [[word for _, _, word in side] for side in words]
    matcher = SequenceMatcher(None, texts[0], texts[1], autojunk=False)
    for tag, a, a_end, b, b_end in matcher.get_opcodes():
        if tag != "equal":
            for side, first, last in ((0, a, a_end), (1, b, b_end)):
                for number, column, word in words[side][first:last]:
                    _extend(marks[side][number], column, column + len(word))
    for lines, others, found in ((left, right, marks[0]), (right, left, marks[1])):
        bare = {line.strip() for line in others}
        for line, ranges in zip(lines, found, strict=True):
            indent = len(line) - len(line.lstrip())
            if ranges and ranges[0][1] <= indent and line.strip() not in bare:
                del ranges[0]  # where a line is another one, its indent is no news
            if sum(end - start for start, end in ranges) > MAX_MARKED * len(line.strip()):
                ranges.clear()
    return marks


def _words(lines: Sequence[str]) -> list[tuple[int, int, str]]:
    return [
        (number, found.start(), found[0])
        for number, line in enumerate(lines)
        for found in _WORD.finditer(line.rstrip("\n"))
    ]


def _extend(ranges: list[Range], start: int, end: int) -> None:
    if ranges and ranges[-1][1] == start:
        ranges[-1] = (ranges[-1][0], end)
    else:
        ranges.append((start, end))


def _hunk(report: Report, changes: Sequence[Change]) -> Hunk:
    left_map, right_map = report.line_maps
    left = source_lines(left_map, (changes[0].left[0], changes[-1].left[1]))
    right = source_lines(right_map, (changes[0].right[0], changes[-1].right[1]))
    return Hunk(tuple(changes), left, right, _unit_name(report, changes))


def source_lines(line_map: LineMap, lines: Range) -> tuple[int, int]:
    """The first and last source line of some output lines; the output's own where nothing maps them."""
    if not line_map.lines:
        return (lines[0] + 1, lines[1]) if lines[0] < lines[1] else (0, 0)
    sources = [pair for pair in line_map.lines[lines[0] : lines[1]] if pair[0]]
    if not sources:
        return (0, 0)
    return min(first for first, _ in sources), max(last for _, last in sources)


def _unit_name(report: Report, changes: Sequence[Change]) -> str:
    for change in changes:
        sides: tuple[tuple[Side, LineMap, Range], ...] = (
            ("left", report.line_maps[0], change.left),
            ("right", report.line_maps[1], change.right),
        )
        for side, line_map, rows in () if change.equal else sides:
            for row in range(*rows):
                name = _unit_at(report, side, source_lines(line_map, (row, row + 1))[0])
                if name:
                    return name
    return ""


def _unit_at(report: Report, side: Side, line: int) -> str:
    """The innermost unit around a line of a source."""
    around = []
    for unit in report.units:
        span = unit.left if side == "left" else unit.right
        if line and span and span[0] <= line <= span[2]:
            around.append((span[2] - span[0], unit.name))
    return min(around)[1] if around else ""
