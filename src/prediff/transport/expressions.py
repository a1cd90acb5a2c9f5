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
from prediff.transport.brackets import is_enclosed, is_looser
from prediff.transport.comments import Comments
from prediff.transport.flat import flattened
from prediff.transport.layout import Layout
from prediff.transport.lists import COMMA, Lists, Part, Unfit, Where
from prediff.transport.script import Comparison
from prediff.transport.strings import as_written, values_of
from prediff.transport.tokens import relaid
from prediff.tree import (
    CHILD_FIELDS,
    FIELDS,
    VALUE_FIELDS,
    Attribute,
    Block,
    Call,
    Formatted,
    Index,
    Interp,
    Literal,
    Logical,
    Match,
    Name,
    Node,
    Opaque,
    Span,
    children,
    inner_blocks,
    same_value,
)

_GAP = re.compile(r"(?:\s|\\\n|#[^\n]*\n|//[^\n]*\n)*")
"""What stands between two links of a chain."""
_WORDS = {
    "and": re.compile(r"\s*(?:\band\b|&&)\s*"),
    "or": re.compile(r"\s*(?:\bor\b|\|\|)\s*"),
    "??": re.compile(r"\s*\?\?\s*"),
}
"""What stands between the values of a `Logical`."""


def parts_of(
    left: Node,
    right: Node,
    layout: Layout,
    text_of: Callable[[Span], str],
    comparison: Comparison,
    comments: Comments,
    *,
    header: bool,
) -> list[Part] | None:
    """What is to be replaced in the left statement; None where that cannot be told.

    header: whether blocks are left out; else they must be equal.
    """
    if left.__class__ is not right.__class__ or isinstance(left, Opaque):
        return None
    try:
        return _Merge(layout, text_of, comparison, comments, header).inside(left, right)
    except Unfit:
        return None


class _Merge:
    def __init__(
        self,
        layout: Layout,
        text_of: Callable[[Span], str],
        comparison: Comparison,
        comments: Comments,
        header: bool,
    ) -> None:
        self.header = header
        self.layout = layout
        self.text_of = text_of
        self.comparison = comparison
        self.lists = Lists(layout, text_of, comparison, comments, self.visit)

    def visit(self, a: Node, b: Node, where: Where) -> list[Part]:
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

    def within(self, a: Node, b: Node, where: Where) -> list[Part]:
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

    def around(self, a: Node, b: Node, where: Where) -> list[Part]:
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

    def chain(self, a: Node, b: Node, where: Where) -> list[Part]:
        """The parts of two chains of attributes, calls and indices of which one has links that the other has not."""
        one, two = _links(a), _links(b)
        if len(one) < 2 or len(two) < 2:
            raise Unfit
        labels = [[self.link(n) for n in links[1:]] for links in (one, two)]
        pairs = pair_sequences(*labels)
        in_place = sum(x == y for x, y in zip(*labels, strict=False))
        if len(one) == len(two) and len(pairs) <= in_place:
            raise Unfit
        alike = self.comparison.hash(one[0]) == self.comparison.hash(two[0])
        if not alike or 2 * len(pairs) < min(len(one), len(two)) - 1:
            raise Unfit
        if not all(n.span[0] for n in (*one, *two)):
            raise Unfit
        found: list[Part] = []
        i = j = 0
        for x, y in [*pairs, (len(one) - 1, len(two) - 1)]:
            gone, come = range(i, x), range(j, y)
            both = all(_is_one_attribute(ls) for ls in (one[i + 1 : x + 1], two[j + 1 : y + 1]))
            if both:  # what stands before the first link stays
                text = _GAP.sub("", self.text_of((*two[j].span[2:], *two[y].span[2:])), count=1)
                start = self.behind_gap(one[i], one[x])
                found.append(((*start, *one[x].span[2:]), self.fitted(text, start[1])))
            elif gone:
                found.append(((*one[i].span[2:], *one[x].span[2:]), ""))
            if come and not both:
                at = one[x].span[2:]
                text = _GAP.sub("", self.text_of((*two[j].span[2:], *two[y].span[2:])), count=1)
                text = self.fitted(text, at[1])
                broken = self.link_break(one) if isinstance(two[j + 1], Attribute) else ""
                remark = self.layout.remark(at[0]) if broken and not gone else ""
                if remark and not self.layout.code((*at, at[0], len(self.layout.lines[at[0] - 1]))).strip():
                    at = (at[0], len(self.layout.lines[at[0] - 1]))
                found.append(((*at, *at), broken + text))
            i, j = x + 1, y + 1
        return found

    def behind_gap(self, before: Node, last: Node) -> tuple[int, int]:
        """Where the link behind one of a chain starts, behind white space and comments."""
        _, _, line, column = before.span
        match = _GAP.match(self.layout.slice((line, column, *last.span[2:])))
        gap = match[0] if match else ""
        rows = gap.count("\n")
        return line + rows, len(gap) - gap.rfind("\n") - 1 if rows else column + len(gap)

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
            if self.header and where == (Match, "clauses"):
                continue
            if one is None and two is None:
                continue
            if one is None or two is None:
                raise Unfit
            if isinstance(one, tuple):
                separator = _WORDS[a.op] if isinstance(a, Logical) else COMMA
                found += self.lists.parts(one, two, where, separator)
            else:
                found += self.visit(one, two, where)
        return found

    def whole(self, a: Node, b: Node, where: Where) -> list[Part]:
        if not a.span[0] or not b.span[0] or isinstance(a, Block) or inner_blocks(a) or inner_blocks(b):
            raise Unfit
        text = self.string(a, b)
        if not text:
            own, written = self.layout.slice(a.span), self.text_of(b.span)
            text = relaid(own, written, self.layout.width, a.span[1])
            if text == written and a.span[0] == a.span[2]:
                text = self.fitted(text, a.span[1])
        if self.needs_brackets(a.span, b, where, text):
            text = f"({text})"
        return [(a.span, text)]

    def string(self, a: Node, b: Node) -> str:
        """A string of the right as the left writes the one in its place; "" if it is not to be."""
        values = values_of(a, b, self.comparison.hash)
        own, text = self.layout.slice(a.span), self.text_of(b.span)
        if values is None or ("\n" not in own and "\n" in text):
            return ""
        more = {mark: self.field(node, own) for mark, node in values[2].items()}
        fields = {mark: source for mark, source in more.items() if source}
        made = as_written(own, values[0], values[1], fields) or ""
        longest = max([len(line) for line in made.split("\n")[1:]], default=0)
        return made if longest <= self.layout.width or len(made) <= len(own) else ""

    def field(self, node: Formatted, own: str) -> str:
        """A field of the right that is nothing but a value, as it is written; "" for others."""
        if node.conversion or node.spec or node.text or not node.value.span[0]:
            return ""
        text = self.text_of(node.value.span)
        if "\n" in text or "\\" in text or text.startswith("{"):
            return ""
        return f"${{{text}}}" if own.endswith("`") else f"{{{text}}}"

    def fitted(self, text: str, column: int) -> str:
        """Text of the right on one line, if it then ends within the left's width from a column on."""
        flat = flattened(text)
        return flat if column + len(flat) <= self.layout.width else text

    def needs_brackets(self, span: Span, node: Node, where: Where, text: str) -> bool:
        """Whether a node of the right needs parentheses at a place of the left, or may."""
        return is_looser(node, where) and not is_enclosed(text) and not self.is_bracketed(span)

    def is_bracketed(self, span: Span) -> bool:
        before = self.layout.lines[span[0] - 1][: span[1]].rstrip()
        behind = self.layout.lines[span[2] - 1][span[3] :].lstrip()
        return before.endswith("(") and behind.startswith(")")


def _is_one_attribute(links: Sequence[Node]) -> bool:
    """Whether some links are an attribute and what is called or taken of it."""
    return [isinstance(node, Attribute) for node in links] == [True] + [False] * (len(links) - 1)


def _links(node: Node) -> list[Node]:
    """A chain from its innermost value outwards."""
    found = [node]
    while isinstance(found[-1], (Attribute, Call, Index)):
        top = found[-1]
        found.append(top.func if isinstance(top, Call) else top.value)
    return found[::-1]
