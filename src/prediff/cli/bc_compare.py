"""`prediff bc-compare LEFT RIGHT`: what Beyond Compare calls to know whether two files match."""

from __future__ import annotations

from typing import Any

import click

from prediff.cli.options import FILE, comparing, settled

_EPILOG = """\
\b
Examples:
  prediff bc-compare %1 %2      # the quick compare of an external format of Beyond Compare
  prediff bc-compare old.py new.py && echo match

Nothing is printed. Exit code: 0 where the two are identical or the same in logic, else 1, also where that
cannot be told: what is unknown never matches.
"""


@click.command("bc-compare", epilog=_EPILOG, short_help="Tell Beyond Compare whether two files match.")
@click.argument("left", type=FILE)
@click.argument("right", type=FILE)
@comparing
def command(left: str, right: str, **given: Any) -> int:
    """Compare LEFT and RIGHT by logic, and say by the exit code whether they match."""
    from prediff.cli.output import complain
    from prediff.config import load_config
    from prediff.errors import PrediffError
    from prediff.read import read_pair

    try:
        config = settled(load_config((left, right)), given)
        sources = read_pair(left, right, config.choose_language)
        from prediff.pipeline import compare

        return 0 if compare(*sources, config.settings).same else 1
    except PrediffError as error:
        complain(str(error))
        return 1
