"""Plant bugs inside refactorings, and look whether each stands out in the diff: what a reviewer relies on prediff for.

    python benchmarks/planted.py
    python benchmarks/planted.py --clones CLONES --bugs 20000
    python benchmarks/planted.py --source samples

A pair that prediff finds the same is taken, one bug (`mutation/`) is planted in its right side, and the two are
compared again. The pairs come from

backwards  real functions, and the same with up to four rules applied backwards (`mutation/backwards.py`)
samples    those of `samples/` that come out the same
history    with --clones: commits of `real_history.tsv` that change no behaviour; bugs are planted where they changed

A bug is *hidden* if the pair still comes out the same and no class of `mutation/equivalence_*.py` shows the mutant to
be none. It is *misplaced* if no changed line of the diff comes from the statement that it was planted in, stands beside
where that was, or uses the name that it binds. Either fails the run. The rest is figures: how many lines the diff has
for one bug.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import multiprocessing
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import corpus
import records
from corpus import MANIFEST, cleaned, find_clone, load_manifest, read_pairs
from mutants import SHOWN, TooSlowError, limited
from mutation.edits import Mutant
from mutation.python import rewritten
from prediff.model import LineMap, Report, Settings, SourceFile
from prediff.pipeline import compare
from prediff.rules.assumptions import LEVELS

SAMPLES = Path(__file__).parent.parent / "samples"
FILES = {"python": "planted.py", "javascript": "planted.js"}
BUGS_A_PAIR = {"backwards": 8, "samples": 60, "history": 12}
REWRITINGS = 4
MANY = 10
"""From so many changed lines on, a diff for one bug counts as long."""


@dataclass(frozen=True, slots=True)
class Task:
    """Two texts that may be the same, and how to plant bugs in the second."""

    source: str
    name: str
    language: str
    left: str
    right: str
    level: str
    seed: int
    rewritings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bug:
    """A planted bug that the diff does not show where it is."""

    task: str
    operator: str
    shown: str
    rules: tuple[str, ...]
    left: str = field(repr=False)
    right: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.task}: {self.operator} by {', '.join(self.rules)}: {self.shown}"


@dataclass(slots=True)
class Tally:
    """What came of some pairs: bugs by source, operator and rule that fired, and how long the diffs were."""

    pairs: Counter[str] = field(default_factory=Counter)
    unequal: Counter[str] = field(default_factory=Counter)
    bugs: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rewritings: Counter[str] = field(default_factory=Counter)
    equivalent: Counter[str] = field(default_factory=Counter)
    slow: int = 0
    lines: list[int] = field(default_factory=list)
    hidden: list[Bug] = field(default_factory=list)
    misplaced: list[Bug] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in ("pairs", "unequal", "bugs", "operators", "rules", "rewritings", "equivalent"):
            getattr(self, name).update(getattr(other, name))
        self.slow += other.slow
        self.lines += other.lines
        self.hidden += other.hidden
        self.misplaced += other.misplaced


# --- one pair --------------------------------------------------------------------------------------------------


def check(task: Task) -> Tally:
    """Plant bugs in a pair if it is the same."""
    tally = Tally()
    tally.pairs[task.source] += 1
    try:
        report = compared(task, task.right)
    except TooSlowError:
        tally.slow += 1
        return tally
    if not report.same or report.verdict == "identical":
        tally.unequal[task.source] += 1
        return tally
    tally.rewritings.update(task.rewritings)
    for mutant in islice(planted(task), BUGS_A_PAIR[task.source]):
        try:
            _judge(task, mutant, report, tally)
        except TooSlowError:
            tally.slow += 1
    return tally


def compared(task: Task, right: str) -> Report:
    name = FILES[task.language]
    one, two = (SourceFile(name, text, task.language) for text in (task.left, right))
    return limited(lambda: compare(one, two, Settings(level=task.level, view="canonical")))


def planted(task: Task) -> Iterator[Mutant]:
    """The mutants of a right side; of a whole file, those where the two sides differ come first."""
    module = importlib.import_module(f"mutation.{task.language}")
    order = random.Random(f"{task.seed} {task.name}")
    if task.source != "history":
        yield from module.mutants(task.right, order)
        return
    changed = _changed_lines(task.left, task.right)
    yield from (m for m in islice(module.mutants(task.right, order), 400) if m.old_lines[0] in changed)


def _changed_lines(left: str, right: str) -> set[int]:
    """The lines of the right text that are not the left's, and their neighbours."""
    matcher = difflib.SequenceMatcher(None, left.split("\n"), right.split("\n"), autojunk=False)
    return {
        line
        for tag, _, _, start, end in matcher.get_opcodes()
        if tag != "equal"
        for line in range(start - 1, end + 3)
    }


def _judge(task: Task, mutant: Mutant, before: Report, tally: Tally) -> None:
    report = compared(task, mutant.text)
    rules = tuple(sorted({f.rule for f in report.folds}))
    if report.same:
        reason = importlib.import_module(f"mutation.equivalence_{task.language}").reason
        assumed = tuple({*before.assumptions, *report.assumptions})
        found = reason(task.right, mutant.text, assumed, task.left)
        if found:
            tally.equivalent[found] += 1
            return
    tally.bugs[task.source] += 1
    tally.operators[mutant.operator] += 1
    tally.rules.update(rules)
    bug = Bug(f"{task.source} {task.name}", mutant.operator, mutant.shown, rules, task.left, mutant.text)
    if report.same:
        tally.hidden.append(bug)
        return
    lines, places, marked = changes(report)
    tally.lines.append(lines)
    at_place = any(_meets(place, mutant.new_lines, 1) for place in places)
    if not at_place and not marked & _printed(before, mutant) and not _uses(task.right, mutant, marked):
        tally.misplaced.append(bug)


def _uses(text: str, mutant: Mutant, marked: set[str]) -> bool:
    """Whether an import or the binding of a name was changed, and what is marked is where that name is used."""
    old = "\n".join(text.split("\n")[mutant.old_lines[0] - 1 : mutant.old_lines[1]]).lstrip()
    bound = re.match(r"(\w+) = ", old)
    names = (
        re.findall(r"\w{3,}", old)
        if old.startswith(("import ", "from "))
        else bound.groups()
        if bound
        else ()
    )
    return not {*names}.isdisjoint(re.findall(r"\w+", "\n".join(marked)))


def _meets(one: tuple[int, int], two: tuple[int, int], beside: int = 0) -> bool:
    return one[0] <= two[1] + beside and one[1] >= two[0] - beside


def _printed(report: Report, mutant: Mutant) -> set[str]:
    """The lines that the statement had in the normal form before it was mutated."""
    rows = zip(report.right_text.split("\n"), report.line_maps[1].lines, strict=False)
    return {text for text, source in rows if source[0] and _meets(source, mutant.old_lines)}


def changes(report: Report) -> tuple[int, list[tuple[int, int]], set[str]]:
    """How many lines of the diff are marked; what places of the right file they stand for; the marked lines.

    Where lines are only missing on the right, the place reaches from what stands before them to what stands after.
    """
    left, right = report.left_text.split("\n"), report.right_text.split("\n")
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    count = 0
    places = []
    marked: set[str] = set()
    last = report.right.text.count("\n") + 1
    for tag, left_start, left_end, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        count += max(left_end - left_start, end - start)
        marked.update(left[left_start:left_end] + right[start:end])
        before = _source(report.line_maps[1], range(start - 1, -1, -1))
        after = _source(report.line_maps[1], range(end, len(right)))
        inside = [r for r in report.line_maps[1].lines[start:end] if r[0]]
        places += inside
        places.append((before[0] if before else 1, after[1] if after else last))
    return count, places, marked


def _source(lines: LineMap, numbers: range) -> tuple[int, int] | None:
    """The source lines of the first output line of some that has any."""
    for number in numbers:
        if number < len(lines.lines) and lines.lines[number][0]:
            return lines.lines[number]
    return None


# --- where pairs come from -------------------------------------------------------------------------------------


def backwards(options: argparse.Namespace) -> Iterator[Task]:
    files = corpus.sample(options.folder or [corpus.library()], "python", options.seed)
    for turn in range(20):
        for path in files:
            order = random.Random(f"{options.seed} {turn} {path}")
            pieces = list(corpus.pieces(path, "python"))
            order.shuffle(pieces)
            for piece in pieces[2 * turn : 2 * turn + 2]:
                text, used = rewritten(piece.text, order, REWRITINGS)
                if used:
                    yield Task(
                        "backwards",
                        piece.name,
                        "python",
                        piece.text,
                        text,
                        options.level,
                        options.seed,
                        tuple(used),
                    )


def samples(options: argparse.Namespace) -> Iterator[Task]:
    for language, ending in (("python", "py"), ("javascript", "js")):
        for folder in sorted((SAMPLES / language).iterdir()):
            left, right = (
                (folder / f"{side}.{ending}").read_text(encoding="utf-8") for side in ("left", "right")
            )
            yield Task("samples", folder.name, language, left, right, options.level, options.seed)


def history(options: argparse.Namespace) -> Iterator[Task]:
    rows = [r for r in load_manifest(MANIFEST) if r.positive and r.lang in FILES]
    clones = {r.repo: find_clone(options.clones, r.repo) for r in rows}
    found = {repo: clone for repo, clone in clones.items() if clone is not None}
    for repo in sorted(clones.keys() - found.keys()):
        print(f"no clone of {repo}: left out", flush=True)
    for pair in cleaned(read_pairs([r for r in rows if r.repo in found], found, [])):
        try:
            left, right = pair.left.decode(), pair.right.decode()
        except UnicodeDecodeError:
            continue
        if max(left.count("\n"), right.count("\n")) <= options.max_lines:
            yield Task("history", pair.row.id, pair.row.lang, left, right, options.level, options.seed)


def tasks(options: argparse.Namespace) -> Iterator[Task]:
    if "samples" in options.source:
        yield from samples(options)
    if "history" in options.source and options.clones is not None:
        yield from history(options)
    if "backwards" in options.source:
        yield from backwards(options)


# --- the whole -------------------------------------------------------------------------------------------------


def run(options: argparse.Namespace) -> Tally:
    total = Tally()
    with multiprocessing.Pool(options.jobs, maxtasksperchild=200) as pool:
        for tally in pool.imap(check, tasks(options)):
            total.add(tally)
            for what, bugs in (("hidden", tally.hidden), ("misplaced", tally.misplaced)):
                for bug in bugs:
                    print(f"{what}: {bug}", flush=True)
            if sum(total.bugs.values()) >= options.bugs:
                pool.terminate()
                break
    return total


def figures(total: Tally, level: str) -> dict[str, Any]:
    hidden = Counter(rule for bug in total.hidden for rule in bug.rules)
    return {
        "level": level,
        "pairs": {name: n - total.unequal[name] for name, n in total.pairs.items()},
        "bugs": dict(total.bugs),
        "hidden": len(total.hidden),
        "misplaced": len(total.misplaced),
        "equivalent": dict(total.equivalent.most_common()),
        "slow": total.slow,
        "lines": spread(total.lines),
        "operators": dict(total.operators.most_common()),
        "rewritings": dict(total.rewritings.most_common()),
        "rules": {rule: {"bugs": n, "hidden": hidden[rule]} for rule, n in sorted(total.rules.items())},
    }


def spread(lines: Sequence[int]) -> dict[str, float]:
    """Of the changed lines that one bug gives: median, 95th percentile, share of diffs of `MANY` and more."""
    if not lines:
        return {}
    ordered = sorted(lines)
    return {
        "median": statistics.median(ordered),
        "p95": ordered[int(0.95 * (len(ordered) - 1))],
        "long": round(sum(n >= MANY for n in ordered) / len(ordered), 4),
    }


def table(total: Tally) -> str:
    rows = ["| pairs from | the same | bugs planted |", "| --- | ---: | ---: |"]
    rows += [
        f"| {name} | {count - total.unequal[name]:,} of {count:,} | {total.bugs[name]:,} |"
        for name, count in total.pairs.items()
    ]
    rows += ["", "| operator | bugs | hidden |", "| --- | ---: | ---: |"]
    hidden = Counter(bug.operator for bug in total.hidden)
    rows += [f"| {name} | {count:,} | {hidden[name]} |" for name, count in total.operators.most_common()]
    rows.append(
        f"\nhidden {len(total.hidden)}, misplaced {len(total.misplaced)}, lines of a diff: {spread(total.lines)}"
    )
    return "\n".join(rows)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bugs", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--source", default="samples,history,backwards", help="(default: %(default)s)")
    parser.add_argument("--clones", type=Path, help="clones of public repositories, as for real_history.py")
    parser.add_argument(
        "--folder",
        type=Path,
        action="append",
        help="take functions from there (default: the standard library)",
    )
    parser.add_argument("--level", default="safe", choices=LEVELS)
    parser.add_argument("--max-lines", type=int, default=1500, help="leave longer files of the history out")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write both texts of what failed there")
    parser.add_argument("--record", action="store_true", help="keep the figures for docs/trust.md")
    options = parser.parse_args(arguments)
    options.source = options.source.split(",")
    if unknown := {*options.source} - {*BUGS_A_PAIR}:
        parser.error(f"unknown source {', '.join(sorted(unknown))}; there are {', '.join(BUGS_A_PAIR)}")
    if options.clones is not None and not options.clones.is_dir():
        parser.error(f"{options.clones} is no folder")
    start = time.monotonic()
    total = run(options)
    seconds = time.monotonic() - start
    print(table(total))
    print(f"{sum(total.bugs.values()):,} bugs in {seconds / 60:.1f} minutes; {total.slow} too slow")
    failed = [*total.hidden, *total.misplaced]
    if failed and (options.keep or not options.record):
        folder = options.keep or Path(tempfile.mkdtemp(prefix="planted-"))
        folder.mkdir(parents=True, exist_ok=True)
        for number, bug in enumerate(failed[:SHOWN]):
            (folder / f"{number}-left.txt").write_text(bug.left, encoding="utf-8")
            (folder / f"{number}-right.txt").write_text(bug.right, encoding="utf-8")
        print(f"the texts of the first {SHOWN} that failed are in {folder}")
    if options.record:
        records.write("planted", seconds, figures(total, options.level))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
