"""The explanation of one line, for a person and as one JSON object, `version` 1 of the schema below.

| key | value |
|---|---|
| `schema`, `version` | `"prediff-line"`, 1; within a version keys are added at most |
| `side`, `line`, `text` | left or right; its number, from 1; its text in the source |
| `verdict`, `reason` | unchanged, folded, counted (a comment or docstring), shown, or verbatim (shown as it is); why |
| `level` | the level of the comparison |
| `other` | `lines` and `texts` of the other side that stand in its place |
| `normal`, `other_normal` | the lines of the two normal forms |
| `folds` | those that concern it: rule, summary, side, unit, span, assumptions |
| `renames` | unit, and left and right: names that stand in the line |
| `differing` | of a line that is shown the first smallest parts that differ, the left's first; else null |
| `under` | the fewest assumptions found under which a line that is shown would not be; null for other lines |
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from textwrap import TextWrapper

from prediff.model import Fold, LineExplanation, Report
from prediff.normalizer import assumptions_of
from prediff.reports.escaping import Style, printable
from prediff.rules import RULES
from prediff.rules.assumptions import ASSUMPTIONS, LEVELS, granted

VERSION = 1
WIDTH = 98
ARE_COMPARED = "such comments are compared"
MAX_LINES = 12
"""More lines or folds than this are counted, not listed."""

SUMMARIES = {
    "local-names": "Show locals of the right file under their names in the left one.",
    "definition-names": "Show definitions of the right file under their names in the left one.",
    "definition-order": "Put the right file's definitions in the left one's order.",
    "one-sided-annotation": "Leave out an annotation that stands on one side only.",
    "typing-import": "Leave out an import that only annotations needed.",
    **{rule.id: rule.summary for rule in RULES},
}
_MEANING = {
    "unchanged": "the line is the same in both files",
    "folded": "the line changed, and its normal form did not",
    "counted": "the line takes no part in the comparison; comments that differ are counted",
    "shown": "its normal form differs",
    "verbatim": "the line is shown as it is",
}


def render_line(report: Report, found: LineExplanation, style: Style) -> str:
    """The explanation as text that is safe for a terminal, ending in a newline."""
    return "\n".join(_lines(report, found, style)) + "\n"


def _lines(report: Report, found: LineExplanation, style: Style) -> Iterator[str]:
    paint = style.bad if found.verdict in ("shown", "verbatim") else style.good
    reason = f": {found.reason}" if found.reason else ""
    in_view_alone = found.verdict == "shown" and found.under is None
    meaning = "the aligned view marks it" if in_view_alone else _MEANING[found.verdict]
    yield f"{paint(found.verdict)} · {meaning}{printable(reason, keep='')}"
    yield ""
    own, other = (report.left, report.right)[:: 1 if found.side == "left" else -1]
    yield style.header(f"{found.side}: {printable(own.path, keep='')}")
    yield from _numbered([found.line], [found.text])
    other_side = "right" if found.side == "left" else "left"
    yield style.header(f"{other_side}: {printable(other.path, keep='')}")
    yield from _numbered(found.other_lines, found.other_texts) if found.other_lines else ["  (nothing)"]
    yield from _normal_forms(found, style)
    if found.folds:
        yield style.header("folds")
        for fold in found.folds[:MAX_LINES]:
            yield from _fold(report, fold, found)
        yield from _more(len(found.folds) - MAX_LINES)
    if found.verdict == "folded" and not found.folds and not found.reason:
        yield "Only layout, comments or the spelling of literals changed: no rule was needed."
    if found.under is not None:
        yield from _wrapped(_way(report, found))


def _wrapped(text: str, indent: str = "") -> list[str]:
    wrapper = TextWrapper(WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
    return wrapper.wrap(text)


def _numbered(numbers: Sequence[int], texts: Sequence[str]) -> Iterator[str]:
    for number, text in list(zip(numbers, texts, strict=True))[:MAX_LINES]:
        yield f"{number:>5}  {printable(text)}".rstrip()
    yield from _more(len(numbers) - MAX_LINES)


def _more(count: int) -> Iterator[str]:
    if count > 0:
        yield f"       … and {count} more"


def _normal_forms(found: LineExplanation, style: Style) -> Iterator[str]:
    sides = (found.normal, found.other_normal)[:: 1 if found.side == "left" else -1]
    if not any(sides):
        if found.verdict not in ("unchanged", "counted") and found.text.strip():
            yield style.header("normal form")
            yield "  (nothing)"
    elif sides[0] == sides[1]:
        yield style.header("normal form of both")
        yield from (f"  {printable(text)}" for text in sides[0][:MAX_LINES])
        yield from _more(len(sides[0]) - MAX_LINES)
    else:
        yield style.header("normal forms")
        yield from (style.removed(f"- {printable(text)}") for text in sides[0][:MAX_LINES])
        yield from (style.added(f"+ {printable(text)}") for text in sides[1][:MAX_LINES])
    if found.differing:
        yield style.header("what differs")
        yield style.removed(f"- {printable(found.differing[0], keep='')}")
        yield style.added(f"+ {printable(found.differing[1], keep='')}")


def _fold(report: Report, fold: Fold, found: LineExplanation) -> Iterator[str]:
    first, last = fold.span[0], fold.span[2]
    yield f"  {fold.rule} · {fold.side} {f'line {first}' if first == last else f'lines {first}-{last}'}"
    yield from _wrapped(SUMMARIES.get(fold.rule, ""), "    ")
    if fold.rule in ("local-names", "definition-names"):
        names = ", ".join([f"{r.right} → {r.left}" for r in found.renames if r.unit == fold.unit])
        yield from _wrapped(printable(names, keep=""), "    ")
    elif first == last:
        text = (report.left if fold.side == "left" else report.right).text.split("\n")[first - 1]
        yield f"    in: {printable(text[fold.span[1] : fold.span[3]], keep='')}"
    if fold.assumptions:
        under = ", ".join([f"{name} ({granted_by(report, name)})" for name in fold.assumptions])
        yield from _wrapped(f"under {under}", "    ")


def granted_by(report: Report, name: str) -> str:
    """What grants an assumption: the lowest level that does, or an option."""
    level = ASSUMPTIONS[name].level
    if level and LEVELS.index(level) <= LEVELS.index(report.settings.level):
        return level
    return "--assume" if name in report.settings.assume else "--implementations"


def _way(report: Report, found: LineExplanation) -> str:
    """How a line that is shown could be folded, or that it could not."""
    under = found.under
    if not under and "comments" in report.settings.show and found.reason.endswith(ARE_COMPARED):
        return "It would be folded without --show comments."
    if not under:
        return "No rule folds it, whatever is assumed."
    settings = report.settings
    refused = [
        name
        for name in under
        if name in assumptions_of(replace(settings, refuse=frozenset(), show=frozenset()))
    ]
    missing = [name for name in under if name not in refused]
    parts = [f"It would fold under {', '.join(under)}"]
    if refused:
        parts.append(
            f"{', '.join(refused)} {'is' if len(refused) == 1 else 'are'} refused by --refuse or --show"
        )
    if missing:
        ways = [" ".join(f"--assume {name}" for name in missing)]
        level = next((one for one in LEVELS if granted(one).issuperset(missing)), "")
        ways += [f"--level {level}"] if level else []
        ways += ["--implementations"] if missing == ["public-names-unread"] else []
        parts.append(f"{' or '.join(ways)} grants {'that' if len(missing) == 1 else 'these'}")
    return "; ".join(parts) + "."


def line_json(report: Report, found: LineExplanation) -> str:
    """The explanation as JSON text, ending in a newline."""
    made = {
        "schema": "prediff-line",
        "version": VERSION,
        "verdict": found.verdict,
        "reason": found.reason,
        "side": found.side,
        "line": found.line,
        "text": found.text,
        "other": {"lines": found.other_lines, "texts": found.other_texts},
        "normal": found.normal,
        "other_normal": found.other_normal,
        "folds": [
            {
                "rule": fold.rule,
                "summary": SUMMARIES.get(fold.rule, ""),
                "side": fold.side,
                "unit": fold.unit,
                "span": fold.span,
                "assumptions": fold.assumptions,
            }
            for fold in found.folds
        ],
        "renames": [{"unit": r.unit, "left": r.left, "right": r.right} for r in found.renames],
        "differing": found.differing,
        "under": found.under,
        "level": report.settings.level,
    }
    return json.dumps(made, indent=2) + "\n"
