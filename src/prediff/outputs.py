"""The folder of our own that holds what a viewer shows: for the user alone, under names that cannot do harm.

A viewer may return at once and go on reading its files, so that they outlive the command. What is older than a day goes
at a later start, and only what bears our mark.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from hashlib import blake2b

from prediff.emit import encoded
from prediff.errors import WriteError
from prediff.lean_dataclasses import dataclass

KEPT_SECONDS = 24 * 60 * 60
MARK = ".prediff-outputs"
_MARK_TEXT = b"Made by prediff for a diff viewer. It removes this folder a day later.\n"

_MAX_PART = 120
"""Bytes of one part of a name: systems allow 255, and viewers show little of a long one."""
_MAX_PATH = 1_000

_WINDOWS = frozenset('<>:"|?*') if os.name == "nt" else frozenset()
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(10))})
_REPOSITORIES = frozenset({".git", ".hg", ".svn", ".jj", ".bzr"})
"""A folder that some viewer's own look at version control would take for a repository."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """A new folder of outputs. Each name of a compared file gets a place of its own below `left` and `right`."""

    folder: str
    places: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    @classmethod
    def new(cls, inputs: Sequence[str] = ()) -> Outputs:
        """Make one, once what is old is gone. Raises WriteError where none can be made, or inside a folder compared."""
        from tempfile import mkdtemp

        base = base_folder()
        for path in inputs:
            if os.path.isdir(path) and _is_inside(base, path):
                raise WriteError(
                    f"{path} holds the folder of prediff's outputs, {base}: compare one below it"
                )
        try:
            os.makedirs(base, mode=0o700, exist_ok=True)
            _check(base)
            remove_old(base)
            folder = mkdtemp(prefix="pair-", dir=base)
            with open(os.path.join(folder, MARK), "wb") as file:
                file.write(_MARK_TEXT)
        except OSError as error:
            raise WriteError(
                f"cannot make a folder in {base}: {(error.strerror or str(error)).lower()}"
            ) from None
        return cls(folder)

    def write(self, side: str, name: str, data: bytes) -> str:
        """Write a file, readable by the user only, and give its path. Raises WriteError."""
        path = os.path.join(self.folder, side, *self._place(name).split("/"))
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            # Nothing is ever written over, nor through a link.
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            with open(os.open(path, flags, 0o400), "wb") as file:
                file.write(data)
        except OSError as error:
            raise WriteError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
        return path

    def side(self, side: str) -> str:
        """The folder of a side, which is there from now on."""
        path = os.path.join(self.folder, side)
        os.makedirs(path, mode=0o700, exist_ok=True)
        return path

    def _place(self, name: str) -> str:
        """The place of a name, the same on both sides, that no other name has: on no system, so whatever its case."""
        if name not in self.places:
            wanted = safe_path(name)
            place, number = wanted, 1
            while self._is_taken(place):
                number += 1
                stem, ending = os.path.splitext(wanted)
                # Where a file stands in place of one of its folders, no other name of its own would do.
                place = f"~{number}/{wanted}" if self._is_below_a_file(wanted) else f"{stem}~{number}{ending}"
            parts = place.casefold().split("/")
            self.taken.update(["/".join(parts) + "\0", *("/".join(parts[:n]) for n in range(1, len(parts)))])
            self.places[name] = place
        return self.places[name]

    def _is_taken(self, place: str) -> bool:
        """Whether a file or a folder stands there, or a file where one of its folders would."""
        folded = place.casefold()
        return folded in self.taken or f"{folded}\0" in self.taken or self._is_below_a_file(place)

    def _is_below_a_file(self, place: str) -> bool:
        parts = place.casefold().split("/")
        return any("/".join(parts[:n]) + "\0" in self.taken for n in range(1, len(parts)))


def base_folder() -> str:
    """Where the folders of outputs are made."""
    from platformdirs import user_cache_dir

    return os.path.join(user_cache_dir("prediff", appauthor=False), "shown")


def is_ours(path: str) -> bool:
    """Whether a file is one that a viewer was given by us."""
    return _is_inside(path, base_folder())


def _is_inside(path: str, folder: str) -> bool:
    inner, outer = os.path.realpath(path), os.path.realpath(folder)
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def _check(base: str) -> None:
    """Raise OSError where the folder is somebody else's, or a link; close it to others where it is open to them."""
    found = os.lstat(base)
    if not stat.S_ISDIR(found.st_mode):
        raise OSError("it is no folder")
    if os.name != "nt":
        if found.st_uid != os.geteuid():
            raise OSError("it is somebody else's")
        if stat.S_IMODE(found.st_mode) & 0o077:
            os.chmod(base, 0o700)


def remove_old(base: str, now: float | None = None) -> None:
    """Remove the folders of outputs that were made a day ago or earlier; nothing that lacks our mark."""
    from shutil import rmtree

    limit = (time.time() if now is None else now) - KEPT_SECONDS
    with suppress(OSError), os.scandir(base) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and _is_old(entry.path, limit):
                if os.name == "nt":
                    _unlock(entry.path)
                rmtree(entry.path, ignore_errors=True)


def _unlock(folder: str) -> None:
    """Windows removes no file that is read-only."""
    for at, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                os.chmod(os.path.join(at, name), stat.S_IWRITE)


def _is_old(folder: str, limit: float) -> bool:
    mark = os.path.join(folder, MARK)
    with suppress(OSError):
        found = os.lstat(mark)
        if stat.S_ISREG(found.st_mode) and found.st_mtime < limit:
            with open(mark, "rb") as file:
                return file.read(len(_MARK_TEXT) + 1) == _MARK_TEXT
    return False


def safe_path(name: str) -> str:
    """A relative path like `name`, of parts that any system takes and that show for what they are.

    Characters that steer a terminal, hide, or mean something else to a system stand as `%0A`.
    """
    parts = [_safe_part(part) for part in name.split("/") if part not in ("", ".")]
    found = "/".join(parts) or "file"
    return found if len(os.fsencode(found)) <= _MAX_PATH else parts[-1]


def _safe_part(part: str) -> str:
    shown = "".join(c if c.isprintable() and c != "\\" and c not in _WINDOWS else _coded(c) for c in part)
    stem = shown.partition(".")[0].casefold()
    if shown == ".." or shown.casefold() in _REPOSITORIES or (os.name == "nt" and stem in _DEVICES):
        shown = f"%{ord(shown[0]):02X}{shown[1:]}"
    if os.name == "nt" and shown[-1] in ". ":
        shown = f"{shown[:-1]}%{ord(shown[-1]):02X}"
    if len(os.fsencode(shown)) <= _MAX_PART:
        return shown
    digest = blake2b(encoded(part), digest_size=4).hexdigest()
    ending = os.path.splitext(shown)[1]
    ending = ending if len(os.fsencode(ending)) <= 20 else ""
    start = os.fsencode(shown)[:80].decode("utf-8", "ignore")
    return f"{start}~{digest}{ending}"


def _coded(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in encoded(character))
