"""Words for what differs, as the user wants them: of the outline, or of the model in the user's configuration."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.model import Normalized, Report
    from prediff.models.prompted import Progress, Prompted

_Command = TypeVar("_Command", bound=Callable[..., Any])
_Result = TypeVar("_Result")

_OPTIONS = (
    click.option(
        "--summaries/--no-summaries",
        default=None,
        help="Say in words what differs: an outline, or the words of the model that you configured.",
    ),
    click.option(
        "--deep", is_flag=True, help="With --summaries: all units, and what the model proposes and thinks."
    ),
)


def wording(command: _Command) -> _Command:
    """Add the options that ask for words. They arrive as keywords, for `wanted` and `explained`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wanted(config: Config, given: dict[str, Any]) -> bool:
    """Whether words are asked for: by an option, else by the user's configuration."""
    asked: bool | None = given["summaries"]
    return config.model.summaries or bool(given["deep"]) if asked is None else asked


def explained(report: Report, config: Config, deep: bool) -> Report:
    """The report with words, which in normal form stand above the units too. A model's trouble is a note in it."""
    if report.same:
        return report
    return _at_most_without(report, lambda: _explained(report, config, deep))


def headed(file: Normalized, config: Config, deep: bool) -> Normalized:
    """One file in normal form with words above its units. What goes wrong is a line on standard error."""
    if file.reason or file.source.language is None:
        return file
    return _at_most_without(file, lambda: _headed(file, config, deep))


def _at_most_without(plain: _Result, work: Callable[[], _Result]) -> _Result:
    """What some work gives, or `plain`: a mistake of prediff's own costs the words, and nothing else."""
    try:
        return work()
    except Exception as error:
        if os.environ.get("PREDIFF_DEBUG"):
            raise
        from prediff.cli.output import complain

        complain(f"no words: internal error ({type(error).__name__}: {error}; PREDIFF_DEBUG=1 shows more)")
        return plain


def _headed(file: Normalized, config: Config, deep: bool) -> Normalized:
    from prediff.cli.output import complain
    from prediff.reports.headers import headed as with_lines
    from prediff.summarize import file_summaries

    found, why = _with_model(
        config, lambda model: file_summaries(file, model, limit=config.model.limit, deep=deep)
    )
    for note in (*found.notes, why):
        if note:
            complain(note)
    return with_lines(file, found)


def _explained(report: Report, config: Config, deep: bool) -> Report:
    from prediff.reports.headers import with_headers
    from prediff.summarize import with_summaries

    found, why = _with_model(
        config, lambda model: with_summaries(report, model, limit=config.model.limit, deep=deep)
    )
    words = found.summaries
    if why and words is not None:
        found = replace(found, summaries=replace(words, notes=(*words.notes, why)))
    return with_headers(found) if found.settings.view == "canonical" else found


def _with_model(config: Config, work: Callable[[Prompted | None], _Result]) -> tuple[_Result, str]:
    """What some work gives with the model that the user set, or without one, and then why."""
    settings = config.model
    if settings.backend == "outline":
        return work(None), ""
    from prediff.cache import Cache
    from prediff.errors import ModelError
    from prediff.models.backends import open_model
    from prediff.versions import rules_version

    with Cache() as cache, _bar() as progress:
        try:
            model = open_model(settings, cache, rules_version(), progress)
        except ModelError as error:
            return work(None), f"no words of a model: {error}"
        assert model is not None
        told = _tell(model.warnings, 0)
        try:
            return work(model), ""
        finally:
            _tell(model.warnings, told)
            model.close()


def _tell(warnings: Sequence[str], told: int) -> int:
    """Say the warnings of a model from the given one on; how many were said by now."""
    from prediff.cli.output import complain

    for warning in warnings[told:]:
        complain(warning)
    return len(warnings)


@contextmanager
def _bar() -> Iterator[Progress | None]:
    """A line on standard error, where that is a terminal, of how many answers have come; it goes away at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("asking the model"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
