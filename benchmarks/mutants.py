"""Mutate functions of real code, and look whether prediff calls one of the mutants the same as the original.

    python benchmarks/mutants.py
    python benchmarks/mutants.py --mutants 2000 --seed 7
    python benchmarks/mutants.py --lang javascript --folder node_modules
    python benchmarks/mutants.py --folder site-packages/networkx --levels safe

A mutant is the function with one small bug planted (`mutation/`). Each is compared with the original at each level.
One that comes out the same must be shown, by a class of `mutation/equivalence_*.py` and without prediff, to be no bug
at all: most compile to the same instructions. Anything else is a hidden bug, is shown, and fails the run.

By operator it prints how many mutants there were, how many came out the same by which class, and how many were hidden.
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any

import corpus
import records
from corpus import Piece
from mutation.edits import Mutant
from prediff.model import Report, Settings, SourceFile
from prediff.pipeline import compare
from prediff.rules.assumptions import LEVELS

A_PIECE = 25
SECONDS_A_MUTANT = 20
SHOWN = 60
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that came out the same though no class shows it to be equivalent."""

    piece: str
    operator: str
    level: str
    shown: str
    rules: tuple[str, ...]
    before: str = field(repr=False)
    after: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.piece}: {self.operator} at {self.level} by {', '.join(self.rules)}: {self.shown}"


@dataclass(slots=True)
class Tally:
    """What came of some mutants: comparisons by operator, by class of equivalence, and by rule that fired."""

    mutants: int = 0
    pieces: int = 0
    slow: int = 0
    by_operator: Counter[str] = field(default_factory=Counter)
    by_level: Counter[str] = field(default_factory=Counter)
    same: Counter[Key] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    same_by_rule: Counter[str] = field(default_factory=Counter)
    hidden: list[Survivor] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.mutants += other.mutants
        self.pieces += other.pieces
        self.slow += other.slow
        for name in ("by_operator", "by_level", "same", "by_rule", "same_by_rule"):
            getattr(self, name).update(getattr(other, name))
        self.hidden += other.hidden


@dataclass(frozen=True, slots=True)
class Task:
    """A piece and how to mutate it."""

    piece: Piece
    language: str
    levels: tuple[str, ...]
    count: int
    seed: int


class TooSlowError(Exception):
    """A comparison took longer than `SECONDS_A_MUTANT`."""


def check(task: Task) -> Tally:
    """Mutate one piece and compare each mutant with it."""
    module = importlib.import_module(f"mutation.{task.language}")
    reason = importlib.import_module(f"mutation.equivalence_{task.language}").reason
    tally = Tally(pieces=1)
    order = random.Random(f"{task.seed} {task.piece.name}")
    for mutant in islice(module.mutants(task.piece.text, order, task.piece.first), task.count):
        tally.mutants += 1
        tally.by_operator[mutant.operator] += 1
        for level in task.levels:
            _compare(task, mutant, level, reason, tally)
    return tally


def _compare(task: Task, mutant: Mutant, level: str, reason: Callable[..., str], tally: Tally) -> None:
    name = "piece.py" if task.language == "python" else "piece.js"
    one, two = (SourceFile(name, t, task.language) for t in (task.piece.text, mutant.text))
    try:
        report = limited(lambda: compare(one, two, Settings(level=level, view="canonical")))
    except TooSlowError:
        tally.slow += 1
        return
    tally.by_level[level] += 1
    rules = sorted({f.rule for f in report.folds})
    tally.by_rule.update(rules)
    if not report.same:
        return
    found = reason(task.piece.text, mutant.text, report.assumptions, task.piece.text)
    if found:
        tally.same[mutant.operator, found] += 1
        return
    tally.same_by_rule.update(rules)
    survivor = Survivor(
        task.piece.name, mutant.operator, level, mutant.shown, tuple(rules), task.piece.text, mutant.text
    )
    tally.hidden.append(survivor)


def limited(call: Callable[[], Report]) -> Report:
    """A call with a time limit, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        return call()

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(SECONDS_A_MUTANT)
    try:
        return call()
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def tasks(options: argparse.Namespace) -> Iterator[Task]:
    """Pieces without end: file by file in an order that the seed decides, a few of each file, then others."""
    folders = options.folder or [corpus.library()]
    files = corpus.sample(folders, options.lang, options.seed)
    if not files:
        raise SystemExit(f"no {options.lang} files below {', '.join(map(str, folders))}")
    for turn in range(12):
        for path in files:
            pieces = list(corpus.pieces(path, options.lang))
            random.Random(f"{options.seed} {path.name}").shuffle(pieces)
            for piece in pieces[3 * turn : 3 * turn + 3]:
                yield Task(piece, options.lang, options.levels, A_PIECE, options.seed)


def run(options: argparse.Namespace) -> Tally:
    total = Tally()
    with multiprocessing.Pool(options.jobs, maxtasksperchild=200) as pool:
        for tally in pool.imap(check, tasks(options)):
            total.add(tally)
            for survivor in tally.hidden:
                print(survivor, flush=True)
            if sys.stderr.isatty():
                print(f"\r{total.mutants:,} ", end="", file=sys.stderr, flush=True)
            if total.mutants >= options.mutants:
                pool.terminate()
                break
    return total


def table(total: Tally) -> str:
    same: Counter[str] = Counter()
    for (operator, _), count in total.same.items():
        same[operator] += count
    hidden = Counter(s.operator for s in total.hidden)
    rows = ["| operator | mutants | same, shown to be equivalent | hidden |", "| --- | ---: | ---: | ---: |"]
    rows += [
        f"| {name} | {count:,} | {same[name]:,} | {hidden[name]} |"
        for name, count in total.by_operator.most_common()
    ]
    rows.append(f"| all | {total.mutants:,} | {sum(same.values()):,} | {len(total.hidden)} |")
    classes = Counter[str]()
    for (_, name), count in total.same.items():
        classes[name] += count
    rows += ["", "| class of equivalent mutants | comparisons |", "| --- | ---: |"]
    rows += [f"| {name} | {count:,} |" for name, count in classes.most_common()]
    return "\n".join(rows)


def figures(total: Tally, options: argparse.Namespace) -> dict[str, Any]:
    """What is kept of a run."""
    classes = importlib.import_module(f"mutation.equivalence_{options.lang}").CLASSES
    return {
        "language": options.lang,
        "levels": list(options.levels),
        "pieces": total.pieces,
        "mutants": total.mutants,
        "comparisons": sum(total.by_level.values()),
        "slow": total.slow,
        "hidden": len(total.hidden),
        "operators": dict(total.by_operator.most_common()),
        "classes": {
            name: {
                "reason": classes[name][1],
                "comparisons": sum(c for (_, n), c in total.same.items() if n == name),
            }
            for name in classes
        },
        "rules": {
            rule: {"comparisons": n, "hidden": total.same_by_rule[rule]}
            for rule, n in sorted(total.by_rule.items())
        },
    }


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutants", type=int, default=100_000, help="how many (default: %(default)s)")
    parser.add_argument("--lang", choices=("python", "javascript"), default="python")
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        help="take the code from there (default: the standard library)",
    )
    parser.add_argument("--levels", default="safe,relaxed", help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write both texts of what was hidden there")
    parser.add_argument("--record", action="store_true", help="keep the figures for docs/trust.md")
    options = parser.parse_args(arguments)
    options.levels = tuple(options.levels.split(","))
    if unknown := {*options.levels} - {*LEVELS}:
        parser.error(f"unknown level {', '.join(sorted(unknown))}; there are {', '.join(LEVELS)}")
    if missing := [f for f in options.folder or [] if not f.is_dir()]:
        parser.error(f"{missing[0]} is no folder")
    start = time.monotonic()
    total = run(options)
    seconds = time.monotonic() - start
    print(table(total))
    print(
        f"\n{total.mutants:,} mutants of {total.pieces:,} pieces in {seconds / 60:.1f} minutes; {total.slow} too slow"
    )
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for number, survivor in enumerate(total.hidden):
            for side, text in (("before", survivor.before), ("after", survivor.after)):
                (options.keep / f"{number}-{side}.txt").write_text(f"{survivor}\n\n{text}", encoding="utf-8")
    if options.record:
        records.write(f"mutants_{options.lang}", seconds, figures(total, options))
    return 1 if total.hidden else 0


if __name__ == "__main__":
    sys.exit(main())
