"""From what a target wants to what changes on disk, and doing it. Undoing is the change to wanting nothing.

The *base* of a file is what it would be without us. Where the file still is what set-up left, that is what was
remembered, byte for byte; where it was edited since, it is the file with our entries taken out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from prediff.lean_dataclasses import dataclass
from prediff.setup import state
from prediff.setup.edit import check_writable, missing_folders, read, remove_folders, write
from prediff.setup.formats import FORMATS
from prediff.setup.state import Remembered
from prediff.setup.target import FileEdit, Place


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file: its bytes now and then, None for no file, and what is remembered of it then, None for nothing.

    old: what is remembered now. edited: whether the user changed it since it was set up.
    """

    path: str
    before: bytes | None
    after: bytes | None
    new: Remembered | None
    old: Remembered | None = None
    edited: bool = False
    inside: str | None = None
    executable: bool = False

    @property
    def needed(self) -> bool:
        """Whether the file itself changes."""
        return self.before != self.after


def find_changes(
    target: str,
    scope: str,
    edits: Sequence[FileEdit],
    places: Sequence[Place],
    records: Sequence[Remembered],
) -> list[FileChange]:
    """What leads from the present state to one with exactly these edits. records: of the target and the scope."""
    known = {one.path: one for one in records}
    changes = [_added(target, scope, edit, known.get(edit.path)) for edit in edits]
    rest = {path: (format, inside) for path, format, inside in places}
    rest = {**rest, **{one.path: (one.format, rest.get(one.path, ("", None))[1]) for one in records}}
    for path, (format, inside) in rest.items():
        if path not in {edit.path for edit in edits}:
            changes.append(_removed(path, format, inside, known.get(path)))
    return [one for one in changes if one.needed or one.new != one.old]


def apply(changes: Sequence[FileChange]) -> None:
    """Do it, once all of it can be done. Raises WriteError; what was done until then can be undone."""
    for change in changes:
        if change.needed:
            check_writable(change.path, change.inside)
    for change in changes:
        if change.new is not None:
            state.remember(change.new)  # before the file: a record too many does no harm
        if change.needed:
            write(change.path, change.before, change.after, change.inside, change.executable)
        if change.new is None and change.old is not None:
            if change.after is None:
                remove_folders(change.old.folders)
            state.forget(change.old)


def is_edited(one: Remembered) -> bool:
    """Whether a file is no more what set-up left."""
    return state.digest_of(read(one.path)) != one.digest


def _added(target: str, scope: str, edit: FileEdit, old: Remembered | None) -> FileChange:
    before = read(edit.path, edit.inside)
    base, edited = _base(before, edit.format, old)
    if old is None and edit.format == "git-config":
        base = before  # entries as ours may be the user's own there, made by hand
    # In a file that was edited our entries are brought up to date where they stand.
    touched = edited or old is None
    after = edit.add(before if touched else base)
    folders = old.folders if old else missing_folders(edit.path)
    new: Remembered | None = None
    if after != base or old is not None:
        new = Remembered(target, scope, edit.path, edit.format, base, state.digest_of(after), folders)
    return FileChange(edit.path, before, after, new, old, edited, edit.inside, edit.executable)


def _removed(path: str, format: str, inside: str | None, old: Remembered | None) -> FileChange:
    before = read(path, inside)
    base, edited = _base(before, format, old)
    return FileChange(path, before, base, None, old, edited, inside)


def _base(data: bytes | None, format: str, old: Remembered | None) -> tuple[bytes | None, bool]:
    """The file without us, and whether the user edited it since."""
    if old is not None and data is not None and state.digest_of(data) == old.digest:
        return old.original, False
    if old is not None and data == old.original:
        return data, False
    if data is None:
        return None, old is not None
    base = FORMATS[format](data, old.original if old else None)
    emptied = old is not None and old.original is None and not base.strip()
    return (None if emptied else base), old is not None


def shown_path(path: str) -> str:
    """A path for people, with ~ for the home folder."""
    home = os.path.expanduser("~")
    return "~" + path[len(home) :] if home != os.sep and path.startswith(home + os.sep) else path
