"""The records of what the benchmarks of trust found: facts, from which `scripts/generate_docs.py` makes docs/trust.md.

A benchmark writes its record with `--record`; it is committed, so that every reader can see what a figure rests on and
which command gives it again.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "records"
FOLDERS = {"--clones": "CLONES", "--folder": "FOLDER", "--lib": "FOLDER"}
PACKAGES = ("prediff", "libcst", "tree-sitter", "tree-sitter-javascript", "tree-sitter-python")


def write(
    name: str, seconds: float, figures: Mapping[str, Any], versions: Mapping[str, str] | None = None
) -> Path:
    """Write the record `name`: its figures, and the command, date, time taken and versions that they were made with.

    `figures` must be plain JSON data; `versions` names what else was used (node, a package whose suite was run).
    """
    record = {
        "command": command(sys.argv),
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "minutes": round(seconds / 60, 1),
        "versions": {"python": platform.python_version(), **_installed(), **(versions or {})},
        **figures,
    }
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def command(arguments: Sequence[str]) -> str:
    """The command line as somebody else would type it: without this machine's folders and number of processes."""
    words = ["python", f"benchmarks/{Path(arguments[0]).name}"]
    waiting = iter(arguments[1:])
    for word in waiting:
        if word in ("--jobs", "--work", "--keep"):
            next(waiting, None)
        elif word in FOLDERS:
            next(waiting, None)
            words += [word, FOLDERS[word]]
        else:
            words.append(word)
    return " ".join(words)


def read(name: str) -> dict[str, Any] | None:
    """The record `name`, or None where there is none yet."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(record, dict)
    return record


def _installed() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
