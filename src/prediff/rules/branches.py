"""Rules of the family branches: how an if is written. Jumps and what follows them: `jumps`."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules import contexts, jumps, matches
from prediff.rules.blocks import ends, placed
from prediff.rules.conditions import both, is_negative, negate
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    AugAssign,
    Block,
    Class,
    ExprStmt,
    Function,
    If,
    Lambda,
    Name,
    Node,
    Return,
    Statement,
    Ternary,
    trees_equal,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
SHARED = {"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD}


def _empty_branch(node: If, facts: Facts) -> Node | None:
    if node.orelse is None:
        return None
    if not node.orelse.body:
        return update(node, orelse=None, restructured=True)
    if node.then.body:
        return None
    return update(node, test=negate(node.test, facts), then=node.orelse, orelse=None, restructured=True)


EMPTY_BRANCH = Rule(
    id="empty-branch",
    family="branches",
    summary="Leave out a branch that does nothing.",
    languages=SHARED,
    on=(If,),
    rewrite=_empty_branch,
    why="The test is still evaluated, once, and only its truth matters.",
    examples=(
        Example("else", "if a:\n    f()\nelse:\n    pass", "if a:\n    f()"),
        Example("then", "if a:\n    pass\nelse:\n    f()", "if not a:\n    f()"),
        Example("javascript", "if (a) {} else { f(); }", "if (!a) { f(); }", "javascript"),
    ),
    leaves_alone=("if f():\n    pass", "if a:\n    f()\nelse:\n    g", "javascript: if (f()) {}"),
)


def _only(block: Block | None) -> Node | None:
    """The one statement of a block that has one."""
    return block.body[0] if block is not None and len(block.body) == 1 else None


def _branch_polarity(node: If, facts: Facts) -> Node | None:
    if (
        node.orelse is None
        or not node.orelse.body
        or not node.then.body
        or ends(node.then)
        or ends(node.orelse)
    ):
        return None
    nested = isinstance(_only(node.then), If), isinstance(_only(node.orelse), If)
    turn = nested[0] if nested[0] is not nested[1] else is_negative(node.test, facts)
    if not turn:
        return None
    return update(node, test=negate(node.test, facts), then=node.orelse, orelse=node.then, restructured=True)


BRANCH_POLARITY = Rule(
    id="branch-polarity",
    family="branches",
    summary="Write `if a: x else: y`, not `if not a: y else: x`; a branch that is but another if comes last.",
    languages=SHARED,
    on=(If,),
    rewrite=_branch_polarity,
    why="The test is evaluated once, only its truth matters, and the branch that runs is the same one. "
    "Branches that return or jump are left to the rules on what follows them.",
    examples=(
        Example("not", "if not a:\n    f()\nelse:\n    g()", "if a:\n    g()\nelse:\n    f()"),
        Example("not in", "if a not in b:\n    f()\nelse:\n    g()", "if a in b:\n    g()\nelse:\n    f()"),
        Example(
            "nested", "if a:\n    if b:\n        f()\nelse:\n    g()", "if not a:\n    g()\nelif b:\n    f()"
        ),
        Example(
            "javascript",
            "if (a !== b) { f(); } else { g(); }",
            "if (a === b) { g(); } else { f(); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "if a:\n    f()\nelse:\n    g()",
        "if not a:\n    f()",
        "if not a:\n    f()\nelif b:\n    g()",
        "if a < b:\n    f()\nelse:\n    g()",
        "javascript: if (a >= b) { f(); } else { g(); }",
    ),
)


def _nested_if(node: If, facts: Facts) -> Node | None:
    inner = _only(node.then)
    if node.orelse is not None or not isinstance(inner, If) or inner.orelse is not None:
        return None
    return update(node, test=both("and", node.test, inner.test), then=inner.then, restructured=True)


NESTED_IF = Rule(
    id="nested-if",
    family="branches",
    summary="Write `if a and b`, not an if that holds nothing but an if.",
    languages=SHARED,
    on=(If,),
    rewrite=_nested_if,
    why="`b` is evaluated only if `a` is true in either form. With an else on either if, another branch "
    "could run.",
    examples=(
        Example("two", "if a:\n    if b:\n        f()", "if a and b:\n    f()"),
        Example("javascript", "if (a) { if (b) f(); }", "if (a && b) f();", "javascript"),
    ),
    leaves_alone=(
        "if a:\n    if b:\n        f()\n    g()",
        "if a:\n    if b:\n        f()\n    else:\n        g()",
        "if a:\n    if b:\n        f()\nelse:\n    g()",
        "javascript: if (a) { if (b) f(); else g(); }",
    ),
)


def _same_branch(node: If, facts: Facts) -> Node | None:
    inner = _only(node.orelse)
    if not isinstance(inner, If) or not node.then.body or not trees_equal(node.then, inner.then):
        return None
    return update(node, test=both("or", node.test, inner.test), orelse=inner.orelse, restructured=True)


SAME_BRANCH = Rule(
    id="same-branch",
    family="branches",
    summary="Write `if a or b: x`, not `if a: x elif b: x`.",
    languages=SHARED,
    on=(If,),
    rewrite=_same_branch,
    why="`b` is evaluated only if `a` is false in either form, and the same statements run.",
    examples=(
        Example("two", "if a:\n    f()\nelif b:\n    f()", "if a or b:\n    f()"),
        Example(
            "javascript",
            "if (a) { f(); } else if (b) { f(); } else { g(); }",
            "if (a || b) { f(); } else { g(); }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "if a:\n    f()\nif b:\n    f()",
        "if a:\n    f()\nelif b:\n    f(1)",
        "javascript: if (a) { f(); } else if (b) { f(1); }",
    ),
)


def _assigned(block: Block | None) -> Assign | None:
    only = _only(block)
    return only if isinstance(only, Assign) else None


def _assign_ternary(node: If | Assign, facts: Facts) -> Node | None:
    if isinstance(node, Assign):
        value = node.value
        if not isinstance(value, Ternary) or not (
            isinstance(value.then, Ternary) or isinstance(value.orelse, Ternary)
        ):
            return None
        if not _targets_wait(node, facts) or any(
            _named_by_target(v, facts) for v in (value.then, value.orelse)
        ):
            return None
        then = placed(update(node, value=value.then), node)
        orelse = placed(update(node, value=value.orelse), node)
        return If(value.test, Block((then,), span=node.span), Block((orelse,), span=node.span))
    first, second = _assigned(node.then), _assigned(node.orelse)
    if first is None or second is None or not _same_targets(first, second) or not _targets_wait(first, facts):
        return None
    if any(isinstance(a.value, Ternary) or _named_by_target(a.value, facts) for a in (first, second)):
        return None
    chosen = Ternary(node.test, first.value, second.value)
    return Assign(first.targets, chosen)


def _same_targets(first: Assign, second: Assign) -> bool:
    pairs = zip(first.targets, second.targets, strict=False)
    return len(first.targets) == len(second.targets) and all(trees_equal(a, b) for a, b in pairs)


def _targets_wait(node: Assign, facts: Facts) -> bool:
    """Whether the targets may be evaluated after the value: in JavaScript, where they come first, only names."""
    return facts.language == "python" or all(isinstance(t, Name) for t in node.targets)


def _named_by_target(value: Node, facts: Facts) -> bool:
    """Whether a value takes its name from what it is assigned to (JavaScript's anonymous functions and classes)."""
    return facts.language != "python" and isinstance(value, (Function, Lambda, Class))


ASSIGN_TERNARY = Rule(
    id="assign-ternary",
    family="branches",
    summary=(
        "Write `x = b if a else c`, not `if a: x = b else: x = c`; of more than two values only the last two."
    ),
    languages=SHARED,
    on=(If, Assign),
    rewrite=_assign_ternary,
    why="The test comes first, then the one value, then the target. In JavaScript a target that is no name "
    "would be evaluated before the test, and an anonymous function takes its name from the variable "
    "only where it stands alone.",
    examples=(
        Example("two", "if a:\n    x = 1\nelse:\n    x = 2", "x = 1 if a else 2"),
        Example(
            "chain", "x = 1 if a else 2 if b else 3", "if a:\n    x = 1\nelif b:\n    x = 2\nelse:\n    x = 3"
        ),
        Example("item", "if a:\n    x[f()] = 1\nelse:\n    x[f()] = 2", "x[f()] = 1 if a else 2"),
        Example("javascript", "if (a) { x = 1; } else { x = 2; }", "x = a ? 1 : 2;", "javascript"),
    ),
    leaves_alone=(
        "if a:\n    x = 1\nelse:\n    y = 2",
        "if a:\n    x = 1",
        "if a:\n    x += 1\nelse:\n    x += 2",
        "javascript: if (a()) { x.y = 1; } else { x.y = 2; }",
        "javascript: if (a) { x = () => 1; } else { x = () => 2; }",
        "javascript: const x = a ? 1 : b ? 2 : 3;",
        "javascript: x = a ? () => 1 : b ? 2 : 3;",
    ),
)


def _return_ternary(node: Block, facts: Facts) -> Node | None:
    found: list[Node] = []
    for statement in node.body:
        while isinstance(statement, Return) and isinstance(statement.value, Ternary):
            value = statement.value
            then = placed(update(statement, value=value.then), statement)
            found.append(placed(If(value.test, Block((then,), span=statement.span)), statement))
            statement = placed(update(statement, value=value.orelse), statement)
        found.append(statement)
    return update(node, body=tuple(found)) if len(found) > len(node.body) else None


RETURN_TERNARY = Rule(
    id="return-ternary",
    family="branches",
    summary="Write `if a: return b` and `return c`, not `return b if a else c`.",
    languages=SHARED,
    on=(Block,),
    rewrite=_return_ternary,
    why="The test is evaluated once, then the one value, and nothing follows a return.",
    examples=(
        Example(
            "two",
            "def f(a):\n    return 1 if a else 2",
            "def f(a):\n    if a:\n        return 1\n    return 2",
        ),
        Example(
            "chain",
            "def f(a, b):\n    return 1 if a else 2 if b else 3",
            "def f(a, b):\n    if a:\n        return 1\n    if b:\n        return 2\n    return 3",
        ),
        Example(
            "javascript",
            "function f(a) { return a ? 1 : 2; }",
            "function f(a) { if (a) return 1; return 2; }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f(a):\n    return g(1 if a else 2)",
        "def f(a):\n    yield 1 if a else 2",
        "x = 1 if a else 2",
        "javascript: const f = (a) => a ? 1 : 2;",
    ),
)


def _discarded_ternary(node: ExprStmt, facts: Facts) -> Node | None:
    value = node.value
    if not isinstance(value, Ternary):
        return None
    arms = [Block((_statement(arm, node),), span=node.span) for arm in (value.then, value.orelse)]
    return If(value.test, arms[0], arms[1])


def _statement(value: Node, source: Statement) -> Node:
    """An expression as a statement: an assignment (JavaScript) is one of its own."""
    if isinstance(value, AssignExpr) and value.op == "=":
        return placed(Assign((value.target,), value.value), source)
    if isinstance(value, AssignExpr) and value.op != ":=":
        return placed(AugAssign(value.target, value.op.removesuffix("="), value.value), source)
    return placed(ExprStmt(value), source)


DISCARDED_TERNARY = Rule(
    id="discarded-ternary",
    family="branches",
    summary="Write `if a: f() else: g()`, not `f() if a else g()` as a statement.",
    languages=SHARED,
    on=(ExprStmt,),
    rewrite=_discarded_ternary,
    why="The value of an expression statement is not used, and the test is evaluated once before the one "
    "arm.",
    examples=(
        Example("python", "f() if a else g()", "if a:\n    f()\nelse:\n    g()"),
        Example("javascript", "a ? f() : g();", "if (a) { f(); } else { g(); }", "javascript"),
    ),
    leaves_alone=("x = f() if a else g()", "h(f() if a else g())", "a and f()", "javascript: a && f();"),
)

RULES: tuple[Rule, ...] = (
    EMPTY_BRANCH,
    NESTED_IF,
    SAME_BRANCH,
    BRANCH_POLARITY,
    DISCARDED_TERNARY,
    ASSIGN_TERNARY,
    RETURN_TERNARY,
    *contexts.RULES,
    *matches.RULES,
    *jumps.RULES,
)
