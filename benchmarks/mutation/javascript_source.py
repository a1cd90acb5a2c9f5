"""What the operators for JavaScript share: a text with its tree-sitter tree, and edits of its nodes.

The tree is tree-sitter's own, not prediff's: what prediff's reader loses on both sides is a mutant all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from mutation.edits import Edit

Edits = tuple[Edit, ...]
COMMENTS = frozenset({"comment", "html_comment"})
LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
FUNCTIONS = frozenset({
    "function_declaration", "function_expression", "generator_function", "generator_function_declaration",
    "arrow_function", "method_definition",
})  # fmt: skip
PLACES = frozenset({
    "switch_case", "switch_default", "catch_clause", "finally_clause", "else_clause", "method_definition",
    "field_definition", "class_declaration", "function_declaration", "generator_function_declaration",
    "lexical_declaration", "variable_declaration", "using_declaration", "class_static_block",
})  # fmt: skip
"""What counts as a statement beside the kinds that say so in their names."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text in UTF-8 and the root of its tree."""

    data: bytes
    root: Node

    def text(self, node: Node) -> str:
        """The source of a node."""
        return self.data[node.start_byte : node.end_byte].decode()


@dataclass(frozen=True, slots=True)
class Operator:
    """One way to plant a bug: its name, the kinds of nodes it looks at, and the edits that it makes of one."""

    name: str
    kinds: tuple[str, ...]
    find: Callable[[Source, Node], Iterator[Edits]]


@cache
def _parser() -> Parser:
    return Parser(Language(tree_sitter_javascript.language()))


def parse(data: bytes) -> Source:
    """Read a text; whether it could be read whole is told by `root.has_error`."""
    return Source(data, _parser().parse(data).root_node)


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    stack = [node]
    while stack:
        found = stack.pop()
        yield found
        stack += reversed(found.children)


def named(node: Node) -> list[Node]:
    """The named children that are no comments."""
    return [c for c in node.children if c.is_named and c.type not in COMMENTS]


def field(node: Node, name: str) -> Node:
    """A child that the grammar says is there."""
    child = node.child_by_field_name(name)
    assert child is not None
    return child


def tokens(node: Node, *kinds: str) -> list[Node]:
    """The unnamed children of some kinds."""
    return [c for c in node.children if not c.is_named and c.type in kinds]


def put(node: Node, new: str) -> Edits:
    """Another text in the place of a node."""
    return (Edit(node.start_byte, node.end_byte, new),)


def cut(start: int, end: int) -> Edits:
    """Remove a range of bytes."""
    return (Edit(start, end, ""),)


def wrap(node: Node, before: str, after: str) -> Edits:
    """Put something before and behind a node."""
    return (Edit(node.start_byte, node.start_byte, before), Edit(node.end_byte, node.end_byte, after))


def swap(source: Source, one: Node, other: Node) -> Iterator[Edits]:
    """Two nodes in each other's place, where that is a change."""
    if source.text(one) != source.text(other):
        yield (*put(one, source.text(other)), *put(other, source.text(one)))


def swap_neighbours(source: Source, nodes: list[Node]) -> Iterator[Edits]:
    """Each two neighbours swapped."""
    for one, other in pairwise(nodes):
        yield from swap(source, one, other)


def drop_items(nodes: list[Node]) -> Iterator[Edits]:
    """Each item of a list removed, with one of the commas around it."""
    for i, node in enumerate(nodes):
        if i + 1 < len(nodes):
            yield cut(node.start_byte, nodes[i + 1].start_byte)
        elif i:
            yield cut(nodes[i - 1].end_byte, node.end_byte)
        else:
            yield cut(node.start_byte, node.end_byte)


def is_statement(node: Node) -> bool:
    """Whether a node is a statement, or a part of one that has a header of its own."""
    return node.type in PLACES or (node.type.endswith("_statement") and node.type != "empty_statement")


def place(at: Node) -> tuple[int, int]:
    """The byte range of the innermost statement around a node, only of its header where it holds others."""
    node: Node | None = at
    while node is not None and not is_statement(node):
        node = node.parent
    if node is None:
        return at.start_byte, at.end_byte
    for name in ("body", "consequence"):
        inner = node.child_by_field_name(name)
        if inner is not None and inner.start_byte > node.start_byte:
            return node.start_byte, max(node.start_byte + 1, inner.start_byte)
    return node.start_byte, node.end_byte


def function_of(node: Node) -> Node | None:
    """The innermost function around a node."""
    around = node.parent
    while around is not None and around.type not in FUNCTIONS:
        around = around.parent
    return around


def unwrapped(node: Node) -> Node:
    """What stands in parentheses."""
    while node.type == "parenthesized_expression":
        node = named(node)[0]
    return node
