"""The logic tree: one small set of node classes that every language lowers into.

Rules are written once on these classes, and every language prints from them. Nodes are frozen and slotted;
positions (`span`, and for statements `header` and `restructured`) never take part in equality.

Conventions that the classes do not show by themselves:

* A `Block` is a sequence of statements; an empty one is what Python writes as `pass`.
* Names that can be renamed are always `Name` nodes, in binding positions too. Attribute names, keyword names, the
  names of definitions and of imports are plain strings: they can be seen from outside.
* A literal carries its kind beside its value, since `1 == True == 1.0` in the host language.
* What no rule reads is `Opaque`: a kind and its children, where a `str` child is a token.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import field
from hashlib import blake2b
from typing import Any, TypeAlias, TypeVar

from prediff.lean_dataclasses import dataclass

Span: TypeAlias = tuple[int, int, int, int]
"""(first line, first column, last line, end column): lines from 1, columns in characters from 0, end exclusive."""

NOWHERE: Span = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """Base of all nodes. What all classes compare and show alike stands here: making it for each slows the import."""

    span: Span = field(default=NOWHERE, kw_only=True, compare=False, repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Node) and trees_equal(self, other)

    def __hash__(self) -> int:
        return hash((self.__class__, *[getattr(self, name) for name in FIELDS[self.__class__]]))

    def __repr__(self) -> str:
        shown = [f"{name}={getattr(self, name)!r}" for name in FIELDS[self.__class__]]
        return f"{self.__class__.__name__}({', '.join(shown)})"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Statement(Node):
    """A node that stands in a `Block`.

    `header` is the part of `span` before the body of a compound statement (the whole span of a simple one).
    `restructured` says that a rule moved or merged the statement, so that its text is not simply the span's.
    """

    header: Span = field(default=NOWHERE, kw_only=True, compare=False, repr=False)
    restructured: bool = field(default=False, kw_only=True, compare=False, repr=False)

    @property
    def indent(self) -> int:
        """Column of the statement's first character in its source, in characters."""
        return self.span[1]


# --- structure and definitions ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Block(Node):
    body: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pass(Statement):
    """A statement that does nothing, among others; a block of nothing but these is the empty `Block`."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Param(Node):
    """A parameter; `kind` is positional_only, plain, var_positional, keyword_only or var_keyword."""

    target: Node
    kind: str = "plain"
    annotation: Node | None = None
    default: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Function(Statement):
    """A definition, or (where the language has them) a function expression with or without a name.

    `modifiers` are words such as async, generator, static, get, set, in the language's order.
    """

    name: str
    params: tuple[Param, ...]
    body: Block
    returns: Node | None = None
    decorators: tuple[Node, ...] = ()
    type_params: tuple[Node, ...] = ()
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Class(Statement):
    name: str
    bases: tuple[Node, ...]
    body: Block
    decorators: tuple[Node, ...] = ()
    type_params: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeParam(Node):
    """`kind` is "", "*" or "**"."""

    target: Name
    kind: str = ""
    bound: Node | None = None
    default: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TypeAliasStmt(Statement):
    target: Name
    type_params: tuple[Node, ...]
    value: Node


# --- simple statements -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExprStmt(Statement):
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assign(Statement):
    """`t1 = t2 = value`: the value is evaluated first, then the targets are bound from left to right."""

    targets: tuple[Node, ...]
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AugAssign(Statement):
    """`target op= value`; `op` is written without the equals sign."""

    target: Node
    op: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Declare(Statement):
    """A declaration with or without a value.

    `kind` is the keyword where there is one (let, const, var, field, static field); in Python it is "" for
    `x: int`, and "parenthesized" for `(x): int`, which declares nothing.
    """

    kind: str
    target: Node
    annotation: Node | None = None
    value: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Delete(Statement):
    targets: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Return(Statement):
    value: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Raise(Statement):
    value: Node | None = None
    cause: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Jump(Statement):
    """`kind` is break or continue."""

    kind: str
    label: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Assert(Statement):
    test: Node
    message: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scope(Statement):
    """`kind` is global or nonlocal."""

    kind: str
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Alias(Node):
    name: str
    asname: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Import(Statement):
    names: tuple[Alias, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ImportFrom(Statement):
    """`module` is written with its leading dots; a star import has the one alias `*`."""

    module: str
    names: tuple[Alias, ...]


# --- compound statements ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class If(Statement):
    test: Node
    then: Block
    orelse: Block | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class While(Statement):
    test: Node
    body: Block
    orelse: Block | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DoWhile(Statement):
    body: Block
    test: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class For(Statement):
    """The three-part loop of the C family."""

    init: Node | None
    test: Node | None
    update: Node | None
    body: Block


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ForEach(Statement):
    """`kind` says over what: in (Python), of, in keys (JavaScript's `for in`); with "async " before it if async."""

    target: Node
    iterable: Node
    body: Block
    orelse: Block | None = None
    kind: str = "in"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Handler(Node):
    """An except or catch clause."""

    type: Node | None
    target: Node | None
    body: Block


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Try(Statement):
    """`star` is Python's `except*` (PEP 654)."""

    body: Block
    handlers: tuple[Handler, ...]
    orelse: Block | None = None
    final: Block | None = None
    star: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WithItem(Node):
    context: Node
    target: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class With(Statement):
    items: tuple[WithItem, ...]
    body: Block
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Clause(Node):
    """One case of a `Match`; without a pattern it is the default."""

    pattern: Node | None
    guard: Node | None
    body: Block


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Match(Statement):
    """`kind` is match (the first case that fits) or switch (falls through)."""

    kind: str
    subject: Node
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Capture(Node):
    """A pattern that binds: `pattern as target`, a bare name, `*rest`, `**rest`, or `_` (no target)."""

    target: Name | None
    pattern: Node | None = None
    stars: int = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Labeled(Statement):
    label: str
    body: Node


# --- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Name(Node):
    id: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Literal(Node):
    """`kind`: int, float, imaginary, str, bytes, bool, none, ellipsis, and per language number, bigint, regex, …"""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Formatted(Node):
    """A replacement field: `conversion` is "", r, s or a; `text` is the source of a template string's field."""

    value: Node
    conversion: str = ""
    spec: Node | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Interp(Node):
    """An interpolated string: `parts` are str `Literal`s and `Formatted`; `kind` is f, t or template."""

    kind: str
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Attribute(Node):
    value: Node
    name: str
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index(Node):
    value: Node
    index: Node
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Slice(Node):
    lower: Node | None = None
    upper: Node | None = None
    step: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Keyword(Node):
    name: str
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Star(Node):
    """`*value` (a spread) or `**value`."""

    value: Node
    stars: int = 1


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Call(Node):
    """`args` in the order of evaluation: positional, `Keyword` and `Star`."""

    func: Node
    args: tuple[Node, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class New(Node):
    func: Node
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Not(Node):
    operand: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Unary(Node):
    op: str
    operand: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Binary(Node):
    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Logical(Node):
    """Short-circuit operators; `op` is and, or, ??. Two values or more, none a `Logical` of the same `op`."""

    op: str
    values: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Compare(Node):
    """`left ops[0] rights[0] ops[1] rights[1] …`, each operand evaluated once."""

    left: Node
    ops: tuple[str, ...]
    rights: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ternary(Node):
    test: Node
    then: Node
    orelse: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AssignExpr(Node):
    """An assignment that is an expression; `op` is `:=` (Python), `=`, `+=`, …"""

    op: str
    target: Node
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Update(Node):
    """`++x`, `x--`."""

    op: str
    target: Node
    prefix: bool


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class List(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tuple(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Set(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pair(Node):
    key: Node
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Dict(Node):
    """A dict or object; `items` are `Pair`, `Star`, and per language methods and accessors."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CompFor(Node):
    target: Node
    iterable: Node
    conditions: tuple[Node, ...] = ()
    is_async: bool = False


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Comprehension(Node):
    """`kind` is list, set, dict (its element is a `Pair`) or generator."""

    kind: str
    element: Node
    clauses: tuple[CompFor, ...]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lambda(Node):
    """A lambda or arrow function; `body` is an expression or a `Block`."""

    params: tuple[Param, ...]
    body: Node
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Await(Node):
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Yield(Node):
    value: Node | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class YieldFrom(Node):
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Opaque(Statement):
    """Anything that no rule reads, as a statement or an expression: a `str` child is a token, kept as it is."""

    kind: str
    children: tuple[Node | str, ...] = ()


# --- shape of the classes --------------------------------------------------------------------------------------

NODE_CLASSES: tuple[type[Node], ...] = tuple(
    cls
    for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, Node) and cls not in (Node, Statement)
)

_POSITIONS = ("span", "header", "restructured")
_ATOMS = {"str", "bool", "int", "Any", "str | None", "tuple[str, ...]"}

FIELDS: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(f.name for f in dataclasses.fields(cls) if f.name not in _POSITIONS) for cls in NODE_CLASSES
}
"""The fields of each class that take part in equality, in order."""

CHILD_FIELDS: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(f.name for f in dataclasses.fields(cls) if f.name in FIELDS[cls] and f.type not in _ATOMS)
    for cls in NODE_CLASSES
}
"""The fields of each class that hold nodes, tuples of nodes or None."""

VALUE_FIELDS: dict[type[Node], tuple[str, ...]] = {
    cls: tuple(name for name in FIELDS[cls] if name not in CHILD_FIELDS[cls]) for cls in NODE_CLASSES
}
"""The other fields that take part in equality: names, operators, values."""
_SLOTS: dict[type[Node], tuple[tuple[str, Any, Any], ...]] = {
    cls: tuple(
        (name, getattr(cls, name).__get__, getattr(cls, name).__set__)
        for name in FIELDS[cls] + (_POSITIONS if issubclass(cls, Statement) else _POSITIONS[:1])
    )
    for cls in NODE_CLASSES
}
"""Each field with what reads and what writes its slot: frozen classes refuse to be written otherwise."""
_BACKWARDS = {cls: names[::-1] for cls, names in CHILD_FIELDS.items()}
N = TypeVar("N", bound=Node)


def update(node: N, **changes: Any) -> N:
    """A copy of `node` with some fields changed (`dataclasses.replace`, several times as fast)."""
    cls = node.__class__
    new = object.__new__(cls)
    for name, read, write in _SLOTS[cls]:
        write(new, changes[name] if name in changes else read(node))
    return new


def children(node: Node) -> list[Node]:
    """The nodes directly below `node`, in source order; tokens of an `Opaque` left out."""
    found: list[Node] = []
    for name in CHILD_FIELDS[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is not tuple:
            if value is not None:
                found.append(value)
        elif node.__class__ is Opaque:
            found += [item for item in value if item.__class__ is not str]
        else:
            found += value
    return found


def walk(node: Node) -> Iterator[Node]:
    """`node` and all below it, each before its children, in source order."""
    stack: list[Any] = [node]
    while stack:
        top = stack.pop()
        yield top
        cls = top.__class__
        for name in _BACKWARDS[cls]:
            value = getattr(top, name)
            if value.__class__ is not tuple:
                if value is not None:
                    stack.append(value)
            elif cls is not Opaque:
                stack += value[::-1]
            else:
                stack += [item for item in value[::-1] if item.__class__ is not str]


def inner_blocks(node: Node) -> list[Block]:
    """The outermost blocks below a node, in source order, those inside of expressions too."""
    found: list[Block] = []
    stack: list[Any] = [node]
    while stack:
        top = stack.pop()
        cls = top.__class__
        if cls is Block and top is not node:
            found.append(top)
            continue
        for name in _BACKWARDS[cls]:
            value = getattr(top, name)
            if value.__class__ is not tuple:
                if value is not None:
                    stack.append(value)
            elif cls is not Opaque:
                stack += value[::-1]
            else:
                stack += [item for item in value[::-1] if item.__class__ is not str]
    return found


def map_children(node: N, visit: Callable[[Node], Node]) -> N:
    """`node` with `visit` applied to each child; the same object when nothing changed."""
    changes: dict[str, Any] = {}
    for name in CHILD_FIELDS[node.__class__]:
        value = getattr(node, name)
        if value is None:
            continue
        if value.__class__ is tuple:
            new = [item if item.__class__ is str else visit(item) for item in value]
            for a, b in zip(new, value, strict=True):
                if a is not b:
                    changes[name] = tuple(new)
                    break
        else:
            one = visit(value)
            if one is not value:
                changes[name] = one
    return update(node, **changes) if changes else node


def trees_equal(left: Node, right: Node) -> bool:
    """Whether two trees are equal in classes and values, positions left out. Iterative: depth is no limit."""
    return first_difference(left, right) is None


def first_difference(left: Node, right: Node) -> tuple[Node, Node] | None:
    """The first pair of nodes, in source order, whose own class or values differ; None for equal trees."""
    ones: list[Any] = [left]
    twos: list[Any] = [right]
    while ones:
        a, b = ones.pop(), twos.pop()
        cls = a.__class__
        if a is b or cls is str:  # tokens were compared with the node that they stand in
            continue
        if cls is not b.__class__:
            return a, b
        if cls is Name:
            if a.id != b.id:
                return a, b
            continue
        for name in VALUE_FIELDS[cls]:
            x, y = getattr(a, name), getattr(b, name)
            if x is not y and (x.__class__ is not y.__class__ or not same_value(x, y)):
                return a, b
        for name in _BACKWARDS[cls]:
            x, y = getattr(a, name), getattr(b, name)
            if x is y:
                continue
            if x is None or y is None:
                return a, b
            if x.__class__ is not tuple:
                ones.append(x)
                twos.append(y)
            elif len(x) != len(y) or (cls is Opaque and _tokens(x) != _tokens(y)):
                return a, b
            else:
                ones += x[::-1]
                twos += y[::-1]
    return None


def _tokens(items: tuple[Node | str, ...]) -> list[str | None]:
    """The tokens of an `Opaque` in their places, None for its nodes."""
    return [item if isinstance(item, str) else None for item in items]


def same_value(a: Any, b: Any) -> bool:
    """Equality of literal values that tells 0.0 from -0.0 (and so from a complex one's parts)."""
    return bool(a == b) and (a.__class__ not in (float, complex) or repr(a) == repr(b))


def tree_hash(node: Node, name_of: Callable[[Name], str] | None = None) -> bytes:
    """A 16-byte blake2b hash of a tree; `name_of` may replace what a `Name` contributes.

    Each node is closed by a mark and each value is length-prefixed, so that a statement inside a loop and one after
    it differ, and no literal is ever trimmed.
    """
    parts: list[str] = []
    stack: list[Any] = [node]
    while stack:
        item = stack.pop()
        cls = item.__class__
        if cls is Name:
            text = item.id if name_of is None else name_of(item)
            parts.append(f"N{len(text)}:{text}")
        elif cls is str:
            parts.append(f"str{len(item)}:{item}")
        elif cls is tuple:
            parts.append(f"[{len(item)}")
            stack += item[::-1]
        elif cls in FIELDS:
            parts.append(f"({cls.__name__}")
            stack.append(_CLOSE)
            stack += [getattr(item, name) for name in FIELDS[cls]][::-1]
        elif item is _CLOSE:
            parts.append(")")
        else:
            text = repr(item)
            parts.append(f"{cls.__name__}{len(text)}:{text}")
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()


_CLOSE = object()


def hull(spans: list[Span]) -> Span:
    """The smallest span that covers all the known spans of a list; `NOWHERE` if none is known."""
    known = [s for s in spans if s is not NOWHERE and s[0]]
    if not known:
        return NOWHERE
    first = min((s[0], s[1]) for s in known)
    last = max((s[2], s[3]) for s in known)
    return (*first, *last)


def at_span(node: N, span: Span) -> N:
    """A node of another file, and all below it, at the place that it is to stand for."""
    node = map_children(node, lambda child: at_span(child, span))
    if isinstance(node, Statement) and not isinstance(node, Opaque):
        return update(node, span=span, header=span, restructured=True)
    return update(node, span=span)


def span_of(node: Node) -> Span:
    """The span of a node; of one that a rule built without a span, the hull of what lies below it."""
    if node.span is not NOWHERE and node.span[0]:
        return node.span
    return hull([span_of(child) for child in children(node)])


def widest_header(node: Node, header: Span) -> Span:
    """The header of a compound statement that a rule built: `header`, and the places of all that its own now holds."""
    parts = [span_of(c) for c in children(node) if not isinstance(c, (Block, Statement))]
    return hull([header, *parts]) if any(isinstance(c, Block) for c in children(node)) else header
