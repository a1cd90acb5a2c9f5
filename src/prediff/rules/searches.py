"""Rules of the family loops: loops that only look for something, and what follows a loop that was not left."""

from __future__ import annotations

from collections.abc import Callable

from prediff.facts import Facts
from prediff.facts.effects import is_bool
from prediff.facts.evaluation import reads
from prediff.facts.uses import Uses, uses_of
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.conditions import is_negative, negate
from prediff.rules.displays import may_stop
from prediff.rules.loop_names import (
    clauses_of,
    flag_of,
    is_bool_literal,
    is_break,
    is_own_builtin,
    is_unseen_before,
    may_stand,
    own_names,
)
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Block,
    Call,
    Compare,
    Comprehension,
    ForEach,
    Function,
    If,
    Lambda,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Return,
    Ternary,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
LOCALS = frozenset({"source-unread", "locals-unread"})
OTHER = {"any": "all", "all": "any"}


# --- any and all ---------------------------------------------------------------------------------------------------


def _in_blocks(
    function: Function | Lambda, facts: Facts, replace: Callable[[Block, int, Uses], Node | None]
) -> Node | None:
    """A function in whose blocks two statements, from each number on, are one where `replace` gives that."""
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        body = list(block.body)
        for i in range(len(body) - 2, -1, -1):
            if isinstance(body[i], ForEach) or isinstance(body[i + 1], ForEach):
                new = (
                    replace(block, i, uses_of(function, facts)) if body[i + 1] is block.body[i + 1] else None
                )
                if new is not None:
                    body[i : i + 2] = [new]
        return block if len(body) == len(block.body) else update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _found(loop: ForEach, uses: Uses, facts: Facts, jump: Callable[[Block], bool]) -> Node | None:
    """`any(p for x in a)` for a loop whose one act is to leave, by what `jump` accepts, at the first x with p."""
    split = clauses_of(loop)
    if split is None or not jump(split[1]) or not split[0][-1].conditions:
        return None
    clauses = split[0]
    test = clauses[-1].conditions[-1]
    tests = test.values if isinstance(test, Logical) and test.op == "and" else (test,)
    hit = tests[-1]
    conditions = (*clauses[-1].conditions[:-1], *tests[:-1])
    clauses[-1] = update(clauses[-1], conditions=_joined(conditions))
    made = Comprehension("generator", hit, tuple(clauses))
    if not may_stand(made) or may_stop(made) or not own_names(made, uses, facts):
        return None
    if not is_own_builtin("any", uses, facts) or not _tested_once(hit, facts):
        return None
    return Call(Name("any"), (made,))


def _joined(conditions: tuple[Node, ...]) -> tuple[Node, ...]:
    return conditions if len(conditions) < 2 else (Logical("and", conditions),)


def _tested_once(node: Node, facts: Facts) -> bool:
    """Whether the value of a test can be tested where the test stood: a part of `a or b` would be tested once more."""
    if not isinstance(node, (Logical, Ternary)) and not (isinstance(node, Compare) and len(node.ops) > 1):
        return True
    return is_bool(node, facts) or facts.assume("builtin-operators")


def _returned_search(function: Function | Lambda, facts: Facts) -> Node | None:
    def replace(block: Block, i: int, uses: Uses) -> Node | None:
        loop, last = block.body[i : i + 2]
        if not isinstance(loop, ForEach) or not isinstance(last, Return) or loop.orelse is not None:
            return None
        if not is_bool_literal(last.value):
            return None
        assert isinstance(last.value, Literal)
        early = not last.value.value
        found = _found(loop, uses, facts, lambda block: _returns(block, early))
        if found is None:
            return None
        return placed(Return(found if early else Not(found)), loop, last)

    return _in_blocks(function, facts, replace)


def _returns(block: Block, value: bool) -> bool:
    only = block.body[0] if len(block.body) == 1 else None
    return isinstance(only, Return) and is_bool_literal(only.value, value)


RETURNED_SEARCH = Rule(
    id="returned-search",
    family="loops",
    summary="Write `return any(p for x in a)`, not a loop that returns True at the first x with p, else False.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_returned_search,
    why="`any` tests what the loop tests, in the same order, and stops where the loop returns. The loop's "
    "variables must not be read elsewhere or by closures. Left alone: `next(…)` and its kin, whose "
    "StopIteration becomes RuntimeError in a generator, and `await`, `yield`, a walrus, a lambda, `super`; "
    "and `a or b` of unknown values, of which one would be tested twice (builtin-operators).",
    examples=(
        Example(
            "any",
            "def f(a):\n    for x in a:\n        if g(x):\n            return True\n    return False",
            "def f(a):\n    return any(g(x) for x in a)",
        ),
        Example(
            "all",
            "def f(a):\n    for x in a:\n        if not g(x):\n            return False\n    return True",
            "def f(a):\n    return all(g(x) for x in a)",
        ),
        Example(
            "none",
            "def f(a):\n    for x in a:\n        if g(x):\n            return False\n    return True",
            "def f(a):\n    return not any(g(x) for x in a)",
        ),
        Example(
            "of any",
            (
                "def f(a, b):\n    for x in a:\n        if not any(g(x, y) for y in b):\n            return False\n"
                "    return True"
            ),
            "def f(a, b):\n    return all(any(g(x, y) for y in b) for x in a)",
        ),
        Example(
            "nested",
            (
                "def f(a):\n    for b in a:\n        if b.y:\n            for x in b:\n"
                "                if x.c and g(x):\n                    return True\n    return False"
            ),
            "def f(a):\n    return any(g(x) for b in a if b.y for x in b if x.c)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    for x in a:\n        if g(x):\n            return True\n    return None",
        "def f(a):\n    for x in a:\n        if g(x):\n            return 1\n    return 0",
        "def f(a):\n    for x in a:\n        if next(x):\n            return True\n    return False",
        "def f(a):\n    for x in a:\n        if (yield x):\n            return True\n    return False",
        "def f(a):\n    for x in a:\n        g(x)\n        if x:\n            return True\n    return False",
        "def f(a):\n    for x in a:\n        if g(x):\n            return True\n        return False",
        "def f(a):\n    for x in a:\n        if g(x):\n            return True\n    g()\n    return False",
        (
            "def f(a):\n    try:\n        for x in a:\n            if g(x):\n                return True\n"
            "        return False\n    finally:\n        h(x)"
        ),
        "def f(a):\n    h = lambda: x\n    for x in a:\n        if g(h):\n            return True\n    return False",
        "def f(a):\n    for x in a:\n        if (y := g(x)):\n            return True\n    return False",
        (
            "def any(a):\n    return 1\ndef f(a):\n    for x in a:\n        if g(x):\n            return True\n"
            "    return False"
        ),
        "def f(a, any):\n    for x in a:\n        if any(x):\n            return True\n    return False",
        "async def f(a):\n    async for x in a:\n        if g(x):\n            return True\n    return False",
        "for x in a:\n    if g(x):\n        c = True",
    ),
)


def _search_flag(function: Function | Lambda, facts: Facts) -> Node | None:
    def replace(block: Block, i: int, uses: Uses) -> Node | None:
        start, loop = block.body[i : i + 2]
        flag = flag_of(start)
        if flag is None or not isinstance(loop, ForEach) or not isinstance(loop.body, Block) or loop.orelse:
            return None
        name, value = flag
        split = clauses_of(loop)
        if split is None or len(split[0]) != 1:
            return None  # the break of an inner loop leaves the outer one running
        found = _found(loop, uses, facts, lambda block: _sets(block, name, not value))
        if found is None or reads(found, name) or not is_unseen_before(i, name, block, uses, facts):
            return None
        assert isinstance(start, Assign)
        return placed(update(start, value=Not(found) if value else found), start, loop)

    return _in_blocks(function, facts, replace)


def _sets(block: Block, name: str, value: bool) -> bool:
    """Whether a block sets a flag and leaves its loop, no more."""
    if len(block.body) != 2 or flag_of(block.body[0]) != (name, value):
        return False
    return is_break(block.body[1])


SEARCH_FLAG = Rule(
    id="search-flag",
    family="loops",
    summary="Write `found = any(p for x in a)`, not a loop that sets `found` and breaks at the first x with p.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_search_flag,
    why="As `returned-search`, and the flag stands only behind its first assignment in the same block: nothing "
    "reads it if the loop raises. Without the break every element is tested, which `any` does not.",
    examples=(
        Example(
            "found",
            (
                "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
                "    return c, c"
            ),
            "def f(a):\n    c = any(g(x) for x in a)\n    return c, c",
        ),
        Example(
            "all",
            (
                "def f(a):\n    c = True\n    for x in a:\n        if not x.y:\n            c = False\n"
                "            break\n    return c, c"
            ),
            "def f(a):\n    c = all(x.y for x in a)\n    return c, c",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n    return c, c",
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
            "    return c, x"
        ),
        (
            "def f(a):\n    c = False\n    for b in a:\n        for x in b:\n            if g(x):\n"
            "                c = True\n                break\n    return c, c"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x, c):\n            c = True\n            break\n"
            "    return c, c"
        ),
        (
            "def f(a):\n    c = True\n    try:\n        c = False\n        for x in a:\n            if g(x):\n"
            "                c = True\n                break\n    finally:\n        h(c, c)"
        ),
        (
            "def f(a):\n    c = False\n    h = lambda: c\n    for x in a:\n        if g(x, h):\n            c = True\n"
            "            break\n    return c, c"
        ),
    ),
)


def _searched_else(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        body = [_any_of_else(n, function, facts) for n in block.body]
        if all(a is b for a, b in zip(body, block.body, strict=True)):
            return block
        return update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _any_of_else(loop: Node, function: Function | Lambda, facts: Facts) -> Node:
    if not isinstance(loop, ForEach) or loop.orelse is None or not loop.orelse.body:
        return loop
    split = clauses_of(loop)
    if split is None or len(split[0]) != 1 or len(split[1].body) != 1:
        return loop
    found = _found(loop, uses_of(function, facts), facts, lambda block: is_break(block.body[0]))
    return loop if found is None else placed(If(Not(found), loop.orelse), loop)


SEARCHED_ELSE = Rule(
    id="searched-else",
    family="loops",
    summary="Write `if not any(p for x in a):`, not a loop that only breaks, with an else.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_searched_else,
    why="As `returned-search`: the else runs if no x has p. A loop that does more before it breaks is left alone, "
    "and one whose variable is read behind it.",
    examples=(
        Example(
            "else",
            "def f(a):\n    for x in a:\n        if g(x):\n            break\n    else:\n        h()\n    j()",
            "def f(a):\n    if not any(g(x) for x in a):\n        h()\n    j()",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    for x in a:\n        if g(x):\n            break\n    else:\n        h()\n    j(x)",
        "def f(a):\n    for x in a:\n        if g(x):\n            break\n    else:\n        h(x)",
        "def f(a):\n    for x in a:\n        if g(x):\n            h()\n            break\n    else:\n        h()",
        "def f(a):\n    for b in a:\n        for x in b:\n            if x: break\n    else:\n        h()",
        "def f(a):\n    for x in a:\n        if g(x):\n            continue\n    else:\n        h()",
    ),
)


def _quantifier(node: Call, facts: Facts) -> Node | None:
    if len(node.args) != 1 or not facts.is_call_of(node, *OTHER):
        return None
    made = node.args[0]
    if not isinstance(made, Comprehension) or made.kind != "generator" or not isinstance(node.func, Name):
        return None
    hit = made.element
    if isinstance(hit, (Not, Compare)) and is_negative(hit, facts):
        func = update(node.func, id=OTHER[node.func.id])
        if not facts.is_builtin(func, func.id):
            return None
        return Not(update(node, func=func, args=(update(made, element=negate(hit, facts)),)))
    if node.func.id != "any" or not isinstance(hit, Logical) or hit.op != "and":
        return None
    tests = hit.values[:-1]
    if not all(is_bool(t, facts) for t in tests) and not facts.assume("builtin-operators"):
        return None
    last = made.clauses[-1]
    clause = update(last, conditions=_joined(_flat((*last.conditions, *tests))))
    return update(node, args=(update(made, element=hit.values[-1], clauses=(*made.clauses[:-1], clause)),))


def _flat(conditions: tuple[Node, ...]) -> tuple[Node, ...]:
    found: list[Node] = []
    for c in conditions:
        found += c.values if isinstance(c, Logical) and c.op == "and" else (c,)
    return tuple(found)


QUANTIFIER = Rule(
    id="quantifier",
    family="loops",
    summary="Write `not all(p for …)` for `any(not p for …)`, and `any(p for … if c)` for `any(c and p for …)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_quantifier,
    why="Both give a bool, and stop at the first element that decides. `p` is tested once in either form; a false "
    "`c` would be tested once more by `any`, so that it must be a bool, or its test do nothing "
    "(builtin-operators). Only for a generator: a list is evaluated to its end.",
    examples=(
        Example("any", "c = any(not g(x) for x in a)", "c = not all(g(x) for x in a)"),
        Example("all", "c = all(x is not None for x in a)", "c = not any(x is None for x in a)"),
        Example("not all", "c = not all(not g(x) for x in a)", "c = any(g(x) for x in a)"),
        Example("and", "c = any(x in b and g(x) for x in a)", "c = any(g(x) for x in a if x in b)"),
    ),
    leaves_alone=(
        "c = any([not g(x) for x in a])",
        "c = sum(not g(x) for x in a)",
        "c = all(x in b and g(x) for x in a)",
        "c = any(x in b or g(x) for x in a)",
        "def all(a):\n    return 1\nc = any(not g(x) for x in a)",
        "c = any(g(x) for x in a)",
    ),
)

RULES: tuple[Rule, ...] = (RETURNED_SEARCH, SEARCH_FLAG, SEARCHED_ELSE, QUANTIFIER)
