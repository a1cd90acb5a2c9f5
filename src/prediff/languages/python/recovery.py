"""Reads the regions that are whole in Python text that holds a syntax error, or is Python 2.

tree-sitter finds where statements may start, and nothing more: each region is read again by Python's readers, and one
that they do not accept stands in the tree as its exact source lines.
"""

from __future__ import annotations

import re

from prediff.errors import LimitError, ParseError
from prediff.languages.language import Reading
from prediff.languages.python import ast_reader
from prediff.languages.python.comments import find_comments
from prediff.lean_dataclasses import dataclass
from prediff.tree import Block, Class, Node, Opaque, Span, Statement, hull, update, walk

_MOST_HEADER_LINES = 50
_BODIES = ("module", "block", "class_definition", "decorated_definition")
_CONFLICT_MARKER = re.compile(r"(<{7}|={7}|>{7}|\|{7})(\s|$)")
_SURE_START = re.compile(r"[ \t]*(?:@|(?:def|class|async|import|from)\b)")
_DEFINITION = re.compile(r"[ \t]*(?:def|class|async)\b")
_NOTHING = re.compile(r"\s*(#|$)")


def read_whole_regions(text: str) -> Reading:
    """Read what can be read of a text that is not accepted as a whole.

    The regions are the statements of the file, and those of a class whose header is accepted. `unread` of the
    result holds the span and the reason of each that is not; if none is accepted, the one region is the whole text.
    """
    regions = _Regions(text)
    body = regions.read(1, len(regions.lines) + 1, 0)
    if all(isinstance(n, Opaque) for n in body):
        body = regions.give_up()
    comments = [c for c in find_comments(text) if not any(s[0] <= c.line <= s[2] for s, _ in regions.unread)]
    tree = Block(tuple(body), span=hull([n.span for n in body]))
    return Reading(tree, tuple(comments), "regions", tuple(regions.unread))


@dataclass(frozen=True, slots=True)
class _Failure:
    """A parser's message, and the line of the file that it is about."""

    message: str
    line: int

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}"


class _Regions:
    """Reads ranges of lines (from 1, the end exclusive), and notes those that it cannot read in `unread`."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.unread: list[tuple[Span, str]] = []
        self.starts, self.in_string = _statement_starts(text, self.lines)

    def read(self, first: int, end: int, column: int) -> list[Node]:
        """The statements of a range whose statements start at `column`."""
        bounds = self.bounds(first, end, column)
        return self.read_run(bounds, column) if bounds else []

    def read_run(self, bounds: list[int], column: int) -> list[Node]:
        """The statements of the regions between `bounds`: read together if that can be, else by halves."""
        alone = len(bounds) == 2
        found = self.parse(bounds[0], bounds[-1], column, thorough=alone)
        if not isinstance(found, _Failure):
            return found
        if not alone:
            middle = len(bounds) // 2
            return self.read_run(bounds[: middle + 1], column) + self.read_run(bounds[middle:], column)
        first, end = bounds
        return [self.read_class(first, end, column) or self.leave_unread(first, end, str(found))]

    def bounds(self, first: int, end: int, column: int) -> list[int]:
        """Where the regions of a range start, and the range's end; empty if it holds no statement."""
        while first < end and _NOTHING.match(self.lines[first - 1]):
            first += 1
        if first == end:
            return []
        found = [first]
        decorated = self.lines[first - 1].lstrip().startswith("@")
        for line in range(first + 1, end):
            row = self.lines[line - 1]
            if not self.is_start(line, row, column):
                continue
            decorator = row.lstrip().startswith("@")
            if not decorated or not (decorator or _DEFINITION.match(row)):
                found.append(line)
            decorated = decorator
        return [*found, end]

    def is_start(self, line: int, row: str, column: int) -> bool:
        """Whether a statement may start in a row: tree-sitter says so, or it cannot be anything else."""
        if line in self.in_string or _column(row) != column or _NOTHING.match(row):
            return False
        if column == 0 and (_CONFLICT_MARKER.match(row) or _CONFLICT_MARKER.match(self.lines[line - 2])):
            return True
        return (line, column) in self.starts or bool(_SURE_START.match(row))

    def parse(self, first: int, end: int, column: int, thorough: bool = False) -> list[Node] | _Failure:
        """The statements of a range as its own text; `thorough` asks the second reader too."""
        text = "\n".join(self.lines[first - 1 : end - 1])
        return self.parse_text(text, first, column, thorough)

    def parse_text(self, text: str, first: int, column: int, thorough: bool) -> list[Node] | _Failure:
        wrapped = f"class _:\n{text}" if column else text
        shift = first - (2 if column else 1)
        try:
            tree = ast_reader.read(wrapped)
        except (ParseError, LimitError) as error:
            newer = _read_newer(wrapped) if thorough else None
            if newer is None:
                return _Failure(str(error), max(getattr(error, "line", 0) + shift, first))
            tree = newer
        if column:
            wrapper = tree.body[0]
            if len(tree.body) > 1 or not isinstance(wrapper, Class):
                return _Failure("unindent does not match any outer indentation level", first)
            tree = wrapper.body
        _shift(tree, shift)
        return list(tree.body)

    def read_class(self, first: int, end: int, column: int) -> Node | None:
        """A class whose header is accepted, with the regions of its body; None if nothing in it is read."""
        if not any(re.match(r"[ \t]*class\b", row) for row in self.lines[first - 1 : end - 1]):
            return None
        for last in range(first, min(first + _MOST_HEADER_LINES, end - 1)):
            if ":" not in self.lines[last - 1]:
                continue
            header = "\n".join([*self.lines[first - 1 : last], " " * (column + 1) + "pass"])
            found = self.parse_text(header, first, column, thorough=True)
            if not isinstance(found, _Failure) and len(found) == 1 and isinstance(found[0], Class):
                return self.read_body(found[0], last + 1, end, column)
        return None

    def read_body(self, found: Class, first: int, end: int, column: int) -> Node | None:
        while first < end and _NOTHING.match(self.lines[first - 1]):
            first += 1
        if first == end or _column(self.lines[first - 1]) <= column:
            return None
        noted = len(self.unread)
        body = self.read(first, end, _column(self.lines[first - 1]))
        if all(isinstance(n, Opaque) for n in body):
            del self.unread[noted:]
            return None
        span = hull([n.span for n in body])
        return update(found, body=Block(tuple(body), span=span), span=(*found.span[:2], *span[2:]))

    def leave_unread(self, first: int, end: int, reason: str) -> Node:
        """The exact lines of a range, but for empty ones at its end."""
        while end > first + 1 and not self.lines[end - 2].strip():
            end -= 1
        lines = self.lines[first - 1 : end - 1]
        span = (first, _column(lines[0]), end - 1, len(lines[-1]))
        self.unread.append((span, reason))
        return Opaque("unread", ("\n".join(lines),), span=span, header=span)

    def give_up(self) -> list[Node]:
        """The whole text as one region."""
        end = len(self.lines) + 1
        self.unread.clear()
        return [self.leave_unread(1, end, str(self.parse(1, end, 0)))]


def _read_newer(text: str) -> Block | None:
    from prediff.languages.python import cst_reader

    try:
        return cst_reader.read(text)
    except (ParseError, LimitError):
        return None


def _shift(tree: Block, lines: int) -> None:
    """Move the spans of a tree, which nothing else holds yet, down by some lines."""
    for node in walk(tree):
        for name in ("span", "header") if isinstance(node, Statement) else ("span",):
            span = getattr(node, name)
            if span[0]:
                object.__setattr__(node, name, (span[0] + lines, span[1], span[2] + lines, span[3]))


def _column(row: str) -> int:
    return len(row) - len(row.lstrip())


def _statement_starts(text: str, lines: list[str]) -> tuple[set[tuple[int, int]], set[int]]:
    """Where tree-sitter sees a statement, or an error, start a line; and the lines that start inside a string."""
    import tree_sitter_python
    from tree_sitter import Language, Parser
    from tree_sitter import Node as Piece

    root = Parser(Language(tree_sitter_python.language())).parse(text.encode("utf-8", "replace")).root_node
    starts: set[tuple[int, int]] = set()
    inside: set[int] = set()
    # With each node, whether it stands in a body that regions are looked for in.
    stack: list[tuple[Piece, bool]] = [(root, True)]
    while stack:
        node, in_body = stack.pop()
        kind, (row, column), last = node.type, node.start_point, node.end_point[0]
        if kind == "string":
            inside.update(range(row + 2, last + 2))
        elif (
            in_body
            and kind.endswith(("ERROR", "_statement", "_definition"))
            and _column(lines[row]) == column
        ):
            starts.add((row + 1, column))
        if row != last:
            in_body = in_body and (node.has_error or kind in _BODIES)
            stack += [(child, in_body) for child in node.children]
    return starts, inside
