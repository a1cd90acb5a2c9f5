"""The edits inside one statement: what differs on the right, put into the left statement's own layout.

Both nodes are gone through side by side. Where they part, the text of the left one is replaced by the text of the right
one; items of a list that only one side has are put in or taken out with their comma.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from prediff.align import pair_sequences
from prediff.transport.brackets import BOOLEAN, is_enclosed, is_looser
from prediff.transport.flat import flattened
from prediff.transport.layout import Layout, inner_blocks
from prediff.transport.script import Comparison
from prediff.tree import (
    CHILD_FIELDS,
    FIELDS,
    NOWHERE,
    VALUE_FIELDS,
    Attribute,
    Block,
    Call,
    Formatted,
    Index,
    Interp,
    Keyword,
    Literal,
    Logical,
    Name,
    Node,
    Opaque,
    Pair,
    Span,
    children,
    hull,
    same_value,
)

Part = tuple[Span, str]
"""A span of the left file, and what stands there on the right."""

_COMMA = re.compile(r"\s*,\s*")
_WORDS = {
    "and": re.compile(r"\s*(?:\band\b|&&)\s*"),
    "or": re.compile(r"\s*(?:\bor\b|\|\|)\s*"),
    "??": re.compile(r"\s*\?\?\s*"),
}
"""What stands between the values of a `Logical`."""


class Unfit(Exception):
    """Two statements that are not to be merged: the right one's text is taken whole."""


def parts_of(
    left: Node,
    right: Node,
    layout: Layout,
    text_of: Callable[[Span], str],
    comparison: Comparison,
    *,
    header: bool,
) -> list[Part] | None:
    """What is to be replaced in the left statement; None where that cannot be told.

    header: whether blocks are left out; else they must be equal.
    """
    if left.__class__ is not right.__class__ or isinstance(left, Opaque):
        return None
    try:
        return _Merge(layout, text_of, comparison, header).inside(left, right)
    except Unfit:
        return None


class _Merge:
    def __init__(
        self, layout: Layout, text_of: Callable[[Span], str], comparison: Comparison, header: bool
    ) -> None:
        self.header = header
        self.layout = layout
        self.text_of = text_of
        self.comparison = comparison

    def visit(self, a: Node, b: Node, where: tuple[type[Node], str]) -> list[Part]:
        if isinstance(a, Block) and isinstance(b, Block) and self.header:
            return []
        if self.comparison.hash(a) == self.comparison.hash(b):
            return []
        for way in (self.chain, self.around, self.within):
            try:
                return way(a, b, where)
            except Unfit:
                pass
        return self.whole(a, b, where)

    def within(self, a: Node, b: Node, where: tuple[type[Node], str]) -> list[Part]:
        """The parts of two nodes of one class."""
        if a.__class__ is not b.__class__ or isinstance(a, (Block, Opaque)):
            raise Unfit
        return self.values(a, b) if isinstance(a, Interp) and isinstance(b, Interp) else self.inside(a, b)

    def values(self, a: Interp, b: Interp) -> list[Part]:
        """The parts of two interpolated strings that differ in nothing but the values put in."""
        if a.kind != b.kind or len(a.parts) != len(b.parts):
            raise Unfit
        found: list[Part] = []
        for one, two in zip(a.parts, b.parts, strict=True):
            if isinstance(one, Formatted) and isinstance(two, Formatted):
                same = (one.conversion, one.text) == (two.conversion, two.text)
                if not same or (one.spec is None) != (two.spec is None):
                    raise Unfit
                if one.spec is not None and two.spec is not None:
                    found += self.visit(one.spec, two.spec, (Formatted, "spec"))
                found += self.visit(one.value, two.value, (Formatted, "value"))
            elif self.comparison.hash(one) != self.comparison.hash(two):
                raise Unfit
        return found

    def around(self, a: Node, b: Node, where: tuple[type[Node], str]) -> list[Part]:
        """What stands around a node on the right, or does not any more."""
        inner, outer = self.below(b, a), self.below(a, b)
        if inner is not None:
            before = self.fitted(self.text_of((*b.span[:2], *inner.span[:2])), a.span[1])
            end = a.span[3] + (len(before) if a.span[0] == a.span[2] else 0)
            behind = self.fitted(self.text_of((*inner.span[2:], *b.span[2:])), end)
            if self.needs_brackets(a.span, b, where, self.text_of(b.span)):
                before, behind = f"({before}", f"{behind})"
            ends = (*a.span[:2], *a.span[:2]), (*a.span[2:], *a.span[2:])
            return [part for part in zip(ends, (before, behind), strict=True) if part[1]]
        if outer is not None:
            return [((*a.span[:2], *outer.span[:2]), ""), ((*outer.span[2:], *a.span[2:]), "")]
        raise Unfit

    def below(self, node: Node, other: Node) -> Node | None:
        """What is equal to `other` inside of a node, and stands there in the text; None if it is too little to keep."""
        if isinstance(other, (Block, Literal, Name)) or isinstance(node, Block) or not other.span[0]:
            return None
        wanted = self.comparison.hash(other)
        waiting = children(node)
        while waiting:
            top = waiting.pop()
            if self.comparison.hash(top) == wanted:
                known = node.span[0] and node.span[:2] <= top.span[:2] and top.span[2:] <= node.span[2:]
                return top if known else None
            waiting += [c for c in children(top) if not isinstance(c, Block)]
        return None

    def chain(self, a: Node, b: Node, where: tuple[type[Node], str]) -> list[Part]:
        """The parts of two chains of attributes, calls and indices that are of different length."""
        one, two = _links(a), _links(b)
        if len(one) == len(two) or len(one) < 2 or len(two) < 2:
            raise Unfit
        labels = [[self.link(n) for n in links[1:]] for links in (one, two)]
        pairs = pair_sequences(*labels)
        alike = self.comparison.hash(one[0]) == self.comparison.hash(two[0])
        if not alike or 2 * len(pairs) < min(len(one), len(two)) - 1:
            raise Unfit
        if not all(n.span[0] for n in (*one, *two)):
            raise Unfit
        found: list[Part] = []
        i = j = 0
        for x, y in [*pairs, (len(one) - 1, len(two) - 1)]:
            gone, come = range(i, x), range(j, y)
            if gone:
                found.append(((*one[i].span[2:], *one[x].span[2:]), ""))
            if come:
                at = one[x].span[2:]
                text = self.text_of((*two[j].span[2:], *two[y].span[2:]))
                found.append(((*at, *at), self.link_break(one) + self.fitted(text, at[1]).lstrip()))
            i, j = x + 1, y + 1
        return found

    def link(self, node: Node) -> int:
        """A hash of what a link of a chain adds to what stands before it."""
        parts: list[Any] = [node.__class__]
        for name in FIELDS[node.__class__]:
            value = getattr(node, name)
            if name not in ("value", "func"):
                nodes = value if isinstance(value, tuple) else (value,)
                parts.append(tuple([self.comparison.hash(v) if isinstance(v, Node) else v for v in nodes]))
        return hash(tuple(parts))

    def link_break(self, links: Sequence[Node]) -> str:
        """The white space before an attribute of a chain, if it starts a line."""
        for before, node in pairwise(links):
            if isinstance(node, Attribute):
                written = self.layout.slice((*before.span[2:], *node.span[2:]))
                if written[: len(written) - len(written.lstrip())].count("\n") == 1:
                    return written[: len(written) - len(written.lstrip())]
        return ""

    def inside(self, a: Any, b: Any) -> list[Part]:
        """The parts of two nodes of one class, if what they hold themselves is equal."""
        found: list[Part] = []
        for name in VALUE_FIELDS[a.__class__]:
            if not same_value(getattr(a, name), getattr(b, name)):
                if not isinstance(a, Attribute) or name != "name" or not a.value.span[0]:
                    raise Unfit
                tail = (*a.value.span[2:], *a.span[2:])
                written = self.layout.slice(tail)
                if not written.endswith(a.name):
                    raise Unfit
                found.append((tail, written[: -len(a.name)] + b.name))
        for name in CHILD_FIELDS[a.__class__]:
            one, two = getattr(a, name), getattr(b, name)
            where = (a.__class__, name)
            if one is None and two is None:
                continue
            if one is None or two is None:
                raise Unfit
            if isinstance(one, tuple):
                separator = _WORDS[a.op] if isinstance(a, Logical) else _COMMA
                found += self.items(one, two, where, separator)
            else:
                found += self.visit(one, two, where)
        return found

    def whole(self, a: Node, b: Node, where: tuple[type[Node], str]) -> list[Part]:
        if not a.span[0] or not b.span[0] or isinstance(a, Block) or inner_blocks(a) or inner_blocks(b):
            raise Unfit
        text = self.text_of(b.span)
        if isinstance(a, Literal) and isinstance(b, Literal):
            text = _quoted_as(text, self.layout.slice(a.span))
        if a.span[0] == a.span[2]:
            text = self.fitted(text, a.span[1])
        if self.needs_brackets(a.span, b, where, text):
            text = f"({text})"
        return [(a.span, text)]

    def fitted(self, text: str, column: int) -> str:
        """Text of the right on one line, if it then ends within the left's width from a column on."""
        flat = flattened(text)
        return flat if column + len(flat) <= self.layout.width else text

    def needs_brackets(self, span: Span, node: Node, where: tuple[type[Node], str], text: str) -> bool:
        """Whether a node of the right needs parentheses at a place of the left, or may."""
        return is_looser(node, where) and not is_enclosed(text) and not self.is_bracketed(span)

    def is_bracketed(self, span: Span) -> bool:
        before = self.layout.lines[span[0] - 1][: span[1]].rstrip()
        behind = self.layout.lines[span[2] - 1][span[3] :].lstrip()
        return before.endswith("(") and behind.startswith(")")

    def items(
        self,
        one: Sequence[Node],
        two: Sequence[Node],
        where: tuple[type[Node], str],
        separator: re.Pattern[str],
    ) -> list[Part]:
        """The parts of two lists of items, with what separates those in the text."""
        if not one and not two:
            return []
        pairs = self.paired(one, two)
        kept = {i for i, _ in pairs}
        come = {j for _, j in pairs}
        if not pairs and len(one) and len(two):
            raise Unfit
        found: list[Part] = []
        for i, j in pairs:
            found += self.visit(one[i], two[j], where)
        gone = [i for i in range(len(one)) if i not in kept]
        found += [(self.with_separator(one, i, kept, separator), "") for i in gone]
        for j in range(len(two)):
            if j not in come:
                found.append(self.put_in(one, two, j, pairs, separator))
        return found

    def paired(self, one: Sequence[Node], two: Sequence[Node]) -> list[tuple[int, int]]:
        """The items that are equal, and between them those that stand alone or are alike."""
        equal = pair_sequences([self.comparison.hash(n) for n in one], [self.comparison.hash(n) for n in two])
        found: list[tuple[int, int]] = []
        i = j = 0
        for pair in [*equal, (len(one), len(two))]:
            ones, twos = list(range(i, pair[0])), list(range(j, pair[1]))
            if len(ones) == len(twos):
                found += zip(ones, twos, strict=True)
            else:
                for a in ones:
                    fit = next((b for b in twos if self.likely(one[a], two[b])), None)
                    if fit is not None:
                        found.append((a, fit))
                        twos = [b for b in twos if b > fit]
            if pair[0] < len(one):
                found.append(pair)
            i, j = pair[0] + 1, pair[1] + 1
        return found

    def likely(self, a: Node, b: Node) -> bool:
        if isinstance(a, Keyword) or isinstance(b, Keyword):
            return isinstance(a, Keyword) and isinstance(b, Keyword) and a.name == b.name
        if isinstance(a, Pair) and isinstance(b, Pair):
            return self.comparison.hash(a.key) == self.comparison.hash(b.key)
        return a.__class__ is b.__class__ and self.comparison.likeness(a, b) > 0

    def with_separator(
        self, items: Sequence[Node], i: int, kept: set[int], separator: re.Pattern[str]
    ) -> Span:
        """The span of an item and of the comma or operator that goes with it."""
        before = [k for k in range(i) if k in kept]
        spans = [widest(n) for n in items]
        if not spans[i][0] or not kept:
            raise Unfit
        if before:
            start, end = spans[i - 1][2:], spans[i][2:]
            self.must_separate((*start, *spans[i][:2]), separator)
            return (*start, *end)
        if i + 1 < len(items):
            self.must_separate((*spans[i][2:], *spans[i + 1][:2]), separator)
            return (*spans[i][:2], *spans[i + 1][:2])
        raise Unfit

    def put_in(
        self,
        one: Sequence[Node],
        two: Sequence[Node],
        j: int,
        pairs: list[tuple[int, int]],
        separator: re.Pattern[str],
    ) -> Part:
        """An item of the right behind the one that stands before it, separated as the list's items are."""
        span = widest(two[j])
        spans = [widest(n) for n in one]
        if not span[0] or not one:
            raise Unfit
        text = self.text_of(span)
        before = [a for a, b in pairs if b < j]
        between = [(spans[k][2:] + spans[k + 1][:2]) for k in range(len(one) - 1)]
        written = next((t for t in map(self.layout.slice, between) if separator.fullmatch(t)), "")
        if not written:
            if separator is not _COMMA:
                raise Unfit
            written = ", "
        if separator is not _COMMA and isinstance(two[j], BOOLEAN):
            text = f"({text})"
        if before:
            place = spans[before[-1]][2:]
            return ((*place, *place), written + text)
        place = spans[0][:2]
        return ((*place, *place), text + written)

    def must_separate(self, span: Span, separator: re.Pattern[str]) -> None:
        if not separator.fullmatch(self.layout.slice(span)):
            raise Unfit


def _links(node: Node) -> list[Node]:
    """A chain from its innermost value outwards."""
    found = [node]
    while isinstance(found[-1], (Attribute, Call, Index)):
        top = found[-1]
        found.append(top.func if isinstance(top, Call) else top.value)
    return found[::-1]


def _quoted_as(text: str, other: str) -> str:
    """A plain string in the quotes of another one."""
    quotes = text[:1], other[:1]
    if (
        quotes not in (("'", '"'), ('"', "'"))
        or not text.endswith(quotes[0])
        or not other.endswith(quotes[1])
    ):
        return text
    inside = text[1:-1]
    return text if {"'", '"', "\\", "\n"} & {*inside} else f"{quotes[1]}{inside}{quotes[1]}"


def widest(node: Node) -> Span:
    """The hull of a node and all below it; `NOWHERE` if nothing is known."""
    spans = [node.span]
    waiting = children(node)
    while waiting:
        top = waiting.pop()
        spans.append(top.span)
        waiting += children(top)
    return hull(spans) if any(s[0] for s in spans) else NOWHERE
