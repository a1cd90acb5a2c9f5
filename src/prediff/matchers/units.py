"""Units: the definitions of a file, top-level ones and those of classes, and how they are addressed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeAlias

from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import Block, Class, Function, Node, Opaque, children

Definition: TypeAlias = Function | Class
Path: TypeAlias = tuple[int, ...]
"""Where a definition stands: the index of its statement in the file, then in the class that holds it, and so on."""

Matcher: TypeAlias = Callable[[Block, Block, Traits], list[tuple[int, int]]]
"""Takes two blocks, gives pairs of indices of their statements, the left's first; each index at most once."""


@dataclass(frozen=True, slots=True)
class UnitKey:
    """The qualified name of a definition, and which one of that name it is in its block (from 0)."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A definition of a file and where it stands."""

    node: Definition
    path: Path

    @property
    def owner(self) -> Path:
        """The path of the class that a method stands in; () at the top level."""
        return self.path[:-1]


def definition(node: Node) -> Definition | None:
    """The definition that a statement is or exports."""
    if isinstance(node, (Function, Class)):
        return node
    if isinstance(node, Opaque) and node.kind.startswith("export"):
        for child in children(node):
            if isinstance(child, (Function, Class)):
                return child
    return None


def unit_keys(body: Sequence[Node]) -> list[UnitKey | None]:
    """The key of each statement of a block; None for those that define nothing."""
    seen: Counter[str] = Counter()
    keys: list[UnitKey | None] = []
    for node in body:
        found = definition(node)
        if found is None or not found.name:
            keys.append(None)
            continue
        name = f"{found.name}.{_role(found)}"
        keys.append(UnitKey(name, seen[name]))
        seen[name] += 1
    return keys


def _role(node: Definition) -> str:
    """What tells definitions of one name apart: a property's setter, a getter."""
    words = [*getattr(node, "modifiers", ())]
    words += [d.name for d in node.decorators if d.__class__.__name__ == "Attribute"]  # type: ignore[attr-defined]
    return ".".join(w for w in words if w in ("setter", "getter", "deleter", "get", "set", "static"))


def units_of(body: Sequence[Node], owner: Path = ()) -> list[Unit]:
    """The definitions of a block and, each after its class, those of its classes, in the order of the source."""
    found: list[Unit] = []
    for i, statement in enumerate(body):
        node = definition(statement)
        if node is None:
            continue
        found.append(Unit(node, (*owner, i)))
        if isinstance(node, Class):
            found += units_of(node.body.body, (*owner, i))
    return found
