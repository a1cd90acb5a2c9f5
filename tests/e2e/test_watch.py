"""`prediff watch` as a process: after whatever happens, the mirror is what `prediff tree --out` would write."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import watch_storm
from prediff.watch.hints import Hints
from prediff.watch.observing import Observing, count_folders, count_watches
from watch_storm import Storm, Watch, compare, fresh

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the watch is untried on Windows")

OLD = "def f(a):\n    if not a: return 1\n    return 2\n"
NEW = "def f(a):\n    if a:\n        return 2\n    return 3\n"


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    """Two small folders, not watched yet."""
    for name in ("left", "right", "home"):
        (tmp_path / name).mkdir()
    (tmp_path / "left" / "a.py").write_text(OLD)
    (tmp_path / "right" / "a.py").write_text(NEW)
    found = Watch(tmp_path, ("--no-server",))
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.send_signal(signal.SIGCONT)
        found.kill()


def check(watch: Watch) -> None:
    """The mirror is right once the watch is at rest."""
    watch.rest()
    assert compare(fresh(watch.base, watch), watch.base / "out") == [".prediff-temporary"]


def until(wanted: Callable[[], object], limit: float = 60.0) -> None:
    end = time.monotonic() + limit
    while not wanted():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize("options", [("--no-server",), ("--no-server", "--poll")], ids=["events", "polling"])
def test_a_storm_of_changes(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Some hundred changes of all kinds in bursts, hostile names and links among them, and a kill in between."""
    found = watch_storm.run(tmp_path, operations=150, kills=1, seed=7, options=options)
    assert (found.lost, found.torn, found.outside) == ((), (), ())
    assert found.reads > 100
    assert found.operations == 150


def test_the_storm_sees_what_is_wrong(tmp_path: Path) -> None:
    """What the storm looks for it would find."""
    storm = Storm(tmp_path, random.Random(1))
    text = storm._text(tmp_path / "x.py")
    assert watch_storm.is_whole(text)
    for end in range(10, len(text), 7):
        assert not watch_storm.is_whole(text[:end])
    before = watch_storm.snapshot(tmp_path / "outside")
    (tmp_path / "outside" / "secret.py").chmod(0o600)
    assert before != watch_storm.snapshot(tmp_path / "outside")


def test_changes_one_by_one(watch: Watch) -> None:
    left, right, out = (watch.base / name for name in ("left", "right", "out"))
    watch.start()
    assert (out / "left" / "a.py").read_text() == OLD
    write(right / "a.py", OLD.replace("if not a: return 1", "if not (a):\n        return 1"))
    until(lambda: (out / "right" / "a.py").read_text() == OLD)
    write(right / "deep" / "er" / "b.py", NEW)
    until((out / "right" / "deep" / "er" / "b.py").exists)
    (right / "deep").rename(right / "shallow")
    until((out / "right" / "shallow" / "er" / "b.py").exists)
    assert not (out / "right" / "deep").exists()
    (right / "a.py").unlink()
    until(lambda: not (out / "right" / "a.py").exists())
    (left / "link.py").symlink_to("/etc/passwd")
    until((out / "left" / "link.py").exists)
    assert (out / "left" / "link.py").read_text() == "/etc/passwd"
    check(watch)
    assert watch.stop() == 0


def test_what_configures_it_changes(watch: Watch) -> None:
    left, right, out = (watch.base / name for name in ("left", "right", "out"))
    same = OLD.replace("if not a: return 1", "if not a:  # one\n        return 1")
    write(right / "a.py", same)
    watch.start()
    assert (out / "right" / "a.py").read_text() == OLD
    for folder in (left, right):
        write(folder / ".prediff.toml", 'refuse = ["docs-unread"]\n')
    until(lambda: "# one" in (out / "right" / "a.py").read_text())
    write(left / "x.log", "x\n")
    until((out / "left" / "x.log").exists)
    for folder in (left, right):
        write(folder / ".gitignore", "*.log\n")
    until(lambda: not (out / "left" / "x.log").exists())
    check(watch)


def test_a_save_of_vim(watch: Watch) -> None:
    vim = shutil.which("vim")
    if vim is None:
        if "CI" in os.environ:
            pytest.fail("vim is not installed")
        pytest.skip("vim is not installed")
    watch.start()
    path = watch.base / "right" / "a.py"
    command = [vim, "-u", "NONE", "-N", "-es", "-c", "%s/return 3/return 1/", "-c", "wq", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
    until(lambda: (watch.base / "out" / "right" / "a.py").read_text() == OLD)
    check(watch)


def test_a_second_watch_of_one_folder_is_refused(watch: Watch) -> None:
    watch.start()
    for words in (["watch"], ["tree", "-q"]):
        done = subprocess.run(
            [sys.executable, "-m", "prediff", *words, "left", "right", "--out", "out"],
            cwd=watch.base, env=watch.environment(), capture_output=True, encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 2
        assert "already" in done.stderr or "another prediff writes to it" in done.stderr
    check(watch)


def test_a_full_disk_is_waited_for(watch: Watch) -> None:
    """A limit on the size of files stands for the disk."""
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("the limit of another process cannot be changed here")
    watch.start()
    assert watch.process is not None
    pid, limit = watch.process.pid, resource.RLIMIT_FSIZE
    resource.prlimit(pid, limit, (1 << 16, resource.RLIM_INFINITY))
    write(watch.base / "left" / "large.txt", "x" * (1 << 18))
    until(lambda: (watch.status() or {}).get("state") == "waiting")
    assert any("large" in line for line in (watch.status() or {})["trouble"])
    write(watch.base / "left" / "small.txt", "x\n")
    resource.prlimit(pid, limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    until((watch.base / "out" / "left" / "large.txt").exists)
    check(watch)


def test_a_folder_that_goes_and_comes_back(watch: Watch) -> None:
    watch.start()
    (watch.base / "right").rename(watch.base / "home" / "away")
    until(lambda: (watch.status() or {}).get("state") == "waiting")
    assert (watch.base / "out" / "right" / "a.py").exists()
    write(watch.base / "right" / "b.py", NEW)
    until((watch.base / "out" / "right" / "b.py").exists)
    write(watch.base / "right" / "c.py", NEW)
    until((watch.base / "out" / "right" / "c.py").exists)
    check(watch)


def test_an_output_folder_that_was_taken_away(watch: Watch) -> None:
    watch.start()
    shutil.rmtree(watch.base / "out")
    write(watch.base / "right" / "b.py", NEW)
    until((watch.base / "out" / "right" / "b.py").exists)
    check(watch)


def test_lost_events_are_made_up_for(watch: Watch) -> None:
    """More than the system keeps, while the watch sleeps."""
    watch.start()
    assert watch.process is not None
    watch.process.send_signal(signal.SIGSTOP)
    limit = (
        int(Path("/proc/sys/fs/inotify/max_queued_events").read_text()) if sys.platform == "linux" else 1000
    )
    if limit > 50_000:
        pytest.skip(f"the system keeps {limit} events")
    path = watch.base / "left" / "noise.txt"
    for number in range(limit // 2):
        path.write_text(f"{number}\n")
        path.unlink()
    write(watch.base / "left" / "told.py", OLD)
    write(watch.base / "right" / "new" / "folder" / "told.py", NEW)
    watch.process.send_signal(signal.SIGCONT)
    until((watch.base / "out" / "right" / "new" / "folder" / "told.py").exists)
    check(watch)
    logs = list((watch.base / "home").glob(".local/state/prediff/log/watch-*.log"))
    assert any("lost events" in log.read_text() for log in logs) or sys.platform != "linux"


def test_too_few_watches_are_noticed(tmp_path: Path) -> None:
    """In a user namespace with a limit of its own: folders that are not watched are looked at instead."""
    unshare = shutil.which("unshare")
    limits = ["sh", "-c", 'echo 12 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh"]
    if (
        unshare is None
        or subprocess.run([unshare, "-Ur", *limits, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("no user namespace can be made here")
    for side in ("left", "right"):
        for number in range(10):
            write(tmp_path / side / f"d{number}" / "a.py", OLD)
    (tmp_path / "home").mkdir()
    watch = Watch(tmp_path, ("--no-server",))
    command = [
        unshare,
        "-Ur",
        *limits,
        sys.executable,
        "-m",
        "prediff",
        "watch",
        "left",
        "right",
        "--out",
        "out",
    ]
    process = subprocess.Popen(
        [*command, "--no-server"], cwd=tmp_path, env=watch.environment(), stdout=subprocess.DEVNULL
    )
    try:
        status: dict[str, object] = {}

        def polls() -> bool:
            for file in tmp_path.glob("home/.local/state/prediff/watch/*.json"):
                with contextlib.suppress(ValueError):
                    status.update(json.loads(file.read_text()))
            return status.get("how") == "polling" and status.get("state") == "idle"

        until(polls)
        assert "does not watch" in str(status["why"]) or "limit" in str(status["why"])
        write(tmp_path / "right" / "d9" / "b.py", NEW)
        until((tmp_path / "out" / "right" / "d9" / "b.py").exists)
    finally:
        process.terminate()
        assert process.wait(60) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how many folders it watches")
def test_watches_are_counted(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path / f"d{number}" / "e" / "a.py", OLD)
    before = count_watches()
    assert before is not None
    hints = Hints()
    observing = Observing((str(tmp_path),), hints)
    try:
        assert count_folders([str(tmp_path)]) == 11
        assert (count_watches() or 0) - before == 11
        assert Observing.missing() == 0
        (tmp_path / "d1" / "e" / "a.py").write_text(NEW)
        until(hints.waiting)
        assert str(tmp_path / "d1" / "e" / "a.py") in hints.take(5.0).paths
    finally:
        observing.close()


def test_a_stop_in_the_middle_leaves_whole_files(tmp_path: Path) -> None:
    for side, text in (("left", OLD), ("right", NEW)):
        for number in range(80):
            write(tmp_path / side / f"m{number}.py", text.replace("f(", f"f{number}(") * 5)
    (tmp_path / "home").mkdir()
    watch = Watch(tmp_path, ("--no-server", "--no-cache"))
    command = [sys.executable, "-m", "prediff", "watch", "left", "right", "--out", "out", *watch.options]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=watch.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    until(lambda: sum(1 for _ in watch_storm.walk_files(tmp_path / "out")) > 3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"watching" in out
    for path in watch_storm.walk_files(tmp_path / "out"):
        assert path.read_bytes().endswith((b"return 2\n", b"return 3\n"))
    assert not (tmp_path / "out" / ".prediff-temporary").exists()


def prediff(watch: Watch, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "prediff", *words],
        cwd=watch.base, env=watch.environment(), capture_output=True, encoding="utf-8", check=False, timeout=60,
    )  # fmt: skip


def test_status(watch: Watch) -> None:
    assert prediff(watch, "watch", "--status").returncode == 1
    watch.start()
    done = prediff(watch, "watch", "--status")
    assert done.returncode == 0
    assert f"{watch.base}/out: idle" in done.stdout or f"{watch.base}/out: working" in done.stdout
    found = json.loads(prediff(watch, "watch", "--status", "--json", "--out", "out").stdout)
    assert [one["pairs"] for one in found] == [1]
    assert watch.stop() == 0
    assert prediff(watch, "watch", "--status").stdout == "no watch runs\n"
    watch.start()
    watch.kill()
    done = prediff(watch, "watch", "--status")
    assert (done.returncode, ": dead" in done.stdout) == (1, True)


def test_pairs_of_the_configuration(watch: Watch) -> None:
    """The user's own names what to watch; a repository's does not."""
    write(watch.base / "left" / ".prediff.toml", '[[watch]]\nleft = "/"\nright = "/"\nout = "/x"\n')
    config = watch.base / "home" / ".config" / "prediff" / "config.toml"
    assert prediff(watch, "watch").returncode == 2
    write(config, '[[watch]]\nleft = "left"\nright = "right"\nout = "out"\n')
    done = prediff(watch, "watch")
    assert (done.returncode, "absolute path" in done.stderr) == (2, True)
    (watch.base / "other").mkdir()
    pairs = [("left", "right", "out"), ("right", "other", "second")]
    write(
        config,
        "".join(
            f'[[watch]]\nleft = "{watch.base}/{a}"\nright = "{watch.base}/{b}"\nout = "{watch.base}/{o}"\n'
            for a, b, o in pairs
        ),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "prediff", "watch", "--no-server"], cwd=watch.base, env=watch.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until((watch.base / "out" / "right" / "a.py").exists)
        write(watch.base / "other" / "n.py", NEW)
        until((watch.base / "second" / "right" / "n.py").exists)
    finally:
        process.terminate()
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert b"watch is ignored" in err


def test_wrong_words_get_one_line(watch: Watch) -> None:
    for words, said in (
        ((), "name two folders"),
        (("left",), "where the mirror goes"),
        (("left", "right"), "where the mirror goes"),
        (("left", "nowhere", "--out", "out"), "there is no folder"),
        (("left", "right", "--out", "left/out"), "lies in"),
    ):
        done = prediff(watch, "watch", *words)
        assert done.returncode == 2
        assert said in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_watch_answers_as_a_warm_server(watch: Watch) -> None:
    watch.options = ()
    runtime = watch.base / "home" / "run"
    runtime.mkdir(mode=0o700)
    environment = {**watch.environment(), "XDG_RUNTIME_DIR": str(runtime), "PREDIFF_SERVER": "on"}
    process = subprocess.Popen(
        [sys.executable, "-m", "prediff", "watch", "left", "right", "--out", "out"],
        cwd=watch.base, env=environment, stdout=subprocess.DEVNULL,
    )  # fmt: skip

    def status() -> dict[str, int]:
        done = subprocess.run(
            [sys.executable, "-m", "prediff", "server", "status", "--json"],
            env=environment, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        return dict(json.loads(done.stdout) or {})

    try:
        until(lambda: status().get("ready"))
        command = [sys.executable, "-m", "prediff", "diff", "left/a.py", "right/a.py"]
        done = subprocess.run(
            command, cwd=watch.base, env=environment, capture_output=True, check=False, timeout=60
        )
        assert done.returncode == 1
        assert (status()["pid"], status()["answered"]) == (process.pid, 1)
    finally:
        process.terminate()
        assert process.wait(60) == 0
