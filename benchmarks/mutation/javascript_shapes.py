"""A JavaScript tree as nested tuples that can be compared, with one thing in it respelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tree_sitter import Node

from mutation.javascript_source import COMMENTS, Source, named, walk

Shape: TypeAlias = tuple[Any, ...]
"""A node's kind and what it holds: shapes, or the text of a leaf."""

CHAINS = frozenset({"member_expression", "subscript_expression", "call_expression"})
DECLARATIONS = frozenset({"lexical_declaration", "variable_declaration"})
Respell: TypeAlias = Callable[[Node, list[Shape]], list[Shape] | None]
"""Gives other parts for a node, None to leave them."""


def shape(source: Source, root: Node, respelled: Respell) -> Shape:
    """A tree without comments, semicolons and parentheses that only group, with one respelling applied."""
    if not root.children:
        return (root.type, source.text(root))
    parts: list[Shape] = []
    for child in root.children:
        if child.type in COMMENTS or child.type in (";", "empty_statement"):
            continue
        parts.append(shape(source, child, respelled))
    if root.type == "parenthesized_expression" and not _needed(root):
        return parts[1]
    kind = "declaration" if root.type in DECLARATIONS else root.type  # the keyword is one of its parts
    return (kind, *(respelled(root, parts) or parts))


def _needed(node: Node) -> bool:
    """Whether parentheses say more than what belongs together, or another tree would not be JavaScript."""
    parent, inner = node.parent, named(node)[0]
    if parent is None or inner.type == "parenthesized_expression":
        return False
    if parent.type in CHAINS and inner.type in CHAINS:
        return any(n.type == "optional_chain" for n in walk(inner))
    if parent.type == "expression_statement":
        return inner.type == "string"
    if parent.type in ("assignment_expression", "augmented_assignment_expression"):
        return parent.child_by_field_name("left") == node
    operator = parent.child_by_field_name("operator")
    if operator is not None and operator.type == "**":
        return inner.type in ("unary_expression", "await_expression")
    sign = inner.child_by_field_name("operator")
    words = {operator.type if operator else "", sign.type if sign else ""}
    return "??" in words and bool(words & {"&&", "||"})
