"""What the printers share: brackets that break by structure, and the lines with their sources.

Line breaks are decided by how many names and literals a bracket holds, never by their width, so that a longer name
re-wraps nothing. While a statement is being printed its text is one string in which

* ``"\\n"`` is a line break of the layout, followed by the indentation relative to the statement,
* ``HARD_NEWLINE`` is a line break inside a string literal, which is never indented,
* ``mark(node)`` at the start of a layout line names the source lines it came from.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import pairwise

from prediff.languages.language import Comment, Printed
from prediff.tree import Node, Span, span_of

HARD_NEWLINE = "\x00"
MAX_ATOMS = 14
"""A bracket with more names and literals than this, and more than one item, is broken one item a line."""

_MARK = re.compile("\x01(\\d+):(\\d+)\x02")


def mark(node: Node) -> str:
    """A note of the source lines of `node`, taken out again by `LineWriter.write`."""
    span = span_of(node)
    return f"\x01{span[0]}:{span[2]}\x02"


def bracket(
    opening: str, items: Sequence[str], closing: str, nodes: Sequence[Node], atoms: int, indent: str
) -> str:
    """`items` in brackets, separated by commas; on lines of their own where they hold more than `MAX_ATOMS` atoms.

    `nodes` are the items' nodes, for the line map.
    """
    if atoms <= MAX_ATOMS or len(items) < 2:
        return f"{opening}{', '.join(items)}{closing}"
    body = "".join(
        f"\n{mark(n)}{text},".replace("\n", f"\n{indent}") for n, text in zip(nodes, items, strict=True)
    )
    return f"{opening}{body}\n{closing}"


class CommentFeed:
    """Hands out the comments to be shown, each once, to the statement that they stand before or in.

    asked: the lines up to which a whole printing asked for comments, if one was made before. Where statements are
    printed in another order than they stand in, it tells what belongs to which.
    """

    def __init__(self, comments: Sequence[Comment], asked: Sequence[int] = ()) -> None:
        self._waiting = sorted(comments, key=lambda c: (c.line, c.column), reverse=True)
        self._behind_code = sorted([c.line for c in comments if not c.own_line])
        self._given: dict[int, list[Comment]] | None = None
        self.asked: list[int] = []
        if asked:
            limits = sorted(set(asked))
            self._given = {}
            for comment in reversed(self._waiting):
                limit = limits[min(bisect_left(limits, comment.line), len(limits) - 1)]
                self._given.setdefault(limit, []).append(comment)

    def in_order(self) -> bool:
        """Whether comments were asked for as they stand, so that each was given to its own statement."""
        return all(a <= b for a, b in pairwise(self.asked))

    def upto(self, line: int) -> list[Comment]:
        """The waiting comments that start on or before `line`; after a first printing only those that belong there."""
        if line > 0:
            self.asked.append(line)
        if self._given is not None:
            return self._given.pop(line, [])
        found = []
        while self._waiting and self._waiting[-1].line <= line:
            found.append(self._waiting.pop())
        return found

    def end_of_header(self, line: int, body: int) -> int:
        """The last line before `body`, and not before `line`, on which a comment follows code: `):  # so`."""
        at = bisect_left(self._behind_code, body)
        return max(line, self._behind_code[at - 1]) if at else line


def print_with(comments: Sequence[Comment], write: Callable[[CommentFeed | None], Printed]) -> Printed:
    """What a printer writes, each comment at the statement that it belongs to wherever that stands."""
    if not comments:
        return write(None)
    feed = CommentFeed(comments)
    printed = write(feed)
    return printed if feed.in_order() else write(CommentFeed(comments, feed.asked))


class LineWriter:
    """Collects output lines and the source lines of each."""

    def __init__(self, indent: str) -> None:
        self.indent = indent
        self.lines: list[str] = []
        self.sources: list[tuple[int, int]] = []

    def write(self, depth: int, text: str, span: Span) -> None:
        """Add a statement's (or a header's) text at a depth; `span` is where it came from."""
        prefix = self.indent * depth
        first, last = span[0], span[2]
        if "\n" not in text and HARD_NEWLINE not in text:
            self.lines.append(prefix + text)
            self.sources.append((first, last))
            return
        for number, line in enumerate(text.split("\n")):
            line, source = self._unmark(line, (first, last))
            if number == 0 and "\n" in text:
                source = (source[0], source[0])
            pieces = line.split(HARD_NEWLINE)
            self.lines.append(prefix + pieces[0] if pieces[0].strip() else "")
            self.lines += pieces[1:]
            self.sources += [source] * len(pieces)

    @staticmethod
    def _unmark(line: str, default: tuple[int, int]) -> tuple[str, tuple[int, int]]:
        found = _MARK.search(line)
        if not found:
            return line, default
        source = (int(found[1]), int(found[2]))
        return _MARK.sub("", line), source if source[0] else default

    def blank(self, count: int = 1) -> None:
        """Add empty lines, which come from nowhere."""
        self.lines += [""] * count
        self.sources += [(0, 0)] * count

    def comment(self, depth: int, comment: Comment) -> None:
        """Add a comment on lines of its own."""
        for number, line in enumerate(comment.text.split("\n")):
            self.lines.append(self.indent * depth + line.strip() if line.strip() else "")
            self.sources.append((comment.line + number, comment.line + number))

    def printed(self, starts: Sequence[int]) -> Printed:
        text = "\n".join(self.lines) + "\n" if self.lines else ""
        return Printed(text, tuple(self.sources), tuple(starts))
