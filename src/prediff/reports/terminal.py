"""The report for a person: a diff of the normal forms, what else there is to know, one line that sums up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.model import MODULE, Comments, Report
from prediff.reports.escaping import Paint, Style, printable
from prediff.reports.folded import telling_folds
from prediff.reports.hunks import Change, Hunk, Range, changed_words, find_hunks, lines_of
from prediff.reports.renamed import sentence
from prediff.reports.side_by_side import rows
from prediff.reports.syntax import Colored, colored_lines
from prediff.reports.words import words

MAX_LISTED = 5
"""More hints, renames and the like than this are counted, not listed; `--explain` lists them."""

MAX_RULES = 4


@dataclass(frozen=True, slots=True)
class Look:
    """How to show a report. `width` is the terminal's, for `side_by_side`; `explain` lists each fold.

    folded: whether two columns have a line for the equal lines that are left out.
    """

    style: Style = field(default_factory=Style)
    context: int = 3
    side_by_side: bool = False
    width: int = 80
    explain: bool = False
    diff: bool = True
    folded: bool = False


def render(report: Report, look: Look) -> str:
    """The whole report as text that is safe for a terminal, ending in a newline."""
    lines: list[str] = []
    if look.diff and report.left_text != report.right_text:
        lines += _diff(report, look)
    lines += words(report.summaries, look.style)
    lines += _remarks(report, look)
    lines.append(summary(report, look.style))
    return "\n".join(lines) + "\n"


def summary(report: Report, style: Style) -> str:
    """The verdict in one line: level, folds, the assumptions they rest on, how many comments differ."""
    if report.verdict == "identical":
        return "identical"
    differing = sum(unit.verdict not in ("identical", "same") for unit in report.units)
    verdict: str = report.verdict
    if not report.same and differing:
        verdict += f" in {differing} of {_count(len(report.units), 'unit')}"
    parts = [style.good(verdict) if report.same else style.bad(verdict)]
    if report.reason:
        parts.append(printable(report.reason, keep=""))
    if report.language is not None:
        parts.append(report.settings.level)
    if report.folds or report.assumptions:
        parts.append(_folded(report))
    parts += _comments(report)
    return " · ".join(parts)


def _folded(report: Report) -> str:
    told = telling_folds(report)
    rules = Counter(fold.rule for fold in told).most_common()
    names = [f"{rule} {count}" for rule, count in rules[:MAX_RULES]]
    if len(rules) > MAX_RULES:
        names.append("…")
    parts = [f"{_count(len(told), 'fold')} ({', '.join(names)})"] if names else []
    if report.assumptions:
        parts.append(f"under {', '.join(report.assumptions)}")
    return " ".join(parts)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _comments(report: Report) -> Iterator[str]:
    """What is folded in comments. The aligned view shows the left's: which of them are not those of the right."""
    found = report.comments
    if report.settings.view == "canonical":
        for number, thing in ((found.ordinary, "comment"), (found.tool, "tool comment")):
            if number:
                yield f"{_count(number, thing)} {'differs' if number == 1 else 'differ'}"
        return
    if found.hidden.total:
        yield f"{_count(found.hidden.total, 'comment')} of the right not shown{_for_tools(found.hidden)}"
    if found.stale.total:
        yield f"{_count(found.stale.total, 'stale comment')} of the left shown{_for_tools(found.stale)}"


def _for_tools(comments: Comments) -> str:
    if not comments.tool:
        return ""
    return f" ({comments.tool} for tools)" if comments.ordinary else " (for tools)"


def _diff(report: Report, look: Look) -> Iterator[str]:
    yield look.style.header(f"--- {printable(report.left.path, keep='')}")
    yield look.style.header(f"+++ {printable(report.right.path, keep='')}")
    yield from hunk_lines(report, look)


def hunk_lines(report: Report, look: Look) -> Iterator[str]:
    """The hunks of a report's two texts, safe for a terminal."""
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    style = look.style
    colors: Sequence[Sequence[Colored]] = ()
    if style.color:
        colors = colored_lines(report.left_text, left, report.language)
    done = 0
    for hunk in find_hunks(report, left, right, look.context):
        yield from _folded_lines(hunk.changes[0].left[0] - done, look)
        done = hunk.changes[-1].left[1]
        yield style.place(_place(hunk)) + (f" {printable(hunk.unit, keep='')}" if hunk.unit else "")
        for change in hunk.changes:
            if look.side_by_side:
                yield from rows(report, left, right, change, look.width, style, colors)
            elif change.equal:
                yield from _equal(left, change, colors, style)
            else:
                yield from _changed(left, right, change, style)
    yield from _folded_lines(len(left) - done, look)


def _folded_lines(count: int, look: Look) -> Iterator[str]:
    """What stands for lines between hunks, equal on both sides. A program that reads a diff gets none of it."""
    if count > 0 and look.side_by_side and look.folded:
        yield look.style.faint(f"      ⋯ {count} equal {'line' if count == 1 else 'lines'}")


def _equal(
    left: Sequence[str], change: Change, colors: Sequence[Sequence[Colored]], style: Style
) -> Iterator[str]:
    for number in range(*change.left):
        shown, done = [" "], 0
        body, *rest = _whole(left[number], escape=False)
        for start, end, kind in colors[number] if colors else ():
            shown += [printable(body[done:start]), style.syntax(kind, printable(body[start:end]))]
            done = end
        shown.append(printable(body[done:]))
        yield "".join(shown)
        yield from (f" {line}" for line in rest)


def _place(hunk: Hunk) -> str:
    """The lines of the sources, in the notation of unified diffs."""
    (first, last), (other_first, other_last) = hunk.left_source, hunk.right_source
    return f"@@ -{_source_range(first, last)} +{_source_range(other_first, other_last)} @@"


def _source_range(first: int, last: int) -> str:
    count = last - first + 1 if first else 0
    return str(first) if count == 1 else f"{first},{count}"


def _changed(left: Sequence[str], right: Sequence[str], change: Change, style: Style) -> Iterator[str]:
    removed, added = left[slice(*change.left)], right[slice(*change.right)]
    marks = changed_words(removed, added) if style.color else ([[] for _ in removed], [[] for _ in added])
    for text, ranges in zip(removed, marks[0], strict=True):
        yield from _marked("-", text, ranges, style.removed, style.removed_word)
    for text, ranges in zip(added, marks[1], strict=True):
        yield from _marked("+", text, ranges, style.added, style.added_word)


def _marked(sign: str, text: str, ranges: Sequence[Range], paint: Paint, paint_word: Paint) -> Iterator[str]:
    """A removed or added line, with the words that changed in it."""
    body, *rest = _whole(text, escape=False)
    done = 0
    shown = [paint(sign)]
    for start, end in ranges:
        shown += [paint(printable(body[done:start])), paint_word(printable(body[start:end]))]
        done = end
    shown.append(paint(printable(body[done:])))
    yield "".join(shown)
    yield from rest


def _whole(text: str, escape: bool = True) -> list[str]:
    """A line without its newline, and a second one that says so where it had none."""
    body = text.removesuffix("\n")
    shown = printable(body) if escape else body
    return [shown] if body != text else [shown, "\\ No newline at end of file"]


def _remarks(report: Report, look: Look) -> Iterator[str]:
    """What to know beside the diff, one thing a line."""
    if report.verdict == "identical":
        return
    limit = None if look.explain else MAX_LISTED
    style = look.style
    if look.explain:
        yield from (style.faint(line) for line in folds(report))
    for alarm in [r for r in report.renamed if r.alarm]:
        yield style.bad(f"alarm: {printable(sentence(alarm), keep='')}")
    yield from remarks(report, limit, style)


def remarks(report: Report, limit: int | None, style: Style) -> Iterator[str]:
    """What else to know, a kind at a time; of each kind `limit` lines at most."""
    whole = [sentence(r) for r in report.renamed if not r.alarm]
    yield from _listed("", whole, limit, style)
    renames = [f"in {r.unit or 'the module'}: {r.right} is shown as {r.left}" for r in report.renames]
    yield from _listed("renamed", renames, limit, style)
    steps = [f"{s.unit or 'the module'} is shown in {_layout(s.to)}: {s.reason}" for s in report.steps]
    yield from _listed("stepped down", steps, limit, style)
    unread = [f"{u.name or 'the module'}: {u.reason}" for u in report.units if u.verdict == "unknown"]
    yield from _listed("unknown", unread, limit, style)
    moved = [u.name for u in report.units if u.moved]
    yield from _listed("moved", moved, limit, style)
    yield from _listed("hint", list(_hints(report)), limit, style)
    yield from _listed("note", report.notes, None, style)


def _hints(report: Report) -> Iterator[str]:
    """The hints, units that need the same assumptions together."""
    units: dict[tuple[str, ...], list[str]] = {}
    for hint in report.hints:
        if not hint.lines:
            units.setdefault(hint.assumptions, []).append(_unit(hint.unit))
    for assumptions, names in units.items():
        shown = ", ".join(names[:MAX_LISTED])
        if len(names) > MAX_LISTED:
            shown += f" and {len(names) - MAX_LISTED} more"
        yield f"{shown} would be the same with {_assumed(assumptions)}"
    for hint in report.hints:
        if hint.lines:
            fewer = _count(hint.lines, "line")
            yield f"{_unit(hint.unit)} would show {fewer} less with {_assumed(hint.assumptions)}"


def _unit(name: str) -> str:
    return "the module" if name in ("", MODULE) else name


def _assumed(names: Sequence[str]) -> str:
    """The options that grant some assumptions."""
    return " ".join(f"--assume {name}" for name in names)


def _layout(to: str) -> str:
    return "its own layout" if to == "own layout" else "its own text"


def _listed(kind: str, items: Sequence[str], limit: int | None, style: Style) -> Iterator[str]:
    shown = list(dict.fromkeys(items))
    start = f"{kind}: " if kind else ""
    for item in shown[:limit]:
        yield style.faint(f"{start}{printable(item, keep='')}")
    if limit is not None and len(shown) > limit:
        yield style.faint(f"{kind or 'renamed'}: … and {len(shown) - limit} more (--explain lists them)")


def folds(report: Report) -> Iterator[str]:
    """Each application of a rule, by side and line."""
    for fold in sorted(report.folds, key=lambda f: (f.side != "left", f.span, f.rule)):
        unit = f" in {fold.unit}" if fold.unit else ""
        under = f" under {', '.join(fold.assumptions)}" if fold.assumptions else ""
        place = f"{fold.side} {_lines(fold.span[0], fold.span[2])}"
        yield printable(f"fold: {fold.rule} · {place}{unit}{under}", keep="")


def _lines(first: int, last: int) -> str:
    return f"line {first}" if first == last else f"lines {first}-{last}"
