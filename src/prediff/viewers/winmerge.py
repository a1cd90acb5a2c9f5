"""WinMerge: two files or two folders in a window. From its documentation; not tried."""

from __future__ import annotations

from collections.abc import Iterator

from prediff.viewers.viewer import Opened, Program, anywhere, in_program_files, in_registry, on_path


def _arguments(opened: Opened) -> Iterator[str]:
    left, right = opened.titles
    yield from ("-u", "-e", "-sw")
    if opened.read_only:
        yield from ("-wl", "-wr")
    if opened.folders:
        yield "-r"
    yield from ("-dl", left, "-dr", right, opened.left, opened.right)


VIEWER = Program(
    name="winmerge",
    label="WinMerge",
    arguments=lambda opened: tuple(_arguments(opened)),
    find=anywhere(
        in_registry((r"SOFTWARE\Thingamahoochie\WinMerge",), "Executable"),
        on_path("WinMergeU"),
        in_program_files("WinMerge", "WinMergeU.exe"),
    ),
    git_name="winmerge",
    folders=True,
    titles=True,
    read_only=True,
    waits=True,
)
