"""Rules on how functions are written."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules import inlining, key_functions, local_functions
from prediff.rules.rule import Example, Rule
from prediff.tree import Block, Lambda, Node, Return, update


def _arrow_body(node: Lambda, facts: Facts) -> Node | None:
    if not isinstance(node.body, Block) or len(node.body.body) != 1:
        return None
    only = node.body.body[0]
    if not isinstance(only, Return) or only.value is None:
        return None
    return update(node, body=only.value)


ARROW_BODY = Rule(
    id="arrow-body",
    family="functions",
    summary="Write `x => y`, not `x => { return y; }`.",
    languages={"javascript": frozenset({"source-unread"})},
    on=(Lambda,),
    rewrite=_arrow_body,
    why="A concise body is evaluated and returned (ECMA-262, 15.3.5). One that returns nothing has no such form.",
    examples=(
        Example("return", "f(x => { return x + 1; });", "f(x => x + 1);", "javascript"),
        Example("object", "f(() => { return { a: 1 }; });", "f(() => ({ a: 1 }));", "javascript"),
        Example("async", "f(async x => { return await g(x); });", "f(async x => await g(x));", "javascript"),
    ),
    leaves_alone=(
        "javascript: f(x => { g(x); });",
        "javascript: f(x => { return; });",
        "javascript: f(function (x) { return x; });",
        "javascript: f(x => { g(); return x; });",
    ),
)

RULES: tuple[Rule, ...] = (ARROW_BODY, *key_functions.RULES, *local_functions.RULES, *inlining.RULES)
