"""The words beside a report, for a person: what each unit that differs does, and what changed in it.

Who speaks is said in the heading of each unit, since nobody but the outline vouches for words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prediff.model import ChangeNote, Lines, Suggestion, Summaries, UnitSummary
from prediff.reports.escaping import Style, printable

OUTLINE = "outline"
UNVERIFIED = "model, unverified"
CHECKED = "model, checked by prediff"
MODULE = "(module)"


def label(summaries: Summaries) -> str:
    """What the words of a report are."""
    return OUTLINE if summaries.verified else UNVERIFIED


def heading(summaries: Summaries) -> str:
    """The same, with the name of the model."""
    return OUTLINE if summaries.verified else f"{UNVERIFIED}: {_text(summaries.by)}"


def words(summaries: Summaries | None, style: Style) -> Iterator[str]:
    """The lines of the words, safe for a terminal: a block for each unit, proposals, and what else there is to know."""
    if summaries is None:
        return
    for unit in summaries.units:
        yield ""
        yield from _unit(unit, summaries, style)
    if summaries.units:
        yield ""
    for suggestion in summaries.suggestions:
        yield _suggestion(suggestion, style)
    if summaries.more:
        yield style.faint(more(summaries))
    for note in summaries.notes:
        yield style.faint(f"note: {_text(note)}")


def more(summaries: Summaries) -> str:
    """How many units there are no words for."""
    return f"and {summaries.more} more unit{'s' * (summaries.more > 1)} (--deep)"


def _unit(unit: UnitSummary, summaries: Summaries, style: Style) -> Iterator[str]:
    place = f" · {where}" if (where := standing(unit)) else ""
    yield f"{style.header(name_of(unit))}{style.faint(f'{place} · {heading(summaries)}')}"
    left, right = _text(unit.left_text), _text(unit.right_text)
    if left and right and left == right:
        yield f"  does: {left}"
    else:
        if left:
            yield f"  {style.removed('was:')}  {left}"
        if right:
            yield f"  {style.added('now:')}  {right}"
    for change in unit.changes:
        lines = place_of(change)
        yield f"  * {_text(change.text)}" + (style.faint(f" ({lines})") if lines else "")


def name_of(unit: UnitSummary) -> str:
    """By which names a unit is listed, printable."""
    if unit.left is None or unit.right is None or unit.left == unit.right:
        return _text(unit.name) or MODULE
    return f"{_text(unit.left)} → {_text(unit.right)}"


def standing(unit: UnitSummary) -> str:
    """Where a unit stands, and how it was found, if that is not by its name on both sides."""
    if unit.left is None or unit.right is None:
        return f"only on the {'right' if unit.left is None else 'left'}"
    return {"likeness": "paired by likeness", "model": "paired by the model"}.get(unit.paired, "")


def place_of(change: ChangeNote) -> str:
    """The lines of the sources that a change is about."""
    sides = (("old", change.left_lines), ("new", change.right_lines))
    return ", ".join(f"{side} {shown}" for side, lines in sides if (shown := ranges(lines)))


def ranges(lines: Sequence[Lines]) -> str:
    """Lines in words, those that touch as one range: `line 3`, `lines 3-5, 9`."""
    found = merged(lines)
    if not found:
        return ""
    texts = [str(first) if first == last else f"{first}-{last}" for first, last in found]
    one = len(found) == 1 and found[0][0] == found[0][1]
    return f"line{'' if one else 's'} {', '.join(texts)}"


def merged(lines: Sequence[Lines]) -> list[Lines]:
    """The ranges that some lines are, in order; those that are none left out."""
    found: list[Lines] = []
    for first, last in sorted(pair for pair in lines if pair[0]):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def vouched(suggestion: Suggestion) -> str:
    """What stands behind a suggestion."""
    return CHECKED if suggestion.checked else UNVERIFIED


def _suggestion(suggestion: Suggestion, style: Style) -> str:
    unit = _text(suggestion.unit) or MODULE
    paint = style.good if suggestion.checked else style.bad
    return f"{paint(vouched(suggestion))} · {suggestion.kind} of {unit}: {_text(suggestion.text)}"


def _text(text: str) -> str:
    return printable(text, keep="")
