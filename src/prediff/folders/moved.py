"""Definitions that went from one file to another: what is gone here and came there, alike or equal.

It is for the summary alone. The files that they left and came to differ, and are shown as such.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from posixpath import dirname

from prediff.answers import MovedJob, Place
from prediff.depth import quick_and_deep
from prediff.facts import ModuleFacts, module_facts
from prediff.facts.scopes import ScopeInfo, map_names
from prediff.languages import get_language
from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.matchers.similarity import match_across
from prediff.matchers.units import Unit, definition
from prediff.model import MovedUnit
from prediff.normalizer import assumptions_of, normalize
from prediff.parse import parse
from prediff.read import read_bytes
from prediff.tree import Name, Node, walk

LEAST = 0.5
"""The least likeness of a definition that moved and changed."""
SMALL = 12
"""A definition of fewer nodes that has another name says nothing of where it came from."""
MAX_READS = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """The definitions of one side, each with its file; the facts of the files."""

    units: list[tuple[str, Unit]]
    facts: dict[str, ModuleFacts]


def find_moved(job: MovedJob) -> tuple[MovedUnit, ...]:
    """The definitions of the left that stand in another file on the right."""
    traits = get_language(job.language).traits
    with quick_and_deep():
        left, right = _units(job.lefts, job), _units(job.rights, job)
        pairs = match_across(left.units, right.units, traits)
        found = []
        for pair in pairs:
            (one_path, one), (two_path, two) = left.units[pair.left], right.units[pair.right]
            same = pair.likeness >= 1.0
            if one_path == two_path or pair.likeness < LEAST or not _telling(one, two, same):
                continue
            files = left.facts[one_path], right.facts[two_path]
            reads = _unsure(one.node, files, traits, dirname(one_path) == dirname(two_path)) if same else ()
            lines = one.node.span[0], two.node.span[0]
            names = one.node.name, two.node.name
            found.append(MovedUnit(*names, one_path, two_path, *lines, same, pair.likeness, reads))
    return tuple(found)


def _telling(one: Unit, two: Unit, same: bool) -> bool:
    """Whether two units are more than alike by chance."""
    if one.node.name == two.node.name:
        return True
    return same and sum(1 for _ in walk(one.node)) >= SMALL


def _units(places: Sequence[Place], job: MovedJob) -> _Found:
    from prediff.rules import RULES

    language, allowed = get_language(job.language), assumptions_of(job.settings)
    found = _Found([], {})
    for place in places:
        parsed = parse(read_bytes(place.data, place.path, job.language), language, job.settings.reader)
        if parsed.tree is None:
            continue
        wanted = [i for i, node in enumerate(parsed.tree.body) if _is_wanted(node, place.names)]
        if not wanted:
            continue
        done = frozenset(node.span for i, node in enumerate(parsed.tree.body) if i not in set(wanted))
        found.facts[place.path] = module_facts(parsed.tree)
        tree = normalize(parsed, language, RULES, allowed, done).tree
        for i, node in enumerate(tree.body):
            one = definition(node)
            if one is not None and _is_wanted(node, place.names):
                found.units.append((place.path, Unit(one, (i,))))
    return found


def _is_wanted(node: Node, names: Collection[str] | None) -> bool:
    found = definition(node)
    return found is not None and bool(found.name) and (names is None or found.name in names)


def _unsure(
    unit: Node, files: tuple[ModuleFacts, ModuleFacts], traits: Traits, near: bool
) -> tuple[str, ...]:
    """Names that a unit reads of its file, unless they are known to stand for the same in both files."""
    read: set[str] = set()

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if scope is None:
            read.add(name.id)
        return name

    map_names(unit, visit, block_scoped=traits.block_scoped, keywords=traits.keyword_parameters)
    own = getattr(unit, "name", "")
    return tuple(sorted(n for n in read if n != own and not _stands_for_the_same(n, files, near)))[:MAX_READS]


def _stands_for_the_same(name: str, files: tuple[ModuleFacts, ModuleFacts], near: bool) -> bool:
    one, two = files
    if not any(name in file.names or file.star for file in files):
        return True  # a builtin or a global of both
    imported = one.imports.get(name)
    # What is imported from beside the file is another thing in another folder.
    return (
        imported is not None and imported == two.imports.get(name) and (near or not imported.startswith("."))
    )
