"""What an operator on Python gives: nodes, and the nodes to put in their place."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

A = TypeVar("A", bound=ast.AST)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Swap:
    """`new` stands where `old` stood: one expression each, or statements of one block that follow each other."""

    operator: str
    old: Sequence[ast.AST]
    new: Sequence[ast.AST]


def changed(node: A, **fields: Any) -> A:
    """A shallow copy of a node with some fields changed."""
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def without(items: Sequence[T], i: int) -> list[T]:
    return [*items[:i], *items[i + 1 :]]


def neighbours(items: Sequence[T]) -> Iterator[list[T]]:
    """The list with two neighbours swapped, in each way."""
    for i in range(len(items) - 1):
        yield [*items[:i], items[i + 1], items[i], *items[i + 2 :]]
