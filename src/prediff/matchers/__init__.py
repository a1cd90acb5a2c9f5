"""Matchers: each pairs units of two files in one way.

`MATCHERS` pair by what is equal, a name or a hash; `align` folds over them, and `reconcile` works on what they give.
What is only alike (`similarity`) is found afterwards, and for reports and views alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from prediff.languages.language import Traits
from prediff.matchers.hashes import by_hash
from prediff.matchers.names import by_name
from prediff.matchers.units import Matcher
from prediff.tree import Block

MATCHERS: tuple[Matcher, ...] = (by_name, by_hash)
"""Folded in order."""


def fold(matchers: Iterable[Matcher], left: Block, right: Block, traits: Traits) -> list[tuple[int, int]]:
    """The pairs of statements of two blocks: each matcher pairs among what those before it left over."""
    pairs: list[tuple[int, int]] = []
    for matcher in matchers:
        taken_left, taken_right = {i for i, _ in pairs}, {j for _, j in pairs}
        found = matcher(left, right, traits)
        pairs += [(i, j) for i, j in found if i not in taken_left and j not in taken_right]
    return sorted(pairs)
