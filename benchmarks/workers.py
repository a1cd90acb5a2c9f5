"""One worker process for each job, with a time limit: what goes wrong in a job is a result of it, not the end of all.

A job that crashes, kills its process or takes too long gives a `Trouble`; the others are not touched by it.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Generic, TypeVar

SHOWN_WIDTH = 200

J = TypeVar("J")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a job has no result: `kind` is crash (an exception, or the process died) or time; `detail` is one line."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Running(Generic[J]):
    """A job that a process is at work on."""

    job: J
    process: BaseProcess
    link: Connection
    deadline: float


def run_each(
    jobs: Sequence[J], work: Callable[[J], T], processes: int, timeout: float
) -> Iterator[tuple[J, T | Trouble]]:
    """What `work` gives for each job, in the order in which they become ready."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("fork" if "fork" in methods else "spawn")
    waiting = list(reversed(jobs))
    running: list[_Running[J]] = []
    while waiting or running:
        while waiting and len(running) < processes:
            job = waiting.pop()
            near, far = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(work, job, far), daemon=True)  # type: ignore[attr-defined]
            process.start()
            far.close()
            running.append(_Running(job, process, near, time.monotonic() + timeout))
        patience = min(r.deadline for r in running) - time.monotonic()
        ready = multiprocessing.connection.wait([r.link for r in running], max(0.0, patience))
        for one in tuple(running):
            if one.link in ready:
                yield one.job, _received(one.link)
            elif time.monotonic() >= one.deadline:
                yield one.job, Trouble("time", f"more than {timeout:g} s")
            else:
                continue
            running.remove(one)
            one.process.kill()
            one.process.join()
            one.link.close()


def place_of(error: BaseException) -> str:
    """The innermost line of code that an exception came from."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"


def _work(work: Callable[[J], T], job: J, link: Connection) -> None:
    """Do one job and send what it gave, or what went wrong in one line."""
    try:
        link.send(work(job))
    except Exception as error:  # whatever goes wrong in a job is a result
        shown = f"{type(error).__name__} in {place_of(error)}: {error}"
        link.send(Trouble("crash", " ".join(shown.split())[:SHOWN_WIDTH]))


def _received(link: Connection) -> T | Trouble:
    try:
        result: T | Trouble = link.recv()
    except (EOFError, ConnectionResetError):
        return Trouble("crash", "the process died")
    return result
