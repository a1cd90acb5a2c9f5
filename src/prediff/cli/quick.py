"""The answer for byte-equal files, before anything slow is imported: they are identical at every setting."""

from __future__ import annotations

import os
import stat

_FLAGS = frozenset({"-q", "--quiet", "--no-pager", "--side-by-side", "--explain"})
_COLORS = frozenset({"--color=auto", "--color=always", "--color=never"})
_CHUNK = 1 << 20


def are_identical(arguments: list[str]) -> bool:
    """Whether `arguments` are a plain `diff A B` of two regular files with the same bytes.

    False also where that cannot be told here: the long way then answers, or says what is wrong.
    """
    if arguments[:1] != ["diff"]:
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
