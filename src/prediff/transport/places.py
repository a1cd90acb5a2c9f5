"""Where the entries of a script stand in the two files: on which pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.transport.layout import Layout
from prediff.transport.lists import Part
from prediff.transport.plan import Run
from prediff.transport.script import Entry, Key
from prediff.tree import Block, Clause, If, Match, Node, Span, Statement, children, hull, inner_blocks


@dataclass(slots=True)
class Placed:
    """An entry and the pieces that it stands on, all of them and (of what is gone into) those outside of its blocks.

    stays: whether it shares no piece with an entry that changes, so that it can stay where it is on the left. alone:
    whether it shares none with any.
    parts: what is to be replaced in it then, and in the entries of the same lines.
    """

    entry: Entry
    left: set[int]
    right: set[int]
    header_left: set[int] = field(default_factory=set)
    header_right: set[int] = field(default_factory=set)
    stays: bool = False
    alone: bool = False
    parts: list[Part] = field(default_factory=list)

    @property
    def sides(self) -> tuple[set[int], set[int]]:
        """The pieces of both sides; of what is gone into, those outside of its blocks."""
        return self.header_left or self.left, self.header_right or self.right


class Places:
    """Finds the pieces of entries and nodes of one pair of files."""

    def __init__(self, left: Layout, right: Layout) -> None:
        self.left = left
        self.right = right
        self._left: dict[int, set[int]] = {}
        self._right: dict[int, set[int]] = {}
        self._ends_left: dict[int, set[int]] = {}
        self._ends_right: dict[int, set[int]] = {}

    def placed(self, entry: Entry) -> Placed:
        """An entry with its pieces. One whose blocks cannot be told apart in the text is not gone into."""
        found = Placed(entry, self.of_left(entry.left), self.of_right(entry.right))
        if entry.kind == "descend" and entry.left is not None and entry.right is not None:
            found.header_left = self.left.pieces_in(spans_of(entry.left, blocks=False, cases=False))
            found.header_right = self.right.pieces_in(spans_of(entry.right, blocks=False, cases=False))
            apart = _is_apart(entry.left, found.header_left, self.left, self._left)
            apart = apart and _is_apart(entry.right, found.header_right, self.right, self._right)
            unlike = is_inverted(entry.left) != is_inverted(entry.right)
            unlike |= owners(self.left, found.header_left) != owners(self.right, found.header_right)
            if not apart or (entry.header and unlike):
                found.entry = Entry("change", entry.key, entry.left, entry.right)
        return found

    def of_left(self, node: Node | None) -> set[int]:
        return _pieces(node, self.left, self._left)

    def of_right(self, node: Node | None) -> set[int]:
        return _pieces(node, self.right, self._right)

    def all(self, entries: Sequence[Entry], whole: Collection[Key] = ()) -> list[Placed]:
        """The entries of a block with their pieces, and those pieces that no entry stands on for certain.

        A rule leaves nothing of `yield x` where it writes `yield from`, and a returned temporary may be all that stood
        on its line: such a piece belongs to the statement whose span ends there, or to the compound around it.

        whole: the keys of entries that stand on all lines of their statements of the source, also on those of others:
        what a rule took out of an `else` does not stay behind when the `if` goes.
        """
        items = [self._as_it_stands(e) or self.placed(e) for e in entries]
        changing = [p for p in items if p.entry.kind != "keep" or len(p.entry.key) > 1]
        for step in (_by_spans, _by_statements):
            owned = set[int]().union(*[p.left for p in items]), set[int]().union(*[p.right for p in items])
            for p in changing:
                if p.entry.left is not None and p.left:
                    p.left |= step(p.entry.left, p.left, self.left, self._ends_left) - owned[0]
                if p.entry.right is not None and p.right:
                    p.right |= step(p.entry.right, p.right, self.right, self._ends_right) - owned[1]
        for p in items:
            if p.entry.key in whole:
                p.left |= _of_statements(p.left, self.left)
                p.right |= _of_statements(p.right, self.right)
        return items

    def _as_it_stands(self, entry: Entry) -> Placed | None:
        """An entry of the top that is equal and that no rule made of others: it has its lines for itself."""
        one, two = entry.left, entry.right
        if entry.kind != "keep" or len(entry.key) > 1 or not isinstance(one, Statement):
            return None
        if not isinstance(two, Statement) or one.restructured or two.restructured:
            return None
        return Placed(entry, self.left.pieces_in([one.span]), self.right.pieces_in([two.span]))


def _pieces(node: Node | None, layout: Layout, known: dict[int, set[int]]) -> set[int]:
    return set() if node is None else layout.closed(set(_touched(node, layout, known)))


def _touched(node: Node, layout: Layout, known: dict[int, set[int]]) -> set[int]:
    """The pieces that a statement and all in its blocks touch. Those inside are asked for too: they are kept."""
    if id(node) not in known:
        found = layout.pieces_in(spans_of(node, blocks=False))
        for block in inner_blocks(node):
            for n in block.body:
                found |= _touched(n, layout, known)
        known[id(node)] = found
    return known[id(node)]


def _by_spans(node: Node, mine: set[int], layout: Layout, known: dict[int, set[int]]) -> set[int]:
    """The pieces on which spans of a node start or end; of what a rule made of several statements, all between them."""
    more = set(_ends(node, layout, known))
    if isinstance(node, Statement) and node.restructured:
        more.update(range(min(mine), max(mine) + 1))
    return {n for n in more if not layout.is_idle(n)}


def _ends(node: Node, layout: Layout, known: dict[int, set[int]]) -> set[int]:
    if id(node) not in known:
        waiting: list[Node] = [node]
        found: set[int] = set()
        while waiting:
            top = waiting.pop()
            found.update((layout.piece_at[top.span[0]], layout.piece_at[top.span[2]]))
            waiting += [c for c in children(top) if not isinstance(c, Block)]
        for block in inner_blocks(node):
            for n in block.body:
                found |= _ends(n, layout, known)
        known[id(node)] = found - {-1}
    return known[id(node)]


def _by_statements(node: Node, mine: set[int], layout: Layout, known: dict[int, set[int]]) -> set[int]:
    """The pieces of the statements of the source that a node's pieces belong to."""
    return _of_statements(mine, layout)


def _of_statements(mine: set[int], layout: Layout) -> set[int]:
    """The pieces of the statements of the source that start on some pieces."""
    more: set[int] = set()
    for number in {s for piece in mine for s in layout.pieces[piece].statements}:
        statement = layout.statements[number]
        if layout.pieces_of[number][0] in mine:
            more.update(layout.piece_at[statement.first : statement.last + 1])
    return more - {-1}


def _is_apart(node: Node, header: set[int], layout: Layout, known: dict[int, set[int]]) -> bool:
    """Whether the blocks or cases of a statement share no line with what stands outside of them, or with each other."""
    seen = set(header)
    inner: list[tuple[Node, ...]] = [block.body for block in inner_blocks(node)]
    if isinstance(node, Match):
        inner = [(clause,) for clause in node.clauses]
    for part in inner:
        own: set[int] = set()
        for n in part:
            own |= _touched(n, layout, known)
        if own & seen:
            return False
        seen |= own
    return bool(header)


def spans_of(node: Node, *, blocks: bool, cases: bool = True) -> Iterator[Span]:
    """The spans of what stands in a statement, and its own if no rule made it.

    blocks: inside of its blocks too. cases: of the cases of a `match` too.
    """
    waiting: list[Node] = [node]
    while waiting:
        top = waiting.pop()
        if isinstance(top, Block):
            if blocks:
                waiting += top.body
            continue
        below = children(top) if cases or not isinstance(top, Match) else [top.subject]
        if isinstance(top, Clause) and top.span[0]:
            yield (*top.span[:2], *top.span[:2])
        if isinstance(top, Statement):
            if not top.restructured:
                yield from _own_spans(top)
            elif not below:
                yield top.header
        elif not below:
            yield top.span
        waiting += below


def _own_spans(node: Statement) -> list[Span]:
    """The spans of a statement itself: its header, or where it starts and ends if its blocks stand in expressions."""
    if not inner_blocks(node):
        return [node.span]
    if node.header != node.span:
        return [node.header]
    return [(*node.span[:2], *node.span[:2]), (*node.span[2:], *node.span[2:])]


def solid(pieces: set[int], layout: Layout) -> list[Run]:
    """Pieces as runs of lines: what does nothing between two of them belongs to the run."""
    found: list[Run] = []
    for n in sorted(pieces):
        piece = layout.pieces[n]
        if found and all(layout.is_free(line) for line in range(found[-1][1] + 1, piece.first)):
            found[-1] = (found[-1][0], piece.last)
        else:
            found.append((piece.first, piece.last))
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


def owners(layout: Layout, pieces: set[int]) -> int:
    """How many statements of the source have code on some pieces."""
    return len({s for p in pieces for s in layout.pieces[p].statements})


def is_inverted(node: Node) -> bool:
    """Whether the branches of an `if` stand the other way round in its source."""
    if not isinstance(node, If) or node.orelse is None:
        return False
    one, two = (hull([n.span for n in block.body]) for block in (node.then, node.orelse))
    return bool(one[0]) and bool(two[0]) and two < one
