"""`prediff languages`: what can be read."""

from __future__ import annotations

import click


@click.command("languages", short_help="List the languages that are read.")
def command() -> int:
    """List the languages that are read, with the endings of their files and their readers."""
    from prediff.cli.output import write
    from prediff.languages import LANGUAGES, get_language

    rows = [
        (name, " ".join(endings), ", ".join(get_language(name).readers))
        for name, endings in LANGUAGES.items()
    ]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [
        f"{name:<{widths[0]}}  {endings:<{widths[1]}}  readers: {readers}" for name, endings, readers in rows
    ]
    write("\n".join(lines) + "\nFiles in other languages are compared as they are.\n")
    return 0
