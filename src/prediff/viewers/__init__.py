"""The diff viewers, a file for each way to call one, and which of them is the user's own."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from prediff.errors import ToolError
from prediff.programs import find_program
from prediff.users_git import own_configuration
from prediff.viewers.git_tool import GitTool, is_prediff
from prediff.viewers.viewer import Call, Opened, Viewer

__all__ = ["Call", "Opened", "Viewer", "find_viewer"]

KEY = "prediff.viewer"
_NAME_ONE = f"git config --global {KEY} NAME names one, such as meld, kdiff3, vimdiff or a difftool of yours"

_WINDOWED = {
    name: name
    for name in ("meld", "kdiff3", "kompare", "xxdiff", "tkdiff", "diffuse", "diffmerge", "p4merge")
} | {
    "bc": "bcompare",
    "araxis": "araxiscompare",
    "smerge": "smerge",
    "opendiff": "opendiff",
    "winmerge": "WinMergeU",
}
_TERMINAL = {"nvimdiff": "nvim", "vimdiff": "vim"}
"""Tools that git knows, with the program by which one is found, likeliest first; for those who never named one."""


def find_viewer(folder: str, named: str | None = None) -> Viewer:
    """The user's viewer: the one `named`, else that of their own git configuration, else one that is installed.

    folder: one of our own, from which that configuration is read: what a repository says of tools is never asked.
    Raises ToolError where there is none, or none but prediff itself.
    """
    configuration = own_configuration(folder)
    if named is not None:
        if is_prediff(named, configuration):
            raise ToolError(f"--tool {named} is prediff itself: name the viewer that it shall open")
        return GitTool(named)
    ours = ""
    for key in _keys(configuration):
        tool = configuration.get(key, "")
        if tool and not is_prediff(tool, configuration):
            return GitTool(tool)
        ours = ours or (tool and key)
    installed = next(_installed(), None)
    if installed is not None:
        return GitTool(installed)
    only = f"the only diff tool of yours is prediff itself ({ours})" if ours else "no diff viewer is found"
    raise ToolError(f"{only}: {_NAME_ONE}")


def _keys(configuration: Mapping[str, str]) -> tuple[str, ...]:
    """Where a tool may be named, in git's order."""
    windowed = ("diff.guitool", "merge.guitool") if _wants_windows(configuration) else ()
    return (KEY, *windowed, "diff.tool", "merge.tool")


def _wants_windows(configuration: Mapping[str, str]) -> bool:
    """Whether the user asked for the tool of `git difftool --gui`."""
    asked = os.environ.get("GIT_MERGETOOL_GUI")
    if asked:
        return asked == "true"
    default = configuration.get("difftool.guidefault", "false").lower()
    return default in ("true", "yes", "on", "1") or (default == "auto" and bool(os.environ.get("DISPLAY")))


def _installed() -> Iterator[str]:
    windows = os.name == "nt" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    for tools in (_WINDOWED if windows else {}, _TERMINAL):
        yield from (tool for tool, program in tools.items() if find_program(program))
