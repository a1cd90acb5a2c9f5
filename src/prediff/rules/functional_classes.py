"""Rules of the family spelling: classes of `typing` that a call makes, as class statements."""

from __future__ import annotations

import keyword
from collections.abc import Sequence

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Await,
    Block,
    Call,
    Class,
    Declare,
    Dict,
    Keyword,
    List,
    Literal,
    Name,
    Node,
    Pair,
    Tuple,
    Yield,
    YieldFrom,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
NAMED_TUPLE = frozenset({"typing.NamedTuple"})
_ACTING = (AssignExpr, Await, Call, Yield, YieldFrom)
"""What a type must not hold: a class evaluates it in its own scope, and (since Python 3.14) when asked for it."""
TYPED_DICT = frozenset({"typing.TypedDict", "typing_extensions.TypedDict"})


def _class_statement(node: Assign, facts: Facts) -> Node | None:
    call, target = node.value, node.targets[0]
    if (
        facts.enclosing
        or len(node.targets) != 1
        or not isinstance(target, Name)
        or not isinstance(call, Call)
    ):
        return None
    made = facts.qualified(call.func)
    if (
        made not in NAMED_TUPLE | TYPED_DICT
        or facts.module.imports.get("annotations") == "__future__.annotations"
    ):
        return None
    if len(call.args) < 2 or call.args[0] != Literal("str", target.id):
        return None
    fields = _fields(call.args[1]) if made in NAMED_TUPLE else _keys(call.args[1])
    options = call.args[2:]
    if not fields or not all(_is_total(o) and made in TYPED_DICT for o in options):
        return None
    names = [name for name, _ in fields]
    if len(set(names)) != len(names) or any(not _is_field(name) for name in names):
        return None
    if any(isinstance(n, _ACTING) for _, kind in fields for n in walk(kind)):
        return None
    body = [Declare("", Name(name), annotation=kind, span=kind.span) for name, kind in fields]
    return Class(target.id, (call.func, *options), Block(tuple(body)))


def _fields(node: Node) -> Sequence[tuple[str, Node]]:
    """Names and types of `[("a", int), …]`; none where it is written otherwise."""
    if not isinstance(node, (List, Tuple)):
        return ()
    pairs = [i.items for i in node.items if isinstance(i, Tuple) and len(i.items) == 2]
    return _named(pairs) if len(pairs) == len(node.items) else ()


def _keys(node: Node) -> Sequence[tuple[str, Node]]:
    """Names and types of `{"a": int, …}`; none where it is written otherwise."""
    if not isinstance(node, Dict) or not all(isinstance(i, Pair) for i in node.items):
        return ()
    return _named([(i.key, i.value) for i in node.items if isinstance(i, Pair)])


def _named(pairs: Sequence[Sequence[Node]]) -> Sequence[tuple[str, Node]]:
    found = [(key.value, kind) for key, kind in pairs if isinstance(key, Literal) and key.kind == "str"]
    return found if len(found) == len(pairs) else ()


def _is_field(name: str) -> bool:
    """Whether a class can declare a field of this name: one with two underscores in front would be mangled."""
    return name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_") and name.isascii()


def _is_total(option: Node) -> bool:
    return isinstance(option, Keyword) and option.name == "total" and isinstance(option.value, Literal)


RULES: tuple[Rule, ...] = (
    Rule(
        id="class-statement",
        family="spelling",
        summary='Write a class for `C = NamedTuple("C", [("a", int)])` and for `C = TypedDict("C", {"a": int})`.',
        languages={"python": SOURCE_UNREAD},
        on=(Assign,),
        rewrite=_class_statement,
        why="Both make the same class (PEP 526, PEP 589). It must be bound to its own name, at the top level, where"
        " types mean the same inside of a class; its fields must be names that a class can declare; and annotations"
        " must be evaluated, not kept as text (`from __future__ import annotations`).",
        examples=(
            Example(
                "named tuple",
                'from typing import NamedTuple\nC = NamedTuple("C", [("a", int), ("b", "C")])\nprint(C)\n',
                'from typing import NamedTuple\nclass C(NamedTuple):\n    a: int\n    b: "C"\nprint(C)\n',
            ),
            Example(
                "typed dict",
                'import typing as t\nC = t.TypedDict("C", {"a": int}, total=False)\nprint(C)\n',
                "import typing as t\nclass C(t.TypedDict, total=False):\n    a: int\nprint(C)\n",
            ),
        ),
        leaves_alone=(
            'from typing import NamedTuple\nD = NamedTuple("C", [("a", int)])',
            'from typing import NamedTuple\nC = NamedTuple("C", [("_a", int)])',
            'from typing import NamedTuple\nC = NamedTuple("C", [("class", int)])',
            'from typing import NamedTuple\nC = NamedTuple("C", f)',
            'from typing import NamedTuple\nC = NamedTuple("C", [("a", int), ("a", str)])',
            'from __future__ import annotations\nfrom typing import NamedTuple\nC = NamedTuple("C", [("a", int)])',
            'from typing import NamedTuple\ndef f():\n    C = NamedTuple("C", [("a", int)])\n    return C',
            'from typing import TypedDict\nC = TypedDict("C", {"a-b": int})',
            'from typing import NamedTuple\nC = NamedTuple("C", [("a", (y := int)), ("b", y)])',
            'from typing import NamedTuple\nC = NamedTuple("C", [("a", f()), ("b", int)])',
            'from m import NamedTuple\nC = NamedTuple("C", [("a", int)])',
            'from collections import namedtuple\nC = namedtuple("C", ["a"])',
        ),
        words=frozenset({"NamedTuple", "TypedDict"}),
    ),
)
