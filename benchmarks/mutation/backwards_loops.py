"""Rules on loops applied backwards: as `backwards`, each right by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.python_surroundings import Surroundings
from mutation.swap import Swap, changed

_SCOPES = (
    ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.Await, ast.Yield,
    ast.YieldFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
_READERS = frozenset({"locals", "vars", "eval", "exec", "dir", "super", "next"})


def searches(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """`return any(…)` and `return sum(1 for …)` as loops."""
    if not isinstance(node, ast.Return) or not isinstance(node.value, ast.Call):
        return
    call = node.value
    made = call.args[0] if len(call.args) == 1 and not call.keywords else None
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    if not isinstance(made, ast.GeneratorExp) or not _may_be_a_loop(made, node, around):
        return
    if name in ("any", "all"):
        test = made.elt if name == "any" else ast.UnaryOp(ast.Not(), made.elt)
        leave = ast.If(test, [ast.Return(ast.Constant(name == "any"))], [])
        behind = ast.Return(ast.Constant(name != "any"))
        yield Swap("returned-search", [node], [_nested(made, leave), behind])
    elif name == "sum" and isinstance(made.elt, ast.Constant) and made.elt.value == 1:
        total = _fresh("total", node, around)
        add = ast.AugAssign(ast.Name(total, ast.Store()), ast.Add(), made.elt)
        start = ast.Assign([ast.Name(total, ast.Store())], ast.Constant(0), lineno=0)
        yield Swap("sum-loop", [node], [start, _nested(made, add), ast.Return(ast.Name(total, ast.Load()))])


def _may_be_a_loop(made: ast.GeneratorExp, node: ast.AST, around: Surroundings) -> bool:
    """Whether the names of a generator are new to its function, and nothing in it is a scope of its own."""
    function = around.function(node)
    if not isinstance(function, ast.FunctionDef) or any(c.is_async for c in made.generators):
        return False
    own = {n.id for c in made.generators for n in ast.walk(c.target) if isinstance(n, ast.Name)}
    inside = [n.id for n in ast.walk(made) if isinstance(n, ast.Name)]
    everywhere = [n.id for n in ast.walk(function) if isinstance(n, ast.Name)]
    if _READERS & {*inside} or own & {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}:
        return False
    if any(isinstance(n, _SCOPES) for n in ast.walk(made) if n is not made):
        return False
    return all(everywhere.count(name) == inside.count(name) for name in own)


def _nested(made: ast.GeneratorExp, innermost: ast.stmt) -> ast.stmt:
    body = innermost
    for clause in reversed(made.generators):
        for test in reversed(clause.ifs):
            body = ast.If(test, [body], [])
        body = ast.For(clause.target, clause.iter, [body], [], lineno=0)
    return body


def counting(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """An index that nothing reads, a counter for `enumerate`, a `while` for a `range`, and an else for what follows."""
    function = around.function(node)
    if not isinstance(node, ast.For) or not isinstance(function, ast.FunctionDef):
        return
    index = _fresh("index", node, around)
    if not node.orelse:
        target = ast.Tuple([ast.Name(index, ast.Store()), node.target], ast.Store())
        counted = ast.Call(ast.Name("enumerate", ast.Load()), [node.iter], [])
        yield Swap("unread-index", [node], [changed(node, target=target, iter=counted)])
        block = around.block(node)
        after = block[block.index(node) + 1 :] if node in block else []
        if after and not any(isinstance(n, ast.Break) for n in ast.walk(node)):
            yield Swap("idle-else", [node, after[0]], [changed(node, orelse=after[:1])])
    call = node.iter
    if any(isinstance(n, ast.Continue) for n in ast.walk(node)) or node.orelse:
        return
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or len(call.args) != 1:
        return
    if call.keywords or isinstance(call.args[0], ast.Starred):
        return
    yield from _counted(node, call, call.func.id, function)


def _counted(node: ast.For, call: ast.Call, name: str, function: ast.FunctionDef) -> Iterator[Swap]:
    """A loop whose counter is a name that only the loop mentions, and that it binds once."""
    only = call.args[0]
    target = node.target
    if name == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
        counter, loop = target.elts[0], changed(node, target=target.elts[1], iter=only)
        rule = "counter-to-enumerate"
    elif name == "range" and isinstance(only, ast.Constant) and type(only.value) is int:
        counter, rule = target, "while-range"
        loop = None
    else:
        return
    if not isinstance(counter, ast.Name) or not _is_plain(counter.id, node, function):
        return
    start = ast.Assign([ast.Name(counter.id, ast.Store())], ast.Constant(0), lineno=0)
    body = [*node.body, ast.AugAssign(ast.Name(counter.id, ast.Store()), ast.Add(), ast.Constant(1))]
    if loop is not None:
        if any(isinstance(n, ast.Name) and n.id == counter.id for n in ast.walk(only)):
            return
        yield Swap(rule, [node], [start, changed(loop, body=body)])
    else:
        test = ast.Compare(ast.Name(counter.id, ast.Load()), [ast.Lt()], [only])
        yield Swap(rule, [node], [start, ast.While(test, body, [])])


def _is_plain(name: str, loop: ast.For, function: ast.FunctionDef) -> bool:
    inside = [n for n in ast.walk(loop) if isinstance(n, ast.Name) and n.id == name]
    everywhere = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
    stored = [n for n in inside if not isinstance(n.ctx, ast.Load)]
    if len(everywhere) > len(inside) or len(stored) != 1:
        return False
    return not any(isinstance(n, _SCOPES) for n in ast.walk(loop)) and not _named(name, function)


def _named(name: str, function: ast.FunctionDef) -> bool:
    """Whether a parameter, a `global`, an import or the like has a name, or a string may mention it."""
    for n in ast.walk(function):
        if isinstance(n, ast.arg) and n.arg == name:
            return True
        if isinstance(n, (ast.Global, ast.Nonlocal)) and name in n.names:
            return True
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and name in n.value:
            return True
        if isinstance(n, ast.Name) and n.id in _READERS:
            return True
    return False


def _fresh(name: str, node: ast.AST, around: Surroundings) -> str:
    function = around.function(node)
    assert function is not None
    used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} | {*around.names.get(function, [])}
    while name in used or any(
        isinstance(n, ast.Constant) and isinstance(n.value, str) and name in n.value
        for n in ast.walk(function)
    ):
        name += "_"
    return name
