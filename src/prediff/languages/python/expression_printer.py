"""Prints the expressions, patterns and parameters of Python: minimal parentheses, brackets broken by structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from prediff.errors import RuleError
from prediff.languages.printing import HARD_NEWLINE, MAX_ATOMS, bracket, mark
from prediff.languages.python import literals
from prediff.tree import Formatted, Interp, Literal, Node, Param, Slice, Star, Tuple, Yield, YieldFrom

# Precedences of the language reference's table, weakest first.
(
    TUPLE,
    NAMED,
    TEST,
    OR,
    AND,
    NOT,
    COMPARE,
    BITOR,
    BITXOR,
    BITAND,
    SHIFT,
    ARITH,
    TERM,
    FACTOR,
    POWER,
    AWAIT,
    ATOM,
) = range(17)

BINARY = {
    "|": BITOR, "^": BITXOR, "&": BITAND, "<<": SHIFT, ">>": SHIFT, "+": ARITH, "-": ARITH,
    "*": TERM, "/": TERM, "//": TERM, "%": TERM, "@": TERM, "**": POWER,
}  # fmt: skip
INDENT = "    "
COMPREHENSIONS = {"list": ("[", "]"), "set": ("{", "}"), "dict": ("{", "}"), "generator": ("(", ")")}
QUOTES = (('"', "'"), ("'", '"'), ('"""', '"'))
"""Quotes for an interpolated string and for the strings in its fields, the first that fits."""
INNER_QUOTES = (("'", '"'),)


class ExpressionPrinter:
    """Expressions as text. `atoms` counts the names and literals printed so far, by which brackets break."""

    def __init__(self) -> None:
        self.atoms = 0
        self.quote = '"'
        self.flat = False
        self.table: dict[str, Callable[[Any, int], str]] = {
            name[1:]: getattr(self, name) for name in dir(self) if name[0] == "_" and name[1].isupper()
        }

    # --- parameters --------------------------------------------------------------------------------------------

    def params(self, params: Sequence[Param], show: Callable[[Param], str]) -> list[tuple[str, Node]]:
        """The parameters as they are written, with the markers `/` and `*` where they are needed."""
        shown: list[tuple[str, Node]] = []
        last = "positional_only" if params and params[0].kind == "positional_only" else "plain"
        for p in params:
            if last == "positional_only" and p.kind != last:
                shown.append(("/", p))
            if p.kind == "keyword_only" and last not in ("keyword_only", "var_positional"):
                shown.append(("*", p))
            shown.append((show(p), p))
            last = p.kind
        if last == "positional_only":
            shown.append(("/", params[-1]))
        return shown

    def param(self, p: Param) -> str:
        stars = {"var_positional": "*", "var_keyword": "**"}.get(p.kind, "")
        text = stars + self.expr(p.target)
        if p.annotation is not None:
            text += f": {self.expr(p.annotation)}"
        if p.default is not None:
            sign = "=" if p.annotation is None else " = "
            text += sign + self.expr(p.default)
        return text

    def type_params(self, params: Sequence[Any]) -> str:
        shown = []
        for p in params:
            text = p.kind + p.target.id
            text += f": {self.expr(p.bound)}" if p.bound is not None else ""
            shown.append(text + (f" = {self.expr(p.default)}" if p.default is not None else ""))
        return f"[{', '.join(shown)}]" if shown else ""

    # --- patterns ----------------------------------------------------------------------------------------------

    def pattern(self, n: Any, nested: bool = False) -> str:
        """A pattern; `nested` asks for parentheses around alternatives and `as`."""
        kind = n.kind if n.__class__.__name__ == "Opaque" else n.__class__.__name__
        if kind == "pattern sequence":
            return "[" + ", ".join([self.pattern(c) for c in n.children]) + "]"
        if kind == "pattern or":
            text = " | ".join([self.pattern(c, True) for c in n.children])
            return f"({text})" if nested else text
        if kind == "pattern mapping":
            return "{" + ", ".join([self.pattern(c) for c in n.children]) + "}"
        if kind == "pattern class":
            return f"{self.expr(n.children[0])}(" + ", ".join([self.pattern(c) for c in n.children[1:]]) + ")"
        if kind == "Pair":
            return f"{self.expr(n.key)}: {self.pattern(n.value)}"
        if kind == "Keyword":
            return f"{n.name}={self.pattern(n.value)}"
        if kind == "Capture":
            name = f"{'*' * n.stars}{n.target.id if n.target is not None else '_'}"
            if n.pattern is None:
                return name
            text = f"{self.pattern(n.pattern, True)} as {name}"
            return f"({text})" if nested else text
        return self.expr(n)

    def phrase(self, n: Any) -> str:
        """An expression, pattern or parameter by itself, strings on one line."""
        self.flat = True
        kind = n.__class__.__name__
        if kind == "Param":
            return self.param(n)
        if kind == "TypeParam":
            return self.type_params((n,))[1:-1]
        if kind == "Capture" or (kind == "Opaque" and n.kind.startswith("pattern ")):
            return self.pattern(n)
        return self.expr(n)

    # --- expressions -------------------------------------------------------------------------------------------

    def expr(self, n: Any, outer: int = TEST) -> str:
        """An expression, in parentheses where it binds less tightly than its surroundings ask for."""
        return self.table[n.__class__.__name__](n, outer)

    def bare(self, n: Any) -> str:
        """One side of an assignment, or an expression statement: a tuple or yield needs no parentheses there."""
        if n.__class__ is Yield or n.__class__ is YieldFrom:
            return self.expr(n, TUPLE)
        return self.items(n)

    def items(self, n: Any) -> str:
        """An expression where a tuple needs no parentheses."""
        return self.tuple_items(n) if n.__class__ is Tuple and n.items else self.expr(n)

    def tuple_items(self, n: Any) -> str:
        before = self.atoms
        items = [self.expr(i) for i in n.items]
        if len(items) == 1:
            return f"{items[0]},"
        if len(items) > 1 and self.atoms - before > MAX_ATOMS:
            return bracket("(", items, ")", n.items, self.atoms - before, INDENT)
        return ", ".join(items)

    def group(self, opening: str, nodes: Sequence[Node], closing: str) -> str:
        before = self.atoms
        items = [self.expr(n) for n in nodes]
        return bracket(opening, items, closing, nodes, self.atoms - before, INDENT)

    def _Name(self, n: Any, outer: int) -> str:
        self.atoms += 1
        return str(n.id)

    def _Literal(self, n: Any, outer: int) -> str:
        self.atoms += 1
        text = literals.literal(n.kind, n.value, self.quote, self.flat)
        return f"({text})" if outer == ATOM and n.kind == "int" else text

    def _Attribute(self, n: Any, outer: int) -> str:
        links: list[Any] = []
        while n.__class__.__name__ in ("Attribute", "Call"):
            links.append(n)
            n = n.value if n.__class__.__name__ == "Attribute" else n.func
        text = self.expr(n, ATOM)
        for link in reversed(links):
            text += f".{link.name}" if link.__class__.__name__ == "Attribute" else self.call_args(link)
        return text

    _Call = _Attribute

    def call_args(self, n: Any) -> str:
        args = n.args
        if len(args) == 1 and args[0].__class__.__name__ == "Comprehension" and args[0].kind == "generator":
            return self.expr(args[0])
        before = self.atoms
        items = [self.expr(a, NAMED) for a in args]
        return bracket("(", items, ")", args, self.atoms - before, INDENT)

    def _Keyword(self, n: Any, outer: int) -> str:
        return f"{n.name}={self.expr(n.value)}"

    def _Star(self, n: Any, outer: int) -> str:
        return f"{'*' * n.stars}{self.expr(n.value, BITOR)}"

    def _Index(self, n: Any, outer: int) -> str:
        return f"{self.expr(n.value, ATOM)}[{self.index(n.index)}]"

    def index(self, n: Any) -> str:
        if n.__class__ is Tuple and n.items:
            # Parentheses around a starred item keep the text readable before Python 3.11; a slice forbids them.
            if any(i.__class__ is Star for i in n.items) and not any(i.__class__ is Slice for i in n.items):
                return self.expr(n)
            return ", ".join([self.expr(i, NAMED) for i in n.items]) + ("," if len(n.items) == 1 else "")
        return self.expr(n, NAMED)

    def _Slice(self, n: Any, outer: int) -> str:
        text = f"{self.optional(n.lower)}:{self.optional(n.upper)}"
        return text if n.step is None else f"{text}:{self.expr(n.step)}"

    def optional(self, n: Any) -> str:
        return "" if n is None else self.expr(n)

    def wrap(self, text: str, own: int, outer: int) -> str:
        return f"({text})" if own < outer else text

    def _Not(self, n: Any, outer: int) -> str:
        return self.wrap(f"not {self.expr(n.operand, NOT)}", NOT, outer)

    def _Unary(self, n: Any, outer: int) -> str:
        return self.wrap(n.op + self.expr(n.operand, FACTOR), FACTOR, outer)

    def _Binary(self, n: Any, outer: int) -> str:
        links: list[Any] = []
        while (
            n.__class__.__name__ == "Binary"
            and n.op != "**"
            and (not links or BINARY[n.op] >= BINARY[links[-1].op])
        ):
            links.append(n)
            n = n.left
        if not links:
            text = f"{self.expr(n.left, AWAIT)} ** {self.expr(n.right, FACTOR)}"
            return self.wrap(text, POWER, outer)
        text = self.expr(n, BINARY[links[-1].op])
        for link in reversed(links):
            own = BINARY[link.op]
            text = f"{text} {link.op} {self.expr(link.right, own + 1)}"
        return self.wrap(text, BINARY[links[0].op], outer)

    def _Logical(self, n: Any, outer: int) -> str:
        own = AND if n.op == "and" else OR
        before = self.atoms
        values = [self.expr(v, own + 1) for v in n.values]
        if self.atoms - before > MAX_ATOMS and not self.flat:
            lines = [values[0], *[f"{n.op} {v}" for v in values[1:]]]
            body = "".join(
                f"\n{mark(v)}{line}".replace("\n", f"\n{INDENT}")
                for v, line in zip(n.values, lines, strict=True)
            )
            return f"({body}\n)"
        return self.wrap(f" {n.op} ".join(values), own, outer)

    def _Compare(self, n: Any, outer: int) -> str:
        text = self.expr(n.left, BITOR)
        for op, right in zip(n.ops, n.rights, strict=True):
            text += f" {op} {self.expr(right, BITOR)}"
        return self.wrap(text, COMPARE, outer)

    def _Ternary(self, n: Any, outer: int) -> str:
        text = f"{self.expr(n.then, OR)} if {self.expr(n.test, OR)} else {self.expr(n.orelse)}"
        return self.wrap(text, TEST, outer)

    def _AssignExpr(self, n: Any, outer: int) -> str:
        # Always in parentheses: they are needed almost everywhere, and never wrong.
        return f"({self.expr(n.target)} := {self.expr(n.value)})"

    def _List(self, n: Any, outer: int) -> str:
        return self.group("[", n.items, "]")

    def _Tuple(self, n: Any, outer: int) -> str:
        if len(n.items) == 1:
            return f"({self.expr(n.items[0], NAMED)},)"
        return self.group("(", n.items, ")")

    def _Set(self, n: Any, outer: int) -> str:
        return self.group("{", n.items, "}") if n.items else "{*()}"

    def _Dict(self, n: Any, outer: int) -> str:
        return self.group("{", n.items, "}")

    def _Pair(self, n: Any, outer: int) -> str:
        return f"{self.expr(n.key)}: {self.expr(n.value)}"

    def _Comprehension(self, n: Any, outer: int) -> str:
        opening, closing = COMPREHENSIONS[n.kind]
        before = self.atoms
        pieces = [self.expr(n.element, NAMED)]
        places = [n.element]
        for c in n.clauses:
            word = "async for" if c.is_async else "for"
            pieces.append(f"{word} {self.target(c.target)} in {self.expr(c.iterable, OR)}")
            places.append(c.iterable)
            pieces += [f"if {self.expr(t, OR)}" for t in c.conditions]
            places += c.conditions
        if self.atoms - before <= MAX_ATOMS or self.flat:
            return f"{opening}{' '.join(pieces)}{closing}"
        body = "".join(
            f"\n{mark(p)}{t}".replace("\n", f"\n{INDENT}") for p, t in zip(places, pieces, strict=True)
        )
        return f"{opening}{body}\n{closing}"

    def target(self, n: Any) -> str:
        """A comprehension's target: a tuple stands bare."""
        if n.__class__ is Tuple and n.items:
            return ", ".join([self.expr(i) for i in n.items]) + ("," if len(n.items) == 1 else "")
        return self.expr(n, BITOR)

    def _Lambda(self, n: Any, outer: int) -> str:
        params = ", ".join([text for text, _ in self.params(n.params, self.param)])
        return self.wrap(f"lambda{' ' if params else ''}{params}: {self.expr(n.body)}", TEST, outer)

    def _Await(self, n: Any, outer: int) -> str:
        return self.wrap(f"await {self.expr(n.value, ATOM)}", AWAIT, outer)

    def _Yield(self, n: Any, outer: int) -> str:
        return self.wrap("yield" if n.value is None else f"yield {self.items(n.value)}", TUPLE, outer)

    def _YieldFrom(self, n: Any, outer: int) -> str:
        return self.wrap(f"yield from {self.expr(n.value)}", TUPLE, outer)

    def _Opaque(self, n: Any, outer: int) -> str:
        raise RuleError(f"a Python printer met the expression kind {n.kind!r}")

    # --- interpolated strings ----------------------------------------------------------------------------------

    def _Interp(self, n: Interp, outer: int) -> str:
        """One f-string or t-string. Quotes are chosen so that interpreters before 3.12 read it, where that can be."""
        self.atoms += 1
        quote, flat, self.flat = self.quote, self.flat, True
        lines = not flat and sum(p.value.count("\n") for p in n.parts if isinstance(p, Literal)) >= 2
        try:
            for outside, inside in INNER_QUOTES if flat and quote == "'" else QUOTES:
                self.quote = inside
                fields = [self.field(p) if isinstance(p, Formatted) else "" for p in n.parts]
                if not any(outside in f or "\\" in f for f in fields):
                    break
            else:
                outside = '"'  # only PEP 701 can read it
            if lines:
                fields = [self.field(p) if isinstance(p, Formatted) else "" for p in n.parts]
                outside = '"""'
            texts = [self.text(p.value, outside) if isinstance(p, Literal) else "" for p in n.parts]
        finally:
            self.quote, self.flat = quote, flat
        body = "".join([t or f for t, f in zip(texts, fields, strict=True)])
        return f"{n.kind}{outside}{body}{outside}"

    def text(self, value: str, outside: str) -> str:
        value = value.replace("{", "{{").replace("}", "}}")
        if outside != '"""':
            return literals.escape(value, outside)
        return HARD_NEWLINE.join([literals.escape(line, '"') for line in value.split("\n")])

    def field(self, n: Formatted) -> str:
        value = n.text if n.text else self.expr(n.value)
        if not n.text and ("lambda" in value or ":=" in value) and value[0] != "(":
            value = f"({value})"
        if value[0] == "{":
            value = f" {value}"
        conversion = f"!{n.conversion}" if n.conversion else ""
        spec = ""
        if isinstance(n.spec, Interp):
            spec = ":" + "".join(
                [self.field(p) if isinstance(p, Formatted) else _text(p) for p in n.spec.parts]
            )
        return f"{{{value}{conversion}{spec}}}"


def _text(part: Node) -> str:
    """The text of a format specification's literal part, which has no escapes of its own."""
    assert isinstance(part, Literal)
    return str(part.value)
