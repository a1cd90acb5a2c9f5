"""The statements of a unit as a list, so that those of two units can be paired."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from prediff.facts.binders import Binder, renameable, string_words
from prediff.facts.scopes import ScopeInfo, map_names
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    CHILD_FIELDS,
    VALUE_FIELDS,
    Assign,
    Attribute,
    Block,
    Declare,
    Function,
    Keyword,
    Literal,
    Name,
    Node,
    Statement,
    map_children,
    tree_hash,
    update,
    walk,
)

EMPTY = Block(())
LOCAL = "%"
TELLING = (Attribute, Keyword, Literal)
"""What says more of a statement than its shape, beside names."""


def flatten(unit: Node) -> list[Node]:
    """The statements of a unit, itself first, in the order of the source."""
    found: list[Node] = []
    stack = [unit]
    while stack:
        node = stack.pop()
        if isinstance(node, Statement):
            found.append(node)
        below: list[Node] = []
        for name in CHILD_FIELDS[node.__class__]:
            value = getattr(node, name)
            if value.__class__ is tuple:
                below += [v for v in value if isinstance(v, Node)]
            elif value is not None:
                below.append(value)
        stack += reversed(below)
    return found


def map_statements(unit: Node, change: Callable[[int, Node], Node | None]) -> Node:
    """`unit` with `change(number, statement)` in the place of each statement; numbers are `flatten`'s.

    `change` sees a statement before those inside of it are changed, and may only change its header; None drops it.
    """
    counter = -1

    def visit(node: Node) -> Node:
        nonlocal counter
        if isinstance(node, Statement):
            counter += 1
            changed = change(counter, node)
            assert changed is not None
            return map_children(changed, visit)
        if isinstance(node, Block):
            return block(node)
        return map_children(node, visit)

    def block(node: Block) -> Block:
        nonlocal counter
        body = []
        for child in node.body:
            if not isinstance(child, Statement):
                body.append(visit(child))
                continue
            counter += 1
            changed = change(counter, child)
            if changed is not None:
                body.append(map_children(changed, visit))
        same = len(body) == len(node.body) and all(a is b for a, b in zip(body, node.body, strict=True))
        return node if same else update(node, body=tuple(body))

    return visit(unit)


def without_blocks(node: Node) -> Node:
    """A statement with its blocks emptied."""
    changes: dict[str, Any] = {}
    for name in CHILD_FIELDS[node.__class__]:
        value = getattr(node, name)
        if isinstance(value, Block):
            changes[name] = EMPTY
        elif value.__class__ is tuple and value and any(hasattr(v, "body") for v in value):
            changes[name] = tuple(
                [update(v, body=EMPTY) if isinstance(getattr(v, "body", None), Block) else v for v in value]
            )
    return update(node, **changes) if changes else node


def header(node: Node) -> Node:
    """A statement with its blocks emptied and its annotations out of sight."""
    bare = without_blocks(node)
    if isinstance(bare, Function):
        bare = update(bare, returns=None, params=tuple([update(p, annotation=None) for p in bare.params]))
    if isinstance(node, Declare) and not node.kind and node.value is not None:
        return Assign((node.target,), node.value)
    if isinstance(bare, Declare):
        return update(bare, annotation=None)
    return bare


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A statement without its blocks and the names of locals: a hash of it, the binders that it names, in order.

    node: the statement, with numbers behind `LOCAL` for the locals.
    """

    hash: bytes
    named: tuple[Binder, ...]
    node: Node

    def labels(self) -> list[Hashable]:
        """What stands in it, each node before those below it; `LOCAL` for a local, `TELLING` nodes as a text."""
        found: list[Hashable] = []
        for node in walk(self.node):
            if isinstance(node, Name):
                found.append(LOCAL if node.id.startswith(LOCAL) else node.id)
                continue
            values = [repr(getattr(node, name)) for name in VALUE_FIELDS[node.__class__]]
            found.append(" ".join(values) if isinstance(node, TELLING) else (node.__class__, *values))
        return found


def skeletons(unit: Node, traits: Traits, keywords: bool) -> list[Skeleton]:
    """The skeletons of the statements of a unit."""
    words = string_words(unit) if traits.locals_in_strings else frozenset()
    blank: list[Binder] = []

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if renameable(name, scope, words):
            assert scope is not None
            blank.append((scope.number, name.id))
            return update(name, id=f"{LOCAL}{len(blank) - 1}")
        return name

    blanked = map_names(
        unit, visit, block_scoped=traits.block_scoped, keywords=keywords, calling_back=traits.calling_back
    )
    found: list[Skeleton] = []
    for node in flatten(blanked):
        order: list[Binder] = []

        def note(name: Name, order: list[Binder] = order) -> str:
            if name.id.startswith(LOCAL):
                order.append(blank[int(name.id[len(LOCAL) :])])
                return LOCAL
            return name.id

        bare = header(node)
        found.append(Skeleton(tree_hash(bare, note), tuple(order), bare))
    return found
