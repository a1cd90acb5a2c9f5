"""Names of locals: the right side takes the left's spelling, by binder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from prediff.align import pair_sequences
from prediff.facts import reads_locals
from prediff.facts.binders import Binder, binders, canonical, rename
from prediff.facts.scopes import ScopeInfo, map_names, names_of_target
from prediff.languages.language import Traits
from prediff.model import Rename
from prediff.reconcilers.statements import LOCAL, Skeleton, skeletons
from prediff.tree import (
    Assign,
    AssignExpr,
    Block,
    Class,
    CompFor,
    Comprehension,
    Declare,
    ForEach,
    Function,
    Handler,
    Lambda,
    Name,
    Node,
    TypeAliasStmt,
    WithItem,
    trees_equal,
    update,
    walk,
)

SCOPES = frozenset({Class, Comprehension, Function, Lambda, TypeAliasStmt})
"""What alone has names of its own where blocks have none."""
MIN_SHARED = 0.5
"""The share of names and literals that two changed statements have in common for their locals to be told by place."""
EQUAL_STATEMENTS = 100
"""What a pair of statements that are equal but for names weighs, against 1 for a pair that stands in one gap."""


def follow(left: Node, right: Node, traits: Traits, keywords: bool) -> tuple[Node, dict[Binder, str]]:
    """The right unit with its locals under their left-hand names, and the renaming that gave it.

    Binders of statements that are equal but for the names of locals vote. The renaming is one to one, and captures
    nothing: the renamed unit's canonical form is the right unit's own, else the renaming is narrowed or given up.
    """
    if not traits.block_scoped and not any(n.__class__ in SCOPES for n in walk(right)):
        return right, {}
    if trees_equal(left, right) or reads_locals(left, traits) or reads_locals(right, traits):
        return right, {}
    wanted = _elect(_votes(left, right, traits, keywords))
    names = {right_: left_[1] for left_, right_ in wanted if left_[1] != right_[1]}
    if not all(name.strip("_") for name in names.values()):
        # `_` says that nobody reads it, which need not be so on the right.
        read = _read(right)
        names = {binder: new for binder, new in names.items() if new.strip("_") or binder[1] not in read}
    return renamed_to(right, names, traits, keywords)


def renamed_to(
    right: Node, names: dict[Binder, str], traits: Traits, keywords: bool
) -> tuple[Node, dict[Binder, str]]:
    """A unit with locals under other names, and those that could be given without a change of what it means."""
    if not names or reads_locals(right, traits):
        return right, {}
    form = canonical(right, traits, keywords)
    free = set(binders(right, traits, keywords))
    while names:
        renamed = rename(right, names, traits, keywords)
        if trees_equal(canonical(renamed, traits, keywords), form):
            return renamed, names
        names = _narrowed(names, free)
    return right, {}


def follow_definitions(
    left: Block, right: Block, pairs: Sequence[tuple[int, int]], traits: Traits
) -> tuple[Block, list[Rename]]:
    """The right file with its paired top-level definitions under their left-hand names, wherever they are named.

    Only for two implementations of one thing (public-names-unread). A name that the right file already gives to
    something else, at any level, is not taken.
    """
    wanted: dict[str, str] = {}
    for i, j in pairs:
        one, two = left.body[i], right.body[j]
        if isinstance(one, (Function, Class)) and isinstance(two, (Function, Class)) and one.name != two.name:
            wanted.setdefault(two.name, one.name)
    taken = {n.id for n in walk(right) if isinstance(n, Name)} | {
        n.name for n in walk(right) if isinstance(n, (Function, Class))
    }
    wanted = {old: new for old, new in wanted.items() if new not in taken}
    if not wanted or len(set(wanted.values())) != len(wanted):
        return right, []

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        return update(name, id=wanted[name.id]) if scope is None and name.id in wanted else name

    renamed = map_names(right, visit, block_scoped=traits.block_scoped)
    assert isinstance(renamed, Block)
    body = [
        update(n, name=wanted[n.name]) if isinstance(n, (Function, Class)) and n.name in wanted else n
        for n in renamed.body
    ]
    return update(renamed, body=tuple(body)), [Rename("", new, old) for old, new in wanted.items()]


def _read(unit: Node) -> frozenset[str]:
    """The names that a unit does more with than bind them."""
    found: Counter[str] = Counter()
    for node in walk(unit):
        if isinstance(node, Name):
            found[node.id] += 1
        targets = [*getattr(node, "targets", ()), getattr(node, "target", None)]
        if isinstance(node, (Assign, AssignExpr, CompFor, Declare, ForEach, Handler, WithItem)):
            found.subtract(
                [name for target in targets if target is not None for name in names_of_target(target)]
            )
    return frozenset(+found)


def _votes(left: Node, right: Node, traits: Traits, keywords: bool) -> Counter[tuple[Binder, Binder]]:
    """How often each pair of binders stands in the same place of two statements that are paired."""
    one, two = (skeletons(unit, traits, keywords) for unit in (left, right))
    votes: Counter[tuple[Binder, Binder]] = Counter()
    pairs = pair_sequences([s.hash for s in one], [s.hash for s in two])
    for i, j in pairs:
        for pair in zip(one[i].named, two[j].named, strict=True):
            votes[pair] += EQUAL_STATEMENTS
    known = [{name for s in side for _, name in s.named} for side in (one, two)]
    for i, j, sure in _gaps(pairs, one, two):
        if sure and len(one[i].named) == len(two[j].named):
            votes.update(zip(one[i].named, two[j].named, strict=True))
        else:  # one that both sides know has no other name there for all that is known
            common = _in_common(one[i], two[j])
            votes.update([(a, b) for a, b in common if a[1] not in known[1] and b[1] not in known[0]])
    return votes


def _in_common(left: Skeleton, right: Skeleton) -> Iterator[tuple[Binder, Binder]]:
    """The binders in the same places of two statements that have more than their shape in common."""
    if not left.named or not right.named:
        return
    labels = left.labels(), right.labels()
    pairs = pair_sequences(*labels)
    told = [sum(isinstance(label, str) and label != LOCAL for label in side) for side in labels]
    shared = sum(isinstance(labels[0][i], str) and labels[0][i] != LOCAL for i, _ in pairs)
    if not shared or shared < MIN_SHARED * sum(told) / 2:
        return
    numbers = [[*accumulate(label == LOCAL for label in side)] for side in labels]
    for i, j in pairs:
        if labels[0][i] == LOCAL:
            yield left.named[numbers[0][i] - 1], right.named[numbers[1][j] - 1]


def _gaps(
    pairs: list[tuple[int, int]], left: Sequence[Skeleton], right: Sequence[Skeleton]
) -> Iterator[tuple[int, int, bool]]:
    """Statements between paired ones, most likely the changed ones, and whether both sides have equally many there.

    Then they are paired one by one, else those of one class.
    """
    before = (-1, -1)
    for pair in [*pairs, (len(left), len(right))]:
        ones, twos = range(before[0] + 1, pair[0]), range(before[1] + 1, pair[1])
        if len(ones) == len(twos):
            yield from ((i, j, True) for i, j in zip(ones, twos, strict=True))
        elif ones and twos:
            classes = [
                [side[n].node.__class__.__name__ for n in numbers]
                for side, numbers in ((left, ones), (right, twos))
            ]
            yield from ((ones[i], twos[j], False) for i, j in pair_sequences(*classes))
        before = pair


def _elect(votes: Counter[tuple[Binder, Binder]]) -> Iterable[tuple[Binder, Binder]]:
    """A one-to-one choice of pairs, those with the most votes first; a pair of equal names wins a tie."""
    left_taken: set[Binder] = set()
    right_taken: set[Binder] = set()
    ranked = sorted(votes.items(), key=lambda v: (-v[1], v[0][0][1] != v[0][1][1], v[0]))
    for (left, right), _ in ranked:
        if left not in left_taken and right not in right_taken:
            left_taken.add(left)
            right_taken.add(right)
            yield left, right


def _narrowed(names: dict[Binder, str], free: set[Binder]) -> dict[Binder, str]:
    """Fewer renamings: without those to a name that another binder of the unit bears and keeps, else without one."""
    kept = {b[1] for b in free if b not in names}
    fewer = {b: new for b, new in names.items() if new not in kept}
    if len(fewer) == len(names):
        fewer = dict(list(names.items())[:-1])
    return fewer
