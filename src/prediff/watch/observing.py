"""What the system tells of changes below some folders, as hints; and whether it can tell at all.

watchdog loses folders without a word where the system grants no more watches, so those that are there are counted.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from prediff.watch.hints import Hints

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

LIMIT_FILE = "/proc/sys/fs/inotify/max_user_watches"
_OWN_DESCRIPTORS = "/proc/self/fdinfo"
_HEADROOM = 0.9
"""Other programs of the user need watches too."""

log = logging.getLogger("prediff.watch")


def count_folders(roots: Iterable[str]) -> int:
    """How many folders a watch of all that lies below some folders takes. No link is followed."""
    found = set()
    for root in roots:
        for folder, _, _ in os.walk(root, followlinks=False):
            found.add(_identity(folder))
    return len(found - {None})


def why_not(folders: int) -> str:
    """Why the system cannot watch so many folders; empty where it can, as far as it says."""
    if sys.platform != "linux":
        return ""
    try:
        with open(LIMIT_FILE, encoding="ascii") as file:
            limit = int(file.read())
    except (OSError, ValueError):
        return ""
    if folders <= limit * _HEADROOM:
        return ""
    return f"{folders:,} folders are more than the system watches for a user ({limit:,}, fs.inotify.max_user_watches)"


def count_watches() -> int | None:
    """How many folders the system watches for this process; None where it does not say."""
    if sys.platform != "linux":
        return None
    count = 0
    try:
        names = os.listdir(_OWN_DESCRIPTORS)
    except OSError:
        return None
    for name in names:
        with suppress(OSError), open(f"{_OWN_DESCRIPTORS}/{name}", "rb") as file:
            count += sum(line.startswith(b"inotify ") for line in file)
    return count


class Observing:
    """A running watch of some folders, whose events become hints. Raises OSError where the system refuses."""

    _running: ClassVar[list[Observing]] = []
    _lock: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, roots: Sequence[str], hints: Hints) -> None:
        self.roots = tuple(roots)
        self._hints = hints
        self._identities = [_identity(root) for root in self.roots]
        self._overflow = _Overflow(hints)
        logging.getLogger("watchdog").addHandler(self._overflow)
        self._observer = self._started()
        with self._lock:
            self._running.append(self)

    @classmethod
    def missing(cls) -> int:
        """How many folders below the roots of all running watches the system does not watch; 0 if it does not say."""
        held = count_watches()
        if held is None:
            return 0
        with cls._lock:
            roots = {root for one in cls._running for root in one.roots}
        return max(0, count_folders(roots) - held)

    def _started(self) -> BaseObserver:
        from watchdog.events import (
            DirCreatedEvent,
            DirDeletedEvent,
            DirModifiedEvent,
            DirMovedEvent,
            FileAttribEvent,
            FileClosedEvent,
            FileCreatedEvent,
            FileDeletedEvent,
            FileModifiedEvent,
            FileMovedEvent,
            FileSystemEventHandler,
        )
        from watchdog.observers import Observer

        hints = self._hints

        class Handler(FileSystemEventHandler):
            def __init__(self, root: str, watched: str) -> None:
                self.root, self.watched = root, watched

            def on_any_event(self, event: FileSystemEvent) -> None:
                for path in (event.src_path, event.dest_path):
                    if path:
                        hints.add(self.root + os.fsdecode(path).removeprefix(self.watched))

        # Not those of opening and reading, which are mostly our own.
        told = [
            *(
                DirCreatedEvent,
                DirDeletedEvent,
                DirModifiedEvent,
                DirMovedEvent,
                FileAttribEvent,
                FileClosedEvent,
            ),
            *(FileCreatedEvent, FileDeletedEvent, FileModifiedEvent, FileMovedEvent),
        ]
        observer = Observer()
        try:
            for root in self.roots:
                # Of a link the system would watch the link itself.
                watched = os.path.realpath(root)
                observer.schedule(Handler(root, watched), watched, recursive=True, event_filter=told)
            observer.start()
        except BaseException:
            self._quiet()
            raise
        return observer

    def is_whole(self) -> bool:
        """Whether it still watches the folders that stand at the roots' paths."""
        alive = self._observer.is_alive() and all(e.is_alive() for e in self._observer.emitters)
        return alive and [_identity(root) for root in self.roots] == self._identities

    def close(self) -> None:
        """Stop watching."""
        with self._lock:
            self._running.remove(self)
        self._quiet()
        self._observer.stop()
        self._observer.join(5.0)

    def _quiet(self) -> None:
        logging.getLogger("watchdog").removeHandler(self._overflow)


class _Overflow(logging.Handler):
    """watchdog only logs that events were lost."""

    def __init__(self, hints: Hints) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:
        self._hints.all_changed(f"the watch lost events: {record.getMessage()}")


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
