"""Rules of the family bindings: JavaScript's `var` where it is seen no earlier and no wider than a `let`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prediff.facts import Facts
from prediff.facts.scopes import names_of_target
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Block,
    Call,
    Class,
    Declare,
    Dict,
    ExprStmt,
    Function,
    ImportFrom,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Opaque,
    Pair,
    children,
    update,
    walk,
)


def is_module(tree: Block) -> bool:
    """Whether a file has a scope of its own, as ES and CommonJS modules have: scripts share their top level."""
    for node in walk(tree):
        if isinstance(node, ImportFrom) or (
            isinstance(node, Opaque) and node.kind.startswith(("import", "export"))
        ):
            return True
        if isinstance(node, Name) and node.id in ("require", "module", "exports"):
            return True
    return False


def _is_surely_module(tree: Block) -> bool:
    """Whether a file is run as a module only: a script fails at its imports, or where it requires something by name.

    One that asks `typeof module`, or calls a loader (`require([…], f)`), may be a script, whose `var` is a global.
    """
    for node in tree.body:
        if isinstance(node, ImportFrom) or (
            isinstance(node, Opaque) and node.kind.startswith(("import", "export"))
        ):
            return True
        value = node.value if isinstance(node, Declare) else None
        while isinstance(value, Attribute):
            value = value.value
        if isinstance(value, Call) and _is_quiet(value):
            return True
    return False


def _var_let(node: Function | Lambda | Block, facts: Facts) -> Node | None:
    """In a function's own block, and in that of a module."""
    if isinstance(node, Block):
        if facts.unit is not None or facts.enclosing or not _is_surely_module(node):
            return None
        block, taken = node, {"arguments"}
    elif isinstance(node.body, Block):
        block = node.body
        taken = {"arguments", *(name for p in node.params for name in names_of_target(p.target))}
    else:
        return None
    if (
        not any(isinstance(n, Declare) and n.kind == "var" for n in block.body)
        or "eval" in facts.module.words
    ):
        return None
    new = _with_let(block, taken)
    if new is None or isinstance(node, Block):
        return new
    return update(node, body=new)


def _with_let(block: Block, taken: set[str]) -> Block | None:
    bound = _bound(block)
    if bound is None:
        return None
    declared = [c for n in _own(block) if isinstance(n, Block) for c in n.body if isinstance(c, Function)]
    hoisted = {name for n in declared for name in _names(n)}
    seen: set[str] = set()
    quiet, changed = True, False
    body: list[Node] = []
    for node in block.body:
        quiet = quiet and _calls_nothing(node)
        if isinstance(node, Declare) and node.kind == "var" and node.value is not None:
            names = set(names_of_target(node.target))
            early = seen | taken | _names(node.value) | (set() if quiet else hoisted)
            if early.isdisjoint(names) and all(bound[name] == 1 for name in names):
                node = update(node, kind="let")
                changed = True
        seen |= _names(node)
        body.append(node)
    return update(block, body=tuple(body)) if changed else None


def _bound(block: Block) -> Counter[str] | None:
    """How often a function's own statements declare each name; None where that is not known (`with`, unread text)."""
    found: Counter[str] = Counter()
    for node in _own(block):
        if isinstance(node, Declare):
            found.update(names_of_target(node.target))
        elif isinstance(node, (Function, Class)):
            found[node.name] += 1
        elif isinstance(node, ImportFrom):
            found.update(a.asname or a.name for a in node.names)
        elif isinstance(node, Opaque) and node.kind in ("with", "unread"):
            return None
    return found


def _own(block: Block) -> Iterator[Node]:
    """The nodes of a function that stand in no inner one."""
    stack: list[Node] = [block]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (Function, Lambda, Class)):
            stack += children(node)


def _names(node: Node) -> set[str]:
    return {n.id for n in walk(node) if isinstance(n, Name)}


def _calls_nothing(node: Node) -> bool:
    """Whether a statement runs none of the file's own functions: what is required runs code of its own."""
    if isinstance(node, (ImportFrom, Function)):
        return True
    if isinstance(node, Declare):
        return node.value is None or _is_quiet(node.value)
    return isinstance(node, ExprStmt) and isinstance(node.value, Literal)


def _is_quiet(node: Node) -> bool:
    if isinstance(node, (Literal, Function, Lambda)):
        return True
    if isinstance(node, Call):
        required = node.func == Name("require") and not node.optional
        return required and len(node.args) == 1 and isinstance(node.args[0], Literal)
    if isinstance(node, Attribute):
        return isinstance(node.value, Call) and _is_quiet(node.value)
    return isinstance(node, (List, Dict, Pair)) and all(_is_quiet(c) for c in children(node))


RULES: tuple[Rule, ...] = (
    Rule(
        id="var-let",
        family="bindings",
        summary="Write `let x = 1`, not `var x = 1`, in a function's own block, where nothing reads x before.",
        languages={"javascript": frozenset({"source-unread", "locals-unread"})},
        on=(Block, Function, Lambda),
        rewrite=_var_let,
        why="A `var` is there, undefined, before its statement runs, can be declared twice, and outlives its block. In"
        " the function's own block none of that is seen if it is declared once, no text before it names it, its"
        " value neither, and no function that is called before it does: functions are hoisted, so that only"
        " literals, functions and `require` may stand before one that names it. The top level of a script is shared"
        " with others.",
        examples=(
            Example(
                "function",
                "function f(a) { var x = g(a); x = h(x); return x + x; }",
                "function f(a) { let x = g(a); x = h(x); return x + x; }",
                "javascript",
            ),
            Example(
                "module",
                "var x = require('f');\nfunction g() { return x; }\nh(g);",
                "const x = require('f');\nfunction g() { return x; }\nh(g);",
                "javascript",
            ),
        ),
        leaves_alone=(
            "javascript: var x = f(); g(x);",
            "javascript: var x = f(); if (typeof module === 'object') { module.exports = x; }",
            "javascript: var x = f(); require(['a'], x);",
            "javascript: var x = f(); if (typeof require === 'function') { var y = require('y'); }",
            "javascript: function f() { g(x); var x = h(); return x + x; }",
            "javascript: function f() { if (g()) { var x = h(); } return x + x; }",
            "javascript: function f() { var x = g(); var x = h(); return x + x; }",
            "javascript: function f(x) { var x = g(); return x + x; }",
            "javascript: function f() { var x = x || g(); return x + x; }",
            "javascript: function f() { var x = g(() => x); return x + x; }",
            "javascript: function f() { k(); var x = g(); return x + x; function k() { h(x); } }",
            "javascript: function f() { var x = k(); return x + x; function k() { return typeof x; } }",
            "javascript: function f() { var x; g(x, x); }",
            "javascript: function f() { for (var x = 0; x < 3; x++) { g(() => x); } }",
            "javascript: function f() { var x = g(); eval('x'); return x + x; }",
            "javascript: function f() { var x = g(); { function x() {} } return x + x; }",
        ),
        words=frozenset({"var"}),
    ),
)
