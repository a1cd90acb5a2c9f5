"""What is left over of a pair: the units that differ, each as a text of its own with numbered statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from prediff.align import pair_sequences
from prediff.errors import RuleError
from prediff.languages.language import Language
from prediff.lean_dataclasses import dataclass
from prediff.matchers.similarity import find_alike
from prediff.matchers.units import Definition, Path, definition, units_of
from prediff.model import MODULE, LineMap, Normalized
from prediff.models.protocols import Unit, UnitChange
from prediff.pipeline import Joined
from prediff.tree import Block, Class, Node, Span, hull, span_of, tree_hash, trees_equal, update

Paired = Literal["", "name", "likeness", "model"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A unit of the left and what became of it, and how the two were found to belong together."""

    left: Unit
    right: Unit
    paired: Paired

    @property
    def change(self) -> UnitChange:
        return UnitChange(self.left, self.right)


@dataclass(frozen=True, slots=True)
class Leftovers:
    """The units that differ, in the order of the source; what stands on one side only; each unit once."""

    pairs: tuple[Pair, ...]
    left: tuple[Unit, ...]
    right: tuple[Unit, ...]


def leftovers(joined: Joined, language: Language) -> Leftovers:
    """The definitions and methods that differ, and the statements outside of them.

    Of a class whose methods are units of their own, and of the file, what is left are the statements that the other
    side does not have.
    """
    left, right = joined.trees.left, joined.trees.right
    tops = [(i, j) for i, j in joined.trees.pairs if definition(left.body[i]) and definition(right.body[j])]
    likeness = find_alike(left, right, tops, language.traits)
    sides = _Side(left, language), _Side(right, language)
    known: list[tuple[Path, Path, Paired]] = [(one, two, "name") for one, two in likeness.known.items()]
    known += [(pair.left, pair.right, "likeness") for pair in likeness.alike]
    pairs: list[Pair] = []
    for one, two, how in sorted(known):
        pairs += _changed(sides, one, two, how)
    taken = {one for one, _, _ in known}, {two for _, two, _ in known}
    alone = [tuple(side.alone(paths)) for side, paths in zip(sides, taken, strict=True)]
    outside = [[n for n in tree.body if definition(n) is None] for tree in (left, right)]
    rest = _rest(MODULE, outside[0], outside[1], language)
    if isinstance(rest, Pair):
        return Leftovers((*pairs, rest), alone[0], alone[1])
    return Leftovers(tuple(pairs), alone[0] + rest[0], alone[1] + rest[1])


def definitions(file: Normalized, language: Language) -> tuple[Unit, ...]:
    """The definitions and methods of one file in normal form; a class with methods is told by these."""
    side = _Side(language.read(file.text, "auto").tree, language)
    units = [side.unit(path) for path, node in side.nodes.items() if not _has_methods(node)]
    return tuple([replace(unit, span=_source(unit.span, file.line_map)) for unit in units if unit])


def _has_methods(node: Node) -> bool:
    return isinstance(node, Class) and any(definition(n) for n in node.body.body)


def _source(span: Span | None, line_map: LineMap) -> Span | None:
    """The lines of the source that some lines of its normal form came from."""
    rows = line_map.lines[span[0] - 1 : span[2]] if span else ()
    known = [row for row in rows if row[0]]
    return (min(a for a, _ in known), 0, max(b for _, b in known), 0) if known else None


class _Side:
    """The units of one file by their paths, with their qualified names."""

    def __init__(self, tree: Block, language: Language) -> None:
        self.language = language
        self.nodes = {unit.path: unit.node for unit in units_of(tree.body)}

    def name(self, path: Path) -> str:
        return ".".join(self.nodes[path[:end]].name for end in range(1, len(path) + 1))

    def unit(self, path: Path) -> Unit | None:
        return unit_of(self.nodes[path], self.name(path), self.language)

    def alone(self, taken: Iterable[Path]) -> Iterator[Unit]:
        """The units that are in no pair; of a class that is in none, not its methods as well."""
        known = set(taken)
        for path in self.nodes:
            inside_another = any(path[:end] not in known for end in range(1, len(path)))
            if path not in known and not inside_another:
                unit = self.unit(path)
                if unit is not None:
                    yield unit


def _changed(sides: tuple[_Side, _Side], one: Path, two: Path, how: Paired) -> Iterator[Pair]:
    """The pair of two units that belong together, if they differ; of two classes what is not in their methods."""
    left, right = sides[0].nodes[one], sides[1].nodes[two]
    if trees_equal(left, right):
        return
    if not (isinstance(left, Class) and isinstance(right, Class)):
        units = sides[0].unit(one), sides[1].unit(two)
        if units[0] is not None and units[1] is not None:
            yield Pair(units[0], units[1], how)
        return
    shells = _shell(left), _shell(right)
    if not trees_equal(*shells):
        language = sides[0].language
        named = sides[0].name(one), sides[1].name(two)
        texts = [unit_of(shell, name, language) for shell, name in zip(shells, named, strict=True)]
        if texts[0] is not None and texts[1] is not None:
            yield Pair(texts[0], texts[1], how)


def _shell(node: Class) -> Class:
    """A class without its methods and inner classes, which are units of their own."""
    return update(node, body=Block(tuple(n for n in node.body.body if definition(n) is None)))


def _rest(
    name: str, left: Sequence[Node], right: Sequence[Node], language: Language
) -> Pair | tuple[tuple[Unit, ...], tuple[Unit, ...]]:
    """The statements of two blocks that the other one does not have, as a pair, or where one has none alone.

    Where both have the same ones in another order, all of them: else nothing would tell what differs.
    """
    hashes = [tree_hash(n) for n in left], [tree_hash(n) for n in right]
    paired = pair_sequences(*hashes)
    ones, twos = {i for i, _ in paired}, {j for _, j in paired}
    rests = [
        [h for i, h in enumerate(own) if i not in known]
        for own, known in zip(hashes, (ones, twos), strict=True)
    ]
    if rests[0] == rests[1] != []:
        ones, twos = set(), set()
    sides = []
    for body, known in ((left, ones), (right, twos)):
        rest = tuple(n for i, n in enumerate(body) if i not in known)
        block = Block(rest, span=hull([span_of(n) for n in rest])) if rest else None
        unit = unit_of(block, name, language) if block is not None else None
        sides.append((unit,) if unit is not None else ())
    if sides[0] and sides[1]:
        return Pair(sides[0][0], sides[1][0], "name")
    return sides[0], sides[1]


def unit_of(node: Definition | Block, name: str, language: Language) -> Unit | None:
    """A unit as a model gets to see it, without comments; None where it cannot be printed alone."""
    block = node if isinstance(node, Block) else Block((node,))
    try:
        printed = language.print(block, ())
    except (RuleError, RecursionError):
        return None
    text = printed.text.rstrip("\n")
    rows = text.count("\n") + 1
    return Unit(name, language.id, text, node, tuple(printed.sources[:rows]), span_of(node))
