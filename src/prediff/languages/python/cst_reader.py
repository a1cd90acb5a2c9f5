"""Python's second reader: libcst, lowered into the same logic tree as `ast_reader` does.

It reads syntax newer than the running interpreter, up to 3.14. libcst 1.9 does not accept, though Python does: a named
argument before a starred one among the bases of a class, a named character (`\\N{...}`) in the format of a replacement
field, and template strings written side by side.
"""

from __future__ import annotations

import gc
import re
import warnings

import libcst

from prediff.errors import LimitError, ParseError
from prediff.languages.python import limits
from prediff.languages.python.cst_simple import Place
from prediff.languages.python.cst_statements import Statements
from prediff.tree import Block

_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)
_PARENTHESIZED = re.compile(r"(\s*)([(]+)\s*([\w.]+(?:\[[^()]*\])?)\s*([)]+)(?=\s*:(?!=))")
_MOST_RESPELLINGS = 50


def read(text: str) -> Block:
    """Lower Python source into the logic tree.

    Raises ParseError with libcst's message, LimitError for text that libcst cannot be given.
    """
    limits.check_for_libcst(text)
    return limits.run_deep(_read, limits.with_indentation_in_sight(text))


def _read(text: str) -> Block:
    collecting = gc.isenabled()
    gc.disable()  # it would walk the growing trees again and again: up to three times the time
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module, shown, parenthesized = _parse(text)
            return Statements(shown, parenthesized).block(module.body)
    except RecursionError:
        raise LimitError("nested too deeply to be compared by logic") from None
    finally:
        if collecting:
            gc.enable()


def _parse(text: str) -> tuple[libcst.Module, str, frozenset[Place]]:
    """The tree, the text that it is the tree of, and where `(x): int` stood in it.

    libcst does not know the parentheses of a declaration that declares nothing: they are moved out of its sight.
    """
    if "\0" in text:
        raise ParseError("source code cannot contain null bytes")
    lines = text.split("\n")
    moved: set[Place] = set()
    while True:
        try:
            return libcst.parse_module("\n".join(lines)), "\n".join(lines), frozenset(moved)
        except libcst.ParserSyntaxError as error:
            problem = _problem(error)
        except (libcst.CSTLogicError, libcst.CSTValidationError) as error:
            raise ParseError(f"libcst does not accept it: {error}") from None
        found = _PARENTHESIZED.match(lines[problem.line - 1]) if 0 < problem.line <= len(lines) else None
        if found is None or len(found[2]) != len(found[4]) or len(moved) >= _MOST_RESPELLINGS:
            raise problem
        line = problem.line - 1
        lines[line] = (found[1] + found[3]).ljust(found.end()) + lines[line][found.end() :]
        moved.add((problem.line, found.end(1)))


def _problem(error: libcst.ParserSyntaxError) -> ParseError:
    """The message of libcst in one line, with the place in it if there is one."""
    found = _PLACE.search(error.message)
    if found is None:
        return ParseError(" ".join(error.message.split()))
    message = " ".join(found[3].split())
    return ParseError(message if len(message) < 80 else message[:80] + " …", int(found[1]), int(found[2]))
