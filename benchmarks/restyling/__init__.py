"""Total restyles of a Python file that keep what it means, none of them made by prediff, each checked without it."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from restyling.renaming import renamed

Step = Callable[[str], str]


class RestyleError(Exception):
    """A file cannot be restyled so; the message says why."""


@dataclass(frozen=True, slots=True)
class Restyle:
    """The steps of a restyle, in order, and the packages that they need."""

    summary: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(name for name in self.needs if find_spec(name) is None)

    def apply(self, text: str) -> str:
        """The restyled file. Raises RestyleError where a step fails, is not sure or changes nothing at all."""
        made = text
        for step in self.steps:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # invalid escapes, `is` with a literal: old code's own
                    made = step(made)
            except (SyntaxError, ValueError, RecursionError) as error:
                raise RestyleError(f"{type(error).__name__}: {error}".split("\n")[0]) from error
        if made == text:
            raise RestyleError("nothing to restyle")
        return made


def formatted(width: int) -> Step:
    """A step that formats with black at a width, trailing commas notwithstanding."""

    def step(text: str) -> str:
        import black
        from black.parsing import InvalidInput

        mode = black.Mode(line_length=width, magic_trailing_comma=False)
        try:
            made = str(black.format_str(text, mode=mode))
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return same_logic(text, made)

    return step


def unparsed(text: str) -> str:
    """What the interpreter prints for the file's syntax tree: no comments, one layout. A `#!` line is run and stays."""
    first = text.partition("\n")[0] + "\n" if text.startswith("#!") else ""
    return same_logic(text, first + ast.unparse(ast.parse(text)) + "\n")


def upgraded(text: str) -> str:
    """The file as pyupgrade modernizes it; that it means the same is pyupgrade's word."""
    command = [sys.executable, "-m", "pyupgrade", "--py38-plus", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    made = done.stdout.decode()
    if not made and text:
        raise ValueError(f"pyupgrade failed: {done.stderr.decode().strip()[-200:]}")
    compile(made, "file", "exec", dont_inherit=True)
    return made


def same_logic(before: str, after: str) -> str:
    """`after`, if its syntax tree is that of `before`. Docstrings may be indented otherwise, as black does it."""
    if _logic(before) != _logic(after):
        raise ValueError("the restyled file has another syntax tree")
    return after


def _logic(text: str) -> str:
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.kind = None  # the prefix of u"text"
        if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        match node.body:
            case [ast.Expr(value=ast.Constant(value=str(words)) as literal), *_]:
                literal.value = inspect.cleandoc(
                    "\n".join(line.rstrip() for line in words.split("\n"))
                ).strip()
    return ast.dump(tree)


RESTYLES = {
    "black 72": Restyle("black, 72 columns", (formatted(72),), ("black",)),
    "black 120": Restyle("black, 120 columns", (formatted(120),), ("black",)),
    "unparse": Restyle("`ast.unparse`: no comments, one layout", (unparsed,)),
    "rename": Restyle("locals renamed", (renamed,)),
    "rename named": Restyle(
        "locals renamed, those that a string names, too", (partial(renamed, in_strings=True),)
    ),
    "all": Restyle(
        "locals renamed, pyupgrade, `ast.unparse`, black at 72 columns",
        (renamed, upgraded, unparsed, formatted(72)),
        ("black", "pyupgrade"),
    ),
}
