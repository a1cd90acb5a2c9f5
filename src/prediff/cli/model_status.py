"""What `prediff model status` tells: which model is set up, whether it answers, on what it runs, and how fast."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prediff.models.protocols import Engine
    from prediff.models.settings import ModelSettings


def look(settings: ModelSettings, measured: bool) -> dict[str, Any]:
    """All of it. measured: whether the model is asked something. problem: why it does not answer, "" where it does."""
    from prediff.config import user_file
    from prediff.errors import ModelError

    found: dict[str, Any] = {
        "backend": settings.backend,
        "summaries": settings.summaries,
        "configured": user_file(),
        "model": settings.name,
        "revision": settings.revision,
        **dict.fromkeys(
            ("url", "program", "pid", "device", "dtype", "memory", "context", "tokens_per_second")
        ),
        "problem": "",
        "notes": [],
    }
    if settings.backend == "outline":
        return found
    try:
        engine = _engine(settings, found)
        if measured:
            _measure(engine, found)
        found["notes"] += [note for note in getattr(engine, "warnings", ()) if note not in found["notes"]]
        engine.close()
    except ModelError as error:
        found["problem"] = str(error)
    return found


def _engine(settings: ModelSettings, found: dict[str, Any]) -> Engine:
    return _served(settings, found) if settings.backend == "http" else _loaded(settings, found)


def _served(settings: ModelSettings, found: dict[str, Any]) -> Engine:
    from prediff.models.http.engine import HttpEngine
    from prediff.models.serving.background import running

    found["url"] = settings.url
    record = running()
    if record is not None and record.url == settings.url:
        found |= {"program": record.program, "pid": record.pid}
    engine = HttpEngine(settings)
    found["notes"] += engine.warnings
    engine.meet()
    found |= _told(engine.about)
    return engine


def _told(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a server says of its model: ours all of this, vLLM the context. Any may say what it likes."""
    from prediff.models.wording import line_of

    texts = {
        key: line_of(about[key], 60) for key in ("device", "dtype", "revision") if type(about.get(key)) is str
    }
    context = about.get("context", about.get("max_model_len"))
    numbers = {"memory": about.get("memory"), "context": context}
    return texts | {key: one for key, one in numbers.items() if type(one) is int and 0 < one < 1 << 50}


def _loaded(settings: ModelSettings, found: dict[str, Any]) -> Engine:
    from prediff.models.backends import open_engine
    from prediff.models.checkpoints import find
    from prediff.models.transformers.hardware import WIDTHS, look, plan
    from prediff.models.transformers.loading import require

    require()
    checkpoint = find(settings.name, settings.revision)
    hardware = look(settings.device)
    planned = plan(checkpoint, hardware)
    found |= {
        "model": checkpoint.name,
        "revision": checkpoint.revision,
        "device": hardware.device,
        "dtype": planned.dtype,
        "memory": checkpoint.parameters * WIDTHS[planned.dtype],
        "context": checkpoint.context,
    }
    found["notes"] += [hardware.note] if hardware.note else []
    return open_engine(settings)


def _measure(engine: Engine, found: dict[str, Any]) -> None:
    from prediff.errors import ModelError
    from prediff.models.serving.trying import try_out

    load = getattr(engine, "load", None)
    if load is not None:
        load()  # which is not what is measured
    tried = try_out(engine)
    if tried.summary is None:
        raise ModelError(f"{found['model']} gave no answer of the form that was asked for")
    found["tokens_per_second"] = None if tried.speed is None else round(tried.speed, 1)


def text_of(found: dict[str, Any]) -> str:
    """The same for people."""
    from prediff.models.checkpoints.pull import gigabytes
    from prediff.reports.escaping import printable
    from prediff.setup import shown_path

    if found["backend"] == "outline":
        return "no model is set up: summaries are outlines, which need none\nto have one: prediff model up\n"
    speed = found["tokens_per_second"]
    memory = found["memory"]
    rows = {
        "backend": found["backend"]
        + (f", {found['program']}, process {found['pid']}" if found["pid"] else ""),
        "model": found["model"],
        "revision": found["revision"],
        "url": found["url"],
        "device": found["device"],
        "dtype": found["dtype"],
        "memory": None if memory is None else f"{gigabytes(memory)} of weights",
        "context": None if found["context"] is None else f"{found['context']:,} tokens",
        "speed": None if speed is None else f"{speed:,} tokens a second, for one short answer",
        "configured": f"{shown_path(found['configured'])}, summaries {'always' if found['summaries'] else 'if asked'}",
    }
    lines = [f"{name:<10}  {value}" for name, value in rows.items() if value]
    lines += [f"note: {note}" for note in found["notes"]]
    lines += [f"problem: {found['problem']}"] if found["problem"] else []
    return "".join(f"{printable(line, keep='')}\n" for line in lines)
