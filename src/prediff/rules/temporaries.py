"""Rules of the family bindings: a local that is read once, right behind its assignment.

The rule asks at the whole function, whose names are then counted afresh.
"""

from __future__ import annotations

from collections.abc import Callable

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise
from prediff.facts.evaluation import put_first, reads, reads_first
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, uses_of
from prediff.facts.values import is_text
from prediff.rules.blocks import map_blocks, placed
from prediff.rules.conditions import is_fixed, is_name
from prediff.rules.rule import Example, Rule
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
    Compare,
    CompFor,
    Comprehension,
    Declare,
    Dict,
    ForEach,
    Formatted,
    Function,
    Index,
    Interp,
    Keyword,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    New,
    Node,
    Not,
    Opaque,
    Pair,
    Raise,
    Return,
    Slice,
    Star,
    Statement,
    Ternary,
    Tuple,
    Unary,
    Update,
    Yield,
    YieldFrom,
    children,
    update,
    walk,
)

LOCALS = frozenset({"source-unread", "locals-unread"})
DECLARED = frozenset({"const", "let", "var"})
PLAIN_CALLS = frozenset(
    {
        "len",
        "str",
        "int",
        "float",
        "bool",
        "sorted",
        "list",
        "dict",
        "tuple",
        "range",
        "min",
        "max",
        "sum",
        "isinstance",
        "abs",
        "round",
        "repr",
        "ord",
        "chr",
        "divmod",
        "any",
        "all",
    }
)
"""Builtins whose results nothing can watch being freed."""
_PLAIN = (
    Name,
    Literal,
    Attribute,
    Index,
    Slice,
    Compare,
    Logical,
    Not,
    Unary,
    Binary,
    Ternary,
    Interp,
    Formatted,
    List,
    Tuple,
    Dict,
    Pair,
    Star,
    Keyword,
    CompFor,
)
_ACTS = (Call, New, Await, Yield, YieldFrom, AssignExpr, Update, Opaque, Lambda, Function, Class)


def is_settled(node: Node, uses: Uses, facts: Facts) -> bool:
    """Whether it cannot be seen when a value is freed: no unknown call made it, and it is no set or generator.

    (Those can be weakly referenced, or act when they are freed; numbers, text, lists, dicts and tuples do neither.)
    """
    if isinstance(node, Comprehension):
        return node.kind in ("list", "dict") and all(is_settled(c, uses, facts) for c in children(node))
    if isinstance(node, Call):
        if isinstance(node.func, Attribute) and is_text(node.func.value):
            return all(is_settled(a, uses, facts) for a in (node.func.value, *node.args))
        name = node.func.id if isinstance(node.func, Name) else ""
        if (
            name not in PLAIN_CALLS
            or not facts.is_builtin(node.func, name)
            or (name in uses.names and uses.names[name].bound)
        ):
            return False
        return all(_settled_argument(a, uses, facts) for a in node.args)
    return isinstance(node, _PLAIN) and all(is_settled(c, uses, facts) for c in children(node))


def _settled_argument(node: Node, uses: Uses, facts: Facts) -> bool:
    if isinstance(node, Keyword) and isinstance(node.value, Lambda):
        return True  # a sort key, which the builtin calls and lets go
    if isinstance(node, Comprehension) and node.kind == "generator":
        return all(is_settled(c, uses, facts) for c in children(node))
    return is_settled(node, uses, facts)


# --- temporaries ---------------------------------------------------------------------------------------------------


def _single_use(function: Function | Lambda, facts: Facts) -> Node | None:
    if not isinstance(function.body, Block):
        return None
    uses: Uses | None = None

    def visit(block: Block) -> Block:
        nonlocal uses
        body = list(block.body)
        for i in range(len(body) - 2, -1, -1):
            bound = _bound(body[i], facts)
            if bound is None or not reads_first(body[i + 1], bound[0]):
                continue
            uses = uses or uses_of(function, facts)
            use = uses.names.get(bound[0])
            if use is None or use.captured or use.bound != 1 or use.read != 1 or uses.local(bound[0]) is None:
                continue
            new = _inlined(body[i + 1], *bound, uses, facts)
            if new is not None:
                body[i : i + 2] = [placed(new, body[i + 1], body[i])]
        return block if len(body) == len(block.body) else update(block, body=tuple(body))

    return map_blocks(function, facts, visit)


def _bound(node: Node, facts: Facts) -> tuple[str, Node] | None:
    """The one name that a statement binds, and its value."""
    if facts.language == "python":
        if isinstance(node, Assign) and len(node.targets) == 1 and isinstance(node.targets[0], Name):
            return node.targets[0].id, node.value
    elif (
        isinstance(node, Declare)
        and node.kind in DECLARED
        and node.value is not None
        and isinstance(node.target, Name)
    ):
        return node.target.id, node.value
    return None


def _inlined(node: Node, name: str, value: Node, uses: Uses, facts: Facts) -> Statement | None:
    """The statement that reads a temporary with the value in its place; None where that is not the same."""
    if not isinstance(node, Statement):
        return None
    if facts.language == "python":
        anything = _is_whole(node, name, uses)
        if not anything and not is_settled(value, uses, facts):
            return None
    elif not _may_stand_in_javascript(node, name, value, uses, facts):
        return None
    new = put_first(node, name, value, _inert_before(value, uses, facts))
    return new if isinstance(new, Statement) and not reads(new, name) else None


def _is_whole(node: Statement, name: str, uses: Uses) -> bool:
    """Whether a name is all that a statement returns, raises, or gives to a local of its own."""
    if isinstance(node, Raise) and node.cause is not None:
        return False
    if isinstance(node, Assign):
        target = node.targets[0]
        if len(node.targets) != 1 or not isinstance(target, Name) or uses.local(target.id) is None:
            return False
        if uses.names[target.id].bound != 1 or uses.names[target.id].captured:
            return False
    elif not isinstance(node, (Return, Raise)):
        return False
    return isinstance(node.value, Name) and node.value.id == name


def _may_stand_in_javascript(node: Statement, name: str, value: Node, uses: Uses, facts: Facts) -> bool:
    """Whether the place of a name gives a value no other meaning in JavaScript.

    A function is named after its variable, a method is called on its object, an optional chain goes on behind it, a
    loop's header does not see outer variables of the loop variable's name, `delete` and `typeof` ask for more than a
    value, and what an assignment is made to is looked up before its value.
    """
    if isinstance(value, (Function, Lambda, Class, Opaque)):
        return False
    if any(
        isinstance(n, Unary) and n.op in ("delete", "typeof") and is_name(n.operand, name) for n in walk(node)
    ):
        return False
    if isinstance(value, (Attribute, Index, Call, New)):
        called = [n.func for n in walk(node) if isinstance(n, (Call, New))]
        read = [n.value for n in walk(node) if isinstance(n, (Attribute, Index))]
        if any(is_name(n, name) for n in (*called, *(read if _has_optional(value) else ()))):
            return False
    if isinstance(value, (Attribute, Index, Call)) and _has_optional(value) and not _is_value(node, name):
        return False
    if isinstance(node, ForEach) and any(reads(value, x) for x in names_of_target(node.target)):
        return False
    if isinstance(node, (Assign, AugAssign)):
        targets = node.targets if isinstance(node, Assign) else (node.target,)
        return all(_is_still(t, value, uses, facts) for t in targets)
    return True


def _has_optional(value: Node) -> bool:
    return any(isinstance(n, (Attribute, Index, Call)) and n.optional for n in walk(value))


def _is_value(node: Node, name: str) -> bool:
    value = getattr(node, "value", None)
    return isinstance(value, Name) and value.id == name


def _is_still(target: Node, value: Node, uses: Uses, facts: Facts) -> bool:
    """Whether a JavaScript target may as well be looked up before a value is evaluated."""
    if not isinstance(target, Attribute) or not isinstance(target.value, Name):
        return isinstance(target, Name)
    name = target.value.id
    if name == "super" or name == "this" or uses.steady(name):
        return name != "super"
    if any(isinstance(n, _ACTS) for n in walk(value)):
        return False
    return not any(isinstance(n, (Attribute, Index)) for n in walk(value)) or facts.assume("reads-pure")


def _inert_before(value: Node, uses: Uses, facts: Facts) -> Callable[[Node], bool]:
    """Whether what is evaluated before a temporary's place may as well be evaluated before the temporary's value."""
    quiet = all(not isinstance(n, _ACTS) or _is_plain_call(n) for n in walk(value))
    assigned = {
        x for n in walk(value) if isinstance(n, (AssignExpr, Update)) for x in names_of_target(n.target)
    }

    def inert(node: Node) -> bool:
        if is_fixed(node):
            return True
        if isinstance(node, Name):
            if node.id in assigned or node.id == "super":
                return False
            return uses.steady(node.id) or (quiet and facts.assume("reads-pure"))
        if isinstance(node, Attribute) and not node.optional:
            return (
                quiet and "reads-pure" in facts.granted and cannot_raise(value, facts) and inert(node.value)
            )
        return False

    return inert


def _is_plain_call(node: Node) -> bool:
    """Whether a node is a call that `is_settled` lets pass (it was asked before), so that only its arguments matter."""
    return isinstance(node, Call) and (
        (isinstance(node.func, Name) and node.func.id in PLAIN_CALLS)
        or (isinstance(node.func, Attribute) and is_text(node.func.value))
    )


SINGLE_USE = Rule(
    id="single-use-temporary",
    family="bindings",
    summary="Write a value where it is read, without a local that is read once, right behind its assignment.",
    languages={"python": LOCALS, "javascript": LOCALS},
    on=(Function, Lambda),
    rewrite=_single_use,
    why="The value must be the first thing that the next statement evaluates, once and for certain, so "
    "that the order of evaluation stays. In Python a local keeps its object alive to the end of the "
    "function, so that outside of `return x`, `raise x` and `y = x` the value must be one whose end "
    "cannot be seen: not what an unknown call made. A name that a nested function, a comprehension or "
    "a string mentions stays.",
    examples=(
        Example("return", "def f(a):\n    x = g(a)\n    return x", "def f(a):\n    return g(a)"),
        Example(
            "index",
            "def f(a):\n    i = len(a) // 2\n    p = a[i]\n    return p, p",
            "def f(a):\n    p = a[len(a) // 2]\n    return p, p",
        ),
        Example(
            "test",
            "def f(a):\n    n = a.count\n    if n > 1:\n        g()",
            "def f(a):\n    if a.count > 1:\n        g()",
        ),
        Example(
            "javascript",
            "function f(a) { const x = g(a); return x; }",
            "function f(a) { return g(a); }",
            "javascript",
        ),
        Example(
            "javascript loop",
            "function f(a) { const r = a.slice(1); for (const x of r) { g(x); } }",
            "function f(a) { for (const x of a.slice(1)) { g(x); } }",
            "javascript",
        ),
    ),
    leaves_alone=(
        "def f():\n    d = TemporaryDirectory()\n    use(d.name)",
        "def f(a):\n    s = {1, 2}\n    return weakref.ref(s)",
        "def f(a):\n    x = a.b\n    return g() + x",
        "def f(a):\n    x = a.b\n    while x:\n        g()",
        "def f(a):\n    x = a.b\n    return a and x",
        "def f(a):\n    x = a.b\n    return lambda: x",
        "def f(a):\n    x = a.b\n    return [x for y in a]",
        "def f(a):\n    x = a.b\n    g()\n    return x",
        "def f(a):\n    x = a.b\n    assert x",
        'def f(df):\n    age = df.age\n    return age + df.query("a > @age")',
        "def f(a):\n    x = a.b\n    return x + x",
        "def f(a):\n    x = g(a)\n    a.b = x",
        "x = g()\nprint(x)",
        "def f(a):\n    global x\n    x = a.b\n    return x",
        "def f(a):\n    x = a.b\n    with a, x:\n        g()",
        "javascript: function f(a) { const m = a.b; return m(1); }",
        "javascript: function f(a) { const x = () => 1; return x; }",
        "javascript: function f(a) { const x = g(a); return () => x; }",
        "javascript: function f(x) { const a = x.b; for (const x of a) { g(x); } }",
        "javascript: function f(a) { const x = a?.b; return x.c; }",
        "javascript: function f(a) { const x = a.b; g()[0] = x; }",
        "javascript: function f(a) { const x = a.b(); if (a.c && x) g(); }",
        "javascript: function f(a) { const v = a.b; delete v; }",
        "javascript: function f() { const x = a; return typeof x; }",
        "javascript: function f() { const v = h(); return g?.(v); }",
        "javascript: function f() { const v = h.i; return g?.[v]; }",
        "javascript: function f(g) { const v = h(); g ??= v; }",
        "javascript: let k; function f() { const v = h(); k += v; }",
        "javascript: let G; function f() { const v = h(); G.a = v; }",
    ),
)

RULES: tuple[Rule, ...] = (SINGLE_USE,)
