"""Rules of the family branches: `match` statements that only compare."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.rules.comparisons import is_own, stays
from prediff.rules.conditions import both, is_fixed
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    AssignExpr,
    Attribute,
    Block,
    Call,
    Capture,
    Clause,
    Compare,
    If,
    Literal,
    Logical,
    Match,
    Name,
    Node,
    Opaque,
    hull,
    walk,
)

CLASSES = (
    "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "set", "str",
    "tuple",
)  # fmt: skip
"""Builtins that are classes, as a class pattern must name one: `isinstance` takes tuples of them, too."""


def _match_tests(node: Match, facts: Facts) -> Node | None:
    subject = node.subject
    if node.kind != "match" or not isinstance(subject, Name) or not _stays_subject(node, subject.id, facts):
        return None
    tests = [_test(c, subject, facts) for c in node.clauses]
    last = node.clauses[-1]
    rest = last.body if _is_wildcard(last.pattern) and last.guard is None else None
    if rest is not None:
        tests.pop()
    if not tests or any(t is None for t in tests):
        return None
    made: If | None = None
    for clause, test in reversed(list(zip(node.clauses, tests, strict=False))):
        if made is not None:
            rest = Block((made,), span=made.span)
        span = hull([clause.span] if rest is None else [clause.span, rest.span])
        assert test is not None
        head = hull([n.span for n in (clause.pattern, clause.guard) if n is not None])
        made = If(test, clause.body, rest, span=span, header=head, restructured=True)
    return made


def _stays_subject(node: Match, name: str, facts: Facts) -> bool:
    """Whether neither a pattern nor a guard can bind the subject anew."""
    guards = [c.guard for c in node.clauses if c.guard is not None]
    if guards and not is_own(name, facts):
        return False
    bound = {
        x for g in guards for n in walk(g) if isinstance(n, AssignExpr) for x in names_of_target(n.target)
    }
    return name not in bound and stays(name, facts)


def _test(clause: Clause, subject: Name, facts: Facts) -> Node | None:
    """What a case asks of the subject, in a test; None for what cannot be said so."""
    if _is_wildcard(clause.pattern):
        return clause.guard
    test = None if clause.pattern is None else _fits(clause.pattern, subject, facts)
    return test if test is None or clause.guard is None else both("and", test, clause.guard)


def _is_wildcard(pattern: Node | None) -> bool:
    return (
        isinstance(pattern, Capture)
        and not pattern.stars
        and pattern.target is None
        and pattern.pattern is None
    )


def _fits(pattern: Node, subject: Name, facts: Facts) -> Node | None:
    if isinstance(pattern, Literal) and pattern.kind in ("none", "bool"):
        return Compare(subject, ("is",), (pattern,))
    if is_fixed(pattern) or _is_dotted(pattern):
        return Compare(subject, ("==",), (pattern,))
    if not isinstance(pattern, Opaque):
        return None
    if pattern.kind == "pattern or":
        parts = [None if isinstance(c, str) else _fits(c, subject, facts) for c in pattern.children]
        values = [p for p in parts if p is not None]
        return Logical("or", tuple(values)) if len(values) == len(parts) > 1 else None
    if pattern.kind != "pattern class" or len(pattern.children) != 1:
        return None
    cls = pattern.children[0]
    known = isinstance(cls, Name) and facts.is_builtin(cls, *CLASSES)
    if not known or not facts.is_builtin(Name("isinstance"), "isinstance"):
        return None
    assert isinstance(cls, Name)
    return Call(Name("isinstance"), (subject, cls))


def _is_dotted(node: Node) -> bool:
    if not isinstance(node, Attribute):
        return False
    while isinstance(node, Attribute):
        node = node.value
    return isinstance(node, Name)


MATCH_TESTS = Rule(
    id="match-tests",
    family="branches",
    summary="Write `if x == 1 … elif x is None … else`, not a `match` that only compares.",
    languages={"python": frozenset({"source-unread"})},
    on=(Match,),
    rewrite=_match_tests,
    why="The language reference (8.6.4) compares literals and dotted names by `==`, None, True and False by `is`, "
    "one case after the other, and asks `isinstance` for a class pattern. The subject must be a name that no "
    "comparison or guard can bind anew. A pattern that binds a name, or takes its subject apart, is left alone, "
    "and so is a class that may be no class: `match` raises TypeError for a tuple of classes, `isinstance` does not.",
    examples=(
        Example(
            "literals",
            "def f(a):\n    match a:\n        case 1:\n            g()\n        case 'b' | None:\n            h()\n"
            "        case _:\n            i()",
            "def f(a):\n    if a == 1:\n        g()\n    elif a == 'b' or a is None:\n        h()\n    "
            "else:\n        i()",
        ),
        Example(
            "return",
            "def f(a, b):\n    match a:\n        case b.c if g(b):\n            return 1\n        case -1:\n"
            "            return 2\n    return 3",
            "def f(a, b):\n    if a == b.c and g(b):\n        return 1\n    if a == -1:\n"
            "        return 2\n    return 3",
        ),
        Example(
            "class",
            "def f(a):\n    match a:\n        case str() | bytes():\n            g()\n        "
            "case _ if h():\n            i()",
            "def f(a):\n    if isinstance(a, (str, bytes)):\n        g()\n    elif h():\n        i()",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    match a:\n        case b:\n            g(b)",
        "def f(a):\n    match a:\n        case 1 as b:\n            g(b)",
        "def f(a):\n    match a:\n        case [1, 2]:\n            g()",
        "def f(a):\n    match a:\n        case {'b': 1}:\n            g()",
        "def f(a):\n    match a:\n        case _:\n            g()",
        "def f(a):\n    match a.b:\n        case 1:\n            g()",
        "def f(a):\n    match g(a):\n        case 1:\n            g()",
        "def f(a):\n    match a:\n        case E():\n            g()",
        "def f(a):\n    match a:\n        case int(b):\n            g(b)",
        "def f(a, int):\n    match a:\n        case int():\n            g()",
        "def f(a):\n    match a:\n        case 1 if (a := g()):\n            h()\n        case 2:\n            i()",
        "def f():\n    match a:\n        case 1 if g():\n            h()\n        case 2:\n            i()",
        "def f(a):\n    def g():\n        nonlocal a\n        a = 2"
        "\n    match a:\n        case 1 if g():\n            h(g)",
        "def f(a):\n    match a:\n        case 1:\n            g()\n        case (b, 2):\n            h(b)",
    ),
)

RULES: tuple[Rule, ...] = (MATCH_TESTS,)
