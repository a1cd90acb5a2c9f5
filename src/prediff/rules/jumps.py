"""Rules of the family branches: what follows a return or jump, and what says what happens anyway. Guards: `guards`."""

from __future__ import annotations

from typing import Any

from prediff.facts import Facts
from prediff.facts.effects import is_bool
from prediff.facts.uses import Uses, uses_of
from prediff.rules import guards, tries
from prediff.rules.blocks import ends, is_exit, map_blocks, may_move, placed
from prediff.rules.conditions import negate, truth
from prediff.rules.guards import guard, is_way_on, way_on
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assert,
    Await,
    Block,
    Delete,
    DoWhile,
    ExprStmt,
    For,
    ForEach,
    Function,
    If,
    Jump,
    Lambda,
    Literal,
    Node,
    Not,
    Pass,
    Raise,
    Return,
    Try,
    While,
    With,
    Yield,
    YieldFrom,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
SHARED = {"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD}
# --- else after a jump,  ------------------------------------------------------


def _flatten(block: Block, facts: Facts, uses: Uses | None) -> Block:
    """Else after a jump: the other branch follows the if; where only the else jumps, it comes first."""
    found: list[Node] = []
    for node in block.body:
        if isinstance(node, If) and node.orelse is not None and node.then.body and node.orelse.body:
            if ends(node.then) and may_move(node.orelse.body, facts, uses):
                found += (guard(node, node.test, node.then), *node.orelse.body)
                continue
            if not ends(node.then) and ends(node.orelse) and may_move(node.then.body, facts, uses):
                found += (guard(node, negate(node.test, facts), node.orelse), *node.then.body)
                continue
        found.append(node)
    return block if len(found) == len(block.body) else update(block, body=tuple(found))


def _else_after_jump(node: Block | Function | Lambda, facts: Facts) -> Node | None:
    if isinstance(node, Block):
        new = _flatten(node, facts, None)
        return None if new is node else new
    if not facts.traits.block_scoped or not _declares_in_branches(node):
        return None
    uses = uses_of(node, facts)
    return map_blocks(node, facts, lambda block: _flatten(block, facts, uses))


def _declares_in_branches(function: Function | Lambda) -> bool:
    """Whether an if of a function has an else that is left: its declarations kept it where it is."""
    return any(
        isinstance(n, If) and n.orelse is not None and (ends(n.then) or ends(n.orelse))
        for n in walk(function.body)
    )


ELSE_AFTER_JUMP = Rule(
    id="else-after-jump",
    family="branches",
    summary="Write the else branch behind an if that returns, raises or jumps.",
    languages=SHARED,
    on=(Block, Function, Lambda),
    rewrite=_else_after_jump,
    why="What follows the if runs only if the branch that jumps did not. Where only the else branch jumps, "
    "it becomes the guard. In JavaScript a name that the moved branch declares must be mentioned "
    "nowhere else in the function.",
    examples=(
        Example(
            "return",
            "def f(a):\n    if a:\n        return 1\n    else:\n        g()\n    h()",
            "def f(a):\n    if a:\n        return 1\n    g()\n    h()",
        ),
        Example(
            "raise",
            "def f(a):\n    if a:\n        g()\n        h()\n    else:\n        raise E\n    i()",
            "def f(a):\n    if not a:\n        raise E\n    g()\n    h()\n    i()",
        ),
        Example(
            "javascript",
            "function f(a) { if (a) { return 1; } else { g(); } h(); }",
            "function f(a) { if (a) { return 1; } g(); h(); }",
            "javascript",
        ),
        Example(
            "javascript declaration",
            "function f(a) { if (a) { g(); return 1; } else { const b = g(a); h(b, b); } }",
            "function f(a) { if (a) { g(); return 1; } const b = g(a); h(b, b); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    if a:\n        g()\n    else:\n        h()\n    i()",
        (
            "def f(a, b):\n    if a:\n        if b:\n            return 1\n        g()\n    "
            "else:\n        h()\n    i()"
        ),
        "def f(a):\n    for x in a:\n        return 1\n    else:\n        g()",
        "javascript: function f(a) { if (a) { return 1; } else { const b = 2; g(b); } return b; }",
        "javascript: function f(a) { if (a) { return 1; } else { function g() {} } g(); }",
    ),
)


def _bool_return(node: Block, facts: Facts) -> Node | None:
    if len(node.body) < 2:
        return None
    branch, last = node.body[-2:]
    if not isinstance(branch, If) or branch.orelse is not None or len(branch.then.body) != 1:
        return None
    first = branch.then.body[0]
    if not isinstance(first, Return) or not isinstance(last, Return):
        return None
    values = (first.value, last.value)
    if not all(isinstance(v, Literal) and v.kind == "bool" for v in values):
        return None
    arms = [v is not None and truth(v) for v in values]
    if arms == [True, False] and is_bool(branch.test, facts):
        value = branch.test
    elif arms == [False, True]:
        value = Not(branch.test, span=branch.test.span)
    else:
        return None
    return update(node, body=(*node.body[:-2], placed(Return(value), branch, last)))


BOOL_RETURN = Rule(
    id="bool-return",
    family="branches",
    summary="Write `return a in b`, not `if a in b: return True` and `return False`.",
    languages=SHARED,
    on=(Block,),
    rewrite=_bool_return,
    why="`not a` is a bool whatever `a` is. Without the negation the test's own value is returned, so that "
    "it must be a bool: `==` and `<` of custom classes need not give one in Python; in JavaScript they "
    "do.",
    examples=(
        Example(
            "in",
            "def f(a, b):\n    if a in b:\n        return True\n    return False",
            "def f(a, b):\n    return a in b",
        ),
        Example(
            "length",
            "def f(a):\n    if len(a) > 2:\n        return True\n    return False",
            "def f(a):\n    return len(a) > 2",
        ),
        Example(
            "not",
            "def f(a):\n    if a:\n        return False\n    else:\n        return True",
            "def f(a):\n    return not a",
        ),
        Example(
            "javascript",
            "function f(a, b) { if (a < b) { return true; } return false; }",
            "function f(a, b) { return a < b; }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    if a:\n        return True\n    return False",
        "def f(a, b):\n    if a == b:\n        return True\n    return False",
        "def f(a):\n    if a:\n        return False\n    return None",
        "javascript: function f(a) { if (a) { return true; } return false; }",
    ),
)

# --- what is never reached, or says what happens anyway ------------------------------------------------------------

_HARMLESS = (ExprStmt, Return, Raise, Jump, Assert, If, While, DoWhile, Try, Pass)


def _unreachable(node: Block, facts: Facts) -> Node | None:
    for i, statement in enumerate(node.body[:-1]):
        if is_exit(statement):
            rest = node.body[i + 1 :]
            if any(_leaves_a_trace(n) for s in rest for n in walk(s)):
                return None
            return update(node, body=node.body[: i + 1])
    return None


def _leaves_a_trace(node: Node) -> bool:
    """Whether a node means something where it never runs: it binds a name or makes its function a generator."""
    if isinstance(node, (Yield, YieldFrom, Await, Delete)):
        return True
    if hasattr(node, "header"):
        return not isinstance(node, _HARMLESS)
    return node.__class__.__name__ in (
        "AssignExpr",
        "Update",
        "Handler",
        "WithItem",
        "Function",
        "Class",
        "Lambda",
    )


UNREACHABLE = Rule(
    id="unreachable",
    family="branches",
    summary="Leave out what follows a return, raise, break or continue.",
    languages=SHARED,
    on=(Block,),
    rewrite=_unreachable,
    why="It never runs. It still counts if it binds a name, which is then local to the function, or "
    "yields, which makes the function a generator: such statements stay.",
    examples=(
        Example("return", "def f():\n    return 1\n    g()", "def f():\n    return 1"),
        Example(
            "both",
            "def f(a):\n    if a:\n        raise E\n    else:\n        return 1\n    g()",
            "def f(a):\n    if a:\n        raise E\n    return 1",
        ),
        Example("javascript", "function f() { return 1; g(); }", "function f() { return 1; }", "javascript"),
    ),
    leaves_alone=(
        "def f():\n    return 1\n    yield",
        "def f():\n    return 1\n    x = 2",
        "def f(a):\n    if a:\n        return 1\n    g()",
        "javascript: function f() { return g(); function g() {} }",
        "javascript: function f() { return 1; var x; }",
    ),
)


def _return_none(node: Return, facts: Facts) -> Node | None:
    value = node.value
    return update(node, value=None) if isinstance(value, Literal) and value.kind == "none" else None


RETURN_NONE = Rule(
    id="return-none",
    family="branches",
    summary="Write `return`, not `return None`.",
    languages={"python": SOURCE_UNREAD},
    on=(Return,),
    rewrite=_return_none,
    why="The two are one (language reference, 7.6). In JavaScript `return` gives undefined, not null.",
    examples=(
        Example(
            "plain",
            "def f(a):\n    if a:\n        return None\n    g()\n    return 1",
            "def f(a):\n    if a:\n        return\n    g()\n    return 1",
        ),
    ),
    leaves_alone=(
        "def f():\n    return 0",
        "def f():\n    yield None",
        "javascript: function f() { return null; }",
    ),
)


def _without_last(block: Block, kind: type[Node]) -> Block:
    """A block at whose end control goes on anyway, without the statements that only say so."""
    body = block.body
    while body and is_way_on(body[-1], kind):
        body = body[:-1]
    last = body[-1] if body else None
    if isinstance(last, If):
        then = _without_last(last.then, kind)
        orelse = None if last.orelse is None else _without_last(last.orelse, kind)
        if then is not last.then or orelse is not last.orelse:
            body = (*body[:-1], update(last, then=then, orelse=orelse, restructured=True))
    elif isinstance(last, With) and kind is Return:
        inner = _without_last(last.body, kind)
        if inner is not last.body:
            body = (*body[:-1], update(last, body=inner))
    elif isinstance(last, Try):
        inner_try = _without_last_of_try(last, kind)
        if inner_try is not last:
            body = (*body[:-1], inner_try)
    return block if body is block.body else update(block, body=body)


def _without_last_of_try(node: Try, kind: type[Node]) -> Try:
    """The same for a try: its handlers, and its else, or its body where it has none."""
    handlers = [update(h, body=_without_last(h.body, kind)) for h in node.handlers]
    changes: dict[str, Any] = {}
    if any(a.body is not b.body for a, b in zip(handlers, node.handlers, strict=True)):
        changes["handlers"] = tuple(handlers)
    part = "body" if node.orelse is None else "orelse"
    block = getattr(node, part)
    shorter = _without_last(block, kind)
    if shorter is not block and (shorter.body or part == "orelse"):
        changes[part] = shorter
    return update(node, **changes, restructured=True) if changes else node


def _final_jump(node: Function | Lambda | While | ForEach | For | DoWhile, facts: Facts) -> Node | None:
    if not isinstance(node.body, Block):
        return None
    body = _without_last(node.body, way_on(node))
    return None if body is node.body else update(node, body=body)


FINAL_JUMP = Rule(
    id="final-jump",
    family="branches",
    summary="Leave out a `return` at the end of a function and a `continue` at the end of a loop's body.",
    languages=SHARED,
    on=(Function, Lambda, While, ForEach, For, DoWhile),
    rewrite=_final_jump,
    why="Control goes on in the same way without it. A return with a value stays, and so does a continue "
    "that names a label.",
    examples=(
        Example("return", "def f():\n    g()\n    return None", "def f():\n    g()"),
        Example(
            "continue",
            "for x in a:\n    if x:\n        f()\n        continue",
            "for x in a:\n    if x:\n        f()",
        ),
        Example(
            "try",
            "def f():\n    try:\n        g()\n    except E:\n        return\n    finally:\n        h()",
            "def f():\n    try:\n        g()\n    except E:\n        pass\n    finally:\n        h()",
        ),
        Example("javascript", "function f() { g(); return; }", "function f() { g(); }", "javascript"),
    ),
    leaves_alone=(
        "def f():\n    g()\n    return 0",
        "def f(a):\n    for x in a:\n        return",
        "for x in a:\n    break",
        "def f():\n    try:\n        g()\n        return\n    except E:\n        h()\n    i()",
        "javascript: function f() { g(); return undefined; }",
        "javascript: a: for (;;) { for (;;) { f(); continue a; } }",
    ),
)


def _while_condition(node: While, facts: Facts) -> Node | None:
    first = node.body.body[0] if node.body.body else None
    if truth(node.test) is not True or node.orelse is not None or not isinstance(first, If):
        return None
    if first.orelse is not None or len(first.then.body) != 1:
        return None
    jump = first.then.body[0]
    if not isinstance(jump, Jump) or jump.kind != "break" or jump.label is not None:
        return None
    body = update(node.body, body=node.body.body[1:])
    return update(node, test=negate(first.test, facts), body=body, restructured=True)


WHILE_CONDITION = Rule(
    id="while-condition",
    family="branches",
    summary="Write `while a`, not `while True` with `if not a: break` first.",
    languages=SHARED,
    on=(While,),
    rewrite=_while_condition,
    why="The test is evaluated before each turn, also after `continue`, and ends the loop when it is "
    "false. Only where the break comes first, and the loop has no else, which a break skips.",
    examples=(
        Example("not", "while True:\n    if not f():\n        break\n    g()", "while f():\n    g()"),
        Example(
            "javascript",
            "while (true) { if (a <= b) break; f(); }",
            "while (!(a <= b)) { f(); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "while True:\n    g()\n    if not f():\n        break",
        "while True:\n    if not f():\n        h()\n        break\n    g()",
        "while True:\n    if not f():\n        break\n    g()\nelse:\n    h()",
        "while a:\n    if not f():\n        break\n    g()",
    ),
    words=frozenset({"while"}),
)

RULES: tuple[Rule, ...] = (
    RETURN_NONE,
    UNREACHABLE,
    ELSE_AFTER_JUMP,
    BOOL_RETURN,
    guards.SHORTER_EXIT_FIRST,
    FINAL_JUMP,
    guards.TAIL_GUARD,
    WHILE_CONDITION,
    *tries.RULES,
)
