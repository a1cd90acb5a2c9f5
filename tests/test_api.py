"""The Python API."""

from __future__ import annotations

from pathlib import Path

import pytest

import prediff
from prediff import bench
from prediff.errors import ConfigError, PrediffError, ReadError
from prediff.hints import Trials, with_hints

LEFT = "def f(a):\n    x = a + 1\n    g(x, x)\n"
RIGHT = "def f(a):\n    y = a + 1  # more\n    g(y, y)\n"


def test_texts():
    report = prediff.diff(LEFT, RIGHT, language="python")
    assert report.same
    assert report.verdict == "same"
    assert report.left_text == report.right_text == LEFT
    assert report.settings.view == "aligned"
    assert [len(m.lines) for m in report.line_maps] == [4, 4]
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
        {"view": "alined"},
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


def hints(left: str, right: str, **settings) -> list[tuple[str, tuple[str, ...], int]]:
    report = with_hints(prediff.diff(left, right, language="python", **settings))
    return [(h.unit, h.assumptions, h.lines) for h in report.hints]


STR = "def {0}(a):\n    return f'{{a!s}}'\n", "def {0}(a):\n    return f'{{a}}'\n"
NAMED = "def {0}(a):\n    x = a()\n    return g(x, x)\n", "def {0}(a):\n    y = a()\n    return g(y, y)\n"


def test_each_unit_has_a_hint_of_its_own():
    left, right = (STR[i].format("f") + NAMED[i].format("g") + STR[i].format("h") for i in (0, 1))
    assert hints(left, right) == [("f", ("str-formats",), 0), ("h", ("str-formats",), 0)]
    found = hints(left, right, level="layout")
    assert ("g", ("locals-unread",), 0) in found
    assert {unit for unit, _, _ in found} == {"f", "g", "h"}


def test_a_hint_names_only_what_is_needed():
    left = "def f(a):\n    'doc'\n    x = a()\n    return g(x, x)\n"
    right = "def f(a):\n    'doc'\n    y = a()\n    return g(y, y)\n"
    assert hints(left, right, level="layout") == [("f", ("locals-unread",), 0)]


def test_what_was_refused_is_not_offered():
    assert hints(*(text.format("f") for text in NAMED), refuse=["locals-unread"]) == []
    docs = "def f():\n    'a'\n    return 1\n", "def f():\n    'b'\n    return 1\n"
    assert hints(*docs, show=["docs"]) == []
    assert hints(*docs, level="layout") == [("f", ("docs-unread", "source-unread"), 0)]
    assert hints(*docs, level="layout", show=["docs"]) == []
    comments = "def f():\n    return 1  # a\n", "def f():\n    return 1  # b\n"
    assert hints(*comments, level="layout") == [("f", ("docs-unread",), 0)]
    assert hints(*comments, level="layout", show=["comments"]) == hints(*comments, show=["comments"]) == []


def test_a_unit_with_a_change_in_it_has_a_hint_for_the_rest():
    left = "def f(a):\n    g(f'{a!s}')\n    h()\n    return 1\n"
    right = "def f(a):\n    g(f'{a}')\n    h()\n    return 2\n"
    assert hints(left, right) == [("f", ("str-formats",), 2)]


def test_names_that_callers_see_are_a_hint():
    left, right = "def f(a):\n    return a + g(a)\n", "def f(b):\n    return b + g(b)\n"
    assert hints(left, right) == [("f", ("public-names-unread",), 0)]
    assert hints(left, right, implementations=True, level="relaxed") == []
    assert hints(left, right, level="relaxed") == [("f", ("public-names-unread",), 0)]


def test_a_long_pair_is_compared_anew_once_at_most():
    left, right = (STR[i].format("f") + "x = 1\n" * 100_000 for i in (0, 1))
    trials = Trials(prediff.diff(left, right, language="python"))
    assert trials.left == 1


def test_errors_have_one_base():
    assert issubclass(ConfigError, PrediffError)
    assert issubclass(ReadError, PrediffError)


def test_a_fold_on_a_block_names_the_statements_that_it_rewrote():
    report = prediff.diff(
        "def f(a):\n    h(a)\n    x = g(a)\n    h(a)\n    return k\n\n\ndef e(a):\n    h(a)\n    x = a\n    return x\n",
        "def f(a):\n    h(a)\n    x = g(a)\n    h(a)\n    return k\n\n\ndef e(a):\n    h(a)\n    return a\n",
        language="python",
    )
    (fold,) = [f for f in report.folds if f.rule == "single-use-temporary"]
    assert (fold.span[0], fold.span[2]) == (10, 11)
    assert [(p[0], p[2]) for p in fold.places] == [(10, 10), (11, 11)]


def test_a_parameter_that_is_renamed_rests_on_what_it_rests_on():
    left, right = "def f(a):\n    return a + g(a)\n", "def f(b):\n    return b + g(b)\n"
    report = prediff.diff(left, right, language="python", implementations=True)
    assert (report.verdict, report.assumptions) == ("same", ("locals-unread", "public-names-unread"))
    left, right = (
        text.replace("(a):", "(*, k):\n    a = k").replace("(b):", "(*, k):\n    b = k")
        for text in (left, right)
    )
    report = prediff.diff(left, right, language="python", implementations=True)
    assert "public-names-unread" not in report.assumptions
