"""Which edits are to blame for a candidate that is not the right file's logic: those that stand nearest to it."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.reconcile import Reconciled
from prediff.transport.plan import Edit, Run
from prediff.transport.script import Comparison, Key
from prediff.tree import Statement


def blamed(runs: Sequence[Run], edits: Sequence[Edit]) -> tuple[Key, ...]:
    """The keys of the edits that made some lines of a candidate, or stand nearest to them; of the file if none does."""
    places: list[tuple[int, int, Key]] = []
    shift = 0
    for edit in edits:
        first = edit.first + shift
        places.append((first, first + max(len(edit.lines) - 1, 0), edit.key))
        shift += len(edit.lines) - (edit.last - edit.first + 1)
    found: dict[Key, None] = {}
    for start, end in runs:
        if places:
            nearest = min(
                places, key=lambda p: (max(p[0] - end, start - p[1], 0), max(p[0] - start, start - p[1], 0))
            )
            found[nearest[2]] = None
    return tuple(found) or ((),)


def line_before(line: int, edits: Sequence[Edit]) -> int:
    """The left's line that a line of a candidate came from, or the first one of its edit."""
    shift = 0
    for edit in edits:
        first = edit.first + shift
        if line < first:
            break
        if line < first + len(edit.lines):
            return edit.first
        shift += len(edit.lines) - (edit.last - edit.first + 1)
    return line - shift


def differing_lines(found: Reconciled) -> list[Run]:
    """The lines of the left file of a reconciled pair on which the two still differ: headers, whole statements."""
    comparison = Comparison()
    lines: list[Run] = []
    waiting = [(comparison.module(found.left, found.right, found.pairs), 1)]
    while waiting:
        script, last = waiting.pop()
        for entry in script.entries:
            if entry.kind == "descend" and entry.left is not None:
                waiting += [(inner, entry.left.span[0]) for inner in entry.scripts]
                if entry.header:
                    header = entry.left.header if isinstance(entry.left, Statement) else entry.left.span
                    lines.append((entry.left.span[0], max(entry.left.span[0], header[2])))
            elif entry.kind != "keep":
                lines.append((last, last) if entry.left is None else (entry.left.span[0], entry.left.span[2]))
            if entry.left is not None:
                last = entry.left.span[2] or last
    return lines
