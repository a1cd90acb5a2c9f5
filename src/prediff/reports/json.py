"""The report for a program: one JSON object, `version` 1 of the schema below.

| key | value |
|---|---|
| `schema`, `version` | `"prediff-report"`, 1; within a version keys are added at most |
| `verdict`, `same`, `reason` | identical, same, differs or unknown; a boolean; why, where there is a reason |
| `language` | an id of `prediff languages`, or null where the texts were compared as they are |
| `settings` | level, assume, refuse, show, implementations, reader, view |
| `left`, `right` | path, encoding, newline (LF, CRLF, CR, mixed), bom, lines (of the text that is shown) |
| `hunks` | `unit`; for left and right `source` ([first, last] line of the source, [0, 0] for none), `first` |
| | (line of the text that is shown, from 1) and `lines` |
| `units` | name, verdict, moved, reason, left and right (span or null) |
| `folds` | rule, side, unit, span, assumptions; `places`: spans in it that were rewritten, where there are several |
| `assumptions` | the names of all that the verdict rests on |
| `renames`, `steps` | unit and left, right; unit, to and reason |
| `renamed` | kind (function, class, method), left and right (names), places, followed, gone, alarm, astray |
| | (the line of the right and what it says), text: definitions that have another name on the right |
| `hints` | unit, assumptions, and `lines`: 0 where the unit would be the same, else how many lines fewer would differ |
| `comments` | ordinary, tool: how many differ and take no part in the comparison; `hidden` and `stale`, of the |
| | aligned view, each with ordinary and tool: of the right file, new or changed there, but not in the right text; |
| | of the left file, in the right text though the right file has them no more |
| `notes` | lines of text |
| `summaries` | null, or words beside the report: `by` (outline, or a model's name), `verified` (false of a model), |
| | `units` (left and right: names or null; left_span and right_span; left_text and right_text: what it does, "" |
| | where nobody said; paired: how the two were found to belong together, name, likeness, model or ""; `changes`), |
| | `suggestions` (kind: names, steps or opinion; unit, text, checked), `more` (units without words), `notes`; |
| | the same again for the same files, since a model's answers are kept |
| `changes` | of a unit, what changed: kind (condition, return, call, loop, exception, state, other), text, left and |
| | right (statements, by the lines of the unit's normal form), left_lines and right_lines (for each of them its |
| | [first, last] line of the source, [0, 0] for none) |

A span is [first line, first column, last line, end column]: lines from 1, columns from 0 in characters, end
exclusive. All text is escaped to ASCII, so that the object can be shown in a terminal.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from prediff.model import (
    NEWLINE_NAMES,
    LineMap,
    RenamedDefinition,
    Report,
    Settings,
    SourceFile,
    Summaries,
)
from prediff.reports.hunks import Hunk, find_hunks, lines_of
from prediff.reports.renamed import sentence

VERSION = 1


def report_json(report: Report, context: int = 3) -> str:
    """The report as JSON text, ending in a newline."""
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    hunks = find_hunks(report, left, right, context) if report.left_text != report.right_text else []
    found: dict[str, Any] = {
        "schema": "prediff-report",
        "version": VERSION,
        "verdict": report.verdict,
        "same": report.same,
        "reason": report.reason,
        "language": report.language,
        "settings": settings_data(report.settings),
        "left": _file(report.left, left),
        "right": _file(report.right, right),
        "hunks": [_hunk(hunk, left, right) for hunk in hunks],
        "units": [
            {
                "name": unit.name,
                "verdict": unit.verdict,
                "moved": unit.moved,
                "reason": unit.reason,
                "left": unit.left,
                "right": unit.right,
            }
            for unit in report.units
        ],
        "folds": [
            {
                "rule": fold.rule,
                "side": fold.side,
                "unit": fold.unit,
                "span": fold.span,
                "places": fold.places,
                "assumptions": fold.assumptions,
            }
            for fold in report.folds
        ],
        "assumptions": report.assumptions,
        "renames": [{"unit": r.unit, "left": r.left, "right": r.right} for r in report.renames],
        "renamed": [_renamed(renamed) for renamed in report.renamed],
        "hints": [
            {"unit": hint.unit, "assumptions": hint.assumptions, "lines": hint.lines} for hint in report.hints
        ],
        "steps": [{"unit": step.unit, "to": step.to, "reason": step.reason} for step in report.steps],
        "comments": asdict(report.comments),
        "notes": report.notes,
        "summaries": summaries_data(report.summaries),
    }
    return json.dumps(found, indent=2) + "\n"


def settings_data(settings: Settings) -> dict[str, Any]:
    """The settings as values for JSON."""
    return {
        "level": settings.level,
        "assume": sorted(settings.assume),
        "refuse": sorted(settings.refuse),
        "show": sorted(settings.show),
        "implementations": settings.implementations,
        "reader": settings.reader,
        "view": settings.view,
    }


def summaries_data(summaries: Summaries | None) -> dict[str, Any] | None:
    """The words beside a report as values for JSON."""
    if summaries is None:
        return None
    found = asdict(summaries) | {"verified": summaries.verified}
    del found["asked"]
    return found


def line_map_json(line_map: LineMap) -> str:
    """A line map as JSON: for each output line a pair, its first and last source line, [0, 0] for none."""
    pairs = ",\n    ".join(f"[{first}, {last}]" for first, last in line_map.lines)
    body = f"[\n    {pairs}\n  ]" if pairs else "[]"
    return f'{{\n  "schema": "prediff-line-map",\n  "version": {VERSION},\n  "lines": {body}\n}}\n'


def _renamed(renamed: RenamedDefinition) -> dict[str, Any]:
    return {
        "kind": renamed.kind,
        "left": renamed.left,
        "right": renamed.right,
        "places": renamed.places,
        "followed": renamed.followed,
        "gone": renamed.gone,
        "alarm": renamed.alarm,
        "astray": [{"line": place.line, "says": place.says} for place in renamed.astray],
        "text": sentence(renamed),
    }


def _file(source: SourceFile, lines: list[str]) -> dict[str, Any]:
    return {
        "path": source.path,
        "encoding": source.encoding,
        "newline": NEWLINE_NAMES[source.newline],
        "bom": source.bom,
        "lines": len(lines),
    }


def _hunk(hunk: Hunk, left: list[str], right: list[str]) -> dict[str, Any]:
    first, last = hunk.changes[0], hunk.changes[-1]
    sides = (
        ("left", left, hunk.left_source, first.left[0], last.left[1]),
        ("right", right, hunk.right_source, first.right[0], last.right[1]),
    )
    shown: dict[str, Any] = {"unit": hunk.unit}
    for side, lines, source, start, end in sides:
        texts = [line.removesuffix("\n") for line in lines[start:end]]
        shown[side] = {"source": source, "first": start + 1, "lines": texts}
    return shown
