"""A home of a test's own, with a `prediff` on PATH, for what set-up writes and what programs then do."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import prediff as package

SOURCE = Path(package.__file__ or "").parent.parent
FOUND = [os.path.dirname(path) for name in ("git", "hg", "svn") if (path := shutil.which(name))]
PATH = os.pathsep.join(dict.fromkeys((*FOUND, "/usr/bin", "/bin")))


def need(name: str) -> None:
    """Skip where a program is missing, but fail where the checks of the project run."""
    if shutil.which(name) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing: see .ci/run")
        pytest.skip(f"no {name}")


@dataclass(frozen=True, slots=True)
class Box:
    """A home with a `prediff` on PATH that writes down how it is called, and folders to work in."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        dropped = ("GIT_", "XDG_", "HG", "NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "PYTHONPATH")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
        own = {
            "HOME": str(self.home),
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{PATH}",
            "LC_ALL": "C.UTF-8",
        }
        quiet = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_PAGER": "cat", "HGPLAIN": "1"}
        return {
            **kept,
            **own,
            **quiet,
            "PYTHONPATH": str(SOURCE),
            "CALLS": str(self.folder / "calls"),
            **(more or {}),
        }

    def run(self, *words: str, at: str = "work", code: int | None = 0, **env: str) -> str:
        """What a program writes to standard output, and to standard error after it."""
        (self.folder / at).mkdir(exist_ok=True)
        done = subprocess.run(
            words, cwd=self.folder / at, env=self.env(env), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )  # fmt: skip
        said = (done.stdout + done.stderr).decode()
        assert code is None or done.returncode == code, said
        return said

    def prediff(self, *words: str, at: str = "work", code: int = 0, **env: str) -> str:
        return self.run(sys.executable, "-P", "-m", "prediff", *words, at=at, code=code, **env)

    def setup(self, *words: str, at: str = "work", code: int = 0) -> str:
        return self.prediff("setup", *words, "--yes", at=at, code=code)

    def git(self, *words: str, at: str = "work", **env: str) -> str:
        return self.run("git", *words, at=at, code=0, **env)

    def value(self, key: str, *more: str, at: str = "work") -> str:
        return self.run("git", "config", *more, "--get", key, at=at, code=None).rstrip("\n")

    def script(self, name: str, text: str) -> None:
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def calls(self) -> list[list[str]]:
        """How the recording prediff was called."""
        path = self.folder / "calls"
        found = (
            [line.split("\0")[:-1] for line in path.read_text().split("\n\n")[:-1]] if path.exists() else []
        )
        path.unlink(missing_ok=True)
        return found

    def repository(self, at: str = "work", **files: str) -> Path:
        """A repository with one commit of some files."""
        self.git("init", "-q", "-b", "main", ".", at=at)
        top = self.folder / at
        for name, text in (files or {"a.py": "x = 1\n"}).items():
            (top / name).write_text(text)
        self.git("add", "-A", at=at)
        self.git("-c", "user.name=n", "-c", "user.email=e", "commit", "-q", "-m", "one", at=at)
        return top

    def snapshot(self) -> dict[str, tuple[str, int]]:
        """All files and folders of the home, with links and modes; but for what is prediff's or Subversion's own."""
        found = {}
        for path in sorted(self.home.rglob("*")):
            name = str(path.relative_to(self.home))
            if not re.match(r"\.local(/|$)|\.subversion/(auth|README|servers)", name):
                is_file = path.is_file() and not path.is_symlink()
                content = (
                    os.readlink(path) if path.is_symlink() else repr(path.read_bytes()) if is_file else ""
                )
                found[name] = (content, stat.S_IMODE(path.lstat().st_mode))
        return found


# The names of the arguments may hold anything but NUL.
RECORDING = """#!/bin/sh
{ printf '%s\\0' "$@"; printf '\\n\\n'; } >> "$CALLS"
for last; do :; done
[ "$1" != --version ] || echo 'prediff VERSION'
[ "$1" != textconv ] || exec cat "$last"
""".replace("VERSION", package.__version__)
REAL = f'#!/bin/sh\nexec {sys.executable} -m prediff "$@"\n'
