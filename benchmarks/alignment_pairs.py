"""Pairs of files of successive releases with the names of their functions hidden, and what the names say of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import corpus
from alignment_truth import HEAVY, Side, by_body, common
from prediff.languages import get_language
from prediff.languages.language import Language
from prediff.matchers.hashes import blind_hash
from prediff.matchers.units import Path as UnitPath
from prediff.matchers.units import definition, unit_keys, units_of
from prediff.model import Settings, SourceFile
from prediff.normalizer import assumptions_of, normalize
from prediff.parse import parse
from prediff.rules import RULES
from prediff.tree import Attribute, Block, Class, Function, Name, Node, map_children, update

TABLE = Path(__file__).with_name("alignment.tsv")
VENDORED = frozenset({"_vendor", "_vendored", "packages"})
KINDS = ("equal", "changed", "heavy", "gone", "taken out")
_TOKEN = re.compile(r"\w+|[^\w\s]")
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A function of the left, its counterpart, and what became of it (one of `KINDS`)."""

    left: UnitPath
    right: UnitPath | None
    kind: str


@dataclass(frozen=True, slots=True)
class FilePair:
    """A file of two releases in normal form, names hidden. new: the functions of the right without a counterpart."""

    name: str
    left: Block
    right: Block
    cases: tuple[Case, ...]
    new: frozenset[UnitPath]


def releases(use: str, only: Set[str]) -> Iterator[tuple[str, str, str]]:
    """The package and both versions of each pair of successive releases."""
    for row in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        name, what, versions = row.split("\t")
        if use in (what, "all") and (not only or name in only):
            found = versions.split()
            yield from ((name, old, new) for old, new in pairwise(found))


def texts(folder: Path) -> dict[str, str]:
    """The text of each Python file of a release by its path in it; tests and vendored packages are left out."""
    found = {}
    for path in corpus.files([folder], "python"):
        name = path.relative_to(folder)
        if not VENDORED.intersection(name.parts):
            found[str(name)] = path.read_bytes().decode("utf-8", "replace")
    return found


def file_pairs(left: Path, right: Path, by_name: bool = False) -> Iterator[FilePair]:
    """The files that both of two releases have and that changed. by_name: see `file_pair`."""
    one, two = texts(left), texts(right)
    language = get_language("python")
    for name in sorted(one.keys() & two.keys()):
        if one[name] != two[name]:
            trees = normal_form(one[name], language), normal_form(two[name], language)
            if trees[0] is not None and trees[1] is not None:
                yield file_pair(name, trees[0], trees[1], language, by_name)


def normal_form(text: str, language: Language) -> Block | None:
    """The normal form of a file at the default level; None if it cannot be read."""
    parsed = parse(SourceFile("a.py", text, language.id), language)
    if parsed.tree is None:
        return None
    return normalize(parsed, language, RULES, assumptions_of(Settings()), frozenset()).tree


def file_pair(name: str, left: Block, right: Block, language: Language, by_name: bool = False) -> FilePair:
    """The pair with the names of all functions hidden, and what belongs together.

    That is what has the same qualified name, unless the body moved (`alignment_truth`); by_name: even then.
    """
    keys = _keys(left), _keys(right)
    one = renamed(left, {path: f"_{i}" for i, path in enumerate(keys[0])})
    two = renamed(right, {path: f"_{i + len(keys[0])}" for i, path in enumerate(keys[1])})
    nodes = _functions(one, keys[0]), _functions(two, keys[1])
    places = {key: path for path, key in keys[1].items() if path in nodes[1]}
    truth = {path: places[key] for path, key in keys[0].items() if path in nodes[0] and key in places}
    if not by_name:
        texts = [{p: tokens(n, language) for p, n in side.items()} for side in nodes]
        named = _functions(left, keys[0]), _functions(right, keys[1])
        truth = by_body(truth, Side(named[0], texts[0]), Side(named[1], texts[1]))
    cases = []
    for path in keys[0]:
        other = truth.get(path)
        kind = "gone" if other is None else _kind(nodes[0][path], nodes[1][other], language)
        cases.append(Case(path, other, kind))
    return FilePair(name, one, two, tuple(cases), frozenset(keys[1]) - set(truth.values()))


def _functions(tree: Block, paths: Container[UnitPath]) -> dict[UnitPath, Function]:
    """The functions at some paths, without overloads."""
    found = {}
    for unit in units_of(tree.body):
        if unit.path in paths and isinstance(unit.node, Function) and not _is_overload(unit.node):
            found[unit.path] = unit.node
    return found


def _keys(tree: Block) -> dict[UnitPath, Key]:
    """The qualified name of each function, and which of that name it is; overloads are not counted."""
    found: dict[UnitPath, Key] = {}

    def visit(block: Block, path: UnitPath, outer: Key) -> None:
        seen: Counter[str] = Counter()
        for i, (statement, key) in enumerate(zip(block.body, unit_keys(block.body), strict=True)):
            node = definition(statement)
            if node is None or key is None:
                continue
            own: Key = (*outer, key.name, seen[key.name])
            if isinstance(node, Class):
                visit(node.body, (*path, i), own)
            else:
                found[(*path, i)] = own
            seen[key.name] += not _is_overload(node)

    visit(tree, (), ())
    return found


def _is_overload(node: Function | Class) -> bool:
    """Whether a definition is for type checkers: its implementation stands under the same name."""
    return any(getattr(d, "id", getattr(d, "name", "")) == "overload" for d in node.decorators)


def _kind(left: Function, right: Function, language: Language) -> str:
    if blind_hash(left, language.traits) == blind_hash(right, language.traits):
        return "equal"
    return "heavy" if common_tokens(left, right, language) < HEAVY else "changed"


def common_tokens(left: Node, right: Node, language: Language) -> float:
    """Which share of the tokens of two normal forms is common: 2 LCS / (n + m), from 0 to 1."""
    return common(tokens(left, language), tokens(right, language))


def tokens(node: Node, language: Language) -> list[str]:
    return _TOKEN.findall(language.print(Block((node,)), ()).text)


def renamed(tree: Block, names: Mapping[UnitPath, str]) -> Block:
    """The tree with definitions under other names, where they name themselves too."""

    def called(node: Node, path: UnitPath) -> Node:
        found = definition(node)
        if found is None:
            return node
        new = found
        if path in names:
            new = _called(found, names[path])
        elif isinstance(found, Class):
            new = update(found, body=within(found.body, path))
        return new if node is found else map_children(node, lambda c: new if c is found else c)

    def within(block: Block, path: UnitPath) -> Block:
        return update(block, body=tuple([called(n, (*path, i)) for i, n in enumerate(block.body)]))

    return within(tree, ())


def _called(node: Function | Class, name: str) -> Function | Class:
    own = node.name

    def visit(part: Node) -> Node:
        if isinstance(part, Name):
            return update(part, id=name) if part.id == own else part
        if isinstance(part, Attribute) and part.name == own:
            part = update(part, name=name)
        return map_children(part, visit)

    return update(map_children(node, visit), name=name)
