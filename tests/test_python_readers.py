"""Python's two readers give one tree; what neither can be given is refused in one line; broken files are half read."""

from __future__ import annotations

import ast
import itertools
import random
import re
import subprocess
import sys
import sysconfig
import tokenize
from itertools import pairwise
from pathlib import Path

import pytest

from prediff.errors import LimitError, ParseError
from prediff.languages.python import ast_reader, cst_reader, limits, literals
from prediff.languages.python.recovery import read_whole_regions
from prediff.tree import (
    Attribute,
    Block,
    Call,
    Class,
    ExprStmt,
    Formatted,
    Function,
    Handler,
    Index,
    Interp,
    List,
    Literal,
    Name,
    Node,
    Opaque,
    Param,
    Star,
    Statement,
    Try,
    Tuple,
    TypeAliasStmt,
    TypeParam,
    first_difference,
    walk,
)

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
PICKED = """
    test/test_grammar.py test/test_fstring.py test/test_patma.py test/test_unpack_ex.py test/test_exceptions.py
    test/test_string_literals.py test/test_named_expressions.py test/test_positional_only_arg.py
    test/test_generators.py test/test_coroutines.py test/test_with.py test/test_except_star.py test/test_lambda.py
    test/test_dictcomps.py test/test_unicode_identifiers.py test/test_decorators.py test/test_type_comments.py
    typing.py dataclasses.py argparse.py encodings/cp037.py
"""
SAMPLE = 25


def library_sample() -> list[str]:
    """The picked files that this interpreter has, and some more that are chosen once and for all."""
    names = sorted(
        path.relative_to(LIBRARY).as_posix()
        for path in LIBRARY.rglob("*.py")
        if path.stat().st_size < 60_000
        and "site-packages" not in path.parts
        and "data" not in path.as_posix()
    )
    picked = [name for name in PICKED.split() if (LIBRARY / name).exists()]
    return picked + [n for n in random.Random(11).sample(names, SAMPLE) if n not in picked and "bad" not in n]


def assert_readers_agree(text: str) -> None:
    """Equal trees, and equal spans and headers of all statements."""
    by_ast, by_cst = ast_reader.read(text), cst_reader.read(text)
    assert first_difference(by_ast, by_cst) is None
    for a, c in zip(walk(by_ast), walk(by_cst), strict=True):
        if isinstance(a, Statement) and not isinstance(a, Opaque):
            assert isinstance(c, Statement)
            assert (type(a).__name__, a.span, a.header) == (type(c).__name__, c.span, c.header)


@pytest.mark.parametrize("name", library_sample())
def test_readers_agree_on_the_standard_library(name: str) -> None:
    with tokenize.open(LIBRARY / name) as file:
        assert_readers_agree(file.read())


# A heading `=== name` and the source for each construct; what an editor would not keep is written here.
SNIPPETS = dict(
    re.findall(
        r"^=== ([^\n]+)\n(.*?\n)(?=\n=== |\Z)",
        Path(__file__).with_name("python_snippets.txt").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
) | {
    "empty": "",
    "no newline at the end": "x = 1",
    "form feeds": "x = 1\n\x0c\nclass A:\n    x = 1\n\x0c\n    y = 2\n\x0c\ndef f():\n    pass\n",
    "form feeds before code": "\x0cx = 1\n\x0cdef g():\n\x0c    return 1\n",
    "tabs": "if a :\n\tb  =  ( 1 ,\t2 )\n\tif c:\n\t\td\n",
    "blanks at line ends": "x = 1  \nif a:   \n    b   \n   \n    c\n \n",
}


def test_every_snippet_is_found() -> None:
    assert len(SNIPPETS) == 64


@pytest.mark.parametrize("name", SNIPPETS)
def test_readers_agree_on(name: str) -> None:
    assert_readers_agree(SNIPPETS[name])


def only(text: str) -> Node:
    """The one statement of a text, read by libcst."""
    (statement,) = cst_reader.read(text).body
    return statement


A, B, X, Y = Name("a"), Name("b"), Name("x"), Name("y")
T = Name("T")
INT = Name("int")


def expression(node: Node) -> ExprStmt:
    return ExprStmt(node)


def interp(kind: str, *parts: Node) -> ExprStmt:
    return ExprStmt(Interp(kind, parts))


def text(value: str) -> Literal:
    return Literal("str", value)


NEWER = {
    "type parameters (PEP 695)": (
        "def f[T: int, *Ts, **P](x: T): pass",
        Function(
            "f", (Param(X, annotation=T),), Block(()),
            type_params=(TypeParam(T, bound=INT), TypeParam(Name("Ts"), "*"), TypeParam(Name("P"), "**")),
        ),
    ),
    "generic class (PEP 695)": ("class A[T](B): pass", Class("A", (Name("B"),), Block(()), (), (TypeParam(T),))),
    "type statement (PEP 695)": (
        "type X[T] = list[T]", TypeAliasStmt(Name("X"), (TypeParam(T),), Index(Name("list"), T)),
    ),
    "defaults of type parameters (PEP 696)": (
        "class A[T = int, *Ts = *tuple[int, ...], **P = [int]]: pass",
        Class("A", (), Block(()), (), (
            TypeParam(T, default=INT),
            TypeParam(Name("Ts"), "*", default=Star(Index(Name("tuple"), Tuple((INT, Literal("ellipsis", ...)))))),
            TypeParam(Name("P"), "**", default=List((INT,))),
        )),
    ),
    "nested quotes (PEP 701)": (
        "f'{a['b']}'", interp("f", Formatted(Index(A, text("b")))),
    ),
    "nested f-strings (PEP 701)": (
        "f'{f'{f'{a}'}b'}'",
        interp("f", Formatted(Interp("f", (Formatted(Interp("f", (Formatted(A),))), text("b"))))),
    ),
    "backslash in a field (PEP 701)": (
        "f'{'\\n'.x(a)}'", interp("f", Formatted(Call(Attribute(text("\n"), "x"), (A,)))),
    ),
    "comment in a field (PEP 701)": (
        "f'''{a = # why '\n}'''", interp("f", text("a = \n"), Formatted(A, "r")),
    ),
    "template string (PEP 750)": (
        "t'x{a}y{ b !r:>{x}}'",
        interp(
            "t", text("x"), Formatted(A, text="a"), text("y"),
            Formatted(B, "r", Interp("f", (text(">"), Formatted(X))), " b"),
        ),
    ),
    "raw template string with = (PEP 750)": (
        "rt'\\d{a = }'", interp("t", text("\\da = "), Formatted(A, "r", text="a")),
    ),
    "except without parentheses (PEP 758)": (
        "try: x\nexcept A, B: y",
        Try(Block((expression(X),)), (Handler(Tuple((Name("A"), Name("B"))), None, Block((expression(Y),))),)),
    ),
    "except* without parentheses (PEP 758)": (
        "try: x\nexcept* A, B: y",
        Try(
            Block((expression(X),)),
            (Handler(Tuple((Name("A"), Name("B"))), None, Block((expression(Y),))),), star=True,
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NEWER)
def test_syntax_newer_than_the_oldest_interpreter(name: str) -> None:
    source, expected = NEWER[name]
    assert first_difference(only(source), expected) is None


@pytest.mark.parametrize("source", ["class A(k=1, *b): pass", "f'{a:\\N{EM DASH}}'", "t'a' t'b'"])
def test_what_libcst_does_not_accept_is_known(source: str) -> None:
    with pytest.raises(ParseError):
        cst_reader.read(source)


def test_newer_syntax_keeps_its_places() -> None:
    first, second = cst_reader.read("x = f'''{a['b'] # c\n}''' ; y = 1\n").body
    assert (first.span, second.span) == ((1, 0, 2, 4), (2, 7, 2, 12))
    first, second = cst_reader.read("f'{a!s  }{b!r\t:>5}' ; y = 1\n").body
    assert (first.span, second.span) == ((1, 0, 1, 19), (1, 22, 1, 27))


@pytest.mark.parametrize(
    "source",
    [
        "print 'x'",
        "x = (",
        "def f(:\n pass",
        "'a' b'c'",
        "t'a' 'b'",
        "'\\x4'",
        "b'é'",
        "0777",
        "x = 1\0",
        "a <> b",
        "if x:\ny",
    ],
)
def test_errors_of_the_second_reader_are_one_line(source: str) -> None:
    with pytest.raises(ParseError) as caught:
        cst_reader.read(source)
    assert "\n" not in str(caught.value)
    assert str(caught.value)


# --- limits --------------------------------------------------------------------------------------------------------

HOSTILE = r"""
import sys
from prediff.errors import LimitError, ParseError
from prediff.languages.python import {reader} as reader

quoted = chr(34)
for source in (
    "x = " + "(" * 2000 + "1" + ")" * 2000,
    "x = " + "(" * 50000 + "1" + ")" * 50000,
    "(" * 50000,
    "x = " + " + ".join(["a"] * 10000),
    "x = " + "-" * 100000 + "1",
    "x = " + "not " * 20000 + "1",
    "x = " + "lambda: " * 20000 + "1",
    "x = " + "lambda a, b: " * 20000 + "1",
    "x = " + "a if b else " * 20000 + "1",
    "x = a" + ".b" * 10000,
    "x = a" + ".b()" * 10000,
    "x = a" + "[0]" * 10000,
    "x = " + "a ** " * 10000 + "b",
    "x = " + "f(" * 3000 + ")" * 3000,
    "x = f'" + "{{x:" * 3000 + "}}" * 3000 + "'",
    "x = " + "f'{{" * 3000 + "1" + "}}'" * 3000,
    "x = f" + quoted + "{{'" + quoted + "'}}" + quoted + " + " + "(" * 3000 + "1" + ")" * 3000,
    "x = f" + quoted + "{{'}}' + " + quoted + "'" + quoted + "}}" + quoted + " + " + "(" * 3000 + "1" + ")" * 3000,
    "x = ('" + "' '" * 50000 + "')",
    "if a: b\n" + "elif a: b\n" * 20000,
    "match x:\n case " + "[" * 60 + "]" * 60 + ": pass",
    "match x:\n case " + "{{1:" * 12 + "y" + "}}" * 12 + ": pass",
    "".join(" " * i + "if a:\n" for i in range(500)) + " " * 500 + "b",
    "import a" + ".b" * 5000,
):
    try:
        reader.read(source + "\n")
        print("read")
    except (LimitError, ParseError) as error:
        print(type(error).__name__, str(error).count("\n"))
"""


@pytest.mark.parametrize("reader", ["ast_reader", "cst_reader"])
def test_hostile_depth_neither_crashes_nor_hangs(reader: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HOSTILE.format(reader=reader)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) == 24
    assert set(lines) <= {"read", "LimitError 0", "ParseError 0"}


def test_what_is_within_the_limits_is_read() -> None:
    for source in (
        "x = " + "[" * 90 + "]" * 90,
        "x = " + " + ".join(["a"] * 500),
        "x = " + "-" * 500 + "1",
        "x = a" + ".b()" * 250,
        "x = {" + "'k': -1 + a.b, " * 1000 + "}",
        "x = [" + "lambda a, b: a.c(b), " * 500 + "]",
        "x = (" + "'a'\n" * 3000 + ")",
        "if a: b\n" + "elif a: b\n" * 600,
        "match x:\n case [(1, {'a': [b]})]: pass",
        "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "b",
    ):
        assert first_difference(cst_reader.read(source), ast_reader.read(source)) is None


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("(" * 101, "100 nested brackets"),
        ("-" * 601, "600 operators"),
        ("x = f'{" + "-" * 601 + "1}'", "600 operators"),
        ("x = f'{f(" + "(" * 101, "100 nested brackets"),
        ("f(x, " * 60 + "-" * 541, "600 operators"),
        ("lambda a, b: " * 601, "600 operators"),
        ("'a' " * 5001, "5,000 strings"),
        ("if a: b\n" + "elif a: b\n" * 4001, "4,000 branches"),
        ("match x:\n case " + "[" * 9, "patterns"),
        ("#" * 8_000_001, "8,000,000 characters"),
    ],
)
def test_limits_are_named(source: str, limit: str) -> None:
    with pytest.raises(LimitError, match=limit):
        limits.check_for_libcst(source)


@pytest.mark.parametrize(
    "source",
    [
        "'" + "(" * 500 + "'",
        '"""' + "((((\n" * 500 + '"""',
        "# " + "(" * 500,
        "f'" + "{{" * 500 + "-" * 5 + "'",
        "x = [" + "(1, 2), " * 5000 + "]",
        "a = " * 1000 + "1",
        "f(a=1, b=2)\n" * 2000,
        "x = f'{a['b']}' + f'{c}'\n" * 500,
    ],
)
def test_limits_leave_alone(source: str) -> None:
    limits.check_for_libcst(source)


def test_run_deep_bears_deep_calls_and_hands_errors_on() -> None:
    def depth(n: int) -> int:
        return 0 if n == 0 else 1 + depth(n - 1)

    before = sys.getrecursionlimit()
    assert limits.run_deep(depth, 15_000) == 15_000
    with pytest.raises(ZeroDivisionError):
        limits.run_deep(lambda n: 1 // n, 0)
    assert sys.getrecursionlimit() == before


# --- recovery ------------------------------------------------------------------------------------------------------


def outline(block: Block) -> list[object]:
    """Names of the definitions, the regions that were not read as `?`, other statements by class; classes nested."""
    found: list[object] = []
    for node in block.body:
        if isinstance(node, Class):
            found.append((node.name, outline(node.body)))
        elif isinstance(node, Opaque):
            found.append("?")
        else:
            found.append(node.name if isinstance(node, Function) else type(node).__name__)
    return found


BROKEN = {
    "an error in one function": ("def a(): return 1\n\ndef b(:\n    return 2\n\ndef c(): return 3\n", ["a", "?", "c"]),
    "a bracket that is never closed": (
        "import os\n\ndef a():\n    x = (1,\n    return x\n\n@d\n@e\ndef b():\n    return 2\n", ["Import", "?", "b"],
    ),
    "a bracket that was never opened": ("def a():\n    x = 1)\n\ndef b(): pass\n", ["?", "b"]),
    "Python 2": ("import os\ndef a():\n    print 'x'\ndef b(): pass\nexec 'y'\n", ["Import", "?", "b", "?"]),
    "merge conflict": (
        "x = 1\n<<<<<<< HEAD\ndef a(): pass\n=======\ndef a(): return 1\n>>>>>>> other\ndef b(): pass\n",
        ["Assign", "?", "a", "?", "a", "?", "b"],
    ),
    "a method": (
        "@x\nclass A(B,\n        C):\n    '''doc\nclass Z:\n    '''\n    def a(self):\n        print 'x'\n\n"
        "    @y\n    def b(self): pass\n    class I:\n        def c(self): exec 'a'\n        d = 1\n\nz = 1\n",
        [("A", ["ExprStmt", "?", "b", ("I", ["?", "Assign"])]), "Assign"],
    ),
    "a class whose header is wrong": ("class A(:\n    def a(self): pass\n\nx = 1\n", ["?", "Assign"]),
    "a class in which nothing is read": ("class A:\n    def a(self: pass\n\nx = 1\n", ["?", "Assign"]),
    "an indentation": ("if x:\n    y\n  else:\n    z\nw = 1\n", ["?", "Assign"]),
    "wide characters": ("é = 1; print 'ü'\nç = 2\n", ["?", "Assign"]),
    "newer syntax beside an error": ("def a(): return t'{x}'\n\ndef b(): print 'x'\n", ["a", "?"]),
    "text that looks like code": ("x = '''\ndef a(): pass\n''' 1\n\ndef b(): pass\n", ["?", "b"]),
    "nothing": ("print 'x'\nprint `y`\n", ["?"]),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_whole_regions_are_read(name: str) -> None:
    source, expected = BROKEN[name]
    reading = read_whole_regions(source)
    assert outline(reading.tree) == expected
    lines = source.split("\n")
    unread = [n for n in walk(reading.tree) if isinstance(n, Opaque)]
    assert [n.span for n in unread] == [span for span, _ in reading.unread]
    for node, (span, reason) in zip(unread, reading.unread, strict=True):
        assert node.children == ("\n".join(lines[span[0] - 1 : span[2]]),)
        assert span[0] <= int(reason.removeprefix("line ").split(":")[0]) <= span[2] + 1


@pytest.mark.parametrize("name", BROKEN)
def test_regions_cover_the_file_in_order(name: str) -> None:
    source, _ = BROKEN[name]
    body = read_whole_regions(source).tree.body
    covered = {line for n in body for line in range(n.span[0], n.span[2] + 1)}
    assert {i for i, row in enumerate(source.split("\n"), 1) if row.strip()} <= covered
    assert all(a.span[2] < b.span[0] for a, b in pairwise(body))


def test_regions_have_the_spans_of_the_file() -> None:
    source = "def a(x):\n    return x\n\nprint 'x'\n\nclass B:\n    y = 1\n    def c(self):\n        return self.y\n"
    whole = ast_reader.read(source.replace("print 'x'", "print('x')"))
    read = read_whole_regions(source).tree
    for expected, found in zip(whole.body[::2], read.body[::2], strict=True):
        assert [n.span for n in walk(expected)] == [n.span for n in walk(found)]


def test_comments_of_unread_regions_are_part_of_their_text() -> None:
    reading = read_whole_regions("# a\nx = 1  # b\nprint 'x'  # c\n")
    assert [c.text for c in reading.comments] == ["# a", "# b"]


def test_recovery_bears_hostile_depth() -> None:
    reading = read_whole_regions("x = " + "(" * 50_000 + "\ndef f(): pass\n")
    assert outline(reading.tree) == ["?", "f"]


def test_every_mix_of_quotes_and_line_breaks_is_printed_as_it_is():
    for length in range(1, 6):
        for text in map("".join, itertools.product('"\\a\n{', repeat=length)):
            value = "\n\n" + text
            printed = literals.string(value).replace(literals.HARD_NEWLINE, "\n")
            assert ast.literal_eval(printed) == value, printed
