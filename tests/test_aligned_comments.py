"""The aligned view: comments at the ends of blocks and within statements are shown once, and where they belong."""

from __future__ import annotations

from textwrap import dedent

import pytest

from test_aligned import changes, shown

END = "def f(a):\n    if a:\n        g( a )\n        # end\n    h(a)\n"
JS_END = "function f(a) {\n  if (a) {\n    g( a )\n    // end\n  }\n  h(a)\n}\n"


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            END, END.replace("( a )", "(a)").replace("# end\n", "# end\n        k(a)\n"), ["+        k(a)"],
            id="a statement behind a comment that ended the block",
        ),
        pytest.param(
            END, END.replace("( a )", "(a)").replace("        # end\n", "        k(a)\n        # end\n"),
            ["+        k(a)"],
            id="a statement in front of a comment that ends the block",
        ),
        pytest.param(
            END.replace("    h(a)\n", ""), END.replace("( a )", "(a)").replace("h(a)", "k(a)"), ["+    k(a)"],
            id="a statement at the end of the block around",
        ),
        pytest.param(
            END, END.replace("( a )", "(a)").replace("    h(a)", "    else:\n        # why\n        k(a)\n    h(a)"),
            ["+    else:", "+        # why", "+        k(a)"],
            id="an else that comes",
        ),
        pytest.param(
            END.replace("    h(a)", "    else:\n        # why\n        k(a)\n    h(a)"), END.replace("( a )", "(a)"),
            ["-    else:", "-        # why", "-        k(a)"],
            id="an else that goes",
        ),
        pytest.param(
            "def f():\n    g( 1 )\n", "def f():\n    # new\n    k(1)\n    g(1)\n", ["+    # new", "+    k(1)"],
            id="a comment above a statement that comes first in a block",
        ),
        pytest.param(
            "def f(a):\n    g( a )\n    # why\n    # so\n    h(a)\n", "def f(a):\n    g(a)\n    # why\n",
            ["-    # so", "-    h(a)"],
            id="a last statement that goes, below a comment that stays",
        ),
        pytest.param(
            "def f(a):\n    g( a )\n    # end\n", "def f(a):\n    g(a)\n    # end\n\n    # so\n    k(a)\n",
            ["+", "+    # so", "+    k(a)"],
            id="a statement behind the last comment of a file",
        ),
    ],
)  # fmt: skip
def test_comments_at_the_ends_of_blocks(left, right, expected):
    assert changes(left, right) == expected


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (JS_END.replace("( a )", "(a)").replace("// end\n", "// end\n    k(a)\n"), ["+    k(a)"]),
        (JS_END.replace("( a )", "(a)").replace("    // end\n", "    k(a)\n    // end\n"), ["+    k(a)"]),
        (
            JS_END.replace("( a )", "(a)").replace("  }\n  h", "  } else {\n    // why\n    k(a);\n  }\n  h"),
            ["+  } else {", "+    // why", "+    k(a);"],
        ),
    ],
)
def test_comments_at_the_ends_of_blocks_in_javascript(right, expected):
    assert changes(JS_END, right, language="javascript") == expected


ITEMS = """
    X = [
        # one
        1,
        2,  # two
        # four
        4,  # four!
        # end
    ]
    f( X )
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("    2,", "    # so\n    3,\n    2,", ["+    # so", "+    3,"]),
        ("    # four\n", "    3,  # three\n    # four\n", ["+    3,  # three"]),
        ("    # end\n", "    # five\n    5,\n    # end\n", ["+    # five", "+    5,"]),
        ("    # one\n", "    # zero\n    0,\n    # one\n", ["+    # zero", "+    0,"]),
        ("    # one\n    1,\n", "", ["-    # one", "-    1,"]),
        ("    2,  # two\n", "", ["-    2,  # two"]),
        ("    # four\n    4,  # four!\n", "", ["-    # four", "-    4,  # four!"]),
        ("    4,  # four!\n", "", ["-    4,  # four!"]),
        ("    1,", "    11,", ["-    1,", "+    11,"]),
        (
            "    # one\n    1,",
            "    # eleven\n    11,",
            ["-    # one", "-    1,", "+    # eleven", "+    11,"],
        ),
        ("    # one\n", "    # uno\n", []),
    ],
)
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("g(", ")")])
def test_comments_between_items(old, new, expected, opening, closing):
    left = dedent(ITEMS).replace("[", opening).replace("]", closing)
    right = left.replace(old, new).replace("( X )", "(X)").replace("    ", "        ")
    assert left != right
    assert changes(left, right) == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "X = [\n    1,  # one\n    2   # two\n]\n", "X = [\n  1,  # one\n  2,  # two\n  3,  # three\n]\n",
            ["-    2   # two", "+    2,   # two", "+    3  # three"],
            id="a last item without a comma",
        ),
        pytest.param(
            "X = [\n    1,  # one\n    2,  # two\n    3  # three\n]\n", "X = [\n  1,  # one\n  2  # two\n]\n",
            ["-    2,  # two", "-    3  # three", "+    2  # two"],
            id="a last item without a comma that goes",
        ),
        pytest.param(
            "g(\n    a=1,  # a\n    # of b\n    b=2,\n)\nf( 1 )\n",
            "g(\n    a=1,  # a\n    # of c\n    c=3,\n    # of b\n    b=2,\n    # of d\n    d=4,\n)\nf(1)\n",
            ["+    # of c", "+    c=3,", "+    # of d", "+    d=4,"],
            id="keyword arguments",
        ),
        pytest.param(
            "def g(\n    self,\n    a=1,  # a\n    # of b\n    b=2,\n):\n    f( 1 )\n",
            "def g(\n    self,\n    a=1,  # a\n    # of c\n    c=3,\n    # of b\n    b=2,\n):\n    f(1)\n",
            ["+    # of c", "+    c=3,"],
            id="parameters",
        ),
        pytest.param(
            "if (\n    a\n    # so\n    and b\n    and c  # c\n):\n    f( 1 )\n",
            "if (\n    a\n    # so\n    and b\n    # thus\n    and d\n    and c  # c\n):\n    f(1)\n",
            ["+    # thus", "+    and d"],
            id="values of a condition",
        ),
        pytest.param(
            "if (\n    a  # a\n    # so\n    and b  # b\n    and c\n):\n    f( 1 )\n",
            "if (\n    a  # a\n    and c\n):\n    f(1)\n",
            ["-    # so", "-    and b  # b"],
            id="a value of a condition that goes",
        ),
        pytest.param(
            "x = (\n    a.b()  # b\n    # of c\n    .c()\n    # of d\n    .d()\n)\nf( 1 )\n",
            "x = (\n    a.b()  # b\n    # of e\n    .e()\n    # of c\n    .c()\n    # of d\n    .d(1)\n)\nf(1)\n",
            ["+    # of e", "+    .e()", "-    .d()", "+    .d(1)"],
            id="links of a chain",
        ),
        pytest.param(
            "x = (\n    a\n    # of b\n    .b(0)\n    .c(1)\n    .d(2)\n)\nf( 1 )\n",
            "x = (\n        a\n        # of b\n        .e(100)\n        .c(1)\n)\nf(1)\n",
            ["-    .b(0)", "+    .e(100)", "-    .d(2)"],
            id="a link of a chain in the place of another",
        ),
    ],
)  # fmt: skip
def test_comments_within_statements(left, right, expected):
    assert changes(left, right) == expected


def test_comments_between_items_in_javascript():
    left = "const x = {\n  // one\n  a: 1, // a\n  // two\n  b: 2\n}\nf( x )\n"
    right = "const x = {\n  // one\n  a: 1, // a\n  // new\n  c: 3, // c\n  // two\n  b: 2,\n};\nf(x);\n"
    assert changes(left, right, language="javascript") == ["+  // new", "+  c: 3, // c"]


def test_of_two_views_the_one_that_shows_no_comment_twice():
    """Rules that merge branches make the first view, in which both `return` have the comment of the first."""
    left = (
        "def f(a):\n    if g(a):\n        # why g\n        return\n\n    b = a.b()\n    if not h(b):\n"
        "        return\n\n    if b.c is a:\n        k(a)\n"
    )
    new = "    if (\n        i(a)\n        and a.d is a\n    ):\n        # why i\n        # and d\n        return\n"
    report = shown(left, left.replace("\n    b = a", f"{new}\n    b = a"))
    assert report.right_text.count("# why g") == report.right_text.count("# why i") == 1


def test_comments_are_counted_as_they_are_shown():
    left = "f( 1 )\n# one\nx = [\n    # two\n    1,\n]\ny = 2  # y\n# gone\nz = 1\n"
    right = "f(1)\n# uno\nx = [\n    # zwei\n    11,\n]\ny = 2  # why\nz = 2\n"
    report = shown(left, right)
    text = report.right_text
    own = [comment for comment in ("# uno", "# zwei", "# why") if comment not in text]
    stale = [comment for comment in ("# one", "# two", "# y\n", "# gone") if comment in text]
    assert (report.comments.hidden.total, report.comments.stale.total) == (len(own), len(stale))
    assert "# zwei" in text
