"""Two folders that were sent, as `folders.compare` takes them: nothing of them is on the disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from prediff.folders.compare import Plan, compare_walked
from prediff.folders.ignoring import IgnoreFiles, Rule, any_of, both_say, of_globs
from prediff.folders.walk import NEVER, Entry, Folder, Place
from prediff.model import FolderReport
from prediff.read import MAX_LOGIC_BYTES
from prediff.web.messages import SIDES, InputError, Tree
from prediff.workers import Unwanted

IGNORE_LIMIT = 60.0
"""Seconds to find out which files are left out. The patterns are a stranger's, and so are the names."""


class Sent:
    """The contents of two folders, whose roots are `left` and `right`."""

    def __init__(self, left: Tree, right: Tree) -> None:
        self._files: Mapping[str, Mapping[str, bytes | int]] = dict(
            zip(SIDES, (left.files, right.files), strict=True)
        )

    @property
    def weight(self) -> int:
        """How many bytes they have."""
        return sum(len(c) for files in self._files.values() for c in files.values() if isinstance(c, bytes))

    def read(self, root: str, path: str, limit: int) -> bytes:
        """As `folders.walk.read_file`."""
        found = self._files[root].get(path)
        if not isinstance(found, bytes):
            raise OSError(None, "it was too large to be sent" if found else "it was not sent")
        return found

    def same(self, left: Place, right: Place) -> bool:
        """Nothing can be said of files that were not sent."""
        raise OSError(None, f"it is over {MAX_LOGIC_BYTES >> 20} MiB, which the page does not send")


def compare_sent(
    sides: tuple[Tree, Tree], files: Sent, plan: Plan, unwanted: Callable[[], bool]
) -> FolderReport:
    """Compare two folders that were sent. Files are left out as `folders.ignoring` does with a stranger's folders.

    Raises InputError where that takes too long, Unwanted where `unwanted` says so meanwhile.
    """
    rule, end = _rule(files, plan.globs), time.monotonic() + IGNORE_LIMIT
    one, two = (
        _folder(root, _watched(sorted(tree.files.items()), end, unwanted), rule)
        for root, tree in zip(SIDES, sides, strict=True)
    )
    return compare_walked((one, two), (sides[0].name, sides[1].name), plan)[0]


def _rule(files: Sent, globs: Sequence[str]) -> Rule:
    def reader(root: str) -> Callable[[str], bytes | None]:
        def read(path: str) -> bytes | None:
            try:
                return files.read(root, path, 0)
            except OSError:
                return None

        return read

    ignore = both_say(*(IgnoreFiles("", reader(root)) for root in SIDES))
    return any_of(of_globs(globs) if globs else None, ignore)


def _watched(
    files: Iterable[tuple[str, bytes | int]], end: float, unwanted: Callable[[], bool]
) -> Iterator[tuple[str, bytes | int]]:
    for file in files:
        if unwanted():
            raise Unwanted
        if time.monotonic() > end:
            raise InputError(
                f"the patterns of the .gitignore files take more than {IGNORE_LIMIT:g} seconds: "
                "`prediff tree --no-ignore` compares without them"
            )
        yield file


def _folder(root: str, files: Iterable[tuple[str, bytes | int]], leaves_out: Rule) -> Folder:
    entries: dict[str, Entry] = {}
    ignored: set[str] = set()
    for path, content in files:
        if NEVER.isdisjoint(path.split("/")):
            left_out = _left_out(path, leaves_out)
            if left_out:
                ignored.add(left_out)
            else:
                size = content if isinstance(content, int) else len(content)
                entries[path] = Entry(path, "file", size)
    return Folder(root, entries, len(ignored))


def _left_out(path: str, leaves_out: Rule) -> str:
    """The outermost folder above a path, or the path itself, that is left out; "" where none is."""
    ends = [at for at, character in enumerate(path) if character == "/"]
    folder = next((path[:at] for at in ends if leaves_out(path[:at], True)), "")
    return folder or (path if leaves_out(path, False) else "")
