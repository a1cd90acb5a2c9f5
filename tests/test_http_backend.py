"""Asking a model's server: what is sent, what is taken, and a server that stalls, lies, or sends without end."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace

import pytest

from hostile_server import BAD, SUMMARY, Asked, Bad, HostileServer, answer, chat, models, says, slowly
from prediff.errors import ModelError
from prediff.models import schemas
from prediff.models.http import engine as http
from prediff.models.http.address import find_address, is_loopback
from prediff.models.http.engine import HttpEngine
from prediff.models.http.fetching import streamed
from prediff.models.http.replies import without_thoughts
from prediff.models.protocols import Request
from prediff.models.settings import ModelSettings

REQUEST = Request("Describe.", "def f(a, b):\n    return a + b", schemas.SUMMARY, 80)


def settings(server: HostileServer, **more) -> ModelSettings:
    return replace(ModelSettings(backend="http", name="tiny", url=server.url, timeout=20.0), **more)


def ask(engine: HttpEngine, count: int = 1) -> list[str | None]:
    found = dict(engine.complete([REQUEST] * count))
    assert sorted(found) == list(range(count))
    return [found[index] for index in range(count)]


def test_what_is_asked() -> None:
    with HostileServer() as server:
        engine = HttpEngine(settings(server, temperature=0.25, top_p=0.5, seed=7, thinking_tokens=100))
        assert ask(engine) == [SUMMARY]
    listed, asked = server.asked
    assert (listed.method, listed.path) == ("GET", "/v1/models")
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.data == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": REQUEST.system},
            {"role": "user", "content": REQUEST.user},
        ],
        "temperature": 0.25,
        "top_p": 0.5,
        "seed": 7,
        "max_tokens": 180,
        "stream": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": schemas.SUMMARY},
        },
    }
    assert "authorization" not in asked.headers
    assert engine.tokens == 7
    assert engine.warnings == []
    assert engine.identity.model == "tiny"
    assert engine.identity.revision == server.url  # the name alone may mean another model elsewhere
    assert HttpEngine(settings(server, revision="abc")).identity.revision == "abc"
    assert HttpEngine(settings(server, revision="abc", embedding="v")).identity.revision == "abc v"


def test_nothing_is_asked_for_nothing() -> None:
    with HostileServer() as server:
        assert list(HttpEngine(settings(server)).complete([])) == []
        assert HttpEngine(settings(server)).embed([]) == []
    assert server.asked == []


def test_several_are_asked_at_once_and_answers_come_as_they_are_ready() -> None:
    slow = threading.Event()

    def behave(asked: Asked):
        if asked.data["messages"][1]["content"] == "slow":
            slow.wait(20)
        yield answer(chat())

    requests = [REQUEST, replace(REQUEST, user="slow"), *[REQUEST] * 8]
    with HostileServer(behave) as server:
        found = []
        for index, text in HttpEngine(settings(server), concurrent=4).complete(requests):
            found.append(index)
            if len(found) == 9:
                slow.set()  # the rest did not wait for it
            assert text == SUMMARY
    assert found[-1] == 1
    assert sorted(found) == list(range(10))
    assert 1 < server.most_busy <= 4


UNFINISHED = {"unclosed thought", "no content", "empty content"}
"""Answers as they should be, of a model that came to nothing: these are kept, and not asked for again."""


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_bad_answer_is_none(bad: Bad) -> None:
    with HostileServer(bad.do) as server:
        start = time.monotonic()
        engine = HttpEngine(settings(server, timeout=0.5 if bad.slow else 20.0))
        assert ask(engine) == ["" if bad.name in UNFINISHED else None]
        assert time.monotonic() - start < 10
    assert all(one.path.startswith("/v1/") for one in server.asked)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_list_of_models_that_is_none_is_one_line(bad: Bad, monkeypatch) -> None:
    monkeypatch.setattr(
        "prediff.models.http.fetching.Line.fetch.__defaults__", (None, 0.5 if bad.slow else 20.0)
    )
    with HostileServer() as server:
        server.models = bad.do
        with pytest.raises(ModelError) as error:
            ask(HttpEngine(settings(server)), 5)
        assert server.chats() == []
    assert "\n" not in str(error.value)
    assert str(error.value).isascii()


def test_after_three_failures_in_a_row_the_rest_is_given_up() -> None:
    turns = iter([True, False, False, True, False, False, False])

    def behave(asked: Asked):
        yield answer(chat()) if next(turns) else answer("oops", 500)

    with HostileServer(behave) as server:
        engine = HttpEngine(settings(server), concurrent=1)
        assert ask(engine, 20) == [SUMMARY, None, None, SUMMARY, *[None] * 16]
        assert len(server.chats()) == 7
        assert engine.warnings == [
            f"the model's server at 127.0.0.1:{server.port} failed 3 times in a row (it says 500), and is asked no more"
        ]
        assert ask(engine, 2) == [None, None]
        assert len(server.chats()) == 7
        assert len(engine.warnings) == 1


def test_a_server_that_stalls_costs_a_few_times_the_limit() -> None:
    def stall(asked: Asked):
        server.wait(30)
        yield b""

    with HostileServer(stall) as server:
        start = time.monotonic()
        engine = HttpEngine(settings(server, timeout=0.4))
        assert ask(engine, 20) == [None] * 20
        assert time.monotonic() - start < 5
        assert "no whole answer" in engine.warnings[0]


def test_all_questions_together_have_a_limit() -> None:
    def drip(asked: Asked):
        yield from slowly(answer(chat()), 0.05)

    with HostileServer(drip) as server:
        start = time.monotonic()
        engine = HttpEngine(settings(server, timeout=60.0), cap=1.0)
        assert ask(engine, 12) == [None] * 12
        assert time.monotonic() - start < 8
        assert "took more than 1 seconds for all questions; 12 have no answer" in engine.warnings[0]


def test_a_server_that_is_gone_is_one_line() -> None:
    with HostileServer() as server:
        pass
    start = time.monotonic()
    with pytest.raises(
        ModelError, match=r"no server answers at 127\.0\.0\.1:\d+ \(no connection\): prediff model up"
    ):
        ask(HttpEngine(settings(server)), 3)
    assert time.monotonic() - start < 8


def test_a_server_that_goes_away_costs_the_answers_alone() -> None:
    def leave(asked: Asked):
        server.__exit__()
        yield answer(chat())

    with HostileServer(leave) as server:
        engine = HttpEngine(settings(server), concurrent=1)
        assert ask(engine, 9) == [SUMMARY, *[None] * 8]
        assert "failed 3 times in a row (no connection)" in engine.warnings[0]


@pytest.mark.parametrize(
    ("known", "told"),
    [(("json_schema", "json_object"), []), (("json_object",), ["json_schema"]), ((), ["json_schema"])],
)
def test_a_format_that_is_refused_is_given_up_once(known, told) -> None:
    def behave(asked: Asked):
        kind = asked.data.get("response_format", {}).get("type")
        yield answer(chat()) if kind is None or kind in known else answer('{"error": {"message": "no"}}', 400)

    with HostileServer(behave) as server:
        engine = HttpEngine(settings(server))
        assert ask(engine, 6) == [SUMMARY] * 6
        kinds = [one.data.get("response_format", {}).get("type") for one in server.chats()]
        asked = ["json_schema", "json_object", None]
        last = known[0] if known else None
        assert kinds == [*asked[: asked.index(last)], *[last] * 6]
        assert [name in line for name, line in zip(told, engine.warnings, strict=True)] == [True] * len(told)


def test_a_question_that_is_too_long_is_no_reason_to_give_up() -> None:
    def behave(asked: Asked):
        long = "long" in asked.data["messages"][1]["content"]
        yield answer('{"error": {"message": "context"}}', 400) if long else answer(chat())

    with HostileServer(behave) as server:
        engine = HttpEngine(settings(server), concurrent=1)
        requests = [REQUEST, *[replace(REQUEST, user="long")] * 5, REQUEST]
        assert [text for _, text in engine.complete(requests)] == [SUMMARY, *[""] * 5, SUMMARY]
        assert engine.warnings == []
        assert all("response_format" in one.data for one in server.chats())


def test_the_first_question_that_is_too_long_changes_no_format() -> None:
    def behave(asked: Asked):
        long = "long" in asked.data["messages"][1]["content"]
        yield answer('{"error": {"message": "context"}}', 400) if long else answer(chat())

    with HostileServer(behave) as server:
        engine = HttpEngine(settings(server))
        assert list(engine.complete([replace(REQUEST, user="long"), REQUEST])) == [(0, None), (1, SUMMARY)]
        assert server.chats()[-1].data["response_format"]["type"] == "json_schema"


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_gets_a_second_try(status: int) -> None:
    turns = iter(
        [answer("", status, Retry_After="0"), answer(chat()), *[answer("", status, Retry_After="99999")] * 2]
    )
    with HostileServer(lambda asked: [next(turns)]) as server:
        engine = HttpEngine(settings(server), concurrent=1, max_wait=0.2)
        start = time.monotonic()
        assert ask(engine, 2) == [SUMMARY, None]
        assert time.monotonic() - start < 8
        assert len(server.chats()) == 4


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with (
        HostileServer() as other,
        HostileServer(says(answer("", status, Location=other.url + "/x"))) as server,
    ):
        assert ask(HttpEngine(settings(server))) == [None]
        server.models = says(answer("", status, Location=other.url + "/models"))
        with pytest.raises(ModelError, match=f"it says {status}"):
            ask(HttpEngine(settings(server)))
    assert other.asked == []


def test_no_cookie_is_kept() -> None:
    with HostileServer(says(answer(chat(), Set_Cookie="a=b; Path=/"))) as server:
        assert ask(HttpEngine(settings(server), concurrent=1), 3) == [SUMMARY] * 3
    assert all("cookie" not in one.headers for one in server.asked)


def test_no_proxy_is_asked_for_this_machine(monkeypatch) -> None:
    with HostileServer() as proxy, HostileServer() as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        monkeypatch.delenv("no_proxy", raising=False)
        assert ask(HttpEngine(settings(server))) == [SUMMARY]
    assert proxy.asked == []


def test_the_key_is_sent_and_never_shown(tmp_path) -> None:
    file = tmp_path / "key"
    file.write_text("a-secret-word\n")
    file.chmod(0o600)
    with HostileServer() as server:
        engine = HttpEngine(settings(server, key_file=str(file)))
        assert ask(engine) == [SUMMARY]
        assert {one.headers["authorization"] for one in server.asked} == {"Bearer a-secret-word"}
        assert engine.warnings == []
        assert "secret" not in repr((engine._line, engine.identity, vars(engine)))
        server.models = says(answer("no", 401))
        with pytest.raises(ModelError, match="refuses to answer \\(401\\): it needs another key") as error:
            ask(HttpEngine(settings(server, key_file=str(file))))
        assert "secret" not in str(error.value)
        file.chmod(0o644)
        if os.name != "nt":
            assert HttpEngine(settings(server, key_file=str(file))).warnings == [
                f"others can read the key in {file}: chmod 600 it"
            ]


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"two words", b"new\nline", b"caf\xc3\xa9", b"\x00", b"x" * 5000]
)
def test_a_key_that_is_none(tmp_path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="holds no key"):
        HttpEngine(ModelSettings(name="n", url="http://127.0.0.1:1/v1", key_file=str(file)))


def test_a_key_file_that_is_missing() -> None:
    with pytest.raises(ModelError, match=r"cannot read model\.key_file /no/such: no such file"):
        HttpEngine(ModelSettings(name="n", url="http://127.0.0.1:1/v1", key_file="/no/such"))


def test_a_refusal_in_the_middle_is_one_line() -> None:
    turns = iter([answer(chat()), answer("{}", 403)])
    with (
        HostileServer(lambda asked: [next(turns)]) as server,
        pytest.raises(ModelError, match=r"it needs model\.key_file"),
    ):
        ask(HttpEngine(settings(server), concurrent=1), 5)


def test_the_model_must_be_there() -> None:
    with HostileServer() as server:
        server.models = says(models("one", "two\x1b[31m", "small:latest"))
        with pytest.raises(ModelError) as error:
            ask(HttpEngine(settings(server)))
        assert "has no model tiny; it has one, two [31m, small:latest: set model.name" in str(error.value)
        assert ask(HttpEngine(settings(server, name="small"))) == [SUMMARY]
        assert server.chats()[0].data["model"] == "small:latest"
        server.models = says(answer("not found", 404, "text/plain"))
        assert ask(HttpEngine(settings(server))) == [SUMMARY]  # not every server lists its models
        server.models = says(answer('{"data": [{"id": 7}, 3, null]}'))
        assert ask(HttpEngine(settings(server))) == [SUMMARY]
    with pytest.raises(ModelError, match=r"set model\.name"):
        HttpEngine(ModelSettings(url="http://127.0.0.1:1/v1"))


def test_the_revision_must_be_the_pinned_one() -> None:
    with HostileServer() as server:
        server.models = says(models("tiny", revision="b" * 40))
        assert ask(HttpEngine(settings(server, revision="b" * 40))) == [SUMMARY]
        with pytest.raises(ModelError, match=f"runs revision {'b' * 37}... of tiny, not {'a' * 40}") as error:
            ask(HttpEngine(settings(server, revision="a" * 41)))
        assert "prediff model up" in str(error.value)


# No name is looked up for these but localhost.
@pytest.mark.parametrize(
    "host",
    [
        "example.com", "127.0.0.1.example.com", "localhost.example.com", "127.1", "2130706433", "0x7f.0.0.1",
        "0.0.0.0", "[::]", "10.0.0.1", "[::ffff:127.0.0.1]", "[fe80::1]", "127.0.0.1@example.com", "localhost.",
        "foo.localhost", "ip6-localhost", "0177.0.0.1", "127.0.0.01", "127\u3002 0.0.1", "\uff11.example.com",
    ],
)  # fmt: skip
def test_code_goes_nowhere_else(host: str) -> None:
    with pytest.raises(ModelError):
        HttpEngine(ModelSettings(name="n", url=f"http://{host}:8000/v1"))


def test_code_goes_elsewhere_where_its_user_says_so() -> None:
    engine = HttpEngine(ModelSettings(name="n", url="https://example.com/v1", remote=True))
    assert engine.warnings == ["code is sent to example.com:443"]
    engine = HttpEngine(ModelSettings(name="n", url="http://10.0.0.1:80/v1", remote=True))
    assert engine.warnings == ["code is sent to 10.0.0.1:80 unencrypted, since model.url begins with http://"]
    with HostileServer() as server:
        assert HttpEngine(settings(server, remote=True)).warnings == []


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "x",
            "ftp://127.0.0.1/",
            "http://",
            "http://127.0.0.1:99999/",
            "http://[::1/",
            "file:///etc/passwd",
        ),
        *("http://a:b@127.0.0.1/", "http://127.0.0.1/?q", "http://127.0.0.1/#f", "http://127.0.0.1 /"),
    ],
)
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(ModelError, match=r"model\.url"):
        find_address(url, True)


def test_localhost_counts_only_where_all_its_addresses_do(monkeypatch) -> None:
    def resolved(*addresses: str):
        rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 1)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)

    resolved("::1", "127.0.0.1")
    assert find_address("http://localhost:1/v1", False).local == ("::1", "127.0.0.1")
    resolved("127.0.0.1", "10.0.0.1")
    with pytest.raises(ModelError, match="localhost is not this machine"):
        find_address("http://localhost:1/v1", False)
    resolved()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(OSError()))
    with pytest.raises(ModelError, match="localhost is not this machine"):
        find_address("http://localhost:1/v1", False)


def test_localhost_is_connected_to_as_it_was_looked_up(monkeypatch) -> None:
    with HostileServer() as server:
        rows = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (a, server.port)) for a in ("127.0.0.9", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        engine = HttpEngine(settings(server, url=f"http://localhost:{server.port}/v1/"))
        # From here on the name means somebody else.
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up again"))
        assert ask(engine, 3) == [SUMMARY] * 3
        assert {one.headers["host"] for one in server.asked} == {f"localhost:{server.port}"}


def test_loopback() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.255.0.9", "::1")))
    assert not any(
        map(is_loopback, ("::1%lo", "::", "::ffff:127.0.0.1", "128.0.0.1", "localhost", "", "127.1"))
    )


def test_a_certificate_is_checked(tmp_path) -> None:
    """A server with a certificate that nobody signed."""
    import ssl
    import subprocess

    from prediff.programs import find_program

    openssl = find_program("openssl")
    if openssl is None:
        if os.environ.get("CI"):
            pytest.fail("openssl is missing: see .ci/run")
        pytest.skip("no openssl to make a certificate with")
    names = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    words = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*words, "-keyout", names[0], "-out", names[1]], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(names[1], names[0])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(connection, server_side=True).recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    with pytest.raises(ModelError, match="certificate"):
        ask(HttpEngine(ModelSettings(name="n", url=f"https://127.0.0.1:{listener.getsockname()[1]}/v1")))
    thread.join()
    listener.close()


def vectors(*rows: object) -> bytes:
    return answer(json.dumps({"data": [{"index": i, "embedding": row} for i, row in enumerate(rows)]}))


def test_vectors() -> None:
    def behave(asked: Asked):
        rows = [{"index": i, "embedding": [3, 4.0 + len(text)]} for i, text in enumerate(asked.data["input"])]
        yield answer(json.dumps({"data": rows[::-1]}))

    with HostileServer() as server:
        server.embeddings = behave
        server.models = says(models("tiny", "vectors"))
        engine = HttpEngine(settings(server, embedding="vectors"))
        found = engine.embed(["x" * n for n in range(20)])
        assert len(found) == 20
        assert found[0] == pytest.approx((0.6, 0.8))
        assert all(sum(v * v for v in vector) == pytest.approx(1) for vector in found)
        asked = [one.data for one in server.asked if one.path == "/v1/embeddings"]
        assert {one["model"] for one in asked} == {"vectors"}
        assert sorted(len(one["input"]) for one in asked) == [4, 8, 8]


@pytest.mark.parametrize(
    "behave",
    [
        *[
            says(vectors(row))
            for row in ([], [0, 0], ["x"], [True], "xx", None, [1e308], [float("nan")], [10**400])
        ],
        says(vectors([1.0], [1.0])),
        says(vectors()),
        says(answer('{"data": [{"index": 1, "embedding": [1]}]}')),
        says(answer('{"data": [{"index": true, "embedding": [1]}]}')),
        says(answer('{"data": [[1]]}')),
        says(answer("{}", 404)),
        *[bad.do for bad in BAD if not bad.slow],
    ],
)
def test_vectors_that_are_none_are_one_line(behave) -> None:
    with HostileServer() as server:
        server.embeddings = behave
        with pytest.raises(ModelError, match="gives no vectors") as error:
            HttpEngine(settings(server)).embed(["x"])
        assert "\n" not in str(error.value)


def test_vectors_of_two_sizes_are_none() -> None:
    with HostileServer() as server:
        server.embeddings = says(vectors([1.0], [1.0, 2.0]))
        with pytest.raises(ModelError, match="not one vector for each text"):
            HttpEngine(settings(server)).embed(["x", "y"])


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (SUMMARY, SUMMARY),
        (f"<think>\nhm\n</think>\n\n{SUMMARY}", SUMMARY),
        (f"hm, so</think>{SUMMARY}", SUMMARY),
        ('{"summary": "closes </think> tags"}', '{"summary": "closes </think> tags"}'),
        (f"```json\n{SUMMARY}\n```", SUMMARY),
        (f"<think>x</think>```\n{SUMMARY}\n```", SUMMARY),
        (f"Sure! Here it is: {SUMMARY}. Is that well?", SUMMARY),
        (f"{SUMMARY}\n", SUMMARY),
        ('{"summary": "cut', ""),
        ("} {", ""),
        ("<think> and on", ""),
        ("<think></think>", ""),
        ("", ""),
        ("```", ""),
    ],
)
def test_thoughts_are_left_out(content: str, left: str) -> None:
    assert without_thoughts(content) == left


def test_the_end_of_an_iterator_ends_what_is_under_way() -> None:
    def stall(asked: Asked):
        if len(server.chats()) > 1:
            server.wait(30)
        yield answer(chat())

    with HostileServer(stall) as server:
        before = threading.active_count()
        answers = HttpEngine(settings(server)).complete([REQUEST] * 6)
        assert next(answers) == (0, SUMMARY)
        start = time.monotonic()
        answers.close()
        assert time.monotonic() - start < 3
        server.stopped.set()
        time.sleep(0.2)
        assert threading.active_count() <= before + 1


def test_it_works_where_a_loop_runs() -> None:
    import asyncio

    async def inside(server: HostileServer) -> list[str | None]:
        return ask(HttpEngine(settings(server)))

    with HostileServer() as server:
        assert asyncio.run(inside(server)) == [SUMMARY]


def test_an_error_of_the_work_is_raised() -> None:
    async def work(put) -> None:
        put(1)
        raise ZeroDivisionError

    found = streamed(work)
    assert next(found) == 1
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_the_limits_are_those_of_a_run() -> None:
    assert (http.CONCURRENT, http.MANY, http.CAP, http.MAX_FAILURES) == (8, 32, 600.0, 3)


@pytest.mark.parametrize(
    ("owner", "device", "most"), [("prediff", "cpu", 8), ("vllm", None, 20), ("x", None, 8)]
)
def test_a_server_that_batches_is_asked_all_at_once(owner, device, most) -> None:
    together = threading.Barrier(most)

    def behave(asked: Asked):
        if owner == "x" and len(server.chats()) == 1:
            yield answer(chat())  # nobody knows yet which formats it takes
            return
        with suppress(threading.BrokenBarrierError):
            together.wait(10)  # or it is not asked by so many at once
        yield answer(chat())

    with HostileServer(behave) as server:
        server.models = says(models("tiny", owned_by=owner, device=device))
        assert ask(HttpEngine(settings(server)), 1 + most if owner == "x" else most) == [SUMMARY] * (
            most + (owner == "x")
        )
        assert server.most_busy == most
