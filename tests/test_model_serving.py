"""The server of `prediff model serve`: who is answered, what is refused, and questions that are answered together."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from prediff.errors import ModelError
from prediff.models import schemas
from prediff.models.checkpoints import find
from prediff.models.http.engine import HttpEngine
from prediff.models.protocols import Identity, Request, Vector
from prediff.models.serving import background, vllm
from prediff.models.serving import server as serving
from prediff.models.serving.batching import Batcher
from prediff.models.serving.serve import PORT, Wanted, free_port
from prediff.models.serving.server import Card, ModelServer
from prediff.models.settings import ModelSettings

REQUEST = Request("Describe.", "def f(): pass", schemas.SUMMARY, 80)


class Echo:
    """An engine that says what it was asked, and keeps in which batches."""

    def __init__(self, pause: float = 0.0) -> None:
        self.batches: list[list[Request]] = []
        self.pause = pause
        self.closed = False
        self.warnings: list[str] = []

    @property
    def identity(self) -> Identity:
        return Identity("test", "echo", "1", 0.6, 0.95, 100, 0)

    def complete(self, requests: Sequence[Request]) -> Iterator[tuple[int, str | None]]:
        self.batches.append(list(requests))
        time.sleep(self.pause)
        for index, request in reversed(list(enumerate(requests))):
            if request.user == "fail":
                raise ModelError("too little memory")
            if request.user == "bug":
                raise ZeroDivisionError
            yield index, None if request.user == "nothing" else json.dumps({"summary": request.user})

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        return [(float(len(text)), 1.0) for text in texts]

    def close(self) -> None:
        self.closed = True


@contextmanager
def serving_echo(engine: Any = None, **more: Any) -> Iterator[ModelServer]:
    server = ModelServer(engine or Echo(), Card("echo", "1", more={"device": "cpu"}), **more)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving_echo() as found:
        yield found


def ask(
    server: ModelServer, path: str, body: Any = None, method: str | None = None, **headers: str | None
) -> tuple[int, Any]:
    """Status and JSON of an answer. headers: with `_` for `-`; None leaves one out."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}
    given |= {name.replace("_", "-"): value or "" for name, value in headers.items()}
    sent = {name: value for name, value in given.items() if headers.get(name, "") is not None}
    connection.request(method or ("GET" if body is None else "POST"), path, data, sent)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.getheader("Content-Type") == "application/json"
    assert answer.getheader("Access-Control-Allow-Origin") is None
    connection.close()
    return answer.status, json.loads(content)


def question(**more: Any) -> dict[str, Any]:
    schema = {"type": "json_schema", "json_schema": {"name": "x", "schema": schemas.SUMMARY}}
    return {
        "model": "echo",
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        "max_tokens": 180,
        "response_format": schema,
        **more,
    }


CHAT = "/v1/chat/completions"


def test_a_question(server) -> None:
    status, found = ask(server, CHAT, question())
    assert status == 200
    assert found["choices"][0]["message"]["content"] == '{"summary": "u"}'
    assert found["choices"][0]["finish_reason"] == "stop"
    assert server.engine.batches == [
        [Request("s", "u", schemas.SUMMARY, 80)]
    ]  # 100 of the 180 are for thoughts
    assert ask(server, "/health") == (200, {"status": "ok", "model": "echo"})
    listed = ask(server, "/v1/models")[1]["data"]
    assert [(one["id"], one["owned_by"], one["revision"], one["device"]) for one in listed] == [
        ("echo", "prediff", "1", "cpu")
    ]


def test_an_answer_that_is_not_finished(server) -> None:
    found = ask(server, CHAT, question(messages=[{"role": "user", "content": "nothing"}]))[1]
    assert found["choices"][0]["message"]["content"] is None
    assert found["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": None},
        {"Authorization": ""},
        {"Authorization": "Bearer "},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic dG9rZW4="},
        {"Authorization": "Bearer \xe9"},
    ],
)
@pytest.mark.parametrize("path", ["/health", "/v1/models", CHAT, "/nothing"])
def test_without_the_token_nothing_is_said(server, headers, path) -> None:
    body = question() if path == CHAT else None
    status, found = ask(server, path, body, **headers)
    assert (status, list(found)) == (401, ["error"])
    assert server.engine.batches == []


@pytest.mark.parametrize(
    "host",
    [
        "example.com",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "127.0.0.1:PORT.example.com",
        "0.0.0.0:PORT",
        "",
    ],
)
def test_a_name_that_was_turned_to_this_machine_is_refused(server, host) -> None:
    assert ask(server, "/v1/models", Host=host.replace("PORT", str(server.port)))[0] == 421


@pytest.mark.parametrize("host", ["127.0.0.1:PORT", "localhost:PORT", "LOCALHOST:PORT"])
def test_its_own_names(server, host) -> None:
    assert ask(server, "/v1/models", Host=host.replace("PORT", str(server.port)))[0] == 200


@pytest.mark.parametrize(
    ("asked", "host", "own"),
    [
        ("127.0.0.1:7", "127.0.0.1", True),
        ("[::1]:7", "::1", True),
        ("localhost:7", "::1", True),
        ("127.0.0.2:7", "127.0.0.1", False),
        ("10.0.0.1:7", "0.0.0.0", True),
        ("[fd00::1]:7", "::", True),
        ("10.0.0.1:7", "10.0.0.1", True),
        ("10.0.0.2:7", "10.0.0.1", False),
        ("localhost:7", "10.0.0.1", False),
        ("localhost:7", "0.0.0.0", False),
        ("example.com:7", "0.0.0.0", False),
        ("10.0.0.1.example.com:7", "0.0.0.0", False),
        ("10.0.0.1:8", "0.0.0.0", False),
        ("10.0.0.1", "0.0.0.0", False),
        ("", "0.0.0.0", False),
        (":7", "0.0.0.0", False),
    ],
)
def test_under_which_names_a_server_goes(asked, host, own) -> None:
    assert serving.is_own_name(asked, host, 7) == own


@pytest.mark.parametrize("origin", ["http://example.com", "null", "http://127.0.0.1:PORT"])
def test_no_page_of_a_browser_is_answered(server, origin) -> None:
    assert ask(server, CHAT, question(), Origin=origin.replace("PORT", str(server.port)))[0] == 403
    assert ask(server, CHAT, b"", method="OPTIONS", Origin=origin)[0] == 501
    assert server.engine.batches == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"n": NaN}', 400),
        (b"[]", 400),
        (b"7", 400),
        (question(model="other"), 404),
        (question(stream=True), 400),
        (question(n=2), 400),
        (question(messages=[]), 400),
        (question(messages="x"), 400),
        (question(messages=[{"role": "user", "content": 1}]), 400),
        (question(messages=[{"role": "user", "content": [{"type": "text", "text": "x"}]}]), 400),
        (question(messages=[{"role": "assistant", "content": "x"}]), 400),
        (question(messages=[{"role": "user", "content": "x"}, {"role": "system", "content": "y"}]), 400),
        (question(max_tokens=0), 400),
        (question(max_tokens=100), 400),
        (question(max_tokens=10**9), 400),
        (question(max_tokens=True), 400),
        (question(max_tokens="1"), 400),
        (question(response_format=None), 400),
        (question(response_format={"type": "text"}), 400),
        (question(response_format={"type": "json_schema"}), 400),
        (question(response_format={"type": "json_schema", "json_schema": {"schema": 1}}), 400),
        (question(temperature=0.7), 400),
        (question(seed=1), 400),
        (question(thinking_tokens=0), 400),
    ],
)
def test_what_is_no_question(server, body, status) -> None:
    found = ask(server, CHAT, body)
    assert found[0] == status
    assert found[1]["error"]["message"]
    assert server.engine.batches == []
    assert ask(server, CHAT, question())[0] == 200  # it goes on


def test_what_is_refused_before_it_is_read(server) -> None:
    assert ask(server, CHAT, question(), Content_Length=str(serving.MAX_BODY + 1))[0] == 413
    assert ask(server, CHAT, question(), Content_Type="text/plain")[0] == 415
    assert ask(server, CHAT, question(), Content_Length="-1")[0] == 411
    assert ask(server, CHAT, question(), Content_Length="9" * 30)[0] == 413
    assert ask(server, CHAT, question(), Transfer_Encoding="chunked")[0] == 411
    assert ask(server, "/v1/files")[0] == ask(server, CHAT)[0] == ask(server, "/v1/models?x")[0] == 404
    assert ask(server, CHAT, question(), method="PUT")[0] == 501


def test_other_settings_are_told(server) -> None:
    message = ask(server, CHAT, question(temperature=1.0))[1]["error"]["message"]
    assert message == "temperature is 0.6 here: prediff model up starts a server with your settings"
    assert ask(server, CHAT, question(temperature=0.6, top_p=0.95, seed=0, thinking_tokens=100))[0] == 200


def test_vectors(server) -> None:
    status, found = ask(server, "/v1/embeddings", {"model": "echo", "input": ["a", "bcd"]})
    assert status == 200
    assert [(row["index"], row["embedding"]) for row in found["data"]] == [(0, [1.0, 1.0]), (1, [3.0, 1.0])]
    assert ask(server, "/v1/embeddings", {"input": "ab"})[1]["data"][0]["embedding"] == [2.0, 1.0]
    for given in (None, [], [1], {}, ["x"] * 257, 7):
        assert ask(server, "/v1/embeddings", {"input": given})[0] == 400
    assert ask(server, "/v1/embeddings", {"input": "x", "encoding_format": "base64"})[0] == 400


def test_a_failing_model_is_told_and_the_server_goes_on(server) -> None:
    failing = question(messages=[{"role": "user", "content": "fail"}])
    assert ask(server, CHAT, failing) == (
        500,
        {"error": {"message": "too little memory", "type": "server_error"}},
    )
    bug = question(messages=[{"role": "user", "content": "bug"}])
    assert ask(server, CHAT, bug)[1]["error"]["message"] == "the model failed: ZeroDivisionError"
    assert ask(server, CHAT, question())[0] == 200


def test_questions_that_come_together_are_answered_together() -> None:
    engine = Echo(pause=0.2)
    with serving_echo(engine) as server:
        settings = ModelSettings(
            backend="http", name="echo", url=server.url, thinking_tokens=100, key_file=_key(server.token)
        )
        asking = HttpEngine(settings)
        assert dict(asking.complete([replace(REQUEST, user=str(n)) for n in range(9)])) == {
            n: json.dumps({"summary": str(n)}) for n in range(9)
        }
        assert asking.warnings == []
    # Eight at once, or nearly so on a machine that is busy.
    assert len(engine.batches) <= 5
    assert engine.closed


def _key(token: str) -> str:
    path = Path(background.folder()) / "test-key"
    path.write_text(token)
    path.chmod(0o600)
    return str(path)


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch) -> None:
    """A state folder of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))


def test_a_batch_waits_for_more_but_not_for_long() -> None:
    engine = Echo()
    batcher = Batcher(engine)
    answers = [batcher.ask(REQUEST) for _ in range(100)]
    assert [answer.result(10) for answer in answers] == [json.dumps({"summary": REQUEST.user})] * 100
    assert max(len(batch) for batch in engine.batches) <= 64
    assert len(engine.batches) < 20
    batcher.close(5)
    assert not batcher._thread.is_alive()


def test_one_that_fails_costs_those_of_its_batch_that_wait() -> None:
    batcher = Batcher(Echo())
    good, bad = batcher.ask(REQUEST), batcher.ask(replace(REQUEST, user="fail"))
    vectors = batcher.embed(["x"])
    with pytest.raises(ModelError, match="too little memory"):
        bad.result(10)
    assert good.exception(10) is not None or good.result(10)
    assert vectors.result(10) == [(1.0, 1.0)]
    batcher.close(5)


def test_a_request_that_comes_slowly_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(serving, "READ_SECONDS", 0.4)
    with serving_echo() as server:
        start = time.monotonic()
        for head in (b"POST ", b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 90\r\n\r\n{"):
            with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
                connection.sendall(head)
                try:
                    for _ in range(200):
                        connection.sendall(b" ")
                        time.sleep(0.02)
                        if time.monotonic() - start > 8:
                            pytest.fail("still open")
                except OSError:
                    pass
        assert time.monotonic() - start < 8
        assert ask(server, "/health")[0] == 200


def test_too_many_connections_are_closed(monkeypatch) -> None:
    monkeypatch.setattr(serving, "MAX_CONNECTIONS", 3)
    with serving_echo() as server:
        held = [socket.create_connection(("127.0.0.1", server.port), timeout=5) for _ in range(3)]
        time.sleep(0.3)
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as one:
            assert one.recv(1) == b""
        for connection in held:
            connection.close()
        time.sleep(0.3)
        assert ask(server, "/health")[0] == 200


def test_a_port_that_is_taken_is_one_line(server) -> None:
    with pytest.raises(
        ModelError, match=f"cannot listen at 127\\.0\\.0\\.1, port {server.port}: address already in use"
    ):
        ModelServer(Echo(), Card("x", ""), port=server.port)


def test_an_end_in_the_middle_of_an_answer(monkeypatch) -> None:
    monkeypatch.setattr(serving, "STOP_SECONDS", 0.3)
    with serving_echo(Echo(pause=2)) as server:
        threading.Thread(target=lambda: _ignored(server), daemon=True).start()
        time.sleep(0.3)
        start = time.monotonic()
        server.stop()
        server.stop()
    assert time.monotonic() - start < 3


def _ignored(server: ModelServer) -> None:
    with suppress(OSError, http.client.HTTPException):
        ask(server, CHAT, question())


def test_the_token_is_the_users_alone_and_made_anew() -> None:
    with serving_echo() as one, serving_echo() as other:
        assert one.token != other.token
        assert len(one.token) == 64
        assert ask(one, "/health", Authorization=f"Bearer {other.token}")[0] == 401
    path = background.write_private("token-1", "x")
    if os.name != "nt":
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
        os.chmod(os.path.dirname(path), 0o755)
        with pytest.raises(ModelError, match="can be entered by others"):
            background.write_private("token-1", "x")


def test_the_file_of_a_token_is_never_written_through_a_link(tmp_path) -> None:
    target = tmp_path / "target"
    target.write_text("mine")
    path = os.path.join(background.folder(), "token-2")
    os.symlink(target, path)
    background.write_private("token-2", "secret")
    assert target.read_text() == "mine"
    assert Path(path).read_text() == "secret"
    assert not os.path.islink(path)


def test_the_usual_port_or_another() -> None:
    assert free_port("127.0.0.1", 4711) == 4711
    assert free_port("127.0.0.1", None) in (PORT, 0)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # by somebody else, which is as well
            taken.bind(("127.0.0.1", PORT))
            taken.listen()
        assert free_port("127.0.0.1", None) == 0
    assert free_port("127.0.0.1", None, anew=True) > 0


def test_a_record_of_another_form_is_none() -> None:
    for text in ("", "{", "[]", "{}", '{"pid": 1}', '{"pid": 1, "extra": 2}'):
        background.write_private("server.json", text)
        assert background.read_record() is None
    assert background.running() is None
    assert background.stop() is False


def test_a_record_without_its_process_is_no_server() -> None:
    record = background.Record(os.getpid(), "http://127.0.0.1:1/v1", "s", "m", "r", "prediff", "/no/such", "")
    background.write_record(record)
    assert background.read_record() == record
    assert background.running() is None
    lock = background.hold()
    try:
        assert background.running() == record
        with pytest.raises(ModelError, match="runs already"):
            background.hold()
    finally:
        lock.release()


def test_one_starts_or_ends_it_at_a_time() -> None:
    with (
        background.alone(),
        pytest.raises(ModelError, match="another prediff model up or down is under way"),
        background.alone(),
    ):
        pytest.fail("both")
    with background.alone():
        pass


def test_a_server_of_ours_that_has_ended() -> None:
    record = background.Record(os.getpid(), "http://127.0.0.1:1/v1", "s", "m", "r", "prediff", "/key", "")
    assert not background.has_ended(record.url, record.key_file)
    background.write_record(record)
    assert background.has_ended(record.url, record.key_file)
    assert not background.has_ended("http://127.0.0.1:2/v1", record.key_file)
    assert not background.has_ended(record.url, "/other")
    lock = background.hold()
    assert not background.has_ended(record.url, record.key_file)
    lock.release()


def test_wanted_goes_to_another_process() -> None:
    wanted = Wanted(ModelSettings(name="x", seed=3), "::1", 99, True, True)
    assert Wanted.from_text(wanted.as_text()) == wanted
    for text in ("", "[]", "{}", '{"settings": {"x": 1}}', '{"settings": 7}'):
        with pytest.raises(ModelError):
            Wanted.from_text(text)


def test_the_command_line_of_vllm(tiny_model) -> None:
    call = vllm.call("/usr/bin/vllm", find(str(tiny_model)), "127.0.0.1", 8765, "the-token", 5)
    assert call.words == (
        "/usr/bin/vllm", "serve", str(tiny_model),
        "--served-model-name", "tiny",
        "--host", "127.0.0.1", "--port", "8765",
        "--load-format", "safetensors",
        "--generation-config", "vllm",
        "--max-model-len", "4096",
        "--seed", "5",
        "--allowed-origins", "[]",
        "--uvicorn-log-level", "warning", "--disable-uvicorn-access-log", "--disable-fastapi-docs",
    )  # fmt: skip
    assert "the-token" not in " ".join(call.words)
    assert call.environment == {
        "VLLM_API_KEY": "the-token",
        "VLLM_NO_USAGE_STATS": "1",
        "VLLM_DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
    }


def test_a_real_model_behind_the_server(tiny_model) -> None:
    """Two engines of the same checkpoint, one of them behind HTTP, say the same to one question at a time."""
    from prediff.models.transformers.engine import TransformersEngine

    settings = ModelSettings(backend="transformers", name=str(tiny_model), device="cpu", seed=1)
    with serving_echo(TransformersEngine(settings)) as server:
        assert server.card.name == "echo"
        asked = replace(settings, backend="http", name="echo", url=server.url, key_file=_key(server.token))
        engine = HttpEngine(asked, concurrent=1)
        requests = [replace(REQUEST, user=text) for text in ("def f(): return 1", "x = 2")]
        found = dict(engine.complete(requests))
        vectors = engine.embed(["def f(): return 1", "x"])
    here = TransformersEngine(settings)
    for index, request in enumerate(requests):
        assert found[index] == next(iter(here.complete([request])))[1]
        assert set(json.loads(found[index] or "")) == {"summary"}
    assert engine.tokens > 0
    assert vectors == [pytest.approx(vector, abs=1e-5) for vector in here.embed(["def f(): return 1", "x"])]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_ctrl_c_ends_the_process_and_its_token(tiny_model, tmp_path) -> None:
    words = [sys.executable, "-P", "-m", "prediff", "model", "serve", str(tiny_model)]
    words += ["--in-process", "--device", "cpu"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path) as process:
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert line.startswith("serving tiny, revision ")
        file = process.stdout.readline().decode().removeprefix("its token is in ").partition(";")[0]
        assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
        assert process.stdout.readline() == b"note: no GPU is used: the model runs on the CPU, slowly\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, b"", b"")
    assert not os.path.exists(file)
