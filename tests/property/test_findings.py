"""What the property tests, the token accounts and the fuzzer found in the readers, one small case each."""

from __future__ import annotations

import pytest

import prediff
from prediff.errors import ParseError
from prediff.languages import get_language
from prediff.languages.python import ast_reader, cst_reader
from prediff.model import Settings, SourceFile
from prediff.pipeline import normalize_file
from prediff.tree import CompFor, Pair, first_difference, walk


@pytest.mark.parametrize("read", [ast_reader.read, cst_reader.read])
def test_the_clauses_of_a_comprehension_have_places(read):
    """What a rule folds in one must be found in the source."""
    tree = read("x = {a: b for a,\n b in c if d\n for e in f}\n")
    assert [n.span for n in walk(tree) if isinstance(n, CompFor)] == [(1, 14, 2, 12), (3, 5, 3, 11)]
    assert [n.span for n in walk(tree) if isinstance(n, Pair)] == [(1, 5, 1, 9)]


@pytest.mark.parametrize("reader", ["ast", "libcst"])
def test_a_fold_in_a_clause_is_found_in_the_source(reader):
    done = prediff.normalize("x = [f(a) for a in [1, 2]]\n", path="x.py", reader=reader)
    assert [(f.rule, f.span) for f in done.folds] == [("tuple-to-iterate", (1, 14, 1, 25))]


REJECTED = (
    "(f()) = b",
    "([...a, b]) = c",
    "({a}) = c",
    "(a, b) = c",
    "(f()) += b",
    "for ((f()) of b) c",
    "await (...a)",
    "await (a)[b] = c",
    "x = {@a b() {}}",
    "let {import = a} = b",
    "let {import} = b",
    "x = {import}",
    "x = {this}",
    "x = {@a get b() {}, c}",
    "\\u2028 = 1",
    "a.\\u0020b",
    "\\u0030a = 1",
)
READ = (
    "(a) = b",
    "(a.b) = c",
    "((a[b])) += c",
    "class A { @a b() {} }",
    "x = {import: a, undefined, get}",
    "for ((a.b) of c) d",
    "await (a)",
    "\\u0061b = 1",
    "a.\\u{62} = c",
)


@pytest.mark.parametrize("text", REJECTED)
def test_what_the_grammar_of_javascript_takes_and_the_language_does_not_is_not_read(text):
    assert get_language("javascript").read(text, "auto").unread


@pytest.mark.parametrize("text", READ)
def test_what_is_like_it_is_read(text):
    source = SourceFile("x.js", text, "javascript")
    assert not get_language("javascript").read(text, "auto").unread
    assert normalize_file(source, Settings(level="layout")).steps == ()


BACKSLASHES = (
    "def f():\n    a\n\\\nb\n",
    "def f():\n    a\n\\\n    b\n",
    "def f():\n    a\n    \\\n    b\n",
    "if x:\n    a\n\\\n\\\nb\n",
    "if x:\n    a\n    # c\n\\\nb\n",
    "if x:\n    a = f'{b}'\n\\\nc\n",
    "if x:\n    a\n\\\nelse:\n    b\n",
    "if x:\n\\\n    b\n",
    "if x:\n    a\n\\\n\nb\n",
    "x = 1 + \\\n \\\n 2\n",
    "x = '''\n\\\n'''\n",
    "x = (\n1 \\\n+ 2)\n",
    "# \\\nx\n",
)


@pytest.mark.parametrize("text", BACKSLASHES)
def test_a_backslash_that_a_statement_begins_with_moves_it_to_no_other_block(text):
    """libcst takes no note of how far such a line is indented."""
    assert first_difference(cst_reader.read(text), ast_reader.read(text)) is None


@pytest.mark.parametrize(
    "text", ["def f():\n    a\n    \\\nb\n", "a\n    \\\nb\n", "if x:\n    a\n  \\\n    b\n"]
)
def test_one_that_libcst_cannot_be_shown_is_refused(text):
    with pytest.raises(ParseError, match="backslash"):
        cst_reader.read(text)
