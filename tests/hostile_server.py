"""A server on this machine that behaves as it is told: well, or as no server should."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeAlias

SUMMARY = '{"summary": "adds two numbers"}'


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came. headers: their names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


Behaviour: TypeAlias = Callable[[Asked], Iterable[bytes]]
"""Pieces of an answer, each sent when it is given; the connection is closed after the last."""


def answer(body: bytes | str, status: int = 200, kind: str = "application/json", **headers: str) -> bytes:
    """An honest answer. headers: further ones, with `_` for `-`."""
    data = body.encode() if isinstance(body, str) else body
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = (
        f"HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n"
    )
    return f"{head}{more}\r\n".encode() + data


def chat(content: Any = SUMMARY, **more: Any) -> bytes:
    """The body of an answer of a model."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return json.dumps({"choices": [choice], "usage": {"completion_tokens": 7}, **more}).encode()


def models(*names: str, **more: Any) -> bytes:
    return answer(json.dumps({"object": "list", "data": [{"id": name, **more} for name in names]}))


def says(*pieces: bytes) -> Behaviour:
    return lambda asked: pieces


class HostileServer:
    """Listens on a port of its own. chat, embeddings, models: what it does where it is asked for these, which may be
    changed at any time.
    """

    def __init__(self, chat: Behaviour | None = None, address: str = "127.0.0.1", port: int = 0) -> None:
        self.chat = chat or says(answer(globals()["chat"]()))
        self.embeddings: Behaviour = says(answer("{}", 404))
        self.models: Behaviour = says(models("tiny"))
        self.asked: list[Asked] = []
        self.busy = self.most_busy = 0
        self.stopped = threading.Event()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://{f'[{address}]' if ':' in address else address}:{self.port}/v1"
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> HostileServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def chats(self) -> list[Asked]:
        return [one for one in self.asked if one.path == "/v1/chat/completions"]

    def wait(self, seconds: float) -> None:
        """Do nothing for a while, but end with the server."""
        self.stopped.wait(seconds)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ValueError):
            asked = _read(connection)
            if asked is None:
                return
            with self._lock:
                self.asked.append(asked)
                self.busy += 1
                self.most_busy = max(self.busy, self.most_busy)
            try:
                for piece in self._behaviour(asked)(asked):
                    connection.sendall(piece)
            finally:
                with self._lock:
                    self.busy -= 1

    def _behaviour(self, asked: Asked) -> Behaviour:
        places = {
            "/v1/models": self.models,
            "/v1/chat/completions": self.chat,
            "/v1/embeddings": self.embeddings,
        }
        return places.get(asked.path, says(answer("{}", 404)))


def _read(connection: socket.socket) -> Asked | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, path, _ = first.split(" ")
    return Asked(method, path, headers, body)


def slowly(data: bytes, pause: float) -> Iterator[bytes]:
    """One byte at a time."""
    for at in range(len(data)):
        yield data[at : at + 1]
        time.sleep(pause)


@dataclass(frozen=True, slots=True)
class Bad:
    """A way to misbehave where an answer of a model is asked for. slow: whether only a limit of time ends it."""

    name: str
    do: Behaviour
    slow: bool = field(default=False, kw_only=True)


def _stall(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"
    time.sleep(20)


def _silent(asked: Asked) -> Iterator[bytes]:
    time.sleep(20)
    yield b""


def _endless_header(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for _ in range(20_000):
        yield b"X-More: " + b"x" * 1000 + b"\r\n"


def _endless_chunks(asked: Asked) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _ in range(200):
        yield b"10000\r\n" + b" " * 65536 + b"\r\n"


def _packed(asked: Asked) -> Iterator[bytes]:
    import gzip

    yield answer(gzip.compress(b" " * (64 << 20)), Content_Encoding="gzip")


_WHOLE = answer(chat())

BAD = (
    Bad("closes at once", says()),
    Bad("closes early", says(_WHOLE[:-10])),
    Bad("truncated JSON", says(answer(chat()[:-9]))),
    Bad("no HTTP", says(b"\x00\xff nonsense\r\n\r\n")),
    Bad("says it is shorter", says(_WHOLE.replace(b"Content-Length: ", b"Content-Length: 1\r\nX-Old: "))),
    Bad("says it is longer", says(_WHOLE.replace(b"Content-Length: ", b"Content-Length: 9"))),
    Bad("says a length that is none", says(_WHOLE.replace(b"Content-Length: ", b"Content-Length: -"))),
    Bad("10 MB", says(answer(chat("x" * 10_000_000)))),
    Bad("10 MB that it does not tell", _endless_chunks),
    Bad("64 MB packed into a few", _packed),
    Bad("headers without end", _endless_header),
    Bad("stalls", _stall, slow=True),
    Bad("says nothing", _silent, slow=True),
    Bad("drips", lambda asked: slowly(_WHOLE, 0.2), slow=True),
    Bad("unclosed thought", says(answer(chat("<think> I wonder whether " + SUMMARY)))),
    Bad("error", says(answer('{"error": {"message": "out of \\u001b[31m memory"}}', 500))),
    Bad("error as a list", says(answer('["out of memory"]', 500))),
    Bad("error as a word", says(answer('"out of memory"', 500))),
    Bad("error page", says(answer("<html>", 502, "text/html"))),
    Bad("page", says(answer("<html>", 200, "text/html"))),
    Bad("JSON as text", says(answer(chat(), 200, "text/plain"))),
    Bad("moved", says(answer("", 302, Location="http://127.0.0.2:1/"))),
    Bad("nothing", says(answer(""))),
    Bad("deep", says(answer("[" * 200_000))),
    Bad("deep objects", says(answer('{"a":' * 100_000))),
    Bad("long number", says(answer("9" * 500_000))),
    Bad("no UTF-8", says(answer(b'{"choices": "\xff"}'))),
    Bad("a list", says(answer("[1]"))),
    Bad("null", says(answer("null"))),
    Bad("no choices", says(answer('{"choices": []}'))),
    Bad("choices of another form", says(answer('{"choices": {"0": 1}}'))),
    Bad("a message of another form", says(answer('{"choices": [{"message": ["content"]}]}'))),
    Bad("content of another form", says(answer(chat({"summary": "x"})))),
    Bad("no content", says(answer(chat(None)))),
    Bad("empty content", says(answer(chat(" \n ")))),
)
