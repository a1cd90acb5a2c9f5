"""Which units of two files belong together, as a whole: likeness, place and neighbours, and the best assignment.

What else is known of a pair is added to its likeness: that the two stand in one class, that their parameters have the
same names (`parameters`), that they stand in the same place, between the same neighbours (`places`). Place and
neighbours only count where most of what is sure stands in the same order on both sides, so that a shuffled file is not
hurt. Of all ways to pair, that with the greatest sum is taken.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import pairwise

from prediff.lean_dataclasses import dataclass
from prediff.matchers import parameters
from prediff.matchers.assignment import assign
from prediff.matchers.places import Places
from prediff.matchers.scores import Scores
from prediff.matchers.units import Path, Unit

THRESHOLD = 0.4
"""What a pair's score must be above: its likeness, and what its parameters and its surroundings add to it."""
LONE_THRESHOLD = 0.28
"""The same for two units that are each other's best among all that is left, by `MARGIN` at least."""
MARGIN = 0.05
LEAST = 0.05
"""The likeness that a pair has at least: its surroundings alone say nothing."""
SAME_CLASS = 0.2
CROWDED = 6
"""How many units a file has at least where it counts that two stand in no class: in fewer nothing is rare, so that all
look more alike than they are."""
SURE = 0.6
"""From which likeness on a pair tells whether the order was kept, as one by name or by hash does."""
ORDERED = 0.8
"""Which share of the sure pairs must follow each other on the right as they do on the left."""
ROUNDS = 2
"""How often neighbours are looked at: a pair that was found may be a neighbour that agrees."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """The units of one kind of two files, each in the order of the source, and what is known of them.

    pairs: indices of units that belong together. owners: the class of the right for that of the left, by path.
    """

    left: Sequence[Unit]
    right: Sequence[Unit]
    pairs: Mapping[int, int]
    owners: Mapping[Path, Path]

    @property
    def rest(self) -> tuple[list[int], list[int]]:
        """The indices of those that have no pair."""
        taken = set(self.pairs.values())
        left = [i for i in range(len(self.left)) if i not in self.pairs]
        return left, [j for j in range(len(self.right)) if j not in taken]


def pair_up(units: Sequences, likeness: Scores) -> dict[int, int]:
    """Pairs among what has none. likeness: of each unit that has none with its candidates."""
    likely = {i: {j: s for j, s in row.items() if s >= LEAST} for i, row in likeness.items()}
    crowded = max(len(units.left), len(units.right)) >= CROWDED
    one, two = ([parameters.names_of(u.node) for u in side] for side in (units.left, units.right))
    scores = _plus(
        likely, lambda i, j: SAME_CLASS * _same_class(units, i, j, crowded) + parameters.agree(one[i], two[j])
    )
    found = settle(scores)
    lengths = len(units.left), len(units.right)
    for _ in range(ROUNDS):
        sure = {**units.pairs, **{i: j for i, j in found.items() if likeness[i][j] >= SURE}}
        if not _keeps_order(sure):
            return found
        pairs, places = {**units.pairs, **found}, Places.of(sure, lengths)
        found = settle(_plus(scores, partial(places.agree, pairs)))
    return found


def _plus(scores: Scores, bonus: Callable[[int, int], float]) -> Scores:
    return {i: {j: s + bonus(i, j) for j, s in row.items()} for i, row in scores.items()}


def _same_class(units: Sequences, i: int, j: int, crowded: bool) -> bool:
    """Whether two units stand in classes that belong together, or both in none, in a `crowded` file."""
    one, two = units.left[i].owner, units.right[j].owner
    return units.owners.get(one) == two if one else crowded and not two


def _keeps_order(pairs: Mapping[int, int]) -> bool:
    """Whether most of the pairs follow each other on the right as they do on the left."""
    steps = [a < b for a, b in pairwise([pairs[i] for i in sorted(pairs)])]
    return bool(steps) and sum(steps) >= ORDERED * len(steps)


def settle(scores: Scores, lone: bool = True) -> dict[int, int]:
    """The pairs of the best assignment above the threshold, then (`lone`) of units that nothing else comes near."""
    rows = list(scores)
    columns = assign([{j: s - THRESHOLD for j, s in scores[i].items()} for i in rows])
    found = {i: j for i, j in zip(rows, columns, strict=True) if j is not None}
    if not lone:
        return found
    taken = set(found.values())
    rest = {
        i: {j: s for j, s in row.items() if j not in taken} for i, row in scores.items() if i not in found
    }
    return {**found, **_lone(rest)}


def _lone(scores: Scores) -> dict[int, int]:
    """Pairs of units that nothing else comes near."""
    of_right: dict[int, list[float]] = defaultdict(list)
    for row in scores.values():
        for j, s in row.items():
            of_right[j].append(s)
    found = {}
    for i, row in scores.items():
        for j, s in row.items():
            others = sorted([*row.values(), *of_right[j]], reverse=True)[
                2:3
            ]  # both lists hold the pair itself
            if s >= LONE_THRESHOLD and s - max(others, default=0.0) >= MARGIN:
                found[i] = j
    return found
