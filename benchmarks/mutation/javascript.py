"""Plants small bugs in JavaScript source, with tree-sitter alone.

    for mutant in javascript.mutants(text): ...

Each operator is a row in a table of its family: `javascript_operators`, `javascript_literals`, `javascript_names`,
`javascript_statements` and `javascript_evaluation`. A mutant that does not parse, or that has the text of an earlier
one, is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random

from tree_sitter import Node

from mutation import (
    javascript_evaluation,
    javascript_literals,
    javascript_names,
    javascript_operators,
    javascript_statements,
)
from mutation.edits import Edit, Mutant, Mutation, apply
from mutation.javascript_source import Edits, Operator, Source, parse, place, walk

OPERATORS: tuple[Operator, ...] = (
    *javascript_operators.OPERATORS,
    *javascript_literals.OPERATORS,
    *javascript_names.OPERATORS,
    *javascript_statements.OPERATORS,
    *javascript_evaluation.OPERATORS,
)
NAMES = tuple(dict.fromkeys(o.name for o in OPERATORS))


def mutants(text: str, order: Random | None = None, first: int = 1) -> Iterator[Mutant]:
    """The mutants of a text.

    order: what shuffles them; None for the order of the text. first: nothing above this line is changed.
    """
    return (m for m in apply(text, mutations(text, order)) if m.old_lines[0] >= first)


def mutations(text: str, order: Random | None = None) -> Iterator[Mutation]:
    """Every small bug that the operators can plant in a text; none for a text that does not parse."""
    source = parse(text.encode())
    if source.root.has_error:
        return
    found = list(_candidates(source))
    if order is not None:
        order.shuffle(found)
    seen = {source.data}
    for mutation in found:
        changed = _changed(source.data, mutation.edits)
        if changed not in seen and not parse(changed).root.has_error:
            yield mutation
        seen.add(changed)


def _candidates(source: Source) -> Iterator[Mutation]:
    rows: dict[str, list[Operator]] = defaultdict(list)
    for operator in OPERATORS:
        for kind in operator.kinds:
            rows[kind].append(operator)
    for node in walk(source.root):
        if not node.is_named:
            continue
        for operator in rows.get(node.type, ()):
            for edits in operator.find(source, node):
                yield Mutation(operator.name, edits, _place(source, node, edits))


def _place(source: Source, node: Node, edits: Edits) -> tuple[int, int]:
    """The innermost statement around the first edit: an operator may look at a whole block or function."""
    first = min(edits, key=lambda e: e.start)
    found = source.root.descendant_for_byte_range(first.start, max(first.start + 1, first.end))
    return place(found if found is not None and found.type != "program" else node)


def _changed(data: bytes, edits: tuple[Edit, ...]) -> bytes:
    pieces, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        pieces += [data[at : edit.start], edit.new.encode()]
        at = edit.end
    return b"".join([*pieces, data[at:]])
