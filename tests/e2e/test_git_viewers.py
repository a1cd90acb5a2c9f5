"""`git difftool` through prediff with real viewers: Meld on a screen of its own, vim in a terminal of its own."""

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


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[str]:
    with new_screen(tmp_path / "xvfb.log") as name:
        yield name


@pytest.mark.parametrize("mode", [(), ("--dir-diff",)], ids=["files", "folders"])
def test_meld(world, screen, mode):
    needed("meld")
    world.configure(prediff__viewer="meld")
    environment = {**world.environment(), "DISPLAY": screen, "GTK_USE_PORTAL": "0"}

    windows = Windows(environment)

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
        wait_for(lambda: windows.named("Meld"))
        words = arguments_of("meld", world.shown)
        assert git.poll() is None
        left, right = (Path(word) for word in words[-2:])
        tail = ("src", "area.py") if not mode else ()
        assert left.parts[-len(tail) - 1 :] == ("left", *tail)
        assert right.parts[-len(tail) - 1 :] == ("right", *tail)
        files = [side / "src" / "area.py" if mode else side for side in (left, right)]
        assert [file.read_text() for file in files] == [OLD, SHOWN]
        for window in windows.named("Meld"):
            windows.close(window)
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
    world.configure(prediff__viewer="vimdiff")
    ended = world.folder / "ended"
    command = f"cd '{world.repo}' && git difftool; echo $? > '{ended}'; sleep 30"
    with new_terminal(world.folder / "tmux", world.environment(), command) as terminal:
        wait_for(lambda: "right/src/area.py [RO]" in terminal.shown())
        screen = terminal.shown()
        sides = columns(screen)
        assert ("result = w * h", "result = w + h") in sides
        assert ("return 'n: ' + name", "return 'n: ' + name") in sides
        assert "left/src/area.py [RO]" in screen
        terminal("send-keys", ":qa", "Enter")
        wait_for(ended.exists)
        assert ended.read_text().strip() == "0"
