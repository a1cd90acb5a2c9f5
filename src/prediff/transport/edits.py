"""Turns an edit script between two normal forms into edits of the left file's lines.

A *hunk* is a run of entries of one block that cannot stay as they are on the left. Its lines on the left give way to
its lines on the right, which are moved to the indent of their place and keep the left's text where a statement in them
is one that the left has. What a hunk cannot say finely is said coarsely by the caller's plan.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from prediff.transport import imports
from prediff.transport.clothes import Clothes, Wardrobe, with_word_of
from prediff.transport.comments import words_of
from prediff.transport.expressions import parts_of
from prediff.transport.flat import flattened
from prediff.transport.gutters import Gutters
from prediff.transport.layout import Layout
from prediff.transport.lists import Part
from prediff.transport.places import Placed, Places, groups_of, solid
from prediff.transport.plan import CoarserError, Edit, Lines, Plan, Run
from prediff.transport.remarks import Remarks, joined
from prediff.transport.script import Comparison, Key, Script
from prediff.transport.spelling import Spelling
from prediff.transport.tokens import relaid
from prediff.tree import Clause, Import, ImportFrom, Node, Statement

MAX_REPLACED = 0.7
"""The share of a statement's text up to which its parts are merged, on one line."""


class Transport:
    """Makes the edits of one pair of files."""

    def __init__(
        self, left: Layout, right: Layout, spelling: Spelling, comparison: Comparison, plan: Plan
    ) -> None:
        self.left = left
        self.right = right
        self.spelling = spelling
        self.comparison = comparison
        self.plan = plan
        self.places = Places(left, right)
        self.wardrobe = Wardrobe(self.places, spelling, comparison)
        self.gutters = Gutters(self.wardrobe)
        self.remarks = Remarks(self.wardrobe)
        self.above: list[Edit] = []
        self.tangled = False
        """Whether a statement that a rule made shares lines with one that does not stay."""

    def edits(self, script: Script) -> list[Edit]:
        """The edits of a script of two files, in order and apart from each other. Raises CoarserError."""
        self.above, self.tangled = [], False
        found = joined([*self.block(script)], self.above)
        for one, two in pairwise(found):
            both_insert = two.first == one.first and one.last < one.first and two.last < two.first
            if two.first <= one.last or (both_insert and len(one.key) == len(two.key)):
                raise CoarserError(two.key[:-2] if len(two.key) > 1 else two.key)
        return found

    def block(self, script: Script, idle: Run | None = None) -> Iterator[Edit]:
        """The edits of a block. idle: the lines of the left that do nothing there, where nothing else stands."""
        items = self.places.all(script.entries, self.plan.whole)
        self.mark(items)
        if not script.key:
            own = len(items) - len(self.plan.imports)
            run = [
                p
                for i, p in enumerate(items)
                if i >= own or isinstance(p.entry.left or p.entry.right, (Import, ImportFrom))
            ]
            yield from imports.edits(self.wardrobe, self.plan, items, run)
            items = [p for p in items if p not in run]
        hunks = list(self.hunks(script, items))
        covered = {i for start, end in hunks for i in range(start, end)}
        for i, p in enumerate(items):
            if i in covered:
                continue
            if p.entry.kind == "descend":
                yield from self.descend(p)
            elif p.parts:
                yield self.merged(p, p.parts, [q for q in items if q.left & p.left])
        for start, end in hunks:
            if idle is not None and not any(p.left for p in items):
                yield self.gutters.filled(script.key, idle, set[int]().union(*[p.right for p in items]))
            else:
                yield from self.hunk(script, items, start, end)

    def mark(self, items: Sequence[Placed]) -> None:
        """Which entries stay where they stand on the left: all that share no line with one that does not."""
        for group in groups_of(items):
            changing = [p for p in group if p.entry.kind != "keep"]
            stays = not changing or (len(group) == 1 and changing[0].entry.kind == "descend")
            if changing and all(p.entry.kind == "change" for p in changing):
                parts = self.parts_of_all(changing)
                stays = parts is not None
                changing[0].parts = parts or []
            self.tangled |= not stays and any(p.entry.kind == "keep" and is_made(p.entry.left) for p in group)
            for p in group:
                p.stays, p.alone = stays, len(group) == 1

    def parts_of_all(self, changing: Sequence[Placed]) -> list[Part] | None:
        """What is to be replaced in some changed statements of the same lines; None if that cannot be told of each."""
        found: list[Part] = []
        for p in changing:
            parts = None if p.entry.key in self.plan.plain else self.parts(p)
            if parts is None:
                return None
            found += parts
        found.sort(key=lambda part: part[0])  # stable: what is put in at one place keeps its order
        return None if any(a[0][2:] > b[0][:2] for a, b in pairwise(found)) else found

    def hunks(self, script: Script, items: Sequence[Placed]) -> Iterator[tuple[int, int]]:
        """The runs of entries that do not stay, as (first, behind last)."""
        moving = [i for i, p in enumerate(items) if not p.stays]
        if moving and script.key and script.key in self.plan.runs:
            yield moving[0], moving[-1] + 1
            return
        start = None
        for i, p in enumerate([*items, None]):
            apart = p is not None and not p.stays and p.alone and p.entry.kind == "change"
            if p is not None and not p.stays and not apart:
                start = i if start is None else start
            elif start is not None:
                yield start, i
                start = None
            if apart:  # what is put in before or behind it has gutters of its own
                yield i, i + 1

    def descend(self, p: Placed) -> Iterator[Edit]:
        if p.entry.header or self.other_comments(p):
            yield from self.header(p)
        idle = self.idle(p) if len(p.entry.scripts) == 1 else None
        for script in p.entry.scripts:
            yield from self.block(script, idle)

    def idle(self, p: Placed) -> Run | None:
        """The lines of the left behind a header that do nothing, if there are no others."""
        header = max(p.header_left)
        number = self.left.pieces[header].statements[0]
        case = isinstance(p.entry.left, Clause)
        last = max(p.left) if case else self.left.piece_at[self.left.statements[number].last]
        if last <= header or not all(self.left.is_idle(n) for n in range(header + 1, last + 1)):
            return None
        return self.left.pieces[header + 1].first, self.left.pieces[last].last

    def header(self, p: Placed) -> Iterator[Edit]:
        """What stands outside of a statement's blocks."""
        parts = self.parts_of_all([p])
        if parts is not None:
            yield self.merged(p, parts, [p])
            return
        one, two = solid(p.header_left, self.left), solid(p.header_right, self.right)
        if len(one) != len(two):
            raise CoarserError(p.entry.key)
        for a, b in zip(one, two, strict=True):
            yield self.replaced(p.entry.key, a, b, {}, top=a is one[0], alone=True)

    # --- parts of a statement --------------------------------------------------------------------------------

    def parts(self, p: Placed) -> list[Part] | None:
        """What is to be replaced inside of a changed statement, if that reads better than the right one's lines."""
        entry = p.entry
        left = p.sides[0]
        if entry.left is None or entry.right is None or self.other_comments(p):
            return None
        found = parts_of(
            entry.left, entry.right, self.left, self.spelling.slice, self.comparison,
            self.wardrobe.comments, header=entry.kind == "descend",
        )  # fmt: skip
        lines = [
            n
            for piece in left
            for n in range(self.left.pieces[piece].first, self.left.pieces[piece].last + 1)
        ]
        if not found or not {n for span, _ in found for n in (span[0], span[2])} <= set(lines):
            return None
        if len(lines) == 1:
            replaced = sum(len(self.left.slice(span)) for span, _ in found)
            if replaced > MAX_REPLACED * len(self.left.lines[lines[0] - 1].strip()):
                return None
        return found

    def other_comments(self, p: Placed) -> bool:
        """Whether comments that count stand otherwise at a statement, outside of its blocks."""
        if not self.left.counted and not self.right.counted:
            return False
        found = []
        for layout, pieces in zip((self.left, self.right), p.sides, strict=True):
            lines = [n for first, last in solid(pieces, layout) for n in range(layout.quiet(first), last + 1)]
            found.append([layout.counted[n] for n in lines if n in layout.counted])
        return found[0] != found[1]

    def merged(self, p: Placed, found: Sequence[Part], group: Sequence[Placed]) -> Edit:
        """The left statement's lines with its parts replaced. group: it, and those that share its lines."""
        assert p.entry.right is not None
        first, last = self.left.touching_inside(found[0][0][0]), found[-1][0][2]
        at, text = (first, 0), ""
        for span, new in found:
            text += self.left.slice((*at, *span[:2])) + new
            at = span[2:]
        made = (text + self.left.lines[at[0] - 1][at[1] :]).split("\n")
        # A line that goes on with the statement is indented as it is on the left, where it stands there too.
        own = {self.left.lines[n - 1].strip(): n for n in range(first + 1, last + 1)}
        for k, line in enumerate(made[1:], 1):
            number = own.get(line.strip(), 0)
            if number and number not in self.left.inside:
                made[k] = self.left.lines[number - 1]
        one, two = (set[int]().union(*side) for side in zip(*[q.sides for q in group], strict=True))
        if two:
            here, there = self.left.pieces[min(one)], self.right.pieces[min(two)]
            more = self.remarks.at_end(here, there) if last < here.last else ""
            ends = _ends(self.left, first, found)
            made = self.remarks.behind((one, two), made, ends)
            made = self.remarks.inside(two, made, ends)
            while len(made) > 1 and made[0] == self.left.lines[first - 1]:
                made, first = made[1:], first + 1
            made += [*self.left.lines[last : here.last - 1], more] if more else []
            last = here.last if more else last
            self.above += self.remarks.above(p.entry.key, here.first, there.first)
        return Edit(first, last, tuple(made), (p.entry.right.span[0],) * len(made), p.entry.key)

    # --- hunks -----------------------------------------------------------------------------------------------

    def hunk(self, script: Script, items: Sequence[Placed], start: int, end: int) -> Iterator[Edit]:
        """The edits of a run of entries."""
        inside = items[start:end]
        key = inside[0].entry.key
        one = solid(set[int]().union(*[p.left for p in inside]), self.left)
        come = set[int]().union(*[p.right for p in inside])
        two = solid(come if one else come - _left_open(come, self.right), self.right)
        if not one and not two:  # of what a rule made nothing is known
            raise CoarserError(script.key)
        if one and two and len(one) != len(two):
            groups = groups_of(inside)
            if script.key or len(groups) == 1:
                raise CoarserError(script.key)
            for group in groups:  # the top of a file is never one run
                i = items.index(group[0])
                yield from (
                    self.hunk(script, items, i, i + 1)
                    if len(group) == 1
                    else self.hunk(script, group, 0, len(group))
                )
            return
        clothes = {} if key in self.plan.bare else self.wardrobe.clothes(inside)
        before = next((p for p in reversed(items[:start]) if p.left), None)
        behind = next((p for p in items[end:] if p.left), None)
        if not one:
            yield self.gutters.inserted(key, script, (before, behind), two, clothes)
        elif not two:
            for run in one:
                around = (before if run is one[0] else None), (behind if run is one[-1] else None)
                yield self.gutters.deleted(key, run, *around)
        else:
            for a, b in zip(one, two, strict=True):
                yield self.replaced(key, a, b, clothes, top=a is one[0], alone=len(inside) == 1)

    def replaced(
        self, key: Key, a: Run, b: Run, clothes: Clothes, *, top: bool = True, alone: bool = False
    ) -> Edit:
        """Lines of the left give way to lines of the right.

        top: whether they start a statement. alone: whether no other statement is among them.
        """
        if top and self.is_nested_otherwise(key, a, b):
            raise CoarserError(key[:-2])
        a, b = self.with_ends(a, b)
        indent = self.left.indent(a[0])
        start, code = a[0], b[0]
        if self.left.counted or self.right.counted:
            a, b = (self.left.quiet(a[0]), a[1]), (self.right.quiet(b[0]), b[1])
        elif any(fit[1] == start and line > b[0] for line, fit in clothes.items()):
            # What stood here comes further down, and its comments with it.
            a, b = (self.left.touching(a[0]), a[1]), (self.right.touching(b[0]), b[1])
        elif top and clothes.get(b[0], (0, 0))[1] != start:
            self.above += self.remarks.above(key, a[0], b[0])
        lines = self.wardrobe.as_left(self.wardrobe.dressed(b, indent, clothes), a)
        if self.right.piece_at[b[0]] == self.right.piece_at[b[1]]:
            if alone and key not in self.plan.plain:
                lines = self.relaid(lines, a)
            if a[0] == a[1]:
                lines = self.on_one_line(lines)
        texts = [*lines.texts]
        at = sum(n < code for n in lines.sources)
        texts[at] = with_word_of(texts[at], self.left.lines[start - 1])
        return Edit(*a, tuple(texts), lines.sources, key)

    def with_ends(self, a: Run, b: Run) -> tuple[Run, Run]:
        """Two runs, each with the comments right below it that the other has inside, before a branch."""
        own = [Counter(map(words_of, s.comments_in(*run))) for s, run in ((self.left, a), (self.right, b))]
        found = []
        for layout, run, (here, there) in ((self.left, a, own), (self.right, b, own[::-1])):
            more, last = there - here, run[1]
            while last + 1 in layout.comments and layout.piece_at[last + 1] < 0:
                word = words_of(layout.comments[last + 1])
                if not more[word]:
                    break
                more[word] -= 1
                last += 1
            found.append((run[0], last))
        return found[0], found[1]

    def is_nested_otherwise(self, key: Key, a: Run, b: Run) -> bool:
        """Whether one of two runs goes on with a chain of branches and the other stands within a block."""
        if key in self.plan.whole or len(key) < 2:
            return False
        if self.left.goes_on(a[0]) != self.right.goes_on(b[0]):
            return True
        here, there = self.left.lines[a[0] - 1].lstrip(), self.right.lines[b[0] - 1].lstrip()
        if here.startswith("elif ") == there.startswith("elif "):
            return False
        return self.right.is_below_else(b[0]) if here.startswith("elif ") else self.left.is_below_else(a[0])

    def relaid(self, lines: Lines, run: Run) -> Lines:
        """The lines of one statement or header, laid out as those of the left that give way to them."""
        own, text = "\n".join(self.left.lines[run[0] - 1 : run[1]]), "\n".join(lines.texts)
        made = relaid(own, text, self.left.width, lines=True)
        if made == text:
            return lines
        texts = tuple(made.split("\n"))
        return Lines(texts, (lines.sources[0],) * len(texts))

    def on_one_line(self, lines: Lines) -> Lines:
        """The lines of one statement as one, if it is no longer than the left's longest."""
        text = "\n".join(lines.texts)
        flat = flattened(text)
        if "\n" in flat or len(flat) > self.left.width:
            return lines
        return Lines((flat,), lines.sources[:1])


def _ends(left: Layout, first: int, found: Sequence[Part]) -> list[int]:
    """Of the lines from `first` on, with some parts replaced, the line of the left that each ends as; 0 for none."""
    ends: list[int] = []
    at, whole = first, False
    for span, new in found:
        passed = [*range(at, span[0])]
        if passed and whole:  # lines were put in behind this one
            passed[0], whole = 0, False
        ends += passed
        if "\n" in new:
            behind = new.startswith("\n") and span[1] == len(left.lines[span[0] - 1])
            ends += [span[0] if behind and not whole else 0, *[0] * (new.count("\n") - 1)]
            whole = behind
        at = span[2]
    return [*ends, 0 if whole else at]


def is_made(node: Node | None) -> bool:
    """Whether a rule made a statement of others."""
    return isinstance(node, Statement) and node.restructured


def _left_open(pieces: set[int], layout: Layout) -> set[int]:
    """The `else:` lines among some pieces of which no piece below is among them: a rule took out what stands there."""
    found: set[int] = set()
    for n in pieces:
        statement = layout.pieces[n].statements[0]
        own = layout.pieces_of[statement]
        if n == own[0] or not layout.lines[layout.pieces[n].first - 1].strip().startswith("else"):
            continue
        end = next((m for m in own if m > n), layout.piece_at[layout.statements[statement].last] + 1)
        if pieces.isdisjoint(range(n + 1, end)):
            found.add(n)
    return found
