"""The edits of one list of items: arguments, values of a condition, pairs of a dictionary.

Items that only one side has are put in or taken out with their comma or operator. An item that has its lines for itself
goes with these, and with the comments above it that are gone too; one that comes gets such lines where commas alone do
not stand between the items.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from prediff.align import pair_sequences
from prediff.transport.brackets import BOOLEAN
from prediff.transport.comments import Comments, words_of
from prediff.transport.layout import RUNS_OVER, Layout
from prediff.transport.script import Comparison
from prediff.tree import NOWHERE, Keyword, Node, Pair, Span, Tuple, children, hull

Part = tuple[Span, str]
"""A span of the left file, and what stands there on the right."""
Where = tuple[type[Node], str]
"""A class of nodes, and the field that a list is."""

COMMA = re.compile(r"\s*,\s*")


class Unfit(Exception):
    """Two statements that are not to be merged: the right one's text is taken whole."""


class Lists:
    """Makes the edits of lists. visit: those of two items that belong together."""

    def __init__(
        self,
        layout: Layout,
        text_of: Callable[[Span], str],
        comparison: Comparison,
        comments: Comments,
        visit: Callable[[Node, Node, Where], list[Part]],
    ) -> None:
        self.layout = layout
        self.text_of = text_of
        self.comparison = comparison
        self.comments = comments
        self.visit = visit

    def parts(
        self, one: Sequence[Node], two: Sequence[Node], where: Where, separator: re.Pattern[str]
    ) -> list[Part]:
        """The parts of two lists of items, with what separates those in the text. Raises Unfit."""
        if not one and not two:
            return []
        pairs = self.paired(one, two)
        if not pairs and len(one) and len(two):
            raise Unfit
        found: list[Part] = []
        for i, j in pairs:
            found += self.visit(one[i], two[j], where)
        gone = {*range(len(one))} - {i for i, _ in pairs}
        come = {*range(len(two))} - {j for _, j in pairs}
        if not gone and not come:
            return found
        items = _Items(self.layout, [widest(n) for n in one], separator)
        for i in sorted(gone):
            found.append((self.without(items, i, gone), ""))
        behind = {j: max([a for a, b in pairs if b < j], default=-1) for j in come}
        for before, group in groupby(sorted(come), key=lambda j: behind[j]):
            found += self.put_in(items, [two[j] for j in group], before)
        kept = [i for i in range(len(one)) if i not in gone]
        if separator is not COMMA:
            return found + items.leading(0 in gone, -1 in behind.values(), kept[0])
        last = len(one) - 1
        needless = last in gone and not come and items.own_lines(last) and not items.has_comma(last)
        return [*found, (items.comma(kept[-1]), "")] if needless and where[0] is not Tuple else found

    def paired(self, one: Sequence[Node], two: Sequence[Node]) -> list[tuple[int, int]]:
        """The items that are equal, and between them those that stand alone or are alike."""
        equal = pair_sequences([self.comparison.hash(n) for n in one], [self.comparison.hash(n) for n in two])
        found: list[tuple[int, int]] = []
        i = j = 0
        for pair in [*equal, (len(one), len(two))]:
            ones, twos = list(range(i, pair[0])), list(range(j, pair[1]))
            if len(ones) == len(twos):
                found += zip(ones, twos, strict=True)
            else:
                for a in ones:
                    fit = next((b for b in twos if self.likely(one[a], two[b])), None)
                    if fit is not None:
                        found.append((a, fit))
                        twos = [b for b in twos if b > fit]
            if pair[0] < len(one):
                found.append(pair)
            i, j = pair[0] + 1, pair[1] + 1
        return found

    def likely(self, a: Node, b: Node) -> bool:
        if isinstance(a, Keyword) or isinstance(b, Keyword):
            return isinstance(a, Keyword) and isinstance(b, Keyword) and a.name == b.name
        if isinstance(a, Pair) and isinstance(b, Pair):
            return self.comparison.hash(a.key) == self.comparison.hash(b.key)
        return a.__class__ is b.__class__ and self.comparison.likeness(a, b) > 0

    def without(self, items: _Items, i: int, gone: set[int]) -> Span:
        """What goes with an item: its lines and the comments above them that are gone, or what separates it."""
        spans, layout = items.spans, self.layout
        if not spans[i][0] or len(gone) == len(spans):
            raise Unfit
        lines = items.own_lines(i)
        if lines is not None:
            first, last = lines
            while (
                layout.holds_comment(first - 1) and words_of(layout.comments[first - 1]) in self.comments.gone
            ):
                first -= 1
            return (first - 1, len(layout.lines[first - 2]), last, len(layout.lines[last - 1]))
        if not {*range(i)} <= gone:
            start, end = spans[i - 1][2:], spans[i][2:]
            items.must_separate((*start, *spans[i][:2]))
            return (*start, *end)
        if i + 1 < len(spans):
            items.must_separate(items.gap(i))
            return (*spans[i][:2], *spans[i + 1][:2])
        raise Unfit

    def put_in(self, items: _Items, new: Sequence[Node], before: int) -> list[Part]:
        """Items of the right behind the one that stands before them, separated as the list's items are."""
        spans = [widest(n) for n in new]
        if not all(s[0] for s in spans) or not items.spans:
            raise Unfit
        texts = [self.text_of(s) for s in spans]
        if items.separator is not COMMA:
            texts = [f"({t})" if isinstance(n, BOOLEAN) else t for t, n in zip(texts, new, strict=True)]
        shifted = [self.shifted(t, s, items.indent(before)) for t, s in zip(texts, spans, strict=True)]
        lines = items.with_lines(shifted, before)
        if lines:
            return lines
        written = items.written()
        if before >= 0:
            place = items.spans[before][2:]
            return [((*place, *place), written + text) for text in texts]
        place = items.spans[0][:2]
        return [((*place, *place), text + written) for text in texts]

    def shifted(self, text: str, span: Span, indent: str) -> str:
        """The text of an item of the right whose first line is to stand at an indent of the left."""
        own = self.text_of((span[0], 0, span[0], span[1]))
        if "\n" not in text or own.strip() or any(mark in text for mark in RUNS_OVER):
            return text
        first, *rest = text.split("\n")
        moved = [indent + line[len(own) :] if line.startswith(own) else line for line in rest]
        return "\n".join([first, *moved])


class _Items:
    """The items of a list in the text of the left: their spans, and what separates them."""

    def __init__(self, layout: Layout, spans: Sequence[Span], separator: re.Pattern[str]) -> None:
        self.layout = layout
        self.spans = spans
        self.separator = separator

    def gap(self, i: int) -> Span:
        """What stands between an item and the next one."""
        return (*self.spans[i][2:], *self.spans[i + 1][:2])

    def must_separate(self, span: Span) -> None:
        if not self.separator.fullmatch(self.layout.code(span)):
            raise Unfit

    def written(self) -> str:
        """What stands between two items where nothing else does; a comma if that never is. Raises Unfit."""
        between = map(self.layout.slice, map(self.gap, range(len(self.spans) - 1)))
        found = next((text for text in between if self.separator.fullmatch(text)), "")
        if not found and self.separator is not COMMA:
            raise Unfit
        return found or ", "

    def behind(self, i: int) -> str:
        """The code behind an item on its last line."""
        _, _, last, end = self.spans[i]
        return self.layout.code((last, end, last, len(self.layout.lines[last - 1]))).strip()

    def has_comma(self, i: int) -> bool:
        return self.behind(i).startswith(",")

    def comma(self, i: int) -> Span:
        """The comma behind an item on its line. Raises Unfit."""
        _, _, line, end = self.spans[i]
        text = self.layout.lines[line - 1]
        place = len(text) - len(text[end:].lstrip())
        if text[place : place + 1] != ",":
            raise Unfit
        return (line, place, line, place + 1)

    def operator(self, i: int) -> str:
        """What stands before an item on its line."""
        first, start, _, _ = self.spans[i]
        return self.layout.lines[first - 1][:start].strip()

    def own_lines(self, i: int) -> tuple[int, int] | None:
        """The lines of an item that stands alone on them, with its comma or operator; None for one that does not."""
        first, _, last, _ = self.spans[i]
        layout = self.layout
        ahead, behind = self.operator(i), self.behind(i)
        if self.separator is COMMA:
            alone = not ahead and (behind == "," or (not behind and i + 1 == len(self.spans)))
        else:
            alone = not behind and (bool(self.separator.fullmatch(ahead)) if i else not ahead)
        inner = first > 1 and layout.piece_at[first - 1] == layout.piece_at[first] >= 0
        return (first, last) if alone and inner else None

    def leading(self, gone: bool, come: bool, kept: int) -> list[Part]:
        """The operator that the first value of a condition loses, or gets, where its lines come or go.

        gone, come: whether the first one goes, and another comes. kept: the first of those that stay.
        """
        if gone == come or self.own_lines(0) is None or self.own_lines(max(kept, 1)) is None:
            return []
        first, start, _, _ = self.spans[kept]
        if come:
            return [((first, start, first, start), f"{self.operator(1)} ")]
        return [((first, len(self.layout.indent(first)), first, start), "")]

    def indent(self, before: int) -> str:
        """The indent of the item behind which others are put in, or of the first."""
        return self.layout.indent(self.spans[max(before, 0)][0])

    def with_lines(self, texts: Sequence[str], before: int) -> list[Part]:
        """What puts items on lines of their own behind one, or before the first, where that has its own."""
        layout, i = self.layout, max(before, 0)
        lines = self.own_lines(i)
        if lines is None or (self.separator is not COMMA and self.own_lines(1) is None):
            return []
        indent = layout.indent(lines[0])
        made = [f"\n{indent}{text}," for text in texts]
        if self.separator is not COMMA:
            words = [f"{self.operator(1)} "] * len(texts)
            words[0] = words[0] if before >= 0 else ""
            made = [f"\n{indent}{word}{text}" for word, text in zip(words, texts, strict=True)]
        line = lines[1]
        if before < 0:
            line = lines[0] - 1
            while layout.holds_comment(line):
                line -= 1
        place = (line, len(layout.lines[line - 1]))
        end = self.spans[i][2:]
        found: list[Part] = [((*place, *place), text) for text in made]
        if self.separator is not COMMA or before < 0 or self.has_comma(i):
            return found
        found[-1] = (found[-1][0], found[-1][1][:-1])
        return [((*end, *end), ","), *found]


def widest(node: Node) -> Span:
    """The hull of a node and all below it; `NOWHERE` if nothing is known."""
    spans = [node.span]
    waiting = children(node)
    while waiting:
        top = waiting.pop()
        spans.append(top.span)
        waiting += children(top)
    return hull(spans) if any(s[0] for s in spans) else NOWHERE
