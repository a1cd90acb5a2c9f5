"""Renamed definitions: one line that counts the places, an alarm where one stays behind, nothing hidden."""

from __future__ import annotations

import json

import pytest

import prediff
from prediff.reports.json import report_json
from prediff.reports.renamed import sentence
from prediff.reports.terminal import Look, render

SORT = (
    "def quick_sort(items):\n"
    "    if len(items) < 2:\n"
    "        return items\n"
    "    return quick_sort(items[1:]) + items[:1]\n"
)
MAIN = "def main(argv):\n    print(quick_sort(argv))\n"
BOTH = SORT + MAIN


def compared(left: str, right: str, language: str = "python", **options):
    return prediff.diff(left, right, language=language, view="canonical", **options)


def said(left: str, right: str, **options) -> list[str]:
    """What is said of a pair; and whatever is said, the pair differs unless implementations are compared."""
    report = compared(left, right, **options)
    assert report.verdict == "differs" or options.get("implementations")
    assert report.same == (report.left_text == report.right_text)
    return [sentence(r) for r in report.renamed]


def renamed(text: str) -> str:
    return text.replace("quick_sort", "qsort")


def changed_lines(report) -> list[str]:
    shown = render(report, Look(context=0)).splitlines()
    return [line for line in shown[2:] if line[0] in "+-"]


def test_all_places_follow():
    assert said(BOTH, renamed(BOTH)) == ["renamed quick_sort → qsort, 3 of 3 places"]


def test_only_the_definition_is_shown_as_different():
    report = compared(BOTH, renamed(BOTH))
    assert changed_lines(report) == ["-def quick_sort(items):", "+def qsort(items):"]
    assert {u.name: u.verdict for u in report.units} == {"quick_sort": "differs", "main": "same"}
    assert [f.span[0] for f in report.folds if f.rule == "renamed-definition"] == [4, 6]


def test_a_place_that_stays_behind_is_shown_and_said():
    right = renamed(BOTH) + "def last():\n    return quick_sort\n"
    report = compared(BOTH + "def last():\n    return quick_sort\n", right)
    (found,) = report.renamed
    assert sentence(found) == "renamed quick_sort → qsort, 3 of 4 places: line 8 still says quick_sort"
    assert found.alarm
    assert "+    return quick_sort" in changed_lines(report)
    assert f"alarm: {sentence(found)}" in render(report, Look()).splitlines()


def test_recursion_that_stays_behind():
    right = SORT.replace("def quick_sort", "def qsort") + renamed(MAIN)
    assert said(BOTH, right) == ["renamed quick_sort → qsort, 2 of 3 places: line 4 still says quick_sort"]


def test_a_place_that_now_names_something_else():
    right = renamed(SORT) + MAIN.replace("quick_sort", "sorted")
    report = compared(BOTH, right)
    assert [sentence(r) for r in report.renamed] == [
        "renamed quick_sort → qsort, 2 of 3 places: line 6 says sorted"
    ]
    assert "+    print(sorted(argv))" in changed_lines(report)


def test_an_annotation_that_now_names_something_else():
    left = "class A:\n    x = f()\nclass B:\n    y = g()\ndef h(a: list[A]):\n    return a\n"
    right = "class K:\n    x = f()\nclass B:\n    y = g()\ndef h(a: list[B]):\n    return a\n"
    assert said(left, right) == ["renamed A → K, 1 of 2 places: line 5 says B"]


def test_a_place_that_is_gone_is_no_alarm():
    (found,) = compared(BOTH, renamed(SORT) + "def main(argv):\n    return 1\n").renamed
    assert sentence(found) == "renamed quick_sort → qsort, 2 of 3 places: 1 is gone"
    assert not found.alarm


def test_a_place_that_is_new_is_no_place_of_the_left():
    right = renamed(BOTH) + "def more(x):\n    return qsort(x)\n"
    assert said(BOTH, right) == ["renamed quick_sort → qsort, 3 of 3 places"]


@pytest.mark.parametrize(
    "place",
    [
        '__all__ = ["quick_sort"]',
        '__all__ += ["quick_sort"]',
        'f = getattr(m, "quick_sort")',
        'f = globals()["quick_sort"]',
        'patch("package.module.quick_sort")',
    ],
)
def test_a_string_that_names_it_is_a_place(place):
    left = SORT + place + "\n"
    assert said(left, renamed(left)) == ["renamed quick_sort → qsort, 3 of 3 places"]
    assert said(left, renamed(SORT) + place + "\n") == [
        "renamed quick_sort → qsort, 2 of 3 places: line 5 still says quick_sort"
    ]


def test_a_string_is_shown_even_where_it_follows():
    left = SORT + '__all__ = ["quick_sort"]\n'
    assert '-__all__ = ["quick_sort"]' in changed_lines(compared(left, renamed(left)))


def test_a_string_that_names_nothing_is_no_place():
    left = SORT + 'kind = "quick_sort"\n'
    assert said(left, renamed(SORT) + 'kind = "quick_sort"\n') == [
        "renamed quick_sort → qsort, 2 of 2 places"
    ]


def test_an_alias_under_the_old_name_is_no_rename_of_all_places():
    report = compared(BOTH, renamed(BOTH) + "quick_sort = qsort\n")
    (found,) = report.renamed
    assert sentence(found) == "renamed quick_sort → qsort, 3 of 4 places: line 7 still says quick_sort"
    assert "+quick_sort = qsort" in changed_lines(report)


def test_a_class_and_its_forward_references():
    left = (
        "class Node:\n    def next(self) -> 'Node':\n        return Node()\n\n\n"
        "def f(x: 'list[Node]'):\n    return x\n"
    )
    assert said(left, left.replace("Node", "Item")) == ["renamed Node → Item, 4 of 4 places"]


def test_two_that_name_each_other():
    left = "def even(n):\n    return n == 0 or odd(n - 1)\ndef odd(n):\n    return n != 0 and even(n - 1)\n"
    right = left.replace("even", "is_even").replace("odd", "is_odd")
    assert said(left, right) == [
        "renamed even → is_even, 2 of 2 places",
        "renamed odd → is_odd, 2 of 2 places",
    ]


def test_a_string_in_it_that_is_its_name():
    left = "class Node:\n    def __repr__(self):\n        return show('Node', self)\n"
    report = compared(left, left.replace("Node", "Item"))
    assert [sentence(r) for r in report.renamed] == ["renamed Node → Item, 1 of 1 place"]
    assert any("'Item'" in line or '"Item"' in line for line in changed_lines(report))


def test_locals_may_have_other_names():
    left = "def f(a):\n    t = g(a)\n    return h(t, t)\n"
    assert said(left, left.replace("def f", "def k").replace("t", "u").replace("reuurn", "return"))


@pytest.mark.parametrize(
    "options", [{}, {"level": "relaxed"}, {"refuse": ["source-unread"]}, {"level": "layout"}]
)
def test_it_is_said_at_each_level(options):
    assert said(BOTH, renamed(BOTH), **options) == ["renamed quick_sort → qsort, 3 of 3 places"]


def test_what_is_refused_is_not_folded():
    assert len(changed_lines(compared(BOTH, renamed(BOTH), refuse=["source-unread"]))) == 6


def test_implementations_fold_it_and_say_it():
    report = compared(BOTH, renamed(BOTH), implementations=True)
    assert report.verdict == "same"
    assert [sentence(r) for r in report.renamed] == ["renamed quick_sort → qsort, 3 of 3 places"]


def test_implementations_with_a_place_that_stays_behind():
    report = compared(BOTH, renamed(SORT) + MAIN, implementations=True)
    assert report.verdict == "differs"
    assert [r.alarm for r in report.renamed] == [True]
    assert "+    print(quick_sort(argv))" in changed_lines(report)


NOT_RENAMED = {
    "two candidates": (SORT, renamed(SORT) + SORT.replace("quick_sort", "sort2")),
    "two that it could have been": (SORT + SORT.replace("quick_sort", "sort2"), renamed(SORT)),
    "it changed": (SORT, renamed(SORT).replace("< 2", "<= 2")),
    "recursion into something else": (SORT, SORT.replace("def quick_sort", "def qsort").replace("quick", "merge")),
    "both names stand on the right": (SORT, SORT + renamed(SORT)),
    "both names stood on the left": (SORT + renamed(SORT), renamed(SORT)),
    "the new name was taken by an assignment": (BOTH + "qsort = 1\n", renamed(BOTH)),
    "the new name was a local": (
        BOTH + "def g(qsort):\n    return quick_sort(qsort)\n",
        renamed(BOTH + "def g(qsort):\n    return quick_sort(qsort)\n"),
    ),
    "the new name was a builtin that is called": (
        "def f(x):\n    return sum(x)\ny = len(z)\n", "def len(x):\n    return sum(x)\ny = len(z)\n",
    ),
    "the old name is imported now": (SORT, "from m import quick_sort\n" + renamed(SORT)),
    "the old name is assigned now": (SORT, renamed(SORT) + "quick_sort = 3\n"),
    "the old name was a parameter too": (
        BOTH + "def g(quick_sort):\n    return quick_sort(1)\n",
        renamed(BOTH) + "def g(quick_sort):\n    return quick_sort(1)\n",
    ),
    "the old name was bound twice": (
        SORT + "quick_sort = cached(quick_sort)\n", renamed(SORT) + "qsort = cached(qsort)\n",
    ),
    "a function may bind the old name": (
        SORT + "def g():\n    global quick_sort\n    quick_sort = None\n",
        renamed(SORT + "def g():\n    global quick_sort\n    quick_sort = None\n"),
    ),
    "it is defined by a condition": (
        "if x:\n    def f(): return g()\nelse:\n    def f(): return h()\n",
        "if x:\n    def k(): return g()\nelse:\n    def k(): return h()\n",
    ),
    "a keyword parameter has another name": ("def f(a):\n    return a\n", "def g(b):\n    return b\n"),
    "a keyword-only parameter has another name": ("def f(*, a):\n    return a\n", "def g(*, b):\n    return b\n"),
    "an attribute in it has another name": ("def f(a):\n    return a.f\n", "def g(a):\n    return a.g\n"),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right"), NOT_RENAMED.values(), ids=NOT_RENAMED.keys())
def test_no_rename_is_said_in_doubt(left, right):
    assert said(left, right) == []


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("def f(a, /):\n    return a\n", "def g(b, /):\n    return b\n"),
        ("def f(*a):\n    return a\n", "def g(*b):\n    return b\n"),
        ("def f(**a):\n    return a\n", "def g(**b):\n    return b\n"),
    ],
)
def test_parameters_that_no_caller_names_may_have_other_names(left, right):
    assert said(left, right) == ["renamed f → g, 1 of 1 place"]


SHOWN = {
    "the old name is a parameter where the right calls the new one": (
        BOTH + "def g(a):\n    return quick_sort(a)\n",
        renamed(BOTH) + "def g(a):\n    qsort = h(a)\n    return qsort(a)\n",
        "qsort = h(a)",
    ),
    "a parameter of the right is called": (
        BOTH + "def g(x, y):\n    return quick_sort(x)\n",
        renamed(BOTH) + "def g(x, qsort):\n    return qsort(x)\n",
        "def g(x, qsort):",
    ),
    "another argument": (BOTH, renamed(SORT) + renamed(MAIN).replace("argv)", "argv, 1)", 1), "argv, 1"),
    "the places are exchanged": (
        BOTH + "def g(a):\n    return quick_sort(a), sorted(a)\n",
        renamed(BOTH) + "def g(a):\n    return sorted(a), qsort(a)\n",
        "sorted(a), qsort(a)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("left", "right", "line"), SHOWN.values(), ids=SHOWN.keys())
def test_a_change_beside_it_is_shown(left, right, line):
    assert any(shown[0] == "+" and line in shown for shown in changed_lines(compared(left, right)))


def test_two_names_exchanged_are_no_renames():
    left = "def a():\n    return 1\ndef b():\n    return 2\nx = a() - b()\n"
    right = "def b():\n    return 1\ndef a():\n    return 2\nx = a() - b()\n"
    assert said(left, right) == []


PARSER = (
    "class Parser:\n    def feed(self, data):\n        self.data = data\n\n    def run(self):\n"
    "        return self.feed(1)\n\n\ndef main(p):\n    p.feed(2)\n"
)


class TestMethods:
    def test_it_is_said_and_not_folded(self):
        report = compared(PARSER, PARSER.replace("feed", "push"))
        assert [sentence(r) for r in report.renamed] == ["renamed Parser.feed → Parser.push, 3 of 3 places"]
        assert "+    p.push(2)" in changed_lines(report)
        assert not compared(PARSER, PARSER.replace("feed", "push"), implementations=True).same

    def test_a_place_that_stays_behind(self):
        right = PARSER.replace("feed", "push", 1).replace("self.feed", "self.push")
        assert said(PARSER, right) == [
            "renamed Parser.feed → Parser.push, 2 of 3 places: line 10 still says feed"
        ]

    def test_several_classes_whose_methods_are_renamed_alike(self):
        left = PARSER + "class Quiet(Parser):\n    def feed(self, data):\n        pass\n"
        assert said(left, left.replace("feed", "push")) == [
            "renamed Parser.feed → Parser.push, 3 of 3 places",
            "renamed Quiet.feed → Quiet.push, 3 of 3 places",
        ]
        right = (
            PARSER.replace("feed", "push") + "class Quiet(Parser):\n    def give(self, data):\n        pass\n"
        )
        assert said(left, right) == []

    def test_a_class_and_its_method(self):
        left = "def g(x):\n    return x + 1\n\n\nclass A:\n    def f(self):\n        return g(1)\n"
        right = left.replace("g(", "h(").replace("def f", "def k")
        assert said(left, right) == ["renamed g → h, 2 of 2 places", "renamed A.f → A.k, 1 of 1 place"]

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            (PARSER, PARSER.replace("feed", "append")),  # any list has one
            (PARSER + "p.push(3)\n", PARSER.replace("feed", "push") + "p.push(3)\n"),
            (
                PARSER + "class B:\n    def feed(self): return 2\n",
                PARSER.replace("feed", "push") + "class B:\n    def feed(self): return 2\n",
            ),
            (PARSER, PARSER.replace("feed", "push").replace("= data", "= 1")),
        ],
    )
    def test_no_rename_is_said_in_doubt(self, left, right):
        assert said(left, right) == []


class TestJavaScript:
    LEFT = (
        "function quicksort(a) {\n  return quicksort(a.slice(1));\n}\nmodule.exports = { run: quicksort };\n"
    )

    def test_all_places_follow(self):
        right = self.LEFT.replace("quicksort", "qsort")
        assert said(self.LEFT, right, language="javascript") == ["renamed quicksort → qsort, 3 of 3 places"]
        assert len(changed_lines(compared(self.LEFT, right, "javascript"))) == 2

    def test_a_shorthand_exports_the_name(self):
        left = self.LEFT.replace("run: ", "")
        shown = changed_lines(compared(left, left.replace("quicksort", "qsort"), "javascript"))
        assert any("exports" in line for line in shown)

    def test_an_export(self):
        left = "export function f(a) {\n  return a + 1;\n}\nf(1);\n"
        assert said(left, left.replace("f(", "g("), language="javascript") == ["renamed f → g, 2 of 2 places"]

    def test_an_inner_function_of_the_name(self):
        left = self.LEFT + "function g() {\n  function quicksort() {}\n  return quicksort();\n}\n"
        right = self.LEFT.replace("quicksort", "qsort") + left[len(self.LEFT) :]
        assert said(left, right, language="javascript") == []


def test_a_line_that_was_normalized_counts_once():
    left = BOTH + "def g(a):\n    if a:\n        return quick_sort(a)\n    else:\n        return 1\n"
    assert said(left, renamed(left)) == ["renamed quick_sort → qsort, 4 of 4 places"]


def test_unread_text_says_nothing():
    left = BOTH + "def g(:\n    quick_sort(1)\n"
    report = compared(left, renamed(BOTH) + "def g(:\n    quick_sort(1)\n")
    assert report.renamed == ()
    assert not report.same


def test_many_places_that_stay_behind_are_counted():
    calls = "".join(f"x{n} = quick_sort([])\n" for n in range(8))
    (text,) = said(SORT + calls, renamed(SORT) + calls)
    assert text.endswith("2 of 10 places: lines 5, 6, 7, 8, 9 and 3 more still say quick_sort")


def test_alarms_are_never_cut():
    left = "".join(f"def f{n}(a):\n    return a + {n}\nx{n} = f{n}(1)\n" for n in range(9))
    right = "".join(f"def g{n}(a):\n    return a + {n}\nx{n} = f{n}(1)\n" for n in range(9))
    shown = render(compared(left, right), Look()).splitlines()
    assert sum(line.startswith("alarm: renamed f") for line in shown) == 9
    shown = render(compared(left, left.replace("f", "g").replace("deg", "def")), Look()).splitlines()
    assert "renamed: … and 4 more (--explain lists them)" in shown


def test_json():
    right = renamed(SORT) + MAIN
    (found,) = json.loads(report_json(compared(BOTH, right)))["renamed"]
    assert found == {
        "kind": "function",
        "left": "quick_sort",
        "right": "qsort",
        "places": 3,
        "followed": 2,
        "gone": 0,
        "alarm": True,
        "astray": [{"line": 6, "says": "quick_sort"}],
        "text": "renamed quick_sort → qsort, 2 of 3 places: line 6 still says quick_sort",
    }


def test_side_by_side_shows_the_definition_and_the_line():
    shown = render(compared(BOTH, renamed(BOTH)), Look(side_by_side=True, context=0)).splitlines()
    assert sum(" | " in line for line in shown) == 1
    assert "renamed quick_sort → qsort, 3 of 3 places" in shown
