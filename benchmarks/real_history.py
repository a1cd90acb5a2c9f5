"""Measure prediff on real history: does equal logic become equal text, and does every bug fix stay visible?

Each row of `real_history.tsv` names two versions of one file of a public repository. A row with `expect` =
`same` is a change without a change of behaviour, which prediff should fold away. A row with `different` is a
small bug fix: to fold one of these is the worst error that prediff can make, and a single one fails the run.
The manifest holds facts only; the texts are read from clones, for example

    git clone --bare https://github.com/psf/requests CLONES/psf+requests/repo
    python benchmarks/real_history.py --clones CLONES --lang python

Columns: `same` and `rate`, positives that came out equal; `HIDDEN`, bug fixes that did; `resid`, changed
lines that are left over those that git shows for the originals; `noisier`, pairs whose diff grew; `err`,
pairs that failed or ran out of time (these keep their whole diff). Repositories without a clone are named and
left out.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import cast

from corpus import MANIFEST, Pair, Row, cleaned, load_manifest, locate, read_pairs
from prediff.bench import pair as normalize_pair
from prediff.model import View

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker made of a pair; outputs are bytes, as one that no file can hold counts as an error."""

    seconds: float
    same: bool = False
    left: bytes = b""
    right: bytes = b""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on a row, with the changed lines that remain."""

    row: Row
    same: bool
    changed: int
    seconds: float
    error: str | None

    @property
    def hidden(self) -> bool:
        return self.same and not self.row.positive


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of one line of a table."""

    key: Key
    expect: str
    n: int
    repos: int
    same: int
    rate: float
    residual: float
    noisier: int
    errors: int
    p50_ms: float
    p95_ms: float


# --- normalizing in processes that can be killed ---------------------------------------------------------


def attempt(pair: Pair, level: str, view: View) -> Answer:
    left, right = (text.decode("utf-8", "surrogateescape") for text in (pair.left, pair.right))
    start = time.perf_counter()
    try:
        out_left, out_right = normalize_pair(
            left, right, pair.row.lang, pair.row.path, level=level, view=view
        )
        seconds = time.perf_counter() - start
        sides = [text.encode("utf-8", "surrogateescape") for text in (out_left, out_right)]
    except Exception as error:  # whatever goes wrong in prediff is a figure of the benchmark, not its end
        return Answer(time.perf_counter() - start, error=f"{type(error).__name__}: {error}"[:300])
    if out_left == out_right:
        return Answer(seconds, same=True, left=sides[0], right=sides[0])
    return Answer(seconds, left=sides[0], right=sides[1])


def serve(link: Connection, level: str, view: View) -> None:
    """The main loop of a worker process: pairs come in, answers go out, until the link closes."""
    link.send("ready")
    while True:
        try:
            pair: Pair = link.recv()
        except EOFError:
            return
        link.send(attempt(pair, level, view))


class Worker:
    """A process that normalizes one pair at a time; a fresh one takes over when it dies or is killed."""

    def __init__(self, level: str, view: View, timeout: float) -> None:
        self.level = level
        self.view = view
        self.timeout = timeout
        self._start()

    def _start(self) -> None:
        # Spawned, not forked: each process then starts as bare as a run of the command would.
        context = multiprocessing.get_context("spawn")
        self.link, far_end = context.Pipe()
        self._process = context.Process(target=serve, args=(far_end, self.level, self.view), daemon=True)
        self._process.start()
        far_end.close()  # else the death of the process would not show as an end of file
        self.link.recv()  # imports are done, so that the time limit covers the work alone

    def give(self, pair: Pair) -> None:
        self.pair = pair
        self.deadline = time.monotonic() + self.timeout
        self.link.send(pair)

    def take(self) -> Answer:
        """The answer that has come in; call it only when `link` is readable."""
        try:
            return cast(Answer, self.link.recv())
        except (EOFError, ConnectionResetError):
            return self.give_up("worker died")

    def give_up(self, reason: str) -> Answer:
        self.stop()
        self._start()
        return Answer(self.timeout, error=reason)

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self.link.close()


def normalize_all(
    pairs: Iterator[Pair], level: str, view: View, jobs: int, timeout: float
) -> Iterator[tuple[Pair, Answer]]:
    """Answers for all the pairs, in the order in which they become ready."""
    idle = [Worker(level, view, timeout) for _ in range(jobs)]
    busy: list[Worker] = []
    try:
        while True:
            while idle and (pair := next(pairs, None)) is not None:
                idle[-1].give(pair)
                busy.append(idle.pop())
            if not busy:
                return
            patience = min(worker.deadline for worker in busy) - time.monotonic()
            ready = wait([worker.link for worker in busy], max(0.0, patience))
            for worker in tuple(busy):
                if worker.link in ready:
                    yield worker.pair, worker.take()
                elif time.monotonic() >= worker.deadline:
                    yield worker.pair, worker.give_up("timeout")
                else:
                    continue
                busy.remove(worker)
                idle.append(worker)
    finally:
        for worker in (*idle, *busy):
            worker.stop()


# --- counting what is left -------------------------------------------------------------------------------


def changed_lines(folder: Path) -> dict[str, int]:
    """Added plus deleted lines, as git counts them, of each file in `left` and its namesake in `right`."""
    command = ["git", "diff", "--no-index", "--no-ext-diff", "--text", "--numstat", "left", "right"]
    # The user's own settings (diff.algorithm, core.autocrlf) must not move the figures.
    env = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise RuntimeError(f"git diff failed: {done.stderr.strip()}")
    counts = {}
    for line in done.stdout.splitlines():
        added, deleted, path = line.split("\t")
        counts[path.rpartition("/")[2]] = int(added) + int(deleted)
    return counts


def keep_texts(folder: Path, pair: Pair, answer: Answer) -> None:
    """Write the inputs and, unless the pair failed, the outputs to a folder of its own."""
    target = folder / pair.row.id
    target.mkdir(parents=True, exist_ok=True)
    texts = {"left": pair.left, "right": pair.right, "outleft": answer.left, "outright": answer.right}
    for name, text in texts.items():
        file = target / f"{name}{pair.row.suffix}"
        if answer.error is not None and name.startswith("out"):
            file.unlink(missing_ok=True)  # an earlier run may have left one
        else:
            file.write_bytes(text)


def measure(
    answers: Iterable[tuple[Pair, Answer]], total: int, work: Path | None, *, progress: bool
) -> list[Result]:
    """Turn answers into results, with one diff of two folders for the changed lines of all the pairs."""
    settled: list[tuple[Row, Answer]] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for side in ("left", "right"):
            (scratch / side).mkdir()
        for pair, answer in answers:
            if work is not None:
                keep_texts(work, pair, answer)
            if not answer.same and answer.error is None:
                (scratch / "left" / pair.row.id).write_bytes(answer.left)
                (scratch / "right" / pair.row.id).write_bytes(answer.right)
            # The texts are on disk where they are needed; in memory they would add up.
            settled.append((pair.row, Answer(answer.seconds, same=answer.same, error=answer.error)))
            if progress:
                print(f"\r{len(settled)}/{total} ", end="", file=sys.stderr, flush=True)
        counts = changed_lines(scratch)
    if progress:
        print("\r", end="", file=sys.stderr)
    return [result_of(row, answer, counts) for row, answer in settled]


def result_of(row: Row, answer: Answer, counts: Mapping[str, int]) -> Result:
    if answer.same:
        changed = 0
    elif answer.error is not None:
        changed = row.lines
    else:
        changed = counts[row.id]
    return Result(row, answer.same, changed, answer.seconds, answer.error)


# --- tables ----------------------------------------------------------------------------------------------


def quantile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def summary(key: Key, results: Sequence[Result]) -> Summary:
    same = sum(result.same for result in results)
    times = [1000 * result.seconds for result in results]
    return Summary(
        key=key,
        expect=results[0].row.expect,
        n=len(results),
        repos=len({result.row.repo for result in results}),
        same=same,
        rate=same / len(results),
        residual=sum(result.changed for result in results) / sum(result.row.lines for result in results),
        noisier=sum(result.changed > result.row.lines for result in results),
        errors=sum(result.error is not None for result in results),
        p50_ms=quantile(times, 0.50),
        p95_ms=quantile(times, 0.95),
    )


def tabulate(results: Iterable[Result], key: Callable[[Row], Key]) -> list[Summary]:
    """One summary per key, positives and negatives apart, the positives first."""
    groups: defaultdict[tuple[bool, Key], list[Result]] = defaultdict(list)
    for result in results:
        groups[not result.row.positive, key(result.row)].append(result)
    return [summary(group[1], members) for group, members in sorted(groups.items())]


def all_tables(results: Sequence[Result]) -> dict[str, list[Summary]]:
    python = [result for result in results if result.row.lang == "python"]
    tables = {
        "all": tabulate(results, lambda row: (row.expect,)),
        "language": tabulate(results, lambda row: (row.lang,)),
        "language / kind": tabulate(results, lambda row: (row.lang, row.kind)),
        "python / measured kind": tabulate(python, lambda row: (row.lang, row.measured)),
    }
    return {title: table for title, table in tables.items() if table}


def print_table(title: str, table: Iterable[Summary]) -> None:
    print(
        f"\n{title:28} {'n':>5} {'repos':>5} {'same':>5} {'rate':>7} {'HIDDEN':>7}"
        f" {'resid':>7} {'noisier':>7} {'err':>5} {'p50 ms':>8} {'p95 ms':>8}"
    )
    for line in table:
        if line.expect == "same":
            folded = f"{line.same:5} {line.rate:7.1%} {'':7}"
        else:  # equal outputs are no success here, so they stand in a column of their own
            folded = f"{'':5} {'':7} {line.same:7}"
        print(
            f"{' / '.join(line.key):28} {line.n:5} {line.repos:5} {folded}"
            f" {line.residual:7.1%} {line.noisier:7} {line.errors:5} {line.p50_ms:8.1f} {line.p95_ms:8.1f}"
        )


def print_ids(results: Sequence[Result], positives: str) -> None:
    """List the rows to look at: always the hidden and the failed, and on demand one half of the positives."""
    for result in sorted(results, key=lambda result: result.row.id):
        row = result.row
        if result.hidden:
            print("hidden", row.id, row.lang, row.repo, row.path)
        if result.error is not None:
            print("error", row.id, row.lang, row.repo, row.path, result.error)
        elif row.positive and positives == ("same" if result.same else "unsame"):
            print(positives, row.id, row.lang, row.kind, row.repo, row.path, f"{result.changed}/{row.lines}")


def write_json(path: Path, tables: Mapping[str, list[Summary]], results: Sequence[Result]) -> None:
    report = {
        "tables": {title: [asdict(line) for line in table] for title, table in tables.items()},
        "hidden": sorted(result.row.id for result in results if result.hidden),
        "pairs": [
            {
                "id": result.row.id,
                "same": result.same,
                "changed": result.changed,
                "lines": result.row.lines,
                "ms": round(1000 * result.seconds, 1),
                "error": result.error,
            }
            for result in sorted(results, key=lambda result: result.row.id)
        ],
    }
    path.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


# --- the command -----------------------------------------------------------------------------------------


def words(text: str) -> frozenset[str]:
    return frozenset(text.split(","))


def parse_args(rows: Sequence[Row]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--clones",
        type=Path,
        required=True,
        metavar="DIR",
        help="git clones, at DIR/OWNER+NAME/repo, DIR/OWNER/NAME or DIR/NAME.git",
    )
    parser.add_argument("--lang", type=words, metavar="LANG,...", help="only these languages")
    parser.add_argument("--kind", type=words, metavar="KIND,...", help="only these kinds of change")
    parser.add_argument("--level", default="safe", help="the level to normalize at (default: %(default)s)")
    parser.add_argument(
        "--view",
        choices=("aligned", "canonical"),
        default="aligned",
        help="which texts to compare (default: %(default)s)",
    )
    parser.add_argument(
        "--limit", type=int, metavar="N", help="only the first N pairs, in the order of their ids"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, metavar="N", help="worker processes (default: %(default)s)"
    )
    parser.add_argument(
        "--timeout", type=float, default=20, metavar="S", help="seconds a pair (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all the figures there")
    parser.add_argument(
        "--show-ids",
        nargs="?",
        const="problems",
        choices=("problems", "same", "unsame"),
        help="list hidden and failed pairs; with a value also the positives that came out same or unsame",
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keep inputs and outputs there, outside of any git work tree"
    )
    args = parser.parse_args()
    for option, known in (("lang", {row.lang for row in rows}), ("kind", {row.kind for row in rows})):
        if unknown := sorted((getattr(args, option) or frozenset()) - known):
            parser.error(f"--{option}: no {', '.join(unknown)} here, only {', '.join(sorted(known))}")
    if args.jobs < 1:
        parser.error("--jobs: at least 1")
    if args.work is not None and in_work_tree(args.work):
        parser.error(f"--work: {args.work} lies in a git work tree, and the texts belong to other projects")
    return args


def in_work_tree(folder: Path) -> bool:
    folder = folder.resolve()
    return any((place / ".git").exists() for place in (folder, *folder.parents))


def select(rows: Iterable[Row], args: argparse.Namespace) -> list[Row]:
    return [
        row
        for row in rows
        if (args.lang is None or row.lang in args.lang) and (args.kind is None or row.kind in args.kind)
    ]


def main() -> int:
    manifest = load_manifest(MANIFEST)
    args = parse_args(manifest)
    wanted = select(manifest, args)
    clones = locate(wanted, args.clones)
    rows = sorted((row for row in wanted if row.repo in clones), key=lambda row: row.id)[: args.limit]

    start = time.monotonic()
    absent: list[Row] = []
    answers = normalize_all(
        cleaned(read_pairs(rows, clones, absent)), args.level, args.view, args.jobs, args.timeout
    )
    results = measure(answers, len(rows), args.work, progress=sys.stderr.isatty())
    for row in absent:
        print(f"not in the clone of {row.repo}: pair {row.id} left out", file=sys.stderr)
    if not results:
        print("no pairs to measure", file=sys.stderr)
        return 2

    tables = all_tables(results)
    for title, table in tables.items():
        print_table(title, table)
    hidden = sum(result.hidden for result in results)
    negatives = sum(not result.row.positive for result in results)
    failed = sum(result.error is not None for result in results)
    print(
        f"\nHIDDEN logic differences: {hidden} of {negatives}; errors: {failed} of {len(results)};"
        f" left out: {len(wanted) - len(results)} of {len(wanted)}; wall: {time.monotonic() - start:.0f} s"
    )
    if args.show_ids is not None:
        print_ids(results, args.show_ids)
    if args.json is not None:
        write_json(args.json, tables, results)
    return 1 if hidden else 0


if __name__ == "__main__":
    sys.exit(main())
