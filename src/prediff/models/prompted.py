"""A language model behind a cache as summarizer, embedder and proposer: it is asked, and what it says is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import hypot
from typing import TypeVar

from prediff.models import prompts, schemas
from prediff.models.kept import Kept
from prediff.models.outline import Outline
from prediff.models.protocols import (
    Described,
    Opinion,
    Request,
    Step,
    Unit,
    UnitChange,
    Vector,
)

_Answer = TypeVar("_Answer")
Progress = Callable[[int, int], None]
"""Called with how many of how many questions were answered."""


class Prompted:
    """A language model that follows the protocols.

    refused: how many answers were none, since they were not of their schema. progress: called after each answer.
    """

    def __init__(self, engine: Kept, progress: Progress | None = None) -> None:
        self._engine = engine
        self._progress = progress
        self.refused = 0

    @property
    def asked(self) -> int:
        """How many questions the engine was sent, those apart whose answers were kept."""
        return self._engine.asked

    @property
    def warnings(self) -> list[str]:
        """What the engine has to say to its user so far."""
        return self._engine.warnings

    @property
    def by(self) -> str:
        """The model's name; one that is called like the outline must not pass for it."""
        name = self._engine.identity.model
        return f"{name} (model)" if name == Outline().by else name

    def summaries(self, units: Sequence[Unit]) -> list[str | None]:
        asked = [prompts.summary(unit) if prompts.fits(unit) else None for unit in units]
        return self._read(asked, lambda _, answer: schemas.read_summary(answer))

    def changes(self, pairs: Sequence[UnitChange]) -> list[tuple[Described, ...] | None]:
        return self._read(
            [prompts.changes(pair) if _fit(pair) else None for pair in pairs],
            lambda i, answer: schemas.read_changes(answer, *_counts(pairs[i])),
        )

    def names(self, pairs: Sequence[UnitChange]) -> list[Mapping[str, str] | None]:
        asked = [prompts.names(pair) if _fit(pair) else None for pair in pairs]
        return self._read(asked, lambda _, answer: schemas.read_names(answer))

    def steps(self, pairs: Sequence[UnitChange], rules: Mapping[str, str]) -> list[tuple[Step, ...] | None]:
        return self._read(
            [prompts.steps(pair, rules) if _fit(pair) else None for pair in pairs],
            lambda i, answer: schemas.read_steps(answer, rules, *_counts(pairs[i])),
        )

    def opinions(self, pairs: Sequence[UnitChange]) -> list[Opinion | None]:
        asked = [prompts.opinion(pair) if _fit(pair) else None for pair in pairs]
        return self._read(asked, lambda _, answer: schemas.read_opinion(answer))

    def embed(self, units: Sequence[Unit]) -> list[Vector | None]:
        fitting = [unit for unit in units if prompts.fits(unit)]
        vectors = iter(self._engine.embed([unit.text for unit in fitting]) if fitting else ())
        return [_of_length_1(next(vectors)) if prompts.fits(unit) else None for unit in units]

    def close(self) -> None:
        self._engine.close()

    def _read(
        self, asked: Sequence[Request | None], read: Callable[[int, str | None], _Answer | None]
    ) -> list[_Answer | None]:
        """What reading the answers gives, in the order of the questions."""
        places = [i for i, request in enumerate(asked) if request is not None]
        found: list[_Answer | None] = [None] * len(asked)
        answers = self._engine.complete([r for r in asked if r is not None])
        for done, (number, answer) in enumerate(answers, 1):
            found[places[number]] = read(places[number], answer)
            self.refused += found[places[number]] is None
            if self._progress:
                self._progress(done, len(places))
        return found


def _of_length_1(vector: Vector) -> Vector | None:
    """The vector, if it is one of length 1; what a model says else can be anything."""
    length = hypot(*vector)
    return vector if abs(length - 1) < 0.01 else None


def _fit(pair: UnitChange) -> bool:
    return prompts.fits(pair.left) and prompts.fits(pair.right)


def _counts(pair: UnitChange) -> tuple[int, int]:
    return len(pair.left.lines), len(pair.right.lines)
