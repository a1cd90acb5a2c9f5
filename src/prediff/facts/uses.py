"""How a function uses the names it binds: how often each is bound and read, and whether an inner scope sees it.

Names are told apart by spelling, not by binder: a name that two scopes of one function bind counts for both, which can
only make a rule leave code alone. A rule that rests on this asks at the function itself, so that nothing is stale.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cached_property

from prediff.facts import Facts, bound_names
from prediff.facts.binders import string_words
from prediff.facts.scopes import names_of_target
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    Assign,
    AssignExpr,
    AugAssign,
    Binary,
    Call,
    Capture,
    Class,
    Comprehension,
    Declare,
    Delete,
    ForEach,
    Function,
    Handler,
    Import,
    ImportFrom,
    Lambda,
    Name,
    Node,
    Opaque,
    Pair,
    Param,
    Scope,
    Star,
    Tuple,
    TypeAliasStmt,
    Update,
    WithItem,
    children,
    walk,
)

_TOLD = frozenset(
    {Name, Function, Class, Lambda, Comprehension, Assign, AugAssign, AssignExpr, Update, Declare, ForEach, WithItem,
     Handler, Delete, Capture, Import, ImportFrom, Scope, TypeAliasStmt}
)  # fmt: skip
"""The classes whose meaning for names is not just that of what lies below them."""


@dataclass(slots=True)
class Use:
    """The uses of one name.

    captured: a nested function, class or comprehension mentions it. fixed: a parameter, an import, a definition, or
    sent elsewhere by `global` or `nonlocal`. owned: the function itself makes the name (where a language has
    declarations, an assignment alone does not). values: what each binding gives it, None where that is no plain value;
    a `ForEach` stands for the items of its iterable.
    """

    bound: int = 0
    read: int = 0
    captured: bool = False
    fixed: bool = False
    owned: bool = False
    values: list[Node | None] = field(default_factory=list)


class Uses:
    """The uses of all names in one function or lambda.

    names: by name. mentions: how often each name stands anywhere in it, nested scopes included. words: those of its
    strings, by which a local may be read. dynamic: what a name means is not known (JavaScript's `with`).
    """

    def __init__(self, function: Function | Lambda, traits: Traits) -> None:
        self.function = function
        self.traits = traits
        self.names: dict[str, Use] = {}
        for name in _params(function):
            self._fix(name)
        self._scan(function.body)

    @cached_property
    def mentions(self) -> Counter[str]:
        return mentions([*self.function.params, self.function.body])

    @cached_property
    def words(self) -> frozenset[str]:
        return string_words(self.function.body) if self.traits.locals_in_strings else frozenset()

    @cached_property
    def dynamic(self) -> bool:
        return any(n.__class__ is Opaque and n.kind in ("with", "unread") for n in walk(self.function.body))

    def use(self, name: str) -> Use:
        known = self.names.get(name)
        if known is None:
            known = self.names[name] = Use()
        return known

    def local(self, name: str) -> Use | None:
        """The uses of a local variable; None for what is no plain local, or may be read by name."""
        use = self.names.get(name)
        if use is None or not use.owned or use.fixed or name in self.words or self.dynamic:
            return None
        return use

    def steady(self, name: str) -> bool:
        """Whether only the function's own statements can bind the name anew: a parameter or local, not captured."""
        use = self.names.get(name)
        return use is not None and use.owned and not use.captured

    # --- scanning ----------------------------------------------------------------------------------------------

    def _scan(self, root: Node) -> None:
        stack = [root]
        while stack:
            node = stack.pop()
            if node.__class__ not in _TOLD:
                stack += children(node)
            elif isinstance(node, Name):
                self.use(node.id).read += 1
            elif isinstance(node, (Function, Class, Lambda)):
                self._inner(node)
            elif isinstance(node, Comprehension):
                first = node.clauses[0]
                stack.append(first.iterable)
                own = {name for c in node.clauses for name in names_of_target(c.target)}
                self._capture([node.element, first.target, *first.conditions, *node.clauses[1:]], own)
            elif isinstance(node, Assign):
                for target in node.targets:
                    stack += self._store(target, node.value)
                stack.append(node.value)
            elif isinstance(node, (AugAssign, AssignExpr, Update)):
                stack += self._compound(node)
            elif isinstance(node, Declare):
                stack += self._store(node, node.value)
                stack += [n for n in (node.annotation, node.value) if n is not None]
            elif isinstance(node, ForEach):
                stack += self._store(node.target, node)
                stack += [n for n in (node.iterable, node.body, node.orelse) if n is not None]
            elif isinstance(node, (WithItem, Handler)):
                stack += [c for c in children(node) if c is not node.target]
                if node.target is not None:
                    stack += self._store(node.target, None)
                    if isinstance(node, Handler):
                        self._own(node.target)
            elif isinstance(node, Delete):
                for target in node.targets:
                    stack += self._store(target, None)
            elif isinstance(node, Capture):
                if node.target is not None:
                    self._store(node.target, None)
                if node.pattern is not None:
                    stack.append(node.pattern)
            elif isinstance(node, (Import, ImportFrom)):
                for alias in node.names:
                    self._fix(alias.asname or alias.name.split(".")[0])
            elif isinstance(node, Scope):
                for name in node.names:
                    self._fix(name.id)
                    self.use(name.id).captured = True
                    self.use(name.id).owned = False
            elif isinstance(node, TypeAliasStmt):
                self._fix(node.target.id)
                self._capture([node.value, *node.type_params], set())

    def _fix(self, name: str) -> None:
        use = self.use(name)
        use.bound += 1
        use.fixed = use.owned = True
        use.values.append(None)

    def _store(self, target: Node, value: Node | None) -> list[Node]:
        """Bind what a target binds, and give what it evaluates."""
        if isinstance(target, Name):
            use = self.use(target.id)
            use.bound += 1
            use.owned |= not self.traits.block_scoped
            use.values.append(value)
            return []
        if isinstance(target, (Star, Pair)) or target.__class__.__name__ in ("Tuple", "List", "Dict"):
            found: list[Node] = []
            for child in [target.value] if isinstance(target, (Star, Pair)) else children(target):
                found += self._store(child, None)
            return found + ([target.key] if isinstance(target, Pair) else [])
        if isinstance(target, AssignExpr):
            return [*self._store(target.target, None), target.value]
        if isinstance(target, Declare):
            self._own(target.target)
            return self._store(target.target, value)
        if isinstance(target, Opaque):
            for name in [n for n in walk(target) if isinstance(n, Name)]:
                self._store(name, None)
        return [target]

    def _own(self, target: Node) -> None:
        """Note that a declaration makes the names of its target."""
        for name in names_of_target(target):
            self.use(name).owned = True

    def _compound(self, node: AugAssign | AssignExpr | Update) -> list[Node]:
        """An assignment that may read its target as well."""
        value = None if isinstance(node, Update) else node.value
        plain = isinstance(node, AssignExpr) and node.op in ("=", ":=")
        if not plain and isinstance(node.target, Name):
            use = self.use(node.target.id)
            use.bound += 1
            use.read += 1
            use.owned |= not self.traits.block_scoped
            use.values.append(
                Binary(node.op, node.target, node.value) if isinstance(node, AugAssign) else None
            )
            return [] if value is None else [value]
        found = self._store(node.target, value)
        return found if value is None else [*found, value]

    def _inner(self, node: Function | Class | Lambda) -> None:
        """A nested definition: its own names are its own, all others that it mentions are captured."""
        if isinstance(node, (Function, Class)) and node.name:
            self._fix(node.name)
        if isinstance(node, Class):
            self._capture(children(node), set())
            return
        # JavaScript's blocks may bind a name for themselves alone: only parameters are sure to be the function's.
        own = set(bound_names(node)) if not self.traits.block_scoped else set(_params(node))
        self._capture([c for c in children(node) if c is not node.body and not isinstance(c, Param)], set())
        self._capture([c for p in node.params for c in children(p) if c is not p.target], set())
        self._capture([node.body], own)

    def _capture(self, nodes: list[Node], own: set[str]) -> None:
        for root in nodes:
            for node in walk(root):
                if isinstance(node, Name) and node.id not in own:
                    use = self.use(node.id)
                    use.read += 1
                    use.captured = True
                elif isinstance(node, AssignExpr):
                    for name in names_of_target(node.target):
                        self._store(Name(name), None)


def _params(function: Function | Lambda) -> list[str]:
    return [name for p in function.params for name in names_of_target(p.target)]


def uses_of(function: Function | Lambda, facts: Facts) -> Uses:
    """The uses of the names of a function, found out once however many rules ask for them."""
    known = facts.memo.get((Uses, id(function)))
    if known is None:
        known = facts.memo[Uses, id(function)] = Uses(function, facts.traits)
    assert isinstance(known, Uses)
    return known


def comprehended(function: Function | Lambda, facts: Facts) -> frozenset[str]:
    """The names that comprehensions in a function bind for themselves, whatever they mean outside of those."""
    known = facts.memo.get((comprehended, id(function)))
    if known is None:
        found = (c for n in walk(function) if isinstance(n, Comprehension) for c in n.clauses)
        names = frozenset(name for c in found for name in names_of_target(c.target))
        known = facts.memo[comprehended, id(function)] = function, names
    return known[1]


def mentions(nodes: list[Node] | tuple[Node, ...]) -> Counter[str]:
    """How often each name stands in some nodes, as a `Name` or as the name of a definition or an import."""
    found: Counter[str] = Counter()
    for root in nodes:
        for node in walk(root):
            if isinstance(node, Name):
                found[node.id] += 1
            elif isinstance(node, (Function, Class)):
                found[node.name] += 1
            elif isinstance(node, (Import, ImportFrom)):
                found.update(a.asname or a.name.split(".")[0] for a in node.names)
    return found


def enumerations(function: Function | Lambda, facts: Facts) -> Counter[str]:
    """How often each name is bound to the number that `enumerate` gives, by a loop of the function itself."""
    found: Counter[str] = Counter()
    stack: list[Node] = [function.body] if "enumerate" in facts.module.words else []
    while stack:
        node = stack.pop()
        if isinstance(node, ForEach) and isinstance(node.target, Tuple) and node.kind == "in":
            first = node.target.items[0] if node.target.items else None
            if isinstance(first, Name) and _numbers(node.iterable, facts):
                found[first.id] += 1
        if not isinstance(node, (Function, Lambda, Class)):  # an inner one binds names of its own
            stack += children(node)
    return found


def _numbers(call: Node, facts: Facts) -> bool:
    plain = isinstance(call, Call) and len(call.args) == 1 and not isinstance(call.args[0], Star)
    return plain and facts.is_call_of(call, "enumerate")
