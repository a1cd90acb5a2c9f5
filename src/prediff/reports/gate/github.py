"""The findings of `prediff check` as workflow commands of GitHub Actions, which shows them beside the lines."""

from __future__ import annotations

from collections.abc import Iterator

from prediff.model import Checked
from prediff.reports.escaping import printable
from prediff.reports.gate.words import RULES

MAX_OF_A_KIND = 10
"""GitHub shows no more of a kind from one step."""

MAX_OF_A_FILE = 3
_KINDS = {"note": "notice", "warning": "warning"}


def check_github(checked: Checked) -> str:
    """A line for each annotation. Files that have no lines to show are left out: the page names them anyway."""
    left = dict.fromkeys(_KINDS.values(), MAX_OF_A_KIND)
    lines = []
    for kind, line in _commands(checked):
        if left[kind]:
            left[kind] -= 1
            lines.append(line)
    return "".join(lines)


def _commands(checked: Checked) -> Iterator[tuple[str, str]]:
    for file in checked.files:
        found = [one for one in (file.logic.findings if file.logic else ()) if one.right[0]]
        for one in found[:MAX_OF_A_FILE] if not file.same else ():
            kind = _KINDS[RULES[one.rule][0]]
            first, last = one.right
            where = f"file={_property(file.path)},line={first},endLine={max(first, last)},title=prediff"
            yield kind, f"::{kind} {where}::{_data(one.text)}\n"


def _data(text: str) -> str:
    """The text of a command: on one line, and with nothing in it that an older form of commands starts with."""
    text = printable(text, keep="").replace("##[", "## [")
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
