"""`prediff model`: real processes, a real hub on this machine, a tiny model, a stand-in for vLLM."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from conftest import Command, Done
from hostile_server import HostileServer, answer, chat, models, says
from hub_server import COMMIT, Hub, Model

LEFT = "def total(orders):\n    found = 0\n    for order in orders:\n        found += order.price\n    return found\n"
RIGHT = LEFT.replace("found += order.price", "found += order.price * order.count").replace(
    "found = 0", "found = 1"
)

# It listens as it was told, after it has written down how it was called.
VLLM = """#!{python}
import json, os, sys
sys.path[:0] = {path!r}
from hostile_server import HostileServer, answer, chat, models, says
with open({calls!r}, "w") as file:
    environment = {{key: value for key, value in os.environ.items() if key.startswith(("VLLM", "HF_"))}}
    json.dump({{"words": sys.argv[1:], "environment": environment}}, file)
word = dict(zip(sys.argv, sys.argv[1:]))
with HostileServer(port=int(word["--port"])) as server:
    named = models(word["--served-model-name"], max_model_len=4096)
    def guarded(behaviour):
        bearer = "Bearer " + os.environ["VLLM_API_KEY"]
        return lambda asked: behaviour(asked) if asked.headers.get("authorization") == bearer else [answer("no", 401)]
    server.models, server.chat = guarded(says(named)), guarded(says(answer(chat())))
    server.wait(600)
"""


@pytest.fixture
def model(prediff: Command) -> Iterator[Command]:
    """A home in which no server is left running."""
    (prediff.folder / "home").mkdir()
    yield prediff
    run(prediff, "down")


def run(prediff: Command, *words: str, code: int | None = 0, env: Mapping[str, str] | None = None) -> Done:
    # An engine of this process may have told the hub's library to stay offline.
    clean = {"HF_HOME": str(prediff.folder / "hub"), "HF_HUB_OFFLINE": "0", "TRANSFORMERS_OFFLINE": "0"}
    done = prediff("model", *words, env={**clean, **(env or {})})
    assert code is None or done.code == code, done
    assert "Traceback" not in done.err
    return done


def is_gone(pid: int) -> bool:
    """Whether a process has ended; in a container nobody may take notice of that, and then its name stays."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        try:
            os.kill(pid, 0)
            if " Z " in Path(f"/proc/{pid}/stat").read_text():
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def config(prediff: Command) -> Path:
    return prediff.folder / "home" / ".config" / "prediff" / "config.toml"


def test_up_to_down(model: Command, tiny_model: Path) -> None:
    file = config(model)
    file.parent.mkdir(parents=True)
    file.write_bytes(b'# mine\ncontext = 2\n\n[languages]\n"*.pyx" = "python"')
    before = file.read_bytes()
    left, right = model.write("left.py", LEFT), model.write("right.py", RIGHT)
    plain = model("diff", left, right)

    said = run(model, "up", str(tiny_model), "--in-process").out
    assert re.search(r"^started at http://127\.0\.0\.1:\d+/v1, process \d+$", said, re.MULTILINE)
    assert "set up in ~/.config/prediff/config.toml" in said
    assert "to undo all of this: prediff model down" in said
    assert file.read_bytes().startswith(before)
    token = next(iter((model.folder / "home").rglob("token-*")))
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    for path in (model.folder / "home").rglob("*"):
        if path.is_file() and path != token:
            assert token.read_text() not in path.read_text(), path

    found = json.loads(run(model, "status", "--json").out)
    assert (found["schema"], found["version"], found["problem"]) == ("prediff-model", 1, "")
    assert (found["backend"], found["program"], found["model"]) == ("http", "prediff", "tiny")
    assert (found["device"], found["dtype"], found["context"]) == ("cpu", "float32", 4096)
    assert found["tokens_per_second"] > 0
    assert re.fullmatch(r"[0-9a-f]{40}", found["revision"])
    assert "tokens a second" in run(model, "status").out

    for _ in range(2):
        words = model("diff", left, right)
        assert words.code == plain.code == 1
        assert "model, unverified" in words.out
        assert [line for line in words.out.splitlines() if line.startswith(("+", "-", "@"))] == [
            line for line in plain.out.splitlines() if line.startswith(("+", "-", "@"))
        ]

    after = file.read_bytes()
    said = run(model, "up").out  # the same again changes nothing
    assert f"runs already at {found['url']}, process {found['pid']}" in said
    assert "is set up in" in said
    assert file.read_bytes() == after

    rows = {row["name"]: row for row in json.loads(model("doctor", "--json").out)["rows"]}
    assert (rows["model"]["status"], rows["model"]["text"]) == ("ok", f"tiny at {found['url']} answers")

    said = run(model, "down").out
    assert said == "stopped\n~/.config/prediff/config.toml: taken back\n"
    assert file.read_bytes() == before
    assert not token.exists()
    assert is_gone(found["pid"])
    assert run(model, "down").out == "no server runs\n"
    assert run(model, "status").out.startswith("no model is set up")


def test_a_server_that_died_is_told_and_replaced(model: Command, vllm: Path, tiny_model: Path) -> None:
    run(model, "up", str(tiny_model), env=found_first(vllm))
    pid = json.loads(run(model, "status", "--json").out)["pid"]
    os.kill(pid, 9)
    until = time.monotonic() + 10
    while time.monotonic() < until and run(model, "status", "--no-measure", code=None).code == 0:
        time.sleep(0.1)
    done = run(model, "status", code=2)
    told = r"no server answers at 127\.0\.0\.1:(\d+) \(the one that was started has ended\): prediff model up"
    found = re.search(told, done.out)
    assert found
    with HostileServer(port=int(found[1])) as other:  # who has its port now gets neither code nor token
        assert re.search(told, run(model, "status", code=2).out)
        assert other.asked == []
    rows = {row["name"]: row for row in json.loads(model("doctor", "--json").out)["rows"]}
    assert (rows["model"]["status"], rows["model"]["advice"]) == (
        "warn",
        "prediff model up, or prediff model down",
    )
    left, right = model.write("left.py", LEFT), model.write("right.py", RIGHT)
    assert model("diff", left, right).code == 1
    assert "started at" in run(model, "up", env=found_first(vllm)).out


@pytest.fixture
def vllm(model: Command) -> Path:
    """A folder with a `vllm` that writes down how it is called and serves words of its own."""
    folder = model.folder / "bin"
    folder.mkdir()
    program = folder / "vllm"
    path = [str(Path(__file__).parents[1])]
    calls = str(model.folder / "calls")
    program.write_text(VLLM.format(python=sys.executable, path=path, calls=calls))
    program.chmod(0o755)
    return folder


def found_first(folder: Path) -> dict[str, str]:
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def test_vllm_is_run_where_it_is_installed(model: Command, vllm: Path, tiny_model: Path) -> None:
    said = run(model, "up", str(tiny_model), "--port", str(free()), env=found_first(vllm)).out
    assert "it says of a few lines: adds two numbers" in said
    called = json.loads((model.folder / "calls").read_text())
    words = called["words"]
    assert words[:2] == ["serve", str(tiny_model)]
    assert words[words.index("--served-model-name") + 1] == "tiny"
    key = called["environment"]["VLLM_API_KEY"]
    assert key not in " ".join(words)
    assert called["environment"]["VLLM_NO_USAGE_STATS"] == called["environment"]["HF_HUB_OFFLINE"] == "1"
    found = json.loads(run(model, "status", "--json").out)
    assert (found["program"], found["context"], found["problem"]) == ("vllm", 4096, "")
    token = next(iter((model.folder / "home").rglob("token-*")))
    assert token.read_text() == key
    said = run(model, "down").out
    assert said.startswith("stopped\n")
    assert is_gone(found["pid"])
    assert not token.exists()


def free() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_a_start_that_fails_leaves_nothing(model: Command, vllm: Path, tiny_model: Path) -> None:
    (vllm / "vllm").write_text("#!/bin/sh\necho 'ValueError: no GPU was found' >&2\nexit 1\n")
    done = run(model, "up", str(tiny_model), code=2, env=found_first(vllm))
    assert done.err == "prediff: ValueError: no GPU was found\n"
    assert not config(model).exists()
    assert run(model, "down").out == "no server runs\n"


def test_words_that_are_none_are_not_set_up(model: Command, vllm: Path, tiny_model: Path) -> None:
    program = vllm / "vllm"
    program.write_text(program.read_text().replace("answer(chat())", "answer(chat('no JSON'))"))
    done = run(model, "up", str(tiny_model), code=2, env=found_first(vllm))
    assert done.err == "prediff: tiny gave no answer of the form that was asked for, so it is not set up\n"
    assert not config(model).exists()
    assert run(model, "down").out == "no server runs\n"


def test_what_is_no_model_is_one_line(model: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for words, told in {
        ("up", "./empty"): "there is no config.json in it",
        ("up", "/no/such/folder"): "there is no such folder",
        ("serve", "nobody/nothing"): "is not on this machine",
        ("serve", "./empty", "--host", "example.com"): "",
        ("pull", "x"): "is no hub id",
        ("pull", "../x/y"): "there is no such folder",
        ("serve", "--wanted", "{}"): "--wanted is for prediff itself",
        ("up", "--device", "gpu"): "'gpu' is not one of",
        ("sideways",): "No such command",
    }.items():
        done = run(model, *words, code=2)
        assert told in done.err
        assert done.err.count("\n") == 1
    assert run(model, "--help").out.count("\n") > 10


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def hub(tiny_model: Path) -> Iterator[Hub]:
    good = files(tiny_model)
    dangerous = {
        "pytorch_model.bin": b"x", "modeling.py": b"raise SystemExit", "onnx/model.safetensors": b"x",
        "model.gguf": b"x", "training_args.bin": b"x", "optimizer.pt": b"x", "LICENSE": b"MIT",
    }  # fmt: skip
    pickled = {name: data for name, data in good.items() if not name.endswith(".safetensors")}
    found = {
        "org/tiny": Model({**good, **dangerous}, {"license": "mit"}),
        "WeiboAI/VibeThinker-1.5B": Model(good, {"license": "mit"}),
        "WeiboAI/VibeThinker-3B": Model(good, {"license": "other", "license_name": "qwen-research"}),
        "org/pickled": Model({**pickled, "pytorch_model.bin": b"x"}, {"license": "mit"}),
        "org/bare": Model({"config.json": b"{}"}),
        "org/gated": Model({}, gated=True),
        "org/hostile": Model(
            {**good, "../../evil.safetensors": b"x", "/model.safetensors": b"x"}, {"license": "\x1b[31m"}
        ),
        "org/odd": Model(good, {"license": "mit"}, commit="main"),
    }
    with Hub(found) as server:
        yield server


def test_a_model_is_got_from_the_hub(model: Command, hub: Hub, tiny_model: Path) -> None:
    env = {"HF_ENDPOINT": hub.url}
    done = run(model, "pull", "org/tiny", code=2, env=env)
    assert done.out == f"org/tiny: {size(hub, 'org/tiny')} in 8 files, licence mit, revision {COMMIT}\n"
    assert done.err == "prediff: nothing is downloaded without your yes: add --yes\n"
    assert hub.fetched() == set()

    done = run(model, "pull", "org/tiny", "--yes", env=env)
    assert f"revision {COMMIT}\nto use it: prediff model up org/tiny\n" in done.out
    assert done.err == ""
    assert hub.fetched() == {*files(tiny_model), "LICENSE"}
    folder = model.folder / "hub" / "hub" / "models--org--tiny" / "snapshots" / COMMIT
    assert {path.name for path in folder.iterdir()} == hub.fetched()

    asked = len(hub.fetched()), len(hub.asked)
    run(
        model, "pull", "org/tiny", "--yes", "--revision", COMMIT, env=env
    )  # what is there is not fetched again
    assert len(hub.fetched()) == asked[0]
    offline = {"HF_ENDPOINT": "http://127.0.0.1:1", "HF_HUB_OFFLINE": "1"}
    done = run(model, "pull", "org/tiny", "--yes", code=2, env=offline)
    assert done.err == (
        "prediff: nothing is fetched where HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set: name a folder instead\n"
    )


def size(hub: Hub, name: str) -> str:
    """How large what is fetched of a model is."""
    from prediff.models.checkpoints.pull import gigabytes

    wanted = re.compile(r"[A-Z]+(\.md)?|[\w.]+\.(json|jinja)|model\.safetensors")
    return gigabytes(
        sum(len(data) for file, data in hub.models[name].files.items() if wanted.fullmatch(file))
    )


def test_up_gets_the_default_model_and_pins_it(model: Command, hub: Hub, vllm: Path) -> None:
    env = {"HF_ENDPOINT": hub.url, **found_first(vllm)}
    said = run(model, "up", "--yes", env=env).out
    assert said.startswith("WeiboAI/VibeThinker-1.5B: ")
    written = config(model).read_text()
    assert 'name = "WeiboAI/VibeThinker-1.5B"' in written
    assert f'revision = "{COMMIT}"' in written
    before = len(hub.asked)
    assert "runs already" in run(model, "up", env=env).out
    assert "runs already" in run(model, "up", "vibethinker-1.5b", env=env).out
    assert len(hub.asked) == before  # it is here, so nobody is asked


@pytest.mark.skipif(os.name == "nt", reason="terminals of POSIX")
@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_person_is_asked(model: Command, hub: Hub, answer: str) -> None:
    import fcntl
    import pty
    import struct
    import termios

    words = [sys.executable, "-m", "prediff", "model", "pull", "org/tiny"]
    environment = {
        **model.environment(),
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(model.folder / "hub"),
        "HF_HUB_OFFLINE": "0",
    }
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))  # a bar has to have room
    said = b""
    with subprocess.Popen(
        words, cwd=model.folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as done:
        os.close(theirs)
        with suppress(OSError):  # the end of a terminal, on Linux
            while piece := os.read(ours, 4096):
                said += piece
                if said.endswith(b"[y/N]: "):
                    os.write(ours, f"{answer}\n".encode())
    os.close(ours)
    code = done.returncode
    assert f"Download {size(hub, 'org/tiny')}? [y/N]: ".encode() in said
    assert code == (0 if answer == "y" else 2)
    assert (b"nothing is downloaded" in said) == (answer == "n")
    assert bool(hub.fetched()) == (answer == "y")
    assert (b"100%" in said) == (answer == "y")  # a bar


def test_words_of_a_hostile_server_are_harmless(model: Command, tmp_path: Path) -> None:
    about = {
        "device": "\x1b[31m" * 9000,
        "memory": 10**400,
        "dtype": ["x"],
        "context": True,
        "revision": "\u202e" * 9,
    }
    with HostileServer() as server:
        server.models = says(models("tiny", **about))
        model.write(
            "home/.config/prediff/config.toml",
            f'[model]\nbackend = "http"\nname = "tiny"\nurl = "{server.url}"\n',
        )
        said = run(model, "status").out
        assert len(said) < 2000
        assert said.replace("\n", "").isprintable()
        server.chat = says(answer(chat("no JSON")))
        assert (
            "problem: tiny gave no answer of the form that was asked for" in run(model, "status", code=2).out
        )
        server.models = says(answer("no", 401))
        assert "it needs model.key_file" in run(model, "status", code=2).out
        server.models = says(answer("", 302, Location="http://127.0.0.1:1/"))
        assert "it says 302" in run(model, "status", code=2).out


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_while_it_starts_leaves_nothing(model: Command, vllm: Path, tiny_model: Path) -> None:
    import signal

    program = vllm / "vllm"
    program.write_text(
        program.read_text().replace("with HostileServer", "import time; time.sleep(600)\nwith HostileServer")
    )
    words = [sys.executable, "-m", "prediff", "model", "up", str(tiny_model)]
    environment = {**model.environment(), **found_first(vllm)}
    with subprocess.Popen(words, cwd=model.folder, env=environment, stderr=subprocess.PIPE) as process:
        until = time.monotonic() + 60
        while not (model.folder / "calls").exists() and time.monotonic() < until:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        err = process.communicate(timeout=60)[1]
    assert (process.returncode, err.strip()) == (130, b"")
    assert not config(model).exists()
    assert run(model, "down").out == "no server runs\n"


def test_what_one_has_to_know_before(model: Command, hub: Hub) -> None:
    env = {"HF_ENDPOINT": hub.url}
    said = run(model, "pull", "VibeThinker-3B", code=2, env=env).out
    assert "licence qwen-research" in said
    assert "warning: it is made from Qwen2.5-Coder-3B, whose licence allows research only\n" in said
    assert "warning: its licence, qwen-research, does not allow every use\n" in said
    done = run(model, "pull", "org/hostile", "--yes", env=env)
    assert "\x1b" not in done.out + done.err
    assert not any("evil" in name or name.startswith("/") for name in hub.fetched())


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("org/nothing", "org/nothing: the hub has no such model, or shows it only to those who log in"),
        ("org/gated", "org/gated: asks for consent"),
        (
            "org/pickled",
            "org/pickled: has weights that can run code when they are read; get a version in safetensors",
        ),
        ("org/bare", "org/bare: has no weights in safetensors"),
        ("org/odd", "org/odd: the hub names no commit of it"),
    ],
)
def test_a_model_that_cannot_be_got(model: Command, hub: Hub, name: str, told: str) -> None:
    done = run(model, "pull", name, "--yes", code=2, env={"HF_ENDPOINT": hub.url})
    assert done.err.startswith(f"prediff: {told}")
    assert done.err.count("\n") == 1
    assert hub.fetched() == set()


def test_a_revision_that_is_not_there(model: Command, hub: Hub) -> None:
    env = {"HF_ENDPOINT": hub.url}
    done = run(model, "pull", "org/tiny", "--yes", "--revision", "f" * 40, code=2, env=env)
    assert done.err == f"prediff: org/tiny: the hub has no revision {'f' * 40} of it\n"


def test_a_hub_that_cannot_be_reached(model: Command) -> None:
    done = run(model, "pull", "org/tiny", "--yes", code=2, env={"HF_ENDPOINT": "http://127.0.0.1:1"})
    assert done.err.startswith("prediff: org/tiny: cannot be fetched (")
    assert done.err.endswith("is this machine online? A folder can be named instead\n")


def test_a_folder_is_looked_at(model: Command, tiny_model: Path) -> None:
    said = run(model, "pull", str(tiny_model)).out
    assert said.startswith(f"tiny is at {tiny_model}, revision ")
    assert f"to use it: prediff model up {tiny_model}" in said


def test_a_folder_that_changed_since_it_was_pinned_is_taken_as_it_is(
    model: Command, tiny_model: Path
) -> None:
    config(model).parent.mkdir(parents=True)
    table = f'[model]\nbackend = "transformers"\nname = "{tiny_model}"\nrevision = "{"0" * 40}"\n'
    config(model).write_text(table)
    told = run(model, "status", "--no-measure", code=2).out
    assert "`prediff model up` with the path takes what is there" in told
    assert "0" * 40 not in run(model, "pull", str(tiny_model)).out


def test_names_are_completed(model: Command) -> None:
    env = {"_PREDIFF_COMPLETE": "bash_complete", "COMP_WORDS": "prediff model up vibe", "COMP_CWORD": "3"}
    assert model(env=env).out == "plain,VibeThinker-1.5B\nplain,VibeThinker-3B\n"


def test_a_folder_of_the_current_one_is_no_model_by_its_name(model: Command, tiny_model: Path) -> None:
    """A repository that has a folder of a model's name does not get it loaded."""
    (model.folder / "org").mkdir()
    (model.folder / "org" / "tiny").symlink_to(tiny_model)
    assert "is not on this machine" in run(model, "serve", "org/tiny", code=2).err
