"""Rules of the family spelling: displays and comprehensions for calls of the builtins that build collections."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.values import is_text
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Await,
    Call,
    CompFor,
    Comprehension,
    Dict,
    Keyword,
    List,
    Literal,
    Name,
    Node,
    Pair,
    Raise,
    Set,
    Star,
    Tuple,
    Yield,
    YieldFrom,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
EMPTY = {"list": List(()), "dict": Dict(()), "tuple": Tuple(())}
NO_VALUE: dict[str, Node] = {
    "str": Literal("str", ""), "bytes": Literal("bytes", b""), "int": Literal("int", 0),
    "float": Literal("float", 0.0), "bool": Literal("bool", False),
}  # fmt: skip
BUILDERS = frozenset({*EMPTY, *NO_VALUE, "set"})
STOPS = frozenset({"next", "anext", "locals", "vars", "dir", "eval", "exec", "super"})
STOPPING_METHODS = frozenset({"__next__", "next", "send", "throw", "_getframe", "currentframe"})


def may_stop(comprehension: Node) -> bool:
    """Whether what is evaluated in a comprehension can end its iteration, suspend it, or look at its frame.

    `super` with arguments does not look.
    """
    given = {id(n.func) for n in walk(comprehension) if isinstance(n, Call) and len(n.args) > 1}
    for node in walk(comprehension):
        if isinstance(node, (Await, Yield, YieldFrom, Raise)):
            return True
        if isinstance(node, Name) and node.id in STOPS and (node.id != "super" or id(node) not in given):
            return True
        if isinstance(node, Attribute) and node.name in STOPPING_METHODS:
            return True
        if isinstance(node, CompFor) and node.is_async:
            return True
    return False


def single(node: Node, facts: Facts, *names: str) -> Node | None:
    """The argument of a call of one of the builtins `names` that has exactly one, positional."""
    if not isinstance(node, Call) or len(node.args) != 1 or isinstance(node.args[0], (Star, Keyword)):
        return None
    return node.args[0] if facts.is_builtin(node.func, *names) and not node.optional else None


def _empty_builtin(node: Call, facts: Facts) -> Node | None:
    if len(node.args) > 1 or not isinstance(node.func, Name) or node.func.id not in BUILDERS:
        return None
    if facts.position == "discarded":
        return None  # a string that stands as a statement could become a docstring
    if not node.args and facts.is_builtin(node.func, *EMPTY, *NO_VALUE):
        return EMPTY.get(node.func.id) or NO_VALUE[node.func.id]
    argument = single(node, facts, "str", "bytes", "list", "tuple", "set", "dict")
    if argument is None:
        return None
    name = node.func.id
    if isinstance(argument, (List, Tuple, Dict)) and not argument.items:
        return Call(node.func, ()) if name == "set" else EMPTY.get(name)
    if (name == "str" and is_text(argument)) or (name == "bytes" and _is_literal(argument, "bytes")):
        return argument
    return None


def _is_literal(node: Node, kind: str) -> bool:
    return isinstance(node, Literal) and node.kind == kind


EMPTY_BUILTIN = Rule(
    id="empty-builtin",
    family="spelling",
    summary='Write `[]`, `{}`, `()`, `""`, `0` for `list()`, `dict()`, `tuple()`, `str()`, `int()`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_empty_builtin,
    why="A builtin without an argument gives its empty value, and `str` of a str its argument. The name must be the"
    " builtin: nothing in the file may bind it.",
    examples=(
        Example("list", "x = list()", "x = []"),
        Example("dict", "x = dict()", "x = {}"),
        Example("set", "x = set([])", "x = set()"),
        Example("str", 'x = str("a")', 'x = "a"'),
    ),
    leaves_alone=(
        "from m import list\nx = list()",
        "x = set()",
        "x = str(y)",
        "x = list(y)",
        "x = [list() for list in f]",
    ),
)


def _dict_keywords(node: Call, facts: Facts) -> Node | None:
    if not node.args or not facts.is_call_of(node, "dict"):
        return None
    pairs: list[Node] = []
    for a in node.args:
        if not isinstance(a, Keyword):
            return None
        pairs.append(Pair(Literal("str", a.name), a.value, span=a.span))
    return Dict(tuple(pairs))


DICT_KEYWORDS = Rule(
    id="dict-keywords",
    family="spelling",
    summary='Write `{"a": 1}` for `dict(a=1)`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_dict_keywords,
    why="Both evaluate the values in order and make the same dict. `dict(**x)` is left alone: it refuses keys that"
    " are not strings; so is a call with a positional argument.",
    examples=(Example("keywords", "x = dict(a=1, b=f())", 'x = {"a": 1, "b": f()}'),),
    leaves_alone=("x = dict(**y)", "x = dict(y, a=1)", "def dict(**k):\n    return k\nx = dict(a=1)"),
    words=frozenset({"dict"}),
)


def _display_of_display(node: Call, facts: Facts) -> Node | None:
    argument = single(node, facts, "list", "tuple", "set", "dict")
    if argument is None or not isinstance(node.func, Name):
        return None
    name = node.func.id
    if isinstance(argument, (List, Tuple)) and argument.items:
        if name == "dict":
            pairs = [_pair(i) for i in argument.items]
            return Dict(tuple([p for p in pairs if p is not None])) if None not in pairs else None
        return {"list": List, "tuple": Tuple, "set": Set}[name](argument.items)
    same = (name, argument.__class__) in (("set", Set), ("dict", Dict))
    return argument if same and isinstance(argument, (Set, Dict)) and argument.items else None


def _pair(node: Node) -> Pair | None:
    if (
        not isinstance(node, (List, Tuple))
        or len(node.items) != 2
        or any(isinstance(i, Star) for i in node.items)
    ):
        return None
    return Pair(node.items[0], node.items[1], span=node.span)


DISPLAY = Rule(
    id="display-of-display",
    family="spelling",
    summary="Write `{a, b}` for `set([a, b])`, `[a, b]` for `list((a, b))`, `{k: v}` for `dict([(k, v)])`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_display_of_display,
    why="The inner display is new and seen by nobody else. Items are evaluated in the same order, equal ones are"
    " dropped in the same way (the first key, the last value). Where an item cannot be hashed both raise"
    " TypeError.",
    examples=(
        Example("set", "x = set([a, b])", "x = {a, b}"),
        Example("tuple", "x = tuple([a, b])", "x = (a, b)"),
        Example("dict", "x = dict([(a, 1), (b, 2)])", "x = {a: 1, b: 2}"),
        Example("starred", "x = set((*a, b))", "x = {*a, b}"),
    ),
    leaves_alone=(
        "x = set(a)",
        "x = list({a, b})",
        "x = dict([(a, 1), b])",
        "x = frozenset(a)",
        'x = set("ab")',
    ),
)


def _comprehension_of_call(node: Call, facts: Facts) -> Node | None:
    argument = single(node, facts, "list", "set", "dict")
    if not isinstance(argument, Comprehension) or not isinstance(node.func, Name):
        return None
    name = node.func.id
    if argument.kind == name:
        return argument
    if argument.kind not in ("list", "generator") or (argument.kind == "generator" and may_stop(argument)):
        return None
    if name == "dict":
        pair = _pair(argument.element)
        return None if pair is None or may_stop(argument) else update(argument, kind="dict", element=pair)
    return None if may_stop(argument) else update(argument, kind=name)


COMPREHENSION = Rule(
    id="comprehension-of-call",
    family="spelling",
    summary="Write a comprehension for `list`, `set` or `dict` of a comprehension or generator.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_comprehension_of_call,
    why="The elements are evaluated in the same order and scope; a key comes before its value. Left alone: `next(…)`"
    " and its kin, since StopIteration ends a comprehension's surroundings but becomes RuntimeError in a"
    " generator (PEP 479), `await`, `super()` and what looks at frames. Where an element cannot be hashed both"
    " raise TypeError.",
    examples=(
        Example("list", "x = list(f(a) for a in b)", "x = [f(a) for a in b]"),
        Example("set", "x = set([f(a) for a in b])", "x = {f(a) for a in b}"),
        Example("dict", "x = dict((a, f(a)) for a in b)", "x = {a: f(a) for a in b}"),
        Example("dict of list", "x = dict([(a, f(a)) for a in b])", "x = {a: f(a) for a in b}"),
    ),
    leaves_alone=(
        "x = list(next(a) for a in b)",
        "x = dict(f(a) for a in b)",
        "x = set(await f(a) for a in b)",
        "x = dict([a for a in b])",
    ),
)


def _copy_comprehension(node: Comprehension, facts: Facts) -> Node | None:
    if node.kind not in ("list", "set") or len(node.clauses) != 1:
        return None
    clause = node.clauses[0]
    if (
        clause.conditions
        or clause.is_async
        or not isinstance(clause.target, Name)
        or clause.target != node.element
    ):
        return None
    func = Name(node.kind)
    return Call(func, (clause.iterable,)) if facts.is_builtin(func, node.kind) else None


COPY = Rule(
    id="copy-comprehension",
    family="spelling",
    summary="Write `list(y)` for `[x for x in y]`, `set(y)` for `{x for x in y}`.",
    languages={"python": SOURCE_UNREAD | {"reads-pure"}},
    on=(Comprehension,),
    rewrite=_copy_comprehension,
    why="Both iterate once and keep each element. `list` asks for the length first, as a hint, which is a read."
    " Targets that unpack change the elements (to tuples), and `dict(y)` of pairs takes a mapping otherwise.",
    examples=(
        Example("list", "y = [a for a in b]", "y = list(b)"),
        Example("set", "y = {a for a in b}", "y = set(b)"),
    ),
    leaves_alone=(
        "y = [a for a in b if a]",
        "y = [(a, c) for a, c in b]",
        "y = {a: c for a, c in b}",
        "list = f\ny = [a for a in b]",
    ),
)


RULES: tuple[Rule, ...] = (EMPTY_BUILTIN, DICT_KEYWORDS, DISPLAY, COMPREHENSION, COPY)
