"""Units that were renamed and rewritten: what is most alike, in one pair of files or between the files of folders.

The likeness of two units is the mean of three cosines (`scores`), to which their surroundings add (`pairing`). A unit
may also have become several, or several one (`splits`).

All of it is for reports and for views. It says nothing of equality, so `reconcile` never sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.matchers import MATCHERS, fold
from prediff.matchers.features import Features, Reader
from prediff.matchers.hashes import blind_hash
from prediff.matchers.pairing import Sequences, pair_up, settle
from prediff.matchers.scores import Scores, Weigher, likeness_of, score
from prediff.matchers.splits import Merge, Split, find_parts
from prediff.matchers.units import Path, Unit, definition, units_of
from prediff.tree import Block, Class, Function, trees_equal

SAME_NAME = 0.2
"""What the same name adds between files: a definition that moves keeps its name more often than not."""
SAME_FILE = 0.1
MAX_EQUAL = 24
"""How many units under one name or hash are looked at for each: a thousand `__init__` must not take a million steps."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A unit of the left, the one of the right that it most likely became, and how alike they are, from 0 to 1."""

    left: Path
    right: Path
    likeness: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """Which definitions and methods of two files belong together.

    known: the paths of those that have the same name or hash, methods in paired classes; the left's as keys. alike:
    those that are paired by similarity. No unit stands in both, or twice on one side. splits, merges: what became of a
    unit in several, where its own counterpart (if it has one) is one of them.
    """

    known: Mapping[Path, Path]
    alike: tuple[Alike, ...] = ()
    splits: tuple[Split, ...] = ()
    merges: tuple[Merge, ...] = ()


@dataclass(frozen=True, slots=True)
class AlikeAcross:
    """Two units of different files that are alike: their indices in the lists that were given, and how much."""

    left: int
    right: int
    likeness: float


def find_alike(left: Block, right: Block, pairs: Iterable[tuple[int, int]], traits: Traits) -> Likeness:
    """Pair the definitions and methods of two files, those that were rewritten and renamed included.

    pairs: the top-level definitions that belong together by name or hash, as indices of statements (`align` has them).
    Takes about 1 ms a function, and next to nothing where all have their pairs.
    """
    one, two = units_of(left.body), units_of(right.body)
    known = dict(_inside(left, right, pairs, traits))
    nodes = {u.path: u.node for u in one}, {u.path: u.node for u in two}
    found = _Sides.of(_classes(one), _classes(two), known, {}).alike()
    owners = {**known, **{pair.left: pair.right for pair in found}}
    taken = set(owners.values())
    for pair in found:
        a, b = nodes[0][pair.left].body, nodes[1][pair.right].body
        inside = _inside(a, b, fold(MATCHERS, a, b, traits), traits, pair.left, pair.right)
        known.update({i: j for i, j in inside if i not in owners and j not in taken})
    functions = _Sides.of(_functions(one), _functions(two), known, owners)
    among = functions.alike()
    splits, merges = functions.parts(among)
    return Likeness(known, tuple(sorted(found + among, key=lambda p: p.left)), splits, merges)


def _classes(units: Iterable[Unit]) -> list[Unit]:
    return [u for u in units if isinstance(u.node, Class)]


def _functions(units: Iterable[Unit]) -> list[Unit]:
    return [u for u in units if not isinstance(u.node, Class)]


def _inside(
    left: Block,
    right: Block,
    pairs: Iterable[tuple[int, int]],
    traits: Traits,
    left_path: Path = (),
    right_path: Path = (),
) -> Iterator[tuple[Path, Path]]:
    """The paths of paired definitions, and those of the methods of paired classes by name and by hash."""
    for i, j in pairs:
        one, two = definition(left.body[i]), definition(right.body[j])
        if one is None or two is None:
            continue
        paths = (*left_path, i), (*right_path, j)
        yield paths
        if isinstance(one, Class) and isinstance(two, Class):
            within = fold(MATCHERS, one.body, two.body, traits)
            yield from _inside(one.body, two.body, within, traits, *paths)


@dataclass(frozen=True, slots=True)
class _Sides:
    """The units of one kind of two files, their features (none where nothing is left over), and which are equal."""

    units: Sequences
    features: tuple[Sequence[Features], Sequence[Features]]
    equal: frozenset[int]

    @staticmethod
    def of(
        left: Sequence[Unit], right: Sequence[Unit], known: Mapping[Path, Path], owners: Mapping[Path, Path]
    ) -> _Sides:
        ours, theirs = {u.path for u in left}, {u.path for u in right}
        back = {b: a for a, b in known.items()}
        # A class and a function under one name are a pair, and none that can be compared here.
        left = [u for u in left if known.get(u.path) in theirs or u.path not in known]
        right = [u for u in right if back.get(u.path) in ours or u.path not in back]
        places = {u.path: j for j, u in enumerate(right)}
        pairs = {i: places[known[u.path]] for i, u in enumerate(left) if u.path in known}
        units = Sequences(left, right, pairs, owners)
        if not any(units.rest):
            return _Sides(units, ((), ()), frozenset())
        reader = Reader()
        one = [reader.features(u.node) for u in left]
        equal = {j: i for i, j in pairs.items() if trees_equal(left[i].node, right[j].node)}
        two = [one[equal[j]] if j in equal else reader.features(u.node) for j, u in enumerate(right)]
        return _Sides(units, (one, two), frozenset(equal.values()))

    def alike(self) -> list[Alike]:
        """The pairs by similarity."""
        left, right = self.units.rest
        if not left or not right:
            return []
        weigher = Weigher(*self.features)
        likeness = score(
            {i: weigher.vectors(self.features[0][i]) for i in left},
            {j: weigher.vectors(self.features[1][j]) for j in right},
        )
        return [
            Alike(self.units.left[i].path, self.units.right[j].path, likeness[i][j])
            for i, j in pair_up(self.units, likeness).items()
        ]

    def parts(self, alike: Sequence[Alike]) -> tuple[tuple[Split, ...], tuple[Merge, ...]]:
        """What became several and what became one, given the pairs by similarity."""
        left, right = self.units.left, self.units.right
        places = {u.path: i for i, u in enumerate(left)}, {u.path: j for j, u in enumerate(right)}
        pairs = {**self.units.pairs, **{places[0][p.left]: places[1][p.right] for p in alike}}
        one, two = self.features
        splits = [
            Split(left[i].path, tuple([right[j].path for j in parts]), share)
            for i, parts, share in find_parts(one, two, pairs, self.equal)
        ]
        back = {j: i for i, j in pairs.items()}
        equal = frozenset([pairs[i] for i in self.equal])
        merges = [
            Merge(tuple([left[i].path for i in parts]), right[j].path, share)
            for j, parts, share in find_parts(two, one, back, equal)
        ]
        return tuple(splits), tuple(merges)


def match_across(
    lefts: Sequence[tuple[str, Unit]], rights: Sequence[tuple[str, Unit]], traits: Traits
) -> tuple[AlikeAcross, ...]:
    """Pair units of different files: what moved from one to another, and may have been renamed and rewritten.

    lefts, rights: what is left over in a pair of folders, each unit with its file's key. Units that are equal but for
    their names come first (likeness 1), then what is most alike, the same name and the same key in its favour. A class
    is only paired with a class. Give a class or its methods, since a class is compared with its methods in it.
    """
    equal = _equal_across(lefts, rights, traits)
    taken = set(equal.values())
    found = [AlikeAcross(i, j, 1.0) for i, j in equal.items()]
    for kind in (Class, Function):
        one = {i: u for i, (_, u) in enumerate(lefts) if isinstance(u.node, kind) and i not in equal}
        two = {j: u for j, (_, u) in enumerate(rights) if isinstance(u.node, kind) and j not in taken}
        likeness = _likeness_across(one, two)
        scores = {
            i: {j: s + _bonus_across(lefts[i], rights[j]) for j, s in row.items()}
            for i, row in likeness.items()
        }
        found += [AlikeAcross(i, j, likeness[i][j]) for i, j in settle(scores, lone=False).items()]
    return tuple(sorted(found, key=lambda p: (p.left, p.right)))


def _equal_across(
    lefts: Sequence[tuple[str, Unit]], rights: Sequence[tuple[str, Unit]], traits: Traits
) -> dict[int, int]:
    """Units that are equal but for their names: of several those under the same name, in the same file first."""
    places: dict[bytes, list[int]] = defaultdict(list)
    for j, (_, unit) in enumerate(rights):
        places[blind_hash(unit.node, traits)].append(j)
    pairs = [
        (-_bonus_across(one, rights[j]), i, j)
        for i, one in enumerate(lefts)
        for j in places.get(blind_hash(one[1].node, traits), ())[:MAX_EQUAL]
    ]
    found: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in sorted(pairs):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def _likeness_across(one: Mapping[int, Unit], two: Mapping[int, Unit]) -> Scores:
    """The likeness of units with their candidates, those under the same name among them."""
    if not one or not two:
        return {}
    reader = Reader()
    features = [{k: reader.features(u.node) for k, u in side.items()} for side in (one, two)]
    weigher = Weigher(list(features[0].values()), list(features[1].values()))
    left, right = ({k: weigher.vectors(f) for k, f in side.items()} for side in features)
    found = score(left, right)
    named: dict[str, list[int]] = defaultdict(list)
    for j, unit in two.items():
        named[unit.node.name].append(j)
    for i, unit in one.items():
        for j in named.get(unit.node.name, ())[:MAX_EQUAL]:
            found[i].setdefault(j, likeness_of(left[i], right[j]))
    return found


def _bonus_across(one: tuple[str, Unit], two: tuple[str, Unit]) -> float:
    return SAME_NAME * (one[1].node.name == two[1].node.name) + SAME_FILE * (one[0] == two[0])
