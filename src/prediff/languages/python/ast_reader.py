"""Python's first reader: the interpreter's own `ast`, lowered into the logic tree.

Quick and exact for the syntax of the running interpreter; `cst_reader` takes over for newer syntax.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable
from operator import attrgetter
from typing import Any, cast

from prediff.errors import LimitError, ParseError
from prediff.tree import (
    Alias,
    Assert,
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Await,
    Binary,
    Block,
    Call,
    Capture,
    Class,
    Clause,
    Compare,
    CompFor,
    Comprehension,
    Declare,
    Delete,
    Dict,
    ExprStmt,
    ForEach,
    Formatted,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Index,
    Interp,
    Jump,
    Keyword,
    Lambda,
    List,
    Literal,
    Logical,
    Match,
    Name,
    Node,
    Not,
    Opaque,
    Pair,
    Param,
    Pass,
    Raise,
    Return,
    Scope,
    Set,
    Slice,
    Span,
    Star,
    Ternary,
    Try,
    Tuple,
    TypeAliasStmt,
    TypeParam,
    Unary,
    While,
    With,
    WithItem,
    Yield,
    YieldFrom,
)

_POSITION: Callable[[Any], Span] = attrgetter("lineno", "col_offset", "end_lineno", "end_col_offset")
OPERATORS = {
    "Add": "+", "Sub": "-", "Mult": "*", "MatMult": "@", "Div": "/", "Mod": "%", "LShift": "<<", "RShift": ">>",
    "BitOr": "|", "BitXor": "^", "BitAnd": "&", "FloorDiv": "//", "Pow": "**",
    "Invert": "~", "UAdd": "+", "USub": "-",
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=", "Is": "is", "IsNot": "is not",
    "In": "in", "NotIn": "not in", "And": "and", "Or": "or",
}  # fmt: skip

LITERAL_KINDS = {
    int: "int", float: "float", complex: "imaginary", str: "str", bytes: "bytes", bool: "bool",
    type(None): "none", type(...): "ellipsis",
}  # fmt: skip


def read(text: str) -> Block:
    """Lower Python source into the logic tree.

    Raises ParseError with the interpreter's own message, LimitError where the text is nested too deeply for it.
    """
    try:
        try:
            return _read(text)
        except RecursionError:
            from prediff.languages.python import limits

            return limits.run_deep(_read, text)
    except (RecursionError, MemoryError):
        raise LimitError("nested too deeply for Python's own parser") from None


def _read(text: str) -> Block:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except SyntaxError as error:
        raise ParseError(error.msg, error.lineno or 0, (error.offset or 1) - 1) from None
    except ValueError as error:
        raise ParseError(str(error)) from None
    # Columns of `ast` are in UTF-8 bytes: the lines that hold more than ASCII need theirs counted in characters.
    wide = None if text.isascii() else [None if x.isascii() else x.encode() for x in text.split("\n")]
    return Lowering(wide).block(module.body)


class Lowering:
    """One pass over an `ast` tree. `wide`: the UTF-8 bytes of the lines that are not ASCII, by index."""

    def __init__(self, wide: list[bytes | None] | None) -> None:
        self.wide = wide
        self.span: Callable[[Any], Span] = _POSITION if wide is None else self.span_in_characters
        self.table: dict[type[ast.AST], Callable[[Any], Node]] = {
            getattr(ast, n[1:]): getattr(self, n) for n in dir(self) if n[0] == "_" and hasattr(ast, n[1:])
        }

    def span_in_characters(self, n: Any) -> Span:
        first, start, last, end = span = _POSITION(n)
        assert self.wide is not None
        if self.wide[first - 1] is None and (first == last or self.wide[last - 1] is None):
            return span
        return (first, self.column(first, start), last, self.column(last, end))

    def column(self, line: int, offset: int) -> int:
        assert self.wide is not None
        row = self.wide[line - 1] if line <= len(self.wide) else None
        return offset if row is None else len(row[:offset].decode("utf-8", "replace"))

    def node(self, n: Any) -> Node:
        return self.table[n.__class__](n)

    def maybe(self, n: Any) -> Node | None:
        return None if n is None else self.table[n.__class__](n)

    def all(self, nodes: list[Any]) -> tuple[Node, ...]:
        table = self.table
        return tuple([table[n.__class__](n) for n in nodes])

    def block(self, body: list[Any]) -> Block:
        span = NO_SPAN
        if body:
            first, last = self.whole(body[0]), self.span(body[-1])
            span = (first[0], first[1], last[2], last[3])
            if body[0].__class__ is ast.Pass and all(n.__class__ is ast.Pass for n in body):
                return Block((), span=span)
        return Block(self.all(body), span=span)

    def maybe_block(self, body: list[Any]) -> Block | None:
        return self.block(body) if body else None

    def whole(self, n: Any) -> Span:
        """The span of a statement, decorators included."""
        span = self.span(n)
        decorators = getattr(n, "decorator_list", None)
        if decorators:
            # The `@` stands before the decorator, perhaps with white space between; the column is the definition's.
            return (min(span[0], decorators[0].lineno), span[1], span[2], span[3])
        return span

    def places(self, n: Any, *heads: Any) -> dict[str, Any]:
        """`span` and `header` of a compound statement whose header ends with the last of `heads` that is there."""
        span = self.whole(n)
        ends = [self.span(h)[2:] for h in heads if h is not None]
        line, column = max([(span[0], span[1]), *ends]) if ends else (n.lineno, span[1])
        return {"span": span, "header": (span[0], span[1], max(line, n.lineno), column)}

    def simple(self, n: Any) -> dict[str, Any]:
        span = self.span(n)
        return {"span": span, "header": span}

    # --- statements --------------------------------------------------------------------------------------------

    def _Expr(self, n: Any) -> Node:
        span = self.span(n)
        return ExprStmt(self.node(n.value), span=span, header=span)

    def _Assign(self, n: Any) -> Node:
        span = self.span(n)
        return Assign(self.all(n.targets), self.node(n.value), span=span, header=span)

    def _AugAssign(self, n: Any) -> Node:
        op = OPERATORS[n.op.__class__.__name__]
        return AugAssign(self.node(n.target), op, self.node(n.value), **self.simple(n))

    def _AnnAssign(self, n: Any) -> Node:
        bare_name = n.target.__class__ is ast.Name and not n.simple
        return Declare(
            "parenthesized" if bare_name else "",
            self.node(n.target), self.node(n.annotation), self.maybe(n.value), **self.simple(n),
        )  # fmt: skip

    def _Return(self, n: Any) -> Node:
        return Return(self.maybe(n.value), **self.simple(n))

    def _Raise(self, n: Any) -> Node:
        return Raise(self.maybe(n.exc), self.maybe(n.cause), **self.simple(n))

    def _Delete(self, n: Any) -> Node:
        return Delete(self.all(n.targets), **self.simple(n))

    def _Assert(self, n: Any) -> Node:
        return Assert(self.node(n.test), self.maybe(n.msg), **self.simple(n))

    def _Pass(self, n: Any) -> Node:
        return Pass(**self.simple(n))

    def _Break(self, n: Any) -> Node:
        return Jump("break", **self.simple(n))

    def _Continue(self, n: Any) -> Node:
        return Jump("continue", **self.simple(n))

    def _Global(self, n: Any) -> Node:
        return Scope("global", tuple([Name(x) for x in n.names]), **self.simple(n))

    def _Nonlocal(self, n: Any) -> Node:
        return Scope("nonlocal", tuple([Name(x) for x in n.names]), **self.simple(n))

    def _Import(self, n: Any) -> Node:
        return Import(tuple([Alias(a.name, a.asname) for a in n.names]), **self.simple(n))

    def _ImportFrom(self, n: Any) -> Node:
        module = "." * n.level + (n.module or "")
        return ImportFrom(module, tuple([Alias(a.name, a.asname) for a in n.names]), **self.simple(n))

    def _If(self, n: Any) -> Node:
        arms = [n]
        while len(arms[-1].orelse) == 1 and arms[-1].orelse[0].__class__ is ast.If:
            arms.append(arms[-1].orelse[0])
        orelse = self.maybe_block(arms[-1].orelse)
        for arm in reversed(arms):  # a long elif chain would overflow the stack
            node = If(self.node(arm.test), self.block(arm.body), orelse, **self.places(arm, arm.test))
            orelse = Block((node,), span=node.span)
        return node

    def _While(self, n: Any) -> Node:
        return While(
            self.node(n.test), self.block(n.body), self.maybe_block(n.orelse), **self.places(n, n.test)
        )  # fmt: skip

    def _For(self, n: Any, kind: str = "in") -> Node:
        return ForEach(
            self.node(n.target), self.node(n.iter), self.block(n.body), self.maybe_block(n.orelse), kind,
            **self.places(n, n.iter),
        )  # fmt: skip

    def _AsyncFor(self, n: Any) -> Node:
        return self._For(n, "async in")

    def _Try(self, n: Any, star: bool = False) -> Node:
        return Try(
            self.block(n.body), tuple([self.handler(h) for h in n.handlers]),
            self.maybe_block(n.orelse), self.maybe_block(n.finalbody), star, **self.places(n),
        )  # fmt: skip

    def _TryStar(self, n: Any) -> Node:
        return self._Try(n, star=True)

    def handler(self, n: Any) -> Handler:
        target = Name(n.name) if n.name else None
        return Handler(self.maybe(n.type), target, self.block(n.body), span=self.span(n))

    def _With(self, n: Any, is_async: bool = False) -> Node:
        items = tuple([WithItem(self.node(i.context_expr), self.maybe(i.optional_vars)) for i in n.items])
        last = n.items[-1]
        return With(
            items, self.block(n.body), is_async, **self.places(n, last.context_expr, last.optional_vars)
        )

    def _AsyncWith(self, n: Any) -> Node:
        return self._With(n, is_async=True)

    def _FunctionDef(self, n: Any, modifiers: tuple[str, ...] = ()) -> Node:
        a = n.args
        arguments = [*a.posonlyargs, *a.args, a.vararg, *a.kwonlyargs, a.kwarg, *a.defaults, *a.kw_defaults]
        return Function(
            n.name, self.params(a), self.block(n.body), self.maybe(n.returns), self.all(n.decorator_list),
            self.type_params(n), modifiers, **self.places(n, n.returns, *arguments),
        )  # fmt: skip

    def _AsyncFunctionDef(self, n: Any) -> Node:
        return self._FunctionDef(n, ("async",))

    def _ClassDef(self, n: Any) -> Node:
        bases = [*n.bases, *n.keywords]
        return Class(
            n.name, self.all(bases), self.block(n.body), self.all(n.decorator_list), self.type_params(n),
            **self.places(n, *bases),
        )  # fmt: skip

    def params(self, a: Any) -> tuple[Param, ...]:
        found: list[Param] = []
        plain = [*a.posonlyargs, *a.args]
        defaults = [None] * (len(plain) - len(a.defaults)) + a.defaults
        for i, (arg, default) in enumerate(zip(plain, defaults, strict=True)):
            found.append(self.param(arg, "positional_only" if i < len(a.posonlyargs) else "plain", default))
        if a.vararg:
            found.append(self.param(a.vararg, "var_positional"))
        for arg, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
            found.append(self.param(arg, "keyword_only", default))
        if a.kwarg:
            found.append(self.param(a.kwarg, "var_keyword"))
        return tuple(found)

    def param(self, n: Any, kind: str, default: Any = None) -> Param:
        span = self.span(n)
        return Param(Name(n.arg, span=span), kind, self.maybe(n.annotation), self.maybe(default), span=span)

    def type_params(self, n: Any) -> tuple[Node, ...]:
        return self.all(getattr(n, "type_params", []))

    def _TypeVar(self, n: Any, kind: str = "") -> Node:
        bound, default = getattr(n, "bound", None), getattr(n, "default_value", None)
        return TypeParam(Name(n.name), kind, self.maybe(bound), self.maybe(default), span=self.span(n))

    def _TypeVarTuple(self, n: Any) -> Node:
        return self._TypeVar(n, "*")

    def _ParamSpec(self, n: Any) -> Node:
        return self._TypeVar(n, "**")

    def _TypeAlias(self, n: Any) -> Node:
        target = cast("Name", self.node(n.name))
        return TypeAliasStmt(target, self.type_params(n), self.node(n.value), **self.simple(n))

    # --- match -------------------------------------------------------------------------------------------------

    def _Match(self, n: Any) -> Node:
        clauses = tuple([self.clause(c) for c in n.cases])
        return Match("match", self.node(n.subject), clauses, **self.places(n, n.subject))

    def clause(self, n: Any) -> Clause:
        body = self.block(n.body)
        pattern = self.span(n.pattern)
        span = (pattern[0], pattern[1], body.span[2], body.span[3])
        return Clause(self.node(n.pattern), self.maybe(n.guard), body, span=span)

    def _MatchValue(self, n: Any) -> Node:
        return self.node(n.value)

    def _MatchSingleton(self, n: Any) -> Node:
        return Literal(LITERAL_KINDS[n.value.__class__], n.value, span=self.span(n))

    def _MatchSequence(self, n: Any) -> Node:
        return Opaque("pattern sequence", self.all(n.patterns), span=self.span(n))

    def _MatchStar(self, n: Any) -> Node:
        return Capture(self.captured(n), None, 1, span=self.span(n))

    def _MatchMapping(self, n: Any) -> Node:
        pairs = [Pair(self.node(k), self.node(p)) for k, p in zip(n.keys, n.patterns, strict=True)]
        rest = [Capture(Name(n.rest), None, 2)] if n.rest else []
        return Opaque("pattern mapping", (*pairs, *rest), span=self.span(n))

    def _MatchClass(self, n: Any) -> Node:
        named = [Keyword(k, self.node(p)) for k, p in zip(n.kwd_attrs, n.kwd_patterns, strict=True)]
        return Opaque("pattern class", (self.node(n.cls), *self.all(n.patterns), *named), span=self.span(n))

    def _MatchAs(self, n: Any) -> Node:
        return Capture(self.captured(n), self.maybe(n.pattern), span=self.span(n))

    def captured(self, n: Any) -> Name | None:
        """The name that a pattern binds, which stands at its end."""
        _, _, line, end = self.span(n)
        return Name(n.name, span=(line, end - len(n.name), line, end)) if n.name else None

    def _MatchOr(self, n: Any) -> Node:
        return Opaque("pattern or", self.all(n.patterns), span=self.span(n))

    # --- expressions -------------------------------------------------------------------------------------------

    def _Name(self, n: Any) -> Node:
        return Name(n.id, span=self.span(n))

    def _Constant(self, n: Any) -> Node:
        return Literal(LITERAL_KINDS[n.value.__class__], n.value, span=self.span(n))

    def _Attribute(self, n: Any) -> Node:
        links: list[Any] = []
        while True:  # a fluent chain would overflow the stack
            if n.__class__ is ast.Attribute:
                links.append(n)
                n = n.value
            elif n.__class__ is ast.Call:
                links.append(n)
                n = n.func
            else:
                break
        node, span = self.node(n), self.span
        for link in reversed(links):
            if link.__class__ is ast.Attribute:
                node = Attribute(node, link.attr, span=span(link))
            else:
                node = Call(node, self.arguments(link), span=span(link))
        return node

    _Call = _Attribute

    def arguments(self, n: Any) -> tuple[Node, ...]:
        # In `f(k=x, *y)`, too, y is evaluated before x: `ast` has them in the order of evaluation.
        return self.all([*n.args, *n.keywords])

    def _keyword(self, n: Any) -> Node:
        if n.arg is None:
            return Star(self.node(n.value), 2, span=self.span(n))
        return Keyword(n.arg, self.node(n.value), span=self.span(n))

    def _Starred(self, n: Any) -> Node:
        return Star(self.node(n.value), 1, span=self.span(n))

    def _Subscript(self, n: Any) -> Node:
        return Index(self.node(n.value), self.node(n.slice), span=self.span(n))

    def _Slice(self, n: Any) -> Node:
        return Slice(self.maybe(n.lower), self.maybe(n.upper), self.maybe(n.step), span=self.span(n))

    def _UnaryOp(self, n: Any) -> Node:
        if n.op.__class__ is ast.Not:
            return Not(self.node(n.operand), span=self.span(n))
        return Unary(OPERATORS[n.op.__class__.__name__], self.node(n.operand), span=self.span(n))

    def _BinOp(self, n: Any) -> Node:
        links = []
        while n.__class__ is ast.BinOp:  # a sum of thousands of terms would overflow the stack
            links.append(n)
            n = n.left
        node = self.node(n)
        for link in reversed(links):
            right = self.node(link.right)
            node = Binary(OPERATORS[link.op.__class__.__name__], node, right, span=self.span(link))
        return node

    def _BoolOp(self, n: Any) -> Node:
        op = OPERATORS[n.op.__class__.__name__]
        values: list[Node] = []
        for value in self.all(n.values):
            if isinstance(value, Logical) and value.op == op:
                values += value.values
            else:
                values.append(value)
        return Logical(op, tuple(values), span=self.span(n))

    def _Compare(self, n: Any) -> Node:
        ops = tuple([OPERATORS[o.__class__.__name__] for o in n.ops])
        return Compare(self.node(n.left), ops, self.all(n.comparators), span=self.span(n))

    def _IfExp(self, n: Any) -> Node:
        return Ternary(self.node(n.test), self.node(n.body), self.node(n.orelse), span=self.span(n))

    def _NamedExpr(self, n: Any) -> Node:
        return AssignExpr(":=", self.node(n.target), self.node(n.value), span=self.span(n))

    def _List(self, n: Any) -> Node:
        return List(self.all(n.elts), span=self.span(n))

    def _Tuple(self, n: Any) -> Node:
        return Tuple(self.all(n.elts), span=self.span(n))

    def _Set(self, n: Any) -> Node:
        return Set(self.all(n.elts), span=self.span(n))

    def _Dict(self, n: Any) -> Node:
        items: list[Node] = []
        for key, value in zip(n.keys, n.values, strict=True):
            shown = self.node(value)
            if key is None:
                items.append(Star(shown, 2, span=shown.span))
            else:
                name = self.node(key)
                items.append(Pair(name, shown, span=(*name.span[:2], *shown.span[2:])))
        return Dict(tuple(items), span=self.span(n))

    def comprehension(self, n: Any, kind: str, element: Node) -> Node:
        clauses = tuple([self.comprehension_clause(g) for g in n.generators])
        return Comprehension(kind, element, clauses, span=self.span(n))

    def comprehension_clause(self, n: Any) -> CompFor:
        target, iterable, conditions = self.node(n.target), self.node(n.iter), self.all(n.ifs)
        span = (*self.span(n.target)[:2], *self.span(n.ifs[-1] if n.ifs else n.iter)[2:])
        return CompFor(target, iterable, conditions, bool(n.is_async), span=span)

    def _ListComp(self, n: Any) -> Node:
        return self.comprehension(n, "list", self.node(n.elt))

    def _SetComp(self, n: Any) -> Node:
        return self.comprehension(n, "set", self.node(n.elt))

    def _GeneratorExp(self, n: Any) -> Node:
        return self.comprehension(n, "generator", self.node(n.elt))

    def _DictComp(self, n: Any) -> Node:
        span = (*self.span(n.key)[:2], *self.span(n.value)[2:])
        return self.comprehension(n, "dict", Pair(self.node(n.key), self.node(n.value), span=span))

    def _Lambda(self, n: Any) -> Node:
        return Lambda(self.params(n.args), self.node(n.body), span=self.span(n))

    def _Await(self, n: Any) -> Node:
        return Await(self.node(n.value), span=self.span(n))

    def _Yield(self, n: Any) -> Node:
        return Yield(self.maybe(n.value), span=self.span(n))

    def _YieldFrom(self, n: Any) -> Node:
        return YieldFrom(self.node(n.value), span=self.span(n))

    def _JoinedStr(self, n: Any, kind: str = "f") -> Node:
        return Interp(kind, self.parts(n), span=self.span(n))

    def _TemplateStr(self, n: Any) -> Node:
        return self._JoinedStr(n, "t")

    def parts(self, n: Any) -> tuple[Node, ...]:
        """Literal text joined and without empty pieces; text is told apart from fields by class."""
        return join_parts(
            [Literal("str", v.value) if v.__class__ is ast.Constant else self.node(v) for v in n.values]
        )

    def _FormattedValue(self, n: Any, text: str = "") -> Node:
        conversion = "" if n.conversion == -1 else chr(n.conversion)
        spec = Interp("f", self.parts(n.format_spec)) if n.format_spec is not None else None
        return Formatted(self.node(n.value), conversion, spec, text)

    def _Interpolation(self, n: Any) -> Node:
        return self._FormattedValue(n, n.str)


NO_SPAN: Span = (0, 0, 0, 0)


def join_parts(parts: list[Node]) -> tuple[Node, ...]:
    """The parts of an interpolated string with neighbouring texts joined and empty ones dropped."""
    joined: list[Node] = []
    for part in parts:
        if isinstance(part, Literal):
            if not part.value:
                continue
            if joined and isinstance(joined[-1], Literal):
                joined[-1] = Literal("str", joined[-1].value + part.value)
                continue
        joined.append(part)
    return tuple(joined)
