"""The report on two folders for a person: the files that are not the same, what moved, and a table that sums up."""

from __future__ import annotations

from collections.abc import Iterator

from prediff.model import FileRow, FolderReport
from prediff.reports.escaping import Style, display_width, printable
from prediff.reports.tree import KINDS, about, closing, counts, kind_of, remarks

MAX_WIDTH = 48
"""Longer paths do not widen the column."""


def render(report: FolderReport, style: Style, everything: bool = False) -> str:
    """The whole report as text that is safe for a terminal. everything: files that are the same in logic too."""
    hidden = ("same bytes",) if everything else ("same bytes", "same logic")
    rows = [row for row in report.rows if kind_of(row) not in hidden]
    lines = list(_rows(rows, style))
    lines += [style.faint(printable(text, keep="")) for text in remarks(report)]
    if lines:
        lines.append("")
    lines += _table(report, style)
    lines.append(closing(report))
    return "\n".join(lines) + "\n"


def _rows(rows: list[FileRow], style: Style) -> Iterator[str]:
    shown = [(kind_of(row), _path(row), printable(about(row), keep="")) for row in rows]
    widths = [min(MAX_WIDTH, display_width(path)) for _, path, _ in shown]
    width = max(widths, default=0)
    for kind, path, text in shown:
        paint = style.good if kind == "same logic" else style.bad
        gap = " " * max(0, width - display_width(path))
        yield f"{paint(f'{kind:<16}')}  {path}{gap}  {style.faint(text)}".rstrip()


def _path(row: FileRow) -> str:
    if row.moved:
        return f"{printable(row.left or '', keep='')} → {printable(row.right or '', keep='')}"
    return printable(row.path, keep="")


def _table(report: FolderReport, style: Style) -> Iterator[str]:
    found = counts(report)
    for kind in KINDS:
        if found[kind]:
            yield f"{found[kind]:>7,}  {style.good(kind) if kind.startswith('same') else style.bad(kind)}"
