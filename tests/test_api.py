"""The Python API."""

from __future__ import annotations

from pathlib import Path

import pytest

import prediff
from prediff import bench
from prediff.errors import ConfigError, PrediffError, ReadError
from prediff.hints import with_hints

LEFT = "def f(a):\n    x = a + 1\n    g(x, x)\n"
RIGHT = "def f(a):\n    y = a + 1  # more\n    g(y, y)\n"


def test_texts():
    report = prediff.diff(LEFT, RIGHT, language="python")
    assert report.same
    assert report.verdict == "same"
    assert report.left_text == report.right_text == LEFT
    assert [len(m.lines) for m in report.line_maps] == [3, 3]
    assert {f.rule for f in report.folds} == {"local-names"}
    assert report.assumptions == ("docs-unread", "locals-unread")
    assert [(r.left, r.right) for r in report.renames] == [("x", "y")]
    assert report.comments.ordinary == 1


def test_a_path_names_the_language():
    assert prediff.diff(LEFT, RIGHT, path="a.py").same
    assert prediff.diff(LEFT, RIGHT, path="a.unknown").verdict == "unknown"


def test_files(tmp_path: Path):
    left, right = tmp_path / "left.py", tmp_path / "right.py"
    left.write_text(LEFT)
    right.write_text(RIGHT)
    assert prediff.diff(left, right).same
    assert prediff.diff(left, left).verdict == "identical"
    with pytest.raises(ReadError):
        prediff.diff(left, tmp_path / "missing.py")


def test_identical_texts_are_given_as_they_are():
    report = prediff.diff("x  =  1\n", "x  =  1\n", language="python")
    assert (report.verdict, report.left_text) == ("identical", "x  =  1\n")


@pytest.mark.parametrize(
    "options",
    [
        {"level": "loose"},
        {"language": "cobol"},
        {"assume": ["nothing"]},
        {"refuse": ["nothing"]},
        {"show": ["everything"]},
        {"view": "aligned"},
        {"reader": "guess"},
    ],
)
def test_a_value_that_does_not_exist_is_refused_by_name(options):
    value = next(iter(options.values()))
    with pytest.raises(ConfigError, match=value[0] if isinstance(value, list) else value):
        prediff.diff(LEFT, RIGHT, **{"language": "python", **options})


def test_normalize():
    result = prediff.normalize("def f( a ):\n  '''Doc.'''\n  return dict()\n", language="python")
    assert result.text == "def f(a):\n    return {}\n"
    assert len(result.line_map.lines) == 2


def test_normalize_keeps_the_names_of_locals():
    assert (
        "thing"
        in prediff.normalize("def f():\n    thing = g()\n    h(thing, thing)\n", language="python").text
    )


def test_text_that_cannot_be_read_is_given_as_it_is():
    result = prediff.normalize("x = (\n", language="python")
    assert result.text.strip() == "x = ("
    assert result.reason


def test_the_entry_point_of_the_benchmark():
    left, right = bench.pair(LEFT, RIGHT, "python", "a.py")
    assert left == right
    left, right = bench.pair(LEFT, RIGHT, "python", "a.py", level="layout")
    assert left != right


def test_hints_name_the_assumption_that_is_missing():
    left, right = "def f(a):\n    return f'{a!s}'\n", "def f(a):\n    return f'{a}'\n"
    report = prediff.diff(left, right, language="python")
    assert report.verdict == "differs"
    assert [(h.unit, h.assumptions) for h in with_hints(report).hints] == [("f", ("str-formats",))]


def test_no_hint_where_nothing_would_help():
    report = prediff.diff("def f(a):\n    return 1\n", "def f(a):\n    return 2\n", language="python")
    assert with_hints(report).hints == ()


def test_errors_have_one_base():
    assert issubclass(ConfigError, PrediffError)
    assert issubclass(ReadError, PrediffError)
