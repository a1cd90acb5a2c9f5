"""Interpreters to run tests with: environments made from the one below ours, so that nothing of prediff is in them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from suites.suite import SuiteError

SECONDS_TO_FETCH = 900


def base_python() -> str:
    """The interpreter that our own environment was made from."""
    return str(getattr(sys, "_base_executable", sys.executable))


def environment(folder: Path, requirements: Sequence[str]) -> str:
    """The interpreter of an environment in `folder` that holds the requirements and, if there are none, nothing.

    The base interpreter itself will not do: what lies in its `site-packages` can import modules before anything can
    be blocked.
    """
    wanted = "\n".join((sys.version, *requirements)) + "\n"
    stamp = folder / "installed.txt"
    python = str(folder / "bin" / "python")
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        bare = () if requirements else ("--without-pip",)
        call([base_python(), "-m", "venv", *bare, str(folder)], "make an environment")
        if requirements:
            call([python, "-m", "pip", "install", "--quiet", *requirements], "install what the tests need")
        stamp.write_text(wanted, encoding="utf-8")
    return python


def call(command: Sequence[str], what: str) -> None:
    """Run a command; where that fails, raise SuiteError with what it said last."""
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS_TO_FETCH)
    except subprocess.CalledProcessError as error:
        lines = [line for line in error.stderr.splitlines() if line.strip()]
        raise SuiteError(f"cannot {what}: {lines[-1] if lines else error}") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SuiteError(f"cannot {what}: {error}") from None
