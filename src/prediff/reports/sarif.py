"""The report as SARIF 2.1.0 (OASIS Standard, 27 March 2020), for code scanning and editors.

| result | `ruleId` | level | where |
|---|---|---|---|
| a hunk: lines that differ in logic | `logic-differs` | note | the lines of the right file; related: the left's |
| a definition that has another name | `renamed-definition` | note | its definition on the right |
| the same, where a place kept the old name | `renamed-in-part` | warning | each such line of the right |
| a hunk, or a unit, that could not be compared by logic | `not-compared` | warning | its lines |

`properties` of a result hold `unit`, `level`, and the `assumptions` and `rules` of the folds in its lines; those of the
run hold `verdict`, `same`, `level`, `assumptions` and `summary`. `partialFingerprints` has `prediff/v1`, which follows
from the rule, the unit and the text of the lines, not from where they stand. Hunks without a line on the right point to
the line that follows. Paths are as they were given, relative to `%SRCROOT%`. All text is ASCII.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from prediff.lean_dataclasses import dataclass
from prediff.model import MODULE, Finding, Report, SourceFile
from prediff.reports.escaping import Style, printable
from prediff.reports.findings import RULES, findings
from prediff.reports.terminal import summary

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ESCAPES = str.maketrans({"\\": r"\\", "[": r"\[", "]": r"\]", "{": "{{", "}": "}}"})
"""What has a meaning in a message: links (section 3.11.6) and placeholders (3.11.5)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The two paths that a result speaks of, and where they stand among the artifacts of the run."""

    left: str
    right: str
    indexes: tuple[int, int] = (0, 1)


def report_sarif(report: Report, context: int = 3, version: str = "") -> str:
    """The report as a SARIF log of one run, ending in a newline. `version` is prediff's own."""
    seen: Counter[str] = Counter()
    pair, level = Pair(report.left.path, report.right.path), report.settings.level
    results = [result(pair, found, level, RULES, seen) for found in findings(report, context)]
    artifacts = [_artifact(report.left), _artifact(report.right)]
    properties = {
        "verdict": report.verdict,
        "same": report.same,
        "level": level,
        "view": report.settings.view,
        "assumptions": list(report.assumptions),
        "summary": summary(report, Style()),
    }
    return log(RULES, results, artifacts, report.notes, properties, version)


def log(
    rules: Mapping[str, tuple[str, str]],
    results: Sequence[dict[str, Any]],
    artifacts: Sequence[dict[str, Any]],
    notes: Sequence[str],
    properties: dict[str, Any],
    version: str = "",
) -> str:
    """A log of one run as JSON text. rules: level and text of each, by its id; notes: lines for who runs the tool."""
    driver: dict[str, Any] = {"name": "prediff", "rules": [_rule(name, *rules[name]) for name in rules]}
    if version:
        driver |= {"version": version}
    told = [{"level": "note", "message": message(note)} for note in dict.fromkeys(notes)]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": told}],
        "artifacts": artifacts,
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": properties,
    }
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [run]}, indent=2) + "\n"


def _rule(name: str, level: str, text: str) -> dict[str, Any]:
    camel = "".join(word.capitalize() for word in name.split("-"))
    return {
        "id": name,
        "name": camel,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": level},
    }


def result(
    pair: Pair, found: Finding, level: str, rules: Mapping[str, tuple[str, str]], seen: Counter[str]
) -> dict[str, Any]:
    """One result. level: of the comparison. seen: how often each digest was there, which this counts on."""
    seen[found.digest] += 1
    made: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": list(rules).index(found.rule),
        "level": rules[found.rule][0],
        "message": message(found.text),
        "locations": [_location(pair.right, pair.indexes[1], found.right, found.unit)],
        "partialFingerprints": {"prediff/v1": f"{found.digest}:{seen[found.digest]}"},
        "properties": {
            "unit": printable(found.unit, keep=""),
            "level": level,
            "assumptions": sorted({name for fold in found.folds for name in fold.assumptions}),
            "rules": sorted({fold.rule for fold in found.folds}),
        },
    }
    if found.left[0]:
        before = _location(pair.left, pair.indexes[0], found.left)
        made["relatedLocations"] = [before | {"message": {"text": "before"}}]
    return made


def _location(path: str, index: int, lines: tuple[int, int], unit: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": place(path) | {"index": index}}
    if lines[0]:
        physical["region"] = {"startLine": lines[0], "endLine": max(lines)}
    made: dict[str, Any] = {"physicalLocation": physical}
    if unit and unit != MODULE:
        made["logicalLocations"] = [{"fullyQualifiedName": printable(unit, keep="")}]
    return made


def _artifact(source: SourceFile) -> dict[str, Any]:
    made: dict[str, Any] = {"location": place(source.path), "encoding": source.encoding}
    return made | ({"sourceLanguage": source.language} if source.language else {})


def place(name: str) -> dict[str, Any]:
    """The URI of a file (RFC 3986): percent-encoded, relative where its path is."""
    path = PurePath(name)
    if path.is_absolute():
        return {"uri": "file://" + _quoted(path.as_posix())}
    # A colon in the first segment would read as a scheme.
    return {"uri": _quoted(path.as_posix()).replace(":", "%3A"), "uriBaseId": "%SRCROOT%"}


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/:")


def message(text: str) -> dict[str, str]:
    """A message of plain text: nothing in it is read as a link or a placeholder."""
    return {"text": printable(text, keep="").translate(_ESCAPES)}
