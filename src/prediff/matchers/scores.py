"""How alike units are by themselves: the mean of three cosines, for those pairs that may be worth it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

from prediff.lean_dataclasses import dataclass
from prediff.matchers.features import Features, Vector, Weights, cosine

Scores: TypeAlias = dict[int, dict[int, float]]
"""For each unit of the left (its index) those of the right that it may belong to, and how alike they are."""

CANDIDATES = 10
"""How many units of the right are looked at for each of the left: those that share most of what is rare."""
RARE = 24
"""In how many units of the right a feature stands at most that proposes candidates: it bounds the work for each."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """The weighed features of a unit."""

    words: Vector
    shingles: Vector
    shapes: Vector


class Weigher:
    """Weighs features by how rare they are among all units of two sides, those included that have their pairs."""

    def __init__(self, left: Sequence[Features], right: Sequence[Features]) -> None:
        self._words = Weights([f.words for f in left], [f.words for f in right])
        self._shingles = Weights([f.shingles for f in left], [f.shingles for f in right])
        self._shapes = Weights([f.shapes for f in left], [f.shapes for f in right])

    def vectors(self, unit: Features) -> Vectors:
        return Vectors(
            self._words.vector(unit.words),
            self._shingles.vector(unit.shingles),
            self._shapes.vector(unit.shapes),
        )


def likeness_of(one: Vectors, two: Vectors) -> float:
    """From 0 to 1, which is what two units have that are equal but for their names."""
    return (
        cosine(one.words, two.words) + cosine(one.shingles, two.shingles) + cosine(one.shapes, two.shapes)
    ) / 3


def score(left: Mapping[int, Vectors], right: Mapping[int, Vectors]) -> Scores:
    """The likeness of each unit of the left with its candidates. Indices are places in the order of the source."""
    return {
        i: {j: likeness_of(left[i], right[j]) for j in found} for i, found in _candidates(left, right).items()
    }


def _candidates(left: Mapping[int, Vectors], right: Mapping[int, Vectors]) -> dict[int, list[int]]:
    """What shares most rare words and shingles with each unit of the left, and its neighbours by place.

    An inverted index of features that at most `RARE` units have keeps the work for a unit independent of the file's
    length. Small units share nothing that is rare, so that what stands in the same place is looked at, too.
    """
    if len(right) <= CANDIDATES:
        return {i: list(right) for i in left}
    index: dict[Hashable, list[tuple[int, float]]] = defaultdict(list)
    for j, vectors in right.items():
        for vector in (vectors.words, vectors.shingles):
            for feature, weight in vector.items():
                index[feature].append((j, weight))
    places = sorted(right)
    stretch = (places[-1] + 1) / (max(left, default=0) + 1)
    found = {}
    for i, vectors in left.items():
        shared: Counter[int] = Counter()
        for vector in (vectors.words, vectors.shingles):
            for feature, weight in vector.items():
                holders = index.get(feature, ())
                if len(holders) <= RARE:
                    for j, other in holders:
                        shared[j] += weight * other  # type: ignore[assignment]
        here = i * stretch
        best = sorted(shared, key=lambda j: (-shared[j], abs(j - here), j))[:CANDIDATES]
        at = bisect_left(places, here)
        found[i] = best + [j for j in places[max(0, at - 1) : at + 2] if j not in best]
    return found
