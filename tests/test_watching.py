"""The parts of a watch without its process: hints that wait, and a mirror that follows them."""

from __future__ import annotations

import configparser
import os
import plistlib
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from prediff.cache import Cache
from prediff.folders.compare import Plan, compare_folders
from prediff.folders.mirror import OutputFolder
from prediff.model import Settings
from prediff.watch.hints import MOST, PATIENCE, QUIET, Hints
from prediff.watch.keeper import Keeper
from prediff.watch.observing import Observing, why_not
from watch_storm import Storm, snapshot


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def taken(hints: Hints) -> tuple[set[str], str]:
    """What is ready at once."""
    batch = hints.take(0.0)
    return set(batch.paths), batch.everything


def test_a_path_is_ready_once_it_is_quiet() -> None:
    clock = Clock()
    hints = Hints(clock)
    hints.add("a")
    assert taken(hints) == (set(), "")
    clock.now += QUIET / 2
    hints.add("a")
    hints.add("b")
    clock.now += QUIET * 0.6
    assert taken(hints) == (set(), "")
    clock.now += QUIET * 0.5
    assert taken(hints) == ({"a", "b"}, "")
    assert (taken(hints), hints.waiting()) == ((set(), ""), 0)


def test_a_path_that_is_never_quiet_is_not_waited_for_for_ever() -> None:
    clock = Clock()
    hints = Hints(clock)
    steps = 0
    while not taken(hints)[0]:
        hints.add("log")
        clock.now += QUIET / 2
        steps += 1
    assert steps == pytest.approx(PATIENCE / (QUIET / 2), abs=2)


def test_everything_stands_for_all_paths() -> None:
    hints = Hints(Clock())
    hints.add("a")
    hints.all_changed("one reason")
    hints.all_changed("another")
    assert taken(hints) == (set(), "one reason")
    assert hints.waiting() == 0


def test_too_many_paths_are_everything() -> None:
    hints = Hints(Clock())
    for number in range(MOST + 5):
        hints.add(str(number))
    paths, everything = taken(hints)
    assert (paths, bool(everything)) == (set(), True)


def test_a_stop_is_heard_at_once() -> None:
    hints = Hints()
    threading.Timer(0.1, hints.stop).start()
    began = time.monotonic()
    assert not hints.take(60.0)
    hints.rest(60.0)
    assert time.monotonic() - began < 20


def test_a_limit_of_the_system_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = tmp_path / "limit"
    monkeypatch.setattr("prediff.watch.observing.LIMIT_FILE", str(limit))
    limit.write_text("1000\n")
    assert (why_not(800), bool(why_not(950))) == ("", sys.platform == "linux")
    limit.write_text("nonsense")
    assert why_not(950) == ""


def test_a_root_that_is_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    hints = Hints()
    root = str(tmp_path / "link")
    observing = Observing((root,), hints)
    try:
        (tmp_path / "real" / "a.py").write_text("x = 1\n")
        assert os.path.join(root, "a.py") in hints.take(20.0).paths
        assert observing.is_whole()
        (tmp_path / "link").unlink()
        (tmp_path / "link").symlink_to(tmp_path)
        assert not observing.is_whole()
    finally:
        observing.close()


def here(work: Any, items: Any, count: int, limit: float, prepare: Any) -> Iterator[Any]:
    """Work in this process."""
    return ((key, work(*arguments)) for key, arguments in items)


def plan(mirror: OutputFolder, cache: Cache) -> Plan:
    settings = Settings(level="layout")
    return Plan(lambda *paths: (settings, lambda path: (None, None)), settings, cache, mirror, run=here)


def written_afresh(base: Path, name: str, cache: Cache) -> dict[str, Any]:
    """What a comparison of the two folders writes."""
    roots = str(base / "left"), str(base / "right")
    with OutputFolder.open(str(base / name), roots) as mirror:
        mirror.prune(compare_folders(*roots, plan(mirror, cache))[1])
    return snapshot(base / name)


@pytest.mark.skipif(sys.platform == "win32", reason="makes names and links that Windows does not have")
@pytest.mark.parametrize("seed", range(3))
def test_the_mirror_follows_any_changes(tmp_path: Path, seed: int) -> None:
    """Told of changes exactly, in part, or not at all, the keeper ends with what a fresh comparison writes."""
    chance = random.Random(seed)
    storm = Storm(tmp_path, chance, files=20)
    roots = str(tmp_path / "left"), str(tmp_path / "right")
    with OutputFolder.open(str(tmp_path / "out"), roots) as mirror, Cache(str(tmp_path / "cache")) as cache:
        keeper = Keeper(*roots, lambda: plan(mirror, cache))
        keeper.everything()
        for step in range(10):
            before = {side: snapshot(Path(side)) for side in roots}
            for _ in range(chance.randrange(1, 12)):
                storm.change()
            changed = [
                os.path.join(side, path)
                for side in roots
                for path in {**before[side], **snapshot(Path(side))}
                if before[side].get(path) != snapshot(Path(side)).get(path)
            ]
            if chance.random() < 0.7:
                keeper.changed(changed)
            else:
                keeper.looked_over(changed[::2])
            found = snapshot(tmp_path / "out")
            del found[".prediff-temporary"]
            assert found == written_afresh(tmp_path, f"fresh{step}", cache), step


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    for side in ("left", "right"):
        for number in range(10):
            path = tmp_path / side / f"m{number}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"x = {number}\n")
            # Times that are too young say nothing.
            os.utime(path, (time.time() - 60, time.time() - 60))
    roots = str(tmp_path / "left"), str(tmp_path / "right")
    with OutputFolder.open(str(tmp_path / "out"), roots) as mirror:
        keeper = Keeper(*roots, lambda: plan(mirror, Cache.none()))
        assert keeper.everything().done == 10
        time.sleep(2.2)  # neither do those of the last change of a file's owner or name
        keeper.everything()
        assert keeper.looked_over().done == 0
        path = tmp_path / "right" / "m3.py"
        path.write_text("y = 3\n")
        assert keeper.changed([str(path)]).done == 1
        assert (tmp_path / "out" / "right" / "m3.py").read_text() == "y = 3\n"
        assert keeper.changed([str(tmp_path / "right")]).done == 0
        path = tmp_path / "right" / "m4.py"
        beside = path.with_suffix(".tmp")
        beside.write_text("y = 4\n")
        beside.replace(path)
        # An atomic save: the folders are not gone over, though m3 is too young to be sure of.
        assert keeper.changed([str(beside), str(path)]).done == 1
        assert (tmp_path / "out" / "right" / "m4.py").read_text() == "y = 4\n"
        path = tmp_path / "right" / "m5.py"
        path.rename(tmp_path / "right" / "n.py")
        found = keeper.changed([str(path), str(tmp_path / "right" / "n.py")])
        # m3 and m4 are still too young to be sure of.
        assert (found.pairs, found.done) == (10, 3)
        assert not (tmp_path / "out" / "right" / "m5.py").exists()
        assert (tmp_path / "out" / "right" / "n.py").read_text() == "x = 5\n"


STARTING = Path(__file__).parent.parent / "integrations" / "watch"


def test_the_unit_of_systemd(tmp_path: Path) -> None:
    file = STARTING / "prediff-watch.service"
    unit = configparser.ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(file, encoding="utf-8")
    assert unit["Service"]["ExecStart"].endswith("/prediff watch")
    assert unit["Service"]["Restart"] == "on-failure"
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed")
    # The command must be there for its checker.
    copy = tmp_path / file.name
    copy.write_text(
        file.read_text(encoding="utf-8").replace("%h/.local/bin/prediff", sys.executable), encoding="utf-8"
    )
    command = [analyze, "--user", "verify", str(copy)]
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_agent_of_launchd_and_the_task_of_windows() -> None:
    agent = plistlib.loads((STARTING / "prediff.watch.plist").read_bytes())
    assert agent["ProgramArguments"][-1] == "watch"
    assert (agent["RunAtLoad"], agent["KeepAlive"]) == (True, {"SuccessfulExit": False})
    task = ElementTree.parse(STARTING / "prediff-watch.xml")
    names = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    execs = task.findall(".//t:Exec", names)
    assert [
        (e.findtext("t:Command", None, names), e.findtext("t:Arguments", None, names)) for e in execs
    ] == [("prediff", "watch")]
