"""What a warm server saves: whole runs of commands with one and without, beside the start of the interpreter alone.

    python benchmarks/warm_starts.py

Rounds take turns, so that what else runs on the machine slows all of them alike: the ratios are what counts.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import whole_runs

LINES = 300
_SOURCE = Path(__file__).parent.parent / "src" / "prediff" / "tree.py"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=21)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pd-") as folder:
        _files(Path(folder))
        own = {"HOME": folder, "XDG_RUNTIME_DIR": f"{folder}/run"}
        environment = {**whole_runs.environment(f"{folder}/compiled"), **own}
        server = [sys.executable, "-m", "prediff", "server"]
        subprocess.run([*server, "start"], env=environment, check=True, stdout=subprocess.DEVNULL)
        try:
            for line in _table(folder, environment, given.rounds):
                print(line)
        finally:
            subprocess.run([*server, "stop"], env=environment, check=True, stdout=subprocess.DEVNULL)
    return 0


def _files(folder: Path) -> None:
    """A file of some lines, one that differs in a function, and one with another name for a local everywhere."""
    (folder / "run").mkdir(mode=0o700)
    text = "".join(_SOURCE.read_text(encoding="utf-8").splitlines(keepends=True)[:LINES])
    (folder / "old.py").write_text(text, encoding="utf-8")
    (folder / "new.py").write_text(
        text.replace("return True", "return bool(1)", 1) + "\nDONE = 1\n", encoding="utf-8"
    )


def _table(folder: str, environment: Mapping[str, str], rounds: int) -> list[str]:
    alone = {**environment, "PREDIFF_SERVER": "off"}
    commands: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {
        "python -c pass": (("-c", "pass"), environment),
        f"prediff textconv, {LINES} lines, warm": (_prediff("textconv", "old.py"), environment),
        f"prediff textconv, {LINES} lines, cold": (_prediff("textconv", "old.py"), alone),
        f"prediff bc-convert, {LINES} lines, warm": (
            _prediff("bc-convert", "old.py", "shown.txt"),
            environment,
        ),
        f"prediff bc-convert, {LINES} lines, cold": (_prediff("bc-convert", "old.py", "shown.txt"), alone),
        f"prediff diff, {LINES} lines, warm": (_prediff("diff", "old.py", "new.py"), environment),
        f"prediff diff, {LINES} lines, cold": (_prediff("diff", "old.py", "new.py"), alone),
        "prediff diff, byte-equal": (_prediff("diff", "old.py", "old.py"), environment),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for words, around in commands.values():
        _timed([sys.executable, *words], folder, around)  # what is imported is compiled
    for _ in range(rounds):
        for name, (words, around) in commands.items():
            found[name].append(_timed([sys.executable, *words], folder, around))
    base = statistics.median(wall for wall, _ in found["python -c pass"])
    rows = [
        "| | ms | least | in starts of the interpreter | processor ms of the command |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, times in found.items():
        walls = [wall for wall, _ in times]
        middle, cpu = statistics.median(walls), statistics.median(cpu for _, cpu in times)
        rows.append(f"| {name} | {middle:.0f} | {min(walls):.0f} | {middle / base:.1f} | {cpu:.0f} |")
    return rows


def _prediff(*words: str) -> Sequence[str]:
    # As the installed script starts, without what `python -m` imports for itself.
    return ("-c", f"import sys; from prediff.cli import main; sys.exit(main({list(words)!r}))")


def _timed(command: Sequence[str], folder: str, environment: Mapping[str, str]) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor for the command alone."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall * 1000, cpu * 1000


if __name__ == "__main__":
    sys.exit(main())
