"""The warm server: the same answers byte for byte, and no command that ever fails because of it."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from prediff.cli import main, warm
from prediff.cli.group import prediff as group
from prediff.locks import holder, take
from prediff.server import client, wire
from prediff.server.pool import Pool

ROOT = Path(__file__).parent.parent
SAMPLES = sorted(path.parent for path in ROOT.glob("samples/*/*/left.*"))
TIME_LIMIT = 120.0
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="needs signals and Unix sockets")


@dataclass(slots=True)
class Home:
    """A user of its own: home, runtime folder, and the servers that were started there."""

    folder: Path
    runtime: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "PREDIFF_"))}
        own = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(self.runtime), "PYTHONIOENCODING": "utf-8"}
        self.environment = {**kept, **own}

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-m", "prediff", *arguments],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            timeout=TIME_LIMIT,
            check=False,
        )

    def alone(self, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        return self(*arguments, PREDIFF_SERVER="off")

    def start(self, *options: str) -> None:
        done = self("server", "start", *options)
        assert done.returncode == 0, done.stderr

    def status(self) -> dict[str, Any] | None:
        import json

        found: dict[str, Any] | None = json.loads(self("server", "status", "--json").stdout)
        return found

    def write(self, name: str, content: str | bytes) -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return name

    @property
    def base(self) -> str:
        return str(self.runtime / "prediff" / wire.base_name())


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    # A Unix socket's path must be short, which pytest's are not.
    runtime = Path(tempfile.mkdtemp(prefix="pd", dir="/tmp" if os.path.isdir("/tmp") else None))
    runtime.chmod(0o700)
    found = Home(tmp_path, runtime)
    yield found
    found("server", "stop")
    shutil.rmtree(runtime, ignore_errors=True)


@pytest.fixture
def here(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The same user for what is called in this process."""
    for name in ("HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.setenv(name, home.environment[name])
    for name in [name for name in os.environ if name.startswith(("PREDIFF_", "XDG_C", "XDG_S"))]:
        monkeypatch.delenv(name)
    return home


def until(wanted: Callable[[], object], limit: float = 30.0) -> None:
    end = time.monotonic() + limit
    while not wanted():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


# --- What goes over the wire ---

_DATA = st.recursive(
    st.integers(-(10**15), 10**15) | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


_PATIENT = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@_PATIENT
@given(_DATA)
def test_what_is_sent_arrives(data: object) -> None:
    assert wire.decode(wire.encode(data)) == data


@_PATIENT
@given(st.binary(max_size=60) | st.text("dl0123456789:eixab-", max_size=40).map(str.encode))
def test_anything_else_is_refused(data: bytes) -> None:
    try:
        found = wire.decode(data)
    except wire.WireError:
        return
    assert wire.decode(wire.encode(found)) == found


@pytest.mark.parametrize(
    "data", [b"l" * 5000, b"9999999999:a", b"i" + b"9" * 50 + b"e", b"d1:ae", b"dde1:ae"]
)
def test_hostile_messages_are_refused(data: bytes) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(data)


def test_text_that_is_no_text_arrives() -> None:
    for text in ("\udcff\udc80", "a\0b", "ü€\U0001f600"):
        assert wire.text(wire.decode(wire.encode(text))) == text


def test_a_message_has_a_limit() -> None:
    one, two = socket.socketpair()
    with one, two:
        one.sendall((1 << 30).to_bytes(4, "big"))
        with pytest.raises(wire.WireError, match="longer than"):
            wire.receive(two)


# --- The same answers ---


def test_all_samples_have_the_same_answer(
    here: Home, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    here.start()
    monkeypatch.chdir(ROOT)
    asked = 0
    for sample in SAMPLES:
        sides = [str(next(sample.glob(f"{side}.*")).relative_to(ROOT)) for side in ("left", "right")]
        for words in (
            ["diff", *sides],
            ["diff", "--json", "--level=relaxed", *sides],
            ["diff", *sides, "--side-by-side", "--color", "always", "-U", "1", "--explain"],
            ["textconv", "--rules", "x", sides[0]],
            ["textconv", "--level", "safe", "--", sides[1]],
        ):
            found = []
            for server in ("on", "off"):
                monkeypatch.setenv("PREDIFF_SERVER", server)
                code = main(words)
                found.append((code, *capfdbinary.readouterr()))
            assert found[0] == found[1], words
            asked += 1
    monkeypatch.setenv("PREDIFF_SERVER", "on")
    status = client.ask(here.base, "status")
    # Not one of them was answered by the command itself.
    assert status["answered"] == asked > 100


def test_configuration_notes_and_errors_are_the_same(home: Home) -> None:
    home.write(".config/prediff/config.toml", 'level = "relaxed"\n[languages]\n"*.pyx" = "python"\n')
    home.write("p/.git/HEAD", "")
    home.write("p/.prediff.toml", 'level = "layout"\nrefuse = ["docs-unread"]\npager = "x"\n')
    home.write("p/q/pyproject.toml", "[project]\nname = 'no word of it'\n")
    home.write("p/q/a.pyx", "def f(x):\n    'doc'\n    return x\n")
    home.write("p/q/b.pyx", "def f(x):\n    return x\n")
    home.write("latin.py", "x = 'é'\n".encode("latin-1"))
    home.write("crlf.py", b"x = 1\r\nif x :\r\n  y = 2\r\n")
    home.write("plain.xyz", "no language\n")
    home.write("bad.py", "def f(:\n")
    home.start()
    for words in (
        ["diff", "p/q/a.pyx", "p/q/b.pyx"],
        ["diff", "p/q/a.pyx", "crlf.py", "--lang", "python", "--quiet"],
        ["diff", "latin.py", "crlf.py"],
        ["diff", "plain.xyz", "crlf.py"],
        ["diff", "bad.py", "crlf.py"],
        ["diff", "missing.py", "crlf.py"],
        ["diff", "crlf.py", "bad.py", "--level", "nonsense"],
        ["diff", "crlf.py", "bad.py", "--nonsense"],
        ["textconv", "crlf.py"],
        ["textconv", "bad.py"],
        ["textconv", "missing.py"],
        ["textconv", "--lang", "klingon", "crlf.py"],
    ):
        one, two = home(*words), home.alone(*words)
        assert (one.returncode, one.stdout, one.stderr) == (two.returncode, two.stdout, two.stderr), words


def test_colours_and_width_follow_the_asking_command(home: Home) -> None:
    home.write("a.py", "x = 1\n")
    home.write("b.py", "x = 2\n")
    home.start()
    for environment in ({"FORCE_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, {"COLUMNS": "60"}):
        words = ("diff", "a.py", "b.py", "--side-by-side")
        one = home(*words, **environment)
        assert one.stdout == home(*words, PREDIFF_SERVER="off", **environment).stdout
        assert (b"\x1b[" in one.stdout) == (environment == {"FORCE_COLOR": "1"})


def test_the_client_imports_little(home: Home) -> None:
    home.write("a.py", "x = 1\n")
    home.write("b.py", "x = 2\n")
    home.start()
    code = "import sys; from prediff.cli import main; main({!r}); print('loaded', *sys.modules)"
    for words in (["diff", "a.py", "b.py"], ["textconv", "a.py"]):
        done = subprocess.run(
            [sys.executable, "-c", code.format(words)],
            cwd=home.folder, env=home.environment, capture_output=True, encoding="utf-8", check=True,
        )  # fmt: skip
        loaded = set(done.stdout.rpartition("loaded ")[2].split())
        slow = {
            "click",
            "libcst",
            "tree_sitter",
            "json",
            "re",
            "typing",
            "dataclasses",
            "platformdirs",
            "tomllib",
        }
        assert not loaded & slow, words
        assert not {name for name in loaded if name.startswith("prediff.")} - {
            *("prediff.cli", "prediff.cli.quick", "prediff.cli.warm", "prediff.cli.output"),
            *("prediff.config_files", "prediff.server", "prediff.server.client", "prediff.server.wire"),
        }
    status = home.status()
    assert status is not None
    assert status["answered"] == 2


def test_the_difftools_pairs_have_the_same_answer(here: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from prediff.cli import pairs
    from prediff.difftool import File, judged
    from prediff.model import Settings

    here.start()
    odd = Settings(
        "relaxed", frozenset({"docs-unread"}), frozenset({"reads-pure"}), frozenset({"imports"}), True
    )
    asked = 0
    for sample in SAMPLES:
        one, two = (next(sample.glob(f"{side}.*")) for side in ("left", "right"))
        for settings in (Settings(), odd):
            left, right = (File(path.name, path.read_bytes(), (None, "python")) for path in (one, two))
            assert pairs.judge(left, right, settings) == judged(left, right, settings, pairs.summary)
            asked += 1
    for data, languages in (
        (b"a\xff\n", ("python", None)),
        (b"x\n", (None, None)),
        (b"def f(:\n", ("python", None)),
    ):
        left, right = File("name", data, languages), File("name", data + b"y\n", languages)
        assert pairs.judge(left, right, odd) == judged(left, right, odd, pairs.summary)
        asked += 1
    assert client.ask(here.base, "status")["answered"] == asked


def test_beyond_compare_asks_too(home: Home) -> None:
    """`bc-compare` is a quiet diff to a server; what that cannot answer is a mismatch, as without one."""
    home.write("a.py", "x = 1\n")
    home.write("b.py", "x = (1)  # one\n")
    home.write("c.py", "x = 2\n")
    home.start()
    for words, code, answered in (
        (("a.py", "b.py"), 0, 1),
        (("a.py", "c.py"), 1, 2),
        (("--show", "comments", "a.py", "b.py"), 1, 3),
        (("a.py", "gone.py"), 1, 3),
    ):
        done, alone = home("bc-compare", *words), home.alone("bc-compare", *words)
        assert (done.returncode, done.stdout, done.stderr) == (code, alone.stdout, alone.stderr)
        assert alone.returncode == code
        status = home.status()
        assert status is not None
        assert status["answered"] == answered


def test_conversions_for_beyond_compare_are_the_same(home: Home) -> None:
    for name, data in (
        ("a.py", b"def f( x ):\n    return  x\n"),
        ("bad.py", b"def f(:\n"),
        ("latin.py", b"x = '\xe9'\n"),
        ("empty.py", b""),
        ("a.xyz", b"no language\n"),
    ):
        home.write(name, data)
    home.start()
    cases = [["a.py"], ["bad.py"], ["latin.py"], ["empty.py"], ["a.xyz"], ["--lang", "python", "a.xyz"]]
    cases += [["--lang", "klingon", "a.py"], ["--level", "safe", "a.py"], ["--level=none", "a.py"]]
    for words in cases:
        one, two = home("bc-convert", *words, "warm.txt"), home.alone("bc-convert", *words, "alone.txt")
        assert (
            (one.returncode, one.stdout, one.stderr)
            == (two.returncode, two.stdout, two.stderr)
            == (0, b"", b"")
        )
        assert (home.folder / "warm.txt").read_bytes() == (home.folder / "alone.txt").read_bytes(), words
    status = home.status()
    assert status is not None
    assert status["answered"] == len(cases)
    missing = home("bc-convert", "missing.py", "warm.txt")
    assert (missing.returncode, b"cannot read" in (home.folder / "warm.txt").read_bytes()) == (0, True)
    assert (
        home("bc-convert", "a.py", "a.py").returncode
        == home.alone("bc-convert", "a.py", "a.py").returncode
        == 2
    )


def test_options_are_those_of_the_commands() -> None:
    context = click.Context(group)
    for name, (count, valued, flags) in warm.SHAPES.items():
        found = group.get_command(context, name)
        assert found is not None
        options = [p for p in found.params if isinstance(p, click.Option)]
        assert sum(isinstance(p, click.Argument) for p in found.params) == count
        assert valued <= {o for p in options if not p.is_flag for o in p.opts}
        assert flags <= {o for p in options if p.is_flag for o in p.opts}


def test_what_writes_or_starts_programs_is_never_asked() -> None:
    for words in (
        ["diff", "a", "b", "--out-left", "c"],
        ["diff", "a", "b", "--html=x"],
        ["diff", "a", "b", "--tool", "meld"],
        ["diff", "a"],
        ["diff", "-", "a"],
        ["diff", "HEAD:a", "b"],
        ["textconv", "a", "b"],
    ):
        with pytest.raises(warm.NotOrdinary):
            warm.operands(words)


def test_a_worker_reads_only_what_was_sent(tmp_path: Path) -> None:
    from prediff.cli.worker import answer_to

    secret = tmp_path / "secret.py"
    secret.write_text("x = 1\n")
    for words in (["diff", str(secret), str(secret)], ["normalize", str(secret)], ["rules"]):
        request = {"arguments": words, "files": [], "own": [], "above": [], "terminal": 0, "columns": 80}
        assert answer_to(wire.decode(wire.encode({**request, "environment": {}}))) == []


# --- Whatever goes wrong ---


@pytest.fixture
def pair(home: Home) -> Home:
    home.write("a.py", "def f(a):\n    if not a: return 1\n    return 2\n" * 3)
    home.write("b.py", "def f(b):\n    if b:\n        return 2\n    return 1\n" * 3)
    return home


@POSIX
def test_a_killed_server_is_not_missed(pair: Home) -> None:
    expected = pair.alone("diff", "a.py", "b.py")
    pair.start()
    status = pair.status()
    assert status is not None
    os.kill(status["pid"], signal.SIGKILL)
    until(lambda: holder(f"{pair.base}.lock") is None)
    assert os.path.exists(f"{pair.base}.sock")
    done = pair("diff", "a.py", "b.py")
    assert (done.returncode, done.stdout, done.stderr) == (expected.returncode, expected.stdout, b"")
    pair.start()
    assert pair("diff", "a.py", "b.py").stdout == expected.stdout
    status = pair.status()
    assert status is not None
    assert status["answered"] == 1


@POSIX
def test_a_server_that_hangs_is_not_waited_for(pair: Home) -> None:
    expected = pair.alone("diff", "a.py", "b.py")
    pair.start()
    status = pair.status()
    assert status is not None
    os.kill(status["pid"], signal.SIGSTOP)
    try:
        done = pair("diff", "a.py", "b.py")
    finally:
        os.kill(status["pid"], signal.SIGCONT)
    assert (done.returncode, done.stdout, done.stderr) == (expected.returncode, expected.stdout, b"")


@POSIX
def test_a_server_killed_in_the_middle_of_an_answer(pair: Home) -> None:
    body = "".join(f"def f{i}(a):\n    if not a: return {i}\n    return a + {i}\n\n\n" for i in range(60))
    pair.write("c.py", body)
    pair.write("d.py", body.replace("not a", "a == 1").replace("a", "b"))
    expected = pair.alone("diff", "c.py", "d.py")
    pair.start()
    status = pair.status()
    assert status is not None
    asking = subprocess.Popen(
        [sys.executable, "-m", "prediff", "diff", "c.py", "d.py"],
        cwd=pair.folder, env=pair.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    until(lambda: (client_status(pair) or {}).get("ready", status["processes"]) < status["processes"])
    os.kill(status["pid"], signal.SIGKILL)
    out, err = asking.communicate(timeout=TIME_LIMIT)
    assert (asking.returncode, out, err) == (expected.returncode, expected.stdout, b"")


def client_status(home: Home) -> dict[str, Any] | None:
    found = client.ask(home.base, "status")
    return found if isinstance(found, dict) else None


def has_asked(pid: int) -> bool:
    """Whether a command has a connection by now; where that cannot be seen, after a while."""
    if not sys.platform.startswith("linux"):
        time.sleep(0.3)
        return True
    with suppress(OSError):
        return any(os.readlink(entry).startswith("socket:") for entry in Path(f"/proc/{pid}/fd").iterdir())
    return False


@POSIX
def test_ctrl_c_while_a_server_works(pair: Home) -> None:
    pair.start()
    status = pair.status()
    assert status is not None
    os.kill(status["pid"], signal.SIGSTOP)
    try:
        asking = subprocess.Popen(
            [sys.executable, "-m", "prediff", "diff", "a.py", "b.py"],
            cwd=pair.folder, env=pair.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        until(lambda: has_asked(asking.pid))
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=TIME_LIMIT)
    finally:
        os.kill(status["pid"], signal.SIGCONT)
    assert (asking.returncode, out) in ((130, b""), (-signal.SIGINT, b""))
    assert b"internal error" not in err


def test_two_starts_at_once_give_one_server(pair: Home) -> None:
    command = [sys.executable, "-m", "prediff", "server", "start"]
    both = [
        subprocess.Popen(command, env=pair.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    said = [one.communicate(timeout=TIME_LIMIT) for one in both]
    assert [one.returncode for one in both] == [0, 0, 0], said
    assert len({out.split()[-1] for out, _ in said}) == 1


def test_start_status_stop(pair: Home) -> None:
    assert pair("server", "status").returncode == 1
    assert pair("server", "stop").stdout == b"no server runs\n"
    pair.start()
    assert b"runs already" in pair("server", "start").stdout
    assert pair("server", "status").returncode == 0
    assert pair("server", "stop").stdout == b"stopped\n"
    assert pair.status() is None
    assert not [
        name for name in os.listdir(pair.runtime / "prediff") if not name.endswith((".lock", ".tried"))
    ]


def test_a_server_ends_when_nobody_asks(pair: Home) -> None:
    pair.start("--idle", "1")
    until(lambda: holder(f"{pair.base}.lock") is None)


def test_a_server_of_older_code_is_replaced(home: Home) -> None:
    shutil.copytree(ROOT / "src" / "prediff", home.folder / "code" / "prediff")
    own = str(home.folder / "code")
    home.environment["PYTHONPATH"] = os.pathsep.join([own, os.environ.get("PYTHONPATH", "")])
    home.write("a.py", "x = 1\n")
    home.start()
    first = home.status()
    assert first is not None
    with open(home.folder / "code" / "prediff" / "rules" / "swaps.py", "a", encoding="utf-8") as file:
        file.write("\n# another version\n")
    assert home("textconv", "a.py").stdout == b"x = 1\n"
    home.start()
    second = home.status()
    assert second is not None
    assert second["pid"] != first["pid"]
    assert second["rules"] != first["rules"]
    assert home("textconv", "a.py").stdout == b"x = 1\n"
    home("server", "stop")


def test_others_are_kept_out(pair: Home) -> None:
    pair.start()
    folder = pair.runtime / "prediff"
    assert folder.stat().st_mode & 0o077 == 0
    assert not [f for f in folder.iterdir() if f.stat().st_mode & 0o077 and f.suffix != ".sock"]
    pair("server", "stop")
    folder.chmod(0o755)
    done = pair("server", "start")
    assert done.returncode == 2
    assert b"can be entered by others" in done.stderr
    assert (
        pair("diff", "-q", "a.py", "b.py").returncode == pair.alone("diff", "-q", "a.py", "b.py").returncode
    )


def test_a_port_and_a_token_where_there_is_no_unix_socket(pair: Home) -> None:
    """What Windows uses, and any system where the socket's path would be too long."""
    runtime = pair.folder / ("long" * 30)
    runtime.mkdir(mode=0o700)
    pair.environment["XDG_RUNTIME_DIR"] = str(runtime)
    pair.start()
    base = str(runtime / "prediff" / wire.base_name())
    port = Path(base + ".port")
    assert pair("diff", "a.py", "b.py").stdout == pair.alone("diff", "a.py", "b.py").stdout
    status = client.ask(base, "status")
    assert status["answered"] == 1
    right = port.read_bytes()
    port.write_bytes(right.partition(b" ")[0] + b" " + b"0" * 64)
    assert client.ask(base, "status") is None
    assert pair("diff", "a.py", "b.py").stdout == pair.alone("diff", "a.py", "b.py").stdout
    port.write_bytes(right)
    assert client.ask(base, "status")["answered"] == 1
    pair("server", "stop")
    assert not port.exists()


@POSIX
def test_one_who_says_nothing_or_too_much_stops_nobody(here: Home) -> None:
    here.write("a.py", "x = 1\n")
    here.start()
    silent, loud = (socket.socket(socket.AF_UNIX) for _ in range(2))
    with silent, loud:
        silent.connect(f"{here.base}.sock")
        loud.connect(f"{here.base}.sock")
        loud.sendall((1 << 31).to_bytes(4, "big") + b"x" * 1000)
        assert here("textconv", "a.py").stdout == b"x = 1\n"
        loud.settimeout(20)
        with suppress(ConnectionResetError):
            assert loud.recv(10) == b""
    assert client.ask(here.base, "status")["answered"] == 1


def test_a_user_can_ask_for_a_server_by_configuration(home: Home) -> None:
    home.write("a.py", "x = 1\n")
    assert home("textconv", "a.py").returncode == 0
    assert home.status() is None
    home.write(".config/prediff/config.toml", 'server = "auto"\n')
    assert home("textconv", "a.py").stdout == b"x = 1\n"
    until(lambda: home.status() is not None)


def test_a_repository_cannot_ask_for_a_server(home: Home) -> None:
    home.write("a.py", "x = 1\n")
    home.write("b.py", "x = 2\n")
    home.write(".prediff.toml", 'server = "auto"\n')
    done = home("diff", "a.py", "b.py")
    assert b"server is ignored" in done.stderr
    assert not (home.runtime / "prediff").exists()


# --- The processes ---

_ODD_WORKER = """
import os, sys, time
def take():
    size = int.from_bytes(sys.stdin.buffer.read(4), "big")
    return sys.stdin.buffer.read(size)
def give(data):
    sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)
    sys.stdout.buffer.flush()
give(b"ready")
while True:
    word = take()
    if word == b"hang":
        time.sleep(100)
    if word == b"die":
        os._exit(3)
    give((b"r" if word == b"grow" else b"k") + word.upper())
"""


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Pool]:
    found = Pool(("-c", _ODD_WORKER), str(tmp_path), 2)
    found.start()
    until(lambda: found.count() == 2)
    yield found
    found.close()


def test_a_process_that_dies_or_hangs_costs_one_answer(pool: Pool) -> None:
    assert pool.ask(b"one", 1.0, 5.0) == b"ONE"
    assert pool.ask(b"die", 1.0, 5.0) is None
    began = time.monotonic()
    assert pool.ask(b"hang", 1.0, 0.3) is None
    assert time.monotonic() - began < 5
    until(lambda: pool.count() == 2)
    assert pool.ask(b"grow", 1.0, 5.0) == b"GROW"
    until(lambda: pool.count() == 2)
    assert pool.ask(b"two", 1.0, 5.0) == b"TWO"


def test_others_are_answered_while_one_hangs(pool: Pool) -> None:
    hanging = threading.Thread(target=pool.ask, args=(b"hang", 1.0, 3.0))
    hanging.start()
    until(lambda: pool.count() == 1)
    assert pool.ask(b"one", 1.0, 5.0) == b"ONE"
    until(lambda: pool.count() == 1)
    another = threading.Thread(target=pool.ask, args=(b"hang", 1.0, 3.0))
    another.start()
    until(lambda: pool.count() == 0)
    began = time.monotonic()
    assert pool.ask(b"two", 0.1, 5.0) is None
    assert time.monotonic() - began < 2
    hanging.join()
    another.join()


def test_a_lock_is_one_processs(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    assert holder(path) is None
    lock = take(path)
    assert lock is not None
    code = "import sys; from prediff.locks import take; print(take(sys.argv[1]))"
    command = [sys.executable, "-c", code, path]
    assert subprocess.run(command, capture_output=True, check=True).stdout.strip() == b"None"
    assert holder(path) == os.getpid()
    lock.release()
    assert holder(path) is None
    if hasattr(os, "symlink"):
        os.symlink(path, tmp_path / "link")
        with pytest.raises(OSError, match="symbolic link"):
            take(str(tmp_path / "link"))
