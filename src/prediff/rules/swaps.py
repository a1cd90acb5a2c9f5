"""Rules of the family bindings: two places that exchange their values."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.uses import Uses, uses_of
from prediff.rules.assignments import NUMBER, kind_of
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.conditions import is_fixed, is_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Binary,
    Block,
    Compare,
    Function,
    If,
    Index,
    Lambda,
    Logical,
    Name,
    Node,
    Tuple,
    trees_equal,
    update,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def _swap(function: Function | Lambda, facts: Facts) -> Node | None:
    def visit(block: Block) -> Block:
        body = list(block.body)
        for i in range(len(body) - 3, -1, -1):
            places = _exchanged(body[i : i + 3])
            if places is None:
                continue
            new = _as_tuples(*places, uses_of(function, facts), facts)
            if new is not None:
                body[i : i + 3] = [placed(new, *body[i : i + 3])]
        return block if len(body) == len(block.body) else update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _exchanged(nodes: list[Node]) -> tuple[str, Node, Node] | None:
    """The temporary and the two places of `t = x`, `x = y`, `y = t`."""
    pairs = [(n.targets[0], n.value) for n in nodes if isinstance(n, Assign) and len(n.targets) == 1]
    if len(pairs) != 3 or not isinstance(pairs[0][0], Name):
        return None
    name, one, two = pairs[0][0].id, pairs[1][0], pairs[2][0]
    kept = trees_equal(pairs[0][1], one) and trees_equal(pairs[1][1], two) and is_name(pairs[2][1], name)
    return (name, one, two) if kept else None


def _as_tuples(name: str, one: Node, two: Node, uses: Uses, facts: Facts) -> Assign | None:
    """One assignment that reads both places in the order in which they were read."""
    use = uses.local(name)
    if use is None or use.captured or use.bound != 1 or use.read != 1:
        return None
    if isinstance(one, Name) and isinstance(two, Name):
        if one.id == two.id or not uses.steady(one.id) or not uses.steady(two.id):
            return None
        return Assign((Tuple((one, two)),), Tuple((two, one)))
    return (
        Assign((Tuple((two, one)),), Tuple((one, two))) if _are_items_of_one(one, two, uses, facts) else None
    )


def _are_items_of_one(one: Node, two: Node, uses: Uses, facts: Facts) -> bool:
    """Whether two nodes are items of one local, whose places only the function's own statements can change."""
    if not isinstance(one, Index) or not isinstance(two, Index) or one.optional or two.optional:
        return False
    if not isinstance(one.value, Name) or one.value != two.value or not uses.steady(one.value.id):
        return False
    if not facts.assume("builtin-operators") or not facts.assume("reads-pure"):
        return False
    return _is_place(one.index, uses, facts) and _is_place(two.index, uses, facts)


def _is_place(node: Node, uses: Uses, facts: Facts) -> bool:
    """Whether an index is no slice, and made of locals and literals."""
    if isinstance(node, Binary):
        return node.op in ("+", "-", "*") and all(_is_steady(n, uses) for n in (node.left, node.right))
    return is_fixed(node) or (_is_steady(node, uses) and kind_of(node, uses, facts) == NUMBER)


def _is_steady(node: Node, uses: Uses) -> bool:
    if isinstance(node, Binary):
        return node.op in ("+", "-", "*") and all(_is_steady(n, uses) for n in (node.left, node.right))
    return is_fixed(node) or (isinstance(node, Name) and uses.steady(node.id))


SWAP = Rule(
    id="swap",
    family="bindings",
    summary="Write `a, b = b, a`, not `t = a`, `a = b` and `b = t`.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_swap,
    why="Both are read before either is bound, in the same order for items. Items are stored in the other order, which "
    "only a container of a class of its own can see: they were read from it, so that storing them cannot fail in a "
    "built-in one that takes any. The temporary is read nowhere else. The places are seen to be no slices (which may "
    "overlap, or change the length): a literal, a local that is a number, or arithmetic.",
    examples=(
        Example(
            "names",
            "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b, a",
            "def f(a, b):\n    a, b = b, a\n    return a, b, a",
        ),
        Example(
            "items",
            "def f(a, j):\n    t = a[0]\n    a[0] = a[j + 1]\n    a[j + 1] = t",
            "def f(a, j):\n    a[j + 1], a[0] = a[0], a[j + 1]",
        ),
        Example(
            "counter",
            "def f(a):\n    for i in range(9):\n        t = a[i]\n        a[i] = a[9 - i]\n        a[9 - i] = t",
            "def f(a):\n    for i in range(9):\n        a[9 - i], a[i] = a[i], a[9 - i]",
        ),
    ),
    leaves_alone=(
        "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b, t",
        "def f(a, b):\n    t = a\n    b = t\n    a = b\n    return a, b, a",
        "def f(a, b):\n    t = a\n    a = b\n    g()\n    b = t\n    return a, b, a",
        "def f(a, b):\n    t = a\n    a = b\n    b = t\n    return a, b, lambda: t",
        "def f(a, b):\n    t = a.x\n    a.x = b.x\n    b.x = t",
        "def f(a, i, j):\n    t = a[i()]\n    a[i()] = a[j]\n    a[j] = t",
        "def f(a):\n    t = a[0]\n    a[0] = a[0][1]\n    a[0][1] = t",
        "def f(a, i, j):\n    t = a[i:]\n    a[i:] = a[:j]\n    a[:j] = t",
        "def f(a, i):\n    t = a[i]\n    a[i] = a[0]\n    a[0] = t",
        "def f(a, b):\n    t = a[0]\n    a[0] = b[0]\n    b[0] = t",
        "t = a\na = b\nb = t",
    ),
)


# --- which of two items comes first --------------------------------------------------------------------------------


def _swap_order(function: Function | Lambda, facts: Facts) -> Node | None:
    def visit(block: Block) -> Block:
        found = [_ordered(n, function, facts) if isinstance(n, If) else n for n in block.body]
        changed = any(a is not b for a, b in zip(found, block.body, strict=True))
        return update(block, body=tuple(found)) if changed else block

    return map_blocks(function, facts, visit)


def _ordered(node: If, function: Function | Lambda, facts: Facts) -> If:
    first = node.then.body[0] if node.then.body else None
    if not isinstance(first, Assign) or len(first.targets) != 1:
        return node
    target, value = first.targets[0], first.value
    if not isinstance(target, Tuple) or not isinstance(value, Tuple) or len(target.items) != 2:
        return node
    one, two = target.items
    if len(value.items) != 2 or not trees_equal(value.items[0], two) or not trees_equal(value.items[1], one):
        return node
    known = _evaluated(node.test)
    places = [next((i for i, n in enumerate(known) if trees_equal(n, place)), None) for place in (one, two)]
    if places[0] is None or places[1] is None or places[0] <= places[1]:
        return node
    if not _are_items_of_one(one, two, uses_of(function, facts), facts):
        return node
    swapped = placed(update(first, targets=(update(target, items=(two, one)),), value=target), first)
    return update(node, then=update(node.then, body=(swapped, *node.then.body[1:])), restructured=True)


def _evaluated(test: Node) -> list[Node]:
    """The operands of the comparisons that have been evaluated where a test is true."""
    values = test.values if isinstance(test, Logical) and test.op == "and" else (test,)
    return [n for v in values if isinstance(v, Compare) for n in (v.left, *v.rights)]


SWAP_ORDER = Rule(
    id="swap-order",
    family="bindings",
    summary="Exchange two items that were just compared in the order of the comparison.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_swap_order,
    why="Comparing them has read both, so that reading them again cannot fail, and storing what was read in a built-in "
    "container cannot either: the order is not seen. Where nothing has read them before, which of the two raises "
    "depends on the order.",
    examples=(
        Example(
            "sort",
            "def f(a, i):\n    if a[i + 1] > a[i + 2]:\n        a[i + 2], a[i + 1] = a[i + 1], a[i + 2]",
            "def f(a, i):\n    if a[i + 1] > a[i + 2]:\n        a[i + 1], a[i + 2] = a[i + 2], a[i + 1]",
        ),
        Example(
            "temporary",
            "def f(a, b):\n    for i in range(b):\n        if i and a[i] > a[i - 1]:\n            t = a[i]\n"
            "            a[i] = a[i - 1]\n            a[i - 1] = t",
            "def f(a, b):\n    for i in range(b):\n        if i and a[i] > a[i - 1]:\n"
            "            a[i], a[i - 1] = a[i - 1], a[i]",
        ),
    ),
    leaves_alone=(
        "def f(a, i, j):\n    a[j], a[i] = a[i], a[j]",
        "def f(a, i, j):\n    if a[i] > 0:\n        a[j], a[i] = a[i], a[j]",
        "def f(a, i, j):\n    if a[i] > a[j] or i:\n        a[j], a[i] = a[i], a[j]",
        "def f(a, i, j):\n    if a[i] > a[j]:\n        g()\n        a[j], a[i] = a[i], a[j]",
        "def f(a, i, j):\n    if a[i] > a[j]:\n        a[j], a[i] = a[i], a[j] + 1",
        "def f(a, b):\n    if a[0] > b[0]:\n        b[0], a[0] = a[0], b[0]",
        "def f(a, i):\n    if a[i] > a[0]:\n        a[0], a[i] = a[i], a[0]",
        "def f(a, i):\n    if a[i()] > a[0]:\n        a[0], a[i()] = a[i()], a[0]",
    ),
)

RULES: tuple[Rule, ...] = (SWAP, SWAP_ORDER)
