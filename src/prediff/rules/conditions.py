"""What the rules on conditions share: negation where only truth matters, and which of two opposite tests is written."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.tree import Compare, Function, Literal, Logical, Name, Node, Not, Unary

NEGATIVE = frozenset({"is not", "not in", "!==", "!="})
EQUALITY = {"==": "!=", "!=": "=="}
MIRRORED = {
    "<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!=", "is": "is", "is not": "is not",
    "===": "===", "!==": "!==",
}  # fmt: skip
"""Each comparison with its operands exchanged."""
EXCHANGED = {"and": "or", "or": "and"}


COMPARES = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"})


def in_comparison(facts: Facts) -> bool:
    """Whether the node stands in a method that defines a comparison: its operands are surely not of built-in types."""
    return any(isinstance(d, Function) and d.name in COMPARES for d in facts.enclosing)


def opposite(op: str, facts: Facts) -> str | None:
    """The comparison that is the negation of `op` for all operands, or (`==`) for built-in ones if that is granted."""
    if not has_opposite(op, facts):
        return None
    exact = facts.traits.negations.get(op)
    if exact is None:
        facts.assume("builtin-operators")
        return EQUALITY[op]
    return exact


def has_opposite(op: str, facts: Facts) -> bool:
    """Whether `opposite` has an answer; nothing is noted as used."""
    if op in facts.traits.negations:
        return True
    return op in EQUALITY and "builtin-operators" in facts.granted and not in_comparison(facts)


def is_negative(test: Node, facts: Facts) -> bool:
    """Whether of a test and its negation (see `negate`) the other one is written: never so for both."""
    while isinstance(test, Logical) and test.op in EXCHANGED:
        test = test.values[0]
    if isinstance(test, Compare):
        return len(test.ops) == 1 and test.ops[0] in NEGATIVE and has_opposite(test.ops[0], facts)
    return isinstance(test, Not)


def negate(test: Node, facts: Facts) -> Node:
    """The negation of a test, for a place where only truth matters; truth tests keep their number and order."""
    if isinstance(test, Not):
        return test.operand
    if isinstance(test, Literal) and test.kind == "bool":
        return Literal("bool", not test.value, span=test.span)
    if isinstance(test, Compare) and len(test.ops) == 1:
        op = opposite(test.ops[0], facts)
        if op is not None:
            return Compare(test.left, (op,), test.rights, span=test.span)
    if isinstance(test, Logical) and test.op in EXCHANGED:
        return Logical(EXCHANGED[test.op], tuple([negate(v, facts) for v in test.values]), span=test.span)
    return Not(test, span=test.span)


def both(op: str, left: Node, right: Node) -> Logical:
    """`left op right` for a short-circuit operator, flat."""
    values: list[Node] = []
    for value in (left, right):
        values += value.values if isinstance(value, Logical) and value.op == op else (value,)
    return Logical(op, tuple(values))


def is_fixed(node: Node) -> bool:
    """Whether a node is a literal, or a number with a sign: evaluating it does nothing and always gives the same."""
    if isinstance(node, Unary) and node.op == "-":
        node = node.operand
        return isinstance(node, Literal) and node.kind in ("int", "float", "number", "bigint")
    return isinstance(node, Literal) and node.kind != "regex"


def kind_of_fixed(node: Node) -> str:
    """The kind of a node that `is_fixed`."""
    literal = node.operand if isinstance(node, Unary) else node
    return literal.kind if isinstance(literal, Literal) else ""


def truth(node: Node) -> bool | None:
    """Whether a literal is true; None for what is no literal."""
    if not isinstance(node, Literal):
        return None
    if node.kind in ("regex", "ellipsis"):
        return True
    return bool(node.value) if node.kind in _VALUED else None


_VALUED = frozenset({"int", "float", "imaginary", "str", "bytes", "bool", "none", "number", "bigint"})


def is_name(node: Node, name: str) -> bool:
    return isinstance(node, Name) and node.id == name
