"""Which folds made a difference disappear: the others are worth no reader's time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from prediff.model import Fold, Report
from prediff.reports.hunks import diff_lines, lines_of, source_lines

SHOWN = "\n"
"""Stands for a line of a source that the diff shows."""

Words = tuple[str, ...]


def telling_folds(report: Report) -> list[Fold]:
    """The folds less those of lines that are shown, and those that both files have in the same words."""
    lines = dict(zip(("left", "right"), _lines_not_shown(report), strict=True))
    folds = [(fold, (fold.rule, *_words(fold, lines[fold.side]))) for fold in report.folds]
    folds = [(fold, words) for fold, words in folds if set(words[1:]) != {SHOWN}]
    counts = [Counter([words for fold, words in folds if fold.side == side]) for side in lines]
    both = counts[0] & counts[1]
    left = {side: both.copy() for side in lines}
    found = []
    for fold, words in folds:
        if left[fold.side][words]:
            left[fold.side][words] -= 1
        else:
            found.append(fold)
    return found


def _lines_not_shown(report: Report) -> tuple[list[str], list[str]]:
    """The lines of both sources, wherever they are indented, `SHOWN` in place of those that the diff shows."""
    texts = report.left_text, report.right_text
    found = [[line.strip() for line in side.text.split("\n")] for side in (report.left, report.right)]
    if texts[0] != texts[1]:
        for change in diff_lines(*map(lines_of, texts)):
            for side, rows in enumerate(() if change.equal else (change.left, change.right)):
                for row in range(*rows):
                    first, last = source_lines(report.line_maps[side], (row, row + 1))
                    for number in range(max(first, 1), min(last, len(found[side])) + 1):
                        found[side][number - 1] = SHOWN
    return found[0], found[1]


def _words(fold: Fold, lines: Sequence[str]) -> Words:
    """The lines that a fold was made on; of more than those that are shown, the others."""
    spans = fold.places or (fold.span,)
    found = [line for first, _, last, _ in spans for line in lines[max(first - 1, 0) : last] if line]
    return tuple([line for line in found if line != SHOWN] or found[:1])
