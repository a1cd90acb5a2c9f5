"""Why a line is folded or shown: verdicts, counterparts, folds, what differs, and what more would fold it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import prediff
from prediff.errors import ConfigError
from prediff.explanation import explain_line
from prediff.explanation.pair import LinePair, change_at
from prediff.model import LineExplanation, Report
from prediff.reports.escaping import Style
from prediff.reports.line import line_json, render_line

SAMPLES = sorted(file.parent for file in (Path(__file__).parent.parent / "samples").glob("*/*/sample.toml"))


def compared(left: str, right: str, **settings) -> Report:
    return prediff.diff(left, right, language=settings.pop("language", "python"), **settings)


def explained(left: str, right: str, line: int, side: str = "left", **settings) -> LineExplanation:
    return explain_line(compared(left, right, **settings), line, side)  # type: ignore[arg-type]


def of_sample(folder: Path, **settings) -> Report:
    (left,), (right,) = (list(folder.glob(f"{side}.*")) for side in ("left", "right"))
    return prediff.diff(left, right, view="canonical", **settings)


@pytest.mark.parametrize("level", ["layout", "safe"])
@pytest.mark.parametrize("folder", SAMPLES, ids=lambda folder: f"{folder.parent.name}-{folder.name}")
def test_each_line_of_the_diff_is_explained_as_shown(folder, level, monkeypatch):
    monkeypatch.setattr("prediff.explanation.folding", lambda *arguments: ())  # it takes its time
    report = of_sample(folder, level=level)
    pair = LinePair(report)
    for side, name in enumerate(("left", "right")):
        shown = set()
        for row, (first, last) in enumerate(report.line_maps[side].lines):
            if not change_at(pair.changes, row, side).equal and pair.normal[side][row].strip():
                shown.update(range(first, last + 1) if first else ())
        for line in range(1, len(pair.texts[side])):
            found = explain_line(report, line, name)  # type: ignore[arg-type]
            comment, text = pair.comment_at(line, side), pair.texts[side][line - 1]
            if line in shown and text.strip() and not comment and "docstring" not in found.reason:
                assert found.verdict == "shown", (name, line)
            if report.verdict == "same":
                assert found.verdict in ("unchanged", "folded", "counted"), (name, line)
            assert all(c.isprintable() or c in "\n\t" for c in render_line(report, found, Style()))
            json.loads(line_json(report, found))


LEFT = """\
import os
from typing import List


def f(a, b: List[int]):
    # what it is
    result = g(a)
    print(a == None, f"{b!s}")  # noqa
    return result


def h(x):
    return x  + 1
"""
RIGHT = """\
import os


def h(x):
    return x + 1


def f(a, b):
    \"\"\"What it is.\"\"\"
    print(a is None, f"{b}")
    return 2
"""


@pytest.mark.parametrize(
    ("line", "verdict", "reason"),
    [
        (1, "unchanged", ""),
        (2, "folded", ""),
        (3, "folded", "a blank line"),
        (5, "folded", ""),
        (6, "shown", "it goes with what differs around it"),
        (7, "shown", ""),
        (8, "shown", ""),
        (9, "shown", ""),
        (12, "unchanged", ""),
        (13, "folded", ""),
    ],
)
def test_verdicts(line, verdict, reason):
    found = explained(LEFT, RIGHT, line)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_line_of_the_right():
    found = explained(LEFT, RIGHT, 9, "right")
    assert (found.verdict, found.reason, found.side) == ("counted", "a docstring", "right")
    found = explained(LEFT, RIGHT, 5, "right")
    assert (found.verdict, found.other_lines, found.other_texts) == ("folded", (13,), ("    return x  + 1",))


def test_a_folded_line_names_the_folds_that_concern_it():
    rules = [fold.rule for fold in explained(LEFT, RIGHT, 2).folds]
    assert rules == ["typing-import"]
    found = explained(LEFT, RIGHT, 5)
    assert "one-sided-annotation" in [fold.rule for fold in found.folds]
    assert found.other_texts == ("def f(a, b):",)
    assert found.normal == found.other_normal == ("def f(a, b):",)


def test_names_of_locals_are_given_where_they_stand():
    left = "def f(a):\n    x = a()\n    y = a(1)\n    return g(x, y, x)\n"
    right = "def f(a):\n    u = a()\n    v = a(1)\n    return g(u, v, u)\n"
    found = explained(left, right, 3)
    assert [(r.right, r.left) for r in found.renames] == [("v", "y")]
    assert [fold.rule for fold in found.folds] == ["local-names"]


def test_a_fold_elsewhere_in_the_unit_is_not_named():
    left = "def f(a):\n    x = a()\n    h()\n    return x + 1\n\n\ndef k(b):\n    h()\n    y = b()\n    return y\n"
    right = "def f(a):\n    x = a()\n    h( )\n    return x + 1\n\n\ndef k(b):\n    h( )\n    return b()\n"
    found = explained(left, right, 8)
    assert (found.verdict, found.folds) == ("folded", ())
    assert [fold.rule for fold in explained(left, right, 9).folds] == ["single-use-temporary"]


def test_what_differs_is_the_smallest_part():
    left = "def f(a, b):\n    return [g(a.x + 1), b if a < b else 0]\n"
    assert explained(left, left.replace("<", "<="), 2).differing == ("a < b", "a <= b")
    assert explained(left, left.replace("def f", "def k"), 1).differing == ("def f(a, b):", "def k(a, b):")
    found = explained(left, left.replace("def f", "def k"), 1, "right")
    assert found.differing == ("def f(a, b):", "def k(a, b):")
    left = "def f(a) -> int:\n    return 1\n"
    assert explained(left, "def f(a) -> str:\n    return 2\n", 1).differing == ("int", "str")


@pytest.mark.parametrize(
    ("left", "right", "settings", "under"),
    [
        ("f(a == None)", "f(a is None)", {}, ("builtin-operators",)),
        ("f(f'{a!s}')", "f(f'{a}')", {}, ("str-formats",)),
        ("f(a == None, f'{a!s}')", "f(a is None, f'{a}')", {}, ("builtin-operators", "str-formats")),
        ("f(a == None)", "f(a is None)", {"level": "layout"}, ("builtin-operators", "source-unread")),
        ("f(1)", "f(2)", {}, ()),
        ("'''a'''\n", "'''b'''\n", {"show": ["docs"]}, ("docs-unread",)),
        ("def f(a):\n    return a", "def f(b):\n    return b", {}, ("public-names-unread",)),
        ("def f():\n    return 1", "def k():\n    return 1", {}, ("public-names-unread",)),
    ],
)
def test_what_more_would_fold_a_line(left, right, settings, under):
    found = explained(left + "\n", right + "\n", 1, **settings)
    assert found.verdict == "shown"
    assert set(under) <= set(found.under or ()) if under else found.under == ()
    if found.under:
        settings = {"assume": found.under, "level": settings.get("level", "safe")}
        assert explained(left + "\n", right + "\n", 1, **settings).verdict != "shown"


def test_a_line_folds_though_others_of_its_unit_differ():
    left = "def f(a):\n    g(a == None)\n    return 1\n"
    right = "def f(a):\n    g(a is None)\n    return 2\n"
    assert explained(left, right, 2).under == ("builtin-operators",)
    assert explained(left, right, 3).under == ()


def test_a_line_that_only_one_side_has():
    found = explained("a()\n", "a()\nb()\n", 2, "right")
    assert (found.verdict, found.other_lines, found.differing, found.under) == ("shown", (), None, ())


@pytest.mark.parametrize("line", ["x = 1  # {0}", "x = 1  # noqa: {0}"])
def test_only_a_comment_behind_it(line):
    found = explained(line.format("a") + "\n", line.format("b") + "\n", 1)
    assert (found.verdict, "noqa" in line) == ("counted", found.reason == "its directive for tools")
    shown = explained(line.format("a") + "\n", line.format("b") + "\n", 1, show=["comments"])
    assert shown.verdict == "shown"


def test_what_cannot_be_read_is_verbatim():
    left = "def f(:\n    pass\n\ndef g():\n    return 1\n"
    right = "def f(:\n    paas\n\ndef g():\n    return 1\n"
    found = explained(left, right, 2)
    assert found.verdict == "verbatim"
    assert found.reason.startswith("it could not be read: ")
    assert explained(left, right, 5).verdict == "unchanged"


def test_a_pair_that_is_compared_as_text_is_verbatim():
    deep = "x = " + "(" * 3000 + ")" * 3000 + "\n"
    report = compared(deep, deep.replace("x", "y"))
    assert report.verdict == "unknown"
    found = explain_line(report, 1)
    assert (found.verdict, found.reason) == ("verbatim", report.reason)


def test_braces_belong_to_what_they_close():
    left = "function f(a) {\n  for (const x of a) {\n    g(x)\n    h(x)\n  }\n}\n"
    right = "function f(a) {\n  for (const x of a) {\n    g(x)\n  }\n  h(x)\n}\n"
    for line, side in ((4, "left"), (5, "right")):
        assert explained(left, right, line, side, language="javascript").verdict == "shown"
    right = "function f(a) {\n  for (const x of a) {\n    g(x)\n    h(x)\n  }\n  if (a) {\n  k() }\n}\n"
    assert explained(left, right, 7, "right", language="javascript").verdict == "shown"
    assert explained(left, left.replace("h(x)\n  }", "h(x) }"), 5, language="javascript").verdict == "folded"


@pytest.mark.parametrize(
    ("left", "right", "line", "message"),
    [
        ("x\n", "x\n", 1, "the two files are identical: there is nothing to explain"),
        ("x\n", "y\n", 2, "<text> has no line 2: give one from 1 to 1"),
        ("", "y\n", 1, "<text> is empty: explain a line of the other side"),
    ],
)
def test_errors(left, right, line, message):
    with pytest.raises(ConfigError, match=f"^{message}$"):
        explained(left, right, line)


def test_no_source_file():
    report = prediff.diff("a\n", "b\n", path="a.txt")
    with pytest.raises(ConfigError, match="no language is known for"):
        explain_line(report, 1)


def test_the_explanation_for_a_person():
    report = compared(LEFT, RIGHT)
    assert render_line(report, explain_line(report, 8), Style()).splitlines() == [
        "shown · its normal form differs",
        "",
        "left: <text>",
        '    8      print(a == None, f"{b!s}")  # noqa',
        "right: <text>",
        '   10      print(a is None, f"{b}")',
        "normal forms",
        '-     print(a == None, f"{b!s}")',
        '+     print(a is None, f"{b}")',
        "what differs",
        "- a == None",
        "+ a is None",
        "folds",
        "  definition-order · right lines 1-11",
        "    Put the right file's definitions in the left one's order.",
        "    under source-unread (safe)",
        "It would fold under builtin-operators, str-formats; --assume builtin-operators --assume",
        "str-formats or --level relaxed grants these.",
    ]


def test_what_was_refused_is_said_to_be():
    left, right = (f"def f(a):\n    {name} = a()\n    return g({name}, {name})\n" for name in "xy")
    report = compared(left, right, refuse=["locals-unread"])
    shown = render_line(report, explain_line(report, 2), Style())
    assert shown.endswith(
        "It would fold under locals-unread; locals-unread is refused by --refuse or --show.\n"
    )


def test_json_names_all_of_it():
    report = compared(LEFT, RIGHT)
    found = json.loads(line_json(report, explain_line(report, 8)))
    assert (found["schema"], found["version"], found["verdict"]) == ("prediff-line", 1, "shown")
    assert found["other"] == {"lines": [10], "texts": ['    print(a is None, f"{b}")']}
    assert found["under"] == ["builtin-operators", "str-formats"]
    assert found["differing"] == ["a == None", "a is None"]


RENAMED = (
    "def area(a, b):\n    return a * b\n\n\ndef total(items):\n    return [area(a, b) for a, b in items]\n"
)


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_place_of_a_renamed_definition_is_shown_where_it_is_marked(side):
    right = RENAMED.replace("area", "surface")
    found = explained(RENAMED, right, 6, side)
    assert (found.verdict, found.reason, found.under) == (
        "shown", "it names a definition that was renamed", None,
    )  # fmt: skip
    report = compared(RENAMED, right)
    assert render_line(report, found, Style()).startswith("shown · the aligned view marks it: it names")
    assert explained(RENAMED, right, 6, side, view="canonical").verdict == "folded"
    assert explained(RENAMED, right, 2, side).verdict == "unchanged"


def test_what_the_aligned_view_does_not_mark_is_folded():
    right = RENAMED.replace("a * b", "a*b + 1")
    assert explained(RENAMED, right, 2).verdict == "shown"
    assert (
        explained(RENAMED, right.replace("return [area(a, b)", "return [area( a, b )"), 6).verdict == "folded"
    )


def test_a_comment_that_is_compared():
    found = explained("x = 1  # a\n# b\n", "x = 1  # a\n# c\n", 2, show=["comments"])
    assert (found.verdict, found.under) == ("shown", ())
    report = compared("x = 1  # a\n# b\n", "x = 1  # a\n# c\n", show=["comments"])
    assert "It would be folded without --show comments." in render_line(report, found, Style())
    assert explained("x = 1\n# b\n", "x = 1\n# c\n", 2).verdict == "counted"
