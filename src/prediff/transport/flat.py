"""Text of several lines as one line.

What the right has more than the left inside a statement is put into the left statement's layout, so the line breaks
that a formatter gave it on the right do not come along.
"""

from __future__ import annotations

import re
from dataclasses import field
from keyword import iskeyword

from prediff.lean_dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<string>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")"""
    r"""|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)|(?P<space>\s+)|(?P<word>\w+)|(?P<other>.)""",
    re.DOTALL,
)
_UNKNOWN = ('"' * 3, "'" * 3, "`", "#", "\\\n", "//", "/*")
"""What may hold a line break that counts, or end a line."""


@dataclass(slots=True)
class _Bracket:
    """An open bracket: whether a comma behind its last item never counts, and how many commas it holds."""

    loose: bool
    commas: int = field(default=0)


def flattened(text: str) -> str:
    """A text without its line breaks, and without the commas behind a last item that come with them.

    The text itself where that cannot be told, or would leave more than the text of one line.
    """
    if "\n" not in text or any(mark in text for mark in _UNKNOWN):
        return text
    found: list[str] = []
    brackets: list[_Bracket] = []
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        last = found[-1] if found else ""
        if kind == "space":
            if "\n" in token:
                token = "" if last in ("(", "[", "{") else " "
        elif kind == "open":
            before = next((t for t in reversed(found[-2:]) if t.strip()), "")
            called = (before.isidentifier() and not iskeyword(before)) or before in (")", "]")
            brackets.append(_Bracket(token != "(" or called))
        elif kind == "comma" and brackets:
            brackets[-1].commas += 1
        elif kind == "close":
            if last == " " and _breaks(text, match.start()):
                found.pop()
            bracket = brackets.pop() if brackets else _Bracket(loose=False)
            # The comma of a tuple of one counts.
            needless = bracket.loose or bracket.commas > 1
            if needless and found and found[-1] == "," and _breaks(text, match.start()):
                found.pop()
        elif kind == "other" and token == "." and last == " " and _breaks(text, match.start()):
            found.pop()
        if token:
            found.append(token)
    return "".join(found)


def _breaks(text: str, at: int) -> bool:
    """Whether a line breaks right before a place."""
    before = text[:at]
    return "\n" in before[len(before.rstrip()) :]
