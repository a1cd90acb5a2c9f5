"""One line of what the doctor says."""

from __future__ import annotations

from typing import Literal, TypeAlias

from prediff.lean_dataclasses import dataclass

Status: TypeAlias = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Row:
    """What was looked at, how it is, and where it is not well what to do.

    group: installed, configured or working. status: warn where something is missed, fail where something is broken.
    """

    group: str
    name: str
    status: Status
    text: str
    advice: str = ""
