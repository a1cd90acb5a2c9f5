"""The index of two folders for a browser: a row for each file that is not the same, which opens the page of its pair.

As the page of a pair (`reports.html`) it runs no script but its own, and each name in it is escaped text. The links
lead to files that prediff named.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prediff.model import FileRow, FolderReport
from prediff.reports.html import POLICY, digest, shown_text
from prediff.reports.tree import KINDS, about, closing, counts, kind_of, moved_sentence, remarks

INDEX = "index.html"
MAX_REMARKS = 500


def tree_html(report: FolderReport) -> str:
    """The whole page, ending in a newline; ASCII, as that of a pair."""
    style, script = _asset("page.css"), f'"use strict";\n(() => {{\n{_asset("page.js")}}})();\n'
    rows = [row for row in report.rows if kind_of(row) != "same bytes"]
    left, right = shown_text(report.left), shown_text(report.right)
    page = _asset("page.html").format(
        policy=POLICY.format(script=digest(script), style=digest(style)),
        style=style,
        script=script,
        title=f"{left} → {right}",
        verdict="same" if report.same else "differs",
        heading="The same in logic" if report.same else "Differs",
        left=left,
        right=right,
        closing=shown_text(closing(report)),
        chips="\n".join(_chips(report)),
        units=_listed("units", "moved between files", [moved_sentence(unit) for unit in report.units]),
        rows="\n".join(map(_row, rows)),
        nothing=" hidden" if rows else "",
        empty="No file fits." if rows else "All files have the same bytes.",
        remarks=_listed("remarks", "to know", list(remarks(report))[len(report.units) :]),
    )
    return page.encode("ascii", "xmlcharrefreplace").decode()


def _chips(report: FolderReport) -> Iterator[str]:
    found = counts(report)
    for kind in KINDS:
        off = " disabled" if kind == "same bytes" or not found[kind] else ""
        yield (
            f'<button type="button" data-kind="{_class(kind)}" aria-pressed="false"{off}>'
            f"{kind} <b>{found[kind]:,}</b></button>"
        )


def _class(kind: str) -> str:
    return kind.replace(" ", "-")


def _row(row: FileRow) -> str:
    kind, facts = kind_of(row), row.facts
    path = _path(row.left or row.right or "")
    if row.moved:
        path = f"{_path(row.left or '')} &#8594; {_path(row.right or '')}"
    if row.page:
        path = f'<a href="{shown_text(row.page)}">{path}</a>'
    lines = ""
    if facts is not None and (facts.removed or facts.added):
        lines = f'<span class="removed">-{facts.removed:,}</span><span class="added">+{facts.added:,}</span>'
    return (
        f'<tr class="{_class(kind)}"><td class="kind">{kind}</td><td class="path">{path}</td>'
        f'<td class="lines">{lines}</td><td class="why">{shown_text(about(row, lines=False))}</td></tr>'
    )


def _path(path: str) -> str:
    folder, slash, name = path.rpartition("/")
    return (f'<span class="folder">{shown_text(folder + slash)}</span>' if slash else "") + shown_text(name)


def _listed(name: str, title: str, texts: list[str]) -> str:
    if not texts:
        return ""
    items = [f"<li>{shown_text(text)}</li>" for text in texts[:MAX_REMARKS]]
    if len(texts) > MAX_REMARKS:
        items.append(f"<li>and {len(texts) - MAX_REMARKS} more</li>")
    thing = "definition" if name == "units" else "thing"
    heading = f"{len(texts)} {thing}{'s' * (len(texts) > 1)} {title}"
    opened = " open" if name == "remarks" or len(texts) < 9 else ""
    return f'<details class="{name}"{opened}><summary>{heading}</summary><ul>{"".join(items)}</ul></details>'


def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="ascii")
