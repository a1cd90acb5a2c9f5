"""What is evaluated first: whether an expression may take the place of a name that is read once, right behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prediff.tree import (
    Assign,
    Attribute,
    AugAssign,
    Await,
    Binary,
    Call,
    Compare,
    Comprehension,
    Declare,
    Dict,
    ExprStmt,
    ForEach,
    Formatted,
    If,
    Index,
    Interp,
    Keyword,
    List,
    Literal,
    Logical,
    Match,
    Name,
    New,
    Node,
    Not,
    Pair,
    Raise,
    Return,
    Set,
    Slice,
    Star,
    Ternary,
    Tuple,
    Unary,
    With,
    WithItem,
    Yield,
    YieldFrom,
    update,
    walk,
)

LOGICAL = frozenset({"&&", "||", "??", "and", "or"})
"""Operators whose compound assignment may not evaluate its value."""
Inert = Callable[[Node], bool]

FIRST: dict[type[Node], tuple[str, ...]] = {
    Attribute: ("value",),
    Index: ("value", "index"),
    Slice: ("lower", "upper", "step"),
    Call: ("func", "args"),
    New: ("func", "args"),
    Keyword: ("value",),
    Star: ("value",),
    Formatted: ("value",),
    Interp: ("parts",),
    Not: ("operand",),
    Unary: ("operand",),
    Binary: ("left", "right"),
    Compare: ("left", "rights"),
    Logical: ("values",),
    Ternary: ("test",),
    List: ("items",),
    Tuple: ("items",),
    Set: ("items",),
    Dict: ("items",),
    Pair: ("key", "value"),
    Await: ("value",),
    Yield: ("value",),
    YieldFrom: ("value",),
    Comprehension: ("clauses",),
    ExprStmt: ("value",),
    Return: ("value",),
    Raise: ("value",),
    Assign: ("value",),
    AugAssign: ("target", "value"),
    Declare: ("value",),
    If: ("test",),
    ForEach: ("iterable",),
    With: ("items",),
    WithItem: ("context",),
    Match: ("subject",),
}
"""The fields that are evaluated once and for certain when a node is, in order; of `Logical` and `Compare` see below."""

ALWAYS = {Logical: 1, Compare: 1, With: 1, Comprehension: 1}
"""Of how many members of the tuple in the last of those fields that holds."""


def first_fields(node: Node) -> tuple[str, ...]:
    """The fields of `FIRST` for a node, less those that an optional link or a logical assignment may skip."""
    fields = FIRST.get(node.__class__, ())
    if isinstance(node, (Call, Index)) and node.optional:
        return fields[:1]
    return fields[:1] if isinstance(node, AugAssign) and node.op in LOGICAL else fields


def put_first(node: Node, name: str, value: Node, inert: Inert) -> Node | None:
    """`node` with `value` in the place of the one reading of `name`; None unless that is what it evaluates first.

    `inert` says of what is evaluated before whether that can neither act nor notice that `value` comes later. What may
    be evaluated never or often (the right of `and`, a loop's test, an element of a comprehension) is no place for it.
    """
    if isinstance(node, Name):
        return value if node.id == name else None
    cls = node.__class__
    if cls is Formatted and has_text(value):
        return None  # before Python 3.12 a replacement field cannot hold its string's quotes, nor a backslash
    if cls is Comprehension:
        return _into_comprehension(node, name, value, inert)
    for field in first_fields(node):
        child = getattr(node, field)
        if child is None:
            continue
        if child.__class__ is not tuple:
            if reads(child, name):
                return _with(node, field, put_first(child, name, value, inert))
            if not inert(child):
                return None
            continue
        for i, item in enumerate(child[: ALWAYS.get(cls, len(child))]):
            if reads(item, name):
                new = put_first(item, name, value, inert)
                return None if new is None else _with(node, field, (*child[:i], new, *child[i + 1 :]))
            if not inert(item):
                return None
    return None


def _with(node: Node, field: str, value: Any) -> Node | None:
    return None if value is None else update(node, **{field: value})


def _into_comprehension(node: Any, name: str, value: Node, inert: Inert) -> Node | None:
    """Only the first iterable of a comprehension is evaluated at once, and in the scope around it."""
    first = node.clauses[0]
    if first.is_async or not reads(first.iterable, name):
        return None
    new = put_first(first.iterable, name, value, inert)
    return None if new is None else update(node, clauses=(update(first, iterable=new), *node.clauses[1:]))


def reads(node: Node, name: str) -> bool:
    """Whether a name stands anywhere in a tree."""
    return any(isinstance(n, Name) and n.id == name for n in walk(node))


def reads_first(node: Node, name: str) -> bool:
    """Whether a name stands in what a statement evaluates once and for certain: where `put_first` looks for it."""
    for field in first_fields(node):
        child = getattr(node, field)
        if child.__class__ is tuple:
            if any(reads(item, name) for item in child):
                return True
        elif child is not None and reads(child, name):
            return True
    return False


def has_text(node: Node) -> bool:
    """Whether a string of any kind stands in a tree."""
    return any(
        isinstance(n, Interp) or (isinstance(n, Literal) and n.kind in ("str", "bytes")) for n in walk(node)
    )


def first_evaluated(node: Node, replace: Callable[[Node], Node | None], inert: Inert) -> Node | None:
    """`node` with what `replace` gives in the place of the first part that is evaluated, once and for certain.

    None where `replace` has nothing for it. What is `inert` may stand before that part. What is evaluated in a scope of
    its own, or is the target of an assignment, is no part.
    """
    cls = node.__class__
    if cls is Comprehension or (isinstance(node, Formatted) and node.text):
        return None
    for field in first_fields(node):
        child = getattr(node, field)
        items = child[: ALWAYS.get(cls, len(child))] if child.__class__ is tuple else (child,)
        for i, item in enumerate(items):
            if item is None or inert(item):
                continue
            new = None if cls is AugAssign and field == "target" else replace(item)
            if new is None:
                new = first_evaluated(item, replace, inert)
            if new is None:
                return None
            value = (*child[:i], new, *child[i + 1 :]) if child.__class__ is tuple else new
            return _with(node, field, value)
    return None
