"""Turns an edit script between two normal forms into edits of the left file's lines.

A *hunk* is a run of entries of one block that cannot stay as they are on the left. Its lines on the left give way to
its lines on the right, which are moved to the indent of their place and keep the left's text where a statement in them
is one that the left has. What a hunk cannot say finely is said coarsely by the caller's plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from prediff.transport import imports
from prediff.transport.expressions import Part, parts_of
from prediff.transport.indents import Indents
from prediff.transport.layout import Layout, inner_blocks
from prediff.transport.script import Comparison, Entry, Key, Script
from prediff.transport.spelling import Spelling
from prediff.tree import Block, If, Import, ImportFrom, Node, Span, Statement, children, hull, walk

MAX_REPLACED = 0.7
"""The share of a statement's text up to which its parts are merged, on one line."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `first` to `last` of the left file (none where `last` is `first - 1`) give way to `lines`.

    sources: of each new line the line of the right file that it came from, 0 for one of the left's own. key: the entry
    or script that the edit says. how: its parts, its lines, or all of its block.
    """

    first: int
    last: int
    lines: tuple[str, ...]
    sources: tuple[int, ...]
    key: Key


@dataclass(slots=True)
class Plan:
    """What is to be said more coarsely, by the keys of entries and scripts.

    plain: changed statements whose parts are not merged. runs: blocks whose hunks are joined to one. whole: statements
    that are not gone into.
    """

    plain: set[Key] = field(default_factory=set)
    runs: set[Key] = field(default_factory=set)
    whole: set[Key] = field(default_factory=set)
    opened: set[Key] = field(default_factory=set)
    forced: set[Key] = field(default_factory=set)
    imports: list[tuple[Node | None, Node]] = field(default_factory=list)
    retained: set[str] = field(default_factory=set)


Lines = tuple[list[str], list[int]]
"""Lines, and for each the line of the right that it came from."""


class CoarserError(Exception):
    """A block cannot be edited as it is: the entry around it is to be said whole."""

    def __init__(self, key: Key) -> None:
        self.key = key


@dataclass(slots=True)
class Placed:
    """An entry and the pieces that it stands on, all of them and (of what is gone into) those outside of its blocks."""

    entry: Entry
    left: set[int]
    right: set[int]
    header_left: set[int] = field(default_factory=set)
    header_right: set[int] = field(default_factory=set)
    stays: bool = False


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
        self.indents = Indents(left, right)
        self.pieces_left: dict[int, set[int]] = {}
        self.pieces_right: dict[int, set[int]] = {}

    def edits(self, script: Script) -> list[Edit]:
        """The edits of a script of two files, in order and apart from each other. Raises CoarserError."""
        found = sorted(self.block(script, -1), key=lambda e: (e.first, e.last))
        for one, two in pairwise(found):
            if two.first <= one.last or (
                two.first == one.first and one.last < one.first and two.last < two.first
            ):
                raise CoarserError(two.key[:-2] if len(two.key) > 1 else two.key)
        return found

    # --- where entries stand ---------------------------------------------------------------------------------

    def placed(self, entry: Entry) -> Placed:
        left = self.pieces(entry.left, self.left, self.pieces_left)
        right = self.pieces(entry.right, self.right, self.pieces_right)
        found = Placed(entry, left, right)
        if entry.kind == "descend":
            assert entry.left is not None
            assert entry.right is not None
            found.header_left = self.left.pieces_in(_spans(entry.left, blocks=False))
            found.header_right = self.right.pieces_in(_spans(entry.right, blocks=False))
            apart = self.is_apart(entry.left, found.header_left, self.left) and self.is_apart(
                entry.right, found.header_right, self.right
            )
            inverted = is_inverted(entry.left) != is_inverted(entry.right)
            sizes = _owners(self.left, found.header_left), _owners(self.right, found.header_right)
            if not apart or (entry.header and (inverted or sizes[0] != sizes[1])):
                found.entry = Entry("change", entry.key, entry.left, entry.right)
        return found

    def pieces(self, node: Node | None, layout: Layout, known: dict[int, set[int]]) -> set[int]:
        if node is None:
            return set()
        if id(node) not in known:
            known[id(node)] = layout.closed(layout.pieces_in(_spans(node, blocks=True)))
        return known[id(node)]

    def is_apart(self, node: Node, header: set[int], layout: Layout) -> bool:
        """Whether the blocks of a statement share no line with what stands outside of them, nor with each other."""
        seen = set(header)
        for block in inner_blocks(node):
            own: set[int] = set()
            for n in block.body:
                own |= layout.pieces_in(_spans(n, blocks=True))
            if own & seen:
                return False
            seen |= own
        return bool(header)

    # --- blocks ----------------------------------------------------------------------------------------------

    def block(self, script: Script, header: int) -> Iterator[Edit]:
        """The edits of a block; `header` is the last line of the statement's own on the left before it, -1 for none."""
        items = [self.placed(e) for e in script.entries]
        self.take_in_unowned(items)
        self.mark(items)
        rest = items
        if not script.key:
            extra = len(items) - len(self.plan.imports)
            run = [
                p
                for i, p in enumerate(items)
                if i >= extra or isinstance(p.entry.left or p.entry.right, (Import, ImportFrom))
            ]
            rest = [p for p in items if p not in run]
            yield from imports.edits(self, items, run)
        hunks = list(self.hunks(script, rest))
        covered = {i for start, end in hunks for i in range(start, end)}
        for i, p in enumerate(rest):
            if i in covered:
                continue
            if p.entry.kind == "descend":
                yield from self.descend(p)
            elif p.entry.kind == "change":
                yield from self.merged(p)
        for start, end in hunks:
            yield from self.hunk(script, rest, start, end, header)

    def take_in_unowned(self, items: Sequence[Placed]) -> None:
        """Give what no entry stands on for certain to the one that it may have become a part of.

        A rule leaves nothing of `yield x` where it writes `yield from`, and a returned temporary may be all that stood
        on its line: such a piece belongs to the statement whose span ends there, or to the compound around it.
        """
        for side, layout in (("left", self.left), ("right", self.right)):
            owned: set[int] = set().union(*[getattr(p, side) for p in items])
            for p in items:
                mine: set[int] = getattr(p, side)
                if not mine:
                    continue
                node = getattr(p.entry, side)
                more = {layout.piece_at[line] for n in walk(node) for line in (n.span[0], n.span[2])} - {-1}
                if isinstance(node, Statement) and node.restructured:
                    more.update(range(min(mine), max(mine) + 1))
                more = {n for n in more if not layout.is_idle(n)}
                for number in {s for piece in mine for s in layout.pieces[piece].statements}:
                    statement = layout.statements[number]
                    if layout.pieces_of[number][0] in mine:
                        more.update(layout.piece_at[statement.first : statement.last + 1])
                mine |= more - owned - {-1}

    def mark(self, items: Sequence[Placed]) -> None:
        """Which entries stay where they stand on the left: all that share no line with one that does not."""
        groups = groups_of(items)
        for group in groups:
            alone = len(group) == 1
            kinds = {p.entry.kind for p in group}
            stays = kinds == {"keep"} or (alone and kinds == {"descend"})
            if alone and kinds == {"change"} and group[0].entry.key not in self.plan.plain:
                stays = self.parts(group[0]) is not None
            for p in group:
                p.stays = stays

    def hunks(self, script: Script, items: Sequence[Placed]) -> Iterator[tuple[int, int]]:
        """The runs of entries that do not stay, as (first, behind last)."""
        moving = [i for i, p in enumerate(items) if not p.stays]
        if moving and script.key in self.plan.runs and script.key:
            yield moving[0], moving[-1] + 1
            return
        start = None
        for i, p in enumerate([*items, None]):
            if p is not None and not p.stays:
                start = i if start is None else start
            elif start is not None:
                yield start, i
                start = None

    def descend(self, p: Placed) -> Iterator[Edit]:
        entry = p.entry
        if entry.header or self.other_comments(p):
            yield from self.header(p)
        last = max(self.left.pieces[n].last for n in p.header_left)
        for script in entry.scripts:
            yield from self.block(script, last)

    def header(self, p: Placed) -> Iterator[Edit]:
        """What stands outside of a statement's blocks."""
        entry = p.entry
        merged = None if entry.key in self.plan.plain else self.parts(p)
        if merged is not None:
            yield from self.merged(p)
            return
        one, two = self.solid(p.header_left, self.left), self.solid(p.header_right, self.right)
        if len(one) != len(two):
            raise CoarserError(entry.key)
        for a, b in zip(one, two, strict=True):
            yield self.replaced(entry.key, self.left, a, b, {})

    # --- parts of a statement --------------------------------------------------------------------------------

    def parts(self, p: Placed) -> list[Part] | None:
        """What is to be replaced inside of a changed statement, if that reads better than the right one's lines."""
        entry = p.entry
        if entry.left is None or entry.right is None or self.other_comments(p):
            return None
        if entry.kind == "change" and inner_blocks(entry.left):
            return None
        if (
            max(_owners(self.left, p.header_left or p.left), _owners(self.right, p.header_right or p.right))
            > 1
        ):
            return None
        found = parts_of(entry.left, entry.right, self.left, self.spelling.slice, self.comparison)
        if not found:
            return None
        here = p.header_left or p.left
        lines = [
            line for n in here for line in range(self.left.pieces[n].first, self.left.pieces[n].last + 1)
        ]
        if any(not {*range(span[0], span[2] + 1)} <= set(lines) for span, _ in found):
            return None
        if len(lines) == 1:
            replaced = sum(len(self.left.slice(span)) for span, _ in found)
            if replaced > MAX_REPLACED * len(self.left.lines[lines[0] - 1].strip()):
                return None
        ordered = sorted(
            found, key=lambda part: part[0]
        )  # stable: what is put in at one place keeps its order
        if any(a[0][2:] > b[0][:2] for a, b in pairwise(ordered)):
            return None
        return ordered

    def other_comments(self, p: Placed) -> bool:
        """Whether comments that count stand otherwise at a statement, outside of its blocks."""
        if not self.left.counted and not self.right.counted:
            return False
        found = []
        for layout, pieces in ((self.left, p.header_left or p.left), (self.right, p.header_right or p.right)):
            runs = self.solid(pieces, layout)
            lines = [n for first, last in runs for n in range(layout.gutter(first), last + 1)]
            found.append([layout.counted[n] for n in lines if n in layout.counted])
        return found[0] != found[1]

    def merged(self, p: Placed) -> Iterator[Edit]:
        """The left statement's lines with its parts replaced."""
        found = self.parts(p)
        assert found is not None
        assert p.entry.right is not None
        lines = self.left.lines
        first, last = found[0][0][0], found[-1][0][2]
        at, text = (first, 0), ""
        for span, new in found:
            text += self.left.slice((*at, *span[:2])) + new
            at = span[2:]
        text += lines[at[0] - 1][at[1] :]
        made = text.split("\n")
        source = p.entry.right.span[0]
        yield Edit(first, last, tuple(made), tuple([source] * len(made)), p.entry.key)

    # --- hunks -----------------------------------------------------------------------------------------------

    def hunk(
        self, script: Script, items: Sequence[Placed], start: int, end: int, header: int
    ) -> Iterator[Edit]:
        """The edits of a run of entries."""
        inside = items[start:end]
        left = set().union(*[p.left for p in inside])
        right = set().union(*[p.right for p in inside])
        key = inside[0].entry.key
        one, two = self.solid(left, self.left), self.solid(right, self.right)
        clothes = self.clothes(inside)
        if left and right and len(one) != len(two):
            groups = groups_of(inside)
            if script.key or len(groups) == 1:
                raise CoarserError(script.key)
            for group in groups:  # the top of a file is never one run
                i = items.index(group[0])
                yield from self.hunk(
                    script,
                    group if len(group) > 1 else items,
                    *((0, len(group)) if len(group) > 1 else (i, i + 1)),
                    header,
                )
            return
        if not left:
            yield self.inserted(key, script, items, start, end, two, header, clothes)
        elif not right:
            behind = next((p for p in items[end:] if p.left), None)
            for number, run in enumerate(one):
                yield self.deleted(key, run, behind if number == len(one) - 1 else None)
        else:
            for a, b in zip(one, two, strict=True):
                yield self.replaced(key, self.left, a, b, clothes)

    def solid(self, pieces: set[int], layout: Layout) -> list[tuple[int, int]]:
        """Pieces as runs of lines: what does nothing between two of them belongs to the run."""
        found: list[tuple[int, int]] = []
        for n in sorted(pieces):
            piece = layout.pieces[n]
            if found and all(layout.is_free(line) for line in range(found[-1][1] + 1, piece.first)):
                found[-1] = (found[-1][0], piece.last)
            else:
                found.append((piece.first, piece.last))
        return found

    def replaced(
        self,
        key: Key,
        layout: Layout,
        a: tuple[int, int],
        b: tuple[int, int],
        clothes: dict[int, tuple[int, int, int]],
    ) -> Edit:
        indent = self.left.indent(a[0])
        if self.left.counted or self.right.counted:
            a, b = (self.left.gutter(a[0]), a[1]), (self.right.gutter(b[0]), b[1])
        lines, sources = self.dressed(b, indent, clothes)
        lines[0] = _with_word_of(lines[0], self.left.lines[a[0] - 1])
        lines = self.as_left(lines, a)
        return Edit(a[0], a[1], tuple(lines), tuple(sources), key)

    def deleted(self, key: Key, run: tuple[int, int], behind: Placed | None) -> Edit:
        """Lines go with the comments above them, or below them if those are what is gone on the right."""
        above = self.quiet(self.left, run[0])
        if behind is None or not behind.left or not behind.right:
            return Edit(above, run[1], (), (), key)
        first = min(self.left.pieces[n].first for n in behind.left)
        if self.quiet(self.left, first) != run[1] + 1:
            return Edit(above, run[1], (), (), key)
        line = min(self.right.pieces[n].first for n in behind.right)
        there = self.quiet(self.right, line), line - 1
        here, before, after = [
            self.comments(*side)
            for side in (
                (self.right, *there),
                (self.left, above, run[0] - 1),
                (self.left, run[1] + 1, first - 1),
            )
        ]
        if here == after:
            return Edit(above, run[1], (), (), key)
        if here == before:
            return Edit(run[0], first - 1, (), (), key)
        lines, sources = self.dressed(there, self.left.indent(first), {}, self.right.indent(line))
        return Edit(above, first - 1, tuple(self.as_left(lines, (above, first - 1))), tuple(sources), key)

    def inserted(
        self,
        key: Key,
        script: Script,
        items: Sequence[Placed],
        start: int,
        end: int,
        runs: Sequence[tuple[int, int]],
        header: int,
        clothes: dict[int, tuple[int, int, int]],
    ) -> Edit:
        """New lines, with what stands above them on the right, behind the entry before or above the one behind."""
        before = next((p for p in reversed(items[:start]) if p.left), None)
        behind = next((p for p in items[end:] if p.left), None)
        first_behind = min(self.left.pieces[n].first for n in behind.left) if behind else 0
        if before is not None:
            top = self.left.pieces[min(before.left)].first
            if behind is not None and len(self.left.indent(first_behind)) > len(self.left.indent(top)):
                before = None
        if before is not None:
            line = self.left.block_end(before.left) + 1
            indent = self.left.indent(self.left.pieces[min(before.left)].first)
        elif behind is not None:
            line, indent = self.quiet(self.left, first_behind), self.left.indent(first_behind)
        elif not script.key:
            line, indent = len(self.left.lines) + (self.left.lines[-1] != ""), ""
        else:
            raise CoarserError(script.key[:-1])
        lines: list[str] = []
        sources: list[int] = []
        for number, run in enumerate(runs):
            above = self.quiet(self.right, run[0]) if number else run[0]
            new, where = self.dressed((above, run[1]), indent, clothes)
            lines += new
            sources += where
        base = self.right.indent(runs[0][0])
        head = self.dressed((self.quiet(self.right, runs[0][0]), runs[0][0] - 1), indent, {}, base)
        last = self.below(runs[-1], behind)
        tail = self.dressed((runs[-1][1] + 1, last), indent, {}, base)
        gap = range(self.quiet(self.left, first_behind), first_behind) if behind is not None else range(0)
        if behind is None or not gap or (before is not None and gap.start != line):
            return self.between(
                key, line, line - 1, head if before or gap else ([], []), (lines, sources), ([], [])
            )
        # What stands between the two statements on the left is now above the new lines, or below them, or neither.
        here = self.comments(self.left, gap.start, gap.stop - 1)
        one = self.comments(self.right, self.quiet(self.right, runs[0][0]), runs[0][0] - 1)
        two = self.comments(self.right, runs[-1][1] + 1, last)
        if here == two:
            if (
                before is None
                and self.left.piece_at[gap.start - 1] >= 0
                and not self.left.is_free(gap.start - 1)
            ):
                return self.between(
                    key, gap.start, gap.start - 1, _trimmed(head), (lines, sources), _blank(tail)
                )
            return self.between(key, gap.start, gap.start - 1, head, (lines, sources), ([], []))
        if here == one and not two:
            return self.between(key, gap.stop, gap.stop - 1, ([], []), (lines, sources), tail)
        return self.between(key, gap.start, gap.stop - 1, head, (lines, sources), tail)

    def between(self, key: Key, first: int, last: int, head: Lines, own: Lines, tail: Lines) -> Edit:
        lines = [*head[0], *own[0], *tail[0]]
        if first <= last:
            lines = self.as_left(lines, (first, last))
        return Edit(first, last, tuple(lines), (*head[1], *own[1], *tail[1]), key)

    def quiet(self, layout: Layout, line: int) -> int:
        """The first of the comments and blank lines right above a line."""
        while line > 1 and layout.piece_at[line - 1] < 0:
            line -= 1
        return line

    def comments(self, layout: Layout, first: int, last: int) -> list[str]:
        return [layout.comments[n] for n in range(first, last + 1) if n in layout.comments]

    def below(self, run: tuple[int, int], behind: Placed | None) -> int:
        """The last line of the gutter of the right between a run and the statement behind it."""
        last = run[1] + 1
        while last <= len(self.right.lines) and self.right.piece_at[last] < 0:
            last += 1
        return last - 1 if behind is not None and behind.right and last <= len(self.right.lines) else run[1]

    def dressed(
        self,
        run: tuple[int, int],
        indent: str,
        clothes: dict[int, tuple[int, int, int]],
        base: str | None = None,
    ) -> Lines:
        """The right's lines at another indent, with the left's text for the statements that the left has too.

        base: the indent that becomes `indent`, if not that of the first statement in the lines.
        """
        lines: list[str] = []
        sources: list[int] = []
        moved = self.indents.moved(self.spelling.lines, run, indent, base)
        line = run[0]
        while line <= run[1]:
            fit = clothes.get(line)
            if fit is not None and fit[0] <= run[1]:
                last, first_left, last_left = fit
                at = moved[line - run[0]]
                own = at[: len(at) - len(at.lstrip())]
                dress = self.indents.shifted((first_left, last_left), own)
                lines += [_with_word_of(dress[0], at), *dress[1:]]
                sources += [line] * (last_left - first_left + 1)
                line = last + 1
                continue
            lines.append(moved[line - run[0]])
            sources.append(line)
            line += 1
        return lines, sources

    def clothes(self, inside: Sequence[Placed]) -> dict[int, tuple[int, int, int]]:
        """By the first line of a statement of the right: its last line, and the lines of its equal on the left."""
        have: dict[bytes, list[tuple[Node, set[int]]]] = defaultdict(list)
        shared = _shared([p.left for p in inside]), _shared([p.right for p in inside])
        for p in inside:
            waiting = self.dresses(p, shared[0])
            while waiting:
                node, apart = waiting.pop()
                have[self.comparison.hash(node)].append((node, apart))
                waiting += self.below_of(node, apart, self.left)
        found: dict[int, tuple[int, int, int]] = {}
        waiting = []
        for p in reversed(inside):
            own = p.entry.right
            if own is not None:
                waiting += (
                    self.below_of(own, shared[1], self.right)
                    if p.entry.kind == "change"
                    else [(own, shared[1])]
                )
        while have and waiting:
            node, apart = waiting.pop()
            equal = have.get(self.comparison.hash(node))
            if equal:
                other, apart_left = equal.pop(0)
                mine = self.pieces(other, self.left, self.pieces_left)
                new = self.pieces(node, self.right, self.pieces_right)
                one, two = self.solid(mine, self.left), self.solid(new, self.right)
                if mine.isdisjoint(apart_left) and new.isdisjoint(apart) and len(one) == len(two) == 1:
                    found[two[0][0]] = (two[0][1], *one[0])
                    continue
            waiting += self.below_of(node, apart, self.right)
        return found

    def dresses(self, p: Placed, apart: set[int]) -> list[tuple[Node, set[int]]]:
        """The statements of the left that an entry leaves to others, and the pieces on which they must not stand."""
        entry = p.entry
        if entry.kind == "insert":
            return [(entry.moved, apart)] if entry.moved is not None else []
        if entry.left is None:
            return []
        return (
            self.below_of(entry.left, apart, self.left) if entry.kind == "change" else [(entry.left, apart)]
        )

    def below_of(self, node: Node, apart: set[int], layout: Layout) -> list[tuple[Node, set[int]]]:
        header = apart | layout.pieces_in(_spans(node, blocks=False))
        return [(n, header) for block in inner_blocks(node)[::-1] for n in block.body[::-1]]

    def as_left(self, lines: Sequence[str], run: tuple[int, int]) -> list[str]:
        """Lines that the left has too but for white space at their ends, in the left's bytes."""
        own = {text.rstrip(): text for text in self.left.lines[run[0] - 1 : run[1]]}
        return [own.get(line.rstrip(), line) for line in lines]


def _trimmed(lines: Lines) -> Lines:
    """Lines without the blank ones at their start."""
    blank = next((n for n, line in enumerate(lines[0]) if line.strip()), len(lines[0]))
    return lines[0][blank:], lines[1][blank:]


def _blank(lines: Lines) -> Lines:
    """The blank ones of some lines."""
    kept = [n for n, line in enumerate(lines[0]) if not line.strip()]
    return [lines[0][n] for n in kept], [lines[1][n] for n in kept]


def _owners(layout: Layout, pieces: set[int]) -> int:
    """How many statements of the source have code on some pieces."""
    return len({s for p in pieces for s in layout.pieces[p].statements})


def is_inverted(node: Node) -> bool:
    """Whether the branches of an `if` stand the other way round in its source."""
    if not isinstance(node, If) or node.orelse is None:
        return False
    one, two = (hull([n.span for n in block.body]) for block in (node.then, node.orelse))
    return bool(one[0]) and bool(two[0]) and two < one


def _with_word_of(line: str, other: str) -> str:
    """A line that starts a branch, with the word of another one: a chain goes on with `elif`, not `if`."""
    for one, two in (("if ", "elif "), ("elif ", "if ")):
        text = line.lstrip()
        if text.startswith(one) and other.lstrip().startswith(two):
            return line[: len(line) - len(text)] + two + text[len(one) :]
    return line


def _shared(sets: Sequence[set[int]]) -> set[int]:
    """What more than one of some sets holds."""
    seen: set[int] = set()
    found: set[int] = set()
    for pieces in sets:
        found |= pieces & seen
        seen |= pieces
    return found


def groups_of(items: Sequence[Placed]) -> list[list[Placed]]:
    """Entries by the pieces that they share, on either side."""
    owner: dict[tuple[str, int], int] = {}
    leader = list(range(len(items)))

    def find(i: int) -> int:
        while leader[i] != i:
            leader[i] = leader[leader[i]]
            i = leader[i]
        return i

    for i, p in enumerate(items):
        for side, pieces in (("left", p.left), ("right", p.right)):
            for piece in pieces:
                other = owner.setdefault((side, piece), i)
                leader[find(i)] = find(other)
    groups: dict[int, list[Placed]] = defaultdict(list)
    for i, p in enumerate(items):
        groups[find(i)].append(p)
    return list(groups.values())


def _spans(node: Node, *, blocks: bool) -> Iterator[Span]:
    """The spans of what stands in a statement, and its own if no rule made it; `blocks`: inside of its blocks too."""
    waiting: list[Node] = [node]
    while waiting:
        top = waiting.pop()
        if isinstance(top, Block):
            if blocks:
                waiting += top.body
            continue
        below = children(top)
        if isinstance(top, Statement):
            if not top.restructured:
                yield top.header if any(isinstance(n, Block) for n in below) else top.span
            elif not below:
                yield top.header
        elif not below:
            yield top.span
        waiting += below
