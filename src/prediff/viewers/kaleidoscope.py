"""Kaleidoscope: two files or two folders in a window of macOS. From its documentation; not tried."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, anywhere, at, on_path


def _arguments(opened: Opened) -> tuple[str, ...]:
    # The files of one run of git come together in one window.
    named = ("--partial-changeset", "--relative-path", opened.title) if opened.title else ()
    return (*named, "--", opened.left, opened.right)


VIEWER = Program(
    name="kaleidoscope",
    label="Kaleidoscope",
    arguments=_arguments,
    find=anywhere(on_path("ksdiff"), at("/Applications/Kaleidoscope.app/Contents/MacOS/ksdiff")),
    aliases=("ksdiff",),
    folders=True,
)
