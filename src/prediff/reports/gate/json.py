"""The report of `prediff check` for a program: one JSON object, `version` 1 of the schema below.

| key | value |
|---|---|
| `schema`, `version` | `"prediff-check"`, 1; within a version keys are added at most |
| `prediff` | the version of prediff |
| `old`, `new` | what was compared, in words |
| `same`, `summary` | whether every file is the same; one line |
| `counts` | `files`, `same`, `differs`, `unknown` |
| `settings` | level, assume, refuse, show, reader, allow_renames |
| `assumptions` | the names of all that the verdicts `same` rest on |
| `files` | path, old_path, status (A, D, M, R or T, as git has it), verdict (same, differs, unknown), reason, and |
| | logic: null, or what comparing the contents gave |
| `logic` | verdict (identical too), reason, language, assumptions, units, differing (how many of them), findings, |
| | more (how many are left out), remarks (lines of text) |
| `findings` | rule, text, unit, left and right ([first, last] line, [0, 0] for none), removed and added (lines of |
| | the view), digest |
| `commits` | with --ignore-revs, of each commit of the range: id, subject, same, files |

Paths are from the top of the repository. All text is escaped to ASCII, so that the object can be shown in a terminal.
"""

from __future__ import annotations

import json
from typing import Any

from prediff.model import Checked, FileVerdict, Finding, Logic
from prediff.reports.gate.words import summary

VERSION = 1


def check_json(checked: Checked, version: str) -> str:
    """The report as JSON text, ending in a newline. version: prediff's own."""
    settings = checked.settings
    verdicts = [file.verdict for file in checked.files]
    found: dict[str, Any] = {
        "schema": "prediff-check",
        "version": VERSION,
        "prediff": version,
        "old": checked.old,
        "new": checked.new,
        "same": checked.same,
        "summary": summary(checked),
        "counts": {
            "files": len(verdicts),
            **{name: verdicts.count(name) for name in ("same", "differs", "unknown")},
        },
        "settings": {
            "level": settings.level,
            "assume": sorted(settings.assume),
            "refuse": sorted(settings.refuse),
            "show": sorted(settings.show),
            "reader": settings.reader,
            "allow_renames": checked.allow_renames,
        },
        "assumptions": checked.assumptions,
        "files": [_file(file) for file in checked.files],
    }
    if checked.commits:
        found["commits"] = [
            {
                "id": commit.id,
                "subject": commit.subject,
                "same": commit.same,
                "files": [_file(file) for file in commit.files],
            }
            for commit in checked.commits
        ]
    return json.dumps(found, indent=2) + "\n"


def _file(file: FileVerdict) -> dict[str, Any]:
    return {
        "path": file.path,
        "old_path": file.old_path,
        "status": file.status,
        "verdict": file.verdict,
        "reason": file.reason,
        "logic": _logic(file.logic) if file.logic else None,
    }


def _logic(logic: Logic) -> dict[str, Any]:
    return {
        "verdict": logic.verdict,
        "reason": logic.reason,
        "language": logic.language,
        "assumptions": logic.assumptions,
        "units": logic.units,
        "differing": logic.differing,
        "findings": [_finding(found) for found in logic.findings],
        "more": logic.more,
        "remarks": logic.remarks,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "text": found.text,
        "unit": found.unit,
        "left": found.left,
        "right": found.right,
        "removed": found.removed,
        "added": found.added,
        "digest": found.digest,
    }
