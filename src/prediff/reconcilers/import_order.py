"""Order of the names that neighbouring statements import from one module: the right file follows the left.

The first of the statements imports the module, whichever it is, and the names are then attributes of it that are
read (reference, 7.11). Only a name that is not there may be a module, which is imported at that moment: what the file
uses as it could use no module may change places, and nothing crosses any other name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from prediff.facts.scopes import module_names
from prediff.rules.imports import behind_imports, bound_by
from prediff.tree import (
    Binary,
    Block,
    Call,
    Class,
    CompFor,
    Declare,
    ForEach,
    Function,
    Handler,
    ImportFrom,
    Index,
    List,
    Name,
    Node,
    Param,
    Raise,
    Tuple,
    children,
    update,
)

ASSUMPTIONS = ("reads-pure", "source-unread")


def follow(left: Block, right: Block) -> Block:
    """The right file with the names of each module in the left's order, as far as they may change places."""
    wanted: dict[str, int] = {}
    for node in left.body:
        if isinstance(node, ImportFrom) and len(node.names) == 1:
            wanted.setdefault(_label(node), len(wanted))
    groups = [list(group) for _, group in groupby(right.body, _module)]
    known: frozenset[str] | None = None
    body: list[Node] = []
    for group in groups:
        named = [n for n in group if isinstance(n, ImportFrom)]
        ranks = [wanted[_label(n)] for n in named if _label(n) in wanted]
        if ranks == sorted(ranks):
            body += group
            continue
        known = _no_modules(right) if known is None else known
        body += _ordered(named, wanted, known)
    if all(a is b for a, b in zip(body, right.body, strict=True)):
        return right
    return update(right, body=tuple(body))


def _module(node: Node) -> str | None:
    """What a statement that imports one name imports it from."""
    single = isinstance(node, ImportFrom) and len(node.names) == 1 and node.names[0].name != "*"
    return node.module if single else None  # type: ignore[attr-defined]


def _label(node: ImportFrom) -> str:
    alias = node.names[0]
    return f"{node.module} {alias.name} {alias.asname or ''}"


def _ordered(
    group: Sequence[ImportFrom], wanted: dict[str, int], known: frozenset[str]
) -> Iterator[ImportFrom]:
    """The imports of one module; a name that is not on the left stays behind the one that it follows."""
    for may_move, part in groupby(group, lambda n: bound_by(n) in known):
        run = list(part)
        if not may_move or len({bound_by(n) for n in run}) < len(run):
            yield from run
            continue
        last = -1
        ranks = {}
        for node in run:
            last = ranks[id(node)] = wanted.get(_label(node), last)
        yield from sorted(run, key=lambda n: ranks[id(n)])


def _no_modules(file: Block) -> frozenset[str]:
    """The names that a file uses as it could use no module: what it calls, raises, subscripts, takes for a type."""
    asks = frozenset({"isinstance", "issubclass"}) - module_names(file)
    found: set[str] = set()
    for node in behind_imports(file):
        found.update(n.id for n in _used(node, asks) if isinstance(n, Name))
    return frozenset(found)


def _used(node: Node, asks: frozenset[str]) -> Iterable[Node | None]:
    """The parts of a node that can be no module."""
    if isinstance(node, Call):
        if isinstance(node.func, Name) and node.func.id in asks and len(node.args) == 2:
            classes = node.args[1]
            return (node.func, *(classes.items if isinstance(classes, Tuple) else (classes,)))
        return (node.func,)
    if isinstance(node, Class):
        return (*node.bases, *node.decorators)
    if isinstance(node, Function):
        return (*node.decorators, *_types(node.returns))
    if isinstance(node, (Param, Declare)):
        return _types(node.annotation)
    if isinstance(node, Handler):
        return node.type.items if isinstance(node.type, Tuple) else (node.type,)
    if isinstance(node, (Index, Raise)):
        return (node.value,)
    if isinstance(node, (ForEach, CompFor)):
        return (node.iterable,)
    return (node.left, node.right) if isinstance(node, Binary) else ()


def _types(annotation: Node | None) -> Iterator[Node]:
    """The names that stand as types in an annotation, whose attributes it does not read: no type is a module."""
    stack = [] if annotation is None else [annotation]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            yield node
        elif isinstance(node, (Index, Binary, Tuple, List)):
            stack += children(node)
