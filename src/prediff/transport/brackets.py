"""Which expressions need parentheses, or may, by where they stand."""

from __future__ import annotations

from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Await,
    Binary,
    Call,
    Compare,
    CompFor,
    Delete,
    ExprStmt,
    ForEach,
    Index,
    Lambda,
    Logical,
    New,
    Node,
    Not,
    Return,
    Slice,
    Star,
    Ternary,
    Tuple,
    Unary,
    Yield,
    YieldFrom,
)

_LOOSEST = (AssignExpr, Lambda, Ternary, Yield, YieldFrom)
BOOLEAN = (*_LOOSEST, Logical)
_COMPARED = (*BOOLEAN, Not, Compare)
_OPERATED = (*_COMPARED, Await, Binary, Unary)
_TIGHT: dict[tuple[type[Node], str], tuple[type[Node], ...]] = {
    (Attribute, "value"): _OPERATED, (Await, "value"): _OPERATED, (Binary, "left"): _OPERATED,
    (Binary, "right"): _OPERATED, (Call, "func"): _OPERATED, (Index, "value"): _OPERATED, (New, "func"): _OPERATED,
    (Star, "value"): _OPERATED, (Unary, "operand"): _OPERATED, (Compare, "left"): _COMPARED,
    (Compare, "rights"): _COMPARED, (Logical, "values"): BOOLEAN, (Not, "operand"): BOOLEAN,
    (CompFor, "iterable"): _LOOSEST, (CompFor, "conditions"): _LOOSEST, (Slice, "lower"): _LOOSEST,
    (Slice, "upper"): _LOOSEST, (Slice, "step"): _LOOSEST, (Ternary, "test"): _LOOSEST, (Ternary, "then"): _LOOSEST,
    (Ternary, "orelse"): _LOOSEST,
}  # fmt: skip
"""What needs parentheses, or may, by where it stands."""
_BARE: dict[type[Node], tuple[str, ...]] = {
    Assign: ("value", "targets"), Delete: ("targets",), ExprStmt: ("value",), ForEach: ("iterable", "target"),
    Index: ("index",), Return: ("value",), Yield: ("value",),
}  # fmt: skip
"""Where a tuple needs none."""


def is_looser(node: Node, where: tuple[type[Node], str]) -> bool:
    """Whether a node needs parentheses, or may, as a field of a class."""
    cls, name = where
    tuple_in_list = isinstance(node, Tuple) and name not in _BARE.get(cls, ())
    return tuple_in_list or isinstance(node, _TIGHT.get(where, ()))


def is_enclosed(text: str) -> bool:
    """Whether a text stands in one pair of parentheses."""
    depth = 0
    for place, mark in enumerate(text):
        depth += (mark == "(") - (mark == ")")
        if not depth:
            return place > 0 and place == len(text) - 1
    return False
