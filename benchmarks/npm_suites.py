"""Run the tests of npm packages against the packages' own JavaScript in normal form.

    python benchmarks/npm_suites.py --work DIR
    python benchmarks/npm_suites.py --work DIR --only qs,resolve --levels safe

The packages of the table ship their tests. npm installs each, at a pinned version and without running any script of
it, below DIR. Its tests run against its untouched source, and against its source normalized at each level; the tests
themselves, and what it depends on, are never normalized. All must pass that passed before, assertion by assertion, but
for those in a table of tests that read what an assumption says is not read. Exit code 1 if another fails.

`--record` writes records/npm_suites.json; `rules` counts the folds at the last level that was asked for.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import records
from prediff.emit import encoded
from prediff.errors import PrediffError
from prediff.model import Settings
from prediff.pipeline import normalize_file
from prediff.read import read_path
from prediff.rules.assumptions import LEVELS
from suites.outcomes import FAILED, MISSING, PASSED, SKIPPED, Expected, Loss, Outcome, Run, explained, losses

DATE = "2026-01-01"
"""What the packages below those of the table depend on is as it was published then."""

NOT_NORMALIZED = frozenset({
    "test", "tests", "dist", "example", "examples", "example.js", "bench.js", "benchmark", "benchmarks",
    "eslint.config.js", "eslint.config.mjs", "node_modules",
})  # fmt: skip
SUFFIXES = frozenset({".js", ".cjs", ".mjs"})
TIMEOUT = 120
"""Seconds for one file of tests."""
SHOWN = 10
"""How many unexplained losses of a suite are printed."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package whose tests are run: `tests` are a pattern of files that node runs, `needs` what they require."""

    name: str
    version: str
    tests: str
    needs: tuple[str, ...]


PACKAGES = (
    Package("qs", "6.14.0", "test/*.js", (
        "tape@5.9.0", "es-value-fixtures@1.7.1", "for-each@0.3.5", "has-bigints@1.1.0", "has-override-mistake@1.0.1",
        "has-property-descriptors@1.0.2", "has-proto@1.2.0", "has-symbols@1.1.0", "iconv-lite@0.5.2",
        "mock-property@1.1.0", "object-inspect@1.13.4", "qs-iconv@1.0.4", "safer-buffer@2.1.2",
    )),
    Package("minimist", "1.2.8", "test/*.js", ("tape@5.9.0",)),
    Package("object-inspect", "1.13.4", "test/*.js", (
        "tape@5.9.0", "core-js@2.6.12", "error-cause@1.0.9", "es-value-fixtures@1.7.1", "for-each@0.3.5",
        "functions-have-names@1.2.3", "globalthis@1.0.4", "has-symbols@1.1.0", "has-tostringtag@1.0.2",
        "make-arrow-function@1.2.0", "mock-property@1.1.0", "safer-buffer@2.1.2", "semver@6.3.1",
        "string.prototype.repeat@1.0.0",
    )),
    Package("deep-equal", "2.2.3", "test/*.js", (
        "tape@5.9.0", "available-typed-arrays@1.0.7", "for-each@0.3.5", "has-proto@1.2.0", "has-symbols@1.1.0",
        "has-typed-arrays@1.1.0", "object.getownpropertydescriptors@2.1.9", "semver@6.3.1",
    )),
    Package("resolve", "1.22.8", "test/*.js", (
        "tape@5.9.0", "array.prototype.map@1.0.8", "copy-dir@1.3.0", "mkdirp@0.5.6", "mv@2.1.1", "object-keys@1.1.1",
        "rimraf@2.7.1", "semver@6.3.1", "tap@0.4.13", "tmp@0.0.31",
    )),
    Package("shell-quote", "1.8.3", "test/*.js", ("tape@5.9.0",)),
    Package("traverse", "0.6.11", "test/*.js", ("tape@5.9.0", "es-value-fixtures@1.7.1")),
    Package("json-stable-stringify", "1.3.0", "test/*.js", ("tape@5.9.0",)),
    Package("fastq", "1.20.1", "test/*.js", ("tape@5.9.0", "async@3.2.6", "neo-async@2.6.2")),
    Package("secure-json-parse", "4.1.0", "test/*.js", ("tape@5.9.0",)),
    Package("find-my-way", "9.3.0", "test/*.test.js", ("rfdc@1.4.1", "proxyquire@2.1.3")),
)  # fmt: skip

EXPECTED: tuple[Expected, ...] = ()
"""Tests that read what an assumption says is not read; each was found by reading why it fails."""


# --- installing and copying ------------------------------------------------------------------------------------


def install(package: Package, work: Path) -> Path:
    """Install a package with what its tests need, unless it is there; gives the folder that holds node_modules."""
    folder = work / package.name
    known = folder / "node_modules" / package.name / "package.json"
    if known.exists() and json.loads(known.read_text("utf-8"))["version"] == package.version:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}\n', "utf-8")
    wanted = [f"{package.name}@{package.version}", *package.needs]
    options = [
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--save-exact",
        "--loglevel=error",
        f"--before={DATE}",
    ]
    subprocess.run(["npm", "install", *options, *wanted], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def copy(package: Package, folder: Path) -> Path:
    """A fresh copy of the package's own files, always in one place: tests print paths. It finds what it requires."""
    target = folder / "copy"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder / "node_modules" / package.name, target, symlinks=True)
    return target


def sources(target: Path) -> list[Path]:
    """The files of a copy that are normalized."""
    found = (p for p in target.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    return sorted(p for p in found if not NOT_NORMALIZED.intersection(p.relative_to(target).parts))


def normalize(target: Path, level: str) -> tuple[Counter[str], list[str]]:
    """Put the sources of a copy into normal form: how often each rule folded, and what was left as it was."""
    folds: Counter[str] = Counter()
    left = []
    for path in sources(target):
        name = path.relative_to(target)
        try:
            found = normalize_file(read_path(str(path), "javascript"), Settings(level=level))
        except PrediffError as error:
            left.append(f"{name}: {error}")
            continue
        folds.update(fold.rule for fold in found.folds)
        left += [f"{name}: {s.unit}: {s.to}: {s.reason}" for s in found.steps]
        left += [f"{name}: {found.reason}"] if found.reason else []
        path.write_bytes(encoded(found.text))
    return folds, left


# --- running the tests and reading what they print -------------------------------------------------------------

_RESULT = re.compile(
    r"\s*(?P<not>not )?ok\b\s*\d*(?:\s+-)?\s*(?P<name>.*?)(?P<mark>\s+#\s*(?:SKIP|TODO)\b.*)?$", re.I
)
_TITLE = re.compile(r"\s*# (?:Subtest: )?(?P<title>.*)")
_COUNTS = re.compile(r"(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms|ok)\b")


def read_tap(text: str, file: str) -> Iterator[tuple[str, Outcome]]:
    """The outcome of each assertion that a file of tests printed, by the test's title, its own name, and its count."""
    title = ""
    seen: Counter[str] = Counter()
    for line in text.splitlines():
        head = _TITLE.match(line)
        if head is not None and not _COUNTS.match(head["title"]):
            title = head["title"]
        found = _RESULT.match(line)
        if found is None:
            continue
        name = f"{file}: {title}: {found['name']}"
        seen[name] += 1
        status = SKIPPED if found["mark"] else FAILED if found["not"] else PASSED
        yield f"{name} ({seen[name]})", Outcome(status)


def run_file(file: Path, target: Path) -> tuple[dict[str, Outcome], str]:
    """Run one file of tests: its outcomes, and the last line of what went wrong besides."""
    name = file.relative_to(target).as_posix()
    command = ["node", "--test-reporter=tap", name]
    with tempfile.TemporaryDirectory() as home:  # some tests put files into it
        env = {**os.environ, "HOME": home, "USERPROFILE": home}
        try:
            done = subprocess.run(
                command,
                cwd=target,
                env=env,
                capture_output=True,
                timeout=TIMEOUT,
                check=False,
                stdin=subprocess.DEVNULL,
            )
        except subprocess.TimeoutExpired:
            return {}, f"{name}: more than {TIMEOUT} s"
    outcomes = dict(read_tap(done.stdout.decode("utf-8", "replace"), name))
    errors = [line for line in done.stderr.decode("utf-8", "replace").splitlines() if "Error" in line]
    return outcomes, f"{name}: {errors[0].strip()}" if errors else ""


def run(package: Package, target: Path, jobs: int) -> Run:
    """Run all tests of a copy."""
    files = sorted(target.glob(package.tests))
    outcomes: dict[str, Outcome] = {}
    notes = []
    with ThreadPoolExecutor(jobs) as pool:
        for found, note in pool.map(run_file, files, [target] * len(files)):
            outcomes.update(found)
            notes += [note] if note else []
    return Run(outcomes, "; ".join(notes))


def steady(one: Run, other: Run) -> Run:
    """What passed in both of two runs of the same source: the rest cannot tell anything."""
    both = one.passed & other.passed
    return Run({test: outcome for test, outcome in one.outcomes.items() if test in both})


# --- one suite -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LevelResult:
    """What one level gave: the tests that passed before and after, and those that were lost."""

    before: int
    after: int
    named: tuple[tuple[Loss, Expected], ...]
    unexplained: tuple[Loss, ...]


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """What a package's suite gave; `folds` are those of the last level."""

    package: Package
    files: int
    levels: Mapping[str, LevelResult]
    folds: Mapping[str, int]


def check(package: Package, work: Path, levels: tuple[str, ...], jobs: int) -> SuiteResult:
    """Run a package's tests on its untouched source, twice, and on each normal form of it."""
    folder = install(package, work)
    target = copy(package, folder)
    before = steady(run(package, target, jobs), run(package, copy(package, folder), jobs))
    results = {}
    folds: Counter[str] = Counter()
    for level in levels:
        target = copy(package, folder)
        folds, left = normalize(target, level)
        for line in left:
            print(f"{package.name} {level}: left as it was: {line}", flush=True)
        results[level] = compare(package, before, run(package, target, jobs), level)
        show(package, level, results[level])
    return SuiteResult(package, len(sources(target)), results, folds)


def compare(package: Package, before: Run, after: Run, level: str) -> LevelResult:
    """What a level lost, with those losses explained that the table names."""
    named, unexplained = explained(losses(before, after), package.name, level, EXPECTED)
    kept = len(before.passed & after.passed)
    return LevelResult(len(before.passed), kept, named, unexplained)


def show(package: Package, level: str, result: LevelResult) -> None:
    name = f"{package.name} {package.version} {level}"
    print(f"{name}: {result.after} of {result.before} pass, {len(result.named)} named", flush=True)
    for loss in result.unexplained[:SHOWN]:
        note = loss.outcome.detail if loss.outcome.status == MISSING else ""
        print(f"  {loss.outcome.status}: {loss.test} {note}".rstrip(), flush=True)
    if len(result.unexplained) > SHOWN:
        print(f"  and {len(result.unexplained) - SHOWN} more", flush=True)


def figures(results: list[SuiteResult]) -> dict[str, Any]:
    """The record of a run."""
    rules: Counter[str] = Counter()
    for result in results:
        rules.update(result.folds)
    named = {
        (result.package.name, loss.test): row
        for result in results
        for level in result.levels.values()
        for loss, row in level.named
    }
    return {
        "suites": [_suite_figures(result) for result in results],
        "named": [
            {"suite": suite, "test": test, "assumption": row.assumption, "reason": row.reason}
            for (suite, test), row in sorted(named.items())
        ],
        "rules": dict(sorted(rules.items())),
    }


def _suite_figures(result: SuiteResult) -> dict[str, Any]:
    return {
        "name": result.package.name,
        "version": result.package.version,
        "kind": "npm",
        "files": result.files,
        "tests": max((found.before for found in result.levels.values()), default=0),
        "levels": {
            level: {
                "passed_before": found.before,
                "passed_after": found.after,
                "named": len(found.named),
                "unexplained": len(found.unexplained),
            }
            for level, found in result.levels.items()
        },
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, help="the folder to install the packages into")
    parser.add_argument(
        "--only", default="", metavar="NAMES", help="the packages to run, with commas between"
    )
    parser.add_argument(
        "--levels", default=",".join(LEVELS), help="the levels, with commas (default: %(default)s)"
    )
    parser.add_argument("--jobs", type=int, default=2, help="files of tests at once (default: %(default)s)")
    parser.add_argument("--list", action="store_true", help="list the packages")
    parser.add_argument("--record", action="store_true", help="write the record")
    options = parser.parse_args()
    only = frozenset(filter(None, options.only.split(",")))
    packages = [p for p in PACKAGES if not only or p.name in only]
    if options.list:
        print("\n".join(f"{p.name} {p.version}" for p in packages))
        return 0
    if options.work is None or not packages or shutil.which("npm") is None:
        parser.error("a folder to work in (--work), a package of --list and npm are needed")
    start = time.monotonic()
    levels = tuple(options.levels.split(","))
    work = options.work.resolve()
    results = [check(p, work, levels, options.jobs) for p in packages]
    if options.record:
        node = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout.strip()
        versions = {"node": node.lstrip("v"), **{p.name: p.version for p in packages}}
        print(records.write("npm_suites", time.monotonic() - start, figures(results), versions))
    silent = [r.package.name for r in results if not any(found.before for found in r.levels.values())]
    for name in silent:
        print(f"{name}: no test passes on the untouched source")
    return 1 if silent or any(found.unexplained for r in results for found in r.levels.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
