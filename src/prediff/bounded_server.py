"""The HTTP server beneath `prediff web` and `prediff model serve`: so many connections at once, and no more."""

from __future__ import annotations

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any


class BoundedServer(ThreadingHTTPServer):
    """Listens at an address; a connection beyond the limit is closed at once. Raises OSError where it cannot listen."""

    daemon_threads = True
    allow_reuse_address = os.name != "nt"  # there it would let another program take the port

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], connections: int
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._open = threading.Semaphore(connections)
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without asking the network for our own name, as the class in between does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._open.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._open.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever connects must not fill the terminal."""
