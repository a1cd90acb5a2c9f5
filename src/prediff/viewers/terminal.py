"""delta and difftastic: they print a diff in the terminal. From their documentation; not tried."""

from __future__ import annotations

from prediff.viewers.viewer import Opened, Program, on_path


def _arguments(opened: Opened) -> tuple[str, ...]:
    return (opened.left, opened.right)


DELTA = Program(
    name="delta",
    label="delta",
    arguments=_arguments,
    find=on_path("delta"),
    waits=True,
    windowed=False,
    chosen=False,
    takes_null=True,
)
DIFFTASTIC = Program(
    name="difftastic",
    label="difftastic",
    arguments=_arguments,
    find=on_path("difft"),
    aliases=("difft",),
    folders=True,
    waits=True,
    windowed=False,
    chosen=False,
    takes_null=True,
)
