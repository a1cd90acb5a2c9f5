"""Trying a model out: one real question, read as answers of a run are, and how fast it was."""

from __future__ import annotations

import time

from prediff.lean_dataclasses import dataclass
from prediff.models import prompts, schemas
from prediff.models.protocols import Engine, Unit
from prediff.tree import Block

_CODE = """\
def total(orders, limit):
    if not orders:
        return 0
    found = 0
    for order in orders:
        if order.price <= limit:
            found += order.price
    return found
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """summary: what the model said, None for nothing that could be shown. tokens: written, 0 where nobody says."""

    summary: str | None
    seconds: float
    tokens: int

    @property
    def speed(self) -> float | None:
        """Tokens a second, reading the question included; None where nobody counts."""
        return self.tokens / self.seconds if self.tokens and self.seconds else None


def try_out(engine: Engine) -> Tried:
    """Have a few lines of our own summarized. Raises ModelError where the model cannot be asked."""
    lines = tuple((number, number) for number in range(1, _CODE.count("\n") + 1))
    unit = Unit("total", "python", _CODE.rstrip("\n"), Block(()), lines)
    before, start = _written(engine), time.monotonic()
    answers = [answer for _, answer in engine.complete([prompts.summary(unit)])]
    seconds = time.monotonic() - start
    return Tried(schemas.read_summary(answers[0]), seconds, _written(engine) - before)


def _written(engine: Engine) -> int:
    """Tokens that an engine has written so far, where it counts them."""
    for name in ("generated", "tokens"):
        found = getattr(engine, name, None)
        if isinstance(found, int):
            return found
    return 0
