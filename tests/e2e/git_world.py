"""A git repository, a home and programs on PATH of a test's own, with the real git and the real command."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

TIME_LIMIT = 300

RECORDER = '''\
#!{python}
"""A viewer that notes what it is called with and what it finds there."""
import json, os, sys

def found(path):
    if os.path.isdir(path):
        names = [os.path.join(at, f) for at, _, files in os.walk(path) for f in files]
        return {{os.path.relpath(name, path): found(name) for name in names}}
    with open(path, "rb") as file:
        link = os.path.islink(path)
        return {{"text": file.read().decode("latin-1"), "mode": os.stat(path).st_mode & 0o777, "link": link}}

row = {{
    "arguments": sys.argv[1:],
    "folder": os.getcwd(),
    "found": [found(path) for path in sys.argv[1:3]],
    "environment": {{k: v for k, v in os.environ.items() if k.startswith(("GIT_", "PATH"))}},
}}
with open({log!r}, "a") as file:
    file.write(json.dumps(row) + "\\n")
sys.exit(int(os.environ.get("RECORDER_CODE", "0")))
'''


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run gave."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything below one folder: `repo` (a repository), `home`, `bin` (first on PATH) and `log` of the viewer."""

    folder: Path

    @property
    def repo(self) -> Path:
        return self.folder / "repo"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def log(self) -> Path:
        return self.folder / "log.jsonl"

    @property
    def shown(self) -> Path:
        """Where the outputs of `prediff difftool` are."""
        return self.home / ".cache" / "prediff" / "shown"

    def environment(self) -> dict[str, str]:
        unset = ("NO_COLOR", "FORCE_COLOR", "PAGER", "LESS", "COLUMNS", "PREDIFF_DEBUG", "DISPLAY", "BASE")
        kept = {k: v for k, v in os.environ.items() if k not in unset and not k.startswith(("GIT_", "XDG_"))}
        path = f"{self.bin}{os.pathsep}{kept['PATH']}"
        return {
            **kept, "HOME": str(self.home), "PATH": path, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"
        }  # fmt: skip

    def run(
        self, *words: str, folder: str | Path = ".", stdin: bytes = b"", env: Mapping[str, str] | None = None
    ) -> Ran:
        """Run a command in a folder of the repository."""
        done = subprocess.run(
            words,
            cwd=self.repo / folder,
            env={**self.environment(), **(env or {})},
            input=stdin,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        texts = [text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr)]
        return Ran(done.returncode, *texts)

    def git(self, *words: str, folder: str | Path = ".") -> str:
        """What a git command that must succeed prints."""
        done = self.run("git", *words, folder=folder)
        assert done.code == 0, done.err
        return done.out

    def configure(self, **values: str) -> None:
        """Set keys of the user's own configuration; `__` stands for a dot."""
        for key, value in values.items():
            self.git("config", "--global", key.replace("__", "."), value)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.repo / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def commit(self, message: str = "one") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def program(self, name: str, text: str) -> Path:
        """A program on the user's PATH."""
        path = self.bin / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def calls(self) -> list[dict[str, Any]]:
        """What the recording viewer was called with, and forget it."""
        if not self.log.exists():
            return []
        rows = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.log.unlink()
        return rows

    def state(self) -> dict[str, tuple[int, bytes]]:
        """Each file of the working tree, with its mode and content."""
        found = {}
        for path in sorted(self.repo.rglob("*")):
            if ".git" not in path.relative_to(self.repo).parts and not path.is_dir():
                content = os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
                found[str(path.relative_to(self.repo))] = (stat.S_IMODE(path.lstat().st_mode), content)
        return found


def make_world(folder: Path) -> World:
    """A new repository with a user and `prediff` on PATH."""
    world = World(folder)
    for path in (world.repo, world.home, world.bin):
        path.mkdir()
    world.program("prediff", f'#!/bin/sh\nexec "{sys.executable}" -P -m prediff "$@"\n')
    world.configure(user__name="n", user__email="e@example.org", init__defaultBranch="main")
    world.git("init", "-q")
    return world


def needed(name: str) -> str:
    """The path of a program. Without it a test is skipped, or fails where CI is set."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found
