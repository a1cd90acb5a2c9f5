"""Operators that change JavaScript's operators: comparisons, sums, logic, unary words, calls' marks, assignments."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tree_sitter import Node

from mutation.edits import Edit
from mutation.javascript_source import (
    Edits,
    Operator,
    Source,
    drop_items,
    field,
    function_of,
    named,
    put,
    swap,
    swap_neighbours,
    tokens,
    unwrapped,
    wrap,
)

ORDER = ("<", "<=", ">", ">=")
EQUALITY = ("==", "!=", "===", "!==")
LOOSE = {"===": "==", "==": "===", "!==": "!=", "!=": "!=="}
ARITHMETIC = ("+", "-", "*", "/", "%", "**")
BITWISE = ("&", "|", "^", "<<", ">>", ">>>")
BOOLEAN = ("&&", "||", "??")
OTHER_COMPOUND = {
    "+=": "-=", "-=": "+=", "*=": "/=", "/=": "*=", "%=": "*=", "**=": "*=", "|=": "&=", "&=": "|=", "^=": "|=",
    "<<=": ">>=", ">>=": ">>>=", ">>>=": ">>=", "&&=": "||=", "||=": "??=", "??=": "||=",
}  # fmt: skip
Find = Callable[[Source, Node], Iterator[Edits]]


def between(operators: tuple[str, ...]) -> Find:
    """Each of some binary operators changed to each other one."""

    def find(source: Source, node: Node) -> Iterator[Edits]:
        operator = field(node, "operator")
        if operator.type in operators:
            for other in operators:
                if other not in (operator.type, LOOSE.get(operator.type)):
                    yield put(operator, other)

    return find


def loose_equality(source: Source, node: Node) -> Iterator[Edits]:
    operator = field(node, "operator")
    if operator.type in LOOSE:
        yield put(operator, LOOSE[operator.type])


def membership(source: Source, node: Node) -> Iterator[Edits]:
    operator = field(node, "operator")
    for one, other in (("in", "instanceof"), ("instanceof", "in")):
        if operator.type == one:
            yield put(operator, other)


def operands_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap(source, field(node, "left"), field(node, "right"))


def operand_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, source.text(field(node, "left")))
    yield put(node, source.text(field(node, "right")))


def sequence_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap_neighbours(source, named(node))


def sequence_item_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield from drop_items(named(node))


def ternary_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap(source, field(node, "consequence"), field(node, "alternative"))


def ternary_arm(source: Source, node: Node) -> Iterator[Edits]:
    for name in ("consequence", "alternative"):
        yield put(node, f"({source.text(field(node, name))})")


def removed(*operators: str) -> Find:
    """A unary operator left out."""

    def find(source: Source, node: Node) -> Iterator[Edits]:
        if field(node, "operator").type in operators:
            argument = source.text(field(node, "argument"))
            yield put(
                node, argument if node.parent and node.parent.type != "binary_expression" else f"({argument})"
            )

    return find


def sign_changed(source: Source, node: Node) -> Iterator[Edits]:
    operator = field(node, "operator")
    for one, other in (("-", "+"), ("+", "-"), ("~", "-")):
        if operator.type == one:
            yield put(operator, other)


def not_added(source: Source, node: Node) -> Iterator[Edits]:
    if node.type == "unary_expression":
        if field(node, "operator").type == "!":
            yield put(node, f"!{source.text(node)}")
        return
    if node.type == "return_statement":
        found = named(node)
    elif field(node, "operator").type in BOOLEAN:
        found = [field(node, "left"), field(node, "right")]
    else:
        return
    for value in found:
        yield wrap(value, "!(", ")")


def boolean_cast(source: Source, node: Node) -> Iterator[Edits]:
    """A value made a bool, and a bool made of one left as it is: the same where only truth counts, else not."""
    if node.type == "return_statement":
        for value in named(node):
            yield wrap(value, "!!(", ")")
    elif field(node, "operator").type == "!":
        inner = unwrapped(field(node, "argument"))
        if inner.type == "unary_expression" and field(inner, "operator").type == "!":
            yield put(node, source.text(field(inner, "argument")))


def await_removed(source: Source, node: Node) -> Iterator[Edits]:
    if node.type == "await_expression":
        yield put(node, source.text(named(node)[0]))
        return
    for word in tokens(node, "await"):
        yield put(word, "")


def await_added(source: Source, node: Node) -> Iterator[Edits]:
    function = function_of(node)
    if function is not None and tokens(function, "async"):
        yield wrap(node, "(await ", ")")


def yield_star(source: Source, node: Node) -> Iterator[Edits]:
    for star in tokens(node, "*"):
        yield put(star, "")
    if named(node) and not tokens(node, "*"):
        yield put(node.children[0], "yield*")


def yield_removed(source: Source, node: Node) -> Iterator[Edits]:
    for value in named(node):
        yield put(node, f"({source.text(value)})")


def spread_removed(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node.children[0], "")


def optional_removed(source: Source, node: Node) -> Iterator[Edits]:
    for mark in node.children_by_field_name("optional_chain"):
        yield put(mark, "." if node.type == "member_expression" else "")


def optional_added(source: Source, node: Node) -> Iterator[Edits]:
    if node.child_by_field_name("optional_chain") is not None:
        return
    if node.type == "member_expression":
        for dot in tokens(node, "."):
            yield put(dot, "?.")
        return
    name = "arguments" if node.type == "call_expression" else "index"
    at = field(node, name).start_byte if name == "arguments" else tokens(node, "[")[0].start_byte
    yield (Edit(at, at, "?."),)


def new_removed(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node.children[0], "")


def new_added(source: Source, node: Node) -> Iterator[Edits]:
    if field(node, "function").type in ("identifier", "member_expression"):
        yield (Edit(node.start_byte, node.start_byte, "new "),)


def update_swapped(source: Source, node: Node) -> Iterator[Edits]:
    operator = field(node, "operator")
    yield put(operator, "--" if operator.type == "++" else "++")


def update_position(source: Source, node: Node) -> Iterator[Edits]:
    operator, argument = field(node, "operator"), source.text(field(node, "argument"))
    prefix = operator.start_byte == node.start_byte
    yield put(node, f"{argument}{operator.type}" if prefix else f"{operator.type}{argument}")


def compound_assignment(source: Source, node: Node) -> Iterator[Edits]:
    if node.type == "assignment_expression":
        if field(node, "left").type in ("identifier", "member_expression", "subscript_expression"):
            for sign in tokens(node, "="):
                yield put(sign, "+=")
                yield put(sign, "??=")
        return
    operator = field(node, "operator")
    others = OTHER_COMPOUND.get(operator.type, "")
    for other in (others, "="):
        if other:
            yield put(operator, other)


def parentheses_removed(source: Source, node: Node) -> Iterator[Edits]:
    if node.parent is not None and not node.parent.type.endswith("_statement"):
        yield put(node, f" {source.text(node)[1:-1]} ")


def arrow_to_function(source: Source, node: Node) -> Iterator[Edits]:
    """`this` and `arguments` mean something else in the one than in the other."""
    arrow, body = tokens(node, "=>")[0], field(node, "body")
    given = node.child_by_field_name("parameter")
    words = "async function" if tokens(node, "async") else "function"
    shown = source.text(given or field(node, "parameters"))
    head = f"{words} ({shown}) " if given else f"{words} {shown} "
    shown_body = source.text(body)
    if body.type != "statement_block":
        shown_body = f"{{ return {shown_body}; }}"
    before = source.data[arrow.end_byte : body.start_byte].decode()
    yield put(node, f"({head}{before.strip()}{shown_body})")


def function_to_arrow(source: Source, node: Node) -> Iterator[Edits]:
    if node.child_by_field_name("name") is None and not tokens(node, "*"):
        words = "async " if tokens(node, "async") else ""
        yield put(
            node, f"({words}{source.text(field(node, 'parameters'))} => {source.text(field(node, 'body'))})"
        )


BINARY = ("binary_expression",)
OPERATORS = (
    Operator("comparison", BINARY, between(ORDER)),
    Operator("comparison", BINARY, between(EQUALITY)),
    Operator("comparison", BINARY, between((*ORDER, "===", "!=="))),
    Operator("loose-equality", BINARY, loose_equality),
    Operator("membership", BINARY, membership),
    Operator("arithmetic", BINARY, between(ARITHMETIC)),
    Operator("bitwise", BINARY, between(BITWISE)),
    Operator("boolean", BINARY, between(BOOLEAN)),
    Operator("operand-swapped", BINARY, operands_swapped),
    Operator("operand-dropped", BINARY, operand_dropped),
    Operator("operand-swapped", ("sequence_expression",), sequence_swapped),
    Operator("operand-dropped", ("sequence_expression",), sequence_item_dropped),
    Operator("ternary-swapped", ("ternary_expression",), ternary_swapped),
    Operator("ternary-arm", ("ternary_expression",), ternary_arm),
    Operator("not-removed", ("unary_expression",), removed("!")),
    Operator("not-added", ("binary_expression", "unary_expression", "return_statement"), not_added),
    Operator("boolean-cast", ("unary_expression", "return_statement"), boolean_cast),
    Operator("typeof-removed", ("unary_expression",), removed("typeof")),
    Operator("delete-removed", ("unary_expression",), removed("delete")),
    Operator("void-removed", ("unary_expression",), removed("void")),
    Operator("sign-removed", ("unary_expression",), removed("-", "+", "~")),
    Operator("sign-changed", ("unary_expression",), sign_changed),
    Operator("await-removed", ("await_expression", "for_in_statement"), await_removed),
    Operator("await-added", ("call_expression",), await_added),
    Operator("yield-star", ("yield_expression",), yield_star),
    Operator("yield-removed", ("yield_expression",), yield_removed),
    Operator("spread-removed", ("spread_element", "rest_pattern"), spread_removed),
    Operator(
        "optional-chaining-removed",
        ("member_expression", "subscript_expression", "call_expression"),
        optional_removed,
    ),
    Operator(
        "optional-chaining-added",
        ("member_expression", "subscript_expression", "call_expression"),
        optional_added,
    ),
    Operator("new-removed", ("new_expression",), new_removed),
    Operator("new-added", ("call_expression",), new_added),
    Operator("update-swapped", ("update_expression",), update_swapped),
    Operator("update-position", ("update_expression",), update_position),
    Operator(
        "compound-assignment",
        ("assignment_expression", "augmented_assignment_expression"),
        compound_assignment,
    ),
    Operator("parentheses-removed", ("parenthesized_expression",), parentheses_removed),
    Operator("arrow-function", ("arrow_function",), arrow_to_function),
    Operator("arrow-function", ("function_expression",), function_to_arrow),
)
