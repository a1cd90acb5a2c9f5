"""Visual Studio Code: two files in a window. From its documentation; not tried."""

from __future__ import annotations

from prediff.viewers.viewer import Program, anywhere, at, on_path

_BUNDLE = "/Applications/Visual Studio Code.app/Contents/Resources/app/bin/code"

VIEWER = Program(
    name="code",
    label="Visual Studio Code",
    arguments=lambda opened: ("--wait", "--diff", opened.left, opened.right),
    find=anywhere(on_path("code"), at(_BUNDLE, f"~{_BUNDLE}")),
    aliases=("vscode",),
    waits=True,
    chosen=False,
)
