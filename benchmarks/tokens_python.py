"""The words of a Python text for `tokens.py`: its tokens, without what the language lets everybody write as they like.

This reads with `tokenize` and knows nothing of prediff. Brackets are matched, so that each comma and parenthesis is
judged by what it stands in. `DECLARED` names all that is left out or respelled.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache

from tokens_brackets import (
    Group,
    Leaf,
    Piece,
    SoftKeywords,
    Word,
    grouped,
    is_word,
    leaves,
    split,
    statements,
)

DECLARED: dict[str, str] = {
    "layout": "line ends, indentation, line joins, semicolons and comments end or indent statements, and no more",
    "pass": "a statement that does nothing, beside others or alone in a block",
    "elif": "`elif` is `else:` with an `if` in it, which has the same tree",
    "grouping": "parentheses that are no call's, no parameters' and no generator's; what they group is held by the "
    "comparison of syntax trees (`tokens_shape.py`)",
    "generator": "a generator that is a call's only argument needs no parentheses of its own",
    "empty bases": "`class A():` is `class A:`",
    "trailing comma": "a comma behind the last item, unless it makes a tuple of one",
    "starred item": "`x[*a]` is `x[(*a,)]`: a starred item makes a tuple, with or without a comma",
    "slice step": "the second colon of a slice without a step",
    "argument order": "what `*` unpacks among arguments or bases is evaluated before the keywords, wherever it stands",
    "strings": "quotes, prefixes and escapes: strings are compared by value, those side by side as one, "
    "interpolated ones by their texts and fields (`{x=}` is a text and a field)",
    "numbers": "numbers are compared by kind and value",
    "identifiers": "identifiers are compared after NFKC, as the language does",
    "import dots": "the dots of a relative import are counted one by one",
    "patterns": "patterns are compared as `ast.unparse` writes them: a sequence needs no brackets",
}
"""What is left out of the words or respelled in them, by name, with the reason."""

BREAKERS = frozenset({
    "=", ":", "->", "return", "yield", "for", "del", "assert", "raise", "import", "from", "with", "except", "global",
    "nonlocal",
})  # fmt: skip
"""What ends a row of items that are separated by commas, where it stands outside of brackets."""
COMPARISONS = frozenset({"==", "!=", "<=", ">="})


def words(text: str) -> list[Word]:
    """The words of a Python text that `ast` accepts. Raises TokenError or SyntaxError for one that it does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
        soft = SoftKeywords(tree)
        found: list[Word] = []
        for line in statements(leaves(text)):
            found += _line_words(grouped(line, soft), soft)
        return found


def units(text: str) -> list[tuple[int, int]]:
    """The first and last line of each top-level statement; statements that share a line are one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = ast.parse(text).body
    found: list[tuple[int, int]] = []
    for node in body:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *[d.lineno for d in decorators]])
        last = node.end_lineno or node.lineno
        if found and found[-1][1] >= first:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


# --- words -----------------------------------------------------------------------------------------------------


def _line_words(line: list[Piece], soft: SoftKeywords) -> list[Word]:
    """The words of one statement, or of a header with the statement behind its colon."""
    first = line[0]
    if isinstance(first, Leaf):
        if first.text == "from":
            line = _dots_apart(line)
        pattern = soft.pattern([p if isinstance(p, Leaf) else p.opening for p in line])
        if pattern is not None:
            return _case_words(line, pattern)
    return _row_words(line)


def _dots_apart(line: Sequence[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for piece in line:
        if isinstance(piece, Leaf) and piece.text == "...":
            found += [Leaf("op", ".", piece.line, piece.column)] * 3
        else:
            found.append(piece)
    return found


def _case_words(line: Sequence[Piece], pattern: ast.pattern) -> list[Word]:
    start = line[0]
    assert isinstance(start, Leaf)
    rest = next((i for i, p in enumerate(line) if is_word(p, "if", ":") and i), len(line))
    return [start.word("case"), *_written(ast.unparse(pattern), start), *_row_words(line[rest:])]


def _row_words(pieces: Sequence[Piece]) -> list[Word]:
    """Words of pieces outside of brackets, or of a comprehension: rows of items between what ends a row."""
    found: list[Word] = []
    row: list[Piece] = []
    loops, single = 0, False
    for i, piece in enumerate(pieces):
        loops += is_word(piece, "for")
        ends = is_word(piece, *BREAKERS) or _is_augmented(piece) or (loops > 0 and is_word(piece, "in"))
        if not ends:
            row.append(piece)
            continue
        loops -= is_word(piece, "in")
        found += _items(row, single)
        row = []
        assert isinstance(piece, Leaf)
        found += _leaf_words(piece)
        single = piece.text == "del"
        if is_word(piece, "import", "with") and i + 1 < len(pieces):
            single = _is_list_in_parentheses(piece, pieces[i + 1 :])
    return found + _items(row, single)


def _is_augmented(piece: Piece) -> bool:
    return (
        isinstance(piece, Leaf)
        and piece.kind == "op"
        and len(piece.text) > 1
        and piece.text[-1] == "="
        and piece.text != ":="
        and piece.text not in COMPARISONS
    )


def _is_list_in_parentheses(word: Leaf, behind: Sequence[Piece]) -> bool:
    """Whether parentheses hold what is imported, or the items of a with: a comma at their end means nothing."""
    return isinstance(behind[0], Group) and (word.text == "import" or is_word(behind[1], ":"))


def _items(row: list[Piece], single: bool) -> list[Word]:
    """The words of a row of items; `single`: a comma behind only one of them means nothing either."""
    if row and is_word(row[-1], ",") and (single or sum(is_word(p, ",") for p in row) > 1):
        row = row[:-1]
    if single and len(row) == 1 and isinstance(row[0], Group):
        return _joined(_without_last(split(row[0].items)), row[0].opening)
    return _words(row)


def _words(pieces: Sequence[Piece]) -> list[Word]:
    """Words of pieces in which commas are as they must be."""
    found: list[Word] = []
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if isinstance(piece, Group):
            before = found[-2:] if len(found) > 1 else []
            found += _group_words(piece, bool(before) and before[0].text == "class")
        elif piece.kind == "string":
            run = [piece]
            while at < len(pieces) and isinstance(follower := pieces[at], Leaf) and follower.kind == "string":
                run.append(follower)
                at += 1
            found += _string_words(run)
        else:
            found += _leaf_words(piece)
    return found


def _leaf_words(leaf: Leaf) -> list[Word]:
    if leaf.kind == "number":
        value = ast.literal_eval(leaf.text)
        return [
            leaf.word(f"{type(value).__name__} {value!r}" if value.__class__ is not int else f"int {value:x}")
        ]
    if leaf.kind == "name" and leaf.text == "pass":
        return []
    if leaf.kind == "name" and leaf.text == "elif":
        return [leaf.word("else"), leaf.word(":"), leaf.word("if")]
    return [leaf.word(leaf.text)]


def _group_words(group: Group, of_class: bool) -> list[Word]:
    kind, opening = group.kind, group.opening
    if any(is_word(p, "for") for p in group.items):
        return _comprehension_words(group)
    rows = split(group.items)
    if kind == "group":
        if rows == [[]]:
            return [opening.word("()")]
        if len(rows) == 2 and not rows[1]:
            return [*_words(rows[0]), opening.word(",")]
        return _joined(_without_last(rows), opening)
    if kind == "subscript":
        one = (len(rows) == 2 and not rows[1]) or (
            len(rows) == 1 and bool(rows[0]) and is_word(rows[0][0], "*")
        )
        inner = _joined([_without_step(r) for r in _without_last(rows)], opening)
        return [opening.word("sub["), *inner, *([opening.word(",")] if one else []), opening.word("]")]
    rows = _without_last(rows)
    if kind in ("call", "bases"):
        if kind == "bases" and rows == [[]]:
            return []
        rows.sort(key=_is_keyword)
    marks = {"list": "[]", "braces": "{}", "lambda": ("lambda", ":")}.get(kind, "()")
    return [opening.word(marks[0]), *_joined(rows, opening), opening.word(marks[1])]


def _comprehension_words(group: Group) -> list[Word]:
    inner, opening = _row_words(group.items), group.opening
    if group.kind in ("call", "bases", "group"):
        inner = [opening.word("gen("), *inner, opening.word(")gen")]
        return inner if group.kind == "group" else [opening.word("("), *inner, opening.word(")")]
    marks = {"braces": "{}", "subscript": ("sub[", "]")}.get(group.kind, "[]")
    return [opening.word(marks[0]), *inner, opening.word(marks[1])]


def _without_last(rows: list[list[Piece]]) -> list[list[Piece]]:
    return rows[:-1] if len(rows) > 1 and not rows[-1] else rows


def _without_step(row: list[Piece]) -> list[Piece]:
    return (
        row[:-1] if len(row) > 1 and is_word(row[-1], ":") and sum(is_word(p, ":") for p in row) == 2 else row
    )


def _is_keyword(row: list[Piece]) -> bool:
    return bool(row) and (is_word(row[0], "**") or (len(row) > 1 and is_word(row[1], "=")))


def _joined(rows: Sequence[list[Piece]], opening: Leaf) -> list[Word]:
    found: list[Word] = []
    for i, row in enumerate(rows):
        if i:
            found.append(opening.word(","))
        found += _words(row)
    return found


# --- strings ---------------------------------------------------------------------------------------------------


def _string_words(run: Sequence[Leaf]) -> list[Word]:
    first, end = run[0], run[-1].behind
    return [Word(w, first.line, first.column, end) for w in _string_texts(" ".join([s.text for s in run]))]


@lru_cache(4096)
def _string_texts(text: str) -> tuple[str, ...]:
    """The words of strings side by side."""
    node = ast.parse(f"({text})", mode="eval").body
    if isinstance(node, ast.Constant):
        return (f"{type(node.value).__name__} {node.value!r}",)
    return tuple(_interpolated(node))


def _interpolated(node: ast.AST) -> Iterator[str]:
    """The texts and fields of an interpolated string."""
    text = ""
    yield type(node).__name__
    for value in getattr(node, "values", []):
        if isinstance(value, ast.Constant):
            text += str(value.value)
            continue
        if text:
            yield f"text {text!r}"
        text = ""
        yield from _field_texts(value)
    if text:
        yield f"text {text!r}"
    yield f"end of {type(node).__name__}"


def _field_texts(node: ast.AST) -> Iterator[str]:
    value, conversion, spec = (getattr(node, n, None) for n in ("value", "conversion", "format_spec"))
    yield "{"
    assert isinstance(value, ast.AST)
    yield from [w.text for w in _written_node(value)]
    if isinstance(conversion, int) and conversion != -1:
        yield f"!{chr(conversion)}"
    if isinstance(spec, ast.AST):
        yield ":"
        yield from _interpolated(spec)
    yield "}"


def _written_node(node: ast.AST) -> list[Word]:
    start = Leaf("op", "", 0, 0)
    try:
        return _written(ast.unparse(node), start)
    except ValueError:  # before Python 3.12 some strings in fields cannot be written
        return [start.word(ast.dump(node))]


def _written(text: str, at: Leaf) -> list[Word]:
    """The words of an expression or pattern that `ast` wrote, all in one place."""
    line = [leaf for leaf in leaves(text) if leaf.kind != "end"]
    return [at.word(w.text) for w in _words(grouped(line, SoftKeywords(ast.Module([], []))))]
