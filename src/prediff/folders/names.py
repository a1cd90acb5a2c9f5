"""Names for files of our own after names that others gave: such as every system can hold, and no two alike.

What cannot stand is escaped as in a URL (`%3A`), so that a name says what it stands for and no two names become one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import blake2b
from unicodedata import normalize

MAX_LENGTH = 180
"""Of a name in bytes: systems take 255, and a temporary name is longer."""

_FORBIDDEN = re.compile(
    r'[\x00-\x1f\x7f-\x9f<>:"|?*\\/\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]'
)
_ESCAPE = re.compile(r"%(?=[0-9A-Fa-f]{2})")
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)\s*(\.|$)", re.I
)


def safe_paths(paths: Iterable[str]) -> dict[str, str]:
    """A path below our folder for each relative path with slashes. The same set always gives the same.

    Names that differ only by case, or by how characters are composed, are told apart by escapes.
    """
    made: dict[str, str] = {"": ""}
    taken: dict[str, str] = {}
    found = {}
    for path in sorted(set(paths), key=str.swapcase):  # small letters first: they keep their names
        waiting = []
        above = path
        while above not in made:
            waiting.append(above)
            above = above.rpartition("/")[0]
        for given in reversed(waiting):
            folder, _, name = given.rpartition("/")
            made[given] = _free(f"{made[folder]}/" if folder else "", name, given, taken)
        found[path] = made[path]
    return found


def _free(folder: str, name: str, given: str, taken: dict[str, str]) -> str:
    """The first spelling of a name in a folder that no other path has there."""
    safe = safe_name(name)
    for spell in (_as_it_is, _spelled_out, _numbered):
        shown = folder + spell(safe, given)
        if taken.setdefault(_folded(shown), given) == given:
            return shown
    raise AssertionError("two digests of 16 characters are equal")


def _folded(path: str) -> str:
    """What some system takes a path for."""
    return path.casefold() if path.isascii() else normalize("NFKC", path).casefold()


def _as_it_is(name: str, given: str) -> str:
    return name


def _spelled_out(name: str, given: str) -> str:
    """The name with capitals and all beyond ASCII as escapes."""
    return "".join(_escaped(c) if c.isupper() or not c.isascii() else c for c in name)


def _numbered(name: str, given: str) -> str:
    """The start of the name, a digest of the whole path, and the ending."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem[:60]}%~{_digest(given)}{dot}{ending}" if stem else f"{name[:60]}%~{_digest(given)}"


def safe_name(name: str) -> str:
    """One name, neither `.` nor `..`, nor reserved, nor of a device, nor ending in what Windows drops."""
    shown = _ESCAPE.sub("%25", name) if "%" in name else name
    shown = _FORBIDDEN.sub(lambda found: _escaped(found[0]), shown)
    if shown.strip(".") == "" or _RESERVED.match(shown):
        shown = _escaped(shown[:1]) + shown[1:] if shown else "%"
    if shown[-1] in ". ":
        shown = shown[:-1] + _escaped(shown[-1])
    if len(shown.encode("utf-8", "surrogatepass")) > MAX_LENGTH:
        ending = re.search(r"\.\w{1,10}$", shown)
        shown = f"{shown[:40]}%~{_digest(name)}{ending[0] if ending else ''}"
    return shown


def _escaped(text: str) -> str:
    data = b"".join(
        bytes([ord(c) - 0xDC00]) if 0xDC80 <= ord(c) <= 0xDCFF else c.encode("utf-8", "surrogatepass")
        for c in text
    )
    return "".join(f"%{byte:02X}" for byte in data)


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
