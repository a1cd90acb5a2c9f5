"""The language model that is configured, if one is: whether it is there, and answers. It is asked nothing."""

from __future__ import annotations

from collections.abc import Iterator

from prediff.doctor.row import Row
from prediff.errors import ConfigError, ModelError

_ADVICE = "prediff model up, or prediff model down"


def check_model() -> Iterator[Row]:
    """One row. Without a model a diff goes on, so trouble is no more than a warning."""
    from prediff.config import load_config

    try:
        settings = load_config(()).model
    except ConfigError:
        return  # another row says so
    if settings.backend == "outline":
        yield Row("configured", "model", "ok", "none: words are outlines", "to have one: prediff model up")
        return
    try:
        if settings.backend == "http":
            from prediff.models.http.engine import HttpEngine

            engine = HttpEngine(settings)
            engine.meet()
            yield Row("configured", "model", "ok", f"{settings.name} at {settings.url} answers")
            for warning in engine.warnings:
                yield Row("configured", "model", "warn", warning)
        else:
            from prediff.models.checkpoints import find

            found = find(settings.name, settings.revision)
            yield Row(
                "configured", "model", "ok", f"{found.name}, revision {found.revision[:12]}, in the process"
            )
    except ModelError as error:
        yield Row("configured", "model", "warn", str(error), _ADVICE)
