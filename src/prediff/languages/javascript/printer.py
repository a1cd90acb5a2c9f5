"""Prints the logic tree as JavaScript: one statement a line, one spelling for each tree, braces always."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prediff.errors import RuleError
from prediff.languages.javascript.expression_printer import ASSIGN, CALL, SEQUENCE, Writers
from prediff.languages.javascript.jsx_printer import JsxPrinter
from prediff.languages.language import Comment, Printed
from prediff.languages.printing import HARD_NEWLINE, CommentFeed, LineWriter, print_with
from prediff.languages.tree_sitter import deep_and_quick
from prediff.tree import Block, Class, Declare, Dict, Function, Node, Opaque, Param, Span

INDENT = "  "
STACK = 60_000
DEFINITIONS = (Function, Class)


def print_tree(tree: Block, comments: Sequence[Comment] = ()) -> Printed:
    """Print a file's tree; `comments` are those to be shown."""
    with deep_and_quick(STACK):
        return print_with(comments, lambda feed: JavaScriptPrinter(feed).file(tree))


class NestedWriter:
    """Collects the lines of a function body that stands inside an expression, as text in `printing`'s notation."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def write(self, depth: int, text: str, span: Span) -> None:
        prefix = INDENT * depth
        first = span[0] if "\n" in text else span[2]
        self.lines.append(f"{prefix}{_mark(span[0], first)}{text}".replace("\n", "\n" + prefix))

    def comment(self, depth: int, comment: Comment) -> None:
        for number, line in enumerate(comment.text.split("\n")):
            at = comment.line + number
            self.write(depth, line.strip(), (at, 0, at, 0))

    def blank(self, count: int = 1) -> None:
        self.lines += [""] * count


def _mark(first: int, last: int) -> str:
    return f"\x01{first}:{last}\x02"


class JavaScriptPrinter(JsxPrinter):
    """One printing of one tree: the statements."""

    def __init__(self, feed: CommentFeed | None = None) -> None:
        super().__init__()
        self.out: LineWriter | NestedWriter = LineWriter(INDENT)
        self.feed = feed
        self.statements = Writers[None](
            {name[3:]: getattr(self, name) for name in dir(self) if name.startswith("st_")}
        )

    def file(self, tree: Block) -> Printed:
        starts: list[int] = []
        self.body(tree, 0, starts)
        if self.feed:
            for comment in self.feed.upto(10**9):
                self.out.comment(0, comment)
        assert isinstance(self.out, LineWriter)
        return self.out.printed(starts)

    def body(self, block: Block, depth: int, starts: list[int] | None = None) -> None:
        """The statements of a block; definitions are set off by blank lines."""
        previous: Node | None = None
        for node in block.body:
            if previous is not None and (is_definition(node) or is_definition(previous)):
                self.out.blank()
            if starts is not None:
                starts.append(len(self.out.lines))
            self.statement(node, depth)
            previous = node
        if depth and block.span[0]:
            self.comments_before(block.span[2], depth)

    def nested(self, block: Block) -> str:
        """A function's body inside an expression: braces and what stands between them."""
        outside, self.out = self.out, NestedWriter()
        no_in, self.no_in = self.no_in, False
        leftmost, self.leftmost = self.leftmost, None
        atoms = self.atoms
        self.body(block, 1)
        lines = self.out.lines
        self.out, self.no_in, self.leftmost, self.atoms = outside, no_in, leftmost, atoms
        return "{\n" + "\n".join(lines) + "\n}" if lines else "{}"

    def statement(self, node: Any, depth: int) -> None:
        self.comments_before(node.span[0], depth)
        self.statements[node.__class__.__name__](node, depth)

    def comments_before(self, line: int, depth: int) -> None:
        """Write the waiting comments that stand before a line of the source."""
        if self.feed:
            for comment in self.feed.upto(line - 1):
                self.out.comment(depth, comment)

    def line(self, node: Any, depth: int, text: str, span: Span | None = None) -> None:
        """Write a simple statement, or the header of a compound one, with the comments that belong to it."""
        span = span or node.span
        if self.feed and span[0]:
            before = self.feed.upto(span[2])
            trailing = (
                before.pop() if before and before[-1].line == span[2] and not before[-1].own_line else None
            )
            if trailing and "\n" not in trailing.text and HARD_NEWLINE not in text:
                text = f"{text} {trailing.text}"
            elif trailing:
                before.append(trailing)
            for comment in before:
                self.out.comment(depth, comment)
        self.out.write(depth, text, span)

    def opening(self, node: Any, depth: int, text: str) -> None:
        """A compound statement's header."""
        self.line(node, depth, text + " {", node.header if node.header[0] else node.span)

    def inside(self, block: Block, depth: int) -> None:
        self.body(block, depth + 1)

    def closing(self, block: Block, depth: int, text: str = "}") -> None:
        """The line of a closing brace; `text` may go on with what follows it."""
        last = block.span[2]
        self.out.write(depth, text, (last, 0, last, 0))

    def phrase(self, n: Any) -> str:
        """An expression, declaration or parameter by itself."""
        if isinstance(n, Param):
            return self.params((n,))[1:-1]
        return self.declare(n) if isinstance(n, Declare) else self.expr(n, SEQUENCE)

    # --- simple statements -------------------------------------------------------------------------------------

    def st_ExprStmt(self, n: Any, depth: int) -> None:
        self.line(n, depth, self.statement_expression(n.value) + ";")

    def st_Assign(self, n: Any, depth: int) -> None:
        targets = [self.first_target(t) for t in n.targets[:1]] + [self.expr(t, CALL) for t in n.targets[1:]]
        text = " = ".join([*targets, self.expr(n.value, ASSIGN)])
        self.line(n, depth, f"({text});" if isinstance(n.targets[0], Dict) else f"{text};")

    def st_AugAssign(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"{self.first_target(n.target)} {n.op}= {self.expr(n.value, ASSIGN)};")

    def st_Declare(self, n: Any, depth: int) -> None:
        self.line(n, depth, self.declare(n) + ";")

    def st_Return(self, n: Any, depth: int) -> None:
        self.line(n, depth, "return;" if n.value is None else f"return {self.expr(n.value, SEQUENCE)};")

    def st_Raise(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"throw {self.expr(n.value, SEQUENCE)};")

    def st_Pass(self, n: Any, depth: int) -> None:
        self.line(n, depth, "{}")

    def st_Jump(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"{n.kind};" if n.label is None else f"{n.kind} {n.label};")

    def st_ImportFrom(self, n: Any, depth: int) -> None:
        self.line(n, depth, self.import_from(n) + ";")

    # --- compound statements -----------------------------------------------------------------------------------

    def st_Block(self, n: Any, depth: int) -> None:
        if not n.body:
            self.out.write(depth, "{}", n.span)
            return
        self.out.write(depth, "{", (n.span[0], 0, n.span[0], 0))
        self.inside(n, depth)
        self.closing(n, depth)

    def st_If(self, n: Any, depth: int) -> None:
        self.opening(n, depth, f"if ({self.expr(n.test, SEQUENCE)})")
        while True:
            self.inside(n.then, depth)
            if n.orelse is None:
                self.closing(n.then, depth)
                return
            if len(n.orelse.body) != 1 or n.orelse.body[0].__class__.__name__ != "If":
                break
            n = n.orelse.body[0]
            header = n.header if n.header[0] else n.span
            self.comments_before(header[2], depth + 1)
            self.line(n, depth, f"}} else if ({self.expr(n.test, SEQUENCE)}) {{", header)
        self.arm("} else {", n.orelse, depth)
        self.closing(n.orelse, depth)

    def arm(self, header: str, block: Block, depth: int) -> None:
        """A header without an expression (else, finally) and the statements behind it."""
        first = block.span[0]
        self.out.write(depth, header, (first, 0, first, 0))
        self.inside(block, depth)

    def st_While(self, n: Any, depth: int) -> None:
        self.opening(n, depth, f"while ({self.expr(n.test, SEQUENCE)})")
        self.inside(n.body, depth)
        self.closing(n.body, depth)

    def st_DoWhile(self, n: Any, depth: int) -> None:
        self.opening(n, depth, "do")
        self.inside(n.body, depth)
        text = f"}} while ({self.expr(n.test, SEQUENCE)});"
        self.out.write(depth, text, n.test.span if n.test.span[0] else n.span)

    def st_For(self, n: Any, depth: int) -> None:
        self.no_in = True
        init = "" if n.init is None else self.for_init(n.init)
        self.no_in = False
        test, step = self.part(n.test), self.part(n.update)
        self.opening(n, depth, f"for ({init};{test};{step})")
        self.inside(n.body, depth)
        self.closing(n.body, depth)

    def for_init(self, n: Any) -> str:
        if isinstance(n, Opaque) and n.kind == "declarations":
            rest = [self.declare(d).removeprefix(d.kind + " ") for d in n.children[1:]]  # type: ignore[union-attr]
            return ", ".join([self.declare(n.children[0]), *rest])
        return self.declare(n) if isinstance(n, Declare) else self.statement_expression(n)

    def part(self, n: Any) -> str:
        return "" if n is None else " " + self.expr(n, SEQUENCE)

    def st_ForEach(self, n: Any, depth: int) -> None:
        word = "for await" if n.kind.startswith("async") else "for"
        if isinstance(n.target, Declare):
            self.no_in = True
            target = self.declare(n.target)
            self.no_in = False
        else:
            target = self.first_target(n.target)
            target = f"({target})" if target == "async" else target
        sign = "in" if n.kind.endswith("keys") else "of"
        right = self.expr(n.iterable, SEQUENCE if sign == "in" else ASSIGN)
        self.opening(n, depth, f"{word} ({target} {sign} {right})")
        self.inside(n.body, depth)
        self.closing(n.body, depth)

    def st_Match(self, n: Any, depth: int) -> None:
        self.opening(n, depth, f"switch ({self.expr(n.subject, SEQUENCE)})")
        for c in n.clauses:
            span = (c.span[0], c.span[1], c.pattern.span[2] if c.pattern else c.span[0], 0)
            text = "default:" if c.pattern is None else f"case {self.expr(c.pattern, SEQUENCE)}:"
            self.line(c, depth + 1, text, span)
            self.body(c.body, depth + 2)
        self.comments_before(n.span[2], depth + 1)
        self.out.write(depth, "}", (n.span[2], 0, n.span[2], 0))

    def st_Try(self, n: Any, depth: int) -> None:
        self.opening(n, depth, "try")
        self.inside(n.body, depth)
        for h in n.handlers:
            text = "} catch {" if h.target is None else f"}} catch ({self.target(h.target)}) {{"
            self.line(h, depth, text, (h.span[0], h.span[1], h.body.span[0], 0))
            self.inside(h.body, depth)
        if n.final is not None:
            self.arm("} finally {", n.final, depth)
        self.out.write(depth, "}", (n.span[2], 0, n.span[2], 0))

    def st_Labeled(self, n: Any, depth: int) -> None:
        # A label and what it names stand on lines of their own, so that the statement is printed like any other.
        first = n.span[0]
        self.out.write(depth, f"{n.label}:", (first, 0, first, 0))
        self.statement(n.body, depth)

    # --- definitions -------------------------------------------------------------------------------------------

    def st_Function(self, n: Any, depth: int, prefix: str = "") -> None:
        for d in n.decorators:
            self.line(d, depth, f"@{self.expr(d, CALL)}")
        self.opening(n, depth, prefix + self.function_head(n))
        self.inside(n.body, depth)
        self.closing(n.body, depth)

    def st_Class(self, n: Any, depth: int, prefix: str = "") -> None:
        for d in n.decorators:
            self.line(d, depth, f"@{self.expr(d, CALL)}")
        self.opening(n, depth, prefix + self.class_head(n))
        self.inside(n.body, depth)
        self.closing(n.body, depth)

    def st_Opaque(self, n: Any, depth: int) -> None:
        kind = n.kind.replace(" ", "_")
        handler = getattr(self, f"so_{kind}", None)
        if handler is not None:
            handler(n, depth)
        else:
            self.line(n, depth, self.expr(n, SEQUENCE))

    def so_unread(self, n: Any, depth: int) -> None:
        """The source's own text: never touched."""
        self.out.write(depth, n.children[0].replace("\n", HARD_NEWLINE), n.span)

    def so_directive(self, n: Any, depth: int) -> None:
        quote = "'" if '"' in n.children[0].replace('\\"', "") else '"'
        self.line(n, depth, f"{quote}{n.children[0]}{quote};".replace("\n", HARD_NEWLINE))

    def so_debugger(self, n: Any, depth: int) -> None:
        self.line(n, depth, "debugger;")

    def so_with(self, n: Any, depth: int) -> None:
        self.opening(n, depth, f"with ({self.expr(n.children[0], SEQUENCE)})")
        self.inside(n.children[1], depth)
        self.closing(n.children[1], depth)

    def so_static_block(self, n: Any, depth: int) -> None:
        self.opening(n, depth, "static")
        self.inside(n.children[0], depth)
        self.closing(n.children[0], depth)

    def so_member(self, n: Any, depth: int) -> None:
        key, method = n.children
        for d in method.decorators:
            self.line(d, depth, f"@{self.expr(d, CALL)}")
        self.opening(n, depth, self.function_head(method, key))
        self.inside(method.body, depth)
        self.closing(method.body, depth)

    def so_decorated(self, n: Any, depth: int) -> None:
        for d in n.children[:-1]:
            self.line(d, depth, f"@{self.expr(d, CALL)}")
        self.statement(n.children[-1], depth)

    def so_export(self, n: Any, depth: int) -> None:
        prefix = "export default " if n.children[0] == "default" else "export "
        node = n.children[-1]
        if isinstance(node, Function):
            self.st_Function(node, depth, prefix)
        elif isinstance(node, Class):
            self.st_Class(node, depth, prefix)
        elif isinstance(node, Declare):
            self.line(n, depth, f"{prefix}{self.declare(node)};")
        else:
            raise RuleError("a rule made an export that cannot be written")

    def so_export_default(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"export default {self.guarded(n.children[0], ASSIGN, DEFINITIONS)};")

    def so_export_names(self, n: Any, depth: int) -> None:
        names = [_renamed(self.expr(c.children[0]), c.children[1]) for c in n.children]
        self.line(n, depth, f"export {_listed(names)};")

    def so_export_from(self, n: Any, depth: int) -> None:
        source, *names = n.children
        shown = (
            names[0]
            if names and isinstance(names[0], str)
            else _listed([_renamed(*c.children) for c in names])
        )
        self.line(n, depth, f"export {shown} from {self.quoted(source.value)};")

    def so_import_with(self, n: Any, depth: int) -> None:
        self.line(n, depth, f"{self.import_from(n.children[0])} with {self.expr(n.children[1])};")

    def import_from(self, n: Any) -> str:
        parts: list[str] = []
        named: list[str] = []
        for a in n.names:
            if a.name == "*":
                parts.append(f"* as {a.asname}")
            elif a.name == "default" and not parts and not named:
                parts.append(a.asname)
            else:
                named.append(_renamed(a.name, a.asname or a.name))
        if named:
            parts.append(_listed(named))
        return f"import {', '.join(parts)}{' from ' if parts else ''}{self.quoted(n.module)}"


def is_definition(node: Any) -> bool:
    """Whether a statement is set off by blank lines."""
    if isinstance(node, Opaque):
        return node.kind == "member" or (node.kind == "export" and isinstance(node.children[-1], DEFINITIONS))
    return isinstance(node, DEFINITIONS)


def _renamed(name: str, alias: str) -> str:
    return name if name == alias else f"{name} as {alias}"


def _listed(names: Sequence[str]) -> str:
    return f"{{ {', '.join(names)} }}" if names else "{}"
