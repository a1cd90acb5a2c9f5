"""Order: definitions of the right follow the left's order where the move cannot be observed.

A definition may cross another statement when neither, while it is executed, reads or binds what the other binds. In a
class body only the class's own names are in question: what is called from there sees module names, never the class's.
At the top level any call could look a definition up, so that definitions cross only what calls nothing but known
functions that run no code of the file. Making a class
runs the hooks of its bases (`__init_subclass__`, a metaclass), which may count or register it, so that two classes with
unknown bases do not cross. Under `order-unread` calls and hooks do not matter: what is registered or counted by them
may come in another order. But what a call runs must be defined by then: a definition crosses no call from which it is
reached through the file's own definitions.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush
from itertools import pairwise

from prediff.align import UnitKey, definition, unit_keys
from prediff.facts import dotted_name
from prediff.facts.scopes import module_names, names_of_target
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    Alias,
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Binary,
    Block,
    Call,
    Class,
    CompFor,
    Declare,
    Delete,
    Dict,
    ExprStmt,
    ForEach,
    Function,
    Index,
    Keyword,
    Lambda,
    List,
    Literal,
    Name,
    Node,
    Opaque,
    Pair,
    Scope,
    Set,
    Tuple,
    children,
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
HARMLESS_BUILTINS = frozenset({"property", "staticmethod", "classmethod"})
OF_PROPERTIES = frozenset({"setter", "getter", "deleter"})
"""Decorators that do nothing but wrap: of builtins, and of a property that has the function's own name."""
NAMESPACES = frozenset(
    {"dir", "eval", "exec", "globals", "locals", "vars", "_getframe", "currentframe", "modules"}
)
"""What may look names up, or bind them, by strings: nothing crosses a statement that names one of these."""
WRAPPING = (
    "abc", "contextlib", "functools.cache", "functools.cached_property", "functools.lru_cache",
    "functools.total_ordering", "functools.wraps", "mock.patch", "pytest.fixture", "pytest.mark",
    "PyQt5.QtCore.pyqtSlot", "PyQt6.QtCore.pyqtSlot", "twisted.internet.defer", "typing", "typing_extensions",
    "unittest.expectedFailure", "unittest.mock.patch", "unittest.skip", "unittest.skipIf", "unittest.skipUnless",
)  # fmt: skip
"""Decorators, and packages of them, that wrap or mark what they are given and keep it nowhere else."""
INERT = frozenset(
    {
        "collections.OrderedDict", "collections.defaultdict", "collections.deque", "collections.namedtuple",
        "contextvars.ContextVar", "logging.getLogger", "os.environ.get", "os.getenv", "os.path.abspath",
        "os.path.basename", "os.path.dirname", "os.path.join", "pathlib.Path", "re.compile", "struct.Struct",
        "threading.Lock", "threading.RLock", "threading.local", "typing.NewType", "typing.ParamSpec", "typing.TypeVar",
        "typing_extensions.ParamSpec", "typing_extensions.TypeVar",
    }
)  # fmt: skip
"""Functions of the standard library that run no code of their arguments, where these are built-in values."""
UNSEEING_METACLASSES = frozenset({"abc.ABCMeta"})
QT_VALUES = frozenset(
    f"{binding}.QtCore.{name}"
    for binding in ("PyQt5", "PyQt6", "PySide2", "PySide6")
    for name in ("QModelIndex", "QPoint", "QRect", "QSize", "QUrl")
)
"""Qt's classes of plain values, which stand in defaults."""
LISTED_BY_LINE = frozenset({"p_", "t_"})
"""How the names of functions start that a parser generator (PLY) sorts by their lines."""
INERT_NAMES = frozenset({"__name__", "__file__", "__package__"})
INERT_BUILTINS = frozenset({"dict", "frozenset", "list", "object", "set", "tuple"})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What holds for the file whose definitions are put in order.

    bound: the names that it binds at its top level, which may shadow builtins. sent: those that a function of it may
    bind there. imports: see `ModuleFacts`.
    order_unread, reads_pure: whether these assumptions are granted.
    """

    traits: Traits
    bound: AbstractSet[str]
    sent: AbstractSet[str]
    imports: Mapping[str, str]
    order_unread: bool
    reads_pure: bool


def follow(
    left: Block, right: Block, around: Surroundings, *, in_class: bool = False
) -> tuple[Block, tuple[str, ...]]:
    """The right block with its definitions in the left's order, where that is sound, and on which assumptions.

    There are none where nothing moved.
    """
    if unit_keys(left.body) == unit_keys(right.body):
        return right, ()
    keys = _all_keys(right.body)
    wanted = {key: i for i, key in enumerate(_all_keys(left.body))}
    ranks = [wanted[k] for k in keys if k in wanted]
    if all(a < b for a, b in pairwise(ranks)) or len(right.body) > MAX_STATEMENTS:
        return right, ()
    quiet = _quiet_classes(right, around.bound) if around.traits.subclass_hooks else None
    names = _Names(around, quiet)
    effects = [_Execution(n, names, in_class) for n in right.body]
    if around.order_unread and not in_class:
        _reach(right, effects)
    order = _order(right.body, keys, wanted, effects)
    if order == list(range(len(order))):
        return right, ()
    assumptions = {"source-unread"}
    if around.order_unread:
        assumptions.add("order-unread")
    if any(e.subscripts for e in effects):
        assumptions.add("reads-pure")
    return update(right, body=tuple([right.body[i] for i in order])), tuple(sorted(assumptions))


def has_own_metaclass(node: Class, imports: Mapping[str, str]) -> bool:
    """Whether a class names its metaclass, which may see in what order the class's names are bound."""
    named = [b.value for b in node.bases if isinstance(b, Keyword) and b.name == "metaclass"]
    return any(dotted_name(n, imports)[0] not in UNSEEING_METACLASSES for n in named)


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


def _quiet_classes(block: Block, bound: AbstractSet[str]) -> AbstractSet[str]:
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


@dataclass(frozen=True, slots=True)
class _Names:
    """What names of a file stand for; quiet: the classes whose subclasses can be made unnoticed, None if all are."""

    around: Surroundings
    quiet: AbstractSet[str] | None

    def builtin(self, node: Node, names: AbstractSet[str]) -> bool:
        return isinstance(node, Name) and node.id in names and node.id not in self.around.bound

    def wraps(self, decorator: Node, function: str) -> bool:
        """Whether a decorator does nothing but wrap or mark the function of some name."""
        target = decorator.func if isinstance(decorator, Call) else decorator
        if self.builtin(decorator, HARMLESS_BUILTINS):
            return True
        if isinstance(decorator, Attribute) and decorator.name in OF_PROPERTIES:
            return decorator.value == Name(function)
        dotted = f"{dotted_name(target, self.around.imports)[0]}."
        return any(dotted.startswith(f"{known}.") for known in WRAPPING)

    def inert(self, node: Node) -> bool:
        """Whether evaluating an expression runs no code but of built-in values and known functions."""
        if isinstance(node, Call):
            known = dotted_name(node.func, self.around.imports)[0] in INERT | QT_VALUES
            known = known or self.builtin(node.func, INERT_BUILTINS)
            values = [a.value if isinstance(a, Keyword) else a for a in node.args]
            return known and all(self.inert(v) for v in values)
        if isinstance(node, (Tuple, List, Set, Dict, Pair)):
            return all(self.inert(c) for c in children(node))
        if isinstance(node, Binary):
            return _is_text(node.left) and _is_text(node.right)
        return isinstance(node, Literal) or self.builtin(node, INERT_NAMES | INERT_BUILTINS)


class _Execution:
    """What executing a statement of a block reads and binds, and whether it may call anything.

    hooks: whether the hooks of an unknown class may run. subscripts: whether reading an item of a type was no call.
    looks: whether it reads what a call may change: an attribute, or a name that `global` sends to the file. looks_far:
    the same of items and a module's attributes, which are taken to stay but where one is assigned (stores).
    """

    def __init__(self, node: Node, names: _Names, in_class: bool) -> None:
        self.in_class = in_class
        self.names = names
        self.hooks = False
        self.subscripts = False
        self.looks = self.looks_far = self.stores = False
        found = definition(node)
        self.defines = found.name if found is not None and found is node else ""
        self.binds: set[str] = {self.defines} if self.defines else set()
        self.reads: set[str] = set()
        self.calls = False
        self.hoisted = names.around.traits.hoisted_functions and isinstance(node, Function) and not in_class
        if self.hoisted:
            return
        self._look(node, {self.defines})

    def _look(self, node: Node, own: set[str]) -> None:
        """Collect from the parts of a statement that run when it is executed."""
        if isinstance(node, Function):
            self._decorated(node)
            self._annotations([node.returns, *[p.annotation for p in node.params]])
            evaluated = [p.default for p in node.params]
        elif isinstance(node, Class):
            evaluated = [*node.decorators, *node.bases]
            self.calls |= bool(node.decorators) or any(
                not isinstance(b, (Name, Attribute)) for b in node.bases
            )
            quiet = self.names.quiet
            if quiet is not None:
                self.hooks |= any(not isinstance(b, Name) or b.id not in quiet for b in node.bases)
            for child in node.body.body:
                inner = _Execution(child, self.names, True)
                self.reads |= inner.reads - own
                self.calls |= inner.calls
                self.hooks |= inner.hooks
                self.subscripts |= inner.subscripts
                self.looks |= inner.looks
                self.looks_far |= inner.looks_far
                self.stores |= inner.stores
                self.binds |= inner.binds & {"*"}
        elif isinstance(node, (Assign, Declare)):
            targets = node.targets if isinstance(node, Assign) else (node.target,)
            self.binds |= {name for t in targets for name in names_of_target(t)}
            self.calls |= not all(isinstance(t, Name) for t in targets)
            self._annotations([getattr(node, "annotation", None)])
            evaluated = [node.value, *[t for t in targets if not isinstance(t, Name)]]
        elif isinstance(node, ExprStmt):
            evaluated = [node.value]
        else:
            self.binds |= module_names(Block((node,)))
            evaluated = [node]
        for part in evaluated:
            if part is not None:
                self._expression(part)
        if not isinstance(node, (Function, Class)):
            self.stores = any(_stores(n) for n in walk(node))

    def _decorated(self, function: Function) -> None:
        for decorator in function.decorators:
            if not self.names.wraps(decorator, function.name):
                self.calls = True
                self._expression(decorator)
            else:
                for part in children(decorator):
                    self._expression(part)

    def _annotations(self, annotations: Sequence[Node | None]) -> None:
        """Types: what is made of them by `[…]` and `|` runs no code that could look around."""
        for n in [n for annotation in annotations if annotation is not None for n in walk(annotation)]:
            if isinstance(n, Name):
                self.reads.add(n.id)
            elif isinstance(n, Index) or (isinstance(n, Binary) and n.op == "|"):
                self.subscripts |= self.names.around.reads_pure
                self.calls |= not self.names.around.reads_pure
            elif not isinstance(n, (Attribute, Literal, Tuple, List)):
                self.calls = True

    def _expression(self, part: Node) -> None:
        inert = self.names.inert(part)
        passing = {name for n in walk(part) if isinstance(n, CompFor) for name in names_of_target(n.target)}
        for n in _evaluated(part):
            if isinstance(n, Attribute):
                far = dotted_name(n, self.names.around.imports)[0]
                self.looks_far |= bool(far)
                self.looks |= not far and _root(n) not in passing
            elif isinstance(n, Index):
                self.looks_far = True
            elif isinstance(n, Name):
                self.looks |= n.id in self.names.around.sent
        for n in walk(part):
            if getattr(n, "id", getattr(n, "name", "")) in NAMESPACES:
                self.binds.add("*")
            if isinstance(n, Name):
                self.reads.add(n.id)
            elif not isinstance(n, (Attribute, Literal, Tuple, List, Lambda)):
                self.calls |= not inert
                if isinstance(n, (Delete, Scope, Opaque)) or (isinstance(n, Alias) and n.name == "*"):
                    self.binds.add("*")
                elif isinstance(n, AssignExpr):
                    self.binds |= set(names_of_target(n.target))

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
        if any(
            (a.stores and (b.looks or b.looks_far)) or (a.calls and b.looks)
            for a, b in ((self, other), (other, self))
        ):
            return False
        if self.in_class and (_directs(self.defines) or _directs(other.defines)):
            return False
        if self.names.around.order_unread:
            return True
        if self.defines[:2] in LISTED_BY_LINE and other.defines[:2] in LISTED_BY_LINE:
            return False
        if (self.hooks or self.calls) and (other.hooks or other.calls):
            return False
        return self.in_class or not (self.calls or other.calls)


def _directs(name: str) -> bool:
    """Whether a method directs how an enum's members are made that come behind it: `_generate_next_value_`."""
    return len(name) > 2 and name[0] == "_" == name[-1] and name[1] != "_"


def _stores(node: Node) -> bool:
    """Whether a statement assigns, or deletes, an attribute or item."""
    if isinstance(node, (Assign, Delete)):
        targets: Sequence[Node] = node.targets
    elif isinstance(node, (AugAssign, Declare, ForEach)):
        targets = (node.target,)
    else:
        return False
    return any(isinstance(n, (Attribute, Index)) for target in targets for n in walk(target))


def _root(node: Node) -> str:
    while isinstance(node, Attribute):
        node = node.value
    return node.id if isinstance(node, Name) else ""


def _evaluated(part: Node) -> Iterator[Node]:
    """The nodes of an expression but for those of its lambdas' bodies."""
    stack = [part]
    while stack:
        node = stack.pop()
        yield node
        stack += node.params if isinstance(node, Lambda) else children(node)


def _is_text(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind in ("str", "bytes")
