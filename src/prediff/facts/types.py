"""Annotations as types: two spellings of one type are equal.

PEP 484's `Optional[X]` and `Union[X, Y]` are PEP 604's `X | None` and `X | Y`; PEP 585 spells the generic aliases of
`typing` as the classes themselves; a string is its text (PEP 563).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prediff.errors import PrediffError
from prediff.tree import (
    Attribute,
    Binary,
    ExprStmt,
    Index,
    List,
    Literal,
    Name,
    Node,
    Tuple,
    map_children,
    trees_equal,
    walk,
)

ALIASES = {
    "List": "list", "Dict": "dict", "Set": "set", "FrozenSet": "frozenset", "Tuple": "tuple", "Type": "type",
    "Text": "str",
}  # fmt: skip
"""Names of `typing` that mean a builtin class."""
ABSTRACT = frozenset(
    {"Awaitable", "Coroutine", "AsyncIterable", "AsyncIterator", "AsyncGenerator", "Iterable", "Iterator", "Generator",
     "Reversible", "Container", "Collection", "Callable", "MutableSet", "Mapping", "MutableMapping", "Sequence",
     "MutableSequence", "KeysView", "ItemsView", "ValuesView", "Hashable", "Sized"}
)  # fmt: skip
"""Names that `typing` and `collections.abc` both have, for the same thing."""


BUILTIN_GENERICS = frozenset({"dict", "frozenset", "list", "set", "tuple", "type"})


def same_type(
    left: Node,
    right: Node,
    left_imports: Mapping[str, str],
    right_imports: Mapping[str, str],
    in_order: bool = False,
) -> bool:
    """Whether two annotations are one type in two spellings; `imports`: see `ModuleFacts.imports`.

    in_order: the members of a union count in their order, by which a library may try them.
    """
    one, two = ((left, left_imports), (right, right_imports))
    return trees_equal(plain_type(*one, in_order), plain_type(*two, in_order))


def plain_type(node: Node, imports: Mapping[str, str], in_order: bool = False) -> Node:
    """An annotation in one spelling: builtin classes, unions as a set of members, sorted unless `in_order`.

    What is no type by its form is left as it is: a call, and strings between brackets that may stand for themselves.
    """
    if isinstance(node, Literal) and node.kind == "str":
        parsed = _parsed(node.value)
        return node if parsed is None else plain_type(parsed, imports, in_order)
    name = typing_name(node, imports)
    if name is not None:
        return Name(ALIASES.get(name, name if name not in ABSTRACT else f"abc.{name}"))
    if isinstance(node, Index):
        head = typing_name(node.value, imports)
        if head == "Literal":
            return Index(Name("Literal"), node.index)
        if head == "Annotated":
            return node
        if head == "Optional":
            return _union([node.index, Literal("none", None)], imports, in_order)
        if head == "Union":
            members = node.index.items if isinstance(node.index, Tuple) else (node.index,)
            return _union(members, imports, in_order)
        known = head is not None or (isinstance(node.value, Name) and node.value.id in BUILTIN_GENERICS)
        if not known and any(isinstance(n, Literal) and n.kind == "str" for n in walk(node.index)):
            return node
    if isinstance(node, Binary) and node.op == "|":
        return _union([node.left, node.right], imports, in_order)
    if not isinstance(node, (Index, Tuple, List)):
        return node
    return map_children(node, lambda child: plain_type(child, imports, in_order))


def typing_name(node: Node, imports: Mapping[str, str]) -> str | None:
    """The name that a node is in `typing` or `collections.abc`, if it is one."""
    if isinstance(node, Name):
        module, _, name = imports.get(node.id, "").rpartition(".")
    elif isinstance(node, Attribute) and isinstance(node.value, Name):
        module, name = imports.get(node.value.id, ""), node.name
    else:
        return None
    return name if module in ("typing", "typing_extensions", "collections.abc") else None


def _union(members: Sequence[Node], imports: Mapping[str, str], in_order: bool) -> Node:
    flat: list[Node] = []
    for member in members:
        plain = plain_type(member, imports, in_order)
        flat += plain.items if isinstance(plain, Tuple) and plain.items[:1] == (_UNION,) else [plain]
    unique = {repr(m): m for m in flat if m != _UNION}
    keys = unique.keys() if in_order else sorted(unique)
    return Tuple((_UNION, *[unique[key] for key in keys]))


_UNION = Literal("union", "|")


def _parsed(text: str) -> Node | None:
    """The expression that a string annotation holds; None for text that is none, with white space around it too."""
    from prediff.languages.python import ast_reader

    if text != text.strip():
        return None
    try:
        body = ast_reader.read(text).body
    except PrediffError:
        return None
    return body[0].value if len(body) == 1 and isinstance(body[0], ExprStmt) else None
