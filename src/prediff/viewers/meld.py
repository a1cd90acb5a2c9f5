"""Meld: two files or two folders in a window."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, anywhere, at, on_path


def _arguments(opened: Opened) -> tuple[str, ...]:
    # One word for each: a title may start with a dash.
    return (*(f"--label={title}" for title in opened.titles), opened.left, opened.right)


VIEWER = Program(
    name="meld",
    label="Meld",
    arguments=_arguments,
    find=anywhere(
        on_path("meld"),
        at("/Applications/Meld.app/Contents/MacOS/Meld", "~/Applications/Meld.app/Contents/MacOS/Meld"),
    ),
    git_name="meld",
    folders=True,
    titles=True,
    waits=True,
    tried=True,
)
