"""Work in processes of its own, each piece with a time limit: one that hangs or crashes costs its own result alone.

A pool of the standard library cannot end one piece of work, and is lost as a whole when a worker crashes.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass

Key = TypeVar("Key")
Result = TypeVar("Result")

START_LIMIT = 120.0
"""Seconds that a worker may take until it is ready. That is the machine's matter, not the work's."""
TICK = 0.2
"""Seconds between two looks at whether the work is still wanted."""

_STARTS = Lock()


class Unwanted(Exception):
    """Nobody waits for the work any more."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A piece of work that has no result, and why."""

    reason: str


@dataclass(slots=True)
class _Worker(Generic[Key]):
    """A process and our end of its pipe. key: of the item that it works on until `deadline`, or None; ready: whether it
    has started.
    """

    process: BaseProcess
    pipe: Connection
    deadline: float
    key: Key | None = None
    ready: bool = False


def run_all(
    work: Callable[..., Result],
    items: Iterable[tuple[Key, tuple[Any, ...]]],
    count: int,
    limit: float,
    prepare: Callable[[], object] = tuple,
) -> Iterator[tuple[Key, Result | Failed]]:
    """Call `work` with the arguments of each item, in `count` processes; give each key and result once that is there.

    Items are taken as workers become free; a key is not None. work, prepare: functions of a module; arguments and
    results can be pickled. prepare: called once in each process, before time counts. limit: seconds for each item.
    Raises ToolError where no process can be started. All processes are ended when the iterator is closed.
    """
    with closing(Crew(work, prepare)) as crew:
        yield from crew.run_all(work, items, count, limit, prepare)


class Crew:
    """Processes for one kind of work that stay from one call to the next. Not for several threads at once."""

    def __init__(self, work: Callable[..., Any], prepare: Callable[[], object] = tuple) -> None:
        self._kind = work, prepare
        self._free: list[_Worker[Any]] = []
        self._starting: list[_Worker[Any]] = []

    def run_all(
        self,
        work: Callable[..., Result],
        items: Iterable[tuple[Key, tuple[Any, ...]]],
        count: int,
        limit: float,
        prepare: Callable[[], object] = tuple,
        unwanted: Callable[[], bool] | None = None,
    ) -> Generator[tuple[Key, Result | Failed], None, None]:
        """As the function of this name. Raises ValueError for another kind of work.

        unwanted: asked again and again while results are waited for; where it says so, Unwanted is raised.
        """
        if (work, prepare) != self._kind:
            raise ValueError("this crew does something else")
        waiting = iter(items)
        item = next(waiting, None)
        pool, self._starting = self._starting, []
        try:
            while item is not None or any(worker.key is not None for worker in pool):
                while item is not None and len(pool) < count:
                    worker = self._one()
                    pool.append(worker)
                    if worker.ready:
                        _give(worker, *item, limit)
                        item = next(waiting, None)
                for worker in _answering(pool, unwanted):
                    pool.remove(worker)
                    key, result = worker.key, _received(worker, limit)
                    if not isinstance(result, _Lost):
                        worker.key, worker.ready = None, True
                        self._free.append(worker)
                    if key is not None:
                        yield key, result
        finally:
            self._starting = [worker for worker in pool if worker.key is None]
            for worker in pool:
                if worker.key is not None:
                    _end(worker)

    def close(self) -> None:
        """End all processes."""
        for worker in (*self._free, *self._starting):
            _end(worker)
        self._free, self._starting = [], []

    def _one(self) -> _Worker[Any]:
        """A process that is free, or else one that has just been started."""
        while self._free:
            worker = self._free.pop()
            if worker.process.is_alive():
                return worker
            _end(worker)
        return _started(*self._kind)


@dataclass(frozen=True, slots=True)
class _Lost(Failed):
    """The worker went with the work."""


def _answering(pool: Sequence[_Worker[Any]], unwanted: Callable[[], bool] | None) -> list[_Worker[Any]]:
    """The workers that have answered, or whose time is over; waits for the first. Raises Unwanted."""
    first = min(worker.deadline for worker in pool)
    pipes = [worker.pipe for worker in pool]
    while True:
        left = max(0.0, first - time.monotonic())
        ready = wait(pipes, left if unwanted is None else min(left, TICK))
        if ready or left <= TICK:
            break
        if unwanted is not None and unwanted():
            raise Unwanted
    now = time.monotonic()
    return [worker for worker in pool if worker.pipe in ready or worker.deadline <= now]


def _received(worker: _Worker[Any], limit: float) -> Any:
    """What a worker answered. One whose time is over, or that has crashed, is ended and `_Lost`."""
    try:
        if worker.pipe.poll():
            return worker.pipe.recv()
        reason = f"over the time limit of {limit:g} seconds"
    except (EOFError, OSError):
        worker.process.join(5)
        reason = f"comparing it crashed the process ({_ended(worker.process.exitcode)})"
    if worker.key is None:
        raise ToolError("a process to compare in ends before it is ready, or takes too long to start")
    _end(worker)
    return _Lost(reason)


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return signal.Signals(-code).name
    return f"code {code}"


def _give(worker: _Worker[Key], key: Key, arguments: tuple[Any, ...], limit: float) -> None:
    worker.key = key
    worker.deadline = time.monotonic() + limit
    # A worker that is gone by now is found gone when its answer is waited for.
    with suppress(OSError):
        worker.pipe.send(arguments)


def _started(work: Callable[..., Any], prepare: Callable[[], object]) -> _Worker[Any]:
    context = get_context("spawn")
    try:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, work, prepare), daemon=True)
        with closing(theirs), _quiet_start():
            process.start()
    except OSError as error:
        raise ToolError(f"a process to compare in cannot be started: {error}") from None
    return _Worker(process, ours, time.monotonic() + START_LIMIT)


@contextmanager
def _quiet_start() -> Iterator[None]:
    """What is started looks for no module in the current folder, which may be a stranger's, and leaves Ctrl-C to us.

    One at a time: the environment is that of all threads.
    """
    with _STARTS:
        kept = os.environ.get("PYTHONSAFEPATH")
        os.environ["PYTHONSAFEPATH"] = "1"
        masked = hasattr(signal, "pthread_sigmask")
        if masked:
            # It would be started with the first process, and lift the mask.
            from multiprocessing.resource_tracker import ensure_running

            ensure_running()
        old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
        try:
            yield
        finally:
            if masked:
                signal.pthread_sigmask(signal.SIG_SETMASK, old)
            if kept is None:
                del os.environ["PYTHONSAFEPATH"]
            else:
                os.environ["PYTHONSAFEPATH"] = kept


def _serve(pipe: Connection, work: Callable[..., Any], prepare: Callable[[], object]) -> None:
    """What a worker does until its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    prepare()
    # The first answer says that it is ready.
    answer: Any = None
    with suppress(EOFError, OSError):
        while True:
            pipe.send(answer)
            arguments = pipe.recv()
            try:
                answer = work(*arguments)
            except Exception as error:
                answer = Failed(f"internal error: {type(error).__name__}: {error}".rstrip(": "))


def _end_with_parent() -> None:
    """Let no work go on that nobody waits for any more: the other process may have been killed."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _end(worker: _Worker[Any]) -> None:
    """End a process; once is enough, and more does no harm."""
    worker.pipe.close()
    with suppress(ValueError):
        worker.process.kill()
        worker.process.join()
        worker.process.close()
