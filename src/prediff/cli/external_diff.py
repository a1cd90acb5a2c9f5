"""`prediff external-diff`: what git calls for each file in place of its own diff."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import COLOR, comparing, settled

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.model import Report, SourceFile
    from prediff.reports.git_form import GitSide

_EPILOG = """\
\b
Examples:
  git pdiff HEAD~3
  git -c diff.external='prediff external-diff --' diff
  git config diff.prediff-python.command 'prediff external-diff --'

git gives a path, then the file, the id and the mode of both sides, of a renamed file also its new path and
a header; of an unmerged one the path alone. The exit code is 0: git takes any other as a failure.
"""
_FILES = ("100644", "100755", "100664")


@click.command(
    "external-diff", epilog=_EPILOG, short_help="Show a file's change in logic, as git's external diff."
)
@click.argument("words", metavar="PATH [OLD ID MODE NEW ID MODE [NEWPATH HEADER]]", nargs=-1, required=True)
@comparing
@COLOR
@click.option(
    "-U", "--unified", "context", metavar="N", type=click.IntRange(0), help="Lines of context (3 by default)."
)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    """Show what changed in a file by logic, in the form of `git diff`."""
    from prediff.cli.output import is_terminal, want_color, write
    from prediff.reports.escaping import Style
    from prediff.reports.git_form import GitSide, render, unmerged
    from prediff.reports.terminal import Look

    if len(words) == 1:
        write(unmerged(words[0]))
        return 0
    if len(words) not in (7, 9):
        raise click.UsageError(f"git calls this with 1, 7 or 9 words, and here are {len(words)}", ctx)
    path, old, old_id, old_mode, new, new_id, new_mode = words[:7]
    new_path, about = words[7:] if len(words) == 9 else (path, "")
    left, right = GitSide(path, old_id, old_mode), GitSide(new_path, new_id, new_mode)
    config = _configured(path, given)
    report = _compared((left, old), (right, new), config)
    if config.model.summaries and not isinstance(report, str):
        from prediff.cli.words import explained

        report = explained(report, config, deep=False)
    context = config.context if given["context"] is None else given["context"]
    choice = given["color"] or config.color
    # The pager that git started shows colours; to prediff it is a pipe.
    paged = choice == "auto" and os.environ.get("GIT_PAGER_IN_USE") == "true" and not is_terminal()
    color = want_color("always" if paged and not os.environ.get("NO_COLOR") else choice)
    write(render(left, right, about, report, Look(Style(color), context)))
    return 0


def _configured(path: str, given: dict[str, Any]) -> Config:
    from prediff.config import Config, load_config
    from prediff.errors import ConfigError

    try:
        return settled(load_config((), (os.path.dirname(path),)), given)
    except ConfigError as error:
        from prediff.cli.output import complain

        complain(str(error))
        return settled(Config(), given)


def _compared(left: tuple[GitSide, str], right: tuple[GitSide, str], config: Config) -> Report | str:
    """What comparing gave, or why nothing could be. A mistake of prediff's own costs the logic, not the diff."""
    from prediff.errors import PrediffError
    from prediff.pipeline import compare
    from prediff.report import as_text

    try:
        one, two = (_read(*side, config) for side in (left, right))
    except PrediffError as error:
        return str(error)
    if left[0].mode in _FILES and right[0].mode in _FILES:
        try:
            return compare(one, two, config.settings)
        except Exception as error:
            if os.environ.get("PREDIFF_DEBUG"):
                raise
            return as_text(one, two, config.settings, f"internal error: {type(error).__name__}", one.language)
    return as_text(one, two, config.settings, "")


def _read(side: GitSide, path: str, config: Config) -> SourceFile:
    """A side under its own name. What is no file, such as a link or a submodule, is in no language."""
    from dataclasses import replace

    from prediff.read import read_bytes, read_path

    if side.missing:
        return read_bytes(b"", side.name)
    found = read_path(path, *config.choose_language(side.name))
    named = read_bytes(found.data or b"", side.name, *config.choose_language(side.name))
    return named if side.mode in _FILES else replace(named, language=None, notes=())
