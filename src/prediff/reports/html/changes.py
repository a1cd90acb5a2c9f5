"""What each line of the two sources is: in the diff, changed and folded, or as it was.

Nothing but looks depends on it: which of the page's switches shows a change that is folded.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.model import Report, Side
from prediff.reports.hunks import Range
from prediff.reports.syntax import Colored

LOGIC, DOCS, COMMENTS, ANNOTATIONS, FOLDED, SAME = "cdmaf."
"""In the diff; folded, and changed in a docstring, a comment, an annotation, or otherwise; unchanged."""

SIDES: tuple[Side, Side] = ("left", "right")
_DOCS = frozenset({"docstring", "bare-string"})
_ANNOTATIONS = frozenset({"typing-import", "cast", "type-checking-block"})
_ONE_SIDED = "one-sided-annotation"
_ANNOTATION = re.compile(r"->[^:]*+(?=:)|:\s*[\w.\[\]|'\", ]++(?=[=)]|$)|:\s*[\w.\[\]|]++(?=,)")
_MAX_LENGTH = 500


@dataclass(slots=True)
class Judge:
    """Judges lines by the rows of the shown texts that they are in.

    rows: for each side the row of each line, -1 for none. across: for each side the row of the other that each row
    equals; a row of the diff has none.
    """

    report: Report
    sources: tuple[Sequence[str], Sequence[str]]
    colors: tuple[Sequence[Sequence[Colored]], Sequence[Sequence[Colored]]]
    rows: tuple[list[int], list[int]]
    across: tuple[dict[int, int], dict[int, int]]
    _loose: list[Counter[str]] = field(default_factory=list)
    _ruled: list[tuple[set[int], set[int]]] = field(default_factory=list)
    _known: dict[tuple[int, Range], tuple[str, str, str]] = field(default_factory=dict)
    _compared_lines: dict[tuple[int, Range, Range], str] = field(default_factory=dict)
    """Kept by lines, since many rows may come from the same ones: those of a string, of a list on one line."""

    def __post_init__(self) -> None:
        for side in (0, 1):
            pairs = zip(self.sources[side], self.rows[side], strict=True)
            self._loose.append(Counter([text.strip() for text, row in pairs if row < 0]))
            self._ruled.append((self._lines_under(side, _DOCS), self._lines_under(side, _ANNOTATIONS)))

    def lines(self, side: int) -> str:
        """One letter for each line of a side."""
        found = []
        theirs = self._loose[1 - side].copy()
        for at, (text, row) in enumerate(zip(self.sources[side], self.rows[side], strict=True)):
            if row >= 0:
                what = self._mapped(side, at, row)
            elif not text.strip() or theirs[text.strip()]:
                theirs[text.strip()] -= 1
                what = SAME
            else:
                what = self._unmapped(side, at)
            found.append(what)
        return "".join(found)

    def _mapped(self, side: int, at: int, row: int) -> str:
        if row not in self.across[side]:
            return LOGIC
        if not self.sources[side][at].strip():
            return SAME
        own, other = self._source(side, row), self._source(1 - side, self.across[side][row])
        key = side, own, other
        if key not in self._compared_lines:
            self._compared_lines[key] = self._compared(side, own, other)
        what = self._compared_lines[key]
        if what in (SAME, COMMENTS):
            return what
        if at + 1 in self._ruled[side][0]:
            return DOCS
        return ANNOTATIONS if at + 1 in self._ruled[side][1] else what

    def _compared(self, side: int, own: Range, other: Range) -> str:
        """What tells some lines of a side from those of the other that became the same."""
        if self.sources[side][slice(*own)] == self.sources[1 - side][slice(*other)]:
            return SAME
        one, two = self._spellings(side, own), self._spellings(1 - side, other)
        if one[0] == two[0]:
            return COMMENTS
        # A space more or less is layout.
        return ANNOTATIONS if one[1] != two[1] and one[2] == two[2] else FOLDED

    def _spellings(self, side: int, lines: Range) -> tuple[str, str, str]:
        """The code of some lines without their comments; that without spaces; that without annotations."""
        key = side, lines
        if key not in self._known:
            code = "".join([self._code(side, n) for n in range(*lines)])
            bare = code if len(code) > _MAX_LENGTH else _ANNOTATION.sub("", code)
            self._known[key] = code, "".join(code.split()), "".join(bare.split())
        return self._known[key]

    def _unmapped(self, side: int, at: int) -> str:
        tokens = self.colors[side][at]
        if at + 1 in self._ruled[side][0]:
            return DOCS
        if tokens and not self._code(side, at):
            return COMMENTS
        return ANNOTATIONS if at + 1 in self._ruled[side][1] else FOLDED

    def _source(self, side: int, row: int) -> Range:
        """The lines of the source that a row came from, from 0."""
        lines = self.report.line_maps[side].lines
        first, last = lines[row] if row < len(lines) else (0, 0)
        return (first - 1, min(last, len(self.sources[side]))) if first else (0, 0)

    def _code(self, side: int, at: int) -> str:
        """A line without its comments and the space around it."""
        text, found, done = self.sources[side][at], "", 0
        for start, end, kind in self.colors[side][at]:
            if kind == "comment":
                found += text[done:start]
                done = end
        return (found + text[done:]).strip()

    def _lines_under(self, side: int, rules: frozenset[str]) -> set[int]:
        folds = [fold for fold in self.report.folds if fold.rule in rules and fold.side == SIDES[side]]
        return {n for f in folds for p in f.places or (f.span,) for n in range(p[0], p[2] + 1)}
