"""Each sample, through the real command: what it prints, and that what it claims is true of the files."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"


def load(path: Path) -> ModuleType:
    """The module in a file that is not on the path."""
    name = "sample_" + "_".join(path.with_suffix("").parts[-3:]).replace("-", "_")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


regenerate = load(SAMPLES / "regenerate.py")
ALL = regenerate.find_samples()
RUNS = [pytest.param(s, r, id=f"{s.name}:{' '.join(r.options)}".rstrip(":")) for s in ALL for r in s.runs]


@pytest.mark.parametrize(("sample", "run"), RUNS)
def test_sample(sample: Any, run: Any, tmp_path: Path) -> None:
    done = regenerate.execute(sample, run, tmp_path)
    assert done.stderr == ""
    assert done.stdout == run.expected.read_text(encoding="utf-8")
    assert done.returncode == run.exit


def test_there_are_samples_of_both_verdicts_in_each_language() -> None:
    found = {(sample.name.split("/")[0], run.exit) for sample in ALL for run in sample.runs}
    assert found == {("python", 0), ("python", 1), ("javascript", 0), ("javascript", 1)}
    assert len(ALL) >= 12


def test_each_folder_holds_a_sample_and_nothing_else() -> None:
    for folder in SAMPLES.glob("*/*/"):
        sample = next(s for s in ALL if s.folder == folder)
        known = {sample.left, sample.right, "sample.toml", *(run.expected.name for run in sample.runs)}
        assert {p.name for p in folder.iterdir() if p.is_file()} == known


def both(name: str) -> tuple[ModuleType, ModuleType]:
    return load(SAMPLES / "python" / name / "left.py"), load(SAMPLES / "python" / name / "right.py")


LISTS: tuple[list[int], ...] = (
    [],
    [1],
    [2, 1],
    [3, 1, 2],
    [1, 1],
    [5, 3, 5, 1, 3, 3],
    list(range(20, 0, -1)),
)


def test_both_quicksorts_sort() -> None:
    left, right = both("quicksort")
    for items in LISTS:
        assert left.quicksort(items) == right.quicksort(items) == sorted(items)


def test_the_planted_bug_is_one() -> None:
    left, right = both("quicksort-bug")
    assert left.quicksort([1, 1]) == [1, 1]
    with pytest.raises(RecursionError):
        right.quicksort([1, 1])


def test_both_searches_find() -> None:
    left, right = both("binary-search")
    items = [1, 3, 5, 7, 9, 11]
    for wanted in range(13):
        expected = items.index(wanted) if wanted in items else -1
        assert left.search(items, wanted) == right.search(items, wanted) == expected


def outcome(function: Callable[..., object], *args: object) -> object:
    """The value that a call gives, or the type of what it raises."""
    try:
        return function(*args)
    except Exception as error:
        return type(error)


def test_the_formats_that_stay_marked_differ() -> None:
    left, right = both("string-formats")
    assert left.both([1, 2]) != right.both([1, 2])


def test_what_only_looks_like_noise_is_none() -> None:
    left, right = both("evaluation-order")
    assert [f() for f in left.handlers("ab")] != [f() for f in right.handlers("ab")]
    shared, own = left.spread("ab"), right.spread("ab")
    assert (shared[0] is shared[1], own[0] is own[1]) == (True, False)
    assert left.read_entry(StringIO("a\nb\n")) != right.read_entry(StringIO("a\nb\n"))


def test_both_guards_decide_alike() -> None:
    left, right = both("guard-clauses")

    class Order:
        def __init__(self, lines: int, country: str, weight: int, fragile: bool) -> None:
            self.lines, self.country, self.weight, self.fragile = lines, country, weight, fragile
            self.paid = fragile

    orders = [Order(n, c, w, f) for n in (0, 1) for c in ("no", "xx") for w in (1, 31) for f in (False, True)]
    for order in orders:
        assert outcome(left.shipping, order, {"no": 3}) == outcome(right.shipping, order, {"no": 3})
        assert left.describe(order) == right.describe(order)
