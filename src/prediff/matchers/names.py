"""Units under the same qualified name."""

from __future__ import annotations

from prediff.languages.language import Traits
from prediff.matchers.units import unit_keys
from prediff.tree import Block


def by_name(left: Block, right: Block, traits: Traits) -> list[tuple[int, int]]:
    """Pairs of definitions of the same name."""
    places = {key: j for j, key in enumerate(unit_keys(right.body)) if key is not None}
    return [
        (i, places[key]) for i, key in enumerate(unit_keys(left.body)) if key is not None and key in places
    ]
