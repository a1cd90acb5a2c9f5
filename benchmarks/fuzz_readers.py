"""Fuzz the readers, with all that stands behind them: read, parse, normalize, print, verify.

    python benchmarks/fuzz_readers.py --minutes 10 --lang javascript
    python benchmarks/fuzz_readers.py --minutes 60 --record

Inputs are mutations of real code, by token and by fragment, and now and then of its bytes; atheris chooses what to
mutate by how much of prediff's own code an input reaches. Each input must be read, or refused with an error of
prediff's. Where both of Python's readers accept it their trees must be equal, and no unit of a file that was read whole
may step down because it was misprinted.

The fuzzer runs in a child process: what kills it (a crash in native code, an endless loop) is saved and counted, and
the next child goes on with the corpus. With both languages Python gets two thirds of the time. Findings are made small
and shown at the end. Exit status: 1 if anything was found besides units that stepped down.

Needs atheris: pip install atheris
"""

from __future__ import annotations

import argparse
import hashlib
import importlib
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import fuzz_target
import records
from workers import Trouble, run_each

LANGUAGES = ("python", "javascript")
SHARE = {"python": 2, "javascript": 1}
CHILD_SECONDS = 1200
INPUT_TIMEOUT = 60
TIMEOUT_STATUS, MEMORY_STATUS = 70, 71
KEPT = 3
"""How many inputs are kept of each finding."""
RAW = 0.1
"""The share of mutations that are libFuzzer's own, by byte."""
_HEAD = struct.Struct("<QQ")
HARMLESS = "step down"
INSTRUMENTED = (
    "prediff.languages.javascript.printer",
    "prediff.languages.javascript.table",
    "prediff.languages.python.cst_reader",
    "prediff.languages.python.printer",
    "prediff.languages.python.recovery",
    "prediff.pipeline",
    "prediff.rules",
)


def load_atheris() -> ModuleType:
    """The fuzzer; ends the program with one line where it is missing."""
    try:
        import atheris
    except ImportError:
        sys.exit("fuzz_readers.py needs atheris: pip install atheris")
    module: ModuleType = atheris
    return module


class State:
    """What a child tells even when it is killed: the input that it is at work on, and how many there were."""

    def __init__(self, path: Path) -> None:
        size = _HEAD.size + 2 * fuzz_target.MAX_INPUT
        if not path.exists():
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), size)

    def begin(self, data: bytes) -> None:
        count, _ = _HEAD.unpack_from(self.memory)
        _HEAD.pack_into(self.memory, 0, count + 1, len(data))
        self.memory[_HEAD.size : _HEAD.size + len(data)] = data

    def read(self) -> tuple[int, bytes]:
        count, length = _HEAD.unpack_from(self.memory)
        return count, self.memory[_HEAD.size : _HEAD.size + length]


# --- the child -------------------------------------------------------------------------------------------------


def fuzz(language: str, folder: Path, seconds: int, seed: int) -> None:
    """Fuzz until the time is over; does not return."""
    atheris, target = load_atheris(), instrumented_target()
    pool = target.make_pool(language)
    mutator = target.Mutator(pool)
    state = State(folder / "state")
    scratch = folder / "scratch"
    seen: Counter[str] = Counter()

    def one_input(data: bytes) -> None:
        state.begin(data)
        found = target.check(data, language, scratch)
        if found is not None:
            seen[found.key] += 1
            if seen[found.key] <= KEPT:
                save(folder, found.kind, found.detail, found.note, data)

    def mutate(data: bytes, max_size: int, seed: int) -> bytes:
        if random.Random(seed).random() < RAW:
            changed: bytes = atheris.Mutate(data, max_size)
        else:
            changed = mutator.mutate(data, max_size, seed)
        return changed

    corpus = folder / "corpus"
    if not corpus.exists():
        corpus.mkdir()
        for text in pool.seeds:
            (corpus / hashlib.sha1(text).hexdigest()).write_bytes(text)
    options = [
        f"-max_total_time={seconds}", f"-timeout={INPUT_TIMEOUT}", "-rss_limit_mb=4096", f"-seed={seed}",
        f"-max_len={fuzz_target.MAX_INPUT}", f"-artifact_prefix={folder}/native-", str(corpus),
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options], one_input, custom_mutator=mutate)
    atheris.Fuzz()


def instrumented_target() -> Any:
    """`fuzz_target`, imported again with all of prediff so that atheris sees which lines an input reaches."""
    atheris = load_atheris()
    for name in [n for n in sys.modules if n.partition(".")[0] in ("prediff", "fuzz_target")]:
        del sys.modules[name]
    with atheris.instrument_imports(include=["prediff"]):
        for name in INSTRUMENTED:
            importlib.import_module(name)
    return importlib.import_module("fuzz_target")


def save(folder: Path, kind: str, detail: str, note: str, data: bytes) -> None:
    """Keep an input with what is wrong with it."""
    name = hashlib.sha1(f"{kind}{detail}".encode() + data).hexdigest()[:12]
    found = {"kind": kind, "detail": detail, "note": note, "input": data.decode("latin-1")}
    (folder / f"found-{name}.json").write_text(json.dumps(found))
    print(f"{kind}: {detail} ({note}) {name}", flush=True)


# --- the parent ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A finding in one language: how many inputs of it were kept, and the smallest one after shrinking."""

    language: str
    kind: str
    detail: str
    kept: int
    input: str


def run_children(language: str, folder: Path, seconds: float) -> int:
    """Run children for some time; the number of inputs that they tried."""
    folder.mkdir(parents=True)
    end, turn = time.monotonic() + seconds, 0
    while (left := int(end - time.monotonic())) > 0:
        turn += 1
        command = [sys.executable, __file__, "--child", str(folder), "--lang", language, "--seed", str(turn)]
        command += ["--seconds", str(min(left, CHILD_SECONDS))]
        with (folder / "log").open("ab") as log:
            child = subprocess.Popen(command, stderr=log)
            try:
                status = child.wait(min(left, CHILD_SECONDS) + 10 * INPUT_TIMEOUT)
            except subprocess.TimeoutExpired:
                child.kill()
                status = TIMEOUT_STATUS
        count, data = State(folder / "state").read()
        print(
            f"{language}: child {turn} ended with status {status} after {count:,} inputs in all", flush=True
        )
        if status and not (folder / "corpus").exists():
            sys.exit(f"the child could not start: see {folder}/log")
        if status:
            save(folder, *_death(status), data)
    return State(folder / "state").read()[0]


def _death(status: int) -> tuple[str, str, str]:
    if status == TIMEOUT_STATUS:
        return "time", f"more than {INPUT_TIMEOUT} s", ""
    if status == MEMORY_STATUS:
        return "memory", "more than 4 GiB", ""
    name = signal.Signals(-status).name if status < 0 else f"status {status}"
    return "death", name, "the process died"


def collect(language: str, folder: Path) -> list[Found]:
    """The findings in a folder, each with its smallest input."""
    groups: dict[tuple[str, str], list[bytes]] = {}
    for path in sorted(folder.glob("found-*.json")):
        found = json.loads(path.read_text())
        groups.setdefault((found["kind"], found["detail"]), []).append(found["input"].encode("latin-1"))
    jobs = [(kind, detail, min(inputs, key=len)) for (kind, detail), inputs in groups.items()]
    shrunk = {job: job[2] for job in jobs}

    def shrink(job: tuple[str, str, bytes]) -> bytes:
        key = fuzz_target.Finding(job[0], job[1]).key
        return fuzz_target.shrink(job[2], key, language, folder / f"scratch-{os.getpid()}")

    for job, result in run_each(jobs, shrink, 1, 10 * INPUT_TIMEOUT):
        if not isinstance(result, Trouble):  # what kills its process stays as it was found
            shrunk[job] = result
    return [
        Found(language, job[0], job[1], len(groups[job[:2]]), text.decode("utf-8", "backslashreplace"))
        for job, text in shrunk.items()
    ]


def report(found: Sequence[Found]) -> int:
    for one in found:
        print(f"\n{one.language}: {one.kind}: {one.detail} ({one.kept} kept)\n{one.input}")
    return sum(one.kind != HARMLESS for one in found)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="in all (default: %(default)s)")
    parser.add_argument("--lang", choices=LANGUAGES, help="only this language")
    parser.add_argument("--work", type=Path, help="a folder to keep corpus and findings in, new for each run")
    parser.add_argument("--record", action="store_true", help="write benchmarks/records/fuzz_readers.json")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=int, default=60, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child is not None:
        fuzz(options.lang, options.child, options.seconds, options.seed)
    load_atheris()
    languages = [options.lang] if options.lang else list(LANGUAGES)
    whole = sum(SHARE[name] for name in languages)
    start = time.monotonic()
    figures: dict[str, Any] = {}
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as temporary:
        for language in languages:
            folder = (options.work or Path(temporary)) / language
            minutes = options.minutes * SHARE[language] / whole
            tried = run_children(language, folder, 60 * minutes)
            mine = collect(language, folder)
            found += mine
            figures[language] = {
                "executions": tried,
                "minutes": round(minutes, 1),
                "corpus": len(list((folder / "corpus").iterdir())),
                "crashes": sum(f.kind != HARMLESS for f in mine),
            }
    crashes = report(found)
    print(json.dumps(figures, indent=1))
    if options.record:
        record = {
            "executions": sum(f["executions"] for f in figures.values()),
            "minutes_of_fuzzing": options.minutes,
            "by_language": figures,
            "crashes": crashes,
            "found": [
                {"language": f.language, "kind": f.kind, "detail": f.detail, "input": f.input} for f in found
            ],
        }
        print(records.write("fuzz_readers", time.monotonic() - start, record))
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(main())
