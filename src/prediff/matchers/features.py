"""What a unit is compared by where it was renamed and rewritten: its words, its runs of tokens, its shape.

Each is a bag (a feature and how often it occurs), weighed by TF-IDF, and two bags are compared by the cosine of their
angle (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988). Shapes are those of
Weisfeiler and Lehman's test, read from the top of a tree down: each node is called by its class, then by its own and
its children's labels (Shervashidze et al., "Weisfeiler-Lehman graph kernels", JMLR 12, 2011).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from math import log, sqrt
from typing import Any, TypeAlias

from prediff.lean_dataclasses import dataclass
from prediff.matchers.units import Definition
from prediff.tree import CHILD_FIELDS, VALUE_FIELDS, Attribute, Keyword, Literal, Name, Node

Bag: TypeAlias = Counter[Hashable]
Vector: TypeAlias = Mapping[Hashable, float]
"""The weight of each feature, of length 1 as a whole; empty for a bag of nothing."""

ROUNDS = 1
"""How often labels are refined. Two and three rounds find no more, and heavily rewritten units a little less well."""
MAX_TEXT = 200
"""How many characters of a literal are read."""
_SUBWORD = re.compile(r"[A-ZÀ-ÖØ-Þ]+(?![a-zß-öø-ÿ])|[^\W\d_][^\W\d_A-ZÀ-ÖØ-Þ]*")
"""A run of capitals that no small letter follows, or a letter and the small ones after it."""
_WORD = re.compile(r"[^\W\d]\w+")
_ITSELF = "\0itself"


@dataclass(frozen=True, slots=True)
class Features:
    """The bags of one unit, and its size in nodes of the tree."""

    words: Bag
    shingles: Bag
    shapes: Bag
    size: int


class Reader:
    """Gives the features of units; those that one reader gave can be compared."""

    def __init__(self) -> None:
        self._labels: dict[Hashable, int] = {}
        self._subwords: dict[str, tuple[str, ...]] = {}

    def features(self, unit: Definition) -> Features:
        """The features of a unit. Its own name is only among the words, so that recursion looks alike in any name."""
        nodes, below = _nodes(unit)
        words: Bag = Counter()
        tokens: list[str] = []
        for node in nodes:
            tokens += self._tokens(node, unit.name, words)
        words.update(self.subwords(unit.name))
        return Features(words, _shingles(tokens), self._shapes(nodes, below), len(nodes))

    def subwords(self, name: str) -> tuple[str, ...]:
        """The words that an identifier is made of, lower case: `load_configFile2` has load, config, file."""
        found = self._subwords.get(name)
        if found is None:
            found = tuple([w.lower() for w in _SUBWORD.findall(name)])
            self._subwords[name] = found
        return found

    def _tokens(self, node: Node, own: str, words: Bag) -> Iterable[str]:
        """The tokens of one node alone; the words in it are added to `words`."""
        cls = node.__class__
        if cls is Name or cls is Attribute or cls is Keyword:
            text: str = node.id if cls is Name else node.name  # type: ignore[attr-defined]
            if text == own:
                return (_ITSELF,)
            self._note(text, words)
            return (text,)
        if cls is Literal:
            value = node.value  # type: ignore[attr-defined]
            if value.__class__ is str:
                for word in _WORD.findall(value[:MAX_TEXT]):
                    words.update(self.subwords(word))
            return (f"{node.kind}:{value!r}"[:MAX_TEXT],)  # type: ignore[attr-defined]
        found = [cls.__name__]
        for field in VALUE_FIELDS[cls]:
            value = getattr(node, field)
            if value and not (field == "name" and value == own):
                found.append(str(value))
                if field == "name" or field == "module":
                    self._note(str(value), words)
        return found

    def _note(self, text: str, words: Bag) -> None:
        parts = self.subwords(text)
        if parts:
            words.update(parts)
            if len(parts) > 1:
                words[text] += 1

    def _shapes(self, nodes: Sequence[Node], below: Sequence[Sequence[int]]) -> Bag:
        """The labels of all nodes in each round; of a leaf only the first, since it never gets another."""
        labels = self._labels
        now = [labels.setdefault(_label(node), len(labels)) for node in nodes]
        found: Bag = Counter(now)
        for _ in range(ROUNDS):
            new = list(now)
            for i, kids in enumerate(below):
                if kids:
                    new[i] = labels.setdefault((now[i], *[now[k] for k in kids]), len(labels))
            now = new
            found.update([label for label, kids in zip(now, below, strict=True) if kids])
        return found


def _nodes(unit: Node) -> tuple[list[Node], list[list[int]]]:
    """The nodes of a tree, each before its children, and the indices of each one's children. Iterative."""
    nodes: list[Node] = []
    below: list[list[int]] = []
    stack: list[tuple[Any, int]] = [(unit, -1)]
    while stack:
        node, parent = stack.pop()
        if parent >= 0:
            below[parent].append(len(nodes))
        number = len(nodes)
        nodes.append(node)
        below.append([])
        for field in reversed(CHILD_FIELDS[node.__class__]):
            value = getattr(node, field)
            if value is None:
                continue
            if value.__class__ is tuple:
                stack += [(item, number) for item in reversed(value) if item.__class__ is not str]
            else:
                stack.append((value, number))
    return nodes, below


def _label(node: Node) -> Hashable:
    """What a node is called in the first round: its class, and its operator or kind."""
    cls = node.__class__
    return cls, getattr(node, "op", "") or getattr(node, "ops", "") or getattr(node, "kind", "")


def _shingles(tokens: Sequence[str]) -> Bag:
    """The runs of three tokens, the ends marked."""
    ended = ["", *tokens, ""]
    return Counter(zip(ended, ended[1:], ended[2:], strict=False))


class Weights:
    """How telling each feature is: the rarer in the two files, the more (smoothed IDF).

    It is as rare as on the side where it is more frequent: else what a unit shares with its counterpart would count for
    less than what it does not, which matters where there are few units.
    """

    def __init__(self, left: Sequence[Bag], right: Sequence[Bag]) -> None:
        self.count = max(len(left), len(right))
        one, two = (Counter([f for bag in side for f in bag]) for side in (left, right))
        self.frequency = one | two

    def vector(self, bag: Bag) -> Vector:
        """The weights of a bag's features, of length 1."""
        found = {f: (1 + log(n)) * log((1 + self.count) / (0.5 + self.frequency[f])) for f, n in bag.items()}
        length = sqrt(sum(w * w for w in found.values()))
        return {f: w / length for f, w in found.items()} if length else {}


def cosine(one: Vector, two: Vector) -> float:
    """The cosine of the angle between two vectors of length 1: from 0 to 1."""
    if len(one) > len(two):
        one, two = two, one
    get = two.get
    return sum([w * get(f, 0.0) for f, w in one.items()])
