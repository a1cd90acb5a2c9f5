"""The real command, run as its user runs it: a process of its own, in a folder and a home of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from git_repository import Git
from setup_box import RECORDING, Box, need

from prediff.cli import main

TIME_LIMIT = 300
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run gave: exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def footer(self) -> str:
        """The last line of standard output."""
        return self.out.rstrip("\n").rpartition("\n")[2]


@dataclass(frozen=True, slots=True)
class Command:
    """`prediff` in `folder`."""

    folder: Path

    def __call__(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "prediff", *arguments],
            cwd=self.folder,
            env={**self.environment(), **(env or {})},
            input=stdin,
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())

    def environment(self) -> dict[str, str]:
        """The tests' own environment, without what steers colours, pagers and configuration."""
        unset = ("NO_COLOR", "FORCE_COLOR", "PAGER", "LESS", "COLUMNS", "PREDIFF_DEBUG", "XDG_CACHE_HOME")
        kept = {name: value for name, value in os.environ.items() if name not in unset}
        home = str(self.folder / "home")
        return {**kept, "HOME": home, "XDG_CONFIG_HOME": f"{home}/.config", "PYTHONIOENCODING": "utf-8"}

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file in the folder and give its name."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name


@pytest.fixture
def prediff(tmp_path: Path) -> Command:
    return Command(tmp_path)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    """A home with a `prediff` that writes down how it is called."""
    need("git")
    made = Box(tmp_path)
    made.home.mkdir()
    made.script("prediff", RECORDING)
    return made


@pytest.fixture
def repo(prediff):
    """prediff and git in one new repository."""
    git = Git(prediff.folder)
    git("init", "-q", "-b", "main")
    (prediff.folder / ".git" / "info" / "exclude").write_text("/home/\n")
    return prediff, git


@pytest.fixture
def called(prediff, monkeypatch, capsysbinary):
    """`prediff` in this process, in the folder: exit code, standard output and standard error."""
    monkeypatch.chdir(prediff.folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(prediff.folder / "home"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        found = capsysbinary.readouterr()
        return code, found.out.decode(), found.err.decode()

    return run


@pytest.fixture
def say(called):
    """`prediff check` in this process."""
    return partial(called, "check")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium. Where there is none its tests are skipped; with CI set they fail."""
    if CHROMIUM is None and not os.environ.get("CI"):
        pytest.skip("no chromium: see .ci/run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()
