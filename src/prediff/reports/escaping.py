"""Showing hostile text: no character of a file or of a name ever steers the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from prediff.lean_dataclasses import dataclass

_SYNTAX = {"comment": "2", "string": "33", "number": "36", "keyword": "35", "definition": "1"}

Paint: TypeAlias = Callable[[str], str]
"""One method of a `Style`."""


def printable(text: str, keep: str = "\t") -> str:
    """`text` with each control, bidirectional, invisible and unassigned character as `<U+001B>`.

    Spaces other than the ordinary one are among them; characters in `keep` are left alone. A byte that was no text
    when it was read is shown as `<E9>`.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _named(ord(c)) for c in text)


def _named(code: int) -> str:
    return f"<{code - 0xDC00:02X}>" if 0xDC80 <= code <= 0xDCFF else f"<U+{code:04X}>"


def display_width(text: str) -> int:
    """How many columns of a terminal a printable text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


@dataclass(frozen=True, slots=True)
class Style:
    """Colours, or none. A method takes text that is printable already."""

    color: bool = False

    def _paint(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text

    def removed(self, text: str) -> str:
        return self._paint("31", text)

    def added(self, text: str) -> str:
        return self._paint("32", text)

    def removed_word(self, text: str) -> str:
        return self._paint("31;7", text)

    def added_word(self, text: str) -> str:
        return self._paint("32;7", text)

    def syntax(self, kind: str, text: str) -> str:
        """Text of a kind of `syntax.Colored`, or of none. Red and green are kept for what changed."""
        code = _SYNTAX.get(kind)
        return self._paint(code, text) if code else text

    def header(self, text: str) -> str:
        return self._paint("1", text)

    def place(self, text: str) -> str:
        return self._paint("36", text)

    def faint(self, text: str) -> str:
        return self._paint("2", text)

    def good(self, text: str) -> str:
        return self._paint("1;32", text)

    def bad(self, text: str) -> str:
        return self._paint("1;33", text)
