"""The outline: what a unit does in one line, and what changed in a pair, from their trees, without a model.

It is what stands in a report where no model is configured, and it is never wrong in what it says of a tree: it leaves
out what does not fit, and says so by three dots.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prediff.models.outline.clauses import clauses
from prediff.models.outline.phrases import Phrases, cut, plain
from prediff.models.outline.sentences import Teller, listed
from prediff.models.protocols import Described, Unit, UnitChange
from prediff.models.wording import MAX_LENGTH, line_of
from prediff.tree import (
    Assign,
    Attribute,
    Block,
    Class,
    Declare,
    Function,
    Literal,
    Name,
    Node,
    Opaque,
    walk,
)

_MAKERS = ("__init__", "constructor", "__new__", "__post_init__")
_WRAPPERS = ("export", "export default", "decorated", "member")
_OWN = ("self", "this", "cls")
MAX_STATEMENTS = 2_000
"""Of a longer unit only the first ones are told."""


class Outline:
    """Describes units by what stands in their trees."""

    @property
    def by(self) -> str:
        return "outline"

    def summaries(self, units: Sequence[Unit]) -> list[str | None]:
        return [summary(unit) for unit in units]

    def changes(self, pairs: Sequence[UnitChange]) -> list[tuple[Described, ...] | None]:
        from prediff.models.outline.changed import changes

        return [changes(pair) for pair in pairs]


def summary(unit: Unit) -> str | None:
    """What a unit does, in one line of printable ASCII."""
    teller = Teller(Phrases(unit.language))
    node = definition(unit.tree)
    if isinstance(node, Class):
        text = _class(node, teller)
    else:
        block = node.body if isinstance(node, Function) else node
        body = block.body if isinstance(block, Block) else (block,)
        # What stands outside of definitions is there to name things.
        outside = not isinstance(node, Function)
        text = teller.line(clauses(body[:MAX_STATEMENTS], names=outside))
    return line_of(text) or None


def definition(node: Node) -> Node:
    """What a unit's tree defines, under what exports or decorates it; else the tree."""
    while True:
        if isinstance(node, Block) and len(node.body) == 1:
            below: Node | str = node.body[0]
        elif isinstance(node, Opaque) and node.kind in _WRAPPERS and node.children:
            below = node.children[-1]
        else:
            return node
        if not isinstance(below, (Function, Class, Opaque)):
            return node
        node = below


def _class(node: Class, teller: Teller) -> str:
    """Bases, what it holds, methods."""
    bases = [teller.phrases.words(base, 30) for base in node.bases]
    held = [plain(name) for name in dict.fromkeys(_held(node))]
    methods = [plain(name) for name in _methods(node)]
    parts = []
    if bases:
        parts.append(f"extends {listed(bases, 44)}")
    room = MAX_LENGTH - sum(len(part) + 2 for part in parts)
    if held:
        own = room - min(len(" and ".join(["methods", *methods])), room // 2) if methods else room
        parts.append(f"holds {listed(held, own - len('holds ') - 2)}")
    if methods:
        room = MAX_LENGTH - sum(len(part) + 2 for part in parts)
        parts.append(f"methods {listed(methods, room - len('methods '))}")
    if not held and not methods:
        parts.append("adds nothing" if bases else "holds nothing")
    return cut("; ".join(parts), MAX_LENGTH)


def _held(node: Class) -> Iterator[str]:
    """The names of what a class and its objects hold, as far as it says so itself."""
    for statement in node.body.body:
        if isinstance(statement, Declare):
            yield from _key(statement.target)
        elif isinstance(statement, Assign):
            for target in statement.targets:
                if isinstance(target, Name) and target.id != "__slots__":
                    yield target.id
    for method in node.body.body:
        if isinstance(method, Function) and method.name in _MAKERS:
            yield from _set_on_self(method)


def _set_on_self(method: Function) -> Iterator[str]:
    for inner in walk(method.body):
        targets: Iterable[Node] = ()
        if isinstance(inner, Assign):
            targets = inner.targets
        elif isinstance(inner, Declare) and inner.value is not None:
            targets = (inner.target,)
        for target in targets:
            if isinstance(target, Attribute) and isinstance(target.value, Name) and target.value.id in _OWN:
                yield target.name


def _methods(node: Class) -> list[str]:
    """The names of a class's methods and inner classes: those for others first."""
    names: list[str] = []
    for statement in node.body.body:
        if isinstance(statement, (Function, Class)) and statement.name not in _MAKERS:
            names.append(statement.name)
        elif isinstance(statement, Opaque) and statement.kind == "member":
            names += _key(statement.children[0])
    names = [name for name in dict.fromkeys(names) if name]
    return sorted(names, key=lambda name: name.startswith(("_", "#")))


def _key(node: object) -> list[str]:
    """A name that a member of a class has."""
    if isinstance(node, Name):
        return [node.id]
    if isinstance(node, Literal) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, Opaque) and node.kind == "private" and isinstance(node.children[0], str):
        return [node.children[0]]
    return []
