"""What is answered before anything slow is imported: byte-equal files, which are identical at every setting, and what
git and Beyond Compare run for each side of each file.
"""

from __future__ import annotations

import os
import stat
import sys

_FLAGS = frozenset({"-q", "--quiet", "--no-pager", "--side-by-side", "--explain"})
_COLORS = frozenset({"--color=auto", "--color=always", "--color=never"})
_CHUNK = 1 << 20


def are_identical(arguments: list[str]) -> bool:
    """Whether `arguments` are a plain `diff A B`, or `bc-compare A B`, of two regular files with the same bytes.

    False also where that cannot be told here: the long way then answers, or says what is wrong.
    """
    if arguments[:1] not in (["diff"], ["bc-compare"]):
        return False
    operands = []
    for argument in arguments[1:]:
        if not argument.startswith("-"):
            operands.append(argument)
        elif argument not in _FLAGS and argument not in _COLORS:
            return False
    if len(operands) != 2:
        return False
    try:
        return _same_bytes(*operands)
    except (OSError, ValueError):
        return False


def _same_bytes(left: str, right: str) -> bool:
    found = os.stat(left), os.stat(right)
    if found[0].st_size != found[1].st_size or not all(stat.S_ISREG(one.st_mode) for one in found):
        return False
    with open(left, "rb", buffering=0) as first, open(right, "rb", buffering=0) as second:
        while True:
            piece, other = first.read(_CHUNK), second.read(_CHUNK)
            if piece != other:
                return False
            if not piece:
                return True


def textconv(arguments: list[str]) -> bool:
    """Answer `textconv [--lang ID] [--rules VERSION] FILE` as `cli.textconv` would; False for other words."""
    found = parsed(arguments, "textconv", ("--lang", "--rules"), 1)
    if found is None:
        return False
    from prediff.languages import LANGUAGES

    options, (path,) = found
    language = options.get("--lang")
    if language not in (None, *LANGUAGES):
        return False
    from prediff.cli.output import is_terminal, write_bytes
    from prediff.read import read_path
    from prediff.textconv import convert

    if is_terminal():
        return False
    write_bytes(convert(read_path(path, language)))
    return True


def bc_convert(arguments: list[str]) -> bool:
    """Answer `bc-convert [--lang ID] [--level LEVEL] SOURCE TARGET`; False for other words."""
    found = parsed(arguments, "bc-convert", ("--lang", "--level"), 2)
    if found is None:
        return False
    from prediff.beyond_compare import convert_file

    options, (source, target) = found
    convert_file(source, target, options.get("--lang"), options.get("--level", "layout"))
    return True


def parsed(
    arguments: list[str], command: str, options: tuple[str, ...], operands: int
) -> tuple[dict[str, str], list[str]] | None:
    """The options, each with a value, and operands of a command; None where it is written otherwise."""
    found: dict[str, str] = {}
    rest: list[str] = []
    words = iter(arguments[1:])
    for word in words:
        if word.startswith("--"):
            option, _, value = word.partition("=")
            if option not in options or option in found:
                return None
            found[option] = value or next(words, "")
        elif word.startswith("-"):
            return None
        else:
            rest.append(word)
    return (found, rest) if arguments[:1] == [command] and len(rest) == operands else None


def print_raw(words: list[str]) -> bool:
    """Print the file that the last of a textconv's words names, as it is; False where not even that can be done."""
    from shutil import copyfileobj

    from prediff.cli.output import is_terminal

    if is_terminal() or not words:
        return False
    try:
        with open(words[-1], "rb") as file:
            copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except (OSError, ValueError):
        return False
    return True
