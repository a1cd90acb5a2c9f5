"""Why one line of a pair is folded or shown: what it became, which folds concern it, what more would fold it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prediff.errors import ConfigError
from prediff.explanation.folds import folds_on, renames_in
from prediff.explanation.pair import SIDES, LinePair, change_at, places
from prediff.explanation.reasons import first_differing, folding
from prediff.hints import canonical
from prediff.model import LineExplanation, LineVerdict, Report, Side
from prediff.reports.hunks import diff_lines, lines_of
from prediff.reports.line import ARE_COMPARED

_KINDS = {
    "ordinary": "comment",
    "tool": "directive for tools",
    "code": "comment that changes what runs",
}


def explain_line(report: Report, line: int, side: Side = "left") -> LineExplanation:
    """Explain line `line` (from 1) of one side of a report.

    Raises ConfigError where there is no such line, or nothing to explain: the files are identical or no source.
    """
    source = report.left if side == "left" else report.right
    if report.verdict == "identical":
        raise ConfigError("the two files are identical: there is nothing to explain")
    if report.left.language is None or report.right.language is None:
        raise ConfigError((report.notes or (report.reason,))[0])
    last = len(lines_of(source.text))
    if not last:
        raise ConfigError(f"{source.path} is empty: explain a line of the other side")
    if not 1 <= line <= last:
        raise ConfigError(f"{source.path} has no line {line}: give one from 1 to {last}")
    found = _explain(LinePair(canonical(report)), line, SIDES.index(side))
    if report.settings.view == "aligned" and found.verdict in ("folded", "counted"):
        return _as_marked(report, found)
    return found


def _as_marked(report: Report, found: LineExplanation) -> LineExplanation:
    """A line whose normal form does not differ, as the aligned view has it: marked, or not."""
    side = SIDES.index(found.side)
    lines = report.line_maps[side].lines
    for change in diff_lines(lines_of(report.left_text), lines_of(report.right_text)):
        rows = range(*(change.left, change.right)[side])
        if not change.equal and any(lines[row][0] <= found.line <= lines[row][1] for row in rows):
            break
    else:
        return found
    renamed = any(fold.rule == "renamed-definition" for fold in found.folds)
    reason = "it names a definition that was renamed" if renamed else "it goes with what differs around it"
    return replace(found, verdict="shown", reason=reason)


def _explain(pair: LinePair, line: int, side: int) -> LineExplanation:
    rows = pair.rows(line, side)
    verdict, reason = _verdict(pair, line, side, rows)
    others = sorted({other for row in rows for other in pair.across(row, side)})
    other_lines = pair.lines_of_rows(others, 1 - side)
    if verdict == "unchanged" or (not other_lines and verdict != "shown"):
        other_lines = pair.line_across(line, side)
    if verdict == "folded" and (what := _only_its_comment(pair, line, other_lines, side)):
        verdict, reason = "counted", what
    told = verdict not in ("unchanged", "verbatim") and pair.texts[side][line - 1].strip()
    lines = ([line], other_lines)[:: 1 - 2 * side]
    return LineExplanation(
        SIDES[side],
        line,
        pair.texts[side][line - 1],
        verdict,
        reason,
        tuple(other_lines),
        tuple([pair.texts[1 - side][n - 1] for n in other_lines]),
        tuple([pair.normal[side][row].rstrip("\n") for row in rows]),
        tuple([pair.normal[1 - side][row].rstrip("\n") for row in others]),
        folds_on(pair, lines) if told else (),
        renames_in(pair, lines[1]) if told else (),
        first_differing(pair, rows, side) if verdict == "shown" else None,
        folding(pair, line, side) if verdict == "shown" else None,
    )


def _verdict(pair: LinePair, line: int, side: int, rows: Sequence[int]) -> tuple[LineVerdict, str]:
    unchanged = change_at(pair.source_changes, line - 1, side).equal
    if pair.report.verdict == "unknown" and not pair.report.units:
        return ("unchanged" if unchanged else "verbatim"), pair.report.reason
    differs = pair.shown(rows, side)
    text = pair.texts[side][line - 1]
    comment = pair.comment_at(line, side)
    kind = f"a {_KINDS[comment.kind]}" if comment else _only_docstring(pair, line, side)
    if kind and not differs:
        return ("unchanged" if unchanged else "counted"), kind
    if reason := _verbatim(pair, line, side):
        return ("verbatim" if differs else "unchanged"), reason
    if not differs:
        layout = "" if text.strip() else "a blank line"
        return ("unchanged" if unchanged else "folded"), layout
    if comment:
        return "shown", f"{kind}, and {ARE_COMPARED}"
    return "shown", "" if pair.own_rows(line, side) else "it belongs to what differs around it"


def _only_its_comment(pair: LinePair, line: int, others: Sequence[int], side: int) -> str:
    """Whether nothing but a comment behind it tells a line from its counterpart."""
    if len(others) != 1:
        return ""
    kinds, codes = set(), []
    for n, at in ((line, side), (others[0], 1 - side)):
        comment, text = pair.comment_at(n, at, own_line=False), pair.texts[at][n - 1]
        kinds |= {comment.kind} if comment else set()
        codes.append(text[: comment.column].strip() if comment else text.strip())
    if not kinds or codes[0] != codes[1]:
        return ""
    return f"its {_KINDS['tool' if kinds == {'tool'} else 'ordinary']}"


def _only_docstring(pair: LinePair, line: int, side: int) -> str:
    """Whether a line holds nothing but text that a rule for docs took away."""
    text = pair.texts[side][line - 1]
    if not text.strip():
        return ""
    start, end = (line, len(text) - len(text.lstrip())), (line, len(text.rstrip()))
    docs = [f for f in pair.report.folds if f.rule == "docstring" and f.side == SIDES[side]]
    inside = any((p[0], p[1]) <= start and end <= (p[2], p[3]) for f in docs for p in places(f))
    return "a docstring" if inside else ""


def _verbatim(pair: LinePair, line: int, side: int) -> str:
    """Why a line is shown in its own text, or layout; "" where it is in normal form."""
    reading = pair.readings[side]
    for span, reason in reading.unread if reading else ():
        if span[0] <= line <= span[2]:
            return f"it could not be read: {reason}"
    names = {n.name for n in pair.definitions([line], side)} or {"module", f"line {line}"}
    for step in pair.report.steps:
        if step.unit in names:
            return f"{step.unit} is shown in {'its own text' if step.to == 'verbatim' else step.to}: {step.reason}"
    return ""
