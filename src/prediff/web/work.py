"""What the processes do: compare a pair and make its page, or a job of `folders.compare`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from prediff.answers import language_of
from prediff.folders import compare as folders
from prediff.lean_dataclasses import dataclass
from prediff.model import Report, Settings, SourceFile
from prediff.models.settings import ModelSettings
from prediff.reports.escaping import printable
from prediff.web.messages import Content

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class PairWork:
    """Two files to compare. chosen: for each what `Config.choose_language` gives. Their names are for showing.

    words: who explains what differs; None for nobody. use_cache: whether what a model says is kept.
    """

    sides: tuple[Content, Content]
    chosen: tuple[tuple[str | None, str | None], tuple[str | None, str | None]]
    settings: Settings
    context: int = 3
    words: ModelSettings | None = None
    use_cache: bool = True


@dataclass(frozen=True, slots=True)
class Shown:
    """The page on a pair, and what stands beside it: plain values of printable text."""

    page: str
    about: dict[str, Any]


def prepare() -> None:
    """What a process imports before the time of its first work counts."""
    folders.prepare()
    from prediff import hints  # noqa: F401
    from prediff.languages import LANGUAGES, get_language
    from prediff.reports import html  # noqa: F401

    for language in LANGUAGES:
        get_language(language)


def do(work: PairWork | folders.Job) -> Shown | folders.Answer:
    """One piece of work."""
    return show_pair(work) if isinstance(work, PairWork) else folders.do(work)


def show_pair(work: PairWork) -> Shown:
    """Compare a pair as `prediff diff --html` does."""
    from prediff.hints import with_hints
    from prediff.pipeline import compare
    from prediff.reports.html import report_html

    left, right, guess = sources(work)
    report = with_hints(compare(left, right, work.settings))
    notes: list[str] = []
    if work.words is not None:
        from prediff.web.words import explained

        report, notes = explained(report, work.words, work.use_cache)
    found = about(report, guess)
    found["notes"] += [printable(note, keep="") for note in notes]
    return Shown(report_html(report, work.context), found)


def sources(work: PairWork) -> tuple[SourceFile, SourceFile, str]:
    """Both files, and the language that was only guessed."""
    one, two = work.sides
    languages = [
        language_of(side.data, side.name, chosen)
        for side, chosen in zip(work.sides, work.chosen, strict=True)
    ]
    guess = ""
    if None in languages and all(
        language or is_nameless(s) for s, language in zip(work.sides, languages, strict=True)
    ):
        # A text without a name is in the other side's language, as the content of a pipe is.
        known = languages[0] or languages[1]
        if known is None:
            from prediff.web.guessing import guessed

            known = guess = guessed((_text(one), _text(two))) or ""
        languages = [language or known or None for language in languages]
    return _source(one, "left", languages[0]), _source(two, "right", languages[1]), guess


def is_nameless(side: Content) -> bool:
    return side.pasted and not side.name


def _text(side: Content) -> str:
    return side.data.decode("utf-8", "replace")


def _source(side: Content, place: str, language: str | None) -> SourceFile:
    from prediff.read import read_bytes, read_text

    if side.pasted:
        # It was decoded when it was pasted, whatever a coding line in it says.
        return read_text(_text(side), side.name or place, language)
    return read_bytes(side.data, side.name, language)


def _notes(report: Report) -> Iterator[str]:
    """Why the logic could not be compared."""
    if report.verdict != "unknown":
        return
    sources = [source for source in (report.left, report.right) if source.language is None]
    # What is said of both sides is said once.
    found = {note.replace(source.path, ""): note for source in sources[::-1] for note in source.notes}
    for note in [*found.values()][::-1] or [report.reason]:
        yield note.replace(" (--lang names one)", "; a language can be chosen above")


def about(report: Report, guess: str = "") -> dict[str, Any]:
    """What the page lists beside the report."""
    from prediff.reports.folded import telling_folds
    from prediff.reports.line import SUMMARIES, granted_by
    from prediff.rules.assumptions import ASSUMPTIONS

    rules = Counter(fold.rule for fold in telling_folds(report))
    return {
        "verdict": report.verdict,
        "notes": [printable(note, keep="") for note in dict.fromkeys(_notes(report))],
        "language": report.language,
        "guessed": guess,
        "rules": [
            {"id": rule, "count": count, "summary": SUMMARIES.get(rule, "")}
            for rule, count in rules.most_common()
        ],
        "assumptions": [
            {"id": name, "grants": ASSUMPTIONS[name].grants, "by": granted_by(report, name)}
            for name in report.assumptions
        ],
        "hints": [
            {"unit": printable(hint.unit, keep=""), "under": list(hint.assumptions), "lines": hint.lines}
            for hint in report.hints[:MAX_LISTED]
        ],
    }
