"""The operators on Python's expressions: what may stand in the place of one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, TypeVar

from mutation.python_surroundings import Surroundings
from mutation.swap import Swap, changed, neighbours, without

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq, ast.GtE),
    ast.NotEq: (ast.Eq, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
IDENTITY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Is: ast.Eq,
    ast.IsNot: ast.NotEq,
    ast.Eq: ast.Is,
    ast.NotEq: ast.IsNot,
}
ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv, ast.Mult),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitOr: (ast.BitAnd, ast.Add),
    ast.BitAnd: (ast.BitOr,),
    ast.BitXor: (ast.BitOr,),
    ast.MatMult: (ast.Mult,),
}
A = TypeVar("A", bound=ast.AST)


def comparison(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Compare):
        return
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[op.__class__]:
            yield Swap(
                "comparison", [node], [changed(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])]
            )
        if op.__class__ in IDENTITY:
            new = [*node.ops[:i], IDENTITY[op.__class__](), *node.ops[i + 1 :]]
            yield Swap("is-equal", [node], [changed(node, ops=new)])
    if len(node.ops) == 1:
        swapped = changed(node, left=node.comparators[0], comparators=[node.left])
        yield Swap("operands-swapped", [node], [swapped])
    else:
        yield Swap(
            "comparison-shortened",
            [node],
            [changed(node, ops=node.ops[:-1], comparators=node.comparators[:-1])],
        )


def arithmetic(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC[node.op.__class__]:
            yield Swap("arithmetic", [node], [changed(node, op=other())])
        yield Swap("operands-swapped", [node], [changed(node, left=node.right, right=node.left)])
        yield Swap("operand-dropped", [node], [node.left])
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        yield Swap("sign-dropped", [node], [node.operand])


def boolean(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Swap("boolean", [node], [changed(node, op=other)])
        for i, _ in enumerate(node.values):
            rest = without(node.values, i)
            yield Swap("operand-dropped", [node], [rest[0] if len(rest) == 1 else changed(node, values=rest)])
        for values in neighbours(node.values):
            yield Swap("operands-swapped", [node], [changed(node, values=values)])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield Swap("not-dropped", [node], [node.operand])
    elif isinstance(node, ast.IfExp):
        yield Swap("branches-swapped", [node], [changed(node, body=node.orelse, orelse=node.body)])
        yield Swap("branch-dropped", [node], [node.body])
        yield Swap("branch-dropped", [node], [node.orelse])


def condition(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.expr) and around.is_test(node):
        yield Swap("not-added", [node], [ast.UnaryOp(ast.Not(), node)])
        for value in (True, False):
            yield Swap("condition-constant", [node], [ast.Constant(value)])


def constant(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Constant):
        return
    for operator, value in _other_values(node.value):
        new: ast.expr = ast.Constant(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < 0:
            new = ast.UnaryOp(ast.USub(), ast.Constant(-value))
        yield Swap(operator, [node], [new])


def _other_values(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, bool):
        yield "constant", not value
        yield "constant-type", int(value)
    elif isinstance(value, int):
        yield "off-by-one", value + 1
        yield "off-by-one", value - 1
        yield "constant-type", float(value) if abs(value) < 1 << 52 else -value
        if value in (0, 1):
            yield "constant-type", bool(value)
        else:
            yield "constant", 0
    elif isinstance(value, float):
        yield "constant", value + 1.0 if value + 1.0 != value else 0.0
        yield "constant", -value
    elif value is None:
        yield "constant", False
        yield "constant", 0
    elif isinstance(value, str):
        yield "string-content", value + "x"
        yield "string-content", "" if value else "x"
        yield "string-content", value.swapcase()
        yield "string-space", value + " "
        yield "string-space", " " + value
        yield "string-space", value.strip() if value.strip() != value else value.replace(" ", "  ", 1)
        yield "string-space", value.replace("\n", " ", 1)
        yield "constant-type", value.encode("utf-8", "replace")
    elif isinstance(value, bytes):
        yield "string-content", value + b"x"
        yield "string-space", value + b" "
        yield "constant-type", value.decode("latin-1")
    elif value is ...:
        yield "constant", None


def name(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Del):
        names = around.locals(node)
        others = [n for n in names if n != node.id]
        if others:
            at = names.index(node.id) if node.id in names else 0
            kind = "name-rebound" if isinstance(node.ctx, ast.Store) else "name-replaced"
            yield Swap(kind, [node], [ast.Name(others[at % len(others)], node.ctx)])
    elif isinstance(node, ast.Attribute):
        yield Swap("attribute-renamed", [node], [changed(node, attr=node.attr + "_")])
        if isinstance(node.ctx, ast.Load):
            yield Swap("attribute-dropped", [node], [node.value])


def index(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Slice):
        for part in ("lower", "upper", "step"):
            bound = getattr(node, part)
            if bound is None:
                yield Swap("slice-bound", [node], [changed(node, **{part: ast.Constant(2)})])
                continue
            yield Swap("slice-bound", [node], [changed(node, **{part: None})])
            if part != "step":
                more = ast.BinOp(bound, ast.Add(), ast.Constant(1))
                yield Swap("off-by-one", [node], [changed(node, **{part: more})])
    elif isinstance(node, ast.Subscript) and not isinstance(node.slice, (ast.Slice, ast.Tuple, ast.Constant)):
        more = ast.BinOp(node.slice, ast.Sub(), ast.Constant(1))
        yield Swap("off-by-one", [node], [changed(node, slice=more)])


def call(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, ast.Call):
        return
    for i, argument in enumerate(node.args):
        yield Swap("argument-dropped", [node], [changed(node, args=without(node.args, i))])
        if isinstance(argument, ast.Starred):
            new = [*node.args[:i], argument.value, *node.args[i + 1 :]]
            yield Swap("star-dropped", [node], [changed(node, args=new)])
    for args in neighbours(node.args):
        yield Swap("arguments-swapped", [node], [changed(node, args=args)])
    for i, keyword in enumerate(node.keywords):
        rest = without(node.keywords, i)
        yield Swap("keyword-dropped", [node], [changed(node, keywords=rest)])
        yield Swap(
            "keyword-positional", [node], [changed(node, args=[*node.args, keyword.value], keywords=rest)]
        )
        if keyword.arg is not None:
            other = ast.keyword(keyword.arg + "_", keyword.value)
            renamed = [*node.keywords[:i], other, *node.keywords[i + 1 :]]
            yield Swap("keyword-renamed", [node], [changed(node, keywords=renamed)])
        else:
            yield Swap(
                "star-dropped", [node], [changed(node, args=[*node.args, keyword.value], keywords=rest)]
            )
    for keywords in neighbours(node.keywords):
        yield Swap("keywords-swapped", [node], [changed(node, keywords=keywords)])
    yield Swap("call-dropped", [node], [node.func])
    if len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Starred):
        yield Swap("call-dropped", [node], [node.args[0]])


def wrapper(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.Await):
        yield Swap("await-dropped", [node], [node.value])
    elif isinstance(node, ast.YieldFrom):
        yield Swap("yield-changed", [node], [ast.Yield(node.value)])
        yield Swap("yield-changed", [node], [node.value])
    elif isinstance(node, ast.Yield):
        yield Swap("yield-changed", [node], [node.value or ast.Constant(None)])
        if node.value is not None:
            yield Swap("yield-changed", [node], [ast.YieldFrom(node.value)])
            yield Swap("yield-changed", [node], [ast.Yield(None)])
    elif isinstance(node, ast.NamedExpr):
        yield Swap("walrus-dropped", [node], [node.value])
    elif isinstance(node, ast.Lambda):
        yield Swap("lambda-called", [node], [node.body])


def comprehension(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if not isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
        return
    for i, clause in enumerate(node.generators):
        for j, _ in enumerate(clause.ifs):
            new = [
                *node.generators[:i],
                changed(clause, ifs=without(clause.ifs, j)),
                *node.generators[i + 1 :],
            ]
            yield Swap("comprehension-condition", [node], [changed(node, generators=new)])
        if clause.is_async:
            new = [*node.generators[:i], changed(clause, is_async=0), *node.generators[i + 1 :]]
            yield Swap("async-dropped", [node], [changed(node, generators=new)])
    for clauses in neighbours(node.generators):
        yield Swap("comprehension-clauses", [node], [changed(node, generators=clauses)])
    if isinstance(node, ast.DictComp):
        yield Swap("comprehension-kind", [node], [changed(node, key=node.value, value=node.key)])
        return
    for kind in (ast.ListComp, ast.SetComp, ast.GeneratorExp):
        if not isinstance(node, kind):
            yield Swap("comprehension-kind", [node], [kind(node.elt, node.generators)])


def display(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        for i, item in enumerate(node.elts):
            if isinstance(node.ctx if not isinstance(node, ast.Set) else ast.Load(), ast.Load):
                yield Swap("item-dropped", [node], [_items(node, without(node.elts, i))])
            if isinstance(item, ast.Starred):
                new = [*node.elts[:i], item.value, *node.elts[i + 1 :]]
                yield Swap("star-dropped", [node], [_items(node, new)])
        for items in neighbours(node.elts):
            yield Swap("items-swapped", [node], [_items(node, items)])
        if isinstance(node, ast.List) and isinstance(node.ctx, ast.Load):
            yield Swap("display-kind", [node], [ast.Tuple(node.elts, ast.Load())])
        elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load):
            yield Swap("display-kind", [node], [ast.List(node.elts, ast.Load())])
    elif isinstance(node, ast.Dict):
        for i, _ in enumerate(node.keys):
            fewer = changed(node, keys=without(node.keys, i), values=without(node.values, i))
            yield Swap("item-dropped", [node], [fewer])
        for keys, values in zip(neighbours(node.keys), neighbours(node.values), strict=True):
            yield Swap("items-swapped", [node], [changed(node, keys=keys, values=values)])


def _items(node: ast.List | ast.Tuple | ast.Set, items: list[ast.expr]) -> ast.expr:
    if isinstance(node, ast.Set) and not items:
        return ast.Call(ast.Name("set", ast.Load()), [], [])
    return changed(node, elts=items)


def string(node: ast.AST, around: Surroundings) -> Iterator[Swap]:
    if isinstance(node, ast.FormattedValue):
        for conversion in (-1, ord("r"), ord("s")):
            if conversion != node.conversion:
                yield Swap("field-conversion", [node], [changed(node, conversion=conversion)])
        if node.format_spec is not None:
            yield Swap("field-format", [node], [changed(node, format_spec=None)])
    elif isinstance(node, ast.JoinedStr) and not isinstance(around.parents[node], ast.FormattedValue):
        for i, _ in enumerate(node.values):
            yield Swap("string-content", [node], [changed(node, values=without(node.values, i))])
        fields = [v for v in node.values if isinstance(v, ast.FormattedValue)]
        if len(fields) > 1:
            swapped = iter([fields[1], fields[0], *fields[2:]])
            values = [next(swapped) if isinstance(v, ast.FormattedValue) else v for v in node.values]
            yield Swap("items-swapped", [node], [changed(node, values=values)])


EXPRESSION_OPERATORS = (
    comparison,
    arithmetic,
    boolean,
    condition,
    constant,
    name,
    index,
    call,
    wrapper,
    comprehension,
    display,
    string,
)
