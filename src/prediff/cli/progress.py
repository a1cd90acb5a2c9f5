"""A bar on the terminal while many files are compared: how many, how fast, and how long it still takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")

FEW = 8
"""Fewer items are done before a bar could be read."""


def shown(items: Iterable[Item], total: int, quiet: bool) -> Iterator[Item]:
    """The items, with a bar on standard error where that is a terminal; it goes away at the end."""
    if quiet or total < FEW or sys.stderr is None or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("comparing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]} files/s"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total, rate="?")
        for item in items:
            yield item
            speed = progress.tasks[0].speed
            progress.update(task, advance=1, rate="?" if speed is None else f"{speed:.1f}")
