"""What the page sends: a length of four bytes, so much JSON, then the contents one after the other.

All of it is taken as hostile: `parsed` checks each value, and raises InputError with the line to show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from prediff.config import LEVELS, SHOWN, VIEWS
from prediff.errors import PrediffError
from prediff.languages import LANGUAGES
from prediff.lean_dataclasses import dataclass
from prediff.model import View
from prediff.read import MAX_LOGIC_BYTES
from prediff.rules.assumptions import ASSUMPTIONS

MAX_BODY = 256 << 20
"""Bytes of one request: of all files of two folders."""
MAX_FILE = 8 << 20
"""Bytes of one of two files. The page on a larger one would be too much for a browser."""
MAX_HEAD = 16 << 20
MAX_FILES = 50_000
MAX_PATH = 4096
MAX_NAME = 200

Words = Literal["", "outline", "model"]
WORDS: tuple[Words, ...] = ("", "outline", "model")
NEVER = frozenset({"", ".", ".."})


class InputError(PrediffError):
    """What was sent cannot be compared; the message is for the page."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the page's controls say. Their values are those of `Settings`; language: None for automatic.

    words: whose words stand beside the code, "" for nobody's.
    """

    level: str
    view: View
    assume: frozenset[str] = frozenset()
    refuse: frozenset[str] = frozenset()
    show: frozenset[str] = frozenset()
    language: str | None = None
    implementations: bool = False
    words: Words = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A text that was pasted, or a file that was picked. name: "" where its user gave none."""

    name: str
    data: bytes
    pasted: bool


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder that was picked: for each path its bytes, or the size of a file too large to be sent."""

    name: str
    files: Mapping[str, bytes | int]


@dataclass(frozen=True, slots=True)
class Given:
    """The left or right path of the command line, on whichever side."""

    side: Literal["left", "right"]


Side: TypeAlias = Content | Tree | Given
Place: TypeAlias = Literal["left", "right"]
SIDES: tuple[Place, Place] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Request:
    """Two sides to compare, and how."""

    sides: tuple[Side, Side]
    choices: Choices


def parsed(body: bytes) -> Request:
    """A request. Raises InputError."""
    size = int.from_bytes(body[:4], "big")
    if size > min(MAX_HEAD, len(body) - 4):
        raise InputError("the page sent something that is no request")
    try:
        head = json.loads(body[4 : 4 + size].decode())
        sides = head["sides"]
        choices = _choices(head["choices"])
        contents = _Contents(memoryview(body)[4 + size :])
        one, two = [_side(side, found, contents) for side, found in zip(SIDES, sides, strict=True)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InputError("the page sent something that is no request") from None
    if contents.left:
        raise InputError("the page sent something that is no request")
    return Request((one, two), choices)


class _Contents:
    """Takes contents off the body, one after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size < 0 or size > self.left:
            raise ValueError(size)
        self._at += size
        return bytes(self._data[self._at - size : self._at])


def _side(side: Place, found: Mapping[str, Any], contents: _Contents) -> Side:
    kind = found["kind"]
    if kind == "given":
        return Given(SIDES[SIDES.index(found["side"])])
    name = _text(found["name"])[-MAX_NAME:]  # with its ending, which says the language
    if kind == "folder":
        return Tree(name or side, _files(found["files"], contents))
    if kind not in ("text", "file"):
        raise ValueError(kind)
    size = _number(found["size"])
    if size > MAX_FILE:
        shown = name or f"the {side} text"
        raise InputError(
            f"{shown} has {size >> 20} MiB, over the {MAX_FILE >> 20} MiB that the page takes; "
            "`prediff diff` takes more"
        )
    return Content(name, contents.take(size), kind == "text")


def _files(found: Sequence[Any], contents: _Contents) -> dict[str, bytes | int]:
    if len(found) > MAX_FILES:
        raise InputError(f"a folder has more than {MAX_FILES:,} files; `prediff tree` takes more")
    files: dict[str, bytes | int] = {}
    for path, size in found:
        _number(size)
        if not is_safe(_text(path)) or path in files:
            raise InputError("a folder has a path that is not one of a file in it")
        files[path] = size if size > MAX_LOGIC_BYTES else contents.take(size)
    return files


def is_safe(path: Any) -> bool:
    """Whether a path leads down into a folder. None of them is ever opened; they are names, and shown."""
    if not isinstance(path, str) or not 0 < len(path) <= MAX_PATH or "\0" in path or "\\" in path:
        return False
    return not any(part in NEVER for part in path.split("/"))


def _choices(found: Mapping[str, Any]) -> Choices:
    _known("level", found["level"], LEVELS)
    _known("view", found["view"], VIEWS)
    _known("kind of words", found["words"], WORDS)
    made = Choices(
        level=found["level"],
        view=found["view"],
        assume=_words(found["assume"]),
        refuse=_words(found["refuse"]),
        show=_words(found["show"]),
        language=_text(found["language"]) or None,
        implementations=bool(found["implementations"]),
        words=found["words"],
    )
    if made.language is not None:
        _known("language", made.language, tuple(LANGUAGES))
    for name in sorted(made.assume | made.refuse):
        _known("assumption", name, tuple(ASSUMPTIONS))
    for name in sorted(made.show):
        _known("kind to show", name, SHOWN)
    if both := sorted(made.assume & made.refuse):
        raise InputError(f"{both[0]} is both assumed and refused")
    return made


def _known(kind: str, word: Any, choices: Sequence[str]) -> None:
    if _text(word) not in choices:
        known = f": use one of {', '.join(choices)}" if len(choices) < 12 else ""
        raise InputError(f"there is no {kind} {word[:40]!r}{known}")


def _words(found: Any) -> frozenset[str]:
    if not isinstance(found, list):
        raise TypeError(found)
    return frozenset(_text(word) for word in found)


def _text(found: Any) -> str:
    if not isinstance(found, str):
        raise TypeError(found)
    found.encode()  # a lone surrogate is no text
    return found


def _number(found: Any) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or found < 0:
        raise TypeError(found)
    return found
