"""The right file's text with its locals under their left-hand names.

Reconciling names the locals of the normal form. A name of the normal form keeps the span that it was read from, so that
each says which binder of the source it was; all places of that binder are then renamed in the text. Where that would
capture another name, or a place cannot be found in the text, the binder keeps its own name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from prediff.facts.binders import Binder, canonical, rename
from prediff.facts.scopes import ScopeInfo, map_names
from prediff.languages.language import Traits
from prediff.transport.layout import Layout
from prediff.tree import Block, Name, Node, Span, trees_equal, walk


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
    if wanted:
        for unit in source.body:
            places |= _unit_places(unit, wanted, layout, traits, keywords)
    return Spelling(layout, places)


def _unit_places(
    unit: Node, wanted: Mapping[Span, str], layout: Layout, traits: Traits, keywords: bool
) -> dict[Span, str]:
    """Where the locals of one unit get which name."""
    found: dict[Binder, list[Span]] = defaultdict(list)
    names: dict[Binder, set[str]] = defaultdict(set)

    def visit(name: Name, scope: ScopeInfo | None) -> Node:
        if scope is not None:
            binder = (scope.number, name.id)
            found[binder].append(name.span)
            if name.span in wanted:
                names[binder].add(wanted[name.span])
        return name

    inside = [s for s in wanted if unit.span[:2] <= s[:2] <= unit.span[2:]]
    if not inside:
        return {}
    map_names(
        unit, visit, block_scoped=traits.block_scoped, keywords=keywords, calling_back=traits.calling_back
    )
    chosen = {binder: new.pop() for binder, new in names.items() if len(new) == 1}
    form = canonical(unit, traits, keywords)
    while chosen:
        renamed = rename(unit, chosen, traits, keywords)
        if trees_equal(canonical(renamed, traits, keywords), form):
            break
        kept = {binder[1] for binder in found if binder not in chosen}
        fewer = {b: new for b, new in chosen.items() if new not in kept}
        chosen = fewer if len(fewer) < len(chosen) else dict(list(chosen.items())[:-1])
    places: dict[Span, str] = {}
    for binder, new in chosen.items():
        spans = _places(found[binder], binder[1], unit, layout)
        if spans is not None:
            places |= dict.fromkeys(spans, new)
    return places


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
