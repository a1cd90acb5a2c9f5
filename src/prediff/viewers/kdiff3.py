"""KDiff3: two files or two folders in a window."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, anywhere, at, on_path


def _arguments(opened: Opened) -> tuple[str, ...]:
    left, right = opened.titles
    labels = () if opened.folders else ("--L1", left, "--L2", right)
    return (*labels, opened.left, opened.right)


VIEWER = Program(
    name="kdiff3",
    label="KDiff3",
    arguments=_arguments,
    find=anywhere(
        on_path("kdiff3"),
        at(
            "/Applications/kdiff3.app/Contents/MacOS/kdiff3",
            "~/Applications/kdiff3.app/Contents/MacOS/kdiff3",
        ),
    ),
    git_name="kdiff3",
    folders=True,
    titles=True,
    waits=True,
    tried=True,
)
