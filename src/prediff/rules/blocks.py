"""What the rules on statements share: blocks of a function, how they end, how long they are, what they declare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions
from prediff.tree import (
    CHILD_FIELDS,
    Block,
    Class,
    Clause,
    Declare,
    DoWhile,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Jump,
    Labeled,
    Lambda,
    Match,
    Node,
    Opaque,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
    children,
    hull,
    update,
    widest_header,
)

COMPOUND = (If, While, DoWhile, For, ForEach, Try, With, Match, Labeled, Block)
PARTS = (*COMPOUND, Handler, Clause)
HELD: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(
        n for n in CHILD_FIELDS[cls] if n in ("body", "then", "orelse", "final", "handlers", "clauses")
    )
    for cls in PARTS
}
"""The fields in which a statement holds blocks."""
MOVABLE = frozenset({"let", "const"})
S = TypeVar("S", bound=Statement)


def map_blocks(
    function: Function | Lambda, facts: Facts, visit: Callable[[Block], Block]
) -> Function | Lambda | None:
    """A function with `visit` applied to each of its own blocks, inner ones first; None if nothing changed.

    Nested definitions are left out, and so are statements that no rule reads (`Opaque`).
    """
    body = function.body
    if not isinstance(body, Block) or all(visit(block) is block for block in own_blocks(body, facts)):
        return None
    return update(function, body=_mapped(body, visit))


def own_blocks(body: Block, facts: Facts) -> list[Block]:
    """A function's body and the blocks in it, inner ones first. Most rules change none, so that the list is kept."""
    known = facts.memo.get((own_blocks, id(body)))
    if known is None:
        found: list[Block] = []
        stack: list[Any] = [body]
        while stack:
            node = stack.pop()
            if node.__class__ is Block:
                found.append(node)
            for name in HELD[node.__class__]:
                value = getattr(node, name)
                if value.__class__ is tuple:
                    stack += [n for n in value if n.__class__ in HELD]
                elif value is not None and value.__class__ in HELD:
                    stack.append(value)
        known = facts.memo[own_blocks, id(body)] = found[::-1]
    return cast("list[Block]", known)


def _mapped(node: Any, visit: Callable[[Block], Block]) -> Any:
    """A statement, block or clause with `visit` applied to its blocks, inner ones first."""
    changes: dict[str, Any] = {}
    for name in HELD[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is tuple:
            new = [_mapped(n, visit) if n.__class__ in HELD else n for n in value]
            if any(a is not b for a, b in zip(new, value, strict=True)):
                changes[name] = tuple(new)
        elif value is not None and value.__class__ in HELD:
            one = _mapped(value, visit)
            if one is not value:
                changes[name] = one
    node = update(node, **changes) if changes else node
    return visit(node) if node.__class__ is Block else node


def ends(block: Block) -> bool:
    """Whether control never leaves a block at its end: its last statement returns, raises or jumps."""
    return bool(block.body) and is_exit(block.body[-1])


def is_exit(last: Node) -> bool:
    """Whether control never goes on behind a statement."""
    while isinstance(last, If) and last.orelse is not None and last.orelse.body:
        if not ends(last.then):
            return False
        last = last.orelse.body[-1]
    return isinstance(last, (Return, Raise, Jump))


def size(nodes: Sequence[Node], limit: int) -> int:
    """How many statements stand in some nodes, nested ones included; the count stops above `limit`."""
    count = 0
    stack: list[Node] = list(nodes)
    while stack and count <= limit:
        node = stack.pop()
        if isinstance(node, Statement):
            count += 1
        if node.__class__ in HELD or isinstance(node, (Function, Class)):
            stack += [c for c in children(node) if isinstance(c, (Statement, Block, Handler, Clause))]
    return count


def is_simple(node: Node) -> bool:
    """Whether a statement holds no other statements."""
    return not isinstance(node, (*PARTS, Function, Class, Opaque))


def lexical_names(nodes: Iterable[Node], facts: Facts) -> set[str] | None:
    """The names that statements declare for their own block; None if such a declaration cannot go to another block."""
    found: set[str] = set()
    if not facts.traits.block_scoped:
        return found
    for node in nodes:
        if isinstance(node, (Function, Class, Opaque, Labeled)):
            return None
        if isinstance(node, Declare) and node.kind in facts.traits.block_scoped:
            if node.kind not in MOVABLE:  # `using`: the end of the block is when the value is disposed of
                return None
            found.update(names_of_target(node.target))
    return found


def may_move(nodes: Sequence[Node], facts: Facts, uses: Uses | None = None) -> bool:
    """Whether statements may stand in another block of the same function without a name changing its meaning.

    They may if they declare nothing for their block, or (with the uses of the whole function) if what they declare is
    mentioned nowhere else in it.
    """
    names = lexical_names(nodes, facts)
    if names is None or (names and uses is None):
        return False
    if not names:
        return True
    assert uses is not None
    here = mentions(list(nodes))
    return not uses.dynamic and all(uses.mentions[name] == here[name] for name in names)


def placed(node: S, *sources: Node) -> S:
    """A statement that a rule built, with the place of the statements that it was built from."""
    span = hull([s.span for s in sources])
    first = sources[0]
    header = widest_header(node, first.header) if isinstance(first, Statement) else span
    return update(node, span=span, header=header, restructured=True)
