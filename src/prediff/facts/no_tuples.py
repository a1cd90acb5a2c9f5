"""Whether a value is surely no tuple: what stands behind `%` may be one, which is then taken apart."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.builtin_classes import classes_of
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Use, comprehended, uses_of
from prediff.facts.values import ALIASES, is_plain
from prediff.tree import (
    Binary,
    Class,
    Comprehension,
    Dict,
    ForEach,
    Function,
    Handler,
    Lambda,
    List,
    Name,
    Node,
    Scope,
    Set,
    Tuple,
    children,
    walk,
)

PLAIN_TYPES = ("bool", "bytes", "float", "int", "str")


def is_no_tuple(node: Node, facts: Facts) -> bool:
    """Whether an expression gives a value that is no tuple, whatever it is."""
    if isinstance(node, Name):
        known = _name_is_no_tuple(node.id, facts)
    else:
        known = facts.is_call_of(node, "type") or is_plain(node, facts)
    if known or isinstance(node, (List, Dict, Set, Comprehension, Lambda)):
        return True
    classes = classes_of(node, facts)
    return classes is not None and "tuple" not in classes


def _name_is_no_tuple(name: str, facts: Facts) -> bool:
    function = facts.function
    if function is None or facts.language != "python" or name in comprehended(function, facts):
        return False
    uses = uses_of(function, facts)
    use = uses.names.get(name)
    if use is None or not use.owned or uses.dynamic or (use.captured and _is_sent(name, function)):
        return False
    values = [v for v in use.values if v is not None]
    if not all(_is_plain(v, name, facts) for v in values):
        return False
    return _unknown(use) == 0 or _unknown(use) == _caught(name, function) + _believed(name, function, facts)


def _unknown(use: Use) -> int:
    return sum(v is None for v in use.values)


def _is_sent(name: str, function: Function | Lambda) -> bool:
    """Whether an inner function binds a name by `nonlocal`."""
    return any(isinstance(n, Scope) and Name(name) in n.names for n in walk(function))


def _is_plain(value: Node, name: str, facts: Facts) -> bool:
    """Whether what a name is bound to is no tuple, where the name itself is none."""
    if isinstance(value, ForEach):
        if value.kind != "in" or not isinstance(value.target, Name):
            return False
        if isinstance(value.iterable, (List, Tuple)):
            return all(is_plain(i, facts) for i in value.iterable.items)
        return facts.is_call_of(value.iterable, "range")
    if isinstance(value, Binary):
        sides = (value.left, value.right)
        return value.op in ("+", "-", "*", "%") and all(
            n == Name(name) or _is_plain(n, name, facts) for n in sides
        )
    return is_plain(value, facts) or isinstance(value, (List, Dict, Set, Comprehension))


def _caught(name: str, function: Function | Lambda) -> int:
    """How often a function binds a name to an exception, which cannot be a tuple, too: their layouts conflict."""
    found = 0
    stack: list[Node] = [function.body]
    while stack:
        node = stack.pop()
        if isinstance(node, Handler) and node.target is not None:
            found += names_of_target(node.target) == [name]
        if not isinstance(node, (Function, Lambda, Class)):  # an inner one binds names of its own
            stack += children(node)
    return found


def _is_plain_type(node: Node, facts: Facts) -> bool:
    return facts.is_builtin(node, *PLAIN_TYPES) or ALIASES.get(facts.qualified(node)) in PLAIN_TYPES


def _believed(name: str, function: Function | Lambda, facts: Facts) -> int:
    """1 for a parameter that is annotated by a plain type, if annotations are true."""
    for p in function.params:
        if p.target == Name(name) and p.kind not in ("var_positional", "var_keyword"):
            plain = p.annotation is not None and _is_plain_type(p.annotation, facts)
            default = p.default is None or is_plain(p.default, facts)
            return int(plain and default and facts.assume("annotations-true"))
    return 0
