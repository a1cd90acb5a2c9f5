"""The editors of JetBrains: two files in a window. From their documentation; not tried."""

from __future__ import annotations

from prediff.viewers.viewer import Finder, Program, anywhere, on_path

EDITORS = ("idea", "pycharm", "webstorm", "goland", "clion", "phpstorm", "rider", "rubymine", "rustrover")


def _find(name: str) -> Finder:
    """A launcher on PATH. Windows' installer adds one with the width of its words in its name."""
    return on_path(name, f"{name}64")


def _editor(name: str, label: str, find: Finder) -> Program:
    return Program(
        name=name,
        label=label,
        arguments=lambda opened: ("diff", opened.left, opened.right),
        find=find,
        chosen=False,
    )


VIEWER = _editor("jetbrains", "an editor of JetBrains", anywhere(*map(_find, EDITORS)))
NAMED = tuple(_editor(name, name, _find(name)) for name in EDITORS)
"""Each by its own name, for one who has several."""
