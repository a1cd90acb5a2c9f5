"""`prediff diff LEFT RIGHT`: compare two files by logic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import COLOR, FILE, IMPLEMENTATIONS, comparing, settled

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.model import Report

_EPILOG = """\
\b
Examples:
  prediff diff old.py new.py --side-by-side
  prediff diff old.py new.py --show docs --refuse locals-unread
  prediff diff a.py b.py --implementations --level relaxed
  prediff diff old.py - < new.py
  git show HEAD:app.py | prediff diff - app.py
  prediff diff old.py new.py --out-left left.py --out-right right.py

Exit code: 0 identical or same, 1 different or unknown, 2 trouble. Hunk headers give the lines of your files.
Normal forms are written only where --out-left and --out-right say; they are equal exactly when the code is 0.
"""


@click.command("diff", epilog=_EPILOG, short_help="Compare two files by logic.")
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@comparing
@IMPLEMENTATIONS
@click.option("--side-by-side", is_flag=True, help="Two columns instead of one.")
@click.option("--out-left", metavar="FILE", type=FILE, help="Write the left normal form here.")
@click.option("--out-right", metavar="FILE", type=FILE, help="Write the right normal form here.")
@click.option("--explain", is_flag=True, help="List each fold, with its rule, place and assumptions.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.option(
    "-U", "--unified", "context", metavar="N", type=click.IntRange(0), help="Lines of context (3 by default)."
)
@COLOR
@click.option("--no-pager", is_flag=True, help="Write to the terminal directly.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing; the exit code tells.")
def command(left: str, right: str, out_left: str | None, out_right: str | None, **given: Any) -> int:
    """Compare LEFT and RIGHT by logic and show what differs. One of them may be - for standard input."""
    from prediff.cli.output import complain
    from prediff.config import load_config
    from prediff.emit import write_outputs
    from prediff.read import read_pair

    config = settled(load_config((left, right)), given, given["implementations"])
    for warning in config.warnings:
        complain(warning)
    sources = read_pair(left, right, config.choose_language)
    # Only now: what cannot be read is said before the rules are loaded.
    from prediff.pipeline import compare

    report = compare(*sources, config.settings)
    outputs = ((out_left, report.left_text), (out_right, report.right_text))
    wanted = [(path, text) for path, text in outputs if path is not None]
    write_outputs(wanted, (left, right))
    if not given["quiet"]:
        from prediff.hints import with_hints

        _show(with_hints(report), config, given, diff=not wanted)
    return 0 if report.same and report.left_text == report.right_text else 1


def _show(report: Report, config: Config, given: dict[str, Any], diff: bool) -> None:
    from prediff.cli.output import show, want_color, width, write

    context = config.context if given["context"] is None else given["context"]
    if given["as_json"]:
        from prediff.reports.json import report_json

        write(report_json(report, context))
        return
    from prediff.reports.escaping import Style
    from prediff.reports.terminal import Look, render

    style = Style(want_color(given["color"] or config.color))
    look = Look(style, context, given["side_by_side"], width(), given["explain"], diff)
    show(render(report, look), "" if given["no_pager"] else config.pager)
