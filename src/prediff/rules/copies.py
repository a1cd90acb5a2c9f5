"""Rules of the family bindings: a variable under a second name."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules.results import LOCALS, is_own_variable
from prediff.rules.rule import Example, Rule
from prediff.tree import Assign, Block, Function, Lambda, Name, Node, map_children, update


def _copied_name(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block) or not any(_copy(n) for n in function.body.body):
        return None
    uses = uses_of(function, facts)
    names: dict[str, str] = {}
    body: list[Node] = []
    bound = {name for p in function.params for name in names_of_target(p.target)}
    seen = mentions(function.params)
    for node in function.body.body:
        copy = _copy(node)
        if copy is not None and copy[1] in bound and not seen[copy[0]] and _stays(*copy, uses):
            names[copy[0]] = names.get(copy[1], copy[1])
        else:
            body.append(node)
        seen.update(mentions([node]))
        if isinstance(node, Assign):
            bound.update(t.id for t in node.targets if isinstance(t, Name))
    if not names:
        return None
    return update(function, body=update(function.body, body=tuple([_renamed(n, names) for n in body])))


def _copy(node: Node) -> tuple[str, str] | None:
    """The names of `new = old`."""
    if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.value, Name):
        target = node.targets[0]
        if isinstance(target, Name) and target.id != node.value.id:
            return target.id, node.value.id
    return None


def _stays(new: str, old: str, uses: Uses) -> bool:
    """Whether two names stand for one object from the copy on: neither is bound again, nor is `new` in a scope inside.

    (A parameter of an inner function that is called like the copy may be named by who calls it.)
    """
    copy, source = uses.local(new), uses.names.get(old)
    if copy is None or copy.bound != 1 or copy.captured or source is None or source.bound != 1:
        return False
    return copy.bound + copy.read == uses.mentions[new] and is_own_variable(old, uses)


def _renamed(node: Node, names: dict[str, str]) -> Node:
    if isinstance(node, Name):
        return update(node, id=names[node.id]) if node.id in names else node
    return map_children(node, lambda child: _renamed(child, names))


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
        "def f(a):\n    b = a\n    g(b)\n    def k(b):\n        g(1)\n        return b\n    return k(b=1), b",
        "def f(a):\n    b = a\n    g(b)\n    return g(lambda b: g(b)), b",
    ),
)

RULES: tuple[Rule, ...] = (COPIED_NAME,)
