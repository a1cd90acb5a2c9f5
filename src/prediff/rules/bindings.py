"""Rules of the family bindings: tuple assignments and declarations. Temporaries: `temporaries`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise
from prediff.facts.evaluation import reads
from prediff.facts.uses import Uses, mentions, uses_of
from prediff.rules import copies, defaults, handlers, hoisting, results, swaps, temporaries, walrus
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.conditions import is_fixed
from prediff.rules.hoisting import is_module
from prediff.rules.rule import Example, Rule
from prediff.rules.temporaries import is_settled
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Await,
    Block,
    Call,
    Class,
    Declare,
    ForEach,
    Function,
    Index,
    Lambda,
    Name,
    New,
    Node,
    Opaque,
    Star,
    Tuple,
    Update,
    Yield,
    YieldFrom,
    update,
    walk,
)

# --- tuple assignments ---------------------------------------------------------------------------------------------


def _split(node: Block | Function | Lambda, facts: Facts) -> Node | None:
    if isinstance(node, Block):
        new = _split_block(node, lambda statement, at: _later_literals(statement))
        return None if new is node else new
    if "locals-unread" not in facts.granted:
        return None

    def visit(block: Block) -> Block:
        end = len(block.body)
        behind: Counter[str] = Counter()

        def independent(statement: Assign, at: int) -> bool:
            nonlocal end
            behind.update(mentions(block.body[at:end]))
            end = at
            return _is_independent(statement, behind, uses_of(node, facts), facts)

        return _split_block(block, independent)

    return map_blocks(node, facts, visit)


def _split_block(block: Block, may_split: Callable[[Assign, int], bool]) -> Block:
    """A block with the tuple assignments split that may be; it is asked about them from the last to the first."""
    if not any(n.__class__ is Assign and n.value.__class__ is Tuple for n in block.body):
        return block
    found: list[list[Node]] = []
    for at in range(len(block.body) - 1, -1, -1):
        statement = block.body[at]
        pairs = _pairs(statement) if isinstance(statement, Assign) else []
        if isinstance(statement, Assign) and pairs and may_split(statement, at):
            found.append([placed(Assign((target,), value), statement) for target, value in pairs])
        else:
            found.append([statement])
    if all(len(nodes) == 1 for nodes in found):
        return block
    return update(block, body=tuple([n for nodes in reversed(found) for n in nodes]))


def _pairs(node: Assign) -> list[tuple[Node, Node]]:
    """The targets and values of `a, b.c = 1, 2`; empty for any other assignment."""
    target, value = node.targets[0], node.value
    if len(node.targets) != 1 or not isinstance(target, Tuple) or not isinstance(value, Tuple):
        return []
    if (
        len(target.items) != len(value.items)
        or len(value.items) < 2
        or any(isinstance(v, Star) for v in value.items)
    ):
        return []
    names = [t.id for t in target.items if isinstance(t, Name)]
    if len({*names}) < len(names) or not all(isinstance(t, (Name, Attribute, Index)) for t in target.items):
        return []
    return list(zip(target.items, value.items, strict=True))


def _later_literals(node: Assign) -> bool:
    """Whether all values but the first are literals: binding a target before them changes nothing."""
    return all(is_fixed(v) for _, v in _pairs(node)[1:])


def _still_values(node: Assign, uses: Uses) -> bool:
    """Whether all values but the first are literals, or locals that no target before them binds."""
    bound: set[str] = set()
    for target, value in _pairs(node):
        if any(isinstance(n, AssignExpr) for n in walk(target)):
            return False
        if bound and isinstance(value, Name) and (value.id in bound or not uses.steady(value.id)):
            return False
        if bound and not isinstance(value, Name) and not is_fixed(value):
            return False
        bound.add(target.id if isinstance(target, Name) else "")
    return True


def _is_independent(node: Assign, behind: Counter[str], uses: Uses, facts: Facts) -> bool:
    """Whether binding each name before the next value is evaluated cannot be seen.

    behind: how often each name stands in the statement and those behind it in its block.
    """
    if _still_values(node, uses):
        return True
    pairs = [(t, v) for t, v in _pairs(node) if isinstance(t, Name)]
    if len(pairs) < len(_pairs(node)):
        return False
    if any(reads(v, t.id) for i, (t, _) in enumerate(pairs) for _, v in pairs[i + 1 :]):
        return False
    for i, (target, _) in enumerate(pairs):
        use = uses.local(target.id)
        if use is None or use.captured:
            return False
        for _, value in pairs[i + 1 :]:
            if not is_settled(value, uses, facts):
                return False
            if not cannot_raise(value, facts) and behind[target.id] != uses.mentions[target.id]:
                return False
    return True


SPLIT_TUPLE = Rule(
    id="split-tuple-assignment",
    family="bindings",
    summary="Write `a = 1` and `b = 2`, not `a, b = 1, 2`.",
    languages={"python": frozenset({"source-unread"})},
    on=(Block, Function, Lambda),
    rewrite=_split,
    why="A target is evaluated and bound when its turn comes, in order. With literals, and locals that no target "
    "binds, behind the first value nothing can come between. Other values of locals are split if no later value reads "
    "an earlier name, none is made by an unknown call, and where one may raise, the names are read "
    "behind this statement only. `a, b = b, a` reads both before it binds either.",
    examples=(
        Example("literals", "a, b = 1, 2", "a = 1\nb = 2"),
        Example(
            "locals",
            "def f(x, y):\n    a, b = x.c, y[0]\n    return g(a, b)",
            "def f(x, y):\n    a = x.c\n    b = y[0]\n    return g(a, b)",
        ),
        Example(
            "attributes",
            "def f(self, a, b):\n    self.a, self.b, c = g(a), b, 0\n    return c, c",
            "def f(self, a, b):\n    self.a = g(a)\n    self.b = b\n    c = 0\n    return c, c",
        ),
    ),
    leaves_alone=(
        "def f(a, b):\n    a, b = b, a\n    return a, b",
        "a, b = b, a",
        "a, b = f(), g()",
        "def f(x):\n    a, b = x, g()\n    return a, b",
        "a, *b = 1, 2",
        "a, b = c = 1, 2",
        "a, a = 1, 2",
        "a.b, c = 1, f()",
        "a.b, c = 1, d",
        "def f(a, b):\n    a.b, a.c = b, a.b",
        "def f(a, b):\n    a, b.c = b, a\n    return a",
        "def f(a, b):\n    a[(b := 1)], c = 1, b\n    return a, b, c",
        "def f(x):\n    a = b = 0\n    try:\n        a, b = x.a, x.b\n    except E:\n        return a",
    ),
)


def _chained_assignment(node: Block, facts: Facts) -> Node | None:
    found: list[Node] = []
    for statement in node.body:
        if isinstance(statement, Assign) and len(statement.targets) > 1 and is_fixed(statement.value):
            found += [placed(update(statement, targets=(t,)), statement) for t in statement.targets]
        else:
            found.append(statement)
    return None if len(found) == len(node.body) else update(node, body=tuple(found))


CHAINED_ASSIGNMENT = Rule(
    id="chained-assignment",
    family="bindings",
    summary="Write `a = 1` and `b = 1`, not `a = b = 1`.",
    languages={"python": frozenset({"source-unread"})},
    on=(Block,),
    rewrite=_chained_assignment,
    why="The targets are bound from left to right, each before the next one is evaluated, and a literal is the same "
    "object wherever it stands in a function. A list or another object that can change would be shared by the one "
    "form and not by the other.",
    examples=(
        Example("names", "a = b = 0", "a = 0\nb = 0"),
        Example("places", "a.b = c[f()] = None", "a.b = None\nc[f()] = None"),
    ),
    leaves_alone=("a = b = []", "a = b = f()", "a = b = (1, [])", "a = b = c", "javascript: a = b = 0;"),
)

# --- declarations --------------------------------------------------------------------------------------------------


def _merge_declaration(node: Block, facts: Facts) -> Node | None:
    body = list(node.body)
    for i in range(len(body) - 2, -1, -1):
        first, second = body[i], body[i + 1]
        if not isinstance(first, Declare) or first.kind not in ("let", "var") or first.value is not None:
            continue
        if not isinstance(first.target, Name) or not isinstance(second, Assign) or len(second.targets) != 1:
            continue
        target = second.targets[0]
        if not isinstance(target, Name) or target.id != first.target.id or reads(second.value, target.id):
            continue
        if first.kind == "var" or not _may_be_seen(node, target.id, second.value, facts):
            body[i : i + 2] = [placed(update(first, value=second.value), second, first)]
    return None if len(body) == len(node.body) else update(node, body=tuple(body))


def _may_be_seen(block: Block, name: str, value: Node, facts: Facts) -> bool:
    """Whether code that runs while a value is evaluated could read a variable of the block."""
    if not any(isinstance(n, (Call, New, Await, Yield, YieldFrom, Opaque)) for n in walk(value)):
        return False
    if facts.unit is None and not facts.enclosing and not is_module(block):
        return True
    inner = [n for n in walk(block) if isinstance(n, (Function, Lambda, Class, Opaque))]
    return any(reads(n, name) for n in inner)


MERGE_DECLARATION = Rule(
    id="merge-declaration",
    family="bindings",
    summary="Write `let x = 1`, not `let x` and then `x = 1`.",
    languages={"javascript": frozenset({"source-unread"})},
    on=(Block,),
    rewrite=_merge_declaration,
    why="Nothing stands between the two, and the value does not mention the variable, so that nothing can "
    "see it while it is undefined. A `let` must not be read before its declaration is done: where the value calls "
    "anything, no function that could be called may mention the variable.",
    examples=(
        Example(
            "let",
            "function f() { let x; x = g(); x = h(x); }",
            "function f() { let x = g(); x = h(x); }",
            "javascript",
        ),
        Example("var", "var x; x = 1;", "var x = 1;", "javascript"),
    ),
    leaves_alone=(
        "javascript: let x; f(); x = 1;",
        "javascript: let x; x = () => x;",
        "javascript: let x; y = 1;",
        "javascript: let x; x += 1;",
        "javascript: function f() { let x; x = g(); x = 2; function g() { return x; } }",
        "javascript: let x; x = f(); x = 2;",
    ),
    words=frozenset({"let", "var"}),
)


def _let_const(node: Function | Lambda | Block, facts: Facts) -> Node | None:
    """In functions, and in the block of the file itself; not in other blocks, whose clauses may share a scope."""
    if isinstance(node, Block):
        if facts.unit is not None or facts.enclosing or not is_module(node):
            return None
        found = _with_const(node, _assigned(node))
        return None if found is node else found
    if not any(isinstance(n, Declare) and n.kind == "let" for n in walk(node.body)):
        return None
    assigned = _assigned(node)
    return map_blocks(node, facts, lambda block: _with_const(block, assigned))


def _assigned(root: Node) -> set[str]:
    """The names that anything but a declaration binds in a tree, nested functions included."""
    found: set[str] = set()
    for node in walk(root):
        if isinstance(node, Assign):
            targets: tuple[Node, ...] = node.targets
        elif isinstance(node, (AugAssign, AssignExpr, Update, ForEach)):
            targets = () if isinstance(node.target, Declare) else (node.target,)
        elif isinstance(node, Opaque):
            if node.kind in ("with", "unread"):
                found |= {n.id for n in walk(root) if isinstance(n, Name)}
            continue
        else:
            continue
        for target in targets:
            found |= {n.id for n in walk(target) if isinstance(n, Name)}
    return found


def _never_assigned(node: Declare, assigned: set[str]) -> Declare:
    names = {n.id for n in walk(node.target) if isinstance(n, Name)}
    return update(node, kind="const") if assigned.isdisjoint(names) else node


def _with_const(block: Block, assigned: set[str]) -> Block:
    found: list[Node] = []
    for node in block.body:
        if isinstance(node, Declare) and node.kind == "let" and node.value is not None:
            node = _never_assigned(node, assigned)
        elif isinstance(node, ForEach) and isinstance(node.target, Declare) and node.target.kind == "let":
            target = _never_assigned(node.target, assigned)
            node = node if target is node.target else update(node, target=target)
        found.append(node)
    changed = any(a is not b for a, b in zip(found, block.body, strict=True))
    return update(block, body=tuple(found)) if changed else block


LET_CONST = Rule(
    id="let-const",
    family="bindings",
    summary="Write `const x = 1`, not `let x = 1`, where `x` is never assigned again.",
    languages={"javascript": frozenset({"source-unread", "locals-unread"})},
    on=(Block, Function, Lambda),
    rewrite=_let_const,
    why="The two differ only in what an assignment does, and there is none: not in the whole function or "
    "file, nested functions included, whatever scope the assigned name belongs to. The top level of a "
    "script is shared with others.",
    examples=(
        Example(
            "function",
            "function f() { let x = g(); return x + x; }",
            "function f() { const x = g(); return x + x; }",
            "javascript",
        ),
        Example(
            "loop",
            "function f(a) { for (let x of a) { g(x, x); } }",
            "function f(a) { for (const x of a) { g(x, x); } }",
            "javascript",
        ),
        Example("file", "let x = require('f'); g(x);", "const x = require('f'); g(x);", "javascript"),
    ),
    leaves_alone=(
        "javascript: let x = f(); g(x);",
        "javascript: let x = require('x'); x = 2;",
        "javascript: let x = 1; function f() { x++; }",
        "javascript: function f() { let x; g(x); }",
        "javascript: var x = 1;",
        "javascript: function f() { let x = 1; [x] = g(); return x; }",
        "javascript: function f(a) { for (let x of a) { x = g(x); h(x); } }",
        "javascript: function f() { let x = 1; eval('x = 2'); return x + x; }",
    ),
    words=frozenset({"let", "var"}),
)

RULES: tuple[Rule, ...] = (
    MERGE_DECLARATION,
    *walrus.RULES,
    SPLIT_TUPLE,
    CHAINED_ASSIGNMENT,
    *swaps.RULES,
    *temporaries.RULES,
    *defaults.RULES,
    *results.RULES,
    *copies.RULES,
    *hoisting.RULES,
    *handlers.RULES,
    LET_CONST,
)
