"""Our own output folder: whole files or none, for the user alone, and nothing outside of it is ever touched.

It bears a marker, so that a later run knows it and may remove from it what is no longer wanted.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from prediff.errors import WriteError

MARKER = ".prediff-output"
_MARK = {"prediff": "output folder", "version": 1}
_TEMPORARY = ".prediff-temporary"
_READING = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
_FILE_MODE = 0o600 if os.name == "nt" else 0o400
"""Windows does not let a read-only file be replaced or removed."""


class OutputFolder:
    """A folder that only prediff writes to. Paths in it are relative, with slashes, as `safe_paths` gives them."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._lock: Any = None
        self._folders: set[str] = set()
        self._numbers = count()

    @classmethod
    def open(cls, path: str, inputs: Sequence[str]) -> OutputFolder:
        """Take an empty folder, make one, or go on with one of ours.

        Raises WriteError where it is a link, holds something else, lies in an input, holds an input, cannot be written,
        or is written by another prediff.
        """
        _refuse_overlap(path, inputs)
        try:
            if os.path.islink(path):
                raise WriteError(f"cannot write to {path}: it is a link; name the folder itself")
            if os.path.lexists(path) and not os.path.isdir(path):
                raise WriteError(f"cannot write to {path}: it is no folder")
            os.makedirs(path, mode=0o700, exist_ok=True)
            found = cls(path)
            found._claim()
        except OSError as error:
            raise _failed(path, error) from None
        return found

    def _claim(self) -> None:
        marker = os.path.join(self.root, MARKER)
        if not os.path.lexists(marker):
            if os.listdir(self.root):
                raise WriteError(
                    f"cannot write to {self.root}: it is not empty, and no output folder of prediff"
                )
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with open(os.open(marker, flags, 0o600), "w", encoding="ascii") as file:
                json.dump(_MARK, file)
        elif not _is_marker(marker):
            raise WriteError(f"cannot write to {self.root}: what is called {MARKER} in it is not of prediff")
        os.chmod(self.root, 0o700)
        self._lock = _locked(marker)
        if self._lock is None:
            raise WriteError(f"cannot write to {self.root}: another prediff writes to it")
        self._remove(_TEMPORARY)
        os.mkdir(os.path.join(self.root, _TEMPORARY), 0o700)

    def write(self, path: str, data: bytes) -> bool:
        """Put a file in place whole, read-only; whether it was not there like this. Raises WriteError."""
        try:
            if self._holds(path, data):
                return False
            temporary = self._temporary()
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with open(os.open(temporary, flags, 0o600), "wb") as file:
                file.write(data)
            self._place(temporary, path)
        except OSError as error:
            raise _failed(self._full(path), error) from None
        return True

    def copy(self, path: str, source: str) -> None:
        """Put a copy of a large file in place. Raises WriteError; OSError where the source cannot be read."""
        with open(source, "rb") as file:
            temporary = self._temporary()
            try:
                with open(temporary, "xb") as made:
                    shutil.copyfileobj(file, made, 1 << 20)
                self._place(temporary, path)
            except OSError as error:
                raise _failed(self._full(path), error) from None

    def remove(self, path: str) -> None:
        """Take one file away, and the folders that are empty then. Raises WriteError."""
        try:
            if self._inside(path):
                self._remove(path)
        except OSError as error:
            raise _failed(self._full(path), error) from None
        with suppress(OSError):  # a folder that is not empty stays
            while path := path.rpartition("/")[0]:
                os.rmdir(self._full(path))
                self._folders.discard(path)

    def prune(self, wanted: Collection[str]) -> int:
        """Remove all but the files in `wanted`; how many files, or folders as a whole, that was. Raises WriteError."""
        wanted = frozenset(wanted)
        parents = {path[:at] for path in wanted for at, c in enumerate(path) if c == "/"}
        removed = 0
        waiting = [""]
        try:
            while waiting:
                folder = waiting.pop()
                with os.scandir(self._full(folder)) as entries:
                    found = [(folder + e.name, e.is_dir(follow_symlinks=False)) for e in entries]
                for path, is_folder in found:
                    if path in wanted or path in (MARKER, _TEMPORARY):
                        continue
                    if path in parents and is_folder:
                        waiting.append(f"{path}/")
                    else:
                        removed += 1
                        self._remove(path)
        except OSError as error:
            raise _failed(self.root, error) from None
        return removed

    def close(self) -> None:
        """Let go of the folder; what was being written is not left behind."""
        with suppress(OSError):
            self._remove(_TEMPORARY)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _holds(self, path: str, data: bytes) -> bool:
        """Whether a file stands in its place with these bytes, read-only."""
        if not self._inside(path):
            return False
        try:
            descriptor = os.open(self._full(path), _READING)
        except OSError:
            return False
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size != len(data):
                return False
            if os.name != "nt" and stat.S_IMODE(found.st_mode) != _FILE_MODE:
                return False
            held = os.read(descriptor, len(data) + 1)
            while len(held) < len(data) and (piece := os.read(descriptor, len(data))):
                held += piece
            return held == data
        finally:
            os.close(descriptor)

    def _inside(self, path: str) -> bool:
        """Whether all folders above a path are folders, none of them a link."""
        above = []
        while (path := path.rpartition("/")[0]) and path not in self._folders:
            above.append(path)
        for folder in reversed(above):
            try:
                if not stat.S_ISDIR(os.lstat(self._full(folder)).st_mode):
                    return False
            except OSError:
                return False
            self._folders.add(folder)
        return True

    def _full(self, path: str) -> str:
        return f"{self.root}/{path}"

    def _temporary(self) -> str:
        return os.path.join(self.root, _TEMPORARY, str(next(self._numbers)))

    def _place(self, temporary: str, path: str) -> None:
        self._make_folders(path)
        full = self._full(path)
        if os.path.isdir(full) and not os.path.islink(full):
            _remove_folder(full)
        os.chmod(temporary, _FILE_MODE)
        os.replace(temporary, full)

    def _make_folders(self, path: str) -> None:
        at = -1
        while (at := path.find("/", at + 1)) >= 0:
            folder = path[:at]
            if folder in self._folders:
                continue
            full = self._full(folder)
            if os.path.lexists(full) and (os.path.islink(full) or not os.path.isdir(full)):
                os.unlink(full)
            with suppress(FileExistsError):
                os.mkdir(full, 0o700)
            self._folders.add(folder)

    def _remove(self, path: str) -> None:
        full = self._full(path)
        if not os.path.lexists(full):
            return
        if os.path.isdir(full) and not os.path.islink(full):
            self._folders = {f for f in self._folders if f != path and not f.startswith(f"{path}/")}
            _remove_folder(full)
        else:
            os.unlink(full)


def _remove_folder(path: str) -> None:
    """Remove a folder of ours, however deep, and no more than the links in it."""
    folders = [path]
    for folder in folders:  # grows on the way
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    os.unlink(entry.path)
    for folder in reversed(folders):
        os.rmdir(folder)


def _is_marker(path: str) -> bool:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return False
        with open(path, "rb") as file:
            return bool(json.loads(file.read(1000)) == _MARK)
    except (OSError, ValueError):
        return False


def _locked(path: str) -> Any:
    """The marker, open and locked; None where another process holds it."""
    file = open(path, "r+b")  # noqa: SIM115 - it stays open as long as the folder is ours
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _refuse_overlap(path: str, inputs: Iterable[str]) -> None:
    out = os.path.realpath(path)
    for given in inputs:
        compared = os.path.realpath(given)
        if _lies_in(out, compared):
            raise WriteError(f"cannot write to {path}: it lies in {given}, which is compared")
        if _lies_in(compared, out):
            raise WriteError(f"cannot write to {path}: {given}, which is compared, lies in it")


def _lies_in(inner: str, outer: str) -> bool:
    """Whether a folder is another one or lies below it, by whatever name."""
    while True:
        if inner == outer:
            return True
        with suppress(OSError):
            if os.path.samefile(inner, outer):
                return True
        parent = os.path.dirname(inner)
        if parent == inner:
            return False
        inner = parent


def _failed(path: str, error: OSError) -> WriteError:
    return WriteError(f"cannot write {path}: {(error.strerror or str(error)).lower()}")
