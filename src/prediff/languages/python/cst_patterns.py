"""Lowering of libcst's patterns (PEP 634). A method `_X` lowers the libcst node X and moves the cursor past it."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from prediff.languages.python.cst_cursor import set_field
from prediff.languages.python.cst_expressions import Expressions
from prediff.languages.python.cst_literals import identifier
from prediff.tree import Capture, Keyword, Name, Node, Opaque, Pair


class Patterns(Expressions):
    def pattern(self, n: Any) -> Node:
        """A pattern with its parentheses, which its span leaves out (but for a sequence's)."""
        if n.__class__ in (cst.MatchValue, cst.MatchSingleton):
            return self.node(n.value)
        start = self.open(n) if hasattr(n, "lpar") else (self.line, self.col)
        inner_open = self.inner_open
        found = cast("Node", self.methods[n.__class__](n))
        set_field(found, "span", self.span(start))
        if getattr(n, "rpar", None):
            self.close(n)
            if n.__class__ is cst.MatchTuple:
                set_field(found, "span", (*inner_open, *self.inner_close))
        return found

    def patterns(self, elements: Any) -> tuple[Node, ...]:
        found = []
        for element in elements:
            found.append(
                self.pattern(element.value if element.__class__ is cst.MatchSequenceElement else element)
            )
            self.operator(element.comma)
        return tuple(found)

    def _MatchTuple(self, n: Any) -> Node:
        return Opaque("pattern sequence", self.patterns(n.patterns))

    def _MatchList(self, n: Any) -> Node:
        if n.lbracket is None:
            return Opaque("pattern sequence", self.patterns(n.patterns))
        self.enter(n.lbracket)
        found = Opaque("pattern sequence", self.patterns(n.patterns))
        self.leave(n.rbracket)
        return found

    def _MatchStar(self, n: Any) -> Node:
        self.col += 1
        self.space(n.whitespace_before_name)
        self.col += 1 if n.name is None else len(n.name.value)
        return Capture(None if n.name is None else Name(identifier(n.name.value)), None, 1)

    def _MatchMapping(self, n: Any) -> Node:
        self.enter(n.lbrace)
        found: list[Node] = []
        for element in n.elements:
            key = self.node(element.key)
            self.space(element.whitespace_before_colon)
            self.col += 1
            self.space(element.whitespace_after_colon)
            found.append(Pair(key, self.pattern(element.pattern)))
            self.operator(element.comma)
        if n.rest is not None:
            self.col += 2
            self.space(n.whitespace_before_rest)
            found.append(Capture(cast("Name", self.node(n.rest)), None, 2))
            self.operator(n.trailing_comma)
        self.leave(n.rbrace)
        return Opaque("pattern mapping", tuple(found))

    def _MatchClass(self, n: Any) -> Node:
        cls = self.node(n.cls)
        self.space(n.whitespace_after_cls)
        self.col += 1
        self.space(n.whitespace_before_patterns)
        found = [*self.patterns(n.patterns)]
        for element in n.kwds:
            self.col += len(element.key.value)
            self.space(element.whitespace_before_equal)
            self.col += 1
            self.space(element.whitespace_after_equal)
            found.append(Keyword(identifier(element.key.value), self.pattern(element.pattern)))
            self.operator(element.comma)
        self.space(n.whitespace_after_kwds)
        self.col += 1
        return Opaque("pattern class", (cls, *found))

    def _MatchAs(self, n: Any) -> Node:
        pattern = None
        if n.pattern is not None:
            pattern = self.pattern(n.pattern)
            self.space(n.whitespace_before_as)
            self.col += 2
            self.space(n.whitespace_after_as)
        self.col += 1 if n.name is None else len(n.name.value)
        return Capture(None if n.name is None else Name(identifier(n.name.value)), pattern)

    def _MatchOr(self, n: Any) -> Node:
        found = []
        for element in n.patterns:
            found.append(self.pattern(element.pattern))
            self.operator(element.separator)
        return Opaque("pattern or", tuple(found))
