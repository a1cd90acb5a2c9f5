"""The statements of a unit by the lines of its text: on which lines each stands, and what stands around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any

from prediff.depth import quick_and_deep
from prediff.languages import LANGUAGES, get_language
from prediff.lean_dataclasses import dataclass
from prediff.models.protocols import Unit
from prediff.tree import (
    CHILD_FIELDS,
    VALUE_FIELDS,
    Block,
    Clause,
    DoWhile,
    Handler,
    If,
    Node,
    Opaque,
    Statement,
    update,
    walk,
)

FIRST = 1_000_000_000
STEP = 1_000_000
"""A row's number as a line: no source is that long, and text that could not be read counts on from it."""
NOTHING = FIRST - STEP
"""The number of what no row has, such as a closing brace."""
NO_ROW = -1
_ROWS_BELOW = frozenset({"orelse", "final", "handlers", "clauses", "decorators"})
"""Fields of statements that hold rows."""


@dataclass(slots=True)
class Row:
    """A statement, or a part of one that has a line of its own: a handler, a case, a decorator, `else`.

    node: the statement; of `else` and `finally` that which they belong to. part: the field that a part is.
    parent: the row around it, -1 for none; nest: in which block of it. lines: their numbers in the text, from 1.
    own: all that it is but for what stands in its blocks; two rows with the same are equal.
    """

    node: Node
    parent: int = NO_ROW
    part: str = ""
    nest: int = 0
    own: list[Any] = field(default_factory=list)
    lines: tuple[int, ...] = ()


def rows_of(unit: Unit) -> list[Row]:
    """The rows of a unit in order. They have no lines where its text is not what its tree is printed as."""
    rows: list[Row] = []
    tree = _labelled(unit.tree, rows)
    if unit.language in LANGUAGES:
        block = tree if isinstance(tree, Block) else Block((tree,))
        try:
            with quick_and_deep():
                printed = get_language(unit.language).print(block, ())
        except Exception:  # a tree that its language does not print is no reason to fail
            return rows
        if printed.text.rstrip("\n") == unit.text.rstrip("\n"):
            _give_lines(rows, printed.text.split("\n"), printed.sources)
    return rows


def _give_lines(rows: Sequence[Row], texts: Sequence[str], sources: Sequence[tuple[int, int]]) -> None:
    """Give each row its first lines: those up to a line of another one."""
    found: list[list[int]] = [[] for _ in rows]
    current = run = NO_ROW
    for number, (text, (first, _)) in enumerate(zip(texts, sources, strict=False), 1):
        if first >= NOTHING:
            current = (first - FIRST) // STEP
        if text.strip() and current != run:
            run = current if 0 <= current < len(rows) and not found[current] else NOTHING
        if text.strip() and 0 <= run < len(rows):
            found[run].append(number)
    for row, lines in zip(rows, found, strict=True):
        row.lines = tuple(lines)


class _Place:
    """A node whose children are made before it is made anew, with its row's number as its span."""

    __slots__ = ("made", "node", "number", "row", "todo")

    def __init__(self, node: Node, row: int, number: int) -> None:
        self.node = node
        self.row = row
        self.number = number
        self.todo = _below(node)
        self.made: list[tuple[str, int, Node]] = []


def _labelled(tree: Node, rows: list[Row]) -> Node:
    """The tree with the number of its row as the span of each node. Iterative: depth is no limit."""
    top = _Place(Block((tree,)), NO_ROW, NOTHING)
    stack: list[tuple[_Place, str, int]] = [(top, "", 0)]
    nests: list[int] = []
    while True:
        place, name, index = stack[-1]
        step = next(place.todo, None)
        if step is None:
            stack.pop()
            if not stack:
                return place.made[0][2]
            stack[-1][0].made.append((name, index, _made(place)))
            continue
        name, index, child = step
        row, starts = place.row, _starts(child, name, place.node, place is top)
        if row != NO_ROW and not starts and _is_noted(rows[row].own, child, place.node):
            continue
        if starts:
            rows.append(_new(child, name, place, nests))
            nests.append(0)
            row = len(rows) - 1
        elif row != NO_ROW:
            if child.__class__ is not Block or not isinstance(place.node, Statement):
                _note(rows[row].own, child)
            if child.__class__ is Block and place.node is not rows[row].node:
                nests[row] += 1
        number = FIRST + row * STEP if starts or child.__class__ is not Block else NOTHING
        stack.append((_Place(child, row, number), name, index))


def _is_noted(own: list[Any], node: Node, holder: Node) -> bool:
    """Note a whole expression that holds no statements and keeps its spans: most are of this kind."""
    if isinstance(node, (Block, Statement)) or isinstance(
        holder, DoWhile
    ):  # whose test has a line of its own
        return False
    nodes = []
    for one in walk(node):
        if one.__class__ is Block:
            return False
        nodes.append(one)
    for one in nodes:
        _note(own, one)
    return True


def _starts(node: Node, name: str, holder: Node, is_top: bool) -> bool:
    """Whether a node is the first of a row."""
    if is_top:
        return node.__class__ is not Block
    if node.__class__ is Block:
        is_arm = name in ("orelse", "final") and not _goes_on(holder, node)
        return is_arm or holder.__class__ is Block
    return holder.__class__ is Block or node.__class__ in (Handler, Clause) or name == "decorators"


def _new(node: Node, name: str, place: _Place, nests: Sequence[int]) -> Row:
    nest = nests[place.row] if place.row != NO_ROW else 0
    if node.__class__ is Block and name in ("orelse", "final"):
        return Row(place.node, place.row, name, nest, [name])
    row = Row(node, place.row, name if name == "decorators" else "", nest)
    _note(row.own, node)
    return row


def _goes_on(holder: Node, block: Node) -> bool:
    """Whether the block of an `else` is an `elif`."""
    return (
        isinstance(holder, If)
        and isinstance(block, Block)
        and len(block.body) == 1
        and isinstance(block.body[0], If)
    )


def _note(own: list[Any], node: Node) -> None:
    """Add what a node is by itself: its class, its values, how many children it has where."""
    cls = node.__class__
    own.append(cls)
    if cls is Block:
        return
    for name in VALUE_FIELDS[cls]:
        value = getattr(node, name)
        own.append(repr(value) if value.__class__ in (float, complex) else value)
    for name in CHILD_FIELDS[cls]:
        if name in _ROWS_BELOW and issubclass(cls, Statement):
            continue
        value = getattr(node, name)
        if value.__class__ is tuple:
            tokens = [c if isinstance(c, str) else None for c in value] if cls is Opaque else ()
            own.append((len(value), *tokens))
        else:
            own.append(value is None)


_IN_ORDER = {
    cls: tuple(sorted(names, key=lambda name: name != "decorators")) for cls, names in CHILD_FIELDS.items()
}
"""The fields of each class with nodes in the order in which they are printed, as far as rows go."""


def _below(node: Node) -> Iterator[tuple[str, int, Node]]:
    for name in _IN_ORDER[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is tuple:
            for index, item in enumerate(value):
                if item.__class__ is not str:
                    yield name, index, item
        elif value is not None:
            yield name, 0, value


def _made(place: _Place) -> Node:
    node = place.node
    span = (place.number, 0, place.number, 0)
    changes: dict[str, Any] = {"span": span}
    if isinstance(node, Statement):
        changes["header"] = span
    for name, index, child in place.made:
        value = changes.get(name, getattr(node, name))
        if value.__class__ is tuple:
            value = list(value)
            changes[name] = value
        if value.__class__ is list:
            value[index] = child
        else:
            changes[name] = child
    return update(node, **{name: tuple(v) if v.__class__ is list else v for name, v in changes.items()})
