"""A real git for the tests, which nothing of the machine's own configuration steers."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLD = "def area(w, h):\n    result = w * h\n    return print(result) or result\n"
RESTYLED = OLD.replace("result", "product").replace("w * h", "(w*h)")
FIXED = OLD.replace("w * h", "w + h")
"""The same in logic, and not."""


@dataclass(frozen=True, slots=True)
class Git:
    """git in a folder, with a configuration and a user of its own."""

    folder: Path

    def __call__(self, *arguments: str, data: bytes = b"", **env: str) -> bytes:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        own = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        command = ["git", "-c", "user.name=n", "-c", "user.email=e", "-c", "core.autocrlf=false", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env={**kept, **own, **env}, input=data, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def commit(self) -> str:
        self("add", "-A", "-f", ".")
        self("commit", "-q", "--allow-empty", "-m", "one")
        return self("rev-parse", "HEAD").decode().strip()

    def apply(self, *patches: bytes) -> None:
        for patch in patches:
            self("apply", "--whitespace=nowarn", "-", data=patch)
