"""The aligned view: the left file as it is, and the right one in its clothes."""

from __future__ import annotations

import ast
from difflib import unified_diff
from textwrap import dedent

import pytest

import prediff
from prediff.model import Report
from prediff.rules import RULES
from prediff.transport import edits, expressions
from prediff.transport.flat import flattened
from prediff.views import aligned, candidate


def shown(left: str, right: str, **options) -> Report:
    """The report of two texts, after checking what holds of every pair."""
    left, right = dedent(left), dedent(right)
    options = {"language": "python", **options}
    report = prediff.diff(left, right, **options)
    if report.verdict == "unknown":
        return report
    assert report.left_text == left
    assert report.same == (report.left_text == report.right_text)
    assert prediff.diff(report.right_text, right, **options).same
    assert len(report.line_maps[1].lines) == report.right_text.count("\n") + 1
    if options["language"] == "python":
        ast.parse(report.right_text)
    return report


def changes(left: str, right: str, **options) -> list[str]:
    report = shown(left, right, **options)
    lines = unified_diff(report.left_text.splitlines(), report.right_text.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:2] not in ("--", "++", "@@")]


LEFT = '''
import os, sys

# Sums up.
def total(values, start=0):
    """The sum of values."""
    result = start
    for value in values:  # each
        if not value is None: result += value
    print('sum', result)
    return result


def first(values):
    if values:
        return values[0]
    else:
        return None
'''


def test_the_same_is_the_left_file_on_both_sides():
    right = (
        LEFT.replace("result", "sum_")
        .replace("'sum'", '"sum"')
        .replace("not value is None", "value is not None")
    )
    right = right.replace("    else:\n        return None\n", "    return None\n").replace("# each", "# all")
    report = shown(LEFT, right)
    assert report.same
    assert report.right_text == dedent(LEFT)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("return result", "return result + 1", ["-    return result", "+    return result + 1"]),
        ("start=0", "start=1", ["-def total(values, start=0):", "+def total(values, start=1):"]),
        ("'sum'", "'Sum'", ["-    print('sum', result)", "+    print('Sum', result)"]),
        ("result)\n", "result, start)\n", ["-    print('sum', result)", "+    print('sum', result, start)"]),
        ("os, sys", "os", ["-import os, sys", "+import os"]),
        ("    print('sum', result)\n", "", ["-    print('sum', result)"]),
        ("    result = start\n", "    log(start)\n    result = start\n", ["+    log(start)"]),
    ],
)
def test_a_change_in_a_restyled_file(old, new, expected):
    right = LEFT.replace(old, new)
    assert right != LEFT
    restyled = ast.unparse(
        ast.parse(right.replace("result", "sum_").replace("value ", "item ").replace("value\n", "item\n"))
    )
    assert changes(LEFT, right) == expected
    assert changes(LEFT, restyled + "\n") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "def f(a, b):\n    if not a:\n        x()\n    else:\n        y()\n",
            "def f(a, b):\n    if a:\n        y()\n        z()\n    else:\n        x()\n",
            ["+        z()"],
            id="an inverted if",
        ),
        pytest.param(
            "def f(a):\n    if a:\n        return 1\n    else:\n        b = g()\n        return b + 1\n",
            "def f(a):\n    if a:\n        return 1\n    b = g()\n    h(b)\n    return b + 2\n",
            ["+        h(b)", "-        return b + 1", "+        return b + 2"],
            id="a hoisted else",
        ),
        pytest.param(
            "def f(a):\n    return [x for x in a if x > 1]\n",
            "def f(a):\n    b = []\n    for y in a:\n        if y > 2:\n            b.append(y)\n    return b\n",
            ["-    return [x for x in a if x > 1]", "+    return [x for x in a if x > 2]"],
            id="a loop for a comprehension",
        ),
        pytest.param(
            "def f(a):\n    h( a )\n    x = g(a,\n          1,\n          key='k')\n    return x.y, x\n",
            'def f(a):\n    h(a)\n    x = g(a, 2, key="k", more=True)\n    return x.z, x\n',
            [
                "-          1,", "-          key='k')", "+          2,", "+          key='k',", "+          more=True)",
                "-    return x.y, x", "+    return x.z, x",
            ],
            id="a call of several lines",
        ),
        pytest.param(
            "def f(a):\n    g(a)\n    h(a)\n    return a\n",
            "def f(a):\n    with lock:\n        g( a )\n        h( a )\n    return a\n",
            ["-    g(a)", "-    h(a)", "+    with lock:", "+        g(a)", "+        h(a)"],
            id="statements that were put in a with",
        ),
        pytest.param(
            "def f(a):\n    if a: g('x')\n    elif b: h('y')\n",
            'def f(a):\n    if c:\n        k()\n    elif a:\n        g("x")\n    elif b:\n        h("y")\n',
            ["-    if a: g('x')", "+    if c:", "+        k()", "+    elif a: g('x')"],
            id="a branch before the others",
        ),
        pytest.param(
            "class A:\n  def f(self):\n    return 1\n",
            "class A:\n    def f(self):\n        return 1\n\n    def g(self):\n        if self:\n            h()\n",
            ["+", "+  def g(self):", "+    if self:", "+      h()"],
            id="another unit of indentation",
        ),
        pytest.param(
            'def f():\n    g("""a\n  b""")\n',
            'def f():\n    if x:\n        h("""a\n  b""")\n    g("""a\n  b""")\n',
            ["+    if x:", '+        h("""a', '+  b""")'],
            id="a string that goes over lines keeps its indent",
        ),
        pytest.param(
            "def f(a, b):\n    return a * b\n",
            "def f(a, b):\n    return (a + 1) * b\n",
            ["-    return a * b", "+    return (a + 1) * b"],
            id="parentheses that are needed",
        ),
        pytest.param(
            "def f(a):\n    return a.objects.live().order_by('path')\n",
            "def f(a):\n    return (\n        a.objects.live()\n        .public(\n            x=1,\n        )\n"
            '        .order_by("path")\n    )\n',
            [
                "-    return a.objects.live().order_by('path')",
                "+    return a.objects.live().public(x=1).order_by('path')",
            ],
            id="a link in a chain",
        ),
        pytest.param(
            "def f(a):\n    return (\n        a.objects\n            .live()\n            .all()\n"
            "            .order_by('path'))\n",
            'def f(a):\n    return a.objects.public().live().order_by("path")\n',
            ["-            .all()", "+            .public()"],
            id="links of a chain, one a line",
        ),
        pytest.param(
            "def f(a):\n    return '(%s)%s' % (','.join(a),\n                       g(a))\n",
            'def f(a):\n    return "(%s)%s" % (",".join(a), (a.b or "") + g(a))\n',
            ["-                       g(a))", '+                       (a.b or "") + g(a))'],
            id="a value that is formatted",
        ),
        pytest.param(
            "def f(a):\n    a = g(a.b) + '/' + str(a)\n",
            "def f(a):\n    a = a.b.path_module.join(\n        a.c, (a,), [\n            a,\n        ]\n    )\n",
            ["-    a = g(a.b) + '/' + str(a)", "+    a = a.b.path_module.join(a.c, (a,), [a])"],
            id="one line for one line",
        ),
        pytest.param(
            "def f(a):\n    return not h(a) or g(a,\n                        'b')\n",
            'def f(a):\n    return g(a, "b")\n',
            ["-    return not h(a) or g(a,", "+    return g(a,"],
            id="what stood around an expression",
        ),
    ],
)  # fmt: skip
def test_what_is_shown(left, right, expected):
    assert sorted(changes(left, right)) == sorted(expected)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "def f(a, b):\n    if (\n        not a\n        or b\n    ):\n        g(a)\n",
            "def f(a, b):\n    c = h(b)\n    if k(c) or not a or b:\n        g(a, c)\n",
            [
                "+    c = h(b)", "-        not a", "+        k(c)", "+        or not a",
                "-        g(a)", "+        g(a, c)",
            ],
            id="a value of a condition of several lines",
        ),
        pytest.param(
            "def f(a):\n    if a:\n        return a\n    else:\n        return int(a, 8)\n",
            "def f(a):\n    if k(a):\n        a = str(a)\n    return int(a, 8)\n",
            [
                "-    if a:", "-        return a", "-    else:", "-        return int(a, 8)",
                "+    if k(a):", "+        a = str(a)", "+    return int(a, 8)",
            ],
            id="a branch that does not leave any more, and what a rule took out of the other",
        ),
        pytest.param(
            "class A:\n    def f(self):\n        g(self)\n\n    def k(self):\n        g(self)\n",
            "class A:\n    def f(self):\n        g(self)\n        h(self)\n\n    def j(self):\n        h(self)\n\n"
            "    def k(self):\n        g( self )\n",
            ["+        h(self)", "+", "+    def j(self):", "+        h(self)"],
            id="insertions at the ends of a block and of one inside of it",
        ),
        pytest.param(
            "def f(a):\n    g(a)\n\n    if a:\n        h(a)\n",
            "def f(a):\n    g(a)\n\n    # new\n    b = k(a)\n    if a:\n        h(a, b)\n",
            ["+    # new", "+    b = k(a)", "-        h(a)", "+        h(a, b)"],
            id="an insertion below a blank line",
        ),
        pytest.param(
            "def f(a):\n    return g(a, new=a.b).c\n",
            "def f(a):\n    if a.d:\n        return h(a)\n    else:\n        return g( a, new=a.b ).c\n",
            ["+    if a.d:", "+        return h(a)"],
            id="an else in front of what stays",
        ),
        pytest.param(
            'class A(B):\n    """Does b."""\n    pass\n\n\nf( 1 )\n',
            'class A(B):\n    """Does b."""\n\n    def g(self):\n        """Does g."""\n        return 1\n\n\nf(1)\n',
            ["-    pass", "+", "+    def g(self):", '+        """Does g."""', "+        return 1"],
            id="a method in a class that had none",
        ),
        pytest.param(
            "def f(a):\n    g(a)\n\n    # about h\n    h(a)\n",
            "def f(a):\n    g(a)\n    k(a)\n    h( a )\n",
            ["+    k(a)"],
            id="a comment above an insertion, where the right has none",
        ),
        pytest.param(
            "# about f\n\nx = 1\n\nf( x )\n",
            "x = 1\n\n# new\ny = 2\n\n# about f\nf( x, y )\n",
            ["+# new", "+y = 2", "+", "-f( x )", "+f( x, y )"],
            id="a comment that stands elsewhere on the left",
        ),
        pytest.param(
            "import operator\n\nx = sorted(a, key=operator.itemgetter(0))\ny( 1 )\ny( 2 )\n",
            "x = sorted(a, key=lambda p: p[0])\ny(1)\ny(2)\n",
            [
                "-import operator", "-x = sorted(a, key=operator.itemgetter(0))",
                "+x = sorted(a, key=lambda x: x[0])",
            ],
            id="an import that is gone though its use is folded",
        ),
        pytest.param(
            "def f(a, b):\n    c = a.g if b == 'b' else None\n    return any(\n        h(x)\n"
            "        for x in filter(c, a)\n    )\n",
            'def f(a, b):\n    d = a.g if b == "b" else None\n    return not k(b) or any(h(x) for x in filter(d, a))\n',
            ["-    return any(", "+    return not k(b) or any("],
            id="a local that a rule inlines on one side",
        ),
    ],
)  # fmt: skip
def test_no_more_is_marked_than_git_marks(left, right, expected):
    assert sorted(changes(left, right)) == sorted(expected)
    assert not shown(left, right).notes


def test_where_git_marks_less_the_right_file_is_shown_as_it_is():
    left = "def f(a):\n    return g(a,\n             1,\n             key='k')\n"
    right = 'def f(a):\n    return g(a, 2, key="k", more=True)\n'
    report = shown(left, right)
    assert report.right_text == right
    assert report.notes == ("the right file is shown in its own text: so fewer lines differ",)


def test_a_local_that_nobody_reads_may_be_called_anything():
    left = "def f(a):\n    for _ in a:\n        g()\n    b, _ = a\n    return b\n"
    assert shown(left, left.replace("_", "i")).same
    assert changes(left, left.replace("_", "i").replace("return b", "return b, i")) != []


def test_comments_beside_an_insertion_are_the_right_files():
    left = "def f(a):\n    # about g\n    g(a)\n    # about h\n    h(a)\n"
    right = "def f(a):\n    # About g\n    g(a)\n    # new\n    k(a)\n    # about h\n    h(a)\n"
    assert changes(left, right) == ["+    # new", "+    k(a)"]


def test_a_comment_goes_with_its_statement():
    left = "def f(a):\n    g(a)\n    # about k\n    k(a)\n    # about h\n    h(a)\n"
    assert changes(left, "def f(a):\n    g(a)\n    # about h\n    h(a)\n") == ["-    # about k", "-    k(a)"]


WHY = "def f(x):\n    a( x )\n\n    # Why.\n    for b in x:\n        g(b)\n    return x\n"
JS_WHY = "function f(x) {\n  a( x );\n\n  // Why.\n  for (const b of x) {\n    g(b);\n  }\n  return x;\n}\n"
GUARD = "    if x is None:\n        return None\n\n"
JS_GUARD = "  if (x === null) {\n    return null;\n  }\n\n"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "A = 10  # seconds\nf( A )\n",
            "A = 10000  # milliseconds\nf(A)\n",
            ["-A = 10  # seconds", "+A = 10000  # milliseconds"],
            id="behind a line",
        ),
        pytest.param(
            "x = f(\n    1,  # one\n    2,  # two\n    0,  # none\n)  # end\ng( x )\n",
            "x = f(\n    1,  # uno\n    3,  # three\n    0,  # nil\n)  # fin\ng(x)\n",
            ["-    2,  # two", "-)  # end", "+    3,  # three", "+)  # fin"],
            id="behind lines of a statement of several",
        ),
        pytest.param(
            "x = f(1, 2)  # why\n", "x = f(  # because\n    1,\n    3,\n)\n",
            ["-x = f(1, 2)  # why", "+x = f(1, 3)  # because"],
            id="behind a line that is several",
        ),
        pytest.param(
            "x = f(\n    1,  # one\n    2,  # two\n)\ng(x)  # g\n", "x = f(1, 3)\ng(x)\n",
            ["-    2,  # two", "+    3,"],
            id="behind several lines that are one",
        ),
        pytest.param(
            "# seconds\n# for f\nT = 10\n# about u\nU = 1\n# about g\ng( T )\n",
            "# milliseconds\n#for f\nT = 10000\n# about u\nU = 2\n# About g\ng(T)\n",
            ["-# seconds", "-T = 10", "-U = 1", "+# milliseconds", "+T = 10000", "+U = 2"],
            id="above a line",
        ),
        pytest.param(
            "a( 1 )\nT = 10\n", "a(1)\nnew()\n# milliseconds\nT = 10000\n",
            ["-T = 10", "+new()", "+# milliseconds", "+T = 10000"],
            id="below an insertion",
        ),
        pytest.param(
            "a( 1 )\nold()\nT = 10\n", "a(1)\n# milliseconds\nT = 10000\n",
            ["-old()", "-T = 10", "+# milliseconds", "+T = 10000"],
            id="below a deletion",
        ),
        pytest.param(
            "# s\ndef f(a):\n    # if\n    if a:  # a\n        # about g\n        g( a )\n",
            "# t\ndef f(a, b):\n    # when\n    if a and b:  # both\n        # of g\n        g(a)\n",
            [
                "-# s", "-def f(a):", "-    # if", "-    if a:  # a",
                "+# t", "+def f(a, b):", "+    # when", "+    if a and b:  # both",
            ],
            id="at headers",
        ),
        pytest.param(
            "# about a\na( 1 )\nT = 10\nb(2)  # k\n", "a(1)\n# about a\nT = 11\nb(2)\n",
            ["-T = 10", "+T = 11"],
            id="one that stands elsewhere",
        ),
        pytest.param(
            "# seconds\nT = 10  # T\ng( T )\n", "T = 11\ng(T)\n", ["-T = 10  # T", "+T = 11"],
            id="a file without comments",
        ),
        pytest.param(
            "import os\n\nf( os )\n", "import os\n# for g\nimport sys  # s\n\nf(os)\ng(sys)\n",
            ["+# for g", "+import sys  # s", "+g(sys)"],
            id="at an import that comes",
        ),
        pytest.param(
            "from m import a  # a\nf( a )\n", "from m import a, b  # both\nf(a)\ng(b)\n",
            ["-from m import a  # a", "+from m import a, b  # both", "+g(b)"],
            id="at an import that changes",
        ),
        pytest.param(
            WHY, WHY.replace("( x )", "(x)").replace("    # Why.", f"    # New.\n{GUARD}    # Why."),
            ["+", "+    # New.", "+    if x is None:", "+        return None"],
            id="at a guard",
        ),
        pytest.param(
            WHY, WHY.replace("( x )", "(x)").replace("    # Why.", f"    # New.\n{GUARD}    # Therefore."),
            ["+", "+    # New.", "+    if x is None:", "+        return None"],
            id="at a guard in front of what has another comment",
        ),
        pytest.param(
            WHY, WHY.replace("    # Why.\n", GUARD),
            ["+", "+    if x is None:", "+        return None"],
            id="at a guard in a file without comments",
        ),
        pytest.param(
            WHY, WHY.replace("    for", f"{GUARD}    for"),
            ["+    if x is None:", "+        return None", "+"],
            id="at a guard that takes the comment",
        ),
    ],
)  # fmt: skip
def test_comments_that_touch_a_changed_statement_are_the_right_files(left, right, expected):
    assert sorted(changes(left, right)) == sorted(expected)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "const a = 10; // seconds\n// of f\nf( a );\n",
            "const a = 10000; // milliseconds\n// about f\nf(a);\n",
            ["-const a = 10; // seconds", "+const a = 10000; // milliseconds"],
            id="behind a line",
        ),
        pytest.param(
            "/**\n * Does a.\n */\nfunction f(a) {\n  // of g\n  g( a );\n}\n",
            "/**\n * Does a and b.\n * Well.\n */\nfunction f(a, b) {\n  // about g\n  g(a);\n}\n",
            ["- * Does a.", "-function f(a) {", "+ * Does a and b.", "+ * Well.", "+function f(a, b) {"],
            id="a block above a function",
        ),
        pytest.param(
            "// a\nif (a) { // b\n  g( a );\n} else { // c\n  h();\n}\n",
            "// A\nif (a && b) { // B\n  g(a);\n} else { // C\n  h();\n}\n",
            ["-// a", "-if (a) { // b", "+// A", "+if (a && b) { // B"],
            id="at a header",
        ),
        pytest.param(
            JS_WHY, JS_WHY.replace("( x )", "(x)").replace("  // Why.", f"  // New.\n{JS_GUARD}  // Why."),
            ["+", "+  // New.", "+  if (x === null) {", "+    return null;", "+  }"],
            id="at a guard",
        ),
        pytest.param(
            JS_WHY, JS_WHY.replace("( x )", "(x)").replace("  // Why.\n", JS_GUARD),
            ["+", "+  if (x === null) {", "+    return null;", "+  }"],
            id="at a guard in a file without comments",
        ),
    ],
)  # fmt: skip
def test_comments_that_touch_a_changed_statement_in_javascript(left, right, expected):
    assert sorted(changes(left, right, language="javascript")) == sorted(expected)


def test_lines_of_comments_that_come_with_a_changed_statement():
    right = "# one\n# two\nT = 11\n"
    report = shown("f( 1 )\n\n# one\nT = 10\n", f"f(1)\n\n{right}")
    assert report.right_text == f"f( 1 )\n\n{right}"
    assert [line[0] for line in report.line_maps[1].lines][:5] == [1, 2, 3, 4, 5]


def test_an_import_whose_use_is_folded_has_a_note():
    left = "x = sorted(a, key=lambda p: p[0])\ny( 1 )\n"
    right = "import operator\n\nx = sorted(a, key=operator.itemgetter(0))\ny(2)\n"
    report = shown(left, right)
    assert "+import operator" in changes(left, right)
    assert report.notes == ("the import of operator is only for code of the right file that is folded",)
    assert not shown(left, right.replace("y(2)", "y(operator)")).notes


def test_a_docstring_that_changed_is_the_lefts():
    left = 'def f(a):\n    """One."""\n    return g(a)\n'
    assert changes(left, left.replace("One", "Two").replace("g(a)", "g(1)")) == [
        "-    return g(a)",
        "+    return g(1)",
    ]


def test_comments_that_count_are_shown():
    left = "def f(a):\n    # one\n    g(a)  # two\n    return a\n"
    right = "def f(a):\n    # 1\n    g( a )  # 2\n    return a\n"
    assert changes(left, right, show=["comments"]) == [
        "-    # one", "-    g(a)  # two", "+    # 1", "+    g(a)  # 2",
    ]  # fmt: skip


def test_an_import_that_only_a_folded_annotation_names_stays_bound():
    left = "from m import T\n\n\ndef f(a: T):\n    return g(a)\n"
    right = "def f(a):\n    return g(a)\n"
    report = shown(left, right)
    assert "from m import T" not in report.right_text
    assert "T" not in report.right_text


def test_an_import_of_what_is_put_in_comes_along():
    left = "def f(a):\n    return a\n"
    right = "from typing import Any\n\n\ndef f(a):\n    x: Any = g(a)\n    return h(x, x)\n"
    assert "from typing import Any" in shown(left, right).right_text


def test_definitions_stay_where_they_are_on_the_left():
    left = "def f():\n    return 1\n\n\ndef g():\n    return 2\n\n\ndef h():\n    return 3\n"
    right = "def g():\n    return 2\n\n\ndef h():\n    return 4\n\n\ndef f():\n    return 1\n"
    assert changes(left, right) == ["-    return 3", "+    return 4"]


def test_lines_of_the_right_file():
    left = "def f(a):\n    g(a)\n    h(a)\n    return a\n"
    right = "\n\n\ndef f(a):\n    g( a )\n    k( a )\n    return a\n"
    report = shown(left, right)
    assert report.right_text == "def f(a):\n    g(a)\n    k(a)\n    return a\n"
    assert [line for line, _ in report.line_maps[1].lines] == [4, 5, 6, 7, 0]


def test_lines_of_the_right_file_are_its_own_where_the_words_are():
    """A literal over many lines, statements that stand there twice, lines that are no logic: each has its own line."""
    left = "TABLE = {\n    'a': 1,\n    'b': 2,\n}\n\n\n"
    left += "def f(a):\n    # first\n    g(a)\n\n    # second\n    g(a)\n    return h(a)\n"
    right = left.replace("    'b'", "    'aa': 3,\n    'b'").replace("h(a)", "h(a, 1)")
    report = shown(left, right)
    assert report.right_text == right
    assert [line for line, _ in report.line_maps[1].lines] == [*range(1, right.count("\n") + 1), 0]


def test_lines_of_a_right_file_that_is_the_same():
    left = "def f(a):\n    return [g(x) for x in a]\n\n\ndef h():\n    return 1\n"
    right = "def h(): return 1\n\ndef f(a):\n    # so\n    out = []\n    for x in a:\n"
    right += "        out.append(g(x))\n    return out\n"
    report = shown(left, right)
    assert report.same
    lines = report.line_maps[1].lines
    assert (lines[0], lines[4:6]) == ((3, 3), ((1, 1), (1, 1)))
    assert lines[1][0] in range(5, 9)


def test_javascript():
    left = (
        "function f(a) {\n  if (a) { return 1 } else { return g(a, 'x') }\n}\n\nfunction k() { return 2 }\n"
    )
    right = 'function f(b) {\n  if (b) {\n    return 1;\n  }\n  return g(b, "y");\n}\n\nfunction k() { return 2; }\n'
    assert changes(left, right, language="javascript") == [
        "-  if (a) { return 1 } else { return g(a, 'x') }",
        "+  if (a) { return 1 } else { return g(a, 'y') }",
    ]


def test_a_callback_in_javascript():
    left = "describe('a', function () {\n  it('b', function () {\n    f(1)\n    g()\n  })\n})\n"
    right = (
        'describe("a", function () {\n  it("b", function () {\n    f(2);\n    h();\n    g();\n  });\n});\n'
    )
    assert changes(left, right, language="javascript") == ["-    f(1)", "+    f(2)", "+    h();"]


def test_a_file_that_cannot_be_read_is_shown_as_it_is():
    report = shown("def f(:\n", "def f(\n")
    assert report.verdict == "unknown"
    assert report.left_text == "def f(:\n"


def test_whatever_the_merge_does_the_text_is_the_right_files_logic(monkeypatch):
    """A merge that always puts in a wrong text is found out, and the right file's own lines are shown."""
    monkeypatch.setattr(expressions._Merge, "whole", lambda self, a, b, where: [(a.span, "wrong")])
    left, right = "def f(a):\n    g(a, 1)\n    return a\n", "def f(a):\n    g( a,2 )\n    return a\n"
    assert changes(left, right) == ["-    g(a, 1)", "+    g( a,2 )"]


def test_where_nothing_can_be_placed_the_file_is_shown_as_it_is(monkeypatch):
    monkeypatch.setattr(edits.Transport, "hunk", lambda *_: iter(()))
    monkeypatch.setattr(edits.Transport, "parts", lambda *_: None)
    left, right = "def f(a):\n    return g(a)\n", "def f(a):\n    return h( a )\n"
    report = shown(left, right)
    assert report.right_text == right
    assert any("shown in its own text" in note for note in report.notes)


def test_a_mistake_in_the_view_does_not_cost_the_diff(monkeypatch):
    monkeypatch.setattr(aligned, "FORGIVEN", (KeyError,))
    monkeypatch.setattr(edits.Transport, "hunk", lambda *_: dict[str, str]()["missing"])
    left, right = "def f(a):\n    return g(a)\n\n\nx = 1\n", "def f(a):\n    return h( a, b, c )\n"
    report = shown(left, right)
    assert report.right_text == right
    assert any("KeyError" in note for note in report.notes)


def test_two_files_that_differ_are_never_shown_as_equal(monkeypatch):
    """Whatever the check of a candidate says: here it takes the left file for the right one."""
    monkeypatch.setattr(candidate.Check, "of", lambda *_: candidate.Finding())
    monkeypatch.setattr(edits.Transport, "edits", lambda *_: [])
    left, right = "def f(a):\n    return g(a)\n", "def f(a):\n    return h( a )\n"
    assert shown(left, right).right_text == right


def test_a_view_gives_up_at_last(monkeypatch):
    monkeypatch.setattr(aligned, "MAX_ROUNDS", 0)
    assert shown("x = f(1)\n", "x = f( 2 )\n").right_text == "x = f( 2 )\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(\n    a,\n    (1,\n    ),\n)", "f(a, (1,))"),
        ("return (\n    a,\n)", "return (a,)"),
        ("(\n    a\n    .b(c=1)\n    .d()\n)", "(a.b(c=1).d())"),
        ("[\n    1,\n]", "[1]"),
        ("f(\n    '(',\n    a  # one\n)", "f(\n    '(',\n    a  # one\n)"),
        ('f("""\n""")', 'f("""\n""")'),
        ("f('(\\'', a)", "f('(\\'', a)"),
    ],
)
def test_text_of_several_lines_as_one(text, expected):
    assert flattened(text) == expected


PYTHON_RULES = [rule for rule in RULES if "python" in rule.languages]


@pytest.mark.parametrize("rule", PYTHON_RULES, ids=[rule.id for rule in PYTHON_RULES])
def test_examples_of_rules_with_a_change_behind_them(rule):
    """What a rule folds is not shown, nor in the way of what is: the statement behind it changes."""
    for example in [e for e in rule.examples if e.language == "python"]:
        left, right = (f"{text}\nchanged({n})\n" for n, text in enumerate((example.before, example.after)))
        for level in ("safe", "relaxed"):
            shown(left, right, level=level)


COMMENTED = """\
# Header

import os


def f(a, b):
    # first
    x = g(a,
          b)  # why
    if x:
        return 1  # noqa: X
    else:
        # otherwise
        y = 2
        return y
    # end


z = [
    # group one
    1,
    2,  # two
]
"""
RECOMMENTED = """\
# Header, new

import os


def f(a, b):
    # First, longer
    # lines
    x = g(a, b)  # why not
    if x:
        return 1  # noqa: Y
    # otherwise
    y = 2
    return y + 1
    # end


# Now:
z = [
    # group 1
    1,
    2,  # two!
]
# bye
"""


def test_comments_that_are_compared_stand_where_they_do_on_the_right():
    assert changes(COMMENTED, RECOMMENTED, show=["comments"]) == [
        "-# Header", "+# Header, new",
        "-    # first", "+    # First, longer", "+    # lines",
        "-          b)  # why", "+          b)  # why not",
        "-        return 1  # noqa: X", "+        return 1  # noqa: Y",
        "-        return y", "+        return y + 1",
        "+# Now:", "-    # group one", "+    # group 1", "-    2,  # two", "+    2,  # two!",
        "+# bye",
    ]  # fmt: skip
    assert changes(COMMENTED, RECOMMENTED) == ["-        return y", "+        return y + 1"]


def test_lines_of_comments_that_are_compared():
    report = shown("x = 1\ny = 2\n", "x = 1\n\n# why\ny = 2  # so\n", show=["comments"])
    assert report.right_text == "x = 1\n\n# why\ny = 2  # so\n"
    assert [line for line, _ in report.line_maps[1].lines] == [1, 2, 3, 4, 0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param("x = 1  #so\n", "x = 1 #  so\n", id="white space around the words"),
        pytest.param("if a: f()  # so\n", "if a:\n    f()  # so\n", id="a block on the line of its header"),
        pytest.param("x = g(a,  # so\n      b)\n", "x = g(\n    a,  # so\n    b,\n)\n", id="another layout of code"),
        pytest.param(
            "# a\ndef a():\n    return 1  # one\n\n\n# b\ndef b():\n    return 2\n",
            "# b\ndef b():\n    return 2\n\n\n# a\ndef a():\n    return 1  # one\n",
            id="definitions that moved take theirs along",
        ),
        pytest.param("def f():\n    '''a'''\n    # so\n    g()\n", "def f():\n    # so\n    g()\n", id="docstrings"),
    ],
)  # fmt: skip
def test_comments_that_are_the_same(left, right):
    assert shown(left, right, show=["comments"]).same


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("x = 1  # a\n", "x = 1  # b\n", ["-x = 1  # a", "+x = 1  # b"]),
        ("x = 1  # a\n", "x = 1  # A\n", ["-x = 1  # a", "+x = 1  # A"]),
        ("x = 1\n# a\ny = 2\n", "# a\nx = 1\ny = 2\n", ["+# a", "-# a"]),
        ("x = 1\n\n# c\n\ny = 2\n", "x = 1\n\ny = 2\n", ["-# c", "-"]),
        ("x = 1\n\ny = 2\n", "x = 1\n\n# c\n\ny = 2\n", ["+# c", "+"]),
        ("x = 1\n", "x = 1\n\n# end\n", ["+", "+# end"]),
        ("if a:\n    f()\n", "if a:  # c\n    f( )\n", ["-if a:", "+if a:  # c"]),
        ("if a: f()  # c\n", "if a:\n    f()  # d\n", ["-if a: f()  # c", "+if a: f()  # d"]),
        ("x = [1,  # a\n     2]\n", "x = [\n    1,  # b\n    2,\n]\n", ["-x = [1,  # a", "+x = [1,  # b"]),
        ("x = [1,\n     2]\n", "x = [\n    1,  # b\n    2,\n]\n", ["+# b"]),
        ("def f():\n    pass\n", "def f():\n    # c\n    pass\n", ["+    # c"]),
        ("", "# only\n", ["+# only"]),
    ],
)  # fmt: skip
def test_comments_that_differ(left, right, expected):
    assert changes(left, right, show=["comments"]) == expected
    assert not prediff.diff(left, right, language="python", show=["comments"], view="canonical").same
    assert prediff.diff(left, right, language="python").same


def test_comments_in_javascript():
    left = "/* two\n * lines */\nvar x = g(function () {\n  // in\n  return 1\n})\n"
    right = "/* two\n * Lines */\nvar x = g(function () {\n  // in 2\n  return 1;\n});\n// end\n"
    assert changes(left, right, language="javascript", show=["comments"]) == [
        "- * lines */", "+ * Lines */", "-  // in", "+  // in 2", "+// end",
    ]  # fmt: skip


def test_white_space_in_comments_is_as_on_the_right():
    left = "function f() {\n    /*\n     * a\n     */\n    return 1 // b\n}\n"
    right = "function f() {\n    /*\n     * A\n     */\n    return 1; //B\n}\n"
    assert changes(left, right, language="javascript", show=["comments"]) == [
        "-     * a", "+     * A", "-    return 1 // b", "+    return 1  //B",
    ]  # fmt: skip


def test_a_function_in_javascript_that_is_empty_but_for_a_comment():
    """Its comment is a row of the normal form."""
    left, right = "x = 1;\nf(function () {})\n", "x = 1\nf(function () {\n  // c\n})\n"
    assert "// c" in shown(left, right, language="javascript", show=["comments"]).right_text


def test_docstrings_and_comments_are_shown_apart():
    left = "def f():\n    '''a'''\n    # b\n    return 1\n"
    other = {"docs": left.replace("'a'", "'A'"), "comments": left.replace("# b", "# B")}
    for show in other:
        for changed, right in other.items():
            report = shown(left, right, show=[show])
            assert report.same == (changed != show)
            assert shown(left, right, refuse=["docs-unread"]).same is False
    assert shown(left, other["comments"], show=["docs"]).assumptions == ("docs-unread",)


def test_units_differ_by_comments_that_are_compared():
    left = "def f():\n    return 1  # a\n\n\n# b\ndef g():\n    return 2\n\n\nx = 3  # c\n"
    report = shown(left, left.replace("# b", "# B"), show=["comments"])
    assert [(u.name, u.verdict) for u in report.units] == [
        ("f", "same"), ("g", "differs"), ("(module)", "same"),
    ]  # fmt: skip


def test_comments_that_are_not_shown_and_those_that_are_stale():
    report = shown(COMMENTED, RECOMMENTED)
    found = report.comments
    assert (found.hidden.ordinary, found.hidden.tool) == (8, 1)
    assert (found.stale.ordinary, found.stale.tool) == (5, 1)
    same = shown("x = 1\n# a\n# b\n", "x = 1\n# a\n# c\n# d\n").comments
    assert (same.ordinary, same.hidden.total, same.stale.total) == (2, 2, 1)
    beside = shown("x = 1\n", "x = 1\n# new\ny = 2\n").comments
    assert (beside.ordinary, beside.hidden.total, beside.stale.total) == (1, 0, 0)
    assert shown(COMMENTED, RECOMMENTED, show=["comments"]).comments == type(found)()


def test_comments_that_cannot_be_put_in_finely():
    """Two statements of a line whose comments differ: the text is right all the same."""
    left, right = "if a: f()\nelse: g()  # so\n", "if a:\n    f()  # new\nelse:\n    g()  # so\n"
    report = shown(left, right, show=["comments"])
    assert "# new" in report.right_text
