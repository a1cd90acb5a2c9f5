"""Why a line is shown: the smallest parts that differ, and the assumptions under which it would not be."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from prediff.explanation.pair import LinePair, cut, read
from prediff.hints import PUBLIC_NAMES, Trials, candidates_in, smallest
from prediff.languages.language import Reading
from prediff.model import Report
from prediff.normalizer import assumptions_of
from prediff.rules.assumptions import ASSUMPTIONS
from prediff.tree import (
    Block,
    Clause,
    Handler,
    Node,
    Statement,
    children,
    first_difference,
    map_children,
    span_of,
    trees_equal,
    update,
    walk,
)

MAX_TRIALS = 30
"""How often a pair is compared anew for one line."""


def first_differing(pair: LinePair, rows: Sequence[int], side: int) -> tuple[str, str] | None:
    """The first smallest parts that differ in the statements of a row and of its counterpart, the left's first."""
    found = [(row, other) for row in rows if pair.shown([row], side) for other in pair.across(row, side)]
    if not found:
        return None
    nodes = []
    for row, text in zip(
        found[0][:: 1 - 2 * side], (pair.report.left_text, pair.report.right_text), strict=True
    ):
        reading = read(text, pair.report, "auto")
        node = _statement_at(reading, row + 1) if reading else None
        if node is None:
            return None
        nodes.append(_head(node))
    for one, two in _way_down(nodes[0], nodes[1]):
        shown = _shown(one, pair.normal[0]), _shown(two, pair.normal[1])
        if all(shown) and shown[0] != shown[1]:
            return shown
    return None


def _way_down(left: Node, right: Node) -> list[tuple[Node, Node]]:
    """The pairs of nodes that hold the first difference of two trees, the smallest first."""
    end = first_difference(left, right)
    if end is None:
        return []
    pairs = [(left, right)]
    while pairs[-1][0] is not end[0]:
        below = zip(children(pairs[-1][0]), children(pairs[-1][1]), strict=False)
        pairs.append(next(two for two in below if not trees_equal(*two)))
    return pairs[::-1]


def folding(pair: LinePair, line: int, side: int) -> tuple[str, ...]:
    """The fewest assumptions found under which a line would not be shown; () where there are none."""
    granted = assumptions_of(pair.report.settings)
    trials = Trials(pair.report, MAX_TRIALS)
    tried: dict[frozenset[str], bool] = {}

    def folds(more: Collection[str]) -> bool:
        key = frozenset(more)
        if key not in tried:
            found = trials.under(key)
            known = found is not None and found.verdict != "unknown"
            tried[key] = known and found is not None and not _is_shown(pair, found, line, side)
        return tried[key]

    rest = frozenset(ASSUMPTIONS) - granted
    for most in (rest - {PUBLIC_NAMES}, rest):
        freest = trials.under(most) if most and folds(most) else None
        if freest is not None:
            named = candidates_in(freest, granted)
            return smallest(named if named and folds(named) else sorted(most), folds)
    return ()


def _is_shown(pair: LinePair, report: Report, line: int, side: int) -> bool:
    """Whether a line is in the diff of another report on the same pair."""
    other = LinePair(report, pair.readings)
    return other.shown(other.rows(line, side), side)


def _statement_at(reading: Reading, line: int) -> Node | None:
    """The innermost statement of a text that a line is in; of a compound one only where the line is in its header."""
    found: Node | None = None
    for node in walk(reading.tree):
        inside = isinstance(node, Statement) and node.span[0] <= line <= node.span[2]
        if inside and (found is None or node.span[2] - node.span[0] < found.span[2] - found.span[0]):
            found = node
    return found


def _head(node: Node) -> Node:
    """A statement without the statements of its blocks."""

    def bare(child: Node) -> Node:
        if isinstance(child, Block):
            return update(child, body=())
        return map_children(child, bare) if isinstance(child, (Handler, Clause)) else child

    return map_children(node, bare)


def _shown(node: Node, texts: list[str]) -> str:
    """The text of a node of a normal form; of a compound statement its header."""
    if isinstance(node, Statement) and any(isinstance(n, Block) for n in children(node)) and node.header[0]:
        return " ".join([text.strip() for text in texts[node.header[0] - 1 : node.header[2]]])
    return cut([text.rstrip("\n") for text in texts], span_of(node))
