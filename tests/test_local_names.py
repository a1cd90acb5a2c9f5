"""Locals of changed statements take the left's names, where it can be told which they are."""

from __future__ import annotations

import pytest

import prediff
from test_aligned import changes

MATCH = """def check(node, errors):
    match node:
        case Func(
            arguments=arguments,
            body=[Call(callee=Plain(name=name)) as call],
        ) if (
            names(arguments) == call.args
            and all(kind == POSITIONAL for kind in call.kinds)
        ):
            errors.append(name)
"""


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "def f(a, xs):\n    while a.b(1):\n        y = [kind for kind in xs if kind.p and kind.q]\n"
            "        g(y, y)\n",
            "def f(a, xs):\n    while a.c(1):\n        y = [k for k in xs if k.p]\n        g(y, y)\n",
            ["-    while a.b(1):", "-        y = [kind for kind in xs if kind.p and kind.q]",
             "+    while a.c(1):", "+        y = [kind for kind in xs if kind.p]"],
            id="a name that stands there less often",
        ),
        pytest.param(
            MATCH,
            MATCH.replace("callee=Plain(name=name)", "callee=Any() as called").replace("arguments)", "a)")
            .replace("=arguments", "=a").replace("kind ", "k ").replace(" call,", " c,").replace(" call]", " c]")
            .replace("call.", "c.").replace("    errors.", "    name = text(called)\n            errors."),
            ["-            body=[Call(callee=Plain(name=name)) as call],",
             "+            body=[Call(callee=Any() as called) as call],",
             "+            name = text(called)"],
            id="a case, and a new statement behind it",
        ),
        pytest.param(
            "def f(xs):\n    a, b = g(xs)\n    h(a, b, a)\n", "def f(xs):\n    b = g(xs)\n    h(b, b)\n",
            ["-    a, b = g(xs)", "-    h(a, b, a)", "+    b = g(xs)", "+    h(b, b)"],
            id="a name that both sides know",
        ),
        pytest.param(
            "def f(xs):\n    a = g(xs)\n    h(a, xs)\n    return a\n",
            "def f(xs):\n    b = k(xs, xs)\n    c = g(xs)\n    h(c, b)\n    return c\n",
            ["+    b = k(xs, xs)", "-    h(a, xs)", "+    h(a, b)"],
            id="equal statements say more",
        ),
        pytest.param(
            "def f(xs):\n    for x in xs:\n        match = START.match(x, x)\n        g(match)\n",
            "def f(xs):\n    for x in xs:\n        bare = x.strip()\n        if bare:\n            h(bare, x)\n",
            ["-        match = START.match(x, x)", "-        g(match)",
             "+        bare = x.strip()", "+        if bare:", "+            h(bare, x)"],
            id="the shape alone says nothing",
        ),
    ],
)  # fmt: skip
def test_locals_of_changed_statements(left, right, expected):
    assert changes(left, right) == expected


def test_names_of_javascript_in_a_changed_statement():
    left = "function f(xs) {\n  return xs.map(kind => kind.p + kind.q + g(1));\n}\n"
    right = "function f(xs) {\n  return xs.map(k => k.p + g(1));\n}\n"
    assert changes(left, right, language="javascript") == [
        "-  return xs.map(kind => kind.p + kind.q + g(1));",
        "+  return xs.map(kind => kind.p + g(1));",
    ]


@pytest.mark.parametrize("level", ["safe", "relaxed"])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(
            "def f(xs):\n    a, b = g(xs)\n    return h(a.p, b.q, a)\n",
            "def f(xs):\n    c, d = g(xs)\n    return h(d.p, c.q, d)\n",
            id="two that change places",
        ),
        pytest.param(
            "def f(xs):\n    return [x for x in xs if x.p and y.q]\n",
            "def f(xs):\n    return [y for y in xs if y.p and y.q]\n",
            id="one that takes the name of what is outside",
        ),
        pytest.param(
            "def f(xs):\n    match xs:\n        case A(p=a, q=b):\n            return g(a, b)\n",
            "def f(xs):\n    match xs:\n        case A(p=d, q=c):\n            return g(c, d)\n",
            id="captures that change places",
        ),
        pytest.param(
            "def f(xs):\n    match xs:\n        case A(p=a) as b:\n            return g(a.k, b)\n",
            "def f(xs):\n    match xs:\n        case A(p=c) as d:\n            return g(d.k, d)\n",
            id="a capture for another one",
        ),
        pytest.param(
            "def f(xs):\n    global kind\n    for kind in xs:\n        g(kind.p, kind.q)\n",
            "def f(xs):\n    for k in xs:\n        g(k.p, k.q)\n",
            id="a global name",
        ),
    ],
)
def test_names_of_locals_hide_no_change(left, right, level):
    assert not prediff.diff(left, right, language="python", level=level).same
