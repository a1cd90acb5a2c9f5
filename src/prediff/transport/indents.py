"""Moving lines to another indent, in the left file's unit, without touching a line that starts inside a string."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from prediff.transport.layout import Layout


class Indents:
    """How both files are indented."""

    def __init__(self, left: Layout, right: Layout) -> None:
        self.left = left
        self.right = right
        self.unit_left = _unit(left)
        self.unit_right = _unit(right)

    def moved(
        self, lines: Sequence[str], run: tuple[int, int], indent: str, base: str | None = None
    ) -> list[str]:
        """Lines `run` of the right file's `lines`, with their first statement, or `base`, at `indent`."""
        units = None if self.unit_left == self.unit_right else (self.unit_right, self.unit_left)
        return _moved(self.right, lines, run, indent, units, base)

    def shifted(self, run: tuple[int, int], indent: str) -> list[str]:
        """Lines of the left file with their first statement at `indent`."""
        return _moved(self.left, self.left.lines, run, indent, None)


def _moved(
    layout: Layout,
    lines: Sequence[str],
    run: tuple[int, int],
    indent: str,
    units: tuple[str, str] | None,
    base: str | None = None,
) -> list[str]:
    first = next((n for n in range(run[0], run[1] + 1) if layout.piece_at[n] >= 0), run[0])
    base = layout.indent(first) if base is None else base
    found = []
    start_old, start_new = base, indent
    for number in range(run[0], run[1] + 1):
        text = lines[number - 1]
        if number in layout.inside or not text.strip():
            found.append(text)
            continue
        old = layout.indent(number)
        piece = layout.piece_at[number]
        if piece < 0 or layout.pieces[piece].first == number:
            start_old, start_new = old, _deeper(old, base, indent, units)
            found.append(start_new + text[len(old) :])
        elif old.startswith(start_old):
            found.append(start_new + old[len(start_old) :] + text[len(old) :])
        else:
            found.append(_deeper(old, base, indent, None) + text[len(old) :])
    return found


def _deeper(old: str, base: str, indent: str, units: tuple[str, str] | None) -> str:
    """The new indent of a line that was indented by `old` where the first one was by `base`."""
    if not old.startswith(base):
        return indent if len(old) >= len(base) else indent[: max(len(indent) - len(base) + len(old), 0)]
    more = old[len(base) :]
    if units is not None and units[0] and more:
        depth = 0
        while more.startswith(units[0]):
            more, depth = more[len(units[0]) :], depth + 1
        more = units[1] * depth + more
    return indent + more


def _unit(layout: Layout) -> str:
    """By what the statements of a file are mostly indented against the one around them; four spaces if none is."""
    counts: Counter[str] = Counter()
    for statement in layout.statements:
        if statement.outer >= 0 and not layout.statements[statement.outer].has_cases:
            outer, own = (
                layout.indent(layout.statements[statement.outer].first),
                layout.indent(statement.first),
            )
            if own.startswith(outer) and len(own) > len(outer):
                counts[own[len(outer) :]] += 1
    return max(counts, key=lambda unit: (counts[unit], -len(unit)), default="    ")
