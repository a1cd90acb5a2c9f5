"""The benchmark of restyled fixes can fail, its restyles mean the same, and a sample comes out as the fix alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

import mixed
from restyling import RESTYLES, RestyleError, same_logic
from restyling.renaming import renamed, same_code

OLD = '''\
"""Sizes."""
import os

LIMIT = 10  # at most


def total_of(items, *rest, limit=LIMIT):
    # Small ones only.
    total = 0
    for item in [*items, *rest]:
        if item.size < limit and item is not None:
            total += item.size
    try:
        os.stat("here")
    except OSError as error:
        print(f"{error}: {total:>{limit}}")
    return total


class Box(object):
    size = LIMIT

    def scaled(self, factor):
        sizes = {key: value * factor for key, value in self.sizes().items()}

        def largest():
            return max(sizes.values())

        return largest(), sizes
'''
NEW = OLD.replace("item.size < limit", "item.size <= limit")
FIX = mixed.Fix("f", "f.py", OLD, NEW)


def measured(restyle: str) -> mixed.Result:
    work = mixed.jobs([FIX], restyle, "safe", 1, Counter())
    return mixed.measure(work, 1, 60, None)[0]


@pytest.mark.parametrize("restyle", RESTYLES)
def test_only_the_fix_is_left(restyle):
    for name in RESTYLES[restyle].needs:
        pytest.importorskip(name)
    found = measured(restyle)
    assert (found.fix, found.aligned, found.trouble) == (2, 2, "")
    assert found.git > 2
    assert not found.whole
    assert not found.hidden


def test_a_hidden_fix_is_found_out(monkeypatch, tmp_path, capsys):
    def lying(left, right, settings):
        return replace(mixed.compare_honestly(left, right, settings), right_text=left.text)

    monkeypatch.setattr(mixed, "compare_honestly", mixed.compare, raising=False)
    monkeypatch.setattr(mixed, "compare", lying)
    monkeypatch.setattr(mixed, "fixes", lambda clones, seed: iter([FIX]))
    code = mixed.main(["--clones", str(tmp_path), "--restyle", "unparse", "--jobs", "1"])
    assert code == 1
    assert "hidden: f unparse" in capsys.readouterr().out


def test_a_whole_restyled_file_is_found_out(monkeypatch):
    def as_it_is(left, right, settings):
        report = mixed.compare_honestly(left, right, settings)
        return replace(
            report, right_text=right.text, notes=("the right file is shown in its own text: for a test",)
        )

    monkeypatch.setattr(mixed, "compare_honestly", mixed.compare, raising=False)
    monkeypatch.setattr(mixed, "compare", as_it_is)
    found = measured("unparse")
    assert found.whole
    assert found.units == 0
    assert found.aligned == found.git > found.fix


def test_a_crash_is_a_result_and_costs_all_lines(monkeypatch):
    def crash(left, right, settings):
        raise ValueError("no")

    monkeypatch.setattr(mixed, "compare", crash)
    found = measured("unparse")
    assert "ValueError" in found.trouble
    assert found.aligned == found.git


def test_the_run_says_what_it_found(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(mixed, "fixes", lambda clones, seed: iter([FIX]))
    arguments = ["--clones", str(tmp_path), "--restyle", "unparse,rename", "--show", "1", "--json"]
    assert mixed.main([*arguments, str(tmp_path / "all.json"), "--keep", str(tmp_path / "texts")]) == 0
    said = capsys.readouterr().out
    assert said.count("| 1 |") >= 2
    assert "2 aligned, 2 the fix alone, 2 in normal form" in said
    texts = tmp_path / "texts" / "unparse" / "f"
    assert (texts / "aligned-left.py").read_text() == (texts / "old.py").read_text() == OLD
    assert "item.size <= limit" in (texts / "aligned-right.py").read_text()
    assert (tmp_path / "all.json").exists()


def test_unknown_restyles_are_refused(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        mixed.main(["--clones", str(tmp_path), "--restyle", "haiku"])
    assert stopped.value.code == 2
    assert "unknown restyle haiku" in capsys.readouterr().err


def test_a_pair_that_cannot_be_restyled_is_counted():
    left_out: Counter[str] = Counter()
    assert mixed.jobs([replace(FIX, new="print 1\n")], "unparse", "safe", 1, left_out) == []
    assert sum(left_out.values()) == 1


def test_locals_are_renamed_where_nothing_may_see_their_names():
    text = renamed(NEW)
    for name in ("total", "item", "error", "sizes", "key", "value", "rest"):
        assert f" {name} " not in text
    for kept in ("items", "limit", "factor", "largest", "size = LIMIT", "def total_of"):
        assert kept in text


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    a = 1\n    return locals()\n",
        "def f():\n    global a\n    a = 1\n",
        "def f(a, *, b):\n    return a + b\n",
        "def f():\n    import os\n    return os\n",
        "def f():\n    a = 1\n    return f'{a=}'\n",
        "def f(*a: int):\n    return a\n",
        "class A:\n    a = 1\n    b = a\n",
        "x = [1]\nfor y in x:\n    print(y)\n",
    ],
)
def test_what_may_be_seen_keeps_its_name(text):
    assert renamed(text) == text


def test_a_local_that_a_string_names_is_renamed_on_demand():
    text = 'def f(df):\n    limit = 1\n    return df.query("age > @limit")\n'
    assert renamed(text) == text
    assert renamed(text, in_strings=True) == text.replace("    limit", "    v1")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def f():\n    a = 1\n    def g(a):\n        return a\n    return g(a)\n", 2),
        ("def f():\n    a = 1\n    class C:\n        a = a\n    return C\n", 1),
        ("def f(x):\n    return [a for a in x if (b := a)], b\n", 3),
        ("def f():\n    a = 1\n    return lambda: a\n", 2),
        ("def f():\n    é = 'ü'; a = é\n    return f'{a} ü {é}'\n", 2),
    ],
)
def test_scopes_are_the_compilers(text, names):
    assert len(renamed(text).split("v1")) > names - 1
    assert renamed(text) != text


def test_another_meaning_is_found_out():
    assert not same_code(
        "def f():\n    a = b = 1\n    return a\n", "def f():\n    v1 = b = 1\n    return b\n", {"v1": "a"}
    )
    with pytest.raises(ValueError, match="another syntax tree"):
        same_logic("x = 1\n", "x = 2\n")
    with pytest.raises(RestyleError, match="nothing to restyle"):
        RESTYLES["unparse"].apply("x = 1\n")
