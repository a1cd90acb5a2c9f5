"""What the parameters of two functions say: callers pin them, so that they outlive a body that is written anew."""

from __future__ import annotations

from collections.abc import Set

from prediff.matchers.units import Definition
from prediff.tree import Function, Name

SAME_PARAMETERS = 0.1
"""What is added where all names of parameters are the same, and taken where none is."""
RECEIVERS = frozenset({"self", "cls"})
"""Nearly every method has them, so that they tell nothing."""


def names_of(unit: Definition) -> frozenset[str]:
    """The names of a function's parameters, without those of its receiver and of patterns; none for a class."""
    if not isinstance(unit, Function):
        return frozenset()
    return frozenset([p.target.id for p in unit.params if isinstance(p.target, Name)]) - RECEIVERS


def agree(one: Set[str], two: Set[str]) -> float:
    """What the names of parameters add to a pair, or take from it; nothing where neither function has any."""
    count = len(one) + len(two)
    return SAME_PARAMETERS * (4 * len(one & two) / count - 1) if count else 0.0
