"""The files of a checkpoint, looked at without loading them: safetensors headers, sizes, and a digest of all of it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass  # noqa: TID251  # without slots, for its cached properties
from functools import cached_property
from hashlib import blake2b
from math import prod
from typing import Any

from prediff.errors import ModelError

MAX_JSON = 32 << 20
"""Bytes of a JSON file that is read; tokenizers of 11 MB exist."""
MAX_HEADER = 100 << 20
"""Bytes of a safetensors header: the limit of the format."""
INDEX = "model.safetensors.index.json"
_SINGLE = "model.safetensors"
_UNSAFE = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
_PIECES = 64
_PIECE = 4096
_LAYER = re.compile(r"\.(?:layers|layer|h|blocks)\.(\d+)\.")
_BYTES = {
    "F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I16": 2, "U16": 2,
}  # fmt: skip


@dataclass(frozen=True)
class Weights:
    """The weights of a checkpoint. files: their paths. shapes: of each tensor by its name. size: bytes of the files."""

    files: tuple[str, ...]
    shapes: dict[str, tuple[int, ...]]
    size: int

    @cached_property
    def parameters(self) -> int:
        return sum(prod(shape) for shape in self.shapes.values())

    @cached_property
    def layers(self) -> int:
        """How many layers the names of the tensors speak of; 0 where they speak of none."""
        found = [_LAYER.search(f".{name}") for name in self.shapes]
        return len({match[1] for match in found if match})


def read_weights(folder: str) -> Weights:
    """The headers of the safetensors files of a checkpoint. Raises ModelError where one is missing or cut off."""
    files = [os.path.join(folder, name) for name in _names(folder)]
    shapes: dict[str, tuple[int, ...]] = {}
    size = 0
    for file in files:
        found, length = _header(file)
        shapes.update(found)
        size += length
    if not shapes:
        raise ModelError(f"{folder}: the weights hold no tensor")
    return Weights(tuple(files), shapes, size)


def read_json(file: str) -> dict[str, Any]:
    """The object in a JSON file of a checkpoint. Raises ModelError."""
    try:
        with open(file, "rb") as stream:
            data = stream.read(MAX_JSON + 1)
        if len(data) > MAX_JSON:
            raise ModelError(f"{file}: is larger than {MAX_JSON >> 20} MB")
        found = json.loads(data)
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file}: is not JSON; get the model anew") from error
    if not isinstance(found, dict):
        raise ModelError(f"{file}: holds no JSON object; get the model anew")
    return found


def digest_of_files(small: Sequence[str], weights: Weights) -> str:
    """40 hexadecimal digits from the small files as they are, and from the size and 64 pieces of each file of weights.

    That is quick whatever their size; training moves nearly all weights, so that pieces of all parts tell.
    """
    digest = blake2b(digest_size=20)
    for file in (*small, *weights.files):
        digest.update(os.path.basename(file).encode() + b"\0")
        with open(file, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            digest.update(size.to_bytes(8, "little"))
            if file in small or size <= _PIECES * _PIECE:
                digest.update(stream.read())
                continue
            for piece in range(_PIECES):
                stream.seek((size - _PIECE) * piece // (_PIECES - 1))
                digest.update(stream.read(_PIECE))
    return digest.hexdigest()


def _names(folder: str) -> list[str]:
    """The names of the files of weights, each in the folder itself."""
    if os.path.isfile(os.path.join(folder, _SINGLE)):
        return [_SINGLE]
    if os.path.isfile(os.path.join(folder, INDEX)):
        listed = read_json(os.path.join(folder, INDEX)).get("weight_map")
        if not isinstance(listed, dict) or not listed:
            raise ModelError(f"{folder}: {INDEX} lists no weights; get the model anew")
        names = {name if isinstance(name, str) else "" for name in listed.values()}
        for name in sorted(names):
            if os.path.basename(name) != name or not name.endswith(".safetensors"):
                raise ModelError(f"{folder}: {INDEX} names {name!r}, which is no file of this folder")
            if not os.path.isfile(os.path.join(folder, name)):
                raise ModelError(f"{folder}: {name} is missing; get the model anew")
        return sorted(names)
    present = sorted(name for name in os.listdir(folder) if name.endswith(_UNSAFE))
    if present:
        raise ModelError(
            f"{folder}: its weights are in {present[0]}, which can run code when it is read; "
            "get a version of the model with safetensors"
        )
    raise ModelError(f"{folder}: there is no {_SINGLE} in it")


def _header(file: str) -> tuple[dict[str, tuple[int, ...]], int]:
    """The shapes of the tensors of a safetensors file, and its size, which its header has to agree with."""
    broken = ModelError(f"{file}: is cut off or no safetensors file; get the model anew")
    try:
        with open(file, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= min(MAX_HEADER, size - 8):
                raise broken
            header = json.loads(stream.read(length))
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise broken from error
    if not isinstance(header, dict):
        raise broken
    shapes = {}
    end = 0
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        shape, last = _tensor(entry) or (None, 0)
        if shape is None:
            raise broken
        shapes[name] = shape
        end = max(end, last)
    if 8 + length + end != size:
        raise broken
    return shapes, size


def _tensor(entry: Any) -> tuple[tuple[int, ...], int] | None:
    """The shape of a tensor and where it ends; None where its entry does not fit together."""
    if not isinstance(entry, dict):
        return None
    shape, place, kind = entry.get("shape"), entry.get("data_offsets"), entry.get("dtype")
    for numbers in (shape, place):
        if not isinstance(numbers, list) or not all(type(n) is int and n >= 0 for n in numbers):
            return None
    if shape is None or place is None or len(place) != 2:
        return None
    width = _BYTES.get(kind) if isinstance(kind, str) else None
    if width is not None and place[1] - place[0] != width * prod(shape):
        return None
    return tuple(shape), place[1]
