"""The right file's text with its locals under their left-hand names.

Reconciling names the locals of the normal form. A name of the normal form keeps the span that it was read from, so that
each says which binder of the source it was; all places of that binder are then renamed in the text. Where that would
capture another name, or a place cannot be found in the text, the binder keeps its own name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from prediff.align import definition
from prediff.facts.binders import Binder, rename
from prediff.facts.scopes import ScopeInfo, map_names
from prediff.languages.language import Traits
from prediff.transport.layout import Layout
from prediff.tree import Block, Class, Name, Node, Span, walk


class Spelling:
    """A file's text under other names of locals. places: the new name of each name's span."""

    def __init__(self, layout: Layout, places: Mapping[Span, str]) -> None:
        self.layout = layout
        self.by_line: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for (line, start, _, end), name in places.items():
            self.by_line[line].append((start, end, name))
        self.lines = [self._line(n) for n in range(1, len(layout.lines) + 1)] if places else layout.lines

    def _line(self, number: int) -> str:
        return self._part(number, 0, len(self.layout.lines[number - 1]))

    def _part(self, number: int, start: int, end: int) -> str:
        text = self.layout.lines[number - 1]
        found, at = [], start
        for first, last, name in sorted(self.by_line.get(number, ())):
            if start <= first and last <= end:
                found += [text[at:first], name]
                at = last
        return "".join([*found, text[at:end]])

    def slice(self, span: Span) -> str:
        """The text of a span of the source, under the new names."""
        first, start, last, end = span
        if first == last:
            return self._part(first, start, end)
        head = self._part(first, start, len(self.layout.lines[first - 1]))
        return "\n".join([head, *self.lines[first : last - 1], self._part(last, 0, end)])

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def respelled(source: Block, normal: Block, layout: Layout, traits: Traits, keywords: bool) -> Spelling:
    """The text of a file whose normal form was given other names of locals (`normal`)."""
    wanted: dict[Span, str] = {}
    for node in walk(normal):
        if isinstance(node, Name) and node.span[0] == node.span[2] and node.span[0]:
            written = layout.slice(node.span)
            if written != node.id and written.isidentifier():
                wanted[node.span] = node.id
    places: dict[Span, str] = {}
    units: list[Node] = list(source.body) if wanted else []
    while units:
        unit = units.pop()
        found = definition(unit)
        if isinstance(found, Class):
            units += found.body.body
        elif any(unit.span[:2] <= span[:2] <= unit.span[2:] for span in wanted):
            places |= _unit_places(unit, wanted, layout, traits, keywords)
    return Spelling(layout, places)


def _unit_places(
    unit: Node, wanted: Mapping[Span, str], layout: Layout, traits: Traits, keywords: bool
) -> dict[Span, str]:
    """Where the locals of one unit get which name."""
    resolved = _resolved(unit, traits, keywords)
    spans: dict[Binder, list[Span]] = defaultdict(list)
    names: dict[Binder, set[str]] = defaultdict(set)
    for binder, span in resolved:
        if binder[0] is not None:
            own = (binder[0], binder[1])
            spans[own].append(span)
            if span in wanted:
                names[own].add(wanted[span])
    chosen = {binder: new.pop() for binder, new in names.items() if len(new) == 1}
    chosen = {b: new for b, new in chosen.items() if _places(spans[b], b[1], unit, layout) is not None}
    chosen = _without_captures(unit, resolved, chosen, traits, keywords)
    places: dict[Span, str] = {}
    for binder, new in chosen.items():
        places |= dict.fromkeys(_places(spans[binder], binder[1], unit, layout) or (), new)
    return places


_Resolved = list[tuple[tuple[int | None, str], Span]]
"""Of each name of a unit, in the order of a walk, its binder (with None for the scope of a global) and its span."""


def _resolved(unit: Node, traits: Traits, keywords: bool) -> _Resolved:
    found: _Resolved = []

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        found.append(((None if scope is None else scope.number, name.id), name.span))
        return name

    map_names(
        unit, visit, block_scoped=traits.block_scoped, keywords=keywords, calling_back=traits.calling_back
    )
    return found


def _without_captures(
    unit: Node, resolved: _Resolved, chosen: dict[Binder, str], traits: Traits, keywords: bool
) -> dict[Binder, str]:
    """The renamings after which each name of the unit still means what it meant.

    Where a new name is already that of another local, which the normal form does not have any more, the two change
    names; where that does not help the renaming is given up.
    """
    binders = {b for b, _ in resolved if b[0] is not None}
    swapped: set[Binder] = set()
    while chosen:
        again = _resolved(rename(unit, chosen, traits, keywords), traits, keywords)
        wrong = next(
            (i for i, (a, b) in enumerate(zip(resolved, again, strict=True)) if _new(a[0], chosen) != b[0]),
            -1,
        )
        if wrong < 0:
            return chosen
        scope, name = resolved[wrong][0]
        new = _new((scope, name), chosen)[1]
        # The renamings that may have got in the way: this name's own, and those to the name that it bears now.
        guilty = [b for b in chosen if b == (scope, name) or chosen[b] == new]
        if not guilty:
            return {}
        other = (guilty[0][0], chosen[guilty[0]])
        if other in binders and other not in chosen and guilty[0] not in swapped:
            swapped.add(guilty[0])
            chosen = {**chosen, other: guilty[0][1]}
        else:
            chosen = {
                b: n for b, n in chosen.items() if b not in guilty and b[1] not in {chosen[g] for g in guilty}
            }
    return chosen


def _new(binder: tuple[int | None, str], chosen: Mapping[Binder, str]) -> tuple[int | None, str]:
    scope, name = binder
    return binder if scope is None else (scope, chosen.get((scope, name), name))


def _places(spans: list[Span], name: str, unit: Node, layout: Layout) -> set[Span] | None:
    """Where a binder's name stands in the text; None if one of its places is not known."""
    known = {s for s in spans if s[0] == s[2] and s[0] and layout.slice(s) == name}
    missing = len([s for s in spans if s not in known])
    if not missing:
        return known
    # `except E as name`, `global name`: the tree has no span for these.
    word = re.compile(rf"\b(?:as|global|nonlocal)\b[^#\n]*?\b({re.escape(name)})\b")
    more = set()
    for line in range(unit.span[0], unit.span[2] + 1):
        for match in word.finditer(layout.lines[line - 1]):
            span = (line, match.start(1), line, match.end(1))
            if span not in known:
                more.add(span)
    return known | more if len(more) == missing else None
