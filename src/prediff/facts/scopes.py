"""Which scope binds each name of a unit.

The analysis follows the language's own rules (for Python: the reference, section 4.2 "Naming and binding", and PEP 572
for assignment expressions; for JavaScript: ECMA-262, section 8 "Syntax-directed operations: scope analysis"). Names are
told apart by *binder*: the scope that binds them, numbered in the order of the walk. Nodes can be shared by rules, so
nothing here is keyed by a node's identity: whoever wants to act on a name does so while the walk stands on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import field
from typing import Any

from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    CHILD_FIELDS,
    NODE_CLASSES,
    AssignExpr,
    Block,
    Call,
    Capture,
    Class,
    Clause,
    Comprehension,
    Declare,
    For,
    ForEach,
    Function,
    Handler,
    Import,
    ImportFrom,
    Keyword,
    Labeled,
    Lambda,
    Match,
    Name,
    Node,
    Opaque,
    Param,
    Scope,
    TypeAliasStmt,
    While,
    children,
    map_children,
    update,
    walk,
)

KEYWORD_CALLABLE = frozenset({"plain", "keyword_only"})
METHODS = frozenset({"method", "get", "set"})
"""Modifiers of functions whose name is no binding: that of a property."""


@dataclass(slots=True)
class Binding:
    """What is known of a name in the scope that binds it.

    fixed: why it must keep its name ("" if it may be renamed): keyword parameter, import, definition, global.
    """

    fixed: str = ""


@dataclass(slots=True)
class ScopeInfo:
    """A scope: `kind` is function, comprehension, class or block; `number` counts in the order of the walk."""

    number: int
    kind: str
    parent: ScopeInfo | None
    bound: dict[str, Binding] = field(default_factory=dict)
    outer: dict[str, str] = field(default_factory=dict)
    """Names that a `global` or `nonlocal` statement sends elsewhere."""

    def owner(self, name: str) -> ScopeInfo | None:
        """The scope that binds `name` as seen from here; None when it is bound outside of the unit."""
        scope: ScopeInfo | None = self
        first = True
        while scope is not None:
            sent = scope.outer.get(name)
            if sent == "global":
                return None
            if sent is None and name in scope.bound and (first or scope.kind != "class"):
                return scope
            # A block or comprehension directly in a class body still sees the class's names only from its first
            # iterable, which is walked in the outer scope.
            first = False
            scope = scope.parent
        return None


Visit = Callable[[Name, ScopeInfo | None], Node]
"""Gets each name and the scope that binds it (None: bound outside), and gives what stands there instead."""


class ScopeWalk:
    """One walk over a unit that calls `visit` on every `Name`, in the order of the source."""

    def __init__(
        self,
        visit: Visit,
        *,
        block_scoped: frozenset[str] = frozenset(),
        keywords: bool = True,
        calling_back: frozenset[str] = frozenset(),
    ) -> None:
        self.visit = visit
        self.calling_back = calling_back
        self.block_scoped = block_scoped
        self.keywords = keywords
        self.scopes: list[ScopeInfo] = []
        self.loose: frozenset[str] = frozenset()
        """Names whose binding no analysis can tell: they keep their spelling wherever they are bound."""
        self._handlers: dict[type[Node], Callable[[Any, ScopeInfo | None], Node]] = {
            Name: self._name,
            Function: self._function,
            Lambda: self._lambda,
            Comprehension: self._comprehension,
            Class: self._class,
            TypeAliasStmt: self._type_alias,
            Call: self._call,
        }
        if block_scoped:
            self._handlers |= {
                Block: self._block, For: self._loop, ForEach: self._loop, Handler: self._loop, Match: self._loop,
                Opaque: self._opaque,
            }  # fmt: skip

    def walk(self, node: Node, scope: ScopeInfo | None = None) -> Node:
        handler = self._handlers.get(node.__class__)
        if handler is not None:
            return handler(node, scope)
        return map_children(node, lambda child: self.walk(child, scope))

    def open(self, kind: str, parent: ScopeInfo | None) -> ScopeInfo:
        scope = ScopeInfo(len(self.scopes), kind, parent)
        self.scopes.append(scope)
        return scope

    def _name(self, node: Name, scope: ScopeInfo | None) -> Node:
        owner = None if scope is None else scope.owner(node.id)
        if owner is not None and node.id in self.loose:
            owner.bound[node.id].fixed = "bound in more than one way"
        return self.visit(node, owner)

    def _many(self, nodes: tuple[Node, ...], scope: ScopeInfo | None) -> tuple[Any, ...]:
        return tuple([self.walk(n, scope) for n in nodes])

    def _maybe(self, node: Node | None, scope: ScopeInfo | None) -> Any:
        return None if node is None else self.walk(node, scope)

    def _params(
        self, params: tuple[Param, ...], outer: ScopeInfo | None, scope: ScopeInfo
    ) -> tuple[Param, ...]:
        """Parameters: defaults and annotations belong to the scope around the function, or (JavaScript) to its own."""
        values = outer
        if self.block_scoped:
            # What the body declares is not seen from a default value: only the parameters themselves are.
            own = {name: scope.bound[name] for p in params for name in names_of_target(p.target)}
            values = scope = ScopeInfo(scope.number, scope.kind, scope.parent, own)
        found = []
        for p in params:
            default, annotation = self._maybe(p.default, values), self._maybe(p.annotation, outer)
            target = self.walk(p.target, scope)
            if target is not p.target or default is not p.default or annotation is not p.annotation:
                p = update(p, target=target, default=default, annotation=annotation)
            found.append(p)
        return tuple(found)

    def _bind_params(self, params: tuple[Param, ...], scope: ScopeInfo, keywords: bool) -> None:
        for p in params:
            fixed = "keyword parameter" if keywords and p.kind in KEYWORD_CALLABLE else ""
            for name in names_of_target(p.target):
                scope.bound[name] = Binding(fixed)

    def _function(self, node: Function, scope: ScopeInfo | None) -> Node:
        decorators = self._many(node.decorators, scope)
        outer = self._typed(node.type_params, scope)
        inner = self.open("function", outer)
        if self.block_scoped and node.name and not METHODS & set(node.modifiers):
            inner.bound.setdefault(node.name, Binding("definition"))
        self._bind_params(node.params, inner, self.keywords)
        self._collect(node.body, inner)
        type_params = self._many(node.type_params, outer)
        params = self._params(node.params, outer, inner)
        returns = self._maybe(node.returns, outer)
        body = map_children(node.body, lambda child: self.walk(child, inner))
        return update(
            node, decorators=decorators, type_params=type_params, params=params, returns=returns, body=body
        )  # fmt: skip

    def _typed(self, type_params: tuple[Node, ...], scope: ScopeInfo | None) -> ScopeInfo | None:
        """The scope of a definition's type parameters (PEP 695), where it has any."""
        if not type_params:
            return scope
        typed = self.open("function", scope)
        for p in type_params:
            typed.bound[p.target.id] = Binding("type parameter")  # type: ignore[attr-defined]
        return typed

    def _call(self, node: Call, scope: ScopeInfo | None) -> Node:
        """A call; the parameters of a lambda that a builtin calls back have no names for anybody else."""
        builtin = isinstance(node.func, Name) and node.func.id in self.calling_back
        if not builtin or (scope is not None and scope.owner(node.func.id) is not None):  # type: ignore[attr-defined]
            return map_children(node, lambda child: self.walk(child, scope))

        def visit(child: Node) -> Node:
            if isinstance(child, Lambda):
                return self._lambda(child, scope, keywords=False)
            if isinstance(child, Keyword) and isinstance(child.value, Lambda):
                return update(child, value=self._lambda(child.value, scope, keywords=False))
            return self.walk(child, scope)

        return map_children(node, visit)

    def _lambda(self, node: Lambda, scope: ScopeInfo | None, keywords: bool = True) -> Node:
        inner = self.open("function", scope)
        self._bind_params(node.params, inner, self.keywords and keywords)
        self._collect(node.body, inner)
        params = self._params(node.params, scope, inner)
        if isinstance(node.body, Block):
            body: Node = map_children(node.body, lambda child: self.walk(child, inner))
        else:
            body = self.walk(node.body, inner)
        return update(node, params=params, body=body)

    def _class(self, node: Class, scope: ScopeInfo | None) -> Node:
        decorators = self._many(node.decorators, scope)
        outer = self._typed(node.type_params, scope)
        type_params, bases = self._many(node.type_params, outer), self._many(node.bases, outer)
        inner = self.open("class", outer)
        if not self.block_scoped:
            self._collect(node.body, inner)
            for binding in inner.bound.values():
                binding.fixed = "class member"
        elif node.name:
            inner.kind = "function"
            inner.bound[node.name] = Binding("definition")
        body = map_children(node.body, lambda child: self.walk(child, inner))
        return update(node, decorators=decorators, type_params=type_params, bases=bases, body=body)

    def _type_alias(self, node: TypeAliasStmt, scope: ScopeInfo | None) -> Node:
        inner = self._typed(node.type_params, scope)
        target = self.walk(node.target, scope)
        return update(
            node, target=target, type_params=self._many(node.type_params, inner), value=self.walk(node.value, inner)
        )  # fmt: skip

    def _comprehension(self, node: Comprehension, scope: ScopeInfo | None) -> Node:
        first = node.clauses[0]
        iterable = self.walk(first.iterable, scope)
        inner = self.open("comprehension", scope)
        for clause in node.clauses:
            for name in names_of_target(clause.target):
                inner.bound[name] = Binding()
        clauses = []
        for i, clause in enumerate(node.clauses):
            target = self.walk(clause.target, inner)
            source = iterable if i == 0 else self.walk(clause.iterable, inner)
            clauses.append(
                update(
                    clause, target=target, iterable=source, conditions=self._many(clause.conditions, inner)
                )
            )
        return update(node, element=self.walk(node.element, inner), clauses=tuple(clauses))

    # --- languages with block scopes ---------------------------------------------------------------------------

    def _block(self, node: Block, scope: ScopeInfo | None) -> Node:
        if scope is not None or self.scopes:
            inner = self.open("block", scope)
            for child in node.body:
                self._bind_lexical(child, inner)
            return map_children(node, lambda child: self.walk(child, inner))
        return map_children(node, lambda child: self.walk(child, scope))

    def _loop(self, node: Node, scope: ScopeInfo | None) -> Node:
        """A loop's header, a catch clause's parameter and a switch's cases have a scope around the body's own."""
        inner = self.open("block", scope)
        if isinstance(node, Handler) and node.target is not None:
            for name in names_of_target(node.target):
                inner.bound[name] = Binding()
        if isinstance(node, Match):
            for clause in node.clauses:
                for child in clause.body.body:
                    self._bind_lexical(child, inner)
        for name in ("init", "target"):
            header = getattr(node, name, None)
            if isinstance(header, Node):
                self._bind_lexical(header, inner)
        if isinstance(node, Match):
            return update(
                node,
                subject=self.walk(node.subject, scope),
                clauses=tuple([self._clause(clause, inner) for clause in node.clauses]),
            )
        return map_children(node, lambda child: self.walk(child, inner))

    def _clause(self, node: Clause, scope: ScopeInfo) -> Clause:
        """A case of a switch: all cases share one scope."""
        body = map_children(node.body, lambda child: self.walk(child, scope))
        return update(node, pattern=self._maybe(node.pattern, scope), body=body)

    def _opaque(self, node: Opaque, scope: ScopeInfo | None) -> Node:
        """A class's static block is a scope like a function's."""
        if node.kind != "static block":
            return map_children(node, lambda child: self.walk(child, scope))
        inner = self.open("function", scope)
        for block in children(node):
            self._collect(block, inner)
        within = [map_children(block, lambda child: self.walk(child, inner)) for block in children(node)]
        return update(node, children=tuple(within))

    def _bind_lexical(self, node: Node, scope: ScopeInfo) -> None:
        if isinstance(node, Declare) and node.kind in self.block_scoped:
            for name in names_of_target(node.target):
                scope.bound[name] = Binding()
        elif isinstance(node, (Function, Class)) and node.name:
            scope.bound[node.name] = Binding("definition")
        elif isinstance(node, Labeled) or (
            isinstance(node, Opaque) and node.kind in ("export", "declarations")
        ):
            for child in children(node):
                self._bind_lexical(child, scope)

    def collect(self, definition: Node, scope: ScopeInfo) -> None:
        """Bind in `scope` what a function, lambda or class binds in its own: parameters, and what its body binds."""
        self._bind_params(getattr(definition, "params", ()), scope, False)
        body = definition if isinstance(definition, Block) else getattr(definition, "body", None)
        if body is not None:
            self._collect(body, scope)

    # --- collecting what a function or class binds -------------------------------------------------------------

    def _collect(self, body: Node, scope: ScopeInfo) -> None:
        """Bind in `scope` all that its body binds, nested scopes left out."""
        if self.block_scoped and isinstance(body, Block):
            for child in body.body:
                self._bind_lexical(child, scope)
        stack: list[Any] = [body]
        while stack:
            node = stack.pop()
            cls = node.__class__
            if self.block_scoped:
                if cls is Declare and node.kind == "var":
                    for name in names_of_target(node.target):
                        scope.bound.setdefault(name, Binding())
            elif cls in _BINDING and not self._bind_python(node, scope):
                continue
            if cls is Function or cls is Lambda or cls is Class:
                stack += self._outside(node)
            elif cls is Comprehension:
                stack += [node.element, *node.clauses]
            elif CHILD_FIELDS[cls] and (cls is not Opaque or node.kind != "static block"):
                stack += children(node)

    @staticmethod
    def _outside(node: Function | Lambda | Class) -> list[Node]:
        """The parts of a definition that are evaluated in the scope around it."""
        found = [*getattr(node, "decorators", ()), *getattr(node, "bases", ())]
        for p in getattr(node, "params", ()):
            found += [x for x in (p.default, p.annotation) if x is not None]
        return found

    def _bind_python(self, node: Node, scope: ScopeInfo) -> bool:
        """Bind what `node` itself binds; False where its children must not be looked at."""
        bound = scope.bound
        name = node.__class__.__name__
        if name in _BINDERS:
            for target in _BINDERS[name](node):
                bound.setdefault(target, Binding())
        elif isinstance(node, (Function, Class)):
            bound[node.name] = Binding("definition")
        elif isinstance(node, (Import, ImportFrom)):
            for alias in node.names:
                bound[alias.asname or alias.name.split(".")[0]] = Binding("import")
            return False
        elif isinstance(node, Scope):
            scope.outer |= {n.id: node.kind for n in node.names}
        elif isinstance(node, Capture) and node.target is not None:
            bound.setdefault(node.target.id, Binding())
        elif isinstance(node, AssignExpr):
            for target in names_of_target(node.target):
                bound.setdefault(target, Binding())
        elif isinstance(node, TypeAliasStmt):
            bound[node.target.id] = Binding("definition")
            return False
        return True


_BINDERS: dict[str, Callable[[Any], list[str]]] = {
    "Assign": lambda n: [x for t in n.targets for x in names_of_target(t)],
    "AugAssign": lambda n: names_of_target(n.target),
    "Declare": lambda n: (
        names_of_target(n.target) if n.kind != "parenthesized" or n.value is not None else []
    ),
    "Delete": lambda n: [x for t in n.targets for x in names_of_target(t)],
    "ForEach": lambda n: names_of_target(n.target),
    "WithItem": lambda n: names_of_target(n.target) if n.target is not None else [],
    "Handler": lambda n: names_of_target(n.target) if n.target is not None else [],
}
# A comprehension's targets are its own: only assignment expressions in it bind outside of it.
_BINDING = frozenset(
    {cls for cls in NODE_CLASSES if cls.__name__ in _BINDERS}
    | {Function, Class, Import, ImportFrom, Scope, Capture, AssignExpr, TypeAliasStmt}
)
"""The classes that `_bind_python` binds something for."""


def names_of_target(target: Node) -> list[str]:
    """The names that binding `target` binds: a name, or the names in a tuple, list, star or destructuring pattern."""
    found: list[str] = []
    stack = [target]
    while stack:
        node = stack.pop()
        name = node.__class__.__name__
        if isinstance(node, Name):
            found.append(node.id)
        elif name in ("Tuple", "List", "Dict"):
            stack += reversed(node.items)  # type: ignore[attr-defined]
        elif name in ("Star", "Pair"):
            stack.append(node.value)  # type: ignore[attr-defined]
        elif name in ("AssignExpr", "Declare"):
            stack.append(node.target)  # type: ignore[attr-defined]
        elif isinstance(node, Opaque) and node.kind.startswith("pattern"):
            stack += reversed(children(node))
    return found


def map_names(
    unit: Node,
    visit: Visit,
    *,
    block_scoped: frozenset[str] = frozenset(),
    keywords: bool = True,
    calling_back: frozenset[str] = frozenset(),
) -> Node:
    """`unit` with `visit(name, scope)` in the place of each name. See `ScopeWalk`, and `Traits` for the options."""
    names = ScopeWalk(visit, block_scoped=block_scoped, keywords=keywords, calling_back=calling_back)
    if block_scoped:
        names.loose = loose_names(unit)
    return names.walk(unit)


def loose_names(unit: Node) -> frozenset[str]:
    """JavaScript's names whose binding depends on the mode, or on a run (ECMA-262, 14.11, B.3.2 and B.3.4).

    Those in a `with`; those of functions defined in a block, which sloppy code binds in the function too; and those of
    a `var` that has the name of the exception caught around it.
    """
    found: set[str] = set()
    for node in walk(unit):
        if isinstance(node, Opaque) and node.kind == "with":
            found.update(n.id for n in walk(node) if isinstance(n, Name))
        if isinstance(node, (Function, Lambda, Class)):
            continue
        for block in children(node):
            if isinstance(block, Block):
                found.update(n.name for n in block.body if isinstance(n, Function))
        if isinstance(node, Handler) and isinstance(node.target, Name):
            declared = [n for n in walk(node.body) if isinstance(n, Declare) and n.kind == "var"]
            found |= {node.target.id} & {name for n in declared for name in names_of_target(n.target)}
    return frozenset(found)


def module_names(tree: Block) -> frozenset[str]:
    """The names that a Python module binds at its top level, and by `global` anywhere."""
    walk = ScopeWalk(lambda name, scope: name)
    top = ScopeInfo(0, "function", None)
    walk.collect(tree, top)
    return frozenset(top.bound)


def rebound_names(body: Node) -> frozenset[str]:
    """The names that Python code binds (or deletes) more than once in its own scope, or once in a loop."""
    walk = ScopeWalk(lambda name, scope: name)
    counts: Counter[str] = Counter()
    stack: list[tuple[Node, int]] = [(body, 1)]
    while stack:
        node, weight = stack.pop()
        below: list[Node] = []
        descend = True
        if node.__class__ in _BINDING:
            one = ScopeInfo(0, "function", None)
            descend = walk._bind_python(node, one)
            counts.update(dict.fromkeys(one.bound, weight))
        if isinstance(node, (Function, Lambda, Class)):
            below = walk._outside(node)
        elif descend:
            below = children(node)
        if isinstance(node, (ForEach, While)):
            weight = 2
        stack += [(child, weight) for child in below]
    return frozenset(name for name, count in counts.items() if count > 1)
