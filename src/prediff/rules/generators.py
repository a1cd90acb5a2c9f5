"""Rules of the family loops: generators that hand on what another iterator gives."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.uses import uses_of
from prediff.rules.blocks import map_blocks, own_blocks, placed
from prediff.rules.loop_names import is_loop_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Block,
    Class,
    ExprStmt,
    ForEach,
    Function,
    Lambda,
    Name,
    Node,
    Try,
    With,
    Yield,
    YieldFrom,
    children,
    update,
)

MARKERS = frozenset(
    {
        "abc.abstractmethod",
        "typing.final",
        "typing.override",
        "typing_extensions.final",
        "typing_extensions.override",
    }
)
"""Decorators that give back the function that they get."""
ITERATED = frozenset({"source-unread", "locals-unread", "generators-iterated"})


def _yield_from(function: Function, facts: Facts) -> Node | None:
    if "async" in function.modifiers or not all(_only_binds(d, facts) for d in function.decorators):
        return None
    body = function.body
    if not isinstance(body, Block) or not any(_holds_one(block) for block in own_blocks(body, facts)):
        return None
    loops = _handing_on(function)
    if not loops:
        return None
    uses = uses_of(function, facts)
    names = {loop.target.id for loop in loops}  # type: ignore[attr-defined]
    own = {name for name in names if is_loop_name(name, uses, facts)}
    going = {id(loop) for loop in loops if loop.target.id in own}  # type: ignore[attr-defined]

    def visit(block: Block) -> Block:
        if not any(id(n) in going for n in block.body):
            return block
        body = [_handed(n) if id(n) in going else n for n in block.body]
        return update(block, body=tuple(body))

    return map_blocks(function, facts, visit) if going else None


def _only_binds(decorator: Node, facts: Facts) -> bool:
    """Whether a decorator only says how a function is found in its class: the generator itself reaches the caller."""
    known = facts.is_builtin(decorator, "staticmethod", "classmethod", "property")
    return known or facts.qualified(decorator) in MARKERS


def _handed(loop: Node) -> Node:
    assert isinstance(loop, ForEach)
    return placed(ExprStmt(YieldFrom(loop.iterable)), loop)


def _handing_on(function: Function) -> list[ForEach]:
    """The loops of a function that do nothing but yield each item, outside of `try` and `with`.

    There are none where the function reads what is sent into it: then a `yield` is more than a statement.
    """
    found: list[ForEach] = []
    stack: list[tuple[Node, bool]] = [(function.body, False)]
    while stack:
        node, guarded = stack.pop()
        if isinstance(node, (Yield, YieldFrom)):
            return []
        if isinstance(node, ForEach) and not guarded and _hands_on(node):
            found.append(node)
        discarded = isinstance(node, ExprStmt) and isinstance(node.value, (Yield, YieldFrom))
        below = children(node.value if discarded else node)  # type: ignore[attr-defined]
        if isinstance(node, (Function, Lambda, Class)):
            below = [n for n in below if n is not node.body]  # the yields of a body are its own
        guarded = guarded or isinstance(node, (Try, With))
        stack += [(n, guarded) for n in below]
    return found


def _holds_one(block: Block) -> bool:
    return any(isinstance(n, ForEach) and _hands_on(n) for n in block.body)


def _hands_on(loop: ForEach) -> bool:
    if loop.kind != "in" or loop.orelse is not None or len(loop.body.body) != 1:
        return False
    only = loop.body.body[0]
    if (
        not isinstance(loop.target, Name)
        or not isinstance(only, ExprStmt)
        or not isinstance(only.value, Yield)
    ):
        return False
    return only.value.value == loop.target


RULES: tuple[Rule, ...] = (
    Rule(
        id="yield-from",
        family="loops",
        summary="Write `yield from x` for a loop that yields each item of x.",
        languages={"python": ITERATED},
        on=(Function,),
        rewrite=_yield_from,
        why="The items are the same (PEP 380). `yield from` hands on what is sent and thrown into the generator, and"
        " closes the inner iterator with it: a generator whose function is decorated (a context manager, a"
        " coroutine; not by `staticmethod`, `classmethod`, `property`, which only bind it), reads what `yield` gives,"
        " or yields inside of `try` or `with` is left alone. The loop's variable must be read nowhere but in loops that"
        " bind it.",
        examples=(
            Example("loop", "def f(a):\n    for x in a:\n        yield x", "def f(a):\n    yield from a"),
            Example(
                "twice",
                "def f(a):\n    for x in a:\n        yield x\n    for x in g():\n        yield x",
                "def f(a):\n    yield from a\n    yield from g()",
            ),
            Example(
                "bound again",
                "def f(a):\n    for x in a:\n        yield x\n    for x in g():\n        h(x)",
                "def f(a):\n    yield from a\n    for x in g():\n        h(x)",
            ),
            Example(
                "static",
                "class A:\n    @staticmethod\n    def f(a):\n        for x in a:\n            yield x",
                "class A:\n    @staticmethod\n    def f(a):\n        yield from a",
            ),
        ),
        leaves_alone=(
            "def f(a):\n    for x in a:\n        yield x\n    return x",
            "def f(a):\n    for x in a:\n        y = yield x",
            "def f(a):\n    y = yield\n    for x in a:\n        yield x",
            "staticmethod = coroutine\n@staticmethod\ndef f(a):\n    for x in a:\n        yield x",
            "import contextlib\n@contextlib.contextmanager\ndef f(a):\n    for x in a:\n        yield x",
            (
                "def f(a):\n    for x in a:\n        yield x\n    for y in a:\n        g(x)\n        for "
                "x in y:\n            h(x)"
            ),
            "@coroutine\ndef f(a):\n    for x in a:\n        yield x",
            "def f(a):\n    try:\n        for x in a:\n            yield x\n    finally:\n        g()",
            "def f(a):\n    with g():\n        for x in a:\n            yield x",
            "async def f(a):\n    for x in a:\n        yield x",
            "def f(a):\n    for x in a:\n        yield x, 1",
            "def f(a):\n    for x in a:\n        if x:\n            yield x",
            "def f(a):\n    global x\n    for x in a:\n        yield x",
            "def f(a):\n    for x in a:\n        yield x\n    return lambda: x",
            "for x in a:\n    def f():\n        yield x",
        ),
        words=frozenset({"yield"}),
    ),
)
