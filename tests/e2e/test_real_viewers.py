"""Viewers for real: KDiff3 and Meld on a screen of their own, vim and nvim in a terminal of their own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from git_world import World, make_world, needed
from screens import Windows, arguments_of, columns, new_screen, new_terminal, wait_for

OLD = "def area(w, h):\n    result = w * h\n    return result\n"
NEW = "def area( w, h ):\n  result = w + h\n  return result\n"
SHOWN = OLD.replace("w * h", "w + h")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A folder with two versions of a file, and two folders that hold one each."""
    world = make_world(tmp_path)
    for name, text in (("old.py", OLD), ("new.py", NEW), ("old/a.py", OLD), ("new/a.py", NEW)):
        world.write(name, text)
    world.write("new/only.py", "x = 1\ny = 2\n")
    return world


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    with new_screen(tmp_path / "xvfb.log") as name:
        yield name


class Running:
    """A command that shows windows, and all that it started."""

    def __init__(self, world: World, screen: str, *words: str) -> None:
        self.world = world
        environment = {**world.environment(), "DISPLAY": screen, "GTK_USE_PORTAL": "0"}
        self.windows = Windows(environment)
        with open(world.folder / "out", "wb") as out:
            self.process = subprocess.Popen(
                words, cwd=world.repo, env=environment, stdout=out, stderr=out, start_new_session=True
            )

    def __enter__(self) -> Running:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def waits(self) -> bool:
        return self.process.poll() is None

    def end(self, pattern: str, key: str) -> int:
        """Press a key in the windows of a name, until the command has ended; its exit code."""

        def ended() -> bool:
            for window in self.windows.named(pattern):
                self.windows.press(window, key)
            return not self.waits()

        wait_for(ended)
        return self.process.wait()


def test_kdiff3(world, screen):
    needed("kdiff3")
    with Running(world, screen, "prediff", "diff", "old.py", "new.py", "--tool", "kdiff3") as running:
        wait_for(lambda: running.windows.named("<->"))
        (window,) = running.windows.named("<->")
        assert running.windows.name(window) == "old.py <-> new.py (normalized) - KDiff3"
        words = arguments_of("kdiff3", world.shown)
        assert words[1:5] == ["--L1", "old.py", "--L2", "new.py (normalized)"]
        assert [Path(word).read_text() for word in words[5:]] == [OLD, SHOWN]
        assert running.waits()
        assert running.end("KDiff3", "ctrl+q") == 1
    assert (world.repo / "new.py").read_text() == NEW


def test_kdiff3_shows_a_file_that_has_no_counterpart(world, screen):
    needed("kdiff3")
    words = ("prediff", "difftool", "--tool", "kdiff3", "/dev/null", "new/only.py")
    with Running(world, screen, *words) as running:
        wait_for(lambda: running.windows.named("<->"))
        (window,) = running.windows.named("<->")
        assert running.windows.name(window).startswith("only.py (no such file) <-> only.py")
        left, right = (Path(word) for word in arguments_of("kdiff3", world.shown)[-2:])
        assert (left.read_text(), right.read_text()) == ("", "x = 1\ny = 2\n")
        assert running.end("KDiff3", "ctrl+q") == 0


def test_kdiff3_shows_folders(world, screen):
    needed("kdiff3")
    with Running(world, screen, "prediff", "difftool", "--tool", "kdiff3", "old", "new") as running:
        wait_for(lambda: running.windows.named("Information"))
        left, right = (Path(word) for word in arguments_of("kdiff3", world.shown)[-2:])
        assert (left.name, right.name) == ("left", "right")
        assert [(side / "a.py").read_text() for side in (left, right)] == [OLD, SHOWN]
        assert running.waits()


@pytest.mark.parametrize("folders", [False, True], ids=["files", "folders"])
def test_meld(world, screen, folders):
    needed("meld")
    names = ("old", "new") if folders else ("old.py", "new.py")
    with Running(world, screen, "prediff", "difftool", "--tool", "meld", *names) as running:
        wait_for(lambda: running.windows.named("Meld"))
        words = arguments_of("meld", world.shown)
        labels = [word for word in words if word.startswith("--label=")]
        left_title = "old (normalized)" if folders else "old.py"
        assert labels == [f"--label={left_title}", f"--label={names[1]} (normalized)"]
        left, right = (Path(word) for word in words[-2:])
        files = [side / "a.py" if folders else side for side in (left, right)]
        assert [file.read_text() for file in files] == [OLD, SHOWN]
        assert running.waits()
        for window in running.windows.named("Meld"):
            running.windows.close(window)
        assert running.process.wait(60) == 0


@pytest.mark.parametrize("editor", ["vim", "nvim"])
def test_editors_in_a_terminal(world, editor):
    needed(editor)
    # A file under comparison sets no options of the editor's.
    world.write("new.py", NEW + "# vim: set noreadonly number:\n")
    for file in (".vimrc", ".config/nvim/init.vim"):
        (world.home / file).parent.mkdir(parents=True, exist_ok=True)
        (world.home / file).write_text("set nocompatible\n")
    ended = world.folder / "ended"
    command = (
        f"cd '{world.repo}' && prediff diff old.py new.py --tool {editor}; echo $? > '{ended}'; sleep 30"
    )
    with new_terminal(world.folder / "tmux", world.environment(), command) as terminal:
        wait_for(lambda: "right/new.py [RO]" in terminal.shown())
        assert ("result = w * h", "result = w + h") in columns(terminal.shown())
        assert "left/new.py [RO]" in terminal.shown()
        terminal("send-keys", ":set modeline? number?", "Enter")
        wait_for(lambda: "nomodeline" in terminal.shown())
        assert "nonumber" in terminal.shown()
        terminal("send-keys", "Enter", ":qa", "Enter")
        wait_for(ended.exists)
        assert ended.read_text().strip() == "1"
