"""Rules of the family functions: a function inside a function, written out where it is called or passed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice

from prediff.facts import Facts
from prediff.facts.evaluation import has_text, put_first
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Use, Uses, mentions, uses_of
from prediff.rules.blocks import map_blocks
from prediff.rules.conditions import is_fixed, is_name
from prediff.rules.local_functions import LOCALS, own_function, result_of
from prediff.rules.rule import Example, Rule
from prediff.rules.temporaries import is_settled
from prediff.tree import (
    AssignExpr,
    Attribute,
    Block,
    Call,
    Class,
    Comprehension,
    Formatted,
    Function,
    Keyword,
    Lambda,
    Name,
    Node,
    Param,
    Return,
    Star,
    map_children,
    update,
    walk,
)

MAX_CALLS = 8
MAX_SIZE = 60
"""A function is written out at up to so many calls, and only if it has up to so many nodes."""
KEYED = ("sorted", "min", "max")
APPLIED = ("map", "filter")
"""Builtins that call the function that they are given, by `key` or first, and keep it no longer than their result."""
MAX_TURNS = 4
Replace = Callable[[Node, Mapping[str, Function], Uses], tuple[str, Node] | None]
"""What a node becomes, given the functions that may be written out there, and the name of the one that was."""


def _without(
    function: Function | Lambda, facts: Facts, may: Callable[[Function, Use], bool], replace: Replace
) -> Node | None:
    """A function without those of its inner functions whose every mention `replace` has something for."""
    wanted = _candidates(function, facts, may)
    for _ in range(MAX_TURNS):
        if not wanted:
            return None
        turn = _Turn(wanted, replace, uses_of(function, facts))
        body = turn.block(function.body)  # type: ignore[arg-type]
        kept = {name: node for name, node in wanted.items() if turn.found[name] == turn.uses.names[name].read}
        if len(kept) == len(wanted):
            return update(function, body=body)
        wanted = kept  # what the others were given may have rested on those that stay
    return None


def _candidates(
    function: Function | Lambda, facts: Facts, may: Callable[[Function, Use], bool]
) -> dict[str, Function]:
    found: dict[str, Function] = {}

    def collect(block: Block) -> Block:
        for node in block.body:
            if isinstance(node, Function) and result_of(node) is not None:
                use = own_function(node.name, uses_of(function, facts))
                if use is not None and use.read and may(node, use):
                    found[node.name] = node
        return block

    if facts.language == "python":
        map_blocks(function, facts, collect)
    return found


class _Turn:
    """One walk over a function's own scope. found: how often each inner function was written out behind its definition.

    open: those whose definition stands earlier in a block around the place, so that it has run.
    """

    def __init__(self, wanted: Mapping[str, Function], replace: Replace, uses: Uses) -> None:
        self.wanted = wanted
        self.replace = replace
        self.uses = uses
        self.found: Counter[str] = Counter()
        self.open: dict[str, Function] = {}

    def block(self, block: Block) -> Block:
        body: list[Node] = []
        here: list[str] = []
        for node in block.body:
            if isinstance(node, Function) and self.wanted.get(node.name) is node:
                self.open[node.name] = node
                here.append(node.name)
            else:
                body.append(self.node(node))
        for name in here:
            del self.open[name]
        return update(block, body=tuple(body))

    def node(self, node: Node) -> Node:
        if isinstance(node, Block):
            return self.block(node)
        if isinstance(node, (Lambda, Function, Class, Comprehension)):
            return node
        found = Counter(self.found) if isinstance(node, Formatted) else None
        new = map_children(node, self.node)
        if found is not None and has_text(new) and not has_text(node):
            self.found = found  # before Python 3.12 a replacement field cannot hold its string's quotes
            return node
        made = self.replace(new, self.open, self.uses) if self.open else None
        if made is None:
            return new
        self.found[made[0]] += 1
        return made[1]


# --- passed on -----------------------------------------------------------------------------------------------------


def _callback(function: Function | Lambda, facts: Facts) -> Node | None:
    def replace(node: Node, known: Mapping[str, Function], uses: Uses) -> tuple[str, Node] | None:
        if isinstance(node, Return) and isinstance(node.value, Name) and node.value.id in known:
            made = _lambda(known[node.value.id])
            return node.value.id, update(node, value=made, restructured=True)
        if isinstance(node, Call):
            for i, arg in enumerate(node.args):
                value = _called_back(node, i, uses, facts)
                if isinstance(value, Name) and value.id in known:
                    made = _lambda(known[value.id])
                    new = update(arg, value=made) if isinstance(arg, Keyword) else made
                    return value.id, update(node, args=(*node.args[:i], new, *node.args[i + 1 :]))
        return None

    def may(node: Function, use: Use) -> bool:
        return use.read == 1 and all(p.default is None for p in node.params)

    return _without(function, facts, may, replace)


def _lambda(node: Function) -> Lambda:
    value = result_of(node)
    assert value is not None
    return Lambda(node.params, value, span=node.span)


def _called_back(call: Call, i: int, uses: Uses, facts: Facts) -> Node | None:
    """An argument that a builtin, or the sort of a list, only calls: a key, or what `map` and `filter` are given."""
    arg = call.args[i]
    if isinstance(call.func, Name):
        own = call.func.id in uses.names and uses.names[call.func.id].bound
        names = KEYED if isinstance(arg, Keyword) else APPLIED if i == 0 else ()
        if own or not facts.is_call_of(call, *names):
            return None
    else:
        sorts = isinstance(call.func, Attribute) and call.func.name == "sort" and isinstance(arg, Keyword)
        if not sorts or not facts.assume("builtin-operators"):
            return None
    if isinstance(arg, Keyword):
        return arg.value if arg.name == "key" else None
    return arg


CALLBACK = Rule(
    id="callback",
    family="functions",
    summary="Write `sorted(a, key=lambda x: e)`, not a function inside a function that is passed on once.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_callback,
    why="Making a function has no effect, and what it reads it reads when it is called. Only for one `return`, without "
    "decorators, annotations and defaults, and where nothing but the end of the outer function could tell how long "
    "it lives: what is registered somewhere may be kept by a weak reference.",
    examples=(
        Example(
            "key",
            "def f(a):\n    def k(x):\n        return x.b\n    g()\n    return sorted(a, key=k)",
            "def f(a):\n    g()\n    return sorted(a, key=lambda x: x.b)",
        ),
        Example(
            "sort",
            "def f(a):\n    def k(x):\n        return -x\n    a.sort(key=k)",
            "def f(a):\n    a.sort(key=lambda x: -x)",
        ),
        Example(
            "returned",
            "def f(a):\n    def k(x):\n        return x + a\n    return k",
            "def f(a):\n    return lambda x: x + a",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    def k(x):\n        return x.b\n    return a.connect(k)",
        "def f(a):\n    def k(x):\n        return x.b\n    return sorted(a, key=k), k",
        "def f(a):\n    @h\n    def k(x):\n        return x.b\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x: int):\n        return x\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x, y=g()):\n        return x\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x):\n        yield x\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x):\n        g()\n        return x\n    return sorted(a, key=k)",
        "def f(a):\n    if a:\n        def k(x):\n            return x\n    return sorted(a, key=k)",
        "def f(a, sorted):\n    def k(x):\n        return x\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x):\n        return x and k(x.b)\n    return sorted(a, key=k)",
        "def f(a):\n    def k(x):\n        return x\n    return [sorted(b, key=k) for b in a]",
        "def f(a):\n    def k(x):\n        return x\n    return max(k, a)",
        "def f(a):\n    def k(x):\n        return x\n    return a.sort(k)",
        "async def f(a):\n    async def k(x):\n        return x\n    return k",
    ),
)


# --- called --------------------------------------------------------------------------------------------------------


def _helper(function: Function | Lambda, facts: Facts) -> Node | None:
    def replace(node: Node, known: Mapping[str, Function], uses: Uses) -> tuple[str, Node] | None:
        if not isinstance(node, Call) or not isinstance(node.func, Name) or node.func.id not in known:
            return None
        helper = known[node.func.id]
        value = result_of(helper)
        assert value is not None
        made = _written_out(helper.params, value, node.args, uses, facts)
        return None if made is None else (node.func.id, made)

    return _without(function, facts, lambda node, use: _may_be_written_out(node, use.read), replace)


def _may_be_written_out(node: Function, calls: int) -> bool:
    value = result_of(node)
    assert value is not None
    plain = all(
        p.kind in ("plain", "positional_only") and p.default is None and isinstance(p.target, Name)
        for p in node.params
    )
    if not plain or calls > MAX_CALLS or sum(1 for _ in islice(walk(value), MAX_SIZE + 1)) > MAX_SIZE:
        return False
    for n in walk(value):
        if isinstance(n, (Lambda, Function, Class)) or (
            isinstance(n, Name) and n.id in ("super", "__class__")
        ):
            return False
        if isinstance(n, Comprehension) and n.kind == "generator":
            return False
    return True


def _written_out(
    params: tuple[Param, ...], value: Node, args: tuple[Node, ...], uses: Uses, facts: Facts
) -> Node | None:
    """The value of a call: each argument stands where its parameter is read, and is evaluated as it was."""
    if len(args) != len(params) or any(
        isinstance(a, (Star, Keyword)) or any(isinstance(n, AssignExpr) for n in walk(a)) for a in args
    ):
        return None
    own = {
        x
        for n in walk(value)
        if isinstance(n, Comprehension)
        for c in n.clauses
        for x in names_of_target(c.target)
    }
    names = {n.id: a for p, a in zip(params, args, strict=True) for n in [p.target] if isinstance(n, Name)}
    if own & names.keys() or any(isinstance(n, Name) and n.id in own for a in args for n in walk(a)):
        return None
    still = {name: a for name, a in names.items() if _is_still(a, uses)}
    others = {name: a for name, a in names.items() if name not in still}
    counts = mentions([value])
    if any(counts[name] != 1 for name in others):
        return None
    # Parameters get names that stand nowhere else, since an argument may be called like another parameter.
    result = _renamed(value, {name: Name(f"{name} of the helper") for name in others} | still)
    placed: list[Node] = []
    for name, arg in others.items():
        if not is_settled(arg, uses, facts) and not _is_argument(value, name):
            return None
        new = put_first(
            result,
            f"{name} of the helper",
            arg,
            lambda n: any(n is p for p in placed) or _is_inert(n, uses, facts),
        )
        if new is None:
            return None
        result = new
        placed.append(arg)
    return result


def _renamed(node: Node, names: dict[str, Node]) -> Node:
    if isinstance(node, Name):
        return names.get(node.id, node)
    return map_children(node, lambda child: _renamed(child, names))


def _is_still(node: Node, uses: Uses) -> bool:
    return is_fixed(node) or (isinstance(node, Name) and uses.steady(node.id))


def _is_inert(node: Node, uses: Uses, facts: Facts) -> bool:
    """Whether what a helper evaluates before an argument may as well be evaluated first."""
    if isinstance(node, Name):
        return uses.steady(node.id) or (facts.is_builtin(node, node.id) and node.id not in uses.names)
    return is_fixed(node)


def _is_argument(value: Node, name: str) -> bool:
    """Whether a helper does nothing but call something with the parameter, which lives as long in either form."""
    return isinstance(value, Call) and any(is_name(a, name) for a in value.args)


HELPER = Rule(
    id="helper",
    family="functions",
    summary="Write what a function inside a function gives where it is called, if it is but one `return`.",
    languages={"python": LOCALS},
    on=(Function, Lambda),
    rewrite=_helper,
    why="The names of the function mean the same where it is called, and are read at the same time. Literals and "
    "locals are put where the parameters stand; any other argument must be read once and be the first thing that the "
    "function evaluates, and no object may end sooner than its parameter would have. Not for one that calls itself, is "
    "mentioned by an inner function or a comprehension, or holds a generator or lambda, which read names late.",
    examples=(
        Example(
            "local",
            "def f(a, b):\n    def k(x):\n        return x + 1\n    return g(k(a), k(b))",
            "def f(a, b):\n    return g(a + 1, b + 1)",
        ),
        Example(
            "value",
            "def f(a):\n    k = lambda x, y: x * y\n    return k(a.b, 2)",
            "def f(a):\n    return a.b * 2",
        ),
        Example(
            "no parameters",
            "def f(a):\n    def k():\n        return g(a)\n    if k():\n        h()\n    return k()",
            "def f(a):\n    if g(a):\n        h()\n    return g(a)",
        ),
        Example(
            "order",
            "def f(a):\n    def k(x, y):\n        return x < y\n    return k(a.b, a.c)",
            "def f(a):\n    return a.b < a.c",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    def k(x, y):\n        return y + x\n    return k(a.b, a.c)",
        "def f(a):\n    def k(x):\n        return g() + x\n    return k(h())",
        "def f(a):\n    def k(x):\n        return x + x\n    return k(h())",
        "def f(a):\n    def k(x):\n        return 1\n    return k(h())",
        "def f(a):\n    def k(x):\n        return a and x\n    return k(h())",
        "def f(a):\n    def k(x):\n        return use(x.name)\n    return k(TemporaryDirectory())",
        "def f(a):\n    def k(x):\n        return x if a else k(1)\n    return k(a)",
        "def f(a):\n    def k(x):\n        return (lambda: x)\n    return k(a)",
        "def f(a):\n    def k(x):\n        return (x for b in a)\n    return k(a)",
        "def f(a):\n    def k(x):\n        return [x for b in a]\n    b = 1\n    return k(b)",
        "def f(a):\n    def k(x=1):\n        return x\n    return k()",
        "def f(a):\n    def k(x):\n        return x\n    return k(x=a)",
        "def f(a):\n    def k(*x):\n        return x\n    return k(a)",
        "def f(a):\n    def k(x):\n        return x\n    return [k(b) for b in a]",
        "def f(a):\n    def k(x):\n        return x + 1\n    return k(a), k",
        "def f(a):\n    k = g\n    def k(x):\n        return x + 1\n    return k(a)",
        "def f(a):\n    t = k(a)\n    def k(x):\n        return x + 1\n    return t",
        "def k(x):\n    return x + 1\ndef f(a):\n    return k(a)",
        "def f(a):\n    def k(x):\n        return x\n    return k(t := a), t",
        "def f(a, b):\n    def k(x, y):\n        return [x, a < b, y]\n    return k(a < b, b < a)",
        "def f(a):\n    def k(x):\n        return x + \"'\"\n    return f'{k(a)}{k(a)}'",
    ),
)

RULES: tuple[Rule, ...] = (CALLBACK, HELPER)
