"""Where the lowering of a libcst tree stands in the text.

libcst's nodes hold no positions, and its position provider costs more than the parse. The lowering walks the tree in
source order, so that adding up the lengths of tokens and white space is enough. At the start of a line the position
is taken from the text itself: the next line that holds more than white space and a comment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

from prediff.errors import ParseError
from prediff.tree import Span

_NOT_CODE = -1

# A node gets its span once the cursor is past it; until then nothing else holds it.
set_field = object.__setattr__


class Cursor:
    """`line` (from 1) and `col` (from 0, in characters) of the next token that is not yet lowered.

    `end` is where the last statement ended, its semicolon included; `operator_end` is where the last operator, comma or
    semicolon did.
    """

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.first = [_NOT_CODE, *map(_first_column, self.lines), 0, 0]
        self.line, self.col = 1, 0
        self.end = self.operator_end = (1, 0)

    def next_line(self) -> None:
        """Go to the first token after the current line."""
        self.line += 1
        self.skip_lines()

    def skip_lines(self) -> None:
        """Go to the first token of the first line from here on that has one."""
        line, last = self.line, len(self.first) - 1
        while line < last and self.first[line] == _NOT_CODE:
            line += 1
        self.line = min(line, last)
        self.col = max(self.first[self.line], 0)

    def space(self, space: Any) -> None:
        """Go past white space inside a statement."""
        if space.__class__ is cst.SimpleWhitespace:
            value = space.value
            if value:
                if "\n" in value:
                    self.token(value)
                else:
                    self.col += len(value)
        elif space.__class__ is cst.ParenthesizedWhitespace:
            self.next_line()

    def token(self, value: str) -> None:
        """Go past a token that may hold line breaks."""
        breaks = value.count("\n")
        if breaks:
            self.line += breaks
            self.col = len(value) - value.rfind("\n") - 1
        else:
            self.col += len(value)

    def operator(self, token: Any, length: int = 1) -> None:
        """Go past a token that owns the white space around it, if it is there."""
        if token.__class__ is cst.MaybeSentinel or token is None:
            return
        self.space(token.whitespace_before)
        self.col += length
        self.operator_end = (self.line, self.col)
        self.space(token.whitespace_after)

    def blanks(self) -> None:
        """Go past white space that libcst 1.9 does not keep, by the text itself."""
        while self.line <= len(self.lines):
            rest = self.lines[self.line - 1][self.col :]
            code = rest.lstrip(" \t\f")
            self.col += len(rest) - len(code)
            if code:
                return
            self.line, self.col = self.line + 1, 0

    def span(self, start: tuple[int, int]) -> Span:
        return (*start, self.line, self.col)

    def source(self, start: tuple[int, int]) -> str:
        """The text from `start` to here."""
        line, col = start
        if line == self.line:
            return self.lines[line - 1][col : self.col]
        between = self.lines[line : self.line - 1]
        return "\n".join([self.lines[line - 1][col:], *between, self.lines[self.line - 1][: self.col]])


def _first_column(line: str) -> int:
    """The column of a line's first token; -1 where it has none, be it blank, a comment or a lone backslash."""
    code = line.lstrip(" \t\f")
    return _NOT_CODE if not code or code[0] == "#" or code == "\\" else len(line) - len(code)


class Methods(dict[type, Callable[..., Any]]):
    """The method of `owner` for each class of libcst nodes: `_` and the class's name. Filled as classes are met."""

    def __init__(self, owner: object) -> None:
        super().__init__()
        self.owner = owner

    def __missing__(self, cls: type) -> Callable[..., Any]:
        method: Callable[..., Any] | None = getattr(self.owner, f"_{cls.__name__}", None)
        if method is None:
            raise ParseError(f"{cls.__name__} is syntax that prediff does not read yet")
        self[cls] = method
        return method
