"""Mutants of Python that are no bugs: by which reason, and shown without prediff.

Each reason is a class of `CLASSES` with a predicate on the two texts. Nothing is taken on trust because of the operator
that made the mutant. The strongest predicate is the interpreter's own compiler: code that compiles to the same
instructions does the same. What rests on an assumption that prediff printed says so.
"""

from __future__ import annotations

import ast
import importlib
import warnings
from collections.abc import Callable

from mutation import instructions
from mutation.python import parse
from mutation.swap import changed


def reason(before: str, after: str, assumptions: tuple[str, ...], other: str) -> str:
    """The class of an equivalent mutant; "" where none can be shown.

    assumptions: those that prediff printed. other: the text that the mutant was compared with; of a planted bug not the
    one that was mutated.
    """
    one, two, three = parse(before), parse(after), parse(other)
    if one is None or two is None or three is None:
        return ""
    for name, (needs, _, predicate) in CLASSES.items():
        if needs <= {*assumptions} and predicate(one, two):
            return name
    needs = CLASSES["annotations"][0]
    return "annotations" if needs <= {*assumptions} and one_sided_annotations(one, two, three) else ""


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
        if isinstance(node.op, ast.BitOr) and _is_none(node.left):
            return changed(node, left=node.right, right=node.left)
        return node


def union_order(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_SortedUnions().visit(stripped(one))) == ast.dump(_SortedUnions().visit(stripped(two)))


class _Mirrored(ast.NodeTransformer):
    """Turns comparisons with a constant so that it stands on the right."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        other = node.comparators[0]
        if len(node.ops) != 1 or not _is_constant(node.left) or _is_constant(other):
            return node
        mirror = MIRRORS.get(node.ops[0].__class__)
        return node if mirror is None else ast.Compare(other, [mirror()], [node.left])


MIRRORS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq, ast.NotEq: ast.NotEq, ast.Is: ast.Is, ast.IsNot: ast.IsNot,
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE,
}  # fmt: skip


def _is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_constant(node.operand)
    if isinstance(node, ast.Tuple):
        return all(_is_constant(n) for n in node.elts)
    return isinstance(node, ast.Constant)


def constant_side(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_Mirrored().visit(stripped(t))) for t in (one, two)]
    return ast.dump(made[0]) == ast.dump(made[1]) or same_compiled(made[0], made[1])


class _WithoutBase(ast.NodeTransformer):
    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        bases = [b for b in node.bases if not (isinstance(b, ast.Name) and b.id == "object")]
        return self.generic_visit(changed(node, bases=bases))


def object_base(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_WithoutBase().visit(stripped(one))) == ast.dump(_WithoutBase().visit(stripped(two)))


def typing_imports(one: ast.Module, two: ast.Module) -> bool:
    """Equal without the unread names of `typing` and its like that really are there."""
    bare = [ast.dump(_without_typing(_WithoutAnnotations().visit(stripped(t)))) for t in (one, two)]
    return bare[0] == bare[1] and not _both_annotated_otherwise(one, two)


def _without_typing(tree: ast.Module) -> ast.Module:
    read = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - {"TYPE_CHECKING"}
    body: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.If) and not node.orelse and ast.unparse(node.test).endswith("TYPE_CHECKING"):
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


TYPING = ("typing", "types", "abc", "collections.abc")


def import_order(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_sorted_imports(stripped(one))) == ast.dump(_sorted_imports(stripped(two)))


def _sorted_imports(tree: ast.Module) -> ast.Module:
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
    for left, right in _differing_blocks(stripped(one), stripped(two)):
        a, b = [ast.dump(n) for n in left], [ast.dump(n) for n in right]
        if sorted(a) != sorted(b) or len({*a}) < len(a):
            return False
        moved = [n for n, x, y in zip(left, a, b, strict=True) if x != y]
        bound = [_defines(n) for n in moved]
        evaluated = [_reached(_evaluates(n), left) for n in moved]
        if any(names is None for names in bound) or (quiet and any(not _is_quiet(n) for n in moved)):
            return False
        for i, names in enumerate(bound):
            for j in range(len(moved)):
                if i != j and names and (names & (bound[j] or set()) or names & evaluated[j]):
                    return False
    return True


def _differing_blocks(one: ast.AST, two: ast.AST) -> list[tuple[list[ast.stmt], list[ast.stmt]]]:
    """The bodies of a module and its classes that differ, less those of the same statements in the same order."""
    left, right = one.body, two.body  # type: ignore[attr-defined]
    if len(left) != len(right) or not all(type(a) is type(b) for a, b in zip(left, right, strict=True)):
        return [(left, right)]
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if ast.dump(a) != ast.dump(b)]
    if len(pairs) == 1 and isinstance(pairs[0][0], ast.ClassDef):
        heads = [ast.dump(changed(n, body=[])) for n in pairs[0]]
        if heads[0] == heads[1]:
            return _differing_blocks(*pairs[0])
    return [(left, right)]


def _defines(node: ast.stmt) -> set[str] | None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    if isinstance(node, ast.Assign) and all(isinstance(t, ast.Name) for t in node.targets):
        return {t.id for t in node.targets if isinstance(t, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set() if isinstance(node, ast.Expr) else None


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
        wrapped = all(isinstance(d, ast.Name) and d.id in WRAPPERS for d in node.decorator_list)
        return wrapped and all(map(_is_plain, values))
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return node.value is None or _is_plain(node.value)
    return isinstance(node, ast.Pass)


WRAPPERS = frozenset({"property", "classmethod", "staticmethod"})


def _is_plain(node: ast.AST) -> bool:
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


class _NoneIdentity(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        rights = node.comparators
        ops = [
            IDENTITY.get(type(o), type(o))() if _is_none(r) else o
            for o, r in zip(node.ops, rights, strict=True)
        ]
        return changed(node, ops=ops)


IDENTITY: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Eq: ast.Is, ast.NotEq: ast.IsNot}


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def none_identity(one: ast.Module, two: ast.Module) -> bool:
    made = [
        ast.fix_missing_locations(_Mirrored().visit(_NoneIdentity().visit(stripped(t)))) for t in (one, two)
    ]
    return same_compiled(_NoneIdentity().visit(made[0]), _NoneIdentity().visit(made[1]))


class _PlainFields(ast.NodeTransformer):
    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        return changed(node, conversion=-1 if node.conversion == ord("s") else node.conversion)


def str_fields(one: ast.Module, two: ast.Module) -> bool:
    made = [_PlainFields().visit(stripped(t)) for t in (one, two)]
    return same_compiled(*map(ast.fix_missing_locations, made))


class _Generators(ast.NodeTransformer):
    """A list comprehension that a builtin draws out at once becomes a generator."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
        if (name in CONSUMERS or joins) and node.args and isinstance(node.args[0], ast.ListComp):
            drawn = ast.GeneratorExp(node.args[0].elt, node.args[0].generators)
            return changed(node, args=[drawn, *node.args[1:]])
        return node


CONSUMERS = frozenset(
    {"sum", "min", "max", "sorted", "any", "all", "set", "frozenset", "tuple", "list", "dict"}
)


def drawn_at_once(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_Generators().visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)


class _Displays(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if node.args or node.keywords or not isinstance(node.func, ast.Name):
            return node
        empty = {
            "list": ast.List([], ast.Load()),
            "dict": ast.Dict([], []),
            "tuple": ast.Tuple([], ast.Load()),
        }
        return empty.get(node.func.id, node)


class _Defaults(ast.NodeTransformer):
    """Leaves out arguments that say what is so anyway."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("encode", "decode"):
            name = "encode"
        given = [a.value if isinstance(a, ast.Constant) else ... for a in node.args]
        if node.keywords or not given:
            return node
        if name == "range" and len(given) > 1 and given[0] == 0 and given[2:] in ([], [1]):
            return changed(node, args=node.args[1:2])
        if (name, given[1:]) in (("open", ["r"]), ("enumerate", [0]), ("round", [None]), ("sum", [0])):
            return changed(node, args=node.args[:1])
        return changed(node, args=[]) if name == "encode" and given == ["utf-8"] else node


def default_arguments(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(*[ast.fix_missing_locations(_Defaults().visit(stripped(t))) for t in (one, two)])


def empty_displays(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(*[ast.fix_missing_locations(_Displays().visit(stripped(t))) for t in (one, two)])


Predicate = Callable[[ast.Module, ast.Module], bool]
CLASSES: dict[str, tuple[frozenset[str], str, Predicate]] = {
    "same-code": (
        frozenset(),
        "the interpreter compiles both texts to the same instructions",
        same_code,
    ),
    "idle-statements": (
        frozenset({"docs-unread"}),
        "the texts are equal but for docstrings and other constants that stand as statements",
        idle_statements,
    ),
    "same-code-without-docs": (
        frozenset({"docs-unread"}),
        "both texts compile to the same instructions once docstrings are taken away",
        same_code_without_docs,
    ),
    "names-of-locals": (
        frozenset({"locals-unread"}),
        "both texts compile to the same instructions but for the names of locals, each another one throughout",
        names_of_locals,
    ),
    "annotations": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for annotations that one of them lacks",
        one_sided_annotations,
    ),
    "union-order": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for the order of the members of `Union[…]` and `X | None`, which makes no other type",
        union_order,
    ),
    "constant-side": (
        frozenset({"source-unread"}),
        "the texts are equal once constants stand on the right of comparisons; a built-in value leaves a "
        "comparison with another type to that type, whichever side it stands on",
        constant_side,
    ),
    "object-base": (
        frozenset({"current-language"}),
        "the texts are equal but for `object` as a base class, which every class has",
        object_base,
    ),
    "typing-imports": (
        frozenset({"annotations-unread"}),
        "the texts are equal but for `if TYPE_CHECKING`, which never runs, and imported names of `typing`, `types`, "
        "`abc`, `collections.abc` or `__future__.annotations` that exist and that nothing but annotations reads",
        typing_imports,
    ),
    "import-order": (
        frozenset({"source-unread"}),
        "the texts are equal but for the order of neighbouring imports",
        import_order,
    ),
    "definition-order": (
        frozenset({"source-unread"}),
        "the texts are equal but for the order of definitions that read none of each other's names and run nothing",
        definition_order,
    ),
    "any-order": (
        frozenset({"order-unread"}),
        "the texts are equal but for the order of definitions that read none of each other's names when they are made",
        any_order,
    ),
    "none-identity": (
        frozenset({"builtin-operators"}),
        "the texts are equal once `x == None` is written as `x is None`",
        none_identity,
    ),
    "str-fields": (
        frozenset({"str-formats"}),
        "the texts are equal once `{x!s}` is written as `{x}` in f-strings",
        str_fields,
    ),
    "empty-displays": (
        frozenset({"source-unread"}),
        "the texts are equal once `list()`, `dict()` and `tuple()` are written as `[]`, `{}` and `()`",
        empty_displays,
    ),
    "default-arguments": (
        frozenset({"source-unread"}),
        "the texts are equal without arguments of builtins that say what holds anyway, as `range(0, n)`",
        default_arguments,
    ),
    "drawn-at-once": (
        frozenset({"source-unread"}),
        "the texts are equal once a comprehension that a builtin draws out at once is a generator; nothing between its "
        "items can see the difference",
        drawn_at_once,
    ),
}
"""(what prediff must have assumed, the reason, the predicate) by name; asked in this order."""
