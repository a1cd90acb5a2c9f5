"""Asking a server over HTTP that may stall, lie or send without end: each answer has a limit of time and of size."""

from __future__ import annotations

import asyncio
import json
import queue
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from dataclasses import field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from prediff.lean_dataclasses import dataclass
from prediff.models.http.address import Address
from prediff.models.wording import line_of

if TYPE_CHECKING:
    import httpx

MAX_BODY = 1 << 20
"""Bytes of an answer; a longer one is dropped when so many came."""
CONNECT_SECONDS = 10.0
_WAIT = 0.5
_JOIN = 5.0

Result = TypeVar("Result")
Put: TypeAlias = Callable[[Result], None]


class FetchError(Exception):
    """An answer that did not come whole, and why in a few words. connected: whether a server was there at all."""

    def __init__(self, reason: str, connected: bool = True) -> None:
        super().__init__(reason)
        self.connected = connected


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. kind: of its content. wait: seconds until the next try that the server asks for, if it does."""

    status: int
    kind: str
    body: bytes
    wait: float | None = None

    def data(self) -> Any:
        """The JSON of the body. Raises FetchError."""
        if self.kind != "application/json":
            raise FetchError("an answer that is no JSON")
        try:
            return json.loads(self.body.decode())
        except (ValueError, RecursionError):
            raise FetchError("an answer that is no JSON") from None

    def complaint(self) -> str:
        """What the server says of an error, in one harmless line; "" for nothing."""
        with suppress(FetchError, KeyError, TypeError):
            said = self.data()["error"]
            said = said["message"] if isinstance(said, dict) else said
            return line_of(said) if isinstance(said, str) else ""
        return ""


@dataclass(slots=True)
class Line:
    """Connections to one server. key: the word that it asks for, "" for none."""

    address: Address
    key: str = field(default="", repr=False)
    _at: str = ""

    def client(self) -> httpx.AsyncClient:
        """It follows no redirect, keeps no cookie, and heeds proxies for other machines only."""
        import httpx

        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "prediff"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        return httpx.AsyncClient(
            headers=headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            trust_env=not self.address.local,
            follow_redirects=False,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
        )

    async def fetch(
        self, client: httpx.AsyncClient, path: str, payload: Any = None, seconds: float = CONNECT_SECONDS
    ) -> Reply:
        """The answer to a GET or, with a payload, a POST. Raises FetchError, also where it takes longer."""
        try:
            async with asyncio.timeout(seconds):
                return await self._fetch(client, path, payload)
        except TimeoutError:
            raise FetchError(f"no whole answer in {max(1, round(seconds))} s") from None

    async def _fetch(self, client: httpx.AsyncClient, path: str, payload: Any) -> Reply:
        """At an address of this machine that was looked up before, else as the system looks it up."""
        places = (self._at,) if self._at else self.address.local or ("",)
        for place in places[:-1]:
            try:
                reply = await self._fetch_at(client, place, path, payload)
            except FetchError as error:
                if error.connected:
                    raise
            else:
                self._at = place
                return reply
        reply = await self._fetch_at(client, places[-1], path, payload)
        self._at = places[-1]
        return reply

    async def _fetch_at(self, client: httpx.AsyncClient, place: str, path: str, payload: Any) -> Reply:
        import httpx

        url = httpx.URL(self.address.url + path)
        headers, extensions = {}, {}
        if place and place != url.host:
            headers, extensions = {"Host": self.address.host}, {"sni_hostname": url.host}
            url = url.copy_with(host=place)
        method = "GET" if payload is None else "POST"
        try:
            request = client.build_request(method, url, headers=headers, json=payload, extensions=extensions)
            response = await client.send(request, stream=True)
            try:
                return await _read(response)
            finally:
                await response.aclose()
        except httpx.ConnectError as error:
            raise FetchError(_unconnected(error), connected=False) from None
        except httpx.TimeoutException:
            raise FetchError("no connection in time", connected=False) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError):
            raise FetchError("a broken answer") from None


def _unconnected(error: Exception) -> str:
    """Why there is no connection; a certificate that is not valid is told."""
    said = line_of(str(error))
    return said if "certificate" in said.lower() or "SSL" in said else "no connection"


async def _read(response: httpx.Response) -> Reply:
    if response.headers.get("content-encoding", "identity") != "identity":
        raise FetchError("an answer that is packed")
    length = response.headers.get("content-length", "")
    if length.isdigit() and (len(length) > 12 or int(length) > MAX_BODY):
        raise FetchError(f"an answer of more than {MAX_BODY >> 20} MiB")
    pieces, size = [], 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > MAX_BODY:
            raise FetchError(f"an answer of more than {MAX_BODY >> 20} MiB")
        pieces.append(piece)
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    wait = response.headers.get("retry-after", "")
    return Reply(
        response.status_code,
        kind,
        b"".join(pieces),
        float(wait) if wait.isascii() and wait.isdigit() and len(wait) < 6 else None,
    )


@dataclass(slots=True)
class _Running:
    """What a thread works on. error: what ended it early."""

    loop: asyncio.AbstractEventLoop | None = None
    task: asyncio.Task[None] | None = None
    error: BaseException | None = None
    stopped: bool = False


_END = object()


def streamed(work: Callable[[Put[Result]], Coroutine[Any, Any, None]]) -> Iterator[Result]:
    """What asynchronous work puts out, as it comes. Raises what it raises.

    It runs in a thread with a loop of its own, since the caller may have one; it ends when the iterator is closed, or
    Ctrl-C is pressed.
    """
    results: queue.SimpleQueue[Any] = queue.SimpleQueue()
    running = _Running()
    thread = threading.Thread(target=_run, args=(work, results.put, running), daemon=True)
    thread.start()
    try:
        while True:
            try:
                found = results.get(
                    timeout=_WAIT
                )  # in pieces: where a wait has no end, Windows hears no Ctrl-C
            except queue.Empty:
                continue
            if found is _END:
                break
            yield found
    finally:
        running.stopped = True
        if running.loop is not None and running.task is not None:
            with suppress(RuntimeError):  # it has ended already
                running.loop.call_soon_threadsafe(running.task.cancel)
        thread.join(_JOIN)
    if running.error is not None:
        raise running.error


def _run(
    work: Callable[[Put[Result]], Coroutine[Any, Any, None]], put: Callable[[Any], None], running: _Running
) -> None:
    async def watched() -> None:
        running.loop, running.task = asyncio.get_running_loop(), asyncio.current_task()
        if not running.stopped:
            await work(put)

    try:
        with asyncio.Runner() as runner:
            runner.run(watched())
    except asyncio.CancelledError:
        pass
    except BaseException as error:
        running.error = error
    finally:
        put(_END)
