"""The tokens of the right in the layout of the left: line breaks, quotes and comments of what was rebuilt."""

from __future__ import annotations

import argparse
import ast
import difflib
import random
import smtplib
from pathlib import Path

import pytest

from prediff.transport.tokens import relaid
from test_aligned import changes


@pytest.mark.parametrize(
    ("own", "text", "expected"),
    [
        pytest.param(
            "'%s of %s' % (\n    a,  # the first\n    b.c()\n)", '"{} of {}".format(a, b.c())',
            "'{} of {}'.format(\n    a,  # the first\n    b.c()\n)",
            id="what stands around an argument list",
        ),
        pytest.param("f(\n    a,\n    b,\n)", "g(a, b)", "g(\n    a,\n    b,\n)", id="a last comma"),
        pytest.param("g(\n    a,\n    b\n)", "h(\n  a,\n  b,\n)", "h(\n    a,\n    b\n)", id="no last comma"),
        pytest.param("f(\n    a,\n    b,\n)", "g(a for b in c)", "g(a for b in c)", id="none behind a generator"),
        pytest.param("f(\n    a, b,\n)", "(a)", "(\n    a\n)", id="none that makes a tuple"),
        pytest.param("x = (\n    a,\n)", "y = (\n    a,\n)", "y = (\n    a,\n)", id="that of a tuple of one"),
        pytest.param("f(\n    a,\n    b)", "a, b", "a, b", id="no line breaks without brackets"),
        pytest.param("f(a + \\\n  b)", "g(a + b)", "g(a + \\\n  b)", id="a backslash"),
        pytest.param("f( a )", "g(a)", "g( a )", id="spaces within brackets"),
        pytest.param("f(a=1)", "f(a: int = 1)", "f(a: int = 1)", id="the same on both sides of an equals sign"),
        pytest.param("a.b = c", "f(a.b=g(c))", "f(a.b=g(c))", id="nor one of two"),
        pytest.param("'a' 'b'", '"ab"', "'a' 'b'", id="strings in a row"),
        pytest.param("'a'", '"b"', "'b'", id="quotes"),
        pytest.param("f'{a}'", '"b"', '"b"', id="no field, no prefix"),
        pytest.param("f'a {b}'", 'f"c {b} {d}"', "f'c {b} {d}'", id="fields"),
        pytest.param("f(\n  'a'\n  'b')", '"ac"', '"ac"', id="strings over lines without brackets"),
        pytest.param("'a'", '"""b\nc"""', '"""b\nc"""', id="no lines where the left has one"),
        pytest.param("f(`a`)", "g(a)", "g(a)", id="templates"),
        pytest.param("f(\n  a)  // b", "g(a)", "g(a)", id="comments of JavaScript"),
        pytest.param("f(\n  this.#a)", "g(this.#a)", "g(this.#a)", id="private names"),
        pytest.param("f(\n    a)", "g(a  # b\n)", "g(a  # b\n)", id="comments of the right"),
        pytest.param("", "a", "a", id="nothing on the left"),
    ],
)  # fmt: skip
def test_tokens_take_the_layout_of_the_left(own, text, expected):
    assert relaid(own, text, 79) == expected


def test_lines_that_get_too_long_are_left_alone():
    assert relaid("f(a, b)", "g(\n    a,\n    bbbbb)", 10) == "g(\n    a,\n    bbbbb)"
    assert relaid("f(a)", "g(\n    a,\n    b)", 10, column=4) == "g(\n    a,\n    b)"
    assert relaid("f(a, b)", "g(\n    a,\n    b)", 10) == "g(a, b)"


def segment(lines, node):
    """The source of a node of a file in ASCII."""
    own = lines[node.lineno - 1 : node.end_lineno]
    own[-1] = own[-1][: node.end_col_offset]
    return "\n".join([own[0][node.col_offset :], *own[1:]])


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("module", [argparse, difflib, smtplib])
def test_what_is_relaid_reads_as_the_right(module, lines):
    choose = random.Random(0)
    source = Path(module.__file__).read_text(encoding="ascii")
    kinds = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Return)
    statements = [node for node in ast.walk(ast.parse(source)) if isinstance(node, kinds)]
    others = choose.sample(statements, len(statements))
    relaid_ones = 0
    for left, right in [*zip(statements, statements, strict=True), *zip(statements, others, strict=True)]:
        own, text = segment(source.splitlines(), left), ast.unparse(right)
        made = relaid(own, text, 100, lines=lines)
        relaid_ones += made != text
        assert ast.dump(ast.parse(made)) == ast.dump(ast.parse(text)), (own, text)
    assert relaid_ones > 50


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "def f(a, b):\n    raise E('%s of %s' % (\n        a,\n        b,\n    ), 1)\n",
            'def f(a, b):\n    raise E("{} of {}".format(a, b), 1)\n',
            ["-    raise E('%s of %s' % (", "+    raise E('{} of {}'.format("],
            id="a string formatted otherwise",
        ),
        pytest.param(
            "def f(a):\n    q = '''\n      a %s,\n      b %s\n    ''' % (a,\n        g(a))\n    return q\n",
            'def f(a):\n    q = "\\n      a {},\\n      b {}\\n    ".format(a, g(a))\n    return q\n',
            ["-      a %s,", "-      b %s", "-    ''' % (a,", "+      a {},", "+      b {}", "+    '''.format(a,"],
            id="a string of several lines",
        ),
        pytest.param(
            "def f(a):\n    g('using'\n      'a %s',\n      a)\n", "def f(a):\n    g('using a %s', a)\n",
            ["-    g('using'", "+    g('using '"],
            id="a change between two parts of a string",
        ),
        pytest.param(
            "def f(n):\n    log('a very long text %s, and longer' % (n, ), self.and_a_base_directory, 1, 2, 3, 4)\n",
            'def f(n):\n    log(\n        "a very long text {}, and longer".format(\n            n\n        ),\n'
            "        self.and_a_base_directory,\n        1,\n        2,\n        3,\n        4,\n    )\n",
            ["-    log('a very long text %s, and longer' % (n, ), self.and_a_base_directory, 1, 2, 3, 4)",
             "+    log('a very long text {}, and longer'.format(n), self.and_a_base_directory, 1, 2, 3, 4)"],
            id="a line that gets a little longer than all others",
        ),
    ],
)  # fmt: skip
def test_a_changed_statement_keeps_the_lines_of_the_left(left, right, expected):
    assert changes(left, right) == expected


def test_items_put_in_are_indented_as_the_others():
    left = "x = f(\n    g(1),\n    h(2),\n)\n"
    right = (
        "x = f(\n        g(1),\n        q(\n            3,\n            4,\n        ),\n        h(2),\n)\n"
    )
    assert changes(left, right) == ["+    q(", "+        3,", "+        4,", "+    ),"]
    text = right.replace("3,", "'''\n  a''',")
    assert changes(left, text)[1:3] == ["+            '''", "+  a''',"]


def test_a_block_does_not_start_with_a_blank_line_when_its_first_statement_goes():
    left = "def f():\n    a = g(1)\n\n    b = g(2)\n    return b\n"
    right = "def f():\n    b = g(2)\n    return b\n"
    assert changes(left, right) == ["-    a = g(1)", "-"]
    kept = "def f():\n\n    b = g(2)\n    return b\n"
    assert changes(left, kept) == ["-    a = g(1)"]
    inner = "def f():\n    c = g(0)\n    a = g(1)\n\n    b = g(2)\n    return b\n"
    assert changes(inner, "def f():\n    c = g(0)\n    b = g(2)\n    return b\n") == ["-    a = g(1)"]
