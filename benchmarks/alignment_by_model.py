"""What a model's vectors pair of the functions that the matchers leave over, by the stage's own code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from prediff.cache import Cache
from prediff.languages.language import Language
from prediff.matchers.units import Path as UnitPath
from prediff.matchers.units import units_of
from prediff.models.kept import Kept
from prediff.models.prompted import Prompted
from prediff.models.protocols import Embedder, Unit
from prediff.models.settings import ModelSettings
from prediff.models.transformers.engine import TransformersEngine
from prediff.summarize.leftovers import Leftovers, Pair
from prediff.summarize.pairing import paired_by_model
from prediff.tree import Block, Class, Node, trees_equal


def open_embedder(name: str, work: Path) -> Embedder:
    """The model of a hub id or folder that is on this machine; its vectors are kept in `work`."""
    engine = TransformersEngine(ModelSettings(backend="transformers", name=name))
    return Prompted(Kept(engine, Cache(str(work / "vectors")), "benchmark"))


def further(
    left: Block,
    right: Block,
    pairs: Mapping[UnitPath, UnitPath],
    embedder: Embedder,
    language: Language,
) -> dict[UnitPath, UnitPath]:
    """The pairs of functions that vectors add to those that were found."""
    sides = [
        {
            unit.path: _unit(unit.path, unit.node, language)
            for unit in units_of(tree.body)
            if not isinstance(unit.node, Class)
        }
        for tree in (left, right)
    ]
    known = [(sides[0][i], sides[1][j]) for i, j in pairs.items() if i in sides[0] and j in sides[1]]
    changed = [Pair(one, two, "likeness") for one, two in known if not trees_equal(one.tree, two.tree)]
    taken = set(pairs), set(pairs.values())
    alone = [
        tuple([unit for path, unit in side.items() if path not in paths])
        for side, paths in zip(sides, taken, strict=True)
    ]
    found = paired_by_model(Leftovers(tuple(changed), alone[0], alone[1]), embedder)
    paths = [{unit.name: path for path, unit in side.items()} for side in sides]
    return {
        paths[0][pair.left.name]: paths[1][pair.right.name] for pair in found.pairs if pair.paired == "model"
    }


def _unit(path: UnitPath, node: Node, language: Language) -> Unit:
    text = language.print(Block((node,)), ()).text.rstrip("\n")
    return Unit(repr(path), language.id, text, node, tuple((0, 0) for _ in text.split("\n")))
