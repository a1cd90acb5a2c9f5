"""The comments of an aligned text, where they count: those of the right, each where it stands among the code.

The text and the right file are the same in logic, so that their normal forms have the same rows, and each comment is
printed above one of them or behind it. A row whose comments differ gets the right's, and they are laid out as they are
on the right: on lines of their own, behind code, between the lines of a statement. The caller reads the outcome again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from difflib import SequenceMatcher

from prediff.languages.language import Comment, Language
from prediff.lean_dataclasses import dataclass
from prediff.tree import Block
from prediff.views.canonical import respaced

_MARK = re.compile(r" *\x03(\d+)\x03")
"""What is printed for a comment: its number. No printed program holds this character."""


@dataclass(slots=True)
class Row:
    """A row of a normal form: its lines in the source (0 for none), the comments printed above it and behind it."""

    first: int
    last: int
    above: list[Comment] = field(default_factory=list)
    behind: list[Comment] = field(default_factory=list)

    def parts(self) -> tuple[Row, Row]:
        """It with the comments that really stand above it, and with those that stand within it."""
        within = [c for c in self.above if self.first and c.line >= self.first]
        return Row(self.first, self.last, self.above[: len(self.above) - len(within)]), Row(
            self.first, self.last, within
        )


@dataclass(slots=True)
class _Text:
    """A text that is changed: by line what is put in above it, and what it is now; None where it is gone.

    Lines count from 1; what is put in comes with its line of the right.
    """

    lines: list[str]
    added: dict[int, list[tuple[str, int]]] = field(default_factory=dict)
    now: dict[int, str | None] = field(default_factory=dict)

    def take_out(self, comment: Comment) -> None:
        if comment.own_line:
            self.now |= dict.fromkeys(range(comment.line, _last(comment) + 1))
        else:
            self.now[comment.line] = self.lines[comment.line - 1][: comment.column].rstrip()

    def close(self, gone: Sequence[Comment]) -> None:
        """Leave no two runs of blank lines where comments were."""
        for comment in gone:
            after = _last(comment) + 1
            if comment.own_line and self.blank_above(comment.line) and after not in self.now:
                self.now |= dict.fromkeys(range(after, after + _blank(self.lines, after, 1)))

    def indent(self, line: int) -> str:
        text = self.lines[line - 1]
        return text[: len(text) - len(text.lstrip())]

    def blank_above(self, line: int) -> int:
        """How many blank lines stand right above a line."""
        return _blank(self.lines, line - 1, -1)

    def put_behind(self, line: int, comment: Comment) -> None:
        text = self.now.get(line) or self.lines[line - 1]
        self.now[line] = f"{text.rstrip()}  {comment.text}"

    def made(self, sources: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
        found: list[str] = []
        origin: list[tuple[int, int]] = []
        for n in range(1, len(self.lines) + 2):
            for text, line in self.added.get(n, ()):
                found.append(text)
                origin.append((line, line))
            kept = self.now.get(n, self.lines[n - 1]) if n <= len(self.lines) else None
            if kept is not None:
                found.append(kept)
                origin.append(sources[n - 1])
        return "\n".join(found), tuple(origin)


def recommented(
    text: str,
    sources: Sequence[tuple[int, int]],
    right: str,
    trees: tuple[Block, Block],
    comments: tuple[Sequence[Comment], Sequence[Comment]],
    language: Language,
) -> tuple[str, tuple[tuple[int, int], ...]] | None:
    """A text, and the right's line of each of its lines, with the comments of the right file.

    trees: the normal forms of both, equal. comments: those of both that count. None where a comment makes a row of its
    own, as in a function expression that is empty but for it.
    """
    one, two = (rows_of(t, c, language) for t, c in zip(trees, comments, strict=True))
    if len(one) != len(two):
        return None
    made = _Text(text.split("\n"))
    lines = right.split("\n")
    for a, b in zip(one, two, strict=True):
        for one_part, other_part in zip(a.parts(), b.parts(), strict=True):
            _above(made, lines, one_part, other_part)
        if _words(a.behind) != _words(b.behind):
            for comment in a.behind:
                made.take_out(comment)
            for comment in b.behind:
                made.put_behind(a.behind[0].line if a.behind else a.last, comment)
    return made.made(sources)


def rows_of(tree: Block, comments: Sequence[Comment], language: Language) -> list[Row]:
    """The rows of a normal form with their comments; the last one stands for the end of the file."""
    marked = tuple([replace(c, text=f"\x03{n}\x03") for n, c in enumerate(comments)])
    printed = language.print(tree, marked)
    found: list[Row] = []
    above: list[Comment] = []
    for text, (first, last) in zip(printed.text.split("\n"), [*printed.sources, (0, 0)], strict=False):
        numbers = [int(n) for n in _MARK.findall(text)]
        if numbers and not _MARK.sub("", text).strip():
            above += [comments[n] for n in numbers]
            continue
        found.append(Row(first, last, above, [comments[n] for n in numbers]))
        above = []
    found[-1].above += above
    return found


def _words(comments: Sequence[Comment]) -> list[str]:
    return [respaced(c.text) if c.kind == "ordinary" else c.text for c in comments]


def _above(made: _Text, right: Sequence[str], a: Row, b: Row) -> None:
    """Give a row the comments above its counterpart: those that are new there, without those that are gone."""
    matcher = SequenceMatcher(None, _words(a.above), _words(b.above), autojunk=False)
    for kind, start, end, other, other_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone, new = a.above[start:end], b.above[other:other_end]
        for comment in gone:
            made.take_out(comment)
        if not new:
            made.close(gone)
        joined = bool(other and new) and _last(b.above[other - 1]) + 1 == new[0].line
        place = _place(made, a, start, end, joined)
        if len(gone) == len(new) and not any(c.own_line for c in (*gone, *new)):
            for old, comment in zip(gone, new, strict=True):
                made.put_behind(old.line, comment)
            continue
        for run in _runs(new, b):
            line = _line_of(made, a, b, right, run[0])
            if line and not run[0].own_line:
                made.put_behind(line, run[0])
            elif line:
                _put_above(made, line, right, run, made.indent(line))
            else:
                _put_above(made, place, right, run, _indent(made, right, a, b, run[0]))


def _place(made: _Text, a: Row, start: int, end: int, joined: bool) -> int:
    """The line above which comments are put in that stand before the `end`th above a row, in place of some.

    joined: whether nothing stands between them and what is before them.
    """
    own = [c.line for c in a.above[start:end] if c.own_line]
    if own:
        return own[0]
    if end < len(a.above) and a.above[end].own_line:
        return a.above[end].line
    if joined and start and a.above[start - 1].own_line:
        return _last(a.above[start - 1]) + 1
    return a.first or len(made.lines) + (made.lines[-1] != "")


def _runs(comments: Sequence[Comment], b: Row) -> Iterator[list[Comment]]:
    """Comments above a statement of the right in one run, those within it or behind code each alone."""
    run: list[Comment] = []
    for comment in comments:
        above = comment.own_line and (not b.first or comment.line < b.first)
        if run and not above:
            yield run
            run = []
        if above:
            run.append(comment)
        else:
            yield [comment]
    if run:
        yield run


def _line_of(made: _Text, a: Row, b: Row, right: Sequence[str], comment: Comment) -> int:
    """The line of a statement behind or above which a comment within it stands on the right too; 0 for none."""
    if not b.first or comment.line < b.first:
        return 0
    code = right[comment.line - 1][: comment.column].strip()
    if comment.own_line:
        code = next((line.strip() for line in right[_last(comment) : b.last] if line.strip()), "")
    lines = range(a.first + comment.own_line, a.last + 1)
    return next((n for n in lines if code and (made.now.get(n) or made.lines[n - 1]).strip() == code), 0)


def _indent(made: _Text, right: Sequence[str], a: Row, b: Row, comment: Comment) -> str:
    """The indent of a comment above a row: as much less or more than the row's as it is on the right."""
    text = right[comment.line - 1]
    own = text[: len(text) - len(text.lstrip())] if comment.own_line else ""
    if not a.first or not b.first:
        return own
    base = made.indent(a.first)
    if not comment.own_line or comment.line >= b.first:
        return base
    there = right[b.first - 1]
    more = len(own) - (len(there) - len(there.lstrip()))
    return base + " " * more if more > 0 else base[: len(base) + more]


def _put_above(made: _Text, place: int, right: Sequence[str], run: Sequence[Comment], indent: str) -> None:
    """Put a run of comments above a line, with the blank lines that the right has around it."""
    found: list[tuple[str, int]] = []
    for before, comment in zip([None, *run], run, strict=False):
        gap = range(_last(before) + 1, comment.line) if before else range(0)
        if all(not right[n - 1].strip() for n in gap):
            found += [("", n) for n in gap]
        found += [(f"{indent}{text}".rstrip(), n) for n, text in _texts(comment)]
    above, below = _blank(right, run[0].line - 1, -1), _blank(right, _last(run[-1]) + 1, 1)
    here = made.blank_above(place) if place not in made.now else 0
    if run[0].own_line and place not in made.now and run[0].line:
        if below and not above and here:
            place -= here
        elif below:
            found += [("", _last(run[-1]) + 1 + n) for n in range(below)]
        if above and not here and place > 1:
            found[:0] = [("", run[0].line - above + n) for n in range(above)]
    made.added.setdefault(place, []).extend(found)


def _texts(comment: Comment) -> Iterator[tuple[int, str]]:
    """The lines of a comment with their numbers, each indented as far as it is more than the first."""
    for n, text in enumerate(comment.text.split("\n")):
        space = len(text) - len(text.lstrip())
        yield comment.line + n, text[min(space, comment.column) :]


def _blank(lines: Sequence[str], line: int, step: int) -> int:
    """How many blank lines there are from a line on."""
    count = 0
    end = len(lines) - (lines[-1] == "")
    while 0 < line <= end and not lines[line - 1].strip():
        count, line = count + 1, line + step
    return count


def _last(comment: Comment) -> int:
    return max(comment.last, comment.line)
