"""The report on two folders for a program: one JSON object, `version` 1 of the schema below.

| key | value |
|---|---|
| `schema`, `version` | `"prediff-folders"`, 1; within a version keys are added at most |
| `same` | whether each file is the same in logic, under the same path |
| `left`, `right` | the two folders, as they were given |
| `settings` | level, assume, refuse, show, implementations, reader, view |
| `counts` | how many files are `same bytes`, `same logic`, `differs`, `unknown`, `only left`, `only right`, |
| | `moved or renamed`; each file is counted once |
| `ignored` | how many files, and folders as a whole, were left out by ignore rules |
| `left_out` | path and reason of what is not a file, such as a pipe |
| `files` | a row for each file; those with the same bytes are left out unless they moved |
| `moved` | definitions that went from one file to another: left and right (name, path, line), same, likeness, |
| | reads (names in it that may stand for something else there), text |
| `trouble`, `notes` | lines of text; trouble is what could not be read |

A row of `files` has `status` (as in `counts`, but for moved files), `left` and `right` (paths, or null), `moved`,
`likeness` (1 but for files that are paired by it), `reason`, `page` (the file for a browser, or "") and `facts`: null,
or language, assumptions, folds, units, differing (units), removed and added (lines), renamed (lines of text), gone and
come (definitions of one side only). All text is escaped to ASCII.
"""

from __future__ import annotations

import json
from typing import Any

from prediff.model import FileRow, FolderReport, MovedUnit
from prediff.reports.json import settings_data
from prediff.reports.tree import KINDS, counts, moved_sentence

VERSION = 1


def tree_json(report: FolderReport) -> str:
    """The report as JSON text, ending in a newline."""
    found = counts(report)
    return (
        json.dumps(
            {
                "schema": "prediff-folders",
                "version": VERSION,
                "same": report.same,
                "left": report.left,
                "right": report.right,
                "settings": settings_data(report.settings),
                "counts": {kind: found[kind] for kind in KINDS},
                "ignored": report.ignored,
                "left_out": [{"path": path, "reason": reason} for path, reason in report.left_out],
                "files": [_row(row) for row in report.rows if row.moved or row.status != "same bytes"],
                "moved": [_unit(unit) for unit in report.units],
                "trouble": report.trouble,
                "notes": report.notes,
            },
            indent=2,
        )
        + "\n"
    )


def _row(row: FileRow) -> dict[str, Any]:
    facts = row.facts
    return {
        "status": row.status,
        "left": row.left,
        "right": row.right,
        "moved": row.moved,
        "likeness": round(row.likeness, 3),
        "reason": row.reason,
        "page": row.page,
        "facts": facts
        and {
            "language": facts.language,
            "assumptions": facts.assumptions,
            "folds": facts.folds,
            "units": facts.units,
            "differing": facts.differing,
            "removed": facts.removed,
            "added": facts.added,
            "renamed": facts.renamed,
            "gone": facts.gone,
            "come": facts.come,
        },
    }


def _unit(unit: MovedUnit) -> dict[str, Any]:
    return {
        "left": {"name": unit.left_name, "path": unit.left_path, "line": unit.left_line},
        "right": {"name": unit.right_name, "path": unit.right_path, "line": unit.right_line},
        "same": unit.same,
        "likeness": round(unit.likeness, 3),
        "reads": unit.reads,
        "text": moved_sentence(unit),
    }
