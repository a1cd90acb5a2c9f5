"""Which folds concern a line. Those of the reconciler span whole units or files; what they did is looked for in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prediff.explanation.pair import SIDES, WORD, LinePair, cut, places
from prediff.model import Fold, Rename
from prediff.tree import Declare, Function, Param, span_of, walk


def folds_on(pair: LinePair, lines: Sequence[Sequence[int]]) -> tuple[Fold, ...]:
    """The folds that concern some lines of the left or their counterparts on the right, the narrowest first."""
    found = []
    for fold in pair.report.folds:
        here = lines[SIDES.index(fold.side)]
        covers = any(p[0] <= n <= p[2] for n in here for p in places(fold))
        if covers and _concerns(pair, fold, lines):
            found.append(fold)
    return tuple(sorted(found, key=lambda f: f.span[2] - f.span[0]))


def _concerns(pair: LinePair, fold: Fold, lines: Sequence[Sequence[int]]) -> bool:
    """Whether a fold of a whole unit, or file, has to do with some lines of it."""
    if fold.rule in ("local-names", "definition-names"):
        return any(r.unit == fold.unit for r in renames_in(pair, lines[1]))
    if fold.rule == "definition-order":
        return _moved(pair, lines)
    if fold.rule == "one-sided-annotation":
        return _annotations(pair, lines[0], 0) != _annotations(pair, lines[1], 1)
    return True


def renames_in(pair: LinePair, lines: Sequence[int]) -> tuple[Rename, ...]:
    """The renames of names that stand in some lines of the right."""
    words = {word for n in lines for word in WORD.findall(pair.texts[1][n - 1])}
    units = {n.name for n in pair.definitions(lines, 1)} | {""}
    return tuple([r for r in dict.fromkeys(pair.report.renames) if r.right in words and r.unit in units])


def _moved(pair: LinePair, lines: Sequence[Sequence[int]]) -> bool:
    """Whether equal lines before some lines of the left stand after them on the right, or the other way round."""
    if not lines[0] or not lines[1]:
        return False
    at, to = lines[0][0], lines[1][0]
    sources = pair.report.line_maps[0].lines, pair.report.line_maps[1].lines
    for change in pair.changes:
        for i, j in zip(range(*change.left), range(*change.right), strict=False) if change.equal else ():
            a, b = sources[0][i][0], sources[1][j][0]
            if a and b and (a < at) != (b < to) and a != at and b != to:
                return True
    return False


def _annotations(pair: LinePair, lines: Collection[int], side: int) -> list[str]:
    """The annotations in some lines of a source."""
    reading = pair.readings[side]
    found = []
    for node in walk(reading.tree) if reading else ():
        noted = node.returns if isinstance(node, Function) else None
        if isinstance(node, (Param, Declare)):
            noted = node.annotation
        if noted is not None and any(span_of(noted)[0] <= line <= span_of(noted)[2] for line in lines):
            found.append(cut(pair.texts[side], span_of(noted)))
    return found
