"""The machine that a model is to run on: its device, the memory that is free, and whether a model fits."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Literal

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints import Checkpoint

ADVISED = 16 << 30
"""Bytes of a GPU's memory that are advised for the models that have a short name."""
WIDTHS = {"float32": 4, "bfloat16": 2, "float16": 2}
Dtype = Literal["float32", "bfloat16", "float16"]
_SLACK = {"cuda": 1 << 30, "cpu": 256 << 20}
"""What a library takes beside the weights: the kernels of a GPU, the buffers of a CPU."""
_TOKENS = 4096
"""Tokens of one question with its answer, for which there has to be room."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """device: "cuda" or "cpu". name: as its maker calls it. free, total: bytes; None where nobody says."""

    device: str
    name: str
    free: int | None
    total: int | None
    bfloat16: bool = True

    @property
    def note(self) -> str:
        """What a user should know before waiting; "" for nothing."""
        if self.device == "cpu":
            return "no GPU is used: the model runs on the CPU, slowly"
        if self.total is not None and self.total < ADVISED * 0.9:
            return f"the GPU has {_gb(self.total)}; 16 GB are advised"
        return ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a model is loaded: in which dtype, and the bytes that are left for answering with it."""

    device: str
    dtype: Dtype
    room: int | None


def look(device: str = "auto") -> Hardware:
    """The device that a setting means. Imports torch. Raises ModelError where there is no GPU and one was asked for."""
    import torch

    if device != "cpu" and torch.cuda.is_available():
        free, total = torch.cuda.mem_get_info()
        name = torch.cuda.get_device_name()
        return Hardware("cuda", name, free, total, torch.cuda.is_bf16_supported())
    if device == "cuda":
        raise ModelError('there is no GPU that torch can use; set device to "auto" to run on the CPU, slowly')
    import platform

    free, total = memory()
    return Hardware("cpu", platform.processor() or platform.machine(), free, total)


def plan(checkpoint: Checkpoint, hardware: Hardware, memory: int | None = None) -> Plan:
    """In which dtype the model fits. memory: bytes that it may take, instead of all that are free. Raises ModelError.

    A GPU computes in bfloat16 and a CPU in float32; in bfloat16, too, where it would not fit otherwise.
    """
    free = hardware.free if memory is None else memory
    dtypes: tuple[Dtype, ...]
    if hardware.device == "cuda":
        dtypes = ("bfloat16",) if hardware.bfloat16 else ("float16",)
    else:
        dtypes = ("float32", "bfloat16")
    if free is None:
        return Plan(hardware.device, dtypes[0], None)
    for dtype in dtypes:
        if needed(checkpoint, hardware.device, dtype) <= free:
            weights = checkpoint.parameters * WIDTHS[dtype] + _SLACK[hardware.device]
            return Plan(hardware.device, dtype, free - weights)
    least = needed(checkpoint, hardware.device, dtypes[-1])
    where = f"the GPU ({hardware.name})" if hardware.device == "cuda" else "this machine"
    advice = "close what else uses it, or choose a smaller model"
    if hardware.device == "cuda":
        advice += ', or set device to "cpu"'
    raise ModelError(
        f"{checkpoint.name}: needs {_gb(least)} of memory, and {where} has {_gb(free)} free; {advice}"
    )


def needed(checkpoint: Checkpoint, device: str, dtype: Dtype) -> int:
    """Bytes that a model takes with one question."""
    tokens = min(_TOKENS, checkpoint.context)
    weights = checkpoint.parameters * WIDTHS[dtype]
    return weights + per_row(checkpoint, tokens, dtype) + _SLACK[device]


def per_row(checkpoint: Checkpoint, tokens: int, dtype: Dtype) -> int:
    """Bytes that one question takes, with its answer of so many tokens together.

    What is kept of each token; the widest activations of a layer; the mask of a padded batch; and a row of logits,
    sorted, which takes eight numbers of four bytes for each word of the vocabulary.
    """
    width = WIDTHS[dtype]
    kept = checkpoint.cache_values * width
    passing = (6 * checkpoint.hidden + 3 * checkpoint.intermediate) * width
    return tokens * (kept + passing) + tokens * tokens * width + 32 * checkpoint.vocabulary


def memory() -> tuple[int | None, int | None]:
    """Bytes of main memory that are free and that there are, within the limit of a container; None where unknown."""
    free, total = _linux() if sys.platform == "linux" else (None, None)
    if total is None and hasattr(os, "sysconf"):
        with suppress(ValueError, OSError):
            total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit, used = _contained()
    if limit is not None and free is not None and total is not None:
        free, total = min(free, max(0, limit - used)), min(total, limit)
    return free, total


def _linux() -> tuple[int | None, int | None]:
    found: dict[str, int] = {}
    with suppress(OSError, ValueError), open("/proc/meminfo", encoding="ascii") as stream:
        for line in stream:
            key, _, rest = line.partition(":")
            found[key] = int(rest.split()[0]) * 1024
    return found.get("MemAvailable"), found.get("MemTotal")


def _contained() -> tuple[int | None, int]:
    """The limit of the container that prediff runs in, and what is used of it beside files that can be read again."""
    for limit, used, stat in (
        ("memory.max", "memory.current", "memory.stat"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat"),
    ):
        with suppress(OSError, ValueError):
            most = int(_text(limit))
            rows = dict(line.split()[:2] for line in _text(stat).splitlines() if line)
            again = int(rows.get("inactive_file", rows.get("total_inactive_file", "0")))
            if most < 1 << 60:
                return most, max(0, int(_text(used)) - again)
    return None, 0


def _text(name: str) -> str:
    with open(f"/sys/fs/cgroup/{name}", encoding="ascii") as stream:
        return stream.read()


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
