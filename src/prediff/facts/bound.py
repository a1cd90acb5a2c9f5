"""Names that are bound for certain wherever a function reads them: reading those cannot raise.

One walk in the order of execution carries the names that are bound by then. What only a branch, a loop or a `try` binds
is not bound behind it, unless each way there binds it. An inner function may run as soon as it is made: what it reads
must be bound by then.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prediff.facts import BUILTINS, Facts, bound_names
from prediff.facts.scopes import names_of_target
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Block,
    Call,
    Capture,
    Class,
    Compare,
    Comprehension,
    Declare,
    Delete,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Jump,
    Lambda,
    Logical,
    Match,
    Name,
    Node,
    Not,
    Opaque,
    Raise,
    Return,
    Scope,
    Try,
    While,
    With,
    children,
    walk,
)

Known = frozenset[str]
GLOBALS = {
    "python": BUILTINS,
    "javascript": frozenset(
        {"Array", "Boolean", "Date", "Error", "Infinity", "JSON", "Map", "Math", "NaN", "Number", "Object", "Promise",
         "RegExp", "Set", "String", "Symbol", "undefined"}
    ),
}  # fmt: skip
"""What is there in all files, if a file binds no such name itself."""


def bound_around(module: Block, facts: Facts) -> Known:
    """The names that are bound for certain where `facts` stands, whenever that is reached."""
    known = frozenset(GLOBALS.get(facts.language, ())) | _known(module, facts)
    for level, node in enumerate(facts.enclosing):
        innermost = level == len(facts.enclosing) - 1
        if (
            isinstance(node, (Function, Lambda)) or innermost
        ):  # a class's own names are not seen from its functions
            known -= facts.bound_here(level)
        if isinstance(node, (Function, Lambda)):
            known |= _known(node, facts)
    return known


def _known(node: Block | Function | Lambda, facts: Facts) -> Known:
    """What a file has bound once it ran, or a function wherever it reads it."""
    found = facts.memo.get((bound_around, id(node)))
    if found is None:
        flow = _Flow(facts.traits.block_scoped)
        if isinstance(node, Block):
            known = (flow.block(node, frozenset(), is_file=True) or frozenset()) - _unbound(node)
        else:
            known = flow.function(node)
        found = facts.memo[bound_around, id(node)] = node, known
    known_: Known = found[1]
    return known_


def _unbound(node: Node) -> set[str]:
    """The names that are deleted anywhere: by `del`, or behind the `except` that binds them."""
    found: set[str] = set()
    for n in walk(node):
        if isinstance(n, Delete):
            found.update(name for target in n.targets for name in names_of_target(target))
        elif isinstance(n, Handler) and n.target is not None:
            found.update(names_of_target(n.target))
    return found


class _Flow:
    """read: all names that are read. unsure: those that are read where they may be unbound."""

    def __init__(self, block_scoped: frozenset[str]) -> None:
        self.block_scoped = block_scoped
        self.read: set[str] = set()
        self.unsure: set[str] = set()

    def function(self, node: Function | Lambda) -> Known:
        known = frozenset(name for p in node.params for name in names_of_target(p.target))
        if self.block_scoped:
            known |= {name for d in walk(node.body) if isinstance(d, Declare) and d.kind == "var"
                      for name in names_of_target(d.target)}  # fmt: skip
        if isinstance(node.body, Block):
            self.block(node.body, known)
        else:
            self.reads(node.body, known)
        sent = {name.id for n in walk(node.body) if isinstance(n, Scope) for name in n.names}
        return (known | self.read) - self.unsure - _unbound(node) - sent

    def block(self, node: Block | None, known: Known, is_file: bool = False) -> Known | None:
        """What is bound behind a block; None if nothing is reached from its end."""
        if node is None:
            return known
        own = self._declared(node.body)
        now = known - own
        if self.block_scoped:
            hoisted = [n for n in node.body if isinstance(n, Function)]
            now |= {n.name for n in hoisted}
            for function in hoisted:  # it may be called before what stands above it has run
                self.reads(function, now)
        for statement in node.body:
            after = self.statement(statement, now)
            if after is None:
                return None
            now = after
        return now if is_file else (now - own) | (known & own)

    def _declared(self, body: Iterable[Node]) -> Known:
        """In a language with block scopes, the names of a block's own."""
        if not self.block_scoped:
            return frozenset()
        found: set[str] = set()
        for node in body:
            if isinstance(node, Declare) and node.kind in self.block_scoped:
                found.update(names_of_target(node.target))
            elif isinstance(node, (Function, Class)):
                found.add(node.name)
        return frozenset(found)

    def statement(self, node: Node, known: Known) -> Known | None:
        """What is bound behind a statement."""
        if isinstance(node, (If, While, For, ForEach, Try, With, Match)):
            return self.compound(node, known)
        if isinstance(node, Opaque) and node.kind == "export":
            for child in children(node):
                known = self.statement(child, known) or known
            return known
        if isinstance(node, Block):
            return self.block(node, known)
        first = self._first(node)
        if isinstance(node, (Assign, Declare)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            self.reads(node.value, known | first)
            for target in targets:
                self.binding(target, known | first)
            binds = node.value is not None or bool(self.block_scoped)
            return known | first | {n for t in targets if binds for n in names_of_target(t)}
        self.reads(node, known | first)
        if isinstance(node, (Return, Raise, Jump)):
            return None
        if isinstance(node, (Function, Class)):
            return known | {node.name}
        if isinstance(node, (Import, ImportFrom)):
            return known | {alias.asname or alias.name.split(".")[0] for alias in node.names}
        return known | first

    def compound(self, node: Any, known: Known) -> Known | None:
        if isinstance(node, If):
            within = known | self._first(node.test)
            self.reads(node.test, within)
            return _both(self.block(node.then, within), self.block(node.orelse, within))
        if isinstance(node, Try):
            return self._try(node, known)
        if isinstance(node, With):
            for item in node.items:
                self.reads(item.context, known)
                known |= frozenset(names_of_target(item.target)) if item.target is not None else frozenset()
            self.block(node.body, known)  # an exception there may end at the `with`
            return known
        if isinstance(node, Match):
            self._match(node, known)
            return known
        header = (
            node.test if isinstance(node, While) else node.iterable if isinstance(node, ForEach) else None
        )
        within = known
        if header is not None:
            within |= self._first(header) if isinstance(node, While) else frozenset()
            self.reads(header, within)
        if isinstance(node, ForEach):
            within |= frozenset(names_of_target(node.target))
            self.reads(node.target, within)
        if isinstance(node, For):
            if node.init is not None:
                within = self.statement(node.init, known) or known
            for part in (node.test, node.update):
                self.reads(part, within)
        self.block(node.body, within)
        self.block(getattr(node, "orelse", None), known)
        return known

    def _try(self, node: Try, known: Known) -> Known | None:
        end = self.block(node.body, known)
        if node.orelse is not None:
            end = None if end is None else self.block(node.orelse, end)
        for handler in node.handlers:
            self.reads(handler.type, known)
            own = frozenset(names_of_target(handler.target)) if handler.target is not None else frozenset()
            end = _both(end, self.block(handler.body, known | own))
        if node.final is None:
            return end
        last = self.block(node.final, known)
        return None if end is None or last is None else end | last

    def _match(self, node: Match, known: Known) -> None:
        self.reads(node.subject, known)
        if self.block_scoped:
            known -= self._declared(n for clause in node.clauses for n in clause.body.body)
        for clause in node.clauses:
            bound = {
                n.target.id
                for n in (walk(clause.pattern) if clause.pattern is not None else ())
                if isinstance(n, Capture) and n.target is not None
            }
            within = known | bound
            self.reads(clause.pattern, within)
            self.reads(clause.guard, within)
            self.block(clause.body, within)

    def _first(self, node: Node) -> Known:
        """The names that an assignment expression binds before anything else in a node is evaluated."""
        inner: Any = getattr(node, "value", None) if hasattr(node, "header") else node
        while inner is not None:
            if isinstance(inner, AssignExpr):
                return frozenset(names_of_target(inner.target)) if inner.op == ":=" else frozenset()
            if isinstance(inner, (Not, Compare, Logical, Attribute, Call)):
                inner = children(inner)[0]
            else:
                break
        return frozenset()

    def binding(self, target: Node, known: Known) -> None:
        """Note what binding a target reads: names it does not."""
        if target.__class__.__name__ in ("Tuple", "List", "Star"):
            for part in children(target):
                self.binding(part, known)
        elif not isinstance(target, Name):
            self.reads(target, known)

    def reads(self, node: Node | None, known: Known) -> None:
        """Note what a node reads."""
        stack: list[tuple[Node, Known]] = [] if node is None else [(node, known)]
        while stack:
            part, here = stack.pop()
            if isinstance(part, Name):
                self.read.add(part.id)
                if part.id not in here:
                    self.unsure.add(part.id)
            elif isinstance(part, Comprehension):
                stack.append((part.clauses[0].iterable, here))
                here |= {name for c in part.clauses for name in names_of_target(c.target)}
            elif isinstance(part, (Function, Lambda, Class)):
                here |= bound_names(part, self.block_scoped)
                if isinstance(part, Function):
                    here |= {part.name}
            stack += [(child, here) for child in children(part)]


def _both(one: Known | None, two: Known | None) -> Known | None:
    """What is bound where two ways meet; None is no way."""
    if one is None or two is None:
        return two if one is None else one
    return one & two
