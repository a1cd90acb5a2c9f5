"""Lowering of libcst's simple statements. A method `_X` lowers the libcst node X and moves the cursor past it."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from prediff.languages.python.cst_literals import identifier
from prediff.languages.python.cst_patterns import Patterns
from prediff.tree import (
    Alias,
    Assert,
    Assign,
    AugAssign,
    Declare,
    Delete,
    ExprStmt,
    Import,
    ImportFrom,
    Jump,
    Name,
    Node,
    Pass,
    Raise,
    Return,
    Scope,
    Star,
    TypeAliasStmt,
    TypeParam,
)

AUGMENTED = {
    cst.AddAssign: "+", cst.SubtractAssign: "-", cst.MultiplyAssign: "*", cst.MatrixMultiplyAssign: "@",
    cst.DivideAssign: "/", cst.ModuloAssign: "%", cst.BitAndAssign: "&", cst.BitOrAssign: "|", cst.BitXorAssign: "^",
    cst.LeftShiftAssign: "<<", cst.RightShiftAssign: ">>", cst.PowerAssign: "**", cst.FloorDivideAssign: "//",
}  # fmt: skip


Place = tuple[int, int]


class SimpleStatements(Patterns):
    """`parenthesized` holds the places of the statements `(x): int` whose parentheses the text no longer has."""

    def __init__(self, text: str, parenthesized: frozenset[Place] = frozenset()) -> None:
        super().__init__(text)
        self.parenthesized = parenthesized

    def _Expr(self, n: Any) -> Node:
        return ExprStmt(self.node(n.value))

    def _Assign(self, n: Any) -> Node:
        targets = []
        for target in n.targets:
            targets.append(self.node(target.target))
            self.space(target.whitespace_before_equal)
            self.col += 1
            self.space(target.whitespace_after_equal)
        return Assign(tuple(targets), self.node(n.value))

    def _AugAssign(self, n: Any) -> Node:
        target = self.node(n.target)
        op = AUGMENTED[n.operator.__class__]
        self.operator(n.operator, len(op) + 1)
        return AugAssign(target, op, self.node(n.value))

    def _AnnAssign(self, n: Any) -> Node:
        bare_name = n.target.__class__ is cst.Name and (
            n.target.lpar or (self.line, self.col) in self.parenthesized
        )
        target = self.node(n.target)
        annotation = self.annotation(n.annotation)
        self.operator(n.equal)
        return Declare("parenthesized" if bare_name else "", target, annotation, self.maybe(n.value))

    def _Return(self, n: Any) -> Node:
        self.col += 6
        if n.value is None:
            return Return()
        self.space(n.whitespace_after_return)
        return Return(self.node(n.value))

    def _Raise(self, n: Any) -> Node:
        self.col += 5
        if n.exc is None:
            return Raise()
        self.space(n.whitespace_after_raise)
        value = self.node(n.exc)
        return Raise(value, None if n.cause is None else self.from_clause(n.cause))

    def _Del(self, n: Any) -> Node:
        self.col += 3
        self.space(n.whitespace_after_del)
        bare = n.target.__class__ is cst.Tuple and not n.target.lpar
        target = self.node(n.target)
        return Delete(cast("tuple[Node, ...]", target.items) if bare else (target,))  # type: ignore[attr-defined]

    def _Assert(self, n: Any) -> Node:
        self.col += 6
        self.space(n.whitespace_after_assert)
        test = self.node(n.test)
        self.operator(n.comma)
        return Assert(test, self.maybe(n.msg))

    def _Pass(self, _: Any) -> Node:
        self.col += 4
        return Pass()

    def _Break(self, _: Any) -> Node:
        self.col += 5
        return Jump("break")

    def _Continue(self, _: Any) -> Node:
        self.col += 8
        return Jump("continue")

    def _Global(self, n: Any) -> Node:
        self.col += 6
        self.space(n.whitespace_after_global)
        return Scope("global", self.names(n.names))

    def _Nonlocal(self, n: Any) -> Node:
        self.col += 8
        self.space(n.whitespace_after_nonlocal)
        return Scope("nonlocal", self.names(n.names))

    def names(self, items: Any) -> tuple[Name, ...]:
        found = []
        for item in items:
            self.col += len(item.name.value)
            self.operator(item.comma)
            found.append(Name(identifier(item.name.value)))
        return tuple(found)

    def _Import(self, n: Any) -> Node:
        self.col += 6
        self.space(n.whitespace_after_import)
        return Import(self.aliases(n.names))

    def _ImportFrom(self, n: Any) -> Node:
        self.col += 4
        self.space(n.whitespace_after_from)
        for dot in n.relative:
            self.operator(dot)
        module = "." * len(n.relative) + ("" if n.module is None else self.dotted(n.module))
        self.space(n.whitespace_before_import)
        self.col += 6
        self.space(n.whitespace_after_import)
        if n.names.__class__ is cst.ImportStar:
            self.col += 1
            return ImportFrom(module, (Alias("*"),))
        if n.lpar is not None:
            self.enter(n.lpar)
        names = self.aliases(n.names)
        if n.rpar is not None:
            self.leave(n.rpar)
        return ImportFrom(module, names)

    def aliases(self, names: Any) -> tuple[Alias, ...]:
        found = []
        for n in names:
            name = self.dotted(n.name)
            asname = None if n.asname is None else cast("Name", self.as_name(n.asname)).id
            self.operator(n.comma)
            found.append(Alias(name, asname))
        return tuple(found)

    def dotted(self, n: Any) -> str:
        """A dotted name."""
        names, dots = [], []
        while n.__class__ is cst.Attribute:
            names.append(n.attr.value)
            dots.append(n.dot)
            n = n.value
        self.col += len(n.value)
        for name, dot in zip(reversed(names), reversed(dots), strict=True):
            self.operator(dot)
            self.col += len(name)
        return ".".join([identifier(name) for name in (n.value, *reversed(names))])

    def as_name(self, n: Any) -> Node:
        self.space(n.whitespace_before_as)
        self.col += 2
        self.space(n.whitespace_after_as)
        return self.node(n.name)

    def _TypeAlias(self, n: Any) -> Node:
        self.col += 4
        self.space(n.whitespace_after_type)
        target = cast("Name", self.node(n.name))
        self.space(n.whitespace_after_name)
        params = self.type_params(n.type_parameters)
        self.space(n.whitespace_after_type_parameters)
        self.col += 1
        self.space(n.whitespace_after_equals)
        return TypeAliasStmt(target, params, self.node(n.value))

    def type_params(self, n: Any) -> tuple[Node, ...]:
        if n is None:
            return ()
        self.enter(n.lbracket)
        found = tuple([self.type_param(p) for p in n.params])
        self.leave(n.rbracket)
        return found

    def type_param(self, n: Any) -> TypeParam:
        start = (self.line, self.col)
        kind = {cst.TypeVar: "", cst.TypeVarTuple: "*", cst.ParamSpec: "**"}[n.param.__class__]
        bound = None
        if kind:
            self.col += len(kind)
            self.space(n.param.whitespace_after_star)
        self.col += len(n.param.name.value)
        if not kind:
            self.operator(n.param.colon)
            bound = self.maybe(n.param.bound)
        self.operator(n.equal)
        default_start = (self.line, self.col)
        self.col += len(n.star)
        self.space(n.whitespace_after_star)
        default = self.maybe(n.default)
        if n.star and default is not None:
            default = Star(default, span=self.span(default_start))
        span = self.span(start)
        self.operator(n.comma)
        return TypeParam(Name(identifier(n.param.name.value)), kind, bound, default, span=span)
