"""P4Merge: two files in a window. From its documentation; not tried."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, anywhere, at, on_path

_BUNDLE = "/Applications/p4merge.app/Contents/MacOS/p4merge"


def _arguments(opened: Opened) -> tuple[str, ...]:
    left, right = opened.titles
    return ("-nl", left, "-nr", right, opened.left, opened.right)


VIEWER = Program(
    name="p4merge",
    label="P4Merge",
    arguments=_arguments,
    find=anywhere(on_path("p4merge"), at(_BUNDLE, f"~{_BUNDLE}")),
    git_name="p4merge",
    titles=True,
    waits=True,
)
