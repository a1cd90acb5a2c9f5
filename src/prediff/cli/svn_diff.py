"""`prediff svn-diff`: the `diff` that Subversion calls, for one file: `-u -L LABEL -L LABEL OLD NEW`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import FILE, comparing, settled

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.model import SourceFile

_EPILOG = """\
\b
Examples:
  prediff setup svn
  svn diff --diff-cmd prediff -x svn-diff

Exit code: 0 the two are shown as equal, 1 something is shown. Files in
languages that prediff does not read are given to `diff`.
"""


@click.command(
    "svn-diff", epilog=_EPILOG, short_help="Show a change of one file to Subversion.",
    context_settings={"ignore_unknown_options": True},
)  # fmt: skip
@click.option("-L", "--label", "labels", metavar="LABEL", multiple=True, help="What a side is called.")
@click.argument("words", metavar="[OPTIONS OF DIFF] OLD NEW", nargs=-1, required=True, type=FILE)
@comparing
def command(labels: tuple[str, ...], words: tuple[str, ...], **given: Any) -> int:
    """Compare OLD and NEW by logic, as `svn diff` calls it. The labels name the language."""
    from subprocess import run

    from prediff.cli.output import want_color, write
    from prediff.programs import find_program

    if len(words) < 2:
        raise click.UsageError("svn-diff is called by Subversion, with two files")
    left, right = words[-2:]
    names = labels if len(labels) == 2 else (left, right)
    config = _configured(right, given)
    old, new = (_read(path, name, config) for path, name in zip((left, right), names, strict=True))
    if old.language is None and new.language is None:
        program = find_program("diff", (os.path.dirname(right),))
        if program is not None:
            options = ("-L", names[0], "-L", names[1], "--", left, right)
            return run([program, *(words[:-2] or ("-u",)), *options], check=False).returncode
    from prediff.pipeline import compare
    from prediff.reports.escaping import Style
    from prediff.reports.terminal import Look, render

    report = compare(old, new, config.settings)
    write(render(report, Look(Style(want_color(config.color)), config.context)))
    return 0 if report.same and report.left_text == report.right_text else 1


def _configured(path: str, given: dict[str, Any]) -> Config:
    """The user's configuration and that of the working copy; without both where they cannot be read, which is said."""
    from prediff.cli.output import complain
    from prediff.config import Config, load_config
    from prediff.errors import ConfigError

    try:
        config = load_config((path,))
    except ConfigError as error:
        complain(str(error))
        config = Config()
    for warning in config.warnings:
        complain(warning)
    return settled(config, given)


def _read(path: str, label: str, config: Config) -> SourceFile:
    """A side under its label, in the language of the path that stands in that before a tab."""
    from dataclasses import replace

    from prediff.languages import find_language
    from prediff.read import read_path

    name = label.partition("\t")[0]
    must, otherwise = config.choose_language(name)
    source = read_path(path, must or find_language(name), otherwise)
    return replace(source, path=label.replace("\t", "  "))
