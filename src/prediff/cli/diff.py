"""`prediff diff LEFT RIGHT`: compare two files by logic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import COLOR, FILE, IMPLEMENTATIONS, comparing, settled
from prediff.cli.viewing import TOOL
from prediff.cli.words import wording

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.model import Report, SourceFile

_EPILOG = """\
\b
Examples:
  prediff diff old.py new.py --side-by-side
  prediff diff old.py new.py --show docs --refuse locals-unread
  prediff diff a.py b.py --implementations --level relaxed
  prediff diff old.py - < new.py
  prediff diff HEAD~3:src/app.py src/app.py
  prediff diff <(git show HEAD:app.py) app.py
  prediff diff old.py new.py --out-left left.py --out-right right.py
  prediff diff old.py new.py --html report.html
  prediff diff HEAD~3:src/app.py src/app.py --tool meld
  prediff diff old.py new.py --summaries

Exit code: 0 identical or same, 1 different or unknown, 2 trouble. Hunk headers give the lines of your files.
Texts are written only where --out-left and --out-right say; they are equal exactly when the code is 0.
"""


@click.command("diff", epilog=_EPILOG, short_help="Compare two files by logic.")
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@comparing
@IMPLEMENTATIONS
@click.option("--side-by-side", is_flag=True, help="Two columns instead of one.")
@click.option("--out-left", metavar="FILE", type=FILE, help="Write the left text here.")
@click.option("--out-right", metavar="FILE", type=FILE, help="Write the right text here.")
@click.option("--explain", is_flag=True, help="List each fold, with its rule, place and assumptions.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.option(
    "--html", metavar="FILE", type=FILE, help="Write a page for a browser here; - for standard output."
)
@click.option("--sarif", metavar="FILE", type=FILE, help="Write SARIF 2.1.0 here; - for standard output.")
@click.option(
    "-U", "--unified", "context", metavar="N", type=click.IntRange(0), help="Lines of context (3 by default)."
)
@wording
@TOOL
@COLOR
@click.option("--no-pager", is_flag=True, help="Write to the terminal directly.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing; the exit code tells.")
def command(left: str, right: str, out_left: str | None, out_right: str | None, **given: Any) -> int:
    """Compare LEFT and RIGHT by logic and show what differs.

    Each is a file, a pipe such as <(command), or a file of a revision in git: HEAD:src/app.py is from the top of
    the repository, HEAD:./app.py from here, :app.py in the index. One of them may be - for standard input.
    """
    from prediff.cli.inputs import OnDisk, inputs
    from prediff.cli.output import complain
    from prediff.cli.words import explained, wanted
    from prediff.emit import write_outputs
    from prediff.errors import ConfigError

    printed = _printed(given)
    reading = inputs()
    if isinstance(reading, OnDisk):
        _refuse_folders(left, right)
    config = settled(reading.config((left, right)), given, given["implementations"])
    talking = wanted(config, given) and _has_words(given, config, bool(out_left or out_right))
    if talking and not isinstance(reading, OnDisk):
        raise ConfigError("words are for the command itself, which has the user's model")
    for warning in config.warnings:
        complain(warning)
    sources = reading.pair(left, right, config.choose_language)
    # Only now: what cannot be read is said before the rules are loaded.
    from prediff.pipeline import compare

    report = compare(*sources, config.settings)
    context = config.context if given["context"] is None else given["context"]
    shown = report
    if not given["quiet"] or given["html"] or given["sarif"]:
        from prediff.hints import with_hints

        shown = with_hints(report)
    if talking:
        shown = explained(shown, config, given["deep"])
    made = [(given[kind], _document(kind, shown, context)) for kind in ("html", "sarif") if given[kind]]
    outputs = [(out_left, shown.left_text), (out_right, shown.right_text)]
    outputs += [(path, text) for path, text in made if path != "-"]
    files = [(path, text) for path, text in outputs if path is not None]
    write_outputs(files, (left, right))
    if printed:
        from prediff.cli.output import write

        write(next((text for path, text in made if path == "-"), None) or _document("json", shown, context))
    elif not given["quiet"]:
        _show(shown, config, given, context, diff=not files and not given["tool"])
    if given["tool"]:
        _open(shown, (left, right), sources, given)
    return 0 if report.same and report.left_text == report.right_text else 1


def _open(
    report: Report, paths: tuple[str, str], sources: tuple[SourceFile, SourceFile], given: dict[str, Any]
) -> None:
    """Open the two texts in a viewer, unless nothing is left to see."""
    from prediff.cli.viewing import chosen, view
    from prediff.difftool import one_name, prepared_from, write
    from prediff.outputs import Outputs

    shown = prepared_from(report, sources)
    if shown.texts[0] == shown.texts[1]:
        return
    outputs = Outputs.new()
    name = one_name(paths)
    view(chosen(outputs, given["tool"]), outputs, write(shown, outputs, name), name, shown.titles, paths)


def _refuse_folders(left: str, right: str) -> None:
    import os

    from prediff.cli.group import COMMANDS
    from prediff.errors import ReadError

    if os.path.isdir(left) and os.path.isdir(right):
        name = "tree" if "tree" in COMMANDS else "difftool"
        raise ReadError(f"{left} and {right} are folders: prediff {name} LEFT RIGHT compares these")


def _has_words(given: dict[str, Any], config: Config, written: bool) -> bool:
    """Whether words would stand in what is made: in none of it, they are not asked for. written: whether texts are."""
    said = not given["quiet"] and given["sarif"] != "-"
    headed = config.settings.view == "canonical" and (written or bool(given["tool"]))
    return said or bool(given["html"]) or headed


def _printed(given: dict[str, Any]) -> bool:
    """Whether a document takes the place of the report for a person. Raises UsageError where two would."""
    quiet_json = given["as_json"] and not given["quiet"]
    names = [f"--{kind} -" for kind in ("html", "sarif") if given[kind] == "-"]
    names += ["--json"] if quiet_json else []
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} would both be on standard output: name a file for one")
    return bool(names)


def _document(kind: str, report: Report, context: int) -> str:
    if kind == "html":
        from prediff.reports.html import report_html

        return report_html(report, context)
    if kind == "sarif":
        from prediff import __version__
        from prediff.reports.sarif import report_sarif

        return report_sarif(report, context, __version__)
    from prediff.reports.json import report_json

    return report_json(report, context)


def _show(report: Report, config: Config, given: dict[str, Any], context: int, diff: bool) -> None:
    from prediff.cli.output import is_terminal, show, want_color, width
    from prediff.reports.escaping import Style
    from prediff.reports.terminal import Look, render

    style = Style(want_color(given["color"] or config.color))
    folded = style.color or is_terminal()
    look = Look(style, context, given["side_by_side"], width(), given["explain"], diff, folded)
    show(render(report, look), "" if given["no_pager"] else config.pager)
