"""What the operators ask about the code around a node of `ast`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A tree's nodes in source order, and what stands around each.

    parents: the parent of each node, by identity. names: the names that each function binds, in order.
    """

    nodes: list[ast.AST]
    parents: dict[ast.AST, ast.AST]
    names: dict[ast.AST, list[str]] = field(default_factory=dict)

    def statement(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node."""
        while not isinstance(node, ast.stmt):
            node = self.parents[node]
        return node

    def string(self, node: ast.AST) -> ast.JoinedStr | None:
        """The outermost f-string that a node is or lies in."""
        found = None
        while not isinstance(node, ast.stmt):
            if isinstance(node, ast.JoinedStr):
                found = node
            node = self.parents[node]
        return found

    def function(self, node: ast.AST) -> ast.AST | None:
        """The innermost function around a node."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, FUNCTIONS):
                return node
        return None

    def locals(self, node: ast.AST) -> list[str]:
        """The names that the function around a node binds."""
        function = self.function(node)
        return self.names.get(function, []) if function is not None else []

    def block(self, node: ast.AST) -> list[ast.stmt]:
        """The statements among which a statement stands."""
        for _, value in ast.iter_fields(self.parents[node]):
            if isinstance(value, list) and any(v is node for v in value):
                return value
        return []

    def is_test(self, node: ast.AST) -> bool:
        """Whether a node is a condition."""
        parent = self.parents.get(node)
        if isinstance(parent, ast.comprehension):
            return any(n is node for n in parent.ifs)
        return getattr(parent, "test", None) is node


def surroundings(tree: ast.Module) -> Surroundings:
    found = Surroundings(list(ast.walk(tree)), {})
    for node in found.nodes:
        for child in ast.iter_child_nodes(node):
            found.parents[child] = node
    for node in found.nodes:
        for name in _bound(node):
            owner = node if isinstance(node, ast.arg) else None
            function = found.function(owner or node)
            if function is not None and name not in found.names.setdefault(function, []):
                found.names[function].append(name)
    return found


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
