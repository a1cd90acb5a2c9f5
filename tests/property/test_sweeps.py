"""The crash sweep and the fuzzer find what they are to find, and live through what kills a worker."""

from __future__ import annotations

import os
import random
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import crash_sweep
import fuzz_readers
import fuzz_target
from prediff.languages.python import ast_reader
from prediff.model import Normalized, Settings, SourceFile, StepDown
from prediff.pipeline import normalize_file
from prediff.tree import Node
from workers import Trouble, run_each


def job(name: str) -> str:
    if name == "raises":
        raise KeyError("no such thing")
    if name == "dies":
        os._exit(3)
    if name == "hangs":
        time.sleep(60)
    return name.upper()


def test_workers_live_through_everything() -> None:
    results = dict(run_each(["a", "raises", "dies", "hangs", "b"], job, 2, 2.0))
    assert (results["a"], results["b"]) == ("A", "B")
    raised = results["raises"]
    assert isinstance(raised, Trouble)
    assert (raised.kind, "KeyError in test_sweeps.py:" in raised.detail) == ("crash", True)
    assert results["dies"] == Trouble("crash", "the process died")
    assert results["hangs"] == Trouble("time", "more than 2 s")


def written(folder: Path, data: bytes) -> Path:
    path = folder / "x.py"
    path.write_bytes(data)
    return path


def test_a_sweep_of_a_good_file_is_clean(tmp_path: Path) -> None:
    swept = crash_sweep.sweep(written(tmp_path, b"def f(a):\n    return a\n"))
    assert swept == crash_sweep.Swept(3)


@pytest.mark.parametrize("data", [b"def f(:\n", b"# coding: utf-8\nx = '\xff'\n", b"x = '\0'\n"])
def test_a_file_that_python_rejects_may_be_unread(data: bytes, tmp_path: Path) -> None:
    swept = crash_sweep.sweep(written(tmp_path, data))
    assert swept.unread
    assert swept.wrong == ()


def test_a_file_that_python_reads_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(source: SourceFile, settings: Settings) -> Normalized:
        return replace(normalize_file(source, settings), reason="too dear")

    monkeypatch.setattr(crash_sweep, "normalize_file", refusing)
    swept = crash_sweep.sweep(written(tmp_path, b"a\n"))
    assert swept.unread == "too dear"
    assert "parser reads it" in swept.wrong[0]


def test_a_statement_more_that_is_not_seen_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crash_sweep, "longer", lambda source: replace(source, text=source.text + "\n"))
    assert "is same" in crash_sweep.sweep(written(tmp_path, b"a\n")).wrong[0]


def test_only_python_files_are_taken_out_of_a_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in ("a/b.py", "a/c.so", "../d.py", "/e.py"):
            archive.writestr(name, "1\n")
    crash_sweep.unpack(wheel, tmp_path / "out")
    assert [p.relative_to(tmp_path).as_posix() for p in sorted(tmp_path.rglob("*.py"))] == ["out/a/b.py"]


def test_the_table_of_packages_is_pinned() -> None:
    table = crash_sweep.packages()
    assert len(table) >= 30
    assert len({name for name, _ in table}) == len(table)
    assert all(version[0].isdigit() for _, version in table)


# --- the fuzzer ------------------------------------------------------------------------------------------------


def test_an_input_that_is_read_or_refused_is_no_finding(tmp_path: Path) -> None:
    for data in (b"x = 1\n", b"x = (\n", b"\xff\xfe\x00", b"\x00", b""):
        for language_id in ("python", "javascript"):
            assert fuzz_target.check(data, language_id, tmp_path / "scratch") is None


def test_a_crash_is_found_and_made_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(self: ast_reader.Lowering, n: object) -> Node:
        raise IndexError("planted")

    monkeypatch.setattr(ast_reader.Lowering, "_Lambda", crashing)
    data = b"import os\n\n\ndef f(a):\n    x = 1\n    return (lambda: a)\n"
    found = fuzz_target.check(data, "python", tmp_path / "scratch")
    assert found is not None
    assert found.kind == "crash"
    assert found.detail.startswith("IndexError in test_sweeps.py")
    small = fuzz_target.shrink(data, found.key, "python", tmp_path / "scratch")
    assert b"lambda" in small
    assert len(small) < 20


def test_readers_that_differ_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ast_reader.Lowering, "_AsyncFunctionDef", lambda self, n: self._FunctionDef(n))
    found = fuzz_target.check(b"async def f(): a\n", "python", tmp_path / "scratch")
    assert found is not None
    assert found.key == "readers differ: Function / Function"


def test_a_misprinted_unit_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stepping(source: SourceFile, settings: Settings) -> Normalized:
        step = StepDown("f", "own layout", "its printed form reads differently (Name)")
        return replace(normalize_file(source, settings), steps=(step,))

    monkeypatch.setattr(fuzz_target, "normalize_file", stepping)
    found = fuzz_target.check(b"a\n", "python", tmp_path / "scratch")
    assert found is not None
    assert found.kind == fuzz_readers.HARMLESS


def test_mutations_follow_from_the_seed() -> None:
    pool = fuzz_target.Pool((b"a = b\n",), (b"c(d)",), (b"return e",), (b"not",))
    mutator = fuzz_target.Mutator(pool)
    texts = [mutator.mutate(b"def f(a):\n    return a\n", 100, seed) for seed in range(200)]
    assert texts == [mutator.mutate(b"def f(a):\n    return a\n", 100, seed) for seed in range(200)]
    assert len(set(texts)) > 100
    assert all(len(t) <= 100 for t in texts)
    assert mutator.mutate(b"", 100, 1)


def test_the_input_at_work_outlives_its_process(tmp_path: Path) -> None:
    state = fuzz_readers.State(tmp_path / "state")
    for data in (b"first", b"", random.Random(1).randbytes(fuzz_target.MAX_INPUT)):
        state.begin(data)
    count, data = fuzz_readers.State(tmp_path / "state").read()
    assert (count, data) == (3, random.Random(1).randbytes(fuzz_target.MAX_INPUT))
