"""Running the tests of a suite against one of its copies, and making sure that it is the copy that they import."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from suites.library import BLOCKED_VARIABLE
from suites.outcomes import Run, read_report
from suites.suite import REPORT, UNTOUCHED, Part, Suite, SuiteError

SECONDS_A_PART = 900
NOT_INHERITED = ("PYTHON", "PYTEST", "VIRTUAL_ENV", "COVERAGE")
PROBE = """\
import importlib, json, sys
names, blocked = json.loads(sys.argv[1])
wrong = [f"{name} can be imported" for name in blocked if sys.modules.get(name, 0) is not None]
files = {name: getattr(importlib.import_module(name), "__file__", None) for name in names}
print(json.dumps([wrong, files]))
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code (None where it took too long) and what it printed."""

    code: int | None
    output: str


def run_part(suite: Suite, part: Part, level: str, log: Path) -> Run:
    """Run one part of a suite against its copy for a level; `log` gets what it printed."""
    report = log.with_suffix(".xml")
    report.unlink(missing_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    arguments = [a.replace(REPORT, str(report)) for a in part.arguments]
    ended = _run(suite, level, arguments, part.blocked)
    log.write_text(ended.output, encoding="utf-8", errors="replace")
    outcomes = {named(test, suite, part): outcome for test, outcome in read_report(report).items()}
    if ended.code is None:
        return Run(outcomes, f"it took more than {SECONDS_A_PART} s")
    last = next((line.strip() for line in reversed(ended.output.splitlines()) if line.strip()), "")
    return Run(outcomes, "" if outcomes else f"exit code {ended.code}: {last}")


def named(test: str, suite: Suite, part: Part) -> str:
    """The name of a test, with its part where it does not tell: a doctest of CPython's is called like what it tests."""
    return test if suite.in_copy or part.name in test else f"{part.name}: {test}"


def check_imports(suite: Suite, level: str) -> None:
    """Raise SuiteError unless what the suite tests comes from the copy, and what is blocked stays out."""
    modules: dict[tuple[str, ...], set[str]] = {}
    for part in suite.parts:
        modules.setdefault(part.blocked, set()).update(part.imports)
    for blocked, names in modules.items():
        wrong = _wrong_imports(suite, level, sorted(names), blocked)
        if wrong:
            raise SuiteError(f"{suite.name}: {level}: not what is to be tested: {'; '.join(wrong)}")


def _wrong_imports(suite: Suite, level: str, names: Sequence[str], blocked: Sequence[str]) -> list[str]:
    folder = suite.tree.folder(level).resolve()
    probe = ["-X", "frozen_modules=off", "-c", PROBE, json.dumps([names, blocked])]
    output = _run(suite, level, probe, blocked).output.strip().splitlines() or ["nothing was printed"]
    try:
        wrong, files = json.loads(output[-1])
    except ValueError:
        # Where normalizing broke an import, the tests tell: that is a result.
        return [f"an import failed: {output[-1]}"] if level == UNTOUCHED else []
    places = {name: Path(file or "nowhere").resolve() for name, file in files.items()}
    return [
        *wrong,
        *(f"{name} comes from {file}" for name, file in places.items() if not file.is_relative_to(folder)),
    ]


def _run(suite: Suite, level: str, arguments: Sequence[str], blocked: Sequence[str]) -> Ended:
    """Run the interpreter of a suite on its copy for a level, in an empty folder or in the copy."""
    copy = suite.tree.folder(level)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        environment = _environment(copy / suite.first_on_path, blocked, scratch)
        with tempfile.TemporaryFile() as output:
            process = subprocess.Popen(
                [suite.python, *arguments],
                cwd=copy if suite.in_copy else scratch,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                code: int | None = process.wait(SECONDS_A_PART)
            except subprocess.TimeoutExpired:
                code = None
            _end(process)
            output.seek(0)
            return Ended(code, output.read().decode("utf-8", "replace"))


def _environment(first: Path, blocked: Sequence[str], scratch: str) -> Mapping[str, str]:
    """Ours without what would change the tests; hashes are the same in all runs, and so is the order of sets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    return {
        **kept,
        "PYTHONPATH": str(first),
        "PYTHONHASHSEED": "0",
        "TMPDIR": scratch,
        BLOCKED_VARIABLE: " ".join(blocked),
    }


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it left running."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
