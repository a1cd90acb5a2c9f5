"""Statements of Python in present spelling: exceptions that are raised and caught, ends of a try."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence

from mutation.python_shapes import same_compiled, stripped
from mutation.swap import changed

EXCEPTIONS = {n: v for n, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
EXITS = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def _equal(transformer: type[ast.NodeTransformer], one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(transformer().visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)


class _Raised(ast.NodeTransformer):
    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        return changed(node, exc=self._bare(node.exc), cause=self._bare(node.cause))

    def _bare(self, node: ast.expr | None) -> ast.expr | None:
        if isinstance(node, ast.Call) and not node.args and not node.keywords and _is_exception(node.func):
            return node.func
        return node


def _is_exception(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in EXCEPTIONS


def raised_class(one: ast.Module, two: ast.Module) -> bool:
    return _equal(_Raised, one, two)


class _Caught(ast.NodeTransformer):
    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.type, ast.Tuple):
            return node
        kept: list[ast.expr] = []
        for item in node.type.elts:
            if not any(_covers(other, item) for other in [*kept, *node.type.elts] if other is not item):
                kept.append(item)
        one = len(kept) == 1 and _is_exception(kept[0])
        return changed(node, type=kept[0] if one else ast.Tuple(kept, ast.Load()))


def _covers(other: ast.expr, item: ast.expr) -> bool:
    """Whether one builtin exception is a true base of another one."""
    if not _is_exception(other) or not _is_exception(item):
        return False
    base, caught = EXCEPTIONS[other.id], EXCEPTIONS[item.id]  # type: ignore[attr-defined]
    return caught is not base and issubclass(caught, base)


def covered_exceptions(one: ast.Module, two: ast.Module) -> bool:
    return _equal(_Caught, one, two)


class _Handlers(ast.NodeTransformer):
    """Handlers without a name that only handlers of their function bind, and that their own block does not say."""

    def __init__(self) -> None:
        self.free: frozenset[str] = frozenset()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        around, self.free = self.free, _of_handlers(node)
        self.generic_visit(node)
        self.free = around
        return node

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        self.generic_visit(node)
        return (
            changed(node, name=None) if node.name in self.free and not _says(node.body, node.name) else node
        )


def _of_handlers(function: ast.FunctionDef) -> frozenset[str]:
    handlers = [n for n in ast.walk(function) if isinstance(n, ast.ExceptHandler) and n.name]
    found: set[str] = set()
    for name in {str(h.name) for h in handlers}:
        own = [h for h in handlers if h.name == name]
        loads = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == name]
        inner = any(
            isinstance(n, FUNCTIONS) and _says([n], name) for n in ast.walk(function) if n is not function
        )
        nested = any(h is not g and g in ast.walk(h) for h in own for g in own)
        taken = any(isinstance(n, ast.arg) and n.arg == name for n in ast.walk(function))
        sent = any(isinstance(n, (ast.Global, ast.Nonlocal)) and name in n.names for n in ast.walk(function))
        stored = any(not isinstance(n.ctx, ast.Load) for n in loads)
        alone = not loads or any(_says(h.body, name) for h in own)
        if alone and not (inner or nested or taken or sent or stored):
            found.add(name)
    return frozenset(found)


def _says(body: Sequence[ast.AST], name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for part in body for n in ast.walk(part))


def unread_handlers(one: ast.Module, two: ast.Module) -> bool:
    return _equal(_Handlers, one, two)


class _Ends(ast.NodeTransformer):
    """Exits of a try that cannot raise stand in its else; an else behind handlers that all exit, behind the try."""

    def __init__(self) -> None:
        self.params: frozenset[str] = frozenset()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        deleted = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del)}
        deleted |= {str(n.name) for n in ast.walk(node) if isinstance(n, ast.ExceptHandler)}
        own = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
        around, self.params = self.params, frozenset(own - deleted)
        self.generic_visit(node)
        self.params = around
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list):
                setattr(node, name, [n for statement in block for n in _behind(statement)])
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        self.generic_visit(node)
        if not node.handlers or node.orelse or len(node.body) < 2 or not self._is_quiet(node.body[-1]):
            return node
        return changed(node, body=node.body[:-1], orelse=[node.body[-1]])

    def _is_quiet(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Return):
            known = isinstance(node.value, ast.Name) and node.value.id in self.params
            return node.value is None or isinstance(node.value, ast.Constant) or known
        return isinstance(node, (ast.Break, ast.Continue))


def _behind(node: ast.AST) -> list[ast.AST]:
    if not isinstance(node, ast.Try) or not node.orelse or node.finalbody or not node.handlers:
        return [node]
    if not all(h.body and isinstance(h.body[-1], EXITS) for h in node.handlers):
        return [node]
    return [changed(node, orelse=[]), *node.orelse]


def ends_of_try(one: ast.Module, two: ast.Module) -> bool:
    return _equal(_Ends, one, two)
