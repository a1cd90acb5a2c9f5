"""Rules of the family loops: loops that only build a collection, and comprehensions."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise
from prediff.facts.evaluation import reads
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules import generators
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Await,
    Block,
    Call,
    CompFor,
    Comprehension,
    Dict,
    ExprStmt,
    ForEach,
    Function,
    If,
    Index,
    Keyword,
    Lambda,
    List,
    Logical,
    Name,
    Node,
    Pair,
    Slice,
    Star,
    Tuple,
    Yield,
    YieldFrom,
    children,
    update,
    walk,
)

LOCALS = frozenset({"source-unread", "locals-unread"})
_NOT_IN_A_COMPREHENSION = (Await, Yield, YieldFrom, AssignExpr, Lambda)


def _append_loop(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None
    uses: Uses | None = None

    def visit(block: Block) -> Block:
        nonlocal uses
        body = list(block.body)
        for i in range(len(body) - 2, -1, -1):
            start, loop = body[i], body[i + 1]
            if not isinstance(start, Assign) or not isinstance(loop, ForEach) or len(start.targets) != 1:
                continue
            target = start.targets[0]
            if not isinstance(target, Name):
                continue
            uses = uses or uses_of(function, facts)
            made = _collected(start.value, loop, target.id, uses, facts)
            if (
                made is None
                or not _is_unseen(target.id, body[i:], uses)
                or not _own_names(function, made, uses)
            ):
                continue
            body[i : i + 2] = [placed(update(start, value=made), start, loop)]
        return block if len(body) == len(block.body) else update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _collected(empty: Node, loop: ForEach, name: str, uses: Uses, facts: Facts) -> Comprehension | None:
    """The comprehension that builds what a loop adds to an empty collection."""
    clauses: list[CompFor] = []
    inner: Node = loop
    while isinstance(inner, (ForEach, If)):
        if isinstance(inner, ForEach):
            if inner.orelse is not None or inner.kind != "in" or not _only_names(inner.target):
                return None
            clauses.append(CompFor(inner.target, inner.iterable))
            below = inner.body
        else:
            if inner.orelse is not None:
                return None
            clauses[-1] = update(clauses[-1], conditions=(*clauses[-1].conditions, inner.test))
            below = inner.then
        if len(below.body) != 1:
            return None
        inner = below.body[0]
    added = _added(empty, inner, name, uses, facts)
    if added is None:
        return None
    made = Comprehension(added[0], added[1], tuple(clauses))
    targets = [n for c in clauses for n in names_of_target(c.target)]
    if len(set(targets)) < len(targets) or name in targets or reads(made, name) or not _may_stand(made):
        return None
    return made


def _only_names(target: Node) -> bool:
    if isinstance(target, Tuple):
        return all(_only_names(i) for i in target.items)
    return isinstance(target, Name)


def _added(empty: Node, statement: Node, name: str, uses: Uses, facts: Facts) -> tuple[str, Node] | None:
    """The kind of the collection, and the element that a statement adds to it."""
    if isinstance(empty, Dict) and not empty.items:
        return _stored(statement, name, uses, facts)
    if (
        not isinstance(statement, ExprStmt)
        or not isinstance(statement.value, Call)
        or len(statement.value.args) != 1
    ):
        return None
    call = statement.value
    if (
        not isinstance(call.func, Attribute)
        or not isinstance(call.func.value, Name)
        or call.func.value.id != name
    ):
        return None
    element = call.args[0]
    if isinstance(element, (Star, Keyword)):
        return None
    if isinstance(empty, List) and not empty.items and call.func.name == "append":
        return "list", element
    unshadowed = "set" not in uses.names or not uses.names["set"].bound
    if isinstance(empty, Call) and not empty.args and unshadowed and facts.is_call_of(empty, "set"):
        return ("set", element) if call.func.name == "add" else None
    return None


def _stored(statement: Node, name: str, uses: Uses, facts: Facts) -> tuple[str, Node] | None:
    """`d[k] = v` evaluates `v` first, a comprehension `k`: one of them must be a literal or a name that stays."""
    if not isinstance(statement, Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, Index) or not isinstance(target.value, Name) or target.value.id != name:
        return None
    key, value = target.index, statement.value
    if isinstance(key, Slice) or not (_is_still(key, uses, facts) or _is_still(value, uses, facts)):
        return None
    return "dict", Pair(key, value)


def _is_still(node: Node, uses: Uses, facts: Facts) -> bool:
    if isinstance(node, Tuple):
        return all(_is_still(i, uses, facts) for i in node.items)
    return uses.steady(node.id) if isinstance(node, Name) else cannot_raise(node, facts)


def _may_stand(made: Comprehension) -> bool:
    """Whether what is evaluated means the same in a comprehension, which is a scope of its own."""
    for node in walk(made):
        if isinstance(node, _NOT_IN_A_COMPREHENSION):
            return False
        if isinstance(node, Name) and node.id in ("super", "__class__"):
            return False
    return True


def _is_unseen(name: str, behind: Sequence[Node], uses: Uses) -> bool:
    """Whether a local is a plain one that stands only in some statements: nothing reads it if one of them raises."""
    use = uses.local(name)
    return use is not None and not use.captured and mentions(list(behind))[name] == uses.mentions[name]


def _own_names(function: Function | Lambda, made: Comprehension, uses: Uses) -> bool:
    """Whether nothing reads the loop's variables but loops and comprehensions that bind them themselves."""
    for name in {n for c in made.clauses for n in names_of_target(c.target)}:
        use = uses.local(name)
        if use is None or use.captured or _stands_alone([*function.params, function.body], name):
            return False
    return True


def _stands_alone(roots: Sequence[Node], name: str) -> bool:
    """Whether a name stands anywhere but as the variable of a loop or comprehension, and below that."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        if isinstance(node, Name) and node.id == name:
            return True
        if isinstance(node, ForEach) and name in names_of_target(node.target):
            if any(isinstance(n, ForEach) and name in names_of_target(n.target) for n in walk(node.body)):
                return (
                    True  # what stands in the outer loop behind the inner one reads the inner one's variable
                )
            stack += [n for n in (node.iterable, node.orelse) if n is not None]
        elif isinstance(node, Comprehension) and any(name in names_of_target(c.target) for c in node.clauses):
            stack.append(node.clauses[0].iterable)
        else:
            stack += children(node)
    return False


APPEND_LOOP = Rule(
    id="append-loop",
    family="loops",
    summary=(
        "Write `r = [e for x in a if c]`, not a loop that does nothing but append to a new list (add to a "
        "set, set keys)."
    ),
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_append_loop,
    why="The same is evaluated in the same order, and the collection is an exact list, set or dict, made "
    "right before. It must not be read while it grows, nor after the loop has raised: it stands only "
    "behind its own assignment in the same block. The loop's variables must not be read afterwards or "
    "by closures. No yield, await, lambda, walrus or `super`, which mean something else in a "
    "comprehension; one loop that fills two lists iterates once and stays.",
    examples=(
        Example(
            "list",
            "def f(a):\n    r = []\n    for x in a:\n        r.append(g(x))\n    return r, r",
            "def f(a):\n    r = [g(x) for x in a]\n    return r, r",
        ),
        Example(
            "filter",
            (
                "def f(a, p):\n    r = []\n    for x in a:\n        if x < p:\n            "
                "r.append(x)\n    return r"
            ),
            "def f(a, p):\n    return [x for x in a if x < p]",
        ),
        Example(
            "nested",
            (
                "def f(a):\n    r = []\n    for b in a:\n        for x in b:\n            "
                "r.append(x)\n    return r"
            ),
            "def f(a):\n    return [x for b in a for x in b]",
        ),
        Example(
            "set",
            "def f(a):\n    r = set()\n    for x in a:\n        r.add(x.b)\n    return r",
            "def f(a):\n    return {x.b for x in a}",
        ),
        Example(
            "dict",
            "def f(a):\n    r = {}\n    for k, v in a:\n        r[k] = g(v)\n    return r",
            "def f(a):\n    return {k: g(v) for k, v in a}",
        ),
    ),
    leaves_alone=(
        (
            "def f(a):\n    r = []\n    s = []\n    for x in a:\n        if x:\n            "
            "r.append(x)\n        else:\n            s.append(x)\n    return r, s"
        ),
        "def f(a):\n    r = []\n    for x in a:\n        r.append(x)\n    return r, x",
        "def f(a):\n    r = []\n    for x in a:\n        r.append(len(r))\n    return r",
        "def f(a):\n    r = []\n    for x in a:\n        r.append(lambda: x)\n    return r",
        (
            "def f(a):\n    r = []\n    try:\n        r = []\n        for x in a:\n            "
            "r.append(g(x))\n    except E:\n        pass\n    return r"
        ),
        "def f(a, r):\n    for x in a:\n        r.append(x)\n    return r",
        "def f(a):\n    r = []\n    for x in a:\n        r.append((yield x))\n    return r",
        "def f(a):\n    r = {}\n    for x in a:\n        r[g(x)] = h(x)\n    return r",
        (
            "def f(a):\n    r = []\n    def g():\n        return r\n    r = []\n    for x in a:\n        "
            "r.append(g())\n    return r"
        ),
        (
            "def f(a):\n    for x in a:\n        r = []\n        for x in (1, 2):\n            "
            "r.append(x)\n        g(r, x)"
        ),
        "r = []\nfor x in a:\n    r.append(x)",
        "def f(a):\n    r = []\n    for x in a:\n        r.append(x)\n    else:\n        g()\n    return r",
        "async def f(a):\n    r = []\n    async for x in a:\n        r.append(x)\n    return r",
        "def f(self, a):\n    r = []\n    for x in a:\n        r.append(super().g(x))\n    return r",
    ),
)


def _one_condition(node: CompFor, facts: Facts) -> Node | None:
    if len(node.conditions) < 2:
        return None
    values: list[Node] = []
    for c in node.conditions:
        values += c.values if isinstance(c, Logical) and c.op == "and" else (c,)
    return update(node, conditions=(Logical("and", tuple(values)),))


ONE_CONDITION = Rule(
    id="one-condition",
    family="loops",
    summary="Write `[x for x in a if b and c]`, not `[x for x in a if b if c]`.",
    languages={"python": frozenset({"source-unread"})},
    on=(CompFor,),
    rewrite=_one_condition,
    why="The second condition is evaluated only if the first one is true in either form. Conditions of "
    "different `for` clauses are evaluated at different times and stay apart.",
    examples=(Example("two", "r = [x for x in a if b if c]", "r = [x for x in a if b and c]"),),
    leaves_alone=("r = [x for y in a if b for x in y if c]", "r = [x for x in a if b or c]"),
)

RULES: tuple[Rule, ...] = (ONE_CONDITION, APPEND_LOOP, *generators.RULES)
