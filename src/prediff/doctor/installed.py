"""What is installed: Python, prediff's command, the libraries and grammars, other programs."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata

from prediff import __version__
from prediff.doctor.row import Row
from prediff.programs import find_program

OLDEST_PYTHON = (3, 11)
OLDEST_GIT = (2, 31)
"""Older ones lack options of `git config` and `git rev-parse` that prediff uses."""

_FOR_DEVELOPERS = frozenset({"dev", "benchmarks"})
_SECONDS = 20


def python() -> Iterator[Row]:
    good = sys.version_info >= OLDEST_PYTHON
    text = f"{platform.python_version()} at {sys.executable}"
    yield Row(
        "installed", "python", "ok" if good else "fail", text, "" if good else "install Python 3.11 or newer"
    )


def command() -> Iterator[Row]:
    """The `prediff` that other programs find."""
    found = find_program("prediff")
    if found is None:
        advice = "add its folder to PATH; what setup writes calls the interpreter until then"
        yield Row("installed", "prediff", "warn", f"{__version__}; no prediff in the folders of PATH", advice)
        return
    if is_below_here(found):
        yield Row("installed", "prediff", "ok", f"{__version__}; {found} on PATH, which is not run here")
        return
    version = version_of([found])
    if version == __version__:
        yield Row("installed", "prediff", "ok", f"{__version__} at {found}")
    else:
        text = f"{__version__} runs, but {found} on PATH is {version or 'broken'}"
        yield Row(
            "installed", "prediff", "fail", text, "install one of them only, or put this one's folder first"
        )


def version_of(words: list[str]) -> str | None:
    """What a prediff says that its version is; None where it does not run."""
    try:
        done = subprocess.run(
            [*words, "--version"], capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    found = re.fullmatch(r"prediff (\S+)\n", done.stdout)
    return found[1] if found and done.returncode == 0 else None


def is_below_here(path: str) -> bool:
    """Whether a program lies in the current folder or repository: then it may be a stranger's."""
    here = os.path.realpath(".")
    folder = here
    while folder != os.path.dirname(folder):
        if any(os.path.exists(os.path.join(folder, mark)) for mark in (".git", ".hg", ".jj", ".svn")):
            here = folder
        folder = os.path.dirname(folder)
    return os.path.realpath(path).startswith(os.path.join(here, ""))


def libraries() -> Iterator[Row]:
    """The libraries that prediff needs, grammars among them."""
    for name in _required(None):
        version = _version(name)
        if version is None:
            yield Row("installed", name, "fail", "missing", f"pip install {name}")
        else:
            yield Row("installed", name, "ok", version)


def extras() -> Iterator[Row]:
    """The extras that a user can choose to install."""
    try:
        known = metadata.metadata("prediff").get_all("Provides-Extra") or []
    except metadata.PackageNotFoundError:
        known = []
    for extra in sorted({*known} - _FOR_DEVELOPERS):
        missing = [name for name in _required(extra) if _version(name) is None]
        text = f"not installed ({', '.join(missing)} missing)" if missing else "installed"
        advice = f"if you want it: pip install 'prediff[{extra}]'" if missing else ""
        yield Row("installed", f"extra {extra}", "ok", text, advice)


def _required(extra: str | None) -> list[str]:
    """The names that prediff depends on, for an extra or in any case."""
    try:
        lines = metadata.requires("prediff") or []
    except metadata.PackageNotFoundError:
        return []
    found = []
    for line in lines:
        of_extra = re.search(r"extra\s*==\s*['\"]([^'\"]+)", line)
        if (of_extra[1] if of_extra else None) == extra and (name := re.match(r"[\w.-]+", line)):
            found.append(name[0])
    return found


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def programs() -> Iterator[Row]:
    """git, which prediff makes patches with, and other version control where it is there."""
    from prediff.setup.git_config import version

    if find_program("git") is None:
        advice = "install git, or add its folder to PATH"
        yield Row(
            "installed", "git", "warn", "not found: split, and all that compares commits, needs it", advice
        )
    else:
        found = version()
        old = found < OLDEST_GIT
        text = ".".join(map(str, found))
        yield Row(
            "installed", "git", "warn" if old else "ok", text, "install git 2.31 or newer" if old else ""
        )
    for name in ("hg", "svn", "jj"):
        path = find_program(name)
        if path:
            yield Row("installed", name, "ok", path)


def viewers() -> Iterator[Row]:
    from prediff.viewers import VIEWERS

    found = [one.name for one in VIEWERS if one.find(())]
    if found:
        yield Row("installed", "viewers", "ok", ", ".join(found))
    else:
        yield Row("installed", "viewers", "warn", "none found", "install a diff viewer, such as meld")
