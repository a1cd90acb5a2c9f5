"""Lowering of libcst's blocks and compound statements. A method `_X` lowers the node X and moves the cursor past it."""

from __future__ import annotations

from typing import Any

import libcst as cst

from prediff.languages.python.cst_cursor import set_field
from prediff.languages.python.cst_literals import identifier
from prediff.languages.python.cst_simple import Place, SimpleStatements
from prediff.tree import (
    Block,
    Class,
    Clause,
    ForEach,
    Function,
    Handler,
    If,
    Match,
    Node,
    Pass,
    Span,
    Statement,
    Try,
    While,
    With,
    WithItem,
)


class Statements(SimpleStatements):
    """All of libcst's nodes that a file can hold."""

    def block(self, body: Any) -> Block:
        """The block of a sequence of lines and compound statements; the cursor is on the line after it then."""
        found: list[Node] = []
        for n in body:
            self.skip_lines()
            if n.__class__ is cst.SimpleStatementLine:
                found += self.simple(n.body)
                self.line += 1
            else:
                found.append(self.methods[n.__class__](n))
        return self.blocked(found)

    def blocked(self, body: list[Node]) -> Block:
        if not body:
            return Block(())
        span = (*body[0].span[:2], *body[-1].span[2:])
        if all(n.__class__ is Pass for n in body):
            return Block((), span=span)
        return Block(tuple(body), span=span)

    def simple(self, body: Any) -> list[Node]:
        """The statements of a line, which are separated by semicolons."""
        found = []
        for n in body:
            start = (self.line, self.col)
            node = self.methods[n.__class__](n)
            span = self.span(start)
            set_field(node, "span", span)
            set_field(node, "header", span)
            found.append(node)
            self.operator(n.semicolon)
            self.end = self.operator_end if n.semicolon.__class__ is cst.Semicolon else span[2:]
        return found

    def suite(self, n: Any) -> Block:
        """What follows the colon of a compound statement."""
        if n.__class__ is cst.IndentedBlock:
            self.line += 1
            return self.block(n.body)
        self.space(n.leading_whitespace)
        body = self.simple(n.body)
        self.line += 1
        return self.blocked(body)

    def clause(self, n: Any, keyword: str) -> Block | None:
        """The block of an `else:` or `finally:`, if it is there."""
        if n is None:
            return None
        self.skip_lines()
        self.col += len(keyword)
        self.space(n.whitespace_before_colon)
        self.col += 1
        return self.suite(n.body)

    def placed(self, node: Statement, start: Place, *heads: Node | None, first: int = 0) -> Node:
        """`node` with its span, which ends here, and its header, which ends with the last of `heads` that is there.

        `first` is the line of the first decorator.
        """
        span: Span = (first or start[0], start[1], *self.end)
        ends = [h.span[2:] for h in heads if h is not None]
        line, column = max([span[:2], *ends]) if ends else start
        set_field(node, "span", span)
        set_field(node, "header", (*span[:2], max(line, start[0]), column))
        return node

    # --- compound statements -------------------------------------------------------------------------------------

    def _If(self, n: Any) -> Node:
        arms = []
        keyword = 2
        while (
            n.__class__ is cst.If
        ):  # an `elif`, which starts a line, is the `If` in the `orelse` of the one before
            self.skip_lines()
            start = (self.line, self.col)
            self.col += keyword
            self.space(n.whitespace_before_test)
            test = self.node(n.test)
            self.space(n.whitespace_after_test)
            self.col += 1
            arms.append((start, test, self.suite(n.body)))
            n = n.orelse
            keyword = 4
        orelse = self.clause(n, "else")
        for start, test, then in reversed(arms):
            node = self.placed(If(test, then, orelse), start, test)
            orelse = Block((node,), span=node.span)
        return node

    def _While(self, n: Any) -> Node:
        start = (self.line, self.col)
        self.col += 5
        self.space(n.whitespace_after_while)
        test = self.node(n.test)
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        return self.placed(While(test, body, self.clause(n.orelse, "else")), start, test)

    def _For(self, n: Any) -> Node:
        start = (self.line, self.col)
        self.asynchronous(n.asynchronous)
        self.col += 3
        self.space(n.whitespace_after_for)
        target = self.node(n.target)
        self.space(n.whitespace_before_in)
        self.col += 2
        self.space(n.whitespace_after_in)
        iterable = self.node(n.iter)
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        kind = "in" if n.asynchronous is None else "async in"
        return self.placed(
            ForEach(target, iterable, body, self.clause(n.orelse, "else"), kind), start, iterable
        )

    def _Try(self, n: Any) -> Node:
        start = (self.line, self.col)
        self.col += 3
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        handlers = tuple([self.handler(h) for h in n.handlers])
        orelse, final = self.clause(n.orelse, "else"), self.clause(n.finalbody, "finally")
        return self.placed(Try(body, handlers, orelse, final, n.__class__ is cst.TryStar), start)

    _TryStar = _Try

    def handler(self, n: Any) -> Handler:
        self.skip_lines()
        start = (self.line, self.col)
        self.col += 6
        self.space(n.whitespace_after_except)
        if n.__class__ is cst.ExceptStarHandler:
            self.col += 1
            self.space(n.whitespace_after_star)
        caught = self.maybe(n.type)
        target = None if n.name is None else self.as_name(n.name)
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        return Handler(caught, target, body, span=(*start, *self.end))

    def _With(self, n: Any) -> Node:
        start = (self.line, self.col)
        self.asynchronous(n.asynchronous)
        self.col += 4
        self.space(n.whitespace_after_with)
        parenthesized = n.lpar.__class__ is cst.LeftParen
        if parenthesized:
            self.enter(n.lpar)
        items = []
        for item in n.items:
            context = self.node(item.item)
            items.append(WithItem(context, None if item.asname is None else self.as_name(item.asname)))
            self.operator(item.comma)
        if parenthesized:
            self.leave(n.rpar)
        self.space(n.whitespace_before_colon)
        self.col += 1
        found = With(tuple(items), self.suite(n.body), n.asynchronous is not None)
        return self.placed(found, start, items[-1].context, items[-1].target)

    # --- definitions ---------------------------------------------------------------------------------------------

    def decorators(self, n: Any) -> tuple[Node, ...]:
        found = []
        for decorator in n.decorators:
            self.skip_lines()
            self.col += 1
            self.space(decorator.whitespace_after_at)
            found.append(self.node(decorator.decorator))
            self.line += 1
        if found:
            self.skip_lines()
        return tuple(found)

    def _FunctionDef(self, n: Any) -> Node:
        decorators = self.decorators(n)
        start = (self.line, self.col)
        self.asynchronous(n.asynchronous)
        self.col += 3
        self.space(n.whitespace_after_def)
        self.col += len(n.name.value)
        self.space(n.whitespace_after_name)
        type_params = self.type_params(n.type_parameters)
        self.space(n.whitespace_after_type_parameters)
        self.col += 1
        self.space(n.whitespace_before_params)
        params = self.params(n.params)
        self.col += 1
        returns = None if n.returns is None else self.annotation(n.returns, 2)
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        modifiers = () if n.asynchronous is None else ("async",)
        found = Function(identifier(n.name.value), params, body, returns, decorators, type_params, modifiers)
        first = decorators[0].span[0] if decorators else 0
        return self.placed(found, start, returns, *params, *[p.default for p in params], first=first)

    def _ClassDef(self, n: Any) -> Node:
        decorators = self.decorators(n)
        start = (self.line, self.col)
        self.col += 5
        self.space(n.whitespace_after_class)
        self.col += len(n.name.value)
        self.space(n.whitespace_after_name)
        type_params = self.type_params(n.type_parameters)
        self.space(n.whitespace_after_type_parameters)
        if n.lpar.__class__ is cst.LeftParen:
            self.enter(n.lpar)
        bases = self.arguments([*n.bases, *n.keywords])
        if n.rpar.__class__ is cst.RightParen:
            self.leave(n.rpar)
        self.space(n.whitespace_before_colon)
        self.col += 1
        found = Class(identifier(n.name.value), bases, self.suite(n.body), decorators, type_params)
        return self.placed(found, start, *bases, first=decorators[0].span[0] if decorators else 0)

    # --- match ---------------------------------------------------------------------------------------------------

    def _Match(self, n: Any) -> Node:
        start = (self.line, self.col)
        self.col += 5
        self.space(n.whitespace_after_match)
        subject = self.node(n.subject)
        self.line += 1
        clauses = tuple([self.case(c) for c in n.cases])
        return self.placed(Match("match", subject, clauses), start, subject)

    def case(self, n: Any) -> Clause:
        self.skip_lines()
        self.col += 4
        self.space(n.whitespace_after_case)
        pattern = self.pattern(n.pattern)
        guard = None
        self.space(n.whitespace_before_if)
        if n.guard is not None:
            self.col += 2
            self.space(n.whitespace_after_if)
            guard = self.node(n.guard)
        self.space(n.whitespace_before_colon)
        self.col += 1
        body = self.suite(n.body)
        return Clause(pattern, guard, body, span=(*pattern.span[:2], *self.end))
