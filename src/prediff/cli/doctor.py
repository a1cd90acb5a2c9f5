"""`prediff doctor`: what is installed and configured, whether it works, and what to do where it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from prediff.doctor import Row
    from prediff.reports.escaping import Style

_EPILOG = """\
\b
Examples:
  prediff doctor
  prediff doctor --json

Nothing of the current repository is run. Exit code: 0 where nothing fails (warnings may be there), 1 otherwise.
"""


@click.command("doctor", epilog=_EPILOG, short_help="Check what is installed and set up.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
def command(as_json: bool) -> int:
    """Check what is installed, what is configured and whether it works; say what to do where something is wrong."""
    from prediff.cli.output import want_color, write
    from prediff.doctor import examine
    from prediff.reports.escaping import Style

    rows = examine()
    write(_json(rows) if as_json else "\n".join(_lines(rows, Style(want_color("auto")))) + "\n")
    return 1 if any(row.status == "fail" for row in rows) else 0


def _lines(rows: Sequence[Row], style: Style) -> Iterator[str]:
    from prediff.reports.escaping import printable

    width = max(len(row.name) for row in rows)
    for group in dict.fromkeys(row.group for row in rows):
        yield style.header(group)
        for row in rows:
            if row.group == group:
                paint = style.good if row.status == "ok" else style.bad
                said = f"{row.text}; {row.advice}" if row.advice else row.text
                name = printable(row.name, keep="")
                yield f"  {paint(f'{row.status:<4}')}  {name:<{width}}  {printable(said, keep='')}"
    failed, warned = (sum(row.status == status for row in rows) for status in ("fail", "warn"))
    yield f"{failed} failed, {warned} {'warning' if warned == 1 else 'warnings'}"


def _json(rows: Sequence[Row]) -> str:
    import json
    from dataclasses import asdict

    from prediff import __version__

    content = {
        "schema": "prediff-doctor",
        "version": 1,
        "prediff": __version__,
        "failed": any(row.status == "fail" for row in rows),
        "rows": [asdict(row) for row in rows],
    }
    return json.dumps(content, indent=2) + "\n"
