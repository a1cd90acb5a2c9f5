"""The outline: what it says of units and of pairs, that nothing goes unsaid, and that no tree breaks it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import pytest

from prediff.languages import get_language
from prediff.model import Settings, SourceFile
from prediff.models.outline import Outline
from prediff.models.outline.numbered import rows_of
from prediff.models.outline.phrases import Phrases, cut
from prediff.models.protocols import Described, Unit, UnitChange
from prediff.models.wording import MAX_LENGTH
from prediff.normalizer import assumptions_of, normalize
from prediff.parse import parse
from prediff.rules import RULES
from prediff.summarize.leftovers import unit_of
from prediff.tree import (
    NODE_CLASSES,
    Binary,
    Block,
    Call,
    ExprStmt,
    Function,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Not,
    Opaque,
    Return,
    map_children,
    trees_equal,
    update,
    walk,
)

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


def unit(text: str, language: str = "python", name: str = "f") -> Unit:
    """A text as a unit; of one definition that alone."""
    body = get_language(language).read(text, "auto").tree
    node: Node = body.body[0] if len(body.body) == 1 and isinstance(body.body[0], Function) else body
    found = unit_of(node, name, get_language(language))  # type: ignore[arg-type]
    assert found is not None
    return found


def summary(text: str, language: str = "python") -> str:
    line = Outline().summaries([unit(text, language)])[0]
    assert line is not None
    return checked(line)


def checked(line: str) -> str:
    assert len(line) <= MAX_LENGTH
    assert line.isascii()
    assert line.isprintable()
    return line


def changes(left: Unit, right: Unit) -> tuple[Described, ...]:
    found = Outline().changes([UnitChange(left, right)])[0]
    assert found is not None
    for one in found:
        checked(one.text)
        assert one.text
        assert all(1 <= n <= len(left.lines) for n in one.left)
        assert all(1 <= n <= len(right.lines) for n in one.right)
        assert one.left or one.right
    return found


def told(
    left: str, right: str, language: str = "python"
) -> list[tuple[str, tuple[int, ...], tuple[int, ...], str]]:
    return [(c.kind, c.left, c.right, c.text) for c in changes(unit(left, language), unit(right, language))]


PYTHON = {
    "def f(path):\n    if not path:\n        raise ValueError('x')\n    rows = []\n    for line in path:\n"
    "        rows.append(line)\n    return rows\n": (
        "raises ValueError unless path; for each line of path: appends line to rows; returns rows"
    ),
    "def f(x):\n    if x is None:\n        return None\n    return g(x)\n": "returns None if x is None, else g(x)",
    "def f(x):\n    pass\n": "does nothing",
    "def f(x):\n    return x > 3\n": "returns whether x > 3",
    "def f(x):\n    return 1 if x else 2\n": "returns 1 if x, else 2",
    "def f(x):\n    global N\n    N = x\n": "sets global N to x",
    "def f(self, x):\n    self.x = x\n    self.y[x] = 3\n": "sets self.x to x, self.y[x] to 3",
    "def f(self):\n    self.n += 1\n    del self.m\n": "adds 1 to self.n; deletes self.m",
    "def f(x):\n    yield x\n    yield from g(x)\n": "yields x, all of g(x)",
    "async def f(x):\n    await g(x)\n    y = await h(x)\n    return y\n": "awaits g(x), h(x) as y; returns y",
    "def f(x):\n    try:\n        return g(x)\n    except OSError:\n        return None\n"
    "    except KeyError:\n        pass\n    finally:\n        x.close()\n": (
        "returns g(x); returns None on OSError; ignores KeyError; finally: closes x"
    ),
    "def f(x):\n    with lock:\n        g(x)\n": "with lock: calls g(x)",
    "def f(x):\n    while True:\n        if g(x):\n            break\n": "again and again: stops if g(x)",
    "def f(x):\n    for i in x:\n        if i:\n            continue\n        g(i)\n    else:\n        h()\n": (
        "for each i of x: goes on if i, calls g(i); calls h() if never stopped"
    ),
    "def f(x):\n    if x:\n        g()\n    else:\n        h()\n": "calls g() if x, h() otherwise",
    "def f(x):\n    if x == 1:\n        g()\n    elif x == 2:\n        h()\n    else:\n        k()\n": (
        "calls g() if x == 1, h() if x == 2, k() otherwise"
    ),
    "def f(x):\n    match x:\n        case [a, b]:\n            return a\n        case _:\n            return 0\n": (
        "by x: returns a for [a, b], 0 for _"
    ),
    "def f(x):\n    assert x\n    import os\n": "asserts x; imports os",
    "import os\nX = 1\n": "imports os; sets X to 1",
    "class A(B):\n    n = 1\n    def __init__(self):\n        self.x = 1\n    def _p(self): pass\n"
    "    def q(self): pass\n": (
        "extends B; holds n and x; methods q and _p"
    ),
    "class A(ValueError):\n    pass\n": "extends ValueError; adds nothing",
}  # fmt: skip

JAVASCRIPT = {
    "function f(path) { if (!path) { throw new Error('x'); } for (const x of path) { rows.push(x); } return rows; }": (
        "raises Error unless path; for each x of path: appends x to rows; returns rows"
    ),
    "function f(o) { for (const k in o) { delete o[k]; } }": "for each key k of o: deletes o[k]",
    "function f(n) { for (let i = 0; i < n; i++) { g(i); } }": "while i < n: calls g(i)",
    "function f(x) { switch (x) { case 1: return 2; default: throw x; } }": (
        "by x: returns 2 for 1, raises x by default"
    ),
    "async function f(x) { try { return await g(x); } catch (e) { console.log(e); } }": (
        "returns await g(x); calls console.log(e) on any error"
    ),
    "class A extends B { n = 1; #p = 2; constructor() { super(); this.x = 1; } q() { return 1; } }": (
        "extends B; holds n, #p and x; methods q"
    ),
    "const f = (x) => x + 1;": "defines function f",
    "export const k = 3;": "sets k to 3",
    "function f(x) { return <A b={x}>c</A>; }": "returns <A b={x}>c</A>",
    "function f(x) { x.on('y', function () { g(); }); }": 'calls x.on("y", a function)',
}


@pytest.mark.parametrize(("text", "line"), PYTHON.items())
def test_a_line_says_what_python_does(text, line):
    assert summary(text) == line


@pytest.mark.parametrize(("text", "line"), JAVASCRIPT.items())
def test_a_line_says_what_javascript_does(text, line):
    assert summary(text, "javascript") == line


def test_what_tells_most_stays_where_not_all_fits():
    body = "".join(f"    local_{i} = compute_something({i})\n" for i in range(30))
    text = f"def f(x):\n    if not x:\n        raise ValueError\n{body}    return local_3 + local_4\n"
    line = summary(text)
    assert line.startswith("raises ValueError unless x; ")
    assert line.endswith("; returns local_3 + local_4")


def test_three_dots_stand_for_what_tells_and_does_not_fit():
    text = "def f(x):\n" + "".join(f"    call_number_{i}(x, {i})\n" for i in range(30))
    assert summary(text).endswith("; ...")
    assert "..." not in summary("def f(x):\n    call_number_1(x)\n    call_number_2(x)\n")


def test_no_word_is_cut():
    names = [f"extraordinarily_long_name_{i}" for i in range(8)]
    for count in range(1, 9):
        line = summary(f"def f():\n    return {' + '.join(names[:count])}\n")
        words = line.replace("returns ", "").replace("...", "").replace(" + ", " ").split()
        assert all(word in names for word in words)
    assert cut("one two three", 9) == "one..."
    assert (
        cut("extraordinarily_long_name", 15) == "..."
        or cut("extraordinarily_long_name", 19) == "extraordinarily..."
    )


def test_equal_trees_have_equal_lines():
    text = next(iter(PYTHON))
    moved = "\n\n\n" + text.replace("    ", "  ").replace("'x'", '"x"')
    assert trees_equal(unit(text).tree, unit(moved).tree)
    assert summary(text) == summary(moved)
    assert changes(unit(text), unit(moved)) == ()


@pytest.mark.parametrize(
    "text",
    [
        'def f():\n    return "*/ /* <!-- --> ]]> ?> \\\\"\n',
        'def f():\n    return "\\u202e\\u2066 \\x1b[31m \\n\\r é ß \\U0001f600"\n',
        "def f(größe, ñ):\n    return größe + ñ\n",
        'def f():\n    return """a\n\n\n"""\n',
        "def f():\n    return ''\n",
    ],
)
def test_hostile_text_is_harmless(text):
    line = summary(text)
    assert not any(mark in line for mark in ("*/", "/*", "<!--", "-->", "]]>", "?>", '"""'))
    assert not line.endswith("\\")


CHANGES = [
    ("return x", "return y", [("return", (2,), (2,), "returns y instead of x")]),
    ("return x", "return", [("return", (2,), (2,), "returns nothing instead of x")]),
    ("if x > 3:\n  g()", "if x >= 3:\n  g()", [("condition", (2,), (2,), "condition x > 3 became x >= 3")]),
    ("g()", "g()\nlog(x)", [("call", (), (3,), "also calls log(x)")]),
    ("g()\nlog(x)", "g()", [("call", (3,), (), "no longer calls log(x)")]),
    ("for i in a:\n  g(i)", "for i in b:\n  g(i)", [("loop", (2,), (2,), "loops over b instead of a")]),
    ("raise A", "raise B", [("exception", (2,), (2,), "raises B instead of A")]),
    ("self.x = 1", "self.x = 2", [("state", (2,), (2,), "sets self.x to 2 instead of 1")]),
    ('x["{b}"] = 1', 'x["{b}"] = 2', [("state", (2,), (2,), 'sets x["{b}"] to 2 instead of 1')]),
    ("x += 1", "x -= 1", [("state", (2,), (2,), "x is updated by - instead of +")]),
    ("yield a", "yield b", [("return", (2,), (2,), "yields b instead of a")]),
    ("yield a", "'doc'", None),
    ("yield a", "yield from a", None),
    ("yield", "yield a", [("return", (2,), (2,), "yields a instead of nothing")]),
    ("log(a)", "log(b)", [("call", (2,), (2,), "calls log(b) instead of log(a)")]),
    (
        "try:\n  g()\nexcept OSError:\n  pass\nexcept KeyError:\n  pass",
        "try:\n  g()\nexcept KeyError:\n  pass",
        [("exception", (4,), (), "no longer catches OSError")],
    ),
    (
        "try:\n  g()\nexcept OSError:\n  h()",
        "g()",
        [("exception", (4, 5), (), "no longer catches OSError: calls h()")],
    ),
    (
        "try:\n  g()\nexcept (A, B):\n  h()",
        "try:\n  g()\nexcept (B, C, D):\n  h()",
        [
            ("exception", (4,), (4,), "also catches C and D"),
            ("exception", (4,), (4,), "no longer catches A"),
        ],
    ),
    # What stands elsewhere, though it says the same.
    ("a()\nb()", "b()\na()", [("call", (2,), (3,), "moved: calls a()")]),
    (
        "for i in x:\n  g(i)\n  return i",
        "for i in x:\n  g(i)\nreturn i",
        [("return", (4,), (4,), "returns i, no longer in the loop over x")],
    ),
    (
        "for i in x:\n  g(i)\nreturn i",
        "for i in x:\n  g(i)\n  return i",
        [("return", (4,), (4,), "returns i, now in the loop over x")],
    ),
    ("g()", "if x:\n  g()", [("condition", (), (2,), "now only if x")]),
    ("if not x:\n  g()", "g()", [("condition", (2,), (), "no longer only unless x")]),
    ("with a:\n  g()", "g()", [("other", (2,), (), "no longer with a")]),
    (
        "if x:\n  a()\nelse:\n  b()",
        "if x:\n  a()\n  b()",
        [("condition", (4,), (), "no longer only unless x")],
    ),
    (
        "if x:\n  a()",
        "if x:\n  a()\nelse:\n  b()\n  c()",
        [("condition", (), (4, 5, 6), "also calls b(), c() unless x")],
    ),
    (
        "try:\n  g()\nexcept OSError:\n  return",
        "pass",
        [("exception", (2, 3, 4, 5), (), "no longer calls g(); returns nothing on OSError")],
    ),
    ("if x:\n  a()\nelif y:\n  b()", "if x:\n  a()\nif y:\n  b()", None),
    ("for i in x:\n  pass\nelse:\n  b()", "for i in x:\n  pass\nb()", None),
    ("try:\n  a()\n  b()\nfinally:\n  c()", "try:\n  a()\nfinally:\n  b()\n  c()", None),
    # What looks alike.
    ("return 1", "return True", [("return", (2,), (2,), "returns True instead of 1")]),
    ("return 1", "return 1.0", [("return", (2,), (2,), "returns 1.0 instead of 1")]),
    ('return "e"', 'return "é"', None),
    ('return """a\n  b\n"""', 'return """a\n    b\n"""', None),
    ('return """a\n\nb\n"""', 'return """a\nb\n\n"""', None),
    ("return a, b", "return b, a", [("return", (2,), (2,), "returns (b, a) instead of (a, b)")]),
    ("return f(a=1, b=2)", "return f(b=2, a=1)", None),
    ("x: int = 1", "x: str = 1", [("state", (2,), (2,), "annotation int became str")]),
    ("break_ = 1\nwhile x:\n  break", "break_ = 1\nwhile x:\n  continue", None),
    ("import a, b", "import a, c", [("other", (2,), (2,), "imports c instead of b")]),
    ("from a import b", "from c import b", None),
    ("global a, b", "global a", [("state", (2,), (2,), "no longer declares b")]),
    ("with a as b:\n  g()", "with a as c:\n  g()", [("other", (2,), (2,), "with it as c instead of b")]),
    ("assert x, 'm'", "assert x, 'n'", [("condition", (2,), (2,), 'asserts with "n" instead of "m"')]),
]


def function(body: str, head: str = "def f(self, x):") -> str:
    """A function of some statements; the lines of a string stay where they are."""
    if '"""' in body:
        return f"{head}\n    {body}\n"
    return head + "\n" + "".join(f"    {line}\n" for line in body.split("\n"))


@pytest.mark.parametrize(("left", "right", "entries"), CHANGES)
def test_a_change_is_said(left, right, entries):
    found = told(function(left), function(right))
    assert found
    if entries is not None:
        assert found == entries


@pytest.mark.parametrize(
    ("left", "right", "texts"),
    [
        ("def f(a):", "def f(a, b=1):", ["also takes b=1"]),
        ("def f(a, b):", "def f(a):", ["no longer takes b"]),
        ("def f(a, b):", "def f(b, a):", ["its parameters have another order"]),
        ("def f(a=1):", "def f(a=2):", ["default of a is 2 instead of 1"]),
        ("def f(a=1):", "def f(a):", ["parameter a has no default any more"]),
        ("def f(a):", "def f(a=1):", ["parameter a has the default 1"]),
        ("def f(a, *, b):", "def f(a, b):", ["parameter b is plain instead of keyword only"]),
        ("def f(a):", "def g(a):", ["is called g instead of f"]),
        ("def f(a):", "async def f(a):", ["is async instead of plain"]),
        ("def f(a):", "def f(b):", ["parameter b instead of a"]),
        ("def f(a) -> int:", "def f(a) -> str:", ["result is annotated str instead of int"]),
        ("@a\ndef f(a):", "@b\ndef f(a):", ["decorated with b instead of a"]),
        ("@a\ndef f(a):", "@a\n@b\ndef f(a):", ["also decorated with b"]),
        ("@a\n@b\ndef f(a):", "@b\n@a\ndef f(a):", None),
    ],
)
def test_a_change_of_the_header_is_said(left, right, texts):
    found = [text for *_, text in told(function("pass", left), function("pass", right))]
    assert found
    assert texts is None or found == texts


@pytest.mark.parametrize(
    ("left", "right", "texts"),
    [
        ("return x == 1;", "return x === 1;", ["returns x === 1 instead of x == 1"]),
        ("let a = 1;", "const a = 1;", ["a is declared by const instead of let"]),
        ("a?.b();", "a.b();", ["calls a.b() instead of a?.b()"]),
        ("for (const i of x) { g(i); }", "for (const i in x) { g(i); }", ["loop goes by keys instead of of"]),
        ("on(() => { a(); b(); });", "on(() => { a(); });", ["no longer calls b()"]),
        ("on(() => { a(); }, () => { b(); });", "on(() => { a(); b(); }, () => { });", None),
        ("{ let a = 1; g(a); }", "let a = 1; g(a);", ["no longer in a block"]),
        ("a: for (;;) { break a; }", "a: for (;;) { continue a; }", None),
        ("return `a${x}`;", "return `b${x}`;", ["returns `b${x}` instead of `a${x}`"]),
        ("return /a/g;", "return /a/i;", None),
        ("const { a } = g(1);", "const { a } = g(2);", ["sets { a } to g(2) instead of g(1)"]),
    ],
)
def test_a_change_of_javascript_is_said(left, right, texts):
    found = told(f"function f(x) {{ {left} }}", f"function f(x) {{ {right} }}", "javascript")
    assert found
    assert texts is None or [text for *_, text in found] == texts


def test_patterns_as_parameters_are_told():
    left, right = (f"function f({{ a }} = g({n})) {{ return a; }}" for n in (1, 2))
    assert [text for *_, text in told(left, right, "javascript")] == [
        "default of { a } is g(2) instead of g(1)"
    ]
    right = "function f({ b } = g(1)) { return a; }"
    assert told(left, right, "javascript")


def test_a_method_is_named_inside_of_its_class():
    left = "class A:\n    def m(self):\n        return 1\n"
    assert told(left, left.replace("1", "2")) == [("return", (3,), (3,), "m: returns 2 instead of 1")]


def test_what_is_too_much_is_counted():
    left = function("\n".join(f"a{i}()" for i in range(20)))
    right = function("\n".join(f"b{i}.c()" for i in range(20)))
    found = changes(unit(left), unit(right))
    assert len(found) == 8
    assert found[-1].text == "and 33 more changes"
    lines = {n for one in found for n in one.left}, {n for one in found for n in one.right}
    assert lines == (set(range(2, 22)), set(range(2, 22)))


def test_long_parts_are_told_apart_by_what_differs_in_them():
    left = f"return f({', '.join(f'argument_{i}' for i in range(12))}, last=1)"
    found = told(function(left), function(left.replace("last=1", "last=2")))
    assert [text for *_, text in found] == ["in what it returns: last=1 became last=2"]
    found = told(function(left), function(left.replace(", last=1", "")))
    assert [text for *_, text in found] == ["in what it returns: last=1 is gone"]
    found = told(function(left), function(left.replace("last=1", "last=2").replace("argument_0", "other")))
    assert [text for *_, text in found] == [
        "in what it returns: other and last=2 instead of argument_0 and last=1"
    ]
    long = "not first(item.left_value, item.right_value) and not second(item.left_value"
    found = told(function(f"return g(1) or {long}, 3)"), function(f"return g(1) or {long}, 4) or last"))
    assert [text for *_, text in found] != []
    assert all("became another" not in text for *_, text in found)
    words = "word " * 40
    found = told(function(f"log('{words}end')"), function(f"log('{words}End')"))
    assert "end" in found[0][3]
    assert "End" in found[0][3]


@cache
def every_unit(language: str) -> list[Unit]:
    return list(made_units(language))


def made_units(language: str) -> Iterator[Unit]:
    ending = {"python": "py", "javascript": "js"}[language]
    paths = sorted((SAMPLES / language).rglob(f"*.{ending}"))
    paths += sorted((ROOT / "src").rglob("*.py"))[::28] if language == "python" else []
    found = get_language(language)
    for path in paths:
        source = SourceFile(path.name, path.read_text(), language)
        tree = normalize(parse(source, found, "auto"), found, RULES, assumptions_of(Settings())).tree
        for node in [tree, *[n for n in walk(tree) if isinstance(n, Function)]]:
            one = unit_of(node, "f", found)  # type: ignore[arg-type]
            if one is not None:
                yield one


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_real_units_are_told(language):
    units = every_unit(language)
    assert len(units) > 15
    for line in Outline().summaries(units):
        assert checked(line or "")
    for one, two in pairwise(units):
        if len(one.lines) + len(two.lines) < 200:
            assert bool(changes(one, two)) != trees_equal(one.tree, two.tree)


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_each_statement_that_goes_is_named_by_its_lines(language):
    """Whatever statement is taken out, an entry is about its lines."""
    checks = 0
    for one in every_unit(language):
        if len(one.lines) > 60:
            continue
        for victim in [n for n in walk(one.tree) if isinstance(n, Block)][:12]:
            if not victim.body:
                continue
            gone = victim.body[-1]
            less = unit_of(without(one.tree, gone), "f", get_language(language))  # type: ignore[arg-type]
            if less is None or trees_equal(less.tree, one.tree):
                continue
            row = next((r for r in rows_of(one) if r.node is gone), None)
            if row is None or not row.lines:
                continue
            texts = one.text.split("\n")
            named = [texts[n - 1].strip() for entry in changes(one, less) for n in entry.left]
            assert texts[row.lines[0] - 1].strip() in named, one.text
            checks += 1
    assert checks > 20


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_each_leaf_that_changes_is_told_at_its_line(language):
    """Whatever name or literal becomes another one, an entry is about the lines where it stands."""
    chance = Random(3)
    checks = 0
    for one in every_unit(language):
        leaves = [n for n in walk(one.tree) if isinstance(n, (Name, Literal))]
        if len(one.lines) > 40 or not leaves:
            continue
        for leaf in chance.sample(leaves, min(3, len(leaves))):
            new = Name("changed_name") if isinstance(leaf, Name) else Literal("str", "changed value")
            other = unit_of(swapped(one.tree, leaf, new), "f", get_language(language))  # type: ignore[arg-type]
            if other is None or trees_equal(other.tree, one.tree):
                continue
            found = changes(one, other)
            texts = one.text.split("\n"), other.text.split("\n")
            if len(texts[0]) != len(texts[1]):
                continue
            lines = {n for n, (a, b) in enumerate(zip(*texts, strict=True), 1) if a != b}
            named = {n for entry in found for n in (*entry.left, *entry.right)}
            assert lines & named, (one.text, leaf, found)
            checks += 1
    assert checks > 30


def swapped(tree: Node, leaf: Node, new: Node) -> Node:
    def visit(node: Node) -> Node:
        return new if node is leaf else map_children(node, visit)

    return visit(tree)


def without(tree: Node, gone: Node) -> Node:
    def visit(node: Node) -> Node:
        if isinstance(node, Block) and any(n is gone for n in node.body):
            return update(node, body=tuple(n for n in node.body if n is not gone))
        return map_children(node, visit)

    return visit(tree)


def test_rows_have_the_lines_of_the_text():
    one = unit(
        "def f(x):\n    if x:\n        a()\n    elif g(x):\n        b()\n    else:\n        pass\n    return x\n"
    )
    rows = {row.lines: row for row in rows_of(one)}
    assert sorted(rows) == [(1,), (2,), (3,), (4,), (5,), (6, 7), (8,)]
    assert rows[6, 7].part == "orelse"
    js = unit("function f(x) { on(x, () => { a(); b(); }); c(); }", "javascript")
    texts = js.text.split("\n")
    shown = [[texts[n - 1].strip() for n in row.lines] for row in rows_of(js)]
    assert shown == [["function f(x) {"], ["on(x, () => {"], ["a();"], ["b();"], ["c();"]]


def chain(count: int) -> Node:
    node: Node = Name("a")
    for i in range(count):
        node = Binary("+", node, Name(f"b{i}"))
    return node


def deep(count: int) -> list[Node]:
    """Trees that are deeper than a recursion can go."""
    call: Node = Name("a")
    negated: Node = Name("a")
    nested: Node = Name("a")
    block = Block((Return(Name("a")),))
    callback: Node = Name("a")
    for level in range(count):
        if level < count - 2300:  # to indent deeper ones costs the printer of JavaScript its time
            callback = Call(Name("g"), (Lambda((), Block((ExprStmt(callback),))),))
        call = Call(call, ())
        negated = Not(negated)
        nested = List((nested,))
        block = Block((ExprStmt(Name("x")), Function("f", (), block)))
    return [Return(node) for node in (chain(count), call, negated, nested, callback)] + [block]


@pytest.mark.parametrize("language", ["python", "javascript", "cobol"])
def test_deep_trees_are_told(language):
    limit = sys.getrecursionlimit()
    for one, two in zip(deep(2500), deep(2499), strict=True):
        ones = [Unit("f", language, "", Function("f", (), Block((node,))), ((0, 0),)) for node in (one, two)]
        for line in Outline().summaries(ones):
            assert checked(line or "")
        found = Outline().changes([UnitChange(ones[0], ones[1])])[0]
        assert found
    assert sys.getrecursionlimit() == limit


def test_a_leaf_of_a_long_chain_is_found():
    left = "return " + " + ".join(f"a{i}" for i in range(3000))
    found = told(function(left), function(left.replace("a7 ", "other ")))
    assert [text for *_, text in found] == ["in what it returns: a7 became other"]


def test_wide_trees_are_told():
    start = perf_counter()
    many = ", ".join(f"a{i}" for i in range(20_000))
    left, right = unit(function(f"return g({many})")), unit(function(f"return g({many}, b)\nimport {many}"))
    assert checked(Outline().summaries([left])[0] or "") == "returns g(a0, a1, a2, ...)"
    assert changes(left, right)[0].text == "in what it returns: also b"
    names = unit(f"class A:\n    {many} = 1\n" + "".join(f"    b{i} = 1\n" for i in range(5_000)))
    assert checked(Outline().summaries([names])[0] or "").startswith("holds b0, b1, ")
    assert perf_counter() - start < 60  # far more than it takes; what is quadratic takes longer


def test_long_chains_of_branches_are_told():
    left = "if x == 0:\n    g()\n" + "".join(f"elif x == {i}:\n    g()\n" for i in range(1, 1500))
    right = left.replace("x == 700:", "x == 701.5:")
    assert summary(function(left.rstrip()))
    found = told(function(left.rstrip()), function(right.rstrip()))
    assert [text for *_, text in found] == ["condition x == 700 became x == 701.5"]


@pytest.mark.parametrize(
    "tree",
    [
        Block(()),
        Name("x"),
        Literal("strange", object),
        Opaque("unread", ("\x00 what\n is this",)),
        Opaque("nothing known", (Name("a"), "b", Opaque("export", ()))),
        Function("", (), Block((Opaque("member", ("x", Name("y"))), Name("z")))),
        Return(Return(Return(None))),
        ExprStmt(Call(Name("{x}"), (Name("{a}{"),))),
        ExprStmt(Call(Opaque("x"), (Block((Return(Name("\ud800")),)),))),
    ],
)
def test_no_tree_breaks_it(tree):
    for language in ("python", "javascript", "unknown"):
        one = Unit("f", language, "whatever\nit says", tree, ((1, 1), (2, 2)))
        other = Unit("f", language, "", Function("g", (), Block((Return(chain(3)),))), ())
        for line in Outline().summaries([one, other]):
            checked(line or "")
        for pair in (UnitChange(one, other), UnitChange(other, one)):
            found = Outline().changes([pair])[0]
            assert found
            assert all(checked(entry.text) for entry in found)


def any_node(chance: Random, cls: type[Node], depth: int) -> Node:
    """A node with fields of the right types, and whatever in them."""
    values: dict[str, Any] = {}
    for field in fields(cls):
        kind = str(field.type)
        if field.name in ("span", "header", "restructured"):
            continue
        if "None" in kind and (depth <= 0 or chance.random() < 0.3):
            values[field.name] = None
        elif kind.startswith("tuple"):
            count = chance.randrange(3) if depth > 0 else 0
            values[field.name] = tuple(any_value(chance, kind[6:-6], depth) for _ in range(count))
        else:
            values[field.name] = any_value(chance, kind.removesuffix(" | None"), depth)
    return cls(**values)


def any_value(chance: Random, kind: str, depth: int) -> object:
    if kind in ("str", "Node | str") and (kind == "str" or chance.random() < 0.5):
        return chance.choice(
            ["", "a", "and", "{x}", "\ud800", "export", "else", "*/", "a b\nc", "method", "+", "in"]
        )
    if kind == "bool":
        return chance.random() < 0.5
    if kind == "int":
        return chance.randrange(3)
    if kind == "Any":
        return chance.choice([None, 1, True, "a" * 200, b"x" * 90, 1.5, 2j, 10**400, ..., float("nan")])
    named = [cls for cls in NODE_CLASSES if cls.__name__ == kind]
    if named:
        return any_node(chance, named[0], depth - 1)
    return any_node(chance, chance.choice(NODE_CLASSES if depth > 0 else (Name, Literal)), depth - 1)


@pytest.mark.parametrize("language", ["python", "javascript", "unknown"])
def test_no_well_formed_tree_breaks_it(language):
    chance = Random(7)
    before = Unit("f", language, "", Block(()), ())
    for _ in range(80):
        tree = any_node(chance, chance.choice(NODE_CLASSES), 5)
        one = Unit("f", language, "", tree, ())
        checked(Outline().summaries([one])[0] or "")
        for pair in (UnitChange(before, one), UnitChange(one, before), UnitChange(one, one)):
            found = Outline().changes([pair])[0]
            assert found is not None
            assert bool(found) != trees_equal(pair.left.tree, pair.right.tree)
            assert all(checked(entry.text) for entry in found)
        before = one


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_words_are_never_wider_than_asked(language):
    phrases = Phrases(language)
    for one in every_unit(language)[::4]:
        for node in list(walk(one.tree))[:20]:
            for width in (8, 16, 40):
                text = phrases.words(node, width)
                assert 0 < len(text) <= width
                assert "\n" not in text
