"""Renaming by binder: canonical names for the locals of a unit, and given names in their place.

A *binder* is a name together with the number of the scope that binds it, counted in the order of the walk. Two units
that differ only in the names of their locals are equal once those are named by the order in which they first occur.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from prediff.facts import reads_locals
from prediff.facts.scopes import ScopeInfo, map_names
from prediff.languages.language import Traits
from prediff.tree import Formatted, Literal, Name, Node, update, walk

Binder: TypeAlias = tuple[int, str]

_WORD = re.compile(r"[^\W\d]\w*")
# Words are possessive and start at a boundary: a string of a million letters must not take a million squared steps.
# What stands before a word may be one itself ("select * from frame"), so that each way to use one is looked for alone.
_USED = tuple(
    [
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            r"[-+*/<>=~@&|^({\[]\s*([^\W\d]\w*+)",
            r"\b(?:from|join|where|select|by)\s+([^\W\d]\w*+)",
            r"\b([^\W\d]\w*+)(?=\s*[-+*/<>=~&|^)}\]])",
        )
    ]
)
RENAMEABLE_SCOPES = frozenset({"function", "comprehension", "block"})
PYTHON = Traits(negations={}, keyword_parameters=True)


def renameable(name: Name, scope: ScopeInfo | None, words: frozenset[str]) -> bool:
    """Whether a name is a local that may have any name; `words` are those that strings of the unit mention."""
    return (
        scope is not None
        and scope.kind in RENAMEABLE_SCOPES
        and not scope.bound[name.id].fixed
        and name.id not in words
        and not name.id.startswith("__")
    )


def string_words(unit: Node) -> frozenset[str]:
    """The words that strings of a unit use as an expression would: a local of that name may be read through them.

    `"age > @limit"`, `"y ~ x"`, `"select * from frame"` and `f"{n=}"` name variables; a key or a sentence does not.
    """
    found: set[str] = set()
    for node in walk(unit):
        if isinstance(node, Literal) and node.kind == "str":
            for pattern in _USED:
                found.update(pattern.findall(node.value))
        elif isinstance(node, Formatted):
            found.update(_WORD.findall(node.text))
    return frozenset(found)


def rename(
    unit: Node, names: Mapping[Binder, str], traits: Traits = PYTHON, keywords: bool | None = None
) -> Node:
    """`unit` with the binders in `names` renamed. Whether that captures a name is for the caller to check."""

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if scope is None:
            return name
        new = names.get((scope.number, name.id))
        return name if new is None or new == name.id else update(name, id=new)

    return map_names(
        unit,
        visit,
        block_scoped=traits.block_scoped,
        keywords=traits.keyword_parameters if keywords is None else keywords,
        calling_back=traits.calling_back,
    )


def binders(unit: Node, traits: Traits = PYTHON, keywords: bool | None = None) -> list[Binder]:
    """The binders of a unit that may be renamed, in the order in which they first occur.

    None if the unit may read its locals by name. `keywords`: whether parameters can be passed by name.
    """
    if reads_locals(unit, traits):
        return []
    words = string_words(unit) if traits.locals_in_strings else frozenset()
    found: dict[Binder, None] = {}

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if renameable(name, scope, words):
            assert scope is not None
            found.setdefault((scope.number, name.id))
        return name

    map_names(
        unit,
        visit,
        block_scoped=traits.block_scoped,
        keywords=traits.keyword_parameters if keywords is None else keywords,
        calling_back=traits.calling_back,
    )
    return list(found)


def canonical(unit: Node, traits: Traits = PYTHON, keywords: bool | None = None) -> Node:
    """`unit` with its renameable locals called `%0`, `%1`, … in the order in which they first occur."""
    names = {binder: f"%{i}" for i, binder in enumerate(binders(unit, traits, keywords))}
    return rename(unit, names, traits, keywords) if names else unit
