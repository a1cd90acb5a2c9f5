"""`git difftool` through prediff with real viewers: Meld on a screen of its own, vim in a terminal of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from git_world import World, make_world, needed

OLD = (
    "def area(w, h):\n    result = w * h\n    return result\n\n\ndef label(name):\n    return 'n: ' + name\n"
)
FIXED = (
    'def area( w, h ):\n    result = w + h\n    return result\ndef label(name):\n    return "n: " + name\n'
)
SHOWN = OLD.replace("w * h", "w + h")


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A user who has set prediff up, and a file of which one line of logic changed."""
    world = make_world(tmp_path)
    world.configure(
        difftool__prediff__cmd='prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"',
        difftool__prompt="false",
        diff__tool="prediff",
    )
    world.write("src/area.py", OLD)
    world.commit()
    world.write("src/area.py", FIXED)
    return world


def wait_for(found: Callable[[], object], seconds: float = 60) -> object:
    """What is there in the end; the test fails where it never is."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := found():
            return result
        time.sleep(0.2)
    raise AssertionError("it never came")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    """The name of a new X display."""
    server = needed("Xvfb")
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "1200x800x24"]
    with open(tmp_path / "xvfb.log", "wb") as log:
        process = subprocess.Popen(command, pass_fds=(writing,), stdout=log, stderr=log)
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


@pytest.mark.parametrize("mode", [(), ("--dir-diff",)], ids=["files", "folders"])
def test_meld(world, screen, mode):
    needed("meld")
    xdotool = needed("xdotool")
    world.configure(prediff__viewer="meld")
    environment = {**world.environment(), "DISPLAY": screen, "GTK_USE_PORTAL": "0"}

    def windows() -> list[str]:
        command = [xdotool, "search", "--onlyvisible", "--name", "Meld"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        return done.stdout.split()

    with open(world.folder / "out", "wb") as out:
        git = subprocess.Popen(
            ["git", "difftool", *mode],
            cwd=world.repo,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        wait_for(windows)
        words = arguments_of("meld", world.shown)
        assert git.poll() is None
        left, right = (Path(word) for word in words[-2:])
        tail = ("src", "area.py") if not mode else ()
        assert left.parts[-len(tail) - 1 :] == ("left", *tail)
        assert right.parts[-len(tail) - 1 :] == ("right", *tail)
        files = [side / "src" / "area.py" if mode else side for side in (left, right)]
        assert [file.read_text() for file in files] == [OLD, SHOWN]
        for window in windows():
            subprocess.run([xdotool, "windowclose", window], env=environment, check=False)
        assert git.wait(60) == 0
    finally:
        # Meld would outlive a git that is killed alone.
        with suppress(ProcessLookupError):
            os.killpg(git.pid, signal.SIGKILL)
        git.wait()
    assert (world.repo / "src" / "area.py").read_text() == FIXED
    assert "opened in meld" in (world.folder / "out").read_text()


def test_vim_in_a_terminal(world):
    needed("vim")
    tmux = needed("tmux")
    world.configure(prediff__viewer="vimdiff")
    ended = world.folder / "ended"
    socket = str(world.folder / "tmux")

    def terminal(*words: str) -> str:
        done = subprocess.run(
            [tmux, "-S", socket, *words], env=world.environment(), capture_output=True, text=True, check=False
        )
        return done.stdout

    command = f"cd '{world.repo}' && git difftool; echo $? > '{ended}'; sleep 30"
    terminal("new-session", "-d", "-x", "140", "-y", "30", command)
    try:
        wait_for(lambda: "right/src/area.py [RO]" in terminal("capture-pane", "-p"))
        screen = terminal("capture-pane", "-p")
        rows = [row.split("│" if "│" in row else "|") for row in screen.splitlines()]
        sides = [tuple(cell.strip(" +-") for cell in row) for row in rows if len(row) == 2]
        assert ("result = w * h", "result = w + h") in sides
        assert ("return 'n: ' + name", "return 'n: ' + name") in sides
        assert "left/src/area.py [RO]" in screen
        terminal("send-keys", ":qa", "Enter")
        wait_for(ended.exists)
        assert ended.read_text().strip() == "0"
    finally:
        terminal("kill-server")
