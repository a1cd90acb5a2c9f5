"""Which edits are to blame for a candidate that is not the right file's logic: those that stand nearest to it."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.reconcile import Reconciled
from prediff.transport.plan import Edit
from prediff.transport.script import Comparison, Key


def blamed(lines: Sequence[int], edits: Sequence[Edit]) -> tuple[Key, ...]:
    """The keys of the edits that made some lines of a candidate, or stand nearest to them; of the file if none does."""
    places: list[tuple[int, int, Key]] = []
    shift = 0
    for edit in edits:
        first = edit.first + shift
        places.append((first, first + max(len(edit.lines) - 1, 0), edit.key))
        shift += len(edit.lines) - (edit.last - edit.first + 1)
    found: dict[Key, None] = {}
    for line in lines:
        if places:
            nearest = min(places, key=lambda p: max(p[0] - line, line - p[1], 0))
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


def differing_lines(found: Reconciled) -> Sequence[int]:
    """Lines of the left file of a reconciled pair at which the two still differ."""
    comparison = Comparison()
    lines: list[int] = []
    waiting = [(comparison.module(found.left, found.right, found.pairs), 1)]
    while waiting:
        script, last = waiting.pop()
        for entry in script.entries:
            if entry.kind == "descend" and entry.left is not None:
                waiting += [(inner, entry.left.span[0]) for inner in entry.scripts]
                if entry.header and entry.left is not None:
                    lines.append(entry.left.span[0])
            elif entry.kind != "keep":
                lines.append(entry.left.span[0] if entry.left is not None else last)
            if entry.left is not None:
                last = entry.left.span[2] or last
    return lines
