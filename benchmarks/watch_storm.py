"""Random changes in bursts below two folders that `prediff watch` mirrors, which is killed and started again meanwhile.

    python benchmarks/watch_storm.py --operations 10000 --kills 8

In the end the mirror must be, byte for byte, what `prediff tree --out` makes afresh. A reader beside it must never see
a file that is not whole, and nothing outside of the output folder may have changed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

FILES = 120
BURST = 40
"""Changes between two pauses, at most."""
PATIENCE = 180.0
"""Seconds for a watch to start, or to come to rest."""
CALM = 1.5
"""Seconds in which a watch at rest must not have moved."""

NAMES = (
    *(
        "a.py",
        "b.py",
        "Mixed.py",
        "mixed.py",
        "app.js",
        "notes.txt",
        "data.bin",
        "with space.py",
        "ü.py",
        "ü.py",
    ),
    *(
        "new\nline.py",
        "quo'te\".py",
        "CON.py",
        "nul",
        "trail.",
        "...",
        "-rf",
        "%41.py",
        "$(id).js",
        "\x1b[31m.py",
    ),
    *("\udcff.py", "\u202ereversed.py", "a" * 200 + ".py"),
)
FOLDERS = ("src", "lib", "deep", "Lib", "x.py", "sp ace", "aux", "tests")
_MARK = re.compile(rb"(?:const )?(START|END) = (\d+)")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a storm came to. lost: paths at which mirror and fresh output differ; torn: files that were seen in part.

    outside: paths outside of the output folder that changed. seconds: of the changes, and until rest at the end.
    """

    operations: int
    kills: int
    files: int
    lost: tuple[str, ...]
    torn: tuple[str, ...]
    outside: tuple[str, ...]
    reads: int
    seconds: tuple[float, float]
    kinds: Counter[str]

    @property
    def good(self) -> bool:
        return not (self.lost or self.torn or self.outside)


@dataclass(slots=True)
class Storm:
    """Changes files below `base`/left and `base`/right."""

    base: Path
    chance: random.Random
    files: int = FILES
    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in ("left", "right", "outside", "home"):
            (self.base / name).mkdir()
        for name in ("secret.py", "secret.txt"):
            (self.base / "outside" / name).write_text("START = 1\nEND = 1\n")
        for _ in range(self.files):
            with suppress(OSError):
                path = self._somewhere("left")
                path.parent.mkdir(parents=True, exist_ok=True)
                self._put(path, self._text(path))
                twin = self.base / "right" / path.relative_to(self.base / "left")
                twin.parent.mkdir(parents=True, exist_ok=True)
                self._put(twin, self._text(path))

    def change(self) -> None:
        """One change; whatever stands in its way is a change of its own."""
        does = self.chance.choices(
            (self.write, self.save, self.arrive, self.create, self.rename, self.move_folder, self.delete,
             self.delete_folder, self.mode, self.link, self.swap, self.steer),
            (30, 20, 5, 15, 10, 3, 10, 1, 4, 4, 2, 1),
        )[0]  # fmt: skip
        with suppress(OSError):
            does()
            self.kinds[does.__name__] += 1

    def write(self) -> None:
        path = self._file()
        self._put(path, self._text(path))

    def save(self) -> None:
        """As most editors do: a new file beside the old one, that takes its place."""
        path = self._file()
        beside = path.with_name(f".{self.count}.tmp")
        self._put(beside, self._text(path))
        os.replace(beside, path)

    def arrive(self) -> None:
        path = self._file()
        outside = self.base / "home" / "draft"
        self._put(outside, self._text(path))
        os.replace(outside, path)

    def create(self) -> None:
        path = self._somewhere()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._put(path, self._text(path))

    def rename(self) -> None:
        os.rename(self._file(), self._somewhere())

    def move_folder(self) -> None:
        os.rename(self._folder(), self._somewhere().with_name(self.chance.choice(FOLDERS)))

    def delete(self) -> None:
        os.unlink(self._file())

    def delete_folder(self) -> None:
        shutil.rmtree(self._folder())

    def mode(self) -> None:
        path = self._file()
        if not path.is_symlink():
            path.chmod(self.chance.choice((0o644, 0o755, 0o600, 0o000)))

    def link(self) -> None:
        path = self._somewhere()
        target = self.chance.choice(
            ("secret.py", "/etc", str(self.base / "outside"), "..", str(self.base / "out"))
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(f"../../outside/{target}" if target.startswith("s") else target)

    def swap(self) -> None:
        """A folder where a file was."""
        path = self._file()
        path.unlink()
        path.mkdir()
        self._put(path / "inner.py", self._text(path))

    def steer(self) -> None:
        name, text = self.chance.choice(
            ((".gitignore", "*.txt\n"), (".gitignore", ""), (".prediff.toml", 'level = "layout"\n'))
        )
        for side in ("left", "right"):
            self._put(self.base / side / name, text.encode())

    def _text(self, path: Path) -> bytes:
        """Text whose first and last line tell the same number, so that a part of it can be told from the whole."""
        self.count += 1
        number, word = self.chance.randrange(6), self.chance.choice(("item", "value"))
        if path.suffix == ".js":
            body = f"function f({word}) {{ if (!{word}) {{ return {number}; }} return g({word}); }}\n"
            return f"const START = {self.count};\n{body * 3}const END = {self.count};\n".encode()
        body = (
            f"def f({word}):\n    # {number}\n    if not {word}: return {number}\n    return g({word})\n\n\n"
        )
        return f"START = {self.count}\n\n\n{body * self.chance.randrange(1, 6)}END = {self.count}\n".encode()

    @staticmethod
    def _put(path: Path, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        with open(descriptor, "wb", buffering=0) as file:
            file.write(data)

    def _somewhere(self, side: str = "") -> Path:
        """A path that may be taken. Raises OSError where a link leads to it, which the storm itself must not follow."""
        path = self.base / (side or self.chance.choice(("left", "right")))
        for _ in range(self.chance.choice((0, 1, 1, 2, 3))):
            path /= self.chance.choice(FOLDERS)
        name = self.chance.choice(NAMES)
        path /= name if self.chance.random() < 0.5 else f"{self.chance.randrange(60)}{name[-40:]}"
        if any(parent.is_symlink() for parent in path.parents):
            raise FileExistsError(path)
        return path

    def _file(self) -> Path:
        # Not what configures prediff: where that cannot be read, nothing is compared.
        return self._one_of(lambda at, folders, files: [at / name for name in files if name[0] != "."])

    def _folder(self) -> Path:
        return self._one_of(lambda folder, folders, files: [folder / name for name in folders])

    def _one_of(self, of: Callable[[Path, list[str], list[str]], list[Path]]) -> Path:
        """Raises FileNotFoundError where there is none."""
        found: list[Path] = []
        for folder, folders, files in os.walk(self.base / self.chance.choice(("left", "right"))):
            found += of(Path(folder), folders, files)
        if not found:
            raise FileNotFoundError
        return self.chance.choice(sorted(found))


class Reader(threading.Thread):
    """Reads the mirror over and over: each file must be whole."""

    def __init__(self, mirror: Path) -> None:
        super().__init__(daemon=True)
        self.mirror = mirror
        self.done = threading.Event()
        self.torn: set[str] = set()
        self.reads = 0

    def run(self) -> None:
        while not self.done.is_set():
            for path in walk_files(self.mirror):
                with suppress(OSError):
                    self._look(path)
            time.sleep(0.01)

    def _look(self, path: Path) -> None:
        if path.is_symlink():
            self.torn.add(f"{path}: a link")
            return
        data = path.read_bytes()
        self.reads += 1
        if not is_whole(data):
            self.torn.add(f"{path}: {data[:80]!r} … {data[-80:]!r}")


def is_whole(data: bytes) -> bool:
    """Whether a text is one of a storm's, from its first line to its last; or none of them, such as a link's target."""
    marks = _MARK.findall(data)
    if not marks:
        return b"def f" not in data and b"function f" not in data
    return [kind for kind, _ in marks] == [b"START", b"END"] and marks[0][1] == marks[1][1]


def walk_files(folder: Path) -> Iterator[Path]:
    for at, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".prediff")]
        yield from (Path(at) / name for name in files if not name.startswith(".prediff"))


@dataclass(slots=True)
class Watch:
    """`prediff watch` as its user starts it."""

    base: Path
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it has seen everything once."""
        began = time.time()
        command = [sys.executable, "-m", "prediff", "watch", "left", "right", "--out", "out", *self.options]
        with open(self.base / "home" / "errors", "ab") as errors:
            self.process = subprocess.Popen(
                command, cwd=self.base, env=self.environment(), stdout=subprocess.DEVNULL, stderr=errors
            )
        self.wait(lambda status: status["seen"] >= began)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def rest(self) -> None:
        """Wait until it has nothing more to do."""
        began = time.time()
        # What the system tells comes in order: once this is in the mirror, all before it has been told.
        last = f"last-{time.monotonic_ns()}"
        (self.base / "left" / last).write_text("")
        self.wait(lambda status: (self.base / "out" / "left" / last).exists())
        time.sleep(CALM)
        states: list[tuple[float, object]] = []

        def calm(status: dict[str, Any]) -> bool:
            now = time.monotonic()
            state = (status["state"], status["passes"], status["pending"])
            if not states or states[-1][1] != state:
                states.append((now, state))
            if status["how"] == "polling" and status["seen"] < began:
                return False
            return status["state"] == "idle" and not status["pending"] and now - states[-1][0] > CALM

        self.wait(calm)

    def wait(self, wanted: Callable[[dict[str, Any]], bool]) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            status = self.status()
            if status is not None and wanted(status):
                return
            assert self.process is not None
            if self.process.poll() is not None:
                said = (self.base / "home" / "errors").read_text()
                raise RuntimeError(f"the watch ended with code {self.process.returncode}: {said}")
            time.sleep(0.05)
        raise RuntimeError(f"the watch did not come to rest: {self.status()}")

    def status(self) -> dict[str, Any] | None:
        """Its status file, read directly: to ask the command takes a second of a busy machine."""
        for file in (self.base / "home" / ".local" / "state" / "prediff" / "watch").glob("*.json"):
            with suppress(OSError, ValueError):
                found = json.loads(file.read_text())
                if self.process is not None and found["pid"] == self.process.pid:
                    return dict(found)
        return None

    def environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
        home = str(self.base / "home")
        return {**kept, "HOME": home, "PREDIFF_SERVER": "off"}


def run(base: Path, operations: int, kills: int, seed: int, options: tuple[str, ...] = ()) -> Outcome:
    """One storm in an empty folder."""
    chance = random.Random(seed)
    storm, watch = Storm(base, chance), Watch(base, options)
    before = snapshot(base / "outside")
    watch.start()
    reader = Reader(base / "out")
    reader.start()
    dying = sorted(chance.sample(range(operations), kills))
    began, done = time.monotonic(), 0
    while done < operations:
        for _ in range(min(chance.randrange(1, BURST), operations - done)):
            storm.change()
            done += 1
        while dying and dying[0] < done:
            dying.pop(0)
            time.sleep(chance.random() * 0.6)
            watch.kill()
            for _ in range(5):
                storm.change()
            watch.start()
        time.sleep(chance.choice((0.0, 0.05, 0.3)))
    changed = time.monotonic()
    watch.rest()
    rested = time.monotonic()
    reader.done.set()
    reader.join()
    code = watch.stop()
    lost = compare(fresh(base, watch), base / "out")
    lost += [f"the watch ended with code {code}"] * (code != 0)
    after = snapshot(base / "outside")
    outside = [path for path in {*before, *after} if before.get(path) != after.get(path)]
    strange = set(os.listdir(base)) - {"left", "right", "outside", "home", "out", "fresh"}
    return Outcome(
        done, kills, sum(1 for _ in walk_files(base / "out")), tuple(lost), tuple(sorted(reader.torn)),
        (*outside, *strange), reader.reads, (changed - began, rested - changed), storm.kinds,
    )  # fmt: skip


def latencies(base: Path, files: int, edits: int, atomic: bool) -> list[float]:
    """Seconds from a write to the mirror that has it, for edits one by one among some files at rest.

    atomic: whether a new file takes the old one's place, as most editors do it.
    """
    for side in ("left", "right"):
        for number in range(files):
            path = base / side / f"p{number % 20}" / f"m{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"def f(a):\n    return a + {number}\n")
    (base / "home").mkdir()
    watch = Watch(base, ("--no-server",))
    watch.start()
    found = []
    for edit in range(edits):
        watch.rest()
        path, seen = (base / at / "p1" / "m1.py" for at in ("right", "out/right"))
        text = f"def f(a):\n    return a - {edit}\n"
        began = time.perf_counter()
        if atomic:
            path.with_suffix(".tmp").write_text(text)
            path.with_suffix(".tmp").replace(path)
        else:
            path.write_text(text)
        while seen.read_text() != text:
            time.sleep(0.002)
        found.append(time.perf_counter() - began)
    watch.stop()
    return found


def fresh(base: Path, watch: Watch) -> Path:
    """What `prediff tree --out` makes of the two folders, without what is kept in the cache."""
    command = [sys.executable, "-m", "prediff", "tree", "left", "right", "--out", "fresh", "-q", "--no-cache"]
    subprocess.run(command, cwd=base, env=watch.environment(), check=False, capture_output=True)
    return base / "fresh"


def compare(one: Path, two: Path) -> list[str]:
    """Where two folders differ, in names, kinds, modes or bytes."""
    first, second = snapshot(one), snapshot(two)
    return sorted(path for path in first.keys() | second.keys() if first.get(path) != second.get(path))


def snapshot(folder: Path) -> dict[str, tuple[int, str]]:
    """Modes and digests of all that lies below a folder."""
    found = {}
    for at, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(at) / name
            about = path.lstat()
            data = path.read_bytes() if stat.S_ISREG(about.st_mode) else b""
            found[str(path.relative_to(folder))] = (about.st_mode, blake2b(data, digest_size=16).hexdigest())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poll", action="store_true", help="watch without the events of the system")
    parser.add_argument(
        "--latency", type=int, metavar="FILES", help="only time single edits among so many files"
    )
    given = parser.parse_args()
    if given.latency:
        for atomic, kind in ((False, "an edit"), (True, "an atomic save")):
            with tempfile.TemporaryDirectory(prefix="prediff-edits-") as folder:
                times = sorted(latencies(Path(folder), given.latency, 21, atomic))
            middle, least = times[10] * 1000, times[0] * 1000
            print(f"{kind} is in the mirror after {middle:.0f} ms (median of 21, {least:.0f} at least)")
        return 0
    with tempfile.TemporaryDirectory(prefix="prediff-storm-") as folder:
        options = ("--no-server", *(["--poll"] if given.poll else []))
        found = run(Path(folder), given.operations, given.kills, given.seed, options)
    print(f"{found.operations} changes ({', '.join(f'{k} {v}' for k, v in found.kinds.most_common())})")
    print(f"in {found.seconds[0]:.0f} s, {found.kills} kills, {found.files} files in the mirror at the end")
    print(f"at rest {found.seconds[1]:.1f} s after the last; {found.reads} reads of the mirror beside it")
    for what, paths in (("lost", found.lost), ("torn", found.torn), ("outside", found.outside)):
        print(f"{what}: {len(paths)}")
        for path in paths[:20]:
            print(f"  {path!r}")
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
