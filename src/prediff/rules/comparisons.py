"""Rules of the family operators: comparisons, their negation, their direction, and chains of them."""

from __future__ import annotations

from collections.abc import Iterable

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise, is_pure
from prediff.facts.values import is_int
from prediff.rules.conditions import EQUALITY, MIRRORED, in_comparison, is_fixed, kind_of_fixed, opposite
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Compare,
    Index,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Scope,
    trees_equal,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
ORDER_NEGATIONS = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}
OPPOSITES = {**EQUALITY, **ORDER_NEGATIONS}
"""For ints each comparison with the one that is true where it is not."""
REFLECTED_EXACTLY = frozenset({"int", "str", "bytes", "none"})
IDENTITY = frozenset({"is", "is not"})


def _negated_comparison(node: Not, facts: Facts) -> Node | None:
    inner = node.operand
    if not isinstance(inner, Compare) or len(inner.ops) != 1:
        return None
    sides = (inner.left, *inner.rights)
    if inner.ops[0] in OPPOSITES and facts.language == "python" and all(is_int(s, facts) for s in sides):
        op: str | None = OPPOSITES[inner.ops[0]]
    else:
        op = opposite(inner.ops[0], facts)
    return None if op is None else Compare(inner.left, (op,), inner.rights)


NEGATED_COMPARISON = Rule(
    id="negated-comparison",
    family="operators",
    summary=(
        "Write `a not in b` and `a is not b`, not `not a in b` and `not a is b`; for built-in types `a != b`."
    ),
    languages={"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD},
    on=(Not,),
    rewrite=_negated_comparison,
    why="`not in` and `is not` (in JavaScript `!==` and `!=`) are defined as these negations. In Python a "
    "class may define `!=` apart from `==`, or give something else than a bool, so that one rests on "
    "built-in operands where they are not seen to be ints. JavaScript's `in` has no negated form.",
    examples=(
        Example("in", "x = not a in b", "x = a not in b"),
        Example("is", "x = not a is b", "x = a is not b"),
        Example("equal", "x = not a == b", "x = a != b"),
        Example("lengths", "x = not len(a) == len(b)", "x = len(a) != len(b)"),
        Example("a length", "if not len(a) > 1:\n    f()", "if len(a) <= 1:\n    f()"),
        Example("javascript", "x = !(a === b);", "x = a !== b;", "javascript"),
        Example("javascript loose", "x = !(a == b);", "x = a != b;", "javascript"),
    ),
    leaves_alone=(
        "x = not (a in b in c)",
        "x = not a < b",
        "class C:\n    def __ne__(self, other):\n        return not self == other",
        "javascript: x = !(a in b);",
        "javascript: x = !(a < b);",
        "javascript: x = !(a instanceof B);",
    ),
)


def _negated_order(node: Not, facts: Facts) -> Node | None:
    inner = node.operand
    if not isinstance(inner, Compare) or len(inner.ops) != 1 or inner.ops[0] not in ORDER_NEGATIONS:
        return None
    if in_comparison(facts):
        return None
    if not any(_is_ordered(side, facts) for side in (inner.left, inner.rights[0])):
        return None
    return Compare(inner.left, (ORDER_NEGATIONS[inner.ops[0]],), inner.rights)


def _is_ordered(node: Node, facts: Facts) -> bool:
    """Whether a node is of a type whose comparisons are total: a number, a string, a length."""
    return kind_of_fixed(node) in ("int", "float", "str", "bytes") or facts.is_call_of(node, "len")


NEGATED_ORDER = Rule(
    id="negated-order",
    family="operators",
    summary="Write `a >= 0`, not `not a < 0`, where one side is a number, a string or a length.",
    languages={"python": frozenset({"source-unread", "builtin-operators", "no-nan"})},
    on=(Not,),
    rewrite=_negated_order,
    why="Numbers and strings are totally ordered but for NaN. Sets are not, so one side must be seen to be "
    "no set. In JavaScript `undefined` compares false both ways.",
    examples=(
        Example("number", "x = not a < 0", "x = a >= 0"),
        Example("length", "if not len(a) > n:\n    f()", "if len(a) <= n:\n    f()"),
    ),
    leaves_alone=("x = not a < b", "x = not a < b < 0", "javascript: x = !(a < 0);"),
)


def _constant_right(node: Compare, facts: Facts) -> Node | None:
    if len(node.ops) != 1 or node.ops[0] not in MIRRORED:
        return None
    right = node.rights[0]
    if not is_fixed(node.left) or is_fixed(right):
        return None
    if (
        facts.language == "python"
        and node.ops[0] not in IDENTITY
        and kind_of_fixed(node.left) not in REFLECTED_EXACTLY
        and not facts.assume("builtin-operators")
    ):
        return None
    return Compare(right, (MIRRORED[node.ops[0]],), (node.left,))


CONSTANT_RIGHT = Rule(
    id="constant-right",
    family="operators",
    summary="Write `x == 1` and `x > 1`, not `1 == x` and `1 < x`.",
    languages={"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD},
    on=(Compare,),
    rewrite=_constant_right,
    why="A literal has no effect, so the order of evaluation does not matter. In Python an int, string or "
    "None on the left declines to compare with any other class (and a subclass goes first), so that "
    "`x`'s own method is asked in both forms; floats and bools do compare with subclasses of int. "
    "JavaScript converts only `x` in either form.",
    examples=(
        Example("equal", "x = 1 == f(a)", "x = f(a) == 1"),
        Example("less", "x = 0 < a", "x = a > 0"),
        Example("is", "if None is not a:\n    f()", "if a is not None:\n    f()"),
        Example("javascript", "x = 'a' === typeof b;", "x = typeof b === 'a';", "javascript"),
    ),
    leaves_alone=(
        "x = 0 < a < 1",
        'x = "a" in b',
        "x = a == b",
        "javascript: x = 'a' in b;",
        "javascript: x = 1 < 2 < a;",
    ),
)


def _comparison_direction(node: Compare, facts: Facts) -> Node | None:
    if len(node.ops) != 1 or node.ops[0] not in (">", ">=") or in_comparison(facts):
        return None
    left, right = node.left, node.rights[0]
    if is_fixed(left) or is_fixed(right):
        return None
    pure = is_pure(left, facts) and is_pure(right, facts)
    if not pure or not (cannot_raise(left, facts) or cannot_raise(right, facts)):
        return None
    return Compare(right, (MIRRORED[node.ops[0]],), (left,))


COMPARISON_DIRECTION = Rule(
    id="comparison-direction",
    family="operators",
    summary="Write `a < b`, not `b > a`.",
    languages={
        "python": frozenset({"source-unread", "builtin-operators"}),
        "javascript": frozenset({"source-unread", "builtin-operators"}),
    },
    on=(Compare,),
    rewrite=_comparison_direction,
    why="For built-in types the two are one comparison, NaN included; a class may define `<` and `>` "
    "apart, and an object's `valueOf` may act. The operands change places, so both must be free of "
    "effects and at most one may raise.",
    examples=(
        Example("names", "x = b > a", "x = a < b"),
        Example("at least", "x = b.c >= a", "x = a <= b.c"),
        Example("javascript", "x = b > a;", "x = a < b;", "javascript"),
    ),
    leaves_alone=(
        "x = f() > g()",
        "x = a > 1",
        "x = a > b > c",
        "class C:\n    def __lt__(self, other):\n        return other > self",
        "x = a > f()",
        "javascript: x = f() > a;",
    ),
)


def _none_identity(node: Compare, facts: Facts) -> Node | None:
    if len(node.ops) != 1 or node.ops[0] not in ("==", "!=") or in_comparison(facts):
        return None
    right = node.rights[0]
    if not isinstance(right, Literal) or right.kind != "none":
        return None
    return Compare(node.left, ("is" if node.ops[0] == "==" else "is not",), node.rights)


NONE_IDENTITY = Rule(
    id="none-identity",
    family="operators",
    summary="Write `a is None`, not `a == None`.",
    languages={"python": frozenset({"source-unread", "builtin-operators"})},
    on=(Compare,),
    rewrite=_none_identity,
    why="No built-in value but None itself equals None. A class (an array, a column of a query) may answer "
    "otherwise.",
    examples=(
        Example("equal", "x = a == None", "x = a is None"),
        Example("not equal", "x = None != a", "x = a is not None"),
    ),
    leaves_alone=("x = a == 0", "x = a == b == None", "javascript: x = a == null;"),
)


def _chained(node: Logical, facts: Facts) -> Node | None:
    if node.op != "and":
        return None
    kept: list[Node] = [node.values[0]]
    for value in node.values[1:]:
        joined = _join(kept[-1], value, facts)
        if joined is None:
            kept.append(value)
        else:
            kept[-1] = joined
    if len(kept) == len(node.values):
        return None
    return kept[0] if len(kept) == 1 else Logical("and", tuple(kept))


def _join(a: Node, b: Node, facts: Facts) -> Compare | None:
    """`x < y and y < z` as `x < y < z`; None where the two are not of that form."""
    if not isinstance(a, Compare) or not isinstance(b, Compare):
        return None
    if trees_equal(a.left, b.left) and len(a.ops) == 1 and kind_of_fixed(a.rights[0]) in REFLECTED_EXACTLY:
        if a.ops[0] not in ORDER_NEGATIONS:
            return None
        a = Compare(a.rights[0], (MIRRORED[a.ops[0]],), (a.left,))
    middle = a.rights[-1]
    if not trees_equal(middle, b.left):
        return None
    if not _same_way(a.ops + b.ops):
        return None
    if not _repeats(middle, facts):
        return None
    return Compare(a.left, a.ops + b.ops, a.rights + b.rights)


def _repeats(node: Node, facts: Facts) -> bool:
    """Whether an operand gives the same again behind a comparison that it stands in, and reading it does nothing."""
    if is_fixed(node):
        return True
    if isinstance(node, Name):
        return stays(node.id, facts)
    if not isinstance(node, (Attribute, Index)) or not is_pure(node, facts):
        return False
    return facts.assume("reads-pure") and facts.assume("builtin-operators")


def stays(name: str, facts: Facts) -> bool:
    """Whether a comparison cannot bind the name anew: a local that no inner function binds, else built-in operands."""
    return is_own(name, facts) or facts.assume("builtin-operators")


def is_own(name: str, facts: Facts) -> bool:
    """Whether a name is a local of the innermost function that no other one binds."""
    function = facts.function
    if name in facts.comprehended:
        return True
    if function is None or name not in facts.bound_here(len(facts.enclosing) - 1):
        return False
    known = facts.memo.get((is_own, id(function)))
    if known is None:
        sent = {n.id for s in walk(function) if isinstance(s, Scope) for n in s.names}
        known = facts.memo[is_own, id(function)] = (function, sent)
    return name not in known[1]


def _negated_chain(node: Not, facts: Facts) -> Node | None:
    inner = node.operand
    if not isinstance(inner, Compare) or len(inner.ops) < 2 or not facts.test or not _same_way(inner.ops):
        return None
    for middle in inner.rights[:-1]:
        if not _repeats(middle, facts):
            return None
    lefts = (inner.left, *inner.rights)
    parts = [Compare(a, (op,), (b,)) for a, op, b in zip(lefts, inner.ops, inner.rights, strict=False)]
    return Logical("or", tuple([Not(part) for part in parts]))


def _same_way(ops: Iterable[str]) -> bool:
    """Whether comparisons go one way, so that an `and` of them is written as a chain."""
    kinds = {*ops}
    return kinds <= {"<", "<="} or kinds <= {">", ">="} or kinds == {"=="}


NEGATED_CHAIN = Rule(
    id="negated-chain",
    family="operators",
    summary="Write `not a < b or not b < c`, not `not a < b < c`, where only truth matters.",
    languages={"python": SOURCE_UNREAD},
    on=(Not,),
    rewrite=_negated_chain,
    why="The chain is `a < b and b < c` (language reference, 6.10), and De Morgan's law holds in a test. `b` is read "
    "twice, so it must be a literal or a local that the first comparison cannot bind anew.",
    examples=(
        Example(
            "names",
            "def f(a, b, c):\n    if not a < b < c:\n        g()",
            "def f(a, b, c):\n    if not a < b or not b < c:\n        g()",
        ),
        Example(
            "bounds",
            "def f(a, b):\n    if not 0 <= a < len(b):\n        g()",
            "def f(a, b):\n    if a < 0 or a >= len(b):\n        g()",
        ),
        Example(
            "and",
            "def f(a, b):\n    if not (a >= 0 and a < len(b)):\n        g()",
            "def f(a, b):\n    if a < 0 or a >= len(b):\n        g()",
        ),
    ),
    leaves_alone=(
        "def f(a, b, c):\n    return not a < b < c",
        "def f(a, b, c):\n    if not a < b() < c:\n        g()",
        "def f(a, b, c):\n    if not a < b.d() < c:\n        g()",
        "def f(a, b, c):\n    if not a < b > c:\n        g()",
        "def f(a, b, c):\n    if not a < b:\n        g()",
    ),
)

CHAINED_COMPARISON = Rule(
    id="chained-comparison",
    family="operators",
    summary="Write `a < b < c`, not `a < b and b < c`.",
    languages={"python": SOURCE_UNREAD},
    on=(Logical,),
    rewrite=_chained,
    why="The language reference (6.10) defines the chain as this `and`, with `b` evaluated once: the same "
    "for a literal and for a local that the first comparison cannot bind anew. An attribute or item rests on pure "
    "reads and built-in operands; a call is left alone.",
    examples=(
        Example(
            "less", "def f(a, b, c):\n    return a < b and b < c", "def f(a, b, c):\n    return a < b < c"
        ),
        Example("bounds", "def f(a):\n    return a > 0 and a <= 9", "def f(a):\n    return 0 < a <= 9"),
        Example(
            "equal", "def f(a, b):\n    return a == b and b == 1", "def f(a, b):\n    return a == b == 1"
        ),
        Example(
            "comprehension", "x = [a for a in b if a > 0 and a <= c]", "x = [a for a in b if 0 < a <= c]"
        ),
        Example(
            "item",
            "def f(a, i):\n    return 1 < a[i] and a[i] < a.b",
            "def f(a, i):\n    return 1 < a[i] < a.b",
        ),
    ),
    leaves_alone=(
        "def f(a, b):\n    return a < b() and b() < 1",
        "def f(a, b, c):\n    return a < b and c < b",
        "def f(a, b, c):\n    return a < b or b < c",
        "def f(a, b, c):\n    return a.b < b.c() and b.c() < c",
        "def f(a, b, c):\n    return b <= c and a < b",
        "javascript: function f(a, b, c) { return a < b && b < c; }",
    ),
)

RULES: tuple[Rule, ...] = (
    NEGATED_COMPARISON,
    NEGATED_ORDER,
    CONSTANT_RIGHT,
    COMPARISON_DIRECTION,
    NONE_IDENTITY,
    NEGATED_CHAIN,
    CHAINED_COMPARISON,
)
