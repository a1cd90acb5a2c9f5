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
OS_TEXTS = ("curdir", "extsep", "linesep", "name", "pardir", "pathsep", "sep")
"""Constants of `os` that are text on every system."""
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
    if isinstance(node, (ast.Name, ast.Attribute)):
        return known.get(ast.unparse(node))
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


def bound_names(tree: ast.Module) -> set[str]:
    """What a file binds anywhere, in whatever scope; `os.sep` where it sets an attribute."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Name, ast.Attribute)) and not isinstance(node.ctx, ast.Load):
            found.add(ast.unparse(node))
        elif isinstance(node, ast.alias):
            found.update(
                (*CALLS, "os", "type") if node.name == "*" else {(node.asname or node.name).split(".")[0]}
            )
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, NAMED):
            found.add(str(node.name))
    return found


def of_a_file(tree: ast.Module) -> dict[str, Classes]:
    """What a file binds nowhere: calls of builtins, under `name()`, and constants of an `os` imported at its top."""
    bound = bound_names(tree)
    imports = [a for node in tree.body if isinstance(node, ast.Import) for a in node.names]
    rest = ast.Module([n for n in tree.body if not _is_plain_import(n)], [])
    known = any((a.name, a.asname) == ("os", None) for a in imports) and "os" not in bound_names(rest)
    constants = [f"os.{name}" for name in OS_TEXTS] if known else []
    found = {f"{name}()": frozenset({given}) for name, given in CALLS.items() if name not in bound}
    return found | {name: TEXT for name in constants if name not in bound}


def _is_plain_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and all(a.asname is None for a in node.names)


def known_locals(function: Function, around: Mapping[str, Classes]) -> dict[str, Classes]:
    """The classes of a function's locals, as far as each follows from those that are known by then."""
    open_ = bindings(function)
    if "enumerate()" not in around:
        open_ = {name: found for name, found in open_.items() if not any(_is_count(n) for _, n in found)}
    known: dict[str, Classes] = {name: given for name, given in around.items() if not name.isidentifier()}
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


def replaced_parameters(function: Function, known: Mapping[str, Classes]) -> dict[str, tuple[int, Classes]]:
    """Of parameters that both branches of an `if` bind, and nothing else, its last line, and what to."""
    stores = [n.id for n in own(function) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)]
    shared = [
        name for n in ast.walk(function) if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names
    ]
    named = [str(n.name) for n in own(function) if isinstance(n, NAMED)]
    found: dict[str, tuple[int, Classes]] = {}
    for node in function.body:
        if not isinstance(node, ast.If):
            continue
        values = [dict(filter(None, map(_bound, branch))) for branch in (node.body, node.orelse)]
        for name in values[0].keys() & values[1].keys():
            classes = union(*[of(branch[name], known) for branch in values])
            if classes and stores.count(name) == 2 and name not in (*shared, *named):
                found[name] = (node.end_lineno or 0, classes)
    return found


def _bound(node: ast.stmt) -> tuple[str, ast.expr] | None:
    """The name that a statement binds to a value, and the value."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    return None


class _KnownFields(ast.NodeTransformer):
    """Fields of locals of known classes without `!s`: no built-in class has a text and a format that differ."""

    def __init__(self, tree: ast.Module) -> None:
        self.known = of_a_file(tree)
        self.replaced: dict[str, tuple[int, Classes]] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        around, replaced = self.known, self.replaced
        self.known = known_locals(node, self.known)
        self.replaced = replaced_parameters(node, self.known)
        self.generic_visit(node)
        self.known, self.replaced = around, replaced
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_Lambda(self, node: ast.Lambda) -> ast.AST:
        return node

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        classes = of(node.value, self.known)
        if isinstance(node.value, ast.Name):
            last, given = self.replaced.get(node.value.id, (0, None))
            classes = given if given and node.lineno > last else classes
        plain = classes is not None and (node.format_spec is None or classes == TEXT)
        return changed(node, conversion=-1) if node.conversion == ord("s") and plain else node


def known_fields(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_KnownFields(t).visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)


class _ClassesOfConstants(ast.NodeTransformer):
    """`type("")` is the same class whatever the text."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if _is_call(node, "type") and not node.keywords and isinstance(node.args[0], ast.Constant):
            return changed(node, args=[ast.Constant(type(node.args[0].value).__name__)])
        return node


def classes_of_constants(one: ast.Module, two: ast.Module) -> bool:
    if any("type" in bound_names(tree) for tree in (one, two)):
        return False
    return same_compiled(
        *[ast.fix_missing_locations(_ClassesOfConstants().visit(stripped(t))) for t in (one, two)]
    )
