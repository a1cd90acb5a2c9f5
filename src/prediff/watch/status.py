"""What a watch tells of itself: a small JSON file in the user's own state folder, and a lock that says it lives."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, field, replace
from hashlib import blake2b
from typing import Literal

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.locks import Lock, holder, take

MOST_TROUBLE = 20

State = Literal["starting", "working", "idle", "waiting", "stopped", "dead"]


@dataclass(frozen=True, slots=True)
class Status:
    """A watch. state: `waiting` after trouble, until it tries again; `dead` where the process is gone without a word.

    how: `events` of the system, or `polling`, with the reason where that was not asked for. since, seen: Unix times of
    its start, and up to which all that happened is in the mirror. passes, written: how often it looked, and how many
    pairs it wrote. trouble: the last lines on what went wrong.
    """

    left: str
    right: str
    out: str
    pid: int = 0
    state: State = "starting"
    how: str = ""
    why: str = ""
    since: float = 0.0
    seen: float = 0.0
    pairs: int = 0
    passes: int = 0
    written: int = 0
    pending: int = 0
    trouble: tuple[str, ...] = field(default=())


class StatusFile:
    """The status file of one output folder, written by the process that holds the lock beside it."""

    def __init__(self, status: Status) -> None:
        self.status = replace(status, pid=os.getpid(), since=time.time())
        self._base = _base(status.out)
        self._lock: Lock | None = None

    def take(self) -> None:
        """Raises ToolError where another process watches for the same folder, or the file cannot be written."""
        try:
            os.makedirs(os.path.dirname(self._base), mode=0o700, exist_ok=True)
            self._lock = take(f"{self._base}.lock")
        except OSError as error:
            raise ToolError(f"cannot write {self._base}: {(error.strerror or str(error)).lower()}") from None
        if self._lock is None:
            pid = holder(f"{self._base}.lock")
            raise ToolError(f"process {pid} watches for {self.status.out} already: stop it first")
        self.tell()

    def tell(self, **changes: object) -> None:
        """Change some fields. A status that cannot be written, on a full disk, stops nothing."""
        self.status = replace(self.status, **changes)  # type: ignore[arg-type]
        data = json.dumps({**asdict(self.status), "trouble": self.status.trouble[-MOST_TROUBLE:]}, indent=1)
        temporary = f"{self._base}.tmp"
        with suppress(OSError):
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(data + "\n")
            os.replace(temporary, f"{self._base}.json")

    def close(self) -> None:
        """The watch has ended."""
        if self._lock is not None:
            self.tell(state="stopped")
            self._lock.release()
            self._lock = None


def read_status(out: str) -> Status | None:
    """What the watch for an output folder says; None where there never was one."""
    return _read(_base(out))


def read_all() -> list[Status]:
    """What all watches say that have not been stopped."""
    try:
        names = sorted(os.listdir(_folder()))
    except OSError:
        return []
    bases = [os.path.join(_folder(), name.removesuffix(".json")) for name in names if name.endswith(".json")]
    found = [status for base in bases if (status := _read(base))]
    return [status for status in found if status.state != "stopped"]


def _read(base: str) -> Status | None:
    try:
        with open(f"{base}.json", encoding="ascii") as file:
            data = json.load(file)
        found = Status(**{**data, "trouble": tuple(data["trouble"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
    alive = holder(f"{base}.lock") is not None
    return found if alive or found.state == "stopped" else replace(found, state="dead")


def name_of(out: str) -> str:
    """A name for the files of the watch of an output folder."""
    return blake2b(os.fsencode(os.path.realpath(out)), digest_size=6).hexdigest()


def _base(out: str) -> str:
    return os.path.join(_folder(), name_of(out))


def _folder() -> str:
    from platformdirs import user_state_dir

    return os.path.join(user_state_dir("prediff", appauthor=False), "watch")
