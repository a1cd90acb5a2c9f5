"""The server of the page: a thread for each request, and all work in processes (`comparing`).

| request | answered to |
|---|---|
| `GET /?token=TOKEN` | who knows the token: the page |
| `POST /api/compare` | the page's script, which sends the token: lines of JSON, the last with the result |
| `GET /api/result/NAME` | the same: what stands beside the page of the result that was asked for last |
| `GET /result/NAME/`, `/result/NAME/pair/N` | who knows the name of a result (`results`): its pages |
"""

from __future__ import annotations

import json
import re
import select
import socket
import threading
import time
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prediff.bounded_server import BoundedServer
from prediff.errors import PrediffError
from prediff.reports.escaping import printable
from prediff.web.comparing import Comparer
from prediff.web.guard import TOKEN_HEADER, Guard, is_from_page, is_navigation
from prediff.web.messages import MAX_BODY, parsed
from prediff.web.page import Page, message_html
from prediff.workers import Unwanted

READ_LIMIT = 20.0
"""Seconds for the head of a request, and for a piece of its body."""
BODY_LIMIT = 120.0
"""Seconds for the whole of it."""
MAX_CONNECTIONS = 32
TELL = 0.2
"""Seconds between two lines on how far a comparison is."""

_RESULT = re.compile(r"/result/([\w-]{1,64})/(?:pair/(\d{1,6}))?")
_ABOUT = re.compile(r"/api/result/([\w-]{1,64})")
_ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Beside its own policy. A page in a sandbox has no origin: even a script that got into it could ask nothing of us.
_IN_A_BOX = "sandbox allow-scripts; frame-ancestors 'self'"
_NO_RESULT = "This result is gone: compare again."


class Server(BoundedServer):
    """Listens at an address. Raises OSError where it cannot."""

    block_on_close = False
    head_limit = READ_LIMIT

    def __init__(self, address: tuple[str, int], guard: Guard, comparer: Comparer, page: Page) -> None:
        self.guard, self.comparer, self.page = guard, comparer, page
        super().__init__(address, Handler, MAX_CONNECTIONS)


class _Refused(Exception):
    """A request that is not answered, with its status and the words for it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class Handler(BaseHTTPRequestHandler):
    """One request; the connection is closed after it."""

    server: Server
    server_version, sys_version = "prediff", ""
    timeout = READ_LIMIT

    def setup(self) -> None:
        super().setup()
        # Whoever sends a byte now and then must not keep others out.
        self._late = threading.Timer(self.server.head_limit, self._hang_up)
        self._late.daemon = True
        self._late.start()

    def finish(self) -> None:
        self._late.cancel()
        super().finish()

    def _hang_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, work: Any) -> None:
        self._late.cancel()
        with suppress(OSError, Unwanted):
            try:
                if words := self.server.guard.refusal(self.headers):
                    raise _Refused(HTTPStatus.FORBIDDEN, words)
                work()
            except _Refused as refused:
                self.send_error(refused.status, refused.words)

    def _get(self) -> None:
        path, query = self._target()
        if path == "/":
            if not self.server.guard.knows(query.get("token", [""])[0]) or not is_navigation(self.headers):
                raise _Refused(HTTPStatus.FORBIDDEN, "Open the address that prediff printed in its terminal.")
            page = self.server.page
            self._send(HTTPStatus.OK, "text/html", page.html.encode(), page.policy)
        elif found := _RESULT.fullmatch(path):
            self._result(*found.groups())
        elif found := _ABOUT.fullmatch(path):
            self._check_page()
            result = self.server.comparer.results.get(found[1])
            if result is None:
                raise _Refused(HTTPStatus.NOT_FOUND, _NO_RESULT)
            self._send(HTTPStatus.OK, "application/json", _line(result.shown))
        else:
            raise _Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")

    def _post(self) -> None:
        path, _ = self._target()
        if path != "/api/compare":
            raise _Refused(HTTPStatus.NOT_FOUND, "There is nothing here.")
        self._check_page()
        body = self._body()
        self._head(HTTPStatus.OK, "application/x-ndjson", _NOTHING)
        self.end_headers()
        self._say(self._compared(body))

    def _compared(self, body: bytes) -> dict[str, Any]:
        try:
            return {"result": self.server.comparer.compare(parsed(body), self._teller(), self._is_gone)}
        except PrediffError as error:
            return {"error": printable(str(error), keep="")}
        except (OSError, Unwanted):
            raise
        except Exception as error:
            return {"error": printable(f"internal error: {type(error).__name__}: {error}", keep="")}

    def _teller(self) -> Any:
        last = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= TELL:
                last = time.monotonic()
                self._say({"done": done, "total": total})

        return tell

    def _result(self, name: str, number: str | None) -> None:
        result = self.server.comparer.results.get(name)
        own_script = self.headers.get("Sec-Fetch-Dest") == "empty" and is_from_page(self.headers)
        if not (is_navigation(self.headers) or own_script):
            raise _Refused(HTTPStatus.FORBIDDEN, "There is nothing here.")
        try:
            if result is None:
                raise _Refused(HTTPStatus.NOT_FOUND, _NO_RESULT)
            if number is None:
                result.shown = result.about
                page = result.index
            else:
                page = self.server.comparer.page(result, int(number), self._is_gone)
        except IndexError:
            raise _Refused(HTTPStatus.NOT_FOUND, "There is nothing here.") from None
        except PrediffError as error:
            self._send(HTTPStatus.OK, "text/html", *message_html(str(error)))
            return
        self._send(HTTPStatus.OK, "text/html", page.encode("ascii"), _IN_A_BOX)

    def _check_page(self) -> None:
        """Refuse what is not from our page."""
        if not self.server.guard.knows(self.headers.get(TOKEN_HEADER)):
            raise _Refused(HTTPStatus.FORBIDDEN, "Open the address that prediff printed in its terminal.")
        if not is_from_page(self.headers):
            raise _Refused(HTTPStatus.FORBIDDEN, "another page asked")

    def _target(self) -> tuple[str, dict[str, list[str]]]:
        try:
            found = urlsplit(self.path)
            return found.path, parse_qs(found.query, max_num_fields=4)
        except ValueError:
            raise _Refused(HTTPStatus.BAD_REQUEST, "This is no address.") from None

    def _body(self) -> bytes:
        lengths = self.headers.get_all("Content-Length") or []
        if (
            len(lengths) != 1
            or not re.fullmatch(r"\d{1,12}", lengths[0])
            or "Transfer-Encoding" in self.headers
        ):
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "How long is it?")
        size = int(lengths[0])
        if size > MAX_BODY:
            words = f"This is {size >> 20} MiB, over the {MAX_BODY >> 20} MiB that the page takes."
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words)
        end = time.monotonic() + BODY_LIMIT
        pieces = []
        while size:
            piece = self.rfile.read1(min(size, 1 << 20))
            if not piece or time.monotonic() > end:
                raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "It took too long to arrive.")
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _is_gone(self) -> bool:
        """Whether nobody waits for the answer any more."""
        try:
            ready, _, _ = select.select([self.connection], [], [], 0)
            return bool(ready) and not self.connection.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True

    def _say(self, what: dict[str, Any]) -> None:
        self.wfile.write(_line(what))

    def _head(self, status: HTTPStatus, kind: str, policy: str) -> None:
        self.send_response(status)
        text = kind.startswith("text/")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Security-Policy", policy)
        for name, value in _ALWAYS.items():
            self.send_header(name, value)

    def _send(self, status: HTTPStatus, kind: str, data: bytes, policy: str = _NOTHING) -> None:
        self._head(status, kind, policy)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """One sentence: for a person as a page, for our script as JSON."""
        status, words = HTTPStatus(code), message or HTTPStatus(code).phrase
        self.close_connection = True
        if not hasattr(self, "headers") or self.path.startswith("/api/"):
            self._send(status, "application/json", _line({"error": words}))
        else:
            self._send(status, "text/html", *message_html(words))

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: addresses hold the token and the names of results."""


def _line(what: dict[str, Any]) -> bytes:
    return json.dumps(what).encode() + b"\n"
