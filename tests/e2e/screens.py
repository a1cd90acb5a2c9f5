"""A screen of its own for a viewer with a window, a terminal of its own for one without."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from git_world import needed


def wait_for(found: Callable[[], object], seconds: float = 60) -> object:
    """What is there in the end; the test fails where it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError("it never came")


@contextmanager
def new_screen(log: Path) -> Iterator[str]:
    """The name of a new X display."""
    server = needed("Xvfb")
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "1200x800x24"]
    with open(log, "wb") as file:
        process = subprocess.Popen(command, pass_fds=(writing,), stdout=file, stderr=file)
    os.close(writing)
    try:
        with open(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


def arguments_of(program: str, below: Path) -> list[str]:
    """The words of a running program that was given a path below a folder."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().decode().split("\0")
        except OSError:
            continue
        if any(word.endswith(program) for word in words[:2]) and any(str(below) in word for word in words):
            return words[:-1]
    return []


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a screen. environment: names it."""

    environment: Mapping[str, str]

    def named(self, pattern: str) -> list[str]:
        """The windows that are seen and whose names match a regular expression."""
        return self._ask("search", "--onlyvisible", "--name", pattern).split()

    def name(self, window: str) -> str:
        return self._ask("getwindowname", window).strip()

    def close(self, window: str) -> None:
        self._ask("windowclose", window)

    def press(self, window: str, key: str) -> None:
        self._ask("windowfocus", window, "key", key)

    def _ask(self, *words: str) -> str:
        command = [needed("xdotool"), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        return done.stdout


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal of tmux."""

    socket: str
    environment: Mapping[str, str]

    def __call__(self, *words: str) -> str:
        done = subprocess.run(
            [needed("tmux"), "-S", self.socket, *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def shown(self) -> str:
        return self("capture-pane", "-p")


@contextmanager
def new_terminal(socket: Path, environment: Mapping[str, str], command: str) -> Iterator[Terminal]:
    """A terminal of 140 by 30 in which a command of sh runs."""
    terminal = Terminal(str(socket), environment)
    terminal("new-session", "-d", "-x", "140", "-y", "30", command)
    try:
        yield terminal
    finally:
        terminal("kill-server")


def columns(screen: str) -> list[tuple[str, ...]]:
    """The rows of two files side by side, as an editor in a terminal shows them."""
    rows = [row.split("│" if "│" in row else "|") for row in screen.splitlines()]
    return [tuple(cell.strip(" +-") for cell in row) for row in rows if len(row) == 2]
