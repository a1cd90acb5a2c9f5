"""The outline's grammar: each statement as a clause, `returns total`, `for each line of file: appends line to rows`.

A clause says what a statement does in the third person. What stands in a block is said inside the clause of its header;
a condition over one clause follows it: `raises ValueError unless path`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Any, TypeAlias

from prediff.lean_dataclasses import dataclass
from prediff.models.outline.phrases import chain, dotted, plain
from prediff.tree import (
    Assert,
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Await,
    Block,
    Call,
    Class,
    Compare,
    Declare,
    Delete,
    DoWhile,
    ExprStmt,
    For,
    ForEach,
    Function,
    If,
    Import,
    ImportFrom,
    Index,
    Jump,
    Labeled,
    Lambda,
    Literal,
    Match,
    Name,
    New,
    Node,
    Not,
    Opaque,
    Pass,
    Raise,
    Return,
    Scope,
    Ternary,
    Try,
    TypeAliasStmt,
    Unary,
    Update,
    While,
    With,
    Yield,
    YieldFrom,
)

Phrase: TypeAlias = tuple[str | Node, ...]
"""Words, and parts of the tree that stand for their own."""

MAX_DEPTH = 4
"""Blocks deeper than this in a unit are left out of its outline."""
MAX_NESTING = 12
"""The same of blocks that add no depth, such as those of a `try`."""
TELLING = 5
"""The weight from which a clause is missed where it is left out."""

# How much clauses tell of a unit.
RESULT, RAISED, YIELDED, STATE, CALLED, CAUGHT, TOLD, LOOP, AROUND, LOCAL, LEAVING, MINOR = (
    10, 9, 9, 8, 7, 6, 6, 5, 4, 3, 4, 1,
)  # fmt: skip

_ADDING = {
    "append": "appends",
    "push": "appends",
    "add": "adds",
    "extend": "adds all of",
    "unshift": "prepends",
}
_TAKING = {"remove": "removes", "discard": "removes", "delete": "removes"}
_DOING = {"clear": "clears", "sort": "sorts", "reverse": "reverses", "close": "closes"}
_CHANGING = {"+": ("adds ", " to "), "-": ("subtracts ", " from "), "*": ("multiplies ", " by ")}
_LITERALS = ("none", "null", "undefined")


@dataclass(slots=True)
class Clause:
    """What a statement does. A leaf has a verb and what follows it; others have a head and clauses inside.

    after: whether the head can follow a single clause that is inside. bare: the verb and rest of what is said where
    nothing inside is. alone: the head where the clause before it, which it goes on from, is not said.
    """

    weight: int
    verb: str = ""
    rest: Phrase = ()
    head: Phrase = ()
    inner: list[Clause] = field(default_factory=list)
    after: bool = False
    alone: Phrase = ()


def clauses(body: Sequence[Node], *, names: bool = False, exact: bool = False) -> list[Clause]:
    """The clauses of some statements.

    names: statements that only name a value count too, as they do outside of functions. exact: so does all else that
    a statement says, since it is what changed.
    """
    return list(_Teller(names or exact, exact).all(body, 0))


class _Teller:
    """Makes the clauses of one unit; outer: the names that are not its own."""

    def __init__(self, names: bool, exact: bool) -> None:
        self.names = names
        self.exact = exact
        self.outer: dict[str, str] = {}
        self.nesting = 0

    def all(self, body: Sequence[Node], depth: int) -> Iterator[Clause]:
        if self.nesting > MAX_NESTING:
            return
        self.nesting += 1
        for node in body:
            tell = _TELL.get(node.__class__)
            if tell is not None:
                yield from tell(self, node, depth)
            elif not isinstance(node, Pass):
                yield Clause(MINOR, "evaluates", (node,))
        self.nesting -= 1

    def inside(self, block: Node | None, depth: int) -> list[Clause]:
        if not isinstance(block, Block) or depth >= MAX_DEPTH:
            return []
        return list(self.all(block.body, depth + 1))

    # --- simple statements -------------------------------------------------------------------------------------

    def expression(self, n: Any, depth: int) -> Iterator[Clause]:
        value = n.value
        if isinstance(value, Literal):
            return
        if isinstance(value, Await):
            yield Clause(CALLED, "awaits", (value.value,))
        elif isinstance(value, Yield):
            yield Clause(YIELDED, "yields", () if value.value is None else (value.value,))
        elif isinstance(value, YieldFrom):
            yield Clause(YIELDED, "yields", ("all of ", value.value))
        elif isinstance(value, Call):
            yield _call(value)
        elif isinstance(value, New):
            yield Clause(CALLED, "makes", (value,))
        elif isinstance(value, Update):
            yield from self.changed(value.target, value.op[:1], Literal("int", 1), depth)
        elif isinstance(value, AssignExpr):
            yield from self.bound(value.target, value.value, depth)
        elif isinstance(value, Unary) and value.op == "delete":
            yield Clause(STATE, "deletes", (value.operand,))
        else:
            yield Clause(MINOR, "evaluates", (value,))

    def assign(self, n: Any, depth: int) -> Iterator[Clause]:
        for target in n.targets:
            yield from self.bound(target, n.value, depth)

    def declare(self, n: Any, depth: int) -> Iterator[Clause]:
        if n.value is not None:
            yield from self.bound(n.target, n.value, depth)
        elif self.exact:
            of = () if n.annotation is None else (" as ", n.annotation)
            yield Clause(MINOR, "declares", (n.target, *of))

    def bound(self, target: Node, value: Node, depth: int) -> Iterator[Clause]:
        """What is said of a target and the value that it is set to."""
        if isinstance(target, Name) and target.id not in self.outer:
            if isinstance(value, (Lambda, Function, Class)):
                kind = "class" if isinstance(value, Class) else "function"
                yield Clause(LOCAL, "defines", (f"{kind} ", target))
            elif isinstance(value, Await):
                yield Clause(TOLD, "awaits", (value.value, " as ", target))
            elif isinstance(value, (Yield, YieldFrom)):
                yield Clause(YIELDED, "yields", () if value.value is None else (value.value,))
            elif self.names or isinstance(chain(value)[0], (Call, New)) or chain(value)[1]:
                weight = TOLD if self.names else LOCAL if depth == 0 else LOCAL - 1
                yield Clause(weight, "sets", (target, " to ", value))
        elif isinstance(target, (Name, Attribute, Index)):
            kind = f"{self.outer[target.id]} " if isinstance(target, Name) else ""
            yield Clause(STATE, "sets", (kind, target, " to ", value))
        elif self.names or any(isinstance(t, (Attribute, Index)) for t in getattr(target, "items", ())):
            weight = TOLD if self.names else STATE
            yield Clause(weight, "sets", (target, " to ", value))
        else:
            yield Clause(LOCAL - 1, "takes", (target, " from ", value))

    def augmented(self, n: Any, depth: int) -> Iterator[Clause]:
        yield from self.changed(n.target, n.op, n.value, depth)

    def changed(self, target: Node, op: str, value: Node, depth: int) -> Iterator[Clause]:
        own = isinstance(target, Name) and target.id not in self.outer
        weight = STATE if not own else TELLING if depth else LOCAL
        if op not in _CHANGING:
            yield Clause(weight, "updates", (target, f" by {op} ", value))
            return
        verb, joint = _CHANGING[op]
        first, second = (target, value) if op == "*" else (value, target)
        yield Clause(weight, verb.strip(), (first, joint, second))

    def delete(self, n: Any, depth: int) -> Iterator[Clause]:
        for target in n.targets:
            if self.names or not isinstance(target, Name):
                yield Clause(STATE, "deletes", (target,))

    def result(self, n: Any, depth: int) -> Iterator[Clause]:
        value = n.value
        if value is None or (isinstance(value, Literal) and value.kind in _LITERALS):
            if depth or self.exact:
                yield Clause(LEAVING, "returns", ("nothing",) if value is None else (value,))
            return
        weight = RESULT if depth == 0 else RESULT - 2
        if isinstance(value, Ternary) and not isinstance(value.orelse, Ternary):
            yield Clause(weight, "returns", (value.then, " if ", value.test, ", else ", value.orelse))
        elif isinstance(value, (Not, Compare)):
            yield Clause(weight, "returns", ("whether ", value))
        else:
            yield Clause(weight, "returns", (value,))

    def raised(self, n: Any, depth: int) -> Iterator[Clause]:
        value = n.value
        if value is None:
            yield Clause(LEAVING, "raises", ("it again",))
            return
        if isinstance(value, (Call, New)):
            what: Phrase = (value,) if self.exact else (value.func,)
            yield Clause(RAISED, "raises", what)
        else:
            yield Clause(RAISED, "raises", (value,))

    def asserted(self, n: Any, depth: int) -> Iterator[Clause]:
        yield Clause(TOLD, "asserts", (n.test,))

    def jump(self, n: Any, depth: int) -> Iterator[Clause]:
        target = (f" {n.label}",) if n.label else ()
        yield Clause(LEAVING, "stops" if n.kind == "break" else "goes on", target and ("to", *target))

    def scope(self, n: Any, depth: int) -> Iterator[Clause]:
        kind = "global" if n.kind == "global" else "outer"
        self.outer.update({name.id: kind for name in n.names})
        if self.exact:
            names = [part for name in n.names for part in (", ", name)][1:]
            yield Clause(MINOR, "declares", (f"{n.kind} ", *names))

    def imported(self, n: Any, depth: int) -> Iterator[Clause]:
        names = ", ".join(alias.asname or alias.name for alias in n.names)
        module = n.module if isinstance(n, ImportFrom) else ""
        source = f" from {module}" if module and names and self.exact else ""
        yield Clause(MINOR if depth else LOCAL, "imports", (plain(f"{names or module}{source}"),))

    def defined(self, n: Any, depth: int) -> Iterator[Clause]:
        kind = "class" if isinstance(n, Class) else "function"
        yield Clause(LOCAL - 1, "defines", (plain(f"{kind} {n.name}".rstrip()),))

    def named_type(self, n: Any, depth: int) -> Iterator[Clause]:
        yield Clause(MINOR, "defines", ("type ", n.target))

    # --- compound statements -----------------------------------------------------------------------------------

    def condition(self, n: Any, depth: int) -> Iterator[Clause]:
        """An `if` and what hangs on it, as a loop: chains can be long."""
        first, previous = n, None
        while True:
            head = when(n.test)
            yield Clause(0, head=head, inner=self.inside(n.then, depth), after=True)
            previous = n
            if n.orelse is None:
                return
            below = n.orelse.body
            if len(below) != 1 or not isinstance(below[0], If):
                break
            n = below[0]
        alone = unless(first.test) if previous is first else ("in other cases",)
        inner = self.inside(previous.orelse, depth)
        yield Clause(0, head=("otherwise",), inner=inner, after=True, alone=alone)

    def each(self, n: Any, depth: int) -> Iterator[Clause]:
        target = n.target.target if isinstance(n.target, Declare) else n.target
        keys = "key " if n.kind.endswith("keys") else ""
        head: Phrase = (f"for each {keys}", target, " of ", n.iterable)
        yield Clause(LOOP, "loops", ("over ", n.iterable), head, self.inside(n.body, depth))
        yield from self.otherwise(n.orelse, depth)

    def repeated(self, n: Any, depth: int) -> Iterator[Clause]:
        test = n.test
        endless = test is None or (isinstance(test, Literal) and test.value is True)
        head: Phrase = ("again and again",) if endless else ("while ", test)
        rest: Phrase = ("until it leaves",) if endless else ("while ", test)
        yield Clause(LOOP, "loops", rest, head, self.inside(n.body, depth))
        yield from self.otherwise(getattr(n, "orelse", None), depth)

    def otherwise(self, block: Node | None, depth: int) -> Iterator[Clause]:
        """The `else` of a loop."""
        if block is not None:
            yield Clause(0, head=("if never stopped",), inner=self.inside(block, depth), after=True)

    def tried(self, n: Any, depth: int) -> Iterator[Clause]:
        yield from self.all(n.body.body, depth)
        for handler in n.handlers:
            what = caught(handler)
            if not handler.body.body:
                yield Clause(CAUGHT, "ignores", what)
                continue
            inner = self.inside(handler.body, depth)
            yield Clause(CAUGHT, "catches", what, ("on ", *what), inner, after=True)
        if n.orelse is not None:
            yield from self.all(n.orelse.body, depth)
        if n.final is not None:
            yield Clause(0, head=("finally",), inner=self.inside(n.final, depth))

    def around(self, n: Any, depth: int) -> Iterator[Clause]:
        things = [part for item in n.items for part in (", ", item.context)][1:]
        yield Clause(AROUND, "uses", tuple(things), ("with ", *things), self.inside(n.body, depth))

    def matched(self, n: Any, depth: int) -> Iterator[Clause]:
        found: list[Clause] = []
        for clause in n.clauses:
            head: Phrase = ("by default",) if clause.pattern is None else ("for ", clause.pattern)
            head = head if clause.guard is None else (*head, " if ", clause.guard)
            found.append(Clause(0, head=head, inner=self.inside(clause.body, depth), after=True))
        yield Clause(TELLING, "decides", ("by ", n.subject), ("by ", n.subject), found)

    def labelled(self, n: Any, depth: int) -> Iterator[Clause]:
        yield from self.all((n.body,), depth)

    def block(self, n: Any, depth: int) -> Iterator[Clause]:
        yield from self.inside(n, depth)

    def opaque(self, n: Any, depth: int) -> Iterator[Clause]:
        if n.kind == "unread":
            yield Clause(RESULT, "holds", ("code that could not be read",))
        elif n.kind.startswith("export"):
            below = [child for child in n.children if isinstance(child, (Function, Class, Declare))]
            yield from self.all(below, depth) if below else [Clause(MINOR, "exports", _exported(n))]
        elif n.kind == "directive":
            if self.exact:
                yield Clause(MINOR, "asks", (f"for {n.children[0]}",))
        elif n.kind in ("with", "static block", "decorated", "declarations", "member"):
            for child in n.children:
                if isinstance(child, Block):
                    yield from self.inside(child, depth)
                elif child.__class__ in _TELL:
                    yield from self.all((child,), depth)
        else:
            yield Clause(MINOR, "evaluates", (n,))


def when(test: Node) -> Phrase:
    """`if` and a condition."""
    return ("unless ", test.operand) if isinstance(test, Not) else ("if ", test)


def unless(test: Node) -> Phrase:
    return ("if ", test.operand) if isinstance(test, Not) else ("unless ", test)


def caught(handler: Any) -> Phrase:
    """What a handler catches."""
    return (handler.type,) if handler.type is not None else ("any error",)


def _exported(n: Opaque) -> Phrase:
    names = [c.children[0] for c in n.children if isinstance(c, Opaque) and c.kind == "as" and c.children]
    parts = names or [c for c in n.children if not isinstance(c, str)][:1]
    found: list[str | Node] = []
    for part in parts:
        found += [", ", part]
    return tuple(found[1:]) or ("names",)


def _call(n: Call) -> Clause:
    """A call that stands for itself: its effect is why it is made."""
    func, args = n.func, n.args
    if isinstance(func, Attribute) and dotted(func.value):
        owner, name = func.value, func.name
        if name in _ADDING and len(args) == 1:
            return Clause(TOLD, _ADDING[name], (args[0], " to ", owner))
        if name in _TAKING and len(args) == 1:
            return Clause(TOLD, _TAKING[name], (args[0], " from ", owner))
        if name in _DOING and not args:
            return Clause(TOLD, _DOING[name], (owner,))
    return Clause(CALLED, "calls", (n,))


_TELL: dict[type[Node], Any] = {
    ExprStmt: _Teller.expression, Assign: _Teller.assign, AugAssign: _Teller.augmented, Declare: _Teller.declare,
    Delete: _Teller.delete, Return: _Teller.result, Raise: _Teller.raised, Assert: _Teller.asserted,
    Jump: _Teller.jump, Scope: _Teller.scope, Import: _Teller.imported, ImportFrom: _Teller.imported,
    If: _Teller.condition, ForEach: _Teller.each, While: _Teller.repeated, DoWhile: _Teller.repeated,
    For: _Teller.repeated, Try: _Teller.tried, With: _Teller.around, Match: _Teller.matched,
    Labeled: _Teller.labelled, Block: _Teller.block, Function: _Teller.defined, Class: _Teller.defined,
    TypeAliasStmt: _Teller.named_type, Opaque: _Teller.opaque,
}  # fmt: skip
