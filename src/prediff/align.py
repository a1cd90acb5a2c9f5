"""The align stage: which unit of the right belongs to which of the left, and which of their statements.

Units are paired by qualified name, then by their binder-aware hash; similarity comes later, as one more matcher of the
fold. Nothing here decides what is equal: a wrong pair is noise, never concealment.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from prediff.facts.binders import canonical
from prediff.languages.language import Traits
from prediff.model import NormalizedFile, ParsedFile
from prediff.tree import Block, Class, Function, Node, Opaque, Span, children, tree_hash, update


@dataclass(frozen=True, slots=True)
class UnitKey:
    """The qualified name of a definition, and which one of that name it is in its block (from 0)."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two files and the pairs of their units: indices of top-level statements, the left's first.

    A statement that is no definition is paired with nothing here; see `pair_sequences`.
    """

    left: NormalizedFile
    right: NormalizedFile
    pairs: tuple[tuple[int, int], ...]


def definition(node: Node) -> Function | Class | None:
    """The definition that a statement is or exports."""
    if isinstance(node, (Function, Class)):
        return node
    if isinstance(node, Opaque) and node.kind.startswith("export"):
        for child in children(node):
            if isinstance(child, (Function, Class)):
                return child
    return None


def unit_keys(body: Sequence[Node]) -> list[UnitKey | None]:
    """The key of each statement of a block; None for those that define nothing."""
    seen: Counter[str] = Counter()
    keys: list[UnitKey | None] = []
    for node in body:
        found = definition(node)
        if found is None or not found.name:
            keys.append(None)
            continue
        name = f"{found.name}.{_role(found)}"
        keys.append(UnitKey(name, seen[name]))
        seen[name] += 1
    return keys


def _role(node: Function | Class) -> str:
    """What tells definitions of one name apart: a property's setter, a getter."""
    words = [*getattr(node, "modifiers", ())]
    words += [d.name for d in node.decorators if d.__class__.__name__ == "Attribute"]  # type: ignore[attr-defined]
    return ".".join(w for w in words if w in ("setter", "getter", "deleter", "get", "set", "static"))


def align(
    left: NormalizedFile, right: NormalizedFile, traits: Traits, keywords: bool | None = None
) -> Alignment:
    """Pair the units of two files: each matcher pairs among what those before it left over.

    `keywords`: whether parameters can be passed by name (the language's trait, unless implementations are compared).
    """
    if keywords is not None:
        traits = replace(traits, keyword_parameters=keywords)
    pairs: list[tuple[int, int]] = []
    for matcher in MATCHERS:
        taken_left, taken_right = {i for i, _ in pairs}, {j for _, j in pairs}
        found = matcher(left.tree, right.tree, traits)
        pairs += [(i, j) for i, j in found if i not in taken_left and j not in taken_right]
    return Alignment(left, right, tuple(sorted(pairs)))


def by_name(left: Block, right: Block, traits: Traits) -> list[tuple[int, int]]:
    """Pairs of definitions of the same name."""
    places = {key: j for j, key in enumerate(unit_keys(right.body)) if key is not None}
    return [
        (i, places[key]) for i, key in enumerate(unit_keys(left.body)) if key is not None and key in places
    ]


def by_hash(left: Block, right: Block, traits: Traits) -> list[tuple[int, int]]:
    """Pairs of definitions under different names that are equal but for that name and the names of their locals."""
    one, two = unit_keys(left.body), unit_keys(right.body)
    names = {k.name for k in one if k} & {k.name for k in two if k}
    rest_left, rest_right = _unnamed(left, one, names), _unnamed(right, two, names)
    if not rest_left or not rest_right:
        return []
    places: dict[bytes, list[int]] = defaultdict(list)
    for j, node in rest_right:
        places[_blind_hash(node, traits)].append(j)
    found = []
    for i, node in rest_left:
        candidates = places.get(_blind_hash(node, traits))
        if candidates:
            found.append((i, candidates.pop(0)))
    return found


def _unnamed(
    tree: Block, keys: Sequence[UnitKey | None], names: set[str]
) -> list[tuple[int, Function | Class]]:
    """The definitions of a file whose names the other file does not have."""
    return [
        (i, node)
        for i, (node, key) in enumerate(zip(tree.body, keys, strict=True))
        if key is not None and key.name not in names and isinstance(node, (Function, Class))
    ]


def _blind_hash(node: Function | Class, traits: Traits) -> bytes:
    """A hash that neither the names of locals nor the unit's own name (recursion included) change."""
    own = node.name
    nameless = update(canonical(node, traits), name="")
    return tree_hash(nameless, lambda n: "" if n.id == own else n.id)


Matcher = Callable[[Block, Block, Traits], list[tuple[int, int]]]
MATCHERS: tuple[Matcher, ...] = (by_name, by_hash)
"""Folded in order. A matcher by similarity is to stand last."""


def byte_equal_units(left: ParsedFile, right: ParsedFile) -> tuple[frozenset[Span], frozenset[Span]]:
    """The spans of definitions and top-level statements whose source lines are the same bytes on both sides.

    A definition needs the same qualified name; another statement must stand equally often on both sides.
    """
    assert left.tree is not None
    assert right.tree is not None
    one, two = _unit_texts(left), _unit_texts(right)
    done_left: set[Span] = set()
    done_right: set[Span] = set()
    for key, spans in one.items():
        others = two.get(key)
        if others is not None and len(others) == len(spans):
            done_left.update(spans)
            done_right.update(others)
    return frozenset(done_left), frozenset(done_right)


def _unit_texts(parsed: ParsedFile) -> dict[tuple[str, str], list[Span]]:
    """(qualified name, own text) of each unit that ends its lines, with the spans where it stands."""
    assert parsed.tree is not None
    lines = parsed.source.text.split("\n")
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    stack: list[tuple[str, Block]] = [("", parsed.tree)]
    while stack:
        outer, block = stack.pop()
        last = 0
        for node in block.body:
            span = node.span
            alone = span[0] > last
            last = span[2]
            if not alone or not span[0]:
                continue
            name = f"{outer}.{getattr(node, 'name', '')}"
            if isinstance(node, Class):
                stack.append((name, node.body))
            elif outer == "" or isinstance(node, Function):
                found[name, "\n".join(lines[span[0] - 1 : span[2]])].append(span)
    return found


def pair_sequences(left: Sequence[bytes], right: Sequence[bytes]) -> list[tuple[int, int]]:
    """The pairs of a longest common subsequence of two sequences of hashes, in order."""
    # What both start and end with belongs to a longest one, and is often all that there is.
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    one, two = left[start : len(left) - end], right[start : len(right) - end]
    middle = [(start + i, start + j) for i, j in _common_subsequence(one, two)] if one and two else []
    tail = [(len(left) - k, len(right) - k) for k in range(end, 0, -1)]
    return [(i, i) for i in range(start)] + middle + tail


def _common(left: Sequence[bytes], right: Sequence[bytes]) -> int:
    """How many items two sequences have in common at their start."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _common_subsequence(left: Sequence[bytes], right: Sequence[bytes]) -> list[tuple[int, int]]:
    from rapidfuzz.distance import LCSseq

    numbers: dict[bytes, int] = {}
    one = [numbers.setdefault(h, len(numbers)) for h in left]
    two = [numbers.setdefault(h, len(numbers)) for h in right]
    pairs: list[tuple[int, int]] = []
    for op in LCSseq.opcodes(one, two):
        if op.tag == "equal":
            pairs += zip(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=True)
    return pairs
