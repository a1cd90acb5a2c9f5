"""Rules of the family bindings: a result that is kept in a local until it is returned."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.blocks import ends, is_exit, map_blocks, placed
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
    Try,
    map_children,
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
    uses: Uses | None = None

    def visit(block: Block) -> Block:
        nonlocal uses
        if len(block.body) < 2:
            return block
        before, last = block.body[-2:]
        if not isinstance(last, Return) or not isinstance(last.value, Name):
            return block
        name = last.value.id
        rest = _with_value(before, last, name, facts)
        if rest is None:
            return block
        uses = uses or uses_of(function, facts)
        if not _is_own(name, uses) or _is_read_at_the_end(function.body, name):
            return block
        return update(block, body=(*block.body[:-2], *rest))

    return map_blocks(function, facts, visit)


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


def _is_own(name: str, uses: Uses) -> bool:
    """Whether only the function itself reads a name: a parameter or local that no closure and no string mentions."""
    return uses.steady(name) and name not in uses.words and not uses.dynamic


def _is_read_at_the_end(body: Node, name: str) -> bool:
    """Whether a `finally` mentions a name: it runs behind a `return`."""
    return any(isinstance(n, Try) and n.final is not None and mentions([n.final])[name] for n in walk(body))


RETURNED_VALUE = Rule(
    id="returned-value",
    family="bindings",
    summary="Return a value, not a variable that is bound to it right before.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_returned_value,
    why="Behind the `return` nothing reads the function's own variables, but for a `finally`, or a closure. What the"
    " variable held before is let go a moment later.",
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
    ),
)


def _copied_name(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block) or not any(_copy(n) for n in function.body.body):
        return None
    uses = uses_of(function, facts)
    body = list(function.body.body)
    for i, node in enumerate(body):
        copy = _copy(node)
        if copy is None or not _stays(*copy, uses) or not _is_bound(copy[1], function, body[:i]):
            continue
        new, old = copy
        if mentions([*function.params, *body[:i]])[new]:
            continue
        rest = [_renamed(n, new, old) for n in body[i + 1 :]]
        return update(function, body=update(function.body, body=(*body[:i], *rest)))
    return None


def _copy(node: Node) -> tuple[str, str] | None:
    """The names of `new = old`."""
    if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.value, Name):
        target = node.targets[0]
        if isinstance(target, Name) and target.id != node.value.id:
            return target.id, node.value.id
    return None


def _stays(new: str, old: str, uses: Uses) -> bool:
    """Whether two names stand for one object from the copy on: neither is bound again."""
    copy, source = uses.local(new), uses.names.get(old)
    if copy is None or copy.bound != 1 or copy.captured or source is None or source.bound != 1:
        return False
    return _is_own(old, uses)


def _is_bound(name: str, function: Function | Lambda, before: list[Node]) -> bool:
    """Whether a name is surely bound: a parameter, or assigned by a statement of the function's own block."""
    if any(is_name(p.target, name) for p in function.params):
        return True
    return any(isinstance(n, Assign) and any(is_name(t, name) for t in n.targets) for n in before)


def _renamed(node: Node, old: str, new: str) -> Node:
    if is_name(node, old):
        return update(node, id=new)
    return map_children(node, lambda child: _renamed(child, old, new))


COPIED_NAME = Rule(
    id="copied-name",
    family="bindings",
    summary="Read a variable, not a copy of it under another name.",
    languages={"python": LOCALS},
    on=(Function,),
    rewrite=_copied_name,
    why="`b = a` binds b to the object that a holds. While neither is bound again they are one. The copy must be made"
    " in the function's own block, of what is surely bound by then.",
    examples=(
        Example(
            "parameter",
            "def f(a):\n    b = a\n    g(b)\n    for x in b:\n        h(x, b)",
            "def f(a):\n    g(a)\n    for x in a:\n        h(x, a)",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    b = a\n    a = g(b)\n    return a, b",
        "def f(a):\n    b = a\n    b = g(b)\n    return a, b, b",
        "def f(a):\n    b = a\n    a += 1\n    return a, b, b",
        "def f(a):\n    b = a\n    return lambda: (a, b, b)",
        "def f(a):\n    if g():\n        b = a\n    return b, b",
        "def f(a):\n    b = c\n    g()\n    return b, b",
        "def f(a):\n    if a:\n        c = 1\n    b = c\n    g()\n    return b, b",
        "def f(a):\n    b = a\n    k(lambda: a)\n    del a\n    return b, b",
        "def f(a):\n    while a:\n        g(b)\n    b = a\n    return b, b",
        "def f(a):\n    global b\n    b = a\n    return b, b",
        "def f(a):\n    b = a\n    g(b, 'x > @b')\n    return b",
    ),
)

RULES: tuple[Rule, ...] = (RETURNED_VARIABLE, RETURNED_VALUE, COPIED_NAME)
