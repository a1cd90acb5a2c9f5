"""Rules of the family operators: negation, truth values and conditional expressions. Comparisons: `comparisons`."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.effects import is_bool
from prediff.rules import alternatives, arithmetic, assignments, comparisons, mappings
from prediff.rules.conditions import EXCHANGED, is_negative, negate, truth
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Call,
    If,
    Keyword,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Star,
    Ternary,
    While,
    trees_equal,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
SHARED = {"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD}


def _double_negation(node: Not, facts: Facts) -> Node | None:
    if not isinstance(node.operand, Not):
        return None
    inner = node.operand.operand
    return inner if facts.test or is_bool(inner, facts) else None


DOUBLE_NEGATION = Rule(
    id="double-negation",
    family="operators",
    summary="Write `a`, not `not not a`, where only truth matters or `a` is a bool.",
    languages=SHARED,
    on=(Not,),
    rewrite=_double_negation,
    why="Where only truth matters, two negations change nothing, and `a` is tested once in either form. As "
    "a value, `not not a` is a bool and `a` need not be one.",
    examples=(
        Example("test", "if not not a:\n    f()", "if a:\n    f()"),
        Example("bool", "x = not not isinstance(a, b)", "x = isinstance(a, b)"),
        Example("javascript", "if (!!a) { f(); }", "if (a) { f(); }", "javascript"),
    ),
    leaves_alone=(
        "x = not not a",
        "f(not not a)",
        "javascript: x = !!a;",
        "x = not not (a == b)",
        "if not -a:\n    f()",
    ),
)


def _de_morgan(node: Not, facts: Facts) -> Node | None:
    inner = node.operand
    if not isinstance(inner, Logical) or inner.op not in EXCHANGED:
        return None
    if not facts.test and not all(is_bool(v, facts) for v in inner.values):
        return None
    return Logical(EXCHANGED[inner.op], tuple([Not(v, span=v.span) for v in inner.values]))


DE_MORGAN = Rule(
    id="de-morgan",
    family="operators",
    summary="Write `not a and not b`, not `not (a or b)`.",
    languages=SHARED,
    on=(Not,),
    rewrite=_de_morgan,
    why="The same operands are tested in the same order, and evaluation stops at the same one. As a value "
    "both forms are bools, but an operand that decides is tested twice in the second: only bools may "
    "be tested that often.",
    examples=(
        Example("test", "if not (a or b):\n    f()", "if not a and not b:\n    f()"),
        Example("value", "x = not (a is b and c in d)", "x = a is not b or c not in d"),
        Example("javascript", "if (!(a && b)) { f(); }", "if (!a || !b) { f(); }", "javascript"),
    ),
    leaves_alone=(
        "x = not (a or b)",
        "javascript: x = !(a && b);",
        "javascript: if (!(a ?? b)) { f(); }",
        "x = not a",
    ),
)


def _flat_condition(node: Logical, facts: Facts) -> Node | None:
    values: list[Node] = []
    for value in node.values:
        values += value.values if isinstance(value, Logical) and value.op == node.op else (value,)
    return Logical(node.op, tuple(values)) if len(values) > len(node.values) else None


FLAT_CONDITION = Rule(
    id="flat-condition",
    family="operators",
    summary="Write `a and b and c`, not `a and (b and c)`, also where another rule made the inner one.",
    languages=SHARED,
    on=(Logical,),
    rewrite=_flat_condition,
    why="The operands are tested from left to right, and evaluation stops at the same one, whose value is "
    "the result.",
    examples=(
        Example("de morgan", "if a and not (b or c):\n    f()", "if a and not b and not c:\n    f()"),
        Example("javascript", "if (a && !(b || c)) { f(); }", "if (a && !b && !c) { f(); }", "javascript"),
    ),
    leaves_alone=("x = a and (b or c)", "x = (a and b) or c", "javascript: x = (a && b) || c;"),
)


def _ternary_polarity(node: Ternary, facts: Facts) -> Node | None:
    nested = isinstance(node.then, Ternary), isinstance(node.orelse, Ternary)
    if nested[0] is not nested[1]:
        turn = nested[0]
    else:
        turn = is_negative(node.test, facts)
    return update(node, test=negate(node.test, facts), then=node.orelse, orelse=node.then) if turn else None


TERNARY_POLARITY = Rule(
    id="ternary-polarity",
    family="operators",
    summary="Write `b if a else c`, not `c if not a else b`; a ternary in a ternary stands last.",
    languages=SHARED,
    on=(Ternary,),
    rewrite=_ternary_polarity,
    why="The test is evaluated once and only its truth matters; the arm that is evaluated is the same one.",
    examples=(
        Example("not", "x = b if not a else c", "x = c if a else b"),
        Example("is not", "x = b if a is not None else c", "x = c if a is None else b"),
        Example("nested", "x = (1 if a else 2) if b else 3", "x = 3 if not b else 1 if a else 2"),
        Example("javascript", "x = a !== b ? c : d;", "x = a === b ? d : c;", "javascript"),
    ),
    leaves_alone=("x = b if a else c", "x = b if a < 0 else c", "javascript: x = a >= b ? c : d;"),
)


def _logical_from_ternary(node: Ternary, facts: Facts) -> Node | None:
    if not isinstance(node.test, Name):
        return None
    if trees_equal(node.test, node.then):
        op, other = "or", node.orelse
    elif trees_equal(node.test, node.orelse):
        op, other = "and", node.then
    else:
        return None
    values = other.values if isinstance(other, Logical) and other.op == op else (other,)
    return Logical(op, (node.test, *values))


LOGICAL_FROM_TERNARY = Rule(
    id="logical-from-ternary",
    family="operators",
    summary="Write `a or b`, not `a if a else b`, for a name `a`.",
    languages=SHARED,
    on=(Ternary,),
    rewrite=_logical_from_ternary,
    why="Reading a name has no effect, and both forms give the operand itself. Where only truth matters "
    "the ternary tests it twice in a row, `or` once. Anything but a name would be evaluated twice in "
    "the one form and once in the other.",
    examples=(
        Example("or", "x = a if a else b", "x = a or b"),
        Example("and", "x = b if a else a", "x = a and b"),
        Example("javascript", "x = a ? a : b;", "x = a || b;", "javascript"),
    ),
    leaves_alone=(
        "x = f() if f() else b",
        "x = a.b if a.b else c",
        "x = a if b else c",
        "javascript: x = a != null ? a : b;",
    ),
)


def _bool_ternary(node: Ternary, facts: Facts) -> Node | None:
    arms = truth(node.then), truth(node.orelse)
    if not all(isinstance(a, Literal) and a.kind == "bool" for a in (node.then, node.orelse)):
        return None
    if arms == (False, True):
        return Not(node.test)
    if arms == (True, False) and (facts.test or is_bool(node.test, facts)):
        return node.test
    return None


BOOL_TERNARY = Rule(
    id="bool-ternary",
    family="operators",
    summary="Write `not c`, not `False if c else True`; and `c`, not `True if c else False`, for a bool `c`.",
    languages=SHARED,
    on=(Ternary,),
    rewrite=_bool_ternary,
    why="`not c` tests `c` once and gives a bool, as the ternary does. The other way round the value is "
    "`c` itself, which must be a bool unless only truth matters: `==` and `<` of custom classes may "
    "give anything.",
    examples=(
        Example("not", "x = False if c else True", "x = not c"),
        Example("in", "x = True if a in b else False", "x = a in b"),
        Example("javascript", "x = a < b ? true : false;", "x = a < b;", "javascript"),
    ),
    leaves_alone=(
        "x = True if c else False",
        "x = True if a == b else False",
        "x = 1 if a in b else 0",
        "javascript: x = c ? true : false;",
    ),
)


def _constant_condition(node: If | While | Ternary | Not | Logical, facts: Facts) -> Node | None:
    if isinstance(node, (If, While, Ternary)):
        known = truth(node.test)
        if known is None or (isinstance(node.test, Literal) and node.test.kind == "bool"):
            return None
        return update(node, test=Literal("bool", known, span=node.test.span))
    if isinstance(node, Not):
        known = truth(node.operand)
        return None if known is None else Literal("bool", not known)
    if node.op not in EXCHANGED:
        return None
    kept: list[Node] = []
    last = len(node.values) - 1
    for i, value in enumerate(node.values):
        known = truth(value)
        if known is (node.op == "and") and (i < last or (facts.test and i)):
            continue
        kept.append(value)
    if len(kept) == len(node.values):
        return None
    if not kept:
        return node.values[-1]
    return kept[0] if len(kept) == 1 else Logical(node.op, tuple(kept))


CONSTANT_CONDITION = Rule(
    id="constant-condition",
    family="operators",
    summary="Write `while True`, not `while 1`; leave out literals that decide nothing, as in `a and True`.",
    languages=SHARED,
    on=(If, While, Ternary, Not, Logical),
    rewrite=_constant_condition,
    why="The truth of a literal is known. A literal that decides nothing is dropped if it is not the last "
    "operand, whose value is the result; the last one is dropped where only truth matters. Nothing "
    "that could act is dropped: `f() and False` keeps its call.",
    examples=(
        Example("while", "while 1:\n    f()", "while True:\n    f()"),
        Example("and", "if a and True:\n    f()", "if a:\n    f()"),
        Example("first", "x = True and a", "x = a"),
        Example("javascript", "while (1) { f(); }", "while (true) { f(); }", "javascript"),
    ),
    leaves_alone=(
        "x = a and True",
        "x = a or False",
        "if a or True:\n    f()",
        "if f() and False:\n    g()",
        "x = 1",
        "javascript: x = a && true;",
    ),
)


def _bool_call_in_test(node: Call, facts: Facts) -> Node | None:
    if not facts.test or len(node.args) != 1 or isinstance(node.args[0], (Star, Keyword)):
        return None
    return node.args[0] if facts.is_call_of(node, "bool") else None


BOOL_CALL_IN_TEST = Rule(
    id="bool-call-in-test",
    family="operators",
    summary="Write `if a`, not `if bool(a)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_bool_call_in_test,
    why="`bool(a)` tests `a` once, as the test itself does. The name must be the builtin.",
    examples=(
        Example("if", "if bool(a):\n    f()", "if a:\n    f()"),
        Example("not", "x = not bool(a)", "x = not a"),
    ),
    leaves_alone=("x = bool(a)", "bool = f\nif bool(a):\n    g()", "if bool(*a):\n    f()"),
    words=frozenset({"bool"}),
)

RULES: tuple[Rule, ...] = (
    FLAT_CONDITION,
    CONSTANT_CONDITION,
    DOUBLE_NEGATION,
    DE_MORGAN,
    BOOL_CALL_IN_TEST,
    LOGICAL_FROM_TERNARY,
    BOOL_TERNARY,
    TERNARY_POLARITY,
    *comparisons.RULES,
    *arithmetic.RULES,
    *alternatives.RULES,
    *assignments.RULES,
    *mappings.RULES,
)
