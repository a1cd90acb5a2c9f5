"""Lines for a file of commits that `git blame` is to look through: those that are the same in logic, with evidence."""

from __future__ import annotations

import re

from prediff.model import Checked
from prediff.reports.escaping import printable
from prediff.reports.gate.words import evidence

_ID = re.compile(rb"(?m)^[ \t]*([0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?)(?=[ \t\r]*(?:#|$))")


def revisions(checked: Checked, version: str, there: bytes = b"") -> str:
    """What to append to a file with `there` in it, so that it names each commit that is the same, once.

    version: prediff's own.
    """
    known = {found.decode().lower() for found in _ID.findall(there)}
    lines = []
    for commit in checked.commits:
        if commit.same and commit.id not in known:
            known.add(commit.id)
            says = [printable(commit.subject, keep=""), *evidence(commit.files, checked.settings)]
            lines += [f"# {' · '.join(says)} · prediff {version}", commit.id]
    text = "".join(f"{line}\n" for line in lines)
    return "\n" + text if text and there and not there.endswith(b"\n") else text
