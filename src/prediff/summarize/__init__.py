"""The summarize stage: what the units that differ do, and what changed in them, in words.

It comes after everything is settled: a report goes in with its verdict and its texts, and comes out with words beside
them. Whatever a model says, these stay as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from prediff.depth import quick_and_deep
from prediff.errors import ModelError
from prediff.languages import get_language
from prediff.model import ChangeNote, Lines, Normalized, Report, Suggestion, Summaries, UnitSummary
from prediff.models.outline import Outline
from prediff.models.protocols import Described, Embedder, Proposer, Summarizer, Unit
from prediff.models.settings import LIMIT
from prediff.pipeline import join
from prediff.summarize.leftovers import Leftovers, Pair, definitions, leftovers
from prediff.summarize.pairing import paired_by_model
from prediff.summarize.proposals import suggestions

_Answer = TypeVar("_Answer")


class Model(Summarizer, Embedder, Proposer, Protocol):
    """A language model in all its slots. asked, refused: questions sent, and answers that were none."""

    @property
    def asked(self) -> int: ...

    @property
    def refused(self) -> int: ...


def with_summaries(
    report: Report, model: Model | None = None, *, limit: int = LIMIT, deep: bool = False
) -> Report:
    """The report with words for its units that differ: of a model, or by default of the outline.

    limit: how many units are asked about. deep: all of them, and the model's checked proposals and its opinions too.
    Where the model cannot be asked, the outline stands in its place, and a note says why; nothing is raised.
    """
    if report.same or report.language is None:
        return report
    joined = join(report.left, report.right, report.settings)
    if joined is None:
        return report
    with quick_and_deep():
        found = leftovers(joined, get_language(report.language))
    if model is None:
        return replace(report, summaries=_described(found, Outline(), None))
    notes: list[str] = []
    try:
        return replace(report, summaries=_by_model(report, found, model, None if deep else limit, notes))
    except ModelError as error:
        notes.append(f"no words of a model: {error}")
    return replace(report, summaries=replace(_described(found, Outline(), None), notes=tuple(notes)))


def file_summaries(
    file: Normalized, model: Model | None = None, *, limit: int = LIMIT, deep: bool = False
) -> Summaries:
    """Words for the units of one file in normal form, as `with_summaries` gives them; all stand on its left."""
    language = get_language(file.source.language or "")
    with quick_and_deep():
        found = Leftovers((), definitions(file, language), ())
    if model is None:
        return _described(found, Outline(), None)
    try:
        return _described(found, model, None if deep else limit)
    except ModelError as error:
        return replace(_described(found, Outline(), None), notes=(f"no words of a model: {error}",))


def _by_model(
    report: Report, found: Leftovers, model: Model, limit: int | None, notes: list[str]
) -> Summaries:
    """What a model says. Raises ModelError where it cannot be asked for a summary."""
    before = model.asked, model.refused
    found, why = _tried(lambda: paired_by_model(found, model, limit), found)
    notes += why
    words = _described(found, model, limit)
    proposed: tuple[Suggestion, ...] = ()
    if limit is None:
        proposed, why = _tried(lambda: suggestions(report, found.pairs, model), proposed)
        notes += why
    refused = model.refused - before[1]
    if refused:
        notes.append(f"{refused} answer{'s' * (refused > 1)} of the model could not be used")
    return replace(words, suggestions=proposed, asked=model.asked - before[0], notes=tuple(notes))


def _tried(ask: Callable[[], _Answer], otherwise: _Answer) -> tuple[_Answer, list[str]]:
    """What a further question gives; where the model cannot answer such, what there is without, and a note."""
    try:
        return ask(), []
    except ModelError as error:
        return otherwise, [str(error)]


def _described(found: Leftovers, summarizer: Summarizer, limit: int | None) -> Summaries:
    """The words for the first units, those of both sides before those of one."""
    pairs = found.pairs[:limit]
    room = None if limit is None else limit - len(pairs)
    alone = [*[(unit, "left") for unit in found.left], *[(unit, "right") for unit in found.right]]
    lone = [unit for unit, _ in alone[:room]]
    units = [*[pair.left for pair in pairs], *[pair.right for pair in pairs], *lone]
    texts = [text or "" for text in summarizer.summaries(units)]
    changes = summarizer.changes([pair.change for pair in pairs])
    count = len(pairs)
    rows = [_row(pair, texts[i], texts[count + i], changes[i] or ()) for i, pair in enumerate(pairs)]
    rows += [
        _lone(unit, side, text) for (unit, side), text in zip(alone[:room], texts[2 * count :], strict=True)
    ]
    return Summaries(summarizer.by, tuple(rows), more=len(found.pairs) + len(alone) - len(pairs) - len(lone))


def _row(pair: Pair, left: str, right: str, changes: Sequence[Described]) -> UnitSummary:
    one, two = pair.left, pair.right
    notes = tuple(
        [
            ChangeNote(c.kind, c.text, c.left, c.right, _lines(one, c.left), _lines(two, c.right))
            for c in changes
        ]
    )
    return UnitSummary(one.name, two.name, one.span, two.span, left, right, notes, pair.paired)


def _lone(unit: Unit, side: str, text: str) -> UnitSummary:
    if side == "left":
        return UnitSummary(unit.name, None, left_span=unit.span, left_text=text)
    return UnitSummary(None, unit.name, right_span=unit.span, right_text=text)


def _lines(unit: Unit, statements: Sequence[int]) -> tuple[Lines, ...]:
    """The lines of the source that statements came from."""
    return tuple([unit.lines[number - 1] for number in statements])
