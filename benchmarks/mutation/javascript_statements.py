"""Operators that change JavaScript's statements: what runs, how often, in which order, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from mutation.edits import Edit
from mutation.javascript_source import (
    LOOPS,
    Edits,
    Operator,
    Source,
    cut,
    drop_items,
    field,
    is_statement,
    named,
    put,
    swap_neighbours,
    wrap,
)

BLOCKS = ("program", "statement_block", "switch_case", "switch_default")
CONDITIONS = ("if_statement", "while_statement", "do_statement", "ternary_expression", "for_statement")


def statements(node: Node) -> list[Node]:
    """The statements of a block or of a switch's case."""
    return [c for c in named(node) if is_statement(c) or c.type == "statement_block"]


def statement_deleted(source: Source, node: Node) -> Iterator[Edits]:
    if node.type in BLOCKS:
        for found in statements(node):
            yield cut(found.start_byte, found.end_byte)
        return
    for name in ("body", "consequence"):
        body = node.child_by_field_name(name)
        if body is not None and body.type != "statement_block":
            yield put(body, ";")
    if node.type == "else_clause" and named(node)[0].type != "statement_block":
        yield put(named(node)[0], ";")


def statement_doubled(source: Source, node: Node) -> Iterator[Edits]:
    for found in statements(node):
        if found.type == "expression_statement":
            yield (Edit(found.end_byte, found.end_byte, f"\n{source.text(found)}"),)


def statements_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap_neighbours(source, statements(node))


def body_of(node: Node) -> Node | None:
    """The block that a loop or an if runs."""
    body = node.child_by_field_name("consequence" if node.type == "if_statement" else "body")
    return body if body is not None and body.type == "statement_block" else None


def statement_out(source: Source, node: Node) -> Iterator[Edits]:
    """The last statement of a body moved behind the whole."""
    body = body_of(node)
    if body is None or node.child_by_field_name("alternative") is not None or not statements(body):
        return
    last = statements(body)[-1]
    after = Edit(node.end_byte, node.end_byte, f"\n{source.text(last)}")
    yield (*cut(last.start_byte, last.end_byte), after)


def statement_in(source: Source, node: Node) -> Iterator[Edits]:
    """The statement behind the whole moved to the end of its body."""
    body, following = body_of(node), node.next_named_sibling
    if body is None or following is None or not is_statement(following):
        return
    if node.child_by_field_name("alternative") is not None:
        return
    close = body.end_byte - 1
    moved = Edit(close, close, f"\n{source.text(following)}\n")
    yield (moved, *cut(following.start_byte, following.end_byte))


def out_of_loop(source: Source, node: Node) -> Iterator[Edits]:
    if node.type in LOOPS:
        yield from statement_out(source, node)


def into_loop(source: Source, node: Node) -> Iterator[Edits]:
    if node.type in LOOPS:
        yield from statement_in(source, node)


def jump_swapped(source: Source, node: Node) -> Iterator[Edits]:
    word = node.children[0]
    yield put(word, "continue" if word.type == "break" else "break")
    yield put(word, "return")


def label_dropped(source: Source, node: Node) -> Iterator[Edits]:
    label = node.child_by_field_name("label")
    if node.type == "labeled_statement":
        yield cut(node.start_byte, field(node, "body").start_byte)
    elif label is not None:
        yield put(label, "")


def return_dropped(source: Source, node: Node) -> Iterator[Edits]:
    for value in named(node):
        yield put(node.children[0], "")
        yield put(value, "")


def return_constant(source: Source, node: Node) -> Iterator[Edits]:
    for value in named(node):
        for other in ("null", "undefined", "true", "[]"):
            if source.text(value) != other:
                yield put(value, other)
    if not named(node):
        yield (Edit(node.children[0].end_byte, node.children[0].end_byte, " null"),)


def line_break(source: Source, node: Node) -> Iterator[Edits]:
    """A line break behind a word that a value has to follow on the same line."""
    if len(node.children) > 1 and (named(node) or node.child_by_field_name("label")):
        at = node.children[0].end_byte
        yield (Edit(at, at, "\n"),)


def throw_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node.children[0], "")
    yield put(node.children[0], "return")


def else_dropped(source: Source, node: Node) -> Iterator[Edits]:
    """The branch left out, and its body run in any case."""
    yield cut(node.start_byte, node.end_byte)
    yield put(node.children[0], "")


def then_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(field(node, "consequence"), "{}")
    if node.child_by_field_name("alternative") is None:
        yield put(node, source.text(field(node, "consequence")))


def condition_of(node: Node) -> Node | None:
    found = node.child_by_field_name("condition")
    if found is None or found.type == "empty_statement":
        return None
    return named(found)[0] if found.type in ("parenthesized_expression", "expression_statement") else found


def condition_negated(source: Source, node: Node) -> Iterator[Edits]:
    condition = condition_of(node)
    if condition is not None:
        yield wrap(condition, "!(", ")")


def condition_constant(source: Source, node: Node) -> Iterator[Edits]:
    condition = condition_of(node)
    if condition is not None:
        for other in ("true", "false"):
            yield put(condition, other)


def loop_once(source: Source, node: Node) -> Iterator[Edits]:
    """`while` as `if`, `while` as `do`, and `do` as `while`."""
    body, test = field(node, "body"), source.text(field(node, "condition"))
    if node.type == "do_statement":
        yield put(node, f"while {test} {source.text(body)}")
        return
    yield put(node.children[0], "if")
    yield put(node, f"do {source.text(body)} while {test};")


def for_part(source: Source, node: Node) -> Iterator[Edits]:
    """A part of a for loop's header left out."""
    for name in ("initializer", "condition", "increment"):
        part = node.child_by_field_name(name)
        if part is not None and part.type != "empty_statement":
            semicolon = source.data[part.start_byte : part.end_byte].endswith(b";")
            yield put(part, ";" if semicolon else "")


def for_kind(source: Source, node: Node) -> Iterator[Edits]:
    operator = field(node, "operator")
    yield put(operator, "in" if operator.type == "of" else "of")


def case_break(source: Source, node: Node) -> Iterator[Edits]:
    for found in statements(node):
        inner = statements(found)[-1:] if found.type == "statement_block" else [found]
        for last in inner:
            if last.type in ("break_statement", "return_statement"):
                yield cut(last.start_byte, last.end_byte)


def case_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield cut(node.start_byte, node.end_byte)


def case_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap_neighbours(source, named(node))


def catch_parameter(source: Source, node: Node) -> Iterator[Edits]:
    if node.child_by_field_name("parameter") is not None:
        yield cut(node.children[0].end_byte, field(node, "body").start_byte)


def handler_dropped(source: Source, node: Node) -> Iterator[Edits]:
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    if handler is None:
        return
    if final is not None:
        yield put(handler, "")
    else:
        yield put(node, source.text(field(node, "body")))
    yield put(field(handler, "body"), "{}")


def finally_dropped(source: Source, node: Node) -> Iterator[Edits]:
    """The finalizer left out, and its body run only where nothing was thrown."""
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    if final is None:
        return
    body = source.text(field(final, "body"))
    if handler is not None:
        yield put(final, "")
        yield put(final, body)
    else:
        yield put(node, source.text(field(node, "body")))
        yield put(node, f"{source.text(field(node, 'body'))} {body}")


def declaration_kind(source: Source, node: Node) -> Iterator[Edits]:
    words = [c for c in node.children if c.type in ("var", "let", "const")]
    for word in words[:1]:
        for other in ("var", "let", "const"):
            if other != word.type:
                yield put(word, other)
        if node.type == "for_in_statement":
            yield put(word, "")


def declaration_to_assignment(source: Source, node: Node) -> Iterator[Edits]:
    """A declaration whose keyword is left out assigns to a name further out, or to a global."""
    if all(c.child_by_field_name("value") is not None for c in named(node)):
        yield put(node.children[0], "")


def declarators(node: Node) -> list[Node]:
    return [c for c in named(node) if c.type == "variable_declarator"]


def declarator_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap_neighbours(source, declarators(node))


def declarator_dropped(source: Source, node: Node) -> Iterator[Edits]:
    if len(declarators(node)) > 1:
        yield from drop_items(declarators(node))


def initializer_dropped(source: Source, node: Node) -> Iterator[Edits]:
    value = node.child_by_field_name("value")
    if value is not None:
        yield cut(field(node, "name").end_byte, value.end_byte)


def initializer_moved(source: Source, node: Node) -> Iterator[Edits]:
    """A value that is computed one statement later: `let x = f(); g();` as `let x; g(); x = f();`."""
    for one, other in pairwise(statements(node)):
        if one.type not in ("lexical_declaration", "variable_declaration") or len(declarators(one)) != 1:
            continue
        name, value = field(declarators(one)[0], "name"), declarators(one)[0].child_by_field_name("value")
        if value is not None and name.type == "identifier":
            text = f"\n{source.text(name)} = {source.text(value)};"
            yield (
                *put(one.children[0], "let" if one.children[0].type == "const" else one.children[0].type),
                *cut(name.end_byte, value.end_byte),
                Edit(other.end_byte, other.end_byte, text),
            )


LISTS = ("lexical_declaration", "variable_declaration")
WITH_BODY = (*sorted(LOOPS), "if_statement", "else_clause")
OPERATORS = (
    Operator("case-break-removed", ("switch_case", "switch_default"), case_break),
    Operator("statement-deleted", (*BLOCKS, *WITH_BODY), statement_deleted),
    Operator("statement-doubled", BLOCKS, statement_doubled),
    Operator("statements-swapped", BLOCKS, statements_swapped),
    Operator("statement-out-of-loop", tuple(sorted(LOOPS)), out_of_loop),
    Operator("statement-into-loop", tuple(sorted(LOOPS)), into_loop),
    Operator("statement-out-of-branch", ("if_statement",), statement_out),
    Operator("statement-into-branch", ("if_statement",), statement_in),
    Operator("break-continue", ("break_statement", "continue_statement"), jump_swapped),
    Operator("label-dropped", ("break_statement", "continue_statement", "labeled_statement"), label_dropped),
    Operator("return-dropped", ("return_statement",), return_dropped),
    Operator("return-constant", ("return_statement",), return_constant),
    Operator(
        "line-break",
        ("return_statement", "break_statement", "continue_statement", "yield_expression"),
        line_break,
    ),
    Operator("throw-dropped", ("throw_statement",), throw_dropped),
    Operator("else-dropped", ("else_clause",), else_dropped),
    Operator("then-dropped", ("if_statement",), then_dropped),
    Operator("condition-negated", CONDITIONS, condition_negated),
    Operator("condition-constant", CONDITIONS, condition_constant),
    Operator("loop-once", ("while_statement", "do_statement"), loop_once),
    Operator("for-part-dropped", ("for_statement",), for_part),
    Operator("for-kind", ("for_in_statement",), for_kind),
    Operator("case-dropped", ("switch_case", "switch_default"), case_dropped),
    Operator("case-swapped", ("switch_body",), case_swapped),
    Operator("catch-parameter-dropped", ("catch_clause",), catch_parameter),
    Operator("handler-dropped", ("try_statement",), handler_dropped),
    Operator("finally-dropped", ("try_statement",), finally_dropped),
    Operator("declaration-kind", (*LISTS, "for_in_statement"), declaration_kind),
    Operator("declaration-to-assignment", LISTS, declaration_to_assignment),
    Operator("declarator-swapped", LISTS, declarator_swapped),
    Operator("declarator-dropped", LISTS, declarator_dropped),
    Operator("initializer-dropped", ("variable_declarator",), initializer_dropped),
    Operator("initializer-moved", ("program", "statement_block"), initializer_moved),
)
