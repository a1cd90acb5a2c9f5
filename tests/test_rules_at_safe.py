"""What is the same, and what is not, where nothing is assumed of operands: near-misses that `relaxed` would fold."""

from __future__ import annotations

import pytest

from prediff.rules.assumptions import granted
from rule_case import normal_form

SAFE = granted("safe")

SAME = {
    "text of several values": (
        "def f(a, b):\n    c = '%s-%s' % (a, b)\n    d = '{}-'.format(a)\n    return g(c, d, '%s|%s' % (c, d))",
        "def f(a, b):\n    c = f'{a!s}-{b!s}'\n    d = f'{a}-'\n    return g(c, d, f'{c}|{d}')",
    ),
    "counted": (
        "def f(a):\n    for i, b in enumerate(a):\n        g('{}: {}'.format(b, i + 1))",
        "def f(a):\n    for i, b in enumerate(a):\n        g(f'{b}: {i + 1}')",
    ),
    "text": (
        "def f(a):\n    b = ' '.join(a)\n    return g('%s|%s' % (b, a), b)",
        "def f(a):\n    b = ' '.join(a)\n    return g(f'{b}|{a!s}', b)",
    ),
    "words": (
        "def f(a):\n    for b in 'x y z'.split():\n        g('%s' % b, b)",
        "def f(a):\n    for b in ['x', 'y', 'z']:\n        g(f'{b}', b)",
    ),
    "both arms": (
        "def f(a):\n    if a:\n        a = sorted(a)\n    else:\n        a = []\n    g('%s' % a, a)",
        "def f(a):\n    if a:\n        a = sorted(a)\n    else:\n        a = []\n    g(f'{a}', a)",
    ),
    "chosen": (
        "def f(a, b):\n    g('{} {}'.format(a, 'x' if isinstance(b, int) else 'y'))",
        "def f(a, b):\n    g(f\"{a} {'x' if isinstance(b, int) else 'y'}\")",
    ),
    "one of": (
        "def f(a):\n    while a == 1 or a == None or a == 'b':\n        g()",
        "def f(a):\n    while a in (1, None, 'b'):\n        g()",
    ),
    "not one of": (
        "def f(a):\n    if not (a == 1 or a == 2):\n        g()",
        "def f(a):\n    if a not in (1, 2):\n        g()",
    ),
    "other method": (
        (
            "class A:\n    def f(self, a):\n        b = g(a)\n        return b\n    def h(self, c):\n    "
            "    return '{c}'.format(**locals())"
        ),
        (
            "class A:\n    def f(self, a):\n        return g(a)\n    def h(self, c):\n        return "
            "'{c}'.format(**locals())"
        ),
    ),
    "vars of an object": (
        "def f(a):\n    b = set()\n    for c in vars(a):\n        b.add(c)\n    return b",
        "def f(a):\n    return set(vars(a))",
    ),
}
DIFFERENT = {
    "text of one value": (
        "def f(a):\n    b = '%s' % (a,)\n    return g(b, f'{b!s}')",
        "def f(a):\n    b = '%s' % (a,)\n    return g(b, f'{b}')",
    ),
    "another operand": (
        "def f(a, b):\n    for i in range(9):\n        g('{}{}'.format(a, i + b))",
        "def f(a, b):\n    for i in range(9):\n        g(f'{a}{i + b}')",
    ),
    "sometimes bound anew": (
        "def f(a):\n    if a:\n        a = sorted(a)\n    g('%s' % a, a)",
        "def f(a):\n    if a:\n        a = sorted(a)\n    g(f'{a!s}', a)",
    ),
    "bound by an inner function": (
        "def f(a):\n    b = ''\n    def g():\n        nonlocal b\n        b = a\n    g()\n    return f'{b!s}'",
        "def f(a):\n    b = ''\n    def g():\n        nonlocal b\n        b = a\n    g()\n    return f'{b}'",
    ),
    "bound by a comprehension": (
        "def f(a):\n    b = ''\n    return b, [f'{b!s}' for b in a]",
        "def f(a):\n    b = ''\n    return b, [f'{b}' for b in a]",
    ),
    "an object's own text": (
        "def f(a):\n    b = repr(a)\n    return g(b, f'{b!s}')",
        "def f(a):\n    b = repr(a)\n    return g(b, f'{b}')",
    ),
    "value of a comparison": (
        "def f(a):\n    return a == 1 or a == 2",
        "def f(a):\n    return a in (1, 2)",
    ),
    "another comparison": (
        "def f(a):\n    if a != 1 and a != 2:\n        g()",
        "def f(a):\n    if a not in (1, 2):\n        g()",
    ),
    "a global": (
        "def f():\n    if a == 1 or a == 2:\n        g()",
        "def f():\n    if a in (1, 2):\n        g()",
    ),
    "a number that compares": (
        "def f(a):\n    if a == 1.0 or a == 2.0:\n        g()",
        "def f(a):\n    if a in (1.0, 2.0):\n        g()",
    ),
    "outside of the comprehension": (
        "x = [a for a in f(a > 0 and a <= c)]",
        "x = [a for a in f(0 < a <= c)]",
    ),
    "a function in the comprehension": (
        "x = [f(lambda: a > 0 and a <= c) for b in d]",
        "x = [f(lambda: 0 < a <= c) for b in d]",
    ),
    "a caller's frame": (
        (
            "class A:\n    def f(self, a):\n        b = g(a)\n        return h(b)\n    def h(self):\n    "
            "    return sys._getframe(1)"
        ),
        "class A:\n    def f(self, a):\n        return h(g(a))\n    def h(self):\n        return sys._getframe(1)",
    ),
    "bound by a class": (
        "def f():\n    a = 'x'\n    class C:\n        a = (1, 2)\n        b = '%s' % a\n    return C, a",
        "def f():\n    a = 'x'\n    class C:\n        a = (1, 2)\n        b = f'{a!s}'\n    return C, a",
    ),
    "bound by a with": (
        "def f(b):\n    a = 'x'\n    with b as a:\n        return '%s' % a",
        "def f(b):\n    a = 'x'\n    with b as a:\n        return f'{a!s}'",
    ),
    "bound by a handler": (
        "def f():\n    a = 'x'\n    try:\n        g()\n    except E as a:\n        return '%s' % a",
        "def f():\n    a = 'x'\n    try:\n        g()\n    except E as a:\n        return f'{a}'",
    ),
    "bound by a pattern": (
        "def f(b):\n    a = 'x'\n    match b:\n        case [a]:\n            return '%s' % a",
        "def f(b):\n    a = 'x'\n    match b:\n        case [a]:\n            return f'{a!s}'",
    ),
    "before it is bound anew in a loop": (
        "def f(a):\n    while g():\n        h('%s' % a)\n        a = sorted(a)\n    return a",
        "def f(a):\n    while g():\n        h(f'{a!s}')\n        a = sorted(a)\n    return a",
    ),
    "grown by something else": (
        "def f(b):\n    a = 1\n    for i in range(3):\n        a = a * b\n    return '%d' % (a,)",
        "def f(b):\n    a = 1\n    for i in range(3):\n        a = a * b\n    return f'{a}'",
    ),
    "what a return raises in a try": (
        "def f(a):\n    try:\n        g(a)\n        return a.x\n    except E:\n        return 1",
        "def f(a):\n    try:\n        g(a)\n    except E:\n        return 1\n    return a.x",
    ),
    "a return that skips what follows a try": (
        "def f():\n    try:\n        g()\n        return None\n    except E:\n        h()\n    i()",
        "def f():\n    try:\n        g()\n    except E:\n        h()\n    i()",
    ),
    "own locals": (
        "def f(a):\n    b = g(a)\n    return h(b, vars())",
        "def f(a):\n    return h(g(a), vars())",
    ),
    "several arguments": (
        "def f(a):\n    b = g(a)\n    return h(b, vars(*a))",
        "def f(a):\n    return h(g(a), vars(*a))",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    one, two = SAME[name]
    assert normal_form(one, "python", SAFE) == normal_form(two, "python", SAFE)


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    one, two = DIFFERENT[name]
    assert normal_form(one, "python", SAFE) != normal_form(two, "python", SAFE)
