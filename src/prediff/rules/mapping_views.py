"""Rules of the family loops: going over the keys and items of a dict."""

from __future__ import annotations

from itertools import pairwise

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import uses_of
from prediff.rules.blocks import map_blocks
from prediff.rules.iterables import is_join
from prediff.rules.loop_names import bound_in
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Attribute,
    Block,
    Call,
    Class,
    Compare,
    CompFor,
    ForEach,
    Function,
    Index,
    Keyword,
    Lambda,
    Name,
    Node,
    Star,
    Tuple,
    update,
)

EXACT = frozenset({"source-unread", "exact-dict"})
DRAWING = (
    "list", "tuple", "set", "frozenset", "sorted", "len", "iter", "sum", "min", "max", "any", "all", "enumerate",
    "reversed", "map", "filter", "zip",
)  # fmt: skip
"""Builtins to which a dict is what its keys are; of the last three only what is iterated is meant."""


def _without_keys(node: Call | ForEach | CompFor | Compare | Star, facts: Facts) -> Node | None:
    if isinstance(node, Call):
        if not (facts.is_call_of(node, *DRAWING) or is_join(node.func)):
            return None
        new = [_keyed(a, facts) or a if _is_drawn(i, node) else a for i, a in enumerate(node.args)]
        return (
            update(node, args=tuple(new))
            if any(a is not b for a, b in zip(new, node.args, strict=True))
            else None
        )
    if isinstance(node, Compare):
        last = _keyed(node.rights[-1], facts) if node.ops[-1] in ("in", "not in") else None
        return None if last is None else update(node, rights=(*node.rights[:-1], last))
    if isinstance(node, Star):
        inner = _keyed(node.value, facts) if node.stars == 1 else None
        return None if inner is None else update(node, value=inner)
    if isinstance(node, ForEach) and node.kind != "in":
        return None
    source = _keyed(node.iterable, facts)
    return None if source is None else update(node, iterable=source)


def _is_drawn(number: int, call: Call) -> bool:
    """Whether an argument of one of `DRAWING` is drawn from: `min` and `max` compare several with one another."""
    name = call.func.id if isinstance(call.func, Name) else ""
    if name in ("min", "max"):
        return sum(not isinstance(a, Keyword) for a in call.args) == 1
    return name in ("map", "filter", "zip") or not number


def _keyed(node: Node, facts: Facts) -> Node | None:
    """`d` for `d.keys()`, unless the code at hand may itself be the class of `d`."""
    if not isinstance(node, Call) or node.args or node.optional or not isinstance(node.func, Attribute):
        return None
    receiver = node.func.value
    if node.func.name != "keys" or node.func.optional or _is_own(receiver, facts):
        return None
    return receiver


def _is_own(receiver: Node, facts: Facts) -> bool:
    """Whether a receiver is the instance of a class around it, or what `super` stands for: no exact dict."""
    if isinstance(receiver, Call) and isinstance(receiver.func, Name) and receiver.func.id == "super":
        return True
    if not isinstance(receiver, Name):
        return False
    around = facts.enclosing
    own = {n for d, m in pairwise(around) if isinstance(d, Class) for n in _first_parameter(m)}
    own.update(d.name for d in around if isinstance(d, Class))
    return receiver.id in own or facts.is_builtin(receiver, receiver.id)


def _first_parameter(method: Node) -> list[str]:
    return names_of_target(method.params[0].target) if isinstance(method, Function) and method.params else []


DICT_KEYS = Rule(
    id="dict-keys",
    family="loops",
    summary="Write `for k in d` and `k in d`, `sorted(d)`, `list(d)`, not `d.keys()`.",
    languages={"python": EXACT},
    on=(Call, ForEach, CompFor, Compare, Star),
    rewrite=_without_keys,
    why="A dict is iterated over its keys, and `in` and `len` ask the same of it. A class may define `keys` "
    "otherwise than `__iter__` (exact-dict), so that `self` and `super()` are left alone: they are of the "
    "class at hand. A view that is kept, compared or joined with `&` is no dict.",
    examples=(
        Example("loop", "for k in q.keys():\n    f(k)", "for k in q:\n    f(k)"),
        Example("comprehension", "x = [f(k) for k in q.keys()]", "x = [f(k) for k in q]"),
        Example("list", "x = list(q.w.keys())", "x = list(q.w)"),
        Example("sorted", "x = sorted(q.keys(), key=f)", "x = sorted(q, key=f)"),
        Example("in", "x = a in q.keys()", "x = a in q"),
        Example("starred", "x = [*q.keys(), a]", "x = [*q, a]"),
    ),
    leaves_alone=(
        "x = q.keys()",
        "x = q.keys() & o.keys()",
        "x = q.keys() == o",
        "for k in q.keys(1):\n    f(k)",
        "for k in q.values():\n    f(k)",
        "class C(dict):\n    def f(self):\n        for k in self.keys():\n            g(k)",
        "class C(dict):\n    def keys(self):\n        return sorted(super().keys())",
        "x = g(q.keys())",
        "def list(a):\n    return a\nx = list(q.keys())",
        "x = f(**q.keys())",
        "x = q.keys() in a",
        "x = max(q.keys(), o.keys())",
        "x = min(q.keys(), o.keys(), key=len)",
        "x = sum(a, q.keys())",
    ),
    words=frozenset({"keys"}),
)


def _dict_items(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        new = [_with_items(n, function, facts) if isinstance(n, ForEach) else n for n in block.body]
        if all(a is b for a, b in zip(new, block.body, strict=True)):
            return block
        return update(block, body=tuple(new))

    return map_blocks(function, facts, visit)


def _with_items(loop: ForEach, function: Function | Lambda, facts: Facts) -> ForEach:
    """`for k, v in d.items()` for a loop over `d` that starts with `v = d[k]`."""
    key, mapping = loop.target, loop.iterable
    first = loop.body.body[0] if loop.body.body else None
    if loop.kind != "in" or not isinstance(key, Name) or not isinstance(mapping, Name):
        return loop
    if not isinstance(first, Assign) or first.value != Index(mapping, key) or len(first.targets) != 1:
        return loop
    value = first.targets[0]
    if not isinstance(value, Name) or len({key.id, value.id, mapping.id}) < 3:
        return loop
    if not uses_of(function, facts).steady(mapping.id) or mapping.id in bound_in(loop.body, facts):
        return loop
    body = update(loop.body, body=loop.body.body[1:])
    items = Call(Attribute(mapping, "items"), ())
    return update(loop, target=Tuple((key, value)), iterable=items, body=body, restructured=True)


DICT_ITEMS = Rule(
    id="dict-items",
    family="loops",
    summary="Write `for k, v in d.items()`, not `for k in d` with `v = d[k]` first.",
    languages={"python": EXACT | {"reads-pure", "builtin-operators"}},
    on=(Function, Lambda),
    rewrite=_dict_items,
    why="The item is looked up right after the key is given, so that nothing can come between, whatever the "
    "body does to the dict. The dict must be a local that the loop does not bind anew, and a dict "
    "(exact-dict): a list has no items. A lookup further down in the body may find another value.",
    examples=(
        Example(
            "loop",
            "def f(a, b):\n    d = {1: a, 2: b}\n    for k in d:\n        v = d[k]\n        g(k, v, v)",
            "def f(a, b):\n    d = {1: a, 2: b}\n    for k, v in d.items():\n        g(k, v, v)",
        ),
        Example(
            "keys",
            "def f(a):\n    d = {1: a}\n    for k in d.keys():\n        v = d[k]\n        g(v, k, v)",
            "def f(a):\n    d = {1: a}\n    for k, v in d.items():\n        g(v, k, v)",
        ),
    ),
    leaves_alone=(
        "def f(d):\n    for k in d:\n        g()\n        v = d[k]\n        g(k, v, v)",
        "def f(d):\n    for k in d:\n        v = d[k]\n        d = g(k, v, v)",
        "def f(d):\n    for k in d:\n        v = d[k]\n        with g(v, v) as d:\n            g()",
        "def f(d):\n    for k in sorted(d):\n        v = d[k]\n        g(k, v, v)",
        "def f(d, e):\n    for k in d:\n        v = e[k]\n        g(k, v, v)",
        "def f(d, j):\n    for k in d:\n        v = d[j]\n        g(k, v, v)",
        "def f():\n    for k in d:\n        v = d[k]\n        g(k, v, v)",
        "def f(d):\n    for k in d:\n        k = d[k]\n        g(k, k)",
        "def f(d):\n    for k in d:\n        d = d[k]\n        g(d, k)",
        (
            "def f(d):\n    def h():\n        nonlocal d\n        d = {}\n    for k in d:\n"
            "        v = d[k]\n        h(v, v)"
        ),
    ),
)

RULES: tuple[Rule, ...] = (DICT_KEYS, DICT_ITEMS)
