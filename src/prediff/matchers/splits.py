"""One unit that became several, and several that became one: an extracted helper, an inlined one.

What a new unit is made of is looked for in the units of the other side, less what these still have in common with their
own counterparts. Runs of tokens are compared, weighed by how rare they are: moved code keeps its words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from math import log

from prediff.lean_dataclasses import dataclass
from prediff.matchers.features import Bag, Features
from prediff.matchers.units import Path

COVERED = 0.5
"""Which share of a new unit, by weight, must stand in the old one and no longer in its counterpart."""
MIN_SIZE = 15
"""The size in nodes below which a unit is too small to say where it came from."""
RARE = 24
"""In how many units a run of tokens stands at most that proposes where a part came from."""


@dataclass(frozen=True, slots=True)
class Split:
    """A unit of the left that is several on the right; covered: the smallest share of a new part that it holds."""

    left: Path
    rights: tuple[Path, ...]
    covered: float


@dataclass(frozen=True, slots=True)
class Merge:
    """Several units of the left that are one on the right."""

    lefts: tuple[Path, ...]
    right: Path
    covered: float


def find_parts(
    wholes: Sequence[Features],
    others: Sequence[Features],
    partners: Mapping[int, int],
    equal: frozenset[int],
) -> list[tuple[int, list[int], float]]:
    """The wholes that are in several pieces on the other side: each with its pieces and the smallest share of one.

    partners: which whole belongs to which of the others; that is the first of its pieces. equal: the wholes that did
    not change. A unit that has a partner is no piece of another whole.
    """
    taken = set(partners.values())
    new = [j for j, part in enumerate(others) if j not in taken and part.size >= MIN_SIZE]
    if not new:
        return []
    weights = _weights([*wholes, *others])
    index: dict[Hashable, list[int]] = defaultdict(list)
    gone: dict[int, Bag] = {}
    for i, whole in enumerate(wholes):
        if i not in equal and whole.size >= MIN_SIZE:
            gone[i] = whole.shingles - others[partners[i]].shingles if i in partners else whole.shingles
            for shingle in gone[i]:
                index[shingle].append(i)
    found: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for j in new:
        part = others[j].shingles
        shares = [(_share(part, gone[i], weights), -i) for i in _proposed(part, index)]
        share, i = max(shares, default=(0.0, 0))
        if share >= COVERED:
            found[-i].append((j, share))
    return [
        (i, [*([partners[i]] if i in partners else []), *[j for j, _ in parts]], min(s for _, s in parts))
        for i, parts in sorted(found.items())
        if i in partners or len(parts) > 1
    ]


def _weights(units: Sequence[Features]) -> dict[Hashable, float]:
    frequency = Counter(shingle for unit in units for shingle in unit.shingles)
    return {shingle: log((1 + len(units)) / (0.5 + n)) for shingle, n in frequency.items()}


def _proposed(part: Bag, index: Mapping[Hashable, Sequence[int]]) -> list[int]:
    """The wholes that share the most rare runs of tokens with a part."""
    shared: Counter[int] = Counter()
    for shingle in part:
        holders = index.get(shingle, ())
        if len(holders) <= RARE:
            shared.update(holders)
    return sorted(shared, key=lambda i: (-shared[i], i))[:5]


def _share(part: Bag, whole: Bag, weights: Mapping[Hashable, float]) -> float:
    """How much of a part, by weight, stands in a whole: from 0 to 1."""
    total = sum(weights[s] * n for s, n in part.items())
    both = sum(weights[s] * min(n, whole[s]) for s, n in part.items() if s in whole)
    return both / total if total else 0.0
