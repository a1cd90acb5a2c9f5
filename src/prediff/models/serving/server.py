"""A model of this process behind HTTP, as OpenAI's interface has it: what `prediff model serve` does without vLLM.

It is for programs of the user on this machine: it listens on loopback, each request has to bring a token, and other
names, which a web page may have turned to this machine, are refused. Nothing of a question is logged.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from hmac import compare_digest
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_address
from secrets import token_hex
from typing import Any

from prediff.bounded_server import BoundedServer
from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.http.address import is_loopback
from prediff.models.http.engine import OWNER
from prediff.models.protocols import Engine, Request
from prediff.models.serving.batching import Batcher

MAX_BODY = 1 << 20
MAX_CONNECTIONS = 64
READ_SECONDS = 20.0
"""In which a request has to be there as a whole."""
ANSWER_SECONDS = 900.0
MAX_TOKENS = 4096
MAX_TEXTS = 256
STOP_SECONDS = 3.0
"""For what is under way when the server is told to stop."""

log = logging.getLogger("prediff.model")


class Refused(Exception):
    """A request that is not answered: the status, and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True, slots=True)
class Card:
    """What a server tells of its model. vectors: the name of another one, for vectors. more: device, dtype and such."""

    name: str
    revision: str
    vectors: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


class ModelServer:
    """A server for one engine. host: an IP address; port: 0 for any that is free.

    token: what each request has to bring. Raises ModelError where the port is taken.
    """

    def __init__(self, engine: Engine, card: Card, host: str = "127.0.0.1", port: int = 0) -> None:
        self.token = token_hex(32)
        self.card = card
        self.engine = engine
        self.started = int(time.time())
        try:
            self._http = _Http((host, port), self)
        except (OSError, OverflowError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise ModelError(f"cannot listen at {host}, port {port}: {reason}") from None
        self.port = int(self._http.server_address[1])
        self.url = f"http://{_shown(host)}:{self.port}/v1"
        self.host = host
        self.batcher = Batcher(engine)

    def serve(self) -> bool:
        """Answer until `stop` is called; whether all that was under way could end."""
        try:
            self._http.serve_forever(poll_interval=0.1)
        finally:
            self._http.server_close()
            ended = self.batcher.close(STOP_SECONDS)
            if ended:
                self.engine.close()
            log.info("ended after %d answers", self.batcher.answered)
        return ended

    def stop(self) -> None:
        """End soon. Safe in a signal handler, and more than once."""
        threading.Thread(target=self._http.shutdown, daemon=True).start()

    def models(self) -> Any:
        about = {"object": "model", "created": self.started, "owned_by": OWNER}
        rows = [{"id": self.card.name, **about, "revision": self.card.revision, **self.card.more}]
        if self.card.vectors:
            rows.append({"id": self.card.vectors, **about})
        return {"object": "list", "data": rows}

    def chat(self, asked: Any) -> Any:
        """The answer to one question. Raises Refused, ModelError."""
        request = self._request(asked)
        before = getattr(self.engine, "generated", 0)
        answer = self.batcher.ask(request).result(ANSWER_SECONDS)
        # What others were answered meanwhile is counted, too: of use where one measures alone.
        tokens = getattr(self.engine, "generated", 0) - before
        choice = {
            "index": 0,
            "message": {"role": "assistant", "content": answer},
            "finish_reason": "stop" if answer else "length",
        }
        return {
            "id": f"chatcmpl-{token_hex(8)}",
            "object": "chat.completion",
            "created": int(time.time()),
            "model": self.card.name,
            "choices": [choice],
            "usage": {"completion_tokens": tokens},
        }

    def embeddings(self, asked: Any) -> Any:
        """Vectors of one text or of several. Raises Refused, ModelError."""
        self._check_model(asked, self.card.vectors or self.card.name)
        given = asked.get("input")
        texts = [given] if isinstance(given, str) else given
        if not isinstance(texts, list) or not 0 < len(texts) <= MAX_TEXTS or not _are_texts(texts):
            raise Refused(400, f"input must be a text or a list of at most {MAX_TEXTS}")
        if asked.get("encoding_format", "float") != "float":
            raise Refused(400, "vectors are given as numbers (encoding_format float)")
        vectors = self.batcher.embed(texts).result(ANSWER_SECONDS)
        rows = [{"object": "embedding", "index": i, "embedding": list(v)} for i, v in enumerate(vectors)]
        return {"object": "list", "model": self.card.name, "data": rows, "usage": {}}

    def _check_model(self, asked: Any, name: str) -> None:
        if not isinstance(asked, dict):
            raise Refused(400, "a JSON object is expected")
        if asked.get("model", name) != name:
            raise Refused(404, f"there is no other model for this than {name}")

    def _request(self, asked: Any) -> Request:
        """The question of a request. Raises Refused."""
        self._check_model(asked, self.card.name)
        if asked.get("stream") or asked.get("n", 1) != 1:
            raise Refused(400, "one answer is given, as a whole")
        identity = self.engine.identity
        for key in ("temperature", "top_p", "seed", "thinking_tokens"):
            served = getattr(identity, key)
            if asked.get(key, served) != served:
                raise Refused(
                    400, f"{key} is {served} here: prediff model up starts a server with your settings"
                )
        most = asked.get("max_tokens", asked.get("max_completion_tokens", 256 + identity.thinking_tokens))
        answer = most - identity.thinking_tokens if type(most) is int else 0
        if not 0 < answer <= MAX_TOKENS:
            raise Refused(
                400, f"max_tokens must be 1 to {MAX_TOKENS} beside {identity.thinking_tokens} of thoughts"
            )
        system, user = _messages(asked.get("messages"))
        return Request(system, user, _schema(asked.get("response_format")), answer)


def _messages(found: Any) -> tuple[str, str]:
    """What the system and what the user says. Raises Refused."""
    if isinstance(found, list) and all(isinstance(one, dict) for one in found):
        roles, said = [one.get("role") for one in found], [one.get("content") for one in found]
        if roles in (["user"], ["system", "user"]) and _are_texts(said):
            return "" if len(said) == 1 else said[0], said[-1]
    raise Refused(400, "messages must be one of the user, perhaps behind one of the system, each a text")


def _schema(found: Any) -> Mapping[str, Any]:
    """The schema that the answer has to follow. Raises Refused."""
    kind = found.get("type") if isinstance(found, dict) else None
    if kind == "json_object":
        return {"type": "object"}
    named = found.get("json_schema") if kind == "json_schema" else None
    schema = named.get("schema") if isinstance(named, dict) else None
    if not isinstance(schema, dict):
        raise Refused(
            400, "answers are JSON: response_format must be a json_schema with its schema, or json_object"
        )
    return schema


def _are_texts(found: Sequence[Any]) -> bool:
    return all(isinstance(one, str) for one in found)


class _Handler(BaseHTTPRequestHandler):
    """One request, and then the connection ends."""

    server: _Http
    timeout = READ_SECONDS

    def setup(self) -> None:
        # One byte after another would never be over the limit of a single read.
        self._late = threading.Timer(READ_SECONDS, self._cut)
        self._late.daemon = True
        self._late.start()
        super().setup()

    def finish(self) -> None:
        self._late.cancel()
        with suppress(OSError):
            super().finish()

    def _cut(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)

    def do_GET(self) -> None:
        model = self.server.model
        self._answer(
            {
                "/health": lambda _: {"status": "ok", "model": model.card.name},
                "/v1/models": lambda _: model.models(),
            }
        )

    def do_POST(self) -> None:
        model = self.server.model
        self._answer({"/v1/chat/completions": model.chat, "/v1/embeddings": model.embeddings})

    def _answer(self, places: Mapping[str, Callable[[Any], Any]]) -> None:
        try:
            self._check()
            if self.path not in places:
                raise Refused(404, "there is nothing here")
            asked = self._body() if self.command == "POST" else None
            self._late.cancel()
            status, content = 200, places[self.path](asked)
        except Refused as error:
            status, content = error.status, _error(str(error))
        except ModelError as error:
            status, content = 500, _error(str(error), "server_error")
        except TimeoutError:
            status, content = 504, _error("no answer in time", "server_error")
        except Exception as error:
            log.exception("a request failed")
            status, content = 500, _error(f"internal error: {type(error).__name__}", "server_error")
        self._say(status, content)

    def _check(self) -> None:
        """That a program of the user asks, and no page of a browser. Raises Refused."""
        model = self.server.model
        names = self.headers.get_all("Host", [])
        if len(names) != 1 or not is_own_name(names[0], model.host, model.port):
            raise Refused(421, "this server goes by another name")
        if "Origin" in self.headers:
            raise Refused(403, "no page of a browser is answered")
        given = self.headers.get("Authorization", "").encode("utf-8", "replace")
        if not compare_digest(given, f"Bearer {model.token}".encode()):
            raise Refused(401, "the token is missing, or is another one")

    def _body(self) -> Any:
        """The JSON that was sent. Raises Refused."""
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "JSON is expected")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or "Transfer-Encoding" in self.headers:
            raise Refused(411, "Content-Length is needed")
        if len(length) > 9 or int(length) > MAX_BODY:
            raise Refused(413, f"more than {MAX_BODY} bytes")
        try:
            data = self.rfile.read(int(length))
        except OSError:
            data = b""
        if len(data) != int(length):
            raise Refused(408, "the request did not come as a whole")
        try:
            return json.loads(data.decode(), parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise Refused(400, "this is no JSON") from None

    def _say(self, status: int, content: Any) -> None:
        data = json.dumps(content).encode()
        with suppress(OSError):  # nobody waits for it any more
            self.send_response(status)
            for name, value in (
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(data))),
                ("Cache-Control", "no-store"),
                ("X-Content-Type-Options", "nosniff"),
            ):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is not understood at all; nothing of it is repeated."""
        self._say(code, _error("not understood"))

    def version_string(self) -> str:
        return "prediff"

    def log_message(self, format: str, *args: Any) -> None:
        """A path may be anything; what is answered is logged where it is done."""


def _no_number(word: str) -> Any:
    raise ValueError(word)


def _error(why: str, kind: str = "invalid_request_error") -> Any:
    return {"error": {"message": why, "type": kind}}


class _Http(BoundedServer):
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], model: ModelServer) -> None:
        self.model = model
        super().__init__(address, _Handler, MAX_CONNECTIONS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.info("a connection ended early")


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def is_own_name(asked: str, host: str, port: int) -> bool:
    """Whether a request that names a host means a server that listens at `host`.

    One that listens at all addresses goes by any of them. A name is never an answer: whoever owns it may have turned it
    to this machine, so that a page of theirs seems to be of the server's own origin.
    """
    name, _, after = asked.lower().rpartition(":")
    if after != str(port):
        return False
    if name == _shown(host) or (name == "localhost" and is_loopback(host)):
        return True
    return host in ("0.0.0.0", "::") and _is_address(name.removeprefix("[").removesuffix("]"))


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
