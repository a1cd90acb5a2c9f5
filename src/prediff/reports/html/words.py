"""The words beside a report as data for the page's script."""

from __future__ import annotations

from typing import Any

from prediff.model import MODULE, ChangeNote, Summaries, UnitSummary
from prediff.reports.escaping import printable
from prediff.reports.words import heading, merged, more, name_of, place_of, standing, vouched


def page_words(summaries: Summaries | None) -> dict[str, Any] | None:
    """All of them as values for JSON, printable already; None for none."""
    if summaries is None or not (
        summaries.units or summaries.suggestions or summaries.more or summaries.notes
    ):
        return None
    rest = [more(summaries)] if summaries.more else []
    return {
        "by": heading(summaries),
        "verified": summaries.verified,
        "units": [_unit(unit) for unit in summaries.units],
        "suggestions": [
            {
                "by": vouched(one),
                "checked": one.checked,
                "text": _text(f"{one.kind} of {one.unit or MODULE}: {one.text}"),
            }
            for one in summaries.suggestions
        ],
        "rest": [*rest, *[f"note: {_text(note)}" for note in summaries.notes]],
    }


def _unit(unit: UnitSummary) -> dict[str, Any]:
    return {
        "name": name_of(unit),
        "where": standing(unit),
        "left": _text(unit.left_text),
        "right": _text(unit.right_text),
        "changes": [_change(change) for change in unit.changes],
    }


def _change(change: ChangeNote) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "text": _text(change.text),
        "where": place_of(change),
        "lines": [merged(change.left_lines), merged(change.right_lines)],
    }


def _text(text: str) -> str:
    return printable(text, keep="")
