"""Imports that only annotations needed: gone with them.

This runs last. Only modules for type checkers are meant: importing them has no effect, and a name that nothing outside
of annotations reads is there for those. Annotations that differ are shown where they stand.
"""

from __future__ import annotations

import re

from prediff.model import Fold
from prediff.tree import (
    Alias,
    Block,
    Class,
    Declare,
    Function,
    Import,
    ImportFrom,
    Literal,
    Name,
    Node,
    Opaque,
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
_WORD = re.compile(r"[^\W\d]\w*")


def drop_typing(tree: Block) -> tuple[Block, list[Fold]]:
    """A file without the typing imports whose names it does not read, and without `__future__.annotations`."""
    if not any(_is_typing(n) for n in tree.body):
        return tree, []
    read = _words(tree)
    folds: list[Fold] = []
    body: list[Node] = []
    for node in tree.body:
        kept = _kept(node, read, tree)
        if kept is not node:
            folds.append(Fold("typing-import", node.span, ASSUMPTIONS))
        if kept is not None:
            body.append(kept)
    return (update(tree, body=tuple(body)), folds) if folds else (tree, [])


def _is_typing(node: Node) -> bool:
    if isinstance(node, ImportFrom):
        return node.module in TYPING or node.module == "__future__"
    return isinstance(node, Import) and any(a.name in TYPING for a in node.names)


def _kept(node: Node, read: frozenset[str], tree: Block) -> Node | None:
    """What stays of a statement: all, some of its names, or nothing."""
    if not _is_typing(node):
        return node
    assert isinstance(node, (Import, ImportFrom))
    if isinstance(node, ImportFrom) and node.module == "__future__":
        names = tuple([a for a in node.names if a.name != "annotations" or _class_annotations(tree)])
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


def _class_annotations(tree: Block) -> bool:
    """Whether a class that others may inspect declares attributes: `annotations` makes their types strings."""
    inspected = [n for n in walk(tree) if isinstance(n, Class) and (n.bases or n.decorators)]
    return any(isinstance(m, Declare) for n in inspected for m in n.body.body)


def _words(tree: Block) -> frozenset[str]:
    """Every word by which a name may be read outside of annotations: names, strings, text that was not read."""
    found: set[str] = set()
    stack: list[Node] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            found.add(node.id)
        elif isinstance(node, Literal) and node.kind == "str":
            found.add(node.value)  # as in __all__; a sentence that holds the word reads nothing
        elif isinstance(node, Opaque) and node.kind == "unread":
            found.update(_WORD.findall(str(node.children[0])))
        annotation = node.returns if isinstance(node, Function) else getattr(node, "annotation", None)
        stack += [c for c in children(node) if c is not annotation]
    return frozenset(found)
