"""Which model explains, as the user set it, and what it needs to be asked."""

from __future__ import annotations

from prediff.cache import Cache
from prediff.errors import ModelError
from prediff.models.kept import Kept
from prediff.models.prompted import Progress, Prompted
from prediff.models.protocols import Engine
from prediff.models.settings import ModelSettings


def open_model(
    settings: ModelSettings, cache: Cache, version: str, progress: Progress | None = None
) -> Prompted | None:
    """The model that a user set, with its answers kept; None for the outline, which needs none.

    version: of prediff and its rules. Nothing is loaded and no server asked before the first question that has no kept
    answer. Raises ModelError where that can be told now.
    """
    if settings.backend == "outline":
        return None
    return Prompted(Kept(open_engine(settings), cache, version), progress)


def open_engine(settings: ModelSettings) -> Engine:
    """The engine of a backend. Raises ModelError where what it needs is not installed, or not there."""
    try:
        if settings.backend == "http":
            from prediff.models.http.engine import HttpEngine

            return HttpEngine(settings)
        from prediff.models.transformers.engine import TransformersEngine

        return TransformersEngine(settings)
    except ImportError as error:
        extra = "http" if settings.backend == "http" else "model"
        missing = error.name or str(error)
        raise ModelError(f"{missing} is not installed: pip install 'prediff[{extra}]'") from None
