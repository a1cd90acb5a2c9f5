"""How entries of ours are taken out of a file again, by the file's format."""

from __future__ import annotations

from collections.abc import Callable

from prediff.setup.edit import without_block
from prediff.setup.git_config import taken_out
from prediff.setup.model_table import FORMAT, without_table

Remover = Callable[[bytes, bytes | None], bytes]
"""Takes a file with our entries, and as it was before them where that is known; gives it without them."""


def _kept(data: bytes, original: bytes | None) -> bytes:
    return data


FORMATS: dict[str, Remover] = {
    "block": without_block,
    "git-config": taken_out,
    "whole": _kept,
    FORMAT: without_table,
}
"""block: between two marks. git-config: keys of git. whole: a file of ours, which an edit makes the user's."""
