"""What the definitions of the left became on the right, and their locals there under the names that they had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from prediff.languages.language import Traits
from prediff.matchers.similarity import find_alike
from prediff.matchers.units import Path, units_of
from prediff.reconcile import Reconciled
from prediff.reconcilers import names
from prediff.tree import Function, Node, update

LIKELY = 0.25
"""How alike two definitions under different names must be for the one to be shown as what the other became."""


def likely_pairs(joined: Reconciled, traits: Traits) -> list[tuple[Path, Path]]:
    """The definitions of both files that belong together, under other names too."""
    found = find_alike(joined.left, joined.right, joined.pairs, traits)
    return [*found.known.items(), *[(a.left, a.right) for a in found.alike if a.likeness >= LIKELY]]


def by_node(joined: Reconciled, pairs: Sequence[tuple[Path, Path]]) -> dict[int, Node]:
    """By the id of a definition of the left, the one of the right that it became."""
    left = {u.path: u.node for u in units_of(joined.left.body)}
    right = {u.path: u.node for u in units_of(joined.right.body)}
    return {id(left[a]): right[b] for a, b in pairs if a in left and b in right}


def named(joined: Reconciled, pairs: Sequence[tuple[Path, Path]], traits: Traits) -> Reconciled:
    """The right with the locals of functions that have another name on the left under their names there."""
    known = {j for _, j in joined.pairs}
    body = list(joined.right.body)
    for a, b in pairs:
        if len(a) == len(b) == 1 and b[0] not in known:
            left, right = joined.left.body[a[0]], body[b[0]]
            if isinstance(left, Function) and isinstance(right, Function):
                body[b[0]], _ = names.follow(left, right, traits, traits.keyword_parameters)
    return replace(joined, right=update(joined.right, body=tuple(body)))
