"""Which locals of a Python function can be renamed, and the renaming, by `symtable` and `ast`: no part of prediff."""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BY_NAME = re.compile(r"\b(locals|eval|exec|vars|_getframe|currentframe|dir|globals)\b")
"""What may read locals by their names: a function with one of these keeps them."""


@dataclass(frozen=True)
class Occurrence:
    """A place where a name stands: the node and the field that holds it; `load` says that it is read there."""

    node: ast.AST
    field: str
    name: str
    load: bool


def occurrences(tree: ast.AST) -> list[Occurrence]:
    """All places where a variable's name stands."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.append(Occurrence(node, "id", node.id, isinstance(node.ctx, ast.Load)))
        for field in ("name", "rest"):
            bound = isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping))
            name = getattr(node, field, None)
            if bound and isinstance(name, str):
                found.append(Occurrence(node, field, name, False))
    return found


def free_locals(text: str) -> list[str]:
    """The locals of a text's one function, or of one below it, that each stand for one variable wherever they stand.

    Left out are those that can be seen from outside or in another way: parameters, what is imported or defined, names
    that strings mention, and names that stand for something else elsewhere in the function.
    """
    if BY_NAME.search(text):
        return []
    tree = ast.parse(text)
    outer = symtable.symtable(text, "function", "exec").get_children()
    if len(outer) != 1:
        return []
    spoken = {
        w for n in ast.walk(tree) if isinstance(n, ast.Constant) for w in re.findall(r"\w+", str(n.value))
    }
    spoken |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    spoken |= {name for n in ast.walk(tree) if isinstance(n, (ast.Global, ast.Nonlocal)) for name in n.names}
    tables = list(_below(outer[0]))
    return sorted(
        {name for table in tables for name in _own(table) if _is_alone(name, table, tables)} - spoken
    )


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    yield table
    for child in table.get_children():
        yield from _below(child)


def _own(table: symtable.SymbolTable) -> list[str]:
    if table.get_type() != "function":
        return []
    return [
        s.get_name()
        for s in table.get_symbols()
        if s.is_local()
        and not (s.is_parameter() or s.is_imported() or s.is_namespace() or s.is_annotated())
        and not s.get_name().startswith(("__", "."))
    ]


def _is_alone(name: str, owner: symtable.SymbolTable, tables: list[symtable.SymbolTable]) -> bool:
    """Whether a name stands for the variable of one scope in all scopes of the function that know it."""
    inside = [t.get_id() for t in _below(owner)]
    for table in tables:
        if table is owner or name not in table.get_identifiers():
            continue
        symbol = table.lookup(name)
        if table.get_id() not in inside or not symbol.is_free():
            return False
    return True


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with variables renamed, each wherever it stands."""
    tree = ast.parse(text)
    for place in occurrences(tree):
        setattr(place.node, place.field, names.get(place.name, place.name))
    return ast.unparse(tree)


def with_one_use_changed(text: str, name: str, other: str, choice: int) -> str | None:
    """The text with one place where `name` is read reading `other` instead; None where it is never read."""
    tree = ast.parse(text)
    uses = [place for place in occurrences(tree) if place.name == name and place.load]
    if not uses:
        return None
    place = uses[choice % len(uses)]
    setattr(place.node, place.field, other)
    return ast.unparse(tree)
