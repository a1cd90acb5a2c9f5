"""The tokens of a Python text with its brackets matched, for `tokens_python.py`."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
VALUES = frozenset({"None", "True", "False", "..."})
SKIPPED = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})


@dataclass(frozen=True, slots=True)
class Word:
    """A token that counts, and where it stands: line from 1, column from 0.

    end: line and column behind the strings that it is written in, (0, 0) for a word that stands by itself. The place is
    then that of the first string.
    """

    text: str
    line: int
    column: int
    end: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A token: `kind` is name, number, string, op, end (of a statement) or error; `end` is the column of a name's."""

    kind: str
    text: str
    line: int
    column: int
    end: int = -1

    def word(self, text: str) -> Word:
        return Word(text, self.line, self.column)

    @property
    def behind(self) -> tuple[int, int]:
        """Line and column behind the token."""
        *before, last = self.text.split("\n")
        return self.line + len(before), len(last) + (0 if before else self.column)


@dataclass(frozen=True, slots=True)
class Group:
    """Brackets with what is in them, or a lambda up to its colon.

    `kind` is call, params, group, list, subscript, braces, lambda.
    """

    kind: str
    opening: Leaf
    items: list[Piece] = field(default_factory=list)


Piece: TypeAlias = Leaf | Group


# --- tokens ----------------------------------------------------------------------------------------------------


def leaves(text: str) -> Iterator[Leaf]:
    """The tokens that are not layout. `tokenize` does not know all letters of names: their parts are joined."""
    parts: list[Leaf] = []
    for leaf in _tokens(text):
        touches = bool(parts) and (leaf.line, leaf.column) == (parts[-1].line, parts[-1].end)
        if parts and not (touches and leaf.kind in ("name", "error")):
            yield _whole_name(parts)
            parts = []
        if leaf.kind in ("name", "error"):
            parts.append(leaf)
        else:
            yield leaf
    if parts:
        yield _whole_name(parts)


def _whole_name(parts: Sequence[Leaf]) -> Leaf:
    text = unicodedata.normalize("NFKC", "".join([p.text for p in parts]))
    return Leaf("name", text, parts[0].line, parts[0].column)


def _tokens(text: str) -> Iterator[Leaf]:
    """The tokens that are not layout; an interpolated string is one, on every interpreter."""
    lines = [line + "\n" for line in text.split("\n")]
    depth, start = 0, (0, 0)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name.endswith("STRING_START"):
            start = start if depth else token.start
            depth += 1
        elif name.endswith("STRING_END"):
            depth -= 1
            if not depth:
                yield Leaf("string", _slice(lines, start, token.end), *start)
        elif depth or token.type in SKIPPED:
            continue
        elif token.type == tokenize.NEWLINE:
            yield Leaf("end", "", *token.start)
        elif token.type == tokenize.NAME:
            yield Leaf("name", token.string, *token.start, token.end[1])
        elif name == "ERRORTOKEN" and token.string.strip():
            yield Leaf("error", token.string, *token.start, token.end[1])
        elif token.type in (tokenize.NUMBER, tokenize.STRING):
            yield Leaf(name.lower(), token.string, *token.start)
        elif token.string == ";":
            yield Leaf("end", "", *token.start)
        elif token.string.strip():
            yield Leaf("op", token.string, *token.start)


def _slice(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])


def statements(leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    line: list[Leaf] = []
    for leaf in leaves:
        if leaf.kind != "end":
            line.append(leaf)
        elif line:
            yield line
            line = []
    if line:
        yield line


class SoftKeywords:
    """Where `match` and `case` are words of the language, and the patterns of the cases, in order."""

    def __init__(self, tree: ast.AST) -> None:
        self.matches: set[int] = set()
        self.patterns: dict[int, ast.pattern] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Match):
                self.matches.add(node.lineno)
                self.patterns |= {case.pattern.lineno: case.pattern for case in node.cases}

    def is_match(self, line: Sequence[Leaf]) -> bool:
        return bool(line) and line[0].text == "match" and line[0].line in self.matches

    def pattern(self, line: Sequence[Leaf]) -> ast.pattern | None:
        """The pattern of a line that is a case."""
        if line[0].text != "case" or len(line) < 3:
            return None
        rows = range(line[0].line, line[1].line + 1)
        return next((self.patterns[row] for row in rows if row in self.patterns), None)


# --- brackets --------------------------------------------------------------------------------------------------


def grouped(line: Sequence[Leaf], soft: SoftKeywords) -> list[Piece]:
    """The tokens of a statement with its brackets matched, and its lambdas up to their colons."""
    top: list[Piece] = []
    stack: list[Group] = []
    soft_first = soft.is_match(line) or soft.pattern(line) is not None
    for i, leaf in enumerate(line):
        items = stack[-1].items if stack else top
        if leaf.kind == "op" and leaf.text in OPENING:
            before = line[i - 1] if i else None
            if i == 1 and soft_first:
                before = None
            group = Group(_bracket_kind(leaf.text, before, line[i - 2] if i > 1 else None), leaf)
            items.append(group)
            stack.append(group)
        elif leaf.kind == "name" and leaf.text == "lambda":
            group = Group("lambda", leaf)
            items.append(group)
            stack.append(group)
        elif (leaf.kind == "op" and leaf.text in CLOSING) or _ends_lambda(leaf, stack):
            if stack:
                stack.pop()
        else:
            items.append(leaf)
    return top


def _ends_lambda(leaf: Leaf, stack: Sequence[Group]) -> bool:
    return leaf.kind == "op" and leaf.text == ":" and bool(stack) and stack[-1].kind == "lambda"


def _bracket_kind(opening: str, before: Leaf | None, second: Leaf | None) -> str:
    """What a bracket is, by the tokens before it."""
    if opening == "{":
        return "braces"
    behind_value = before is not None and (
        before.text in CLOSING
        or before.text in VALUES
        or before.kind in ("string", "number")
        or (before.kind == "name" and not keyword.iskeyword(before.text))
    )
    defines = second is not None and second.text in ("def", "class", "type")
    if opening == "[":
        return "list" if defines or not behind_value else "subscript"
    if not behind_value:
        return "group"
    if defines and second is not None and second.text == "class":
        return "bases"
    return "params" if defines else "call"


def is_word(piece: Piece, *texts: str) -> bool:
    return isinstance(piece, Leaf) and piece.kind != "string" and piece.text in texts


def split(items: Sequence[Piece]) -> list[list[Piece]]:
    """What stands between commas; the last one is empty where a comma ends the row."""
    rows: list[list[Piece]] = [[]]
    for item in items:
        if is_word(item, ","):
            rows.append([])
        else:
            rows[-1].append(item)
    return rows
