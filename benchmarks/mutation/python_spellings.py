"""Expressions of Python in one spelling: what the classes of `equivalence_python` on expressions compare."""

from __future__ import annotations

import ast
import re
from collections import Counter

from mutation.python_shapes import is_none, same_compiled, stripped
from mutation.swap import changed


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
    if isinstance(node, ast.BinOp):
        return _is_constant(node.left) and _is_constant(node.right)
    return isinstance(node, ast.Constant)


def constant_side(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_Mirrored().visit(stripped(t))) for t in (one, two)]
    return ast.dump(made[0]) == ast.dump(made[1]) or same_compiled(made[0], made[1])


class _NoneIdentity(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        rights = node.comparators
        ops = [
            IDENTITY.get(type(o), type(o))() if is_none(r) else o
            for o, r in zip(node.ops, rights, strict=True)
        ]
        return changed(node, ops=ops)


IDENTITY: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Eq: ast.Is, ast.NotEq: ast.IsNot}


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


_PATH_FUNCTIONS = frozenset({
    "abspath", "basename", "dirname", "expanduser", "expandvars", "join", "normcase", "normpath", "realpath", "relpath",
})  # fmt: skip


_EXACT_BUILTINS = frozenset({"ascii", "bin", "chr", "hash", "hex", "id", "len", "oct", "ord", "repr"})
"""Builtins that give exact text or whole numbers, whatever they are handed."""


class _ExactFields(ast.NodeTransformer):
    """Fields of names of classes, of paths, and of what builtins make, without a conversion to text.

    paths: whether `os` is the module throughout. builtins: those that the file does not bind.
    """

    def __init__(self, tree: ast.Module) -> None:
        self.paths = _is_os_the_module(tree)
        nodes = list(ast.walk(tree))
        self.builtins = {n for n in _EXACT_BUILTINS if not any(_rebinds(node, n) for node in nodes)}

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        exact = ast.unparse(node.value)
        named = exact.endswith((".__class__.__name__", ".__class__.__qualname__")) or (
            exact.startswith("type(") and exact.endswith((").__name__", ").__qualname__"))
        )
        if isinstance(node.value, ast.Call):
            called = ast.unparse(node.value.func)
            of_path = called.startswith("os.path.") and called.removeprefix("os.path.") in _PATH_FUNCTIONS
            named |= called in self.builtins or (self.paths and of_path)
        return changed(node, conversion=-1 if named and node.conversion == ord("s") else node.conversion)


def _is_os_the_module(tree: ast.Module) -> bool:
    """Whether the file imports `os` at its top, binds nothing else by that name, and patches no function of paths."""
    imports = [n for n in tree.body if isinstance(n, ast.Import)]
    top = any(a.name == "os" and a.asname is None for n in imports for a in n.names)
    return top and not any(_rebinds(node, "os") for node in ast.walk(tree))


def _rebinds(node: ast.AST, name: str) -> bool:
    """Whether a node binds a name to something else than the module of that name, or an attribute of it."""
    match node:
        case ast.Import(names=names):
            return any(a.asname == name for a in names)
        case ast.ImportFrom(names=names):
            return any((a.asname or a.name) in (name, "*") for a in names)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.ExceptHandler():
            return node.name == name
        case ast.MatchAs() | ast.MatchStar():
            return node.name == name
        case ast.Global(names=named) | ast.Nonlocal(names=named):
            return name in named
        case ast.arg():
            return node.arg == name
        case ast.Name():
            return node.id == name and not isinstance(node.ctx, ast.Load)
        case ast.Attribute():
            return not isinstance(node.ctx, ast.Load) and ast.unparse(node).startswith(f"{name}.")
    return False


def exact_fields(one: ast.Module, two: ast.Module) -> bool:
    made = [_ExactFields(t).visit(stripped(t)) for t in (one, two)]
    return same_compiled(*map(ast.fix_missing_locations, made))


class _Generators(ast.NodeTransformer):
    """A list comprehension that a builtin draws out at once becomes a generator."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        joins = isinstance(node.func, ast.Attribute) and node.func.attr == "join"
        first = node.args[0] if node.args else None
        sets = isinstance(first, ast.SetComp) and name in ("set", "frozenset")
        if isinstance(first, ast.ListComp) and (name in CONSUMERS or joins):
            return changed(node, args=[ast.GeneratorExp(first.elt, first.generators), *node.args[1:]])
        if isinstance(first, ast.SetComp) and sets:
            return changed(node, args=[ast.GeneratorExp(first.elt, first.generators)])
        return node


CONSUMERS = frozenset(
    {"sum", "min", "max", "sorted", "any", "all", "set", "frozenset", "tuple", "list", "dict"}
)


def drawn_at_once(one: ast.Module, two: ast.Module) -> bool:
    made = [ast.fix_missing_locations(_Generators().visit(stripped(t))) for t in (one, two)]
    return same_compiled(*made)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _Displays(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if (
            isinstance(node.func, ast.Name)
            and node.func.id in ("sorted", "set", "list", "tuple")
            and node.args
        ):
            copied = node.args[0]
            if (
                isinstance(copied, ast.Call)
                and isinstance(copied.func, ast.Name)
                and copied.func.id in ("list", "tuple")
            ):
                return changed(node, args=[*copied.args[:1], *node.args[1:]]) if not copied.keywords else node
        joins = (
            isinstance(node.func, ast.Attribute) and node.func.attr == "join" and _is_text(node.func.value)
        )
        consumes = isinstance(node.func, ast.Name) and node.func.id in CONSUMERS
        if (joins or consumes) and len(node.args) == 1:
            if isinstance(node.args[0], ast.Tuple):
                return changed(node, args=[ast.List(node.args[0].elts, ast.Load())])
            return node
        if node.args or node.keywords or not isinstance(node.func, ast.Name):
            return node
        empty = {
            "list": ast.List([], ast.Load()),
            "dict": ast.Dict([], []),
            "tuple": ast.Tuple([], ast.Load()),
        }
        return empty.get(node.func.id, node)

    def visit_comprehension(self, node: ast.comprehension) -> ast.AST:
        self.generic_visit(node)
        return changed(node, iter=_as_list(node.iter))

    def visit_For(self, node: ast.For) -> ast.AST:
        self.generic_visit(node)
        drawn = node.iter
        if isinstance(drawn, ast.Call) and isinstance(drawn.func, ast.Name) and drawn.func.id == "enumerate":
            return changed(node, iter=changed(drawn, args=[*map(_as_list, drawn.args[:1]), *drawn.args[1:]]))
        return changed(node, iter=_as_list(drawn))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A local that is bound once, and read but by one loop: what it holds is only drawn out."""
        self.generic_visit(node)
        names = Counter(n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        loops = [n.iter for n in ast.walk(node) if isinstance(n, (ast.For, ast.comprehension))]
        drawn = {n.id for n in loops if isinstance(n, ast.Name)}
        for n in ast.walk(node):
            target = n.targets[0] if isinstance(n, ast.Assign) and len(n.targets) == 1 else None
            if (
                isinstance(n, ast.Assign)
                and isinstance(target, ast.Name)
                and target.id in drawn
                and names[target.id] == 2
            ):
                n.value = _as_list(n.value)
        return node


KEYWORD_DEFAULTS: dict[str, tuple[str, object]] = {
    "zip": ("strict", False),
    "sorted": ("reverse", False),
    "print": ("end", "\n"),
    "open": ("mode", "r"),
    "enumerate": ("start", 0),
    "sum": ("start", 0),
}
"""By builtin: a keyword and what it is anyway."""


class _Defaults(ast.NodeTransformer):
    """Leaves out arguments that say what is so anyway."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        keyword, default = KEYWORD_DEFAULTS.get(name, ("", None))
        keywords = [
            k
            for k in node.keywords
            if k.arg != keyword
            or not isinstance(k.value, ast.Constant)
            or (type(k.value.value), k.value.value) != (type(default), default)
        ]
        node = changed(node, keywords=keywords)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("encode", "decode"):
            name = "encode"
        given = [a.value if isinstance(a, ast.Constant) else ... for a in node.args]
        if (node.keywords and name != "open") or not given:
            return node
        if name == "range" and len(given) > 1 and given[0] == 0 and given[2:] in ([], [1]):
            return changed(node, args=node.args[1:2])
        if (name, given[1:]) in (("open", ["r"]), ("enumerate", [0]), ("round", [None]), ("sum", [0])):
            return changed(node, args=node.args[:1])
        return changed(node, args=[]) if name == "encode" and given == ["utf-8"] else node


def default_arguments(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(*[ast.fix_missing_locations(_Defaults().visit(stripped(t))) for t in (one, two)])


def _as_list(node: ast.expr) -> ast.expr:
    return ast.List(node.elts, ast.Load()) if isinstance(node, ast.Tuple) else node


def empty_displays(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(*[ast.fix_missing_locations(_Displays().visit(stripped(t))) for t in (one, two)])


class _PlainText(ast.NodeTransformer):
    """Takes `str()` away where what it gives is made text at once: at `%s`, and in a field of an f-string."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        text = node.left.value if isinstance(node.left, ast.Constant) else None
        if (
            not isinstance(text, str)
            or not isinstance(node.op, ast.Mod)
            or not isinstance(node.right, ast.Tuple)
        ):
            return node
        if set(re.findall(r"%.", text)) != {"%s"}:
            return node
        return changed(node, right=changed(node.right, elts=[_inside_str(e) for e in node.right.elts]))

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        self.generic_visit(node)
        joined = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute)
        if joined and ast.unparse(node.value.func).endswith(("'.join", '".join')):  # type: ignore[attr-defined]
            return changed(node, conversion=-1 if node.conversion == ord("s") else node.conversion)
        if isinstance(node.value, ast.Constant) and node.conversion == ord("s") and node.format_spec is None:
            return changed(node, conversion=-1)
        inside = _inside_str(node.value)
        if node.conversion != -1 or node.format_spec is not None or inside is node.value:
            return node
        return changed(node, value=inside, conversion=ord("s"))


def _inside_str(node: ast.expr) -> ast.expr:
    called = node.func if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords else None
    return (
        node.args[0]
        if isinstance(node, ast.Call) and isinstance(called, ast.Name) and called.id == "str"
        else node
    )


def str_in_text(one: ast.Module, two: ast.Module) -> bool:
    return same_compiled(*[ast.fix_missing_locations(_PlainText().visit(stripped(t))) for t in (one, two)])


class _BareCache(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        bare = [d.func if _calls_cache(d) and isinstance(d, ast.Call) else d for d in node.decorator_list]
        return changed(node, decorator_list=bare)


def _calls_cache(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and not node.args
        and not node.keywords
        and "lru_cache" in ast.unparse(node.func)
    )


def bare_cache(one: ast.Module, two: ast.Module) -> bool:
    return ast.dump(_BareCache().visit(stripped(one))) == ast.dump(_BareCache().visit(stripped(two)))


class _WithoutCasts(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return node.args[1] if called == "cast" and len(node.args) == 2 and not node.keywords else node


def casts(one: ast.Module, two: ast.Module) -> bool:
    imported = all("cast" in ast.unparse(t) and "typing" in ast.unparse(t) for t in (one, two))
    return imported and ast.dump(_WithoutCasts().visit(stripped(one))) == ast.dump(
        _WithoutCasts().visit(stripped(two))
    )
