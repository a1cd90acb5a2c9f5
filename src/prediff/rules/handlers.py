"""Rules of the family bindings: names of handlers that nothing reads, and statements that send names elsewhere."""

from __future__ import annotations

from typing import Any

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import mentions, uses_of
from prediff.rules.blocks import HELD
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Block,
    Class,
    Function,
    Handler,
    Lambda,
    Name,
    Node,
    Scope,
    map_children,
    update,
)

LOCALS = frozenset({"source-unread", "locals-unread"})


def _unread_handler(function: Function, facts: Facts) -> Node | None:
    handlers = list(_handlers(function.body, ()))
    if not handlers:
        return None
    uses = uses_of(function, facts)
    unread: set[str] = set()
    for name in {h.target.id for h, _ in handlers if isinstance(h.target, Name)}:
        of_name = [(h, around) for h, around in handlers if h.target == Name(name)]
        use = uses.local(name)
        nested = any(name in around for _, around in of_name)
        if use is None or use.captured or use.bound != len(of_name) or nested:
            continue
        unmentioned = [not mentions([h.body])[name] for h, _ in of_name]
        if not all(unmentioned) or not use.read:
            unread.add(name)
    return update(function, body=_without(function.body, unread)) if _any_unread(handlers, unread) else None


def _any_unread(handlers: list[tuple[Handler, tuple[str, ...]]], names: set[str]) -> bool:
    return any(_is_unread(h, names) for h, _ in handlers)


def _is_unread(node: Handler, names: set[str]) -> bool:
    target = node.target
    return isinstance(target, Name) and target.id in names and not mentions([node.body])[target.id]


def _handlers(node: Node, around: tuple[str, ...]) -> list[tuple[Handler, tuple[str, ...]]]:
    """The handlers of a function itself that have a name, each with the names of the handlers that it stands in."""
    found: list[tuple[Handler, tuple[str, ...]]] = []
    stack: list[tuple[Any, tuple[str, ...]]] = [(node, around)]
    while stack:
        part, names = stack.pop()
        if isinstance(part, Handler) and part.target is not None:
            found.append((part, names))
            names = (*names, *names_of_target(part.target))
        if part.__class__ is Block:
            stack += [(n, names) for n in part.body if n.__class__ in HELD]
            continue
        for name in HELD[part.__class__]:
            value = getattr(part, name)
            if value.__class__ is tuple:
                stack += [(n, names) for n in value]
            elif value is not None:
                stack.append((value, names))
    return found


def _without(node: Any, names: set[str]) -> Any:
    if isinstance(node, (Function, Lambda, Class)):
        return node
    if isinstance(node, Handler) and _is_unread(node, names):
        node = update(node, target=None)
    return map_children(node, lambda child: _without(child, names))


UNREAD_HANDLER_NAME = Rule(
    id="unread-handler-name",
    family="bindings",
    summary="Write `except E:` for `except E as e:` where the handler does not read `e`.",
    languages={"python": LOCALS},
    on=(Function,),
    rewrite=_unread_handler,
    why="The name is bound for the handler alone, and unbound behind it. In a function only handlers "
    "may bind it, of which"
    " none stands in another one of the same name; what reads it elsewhere still finds a local that "
    "is not bound. At the"
    " top level, and where it is global, the handler would unbind what others see.",
    examples=(
        Example(
            "one",
            "def f():\n    try:\n        g()\n    except E as e:\n        h()",
            "def f():\n    try:\n        g()\n    except E:\n        h()",
        ),
        Example(
            "one of two",
            "def f():\n    try:\n        g()\n    except E as e:\n        h()\n    except F as e:\n        i(e)",
            "def f():\n    try:\n        g()\n    except E:\n        h()\n    except F as e:\n        i(e)",
        ),
    ),
    leaves_alone=(
        "try:\n    g()\nexcept E as e:\n    h()",
        "def f():\n    try:\n        g()\n    except E as e:\n        h(e)",
        "def f(e):\n    try:\n        g()\n    except E as e:\n        h()\n    return e",
        "def f():\n    global e\n    try:\n        g()\n    except E as e:\n        h()",
        "def f():\n    try:\n        g()\n    except E as e:\n        h()\n    return e",
        (
            "def f():\n    try:\n        g()\n    except E as e:\n        try:\n            h()\n    "
            "    except F as e:\n"
            "            i()\n        j(e)"
        ),
        "def f():\n    try:\n        g()\n    except E as e:\n        h(lambda: e)",
        "def f():\n    try:\n        g()\n    except E as e:\n        h(locals())",
    ),
    words=frozenset({"try"}),
)


def _one_scope(block: Block, facts: Facts) -> Node | None:
    body: list[Node] = []
    for node in block.body:
        last = body[-1] if body else None
        if isinstance(node, Scope) and isinstance(last, Scope) and last.kind == node.kind:
            names = {name.id: name for name in (*last.names, *node.names)}
            body[-1] = update(last, names=tuple(names.values()))
        else:
            body.append(node)
    return update(block, body=tuple(body)) if len(body) < len(block.body) else None


ONE_SCOPE = Rule(
    id="one-scope-statement",
    family="bindings",
    summary="Write `global a, b`, not `global a` and `global b`.",
    languages={"python": frozenset({"source-unread"})},
    on=(Block,),
    rewrite=_one_scope,
    why="The statements only tell the compiler which scope the names are of.",
    examples=(
        Example(
            "global",
            "def f():\n    global a\n    global b\n    a = b = 1",
            "def f():\n    global a, b\n    a = b = 1",
        ),
    ),
    leaves_alone=(
        "def f():\n    global a\n    b = 1\n    global c\n    a = c = b",
        (
            "def f():\n    a = b = 1\n    def g():\n        global c\n        nonlocal b\n        b = c "
            "= 2\n    return g, a, b"
        ),
    ),
)

RULES: tuple[Rule, ...] = (ONE_SCOPE, UNREAD_HANDLER_NAME)
