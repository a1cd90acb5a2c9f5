"""`prediff tree LEFT RIGHT`: compare two folders by logic."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import COLOR, FILE, IMPLEMENTATIONS, Word, comparing, settled
from prediff.cli.viewing import TOOL

if TYPE_CHECKING:
    from prediff.cache import Cache
    from prediff.config import Config
    from prediff.folders.compare import Tick
    from prediff.folders.mirror import OutputFolder
    from prediff.model import FolderReport

_EPILOG = """\
\b
Examples:
  prediff tree release-1.0 release-1.1
  prediff tree old new --html report      # report/index.html opens each pair
  prediff tree old new --out mirror && meld mirror/left mirror/right
  prediff tree old new --tool meld
  prediff tree old . --json

Exit code: 0 where all files are the same in logic under the same paths, 1 where something differs or is unknown,
2 trouble. The two folders are never written to; output folders are our own, and read-only.
"""


def backends() -> Sequence[str]:
    from prediff.cluster import BACKENDS

    return BACKENDS


@click.command("tree", epilog=_EPILOG, short_help="Compare two folders by logic.")
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@click.option(
    "--out",
    metavar="DIR",
    type=FILE,
    help="Write both folders as a diff tool gets them: DIR/left, DIR/right.",
)
@click.option(
    "--html",
    metavar="DIR",
    type=FILE,
    help="Write pages for a browser: DIR/index.html. May be that of --out.",
)
@comparing
@IMPLEMENTATIONS
@click.option(
    "--no-ignore", is_flag=True, help="Compare what .gitignore files and ignore globs leave out, too."
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results of earlier runs.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1), help="How many files at once (all cores).")
@click.option(
    "--backend",
    metavar="NAME",
    default="processes",
    type=Word("backend", backends),
    help="What runs them: processes (the default); joblib, dask or ray, which the extra `cluster` brings.",
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="After which a pair of files is unknown.",
)
@TOOL
@click.option("--all", "everything", is_flag=True, help="List files that are the same in logic, too.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@COLOR
@click.option("--no-pager", is_flag=True, help="Write to the terminal directly.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing; the exit code tells.")
def command(left: str, right: str, **given: Any) -> int:
    """Compare the files of two folders, LEFT and RIGHT, by logic.

    Files are paired by path; what is left over by the same bytes, then by likeness. Links are not followed: their
    targets are compared.
    """
    from prediff.cache import Cache
    from prediff.cli.output import complain
    from prediff.cluster import cores, runner
    from prediff.config import load_config
    from prediff.folders.compare import Plan, compare_folders
    from prediff.folders.configured import Configured

    check_folders(left, right)
    config = settled(load_config((), (left, right)), given, given["implementations"])
    for warning in config.warnings:
        complain(warning)
    with ExitStack() as stack:
        cache = stack.enter_context(Cache.none() if given["no_cache"] else Cache())
        if given["tool"] and given["out"] is None:
            given["out"] = _own_folder((left, right))
        mirror, pages = _outputs(stack, given["out"], given["html"], (left, right))
        plan = Plan(
            Configured((left, right), lambda found: settled(found, given, given["implementations"])),
            config.settings,
            cache,
            mirror,
            pages,
            () if given["no_ignore"] else config.ignore,
            not given["no_ignore"],
            runner(given["backend"]),
            given["jobs"] or cores(),
            given["timeout"],
            config.context,
        )
        with _progress(given["quiet"]) as tick:
            report, written = compare_folders(left, right, replace(plan, tick=tick))
        if pages is not None:
            from prediff.reports.tree.page import INDEX, tree_html

            pages.write(INDEX, tree_html(report).encode("ascii"))
            written.add(INDEX)
        for folder in {id(f): f for f in (mirror, pages) if f is not None}.values():
            folder.prune(written)
        _complain(cache, report)
    if not given["quiet"]:
        _show(report, config, given)
    if given["tool"] and _open(given["tool"], given["out"], (left, right)):
        return 2
    if report.trouble:
        return 2
    return 0 if report.same else 1


def _own_folder(inputs: tuple[str, str]) -> str:
    """A new folder of ours, which outlives a viewer that returns at once and is removed a day later."""
    from prediff.outputs import Outputs

    return os.path.join(Outputs.new(inputs).folder, "mirror")


def _open(tool: str, out: str, inputs: tuple[str, str]) -> int:
    """Show the two mirrors in a viewer. The exit code is the viewer's."""
    from prediff.cli.viewing import chosen, view
    from prediff.difftool import NORMALIZED
    from prediff.outputs import Outputs

    outputs = Outputs(os.path.abspath(out))
    one, two = [outputs.side(side) for side in ("left", "right")]  # a side without a file has no folder
    titles = (f"{inputs[0]}{NORMALIZED}", f"{inputs[1]}{NORMALIZED}")
    return view(chosen(outputs, tool), outputs, (one, two), "", titles, inputs)


def check_folders(left: str, right: str) -> None:
    """Raise ReadError, with advice, unless both are folders."""
    from prediff.errors import ReadError

    for path in (left, right):
        if os.path.isfile(path):
            raise ReadError(f"{path} is a file; `prediff diff` compares two files")
        if not os.path.isdir(path):
            raise ReadError(f"there is no folder {path}")


def _outputs(
    stack: ExitStack, out: str | None, html: str | None, inputs: tuple[str, str]
) -> tuple[OutputFolder | None, OutputFolder | None]:
    """The output folders, which may be one."""
    from prediff.folders.mirror import OutputFolder

    mirror = stack.enter_context(OutputFolder.open(out, inputs)) if out is not None else None
    if html is None:
        return mirror, None
    if out is not None and os.path.realpath(html) == os.path.realpath(out):
        return mirror, mirror
    others = (*inputs, out) if out is not None else inputs
    return mirror, stack.enter_context(OutputFolder.open(html, others))


@contextmanager
def _progress(quiet: bool) -> Iterator[Tick]:
    """A bar on standard error, where that is a terminal."""
    import sys

    if quiet or sys.stderr is None or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn
    from rich.progress import Task as Shown
    from rich.text import Text

    class Pace(ProgressColumn):
        """Files a second since the start, and the time left at that pace: most files take no time, a few take most."""

        def render(self, task: Shown) -> Text:
            elapsed = task.elapsed or 0.0
            if not task.completed or not task.total or elapsed < 0.5:
                return Text("")
            rate = task.completed / elapsed
            left = round((task.total - task.completed) / rate)
            return Text(f"{rate:,.0f} files/s, {left // 60}:{left % 60:02} left")

    columns = (BarColumn(), MofNCompleteColumn(), Pace())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        shown = bar.add_task("", total=None)
        yield lambda done, total: bar.update(shown, completed=done, total=total)


def _complain(cache: Cache, report: FolderReport) -> None:
    from prediff.cli.output import complain

    for line in (*cache.complaints, *report.trouble):
        complain(line)


def _show(report: FolderReport, config: Config, given: dict[str, Any]) -> None:
    from prediff.cli.output import show, want_color, write

    if given["as_json"]:
        from prediff.reports.tree.json import tree_json

        write(tree_json(report))
        return
    from prediff.reports.escaping import Style
    from prediff.reports.tree.text import render

    style = Style(want_color(given["color"] or config.color))
    show(render(report, style, given["everything"]), "" if given["no_pager"] else config.pager)
