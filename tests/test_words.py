"""The words beside a report: on a terminal, in JSON, and as comments in the canonical texts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

import prediff
from prediff.languages import get_language
from prediff.linediff import diff_lines, lines_of
from prediff.model import ChangeNote, LineMap, Report, Suggestion, Summaries, UnitSummary
from prediff.reports.escaping import Style
from prediff.reports.headers import is_header, with_headers
from prediff.reports.html.words import page_words
from prediff.reports.hunks import find_hunks
from prediff.reports.json import report_json
from prediff.reports.sarif import report_sarif
from prediff.reports.terminal import Look, render
from prediff.reports.words import ranges, words
from prediff.summarize import with_summaries
from prediff.tree import trees_equal

MODEL = "some/model-1.5B"
LEFT = """\
import os


def load(path):
    rows = []
    for line in path:
        rows.append(line)
        log(line)
    return rows
"""
RIGHT = LEFT.replace("    rows = []\n", "    if not path:\n        raise ValueError\n    rows = []\n")


def compared(left: str = LEFT, right: str = RIGHT, language: str = "python", **options) -> Report:
    return with_summaries(prediff.diff(left, right, language=language, **options))


def of_model(report: Report, **fields) -> Report:
    """The same, as if a model had said it."""
    assert report.summaries is not None
    return replace(report, summaries=replace(report.summaries, by=MODEL, **fields))


def shown(report: Report, **look) -> list[str]:
    return render(report, Look(**look)).split("\n")


# --- terminal ------------------------------------------------------------------------------------------------------


def test_a_block_for_each_unit_stands_below_the_diff():
    lines = shown(compared())
    start = lines.index("load · outline")
    assert lines[start - 1 : start + 5] == [
        "",
        "load · outline",
        "  was:  for each line of path: appends line to rows, calls log(line); returns rows",
        "  now:  raises ValueError unless path; for each line of path: calls log(line); returns rows; ...",
        "  * also raises ValueError unless path (new lines 5-6)",
        "",
    ]
    assert max(i for i, line in enumerate(lines) if line.startswith("+")) < start
    assert lines[-2].startswith("differs")


def test_without_words_nothing_is_added():
    report = compared()
    plain = replace(report, summaries=None)
    assert "outline" not in render(plain, Look())
    kept = [line for line in shown(report) if line in shown(plain)]
    assert kept[: len(shown(plain)) - 2] == shown(plain)[:-2]


@pytest.mark.parametrize("look", [{}, {"side_by_side": True}, {"style": Style(True)}, {"diff": False}])
def test_words_of_a_model_say_so_in_each_block(look):
    report = of_model(
        compared(LEFT + "\n\nX = 1\n", RIGHT + "\n\nX = 2\n"), more=3, notes=("one\x1b[31m note",)
    )
    text = re.sub(r"\x1b\[[\d;]*m", "", render(report, Look(**look)))
    assert f"load · model, unverified: {MODEL}" in text
    assert f"(module) · model, unverified: {MODEL}" in text
    assert "outline" not in text
    assert "and 3 more units (--deep)" in text
    assert "note: one<U+001B>[31m note" in text


def test_equal_lines_of_both_sides_stand_once():
    report = compared()
    assert report.summaries is not None
    one = replace(report.summaries.units[0], right_text=report.summaries.units[0].left_text)
    lines = list(words(replace(report.summaries, units=(one,)), Style()))
    assert lines[2] == "  does: for each line of path: appends line to rows, calls log(line); returns rows"
    assert not any(line.startswith(("  was", "  now")) for line in lines)


def test_what_stands_on_one_side_and_how_pairs_were_found_is_said():
    units = (
        UnitSummary("a", None, left_text="does a"),
        UnitSummary(None, "b", right_text="does b"),
        UnitSummary("c", "d", left_text="does c", right_text="does d", paired="likeness"),
        UnitSummary("e", "e", paired="model"),
    )
    lines = list(words(Summaries("outline", units), Style()))
    assert [line for line in lines if "outline" in line] == [
        "a · only on the left · outline",
        "b · only on the right · outline",
        "c → d · paired by likeness · outline",
        "e · paired by the model · outline",
    ]
    assert "  was:  does a" in lines
    assert "  now:  does b" in lines


def test_suggestions_say_whether_they_were_checked():
    found = Summaries(
        MODEL,
        suggestions=(
            Suggestion("names", "f", "a is b", checked=True),
            Suggestion("opinion", "", "does the \u202e same"),
        ),
        more=1,
    )
    assert list(words(found, Style())) == [
        "model, checked by prediff · names of f: a is b",
        "model, unverified · opinion of (module): does the <U+202E> same",
        "and 1 more unit (--deep)",
    ]


HOSTILE = "\x1b[2J\u202e\r\n\x00 </script> ::error:: `$(x)`"


def hostile() -> Summaries:
    note = ChangeNote("other", HOSTILE, (1,), (), ((1, 2),))
    unit = UnitSummary(HOSTILE, HOSTILE + "b", left_text=HOSTILE, right_text="x" + HOSTILE, changes=(note,))
    one = Suggestion("opinion", HOSTILE, HOSTILE)
    return Summaries(HOSTILE, (unit,), (one,), notes=(HOSTILE,))


def test_hostile_words_steer_no_terminal():
    lines = list(words(hostile(), Style()))
    assert len([line for line in lines if line]) == 6
    assert all(line.isprintable() for line in lines)
    data = page_words(hostile())
    assert data is not None
    assert all(text.isprintable() for text in strings(data))


def strings(data: object) -> list[str]:
    if isinstance(data, str):
        return [data]
    below = data.values() if isinstance(data, dict) else data if isinstance(data, (list, tuple)) else ()
    return [text for one in below for text in strings(one)]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ((), ""),
        (((0, 0),), ""),
        (((3, 3),), "line 3"),
        (((3, 5),), "lines 3-5"),
        (((4, 4), (3, 3), (0, 0), (9, 9)), "lines 3-4, 9"),
        (((1, 9), (2, 3)), "lines 1-9"),
        (((2, 2), (4, 4)), "lines 2, 4"),
    ],
)
def test_lines_are_ranges(lines, text):
    assert ranges(lines) == text


# --- JSON and SARIF ------------------------------------------------------------------------------------------------


def test_json_has_the_words():
    report = of_model(compared(), suggestions=(Suggestion("names", "load", "a is b", True),), more=2, asked=4)
    found = json.loads(report_json(report))
    assert found["version"] == 1
    words_ = found["summaries"]
    assert (words_["by"], words_["verified"], words_["more"]) == (MODEL, False, 2)
    assert "asked" not in words_  # it would not be the same the second time
    unit = words_["units"][0]
    assert (unit["left"], unit["right"], unit["paired"]) == ("load", "load", "name")
    assert unit["left_span"][0] == 4
    assert unit["changes"] == [
        {
            "kind": "condition",
            "text": "also raises ValueError unless path",
            "left": [],
            "right": [2, 3],
            "left_lines": [],
            "right_lines": [[5, 5], [6, 6]],
        }
    ]
    assert words_["suggestions"] == [{"kind": "names", "unit": "load", "text": "a is b", "checked": True}]


def test_json_is_null_without_words_and_true_of_the_outline():
    assert json.loads(report_json(replace(compared(), summaries=None)))["summaries"] is None
    assert json.loads(report_json(compared()))["summaries"]["verified"] is True


def test_json_of_hostile_words_is_ascii():
    text = report_json(replace(compared(), summaries=hostile()))
    assert text.isascii()
    assert json.loads(text)["summaries"]["units"][0]["left_text"] == HOSTILE


def test_words_change_nothing_else():
    with_words = replace(compared(), summaries=hostile())
    without = replace(with_words, summaries=None)
    one, two = json.loads(report_json(with_words)), json.loads(report_json(without))
    del one["summaries"], two["summaries"]
    assert one == two
    assert report_sarif(with_words, 3, "1") == report_sarif(without, 3, "1")


# --- comments in the canonical texts ---------------------------------------------------------------------------------

HEADER = re.compile(r"^[ \t]*(#|//) (outline|model, unverified): .*\n", re.M)
CLASS = """\
@a
@b(1)
def f(x):
    return x


class A:
    k = 1

    @property
    def g(self):
        return 1

    @g.setter
    def g(self, v):
        self.v = v
"""
OTHER = (
    CLASS.replace("return x", "return x + 1")
    .replace("k = 1", "k = 2")
    .replace("self.v = v", "self.v = v + 1")
)
START = "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\ndef f(x):\n    return x\n"
BRANCHES = "if a:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
TEXT = 'def f():\n    return """\ndef f():\n    pass\n"""\n'
BROKEN = "def f(:\n  x\ndef g(): return 1\n"
PYTHON = [
    (LEFT, RIGHT),
    (CLASS, OTHER),
    (START, START.replace("return x", "return -x")),
    ('"""Doc."""\nX = 1\n', '"""Doc."""\nX = 2\n'),
    ('"""Doc."""\ndef f(): return 1\n', '"""Doc."""\ndef f(): return 2\n'),
    ("# c\nfrom __future__ import annotations\nX = 1\n", "# c\nfrom __future__ import annotations\nX = 2\n"),
    ("def f(): return 1\ndef g(): return 1\n", "def g(): return 2\ndef h(): return 1\n"),
    ("def f(): return 1\ndef f(): return 2\n", "def f(): return 1\ndef f(): return 3\n"),
    (TEXT, TEXT.replace('pass\n"', 'pass\n\n"')),
    (
        "class A:\n  class B:\n    def m(self): return 1\n",
        "class A:\n  class B:\n    def m(self): return 2\n",
    ),
    (BRANCHES, BRANCHES.replace("2", "3")),
    (BROKEN, BROKEN.replace("1", "2")),
]
MODULE = """\
"use strict";
export default function f(a) { return a; }
export class B { m() { return 1; } static s() { return 2; } }
"""
TEMPLATE = "const t = `\nfunction f() {}\n`;\nfunction f() { return 1; }\n"
ACCESS = "class A { get x() { return 1; } set x(v) { this.v = v; } #p() { return 1; } }\n"
UNREAD = "a(); function f() { return (; }\nfunction g() { return 1; }\n"
JAVASCRIPT = [
    (MODULE, MODULE.replace("return", "return -")),
    ('#!/usr/bin/env node\n"use strict";\nlet a = 1;\n', '#!/usr/bin/env node\n"use strict";\nlet a = 2;\n'),
    ("function a(){return 1}function b(){return 1}", "function a(){return 2}function b(){return 2}"),
    ("export const k = 3;\n", "export const k = 4;\n"),
    (TEMPLATE, TEMPLATE.replace("1", "2")),
    (ACCESS, ACCESS.replace("1", "2").replace("= v", "= -v")),
    (UNREAD, UNREAD.replace("1", "2")),
]
PAIRS = [*[("python", *pair) for pair in PYTHON], *[("javascript", *pair) for pair in JAVASCRIPT]]
VIEWS: dict[str, dict[str, Any]] = {
    "canonical": {"view": "canonical"},
    "comments": {"view": "canonical", "show": ["comments"]},
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("language", "left", "right"), PAIRS)
def test_headers_are_comments_and_nothing_else(language, left, right, view):
    plain = compared(left, right, language, **VIEWS[view])
    report = with_headers(plain)
    for before, after, old, new in zip(
        (plain.left_text, plain.right_text), (report.left_text, report.right_text),
        plain.line_maps, report.line_maps, strict=True,
    ):  # fmt: skip
        assert HEADER.sub("", after) == before
        trees = [get_language(language).read(text, "auto").tree for text in (before, after)]
        assert trees_equal(*trees)
        rows = lines_of(after)
        assert [is_header(row) for row in rows] == [bool(HEADER.match(row)) for row in rows]
        kept = [i for i, row in enumerate(rows) if not HEADER.match(row)]
        assert [new.lines[i] for i in kept] == list(old.lines[: len(kept)])
        assert all(new.lines[i] == (0, 0) for i, row in enumerate(rows) if HEADER.match(row))
        assert len(new.lines) - len(old.lines) == len(rows) - len(kept)
        if before.startswith(("#!", "# -*-", '"""', '"use')):
            assert after.split("\n")[0] == before.split("\n")[0]
    assert replace(report, left_text="", right_text="", line_maps=plain.line_maps) == replace(
        plain, left_text="", right_text=""
    )


@pytest.mark.parametrize(("language", "left", "right"), [*PAIRS[:10], *PAIRS[12:18]])
def test_units_that_differ_have_headers_on_both_sides(language, left, right):
    report = with_headers(compared(left, right, language, view="canonical"))
    assert HEADER.search(report.left_text)
    assert HEADER.search(report.right_text)


def test_a_header_stands_above_the_decorators_of_its_unit():
    report = with_headers(compared(*PYTHON[1], view="canonical"))
    assert report.left_text.split("\n")[0] == "# outline: returns x"
    assert report.left_text.split("\n")[1] == "@a"
    assert "    # outline: sets self.v to v\n    @g.setter\n" in report.left_text
    assert report.left_text.count("outline") == report.right_text.count("outline") == 3


def test_hunks_with_headers_still_map_to_the_source():
    report = with_headers(compared(view="canonical"))
    left, right = lines_of(report.left_text), lines_of(report.right_text)
    hunks = find_hunks(report, left, right, 0)
    assert [(hunk.left_source, hunk.right_source, hunk.unit) for hunk in hunks] == [
        ((0, 0), (0, 0), ""),
        ((0, 0), (5, 6), "load"),
    ]
    assert find_hunks(report, left, right, 3)[0].unit == "load"


def test_equal_units_have_headers_on_no_side_alone():
    shared = "\n\ndef same():\n    return 1\n"
    report = with_headers(compared(LEFT + shared, RIGHT + shared, view="canonical"))
    changed = [c for c in diff_lines(lines_of(report.left_text), lines_of(report.right_text)) if not c.equal]
    assert "same" not in "".join("".join(lines_of(report.right_text)[slice(*c.right)]) for c in changed)
    assert report.left_text.count("# outline") == report.right_text.count("# outline") == 1


def test_equal_lines_of_a_pair_make_no_noise():
    plain = compared(
        LEFT.replace("rows.append(line)", "rows.append(line * 2 ** 2)"),
        LEFT.replace("rows.append(line)", "rows.append(line * 3 ** 3)"),
        view="canonical",
    )
    assert plain.summaries is not None
    unit = replace(plain.summaries.units[0], left_text="the same", right_text="the same")
    report = with_headers(replace(plain, summaries=replace(plain.summaries, units=(unit,))))
    changed = [c for c in diff_lines(lines_of(report.left_text), lines_of(report.right_text)) if not c.equal]
    assert len(changed) == 1


def test_a_pair_of_which_one_side_has_no_words_gets_none():
    plain = compared(view="canonical")
    assert plain.summaries is not None
    whole = plain.summaries.units[0]
    for unit in (replace(whole, left_text=""), replace(whole, right_text="")):
        report = with_headers(replace(plain, summaries=replace(plain.summaries, units=(unit,))))
        assert (report.left_text, report.right_text) == (plain.left_text, plain.right_text)


def test_two_files_that_are_the_same_stay_the_same():
    report = prediff.diff("x = 1\ny = 2  # a\n", "x = 1\ny = 2\n", language="python", view="canonical")
    assert report.same
    found = with_headers(replace(report, summaries=hostile()))
    assert found.left_text == found.right_text == report.left_text


@pytest.mark.parametrize("options", [{}, {"view": "aligned"}])
def test_the_aligned_view_has_no_headers(options):
    report = compared(**options)
    assert with_headers(report) is report
    assert with_headers(replace(compared(view="canonical"), summaries=None)).summaries is None


@pytest.mark.parametrize(
    "text",
    [
        "sets coding: latin-1",
        "vim: set fileencoding=latin-1 :",
        "type: ignore",
        "x" * 100,
        "ends in a backslash ",
    ],
)
def test_words_of_a_model_are_only_a_comment(text):
    left, right = "def f(): return 'é'\n", "def f(): return 'è'\n"
    plain = of_model(compared(left, right, view="canonical"))
    assert plain.summaries is not None
    unit = replace(plain.summaries.units[0], left_text=text, right_text=text)
    report = with_headers(replace(plain, summaries=replace(plain.summaries, units=(unit,))))
    assert report.left_text.startswith("# model, unverified: ")
    assert HEADER.sub("", report.left_text) == plain.left_text
    # A first line that names an encoding would make the bytes of the file another text (PEP 263).
    spaces: dict[str, object] = {}
    exec(compile(report.left_text.encode(), "f", "exec"), spaces)
    assert spaces["f"]() == "é"  # type: ignore[operator]


@pytest.mark.parametrize(
    "text",
    [
        "vim: set ft=c:",
        "see vi:ft=c",
        "x ex:set ft=c:",
        "Vim<700: ft=c",
        "vim>=9: x",
        "-*- mode: c; eval: (x) -*-",
    ],
)
def test_words_of_a_model_set_up_no_editor(text):
    """Modelines of vim, and variables of Emacs: both are heeded wherever they stand in the first lines of a file."""
    plain = of_model(compared(view="canonical"))
    assert plain.summaries is not None
    units = tuple([replace(one, left_text=text, right_text=text) for one in plain.summaries.units])
    headed = with_headers(replace(plain, summaries=replace(plain.summaries, units=units)))
    assert headed.left_text != plain.left_text
    for line in headed.left_text.split("\n"):
        assert not re.search(r"\s(?:vi|[vV]im[<=>]*\d*|ex):", line)
        assert "-*-" not in line


def test_texts_that_cannot_be_read_have_no_headers():
    plain = replace(
        compared(view="canonical"), left_text="def f(:\n", line_maps=(LineMap(((1, 1),)), LineMap(()))
    )
    found = with_headers(plain)
    assert found.left_text == plain.left_text


def test_the_same_question_gives_the_same_bytes():
    assert report_json(compared()) == report_json(compared())
    assert render(compared(), Look()) == render(compared(), Look())
