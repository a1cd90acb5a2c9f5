"""Which checkpoint a name means and whether it may be loaded: files of this machine alone, looked at without torch.

Nothing is downloaded, and nothing that a checkpoint brings is run: its own classes (`auto_map`) are passed over,
weights that are no safetensors are refused, and what its config claims has to agree with its weights.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints.known import hub_id
from prediff.models.checkpoints.weights import Weights, digest_of_files, read_json, read_weights

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt")
"""Each of these is enough for a tokenizer."""
_SMALL = (
    "config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "vocab.json", "vocab.txt",
    "merges.txt", "added_tokens.json", "special_tokens_map.json", "chat_template.jinja", "generation_config.json",
)  # fmt: skip
"""The small files that an answer depends on, beside the weights."""
_HUB_ID = re.compile(r"(?=.{1,96}$)\w[\w.-]*(?:/\w[\w.-]*)?", re.ASCII)
_REVISION = re.compile(r"[\w.-]{1,100}", re.ASCII)
_LICENCE = re.compile(r"^license: *['\"]?([\w .+-]{1,60})", re.MULTILINE)
_LICENCE_NAME = re.compile(r"^license_name: *['\"]?([\w .+-]{1,60})", re.MULTILINE)
_MOST = 1 << 31


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A model on this machine.

    name: a hub id, or the name of the folder. revision: the commit, or of a plain folder a digest of its files.
    architecture: the class, such as Qwen2ForCausalLM. dtype: the one in which its weights are kept. context: tokens of
    question and answer together. cache_values: numbers that are kept for each token while an answer is written.
    own_code: whether it brings classes of its own, which are not used. licence: "" where none is named.
    """

    name: str
    folder: str
    revision: str
    architecture: str
    dtype: str
    context: int
    layers: int
    hidden: int
    intermediate: int
    vocabulary: int
    cache_values: int
    parameters: int
    weight_bytes: int
    own_code: bool
    licence: str

    @property
    def answers(self) -> bool:
        """Whether it writes text; one that does not can still give vectors."""
        return self.architecture.endswith("ForCausalLM")


def find(name: str, revision: str = "", cache: str | None = None) -> Checkpoint:
    """The checkpoint that a short name, a hub id or the whole path of a folder means.

    revision: the commit (or digest) that it has to be of; "" for the one that is there. cache: the folder of the
    Hugging Face cache, where it is not the usual one. Raises ModelError with what to do.
    """
    if not name:
        raise ModelError("no model is set; `prediff model up` chooses one")
    path = os.path.expanduser(name)
    if os.path.isabs(path):
        return _of_folder(path, revision)
    return _of_hub(hub_id(name), revision, cache)


def _of_folder(path: str, revision: str) -> Checkpoint:
    if not os.path.isdir(path):
        raise ModelError(f"{path}: there is no such folder")
    found = read(path, os.path.basename(os.path.normpath(path)))
    if revision and revision != found.revision:
        raise ModelError(
            f"{path}: is at {found.revision[:12]}, and {revision[:12]} is pinned; "
            "`prediff model up` with the path takes what is there"
        )
    return found


def _of_hub(name: str, revision: str, cache: str | None) -> Checkpoint:
    """A model of the Hugging Face cache. A name never means a folder that happens to lie where prediff runs."""
    if not _HUB_ID.fullmatch(name) or ".." in name or "--" in name:
        raise ModelError(f"{name}: is no hub id; a folder is named by its whole path")
    if revision and (not _REVISION.fullmatch(revision) or ".." in revision):
        raise ModelError(f"{revision}: is no revision of a model")
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError as error:
        raise ModelError("huggingface_hub is missing: pip install 'prediff[model]'") from error
    path = try_to_load_from_cache(name, "config.json", cache_dir=cache, revision=revision or None)
    if not isinstance(path, str):
        at = f" at revision {revision}" if revision else ""
        raise ModelError(f"{name}: is not on this machine{at}; get it with `prediff model pull {name}`")
    folder = os.path.dirname(path)
    return read(folder, name, os.path.basename(folder))


def read(folder: str, name: str, revision: str = "") -> Checkpoint:
    """What a folder holds, checked. revision: "" for a digest of its files. Raises ModelError."""
    if not os.path.isfile(os.path.join(folder, "config.json")):
        raise ModelError(f"{folder}: there is no config.json in it")
    if os.path.isfile(os.path.join(folder, "adapter_config.json")):
        raise ModelError(f"{folder}: is an adapter; merge it into the model that it adapts")
    if os.path.exists(os.path.join(folder, "custom_generate")):
        # transformers 4.56 runs it without being allowed to, when the model is loaded.
        raise ModelError(
            f"{folder}: brings a program (custom_generate); remove that, or get a version without it"
        )
    config = read_json(os.path.join(folder, "config.json"))
    if not any(os.path.isfile(os.path.join(folder, file)) for file in TOKENIZER_FILES):
        raise ModelError(f"{folder}: there is no tokenizer in it (such as tokenizer.json)")
    weights = read_weights(folder)
    small = [os.path.join(folder, file) for file in _SMALL]
    small = [file for file in small if os.path.isfile(file)]
    try:
        return _described(folder, name, revision or digest_of_files(small, weights), config, weights)
    except OSError as error:
        raise ModelError(f"{folder}: cannot be read: {error.strerror}") from error


def _described(
    folder: str, name: str, revision: str, config: Mapping[str, Any], weights: Weights
) -> Checkpoint:
    text = config.get("text_config")
    sizes = {**config, **text} if isinstance(text, dict) else config
    layers = _size(folder, sizes, "num_hidden_layers")
    hidden = _size(folder, sizes, "hidden_size")
    heads = _size(folder, sizes, "num_attention_heads")
    groups = _size(folder, sizes, "num_key_value_heads", heads)
    width = _size(folder, sizes, "head_dim", max(1, hidden // heads))
    vocabulary = _size(folder, sizes, "vocab_size")
    _agreed(folder, weights, layers, vocabulary, hidden)
    return Checkpoint(
        name=name,
        folder=folder,
        revision=revision,
        architecture=_architecture(folder, config),
        dtype=_word(config.get("dtype", config.get("torch_dtype")), "float32"),
        context=_size(folder, sizes, "max_position_embeddings", 2048),
        layers=layers,
        hidden=hidden,
        intermediate=_size(folder, sizes, "intermediate_size", 4 * hidden),
        vocabulary=vocabulary,
        cache_values=2 * layers * groups * width,
        parameters=weights.parameters,
        weight_bytes=weights.size,
        own_code="auto_map" in config,
        licence=_licence(folder),
    )


def _agreed(folder: str, weights: Weights, layers: int, vocabulary: int, hidden: int) -> None:
    """That config and weights speak of one model: building what the config claims could take all memory there is."""
    wrong = ""
    if weights.layers and weights.layers != layers:
        wrong = f"{layers} layers, and there are {weights.layers}"
    for tensor, shape in weights.shapes.items():
        if tensor.endswith(("embed_tokens.weight", "word_embeddings.weight")) and shape != (
            vocabulary,
            hidden,
        ):
            wrong = f"a vocabulary of {vocabulary} x {hidden}, and it is {' x '.join(map(str, shape))}"
    if wrong:
        raise ModelError(
            f"{folder}: config.json does not fit the weights: it claims {wrong}; get the model anew"
        )


def _size(folder: str, config: Mapping[str, Any], key: str, otherwise: int | None = None) -> int:
    """A size of the config, which has to be a number that a model can have."""
    found = config.get(key)
    if found is None and otherwise is not None:
        return otherwise
    if type(found) is not int or not 1 <= found < _MOST:
        raise ModelError(f"{folder}: config.json has no usable {key}; it may be no language model")
    return found


def _architecture(folder: str, config: Mapping[str, Any]) -> str:
    found = config.get("architectures")
    if not isinstance(found, list) or not found or not isinstance(found[0], str) or not found[0].isascii():
        raise ModelError(f"{folder}: config.json names no architecture; it may be no language model")
    return str(found[0])[:80]


def _word(found: Any, otherwise: str) -> str:
    return found if isinstance(found, str) and re.fullmatch(r"\w{1,20}", found, re.ASCII) else otherwise


def _licence(folder: str) -> str:
    """What the head of the model's card says of its licence."""
    try:
        with open(os.path.join(folder, "README.md"), encoding="utf-8", errors="replace") as stream:
            card = stream.read(1 << 16)
    except OSError:
        return ""
    head = card.split("\n---", 1)[0] if card.startswith("---") else ""
    found = _LICENCE.search(head)
    named = _LICENCE_NAME.search(head)
    if found and named and found[1].strip() == "other":
        return named[1].strip()
    return found[1].strip() if found else ""
