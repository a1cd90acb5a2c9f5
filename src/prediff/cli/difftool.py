"""`prediff difftool LOCAL REMOTE [MERGED]`: what git calls for a pair, to open its logic in the user's own viewer."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import FILE, comparing, settled
from prediff.cli.viewing import TOOL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prediff.config import Config
    from prediff.outputs import Outputs

_EPILOG = """\
\b
Examples:
  git config --global diff.tool prediff
  git config --global difftool.prediff.cmd 'prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"'
  git config --global prediff.viewer meld
  git difftool HEAD~3 -- src/
  git difftool --dir-diff main..topic
  prediff difftool --tool kdiff3 old.py new.py

The viewer is the one of prediff.viewer in your git configuration, else your diff.tool or merge.tool, with the
path or command that you configured for it. It gets read-only copies: edits are for your own files. What cannot
be compared by logic is opened as it is. Exit code: 0 once a viewer ran or nothing was left to see, 2 trouble,
126 or more where the viewer could not be run, at which git stops.
"""


@click.command("difftool", epilog=_EPILOG, short_help="Open a pair in your own viewer, for git difftool.")
@click.argument("left", metavar="LOCAL", type=FILE)
@click.argument("right", metavar="REMOTE", type=FILE)
@click.argument("merged", metavar="[MERGED]", required=False, type=FILE)
@TOOL
@click.option("--show-same", is_flag=True, help="Open files that are the same in logic too.")
@click.option("--original", is_flag=True, help="Open the two as they are.")
@comparing
def command(left: str, right: str, merged: str | None, **given: Any) -> int:
    """Open LOCAL and REMOTE, two files or two folders, in your own diff viewer, with only their logic marked."""
    from prediff.cli.output import complain
    from prediff.errors import ConfigError, PrediffError
    from prediff.outputs import is_ours
    from prediff.viewers.viewer import CANNOT_RUN

    folders = [os.path.isdir(path) for path in (left, right)]
    if folders[0] != folders[1]:
        raise ConfigError(f"{left} and {right}: one is a folder and the other is not")
    if is_ours(left) and is_ours(right):
        # A viewer that calls us for all that it shows would never end.
        raise ConfigError(f"{left} and {right} are what prediff gave a viewer: name the originals")
    merged = merged or (os.environ.get("BASE") if os.environ.get("GIT_DIFFTOOL_EXTCMD") else None)
    try:
        if folders[0]:
            return _folders(left, right, given)
        return _files(left, right, merged, given)
    except PrediffError as error:
        if not _by_git():
            raise
        # At this code git stops, instead of failing in the same way for each file.
        complain(str(error))
        return CANNOT_RUN


def _files(left: str, right: str, merged: str | None, given: dict[str, Any]) -> int:
    from prediff.cli.pairs import judge
    from prediff.difftool import line, pair_of_files, prepare, write
    from prediff.errors import ReadError
    from prediff.outputs import Outputs

    # git says /dev/null on every system.
    left, right = (os.devnull if path == "/dev/null" else path for path in (left, right))
    pair = pair_of_files(left, right, merged)
    one, two = [path if path == os.devnull else os.path.abspath(path) for path in (left, right)]
    originals = (one, two)
    names = (pair.left.name, pair.right.name)
    if given["original"]:
        return _open(originals, originals, pair.name, names, Outputs.new(), given)
    config = _configured((left, right), os.path.dirname(merged or ""), given)
    try:
        prepared = prepare(pair, config.settings, config.choose_language, judge)
    except ReadError as error:
        if not all(os.path.isfile(path) or path == os.devnull for path in originals):
            raise
        _say(line(pair, f"as it is: {error}"))
        return _open(originals, originals, pair.name, names, Outputs.new(), given)
    _say(line(pair, prepared.says))
    if prepared.same and not given["show_same"]:
        return 0
    outputs = Outputs.new()
    return _open(write(prepared, outputs), originals, pair.name, prepared.titles, outputs, given)


def _folders(left: str, right: str, given: dict[str, Any]) -> int:
    from prediff.cli.output import complain
    from prediff.cli.pairs import judge
    from prediff.difftool import NORMALIZED, line, pairs_of_folders, prepare, write
    from prediff.errors import ReadError
    from prediff.outputs import Outputs

    outputs = Outputs.new((left, right))
    originals = (os.path.abspath(left), os.path.abspath(right))
    names = ("left", "right") if _by_git() else (left, right)
    if given["original"]:
        return _open(originals, originals, "", names, outputs, given)
    config = _configured((), os.curdir, given)
    shown = 0
    for pair in pairs_of_folders(left, right, "GIT_DIFFTOOL_DIRDIFF" in os.environ):
        try:
            prepared = prepare(pair, config.settings, config.choose_language, judge)
        except ReadError as error:
            complain(f"{pair.name} is not shown: {error}")
            continue
        _say(line(pair, prepared.says))
        if not prepared.same or given["show_same"]:
            write(prepared, outputs)
            shown += 1
    if not shown:
        return 0
    titles = (f"{names[0]}{NORMALIZED}", f"{names[1]}{NORMALIZED}")
    return _open((outputs.side("left"), outputs.side("right")), originals, "", titles, outputs, given)


def _open(
    paths: tuple[str, str],
    originals: tuple[str, str],
    name: str,
    titles: tuple[str, str],
    outputs: Outputs,
    given: dict[str, Any],
) -> int:
    from prediff.cli.viewing import chosen, view

    viewer = chosen(outputs, given["tool"])
    if not given["original"]:
        known = _by_git() and viewer.git_name
        how = f"git difftool --tool={known}" if known else "prediff difftool --original"
        _say(f"opened in {viewer.name}; the files as they are: {how}")
    return view(viewer, outputs, paths, name, titles, originals, read_only=paths != originals)


def _configured(paths: Sequence[str], folder: str, given: dict[str, Any]) -> Config:
    from prediff.cli.output import complain
    from prediff.config import load_config

    config = settled(load_config(paths, (folder,)), given)
    if _is_first():
        for warning in config.warnings:
            complain(warning)
    return config


def _is_first() -> bool:
    """Whether this is the first file of a run of git, which calls a command for each: some things are said once."""
    return os.environ.get("GIT_DIFF_PATH_COUNTER", "1") == "1"


def _say(text: str) -> None:
    from prediff.cli.output import write
    from prediff.reports.escaping import printable

    write(f"{printable(text, keep='')}\n")


def _by_git() -> bool:
    """Whether git calls us for its difftool."""
    return "GIT_DIFF_PATH_COUNTER" in os.environ or "GIT_DIFFTOOL_DIRDIFF" in os.environ
