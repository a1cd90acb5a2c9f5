"""The fold over the stages: read this first.

    read ─ parse ─ normalize ─┐
                              ├─ align ─ reconcile ─ (summarize) ─ verify ─ view ─ report
    read ─ parse ─ normalize ─┘

Each stage is a function from data to data. A unit that cannot be normalized and printed safely steps down on both
sides: canonical → its own layout → verbatim.
"""

from __future__ import annotations

from prediff import report
from prediff.align import Alignment, align, byte_equal_units
from prediff.depth import quick_and_deep
from prediff.languages import get_language
from prediff.languages.language import Language, Printed
from prediff.lean_dataclasses import dataclass
from prediff.model import LineMap, Normalized, ParsedFile, Report, Settings, SourceFile
from prediff.normalizer import assumptions_of, assumptions_on_comments, normalize
from prediff.parse import parse
from prediff.reconcile import Reconciled, reconcile
from prediff.stepdown import Steps, misprinted_units, verbatim
from prediff.views.canonical import shown_comments

MAX_STEPS = 8
TOO_DEEP = "nested too deeply to be compared by logic"


Parsed = tuple[ParsedFile, ParsedFile]


def compare(
    left: SourceFile, right: SourceFile, settings: Settings = Settings(), parsed: Parsed | None = None
) -> Report:
    """Bring two files into comparable form. Never raises for what the files hold: that gives `unknown`.

    parsed: what `parse_pair` gave for the two files, if they are compared more than once.
    """
    if left.text == right.text and report.same_bytes(left, right):
        return report.identical(left, right, settings)
    name = left.language
    if name is None or right.language is None:
        return report.as_text(left, right, settings, "compared as text")
    if name != right.language:
        return report.as_text(
            left, right, settings, "the two files are in different languages: compared as text"
        )
    language = get_language(name)
    with quick_and_deep():
        one, two = parsed or parse_pair(left, right, settings)
        for side in (one, two):
            if side.tree is None:
                return report.as_text(left, right, settings, side.reason, name)
        try:
            found = _compare_trees(one, two, language, settings)
        except RecursionError:
            return report.as_text(left, right, settings, TOO_DEEP, name)
    if found.same and (one.unread or two.unread) and not report.same_spelling(left, right):
        # A part that cannot be read is the same only if its bytes are.
        reason = "a part cannot be read, and line ends or encoding differ: compared as text"
        return report.as_text(left, right, settings, reason, name)
    return found


def parse_pair(left: SourceFile, right: SourceFile, settings: Settings) -> Parsed:
    """Parse two files of one known language."""
    language = get_language(left.language or "")
    with quick_and_deep():
        return parse(left, language, settings.reader), parse(right, language, settings.reader)


@dataclass(frozen=True, slots=True)
class Joined:
    """Two files that were read: their units paired, the right side moved toward the left, and both printed."""

    alignment: Alignment
    trees: Reconciled
    printed: tuple[Printed, Printed]
    steps: Steps


def join(left: SourceFile, right: SourceFile, settings: Settings = Settings()) -> Joined | None:
    """What two files are in normal form; None where they can only be compared as texts."""
    if left.language is None or left.language != right.language:
        return None
    with quick_and_deep():
        one, two = parse_pair(left, right, settings)
        if one.tree is None or two.tree is None:
            return None
        try:
            return _join(one, two, get_language(left.language), settings)
        except RecursionError:
            return None


def _compare_trees(left: ParsedFile, right: ParsedFile, language: Language, settings: Settings) -> Report:
    found = _join(left, right, language, settings)
    if found is None:
        reason = "it cannot be printed as it was read"
        return report.as_text(left.source, right.source, settings, reason, language.id)
    compared = report.compared(found.alignment, found.trees, found.printed, settings, found.steps)
    return _aligned(compared, found.alignment, found.trees) if settings.view == "aligned" else compared


def _join(left: ParsedFile, right: ParsedFile, language: Language, settings: Settings) -> Joined | None:
    from prediff.rules import RULES

    allowed, unread = assumptions_of(settings), assumptions_on_comments(settings)
    steps = Steps()
    for _ in range(MAX_STEPS):
        one, two = verbatim(left, steps), verbatim(right, steps)
        equal_left, equal_right = byte_equal_units(one, two)
        done_left, done_right = equal_left | steps.own_layout(one), equal_right | steps.own_layout(two)
        normal_left = normalize(one, language, RULES, allowed, done_left)
        normal_right = normalize(two, language, RULES, allowed, done_right)
        if steps.unsettled(normal_left.steps, normal_right.steps):
            continue
        alignment = align(normal_left, normal_right, language.traits)
        joined = reconcile(alignment, language.traits, allowed)
        printed_left = language.print(joined.left, shown_comments(left.comments, unread))
        printed_right = language.print(joined.right, shown_comments(right.comments, unread))
        wrong = misprinted_units(joined.left, printed_left, language, equal_left - joined.touched)
        wrong += misprinted_units(joined.right, printed_right, language, equal_right)
        if not steps.down(wrong):
            return Joined(alignment, joined, (printed_left, printed_right), steps)
    return None


def _aligned(found: Report, alignment: Alignment, joined: Reconciled) -> Report:
    """What was found of two files, shown in the aligned view."""
    left, right = alignment.left.parsed, alignment.right.parsed
    if found.same:
        return report.shown_as_left(found, left, right)
    from prediff.views.aligned import aligned

    return report.aligned(found, aligned(alignment, joined, found.settings), right)


def normalize_file(source: SourceFile, settings: Settings = Settings()) -> Normalized:
    """One file's canonical text; its locals keep their names. What cannot be normalized is given as it is."""
    name = source.language
    if name is None:
        return report.plain(source, source.notes[0] if source.notes else "")
    language = get_language(name)
    with quick_and_deep():
        parsed = parse(source, language, settings.reader)
        if parsed.tree is None:
            return report.plain(source, parsed.reason)
        try:
            return _normalize_tree(parsed, language, settings)
        except RecursionError:
            return report.plain(source, TOO_DEEP)


def _normalize_tree(parsed: ParsedFile, language: Language, settings: Settings) -> Normalized:
    from prediff.rules import RULES

    allowed = assumptions_of(settings)
    comments = shown_comments(parsed.comments, assumptions_on_comments(settings))
    steps = Steps()
    for _ in range(MAX_STEPS):
        file = verbatim(parsed, steps)
        result = normalize(file, language, RULES, allowed, steps.own_layout(file))
        if steps.unsettled(result.steps):
            continue
        printed = language.print(result.tree, comments)
        if not steps.down(misprinted_units(result.tree, printed, language, frozenset())):
            reason = parsed.unread[0][1] if parsed.unread else ""
            lines = LineMap(printed.sources)
            return Normalized(parsed.source, printed.text, lines, result.folds, steps.taken, reason)
    return report.plain(parsed.source, "it cannot be printed as it was read")
