"""What evaluating an expression can do once more is known of its operands: nothing, raise, or act.

`effects` answers for expressions of which nothing is known, for rules that drop or repeat them. This asks more closely,
for proofs that two expressions are equal, and notes the assumptions on which each answer rests.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable

from prediff.facts import Facts
from prediff.facts.effects import IDENTITY
from prediff.facts.kinds import INTEGERS, Kinds, comparable, is_small_exponent, kind_of
from prediff.tree import (
    Attribute,
    Binary,
    Call,
    Compare,
    Function,
    Index,
    Keyword,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Slice,
    Star,
    Ternary,
    Tuple,
    Unary,
    children,
    walk,
)

QUIET, RAISES, ACTS = 0, 1, 2
"""It neither raises nor acts; it may raise; it may do anything."""
OPERATOR_METHODS = frozenset(
    {"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__bool__", "__len__"}
)
CLASSES = frozenset(name for name, value in vars(builtins).items() if isinstance(value, type))
_PLAIN = frozenset({Name, Literal, Compare, Not, Logical, Unary, Binary, Ternary})


def assume(assumption: str, facts: Facts) -> bool:
    """`facts.assume`; but the methods that define what an operator does are no place for builtin-operators."""
    if assumption == "builtin-operators" and any(
        isinstance(d, Function) and d.name in OPERATOR_METHODS for d in facts.enclosing
    ):
        return False
    return facts.assume(assumption)


def hazard(node: Node, kinds: Kinds, facts: Facts) -> int:
    """What evaluating a node can do at most."""
    if isinstance(node, Name):
        return QUIET if node.id in kinds.bound else RAISES
    if isinstance(node, Literal):
        return QUIET if node.kind != "regex" else ACTS
    if isinstance(node, Compare):
        return _of_comparison(node, kinds, facts)
    if isinstance(node, Not):
        return truth_hazard(node.operand, kinds, facts)
    if isinstance(node, Logical) and node.op in ("and", "or"):
        return max([truth_hazard(v, kinds, facts) for v in node.values])
    if isinstance(node, Ternary):
        arms = [hazard(v, kinds, facts) for v in (node.then, node.orelse)]
        return max(truth_hazard(node.test, kinds, facts), *arms)
    if facts.language != "python":
        return ACTS
    if isinstance(node, Binary):
        return _of_binary(node, kinds, facts)
    if isinstance(node, Unary):
        known = node.op in ("-", "+", "~") and kind_of(node.operand, kinds, facts) in INTEGERS
        return hazard(node.operand, kinds, facts) if known else ACTS
    if isinstance(node, (Attribute, Index, Slice)):
        pure = assume("reads-pure", facts)
        return max(RAISES, _worst(children(node), kinds, facts)) if pure else ACTS
    if isinstance(node, (List, Tuple)):
        return _worst(node.items, kinds, facts)
    return _of_call(node, kinds, facts) if isinstance(node, Call) else ACTS


def truth_hazard(node: Node, kinds: Kinds, facts: Facts) -> int:
    """What asking whether a node is true can do: in Python a class may define it."""
    worst = hazard(node, kinds, facts)
    if facts.language != "python" or isinstance(node, Literal) or kind_of(node, kinds, facts):
        return worst
    return worst if assume("builtin-operators", facts) else ACTS


def is_steady(node: Node, kinds: Kinds, facts: Facts) -> bool:
    """Whether the truth of a quiet node stays what it is whatever else is evaluated in between.

    Its names must be settled; in Python their values of a kind that nothing can change, unless only identity is asked.
    """
    identity = (
        isinstance(node, Compare)
        and all(op in IDENTITY for op in node.ops)
        and all(isinstance(c, (Name, Literal)) for c in children(node))
    )
    for n in walk(node):
        if n.__class__ not in _PLAIN:
            return False
        if isinstance(n, Name) and n.id not in kinds.settled:
            return False
        if (
            isinstance(n, Name)
            and facts.language == "python"
            and not identity
            and not kind_of(n, kinds, facts)
        ):
            return False
    return not kinds.deferred


def _worst(nodes: Iterable[Node], kinds: Kinds, facts: Facts) -> int:
    return max([hazard(n, kinds, facts) for n in nodes], default=QUIET)


def _of_comparison(node: Compare, kinds: Kinds, facts: Facts) -> int:
    worst = _worst(children(node), kinds, facts)
    before = node.left
    for op, after in zip(node.ops, node.rights, strict=True):
        if op in IDENTITY:
            pass
        elif facts.language != "python":
            return ACTS
        elif op in ("in", "not in") or not comparable(before, after, kinds, facts):
            if not assume("builtin-operators", facts):
                return ACTS
            if op not in ("==", "!=") and not (op in ("in", "not in") and isinstance(after, (List, Tuple))):
                worst = max(worst, RAISES)
        before = after
    return worst


def _of_binary(node: Binary, kinds: Kinds, facts: Facts) -> int:
    worst = _worst((node.left, node.right), kinds, facts)
    if any(kind_of(side, kinds, facts) not in INTEGERS for side in (node.left, node.right)):
        return ACTS
    if node.op in ("+", "-", "*", "&", "|", "^"):
        return worst
    if node.op == "**" and is_small_exponent(node.right):
        return worst
    divides = isinstance(node.right, Literal) and node.right.value != 0
    if node.op in ("//", "%") and divides:
        return worst
    return max(worst, RAISES)


def _of_call(node: Call, kinds: Kinds, facts: Facts) -> int:
    """A call of a builtin that only looks at its arguments."""
    if any(isinstance(a, (Star, Keyword)) for a in node.args):
        return ACTS
    worst = _worst(node.args, kinds, facts)
    count = len(node.args)
    if count == 1 and facts.is_call_of(node, "len"):
        return max(worst, RAISES) if assume("builtin-operators", facts) else ACTS
    if count == 1 and facts.is_call_of(node, "bool"):
        return truth_hazard(node.args[0], kinds, facts)
    if count == 1 and facts.is_call_of(node, "abs", "int"):
        return worst if kind_of(node.args[0], kinds, facts) in INTEGERS else ACTS
    if count > 1 and facts.is_call_of(node, "min", "max"):
        return worst if all(kind_of(a, kinds, facts) in INTEGERS for a in node.args) else ACTS
    if count == 2 and facts.is_call_of(node, "isinstance"):
        # `__class__` is read; a class that is no builtin may define what its instances are.
        if not assume("reads-pure", facts):
            return ACTS
        if facts.is_builtin(node.args[1], *CLASSES):
            return worst
        return max(worst, RAISES) if assume("builtin-operators", facts) else ACTS
    return ACTS
