"""An engine whose answers are kept: what was asked before is not asked again, and gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from struct import pack, unpack

from prediff.cache import Cache, digest_of
from prediff.errors import ModelError
from prediff.models.prompts import key_of
from prediff.models.protocols import Engine, Identity, Request, Vector


class Kept:
    """An engine before which a cache stands. version: of prediff and its rules. asked: how many questions it was sent.

    The key of an answer is the whole question (the unit's normal form is in it), the schema, prediff and its rules, the
    model, its revision, sampling and seed. That a model came to no answer is kept too; that it was not asked is not.
    """

    def __init__(self, engine: Engine, cache: Cache, version: str) -> None:
        self._engine = engine
        self._version = version
        self._cache = cache
        self.asked = 0

    @property
    def identity(self) -> Identity:
        return self._engine.identity

    @property
    def warnings(self) -> list[str]:
        return self._engine.warnings

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        """As the engine does; those that are known come first, and of equal ones only one is sent."""
        waiting: dict[bytes, list[int]] = {}
        for index, request in enumerate(requests):
            key = self._key("answer", key_of(request))
            known = self._cache.get(key)
            if known is not None and isinstance(known[0], str):
                yield index, known[0]
            else:
                waiting.setdefault(key, []).append(index)
        if not waiting:
            return
        keys = list(waiting)
        self.asked += len(keys)
        with _told():
            answers = iter(self._engine.complete([requests[waiting[key][0]] for key in keys]))
        while True:
            with _told():
                found = next(answers, None)
            if found is None:
                return
            number, answer = found
            if answer is not None:
                self._cache.put(keys[number], answer)
            for index in waiting[keys[number]]:
                yield index, answer

    def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        found: dict[str, Vector] = {}
        keys = {text: self._key("vector", [text]) for text in texts}
        for text, key in keys.items():
            known = self._cache.get(key)
            if known is not None and known[1]:
                data = known[1][0]
                found[text] = unpack(f"<{len(data) // 4}f", data)
        missing = [text for text in keys if text not in found]
        if missing:
            self.asked += len(missing)
            with _told():
                vectors = self._engine.embed(missing)
            if len(vectors) != len(missing):
                raise ModelError(f"the model gave {len(vectors)} vectors for {len(missing)} units")
            for text, vector in zip(missing, vectors, strict=True):
                data = pack(f"<{len(vector)}f", *vector)
                self._cache.put(keys[text], None, [data])
                found[text] = unpack(f"<{len(vector)}f", data)
        return [found[text] for text in texts]

    def close(self) -> None:
        self._engine.close()

    def _key(self, kind: str, parts: Sequence[str]) -> bytes:
        return digest_of(f"model {kind}", [self._version, repr(self.identity), *parts])


@contextmanager
def _told() -> Iterator[None]:
    """Whatever a model's library raises as a ModelError: a diff must not end because a model did."""
    try:
        yield
    except (ModelError, GeneratorExit):
        raise
    except Exception as error:
        what = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelError(f"the model failed ({what[:200]})") from error
