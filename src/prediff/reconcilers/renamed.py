"""Definitions that stand under another name on the right: said in one line, with the places that do not follow.

A definition was renamed where its name is gone on the right and just one definition with a name of its own is equal to
it but for the two names, where each of them names it. Callers from outside see the name, so the definition itself stays
different. The places that name it inside the file are no differences of their own: the left is given the new name
throughout while it is compared, and its definition gets the old one back at the end (`follow`, `restore`). A place of
the right that still has the old name, or names something else, so remains a difference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from io import TextIOWrapper
from types import MappingProxyType
from typing import Literal as OneOf

from prediff.align import definition, pair_sequences
from prediff.facts.binders import canonical
from prediff.facts.scopes import module_names
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.model import Astray, Fold, NormalizedFile, RenamedDefinition
from prediff.reconcilers.places import Place, Places
from prediff.reconcilers.statements import flatten, without_blocks
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
    Span,
    map_children,
    tree_hash,
    update,
    walk,
)

Definition = Function | Class
COMMON_ATTRIBUTES = frozenset(
    name for kind in (str, bytes, list, dict, set, tuple, type, TextIOWrapper) for name in dir(kind)
)
"""Attributes that so many objects have that a read of one says nothing of a class's own method."""


class Side:
    """One file, in normal form (`tree`) and as it was read. What it names is only looked up where that is asked."""

    def __init__(self, file: NormalizedFile, traits: Traits, keywords: bool) -> None:
        assert file.parsed.tree is not None
        self.tree = file.tree
        self.read = file.parsed.tree
        self.traits = traits
        self.keywords = keywords

    @cached_property
    def places(self) -> Places:
        return Places(self.tree, self.traits)

    @cached_property
    def counted(self) -> Places:
        """The places that the user sees: a rule may make a name of a string, or drop one."""
        return Places(self.read, self.traits)

    @cached_property
    def names(self) -> frozenset[str]:
        return module_names(self.tree)

    @cached_property
    def definitions(self) -> dict[str, Definition]:
        """The top-level definitions by name."""
        return {d.name: d for n in self.tree.body if (d := definition(n)) is not None and d.name}


def find(one: Side, two: Side) -> tuple[RenamedDefinition, ...]:
    """The definitions and methods of the left that stand on the right under another name."""
    names = _matched(
        one.definitions, two.definitions, one, accept=lambda was, now: _is_renamed(was, now, one, two)
    )
    found = []
    for was, now in names.items():
        kind: OneOf["function", "class"] = "class" if isinstance(one.definitions[was], Class) else "function"
        count = _Count.of(was, now, one, two, names)
        found.append(count.renamed(kind, was, now, one.tree, two.tree))
    for outer, was, now in _renamed_methods(one, two, names):
        count = _Count.of(was, now, one, two, names, dot=".")
        found.append(count.renamed("method", f"{outer}.{was}", f"{names.get(outer, outer)}.{now}"))
    return tuple(found)


def _renamed_methods(one: Side, two: Side, names: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """The class, the old and the new name of each method that stands under another name in the class's counterpart."""

    def accept(was: str, now: str) -> bool:
        return _is_told(was, now, one.places, two.places)

    found = []
    for name, a in one.definitions.items():
        b = two.definitions.get(names.get(name, name))
        if isinstance(a, Class) and isinstance(b, Class):
            pairs = _matched(_methods(a), _methods(b), one, accept, names, ".")
            found += [(name, was, now) for was, now in pairs.items()]
    alike = Counter((was, now) for _, was, now in found)
    for name, was, now in found:
        # An attribute means one of several classes' methods where all of them were renamed alike.
        if one.places.methods[was] == two.places.methods[now] == alike[was, now]:
            yield name, was, now


def _methods(node: Class) -> dict[str, Definition]:
    return {n.name: n for n in node.body.body if isinstance(n, Function)}


def _matched(
    old: Mapping[str, Definition],
    new: Mapping[str, Definition],
    side: Side,
    accept: Callable[[str, str], bool],
    known: Mapping[str, str] = MappingProxyType({}),
    dot: str = "",
) -> dict[str, str]:
    """The names of one side alone, each with the other side's for the one definition that is equal but for names.

    accept: whether two names may belong together. known: further names that do. dot: "." where definitions are named
    as attributes are.
    """
    gone = {f"{dot}{name}": d for name, d in old.items() if name not in new}
    come = {f"{dot}{name}": d for name, d in new.items() if name not in old}
    if not gone or not come:
        return {}
    blank = frozenset([*gone, *come, *known, *known.values()])
    forms = [{label: _nameless(d, side) for label, d in group.items()} for group in (gone, come)]
    groups: list[dict[bytes, list[str]]] = [defaultdict(list), defaultdict(list)]
    for group, nodes in zip(groups, forms, strict=True):
        for label, node in nodes.items():
            group[tree_hash(_blanked(node, blank))].append(label)
    found = {
        ours[0]: theirs[0]
        for key, ours in groups[0].items()
        if len(ours) == 1 and len(theirs := groups[1].get(key, [])) == 1
        if accept(ours[0].removeprefix("."), theirs[0].removeprefix("."))
    }
    while True:
        names = {**known, **found}
        fit = {a: b for a, b in found.items() if _follows(forms[0][a], forms[1][b], names)}
        if len(fit) == len(found):
            break
        found = fit
    return {a.removeprefix("."): b.removeprefix(".") for a, b in found.items()}


def _nameless(node: Definition, side: Side) -> Node:
    """A definition without its name, its locals named by the order in which they come."""
    return update(canonical(node, side.traits, side.keywords), name="")


def _label(node: Node) -> str:
    """What a node names: a name or a string as it is, an attribute with a dot before it."""
    if isinstance(node, Literal):
        return node.value if node.kind == "str" else ""
    return node.id if isinstance(node, Name) else f".{node.name}" if isinstance(node, Attribute) else ""


def _blanked(node: Node, labels: Set[str]) -> Node:
    """A tree without the names, strings and attributes in `labels`."""
    if isinstance(node, Name):
        return update(node, id="") if node.id in labels else node
    if isinstance(node, Literal):
        return update(node, value="") if _label(node) in labels else node
    if isinstance(node, Attribute) and _label(node) in labels:
        node = update(node, name="")
    return map_children(node, lambda child: _blanked(child, labels))


def _follows(left: Node, right: Node, names: Mapping[str, str]) -> bool:
    """Whether two trees that are equal but for some names have the same ones, or those that `names` pairs."""
    for a, b in zip(walk(left), walk(right), strict=True):
        one, two = _label(a), _label(b)
        if one != two and names.get(one) != two:
            return False
    return True


def _is_renamed(was: str, now: str, one: Side, two: Side) -> bool:
    """Whether each place of either name means the one definition, and the new one is new."""
    before, after = one.places, two.places
    return before.own(was) and after.own(now) and not before.knows(now) and _is_gone(was, now, two)


def _is_gone(name: str, now: str, right: Side) -> bool:
    """Whether the right binds a name no more, but at most as another name for the renamed definition."""
    if name in right.places.defined or name in right.places.bound:
        return False
    return name not in right.names or any(_is_alias(n, name, now) for n in right.tree.body)


def _is_alias(node: Node, name: str, now: str) -> bool:
    """Whether a statement gives a definition another name."""
    target = node.targets[0] if isinstance(node, Assign) and len(node.targets) == 1 else None
    target = node.target if isinstance(node, Declare) else target
    return target == Name(name) and node.value == Name(now)  # type: ignore[attr-defined]


def _is_told(was: str, now: str, before: Places, after: Places) -> bool:
    """Whether attributes of a method's names are likely to mean the method: nothing else that is known has them."""
    if was in after.methods or now in before.methods or {was, now} & COMMON_ATTRIBUTES:
        return False
    return not before.all_of(f".{now}")


@dataclass(frozen=True, slots=True)
class _Count:
    """How the places of a definition follow its new name: those of the left, and those of the right of either name.

    units: how top-level definitions are called on the right.
    """

    old: str
    new: str
    left: Sequence[Place]
    kept: Sequence[Place]
    followed: Sequence[Place]
    units: Mapping[str, str]

    @staticmethod
    def of(was: str, now: str, one: Side, two: Side, units: Mapping[str, str], dot: str = "") -> _Count:
        """The count of a name; of an attribute for `dot` "."."""
        before, after = one.counted, two.counted
        left, kept, followed = before.all_of(dot + was), after.all_of(dot + was), after.all_of(dot + now)
        return _Count(was, now, left, kept, followed, units)

    def renamed(
        self,
        kind: OneOf["function", "class", "method"],
        left: str,
        right: str,
        left_tree: Block | None = None,
        right_tree: Block | None = None,
    ) -> RenamedDefinition:
        """What to say of it. With trees it is looked up what the places say that name neither."""
        total = followed = 1  # the definition itself
        astray = [Astray(p.line, self.old) for p in self.kept]
        units = {p.unit for p in self.left} | {self._on_left(p.unit) for p in self.kept}
        for unit in sorted(units):
            before = sum(p.unit == unit for p in self.left)
            kept = sum(self._on_left(p.unit) == unit for p in self.kept)
            here = min(before, sum(self._on_left(p.unit) == unit for p in self.followed))
            total += max(before, here + kept)
            followed += here
            if before > here + kept and left_tree is not None and right_tree is not None:
                parts = _part(left_tree, unit), _part(right_tree, self.units.get(unit, unit))
                astray += _others(*parts, self.old, self.new)[: before - here - kept]
        astray.sort(key=lambda place: place.line)
        return RenamedDefinition(kind, left, right, total, followed, tuple(astray))

    def _on_left(self, unit: str) -> str:
        return next((old for old, new in self.units.items() if new == unit), unit)


def _part(tree: Block, unit: str) -> Block:
    """The statements of a definition, or those that define nothing."""
    return Block(tuple([n for n in tree.body if (d.name if (d := definition(n)) else "") == unit]))


def _others(left: Block, right: Block, old: str, new: str) -> list[Astray]:
    """What the right says where the left named `old`, in statements that are equal but for names."""
    sides = [[without_blocks(n) for block in (left, right)[i].body for n in flatten(block)] for i in (0, 1)]
    one, two = ([tree_hash(n, lambda _: "") for n in side] for side in sides)
    found = []
    for i, j in pair_sequences(one, two):
        names = [
            [n for n in walk(side[k]) if isinstance(n, Name)] for side, k in zip(sides, (i, j), strict=True)
        ]
        for a, b in zip(*names, strict=True):
            if a.id == old and b.id not in (old, new):
                found.append(Astray(b.span[0] or sides[1][j].span[0], b.id))
    return found


def follow(
    left: Block, right: Block, renamed: Iterable[RenamedDefinition]
) -> tuple[Block, dict[str, str], list[Fold], frozenset[Span]]:
    """The left file with the new names for all that the right still calls so.

    Also the old name of each, the places as folds, and the spans of the top-level statements that changed.
    """
    have = {d.name for n in right.body if (d := definition(n)) is not None}
    names = {r.left: r.right for r in renamed if r.kind != "method" and r.right in have}
    if not names:
        return left, {}, [], frozenset()
    folds: list[Fold] = []
    body = []
    for statement in left.body:
        found = definition(statement)
        unit = found.name if found is not None else ""

        def visit(node: Node, unit: str = unit, line: Span = statement.span) -> Node:
            if isinstance(node, Name) and node.id in names:
                span = node.span if node.span[0] else line
                folds.append(Fold("renamed-definition", span, ("source-unread",), "left", unit))
                return update(node, id=names[node.id])
            return map_children(node, visit)

        body.append(_called(visit(statement), names))
    changed = frozenset([a.span for a, b in zip(left.body, body, strict=True) if a is not b])
    return update(left, body=tuple(body)), {new: old for old, new in names.items()}, folds, changed


def restore(left: Block, names: Mapping[str, str]) -> Block:
    """The left file with the old names at the definitions themselves."""
    return update(left, body=tuple([_called(n, names) for n in left.body])) if names else left


def _called(statement: Node, names: Mapping[str, str]) -> Node:
    """A statement that defines or exports one of `names`, with the definition under its other name."""
    found = definition(statement)
    if found is None or found.name not in names:
        return statement
    named = update(found, name=names[found.name])
    return named if statement is found else map_children(statement, lambda c: named if c is found else c)
