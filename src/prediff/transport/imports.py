"""The edits of the imports at the top of a file.

Their order in the normal form is nobody's own, and one statement of the source is several of the normal form. So they
go by groups of those that share a statement on either side, each where it stands on the left; within a statement
single names are taken out and put in, where that can be told in its text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from prediff.lean_dataclasses import dataclass
from prediff.transport.clothes import Wardrobe
from prediff.transport.places import Placed, groups_of, solid
from prediff.transport.plan import Edit, Lines, Plan, Run
from prediff.transport.remarks import Remarks
from prediff.transport.script import Key
from prediff.tree import Import, ImportFrom, Node

_HEAD = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s*\(?\s*")
_ITEM = re.compile(r"[\w.]+(?:\s+as\s+\w+)?")
_COMMA = re.compile(r"\s*,\s*(?:#[^\n]*\s*)*")


def edits(
    wardrobe: Wardrobe, plan: Plan, items: Sequence[Placed], imports: Sequence[Placed]
) -> Iterator[Edit]:
    """The edits of a file's imports. items: all entries of the file."""
    left, right = wardrobe.left, wardrobe.right
    as_run = () in plan.runs
    after: dict[int, list[tuple[Run, Key]]] = defaultdict(list)
    for group in [_changing(imports)] if as_run else groups_of(imports):
        if all(p.stays or _retained(plan, p) for p in group):
            continue
        key = group[0].entry.key
        one = solid(set[int]().union(*[p.left for p in group]), left)
        two = solid(set[int]().union(*[p.right for p in group]), right)
        if left.counted or right.counted:
            one, two = (
                [(layout.quiet(a), b) for a, b in side] for layout, side in ((left, one), (right, two))
            )
        if not one:
            for run in two:
                line = _behind(wardrobe, items, key) if key in plan.plain else 0
                run = wardrobe.with_new_comments(run)
                after[line or _place(wardrobe, items, imports, run)].append((run, key))
            continue
        coarse = as_run or key in plan.plain or left.counted or right.counted
        fine = None if coarse else _within(wardrobe, plan, group, (one, two))
        if fine is not None:
            texts = tuple(fine.split("\n"))
            if len(texts) == 1 and one[0][0] == one[0][1]:
                sides = (
                    set[int]().union(*[p.left for p in group]),
                    set[int]().union(*[p.right for p in group]),
                )
                texts = tuple(Remarks(wardrobe).behind(sides, texts, [one[0][0]]))
            yield Edit(*one[0], texts, (two[0][0] if two else 0,) * len(texts), key)
            continue
        lines = Lines()
        for run in two:
            lines += wardrobe.dressed(run, left.indent(one[0][0]))
        yield Edit(*one[0], lines.texts, lines.sources, key)
        for run in one[1:]:
            yield Edit(*run, (), (), key)
    for line, runs in after.items():
        lines = Lines()
        for run, _ in sorted(runs):
            lines += wardrobe.dressed(run, "")
        yield Edit(line, line - 1, lines.texts, lines.sources, runs[0][1])


def _changing(imports: Sequence[Placed]) -> list[Placed]:
    """All imports that change, and those that stand between them."""
    changing = [p for p in imports if not p.stays]
    pieces = [n for p in changing for n in p.left]
    within = range(min(pieces, default=0), max(pieces, default=-1) + 1)
    return changing + [p for p in imports if p.stays and any(n in within for n in p.left)]


def _retained(plan: Plan, p: Placed) -> bool:
    node = p.entry.left
    if p.entry.kind != "delete" or not isinstance(node, (Import, ImportFrom)):
        return False
    return all((a.asname or a.name.split(".")[0]) in plan.retained for a in node.names)


@dataclass(frozen=True, slots=True)
class _Written:
    """The names of an import statement as they are written, and the text before, between and behind them."""

    head: str
    names: list[str]
    separators: list[str]
    tail: str

    @classmethod
    def of(cls, text: str) -> _Written | None:
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
        if not found:
            return None
        names = [re.sub(r"\s+", " ", text[a:b]) for a, b in found]
        separators = [text[a[1] : b[0]] for a, b in pairwise(found)]
        return cls(text[: found[0][0]], names, separators, text[found[-1][1] :])

    def changed(self, gone: Collection[str], come: Sequence[str], order: Sequence[str]) -> str:
        """The statement without some names, and with others: each behind what stands before it in `order`."""
        items: list[tuple[str, str]] = []
        before: list[str] = []
        for name, separator in zip(self.names, ["", *self.separators], strict=True):
            before.append(separator)
            if name not in gone:  # it takes the line of what went before it
                items.append((name, next((s for s in before if "\n" in s), separator) if items else ""))
                before = []
        lone = any("\n" in separator for separator in before) and "\n" in self.tail
        tail = f",{self.tail}" if lone and not self.tail.lstrip().startswith(",") else self.tail
        between = self.separators[0] if self.separators else ", "
        for name in come:
            ahead = set(order[: order.index(name)]) if name in order else set()
            at = max([i + 1 for i, (other, _) in enumerate(items) if other in ahead], default=0)
            if at == 0 and items:
                items[0] = (items[0][0], between)
            items.insert(at, (name, between))
        text = "".join([separator + name for name, separator in items[1:]])
        return self.head + items[0][0] + text + tail


def _within(
    wardrobe: Wardrobe, plan: Plan, group: Sequence[Placed], runs: tuple[list[Run], list[Run]]
) -> str | None:
    """The left's one statement with the names that change, if it is one and its names can be found; else None."""
    left, right = wardrobe.left, wardrobe.right
    pieces = set[int]().union(*[p.left for p in group])
    if not all(isinstance(p.entry.left or p.entry.right, (Import, ImportFrom)) for p in group):
        return None
    if len(runs[0]) != 1 or len(pieces) != 1 or len(left.pieces[next(iter(pieces))].statements) != 1:
        return None
    written = _Written.of("\n".join(left.lines[runs[0][0][0] - 1 : runs[0][0][1]]))
    if written is None:
        return None
    come = [p.entry.right for p in group if p.entry.kind == "insert"]
    kept = [p.entry.left for p in group if p.entry.kind == "keep"]
    new = [_item(node) for node in come]
    gone = {_item(p.entry.left) for p in group if p.entry.kind == "delete" and not _retained(plan, p)}
    gone -= set(new)  # it only comes in another order
    modules = {getattr(node, "module", None) for node in [*kept, *come]}
    known = set(written.names)
    if (
        not kept
        or not {*gone, *map(_item, kept)} <= known
        or len(known) != len(written.names)
        or len(modules) != 1
    ):
        return None
    order: list[str] = []
    for first, last in runs[1]:
        other = _Written.of("\n".join(right.lines[first - 1 : last]))
        order += other.names if other is not None else []
    return written.changed(gone, [name for name in new if name not in known], order)


def _item(node: Node | None) -> str:
    """A name as an import statement writes it."""
    assert isinstance(node, (Import, ImportFrom))
    alias = node.names[0]
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name


def _behind(wardrobe: Wardrobe, items: Sequence[Placed], key: Key) -> int:
    """The line behind all that comes before an entry in the normal form; 0 if nothing does."""
    pieces = [n for p in items for n in p.left if p.entry.key < key]
    return max([wardrobe.left.pieces[n].last + 1 for n in pieces], default=0)


def _place(wardrobe: Wardrobe, items: Sequence[Placed], imports: Sequence[Placed], run: Run) -> int:
    """The line of the left above which to put imports that only the right has: behind what is before them there."""
    left, right = wardrobe.left, wardrobe.right
    best, line = 0, 0
    for group in groups_of(imports):
        pieces = set[int]().union(*[p.left for p in group])
        last = max([right.pieces[n].last for p in group for n in p.right], default=0)
        if pieces and best < last < run[0]:
            best, line = last, solid(pieces, left)[0][1] + 1
    if line:
        return line
    known = [left.pieces[n].first for p in imports for n in p.left]
    if known:
        return min(known)
    first = [left.pieces[n].first for p in items for n in p.left]
    return left.quiet(min(first)) if first else len(left.lines) + (left.lines[-1] != "")
