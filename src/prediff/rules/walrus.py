"""Rules of the family bindings: assignments in tests, and loops that ask for their next value at two places."""

from __future__ import annotations

from prediff.facts import WALRUS, Facts
from prediff.facts.evaluation import first_evaluated, reads
from prediff.facts.scopes import names_of_target
from prediff.rules.blocks import placed
from prediff.rules.conditions import is_fixed, negate, truth
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Block,
    Call,
    Class,
    Clause,
    ExprStmt,
    ForEach,
    Function,
    Handler,
    If,
    Jump,
    Lambda,
    Literal,
    Name,
    Node,
    Statement,
    While,
    children,
    trees_equal,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})


def taken_out(node: Node, facts: Facts) -> tuple[AssignExpr, Node] | None:
    """The `x := e` that a node evaluates first, and the node with `x` in its place; None if anything comes before."""
    found: list[AssignExpr] = []

    def replace(part: Node) -> Node | None:
        if not isinstance(part, AssignExpr) or part.op != ":=" or not isinstance(part.target, Name):
            return None
        found.append(part)
        return part.target

    if replace(node) is not None:
        return found[0], found[0].target
    new = first_evaluated(node, replace, lambda part: is_unchanged(part, facts))
    return None if new is None else (found[0], new)


def is_unchanged(node: Node, facts: Facts) -> bool:
    """Whether what is evaluated behind a node cannot change its value: a literal or builtin."""
    return is_fixed(node) or (isinstance(node, Name) and facts.is_builtin(node, node.id))


def _in_class(facts: Facts) -> bool:
    return bool(facts.enclosing) and isinstance(facts.enclosing[-1], Class)


def _assignment(made: AssignExpr, source: Statement) -> Assign:
    return Assign((made.target,), made.value, span=source.header, header=source.header, restructured=True)


def _own_statement(node: Block, facts: Facts) -> Node | None:
    if _in_class(facts):
        return None
    found: list[Node] = []
    for statement in node.body:
        taken = taken_out(statement, facts) if isinstance(statement, Statement) else None
        if taken is None:
            found.append(statement)
            continue
        assert isinstance(statement, Statement)
        found.append(_assignment(taken[0], statement))
        if not isinstance(statement, ExprStmt) or statement.value is not taken[0]:
            found.append(update(taken[1], restructured=True))
    changed = any(a is not b for a, b in zip(found, node.body, strict=False))
    return update(node, body=tuple(found)) if changed else None


OWN_STATEMENT = Rule(
    id="assignment-statement",
    family="bindings",
    summary="Write `x = e` and `if x`, not `if x := e`.",
    languages={"python": SOURCE_UNREAD},
    on=(Block,),
    rewrite=_own_statement,
    why="The assignment is the first thing that the statement evaluates, once and for certain, but for literals and "
    "builtins, and the name is read right behind it. Not from the right of `and`, an `assert` (which may be switched "
    "off) or a comprehension, nor in a class, where a mapping of the metaclass holds the names.",
    examples=(
        Example(
            "if",
            "if x := f(a):\n    g(x, x)\nelse:\n    h(x)",
            "x = f(a)\nif x:\n    g(x, x)\nelse:\n    h(x)",
        ),
        Example(
            "comparison",
            "def f(a):\n    if (x := g(a)) is not None and x.b:\n        h(x)",
            "def f(a):\n    x = g(a)\n    if x is not None and x.b:\n        h(x)",
        ),
        Example(
            "elif",
            "if a:\n    f()\nelif x := g():\n    h(x)",
            "if a:\n    f()\nelse:\n    x = g()\n    if x:\n        h(x)",
        ),
        Example("builtin", "if len(x := f()) > 1:\n    g(x)", "x = f()\nif len(x) > 1:\n    g(x)"),
        Example(
            "return",
            "def f(a):\n    return (x := a.b) and x.c",
            "def f(a):\n    x = a.b\n    return x and x.c",
        ),
        Example("alone", "(x := f())", "x = f()"),
        Example("then read", "y = x if (x := f()) else 1", "x = f()\ny = x or 1"),
    ),
    leaves_alone=(
        "if a and (x := f()):\n    g(x)",
        "if a < (x := f()):\n    g(x)",
        "if g(x := f()):\n    h(x)",
        "y = [x for a in b if (x := f(a))]",
        "assert (x := f())",
        "y = a if b else (x := f())",
        "class C:\n    if x := f():\n        y = x",
        "y = lambda: (x := f())",
        "a += (x := f())",
        "a[b] += (x := f())",
        "with a, (x := f()):\n    g(x)",
        "javascript: if (x = f()) { g(x); }",
    ),
    words=frozenset({WALRUS}),
)


def _loop_head(node: While, facts: Facts) -> Node | None:
    if node.orelse is not None or _in_class(facts):
        return None
    taken = taken_out(node.test, facts)
    if taken is None:
        return None
    return _forever(node, _assignment(taken[0], node), taken[1], node.body.body, facts)


def _forever(node: While, start: Assign, test: Node, body: tuple[Node, ...], facts: Facts) -> While:
    """`while True` that first runs a statement, and leaves where a test is false."""
    leave = Jump("break", span=node.header, header=node.header, restructured=True)
    guard = If(negate(test, facts), Block((leave,), span=node.header), span=node.header, header=node.header)
    always = Literal("bool", True, span=node.test.span)
    inner = (start, update(guard, restructured=True), *body)
    return update(node, test=always, body=update(node.body, body=inner), restructured=True)


LOOP_HEAD = Rule(
    id="assignment-in-loop",
    family="bindings",
    summary="Write `while True`, `x = e` and `if not x: break`, not `while x := e`.",
    languages={"python": SOURCE_UNREAD},
    on=(While,),
    rewrite=_loop_head,
    why="The assignment is the first thing that each turn evaluates, also after `continue`. A loop with an else is "
    "left alone: a break skips it.",
    examples=(
        Example(
            "plain",
            "while x := f(a):\n    g(x, x)",
            "while True:\n    x = f(a)\n    if not x:\n        break\n    g(x, x)",
        ),
        Example(
            "comparison",
            "def f(a):\n    while (x := g(a)) is not None:\n        h(x, x)",
            "def f(a):\n    while True:\n        x = g(a)\n        if x is None:\n            break\n        h(x, x)",
        ),
    ),
    leaves_alone=(
        "while a and (x := f(a)):\n    g(x, x)",
        "while x := f(a):\n    if g(x, x):\n        break\nelse:\n    h()",
        "while a < (x := f(a)):\n    g(x, x)",
        "while f(a):\n    g(a)",
        "class C:\n    while x := f():\n        g(x)",
    ),
    words=frozenset({WALRUS}),
)


def _primed_loop(node: Block, facts: Facts) -> Node | None:
    body = list(node.body)
    for i in range(len(body) - 2, -1, -1):
        start, loop = body[i], body[i + 1]
        if isinstance(start, Assign) and isinstance(loop, While) and _is_primed(start, loop):
            new = _forever(loop, start, loop.test, loop.body.body[:-1], facts)
            body[i : i + 2] = [placed(new, loop, start)]
    return None if len(body) == len(node.body) else update(node, body=tuple(body))


def _is_primed(start: Assign, loop: While) -> bool:
    """Whether each turn of a loop begins with what stands before it: at its end, and nothing goes on earlier."""
    if loop.orelse is not None or truth(loop.test) is not None or not loop.body.body:
        return False
    if not any(isinstance(n, Call) for n in walk(start.value)):
        return False
    names = [name for t in start.targets for name in names_of_target(t)]
    if not any(reads(loop.test, name) for name in names) or not trees_equal(start, loop.body.body[-1]):
        return False
    return not any(_goes_on(n) for n in loop.body.body)


def _goes_on(node: Node) -> bool:
    """Whether a `continue` of the loop around it stands in a node."""
    if isinstance(node, Jump):
        return node.kind == "continue"
    if isinstance(node, (Function, Class, Lambda)):
        return False
    if isinstance(node, (While, ForEach)):
        return node.orelse is not None and _goes_on(node.orelse)
    parts = isinstance(node, (Statement, Block, Handler, Clause))
    return parts and any(_goes_on(c) for c in children(node))


PRIMED_LOOP = Rule(
    id="primed-loop",
    family="bindings",
    summary="Write `x = f()` once, first in a `while True`, not before a loop and again at its end.",
    languages={"python": SOURCE_UNREAD},
    on=(Block,),
    rewrite=_primed_loop,
    why="The statement runs before each test in either form. Not where a `continue` goes to the test without it, nor "
    "for a loop with an else, which a break skips.",
    examples=(
        Example(
            "read",
            "x = f()\nwhile x:\n    g(x, x)\n    x = f()",
            "while True:\n    x = f()\n    if not x:\n        break\n    g(x, x)",
        ),
        Example(
            "two names",
            "def f(a):\n    x, y = g(a)\n    while x < y:\n        if h(x):\n            break\n        x, y = g(a)\n"
            "    return x, y",
            "def f(a):\n    while True:\n        x, y = g(a)\n        if not x < y:\n            break\n"
            "        if h(x):\n            break\n    return x, y",
        ),
    ),
    leaves_alone=(
        "x = f()\nwhile x:\n    if g(x):\n        continue\n    x = f()",
        "x = f()\nwhile x:\n    g(x)\n    x = h()",
        "x = f()\nwhile x:\n    x = f()\n    g(x)",
        "x = f()\nwhile x:\n    if g(x):\n        break\n    x = f()\nelse:\n    h()",
        "x = f()\ng(x)\nwhile x:\n    g(x)\n    x = f()",
        "x = f()\nwhile a:\n    g(x)\n    x = f()",
        "x = 0\nwhile x < a:\n    g(x)\n    x = 0",
        "x = f()\nwhile x:\n    for y in x:\n        g(y)\n    else:\n        continue\n    x = f()",
        "x = f()\nwhile x:\n    try:\n        g(x)\n    except E:\n        continue\n    x = f()",
    ),
    words=frozenset({"while"}),
)

RULES: tuple[Rule, ...] = (OWN_STATEMENT, LOOP_HEAD, PRIMED_LOOP)
