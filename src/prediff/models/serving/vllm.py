"""vLLM as the server, where it is installed: what its command line is. Not tried with the program itself."""

from __future__ import annotations

import os
import sys

from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints import Checkpoint
from prediff.programs import find_program

MOST_TOKENS = 32_768
"""Of a question and its answer. The longest that prediff asks takes half of it; more would only cost memory."""


@dataclass(frozen=True, slots=True)
class Call:
    """A program to become: its words, and what is added to the environment, in which the token is nobody else's."""

    words: tuple[str, ...]
    environment: dict[str, str]


def find_vllm() -> str | None:
    """The program, beside this interpreter or in a folder of PATH; None where it is not installed."""
    own = os.path.join(os.path.dirname(os.path.abspath(sys.executable)), "vllm")
    return own if os.access(own, os.X_OK) and os.path.isfile(own) else find_program("vllm")


def call(
    program: str, checkpoint: Checkpoint, host: str, port: int, token: str, seed: int, device: str = "auto"
) -> Call:
    """VLLM serving a checkpoint of this machine as prediff would: the library's own classes, safetensors, no network.

    Its `--api-key` could be seen by others in the list of processes, so the token goes through the environment. No
    origin is allowed, since any web page may ask what listens on loopback. What the checkpoint likes of sampling is
    left out.
    """
    length = min(checkpoint.context, MOST_TOKENS)
    words = (
        *(program, "serve", checkpoint.folder),
        *("--served-model-name", checkpoint.name),
        *("--host", host, "--port", str(port)),
        *("--load-format", "safetensors"),
        *("--generation-config", "vllm"),
        *("--max-model-len", str(length)),
        *("--seed", str(seed)),
        *("--allowed-origins", "[]"),
        *("--uvicorn-log-level", "warning", "--disable-uvicorn-access-log", "--disable-fastapi-docs"),
    )
    environment = {
        "VLLM_API_KEY": token,
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }
    if device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    return Call(words, environment)
