"""Rules of the family spelling: what is iterated at once, and by whom."""

from __future__ import annotations

from collections.abc import Iterator

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise, is_bool, is_pure
from prediff.facts.values import is_int, is_text
from prediff.rules.displays import may_stop, single
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    AssignExpr,
    Attribute,
    Call,
    CompFor,
    Comprehension,
    Dict,
    ForEach,
    Index,
    Keyword,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Not,
    Set,
    Star,
    Tuple,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
COLLECTING = frozenset({"tuple", "set", "frozenset", "sorted"})
FOLDING = frozenset({"sum", "min", "max"})
QUIET = {Name, Attribute, Index, Literal, List, Tuple}
"""Classes whose evaluation calls no operator of the operands'."""


def is_join(func: Node) -> bool:
    return isinstance(func, Attribute) and func.name == "join" and is_text(func.value)


def _generator_argument(node: Call, facts: Facts) -> Node | None:
    if not node.args or not isinstance(node.args[0], Comprehension) or node.args[0].kind != "list":
        return None
    comprehension, rest = node.args[0], node.args[1:]
    if may_stop(comprehension) or (rest and any(isinstance(n, AssignExpr) for n in walk(comprehension))):
        return None
    if not all(isinstance(a, Keyword) and cannot_raise(a.value, facts) for a in rest):
        return None
    if facts.is_call_of(node, "any", "all"):
        if not all(_is_quiet(n, facts) for n in _evaluated(comprehension)):
            return None
    elif facts.is_call_of(node, *FOLDING):
        evaluated = [n for n in _evaluated(comprehension) if not isinstance(n, Star)]
        if not all(_is_quiet(n, facts) for n in evaluated) and not _folds_quietly(comprehension, rest, facts):
            return None
    elif not (facts.is_call_of(node, *COLLECTING) or is_join(node.func)):
        return None
    return update(node, args=(update(comprehension, kind="generator"), *rest))


def _folds_quietly(comprehension: Comprehension, rest: tuple[Node, ...], facts: Facts) -> bool:
    """Whether adding or comparing elements does nothing that evaluating the next one could see."""
    if rest:
        return False  # a `key` is called for each, a `start` is added to
    return is_int(comprehension.element, facts) or facts.assume("builtin-operators")


def _evaluated(node: Comprehension) -> Iterator[Node]:
    """What `any` or `all` may leave out when it stops early."""
    yield node.element
    for i, clause in enumerate(node.clauses):
        yield from map(Not, clause.conditions)
        if i:
            yield clause.iterable
        yield Star(clause.iterable)


def _is_quiet(node: Node, facts: Facts) -> bool:
    """Whether it cannot be seen that a node was not evaluated (`Star`: not iterated to the end)."""
    if isinstance(node, Star):
        return isinstance(node.value, (List, Tuple, Set, Dict, Literal)) or facts.is_call_of(
            node.value, "range"
        )
    if not is_pure(node, facts):
        return False
    classes = {n.__class__ for n in walk(node)}
    reads = classes.isdisjoint((Attribute, Index)) or facts.assume("reads-pure")
    return reads and (is_bool(node, facts) or not classes - QUIET or facts.assume("builtin-operators"))


GENERATOR_ARGUMENT = Rule(
    id="generator-argument",
    family="spelling",
    summary='Write `sum(f(x) for x in y)` for `sum([f(x) for x in y])`, and so for `"".join`, `sorted`, `max`, ….',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_generator_argument,
    why="These take every element, in order, and keep none of the list. `sum`, `min` and `max` add or compare"
    " between the elements' evaluations instead of after them: where those act, operators must not"
    " (builtin-operators). `any` and `all` stop early, so that elements must be pure and what is iterated must be"
    " a display or range. Left alone: `next(…)` and its kin (StopIteration in a generator is RuntimeError),"
    " `await`, and other arguments that the elements could change.",
    examples=(
        Example("sum", "x = sum([f(a) for a in b])", "x = sum(f(a) for a in b)"),
        Example("lengths", "x = sum([len(f(a)) for a in b])", "x = sum(len(f(a)) for a in b)"),
        Example("join", 'x = ",".join([f(a) for a in b])', 'x = ",".join(f(a) for a in b)'),
        Example("key", "x = sorted([f(a) for a in b], key=g)", "x = sorted((f(a) for a in b), key=g)"),
        Example("any", "x = any([a is b for a in (c, d)])", "x = any(a is b for a in (c, d))"),
    ),
    leaves_alone=(
        "x = sum([next(a) for a in b])",
        "x = any([f(a) for a in (1, 2)])",
        "x = all([a is None for a in b])",
        "x = s.join([f(a) for a in b])",
        "x = sorted([f(a) for a in b], key=g())",
        "x = enumerate([f(a) for a in b])",
        "x = len([f(a) for a in b])",
        "x = max([f(a) for a in b], key=g)",
        "x = sum([f(a) for a in b], start=c)",
    ),
)


def _inner_copy(node: Call, facts: Facts) -> Node | None:
    argument = single(node, facts, "list", "tuple", "set", "frozenset")
    if argument is None and facts.is_call_of(node, "sorted") and node.args:
        argument = node.args[0]
    if argument is None:
        return None
    inner = single(argument, facts, "list", "tuple")
    if inner is not None:
        if not all(isinstance(a, Keyword) and cannot_raise(a.value, facts) for a in node.args[1:]):
            return None
        return update(node, args=(inner, *node.args[1:]))
    if facts.is_builtin(node.func, "list") and facts.is_call_of(argument, "sorted"):
        return argument
    return None


INNER_COPY = Rule(
    id="inner-copy",
    family="spelling",
    summary="Write `set(x)` for `set(list(x))`, `sorted(x)` for `list(sorted(x))`.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_inner_copy,
    why="The inner copy is complete before the outer one starts, and nobody else sees it. A copy as a set is left"
    " alone: it drops and reorders.",
    examples=(
        Example("set", "x = set(list(y))", "x = set(y)"),
        Example("sorted", "x = list(sorted(y, key=f))", "x = sorted(y, key=f)"),
    ),
    leaves_alone=(
        "x = list(set(y))",
        "x = sum(list(y))",
        "x = tuple(sorted(y))",
        "x = sorted(list(y), key=f())",
    ),
)


def _tuple_to_iterate(node: Node, facts: Facts) -> Node | None:
    if isinstance(node, Call):
        known = facts.is_call_of(node, "frozenset", "sorted", "sum", "min", "max", "any", "all") or is_join(
            node.func
        )
        if not known or len(node.args) != 1 or not isinstance(node.args[0], List) or not node.args[0].items:
            return None
        return update(node, args=(Tuple(node.args[0].items, span=node.args[0].span),))
    assert isinstance(node, (ForEach, CompFor))
    if (
        not isinstance(node.iterable, List)
        or not node.iterable.items
        or (isinstance(node, ForEach) and node.kind != "in")
    ):
        return None
    return update(node, iterable=Tuple(node.iterable.items, span=node.iterable.span))


TUPLE_TO_ITERATE = Rule(
    id="tuple-to-iterate",
    family="spelling",
    summary="Write `for x in (a, b)` for `for x in [a, b]`.",
    languages={"python": SOURCE_UNREAD},
    on=(ForEach, CompFor, Call),
    rewrite=_tuple_to_iterate,
    why="Nobody else sees the list, so that it cannot change while it is iterated; the items are evaluated first in"
    " both.",
    examples=(
        Example("loop", "for x in [a, b]:\n    f(x)", "for x in (a, b):\n    f(x)"),
        Example("call", "x = frozenset([a, b])", "x = frozenset((a, b))"),
    ),
    leaves_alone=(
        "for x in {a, b}:\n    f(x)",
        "x = f([a, b])",
        "x = sorted([a, b], key=f)",
        "for x in y:\n    f(x)",
    ),
)


def _map_lambda(node: Node, facts: Facts) -> Node | None:
    if isinstance(node, Call):
        known = facts.is_call_of(node, "list", "any", "all", *COLLECTING, *FOLDING) or is_join(node.func)
        source = node.args[0] if known and node.args else None
    else:
        assert isinstance(node, (ForEach, CompFor))
        source = node.iterable if not isinstance(node, ForEach) or node.kind == "in" else None
    new = _generator_of_map(source, facts) if source is not None else None
    if new is None:
        return None
    if isinstance(node, Call):
        return update(node, args=(new, *node.args[1:]))
    return update(node, iterable=new)


def _generator_of_map(node: Node, facts: Facts) -> Node | None:
    """`(body for x in y)` for `map(lambda x: body, y)`, `(x for x in y if body)` for `filter(lambda x: body, y)`."""
    if not isinstance(node, Call) or len(node.args) != 2 or not facts.is_builtin(node.func, "map", "filter"):
        return None
    function, iterable = node.args
    if not isinstance(function, Lambda) or isinstance(iterable, (Star, Keyword)) or len(function.params) != 1:
        return None
    param = function.params[0]
    if (
        param.default is not None
        or param.kind not in ("plain", "positional_only")
        or not isinstance(param.target, Name)
    ):
        return None
    if may_stop(function.body) or any(
        isinstance(n, AssignExpr) or _is_closure(n) for n in walk(function.body)
    ):
        return None
    assert isinstance(node.func, Name)
    if node.func.id == "map":
        return Comprehension("generator", function.body, (CompFor(param.target, iterable),), span=node.span)
    clause = CompFor(param.target, iterable, (function.body,))
    return Comprehension("generator", param.target, (clause,), span=node.span)


def _is_closure(node: Node) -> bool:
    return isinstance(node, Lambda) or (isinstance(node, Comprehension) and node.kind == "generator")


MAP_LAMBDA = Rule(
    id="map-lambda",
    family="spelling",
    summary="Write `(f(x) for x in y)` for `map(lambda x: f(x), y)` where it is iterated at once.",
    languages={"python": SOURCE_UNREAD},
    on=(Call, ForEach, CompFor),
    rewrite=_map_lambda,
    why="Both iterate lazily and look names up when an element is asked for. Left alone: `next(…)` and its kin,"
    " since StopIteration from the lambda ends a map but is RuntimeError in a generator; defaults, which are"
    " evaluated once; a walrus, whose name would be bound outside; an inner closure, which would see the last"
    " element instead of its own; and a map object that is kept.",
    examples=(
        Example("list", "x = list(map(lambda a: a.b, c))", "x = [a.b for a in c]"),
        Example("filter", "x = list(filter(lambda a: a.b, c))", "x = [a for a in c if a.b]"),
        Example("loop", "for x in map(lambda a: a.b, c):\n    f(x)", "for x in (a.b for a in c):\n    f(x)"),
    ),
    leaves_alone=(
        "x = map(lambda a: a.b, c)",
        "x = list(map(lambda a: next(a), c))",
        "x = list(map(lambda a, d=e(): a + d, c))",
        "x = list(map(lambda a: (y := a), c))",
        "x = list(map(lambda a: lambda: a, c))",
        "x = list(map(f, c))",
    ),
    words=frozenset({"map", "filter"}),
)

MAPPED = (
    "abs", "ascii", "bin", "bool", "bytes", "chr", "dict", "float", "frozenset", "hex", "int", "len",
    "list", "oct", "ord", "repr", "set", "str", "tuple",
)  # fmt: skip


def _map_builtin(node: Node, facts: Facts) -> Node | None:
    if isinstance(node, Comprehension):
        new = (
            _map_of(node, facts)
            if node.kind in ("list", "set") and facts.is_builtin(Name(node.kind), node.kind)
            else None
        )
        return Call(Name(node.kind), (new,)) if new is not None else None
    assert isinstance(node, Call)
    known = node.args and (facts.is_call_of(node, "any", "all", *COLLECTING, *FOLDING) or is_join(node.func))
    generator = node.args[0] if known else None
    if not isinstance(generator, Comprehension) or generator.kind != "generator":
        return None
    new = _map_of(generator, facts)
    return update(node, args=(new, *node.args[1:])) if new is not None else None


def _map_of(node: Comprehension, facts: Facts) -> Node | None:
    """`map(f, y)` for what `(f(x) for x in y)` goes over, where f is a builtin."""
    clause, element = node.clauses[0], node.element
    if len(node.clauses) > 1 or clause.conditions or clause.is_async or not isinstance(element, Call):
        return None
    if not isinstance(clause.target, Name) or element.args != (clause.target,) or may_stop(clause.iterable):
        return None
    if not facts.is_builtin(element.func, *MAPPED) or not facts.is_builtin(Name("map"), "map"):
        return None
    return Call(Name("map"), (element.func, clause.iterable), span=node.span)


MAP_BUILTIN = Rule(
    id="map-builtin",
    family="spelling",
    summary="Write `map(str, y)` for `(str(x) for x in y)` where it is iterated at once, and for the list.",
    languages={"python": SOURCE_UNREAD | {"reads-pure"}},
    on=(Comprehension, Call),
    rewrite=_map_builtin,
    why="Both call the builtin for each element when it is asked for. `list` asks for the length first, as a hint,"
    " which is a read. Other functions are left alone: a name can be bound again between two elements.",
    examples=(
        Example("join", 'x = ",".join(str(a) for a in b)', 'x = ",".join(map(str, b))'),
        Example("list", "x = [int(a) for a in b]", "x = list(map(int, b))"),
    ),
    leaves_alone=(
        "x = [f(a) for a in b]",
        "x = [int(a) for a in b if a]",
        "x = [int(a, 2) for a in b]",
        "x = (int(a) for a in b)",
        "int = f\nx = [int(a) for a in b]",
    ),
)

RULES: tuple[Rule, ...] = (MAP_LAMBDA, GENERATOR_ARGUMENT, INNER_COPY, MAP_BUILTIN, TUPLE_TO_ITERATE)
