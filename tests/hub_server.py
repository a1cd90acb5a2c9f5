"""A hub on this machine: enough of the Hugging Face hub's interface for its library to look at models and get them."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass(frozen=True, slots=True)
class Model:
    """A model of the hub: its files by their names, and what its card says."""

    files: Mapping[str, bytes]
    card: Mapping[str, Any] = field(default_factory=dict)
    commit: str = COMMIT
    gated: bool = False


class Hub:
    """Serves models by their ids. asked: the paths that were asked for."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self.models = models
        self.asked: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def __enter__(self) -> Hub:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    def fetched(self) -> set[str]:
        """The names of the files that were fetched."""
        return {
            found[1] for path in self.asked if (found := re.fullmatch(r"GET .*/resolve/[^/]+/(.*)", path))
        }


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(f"{self.command} {path}")
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+)/?)?", path):
            self._about(*found.groups())
        elif found := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            self._file(*found.groups())
        else:
            self._say(404, {"error": "not here"})

    def _about(self, name: str, kind: str | None, revision: str | None) -> None:
        model = self.hub.models.get(name)
        if model is None:
            self._say(401, {"error": "Repository not found"}, X_Error_Code="RepoNotFound")
        elif model.gated:
            self._say(403, {"error": "Access is restricted"}, X_Error_Code="GatedRepo")
        elif revision not in (None, "main", model.commit):
            self._say(404, {"error": "Invalid rev id"}, X_Error_Code="RevisionNotFound")
        elif kind == "tree":
            self._say(200, [self._row(path, data) for path, data in model.files.items()])
        else:
            files = [{"rfilename": path, "size": len(data)} for path, data in model.files.items()]
            tags = [f"license:{model.card['license']}"] if "license" in model.card else []
            about = {
                "id": name,
                "sha": model.commit,
                "siblings": files,
                "tags": tags,
                "cardData": dict(model.card),
            }
            self._say(200, about)

    def _row(self, path: str, data: bytes) -> dict[str, Any]:
        digest = hashlib.sha1(data).hexdigest()
        return {"type": "file", "path": path, "size": len(data), "oid": digest}

    def _file(self, name: str, revision: str, path: str) -> None:
        model = self.hub.models[name]
        data = model.files.get(path)
        if data is None:
            self._say(404, {"error": "Entry not found"}, X_Error_Code="EntryNotFound")
            return
        digest = hashlib.sha1(data).hexdigest()
        self._send(200, data, "application/octet-stream", ETag=f'"{digest}"', X_Repo_Commit=model.commit)

    def _say(self, status: int, content: Any, **headers: str) -> None:
        self._send(status, json.dumps(content).encode(), "application/json", **headers)

    def _send(self, status: int, data: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for key, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        pass
