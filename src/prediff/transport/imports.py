"""The edits of the imports at the top of a file.

Their order in the normal form is nobody's own, and one statement of the source is several of the normal form. So they
go by groups of those that share a statement on either side, each where it stands on the left; within a statement
single names are taken out and put in, where that can be told in its text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from prediff.tree import Import, ImportFrom, Node

if TYPE_CHECKING:
    from prediff.transport.edits import Edit, Placed, Transport

_HEAD = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s*\(?\s*")
_ITEM = re.compile(r"[\w.]+(?:\s+as\s+\w+)?")
_COMMA = re.compile(r"\s*,\s*(?:#[^\n]*\s*)*")


def edits(transport: Transport, items: Sequence[Placed], imports: Sequence[Placed]) -> Iterator[Edit]:
    """The edits of a file's imports. items: all entries of the file."""
    from prediff.transport.edits import Edit, groups_of

    left, right = transport.left, transport.right
    as_run = () in transport.plan.runs
    after: dict[int, list[tuple[int, int, tuple[int, ...]]]] = defaultdict(list)
    for group in _as_one(transport, imports) if as_run else groups_of(imports):
        if all(p.stays or _retained(transport, p) for p in group):
            continue
        key = group[0].entry.key
        one = transport.solid(set().union(*[p.left for p in group]), left)
        two = transport.solid(set().union(*[p.right for p in group]), right)
        if not one:
            for run in two:
                where = _behind(transport, imports, key) if key in transport.plan.plain else 0
                after[where or _place(transport, items, imports, run)].append((*run, key))
            continue
        fine = None if as_run or key in transport.plan.plain else _within(transport, group, one)
        if fine is not None:
            lines = fine.split("\n")
            source = two[0][0] if two else 0
            yield Edit(*one[0], tuple(lines), tuple([source] * len(lines)), key)
            continue
        lines, sources = [], []
        for run in two:
            new, numbers = transport.dressed(run, left.indent(one[0][0]), {})
            lines += new
            sources += numbers
        yield Edit(*one[0], tuple(lines), tuple(sources), key)
        for run in one[1:]:
            yield Edit(*run, (), (), key)
    for line, runs in after.items():
        lines, sources = [], []
        for first, last, _ in sorted(runs):
            new, numbers = transport.dressed((first, last), "", {})
            lines += new
            sources += numbers
        yield Edit(line, line - 1, tuple(lines), tuple(sources), runs[0][2])


def _as_one(transport: Transport, imports: Sequence[Placed]) -> list[list[Placed]]:
    """All imports that change, and those that stand between them."""
    changing = [p for p in imports if not p.stays]
    pieces = [n for p in changing for n in p.left]
    within = range(min(pieces, default=0), max(pieces, default=-1) + 1)
    return [changing + [p for p in imports if p.stays and any(n in within for n in p.left)]]


def _retained(transport: Transport, p: Placed) -> bool:
    node = p.entry.left
    if p.entry.kind != "delete" or not isinstance(node, (Import, ImportFrom)):
        return False
    return all((a.asname or a.name.split(".")[0]) in transport.plan.retained for a in node.names)


def _within(transport: Transport, group: Sequence[Placed], runs: Sequence[tuple[int, int]]) -> str | None:
    """The left's one statement with the names that change, if it is one and its names can be found; else None."""
    left = transport.left
    lines = set().union(*[p.left for p in group])
    if not all(isinstance(p.entry.left or p.entry.right, (Import, ImportFrom)) for p in group):
        return None
    if len(runs) != 1 or len(lines) != 1 or len(left.pieces[next(iter(lines))].statements) != 1:
        return None
    text = "\n".join(left.lines[runs[0][0] - 1 : runs[0][1]])
    head = _HEAD.match(text)
    if head is None:
        return None
    found: list[tuple[int, int]] = []
    at = head.end()
    while item := _ITEM.match(text, at):
        found.append(item.span())
        comma = _COMMA.match(text, item.end())
        if comma is None:
            break
        at = comma.end()
    written = [re.sub(r"\s+", " ", text[a:b]) for a, b in found]
    gone = [_item(p.entry.left) for p in group if p.entry.kind == "delete" and not _retained(transport, p)]
    moved = {_item(p.entry.right) for p in group if p.entry.kind == "insert"}
    gone = [item for item in gone if item not in moved]  # it only comes in another order
    kept_nodes = [p.entry.left for p in group if p.entry.kind == "keep"]
    kept = [_item(n) for n in kept_nodes]
    come = [p.entry.right for p in group if p.entry.kind == "insert"]
    module = {getattr(n, "module", None) for n in [*kept_nodes, *come]}
    known = set(written)
    if not kept or not {*gone, *kept} <= known or len(known) != len(written) or len(module) != 1:
        return None
    separators = [text[a[1] : b[0]] for a, b in pairwise(found)]
    items = [(w, separators[i - 1] if i else "") for i, w in enumerate(written) if w not in gone]
    between = separators[0] if separators else ", "
    items += [(_item(node), between) for node in come if _item(node) not in written]
    body = items[0][0] + "".join([separator + item for item, separator in items[1:]])
    return text[: found[0][0]] + body + text[found[-1][1] :]


def _item(node: Node | None) -> str:
    """A name as an import statement writes it."""
    assert isinstance(node, (Import, ImportFrom))
    alias = node.names[0]
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _behind(transport: Transport, imports: Sequence[Placed], key: tuple[int, ...]) -> int:
    """The line behind the last import that comes before an entry in the normal form; 0 if none does."""
    pieces = [n for p in imports for n in p.left if p.entry.key < key]
    return max([transport.left.pieces[n].last + 1 for n in pieces], default=0)


def _place(
    transport: Transport, items: Sequence[Placed], imports: Sequence[Placed], run: tuple[int, int]
) -> int:
    """The line of the left above which to put imports that only the right has: behind what is before them there."""
    from prediff.transport.edits import groups_of

    left, right = transport.left, transport.right
    best, line = 0, 0
    for group in groups_of(imports):
        pieces = set().union(*[p.left for p in group])
        last = max([right.pieces[n].last for p in group for n in p.right], default=0)
        if pieces and best < last < run[0]:
            best, line = last, transport.solid(pieces, left)[0][1] + 1
    if line:
        return line
    known = [left.pieces[n].first for p in imports for n in p.left]
    if known:
        return min(known)
    first = [left.pieces[n].first for p in items for n in p.left]
    return transport.quiet(left, min(first)) if first else len(left.lines) + (left.lines[-1] != "")
