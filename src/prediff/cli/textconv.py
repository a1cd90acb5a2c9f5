"""`prediff textconv FILE`: what git calls to show a file as text, in normal form."""

from __future__ import annotations

from typing import Any

import click

from prediff.cli.options import FILE, comparing, settled

_EPILOG = """\
\b
Examples:
  git config --global diff.prediff-python.textconv 'prediff textconv --lang python'
  echo '*.py diff=prediff-python' >> .git/info/attributes
  git log -p

At level layout unless --level says otherwise, whatever the configuration: git keeps what it was given.
A file that cannot be read, for whatever reason, is printed as it is, so that git never fails.
"""


@click.command("textconv", epilog=_EPILOG, short_help="Print a file in normal form, for git's textconv.")
@click.argument("file", type=FILE)
@click.option(
    "--rules",
    metavar="VERSION",
    help="The version of the rules that git keeps texts of. It changes nothing but the command.",
)
@comparing
def command(file: str, rules: str | None, **given: Any) -> int:
    """Print FILE in normal form, as `git diff` shall show it. Names of locals are kept."""
    from prediff.cli.inputs import inputs
    from prediff.config import Config
    from prediff.textconv import LAYOUT, convert

    settings = settled(Config(LAYOUT), given).settings
    show(convert(inputs().file(file, lambda path: (settings.language, None)), settings))
    return 0


def show(data: bytes) -> None:
    """Write a text for git; for a terminal with what could steer it escaped."""
    from prediff.cli.output import is_terminal, write, write_bytes

    if not is_terminal():
        write_bytes(data)
        return
    from prediff.reports.escaping import printable

    write(printable(data.decode("utf-8", "surrogateescape"), keep="\t\n"))
