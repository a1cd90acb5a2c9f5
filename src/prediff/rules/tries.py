"""Rules of the family branches: what stands in a try, in its else and behind it."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import uses_of
from prediff.rules.blocks import ends, map_blocks, placed
from prediff.rules.guards import block_of
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Block,
    Delete,
    Function,
    Handler,
    Jump,
    Lambda,
    Literal,
    Name,
    Node,
    Return,
    Scope,
    Try,
    Tuple,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})


def _quiet_exit(node: Try, facts: Facts) -> Node | None:
    body = node.body.body
    if node.star or not node.handlers or node.orelse is not None or len(body) < 2:
        return None
    last = body[-1]
    if isinstance(last, Return):
        if last.value is not None and not _is_quiet(last.value, body[:-1], facts):
            return None
    elif not isinstance(last, Jump):
        return None
    return update(node, body=block_of(body[:-1]), orelse=block_of([last]))


def _is_quiet(node: Node, before: tuple[Node, ...], facts: Facts) -> bool:
    """Whether an expression cannot raise behind some statements that have run."""
    if isinstance(node, Tuple):
        return all(_is_quiet(i, before, facts) for i in node.items)
    if isinstance(node, Name):
        return _is_bound(node.id, before, facts)
    return isinstance(node, Literal)


def _is_bound(name: str, before: tuple[Node, ...], facts: Facts) -> bool:
    """Whether a local is bound for certain: a parameter or what one of the statements binds, and nothing deletes it."""
    function = facts.function
    if function is None or name in _unbound(function, facts):
        return False
    if any(name in names_of_target(p.target) for p in function.params):
        return True
    targets = [t for n in before if isinstance(n, Assign) for t in n.targets]
    return any(name in names_of_target(t) for t in targets)


def _unbound(function: Function | Lambda, facts: Facts) -> set[str]:
    """The names that a function deletes, or sends elsewhere, where others may delete them."""
    known = facts.memo.get((_unbound, id(function)))
    if known is None:
        found: set[str] = set()
        for n in walk(function):
            if isinstance(n, Delete):
                found.update(name for target in n.targets for name in names_of_target(target))
            elif isinstance(n, Handler) and n.target is not None:
                found.update(names_of_target(n.target))
            elif isinstance(n, Scope):
                found.update(name.id for name in n.names)
        known = facts.memo[_unbound, id(function)] = function, found
    unbound: set[str] = known[1]
    return unbound


QUIET_EXIT = Rule(
    id="try-exit",
    family="branches",
    summary="Write a `return`, `break` or `continue` that cannot raise in the else of a try, not at its end.",
    languages={"python": SOURCE_UNREAD},
    on=(Try,),
    rewrite=_quiet_exit,
    why="The handlers only catch what is raised in the try's body, and the exit raises nothing: it "
    "gives a literal, or a"
    " parameter or a local that the try itself has bound, and nothing deletes that. A `finally` runs behind it in both"
    " forms. An attribute, a call or a name that may not be bound stays where the handlers catch what it raises.",
    examples=(
        Example(
            "literal",
            "def f(a):\n    try:\n        g(a)\n        return True\n    except E:\n        h()",
            "def f(a):\n    try:\n        g(a)\n    except E:\n        h()\n    else:\n        return True",
        ),
        Example(
            "names",
            "def f(a, b):\n    try:\n        b = g(a)\n        h(b)\n        return (a, b)\n    except E:\n        h()",
            "def f(a, b):\n    try:\n        b = g(a)\n        h(b)\n    except E:\n        h()\n    else:\n"
            "        return (a, b)",
        ),
        Example(
            "break",
            "while f():\n    try:\n        g()\n        break\n    except E:\n        h()",
            "while f():\n    try:\n        g()\n    except E:\n        h()\n    else:\n        break",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    try:\n        g(a)\n        return a.b\n    except E:\n        h()",
        "def f(a):\n    try:\n        g(a)\n        return h(a)\n    except E:\n        h()",
        "def f(a):\n    try:\n        g(a)\n        return b\n    except E:\n        h()",
        "def f(a):\n    try:\n        g(a)\n        del a\n        return a\n    except E:\n        h()",
        "def f(a):\n    try:\n        g(a)\n        return 1\n    finally:\n        h()",
        "def f(a):\n    if a:\n        b = 1\n    try:\n        g(a)\n        return b\n    except E:\n        h(b)",
        "def f(a):\n    try:\n        g(a)\n        raise F\n    except E:\n        h()",
    ),
    words=frozenset({"try"}),
)


def _behind(block: Block, facts: Facts) -> Node | None:
    found: list[Node] = []
    for node in block.body:
        found.append(node)
        if not isinstance(node, Try) or node.orelse is None or node.final is not None or node.star:
            continue
        if node.handlers and node.orelse.body and all(ends(h.body) for h in node.handlers):
            found[-1] = update(node, orelse=None, restructured=True)
            found += node.orelse.body
    return None if len(found) == len(block.body) else update(block, body=tuple(found))


ELSE_AFTER_TRY = Rule(
    id="else-after-try",
    family="branches",
    summary="Write the else of a try behind it where all its handlers return, raise or jump.",
    languages={"python": SOURCE_UNREAD},
    on=(Block,),
    rewrite=_behind,
    why="What follows such a try runs only if its body came to its end, and its handlers protect neither place. A"
    " `finally` runs before what follows and after the else, so that such a try keeps its else.",
    examples=(
        Example(
            "return",
            "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return False\n    else:\n        h(b, b)\n"
            "    i()",
            "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return False\n    h(b, b)\n    i()",
        ),
        Example(
            "literals",
            "def f(a):\n    try:\n        g(a)\n        return True\n    except E:\n        return False",
            "def f(a):\n    try:\n        g(a)\n    except E:\n        return False\n    return True",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    try:\n        b = g(a)\n    except E:\n        b = 1\n    else:\n        h(b, b)",
        (
            "def f(a):\n    try:\n        g(a)\n    except E:\n        return\n    else:\n        h()\n  "
            "  finally:\n        i()"
        ),
        "def f(a):\n    try:\n        g(a)\n    except E:\n        return\n    except F:\n        j()\n    else:\n"
        "        h()\n    i()",
        "for x in a:\n    if x:\n        break\nelse:\n    f()",
    ),
    words=frozenset({"try"}),
)


def _kept(function: Function | Lambda, facts: Facts) -> Node | None:
    """The value that the last statement of a try gives a local, and that is returned right behind it."""
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        body = block.body
        for i, node in enumerate(body):
            if not isinstance(node, Try) or node.star or not node.handlers or not node.body.body:
                continue
            if node.orelse is not None:
                returned = node.orelse.body[0] if len(node.orelse.body) == 1 else None
            elif node.final is None and all(ends(h.body) for h in node.handlers):
                returned = body[i + 1] if i + 2 == len(body) else None
            else:
                returned = None
            new = _returning(node, returned, function, facts)
            if new is not None:
                rest = body[i + 1 :] if node.orelse is not None else ()
                return update(block, body=(*body[:i], new, *rest))
        return block

    return map_blocks(function, facts, visit)


def _returning(node: Try, returned: Node | None, function: Function | Lambda, facts: Facts) -> Try | None:
    last = node.body.body[-1]
    if not isinstance(last, Assign) or len(last.targets) != 1 or not isinstance(returned, Return):
        return None
    target = last.targets[0]
    if not isinstance(target, Name) or returned.value != target:
        return None
    use = uses_of(function, facts).local(target.id)
    if use is None or use.captured or use.bound != 1 or use.read != 1:
        return None
    body = block_of([*node.body.body[:-1], placed(Return(last.value), last, returned)])
    return update(node, body=body, orelse=None, restructured=True)


KEPT_IN_TRY = Rule(
    id="try-value",
    family="branches",
    summary="Write `return f()` in a try, not `x = f()` there and `return x` in its else or behind it.",
    languages={"python": frozenset({"source-unread", "locals-unread"})},
    on=(Function, Lambda),
    rewrite=_kept,
    why="The value is made where the handlers catch what that raises, and returning it raises "
    "nothing. The local must be"
    " bound and read nowhere else, nor by a closure. Behind the try all handlers must return, raise or jump, and there"
    " must be no `finally`, which would run in between.",
    examples=(
        Example(
            "else",
            "def f(a):\n    try:\n        b = g(a)\n    except E:\n        h()\n    else:\n        return b",
            "def f(a):\n    try:\n        return g(a)\n    except E:\n        h()",
        ),
        Example(
            "behind",
            "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return h()\n    return b",
            "def f(a):\n    try:\n        return g(a)\n    except E:\n        return h()",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    try:\n        b = g(a)\n    except E:\n        h()\n    return b",
        "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return h(b)\n    return b",
        "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return h()\n    i()\n    return b",
        (
            "def f(a):\n    try:\n        b = g(a)\n    except E:\n        return h()\n    finally:\n    "
            "    i()\n    return b"
        ),
        "def f(a):\n    b = 1\n    try:\n        b = g(a)\n    except E:\n        return h()\n    return b",
        (
            "def f(a):\n    try:\n        g(a)\n    except E:\n        return h()\n    else:\n        b "
            "= i()\n    return b"
        ),
    ),
    words=frozenset({"try"}),
)

RULES: tuple[Rule, ...] = (QUIET_EXIT, ELSE_AFTER_TRY, KEPT_IN_TRY)
