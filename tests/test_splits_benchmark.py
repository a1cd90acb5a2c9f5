"""The benchmark of `prediff split` measures what it says, and can fail."""

from __future__ import annotations

from dataclasses import replace

import splits
from corpus import Pair, Row
from prediff.read import read_bytes
from prediff.split import split

OLD = b"def area(w, h):\n    result = w * h\n    return result\n\nNAME = 'a'\n"
NEW = b"def area(w, h):\n    return w*h\n\nNAME = 'b'\n"
ROW = Row("id", "owner/name", "c", "p", "app.py", "python", "format", "same", 1, "format")


def test_the_benchmark_measures_a_pair():
    found = splits.measure("safe", False, Pair(ROW, OLD, NEW))
    assert (found.kinds, found.exact, found.broken) == (("refactoring", "logic"), True, "")
    assert 0 < found.lines[1] < found.lines[2]


def test_the_benchmark_can_fail(monkeypatch):
    def broken(old, new, settings, logic_first):
        return replace(split(old, new, settings, logic_first), middle=read_bytes(b"return\n", "app.py"))

    monkeypatch.setattr(splits, "split", broken)
    monkeypatch.setattr(splits, "applied", lambda folder, old, patches: b"")
    found = splits.measure("safe", False, Pair(ROW, OLD, NEW))
    assert (found.exact, found.broken.partition(":")[0]) == (False, "SyntaxError")
