"""What would be the same under assumptions that were not granted: named, never applied."""

from __future__ import annotations

from dataclasses import replace

from prediff.model import MODULE, Hint, Report
from prediff.normalizer import assumptions_of
from prediff.pipeline import compare


def with_hints(report: Report) -> Report:
    """The report, with a hint for each unit that differs but would not at the level `relaxed`."""
    if report.verdict != "differs" or report.settings.level == "relaxed":
        return report
    granted = assumptions_of(report.settings)
    freer = compare(report.left, report.right, replace(report.settings, level="relaxed"))
    same = {u.name for u in freer.units if u.verdict == "same"}
    named = {u.name for u in freer.units}
    hints = []
    for unit in report.units:
        if unit.verdict == "differs" and unit.name in same:
            # A fold outside of any definition bears the name of its line, or none.
            folds = [f for f in freer.folds if (f.unit if f.unit in named else MODULE) == unit.name]
            needed = {a for f in folds for a in f.assumptions} - granted
            if needed:
                hints.append(Hint(unit.name, tuple(sorted(needed))))
    return replace(report, hints=tuple(hints))
