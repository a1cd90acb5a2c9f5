"""Rules of the family branches: guard clauses, and which of two ways out of a block comes first."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.facts import Facts
from prediff.facts.uses import Uses, uses_of
from prediff.rules.blocks import ends, map_blocks, may_move, placed, size
from prediff.rules.conditions import is_negative, negate
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Block,
    DoWhile,
    For,
    ForEach,
    Function,
    If,
    Jump,
    Lambda,
    Node,
    Return,
    While,
    hull,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
SHARED = {"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD}
MAX_NESTED = 3
"""A body of up to so many statements at the end of a function or loop stays in its if; a longer one follows a guard."""


def guard(node: If, test: Node, then: Block) -> If:
    """An if without else in the place of `node`."""
    span = hull([node.header, then.span])
    return update(node, test=test, then=then, orelse=None, span=span, restructured=True)


def block_of(nodes: Sequence[Node]) -> Block:
    return Block(tuple(nodes), span=hull([n.span for n in nodes]))


def _order_exits(block: Block, facts: Facts, uses: Uses | None) -> Block:
    """Of an if that jumps and a rest that does, the shorter one stands in the if; of equally long ones by polarity."""
    body = block.body
    if not body or not ends(block):
        return block
    changed = False
    for i in range(len(body) - 2, -1, -1):
        node = body[i]
        if not isinstance(node, If) or node.orelse is not None or not ends(node.then):
            continue
        rest = body[i + 1 :]
        length = size(node.then.body, 10_000)
        other = size(rest, length)
        if not (other < length or (other == length and is_negative(node.test, facts))):
            continue
        if may_move(node.then.body, facts, uses) and may_move(rest, facts, uses):
            body = (*body[:i], guard(node, negate(node.test, facts), block_of(rest)), *node.then.body)
            changed = True
    return update(block, body=body) if changed else block


def _shorter_exit_first(node: Block | Function | Lambda, facts: Facts) -> Node | None:
    if isinstance(node, Block):
        new = _order_exits(node, facts, None)
        return None if new is node else new
    if not facts.traits.block_scoped:
        return None
    uses: Uses | None = None

    def visit(block: Block) -> Block:
        nonlocal uses
        if not any(isinstance(n, If) for n in block.body) or _order_exits(block, facts, None) is not block:
            return block
        uses = uses or uses_of(node, facts)
        return _order_exits(block, facts, uses)

    return map_blocks(node, facts, visit)


SHORTER_EXIT_FIRST = Rule(
    id="shorter-exit-first",
    family="branches",
    summary=(
        "Of two ways out of a block, the shorter one stands in the if (`if not a: return None`), the "
        "longer one follows."
    ),
    languages=SHARED,
    on=(Block, Function, Lambda),
    rewrite=_shorter_exit_first,
    why="Both the branch and what follows it return or jump, so exactly one of them runs, and the negated "
    "test chooses the same one. Sound only where the rest cannot be reached from the branch.",
    examples=(
        Example(
            "guard",
            "def f(a):\n    if a:\n        g()\n        return 1\n    return 2",
            "def f(a):\n    if not a:\n        return 2\n    g()\n    return 1",
        ),
        Example(
            "polarity",
            "def f(a):\n    if not a:\n        return 1\n    return 2",
            "def f(a):\n    if a:\n        return 2\n    return 1",
        ),
        Example(
            "javascript",
            "function f(a) { if (a) { g(); return 1; } return 2; }",
            "function f(a) { if (!a) { return 2; } g(); return 1; }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    if a:\n        return 1\n    return 2",
        "def f(a):\n    if a:\n        g()\n        h()\n    return 2",
        "def f(a):\n    if not a:\n        return 1\n    g()\n    h()\n    return 2",
        "javascript: function f(a) { if (a) { const b = 1; g(b); return b; } return b; }",
    ),
)


def way_on(node: Node) -> type[Node]:
    """The statement that says what happens anyway at the end of a function's or loop's body."""
    return Return if isinstance(node, (Function, Lambda)) else Jump


def is_way_on(node: Node, kind: type[Node]) -> bool:
    if kind is Return:
        return isinstance(node, Return) and node.value is None
    return isinstance(node, Jump) and node.kind == "continue" and node.label is None


def _tail_guard(node: Function | Lambda | While | ForEach | For | DoWhile, facts: Facts) -> Node | None:
    if not isinstance(node.body, Block):
        return None
    kind, block = way_on(node), node.body
    uses: Uses | None = None
    if facts.traits.block_scoped and isinstance(node, (Function, Lambda)):
        uses = uses_of(node, facts)
    new = _guarded(_nested(block, kind, facts, uses), kind, facts, uses)
    return None if new is block else update(node, body=new)


def _nested(block: Block, kind: type[Node], facts: Facts, uses: Uses | None) -> Block:
    """A guard before a short rest becomes an if around it."""
    body = block.body
    for i in range(len(body) - 2, -1, -1):
        node, rest = body[i], body[i + 1 :]
        if size(rest, MAX_NESTED) > MAX_NESTED:
            break
        if not isinstance(node, If) or node.orelse is not None or len(node.then.body) != 1:
            continue
        if is_way_on(node.then.body[0], kind) and may_move(rest, facts, uses):
            body = (*body[:i], guard(node, negate(node.test, facts), block_of(rest)))
    return block if body is block.body else update(block, body=body)


def _guarded(block: Block, kind: type[Node], facts: Facts, uses: Uses | None) -> Block:
    """An if around a long rest becomes a guard before it."""
    last = block.body[-1] if block.body else None
    if not isinstance(last, If) or last.orelse is not None or size(last.then.body, MAX_NESTED) <= MAX_NESTED:
        return block
    if not may_move(last.then.body, facts, uses):
        return block
    jump = placed(Return() if kind is Return else Jump("continue"), last)
    first = guard(last, negate(last.test, facts), Block((jump,), span=last.header))
    inner = _guarded(last.then, kind, facts, uses)
    return update(block, body=(*block.body[:-1], first, *inner.body))


TAIL_GUARD = Rule(
    id="tail-guard",
    family="branches",
    summary=(
        "At the end of a function or loop a long body follows a guard (`if not a: return`), a short one "
        "stands in the if."
    ),
    languages=SHARED,
    on=(Function, Lambda, While, ForEach, For, DoWhile),
    rewrite=_tail_guard,
    why="Nothing follows the if, so that leaving the function, or going on with the loop, is what happens "
    "in either form. A loop's else clause is not skipped by continue. Not for an if that has an else, "
    "nor where anything follows.",
    examples=(
        Example(
            "short", "def f(a):\n    if not a:\n        return\n    g()", "def f(a):\n    if a:\n        g()"
        ),
        Example(
            "long",
            "def f(a):\n    if a:\n        g()\n        h()\n        i()\n        j()",
            "def f(a):\n    if not a:\n        return\n    g()\n    h()\n    i()\n    j()",
        ),
        Example(
            "loop",
            "for x in a:\n    if x < 0:\n        continue\n    f(x)",
            "for x in a:\n    if not x < 0:\n        f(x)",
        ),
        Example(
            "javascript",
            "for (const x of a) { if (!x) continue; f(x); }",
            "for (const x of a) { if (x) f(x); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    if not a:\n        return 1\n    g()",
        "def f(a):\n    if a:\n        g()\n        h()\n        i()\n        j()\n    k()",
        "for x in a:\n    if not x:\n        break\n    f(x)",
        "def f(a):\n    if a:\n        g()",
        "javascript: function f(a) { if (!a) return; const b = 1; g(() => b); function g(h) { return b; } }",
    ),
)


RULES: tuple[Rule, ...] = (SHORTER_EXIT_FIRST, TAIL_GUARD)
