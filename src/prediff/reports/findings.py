"""What a reader of a report must look at, one thing at a time: for formats that list findings by rule and place."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from prediff.model import MODULE, Finding, Fold, Report
from prediff.reports.hunks import Hunk, Range, find_hunks, lines_of, source_lines
from prediff.reports.renamed import sentence

RULES = {
    "logic-differs": ("note", "The logic differs: so do the normal forms of these lines."),
    "renamed-definition": ("note", "A definition has another name, and all that names it follows."),
    "renamed-in-part": ("warning", "A definition has another name, and a place does not follow."),
    "not-compared": ("warning", "This could not be compared by logic, so it is not known to be the same."),
}
"""The level of each rule, in the words of SARIF, and what it says."""


def findings(report: Report, context: int = 3) -> list[Finding]:
    """The hunks of a report, then renamed definitions, then units that could not be compared."""
    if report.verdict == "identical":
        return []
    return [*_hunks(report, context), *_renamed(report), *_unknown(report)]


def digest(rule: str, unit: str, content: str) -> str:
    """What stays the same while a finding does: 32 hexadecimal digits."""
    text = "\0".join((rule, unit, content))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _hunks(report: Report, context: int) -> Iterator[Finding]:
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    for hunk in find_hunks(report, left, right, context):
        own = [change for change in hunk.changes if not change.equal]
        spans = (own[0].left[0], own[-1].left[1]), (own[0].right[0], own[-1].right[1])
        gone = [line for change in own for line in left[slice(*change.left)]]
        come = [line for change in own for line in right[slice(*change.right)]]
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
            rule, text, hunk.unit, new if new[0] else _after(report, hunk, spans[1]), old,
            tuple(gone), tuple(come), digest(rule, hunk.unit, content), folds,
        )  # fmt: skip


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
            rule = "renamed-definition"
            yield Finding(rule, f"{text}.", one.right, new, old, digest=digest(rule, one.right, content))
        for place in one.astray:
            rule, lines = "renamed-in-part", (place.line, place.line)
            found = digest(rule, one.right, f"{content} {place.says}")
            yield Finding(rule, f"{text}.", one.right, lines, old, digest=found)


def _unknown(report: Report) -> Iterator[Finding]:
    for unit in [unit for unit in report.units if unit.verdict == "unknown"]:
        text = f"{_called(unit.name)} could not be compared: {unit.reason}."
        right = (unit.right[0], unit.right[2]) if unit.right else (0, 0)
        left = (unit.left[0], unit.left[2]) if unit.left else (0, 0)
        found = digest("not-compared", unit.name, unit.reason)
        yield Finding("not-compared", text, unit.name, right, left, digest=found)


def _called(unit: str) -> str:
    return "the module" if unit in ("", MODULE) else unit


def _lines(side: str, lines: tuple[int, int]) -> str:
    first, last = lines
    if not first:
        return f"nothing on the {side}"
    return f"line {first} on the {side}" if first == last else f"lines {first}-{last} on the {side}"
