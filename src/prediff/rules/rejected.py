"""Tempting rewrites that are not sound, each with the case that shows it; every one is a near-miss test."""

from __future__ import annotations

from prediff.rules.rule import Rejected

REJECTED: tuple[Rejected, ...] = (
    # --- Python: spelling and strings ---
    Rejected(
        "except-tuple-of-one",
        "try:\n    f()\nexcept (E,):\n    g()",
        "try:\n    f()\nexcept E:\n    g()",
        "E may itself be a tuple: `except (E,)` then raises TypeError, `except E` catches.",
    ),
    Rejected(
        "raised-call",
        "raise make()",
        "raise make",
        "`make` may be a function that gives an exception: raised itself it is a TypeError.",
    ),
    Rejected(
        "version-branch",
        "import sys\nif sys.version_info >= (3, 7):\n    f()\nelse:\n    g()",
        "f()",
        "A file that asks for the version is run by several, and what is fixed in the other branch is a fix.",
    ),
    Rejected(
        "old-assertion-names",
        "class T(TestCase):\n    def test_a(self):\n        self.assertEquals(a, b)",
        "class T(TestCase):\n    def test_a(self):\n        self.assertEqual(a, b)",
        "The old name is gone since Python 3.12, warns before, and does not call an `assertEqual` of a subclass.",
    ),
    Rejected(
        "mock-package",
        "import mock\nf(mock)",
        "from unittest import mock\nf(mock)",
        "The package is released on its own: its objects are of other classes, and it may be newer.",
    ),
    Rejected(
        "timeout-aliases",
        "import socket\ntry:\n    f()\nexcept socket.timeout:\n    g()",
        "try:\n    f()\nexcept TimeoutError:\n    g()",
        "Two classes before Python 3.10 (and `asyncio.TimeoutError` before 3.11).",
    ),
    Rejected(
        "members-of-set",
        "x = a in [1, 2]",
        "x = a in {1, 2}",
        "A list as `a` is in no list of numbers; a set raises TypeError, since it has no hash.",
    ),
    Rejected(
        "text-and-name",
        'def f(a):\n    return "x" + a',
        'def f(a):\n    return f"x{a}"',
        "With a number the sum raises TypeError.",
    ),
    Rejected(
        "mapped-list",
        "x = map(f, y)",
        "x = [f(i) for i in y]",
        "A map calls nothing before it is iterated, and is used up once.",
    ),
    Rejected(
        "iterator-generator",
        "def f(a):\n    return iter(g(a))",
        "def f(a):\n    yield from g(a)",
        "A generator calls `g` when it is iterated first, and whoever catches what `g` raises at the call does not.",
    ),
    Rejected(
        "unread-result",
        "def f():\n    a = g()\n    h()",
        "def f():\n    g()\n    h()",
        "The local keeps what `g` gives (a lock, a window, a temporary folder) until the function ends.",
    ),
    Rejected(
        "unread-context",
        "def f():\n    with g() as a:\n        h()",
        "def f():\n    with g():\n        h()",
        "The local keeps what entering gives, until the function ends.",
    ),
    Rejected(
        "empty-print",
        'print("")',
        "print()",
        "A stream that counts or labels what is written gets one text more.",
    ),
    Rejected(
        "coroutine-decorator",
        "import asyncio\n@asyncio.coroutine\ndef f():\n    yield from g()",
        "async def f():\n    await g()",
        "The decorated generator can be iterated by `yield from` anywhere, and exists no more since Python 3.11.",
    ),
    Rejected(
        "six-helpers",
        "import six\nfor k in six.iterkeys(d):\n    f(k)",
        "for k in d:\n    f(k)",
        "six calls `d.keys()`, which a class may define otherwise than `__iter__`; `six.text_type` may be patched.",
    ),
    Rejected(
        "and-or-ternary",
        "x = c and a or b",
        "x = a if c else b",
        "With c = True, a = 0, b = 2: 2 against 0.",
    ),
    Rejected(
        "truth-of-length", "x = len(a) > 0", "x = bool(a)", "An array of one zero has length 1 and is false."
    ),
    Rejected(
        "if-length",
        "if len(a):\n    f()",
        "if a:\n    f()",
        "None is false, and has no length; an array of two elements has no truth value.",
    ),
    Rejected(
        "next-in-generator",
        "x = sum([next(i) for i in y])",
        "x = sum(next(i) for i in y)",
        "StopIteration leaves the list; in a generator it becomes RuntimeError (PEP 479).",
    ),
    Rejected("bin-slice", "x = bin(n)[2:]", 'x = format(n, "b")', "With n = -1: 'b1' against '-1'."),
    Rejected(
        "slice-removeprefix",
        "x = s[len(p):]",
        "x = s.removeprefix(p)",
        "Where s does not start with p the slice still cuts.",
    ),
    Rejected(
        "guarded-slice-removeprefix",
        "if s.startswith(p):\n    s = s[len(p):]",
        "s = s.removeprefix(p)",
        "p may be a tuple of prefixes for `startswith`, and s a class with methods of its own.",
    ),
    Rejected(
        "suppress",
        "import contextlib\ndef f():\n    try:\n        return g()\n    except E:\n        pass\n    yield 1",
        "import contextlib\ndef f():\n    with contextlib.suppress(E):\n        return g()\n    yield 1",
        "`suppress` is looked up, called and entered first: E is evaluated although nothing is raised.",
    ),
    Rejected(
        "lambda-eta",
        "def g(k):\n    return sorted(k, key=lambda x: h(x))",
        "def g(k):\n    return sorted(k, key=h)",
        "The lambda looks h up at each call: it may be bound again, or not yet.",
    ),
    Rejected(
        "true-if-false",
        "x = True if c else False",
        "x = c",
        "With c = [1]: True against [1] (reported as astral-sh/ruff#15626).",
    ),
    Rejected(
        "format-reordered-calls",
        'x = "{1} {0}".format(f(), g())',
        'x = f"{g()} {f()}"',
        "The calls change places (reported as astral-sh/ruff#20416).",
    ),
    Rejected(
        "format-walrus",
        'x = "{} {}".format(a, (a := b))',
        'x = f"{a} {(a := b)}"',
        "With an a that is shown late both fields may show the new one (reported as astral-sh/ruff#15874).",
    ),
    Rejected(
        "format-then-mutated",
        'x = "{} {}".format(l, l.pop())',
        'x = f"{l} {l.pop()}"',
        "With l = [1, 2]: '[1] 2' against '[1, 2] 2', since an f-string formats l first.",
    ),
    Rejected(
        "percent-name",
        'x = "%s" % a',
        'x = f"{a}"',
        "With a = (1, 2) the first raises TypeError; with a = (1,) it shows 1.",
    ),
    Rejected(
        "percent-d",
        'x = "%d" % (a,)',
        'x = f"{a:d}"',
        "With a = 1.5: '1' against ValueError.",
    ),
    Rejected(
        "percent-float",
        'x = "%.2f" % (a,)',
        'x = f"{a:.2f}"',
        "With a = Decimal('0.125'): rounded as a float against rounded as a Decimal; with a complex one raises.",
    ),
    Rejected(
        "concatenation-of-name",
        'x = "a" + b',
        'x = f"a{b}"',
        "With b = 1: TypeError against 'a1'.",
    ),
    Rejected(
        "join-of-names",
        'x = ",".join([a, b])',
        'x = f"{a},{b}"',
        "With a = 1: TypeError against a string.",
    ),
    Rejected(
        "pairs-to-dict",
        "x = {k: v for k, v in y}",
        "x = dict(y)",
        "With y a mapping whose keys are pairs: its keys as items against a copy.",
    ),
    Rejected(
        "unpacked-copy",
        "x = [(a, b) for a, b in y]",
        "x = list(y)",
        "Elements become tuples in the first only.",
    ),
    Rejected(
        "any-of-calls",
        "x = any([f(a) for a in b])",
        "x = any(f(a) for a in b)",
        "The generator stops calling f at the first true one.",
    ),
    Rejected(
        "private-getattr",
        'class C:\n    def f(self):\n        return getattr(self, "__x")',
        "class C:\n    def f(self):\n        return self.__x",
        "The name behind the dot is mangled to _C__x.",
    ),
    Rejected(
        "super-in-comprehension",
        "class A(B):\n    def f(self):\n        return [super(A, self).g() for x in y]",
        "class A(B):\n    def f(self):\n        return [super().g() for x in y]",
        "Before Python 3.12 a comprehension's first argument is its iterator.",
    ),
    Rejected("string-in-container", 'x = a in ["b"]', 'x = a in "b"', "With a = '': False against True."),
    Rejected(
        "white-space-in-string",
        'x = "a  b"',
        'x = "a b"',
        "White space in a string is text (reported as psf/black#2150, #4270).",
    ),
    Rejected("string-and-bytes", 'x = "a"', 'x = b"a"', "They are never equal in Python 3."),
    Rejected("one-tuple", "x = (1,)", "x = (1)", "A tuple against an int."),
    # --- Python: definitions, scopes and time ---
    Rejected(
        "late-binding-closure",
        "def f():\n    return [lambda: i for i in range(3)]",
        "def f():\n    return [lambda i=i: i for i in range(3)]",
        "2, 2, 2 against 0, 1, 2.",
    ),
    Rejected(
        "generator-body-is-late",
        "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    yield x",
        "def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return iter([x])",
        "The generator raises at the first `next`, the function when it is called.",
    ),
    Rejected(
        "unreachable-yield",
        "def f():\n    return 1\n    yield",
        "def f():\n    return 1",
        "A `yield` that is never reached still makes a generator.",
    ),
    Rejected(
        "unreachable-binding",
        "def f():\n    return x\n    x = 1",
        "def f():\n    return x",
        "The assignment makes x a local: UnboundLocalError.",
    ),
    Rejected(
        "finally-return",
        "def f():\n    try:\n        return g()\n    finally:\n        return 1",
        "def f():\n    g()\n    return 1",
        "The `finally` swallows what g raises.",
    ),
    Rejected(
        "mutable-default",
        "def f(x=[]):\n    x.append(1)\n    return x",
        "def f(x=None):\n    if x is None:\n        x = []\n    x.append(1)\n    return x",
        "The list of the first is kept between calls.",
    ),
    Rejected(
        "definition-time-default",
        "def f(x=g()):\n    return x",
        "def f(x=None):\n    return g() if x is None else x",
        "g is called once, at the definition, against at each call.",
    ),
    Rejected("is-for-equal", "x = a is b", "x = a == b", "With two equal lists: False against True."),
    Rejected(
        "alias-for-copy", "y = x", "y = list(x)", "A change through y is seen through x in the first only."
    ),
    Rejected("chained-list", "a = b = []", "a = []\nb = []", "One list under two names against two lists."),
    Rejected(
        "repeated-list",
        "x = [[]] * 3",
        "x = [[] for i in range(3)]",
        "One inner list three times against three.",
    ),
    Rejected(
        "augmented-list", "x += y", "x = x + y", "A list is changed in place, and seen so by its other names."
    ),
    Rejected(
        "dict-order",
        'x = {"a": 1, "b": 2}',
        'x = {"b": 2, "a": 1}',
        "Dicts are iterated in the order of insertion.",
    ),
    Rejected(
        "except-order",
        "try:\n    f()\nexcept A:\n    g()\nexcept B:\n    h()",
        "try:\n    f()\nexcept B:\n    h()\nexcept A:\n    g()",
        "The first handler that fits runs; B may derive from A.",
    ),
    Rejected("negative-floor", "x = -a // b", "x = -(a // b)", "With a = 1, b = 2: -1 against 0."),
    Rejected(
        "float-associativity",
        "x = (a + b) + c",
        "x = a + (b + c)",
        "With 0.1, 0.2, 0.3 the last digit differs.",
    ),
    Rejected(
        "shadowed-builtin",
        "def list():\n    return f()\nx = list()",
        "def list():\n    return f()\nx = []",
        "The name is not the builtin.",
    ),
    Rejected(
        "name-mangling",
        "class A:\n    def f(self):\n        return __x",
        "class A:\n    pass\ndef f(self):\n    return __x",
        "In the class the name is _A__x.",
    ),
    Rejected(
        "delete",
        "def f(x):\n    del x\n    return x",
        "def f(x):\n    return x",
        "The name is unbound after `del`.",
    ),
    Rejected("delete-item", "del x[0]", "x[0] = None", "The list becomes shorter in the first only."),
    Rejected(
        "global-statement",
        "def f():\n    global x\n    x = 1",
        "def f():\n    x = 1",
        "A global is bound against a local.",
    ),
    Rejected(
        "nonlocal-statement",
        "def f():\n    x = 0\n    def g():\n        nonlocal x\n        x = 1\n    g()\n    return x",
        "def f():\n    x = 0\n    def g():\n        x = 1\n    g()\n    return x",
        "1 against 0.",
    ),
    Rejected(
        "class-scope",
        "x = 1\nclass A:\n    x = 2\n    def f(self):\n        return x",
        "x = 1\nclass A:\n    x = 2\n    def f(self):\n        return A.x",
        "A method does not see the names of its class: 1 against 2.",
    ),
    Rejected(
        "slots",
        'class A:\n    __slots__ = ("x",)\n    y = 1',
        "class A:\n    y = 1",
        "With slots there is no `__dict__`.",
    ),
    Rejected(
        "dataclass-order",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    x: int\n    y: int",
        "from dataclasses import dataclass\n@dataclass\nclass A:\n    y: int\n    x: int",
        "The fields' order is that of the constructor's parameters.",
    ),
    Rejected(
        "enum-order",
        "import enum\nclass A(enum.Enum):\n    X = enum.auto()\n    Y = enum.auto()",
        "import enum\nclass A(enum.Enum):\n    Y = enum.auto()\n    X = enum.auto()",
        "`auto` counts in the order of the members.",
    ),
    Rejected(
        "registration-order",
        "@register\ndef f():\n    return 1\n@register\ndef g():\n    return 2",
        "@register\ndef g():\n    return 2\n@register\ndef f():\n    return 1",
        "The decorator may keep what it is given in order.",
    ),
    Rejected(
        "keyword-effects", "x = f(a=g(), b=h())", "x = f(b=h(), a=g())", "g and h run in another order."
    ),
    Rejected("swapped-guards", "x = i < n and a[i]", "x = a[i] and i < n", "The comparison guards the item."),
    Rejected(
        "import-shadowing",
        "from a import x\nfrom b import x\nprint(x)",
        "from b import x\nfrom a import x\nprint(x)",
        "The last import wins.",
    ),
    Rejected(
        "import-and-use",
        "import a\na.patch()\nimport b\nb.run()",
        "import a\nimport b\na.patch()\nb.run()",
        "b may read what is patched.",
    ),
    Rejected(
        "moved-out-of-loop",
        "for x in y:\n    f()\n    g()",
        "for x in y:\n    f()\ng()",
        "Once for each x against once (reported as Wilfred/difftastic#587).",
    ),
    Rejected(
        "return-out-of-loop",
        "def f(y):\n    for x in y:\n        g(x)\n        return 1",
        "def f(y):\n    for x in y:\n        g(x)\n    return 1",
        "The first element only against all.",
    ),
    Rejected(
        "annotation-binds",
        "def f():\n    x: int\n    return x",
        "def f():\n    return x",
        "The annotation makes x a local.",
    ),
    Rejected(
        "comprehension-leak",
        "def f(y):\n    for x in y:\n        g(x)\n    return x",
        "def f(y):\n    [g(x) for x in y]\n    return x",
        "The loop's variable is read after it.",
    ),
    # --- JavaScript ---
    Rejected(
        "key-order",
        "x = { a: 1, b: 2 };",
        "x = { b: 2, a: 1 };",
        "`Object.keys` and JSON show the order of insertion.",
        "javascript",
    ),
    Rejected(
        "spread-order", "x = { ...a, b: 1 };", "x = { b: 1, ...a };", "The later one wins.", "javascript"
    ),
    Rejected(
        "arrow-with-this",
        "x = function () { return this.y; };",
        "x = () => this.y;",
        "An arrow has the surrounding `this` (reported as babel/minify#25).",
        "javascript",
    ),
    Rejected(
        "arrow-with-arguments",
        "x = function () { return arguments.length; };",
        "x = () => arguments.length;",
        "An arrow has no `arguments` of its own.",
        "javascript",
    ),
    Rejected(
        "template-for-concatenation",
        'x = "a" + b;',
        "x = `a${b}`;",
        "With an object b the first asks `valueOf`, the second `toString`; with a date they differ too.",
        "javascript",
    ),
    Rejected(
        "loose-equality", "x = a == b;", "x = a === b;", "With 1 and '1': true against false.", "javascript"
    ),
    Rejected(
        "loose-null", "x = a == null;", "x = a === null;", "With undefined: true against false.", "javascript"
    ),
    Rejected("double-negation-value", "x = !!a;", "x = a;", "With 1: true against 1.", "javascript"),
    Rejected("or-for-nullish", "x = a || b;", "x = a ?? b;", "With 0 and 1: 1 against 0.", "javascript"),
    Rejected("negated-less", "x = !(a < b);", "x = a >= b;", "With NaN: true against false.", "javascript"),
    Rejected(
        "negated-in", "x = !a in b;", "x = !(a in b);", "`!` binds more tightly than `in`.", "javascript"
    ),
    Rejected(
        "optional-chain",
        "x = a && a.b;",
        "x = a?.b;",
        "With 0: 0 against undefined.",
        "javascript",
    ),
    Rejected(
        "chain-in-parentheses",
        "x = (a?.b).c;",
        "x = a?.b.c;",
        "With null: TypeError against undefined.",
        "javascript",
    ),
    Rejected(
        "var-for-let",
        "for (var i = 0; i < 3; i++) { f(() => i); }",
        "for (let i = 0; i < 3; i++) { f(() => i); }",
        "One variable for all closures against one for each.",
        "javascript",
    ),
    Rejected(
        "for-in-for-of",
        "for (const x in y) { f(x); }",
        "for (const x of y) { f(x); }",
        "Keys against values.",
        "javascript",
    ),
    Rejected(
        "await-dropped",
        "async function f() { return await g(); }",
        "async function f() { return [g()]; }",
        "A value against a promise in a list.",
        "javascript",
    ),
    Rejected(
        "number-plus",
        "x = a + 1 + b;",
        "x = a + (1 + b);",
        "With a = 1, b = 'c': '2c' against '11c'.",
        "javascript",
    ),
    Rejected("string-space", 'x = "a ";', 'x = "a";', "White space in a string is text.", "javascript"),
    Rejected(
        "regex-flags", "x = /a/g;", "x = /a/;", "The flag keeps a position between calls.", "javascript"
    ),
    Rejected(
        "directive", '"use strict";\nf();', "f();", "The directive changes how the file runs.", "javascript"
    ),
    Rejected(
        "parse-int-radix", "x = parseInt(a, 8);", "x = parseInt(a);", "With '10': 8 against 10.", "javascript"
    ),
    Rejected(
        "method-unbound",
        "f(() => a.b());",
        "f(a.b);",
        "The method is called without its object.",
        "javascript",
    ),
)
