"""Rules of the family loops: loops by index, and what they go over."""

from __future__ import annotations

from collections import Counter
from typing import cast

from prediff.facts import Facts
from prediff.facts.kinds import INTEGERS, TRUE_ANNOTATIONS, kind_within
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.facts.values import is_text
from prediff.rules.blocks import map_blocks
from prediff.rules.conditions import MIRRORED
from prediff.rules.loop_names import (
    bound_in,
    each_counter,
    int_node,
    int_of,
    is_own_builtin,
    jumps_of,
    step_of,
)
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Binary,
    Block,
    Call,
    Compare,
    CompFor,
    Comprehension,
    Delete,
    ForEach,
    Function,
    Index,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Return,
    Slice,
    Star,
    Tuple,
    While,
    update,
    walk,
)

LOCALS = frozenset({"source-unread", "locals-unread"})
CONSTANT = frozenset({"str", "bytes", "tuple"})
"""Builtin classes whose instances keep their length."""


# --- what is known of a local --------------------------------------------------------------------------------------


def _annotation(name: str, uses: Uses) -> str:
    """The name of the class that a parameter is annotated with, without its arguments; "" if there is none."""
    for param in uses.function.params:
        if param.target == Name(name) and param.kind in ("positional_only", "plain", "keyword_only"):
            note = param.annotation.value if isinstance(param.annotation, Index) else param.annotation
            return note.id if isinstance(note, Name) else ""
    return ""


def _is_only(name: str, classes: frozenset[str], uses: Uses, facts: Facts) -> bool:
    """Whether a parameter that is never bound anew has an annotation by one of some builtin classes."""
    use, note = uses.names.get(name), _annotation(name, uses)
    if use is None or use.bound != 1 or use.captured or note not in classes:
        return False
    return is_own_builtin(note, uses, facts) and all(facts.assume(a) for a in TRUE_ANNOTATIONS)


def _is_int_local(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether a name that only the function's own statements bind is always an int."""
    return uses.steady(name) and kind_within(Name(name), uses.function, facts) in INTEGERS


def _keeps_length(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether a name stands for one sequence of a built-in class whose length never changes once a loop runs.

    A tuple, str or bytes; or a list that the function makes itself and only looks up items of, by index: nobody else
    has it, so that no call can resize it.
    """
    use = uses.names.get(name)
    if use is None or not uses.steady(name) or use.bound != 1:
        return False
    value = use.values[0]
    if value is None:
        return _is_only(name, CONSTANT, uses, facts)
    if isinstance(value, Tuple) or is_text(value) or _is_call_of(value, ("tuple",), uses, facts):
        return True
    made = isinstance(value, List) or (isinstance(value, Comprehension) and value.kind == "list")
    if not made and not _is_call_of(value, ("list", "sorted"), uses, facts):
        return False
    return _looked_up(uses, facts)[name] + 1 == uses.mentions[name]


def _is_call_of(node: Node, names: tuple[str, ...], uses: Uses, facts: Facts) -> bool:
    return any(is_own_builtin(n, uses, facts) and facts.is_call_of(node, n) for n in names)


def _looked_up(uses: Uses, facts: Facts) -> Counter[str]:
    """How often names stand where their value is only asked for an item, its length or its items in turn, or returned.

    (A function that returns runs no loop any more; one that is a generator gives nothing away by it.) There are none in
    a function that deletes anything.
    """
    known = facts.memo.get((_looked_up, id(uses)))
    if known is None:
        known = facts.memo[_looked_up, id(uses)] = uses, Counter(_lookups(uses, facts))
    return cast("Counter[str]", known[1])


def _lookups(uses: Uses, facts: Facts) -> list[str]:
    body = uses.function.body
    found: list[str] = []
    stored = _stored_items(body)
    for node in walk(body):
        held: Node | None = None
        if isinstance(node, Delete):
            return []
        if isinstance(node, Index) and not isinstance(node.index, Slice):
            held = None if id(node) in stored else node.value
        elif isinstance(node, (ForEach, CompFor)):
            held = node.iterable
        elif isinstance(node, Return):
            held = node.value
        elif isinstance(node, Call) and len(node.args) == 1 and _is_call_of(node, ("len",), uses, facts):
            held = node.args[0]
        if isinstance(held, Name):
            found.append(held.id)
    return found


def _stored_items(body: Node) -> set[int]:
    """The items, by id, that a function assigns to by an index that is no int: a slice object would resize a list."""
    found: set[int] = set()
    for node in walk(body):
        targets = node.targets if isinstance(node, Assign) else [getattr(node, "target", None)]
        for target in targets:
            if isinstance(target, (Index, Tuple, List, Star)):
                found.update(id(n) for n in walk(target) if isinstance(n, Index) and int_of(n.index) is None)
    return found


def _length_of(node: Node, uses: Uses, facts: Facts) -> str | None:
    """The name whose length a node is, where `_keeps_length` holds for it."""
    if not isinstance(node, Call) or len(node.args) != 1 or not _is_call_of(node, ("len",), uses, facts):
        return None
    only = node.args[0]
    return only.id if isinstance(only, Name) and _keeps_length(only.id, uses, facts) else None


# --- while ---------------------------------------------------------------------------------------------------------


def _while_range(function: Function | Lambda, facts: Facts) -> Node | None:
    def ranged(name: str, start: int, loop: Node, uses: Uses) -> Node | None:
        if not isinstance(loop, While) or len(loop.body.body) < 2 or not is_own_builtin("range", uses, facts):
            return None
        step = step_of(loop.body.body[-1])
        if step is None or step[0] != name or any(jumps_of(loop.body, "continue")):
            return None
        end = _end(loop, name, step[1], uses, facts)
        if end is None or (loop.orelse is not None and name in mentions([loop.orelse])):
            return None
        args = [int_node(start), end, int_node(step[1])]
        if step[1] == 1:
            args.pop()
            args = args[1:] if start == 0 else args
        body = update(loop.body, body=loop.body.body[:-1])
        numbers = Call(Name("range"), tuple(args))
        return ForEach(Name(name), numbers, body, loop.orelse, span=loop.span, header=loop.header)

    return each_counter(function, facts, ranged)


def _end(loop: While, name: str, step: int, uses: Uses, facts: Facts) -> Node | None:
    """The end of the range that a loop's test allows, where it stays the same int in every turn."""
    test = loop.test
    if not isinstance(test, Compare) or len(test.ops) != 1 or test.ops[0] not in MIRRORED:
        return None
    op, bound = test.ops[0], test.rights[0]
    if test.left != Name(name):
        op, bound = MIRRORED[op], test.left
        if test.rights[0] != Name(name):
            return None
    if op not in (("<", "<=") if step > 0 else (">", ">=")) or not _stays(bound, loop, uses, facts):
        return None
    if op in ("<", ">"):
        return bound
    value, more = int_of(bound), 1 if step > 0 else -1
    return (
        int_node(value + more)
        if value is not None
        else Binary("+" if more > 0 else "-", bound, Literal("int", 1))
    )


def _stays(node: Node, loop: While, uses: Uses, facts: Facts) -> bool:
    if int_of(node) is not None:
        return True
    length = _length_of(node, uses, facts)
    if length is None and not (isinstance(node, Name) and _is_int_local(node.id, uses, facts)):
        return False
    name = length if length is not None else node.id if isinstance(node, Name) else ""
    return name not in bound_in(loop.body, facts)


WHILE_RANGE = Rule(
    id="while-range",
    family="loops",
    summary="Write `for i in range(a, n)`, not `while i < n` that counts `i` up from `a` at its end.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_while_range,
    why="The counter starts at an int literal, is bound nowhere but at the end of the body, and read nowhere behind "
    "the loop, where `while` leaves it one step further; no `continue` skips the step. The end must be the same int "
    "in each turn: a literal, a local that is seen to be an int (annotations-true for a parameter) and that the "
    "loop does not bind, or the length of a sequence that cannot change.",
    examples=(
        Example(
            "literal",
            "def f(a):\n    i = 0\n    while i < 10:\n        g(i, a)\n        i += 1",
            "def f(a):\n    for i in range(10):\n        g(i, a)",
        ),
        Example(
            "length",
            (
                "def f(a):\n    b = [g(x) for x in a]\n    i = 1\n    while i < len(b):\n        h(b[i], b[i - 1])\n"
                "        i += 1"
            ),
            "def f(a):\n    b = [g(x) for x in a]\n    for i in range(1, len(b)):\n        h(b[i], b[i - 1])",
        ),
        Example(
            "down",
            (
                "def f(a):\n    i = 9\n    while i >= 0:\n        if g(i):\n            break\n        i -= 3\n"
                "    else:\n        h()"
            ),
            (
                "def f(a):\n    for i in range(9, -1, -3):\n        if g(i):\n            break\n"
                "    else:\n        h()"
            ),
        ),
        Example(
            "local",
            "def f(a):\n    n = len(a)\n    i = 0\n    while n >= i:\n        g(i, n)\n        i += 2",
            "def f(a):\n    n = len(a)\n    for i in range(0, n + 1, 2):\n        g(i, n)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    i = 0\n    while i < 10:\n        g(i, a)\n        i += 1\n    return i",
        "def f(a, n):\n    i = 0\n    while i < n:\n        g(i, a)\n        i += 1",
        "def f(a):\n    i = 0\n    while i < len(a):\n        g(i, a)\n        i += 1",
        "def f(a):\n    n = len(a)\n    i = 0\n    while i < n:\n        n = g(i, a)\n        i += 1",
        "def f(a):\n    b = [1]\n    i = 0\n    while i < len(b):\n        g(i, b)\n        i += 1",
        "def f(a):\n    b = [1]\n    i = 0\n    while i < len(b):\n        if i < 3: b.append(a)\n        i += 1",
        "def f(a):\n    b = [1, 2]\n    i = 0\n    while i < len(b):\n        g()\n        del b[0]\n        i += 1",
        "def f(a):\n    b = [1, 2]\n    i = 0\n    while i < len(b):\n        g(i)\n        b[a] = []\n        i += 1",
        (
            "def f(a):\n    i = 0\n    while i < 10:\n        if h():\n            g(a)\n            h()\n"
            "            j()\n            k()\n            continue\n        g(i)\n        h()\n        j()\n"
            "        k()\n        i += 1"
        ),
        "def f(a):\n    i = 0\n    while i < 10:\n        if g(i):\n            i += 1\n        i += 1",
        "def f(a):\n    i = 0.0\n    while i < 10:\n        g(i)\n        i += 1",
        "def f(a):\n    i = 0\n    while i < 1.5:\n        g(i)\n        i += 1",
        "def f(a):\n    i = 0\n    while i != 12:\n        g(i)\n        i += 3",
        "def f(a):\n    i = 0\n    while i < 0:\n        g(i)\n        i -= 1",
        "def f(a):\n    i = 0\n    while i < 10:\n        late(lambda: i)\n        i += 1",
        "def f(a):\n    i = 0\n    while i < 10 and a:\n        g(i)\n        i += 1",
        "def f(a, i):\n    while i < 10:\n        g(i)\n        i += 1",
        (
            "def f(a):\n    i = 0\n    try:\n        while i < 10:\n            g(i)\n            i += 1\n"
            "    finally:\n        h(i)"
        ),
        (
            "def f(a):\n    n = 3\n    def h():\n        nonlocal n\n        n = 5\n    i = 0\n    while i < n:\n"
            "        h()\n        i += 1"
        ),
        "i = 0\nwhile i < 10:\n    g(i)\n    i += 1",
    ),
    words=frozenset({"while"}),
)


# --- items by index ------------------------------------------------------------------------------------------------


def _index_loop(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        body = [_by_item(n, function, facts) if isinstance(n, ForEach) else n for n in block.body]
        if all(a is b for a, b in zip(body, block.body, strict=True)):
            return block
        return update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _by_item(loop: ForEach, function: Function | Lambda, facts: Facts) -> ForEach:
    index, source, first = loop.target, loop.iterable, loop.body.body[0] if loop.body.body else None
    if (
        loop.kind != "in"
        or not isinstance(index, Name)
        or not isinstance(source, Call)
        or len(source.args) != 1
    ):
        return loop
    if not isinstance(first, Assign) or len(first.targets) != 1 or not isinstance(first.targets[0], Name):
        return loop
    item, value = first.targets[0], first.value
    if not isinstance(value, Index) or value.index != index or item == index:
        return loop
    uses = uses_of(function, facts)
    if not _is_call_of(source, ("range",), uses, facts) or not is_own_builtin("enumerate", uses, facts):
        return loop
    name = _length_of(source.args[0], uses, facts)
    if name is None or value.value != Name(name) or name in bound_in(loop.body, facts):
        return loop
    body = update(loop.body, body=loop.body.body[1:])
    iterable = Call(Name("enumerate"), (Name(name),))
    return update(loop, target=Tuple((index, item)), iterable=iterable, body=body, restructured=True)


INDEX_LOOP = Rule(
    id="index-loop",
    family="loops",
    summary="Write `for i, x in enumerate(a)`, not `for i in range(len(a))` with `x = a[i]` first.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_index_loop,
    why="The item is looked up right after the index is given, as by the iterator. It must be a sequence of a built-in "
    "class whose length cannot change: a tuple or str, or a list that the function makes, and only looks up "
    "items of. What is read by index further down may be another item by then.",
    examples=(
        Example(
            "index",
            (
                "def f(a):\n    b = [g(x) for x in a]\n    for i in range(len(b)):\n        y = b[i]\n"
                "        h(i, y, y)\n    return b"
            ),
            "def f(a):\n    b = [g(x) for x in a]\n    for i, y in enumerate(b):\n        h(i, y, y)\n    return b",
        ),
        Example(
            "item",
            "def f(a):\n    b = tuple(a)\n    for i in range(len(b)):\n        y = b[i]\n        h(y, b, y)",
            "def f(a):\n    b = tuple(a)\n    for y in b:\n        h(y, b, y)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    for i in range(len(a)):\n        x = a[i]\n        g(x, x)",
        "def f(a):\n    b = [1, 2]\n    for i in range(len(b)):\n        x = b[i]\n        g(x, b)",
        "def f(a):\n    b = [1, 2]\n    for i in range(len(b)):\n        x = b[i]\n        b.append(x)",
        "def f(a):\n    b = (1, 2)\n    for i in range(len(b)):\n        x = b[i]\n        b = g(x, x)",
        "def f(a):\n    b = (1, 2)\n    for i in range(len(b)):\n        x = b[i - 1]\n        g(x, x)",
        "def f(a):\n    b = (1, 2)\n    for i in range(1, len(b)):\n        x = b[i]\n        g(x, x)",
        "def f(a):\n    b, c = (1, 2), (3, 4)\n    for i in range(len(b)):\n        x = c[i]\n        g(x, x)",
        "def f(a, b):\n    for i in range(len(a)):\n        g(a[i], b[i])",
        "def f(a):\n    b = str(a)\n    for i in range(len(b)):\n        x = b[i]\n        g(x, x)",
        "def f(a):\n    b = {0: 1}\n    for i in range(len(b)):\n        x = b[i]\n        g(x, x)",
        "def f(a):\n    b = (1, 2)\n    for i in range(len(b)):\n        g(i)\n        x = b[i]\n        g(x, x)",
        (
            "def f(a):\n    b = [1, 2]\n    c = b\n    for i in range(len(b)):\n        x = b[i]\n        g(x, x)\n"
            "        c.pop()"
        ),
    ),
)

RULES: tuple[Rule, ...] = (WHILE_RANGE, INDEX_LOOP)
