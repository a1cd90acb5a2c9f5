"""The server of `prediff web` over real sockets: who is answered, what is refused, what is read, and what comes out."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_server import Asked, HostileServer, answer, chat
from prediff.cache import Cache
from prediff.config import Config
from prediff.errors import PrediffError
from prediff.folders.compare import Plan
from prediff.model import Settings
from prediff.models.settings import ModelSettings
from prediff.web.guard import Guard, is_loopback
from prediff.web.guessing import guessed
from prediff.web.messages import MAX_BODY, MAX_FILE, Choices, InputError, Tree, is_safe, parsed
from prediff.web.page import page
from prediff.web.server import MAX_CONNECTIONS
from prediff.web.trees import Sent, compare_sent
from prediff.workers import Crew, Unwanted, _quiet_start
from web_client import CHOICES, HEADER, Web, body, folder, framed, text, until
from web_client import given as given_path

LEFT = "def f(a):\n    for one in a:\n        if not one in (1, 2):\n            log(one, 3)\n"
RIGHT = "def f(a):\n    for each in a:\n        if each not in (1, 2):\n            log(each, 3)\n"
CHANGED = RIGHT.replace("3", "4")


PROC = pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs Linux's list of processes")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """A server without paths, for tests that leave it as it was."""
    found = Web(tmp_path_factory.mktemp("web"))
    yield found
    assert found.stop() == (0, "")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[object]:
    """Starts servers in the folder of the test."""
    running: list[Web] = []

    def start(*arguments: str) -> Web:
        running.append(Web(tmp_path, arguments))
        return running[-1]

    yield start
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.communicate()


# --- Who is answered ------------------------------------------------------------------------------------------------


def test_nothing_is_answered_without_the_token(web):
    for method, path in (("GET", "/"), ("GET", "/?token="), ("GET", "/?token=x"), ("GET", "/api/result/x")):
        found = web.ask(method, path, token=False)
        assert found.status == 403, path
        assert b"Open the address that prediff printed" in found.body
    assert web.ask("POST", "/api/compare", body(text(LEFT), text(RIGHT)), token=False).status == 403
    assert web.ask("GET", f"/?token={web.token[:-1]}", token=False).status == 403
    assert web.ask("GET", "/", headers={HEADER: web.token}).status == 403  # the page is opened by its address


def test_the_token_is_no_cookie_and_no_part_of_another_address(web):
    found = web.ask("GET", f"/?token={web.token}", token=False)
    assert found.status == 200
    assert "Set-Cookie" not in found.headers
    assert web.token.encode() not in found.body
    cookie = {"Cookie": f"token={web.token}", HEADER: None}
    assert web.ask("POST", "/api/compare", body(text(LEFT), text(RIGHT)), cookie).status == 403
    assert (
        web.ask("POST", f"/api/compare?token={web.token}", body(text(LEFT), text(RIGHT)), token=False).status
        == 403
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST:9", "[::1]:80", "127.0.0.1:1"])
def test_it_goes_by_names_of_this_machine(web, host):
    assert web.ask("GET", f"/?token={web.token}", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example:80",
        "10.0.0.1",
        "",
        "[::1",
        "a b",
    ],
)
def test_a_name_that_was_made_to_lead_here_is_refused(web, host):
    found = web.ask("GET", f"/?token={web.token}", headers={"Host": host})
    assert (found.status, b"does not go by this name" in found.body) == (403, True)


def test_a_request_without_one_host_is_refused(web):
    assert web.ask("GET", f"/?token={web.token}", headers={"Host": None}).status == 403
    raw = f"GET /?token={web.token} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n".encode()
    assert b" 403 " in exchange(web, raw).partition(b"\r\n")[0]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://", "http://[", "x"]
)
def test_another_pages_requests_are_refused(web, origin):
    found = web.ask("POST", "/api/compare", body(text(LEFT), text(RIGHT)), {"Origin": origin})
    assert (found.status, found.last) == (403, {"error": "another page asked"})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", "same-origin,"])
def test_requests_that_a_browser_says_are_not_ours_are_refused(web, site):
    headers = {"Sec-Fetch-Site": site}
    assert web.ask("POST", "/api/compare", body(text(LEFT), text(RIGHT)), headers).status == 403


def test_our_own_pages_requests_are_answered(web):
    headers = {"Origin": f"http://127.0.0.1:{web.port}", "Sec-Fetch-Site": "same-origin"}
    assert "result" in web.ask("POST", "/api/compare", body(text(LEFT), text(RIGHT)), headers).last


def test_no_other_origin_may_read_an_answer(web):
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    found = web.ask("OPTIONS", "/api/compare", headers=headers)
    assert found.status >= 400
    result = web.compare(text(LEFT), text(RIGHT))["result"]
    for path in (
        f"/?token={web.token}",
        "/nothing",
        f"/result/{result['name']}/",
        f"/api/result/{result['name']}",
    ):
        found = web.ask("GET", path)
        assert not [name for name in found.headers if name.lower().startswith("access-control")]
        assert found.headers["X-Content-Type-Options"] == "nosniff"
        assert found.headers["Cache-Control"] == "no-store"
        assert found.headers["Referrer-Policy"] == "no-referrer"
        assert found.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "frame-ancestors" in found.headers["Content-Security-Policy"]


def test_pages_are_bound_by_a_policy(web):
    policy = web.ask("GET", f"/?token={web.token}").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    result = web.compare(text(LEFT), text(RIGHT))["result"]
    policy = web.ask("GET", f"/result/{result['name']}/").headers["Content-Security-Policy"]
    assert policy == "sandbox allow-scripts; frame-ancestors 'self'"
    assert "default-src 'none'" in web.page(result)


def test_a_result_is_for_who_knows_its_name_and_a_place_to_show_it(web):
    result = web.compare(text(LEFT), text(RIGHT))["result"]
    assert len(result["name"]) == 32
    assert web.ask("GET", f"/result/{'x' * 32}/", token=False).status == 404
    for dest, status in (("iframe", 200), ("document", 200), ("script", 403), ("image", 403), ("embed", 403)):
        headers = {"Sec-Fetch-Dest": dest, "Sec-Fetch-Site": "cross-site"}
        assert web.ask("GET", f"/result/{result['name']}/", headers=headers, token=False).status == status
    for site, status in (("same-origin", 200), ("cross-site", 403)):
        headers = {"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": site}
        assert web.ask("GET", f"/result/{result['name']}/", headers=headers, token=False).status == status


@pytest.mark.parametrize(
    "path", ["/../etc/passwd", "/result/../../x/", "//evil", "/result/a/pair/-1", "/%2e%2e/", "*", "/api/"]
)
def test_other_addresses_lead_nowhere(web, path):
    found = web.ask("GET", path)
    assert (found.status, b"nothing here" in found.body) == (404, True)


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "TRACE", "CONNECT", "<script>"])
def test_other_methods_are_refused(web, method):
    assert (
        b" 501 "
        in exchange(web, f"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()).partition(b"\r\n")[0]
    )


def exchange(web: Web, data: bytes) -> bytes:
    """Send bytes and read the answer to its end."""
    with socket.create_connection(("127.0.0.1", web.port), 60) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
        return b"".join(pieces)


def test_the_names_of_a_machine_that_others_may_reach():
    def says(guard: Guard, host: str) -> bool:
        from email.message import Message

        headers = Message()
        headers["Host"] = host
        return guard.refusal(headers) == ""

    far = Guard(False, {"buildbox"})
    assert all(
        says(far, host) for host in ("10.0.0.1:8733", "buildbox", "BuildBox:1", "localhost", "[fe80::1]")
    )
    assert not any(says(far, host) for host in ("evil.example", "buildbox.evil.example", "xbuildbox"))
    assert says(Guard(True), "127.0.0.2")
    assert not says(Guard(True), "10.0.0.1")
    assert is_loopback("::1")
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "10.0.0.1", "127.0.0.1.evil.example", ""))


# --- What is sent ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Length": str(MAX_BODY + 1)}, 413),
        ({"Content-Length": "-1"}, 411),
        ({"Content-Length": "1e3"}, 411),
        ({"Content-Length": "9" * 40}, 411),
        ({"Content-Length": None}, 411),
        ({"Content-Length": "4", "Transfer-Encoding": "chunked"}, 411),
    ],
)
def test_the_length_of_a_body_is_known_and_bounded(web, headers, status):
    assert web.ask("POST", "/api/compare", b"", headers).status == status


SIDES = [text(LEFT)[0], text(RIGHT)[0]]
BAD_BODIES = {
    "nothing": b"",
    "short": b"\0\0",
    "too long a head": (1 << 31).to_bytes(4, "big") + b"{}",
    "no json": framed(b"{"),
    "not utf-8": framed(b'{"\xff": 1}'),
    "deep": framed(b"[" * 200_000),
    "a list": framed([]),
    "no sides": framed({"choices": CHOICES}),
    "one side": framed({"choices": CHOICES, "sides": SIDES[:1]}, LEFT.encode()),
    "three sides": framed({"choices": CHOICES, "sides": [*SIDES, SIDES[0]]}, (LEFT + RIGHT + LEFT).encode()),
    "too few bytes": framed({"choices": CHOICES, "sides": SIDES}, LEFT.encode()),
    "too many bytes": framed({"choices": CHOICES, "sides": SIDES}, (LEFT + RIGHT + "x").encode()),
    "a negative size": framed(
        {"choices": CHOICES, "sides": [{**SIDES[0], "size": -5}, SIDES[1]]}, RIGHT.encode()
    ),
    "a size that is no number": framed({"choices": CHOICES, "sides": [{**SIDES[0], "size": True}, SIDES[1]]}),
    "a kind that is none": framed({"choices": CHOICES, "sides": [{**SIDES[0], "kind": "url"}, SIDES[1]]}),
    "half a character": framed({"choices": CHOICES, "sides": [{**SIDES[0], "name": "\ud800"}, SIDES[1]]}),
    "a list of names": framed({"choices": {**CHOICES, "assume": "no-nan"}, "sides": SIDES}),
    "a path that is given but none": framed(
        {"choices": CHOICES, "sides": [{"kind": "given", "side": "/etc/passwd"}] * 2}
    ),
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_bad_body_gets_one_line(web, name):
    found = web.ask("POST", "/api/compare", BAD_BODIES[name])
    assert found.last == {"error": "the page sent something that is no request"}
    assert b"Traceback" not in found.body


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.builds(framed, st.binary(max_size=40)))
def test_no_body_is_more_than_refused(data):
    with pytest.raises(InputError):
        parsed(data)


@pytest.mark.parametrize(
    ("choices", "line"),
    [
        ({"language": "cobol"}, "there is no language 'cobol': use one of python, javascript"),
        ({"level": "wild"}, "there is no level 'wild': use one of layout, safe, relaxed"),
        ({"view": "x"}, "there is no view 'x': use one of canonical, aligned"),
        ({"assume": ["x" * 1000]}, f"there is no assumption '{'x' * 40}'"),
        (
            {"show": ["all"]},
            "there is no kind to show 'all': use one of docs, comments, annotations, imports",
        ),
        ({"assume": ["no-nan"], "refuse": ["no-nan"]}, "no-nan is both assumed and refused"),
        ({"words": "gpt"}, "there is no kind of words 'gpt': use one of , outline, model"),
    ],
)
def test_choices_that_do_not_exist_get_one_line(web, choices, line):
    assert web.compare(text(LEFT), text(RIGHT), **choices) == {"error": line}


def test_a_file_is_bounded(web):
    found = web.compare(text(b"x" * (MAX_FILE + 1), "big.py", "file"), text(RIGHT))
    assert found["error"].startswith("big.py has 8 MiB, over the 8 MiB that the page takes")


@pytest.mark.parametrize(
    "path",
    ["../x", "/etc/passwd", "a/../../x", "a//b", "", ".", "a/.", "a\\b", "a\0b", "x" * 5000, "c:\\x", "a/"],
)
def test_paths_only_lead_down(web, path):
    assert not is_safe(path)
    found = web.compare(folder("a", {path: "x"}), folder("b", {}))
    assert found == {"error": "a folder has a path that is not one of a file in it"}


def test_a_path_is_text(web):
    found = web.compare(folder("a", {"\ud800.py": "x"}), folder("b", {}))
    assert found == {"error": "the page sent something that is no request"}


def test_a_long_name_keeps_its_ending():
    request = parsed(body(text(LEFT, "x" * 198 + ".pyx", "file"), text(RIGHT, "b.py")))
    assert request.sides[0].name.endswith("x.pyx")


def test_a_path_stands_once():
    words = {"kind": "folder", "name": "a", "files": [["x", 0], ["x", 0]]}
    with pytest.raises(InputError, match="not one of a file in it"):
        parsed(body((words, b""), folder("b", {})))


def test_a_folder_is_compared_with_a_folder(web):
    found = web.compare(folder("a", {"x.py": LEFT}), text(RIGHT))
    assert found == {"error": "a folder can only be compared with a folder"}


# --- What comes out -------------------------------------------------------------------------------------------------


def test_two_texts_are_compared_by_logic(web):
    result = web.compare(text(LEFT), text(RIGHT))["result"]
    about = result["about"]
    assert (about["verdict"], about["language"], about["guessed"]) == ("same", "python", "python")
    assert [rule["id"] for rule in about["rules"]] == ["negated-comparison", "local-names"]
    assert ">same<" in web.page(result)
    result = web.compare(text(LEFT), text(CHANGED))["result"]
    assert result["about"]["verdict"] == "differs"


def test_the_page_is_that_of_prediff_diff(web, tmp_path):
    (tmp_path / "a.py").write_text(LEFT)
    (tmp_path / "b.py").write_text(CHANGED)
    done = subprocess.run(
        [sys.executable, "-m", "prediff", "diff", "a.py", "b.py", "--html", "-"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    result = web.compare(text(LEFT, "a.py"), text(CHANGED, "b.py"))["result"]
    assert web.page(result) == done.stdout


def test_choices_change_the_outcome(web):
    def verdict(one: str, two: str, **choices: object) -> str:
        return web.compare(text(one), text(two), **choices)["result"]["about"]["verdict"]

    assert verdict(LEFT, RIGHT, level="layout") == "differs"
    assert verdict(LEFT, RIGHT, refuse=["locals-unread"]) == "differs"
    docs = LEFT.replace("def f(a):\n", 'def f(a):\n    """Some."""\n')
    assert verdict(docs, LEFT) == "same"
    assert verdict(docs, LEFT, show=["docs"]) == "differs"
    one, two = "def f(a, b):\n    return a > b\n", "def f(a, b):\n    return b < a\n"
    assert verdict(one, two) == "differs"
    assert verdict(one, two, level="relaxed") == "same"
    public = LEFT.replace("def f", "def g")
    assert verdict(LEFT, public) == "differs"
    assert verdict(LEFT, public, implementations=True) == "same"


def test_hints_say_what_would_help(web):
    one, two = "def f(a, b):\n    return a > b\n", "def f(a, b):\n    return b < a\n"
    (hint,) = web.compare(text(one), text(two))["result"]["about"]["hints"]
    assert (hint["unit"], hint["under"]) == ("f", ["builtin-operators"])
    again = web.compare(text(one), text(two), assume=hint["under"])["result"]["about"]
    assert again["verdict"] == "same"
    assert [a["id"] for a in again["assumptions"] if a["by"] == "--assume"] == ["builtin-operators"]


def test_an_outline_changes_nothing_that_is_shown(web):
    plain = web.compare(text(LEFT), text(CHANGED))["result"]
    told = web.compare(text(LEFT), text(CHANGED), words="outline")["result"]
    assert plain["about"] == told["about"]


def test_what_cannot_be_compared_by_logic_says_why(web):
    binary = web.compare(text(b"\0a", "a.png", "file"), text(b"\0b", "b.png", "file"))["result"]["about"]
    assert (binary["verdict"], binary["notes"][0]) == (
        "unknown",
        "a.png is binary: only its bytes are compared",
    )
    text_only = web.compare(text("a", "a.rb"), text("b", "b.rb"))["result"]["about"]
    assert text_only["notes"][0].endswith("the text is compared as it is; a language can be chosen above")
    broken = web.compare(text("def (", "a.py"), text("def f(", "a.py"))["result"]["about"]
    assert broken["verdict"] == "unknown"
    assert broken["notes"]


def test_a_pasted_text_was_decoded_before(web):
    left = "# -*- coding: latin-1 -*-\nx = '\u00e9'\n"
    result = web.compare(text(left, "a.py"), text(left.replace("\u00e9", "\u00c3\u00a9"), "a.py"))["result"]
    assert result["about"]["verdict"] == "differs"
    assert "&#233;" in web.page(result) or "\\u00e9" in web.page(result)


@pytest.mark.parametrize(
    ("one", "two", "language"),
    [
        (LEFT, RIGHT, "python"),
        ("import os\n", "x = 1\n", "python"),
        ("const f = (a) => a;\n", "function f(a) { return a; }\n", "javascript"),
        ("x = 1\n", "x = 2\n", None),  # both, and much else
        ("x = 'a'\n", 'x = "a"\n', None),  # the same in Python, not in Ruby
        ("puts('#{b}')\n", 'puts("#{b}")\n', None),
        ("def f(a)\n  a\nend\n", "def f(b)\n  b\nend\n", None),  # Ruby
        ("[a]\nb = 1\n", "[a]\nb = 2\n", None),
        (LEFT, "function f() {}\n", None),
        (LEFT, "def (\n", None),
        ("", "", None),
    ],
)
def test_a_language_is_guessed_only_where_nothing_else_fits(one, two, language):
    assert guessed((one, two)) == language


def test_a_text_without_a_name_is_in_the_language_of_the_other(web):
    about = web.compare(text("x = 1\n", "a.py", "file"), text("x = (1)\n"))["result"]["about"]
    assert (about["verdict"], about["language"], about["guessed"]) == ("same", "python", "")
    about = web.compare(text("x = 1\n", "README"), text("x = (1)\n"))["result"]["about"]
    assert about["verdict"] == "unknown"


HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u202e"


def test_hostile_names_and_contents_are_text(web):
    code = f'x = "{HOSTILE}"\n'
    result = web.compare(text(code, f"{HOSTILE}.py"), text(code.replace("x =", "y ="), f"{HOSTILE}.py"))[
        "result"
    ]
    shown = web.page(result)
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
    answer = web.compare(
        folder(HOSTILE, {f"{HOSTILE}/a.py": LEFT}), folder("b", {f"{HOSTILE}/a.py": CHANGED})
    )
    shown = web.page(answer["result"])
    assert "<script>alert" not in shown
    assert "<img" not in shown
    assert "\u202e" not in str(answer)


def test_folders_are_compared_and_each_pair_has_a_page(web):
    left = {"a.py": LEFT, "same.py": LEFT, "gone.py": "x = 1\n", "sub/c.py": LEFT, "t.txt": "a"}
    right = {"a.py": CHANGED, "same.py": RIGHT, "come.py": "y = [2]\n", "sub/c.py": LEFT, "t.txt": "b"}
    answer = web.compare(folder("old", left), folder("new", right))["result"]
    assert (answer["folders"], answer["about"]["verdict"]) == (True, "differs")
    assert answer["about"]["pairs"] == ["a.py", "same.py", "t.txt"]
    index = web.page(answer)
    assert "old &#8594; new" in index
    assert re.findall(r'<a href="([^"]*)">', index) == ["pair/0", "pair/1", "pair/2"]
    assert "differs in 1 of" in web.page(answer, "pair/0")
    beside = web.ask("GET", f"/api/result/{answer['name']}").last
    assert (beside["pair"], beside["verdict"]) == (0, "differs")
    assert ">same<" in web.page(answer, "pair/1")
    web.page(answer)
    assert "pair" not in web.ask("GET", f"/api/result/{answer['name']}").last
    assert web.ask("GET", f"/result/{answer['name']}/pair/3").status == 404


def test_folders_are_ignored_as_both_say(web):
    files = {
        ".gitignore": "build/\n*.log\n",
        "a.py": LEFT,
        "build/x.py": LEFT,
        "x.log": "1",
        ".git/config": "x",
    }
    left = web.compare(folder("a", files), folder("b", {**files, "build/x.py": CHANGED, "x.log": "2"}))[
        "result"
    ]
    assert left["about"] == {"verdict": "same", "notes": [], "pairs": []}
    assert "4 ignored" in web.page(left)
    right = {**files, ".gitignore": "*.log\n", "build/x.py": CHANGED}
    assert web.compare(folder("a", files), folder("b", right))["result"]["about"]["pairs"][-1] == "build/x.py"


def test_patterns_that_take_for_ever_are_given_up(web, monkeypatch):
    hostile = {".gitignore": "a*a*a*/a*a*a*/b\n", f"{'a' * 250}/{'a' * 250}/bc": "1"}
    assert web.compare(folder("a", hostile), folder("b", hostile))["result"]["about"]["verdict"] == "same"
    tree = Tree("a", {".gitignore": b"*.log\n", "x": b"1"})
    plan = Plan(lambda one, two: (Settings(), Config().choose_language), Settings(), Cache.none())
    with pytest.raises(Unwanted):
        compare_sent((tree, tree), Sent(tree, tree), plan, lambda: True)
    monkeypatch.setattr("prediff.web.trees.IGNORE_LIMIT", -1)
    with pytest.raises(InputError, match="--no-ignore"):
        compare_sent((tree, tree), Sent(tree, tree), plan, lambda: False)


def test_a_file_too_large_to_be_sent_is_unknown():
    large = Tree("a", {"x": 40 << 20})
    files = Sent(large, large)
    assert (
        parsed(body(*[({"kind": "folder", "name": "a", "files": [["x", 40 << 20]]}, b"")] * 2)).sides[0]
        == large
    )
    with pytest.raises(OSError, match="too large"):
        files.read("left", "x", 1)
    with pytest.raises(OSError, match="does not send"):
        files.same(("left", "x"), ("right", "x"))


def test_such_a_file_never_makes_two_folders_the_same(web):
    large = {"kind": "folder", "name": "a", "files": [["x.py", 40 << 20]]}, b""
    result = web.compare(large, large)["result"]
    assert result["about"]["verdict"] == "differs"
    assert "which the page does not send" in web.page(result)


# --- What is read from the disk -------------------------------------------------------------------------------------


def test_nothing_is_read_where_no_paths_were_named(web):
    found = web.compare(given_path("left"), given_path("right"))
    assert found["error"].startswith("`prediff web` was started without paths")


def test_two_files_of_the_command_line_are_read_anew(started, tmp_path):
    (tmp_path / "a.py").write_text(LEFT)
    (tmp_path / "b.py").write_text(RIGHT)
    web = started("a.py", "b.py")
    result = web.compare(given_path("left"), given_path("right"))["result"]
    assert result["about"]["verdict"] == "same"
    (tmp_path / "b.py").write_text(CHANGED)
    result = web.compare(given_path("left"), given_path("right"))["result"]
    assert result["about"]["verdict"] == "differs"
    assert ">b.py<" in web.page(result)
    turned = web.compare(given_path("right"), given_path("left"))["result"]
    assert web.page(turned).index(">b.py<") < web.page(turned).index(">a.py<")
    mixed = web.compare(given_path("left"), text(RIGHT))["result"]
    assert mixed["about"]["verdict"] == "same"
    (tmp_path / "b.py").unlink()
    found = web.compare(given_path("left"), given_path("right"))
    assert found == {"error": "cannot read b.py: no such file or directory"}


def test_two_folders_of_the_command_line(started, tmp_path):
    for name, content in (("old", LEFT), ("new", CHANGED)):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a.py").write_text(content)
        (tmp_path / name / "link").symlink_to("/etc/passwd")
    web = started("old", "new")
    result = web.compare(given_path("left"), given_path("right"))["result"]
    assert result["about"]["pairs"] == ["sub/a.py"]
    assert "differs in 1 of" in web.page(result, "pair/0")
    # What stands there now is shown, but no link is followed.
    (tmp_path / "new" / "sub" / "a.py").unlink()
    (tmp_path / "new" / "sub" / "a.py").symlink_to("/etc/passwd")
    assert "root:" not in web.page(result, "pair/0")
    assert web.ask("GET", f"/api/result/{result['name']}").last["pair"] == 0
    (tmp_path / "new" / "sub" / "a.py").unlink()
    web.page(result)
    assert "cannot be shown" in web.page(result, "pair/0")
    assert web.ask("GET", f"/api/result/{result['name']}").last["pair"] == 0
    found = web.compare(given_path("left"), folder("b", {}))
    assert found["error"].startswith("pick both folders here, or neither")


def test_a_repository_makes_it_stricter_until_its_user_says_otherwise(started, tmp_path):
    (tmp_path / ".prediff.toml").write_text('level = "layout"\n')
    (tmp_path / "a.py").write_text(LEFT)
    (tmp_path / "b.py").write_text(RIGHT)
    web = started("a.py", "b.py")
    assert b'"level":"layout"' in web.ask("GET", f"/?token={web.token}").body
    both = given_path("left"), given_path("right")
    assert web.compare(*both, level="layout")["result"]["about"]["verdict"] == "differs"
    assert web.compare(*both, level="safe")["result"]["about"]["verdict"] == "same"


# --- Time, threads, and the end -------------------------------------------------------------------------------------


def test_what_takes_too_long_is_given_up_and_the_next_is_answered(started):
    web = started("--timeout", "1")
    slow = "".join(f"def f{i}(a, b):\n    return [a + {i}, b * {i}]\n" for i in range(20_000))
    found = web.compare(text(slow), text(slow.replace("a +", "1 + a +")))
    assert found == {"error": "these two cannot be compared: over the time limit of 1 seconds"}
    assert "result" in web.compare(text("x = 1\n", "a.py"), text("x = 1\n", "a.py"))


@PROC
def test_work_ends_when_nobody_waits_for_it(started):
    web = started("--timeout", "500")
    web.compare(text(LEFT), text(RIGHT))
    assert until(web.processes)
    slow = "".join(f"def f{i}(a, b):\n    return [a + {i}, b * {i}]\n" for i in range(20_000))
    sent = body(text(slow), text(slow.replace("a +", "1 + a +")))
    connection = socket.create_connection(("127.0.0.1", web.port), 60)
    head = f"POST /api/compare HTTP/1.1\r\nHost: localhost\r\n{HEADER}: {web.token}\r\n"
    connection.sendall(f"{head}Content-Length: {len(sent)}\r\n\r\n".encode() + sent)
    time.sleep(1.5)
    before = set(web.processes())
    connection.close()
    assert until(lambda: before - set(web.processes()))
    assert "result" in web.compare(text(LEFT), text(RIGHT))


def test_deep_input_hangs_and_crashes_nothing(web):
    for content in (
        "(" * 100_000,
        "x = " + "a + " * 20_000 + "a\n",
        "\x1b[31m\u202e" * 1000,
        "[" * 5000 + "]" * 5000,
    ):
        for name in ("a.py", "a.js"):
            answer = web.compare(text(content, name), text(content + "\nf()", name))
            assert answer["result"]["about"]["verdict"] != "same"


def test_many_ask_at_once(web):
    found: list[str] = []

    def ask(number: int) -> None:
        other = RIGHT.replace("3", str(number))
        found.append(web.compare(text(LEFT), text(other))["result"]["about"]["verdict"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in (3, 4, 3, 5, 3, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["differs"] * 3 + ["same"] * 3


def test_idle_connections_keep_nobody_else_out(web):
    idle = [socket.create_connection(("127.0.0.1", web.port), 60) for _ in range(MAX_CONNECTIONS // 2)]
    try:
        assert web.ask("GET", f"/?token={web.token}").status == 200
    finally:
        for one in idle:
            one.close()


def test_a_head_that_never_ends_is_cut_off():
    from prediff.web.comparing import Comparer
    from prediff.web.server import Server

    found = page(Settings(), None, ModelSettings())
    comparer = Comparer(Config(), Settings())
    with Server(("127.0.0.1", 0), Guard(True), comparer, found) as server:
        server.head_limit = 1.0
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with socket.create_connection(("127.0.0.1", server.server_address[1]), 60) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n")
                began = time.monotonic()
                with suppress(OSError):
                    while time.monotonic() - began < 20:
                        connection.sendall(b"X: y\r\n")
                        time.sleep(0.2)
                assert time.monotonic() - began < 10
        finally:
            server.shutdown()
            thread.join()


def test_only_the_last_results_are_kept(started):
    from prediff.web.results import MAX_RESULTS, Result, Results

    results = Results()
    names = [results.add(Result("", {})) for _ in range(MAX_RESULTS + 1)]
    assert results.get(names[0]) is None
    assert results.get(names[1]) is not None
    heavy = results.add(Result("", {}, weight=1 << 40))
    assert results.get(names[-1]) is None
    assert results.get(heavy) is not None


@PROC
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(started, number):
    web = started()
    web.compare(text(LEFT), text(RIGHT))
    assert until(web.processes)
    workers = web.processes()
    web.process.send_signal(number)
    out, err = web.process.communicate(timeout=60)
    assert (web.process.returncode, err) == (0, "")
    assert "Traceback" not in out
    assert until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))


def test_nothing_of_what_was_sent_is_written(started, tmp_path):
    web = started("--no-cache")
    marker = "zq" * 20
    web.compare(text(f"{marker} = 1\n", "a.py"), text(f"{marker} = 2\n", "a.py"))
    result = web.compare(folder("a", {"a.py": f"{marker} = 1\n"}), folder("b", {"a.py": f"{marker} = 2\n"}))[
        "result"
    ]
    web.page(result, "pair/0")
    web.stop()
    found = [p for p in tmp_path.rglob("*") if p.is_file() and marker.encode() in p.read_bytes()]
    assert found == []


def run(*arguments: str, folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "prediff", "web", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_trouble_at_the_start_is_one_line(web, tmp_path):
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "b").mkdir()
    code, out, err = run("--port", str(web.port), folder=tmp_path)
    assert (code, out) == (2, "")
    where = f"port {web.port} of 127.0.0.1"
    assert err == f"prediff: cannot listen at {where}: address already in use: `--port 0` takes a free one\n"
    assert run("a.py", folder=tmp_path) == (2, "", "prediff: name both files or folders, or none\n")
    assert (
        run("a.py", "b", folder=tmp_path)[2]
        == "prediff: a.py and b: a folder can only be compared with a folder\n"
    )
    assert run("a.py", "c.py", folder=tmp_path)[2] == "prediff: there is no file c.py\n"
    assert run("--host", "192.0.2.1", folder=tmp_path)[0] == 2


def test_other_machines_are_let_in_with_a_warning(started):
    web = started("--host", "0.0.0.0")
    assert web.ask("GET", "/", headers={"Host": "10.1.2.3"}, token=False).status == 403
    assert web.ask("GET", f"/?token={web.token}", headers={"Host": "10.1.2.3"}).status == 200
    assert web.ask("GET", f"/?token={web.token}", headers={"Host": "evil.example"}).status == 403
    code, said = web.stop()
    assert code == 0
    assert said.startswith("prediff: other machines can reach this page, unencrypted")
    assert said.count("\n") == 1


def test_a_browser_is_given_the_address_in_a_file_of_its_users(started, tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    opener = tools / "xdg-open"
    opener.write_text('#!/bin/sh\nls -l "$1" > "$RECORD"; cat "$1" >> "$RECORD"; echo "$1" >> "$RECORD"\n')
    opener.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    monkeypatch.setenv("RECORD", str(tmp_path / "record"))
    web = started("--open")
    assert until(
        lambda: (tmp_path / "record").exists() and (tmp_path / "record").read_text().count("\n") == 3
    )
    rights, content, path = (tmp_path / "record").read_text().splitlines()
    assert rights.startswith("-rw-------")
    assert f"url={web.address}" in content
    assert web.token not in path
    web.stop()
    assert not os.path.exists(path)


# --- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model",
    [
        ModelSettings(),
        ModelSettings(backend="http", url="http://127.0.0.1:9/v1", name="x"),
        ModelSettings(backend="transformers", name="/nowhere"),
    ],
    ids=lambda model: model.backend,
)
@pytest.mark.parametrize("view", ["aligned", "canonical"])
def test_a_model_that_cannot_be_asked_costs_its_words_alone(model, view):
    from prediff import diff
    from prediff.web.words import explained

    report = diff(LEFT, CHANGED, language="python", view=view)
    found, notes = explained(report, model, True)
    assert found.summaries is not None
    assert found.summaries.by == "outline"
    assert (found.verdict, found.units, found.folds) == (report.verdict, report.units, report.folds)
    assert (found.left_text == report.left_text) or view == "canonical"
    assert bool(notes) == (model.backend != "outline")


def test_a_server_of_a_model_that_was_down_is_asked_again():
    pytest.importorskip("httpx")
    from prediff import diff
    from prediff.web.words import explained

    report = diff(LEFT, CHANGED, language="python")
    broken = [True]
    with HostileServer(lambda asked: [answer(b"", 500)] if broken else told(asked)) as server:
        model = ModelSettings(backend="http", url=server.url, name="tiny")
        _, notes = explained(report, model, False)
        assert "is asked no more" in notes[0]
        broken.clear()
        found, notes = explained(report, model, False)
        assert notes == []
        assert found.summaries.by == "tiny"


def test_what_a_model_says_is_not_kept_without_a_cache(tmp_path, monkeypatch):
    pytest.importorskip("httpx")
    from prediff import diff
    from prediff.web.words import explained

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    report = diff(LEFT, CHANGED, language="python")
    with HostileServer(told) as server:
        model = ModelSettings(backend="http", url=server.url, name="tiny")
        asked = []
        for _ in range(2):
            assert explained(report, model, False)[0].summaries.by == "tiny"
            asked.append(len(server.chats()))
    assert asked[1] == 2 * asked[0]
    assert not list(tmp_path.rglob("*.sqlite3"))


def told(asked: Asked) -> list[bytes]:
    """What a model that is no friend says: about a unit, or about what changed in it."""
    if "summary" in asked.data["response_format"]["json_schema"]["schema"]["properties"]:
        return [answer(chat(json.dumps({"summary": f"logs {HOSTILE}"})))]
    return [answer(chat(json.dumps({"changes": []})))]


def test_the_users_own_model_explains_and_changes_nothing(started, tmp_path):
    pytest.importorskip("httpx")
    config = tmp_path / "home" / ".config" / "prediff" / "config.toml"
    config.parent.mkdir(parents=True)
    with HostileServer(told) as model:
        config.write_text(
            f'[model]\nsummaries = true\nbackend = "http"\nname = "tiny"\nurl = "{model.url}"\n'
        )
        web = started()
        shown = web.ask("GET", f"/?token={web.token}").body.decode()
        assert '"words":"model"' in shown
        assert '"model":"tiny"' in shown
        plain = web.compare(text(LEFT), text(CHANGED))["result"]
        assert not model.asked
        result = web.compare(text(LEFT), text(CHANGED), words="model")["result"]
        assert result["about"] == plain["about"]
        found = web.page(result)
        assert "logs " in found
        assert "unverified" in found
        assert "<script>alert" not in found
        before = len([asked for asked in model.asked if asked.method == "POST"])
        assert before
        again = web.compare(text(LEFT), text(CHANGED), words="model")["result"]
        assert web.page(again) == found
        assert len([asked for asked in model.asked if asked.method == "POST"]) == before


# --- The page and the parts -----------------------------------------------------------------------------------------


def test_the_page_is_ascii_and_says_what_is_known():
    found = page(Settings(show=frozenset({"docs"})), ("</script><b>", "\u202eb.py", False), ModelSettings())
    assert found.html.isascii()
    assert "</script><b>" not in found.html
    assert "<!--" not in found.html.replace("<!DOCTYPE", "")
    assert '"show":["docs"]' in found.html
    assert '"names":["\\u003c/script\\u003e\\u003cb\\u003e","\\u003cU+202E\\u003eb.py"]' in found.html
    model = ModelSettings(summaries=True, backend="http", name="x")
    assert '"words":"model"' in page(Settings(), None, model).html
    assert '"script-src' not in found.policy


def test_controls_move_what_they_moved():
    from prediff.web.comparing import moved

    start = Settings(level="layout", show=frozenset({"docs"}), refuse=frozenset({"no-nan"}))
    inner = Config(
        Settings(
            level="safe", show=frozenset({"docs", "imports"}), refuse=frozenset({"no-nan", "exact-dict"})
        )
    )
    as_it_was = Choices("layout", "aligned", refuse=start.refuse, show=start.show)
    assert moved(inner, start, as_it_was).settings == inner.settings
    other = Choices("relaxed", "canonical", frozenset({"no-nan"}), frozenset(), frozenset(), "python", True)
    found = moved(inner, start, other).settings
    assert (found.level, found.view, found.language, found.implementations) == (
        "relaxed",
        "canonical",
        "python",
        True,
    )
    assert [sorted(one) for one in (found.assume, found.refuse, found.show)] == [
        ["no-nan"],
        ["exact-dict"],
        ["imports"],
    ]


def _sleep(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def test_a_crew_stops_what_is_not_wanted_any_more():
    crew = Crew(_sleep)
    try:
        assert [r for _, r in crew.run_all(_sleep, [(1, (0.0,))], 1, 60)] == [0.0]
        began = time.monotonic()
        with pytest.raises(Unwanted):
            list(crew.run_all(_sleep, [(1, (50.0,))], 1, 60, unwanted=lambda: True))
        assert time.monotonic() - began < 20
        assert [r for _, r in crew.run_all(_sleep, [(1, (0.0,))], 1, 60, unwanted=lambda: False)] == [0.0]
    finally:
        crew.close()


def test_one_process_is_started_at_a_time(monkeypatch):
    """The variable that keeps a stranger's modules out is that of all threads."""
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
    inside = threading.Event()

    def start() -> None:
        with _quiet_start():
            inside.set()

    other = threading.Thread(target=start)
    with _quiet_start():
        other.start()
        assert not inside.wait(0.3)
        assert os.environ["PYTHONSAFEPATH"] == "1"
    other.join(60)
    assert inside.is_set()
    assert "PYTHONSAFEPATH" not in os.environ


def test_errors_for_the_page_are_those_of_users():
    assert issubclass(InputError, PrediffError)
