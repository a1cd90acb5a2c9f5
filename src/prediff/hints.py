"""What would be the same under assumptions that were not granted: named, never applied.

A hint is tried before it is given: the pair is compared anew under the assumptions that the hint names.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from prediff.model import MODULE, Hint, Report, Settings
from prediff.normalizer import assumptions_of, assumptions_on_comments
from prediff.pipeline import Parsed, compare, parse_pair
from prediff.reports.hunks import diff_lines, lines_of, source_lines
from prediff.rules.assumptions import ASSUMPTIONS, COMMENTS_UNREAD

MAX_TRIALS = 12
MAX_CHARACTERS = 500_000
"""How often a pair is compared anew, and how many characters that may be in all, beside the first time."""

PUBLIC_NAMES = "public-names-unread"


class Trials:
    """The pair of a report under more assumptions, each set tried once. What is over the limit is not tried.

    limit: how many trials; by default as many as the length of the pair allows.
    """

    def __init__(self, report: Report, limit: int | None = None) -> None:
        self.report = report
        self.granted = assumptions_of(report.settings)
        size = len(report.left.text) + len(report.right.text)
        self.left = min(MAX_TRIALS, 1 + MAX_CHARACTERS // max(size, 1)) if limit is None else limit
        self._parsed: Parsed | None = None
        self._done: dict[frozenset[str], Report] = {}
        self._lines: dict[frozenset[str], Counter[str]] = {}

    def is_same(self, unit: str, more: Collection[str]) -> bool:
        """Whether a unit is tried and found the same."""
        tried = self.under(more)
        return tried is not None and unit in _same_units(tried)

    def shows_at_most(self, lines: int, unit: str, more: Collection[str]) -> bool:
        """Whether a unit is tried and found to differ in so many lines at most."""
        return self.lines_shown(unit, more) <= lines

    def lines_shown(self, unit: str, more: Collection[str]) -> float:
        """How many lines of a unit differ; infinitely many where that is not tried."""
        key, tried = frozenset(more), self.under(more)
        if tried is None:
            return float("inf")
        if key not in self._lines:
            self._lines[key] = lines_shown(tried)
        return self._lines[key][unit]

    def under(self, more: Collection[str]) -> Report | None:
        """The report under some assumptions more; None over the limit."""
        key = frozenset(more)
        if key not in self._done:
            if not self.left:
                return None
            self.left -= 1
            sides = self.report.left, self.report.right
            if (
                self._parsed is None
                and sides[0].language is not None
                and sides[0].language == sides[1].language
            ):
                self._parsed = parse_pair(*sides, self.report.settings)
            self._done[key] = compare(*sides, self._granting(key), self._parsed)
        return self._done[key]

    def _granting(self, more: frozenset[str]) -> Settings:
        settings, wanted = self.report.settings, self.granted | more
        # Comments are folded as before, unless more says otherwise: docs-unread speaks of docstrings too.
        assume = wanted | (assumptions_on_comments(settings) & COMMENTS_UNREAD)
        show = {"comments"} & settings.show if not more & COMMENTS_UNREAD else set[str]()
        return replace(
            settings,
            assume=assume,
            refuse=frozenset(ASSUMPTIONS) - assume,
            show=frozenset(show | ({"docs"} if "docs-unread" not in wanted else set())),
            implementations=False,
            view="canonical",
        )


def with_hints(report: Report) -> Report:
    """The report, with a hint for each unit that differs but would not, or would in fewer lines, if more was granted.

    What the user refused is not offered.
    """
    if report.verdict != "differs":
        return report
    allowed = offered(report.settings)
    differing = [unit.name for unit in report.units if unit.verdict == "differs"]
    trials = Trials(canonical(report))
    found: dict[str, Hint] = {}
    for more in (allowed - {PUBLIC_NAMES}, allowed if _may_be_renamed(report) else frozenset()):
        rest = [name for name in differing if name not in found or found[name].lines]
        if more and rest:
            found |= _hints(trials, more, rest)
    return replace(report, hints=tuple([found[name] for name in dict.fromkeys(differing) if name in found]))


def canonical(report: Report) -> Report:
    """A report of the same two files with both texts in normal form."""
    if report.settings.view == "canonical":
        return report
    return compare(report.left, report.right, replace(report.settings, view="canonical"))


def smallest(candidates: Sequence[str], works: Callable[[Collection[str]], bool]) -> tuple[str, ...]:
    """Of candidates that work together one that works alone; else those without none of which the others work."""
    for one in candidates if len(candidates) > 1 else ():
        if works([one]):
            return (one,)
    kept = list(candidates)
    for one in candidates:
        fewer = [other for other in kept if other != one]
        if fewer and works(fewer):
            kept = fewer
    return tuple(sorted(kept))


def candidates_in(freest: Report, granted: frozenset[str]) -> list[str]:
    """The assumptions that a freer comparison rests on and that were not granted, in the order of the table."""
    return [name for name in ASSUMPTIONS if name in freest.assumptions and name not in granted]


def offered(settings: Settings) -> frozenset[str]:
    """The assumptions that were neither granted nor refused, be it by what is shown."""
    unrefused = replace(settings, refuse=frozenset(), show=frozenset())
    shown = COMMENTS_UNREAD if "comments" in settings.show else frozenset({"docs-unread"})
    taken_back = settings.refuse | (shown if {"docs", "comments"} & settings.show else frozenset())
    return frozenset(ASSUMPTIONS) - assumptions_of(unrefused) - taken_back


def _hints(trials: Trials, more: Collection[str], names: Sequence[str]) -> dict[str, Hint]:
    """For each of some units that gains where `more` is granted, the fewest assumptions found under which it does."""
    freest = trials.under(more)
    if freest is None or freest.verdict == "unknown":
        return {}
    before, candidates = lines_shown(trials.report), candidates_in(freest, trials.granted)
    gains = {name: before[name] - int(trials.lines_shown(name, more)) for name in _gaining(freest, names)}
    tests: dict[str, Callable[[Collection[str]], bool]] = {}
    for name in _same_units(freest).intersection(names):
        tests[name] = partial(trials.is_same, name)
    for name, gain in gains.items():
        if gain > 0:
            tests.setdefault(name, partial(trials.shows_at_most, before[name] - gain, name))
    # What a unit's own folds rest on is tried for all of them before less is for any: trials are limited.
    start = {n: _used_in(n, freest, candidates) for n in tests}
    start = {n: own if own and tests[n](own) else candidates for n, own in start.items()}
    same = _same_units(freest)
    return {n: Hint(n, smallest(start[n], tests[n]), 0 if n in same else gains[n]) for n in tests if start[n]}


def _gaining(freest: Report, names: Sequence[str]) -> list[str]:
    """The units that a comparison found on both sides: one that stands alone cannot differ less."""
    paired = {u.name for u in freest.units if u.left is not None and u.right is not None}
    return [name for name in names if name in paired]


def _used_in(unit: str, report: Report, candidates: Sequence[str]) -> list[str]:
    """Those of the candidates that the folds in a unit rest on; for the module those of all folds that are in none."""
    named = {u.name for u in report.units}
    used = {a for f in report.folds if (f.unit if f.unit in named else MODULE) == unit for a in f.assumptions}
    return [one for one in candidates if one in used]


def _same_units(report: Report) -> set[str]:
    return {u.name for u in report.units if u.verdict in ("same", "identical")}


def lines_shown(report: Report) -> Counter[str]:
    """How many lines of the two normal forms differ, by the unit that they came from."""
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    spans = [
        sorted(
            (span[0], span[2], u.name) for u in report.units if u.name != MODULE and (span := getattr(u, s))
        )
        for s in ("left", "right")
    ]
    found: Counter[str] = Counter()
    for change in diff_lines(left, right):
        if change.equal:
            continue
        for side, texts, lines in ((0, left, change.left), (1, right, change.right)):
            for number in range(*lines):
                line = source_lines(report.line_maps[side], (number, number + 1))[0]
                if texts[number].strip():
                    found[_unit_at(spans[side], line)] += 1
    return found


def _unit_at(spans: Sequence[tuple[int, int, str]], line: int) -> str:
    at = bisect_right(spans, (line, float("inf"), ""))
    return spans[at - 1][2] if at and spans[at - 1][0] <= line <= spans[at - 1][1] else MODULE


def _may_be_renamed(report: Report) -> bool:
    """Whether units have other names, or first lines, on the other side: what public names may account for."""
    left, right = report.left.text.split("\n"), report.right.text.split("\n")
    alone = [(unit.left is None, unit.right is None) for unit in report.units]
    if (True, False) in alone and (False, True) in alone:
        return True
    return any(
        unit.verdict == "differs"
        and unit.left is not None
        and unit.right is not None
        and unit.left[0]
        and left[unit.left[0] - 1].split() != right[unit.right[0] - 1].split()
        for unit in report.units
    )
