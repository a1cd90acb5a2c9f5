"""Asking the server. Whatever goes wrong, the answer is None, and the command does its work itself."""

from __future__ import annotations

import os

from prediff.server import wire

TYPE_CHECKING = False  # see prediff/__init__.py
if TYPE_CHECKING:
    from _socket import socket
    from typing import Any

GREETING_LIMIT = 0.5
ANSWER_LIMIT = 15.0
"""Seconds without a byte after which the server is given up. Its own limit for a request is shorter."""

OFF = "PREDIFF_SERVER"
"""Set to `off` in the environment, no command asks a server."""


def base() -> str | None:
    """The path of the server's files without their ending; None where none can be there."""
    if os.environ.get(OFF) == "off":
        return None
    folder = wire.folder()
    return os.path.join(folder, wire.base_name()) if wire.is_own(folder) else None


def is_there(base: str) -> bool:
    """Whether there may be a server: the cheap question that each command starts with."""
    path = wire.socket_path(base)
    return os.path.exists(base + ".port" if path is None else path)


def ask(base: str, what: str, request: Any = None) -> Any:
    """The server's answer to one request, or None where it gives none.

    what: answer, status or stop. request: data for `wire.encode`, what `answer` is asked.
    """
    try:
        connection, token = wire.connect(base, GREETING_LIMIT)
        try:
            return _ask(connection, token, what, request)
        finally:
            connection.close()
    except (OSError, ValueError, KeyError, TypeError, wire.WireError):
        return None


def _ask(connection: socket, token: bytes, what: str, request: Any) -> Any:
    nonce = os.urandom(16).hex()
    wire.send(connection, {"nonce": nonce, "who": wire.identity()})
    hello = wire.receive(connection)
    if hello["proof"] != wire.proof(token, "server", nonce).encode():
        raise wire.WireError("not the server that wrote the token")
    if what == "answer" and not hello["ok"]:
        return None
    wire.send(connection, {"do": what, "proof": wire.proof(token, "client", wire.text(hello["nonce"]))})
    if what == "answer":
        connection.settimeout(ANSWER_LIMIT)
        wire.send(connection, request)
    return wire.receive(connection, wire.MAX_MESSAGE)
