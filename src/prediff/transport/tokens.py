"""Tokens of the right in the layout of the left: its line breaks, its quotes, the comments between them.

What was rebuilt around equal parts, as a `%` that became a call of `format`, is no longer a node that the left has, but
most of its tokens still are. Those that both sides have take what stands before them on the left; which tokens there
are, and their order, is the right's. Whether this reads as it should is for the caller to check.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import field
from keyword import iskeyword

from prediff.align import common_items, pair_sequences
from prediff.lean_dataclasses import dataclass
from prediff.transport.strings import content_of, respelled

_TOKEN = re.compile(
    r"""(?P<gap>(?:\s|\\\n|\#(?=[ \n!:])[^\n]*)+)"""
    r"""|(?P<string>[a-zA-Z]{0,2}(?:\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"))"""
    r"""|(?P<word>\w+)|(?P<unknown>[`#]|//|/\*)|(?P<other>.)""",
    re.DOTALL,
)
"""What is `unknown` is not gone into: templates, comments and private names of JavaScript."""
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
MAX_TOKENS = 2_000
"""Statements of more tokens are not gone into."""


@dataclass(slots=True)
class _Bracket:
    """A pair of brackets: whether a comma behind its last item never counts; how many commas and `for` it holds."""

    loose: bool
    commas: int = 0
    loops: int = 0


@dataclass(slots=True)
class _Token:
    """A token, or several strings in a row, and what stands before it.

    inner: the brackets around it. comma: of a closing bracket, a comma before it that does not count, and what stands
    before that.
    """

    gap: str
    text: str
    inner: tuple[_Bracket, ...]
    key: Hashable = None
    comma: str = field(default="")

    @property
    def is_string(self) -> bool:
        return self.text[-1] in "'\""


def relaid(own: str, text: str, width: int, column: int = 0, *, lines: bool = False) -> str:
    """Text of the right, laid out as the left's text in its place, `own`; `text` itself where that gains nothing.

    width: how long a line may be that is made. column: where the first one starts. lines: whether both are whole lines,
    not a part of a statement.
    """
    left, right = _tokens(own), _tokens(text)
    if not left or not right or any("#" in token.gap for token in right):
        return text
    made = _laid_out(left, right, _pairs(left, right), lines)
    most = max(width, _length(own, column))
    cost = [(_length(one, column) > most, _changed(own, one)) for one in (made, text)]
    return made if cost[0] <= cost[1] else text


def _length(text: str, column: int) -> int:
    """That of the longest line."""
    first, *rest = text.split("\n")
    return max([column + len(first), *map(len, rest)])


def _changed(own: str, text: str) -> int:
    """How many lines differ, both sides together."""
    one, two = own.split("\n"), text.split("\n")
    return len(one) + len(two) - 2 * common_items(one, two)


def _tokens(text: str) -> list[_Token]:
    """The tokens of a text, without commas behind a last item that do not count; none if they are not known."""
    found: list[_Token] = []
    brackets: tuple[_Bracket, ...] = ()
    gap = ""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "gap":
            gap = match[0]
            continue
        if match.lastgroup == "unknown" or len(found) > MAX_TOKENS:
            return []
        if match.lastgroup == "string" and found and found[-1].is_string:
            found[-1].text += gap + match[0]
        else:
            found.append(_Token(gap, match[0], brackets))
            brackets = _behind(found, brackets)
        gap = ""
    for token in found:
        token.key = (content_of(token.text) if token.is_string else None) or token.text
    return found


def _behind(found: list[_Token], brackets: tuple[_Bracket, ...]) -> tuple[_Bracket, ...]:
    """The brackets around what follows the last of some tokens."""
    token, before = found[-1], found[-2] if len(found) > 1 else None
    if token.text in _OPEN:
        name = before.text if before else ""
        called = (name.isidentifier() and not iskeyword(name)) or name in _CLOSE
        return (*brackets, _Bracket(token.text != "(" or called))
    if not brackets:
        return brackets
    inner = brackets[-1]
    if token.text in _CLOSE:
        # The comma of a tuple of one counts.
        if before and before.text == "," and (inner.loose or inner.commas > 1):
            token.comma = before.gap + before.text
            del found[-2]
        return brackets[:-1]
    inner.commas += token.text == ","
    inner.loops += token.text == "for"
    return brackets


def _pairs(left: Sequence[_Token], right: Sequence[_Token]) -> dict[int, int]:
    """By the number of a token of the right that of the left: of equal ones, and of strings between the same ones."""
    equal = pair_sequences([t.key for t in left], [t.key for t in right])
    found = {j: i for i, j in equal}
    i = j = 0
    for x, y in [*equal, (len(left), len(right))]:
        ones = [n for n in range(i, x) if left[n].is_string]
        twos = [n for n in range(j, y) if right[n].is_string]
        if len(ones) == len(twos):
            found.update(zip(twos, ones, strict=True))
        i, j = x + 1, y + 1
    return found


def _laid_out(left: Sequence[_Token], right: Sequence[_Token], pairs: dict[int, int], lines: bool) -> str:
    # A part of a statement may break outside of its own brackets if the left's does: it stands in others.
    enclosed = not lines and any(_breaks(token.gap) for token in left[1:] if not token.inner)
    text = ""
    as_left = False
    for j, token in enumerate(right):
        own = left[pairs[j]] if j in pairs else None
        before = right[j - 1] if j else None
        gap = token.gap
        kept = lines and not token.inner and _breaks(gap)
        if before is not None:
            follows = pairs.get(j - 1, -2) + 1 == pairs.get(j, -2)
            # What stands on both sides of `=` is of one file.
            follows &= as_left or before.text != "="
            follows &= token.text != "=" or pairs.get(j + 1, -2) == pairs.get(j, -2) + 1
            as_left = False
            if own is not None and (token.inner or enclosed) and _breaks(own.gap):
                gap = _with_comma(token, own)
            elif own is not None and follows and not kept and not _breaks(own.gap):
                gap, as_left = own.gap, True
            elif not kept:
                gap = _on_one_line(before, token)
        text += gap + _spelled(token, own, breakable=bool(token.inner) or enclosed)
    return text


def _with_comma(token: _Token, own: _Token) -> str:
    """What stands before a token that starts a line on the left, with the comma that ends the line above."""
    if token.text not in _CLOSE or not token.inner:
        return own.gap
    bracket = token.inner[-1]
    takes = not bracket.loops and (bracket.loose or bracket.commas > 1)
    return own.comma + own.gap if takes else own.gap


def _breaks(gap: str) -> bool:
    """Whether a line ends in what stands between two tokens, other than by a backslash."""
    return "\n" in gap.replace("\\\n", "")


def _on_one_line(before: _Token, token: _Token) -> str:
    """What stands between two tokens of the right, without its line break."""
    if "\n" not in token.gap:
        return token.gap
    return "" if before.text in _OPEN or token.text in _CLOSE or token.text == "." else " "


def _spelled(token: _Token, own: _Token | None, *, breakable: bool) -> str:
    """A token of the right as the left writes the one in its place. breakable: whether lines may break there."""
    if own is None or token.text == own.text or not (token.is_string and own.is_string):
        return token.text
    if "\n" in token.text and "\n" not in own.text:
        return token.text
    parts = [match[0] for match in _TOKEN.finditer(own.text) if match.lastgroup == "gap"]
    if not breakable and any(map(_breaks, parts)):
        return token.text
    return respelled(own.text, token.text) or token.text
