"""A model behind an OpenAI-compatible server: vLLM, SGLang, llama.cpp, Ollama, or `prediff model serve`.

The server is not trusted: what it sends has limits of time and size, and is text that those who ask check.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections import deque
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from prediff.errors import ModelError
from prediff.models.http.address import find_address
from prediff.models.http.fetching import FetchError, Line, Put, Reply, streamed
from prediff.models.http.replies import answer_of, names_of, vectors_of
from prediff.models.protocols import Identity, Request, Vector
from prediff.models.serving.background import has_ended
from prediff.models.settings import ModelSettings
from prediff.models.wording import line_of

if TYPE_CHECKING:
    import httpx

CONCURRENT = 8
"""Questions that are under way at once. A server answers several in the time of one."""
MANY = 32
"""The same for a server that is known to answer all that it is asked as one batch, on a GPU."""
CAP = 600.0
"""Seconds for all questions of a call, at least; four times as many as for one, if that is more."""
MAX_FAILURES = 3
"""After so many in a row the server is asked no more."""
MAX_WAIT = 10.0
"""Seconds that a server may ask to wait for before a second try."""
VECTORS = 8
"""Texts of one question for vectors: their answer must fit into `MAX_BODY`."""
MAX_KEY = 4096

OWNER = "prediff"
"""Who owns a model that `prediff model serve` lists. It has to know the budget for thoughts, others refuse the word."""
_BATCHING = (OWNER, "vllm")
"""Owners of models whose servers are known: they answer by a schema, many questions at once."""

_FORMATS = ("json_schema", "json_object", "")
"""How an answer is asked to be JSON, the best first; a server that knows none is asked in words alone."""
_REFUSED = (400, 404, 415, 422, 501)
_BUSY = (429, 503)


class HttpEngine:
    """An engine that asks a server. warnings: lines for its user, some of them before anything is sent.

    tokens: how many the server says that it wrote. about: what it says of its model. connected: False once there was no
    server. Raises ModelError where no code may be sent to that address.
    """

    def __init__(
        self,
        settings: ModelSettings,
        concurrent: int | None = None,
        cap: float | None = None,
        max_wait: float = MAX_WAIT,
    ) -> None:
        if not settings.name:
            raise ModelError("set model.name to what the server calls its model")
        self._settings = settings
        self._concurrent = concurrent
        self._cap = max(CAP, 4 * settings.timeout) if cap is None else cap
        self._max_wait = max_wait
        address = find_address(settings.url, settings.remote)
        self.warnings = [address.warning] if address.warning else []
        self._line = Line(address, self._key())
        self._format = 0
        self._settled = False
        self._failures = 0
        self._given_up = False
        self._names: dict[str, str] = {}
        self._met = False
        self.connected = True
        self.about: dict[str, Any] = {}
        self.tokens = 0

    @property
    def identity(self) -> Identity:
        """Where no revision is pinned the address stands for it: another server may mean another model."""
        of = self._settings
        revision = of.revision or self._line.address.url
        if of.embedding:
            revision += f" {of.embedding}"
        return Identity("http", of.name, revision, of.temperature, of.top_p, of.thinking_tokens, of.seed)

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        """As `Engine` says. Raises ModelError where the server is not there, or is not the one that is configured."""
        if requests and not self._given_up:
            yield from streamed(partial(self._ask_all, requests))
        else:
            yield from ((index, None) for index in range(len(requests)))

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        """As `Engine` says. Raises ModelError also where the server gives no vectors."""
        found: dict[int, Vector] = {}
        if texts:
            for at, vectors in streamed(partial(self._embed_all, texts)):
                found |= dict(enumerate(vectors, at))
        return [found[index] for index in range(len(texts))]

    def meet(self) -> None:
        """Look whether the server is there and has the model. Raises ModelError."""
        for _ in streamed(self._meet_only):
            pass

    def close(self) -> None:
        """Nothing stays open between calls."""

    def _key(self) -> str:
        """The key for the server, never to be shown. Raises ModelError."""
        file = self._settings.key_file
        if not file:
            return ""
        path = os.path.expanduser(file)
        try:
            with open(path, "rb") as stream:
                mode, data = os.fstat(stream.fileno()).st_mode, stream.read(MAX_KEY + 1)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ModelError(f"cannot read model.key_file {file}: {reason}") from None
        key = data.strip()
        if not key or len(data) > MAX_KEY or not all(0x21 <= byte <= 0x7E for byte in key):
            raise ModelError(f"model.key_file {file} holds no key: one word of ASCII is expected")
        if os.name != "nt" and stat.S_IMODE(mode) & 0o077:
            self.warnings.append(f"others can read the key in {file}: chmod 600 it")
        return key.decode("ascii")

    async def _meet_only(self, put: Put[None]) -> None:
        async with self._line.client() as client:
            await self._meet(client)

    async def _meet(self, client: httpx.AsyncClient) -> None:
        """The first contact: the server must be there, and have the model."""
        if self._met:
            return
        try:
            if self._settings.key_file and has_ended(self._settings.url, self._settings.key_file):
                raise FetchError("the one that was started has ended", connected=False)
            reply = await self._line.fetch(client, "/models")
            self._check_allowed(reply)
            unlisted = reply.status in (404, 405, 501)  # not every server lists its models
            if reply.status != 200 and not unlisted:
                raise FetchError(f"it says {reply.status}")
            names = {} if unlisted else names_of(reply.data())
        except FetchError as error:
            self.connected = error.connected
            raise ModelError(self._absent(error)) from None
        for name in (self._settings.name, self._settings.embedding):
            if name and names:
                self._names[name] = self._listed(name, names)
        self.about = names.get(self._names.get(self._settings.name, ""), {})
        revision = self.about.get("revision")
        if self._settings.revision and isinstance(revision, str) and revision != self._settings.revision:
            raise ModelError(
                f"the server at {self._host} runs revision {line_of(revision, 40)} of {self._settings.name}, not "
                f"{self._settings.revision[:40]}: prediff model up starts the one that is configured"
            )
        self._met = True

    def _absent(self, error: FetchError) -> str:
        if error.connected:
            return f"the server at {self._host} does not answer as a model's server does: {error}"
        return f"no server answers at {self._host} ({error}): prediff model up starts one"

    def _listed(self, name: str, names: dict[str, Any]) -> str:
        """What the server calls a model. Raises ModelError."""
        for spelled in (name, f"{name}:latest"):
            if spelled in names:
                return spelled
        known = ", ".join(line_of(one, 60) for one in list(names)[:5])
        raise ModelError(
            f"the server at {self._host} has no model {name}; it has {known}: set model.name to one of these"
        )

    @property
    def _host(self) -> str:
        return self._line.address.host

    def _check_allowed(self, reply: Reply) -> None:
        if reply.status in (401, 403):
            advice = "another key in model.key_file" if self._settings.key_file else "model.key_file"
            raise ModelError(
                f"the server at {self._host} refuses to answer ({reply.status}): it needs {advice}"
            )

    async def _ask_all(self, requests: Sequence[Request], put: Put[tuple[int, str | None]]) -> None:
        """Put out an answer, or None, for each of the requests."""
        until = time.monotonic() + self._cap
        waiting = deque(range(len(requests)))
        tasks: dict[asyncio.Task[str | None], int] = {}
        async with self._line.client() as client:
            await self._meet(client)
            concurrent, alone = self._width(), not self._settled and not self._is_batching()
            try:
                while (waiting or tasks) and not self._given_up:
                    # The first alone: a server that refuses a format need not do so many times.
                    while waiting and len(tasks) < (1 if alone else concurrent):
                        index = waiting.popleft()
                        tasks[asyncio.create_task(self._ask(client, requests[index]))] = index
                    left = until - time.monotonic()
                    done, _ = await asyncio.wait(tasks, timeout=left, return_when=asyncio.FIRST_COMPLETED)
                    if not done:
                        self._give_up(
                            f"took more than {self._cap:g} seconds for all questions",
                            len(tasks) + len(waiting),
                        )
                    for task in done:
                        alone = False
                        put((tasks.pop(task), task.result()))
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
        for index in (*tasks.values(), *waiting):
            put((index, None))

    def _is_batching(self) -> bool:
        return self.about.get("owned_by") in _BATCHING

    def _width(self) -> int:
        """How many questions are under way at once: those of a large batch would wait too long for a CPU."""
        if self._concurrent is not None:
            return self._concurrent
        return MANY if self._is_batching() and self.about.get("device") != "cpu" else CONCURRENT

    async def _ask(self, client: httpx.AsyncClient, request: Request) -> str | None:
        """The answer to one question; None where there is none. Three failures in a row, and the server is given up."""
        try:
            reply = await self._replied(client, request)
            answer, tokens = ("", 0) if reply is None else answer_of(reply.data())
            self.tokens += tokens
        except FetchError as error:
            self._failures += 1
            if self._failures >= MAX_FAILURES:
                self._give_up(f"failed {self._failures} times in a row ({error})")
            return None
        self._failures = 0
        return answer

    def _give_up(self, why: str, questions: int = 0) -> None:
        if not self._given_up:
            rest = f"; {questions} have no answer" if questions else ", and is asked no more"
            self.warnings.append(f"the model's server at {self._host} {why}{rest}")
        self._given_up = True

    async def _replied(self, client: httpx.AsyncClient, request: Request) -> Reply | None:
        """What the server says to one question; None where it refuses just that one. Raises FetchError, ModelError."""
        until = time.monotonic() + self._settings.timeout
        reply = await self._tried(client, self._payload(request, self._format), until)
        tried = self._format
        while reply.status in _REFUSED and not self._settled and tried + 1 < len(_FORMATS):
            tried += 1
            reply = await self._tried(client, self._payload(request, tried), until)
        if reply.status == 200:
            if tried != self._format:
                told = f"takes no {_FORMATS[self._format]}"
                self.warnings.append(
                    f"the model's server at {self._host} {told}: its answers are only checked"
                )
            self._format, self._settled = tried, True
            return reply
        if reply.status in (400, 413, 422) and self._settled:
            return None
        said = reply.complaint()
        raise FetchError(f"it says {reply.status}{f': {said}' if said else ''}")

    async def _tried(self, client: httpx.AsyncClient, payload: Any, until: float) -> Reply:
        """One try, and a second where the server is busy."""
        path = "/chat/completions"
        reply = await self._line.fetch(client, path, payload, max(0.0, until - time.monotonic()))
        if reply.status in _BUSY:
            wait = min(1.0 if reply.wait is None else reply.wait, self._max_wait)
            await asyncio.sleep(max(0.0, min(wait, until - time.monotonic())))
            reply = await self._line.fetch(client, path, payload, max(0.0, until - time.monotonic()))
        self._check_allowed(reply)
        return reply

    def _payload(self, request: Request, level: int) -> dict[str, Any]:
        of = self._settings
        schema = {"name": "answer", "strict": True, "schema": request.schema}
        formats: tuple[dict[str, Any], ...] = (
            {"response_format": {"type": "json_schema", "json_schema": schema}},
            {"response_format": {"type": "json_object"}},
            {},
        )
        return {
            "model": self._names.get(of.name, of.name),
            "messages": [
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
            "temperature": of.temperature,
            "top_p": of.top_p,
            "seed": of.seed,
            "max_tokens": request.max_tokens + of.thinking_tokens,
            "stream": False,
            **({"thinking_tokens": of.thinking_tokens} if self.about.get("owned_by") == OWNER else {}),
            **formats[level],
        }

    async def _embed_all(self, texts: Sequence[str], put: Put[tuple[int, list[Vector]]]) -> None:
        """Put out the vectors of a few texts at a time, with the place of the first."""
        async with self._line.client() as client:
            await self._meet(client)
            width = asyncio.Semaphore(self._width())

            async def one(at: int) -> None:
                async with width:
                    put((at, await self._vectors(client, texts[at : at + VECTORS])))

            try:
                async with asyncio.timeout(self._cap), asyncio.TaskGroup() as group:
                    for at in range(0, len(texts), VECTORS):
                        group.create_task(one(at))
            except TimeoutError:
                raise ModelError(
                    f"the server at {self._host} took more than {self._cap:g} seconds for vectors"
                ) from None
            except BaseExceptionGroup as errors:
                raise errors.exceptions[0] from None

    async def _vectors(self, client: httpx.AsyncClient, texts: Sequence[str]) -> list[Vector]:
        of = self._settings
        name = of.embedding or of.name
        payload = {"model": self._names.get(name, name), "input": list(texts), "encoding_format": "float"}
        try:
            reply = await self._line.fetch(client, "/embeddings", payload, of.timeout)
            self._check_allowed(reply)
            if reply.status != 200:
                said = reply.complaint()
                raise FetchError(f"it says {reply.status}{f': {said}' if said else ''}")
            return vectors_of(reply.data(), len(texts))
        except FetchError as error:
            raise ModelError(f"the server at {self._host} gives no vectors: {error}") from None
