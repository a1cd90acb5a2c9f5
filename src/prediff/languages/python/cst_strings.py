"""Lowering of libcst's strings: what is written side by side is joined, and fields are told from text."""

from __future__ import annotations

from typing import Any

import libcst as cst

from prediff.errors import ParseError
from prediff.languages.python.ast_reader import join_parts
from prediff.languages.python.cst_cursor import Cursor
from prediff.languages.python.cst_literals import interpolated_text, string, without_comments
from prediff.tree import Formatted, Interp, Literal, Node


class Strings(Cursor):
    def node(self, n: Any) -> Node:
        """Lower any expression."""
        raise NotImplementedError

    def _SimpleString(self, n: Any) -> Node:
        self.token(n.value)
        value = string(n.value)
        return Literal("str" if value.__class__ is str else "bytes", value)

    def _ConcatenatedString(self, n: Any) -> Node:
        pieces = [self.node(n.left)]
        while n.right.__class__ is cst.ConcatenatedString:
            self.space(n.whitespace_between)
            n = n.right
            pieces.append(self.node(n.left))
        self.space(n.whitespace_between)
        pieces.append(self.node(n.right))
        if any(p.__class__ is Interp for p in pieces):
            return self.joined(pieces)
        if len({p.kind for p in pieces if isinstance(p, Literal)}) > 1:
            raise ParseError("cannot mix bytes and nonbytes literals", self.line, self.col)
        values = [p.value for p in pieces if isinstance(p, Literal)]
        kind = "str" if values[0].__class__ is str else "bytes"
        return Literal(kind, ("" if kind == "str" else b"").join(values))

    def joined(self, pieces: list[Node]) -> Node:
        """One interpolated string from the strings written beside each other."""
        kinds = {p.kind for p in pieces if isinstance(p, Interp | Literal)}
        if "bytes" in kinds or ("t" in kinds and len(kinds) > 1):
            raise ParseError("these kinds of string literals cannot be mixed", self.line, self.col)
        parts = [part for p in pieces for part in (p.parts if isinstance(p, Interp) else (p,))]
        return Interp("t" if "t" in kinds else "f", join_parts(parts))

    def _FormattedString(self, n: Any, kind: str = "f") -> Node:
        raw = "r" in n.start.lower()
        self.col += len(n.start)
        parts = self.interpolated(n.parts, raw, kind)
        self.col += len(n.end)
        return Interp(kind, parts)

    def _TemplatedString(self, n: Any) -> Node:
        return self._FormattedString(n, "t")

    def interpolated(self, contents: Any, raw: bool, kind: str) -> tuple[Node, ...]:
        parts: list[Node] = []
        for content in contents:
            if content.__class__ is cst.FormattedStringText or content.__class__ is cst.TemplatedStringText:
                self.token(content.value)
                parts.append(Literal("str", interpolated_text(content.value, raw)))
            else:
                parts += self.field(content, raw, kind)
        return join_parts(parts)

    def field(self, n: Any, raw: bool, kind: str) -> list[Node]:
        """A replacement field; before it the text of one that is written with `=` (PEP 498, PEP 701, PEP 750)."""
        self.col += 1
        start = (self.line, self.col)
        self.space(n.whitespace_before_expression)
        value = self.node(n.expression)
        self.operator(n.equal)
        self.space(n.whitespace_after_expression)
        shown = without_comments(self.source(start)) if n.equal is not None or kind == "t" else ""
        conversion = n.conversion or ""
        if conversion:
            self.col += 1 + len(conversion)
            self.blanks()
        spec = None
        if n.format_spec is not None:
            self.col += 1
            spec = Interp("f", self.interpolated(n.format_spec, raw, "f"))
        elif n.equal is not None and not conversion:
            conversion = "r"
        self.col += 1
        text = shown.rstrip(" \t\n\f=") if kind == "t" else ""
        found = Formatted(value, conversion, spec, text)
        return [found] if n.equal is None else [Literal("str", shown), found]
