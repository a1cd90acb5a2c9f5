"""A `prediff web` of its own, and a client that speaks to it as the page does, or as nobody should."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CHOICES = {
    "language": "",
    "level": "safe",
    "view": "aligned",
    "show": [],
    "assume": [],
    "refuse": [],
    "implementations": False,
    "words": "",
}
HEADER = "X-Prediff-Token"


@dataclass(slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def last(self) -> Any:
        """The last line of JSON."""
        return json.loads(self.body.splitlines()[-1])


@dataclass(slots=True)
class Web:
    """A server that runs in `folder`, with a home of its own."""

    folder: Path
    arguments: Sequence[str] = ()
    process: subprocess.Popen[str] = field(init=False)
    address: str = field(init=False)
    port: int = field(init=False)
    token: str = field(init=False)

    def __post_init__(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_") and k != "DISPLAY"}
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "prediff", "web", "--port", "0", *self.arguments],
            cwd=self.folder,
            env={**kept, "HOME": str(home), "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        found = re.fullmatch(r"http://(?:127\.0\.0\.1|\[::1\]):(\d+)/\?token=([\w-]{43})", self.address)
        assert found, (self.address, self.process.poll())
        self.port, self.token = int(found[1]), found[2]

    def stop(self) -> tuple[int, str]:
        """End it as Ctrl-C does; its exit code and what it said on standard error."""
        import signal

        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=60)
        return self.process.returncode, said

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
        token: bool = True,
    ) -> Answer:
        """One request. headers: further ones; None for one that is left out."""
        sent: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
        if token:
            sent = {HEADER: self.token, **sent}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None and "Content-Length" not in sent:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            found = connection.getresponse()
            return Answer(found.status, dict(found.getheaders()), found.read())
        finally:
            connection.close()

    def compare(self, *sides: tuple[dict[str, Any], bytes], **choices: Any) -> Any:
        """The last line of the answer to a comparison."""
        return self.ask("POST", "/api/compare", body(*sides, **choices)).last

    def page(self, result: Any, path: str = "") -> str:
        """A page of a result; asked for as a browser asks for what is in a frame."""
        found = self.ask("GET", f"/result/{result['name']}/{path}", token=False)
        assert found.status == 200, found.body
        return found.body.decode("ascii")

    def processes(self) -> list[int]:
        """The processes that it works in. Each thread has a list of those that it started."""
        lists = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found = {int(pid) for one in lists for pid in _read(one).split()}
        return sorted(pid for pid in found if b"spawn_main" in _read(Path(f"/proc/{pid}/cmdline")))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def text(content: str | bytes, name: str = "", kind: str = "text") -> tuple[dict[str, Any], bytes]:
    data = content.encode() if isinstance(content, str) else content
    return {"kind": kind, "name": name, "size": len(data)}, data


def folder(name: str, files: Mapping[str, str | bytes]) -> tuple[dict[str, Any], bytes]:
    data = {path: c.encode() if isinstance(c, str) else c for path, c in files.items()}
    listed = [[path, len(content)] for path, content in data.items()]
    return {"kind": "folder", "name": name, "files": listed}, b"".join(data.values())


def given(side: str) -> tuple[dict[str, Any], bytes]:
    return {"kind": "given", "side": side}, b""


def body(*sides: tuple[dict[str, Any], bytes], **choices: Any) -> bytes:
    return framed(
        {"choices": {**CHOICES, **choices}, "sides": [words for words, _ in sides]}, *[d for _, d in sides]
    )


def framed(head: Any, *contents: bytes) -> bytes:
    data = head if isinstance(head, bytes) else json.dumps(head).encode()
    return len(data).to_bytes(4, "big") + data + b"".join(contents)


def until(done: Any, limit: float = 60.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.1)
    return bool(done())
