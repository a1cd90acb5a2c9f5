"""The report of `prediff check` as Markdown, for the summary of a job or a comment on a merge request.

Whatever comes out of the repository stands in `<code>` or `<pre>`, with all but letters, digits and a few signs as
numeric characters, so that nothing in it is read as Markdown, HTML, a link or a mention.
"""

from __future__ import annotations

from collections.abc import Iterator

from prediff.model import Checked, FileVerdict, Settings
from prediff.reports.escaping import printable
from prediff.reports.gate.text import MAX_LINES, MAX_PLACES
from prediff.reports.gate.words import sorted_files, summed_up, why

MAX_ROWS = 200
MAX_CHARACTERS = 500_000
"""Services refuse longer texts; the rest is counted."""

_PLAIN = frozenset(" -/")


def check_markdown(checked: Checked) -> str:
    """The report as Markdown, ending in a newline."""
    first, *others = summed_up(checked)
    lines = [f"### prediff: {_escaped(first)}", ""]
    if others:
        lines += [" · ".join(map(_escaped, others)), ""]
    to_read_first = sorted_files(checked)[::-1]
    if to_read_first:
        lines += ["| file | verdict | why |", "|---|---|---|"]
        lines += [_row(file, checked.settings) for file in to_read_first[:MAX_ROWS]]
        if len(to_read_first) > MAX_ROWS:
            lines.append(f"| … and {len(to_read_first) - MAX_ROWS} more | | |")
        lines.append("")
    size = sum(map(len, lines))
    for file in to_read_first[:MAX_ROWS]:
        block = "\n".join(_places(file))
        size += len(block)
        if block and size < MAX_CHARACTERS:
            lines += [block, ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(file: FileVerdict, settings: Settings) -> str:
    reasons = [_code(part) for part in why(file, settings)]
    return f"| {_code(file.path)} | {file.verdict} | {' · '.join(reasons)} |"


def _places(file: FileVerdict) -> Iterator[str]:
    """The first lines that differ in a file, folded away under its name."""
    found = [one for one in (file.logic.findings if file.logic else ()) if one.removed or one.added]
    if file.same or not found:
        return
    yield f"<details><summary>{_code(file.path)}</summary>"
    yield ""
    for one in found[:MAX_PLACES]:
        shown = [f"@@ {one.text}"]
        shown += [f"-{line}" for line in one.removed[:MAX_LINES]]
        shown += [f"+{line}" for line in one.added[:MAX_LINES]]
        yield "<pre>"
        yield from (_escaped(line) for line in shown)
        yield "</pre>"
    yield ""
    yield "</details>"


def _code(text: str) -> str:
    return f"<code>{_escaped(text)}</code>" if text else ""


def _escaped(text: str) -> str:
    return "".join(
        c if c in _PLAIN or (c.isalnum() and c.isascii()) or not c.isascii() else f"&#{ord(c)};"
        for c in printable(text, keep="")
    )
