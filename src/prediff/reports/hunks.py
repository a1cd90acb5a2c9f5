"""From two texts to hunks: which lines changed, where they came from, and which words in them differ."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from prediff.model import LineMap, Report, Side

MAX_PAIRS = 200_000
"""Where more pairs of equal lines than this stand between two anchors, all of it is shown as replaced."""

MAX_WORDS = 3_000
MAX_LENGTH = 100_000
"""A replaced block with more words or characters than this, both sides together, has no words marked."""

MAX_MARKED = 0.7
"""A line of which a larger part changed has no words marked: it is another line."""

Range = tuple[int, int]
"""Start and end (exclusive) of lines of an output text, from 0."""

_WORD = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of the left that became lines of the right; `equal` where they are the same."""

    left: Range
    right: Range
    equal: bool = False


@dataclass(frozen=True, slots=True)
class Hunk:
    """Changes with the lines around them. `unit` is the innermost unit that the first changed line stands in.

    left_source, right_source: the first and last source line, (0, 0) where there is none.
    """

    changes: tuple[Change, ...]
    left_source: tuple[int, int]
    right_source: tuple[int, int]
    unit: str


def lines_of(text: str) -> list[str]:
    """The lines of a text with their newline, which only the last may lack. Nothing but `\\n` ends a line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


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


def diff_lines(left: Sequence[str], right: Sequence[str]) -> list[Change]:
    """A matching of lines in order, as changes that cover both texts."""
    changes: list[Change] = []
    i = j = 0
    for a, b, size in _matches(left, right):
        if i < a or j < b:
            changes.append(Change((i, a), (j, b)))
        if changes and changes[-1].equal and changes[-1].left[1] == a and changes[-1].right[1] == b:
            last = changes.pop()
            changes.append(Change((last.left[0], a + size), (last.right[0], b + size), True))
        else:
            changes.append(Change((a, a + size), (b, b + size), True))
        i, j = a + size, b + size
    if i < len(left) or j < len(right):
        changes.append(Change((i, len(left)), (j, len(right))))
    return changes


def _matches(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int]]:
    """Runs of equal lines in order: (start on the left, start on the right, length).

    Patience diff: common ends, then lines that are unique on both sides, then difflib for what is left.
    """
    found: list[tuple[int, int, int]] = []
    waiting = [(0, len(left), 0, len(right))]
    while waiting:
        i, i_end, j, j_end = waiting.pop()
        start = i
        while i < i_end and j < j_end and left[i] == right[j]:
            i, j = i + 1, j + 1
        if i > start:
            found.append((start, j - (i - start), i - start))
        stop = i_end
        while i < i_end and j < j_end and left[i_end - 1] == right[j_end - 1]:
            i_end, j_end = i_end - 1, j_end - 1
        if i_end < stop:
            found.append((i_end, j_end, stop - i_end))
        if i == i_end or j == j_end:
            continue
        anchors = _anchors(left[i:i_end], right[j:j_end])
        if anchors:
            starts = [(i, j), *((i + a, j + b) for a, b in anchors)]
            ends = [*starts[1:], (i_end, j_end)]
            waiting += [(a, a_end, b, b_end) for (a, b), (a_end, b_end) in zip(starts, ends, strict=True)]
        else:
            found += [(i + a, j + b, size) for a, b, size in _exhaustive(left[i:i_end], right[j:j_end])]
    return sorted(found)


def _anchors(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]]:
    """The longest rising sequence of lines that occur once on each side."""
    on_left, on_right = Counter(left), Counter(right)
    where = {line: j for j, line in enumerate(right) if on_right[line] == 1}
    pairs = [(i, where[line]) for i, line in enumerate(left) if on_left[line] == 1 and line in where]
    return [pairs[index] for index in longest_rising([j for _, j in pairs])]


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """The places of a longest rising part of some numbers that differ (patience sorting)."""
    tails: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for index, number in enumerate(numbers):
        pile = bisect_left(tails, number)
        before.append(tops[pile - 1] if pile else -1)
        tails[pile : pile + 1] = [number]
        tops[pile : pile + 1] = [index]
    chain = []
    index = tops[-1] if tops else -1
    while index >= 0:
        chain.append(index)
        index = before[index]
    return chain[::-1]


def _exhaustive(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int, int]]:
    on_left, on_right = Counter(left), Counter(right)
    if sum(count * on_right[line] for line, count in on_left.items()) > MAX_PAIRS:
        return []
    from difflib import SequenceMatcher

    blocks = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    return [(b.a, b.b, b.size) for b in blocks if b.size]


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
    for lines, found in ((left, marks[0]), (right, marks[1])):
        for line, ranges in zip(lines, found, strict=True):
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
    first = next(change for change in changes if not change.equal)
    sides: tuple[tuple[Side, LineMap, Range], ...] = (
        ("left", report.line_maps[0], first.left),
        ("right", report.line_maps[1], first.right),
    )
    for side, line_map, lines in sides:
        line = source_lines(line_map, (lines[0], min(lines[1], lines[0] + 1)))[0]
        around = []
        for unit in report.units:
            span = unit.left if side == "left" else unit.right
            if line and span and span[0] <= line <= span[2]:
                around.append((span[2] - span[0], unit.name))
        if around:
            return min(around)[1]
    return ""
