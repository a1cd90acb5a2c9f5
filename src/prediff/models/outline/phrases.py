"""Parts of a tree as short words: an expression as its language prints it, and what is too long of it left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from typing import Any

from prediff.languages import LANGUAGES, get_language
from prediff.models.wording import line_of
from prediff.tree import (
    CHILD_FIELDS,
    Attribute,
    Binary,
    Block,
    Call,
    Class,
    Compare,
    Comprehension,
    Dict,
    Function,
    Index,
    Interp,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    New,
    Node,
    Opaque,
    Set,
    Ternary,
    Tuple,
    update,
    walk,
)

LEFT_OUT = "..."
MAX_NODES = 48
"""An expression of more nodes is not printed whole to see whether it fits."""
LEVELS = (4, 3, 2, 1, 0)
"""How deep an expression is printed, the first that fits."""
MAX_ITEMS = 3
MAX_STRING = 18
MAX_LINKS = 4
_CUT = Name(LEFT_OUT)
_DISPLAYS: dict[str, type[List | Set | Dict]] = {"list": List, "set": Set, "dict": Dict, "generator": List}
_LAYOUT = re.compile(r"[\n\x00-\x02]")


class Phrases:
    """Puts expressions of one language into words. What it was asked before it knows by the node and the width."""

    def __init__(self, language: str) -> None:
        self._make = get_language(language).phrases if language in LANGUAGES else None
        self._print: Callable[[Node], str] | None = None
        self._known: dict[tuple[int, int], tuple[Node, str]] = {}

    def words(self, node: Node, width: int) -> str:
        """`node` in at most `width` printable ASCII characters; `...` stands for what is left out."""
        key = id(node), width
        if key not in self._known:
            self._known[key] = node, self._words(node, width)
        return self._known[key][1]

    def fits(self, node: Node, width: int) -> bool:
        """Whether it is said whole in so many characters."""
        return self._whole(node, width) is not None

    def _words(self, node: Node, width: int) -> str:
        whole = self._whole(node, width)
        if whole is not None:
            return whole
        text = ""
        for level in LEVELS:
            text = self._text(pruned(node, level))
            if text and len(text) <= width:
                return text
        return cut(text, width) or LEFT_OUT

    def _whole(self, node: Node, width: int) -> str | None:
        if sum(1 for _ in islice(walk(node), MAX_NODES)) == MAX_NODES:
            return None
        text = self._text(node)
        return text if text and len(text) <= width else None

    def _text(self, node: Node) -> str:
        """What the language prints, on one line; "" where that is none."""
        if self._make is None:
            return node.id if isinstance(node, Name) else ""
        try:
            self._print = self._print or self._make()
            text = self._print(node)
        except Exception:  # a tree that its language does not print has no words, and is no reason to fail
            self._print = None
            return ""
        return "" if _LAYOUT.search(text) else plain(text)


def plain(text: str) -> str:
    """Text as it may stand in a line of words, in full length."""
    if text.isascii() and text.isprintable() and not _STEERING.search(text):
        return text
    return line_of(f"a{text}", 4 * len(text) + 40)[1:]  # a letter, since nothing but marks would be no words


_STEERING = re.compile(r'[*/?\]"-]{2}|!--|\\$|^ | $|  ')
"""What `wording.line_of` may have to change."""


def cut(text: str, width: int) -> str:
    """The first words of a text, or of its first name, with three dots; "" where not one fits."""
    if len(text) <= width:
        return text
    end = width - len(LEFT_OUT)
    while end > 0 and _joins(text[end - 1]) and _joins(text[end]):
        end -= 1
    kept = text[: max(end, 0)].rstrip(" ,.;:([{=+-*/")
    if not kept:  # one long name: its own words
        kept = text[: max(width - len(LEFT_OUT), 0)].rpartition("_")[0]
    return kept + LEFT_OUT if kept.strip("_") else ""


def _joins(character: str) -> bool:
    return character.isalnum() or character == "_"


def chain(node: Node) -> tuple[Node, list[Node]]:
    """What a chain of attributes, calls and indices starts from, and its links, the first one first."""
    links: list[Node] = []
    while True:
        if isinstance(node, (Attribute, Index)):
            links.append(node)
            node = node.value
        elif isinstance(node, Call):
            links.append(node)
            node = node.func
        else:
            return node, links[::-1]


def dotted(node: Node) -> str:
    """The dotted name that an expression is; "" where it is another one."""
    root, links = chain(node)
    if not isinstance(root, Name):
        return ""
    names = [link.name for link in links if isinstance(link, Attribute)]
    return ".".join([root.id, *names]) if len(names) == len(links) else ""


def pruned(node: Node, depth: int) -> Node:
    """A copy of an expression that is at most so deep, with a name of three dots for what is left out."""
    special = _SPECIAL.get(node.__class__)
    if special is not None:
        return special(node, depth)
    if depth <= 0:
        return _CUT
    return _fields(node, depth - 1)


def _fields(node: Node, depth: int) -> Node:
    changes: dict[str, Any] = {}
    for name in CHILD_FIELDS[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is tuple:
            changes[name] = _items(value, depth)
        elif value is not None:
            changes[name] = pruned(value, depth)
    return update(node, **changes)


def _items(nodes: tuple[Any, ...], depth: int) -> tuple[Any, ...]:
    kept = nodes[: max(min(depth, MAX_ITEMS), 0)]
    shown = tuple([item if isinstance(item, str) else pruned(item, depth) for item in kept])
    return shown if len(kept) == len(nodes) else (*shown, _CUT)


def _name(node: Any, depth: int) -> Node:
    return _CUT if len(node.id) > 40 else node


def _literal(node: Any, depth: int) -> Node:
    value = node.value
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 128:
        return _CUT
    most = MAX_STRING * max(depth, 1)
    if isinstance(value, str) and len(value) > most:
        start = value[:most]
        words = start.rsplit(None, 1)[0] if " " in start.strip() else start
        return update(node, value=words + LEFT_OUT) if node.kind == "str" else _CUT
    if isinstance(value, bytes) and len(value) > most:
        return _CUT
    return node  # type: ignore[no-any-return]


def _chain(node: Any, depth: int) -> Node:
    """A chain with its first name and its last links; arguments go first."""
    root, links = chain(node)
    shown = pruned(root, depth - 1) if not isinstance(root, Name) else root
    if len(links) > MAX_LINKS:
        keep = links[-2:]
        shown = Name(f"{root.id}.." if isinstance(root, Name) else "..")
        if not isinstance(keep[0], Attribute):
            keep = links[-1:] if isinstance(links[-1], Attribute) else links[-3:]
        links = keep
    for link in links:
        if isinstance(link, Attribute):
            shown = update(link, value=shown)
        elif isinstance(link, Index):
            shown = update(link, value=shown, index=pruned(link.index, depth - 1))
        elif isinstance(link, Call):
            shown = update(link, func=shown, args=_items(link.args, depth - 1))
    return shown


def _new(node: Any, depth: int) -> Node:
    return update(node, func=pruned(node.func, depth), args=_items(node.args, depth - 1))  # type: ignore[no-any-return]


def _binary(node: Any, depth: int) -> Node:
    first, count = node.left, 1
    while isinstance(first, Binary) and first.op == node.op:
        first, count = first.left, count + 1
    if count > 2 or depth <= 0:
        return update(node, left=pruned(first, depth - 1), right=_CUT)  # type: ignore[no-any-return]
    return update(node, left=pruned(node.left, depth - 1), right=pruned(node.right, depth - 1))  # type: ignore[no-any-return]


def _logical(node: Any, depth: int) -> Node:
    count = 2 if depth > 3 else 1
    if len(node.values) <= count:
        return _fields(node, depth - 1)
    kept = [pruned(value, depth - 1) for value in node.values[: max(count, 1)]]
    return update(node, values=(*kept, _CUT))  # type: ignore[no-any-return]


def _compare(node: Any, depth: int) -> Node:
    rights = tuple([pruned(right, depth - 1) for right in node.rights[:2]])
    return update(node, left=pruned(node.left, depth - 1), ops=node.ops[:2], rights=rights)  # type: ignore[no-any-return]


def _ternary(node: Any, depth: int) -> Node:
    orelse = _CUT if isinstance(node.orelse, Ternary) else pruned(node.orelse, depth - 1)
    return update(node, test=pruned(node.test, depth - 1), then=pruned(node.then, depth - 1), orelse=orelse)  # type: ignore[no-any-return]


def _display(node: Any, depth: int) -> Node:
    if isinstance(node, Tuple) and node.items and depth <= 1:
        return Name(f"({LEFT_OUT})")
    return update(node, items=_items(node.items, depth - 1))  # type: ignore[no-any-return]


def _comprehension(node: Any, depth: int) -> Node:
    if depth > 1 and len(node.clauses) == 1:
        return _fields(node, depth - 1)
    display = _DISPLAYS.get(node.kind, List)
    return display((_CUT,))


def _function(node: Any, depth: int) -> Node:
    if isinstance(node, Lambda):
        if depth > 1 and not isinstance(node.body, Block):
            return _fields(node, depth - 1)
        return Name("a function")
    kind = "class" if isinstance(node, Class) else "function"
    return Name(f"{kind} {node.name}" if node.name else f"a {kind}")


def _interp(node: Any, depth: int) -> Node:
    """An interpolated string; of a long one the first words."""
    if depth >= 3 and len(node.parts) <= 5:
        return node  # type: ignore[no-any-return]
    texts = [
        (i, p.value) for i, p in enumerate(node.parts) if isinstance(p, Literal) and str(p.value).strip()
    ]
    at, text = texts[0] if texts else (0, "")
    start = LEFT_OUT if at else ""
    short = _literal(Literal("str", f"{text}{LEFT_OUT}"), 1)
    return update(short, value=f"{start}{short.value}")  # type: ignore[attr-defined]


def _opaque(node: Any, depth: int) -> Node:
    if node.kind.startswith("jsx"):
        name = node.children[0] if node.children else ""
        name = name if isinstance(name, str) else dotted(name)
        return Name(f"<{name}...>" if name else "<...>")
    return _CUT if depth <= 1 else _fields(node, depth - 1)


_SPECIAL: dict[type[Node], Callable[[Any, int], Node]] = {
    Name: _name, Literal: _literal, Attribute: _chain, Call: _chain, Index: _chain, New: _new, Binary: _binary,
    Logical: _logical, Compare: _compare, Ternary: _ternary, List: _display, Tuple: _display, Set: _display,
    Dict: _display, Comprehension: _comprehension, Lambda: _function, Function: _function, Class: _function,
    Interp: _interp, Opaque: _opaque, Block: lambda node, depth: _CUT,
}  # fmt: skip
