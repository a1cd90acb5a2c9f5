"""Rules of the family branches: how `with` statements are nested."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import Node, With, update


def _nested_with(node: With, facts: Facts) -> Node | None:
    inner = node.body.body[0] if len(node.body.body) == 1 else None
    if not isinstance(inner, With) or inner.is_async is not node.is_async:
        return None
    return update(node, items=(*node.items, *inner.items), body=inner.body, restructured=True)


NESTED_WITH = Rule(
    id="nested-with",
    family="branches",
    summary="Write `with a, b`, not a `with` that holds nothing but a `with`.",
    languages={"python": frozenset({"source-unread"})},
    on=(With,),
    rewrite=_nested_with,
    why="The language reference (8.5) defines several items as nested statements: the second context is evaluated and "
    "entered once the first one is entered, and left before it. `async with` and `with` do not mix.",
    examples=(
        Example("two", "with a as x:\n    with x.b as y:\n        f(y)", "with a as x, x.b as y:\n    f(y)"),
        Example(
            "three",
            "with a:\n    with b as y, c:\n        with d:\n            f(y)",
            "with a, b as y, c, d:\n    f(y)",
        ),
        Example(
            "async",
            "async def f(a, b):\n    async with a:\n        async with b:\n            g()",
            "async def f(a, b):\n    async with a, b:\n        g()",
        ),
    ),
    leaves_alone=(
        "with a:\n    with b:\n        f()\n    g()",
        "with a:\n    g()\n    with b:\n        f()",
        "async def f(a, b):\n    async with a:\n        with b:\n            g()",
        "with a:\n    if b:\n        with c:\n            f()",
    ),
)

RULES: tuple[Rule, ...] = (NESTED_WITH,)
