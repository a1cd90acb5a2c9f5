"""Rules of the family literals: spellings of values that reading and printing do not bring together."""

from __future__ import annotations

import re

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import Attribute, Index, Literal, Name, Node, Unary

SOURCE_UNREAD = frozenset({"source-unread"})
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def _void(node: Unary, facts: Facts) -> Node | None:
    free = "undefined" not in facts.module.names and not facts.is_local("undefined")
    return Name("undefined") if node.op == "void" and isinstance(node.operand, Literal) and free else None


def _dot(node: Index, facts: Facts) -> Node | None:
    key = node.index
    if not isinstance(key, Literal) or key.kind != "str" or not _IDENTIFIER.fullmatch(key.value):
        return None
    return Attribute(node.value, key.value, node.optional)


RULES: tuple[Rule, ...] = (
    Rule(
        id="void",
        family="literals",
        summary="Write `undefined` for `void 0`.",
        languages={"javascript": SOURCE_UNREAD},
        on=(Unary,),
        rewrite=_void,
        why="`void` of a literal is undefined, and the global `undefined` cannot be assigned to. A file that binds a"
        " variable of that name is left alone.",
        examples=(Example("zero", "x = void 0;", "x = undefined;", language="javascript"),),
        leaves_alone=("javascript: x = void f();", "javascript: function f(undefined) { return void 0; }"),
    ),
    Rule(
        id="dot",
        family="spelling",
        summary='Write `x.name` for `x["name"]`.',
        languages={"javascript": SOURCE_UNREAD},
        on=(Index,),
        rewrite=_dot,
        why="They are the same property (ECMA-262, Property Accessors). Only ASCII names are rewritten.",
        examples=(
            Example("plain", 'x = a["b"];', "x = a.b;", language="javascript"),
            Example("optional", 'x = a?.["b"];', "x = a?.b;", language="javascript"),
        ),
        leaves_alone=("javascript: x = a[b];", 'javascript: x = a["b-c"];', "javascript: x = a[1];"),
    ),
)
