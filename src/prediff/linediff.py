"""Which lines of two texts are the same: patience diff."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from prediff.lean_dataclasses import dataclass

MAX_PAIRS = 200_000
"""Where more pairs of equal lines than this stand between two anchors, all of it is shown as replaced."""

Range = tuple[int, int]
"""Start and end (exclusive) of lines of a text, from 0."""


@dataclass(frozen=True, slots=True)
class Change:
    """Lines of the left that became lines of the right; `equal` where they are the same."""

    left: Range
    right: Range
    equal: bool = False


def lines_of(text: str) -> list[str]:
    """The lines of a text with their newline, which only the last may lack. Nothing but `\\n` ends a line."""
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


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
