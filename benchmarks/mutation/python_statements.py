"""The operators on Python's statements: deletions, moves, and changes of what only a statement has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from mutation.python_expressions import ARITHMETIC
from mutation.python_surroundings import Surroundings
from mutation.swap import Swap, changed, neighbours, without

LOOPS = (ast.For, ast.AsyncFor, ast.While)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def deletion(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.stmt) and not isinstance(node, ast.Pass):
        yield Swap("statement-deleted", [node], [])


def order(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """A statement and the next one the other way round."""
    if not isinstance(node, ast.stmt):
        return
    after = _next(node, around)
    if after is not None:
        yield Swap("statements-swapped", [node, after], [after, node])


def _next(node: ast.stmt, around: Surroundings) -> ast.stmt | None:
    block = around.block(node)
    at = next((i for i, n in enumerate(block) if n is node), len(block))
    return block[at + 1] if at + 1 < len(block) else None


def indentation(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """The last statement of a block moves behind it, or what follows moves in."""
    if not isinstance(node, (*LOOPS, ast.If, ast.With, ast.AsyncWith, ast.Try)):
        return
    where = "loop" if isinstance(node, LOOPS) else "branch"
    arms = [name for name in ("body", "orelse", "finalbody") if getattr(node, name, None)]
    if arms[-1] == "orelse" and isinstance(node, ast.If) and _is_elif(node):
        arms = arms[:-1]
    for name in arms:
        body: list[ast.stmt] = getattr(node, name)
        rest = body[:-1] or [ast.Pass()]
        yield Swap(f"moved-out-of-{where}", [node], [changed(node, **{name: rest}), body[-1]])
    after = _next(node, around)
    if after is not None:
        for name in arms:
            body = getattr(node, name)
            yield Swap(f"moved-into-{where}", [node, after], [changed(node, **{name: [*body, after]})])


def _is_elif(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def branch(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, (ast.If, *LOOPS)) and node.orelse:
        yield Swap("else-dropped", [node], [changed(node, orelse=[])])
        yield Swap("else-joined", [node], [changed(node, orelse=[]), *node.orelse])
        if isinstance(node, ast.If):
            yield Swap("branches-swapped", [node], [changed(node, body=node.orelse, orelse=node.body)])
    if isinstance(node, ast.If):
        yield Swap("condition-dropped", [node], node.body)
    if isinstance(node, ast.While):
        yield Swap("loop-once", [node], [ast.If(node.test, _without_jumps(node.body), [])])


def _without_jumps(body: list[ast.stmt]) -> list[ast.stmt]:
    return [n for n in body if not isinstance(n, (ast.Break, ast.Continue))] or [ast.Pass()]


def jump(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Break):
        yield Swap("break-continue", [node], [ast.Continue()])
    elif isinstance(node, ast.Continue):
        yield Swap("break-continue", [node], [ast.Break()])
    elif isinstance(node, ast.Return) and node.value is not None:
        yield Swap("return-value", [node], [ast.Return(None)])
        yield Swap("return-dropped", [node], [ast.Expr(node.value)])
    elif isinstance(node, ast.Expr) and around.function(node) is not None:
        yield Swap("return-added", [node], [ast.Return(node.value)])


def exception(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Try):
        for i, handler in enumerate(node.handlers):
            rest = without(node.handlers, i)
            if rest or node.finalbody:
                yield Swap("handler-dropped", [node], [changed(node, handlers=rest)])
            for new in _other_handlers(handler):
                others = [*node.handlers[:i], new, *node.handlers[i + 1 :]]
                yield Swap("exception-type", [node], [changed(node, handlers=others)])
        for handlers in neighbours(node.handlers):
            yield Swap("handlers-swapped", [node], [changed(node, handlers=handlers)])
        if node.finalbody and node.handlers:
            yield Swap("finally-dropped", [node], [changed(node, finalbody=[])])
        if node.finalbody:
            yield Swap("finally-joined", [node], _tried(node))
        if node.orelse:
            yield Swap("else-joined", [node], [changed(node, body=[*node.body, *node.orelse], orelse=[])])
            yield Swap("else-joined", [node], [changed(node, orelse=[]), *node.orelse])
        yield Swap("try-dropped", [node], [*node.body, *node.orelse, *node.finalbody])
    elif isinstance(node, ast.Raise):
        if node.cause is not None:
            yield Swap("cause-dropped", [node], [changed(node, cause=None)])
        if node.exc is not None:
            yield Swap("exception-type", [node], [changed(node, exc=_other_exception(node.exc))])
            if around.function(node) is not None:
                yield Swap("raise-returned", [node], [ast.Return(node.exc)])


def _tried(node: ast.Try) -> list[ast.stmt]:
    tried = [changed(node, finalbody=[])] if node.handlers else [*node.body]
    return [*tried, *node.finalbody]


def _other_handlers(handler: ast.ExceptHandler) -> Iterator[ast.ExceptHandler]:
    if handler.type is None:
        yield changed(handler, type=ast.Name("Exception", ast.Load()))
        return
    for name in ("Exception", "KeyError"):
        yield changed(handler, type=ast.Name(name, ast.Load()))
    if isinstance(handler.type, ast.Tuple) and len(handler.type.elts) > 1:
        yield changed(handler, type=changed(handler.type, elts=handler.type.elts[1:]))
    if handler.name is None:
        yield changed(handler, type=None)


def _other_exception(node: ast.expr) -> ast.expr:
    other = ast.Name("LookupError", ast.Load())
    return changed(node, func=other) if isinstance(node, ast.Call) else other


def context(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, (ast.With, ast.AsyncWith)):
        return
    for i, item in enumerate(node.items):
        rest = without(node.items, i)
        yield Swap("with-dropped", [node], [changed(node, items=rest)] if rest else node.body)
        if item.optional_vars is not None:
            new = [*node.items[:i], ast.withitem(item.context_expr, None), *node.items[i + 1 :]]
            yield Swap("with-target", [node], [changed(node, items=new)])
    for items in neighbours(node.items):
        yield Swap("items-swapped", [node], [changed(node, items=items)])


def asynchronous(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.AsyncFor):
        yield Swap("async-dropped", [node], [ast.For(node.target, node.iter, node.body, node.orelse, None)])
    elif isinstance(node, ast.AsyncWith):
        yield Swap("async-dropped", [node], [ast.With(node.items, node.body, None)])
    elif isinstance(node, ast.AsyncFunctionDef):
        fields: dict[str, Any] = dict(ast.iter_fields(node))
        yield Swap("async-dropped", [node], [ast.FunctionDef(**fields)])


def definition(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
        return
    for i, _ in enumerate(node.decorator_list):
        new = changed(node, decorator_list=without(node.decorator_list, i))
        yield Swap("decorator-dropped", [node], [new])
    for decorators in neighbours(node.decorator_list):
        yield Swap("decorators-swapped", [node], [changed(node, decorator_list=decorators)])
    yield Swap("definition-renamed", [node], [changed(node, name=node.name + "_")])
    if isinstance(node, ast.ClassDef):
        for i, _ in enumerate(node.bases):
            yield Swap("base-dropped", [node], [changed(node, bases=without(node.bases, i))])
        for bases in neighbours(node.bases):
            yield Swap("bases-swapped", [node], [changed(node, bases=bases)])
        for i, _ in enumerate(node.keywords):
            yield Swap("keyword-dropped", [node], [changed(node, keywords=without(node.keywords, i))])
    else:
        for operator, arguments in _other_parameters(node.args):
            yield Swap(operator, [node], [changed(node, args=arguments)])
        if node.returns is not None:
            yield Swap("annotation-changed", [node], [changed(node, returns=ast.Name("Other", ast.Load()))])


def _other_parameters(a: ast.arguments) -> Iterator[tuple[str, ast.arguments]]:
    for i, default in enumerate(a.defaults):
        for value in (ast.Constant(7), ast.List([], ast.Load())):
            yield "default-changed", changed(a, defaults=[*a.defaults[:i], value, *a.defaults[i + 1 :]])
        if i == 0 and default is not None:
            yield "default-dropped", changed(a, defaults=a.defaults[1:])
    for i, keyword_default in enumerate(a.kw_defaults):
        if keyword_default is not None:
            yield (
                "default-changed",
                changed(a, kw_defaults=[*a.kw_defaults[:i], ast.Constant(7), *a.kw_defaults[i + 1 :]]),
            )
            yield (
                "default-dropped",
                changed(a, kw_defaults=[*a.kw_defaults[:i], None, *a.kw_defaults[i + 1 :]]),
            )
    for args in neighbours(a.args):
        yield "parameters-swapped", changed(a, args=args)
    if a.vararg is not None:
        yield "parameter-star", changed(a, vararg=None, args=[*a.args, a.vararg], defaults=[])
    elif a.kwonlyargs:
        yield (
            "parameter-star",
            changed(a, args=[*a.args, *a.kwonlyargs], kwonlyargs=[], kw_defaults=[], defaults=[]),
        )
    if a.kwarg is not None:
        yield (
            "parameter-star",
            changed(a, kwarg=None, kwonlyargs=[*a.kwonlyargs, a.kwarg], kw_defaults=[*a.kw_defaults, None]),
        )
    if a.posonlyargs:
        yield "parameter-star", changed(a, posonlyargs=[], args=[*a.posonlyargs, *a.args])
    for i, arg in enumerate(a.args):
        if arg.annotation is not None:
            new = changed(arg, annotation=ast.Name("Other", ast.Load()))
            yield "annotation-changed", changed(a, args=[*a.args[:i], new, *a.args[i + 1 :]])


def parameter_name(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """A parameter under another name, in the whole function: callers may pass it by name."""
    if isinstance(node, FUNCTIONS) and node.args.args:
        for arg in node.args.args[:2]:
            if arg.arg not in ("self", "cls"):
                yield Swap(
                    "parameter-renamed", [node], [_Renaming(arg.arg, arg.arg + "_").visit(_copy(node))]
                )


def _copy(node: ast.stmt) -> ast.stmt:
    return ast.parse(ast.unparse(node)).body[0]


class _Renaming(ast.NodeTransformer):
    def __init__(self, old: str, new: str) -> None:
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return changed(node, id=self.new) if node.id == self.old else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return changed(node, arg=self.new) if node.arg == self.old else node


def assignment(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.AugAssign):
        for other in ARITHMETIC[node.op.__class__]:
            yield Swap("arithmetic", [node], [changed(node, op=other())])
        yield Swap("assignment-kind", [node], [ast.Assign([node.target], node.value, lineno=0)])
    elif isinstance(node, ast.Assign):
        if len(node.targets) > 1:
            yield Swap("target-dropped", [node], [changed(node, targets=node.targets[1:])])
            yield Swap("targets-swapped", [node], [changed(node, targets=node.targets[::-1])])
        if isinstance(node.targets[0], (ast.Name, ast.Attribute, ast.Subscript)) and len(node.targets) == 1:
            yield Swap("assignment-kind", [node], [ast.AugAssign(node.targets[0], ast.Add(), node.value)])
        yield Swap("assignment-dropped", [node], [ast.Expr(node.value)])
    elif isinstance(node, ast.AnnAssign):
        yield Swap("annotation-changed", [node], [changed(node, annotation=ast.Name("Other", ast.Load()))])


def imports(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for i, alias in enumerate(node.names):
            if alias.name == "*":
                continue
            other = changed(alias, name=alias.name + "_", asname=alias.asname or alias.name.split(".")[0])
            yield Swap(
                "import-name", [node], [changed(node, names=[*node.names[:i], other, *node.names[i + 1 :]])]
            )
        for i, _ in enumerate(node.names):
            if len(node.names) > 1:
                yield Swap("import-dropped", [node], [changed(node, names=without(node.names, i))])


def matching(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Match):
        return
    for i, case in enumerate(node.cases):
        if len(node.cases) > 1:
            yield Swap("case-dropped", [node], [changed(node, cases=without(node.cases, i))])
        if case.guard is not None:
            new = [*node.cases[:i], changed(case, guard=None), *node.cases[i + 1 :]]
            yield Swap("case-guard", [node], [changed(node, cases=new)])
    for cases in neighbours(node.cases):
        yield Swap("cases-swapped", [node], [changed(node, cases=cases)])


STATEMENT_OPERATORS = (
    deletion,
    order,
    indentation,
    branch,
    jump,
    exception,
    context,
    asynchronous,
    definition,
    parameter_name,
    assignment,
    imports,
    matching,
)
