"""Check that code in normal form still passes its own tests: the standard library's, and those of packages.

    python benchmarks/upstream_suites.py
    python benchmarks/upstream_suites.py --kind stdlib --levels relaxed --only heapq,json
    python benchmarks/upstream_suites.py --list

The code is copied, once untouched and once for each level with every file of it in normal form; tests are never
normalized. Each test is run against the untouched copy and against the others. A test that passes before and not after
is a wrong rule, unless `suites/expected.tsv` names it: with the assumption that it contradicts, for it reads
docstrings, annotations, line numbers or the names of locals. A test that fails with the untouched copy shows nothing
and is not counted. A run that lost something is made once more, since some tests depend on time. An assumption that
keeps a package from working at all is refused for it, which is said too.

Modules with an accelerator in C are tested a second time with the accelerator blocked, so that it is the code in
Python that runs. Packages are fetched from the package index, in the versions of `suites/packages.py`.

It prints a Markdown table and each test that was lost. The exit code is 1 if one was lost that has no name, and 2 if
the suites cannot be run.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

import records
from prediff.rules.assumptions import LEVELS, granted
from suites.library import absent, library_suites, library_tree, read_rows
from suites.outcomes import Expected, Loss, Run, explained, losses, merged, read_expected
from suites.overlay import Built, build
from suites.packages import PACKAGES, package_suites
from suites.running import check_imports, run_part
from suites.suite import UNTOUCHED, Part, Suite, SuiteError, Tree

KINDS = ("stdlib", "package")


@dataclass(frozen=True, slots=True)
class LevelResult:
    """What one level did to a suite: the tests that pass after, of those that passed before, and the others."""

    passed: int
    named: tuple[tuple[Loss, Expected], ...]
    unexplained: tuple[Loss, ...]
    unsteady: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What running a suite gave. tests: how many there are. passed: those that pass with the untouched copy."""

    suite: Suite
    tests: int
    passed: int
    levels: Mapping[str, LevelResult]
    notes: tuple[str, ...] = ()


# --- running ---------------------------------------------------------------------------------------------------


def build_all(suites: Sequence[Suite], levels: Sequence[str], jobs: int) -> dict[tuple[Tree, str], Built]:
    """All copies, each checked to be what is imported."""
    built = {}
    for tree in dict.fromkeys(suite.tree for suite in suites):
        for level in (UNTOUCHED, *levels):
            built[tree, level] = build(tree, level, jobs)
    for suite in suites:
        for level in (UNTOUCHED, *levels):
            check_imports(suite, level)
    return built


def run_suite(
    suite: Suite, levels: Sequence[str], expected: Sequence[Expected], logs: Path, pool: ThreadPoolExecutor
) -> SuiteResult:
    """Run all parts of a suite against all copies, and the parts in which something was lost once more."""

    def start(key: tuple[Part, str], suffix: str = "") -> Run:
        part, level = key
        name = "-".join((part.name.replace("/", "-"), level, *part.blocked)) + suffix
        return run_part(suite, part, level, logs / suite.name.replace(" ", "-") / f"{name}.txt")

    keys = [(part, level) for part in suite.parts for level in (UNTOUCHED, *levels)]
    runs = dict(zip(keys, pool.map(start, keys), strict=True))
    lost = [
        (part, level)
        for part, level in keys
        if explained(losses(runs[part, UNTOUCHED], runs[part, level]), suite.name, level, expected)[1]
    ]
    again = dict(zip(lost, pool.map(start, lost, ["-again"] * len(lost)), strict=True))
    return SuiteResult(
        suite,
        sum(len(runs[part, UNTOUCHED].outcomes) for part in suite.parts),
        sum(len(runs[part, UNTOUCHED].passed) for part in suite.parts),
        {level: level_result(suite, level, runs, again, expected) for level in levels},
        tuple(
            f"{suite.name}: {part.name}: {UNTOUCHED}: {runs[part, UNTOUCHED].note}"
            for part in suite.parts
            if runs[part, UNTOUCHED].note
        ),
    )


def level_result(
    suite: Suite,
    level: str,
    runs: Mapping[tuple[Part, str], Run],
    again: Mapping[tuple[Part, str], Run],
    expected: Sequence[Expected],
) -> LevelResult:
    """What a level did to all parts of a suite."""
    found: list[Loss] = []
    unsteady: list[str] = []
    passed = 0
    for part in suite.parts:
        before, after = runs[part, UNTOUCHED], runs[part, level]
        if (part, level) in again:
            first = losses(before, after)
            after = merged(after, again[part, level])
            unsteady += [loss.test for loss in first if loss.test in after.passed]
        lost = losses(before, after)
        found += lost
        passed += len(before.passed) - len(lost)
    named, unexplained = explained(found, suite.name, level, expected)
    return LevelResult(passed, named, unexplained, tuple(unsteady))


# --- what is shown ---------------------------------------------------------------------------------------------


def table(results: Sequence[SuiteResult], levels: Sequence[str]) -> str:
    """A Markdown table: for each suite how many tests pass before and after, and how many of the rest are named."""
    heads = ("suite", "version", "modules", "tests", "pass before", *levels, "named", "unexplained")
    rows = [f"| {' | '.join(heads)} |", "|---|---|" + "---:|" * (len(heads) - 2)]
    for result in results:
        per_level = [result.levels[level] for level in levels]
        named = {loss.test for one in per_level for loss, _ in one.named}
        unexplained = {loss.test for one in per_level for loss in one.unexplained}
        cells = (
            result.suite.name,
            result.suite.version,
            *map("{:,}".format, (result.suite.modules, result.tests, result.passed)),
            *(f"{one.passed:,}" for one in per_level),
            len(named),
            len(unexplained),
        )
        rows.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(rows)


def details(result: SuiteResult) -> list[str]:
    """One line for each test that was lost without a name, and for what else is of note."""
    lines = list(result.notes)
    for level, one in result.levels.items():
        where = f"{result.suite.name}: {level}"
        lines += [
            f"{where}: {loss.test}: {loss.outcome.status}: {loss.outcome.detail}" for loss in one.unexplained
        ]
        lines += [f"{where}: {test}: passed only when it was run again" for test in one.unsteady]
    return lines


def remarks(
    results: Sequence[SuiteResult],
    built: Mapping[tuple[Tree, str], Built],
    expected: Sequence[Expected],
    partial: bool,
) -> list[str]:
    """What does not fail the run but should be known: files not normalized, modules not tested, rows not needed."""
    lines = [f"{r.suite.name}: no test passes, so that nothing was shown" for r in results if not r.passed]
    lines += [
        f"{r.suite.name}: {assumption} is refused: {reason}"
        for r in results
        for assumption, reason in r.suite.tree.refused
    ]
    lines += [
        f"{tree.name}: {level}: {file}: left as it is: {reason}"
        for (tree, level), one in built.items()
        for file, reason in one.left
    ]
    if partial:
        return lines
    if any(r.suite.kind == "stdlib" for r in results) and absent():
        lines.append(f"not in this version: {', '.join(absent())}")
    used = {row for r in results for one in r.levels.values() for _, row in one.named}
    lines += [
        f"{row.suite}: {row.test}: named, but not lost"
        for row in expected
        if row not in used and any(row.is_of(r.suite.name) for r in results)
    ]
    return lines


def figures(
    results: Sequence[SuiteResult], built: Mapping[tuple[Tree, str], Built], levels: Sequence[str]
) -> dict[str, Any]:
    """What the record holds. Folds are those of the highest level that was run: a lower one makes a part of them."""
    rules: Counter[str] = Counter()
    for (_, level), copied in built.items():
        if level == levels[-1]:
            rules += copied.folds
    named: dict[Expected, set[str]] = {}
    for result in results:
        for level, one in result.levels.items():
            for _, row in one.named:
                named.setdefault(row, set()).add(level)
    refused = [
        {
            "suite": result.suite.name,
            "test": "*",
            "assumption": assumption,
            "reason": reason,
            "levels": [level for level in levels if assumption in granted(level)],
        }
        for result in results
        for assumption, reason in result.suite.tree.refused
    ]
    return {
        "suites": [suite_figures(result) for result in results],
        "named": [
            *refused,
            *(
                {
                    "suite": row.suite,
                    "test": row.test,
                    "assumption": row.assumption,
                    "reason": row.reason,
                    "levels": [level for level in levels if level in found],
                }
                for row, found in named.items()
            ),
        ],
        "rules": dict(rules.most_common()),
    }


def suite_figures(result: SuiteResult) -> dict[str, Any]:
    return {
        "name": result.suite.name,
        "version": result.suite.version,
        "kind": result.suite.kind,
        "modules": result.suite.modules,
        "tests": result.tests,
        "levels": {
            level: {
                "passed_before": result.passed,
                "passed_after": one.passed,
                "named": len(one.named),
                "unexplained": len(one.unexplained),
            }
            for level, one in result.levels.items()
        },
    }


# --- the command -----------------------------------------------------------------------------------------------


def chosen_suites(kinds: Collection[str], only: frozenset[str], work: Path) -> list[Suite]:
    """The suites that were asked for, ready to be built."""
    found: list[Suite] = []
    if "stdlib" in kinds and (not only or only & {row.module for row in read_rows()}):
        found += library_suites(library_tree(work), work, only)
    if "package" in kinds:
        found += package_suites(work, only)
    return found


def listing() -> str:
    """All that can be given to --only."""
    rows = [f"{row.module}: {' '.join((*row.tests, *row.accelerators))}" for row in read_rows()]
    return "\n".join((*rows, *(f"{package.name}: {package.version}" for package in PACKAGES)))


def words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cache = platformdirs.user_cache_path("prediff") / "upstream-suites"
    parser.add_argument(
        "--only", type=words, default=(), metavar="NAME,...", help="these modules and packages"
    )
    parser.add_argument("--kind", choices=KINDS, help="only the standard library, or only packages")
    parser.add_argument("--levels", type=words, default=LEVELS, metavar="LEVEL,...", help="default: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--work", type=Path, default=cache, help="for copies and downloads (default: %(default)s)"
    )
    parser.add_argument("--record", action="store_true", help="write the figures to benchmarks/records/")
    parser.add_argument("--list", action="store_true", help="print what --only takes, and do nothing else")
    options = parser.parse_args()
    known = {row.module for row in read_rows()} | {package.name for package in PACKAGES}
    for option, given, allowed in (
        ("--only", options.only, known),
        ("--levels", options.levels, set(LEVELS)),
    ):
        unknown = [word for word in given if word not in allowed]
        if unknown:
            what = "--list prints all" if option == "--only" else f"known are {', '.join(LEVELS)}"
            parser.error(f"{option}: unknown: {', '.join(unknown)}; {what}")
    if not options.levels:
        parser.error("--levels: name one at least")
    if options.jobs < 1:
        parser.error("--jobs: must be 1 or more")
    if options.work.exists() and not options.work.is_dir():
        parser.error(f"--work: {options.work} is no folder")
    options.levels = tuple(level for level in LEVELS if level in options.levels)
    return options


def main() -> int:
    options = parse_options()
    if options.list:
        print(listing())
        return 0
    start = time.perf_counter()
    expected = read_expected()
    results = []
    try:
        kinds = (options.kind,) if options.kind else KINDS
        work = options.work.resolve()
        suites = chosen_suites(kinds, frozenset(options.only), work)
        if not suites:
            raise SuiteError("nothing to run: no suite of that kind has that name")
        print("making copies", file=sys.stderr)
        built = build_all(suites, options.levels, options.jobs)
        with ThreadPoolExecutor(options.jobs) as pool:
            for suite in suites:
                print(f"running the tests of {suite.name}", file=sys.stderr)
                result = run_suite(suite, options.levels, expected, work / "logs", pool)
                print(*details(result), sep="\n", end="\n" if details(result) else "", flush=True)
                results.append(result)
    except (SuiteError, OSError) as error:
        print(f"upstream_suites: {error}", file=sys.stderr)
        return 2
    for line in remarks(results, built, expected, bool(options.only)):
        print(line)
    print(table(results, options.levels))
    if options.record:
        versions = {r.suite.name: r.suite.version for r in results if r.suite.kind == "package"}
        path = records.write(
            "upstream_suites", time.perf_counter() - start, figures(results, built, options.levels), versions
        )
        print(f"\nwritten to {path}")
    return 1 if any(not r.passed or any(one.unexplained for one in r.levels.values()) for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
