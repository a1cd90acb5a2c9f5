"""What nothing reads: imports, and neighbours that can change places (classes of `equivalence_python`)."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

from mutation.python_shapes import (
    any_order,
    definition_order,
    same_compiled,
    sorted_imports,
    stripped,
    without_typing,
)
from mutation.swap import changed

_WORD = re.compile(r"[^\W\d]\w*")


_MADE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def unread_imports(one: ast.Module, two: ast.Module) -> bool:
    """Equal without the imports at the top level whose names are read nowhere in their file, and in any order."""
    made = [sorted_imports(_without_unread(without_typing(stripped(t)))) for t in (one, two)]
    if ast.dump(made[0]) == ast.dump(made[1]):
        return True
    # An import that only binds a name may stand before or behind a definition, as a constant may.
    return not definition_order(one, two) and definition_order(*[_with_constants(tree) for tree in made])


def imports_in_any_order(one: ast.Module, two: ast.Module) -> bool:
    """Equal but for the order of definitions, and of imports of names that these do not read when they are made."""
    made = [stripped(tree) for tree in (one, two)]
    left, right = ([ast.dump(node) for node in tree.body] for tree in made)
    places = [i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b] or [0]
    crossed = made[0].body[places[0] : places[-1] + 1]
    return all(isinstance(node, _MADE) for node in crossed) and any_order(*map(_with_constants, made))


def _with_constants(tree: ast.Module) -> ast.Module:
    """Each import of the top level as an assignment of what it imports."""
    body: list[ast.stmt] = []
    for node in tree.body:
        star = isinstance(node, ast.ImportFrom) and node.names[0].name == "*"
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not star:
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                body.append(ast.parse(f"{name} = {ast.unparse(changed(node, names=[alias]))!r}").body[0])
        else:
            body.append(node)
    return changed(tree, body=body)


_EVALUATORS = frozenset({"eval", "exec", "compile", "globals", "locals", "vars"})
_SENTENCE = re.compile(r"[a-z]{2,},?\s+[a-z]+\s+[a-z]+")


def _is_prose(text: str) -> bool:
    """Whether a text is a sentence, which names nothing to be looked up: three words side by side are no type."""
    return _SENTENCE.search(text) is not None


def _without_unread(tree: ast.Module) -> ast.Module:
    imports = [n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]
    rest = [n for n in tree.body if n not in imports]
    read = {n.id for part in rest for n in ast.walk(part) if isinstance(n, ast.Name)}
    looked_up = not read.isdisjoint(_EVALUATORS)
    for part in rest:
        for n in ast.walk(part):
            if isinstance(n, ast.Constant) and isinstance(n.value, str):
                if looked_up or not _is_prose(n.value):
                    read.update(_WORD.findall(n.value))
            elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                read.add(n.name)  # which of the two binds it last can be seen
    body: list[ast.stmt] = []
    modules = _modules(tree)
    attributes = {n.attr for part in rest for n in ast.walk(part) if isinstance(n, ast.Attribute)}
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a for a in node.names if not _goes(node, a, modules, read, attributes)]
            if names:
                body.append(changed(node, names=names))
        else:
            body.append(node)
    return changed(tree, body=body)


def _goes(
    node: ast.Import | ast.ImportFrom,
    alias: ast.alias,
    modules: dict[str, str],
    read: set[str],
    attributes: set[str],
) -> bool:
    """Whether nothing reads the name of an import, nor a module as an attribute of its package."""
    if alias.name == "*" or (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
        return False
    dotted = f"{_module(node)}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name
    seen = {bound for bound, made in modules.items() if f"{dotted}.".startswith(f"{made}.")}
    own = alias.asname or alias.name.split(".")[0]
    made_attributes = {*dotted.lstrip(".").split(".")[1:]}
    return own not in read and (read.isdisjoint(seen) or attributes.isdisjoint(made_attributes))


def _modules(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for, dotted; which of them are modules is not told."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                found[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                found[alias.asname or alias.name] = f"{_module(node)}.{alias.name}"
    return found


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def independent_neighbours(one: ast.Module, two: ast.Module) -> bool:
    """Equal but for two neighbours of a function of which one binds a name to a new empty collection or a constant.

    The other does not mention that name, and no `try` could see that only one of them ran.
    """
    if any(isinstance(n, ast.Try) for n in ast.walk(one)):
        return False
    pairs = list(zip(_bodies(stripped(one)), _bodies(stripped(two)), strict=False))
    other = [(a, b) for a, b in pairs if list(map(ast.dump, a)) != list(map(ast.dump, b))]
    if not other:
        return False
    before, after = other[-1]  # the innermost: those around it differ with it
    texts = [list(map(ast.dump, body)) for body in (before, after)]
    places = [i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b]
    if len(before) != len(after) or len(places) != 2 or places[1] != places[0] + 1:
        return False
    i = places[0]
    if texts[0][i] != texts[1][i + 1] or texts[0][i + 1] != texts[1][i]:
        return False
    before[i], before[i + 1] = before[i + 1], before[i]
    return any(_starts(a, b) for a, b in ((before[i], before[i + 1]), (before[i + 1], before[i]))) and all(
        list(map(ast.dump, a)) == list(map(ast.dump, b)) for a, b in pairs
    )


def unread_counters(one: ast.Module, two: ast.Module) -> bool:
    """Equal without counters of functions that nothing reads: locals that get whole numbers, or grow by them."""
    made = [_WithoutCounters().visit(stripped(tree)) for tree in (one, two)]
    return same_compiled(*map(ast.fix_missing_locations, made))


class _WithoutCounters(ast.NodeTransformer):
    def __init__(self) -> None:
        self.counters: frozenset[str] = frozenset()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        outer, self.counters = self.counters, _counters(node)
        self.generic_visit(node)
        self.counters = outer
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        return ast.Pass() if _counted(node) in self.counters else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        return ast.Pass() if _counted(node) in self.counters else node


def _counters(function: ast.FunctionDef) -> frozenset[str]:
    names = [n for n in ast.walk(function) if isinstance(n, ast.Name)]
    counted = Counter(_counted(n) for n in ast.walk(function))
    stored = Counter(n.id for n in names if not isinstance(n.ctx, ast.Load))
    read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    read |= {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    shared = [n.names for n in ast.walk(function) if isinstance(n, (ast.Global, ast.Nonlocal))]
    read |= {name for some in shared for name in some}
    return frozenset(
        {name for name, count in counted.items() if name and count == stored[name] and name not in read}
    )


def _counted(node: ast.AST) -> str:
    """The name that a statement gives a whole number, or adds one to; "" for any other node."""
    target: ast.expr | None = None
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target = node.targets[0]
    elif isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        target = node.target
    if not isinstance(target, ast.Name) or not isinstance(node, (ast.Assign, ast.AugAssign)):
        return ""
    value = node.value.operand if isinstance(node.value, ast.UnaryOp) else node.value
    return target.id if isinstance(value, ast.Constant) and type(value.value) is int else ""


def _bodies(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    """The blocks inside of functions, outer ones first."""
    for function in ast.walk(tree):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                for name in ("body", "orelse", "finalbody"):
                    body = getattr(node, name, None)
                    if isinstance(body, list):
                        yield body


def _starts(node: ast.stmt, other: ast.stmt) -> bool:
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return False
    empty = isinstance(node.value, (ast.List, ast.Tuple)) and not node.value.elts
    empty = empty or (isinstance(node.value, ast.Dict) and not node.value.keys)
    late = isinstance(node.value, ast.Lambda) and not (
        node.value.args.defaults or any(node.value.args.kw_defaults)
    )  # what it reads, it reads when it is called
    if not empty and not late and not isinstance(node.value, ast.Constant):
        return False
    name = node.targets[0].id
    return all(not isinstance(n, ast.Name) or n.id != name for n in ast.walk(other))


class _WithoutSelf(ast.NodeTransformer):
    """Takes away assignments of a name to itself."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and any(map(_is_self, block)):
                kept = [n for n in block if not _is_self(n)]
                setattr(node, name, kept or ([ast.Pass()] if name == "body" else []))
        return node


def _is_self(node: ast.AST) -> bool:
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return False
    return isinstance(node.value, ast.Name) and node.value.id == node.targets[0].id


def self_assignments(one: ast.Module, two: ast.Module) -> bool:
    """Equal without `x = x` in functions, where such a name is bound."""
    if any(_is_self(n) for tree in (one, two) for n in tree.body):
        return False
    made = [ast.fix_missing_locations(_WithoutSelf().visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)
