"""Where a file names its own definitions: by name, as an attribute, and in the strings that name things."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from prediff.align import definition
from prediff.facts.scopes import ScopeInfo, map_names, rebound_names
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    Attribute,
    Block,
    Call,
    Class,
    Declare,
    Function,
    Import,
    ImportFrom,
    Index,
    Literal,
    Name,
    Node,
    Opaque,
    Param,
    Scope,
    children,
    walk,
)

_WORD = re.compile(r"[^\W\d]\w*")
_DOTTED = re.compile(r"(?:[^\W\d]\w*+\.)+([^\W\d]\w*+)")
_BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr"})
_TABLES = frozenset({"globals", "locals", "vars"})
EXPORTS = "__all__"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the source that names something, and the top-level definition that it stands in ("" for none)."""

    line: int
    unit: str


class Places:
    """All that one file names.

    names, attributes: the places of each name and attribute, strings: those of strings that name something (`__all__`,
    `getattr`, a dotted path, an annotation). defined, methods: how often a definition bears a name, outside of classes
    and in them. bound: names that are bound in yet another way, or may be: by an assignment, an import, a parameter.
    """

    def __init__(self, tree: Block, traits: Traits) -> None:
        self.names: dict[str, list[Place]] = defaultdict(list)
        self.attributes: dict[str, list[Place]] = defaultdict(list)
        self.strings: dict[str, list[Place]] = defaultdict(list)
        self.defined: Counter[str] = Counter()
        self.methods: Counter[str] = Counter()
        self.bound: set[str] = set(rebound_names(tree)) | self._bound_inside(tree, traits)
        for node in tree.body:
            found = definition(node)
            self._survey(node, found.name if found is not None else "")

    def own(self, name: str) -> bool:
        """Whether all that bears a name is one definition outside of classes, so that each place of it means that."""
        return self.defined[name] == 1 and name not in self.bound

    def knows(self, name: str) -> bool:
        """Whether the file names or binds something so, by whatever means."""
        return name in self.names or name in self.bound or name in self.defined

    def all_of(self, name: str) -> list[Place]:
        """The places of a name, strings included; those of an attribute for a name with a dot before it."""
        bare = name.removeprefix(".")
        named = self.names if bare == name else self.attributes
        return [*named.get(bare, ()), *self.strings.get(bare, ())]

    @staticmethod
    def _bound_inside(tree: Block, traits: Traits) -> set[str]:
        """The names that a scope below the top level binds; a definition's own name in JavaScript is left out."""
        found: set[str] = set()

        def visit(name: Name, scope: ScopeInfo | None) -> Node:
            if scope is not None and (
                scope.bound[name.id].fixed != "definition" or not traits.hoisted_functions
            ):
                found.add(name.id)
            return name

        map_names(tree, visit, block_scoped=traits.block_scoped)
        return found

    def _survey(self, root: Node, unit: str) -> None:
        exporting = not unit and any(isinstance(n, Name) and n.id == EXPORTS for n in walk(root))
        stack: list[tuple[Node, int, str]] = [(root, 0, "naming" if exporting else "")]
        while stack:
            node, line, kind = stack.pop()
            line = node.span[0] or line
            place = Place(line, unit)
            if isinstance(node, Name):
                self.names[node.id].append(place)
            elif isinstance(node, Literal):
                for name in _named(node, kind):
                    self.strings[name].append(place)
            elif isinstance(node, Attribute):
                self.attributes[node.name].append(place)
            elif isinstance(node, (Function, Class)):
                (self.methods if kind == "member" else self.defined)[node.name] += 1
            else:
                self._bind(node)
            below = [(child, line, inner) for child, inner in _below(node, kind)]
            stack += reversed(below)

    def _bind(self, node: Node) -> None:
        """Note what a statement binds that is no definition, or may."""
        if isinstance(node, (Import, ImportFrom)):
            self.bound.update(a.asname or a.name.split(".")[0] for a in node.names)
        elif isinstance(node, Scope):
            self.bound.update(n.id for n in node.names)
        elif isinstance(node, Opaque):
            self.bound.update(w for t in node.children if isinstance(t, str) for w in _WORD.findall(t))


def _named(node: Literal, kind: str) -> Iterator[str]:
    """What a string names, by what it stands in: itself, each word of an annotation, the end of a dotted path."""
    if node.kind != "str":
        return
    if kind == "annotation":
        yield from _WORD.findall(node.value)
    elif kind == "naming":
        yield node.value
    elif dotted := _DOTTED.fullmatch(node.value):
        yield dotted[1]


def _below(node: Node, kind: str) -> Iterator[tuple[Node, str]]:
    """The children of a node, and what each is for: a string, or (member) a definition in a class."""
    naming: list[Node] = []
    annotations: list[Node | None] = []
    if isinstance(node, Call) and isinstance(node.func, Name) and node.func.id in _BY_NAME:
        naming = list(node.args[1:2])
    elif isinstance(node, Index) and isinstance(node.value, Call) and isinstance(node.value.func, Name):
        naming = [node.index] if node.value.func.id in _TABLES else []
    elif isinstance(node, (Param, Declare)):
        annotations = [node.annotation]
    elif isinstance(node, Function):
        annotations = [node.returns]
    inner = kind if kind in ("naming", "annotation") else ""
    if isinstance(node, Block) and kind == "class":
        inner = "member"
    for child in children(node):
        if any(child is n for n in naming):
            yield child, "naming"
        elif any(child is n for n in annotations):
            yield child, "annotation"
        elif isinstance(node, Class) and child is node.body:
            yield child, "class"
        else:
            yield child, inner
