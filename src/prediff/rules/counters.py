"""Rules of the family loops: counters, `enumerate` and `range`."""

from __future__ import annotations

from typing import cast

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.blocks import map_blocks
from prediff.rules.loop_names import (
    each_counter,
    int_node,
    int_of,
    is_own_builtin,
    jumps_of,
    step_of,
)
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Block,
    Call,
    Comprehension,
    Delete,
    ForEach,
    Function,
    Keyword,
    Lambda,
    Name,
    Node,
    Star,
    Tuple,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
LOCALS = frozenset({"source-unread", "locals-unread"})


# --- enumerate -----------------------------------------------------------------------------------------------------


def _enumerate_start(node: Call, facts: Facts) -> Node | None:
    if (
        len(node.args) != 2
        or not facts.is_call_of(node, "enumerate")
        or isinstance(node.args[0], (Star, Keyword))
    ):
        return None
    start = node.args[1]
    if not isinstance(start, Keyword) or start.name != "start":
        return None
    return update(node, args=(node.args[0], start.value))


ENUMERATE_START = Rule(
    id="enumerate-start",
    family="loops",
    summary="Write `enumerate(a, 1)` for `enumerate(a, start=1)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_enumerate_start,
    why="It is the second parameter's name, and the arguments are evaluated in the same order.",
    examples=(Example("start", "x = enumerate(a, start=1)", "x = enumerate(a, 1)"),),
    leaves_alone=(
        "x = enumerate(*a, start=1)",
        "x = enumerate(start=f(), iterable=g())",
        "def enumerate(a, b=0, start=0):\n    return a\nx = enumerate(a, start=1)",
        "x = sum(a, start=1)",
    ),
    words=frozenset({"enumerate"}),
)


def _counted(iterable: Node, target: Node) -> tuple[Node, str, Node] | None:
    """What is enumerated, and the names of the index and the item, for `for i, x in enumerate(a)`."""
    if not isinstance(target, Tuple) or len(target.items) != 2 or not isinstance(iterable, Call):
        return None
    index, item = target.items
    if not isinstance(index, Name) or isinstance(item, Star) or not isinstance(iterable.func, Name):
        return None
    args = iterable.args
    if iterable.func.id != "enumerate" or not 1 <= len(args) <= 2 or isinstance(args[0], (Star, Keyword)):
        return None
    if len(args) == 2 and int_of(args[1]) is None:
        return None  # what is evaluated, or no int
    return (args[0], index.id, item) if index.id not in names_of_target(item) else None


def _unread_index(node: Comprehension | Function | Lambda, facts: Facts) -> Node | None:
    if isinstance(node, Comprehension):
        return _unread_in_comprehension(node, facts)
    if not isinstance(node.body, Block):
        return None
    return map_blocks(node, facts, lambda block: _without_indices(block, node, facts))


def _unread_in_comprehension(node: Comprehension, facts: Facts) -> Node | None:
    for i, clause in enumerate(node.clauses):
        found = _counted(clause.iterable, clause.target) if not clause.is_async else None
        if found is None or not facts.is_call_of(clause.iterable, "enumerate"):
            continue
        plain = update(clause, target=found[2], iterable=found[0])
        new = update(node, clauses=(*node.clauses[:i], plain, *node.clauses[i + 1 :]))
        inner = [new.element, *new.clauses[1:], *new.clauses[0].conditions, new.clauses[0].target]
        if not mentions(inner)[found[1]]:
            return new
    return None


def _without_indices(block: Block, function: Function | Lambda, facts: Facts) -> Block:
    body: list[Node] = []
    for node in block.body:
        found = (
            _counted(node.iterable, node.target) if isinstance(node, ForEach) and node.kind == "in" else None
        )
        if (
            found is not None
            and isinstance(node, ForEach)
            and _is_unread(found[1], uses_of(function, facts), facts)
        ):
            node = update(node, target=found[2], iterable=found[0])
        body.append(node)
    return (
        block
        if all(a is b for a, b in zip(body, block.body, strict=True))
        else update(block, body=tuple(body))
    )


def _is_unread(name: str, uses: Uses, facts: Facts) -> bool:
    use = uses.local(name)
    if use is None or use.read or use.captured or not is_own_builtin("enumerate", uses, facts):
        return False
    return name not in _deleted(uses, facts)


def _deleted(uses: Uses, facts: Facts) -> set[str]:
    known = facts.memo.get((_deleted, id(uses)))
    if known is None:
        deleted = [t for n in walk(uses.function.body) if isinstance(n, Delete) for t in n.targets]
        known = facts.memo[_deleted, id(uses)] = uses, {name for t in deleted for name in names_of_target(t)}
    return cast("set[str]", known[1])


UNREAD_INDEX = Rule(
    id="unread-index",
    family="loops",
    summary="Write `for x in a`, not `for i, x in enumerate(a)` whose index nothing reads.",
    languages={"python": LOCALS},
    on=(Function, Lambda, Comprehension),
    rewrite=_unread_index,
    why="`enumerate` asks for the same items at the same time. The index must be a plain local that nothing reads, "
    "deletes or captures, also after the loop.",
    examples=(
        Example(
            "loop",
            "def f(a):\n    for i, x in enumerate(a):\n        g(x)",
            "def f(a):\n    for x in a:\n        g(x)",
        ),
        Example("comprehension", "x = [g(b) for _, b in enumerate(a)]", "x = [g(b) for b in a]"),
    ),
    leaves_alone=(
        "def f(a):\n    for i, x in enumerate(a):\n        g(x)\n    return i",
        "def f(a):\n    for i, x in enumerate(a):\n        g(lambda: i)",
        "def f(a):\n    i = 5\n    for i, x in enumerate(a):\n        g(x, i)",
        "def f(a):\n    global i\n    for i, x in enumerate(a):\n        g(x)",
        "def f(a):\n    for i, x in enumerate(a):\n        g(x)\n    del i",
        "for i, x in enumerate(a):\n    g(x)",
        "x = [g(b) for i, b in enumerate(a) if i]",
        "x = [lambda: i for i, b in enumerate(a)]",
        "def f(a, enumerate):\n    for i, x in enumerate(a):\n        g(x)",
        "def f(a):\n    for i, x in enumerate(a, h()):\n        g(x)",
        "def f(a):\n    for i, *x in enumerate(a):\n        g(x)",
    ),
)


# --- counters ------------------------------------------------------------------------------------------------------


def _counter_to_enumerate(function: Function | Lambda, facts: Facts) -> Node | None:
    def enumerated(name: str, start: int, loop: Node, uses: Uses) -> Node | None:
        if not isinstance(loop, ForEach) or not is_own_builtin("enumerate", uses, facts):
            return None
        body, first = _without_step(loop, name)
        if body is None:
            return None
        if mentions([n for n in (loop.target, loop.iterable, loop.orelse) if n is not None])[name]:
            return None
        value = start + 1 if first else start
        args = (loop.iterable,) if value == 0 else (loop.iterable, int_node(value))
        target = Tuple((Name(name), loop.target))
        return update(
            loop, target=target, iterable=Call(Name("enumerate"), args), body=body, restructured=True
        )

    return each_counter(function, facts, enumerated)


def _without_step(loop: ForEach, name: str) -> tuple[Block | None, bool]:
    """The body of a loop without `i += 1`, and whether that comes first; no body where it may be left out."""
    body = loop.body.body
    if loop.kind == "in" and step_of(body[0]) == (name, 1):
        return update(loop.body, body=body[1:]), True
    if loop.kind != "in" or step_of(body[-1]) != (name, 1) or any(jumps_of(loop.body, "continue")):
        return None, False
    return update(loop.body, body=body[:-1]), False


COUNTER_TO_ENUMERATE = Rule(
    id="counter-to-enumerate",
    family="loops",
    summary="Write `for i, x in enumerate(a)`, not a loop over `a` that counts by itself.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_counter_to_enumerate,
    why="The counter starts at an int literal, goes up by one in each turn, first or (without `continue`) "
    "last in it, and is bound nowhere else: it is what `enumerate` gives. It must not be read behind the loop, where "
    "it would be one more, nor by closures.",
    examples=(
        Example(
            "last",
            "def f(a):\n    i = 0\n    for x in a:\n        g(i, x)\n        i += 1",
            "def f(a):\n    for i, x in enumerate(a):\n        g(i, x)",
        ),
        Example(
            "first",
            (
                "def f(a):\n    i = 0\n    for x in a:\n        i += 1\n        if x:\n            continue\n"
                "        g(i, x)\n        h()\n        j()\n        k()"
            ),
            (
                "def f(a):\n    for i, x in enumerate(a, 1):\n        if x:\n            continue\n"
                "        g(i, x)\n        h()\n        j()\n        k()"
            ),
        ),
        Example(
            "before",
            "def f(a):\n    i = -1\n    b = g()\n    for x in a:\n        i += 1\n        h(i, x, b, b)",
            "def f(a):\n    b = g()\n    for i, x in enumerate(a):\n        h(i, x, b, b)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    i = 0\n    for x in a:\n        g(i, x)\n        i += 1\n    return i",
        "def f(a):\n    i = 0\n    for x in a:\n        if x:\n            i += 1\n        g(i, x)",
        (
            "def f(a):\n    i = 0\n    for x in a:\n        if x:\n            g(x)\n            j()\n            k()\n"
            "            h()\n            continue\n        g(i)\n        j()\n        k()\n        h()\n        i += 1"
        ),
        "def f(a):\n    i = 0\n    for x in a:\n        g(i, x)\n        i += 2",
        "def f(a):\n    i = 0.0\n    for x in a:\n        g(i, x)\n        i += 1",
        "def f(a):\n    i = 0\n    for x in a:\n        i = g(i, x)\n        i += 1",
        "def f(a, i):\n    for x in a:\n        g(i, x)\n        i += 1",
        "def f(a):\n    i = 0\n    for x in a:\n        late(lambda: i)\n        i += 1",
        "def f(a):\n    i = 0\n    for x in g(i):\n        g(i, x)\n        i += 1",
        "def f(a):\n    i = 0\n    for x in a:\n        g(i, x)\n        i += 1\n    else:\n        h(i)",
        (
            "def f(a):\n    i = 0\n    for b in a:\n        for x in b:\n            g(i, x)\n            i += 1"
        ),
        "async def f(a):\n    i = 0\n    async for x in a:\n        g(i, x)\n        i += 1",
    ),
)

RULES: tuple[Rule, ...] = (ENUMERATE_START, COUNTER_TO_ENUMERATE, UNREAD_INDEX)
