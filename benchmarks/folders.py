"""What comparing two folders costs: against the changed files alone, and again with kept results.

    python benchmarks/folders.py --clone CLONE [--old REV] [--new REV] [--share 0.05] [--repeat 3]

Two revisions of a repository are exported; where fewer than `--share` of the files differ, more are edited: a comment,
another name for a local, a number. All commands are whole runs, in turn, each with a cache of its own. Given are the
medians of their times by the clock and of the processor, all processes of a run together, and of the ratios: on a
machine that has other work those of the processor say more.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ASSIGNED = re.compile(r"^( +)([a-z]\w{2,}) = ", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.\"'])([2-9])(?![\w.\"'])")


@dataclass(frozen=True, slots=True)
class Folders:
    """Two releases, and two folders with nothing but the files that differ."""

    left: Path
    right: Path
    changed_left: Path
    changed_right: Path
    files: int
    changed: int


def export(clone: Path, revision: str, folder: Path) -> None:
    folder.mkdir()
    archive = subprocess.run(["git", "-C", clone, "archive", revision], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", folder], input=archive.stdout, check=True)


def files_of(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def differing(left: Path, right: Path) -> list[str]:
    both = set(files_of(left)) & set(files_of(right))
    return sorted(name for name in both if not filecmp.cmp(left / name, right / name, shallow=False))


def edited(text: str, chance: random.Random) -> str:
    """A text with a comment more; and sometimes a local under another name, or another number."""
    lines = text.split("\n")
    lines.insert(len(lines) // 2, "# edited")
    text = "\n".join(lines)
    names = {match[2] for match in _ASSIGNED.finditer(text)}
    if names and chance.random() < 0.7:
        name = chance.choice(sorted(names))
        text = re.sub(rf"(?<![.\w]){name}(?=\W)(?!\s*=[^=][^\n]*,$)", f"{name}_", text)
    numbers = list(_NUMBER.finditer(text))
    if numbers and chance.random() < 0.5:
        at = chance.choice(numbers).start()
        text = text[:at] + str(int(text[at]) - 1) + text[at + 1 :]
    return text


def make(clone: Path, old: str, new: str, share: float, work: Path) -> Folders:
    """The folders to compare. So many Python files are edited that the share of all files differs."""
    left, right = work / "left", work / "right"
    export(clone, old, left)
    export(clone, new, right)
    names = files_of(right)
    changed = differing(left, right)
    chance = random.Random(1)
    rest = [
        name for name in names if name.endswith(".py") and name not in set(changed) and (left / name).exists()
    ]
    chance.shuffle(rest)
    for name in rest[: max(0, round(share * len(names)) - len(changed))]:
        try:
            text = (right / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        (right / name).write_text(edited(text, chance), encoding="utf-8")
    changed = differing(left, right)
    alone = work / "changed_left", work / "changed_right"
    for name in changed:
        for source, target in ((left, alone[0]), (right, alone[1])):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)
    return Folders(left, right, *alone, len(names), len(changed))


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds by the clock, and of the processor."""

    clock: float
    processor: float


def run(arguments: Sequence[str | Path], cache: Path) -> tuple[Time, str]:
    """The time of a run, and the last line that it says."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    command = [sys.executable, "-m", "prediff", "tree", *map(str, arguments)]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    clock, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = Time(clock, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    if done.returncode not in (0, 1):
        raise SystemExit(f"prediff tree: {done.stderr.strip()}")
    return spent, done.stdout.rstrip().rpartition("\n")[2]


def measure(folders: Folders, repeat: int, work: Path) -> dict[str, list[Time]]:
    """The times of each command, taken in turn."""
    times: dict[str, list[Time]] = {}
    for number in range(repeat):
        caches = [work / f"cache{number}{which}" for which in "abc"]
        out = work / f"out{number}"
        whole = [folders.left, folders.right]
        cases: dict[str, tuple[list[str | Path], Path]] = {
            "changed files alone": ([folders.changed_left, folders.changed_right], caches[0]),
            "whole folders": ([*whole], caches[1]),
            "whole folders again": ([*whole], caches[1]),
            "with mirrors": ([*whole, "--out", out], caches[2]),
            "with mirrors again": ([*whole, "--out", out], caches[2]),
        }
        for name, case in cases.items():
            spent, said = run(*case)
            print(f"  {name}: {spent.clock:.2f} s, {spent.processor:.2f} s: {said}", file=sys.stderr)
            times.setdefault(name, []).append(spent)
        for folder in (*caches, out):
            shutil.rmtree(folder, ignore_errors=True)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clone", type=Path, required=True, help="a clone of a repository with many files")
    parser.add_argument("--old", default="HEAD~5")
    parser.add_argument("--new", default="HEAD")
    parser.add_argument("--share", type=float, default=0.05, help="of the files that differ, at least")
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folders = make(options.clone, options.old, options.new, options.share, work)
        times = measure(folders, options.repeat, work)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores{load}")
    print(f"{folders.files:,} files, {folders.changed} of them differ\n")
    print("| run | by the clock, s | of the processor, s |\n| --- | ---: | ---: |")
    for name, spent in times.items():
        clock, processor = (
            statistics.median(getattr(t, kind) for t in spent) for kind in ("clock", "processor")
        )
        print(f"| {name} | {clock:.2f} | {processor:.2f} |")
    pairs = {
        "whole folders, of the changed files alone": ("whole folders", "changed files alone"),
        "again, of the first run": ("whole folders again", "whole folders"),
        "with mirrors again, of the first run": ("with mirrors again", "with mirrors"),
    }
    print("\n| ratio | by the clock | of the processor |\n| --- | ---: | ---: |")
    for name, (one, two) in pairs.items():
        shown = [
            statistics.median(
                getattr(a, kind) / getattr(b, kind) for a, b in zip(times[one], times[two], strict=True)
            )
            for kind in ("clock", "processor")
        ]
        print(f"| {name} | {shown[0]:.2f} | {shown[1]:.2f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
