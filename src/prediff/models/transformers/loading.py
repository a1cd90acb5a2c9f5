"""Loading a checkpoint with transformers: from files of this machine, safetensors, classes of the library alone."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints import Checkpoint
from prediff.models.transformers.hardware import Plan
from prediff.models.wording import line_of

MISSING = "the backend transformers needs torch and transformers: pip install 'prediff[model]'"
ATTENTION = "sdpa"
_OF_LAYER = re.compile(r"\.(?:layers|layer|h|blocks)\.\d+\.")
_UNREAD = ("pooler", "lm_head", "position_ids", "rotary_emb.inv_freq")
"""Parts that vectors need none of, or that the library makes itself."""
_LAYERS = 1000


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that is ready, with its tokenizer."""

    model: Any
    tokenizer: Any


def require() -> None:
    """Raises ModelError where torch or transformers is not installed."""
    if find_spec("torch") is None or find_spec("transformers") is None:
        raise ModelError(MISSING)
    # Read when the library of the hub is imported, which may have been done before: `quiet` sees to that.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")


@contextmanager
def quiet() -> Iterator[None]:
    """No word of transformers: what a user should know is said by prediff, in one line. Nor does it reach the hub."""
    from huggingface_hub import constants
    from transformers.utils import logging

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    offline, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
    logging.set_verbosity(logging.CRITICAL)
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        constants.HF_HUB_OFFLINE = offline
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()


def load(checkpoint: Checkpoint, plan: Plan, vectors: bool = False) -> Loaded:
    """A model and its tokenizer. vectors: only what gives hidden states is needed. Raises ModelError, with one line."""
    require()
    if not vectors and not checkpoint.answers:
        raise ModelError(f"{checkpoint.name}: is a {checkpoint.architecture}, which cannot answer questions")
    try:
        with quiet():
            return _load(checkpoint, plan, vectors)
    except ModelError:
        raise
    except Exception as error:  # whatever the library says of a checkpoint that it cannot use
        raise ModelError(f"{checkpoint.name}: cannot be loaded: {reason(error)}") from error


def _load(checkpoint: Checkpoint, plan: Plan, vectors: bool) -> Loaded:
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    safely: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
    kind: Any = AutoModel if vectors else AutoModelForCausalLM
    config = AutoConfig.from_pretrained(checkpoint.folder, **safely)
    # A checkpoint could name a program of the hub here, which would be fetched and run.
    config._attn_implementation = ATTENTION
    _plausible(checkpoint, kind, config)
    model, told = kind.from_pretrained(
        checkpoint.folder,
        config=config,
        use_safetensors=True,
        dtype=getattr(torch, plan.dtype),
        attn_implementation=ATTENTION,
        output_loading_info=True,
        **safely,
    )
    _complete(checkpoint, told, vectors)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint.folder, **safely)
    if not vectors:
        # What the checkpoint would like of the drawing (penalties, top_k, beams) is none of ours but where it ends.
        ends = _ends(model, tokenizer)
        padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else ends[0]
        model.generation_config = GenerationConfig(do_sample=False, eos_token_id=ends, pad_token_id=padding)
    model.config.use_cache = (
        False  # vectors need nothing kept of each token; `generate` asks for that by itself
    )
    return Loaded(model.eval().to(plan.device), tokenizer)


def _plausible(checkpoint: Checkpoint, kind: Any, config: Any) -> None:
    """That the config describes no model larger than the weights are: parts without weights would be made up."""
    import torch

    if checkpoint.layers > _LAYERS:
        raise ModelError(f"{checkpoint.name}: config.json claims {checkpoint.layers} layers")
    with torch.device("meta"):  # sizes alone, no memory
        shape = kind.from_config(config, trust_remote_code=False)
    claimed = sum(parameter.numel() for parameter in shape.parameters())
    if claimed > checkpoint.parameters * 1.02 + 2 * checkpoint.hidden**2:
        raise ModelError(
            f"{checkpoint.name}: config.json does not fit the weights: it claims {claimed} parameters, and there are "
            f"{checkpoint.parameters}; get the model anew"
        )


def _complete(checkpoint: Checkpoint, told: Any, vectors: bool) -> None:
    """That each weight was there: the library fills in what is missing at random."""
    missing = [str(key) for key in told["missing_keys"] if not vectors or not _unread(str(key))]
    strange = [
        str(key) for key in told["unexpected_keys"] if _OF_LAYER.search(f".{key}") and not _unread(str(key))
    ]
    for keys, what in ((missing, "lack"), (strange, "have more than it claims, such as")):
        if keys:
            raise ModelError(
                f"{checkpoint.name}: config.json does not fit the weights, which {what} "
                f"{line_of(min(keys), 80)}; get the model anew"
            )


def _unread(key: str) -> bool:
    return any(part in key for part in _UNREAD)


def _ends(model: Any, tokenizer: Any) -> list[int]:
    """The tokens that end an answer: the tokenizer's, and those that the checkpoint adds."""
    found = [tokenizer.eos_token_id]
    for config in (model.generation_config, model.config):
        more = getattr(config, "eos_token_id", None)
        found += more if isinstance(more, list) else [more]
    known = range(min(len(tokenizer), model.config.get_text_config().vocab_size))
    ends = list(dict.fromkeys(one for one in found if type(one) is int and one in known))
    if not ends:
        raise ModelError("nothing says which token ends an answer (eos_token_id)")
    return ends


def reason(error: Exception) -> str:
    """The first line of what a library says, harmless."""
    for line in str(error).splitlines():
        if found := line_of(line, 160):
            return found
    return type(error).__name__
