"""What a user set about models: the table `[model]` of the user's own configuration, never a repository's."""

from __future__ import annotations

from typing import Literal

from prediff.lean_dataclasses import dataclass

Backend = Literal["outline", "transformers", "http"]
BACKENDS = ("outline", "transformers", "http")
DEVICES = ("auto", "cpu", "cuda")
LIMIT = 20
"""How many units of a run a model is asked about."""


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which model explains, and how it is asked.

    summaries: whether each diff carries them. name: a hub id, a folder, or what the server calls it. revision: the
    commit that is pinned. url: the base of a server, such as http://127.0.0.1:8765/v1. key_file: where the server's key
    stands. remote: whether code may be sent to another machine. embedding: another model, for vectors. temperature,
    top_p: of the sampling. thinking_tokens: how much a model may think before it answers. limit: units of a run.
    timeout: seconds for an answer of a server.
    """

    summaries: bool = False
    backend: Backend = "outline"
    name: str = ""
    revision: str = ""
    url: str = ""
    key_file: str | None = None
    remote: bool = False
    embedding: str = ""
    temperature: float = 0.6
    top_p: float = 0.95
    thinking_tokens: int = 0
    limit: int = LIMIT
    timeout: float = 60.0
    seed: int = 0
    device: str = "auto"
