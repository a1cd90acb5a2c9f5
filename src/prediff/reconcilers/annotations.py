"""Annotations that stand on one side only are not compared; those that differ are.

An annotation of a definition that is decorated, or handed to a call, may be read at run time (dispatch, dependency
injection, command lines): it stays. So do those of class attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prediff.align import definition, pair_sequences
from prediff.facts import dotted_name
from prediff.facts.types import same_type, typing_name
from prediff.lean_dataclasses import dataclass
from prediff.model import Fold
from prediff.reconcilers.statements import flatten, header, map_statements
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Block,
    Call,
    Class,
    Declare,
    Dict,
    Function,
    Index,
    Keyword,
    List,
    Name,
    Node,
    Pair,
    Param,
    Set,
    Star,
    Tuple,
    at_span,
    children,
    span_of,
    tree_hash,
    trees_equal,
    update,
    walk,
)

ASSUMPTIONS = ("annotations-unread",)
READERS = frozenset({"get_type_hints", "__annotations__", "get_annotations", "signature", "getfullargspec"})
UNREADING = frozenset(
    {"property", "staticmethod", "classmethod", "abstractmethod", "cached_property", "wraps", "lru_cache",
     "contextmanager", "asynccontextmanager"}
)  # fmt: skip
"""Decorators of the standard library, wherever they come from, that read no annotation."""
OF_PROPERTIES = frozenset({"setter", "getter", "deleter"})
KNOWN_UNREADING = frozenset(
    {
        "functools.cache",
        "typing.final",
        "typing.override",
        "typing_extensions.final",
        "typing_extensions.override",
    }
)
"""The same of those whose names others may bear for something else."""
UNREADING_PACKAGES = ("abc", "click", "contextlib", "mock", "pytest", "twisted.internet.defer", "unittest")
"""Packages none of whose decorators reads an annotation."""


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for both files: names handed to calls, and what the imported names of each stand for."""

    handed: frozenset[str]
    left_imports: Mapping[str, str]
    right_imports: Mapping[str, str]

    def spelled(self, left: Node | None, right: Node | None, in_order: bool = False) -> Node | None:
        """The right annotation, in the left's spelling if it is the same type; `in_order`: see `same_type`."""
        imports = self.left_imports, self.right_imports
        if left is None or right is None or not same_type(left, right, *imports, in_order):
            return right
        return right if trees_equal(left, right) else at_span(left, span_of(right))

    def read_by_others(self, node: Function, imports: Mapping[str, str]) -> bool:
        """Whether a call or a decorator is handed a function and may look at its annotations, or those bind a name."""
        annotations = [node.returns, *[p.annotation for p in node.params]]
        if any(isinstance(n, AssignExpr) for a in annotations if a is not None for n in walk(a)):
            return True
        return node.name in self.handed or not all(
            _is_unreading(d, node.name, imports) for d in node.decorators
        )


def _is_unreading(decorator: Node, function: str, imports: Mapping[str, str]) -> bool:
    if isinstance(decorator, Attribute) and decorator.name in OF_PROPERTIES:
        return decorator.value == Name(function)
    target = decorator.func if isinstance(decorator, Call) else decorator
    name = target.name if isinstance(target, Attribute) else getattr(target, "id", "")
    if name in UNREADING:
        return True
    dotted, _ = dotted_name(target, imports)
    return dotted in KNOWN_UNREADING or any(
        dotted.startswith(f"{package}.") for package in UNREADING_PACKAGES
    )


def fold(
    left: Block,
    right: Block,
    pairs: Sequence[tuple[int, int]],
    imports: tuple[Mapping[str, str], Mapping[str, str]],
) -> tuple[Block, Block, list[Fold]]:
    """Both files without the annotations that only one of two paired statements has.

    Where both have one, and it is one type in two spellings, the right takes the left's.
    """
    differing = [(i, j) for i, j in pairs if _may_fold(left.body[i], right.body[j])]
    rest_one, rest_two = _rest(left.body), _rest(right.body)
    before = Block(tuple(left.body[i] for i in rest_one)), Block(tuple(right.body[j] for j in rest_two))
    rest_differs = not trees_equal(*before) and any(_annotated(tree) for tree in before)
    if not differing and not rest_differs:
        return left, right, []
    if _reads_annotations(left) or _reads_annotations(right):
        return left, right, []
    context = Context(frozenset(_handed_over(left) | _handed_over(right)), *imports)
    folds: list[Fold] = []
    one, two = list(left.body), list(right.body)
    for i, j in differing:
        a, b = one[i], two[j]
        one[i], two[j] = _fold_unit(a, b, context)
        if not trees_equal(one[i], a) or not trees_equal(two[j], b):
            folds.append(Fold("one-sided-annotation", a.span, ASSUMPTIONS, "left", getattr(a, "name", "")))
    if rest_differs:
        new_one, new_two = _fold_unit(*before, context)
        if not trees_equal(new_one, before[0]) or not trees_equal(new_two, before[1]):
            folds.append(Fold("one-sided-annotation", left.span, ASSUMPTIONS))
        left, right = _merge(left, one, rest_one, new_one), _merge(right, two, rest_two, new_two)
    else:
        left, right = update(left, body=tuple(one)), update(right, body=tuple(two))
    return left, right, folds


def _may_fold(left: Node, right: Node) -> bool:
    """Whether two paired statements are definitions that differ, perhaps in their annotations."""
    if definition(left) is not left or definition(right) is not right or trees_equal(left, right):
        return False
    return _annotated(left) or _annotated(right)


def _rest(body: Sequence[Node]) -> list[int]:
    return [i for i, n in enumerate(body) if not isinstance(n, (Function, Class))]


def _merge(tree: Block, body: list[Node], rest: list[int], changed: Node) -> Block:
    """The statements of a file, those numbered in `rest` replaced by the ones of `changed`."""
    assert isinstance(changed, Block)
    for i, node in zip(rest, changed.body, strict=True):
        body[i] = node
    return update(tree, body=tuple(body))


def _annotated(tree: Node) -> bool:
    return any(
        (isinstance(n, Param) and n.annotation is not None)
        or (isinstance(n, Function) and n.returns is not None)
        or (isinstance(n, Declare) and n.annotation is not None)
        for n in walk(tree)
    )


def _reads_annotations(tree: Block) -> bool:
    """Whether a file looks at annotations, of whatever."""
    for n in walk(tree):
        word = n.id if isinstance(n, Name) else n.name if isinstance(n, Attribute) else ""
        if word in READERS:
            return True
    return False


def _handed_over(tree: Block) -> set[str]:
    """The names in arguments of calls: a function of such a name may be registered somewhere."""
    found: set[str] = set()
    for n in walk(tree):
        waiting: list[Node] = list(n.args) if isinstance(n, Call) else []
        while waiting:
            part = waiting.pop()
            if isinstance(part, (Keyword, Star, Pair, List, Tuple, Set, Dict)):
                waiting += children(part)
            elif isinstance(part, Name):
                found.add(part.id)
    return found


def _fold_unit(left: Node, right: Node, context: Context) -> tuple[Node, Node]:
    """Two paired units, each without the annotations that the other has not."""
    one, two = flatten(left), flatten(right)
    matched = pair_sequences([tree_hash(header(n)) for n in one], [tree_hash(header(n)) for n in two])
    matched += _same_functions(one, two, matched)
    members = _class_members(one) | _class_members(two)
    new_one: dict[int, Node] = {}
    new_two: dict[int, Node] = {}
    for i, j in matched:
        a, b = one[i], two[j]
        if id(a) in members or id(b) in members:
            if isinstance(a, Declare) and isinstance(b, Declare):
                new_two[j] = update(b, annotation=context.spelled(a.annotation, b.annotation, in_order=True))
            if not _class_variable(a, context.left_imports) and not _class_variable(b, context.right_imports):
                continue
        new_one[i], new_two[j] = _fold_statement(a, b, context)
    return (
        map_statements(left, lambda number, node: _taken(new_one.get(number), node)),
        map_statements(right, lambda number, node: _taken(new_two.get(number), node)),
    )


def _class_variable(node: Node, imports: Mapping[str, str]) -> bool:
    """Whether an attribute is declared as no field (`ClassVar`), which is what one without an annotation is, too."""
    if not isinstance(node, Declare) or node.annotation is None:
        return False
    head = node.annotation.value if isinstance(node.annotation, Index) else node.annotation
    return typing_name(head, imports) == "ClassVar"


def _taken(changed: Node | None, node: Node) -> Node:
    return node if changed is None else changed


def _same_functions(
    one: list[Node], two: list[Node], matched: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Pairs of functions of one name whose headers differ: their common parameters can still be compared."""
    left_taken, right_taken = {i for i, _ in matched}, {j for _, j in matched}
    places: dict[str, list[int]] = {}
    for j, node in enumerate(two):
        if isinstance(node, Function) and j not in right_taken:
            places.setdefault(node.name, []).append(j)
    found = []
    for i, node in enumerate(one):
        if isinstance(node, Function) and i not in left_taken and places.get(node.name):
            found.append((i, places[node.name].pop(0)))
    return found


def _class_members(statements: list[Node]) -> set[int]:
    """The attributes declared in class bodies, by identity within the two lists of this call."""
    return {id(n) for c in statements if isinstance(c, Class) for n in c.body.body if isinstance(n, Declare)}


def _fold_statement(left: Node, right: Node, context: Context) -> tuple[Node, Node]:
    if isinstance(left, Function) and isinstance(right, Function):
        if context.read_by_others(left, context.left_imports) or context.read_by_others(
            right, context.right_imports
        ):
            return left, _respelled(left, right, context)
        return _fold_function(left, right, context)
    if isinstance(left, Declare) and isinstance(right, Assign) and left.value is not None:
        return Assign((left.target,), left.value, span=left.span, header=left.header), right
    if isinstance(left, Assign) and isinstance(right, Declare) and right.value is not None:
        return left, Assign((right.target,), right.value, span=right.span, header=right.header)
    if isinstance(left, Declare) and isinstance(right, Declare):
        return left, update(right, annotation=context.spelled(left.annotation, right.annotation))
    return left, right


def _respelled(left: Function, right: Function, context: Context) -> Function:
    """The right function, which others may inspect, with the same types in the left's spelling."""
    one = {_name(p): p.annotation for p in left.params}
    params = tuple(
        [update(p, annotation=context.spelled(one.get(_name(p)), p.annotation, True)) for p in right.params]
    )
    return update(right, params=params, returns=context.spelled(left.returns, right.returns, in_order=True))


def _fold_function(left: Function, right: Function, context: Context) -> tuple[Node, Node]:
    one, two = {_name(p): p for p in left.params}, {_name(p): p for p in right.params}
    left_params = [update(p, annotation=None) if _bare(two.get(_name(p))) else p for p in left.params]
    right_params = []
    for p in right.params:
        other = one.get(_name(p))
        if other is not None:
            spelled = (
                context.spelled(other.annotation, p.annotation) if other.annotation is not None else None
            )
            p = update(p, annotation=spelled)
        right_params.append(p)
    returns = left.returns if right.returns is not None else None
    spelled = context.spelled(returns, right.returns) if left.returns is not None else None
    return (
        update(left, params=tuple(left_params), returns=returns),
        update(right, params=tuple(right_params), returns=spelled),
    )


def _bare(param: Param | None) -> bool:
    return param is not None and param.annotation is None


def _name(param: Param) -> str:
    names = [n.id for n in [param.target, *children(param.target)] if isinstance(n, Name)]
    return names[0] if names else ""
