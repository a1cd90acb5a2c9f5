"""Imports that only annotations needed: gone with them.

This runs last, when annotations that stand on one side only are gone. Only modules for type checkers are meant:
importing them has no effect, and a name that nothing outside of annotations reads is there for those. Annotations that
differ are shown where they stand. But what an annotation reads must be there when it is evaluated, as it is unless
`from __future__ import annotations` puts that off: where a side lacks it nothing is left out.

"""

from __future__ import annotations

import re
from collections.abc import Iterator

from prediff.facts import BUILTINS
from prediff.facts.scopes import module_names, names_of_target, rebound_names
from prediff.facts.types import BUILTIN_GENERICS
from prediff.lean_dataclasses import dataclass
from prediff.model import Fold
from prediff.rules.imports import EVALUATORS, has_tables, looks_names_up, names_something
from prediff.tree import (
    Alias,
    Assign,
    Attribute,
    Binary,
    Block,
    Class,
    Declare,
    Function,
    Import,
    ImportFrom,
    Index,
    List,
    Literal,
    Name,
    Node,
    Opaque,
    Tuple,
    children,
    update,
    walk,
)

_TYPES = """
    AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CapsuleType CellType ClassMethodDescriptorType CodeType
    CoroutineType DynamicClassAttribute EllipsisType FrameType FunctionType GeneratorType GenericAlias
    GetSetDescriptorType LambdaType MappingProxyType MemberDescriptorType MethodDescriptorType MethodType
    MethodWrapperType ModuleType NoneType NotImplementedType SimpleNamespace TracebackType UnionType
    WrapperDescriptorType
"""
_COLLECTIONS = """
    AsyncGenerator AsyncIterable AsyncIterator Awaitable Buffer ByteString Callable Collection Container Coroutine
    Generator Hashable ItemsView Iterable Iterator KeysView Mapping MappingView MutableMapping MutableSequence
    MutableSet Reversible Sequence Set Sized ValuesView
"""
_TYPING = """
    AbstractSet Annotated Any AnyStr AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable BinaryIO
    ByteString Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine Counter DefaultDict
    Deque Dict Final ForwardRef FrozenSet Generator Generic Hashable IO ItemsView Iterable Iterator KeysView List
    Literal LiteralString Mapping MappingView Match MutableMapping MutableSequence MutableSet NamedTuple Never NewType
    NoDefault NoReturn NotRequired Optional OrderedDict ParamSpec ParamSpecArgs ParamSpecKwargs Pattern Protocol
    ReadOnly Required Reversible Self Sequence Set Sized SupportsAbs SupportsBytes SupportsComplex SupportsFloat
    SupportsIndex SupportsInt SupportsRound TYPE_CHECKING Text TextIO Tuple Type TypeAlias TypeAliasType TypeGuard
    TypeIs TypeVar TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type cast dataclass_transform
    final get_args get_origin get_type_hints no_type_check overload override reveal_type runtime_checkable
"""
TYPING = {
    "typing": frozenset(_TYPING.split()),
    "typing_extensions": frozenset([*_TYPING.split(), "Buffer", "deprecated"]),
    "collections.abc": frozenset(_COLLECTIONS.split()),
    "types": frozenset(_TYPES.split()),
    "abc": frozenset({"ABC", "ABCMeta", "abstractmethod"}),
}
"""The modules for type checkers, and those of their names that annotations are made with.

Another name may not be there, so that importing it fails: that import stays.
"""
ASSUMPTIONS = ("annotations-unread", "source-unread")
_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*")
"""A word that may be a name, not the attribute of one."""


@dataclass(frozen=True, slots=True)
class Annotated:
    """What the annotations of a file as it was written read, what the file binds, and whether they are evaluated."""

    reads: frozenset[str]
    binds: frozenset[str]
    deferred: bool

    @classmethod
    def of(cls, tree: Block) -> Annotated:
        reads = frozenset(n.id for a in _annotations(tree) for n in walk(a) if isinstance(n, Name))
        return cls(reads, frozenset(module_names(tree)), any(_defers(n) for n in tree.body))

    def lacks(self, names: frozenset[str]) -> bool:
        """Whether evaluating an annotation fails for one of some names."""
        return not self.deferred and not self.reads & names <= self.binds


def drop_typing(
    left: Block, right: Block, own: tuple[Annotated, Annotated]
) -> tuple[Block, Block, list[Fold], list[Fold]]:
    """Two files without the typing imports whose names they do not read, and without `__future__.annotations`.

    `own`: what each file's annotations need, as they were before those of the right took the left's spelling.
    """
    if not any(_is_typing(n) for n in (*left.body, *right.body)):
        return left, right, [], []
    typing = frozenset(_bound(a) for n in (*left.body, *right.body) if _is_typing(n) for a in _names(n))
    if any(side.lacks(typing) for side in own):
        return left, right, [], []
    new_left, left_folds = _without_typing(left, typing)
    new_right, right_folds = _without_typing(right, typing)
    return new_left, new_right, left_folds, right_folds


def _without_typing(tree: Block, typing: frozenset[str]) -> tuple[Block, list[Fold]]:
    read = _words(tree) | rebound_names(tree)
    if has_tables(walk(tree)) and any(map(looks_names_up, walk(tree))):
        return tree, []
    folds: list[Fold] = []
    body: list[Node] = []
    for node in tree.body:
        kept = _kept(node, read, tree, typing)
        if kept is not node:
            folds.append(Fold("typing-import", node.span, ASSUMPTIONS))
        if kept is not None:
            body.append(kept)
    return (update(tree, body=tuple(body)), folds) if folds else (tree, [])


def _names(node: Node) -> tuple[Alias, ...]:
    return node.names if isinstance(node, (Import, ImportFrom)) else ()


def _defers(node: Node) -> bool:
    return (
        isinstance(node, ImportFrom)
        and node.module == "__future__"
        and any(a.name == "annotations" for a in node.names)
    )


def _is_typing(node: Node) -> bool:
    if isinstance(node, ImportFrom):
        return node.module in TYPING or node.module == "__future__"
    return isinstance(node, Import) and any(a.name in TYPING for a in node.names)


def _kept(node: Node, read: frozenset[str], tree: Block, typing: frozenset[str]) -> Node | None:
    """What stays of a statement: all, some of its names, or nothing."""
    if not _is_typing(node):
        return node
    assert isinstance(node, (Import, ImportFrom))
    if isinstance(node, ImportFrom) and node.module == "__future__":
        names = tuple([a for a in node.names if a.name != "annotations" or _needs_deferring(tree, typing)])
    elif isinstance(node, ImportFrom):
        known = TYPING[node.module]
        names = tuple([a for a in node.names if a.name not in known or (a.asname or a.name) in read])
    else:
        names = tuple([a for a in node.names if a.name not in TYPING or _bound(a) in read])
    if len(names) == len(node.names):
        return node
    return update(node, names=names) if names else None


def _bound(alias: Alias) -> str:
    return alias.asname or alias.name.split(".")[0]


def _needs_deferring(tree: Block, typing: frozenset[str]) -> bool:
    """Whether it may be seen that annotations are strings that are not evaluated.

    Classes that others may inspect hold such strings; and an annotation that is left might not be evaluated in peace.
    """
    inspected = [
        n for n in walk(tree) if isinstance(n, Class) and (n.decorators or not _is_unseeing(n, tree))
    ]
    if any(isinstance(m, Declare) for n in inspected for m in n.body.body):
        return True
    there = set(BUILTINS | typing)
    own: set[str] = set()
    for statement in tree.body:
        for annotation in _annotations(statement):
            read = {n.id for n in walk(annotation) if isinstance(n, Name)}
            if not read <= there | own or not own.isdisjoint(_operands(annotation)) or _may_raise(annotation):
                return True
        found = set(_bound_for_good(statement))
        (there if isinstance(statement, (Import, ImportFrom)) else own).update(found)
    return False


def _may_raise(annotation: Node) -> bool:
    """Whether evaluating an annotation does more than to make a type of types."""
    for node in walk(annotation):
        if isinstance(node, Binary):
            if node.op != "|" or any(
                isinstance(side, Literal) and side.kind == "str" for side in children(node)
            ):
                return True
            if all(isinstance(side, Literal) for side in children(node)):
                return True
        elif isinstance(node, (Index, Attribute)):
            head = node.value
            if isinstance(head, Name) and head.id in BUILTINS - BUILTIN_GENERICS:
                return True
        elif not isinstance(node, (Name, Literal, Tuple, List)):
            return True
    return False


def _operands(annotation: Node) -> Iterator[str]:
    """The names of what is subscripted or joined by an operator: what is no type, or not generic, raises there."""
    for node in walk(annotation):
        if isinstance(node, (Index, Binary)):
            operands = [node.value] if isinstance(node, Index) else [node.left, node.right]
            yield from [n.id for n in operands if isinstance(n, Name)]


def _is_unseeing(node: Class, tree: Block) -> bool:
    """Whether making a class looks at no annotation but for the names: it has no bases, or is a named tuple."""
    named_tuple = any(
        isinstance(n, ImportFrom) and n.module == "typing" and Alias("NamedTuple") in n.names
        for n in tree.body
    )
    return not node.bases or (named_tuple and node.bases == (Name("NamedTuple"),))


def _bound_for_good(statement: Node) -> Iterator[str]:
    """The names that a top-level statement has bound once it ran."""
    if isinstance(statement, (Function, Class)):
        yield statement.name
    elif isinstance(statement, (Import, ImportFrom)):
        yield from map(_bound, statement.names)
    elif isinstance(statement, Assign):
        yield from [name for target in statement.targets for name in names_of_target(target)]


def _annotations(tree: Node) -> Iterator[Node]:
    for node in walk(tree):
        annotation = node.returns if isinstance(node, Function) else getattr(node, "annotation", None)
        if annotation is not None:
            yield annotation


def _words(tree: Block) -> frozenset[str]:
    """Every word by which a name may be read outside of annotations: names, strings, text that was not read."""
    found: set[str] = set()
    mentioned: set[str] = set()
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.id)
        elif isinstance(node, Literal) and node.kind == "str":
            words = _WORD.findall(node.value)
            mentioned.update(words)
            if names_something(node.value):
                found.update(words)
        elif isinstance(node, Opaque) and node.kind == "unread":
            found.update(_WORD.findall(str(node.children[0])))
        annotation = node.returns if isinstance(node, Function) else getattr(node, "annotation", None)
        stack += [c for c in children(node) if c is not annotation]
        if annotation is not None:
            stack += [n for n in walk(annotation) if isinstance(n, Literal)]
    return frozenset(found if found.isdisjoint(EVALUATORS) else found | mentioned)
