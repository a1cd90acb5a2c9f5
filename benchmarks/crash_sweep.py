"""Take every file of the standard library and of popular packages through prediff: each must have a clean outcome.

    python benchmarks/crash_sweep.py --work FOLDER
    python benchmarks/crash_sweep.py --library-only

`crash_sweep.tsv` names the packages and their versions. Their wheels are downloaded into FOLDER with `pip download`,
and only their Python files are taken out of them: nothing is installed, built or run.

Each file is normalized at safe and at relaxed, and compared with itself plus a statement at its end, from which it must
differ, in a worker process with a time limit. A file that is not read whole must be one that the interpreter's own
parser rejects too. The exit code is 1 for a crash, a file out of time, or an outcome that is not clean.
"""

from __future__ import annotations

import argparse
import ast
import os
import subprocess
import sys
import sysconfig
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

import records
from normal_form import find_files, warm_up
from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.languages import get_language
from prediff.model import Settings, SourceFile
from prediff.pipeline import compare, normalize_file
from prediff.read import read_path
from workers import Trouble, run_each

TABLE = Path(__file__).with_suffix(".tsv")
LIBRARY = "standard library"
LEVELS = ("safe", "relaxed")
END = "\nprediff_sweep = 1\n"
"""What is put behind a file: the two must never be the same."""


@dataclass(frozen=True, slots=True)
class Swept:
    """How one file went: lines, why it was not read, the units that stepped down, and what was not clean."""

    lines: int = 0
    unread: str = ""
    steps: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


@dataclass(slots=True)
class Counts:
    """The sums over a set of files; `seconds` is what the slowest of them took."""

    files: int = 0
    lines: int = 0
    unread: int = 0
    steps: int = 0
    out_of_time: int = 0
    wrong: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, result: Swept | Trouble) -> None:
        self.files += 1
        if isinstance(result, Trouble):
            self.out_of_time += result.kind == "time"
            self.wrong += result.kind != "time"
            return
        self.lines += result.lines
        self.unread += bool(result.unread)
        self.steps += len(result.steps)
        self.wrong += len(result.wrong)
        if result.unread:
            self.reasons[result.unread] += 1

    def figures(self) -> dict[str, int]:
        names = ("files", "lines", "unread", "steps", "out_of_time", "wrong")
        return {name: getattr(self, name) for name in names}


# --- one file --------------------------------------------------------------------------------------------------


def sweep(path: Path) -> Swept:
    """One file through all that prediff does to it."""
    try:
        source = read_path(str(path), "python")
    except PrediffError as error:
        return Swept(unread=str(error).replace(str(path), "it"), wrong=parses(path))
    lines = source.text.count("\n") + 1
    if source.language is None:
        return Swept(lines, "; ".join(source.notes).replace(str(path), "it"), wrong=parses(path))
    steps: list[str] = []
    unread = ""
    for level in LEVELS:
        done = normalize_file(source, Settings(level=level))
        unread = done.reason
        steps += [f"{level}: {s.unit} to {s.to}: {s.reason}" for s in done.steps]
    wrong = parses(path) if unread else ()
    report = compare(source, longer(source))
    if report.same or (report.verdict == "unknown" and not unread):
        wrong = (*wrong, f"with a statement more it is {report.verdict}: {report.reason}")
    return Swept(lines, unread, () if unread else tuple(steps), wrong)


def longer(source: SourceFile) -> SourceFile:
    """The file with one statement more at its end."""
    text = source.text + END
    return replace(source, text=text, data=text.encode("utf-8", "surrogateescape"))


def parses(path: Path) -> tuple[str, ...]:
    """What is wrong with not reading a file: that the interpreter reads it."""
    try:
        with warnings.catch_warnings(), quick_and_deep():
            warnings.simplefilter("ignore")
            ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    return ("it is not read, though the interpreter's own parser reads it",)


# --- packages --------------------------------------------------------------------------------------------------


def packages() -> list[tuple[str, str]]:
    """The names and versions in the table."""
    rows = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return [(name, version) for name, version in (row.split("\t") for row in rows)]


def fetch(name: str, version: str, work: Path) -> Path:
    """The folder with the Python files of a package, downloaded where it is not there yet."""
    folder = work / f"{name}-{version}"
    if folder.exists():
        return folder
    wheels = work / "wheels" / name
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--dest", str(wheels), f"{name}=={version}"],
        capture_output=True,
        text=True,
        check=False,
    )
    found = sorted(wheels.glob("*.whl"))
    if done.returncode or not found:
        sys.exit(f"pip could not download {name}=={version}: {done.stderr.strip().splitlines()[-1:]}")
    unpack(found[0], folder)
    return folder


def unpack(wheel: Path, folder: Path) -> None:
    """Take the Python files out of a wheel, and nothing that leads out of the folder."""
    partial = folder.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if name.suffix != ".py" or name.is_absolute() or ".." in name.parts:
                continue
            path = partial / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(archive.read(entry))
    partial.rename(folder)


def sets(work: Path | None) -> Iterator[tuple[str, list[Path]]]:
    """The sets of files: the standard library, then the packages."""
    language = get_language("python")
    yield LIBRARY, find_files(Path(sysconfig.get_path("stdlib")), language)
    for name, version in packages() if work is not None else ():
        assert work is not None
        yield f"{name} {version}", sorted(p for p in fetch(name, version, work).rglob("*.py") if p.is_file())


# --- all of them -----------------------------------------------------------------------------------------------


def run(found: Iterable[tuple[str, Sequence[Path]]], jobs: int, timeout: float) -> dict[str, Counts]:
    """The counts of each set; whatever is not clean is shown as soon as it is known."""
    counts: dict[str, Counts] = {}
    warm_up("python")
    for name, paths in found:
        mine = counts.setdefault(name, Counts())
        for path, result in run_each(paths, sweep, jobs, timeout):
            mine.add(result)
            for line in troubles(result):
                print(f"{name}: {path}: {line}", flush=True)
        print(f"{name}: {mine.figures()}", flush=True)
    return counts


def troubles(result: Swept | Trouble) -> list[str]:
    if isinstance(result, Trouble):
        return [f"{result.kind}: {result.detail}"]
    unread = [f"not read: {result.unread}"] if result.unread else []
    return [*unread, *[f"stepped down: {s}" for s in result.steps], *[f"WRONG: {w}" for w in result.wrong]]


def figures(counts: dict[str, Counts]) -> dict[str, Any]:
    """The sums over all sets, and those of each."""
    sums: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for one in counts.values():
        sums.update(one.figures())
        reasons += one.reasons
    return {
        **sums,
        "packages": sum(name != LIBRARY for name in counts),
        "unread_reasons": dict(reasons.most_common()),
        "sets": {name: one.figures() for name, one in counts.items()},
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--work", type=Path, help="a folder for the packages, kept for the next run")
    where.add_argument("--library-only", action="store_true", help="only the standard library")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds a file (default: %(default)s)")
    parser.add_argument("--record", action="store_true", help="write benchmarks/records/crash_sweep.json")
    options = parser.parse_args()
    start = time.monotonic()
    found = figures(run(sets(options.work), options.jobs, options.timeout))
    for name, value in found.items():
        if name != "sets":
            print(f"{name}: {value}")
    if options.record:
        print(records.write("crash_sweep", time.monotonic() - start, found))
    return 1 if found["wrong"] or found["out_of_time"] or not found["files"] else 0


if __name__ == "__main__":
    sys.exit(main())
