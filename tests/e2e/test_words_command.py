"""`prediff diff --summaries` as a process: words beside the diff, whose verdict and texts are what they are without."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys

import pytest

from hostile_server import HostileServer

OLD = """\
def total(rows):
    count = 0
    for row in rows:
        if row > 3:
            count += row
    return count
"""
NEW = OLD.replace("> 3", ">= 3").replace("count", "number")
SERVER = '[model]\nsummaries = true\nbackend = "http"\nname = "some-model"\nurl = "{}"\n'
NOBODY = "http://127.0.0.1:9/v1"
CONFIG = "home/.config/prediff/config.toml"


@pytest.fixture
def pair(prediff):
    prediff.write("old.py", OLD)
    prediff.write("new.py", NEW)
    prediff.write("restyled.py", OLD.replace("count", "number"))
    return prediff


def test_words_come_behind_the_diff(pair):
    plain, done = pair("diff", "old.py", "new.py"), pair("diff", "old.py", "new.py", "--summaries")
    assert (done.code, done.err) == (plain.code, plain.err) == (1, "")
    assert "total · outline" in done.out
    assert "condition row > 3 became row >= 3 (old line 4, new line 4)" in done.out
    assert [line for line in done.out.split("\n") if line.startswith(("+", "-", "@"))] == [
        line for line in plain.out.split("\n") if line.startswith(("+", "-", "@"))
    ]
    assert done.footer == plain.footer


def test_the_same_has_no_words(pair):
    assert pair("diff", "old.py", "restyled.py", "--summaries") == pair("diff", "old.py", "restyled.py")


def test_in_normal_form_they_stand_above_the_units(pair):
    names = ("--out-left", "a.py", "--out-right", "b.py")
    pair("diff", "old.py", "new.py", "--view", "canonical", *names)
    plain = [(pair.folder / name).read_text() for name in ("a.py", "b.py")]
    assert pair("diff", "old.py", "new.py", "--view", "canonical", "--summaries", *names).code == 1
    headed = [(pair.folder / name).read_text() for name in ("a.py", "b.py")]
    for before, after in zip(plain, headed, strict=True):
        assert after.startswith("# outline: ")
        assert after.partition("\n")[2] == before


def test_in_the_aligned_view_the_files_stay_as_they_are(pair):
    names = ("--out-left", "a.py", "--out-right", "b.py")
    pair("diff", "old.py", "new.py", *names)
    plain = [(pair.folder / name).read_text() for name in ("a.py", "b.py")]
    pair("diff", "old.py", "new.py", "--summaries", *names)
    assert [(pair.folder / name).read_text() for name in ("a.py", "b.py")] == plain
    assert plain[0] == OLD


@pytest.mark.parametrize(
    ("name", "text", "headers"),
    [
        ("a.py", "#!/usr/bin/env python3\n" + OLD + "class A:\n    def f(self): return 1\n", 2),
        ("a.js", "export function f(a) { return a + 1; }\nconst x = 1;\n", 1),
        ("a.txt", "no language\n", 0),
        ("a.py", "def f(:\n", 0),
    ],
)
def test_one_file_in_normal_form(pair, name, text, headers):
    pair.write(name, text)
    plain, done = pair("normalize", name), pair("normalize", name, "--summaries")
    assert (plain.code, done.code) == (0, 0)
    own = [line for line in done.out.split("\n") if re.match(r" *(#|//) outline: ", line)]
    assert len(own) == headers
    assert "\n".join(line for line in done.out.split("\n") if line not in own) == plain.out
    assert done.err == plain.err
    # Words for each diff are none for each normal form: a diff tool reads it.
    pair.write(CONFIG, "[model]\nsummaries = true\n")
    assert pair("normalize", name) == plain


def test_in_json(pair):
    found = json.loads(pair("diff", "old.py", "new.py", "--summaries", "--json").out)
    plain = json.loads(pair("diff", "old.py", "new.py", "--json").out)
    words = found.pop("summaries")
    assert plain.pop("summaries") is None
    assert found == plain
    assert (words["by"], words["verified"]) == ("outline", True)
    assert words["units"][0]["changes"][0]["left_lines"] == [[4, 4]]


def test_quiet_says_nothing_and_asks_nobody(pair):
    pair.write(CONFIG, SERVER.format(NOBODY))
    done = pair("diff", "-q", "old.py", "new.py", "--summaries")
    assert (done.code, done.out, done.err) == (1, "", "")


def test_what_is_written_does_not_hang_on_whether_something_is_said(pair):
    files = ("a.py", "b.py", "page.html")
    options = ("--view", "canonical", "--out-left", "a.py", "--out-right", "b.py", "--html", "page.html")
    written = []
    for quiet in ((), ("-q",)):
        pair("diff", "old.py", "new.py", "--summaries", *options, *quiet)
        written.append([(pair.folder / name).read_text() for name in files])
    assert written[0] == written[1]
    assert all("outline" in text for text in written[0])


@pytest.mark.parametrize(
    "options",
    [("-q",), ("-q", "--json"), ("-q", "--out-left", "a.py"), ("--sarif", "-"), ("-q", "--sarif", "a")],
)
def test_no_model_is_asked_where_its_words_stand_nowhere(pair, options):
    with HostileServer() as server:
        pair.write(CONFIG, SERVER.format(server.url))
        assert pair("diff", "old.py", "new.py", *options).code == 1
        assert server.asked == []


def test_a_model_that_cannot_be_asked_costs_its_words_alone(pair):
    plain = pair("diff", "old.py", "new.py", "--summaries")
    pair.write(CONFIG, SERVER.format(NOBODY))
    done = pair("diff", "old.py", "new.py")
    assert done.code == plain.code == 1
    notes = [line for line in done.out.split("\n") if line.startswith("note: ")]
    assert len(notes) == 1
    assert "no words of a model" in notes[0]
    assert "127.0.0.1:9" in notes[0]
    assert done.out.replace(notes[0] + "\n", "") == plain.out
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('backend = "http"\nname = "m"\nurl = "http://192.0.2.1/v1"', "remote"),
        ('backend = "transformers"\nname = "no/such-model"', "no/such-model"),
        ('backend = "http"\nname = "m"\nurl = "http://127.0.0.1:9/v1"\nkey_file = "/no/such"', "/no/such"),
    ],
)
def test_each_failure_is_one_line(pair, table, said):
    pair.write(CONFIG, f"[model]\nsummaries = true\n{table}\n")
    done = pair("diff", "old.py", "new.py")
    assert done.code == 1
    lines = [line for line in (done.out + done.err).split("\n") if said in line]
    assert len(lines) == 1
    assert "Traceback" not in done.err
    assert pair("diff", "old.py", "restyled.py").code == 0
    assert "total · outline" in done.out
    without = pair("diff", "old.py", "new.py", "--no-summaries")
    assert said not in without.out + without.err
    assert "outline" not in without.out


def test_a_repository_cannot_name_a_model(pair):
    pair.write(".prediff.toml", SERVER.format(NOBODY))
    done = pair("diff", "old.py", "new.py")
    assert "model is ignored" in done.err
    assert "outline" not in done.out


def test_nothing_of_a_model_is_imported_for_the_outline(pair):
    script = (
        "import sys; from prediff.cli import main; "
        "code = main(['diff', 'old.py', 'new.py', *sys.argv[1:]]); "
        "print(sorted({'torch', 'transformers', 'httpx', 'xgrammar', 'prediff.summarize'} & set(sys.modules)))"
    )
    for options, found in (([], "[]"), (["--summaries"], "['prediff.summarize']")):
        done = subprocess.run(
            [sys.executable, "-c", script, *options],
            cwd=pair.folder,
            env=pair.environment(),
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout.rstrip().split("\n")[-1] == found


@pytest.mark.skipif(os.name == "nt", reason="no pty")
def test_a_terminal_gets_colours_and_no_control_of_a_models_words(pair):
    controller, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "prediff", "diff", "old.py", "new.py", "--summaries", "--no-pager"],
            cwd=pair.folder,
            env={**pair.environment(), "TERM": "xterm"},
            stdout=terminal,
            stderr=subprocess.PIPE,
            check=False,
        )
        shown = os.read(controller, 65536).decode()
    finally:
        os.close(controller)
        os.close(terminal)
    assert done.returncode == 1
    assert "\x1b[" in shown
    assert "outline" in shown


def test_git_pdiff_carries_them_where_they_are_configured(repo):
    prediff, git = repo
    prediff.write("a.py", OLD)
    git.commit()
    prediff.write("a.py", NEW)
    plain = prediff("pdiff")
    prediff.write(CONFIG, "[model]\nsummaries = true\n")
    done = prediff("pdiff")
    assert done.code == plain.code == 0
    own = [line for line in done.out.split("\n") if line not in plain.out.split("\n")]
    assert own[0] == "prediff: total · outline"
    assert all(line.startswith("prediff: ") for line in own)
