"""What `prediff check` found, for a person: a line for each file, what differs in it, and one line that sums up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prediff.model import MODULE, Checked, FileVerdict, Finding, Settings
from prediff.reports.escaping import Style, printable
from prediff.reports.gate.words import evidence, sorted_files, summed_up, why

MAX_PLACES = 3
MAX_LINES = 3
"""Of a file so many places that differ are shown, of each so many lines that went and that came."""

_INDENT = " " * 9


def render(checked: Checked, style: Style) -> str:
    """The whole report as text that is safe for a terminal, ending in a newline."""
    lines: list[str] = []
    for file in sorted_files(checked):
        lines += _file(file, checked.settings, style)
    if checked.commits:
        lines += _commits(checked, style)
    paint = style.good if checked.same else style.bad
    first, *others = summed_up(checked)
    lines.append(" · ".join([paint(printable(first, keep="")), *others]))
    return "\n".join(lines) + "\n"


def _file(file: FileVerdict, settings: Settings, style: Style) -> Iterator[str]:
    paint = style.good if file.same else style.bad
    name = printable(file.path, keep="")
    parts = [printable(part, keep="") for part in why(file, settings)]
    yield f"{paint(file.verdict)}{' ' * (9 - len(file.verdict))}{' · '.join([style.header(name), *parts])}"
    if file.same or file.logic is None:
        return
    found = [one for one in file.logic.findings if one.removed or one.added]
    for one in found[:MAX_PLACES]:
        yield _INDENT + style.place(_place(one))
        yield from _lines("-", one.removed, style)
        yield from _lines("+", one.added, style)
    rest = len(found) - MAX_PLACES + file.logic.more
    if found and rest > 0:
        yield style.faint(f"{_INDENT}… and {rest} more {'place' if rest == 1 else 'places'}")


def _place(found: Finding) -> str:
    where = "" if found.unit in ("", MODULE) else f"{printable(found.unit, keep='')}, "
    first, last = found.right
    if not first:
        return where.removesuffix(", ") or "the module"
    return f"{where}line {first}" if first == last else f"{where}lines {first}-{last}"


def _lines(sign: str, lines: Sequence[str], style: Style) -> Iterator[str]:
    paint = style.removed if sign == "-" else style.added
    for line in lines[:MAX_LINES]:
        yield f"{_INDENT}{paint(sign + printable(line))}"
    if len(lines) > MAX_LINES:
        yield style.faint(f"{_INDENT}{sign}…")


def _commits(checked: Checked, style: Style) -> Iterator[str]:
    same = [commit for commit in checked.commits if commit.same]
    for commit in same:
        parts = [
            commit.id[:12],
            printable(commit.subject, keep=""),
            *evidence(commit.files, checked.settings),
        ]
        yield f"{style.good('same')}     commit {' · '.join(parts)}"
    count = len(checked.commits)
    are = "is" if len(same) == 1 else "are"
    yield f"{len(same)} of {count} commit{'' if count == 1 else 's'} {are} the same in logic"
