"""Rules applied backwards, continued: what present code no longer spells out."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator

from mutation.python_current import EXCEPTIONS, EXITS
from mutation.python_surroundings import Surroundings
from mutation.swap import Swap, changed


def _is_public(name: str) -> bool:
    return name.isidentifier() and not name.startswith("__")


def raised(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in EXCEPTIONS:
        yield Swap("raised-class", [node], [changed(node, exc=ast.Call(node.exc, [], []))])


def members(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return
    op, right = node.ops[0], node.comparators[0]
    if isinstance(op, (ast.In, ast.NotIn)) and isinstance(right, ast.Tuple):
        other = ast.List(right.elts, ast.Load())
        yield Swap("tuple-of-members", [node], [changed(node, comparators=[other])])
    text = isinstance(right, ast.Constant) and isinstance(right.value, str)
    if isinstance(op, ast.Eq) and text and around.is_test(node):
        one = ast.Tuple([right], ast.Load())
        yield Swap("one-member", [node], [changed(node, ops=[ast.In()], comparators=[one])])


def attributes(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Assign) or len(node.targets) != 1 or not isinstance(node.value, ast.Constant):
        return
    target = node.targets[0]
    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and _is_public(target.attr):
        held = ast.Name(target.value.id, ast.Load())
        call = ast.Call(ast.Name("setattr", ast.Load()), [held, ast.Constant(target.attr), node.value], [])
        yield Swap("setattr", [node], [ast.Expr(call)])


def keywords(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    last = node.keywords[-1] if isinstance(node, ast.Call) and node.keywords else None
    if isinstance(node, ast.Call) and last is not None and last.arg is not None and _is_public(last.arg):
        display = ast.Dict([ast.Constant(last.arg)], [last.value])
        made = [*node.keywords[:-1], ast.keyword(None, display)]
        yield Swap("keyword-display", [node], [changed(node, keywords=made)])


def ends(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """What an else of a try gives stands at the end of its body, where it raises nothing that handlers catch."""
    if not isinstance(node, ast.Try) or not node.handlers:
        return
    if len(node.orelse) == 1 and _is_quiet(node.orelse[0]):
        yield Swap("try-exit", [node], [changed(node, body=[*node.body, *node.orelse], orelse=[])])
    elif node.orelse and not node.finalbody and all(isinstance(h.body[-1], EXITS) for h in node.handlers):
        yield Swap("else-after-try", [node], [changed(node, orelse=[]), *node.orelse])


def _is_quiet(node: ast.stmt) -> bool:
    constant = isinstance(node, ast.Return) and (node.value is None or isinstance(node.value, ast.Constant))
    return constant or isinstance(node, (ast.Break, ast.Continue))


def handlers(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.FunctionDef):
        return
    made = copy.deepcopy(node)
    for inner in ast.walk(made):
        if isinstance(inner, ast.ExceptHandler) and inner.type is not None and inner.name is None:
            inner.name = "unread_error"
            yield Swap("unread-handler-name", [node], [made])
            return


CURRENT = (raised, members, attributes, keywords, ends, handlers)
