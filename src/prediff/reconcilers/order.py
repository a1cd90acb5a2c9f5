"""Order: definitions of the right follow the left's order where the move cannot be observed.

A definition may cross another statement when neither, while it is executed, reads or binds what the other binds. In a
class body only the class's own names are in question: what is called from there sees module names, never the class's.
At the top level any call could look a definition up, so that definitions cross only what calls nothing. Making a class
runs the hooks of its bases (`__init_subclass__`, a metaclass), which may count or register it, so that two classes with
unknown bases do not cross. Under `order-unread` calls and hooks do not matter: what is registered or counted by them
may come in another order. But what a call runs must be defined by then: a definition crosses no call from which it is
reached through the file's own definitions.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Sequence, Set
from heapq import heapify, heappop, heappush
from itertools import pairwise

from prediff.align import UnitKey, definition, unit_keys
from prediff.languages.language import Traits
from prediff.tree import (
    Assign,
    Attribute,
    Block,
    Class,
    Declare,
    ExprStmt,
    Function,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Tuple,
    tree_hash,
    update,
    walk,
)

MAX_STATEMENTS = 1500
"""A longer block keeps its order: which statements may cross is asked for each pair."""
QUIET_BASES = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and (issubclass(value, BaseException) or value.__module__ == "builtins")
)
"""Classes that run nothing when a subclass is made."""
HARMLESS_DECORATORS = frozenset({"property", "staticmethod", "classmethod", "abstractmethod", "overload"})


def follow(
    left: Block,
    right: Block,
    traits: Traits,
    *,
    in_class: bool = False,
    order_unread: bool = False,
    bound: Set[str] = frozenset(),
) -> tuple[Block, bool]:
    """The right block with its definitions in the left's order, where that is sound, and whether anything moved.

    `bound`: the names that the file binds at its top level, which may shadow builtins.
    """
    if unit_keys(left.body) == unit_keys(right.body):
        return right, False
    keys = _all_keys(right.body)
    wanted = {key: i for i, key in enumerate(_all_keys(left.body))}
    ranks = [wanted[k] for k in keys if k in wanted]
    if all(a < b for a, b in pairwise(ranks)) or len(right.body) > MAX_STATEMENTS:
        return right, False
    quiet = _quiet_classes(right, bound) if traits.subclass_hooks else None
    effects = [_Execution(n, traits, in_class, order_unread, quiet) for n in right.body]
    if order_unread and not in_class:
        _reach(right, effects)
    order = _order(right.body, keys, wanted, effects)
    body = tuple([right.body[i] for i in order])
    return update(right, body=body), order != list(range(len(body)))


def _reach(block: Block, effects: Sequence[_Execution]) -> None:
    """Add to what each calling statement reads all that the file's own definitions read that it may run."""
    inside: dict[str, set[str]] = {}
    for node in block.body:
        found = definition(node)
        if found is not None:
            names = {n.id for n in walk(found) if isinstance(n, Name)}
            inside.setdefault(found.name, set()).update(names)
    for effect in effects:
        waiting = [name for name in effect.reads if effect.calls or effect.hooks]
        while waiting:
            more = inside.get(waiting.pop(), set()) - effect.reads
            effect.reads |= more
            waiting += more


def _quiet_classes(block: Block, bound: Set[str]) -> Set[str]:
    """The names of the classes that run nothing when a subclass is made: builtins, and a block's own without hooks."""
    classes = [n for n in block.body if isinstance(n, Class)]
    own = Counter(key.name.partition(".")[0] for key in unit_keys(block.body) if key is not None)
    quiet = QUIET_BASES - bound - own.keys()
    for _ in classes:
        more = {
            c.name
            for c in classes
            if own[c.name] == 1
            and not c.decorators
            and all(isinstance(b, Name) and b.id in quiet for b in c.bases)
            and not any(isinstance(m, Function) and m.name == "__init_subclass__" for m in c.body.body)
        }
        if more <= quiet:
            break
        quiet |= more
    return quiet


def _all_keys(body: Sequence[Node]) -> list[UnitKey]:
    """`unit_keys`, with a key for other statements too: what they are, and which of their like."""
    seen: Counter[str] = Counter()
    keys = []
    for node, key in zip(body, unit_keys(body), strict=True):
        if key is None:
            name = "=" + tree_hash(node).hex()
            key = UnitKey(name, seen[name])
            seen[name] += 1
        keys.append(key)
    return keys


def _order(
    body: tuple[Node, ...],
    keys: list[UnitKey],
    wanted: dict[UnitKey, int],
    effects: list[_Execution],
) -> list[int]:
    """The order nearest to the left's in which no two statements that must not cross have crossed."""
    rank: list[tuple[int, int]] = []
    last = -1
    for i, key in enumerate(keys):
        if key in wanted:
            last = wanted[key]
        rank.append((last, i))
    blockers = [0] * len(body)
    after: list[list[int]] = [[] for _ in body]
    for j in range(len(body)):
        for i in range(j):
            if not effects[i].may_cross(effects[j]):
                after[i].append(j)
                blockers[j] += 1
    ready = [(rank[i], i) for i in range(len(body)) if not blockers[i]]
    heapify(ready)
    order = []
    while ready:
        _, i = heappop(ready)
        order.append(i)
        for j in after[i]:
            blockers[j] -= 1
            if not blockers[j]:
                heappush(ready, (rank[j], j))
    return order


class _Execution:
    """What executing a statement of a block reads and binds, and whether it may call anything.

    quiet: the classes whose subclasses can be made unnoticed; None where no class can notice. hooks: whether the hooks
    of an unknown class may run.
    """

    def __init__(
        self,
        node: Node,
        traits: Traits,
        in_class: bool,
        order_unread: bool = False,
        quiet: Set[str] | None = None,
    ) -> None:
        self.in_class = in_class
        self.quiet = quiet
        self.hooks = False
        self.order_unread = order_unread
        found = definition(node)
        self.defines = found.name if found is not None and found is node else ""
        self.binds: set[str] = {self.defines} if self.defines else set()
        self.reads: set[str] = set()
        self.calls = False
        self.hoisted = traits.hoisted_functions and isinstance(node, Function) and not in_class
        if self.hoisted:
            return
        self._look(node, {self.defines})

    def _look(self, node: Node, own: set[str]) -> None:
        """Collect from the parts of a statement that run when it is executed."""
        if isinstance(node, Function):
            evaluated = [*node.decorators, *[p.default for p in node.params], node.returns]
            evaluated += [p.annotation for p in node.params]
            self.calls |= any(not _harmless(d) for d in node.decorators)
        elif isinstance(node, Class):
            evaluated = [*node.decorators, *node.bases]
            self.calls |= bool(node.decorators) or any(
                not isinstance(b, (Name, Attribute)) for b in node.bases
            )
            quiet = self.quiet
            if quiet is not None:
                self.hooks |= any(not isinstance(b, Name) or b.id not in quiet for b in node.bases)
            for child in node.body.body:
                inner = _Execution(child, _NO_HOISTING, True, quiet=quiet)
                self.reads |= inner.reads - own
                self.calls |= inner.calls
                self.hooks |= inner.hooks
        elif isinstance(node, (Assign, Declare)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            self.binds |= {t.id for t in targets if isinstance(t, Name)}
            self.calls |= not all(isinstance(t, Name) for t in targets)
            evaluated = [node.value, getattr(node, "annotation", None)]
        elif isinstance(node, ExprStmt):
            evaluated = [node.value]
        else:
            evaluated = [node]
        for part in evaluated:
            if part is not None:
                self._expression(part)

    def _expression(self, part: Node) -> None:
        for n in walk(part):
            if isinstance(n, Name):
                self.reads.add(n.id)
            elif not isinstance(n, (Attribute, Literal, Tuple, List, Lambda)):
                self.calls = True
                if not isinstance(part, (Name, Attribute)) and n.__class__.__name__ in _BINDING:
                    self.binds.add("*")

    def may_cross(self, other: _Execution) -> bool:
        """Whether two statements of one block can be executed in either order."""
        if self.hoisted or other.hoisted:
            return True
        if not self.defines and not other.defines:
            return False
        if "*" in self.binds or "*" in other.binds:
            return False
        if self.binds & other.binds or self.binds & other.reads or other.binds & self.reads:
            return False
        if self.order_unread:
            return True
        if (self.hooks or self.calls) and (other.hooks or other.calls):
            return False
        return self.in_class or not (self.calls or other.calls)


_NO_HOISTING = Traits(negations={}, keyword_parameters=True)
_BINDING = frozenset({"Import", "ImportFrom", "If", "For", "ForEach", "While", "Try", "With", "Delete", "AugAssign",
                      "AssignExpr", "Match", "Scope", "Opaque", "Alias"})  # fmt: skip


def _harmless(decorator: Node) -> bool:
    name = decorator.name if isinstance(decorator, Attribute) else getattr(decorator, "id", "")
    return name in HARMLESS_DECORATORS or name in ("setter", "getter", "deleter")
