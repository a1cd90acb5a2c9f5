"""Reports on a pair: SARIF, syntax colour, two columns on a terminal, and what the page marks as folded."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import prediff
from prediff.linemaps import retraced
from prediff.model import Astray, Fold, LineMap, RenamedDefinition, SourceFile, UnitPair
from prediff.reports.escaping import Style
from prediff.reports.findings import RULES
from prediff.reports.folded import telling_folds
from prediff.reports.html import report_html
from prediff.reports.html.data import page_data
from prediff.reports.html.lines import pieces, rows_of_lines
from prediff.reports.hunks import diff_lines, lines_of, longest_rising
from prediff.reports.sarif import report_sarif
from prediff.reports.syntax import colored_lines
from prediff.reports.terminal import Look, render

LEFT = '''\
"""Sums."""


def total(values):
    # All of them.
    found = 0
    for value in values:
        found += value
    return found


def mean(values: list):
    return total(values) / len(values)
'''
RIGHT = """\
def mean(values):
    return total(values) / len( values )  # may fail


def total(values):
    result = 0
    for value in values:
        result -= value
    return result
"""


def compared(left: str = LEFT, right: str = RIGHT, **options):
    return prediff.diff(left, right, language="python", **options)


def colors(text: str, language: str = "python") -> list[tuple[str, str]]:
    lines = lines_of(text)
    found = zip(lines, colored_lines(text, lines, language), strict=True)
    return [(kind, line[start:end]) for line, tokens in found for start, end, kind in tokens]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("def f(): pass", [("keyword", "def"), ("definition", "f"), ("keyword", "pass")]),
        ("x = 1_000.5e-3j  # so", [("number", "1_000.5e-3j"), ("comment", "# so")]),
        ("rb'a\\'b' + x", [("string", "rb'a\\'b'")]),
        ("'open\nx = 'b'", [("string", "'open"), ("string", "'b'")]),
        ('"""a\n # b\n"""', [("string", '"""a'), ("string", " # b"), ("string", '"""')]),
        ("x[1].real", [("number", "1")]),
    ],
)
def test_python_is_colored(text, expected):
    assert colors(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = b / c / d", []),
        ("a = /b[/]c/g.test(d)", [("string", "/b[/]c/g")]),
        ("return /x/", [("keyword", "return"), ("string", "/x/")]),
        ("/* a\nb */ c", [("comment", "/* a"), ("comment", "b */")]),
        ("`a${f({b: `c${1}`})}d` + 2", [
            ("string", "`a${"), ("string", "`c${"), ("number", "1"), ("string", "}`"), ("string", "}d`"),
            ("number", "2"),
        ]),
        ("class A {}", [("keyword", "class"), ("definition", "A")]),
    ],
)  # fmt: skip
def test_javascript_is_colored(text, expected):
    assert colors(text, "javascript") == expected


@pytest.mark.parametrize("language", ["python", "javascript"])
@given(text=st.text("ab1'\"`\\/#*\n ${}[](", max_size=60))
def test_colored_tokens_are_in_their_lines_and_in_order(language, text):
    lines = lines_of(text)
    for line, tokens in zip(lines, colored_lines(text, lines, language), strict=True):
        edges = [column for start, end, _ in tokens for column in (start, end)]
        assert edges == sorted(edges)
        assert all(0 <= column <= len(line.rstrip("\n")) for column in edges)
        made = pieces(line, tokens, [])
        assert "".join(text for kind, text in made if kind != "z") == line.rstrip("\n")


@pytest.mark.parametrize(
    "text",
    [
        "'" * 200_000,
        "/" * 200_000,
        "`${" * 60_000,
        '"""' * 60_001,
        "/*" * 100_000,
        "a/ " * 60_000,
        "\\" * 200_000,
    ],
)
@pytest.mark.parametrize("language", ["python", "javascript"])
def test_long_texts_of_one_mark_are_colored(text, language):
    # Where it took quadratic time the run would not end.
    assert len(colored_lines(text, [text], language)) == 1


def test_what_no_language_names_has_no_color():
    assert colored_lines("x = 1", ["x = 1"], None) == [[]]


@given(st.lists(st.integers(0, 50), unique=True, max_size=12))
def test_a_longest_rising_part_rises(numbers):
    found = [numbers[at] for at in longest_rising(numbers)]
    assert found == sorted(found)
    best = [1] * len(numbers)
    for i in range(len(numbers)):
        best[i] += max((best[j] for j in range(i) if numbers[j] < numbers[i]), default=0)
    assert len(found) == max(best, default=0)


def test_lines_are_retraced_by_equal_words():
    """Lines that stand nowhere else, and those beside them; between two of these, line by line.

    One that stands there twice keeps what was known.
    """
    assert retraced([(1, 1)] * 4, "a\nb\nc\nd\n", "a\nx\ny\nd\n") == ((1, 1), (2, 2), (3, 3), (4, 4))
    known = [(1, 4), (0, 0), (1, 4), (0, 0), (9, 9), (0, 0)]
    source = "# new\nx = (\n\n1)\nf()\n\nf()\n\ny\n"
    assert retraced(known, "x = (\n\n1)\nf()\nz\n", source) == (
        (2, 2), (3, 3), (4, 4), (5, 5), (9, 9), (0, 0),
    )  # fmt: skip
    assert retraced([(7, 7), (0, 0)], "f()\n\n", source) == ((7, 7), (8, 8))


def test_folds_that_both_files_have_in_the_same_words_are_not_told():
    left = LEFT + "if not a:\n    b()\nelse:\n    c()\n"
    rules = Counter(f.rule for f in telling_folds(compared(left, left.replace("c()", "d()"))))
    assert not rules
    assert compared(left, left.replace("c()", "d()")).folds
    line = compared("def f(a):\n    x = a\n    return x\n", "def f(a):\n    x = -a\n    return x\n")
    assert line.folds
    assert not telling_folds(line)
    docs = telling_folds(compared(left, left.replace("Sums.", "Adds.")))
    assert [(f.rule, f.side) for f in docs] == [("docstring", "left"), ("docstring", "right")]


def test_sarif_says_what_differs_and_where():
    log = json.loads(report_sarif(compared(), version="1.2"))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    assert run["tool"]["driver"]["version"] == "1.2"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == list(RULES)
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("logic-differs", "note")
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    where = result["locations"][0]["physicalLocation"]
    assert where["region"] == {"startLine": 8, "endLine": 8}
    assert RIGHT.split("\n")[7].strip() == "result -= value"
    assert (
        run["artifacts"][where["artifactLocation"]["index"]]["location"]["uri"]
        == where["artifactLocation"]["uri"]
    )
    assert result["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 8, "endLine": 8}
    assert result["message"]["text"] == "The logic of total differs: line 8 on the left, line 8 on the right."
    assert result["properties"]["level"] == "safe"
    assert "locals-unread" in result["properties"]["assumptions"]
    assert run["properties"]["verdict"] == "differs"


def test_sarif_fingerprints_follow_the_change_not_its_place():
    def prints(report):
        results = json.loads(report_sarif(report))["runs"][0]["results"]
        return [result["partialFingerprints"]["prediff/v1"] for result in results]

    moved = compared("import os\n\n\n" + LEFT, "import os\n\n\n" + RIGHT)
    assert prints(compared()) == prints(moved)
    twice = compared("x = 1\n" + "y = 0\n" * 9 + "x = 1\n", "x = 2\n" + "y = 0\n" * 9 + "x = 2\n")
    assert len(set(prints(twice))) == len(prints(twice)) == 2


def test_lines_that_are_gone_point_to_what_follows():
    log = json.loads(report_sarif(compared("f()\ng()\nh()\n", "f()\nh()\n")))
    (result,) = log["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 2, "endLine": 2}
    assert result["message"]["text"].endswith("line 2 on the left, nothing on the right.")


def test_each_place_that_kept_the_old_name_is_a_warning():
    renamed = RenamedDefinition("function", "f", "g", 7, 5, (Astray(3, "f"), Astray(8, "h")))
    followed = RenamedDefinition("class", "A", "B", 2, 2)
    log = json.loads(report_sarif(replace(compared(), renamed=(renamed, followed))))
    results = [one for one in log["runs"][0]["results"] if one["ruleId"] != "logic-differs"]
    assert [one["ruleId"] for one in results] == ["renamed-in-part", "renamed-in-part", "renamed-definition"]
    assert [one["level"] for one in results] == ["warning", "warning", "note"]
    assert results[0]["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert "5 of 7 places" in results[0]["message"]["text"]


def test_what_is_unknown_is_a_result_and_what_is_identical_is_none():
    log = json.loads(report_sarif(prediff.diff("a", "b")))
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("not-compared", "warning")
    assert "compared as text" in result["message"]["text"]
    assert json.loads(report_sarif(prediff.diff("a", "a")))["runs"][0]["results"] == []
    broken = json.loads(report_sarif(compared("def f(:\n    a\n\nx = 1\n", "def g(:\n    a\n\nx = 1\n")))
    assert [one["ruleId"] for one in broken["runs"][0]["results"]][-1] == "not-compared"


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("/tmp/é.py", "file:///tmp/%C3%A9.py"),
        ("a:b#c?.py", "a%3Ab%23c%3F.py"),
        ("\udcff.py", "%FF.py"),
    ],
)
def test_paths_are_uris(path, uri):
    report = replace(compared(), right=SourceFile(path, RIGHT, "python"))
    location = json.loads(report_sarif(report))["runs"][0]["artifacts"][1]["location"]
    assert location["uri"] == uri
    assert ("uriBaseId" in location) == (not path.startswith("/"))


def test_messages_hold_no_links_and_no_placeholders():
    unit = UnitPair("[a](http://b) {0}\u202e", (1, 0, 2, 0), (1, 0, 2, 0), "unknown", reason="\x1b")
    log = report_sarif(replace(compared(), units=(unit,)))
    assert log.isascii()
    texts = [one["message"]["text"] for one in json.loads(log)["runs"][0]["results"]]
    assert texts[-1] == r"\[a\](http://b) {{0}}<U+202E> could not be compared: <U+001B>."


def test_two_columns_fold_equal_lines_with_their_count():
    text = "".join(f"x{i} = {i}\n" for i in range(30))
    report = compared(text, text.replace("x15 = 15", "x15 = 16"))
    shown = render(report, Look(side_by_side=True, folded=True)).splitlines()
    assert [line.strip() for line in shown if "⋯" in line] == ["⋯ 12 equal lines", "⋯ 11 equal lines"]
    assert "⋯" not in render(report, Look(side_by_side=True))
    assert "⋯" not in render(report, Look(folded=True))


def test_color_changes_no_character():
    text = LEFT + 'x = """\n1 \t\x1b"""  # so\n'
    report = compared(text, text.replace("+=", "-="), show=("docs",))
    for wide in (False, True):
        plain = render(report, Look(side_by_side=wide, context=20))
        colored = render(report, Look(Style(True), side_by_side=wide, context=20))
        bare = re.sub(r"\x1b\[[\d;]*m", "", colored)
        assert [line.rstrip() for line in bare.splitlines()] == [line.rstrip() for line in plain.splitlines()]
        assert "\x1b[35mreturn\x1b[0m" in colored
        assert "\x1b[2m# All of them.\x1b[0m" in colored


def lines_marked(data: dict, side: str) -> dict[str, list[str]]:
    text = data[side]["original"]
    found: dict[str, list[str]] = {}
    for row, what in zip(text["rows"], text["what"], strict=True):
        found.setdefault(what, []).append("".join(data["lines"][row][1::2]).strip())
    return found


def test_lines_of_the_originals_are_marked_by_what_was_folded():
    data = page_data(compared(), 3)
    left, right = lines_marked(data, "left"), lines_marked(data, "right")
    assert left["d"] == ['"""Sums."""']
    assert left["m"] == ["# All of them."]
    assert left["a"] == ["def mean(values: list):"]
    assert left["c"] == ["found += value"]
    assert right["c"] == ["result -= value"]
    assert set(right["f"]) == {
        "return total(values) / len( values )  # may fail",
        "result = 0",
        "return result",
    }
    assert "def total(values):" in left["."]


def test_every_line_of_the_page_has_a_slot():
    report = compared()
    data = page_data(report, 3)
    for side, source, shown in (("left", LEFT, report.left_text), ("right", RIGHT, report.right_text)):
        for kind, text in (("original", source), ("shown", shown)):
            columns = data[side][kind]
            assert {len(columns[name]) for name in ("rows", "numbers", "slots", "what")} == {
                len(lines_of(text))
            }
            assert all(0 <= slot < data["slots"] for slot in columns["slots"])
    equal = [c for c in diff_lines(lines_of(report.left_text), lines_of(report.right_text)) if c.equal]
    slots = data["left"]["shown"]["slots"], data["right"]["shown"]["slots"]
    for change in equal:
        assert slots[0][slice(*change.left)] == slots[1][slice(*change.right)]


def test_the_page_needs_no_more_than_texts_and_line_maps():
    """A view in which the left text is the left file, and the right one is that with the logic changes."""
    left, right = "a = 1\n\n# so\nb = f( a )\n", "b = f(a, 2)\na = 1\n"
    shown = "a = 1\n\n# so\nb = f(a, 2)\n"
    maps = LineMap(tuple((n, n) for n in range(1, 5))), LineMap(((2, 2), (0, 0), (0, 0), (1, 1)))
    base = compared(left, right)
    made = replace(
        base,
        left_text=left,
        right_text=shown,
        line_maps=maps,
        settings=replace(base.settings, view="aligned"),
    )
    data = page_data(made, 3)
    assert data["called"] == ["as it is", "aligned"]
    assert data["left"]["shown"]["what"] == data["left"]["original"]["what"] == "..mc"
    assert (data["right"]["original"]["slots"], data["right"]["original"]["what"]) == ([3, 0], "c.")
    assert data["right"]["shown"]["numbers"] == [2, 0, 0, 1]
    assert report_html(made)
    assert json.loads(report_sarif(made))["runs"][0]["properties"]["view"] == "aligned"


def test_rows_of_one_string_are_shared_out():
    lines = prediff.diff('x = """\na\nb\n"""\n', 'x = """\na\nc\n"""\n', language="python").line_maps[0]
    assert rows_of_lines(lines, 4, 4) == [0, 1, 2, 3]


def test_the_page_is_ascii_and_holds_its_own_hashes():
    page = report_html(compared("é = '\udce9'\n".encode("utf-8", "replace").decode(), "x = 1\n"))
    assert page.isascii()
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    assert page.count("<script") == 2


def test_folds_reach_the_page():
    data = page_data(replace(compared(), folds=(Fold("docstring", (1, 0, 1, 9), ("docs-unread",)),)), 3)
    assert data["folds"] == [
        {"rule": "docstring", "side": 0, "unit": "", "lines": [(1, 1)], "under": ("docs-unread",)}
    ]
    assert data["granted"] == {"docs-unread": "safe"}
