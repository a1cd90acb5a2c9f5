"""Lowers JavaScript's lists, objects, patterns and functions from their tree-sitter grammar."""

from __future__ import annotations

from typing import Any

from prediff.languages.javascript.expressions import items, same_line, word
from prediff.languages.tree_sitter import Lowering, Row, row
from prediff.tree import (
    AssignExpr,
    Block,
    Dict,
    Function,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Opaque,
    Pair,
    Param,
    Star,
)

# --- lists, objects and patterns -------------------------------------------------------------------------------


def list_(low: Lowering, n: Any) -> Node:
    found = [Opaque("hole") if c is None else low.node(c) for c in items(low, n, holes=True)]
    return List(tuple(found), span=low.span(n))


def dict_(low: Lowering, n: Any) -> Node:
    return Dict(low.all(items(low, n)), span=low.span(n))


def key(low: Lowering, n: Any) -> Node:
    """A property's key: a literal, or `Opaque` for a computed or private one."""
    kind = low.kind(n)
    if kind == "computed_property_name":
        return Opaque("computed", (low.node(low.named(n)[0]),), **low.simple(n))
    if kind == "private_property_identifier":
        return Opaque("private", (word(low, n),), **low.simple(n))
    if kind in ("string", "number"):
        return low.node(n)
    return Literal("str", word(low, n), span=low.span(n))


def pair(low: Lowering, n: Any) -> Node:
    return Pair(key(low, n.child_by_field_name("key")), low.field(n, "value"), span=low.span(n))


def shorthand(low: Lowering, n: Any) -> Node:
    """`{x}`, which is `{x: x}`; but `{__proto__: x}` sets the prototype, and only a computed key does not."""
    span, text = low.span(n), own_name(low, n)
    literal: Node = Literal("str", text, span=span)
    if text == "__proto__":
        literal = Opaque("computed", (literal,), span=span, header=span)
    return Pair(literal, Name(text, span=span), span=span)


def own_name(low: Lowering, n: Any) -> str:
    """The name that stands for a key and a variable; refused where no variable has it."""
    text = word(low, n)
    if text in ("import", "super", "this"):
        low.refuse(n, f"{text} as a name")
    return text


def shorthand_pattern(low: Lowering, n: Any) -> Node:
    span, text = low.span(n), own_name(low, n)
    return Pair(Literal("str", text, span=span), Name(text, span=span), span=span)


def shorthand_default(low: Lowering, n: Any) -> Node:
    """`{x = 1}` in a pattern, which is `{x: x = 1}`."""
    left = low.field(n, "left")
    if not isinstance(left, Pair):
        low.refuse(n, "a default without a name")
    value = AssignExpr("=", left.value, low.field(n, "right"), span=low.span(n))
    return Pair(left.key, value, span=low.span(n))


def default(low: Lowering, n: Any) -> Node:
    """`target = value` in a list pattern or behind a pattern's key."""
    return AssignExpr("=", low.field(n, "left"), low.field(n, "right"), span=low.span(n))


# --- functions -------------------------------------------------------------------------------------------------


def params(low: Lowering, n: Any) -> tuple[Param, ...]:
    found = []
    for c in items(low, n):
        kind, span = low.kind(c), low.span(c)
        if kind == "assignment_pattern":
            found.append(Param(low.field(c, "left"), "plain", None, low.field(c, "right"), span=span))
        elif kind == "rest_pattern":
            found.append(Param(low.node(low.named(c)[0]), "var_positional", span=span))
        else:
            found.append(Param(low.node(c), span=span))
    return tuple(found)


def function_body(low: Lowering, n: Any) -> Block:
    """A function's body, whose first string statements are directives."""
    return Block(prologue(low, low.named(n)), span=low.span(n))


def prologue(low: Lowering, nodes: list[Any]) -> tuple[Node, ...]:
    """Statements after directives ("use strict"), which are compared by their raw text."""
    count = 0
    while count < len(nodes) and is_directive(low, nodes[count]):
        count += 1
    directives = [directive(low, n) for n in nodes[:count]]
    return (*directives, *low.statements(nodes[count:]))


def is_directive(low: Lowering, n: Any) -> bool:
    if low.kind(n) != "expression_statement" or n.has_error:
        return False
    return low.kind(low.named(n)[0]) == "string"


def directive(low: Lowering, n: Any) -> Node:
    return Opaque("directive", (low.text(low.named(n)[0])[1:-1],), **low.simple(n))


def modifiers(low: Lowering, n: Any, end: int) -> tuple[str, ...]:
    """The words before byte `end`: static, async, generator, get, set."""
    found: list[str] = []
    for c in n.children:
        if c.start_byte >= end:
            break
        kind = low.kind(c)
        if kind in ("static", "async", "get", "set", "static get"):
            found += kind.split()
        elif kind == "*":
            found.append("generator")
        if kind == "async":
            same_line(low, c, c.next_sibling)
    return tuple(found)


def function(low: Lowering, n: Any) -> Node:
    """A definition or a function expression."""
    parameters = n.child_by_field_name("parameters")
    named = n.child_by_field_name("name")
    return Function(
        "" if named is None else word(low, named), params(low, parameters),
        function_body(low, n.child_by_field_name("body")),
        modifiers=modifiers(low, n, parameters.start_byte), **low.places(n, parameters),
    )  # fmt: skip


def arrow(low: Lowering, n: Any) -> Node:
    children = low.children(n)
    sign = next(i for i, c in enumerate(children) if low.kind(c) == "=>")
    same_line(low, children[sign - 1], children[sign])
    parameter, body = n.child_by_field_name("parameter"), n.child_by_field_name("body")
    if parameter is not None:
        found: tuple[Param, ...] = (Param(low.node(parameter), span=low.span(parameter)),)
    else:
        parameter = n.child_by_field_name("parameters")
        found = params(low, parameter)
    shown = function_body(low, body) if low.kind(body) == "statement_block" else low.node(body)
    return Lambda(found, shown, modifiers(low, n, parameter.start_byte), span=low.span(n))


TABLE: dict[str, Row] = {
    "private_property_identifier": key,
    "array": list_,
    "array_pattern": list_,
    "object": dict_,
    "object_pattern": dict_,
    "pair": pair,
    "pair_pattern": pair,
    "shorthand_property_identifier": shorthand,
    "shorthand_property_identifier_pattern": shorthand_pattern,
    "object_assignment_pattern": shorthand_default,
    "assignment_pattern": default,
    "spread_element": row(Star, 0),
    "rest_pattern": row(Star, 0),
    "function_expression": function,
    "generator_function": function,
    "function_declaration": function,
    "generator_function_declaration": function,
    "arrow_function": arrow,
}
