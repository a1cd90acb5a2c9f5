"""Asking a warm server to do a command's work, before anything slow is imported.

The command's words, the files that they name and the configuration above them are sent as contents; what comes back is
what the command would have said. Where a command line is out of the ordinary, or anything goes wrong, the answer is
None and the command does all by itself, so that a server can only ever save time.
"""

from __future__ import annotations

import os
import stat

from prediff.config_files import FILES, folders_above, user_file

TYPE_CHECKING = False  # see prediff/__init__.py
if TYPE_CHECKING:
    from typing import Any

MAX_BYTES = 8 << 20
"""A larger file is worked on by the command itself: the start is then the least of it."""
_MAX_CONFIG = 1 << 20

_COMPARING = frozenset({"--lang", "--level", "--assume", "--refuse", "--show", "--reader", "--view"})
SHAPES = {
    "diff": (
        2,
        _COMPARING | {"--color", "-U", "--unified"},
        {"--implementations", "--side-by-side", "--explain", "--json", "--no-pager", "-q", "--quiet"},
    ),
    "textconv": (1, _COMPARING | {"--rules"}, set()),
}
"""For each command that a server can work for: how many files it names, its options with a value, those without one.
Others of its options write files or start programs: with these the command works by itself."""

_STEERING = ("NO_COLOR", "FORCE_COLOR", "TERM")


class NotOrdinary(Exception):
    """What a server is not asked for."""


def answered(arguments: list[str]) -> int | None:
    """The exit code, once the command's answer has come from a server and was said; None where none came."""
    if not arguments or arguments[0] not in SHAPES or "PREDIFF_DEBUG" in os.environ:
        return None
    from prediff.server import client

    base = client.base()
    if base is None or not client.is_there(base):
        return None
    try:
        request = gathered(arguments)
    except (NotOrdinary, OSError, ValueError):
        return None
    answer = client.ask(base, "answer", request)
    if not isinstance(answer, dict) or answer.get("code") not in (0, 1):
        return None
    from prediff.cli.output import replay
    from prediff.server.wire import text

    replay([[text(word) for word in words] for words in answer["said"]])
    code: int = answer["code"]
    return code


def converted(arguments: list[str]) -> bool:
    """Whether a `bc-convert` was done with a text that came from a server. Raises WriteError as the command does."""
    if arguments[:1] != ["bc-convert"] or "PREDIFF_DEBUG" in os.environ:
        return False
    from prediff.cli.quick import parsed
    from prediff.server import client

    found, base = parsed(arguments, "bc-convert", ("--lang", "--level"), 2), client.base()
    if found is None or base is None or not client.is_there(base):
        return False
    options, (source, target) = found
    try:
        data = _content(source, MAX_BYTES)
    except (NotOrdinary, OSError, ValueError):
        return False
    if f"{os.sep}shown{os.sep}" in os.path.abspath(source):
        return False  # it may be one of ours, which is shown as it is
    request = {
        "convert": data,
        "path": source,
        "lang": options.get("--lang", ""),
        "level": options.get("--level", ""),
    }
    answer = client.ask(base, "answer", request)
    if not isinstance(answer, dict) or not answer.get("text"):
        return False
    from prediff.emit import write_over

    write_over(target, answer["text"], source)
    return True


def start_if_wanted(arguments: list[str]) -> None:
    """Start a server for the next command, where this one had none and the user's configuration says `auto`."""
    if not arguments or arguments[0] not in {*SHAPES, "bc-convert"}:
        return
    try:
        with open(user_file(), "rb") as file:
            data = file.read(_MAX_CONFIG)
        if b"server" not in data:
            return
        import tomllib

        if tomllib.loads(data.decode()).get("server") == "auto":
            from prediff.cli.server import start_quietly

            start_quietly()
    except (OSError, ValueError):
        return  # the command itself has said so


def gathered(arguments: list[str]) -> dict[str, Any]:
    """The request for a command line. Raises NotOrdinary, or what reading raises."""
    from prediff.cli.output import is_terminal, width

    files = {path: _content(path, MAX_BYTES) for path in operands(arguments)}
    own = user_file()
    return {
        "arguments": arguments,
        "files": list(files.items()),
        "own": (own, _content(own, _MAX_CONFIG)) if os.path.lexists(own) else (),
        "above": [(path, _above(path)) for path in files],
        "terminal": is_terminal(),
        "columns": width(),
        "environment": {name: os.environ[name] for name in _STEERING if name in os.environ},
    }


def operands(arguments: list[str]) -> list[str]:
    """The files that an ordinary command line names. Raises NotOrdinary for any other."""
    count, valued, flags = SHAPES[arguments[0]]
    found: list[str] = []
    words = iter(arguments[1:])
    for word in words:
        if word == "--":
            found += words
        elif not word.startswith("-"):
            found.append(word)
        elif word in valued:
            next(words, None)
        elif word not in flags and not (word.startswith("--") and word.partition("=")[0] in valued):
            raise NotOrdinary(word)
    if len(found) != count or any(":" in os.path.splitdrive(path)[1] for path in found):
        raise NotOrdinary(arguments[0])  # a colon may be that of a revision
    return found


def _content(path: str, limit: int) -> bytes:
    """The bytes of an ordinary file. Raises NotOrdinary for any other, or one that is too large."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, "rb", buffering=0) as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_size > limit:
            raise NotOrdinary(path)
        data = file.read(limit + 1)
        while piece := file.read(limit + 1):
            data += piece
    if len(data) > limit:
        raise NotOrdinary(path)
    return data


def _above(path: str) -> list[list[tuple[str, bytes]]]:
    """Names and contents of the files in each folder above a file that may configure prediff."""
    found = []
    for folder in folders_above(path):
        files = [os.path.join(folder, name) for name in FILES]
        read = [(file, _content(file, _MAX_CONFIG)) for file in files if os.path.lexists(file)]
        found.append([(file, data) for file, data in read if b"prediff" in data or file.endswith(FILES[0])])
    return found
