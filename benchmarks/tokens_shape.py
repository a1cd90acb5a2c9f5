"""The syntax tree of a Python text as a list, for `tokens.py`: what parentheses group, which words do not tell."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

UNREAD = frozenset({"kind", "type_comment", "type_ignores", "ctx"})


def shape(text: str) -> list[str]:
    """A text's syntax tree as a list, without what has no meaning: `pass`, and how `and` and `or` are nested."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stack: list[object] = [ast.parse(text)]
    found: list[str] = []
    while stack:
        item = stack.pop()
        if isinstance(item, ast.AST):
            found.append(f"({type(item).__name__}")
            stack.append(_CLOSE)
            below = [(n, _field(item, n)) for n in item._fields if n not in UNREAD]
            stack += [v for name, value in reversed(below) for v in (value, f".{name}")]
        elif isinstance(item, list):
            found.append("[")
            stack.append(_CLOSE)
            stack += item[::-1]
        elif item is _CLOSE:
            found.append(")")
        else:
            found.append(f"{item:x}" if item.__class__ is int else f"{type(item).__name__} {item!r}")
    return found


_CLOSE = object()


def _field(node: ast.AST, name: str) -> object:
    value = getattr(node, name, None)
    if isinstance(node, ast.BoolOp) and name == "values":
        return list(_flat(node))
    if isinstance(value, list):
        return [v for v in value if not isinstance(v, ast.Pass)]
    return value


def _flat(node: ast.BoolOp) -> Iterator[ast.expr]:
    for value in node.values:
        if isinstance(value, ast.BoolOp) and type(value.op) is type(node.op):
            yield from _flat(value)
        else:
            yield value
