"""The standard library of the running interpreter, and CPython's own regression tests for it.

`library.tsv` names the modules, the tests of each, and the accelerators in C that have a twin in Python. Tests that
take long or need hardware, a display or a network are not among them.
"""

from __future__ import annotations

import csv
import platform
import sysconfig
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from suites.interpreters import base_python, environment
from suites.suite import REPORT, Part, Suite, SuiteError, Tree

TABLE = Path(__file__).parent / "library.tsv"
NAME = "standard library"
NAME_OF_TWINS = "standard library without accelerators"
NOT_COPIED = frozenset({
    "__phello__", "__pycache__", "ensurepip", "idlelib", "lib-dynload", "lib2to3", "pydoc_data", "site-packages",
    "test", "tkinter", "turtle.py", "turtledemo",
})  # fmt: skip
"""What is no code to test, or cannot be tested without a display."""

SECONDS_A_TEST = 120
BLOCKED_VARIABLE = "BLOCKED_MODULES"
SITE = f'''\
"""Keeps the modules that the environment names from being imported, before anything could import them."""
import os
import sys
for name in os.environ.get("{BLOCKED_VARIABLE}", "").split():
    sys.modules.setdefault(name, None)
'''


@dataclass(frozen=True, slots=True)
class Row:
    """A module or package, the tests of it, and the accelerators in C that its code in Python can do without."""

    module: str
    tests: tuple[str, ...]
    accelerators: tuple[str, ...]


def read_rows(path: Path = TABLE) -> tuple[Row, ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        return tuple(
            Row(r["module"], tuple(r["tests"].split()), tuple(r["accelerators"].split())) for r in rows
        )


def present(row: Row, library: Path) -> bool:
    """Whether the running version has the module and all of its tests."""
    module = library.joinpath(*row.module.split("."))
    tests = [library / "test" / name for name in row.tests]
    return all(path.is_dir() or path.with_suffix(".py").is_file() for path in (module, *tests))


def absent() -> list[str]:
    """The modules of the table that the running version, or its package `test`, has not."""
    library = Path(sysconfig.get_path("stdlib"))
    return [row.module for row in read_rows() if not present(row, library)]


def library_tree(work: Path, copied: Collection[str] = ()) -> Tree:
    """The library as a tree; `copied` keeps it to some names, () is all that can be tested."""
    library = Path(sysconfig.get_path("stdlib"))
    names = copied or [
        path.name
        for path in library.iterdir()
        if path.name not in NOT_COPIED and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]
    return Tree(NAME, library, work / "library", tuple(sorted(names)), added=(("sitecustomize.py", SITE),))


def library_suites(library: Tree, work: Path, only: Collection[str] = ()) -> tuple[Suite, ...]:
    """The tests of the library, and those of the modules with accelerators in C once more without these."""
    rows = [r for r in read_rows() if present(r, library.source) and (not only or r.module in only)]
    if not rows or not (library.source / "test" / "libregrtest").is_dir():  # Debian has a part of it
        raise SuiteError(
            f"{base_python()} has no tests of its library: use an interpreter that was built from source"
        )
    python = environment(work / "for-library", ())
    suites = (
        (NAME, [replace(row, accelerators=()) for row in rows]),
        (NAME_OF_TWINS, [row for row in rows if row.accelerators]),
    )
    return tuple(
        Suite(
            name,
            platform.python_version(),
            "stdlib",
            python,
            library,
            first_on_path="",
            parts=parts_of(chosen),
            in_copy=False,
            modules=len(chosen),
        )
        for name, chosen in suites
        if chosen
    )


def parts_of(rows: Sequence[Row]) -> tuple[Part, ...]:
    """One part for each test of the rows and what is blocked during it; several modules may share a test."""
    modules: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in rows:
        for test in row.tests:
            modules.setdefault((test, row.accelerators), []).append(row.module)
    return tuple(part(test, tuple(found), blocked) for (test, blocked), found in modules.items())


def part(test: str, modules: tuple[str, ...], blocked: tuple[str, ...]) -> Part:
    """One test file of CPython's; a module that is frozen into the interpreter is read from its file instead."""
    regrtest = ("-X", "frozen_modules=off", "-m", "test", "--timeout", str(SECONDS_A_TEST))
    return Part(test, (*regrtest, "--junit-xml", REPORT, test), modules, blocked)
