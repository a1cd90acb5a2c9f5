"""Proofs that two expressions, or two chains of branches, are equal: by polynomials, and by what they decide.

A `Prover` knows one place of one file. What it is asked about must be free of assignments; a proof says nothing of what
else stands there. An expression that may be noticed (it may raise, or act) is an event: equal code evaluates the same
events in the same order. Once anything acts, all that it could change is an event, too.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import field

from prediff.facts import Facts
from prediff.facts.decisions import Ask, Decision, Outcome, Question, agree
from prediff.facts.hazards import ACTS, QUIET, assume, hazard, is_steady, truth_hazard
from prediff.facts.kinds import INTEGERS, Kinds, comparable, is_small_exponent, kind_of
from prediff.facts.polynomials import Bound, Polynomial, bound, bounded, constant, plus, power, symbol, times
from prediff.lean_dataclasses import dataclass
from prediff.rules.blocks import is_exit
from prediff.rules.conditions import truth
from prediff.tree import (
    AssignExpr,
    Binary,
    Compare,
    If,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Return,
    Ternary,
    Tuple,
    Unary,
    Update,
    Yield,
    YieldFrom,
    walk,
)

MAX_NODES = 400
MAX_OUTCOMES = 40
MAX_MEMBERS = 8
ODD = (AssignExpr, Update, Yield, YieldFrom)
"""What binds names, or makes a function a generator, even where it is never evaluated."""
YES, NO = Literal("bool", True), Literal("bool", False)
POSITIVE = {"!=": "==", "is not": "is", "not in": "in", "!==": "==="}
SYMMETRIC = frozenset({"==", "is", "==="})
CONSTANT_KINDS = frozenset({"int", "str", "none", "bool", "bytes"})


@dataclass(slots=True)
class Numbers:
    """A number for each thing that is told apart, the same for equal things of both sides."""

    known: dict[Hashable, int] = field(default_factory=dict)

    def of(self, thing: Hashable) -> int:
        return self.known.setdefault(thing, len(self.known))


class TooLarge(Exception):
    """What is compared is larger than a proof is worth: caught in this module."""


def small(*nodes: Node) -> bool:
    """Whether some nodes are small enough for a proof, and assign nothing while they are evaluated."""
    count = 0
    for root in nodes:
        for node in walk(root):
            count += 1
            if count > MAX_NODES or isinstance(node, ODD):
                return False
    return True


def bound_alike(left: Sequence[Node], right: Sequence[Node], kinds: Kinds) -> bool:
    """Whether what only one side names is bound for certain: reading it, or not, cannot raise."""
    one, two = ({n.id for root in side for n in walk(root) if isinstance(n, Name)} for side in (left, right))
    return kinds.bound.issuperset(one ^ two)


def equal_numbers(left: Node, right: Node, kinds: Kinds, facts: Facts) -> bool:
    """Whether two expressions give the same int, exactly an int in both, with the same events."""
    if any(kind_of(side, kinds, facts) != "int" for side in (left, right)):
        return False

    def proved(prover: Prover) -> bool:
        one, two = prover.number(left), prover.number(right)
        return one is not None and two is not None and one == two

    return _attempt(proved, kinds, facts)


def equal_conditions(left: Node, right: Node, test: bool, kinds: Kinds, facts: Facts) -> bool:
    """Whether two expressions are equal: in their truth if only that counts (`test`), else in their value."""

    def proved(prover: Prover) -> bool:
        if test:
            return agree(*[prover.decision(side, Outcome(YES), Outcome(NO)) for side in (left, right)])
        return agree(*[prover.value(side, "") for side in (left, right)])

    return _attempt(proved, kinds, facts)


def equal_chains(left: Sequence[Node], right: Sequence[Node], kinds: Kinds, facts: Facts) -> bool:
    """Whether two ends of a block run the same statements, whatever their tests give."""

    def proved(prover: Prover) -> bool:
        one, run = prover.chain(left), prover.run_so_far()
        two = prover.chain(right)
        # A statement that is never reached still binds its names, and may make a generator of its function.
        return run == prover.run_so_far() and agree(one, two)

    return _attempt(proved, kinds, facts)


def _attempt(proved: Callable[[Prover], bool], kinds: Kinds, facts: Facts) -> bool:
    try:
        prover = Prover(kinds, facts)
        found = proved(prover)
        if not prover.met_action:
            return found
        return not kinds.deferred and proved(Prover(kinds, facts, acting=True))
    except TooLarge:
        return False


class Prover:
    """Turns the code of one place into polynomials and decisions, with one numbering for both sides.

    acting: something that is evaluated acts, so that only what is steady keeps its value. met_action: such a thing was
    met, though `acting` is not set; then nothing that was made holds.
    """

    def __init__(self, kinds: Kinds, facts: Facts, acting: bool = False) -> None:
        self.kinds = kinds
        self.facts = facts
        self.acting = acting
        self.met_action = False
        self.numbers = Numbers()
        self.lengths: set[int] = set()
        self.outcomes = 0
        self.run: set[Hashable] = set()

    def kind(self, node: Node) -> str:
        return kind_of(node, self.kinds, self.facts)

    # --- polynomials -------------------------------------------------------------------------------------------

    def number(self, node: Node) -> tuple[Polynomial, tuple[int, ...]] | None:
        """The polynomial of an integer expression, and the events of evaluating it; None if it is too large."""
        events: list[int] = []
        found = self._polynomial(node, events)
        return None if found is None else (found, self._noticed(events))

    def _noticed(self, events: list[int]) -> tuple[int, ...]:
        """Events as they count: where nothing acts, evaluating the same thing once more cannot raise any more."""
        return tuple(events if self.acting else dict.fromkeys(events))

    def _polynomial(self, node: Node, events: list[int]) -> Polynomial | None:
        if isinstance(node, Literal):  # a bool among numbers is odd enough to be shown
            return bounded(constant(node.value)) if node.kind == "int" else None
        if isinstance(node, Unary) and node.op in ("-", "+"):
            inner = self._polynomial(node.operand, events)
            return None if inner is None else plus({}, inner, 1 if node.op == "+" else -1)
        if isinstance(node, Binary) and node.op in ("+", "-", "*"):
            return self._joined(node, events)
        if isinstance(node, Binary) and node.op == "**" and is_small_exponent(node.right):
            inner = self._polynomial(node.left, events)
            assert isinstance(node.right, Literal)
            return None if inner is None else power(inner, node.right.value)
        return self._leaf(node, events)

    def _joined(self, node: Binary, events: list[int]) -> Polynomial | None:
        left = self._polynomial(node.left, events)
        right = self._polynomial(node.right, events)
        if left is None or right is None:
            return None
        if node.op == "*":
            return times(left, right)
        return bounded(plus(left, right, 1 if node.op == "+" else -1))

    def _leaf(self, node: Node, events: list[int]) -> Polynomial | None:
        if self.kind(node) not in INTEGERS:
            return None
        worst = hazard(node, self.kinds, self.facts)
        self.met_action |= worst == ACTS
        number = self.numbers.of(node)
        if worst != QUIET or (self.acting and not is_steady(node, self.kinds, self.facts)):
            events.append(number)
            if self.acting:  # evaluated again it may give another value
                number = self.numbers.of((node, events.count(number)))
        if self.facts.is_call_of(node, "len", "ord"):
            self.lengths.add(number)
        return symbol(number)

    # --- decisions ---------------------------------------------------------------------------------------------

    def decision(self, node: Node, yes: Decision, no: Decision) -> Decision:
        """What follows by whether an expression is true."""
        known = truth(node)
        if known is not None:
            return yes if known else no
        if isinstance(node, Not):
            return self.decision(node.operand, no, yes)
        if isinstance(node, Logical) and node.op in ("and", "or"):
            following = self.decision(node.values[-1], yes, no)
            for value in reversed(node.values[:-1]):
                if node.op == "and":
                    following = self.decision(value, following, no)
                else:
                    following = self.decision(value, yes, following)
            return following
        if isinstance(node, Ternary):
            then, orelse = self.decision(node.then, yes, no), self.decision(node.orelse, yes, no)
            return self.decision(node.test, then, orelse)
        if isinstance(node, Compare):
            return self._comparison(node, yes, no)
        if self.facts.language == "python" and self.kind(node) in ("int", "integer"):
            found = self._bound(node, "!=", Literal("int", 0), yes, no)
            if found is not None:
                return found
        return self._atom(node, truth_hazard(node, self.kinds, self.facts), yes, no)

    def _atom(self, node: Node, worst: int, yes: Decision, no: Decision) -> Decision:
        """A question that is asked as it stands."""
        self.met_action |= worst == ACTS
        number = self.numbers.of(node)
        noticed = worst != QUIET or (self.acting and not is_steady(node, self.kinds, self.facts))
        events = (number,) if noticed else ()
        return Ask(Question(("true", number), events=events, acts=noticed and self.acting), yes, no)

    def _comparison(self, node: Compare, yes: Decision, no: Decision) -> Decision:
        if len(node.ops) == 1:
            return self._pair(node.left, node.ops[0], node.rights[0], yes, no)
        if not all(self._repeats(middle) for middle in node.rights[:-1]):
            return self._atom(node, truth_hazard(node, self.kinds, self.facts), yes, no)
        before = [node.left, *node.rights[:-1]]
        following = yes
        for left, op, right in reversed(list(zip(before, node.ops, node.rights, strict=True))):
            following = self._pair(left, op, right, following, no)
        return following

    def _repeats(self, node: Node) -> bool:
        """Whether a node may be evaluated once more: that gives the same, and is not noticed."""
        worst = hazard(node, self.kinds, self.facts)
        self.met_action |= worst == ACTS
        if not self.acting:
            return worst != ACTS
        if isinstance(node, Literal):
            return True
        return isinstance(node, Name) and node.id in self.kinds.settled and not self.kinds.deferred

    def _pair(self, left: Node, op: str, right: Node, yes: Decision, no: Decision) -> Decision:
        """A comparison of two operands."""
        if self.facts.language == "python":
            found = self._bound(left, op, right, yes, no) if op in _ORDERS else None
            if found is not None:
                return found
            members = self._members(left, right) if op in ("in", "not in") else ()
            if members:
                following, found_yes = (no, yes) if op == "in" else (yes, no)
                for member in reversed(members):
                    following = self._pair(left, _equality(member), member, found_yes, following)
                return following
        same_kind = (
            comparable(left, right, self.kinds, self.facts) if self.facts.language == "python" else False
        )
        if op in POSITIVE and (
            op in self.facts.traits.negations or same_kind or assume("builtin-operators", self.facts)
        ):
            op, yes, no = POSITIVE[op], no, yes
        elif same_kind and op in (">", "<=", ">=") and self._quiet(left, right):
            if op != ">=":
                left, right = right, left
            if op != ">":
                yes, no = no, yes
            op = "<"
        node = Compare(left, (op,), (right,))
        worst = hazard(node, self.kinds, self.facts)
        if op in SYMMETRIC and worst == QUIET and repr(right) < repr(left):
            node = Compare(right, (op,), (left,))
        return self._atom(node, max(worst, truth_hazard(node, self.kinds, self.facts)), yes, no)

    def _quiet(self, *nodes: Node) -> bool:
        return all(hazard(n, self.kinds, self.facts) == QUIET for n in nodes)

    def _bound(self, left: Node, op: str, right: Node, yes: Decision, no: Decision) -> Decision | None:
        """A comparison of two integers, as what it says of their difference; None for anything else."""
        if any(self.kind(side) not in INTEGERS for side in (left, right)):
            return None
        events: list[int] = []
        one, two = self._polynomial(left, events), self._polynomial(right, events)
        if one is None or two is None:
            return None
        found = bound(plus(one, two, -1), op)
        noticed = self._noticed(events)
        if not isinstance(found, Bound):
            if not noticed:
                return yes if found else no
            return self._after(noticed, yes if found else no)
        if found.negated:
            yes, no = no, yes
        return Ask(
            Question(
                found.base, found.op, found.value, noticed, bool(noticed) and self.acting, self._least(found)
            ),
            yes,
            no,
        )

    def _after(self, events: tuple[int, ...], following: Decision) -> Decision:
        """What follows once some events are evaluated, whatever they give."""
        return Ask(Question(("nothing", events), events=events, acts=self.acting), following, following)

    def _least(self, found: Bound) -> int | None:
        """The least value of a bound's base: a length is never negative."""
        if len(found.base) == 1 and len(found.base[0][0]) == 1 and found.base[0][0][0] in self.lengths:
            return 0
        return None

    def _members(self, left: Node, right: Node) -> tuple[Node, ...]:
        """The literals that `left in right` compares with, where each comparison stands for itself."""
        if not isinstance(right, (Tuple, List)) or len(right.items) > MAX_MEMBERS:
            return ()
        if not all(isinstance(i, Literal) and i.kind in CONSTANT_KINDS for i in right.items):
            return ()
        return right.items if self._repeats(left) and assume("builtin-operators", self.facts) else ()

    # --- outcomes ----------------------------------------------------------------------------------------------

    def value(self, node: Node, use: str) -> Decision:
        """What an expression gives, for the use that is named: by its tests, then its parts as they stand."""
        if isinstance(node, Ternary):
            return self.decision(node.test, self.value(node.then, use), self.value(node.orelse, use))
        if self._gives_bool(node):
            return self.decision(node, self._outcome(use, YES), self._outcome(use, NO))
        return self._outcome(use, node)

    def _gives_bool(self, node: Node) -> bool:
        if self.facts.language == "python":
            return self.kind(node) == "bool"
        if isinstance(node, Logical):
            return all(self._gives_bool(v) for v in node.values)
        return isinstance(node, (Not, Compare)) or (isinstance(node, Literal) and node.kind == "bool")

    def _outcome(self, use: str, *nodes: Node) -> Outcome:
        self.outcomes += 1
        if self.outcomes > MAX_OUTCOMES:
            raise TooLarge
        key = use, self.numbers.of(nodes)
        if use == "run":
            self.run.add(key)
        return Outcome(key)

    def run_so_far(self) -> set[Hashable]:
        """The statements that stand in the chains asked about since this was asked last, reached or not."""
        run, self.run = self.run, set()
        return run

    def chain(self, statements: Sequence[Node]) -> Decision:
        """What runs of the end of a block, by the tests of the ifs that it starts with."""
        if not statements:
            return self._outcome("end")
        first, rest = statements[0], statements[1:]
        if isinstance(first, If) and small(first.test):
            orelse = first.orelse.body if first.orelse is not None else ()
            then, other = (self.chain(_going_on(branch, rest)) for branch in (first.then.body, orelse))
            return self.decision(first.test, then, other)
        if isinstance(first, Return) and first.value is None:
            return self._outcome("return nothing")
        if isinstance(first, Return) and first.value is not None and small(first.value):
            return self.value(first.value, "return")
        return self._outcome("run", *statements)


_ORDERS = frozenset({"<", "<=", ">", ">=", "==", "!="})


def _equality(member: Node) -> str:
    return "is" if isinstance(member, Literal) and member.kind == "none" else "=="


def _going_on(branch: Sequence[Node], rest: Sequence[Node]) -> tuple[Node, ...]:
    return tuple(branch) if branch and is_exit(branch[-1]) else (*branch, *rest)
