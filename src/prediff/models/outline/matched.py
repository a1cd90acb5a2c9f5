"""Which row of one unit is which of another: equal ones, then those that are alike in the gaps, then moved ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

from prediff.linediff import diff_lines
from prediff.matchers.assignment import assign_in_order
from prediff.models.outline.numbered import NO_ROW, Row
from prediff.tree import (
    Class,
    Clause,
    DoWhile,
    ExprStmt,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Match,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
    YieldFrom,
)

ALIKE = 0.35
"""How alike two statements of a class must be, of 1, to be one that changed."""
MAX_GAP = 6_000
"""In gaps of more pairs than this all is gone and new."""
SHORT = 7
"""What has so few parts is told apart by what stands around it too."""
_EVER = (If, While, DoWhile, For, ForEach, Return, Raise, Try, With, Match, Handler, Clause, Function, Class)
"""Of these there are few, and one that stands in the place of another became it, whatever it says."""


def matched(left: Sequence[Row], right: Sequence[Row]) -> tuple[dict[int, int], dict[int, int]]:
    """The row of the right for each of the left that has one; and those of them that stand in another order."""
    pairs: dict[int, int] = {}
    for change in diff_lines(*_keys(left, right)):
        ones, twos = range(*change.left), range(*change.right)
        if change.equal:
            pairs.update(zip(ones, twos, strict=True))
        else:
            pairs.update(_alike(left, right, ones, twos))
    moved = dict(_moved(left, right, pairs))
    return pairs | moved, moved


def _keys(left: Sequence[Row], right: Sequence[Row]) -> tuple[list[str], list[str]]:
    """A word for each row; the same for equal ones."""
    known: dict[Hashable, str] = {}
    found: tuple[list[str], list[str]] = ([], [])
    for rows, keys in zip((left, right), found, strict=True):
        for i, row in enumerate(rows):
            own: Hashable = tuple(row.own)
            if isinstance(row.node, Try) and not row.part and i + 1 < len(rows):
                own = own, tuple(rows[i + 1].own)
            if len(row.own) < SHORT and row.parent != NO_ROW:
                own = own, tuple(rows[row.parent].own)
            keys.append(known.setdefault(own, str(len(known))))
    return found


def _alike(
    left: Sequence[Row], right: Sequence[Row], ones: Sequence[int], twos: Sequence[int]
) -> list[tuple[int, int]]:
    """The pairs of a gap: an order-keeping choice of the largest total likeness."""
    if not ones or not twos or len(ones) * len(twos) > MAX_GAP:
        return []
    words = [_words(left[i]) for i in ones], [_words(right[j]) for j in twos]
    scores = [
        [_likeness(left[i], right[j], words[0][a], words[1][b]) for b, j in enumerate(twos)]
        for a, i in enumerate(ones)
    ]
    return [(ones[a], twos[b]) for a, b in assign_in_order(scores)]


def _words(row: Row) -> Counter[Hashable]:
    """The names and values of a row."""
    return Counter(
        [part for part in row.own if part.__class__ not in (type, bool, tuple) and part is not None]
    )


def _likeness(left: Row, right: Row, one: Counter[Hashable], two: Counter[Hashable]) -> float:
    """From 0 to a little over 1; 0: not to be paired."""
    if left.node.__class__ is not right.node.__class__ or left.part != right.part:
        return 0.0
    if left.own == right.own:
        return 1.2
    if isinstance(left.node, (Import, ImportFrom)) and getattr(left.node, "module", "") != getattr(
        right.node, "module", ""
    ):
        return 0.0
    total = one.total() + two.total()
    dice = 2 * (one & two).total() / total if total else 0.0
    if isinstance(left.node, _EVER) or left.part or _yields(left):
        return 0.1 + dice
    return dice if dice >= ALIKE else 0.0


def _yields(row: Row) -> bool:
    return isinstance(row.node, ExprStmt) and isinstance(row.node.value, (Yield, YieldFrom))


def _moved(left: Sequence[Row], right: Sequence[Row], pairs: dict[int, int]) -> list[tuple[int, int]]:
    """Equal rows among those that are left over, in order."""
    taken = set(pairs.values())
    waiting: dict[Hashable, list[int]] = {}
    for j in range(len(right) - 1, -1, -1):
        if j not in taken:
            waiting.setdefault(tuple(right[j].own), []).append(j)
    found = []
    for i, row in enumerate(left):
        if i in pairs or row.part or isinstance(row.node, (Try, Handler)):
            continue
        places = waiting.get(tuple(row.own))
        if places:
            found.append((i, places.pop()))
    return found
