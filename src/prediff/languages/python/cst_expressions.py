"""Lowering of libcst's expressions. A method `_X` lowers the libcst node X and moves the cursor past it."""

from __future__ import annotations

from typing import Any, cast

import libcst as cst

from prediff.languages.python.cst_cursor import Methods, set_field
from prediff.languages.python.cst_literals import identifier, number
from prediff.languages.python.cst_strings import Strings
from prediff.tree import (
    AssignExpr,
    Attribute,
    Await,
    Binary,
    Call,
    Compare,
    CompFor,
    Comprehension,
    Dict,
    Index,
    Keyword,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Pair,
    Param,
    Set,
    Slice,
    Star,
    Ternary,
    Tuple,
    Unary,
    Yield,
    YieldFrom,
)

OPERATORS = {
    cst.Add: "+", cst.Subtract: "-", cst.Multiply: "*", cst.MatrixMultiply: "@", cst.Divide: "/", cst.Modulo: "%",
    cst.LeftShift: "<<", cst.RightShift: ">>", cst.BitOr: "|", cst.BitXor: "^", cst.BitAnd: "&",
    cst.FloorDivide: "//", cst.Power: "**", cst.BitInvert: "~", cst.Plus: "+", cst.Minus: "-",
    cst.Equal: "==", cst.LessThan: "<", cst.LessThanEqual: "<=", cst.GreaterThan: ">", cst.GreaterThanEqual: ">=",
    cst.NotEqual: "!=", cst.Is: "is", cst.In: "in", cst.And: "and", cst.Or: "or",
}  # fmt: skip
TWO_WORDS: dict[type, tuple[str, str]] = {cst.NotIn: ("not", "in"), cst.IsNot: ("is", "not")}
NAMED_LITERALS = {"None": ("none", None), "True": ("bool", True), "False": ("bool", False)}

# What comes first in these classes is an operand of their own kind: chains of thousands are walked in a loop.
FIRST_OPERAND = {
    cst.Attribute: "value", cst.Call: "func", cst.Subscript: "value", cst.BinaryOperation: "left",
    cst.BooleanOperation: "left", cst.Comparison: "left", cst.IfExp: "body",
}  # fmt: skip
_PARENTHESES_BELONG = (cst.Tuple, cst.GeneratorExp)


class Expressions(Strings):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.methods = Methods(self)
        self.inner_open = self.inner_close = (1, 0)

    def node(self, n: Any) -> Node:
        """Lower an expression with its parentheses, which its span leaves out (but for a tuple and a generator)."""
        links: list[tuple[Any, tuple[int, int]]] = []
        start = self.open(n)
        while n.__class__ in FIRST_OPERAND:
            links.append((n, start))
            n = getattr(n, FIRST_OPERAND[n.__class__])
            start = self.open(n)
        inner_open = self.inner_open
        found = cast("Node", self.methods[n.__class__](n))
        set_field(found, "span", self.span(start))
        if n.rpar:
            self.close(n)
            if n.__class__ in _PARENTHESES_BELONG:
                set_field(found, "span", (*inner_open, *self.inner_close))
        for n, start in reversed(links):
            found = self.methods[n.__class__](n, found)
            set_field(found, "span", self.span(start))
            if n.rpar:
                self.close(n)
        return found

    def open(self, n: Any) -> tuple[int, int]:
        """Go past the opening parentheses of `n`; where it starts."""
        for bracket in n.lpar:
            self.inner_open = (self.line, self.col)
            self.col += 1
            self.space(bracket.whitespace_after)
        return self.line, self.col

    def close(self, n: Any) -> None:
        for bracket in n.rpar:
            self.space(bracket.whitespace_before)
            self.col += 1
            if bracket is n.rpar[0]:
                self.inner_close = (self.line, self.col)

    def maybe(self, n: Any) -> Node | None:
        return None if n is None else self.node(n)

    # --- names and literals ------------------------------------------------------------------------------------

    def _Name(self, n: Any) -> Node:
        value = n.value
        self.col += len(value)
        if value in NAMED_LITERALS:
            return Literal(*NAMED_LITERALS[value])
        return Name(identifier(value))

    def _Ellipsis(self, _: Any) -> Node:
        self.col += 3
        return Literal("ellipsis", ...)

    def _Integer(self, n: Any) -> Node:
        self.col += len(n.value)
        return number(n.value)

    _Float = _Imaginary = _Integer

    # --- chains: the first operand is lowered already ------------------------------------------------------------

    def _Attribute(self, n: Any, first: Node) -> Node:
        self.operator(n.dot)
        self.col += len(n.attr.value)
        return Attribute(first, identifier(n.attr.value))

    def _Call(self, n: Any, first: Node) -> Node:
        self.space(n.whitespace_after_func)
        start = (self.line, self.col)
        self.col += 1
        self.space(n.whitespace_before_args)
        args = self.arguments(n.args)
        self.col += 1
        if len(args) == 1 and n.args[0].value.__class__ is cst.GeneratorExp and not n.args[0].value.lpar:
            set_field(args[0], "span", self.span(start))  # the call's parentheses are the generator's
        return Call(first, args)

    def arguments(self, args: Any) -> tuple[Node, ...]:
        """The arguments of a call, in the order of evaluation: in `f(k=x, *y)`, y comes before x."""
        found = [self.argument(arg) for arg in args]
        return tuple(
            sorted(found, key=lambda a: isinstance(a, Keyword) or (isinstance(a, Star) and a.stars == 2))
        )

    def argument(self, n: Any) -> Node:
        start = (self.line, self.col)
        found: Node
        if n.star:
            self.col += len(n.star)
            self.space(n.whitespace_after_star)
            found = Star(self.node(n.value), len(n.star))
            set_field(found, "span", self.span(start))
        elif n.keyword is not None:
            self.col += len(n.keyword.value)
            self.operator(n.equal)
            found = Keyword(identifier(n.keyword.value), self.node(n.value))
            set_field(found, "span", self.span(start))
        else:
            found = self.node(n.value)
        self.operator(n.comma)
        self.space(n.whitespace_after_arg)
        return found

    def _Subscript(self, n: Any, first: Node) -> Node:
        self.space(n.whitespace_after_value)
        self.col += 1
        self.space(n.lbracket.whitespace_after)
        start = (self.line, self.col)
        items = []
        for element in n.slice:
            items.append(self.methods[element.slice.__class__](element.slice))
            self.operator(element.comma)
        index = items[0]
        if len(items) > 1 or index.__class__ is Star or n.slice[0].comma.__class__ is cst.Comma:
            last = items[-1].span[2:] if n.slice[-1].comma.__class__ is not cst.Comma else self.operator_end
            index = Tuple(tuple(items), span=(*start, *last))
        self.space(n.rbracket.whitespace_before)
        self.col += 1
        return Index(first, index)

    def _Index(self, n: Any) -> Node:
        if not n.star:
            return self.node(n.value)
        start = (self.line, self.col)
        self.col += 1
        self.space(n.whitespace_after_star)
        value = self.node(n.value)
        return Star(value, span=self.span(start))

    def _Slice(self, n: Any) -> Node:
        start = (self.line, self.col)
        lower = self.maybe(n.lower)
        self.operator(n.first_colon)
        upper = self.maybe(n.upper)
        self.operator(n.second_colon)
        step = self.maybe(n.step)
        return Slice(lower, upper, step, span=self.span(start))

    def _BinaryOperation(self, n: Any, first: Node) -> Node:
        op = OPERATORS[n.operator.__class__]
        self.operator(n.operator, len(op))
        return Binary(op, first, self.node(n.right))

    def _BooleanOperation(self, n: Any, first: Node) -> Node:
        op = OPERATORS[n.operator.__class__]
        self.operator(n.operator, len(op))
        values: list[Node] = []
        for value in (first, self.node(n.right)):
            values += value.values if isinstance(value, Logical) and value.op == op else (value,)
        return Logical(op, tuple(values))

    def _Comparison(self, n: Any, first: Node) -> Node:
        ops, rights = [], []
        for target in n.comparisons:
            ops.append(self.comparing(target.operator))
            rights.append(self.node(target.comparator))
        return Compare(first, tuple(ops), tuple(rights))

    def comparing(self, n: Any) -> str:
        words = TWO_WORDS.get(n.__class__)
        if words is None:
            op = OPERATORS[n.__class__]
            self.operator(n, len(op))
            return op
        one, two = words
        self.space(n.whitespace_before)
        self.col += len(one)
        self.space(n.whitespace_between)
        self.col += len(two)
        self.space(n.whitespace_after)
        return f"{one} {two}"

    def _IfExp(self, n: Any, first: Node) -> Node:
        self.space(n.whitespace_before_if)
        self.col += 2
        self.space(n.whitespace_after_if)
        test = self.node(n.test)
        self.space(n.whitespace_before_else)
        self.col += 4
        self.space(n.whitespace_after_else)
        return Ternary(test, first, self.node(n.orelse))

    # --- the other operators -------------------------------------------------------------------------------------

    def _UnaryOperation(self, n: Any) -> Node:
        is_not = n.operator.__class__ is cst.Not
        self.col += 3 if is_not else 1
        self.space(n.operator.whitespace_after)
        operand = self.node(n.expression)
        return Not(operand) if is_not else Unary(OPERATORS[n.operator.__class__], operand)

    def _NamedExpr(self, n: Any) -> Node:
        target = self.node(n.target)
        self.space(n.whitespace_before_walrus)
        self.col += 2
        self.space(n.whitespace_after_walrus)
        return AssignExpr(":=", target, self.node(n.value))

    def _Await(self, n: Any) -> Node:
        self.col += 5
        self.space(n.whitespace_after_await)
        return Await(self.node(n.expression))

    def _Yield(self, n: Any) -> Node:
        self.col += 5
        if n.value is None:
            return Yield()
        self.space(n.whitespace_after_yield)
        if n.value.__class__ is cst.From:
            return YieldFrom(self.from_clause(n.value))
        return Yield(self.node(n.value))

    def from_clause(self, n: Any) -> Node:
        self.space(n.whitespace_before_from)
        self.col += 4
        self.space(n.whitespace_after_from)
        return self.node(n.item)

    def _Lambda(self, n: Any) -> Node:
        self.col += 6
        self.space(n.whitespace_after_lambda)
        params = self.params(n.params)
        self.operator(n.colon)
        return Lambda(params, self.node(n.body))

    # --- parameters ----------------------------------------------------------------------------------------------

    def params(self, n: Any) -> tuple[Param, ...]:
        found = [self.param(p, "positional_only") for p in n.posonly_params]
        if n.posonly_ind.__class__ is cst.ParamSlash:
            self.col += 1
            self.space(n.posonly_ind.whitespace_after)
            self.operator(n.posonly_ind.comma)
        found += [self.param(p, "plain") for p in n.params]
        if n.star_arg.__class__ is cst.Param:
            found.append(self.param(n.star_arg, "var_positional"))
        elif n.star_arg.__class__ is cst.ParamStar:
            self.col += 1
            self.operator(n.star_arg.comma)
        found += [self.param(p, "keyword_only") for p in n.kwonly_params]
        if n.star_kwarg is not None:
            found.append(self.param(n.star_kwarg, "var_keyword"))
        return tuple(found)

    def param(self, n: Any, kind: str) -> Param:
        if n.star.__class__ is str:
            self.col += len(n.star)
            self.space(n.whitespace_after_star)
        start = (self.line, self.col)
        self.col += len(n.name.value)
        annotation = None if n.annotation is None else self.annotation(n.annotation)
        span = self.span(start)
        self.operator(n.equal)
        default = self.maybe(n.default)
        self.operator(n.comma)
        self.space(n.whitespace_after_param)
        return Param(Name(identifier(n.name.value), span=span), kind, annotation, default, span=span)

    def annotation(self, n: Any, length: int = 1) -> Node:
        """`: annotation`, or `-> annotation` whose mark has the length 2."""
        self.space(n.whitespace_before_indicator)
        self.col += length
        self.space(n.whitespace_after_indicator)
        return self.node(n.annotation)

    # --- displays and comprehensions -----------------------------------------------------------------------------

    def elements(self, n: Any) -> tuple[Node, ...]:
        return tuple([self.element(e) for e in n.elements])

    def element(self, n: Any) -> Node:
        cls = n.__class__
        if cls is cst.Element:
            found = self.node(n.value)
        elif cls is cst.StarredElement:
            found = self.node(n)
        elif cls is cst.DictElement:
            found = self.pair(n)
        else:
            self.col += 2
            self.space(n.whitespace_before_value)
            value = self.node(n.value)
            found = Star(value, 2, span=value.span)
        self.operator(n.comma)
        return found

    def pair(self, n: Any) -> Node:
        key = self.node(n.key)
        self.space(n.whitespace_before_colon)
        self.col += 1
        self.space(n.whitespace_after_colon)
        value = self.node(n.value)
        return Pair(key, value, span=(*key.span[:2], *value.span[2:]))

    def _StarredElement(self, n: Any) -> Node:
        self.col += 1
        self.space(n.whitespace_before_value)
        return Star(self.node(n.value))

    def _Tuple(self, n: Any) -> Node:
        return Tuple(self.elements(n))

    def _List(self, n: Any) -> Node:
        self.enter(n.lbracket)
        items = self.elements(n)
        self.leave(n.rbracket)
        return List(items)

    def _Set(self, n: Any) -> Node:
        self.enter(n.lbrace)
        items = self.elements(n)
        self.leave(n.rbrace)
        return Set(items)

    def _Dict(self, n: Any) -> Node:
        self.enter(n.lbrace)
        items = self.elements(n)
        self.leave(n.rbrace)
        return Dict(items)

    def enter(self, bracket: Any) -> None:
        self.col += 1
        self.space(bracket.whitespace_after)

    def leave(self, bracket: Any) -> None:
        self.space(bracket.whitespace_before)
        self.col += 1

    def _GeneratorExp(self, n: Any) -> Node:
        return Comprehension("generator", self.node(n.elt), self.clauses(n.for_in))

    def _ListComp(self, n: Any) -> Node:
        self.enter(n.lbracket)
        found = Comprehension("list", self.node(n.elt), self.clauses(n.for_in))
        self.leave(n.rbracket)
        return found

    def _SetComp(self, n: Any) -> Node:
        self.enter(n.lbrace)
        found = Comprehension("set", self.node(n.elt), self.clauses(n.for_in))
        self.leave(n.rbrace)
        return found

    def _DictComp(self, n: Any) -> Node:
        self.enter(n.lbrace)
        found = Comprehension("dict", self.pair(n), self.clauses(n.for_in))
        self.leave(n.rbrace)
        return found

    def _StarredDictComp(self, n: Any) -> Node:
        self.enter(n.lbrace)
        self.col += 2
        self.space(n.whitespace_before_value)
        found = Comprehension("dict", Star(self.node(n.value), 2), self.clauses(n.for_in))
        self.leave(n.rbrace)
        return found

    def clauses(self, n: Any) -> tuple[CompFor, ...]:
        found = []
        while n is not None:
            self.space(n.whitespace_before)
            self.asynchronous(n.asynchronous)
            self.col += 3
            self.space(n.whitespace_after_for)
            target = self.node(n.target)
            self.space(n.whitespace_before_in)
            self.col += 2
            self.space(n.whitespace_after_in)
            iterable = self.node(n.iter)
            conditions = []
            for condition in n.ifs:
                self.space(condition.whitespace_before)
                self.col += 2
                self.space(condition.whitespace_before_test)
                conditions.append(self.node(condition.test))
            span = (*target.span[:2], *[iterable, *conditions][-1].span[2:])
            found.append(CompFor(target, iterable, tuple(conditions), n.asynchronous is not None, span=span))
            n = n.inner_for_in
        return tuple(found)

    def asynchronous(self, n: Any) -> None:
        """Go past `async`, if it is there."""
        if n is not None:
            self.col += 5
            self.space(n.whitespace_after)
