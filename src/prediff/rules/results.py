"""Rules of the family bindings: a result that is kept in a local until it is returned."""

from __future__ import annotations

from collections import Counter

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.blocks import PARTS, ends, is_exit, map_blocks, placed
from prediff.rules.conditions import is_fixed, is_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Block,
    Class,
    Declare,
    Function,
    If,
    Lambda,
    Name,
    Node,
    Return,
    Statement,
    Try,
    With,
    children,
    update,
    walk,
)

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


def _returned_value(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None
    going: tuple[Counter[str], Counter[str]] | None = None

    def visit(block: Block) -> Block:
        nonlocal going
        found = _replaced(block, facts)
        if found is None:
            return block
        name, rest = found
        uses = uses_of(function, facts)
        if not is_own_variable(name, uses) or _is_read_at_the_end(function.body, name):
            return block
        going = going or _what_goes(function, facts)
        if uses.names[name].read > going[1][name] and _may_go_on(function.body):
            return block
        if not _stays_local(name, *going, uses):
            return block
        return update(block, body=(*block.body[:-2], *rest))

    return map_blocks(function, facts, visit)


def _replaced(block: Block, facts: Facts) -> tuple[str, tuple[Node, ...]] | None:
    """The name that a block ends by returning, and what may stand for its last two statements."""
    last = block.body[-1] if len(block.body) > 1 else None
    if not isinstance(last, Return) or not isinstance(last.value, Name):
        return None
    rest = _with_value(block.body[-2], last, last.value.id, facts)
    return None if rest is None else (last.value.id, rest)


def _what_goes(function: Function | Lambda, facts: Facts) -> tuple[Counter[str], Counter[str]]:
    """How many bindings, and how many readings, of each name would go in a whole function."""
    bound: Counter[str] = Counter()
    read: Counter[str] = Counter()

    def count(block: Block) -> Block:
        found = _replaced(block, facts)
        if found is not None:
            name, rest = found
            unread = rest[-1] is not block.body[-1]
            read[name] += unread
            bound[name] += mentions(block.body[-2:])[name] - mentions(rest)[name] - unread
        return block

    map_blocks(function, facts, count)
    return bound, read


def _stays_local(name: str, bound: Counter[str], read: Counter[str], uses: Uses) -> bool:
    """Whether the function still binds a name that it still reads: else the name would be a global one."""
    use = uses.names[name]
    return use.fixed or use.bound > bound[name] or use.read == read[name]


def _with_value(before: Node, last: Return, name: str, facts: Facts) -> tuple[Node, ...] | None:
    """What stands for a statement and the `return name` behind it, if the statement ends by setting the name."""
    if isinstance(before, Assign):
        if len(before.targets) != 1 or not is_name(before.targets[0], name):
            return None
        return (placed(Return(before.value), before, last),)
    if not isinstance(before, If):
        return None
    new = _returning_at_ends(before, name)
    if new is before:
        return None
    return (new,) if is_exit(new) else (new, last)


def _returning_at_ends(branch: If, name: str) -> If:
    """A branch with a `return` wherever it would end by setting the name."""
    then = _with_return(branch.then, name)
    orelse = None if branch.orelse is None else _with_return(branch.orelse, name)
    if then is branch.then and orelse is branch.orelse:
        return branch
    return update(branch, then=then, orelse=orelse, restructured=True)


def _with_return(block: Block, name: str) -> Block:
    final = block.body[-1] if block.body else None
    new: Node | None = final
    if isinstance(final, Assign) and len(final.targets) == 1 and is_name(final.targets[0], name):
        new = placed(Return(final.value), final)
    elif isinstance(final, If):
        new = _returning_at_ends(final, name)
    return block if new is None or new is final else update(block, body=(*block.body[:-1], new))


def is_own_variable(name: str, uses: Uses) -> bool:
    """Whether only the function itself reads a name: a parameter or local that no closure and no string mentions."""
    return uses.steady(name) and name not in uses.words and not uses.dynamic


def _is_read_at_the_end(body: Node, name: str) -> bool:
    """Whether a `finally` mentions a name: it runs behind a `return`."""
    return any(isinstance(n, Try) and n.final is not None and mentions([n.final])[name] for n in walk(body))


def _may_go_on(node: Node, caught: bool = False) -> bool:
    """Whether a function may go on behind a `return`: what leaving a `with` or `finally` raises is caught around it."""
    if isinstance(node, (Function, Class, Lambda)):
        return False
    if caught and (isinstance(node, With) or (isinstance(node, Try) and node.final is not None)):
        return True
    for child in children(node):
        if isinstance(child, (Statement, *PARTS)):
            catches = isinstance(node, With) or (
                isinstance(node, Try) and node.handlers and child is node.body
            )
            if _may_go_on(child, caught or bool(catches)):
                return True
    return False


RETURNED_VALUE = Rule(
    id="returned-value",
    family="bindings",
    summary="Return a value, not a variable that is bound to it right before.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_returned_value,
    why="Behind the `return` nothing reads the function's own variables, but for a `finally`, a closure, or code that "
    "catches what leaving a `with` raises. What the variable held before is let go a moment later. The name must stay "
    "the function's own where it is still read: one that nothing binds any more would be a global one.",
    examples=(
        Example("rebound", "def f(a):\n    a = g(a)\n    return a", "def f(a):\n    return g(a)"),
        Example(
            "branch",
            "def f(a):\n    if a:\n        a = g(a)\n    return a",
            "def f(a):\n    if a:\n        return g(a)\n    return a",
        ),
        Example(
            "chain",
            "def f(a):\n    if a > 1:\n        a = g(a)\n    elif a > 2:\n        a = h(a)\n    return a",
            "def f(a):\n    if a > 1:\n        return g(a)\n    if a > 2:\n        return h(a)\n    return a",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    try:\n        a = g(a)\n        return a\n    finally:\n        h(a)",
        "def f(a):\n    k(lambda: a)\n    a = g(a)\n    return a",
        "def f(a):\n    global b\n    b = g(a)\n    return b",
        "def f(a):\n    b = c = g(a)\n    return b",
        "def f(a):\n    a.b = g(a)\n    return a",
        "def f(a):\n    a += g(a)\n    return a",
        "def f(a):\n    while a:\n        a = g(a)\n    return a",
        "def f(a):\n    a = g(a)\n    h()\n    return a",
        "def f(a):\n    b.query('x > @a')\n    a = g(a)\n    return a",
        "def f(a, b):\n    try:\n        with b:\n            a = g(a)\n            return a\n    except E:\n"
        "        return h(a)",
        "def f(a, b):\n    with b:\n        try:\n            a = g(a)\n            return a\n        finally:\n"
        "            h()\n    return a",
        "def f(a):\n    try:\n        try:\n            a = g(a)\n            return a\n        finally:\n"
        "            h()\n    except E:\n        k(a)",
        "def f(a):\n    if a:\n        r = g(a)\n    return r",
        "def f(a):\n    if a:\n        r = g(a)\n        return r\n    return r",
        "def f(a):\n    if a:\n        if a > 1:\n            r = 1\n        return r\n    if a is None:\n"
        "        r = 2\n    return r",
    ),
)

RULES: tuple[Rule, ...] = (RETURNED_VARIABLE, RETURNED_VALUE)
