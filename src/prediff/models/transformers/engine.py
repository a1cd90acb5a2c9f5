"""The backend `transformers`: a language model in this process, on a GPU or, slowly, on the CPU.

Nothing is imported or loaded before the first question. `checkpoints.py` says what may be loaded, `hardware.py` whether
it fits, `loading.py` loads it, `asking.py` makes tokens of a question, `grammars.py` a grammar of the schema of its
answer, and `steering.py` draws the tokens of that.

Batches run through `generate` with the library's dynamic cache. Its continuous batching (`generate_batch`, a paged
cache) cannot be used: of the logits processors it takes only those that a generation config names (temperature, top_k,
top_p), and it may prepare a step before the tokens of the last one are known, which a grammar has to see.

A question's answer is drawn with a chance of its own, made from the seed and the question, so that it does not depend
on the order of the questions. What remains is arithmetic: in batches of other sizes sums are taken in another order,
which in float32 seldom, and in bfloat16 sometimes, changes a token. Answers that have to stay are kept by `kept.py`.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints import Checkpoint, find
from prediff.models.prompts import key_of
from prediff.models.protocols import Identity, Request, Vector
from prediff.models.settings import ModelSettings
from prediff.models.transformers import hardware as machine
from prediff.models.transformers.asking import Asking
from prediff.models.transformers.grammars import Grammars
from prediff.models.transformers.hardware import Hardware, Plan
from prediff.models.transformers.loading import Loaded, load, quiet, reason, require
from prediff.models.transformers.steering import END_OF_THOUGHT, Row, Steering

BATCHES = {"cuda": 64, "cpu": 8}
"""Questions at a time, at most; memory may allow fewer."""
TEXTS = {"cuda": 256, "cpu": 4}
"""Texts for vectors at a time; on a CPU the padding of larger batches costs more than they save."""
_Answer = TypeVar("_Answer")
_CLOSING = f"\n{END_OF_THOUGHT}\n\n"


@dataclass(frozen=True, slots=True)
class Ready:
    """A model that was loaded, how, and on what."""

    checkpoint: Checkpoint
    hardware: Hardware
    plan: Plan
    loaded: Loaded


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as tokens. longest: tokens of question and answer together."""

    index: int
    request: Request
    tokens: list[int]
    longest: int


class TransformersEngine:
    """A model in this process, behind the protocol Engine. Not for several threads at once.

    memory: bytes that it may take, instead of all that are free. batch: questions, or texts, at a time, at most.
    cache: where the Hugging Face cache is, if not in its usual place. implementation: of the library's key-value cache.
    steered: whether answers are held to their schema while they are written. ready: the model, if it is loaded already.
    warnings: what the user should be told, once. generated: tokens of all answers so far, with those of thinking.
    """

    def __init__(
        self,
        settings: ModelSettings,
        *,
        memory: int | None = None,
        batch: int | None = None,
        cache: str | None = None,
        implementation: str | None = None,
        steered: bool = True,
        ready: Ready | None = None,
    ) -> None:
        """Looks at the files of the model; raises ModelError where they are not what they should be."""
        self._settings = settings
        self._memory = memory
        self.batch = batch
        self._implementation = implementation
        self._steered = steered
        self._checkpoint = find(settings.name, settings.revision, cache)
        self._encoder = find(settings.embedding, cache=cache) if settings.embedding else self._checkpoint
        self._model = ready
        self._vectors: Ready | None = None
        self._asking: Asking | None = None
        self._grammars: Grammars | None = None
        self.warnings: list[str] = []
        self.generated = 0

    @property
    def checkpoint(self) -> Checkpoint:
        return self._checkpoint

    @property
    def identity(self) -> Identity:
        settings, revision = self._settings, self._checkpoint.revision
        if self._encoder is not self._checkpoint:
            revision += f" {self._encoder.name} {self._encoder.revision}"
        return Identity(
            "transformers",
            self._checkpoint.name,
            revision,
            settings.temperature,
            settings.top_p,
            settings.thinking_tokens,
            settings.seed,
        )

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        """As the protocol says; the answers of a batch come together, and short questions first."""
        if not requests:
            return
        ready = self.load()
        asked = []
        for index, request in enumerate(requests):
            found = self._question(index, request)
            if found is None:
                yield index, ""
            else:
                asked.append(found)
        yield from _worked(
            _batches(asked, ready, self.batch or BATCHES[ready.plan.device]), ready, self._answered
        )

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """The mean of the last hidden states of each text (of its begin, if it is too long) as a vector of length 1."""
        if not texts:
            return []
        ready = self._for_vectors()
        tokenizer = ready.loaded.tokenizer
        most = _context(ready)
        asked = []
        with quiet():  # it would warn of long texts
            encoded = [tokenizer(text or "\n", add_special_tokens=True)["input_ids"] for text in texts]
        for index, all_tokens in enumerate(encoded):
            tokens = list(all_tokens)[:most]
            asked.append(_Asked(index, _NOTHING, tokens or [0], max(len(tokens), 1)))
        found = dict(
            _worked(_batches(asked, ready, self.batch or TEXTS[ready.plan.device]), ready, _embedded)
        )
        return [found[index] for index in range(len(texts))]

    def load(self) -> Ready:
        """The model, loaded now if it was not. Raises ModelError."""
        if self._model is None:
            self._model = self._ready(self._checkpoint, False)
        if self._asking is None:
            self._asking = Asking(self._model.loaded.tokenizer, self._settings.thinking_tokens > 0)
            self._grammars = _grammars(self._model.loaded) if self._steered else None
            if self._steered and self._grammars is None:
                self.warnings.append("xgrammar is missing: answers of the model are checked, but not steered")
        return self._model

    def close(self) -> None:
        """Let go of the models and of their memory."""
        held = self._model or self._vectors
        self._model = self._vectors = self._grammars = self._asking = None
        if held is not None:
            _free(held)

    def _for_vectors(self) -> Ready:
        """The model that gives vectors: the encoder that is set, else the one that answers, without its head."""
        if self._encoder is self._checkpoint and self._model is not None:
            return self._model
        if self._vectors is None:
            self._vectors = self._ready(self._encoder, True)
        return self._vectors

    def _ready(self, checkpoint: Checkpoint, vectors: bool) -> Ready:
        require()
        hardware = machine.look(self._settings.device)
        plan = machine.plan(checkpoint, hardware, self._memory)
        loaded = load(checkpoint, plan, vectors)
        told = [hardware.note]
        if checkpoint.own_code:
            told.append(f"{checkpoint.name} brings code of its own, which is not run")
        self.warnings += [note for note in told if note and note not in self.warnings]
        return Ready(checkpoint, hardware, plan, loaded)

    def _question(self, index: int, request: Request) -> _Asked | None:
        """A question as tokens; None where it does not fit, or cannot be asked."""
        ready = self.load()
        with quiet():  # it would warn of long questions
            tokens = self._asking.tokens(request) if self._asking else None
        if tokens is None:
            return None
        longest = len(tokens) + self._row(request).most
        return _Asked(index, request, tokens, longest) if longest <= _context(ready) else None

    def _row(self, request: Request, matcher: Any = None) -> Row:
        ready = self.load()
        tokenizer = ready.loaded.tokenizer
        question = json.dumps([self._settings.seed, *key_of(request)]).encode()
        return Row(
            seed=blake2b(question, digest_size=16).digest(),
            thinking=max(0, self._settings.thinking_tokens),
            answering=request.max_tokens,
            ends=ready.loaded.model.generation_config.eos_token_id,
            closing=tokenizer(_CLOSING, add_special_tokens=False)["input_ids"],
            decode=tokenizer.decode,
            matcher=matcher,
        )

    def _answered(self, batch: Sequence[_Asked], ready: Ready) -> list[tuple[int, str]]:
        """What a batch is answered, by the indices of its questions."""
        import torch

        model, tokenizer = ready.loaded.model, ready.loaded.tokenizer
        grammars, settings = self._grammars, self._settings
        rows = [self._row(one.request, grammars.matcher(one.request) if grammars else None) for one in batch]
        steering = Steering(rows, len(tokenizer), settings.temperature, settings.top_p)
        ids, mask = _padded(batch, model.generation_config.pad_token_id, ready.plan.device, left=True)
        with torch.inference_mode(), quiet():
            model.generate(
                ids,
                attention_mask=mask,
                logits_processor=[steering],
                max_new_tokens=max(row.most for row in rows),
                cache_implementation=self._implementation,
            )
        self.generated += sum(row.taken for row in rows)
        return [
            (one.index, _text(row, tokenizer) if row.whole else "")
            for one, row in zip(batch, rows, strict=True)
        ]


_NOTHING = Request("", "", {}, 0)


def _grammars(loaded: Loaded) -> Grammars | None:
    """None without xgrammar."""
    try:
        return Grammars(loaded)
    except ImportError:
        return None


def _context(ready: Ready) -> int:
    """Tokens of a question with its answer."""
    most = ready.loaded.tokenizer.model_max_length
    return min(ready.checkpoint.context, most if isinstance(most, int) and most > 0 else 1 << 30)


def _batches(asked: Sequence[_Asked], ready: Ready, most: int) -> list[list[_Asked]]:
    """Questions of like length together, the short ones first, as many at a time as the memory has room for."""
    batches: list[list[_Asked]] = []
    for one in sorted(asked, key=lambda one: (one.request.max_tokens, one.longest, one.index)):
        batch = batches[-1] if batches else None
        # Sorted, this one is the longest of the batch but where the answers before it may be shorter.
        longest = max([one.longest, *(other.longest for other in batch)]) if batch else 0
        if batch and len(batch) < most and _fits(len(batch) + 1, longest, ready):
            batch.append(one)
        else:
            batches.append([one])
    return batches


def _fits(rows: int, tokens: int, ready: Ready) -> bool:
    if ready.plan.room is None:
        return True
    return rows * machine.per_row(ready.checkpoint, tokens, ready.plan.dtype) <= ready.plan.room


def _worked(
    batches: Iterable[list[_Asked]],
    ready: Ready,
    work: Callable[[list[_Asked], Ready], list[tuple[int, _Answer]]],
) -> Iterator[tuple[int, _Answer]]:
    """What comes of each batch; one for which the memory is too little is halved. Raises ModelError."""
    waiting = deque(batches)
    while waiting:
        batch = waiting.popleft()
        answers = None
        try:
            answers = work(batch, ready)
        except ModelError:
            raise
        except Exception as error:  # KeyboardInterrupt is none
            if not _out_of_memory(error):
                raise ModelError(f"{ready.checkpoint.name}: failed while it ran: {reason(error)}") from error
            if len(batch) == 1:
                raise ModelError(
                    f"{ready.checkpoint.name}: the memory was too little for one question of {batch[0].longest} "
                    "tokens; close what else uses it, or choose a smaller model"
                ) from error
        if answers is None:  # here the error, which held on to the tensors, is gone
            _free(ready)
            waiting.extendleft((batch[len(batch) // 2 :], batch[: len(batch) // 2]))
        else:
            yield from answers


def _free(ready: Ready) -> None:
    if ready.plan.device == "cuda":
        import torch

        torch.cuda.empty_cache()


def _out_of_memory(error: Exception) -> bool:
    import torch

    told = str(error)
    return isinstance(error, (torch.OutOfMemoryError, MemoryError)) or (
        isinstance(error, RuntimeError) and ("can't allocate memory" in told or "not enough memory" in told)
    )


def _padded(batch: Sequence[_Asked], padding: int, device: str, left: bool) -> tuple[Any, Any]:
    """Tokens and mask of a batch, each (questions, tokens of the longest one)."""
    import torch

    width = max(len(one.tokens) for one in batch)
    ids = torch.full((len(batch), width), padding, dtype=torch.long)
    mask = torch.zeros((len(batch), width), dtype=torch.long)
    for row, one in enumerate(batch):
        place = slice(width - len(one.tokens), None) if left else slice(0, len(one.tokens))
        ids[row, place] = torch.tensor(one.tokens, dtype=torch.long)
        mask[row, place] = 1
    return ids.to(device), mask.to(device)


def _embedded(batch: Sequence[_Asked], ready: Ready) -> list[tuple[int, Vector]]:
    """The vector of each text of a batch."""
    import torch

    ids, mask = _padded(batch, 0, ready.plan.device, left=False)
    with torch.inference_mode(), quiet():
        # A decoder is asked without its head: the logits of all tokens would be the most of it.
        states = ready.loaded.model.base_model(ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).to(states.dtype)
        means = (states * weights).sum(1) / weights.sum(1)
        vectors = torch.nn.functional.normalize(means, dim=-1).cpu()
    if not bool(vectors.isfinite().all()):
        raise ModelError(f"{ready.checkpoint.name}: gives vectors that are no numbers; get the model anew")
    return [(one.index, tuple(vector)) for one, vector in zip(batch, vectors.tolist(), strict=True)]


def _text(row: Row, tokenizer: Any) -> str:
    """An answer. Without a grammar a model puts words around its JSON: what stands between the outer braces counts."""
    text = str(tokenizer.decode(row.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))
    if row.matcher is not None:
        return text
    begin, end = text.find("{"), text.rfind("}")
    return text[begin : end + 1] if 0 <= begin < end else ""
