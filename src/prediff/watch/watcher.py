"""The loop of a watch: hints in, passes out. It goes on after all that a pass can meet, and tells what that was."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import field
from typing import ClassVar

from prediff.errors import PrediffError
from prediff.lean_dataclasses import dataclass
from prediff.reports.escaping import printable
from prediff.watch.hints import Batch, Hints
from prediff.watch.keeper import Keeper, Pass
from prediff.watch.observing import Observing, count_folders, why_not
from prediff.watch.status import MOST_TROUBLE, StatusFile

log = logging.getLogger("prediff.watch")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. poll: between passes without events. look: with events, until all times and sizes are looked at.

    read: until all files are read again. settle: after a folder is new, until it is looked at again. retry, longest:
    after trouble, twice as long each time. check: until it is looked whether the folders are still those watched.
    """

    poll: float = 2.0
    look: float = 60.0
    read: float = 1800.0
    settle: float = 1.0
    retry: float = 1.0
    longest: float = 60.0
    check: float = 5.0


class Stopped(Exception):
    """The watch was told to end in the middle of a pass."""


@dataclass(slots=True)
class Watcher:
    """One mirror, kept by one thread: that of `run`. polls: whether events are not asked for at all."""

    keeper: Keeper
    status: StatusFile
    reopen: Callable[[], None]
    polls: bool = False
    timing: Timing = field(default_factory=Timing)
    hints: Hints = field(default_factory=Hints)
    stopping: bool = False
    _observing: Observing | None = None
    _failures: int = 0
    _read_at: float = 0.0
    _look_at: float = 0.0
    _took: float = 0.0

    MOST_LOOKING: ClassVar[tuple[float, float]] = 0.1, 0.3
    """The share of the time that looking at everything may take: where events come, and where none do."""

    def run(self) -> None:
        """Keep the mirror until `stop`."""
        try:
            while not self.stopping:
                self._step()
        except Stopped:
            pass
        finally:
            if self._observing is not None:
                self._observing.close()

    def stop(self) -> None:
        """End soon; safe in a signal handler's thread."""
        self.stopping = True
        self.hints.stop()

    def tick(self, done: int, total: int) -> None:
        """For the plan of the keeper: a pass ends where the watch does. Raises Stopped."""
        if self.stopping:
            raise Stopped

    def _step(self) -> None:
        """Wait for something to do, and do it."""
        self._watch()
        # Where files come and go all the time, half of the time is left for others.
        self.hints.rest(min(self._took, self.timing.poll))
        due = min(self._look_at, self._read_at)
        batch = self.hints.take(min(self.timing.check, max(0.0, due - time.monotonic())))
        if self.stopping or (not batch and time.monotonic() < due):
            return
        began, seen = time.monotonic(), time.time()
        self.status.tell(state="working", pending=self.hints.waiting())
        try:
            found = self._pass(batch)
        except (PrediffError, OSError) as error:
            self._failed(str(error))
            return
        except Exception as error:
            # A mistake of ours must not end what nobody looks at.
            log.exception("a pass failed")
            self._failed(f"internal error: {type(error).__name__}: {error}")
            return
        self._failures = 0
        self._took = time.monotonic() - began
        self._plan_next(found)
        old = self.status.status
        self.status.tell(
            state="idle", seen=seen, pairs=found.pairs, passes=old.passes + 1, written=old.written + found.done,
            pending=self.hints.waiting(), trouble=found.trouble,
        )  # fmt: skip

    def _pass(self, batch: Batch) -> Pass:
        now = time.monotonic()
        if batch.everything or self._failures or now >= self._read_at:
            log.info("reading everything: %s", batch.everything or "it is time")
            if self._failures:
                self.reopen()
            found = self.keeper.everything()
            self._read_at = time.monotonic() + self.timing.read
        elif batch.paths:
            found = self.keeper.changed(batch.paths)
        else:
            found = self.keeper.looked_over()
        for line in found.trouble:
            log.info("%s", printable(line))
        return found

    def _plan_next(self, found: Pass) -> None:
        """When to look at everything without being told."""
        told = self._observing is not None
        usual, share = (self.timing.look if told else self.timing.poll), self.MOST_LOOKING[not told]
        if found.grown and told:
            # What was made in a new folder before the system watched it was told by nobody.
            usual = self.timing.settle
            self._check_watch()
        self._look_at = time.monotonic() + max(usual, self._took / share)

    def _failed(self, reason: str) -> None:
        wait = min(self.timing.longest, self.timing.retry * 2.0**self._failures)
        self._failures += 1
        log.warning("%s; trying again in %g s", printable(reason), wait)
        trouble = (*self.status.status.trouble, reason)[-MOST_TROUBLE:]
        self.status.tell(state="waiting", trouble=trouble, pending=self.hints.waiting())
        self._look_at = time.monotonic() + wait
        self._read_at = max(self._read_at, self._look_at)

    def _watch(self) -> None:
        """See that the system tells of changes, or else that they are looked for."""
        if self._observing is not None:
            if self._observing.is_whole():
                return
            log.info("the watched folders are others than before")
            self._observing.close()
            self._observing = None
            self.hints.all_changed("the watched folders are others than before")
        if self.polls:
            if not self.status.status.how:
                self.status.tell(how="polling")
            return
        reason = why_not(count_folders(self.keeper.roots))
        if not reason:
            try:
                self._observing = Observing(self.keeper.roots, self.hints)
            except FileNotFoundError:
                return  # the pass says so, and tries again
            except OSError as error:
                reason = f"the system does not watch the folders: {error}"
        if reason:
            self._poll(reason)
            return
        self.status.tell(how="events", why="")
        self._check_watch()

    def _check_watch(self) -> None:
        """Poll where folders are not watched."""
        if self._observing is None:
            return
        missing = Observing.missing()
        if missing:
            time.sleep(self.timing.settle)  # some may just have come or gone
            missing = Observing.missing()
        if missing:
            self._observing.close()
            self._observing = None
            self._poll(f"the system does not watch {missing} of the folders")

    def _poll(self, reason: str) -> None:
        log.warning("%s: looking every %g s instead", reason, self.timing.poll)
        self.polls = True
        self.status.tell(how="polling", why=reason)
        self._look_at = 0.0
