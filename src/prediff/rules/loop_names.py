"""What the rules on loops share: the clauses of nested loops, who reads a loop's variables, and how a loop is left."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import cast

from prediff.facts import Facts
from prediff.facts.evaluation import reads
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.facts.values import is_text
from prediff.rules.blocks import map_blocks, placed
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Await,
    Binary,
    Block,
    Call,
    Class,
    CompFor,
    Comprehension,
    ForEach,
    Function,
    If,
    Jump,
    Lambda,
    Literal,
    Name,
    Node,
    Tuple,
    TypeAliasStmt,
    Unary,
    While,
    Yield,
    YieldFrom,
    children,
    update,
    walk,
)

_NOT_IN_A_COMPREHENSION = (Await, Yield, YieldFrom, AssignExpr, Lambda)


def clauses_of(loop: ForEach) -> tuple[list[CompFor], Block] | None:
    """The clauses of a comprehension that goes over what nested loops and ifs do, and their innermost block."""
    clauses: list[CompFor] = []
    inner: Node = loop
    while True:
        if isinstance(inner, ForEach):
            if inner.kind != "in" or not only_names(inner.target) or (inner.orelse and clauses):
                return None
            clauses.append(CompFor(inner.target, inner.iterable))
            below = inner.body
        elif isinstance(inner, If):
            if inner.orelse is not None:
                return None
            clauses[-1] = update(clauses[-1], conditions=(*clauses[-1].conditions, inner.test))
            below = inner.then
        if len(below.body) != 1 or not isinstance(below.body[0], (ForEach, If)):
            return clauses, below
        inner = below.body[0]


def only_names(target: Node) -> bool:
    if isinstance(target, Tuple):
        return all(only_names(i) for i in target.items)
    return isinstance(target, Name)


def may_stand(made: Comprehension) -> bool:
    """Whether what is evaluated means the same in a comprehension, which is a scope of its own."""
    targets = [n for c in made.clauses for n in names_of_target(c.target)]
    if len(set(targets)) < len(targets):
        return False
    for node in walk(made):
        if isinstance(node, _NOT_IN_A_COMPREHENSION):
            return False
        if isinstance(node, Name) and node.id in ("super", "__class__"):
            return False
    return True


def is_unseen(name: str, behind: Sequence[Node], uses: Uses, facts: Facts) -> bool:
    """Whether a local is a plain one that stands only in some statements: nothing reads it if one of them raises."""
    return _stands_in(name, mentions(list(behind))[name], uses, facts)


def is_unseen_before(number: int, name: str, block: Block, uses: Uses, facts: Facts) -> bool:
    """Whether a local is a plain one that stands only in a block's statements from a number on: see `is_unseen`."""
    places = places_of(block, facts).get(name, [])
    return _stands_in(name, len(places) - bisect_left(places, number), uses, facts)


def _stands_in(name: str, times: int, uses: Uses, facts: Facts) -> bool:
    return uses.local(name) is not None and times == uses.mentions[name] and not _escapes(name, uses, facts)


def places_of(block: Block, facts: Facts) -> dict[str, list[int]]:
    """The number of the statement in which it stands for each mention of a name in a block, in order."""
    known = facts.memo.get((places_of, id(block)))
    if known is None:
        found: defaultdict[str, list[int]] = defaultdict(list)
        for i, node in enumerate(block.body):
            for name, count in mentions([node]).items():
                found[name] += [i] * count
        known = facts.memo[places_of, id(block)] = block, dict(found)
    return cast("dict[str, list[int]]", known[1])


def own_names(made: Comprehension, uses: Uses, facts: Facts) -> bool:
    """Whether nothing reads the loop's variables but loops and comprehensions that bind them themselves."""
    names = {n for c in made.clauses for n in names_of_target(c.target)}
    return all(is_loop_name(name, uses, facts) for name in names)


def is_loop_name(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether a local stands nowhere but in loops and comprehensions that bind it, and nothing reads it later."""
    if uses.local(name) is None or name in _standing_alone(uses, facts):
        return False
    return not _escapes(name, uses, facts)


DRAWING = ("any", "all", "sum", "min", "max", "sorted", "list", "tuple", "set", "frozenset", "dict")


def _escapes(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether a name is captured by what may read it later: not by a comprehension that is drawn out at once."""
    return uses.names[name].captured and name in _escaping(uses, facts)


def _escaping(uses: Uses, facts: Facts) -> set[str]:
    known = facts.memo.get((_escaping, id(uses)))
    if known is not None:
        return cast("set[str]", known[1])
    found: set[str] = set()
    stack: list[tuple[Node, bool]] = [(uses.function.body, False)]
    while stack:
        node, drawn = stack.pop()
        if isinstance(node, (Function, Lambda, Class, TypeAliasStmt)) or (
            isinstance(node, Comprehension) and node.kind == "generator" and not drawn
        ):
            found.update(mentions([node]))
            continue
        first = (
            node.args[0] if isinstance(node, Call) and node.args and _is_drawing(node, uses, facts) else None
        )
        stack += [(c, c is first) for c in children(node)]
    facts.memo[_escaping, id(uses)] = uses, found
    return found


def _is_drawing(call: Call, uses: Uses, facts: Facts) -> bool:
    if isinstance(call.func, Attribute):
        return call.func.name == "join" and is_text(call.func.value)
    return (
        isinstance(call.func, Name) and call.func.id in DRAWING and is_own_builtin(call.func.id, uses, facts)
    )


def _standing_alone(uses: Uses, facts: Facts) -> set[str]:
    """The names that stand anywhere but as the variable of a loop, comprehension or lambda, and below that."""
    known = facts.memo.get((_standing_alone, id(uses)))
    if known is not None:
        return cast("set[str]", known[1])
    found: set[str] = set()
    own: frozenset[str] = frozenset()
    stack: list[tuple[Node, frozenset[str]]] = [(n, own) for n in (*uses.function.params, uses.function.body)]
    while stack:
        node, own = stack.pop()
        if isinstance(node, Name):
            if node.id not in own:
                found.add(node.id)
        elif isinstance(node, ForEach):
            names = own.union(names_of_target(node.target))
            # What stands in the outer loop behind an inner one of the same variable reads the inner one's.
            found.update(own.intersection(names_of_target(node.target)))
            stack += [(n, own) for n in (node.iterable, node.orelse) if n is not None]
            stack += [(node.target, names), (node.body, names)]
        elif isinstance(node, Comprehension):
            names = own.union(*[names_of_target(c.target) for c in node.clauses])
            stack.append((node.clauses[0].iterable, own))
            inner = [n for c in node.clauses for n in children(c) if n is not node.clauses[0].iterable]
            stack += [(n, names) for n in (node.element, *inner)]
        elif isinstance(node, Lambda):
            stack += [(p.default, own) for p in node.params if p.default is not None]
            stack.append((node.body, own.union(*[names_of_target(p.target) for p in node.params])))
        else:
            stack += [(n, own) for n in children(node)]
    facts.memo[_standing_alone, id(uses)] = uses, found
    return found


def bound_in(block: Block, facts: Facts) -> frozenset[str]:
    """The names that the statements of a block may bind, those of nested definitions included."""
    names = Uses(Lambda((), block), facts.traits).names
    return frozenset(name for name, use in names.items() if use.bound)


def jumps_of(body: Block, kind: str) -> Iterator[Jump]:
    """The jumps of a kind that belong to the loop whose body this is."""
    stack: list[Node] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, Jump):
            if node.kind == kind:
                yield node
        elif isinstance(node, (ForEach, While)):  # the else of an inner loop is no part of that loop
            stack += [node.orelse] if node.orelse is not None else []
        elif not isinstance(node, (Function, Lambda)):
            stack += children(node)


def step_of(node: Node) -> tuple[str, int] | None:
    """The name that a statement counts up or down (`i += 1`, `i = i - 2`), and by how much."""
    if isinstance(node, AugAssign) and isinstance(node.target, Name):
        name, op, by = node.target.id, node.op, node.value
    elif isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Name):
        name, value = node.targets[0].id, node.value
        if not isinstance(value, Binary) or value.left != Name(name):
            return None
        op, by = value.op, value.right
    else:
        return None
    if op not in ("+", "-") or not isinstance(by, Literal) or by.kind != "int" or by.value < 1:
        return None
    return name, by.value if op == "+" else -by.value


def int_of(node: Node) -> int | None:
    """The value of an int literal with or without a sign."""
    if isinstance(node, Unary) and node.op == "-":
        value = int_of(node.operand)
        return None if value is None or isinstance(node.operand, Unary) else -value
    return int(node.value) if isinstance(node, Literal) and node.kind == "int" else None


def int_node(value: int) -> Node:
    literal = Literal("int", abs(value))
    return literal if value >= 0 else Unary("-", literal)


def is_own_builtin(name: str, uses: Uses, facts: Facts) -> bool:
    """Whether a name is the builtin in a function, which may have been asked about from outside."""
    bound = name in uses.names and uses.names[name].bound
    return not bound and facts.is_builtin(Name(name), name)


def is_bool_literal(node: Node | None, value: bool | None = None) -> bool:
    return isinstance(node, Literal) and node.kind == "bool" and (value is None or node.value is value)


def flag_of(node: Node) -> tuple[str, bool] | None:
    """The name that a statement gives True or False, and which."""
    if not isinstance(node, Assign) or len(node.targets) != 1 or not isinstance(node.targets[0], Name):
        return None
    value = node.value
    if not isinstance(value, Literal) or not is_bool_literal(value):
        return None
    return node.targets[0].id, value.value


def is_break(node: Node) -> bool:
    return isinstance(node, Jump) and node.kind == "break" and node.label is None


def gather(
    function: Function | Lambda,
    facts: Facts,
    filled: Callable[[Node], str | None],
    make: Callable[[Node, ForEach, str, Uses], Node | None],
) -> Node | None:
    """A function in which a local's first value and the loop that adds to it are one assignment.

    filled: the name that the innermost statement of a loop adds to. make: what the first value, the loop and that name
    come to, if that can be said. The local stands only behind its first assignment, in the same block.
    """
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        starts: dict[str, int] = {}
        body: list[Node | None] = list(block.body)
        for i, node in enumerate(block.body):
            if isinstance(node, Assign):
                starts.update((n.id, i) for n in node.targets[:1] if isinstance(n, Name))
                continue
            name = _filled_by(node, filled) if starts else None
            if name is None or name not in starts or not isinstance(node, ForEach):
                continue
            at = starts[name]
            start = block.body[at]
            if body[at] is not start or not isinstance(start, Assign) or len(start.targets) > 1:
                continue
            uses = uses_of(function, facts)
            made = make(start.value, node, name, uses)
            if made is None or reads(made, name) or not is_unseen_before(at, name, block, uses, facts):
                continue
            places = places_of(block, facts)[name]
            if bisect_left(places, i) == bisect_right(places, at):
                body[i], body[at] = placed(update(start, value=made), start, node), None
        if None not in body:
            return block
        return update(block, body=tuple([n for n in body if n is not None]))

    return map_blocks(function, facts, visit)


def _filled_by(loop: Node, filled: Callable[[Node], str | None]) -> str | None:
    found = clauses_of(loop) if isinstance(loop, ForEach) else None
    return filled(found[1].body[-1]) if found is not None and found[1].body else None


def each_counter(
    function: Function | Lambda, facts: Facts, make: Callable[[str, int, Node, Uses], Node | None]
) -> Node | None:
    """A function in which a counter's start and the loop that counts are one loop.

    make: the loop that comes of a counter, its start (an int literal) and its loop, if that can be said. The loop binds
    the counter but once, where it counts, and the counter stands nowhere but in the two.
    """
    if not isinstance(function.body, Block):
        return None

    def visit(block: Block) -> Block:
        starts: dict[str, int] = {}
        body: list[Node | None] = list(block.body)
        for i, node in enumerate(block.body):
            if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Name):
                starts[node.targets[0].id] = i
            for name in _counters(node) if starts else ():
                start = block.body[starts[name]] if name in starts and body[i] is node else None
                value = int_of(start.value) if isinstance(start, Assign) else None
                if start is None or value is None or not _counts_once(node, name, facts):
                    continue
                uses = uses_of(function, facts)
                made = make(name, value, node, uses) if is_unseen(name, [start, node], uses, facts) else None
                if isinstance(made, (ForEach, While)):
                    body[i], body[starts[name]] = placed(made, node, start), None
        if None not in body:
            return block
        return update(block, body=tuple([n for n in body if n is not None]))

    return map_blocks(function, facts, visit)


def _counters(loop: Node) -> list[str]:
    """The names that the first and the last statement of a loop count by."""
    if not isinstance(loop, (ForEach, While)) or not loop.body.body:
        return []
    steps = [step_of(loop.body.body[i]) for i in (0, -1)]
    return [step[0] for step in steps if step is not None]


def _counts_once(loop: Node, name: str, facts: Facts) -> bool:
    return Uses(Lambda((), Block((loop,))), facts.traits).names[name].bound == 1
