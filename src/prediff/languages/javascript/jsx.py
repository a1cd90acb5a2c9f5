"""Lowers JSX: `Opaque("jsx", (name, attributes, *children))`; a fragment's name is empty.

White space in JSX text follows the JSX transform: lines are trimmed and joined by one space, what stands on one line is
kept exactly. Character references are kept as they are written.
"""

from __future__ import annotations

from typing import Any

from prediff.languages.javascript.expressions import word
from prediff.languages.tree_sitter import Lowering, Row
from prediff.tree import Name, Node, Opaque

TEXT = frozenset({"jsx_text", "html_character_reference"})


def clean(raw: str) -> str:
    """What the JSX transform makes of a text: "" where it only lays the file out."""
    lines = raw.split("\n")
    if len(lines) == 1:
        return raw
    kept = [lines[0].rstrip(" \t\r"), *[x.strip(" \t\r") for x in lines[1:-1]], lines[-1].lstrip(" \t\r")]
    return " ".join([x for x in kept if x])


def element(low: Lowering, n: Any) -> Node:
    opening, closing = n.child_by_field_name("open_tag"), n.child_by_field_name("close_tag")
    named, ended = opening.child_by_field_name("name"), closing.child_by_field_name("name")
    if (named is None) != (ended is None) or (named is not None and low.text(named) != low.text(ended)):
        low.refuse(closing, "a closing tag of another element")
    below = _children(low, [c for c in low.children(n) if c not in (opening, closing)], opening.end_byte)
    return Opaque("jsx", (*_head(low, opening), *below), **low.simple(n))


def self_closing(low: Lowering, n: Any) -> Node:
    return Opaque("jsx", _head(low, n), **low.simple(n))


def _head(low: Lowering, n: Any) -> tuple[Node | str, Node]:
    """An element's name and its attributes."""
    named = n.child_by_field_name("name")
    attributes = low.all(n.children_by_field_name("attribute"))
    return _name(low, named), Opaque("jsx attributes", attributes, **low.simple(n))


def _name(low: Lowering, n: Any) -> Node | str:
    """A name that JSX looks up is a `Name`; one that stands for itself (`div`, `my-tag`, `a:b`) is a token."""
    if n is None:
        return ""
    kind, text = low.kind(n), low.text(n)
    if kind == "member_expression":
        return low.node(n)
    if kind == "identifier" and "-" not in text and not text[0].islower():
        return Name(word(low, n), span=low.span(n))
    return "".join(text.split())


def attribute(low: Lowering, n: Any) -> Node:
    parts = low.named(n)
    name = "".join(low.text(parts[0]).split())
    if len(parts) == 1:
        return Opaque("jsx attribute", (name,), **low.simple(n))
    value = parts[1]
    if low.kind(value) == "string":
        shown: Node = Opaque("jsx string", (low.text(value)[1:-1],), **low.simple(value))
    else:
        shown = low.node(value)
    return Opaque("jsx attribute", (name, shown), **low.simple(n))


def braces(low: Lowering, n: Any) -> Node:
    return Opaque("jsx braces", low.all(low.named(n)), **low.simple(n))


def _children(low: Lowering, nodes: list[Any], start: int) -> list[Node]:
    """Texts and elements; braces without an expression vanish, but not where they keep two texts apart."""
    found: list[Node] = []
    at = start
    for i, c in enumerate(nodes):
        kind = low.kind(c)
        if kind in TEXT:
            if i + 1 < len(nodes) and low.kind(nodes[i + 1]) in TEXT:
                continue
            text = clean(low.between(at, c.end_byte))
            if text:
                found.append(Opaque("jsx text", (text,), **low.simple(c)))
        else:
            found.append(low.node(c))
        at = c.end_byte
    return [x for i, x in enumerate(found) if not _is_layout(found, i)]


def _is_layout(found: list[Node], i: int) -> bool:
    node = found[i]
    if not isinstance(node, Opaque) or node.kind != "jsx braces" or node.children:
        return False
    beside = (*found[max(i - 1, 0) : i], *found[i + 1 : i + 2])
    return sum(isinstance(x, Opaque) and x.kind in ("jsx text", "jsx braces") for x in beside) < 2


TABLE: dict[str, Row] = {
    "jsx_element": element,
    "jsx_self_closing_element": self_closing,
    "jsx_attribute": attribute,
    "jsx_expression": braces,
}
