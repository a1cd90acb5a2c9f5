"""How Python's literals are printed: one spelling for each value, the same on every interpreter."""

from __future__ import annotations

from typing import Any

from prediff.languages.printing import HARD_NEWLINE

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\"}
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
MAX_DECIMAL_BITS = 4096
"""Wider ints are printed in hexadecimal: the interpreter limits how many decimal digits it converts."""


def escape(text: str, quote: str) -> str:
    """`text` as it stands between quotes of one character: no raw control, bidirectional or unprintable character."""
    plain = "\\" not in text and not (quote and quote in text)
    if plain and text.isprintable() and (text.isascii() or _BIDI.isdisjoint(text)):
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
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def escape_lines(text: str) -> str:
    """`text` as it stands between triple double quotes, with its line breaks raw."""
    lines = [escape(line, "") for line in text.split("\n")]
    joined = HARD_NEWLINE.join(lines).replace('""', '"\\"')
    # Of an even number of quotes at the end the last one is escaped by now.
    odd = (len(text) - len(text.rstrip('"'))) % 2
    return joined[:-1] + '\\"' if odd else joined


def spans_lines(text: str) -> bool:
    """Whether a string is shown on lines of its own: it holds at least two line breaks."""
    return text.count("\n") >= 2


def string(value: str, quote: str = '"', flat: bool = False) -> str:
    """A str literal. `flat`: inside a replacement field, where neither line breaks nor the outer quote may stand."""
    if not flat and spans_lines(value):
        return f'"""{escape_lines(value)}"""'
    if quote in value and (other := "'" if quote == '"' else '"') not in value and not flat:
        quote = other
    return f"{quote}{escape(value, quote)}{quote}"


def bytes_literal(value: bytes, quote: str = '"', flat: bool = False) -> str:
    """A bytes literal; ASCII as it is, everything else in hexadecimal."""
    text = value.decode("latin-1")
    if quote in text and (other := "'" if quote == '"' else '"') not in text and not flat:
        quote = other
    shown = "".join([_escape_character(c, quote) if c < "\x7f" else f"\\x{ord(c):02x}" for c in text])
    return f"b{quote}{shown}{quote}"


def number(value: int | float | complex) -> str:
    """An int, float or imaginary literal; never negative."""
    if isinstance(value, int):
        return hex(value) if value.bit_length() > MAX_DECIMAL_BITS else repr(value)
    return repr(value).replace("inf", "1e309")


def literal(kind: str, value: Any, quote: str, flat: bool) -> str:
    """The one spelling of a literal of any kind."""
    if kind == "str":
        return string(value, quote, flat)
    if kind == "bytes":
        return bytes_literal(value, quote, flat)
    if kind == "ellipsis":
        return "..."
    if kind in ("int", "float", "imaginary"):
        return number(value)
    return repr(value)
