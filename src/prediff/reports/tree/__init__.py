"""What comparing two folders gave: for a terminal (`text`), for programs (`json`), for a browser (`page`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prediff.model import FileRow, FolderReport, MovedUnit

MOVED = "moved or renamed"
KINDS = ("same bytes", "same logic", "differs", "unknown", "only left", "only right", MOVED)
"""The rows of the summary, in order. A file with another path on the right is counted as moved alone."""


def kind_of(row: FileRow) -> str:
    """In which row of the summary a file is counted."""
    return MOVED if row.moved else row.status


def counts(report: FolderReport) -> Counter[str]:
    return Counter(kind_of(row) for row in report.rows)


def about(row: FileRow, lines: bool = True) -> str:
    """What there is to say of a file beside its status, unescaped; with `lines` how many were removed and added."""
    parts: list[str] = []
    if row.moved:
        parts.append(row.status)
        if row.likeness < 1:
            parts.append(f"{row.likeness:.0%} alike")
    facts = row.facts
    if row.reason:
        parts.append(row.reason)
    if facts is not None and facts.language is not None:
        if facts.differing:
            parts.append(f"{facts.differing} of {count(facts.units, 'unit')}")
        if lines and (facts.removed or facts.added):
            parts.append(f"-{facts.removed} +{facts.added}")
        if row.status == "same logic" and facts.assumptions:
            parts.append(f"under {', '.join(facts.assumptions)}")
        parts += facts.renamed
    return " · ".join(parts)


def moved_sentence(unit: MovedUnit) -> str:
    """What became of a definition, in one line, unescaped."""
    name = unit.left_name if unit.left_name == unit.right_name else f"{unit.left_name} → {unit.right_name}"
    where = f"{name} moved from {unit.left_path}:{unit.left_line} to {unit.right_path}:{unit.right_line}"
    if not unit.same:
        return f"{where}, changed ({unit.likeness:.0%} alike)"
    if unit.reads:
        return f"{where}, the same in itself; {', '.join(unit.reads)} may stand for something else there"
    return f"{where}, same in logic"


def closing(report: FolderReport) -> str:
    """The last line: how many files there are, and what was left out."""
    rows = report.rows
    to_read = sum(row.status not in ("same bytes", "same logic") for row in rows)
    moved = sum(row.moved and row.status in ("same bytes", "same logic") for row in rows)
    parts = [f"{count(len(rows), 'file')}, {to_read} to read"]
    if moved:
        parts.append(f"{moved} only moved or renamed")
    parts.append(report.settings.level)
    if report.ignored:
        parts.append(f"{report.ignored} ignored (--no-ignore compares them)")
    if report.left_out:
        parts.append(f"{len(report.left_out)} left out")
    return " · ".join(parts)


def count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def remarks(report: FolderReport) -> Iterator[str]:
    """What else to know, one thing a line, unescaped."""
    yield from (moved_sentence(unit) for unit in report.units)
    yield from (f"left out: {path}: {reason}" for path, reason in report.left_out)
    yield from (f"trouble: {text}" for text in report.trouble)
    yield from (f"note: {text}" for text in report.notes)
