"""Syntax colour: which columns of a line are a comment, a string, a number, a keyword or a name that is defined.

A scanner over the whole text, since a string may span lines; far lighter than a parser, and it never fails.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from prediff.languages import LANGUAGES, get_language
from prediff.languages.lexicon import Lexicon

Colored = tuple[int, int, str]
"""Start and end column (exclusive) of a token in its line, and its kind: comment, string, number, keyword, definition.
"""

MAX_CHARACTERS = 4_000_000
"""A longer text is shown without colour."""

_OPERATORS = frozenset("(,=:[!&|?{};+-*%~^<>\n")
_BEFORE_REGEX = frozenset(
    {"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do"}
)


def colored_lines(text: str, lines: Sequence[str], language: str | None) -> list[list[Colored]]:
    """The tokens with a colour in each of the lines of a text, in order; none where the language is not known."""
    found: list[list[Colored]] = [[] for _ in lines]
    if language not in LANGUAGES or len(text) > MAX_CHARACTERS:
        return found
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    for start, end, kind in _tokens(text, get_language(language).lexicon):
        row = bisect_right(starts, start) - 1
        while start < end and row < len(lines):
            stop = min(end, starts[row] + len(lines[row].rstrip("\n")))
            if start < stop:
                found[row].append((start - starts[row], stop - starts[row], kind))
            row += 1
            start = starts[row]
    return found


def _tokens(text: str, lexicon: Lexicon) -> Iterator[Colored]:
    pattern = re.compile(lexicon.pattern, re.DOTALL)
    at, last, last_end = 0, "", 0
    depths: list[int] = []
    """For each template that is open around here how many braces are open in its code."""
    while token := pattern.search(text, at):
        start, at = token.span()
        what = token.lastgroup
        if what == "word":
            if token[0] in lexicon.keywords:
                yield start, at, "keyword"
            elif last in lexicon.defining:
                yield start, at, "definition"
            last, last_end = token[0], at
            continue
        if what == "comment" or what == "string" or what == "number":
            yield start, at, what
        elif what == "regex":
            if _may_be_regex(text, start, last, last_end):
                yield start, at, "string"
            else:
                at = start + 1
        elif what == "template" or (what == "brace" and _closes(token[0], depths)):
            at = _template_end(text, at, depths)
            yield start, at, "string"
        if what != "comment":
            last = ""


def _may_be_regex(text: str, slash: int, last: str, last_end: int) -> bool:
    """Whether a slash opens a regular expression; else it divides."""
    before = slash - 1
    while before >= 0 and text[before] in " \t":
        before -= 1
    if last and last_end == before + 1:
        return last in _BEFORE_REGEX
    return before < 0 or text[before] in _OPERATORS


def _closes(brace: str, depths: list[int]) -> bool:
    """Count a brace; whether it is the one that ends the code in a template."""
    if not depths:
        return False
    depths[-1] += 1 if brace == "{" else -1
    if depths[-1]:
        return False
    depths.pop()
    return True


def _template_end(text: str, at: int, depths: list[int]) -> int:
    """The end of a template's text from `at`: behind its closing backtick, or behind a `${` that opens code."""
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "`":
            return at + 1
        elif text.startswith("${", at):
            depths.append(1)
            return at + 2
        at += 1
    return len(text)
