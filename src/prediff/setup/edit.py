"""Writing to the user's own configuration: whole or not at all, through links to their target, never out of a folder.

Nothing else in prediff writes files that are not its own.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from contextlib import suppress

from prediff.errors import WriteError

MAX_BYTES = 4 << 20

BEGIN = "# >>> prediff setup >>>"
END = "# <<< prediff setup <<<"


def read(path: str, inside: str | None = None) -> bytes | None:
    """The bytes at a path, or of the file that it is a link to; None where nothing stands there.

    Raises WriteError where it is no file of a sensible size, or leads out of the folder `inside`.
    """
    real = target_of(path, inside)
    try:
        if not stat.S_ISREG(os.stat(real).st_mode):
            raise WriteError(f"{path} is no file: prediff does not write there")
        with open(real, "rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise WriteError(f"cannot read {path}: {_reason(error)}") from None
    if len(data) > MAX_BYTES:
        raise WriteError(f"{path} is larger than {MAX_BYTES >> 20} MiB, too large for a configuration")
    return data


def target_of(path: str, inside: str | None = None) -> str:
    """The file that a path leads to, through all links. Raises WriteError where that is out of `inside`."""
    real = os.path.realpath(path)
    if os.path.islink(real):
        raise WriteError(f"{path} is a link that leads to itself")
    if inside is not None:
        top = os.path.realpath(inside)
        if not real.startswith(os.path.join(top, "")):
            raise WriteError(f"{path} is a link out of {inside}: prediff does not write there")
    return real


def check_writable(path: str, inside: str | None = None) -> None:
    """Raise WriteError before anything is written where a file could not be."""
    real = target_of(path, inside)
    if os.path.lexists(real) and not os.access(real, os.W_OK):
        raise WriteError(f"cannot write {path}: it is read-only")
    folder = _nearest_folder(os.path.dirname(real))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WriteError(f"cannot write {path}: the folder {folder} is read-only")


def missing_folders(path: str) -> tuple[str, ...]:
    """The folders above a file that are not there yet, the outermost first."""
    found, folder = [], os.path.dirname(target_of(path))
    while not os.path.lexists(folder):
        found.append(folder)
        folder = os.path.dirname(folder)
    return tuple(reversed(found))


def write(
    path: str, before: bytes | None, after: bytes | None, inside: str | None = None, executable: bool = False
) -> None:
    """Bring a file from `before` to `after`; None is no file. A link stays, and its target keeps its mode.

    The new bytes are made beside the file, under the name that git locks its configuration with, so that no two
    programs write at once. Raises WriteError where the file is not as it was before.
    """
    real = target_of(path, inside)
    lock = real + ".lock"
    try:
        if after is not None:
            os.makedirs(os.path.dirname(real), exist_ok=True)
        descriptor = os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if executable else 0o666)
    except FileExistsError:
        raise WriteError(
            f"{lock} stands there: another program writes {path}, or one died; then remove it"
        ) from None
    except OSError as error:
        raise WriteError(f"cannot write {path}: {_reason(error)}") from None
    try:
        with open(descriptor, "wb") as file:
            file.write(after or b"")
            _keep_mode(real, file.fileno())
            file.flush()
            os.fsync(file.fileno())
        if read(path, inside) != before:
            raise WriteError(f"{path} was changed while prediff looked at it: try again")
        if after is None:
            os.unlink(real)
        else:
            os.replace(lock, real)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {_reason(error)}") from None
    finally:
        with suppress(FileNotFoundError):
            os.unlink(lock)


def remove_folders(folders: Sequence[str]) -> None:
    """Remove those of some folders, the outermost first, that are empty."""
    for folder in reversed(folders):
        with suppress(OSError):
            os.rmdir(folder)


def with_block(data: bytes | None, lines: Sequence[str], at: int | None = None) -> bytes:
    """`data` with our marked block: where it stands, else at an offset, else at the end.

    The block has the line ends of the file around it.
    """
    data = data or b""
    end = newline_of(data)
    place = find_block(data)
    block = b"".join(line.encode() + end for line in (BEGIN, *lines, END))
    if place is not None:
        return data[: place[0]] + block + data[place[1] :]
    at = len(data) if at is None else at
    if at and not data[:at].endswith((b"\n", b"\r")):
        block = end + block
    return data[:at] + block + data[at:]


def without_block(data: bytes, original: bytes | None) -> bytes:
    """`data` without our marked block. original: the file as it was before, if that is known."""
    place = find_block(data)
    if place is None:
        return data
    head, tail = data[: place[0]], data[place[1] :]
    bare = original is not None and not original.endswith((b"\n", b"\r"))
    if original and bare and not tail and head == original + newline_of(original):
        return original  # the newline was missing, and came with the block
    return head + tail


def find_block(data: bytes) -> tuple[int, int] | None:
    """Where our block starts and ends, its marks and last newline included. A block without an end is none."""
    start = _line(data, BEGIN, 0)
    last = _line(data, END, start) if start >= 0 else -1
    if last < 0:
        return None
    end = data.find(b"\n", last)
    return start, len(data) if end < 0 else end + 1


def newline_of(data: bytes) -> bytes:
    """The line end of a file: that of its first line."""
    first = data.partition(b"\n")[0]
    return b"\r\n" if first.endswith(b"\r") and b"\n" in data else b"\n"


def _line(data: bytes, mark: str, start: int) -> int:
    """Where a line that is a mark begins, white space in front of it included; -1 for nowhere."""
    at = start
    for line in data[start:].splitlines(keepends=True):
        if line.strip() == mark.encode():
            return at
        at += len(line)
    return -1


def _keep_mode(real: str, descriptor: int) -> None:
    if os.name == "nt" or not os.path.lexists(real):
        return
    old = os.stat(real)
    with suppress(PermissionError):
        os.fchown(descriptor, old.st_uid, old.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(old.st_mode))


def _nearest_folder(folder: str) -> str:
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return folder


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
