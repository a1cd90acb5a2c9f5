"""A lock of one process on a file, which the system takes back when the process ends, however it ends."""

from __future__ import annotations

import os
import sys

from prediff.lean_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that this process holds, until `release` or its end."""

    path: str
    descriptor: int

    def release(self) -> None:
        """The file stays: where one removed it, another could hold a lock on a file that has no name any more."""
        os.close(self.descriptor)


def take(path: str) -> Lock | None:
    """Take the lock at `path`, in a folder of our own; None where another process has it. The file then holds our pid.

    Raises OSError where the file cannot be made, or is a link.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    descriptor = os.open(path, flags, 0o600)
    try:
        if not _locked(descriptor):
            os.close(descriptor)
            return None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, b"%d\n" % os.getpid())
    except BaseException:
        os.close(descriptor)
        raise
    return Lock(path, descriptor)


def holder(path: str) -> int | None:
    """The pid of the process that has the lock; None where nobody has it, or it cannot be told."""
    try:
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    try:
        if _locked(descriptor):
            return None
        text = os.read(descriptor, 32).strip()
        return int(text) if text.isdigit() else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            # A byte far behind the pid, which others could not read otherwise.
            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
