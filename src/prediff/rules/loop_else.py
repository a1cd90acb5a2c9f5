"""Rules of the family loops: what runs where a loop was not left by a break."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.evaluation import reads
from prediff.facts.uses import uses_of
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.loop_names import (
    flag_of,
    is_break,
    is_unseen,
    jumps_of,
)
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Block,
    ForEach,
    Function,
    If,
    Lambda,
    Name,
    Node,
    Not,
    While,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
LOCALS = frozenset({"source-unread", "locals-unread"})


def _idle_else(node: Block, facts: Facts) -> Node | None:
    body: list[Node] = []
    for n in node.body:
        if isinstance(n, (ForEach, While)) and n.orelse is not None and not any(jumps_of(n.body, "break")):
            body += (update(n, orelse=None, restructured=True), *n.orelse.body)
        else:
            body.append(n)
    if all(a is b for a, b in zip(body, node.body, strict=False)):
        return None
    return update(node, body=tuple(body))


IDLE_ELSE = Rule(
    id="idle-else",
    family="loops",
    summary="Write the else of a loop without a break behind the loop.",
    languages={"python": SOURCE_UNREAD},
    on=(Block,),
    rewrite=_idle_else,
    why="The else is left out by a break alone: a return or an exception leaves out what follows the loop as well. "
    "A break in the else of an inner loop belongs to the outer one.",
    examples=(
        Example(
            "for",
            "def f(a):\n    for x in a:\n        g(x)\n    else:\n        h()\n    j()",
            "def f(a):\n    for x in a:\n        g(x)\n    h()\n    j()",
        ),
        Example(
            "while",
            "while g():\n    for x in a:\n        break\nelse:\n    h()",
            "while g():\n    for x in a:\n        break\nh()",
        ),
    ),
    leaves_alone=(
        "for x in a:\n    if x:\n        break\nelse:\n    h()",
        "for x in a:\n    for y in x:\n        if g(y):\n            break\n    else:\n        break\nelse:\n    h()",
        "while a:\n    try:\n        g()\n    finally:\n        break\nelse:\n    h()",
        "for x in a:\n    with x:\n        break\nelse:\n    h()",
    ),
)


def _flag_to_else(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        body: list[Node | None] = list(block.body)
        flags = {f[0]: i for i, n in enumerate(block.body) if (f := flag_of(n)) is not None and not f[1]}
        for i in range(1, len(body) - 1):
            loop, test = block.body[i : i + 2]
            name = _unset(test)
            if name is None or flags.get(name, i) >= i or not isinstance(loop, (ForEach, While)):
                continue
            new = _with_else(loop, test, name)
            statements = [block.body[flags[name]], loop, test]
            if new is not None and is_unseen(name, statements, uses_of(function, facts), facts):
                body[i], body[i + 1], body[flags[name]] = new, None, None
        if None not in body:
            return block
        return update(block, body=tuple([n for n in body if n is not None]))

    return map_blocks(function, facts, visit)


def _unset(node: Node) -> str | None:
    """The flag without which an if runs."""
    if not isinstance(node, If) or node.orelse is not None or not isinstance(node.test, Not):
        return None
    return node.test.operand.id if isinstance(node.test.operand, Name) else None


def _with_else(loop: Node, test: Node, name: str) -> Node | None:
    """A loop that sets a flag wherever it breaks, and nowhere else, with an else instead."""
    assert isinstance(loop, (ForEach, While))
    assert isinstance(test, If)
    if loop.orelse is not None or not loop.body.body:
        return None
    body, count = _without_flag(loop.body, name)
    if count != sum(1 for _ in jumps_of(body, "break")) or reads(update(loop, body=body), name):
        return None
    if reads(test.then, name) or not count:
        return None
    return placed(update(loop, body=body, orelse=test.then), loop, test)


def _without_flag(block: Block, name: str) -> tuple[Block, int]:
    """A block without `flag = True` before a break, and how many there were.

    Not within `try` and `with`: their end may raise at the break, and be caught, and the loop go on with its flag set.
    """
    body: list[Node] = []
    count = 0
    for i, node in enumerate(block.body):
        if flag_of(node) == (name, True) and i + 1 < len(block.body) and is_break(block.body[i + 1]):
            count += 1
            continue
        if isinstance(node, If):
            then, more = _without_flag(node.then, name)
            orelse, others = (None, 0) if node.orelse is None else _without_flag(node.orelse, name)
            if more or others:
                node = update(node, then=then, orelse=orelse)
                count += more + others
        body.append(node)
    return (update(block, body=tuple(body)) if count else block), count


FLAG_TO_ELSE = Rule(
    id="flag-to-else",
    family="loops",
    summary="Write the else of a loop, not `if not found:` behind a loop that sets `found` wherever it breaks.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_flag_to_else,
    why="The else runs if the loop ends without a break, and that is when the flag is still False. Each break must "
    "set it, and nothing but the if may read it. Not where the break stands in a `try` or `with` in the loop: "
    "their end may raise, and be caught, with the flag set.",
    examples=(
        Example(
            "for",
            (
                "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
                "    if not c:\n        h()\n    return x"
            ),
            (
                "def f(a):\n    for x in a:\n        if g(x):\n            break\n    else:\n        h()\n"
                "    return x"
            ),
        ),
        Example(
            "while",
            (
                "def f(a):\n    c = False\n    g()\n    while g(a):\n        if a.b:\n            j()\n"
                "            c = True\n            break\n        i()\n    if not c:\n        h()"
            ),
            (
                "def f(a):\n    g()\n    while g(a):\n        if a.b:\n            j()\n            break\n"
                "        i()\n    else:\n        h()"
            ),
        ),
    ),
    leaves_alone=(
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n    if not c:\n"
            "        h()\n    return x"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
            "        if x:\n            break\n    if not c:\n        h()\n    return x"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        try:\n            with x:\n                c = True\n"
            "                break\n        except E:\n            pass\n    if not c:\n        h()\n    return x"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        for y in x:\n            if y:\n"
            "                c = True\n                break\n    if not c:\n        h()\n    return x"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
            "    if not c:\n        h()\n    return c, x"
        ),
        (
            "def f(a):\n    c = False\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
            "    h()\n    if not c:\n        h()\n    return x"
        ),
        (
            "def f(a, c):\n    for x in a:\n        if g(x):\n            c = True\n            break\n"
            "    if not c:\n        h()\n    return x"
        ),
    ),
)


RULES: tuple[Rule, ...] = (IDLE_ELSE, FLAG_TO_ELSE)
