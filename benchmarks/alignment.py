"""Does the matcher find a function again that was renamed and rewritten?

    python benchmarks/alignment.py --work FOLDER
    python benchmarks/alignment.py --work FOLDER --use tune --only click,rich --show
    python benchmarks/alignment.py --work FOLDER --embedding MODEL

`alignment.tsv` names packages and successive releases of them; `pip download` brings them into FOLDER, and only their
Python files are taken out. Nothing is installed or run. Functions under the same qualified name in two releases belong
together, or where a body moved those that have it (`alignment_truth`); the matcher does not see the names: each
function is called by a number of its own, where it names itself too.

    ordered    both files as they are
    shuffled   the right file's definitions, and those of its classes, in any order
    holes      15 % of the right file's functions are taken out: what they belong to must be paired with nothing
    few        one changed function in ten is renamed, some without a counterpart; all others keep their names

*Changed* are functions whose normal forms differ in more than the names of locals, *heavy* those of which less than
half of the tokens of the normal forms are common (2 LCS / (n + m)). A pair is *wrong* where one of the two has its
counterpart elsewhere, or had it taken out; *moved on* are those of the wrong pairs whose right function has clearly
more tokens in common with the left one than its counterpart. Pairs of two functions of which the other release has
neither name are most often real renamings, which names cannot tell: they are *not judged*.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path

from alignment_by_model import further, open_embedder
from alignment_pairs import Case, FilePair, common_tokens, file_pairs, releases, renamed
from alignment_truth import CLOSER
from crash_sweep import fetch
from prediff.depth import quick_and_deep
from prediff.languages import get_language
from prediff.languages.language import Language
from prediff.matchers import MATCHERS, fold
from prediff.matchers.similarity import find_alike
from prediff.matchers.units import Path as UnitPath
from prediff.matchers.units import units_of
from prediff.models.protocols import Embedder
from prediff.tree import Block, Class, Node, Pass, update

HOLES = 0.15
FEW = 0.1
SCENARIOS = ("ordered", "shuffled", "holes", "few")
WITH_MODEL = ", with a model"


@dataclass(slots=True)
class Tally:
    """What came out, summed: functions and right answers by kind, pairs, and those that are wrong or cannot be judged.

    closer: wrong pairs whose right function has clearly more tokens in common than the one of the same name.
    total: all functions of the left, those among them that are not looked for.
    """

    functions: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    pairs: int = 0
    unknown: int = 0
    closer: int = 0
    total: int = 0
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        for name in ("functions", "right", "wrong"):
            getattr(self, name).update(getattr(other, name))
        for name in ("pairs", "unknown", "closer", "total", "seconds"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def share(self, *kinds: str) -> float:
        """The share of the functions of some kinds that found their counterparts, in per cent."""
        return 100 * sum(self.right[k] for k in kinds) / max(sum(self.functions[k] for k in kinds), 1)

    @property
    def wrong_share(self) -> float:
        """The share of all pairs that are wrong, in per cent; those that cannot be judged are not among them."""
        return 100 * sum(self.wrong.values()) / max(self.pairs, 1)

    def row(self, scenario: str) -> str:
        found = self.functions
        changed, lost = found["changed"] + found["heavy"], found["gone"] + found["taken out"]
        return (
            f"| {scenario} | {self.share('changed', 'heavy'):.1f} % of {changed:,} "
            f"| {self.share('heavy'):.1f} % of {found['heavy']:,} "
            f"| {self.share('equal'):.1f} % of {found['equal']:,} "
            f"| {self.wrong_share:.1f} % of {self.pairs:,} | {self.closer} of {sum(self.wrong.values())} "
            f"| {self.wrong['gone'] + self.wrong['taken out']} of {lost:,} | {self.unknown} "
            f"| {1000 * self.seconds / max(self.total, 1):.2f} |"
        )


HEADER = """\
| | changed | heavy | equal | wrong pairs | moved on | without a counterpart | not judged | ms a function |
|---|---:|---:|---:|---:|---:|---:|---:|---:|"""


# --- scenarios -------------------------------------------------------------------------------------------------


def measured(
    pair: FilePair, scenario: str, language: Language, show: bool = False, embedder: Embedder | None = None
) -> Tally:
    """How the matchers do on one pair of files, with what vectors add to them where there is an embedder."""
    seed = random.Random(f"{pair.name} {scenario}")
    left, right, cases = pair.left, pair.right, pair.cases
    places: dict[UnitPath, UnitPath] = {}
    if scenario == "shuffled":
        right, places = shuffled(right, seed)
    elif scenario == "holes":
        cases = tuple(
            [Case(c.left, None, "taken out") if c.right and seed.random() < HOLES else c for c in cases]
        )
        right = without(right, {c.right for c in pair.cases if c.right} - {c.right for c in cases if c.right})
    elif scenario == "few":
        left, right, cases = few(pair, seed)
    start = time.process_time()
    found = find_alike(left, right, fold(MATCHERS, left, right, language.traits), language.traits)
    tally = Tally(total=len(pair.cases), seconds=time.process_time() - start)
    pairs = {**found.known, **{a.left: a.right for a in found.alike}}
    if embedder is not None:
        pairs |= further(left, right, pairs, embedder, language)
    counterparts = {c.right for c in cases if c.right}
    for case in cases:
        got = pairs.get(case.left)
        got = places[got] if got is not None and places else got
        tally.functions[case.kind] += 1
        tally.pairs += got is not None
        tally.right[case.kind] += got is not None and got == case.right
        if got is None or got == case.right:
            continue
        if case.kind == "gone" and got not in counterparts:
            tally.unknown += 1
            continue
        tally.wrong[case.kind] += 1
        tally.closer += case.right is not None and _is_closer(pair, case, got, language)
        if show:
            print(
                f"{scenario} {pair.name}: {case.kind} {_shown(pair, case.left, got)}, should be {case.right}"
            )
    return tally


def _is_closer(pair: FilePair, case: Case, got: UnitPath, language: Language) -> bool:
    one = {u.path: u.node for u in units_of(pair.left.body)}[case.left]
    two = {u.path: u.node for u in units_of(pair.right.body)}
    assert case.right is not None
    by_name = common_tokens(one, two[case.right], language)
    return common_tokens(one, two[got], language) > by_name + CLOSER


def _shown(pair: FilePair, left: UnitPath, right: UnitPath) -> str:
    lines = [
        next(f"line {u.node.span[0]} {u.path}" for u in units_of(tree.body) if u.path == path)
        for tree, path in ((pair.left, left), (pair.right, right))
    ]
    return " with ".join(lines)


def shuffled(tree: Block, seed: random.Random) -> tuple[Block, dict[UnitPath, UnitPath]]:
    """The statements of a file and of its classes in any order, and where each definition stood."""
    places: dict[UnitPath, UnitPath] = {}

    def visit(block: Block, old: UnitPath, new: UnitPath) -> Block:
        order = list(range(len(block.body)))
        seed.shuffle(order)
        body = []
        for k, i in enumerate(order):
            node = block.body[i]
            places[(*new, k)] = (*old, i)
            if isinstance(node, Class):
                node = update(node, body=visit(node.body, (*old, i), (*new, k)))
            body.append(node)
        return update(block, body=tuple(body))

    return visit(tree, (), ()), places


def without(tree: Block, paths: Set[UnitPath]) -> Block:
    """A file without some of its functions; the others keep their paths."""

    def visit(block: Block, path: UnitPath) -> Block:
        body: list[Node] = []
        for i, node in enumerate(block.body):
            if isinstance(node, Class):
                node = update(node, body=visit(node.body, (*path, i)))
            body.append(Pass() if (*path, i) in paths else node)
        return update(block, body=tuple(body))

    return visit(tree, ())


def few(pair: FilePair, seed: random.Random) -> tuple[Block, Block, tuple[Case, ...]]:
    """Both files with a name for most functions, and only those without a name that are to be found, as cases."""
    names: tuple[dict[UnitPath, str], dict[UnitPath, str]] = {}, {}
    gone: tuple[set[UnitPath], set[UnitPath]] = set(), set(pair.new)
    cases = []
    for number, case in enumerate(pair.cases):
        if case.right is None:
            gone[0].add(case.left)
        elif case.kind == "equal" or seed.random() >= FEW:
            names[0][case.left] = names[1][case.right] = f"_same_{number}"
        else:
            fate = seed.choice(("left only", "right only", "both", "both"))
            if fate == "right only":
                gone[0].add(case.left)
                continue
            if fate == "left only":
                gone[1].add(case.right)
            cases.append(case if fate == "both" else Case(case.left, None, "taken out"))
    trees = without(pair.left, gone[0]), without(pair.right, gone[1])
    return renamed(trees[0], names[0]), renamed(trees[1], names[1]), tuple(cases)


# --- all of them -----------------------------------------------------------------------------------------------


def run(pairs: Sequence[FilePair], show: bool = False, embedder: Embedder | None = None) -> dict[str, Tally]:
    """The tally of each scenario over some pairs of files; with an embedder of each a second one, with its pairs."""
    language = get_language("python")
    found = {scenario: Tally() for scenario in SCENARIOS}
    if embedder is not None:
        found |= {f"{scenario}{WITH_MODEL}": Tally() for scenario in SCENARIOS}
    for scenario, tally in found.items():
        for pair in pairs:
            asked = embedder if scenario.endswith(WITH_MODEL) else None
            tally.add(measured(pair, scenario.removesuffix(WITH_MODEL), language, show, asked))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the releases, kept for the next run"
    )
    parser.add_argument("--use", choices=("tune", "report", "all"), default="report")
    parser.add_argument("--only", default="", help="packages, with commas between them")
    parser.add_argument("--by-name", action="store_true", help="by the names alone, even where a body moved")
    parser.add_argument("--show", action="store_true", help="show each wrong pair")
    parser.add_argument("--embedding", default="", help="a model on this machine, whose pairs are added")
    options = parser.parse_args()
    embedder = open_embedder(options.embedding, options.work) if options.embedding else None
    total: dict[str, Tally] = {}
    only = frozenset(options.only.split(",")) - {""}
    with quick_and_deep():
        for name, old, new in releases(options.use, only):
            folders = [fetch(name, version, options.work / f"{name}-{version}") for version in (old, new)]
            found = run(list(file_pairs(folders[0], folders[1], options.by_name)), options.show, embedder)
            print(found["ordered"].row(f"{name} {old} to {new}"), flush=True)
            for scenario, tally in found.items():
                total.setdefault(scenario, Tally()).add(tally)
    print(HEADER)
    for scenario, tally in total.items():
        print(tally.row(scenario))
    return 0 if total and total["ordered"].pairs else 1


if __name__ == "__main__":
    sys.exit(main())
