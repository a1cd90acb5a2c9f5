"""Paths that something happened to, until they have been quiet for a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import field

from prediff.lean_dataclasses import dataclass

QUIET = 0.2
"""Seconds without an event after which a path is looked at: an editor's save is many events."""
PATIENCE = 2.0
"""Seconds after which a path is looked at though it never is quiet."""
MOST = 10_000
"""Of more paths than these none is kept: everything is gone over instead."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What to look at: some paths, or all there is, with the reason."""

    paths: frozenset[str] = frozenset()
    everything: str = ""

    def __bool__(self) -> bool:
        return bool(self.paths or self.everything)


@dataclass(slots=True)
class Hints:
    """Filled by the threads that watch, emptied by the one that works. clock: seconds that only grow."""

    clock: Callable[[], float] = time.monotonic
    _times: dict[str, tuple[float, float]] = field(default_factory=dict)
    _everything: str = ""
    _stopped: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    def add(self, path: str) -> None:
        """Something happened to a path."""
        now = self.clock()
        with self._changed:
            if len(self._times) >= MOST:
                self._times.clear()
                self._everything = self._everything or f"more than {MOST} paths changed at once"
            first, _ = self._times.get(path, (now, now))
            self._times[path] = first, now
            self._changed.notify()

    def all_changed(self, reason: str) -> None:
        """Anything may have happened."""
        with self._changed:
            self._everything = self._everything or reason
            self._changed.notify()

    def stop(self) -> None:
        """Let `take` come back at once, from now on."""
        with self._changed:
            self._stopped = True
            self._changed.notify()

    def rest(self, seconds: float) -> None:
        """Let time pass, but for `stop`."""
        until = self.clock() + seconds
        with self._changed:
            while not self._stopped and (left := until - self.clock()) > 0:
                self._changed.wait(left)

    def waiting(self) -> int:
        """How many paths are not looked at yet."""
        with self._changed:
            return len(self._times) + bool(self._everything)

    def take(self, patience: float) -> Batch:
        """The paths that are quiet, as soon as there are any; an empty batch after `patience` seconds, or at `stop`."""
        until = self.clock() + patience
        with self._changed:
            while True:
                now = self.clock()
                if self._everything and not self._stopped:
                    reason, self._everything = self._everything, ""
                    self._times.clear()
                    return Batch(everything=reason)
                due = {
                    path: min(last + QUIET, first + PATIENCE) for path, (first, last) in self._times.items()
                }
                ready = frozenset([path for path, at in due.items() if at <= now])
                if ready and not self._stopped:
                    for path in ready:
                        del self._times[path]
                    return Batch(ready)
                if self._stopped or now >= until:
                    return Batch()
                self._changed.wait(min([until, *due.values()]) - now)
