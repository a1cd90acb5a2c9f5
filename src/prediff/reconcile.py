"""The reconcile stage: moves the right side toward the left by what is equal, never by what is alike.

Each step gives two trees that mean what they meant before, under assumptions that are noted: names of definitions,
their order, then names of locals, then expressions that are equal though they are written differently, then annotations
that stand on one side only, then imports that only annotations needed. In the end a definition of the left that was
renamed has its own name again, so that it differs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from prediff.align import Alignment, align, by_name, definition
from prediff.facts.binders import Binder, binders
from prediff.facts.scopes import module_names
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.model import Fold, NormalizedFile, Rename, RenamedDefinition
from prediff.normalizer import granted_for
from prediff.reconcilers import import_order, imports, names, order, renamed
from prediff.reconcilers.annotations import fold as fold_annotations
from prediff.reconcilers.expressions import Joiner
from prediff.rules.imports import IMPORTS_UNREAD, UNREAD_IMPORT, without_unread
from prediff.tree import (
    Block,
    Class,
    Keyword,
    Name,
    Node,
    Opaque,
    Param,
    Scope,
    Span,
    hull,
    map_children,
    trees_equal,
    update,
    walk,
)

MAX_ROUNDS = 8
_SCOPE = re.compile(r"\b(?:global|nonlocal)\b")
_STAR_IMPORT = re.compile(r"\bimport\s*\*")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Both trees after reconciling, the pairs of top-level statements, and what was done.

    touched: the spans of the left's statements that name a renamed definition.
    """

    left: Block
    right: Block
    pairs: tuple[tuple[int, int], ...]
    renames: tuple[Rename, ...] = ()
    folds: tuple[Fold, ...] = ()
    moved: frozenset[str] = frozenset()
    renamed: tuple[RenamedDefinition, ...] = ()
    touched: frozenset[Span] = frozenset()


def reconcile(
    alignment: Alignment, traits: Traits, allowed: frozenset[str], *, follow: bool = True
) -> Reconciled:
    """Move the right file of an alignment toward the left, under the `allowed` assumptions.

    follow: whether the left names a renamed definition as the right does, so that only its own line differs.
    """
    return _Reconciler(alignment, traits, allowed).run(follow)


class _Reconciler:
    def __init__(self, alignment: Alignment, traits: Traits, allowed: frozenset[str]) -> None:
        self.alignment = alignment
        self.traits = replace(traits, calling_back=_calling_back(alignment, traits))
        self.allowed = allowed
        self.keywords = traits.keyword_parameters and (
            "public-names-unread" not in allowed or _passes_keywords(alignment)
        )
        self.renames: list[Rename] = []
        self.folds: list[Fold] = []
        self.moved: set[str] = set()

    def run(self, follow: bool) -> Reconciled:
        left, right = self.alignment.left.tree, self.alignment.right.tree
        files = self.alignment.left, self.alignment.right
        found = renamed.find(*[renamed.Side(file, self.traits, self.keywords) for file in files])
        old_names: dict[str, str] = {}
        touched: frozenset[Span] = frozenset()
        if "public-names-unread" in self.allowed:
            right = self.definitions_named(left, right)
        if "source-unread" in self.allowed:
            if follow:
                left, old_names, folds, touched = renamed.follow(left, right, found)
                self.folds += folds
            right = self.imports_ordered(left, self.ordered(left, right))
        left_body, right_body = list(left.body), list(right.body)
        pairs = self.pairs(left, right)
        differing = [(i, j) for i, j in pairs if not trees_equal(left_body[i], right_body[j])]
        if "locals-unread" in self.allowed:
            for i, j in differing:
                right_body[j] = self.named(left_body[i], right_body[j])
            self.name_rest(left_body, right_body)
        if "source-unread" in self.allowed:
            self.join_expressions(left_body, right_body, differing)
        left, right = update(left, body=tuple(left_body)), update(right, body=tuple(right_body))
        if "annotations-unread" in self.allowed:
            own = imports.Annotated.of(left), imports.Annotated.of(right)
            tables = self.alignment.left.imports, self.alignment.right.imports
            left, right, unread = fold_annotations(left, right, differing, tables)
            self.folds += unread
            left, right, left_folds, right_folds = imports.drop_typing(left, right, own)
            self.folds += [*left_folds, *[replace(f, side="right") for f in right_folds]]
            if unread:
                left, right = self.imports_read(left, right, own)
            pairs = self.pairs(left, right)
        return Reconciled(
            renamed.restore(left, old_names), right, tuple(pairs), tuple(self.renames), tuple(self.folds),
            frozenset(self.moved), found, touched,
        )  # fmt: skip

    def pairs(self, left: Block, right: Block) -> list[tuple[int, int]]:
        """The pairs of units after the right was put in order."""
        sides = self.alignment.left, self.alignment.right
        moved = align(_with_tree(sides[0], left), _with_tree(sides[1], right), self.traits, self.keywords)
        return list(moved.pairs)

    def definitions_named(self, left: Block, right: Block) -> Block:
        """The right file with its top-level definitions under the names of those that they equal on the left."""
        for _ in range(
            MAX_ROUNDS
        ):  # a caller may equal its counterpart only once what it calls is named alike
            right, renames = names.follow_definitions(left, right, self.pairs(left, right), self.traits)
            if not renames:
                break
            self.renames += renames
            self.folds.append(Fold("definition-names", right.span, ("public-names-unread",), "right"))
        return right

    def imports_ordered(self, left: Block, right: Block) -> Block:
        """The right file with the names that it imports from one module in the left's order."""
        if not self.traits.lazy_modules or not self.allowed.issuperset(import_order.ASSUMPTIONS):
            return right
        new = import_order.follow(left, right)
        if new is not right:
            self.folds.append(Fold("name-order", right.span, import_order.ASSUMPTIONS, "right"))
        return new

    def ordered(self, left: Block, right: Block) -> Block:
        """The right file with its definitions, and those of its classes, in the left's order."""
        bound = frozenset(module_names(right))
        text = self.alignment.right.parsed.source.text
        scopes = [n for n in walk(right) if isinstance(n, Scope)] if _SCOPE.search(text) else []
        if _STAR_IMPORT.search(text):
            bound |= order.QUIET_BASES  # it may bring any name in
        around = order.Surroundings(
            self.traits,
            bound,
            frozenset(name.id for n in scopes for name in n.names),
            self.alignment.right.imports,
            order_unread="order-unread" in self.allowed,
            reads_pure="reads-pure" in self.allowed,
        )
        new, assumptions = order.follow(left, right, around)
        if assumptions:
            self.folds.append(Fold("definition-order", right.span, assumptions, "right"))
        body = list(new.body)
        for i, j in self.pairs(left, new):
            body[j] = self.class_ordered(left.body[i], body[j], around)
        return update(new, body=tuple(body))

    def imports_read(
        self, left: Block, right: Block, own: tuple[imports.Annotated, imports.Annotated]
    ) -> tuple[Block, Block]:
        """Both files without the imports that nothing but annotations read, which are folded by now."""
        sides = self.alignment.left, self.alignment.right
        if not all(granted_for(s.parsed, self.traits, self.allowed) >= IMPORTS_UNREAD for s in sides):
            return left, right
        new = without_unread(left, sides[0].imports), without_unread(right, sides[1].imports)
        gone = (module_names(left) - module_names(new[0])) | (module_names(right) - module_names(new[1]))
        if not gone or any(side.lacks(frozenset(gone)) for side in own):
            return left, right
        needs = tuple(sorted(IMPORTS_UNREAD))
        if new[0] is not left:
            self.folds.append(Fold(UNREAD_IMPORT, left.span, needs, "left"))
        if new[1] is not right:
            self.folds.append(Fold(UNREAD_IMPORT, right.span, needs, "right"))
        return new

    def class_ordered(self, left: Node, right: Node, around: order.Surroundings) -> Node:
        one, two = definition(left), definition(right)
        if not isinstance(one, Class) or not isinstance(two, Class) or trees_equal(one, two):
            return right
        if not around.order_unread and order.has_own_metaclass(two, around.imports):
            return right
        body, assumptions = order.follow(one.body, two.body, around, in_class=True)
        if not assumptions:
            return right
        self.folds.append(Fold("definition-order", two.span, assumptions, "right", two.name))
        self.moved.add(two.name)
        return _replace(right, two, update(two, body=body))

    def name_rest(self, left: list[Node], right: list[Node]) -> None:
        """The locals of lambdas and comprehensions in the statements that define nothing, taken together."""
        one = Block(tuple([n for n in left if definition(n) is None]))
        rest = [j for j, n in enumerate(right) if definition(n) is None]
        two = Block(tuple([right[j] for j in rest]))
        new, changed = names.follow(one, two, self.traits, self.keywords)
        if not changed:
            return
        assert isinstance(new, Block)
        for j, node in zip(rest, new.body, strict=True):
            right[j] = node
        self.renames += [Rename("", name, binder[1]) for binder, name in changed.items()]
        span = hull([n.span for n in two.body])
        self.folds.append(Fold("local-names", span, self.name_assumptions(two, changed), "right"))

    def join_expressions(
        self, left: Sequence[Node], right: list[Node], differing: Sequence[tuple[int, int]]
    ) -> None:
        """In the right units that still differ, what is equal to its counterpart on the left as it is written there."""
        language = self.alignment.left.parsed.source.language or ""
        trees = Block(tuple(left)), Block(tuple(right))
        joiner = Joiner(*trees, language, self.traits, self.allowed)
        for i, j in differing:
            one, two = definition(left[i]), definition(right[j])
            if one is not None and two is not None and not trees_equal(one, two):
                right[j] = _replace(right[j], two, joiner.unit_joined(one, two, two.name))
        self.folds += joiner.folds

    def named(self, left: Node, right: Node) -> Node:
        """A right unit with its locals under their left-hand names; a class's methods one by one, by their names."""
        one, two = definition(left), definition(right)
        if one is None or two is None or trees_equal(one, two):
            return right
        new: Node
        if isinstance(one, Class) and isinstance(two, Class):
            members = list(two.body.body)
            for i, j in by_name(one.body, two.body, self.traits):
                members[j] = self.named(one.body.body[i], members[j])
            new = update(two, body=update(two.body, body=tuple(members)))
        else:
            new, changed = names.follow(one, two, self.traits, self.keywords)
            for binder, name in changed.items():
                self.renames.append(Rename(two.name, name, binder[1]))
            if changed:
                under = self.name_assumptions(two, changed)
                self.folds.append(Fold("local-names", two.span, under, "right", two.name))
        return _replace(right, two, new)

    def name_assumptions(self, unit: Node, changed: Collection[Binder]) -> tuple[str, ...]:
        """What renaming some binders of a unit rests on: that callers pass no parameter of them by its name, too."""
        if self.keywords or set(binders(unit, self.traits)).issuperset(changed):
            return ("locals-unread",)
        return ("locals-unread", "public-names-unread")


def _calling_back(alignment: Alignment, traits: Traits) -> frozenset[str]:
    """The builtins that call back by position, less those that a module may have replaced by its own."""
    sides = alignment.left, alignment.right
    if any(_STAR_IMPORT.search(side.parsed.source.text) for side in sides):
        return frozenset()
    return traits.calling_back.difference(*[module_names(side.tree) for side in sides])


def _passes_keywords(alignment: Alignment) -> bool:
    """Whether a call in either file passes an argument under the name of a parameter of that file."""
    for tree in (alignment.left.tree, alignment.right.tree):
        passed = {n.name for n in walk(tree) if isinstance(n, Keyword)}
        if any(
            isinstance(n, Param) and isinstance(n.target, Name) and n.target.id in passed for n in walk(tree)
        ):
            return True
    return False


def _with_tree(file: NormalizedFile, tree: Block) -> NormalizedFile:
    return replace(file, tree=tree)


def _replace(statement: Node, old: Node, new: Node) -> Node:
    """A statement that is a definition, or exports one, with the definition replaced."""
    if statement is old:
        return new
    assert isinstance(statement, Opaque)
    return map_children(statement, lambda child: new if child is old else child)
