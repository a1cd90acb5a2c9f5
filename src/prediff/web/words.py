"""Words beside the report on a pair: of the outline, or of the model that the user configured."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prediff.cache import Cache
from prediff.errors import ModelError
from prediff.model import Report
from prediff.models.prompted import Prompted
from prediff.models.settings import ModelSettings


class _Loaded:
    """The model of this process, which stays from one pair to the next: loading one takes longer than asking it."""

    key: tuple[ModelSettings, bool] | None = None
    model: Prompted | None = None


def explained(report: Report, settings: ModelSettings, use_cache: bool) -> tuple[Report, list[str]]:
    """The report with words, and what its user has to know of the model. Never raises: trouble costs the words.

    use_cache: whether answers of a model are kept, and kept ones used.
    """
    try:
        return _explained(report, settings, use_cache)
    except Exception as error:
        if os.environ.get("PREDIFF_DEBUG"):
            raise
        return report, [f"no words: internal error: {type(error).__name__}: {error}"]


def _explained(report: Report, settings: ModelSettings, use_cache: bool) -> tuple[Report, list[str]]:
    from prediff.summarize import with_summaries

    notes: list[str] = []
    with _model(settings, use_cache, notes) as model:
        told = len(model.warnings) if model else 0
        found = with_summaries(report, model, limit=settings.limit)
        if model is not None:
            notes += model.warnings[told:]
    if found.summaries is not None and found.settings.view == "canonical":
        from prediff.reports.headers import with_headers

        found = with_headers(found)
    return found, [*notes, *(found.summaries.notes if found.summaries else ())]


@contextmanager
def _model(settings: ModelSettings, use_cache: bool, notes: list[str]) -> Iterator[Prompted | None]:
    """The model, None without one; notes: gets why there is none, and what is to be known of a new one."""
    if settings.backend == "outline":
        yield None
        return
    try:
        model = _opened(settings, use_cache, notes)
    except ModelError as error:
        notes.append(f"no words of a model: {error}")
        yield None
        return
    try:
        yield model
    finally:
        if model is not _Loaded.model:
            model.close()


def _opened(settings: ModelSettings, use_cache: bool, notes: list[str]) -> Prompted:
    """Raises ModelError."""
    from prediff.models.backends import open_model
    from prediff.versions import rules_version

    key = settings, use_cache
    if _Loaded.model is not None and _Loaded.key == key:
        return _Loaded.model
    model = open_model(settings, Cache() if use_cache else Cache.none(), rules_version())
    assert model is not None
    notes += model.warnings
    # One that asks a server costs nothing to open, and gives its server up for good where that fails.
    if settings.backend == "transformers":
        if _Loaded.model is not None:
            _Loaded.model.close()
        _Loaded.key, _Loaded.model = key, model
    return model
