"""The lines of a file, and which statement each belongs to.

A *piece* is a run of lines that holds code of one statement and of no statement inside of it: a whole simple statement,
the header of a loop, its `else:`, a closing bracket. Statements that share a line share a piece. Between pieces stand
*gutters*: blank lines and comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeAlias

from prediff.languages.language import Comment
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    Block,
    ExprStmt,
    Interp,
    Literal,
    Match,
    Node,
    Pass,
    Span,
    children,
    inner_blocks,
)

RUNS_OVER = ('"""', "'''", "`", "\\\n")
"""What a literal of several lines holds whose lines may not be indented otherwise."""
Inner: TypeAlias = tuple[Node, list[Span]]
"""A statement, and the spans of those right inside of it, in order."""
MIN_WIDTH, MAX_WIDTH = 79, 120
GROWTH = 12
"""A line that is made of several may be as long as the file's longest one and this much, from the least to the most."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines `first` to `last`, from 1, and the statements that have code there, by their number in source order."""

    first: int
    last: int
    statements: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SourceStatement:
    """A statement of the source: its lines, the statement around it (-1 for none), whether it does nothing.

    idle: a docstring or another constant that stands as a statement, or `pass`. has_cases: what stands in it is two
    levels deeper.
    """

    first: int
    last: int
    outer: int
    idle: bool
    has_cases: bool


class Layout:
    """Where the statements of a file stand. Lines are counted from 1; `lines[n - 1]` is line n.

    counted: those comments that count as code does.
    """

    def __init__(
        self, text: str, tree: Block, comments: Sequence[Comment], counted: Sequence[Comment] = ()
    ) -> None:
        self.text = text
        self.lines = text.split("\n")
        self.tree = tree
        self.comments: dict[int, str] = {}
        self.trailing: dict[int, tuple[int, str]] = {}
        for comment in comments:
            if comment.own_line:
                for line in range(comment.line, max(comment.last, comment.line) + 1):
                    self.comments[line] = self.lines[line - 1].strip()
            else:
                self.trailing[comment.line] = (comment.column, comment.text)
        self.counted = {c.line: c.text for c in counted}
        self.inside = _inside_strings(self, tree)
        self.statements, nodes = _statements(tree)
        self.pieces = _pieces(self, nodes)
        self._idle = [all(self.statements[s].idle for s in piece.statements) for piece in self.pieces]
        self.piece_at = [-1] * (len(self.lines) + 2)
        for number, piece in enumerate(self.pieces):
            for line in range(piece.first, piece.last + 1):
                self.piece_at[line] = number
        self.width = min(max([MIN_WIDTH, *map(len, self.lines)]) + GROWTH, MAX_WIDTH)
        self.pieces_of: list[list[int]] = [[] for _ in self.statements]
        for number, piece in enumerate(self.pieces):
            for statement in piece.statements:
                self.pieces_of[statement].append(number)

    def slice(self, span: Span) -> str:
        """The text of a span."""
        first, start, last, end = span
        if first == last:
            return self.lines[first - 1][start:end]
        middle = self.lines[first : last - 1]
        return "\n".join([self.lines[first - 1][start:], *middle, self.lines[last - 1][:end]])

    def code(self, span: Span) -> str:
        """The text of a span without the comments in it."""
        found = []
        for n in range(span[0], span[2] + 1):
            text = self.lines[n - 1]
            stop = span[3] if n == span[2] else len(text)
            if n in self.trailing and self.trailing[n][0] + len(self.trailing[n][1]) >= len(text.rstrip()):
                stop = min(stop, self.trailing[n][0])
            found.append("" if n in self.comments else text[span[1] if n == span[0] else 0 : stop])
        return "\n".join(found)

    def holds_comment(self, line: int) -> bool:
        """Whether a comment stands on a line of its own inside of a statement."""
        return line in self.comments and self.piece_at[line] >= 0

    def touching_inside(self, line: int) -> int:
        """The first of the comments right above a line within the same statement."""
        while self.holds_comment(line - 1) and self.piece_at[line - 1] == self.piece_at[line]:
            line -= 1
        return line

    def pieces_in(self, spans: Iterable[Span]) -> set[int]:
        """The pieces that some spans touch."""
        found: set[int] = set()
        for first, _, last, _ in spans:
            if first:
                found.update(self.piece_at[first : last + 1])
        found.discard(-1)
        return found

    def closed(self, pieces: set[int]) -> set[int]:
        """Some pieces, with the other pieces of each compound statement of which all inner ones are among them."""
        touched = sorted({s for p in pieces for s in self.pieces[p].statements}, reverse=True)
        touched = [s for s in touched if len(self.pieces_of[s]) > 1]
        if not touched:
            return pieces
        found = set(pieces)
        # How many pieces up to each are neither among them nor do nothing, from the first that is asked for.
        start = min(self.pieces_of[s][0] for s in touched)
        stop = max(self.pieces_of[s][-1] for s in touched) + 1
        missing = [0, *accumulate(p not in found and not self._idle[p] for p in range(start, stop))]
        for statement in touched:  # inner ones come first
            own = self.pieces_of[statement]
            if own[0] not in found:
                continue
            left_out = missing[own[-1] + 1 - start] - missing[own[0] - start]
            if left_out <= sum(p not in pieces for p in own) + self._added(found - pieces, own, pieces):
                found.update(own)
        return found

    def _added(self, added: set[int], own: list[int], pieces: set[int]) -> int:
        """How many pieces within a statement's were added since the missing ones were counted."""
        return sum(own[0] <= p <= own[-1] for p in added if p not in own)

    def is_idle(self, piece: int) -> bool:
        """Whether a piece does nothing: docstrings, `pass`."""
        return self._idle[piece]

    def indent(self, line: int) -> str:
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def is_free(self, line: int) -> bool:
        """Whether no code stands on a line, or code that does nothing and has the line for itself."""
        piece = self.piece_at[line]
        return piece < 0 or self.is_idle(piece)

    def quiet(self, line: int) -> int:
        """The first of the comments and blank lines right above a line."""
        while line > 1 and self.piece_at[line - 1] < 0:
            line -= 1
        return line

    def loud(self, line: int) -> int:
        """The first line with code from a line on, or the one behind the file's last."""
        while line <= len(self.lines) and self.piece_at[line] < 0:
            line += 1
        return line

    def touching(self, line: int) -> int:
        """The first of the comments right above a line, with no blank line between them."""
        while line - 1 in self.comments and self.piece_at[line - 1] < 0:
            line -= 1
        return line

    def remark(self, line: int) -> str:
        """The comment behind the code of a line, "" if it has none that ends there."""
        column, text = self.trailing.get(line, (0, ""))
        return text if text and self.lines[line - 1][column:] == text else ""

    def goes_on(self, line: int) -> bool:
        """Whether a statement that starts further up has code on a line, as in `} else if (x) {`."""
        piece = self.piece_at[line]
        return piece >= 0 and any(self.pieces_of[s][0] < piece for s in self.pieces[piece].statements)

    def is_below_else(self, line: int) -> bool:
        """Whether the statement on a line is the first one below an `else:`."""
        above = self.piece_at[line] - 1
        return above >= 0 and self.lines[self.pieces[above].first - 1].strip().startswith("else:")

    def comments_in(self, first: int, last: int) -> list[str]:
        """The comments that have a line for themselves, in some lines."""
        return [self.comments[n] for n in range(first, last + 1) if n in self.comments]

    def counted_at(self, node: Node) -> list[str]:
        """The comments that count, above and within the lines of a statement."""
        if not self.counted or not node.span[0]:
            return []
        lines = range(self.quiet(node.span[0]), node.span[2] + 1)
        return [self.counted[n] for n in lines if n in self.counted]

    def block_end(self, pieces: set[int]) -> int:
        """The last line of some pieces and of all compound statements that end with them."""
        return max(self.pieces[p].last for p in self.closed(pieces))


def _inside_strings(layout: Layout, tree: Block) -> frozenset[int]:
    """The lines that start inside of a literal."""
    found: set[int] = set()
    waiting: list[Node] = [tree]
    while waiting:
        node = waiting.pop()
        first, _, last, _ = node.span
        if first and first == last:
            continue
        if isinstance(node, (Literal, Interp)):
            text = layout.slice(node.span)
            if any(mark in text for mark in RUNS_OVER):
                found.update(range(first + 1, last + 1))
        waiting += children(node)
    return frozenset(found)


def _statements(tree: Block) -> tuple[list[SourceStatement], list[Inner]]:
    """All statements that stand in blocks, in source order, each before those inside of it."""
    found: list[SourceStatement] = []
    nodes: list[Inner] = []
    waiting: list[tuple[Node, int]] = [(n, -1) for n in reversed(tree.body)]
    while waiting:
        node, outer = waiting.pop()
        number = outer
        inner = sorted([n for block in inner_blocks(node) for n in block.body], key=lambda n: n.span)
        if node.span[0]:
            number = len(found)
            idle = isinstance(node, Pass) or (isinstance(node, ExprStmt) and isinstance(node.value, Literal))
            has_cases = isinstance(node, Match)
            found.append(SourceStatement(node.span[0], node.span[2], outer, idle, has_cases))
            nodes.append((node, [n.span for n in inner if n.span[0]]))
        waiting += [(n, number) for n in reversed(inner)]
    return found, nodes


def _pieces(layout: Layout, nodes: Sequence[Inner]) -> list[Piece]:
    """The pieces of all statements, those that share a line merged."""
    runs: list[tuple[int, int, int]] = []
    for number, (node, inner) in enumerate(nodes):
        runs += [(first, last, number) for first, last in _own_lines(layout, node, inner)]
    runs.sort()
    found: list[Piece] = []
    for first, last, number in runs:
        if found and first <= found[-1].last:
            before = found.pop()
            statements = tuple(dict.fromkeys([*before.statements, number]))
            found.append(Piece(before.first, max(before.last, last), statements))
        else:
            found.append(Piece(first, last, (number,)))
    return found


def _own_lines(layout: Layout, node: Node, inner: Sequence[Span]) -> list[tuple[int, int]]:
    """The runs of lines on which a statement has code that belongs to none of those inside of it, given in order."""
    first, start, last, end = node.span
    if not inner:
        return [(first, last)]
    found: list[tuple[int, int]] = []
    cuts = _case_lines(layout, node)
    at = (first, start)
    for span in [*inner, (last, end, last, end)]:
        own = _code_lines(layout, at, span[:2])
        for number, line in enumerate(own):
            if number and line not in cuts:
                found[-1] = (found[-1][0], line)
            else:
                found.append((line, line))
        at = max(at, span[2:])
    return found


def _case_lines(layout: Layout, node: Node) -> set[int]:
    """The lines on which the cases of a statement start, and the one that closes it."""
    if not isinstance(node, Match):
        return set()
    found = {node.span[2]}
    for clause in node.clauses:
        line = clause.span[0]
        while line > node.span[0] and not layout.lines[line - 1].lstrip().startswith(("case", "default")):
            line -= 1
        found.add(line)
    return found


def _code_lines(layout: Layout, start: tuple[int, int], end: tuple[int, int]) -> list[int]:
    """The lines between two places on which something but comments and semicolons stands."""
    found = []
    for line in range(start[0], end[0] + 1):
        if line in layout.comments:
            continue
        text = layout.lines[line - 1]
        stop = end[1] if line == end[0] else len(text)
        if line in layout.trailing:
            stop = min(stop, layout.trailing[line][0])
        if text[start[1] if line == start[0] else 0 : stop].strip(" \t\f;"):
            found.append(line)
    return found
