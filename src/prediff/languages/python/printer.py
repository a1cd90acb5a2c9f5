"""Prints the logic tree as Python: one statement a line, one spelling for each tree, the same on every interpreter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from prediff.errors import RuleError
from prediff.languages.language import Comment, Printed
from prediff.languages.printing import CommentFeed, LineWriter, bracket, print_with
from prediff.languages.python.expression_printer import INDENT, NAMED, ExpressionPrinter
from prediff.tree import Block, Class, Function, If, Node, Span, Tuple


def print_tree(tree: Block, comments: Sequence[Comment] = ()) -> Printed:
    """Print a file's tree; `comments` are those to be shown."""
    return print_with(comments, lambda feed: PythonPrinter(feed).file(tree))


class PythonPrinter(ExpressionPrinter):
    """One printing of one tree."""

    def __init__(self, feed: CommentFeed | None = None) -> None:
        super().__init__()
        self.out = LineWriter(INDENT)
        self.feed = feed
        self.statements: dict[str, Callable[[Any, int], None]] = {
            name[3:]: getattr(self, name) for name in dir(self) if name.startswith("st_")
        }

    # --- statements --------------------------------------------------------------------------------------------

    def file(self, tree: Block) -> Printed:
        starts: list[int] = []
        self.body(tree, 0, starts)
        if self.feed:
            for comment in self.feed.upto(10**9):
                self.out.comment(0, comment)
        return self.out.printed(starts)

    def body(self, block: Block, depth: int, starts: list[int] | None = None) -> None:
        """The statements of a block; definitions are set off by blank lines."""
        gap = 2 if depth == 0 else 1
        previous: Node | None = None
        for node in block.body:
            definition = node.__class__ is Function or node.__class__ is Class
            if previous is not None and (definition or previous.__class__ in (Function, Class)):
                self.out.blank(gap)
            if starts is not None:
                starts.append(len(self.out.lines))
            self.statement(node, depth)
            previous = node

    def block(self, block: Block, depth: int, span: Span) -> None:
        if block.body:
            self.body(block, depth)
        else:
            self.line(block, depth, "pass", block.span if block.span[0] else span)

    def statement(self, node: Any, depth: int) -> None:
        self.statements[node.__class__.__name__](node, depth)

    def line(
        self, node: Any, depth: int, text: str, span: Span | None = None, upto: int | None = None
    ) -> None:
        """Write a simple statement, or the header of a compound one, with the comments that belong to it.

        upto: the last line with comments of it, where that is not its own last one.
        """
        if span is None:
            span = node.span
        if self.feed and span[0]:
            before = self.feed.upto(span[2] if upto is None else upto)
            trailing = (
                before.pop() if before and before[-1].line == span[2] and not before[-1].own_line else None
            )
            for comment in before:
                self.out.comment(depth, comment)
            if trailing and "\n" not in trailing.text:
                text = f"{text}  {trailing.text}"
        self.out.write(depth, text, span)

    def head(self, node: Any, depth: int, text: str, body: Block) -> None:
        span = node.header if node.header[0] else node.span
        if self.feed and span[2] == body.span[0]:
            # What follows on its line is behind the body's.
            self.line(node, depth, text, span, span[2] - 1)
            return
        if self.feed:
            span = (span[0], span[1], self.feed.end_of_header(span[2], body.span[0]), span[3])
        self.line(node, depth, text, span)

    def st_ExprStmt(self, n: Any, depth: int) -> None:
        self.line(n, depth, self.bare(n.value))

    def st_Assign(self, n: Any, depth: int) -> None:
        self.line(n, depth, " = ".join([*[self.bare(t) for t in n.targets], self.bare(n.value)]))

    def st_AugAssign(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"{self.expr(n.target)} {n.op}= {self.bare(n.value)}")

    def st_Declare(self, n: Any, depth: int) -> None:
        target = self.expr(n.target, NAMED)
        target = f"({target})" if n.kind == "parenthesized" else target
        value = f" = {self.bare(n.value)}" if n.value is not None else ""
        self.line(n, depth, f"{target}: {self.expr(n.annotation)}{value}")

    def st_Return(self, n: Any, depth: int) -> None:
        self.line(n, depth, "return" if n.value is None else f"return {self.items(n.value)}")

    def st_Raise(self, n: Any, depth: int) -> None:
        text = "raise" if n.value is None else f"raise {self.expr(n.value)}"
        self.line(n, depth, text if n.cause is None else f"{text} from {self.expr(n.cause)}")

    def st_Delete(self, n: Any, depth: int) -> None:
        self.line(n, depth, "del " + ", ".join([self.expr(t) for t in n.targets]))

    def st_Assert(self, n: Any, depth: int) -> None:
        message = f", {self.expr(n.message)}" if n.message is not None else ""
        self.line(n, depth, f"assert {self.expr(n.test)}{message}")

    def st_Pass(self, n: Any, depth: int) -> None:
        self.line(n, depth, "pass")

    def st_Jump(self, n: Any, depth: int) -> None:
        self.line(n, depth, n.kind)

    def st_Scope(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"{n.kind} " + ", ".join([x.id for x in n.names]))

    def st_Import(self, n: Any, depth: int) -> None:
        self.line(n, depth, "import " + ", ".join([self.alias(a) for a in n.names]))

    def st_ImportFrom(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"from {n.module} import " + ", ".join([self.alias(a) for a in n.names]))

    def alias(self, n: Any) -> str:
        return f"{n.name} as {n.asname}" if n.asname else str(n.name)

    def st_TypeAliasStmt(self, n: Any, depth: int) -> None:
        params = self.type_params(n.type_params)
        self.line(n, depth, f"type {n.target.id}{params} = {self.expr(n.value)}")

    def st_Opaque(self, n: Any, depth: int) -> None:
        if n.kind != "unread":
            raise RuleError(f"a Python printer met the statement kind {n.kind!r}")
        for line in n.children[0].split("\n"):  # the source's own text: never indented, never touched
            self.out.lines.append(line)
        first = n.span[0]
        self.out.sources += [(first + i, first + i) for i in range(n.children[0].count("\n") + 1)]
        if self.feed:
            self.feed.upto(n.span[2])

    def st_If(self, n: Any, depth: int) -> None:
        word = "if"
        while True:
            self.head(n, depth, f"{word} {self.expr(n.test)}:", n.then)
            self.block(n.then, depth + 1, n.span)
            if n.orelse is None:
                return
            if len(n.orelse.body) != 1 or n.orelse.body[0].__class__ is not If:
                break
            n, word = n.orelse.body[0], "elif"
        self.arm("else:", n.orelse, depth)

    def arm(self, header: str, block: Block, depth: int) -> None:
        """A header without an expression (else, try, finally) and its block."""
        first = block.span[0]
        self.out.write(depth, header, (first, 0, first, 0))
        self.block(block, depth + 1, block.span)

    def st_While(self, n: Any, depth: int) -> None:
        self.head(n, depth, f"while {self.expr(n.test)}:", n.body)
        self.block(n.body, depth + 1, n.span)
        if n.orelse is not None:
            self.arm("else:", n.orelse, depth)

    def st_ForEach(self, n: Any, depth: int) -> None:
        word = "async for" if n.kind.startswith("async") else "for"
        self.head(n, depth, f"{word} {self.bare(n.target)} in {self.expr(n.iterable)}:", n.body)
        self.block(n.body, depth + 1, n.span)
        if n.orelse is not None:
            self.arm("else:", n.orelse, depth)

    def st_Try(self, n: Any, depth: int) -> None:
        self.head(n, depth, "try:", n.body)
        self.block(n.body, depth + 1, n.span)
        star = "*" if n.star else ""
        for h in n.handlers:
            text = f"except{star}" + (f" {self.expr(h.type)}" if h.type is not None else "")
            text += f" as {h.target.id}" if h.target is not None else ""
            span = (h.span[0], h.span[1], h.type.span[2] if h.type is not None else h.span[0], 0)
            self.line(h, depth, text + ":", span)
            self.block(h.body, depth + 1, h.span)
        if n.orelse is not None:
            self.arm("else:", n.orelse, depth)
        if n.final is not None:
            self.arm("finally:", n.final, depth)

    def st_With(self, n: Any, depth: int) -> None:
        items = []
        for item in n.items:
            # A lone parenthesized tuple would be read as several items.
            context = self.expr(item.context)
            items.append(context if item.target is None else f"{context} as {self.expr(item.target)}")
        text = ", ".join(items)
        if len(items) == 1 and n.items[0].target is None and n.items[0].context.__class__ is Tuple:
            text = f"({text})"
        self.head(n, depth, f"{'async ' if n.is_async else ''}with {text}:", n.body)
        self.block(n.body, depth + 1, n.span)

    def st_Match(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"match {self.expr(n.subject)}:", n.header if n.header[0] else n.span)
        for c in n.clauses:
            guard = f" if {self.expr(c.guard, NAMED)}" if c.guard is not None else ""
            span = (c.span[0], c.span[1], (c.guard or c.pattern).span[2], 0)
            self.line(c, depth + 1, f"case {self.pattern(c.pattern)}{guard}:", span)
            self.block(c.body, depth + 2, c.span)

    def st_Function(self, n: Any, depth: int) -> None:
        for d in n.decorators:
            self.line(d, depth, f"@{self.expr(d, NAMED)}")
        before = self.atoms
        shown = self.params(n.params, self.param)
        text = "".join(f"{m} " for m in n.modifiers) + f"def {n.name}{self.type_params(n.type_params)}"
        text += bracket("(", [s for s, _ in shown], ")", [p for _, p in shown], self.atoms - before, INDENT)
        returns = f" -> {self.expr(n.returns)}" if n.returns is not None else ""
        self.head(n, depth, f"{text}{returns}:", n.body)
        self.block(n.body, depth + 1, n.span)

    def st_Class(self, n: Any, depth: int) -> None:
        for d in n.decorators:
            self.line(d, depth, f"@{self.expr(d, NAMED)}")
        bases = self.group("(", n.bases, ")") if n.bases else ""
        self.head(n, depth, f"class {n.name}{self.type_params(n.type_params)}{bases}:", n.body)
        self.block(n.body, depth + 1, n.span)
