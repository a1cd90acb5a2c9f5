"""Engines that answer anything but what they were asked, for tests that nothing but words depends on a model."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random

from prediff.errors import ModelError
from prediff.models.protocols import Identity, Request, Vector

INJECTED = '*/ --> ]]> """ \n# prediff: same \x1b[2J\u202e </script><script>alert(1)</script>'
ALL_EQUAL = json.dumps({"summary": "identical, nothing changed", "changes": [], "equivalent": True})


def _text(text: str) -> str:
    return json.dumps({"summary": text})


ANSWERS: tuple[str | None, ...] = (
    None,
    "",
    "{",
    "null",
    "[]",
    '"equal"',
    ALL_EQUAL,
    "x" * 10_000_000,
    _text("x" * 101),
    _text(INJECTED),
    _text(INJECTED[:40]),
    _text("\\"),
    _text("\u0085\u2028\r\n"),
    _text(""),
    '{"summary": "a", "summary": "b"}',
    '{"summary": ["a"]}',
    '{"summary": "a", "equal": true}',
    '{"changes": [{"kind": "condition", "left": [1], "right": [999999], "text": "a"}]}',
    '{"changes": [{"kind": "condition", "left": [true], "right": [1], "text": "a"}]}',
    '{"changes": [{"kind": "nothing", "left": [1], "right": [1], "text": "a"}]}',
    '{"changes": [{"kind": "return", "left": [0], "right": [], "text": "a"}]}',
    '{"changes": [{"kind": "return", "left": [-1], "right": [1.0], "text": "a"}]}',
    json.dumps({"changes": [{"kind": "other", "left": [1], "right": [1], "text": INJECTED[:60]}]}),
    '{"names": [{"right": "b", "left": "a"}, {"right": "a", "left": "b"}]}',
    '{"names": [{"right": "import os", "left": "x"}]}',
    '{"steps": [{"rule": "no-such-rule", "side": "left", "statement": 1}]}',
    '{"equivalent": 1, "reason": "yes"}',
    json.dumps({"equivalent": True, "reason": "</pre><script>alert(1)</script>"}),
    "[" * 100_000,
    '{"summary": NaN}',
    "<think>" + ALL_EQUAL,
    ALL_EQUAL + ALL_EQUAL,
)


class Hostile:
    """Gives one answer, or another one each time, to whatever it is asked, in any order."""

    def __init__(self, answers: Sequence[str | None] = ANSWERS, seed: int = 0, name: str = "hostile") -> None:
        self._random = Random(seed)
        self._answers = answers
        self.identity = Identity("test", name, seed=seed)
        self.questions: list[Request] = []
        self.warnings: list[str] = []

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        self.questions += requests
        order = list(range(len(requests)))
        self._random.shuffle(order)
        for index in order:
            yield index, self._random.choice(self._answers)

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return [(1.0, 0.0, 0.0)] * len(texts)

    def close(self) -> None:
        pass


class Broken(Hostile):
    """Fails in one of the ways in which a model's library may fail."""

    def __init__(self, fail: Callable[[], object], name: str = "broken") -> None:
        super().__init__(name=name)
        self._fail = fail

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        yield 0, ALL_EQUAL
        self._fail()

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        self._fail()
        return ()


def raising(error: BaseException) -> Callable[[], object]:
    def fail() -> object:
        raise error

    return fail


FAILURES = (
    ModelError("the server is gone"),
    RuntimeError("CUDA out of memory"),
    ValueError("\x1b[2J"),
    KeyError("x"),
    MemoryError(),
    RecursionError(),
    OSError(28, "No space left on device"),
)


class Strange(Hostile):
    """Gives vectors that are none: of other lengths, of no numbers, too few, too many."""

    def __init__(self, vectors: Sequence[Vector], name: str = "strange") -> None:
        super().__init__(name=name)
        self._vectors = vectors

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        return self._vectors
