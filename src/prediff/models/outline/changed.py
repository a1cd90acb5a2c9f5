"""What changed in a pair of units, statement by statement, in words.

The statements of both are matched, and each that has no counterpart, another one, or another place is an entry: nothing
that differs is left out. What is over `MAX_CHANGES` is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field

from prediff.lean_dataclasses import dataclass
from prediff.model import ChangeKind
from prediff.models.outline.clauses import caught, clauses, unless, when
from prediff.models.outline.matched import matched
from prediff.models.outline.numbered import NO_ROW, Row, rows_of
from prediff.models.outline.pairs import Pairs, kind_of
from prediff.models.outline.phrases import Phrases, cut, plain
from prediff.models.outline.sentences import Teller, listed
from prediff.models.protocols import Described, UnitChange
from prediff.models.schemas import MAX_CHANGES
from prediff.models.wording import MAX_LENGTH, line_of
from prediff.tree import (
    Block,
    Class,
    Clause,
    DoWhile,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Node,
    Try,
    While,
    With,
    trees_equal,
)

_WORDS_WIDTH = 60


@dataclass(slots=True)
class _Side:
    """The rows of one unit. gone: those that have no counterpart; whole: those of them in which nothing has one."""

    rows: list[Row]
    gone: set[int]
    whole: set[int] = field(default_factory=set)
    below: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for i, row in enumerate(self.rows):
            self.below.setdefault(row.parent, []).append(i)
        self.whole = set(self.gone)
        for i in range(len(self.rows) - 1, -1, -1):
            if i not in self.whole:
                self.whole.discard(self.rows[i].parent)

    def all_lines(self, i: int) -> tuple[int, ...]:
        """The lines of a row and all in it."""
        found: list[int] = []
        waiting = [i]
        while waiting:
            top = waiting.pop()
            found += self.rows[top].lines
            waiting += self.below.get(top, ())
        return tuple(sorted(set(found)))

    def around(self, i: int) -> Iterator[int]:
        """The rows around a row, the innermost first."""
        i = self.rows[i].parent
        while i != NO_ROW:
            yield i
            i = self.rows[i].parent

    def within(self, i: int) -> str:
        """The names of the definitions around a row, but for the unit's own."""
        names = [
            node.name
            for at in [*self.around(i)][::-1]
            if at and isinstance(node := self.rows[at].node, (Function, Class)) and node.name
        ]
        return ".".join(names)


def changes(pair: UnitChange) -> tuple[Described, ...]:
    """What changed in a pair, in the order of the units; () for equal trees."""
    if trees_equal(pair.left.tree, pair.right.tree):
        return ()
    left, right = rows_of(pair.left), rows_of(pair.right)
    pairs, moved = matched(left, right)
    sides = (
        _Side(left, set(range(len(left))) - set(pairs)),
        _Side(right, set(range(len(right))) - set(pairs.values())),
    )
    found = _limited(list(_Changes(sides, pairs, moved, Phrases(pair.left.language)).all()))
    return found or (Described("other", (1,), (1,), "a detail of it changed"),)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A place that changed, and what makes the entries of it: one or more."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    make: Callable[[], list[Described]]


def _limited(places: Sequence[_Place]) -> tuple[Described, ...]:
    """The entries of the first places, and how many more there are; of these a place counts as one."""
    found: list[Described] = []
    for place in places:
        found += place.make()
        if len(found) > MAX_CHANGES:
            break
    else:
        return tuple(found)
    later = places[places.index(place) + 1 :]
    rest: list[Described | _Place] = [*found[MAX_CHANGES - 1 :], *later]
    left, right = {n for one in rest for n in one.left}, {n for one in rest for n in one.right}
    text = f"and {len(rest)} more changes"
    counted = Described("other", tuple(sorted(left)), tuple(sorted(right)), text)
    return (*found[: MAX_CHANGES - 1], counted)


class _Changes:
    """Makes the entries of one pair."""

    def __init__(
        self, sides: tuple[_Side, _Side], pairs: dict[int, int], moved: dict[int, int], phrases: Phrases
    ) -> None:
        self.sides = sides
        self.pairs = pairs
        self.back = {j: i for i, j in pairs.items()}
        self.moved = moved
        self.imports: dict[tuple[int, str], list[int]] = {}
        self.teller = Teller(phrases)
        self.described = Pairs(self.teller)

    def all(self) -> Iterator[_Place]:
        """All places, in the order of the right, what is gone where it stood."""
        left, right = self.sides
        done = 0
        for j in range(len(right.rows)):
            if j not in self.back:
                yield from self.single(1, j)
                continue
            i = self.back[j]
            if i not in self.moved:
                for gone in range(done, i):
                    yield from self.single(0, gone)
                done = max(done, i)
            yield from self.pair(i, j)
        for gone in range(done, len(left.rows)):
            yield from self.single(0, gone)
        for (side, _), rows in self.imports.items():
            yield self._imported(side, rows)

    # --- statements of one side --------------------------------------------------------------------------------

    def single(self, side: int, i: int) -> Iterator[_Place]:
        """A row that has no counterpart, unless what it stands in or holds says so."""
        own = self.sides[side]
        if i not in own.gone or own.rows[i].parent in own.whole or self._is_implied(own, i):
            return
        if isinstance(own.rows[i].node, (Import, ImportFrom)):
            self.imports.setdefault((side, own.within(i)), []).append(i)
            return
        lines = own.all_lines(i) if i in own.whole else own.rows[i].lines
        left, right = ((), lines) if side else (lines, ())

        def made() -> list[Described]:
            row = own.rows[i]
            text = self._whole(own, i, side) if i in own.whole else self._frame(row, side)
            return [self.entry(kind_of(row.node, row.part), left, right, text, side, i)]

        yield _Place(left, right, made)

    def _imported(self, side: int, rows: Sequence[int]) -> _Place:
        """Imports of one side, which tell least, together."""
        own = self.sides[side]
        lines = tuple([n for i in rows for n in own.rows[i].lines])
        left, right = ((), lines) if side else (lines, ())

        def made() -> list[Described]:
            if len(rows) == 1:
                text = self._whole(own, rows[0], side)
            else:
                names = [a.asname or a.name for i in rows for a in own.rows[i].node.names]  # type: ignore[attr-defined]
                text = f"{'also' if side else 'no longer'} imports {listed([plain(n) for n in names], 80)}"
            return [self.entry("other", left, right, text, side, rows[0])]

        return _Place(left, right, made)

    def _is_implied(self, own: _Side, i: int) -> bool:
        """Whether what stands with a row says it too: a `try` is there for its handlers."""
        row = own.rows[i]
        if not isinstance(row.node, Try) or row.part or i in own.whole:
            return False
        return any(
            j in own.gone and (own.rows[j].part == "final" or isinstance(own.rows[j].node, Handler))
            for j in own.below.get(i, ())
        )

    def _whole(self, own: _Side, i: int, side: int) -> str:
        """A statement that is there on one side only, with all that is in it."""
        row, start = own.rows[i], "also" if side else "no longer"
        node = row.node
        room = MAX_LENGTH - len(start) - 1 - len(own.within(i)) - 2
        if row.part == "decorators":
            return f"{start} decorated with {self.teller.phrases.words(node, 40)}"
        if row.part == "final":
            return f"{start} finally: {self._line(getattr(node, 'final', None), room - 10)}"
        if row.part:
            return f"{start} {self._line(getattr(node, 'orelse', None), room - 34)} {self._condition(row)}"
        if isinstance(node, Handler):
            inner = self._line(node.body, room - 34) if node.body.body else ""
            what = self._phrase(caught(node), 26)
            return f"{start} catches {what}" + (f": {inner}" if inner else "")
        if isinstance(node, Clause):
            inner = self._line(node.body, room - 34)
            return f"{start}, {self._case(node)}: {inner}"
        text = self.teller.line(clauses((node,), exact=True), room)
        return f"{start} {text}"

    def _frame(self, row: Row, side: int) -> str:
        """A statement that is there on one side only while what is in it is on both."""
        start = "now" if side else "no longer"
        node = row.node
        if row.part == "final":
            return f"{start} in a finally block"
        if row.part:
            return f"{start} only {self._condition(row)}"
        if isinstance(node, If):
            return f"{start} only {self._phrase(when(node.test), _WORDS_WIDTH)}"
        if isinstance(node, Handler):
            return f"{'also' if side else start} catches {self._phrase(caught(node), _WORDS_WIDTH)}"
        if isinstance(node, Clause):
            return f"{start} only {self._case(node)}"
        return f"{start} {self._place(row)}"

    def _condition(self, row: Row) -> str:
        """When an `else` is run."""
        node = row.node
        if isinstance(node, If):
            return self._phrase(unless(node.test), 28)
        return "unless something is raised" if isinstance(node, Try) else "if never stopped"

    def _case(self, node: Clause) -> str:
        return "by default" if node.pattern is None else f"for {self.teller.phrases.words(node.pattern, 28)}"

    def _place(self, row: Row) -> str:
        """What it means to stand in a row."""
        node = row.node
        if row.part:
            return "in a finally block" if row.part == "final" else self._condition(row)
        if isinstance(node, If):
            return self._phrase(when(node.test), 44)
        if isinstance(node, ForEach):
            return f"in the loop over {self.teller.phrases.words(node.iterable, 44)}"
        if isinstance(node, (For, While, DoWhile)):
            return (
                "in a loop"
                if node.test is None
                else f"in the loop while {self.teller.phrases.words(node.test, 44)}"
            )
        if isinstance(node, With):
            return self._phrase(("with ", *[item.context for item in node.items[:1]]), 44)
        if isinstance(node, Try):
            return "in a try block"
        if isinstance(node, Handler):
            return self._phrase(("on ", *caught(node)), 44)
        if isinstance(node, Clause):
            return self._case(node)
        if isinstance(node, (Function, Class)):
            return f"in {'class' if isinstance(node, Class) else 'function'} {node.name}"
        if isinstance(node, Block):
            return "in a block"
        return f"inside {self.described.short(node, 44)}"

    # --- statements of both sides ------------------------------------------------------------------------------

    def pair(self, i: int, j: int) -> Iterator[_Place]:
        """A row of both sides, if it stands elsewhere or says something else."""
        one, two = self.sides[0].rows[i], self.sides[1].rows[j]
        inside = None if self._goes_along(i, j) else self._moved_into(i, j)
        moved = i in self.moved and not self._goes_along(i, j)
        if not moved and inside is None and one.own == two.own:
            return

        def made() -> list[Described]:
            found = [] if one.own == two.own else self.described.said(one, two)
            if inside is not None:
                found = [(kind_of(one.node, one.part), f"{self._short(one, 50)}, {inside}"), *found]
            elif moved:
                found = [(kind_of(one.node, one.part), f"moved: {self._short(one, 70)}"), *found]
            return [self.entry(kind, one.lines, two.lines, text, 1, j) for kind, text in found]

        yield _Place(one.lines, two.lines, made)

    def _goes_along(self, i: int, j: int) -> bool:
        """Whether a moved row is where it is because what it stands in moved."""
        one, two = self.sides[0].rows[i], self.sides[1].rows[j]
        return one.parent in self.moved and self.moved[one.parent] == two.parent

    def _moved_into(self, i: int, j: int) -> str | None:
        """Where a row now stands, if what is around it on both sides is not the same there and here."""
        left, right = self.sides
        here = next((at for at in left.around(i) if at in self.pairs), NO_ROW)
        there = next((at for at in right.around(j) if at in self.back), NO_ROW)
        if self.pairs.get(here, NO_ROW) == there:
            same = left.rows[i].nest == right.rows[j].nest or left.rows[i].parent != here
            return None if same else "now in another part of the statement around it"
        if there == NO_ROW or there in {self.pairs[at] for at in left.around(i) if at in self.pairs}:
            return f"no longer {self._place(left.rows[here])}"
        return f"now {self._place(right.rows[there])}"

    # --- words -------------------------------------------------------------------------------------------------

    def entry(
        self, kind: ChangeKind, left: Sequence[int], right: Sequence[int], text: str, side: int, i: int
    ) -> Described:
        name = self.sides[side].within(i)
        text = f"{cut(name, 30)}: {text}" if name else text
        return Described(
            kind, tuple(left), tuple(right), line_of(cut(text, MAX_LENGTH)) or "a detail changed"
        )

    def _short(self, row: Row, width: int) -> str:
        if row.part == "final":
            return "finally"
        if row.part == "orelse":
            return f"what happens {self._condition(row)}"
        return self.described.short(row.node, width)

    def _line(self, block: Node | None, room: int) -> str:
        body = block.body if isinstance(block, Block) else ()
        return self.teller.line(clauses(body, exact=True), room)

    def _phrase(self, parts: tuple[str | Node, ...], width: int) -> str:
        return self.teller.phrase(parts, width)
