"""Operators that change when JavaScript computes a value: earlier, later, once, or only in a branch.

Some of what they make does what the original did: what is computed next may as well be computed now. It takes the same
thought to see that as to see that it does not, which is what these are for.
"""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from mutation.edits import Edit
from mutation.javascript_source import (
    Edits,
    Operator,
    Source,
    cut,
    field,
    function_of,
    is_statement,
    named,
    put,
    walk,
)

BLOCKS = frozenset({"program", "statement_block", "switch_case", "switch_default"})
TARGETS = frozenset({
    "assignment_expression", "augmented_assignment_expression", "update_expression", "for_in_statement",
})  # fmt: skip
NAME = "hoisted_"


def value_inlined(source: Source, node: Node) -> Iterator[Edits]:
    """The value of a local that is used once, where it is used."""
    name, value, function = field(node, "name"), node.child_by_field_name("value"), function_of(node)
    declaration = node.parent
    if value is None or function is None or name.type != "identifier" or declaration is None:
        return
    if declaration.parent is None or declaration.parent.type not in BLOCKS or len(named(declaration)) > 1:
        return
    word = source.text(name)
    uses = [n for n in walk(function) if "identifier" in n.type and n != name and source.text(n) == word]
    uses = [n for n in uses if "property_identifier" not in n.type]
    if len(uses) == 1 and uses[0].start_byte > node.end_byte and uses[0].type == "identifier":
        shown = source.text(value)
        if value.type not in ("identifier", "member_expression", "call_expression", "subscript_expression"):
            shown = f"({shown})"
        yield (*cut(declaration.start_byte, declaration.end_byte), *put(uses[0], shown))


def value_hoisted(source: Source, node: Node) -> Iterator[Edits]:
    """A value computed before the statement that it stands in."""
    parent = node.parent
    if parent is None or parent.type in TARGETS or parent.type == "expression_statement":
        return
    if parent.type == "call_expression" and parent.child_by_field_name("function") == node:
        return
    statement = _statement(node)
    if statement is None or any(
        n.type in ("super", "await_expression", "yield_expression") for n in walk(node)
    ):
        return
    before = Edit(statement.start_byte, statement.start_byte, f"const {NAME} = {source.text(node)};\n")
    yield (before, *put(node, NAME))


def _statement(node: Node) -> Node | None:
    """The innermost statement around a node, where others can stand before it."""
    around: Node | None = node
    while around is not None and not is_statement(around):
        around = around.parent
    return (
        around if around is not None and around.parent is not None and around.parent.type in BLOCKS else None
    )


OPERATORS = (
    Operator("value-inlined", ("variable_declarator",), value_inlined),
    Operator(
        "value-hoisted",
        ("call_expression", "member_expression", "subscript_expression", "update_expression"),
        value_hoisted,
    ),
)
