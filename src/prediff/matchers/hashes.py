"""Units that are equal but for their own names and the names of their locals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from prediff.facts.binders import canonical
from prediff.languages.language import Traits
from prediff.matchers.units import Definition, UnitKey, unit_keys
from prediff.tree import Block, Class, Function, tree_hash, update


def by_hash(left: Block, right: Block, traits: Traits) -> list[tuple[int, int]]:
    """Pairs of definitions under different names that are equal but for that name and the names of their locals."""
    one, two = unit_keys(left.body), unit_keys(right.body)
    names = {k.name for k in one if k} & {k.name for k in two if k}
    rest_left, rest_right = _unnamed(left, one, names), _unnamed(right, two, names)
    if not rest_left or not rest_right:
        return []
    places: dict[bytes, list[int]] = defaultdict(list)
    for j, node in rest_right:
        places[blind_hash(node, traits)].append(j)
    found = []
    for i, node in rest_left:
        candidates = places.get(blind_hash(node, traits))
        if candidates:
            found.append((i, candidates.pop(0)))
    return found


def _unnamed(tree: Block, keys: Sequence[UnitKey | None], names: set[str]) -> list[tuple[int, Definition]]:
    """The definitions of a file whose names the other file does not have."""
    return [
        (i, node)
        for i, (node, key) in enumerate(zip(tree.body, keys, strict=True))
        if key is not None and key.name not in names and isinstance(node, (Function, Class))
    ]


def blind_hash(node: Definition, traits: Traits) -> bytes:
    """A 16-byte hash that neither the names of locals nor the unit's own name (recursion included) change."""
    own = node.name
    nameless = update(canonical(node, traits), name="")
    return tree_hash(nameless, lambda n: "" if n.id == own else n.id)
