"""What the command shows: hunks, the terminal report, JSON and explanations, on reports made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff.cli import main, quick
from prediff.emit import encoded
from prediff.model import (
    CommentCount,
    Comments,
    Fold,
    Hint,
    LineMap,
    Rename,
    Report,
    Settings,
    SourceFile,
    StepDown,
    UnitPair,
)
from prediff.reconcilers.catalogue import PAIR_FOLDS
from prediff.reports.escaping import Style, display_width, printable
from prediff.reports.hunks import changed_words, diff_lines, find_hunks, lines_of
from prediff.reports.json import report_json
from prediff.reports.terminal import Look, render, summary
from prediff.rules import REJECTED, RULES
from prediff.rules.assumptions import ASSUMPTIONS

PLAIN = Style()


def report(left: str, right: str, **fields) -> Report:
    """A report of two texts that the source's lines map to one to one."""
    maps = [LineMap(tuple((n, n) for n in range(1, text.count("\n") + 1))) for text in (left, right)]
    made = Report(
        SourceFile("a.py", left, "python"),
        SourceFile("b.py", right, "python"),
        left,
        right,
        "same" if left == right else "differs",
        Settings(),
        language="python",
        line_maps=(maps[0], maps[1]),
    )
    return replace(made, **fields)


LINES = st.lists(st.sampled_from("abcde"), max_size=30)


@given(LINES, LINES)
def test_changes_cover_both_texts_in_order(left, right):
    changes = diff_lines(left, right)
    assert [line for c in changes for line in left[slice(*c.left)]] == left
    assert [line for c in changes for line in right[slice(*c.right)]] == right
    for change in changes:
        assert change.equal == (left[slice(*change.left)] == right[slice(*change.right)])


@given(LINES, LINES, st.integers(0, 4))
def test_hunks_hold_each_change_with_its_context(left, right, context):
    texts = ["".join(f"{line}\n" for line in side) for side in (left, right)]
    one, two = lines_of(texts[0]), lines_of(texts[1])
    hunks = find_hunks(report(*texts), one, two, context)
    shown = [c for hunk in hunks for c in hunk.changes if not c.equal]
    assert shown == [c for c in diff_lines(one, two) if not c.equal]
    for hunk in hunks:
        assert not hunk.changes[0].equal or 0 < hunk.changes[0].left[1] - hunk.changes[0].left[0] <= context
        assert (
            not hunk.changes[-1].equal or 0 < hunk.changes[-1].left[1] - hunk.changes[-1].left[0] <= context
        )
        for before, after in zip(hunk.changes, hunk.changes[1:], strict=False):
            assert (before.left[1], before.right[1]) == (after.left[0], after.right[0])


@given(st.text("a\n\r\x0c\u2028", max_size=20))
def test_only_newlines_end_lines(text):
    lines = lines_of(text)
    assert "".join(lines) == text
    assert all(line.count("\n") <= 1 for line in lines)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (["x\n"] * 50_000, ["x\n"] * 49_000 + ["y\n"] + ["x\n"] * 999),
        (["x\n", "y\n"] * 25_000, ["y\n", "x\n", "x\n"] * 20_000),
        ([f"{i}\n" for i in range(50_000)], [f"{i}\n" for i in reversed(range(50_000))]),
    ],
)
def test_long_texts_take_no_long_time(left, right):
    start = perf_counter()
    changes = diff_lines(left, right)
    assert perf_counter() - start < 10
    assert changes[-1].left[1] == len(left)


def test_changed_words():
    left, right = changed_words(["    if low < high:\n"], ["    if low <= high:\n"])
    assert (left, right) == ([[]], [[(12, 13)]])


def test_an_indent_is_marked_where_it_is_all_that_changed():
    assert changed_words(["f(x)\n"], ["  f(x)\n"])[1] == [[(0, 2)]]
    _, right = changed_words(["x = a.get()\n"], ["x = (\n", "    a.get()\n", "    or b.save(1)\n", ")\n"])
    assert not any(line and line[0][0] == 0 for line in right[1:3])


def test_another_line_has_no_changed_words():
    assert changed_words(["return a\n"], ["x = {1: 2}\n"]) == ([[]], [[]])


def test_a_hunk_names_source_lines_and_the_innermost_unit():
    left, right = "a\nb\nc\n", "a\nB\nc\n"
    units = (
        UnitPair("Outer", (10, 0, 40, 0), (1, 0, 9, 0), "differs"),
        UnitPair("Outer.inner", (19, 0, 22, 0), (5, 0, 6, 0), "differs"),
    )
    maps = (LineMap(((11, 12), (20, 21), (23, 23))), LineMap(((0, 0), (5, 5), (0, 0))))
    shown = render(report(left, right, units=units, line_maps=maps), Look())
    assert shown.splitlines()[2] == "@@ -11,13 +5 @@ Outer.inner"


def test_a_hunk_names_a_unit_that_begins_below_its_comment():
    units = (UnitPair("g", None, (2, 0, 3, 12), "differs"),)
    shown = render(report("", "# so\ndef g():\n    return 1\n", units=units), Look())
    assert shown.splitlines()[2] == "@@ -0,0 +1,3 @@ g"


def test_a_side_without_source_lines():
    shown = render(report("", "a\n"), Look())
    assert shown.splitlines()[2] == "@@ -0,0 +1 @@"


FOLDS = tuple(
    Fold(rule, (number, 0, number + 1, 4), ("docs-unread",) if rule == "docs" else (), "left", "f")
    for number, rule in enumerate(["docs", "quotes", "quotes", "if-not", "return", "else"], 1)
)


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "same · safe"),
        ({"verdict": "identical"}, "identical"),
        (
            {"folds": FOLDS, "assumptions": ("docs-unread",)},
            "same · safe · 6 folds (quotes 2, docs 1, if-not 1, return 1, …) under docs-unread",
        ),
        ({"folds": FOLDS[:1]}, "same · safe · 1 fold (docs 1)"),
        ({"assumptions": ("docs-unread",)}, "same · safe · under docs-unread"),
        (
            {"comments": CommentCount(3, 1), "settings": Settings(view="canonical")},
            "same · safe · 3 comments differ · 1 tool comment differs",
        ),
        (
            {"comments": CommentCount(3, 1, Comments(1, 1), Comments(2, 0))},
            "same · safe · 2 comments of the right not shown (1 for tools) · 2 stale comments of the left shown",
        ),
        (
            {"comments": CommentCount(0, 1, Comments(0, 1))},
            "same · safe · 1 comment of the right not shown (for tools)",
        ),
        ({"settings": Settings(level="layout")}, "same · layout"),
        (
            {"verdict": "unknown", "reason": "line\nbreak", "language": None},
            "unknown · line<U+000A>break",
        ),
        (
            {
                "verdict": "differs",
                "units": (
                    UnitPair("f", None, None, "same"),
                    UnitPair("g", None, None, "unknown"),
                    UnitPair("h", None, None, "differs"),
                ),
            },
            "differs in 2 of 3 units · safe",
        ),
    ],
)
def test_the_summary_is_one_line(fields, line):
    assert summary(report("a\n", "a\n", **fields), PLAIN) == line


def test_remarks():
    made = report(
        "a\n",
        "b\n",
        renames=tuple(Rename("f", f"left{n}", f"right{n}") for n in range(7)),
        steps=(StepDown("g", "own layout", "it does not read back"), StepDown("h", "verbatim", "too deep")),
        hints=(
            Hint("f", ("str-formats", "no-nan")),
            Hint("k", ("str-formats",), 3),
            Hint("(module)", ("str-formats", "no-nan")),
        ),
        units=(
            UnitPair("k", None, None, "unknown", reason="it could not be read"),
            UnitPair("m", None, None, "same", True),
        ),
        notes=("a note", "a note", "an\x1bother"),
    )
    assert render(made, Look(diff=False)).splitlines()[:-1] == [
        *(f"renamed: in f: right{n} is shown as left{n}" for n in range(5)),
        "renamed: … and 2 more (--explain lists them)",
        "stepped down: g is shown in its own layout: it does not read back",
        "stepped down: h is shown in its own text: too deep",
        "unknown: k: it could not be read",
        "moved: m",
        "hint: f, the module would be the same with --assume str-formats --assume no-nan",
        "hint: k would show 3 lines less with --assume str-formats",
        "note: a note",
        "note: an<U+001B>other",
    ]


def test_explain_lists_folds_and_everything_else():
    made = report(
        "a\n", "a\n", folds=FOLDS[:2], renames=tuple(Rename("", f"l{n}", f"r{n}") for n in range(7))
    )
    shown = render(made, Look(explain=True)).splitlines()
    assert shown[:2] == [
        "fold: docs · left lines 1-2 in f under docs-unread",
        "fold: quotes · left lines 2-3 in f",
    ]
    assert shown[8] == "renamed: in the module: r6 is shown as l6"


def test_a_unified_diff():
    made = report("one\ntwo\nthree\nfour\nfive\nsix\nseven", "one\ntwo\n3\nfour\nfive\nsix\nseven\n")
    assert render(made, Look(context=1)) == (
        "--- a.py\n"
        "+++ b.py\n"
        "@@ -2,3 +2,3 @@\n"
        " two\n"
        "-three\n"
        "+3\n"
        " four\n"
        "@@ -6 +6,2 @@\n"
        " six\n"
        "-seven\n"
        "\\ No newline at end of file\n"
        "+seven\n"
        "differs · safe\n"
    )


def test_side_by_side_wraps_long_lines_and_cuts_nothing():
    left = "x = " + "a" * 90 + "\n"
    right = "x = " + "a" * 89 + "b\nnew\n"
    shown = render(report(left, right), Look(context=0, side_by_side=True, width=80)).splitlines()[3:-1]
    columns = [(row[:40].strip(), row[41:].strip()) for row in shown]
    joined = ["".join(side).replace(" ", "") for side in zip(*columns, strict=True)]
    assert joined[0].startswith("1x=aa")
    assert joined[0].count("a") == 90
    assert "b" in joined[1]
    assert all(display_width(row) <= 80 for row in shown)
    assert shown[-1].split() == [">", "2", "new"]


def test_wide_characters_keep_the_columns():
    shown = render(
        report("漢字漢字 = 1\n", "漢字漢字 = 2\n"), Look(side_by_side=True, width=60)
    ).splitlines()[3]
    assert display_width(shown.partition("|")[0]) == display_width("    1 ") + 22 + 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain \t text é 漢", "plain \t text é 漢"),
        ("\x1b[31m", "<U+001B>[31m"),
        ("\u202e\u2066\u200b\ufeff", "<U+202E><U+2066><U+200B><U+FEFF>"),
        ("\x9b\x7f\r\x00", "<U+009B><U+007F><U+000D><U+0000>"),
        ("\u2028\xa0\U000e0041", "<U+2028><U+00A0><U+E0041>"),
        ("\udce9", "<E9>"),
        ("\ud800", "<U+D800>"),
    ],
)
def test_nothing_steers_the_terminal(text, shown):
    assert printable(text) == shown


def test_the_whole_report_is_printable():
    evil = "\x1b]0;x\x07\u202e"
    made = report(
        f"{evil}\n",
        "b\n",
        units=(UnitPair(evil, (1, 0, 1, 0), None, "unknown", True, evil),),
        renames=(Rename(evil, evil, evil),),
        hints=(Hint(evil, (evil,)),),
        steps=(StepDown(evil, "verbatim", evil),),
        notes=(evil,),
        reason=evil,
        folds=(Fold("docs", (1, 0, 1, 0), (), "left", evil),),
    )
    made = replace(made, left=SourceFile(evil, "", "python"))
    for look in (Look(explain=True), Look(side_by_side=True)):
        assert all(c.isprintable() or c == "\n" for c in render(made, look))
    assert report_json(made).isascii()


def test_json_has_what_the_report_has():
    made = report("a\nb\n", "a\nB\n", folds=FOLDS[:1], units=(UnitPair("f", (1, 0, 2, 1), None, "differs"),))
    found = json.loads(report_json(made))
    assert found["hunks"] == [
        {
            "unit": "f",
            "left": {"source": [1, 2], "first": 1, "lines": ["a", "b"]},
            "right": {"source": [1, 2], "first": 1, "lines": ["a", "B"]},
        }
    ]
    assert found["folds"][0]["span"] == [1, 0, 2, 4]
    assert found["units"][0]["right"] is None
    assert (found["same"], found["left"]["newline"], found["left"]["lines"]) == (False, "LF", 2)


@pytest.mark.parametrize("name", [*(r.id for r in (*RULES, *PAIR_FOLDS, *REJECTED)), *ASSUMPTIONS])
def test_every_rule_is_explained(name, capsys):
    assert main(["explain", name]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{name} (")
    for rule in RULES:
        if rule.id == name:
            words = out.replace("\n", " ")
            assert rule.summary in words
            assert all(example.name in out for example in rule.examples)
            assert all(line in out for near_miss in rule.leaves_alone for line in near_miss.splitlines())


def test_rules_and_languages_are_listed(capsys):
    assert main(["rules"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in [one.id for one in (*RULES, *PAIR_FOLDS, *REJECTED)])
    assert main(["rules", "--json"]) == 0
    assert [row["id"] for row in json.loads(capsys.readouterr().out)["rules"]] == [
        one.id for one in (*RULES, *PAIR_FOLDS)
    ]
    assert main(["languages"]) == 0
    assert "python" in capsys.readouterr().out


def test_the_quick_answer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, data in (("a", b"x"), ("b", b"x"), ("c", b"y"), ("d", b"xx")):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    assert quick.are_identical(["diff", "a", "b"])
    assert quick.are_identical(["diff", "--color=never", "a", "-q", "b"])
    for arguments in (
        ["diff", "a", "c"],
        ["diff", "a", "d"],
        ["diff", "a"],
        ["diff", "a", "b", "c"],
        ["diff", "a", "missing"],
        ["diff", "folder", "folder"],
        ["diff", "/dev/null", "/dev/null"],
        ["diff", "a", "b", "--json"],
        ["diff", "a", "b", "--color=red"],
        ["diff", "a", "-"],
        ["normalize", "a", "b"],
        ["a", "b"],
        [],
    ):
        assert not quick.are_identical(arguments)


def test_bytes_that_were_no_text_are_written_as_they_were():
    assert encoded(b"\xe9a".decode("utf-8", "surrogateescape")) == b"\xe9a"
    assert encoded("\ud800") == b"\xed\xa0\x80"
