"""No token is lost between reading and printing, and each that a rule takes away names its rule.

The accounting is that of `benchmarks/tokens.py`, which goes over the whole standard library.
"""

from __future__ import annotations

import sysconfig
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tokens
import tokens_javascript
import tokens_python
from prediff.languages import get_language
from prediff.languages.language import Language, Printed, Reading
from prediff.languages.python import ast_reader
from prediff.model import Settings, SourceFile
from prediff.pipeline import normalize_file
from prediff.tree import Await, Block, Call, Function, Name, Node, Not, Scope, map_children, update

ROOT = Path(__file__).parent.parent.parent
LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = (
    "abc", "asyncio/taskgroups", "cmd", "contextlib", "csv", "email/utils", "hmac", "http/cookies", "json/decoder",
    "netrc", "numbers", "shelve", "struct", "test/test_coroutines", "test/test_grammar", "test/test_unpack_ex",
    "textwrap", "zipapp",
)  # fmt: skip
SAMPLES = sorted(p for p in (ROOT / "samples").glob("*/*/*.*") if p.suffix in (".py", ".js"))


@pytest.mark.parametrize("name", MODULES)
def test_standard_library(name: str) -> None:
    path = LIBRARY / f"{name}.py"
    if not path.exists():
        pytest.skip("this interpreter does not have it")
    accounts = tokens.check_file(path, "python")
    assert accounts.failures == []
    assert accounts.unread == ""
    assert accounts.words > 0


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: "-".join(p.parts[-3:]))
def test_samples(path: Path) -> None:
    accounts = tokens.check_file(path, "python" if path.suffix == ".py" else "javascript")
    assert accounts.failures == []
    assert accounts.unread == ""


# --- what counts as the same words, and what does not ----------------------------------------------------------

SAME = (
    ("x = (a)", "x = a"),
    ("x = 'a' \"b\"", "x = 'ab'"),
    ("x = 0x10", "x = 16"),
    ("f(k=1, *a)", "f(*a, k=1)"),
    ("f((x for x in y))", "f(x for x in y)"),
    ("x = [a, b,]", "x = [a, b]"),
    ("(a, b,) = c", "a, b = c"),
    ("from .. import (a,)", "from .. import a"),
    ("with (a as b,): pass", "with a as b:\n    pass"),
    ("x[a:b:]", "x[a:b]"),
    ("class A(): pass", "class A: pass"),
    ("if a: b\nelif c: d", "if a:\n b\nelse:\n if c: d"),
    ("if a: b; pass", "if a: b"),
    ("x = f'{a=}'", "x = f'a={a!r}'"),
    ("x = 'a' f'{b}'", "x = f'a{b}'"),
    ("match a:\n case (b, c): d", "match (a):\n case [b, c]: d"),
    ("del a,", "del a"),
    ("x = a, b in c,", "x = a, b in c"),
    ("ﬁ = 1", "fi = 1"),
)
OTHER = (
    ("x = (a,)", "x = a"),
    ("x = [y for y, in z]", "x = [y for y in z]"),
    ("x = ()", "x = a"),
    ("x = 'a', 'b'", "x = 'a' 'b'"),
    ("x = 1", "x = 1.0"),
    ("x = 'a'", "x = b'a'"),
    ("f(a, *b)", "f(*b, a)"),
    ("x[a,]", "x[a]"),
    ("x = [(y for y in z)]", "x = [y for y in z]"),
    ("def f(a, *, b): c", "def f(a, b): c"),
    ("def f(a, /): b", "def f(a): b"),
    ("match a:\n case [b]: c", "match a:\n case b: c"),
    ("x = f'{a!r}'", "x = f'{a}'"),
    ("x = f'{await a}'", "x = f'{a}'"),
    ("async def f(): a", "def f(): a"),
    ("x = a[b]", "x = a(b)"),
    ("from ... import a", "from .. import a"),
    ("lambda: (yield)", "lambda: None"),
    ("for a in b: c\nelse: d", "for a in b: c\nd"),
    ("except_ = {**a}", "except_ = {a}"),
)


@pytest.mark.parametrize(("one", "two"), SAME)
def test_same_words(one: str, two: str) -> None:
    assert tokens.lost(tokens_python.words(one), tokens_python.words(two)) == ""


@pytest.mark.parametrize(("one", "two"), OTHER)
def test_other_words(one: str, two: str) -> None:
    assert tokens.lost(tokens_python.words(one), tokens_python.words(two)) != ""


@pytest.mark.parametrize(
    ("one", "two"),
    [("x = (a + b) * c", "x = a + b * c"), ("x = (a, b), c", "x = a, b, c"), ("(x): int", "x: int")],
)
def test_what_parentheses_group_is_held_by_the_tree(one: str, two: str) -> None:
    assert tokens.lost(tokens_python.words(one), tokens_python.words(two)) == ""
    assert "the syntax tree differs" in tokens.regrouped(one, two)
    assert tokens.regrouped(one, one) == ""


SAME_JAVASCRIPT = (
    ("a\nb", "a; b;"),
    ("if (a) b; else c", "if (a) { b } else { c }"),
    ("if (a) b; else if (c) d", "if (a) { b } else { if (c) { d } }"),
    ("x = (a)", "x = a"),
    ("x = a => b", "x = (a) => b"),
    ("new A", "new A()"),
    ("var a = 1, b", "var a = 1; var b"),
    ("x = 'a\\x41'", 'x = "aA"'),
    ("x = `a`", "x = 'a'"),
    ("x = {a, 'b': 1,}", "x = {a: a, b: 1}"),
    ("import {a as a, default as b} from 'c'", "import {a, default as b} from 'c'"),
    ("x = 0xff", "x = 255"),
    ("x = <a>\n  b\n</a>", "x = <a>b</a>"),
)
OTHER_JAVASCRIPT = (
    ("if (a) { if (b) c } else d", "if (a) { if (b) c; else d }"),
    ("f((a, b))", "f(a, b)"),
    ("x = [a,,b]", "x = [a,b]"),
    ("async () => a", "() => a"),
    ("x = !a", "x = a"),
    ("for await (a of b) c", "for (a of b) c"),
    ("function* f() {}", "function f() {}"),
    ("class A { static a() {} }", "class A { a() {} }"),
    ("for (;;a) b", "for (;a;) b"),
    ("x = tag`\\x41`", "x = tag`A`"),
    ("(a?.b).c", "a?.b.c"),
    ("var a", "let a"),
    ("'a'; b", "('a'); b"),
    ("x = a?.b", "x = a.b"),
    ("x = <a>b c</a>", "x = <a>bc</a>"),
)


@pytest.mark.parametrize(("one", "two"), SAME_JAVASCRIPT)
def test_same_words_of_javascript(one: str, two: str) -> None:
    assert tokens.lost(tokens_javascript.words(one), tokens_javascript.words(two)) == ""


@pytest.mark.parametrize(("one", "two"), OTHER_JAVASCRIPT)
def test_other_words_of_javascript(one: str, two: str) -> None:
    assert tokens.lost(tokens_javascript.words(one), tokens_javascript.words(two)) != ""


# --- the accounting can fail -----------------------------------------------------------------------------------

CODE = """\
import os


@decorate
async def f(a, b=1, *, c):
    global state
    async with a:
        await b
    return not a


def g(a):
    return [x for x in a if not x]
"""
JAVASCRIPT = "async function* f(a = 1) {\n  await a;\n  return !a;\n}\n"


def bottom_up(change: Callable[[Node], Node], tree: Block) -> Block:
    def visit(node: Node) -> Node:
        return change(map_children(node, visit))

    changed = visit(tree)
    assert isinstance(changed, Block)
    return changed


def no_modifiers(node: Node) -> Node:
    return update(node, modifiers=()) if isinstance(node, Function) else node


def no_decorators(node: Node) -> Node:
    return update(node, decorators=()) if isinstance(node, Function) else node


def no_not(node: Node) -> Node:
    return node.operand if isinstance(node, Not) else node


def no_await(node: Node) -> Node:
    return node.value if isinstance(node, Await) else node


def no_defaults(node: Node) -> Node:
    if not isinstance(node, Function):
        return node
    return update(node, params=tuple([update(p, default=None) for p in node.params]))


def no_global(node: Node) -> Node:
    if not isinstance(node, Block):
        return node
    return update(node, body=tuple([n for n in node.body if not isinstance(n, Scope)]))


LOSSY = (no_modifiers, no_decorators, no_not, no_await, no_defaults, no_global)


def losing(language: Language, change: Callable[[Node], Node]) -> Language:
    """A language whose reader loses something in every text, so that what is printed reads as its tree."""

    def read(text: str, reader: str) -> Reading:
        reading = language.read(text, reader)
        return replace(reading, tree=bottom_up(change, reading.tree))

    return replace(language, read=read)


@pytest.mark.parametrize("change", LOSSY)
def test_a_reader_that_loses_something_is_found(
    change: Callable[[Node], Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tokens.check_text(CODE, "python").failures == []
    language = losing(get_language("python"), change)
    monkeypatch.setattr("prediff.pipeline.get_language", lambda name: language)
    failures = tokens.check_text(CODE, "python").failures
    assert {f.check for f in failures} >= {"layout", "safe"}
    # No step of prediff's own sees it: what was printed is what was read.
    assert not normalize_file(SourceFile("x", CODE, "python")).steps


@pytest.mark.parametrize("change", [no_modifiers, no_not, no_await, no_defaults])
def test_a_reader_of_javascript_that_loses_something_is_found(
    change: Callable[[Node], Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tokens.check_text(JAVASCRIPT, "javascript").failures == []
    language = losing(get_language("javascript"), change)
    monkeypatch.setattr("prediff.pipeline.get_language", lambda name: language)
    assert {f.check for f in tokens.check_text(JAVASCRIPT, "javascript").failures} >= {"layout", "safe"}


def test_a_row_of_the_reader_that_loses_async_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ast_reader.Lowering, "_AsyncFunctionDef", lambda self, n: self._FunctionDef(n), raising=True
    )
    assert any("'async'" in f.detail for f in tokens.check_text(CODE, "python").failures)


def test_a_fold_without_its_rule_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that a rule takes away is accounted for by the fold, and by nothing else."""
    text = (
        "def f(a):\n    if a:\n        return 1\n    else:\n        return 2\n\n\ndef g(a):\n    return a\n"
    )
    accounts = tokens.check_text(text, "python")
    assert accounts.failures == []
    assert accounts.rules

    def forgetful(source: SourceFile, settings: Settings) -> object:
        return replace(normalize_file(source, settings), folds=())

    monkeypatch.setattr(tokens, "normalize_file", forgetful)
    assert any("no rule folded it" in f.detail for f in tokens.check_text(text, "python").failures)


def test_a_printer_that_loses_a_call_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = get_language("python")

    def lossy(tree: Block, comments: object) -> Printed:
        return honest.print(bottom_up(lambda n: n.func if isinstance(n, Call) else n, tree), ())

    monkeypatch.setattr("prediff.pipeline.get_language", lambda name: replace(honest, print=lossy))
    monkeypatch.setattr("prediff.pipeline.misprinted_units", lambda *ignored: [])
    assert tokens.check_text("x = f(a)\n", "python").failures
    assert isinstance(honest.read("f", "auto").tree.body[0].value, Name)


def test_every_exception_has_a_reason() -> None:
    for table in tokens.DECLARED.values():
        assert all(len(reason.split()) > 2 for reason in table.values())
