"""The two steps of a change as patches that `git apply` takes: of two files, and of a range of commits.

git makes the patches, from trees in a repository of our own, so that names, modes, links, binary files and the ends of
files without a newline are as git writes them. The tree between the two steps is the old one, in which some files have
the text between (`split.Split`); where logic comes first, the new one. So whatever is no text that prediff reads, and
that a file is added, deleted, renamed or gets another mode, is in the patch of logic.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, TypeAlias

from prediff.errors import ConfigError
from prediff.git import Change, File, Files, Repository, Scratch
from prediff.languages import find_language
from prediff.lean_dataclasses import dataclass
from prediff.model import Settings, SourceFile
from prediff.read import MAX_LOGIC_BYTES, LanguageChoice, read_bytes
from prediff.reports.escaping import printable
from prediff.split import Split, split

Kind: TypeAlias = Literal["refactoring", "logic"]
MARK = b"# prediff split: "
"""How each patch starts. What stands before the first `diff --git` is no part of a patch to git."""

NAMES = ("0001-refactoring.patch", "0002-logic.patch", "0001-logic.patch", "0002-refactoring.patch")


@dataclass(frozen=True, slots=True)
class Side:
    """A file that may be missing (None), with its mode as git writes it."""

    source: SourceFile | None
    mode: str = "100644"


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch, the name of a file for it, how many files it changes, and what it is in a few words."""

    kind: Kind
    name: str
    data: bytes
    files: int
    summary: str


@dataclass(frozen=True, slots=True)
class Series:
    """The patches that lead from old to new, in order; an empty one is left out. remarks: lines for the user."""

    patches: tuple[Patch, ...]
    remarks: tuple[str, ...] = ()


def split_files(
    old: Side, new: Side, name: str, settings: Settings, logic_first: bool, folder: str
) -> Series:
    """The patches from one file to another, under the name that both have in them.

    folder: an empty one to work in. Raises ConfigError for a name that no patch can have, ToolError where git fails.
    """
    path = os.fsencode(checked_name(name))
    scratch = Scratch.at(folder)
    trees = [scratch.make_tree("old", _files(path, old)), scratch.make_tree("new", _files(path, new))]
    steps: list[tuple[str, Split]] = []
    between = new if logic_first else old
    if old.source is not None and new.source is not None:
        steps.append((name, split(old.source, new.source, settings, logic_first)))
        between = Side(steps[0][1].middle, between.mode)
    middle = scratch.make_tree("middle", _files(path, between))
    return _series(scratch, (trees[0], middle, trees[1]), steps, settings, logic_first)


def split_range(
    repository: Repository,
    trees: tuple[str, str],
    paths: Sequence[str],
    configured: Callable[[Scratch, Sequence[Change]], tuple[Settings, LanguageChoice]],
    logic_first: bool,
    folder: str,
) -> Series:
    """The patches from one tree of a repository to another, of the files that `paths` (all where none) match.

    configured: gives the settings, and the languages of the paths, once it is known what changed. folder: an empty
    one to work in. Raises ToolError where git fails.
    """
    scratch = Scratch.at(folder, repository)
    specs = repository.pathspecs(paths)
    changes = scratch.changes(*trees, specs)
    settings, choose = configured(scratch, changes)
    files: Files = {}
    steps: list[tuple[str, Split]] = []
    for change, old, new in _pairs(scratch, changes, choose, logic_first):
        found = split(old, new, settings, logic_first)
        path, mode = _place(change, logic_first)
        assert found.middle.data is not None
        files[path] = File(mode, found.middle.data)
        steps.append((printable(os.fsdecode(path)), found))
    base = trees[1] if logic_first else trees[0]
    middle = scratch.make_tree("middle", files, base) if files else base
    series = _series(scratch, (trees[0], middle, trees[1]), steps, settings, logic_first, specs)
    others = len(changes) - len(steps)
    if not others or not steps:
        return series
    whole = f"{others} more {'file is' if others == 1 else 'files are'} as a whole in the patch of logic"
    return Series(series.patches, (*series.remarks, whole))


def checked_name(name: str) -> str:
    """The name of a file in a patch. Raises ConfigError where git would not apply it, or outside of the folder."""
    parts = name.split("/")
    refused = {"", ".", "..", ".git"}
    if "\0" in name or any(part.lower() in refused for part in parts):
        raise ConfigError(
            f"{name!r} cannot be the path in a patch: name a file below the folder, such as src/app.py"
        )
    return name


def _files(path: bytes, side: Side) -> Files:
    if side.source is None:
        return {}
    assert side.source.data is not None
    return {path: File(side.mode, side.source.data)}


def _place(change: Change, logic_first: bool) -> tuple[bytes, str]:
    """Where the text between stands, with its mode: what else a change does to a file is in the step of logic."""
    return (change.new_path, change.new_mode) if logic_first else (change.old_path, change.old_mode)


def _pairs(
    scratch: Scratch, changes: Iterable[Change], choose: LanguageChoice, logic_first: bool
) -> Iterator[tuple[Change, SourceFile, SourceFile]]:
    """Both sides of each file whose text changed and that prediff reads."""
    # A file that is refactored first and then gets another name could come out wrong, without a word, where both are
    # applied as one: git takes the renamed file as it was before.
    statuses = "MR" if logic_first else "M"
    texts = [c for c in changes if c.status in statuses and c.regular and c.old_id != c.new_id]
    sizes = scratch.sizes(sorted({one for c in texts for one in (c.old_id, c.new_id)}))
    for change in texts:
        ids = (change.old_id, change.new_id)
        if max(sizes[one] for one in ids) > MAX_LOGIC_BYTES:
            continue
        blobs = scratch.blobs(ids)
        paths = [os.fsdecode(path) for path in (change.old_path, change.new_path)]
        old, new = [read_bytes(b, p, *choose(p)) for b, p in zip(blobs, paths, strict=True)]
        # One whose name says that it could be read is among them too: why it is not shall be said.
        if (old.language and new.language) or all(find_language(p) or any(choose(p)) for p in paths):
            yield change, old, new


def _series(
    scratch: Scratch,
    trees: tuple[str, str, str],
    steps: Sequence[tuple[str, Split]],
    settings: Settings,
    logic_first: bool,
    specs: Sequence[str] = (),
) -> Series:
    order: tuple[Kind, Kind] = ("logic", "refactoring") if logic_first else ("refactoring", "logic")
    made = [scratch.patch(trees[place], trees[place + 1], specs) for place in (0, 1)]
    there = [place for place in (0, 1) if made[place]]
    patches = []
    for number, place in enumerate(there):
        kind = order[place]
        says = _says(kind, steps, settings)
        header = MARK + f"patch {number + 1} of {len(there)}, {kind}: {says}\n".encode()
        files = made[place].count(b"\ndiff --git ") + 1
        patches.append(Patch(kind, f"000{place + 1}-{kind}.patch", header + made[place], files, says))
    return Series(tuple(patches), tuple(_remarks(steps, [order[place] for place in there])))


def _says(kind: Kind, steps: Sequence[tuple[str, Split]], settings: Settings) -> str:
    if kind == "logic":
        return "what changes in logic"
    used = sorted({a for _, found in steps if found.refactoring == "same" for a in found.assumptions})
    return f"the same in logic · {settings.level}" + (f" · under {', '.join(used)}" if used else "")


def _remarks(steps: Sequence[tuple[str, Split]], there: Sequence[Kind]) -> Iterator[str]:
    if not there:
        yield "nothing differs: there is no patch"
    elif "logic" not in there:
        yield "the logic is the same: there is no patch of logic"
    elif "refactoring" not in there:
        yield "all is logic: there is no patch of refactoring"
    for path, found in steps:
        for reason in found.reasons:
            whole = "all of it is logic: " if found.refactoring == "identical" else ""
            yield f"{path}: {whole}{reason}"
