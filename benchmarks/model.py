"""How quick is a language model in this process? No weights are needed: speed does not depend on what they say.

    python benchmarks/model.py
    python benchmarks/model.py --shape 1.5b --record FILE

A checkpoint of the shape is made with random weights, saved, and loaded as prediff loads any. The vocabulary is a small
one, filled up with words that no text is made of, so that drawing and grammars cost what they do with a real one, while
texts take about twice as many tokens. Units are functions of the standard library.

    tokens       batches of 1 to 256 questions are answered with a fixed number of tokens, freely and held to the schema
                 of a summary, beside the limit: each step reads all weights, and what is kept of each token, once from
                 memory, whose bandwidth is measured by copying
    vectors      units embedded a second
    summaries    units summarized a second, the way prediff asks for that; random weights write to the full length

Seconds are those of the clock with a GPU, and processor time of one thread (`--threads`) on a CPU.

The shape is `tiny` on a CPU and that of a model of 1.5 billion parameters on a GPU, unless it is named; `--set` changes
a value of it. What does not end within `--minutes` is left out, and said to be.
"""

from __future__ import annotations

import argparse
import ast
import json
import platform
import string
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from prediff.errors import ModelError
from prediff.models import prompts, schemas
from prediff.models.protocols import Request, Unit
from prediff.models.settings import ModelSettings
from prediff.models.transformers.engine import Ready, TransformersEngine
from prediff.models.transformers.hardware import WIDTHS, look
from prediff.tree import Pass

SHAPES = {
    "tiny": {
        "hidden_size": 64, "num_hidden_layers": 4, "num_attention_heads": 4, "num_key_value_heads": 2,
        "intermediate_size": 176, "vocab_size": 1120,
    },
    "1.5b": {
        "hidden_size": 1536, "num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2,
        "intermediate_size": 8960, "vocab_size": 151936,
    },
    "3b": {
        "hidden_size": 2048, "num_hidden_layers": 36, "num_attention_heads": 16, "num_key_value_heads": 2,
        "intermediate_size": 11008, "vocab_size": 151936,
    },
}  # fmt: skip
PARTS = ("tokens", "vectors", "summaries", "static")
CONTEXT = 8192
TOKENS = 64
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "<|im_start|>assistant\n"
)


@dataclass(slots=True)
class Found:
    """All figures of a run. left_out: what there was no time or memory for, and why."""

    device: str = ""
    dtype: str = ""
    shape: dict[str, int] = field(default_factory=dict)
    parameters: int = 0
    load_seconds: float = 0.0
    bandwidth: float = 0.0
    tokens: list[dict[str, Any]] = field(default_factory=list)
    vectors: list[dict[str, Any]] = field(default_factory=list)
    summaries: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class Run:
    """A run of the benchmark over one checkpoint."""

    def __init__(self, given: argparse.Namespace, model: Path) -> None:
        self.given = given
        self.model = model
        self.units = list(units())
        self.found = Found()
        self.until = time.monotonic() + 60 * given.minutes
        # Other work on the machine costs no processor time; a GPU works while the process waits.
        self.clock = time.perf_counter if look(given.device).device == "cuda" else time.process_time

    def engine(self, **options: Any) -> TransformersEngine:
        settings = ModelSettings(backend="transformers", name=str(self.model), device=self.given.device)
        return TransformersEngine(settings, **options)

    def all(self) -> Found:
        """The figures, the most telling ones first, as far as time goes."""
        begin = self.clock()
        self.held = self.engine()
        ready = self.held.load()
        self.free = self.engine(steered=False, ready=ready)
        self.found.load_seconds = self.clock() - begin
        self.found.device = f"{ready.hardware.device} {ready.hardware.name}".strip()
        self.found.dtype = ready.plan.dtype
        self.found.parameters = ready.checkpoint.parameters
        self.found.bandwidth = bandwidth(ready.plan.device, self.clock)
        for batch in self.given.batches:
            for steered in (False, True):
                self.measured("tokens", batch, partial(self.tokens, batch, steered))
            self.measured("vectors", batch, partial(self.vectors, batch))
            self.measured("summaries", batch, partial(self.summaries, batch))
        if ready.plan.device == "cuda":
            for batch in (1, 16):  # compiled, which takes a minute or two for each
                self.measured("static", batch, partial(self.tokens, batch, False, "static"))
        return self.found

    def measured(self, what: str, batch: int, work: Callable[[], None]) -> None:
        if what not in self.given.only:
            return
        if time.monotonic() > self.until:
            self.found.left_out.append(f"{what}, batch {batch}: no time")
            return
        try:
            work()
        except ModelError as error:
            self.found.left_out.append(f"{what}, batch {batch}: {error}")
        print(f"{what}, batch {batch}", file=sys.stderr, flush=True)

    def tokens(self, batch: int, steered: bool, implementation: str | None = None) -> None:
        """Questions of which none ends before its last token, unless a grammar ends it."""
        ready = self.held.load()
        engine = self.held if steered else self.free
        if implementation:
            engine = self.engine(steered=False, ready=ready, implementation=implementation)
        engine.batch = batch
        schema = schemas.SUMMARY
        asked = [Request(prompts.SYSTEM, f"{i} {FILLING}", schema, TOKENS) for i in range(batch)]
        # Once before; a cache of fixed size is compiled for its size.
        short = [Request(one.system, one.user, one.schema, 4) for one in asked]
        list(engine.complete(asked if implementation else short))
        engine.generated = 0
        reset(ready)
        begin = self.clock()
        list(engine.complete(asked))
        seconds = self.clock() - begin
        length = len(ready.loaded.tokenizer(asked[0].system + asked[0].user)["input_ids"]) + TOKENS // 2
        limit = batch * self.found.bandwidth / (weight_bytes(ready) + batch * length * kept_bytes(ready))
        kind = "held to the schema" if steered else "free"
        row = {
            "batch": batch, "kind": f"{kind}, {implementation} cache" if implementation else kind,
            "tokens_a_second": engine.generated / seconds, "limit": limit,
            "share_of_limit": engine.generated / seconds / limit, "peak_bytes": peak(ready),
        }  # fmt: skip
        self.found.tokens.append(row)

    def vectors(self, batch: int) -> None:
        engine, ready = self.held, self.held.load()
        engine.batch = batch
        texts = [unit.text for unit in self.units[: max(32, 2 * batch)]]
        engine.embed(texts[:batch])
        reset(ready)
        begin = self.clock()
        engine.embed(texts)
        seconds = self.clock() - begin
        row = {"batch": batch, "units_a_second": len(texts) / seconds, "peak_bytes": peak(ready)}
        self.found.vectors.append(row)

    def summaries(self, batch: int) -> None:
        engine, ready = self.held, self.held.load()
        engine.batch = batch
        asked = [prompts.summary(unit) for unit in self.units[:batch]]
        list(engine.complete(asked[:1]))
        engine.generated = 0
        reset(ready)
        begin = self.clock()
        answers = [schemas.read_summary(answer) for _, answer in engine.complete(asked)]
        seconds = self.clock() - begin
        row = {
            "batch": batch, "units": len(asked), "units_a_second": len(asked) / seconds,
            "tokens_a_unit": engine.generated / len(asked), "none": answers.count(None), "peak_bytes": peak(ready),
        }  # fmt: skip
        self.found.summaries.append(row)


FILLING = " ".join(f"value_{i} = call_{i}(a, b)" for i in range(12))


def main() -> int:
    parser = argparse.ArgumentParser(description="How quick is a language model in this process?")
    parser.add_argument("--shape", choices=sorted(SHAPES), help="default: tiny, on a GPU 1.5b")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=NUMBER", help="a value of the shape"
    )
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--batches", type=_sizes, default=BATCHES, help="such as 1,8,64")
    parser.add_argument("--only", type=lambda text: text.split(","), default=PARTS, help=",".join(PARTS))
    parser.add_argument("--minutes", type=float, default=6.0, help="after which nothing new is begun")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU")
    parser.add_argument("--record", type=Path, help="a file for the figures, in JSON")
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    device = look(given.device).device
    shape = dict(SHAPES[given.shape or ("1.5b" if device == "cuda" else "tiny")])
    shape.update((key, int(number)) for key, _, number in (part.partition("=") for part in given.set))
    with tempfile.TemporaryDirectory() as folder:
        model = build(Path(folder) / "model", shape, device)
        run = Run(given, model)
        run.found.shape = shape
        try:
            run.all()
        finally:  # what there is counts, however it ends
            report(run.found, given.record)
    return 0


def build(folder: Path, shape: dict[str, int], device: str) -> Path:
    """A Qwen2 checkpoint with random weights, made on the device."""
    import torch
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
    from transformers.utils import logging

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=vocabulary(shape["vocab_size"]), eos_token="<|im_end|>", pad_token="<|endoftext|>"
    )
    tokenizer.chat_template = TEMPLATE
    config = Qwen2Config(
        **shape, max_position_embeddings=CONTEXT, tie_word_embeddings=True, bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            model = Qwen2ForCausalLM(config)
    finally:
        torch.set_default_dtype(usual)
    logging.disable_progress_bar()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def vocabulary(size: int) -> Any:
    """A byte-level vocabulary of 1,000 words of the standard library's own, and words that no text is made of."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    def empty(model: Any) -> Any:
        tokenizer = Tokenizer(model)
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer

    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=1000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=special,
        show_progress=False,
    )  # fmt: skip
    trained = empty(models.BPE())
    trained.train_from_iterator((unit.text for unit in units()), trainer)
    found = json.loads(trained.to_str())["model"]
    words = found["vocab"]
    letters = string.ascii_lowercase
    for number in range(size - len(words) - 100):
        one, rest = number % 26, number // 26
        word = letters[one]
        while rest:
            word, rest = word + letters[rest % 26], rest // 26
        words.setdefault(f"\u0120{word}zz", len(words))  # the mark of a space before it
    whole = empty(models.BPE(words, [tuple(pair) for pair in found["merges"]]))
    whole.add_special_tokens(special)
    return whole


def units(most: int = 600) -> Iterator[Unit]:
    """Functions of the standard library, of 3 to 60 lines."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    for file in sorted(folder.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef) and 3 <= (node.end_lineno or 0) - node.lineno <= 60:
                code = ast.unparse(node)
                lines = tuple((n, n) for n in range(1, code.count("\n") + 2))
                yield Unit(node.name, "python", code, Pass(), lines)
                most -= 1
                if not most:
                    return


def bandwidth(device: str, clock: Callable[[], float]) -> float:
    """Bytes a second that are read and written while memory is copied; the best of several times."""
    import torch

    size = 1 << (30 if device == "cuda" else 28)
    source = torch.ones(size, dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = float("inf")
    for _ in range(8):
        begin = clock()
        target.copy_(source)
        if device == "cuda":
            torch.cuda.synchronize()
        best = min(best, clock() - begin)
    return 2 * size / best


def weight_bytes(ready: Ready) -> int:
    return ready.checkpoint.parameters * WIDTHS[ready.plan.dtype]


def kept_bytes(ready: Ready) -> int:
    return ready.checkpoint.cache_values * WIDTHS[ready.plan.dtype]


def reset(ready: Ready) -> None:
    if ready.plan.device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()


def peak(ready: Ready) -> int:
    """The most bytes that were taken: on a GPU since `reset`, else by the process since its begin."""
    if ready.plan.device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def report(found: Found, file: Path | None) -> None:
    """Tables for docs/performance.md, and all of it in a file."""
    import torch
    import transformers

    versions = {
        "python": platform.python_version(), "torch": torch.__version__, "transformers": transformers.__version__,
    }  # fmt: skip
    print(
        f"{found.device}, {found.dtype}, {found.parameters / 1e6:,.1f} million parameters, loaded in "
        f"{found.load_seconds:.1f} s, copies {found.bandwidth / 1e9:,.0f} GB/s, {versions}\n"
    )
    _table(
        ("batch", "answers", "tokens a second", "limit", "of the limit", "peak, GB"),
        [
            (f"{row['batch']}", row["kind"], f"{row['tokens_a_second']:,.0f}", f"{row['limit']:,.0f}",
             f"{row['share_of_limit']:.1%}", f"{row['peak_bytes'] / 1e9:.2f}")
            for row in found.tokens
        ],
    )  # fmt: skip
    by_batch = {row["batch"]: row for row in found.summaries}
    _table(
        ("batch", "units embedded a second", "units summarized a second", "tokens a summary"),
        [
            (f"{row['batch']}", f"{row['units_a_second']:,.1f}",
             f"{by_batch[row['batch']]['units_a_second']:,.1f}" if row["batch"] in by_batch else "",
             f"{by_batch[row['batch']]['tokens_a_unit']:,.0f}" if row["batch"] in by_batch else "")
            for row in found.vectors
        ],
    )  # fmt: skip
    for line in found.left_out:
        print(f"left out: {line}")
    if file is not None:
        file.write_text(
            json.dumps({"versions": versions, **asdict(found)}, indent=1) + "\n", encoding="utf-8"
        )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    for row in (head, ["---"] + ["---:"] * (len(head) - 1), *rows):
        print(f"| {' | '.join(row)} |")
    print()


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


if __name__ == "__main__":
    sys.exit(main())
