"""Measure the aligned view on fixes that come with a total restyle: is only the fix left?

Each pair is a real bug fix of `real_history.tsv`: the old file, and the new one restyled by other tools
(`restyling/`), so that git marks nearly all of it. What git marks in the aligned view's two texts is set against
what it marks in the fix before it was restyled.

    pip install -e '.[benchmarks]'
    python benchmarks/mixed.py --clones CLONES

A fix that is no longer visible fails the run. The texts are read from clones, as for real_history.py.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from corpus import MANIFEST, cleaned, find_clone, load_manifest, read_pairs
from prediff.config import LEVELS
from prediff.model import Report, Settings, SourceFile
from prediff.pipeline import compare
from real_history import changed_lines, in_work_tree
from restyling import RESTYLES, RestyleError
from workers import Trouble, run_each

OWN_TEXT = " is shown in its own text: "
"""What a note says of a unit, or of the right file, that is not in the left's clothes."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A bug fix: one file before and after."""

    id: str
    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Job:
    """A fix with a restyled new file."""

    fix: Fix
    restyle: str
    text: str
    level: str


@dataclass(frozen=True, slots=True)
class View:
    """What the aligned view made of a job; seconds of processor time."""

    left: str
    right: str
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """Changed lines, as git counts them: of the fix alone, of the restyled pair, of the aligned view's two texts.

    whole: the view shows the file as it is. units: so many units are shown in their own text. trouble: why there is no
    view; its lines are then git's.
    """

    id: str
    restyle: str
    fix: int
    git: int
    aligned: int
    whole: bool = False
    units: int = 0
    seconds: float = 0.0
    trouble: str = ""
    notes: tuple[str, ...] = ()

    @property
    def hidden(self) -> bool:
        return self.aligned == 0

    @property
    def ratio(self) -> float:
        return self.aligned / self.fix


# --- fixes and their restyles ----------------------------------------------------------------------------------


def fixes(clones: Path, seed: int) -> Iterator[Fix]:
    """The bug fixes of the manifest in Python whose two sides the interpreter reads, in the seed's order."""
    rows = [r for r in load_manifest(MANIFEST) if r.lang == "python" and not r.positive]
    found = {repo: find_clone(clones, repo) for repo in sorted({r.repo for r in rows})}
    for repo in (repo for repo, clone in found.items() if clone is None):
        print(f"no clone of {repo}: left out", file=sys.stderr)
    rows = [r for r in rows if found[r.repo] is not None]
    random.Random(seed).shuffle(rows)
    known = {repo: clone for repo, clone in found.items() if clone is not None}
    for row in rows:
        for pair in cleaned(read_pairs([row], known, [])):
            try:
                yield Fix(row.id, row.path, pair.left.decode(), pair.right.decode())
            except UnicodeDecodeError:
                continue


def jobs(
    candidates: Sequence[Fix], restyle: str, level: str, limit: int, left_out: Counter[str]
) -> list[Job]:
    """The first `limit` fixes whose new file can be restyled; why others cannot is counted in `left_out`."""
    found: list[Job] = []
    for fix in candidates:
        if len(found) == limit:
            break
        try:
            found.append(Job(fix, restyle, RESTYLES[restyle].apply(fix.new), level))
        except RestyleError as error:
            left_out[str(error).partition(":")[2].strip()[:60] or str(error)] += 1
    return found


# --- measuring -------------------------------------------------------------------------------------------------


def report_of(fix: Fix, right: str, settings: Settings) -> Report:
    return compare(SourceFile(fix.path, fix.old, "python"), SourceFile(fix.path, right, "python"), settings)


def view(job: Job) -> View:
    start = time.process_time()
    report = report_of(job.fix, job.text, Settings(level=job.level, view="aligned"))
    return View(report.left_text, report.right_text, report.notes, time.process_time() - start)


def measure(work: Sequence[Job], processes: int, timeout: float, keep: Path | None) -> list[Result]:
    """Each job's result, in the jobs' order; the texts go to a folder a job in `keep`."""
    found: dict[str, View | Trouble] = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = {kind: Path(name) / kind for kind in ("fix", "git", "aligned")}
        for folder in scratch.values():
            for side in ("left", "right"):
                (folder / side).mkdir(parents=True)
        for job, made in run_each(work, view, processes, timeout):
            fix = job.fix
            found[fix.id] = made
            texts = {"fix": (fix.old, fix.new), "git": (fix.old, job.text)}
            if isinstance(made, View):
                texts["aligned"] = made.left, made.right
            for kind, sides in texts.items():
                for side, text in zip(("left", "right"), sides, strict=True):
                    write(scratch[kind] / side / fix.id, text)
            if keep is not None:
                keep_texts(keep, job, made)
        counts = {kind: changed_lines(folder) for kind, folder in scratch.items()}
    return [result(job, found[job.fix.id], counts) for job in work]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def keep_texts(folder: Path, job: Job, made: View | Trouble) -> None:
    target = folder / job.restyle.replace(" ", "-") / job.fix.id
    texts = {"old.py": job.fix.old, "new.py": job.fix.new, "restyled.py": job.text}
    if isinstance(made, View):
        texts |= {"aligned-left.py": made.left, "aligned-right.py": made.right}
    for name, text in texts.items():
        write(target / name, text)


def result(job: Job, made: View | Trouble, counts: dict[str, dict[str, int]]) -> Result:
    fix, git = (counts[kind].get(job.fix.id, 0) for kind in ("fix", "git"))
    if isinstance(made, Trouble):
        return Result(job.fix.id, job.restyle, fix, git, git, trouble=f"{made.kind}: {made.detail}")
    whole = made.right == job.text and any(OWN_TEXT in note for note in made.notes)
    return Result(
        job.fix.id,
        job.restyle,
        fix,
        git,
        counts["aligned"].get(job.fix.id, 0),
        whole,
        sum(OWN_TEXT in note for note in made.notes) - whole,
        made.seconds,
        notes=made.notes,
    )


# --- what is said ----------------------------------------------------------------------------------------------


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


HEAD = (
    "| restyle of the new file | pairs | git | fixes alone | aligned | ratio | median | p90 "
    "| whole files | whole units | failed | hidden | p50 ms | p95 ms |"
)


def row(name: str, results: Sequence[Result]) -> str:
    """A line of the table: sums of changed lines, and the spread of each pair's ratio to its fix alone."""
    fix, git, aligned = (sum(getattr(r, what) for r in results) for what in ("fix", "git", "aligned"))
    ratios = [r.ratio for r in results]
    times = [1000 * r.seconds for r in results if not r.trouble] or [0.0]
    spread = f"{statistics.median(ratios):.2f} | {quantile(ratios, 0.9):.2f}"
    odd = f"{sum(r.whole for r in results)} | {sum(r.units for r in results)}"
    bad = f"{sum(bool(r.trouble) for r in results)} | {sum(r.hidden for r in results)}"
    return (
        f"| {name} | {len(results)} | {git:,} | {fix:,} | {aligned:,} | {aligned / fix:.2f} | {spread} | {odd} | {bad}"
        f" | {quantile(times, 0.5):.0f} | {quantile(times, 0.95):.0f} |"
    )


def table(results: Sequence[Result]) -> str:
    """Markdown: a line for each restyle that was measured."""
    lines = [HEAD, "| --- |" + " ---: |" * (HEAD.count("|") - 2)]
    for name, restyle in RESTYLES.items():
        own = [r for r in results if r.restyle == name]
        if own:
            lines.append(row(restyle.summary, own))
    return "\n".join(lines)


def worst(work: Sequence[Job], results: Sequence[Result], count: int) -> Iterator[str]:
    """The pairs with the most lines beyond their fix alone, with the same for the two normal forms beside it."""
    by_key = {(job.fix.id, job.restyle): job for job in work}
    for one in sorted(results, key=lambda r: (r.fix - r.aligned, r.id))[:count]:
        job = by_key[one.id, one.restyle]
        normal = report_of(job.fix, job.text, Settings(level=job.level, view="canonical"))
        with tempfile.TemporaryDirectory() as name:
            write(Path(name) / "left" / "f", normal.left_text)
            write(Path(name) / "right" / "f", normal.right_text)
            lines = changed_lines(Path(name)).get("f", 0)
        said = "; ".join((*one.notes, *([one.trouble] if one.trouble else [])))
        yield (
            f"{one.id} {one.restyle}: {one.aligned} aligned, {one.fix} the fix alone, {lines} in normal form,"
            f" {one.git} for git. {said}"
        )


def parse_args(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clones", type=Path, required=True, help="clones, as for real_history.py")
    parser.add_argument("--restyle", default=",".join(RESTYLES), help="(default: %(default)s)")
    parser.add_argument("--limit", type=int, default=160, help="fixes a restyle (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--level", default="safe", choices=LEVELS)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds a pair")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="write the texts there, outside of any git work tree"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each pair's figures there")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="list the N worst pairs")
    options = parser.parse_args(arguments)
    options.restyle = options.restyle.split(",")
    if unknown := {*options.restyle} - {*RESTYLES}:
        parser.error(f"unknown restyle {', '.join(sorted(unknown))}; there are {', '.join(RESTYLES)}")
    if not options.clones.is_dir():
        parser.error(f"{options.clones} is no folder")
    if missing := sorted({name for r in options.restyle for name in RESTYLES[r].missing}):
        parser.error(f"{' and '.join(missing)} not installed; pip install -e '.[benchmarks]'")
    if options.keep is not None and in_work_tree(options.keep):
        parser.error(
            f"--keep: {options.keep} lies in a git work tree, and the texts belong to other projects"
        )
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse_args(arguments)
    candidates = list(fixes(options.clones, options.seed))
    # Each job has a process of its own: what it imports is to be there before.
    view(Job(Fix("", "f.py", "x = 1\n", "x = 2\n"), "", "x = 2\n", options.level))
    work: list[Job] = []
    results: list[Result] = []
    for name in options.restyle:
        left_out: Counter[str] = Counter()
        own = jobs(candidates, name, options.level, options.limit, left_out)
        done = measure(own, options.jobs, options.timeout, options.keep)
        work, results = work + own, results + done
        reasons = ", ".join(f"{n} {reason}" for reason, n in left_out.most_common())
        print(f"{name}: {len(done)} pairs{'; left out: ' + reasons if reasons else ''}", file=sys.stderr)
    if not results:
        print("no pairs to measure", file=sys.stderr)
        return 2
    print(table(results))
    for one in results:
        if one.hidden:
            print(f"hidden: {one.id} {one.restyle}")
    for line in worst(work, results, options.show):
        print(line)
    if options.json is not None:
        data = [asdict(one) for one in results]
        options.json.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    return 1 if any(one.hidden for one in results) else 0


if __name__ == "__main__":
    sys.exit(main())
