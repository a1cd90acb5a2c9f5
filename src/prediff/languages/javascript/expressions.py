"""Lowers JavaScript's expressions from their tree-sitter grammar."""

from __future__ import annotations

import re
from typing import Any

from prediff.languages.javascript import literals
from prediff.languages.javascript.comments import is_magic
from prediff.languages.tree_sitter import Lowering, Row
from prediff.tree import (
    AssignExpr,
    Attribute,
    Await,
    Binary,
    Call,
    Compare,
    Formatted,
    Index,
    Interp,
    Literal,
    Logical,
    Name,
    New,
    Node,
    Not,
    Opaque,
    Ternary,
    Unary,
    Update,
    Yield,
    YieldFrom,
)

LOGICAL = {"&&": "and", "||": "or", "??": "??"}
COMPARISONS = frozenset({"===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"})
LOOSE = frozenset({
    "arrow_function", "assignment_expression", "augmented_assignment_expression", "yield_expression",
    "ternary_expression", "sequence_expression",
})  # fmt: skip
"""Kinds that are no operand without parentheses, though the grammar takes some for one."""
UNARY = frozenset({"binary_expression", "unary_expression", "await_expression", "update_expression"})
"""Kinds that bind less tightly than a call."""
PARENTHESES = frozenset({"parenthesized_expression", "arguments"})
TARGETS = frozenset({"identifier", "undefined", "member_expression", "subscript_expression"})
"""Kinds that can be assigned to in parentheses."""
CHAIN = {"member_expression": "object", "subscript_expression": "object", "call_expression": "function"}
_CODE_POINT = re.compile(r"\\u(?:\{([0-9a-fA-F]+)\}|([0-9a-fA-F]{4}))")


def strip(low: Lowering, n: Any) -> Any:
    """A node without the parentheses around it."""
    while low.kind(n) in PARENTHESES:
        n = low.named(n)[0]
    return n


def operand(low: Lowering, n: Any, more: frozenset[str] = frozenset()) -> Node:
    """An operand; refused where the language asks for parentheses that are missing."""
    kind = low.kind(n)
    if kind in LOOSE or kind in more:
        low.refuse(n, "an operand without its parentheses")
    return low.node(n)


def word(low: Lowering, n: Any) -> str:
    """An identifier's own text, its escapes read."""
    text = low.text(n)
    if "\\" in text:
        try:
            text = _CODE_POINT.sub(lambda m: chr(int(m[1] or m[2], 16)), text)
        except (ValueError, OverflowError):
            low.refuse(n, "an escape of what is no character")
        if not text.lstrip("#").replace("$", "_").isidentifier():
            low.refuse(n, "an escape of what no name may hold")
    return text


def same_line(low: Lowering, before: Any, after: Any) -> None:
    """Refuse a line break where the language would read another statement, or none."""
    if before.end_point[0] != after.start_point[0]:
        low.refuse(before, "a line break that ends the statement")


def parenthesized(low: Lowering, n: Any) -> Node:
    return low.node(strip(low, n))


def name(low: Lowering, n: Any) -> Node:
    text = word(low, n)
    if text in ("let", "await"):
        low.refuse(n, f"{text} as a name")  # the grammar takes some declarations and awaits for one
    return Name(text, span=low.span(n))


# --- literals --------------------------------------------------------------------------------------------------


def string_value(low: Lowering, n: Any) -> str:
    try:
        return literals.unescape(low.text(n)[1:-1])
    except ValueError as error:
        low.refuse(n, str(error))


def string(low: Lowering, n: Any) -> Node:
    return Literal("str", string_value(low, n), span=low.span(n))


def number(low: Lowering, n: Any) -> Node:
    text = low.text(n)
    if text[-1] == "n":
        try:
            return Literal("bigint", literals.bigint_value(text), span=low.span(n))
        except ValueError:
            return Opaque("bigint", (text,), **low.simple(n))
    return Literal("number", literals.number_value(text), span=low.span(n))


def regex(low: Lowering, n: Any) -> Node:
    pattern, _, flags = low.text(n).rpartition("/")
    return Literal("regex", f"{pattern}/{''.join(sorted(flags))}", span=low.span(n))


def constant(kind: str, value: object) -> Row:
    return lambda low, n: Literal(kind, value, span=low.span(n))


def pieces(low: Lowering, n: Any) -> list[Node | str]:
    """A template's raw texts and the nodes between them; there is a text, maybe empty, around each node."""
    found: list[Node | str] = []
    at = n.start_byte + 1
    for c in n.children:
        if low.kind(c) == "template_substitution":
            found += [low.between(at, c.start_byte), low.node(low.named(c)[0])]
            at = c.end_byte
    found.append(low.between(at, n.end_byte - 1))
    return found


def template(low: Lowering, n: Any) -> Node:
    span = low.span(n)
    try:
        found = [p if isinstance(p, Node) else literals.cook(p) for p in pieces(low, n)]
    except ValueError as error:
        low.refuse(n, str(error))
    if len(found) == 1:
        return Literal("str", found[0], span=span)
    parts: list[Node] = []
    for p in found:
        if isinstance(p, Node):
            parts.append(Formatted(p, span=p.span))
        elif p:
            parts.append(Literal("str", p))
    return Interp("template", tuple(parts), span=span)


# --- chains ----------------------------------------------------------------------------------------------------


def is_optional_chain(low: Lowering, n: Any) -> bool:
    """Whether a node, its parentheses apart, is a chain with a `?.` in it."""
    n = strip(low, n)
    while low.kind(n) in CHAIN:
        if n.child_by_field_name("optional_chain") is not None:
            return True
        n = n.child_by_field_name(CHAIN[low.kind(n)])
    return False


def chain(low: Lowering, n: Any) -> Node:
    """Attributes, items and calls behind each other, as a loop: fluent chains are long."""
    top, links = n, []
    while (kind := low.kind(n)) in CHAIN:
        links.append((kind, n))
        n = n.child_by_field_name(CHAIN[kind])
    low.check_chain(links)
    waits = low.kind(n) == "identifier" and low.text(n) == "await"
    if waits:
        # The grammar takes `await (a).b` for a call of something named await.
        n = _only_argument(low, links.pop()[1])
    if links and low.kind(n) in PARENTHESES and is_optional_chain(low, n):
        node: Node = Opaque("parentheses", (low.node(n),), **low.simple(n))
    else:
        node = operand(low, n, UNARY)
    node = _linked(low, node, links)
    return Await(node, span=low.span(top)) if waits else node


def _only_argument(low: Lowering, n: Any) -> Any:
    """What stands in parentheses behind an `await` that was taken for a call; refused if that is no one expression."""
    args = n.child_by_field_name("arguments")
    if low.kind(n) != "call_expression" or low.kind(args) != "arguments" or len(low.children(args)) != 3:
        low.refuse(n, "await as a name")
    if low.kind(low.named(args)[0]) == "spread_element":
        low.refuse(args, "await of a spread")
    return args


def _linked(low: Lowering, node: Node, links: list[tuple[str, Any]]) -> Node:
    """`node` with a chain's attributes, items and calls behind it; `links` are innermost last."""
    for kind, link in reversed(links):
        optional = link.child_by_field_name("optional_chain") is not None
        span = low.span(link)
        if kind == "member_expression":
            attribute = word(low, link.child_by_field_name("property"))
            node = Attribute(node, attribute, optional, span=span)
        elif kind == "subscript_expression":
            node = Index(node, low.field(link, "index"), optional, span=span)
        else:
            args = link.child_by_field_name("arguments")
            if low.kind(args) == "template_string":
                node = Opaque("tagged template", (node, *pieces(low, args)), span=span, header=span)
            else:
                node = Call(node, arguments(low, args), optional, span=span)
    return node


def arguments(low: Lowering, n: Any) -> tuple[Node, ...]:
    """Arguments, with the comments that bundlers read kept before theirs."""
    found: list[Node] = []
    magic: list[str] = []
    for c in items(low, n, comments=True):
        if c.kind_id in low.comment_ids:
            if is_magic(low.text(c)):
                magic.append(low.text(c))
            continue
        node = low.node(c)
        if magic:
            node = Opaque("magic", (*magic, node), **low.simple(c))
            magic.clear()
        found.append(node)
    return tuple(found)


def items(low: Lowering, n: Any, comments: bool = False, holes: bool = False) -> list[Any]:
    """What stands between a bracket's commas. A missing item is refused, or given as None where `holes` says so."""
    found: list[Any] = []
    waiting = True
    for c in n.children[1:-1]:
        if c.kind_id in low.comment_ids:
            if comments:
                found.append(c)
        elif c.is_named:
            found.append(c)
            waiting = False
        elif waiting:
            if not holes:
                low.refuse(c, "a comma too many")
            found.append(None)
        else:
            waiting = True
            if found and low.kind(found[-1]) == "rest_pattern":
                low.refuse(c, "a comma behind a rest pattern")
    return found


def new(low: Lowering, n: Any) -> Node:
    func, args = n.child_by_field_name("constructor"), n.child_by_field_name("arguments")
    if low.kind(func) != "parenthesized_expression" and is_optional_chain(low, func):
        low.refuse(n, "an optional chain as a constructor")
    return New(operand(low, func, UNARY), () if args is None else arguments(low, args), span=low.span(n))


# --- operators -------------------------------------------------------------------------------------------------


def binary(low: Lowering, n: Any) -> Node:
    """Operators behind each other, as a loop: sums and conditions are long."""
    links = []
    while low.kind(n) == "binary_expression":
        links.append((low.kind(n.child_by_field_name("operator")), n))
        n = n.child_by_field_name("left")
    low.check_chain(links)
    _check_mixing(low, links)
    if links[-1][0] == "**" and low.kind(n) in ("unary_expression", "await_expression"):
        low.refuse(n, "a unary operator before **")
    node = operand(low, n)
    values: list[Node] = []
    for i in range(len(links) - 1, -1, -1):
        op, link = links[i]
        right = operand(low, link.child_by_field_name("right"))
        if op in LOGICAL:
            name = LOGICAL[op]
            for value in (right,) if values else (node, right):
                values += value.values if isinstance(value, Logical) and value.op == name else (value,)
            if i and links[i - 1][0] == op:
                continue
            node = Logical(name, tuple(values), span=low.span(link))
            values = []
        elif op in COMPARISONS:
            node = Compare(node, (op,), (right,), span=low.span(link))
        else:
            node = Binary(op, node, right, span=low.span(link))
    return node


def _check_mixing(low: Lowering, links: list[tuple[str, Any]]) -> None:
    """Refuse `??` mixed with `&&` or `||` without parentheses."""
    for op, n in links:
        if op in LOGICAL:
            for side in ("left", "right"):
                child = n.child_by_field_name(side)
                if low.kind(child) == "binary_expression":
                    inner = low.kind(child.child_by_field_name("operator"))
                    if inner in LOGICAL and (inner == "??") != (op == "??"):
                        low.refuse(n, "?? mixed with another logical operator")


def unary(low: Lowering, n: Any) -> Node:
    op = low.kind(n.child_by_field_name("operator"))
    value = operand(low, n.child_by_field_name("argument"))
    return Not(value, span=low.span(n)) if op == "!" else Unary(op, value, span=low.span(n))


def update(low: Lowering, n: Any) -> Node:
    op, argument = n.child_by_field_name("operator"), n.child_by_field_name("argument")
    prefix = op.start_byte == n.start_byte
    if not prefix:
        same_line(low, argument, op)
    return Update(low.kind(op), operand(low, argument, UNARY), prefix, span=low.span(n))


def ternary(low: Lowering, n: Any) -> Node:
    """A ternary, with those in its last arm as a loop."""
    arms = [n]
    while low.kind(last := arms[-1].child_by_field_name("alternative")) == "ternary_expression":
        arms.append(last)
    low.check_chain(arms)
    node = low.node(last)
    for arm in reversed(arms):
        test = arm.child_by_field_name("condition")
        node = Ternary(operand(low, test), low.field(arm, "consequence"), node, span=low.span(arm))
    return node


def await_(low: Lowering, n: Any) -> Node:
    return Await(operand(low, low.named(n)[0]), span=low.span(n))


def yield_(low: Lowering, n: Any) -> Node:
    value = low.named(n)
    if not value:
        return Yield(span=low.span(n))
    same_line(low, n.children[0], low.children(n)[1])
    if "*" in low.tokens(n):
        return YieldFrom(low.node(value[0]), span=low.span(n))
    return Yield(low.node(value[0]), span=low.span(n))


def target(low: Lowering, n: Any) -> Node:
    """What is assigned to. A name in parentheses gives an anonymous function no name: they are kept."""
    inner = bare_target(low, n)
    if inner is not n and low.kind(inner) == "identifier":
        return Opaque("parentheses", (low.node(inner),), **low.simple(n))
    return low.node(inner)


def bare_target(low: Lowering, n: Any) -> Any:
    """What is assigned to, without its parentheses; refused where the language allows none around it."""
    inner = strip(low, n)
    if inner is not n and low.kind(inner) not in TARGETS:
        low.refuse(n, "an assignment to what is in parentheses")
    root = inner
    while low.kind(root) in CHAIN:
        root = root.child_by_field_name(CHAIN[low.kind(root)])
    if root is not inner and low.text(root) == "await":
        low.refuse(n, "an assignment to what is awaited")
    return inner


def assignment(low: Lowering, n: Any) -> Node:
    op = n.child_by_field_name("operator")
    left, right = target(low, n.child_by_field_name("left")), low.field(n, "right")
    return AssignExpr("=" if op is None else low.kind(op), left, right, span=low.span(n))


def sequence(low: Lowering, n: Any) -> Node:
    found: list[Node] = []
    for c in low.named(n):
        node = low.node(c)
        # The grammar nests some sequences; their order is the same.
        found += node.children if isinstance(node, Opaque) and node.kind == "sequence" else (node,)  # type: ignore[arg-type]
    return Opaque("sequence", tuple(found), **low.simple(n))


TABLE: dict[str, Row] = {
    "parenthesized_expression": parenthesized,
    "arguments": parenthesized,
    "identifier": name,
    "undefined": name,
    "this": name,
    "super": name,
    "import": name,
    "string": string,
    "number": number,
    "regex": regex,
    "true": constant("bool", True),
    "false": constant("bool", False),
    "null": constant("none", None),
    "template_string": template,
    "meta_property": lambda low, n: Opaque("meta", ("".join(low.tokens(n)),), **low.simple(n)),
    "member_expression": chain,
    "subscript_expression": chain,
    "call_expression": chain,
    "new_expression": new,
    "binary_expression": binary,
    "unary_expression": unary,
    "update_expression": update,
    "ternary_expression": ternary,
    "await_expression": await_,
    "yield_expression": yield_,
    "assignment_expression": assignment,
    "augmented_assignment_expression": assignment,
    "sequence_expression": sequence,
}
