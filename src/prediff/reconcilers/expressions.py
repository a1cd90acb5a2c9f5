"""Expressions that stand in the same place and are equal: the right side takes the left's text.

Where two paired units still differ, they are gone through side by side as far as they have the same shape. What differs
is proved equal in the right unit, and in the left one too so that the verdict has no direction: ints by their
polynomials, conditions by what they decide, chains of branches by what they run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from prediff.align import pair_sequences
from prediff.facts import Facts, ModuleFacts, module_facts
from prediff.facts.bound import bound_around
from prediff.facts.kinds import NOTHING_KNOWN, Kinds, kinds_of
from prediff.languages.language import Traits
from prediff.model import Fold
from prediff.normalizer import POSITIONS
from prediff.reconcilers.proofs import bound_alike, equal_chains, equal_conditions, equal_numbers, small
from prediff.reconcilers.statements import EMPTY
from prediff.tree import (
    CHILD_FIELDS,
    VALUE_FIELDS,
    Binary,
    Block,
    Call,
    Class,
    Compare,
    Comprehension,
    Function,
    If,
    Lambda,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Return,
    Statement,
    Ternary,
    Unary,
    at_span,
    hull,
    same_value,
    span_of,
    tree_hash,
    trees_equal,
    update,
)

MAX_ATTEMPTS = 200
"""So many proofs are tried for a pair of units; after that they are compared as they stand."""
NUMBERS = (Binary, Unary)
NUMBER_LIKE = (Binary, Unary, Name, Literal, Call)
CONDITIONS = (Compare, Not, Logical, Ternary)
CONDITION_LIKE = (*CONDITIONS, Name, Literal, Call, *NUMBERS)


class Place:
    """One file, and where in it we stand."""

    def __init__(self, tree: Block, language: str, traits: Traits, allowed: frozenset[str]) -> None:
        self.tree = tree
        self.language = language
        self.traits = traits
        self.allowed = allowed
        self.enclosing: list[Node] = []
        self.comprehensions: list[Comprehension] = []
        self._facts: Facts | None = None

    def facts(self) -> Facts:
        """The facts of the place. Looking over the whole file waits until something is to be proved."""
        if self._facts is None:
            module: ModuleFacts = module_facts(self.tree)
            self._facts = Facts(self.language, self.traits, module, self.allowed)
        facts = self._facts
        if [id(n) for n in facts.enclosing] != [id(n) for n in self.enclosing]:
            while facts.enclosing:
                facts.leave()
            for node in self.enclosing:
                facts.enter(node)
        facts.used.clear()
        return facts

    def kinds(self, facts: Facts) -> Kinds:
        kinds = kinds_of(facts.function, facts) if facts.function is not None else NOTHING_KNOWN
        if kinds is not NOTHING_KNOWN or facts.function is None:
            kinds = replace(kinds, bound=bound_around(self.tree, facts))
        for node in self.comprehensions:
            kinds = kinds.within(node, facts)
        return kinds


class Joiner:
    """Brings the units of the right file nearer to those of the left."""

    def __init__(
        self, left: Block, right: Block, language: str, traits: Traits, allowed: frozenset[str]
    ) -> None:
        self.left = Place(left, language, traits, allowed)
        self.right = Place(right, language, traits, allowed)
        self.folds: list[Fold] = []
        self.unit = ""
        self.attempts = 0

    def unit_joined(self, left: Node, right: Node, name: str) -> Node:
        """The right unit, with what is proved to be equal as it is written on the left."""
        self.unit, self.attempts = name, 0
        joined: Node = self.join(left, right, "value")[0]
        return joined

    def join(self, a: Any, b: Any, position: str) -> tuple[Any, bool]:
        """The right node with what is equal as it is on the left, and whether all of it is."""
        if a is b:
            return b, True
        equal = False
        if a.__class__ is b.__class__ and _same_values(a, b):
            b, equal = self.parts(a, b, position)
        if equal or isinstance(a, (Statement, Block)) or isinstance(b, (Statement, Block)):
            return b, equal
        if self.proved(a, b, position):
            return at_span(a, span_of(b)), True
        return b, False

    def parts(self, a: Any, b: Any, position: str) -> tuple[Any, bool]:
        """Two nodes of one class, part by part."""
        if isinstance(a, Block):
            return self.block(a, b)
        if isinstance(a, (Function, Class, Lambda)):
            return self.definition(a, b)
        if isinstance(a, Comprehension):
            return self.comprehension(a, b)
        changes: dict[str, Any] = {}
        equal = True
        for name in CHILD_FIELDS[a.__class__]:
            one, two = getattr(a, name), getattr(b, name)
            where = POSITIONS.get((a.__class__.__name__, name), "value")
            new, same = self.field(one, two, position if where == "inherit" else where)
            equal &= same
            if new is not two:
                changes[name] = new
        return (update(b, **changes) if changes else b), equal

    def field(self, one: Any, two: Any, position: str) -> tuple[Any, bool]:
        if one is None or two is None:
            return two, one is two
        if one.__class__ is not tuple:
            return self.join(one, two, position)
        if len(one) != len(two):
            return two, False
        found = [
            (y, x == y) if x.__class__ is str or y.__class__ is str else self.join(x, y, position)
            for x, y in zip(one, two, strict=True)
        ]
        changed = any(new is not y for (new, _), y in zip(found, two, strict=True))
        return (tuple([new for new, _ in found]) if changed else two), all(same for _, same in found)

    def definition(self, a: Any, b: Any) -> tuple[Any, bool]:
        """A function, lambda or class: its body. What is evaluated around it is compared as it stands."""
        self.left.enclosing.append(a)
        self.right.enclosing.append(b)
        outer = self.left.comprehensions, self.right.comprehensions
        self.left.comprehensions, self.right.comprehensions = [], []
        body, equal = self.join(a.body, b.body, "value")
        self.left.comprehensions, self.right.comprehensions = outer
        self.left.enclosing.pop()
        self.right.enclosing.pop()
        equal = equal and trees_equal(update(a, body=EMPTY), update(b, body=EMPTY))
        return (b if body is b.body else update(b, body=body)), equal

    def comprehension(self, a: Comprehension, b: Comprehension) -> tuple[Node, bool]:
        """A comprehension: its first iterable in the scope around it, the rest in its own."""
        if len(a.clauses) != len(b.clauses):
            return b, False
        first, equal = self.join(a.clauses[0].iterable, b.clauses[0].iterable, "value")
        self.left.comprehensions.append(a)
        self.right.comprehensions.append(b)
        element, same = self.join(a.element, b.element, "value")
        equal &= same
        clauses = []
        for i, (one, two) in enumerate(zip(a.clauses, b.clauses, strict=True)):
            if not i:
                two = update(two, iterable=first)
                one = update(one, iterable=first)
            new, same = self.join(one, two, "value")
            equal &= same
            clauses.append(new)
        self.left.comprehensions.pop()
        self.right.comprehensions.pop()
        return update(b, element=element, clauses=tuple(clauses)), equal

    def block(self, a: Block, b: Block) -> tuple[Block, bool]:
        """Two blocks, statement by statement, then the end of each as a chain of branches."""
        body = list(b.body)
        same = [False] * len(body)
        for i, j in _pairs(a.body, b.body):
            same[j] = trees_equal(a.body[i], body[j])
            if not same[j]:
                body[j], same[j] = self.join(a.body[i], body[j], "value")
        if len(a.body) == len(body) and all(same):
            return _with_body(b, body), True
        start = 0
        while start < min(len(a.body), len(body)) and same[start] and trees_equal(a.body[start], body[start]):
            start += 1
        one, two = a.body[start:], tuple(body[start:])
        if not self.chained(one, two):
            return _with_body(b, body), False
        span = hull([n.span for n in two])
        folded = [at_span(n, span) for n in one]
        return update(b, body=(*body[:start], *folded)), True

    # --- proofs ------------------------------------------------------------------------------------------------

    def proved(self, a: Node, b: Node, position: str) -> bool:
        """Whether two expressions are equal; if so, the fold is noted."""
        numbers = isinstance(a, NUMBER_LIKE) and isinstance(b, NUMBER_LIKE) and _either(a, b, NUMBERS)
        conditions = isinstance(a, CONDITION_LIKE) and isinstance(b, CONDITION_LIKE)
        conditions = conditions and (_either(a, b, CONDITIONS) or (position == "test" and numbers))
        if not (numbers or conditions) or position == "discarded" or not small(a, b):
            return False
        if numbers and self.holds("equal-arithmetic", equal_numbers, a, b):
            return True
        return conditions and self.holds("equal-condition", equal_conditions, a, b, position == "test")

    def chained(self, one: Sequence[Node], two: Sequence[Node]) -> bool:
        """Whether two ends of a block are chains of branches that run the same; not where a block is a scope."""
        if (
            self.left.traits.block_scoped
            or not one
            or not two
            or not all(isinstance(side[0], (If, Return)) for side in (one, two))
        ):
            return False
        if not _either(one[0], two[0], (If,)) or any(n.span[0] <= 0 for n in two):
            return False
        return self.holds("equal-branches", equal_chains, one, two)

    def holds(self, rule: str, proof: Callable[..., bool], a: Any, b: Any, *more: bool) -> bool:
        """Whether a proof holds at both places; if so, the fold is noted with what it rests on."""
        self.attempts += 1
        if self.attempts > MAX_ATTEMPTS:
            return False
        used = {"source-unread"}
        for place in (self.right, self.left):
            facts = place.facts()
            kinds = place.kinds(facts)
            if not proof(a, b, *more, kinds, facts):
                return False
            used |= facts.used
            if not bound_alike(_sequence(a), _sequence(b), kinds):
                return False
        where = hull([span_of(n) for n in _sequence(b)])
        self.folds.append(Fold(rule, where, tuple(sorted(used)), "right", self.unit))
        return True


def _sequence(part: Node | Sequence[Node]) -> Sequence[Node]:
    return (part,) if isinstance(part, Node) else part


def _either(a: Node, b: Node, classes: tuple[type[Node], ...]) -> bool:
    return isinstance(a, classes) or isinstance(b, classes)


def _same_values(a: Any, b: Any) -> bool:
    """Whether two nodes of one class have equal values of their own; what an `Opaque` holds must be alike, too."""
    for name in VALUE_FIELDS[a.__class__]:
        x, y = getattr(a, name), getattr(b, name)
        if x.__class__ is not y.__class__ or not same_value(x, y):
            return False
    return True


def _pairs(left: Sequence[Node], right: Sequence[Node]) -> list[tuple[int, int]]:
    """The statements of two blocks that stand in the same place: one by one, or between those that are equal."""
    if len(left) == len(right):
        return [(i, i) for i in range(len(left))]
    pairs = pair_sequences([tree_hash(n) for n in left], [tree_hash(n) for n in right])
    found = []
    before = (-1, -1)
    for pair in [*pairs, (len(left), len(right))]:
        if pair[0] - before[0] == pair[1] - before[1]:
            found += list(zip(range(before[0] + 1, pair[0]), range(before[1] + 1, pair[1]), strict=True))
        found.append(pair)
        before = pair
    return found[:-1]


def _with_body(block: Block, body: list[Node]) -> Block:
    if all(x is y for x, y in zip(body, block.body, strict=True)):
        return block
    return update(block, body=tuple(body))
