"""Two files of the difftool, compared by a warm server where one runs, and else here: both ends of what they say."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Any

from prediff.difftool import File, Judged, judged
from prediff.model import Report, Settings
from prediff.server import client, wire

MAX_BYTES = 8 << 20
"""Of larger files a server is not asked."""


def judge(left: File, right: File, settings: Settings) -> Judged:
    """Compare two files by logic."""
    return _asked(left, right, settings) or judged(left, right, settings, summary)


def summary(report: Report) -> str:
    """A report in one line."""
    from prediff.reports.escaping import Style
    from prediff.reports.terminal import summary

    said = summary(report, Style())
    return said.replace("same", "same in logic", 1) if report.same else said


def _asked(left: File, right: File, settings: Settings) -> Judged | None:
    base = client.base()
    if base is None or "PREDIFF_DEBUG" in os.environ or not client.is_there(base):
        return None
    if max(len(left.data), len(right.data)) > MAX_BYTES:
        return None
    files = [[file.name, file.data, _optional(file.languages)] for file in (left, right)]
    found = client.ask(base, "answer", {"pair": files, "settings": _packed(settings)})
    if not isinstance(found, dict) or "says" not in found:
        return None
    texts = tuple(found["texts"])
    return Judged(bool(found["same"]), wire.text(found["says"]), texts if len(texts) == 2 else None)


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """What a server says to such a request."""
    left, right = (
        File(wire.text(name), data, (_word(languages[0]), _word(languages[1])))
        for name, data, languages in request["pair"]
    )
    found = judged(left, right, _unpacked(request["settings"]), summary)
    return {"same": found.same, "says": found.says, "texts": list(found.texts or ())}


def _optional(words: tuple[str | None, ...]) -> list[str]:
    return [word or "" for word in words]


def _word(data: bytes) -> str | None:
    return wire.text(data) or None


def _packed(settings: Settings) -> dict[str, Any]:
    found = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {k: sorted(v) if isinstance(v, frozenset) else "" if v is None else v for k, v in found.items()}


def _unpacked(data: dict[str, Any]) -> Settings:
    found: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, list):
            found[name] = frozenset(wire.text(word) for word in value)
        else:
            found[name] = bool(value) if isinstance(value, int) else _word(value)
    return Settings(**found)
