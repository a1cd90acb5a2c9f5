"""Where two expressions differ: the parts that hold all of it, what only one of two lists has, how many places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from prediff.models.outline.phrases import LEFT_OUT, plain
from prediff.tree import CHILD_FIELDS, VALUE_FIELDS, Interp, Node, tree_hash, trees_equal

MAX_FOCUS = 12
"""So many steps are made from an expression to the part of it that differs."""


def same(a: Any, b: Any) -> bool:
    """Whether two values of a field with nodes are equal."""
    if a is None or b is None:
        return a is b
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    return trees_equal(a, b)


def other_items(left: Any, right: Any) -> tuple[list[Node], list[Node]] | None:
    """Of two nodes with a list each what only the one and only the other has, where nothing else tells them apart."""
    if left.__class__ is not right.__class__ or isinstance(left, Interp) or _other_values(left, right):
        return None
    found: tuple[list[Node], list[Node]] | None = None
    for name in CHILD_FIELDS[left.__class__]:
        a, b = getattr(left, name), getattr(right, name)
        if same(a, b):
            continue
        if found is not None or a.__class__ is not tuple or any(isinstance(item, str) for item in (*a, *b)):
            return None
        found = only_in(a, b), only_in(b, a)
    return found if found and (found[0] or found[1]) else None


def _other_values(left: Any, right: Any) -> bool:
    return any(not same_value(getattr(left, n), getattr(right, n)) for n in VALUE_FIELDS[left.__class__])


def same_value(a: Any, b: Any) -> bool:
    """Whether two values of fields are equal; 1 and True, and 0.0 and -0.0, are not."""
    return (
        bool(a == b)
        and a.__class__ is b.__class__
        and (not isinstance(a, (float, complex)) or repr(a) == repr(b))
    )


def only_in(some: Sequence[Node], others: Sequence[Node]) -> list[Node]:
    """The items that the others do not have, each as often as it is more."""
    left = Counter([tree_hash(node) for node in others])
    found = []
    for node in some:
        if left[tree_hash(node)] > 0:
            left[tree_hash(node)] -= 1
        else:
            found.append(node)
    return found


def focus(left: Node, right: Node) -> Iterator[tuple[Node, Node]]:
    """Pairs of parts that hold all that differs, from the whole inward."""
    for _ in range(MAX_FOCUS):
        yield left, right
        if left.__class__ is not right.__class__:
            return
        if _other_values(left, right):
            return
        below = _differing(left, right)
        if below is None:
            return
        left, right = below


def _differing(left: Any, right: Any) -> tuple[Node, Node] | None:
    """The only two children that differ, if the nodes have as many in the same fields."""
    found: tuple[Node, Node] | None = None
    for name in CHILD_FIELDS[left.__class__]:
        a, b = getattr(left, name), getattr(right, name)
        ones, twos = (v if isinstance(v, tuple) else (v,) for v in (a, b))
        if len(ones) != len(twos):
            return None
        for one, two in zip(ones, twos, strict=True):
            if same(one, two):
                continue
            if found is not None or not isinstance(one, Node) or not isinstance(two, Node):
                return None
            found = one, two
    return found


def count_differences(left: Node, right: Node) -> int:
    """How many parts of two trees differ, one below another counted once. Iterative: depth is no limit."""
    waiting: list[tuple[Any, Any]] = [(left, right)]
    count = 0
    while waiting:
        a, b = waiting.pop()
        if a is b:
            continue
        cls = a.__class__
        below = _children_in_step(a, b) if isinstance(a, Node) and cls is b.__class__ else None
        if below is None or _other_values(a, b):
            count += not same(a, b)
            continue
        waiting += below
    return count


def _children_in_step(left: Any, right: Any) -> list[tuple[Any, Any]] | None:
    """The children of two nodes side by side; None where one has more."""
    found: list[tuple[Any, Any]] = []
    for name in CHILD_FIELDS[left.__class__]:
        a, b = getattr(left, name), getattr(right, name)
        ones, twos = (v if isinstance(v, tuple) else (v,) for v in (a, b))
        if len(ones) != len(twos):
            return None
        found += zip(ones, twos, strict=True)
    return found


def told_apart(left: Any, right: Any) -> tuple[str, str] | None:
    """Two literals or names whose words are the same, by where they differ, in ASCII escapes."""
    values: list[Any] = [
        getattr(n, "value", getattr(n, "id", getattr(n, "name", None))) for n in (left, right)
    ]
    one, two = values
    if left.__class__ is not right.__class__ or one.__class__ is not two.__class__:
        return None
    if not isinstance(one, (str, bytes)) or one == two:
        return None
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    start = max(at - 8, 0)
    dots = LEFT_OUT if start else ""
    return dots + plain(ascii(one[start : at + 12])), dots + plain(ascii(two[start : at + 12]))
