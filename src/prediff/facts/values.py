"""What the value of a Python expression is known to be, from the expression alone."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.tree import Attribute, Binary, Call, Compare, Interp, Literal, Node, Not, Ternary

ALIASES = {"typing.Text": "str", "typing_extensions.Text": "str"}
"""Dotted names that stand for builtins since Python 3.0."""
STR_CALLS = ("str", "repr", "ascii", "chr", "hex", "oct", "bin", "format", "input")
INT_CALLS = ("len", "ord", "hash", "id", "int")
PLAIN_CALLS = ("float", "complex", "bool", "isinstance", "issubclass", "callable", "hasattr")
STR_METHODS = frozenset(
    {
        "capitalize", "casefold", "center", "expandtabs", "format", "format_map", "join", "ljust", "lower", "lstrip",
        "replace", "rjust", "rstrip", "strip", "swapcase", "title", "upper", "zfill",
    }
)  # fmt: skip
"""Methods of str that give a str."""
STR_ATTRIBUTES = frozenset({"__name__", "__qualname__"})
"""Attributes of classes and functions that are a str (reference, 3.2). A `__module__` may be anything."""
SLICED_PATHS = frozenset({"abspath", "basename", "dirname", "normpath", "realpath"})
"""Those of `PATHS` that give exactly a str or bytes, not what they were given."""
PATHS = frozenset(
    {
        "abspath",
        "basename",
        "dirname",
        "expanduser",
        "expandvars",
        "join",
        "normcase",
        "normpath",
        "realpath",
        "relpath",
    }
)
"""Functions of `os.path` that give a str or bytes."""


def is_text(node: Node) -> bool:
    """Whether a node is a str literal or an f-string: exactly a str, no subclass."""
    return (isinstance(node, Literal) and node.kind == "str") or (
        isinstance(node, Interp) and node.kind == "f"
    )


def is_str(node: Node, facts: Facts) -> bool:
    """Whether an expression gives a str, or an instance of a subclass where an object's own method makes it."""
    if is_text(node) or facts.is_call_of(node, *STR_CALLS):
        return True
    if isinstance(node, Call) and isinstance(node.func, Attribute):
        return node.func.name in STR_METHODS and is_text(node.func.value)
    if isinstance(node, Binary):
        return is_text(node.left) and (node.op == "%" or (node.op == "+" and is_text(node.right)))
    return isinstance(node, Ternary) and is_str(node.then, facts) and is_str(node.orelse, facts)


def is_exact_text(node: Node, facts: Facts) -> bool:
    """Whether an expression gives exactly a str (or bytes): `format(x, "")` is `str(x)`."""
    if is_text(node):
        return True
    if isinstance(node, Attribute) and node.name in STR_ATTRIBUTES:
        made = node.value
        return facts.is_call_of(made, "type") or (isinstance(made, Attribute) and made.name == "__class__")
    if not isinstance(node, Call):
        return False
    func = node.func
    if isinstance(func, Attribute) and func.name in STR_METHODS and is_text(func.value):
        return True
    if isinstance(func, Attribute) and func.name == "__repr__":
        return facts.is_builtin(func.value, "dict", "list", "object", "set", "tuple")
    return is_path_call(node, facts) and facts.qualified(func).rpartition(".")[2] in SLICED_PATHS


def is_int(node: Node, facts: Facts) -> bool:
    """Whether an expression gives exactly an int, no bool and no other subclass."""
    return (isinstance(node, Literal) and node.kind == "int") or facts.is_call_of(node, *INT_CALLS)


def is_plain(node: Node, facts: Facts) -> bool:
    """Whether an expression gives a str, bytes, number, bool or None: a value that nothing can change any more."""
    if isinstance(node, Literal):
        return node.kind != "ellipsis"
    if isinstance(node, Compare):
        return all(op in ("is", "is not", "in", "not in") for op in node.ops)
    if isinstance(node, Attribute) and node.name in STR_ATTRIBUTES:
        return True
    if isinstance(node, Not) or is_str(node, facts) or is_int(node, facts):
        return True
    return facts.is_call_of(node, *PLAIN_CALLS) or is_path_call(node, facts)


def is_path_call(node: Node, facts: Facts) -> bool:
    """Whether a node calls a function of `os.path` that gives a str or bytes and changes nothing."""
    if not isinstance(node, Call):
        return False
    module, _, name = facts.qualified(node.func).rpartition(".")
    return module == "os.path" and name in PATHS
