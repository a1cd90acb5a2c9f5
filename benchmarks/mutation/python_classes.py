"""Locals of Python of which each binding is seen to be of a built-in class, by the syntax tree alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from mutation.python_shapes import same_compiled, stripped
from mutation.swap import changed

Classes = frozenset[str]
TEXT: Classes = frozenset({"str"})
WHOLE: Classes = frozenset({"int"})
CALLS = {
    **dict.fromkeys(("len", "int", "ord", "id", "hash"), "int"),
    **dict.fromkeys(("chr", "hex", "oct", "bin"), "str"),
    **dict.fromkeys(("bool", "isinstance", "issubclass", "callable", "hasattr", "any", "all"), "bool"),
    **dict.fromkeys(("list", "sorted"), "list"),
    **{name: name for name in ("float", "tuple", "set", "frozenset", "dict", "range", "enumerate")},
}
TEXTS = frozenset(
    {
        "join",
        "lower",
        "upper",
        "strip",
        "lstrip",
        "rstrip",
        "title",
        "replace",
        "zfill",
        "ljust",
        "rjust",
        "center",
    }
)
DISPLAYS = {
    ast.List: "list", ast.ListComp: "list", ast.Tuple: "tuple", ast.Set: "set", ast.SetComp: "set",
    ast.Dict: "dict", ast.DictComp: "dict",
}  # fmt: skip
NUMBERS = frozenset({"int", "bool", "float"})
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
NAMED = (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def of(node: ast.expr, known: Mapping[str, Classes]) -> Classes | None:
    """The built-in classes that an expression's value may be of; None where it may be of any other."""
    if isinstance(node, ast.Constant):
        return frozenset({type(node.value).__name__})
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if type(node) in DISPLAYS:
        return frozenset({DISPLAYS[type(node)]})
    if isinstance(node, ast.JoinedStr):
        return frozenset({"str"}) if len(node.values) != 1 else None
    if isinstance(node, ast.IfExp):
        return union(of(node.body, known), of(node.orelse, known))
    if isinstance(node, ast.BoolOp):
        return union(*[of(v, known) for v in node.values])
    if isinstance(node, ast.UnaryOp):
        inner = of(node.operand, known)
        if isinstance(node.op, ast.Not):
            return frozenset({"bool"})
        return inner if inner in (frozenset({"int"}), frozenset({"float"})) else None
    if isinstance(node, ast.Compare):
        plain = all(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in node.ops)
        return frozenset({"bool"}) if plain else None
    if isinstance(node, ast.BinOp):
        return _binary(node, known)
    if isinstance(node, ast.Subscript):
        return of(node.value, known) if of(node.value, known) == TEXT else None
    return _call(node, known) if isinstance(node, ast.Call) else None


def union(*parts: Classes | None) -> Classes | None:
    found: Classes = frozenset()
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def _binary(node: ast.BinOp, known: Mapping[str, Classes]) -> Classes | None:
    left, right = of(node.left, known), of(node.right, known)
    if left is None or right is None:
        return None
    if left | right <= NUMBERS and isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)):
        return (left | right) - {"bool"} | {"int"}
    if isinstance(node.op, ast.Add) and left == right and len(left) == 1 and left <= {"str", "bytes", "list"}:
        return left
    return left if isinstance(node.op, ast.Mult) and left == TEXT and right == WHOLE else None


def _call(node: ast.Call, known: Mapping[str, Classes]) -> Classes | None:
    if isinstance(node.func, ast.Name):
        return known.get(f"{node.func.id}()")
    if isinstance(node.func, ast.Attribute) and of(node.func.value, known) == TEXT:
        if node.func.attr in TEXTS:
            return frozenset({"str"})
        return frozenset({"list"}) if node.func.attr == "split" else None
    return None


def own(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function that are in no function or class inside of it."""
    stack: list[ast.AST] = list(function.body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, SCOPES):
            stack += ast.iter_child_nodes(node)


def bindings(function: Function) -> dict[str, list[tuple[str, ast.expr]]]:
    """Of each local that only assignments and plain loops bind, what they give it; "items" of a loop's iterable."""
    found: dict[str, list[tuple[str, ast.expr]]] = {}
    stores: dict[str, int] = {}
    refused: set[str] = {a.arg for a in ast.walk(function.args) if isinstance(a, ast.arg)}
    for node in ast.walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            refused.update(node.names)
        elif isinstance(node, ast.alias):
            refused.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.comprehension):
            refused.update(n.id for n in ast.walk(node.target) if isinstance(n, ast.Name))
        elif isinstance(node, NAMED):
            refused.add(str(node.name))
    for node in own(function):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            stores[node.id] = stores.get(node.id, 0) + 1
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(("value", node.value))
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            load = ast.Name(node.target.id, ast.Load())
            found.setdefault(node.target.id, []).append(("value", ast.BinOp(load, node.op, node.value)))
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
            found.setdefault(node.target.id, []).append(("items", node.iter))
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
            first = node.target.elts[0] if node.target.elts else None
            if isinstance(first, ast.Name) and _is_call(node.iter, "enumerate"):
                found.setdefault(first.id, []).append(("value", COUNT))
    return {n: v for n, v in found.items() if n not in refused and stores.get(n) == len(v)}


COUNT = ast.Constant(0)
"""Stands for the number that `enumerate` gives."""


def _is_count(node: ast.expr) -> bool:
    return node is COUNT


def _is_call(node: ast.expr, name: str) -> bool:
    named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    return named and len(node.args) == 1 and not isinstance(node.args[0], ast.Starred)  # type: ignore[attr-defined]


def _items(node: ast.expr, known: Mapping[str, Classes]) -> Classes | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        return WHOLE if "range()" in known else None
    if isinstance(node, (ast.List, ast.Tuple)):
        return union(*[of(n, known) for n in node.elts])
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "split":
        return frozenset({"str"}) if of(node.func.value, known) == TEXT else None
    return frozenset({"str"}) if of(node, known) == TEXT else None


def builtins_of(tree: ast.Module) -> dict[str, Classes]:
    """What calls of builtins give, under `name()`, for those whose names a file binds nowhere."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.alias):
            bound.update(CALLS if node.name == "*" else {(node.asname or node.name).split(".")[0]})
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, NAMED):
            bound.add(str(node.name))
    return {f"{name}()": frozenset({given}) for name, given in CALLS.items() if name not in bound}


def known_locals(function: Function, around: Mapping[str, Classes]) -> dict[str, Classes]:
    """The classes of a function's locals, as far as each follows from those that are known by then."""
    open_ = bindings(function)
    if "enumerate()" not in around:
        open_ = {name: found for name, found in open_.items() if not any(_is_count(n) for _, n in found)}
    known: dict[str, Classes] = {name: given for name, given in around.items() if name.endswith("()")}
    while True:
        more: dict[str, Classes] = {}
        for name in open_.keys() - known.keys():
            first = _joined([b for b in open_[name] if not _reads(b[1], name)], known)
            if first and _joined(open_[name], {**known, name: first}) == first:
                more[name] = first
        if not more:
            return known
        known |= more


def _joined(found: list[tuple[str, ast.expr]], known: Mapping[str, Classes]) -> Classes | None:
    return union(*[_items(n, known) if kind == "items" else of(n, known) for kind, n in found])


def _reads(node: ast.expr, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


class _KnownFields(ast.NodeTransformer):
    """Fields of locals of known classes without `!s`: no built-in class has a text and a format that differ."""

    def __init__(self, tree: ast.Module) -> None:
        self.known = builtins_of(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        around, self.known = self.known, known_locals(node, self.known)
        self.generic_visit(node)
        self.known = around
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        classes = of(node.value, self.known)
        plain = classes is not None and (node.format_spec is None or classes == TEXT)
        return changed(node, conversion=-1) if node.conversion == ord("s") and plain else node


def known_fields(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_KnownFields(t).visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)
