"""Rules of the family operators: a value that is compared with one after another."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.builtin_classes import SCALARS, is_of
from prediff.rules.comparisons import REFLECTED_EXACTLY, is_own
from prediff.rules.conditions import in_comparison, is_fixed, kind_of_fixed
from prediff.rules.rule import Example, Rule
from prediff.tree import Attribute, Compare, List, Logical, Name, Node, Tuple, trees_equal, update

SOURCE_UNREAD = frozenset({"source-unread"})
MEMBERS = {"or": ("==", "in"), "and": ("!=", "not in")}


GRANTED = ("builtin-operators", "no-nan", "reads-pure")


def _one_of(node: Logical, facts: Facts) -> Node | None:
    if node.op not in MEMBERS:
        return None
    equal, member = MEMBERS[node.op]
    kept: list[Node] = [node.values[0]]
    for value in node.values[1:]:
        left, right = _members(kept[-1], equal, member), _members(value, equal, member)
        if (
            left is None
            or right is None
            or not trees_equal(left[0], right[0])
            or not _may_be_asked(left[0], (*left[1], *right[1]), node.op, facts)
        ):
            kept.append(value)
        else:
            kept[-1] = Compare(left[0], (member,), (Tuple((*left[1], *right[1])),))
    if len(kept) == len(node.values):
        return None
    return kept[0] if len(kept) == 1 else Logical(node.op, tuple(kept))


def _may_be_asked(value: Node, members: tuple[Node, ...], op: str, facts: Facts) -> bool:
    """Whether comparing a value with one after another is asking whether it is one of them."""
    if all(kind_of_fixed(m) in REFLECTED_EXACTLY for m in members):
        if is_of(value, SCALARS, facts):
            return True
        if op == "or" and facts.test and isinstance(value, Name) and is_own(value.id, facts):
            return True
    return not in_comparison(facts) and all(facts.assume(a) for a in GRANTED)


def _one_member(node: Compare, facts: Facts) -> Node | None:
    """A test for the one member of a tuple."""
    right = node.rights[0]
    if node.ops not in (("in",), ("not in",)) or not isinstance(right, Tuple) or len(right.items) != 1:
        return None
    member = right.items[0]
    op = "==" if node.ops == ("in",) else "!="
    exact = kind_of_fixed(member) in REFLECTED_EXACTLY
    if exact and (is_of(node.left, SCALARS, facts) or (op == "==" and facts.test)):
        return Compare(node.left, (op,), (member,))
    if not (is_fixed(member) or isinstance(member, Name)) or in_comparison(facts):
        return None
    return Compare(node.left, (op,), (member,)) if all(facts.assume(a) for a in GRANTED[:2]) else None


def _tuple_of(node: Compare, facts: Facts) -> Node | None:
    right = node.rights[-1]
    if node.ops[-1] not in ("in", "not in") or not isinstance(right, List):
        return None
    return update(node, rights=(*node.rights[:-1], Tuple(right.items, span=right.span)))


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
    languages={"python": SOURCE_UNREAD},
    on=(Logical,),
    rewrite=_one_of,
    why="For built-in types `in` is the `or` of the comparisons, and gives a bool as they do; it also asks "
    "whether the two are one object, as only a NaN is without being equal. All values are evaluated before the "
    "first comparison, so they must be literals or names, and what is compared a name or attribute, "
    "which is read once less. Nothing is assumed for a local that no inner function binds, in a "
    "test, with ints, strings "
    "and None: these leave the comparison to any other class, in the same order. `!=` is a method of its own.",
    examples=(
        Example(
            "local",
            "def f(a):\n    if a == 'x' or a == 'y':\n        g()",
            "def f(a):\n    if a in ('x', 'y'):\n        g()",
        ),
        Example(
            "platform",
            "import sys\nx = sys.platform != 'a' and sys.platform != 'b'",
            "import sys\nx = sys.platform not in ('a', 'b')",
        ),
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

ONE_MEMBER = Rule(
    id="one-member",
    family="operators",
    summary='Write `a == "b"`, not `a in ("b",)`.',
    languages={"python": SOURCE_UNREAD},
    on=(Compare,),
    rewrite=_one_member,
    why="`in` compares with the one item, and makes a bool of what that gives, as a test does. An int, a string or None"
    " leaves the comparison to any other class; it cannot be the same object and differ. `!=` is a method of its own.",
    examples=(
        Example("test", "if a in ('b',):\n    f()", "if a == 'b':\n    f()"),
        Example("name", "x = a not in (b,)", "x = a != b"),
        Example("text", "import os\nx = os.name not in ('nt',)", "import os\nx = os.name != 'nt'"),
    ),
    leaves_alone=(
        "x = a in (b.c,)",
        "x = a in (*b,)",
        "x = a in ('b', 'c')",
        "if a in {'b'}:\n    f()",
        "if a in ('b'):\n    f()",
        "class C:\n    def __eq__(self, other):\n        return other in (self.a, 1) or other in (b,)",
    ),
)

TUPLE_OF_MEMBERS = Rule(
    id="tuple-of-members",
    family="operators",
    summary="Write `a in (b, c)`, not `a in [b, c]`.",
    languages={"python": SOURCE_UNREAD},
    on=(Compare,),
    rewrite=_tuple_of,
    why="Both compare with one item after another, and nobody else sees the list. A set asks for a hash first.",
    examples=(
        Example("in", "x = a in [b, c.d]", "x = a in (b, c.d)"),
        Example("not in", "x = a not in [*b, 1]", "x = a not in (*b, 1)"),
    ),
    leaves_alone=("x = a in {b, c}", "x = a == [b, c]", "x = a in [b] in c", "x = a in [b for b in c]"),
)

RULES: tuple[Rule, ...] = (TUPLE_OF_MEMBERS, ONE_MEMBER, ONE_OF)
