"""prediff: the step before the diff. Two versions of a source file, rewritten so that equal logic is equal text."""

from __future__ import annotations

TYPE_CHECKING = False  # what type checkers take for true: typing itself takes longer to import than all this
if TYPE_CHECKING:
    from typing import Any

    from prediff.api import diff, normalize
    from prediff.model import Normalized, Report

__version__ = "0.1.0"
__all__ = ["Normalized", "Report", "__version__", "diff", "normalize"]


def __getattr__(name: str) -> Any:
    """Import the API when it is asked for: the command answers for equal files without it."""
    if name in ("diff", "normalize"):
        from prediff import api

        return getattr(api, name)
    if name in ("Normalized", "Report"):
        from prediff import model

        return getattr(model, name)
    raise AttributeError(f"module 'prediff' has no attribute {name!r}")
