"""Limits on what Python's readers are given, and a stack that is deep enough for what is within them.

The interpreter's own parser refuses what is nested too deeply. libcst 1.9 does not: on a stack of 8 MiB it ends the
process at 1,000 to 3,000 brackets and 3,000 to 10,000 operators, and long before that its time grows with the square
of a chain's length, and fourfold with each level of a pattern.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import TypeVar

from prediff.errors import LimitError, ParseError

MAX_CHARACTERS = 8_000_000
MAX_BRACKETS = 100
MAX_OPERATORS = 600
MAX_STRINGS = 5_000
MAX_ELIFS = 4_000
MAX_PATTERN_WORK = 100_000
"""Of libcst: 4 to the power of the depth for each bracket of each pattern, in sum; about half a second."""

_STACK_BYTES = 64 << 20
_RECURSION_LIMIT = 20_000

_PLAIN_STRING = r"""
    '{3} [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* (?: '{3} | \Z )
  | "{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* (?: "{3} | \Z )
  | ' [^'\\\n]* (?: \\. [^'\\\n]* )* '?
  | " [^"\\\n]* (?: \\. [^"\\\n]* )* "?
"""
_STRINGS_AND_COMMENTS = re.compile(rf"{_PLAIN_STRING} | \#[^\n]*", re.VERBOSE | re.DOTALL)
_OPERATOR = r"[-+*/%@&|^~<>=!.] | \b(?: and | await | case | if | in | is | lambda | not | or | yield )\b"
_CODE = re.compile(
    rf"""
    (?P<interpolated> \b (?i: [ft]r? | r[ft] ) (?P<quote> '{{3}} | "{{3}} | ' | " ) )
  | (?P<string> {_PLAIN_STRING} | ` ) | \#[^\n]* | \\\n
  | (?P<open> [(\[{{] ) | (?P<close> [)\]}}] )
  | (?P<separator> [,:](?!=) | (?<![-+*/%@&|^~<>=!.:]) = (?!=) ) | (?P<end> [;\n] )
  | (?P<operator> {_OPERATOR} | := )
    """,
    re.VERBOSE | re.DOTALL,
)
_TEXT = {
    quote: re.compile(
        rf"\\[^{{}}]? | \{{\{{ | \}}\}} | (?P<field> \{{ ) | (?P<end> \}} | {end} )", re.VERBOSE | re.DOTALL
    )
    for quote, end in (("'''", "'{3}"), ('"""', '"{3}'), ("'", r"['\n]"), ('"', r'["\n]'))
}
_COUNTED = re.compile(_OPERATOR, re.VERBOSE)
_STATEMENT = re.compile(
    r"\n[ \t]*(?:def|class|return|import|with|while|raise|try|assert|del|pass|except|elif|finally|break|continue)\b"
)
_ELIF = re.compile(r"^([ \t]*)(el)?if\b", re.MULTILINE)

_BACKSLASH_FIRST = re.compile(r"^[ \t\f]*\\$", re.MULTILINE)
_NO_NEWLINE = re.compile(r"[^\n]")

T = TypeVar("T")
A = TypeVar("A")


def check_for_libcst(text: str) -> None:
    """Refuse what might crash libcst or keep it busy for long. Raises LimitError, which names the limit."""
    if len(text) > MAX_CHARACTERS:
        raise LimitError(f"longer than {MAX_CHARACTERS:,} characters")
    if text.count("elif") > MAX_ELIFS:
        _check_elifs(text)
    if any(_needs_care(text, found) for found in _STRINGS_AND_COMMENTS.finditer(text) if "{" in found[0]):
        _Nesting().check(text)
        return
    # Most statements are too small to hold anything that is over a limit, and are not looked at one token at a time.
    nesting = _Nesting()
    for piece in _STATEMENT.split(_STRINGS_AND_COMMENTS.sub("`", text)):
        if _may_be_deep(piece) or "case" in piece:
            nesting.check(piece)


def with_indentation_in_sight(text: str) -> str:
    """The text without the backslashes that statements begin with: libcst loses how far such a line is indented.

    Where the line itself and the one behind it are indented differently there is no such text: raises ParseError.
    """
    if _BACKSLASH_FIRST.search(text) is None:
        return text
    lines = text.split("\n")
    code = _STRINGS_AND_COMMENTS.sub(lambda found: _NO_NEWLINE.sub("`", found[0]), text).split("\n")
    inside = False
    for i, (line, following) in enumerate(pairwise(code)):
        indent = line[:-1]
        if inside or line[-1:] != "\\" or indent.strip(" \t\f"):
            inside = line[-1:] == "\\"
        elif following.strip():
            if indent and not (following.startswith(indent) and following[len(indent)].strip()):
                raise ParseError("a statement begins with a backslash, and libcst does not see where", i + 1)
            lines[i] = f"{indent} "
    return "\n".join(lines)


def _needs_care(text: str, string: re.Match[str]) -> bool:
    """Whether a string with a brace is interpolated and does not end where a plain string would (PEP 701)."""
    prefix = text[max(string.start() - 2, 0) : string.start()].lower()
    if prefix[-1:] not in ("f", "t") and prefix not in ("fr", "tr"):
        return False
    nesting = _Nesting()
    nesting.check("f" + string[0])
    return bool(nesting.modes)


def _may_be_deep(code: str) -> bool:
    brackets = code.count("(") + code.count("[") + code.count("{")
    if brackets > MAX_BRACKETS:
        return True
    return (
        len(code) > MAX_OPERATORS and len(_COUNTED.findall(code)) + code.count("`") + brackets > MAX_OPERATORS
    )


def run_deep(function: Callable[[A], T], argument: A) -> T:
    """`function(argument)` on a stack of its own, deep enough for what is within the limits; its error is raised."""
    values: list[T] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            values.append(function(argument))
        except BaseException as error:  # whatever it is, it belongs to the caller
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK_BYTES)
    thread = threading.Thread(target=call, daemon=True)
    try:
        sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)
    if errors:
        raise errors[0]
    return values[0]


def _check_elifs(text: str) -> None:
    runs: dict[str, int] = {}
    for indent, is_elif in _ELIF.findall(text):
        runs[indent] = runs.get(indent, 0) + 1 if is_elif else 0
        if runs[indent] > MAX_ELIFS:
            raise LimitError(f"more than {MAX_ELIFS:,} branches of elif")


class _Nesting:
    """One pass over the tokens that nest.

    The depth of an expression is at most the brackets that are open and, in each of them, the operators since its
    last comma; commas between the parameters of a lambda end nothing. `modes` says of which interpolated strings the
    text or a field is being read: what is read, the quote, and how many brackets are open there.
    """

    def __init__(self) -> None:
        self.pattern_work = 0
        self.reset()

    def reset(self) -> None:
        self.modes: list[tuple[str, str, int]] = []
        self.opened: list[tuple[int, int, int]] = []  # the counts of the brackets around
        self.operators = self.strings = self.lambdas = self.operators_around = 0
        self.in_pattern = False

    def check(self, code: str) -> None:
        """Read a text, or a part of it that starts with a statement. Raises LimitError."""
        self.reset()
        at = 0
        while True:
            in_text = bool(self.modes) and self.modes[-1][0] != "field"
            found = (_TEXT[self.modes[-1][1]] if in_text else _CODE).search(code, at)
            if found is None:
                return
            at = found.end()
            if found.lastgroup is None:
                continue
            if in_text:
                self.text(found)
            else:
                self.code(found.lastgroup, found[0], found["quote"])

    def text(self, found: re.Match[str]) -> None:
        kind, quote, _ = self.modes[-1]
        if found.lastgroup == "field":
            self.open()
            self.modes.append(("field", quote, len(self.opened)))
        elif found[0] != "}":  # the closing quote
            while self.modes.pop()[0] != "text":
                pass
        elif kind == "format":
            self.close()
            del self.modes[-2:]

    def code(self, kind: str, token: str, quote: str) -> None:
        in_field = bool(self.modes) and self.modes[-1][2] == len(self.opened)
        if kind == "open":
            self.open()
        elif kind == "close":
            self.close()
            if in_field:
                self.modes.pop()
        elif kind == "separator":
            if in_field and token == ":" and not self.lambdas:
                self.modes.append(("format", self.modes[-1][1], len(self.opened)))
            elif self.lambdas:
                self.lambdas -= token == ":"
            else:
                self.operators = self.strings = 0
        elif kind == "end":
            if not self.opened:
                self.operators = self.strings = self.lambdas = 0
                self.in_pattern = False
        elif kind == "operator":
            self.operator(token)
        else:
            self.strings += 1
            if self.strings > MAX_STRINGS:
                raise LimitError(f"more than {MAX_STRINGS:,} strings in a row")
            if kind == "interpolated":
                self.modes.append(("text", quote, len(self.opened)))

    def open(self) -> None:
        self.count()  # f(x)(y)[z] is a chain
        self.opened.append((self.operators, self.strings, self.lambdas))
        self.operators_around += self.operators
        self.operators = self.strings = self.lambdas = 0
        if len(self.opened) > MAX_BRACKETS:
            raise LimitError(f"more than {MAX_BRACKETS} nested brackets")
        if self.in_pattern:
            self.pattern_work += 4 ** len(self.opened)
            if self.pattern_work > MAX_PATTERN_WORK:
                raise LimitError("patterns nested too deeply for libcst")

    def close(self) -> None:
        if self.opened:
            self.operators, self.strings, self.lambdas = self.opened.pop()
            self.operators_around -= self.operators

    def operator(self, token: str) -> None:
        if token == "lambda":
            self.lambdas += 1
        elif token == "case" and not self.opened and not self.operators:
            self.in_pattern = True
        self.count()

    def count(self) -> None:
        self.operators += 1
        if self.operators + self.operators_around > MAX_OPERATORS:
            raise LimitError(f"more than {MAX_OPERATORS} operators in one expression")
