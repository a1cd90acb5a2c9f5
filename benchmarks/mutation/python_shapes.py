"""Statements of Python in one shape: what the classes of `equivalence_python` on statements compare."""

from __future__ import annotations

import ast
import importlib
import warnings

from mutation import instructions
from mutation.swap import changed

# --- what is compared ---------------------------------------------------------------------------------------------


def same_compiled(one: ast.Module, two: ast.Module, by_binder: bool = False) -> bool:
    """Whether two trees compile to code that does the same; `by_binder`: under whatever names of locals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [compile(tree, "<text>", "exec", dont_inherit=True) for tree in (one, two)]
    return instructions.equal(made[0], made[1], by_binder)


class _Stripper(ast.NodeTransformer):
    """Takes docstrings and other constants that stand as statements away."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            body = getattr(node, name, None)
            if isinstance(body, list):
                kept = [n for n in body if not _idle(n)]
                if not kept and name == "body":
                    kept = [ast.Pass()] if body and not isinstance(node, ast.Module) else []
                setattr(node, name, kept)
        return node


def _idle(node: ast.AST) -> bool:
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def stripped(tree: ast.Module) -> ast.Module:
    made = _Stripper().visit(ast.parse(ast.unparse(tree)))
    assert isinstance(made, ast.Module)
    return ast.fix_missing_locations(made)


def dumped(tree: ast.Module) -> str:
    return ast.dump(stripped(tree))


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_arg(self, node: ast.arg) -> ast.arg:
        return changed(node, annotation=None)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self.generic_visit(changed(node, returns=None))

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self.generic_visit(changed(node, returns=None))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return node
        return ast.Assign([node.target], node.value, lineno=node.lineno)


# --- the classes ---------------------------------------------------------------------------------------------------


def same_code(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(one, two)


def idle_statements(one: ast.Module, two: ast.Module) -> bool:
    return dumped(one) == dumped(two)


def names_of_locals(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(stripped(one), stripped(two), by_binder=True)


def same_code_without_docs(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(stripped(one), stripped(two))


def one_sided_annotations(one: ast.Module, two: ast.Module, other: ast.Module | None = None) -> bool:
    """Equal without annotations, and none of the second that `other` (or the first) has otherwise."""
    bare = [ast.dump(_WithoutAnnotations().visit(stripped(t))) for t in (one, two)]
    return bare[0] == bare[1] and not _both_annotated_otherwise(one if other is None else other, two)


def _both_annotated_otherwise(one: ast.Module, two: ast.Module) -> bool:
    pairs = zip(_annotated(one), _annotated(two), strict=False)
    return any(a and b and a != b for a, b in pairs)


def _annotated(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            found.append(ast.unparse(node.annotation) if node.annotation else "")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(ast.unparse(node.returns) if node.returns else "")
    return found


class _SortedUnions(ast.NodeTransformer):
    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
        if name == "Union" and isinstance(node.slice, ast.Tuple):
            return changed(node, slice=changed(node.slice, elts=sorted(node.slice.elts, key=ast.dump)))
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """`X | None`: what is None makes it a union, of types and not of sets."""
        self.generic_visit(node)
        if isinstance(node.op, ast.BitOr) and is_none(node.left):
            return changed(node, left=node.right, right=node.left)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.generic_visit(node)
        return changed(node, annotation=_sorted_union(node.annotation))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        return changed(node, returns=_sorted_union(node.returns))


def _sorted_union(node: ast.expr | None) -> ast.expr | None:
    """An annotation with the members of its unions in one order."""
    if node is None:
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        parts = sorted(map(ast.dump, _members(node)))
        return ast.Constant(" | ".join(parts))
    if isinstance(node, ast.Subscript):
        return changed(node, slice=_sorted_union(node.slice))
    if isinstance(node, ast.Tuple):
        return changed(node, elts=[_sorted_union(e) for e in node.elts])
    return node


def _members(node: ast.expr | None) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_members(node.left), *_members(node.right)]
    found = _sorted_union(node)
    return [] if found is None else [found]


def union_order(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_SortedUnions().visit(stripped(one))) == ast.dump(_SortedUnions().visit(stripped(two)))


class _WithoutBase(ast.NodeTransformer):
    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        bases = [b for b in node.bases if not (isinstance(b, ast.Name) and b.id == "object")]
        return self.generic_visit(changed(node, bases=bases))


def object_base(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_WithoutBase().visit(stripped(one))) == ast.dump(_WithoutBase().visit(stripped(two)))


def typing_imports(one: ast.Module, two: ast.Module) -> bool:
    """Equal without the unread names of `typing` and its like that really are there."""
    bare = [ast.dump(without_typing(_WithoutAnnotations().visit(stripped(t)))) for t in (one, two)]
    return bare[0] == bare[1] and not _both_annotated_otherwise(
        *[without_typing(stripped(t)) for t in (one, two)]
    )


def without_typing(tree: ast.Module) -> ast.Module:
    deferred = "from __future__ import annotations" in ast.unparse(tree)
    apart = [n.annotation for n in ast.walk(tree) if isinstance(n, ast.AnnAssign) and deferred]
    unread = {id(n) for annotation in apart for n in ast.walk(annotation)}
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in unread} - {
        "TYPE_CHECKING"
    }
    body: list[ast.stmt] = []
    for node in tree.body:
        checking = _checks(node.test) if isinstance(node, ast.If) else None
        if isinstance(node, ast.If) and checking is not None:
            body += [n for n in (node.orelse if checking else node.body) if not isinstance(n, ast.Pass)]
            continue
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            names = [a for a in node.names if a.name != "annotations"]
        elif isinstance(node, ast.ImportFrom) and node.module in TYPING and not node.level:
            there = vars(importlib.import_module(node.module))
            names = [a for a in node.names if a.name not in there or (a.asname or a.name) in read]
        elif isinstance(node, ast.Import):
            names = [
                a for a in node.names if a.name not in TYPING or (a.asname or a.name.split(".")[0]) in read
            ]
        else:
            body.append(node)
            continue
        if names:
            body.append(changed(node, names=names))
    return changed(tree, body=body)


def _checks(test: ast.expr) -> bool | None:
    """Whether a test asks for type checkers (True) or for all others (False); None if for something else."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _checks(test.operand)
        return None if inner is None else not inner
    return True if ast.unparse(test) in TYPE_CHECKING else None


TYPE_CHECKING = ("TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING")
TYPING = ("typing", "types", "abc", "collections.abc")


def import_order(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(sorted_imports(stripped(one))) == ast.dump(sorted_imports(stripped(two)))


def sorted_imports(tree: ast.Module) -> ast.Module:
    """Each run of neighbouring imports in one order, one name a statement."""
    body: list[ast.stmt] = []
    run: list[ast.stmt] = []
    for node in [*tree.body, None]:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            run += [changed(node, names=[a]) for a in node.names]
        else:
            body += sorted(run, key=ast.dump)
            run = []
            if node is not None:
                body.append(node)
    return changed(tree, body=body)


def definition_order(one: ast.Module, two: ast.Module) -> bool:
    """Equal but for the order of statements that define other names than their neighbours, and run nothing."""
    return _reordered(one, two, quiet=True)


def any_order(one: ast.Module, two: ast.Module) -> bool:
    return _reordered(one, two, quiet=False)


def _reordered(one: ast.Module, two: ast.Module, quiet: bool) -> bool:
    """`quiet`: what moves must evaluate nothing but names, attributes and constants."""
    for left, right, in_class in _differing_blocks(stripped(one), stripped(two)):
        a, b = [ast.dump(n) for n in left], [ast.dump(n) for n in right]
        places = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
        moved = left[places[0] : places[-1] + 1] if places else []  # what is crossed counts as well
        if sorted(a) != sorted(b) or len({*map(ast.dump, moved)}) < len(moved):
            return False
        # What one statement of a class runs sees no name of the class: it may stand before or behind the others.
        loud = sum(not _is_quiet(n) for n in moved) - in_class
        bound = [_defines(n) for n in moved]
        evaluated = [_reached(_evaluates(n), left) for n in moved]
        if any(names is None for names in bound) or (quiet and loud > 0):
            return False
        for i, names in enumerate(bound):
            for j in range(len(moved)):
                if i != j and names and (names & (bound[j] or set()) or names & evaluated[j]):
                    return False
    return True


def _differing_blocks(one: ast.AST, two: ast.AST) -> list[tuple[list[ast.stmt], list[ast.stmt], bool]]:
    """The bodies of a module and its classes that differ, less those of the same statements in the same order."""
    left, right = one.body, two.body  # type: ignore[attr-defined]
    if len(left) != len(right) or not all(type(a) is type(b) for a, b in zip(left, right, strict=True)):
        return [(left, right, isinstance(one, ast.ClassDef))]
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if ast.dump(a) != ast.dump(b)]
    if len(pairs) == 1 and isinstance(pairs[0][0], ast.ClassDef):
        heads = [ast.dump(changed(n, body=[])) for n in pairs[0]]
        if heads[0] == heads[1]:
            return _differing_blocks(*pairs[0])
    return [(left, right, isinstance(one, ast.ClassDef))]


def _defines(node: ast.stmt) -> set[str] | None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
        return {t.id for t in node.targets if isinstance(t, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    if isinstance(node, (ast.If, ast.Try)):
        return _bound_inside(node)
    return set() if isinstance(node, ast.Expr) else None


def _bound_inside(node: ast.stmt) -> set[str] | None:
    """The names that a branch or `try` may bind; None for a star import."""
    found: set[str] = set()
    for n in ast.walk(node):
        if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load):
            found.add(n.id)
        elif isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(n.name)
        elif isinstance(n, ast.alias):
            if n.name == "*":
                return None
            found.add(n.asname or n.name.split(".")[0])
    return found


def _evaluates(node: ast.stmt) -> set[str]:
    """The names that a definition reads when it is made, bodies of functions left out."""
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        top = waiting.pop()
        if isinstance(top, ast.Name):
            found.add(top.id)
        skipped = top.body if isinstance(top, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
        waiting += [n for n in ast.iter_child_nodes(top) if n not in skipped]
    return found


def _reached(names: set[str], block: list[ast.stmt]) -> set[str]:
    """Some names, and all that the block's definitions of these names may read when they are called."""
    inside = {
        n.name: n for n in block if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    }
    found, waiting = {*names}, [*names]
    while waiting:
        node = inside.get(waiting.pop())
        more = (
            {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - found if node is not None else set()
        )
        found |= more
        waiting += more
    return found


def _is_quiet(node: ast.stmt) -> bool:
    """Whether making a definition runs nothing: no decorators, calls or operators, and no class with unknown bases."""
    if isinstance(node, ast.ClassDef):
        known = all(isinstance(b, (ast.Name, ast.Attribute)) for b in node.bases)
        return known and not node.keywords and not node.decorator_list and all(map(_is_quiet, node.body))
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        values = [*node.args.defaults, *[d for d in node.args.kw_defaults if d is not None]]
        wrapped = all(ast.unparse(d) in WRAPPERS for d in node.decorator_list)
        return wrapped and all(map(_is_plain, values))
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is None or _is_plain(node.value)
    return isinstance(node, ast.Pass)


WRAPPERS = frozenset(
    {
        "property",
        "classmethod",
        "staticmethod",
        "cached_property",
        "contextmanager",
        "lru_cache",
        "cache",
        "wraps",
        "contextlib.contextmanager",
        "functools.cache",
        "functools.cached_property",
        "functools.lru_cache",
    }
)
KNOWN_CALLS = frozenset(
    {"re.compile", "dict", "frozenset", "list", "object", "set", "tuple", "namedtuple", "TypeVar", "Path",
     "logging.getLogger", "struct.Struct", "OrderedDict", "defaultdict", "deque", "threading.Lock", "os.path.join"}
)  # fmt: skip
"""Functions that run nothing of the file, where they are given constants and displays of these."""


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        given = [*node.args, *[k.value for k in node.keywords]]
        return ast.unparse(node.func) in KNOWN_CALLS and all(map(_is_plain, given))
    if isinstance(node, ast.BinOp):
        return all(isinstance(n, (ast.Constant, ast.BinOp, ast.operator)) for n in ast.walk(node))
    plain = (
        ast.Constant,
        ast.Name,
        ast.Attribute,
        ast.List,
        ast.Tuple,
        ast.Dict,
        ast.Load,
        ast.UnaryOp,
        ast.USub,
    )
    return isinstance(node, plain) and all(map(_is_plain, ast.iter_child_nodes(node)))


def is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


SATISFIED = frozenset(
    {"absolute_import", "division", "generators", "generator_stop", "nested_scopes", "print_function",
     "unicode_literals", "with_statement"}
)  # fmt: skip


def future_imports(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_without_future(stripped(one))) == ast.dump(_without_future(stripped(two)))


def _without_future(tree: ast.Module) -> ast.Module:
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            body += [changed(node, names=[a]) for a in node.names if a.name not in SATISFIED]
        else:
            body.append(node)
    return changed(tree, body=body)
