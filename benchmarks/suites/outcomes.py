"""What runs of tests gave, test by test, and what a later run lost against an earlier one."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from prediff.rules.assumptions import LEVELS, granted

PASSED = "passed"
SKIPPED = "skipped"
FAILED = "failed"
MISSING = "missing"
"""A test that the earlier run had and the later one has not: it was not found, or the run ended before it."""

WORST_LAST = (PASSED, SKIPPED, FAILED)
EXPECTED = Path(__file__).parent / "expected.tsv"
SHOWN_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one test ended, and the last line of what it said where it did not pass."""

    status: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The outcomes of one run by the name of the test, and how the run itself ended where that is of note."""

    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    note: str = ""

    @property
    def passed(self) -> frozenset[str]:
        return frozenset(test for test, outcome in self.outcomes.items() if outcome.status == PASSED)


@dataclass(frozen=True, slots=True)
class Loss:
    """A test that passed before and does not after."""

    test: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Expected:
    """Tests of a suite that read what an assumption says is not read, so that they may fail where it is granted.

    In names of suites and tests `*` stands for any characters.
    """

    suite: str
    test: str
    assumption: str
    reason: str

    def is_of(self, suite: str) -> bool:
        return _matches(self.suite, suite)

    def covers(self, suite: str, test: str, level: str) -> bool:
        return self.is_of(suite) and level in self.levels and _matches(self.test, test)

    @property
    def levels(self) -> tuple[str, ...]:
        """Where the assumption counts. Line numbers move at every level: that is what a normal form is for."""
        if self.assumption == "source-unread":
            return LEVELS
        return tuple(level for level in LEVELS if self.assumption in granted(level))


def _matches(pattern: str, name: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def read_expected(path: Path = EXPECTED) -> tuple[Expected, ...]:
    """The table of tests that are known to contradict an assumption."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Expected(r["suite"], r["test"], r["assumption"], r["reason"]) for r in rows)


def read_report(path: Path) -> Mapping[str, Outcome]:
    """The outcomes in a JUnit report. Of tests with one name the one that ended worst counts."""
    try:
        root = ElementTree.parse(path).getroot()
    except (OSError, ElementTree.ParseError):
        return {}
    found: dict[str, Outcome] = {}
    for case in root.iter("testcase"):
        name = ".".join(filter(None, (case.get("classname"), case.get("name"))))
        if not name:
            continue  # unittest gives none to a test of which a subtest failed: the test is missing, then
        outcome = _outcome(case)
        known = found.get(name, outcome)
        found[name] = max(known, outcome, key=lambda o: WORST_LAST.index(o.status))
    return found


def _outcome(case: ElementTree.Element) -> Outcome:
    for kind in ("failure", "error"):
        element = case.find(kind)
        if element is not None:
            return Outcome(FAILED, _line(element.get("message") or element.text or ""))
    if case.find("skipped") is not None:
        return Outcome(SKIPPED)
    return Outcome(FAILED, "it passed unexpectedly") if case.find("outcome") is not None else Outcome(PASSED)


def _line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:SHOWN_WIDTH] if lines else ""


def losses(before: Run, after: Run) -> tuple[Loss, ...]:
    """The tests that passed before and do not after."""
    gone = sorted(before.passed - after.passed)
    return tuple(Loss(test, after.outcomes.get(test, Outcome(MISSING, after.note))) for test in gone)


def merged(first: Run, second: Run) -> Run:
    """Two runs of one thing as one: a test that passed in either of them passed."""
    outcomes = {**first.outcomes}
    for test, outcome in second.outcomes.items():
        if test not in outcomes or outcome.status == PASSED:
            outcomes[test] = outcome
    return Run(outcomes, second.note)


def explained(
    found: Iterable[Loss], suite: str, level: str, expected: Sequence[Expected]
) -> tuple[tuple[tuple[Loss, Expected], ...], tuple[Loss, ...]]:
    """The losses that a row of the table covers, each with that row, and those that none does."""
    named, unexplained = [], []
    for loss in found:
        row = next((e for e in expected if e.covers(suite, loss.test, level)), None)
        if row is None:
            unexplained.append(loss)
        else:
            named.append((loss, row))
    return tuple(named), tuple(unexplained)
