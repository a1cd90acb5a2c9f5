"""Modules of the standard library pass CPython's own tests in normal form, with their accelerators in C out of the way.

A sample: `benchmarks/upstream_suites.py` does the same for nearly all of the library, and for packages.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / "benchmarks"))  # they import helpers from there
from suites.library import NAME_OF_TWINS, library_suites, library_tree
from suites.outcomes import (
    EXPECTED,
    Expected,
    Loss,
    Outcome,
    Run,
    explained,
    losses,
    read_expected,
    read_report,
)
from suites.overlay import build
from suites.running import check_imports
from suites.suite import UNTOUCHED, Suite, SuiteError
from upstream_suites import LevelResult, build_all, run_suite

MODULES = (
    "bisect", "cmd", "colorsys", "configparser", "copy", "fnmatch", "fractions", "functools", "getopt", "graphlib",
    "heapq", "keyword", "netrc", "operator", "pprint", "reprlib", "sched", "shlex", "string", "textwrap", "types",
)  # fmt: skip
NEEDED_TWINS = {"bisect", "fractions", "functools", "heapq", "operator", "sched"}
LEVELS = ("safe", "relaxed")
JOBS = 2


def library_of(work: Path, modules: Sequence[str]) -> tuple[Suite, ...]:
    """The suites of some modules, which alone are copied and normalized."""
    tree = library_tree(work, [f"{name}.py" for name in modules])
    try:
        return library_suites(tree, work, modules)
    except SuiteError as error:
        pytest.skip(str(error))


def run(suite: Suite, levels: Sequence[str], logs: Path) -> dict[str, LevelResult]:
    with ThreadPoolExecutor(JOBS) as pool:
        result = run_suite(suite, levels, read_expected(), logs, pool)
    assert not result.notes
    assert result.passed > 0
    return dict(result.levels)


def test_sample(tmp_path):
    suites = library_of(tmp_path, MODULES)
    built = build_all(suites, LEVELS, JOBS)
    assert all(one.folds for (_, level), one in built.items() if level != UNTOUCHED)
    for suite in suites:
        tested = {name for part in suite.parts for name in part.imports}
        assert tested >= (NEEDED_TWINS if suite.name == NAME_OF_TWINS else set(MODULES))
        for level, found in run(suite, LEVELS, tmp_path / "logs").items():
            assert not found.unexplained, (suite.name, level)


def test_a_wrong_fold_is_found(tmp_path):
    """What would be the worst rule of all: it turns a comparison round."""
    (suite,) = library_of(tmp_path, ["colorsys"])
    build_all([suite], ["relaxed"], JOBS)
    file = suite.tree.folder("relaxed") / "colorsys.py"
    right = file.read_text(encoding="utf-8")
    wrong = right.replace("if l <= 0.5", "if l > 0.5")
    assert wrong != right
    file.write_text(wrong, encoding="utf-8")
    lost = run(suite, ["relaxed"], tmp_path / "logs")["relaxed"].unexplained
    assert "test.test_colorsys.ColorsysTest.test_hls_nearwhite" in {loss.test for loss in lost}


def test_what_is_not_the_copy_is_refused(tmp_path):
    (suite, *_) = library_of(tmp_path, ["bisect"])
    build(suite.tree, "relaxed", JOBS)
    (suite.tree.folder("relaxed") / "bisect.py").unlink()
    with pytest.raises(SuiteError, match="bisect comes from"):
        check_imports(suite, "relaxed")


def test_losses():
    before = Run(
        {"a": Outcome("passed"), "b": Outcome("passed"), "c": Outcome("failed"), "d": Outcome("passed")}
    )
    after = Run({"a": Outcome("passed"), "b": Outcome("failed", "why")}, "it crashed")
    assert losses(before, after) == (
        Loss("b", Outcome("failed", "why")),
        Loss("d", Outcome("missing", "it crashed")),
    )


def test_a_loss_is_explained_only_where_its_assumption_is_granted():
    row = Expected("s", "tests.test_a.*", "docs-unread", "reads __doc__")
    lost = Loss("tests.test_a.test_b", Outcome("failed"))
    assert explained([lost], "s", "safe", [row]) == (((lost, row),), ())
    assert explained([lost], "s", "layout", [row]) == ((), (lost,))
    assert explained([lost], "t", "safe", [row]) == ((), (lost,))


def test_the_worst_of_two_tests_with_one_name_counts(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        '<r><testcase classname="m" name="a"/><testcase classname="m" name="a"><failure message="x&#10;y"/></testcase>'
        '<testcase name="b"><skipped/></testcase><testcase/></r>',
        encoding="utf-8",
    )
    assert read_report(report) == {"m.a": Outcome("failed", "y"), "b": Outcome("skipped")}
    report.write_text("<r><testcase", encoding="utf-8")
    assert read_report(report) == {}


def test_expected_losses_name_an_assumption():
    rows = read_expected()
    assert len(EXPECTED.read_text(encoding="utf-8").splitlines()) == len(rows) + 1
    for row in rows:
        assert row.levels, row
        assert row.reason
        assert row.suite
