"""Rules on whole shapes applied backwards: assignments, loops, branches and small functions. See `backwards`."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from mutation.python_surroundings import FUNCTIONS, Surroundings
from mutation.swap import Swap, changed

LATE = (ast.Lambda, ast.GeneratorExp, ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom, ast.JoinedStr)


def _store(name: str) -> ast.Name:
    return ast.Name(name, ast.Store())


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def _assign(target: ast.expr, value: ast.expr) -> ast.Assign:
    return ast.Assign([target], value, lineno=0)


def _bound(node: ast.AST) -> str:
    """The one name that an assignment binds; "" for any other statement."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    return ""


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def _next(node: ast.stmt, around: Surroundings) -> ast.stmt | None:
    block = around.block(node)
    i = block.index(node) + 1 if node in block else len(block)
    return block[i] if i < len(block) else None


def _is_plain_local(name: str, function: ast.AST | None) -> bool:
    """Whether only a function's own statements can see a name, and none of them after an error."""
    if not isinstance(function, ast.FunctionDef):
        return False
    for node in ast.walk(function):
        if isinstance(node, (ast.Try, ast.With, ast.Global, ast.Nonlocal, ast.Delete, ast.Match)):
            return False
        if isinstance(node, FUNCTIONS) and node is not function and _mentions(node, name):
            return False
    return name in {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}


def contexts(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, (ast.With, ast.AsyncWith)) and len(node.items) > 1:
        inner = changed(node, items=node.items[1:])
        yield Swap("nested-with", [node], [changed(node, items=node.items[:1], body=[inner])])


def defaults(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    function = around.function(node)
    name = _bound(node)
    if function is None:
        return
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp) and _is_plain_local(name, function):
        value = node.value
        mentioned = _mentions(value.test, name) or _mentions(value.body, name)
        lines = [n.lineno for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
        if isinstance(value.orelse, ast.Constant) and min(lines) >= node.lineno and not mentioned:
            start, later = _assign(_store(name), value.orelse), _assign(_store(name), value.body)
            yield Swap("default-first", [node], [start, ast.If(value.test, [later], [])])
    elif isinstance(node, ast.If) and not node.orelse and len(node.body) == 1:
        name, only = _bound(node.body[0]), node.body[0]
        if isinstance(function, ast.FunctionDef) and name in {a.arg for a in function.args.args}:
            assert isinstance(only, ast.Assign)
            if _is_plain_local(name, function):
                kept = ast.IfExp(node.test, only.value, _load(name))
                yield Swap("kept-value", [node], [_assign(_store(name), kept)])


def numbers(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Constant) or type(node.value) is not int or not 3 < node.value < 10**6:
        return
    if isinstance(around.parents.get(node), (ast.Compare, ast.BinOp, ast.Assign, ast.Call, ast.Return)):
        made = ast.BinOp(ast.Constant(node.value - 2), ast.Add(), ast.Constant(2))
        yield Swap("constant-arithmetic", [node], [made])


def chains(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Assign) or not _bound(node) or not isinstance(node.value, ast.Constant):
        return
    after = _next(node, around)
    if isinstance(after, ast.Assign) and _bound(after) and ast.dump(node.value) == ast.dump(after.value):
        targets = [*node.targets, *after.targets]
        yield Swap("chained-assignment", [node, after], [changed(node, targets=targets)])


def walruses(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Assign) and _bound(node) and not isinstance(around.parents[node], ast.ClassDef):
        after, made = _next(node, around), ast.NamedExpr(_store(_bound(node)), node.value)
        if isinstance(after, ast.If):
            test = _with_walrus(after.test, _bound(node), made)
            if test is not None:
                yield Swap("assignment-statement", [node, after], [changed(after, test=test)])
    elif isinstance(node, ast.While) and not node.orelse and len(node.body) > 2:
        yield from _loops(node, around)


def _with_walrus(test: ast.expr, name: str, made: ast.expr) -> ast.expr | None:
    """A test with an assignment in the place of the name that it reads first."""
    if isinstance(test, ast.Name):
        return made if test.id == name else None
    if isinstance(test, ast.Compare):
        left = _with_walrus(test.left, name, made)
        return None if left is None else changed(test, left=left)
    if isinstance(test, ast.UnaryOp):
        operand = _with_walrus(test.operand, name, made)
        return None if operand is None else changed(test, operand=operand)
    return None


def _loops(node: ast.While, around: Surroundings) -> Iterator[Swap]:
    start, leave, *body = node.body
    forever = isinstance(node.test, ast.Constant) and node.test.value is True
    if not forever or not _bound(start) or not isinstance(leave, ast.If) or leave.orelse:
        return
    assert isinstance(start, ast.Assign)
    if (
        len(leave.body) != 1
        or not isinstance(leave.body[0], ast.Break)
        or not isinstance(start.value, ast.Call)
    ):
        return
    test = leave.test
    if not isinstance(test, ast.UnaryOp) or not isinstance(test.op, ast.Not):
        return
    made = _with_walrus(test.operand, _bound(start), ast.NamedExpr(_store(_bound(start)), start.value))
    if made is not None and not isinstance(around.parents[node], ast.ClassDef):
        yield Swap("assignment-in-loop", [node], [ast.While(made, body, [])])
        if not any(isinstance(n, ast.Continue) for n in ast.walk(node)):
            yield Swap("primed-loop", [node], [start, ast.While(test.operand, [*body, start], [])])


def small_functions(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    function = around.function(node)
    if not isinstance(function, ast.FunctionDef):
        return
    if isinstance(node, ast.FunctionDef) and len(node.body) == 1 and not node.decorator_list:
        only, args = node.body[0], node.args
        annotated = node.returns is not None or any(
            a.annotation for a in ast.walk(args) if isinstance(a, ast.arg)
        )
        own = isinstance(around.parents[node], ast.FunctionDef) and not annotated
        if own and isinstance(only, ast.Return) and only.value is not None and not _is_late(only.value):
            made = ast.Lambda(args, only.value)
            yield Swap("lambda-name", [node], [_assign(_store(node.name), made)])
    elif isinstance(node, ast.Return) and isinstance(node.value, (ast.BinOp, ast.Compare, ast.BoolOp)):
        if _is_late(node.value) or any(isinstance(n, (ast.Global, ast.Nonlocal)) for n in ast.walk(function)):
            return
        if around.function(node) is function and not _mentions(node.value, "super"):
            name = "helper"
            while any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(function)):
                name += "_"
            arguments = ast.arguments([], [], None, [], [], None, [])
            helper = _assign(_store(name), ast.Lambda(arguments, node.value))
            yield Swap("helper", [node], [helper, ast.Return(ast.Call(_load(name), [], []))])


def _is_late(node: ast.expr) -> bool:
    return any(isinstance(n, LATE) for n in ast.walk(node))


def matches(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """An if that asks one parameter for one value after another, as a `match`."""
    function = around.function(node)
    if not isinstance(node, ast.If) or not isinstance(function, ast.FunctionDef):
        return
    cases: list[ast.match_case] = []
    rest: list[ast.stmt] = [node]
    name = ""
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        test = rest[0].test
        if not isinstance(test, ast.Compare) or not isinstance(test.left, ast.Name) or len(test.ops) > 1:
            break
        value = test.comparators[0]
        if not isinstance(test.ops[0], ast.Eq) or not isinstance(value, ast.Constant):
            break
        if (name and test.left.id != name) or type(value.value) not in (int, str, bytes):
            break
        name = test.left.id
        cases.append(ast.match_case(ast.MatchValue(value), None, rest[0].body))
        rest = rest[0].orelse
    if cases and name in {a.arg for a in function.args.args} and _is_plain_local(name, function):
        last = [ast.match_case(ast.MatchAs(), None, rest)] if rest else []
        yield Swap("match-tests", [node], [ast.Match(_load(name), [*cases, *last])])


SHAPES = (contexts, defaults, numbers, chains, walruses, small_functions, matches)
