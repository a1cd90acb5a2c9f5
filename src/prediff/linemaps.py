"""The lines of a file that the lines of its output came from, where the two texts themselves tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from prediff.linediff import diff_lines, lines_of

Lines = tuple[int, int]
"""First and last line of a source, from 1; (0, 0) for none."""


def retraced(known: Sequence[Lines], text: str, source: str) -> tuple[Lines, ...]:
    """The source lines of each line of an output, from what is `known` of them and from equal lines.

    The output is mostly in the source's own words, and a run of equal lines with one that stands nowhere else is that
    place of the source: such a line is known exactly, where the logic only tells the statement that it belongs to. What
    stands between two such runs, in as many lines on both sides, is taken line by line, unless it came from elsewhere.
    """
    shown, own = lines_of(text), lines_of(source)
    found = list(known)
    done = (0, 0)
    for first, end, start in _sure_runs(shown, own):
        if first - done[0] == start - done[1]:
            _number_gap(found, done[0], first, done[1])
        _number(found, first, end, start)
        done = end, start + end - first
    if len(shown) - done[0] == len(own) - done[1]:
        _number_gap(found, done[0], len(shown), done[1])
    _continue(found, shown, own, range(1, min(len(shown), len(found))), 1)
    _continue(found, shown, own, range(min(len(shown), len(found)) - 2, -1, -1), -1)
    return tuple(found)


def carried(left: Sequence[Lines], right: Sequence[Lines], count: int) -> list[Lines]:
    """For each of the left file's `count` lines those of the right, by the lines of a text that both became.

    left, right: the source lines of each line of that text. Many lines are shared out among those that stand for them.
    """
    found: list[Lines] = [(0, 0)] * count
    # The narrowest come last and count: a statement over many lines holds others.
    for (first, last), (other, other_last) in sorted(zip(left, right, strict=True), key=_widest_first):
        if not first or not other:
            continue
        size, other_size = last - first + 1, other_last - other + 1
        for n in range(min(size, count - first + 1)):
            start = other + n * other_size // size
            found[first - 1 + n] = (start, max(start, other + (n + 1) * other_size // size - 1))
    return found


def _widest_first(pair: tuple[Lines, Lines]) -> int:
    (first, last), _ = pair
    return first - last


def _number(found: list[Lines], first: int, end: int, start: int) -> None:
    """Say of some lines that they are as many lines of the source, from `start`, which counts from 0."""
    for line in range(first, min(end, len(found))):
        number = start + line - first + 1
        found[line] = (number, number)


def _number_gap(found: list[Lines], first: int, end: int, start: int) -> None:
    """The same of lines between those that are sure, if what is known of them stands there."""
    stop = start + end - first + 1
    if all(line == (0, 0) or (start <= line[0] and line[1] <= stop) for line in found[first:end]):
        _number(found, first, end, start)


def _sure_runs(shown: Sequence[str], own: Sequence[str]) -> list[tuple[int, int, int]]:
    """Runs of equal lines that can be no other ones: (start, end, start in the source), from 0."""
    counts = Counter(shown), Counter(own)
    once = {line for line, count in counts[0].items() if count == 1 == counts[1][line]}
    sure = []
    for run in diff_lines(shown, own):
        (i, i_end), (j, _) = run.left, run.right
        if run.equal and not once.isdisjoint(shown[i:i_end]):
            sure.append((i, i_end, j))
    return sure


def _continue(
    found: list[Lines], shown: Sequence[str], own: Sequence[str], lines: Sequence[int], step: int
) -> None:
    """Number lines that stand beside a known one here as in the source, such as blank ones."""
    for line in lines:
        beside = found[line - step][1 if step > 0 else 0]
        number = beside + step
        if found[line] == (0, 0) and beside and 0 < number <= len(own) and shown[line] == own[number - 1]:
            found[line] = (number, number)
