"""Work through joblib, on this machine or on others: the backends of the extra `cluster`.

Each backend is called as `workers.run_all` is. joblib's processes take items in turn, so that what one of them does to
its process can cost others: where that dies, the items that are left are done by processes of our own.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from prediff.errors import ToolError
from prediff.workers import Failed, run_all

BACKENDS = ("processes", "joblib", "dask", "ray")
"""`processes` is our own and needs nothing; the others are those of the extra."""

Key = TypeVar("Key")
Result = TypeVar("Result")
Arguments = tuple[Any, ...]


class _Late(BaseException):
    """An item's time is over. No `except Exception` of the work stops it."""


def cores() -> int:
    """How many processes can run at once here."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def runner(backend: str) -> Callable[..., Iterator[tuple[Any, Any]]]:
    """What runs work by a backend's name. Raises ToolError where it is not installed."""
    if backend == "processes":
        return run_all
    try:
        import joblib  # noqa: F401 - whether it is installed

        if backend == "dask":
            import distributed  # noqa: F401 - whether it is installed
        if backend == "ray":
            import ray  # noqa: F401 - whether it is installed
    except ImportError as error:
        raise ToolError(
            f'the backend {backend} needs {error.name}: pip install "prediff[cluster]"'
            + (" ray" if backend == "ray" else "")
        ) from None

    def run(
        work: Callable[..., Result],
        items: Iterable[tuple[Key, Arguments]],
        count: int,
        limit: float,
        prepare: Callable[[], object] = tuple,
    ) -> Iterator[tuple[Key, Result | Failed]]:
        # joblib takes items in threads of its own, and what makes ours is for this one.
        waiting = dict(enumerate(items))
        try:
            with _connected(backend, count):
                for number, result in _results(backend, waiting, work, count, limit):
                    yield waiting.pop(number)[0], result
        except _broken() as error:
            if not waiting:
                raise ToolError(f"the backend {backend} failed: {error}") from None
        yield from run_all(work, waiting.values(), count, limit, prepare)

    return run


def _results(
    backend: str,
    items: dict[int, tuple[Key, Arguments]],
    work: Callable[..., Result],
    count: int,
    limit: float,
) -> Iterator[tuple[int, Result | Failed]]:
    from joblib import Parallel, delayed, parallel_config

    with parallel_config(backend="loky" if backend == "joblib" else backend, n_jobs=count):
        found = Parallel(return_as="generator_unordered", pre_dispatch="2 * n_jobs")(
            delayed(_one)(number, work, arguments, limit) for number, (_, arguments) in list(items.items())
        )
    yield from found


def _one(
    number: int, work: Callable[..., Result], arguments: Arguments, limit: float
) -> tuple[int, Result | Failed]:
    """One item in a process of the backend."""
    try:
        with _limited(limit):
            return number, work(*arguments)
    except _Late:
        return number, Failed(f"over the time limit of {limit:g} seconds")
    except Exception as error:  # whatever goes wrong in an item is a result
        return number, Failed(f"internal error: {type(error).__name__}: {error}".rstrip(": "))


@contextmanager
def _limited(limit: float) -> Iterator[None]:
    """A time limit for this thread. Only a process's main thread can have one, and not on Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(*_: object) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _connected(backend: str, count: int) -> Iterator[None]:
    """A client of a cluster where the backend needs one: of that which dask's configuration names, else a local one."""
    if backend == "dask":
        import dask
        from distributed import Client

        named = dask.config.get("scheduler-address", None)
        local = {} if named else {"n_workers": count, "threads_per_worker": 1, "dashboard_address": None}
        with Client(address=named, **local):
            yield
    else:
        if backend == "ray":
            from ray.util.joblib import register_ray

            register_ray()
        yield


def _broken() -> tuple[type[BaseException], ...]:
    """What is raised where a process of a backend died."""
    from concurrent.futures.process import BrokenProcessPool

    found: list[type[BaseException]] = [BrokenProcessPool]
    try:
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        found.append(TerminatedWorkerError)
    except ImportError:
        pass
    try:
        from distributed.scheduler import KilledWorker

        found.append(KilledWorker)
    except ImportError:
        pass
    return tuple(found)
