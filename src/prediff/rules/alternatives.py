"""Rules of the family operators: a value that is compared with one after another."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.conditions import in_comparison, is_fixed
from prediff.rules.rule import Example, Rule
from prediff.tree import Attribute, Compare, Logical, Name, Node, Tuple, trees_equal

MEMBERS = {"or": ("==", "in"), "and": ("!=", "not in")}


def _one_of(node: Logical, facts: Facts) -> Node | None:
    if node.op not in MEMBERS or in_comparison(facts):
        return None
    equal, member = MEMBERS[node.op]
    kept: list[Node] = [node.values[0]]
    for value in node.values[1:]:
        left, right = _members(kept[-1], equal, member), _members(value, equal, member)
        if left is None or right is None or not trees_equal(left[0], right[0]):
            kept.append(value)
        else:
            kept[-1] = Compare(left[0], (member,), (Tuple((*left[1], *right[1])),))
    if len(kept) == len(node.values):
        return None
    return kept[0] if len(kept) == 1 else Logical(node.op, tuple(kept))


def _members(node: Node, equal: str, member: str) -> tuple[Node, tuple[Node, ...]] | None:
    """What a test compares, and with which values; None for any other test."""
    if not isinstance(node, Compare) or len(node.ops) != 1 or not _is_read(node.left):
        return None
    right = node.rights[0]
    if node.ops[0] == equal and (is_fixed(right) or isinstance(right, Name)):
        return node.left, (right,)
    if node.ops[0] == member and isinstance(right, Tuple):
        return (
            (node.left, right.items) if all(is_fixed(i) or isinstance(i, Name) for i in right.items) else None
        )
    return None


def _is_read(node: Node) -> bool:
    """Whether a node is a name or attributes of one."""
    while isinstance(node, Attribute):
        node = node.value
    return isinstance(node, Name)


ONE_OF = Rule(
    id="one-of",
    family="operators",
    summary="Write `a in (1, 2)`, not `a == 1 or a == 2`; `a not in (1, 2)`, not `a != 1 and a != 2`.",
    languages={"python": frozenset({"source-unread", "builtin-operators", "no-nan", "reads-pure"})},
    on=(Logical,),
    rewrite=_one_of,
    why="For built-in types `in` is the `or` of the comparisons, and gives a bool as they do; it also asks "
    "whether the two are one object, as only a NaN is without being equal. All values are evaluated before the "
    "first comparison, so they must be literals or names, and what is compared a name or attribute, "
    "which is read once less.",
    examples=(
        Example("or", "x = a == 1 or a == 2", "x = a in (1, 2)"),
        Example("and", "if a != 1 and a != b:\n    f()", "if a not in (1, b):\n    f()"),
        Example("more", "x = a.b == 'c' or a.b in ('d', 'e') or c", "x = a.b in ('c', 'd', 'e') or c"),
    ),
    leaves_alone=(
        "x = a == 1 or b == 2",
        "x = a == 1 or a == b.c",
        "x = a == 1 or a == f()",
        "x = f() == 1 or f() == 2",
        "x = a == 1 and a == 2",
        "x = a == 1 or a != 2",
        "x = a == 1 or b or a == 2",
        "x = a < 1 or a < 2",
        "x = a == 1 or a in b",
        "class C:\n    def __eq__(self, other):\n        return other == 1 or other == 2",
        "javascript: x = a === 1 || a === 2;",
    ),
)

RULES: tuple[Rule, ...] = (ONE_OF,)
