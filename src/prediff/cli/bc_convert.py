"""`prediff bc-convert SOURCE TARGET`: what Beyond Compare calls to show a file in normal form."""

from __future__ import annotations

import click

from prediff.cli.options import FILE

_EPILOG = """\
\b
Examples:
  prediff bc-convert --lang python %s %t      # in a file format of Beyond Compare
  prediff bc-convert --level safe app.py app.txt
  prediff setup beyond-compare

The target is always written, and never empty: what cannot be read, for whatever reason, comes out as it is
below one line that says why. Exit code: 0; 2 where the target cannot be written.
"""


@click.command("bc-convert", epilog=_EPILOG, short_help="Write a file in normal form, for Beyond Compare.")
@click.argument("source", type=FILE)
@click.argument("target", type=FILE)
@click.option("--lang", metavar="ID", help="Read the file in this language.")
@click.option("--level", metavar="LEVEL", default="layout", help="layout (the default), safe or relaxed.")
def command(source: str, target: str, lang: str | None, level: str) -> int:
    """Write SOURCE in normal form to TARGET. Names of locals are kept."""
    from prediff.beyond_compare import convert_file

    convert_file(source, target, lang, level)
    return 0
