"""The values of Python's literal tokens, which a concrete syntax tree keeps as they are written."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from unicodedata import normalize

from prediff.errors import ParseError
from prediff.tree import Literal

_STRING_OR_COMMENT = re.compile(
    r"""'{3}.*?'{3}|"{3}.*?"{3}|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\#[^\n]*""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(?:[0-7]{1,3}|x..|u.{4}|U.{8}|N\{[^}]*\}|.)", re.DOTALL)


def identifier(name: str) -> str:
    """An identifier as the language compares it: NFKC (language reference 2.3)."""
    return name if name.isascii() else normalize("NFKC", name)


def number(token: str) -> Literal:
    """An int, float or imaginary literal from its token."""
    if token.isdecimal() and token.isascii() and token[0] != "0" and len(token) < 1000:
        return Literal("int", int(token))
    value = evaluate(token)
    return Literal({int: "int", float: "float", complex: "imaginary"}[value.__class__], value)


def string(token: str) -> str | bytes:
    """The value of one string or bytes token, prefix and quotes included."""
    if token[0] in "'\"" and "\\" not in token:
        return token[3:-3] if token[:3] in ("'''", '"""') else token[1:-1]
    value = evaluate(token)
    assert isinstance(value, str | bytes)
    return value


def interpolated_text(text: str, raw: bool) -> str:
    """The value of the text between the fields of an f-string or t-string."""
    if "{" in text or "}" in text:
        text = text.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _escape(found[0]), text)


def without_comments(code: str) -> str:
    """The text of a replacement field, as `=` and template strings show it."""
    if "#" not in code:
        return code
    return _STRING_OR_COMMENT.sub(lambda found: "" if found[0][0] == "#" else found[0], code)


@lru_cache(maxsize=1024)
def _escape(escape: str) -> str:
    return str(evaluate(f'"{escape}"'))


def evaluate(token: str) -> object:
    """The value of a literal token, by Python's own reading of it. Raises ParseError for one that has none."""
    try:
        return ast.literal_eval(token)
    except (SyntaxError, ValueError) as error:
        raise ParseError(error.msg if isinstance(error, SyntaxError) else str(error)) from None
