"""What a model is asked, what it can answer, and the protocols of those that answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from prediff.lean_dataclasses import dataclass
from prediff.model import ChangeKind
from prediff.tree import Node, Span

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a model gets to see it.

    name: the qualified name. text: its normal form without comments; the statements are numbered by its lines, from 1.
    tree: the same as a tree. lines: for each line of the text the first and last line of the source, (0, 0) for none.
    """

    name: str
    language: str
    text: str
    tree: Node
    lines: tuple[tuple[int, int], ...]
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A unit of the left and what became of it."""

    left: Unit
    right: Unit


@dataclass(frozen=True, slots=True)
class Described:
    """One thing that changed. left, right: the statements that it is about, by their numbers; either may be empty."""

    kind: ChangeKind
    left: tuple[int, ...]
    right: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model thinks of whether two units do the same. Never more than that."""

    equivalent: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proposed proof: a rule, applied to a statement of one side."""

    rule: str
    side: str
    statement: int


class Summarizer(Protocol):
    """Says in words what units do and what changed. One answer for each that it is asked about, None for none."""

    @property
    def by(self) -> str:
        """Who speaks: "outline", or the name of the model."""

    def summaries(self, units: Sequence[Unit]) -> Sequence[str | None]:
        """A line of at most `wording.MAX_LENGTH` printable ASCII characters for each unit."""

    def changes(self, pairs: Sequence[UnitChange]) -> Sequence[tuple[Described, ...] | None]:
        """What changed in each pair."""


class Embedder(Protocol):
    """Gives a vector of length 1 for each unit: those of units that do alike are near each other."""

    def embed(self, units: Sequence[Unit]) -> Sequence[Vector | None]: ...


class Proposer(Protocol):
    """Proposes what the checker then tries, and has opinions, which nobody relies on."""

    def names(self, pairs: Sequence[UnitChange]) -> Sequence[Mapping[str, str] | None]:
        """For each pair locals of the right, and the locals of the left that they may correspond to."""

    def steps(
        self, pairs: Sequence[UnitChange], rules: Mapping[str, str]
    ) -> Sequence[tuple[Step, ...] | None]:
        """For each pair steps that may show that it is the same. rules: ids and what they do."""

    def opinions(self, pairs: Sequence[UnitChange]) -> Sequence[Opinion | None]: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a language model.

    schema: a JSON schema that the answer must follow. max_tokens: of the answer, a model's thinking apart.
    """

    system: str
    user: str
    schema: Mapping[str, Any]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Identity:
    """All that an answer depends on beside the question: it is part of the key under which the answer is kept.

    model: a hub id, the name of a folder, or what a server calls it. revision: a commit, or a digest of the weights.
    """

    backend: str
    model: str
    revision: str = ""
    temperature: float = 0.6
    top_p: float = 0.95
    thinking_tokens: int = 0
    seed: int = 0


class Engine(Protocol):
    """A language model that runs: text in, text out. What it says is checked by those who ask.

    warnings: lines that its user should see, each added once; what is there before the first question is to be shown
    before it.
    """

    warnings: list[str]

    @property
    def identity(self) -> Identity: ...

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        """Each request's index and answer, as they come; "" where the model came to none, None where it was not asked.

        What the model thought before its answer is left out. Raises ModelError where the model cannot be asked at all.
        """

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """A vector of length 1 for each text. Raises ModelError."""

    def close(self) -> None: ...
