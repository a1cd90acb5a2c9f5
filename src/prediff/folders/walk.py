"""What lies in a folder: files, links and what is neither, by relative path. No link is followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Literal, Protocol, TypeAlias

from prediff.errors import ReadError
from prediff.folders.ignoring import Rule
from prediff.lean_dataclasses import dataclass

NEVER = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
"""What belongs to version control is no part of what is compared."""

_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_READING = os.O_RDONLY | _NOFOLLOW | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)

_SPECIAL = (
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file, a link, or what is neither. path: relative, with slashes. what: the words for it.

    stamp: times, size and the like, which change whenever the entry does.
    """

    path: str
    kind: Literal["file", "link", "special"]
    size: int = 0
    executable: bool = False
    what: str = "a file"
    stamp: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that was walked. ignored: how many files, and folders as a whole, were left out by rules.

    trouble: paths that could not be read, with the reason.
    """

    root: str
    entries: Mapping[str, Entry]
    ignored: int = 0
    trouble: tuple[tuple[str, str], ...] = ()


Place: TypeAlias = tuple[str, str]
"""The root of a folder and a path in it."""


class Files(Protocol):
    """Where the contents of two folders are."""

    def read(self, root: str, path: str, limit: int) -> bytes:
        """As `read_file`."""
        ...

    def same(self, left: Place, right: Place) -> bool:
        """Whether two files of any length have the same bytes. Raises OSError."""
        ...


def walk(root: str, leaves_out: Rule = lambda path, is_folder: False) -> Folder:
    """Everything below a folder. Raises ReadError where there is no such folder."""
    if not os.path.isdir(root):
        raise ReadError(f"{root} is no folder" if os.path.lexists(root) else f"there is no folder {root}")
    entries: dict[str, Entry] = {}
    trouble: list[tuple[str, str]] = []
    ignored = 0
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            for entry in _scan(os.path.join(root, folder)):
                path = folder + entry.name
                if entry.name in NEVER:
                    continue
                is_folder = entry.is_dir(follow_symlinks=False) and not _is_junction(entry)
                if leaves_out(path, is_folder):
                    ignored += 1
                elif is_folder:
                    waiting.append(f"{path}/")
                else:
                    entries[path] = _entry(path, entry)
        except OSError as error:
            trouble.append((folder or root, (error.strerror or str(error)).lower()))
    return Folder(root, dict(sorted(entries.items())), ignored, tuple(trouble))


def _scan(folder: str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        yield from found


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether a folder of Windows only leads to another one."""
    ask = getattr(entry, "is_junction", None)
    return bool(ask and ask())


def _entry(path: str, entry: os.DirEntry[str]) -> Entry:
    return _described(path, entry.stat(follow_symlinks=False), entry.is_symlink() or _is_junction(entry))


def look_at(root: str, path: str) -> Entry | None:
    """What `walk` would find at a path now; None where there is nothing, or a folder."""
    try:
        found = os.lstat(os.path.join(root, path))
    except OSError:
        return None
    return None if stat.S_ISDIR(found.st_mode) else _described(path, found, stat.S_ISLNK(found.st_mode))


def _described(path: str, found: os.stat_result, is_link: bool) -> Entry:
    stamp = (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_mode)
    if is_link:
        return Entry(path, "link", what="a link", stamp=stamp)
    if stat.S_ISREG(found.st_mode):
        executable = os.name != "nt" and bool(found.st_mode & 0o100)
        return Entry(path, "file", found.st_size, executable, stamp=stamp)
    what = next((words for asks, words in _SPECIAL if asks(found.st_mode)), "no file")
    return Entry(path, "special", what=what, stamp=stamp)


def read_file(root: str, path: str, limit: int) -> bytes:
    """The bytes of a file that `walk` found; of a link its target.

    Raises OSError, also where it has become something else since, or longer than `limit`.
    """
    full = f"{root}/{path}"
    if not _NOFOLLOW and os.path.islink(full):
        return os.fsencode(os.readlink(full))
    try:
        descriptor = os.open(full, _READING)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EMLINK) and os.path.islink(full):
            return os.fsencode(os.readlink(full))
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(None, "it is no file any more")
        pieces = []
        size = 0
        while size <= limit and (piece := os.read(descriptor, min(found.st_size, limit) + 1)):
            pieces.append(piece)
            size += len(piece)
    finally:
        os.close(descriptor)
    if size > limit:
        raise OSError(None, f"it is longer than {limit} bytes by now")
    return b"".join(pieces)


class _OnDisk:
    """Those of folders that were walked."""

    def read(self, root: str, path: str, limit: int) -> bytes:
        return read_file(root, path, limit)

    def same(self, left: Place, right: Place) -> bool:
        with open(os.path.join(*left), "rb") as one, open(os.path.join(*right), "rb") as two:
            while True:
                piece, other = one.read(1 << 20), two.read(1 << 20)
                if piece != other:
                    return False
                if not piece:
                    return True


ON_DISK: Files = _OnDisk()
