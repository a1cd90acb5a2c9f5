"""The processes that do the work: a request that crashes one, or takes too long, costs that process alone."""

from __future__ import annotations

import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field

from prediff.lean_dataclasses import dataclass

HEAD = 4
"""Bytes of a length."""
KEEP, RETIRE = b"k", b"r"
"""The first byte of an answer: whether the process takes more, or has grown and ends."""

START_LIMIT = 60.0
"""Seconds for a process to get ready."""

_FLAGS = 0
if sys.platform == "win32":
    _FLAGS = subprocess.CREATE_NO_WINDOW

log = logging.getLogger("prediff.server")


@dataclass(slots=True)
class Worker:
    """One process. It reads a request behind its length from standard input, and so writes the answer."""

    process: subprocess.Popen[bytes]

    def ask(self, data: bytes, limit: float) -> bytes | None:
        """The answer behind its first byte; None where the process ended or the time is up: it is then gone."""
        timer = threading.Timer(limit, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            assert self.process.stdin is not None
            self.process.stdin.write(len(data).to_bytes(HEAD, "big") + data)
            self.process.stdin.flush()
            return self.read()
        except (OSError, ValueError):
            return None
        finally:
            timer.cancel()

    def read(self) -> bytes | None:
        """What it writes next; None where it, or the whole pool, ends."""
        assert self.process.stdout is not None
        try:
            head = self.process.stdout.read(HEAD)
            size = int.from_bytes(head, "big")
            answer = self.process.stdout.read(size) if len(head) == HEAD else b""
        except (OSError, ValueError):
            return None
        return answer if answer and len(answer) == size else None

    def end(self) -> None:
        self.process.kill()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        self.process.wait()


@dataclass(slots=True)
class Pool:
    """`size` processes of a command, which are started in the background and replaced where one ends.

    command: arguments after the interpreter. folder: where they run, so that nothing of a compared folder is theirs.
    """

    command: Sequence[str]
    folder: str
    size: int
    closed: bool = False
    _idle: queue.Queue[Worker] = field(default_factory=queue.Queue)
    _all: list[Worker] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _failed: int = 0

    def start(self) -> None:
        for _ in range(self.size):
            self._start_one()

    def ask(self, data: bytes, wait: float, limit: float) -> bytes | None:
        """One answer; None where all are busy for `wait` seconds, or the process failed within `limit` seconds."""
        try:
            worker = self._idle.get(timeout=wait)
        except queue.Empty:
            return None
        answer = worker.ask(data, limit)
        if answer is not None and answer[:1] == KEEP:
            self._idle.put(worker)
        else:
            log.info("a process ends: %s", "it has grown" if answer else "it crashed, or its time was up")
            self._replace(worker)
        return answer[1:] if answer is not None else None

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self.closed = True
            ending, self._all = self._all, []
        for worker in ending:
            worker.end()

    def count(self) -> int:
        """How many are ready and idle."""
        return self._idle.qsize()

    def _replace(self, worker: Worker) -> None:
        self._forget(worker)
        self._start_one()

    def _start_one(self) -> None:
        threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        """Start a process and wait until it is ready; one that never is, is tried again later and later."""
        while not self.closed:
            try:
                worker = self._spawned()
            except OSError as error:
                log.warning("a process cannot be started: %s", error)
                self._later()
                continue
            timer = threading.Timer(START_LIMIT, worker.process.kill)
            timer.daemon = True
            timer.start()
            ready = worker.read()
            timer.cancel()
            if ready is not None:
                self._failed = 0
                self._idle.put(worker)
                return
            if self.closed:
                return
            log.warning("a process did not get ready")
            self._forget(worker)
            self._later()

    def _later(self) -> None:
        self._failed += 1
        time.sleep(min(60.0, 2.0 ** min(self._failed, 6)))

    def _forget(self, worker: Worker) -> None:
        with self._lock:
            if worker in self._all:
                self._all.remove(worker)
        worker.end()

    def _spawned(self) -> Worker:
        process = subprocess.Popen(
            [sys.executable, "-P", *self.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self.folder,
            creationflags=_FLAGS,
        )
        worker = Worker(process)
        with self._lock:
            self._all.append(worker)
            closed = self.closed
        if closed:
            worker.end()
        return worker
