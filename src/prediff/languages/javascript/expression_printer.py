"""Prints JavaScript's expressions with the fewest parentheses that keep their meaning."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from prediff.errors import RuleError
from prediff.languages.javascript import literals
from prediff.languages.printing import HARD_NEWLINE, MAX_ATOMS, bracket, mark
from prediff.tree import (
    AssignExpr,
    Block,
    Class,
    Dict,
    Formatted,
    Function,
    List,
    Literal,
    Node,
    Opaque,
    Param,
    Star,
    Ternary,
)

# Precedences, weakest first (ECMA-262, section 13). ASSIGN holds arrows and yield too.
(
    SEQUENCE, ASSIGN, TERNARY, OR, AND, BITOR, BITXOR, BITAND, EQUALITY, RELATION, SHIFT, SUM, TERM, POWER, UNARY,
    POSTFIX, CALL, MEMBER,
) = range(18)  # fmt: skip
BINARY = {
    "|": BITOR, "^": BITXOR, "&": BITAND, "<<": SHIFT, ">>": SHIFT, ">>>": SHIFT, "+": SUM, "-": SUM,
    "*": TERM, "/": TERM, "%": TERM, "**": POWER,
}  # fmt: skip
LOGICAL = {"or": ("||", OR), "and": ("&&", AND), "??": ("??", OR)}
EQUALITIES = frozenset({"===", "!==", "==", "!="})
INDENT = "  "
T = TypeVar("T")
STARTERS = (Function, Class, Dict)
"""What means something else at the start of a statement."""
LEFT_EDGE = {
    "Binary": "left", "Compare": "left", "Ternary": "test", "Attribute": "value", "Index": "value", "Call": "func",
    "AssignExpr": "target",
}  # fmt: skip


class Writers(dict[str, Callable[[Any, int], T]], Generic[T]):
    """What prints each class of node, by the class's name."""

    def __missing__(self, name: str) -> Callable[[Any, int], T]:
        raise RuleError(f"JavaScript has no {name} here")


class ExpressionPrinter:
    """One printing of one tree: the expressions."""

    def __init__(self) -> None:
        self.atoms = 0
        self.no_in = False
        self.leftmost: Node | None = None
        self.table = Writers[str](
            {name[1:]: getattr(self, name) for name in dir(self) if name[0] == "_" and name[1].isupper()}
        )

    # What the classes that build on this one print.

    def nested(self, block: Block) -> str:
        raise NotImplementedError

    def jsx(self, n: Any) -> str:
        raise NotImplementedError

    def target(self, n: Any) -> str:
        raise NotImplementedError

    def property(self, n: Any) -> str:
        raise NotImplementedError

    def key(self, n: Any) -> str:
        raise NotImplementedError

    def expr(self, n: Any, outer: int = ASSIGN) -> str:
        """An expression, in parentheses where it binds less tightly than its surroundings ask for."""
        if n is self.leftmost:
            self.leftmost = None
            return f"({self.table[n.__class__.__name__](n, SEQUENCE)})"
        return self.table[n.__class__.__name__](n, outer)

    def guarded(self, n: Any, outer: int, classes: tuple[type, ...] = STARTERS) -> str:
        """An expression where one of `classes` may not be the first thing: it gets parentheses there."""
        outside, self.leftmost = self.leftmost, self.edge(n, classes)
        text = self.expr(n, outer)
        self.leftmost = outside
        return text

    def statement_expression(self, n: Any) -> str:
        """An expression that is a statement."""
        if isinstance(n, Literal) and n.kind == "str":
            return f"({self.expr(n)})"  # not a directive
        return self.guarded(n, SEQUENCE)

    def first_target(self, n: Any) -> str:
        """A statement's first target; one that starts with a brace is wrapped with its whole statement."""
        return self.target(n) if isinstance(n, (Dict, List)) else self.guarded(n, CALL)

    def edge(self, n: Any, classes: tuple[type, ...]) -> Node | None:
        """The node at the left edge that needs parentheses, if any; a pattern needs them with its assignment."""
        whole: Node | None = None
        while True:
            name = n.__class__.__name__
            if isinstance(n, AssignExpr):
                whole = whole or n
            if name in LEFT_EDGE:
                n = getattr(n, LEFT_EDGE[name])
            elif name == "Logical":
                n = n.values[0]
            elif name == "Update" and not n.prefix:
                n = n.target
            elif isinstance(n, Opaque) and n.kind in ("sequence", "tagged template"):
                n = n.children[0]
            else:
                found: Node = n
                if not isinstance(found, classes):
                    return None
                return whole if whole is not None and isinstance(found, Dict) else found

    def wrap(self, text: str, own: int, outer: int) -> str:
        return f"({text})" if own < outer else text

    def broken(
        self, opening: str, items: Sequence[str], closing: str, nodes: Sequence[Any], atoms: int
    ) -> str:
        """`printing.bracket`, but without a comma behind a rest element, which may have none."""
        text = bracket(opening, items, closing, nodes, atoms, INDENT)
        last = nodes[-1] if nodes else None
        rest = isinstance(last, Star) or (isinstance(last, Param) and last.kind == "var_positional")
        if rest and atoms > MAX_ATOMS and len(items) > 1:
            text = text.removesuffix(f",\n{closing}") + f"\n{closing}"
        return text

    def spread(self, pieces: Sequence[str], nodes: Sequence[Node], atoms: int) -> str:
        """An operator's pieces on one line; each on its own where they hold more than `MAX_ATOMS` atoms."""
        if atoms <= MAX_ATOMS:
            return " ".join(pieces)
        rest = [f"\n{mark(n)}{text}" for n, text in zip(nodes[1:], pieces[1:], strict=True)]
        return pieces[0] + "".join([line.replace("\n", f"\n{INDENT}") for line in rest])

    # --- names and literals ------------------------------------------------------------------------------------

    def _Name(self, n: Any, outer: int) -> str:
        self.atoms += 1
        return str(n.id)

    def _Literal(self, n: Any, outer: int) -> str:
        self.atoms += 1
        text = literals.literal(n.kind, n.value)
        return f"({text})" if outer == MEMBER and n.kind == "number" else text

    def quoted(self, value: str) -> str:
        """A string where no template may stand: a key, a module's name."""
        return literals.string(value)

    def _Interp(self, n: Any, outer: int) -> str:
        parts = []
        for p in n.parts:
            if isinstance(p, Formatted):
                parts.append(f"${{{self.expr(p.value, SEQUENCE)}}}")
            else:
                parts.append(literals.template_text(p.value))
        self.atoms += 1
        return f"`{''.join(parts)}`"

    # --- chains ------------------------------------------------------------------------------------------------

    def _Attribute(self, n: Any, outer: int) -> str:
        links: list[tuple[str, Any]] = []
        own = MEMBER
        while True:
            name = n.__class__.__name__
            if name == "Attribute" or name == "Index":
                below = n.value
            elif name == "Call":
                below, own = n.func, CALL
            elif name == "Opaque" and n.kind == "tagged template":
                below = n.children[0]
            else:
                break
            links.append((name, n))
            n = below
        if any(getattr(link, "optional", False) for _, link in links):
            own = CALL
        text = self.expr(n, MEMBER if links[-1][0] == "Attribute" else CALL)
        for name, link in reversed(links):
            sign = "?." if getattr(link, "optional", False) else ""
            if name == "Attribute":
                text += f"{sign or '.'}{link.name}"
                self.atoms += 1
            elif name == "Index":
                text += f"{sign}[{self.expr(link.index, SEQUENCE)}]"
            elif name == "Call":
                text += sign + self.arguments(link.args)
            else:
                text += self.raw_template(link)
        return self.wrap(text, own, outer)

    _Index = _Call = _Attribute

    def arguments(self, args: Sequence[Node]) -> str:
        before = self.atoms
        items = [self.expr(a) for a in args]
        return self.broken("(", items, ")", args, self.atoms - before)

    def raw_template(self, n: Any) -> str:
        parts = [
            p.replace("\n", HARD_NEWLINE) if isinstance(p, str) else f"${{{self.expr(p, SEQUENCE)}}}"
            for p in n.children[1:]
        ]
        return f"`{''.join(parts)}`"

    def _New(self, n: Any, outer: int) -> str:
        func = self.expr(n.func, MEMBER)
        return f"new {func}{self.arguments(n.args)}"

    # --- operators ---------------------------------------------------------------------------------------------

    def _Not(self, n: Any, outer: int) -> str:
        return self.wrap("!" + self.expr(n.operand, UNARY), UNARY, outer)

    def _Unary(self, n: Any, outer: int) -> str:
        text = self.expr(n.operand, UNARY)
        if n.op.isalpha():
            text = f"{n.op} {text}"
        else:
            text = f"{n.op}({text})" if text[0] == n.op and n.op in "+-" else n.op + text
        return self.wrap(text, UNARY, outer)

    def _Update(self, n: Any, outer: int) -> str:
        target = self.expr(n.target, CALL)
        return self.wrap(n.op + target if n.prefix else target + n.op, POSTFIX, outer)

    def _Await(self, n: Any, outer: int) -> str:
        return self.wrap(f"await {self.expr(n.value, UNARY)}", UNARY, outer)

    def _Yield(self, n: Any, outer: int) -> str:
        return self.wrap("yield" if n.value is None else f"yield {self.expr(n.value)}", ASSIGN, outer)

    def _YieldFrom(self, n: Any, outer: int) -> str:
        return self.wrap(f"yield* {self.expr(n.value)}", ASSIGN, outer)

    def _Star(self, n: Any, outer: int) -> str:
        return f"...{self.expr(n.value)}"

    def _Binary(self, n: Any, outer: int) -> str:
        links: list[Any] = []
        while n.__class__.__name__ == "Binary" and n.op != "**":
            if links and BINARY[n.op] < BINARY[links[-1].op]:
                break
            links.append(n)
            n = n.left
        if not links:
            text = f"{self.expr(n.left, POSTFIX)} ** {self.expr(n.right, POWER)}"
            return self.wrap(text, POWER, outer)
        text = self.expr(n, BINARY[links[-1].op])
        for link in reversed(links):
            text = f"{text} {link.op} {self.expr(link.right, BINARY[link.op] + 1)}"
        return self.wrap(text, BINARY[links[0].op], outer)

    def _Logical(self, n: Any, outer: int) -> str:
        sign, own = LOGICAL[n.op]
        before = self.atoms
        inner = BITOR if n.op == "??" else own + 1  # `??` stands beside no other one without parentheses
        values = [self.expr(v, inner) for v in n.values]
        shown = [values[0], *[f"{sign} {v}" for v in values[1:]]]
        return self.wrap(self.spread(shown, n.values, self.atoms - before), own, outer)

    def _Compare(self, n: Any, outer: int) -> str:
        op = n.ops[0]
        if len(n.ops) != 1:
            raise RuleError("a rule made a chained comparison, which JavaScript does not have")
        own = EQUALITY if op in EQUALITIES else RELATION
        text = f"{self.expr(n.left, own)} {op} {self.expr(n.rights[0], own + 1)}"
        if op == "in" and self.no_in:
            return f"({text})"
        return self.wrap(text, own, outer)

    def _Ternary(self, n: Any, outer: int) -> str:
        """A ternary; those in its last arm as a loop."""
        before = self.atoms
        shown, nodes = [self.expr(n.test, OR)], [n.test]
        while True:
            shown.append(f"? {self.expr(n.then)}")
            nodes.append(n.then)
            n = n.orelse
            if not isinstance(n, Ternary):
                break
            shown.append(f": {self.expr(n.test, OR)}")
            nodes.append(n.test)
        shown.append(f": {self.expr(n)}")
        nodes.append(n)
        return self.wrap(self.spread(shown, nodes, self.atoms - before), TERNARY, outer)

    def _AssignExpr(self, n: Any, outer: int) -> str:
        return self.wrap(f"{self.target(n.target)} {n.op} {self.expr(n.value)}", ASSIGN, outer)

    # --- what no rule reads ------------------------------------------------------------------------------------

    def _Block(self, n: Any, outer: int) -> str:
        return self.nested(n)

    def _Opaque(self, n: Any, outer: int) -> str:
        kind = n.kind
        if kind == "sequence":
            return self.wrap(", ".join([self.expr(c) for c in n.children]), SEQUENCE, outer)
        if kind == "parentheses":
            return f"({self.expr(n.children[0], SEQUENCE)})"
        if kind == "tagged template":
            return self._Attribute(n, outer)
        if kind == "magic":
            return " ".join([c if isinstance(c, str) else self.expr(c) for c in n.children])
        if kind == "hole":
            return ""
        if kind in ("computed", "member"):
            return self.property(n) if kind == "member" else self.key(n)
        if kind.startswith("jsx"):
            return self.jsx(n)
        self.atoms += 1
        parts = [c if isinstance(c, str) else self.expr(c, SEQUENCE) for c in n.children]
        return " ".join([p.replace("\n", HARD_NEWLINE) for p in parts])
