"""Questions that come one by one, and are answered together: a model takes hardly longer for several than for one."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import field

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.protocols import Engine, Request, Vector

QUIET = 0.005
"""Seconds without another question after which those that came are asked."""
PATIENCE = 0.05
"""Seconds that the first of them waits at most."""
MOST = 64

log = logging.getLogger("prediff.model")


@dataclass(slots=True)
class _Question:
    request: Request
    answer: Future[str | None] = field(default_factory=Future)


@dataclass(slots=True)
class _Texts:
    texts: Sequence[str]
    answer: Future[Sequence[Vector]] = field(default_factory=Future)


class Batcher:
    """The one thread that an engine is used from. answered: how many questions so far."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[_Question | _Texts | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="model", daemon=True)
        self._thread.start()
        self.answered = 0

    def ask(self, request: Request) -> Future[str | None]:
        """The answer, once it is there. It raises ModelError where the model failed."""
        question = _Question(request)
        self._waiting.put(question)
        return question.answer

    def embed(self, texts: Sequence[str]) -> Future[Sequence[Vector]]:
        """The vectors of texts, once they are there. It raises ModelError."""
        asked = _Texts(texts)
        self._waiting.put(asked)
        return asked.answer

    def close(self, seconds: float) -> bool:
        """Take no more, and wait a while for what is under way; whether it ended."""
        self._waiting.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        for batch in self._batches():
            questions = [one for one in batch if isinstance(one, _Question)]
            if questions:
                self._answer(questions)
            for one in batch:
                if isinstance(one, _Texts):
                    self._embed(one)

    def _batches(self) -> Iterator[list[_Question | _Texts]]:
        """What came together, until the end."""
        while (one := self._waiting.get()) is not None:
            batch, until, ended = [one], time.monotonic() + PATIENCE, False
            with suppress(queue.Empty):
                while len(batch) < MOST and not ended and (left := until - time.monotonic()) > 0:
                    more = self._waiting.get(timeout=min(QUIET, left))
                    if more is None:
                        ended = True
                    else:
                        batch.append(more)
            yield batch
            if ended:
                return

    def _answer(self, questions: Sequence[_Question]) -> None:
        start = time.monotonic()
        try:
            for index, answer in self._engine.complete([one.request for one in questions]):
                questions[index].answer.set_result(answer)
        except Exception as error:
            self._failed(error, [one.answer for one in questions])
        for one in questions:
            if not one.answer.done():
                one.answer.set_result(None)
        self.answered += len(questions)
        log.info("%d questions in %.2f s", len(questions), time.monotonic() - start)

    def _embed(self, asked: _Texts) -> None:
        try:
            asked.answer.set_result(self._engine.embed(asked.texts))
        except Exception as error:
            self._failed(error, [asked.answer])

    def _failed(
        self, error: Exception, answers: Sequence[Future[str | None]] | Sequence[Future[Sequence[Vector]]]
    ) -> None:
        """What was under way failed; others may still be answered."""
        log.warning("%s: %s", type(error).__name__, error)
        known = (
            error
            if isinstance(error, ModelError)
            else ModelError(f"the model failed: {type(error).__name__}")
        )
        for answer in answers:
            if not answer.done():
                answer.set_exception(known)
