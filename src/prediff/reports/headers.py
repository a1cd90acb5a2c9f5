"""Words as comments in the canonical texts: a line above each unit that has some.

They stand in what a diff tool gets of two files that differ, in the same place on both sides, and say who speaks. Taken
out again, the texts are what they were; with them they read as the same trees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.languages import get_language
from prediff.languages.language import Language
from prediff.lean_dataclasses import dataclass
from prediff.linediff import lines_of
from prediff.matchers.units import definition
from prediff.model import MODULE, LineMap, Normalized, Report, Summaries, UnitSummary
from prediff.reports.words import OUTLINE, UNVERIFIED, label
from prediff.tree import Block, Class, ExprStmt, Literal, Node, Opaque, Span, trees_equal

_MARKS = {"python": "#", "javascript": "//"}
_HEADER = re.compile(rf"[ \t]*(?:{'|'.join(_MARKS.values())}) (?:{OUTLINE}|{UNVERIFIED}): ")
_HEEDED = re.compile(
    r"(?<=coding)(?=[:=])|(?<=\bvi|\bex)(?=:)|(?<=\bvim)(?=[<=>]*\d*:)|(?<=-\*)(?=-)", re.IGNORECASE
)
"""Where a space keeps a comment from being heeded: it may name a file's encoding (PEP 263), set up vim, or Emacs."""


def with_headers(report: Report) -> Report:
    """A report in canonical view with its words in its texts; the report itself where there is nothing to say.

    Of a unit of both sides it is said on both or on neither, and two texts that are equal stay so.
    """
    summaries, mark = report.summaries, _MARKS.get(report.language or "")
    if summaries is None or mark is None or report.same or report.settings.view != "canonical":
        return report
    language = get_language(report.language or "")
    texts, maps = (report.left_text, report.right_text), report.line_maps
    with quick_and_deep():
        sides = [_Side.read(text, lines, language) for text, lines in zip(texts, maps, strict=True)]
    if sides[0] is None or sides[1] is None:
        return report
    left, right = _headers(summaries, (sides[0], sides[1]), mark)
    made = _inserted(texts[0], maps[0], left), _inserted(texts[1], maps[1], right)
    for side, (text, _) in zip(sides, made, strict=True):
        if side is None or not side.reads_the_same(text):
            return report
    return replace(report, left_text=made[0][0], right_text=made[1][0], line_maps=(made[0][1], made[1][1]))


def headed(file: Normalized, summaries: Summaries) -> Normalized:
    """One file in normal form with words above its units; the file itself where that cannot be."""
    mark = _MARKS.get(file.source.language or "")
    if mark is None or file.reason:
        return file
    language = get_language(file.source.language or "")
    with quick_and_deep():
        side = _Side.read(file.text, file.line_map, language)
    if side is None:
        return file
    text, line_map = _inserted(file.text, file.line_map, _headers(summaries, (side, side), mark)[0])
    return replace(file, text=text, line_map=line_map) if side.reads_the_same(text) else file


def is_header(line: str) -> bool:
    """Whether a line of a text is one of these comments."""
    return _HEADER.match(line) is not None


@dataclass(frozen=True, slots=True)
class _Side:
    """One text: its tree, its lines, and for each qualified name the statements that define it."""

    language: Language
    tree: Block
    lines: list[str]
    sources: tuple[tuple[int, int], ...]
    places: Mapping[str, list[Span]]

    @staticmethod
    def read(text: str, line_map: LineMap, language: Language) -> _Side | None:
        tree = _tree(text, language)
        if tree is None:
            return None
        places: dict[str, list[Span]] = {}
        for name, node in _named(tree):
            places.setdefault(name, []).append(_whole(node))
        return _Side(language, tree, lines_of(text), line_map.lines, places)

    def reads_the_same(self, text: str) -> bool:
        with quick_and_deep():
            tree = _tree(text, self.language)
        return tree is not None and trees_equal(tree, self.tree)

    def line(self, name: str, span: Span | None) -> int | None:
        """The line, from 0, that the unit of a name starts on; None where it cannot be told, or is not its first."""
        if name == MODULE:
            places = [
                node.span for node in self.tree.body if _is_code(node) and self._within(node.span, span)
            ]
            places = places[:1]
        else:
            places = self.places.get(name, [])
            if len(places) > 1:
                places = [place for place in places if self._within(place, span)]
        if len(places) != 1:
            return None
        first, column = places[0][:2]
        return first - 1 if not self.lines[first - 1][:column].strip() else None

    def _within(self, place: Span, span: Span | None) -> bool:
        """Whether a statement of the text came from some lines of the source."""
        rows = self.sources[place[0] - 1 : place[2]]
        return span is not None and any(
            first and first <= span[2] and span[0] <= last for first, last in rows
        )


def _headers(
    summaries: Summaries, sides: tuple[_Side, _Side], mark: str
) -> tuple[dict[int, str], dict[int, str]]:
    """For both sides the header above each line that has one."""
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for unit in summaries.units:
        rows = list(_rows(unit, sides))
        if all(line is not None and text and line not in found[side] for side, line, text in rows):
            for side, line, text in rows:
                assert line is not None
                indent = re.match(r"[ \t]*", sides[side].lines[line])
                words = _HEEDED.sub(" ", f"{label(summaries)}: {text}")
                found[side][line] = f"{indent[0] if indent else ''}{mark} {words}\n"
    return found


def _rows(unit: UnitSummary, sides: tuple[_Side, _Side]) -> Iterator[tuple[int, int | None, str]]:
    """Where a unit stands, by side, and what is said there."""
    if unit.left is not None:
        yield 0, sides[0].line(unit.left, unit.left_span), unit.left_text
    if unit.right is not None:
        yield 1, sides[1].line(unit.right, unit.right_span), unit.right_text


def _inserted(text: str, line_map: LineMap, headers: Mapping[int, str]) -> tuple[str, LineMap]:
    lines, sources = lines_of(text), line_map.lines
    shown: list[str] = []
    found: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if at in headers:
            shown.append(headers[at])
            found.append((0, 0))
        shown.append(line)
        found += sources[at : at + 1]
    return "".join(shown), LineMap((*found, *sources[len(lines) :]) if sources else ())


def _tree(text: str, language: Language) -> Block | None:
    try:
        return language.read(text, "auto").tree
    except (PrediffError, RecursionError):
        return None


def _named(tree: Block) -> Iterator[tuple[str, Node]]:
    """The statements of a file and of its classes that define something, with the qualified names."""
    waiting: list[tuple[str, Sequence[Node]]] = [("", tree.body)]
    while waiting:
        outer, body = waiting.pop()
        for statement in body:
            node = definition(statement)
            if node is None or not node.name:
                continue
            name = f"{outer}.{node.name}" if outer else node.name
            yield name, statement
            if isinstance(node, Class):
                waiting.append((name, node.body.body))


def _whole(statement: Node) -> Span:
    """The span of a definition with its decorators."""
    node = definition(statement)
    starts = [statement.span, *[d.span for d in getattr(node, "decorators", ())]]
    first = min((span[0], span[1]) for span in starts if span[0])
    # A decorator's own span starts behind its sign.
    return (first[0], 0 if first[0] < statement.span[0] else first[1], statement.span[2], statement.span[3])


def _is_code(node: Node) -> bool:
    """Whether a comment above a statement stands above code: not a definition, a docstring or a directive."""
    if definition(node) is not None or (isinstance(node, Opaque) and node.kind == "directive"):
        return False
    return not (isinstance(node, ExprStmt) and isinstance(node.value, Literal) and node.value.kind == "str")
