"""Rules of the family bindings: a result that is kept in a local until it is returned."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.blocks import ends, map_blocks, placed
from prediff.rules.conditions import is_fixed, is_name
from prediff.rules.rule import Example, Rule
from prediff.tree import Assign, Block, Class, Declare, Function, If, Lambda, Name, Node, Return, update, walk

LOCALS = frozenset({"source-unread", "locals-unread"})


def _returned_variable(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None
    uses: Uses | None = None

    def visit(block: Block) -> Block:
        nonlocal uses
        if len(block.body) < 2:
            return block
        branch, last = block.body[-2:]
        if not isinstance(branch, If) or not isinstance(last, Return) or not isinstance(last.value, Name):
            return block
        name = last.value.id
        uses = uses or uses_of(function, facts)
        use = uses.local(name)
        if use is None or use.captured or use.read != 1 or _declares(branch, name):
            return block
        new = _with_returns(block, branch, last, name, uses, facts)
        return block if new is None else new

    return map_blocks(function, facts, visit)


def _with_returns(
    block: Block, branch: If, last: Return, name: str, uses: Uses, facts: Facts
) -> Block | None:
    """A block that ends with an if and `return name`, with the returns in the branches."""
    before = block.body[:-2]
    start = before[-1] if before else None
    only_here = start is not None and mentions([start, branch, last])[name] == uses.mentions[name]
    then = _returning(branch.then, name, facts)
    if then is None:
        return None
    if branch.orelse is not None:
        orelse = _returning(branch.orelse, name, facts)
        if orelse is None:
            return None
        if start is not None and only_here and _first_value(start, name)[0]:
            before = before[:-1]
        return update(block, body=(*before, update(branch, then=then, orelse=orelse, restructured=True)))
    value = None if start is None else _first_value(start, name)[1]
    if start is None or value is None or not only_here:
        return None
    rest = placed(Return(value), start, last)
    return update(block, body=(*before[:-1], update(branch, then=then, restructured=True), rest))


def _declares(branch: If, name: str) -> bool:
    """Whether a branch declares the name once more, for itself."""
    return any(isinstance(n, Declare) and name in names_of_target(n.target) for n in walk(branch))


def _first_value(node: Node, name: str) -> tuple[bool, Node | None]:
    """Whether a statement does nothing but declare a name or bind it to a literal, and that literal."""
    if isinstance(node, Declare) and node.kind in ("let", "var") and is_name(node.target, name):
        return node.value is None or is_fixed(node.value), node.value if node.value and is_fixed(
            node.value
        ) else None
    if isinstance(node, Assign) and len(node.targets) == 1 and is_name(node.targets[0], name):
        fixed = is_fixed(node.value)
        return fixed, node.value if fixed else None
    return False, None


def _returning(block: Block, name: str, facts: Facts) -> Block | None:
    """A block that returns what it would have bound the name to at its end; None where it might not bind it."""
    if ends(block):
        return block
    final = block.body[-1] if block.body else None
    if isinstance(final, Assign) and len(final.targets) == 1 and is_name(final.targets[0], name):
        if facts.language != "python" and isinstance(final.value, (Function, Lambda, Class)):
            return None  # an anonymous function takes its name from the variable
        return update(block, body=(*block.body[:-1], placed(Return(final.value), final)))
    if isinstance(final, If) and final.orelse is not None:
        then, orelse = _returning(final.then, name, facts), _returning(final.orelse, name, facts)
        if then is not None and orelse is not None:
            new = update(final, then=then, orelse=orelse, restructured=True)
            return update(block, body=(*block.body[:-1], new))
    return None


RETURNED_VARIABLE = Rule(
    id="returned-variable",
    family="bindings",
    summary=(
        "Return a result where it is known, not through a local that every branch sets and one `return` "
        "reads."
    ),
    languages={"python": LOCALS, "javascript": LOCALS},
    on=(Function, Lambda),
    rewrite=_returned_variable,
    why="The return right behind the if is the only place that reads the local, so that a branch that ends "
    "by setting it might as well return the value. A branch that does not set it falls back on a "
    "literal set right before the if, and only where the name stands nowhere else. Not for a name that "
    "a closure or a string mentions.",
    examples=(
        Example(
            "branches",
            "def f(a):\n    if a:\n        g()\n        r = 1\n    else:\n        r = h()\n    return r",
            "def f(a):\n    if a:\n        g()\n        return 1\n    return h()",
        ),
        Example(
            "default",
            "def f(a):\n    r = None\n    if a:\n        g()\n        r = h()\n    return r",
            "def f(a):\n    if a:\n        g()\n        return h()\n    return None",
        ),
        Example(
            "chain",
            (
                "def f(a):\n    if a < 0:\n        r = 1\n    elif a > 0:\n        r = 2\n    "
                "else:\n        r = 3\n    return r"
            ),
            "def f(a):\n    if a < 0:\n        return 1\n    if a > 0:\n        return 2\n    return 3",
        ),
        Example(
            "javascript",
            "function f(a) { let r; if (a) { g(); r = 1; } else { r = h(); } return r; }",
            "function f(a) { if (a) { g(); return 1; } return h(); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "javascript: var x; function f(a) { x = 1; if (a) { x = g(); } return x; }",
        "javascript: function f(a) { x = 1; if (a) { x = g(); } return x; }",
        "def f(a):\n    if a:\n        r = 1\n        g()\n    else:\n        r = 2\n    return r",
        "def f(a):\n    r = g()\n    if a:\n        r = 1\n    return r",
        "def f(a, r):\n    if a:\n        g()\n        r = 1\n    return r",
        (
            "def f(a):\n    r = 0\n    try:\n        r = 1\n        if a:\n            r = 2\n        "
            "return r\n    finally:\n        g(r)"
        ),
        "def f(a):\n    if a:\n        g()\n        r = 1\n    else:\n        r = 2\n    return lambda: r",
        "javascript: function f(a) { let r; if (a) { g(); r = () => 1; } else { r = 2; } return r; }",
        "javascript: function f(a) { let r; if (a) { let r; g(); r = 1; } else { r = 2; } return r; }",
        "javascript: function f(a) { let r = 0; k = () => r; if (a) { g(); r = 1; } return r; }",
    ),
)

RULES: tuple[Rule, ...] = (RETURNED_VARIABLE,)
