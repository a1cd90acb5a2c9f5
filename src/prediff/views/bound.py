"""The names that a text reads and must bind, and the imports that bind them."""

from __future__ import annotations

from prediff.facts.scopes import ScopeInfo, map_names, module_names
from prediff.languages.language import Traits
from prediff.tree import Block, If, Import, ImportFrom, Name, Node, trees_equal, update


def lost_names(tree: Block, left: Block, right: Block, traits: Traits) -> frozenset[str]:
    """The names that a candidate reads and does not bind, though one of the files binds them."""
    gone = (module_names(left) | module_names(right)) - module_names(tree)
    if not gone:
        return frozenset()
    unbound = _global_reads(right, traits) - module_names(right)
    return _global_reads(tree, traits) & gone - unbound


def imports_of(names: frozenset[str], left: Block, right: Block) -> list[tuple[Node | None, Node]]:
    """The imports at the top of the right file that bind some names, one name each.

    Those below `if TYPE_CHECKING` come with their statement, for the left's own if it has one.
    """
    found: list[tuple[Node | None, Node]] = []
    for node in right.body:
        if isinstance(node, (Import, ImportFrom)):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) in names:
                    found.append((None, update(node, names=(alias,))))
        elif isinstance(node, If) and names & imported(node.then):
            old = [n for n in left.body if isinstance(n, If) and trees_equal(n.test, node.test)]
            found.append((old[0] if old else None, node))
    return found


def idle_imports(tree: Block, left: Block, right: Block, traits: Traits) -> tuple[str, ...]:
    """The names that imports bind which a candidate has more than the left, and that only the right reads.

    What reads them there is the same as what stands in the candidate in the left's words.
    """
    more = imported(tree) - imported(left)
    return tuple(sorted(more & _global_reads(right, traits) - _global_reads(tree, traits))) if more else ()


def imported(tree: Block) -> frozenset[str]:
    """The names that imports at the top of a file bind."""
    imports = [n for n in tree.body if isinstance(n, (Import, ImportFrom))]
    return frozenset({a.asname or a.name.split(".")[0] for n in imports for a in n.names})


def _global_reads(tree: Block, traits: Traits) -> frozenset[str]:
    """The names of a file that are no locals."""
    found: set[str] = set()

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if scope is None:
            found.add(name.id)
        return name

    map_names(tree, visit, block_scoped=traits.block_scoped)
    return frozenset(found)
