"""Rules of the family bindings: a local that has a value unless a condition gives it another one."""

from __future__ import annotations

from collections import Counter

from prediff.facts import Facts
from prediff.facts.evaluation import reads
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.conditions import is_fixed, is_name, negate
from prediff.rules.rule import Example, Rule
from prediff.rules.temporaries import is_settled
from prediff.tree import (
    Assign,
    AssignExpr,
    Block,
    DoWhile,
    For,
    ForEach,
    Function,
    If,
    Lambda,
    Logical,
    Name,
    Node,
    Not,
    Ternary,
    While,
    update,
    walk,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def assigned(node: Node) -> tuple[str, Node] | None:
    """The one name that an assignment binds, and its value."""
    if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Name):
        return node.targets[0].id, node.value
    return None


# --- a default that comes first ------------------------------------------------------------------------------------


def _default_first(function: Function | Lambda, facts: Facts) -> Node | None:
    def visit(block: Block) -> Block:
        body, end = list(block.body), len(block.body)
        behind: Counter[str] = Counter()
        starts = [
            i for i in range(end - 1) if body[i + 1].__class__ is If and _has_arms(body[i], body[i + 1])
        ]
        for i in reversed(starts):
            behind.update(mentions(block.body[i:end]))
            start, branch, end = body[i], body[i + 1], i
            bound, uses = assigned(start), uses_of(function, facts)
            if bound is None or not isinstance(branch, If) or not _is_unseen(bound[0], behind, uses):
                continue
            new = _with_default(branch, start, *bound, uses, facts)
            if new is not None:
                body[i : i + 2] = [placed(new, branch, start)]
        return block if len(body) == len(block.body) else update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _has_arms(start: Node, branch: Node) -> bool:
    """Whether the first arm of an if does nothing but bind a name that the statement before it binds."""
    bound = assigned(start)
    if bound is None or not isinstance(branch, If) or len(branch.then.body) != 1:
        return False
    arm = assigned(branch.then.body[0])
    return arm is not None and arm[0] == bound[0]


def _is_unseen(name: str, behind: Counter[str], uses: Uses) -> bool:
    """Whether a local stands only behind its first value in one block: nothing reads it if what follows raises."""
    use = uses.local(name)
    return use is not None and not use.captured and behind[name] == uses.mentions[name]


def _with_default(branch: If, start: Node, name: str, value: Node, uses: Uses, facts: Facts) -> If | None:
    """An if whose every branch does nothing but bind the name, with `else: name = value`."""
    if not is_fixed(value) and not (isinstance(value, Name) and uses.steady(value.id)):
        return None
    if _has_loop(uses) and not _holds_settled(name, uses, facts):
        return None
    arms: list[If] = []
    node: Node = branch
    while isinstance(node, If):
        arms.append(node)
        bound = assigned(node.then.body[0]) if len(node.then.body) == 1 else None
        if bound is None or bound[0] != name:
            return None
        if not _may_follow(node.test, name, value) or not _may_follow(bound[1], name, value):
            return None
        if node.orelse is None or not node.orelse.body:
            break
        if len(node.orelse.body) > 1:
            return None
        node = node.orelse.body[0]
    else:
        return None
    made = update(arms[-1], orelse=Block((start,), span=start.span), restructured=True)
    for arm in reversed(arms[:-1]):
        made = update(arm, orelse=Block((made,), span=made.span), restructured=True)
    return made


def _may_follow(node: Node, name: str, value: Node) -> bool:
    """Whether a node neither mentions a name nor binds the one that is its value."""
    if reads(node, name):
        return False
    bound = {x for n in walk(node) if isinstance(n, AssignExpr) for x in names_of_target(n.target)}
    return not isinstance(value, Name) or value.id not in bound


def _holds_settled(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether the end of no value of a name can be seen."""
    return all(
        v is not None and not isinstance(v, ForEach) and is_settled(v, uses, facts)
        for v in uses.names[name].values
    )


def _has_loop(uses: Uses) -> bool:
    return any(isinstance(n, (While, DoWhile, For, ForEach)) for n in walk(uses.function.body))


DEFAULT_FIRST = Rule(
    id="default-first",
    family="bindings",
    summary="Write `x = b if a else 1`, not `x = 1` and then `if a: x = b`.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_default_first,
    why="The default is a literal or a local, so that it may as well be read later, or not at all; neither the test "
    "nor the other value mentions the name. If one of them raises, the name is bound in the one form and not in the "
    "other: it must stand nowhere but behind the two, and in no closure. In a function with a loop the name may hold a "
    "value of the turn before, whose end must not be seen.",
    examples=(
        Example(
            "literal",
            "def f(a, b):\n    x = 1\n    if a:\n        x = g(b)\n    h(x, x)",
            "def f(a, b):\n    x = g(b) if a else 1\n    h(x, x)",
        ),
        Example(
            "chain",
            "def f(a, b):\n    x = 1\n    if a:\n        x = 2\n    elif b:\n        x = 3\n    h(x, x)",
            "def f(a, b):\n    if a:\n        x = 2\n    elif b:\n        x = 3\n    else:\n        x = 1\n    h(x, x)",
        ),
        Example(
            "local",
            "def f(a, b):\n    for c in a:\n        x = c\n        if b:\n            x = c.d\n        h(x, x)",
            "def f(a, b):\n    for c in a:\n        x = c.d if b else c\n        h(x, x)",
        ),
    ),
    leaves_alone=(
        "def f(a, b):\n    x = g()\n    if a:\n        x = b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    if a:\n        x = x + b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    if g(x):\n        x = b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    g()\n    if a:\n        x = b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    if a:\n        g()\n        x = b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    if a:\n        x += b\n    h(x, x)",
        "def f(a, b):\n    x = 1\n    if a:\n        x = b\n    else:\n        g()\n    h(x, x)",
        "def f(a):\n    x = 0\n    try:\n        x = 1\n        if a:\n            x = a\n    except E:\n        h(x)",
        "def f(a, b):\n    x = 1\n    if a:\n        x = b\n    late(lambda: x)",
        "def f(a, b):\n    for c in a:\n        x = None\n        if c:\n            x = g(b)\n        h(x, x)",
        "def f(a, b):\n    for c in a:\n        x = None\n        if h():\n            x = 1\n        g(x, x)\n"
        "        x = g(c)",
        "def f(a, b):\n    global x\n    x = 1\n    if a:\n        x = b\n    h(x, x)",
        "def f(a, b):\n    x = b\n    if (b := a):\n        x = 1\n    h(x, x)",
        "x = 1\nif a:\n    x = b\nf(x)",
    ),
)


# --- a value that is kept ------------------------------------------------------------------------------------------


def _kept_value(function: Function | Lambda, facts: Facts) -> Node | None:
    def visit(block: Block) -> Block:
        found = [_with_if(node, function, facts) or node for node in block.body]
        changed = any(a is not b for a, b in zip(found, block.body, strict=True))
        return update(block, body=tuple(found)) if changed else block

    return map_blocks(function, facts, visit)


def _with_if(node: Node, function: Function | Lambda, facts: Facts) -> If | None:
    """`x = x if a else b` as an if that binds `x` where it gets another value."""
    bound = assigned(node)
    if bound is None or not isinstance(bound[1], (Ternary, Logical)):
        return None
    name, value = bound
    test: Node
    other: Node
    if isinstance(value, Ternary):
        if is_name(value.orelse, name):
            test, other = value.test, value.then
        elif is_name(value.then, name):
            test, other = negate(value.test, facts), value.orelse
        else:
            return None
    elif isinstance(value, Logical) and is_name(value.values[0], name) and value.op in ("and", "or"):
        first, *rest = value.values
        test = first if value.op == "and" else Not(first, span=first.span)
        other = rest[0] if len(rest) == 1 else Logical(value.op, tuple(rest))
    else:
        return None
    if not uses_of(function, facts).steady(name):
        return None
    assert isinstance(node, Assign)
    return placed(If(test, Block((placed(update(node, value=other), node),), span=node.span)), node)


KEPT_VALUE = Rule(
    id="kept-value",
    family="bindings",
    summary="Write `if a: x = b`, not `x = b if a else x`; `if not x: x = b`, not `x = x or b`.",
    languages={"python": frozenset({"source-unread"})},
    on=(Function, Lambda),
    rewrite=_kept_value,
    why="Binding a local to the value that it has changes nothing. Only for locals and parameters that no inner "
    "function mentions: what is done to an attribute or an item can be seen, and a test could bind the name of a "
    "closure anew.",
    examples=(
        Example(
            "default",
            "def f(a=None):\n    a = g() if a is None else a\n    return a, a",
            "def f(a=None):\n    if a is None:\n        a = g()\n    return a, a",
        ),
        Example(
            "then",
            "def f(a, b):\n    a = a if b else 1\n    return a, a",
            "def f(a, b):\n    if not b:\n        a = 1\n    return a, a",
        ),
        Example(
            "or",
            "def f(a, b):\n    a = a or g(b)\n    return a, a",
            "def f(a, b):\n    if not a:\n        a = g(b)\n    return a, a",
        ),
        Example(
            "and",
            "def f(a, b):\n    a = a and a.c and b\n    return a, a",
            "def f(a, b):\n    if a:\n        a = a.c and b\n    return a, a",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    a.b = a.b or 1",
        "def f(a, b):\n    a = b or a\n    return a, a",
        "def f(a, b):\n    a = b if g() else a.c\n    return a, a",
        "def f(a, b):\n    a += a or b\n    return a, a",
        "def f(a, b):\n    a = a or b\n    return lambda: a",
        "def f(b):\n    global a\n    a = a or b",
        "a = a or b",
        "def f(a, b):\n    a = c = a or b\n    return a, c",
    ),
)

RULES: tuple[Rule, ...] = (DEFAULT_FIRST, KEPT_VALUE)
