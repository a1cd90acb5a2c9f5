"""`prediff normalize FILE`: the canonical text of one file."""

from __future__ import annotations

from typing import Any

import click

from prediff.cli.options import FILE, comparing, settled
from prediff.cli.words import wording

_EPILOG = """\
\b
Examples:
  prediff normalize module.py
  prediff normalize - --lang javascript < bundle
  prediff normalize module.py --line-map module.json
  prediff normalize module.py --summaries

What cannot be normalized comes out as it is, with a line on standard error that says why.
"""


@click.command("normalize", epilog=_EPILOG, short_help="Print the canonical text of one file.")
@click.argument("file", type=FILE)
@comparing
@click.option(
    "--line-map",
    metavar="FILE",
    type=FILE,
    help="Write here, as JSON, which source lines each line of the output came from.",
)
@wording
def command(file: str, line_map: str | None, **given: Any) -> int:
    """Print the canonical text of FILE (- for standard input). Names of locals are kept.

    With --summaries a comment above each function says what it does.
    """
    from prediff.cli.output import complain, is_terminal, write, write_bytes
    from prediff.cli.words import headed
    from prediff.config import load_config
    from prediff.emit import encoded, write_outputs
    from prediff.pipeline import normalize_file
    from prediff.read import read_path
    from prediff.reports.json import line_map_json

    config = settled(load_config((file,)), given)
    for warning in config.warnings:
        complain(warning)
    found = normalize_file(read_path(file, *config.choose_language(file)), config.settings)
    if given["summaries"] or (given["deep"] and given["summaries"] is None):
        found = headed(found, config, given["deep"])
    if line_map is not None:
        write_outputs([(line_map, line_map_json(found.line_map))], (file,))
    if is_terminal():
        from prediff.reports.escaping import printable

        write(printable(found.text, keep="\t\n"))
    else:
        write_bytes(encoded(found.text))
    for note in dict.fromkeys((*found.source.notes, found.reason)):
        if note:
            complain(note)
    return 0
