"""The process that listens: a thread for each connection, the work in a `Pool`, an end when nobody asks any more."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import field
from hmac import compare_digest
from typing import Any, TypeAlias

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.locks import Lock, take
from prediff.server import wire
from prediff.server.pool import Pool
from prediff.versions import rules_version

WAIT = 0.1
"""Seconds that a request waits for a process: about as long as the command would take to work alone."""
WORK_LIMIT = 10.0
READ_LIMIT = 5.0
MAX_CONNECTIONS = 32
_TICK = 0.5

Stamp: TypeAlias = tuple[tuple[int, int], ...]
"""Of each file its time in nanoseconds and its size in bytes."""

log = logging.getLogger("prediff.server")


def code_files() -> list[str]:
    """The paths of all of prediff's own files and of what they rest on, sorted."""
    from importlib.util import find_spec

    names = ("tree_sitter", "tree_sitter_python", "tree_sitter_javascript", "libcst", "rapidfuzz", "click")
    specs = [find_spec(name) for name in names]
    found = [spec.origin for spec in specs if spec is not None and spec.origin is not None]
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [os.path.join(folder, name) for name in files]
    return sorted(found)


def stamp(paths: Sequence[str]) -> Stamp:
    """Time and size of each of some files: whether a server is stale, asked at each request.

    A file that is new is not asked for: nothing imports it unless a file that was there has changed.
    """
    return tuple(_stamp(path) for path in paths)


def _stamp(path: str) -> tuple[int, int]:
    try:
        about = os.stat(path)
    except OSError:
        return 0, 0
    return about.st_mtime_ns, about.st_size


@dataclass(slots=True)
class Server:
    """A server of this user, for this installation.

    base: the path of its files without their ending. idle: seconds without a request after which it ends.
    """

    base: str
    pool: Pool
    idle: float
    work_limit: float = WORK_LIMIT
    answered: int = 0
    started: float = field(default_factory=time.time)
    stopping: threading.Event = field(default_factory=threading.Event)
    _rules: str = field(default_factory=rules_version)
    _identity: dict[str, str] = field(default_factory=wire.identity)
    _files: list[str] = field(default_factory=code_files)
    _stamp: Stamp = field(init=False)
    _last: float = field(default_factory=time.monotonic)
    _open: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MAX_CONNECTIONS))
    _count: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._stamp = stamp(self._files)

    def serve(self) -> None:
        """Answer until told to stop, idle for too long, or out of date. Raises ToolError where another one serves."""
        lock = self._locked()
        try:
            listener, token = listen(self.base)
            with listener:
                self.pool.start()
                log.info("listening at %s", self.base)
                self._accept(listener, token)
        finally:
            self.pool.close()
            for ending in (".sock", ".port"):
                with suppress(OSError):
                    os.unlink(self.base + ending)
            lock.release()
            log.info("ended after %d answers", self.answered)

    def stop(self) -> None:
        """End soon. Safe in a signal handler."""
        self.stopping.set()

    def _locked(self) -> Lock:
        try:
            lock = take(self.base + ".lock")
        except OSError as error:
            raise ToolError(
                f"cannot start a server in {os.path.dirname(self.base)}: {error.strerror}"
            ) from None
        if lock is None:
            raise ToolError("a server runs already: `prediff server status` tells about it")
        return lock

    def _accept(self, listener: socket.socket, token: bytes) -> None:
        listener.settimeout(_TICK)
        while not self.stopping.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                if time.monotonic() - self._last > self.idle:
                    log.info("nobody asked for %g seconds", self.idle)
                    return
                if self._is_outdated():
                    return
                continue
            except OSError as error:
                # Out of descriptors, or the other side left already: neither may end the server.
                log.warning("cannot accept: %s", error)
                time.sleep(_TICK)
                continue
            if not self._open.acquire(blocking=False):
                connection.close()
                continue
            threading.Thread(target=self._serve_one, args=(connection, token), daemon=True).start()

    def _is_outdated(self) -> bool:
        if stamp(self._files) == self._stamp:
            return False
        log.info("prediff's own files have changed: a new server has to take over")
        self.stop()
        return True

    def _serve_one(self, connection: socket.socket, token: bytes) -> None:
        try:
            with connection:
                self._converse(connection, token)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, wire.WireError) as error:
            log.info("a connection ended: %s", error)
        except Exception:
            log.exception("a connection failed")
        finally:
            self._open.release()

    def _converse(self, connection: socket.socket, token: bytes) -> None:
        """One conversation: greeting and proof from both sides, one request, one answer."""
        connection.settimeout(READ_LIMIT)
        if not token and not wire.is_same_user(connection):
            log.warning("another user asked")
            return
        greeting = wire.receive(connection)
        who = {key: wire.text(value) for key, value in greeting["who"].items()}
        ok = who == self._identity and not self._is_outdated()
        nonce, theirs = os.urandom(16).hex(), wire.text(greeting["nonce"])
        wire.send(connection, {"ok": ok, "proof": wire.proof(token, "server", theirs), "nonce": nonce})
        said = wire.receive(connection)
        if not compare_digest(said["proof"], wire.proof(token, "client", nonce).encode()):
            log.warning("one who does not know the token asked")
            return
        what = said["do"]
        if what == b"stop":
            log.info("told to stop")
            wire.send(connection, self.status())
            self.stop()
        elif what == b"status":
            wire.send(connection, self.status())
        elif what == b"answer" and ok:
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        request = wire.receive_raw(connection)
        self._last = time.monotonic()
        answer = self.pool.ask(request, WAIT, self.work_limit)
        connection.settimeout(READ_LIMIT)
        wire.send_raw(connection, answer or wire.encode([]))
        self._last = time.monotonic()
        with self._count:
            self.answered += answer is not None

    def status(self) -> dict[str, Any]:
        """What `prediff server status` tells."""
        return {
            "pid": os.getpid(),
            "version": self._identity["prediff"],
            "rules": self._rules,
            "since": round(time.time() - self.started),
            "answered": self.answered,
            "ready": self.pool.count(),
            "processes": self.pool.size,
            "idle_limit": -1 if self.idle == float("inf") else round(self.idle),
        }


def listen(base: str) -> tuple[socket.socket, bytes]:
    """The socket to listen at, once what a killed server left there is gone, and the token (see `wire`).

    Only who holds the lock beside it may call this. Raises OSError.
    """
    for ending in (".sock", ".port"):
        with suppress(FileNotFoundError):
            os.unlink(base + ending)
    path = wire.socket_path(base)
    if path is not None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        return _bound(listener, path), b""
    listener = _bound(socket.socket(socket.AF_INET, socket.SOCK_STREAM), ("127.0.0.1", 0))
    token = os.urandom(32).hex().encode()
    descriptor = os.open(base + ".tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(b"%d %s" % (listener.getsockname()[1], token))
    os.replace(base + ".tmp", base + ".port")
    return listener, token


def _bound(listener: socket.socket, address: Any) -> socket.socket:
    try:
        listener.bind(address)
        listener.listen(64)
    except BaseException:
        listener.close()
        raise
    return listener
