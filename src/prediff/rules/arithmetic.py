"""Rules of the family operators: arithmetic on literals."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import Binary, Literal, Node, Unary

LARGEST = 2**63
"""Sums and products from here on are left as they were written."""


def _constant_arithmetic(node: Binary, facts: Facts) -> Node | None:
    left, right = _int(node.left), _int(node.right)
    if left is None or right is None or node.op not in ("+", "-", "*"):
        return None
    result = left + right if node.op == "+" else left - right if node.op == "-" else left * right
    if abs(result) >= LARGEST:
        return None
    value = Literal("int", abs(result), span=node.span)
    return value if result >= 0 else Unary("-", value, span=node.span)


def _int(node: Node) -> int | None:
    """The value of an int literal with or without a minus sign."""
    if isinstance(node, Unary) and node.op == "-":
        value = _int(node.operand) if isinstance(node.operand, Literal) else None
        return None if value is None else -value
    return node.value if isinstance(node, Literal) and node.kind == "int" else None


CONSTANT_ARITHMETIC = Rule(
    id="constant-arithmetic",
    family="operators",
    summary="Write `86400`, not `24 * 60 * 60`: sums, differences and products of int literals.",
    languages={"python": frozenset({"source-unread"})},
    on=(Binary,),
    rewrite=_constant_arithmetic,
    why="Arithmetic on ints is exact, and no class can change what an int literal does. Not for floats, whose digits "
    "depend on the order, nor for division and powers. `x * 60 * 60` multiplies `x` first and stays.",
    examples=(
        Example("product", "x = 24 * 60 * 60", "x = 86400"),
        Example("mixed", "x = a[2 * 3 - 1]", "x = a[5]"),
        Example("negative", "x = 1 - 3", "x = -2"),
        Example("first", "x = 60 * 60 * a", "x = 3600 * a"),
    ),
    leaves_alone=(
        "x = a * 60 * 60",
        "x = 0.1 + 0.2",
        "x = 1 + 2.0",
        "x = 7 // 2",
        "x = 6 / 2",
        "x = 2 ** 8",
        "x = True + 1",
        "x = -a + 1",
        "x = 4294967296 * 4294967296",
        "javascript: x = 24 * 60 * 60;",
    ),
)

RULES: tuple[Rule, ...] = (CONSTANT_ARITHMETIC,)
