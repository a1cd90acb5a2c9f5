"""Lowers JavaScript's statements, classes and modules from their tree-sitter grammar."""

from __future__ import annotations

import re
from typing import Any, cast

from prediff.languages.javascript import literals
from prediff.languages.javascript.expressions import (
    UNARY,
    bare_target,
    operand,
    same_line,
    strip,
    target,
    word,
)
from prediff.languages.javascript.objects import (
    directive,
    function_body,
    is_directive,
    key,
    modifiers,
    params,
)
from prediff.languages.tree_sitter import Lowered, Lowering, Row, members
from prediff.tree import (
    Assign,
    AugAssign,
    Block,
    Class,
    Clause,
    Declare,
    DoWhile,
    ExprStmt,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Jump,
    Labeled,
    Literal,
    Match,
    Node,
    Opaque,
    Raise,
    Return,
    Try,
    While,
)

LEXICAL = frozenset({
    "lexical_declaration", "using_declaration", "class_declaration", "generator_function_declaration",
    "import_statement", "export_statement",
})  # fmt: skip


def program(low: Lowering, n: Any) -> Block:
    nodes = low.children(n)
    count = 0
    while count < len(nodes) and is_directive(low, nodes[count]):
        count += 1
    directives = tuple([directive(low, c) for c in nodes[:count]])
    return Block((*directives, *low.regions(nodes[count:])), span=low.span(n))


def block(low: Lowering, n: Any) -> Block:
    return Block(low.statements(low.named(n)), span=low.span(n))


def body(low: Lowering, n: Any, branch: bool = False) -> Block:
    """The body of a branch or loop as a `Block`; a declaration may not stand there without braces."""
    kind = low.kind(n)
    if kind == "statement_block":
        return block(low, n)
    if kind in LEXICAL or (kind == "function_declaration" and not branch):
        low.refuse(n, "a declaration that needs braces around it")
    return Block(low.statements([n]), span=low.span(n))


_STARTERS = re.compile(rb"\{|(?:async[ \t]+)?function\b|class\b")


def expression_statement(low: Lowering, n: Any) -> Node:
    if _STARTERS.match(low.source, n.start_byte):
        low.refuse(n, "an expression that must not start a statement")
    inner = strip(low, low.named(n)[0])
    kind = low.kind(inner)
    if kind == "assignment_expression":
        left = target(low, inner.child_by_field_name("left"))
        return Assign((left,), low.field(inner, "right"), **low.simple(n))
    if kind == "augmented_assignment_expression":
        op = low.kind(inner.child_by_field_name("operator"))[:-1]
        left = target(low, inner.child_by_field_name("left"))
        return AugAssign(left, op, low.field(inner, "right"), **low.simple(n))
    return ExprStmt(low.node(inner), **low.simple(n))


def declaration(low: Lowering, n: Any) -> Lowered:
    """One `Declare` for each declarator."""
    kind = " ".join([t for t in low.tokens(n) if t not in (",", ";")])
    found = []
    declarators = [c for c in low.named(n) if low.kind(c) == "variable_declarator"]
    for i, c in enumerate(declarators):
        places = low.simple(n if len(declarators) == 1 else c)
        if i == 0 and len(declarators) > 1:  # the keyword stands before the first one
            start, end = low.span(n), low.span(c)
            span = (start[0], start[1], end[2], end[3])
            places = {"span": span, "header": span}
        value = low.maybe(c.child_by_field_name("value"))
        found.append(Declare(kind, low.field(c, "name"), None, value, **places))
    return tuple(found)


def if_(low: Lowering, n: Any) -> Node:
    """An if with all its `else if`, as a loop."""
    arms = [n]
    last = None
    while (alternative := arms[-1].child_by_field_name("alternative")) is not None:
        last = low.named(alternative)[0]
        if low.kind(last) != "if_statement":
            break
        arms.append(last)
        last = None
    low.check_chain(arms)
    orelse = None if last is None else body(low, last, branch=True)
    node: Node = Block(())
    for arm in reversed(arms):
        test = arm.child_by_field_name("condition")
        then = body(low, arm.child_by_field_name("consequence"), branch=True)
        node = If(low.node(test), then, orelse, **low.places(arm, test))
        orelse = Block((node,), span=node.span)
    return node


def while_(low: Lowering, n: Any) -> Node:
    test = n.child_by_field_name("condition")
    return While(low.node(test), body(low, n.child_by_field_name("body")), **low.places(n, test))


def do(low: Lowering, n: Any) -> Node:
    return DoWhile(body(low, n.child_by_field_name("body")), low.field(n, "condition"), **low.places(n, None))


def for_(low: Lowering, n: Any) -> Node:
    close = next(c for c in reversed(n.children) if low.kind(c) == ")")
    init, test, step = [
        _part(low, n.child_by_field_name(f)) for f in ("initializer", "condition", "increment")
    ]
    return For(init, test, step, body(low, n.child_by_field_name("body")), **low.places(n, close))


def _part(low: Lowering, n: Any) -> Node | None:
    """A part of a for header; several declarators in one declaration stay together."""
    found = () if n is None else low.statements([n])
    if len(found) < 2:
        return found[0] if found else None
    span = low.span(n)
    return Opaque("declarations", found, span=span, header=span)


def for_in(low: Lowering, n: Any) -> Node:
    operator, right = low.kind(n.child_by_field_name("operator")), n.child_by_field_name("right")
    if operator == "of" and low.kind(right) == "sequence_expression":
        low.refuse(right, "a sequence behind of")
    left = n.child_by_field_name("left")
    words = [low.kind(c) for c in n.children_by_field_name("kind")]
    if words:
        value = low.maybe(n.child_by_field_name("value"))
        each: Node = Declare(" ".join(words), low.node(left), None, value, **low.simple(left))
    else:
        each = low.node(bare_target(low, left))
    before = [low.kind(c) for c in n.children if c.start_byte < left.start_byte]
    kind = "of" if operator == "of" else "keys"
    if "await" in before[: before.index("(")]:
        kind = f"async {kind}"
    return ForEach(
        each, low.node(right), body(low, n.child_by_field_name("body")), None, kind, **low.places(n, right)
    )  # fmt: skip


def switch(low: Lowering, n: Any) -> Node:
    subject = n.child_by_field_name("value")
    clauses = []
    for c in low.named(n.child_by_field_name("body")):
        value = c.child_by_field_name("value")
        nodes = [x for x in low.named(c) if value is None or x.id != value.id]
        span = low.span(c)
        run = Block(low.statements(nodes), span=low.span(nodes[0])[:2] + span[2:] if nodes else span)
        clauses.append(Clause(low.maybe(value), None, run, span=span))
    return Match("switch", low.node(subject), tuple(clauses), **low.places(n, subject))


def try_(low: Lowering, n: Any) -> Node:
    handler, final = n.child_by_field_name("handler"), n.child_by_field_name("finalizer")
    handlers: tuple[Handler, ...] = ()
    if handler is not None:
        caught = low.maybe(handler.child_by_field_name("parameter"))
        handlers = (
            Handler(None, caught, block(low, handler.child_by_field_name("body")), span=low.span(handler)),
        )
    return Try(
        block(low, n.child_by_field_name("body")), handlers, None,
        None if final is None else block(low, final.child_by_field_name("body")), **low.places(n, None),
    )  # fmt: skip


def labeled(low: Lowering, n: Any) -> Node:
    label, inner = n.child_by_field_name("label"), n.child_by_field_name("body")
    if low.kind(inner) in LEXICAL:
        low.refuse(inner, "a declaration behind a label")
    found = low.statements([inner])
    run = found[0] if len(found) == 1 else Block(found, span=low.span(inner))
    return Labeled(word(low, label), run, **low.places(n, label))


def jump(kind: str) -> Row:
    def lower(low: Lowering, n: Any) -> Node:
        label = n.child_by_field_name("label")
        if label is not None:
            same_line(low, n.children[0], label)
        return Jump(kind, None if label is None else word(low, label), **low.simple(n))

    return lower


def return_(low: Lowering, n: Any) -> Node:
    value = low.named(n)
    if not value:
        return Return(**low.simple(n))
    same_line(low, n.children[0], value[0])
    return Return(low.node(value[0]), **low.simple(n))


def throw(low: Lowering, n: Any) -> Node:
    value = low.named(n)[0]
    same_line(low, n.children[0], value)
    return Raise(low.node(value), **low.simple(n))


def with_(low: Lowering, n: Any) -> Node:
    run = body(low, n.child_by_field_name("body"))
    return Opaque("with", (low.field(n, "object"), run), **low.places(n, n.child_by_field_name("object")))


# --- classes ---------------------------------------------------------------------------------------------------


def decorators(low: Lowering, n: Any) -> tuple[Node, ...]:
    return tuple([low.node(low.named(c)[0]) for c in n.children_by_field_name("decorator")])


def class_(low: Lowering, n: Any) -> Class:
    name = n.child_by_field_name("name")
    heritage = next((c for c in n.children if low.kind(c) == "class_heritage"), None)
    bases = () if heritage is None else (operand(low, low.named(heritage)[0], UNARY),)
    run = low.node(n.child_by_field_name("body"))
    head = heritage or name or n.children[0]
    return Class(
        "" if name is None else word(low, name), bases, cast("Block", run), decorators(low, n), **low.places(n, head)
    )  # fmt: skip


def method(low: Lowering, n: Any) -> Node:
    """A method or accessor of a class or an object; one whose key is no plain name is `Opaque` around both."""
    name, parameters = n.child_by_field_name("name"), n.child_by_field_name("parameters")
    if n.child_by_field_name("decorator") is not None and low.kind(n.parent) != "class_body":
        low.refuse(n, "a decorator outside of a class")
    words = modifiers(low, n, name.start_byte)
    if "get" not in words and "set" not in words:
        words = (*words, "method")
    own, places = key(low, name), low.places(n, parameters)
    plain = (
        own.value
        if isinstance(own, Literal) and own.kind == "str" and literals.is_identifier(own.value)
        else ""
    )
    if isinstance(own, Opaque) and own.kind == "private":
        plain = own.children[0]
    run = function_body(low, n.child_by_field_name("body"))
    node = Function(str(plain), params(low, parameters), run, None, decorators(low, n), (), words, **places)
    return node if plain else Opaque("member", (own, node), **places)


def field(low: Lowering, n: Any) -> Node:
    kind = "static field" if "static" in low.tokens(n) else "field"
    value = low.maybe(n.child_by_field_name("value"))
    node = Declare(kind, key(low, n.child_by_field_name("property")), None, value, **low.simple(n))
    before = decorators(low, n)
    return Opaque("decorated", (*before, node), **low.simple(n)) if before else node


def static_block(low: Lowering, n: Any) -> Node:
    return Opaque("static block", (block(low, n.child_by_field_name("body")),), **low.places(n, None))


TABLE: dict[str, Row] = {
    "program": program,
    "statement_block": block,
    "expression_statement": expression_statement,
    "empty_statement": lambda low, n: (),
    "variable_declaration": declaration,
    "lexical_declaration": declaration,
    "using_declaration": declaration,
    "if_statement": if_,
    "while_statement": while_,
    "do_statement": do,
    "for_statement": for_,
    "for_in_statement": for_in,
    "switch_statement": switch,
    "try_statement": try_,
    "labeled_statement": labeled,
    "break_statement": jump("break"),
    "continue_statement": jump("continue"),
    "return_statement": return_,
    "throw_statement": throw,
    "debugger_statement": lambda low, n: Opaque("debugger", (), **low.simple(n)),
    "with_statement": with_,
    "class": class_,
    "class_declaration": class_,
    "class_body": members,
    "method_definition": method,
    "field_definition": field,
    "class_static_block": static_block,
}
