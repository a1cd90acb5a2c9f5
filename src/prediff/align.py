"""The align stage: which unit of the right belongs to which of the left, and which of their statements.

Units are paired by qualified name, then by their binder-aware hash (`matchers`). Nothing here decides what is equal: a
wrong pair is noise, never concealment. Units that are only alike are no pairs of an `Alignment`, since `reconcile`
moves the right of each pair toward its left: reports and views ask `matchers.similarity` for them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import replace

from prediff.languages.language import Traits
from prediff.lean_dataclasses import dataclass
from prediff.matchers import MATCHERS, fold
from prediff.matchers.names import by_name
from prediff.matchers.units import UnitKey, definition, unit_keys
from prediff.model import NormalizedFile, ParsedFile
from prediff.tree import Block, Class, Function, Span

__all__ = [
    "Alignment",
    "UnitKey",
    "align",
    "by_name",
    "byte_equal_units",
    "definition",
    "pair_sequences",
    "unit_keys",
]


@dataclass(frozen=True, slots=True)
class Alignment:
    """Two files and the pairs of their units: indices of top-level statements, the left's first.

    A statement that is no definition is paired with nothing here; see `pair_sequences`.
    """

    left: NormalizedFile
    right: NormalizedFile
    pairs: tuple[tuple[int, int], ...]


def align(
    left: NormalizedFile, right: NormalizedFile, traits: Traits, keywords: bool | None = None
) -> Alignment:
    """Pair the units of two files: each matcher pairs among what those before it left over.

    `keywords`: whether parameters can be passed by name (the language's trait, unless implementations are compared).
    """
    if keywords is not None:
        traits = replace(traits, keyword_parameters=keywords)
    return Alignment(left, right, tuple(fold(MATCHERS, left.tree, right.tree, traits)))


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


def pair_sequences(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    """The pairs of a longest common subsequence of two sequences of hashes, in order."""
    # What both start and end with belongs to a longest one, and is often all that there is.
    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    one, two = left[start : len(left) - end], right[start : len(right) - end]
    middle = [(start + i, start + j) for i, j in _common_subsequence(one, two)] if one and two else []
    tail = [(len(left) - k, len(right) - k) for k in range(end, 0, -1)]
    return [(i, i) for i in range(start)] + middle + tail


def common_items(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """How many items a longest common subsequence of two sequences has, in memory for a sequence alone."""
    from rapidfuzz.distance import LCSseq

    start = _common(left, right)
    end = _common(left[start:][::-1], right[start:][::-1])
    numbers: dict[Hashable, int] = {}
    one = [numbers.setdefault(h, len(numbers)) for h in left[start : len(left) - end]]
    two = [numbers.setdefault(h, len(numbers)) for h in right[start : len(right) - end]]
    return start + end + (int(LCSseq.similarity(one, two)) if one and two else 0)


def _common(left: Sequence[Hashable], right: Sequence[Hashable]) -> int:
    """How many items two sequences have in common at their start."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count


def _common_subsequence(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[tuple[int, int]]:
    from rapidfuzz.distance import LCSseq

    numbers: dict[Hashable, int] = {}
    one = [numbers.setdefault(h, len(numbers)) for h in left]
    two = [numbers.setdefault(h, len(numbers)) for h in right]
    pairs: list[tuple[int, int]] = []
    for op in LCSseq.opcodes(one, two):
        if op.tag == "equal":
            pairs += zip(range(op.src_start, op.src_end), range(op.dest_start, op.dest_end), strict=True)
    return pairs
