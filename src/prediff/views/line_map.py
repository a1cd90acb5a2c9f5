"""Which line of the right file each line of an aligned text stands for."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.transport.edits import Transport
from prediff.transport.layout import Layout
from prediff.transport.places import spans_of
from prediff.transport.script import Script
from prediff.tree import Node, inner_blocks

Lines = tuple[tuple[int, int], ...]
"""For each line of a text the first and last line of its source, (0, 0) for none."""


def right_lines(script: Script, transport: Transport, sources: Sequence[tuple[int, int]]) -> Lines:
    """The right file's line of each output line. sources: (line of the left, line of the right), 0 for none."""
    left, right = transport.left, transport.right
    known: dict[int, int] = {}
    waiting = [script]
    equal: list[tuple[Node, Node]] = []
    while waiting:
        for entry in waiting.pop().entries:
            waiting += entry.scripts
            if entry.kind == "keep" and entry.left is not None and entry.right is not None:
                equal.append((entry.left, entry.right))
            else:
                one, two = transport.places.placed(entry).sides
                known |= _of_pieces(left, right, one, two)
    while equal:
        pair = equal.pop()
        blocks = list(zip(inner_blocks(pair[0]), inner_blocks(pair[1]), strict=False))
        spans = [spans_of(node, blocks=not blocks) for node in pair]
        known |= _of_pieces(left, right, left.pieces_in(spans[0]), right.pieces_in(spans[1]))
        equal += [both for a, b in blocks for both in zip(a.body, b.body, strict=False)]
    lines = [there or known.get(here, 0) for here, there in sources]
    return tuple([(line, line) for line in lines])


def own_lines(text: str) -> Lines:
    """The lines of a text that is shown as it is; what stands behind its last newline is no line."""
    lines = [(i, i) for i in range(1, text.count("\n") + 1)]
    last = len(lines) + 1
    return (*lines, (0, 0) if text.endswith("\n") or not text else (last, last))


def _of_pieces(left: Layout, right: Layout, here: set[int], there: set[int]) -> dict[int, int]:
    """Which line of the right each line of some pieces of the left stands for."""
    found: dict[int, int] = {}
    one, two = sorted(here), sorted(there)
    for place, n in enumerate(one if two else ()):
        piece, other = left.pieces[n], right.pieces[two[place] if len(one) == len(two) else two[0]]
        for line in range(piece.first, piece.last + 1):
            found[line] = min(other.first + line - piece.first, other.last)
    return found
