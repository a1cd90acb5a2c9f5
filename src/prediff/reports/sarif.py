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
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from prediff.model import MODULE, Fold, Report, SourceFile
from prediff.reports.escaping import Style, printable
from prediff.reports.hunks import Hunk, Range, find_hunks, lines_of, source_lines
from prediff.reports.renamed import sentence
from prediff.reports.terminal import summary

VERSION = "2.1.0"
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RULES = {
    "logic-differs": ("note", "The logic differs: so do the normal forms of these lines."),
    "renamed-definition": ("note", "A definition has another name, and all that names it follows."),
    "renamed-in-part": ("warning", "A definition has another name, and a place does not follow."),
    "not-compared": ("warning", "This could not be compared by logic, so it is not known to be the same."),
}
_IDS = list(RULES)
_ESCAPES = str.maketrans({"\\": r"\\", "[": r"\[", "]": r"\]", "{": "{{", "}": "}}"})
"""What has a meaning in a message: links (section 3.11.6) and placeholders (3.11.5)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A result. lines: the first and last line of the right file, and of the left; (0, 0) for none."""

    rule: str
    text: str
    unit: str
    right: tuple[int, int]
    left: tuple[int, int] = (0, 0)
    content: str = ""
    folds: tuple[Fold, ...] = field(default=())


def report_sarif(report: Report, context: int = 3, version: str = "") -> str:
    """The report as a SARIF log of one run, ending in a newline. `version` is prediff's own."""
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [_run(report, context, version)]}
    return json.dumps(log, indent=2) + "\n"


def _run(report: Report, context: int, version: str) -> dict[str, Any]:
    found = (
        []
        if report.verdict == "identical"
        else [*_hunks(report, context), *_renamed(report), *_unknown(report)]
    )
    seen: Counter[str] = Counter()
    driver: dict[str, Any] = {"name": "prediff", "rules": [_rule(name) for name in RULES]}
    if version:
        driver |= {"version": version}
    return {
        "tool": {"driver": driver},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": _message(note)} for note in dict.fromkeys(report.notes)
                ],
            }
        ],
        "artifacts": [_artifact(report.left), _artifact(report.right)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(report, one, seen) for one in found],
        "properties": {
            "verdict": report.verdict,
            "same": report.same,
            "level": report.settings.level,
            "view": report.settings.view,
            "assumptions": list(report.assumptions),
            "summary": summary(report, Style()),
        },
    }


def _rule(name: str) -> dict[str, Any]:
    level, text = RULES[name]
    camel = "".join(word.capitalize() for word in name.split("-"))
    return {
        "id": name,
        "name": camel,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": level},
    }


def _hunks(report: Report, context: int) -> Iterator[Finding]:
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    for hunk in find_hunks(report, left, right, context):
        own = [change for change in hunk.changes if not change.equal]
        spans = (own[0].left[0], own[-1].left[1]), (own[0].right[0], own[-1].right[1])
        old, new = (source_lines(m, span) for m, span in zip(report.line_maps, spans, strict=True))
        content = "".join(
            line
            for change in own
            for line in ("-", *left[slice(*change.left)], "+", *right[slice(*change.right)])
        )
        where = f" of {_called(hunk.unit)}" if hunk.unit else ""
        places = f"{_lines('left', old)}, {_lines('right', new)}"
        known = report.verdict != "unknown"
        text = f"The logic{where} differs: {places}."
        if not known:
            text = (
                f"The text{where} differs, and its logic could not be compared ({report.reason}): {places}."
            )
        folds = tuple([f for f in report.folds if _touches(f, old if f.side == "left" else new)])
        rule = "logic-differs" if known else "not-compared"
        yield Finding(
            rule, text, hunk.unit, new if new[0] else _after(report, hunk, spans[1]), old, content, folds
        )


def _after(report: Report, hunk: Hunk, span: Range) -> tuple[int, int]:
    """The line of the right that stands where lines are gone: the next, else the last before."""
    sources = report.line_maps[1].lines
    line = next((first for first, _ in sources[span[1] :] if first), hunk.right_source[1])
    return line, line


def _touches(fold: Fold, lines: tuple[int, int]) -> bool:
    return bool(lines[0]) and any(p[0] <= lines[1] and lines[0] <= p[2] for p in fold.places or (fold.span,))


def _renamed(report: Report) -> Iterator[Finding]:
    for one in report.renamed:
        text = sentence(one)
        content = f"{one.kind} {one.left} {one.right}"
        unit = next((u for u in report.units if u.name == one.left), None)
        old = (unit.left[0], unit.left[0]) if unit and unit.left else (0, 0)
        new = (unit.right[0], unit.right[0]) if unit and unit.right else (0, 0)
        if not one.alarm:
            yield Finding("renamed-definition", f"{text}.", one.right, new, old, content)
        for place in one.astray:
            yield Finding(
                "renamed-in-part",
                f"{text}.",
                one.right,
                (place.line, place.line),
                old,
                f"{content} {place.says}",
            )


def _unknown(report: Report) -> Iterator[Finding]:
    for unit in [unit for unit in report.units if unit.verdict == "unknown"]:
        text = f"{_called(unit.name)} could not be compared: {unit.reason}."
        right = (unit.right[0], unit.right[2]) if unit.right else (0, 0)
        left = (unit.left[0], unit.left[2]) if unit.left else (0, 0)
        yield Finding("not-compared", text, unit.name, right, left, unit.reason)


def _called(unit: str) -> str:
    return "the module" if unit in ("", MODULE) else unit


def _lines(side: str, lines: tuple[int, int]) -> str:
    first, last = lines
    if not first:
        return f"nothing on the {side}"
    return f"line {first} on the {side}" if first == last else f"lines {first}-{last} on the {side}"


def _result(report: Report, found: Finding, seen: Counter[str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": found.rule,
        "ruleIndex": _IDS.index(found.rule),
        "level": RULES[found.rule][0],
        "message": _message(found.text),
        "locations": [_location(report.right, 1, found.right, found.unit)],
        "partialFingerprints": {"prediff/v1": _fingerprint(found, seen)},
        "properties": {
            "unit": printable(found.unit, keep=""),
            "level": report.settings.level,
            "assumptions": sorted({name for fold in found.folds for name in fold.assumptions}),
            "rules": sorted({fold.rule for fold in found.folds}),
        },
    }
    if found.left[0]:
        made["relatedLocations"] = [_location(report.left, 0, found.left) | {"message": {"text": "before"}}]
    return made


def _fingerprint(found: Finding, seen: Counter[str]) -> str:
    """The same for the same change wherever it stands; equal changes of one unit are counted."""
    text = "\0".join((found.rule, found.unit, found.content))
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _location(source: SourceFile, index: int, lines: tuple[int, int], unit: str = "") -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _place(source) | {"index": index}}
    if lines[0]:
        physical["region"] = {"startLine": lines[0], "endLine": max(lines)}
    made: dict[str, Any] = {"physicalLocation": physical}
    if unit and unit != MODULE:
        made["logicalLocations"] = [{"fullyQualifiedName": printable(unit, keep="")}]
    return made


def _artifact(source: SourceFile) -> dict[str, Any]:
    made: dict[str, Any] = {"location": _place(source), "encoding": source.encoding}
    return made | ({"sourceLanguage": source.language} if source.language else {})


def _place(source: SourceFile) -> dict[str, Any]:
    """The URI of a file (RFC 3986): percent-encoded, relative where its path is."""
    path = PurePath(source.path)
    if path.is_absolute():
        return {"uri": "file://" + _quoted(path.as_posix())}
    # A colon in the first segment would read as a scheme.
    return {"uri": _quoted(path.as_posix()).replace(":", "%3A"), "uriBaseId": "%SRCROOT%"}


def _quoted(path: str) -> str:
    return quote(path.encode("utf-8", "surrogateescape"), safe="/:")


def _message(text: str) -> dict[str, str]:
    return {"text": printable(text, keep="").translate(_ESCAPES)}
