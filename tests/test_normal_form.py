"""The normal form of real code: idempotent, independent of layout and comments, read back as it was printed.

The checks are those of `benchmarks/normal_form.py`, which goes over the whole standard library.
"""

from __future__ import annotations

import ast
import importlib.util
import sys
import sysconfig
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from prediff.languages import get_language
from prediff.languages.language import Language, Printed
from prediff.model import LineMap, Normalized, SourceFile
from prediff.tree import Block
from rule_case import normal_form

ROOT = Path(__file__).parent.parent
LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = (
    "bisect", "colorsys", "contextlib", "copy", "fnmatch", "functools", "getopt", "glob", "graphlib", "heapq",
    "json/encoder", "keyword", "opcode", "queue", "reprlib", "sched", "shlex", "stat", "string", "struct",
    "textwrap", "types", "urllib/robotparser", "wsgiref/handlers", "zipapp",
)  # fmt: skip
NEWLINE = "\n"
SCRIPTS = sorted((ROOT / "samples" / "javascript").glob("*/*.js"))


def load(path: Path) -> ModuleType:
    """The module in a file that is not on the path."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = sys.modules[path.stem] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


checks = load(ROOT / "benchmarks" / "normal_form.py")
CODE = """\
# First.
import os  # second


def f(a,  # third
      b):
    "Doc."
    if not a:  # fourth
        return [x for x in b if x]
    return os.path.join(a, f"{b}")
"""


def module(name: str) -> Path:
    """The file of a module of the standard library, or of the package that it has become."""
    path = LIBRARY / f"{name}.py"
    return path if path.exists() else LIBRARY / name / "__init__.py"


@pytest.mark.parametrize("name", MODULES)
def test_standard_library(name: str) -> None:
    outcome = checks.check_text(module(name).read_text(encoding="utf-8"), "python", name)
    assert outcome.failures == []
    assert outcome.unread == ""
    assert set(outcome.held) == set(checks.CHECKS)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_javascript(path: Path) -> None:
    outcome = checks.check_text(path.read_text(encoding="utf-8"), "javascript", path.name)
    assert outcome.failures == []
    assert outcome.unread == ""


def test_a_parameter_shadows_a_builtin_below_a_docstring_too() -> None:
    """What a rule is told about names must not depend on how often a function is rewritten."""
    assert "return list()" in normal_form('def f(list):\n    "Doc."\n    return list()\n')
    assert "return []" in normal_form('def f(items):\n    "Doc."\n    return list()\n')


def test_arguments_stand_in_the_order_of_their_evaluation() -> None:
    """What `*` unpacks is evaluated before the keywords, wherever it is written."""
    assert normal_form("f(k=g(), *h())") == normal_form("f(*h(), k=g())")
    assert "k=t" in normal_form("def f(a):\n    t = a.b\n    return g(k=t, *h(a))\n")


# --- the checks themselves find what they are to find ----------------------------------------------------------


def with_printer(printer: Any) -> Language:
    return replace(get_language("python"), print=printer)


def failed(outcome: Any) -> set[str]:
    return {failure.check for failure in outcome.failures}


def test_a_printer_that_loses_something_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = get_language("python")

    def lossy(tree: Block, comments: Any) -> Printed:
        return honest.print(replace(tree, body=tree.body[:-1]), comments)

    reading = honest.read(CODE, "auto")
    assert checks.check_print(reading, honest) == ""
    assert "reads as" in checks.check_print(reading, with_printer(lossy))


def test_a_printer_that_is_not_stable_is_found() -> None:
    honest = get_language("python")

    def by_line(tree: Block, comments: Any) -> Printed:
        blank = "\n" * (tree.body[0].span[0] % 3)
        return Printed(blank + honest.print(tree, comments).text, (), ())

    assert "became" in checks.check_print(honest.read(CODE, "auto"), with_printer(by_line))


def test_line_maps_are_checked() -> None:
    source = SourceFile("x", "a\nb\n", "python")
    good = Normalized(source, "a\nb\n", LineMap(((1, 1), (0, 0))))
    assert checks.check_lines(good) == ""
    assert "1 rows for 2 lines" in checks.check_lines(replace(good, line_map=LineMap(((1, 1),))))
    assert "4" in checks.check_lines(replace(good, line_map=LineMap(((1, 1), (2, 4)))))
    assert "0-1" in checks.check_lines(replace(good, line_map=LineMap(((1, 1), (0, 1)))))


def test_variants_are_the_same_code_and_other_text() -> None:
    language = get_language("python")
    variants = dict(checks.variants(CODE, language.read(CODE, "auto"), language))
    assert set(variants) == {"printed", "unparsed", "re-spaced"}
    for text in variants.values():
        assert text != CODE
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(CODE))


def test_comments_are_taken_out_and_nothing_else() -> None:
    reading = get_language("python").read(CODE, "auto")
    bare = checks.without_comments(CODE, reading)
    assert "#" not in bare
    assert ast.dump(ast.parse(bare)) == ast.dump(ast.parse(CODE))
    assert bare.count("\n") == CODE.count("\n")


def test_javascript_comments_are_taken_out_too() -> None:
    text = "a(/* one */ 1); // two\n/* three\n   lines\n*/ b()\nc('// no')\n"
    bare = checks.without_comments(text, get_language("javascript").read(text, "auto"))
    assert [line.split() for line in bare.split("\n")] == [
        ["a(", "1);"],
        [],
        [],
        ["b()"],
        ["c('//", "no')"],
        [],
    ]


def test_a_first_difference_is_named() -> None:
    assert checks.difference("a\nb\n", "a\nb\n") == ""
    assert checks.difference("a\nb\n", "a\nc\n") == "line 2: 'b' became 'c'"
    assert "line 3" in checks.difference("a\nb\n", "a\nb\nc\n")


def test_a_rule_that_undoes_itself_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Idempotence is checked on the text: a normal form that depends on something else is seen."""
    language = get_language("python")

    def shifting(text: str, reader: str) -> Any:
        reading = language.read(text, reader)
        extra = language.read(f"x = {text.count(NEWLINE)}", reader).tree.body
        return replace(reading, tree=replace(reading.tree, body=(*reading.tree.body, *extra)))

    monkeypatch.setattr("prediff.pipeline.get_language", lambda name: replace(language, read=shifting))
    monkeypatch.setattr("prediff.pipeline.misprinted_units", lambda *ignored: [])
    outcome = checks.Outcome()
    checks.check_level(SourceFile("x", CODE, "python"), "safe", outcome)
    assert "idempotent" in failed(outcome)
