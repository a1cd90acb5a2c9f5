"""Opening what a command wrote in a diff viewer; shared by `difftool`, `diff --tool` and others with two texts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from prediff.outputs import Outputs
    from prediff.viewers import Viewer

TOOL = click.option(
    "--tool",
    metavar="NAME",
    help="Open this viewer: meld, kdiff3, bcomp, vim, … (docs/viewers.md), a tool of git's or one of your own.",
)


def chosen(outputs: Outputs, tool: str | None) -> Viewer:
    """The viewer of that name, or the user's. Raises ToolError."""
    from prediff.config import load_config
    from prediff.viewers import find_viewer

    return find_viewer(outputs.folder, tool, load_config(()).viewers)


def view(
    viewer: Viewer,
    outputs: Outputs,
    paths: tuple[str, str],
    name: str,
    titles: tuple[str, str],
    originals: tuple[str, str],
    read_only: bool = True,
) -> int:
    """Open two files or two folders, and give the exit code for git. Raises ToolError where that cannot be.

    name: what the pair is called; "" for folders. originals: what was compared; no program is taken from there.
    """
    from prediff.launch import launch
    from prediff.outputs import safe_path
    from prediff.reports.escaping import printable
    from prediff.viewers import Opened

    folders = os.path.isdir(paths[0])
    left, right = paths if viewer.takes_null or folders else _without_null(paths, outputs, name)
    one, two = (printable(title, keep="") for title in titles)
    compared = tuple(
        {*_folders((*paths, *originals)), os.curdir, os.environ.get("GIT_WORK_TREE") or os.curdir}
    )
    shown = safe_path(name) if name else ""
    return launch(
        viewer, Opened(left, right, shown, outputs.folder, folders, compared, (one, two), read_only)
    )


def _without_null(paths: tuple[str, str], outputs: Outputs, name: str) -> tuple[str, str]:
    """The paths, with an empty file of ours for a side that is missing."""
    one, two = [
        outputs.write(side, name, b"") if path == os.devnull else path
        for side, path in zip(("left", "right"), paths, strict=True)
    ]
    return one, two


def _folders(paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        if path not in ("", os.devnull):
            yield path if os.path.isdir(path) else os.path.dirname(os.path.abspath(path))
