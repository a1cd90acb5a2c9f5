"""The scope analysis: against the interpreter's own symbol tables, and case by case."""

from __future__ import annotations

import random
import symtable
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

from prediff.facts import bound_names, module_facts, reads_locals
from prediff.facts.binders import binders, canonical, rename, string_words
from prediff.languages.python import ast_reader
from prediff.tree import Class, Comprehension, Function, Lambda, trees_equal, walk

LIB = Path(sysconfig.get_path("stdlib"))
SAMPLE = random.Random(7).sample(sorted(LIB.glob("*.py")), 30) + sorted((LIB / "asyncio").glob("*.py"))


COMPREHENSIONS = {"listcomp", "setcomp", "dictcomp", "genexpr"}


def tables(text):
    """(kind and name, names bound) of each function and class, as the interpreter's symbol tables have them."""
    found = Counter()
    stack = [symtable.symtable(text, "<text>", "exec")]
    while stack:
        table = stack.pop()
        stack += table.get_children()
        if table.get_type() in ("function", "class") and table.get_name() not in (
            "listcomp",
            "setcomp",
            "dictcomp",
            "genexpr",
        ):
            bound = frozenset(
                s.get_name() for s in table.get_symbols() if s.is_local() and not s.is_declared_global()
            )
            found[table.get_name(), bound] += 1
    return found


@pytest.mark.parametrize("path", SAMPLE, ids=lambda p: p.name)
def test_functions_bind_what_the_interpreter_says(path):
    text = path.read_text(encoding="utf-8")
    ours = Counter()
    for node in walk(ast_reader.read(text)):
        if isinstance(node, Function | Lambda | Class):
            ours[getattr(node, "name", "lambda"), bound_names(node)] += 1
    theirs = tables(text)
    missing = {k: v for k, v in (theirs - ours).items() if not any(n.startswith("_") for n in k[1])}
    assert not missing


def unit(text):
    return ast_reader.read(text).body[0]


BINDERS = {
    "parameters keep their names": ("def f(a, *b, c=1, **d):\n    return a, b, c, d\n", ["b", "d"]),
    "positional-only ones do not": ("def f(a, /, b):\n    return a, b\n", ["a"]),
    "targets": (
        "def f():\n    (a, [b, *c]), x.d = g()\n    for e in a:\n        with b as h:\n            del c\n",
        ["a", "b", "c", "e", "h"],
    ),
    "a walrus in a comprehension": ("def f(x):\n    return [y for z in x if (y := z)]\n", ["y", "z"]),
    "global and nonlocal": (
        "def f():\n    global a\n    a = b = 1\n    def g():\n        nonlocal b\n        b = 2\n",
        ["b"],
    ),
    "an import and a definition are fixed": ("def f():\n    import os\n    def g(): pass\n    class C: pass\n", []),
    "match": (
        "def f(x):\n    match x:\n        case [a, *b]: pass\n        case {'k': c, **d}: pass\n"
        "        case C(e=e) as h: pass\n",
        ["a", "b", "c", "d", "e", "h"],
    ),
    "class attributes are fixed": ("class C:\n    a = 1\n    def m(self):\n        b = 2\n        return b\n", ["b"]),
    "locals() fixes all": ("def f():\n    a = 1\n    return locals()\n", []),
    "a string that uses a name fixes it": ("def f(q):\n    a = b = 1\n    q('x > @a')\n", ["b"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), BINDERS.values(), ids=BINDERS)
def test_binders(text, expected):
    assert sorted(name for _, name in binders(unit(text))) == expected


def test_the_canonical_form_ignores_names_and_nothing_else():
    one = unit("def f(x, /):\n    y = [x for x in x]\n    return y\n")
    two = unit("def f(a, /):\n    b = [c for c in a]\n    return b\n")
    other = unit("def f(a, /):\n    b = [a for c in a]\n    return b\n")
    assert trees_equal(canonical(one), canonical(two))
    assert not trees_equal(canonical(one), canonical(other))


def test_renaming_one_of_two_binders_of_a_name():
    node = unit("def f(xs):\n    x = 1\n    return [x for x in xs], x\n")
    inner = next(b for b in binders(node) if b[0] == 1)
    comprehension = next(n for n in walk(rename(node, {inner: "y"})) if isinstance(n, Comprehension))
    assert {n.id for n in walk(comprehension) if hasattr(n, "id")} == {"xs", "y"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('x = "age > limit"', {"age", "limit"}),
        ('x = "y ~ a + b"', {"y", "a", "b"}),
        ('x = "select a from frame"', {"a", "frame"}),
        ('x = "no value given"', set()),
        ('x = "lock"', set()),
        ("x = f'{n=}'", {"n"}),
    ],
)
def test_words_that_a_string_uses_as_names(text, words):
    assert words <= string_words(ast_reader.read(text))
    if not words:
        assert not string_words(ast_reader.read(text))


@pytest.mark.parametrize(
    "call", ["locals()", "eval('x')", "exec(s)", "vars()", "sys._getframe(1)", "inspect.currentframe()"]
)
def test_what_can_read_locals(call):
    assert reads_locals(unit(f"def f():\n    {call}\n"))


def test_module_facts():
    tree = ast_reader.read(
        "import a.b, c as d\nfrom e import f as g\ndef h():\n    global i\n    i = 1\nif x:\n    j = 1\n"
    )
    facts = module_facts(tree)
    assert facts.names == {"a", "d", "g", "h", "i", "j"}
    assert facts.imports == {"a": "a", "d": "c", "g": "e.f"}
    assert not facts.star
    assert module_facts(ast_reader.read("from x import *")).star


def test_the_words_of_a_module_are_those_of_its_code():
    code = "import a.b as c\nclass D:\n    def e(self, *, f='g h'):\n        return self.i(j=b'k')  # l\n"
    words = module_facts(ast_reader.read(code + "m\uff4e = f'{o=} p'\n")).words
    assert words >= set("abcDefghijk") | {"self", "mn", "o", "p"}
    assert "l" not in words
