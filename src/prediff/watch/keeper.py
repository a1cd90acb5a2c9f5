"""Keeps a mirror of two folders as `prediff tree --out` would write it, from what it knows of the last time.

Nothing that it is told is believed: a path that may have changed is looked at, and read where its times, its size or
its number are others than before, or too young for that to tell.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import field, replace
from typing import TypeAlias

from prediff.config_files import FILES, folders_from, user_file
from prediff.folders.compare import Plan, out_path, quiet_read, write_pairs
from prediff.folders.ignoring import rules_for
from prediff.folders.mirror import OutputFolder
from prediff.folders.names import safe_paths
from prediff.folders.pairing import Pair, pair_up
from prediff.folders.walk import NEVER, Entry, Folder, look_at, walk
from prediff.lean_dataclasses import dataclass

SETTLED = 2.0
"""Seconds after which the time of a file tells that it has not been written since: systems count in steps."""
_TRIES = 3
_STEERS = frozenset({*FILES, ".gitignore"})
_OF_GIT = frozenset({"", "index", "info/exclude", "config"})
"""What of a repository steers which files git lists: whether it is there, and these."""

Stamp: TypeAlias = tuple[int, ...]
Stamps: TypeAlias = tuple[Stamp, Stamp]
Key: TypeAlias = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass came to. pairs: of both folders; done: of them, those that were written anew.

    grown: whether there are folders that were not there before. trouble: lines on what could not be read.
    """

    pairs: int
    done: int
    grown: bool = False
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Known:
    """A pair in the mirror: what its files were, None where that is not known for sure, and where its texts are."""

    stamps: Stamps | None
    outputs: tuple[str, ...]


@dataclass(slots=True)
class Keeper:
    """The two folders, and what is known of them. make_plan: reads the configuration, and says how to compare.

    The folders' paths are absolute. A method raises PrediffError where a folder is not there or the mirror cannot be
    written; the next pass then must be one over everything.
    """

    left: str
    right: str
    make_plan: Callable[[], Plan]
    _plan: Plan | None = None
    _configuration: dict[str, Stamp] = field(default_factory=dict)
    _known: dict[Key, _Known] = field(default_factory=dict)
    _pairs: dict[Key, Pair] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _parents: frozenset[str] = frozenset()
    _moved: tuple[object, list[Pair]] = field(default_factory=lambda: (None, []))

    @property
    def roots(self) -> tuple[str, str]:
        return self.left, self.right

    def everything(self) -> Pass:
        """Read all files, and make the mirror what it should be, whatever was done to it."""
        self._plan = None
        return self._structure(deep=True)

    def changed(self, paths: Iterable[str]) -> Pass:
        """Look at some paths, or, where they may change which files belong together, at all times and sizes."""
        touched = self._touched(paths)
        if touched is None or self._plan is None:
            return self.looked_over(paths)
        return self._contents(touched) if touched else Pass(len(self._pairs), 0)

    def looked_over(self, paths: Iterable[str] = ()) -> Pass:
        """Look at the times and sizes of all files, and read those that changed, and those at `paths`."""
        at = set(self._located(paths))
        for key, known in self._known.items():
            if (0, key[0]) in at or (1, key[1]) in at:
                self._known[key] = replace(known, stamps=None)
        return self._structure(deep=False)

    def _located(self, paths: Iterable[str]) -> list[tuple[int, str]]:
        """The sides and relative paths of some paths; one may lie in both folders."""
        found = []
        for path in paths:
            for side, root in enumerate(self.roots):
                if path == root or path.startswith(root.rstrip(os.sep) + os.sep):
                    found.append((side, path[len(root) :].replace(os.sep, "/").strip("/")))
        return found

    def _touched(self, paths: Iterable[str]) -> list[Pair] | None:
        """The pairs of some paths as they are now; None where more than their contents may have changed."""
        found: dict[Key, Pair] = {}
        for side, path in self._located(paths):
            names = path.split("/")
            if NEVER.intersection(names):
                if names[0] == ".git" and "/".join(names[1:]) in _OF_GIT:
                    return None
                continue
            if path in self._parents and os.path.isdir(os.path.join(self.roots[side], path)):
                continue  # what happened in it is told of its own
            if path not in self._names and not self._stands(path) and names[-1] not in _STEERS:
                continue  # it came and went, as what an editor writes beside a file does
            old = self._pairs.get((path, path))
            entries = look_at(self.left, path), look_at(self.right, path)
            if (
                old is None
                or names[-1] in _STEERS
                or not (_is_of_files(old) and _is_of_files(Pair(*entries)))
            ):
                return None
            found[path, path] = Pair(*entries)
        return list(found.values())

    def _stands(self, path: str) -> bool:
        return any(os.path.lexists(os.path.join(root, path)) for root in self.roots)

    def _contents(self, pairs: list[Pair]) -> Pass:
        """Write pairs of which only the contents changed."""
        assert self._plan is not None
        now = time.time()
        folders = Folder(self.left, {}), Folder(self.right, {})
        written, trouble = write_pairs(folders, pairs, self._names, self._plan)
        self._pairs |= {_key(pair): pair for pair in pairs}
        if self._note(pairs, written, now):
            self._prune()
        return Pass(len(self._pairs), len(pairs), trouble=tuple(trouble))

    def _structure(self, deep: bool) -> Pass:
        """Walk both folders, pair their files, and write the pairs that are not as they were."""
        now = time.time()
        before = self._parents
        folders = self._walked()
        pairs = {_key(pair): pair for pair in self._paired(folders, now)}
        self._names = safe_paths(path for key in pairs for path in key if path is not None)
        todo = [pair for key, pair in pairs.items() if not self._is_done(key, pair)]
        self._pairs = pairs
        self._take_away()
        assert self._plan is not None
        written, trouble = write_pairs(folders, todo, self._names, self._plan)
        if self._note(todo, written, now) or deep:
            self._prune()
        for folder in folders:
            trouble += [f"{os.path.join(folder.root, path)}: {reason}" for path, reason in folder.trouble]
        return Pass(len(pairs), len(todo), bool(self._parents - before), tuple(trouble))

    def _walked(self) -> tuple[Folder, Folder]:
        """Both folders, under a plan that is made anew where a file that configures prediff changed or came."""
        for _ in range(_TRIES):
            found = _configuration(self.roots, self._parents)
            if self._plan is None or found != self._configuration:
                self._plan, self._configuration = self.make_plan(), found
                self._known = {key: replace(known, stamps=None) for key, known in self._known.items()}
            rules = rules_for(self.roots, self._plan.globs, self._plan.ignore_files)
            folders = walk(self.left, rules[0]), walk(self.right, rules[1])
            self._parents = _parents(folders)
            if _configuration(self.roots, self._parents) == self._configuration:
                break
        return folders

    def _paired(self, folders: tuple[Folder, Folder], now: float) -> list[Pair]:
        """All pairs. What has no counterpart at its path is only looked at again where something of it changed."""
        left, right = (folder.entries for folder in folders)
        both = left.keys() & right.keys()
        rest = [entry for side in (left, right) for path, entry in side.items() if path not in both]
        signature = [(entry.path, entry.kind, entry.stamp) for entry in rest], len(left)
        if signature != self._moved[0] or any(_is_young(entry, now) for entry in rest):
            pairs = pair_up(*folders, quiet_read)
            self._moved = signature, [p for p in pairs if _key(p)[0] != _key(p)[1]]
            return pairs
        return [Pair(left[path], right[path]) for path in both] + self._moved[1]

    def _is_done(self, key: Key, pair: Pair) -> bool:
        known = self._known.get(key)
        return (
            known is not None
            and known.stamps == _stamps(pair)
            and known.outputs == _outputs(pair, self._names)
        )

    def _take_away(self) -> None:
        """Take out of the mirror what no pair puts there any more, before others need its place."""
        wanted = {path for pair in self._pairs.values() for path in _outputs(pair, self._names)}
        old = {path for known in self._known.values() for path in known.outputs}
        self._known = {key: known for key, known in self._known.items() if key in self._pairs}
        for path in sorted(old - wanted):
            self._mirror().remove(path)

    def _note(self, pairs: Iterable[Pair], written: set[str], now: float) -> bool:
        """Remember what was written of some pairs; whether there is less of one than there should be."""
        lacking = False
        for pair in pairs:
            wanted = _outputs(pair, self._names)
            outputs = tuple([path for path in wanted if path in written])
            lacking |= outputs != wanted
            sure = outputs == wanted and not any(_is_young(e, now) for e in (pair.left, pair.right) if e)
            self._known[_key(pair)] = _Known(_stamps(pair) if sure else None, outputs)
        return lacking

    def _prune(self) -> None:
        self._mirror().prune({path for known in self._known.values() for path in known.outputs})

    def _mirror(self) -> OutputFolder:
        assert self._plan is not None
        assert self._plan.mirror is not None
        return self._plan.mirror


def _key(pair: Pair) -> Key:
    return pair.left.path if pair.left else None, pair.right.path if pair.right else None


def _stamps(pair: Pair) -> Stamps:
    return pair.left.stamp if pair.left else (), pair.right.stamp if pair.right else ()


def _outputs(pair: Pair, names: dict[str, str]) -> tuple[str, ...]:
    """Where in the mirror the texts of a pair stand."""
    sides = enumerate((pair.left, pair.right))
    return tuple(
        [out_path(side, e.path, names) for side, e in sides if e is not None and e.kind != "special"]
    )


def _is_of_files(pair: Pair) -> bool:
    return all(entry is not None and entry.kind == "file" for entry in (pair.left, pair.right))


def _is_young(entry: Entry, now: float) -> bool:
    """Whether the entry may change, or have changed, once more without another time."""
    return any(moment / 1e9 > now - SETTLED for moment in entry.stamp[:2])


def _parents(folders: tuple[Folder, Folder]) -> frozenset[str]:
    """The folders that files were found in, below both roots; "" for the roots themselves."""
    paths = {path for folder in folders for path in folder.entries}
    return frozenset({path[:at] for path in paths for at, c in enumerate(path) if c == "/"} | {""})


def _configuration(roots: Iterable[str], parents: Iterable[str]) -> dict[str, Stamp]:
    """What the files were that may configure prediff for two folders, in them and above."""
    folders = {folder for root in roots for folder in folders_from(root)}
    folders |= {os.path.join(root, parent) for root in roots for parent in parents}
    files = [user_file(), *(os.path.join(folder, name) for folder in folders for name in FILES)]
    found: dict[str, Stamp] = {}
    for file in files:
        with suppress(OSError):
            about = os.stat(file)
            found[file] = (about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino)
    return found
