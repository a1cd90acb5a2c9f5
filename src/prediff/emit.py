"""Writing outputs: only where the user says, whole or not at all, and never over a file that is compared."""

from __future__ import annotations

import os
import stat

from prediff.errors import WriteError

TYPE_CHECKING = False  # see prediff/__init__.py; what Beyond Compare starts for each file imports this
if TYPE_CHECKING:
    from collections.abc import Sequence


def write_outputs(outputs: Sequence[tuple[str, str]], inputs: Sequence[str]) -> None:
    """Write each (path, text), through temporary files that are renamed once all are written.

    Files are readable by the user only. A pipe or a device is written to directly. Raises WriteError where an
    output is an input (by whatever name), a folder or a link, is named twice, or cannot be written.
    """
    for index, (path, _) in enumerate(outputs):
        _refuse(path, [*inputs, *(other for other, _ in outputs[:index])])
    ready: list[tuple[str, str]] = []
    path = ""
    try:
        for path, text in outputs:
            if _is_stream(path):
                with open(path, "wb") as stream:
                    stream.write(encoded(text))
            else:
                ready.append((_temporary(path, encoded(text)), path))
        while ready:
            temporary, path = ready[0]
            os.replace(temporary, path)
            ready.pop(0)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
    finally:
        if ready:
            from contextlib import suppress

            for temporary, _ in ready:
                with suppress(OSError):
                    os.unlink(temporary)


def write_over(path: str, data: bytes, source: str) -> None:
    """Write a file in its place, for a program that made it for us, and reads it once we ended.

    Raises WriteError for the source, a link or a folder, and where it cannot be written.
    """
    _refuse(path, [source])
    try:
        with open(path, "wb") as file:
            file.write(data)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def content_to_append_to(path: str) -> bytes:
    """What stands in a file that lines are to be added to; nothing where there is none.

    Raises WriteError for a link, a folder or the like.
    """
    try:
        with open(_regular(path, os.O_RDONLY), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise WriteError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None


def append(path: str, text: str) -> None:
    """Add text to the end of a file, which is made if need be; what is there stays. Raises WriteError."""
    if not text:
        return
    try:
        with open(_regular(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab") as file:
            file.write(encoded(text))
    except OSError as error:
        raise WriteError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


def _regular(path: str, flags: int) -> int:
    """Open a file that is no link and nothing but a file. Raises OSError and WriteError."""
    if os.path.islink(path):
        raise WriteError(f"cannot write {path}: it is a link; name the file itself")
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise WriteError(f"cannot write {path}: it is not a file")
    return descriptor


def encoded(text: str) -> bytes:
    """Text as UTF-8; bytes that were no UTF-8 when they were read come out as they were."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _refuse(path: str, others: Sequence[str]) -> None:
    if _is_stream(path):
        return
    if os.path.isdir(path):
        raise WriteError(f"cannot write {path}: it is a folder; name a file")
    for other in others:
        if _is_same_file(path, other):
            raise WriteError(f"cannot write {path}: it is the same file as {other}")
    if os.path.islink(path):
        raise WriteError(f"cannot write {path}: it is a link; name the file itself")


def _is_stream(path: str) -> bool:
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _is_same_file(path: str, other: str) -> bool:
    if os.path.realpath(path) == os.path.realpath(other):
        return True
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False


def _temporary(path: str, data: bytes) -> str:
    from tempfile import mkstemp

    folder, name = os.path.split(path)
    descriptor, temporary = mkstemp(prefix=f".{name[:100]}.", suffix=".tmp", dir=folder or ".")
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
    except BaseException:
        os.unlink(temporary)
        raise
    return temporary
