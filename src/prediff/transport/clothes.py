"""Lines of the right file as they are to stand in the left one: at another indent, and in the left's own text where a
statement in them is one that the left has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from prediff.transport.comments import Comments, words_of
from prediff.transport.indents import Indents
from prediff.transport.layout import Layout
from prediff.transport.places import Placed, Places, solid, spans_of
from prediff.transport.plan import Lines, Run
from prediff.transport.script import Comparison
from prediff.transport.spelling import Spelling
from prediff.tree import FIELDS, Block, Clause, Match, Node, Statement, inner_blocks

Clothes = dict[int, tuple[int, int, int]]
"""By the first line of a statement of the right: its last line, and the lines of its equal on the left."""
_Waiting = list[tuple[Node, set[int]]]
"""Statements, and the pieces on which they must not stand: those of what is outside of them."""


_Head = tuple[object, ...]
"""What a compound statement is but for its blocks, and how its lines start and end."""
_BRANCH = re.compile(r"\s*(?:\}\s*)?(?:else\b\s*)?")


class Wardrobe:
    """Dresses lines of the right file."""

    def __init__(self, places: Places, spelling: Spelling, comparison: Comparison) -> None:
        self.places = places
        self.left, self.right = places.left, places.right
        self.spelling = spelling
        self.comparison = comparison
        self.indents = Indents(places.left, places.right)
        self.comments = Comments(places.left, places.right)

    def dressed(
        self, run: Run, indent: str, clothes: Clothes | None = None, base: str | None = None
    ) -> Lines:
        """Lines of the right with their first statement at `indent`.

        What takes the left's text takes the comments that touch it there, but for a statement that starts the lines.

        base: the indent that becomes `indent`, if not that of the first statement in the lines.
        """
        texts: list[str] = []
        sources: list[int] = []
        moved = self.indents.moved(self.spelling.lines, run, indent, base)
        line = run[0]
        while line <= run[1]:
            at = moved[line - run[0]]
            fit = None if clothes is None else clothes.get(line)
            if fit is not None and fit[0] <= run[1]:
                last, first_left, last_left = fit
                place = at[: len(at) - len(at.lstrip())]
                dress = self.indents.shifted((first_left, last_left), place)
                if line > run[0]:
                    above = max(self.right.touching(line), run[0])
                    count = len(sources) - sum(n >= above for n in sources)
                    own = self.comments.of_left(self._touching(first_left, place), texts[count:])
                    texts, sources = [*texts[:count], *own], [*sources[:count], *[line] * len(own)]
                texts += [with_word_of(dress[0], at), *dress[1:]]
                sources += [line] * len(dress)
                line = last + 1
            else:
                texts.append(at)
                sources.append(line)
                line += 1
        return Lines(tuple(texts), tuple(sources))

    def _touching(self, line: int, indent: str) -> list[str]:
        """The comments that touch a line of the left, at another indent."""
        first = self.left.touching(line)
        return self.indents.shifted((first, line - 1), indent) if first < line else []

    def with_new_comments(self, run: Run) -> Run:
        """Lines of the right with the comments that touch them, if the left has none of these anywhere."""
        first = self.right.touching(run[0])
        texts = self.right.comments_in(first, run[0] - 1)
        return (first, run[1]) if all(words_of(text) in self.comments.new for text in texts) else run

    def as_left(self, lines: Lines, run: Run) -> Lines:
        """Lines that the left has too but for white space at their ends, in the left's bytes."""
        own = {text.rstrip(): text for text in self.left.lines[run[0] - 1 : run[1]]}
        return Lines(tuple([own.get(text.rstrip(), text) for text in lines.texts]), lines.sources)

    def clothes(self, hunk: Sequence[Placed]) -> Clothes:
        """What a hunk takes from the left on its right side."""
        have: dict[int, _Waiting] = defaultdict(list)
        heads: dict[_Head, list[Run]] = defaultdict(list)
        shared = _shared([p.left for p in hunk]), _shared([p.right for p in hunk])
        for p in hunk:
            waiting = self._given(p, shared[0])
            if p.entry.kind == "change" and p.entry.left is not None:
                for part in _with_cases(p.entry.left):
                    self._add_head(heads, part)
            while waiting:
                node, apart = waiting.pop()
                for part in _with_cases(node):
                    self._add_head(heads, part)
                have[self.comparison.hash(node)].append((node, apart))
                waiting += _below(node, apart, self.left)
        found: Clothes = {}
        waiting = [taken for p in reversed(hunk) for taken in self._taken(p, shared[1])]
        for p in hunk if heads else ():
            if p.entry.kind == "change" and p.entry.right is not None:
                for part in _with_cases(p.entry.right):
                    self._dress_head(found, heads, part)
        while (have or heads) and waiting:
            node, apart = waiting.pop()
            equal = have.get(self.comparison.hash(node))
            if equal:
                other, apart_left = equal.pop(0)
                mine, new = self.places.of_left(other), self.places.of_right(node)
                one, two = solid(mine, self.left), solid(new, self.right)
                alone = mine.isdisjoint(apart_left) and new.isdisjoint(apart) and len(one) == len(two) == 1
                if alone and self.left.goes_on(one[0][0]) == self.right.goes_on(two[0][0]):
                    found[two[0][0]] = (two[0][1], *one[0])
                    continue
            for part in _with_cases(node):
                self._dress_head(found, heads, part)
            waiting += _below(node, apart, self.right)
        return found

    def _add_head(self, heads: dict[_Head, list[Run]], node: Node) -> None:
        head = self._head(node, self.left)
        if head is not None:
            heads[head[0]].append(head[1])

    def _dress_head(self, found: Clothes, heads: dict[_Head, list[Run]], node: Node) -> None:
        """Give the header of a statement of the right the text of an equal one of the left."""
        head = self._head(node, self.right)
        if head is not None and heads.get(head[0]) and head[1][0] not in found:
            found[head[1][0]] = (head[1][1], *heads[head[0]].pop(0))

    def _head(self, node: Node, layout: Layout) -> tuple[_Head, Run] | None:
        """What stands in a compound statement outside of its blocks, and on which lines, if these are its own."""
        if not isinstance(node, (Statement, Clause)) or not node.span[0]:
            return None
        number = layout.piece_at[node.span[0]]
        if number < 0:
            return None
        first, last = layout.pieces[number].first, layout.pieces[number].last
        starting = [s for s in layout.pieces[number].statements if layout.pieces_of[s][0] == number]
        parts: list[object] = [node.__class__]
        blocks = 0
        for name in FIELDS[node.__class__]:
            value = getattr(node, name)
            for part in value if isinstance(value, tuple) else (value,):
                blocks += isinstance(part, Block)
                if isinstance(part, Node) and not isinstance(part, Block):
                    if inner_blocks(part) or not first <= part.span[0] <= part.span[2] <= last:
                        return None
                    parts.append(self.comparison.hash(part))
                elif part is not None and not isinstance(part, Block):
                    parts.append((name, part))
        if not blocks or len(starting) != isinstance(node, Statement):
            return None
        around = (
            _BRANCH.match(layout.lines[first - 1]),
            layout.code((last, 0, last, len(layout.lines[last - 1]))),
        )
        parts += ["".join(around[0][0].split()) if around[0] else "", around[1].rstrip()[-1:]]
        return tuple(parts), (first, last)

    def _given(self, p: Placed, apart: set[int]) -> _Waiting:
        """The statements of the left that an entry leaves to others."""
        entry = p.entry
        if entry.kind == "insert":
            return [(entry.moved, apart)] if entry.moved is not None else []
        if entry.left is None:
            return []
        return _below(entry.left, apart, self.left) if entry.kind == "change" else [(entry.left, apart)]

    def _taken(self, p: Placed, apart: set[int]) -> _Waiting:
        """The statements of the right that may take an equal one's text. What is to change takes none itself."""
        if p.entry.right is None:
            return []
        if p.entry.kind == "change":
            return _below(p.entry.right, apart, self.right)
        return [(p.entry.right, apart)]


def with_word_of(line: str, other: str) -> str:
    """A line that starts a branch, with the word of another one: a chain goes on with `elif`, not `if`."""
    for one, two in (("if ", "elif "), ("elif ", "if ")):
        text = line.lstrip()
        if text.startswith(one) and other.lstrip().startswith(two):
            return line[: len(line) - len(text)] + two + text[len(one) :]
    return line


def _with_cases(node: Node) -> list[Node]:
    return [node, *node.clauses] if isinstance(node, Match) else [node]


def _below(node: Node, apart: set[int], layout: Layout) -> _Waiting:
    header = apart | layout.pieces_in(spans_of(node, blocks=False))
    return [(n, header) for block in inner_blocks(node)[::-1] for n in block.body[::-1]]


def _shared(sets: Sequence[set[int]]) -> set[int]:
    """What more than one of some sets holds."""
    seen: set[int] = set()
    found: set[int] = set()
    for pieces in sets:
        found |= pieces & seen
        seen |= pieces
    return found
