"""A pair by line: which rows of the normal forms a line of the source became, and what stands in its place."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field

from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.languages import get_language
from prediff.languages.language import Comment, Reading
from prediff.lean_dataclasses import dataclass
from prediff.model import Fold, Report, Side
from prediff.normalizer import assumptions_on_comments
from prediff.reports.hunks import Change, diff_lines, lines_of
from prediff.tree import Class, Function, Span, walk
from prediff.views.canonical import shown_comments

MAX_TEXT = 200
SIDES: tuple[Side, Side] = ("left", "right")
ALIKE = 50
"""How alike two lines must be, of 100, for the one to be shown as what the other became."""

WORD = re.compile(r"[^\W\d]\w*")
_CODE = re.compile(r"\w")
_FRAME = frozenset({"else", "try", "finally", "do"})
"""The words of lines that stand for nothing by themselves."""


@dataclass(slots=True)
class LinePair:
    """Both sides of a report by line. Sides are 0 and 1, lines count from 1, rows (of the normal forms) from 0."""

    report: Report
    readings: list[Reading | None] = field(default_factory=list)
    _source_changes: list[Change] | None = None
    texts: tuple[list[str], list[str]] = field(init=False)
    normal: tuple[list[str], list[str]] = field(init=False)
    changes: list[Change] = field(init=False)

    def __post_init__(self) -> None:
        report = self.report
        self.texts = report.left.text.split("\n"), report.right.text.split("\n")
        self.normal = lines_of(report.left_text), lines_of(report.right_text)
        self.changes = diff_lines(*self.normal)
        if not self.readings:
            sources = report.left.text, report.right.text
            self.readings = [read(text, report, report.settings.reader) for text in sources]

    @property
    def source_changes(self) -> list[Change]:
        """How the sources differ; only asked for the pair that is explained, not for those that are tried."""
        if self._source_changes is None:
            self._source_changes = diff_lines(*self.texts)
        return self._source_changes

    def shown(self, rows: Iterable[int], side: int) -> bool:
        """Whether one of some rows of a normal form is in the diff."""
        return any(not change_at(self.changes, row, side).equal for row in rows)

    def own_rows(self, line: int, side: int) -> list[int]:
        """The rows of the normal form that came from a line."""
        return self.rows_of((line, line), side)

    def rows(self, line: int, side: int) -> list[int]:
        """The rows that a line is in: its own, else those of the narrowest fold that concerns it.

        A line of marks and words like `else` is in the rows around it.
        """
        own, text = self.own_rows(line, side), self.texts[side][line - 1]
        if comment := self.comment_at(line, side):
            shown = any(c.line == comment.line for c in self.shown_comments(side))
            sources = self.report.line_maps[side].lines
            return [row for row in own if shown and sources[row] == (line, line)]
        if own or not text.strip():
            return own
        folds = [fold for fold in self.report.folds if fold.side == SIDES[side]]
        around = [place for fold in folds for place in places(fold) if place[0] <= line <= place[2]]
        if around and not _FRAME.issuperset(WORD.findall(text)):
            narrowest = min(around, key=lambda p: (p[2] - p[0], p))
            return self.rows_of((narrowest[0], narrowest[2]), side)
        return self.around(line, side)

    def around(self, line: int, side: int) -> list[int]:
        """The rows between what stands before a line and what stands after it, such as that of its own brace.

        Where there are none, these two. A word like `else` belongs to what follows it.
        """
        sources, end = self.report.line_maps[side].lines, len(self.normal[side])
        before = max(
            [(last, row) for row, (_, last) in enumerate(sources) if 0 < last < line], default=(0, -1)
        )
        after = min(
            [(first, row) for row, (first, _) in enumerate(sources) if first > line], default=(0, end)
        )
        edges = [row for _, row in (before, after) if 0 <= row < end]
        between = [row for row in range(before[1] + 1, after[1]) if self.normal[side][row].strip()]
        if WORD.search(self.texts[side][line - 1]) and after[1] < end:
            return [*between, after[1]]
        return between or edges

    def rows_of(self, lines: tuple[int, int], side: int) -> list[int]:
        """The rows that came from some lines; those of marks only, such as a bracket, where they differ."""
        sources, texts = self.report.line_maps[side].lines, self.normal[side]
        found = [r for r, (a, b) in enumerate(sources[: len(texts)]) if a and a <= lines[1] and lines[0] <= b]
        return [r for r in found if _CODE.search(texts[r]) or self.shown([r], side)] or found

    def lines_of_rows(self, rows: Iterable[int], side: int) -> list[int]:
        """The lines of the source that some rows came from, those without a word left out."""
        sources = self.report.line_maps[side].lines
        lines = {n for row in rows if sources[row][0] for n in range(sources[row][0], sources[row][1] + 1)}
        return [n for n in sorted(lines) if n <= len(self.texts[side]) and self.texts[side][n - 1].strip()]

    def across(self, row: int, side: int) -> list[int]:
        """The row of the other side that a row is compared with: its equal, else the one in its place, or like it."""
        return _across(self.changes, row, side, self.normal)

    def line_across(self, line: int, side: int) -> list[int]:
        """The same of the sources' lines."""
        return [n + 1 for n in _across(self.source_changes, line - 1, side, self.texts)]

    def shown_comments(self, side: int) -> tuple[Comment, ...]:
        reading = self.readings[side]
        return (
            shown_comments(reading.comments, assumptions_on_comments(self.report.settings)) if reading else ()
        )

    def comment_at(self, line: int, side: int, own_line: bool = True) -> Comment | None:
        """The comment that is all there is in a line; or with `own_line` off the one that follows code in it."""
        reading = self.readings[side]
        for c in reading.comments if reading else ():
            if c.own_line == own_line and c.line <= line <= (max(c.last, c.line) if own_line else c.line):
                return c
        return None

    def definitions(self, lines: Collection[int], side: int) -> list[Function | Class]:
        """The definitions of a source that hold one of some lines."""
        reading = self.readings[side]
        found = [n for n in walk(reading.tree) if isinstance(n, (Function, Class))] if reading else []
        return [n for n in found if any(n.span[0] <= line <= n.span[2] for line in lines)]


def _across(changes: Sequence[Change], row: int, side: int, texts: tuple[list[str], list[str]]) -> list[int]:
    change = change_at(changes, row, side)
    own, other = (change.left, change.right)[:: 1 - 2 * side]
    if own[1] - own[0] == other[1] - other[0]:
        return [other[0] + row - own[0]]
    from rapidfuzz.fuzz import ratio

    text = texts[side][row].strip()
    likest = max(((ratio(text, texts[1 - side][r].strip()), -r) for r in range(*other)), default=(0, 0))
    return [-likest[1]] if likest[0] > ALIKE else []


def read(text: str, report: Report, reader: str) -> Reading | None:
    """What a text reads as; None where it is not read."""
    language = get_language(report.left.language or "")
    try:
        with quick_and_deep():
            return language.read(text, reader)
    except (PrediffError, RecursionError):
        return None


def places(fold: Fold) -> tuple[Span, ...]:
    """The spans of what a fold rewrote."""
    return fold.places or (fold.span,)


def change_at(changes: Sequence[Change], row: int, side: int) -> Change:
    starts = [(c.left, c.right)[side][1] for c in changes]
    return changes[min(bisect_right(starts, row), len(changes) - 1)]


def cut(texts: Sequence[str], span: Span) -> str:
    """The text of a span on one line, not too long."""
    if not span[0]:
        return ""
    lines = list(texts[span[0] - 1 : span[2]])
    lines[-1] = lines[-1][: span[3]]
    lines[0] = lines[0][span[1] :]
    text = " ".join([line.strip() for line in lines])
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"
