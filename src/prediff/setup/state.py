"""What set-up remembers, in a folder of the user's own: for each file its bytes before, and a digest of those after.

One JSON file for each file that was written. The bytes may hold secrets of the user's, so nobody else may read them.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from tempfile import mkstemp

from prediff.errors import ConfigError, WriteError
from prediff.lean_dataclasses import dataclass

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """One file that set-up wrote.

    target: for which program. scope: global or local. path: as the program looks for it, absolute. format: a key of
    `formats.FORMATS`. original: its bytes before, None where there was no file. digest: of the bytes after.
    folders: those that were made for it, the outermost first.
    """

    target: str
    scope: str
    path: str
    format: str
    original: bytes | None
    digest: str
    folders: tuple[str, ...] = ()


def digest_of(data: bytes | None) -> str:
    """A digest by which bytes are known again; "" for no file."""
    return "" if data is None else blake2b(data, digest_size=32).hexdigest()


def folder() -> str:
    """Where all of this is kept; it need not exist."""
    from platformdirs import user_state_dir

    return os.path.join(user_state_dir("prediff", appauthor=False), "setup")


def recall(target: str | None = None) -> list[Remembered]:
    """What is remembered of a target, or of all. Raises ConfigError for a record that cannot be read."""
    return [one for one in _records() if target in (None, one.target)]


def remember(one: Remembered) -> None:
    """Keep a record in place of an older one of the same target and file. Raises WriteError."""
    original = None if one.original is None else b64encode(one.original).decode()
    row = {
        "version": _VERSION,
        "target": one.target,
        "scope": one.scope,
        "path": one.path,
        "format": one.format,
        "original": original,
        "digest": one.digest,
        "folders": list(one.folders),
    }
    path = _file(one)
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        descriptor, temporary = mkstemp(suffix=".tmp", dir=os.path.dirname(path))
        try:
            with open(descriptor, "w", encoding="ascii") as stream:
                json.dump(row, stream, indent=1)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise WriteError(f"cannot write {path}, so nothing could be undone: {reason}") from None


def forget(one: Remembered) -> None:
    """Drop a record."""
    with suppress(FileNotFoundError):
        os.unlink(_file(one))


def _file(one: Remembered) -> str:
    name = blake2b(os.fsencode(one.path), digest_size=8).hexdigest()
    return os.path.join(folder(), f"{one.target}-{name}.json")


def _records() -> Iterator[Remembered]:
    try:
        names = sorted(name for name in os.listdir(folder()) if name.endswith(".json"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise ConfigError(f"cannot read {folder()}: {(error.strerror or str(error)).lower()}") from None
    for name in names:
        path = os.path.join(folder(), name)
        try:
            with open(path, encoding="ascii") as stream:
                row = json.load(stream)
            if row.pop("version") != _VERSION:
                raise ConfigError(
                    f"{path} is from another version of prediff: undo with that one, or remove it"
                )
            original = row.pop("original")
            original = None if original is None else b64decode(original, validate=True)
            yield Remembered(**{**row, "original": original, "folders": tuple(row["folders"])})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"{path} cannot be read ({type(error).__name__}): remove it") from None
