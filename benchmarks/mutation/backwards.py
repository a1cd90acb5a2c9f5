"""Rules applied backwards: real Python rewritten as somebody else might have written it, with the meaning it had.

Each rewriting names the rule that undoes it. A rewriting is right by itself, not because of the rule: it says what it
needs, and is not offered where that is missing. The pairs that come of it are what bugs are planted in.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from mutation.backwards_current import CURRENT
from mutation.backwards_loops import counting, searches
from mutation.backwards_shapes import SHAPES
from mutation.python_surroundings import FUNCTIONS, Surroundings
from mutation.swap import Swap, changed

Rewriting = Callable[[ast.AST, Surroundings], Iterator[Swap]]


def _not(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), node)


# --- expressions ---------------------------------------------------------------------------------------------------


def comparisons(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Compare):
        return
    if len(node.ops) == 1:
        positive = {ast.NotIn: ast.In, ast.IsNot: ast.Is}.get(node.ops[0].__class__)
        if positive is not None:
            yield Swap("negated-comparison", [node], [_not(changed(node, ops=[positive()]))])
        mirror = {ast.Eq: ast.Eq, ast.NotEq: ast.NotEq, ast.Lt: ast.Gt, ast.Gt: ast.Lt}.get(
            node.ops[0].__class__
        )
        right = node.comparators[0]
        if mirror is not None and isinstance(right, ast.Constant) and isinstance(node.left, ast.Name):
            yield Swap("constant-right", [node], [ast.Compare(right, [mirror()], [node.left])])
    elif isinstance(node.comparators[0], ast.Name) and len(node.ops) == 2:
        first = ast.Compare(node.left, node.ops[:1], node.comparators[:1])
        second = ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])
        yield Swap("chained-comparison", [node], [ast.BoolOp(ast.And(), [first, second])])


def conditions(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.expr) or not around.is_test(node):
        return
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        values = [v.operand if _is_not(v) else _not(v) for v in node.values]  # type: ignore[attr-defined]
        yield Swap("de-morgan", [node], [_not(ast.BoolOp(other, values))])
    else:
        yield Swap("double-negation", [node], [_not(_not(node))])


def equal_expressions(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    """What no normal form undoes: only looking at both sides tells that they are equal."""
    if isinstance(node, ast.BoolOp) and around.is_test(node) and all(map(_asks_identity, node.values)):
        yield Swap("equal-condition", [node], [changed(node, values=node.values[::-1])])
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Add) or not _is_length(node.left):
        return
    if isinstance(node.right, ast.Constant) and type(node.right.value) is int:
        yield Swap("equal-arithmetic", [node], [changed(node, left=node.right, right=node.left)])


def _asks_identity(node: ast.expr) -> bool:
    """Whether a test asks whether one name is None: it does nothing, whichever test comes first."""
    if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Name) or len(node.ops) != 1:
        return False
    right = node.comparators[0]
    identity = isinstance(node.ops[0], (ast.Is, ast.IsNot))
    return identity and isinstance(right, ast.Constant) and right.value is None


def _is_length(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len"


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def displays(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Set) and not any(isinstance(e, ast.Starred) for e in node.elts):
        yield Swap("display-of-display", [node], [_call("set", ast.List(node.elts, ast.Load()))])
    elif isinstance(node, ast.List) and not node.elts and isinstance(node.ctx, ast.Load):
        yield Swap("empty-builtin", [node], [_call("list")])
    elif isinstance(node, ast.Dict):
        keys = [k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)]
        if not node.keys:
            yield Swap("empty-builtin", [node], [_call("dict")])
        elif len(keys) == len(node.keys) == len({*keys}) and all(
            k.isidentifier() and k.islower() for k in keys
        ):
            words = [ast.keyword(k, v) for k, v in zip(keys, node.values, strict=True)]
            yield Swap("dict-keywords", [node], [ast.Call(ast.Name("dict", ast.Load()), [], words)])
    elif isinstance(node, ast.SetComp):
        yield Swap(
            "comprehension-of-call", [node], [_call("set", ast.GeneratorExp(node.elt, node.generators))]
        )


def _call(name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), [*args], [])


def calls(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Call):
        return
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    only = node.args[0] if len(node.args) == 1 and not node.keywords else None
    if isinstance(only, ast.GeneratorExp) and (
        name in ("sum", "sorted", "min", "max", "tuple") or method == "join"
    ):
        yield Swap(
            "generator-argument", [node], [changed(node, args=[ast.ListComp(only.elt, only.generators)])]
        )
    if name == "range" and only is not None and not isinstance(only, ast.Starred):
        yield Swap("range", [node], [changed(node, args=[ast.Constant(0), only])])
    if name == "open" and only is not None and not isinstance(only, ast.Starred):
        yield Swap("default-argument", [node], [changed(node, args=[only, ast.Constant("r")])])
    if method == "encode" and not node.args and not node.keywords:
        yield Swap("encode", [node], [changed(node, args=[ast.Constant("utf-8")])])
    if name == "isinstance" and len(node.args) == 2 and isinstance(node.args[0], ast.Name):
        kinds = node.args[1].elts if isinstance(node.args[1], ast.Tuple) else []
        if len(kinds) == 2 and all(isinstance(k, ast.Name) for k in kinds):
            parts: list[ast.expr] = [changed(node, args=[node.args[0], k]) for k in kinds]
            yield Swap("isinstance", [node], [ast.BoolOp(ast.Or(), parts)])
    if name == "super" and not node.args:
        yield from _old_super(node, around)


def _old_super(node: ast.Call, around: Surroundings) -> Iterator[Swap]:
    function = around.function(node)
    owner = around.parents.get(function) if function is not None else None
    plain = isinstance(owner, ast.ClassDef) and not owner.decorator_list and not owner.keywords
    if not isinstance(function, ast.FunctionDef) or not isinstance(owner, ast.ClassDef) or not plain:
        return
    if (
        isinstance(around.parents.get(owner), ast.Module)
        and function.args.args
        and not function.decorator_list
    ):
        args: list[ast.expr] = [
            ast.Name(owner.name, ast.Load()),
            ast.Name(function.args.args[0].arg, ast.Load()),
        ]
        yield Swap("super", [node], [changed(node, args=args)])


def strings(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.JoinedStr):
        made = _formatted(node)
        if made is not None:
            yield Swap("format-call", [node], [made])
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 3:
        inside = around.string(node) is not None
        if not inside and not isinstance(around.parents.get(node), (ast.Expr, ast.MatchValue, ast.Constant)):
            half = len(node.value) // 2
            pieces = ast.Constant(node.value[:half]), ast.Constant(node.value[half:])
            yield Swap("join-literals", [node], [ast.BinOp(pieces[0], ast.Add(), pieces[1])])


def _formatted(node: ast.JoinedStr) -> ast.expr | None:
    """The `.format` call of an f-string whose fields are but names, so that when they are formatted does not matter."""
    text, args = "", []
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value).replace("{", "{{").replace("}", "}}")
        elif (
            isinstance(part, ast.FormattedValue)
            and part.format_spec is None
            and isinstance(part.value, ast.Name)
        ):
            text += "{}" if part.conversion == -1 else f"{{!{chr(part.conversion)}}}"
            args.append(part.value)
        else:
            return None
    return ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), args, []) if args else None  # type: ignore[arg-type]


def names(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id == "OSError":
        yield Swap("os-error", [node], [ast.Name("IOError", ast.Load())])
    elif (
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and not node.attr.startswith("__")
    ):
        parent = around.parents.get(node)
        if isinstance(node.value, ast.Name) and isinstance(parent, (ast.Assign, ast.Return)):
            yield Swap("getattr", [node], [_call("getattr", node.value, ast.Constant(node.attr))])


# --- statements ----------------------------------------------------------------------------------------------------


def branches(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.If):
        return
    if node.orelse and not _is_elif(node) and not _is_elif_of(node, around):
        test = (
            node.test.operand
            if isinstance(node.test, ast.UnaryOp) and _is_not(node.test)
            else _not(node.test)
        )
        yield Swap("branch-polarity", [node], [ast.If(test, node.orelse, node.body)])
    if not node.orelse and isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And):
        first, *rest = node.test.values
        inner = ast.If(rest[0] if len(rest) == 1 else ast.BoolOp(ast.And(), rest), node.body, [])
        yield Swap("nested-if", [node], [ast.If(first, [inner], [])])
    if not node.orelse:
        after = _following(node, around)
        if after and isinstance(node.body[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break)):
            yield Swap("else-after-jump", [node, *after], [ast.If(node.test, node.body, after)])
        yield Swap("empty-branch", [node], [ast.If(node.test, node.body, [ast.Pass()])])


def _is_elif(node: ast.If) -> bool:
    return len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If)


def _is_elif_of(node: ast.If, around: Surroundings) -> bool:
    parent = around.parents.get(node)
    return isinstance(parent, ast.If) and parent.orelse == [node]


def _following(node: ast.stmt, around: Surroundings) -> list[ast.stmt]:
    block = around.block(node)
    return block[block.index(node) + 1 :] if node in block else []


def ternaries(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, (ast.Return, ast.Assign)) and isinstance(node.value, ast.IfExp):
        if isinstance(node, ast.Assign) and (
            len(node.targets) > 1 or not isinstance(node.targets[0], ast.Name)
        ):
            return
        one, two = (changed(node, value=v) for v in (node.value.body, node.value.orelse))
        rule = "return-ternary" if isinstance(node, ast.Return) else "assign-ternary"
        yield Swap(rule, [node], [ast.If(node.value.test, [one], [two])])
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Compare) and _gives_bool(node.value):
        one, two = ast.Return(ast.Constant(True)), ast.Return(ast.Constant(False))
        yield Swap("bool-return", [node], [ast.If(node.value, [one], []), two])


def _gives_bool(node: ast.Compare) -> bool:
    return len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn, ast.Is, ast.IsNot))


def temporaries(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    function = around.function(node)
    if not isinstance(node, ast.Return) or node.value is None or not isinstance(function, ast.FunctionDef):
        return
    if not isinstance(node.value, (ast.Constant, ast.Name, ast.IfExp)):
        name = _fresh("result", around, function)
        bound = ast.Assign([ast.Name(name, ast.Store())], node.value, lineno=0)
        yield Swap("single-use-temporary", [node], [bound, ast.Return(ast.Name(name, ast.Load()))])


def _fresh(name: str, around: Surroundings, function: ast.AST) -> str:
    used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)} | {*around.names.get(function, [])}
    while name in used:
        name += "_"
    return name


def loops(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.value, ast.ListComp)
        and around.function(node) is not None
    ):
        yield from _append_loop(node, node.value, around)
    elif isinstance(node, ast.While) and not node.orelse and not isinstance(node.test, ast.Constant):
        leave = ast.If(_not(node.test), [ast.Break()], [])
        yield Swap("while-condition", [node], [ast.While(ast.Constant(True), [leave, *node.body], [])])
    elif isinstance(node, (ast.For, ast.While)) and not isinstance(node.body[-1], (ast.Continue, ast.Break)):
        yield Swap("final-jump", [node], [changed(node, body=[*node.body, ast.Continue()])])
        last = node.body[-1]
        if isinstance(last, ast.If) and not last.orelse:
            guard = ast.If(_not(last.test), [ast.Continue()], [])
            yield Swap("tail-guard", [node], [changed(node, body=[*node.body[:-1], guard, *last.body])])
    if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple) and node.iter.elts:
        yield Swap("tuple-to-iterate", [node], [changed(node, iter=ast.List(node.iter.elts, ast.Load()))])


def _append_loop(node: ast.Assign, made: ast.ListComp, around: Surroundings) -> Iterator[Swap]:
    """Only where the loop's names are new to the function, and nothing in it is a scope of its own."""
    target = node.targets[0]
    function = around.function(node)
    assert function is not None
    own = {n.id for c in made.generators for n in ast.walk(c.target) if isinstance(n, ast.Name)}
    others = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and n.id in own]
    inside = [n.id for n in ast.walk(made) if isinstance(n, ast.Name) and n.id in own]
    scopes = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.NamedExpr, ast.Await)
    nested = [n for n in ast.walk(made) if isinstance(n, scopes) and n is not made]
    parameters = {a.arg for a in ast.walk(function) if isinstance(a, ast.arg)}
    reads = {n.id for n in ast.walk(made) if isinstance(n, ast.Name)}
    if len(node.targets) > 1 or not isinstance(target, ast.Name) or len(others) > len(inside) or nested:
        return
    if own & parameters or target.id in reads or any(isinstance(n, ast.Starred) for n in ast.walk(made)):
        return
    append = ast.Attribute(ast.Name(target.id, ast.Load()), "append", ast.Load())
    body: list[ast.stmt] = [ast.Expr(ast.Call(append, [made.elt], []))]
    for clause in reversed(made.generators):
        for test in reversed(clause.ifs):
            body = [ast.If(test, body, [])]
        body = [ast.For(clause.target, clause.iter, body, [], lineno=0)]
    yield Swap("append-loop", [node], [changed(node, value=ast.List([], ast.Load())), *body])


def assignments(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Assign) or not _is_simple(node):
        return
    after = _following(node, around)[:1]
    if after and isinstance(after[0], ast.Assign) and _is_simple(after[0]):
        one, two = node.targets[0], after[0].targets[0]
        assert isinstance(one, ast.Name)
        assert isinstance(two, ast.Name)
        if one.id != two.id:
            target = ast.Tuple([one, two], ast.Store())
            value = ast.Tuple([node.value, after[0].value], ast.Load())
            yield Swap("split-tuple-assignment", [node, after[0]], [ast.Assign([target], value, lineno=0)])


def _is_simple(node: ast.Assign) -> bool:
    """Whether a statement gives a literal to one name."""
    return (
        len(node.targets) == 1
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    )


def imports(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Import):
        after = _following(node, around)[:1]
        if after and isinstance(after[0], ast.Import):
            yield Swap(
                "one-import-a-statement", [node, after[0]], [ast.Import([*node.names, *after[0].names])]
            )


def definitions(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.ClassDef) and not node.bases and not node.keywords:
        yield Swap("object-base", [node], [changed(node, bases=[ast.Name("object", ast.Load())])])
    if not isinstance(node, ast.FunctionDef):
        return
    documented = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    if not documented:
        said = ast.Expr(ast.Constant("Says what it does."))
        yield Swap("docstring", [node], [changed(node, body=[said, *node.body])])
    if not node.decorator_list and not any(a.annotation for a in node.args.args) and node.args.args:
        args = [changed(a, annotation=ast.Name("object", ast.Load())) for a in node.args.args]
        yield Swap("one-sided-annotations", [node], [changed(node, args=changed(node.args, args=args))])
    if not isinstance(node.body[-1], (ast.Return, ast.Raise)):
        yield Swap("final-jump", [node], [changed(node, body=[*node.body, ast.Return(ast.Constant(None))])])
    if not any(isinstance(n, (*FUNCTIONS, ast.ClassDef)) for n in ast.walk(node) if n is not node):
        yield from _renamed(node, around)


def _renamed(node: ast.FunctionDef, around: Surroundings) -> Iterator[Swap]:
    """All plain locals under other names; not where strings, `global` or the like may name them."""
    parameters = {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    special = (ast.Global, ast.Nonlocal, ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.Match, ast.Delete)
    if any(isinstance(n, special) for n in ast.walk(node)):
        return
    words = {
        w
        for n in ast.walk(node)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
        for w in n.value.split()
    }
    renamed = {n for n in around.names.get(node, []) if n not in parameters and n not in words}
    if renamed and not any(isinstance(n, ast.Name) and n.id in _READERS for n in ast.walk(node)):
        yield Swap("local-names", [node], [_Renamer(renamed).visit(ast.parse(ast.unparse(node)).body[0])])


_READERS = frozenset({"locals", "vars", "eval", "exec", "dir"})


class _Renamer(ast.NodeTransformer):
    def __init__(self, renamed: set[str]) -> None:
        self.renamed = renamed

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return changed(node, id=f"other_{node.id}") if node.id in self.renamed else node


REWRITINGS: tuple[Rewriting, ...] = (
    comparisons,
    conditions,
    equal_expressions,
    displays,
    calls,
    strings,
    names,
    branches,
    ternaries,
    temporaries,
    loops,
    searches,
    counting,
    assignments,
    imports,
    definitions,
    *SHAPES,
    *CURRENT,
)
