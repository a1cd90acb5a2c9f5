"""The cache: answers by a digest of all that they depend on, in one SQLite file that many processes share.

It is never needed. What is damaged, foreign, locked, full or read-only costs time and no answer: each value carries a
digest of itself and its key, so that none comes out other than it was put in. Values are JSON and bytes, never pickles.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import time
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from prediff.lean_dataclasses import dataclass

MAX_BYTES = 512 << 20
"""What the file may take; beyond it the least recently used answers go."""
MAX_SHARE = 8
"""A value that would take more than this part of the whole is not kept."""
ROOM = 0.8
"""To which part of the limit the file is brought back where it is over."""
CHECKED_EVERY = 64
"""After how many writes the size is looked at."""
USED_AGAIN = 3600
"""Seconds after which reading an answer counts as a new use, which costs a write."""
PATIENCE = 10.0
"""Seconds to wait for another process that writes."""

_APPLICATION = 0x70726463
_FORMAT = 1
_NAME = re.compile(r"answers-(\d{1,9})\.sqlite3")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, used INTEGER NOT NULL, digest BLOB NOT NULL, value BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_use ON answers (used);
"""

Blobs = tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Info:
    """Where the cache is, how many answers it holds, the bytes that it takes and may take."""

    folder: str
    answers: int
    size: int
    limit: int


def digest_of(kind: str, parts: Iterable[bytes | str]) -> bytes:
    """The key of an answer: 32 bytes from all that it depends on, each part with its length."""
    found = blake2b(digest_size=32)
    for part in (kind, *parts):
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        found.update(len(data).to_bytes(8, "little"))
        found.update(data)
    return found.digest()


def default_folder() -> str:
    """The user's own cache folder; it need not exist."""
    from platformdirs import user_cache_dir

    return os.path.join(user_cache_dir("prediff", appauthor=False), "answers")


class Cache:
    """A cache in a folder of its own. Nothing that it does raises for what it finds there."""

    def __init__(self, folder: str | None = None, limit: int = MAX_BYTES) -> None:
        self.folder = default_folder() if folder is None else folder
        self.limit = limit
        self.complaints: list[str] = []
        self._connection: sqlite3.Connection | None = None
        self._file = ""
        self._off = False
        self._rebuilt = False
        self._writes = 0

    @classmethod
    def none(cls) -> Cache:
        """A cache that holds nothing and keeps nothing."""
        found = cls("")
        found._off = True
        return found

    def get(self, key: bytes) -> tuple[Any, Blobs] | None:
        """The data and the blobs that were put under a key; None where there are none, or not whole."""
        row = self._run("SELECT used, digest, value FROM answers WHERE key = ?", (key,))
        if not row:
            return None
        used, digest, value = row[0]
        found = _unpacked(key, digest, value)
        if found is None:
            self._rebuild("it held a damaged answer")
        elif time.time() - used > USED_AGAIN:
            self._run("UPDATE answers SET used = ? WHERE key = ?", (int(time.time()), key))
        return found

    def put(self, key: bytes, data: Any, blobs: Sequence[bytes] = ()) -> None:
        """Keep an answer: data that JSON can hold as it is, and blobs."""
        value = _packed(data, blobs)
        if len(value) > self.limit // MAX_SHARE:
            return
        row = (key, int(time.time()), _check(key, value), value)
        self._run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", row)
        self._writes += 1
        if self._writes % CHECKED_EVERY == 0 or len(value) > self.limit // CHECKED_EVERY:
            self.shrink()

    def shrink(self) -> None:
        """Take out the least recently used answers while the file is over its limit."""
        if self._size() <= self.limit:
            return
        for _ in range(CHECKED_EVERY):
            part = "SELECT key FROM answers ORDER BY used LIMIT (SELECT count(*) / 8 + 1 FROM answers)"
            self._run(f"DELETE FROM answers WHERE key IN ({part})", ())
            if self._size() <= self.limit * ROOM:
                break
        self._run("PRAGMA incremental_vacuum", ())

    def info(self) -> Info:
        rows = self._run("SELECT count(*) FROM answers", ())
        return Info(self.folder, rows[0][0] if rows else 0, self._size(), self.limit)

    def clear(self) -> bool:
        """Forget all answers; whether that could be done."""
        return self._open() is not None and self._start_anew() and self._open() is not None

    def close(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _size(self) -> int:
        """The bytes of the pages that hold something."""
        asked = ("page_count", "freelist_count", "page_size")
        found = [self._run(f"PRAGMA {name}", ()) for name in asked]
        if not all(found):
            return 0
        pages, free, size = (rows[0][0] for rows in found)
        return int((pages - free) * size)

    def _run(self, statement: str, values: tuple[Any, ...]) -> list[Any]:
        """The rows that one statement gives, a transaction of its own; none where anything is wrong."""
        for _ in range(2):
            connection = self._open()
            if connection is None:
                return []
            try:
                return connection.execute(statement, values).fetchall()
            except (sqlite3.Error, OverflowError, UnicodeError) as error:
                if not self._mended(error):
                    return []
        return []

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and not self._off:
            if not _own_folder(self.folder):
                self._off = True
                return None
            self._file = _newest(self.folder)
            try:
                self._connection = _connect(self._file)
            except (sqlite3.Error, OSError) as error:
                if not self._mended(error):
                    self._off = True
                    return None
                return self._open()
            _tidy(self.folder, self._file)
        return self._connection

    def _mended(self, error: Exception) -> bool:
        """Whether to try again after an error: the file was damaged, and there is a new one now."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return False
        unusable = (
            sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
            sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
        )  # fmt: skip
        if isinstance(error, OSError) or code in unusable:
            self.close()
            self._off = True
            return False
        return self._rebuild("it was damaged, or not a cache of prediff")

    def _rebuild(self, reason: str) -> bool:
        """Begin a new file, once; the other processes that still use the old one find the new one when they open."""
        if self._rebuilt:
            self.close()
            self._off = True
            return False
        self._rebuilt = True
        self.complaints.append(f"the cache {self.folder} was started anew: {reason}")
        return self._start_anew()

    def _start_anew(self) -> bool:
        """A file under the next number takes the place of the present one."""
        self.close()
        number = _number(self._file) + 1
        try:
            _connect(os.path.join(self.folder, f"answers-{number}.sqlite3")).close()
        except (sqlite3.Error, OSError):
            self._off = True
            return False
        return True


def _connect(file: str) -> sqlite3.Connection:
    """Open a file, making its table where it is new. Raises sqlite3.Error where it is no cache of this format."""
    if os.path.islink(file):
        raise sqlite3.DatabaseError("a link")
    os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(file, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        if _pragma(connection, "application_id") != _APPLICATION:
            _make(connection)
        if _pragma(connection, "user_version") != _FORMAT:
            raise sqlite3.DatabaseError("another format")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute(f"PRAGMA journal_size_limit = {4 << 20}")
    except BaseException:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection) -> None:
    """Make the table of an empty file, which another process may do at the same moment."""
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    # Two processes that make it at once: the second finds it done once the first has let go.
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    connection.execute("BEGIN IMMEDIATE")
    try:
        if _pragma(connection, "application_id") != _APPLICATION:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise sqlite3.DatabaseError("tables of something else")
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_FORMAT}")
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    row = connection.execute(f"PRAGMA {name}").fetchone()
    return row[0] if row else None


def _own_folder(folder: str) -> bool:
    """Whether the folder is there, or could be made, and is the user's alone."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        found = os.lstat(folder)
    except OSError:
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if not hasattr(os, "getuid"):
        return True
    if found.st_uid != os.getuid():
        return False
    if stat.S_IMODE(found.st_mode) & 0o077:
        with suppress(OSError):
            os.chmod(folder, 0o700)
    return True


def _newest(folder: str) -> str:
    """The file with the highest number; the first one where there is none."""
    numbers = [_number(name) for name in _names(folder)]
    return os.path.join(folder, f"answers-{max(numbers, default=1)}.sqlite3")


def _names(folder: str) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if _NAME.fullmatch(name)]
    except OSError:
        return []


def _number(file: str) -> int:
    match = _NAME.fullmatch(os.path.basename(file))
    return int(match[1]) if match else 0


def _tidy(folder: str, present: str) -> None:
    """Remove the files of lower numbers. A process that has one open goes on with it, and loses what it writes."""
    for name in _names(folder):
        if _number(name) < _number(present):
            for end in ("", "-wal", "-shm"):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, name + end))


def _packed(data: Any, blobs: Sequence[bytes]) -> bytes:
    head = json.dumps([data, [len(blob) for blob in blobs]], separators=(",", ":")).encode()
    return zlib.compress(b"".join((len(head).to_bytes(8, "little"), head, *blobs)), 1)


def _unpacked(key: bytes, digest: Any, value: Any) -> tuple[Any, Blobs] | None:
    if not isinstance(value, bytes) or digest != _check(key, value):
        return None
    raw = zlib.decompress(value)
    at = 8 + int.from_bytes(raw[:8], "little")
    data, sizes = json.loads(raw[8:at])
    blobs = []
    for size in sizes:
        blobs.append(raw[at : at + size])
        at += size
    return data, tuple(blobs)


def _check(key: bytes, value: bytes) -> bytes:
    return blake2b(value, key=key, digest_size=16).digest()
