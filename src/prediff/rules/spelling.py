"""Rules of the family spelling: one way to write what the language lets us write in several."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.effects import is_pure
from prediff.facts.values import is_str
from prediff.rules import classes, current, displays, functional_classes, iterables, library
from prediff.rules.format_strings import is_attribute_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Call,
    Keyword,
    Literal,
    Logical,
    Name,
    Node,
    Star,
    Tuple,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
CURRENT = frozenset({"source-unread", "current-language"})
UTF8 = frozenset({"utf8", "utf-8", "utf_8"})


def _is_utf8(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind == "str" and node.value.lower() in UTF8


def _encode(node: Call, facts: Facts) -> Node | None:
    if (
        not isinstance(node.func, Attribute)
        or node.func.name != "encode"
        or not is_str(node.func.value, facts)
    ):
        return None
    text = node.func.value
    if len(node.args) == 1:
        given = node.args[0].value if isinstance(node.args[0], Keyword) else node.args[0]
        named = not isinstance(node.args[0], Keyword) or node.args[0].name == "encoding"
        return update(node, args=()) if named and _is_utf8(given) else None
    if node.args or not isinstance(text, Literal):
        return None
    try:
        return Literal("bytes", text.value.encode())
    except UnicodeEncodeError:
        return None


ENCODE = Rule(
    id="encode",
    family="spelling",
    summary='Write `.encode()` for `.encode("utf-8")`, and bytes for a literal that is encoded.',
    languages={"python": CURRENT},
    on=(Call,),
    rewrite=_encode,
    why="UTF-8 is the default of `str.encode`. The receiver must be seen to be a str: other classes have an `encode`"
    " too.",
    examples=(
        Example("str", 'x = str(y).encode("utf-8")', "x = str(y).encode()"),
        Example("literal", 'x = "a".encode("UTF8")', 'x = b"a"'),
    ),
    leaves_alone=(
        'x = y.encode("utf-8")',
        'x = str(y).encode("latin-1")',
        'x = str(y).encode("utf-8", "ignore")',
        'x = "\\ud800".encode()',
    ),
    words=frozenset({"encode"}),
)

DEFAULTS: dict[str, tuple[int, str, str, object]] = {
    "enumerate": (1, "start", "int", 0),
    "open": (1, "mode", "str", "r"),
    "sum": (1, "start", "int", 0),
    "sorted": (-1, "reverse", "bool", False),
    "zip": (-1, "strict", "bool", False),
    "print": (-1, "end", "str", "\n"),
}
"""Of each builtin the one parameter whose default is left out: its position (-1: keyword only), name and value."""
MODES = {"rt": "r", "wt": "w", "at": "a", "xt": "x"}


def _default_argument(node: Call, facts: Facts) -> Node | None:
    func = node.func
    if not isinstance(func, Name) or func.id not in DEFAULTS or not facts.is_builtin(func, func.id):
        return None
    if any(isinstance(a, Star) for a in node.args):
        return None
    at, name, kind, value = DEFAULTS[func.id]
    for i, argument in enumerate(node.args):
        given = argument.value if isinstance(argument, Keyword) else argument
        if not isinstance(given, Literal) or given.kind != kind:
            continue
        if argument.name != name if isinstance(argument, Keyword) else i != at:
            continue
        if func.id == "open" and given.value in MODES:
            shorter = update(given, value=MODES[given.value])
            new = update(argument, value=shorter) if isinstance(argument, Keyword) else shorter
            return update(node, args=(*node.args[:i], new, *node.args[i + 1 :]))
        last = i + 1 == len(node.args) or isinstance(node.args[i + 1], Keyword)
        if given.value == value and (last or isinstance(argument, Keyword)):
            return update(node, args=(*node.args[:i], *node.args[i + 1 :]))
    return None


DEFAULT_ARGUMENT = Rule(
    id="default-argument",
    family="spelling",
    summary='Write `open(f)` for `open(f, "r")`, `enumerate(x)` for `enumerate(x, 0)`, and so for other builtins.',
    languages={"python": CURRENT},
    on=(Call,),
    rewrite=_default_argument,
    why="The argument is the builtin's own default. It is left alone where another positional"
    " one follows it, or a star that may bring one.",
    examples=(
        Example("open", 'x = open(f, "r")', "x = open(f)"),
        Example("open text", 'x = open(f, mode="rt", encoding=e)', "x = open(f, encoding=e)"),
        Example(
            "enumerate", "for i, x in enumerate(y, 0):\n    f(i, x)", "for i, x in enumerate(y):\n    f(i, x)"
        ),
    ),
    leaves_alone=(
        'x = open(f, "rb")',
        'x = open(f, "r", 1)',
        'import gzip\nx = gzip.open(f, "r")',
        "x = enumerate(y, 1)",
        'open(f, "r", *a)',
    ),
)


def _range(node: Call, facts: Facts) -> Node | None:
    if not facts.is_call_of(node, "range") or any(isinstance(a, (Star, Keyword)) for a in node.args):
        return None
    if len(node.args) == 3 and node.args[2] == Literal("int", 1):
        return update(node, args=node.args[:2])
    if len(node.args) == 2 and node.args[0] == Literal("int", 0):
        return update(node, args=node.args[1:])
    return None


RANGE = Rule(
    id="range",
    family="spelling",
    summary="Write `range(n)` for `range(0, n)` and `range(0, n, 1)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_range,
    why="A range starts at 0 and steps by 1 unless it is told otherwise.",
    examples=(
        Example("start", "x = range(0, n)", "x = range(n)"),
        Example("step", "x = range(1, n, 1)", "x = range(1, n)"),
    ),
    leaves_alone=("x = range(1, n)", "x = range(0, n, 2)", "x = range(False, n)", "x = range(0, *n)"),
)


def _getattr(node: Call, facts: Facts) -> Node | None:
    if len(node.args) != 2 or not facts.is_call_of(node, "getattr"):
        return None
    value, name = node.args
    if isinstance(value, (Star, Keyword)) or not isinstance(name, Literal) or name.kind != "str":
        return None
    return Attribute(value, name.value) if is_attribute_name(name.value) else None


GETATTR = Rule(
    id="getattr",
    family="spelling",
    summary='Write `x.name` for `getattr(x, "name")`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_getattr,
    why="Both look the attribute up in the same way. Left alone: a default, and names that a dot would change"
    " (private ones are mangled in a class) or cannot be followed by.",
    examples=(Example("plain", 'x = getattr(y, "z")', "x = y.z"),),
    leaves_alone=(
        'x = getattr(y, "z", None)',
        'x = getattr(y, "__z")',
        'x = getattr(y, "class")',
        "x = getattr(y, z)",
    ),
    words=frozenset({"getattr"}),
)


def _instance_of(node: Node, facts: Facts) -> tuple[Node, ...] | None:
    """(function, object, *classes) of `isinstance(object, classes)`."""
    if (
        not isinstance(node, Call)
        or len(node.args) != 2
        or not facts.is_builtin(node.func, "isinstance", "issubclass")
    ):
        return None
    value, classes = node.args
    if any(isinstance(n, (Star, Keyword)) for n in (value, classes)):
        return None
    return (node.func, value, *(classes.items if isinstance(classes, Tuple) else (classes,)))


def _isinstance(node: Node, facts: Facts) -> Node | None:
    if isinstance(node, Call):
        given = node.args[1] if len(node.args) == 2 else None
        if not isinstance(given, Tuple) or not given.items or _instance_of(node, facts) is None:
            return None
        items = [
            n
            for i, n in enumerate(given.items)
            # Another class may be asked by a metaclass of its own, which may answer otherwise the second time.
            if n not in given.items[:i] or not (isinstance(n, Name) and facts.is_builtin(n, n.id))
        ]
        if len(items) == 1 and not isinstance(items[0], Star):
            return update(node, args=(node.args[0], items[0]))
        one = update(given, items=tuple(items))
        return update(node, args=(node.args[0], one)) if len(items) < len(given.items) else None
    assert isinstance(node, Logical)
    values: list[Node] = []
    for value in node.values:
        if values and (merged := _merge(values[-1], value, facts)):
            values[-1] = merged
        else:
            values.append(value)
    if len(values) == len(node.values) or node.op != "or":
        return None
    return values[0] if len(values) == 1 else update(node, values=tuple(values))


def _merge(a: Node, b: Node, facts: Facts) -> Node | None:
    first, second = _instance_of(a, facts), _instance_of(b, facts)
    if first is None or second is None or first[:2] != second[:2]:
        return None
    if not all(is_pure(n, facts) and _reads(n, facts) for n in (first[1], *second[2:])):
        return None
    assert isinstance(a, Call)
    return update(a, args=(first[1], Tuple((*first[2:], *second[2:]))))


def _reads(node: Node, facts: Facts) -> bool:
    """Whether a node is a name, or (where reading is pure) an attribute of one."""
    while isinstance(node, Attribute):
        if not facts.assume("reads-pure"):
            return False
        node = node.value
    return isinstance(node, Name)


ISINSTANCE = Rule(
    id="isinstance",
    family="spelling",
    summary="Write `isinstance(x, (A, B))` for `isinstance(x, A) or isinstance(x, B)`, `A` for `(A,)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call, Logical),
    rewrite=_isinstance,
    why="The classes of a tuple are tried in order until one fits, and a tuple in a tuple is looked into. What is"
    " tested and the later classes must be names, or attributes under reads-pure: they are read more or less"
    " often.",
    examples=(
        Example("or", "x = isinstance(a, B) or isinstance(a, C)", "x = isinstance(a, (B, C))"),
        Example("one", "x = isinstance(a, (B,))", "x = isinstance(a, B)"),
        Example("twice", "x = isinstance(a, (int, C, int))", "x = isinstance(a, (int, C))"),
    ),
    leaves_alone=(
        "x = isinstance(a, B) and isinstance(a, C)",
        "x = isinstance(a, B) or isinstance(b, C)",
        "x = isinstance(f(), B) or isinstance(f(), C)",
        "x = isinstance(a, (*b,))",
        "x = isinstance(a, (b(), b()))",
        "x = isinstance(a, (B, C, B))",
        "x = isinstance(a, B) or b or isinstance(a, C)",
    ),
    words=frozenset({"isinstance", "issubclass", "match"}),
)

RULES: tuple[Rule, ...] = (
    *classes.RULES,
    *current.RULES,
    *displays.RULES,
    *functional_classes.RULES,
    *iterables.RULES,
    *library.RULES,
    ENCODE,
    DEFAULT_ARGUMENT,
    RANGE,
    GETATTR,
    ISINSTANCE,
)
