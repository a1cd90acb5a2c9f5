"""JavaScript's literals: what their text means (ECMA-262, section 12.9), and one spelling for each value."""

from __future__ import annotations

import re
from typing import Any

from prediff.languages.printing import HARD_NEWLINE

_ESCAPE = re.compile(
    r"\\(?:u\{(?P<code>[0-9a-fA-F]+)\}|u(?P<u>[0-9a-fA-F]{4})|x(?P<x>[0-9a-fA-F]{2})|(?P<octal>[0-3]?[0-7]{1,2})"
    r"|(?P<line>\r\n|[\n\r\u2028\u2029])|(?P<one>.))",
    re.DOTALL,
)
_ONE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*\Z")
MAX_EXACT = 2**53
MAX_DECIMAL_BITS = 4096
"""Wider integers are written in hexadecimal: the interpreter limits how many decimal digits it converts."""


def unescape(text: str) -> str:
    """The value of the text between a string's quotes; surrogate pairs are joined.

    Raises ValueError for an escape that means nothing.
    """
    if "\\" not in text:
        return text
    value = _ESCAPE.sub(_unescape_one, text)
    if _SURROGATE.search(value):
        value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    return value


def _unescape_one(found: re.Match[str]) -> str:
    code = found["code"] or found["u"] or found["x"]
    if code:
        return chr(int(code, 16))
    if found["octal"]:
        return chr(int(found["octal"], 8))
    if found["line"]:
        return ""
    one = found["one"]
    if one in "ux":
        raise ValueError("an escape that is not complete")
    return _ONE.get(one, one)


def cook(raw: str) -> str:
    """The value of a piece of a template. Raises ValueError for the octal escapes that templates do not have."""
    if re.search(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|0[0-9])", raw):
        raise ValueError("an octal escape in a template")
    return unescape(raw)


def number_value(text: str) -> int | float:
    """The value of a number: an int where it is one that a double holds exactly, else the float."""
    digits = text.replace("_", "").lower()
    base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2], 0)
    if not base and len(digits) > 1 and digits[0] == "0" and digits.isdigit() and not set("89") & set(digits):
        base, digits = 8, "0o" + digits[1:]
    try:
        value = float(int(digits[2:], base)) if base else float(digits)
    except OverflowError:
        value = float("inf")
    return int(value) if value.is_integer() and value < MAX_EXACT else value


def bigint_value(text: str) -> int:
    """The value of a bigint. Raises ValueError for one of thousands of decimal digits."""
    return int(text.replace("_", "").rstrip("n"), 0)


def number(value: int | float) -> str:
    """A number that is not negative."""
    if value == float("inf"):
        return "1e999"
    return repr(value).replace("e+", "e").replace("e-0", "e-")


def is_identifier(text: str) -> bool:
    """Whether a property of this name needs no quotes."""
    return bool(_IDENTIFIER.match(text)) if text.isascii() else text.isidentifier()


def escape(text: str, quote: str) -> str:
    """`text` as it stands between quotes: no raw control, bidirectional or unprintable character."""
    if text.isprintable() and "\\" not in text and quote not in text and _BIDI.isdisjoint(text):
        return text
    return "".join([_escape_character(c, quote) for c in text])


def _escape_character(c: str, quote: str) -> str:
    if c == quote:
        return "\\" + c
    if c in _NAMED:
        return _NAMED[c]
    if c.isprintable() and c not in _BIDI:
        return c
    code = ord(c)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\u{{{code:x}}}"


def string(value: str) -> str:
    """A string on one line, in double quotes unless single ones save escapes."""
    quote = "'" if '"' in value and "'" not in value else '"'
    return f"{quote}{escape(value, quote)}{quote}"


def template_text(value: str) -> str:
    """`value` as it stands in a template, with its line breaks raw."""
    lines = [escape(line, "`").replace("${", "\\${") for line in value.split("\n")]
    return HARD_NEWLINE.join(lines)


def literal(kind: str, value: Any) -> str:
    """The one spelling of a literal of any kind, as an expression."""
    if kind == "str":
        return f"`{template_text(value)}`" if value.count("\n") >= 2 else string(value)
    if kind == "number":
        return number(value)
    if kind == "bool":
        return "true" if value else "false"
    if kind == "none":
        return "null"
    if kind == "bigint":
        return (hex(value) if value.bit_length() > MAX_DECIMAL_BITS else str(value)) + "n"
    return str(value)
