"""Rules of the family loops: loops that only add up."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.kinds import kind_within
from prediff.facts.uses import Uses
from prediff.rules.displays import may_stop
from prediff.rules.loop_names import clauses_of, gather, is_own_builtin, may_stand, own_names
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AugAssign,
    Binary,
    Call,
    Comprehension,
    ForEach,
    Function,
    Lambda,
    Literal,
    Name,
    Node,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def _sum_loop(function: Function | Lambda, facts: Facts) -> Node | None:
    def total(start: Node, loop: ForEach, name: str, uses: Uses) -> Node | None:
        found = clauses_of(loop) if loop.orelse is None else None
        if found is None or len(found[1].body) != 1 or not is_own_builtin("sum", uses, facts):
            return None
        added = _added(found[1].body[0])
        if added is None or not isinstance(start, Literal) or start.kind != "int" or start.value != 0:
            return None
        if kind_within(added[1], function, facts) not in ("int", "bool"):
            return None
        made = Comprehension("generator", added[1], tuple(found[0]))
        if not may_stand(made) or may_stop(made) or not own_names(made, uses, facts):
            return None
        return Call(Name("sum"), (made,))

    return gather(function, facts, lambda statement: (_added(statement) or (None,))[0], total)


def _added(statement: Node) -> tuple[str, Node] | None:
    """The name that a statement adds to (`t += e`, `t = t + e`), and what it adds."""
    if isinstance(statement, AugAssign) and statement.op == "+" and isinstance(statement.target, Name):
        return statement.target.id, statement.value
    if isinstance(statement, Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        if (
            isinstance(target, Name)
            and isinstance(value, Binary)
            and value.op == "+"
            and value.left == target
        ):
            return target.id, value.right
    return None


SUM_LOOP = Rule(
    id="sum-loop",
    family="loops",
    summary="Write `t = sum(e for x in a if c)`, not a loop that only adds ints to 0: a count is `sum(1 for …)`.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_sum_loop,
    why="`sum` starts at 0 and adds in order, and ints add up to the same in any way: what is added must be seen to "
    "be an int (a literal, `len(…)`, `int(…)`, a local that is nothing else) or a bool. Of floats `sum` keeps the "
    "lost digits (since Python 3.12), other classes define `+`. The total must not be read while it grows, nor after "
    "the loop has raised, the loop's variables not elsewhere; no `next(…)`, `await`, `yield`, walrus, lambda.",
    examples=(
        Example(
            "count",
            "def f(a):\n    t = 0\n    for x in a:\n        if g(x):\n            t += 1\n    return t",
            "def f(a):\n    return sum(1 for x in a if g(x))",
        ),
        Example(
            "lengths",
            "def f(a):\n    t = 0\n    for b in a:\n        for x in b:\n            t = t + len(x)\n    return t",
            "def f(a):\n    return sum(len(x) for b in a for x in b)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    t = 0\n    for x in a:\n        t += x\n    return t",
        "def f(a):\n    t = 0.0\n    for x in a:\n        t += 1\n    return t",
        "def f(a):\n    t = 0\n    for x in a:\n        t += 0.1\n    return t",
        "def f(a):\n    t = 0\n    for x in a:\n        t -= 1\n    return t",
        "def f(a):\n    t = 0\n    for x in a:\n        if x < t:\n            t += 1\n    return t",
        "def f(a):\n    t = 0\n    for x in a:\n        t += 1\n    return t, x",
        "def f(a):\n    t = 0\n    for x in a:\n        if next(x):\n            t += 1\n    return t",
        "def f(a):\n    t = 0\n    for x in a:\n        if x:\n            break\n        t += 1\n    return t",
        "def f(a, t):\n    for x in a:\n        t += 1\n    return t",
        "def f(a, len):\n    t = 0\n    for x in a:\n        t += len(x)\n    return t",
        "def f(a, n: int):\n    t = 0\n    for x in a:\n        t += n\n    return t",
        (
            "def f(a):\n    n = 3\n    def h():\n        nonlocal n\n        n = 1.5\n    t = 0\n    for x in a:\n"
            "        h(h)\n        t += n\n    return t"
        ),
        (
            "def f(a):\n    t = 5\n    try:\n        t = 0\n        for x in a:\n            t += len(x)\n"
            "    finally:\n        h(t)\n    return t"
        ),
        "def sum(a):\n    return a\ndef f(a):\n    t = 0\n    for x in a:\n        t += 1\n    return t",
    ),
)

RULES: tuple[Rule, ...] = (SUM_LOOP,)
