"""Which units of one side belong to which of the other, where names and likeness found none: as a model sees it.

For the report only: both units stand in it as removed and added in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import hypot

from prediff.matchers.assignment import assign
from prediff.models.protocols import Embedder, Unit, Vector
from prediff.summarize.leftovers import Leftovers, Pair
from prediff.tree import Class

MARGIN = 0.02
"""By how much a pair must be nearer than the next best of either unit."""
LEAST = 0.5
LEAST_VECTORS = 4
"""Of fewer units nothing can be said of what they have in common."""
TINY = 1e-3
MAX_UNITS = 200
"""So many units of a side are looked at; beyond that, names say more than a model has time for."""


def paired_by_model(found: Leftovers, embedder: Embedder, limit: int | None = None) -> Leftovers:
    """The leftovers with further pairs of units that stand on one side only. Raises ModelError.

    limit: so many units of a side are looked at, and none where as many are paired already.
    """
    most = MAX_UNITS if limit is None else min(limit, MAX_UNITS)
    left, right = found.left[:most], found.right[:most]
    others = [unit for pair in found.pairs[:most] for unit in (pair.left, pair.right)]
    full = limit is not None and len(found.pairs) >= limit
    if not left or not right or full or len(left) + len(right) + len(others) < LEAST_VECTORS:
        return found
    vectors = centred(embedder.embed([*left, *right, *others]))
    pairs = nearest(
        {i: vector for i, vector in enumerate(vectors[: len(left)]) if vector},
        {j: vector for j, vector in enumerate(vectors[len(left) : len(left) + len(right)]) if vector},
        {(i, j) for i, one in enumerate(left) for j, two in enumerate(right) if _of_a_kind(one, two)},
    )
    new = tuple([Pair(left[i], right[j], "model") for i, j in sorted(pairs.items())])
    taken = set(pairs), set(pairs.values())
    return Leftovers(
        found.pairs + new,
        tuple([unit for i, unit in enumerate(found.left) if i not in taken[0]]),
        tuple([unit for j, unit in enumerate(found.right) if j not in taken[1]]),
    )


def centred(vectors: Sequence[Vector | None]) -> list[Vector | None]:
    """Vectors of length 1 without what all have in common, which in a language model is most of each.

    None for those that are nothing else, and for all where there are too few to tell.
    """
    known = [vector for vector in vectors if vector]
    sizes = {len(vector) for vector in known}
    if len(known) < LEAST_VECTORS or len(sizes) > 1:
        return [None] * len(vectors)
    mean = [sum(column) / len(known) for column in zip(*known, strict=True)]
    return [_unit(v, mean) if v else None for v in vectors]


def _unit(vector: Vector, mean: Sequence[float]) -> Vector | None:
    own = [a - b for a, b in zip(vector, mean, strict=True)]
    length = hypot(*own)
    return tuple([a / length for a in own]) if length > TINY else None


def nearest(
    left: Mapping[int, Vector], right: Mapping[int, Vector], possible: set[tuple[int, int]]
) -> dict[int, int]:
    """The best assignment among pairs that are nearer to each other than to all else, by a margin."""
    scores = {
        i: {j: cosine(one, two) for j, two in right.items() if (i, j) in possible} for i, one in left.items()
    }
    of_right: dict[int, list[float]] = {j: [row[j] for row in scores.values() if j in row] for j in right}
    clear = {
        i: {j: s for j, s in row.items() if s >= LEAST and _leads(s, row.values(), of_right[j])}
        for i, row in scores.items()
    }
    rows = list(clear)
    columns = assign([clear[i] for i in rows])
    return {i: j for i, j in zip(rows, columns, strict=True) if j is not None}


def cosine(one: Vector, two: Vector) -> float:
    """Of two vectors of length 1; of different models 0."""
    return sum([a * b for a, b in zip(one, two, strict=True)]) if len(one) == len(two) else 0.0


def _leads(score: float, *others: Iterable[float]) -> bool:
    """Whether a score is the best of each list that holds it, the next best being a margin away."""
    for row in others:
        rest = sorted(row, reverse=True)[:2]
        if rest[0] > score or (len(rest) > 1 and score - rest[1] < MARGIN):
            return False
    return True


def _of_a_kind(one: Unit, two: Unit) -> bool:
    return one.language == two.language and isinstance(one.tree, Class) == isinstance(two.tree, Class)
