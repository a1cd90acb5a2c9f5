"""The folds by which expressions of a pair are proved equal: what each does, why it is sound, and what it is not."""

from __future__ import annotations

from collections.abc import Mapping

from prediff.lean_dataclasses import dataclass
from prediff.rules.rule import Example


@dataclass(frozen=True, slots=True)
class PairFold:
    """A fold that looks at both files: the right one takes the left one's text where the two are proved equal.

    languages: each language in which it is tried, with the assumptions it always needs there; what a proof rests on
    beyond that is noted where it is used. examples: pairs that are the same by it. near_misses: pairs that stay
    different, whatever is assumed. These are the tests and the documentation.
    """

    id: str
    summary: str
    languages: Mapping[str, frozenset[str]]
    why: str
    examples: tuple[Example, ...]
    near_misses: tuple[Example, ...]


SOURCE_UNREAD = frozenset({"source-unread"})

EQUAL_ARITHMETIC = PairFold(
    id="equal-arithmetic",
    summary="Two expressions over ints are equal if they are one polynomial: `2 * n - n + 1` and `1 + n`.",
    languages={"python": SOURCE_UNREAD},
    why="Ints neither overflow nor round, so that sums, differences, products and small powers of them may be expanded "
    "and ordered. Each operand must be known to be an int: a literal, a length, a local that is bound to nothing else, "
    "a counter of `range` or `enumerate`, and under annotations-true a parameter. Both sides must give exactly an int, "
    "since `True * 1` is no bool. What may raise must be evaluated in the same order, and what acts as often.",
    examples=(
        Example(
            "order",
            "def f(xs, ys):\n    n = len(xs)\n    m = len(ys)\n    return g(n + 2 * m, n, m)",
            "def f(xs, ys):\n    n = len(xs)\n    m = len(ys)\n    return g(m + n + m, n, m)",
        ),
        Example(
            "parameters",
            "def f(a: int, b: int):\n    return g((a + b) ** 2)",
            "def f(a: int, b: int):\n    return g(a * a + 2 * a * b + b * b)",
        ),
        Example(
            "loop",
            "def f(xs):\n    for i in range(len(xs)):\n        g(xs[i - 1 + 2])",
            "def f(xs):\n    for i in range(len(xs)):\n        g(xs[i + 1])",
        ),
    ),
    near_misses=(
        Example("unknown operands", "def f(a, b):\n    return g(a + b)", "def f(a, b):\n    return g(b + a)"),
        Example(
            "floats",
            "def f(a: float, b: float):\n    return a + b - a",
            "def f(a: float, b: float):\n    return b",
        ),
        Example(
            "a local that is a float",
            "def f():\n    n = 1\n    n = n / 2\n    return g(n + 1, n)",
            "def f():\n    n = 1\n    n = n / 2\n    return g(1 + n, n)",
        ),
        Example("a bool", "def f(a: int):\n    return a", "def f(a: int):\n    return a * 1"),
        Example(
            "flags",
            "def f(a: int):\n    return g(a & 1)",
            "def f(a: int):\n    return g((a & 1) + 0)",
        ),
        Example("another number", "def f(a: int):\n    return a + 1", "def f(a: int):\n    return a + 2"),
        Example("division", "def f(a: int):\n    return a * 2 // 2", "def f(a: int):\n    return a + 0"),
        Example(
            "another order of what may raise",
            "def f(a, b):\n    return len(a) + len(b)",
            "def f(a, b):\n    return len(b) + len(a)",
        ),
        Example(
            "a call left out",
            "def f(a: int):\n    return a + 0 * int(g())",
            "def f(a: int):\n    return a + 0",
        ),
        Example(
            "a name that may be unbound",
            "def f(xs):\n    for i in range(xs):\n        g(i)\n    return i - i + 1",
            "def f(xs):\n    for i in range(xs):\n        g(i)\n    return 1 + 0",
        ),
        Example(
            "a local that an inner function binds",
            "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 'x'\n    g()\n    return n + 1 + n",
            "def f():\n    n = 0\n    def g():\n        nonlocal n\n        n = 'x'\n    g()\n    return n + n + 1",
        ),
        Example(
            "a global",
            "def f():\n    global n\n    n = 0\n    return g() + n + 1",
            "def f():\n    global n\n    n = 0\n    return g() + 1 + n",
        ),
        Example(
            "a shadowed builtin",
            "from m import len\ndef f(a, b):\n    return len(a) * 2",
            "from m import len\ndef f(a, b):\n    return 2 * len(a)",
        ),
        Example(
            "a parameter that is rebound",
            "def f(a: int):\n    a = g(a)\n    return h(a + 1, a)",
            "def f(a: int):\n    a = g(a)\n    return h(1 + a, a)",
        ),
        Example(
            "a default of None",
            "def f(a: int = None):\n    return a + 1",
            "def f(a: int = None):\n    return 1 + a",
        ),
        Example(
            "an exponent that may be negative",
            "def f(a: int, b: int):\n    return 2 ** b * a",
            "def f(a: int, b: int):\n    return a * 2 ** b",
        ),
        Example(
            "locals that may be written",
            "def f(a: int):\n    exec(g())\n    return h(a + 1, a)",
            "def f(a: int):\n    exec(g())\n    return h(1 + a, a)",
        ),
    ),
)

EQUAL_CONDITION = PairFold(
    id="equal-condition",
    summary="Two conditions are equal if they decide alike: `a is None or b` and `b or a is None`.",
    languages={"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD},
    why="All answers that the comparisons of both can give are tried (up to 14 different ones). Comparisons of ints "
    "become bounds of one unknown, so that `x < 3` and `not x > 2` are one question. What may raise must be evaluated "
    "in the same order in each case, so that a guard stays a guard (an unbound name raises); what may act, as "
    "often, too, and then only what nothing can change may be asked before it or behind it. As a value, and not only a "
    "test, both must be bools. "
    "Truth and `==` of what is not known are asked of built-in types (builtin-operators). In JavaScript truth and "
    "`===` of names do nothing; other comparisons may act.",
    examples=(
        Example(
            "exchanged",
            "def f(a, b):\n    if a is None or b is None:\n        g(a)\n        h(b)",
            "def f(a, b):\n    if b is None or a is None:\n        g(a)\n        h(b)",
        ),
        Example(
            "distributed",
            "def f(a, b, c):\n    return [x for x in g() if a and (b or c)]",
            "def f(a, b, c):\n    return [x for x in g() if a and b or a and c]",
        ),
        Example(
            "bounds",
            "def f(a: int, b: int):\n    assert a <= b and a > 2",
            "def f(a: int, b: int):\n    assert a >= 3 and not b + 1 <= a",
        ),
        Example(
            "length",
            "def f(xs):\n    while len(xs) > 0 and xs[-1] == 1:\n        xs.pop()",
            "def f(xs):\n    while len(xs) != 0 and xs[-1] == 1:\n        xs.pop()",
        ),
        Example(
            "guard",
            "def f(i: int, n: int, a):\n    return [1 for k in a if i < n and a[i] == k]",
            "def f(i: int, n: int, a):\n    return [1 for k in a if not i >= n and a[i] == k]",
        ),
        Example(
            "locals that each way binds",
            "def f(a):\n    if a:\n        n = 1\n    else:\n        n = g()\n    assert n is None or a is None",
            "def f(a):\n    if a:\n        n = 1\n    else:\n        n = g()\n    assert a is None or n is None",
        ),
        Example(
            "names of the file",
            "try:\n    import m\nexcept E:\n    m = 0\ndef f(a):\n    return [x for x in a if x is m or a is x]",
            "try:\n    import m\nexcept E:\n    m = 0\ndef f(a):\n    return [x for x in a if a is x or x is m]",
        ),
        Example(
            "javascript",
            "function f(a, b) { if (a && b) { g(); h(); } }",
            "function f(a, b) { if (b && a) { g(); h(); } }",
            "javascript",
        ),
    ),
    near_misses=(
        Example("a value", "def f(a, b):\n    return a and b", "def f(a, b):\n    return b and a"),
        Example(
            "a guard",
            "def f(i, n, a, k):\n    while i < n and a[i] == k:\n        i += 1",
            "def f(i, n, a, k):\n    while a[i] == k and i < n:\n        i += 1",
        ),
        Example(
            "calls",
            "def f(a, b):\n    if a() and b():\n        g()\n        h()",
            "def f(a, b):\n    if b() and a():\n        g()\n        h()",
        ),
        Example(
            "a call left out",
            "def f(a, b):\n    assert a or a and b()",
            "def f(a, b):\n    assert a or a and a",
        ),
        Example(
            "a middle that is evaluated once",
            "def f(a: int, b: int):\n    assert a < g() < b",
            "def f(a: int, b: int):\n    assert a < g() and g() < b",
        ),
        Example(
            "order of what is unknown",
            "def f(a, b):\n    assert not a < b",
            "def f(a, b):\n    assert a >= b",
        ),
        Example("bounds", "def f(a: int):\n    assert a < 3", "def f(a: int):\n    assert a <= 3"),
        Example(
            "bounds of floats", "def f(a: float):\n    assert a < 3", "def f(a: float):\n    assert a <= 2"
        ),
        Example("truth and length", "def f(xs):\n    assert xs", "def f(xs):\n    assert len(xs)"),
        Example(
            "a walrus",
            "def f(a):\n    assert (n := g()) or a\n    return n",
            "def f(a):\n    assert a or (n := g())\n    return n",
        ),
        Example(
            "await",
            "async def f(a, b):\n    assert await a or await b",
            "async def f(a, b):\n    assert await b or await a",
        ),
        Example(
            "what a call may change",
            "def f(xs, p):\n    assert p() or xs",
            "def f(xs, p):\n    assert xs or p()",
        ),
        Example(
            "a local that a call changes",
            "def f():\n    n = 0\n    def p():\n        nonlocal n\n        n += 1\n    assert p() or n < 1",
            "def f():\n    n = 0\n    def p():\n        nonlocal n\n        n += 1\n    assert n < 1 or p()",
        ),
        Example(
            "a custom comparison",
            "class C:\n    def __eq__(self, o):\n        return [1 for x in o if x == self.a or x == self.b]",
            "class C:\n    def __eq__(self, o):\n        return [1 for x in o if x == self.b or x == self.a]",
        ),
        Example(
            "a name that may be unbound",
            "def f(a):\n    if a:\n        n = g()\n    assert a or a and n",
            "def f(a):\n    if a:\n        n = g()\n    assert a or a and a",
        ),
        Example(
            "a guard of a name that may be unbound",
            "def f(a):\n    if a is not None:\n        n = 1\n    assert a is not None and n",
            "def f(a):\n    if a is not None:\n        n = 1\n    assert n and a is not None",
        ),
        Example(
            "a guard of a name that some versions lack",
            "def f(a):\n    assert PY2 and unicode and a",
            "def f(a):\n    assert unicode and PY2 and a",
        ),
        Example(
            "a guard of a name that an outer function may not have bound",
            "def f(a):\n    def p():\n        assert a is None or n\n    p()\n    n = 1",
            "def f(a):\n    def p():\n        assert n or a is None\n    p()\n    n = 1",
        ),
        Example(
            "a guard of a deleted name",
            "def f(a, b):\n    if b:\n        del a\n    assert b or a",
            "def f(a, b):\n    if b:\n        del a\n    assert a or b",
        ),
        Example(
            "a guard of a name that a loop may not bind",
            "def f(a):\n    for n in a:\n        g()\n    assert not a or n",
            "def f(a):\n    for n in a:\n        g()\n    assert n or not a",
        ),
        Example(
            "a guard of a name that a try may not bind",
            "def f(a):\n    try:\n        n = a()\n    except E:\n        a = None\n    assert a is None or n",
            "def f(a):\n    try:\n        n = a()\n    except E:\n        a = None\n    assert n or a is None",
        ),
        Example(
            "javascript guard of a global",
            "function f(a) { if (a && Foo) { g(); h(); } }",
            "function f(a) { if (Foo && a) { g(); h(); } }",
            "javascript",
        ),
        Example(
            "javascript guard of what is declared later",
            "function f(a) { const p = () => { if (a && n) { g(); h(); } }; p(); const n = g(p); }",
            "function f(a) { const p = () => { if (n && a) { g(); h(); } }; p(); const n = g(p); }",
            "javascript",
        ),
        Example(
            "javascript guard of what a block declares",
            "function f(a) { { const n = g(); } if (a && n) { g(); h(); } }",
            "function f(a) { { const n = g(); } if (n && a) { g(); h(); } }",
            "javascript",
        ),
        Example(
            "javascript calls",
            "function f(a, b) { if (a() && b) { g(); h(); } }",
            "function f(a, b) { if (b && a()) { g(); h(); } }",
            "javascript",
        ),
        Example(
            "javascript values",
            "function f(a, b) { return a && b; }",
            "function f(a, b) { return b && a; }",
            "javascript",
        ),
        Example(
            "javascript loose",
            "function f(a, b) { if (a == 1 && b == 1) { g(); h(); } }",
            "function f(a, b) { if (b == 1 && a == 1) { g(); h(); } }",
            "javascript",
        ),
        Example(
            "javascript bounds",
            "function f(a) { if (!(a < 1)) { g(); h(); } }",
            "function f(a) { if (a >= 1) { g(); h(); } }",
            "javascript",
        ),
    ),
)

EQUAL_BRANCHES = PairFold(
    id="equal-branches",
    summary="Two chains of branches at the end of a block are equal if they run the same statements in each case.",
    languages={"python": SOURCE_UNREAD},
    why="The tests are compared as in `equal-condition`; what stands in the branches, and behind them, as it is "
    "written. A `return` of a bool is a test with two results. Statements that no case leads to must stand on both "
    "sides: they bind names, and a `yield` makes a generator.",
    examples=(
        Example(
            "order",
            "def f(a: int):\n    if a < 0:\n        return g()\n    if a > 9:\n        return h()\n    return a",
            "def f(a: int):\n    if a >= 10:\n        return h()\n    if a < 0:\n        return g()\n    return a",
        ),
        Example(
            "nested",
            "def f(a, b):\n    if a is None and b:\n        return 1\n    if a is None:\n        return\n    return 3",
            "def f(a, b):\n    if a is not None:\n        return 3\n    if not b:\n        return\n    return 1",
        ),
        Example(
            "bool",
            "def f(a: int, b: int):\n    if a == b:\n        return True\n    return a > b",
            "def f(a: int, b: int):\n    return a >= b",
        ),
    ),
    near_misses=(
        Example(
            "overlapping tests",
            "def f(a: int):\n    if a < 5:\n        return g()\n    if a > 2:\n        return h()\n    return a",
            "def f(a: int):\n    if a > 2:\n        return h()\n    if a < 5:\n        return g()\n    return a",
        ),
        Example(
            "tests of unknown values",
            "def f(a):\n    if a < 0:\n        return g()\n    if a > 9:\n        return h()\n    return a",
            "def f(a):\n    if a > 9:\n        return h()\n    if a < 0:\n        return g()\n    return a",
        ),
        Example(
            "a test behind an assignment",
            "def f(a: int):\n    if a < 0:\n        a = g()\n    if a > 9:\n        return h()\n    return a",
            "def f(a: int):\n    if a > 9:\n        return h()\n    if a < 0:\n        a = g()\n    return a",
        ),
        Example(
            "a yield that is never reached",
            "def f(a: int):\n    if a < 0:\n        if a > 0:\n            yield a\n        return\n    g(a)",
            "def f(a: int):\n    if a < 0:\n        return\n    g(a)",
        ),
        Example(
            "a yield behind a test that is never true",
            "def f(a):\n    if a and 0:\n        yield\n    return 1",
            "def f(a):\n    if a and 0:\n        return 2\n    return 1",
        ),
        Example(
            "a yield below False",
            "def f():\n    if 0:\n        yield\n    return 1",
            "def f():\n    return 1",
        ),
        Example(
            "a value that is no bool",
            "def f(a, b):\n    if a:\n        return True\n    return b",
            "def f(a, b):\n    return a or b",
        ),
    ),
)

PAIR_FOLDS: tuple[PairFold, ...] = (EQUAL_ARITHMETIC, EQUAL_CONDITION, EQUAL_BRANCHES)
