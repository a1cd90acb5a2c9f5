"""What differs between two trees: an edit script over their blocks, each within the block around it.

Statements are paired where they are equal, then where they define the same, then in the gaps by likeness. A pair that
differs is gone into where both sides have as many blocks. A wrong pair makes a longer diff, never a wrong one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import field
from typing import Any
from typing import Literal as Word

from prediff.align import definition, pair_sequences, unit_keys
from prediff.lean_dataclasses import dataclass
from prediff.matchers.assignment import assign_in_order
from prediff.tree import (
    FIELDS,
    VALUE_FIELDS,
    Block,
    Class,
    Clause,
    Import,
    ImportFrom,
    Match,
    Node,
    Opaque,
    children,
    inner_blocks,
    map_children,
    trees_equal,
    walk,
)

Kind = Word["keep", "change", "descend", "delete", "insert"]
Key = tuple[int, ...]
"""Where an entry or script stands: the number of the entry, of the block in it, of the entry there, …"""

MAX_GAP = 6000
"""Gaps of more pairs than this are not searched for statements that are alike."""
ALIKE = 0.35
MAX_DEPTH = 200
"""Blocks within blocks deeper than half of this are not gone into."""
EMPTY = Block(())


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement of both sides, or of one; `header` says that what stands outside of its blocks differs.

    moved: of what only one side has here, the counterpart elsewhere in the block.
    """

    kind: Kind
    key: Key
    left: Node | None = None
    right: Node | None = None
    scripts: tuple[Script, ...] = ()
    header: bool = False
    moved: Node | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """The entries of two blocks that belong together, in the right block's order, deletions where they stood."""

    key: Key
    entries: tuple[Entry, ...]


@dataclass(slots=True)
class Comparison:
    """Makes scripts. Hashes and words are kept by node: both trees stay as they are meanwhile.

    whole: entries that are not gone into. opened: equal ones that are, since something in them is `forced` to change:
    it must be shown as it is on the right though it is the same in logic. counted: whether two statements have other
    comments, where these count. alike: by the id of a definition of the left the one of the right that it became under
    another name.
    """

    hashes: dict[int, int] = field(default_factory=dict)
    words: dict[int, Counter[str]] = field(default_factory=dict)
    inside: dict[int, frozenset[int]] = field(default_factory=dict)
    whole: frozenset[Key] = frozenset()
    opened: frozenset[Key] = frozenset()
    forced: frozenset[Key] = frozenset()
    counted: Callable[[Node, Node], bool] | None = None
    alike: Mapping[int, Node] = field(default_factory=dict)

    def hash(self, node: Node) -> int:
        """A hash of a tree from those of its parts: statements that stand deep are asked for at each level."""
        known = self.hashes
        waiting: list[Any] = [node]
        while waiting and id(node) not in known:
            top = waiting[-1]
            below = children(top)
            missing = [c for c in below if id(c) not in known]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            parts: list[Any] = [top.__class__]
            for name in FIELDS[top.__class__]:
                value = getattr(top, name)
                if isinstance(value, Node):
                    parts.append(known[id(value)])
                elif value.__class__ is tuple:
                    parts.append(tuple([known[id(v)] if isinstance(v, Node) else v for v in value]))
                else:  # 0.0 and -0.0 have one hash
                    parts.append(repr(value) if value.__class__ in (float, complex) else value)
            known[id(top)] = hash(tuple(parts))
        return known[id(node)]

    def module(
        self,
        left: Block,
        right: Block,
        pairs: Sequence[tuple[int, int]],
        imports: Sequence[tuple[Node | None, Node]] = (),
    ) -> Script:
        """The script of two files, whose definitions are paired by `pairs` (indices of statements).

        imports: statements with imports, to be taken from the right (for one of the left, if there is one) though the
        normal form of neither has them.
        """
        found = self.script(left, right, (), dict(pairs))
        more = [
            Entry("insert" if old is None else "change", (len(found.entries) + n,), old, new)
            for n, (old, new) in enumerate(imports)
        ]
        return Script((), (*found.entries, *more))

    def script(self, left: Block, right: Block, key: Key, given: dict[int, int] | None = None) -> Script:
        forced = self._known(left, right, _by_name(left, right) if given is None else given)
        return Script(key, self._entries(left.body, right.body, key, forced))

    def _entries(
        self, one: Sequence[Node], two: Sequence[Node], key: Key, forced: dict[int, int]
    ) -> tuple[Entry, ...]:
        pairs, crossing = self._pairs(one, two, forced)
        entries: list[Entry] = []
        i = j = 0
        for a, b in [*pairs, (len(one), len(two))]:
            while i < a:
                entries.append(self._single("delete", (*key, len(entries)), one[i], crossing.get(i), two))
                i += 1
            back = {y: x for x, y in crossing.items()}
            while j < b:
                entries.append(self._single("insert", (*key, len(entries)), two[j], back.get(j), one))
                j += 1
            if a < len(one):
                entries.append(self._pair((*key, len(entries)), one[a], two[b]))
            i, j = a + 1, b + 1
        return tuple(entries)

    def _single(self, kind: Kind, key: Key, node: Node, other: int | None, there: Sequence[Node]) -> Entry:
        moved = there[other] if other is not None else None
        if kind == "delete":
            return Entry(kind, key, left=node, moved=moved)
        return Entry(kind, key, right=node, moved=moved)

    def _pair(self, key: Key, left: Node, right: Node) -> Entry:
        other_comments = self.counted is not None and self.counted(left, right)
        if key not in self.opened and not other_comments and trees_equal(left, right):
            return Entry("keep", key, left, right)
        if key in self.whole or len(key) > MAX_DEPTH:
            return Entry("change", key, left, right)
        if isinstance(left, Match) and isinstance(right, Match) and left.kind == right.kind:
            return self._cases(key, left, right)
        one, two = inner_blocks(left), inner_blocks(right)
        alike = left.__class__ is right.__class__ and one and len(one) == len(two)
        if not alike:
            return Entry("change", key, left, right)
        header = key in self.forced or not trees_equal(skeleton(left), skeleton(right))
        scripts = [self.script(a, b, (*key, n)) for n, (a, b) in enumerate(zip(one, two, strict=True))]
        return Entry("descend", key, left, right, tuple(scripts), header)

    def _cases(self, key: Key, left: Match, right: Match) -> Entry:
        """The entry of two `match` or `switch`: the entries inside of it are their cases."""
        header = key in self.forced or self.hash(left.subject) != self.hash(right.subject)
        places: dict[tuple[int, ...], list[int]] = {}
        for j, clause in enumerate(right.clauses):
            places.setdefault(self._head(clause), []).append(j)
        forced: dict[int, int] = {}
        for i, clause in enumerate(left.clauses):
            if places.get(self._head(clause)):
                forced[i] = places[self._head(clause)].pop(0)
        inner = (*key, 0)
        script = Script(inner, self._entries(left.clauses, right.clauses, inner, forced))
        return Entry("descend", key, left, right, (script,), header)

    def _head(self, clause: Clause) -> tuple[int, ...]:
        """What a case is for: hashes of its pattern and its guard, 0 for none."""
        return tuple([0 if node is None else self.hash(node) for node in (clause.pattern, clause.guard)])

    def _known(self, left: Block, right: Block, given: dict[int, int]) -> dict[int, int]:
        """Pairs of definitions, with those that are alike added."""
        if not self.alike:
            return given
        places = {id(definition(n)): j for j, n in enumerate(right.body)}
        found, taken = dict(given), set(given.values())
        for i, node in enumerate(left.body):
            other = self.alike.get(id(definition(node)))
            j = places.get(id(other)) if other is not None else None
            if i not in found and j is not None and j not in taken:
                found[i] = j
                taken.add(j)
        return found

    def _pairs(
        self, left: Sequence[Node], right: Sequence[Node], forced: dict[int, int]
    ) -> tuple[list[tuple[int, int]], dict[int, int]]:
        """The pairs of two blocks in order, and those of `forced` that would cross them."""
        there = set(forced.values())
        labels_left: list[Hashable] = [i in forced or self.hash(n) for i, n in enumerate(left)]
        labels_right: list[Hashable] = [j in there or self.hash(n) for j, n in enumerate(right)]
        for i, j in forced.items():
            labels_left[i] = labels_right[j] = ("pair", i)
        pairs = pair_sequences(labels_left, labels_right)
        crossing = dict(forced.items() - set(pairs))
        found: list[tuple[int, int]] = []
        before = (-1, -1)
        for pair in [*pairs, (len(left), len(right))]:
            ones = [i for i in range(before[0] + 1, pair[0]) if i not in forced]
            twos = [j for j in range(before[1] + 1, pair[1]) if j not in there]
            found += self._alike(left, right, ones, twos)
            if pair[0] < len(left):
                found.append(pair)
            before = pair
        return found, crossing

    def _alike(
        self, left: Sequence[Node], right: Sequence[Node], ones: list[int], twos: list[int]
    ) -> list[tuple[int, int]]:
        """The pairs of a gap: an order-keeping choice of the largest total likeness."""
        if not ones or not twos or len(ones) * len(twos) > MAX_GAP:
            return []
        scores = [[self.likeness(left[i], right[j]) for j in twos] for i in ones]
        return [(ones[a], twos[b]) for a, b in assign_in_order(scores)]

    def likeness(self, left: Node, right: Node) -> float:
        """How alike two statements are, from 0 to 1: Dice's coefficient of their words. 0: not to be paired."""
        if (
            left.__class__ is not right.__class__
            or definition(left) is not None
            or definition(right) is not None
        ):
            return 0.0
        if isinstance(left, (Import, ImportFrom)):
            return 0.0  # an import is there or not
        if self.hash(left) in self.inner(right) or self.hash(right) in self.inner(left):
            return 0.0  # something was put around it, such as an `elif` in front of an `else`
        one, two = self.words_of(left), self.words_of(right)
        score = 2 * (one & two).total() / ((one.total() + two.total()) or 1)
        return score if score >= ALIKE else 0.0

    def inner(self, node: Node) -> frozenset[int]:
        """The hashes of the statements inside of a statement."""
        found = self.inside.get(id(node))
        if found is None:
            own: set[int] = set()
            waiting = inner_blocks(node)
            while waiting:
                for inner in waiting.pop().body:
                    own.add(self.hash(inner))
                    waiting += inner_blocks(inner)
            found = self.inside[id(node)] = frozenset(own)
        return found

    def words_of(self, node: Node) -> Counter[str]:
        found = self.words.get(id(node))
        if found is None:
            found = Counter()
            for n in walk(node):
                found.update(
                    [f"{name}{getattr(n, name)!r}" for name in VALUE_FIELDS[n.__class__]]
                    or [n.__class__.__name__]
                )
                if isinstance(n, Opaque):
                    found.update([c for c in n.children if isinstance(c, str)])
            self.words[id(node)] = found
        return found


def _by_name(left: Block, right: Block) -> dict[int, int]:
    """The definitions of two blocks that have the same name."""
    places = {key: j for j, key in enumerate(unit_keys(right.body)) if key is not None}
    return {i: places[key] for i, key in enumerate(unit_keys(left.body)) if key is not None and key in places}


def skeleton(node: Node) -> Node:
    """A statement with its blocks emptied: what stands outside of them."""

    def visit(child: Node) -> Node:
        return EMPTY if isinstance(child, Block) else map_children(child, visit)

    return map_children(node, visit)


def is_unit(node: Node) -> bool:
    """Whether a statement is, or exports, a definition."""
    return definition(node) is not None


def holds_class(node: Node) -> bool:
    return isinstance(definition(node), Class)
