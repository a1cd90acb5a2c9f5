"""`prediff cache`: what the cache takes, and how to empty it."""

from __future__ import annotations

import click


@click.command("cache", short_help="Say what the cache of results takes, or empty it.")
@click.option(
    "--info", is_flag=True, help="Where it is, how many results it holds and what they take (the default)."
)
@click.option("--clear", is_flag=True, help="Forget all results.")
def command(info: bool, clear: bool) -> int:
    """Results are kept so that the same files need not be compared again. None of them is needed.

    A key is a digest of both files, the settings and the version of prediff. The least recently used go first.
    """
    from prediff.cache import Cache
    from prediff.cli.output import complain, write
    from prediff.errors import WriteError
    from prediff.reports.escaping import printable

    with Cache() as cache:
        if clear and not cache.clear():
            raise WriteError(f"cannot clear the cache {cache.folder}: it cannot be written")
        if info or not clear:
            found = cache.info()
            write(
                f"{printable(found.folder, keep='')}\n"
                f"{found.answers:,} results, {found.size / 1e6:,.1f} MB of at most {found.limit / 1e6:,.0f} MB\n"
            )
        for line in cache.complaints:
            complain(line)
    return 0
