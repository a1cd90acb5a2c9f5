"""Write what prediff prints for every sample beside it; read the change before committing it.

    python samples/regenerate.py [NAME ...]

A sample is a folder with two files, `left` and `right`, and a `sample.toml`: a title, a text, and one or more
runs with the options, the exit code and the name of the file with the expected output. Exit codes are written
by hand: where the command gives another one, nothing is written for that run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

SAMPLES = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Run:
    """One call of the command on a sample, and the output that is expected of it."""

    options: tuple[str, ...]
    exit: int
    expected: Path


@dataclass(frozen=True, slots=True)
class Sample:
    """A pair of files that shows one thing.

    place: where it stands among those that the README shows in full; None if it is not one of them.
    files: whether the README shows its files too, not only what its first run prints.
    """

    name: str
    folder: Path
    title: str
    text: str
    left: str
    right: str
    runs: tuple[Run, ...]
    place: int | None
    files: bool

    def command(self, run: Run) -> list[str]:
        """The command line as a reader of the README would type it in the sample's folder."""
        return ["prediff", "diff", *run.options, self.left, self.right]


def find_samples() -> list[Sample]:
    """All samples by name, those in Python first."""
    files = sorted(SAMPLES.glob("*/*/sample.toml"), key=lambda file: (file.parts[-3] != "python", file))
    return [_load(file) for file in files]


def _load(file: Path) -> Sample:
    folder, table = file.parent, tomllib.loads(file.read_text())
    (left,), (right,) = (sorted(p.name for p in folder.glob(f"{side}.*")) for side in ("left", "right"))
    runs = tuple(Run(tuple(run["options"]), run["exit"], folder / run["expected"]) for run in table["runs"])
    name = folder.relative_to(SAMPLES).as_posix()
    shown = table.get("readme", {})
    place, files = shown.get("place"), shown.get("files", False)
    return Sample(name, folder, table["title"], table["text"], left, right, runs, place, files)


def execute(sample: Sample, run: Run, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in the sample's folder, with `home` in place of the user's own configuration."""
    environment = os.environ | {"HOME": str(home), "XDG_CONFIG_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "prediff", *sample.command(run)[1:], "--color=never"]
    return subprocess.run(
        command,
        cwd=sample.folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def main(names: list[str]) -> int:
    """Rewrite the expected outputs of the samples with these names, or of all."""
    wrong = 0
    for sample in find_samples():
        if names and sample.name not in names:
            continue
        for run in sample.runs:
            done = execute(sample, run, SAMPLES / "no-configuration")
            if done.returncode != run.exit or done.stderr:
                wrong += 1
                print(f"{sample.name}: exit code {done.returncode}, not {run.exit}")
                print(done.stderr + done.stdout)
            elif not run.expected.exists() or run.expected.read_text(encoding="utf-8") != done.stdout:
                run.expected.write_text(done.stdout, encoding="utf-8")
                print(f"{sample.name}: wrote {run.expected.name}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
