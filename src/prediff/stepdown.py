"""Stepping down: a unit that cannot be printed safely in normal form is shown less far normalized, on both sides."""

from __future__ import annotations

from dataclasses import field

from prediff.align import definition
from prediff.languages.language import Language, Printed
from prediff.lean_dataclasses import dataclass
from prediff.model import ParsedFile, StepDown
from prediff.tree import Block, Node, Opaque, Span, update
from prediff.verify import misprinted


@dataclass(frozen=True, slots=True)
class Misprint:
    """A top-level unit, by name, that does not read back as it was printed."""

    name: str
    reason: str


@dataclass(slots=True)
class Steps:
    """The units that stepped down so far, by name: first to their own layout, then to their own text."""

    first: set[str] = field(default_factory=set)
    second: set[str] = field(default_factory=set)
    taken: tuple[StepDown, ...] = ()

    def down(self, wrong: list[Misprint]) -> bool:
        """Step each of the units down once more; False if there is none."""
        for unit in {w.name: w for w in wrong}.values():
            lower = unit.name in self.first
            (self.second if lower else self.first).add(unit.name)
            self.taken += (StepDown(unit.name, "verbatim" if lower else "own layout", unit.reason),)
        return bool(wrong)

    def unsettled(self, *found: tuple[StepDown, ...]) -> bool:
        """Step down, on both sides, the units whose rules did not settle on one; False if there is none."""
        new = [step for steps in found for step in steps]
        self.first |= {_settled_name(step.unit) for step in new}
        self.taken += tuple(new)
        return bool(new)

    def own_layout(self, parsed: ParsedFile) -> frozenset[Span]:
        """The spans of a file's units to which no rule is applied."""
        assert parsed.tree is not None
        if not self.first:
            return frozenset()
        return frozenset(n.span for n in parsed.tree.body if name_of(n) in self.first)


def _settled_name(unit: str) -> str:
    """The name that `name_of` gives to a unit of the engine's: a statement that defines nothing has only a line."""
    return "module" if unit.startswith("line ") else unit


def name_of(node: Node) -> str:
    """What a top-level statement is called in a step: a definition's name, or that it is the file's own code."""
    found = definition(node)
    return found.name if found is not None and found.name else "module"


def misprinted_units(
    tree: Block, printed: Printed, language: Language, skip: frozenset[Span]
) -> list[Misprint]:
    return [Misprint(name_of(node), reason) for node, reason in misprinted(tree, printed, language, skip)]


def verbatim(parsed: ParsedFile, steps: Steps) -> ParsedFile:
    """The file with the units that stepped down twice as their own text."""
    if not steps.second:
        return parsed
    assert parsed.tree is not None
    lines = parsed.source.text.split("\n")
    body = []
    for node in parsed.tree.body:
        if name_of(node) in steps.second:
            text = "\n".join(lines[node.span[0] - 1 : node.span[2]])
            node = Opaque("unread", (text,), span=node.span, header=node.span)
        body.append(node)
    tree = update(parsed.tree, body=tuple(body))
    return ParsedFile(parsed.source, tree, parsed.comments, parsed.reader, parsed.unread, parsed.reason)
