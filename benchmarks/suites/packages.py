"""Packages of the package index that bring their tests: which versions, and how their tests are run."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from suites.interpreters import call, environment
from suites.overlay import to_normalize
from suites.suite import IMPORTED, REPORT, Part, Suite, Tree


@dataclass(frozen=True, slots=True)
class Package:
    """A package at one version, with tests in its source archive.

    roots: what is normalized, in the archive. path: what is put on the path, in the archive. tests: one run of tests
    for each. options: of pytest. refused: as in `Tree`.
    """

    name: str
    version: str
    roots: tuple[str, ...]
    tests: tuple[str, ...] = ("tests",)
    path: str = ""
    options: tuple[str, ...] = ()
    refused: tuple[tuple[str, str], ...] = ()

    @property
    def imports(self) -> tuple[str, ...]:
        return tuple(Path(root).stem for root in self.roots)


SYMPY = (
    "core/tests/test_arit.py", "core/tests/test_basic.py", "core/tests/test_expr.py", "core/tests/test_facts.py",
    "core/tests/test_numbers.py", "core/tests/test_sympify.py", "logic", "polys/tests/test_densearith.py",
    "polys/tests/test_densebasic.py", "polys/tests/test_rings.py", "sets", "strategies",
    "utilities/tests/test_enumerative.py", "utilities/tests/test_iterables.py", "utilities/tests/test_lambdify.py",
)  # fmt: skip
"""The parts of sympy whose tests are quick; all of its code is normalized."""

CIRCLES = (
    ("imports-pure", "its modules import each other in circles, so that their order decides what is there"),
)

PACKAGES = (
    Package("attrs", "26.1.0", ("src/attr", "src/attrs"), path="src"),
    Package("click", "8.5.1", ("src/click",), path="src"),
    Package("idna", "3.20", ("idna",)),
    Package("itsdangerous", "2.2.0", ("src/itsdangerous",), path="src"),
    Package("jinja2", "3.1.6", ("src/jinja2",), path="src"),
    Package("markupsafe", "3.0.4", ("src/markupsafe",), path="src"),
    Package("more-itertools", "11.2.1", ("more_itertools",)),
    Package("networkx", "3.6.1", ("networkx",), tests=("networkx",)),
    Package("packaging", "26.4", ("src/packaging",), path="src"),
    Package("parso", "0.8.7", ("parso",), tests=("test",), options=("-o", "addopts=")),
    Package("pyparsing", "3.3.3", ("pyparsing",)),
    Package("sympy", "1.14.0", ("sympy",), tests=tuple(f"sympy/{name}" for name in SYMPY), refused=CIRCLES),
    Package("tomlkit", "0.15.2", ("tomlkit",)),
    Package("toolz", "1.2.0", ("toolz", "tlz"), tests=("toolz",)),
)

TOOLS = (
    "cloudpickle==3.1.3", "freezegun==1.5.5", "hypothesis==6.170.17", "mpmath==1.3.0", "pretend==1.0.9",
    "pytest==9.2.0", "PyYAML==6.0.4", "tomli_w==1.2.0", "trio==0.35.0",
)  # fmt: skip
"""What runs the tests, and what they import besides."""


def package_suites(work: Path, only: Collection[str] = ()) -> tuple[Suite, ...]:
    """The suites of the packages, fetched, with an environment to run in.

    It has the packages themselves too, for their metadata; copies come before them.
    """
    chosen = [p for p in PACKAGES if not only or p.name in only]
    if not chosen:
        return ()
    python = environment(work / "for-packages", (*(f"{p.name}=={p.version}" for p in PACKAGES), *TOOLS))
    return tuple(_suite(package, _source(package, work, python), work, python) for package in chosen)


def _suite(package: Package, source: Path, work: Path, python: str) -> Suite:
    tree = Tree(
        package.name,
        source,
        work / "packages" / package.name,
        copied=tuple(sorted(path.name for path in source.iterdir())),
        normalized=package.roots,
        refused=(*IMPORTED, *package.refused),
    )
    options = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors")
    parts = tuple(
        Part(tests, (*options, f"--junit-xml={REPORT}", *package.options, tests), package.imports)
        for tests in package.tests
    )
    return Suite(
        package.name,
        package.version,
        "package",
        python,
        tree,
        package.path,
        parts,
        in_copy=True,
        modules=len(to_normalize(tree, source)),
    )


def _source(package: Package, work: Path, python: str) -> Path:
    """The unpacked source archive of a package; it is downloaded where it is not there yet."""
    folder = work / "sources" / f"{package.name}-{package.version}"
    if not folder.exists():
        pip = [python, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package.name]
        archives = work / "archives" / package.name
        shutil.rmtree(archives, ignore_errors=True)
        call([*pip, "-d", str(archives), f"{package.name}=={package.version}"], f"download {package.name}")
        (archive,) = archives.glob("*.tar.gz")
        unpacked = archives / "unpacked"
        with tarfile.open(archive) as stream:
            stream.extractall(unpacked, filter="data")
        (top,) = unpacked.iterdir()
        folder.parent.mkdir(parents=True, exist_ok=True)
        top.rename(folder)
    return folder
