"""Where the body of a function is when its name was given to other code.

A name may stay where its code does not: `render` of the old release becomes `_render`, and a new `render` calls that.
Or the helper `_render` is gone, and what it did stands in `render`, which called it. A person who looks for the old
code does not mean the function that happens to have its name. So two functions belong together by their bodies where
all of this is so, none of which asks a matcher:

1. One has its name in both releases, the other in one only: it is new, or gone.
2. The function that has both names *hands on*: in the release with the other one it mentions that by name, in the
   other release it does not.
3. At least `HEAVY` of their tokens are common, clearly more (`CLOSER`) than with the function of the same name, and
   more in number too: a long function has a small share in common with the short one that it became.
4. Neither has as many in common with any other function of the other release's file.

What is left of the name's pair, the new caller or the old one, then belongs to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel, LCSseq

from prediff.matchers.units import Path
from prediff.tree import Attribute, Function, Name, walk

HEAVY = 0.5
"""Below which share of common tokens a function is heavily rewritten."""
CLOSER = 0.1
"""By which share of common tokens a function is clearly closer to another than the one of its name."""


@dataclass(frozen=True, slots=True)
class Side:
    """The functions of one release's file with their names, and the tokens of each with its name hidden."""

    functions: Mapping[Path, Function]
    tokens: Mapping[Path, Sequence[str]]


def common(left: Sequence[str], right: Sequence[str]) -> float:
    """Which share of two sequences of tokens is common: 2 LCS / (n + m), from 0 to 1."""
    return float(Indel.normalized_similarity(left, right))


def by_body(truth: Mapping[Path, Path], left: Side, right: Side) -> dict[Path, Path]:
    """The pairs by name, and instead of some of them those by body. truth: the left's paths as keys."""
    back = {b: a for a, b in truth.items()}
    found = dict(truth)
    for i, j in _moved_on(truth, left, right):
        found[i] = j
    for j, i in _moved_on(back, right, left):
        if i not in found and found.get(back[j]) == j:
            del found[back[j]]
            found[i] = j
    return found


def _moved_on(names: Mapping[Path, Path], one: Side, two: Side) -> Iterator[tuple[Path, Path]]:
    """The functions of one side whose bodies have a name of the other side's own, with the functions that have it."""
    taken = set(names.values())
    new = [path for path in two.functions if path not in taken]
    for path, same in names.items():
        mentioned = _mentions(two.functions[same]) - _mentions(one.functions[path])
        for other in new:
            if two.functions[other].name in mentioned and _is_body(path, same, other, one, two):
                yield path, other


def _mentions(function: Function) -> set[str]:
    """The names that a function reads, of variables and of attributes; its own is among them where it calls itself."""
    names = {node.id for node in walk(function) if isinstance(node, Name)}
    return names | {node.name for node in walk(function) if isinstance(node, Attribute)}


def _is_body(path: Path, same: Path, other: Path, one: Side, two: Side) -> bool:
    own, its, named = one.tokens[path], two.tokens[other], two.tokens[same]
    share = common(own, its)
    if share < max(HEAVY, common(own, named) + CLOSER):
        return False
    if LCSseq.similarity(own, its) <= LCSseq.similarity(own, named):
        return False
    return all(common(own, t) < share for p, t in two.tokens.items() if p != other) and all(
        common(t, its) < share for p, t in one.tokens.items() if p != path
    )
