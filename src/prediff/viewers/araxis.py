"""Araxis Merge: two files or two folders in a window. From its documentation; not tried."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from prediff.viewers.viewer import Opened, Program, anywhere, at, in_program_files, on_path

_BUNDLE = "/Applications/Araxis Merge.app/Contents/Utilities/compare"


def _arguments(opened: Opened) -> tuple[str, ...]:
    left, right = opened.titles
    read_only = ("-readonly",) if opened.read_only else ()
    return ("-wait", "-2", f"-title1:{left}", f"-title2:{right}", *read_only, opened.left, opened.right)


def _on_path(outside: Sequence[str]) -> str | None:
    # Elsewhere a program `compare` is another one, mostly ImageMagick's.
    return on_path("compare")(outside) if sys.platform in ("win32", "darwin") else None


VIEWER = Program(
    name="araxis",
    label="Araxis Merge",
    arguments=_arguments,
    find=anywhere(
        at(_BUNDLE),
        in_program_files("Araxis", "Araxis Merge", "Compare.exe"),
        _on_path,
        on_path("araxiscompare"),
    ),
    git_name="araxis",
    folders=True,
    titles=True,
    read_only=True,
    waits=True,
)
