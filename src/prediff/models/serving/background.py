"""The server that `prediff model up` starts: where it is written down, whether it runs, and how it is ended.

All of it stands in a folder that its user alone can enter: a lock that the server holds as long as it lives, a record,
and the token that each question has to bring.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.locks import Lock, holder, take

LOG = "model.log"
_END_SECONDS = 10.0
_KILL_SECONDS = 5.0
_TAIL = 1 << 14


@dataclass(frozen=True, slots=True)
class Record:
    """A server as it wrote itself down.

    source: what it was told to serve: a hub id or the path of a folder. model, revision: what that is. program: prediff
    or vllm. key_file: where the token stands. settings: in what it was started with, one text.
    """

    pid: int
    url: str
    source: str
    model: str
    revision: str
    program: str
    key_file: str
    settings: str


def folder() -> str:
    """The folder for all of this, made if need be. Raises ModelError where others can enter it."""
    from platformdirs import user_state_dir

    path = os.path.join(user_state_dir("prediff", appauthor=False), "model")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
    except OSError as error:
        raise ModelError(f"cannot make {path}: {(error.strerror or str(error)).lower()}") from None
    own = os.name == "nt" or (found.st_uid == os.geteuid() and not stat.S_IMODE(found.st_mode) & 0o077)
    if not stat.S_ISDIR(found.st_mode) or not own:
        raise ModelError(
            f"{path} can be entered by others, so no token is kept there: chmod 700 it, or remove it"
        )
    return path


def write_private(name: str, content: str) -> str:
    """Write a file of the folder that its user alone can read, whole or not at all, and give its path."""
    path = os.path.join(folder(), name)
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except OSError as error:
        raise ModelError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None
    return path


def token_name(port: int) -> str:
    return f"token-{port}"


def remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


def write_record(record: Record) -> None:
    write_private("server.json", json.dumps(asdict(record), indent=1))


def read_record() -> Record | None:
    """The record of the server that ran last; None where there is none, or it is of another form."""
    try:
        with open(os.path.join(folder(), "server.json"), encoding="utf-8") as stream:
            return Record(**json.load(stream))
    except (OSError, ValueError, TypeError):
        return None


def hold() -> Lock:
    """Take the lock of the one server, until this process ends. Raises ModelError."""
    try:
        lock = take(_lock_file())
    except OSError as error:
        raise ModelError(f"cannot take {_lock_file()}: {(error.strerror or str(error)).lower()}") from None
    if lock is None:
        raise ModelError("a model's server runs already: prediff model status tells about it")
    return lock


@contextmanager
def alone() -> Iterator[None]:
    """Only one process at a time starts or ends the server. Raises ModelError where another one does."""
    try:
        lock = take(os.path.join(folder(), "up.lock"))
    except OSError as error:
        raise ModelError(
            f"cannot take a lock in {folder()}: {(error.strerror or str(error)).lower()}"
        ) from None
    if lock is None:
        raise ModelError("another prediff model up or down is under way: wait for it")
    try:
        yield
    finally:
        lock.release()


def running() -> Record | None:
    """The server that runs; None where none does."""
    pid = holder(_lock_file())
    record = read_record()
    return record if record is not None and record.pid == pid else None


def has_ended(url: str, key_file: str) -> bool:
    """Whether this was a server of ours that runs no more: whoever has its port now may be another user."""
    record = read_record()
    return record is not None and (record.url, record.key_file) == (url, key_file) and running() is None


def stop() -> bool:
    """End the server that runs, with all its processes; whether there was one. Raises ModelError where it stays."""
    pid = holder(_lock_file())
    if pid is None:
        return False
    record = read_record()
    _signal(pid, signal.SIGTERM)
    if not _ended(_END_SECONDS):
        _signal(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
        if not _ended(_KILL_SECONDS):
            raise ModelError(f"the model's server, process {pid}, does not end")
    if record is not None and record.pid == pid:
        remove(record.key_file)
    remove(os.path.join(folder(), "server.json"))
    return True


def start(words: Sequence[str], log: str) -> subprocess.Popen[bytes]:
    """Start a process of its own group, which goes on when this terminal closes. log: where what it says goes."""
    os.makedirs(os.path.dirname(log), mode=0o700, exist_ok=True)
    remove(log)
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600)
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    try:
        return subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=folder(),
            start_new_session=True,
            creationflags=flags,
        )
    except OSError as error:
        raise ModelError(f"the model's server cannot be started: {error}") from None
    finally:
        os.close(descriptor)


def last_words(log: str) -> str:
    """The last line of a log that says something; "" for none."""
    try:
        with open(log, "rb") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - _TAIL))
            lines = stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ""
    said = [line.strip() for line in lines if line.strip()]
    return next((line for line in reversed(said) if line.startswith("prediff: ")), said[-1] if said else "")


def _lock_file() -> str:
    return os.path.join(folder(), "server.lock")


def _ended(seconds: float) -> bool:
    until = time.monotonic() + seconds
    while holder(_lock_file()) is not None:
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def _signal(pid: int, number: int) -> None:
    """To a server and all its processes: it leads a group of its own, unless somebody else started it."""
    with suppress(OSError):
        if sys.platform != "win32" and _group(pid) == pid != os.getpgrp():
            os.killpg(pid, number)
        else:
            os.kill(pid, number)


def _group(pid: int) -> int:
    """The group of a process. Others of its group may go on, and hold its lock, where it has ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return pid
