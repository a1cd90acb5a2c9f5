"""Which file of the right belongs to which of the left: by path, then by the same bytes, then by likeness.

A wrong pair hides nothing: what has another path on the right never counts as the same.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import PurePosixPath

from prediff.folders.walk import Entry, Folder
from prediff.lean_dataclasses import dataclass

MAX_FILES = 5_000
"""Where more files than this are left over on a side, only the same bytes are looked for."""
MAX_SIZE = 1 << 20
"""Larger files are not looked at for likeness."""
MAX_TOTAL = 64 << 20
"""How many bytes of a side are looked at for likeness."""
MAX_WORDS = 4_000
"""How many words of a file are compared, from its start."""
CANDIDATES = 5
RARE = 12
"""In how many files a line stands at most that proposes a pair."""
LEAST = 0.6
"""The least likeness of a pair, as a share of the words of both. Two unrelated modules come to about 0.4."""

_WORD = re.compile(rb"\w+|[^\w\s]")

Reader = Callable[[str, str], bytes | None]
"""Takes the root of a folder and a relative path; None for what cannot be read."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An entry of either side, or one of each; likeness: 1.0 for the same path or the same bytes."""

    left: Entry | None
    right: Entry | None
    likeness: float = 1.0

    @property
    def path(self) -> str:
        """By which path it is listed."""
        found = self.left or self.right
        assert found is not None
        return found.path


def pair_up(left: Folder, right: Folder, read: Reader) -> list[Pair]:
    """All entries of both folders, in pairs where they belong together, in the order of their paths."""
    both = left.entries.keys() & right.entries.keys()
    pairs = [Pair(left.entries[path], right.entries[path]) for path in both]
    rest = _left_over(left, both), _left_over(right, both)
    moved = _same_bytes(rest, (left.root, right.root), read)
    moved += _alike(_without(rest, moved), (left.root, right.root), read)
    pairs += moved
    alone = _without(rest, moved)
    pairs += [Pair(entry, None) for entry in alone[0].values()]
    pairs += [Pair(None, entry) for entry in alone[1].values()]
    pairs += [Pair(e, None) for p, e in left.entries.items() if p not in both and p not in rest[0]]
    pairs += [Pair(None, e) for p, e in right.entries.items() if p not in both and p not in rest[1]]
    return sorted(pairs, key=lambda pair: (pair.path, pair.left is None))


Entries = Mapping[str, Entry]


def _left_over(folder: Folder, both: Iterable[str]) -> Entries:
    """The files of a folder that have no counterpart under their path. Empty ones say nothing of where they went."""
    paired = set(both)
    return {p: e for p, e in folder.entries.items() if p not in paired and e.kind == "file" and e.size}


def _without(rest: tuple[Entries, Entries], pairs: Sequence[Pair]) -> tuple[Entries, Entries]:
    taken = {p.left.path for p in pairs if p.left}, {p.right.path for p in pairs if p.right}
    left, right = ({k: v for k, v in side.items() if k not in t} for side, t in zip(rest, taken, strict=True))
    return left, right


def _same_bytes(rest: tuple[Entries, Entries], roots: tuple[str, str], read: Reader) -> list[Pair]:
    """Files with the same bytes; of several the one with the same name, then the nearest path."""
    sizes = {e.size for e in rest[0].values()} & {e.size for e in rest[1].values()}
    found: list[dict[bytes, list[Entry]]] = []
    for side, root in zip(rest, roots, strict=True):
        digests: dict[bytes, list[Entry]] = defaultdict(list)
        for entry in side.values():
            data = read(root, entry.path) if entry.size in sizes else None
            if data is not None:
                digests[blake2b(data, digest_size=32).digest()].append(entry)
        found.append(digests)
    pairs = []
    for digest, lefts in found[0].items():
        rights = list(found[1].get(digest, ()))
        for one in lefts:
            if rights:
                two = max(rights, key=lambda entry: (_near(one.path, entry.path), entry.path))
                rights.remove(two)
                pairs.append(Pair(one, two))
    return pairs


def _near(one: str, two: str) -> tuple[bool, int]:
    """How near two paths are: the same name first, then how many folders they share at either end."""
    a, b = PurePosixPath(one).parts, PurePosixPath(two).parts
    same = sum(x == y for x, y in zip(a, b, strict=False))
    return a[-1] == b[-1], same + sum(x == y for x, y in zip(a[::-1], b[::-1], strict=False))


def _alike(rest: tuple[Entries, Entries], roots: tuple[str, str], read: Reader) -> list[Pair]:
    """Files that are alike, the likeliest first; each is compared with a few candidates only."""
    if not all(0 < len(side) <= MAX_FILES for side in rest):
        return []
    lefts, rights = (_texts(side, root, read) for side, root in zip(rest, roots, strict=True))
    scores = []
    for one, two in _candidates(lefts, rights):
        likeness = _likeness(lefts[one], rights[two])
        if likeness >= LEAST:
            scores.append((likeness, _near(one, two), one, two))
    taken: tuple[set[str], set[str]] = set(), set()
    pairs = []
    for likeness, _, one, two in sorted(scores, reverse=True):
        if one not in taken[0] and two not in taken[1]:
            taken[0].add(one)
            taken[1].add(two)
            pairs.append(Pair(rest[0][one], rest[1][two], likeness))
    return pairs


@dataclass(frozen=True, slots=True)
class _Text:
    """The lines of a file as a set of digests, and its words."""

    lines: frozenset[int]
    words: list[bytes]


def _texts(side: Entries, root: str, read: Reader) -> dict[str, _Text]:
    found, total = {}, 0
    for path, entry in side.items():
        if entry.size > MAX_SIZE or total + entry.size > MAX_TOTAL:
            continue
        data = read(root, path)
        if data is None or b"\0" in data[:8000]:
            continue
        total += entry.size
        lines = frozenset(hash(line.strip()) for line in data.splitlines() if len(line.strip()) > 4)
        found[path] = _Text(lines, _WORD.findall(data)[:MAX_WORDS])
    return found


def _candidates(lefts: Mapping[str, _Text], rights: Mapping[str, _Text]) -> set[tuple[str, str]]:
    """Pairs of one ending that share rare lines, or a name."""
    by_line: dict[int, list[str]] = defaultdict(list)
    by_name: dict[str, list[str]] = defaultdict(list)
    for path, text in rights.items():
        by_name[PurePosixPath(path).name].append(path)
        for line in text.lines:
            by_line[line].append(path)
    found: set[tuple[str, str]] = set()
    for path, text in lefts.items():
        ending = PurePosixPath(path).suffix
        shared: Counter[str] = Counter()
        for line in text.lines:
            holders = by_line.get(line, ())
            if len(holders) <= RARE:
                shared.update(holders)
        likely = [p for p in sorted(shared, key=lambda p: (-shared[p], p)) if p.endswith(ending)]
        named = by_name.get(PurePosixPath(path).name, ())
        found |= {(path, other) for other in (*likely[:CANDIDATES], *named[:CANDIDATES])}
    return found


def _likeness(one: _Text, two: _Text) -> float:
    """The share of the words of two files that stand in both in the same order."""
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(one.words, two.words, score_cutoff=LEAST)
