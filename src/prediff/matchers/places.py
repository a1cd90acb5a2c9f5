"""Where a unit should stand on the right: between what is sure, next to the counterparts of its neighbours.

What is sure is taken as far as it stands in the same order on both sides (a longest rising run of it). A unit of the
left that stands between two of these belongs between their counterparts, as far from one of them as it is here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

from prediff.lean_dataclasses import dataclass

SAME_PLACE = 0.05
OUT_OF_PLACE = 0.1
"""What is taken from a pair where what is sure stands between the two: one of them has moved."""
SAME_NEIGHBOURS = 0.25


@dataclass(frozen=True, slots=True)
class Places:
    """The order that is sure in two sequences of some lengths, the ends included: indices of pairs, both rising."""

    lengths: tuple[int, int]
    lefts: tuple[int, ...]
    rights: tuple[int, ...]

    @staticmethod
    def of(sure: Mapping[int, int], lengths: tuple[int, int]) -> Places:
        run = rising(sure)
        lefts, rights = (tuple(row) for row in zip((-1, -1), *run, lengths, strict=True))
        return Places(lengths, lefts, rights)

    def agree(self, pairs: Mapping[int, int], i: int, j: int) -> float:
        """What place and neighbours add to a pair, or take from it. pairs: what is paired so far."""
        return self._place(i, j) + SAME_NEIGHBOURS * self._neighbours(pairs, i, j) / 2

    def _place(self, i: int, j: int) -> float:
        start = bisect_left(self.lefts, i) - 1
        # A unit that is sure itself has its place between the two around it, like any other.
        end = start + 2 if self.lefts[start + 1] == i else start + 1
        before, after = (
            (i - self.lefts[start], self.lefts[end] - i),
            (j - self.rights[start], self.rights[end] - j),
        )
        if min(after) <= 0:
            return -OUT_OF_PLACE
        away = min(abs(a - b) for a, b in zip(before, after, strict=True))
        return SAME_PLACE * (1 - away / max(sum(before), sum(after)))

    def _neighbours(self, pairs: Mapping[int, int], i: int, j: int) -> int:
        """How many of the two neighbours are a pair too. Where both files end, they agree."""
        agree = 0
        for step in (-1, 1):
            a, b = i + step, j + step
            inside = 0 <= a < self.lengths[0], 0 <= b < self.lengths[1]
            agree += pairs.get(a) == b if all(inside) else not any(inside)
        return agree


def rising(pairs: Mapping[int, int]) -> list[tuple[int, int]]:
    """The most pairs that rise on both sides: a longest increasing subsequence (patience sorting), in O(n log n)."""
    items = sorted(pairs.items())
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for k, (_, right) in enumerate(items):
        length = bisect_left(ends, right)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [right]
        last[length : length + 1] = [k]
    found = []
    k = last[-1] if last else -1
    while k >= 0:
        found.append(items[k])
        k = before[k]
    return found[::-1]
