"""Rules of the family functions: small functions inside a function. Where they are written out: `inlining`."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.uses import Use, Uses, uses_of
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Await,
    Block,
    Function,
    Lambda,
    Literal,
    Name,
    Node,
    Return,
    Yield,
    YieldFrom,
    update,
    walk,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def own_function(name: str, uses: Uses) -> Use | None:
    """The uses of a name that one definition in a function binds, and nothing else; None where it may be seen."""
    use = uses.names.get(name)
    if use is None or use.bound != 1 or not use.owned or use.captured:
        return None
    return None if name in uses.words or name.startswith("__") or uses.dynamic else use


def result_of(node: Function) -> Node | None:
    """What a function of one `return` gives; None for any other function."""
    if node.decorators or node.type_params or node.modifiers or node.returns is not None:
        return None
    if any(p.annotation is not None for p in node.params) or len(node.body.body) > 1:
        return None
    only = node.body.body[0] if node.body.body else Return()
    if not isinstance(only, Return):
        return None
    value = only.value or Literal("none", None)
    acts = any(isinstance(n, (AssignExpr, Yield, YieldFrom, Await)) for n in walk(value))
    return None if acts else value


def _lambda_name(function: Function | Lambda, facts: Facts) -> Node | None:
    def visit(block: Block) -> Block:
        found = [_definition(node, function, facts) or node for node in block.body]
        changed = any(a is not b for a, b in zip(found, block.body, strict=True))
        return update(block, body=tuple(found)) if changed else block

    return map_blocks(function, facts, visit)


def _definition(node: Node, function: Function | Lambda, facts: Facts) -> Function | None:
    """`f = lambda x: e` as a definition."""
    if not isinstance(node, Assign) or not isinstance(node.value, Lambda) or len(node.targets) != 1:
        return None
    target, made = node.targets[0], node.value
    if not isinstance(target, Name) or isinstance(made.body, Block):
        return None
    if any(isinstance(n, (Yield, YieldFrom, Await, AssignExpr)) for n in walk(made.body)):
        return None
    use = uses_of(function, facts).local(target.id)
    if use is None or target.id.startswith("__"):
        return None
    body = Block((placed(Return(made.body), node),), span=made.body.span)
    return placed(Function(target.id, made.params, body), node)


LAMBDA_NAME = Rule(
    id="lambda-name",
    family="functions",
    summary="Write `def f(x): return e` in a function, not `f = lambda x: e`.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_lambda_name,
    why="The two make one function but for its name, which shows in tracebacks and where something asks for it. "
    "Defaults are evaluated at the same time. At the top level of a file and in a class the name can be seen from "
    "outside, and a function can be pickled by its name.",
    examples=(
        Example(
            "plain",
            "def f(a):\n    k = lambda x, y=a: x + y\n    return k, k",
            "def f(a):\n    def k(x, y=a):\n        return x + y\n    return k, k",
        ),
        Example(
            "twice",
            "def f(a):\n    k = lambda: a\n    if a:\n        k = lambda: None\n        g(k)\n    return k, k()",
            "def f(a):\n    def k():\n        return a\n    if a:\n        def k():\n            return None\n"
            "        g(k)\n    return k, k()",
        ),
    ),
    leaves_alone=(
        "k = lambda x: x + 1",
        "class C:\n    k = lambda self: 1",
        "def f(a):\n    a.k = lambda x: x\n    return a",
        "def f(a):\n    k = h = lambda x: x\n    return k, h",
        "def f(a):\n    global k\n    k = lambda x: x",
        "def f(a):\n    k = lambda: (yield a)\n    return k, k",
        'def f(a):\n    k = lambda x: x\n    return a.query("@k(a)"), k, k',
    ),
    words=frozenset({"lambda"}),
)

RULES: tuple[Rule, ...] = (LAMBDA_NAME,)
