"""The data that the page's script shows: the lines of four texts, hunks, and what was folded where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from prediff.model import MODULE, Report, SourceFile, UnitPair
from prediff.reports.escaping import printable
from prediff.reports.html.changes import (
    ANNOTATIONS,
    COMMENTS,
    DOCS,
    FOLDED,
    LOGIC,
    SAME,
    SIDES,
    Judge,
)
from prediff.reports.html.lines import (
    Table,
    Text,
    marks_of,
    moved_marks,
    nearest,
    numbers_of,
    pieces,
    rows_of_lines,
    slots_of,
)
from prediff.reports.html.words import page_words
from prediff.reports.hunks import (
    Change,
    Range,
    diff_lines,
    find_hunks,
    lines_of,
    longest_rising,
    source_lines,
)
from prediff.reports.line import SUMMARIES, granted_by
from prediff.reports.syntax import Colored, colored_lines

MAX_RENAMES = 500


def page_data(report: Report, context: int) -> dict[str, Any]:
    """All of it as values for JSON. Text is printable already; a line is [kind, text, kind, text, …]."""
    shown = lines_of(report.left_text), lines_of(report.right_text)
    changes = diff_lines(*shown)
    slots, ranges = slots_of(changes)
    table = Table()
    sides = _sides(report, shown, changes, slots, table)
    return {
        "lines": table.rows,
        "slots": ranges[-1][1] if ranges else 0,
        "context": context,
        "called": [
            _called(report, *side)
            for side in zip((report.left, report.right), (report.left_text, report.right_text), strict=True)
        ],
        "left": sides[0],
        "right": sides[1],
        "changes": [span for span, change in zip(ranges, changes, strict=True) if not change.equal],
        "hunks": _hunks(report, shown, slots, changes, ranges, context),
        "folds": _folds(report),
        "rules": {fold.rule: SUMMARIES.get(fold.rule, "") for fold in report.folds},
        "granted": {name: granted_by(report, name) for f in report.folds for name in f.assumptions},
        "renames": [
            {"unit": _text(r.unit), "left": _text(r.left), "right": _text(r.right)}
            for r in report.renames[:MAX_RENAMES]
        ],
        "hints": [
            {"unit": _text(h.unit), "under": list(h.assumptions), "lines": h.lines} for h in report.hints
        ],
        "moved": [{"name": _text(u.name), "left": one, "right": two} for u, one, two in _moved(report)],
        "words": page_words(report.summaries),
    }


def _moved(report: Report) -> list[tuple[UnitPair, int, int]]:
    """The units of both files that stand in another order, as few as say so, with their first lines."""
    pairs = [
        (u.left[0], u.right[0], u)
        for u in report.units
        if u.name != MODULE and u.left and u.right and u.left[0] and u.right[0]
    ]
    pairs.sort(key=lambda pair: pair[:2])
    kept = set(longest_rising([right for _, right, _ in pairs]))
    return [(u, left, right) for at, (left, right, u) in enumerate(pairs) if at not in kept]


def _called(report: Report, source: SourceFile, shown: str) -> str:
    """What the shown text of a side is."""
    if shown == source.text or (report.verdict == "unknown" and not report.units):
        return "as it is"
    return "normal form" if report.settings.view == "canonical" else report.settings.view


def _text(text: str) -> str:
    return printable(text, keep="")


def _sides(
    report: Report,
    shown: tuple[list[str], list[str]],
    changes: Sequence[Change],
    slots: tuple[list[int], list[int]],
    table: Table,
) -> list[dict[str, Any]]:
    """For each side both texts by columns."""
    files = report.left, report.right
    sources = lines_of(files[0].text), lines_of(files[1].text)
    rows = (
        rows_of_lines(report.line_maps[0], len(shown[0]), len(sources[0])),
        rows_of_lines(report.line_maps[1], len(shown[1]), len(sources[1])),
    )
    colors = [
        colored_lines(file.text, lines, file.language) for file, lines in zip(files, sources, strict=True)
    ]
    pairs = [p for c in changes if c.equal for p in zip(range(*c.left), range(*c.right), strict=True)]
    across = dict(pairs), {j: i for i, j in pairs}
    judge = Judge(report, sources, (colors[0], colors[1]), rows, across)
    marks = marks_of(changes, *shown)
    found = []
    for side, text in enumerate((report.left_text, report.right_text)):
        what = judge.lines(side)
        original = _original(
            table, sources[side], colors[side], shown[side], rows[side], slots[side], marks[side]
        )
        original.what = what
        tokens = colored_lines(text, shown[side], files[side].language)
        made = Text(
            [
                table.add(pieces(line, tokens[i], marks[side].get(i, ())))
                for i, line in enumerate(shown[side])
            ],
            numbers_of(report.line_maps[side], len(shown[side])),
            slots[side],
            "".join(_of_rows(len(shown[side]), across[side], report.line_maps[side].lines, what)),
        )
        found.append(
            {"path": _text(files[side].path), "shown": _columns(made), "original": _columns(original)}
        )
    return found


def _original(
    table: Table,
    lines: Sequence[str],
    colors: Sequence[Sequence[Colored]],
    shown: Sequence[str],
    rows: Sequence[int],
    slots: Sequence[int],
    marks: dict[int, list[Range]],
) -> Text:
    made = Text(numbers=list(range(1, len(lines) + 1)), slots=nearest(rows, slots))
    for at, line in enumerate(lines):
        marked = moved_marks(marks.get(rows[at], ()), shown[rows[at]], line) if rows[at] >= 0 else []
        made.rows.append(table.add(pieces(line, colors[at], marked)))
    return made


def _of_rows(
    count: int, across: dict[int, int], sources: Sequence[tuple[int, int]], what: str
) -> Iterator[str]:
    """What each row of a shown text is: in the diff, or what is folded in the lines that it came from."""
    known: dict[tuple[int, int], str] = {(0, 0): SAME}
    for row in range(count):
        source = sources[row] if row < len(sources) else (0, 0)
        if source not in known:
            letters = what[source[0] - 1 : source[1]]
            known[source] = next(
                (one for one in (FOLDED, ANNOTATIONS, DOCS, COMMENTS) if one in letters), SAME
            )
        yield known[source] if row in across else LOGIC


def _columns(text: Text) -> dict[str, Any]:
    return {"rows": text.rows, "numbers": text.numbers, "slots": text.slots, "what": text.what}


def _hunks(
    report: Report,
    shown: tuple[list[str], list[str]],
    slots: tuple[list[int], list[int]],
    changes: Sequence[Change],
    ranges: Sequence[Range],
    context: int,
) -> list[dict[str, Any]]:
    """Each hunk with its slots, its lines of the sources with and without context, and its unit."""
    span_of = dict(zip(changes, ranges, strict=True))
    found = []
    for hunk in find_hunks(report, *shown, context):
        own = [change for change in hunk.changes if not change.equal]
        first = hunk.changes[0]
        on_left = first.left[0] < first.left[1]
        lines = [
            source_lines(
                line_map,
                (own[0].left[0], own[-1].left[1]) if side == 0 else (own[0].right[0], own[-1].right[1]),
            )
            for side, line_map in enumerate(report.line_maps)
        ]
        found.append(
            {
                "unit": "" if hunk.unit == MODULE else _text(hunk.unit),
                "from": slots[0][first.left[0]] if on_left else slots[1][first.right[0]],
                "slots": [span_of[own[0]][0], span_of[own[-1]][1]],
                "left": lines[0],
                "right": lines[1],
                "around": [hunk.left_source, hunk.right_source],
            }
        )
    return found


def _folds(report: Report) -> list[dict[str, Any]]:
    return [
        {
            "rule": fold.rule,
            "side": SIDES.index(fold.side),
            "unit": _text(fold.unit),
            "lines": sorted({(p[0], p[2]) for p in fold.places or (fold.span,)}),
            "under": fold.assumptions,
        }
        for fold in report.folds
    ]
