"""Renames the locals of a Python file by its own account of scopes, and has the compiler check that no more changed.

What prediff says of binders is what is measured, so nothing of it is used here. A local keeps its name where that can
be seen from outside (parameters that callers pass by name, imports, definitions, captures), where something may read
it by name (`locals()`, `eval`, `global`, `nonlocal`), and where its place in the text is not certain.
"""

from __future__ import annotations

import ast
import dis
import io
import keyword
import re
import tokenize
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, groupby
from types import CodeType

READERS = frozenset(
    {"locals", "eval", "exec", "vars", "dir", "globals", "f_locals", "_getframe", "currentframe"}
)
"""Names by which a function may read its locals by name; it and the functions around it are left alone."""

Place = tuple[int, int]
"""Line, from 1, and column in characters."""
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Binder = tuple[int, str]
"""The number of a scope, and a name that it binds."""


@dataclass(slots=True)
class _Scope:
    """What a scope binds, and what of it must keep its name.

    silent: something may read its names. words: those of the strings in the outermost function around it.
    """

    number: int
    kind: str
    parent: _Scope | None
    silent: bool
    words: frozenset[str] = frozenset()
    bound: set[str] = field(default_factory=set)
    fixed: set[str] = field(default_factory=set)

    @property
    def open(self) -> bool:
        """Whether its names are locals that nothing may see."""
        return self.kind in ("function", "comprehension") and not self.silent


class _Scopes(ast.NodeVisitor):
    """Notes each scope of a file, and each name with the scope that it is read or bound in."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.scopes: list[_Scope] = []
        self.uses: list[tuple[_Scope, str, Place]] = []
        self.declared: set[str] = set()
        self.debugged: set[str] = set()
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        self.names = [t for t in tokens if t.type == tokenize.NAME]
        self.scope = self.inner("module", None, silent=True)

    def inner(self, kind: str, parent: _Scope | None, *, silent: bool) -> _Scope:
        scope = _Scope(len(self.scopes), kind, parent, silent, parent.words if parent else frozenset())
        self.scopes.append(scope)
        return scope

    def within(self, kind: str, node: ast.AST, visit: Callable[[], None]) -> None:
        """Visit what stands in a scope of its own."""
        outer = self.scope
        silent = (outer.silent and outer.kind != "module" and outer.kind != "class") or (
            kind != "class" and _reads_locals(node)
        )
        self.scope = self.inner(kind, outer, silent=silent)
        if kind == "function" and not outer.words:
            self.scope.words = _words(node)
        visit()
        self.scope = outer

    def place(self, line: int, offset: int) -> Place:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return line, len(text.encode()[:offset].decode("utf-8", "replace"))

    def use(self, name: str, place: Place | None, *, binds: bool) -> None:
        scope = self.scope
        if binds:
            scope.bound.add(name)
        if place is None:
            scope.fixed.add(name)
        else:
            self.uses.append((scope, name, place))

    def visit_Name(self, node: ast.Name) -> None:
        self.use(node.id, self.place(node.lineno, node.col_offset), binds=not isinstance(node.ctx, ast.Load))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inner = self.scope
        while self.scope.kind == "comprehension" and self.scope.parent is not None:
            self.scope = self.scope.parent
        self.visit(node.target)
        self.scope = inner

    def visit_Global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.declared.update(node.names)

    visit_Nonlocal = visit_Global

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.use(alias.asname or alias.name.split(".")[0], None, binds=True)

    visit_ImportFrom = visit_Import

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.visit(node.type)
        if node.name is not None:
            assert node.type is not None
            behind = self.place(node.type.end_lineno or 0, node.type.end_col_offset or 0)
            found = next((t.start for t in self.names if t.start >= behind and t.string != "as"), None)
            self.use(node.name, found, binds=True)
        self.each(node.body)

    def visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name is not None:
            self.use(node.name, None, binds=True)
        self.generic_visit(node)

    visit_MatchStar = visit_MatchAs

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self.use(node.rest, None, binds=True)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: Function) -> None:
        self.use(node.name, None, binds=True)
        self.each(node.decorator_list)
        self.defaults(node.args)
        if node.returns is not None:
            self.visit(node.returns)

        def inside() -> None:
            self.parameters(node.args)
            self.each(node.body)

        self.within("function", node, inside)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.defaults(node.args)

        def inside() -> None:
            self.parameters(node.args)
            self.visit(node.body)

        self.within("function", node, inside)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.use(node.name, None, binds=True)
        self.each([*node.decorator_list, *node.bases, *node.keywords])
        self.within("class", node, lambda: self.each(node.body))

    def visit_ListComp(self, node: Comprehension) -> None:
        first = node.generators[0]
        self.visit(first.iter)  # in the scope around it, as the language has it

        def inside() -> None:
            for clause in node.generators:
                self.visit(clause.target)
                self.each(clause.ifs if clause is first else [clause.iter, *clause.ifs])
            self.each([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])

        self.within("comprehension", node, inside)

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def each(self, nodes: Sequence[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def defaults(self, arguments: ast.arguments) -> None:
        """What of a signature belongs to the scope around it."""
        self.each([*arguments.defaults, *[d for d in arguments.kw_defaults if d is not None]])
        for one in _arguments(arguments):
            if one.annotation is not None:
                self.visit(one.annotation)

    def parameters(self, arguments: ast.arguments) -> None:
        by_position = {id(a) for a in (*arguments.posonlyargs, arguments.vararg, arguments.kwarg)}
        for one in _arguments(arguments):
            # The name of one that is annotated stands in `__annotations__`.
            free = id(one) in by_position and one.annotation is None
            self.use(one.arg, self.place(one.lineno, one.col_offset) if free else None, binds=True)


def _arguments(arguments: ast.arguments) -> Iterator[ast.arg]:
    yield from (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    for one in (arguments.vararg, arguments.kwarg):
        if one is not None:
            yield one


def _reads_locals(node: ast.AST) -> bool:
    found = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    found |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
    return not READERS.isdisjoint(found)


def _words(node: ast.AST) -> frozenset[str]:
    """The words of all strings of a function."""
    found: set[str] = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Constant) and isinstance(n.value, str):
            found.update(re.findall(r"\w+", n.value))
    return frozenset(found)


def _binder(scope: _Scope, name: str) -> _Scope | None:
    """The scope whose `name` is meant in `scope`; None for a global or builtin."""
    if name in scope.bound:
        return scope
    outer = scope.parent
    while outer is not None and (outer.kind == "class" or name not in outer.bound):
        outer = outer.parent
    return outer


def renamed(text: str, *, in_strings: bool = False) -> str:
    """A file with other names for its locals, each binder's its own. Raises ValueError if the compiler does not agree.

    in_strings: also of those that a string in their function has as a word, by which something may mean them.
    """
    found = _Scopes(text)
    found.each(ast.parse(text).body)
    places: defaultdict[Binder, set[Place]] = defaultdict(set)
    fixed = {(scope.number, name) for scope in found.scopes for name in scope.fixed}
    for scope, name, place in found.uses:
        binder = _binder(scope, name)
        if binder is None or not binder.open:
            continue
        key = binder.number, name
        places[key].add(place)
        kept = name in found.declared or name.startswith("__") or (name in binder.words and not in_strings)
        if kept or not _stands(found.lines, name, place):
            fixed.add(key)
    known = {*re.findall(r"\w+", text), *keyword.kwlist}
    fresh = (name for name in (f"v{n}" for n in count(1)) if name not in known)
    names = {key: next(fresh) for key in places if key not in fixed}
    changes = sorted(
        ((place, key[1], new) for key, new in names.items() for place in places[key]), reverse=True
    )
    lines = found.lines
    for (line, column), old, new in changes:
        before = lines[line - 1]
        lines[line - 1] = before[:column] + new + before[column + len(old) :]
    made = "\n".join(lines)
    if not same_code(text, made, {new: name for (_, name), new in names.items()}):
        raise ValueError("the compiler does not find the renamed file the same")
    return made


def _stands(lines: Sequence[str], name: str, place: Place) -> bool:
    """Whether a name stands where the syntax tree says: inside of f-strings some interpreters are wrong."""
    line, column = place
    if line > len(lines):
        return False
    text = lines[line - 1]
    before, here, behind = text[:column], text[column : column + len(name)], text[column + len(name) :]
    if here != name or re.match(r"\w", behind) or re.search(r"\w$", before):
        return False
    # `{name=}` in an f-string prints the name.
    return not (before.rstrip().endswith("{") and re.match(r"\s*=(?!=)", behind))


def same_code(one: str, two: str, back: Mapping[str, str]) -> bool:
    """Whether two files compile to the same instructions, with the locals of the second called back by `back`."""
    try:
        codes = [compile(text, "file", "exec", dont_inherit=True) for text in (one, two)]
    except (SyntaxError, ValueError):
        return False
    return _shape(codes[0], {}) == _shape(codes[1], back)


def _shape(code: CodeType, back: Mapping[str, str]) -> object:
    """A code object without names of locals that nothing sees, and without lines."""

    def name(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(name(v) for v in value)
        return back.get(value, value) if isinstance(value, str) else value

    found: list[tuple[str, object]] = []
    for one in dis.get_instructions(code):
        if isinstance(one.argval, CodeType):
            found.append((one.opname, _shape(one.argval, back)))
        elif one.opcode in dis.haslocal or one.opcode in dis.hasfree:
            found.append((one.opname, name(one.argval)))
        elif one.opcode in dis.hasconst:
            found.append((one.opname, (type(one.argval).__name__, repr(one.argval))))
        else:
            found.append((one.opname, one.argval))
    # A closure's cells stand in the order of their names.
    ordered: list[tuple[str, object]] = []
    for cells, run in groupby(found, key=lambda item: item[0] in ("LOAD_CLOSURE", "MAKE_CELL")):
        items = list(run)
        ordered += sorted(items, key=str) if cells else items
    total = code.co_argcount + code.co_kwonlyargcount
    names = tuple(back.get(n, n) for n in code.co_varnames[:total])
    kinds = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags
    return code.co_name, kinds, names, code.co_exceptiontable, ordered
