"""What a diff tool that is called with two files, or two folders, gets to see: a pair of texts for each pair of files.

git hands over no modes: the target of a symbolic link and the commit of a submodule arrive as files of one line, under
the name of the link. So what has no more than one line is never compared by logic.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from prediff.emit import encoded
from prediff.errors import ReadError
from prediff.lean_dataclasses import dataclass
from prediff.model import Report, Settings, SourceFile
from prediff.outputs import Outputs
from prediff.read import LanguageChoice, is_one_line, read_bytes
from prediff.revisions import is_revision

MAX_BYTES = 256 << 20
MODES = "identical: only its mode, its name or the like differs"
ONE_LINE = "one line, which may be the target of a link"

NOT_THERE = " (no such file)"
NORMALIZED = " (normalized)"
"""Behind the name of a side, in the title that a viewer gives it."""


@dataclass(frozen=True, slots=True)
class Side:
    """A file of a pair: the name to show, and where it stands; no path where there is none.

    link: whether it is a link, which is not followed: where it leads to is its text.
    """

    name: str
    path: str | None
    link: bool = False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides. plain: neither is to be compared by logic."""

    left: Side
    right: Side
    plain: bool = False

    @property
    def name(self) -> str:
        """What the pair is called: as the new file."""
        return self.right.name


@dataclass(frozen=True, slots=True)
class Prepared:
    """A pair as it is shown. says: one line for the user. texts: None for a side that is missing.

    same: whether nothing is left to see. made: which texts are not those of the files.
    """

    pair: Pair
    same: bool
    says: str
    texts: tuple[bytes | None, bytes | None]
    made: tuple[bool, bool] = (False, False)

    @property
    def titles(self) -> tuple[str, str]:
        """What the two sides are called in a viewer."""
        sides = (self.pair.left, self.pair.right)
        one, two = [
            f"{side.name}{NOT_THERE if text is None else NORMALIZED * made}"
            for side, text, made in zip(sides, self.texts, self.made, strict=True)
        ]
        return one, two


Finding: TypeAlias = Callable[[Report], str]
"""Gives the line that sums a report up."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to compare: its name, its bytes, and the languages that a `LanguageChoice` gives for it."""

    name: str
    data: bytes
    languages: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """What comparing two files by logic came to: as in `Prepared`; no texts where they are shown as they are."""

    same: bool
    says: str
    texts: tuple[bytes, bytes] | None = None


Judge: TypeAlias = Callable[[File, File, Settings], Judged]


def prepare(pair: Pair, settings: Settings, choose: LanguageChoice, judge: Judge) -> Prepared:
    """Compare one pair by logic; what cannot be compared so is shown as it is. Raises ReadError."""
    left, right = (_read(side) for side in (pair.left, pair.right))
    if left is None or right is None:
        what = "only on the left" if right is None else "only on the right"
        return Prepared(pair, False, what, (left, right))
    if pair.left.link != pair.right.link:
        return Prepared(pair, False, "a link on one side, a file on the other", (left, right))
    if left == right:
        return Prepared(pair, True, MODES, (left, right))
    if pair.plain or any(is_one_line(one) for one in (left, right)):
        return Prepared(pair, False, f"as it is: {ONE_LINE}", (left, right))
    files = [
        File(side.name, data, choose(side.name)) for side, data in ((pair.left, left), (pair.right, right))
    ]
    found = judge(files[0], files[1], settings)
    texts = found.texts or (left, right)
    return Prepared(pair, found.same, found.says, texts, (texts[0] != left, texts[1] != right))


def judged(left: File, right: File, settings: Settings, summary: Finding) -> Judged:
    """Compare two files by logic."""
    sources = [read_bytes(file.data, file.name, *file.languages) for file in (left, right)]
    # Only now: what is no source of a known language needs no rules.
    if any(source.language is None for source in sources):
        return Judged(False, f"as it is{_why(sources)}")
    from prediff.pipeline import compare

    report = compare(sources[0], sources[1], settings)
    if report.verdict == "unknown":
        return Judged(False, f"as it is: {report.reason}")
    return Judged(report.same, summary(report), (encoded(report.left_text), encoded(report.right_text)))


def prepared_from(report: Report, sources: tuple[SourceFile, SourceFile]) -> Prepared:
    """Two sources that were compared, by their own paths; what could not be compared by logic is shown as it is."""
    left, right = [source.data or b"" for source in sources]
    texts = (left, right)
    if report.verdict != "unknown":
        texts = (encoded(report.left_text), encoded(report.right_text))
    pair = Pair(Side(sources[0].path, None), Side(sources[1].path, None))
    return Prepared(pair, report.same, "", texts, (texts[0] != left, texts[1] != right))


def one_name(paths: Sequence[str]) -> str:
    """A name for both files of a pair, which may be pipes or files of a revision; one with an ending if it can be."""
    from prediff.languages import find_language

    names = [_name(path.rpartition(":")[2] if is_revision(path) else path, None) for path in reversed(paths)]
    return next((name for name in names if find_language(name)), names[0])


def _why(sources: list[SourceFile]) -> str:
    notes = [note for source in sources for note in source.notes]
    return f": {notes[0]}" if notes else ""


def _read(side: Side) -> bytes | None:
    path = side.path
    if path is None:
        return None
    try:
        if side.link:
            return os.fsencode(os.readlink(path))
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise ReadError(f"{path} is no file")
        if found.st_size > MAX_BYTES:
            raise ReadError(f"{path} is larger than {MAX_BYTES >> 20} MiB, too large to be shown")
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ReadError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None


def write(prepared: Prepared, outputs: Outputs, name: str = "") -> tuple[str, str]:
    """Write both sides of a pair, and give what a viewer is to open; /dev/null for a missing one. Raises WriteError.

    name: for both sides, in place of their own names.
    """
    sides = (("left", prepared.pair.left), ("right", prepared.pair.right))
    paths = [
        os.devnull if data is None else outputs.write(side, name or file.name, data)
        for (side, file), data in zip(sides, prepared.texts, strict=True)
    ]
    return paths[0], paths[1]


def pair_of_files(left: str, right: str, name: str | None) -> Pair:
    """The pair that git, or a user, names by two paths; /dev/null is none. name: what git calls it, from its top."""
    names = [_name(path, name) for path in (left, right)]
    if left == os.devnull:
        names[0] = names[1]
    if right == os.devnull:
        names[1] = names[0]
    one, two = [Side(n, None if p == os.devnull else p) for n, p in zip(names, (left, right), strict=True)]
    return Pair(one, two, plain=name is not None and os.path.islink(name))


def _name(path: str, name: str | None) -> str:
    """What a side is called: its path below the current folder; of a temporary file, its name beside the pair's."""
    shown = path.replace(os.sep, "/").removeprefix("./")
    outside = os.path.isabs(path) or ".." in shown.split("/")
    if not outside:
        return shown
    base = shown.rpartition("/")[2]
    if name is None:
        return base
    folder, _, own = name.replace(os.sep, "/").rpartition("/")
    # An older git writes XXXXXX_name.
    return f"{folder}/" * bool(folder) + (own if base.endswith(f"_{own}") else base)


def pairs_of_folders(left: str, right: str, of_git: bool) -> Iterator[Pair]:
    """The files of two folders by their names, in order. of_git: the two are those of `git difftool --dir-diff`.

    Links are not followed, but for those that git makes into the user's own tree: it names the file that it stands for.
    """
    sides = [{side.name: side for side in _files(folder, of_git)} for folder in (left, right)]
    for name in sorted(sides[0] | sides[1]):
        one, two = [side.get(name, Side(name, None)) for side in sides]
        yield Pair(one, two)


def _files(top: str, of_git: bool) -> Iterator[Side]:
    waiting = [("", top)]
    while waiting:
        prefix, folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = list(found)
        except OSError as error:
            raise ReadError(f"cannot read {folder}: {(error.strerror or str(error)).lower()}") from None
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                waiting.append((f"{name}/", entry.path))
            else:
                link = entry.is_symlink() and not (of_git and _is_of_git(entry.path, name))
                yield Side(name, entry.path, link)


def _is_of_git(path: str, name: str) -> bool:
    """Whether a link is one of git's to the same name in the user's tree, and leads to a file there."""
    try:
        target = os.readlink(path)
        ours = os.path.isabs(target) and target.replace(os.sep, "/").endswith(f"/{name}")
        return ours and stat.S_ISREG(os.lstat(target).st_mode)
    except OSError:
        return False


def line(pair: Pair, says: str) -> str:
    """What became of a pair, in one line."""
    old = f" (was {pair.left.name})" if pair.left.name != pair.name else ""
    return f"{pair.name}{old}: {says}"
