"""Rules of the family loops: loops that only build a collection, and comprehensions."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise
from prediff.facts.uses import Uses
from prediff.rules import counters, generators, loop_else, mapping_views, ranges, searches, totals
from prediff.rules.loop_names import clauses_of, gather, may_stand, own_names
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Attribute,
    Block,
    Call,
    CompFor,
    Comprehension,
    Dict,
    ExprStmt,
    ForEach,
    Function,
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
    update,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def _append_loop(function: Function | Lambda, facts: Facts) -> Node | None:
    def collected(empty: Node, loop: ForEach, name: str, uses: Uses) -> Node | None:
        """The comprehension that builds what a loop adds to an empty collection."""
        found = clauses_of(loop) if loop.orelse is None else None
        inner = _direct(found[1], uses) if found is not None else None
        added = _added(empty, inner, name, uses, facts) if inner is not None else None
        if found is None or added is None:
            return None
        made = Comprehension(added[0], added[1], tuple(found[0]))
        return made if may_stand(made) and own_names(made, uses, facts) else None

    return gather(function, facts, _filled, collected)


def _filled(statement: Node) -> str | None:
    """The name of what a statement adds to."""
    held: Node | None = None
    if isinstance(statement, ExprStmt) and isinstance(statement.value, Call):
        func = statement.value.func
        held = func.value if isinstance(func, Attribute) else None
    elif isinstance(statement, Assign) and isinstance(statement.targets[0], Index):
        held = statement.targets[0].value
    return held.id if isinstance(held, Name) else None


def _direct(block: Block, uses: Uses) -> Node | None:
    """The one statement of a block; `r.append(e)` for `y = e` and `r.append(y)`, since the list keeps `y` alive too."""
    if len(block.body) == 1:
        return block.body[0]
    if len(block.body) != 2:
        return None
    bound, add = block.body
    if not isinstance(bound, Assign) or len(bound.targets) != 1 or not isinstance(bound.targets[0], Name):
        return None
    target = bound.targets[0]
    use = uses.local(target.id)
    if use is None or use.captured or use.bound != 1 or use.read != 1:
        return None
    if not isinstance(add, ExprStmt) or not isinstance(add.value, Call) or add.value.args != (target,):
        return None
    if not isinstance(add.value.func, Attribute) or add.value.func.name != "append":
        return None
    return update(add, value=update(add.value, args=(bound.value,)))


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
    "before. It must not be read while it grows, nor after the loop has raised: it stands only "
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
            "inner comprehension",
            "def f(a, b):\n    r = []\n    for x in a:\n        r.append([g(x, y) for y in b])\n    return r",
            "def f(a, b):\n    return [[g(x, y) for y in b] for x in a]",
        ),
        Example(
            "bound again",
            "def f(a):\n    r = []\n    for x in a:\n        r.append(x.b)\n    r = g(r, r)\n    return r, r",
            "def f(a):\n    r = [x.b for x in a]\n    r = g(r, r)\n    return r, r",
        ),
        Example(
            "apart",
            "def f(a):\n    r = []\n    b = g(a)\n    for x in b.y:\n        r.append(x + b)\n    return r",
            "def f(a):\n    b = g(a)\n    return [x + b for x in b.y]",
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
            "temporary",
            "def f(a):\n    r = []\n    for x in a:\n        y = g(x)\n        r.append(y)\n    return r",
            "def f(a):\n    return [g(x) for x in a]",
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
        "def f(a, b):\n    r = []\n    for x in a:\n        r.append(y for y in b if y is x)\n    return r",
        "def f(a, b):\n    r = []\n    for x in a:\n        r.append([lambda: x for y in b])\n    return r",
        (
            "def f(a):\n    r = []\n    try:\n        r = []\n        for x in a:\n            "
            "r.append(g(x))\n    except E:\n        pass\n    return r"
        ),
        ("def f(a):\n    r = []\n    g(r)\n    for x in a:\n        r.append(x.b)\n    return r, r"),
        "def f(a):\n    r = [1]\n    for x in a:\n        r.append(x.b)\n    return r, r",
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
        "def f(a):\n    r = []\n    for x in a:\n        y = g(x)\n        r.append(y)\n    return r, y",
        "def f(a):\n    r = set()\n    for x in a:\n        y = g(x)\n        r.add(y)\n    return r",
        "def f(a):\n    r = []\n    for x in a:\n        y = g(x)\n        r.append(h(y))\n    return r",
        "def f(a):\n    r = []\n    for x in a:\n        if x:\n            break\n        r.append(x)\n    return r",
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

RULES: tuple[Rule, ...] = (
    *mapping_views.RULES,
    ONE_CONDITION,
    APPEND_LOOP,
    *totals.RULES,
    *ranges.RULES,
    *counters.RULES,
    *loop_else.RULES,
    *searches.RULES,
    *generators.RULES,
)
