"""Models that have a short name, with what is known of them before they are downloaded."""

from __future__ import annotations

from prediff.lean_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A model of the hub.

    size: bytes of its weights, about; the hub says it exactly. use: whether it answers questions or gives vectors.
    temperature, top_p: what its makers advise; neither of them with top_k. thinks: whether it is trained to think
    before it answers. warning: what one has to know before one uses it.
    """

    hub_id: str
    licence: str
    size: int
    use: str = "answers"
    temperature: float = 0.6
    top_p: float = 0.95
    thinks: bool = False
    warning: str = ""


KNOWN = {
    "VibeThinker-1.5B": Known("WeiboAI/VibeThinker-1.5B", "mit", 3_100_000_000, thinks=True),
    "VibeThinker-3B": Known(
        "WeiboAI/VibeThinker-3B",
        "mit",
        6_200_000_000,
        temperature=1.0,
        thinks=True,
        warning="it is made from Qwen2.5-Coder-3B, whose licence allows research only",
    ),
    "Qwen2.5-Coder-1.5B-Instruct": Known(
        "Qwen/Qwen2.5-Coder-1.5B-Instruct", "apache-2.0", 3_100_000_000, temperature=0.7, top_p=0.8
    ),
    "Qwen3-0.6B": Known("Qwen/Qwen3-0.6B", "apache-2.0", 1_500_000_000, temperature=0.7, top_p=0.8),
    "Qwen3-1.7B": Known("Qwen/Qwen3-1.7B", "apache-2.0", 4_100_000_000, temperature=0.7, top_p=0.8),
    "Qwen3-Embedding-0.6B": Known("Qwen/Qwen3-Embedding-0.6B", "apache-2.0", 1_200_000_000, use="vectors"),
}
DEFAULT = "VibeThinker-1.5B"


def known(name: str) -> Known | None:
    """The model that a short name, in whatever case, or a hub id means; None for one that is not known."""
    for short, model in KNOWN.items():
        if name.casefold() in (short.casefold(), model.hub_id.casefold()):
            return model
    return None


def hub_id(name: str) -> str:
    """The hub id of a short name; any other name as it is."""
    found = known(name)
    return found.hub_id if found else name
