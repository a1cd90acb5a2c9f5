"""What evaluating an expression can do: nothing, raise, or act.

Unknown is "acts". Attribute and item reads act unless `reads-pure` is granted; operators act on custom classes, so they
are pure only for operands whose type is known here.
"""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.values import is_int, is_text
from prediff.tree import (
    Attribute,
    Compare,
    Dict,
    Formatted,
    Index,
    Interp,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Pair,
    Set,
    Slice,
    Ternary,
    Tuple,
    children,
)

IDENTITY = frozenset({"is", "is not", "===", "!=="})


def is_constant(node: Node) -> bool:
    """Whether a node is a literal, or a tuple of such: the same value however often and whenever it is evaluated."""
    if isinstance(node, Tuple):
        return all(is_constant(i) for i in node.items)
    return isinstance(node, Literal) and node.kind != "regex"


def cannot_raise(node: Node, facts: Facts) -> bool:
    """Whether evaluating a node neither acts nor raises (an unbound name apart) and gives a value at once."""
    if isinstance(node, (Name, Lambda)) or is_constant(node):
        return True
    if isinstance(node, Compare):
        return all(op in IDENTITY for op in node.ops) and all(cannot_raise(c, facts) for c in children(node))
    if isinstance(node, (List, Tuple)):
        return all(cannot_raise(i, facts) for i in node.items)
    return False


def is_pure(node: Node, facts: Facts) -> bool:
    """Whether evaluating a node has no effect (it may raise), so that it may be left out, if its value is unread.

    Truth tests (`not x`, `a and b`) call `__bool__`, and comparisons other than identity `__eq__` and its kin, which
    custom classes may define: those are pure only under builtin-operators.
    """
    if isinstance(node, (Name, Lambda)) or is_constant(node):
        return True
    if isinstance(node, (Attribute, Index, Slice)):
        return "reads-pure" in facts.granted and all(is_pure(c, facts) for c in children(node))
    if isinstance(node, Compare) and all(op in IDENTITY for op in node.ops):
        return all(is_pure(c, facts) for c in children(node))
    if isinstance(node, (List, Tuple)):
        return all(is_pure(i, facts) for i in node.items)
    if isinstance(node, (Set, Dict, Pair, Not, Compare, Logical, Ternary)):
        return "builtin-operators" in facts.granted and all(is_pure(c, facts) for c in children(node))
    return isinstance(node, Interp) and all(not isinstance(p, Formatted) for p in node.parts)


def is_bool(node: Node, facts: Facts) -> bool:
    """Whether a node's value is a bool whatever its operands' types.

    `==` and `<` may give anything for custom classes (arrays do), `is` and `in` and `not` cannot, nor can ints.
    """
    if isinstance(node, Not):
        return True
    if isinstance(node, Literal):
        return node.kind == "bool"
    if isinstance(node, Compare):
        if facts.language == "python":
            kinds = [is_int(n, facts) or is_text(n) for n in children(node)]
            return all(op in ("is", "is not", "in", "not in") for op in node.ops) or all(kinds)
        return True
    if isinstance(node, Logical):
        return all(is_bool(v, facts) for v in node.values)
    return facts.is_call_of(node, "isinstance", "issubclass", "callable", "hasattr", "bool", "any", "all")
