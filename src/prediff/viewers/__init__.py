"""The diff viewers, a file for each, and which is the user's own. VIEWERS lists those that prediff calls itself."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from prediff.errors import ToolError
from prediff.programs import find_program
from prediff.users_git import own_configuration
from prediff.viewers import (
    araxis,
    beyond_compare,
    jetbrains,
    kaleidoscope,
    kdiff3,
    meld,
    p4merge,
    terminal,
    vim,
    vscode,
    winmerge,
)
from prediff.viewers.git_tool import GitTool, is_prediff
from prediff.viewers.own import OwnCommand
from prediff.viewers.viewer import Call, Opened, Program, Viewer

__all__ = ["VIEWERS", "Call", "Opened", "Program", "Viewer", "find_viewer", "named_program"]

VIEWERS: tuple[Program, ...] = (
    meld.VIEWER,
    kdiff3.VIEWER,
    beyond_compare.VIEWER,
    araxis.VIEWER,
    p4merge.VIEWER,
    winmerge.VIEWER,
    kaleidoscope.VIEWER,
    vscode.VIEWER,
    jetbrains.VIEWER,
    vim.NEOVIM,
    vim.VIM,
    terminal.DELTA,
    terminal.DIFFTASTIC,
)
"""Likeliest first: for those who named none the first that is installed is taken."""

KEY = "prediff.viewer"
_NAME_ONE = f"git config --global {KEY} NAME names one, such as meld, kdiff3, vimdiff or a difftool of yours"

_OF_GIT = {
    name: name for name in ("kompare", "xxdiff", "tkdiff", "diffuse", "diffmerge", "smerge", "opendiff")
}
"""Tools that only git knows how to call, with the program by which one is found."""

_KNOWN: dict[str, Program] = {
    name: one for one in (*VIEWERS, *jetbrains.NAMED) for name in (one.name, *one.aliases)
}


def find_viewer(
    folder: str, named: str | None = None, own: Mapping[str, Sequence[str]] | None = None
) -> Viewer:
    """The user's viewer: the one `named`, else that of their own git configuration, else one that is installed.

    folder: one of our own, from which that configuration is read: what a repository says of tools is never asked.
    own: commands of the user's own configuration, by the names that they have there.
    Raises ToolError where there is none, or none but prediff itself.
    """
    own = own or {}
    configuration = _configuration(folder)
    if named is not None:
        if is_prediff(named, configuration) and named not in own:
            raise ToolError(f"--tool {named} is prediff itself: name the viewer that it shall open")
        return _viewer(named, configuration, own)
    ours = ""
    for key in _keys(configuration):
        tool = configuration.get(key, "")
        if tool and not is_prediff(tool, configuration):
            return _viewer(tool, configuration, own)
        ours = ours or (tool and key)
    installed = next(_installed(), None)
    if installed is not None:
        return installed
    only = f"the only diff tool of yours is prediff itself ({ours})" if ours else "no diff viewer is found"
    raise ToolError(f"{only}: {_NAME_ONE}")


def _viewer(name: str, configuration: Mapping[str, str], own: Mapping[str, Sequence[str]]) -> Viewer:
    """The viewer of a name: the user's own command, of prediff's configuration or git's, comes before what we know."""
    if name in own:
        return OwnCommand(name, tuple(own[name]))
    known = _KNOWN.get(name)
    sections = [f"{section}.{name}" for section in ("difftool", "mergetool")]
    if known is None or any(f"{section}.cmd" in configuration for section in sections):
        return GitTool(name)
    paths = [path for section in sections if (path := configuration.get(f"{section}.path"))]
    return replace(known, path=os.path.expanduser(paths[0])) if paths else known


def named_program(name: str) -> Program | None:
    """The viewer that prediff calls itself by a name."""
    return _KNOWN.get(name)


def _configuration(folder: str) -> Mapping[str, str]:
    """The user's own configuration of git; nothing where git is not installed."""
    return own_configuration(folder) if find_program("git", (folder,)) else {}


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


def _installed() -> Iterator[Viewer]:
    windows = os.name == "nt" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if windows:
        yield from (one for one in VIEWERS if one.chosen and one.windowed and one.find(()))
        yield from (GitTool(tool) for tool, program in _OF_GIT.items() if find_program(program))
    yield from (one for one in VIEWERS if one.chosen and not one.windowed and one.find(()))
