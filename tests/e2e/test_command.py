"""The command as a process: verdicts and exit codes, outputs, pipes, terminals, and what it imports."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys

import pytest

OLD = """\
def area(w, h):
    result = w * h
    print(result)
    return result


def label(name):
    # shown to people
    return 'n: ' + name
"""
NEW = """\
def area(w, h):
    product = w*h
    print( product )
    return product

def label(name):
    return "N: " + name
"""
RESTYLED = OLD.replace("result", "product").replace("'", '"').replace("# shown", "# Shown")


@pytest.fixture
def pair(prediff):
    prediff.write("old.py", OLD)
    prediff.write("new.py", NEW)
    prediff.write("restyled.py", RESTYLED)
    return prediff


def test_a_difference(pair):
    done = pair("diff", "old.py", "new.py")
    assert (done.code, done.err) == (1, "")
    assert done.out.startswith(
        "--- old.py\n"
        "+++ new.py\n"
        "@@ -6,4 +5,3 @@ label\n"
        " \n"
        " def label(name):\n"
        "     # shown to people\n"
        "-    return 'n: ' + name\n"
        "+    return 'N: ' + name\n"
        "renamed: in area: product is shown as result\n"
    )
    assert done.footer.startswith("differs in 1 of 2 units · safe · ")
    assert "under docs-unread, locals-unread" in done.footer
    assert done.footer.endswith(" · 1 stale comment of the left shown")


def test_the_same(pair):
    done = pair("diff", "old.py", "restyled.py")
    assert (done.code, done.err) == (0, "")
    assert done.footer.startswith("same · safe · ")
    assert "locals-unread" in done.footer
    assert "@@" not in done.out


def test_a_refused_assumption_shows_what_it_had_folded(pair):
    done = pair("diff", "old.py", "restyled.py", "--refuse", "locals-unread")
    assert done.code == 1
    assert "+    product = w * h\n" in done.out


def test_quiet_says_nothing(pair):
    for right, code in (("new.py", 1), ("restyled.py", 0), ("old.py", 0)):
        done = pair("diff", "-q", "old.py", right)
        assert (done.code, done.out, done.err) == (code, "", "")


def test_explain_lists_each_fold(pair):
    done = pair("diff", "old.py", "restyled.py", "--explain")
    folds = [line for line in done.out.splitlines() if line.startswith("fold: ")]
    assert any("in area under locals-unread" in line for line in folds)


def test_a_line_is_explained(pair):
    done = pair("explain", "old.py", "new.py", "--line", "9")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("shown · ")
    assert '- "n: "\n+ "N: "\nNo rule folds it' in done.out
    done = pair("explain", "old.py", "-", "--line", "4", stdin=NEW.encode())
    assert done.out.startswith("folded · ")
    assert "product → result" in done.out


def test_a_line_is_explained_as_json(pair):
    done = pair("explain", "old.py", "new.py", "--line", "3", "--side=right", "--json")
    found = json.loads(done.out)
    assert (found["verdict"], found["side"], found["line"]) == ("folded", "right", 3)
    assert found["renames"] == [{"unit": "area", "left": "result", "right": "product"}]


def test_a_line_is_explained_under_the_options_of_diff(pair):
    options = ("--refuse", "locals-unread", "--color=always")
    done = pair("explain", "old.py", "new.py", "--line", "3", *options)
    assert "\x1b[" in done.out
    assert "locals-unread is refused by --refuse or --show" in done.out


def test_side_by_side(pair):
    done = pair("diff", "old.py", "new.py", "--side-by-side", env={"COLUMNS": "80"})
    rows = [line for line in done.out.splitlines() if " | " in line]
    assert rows == [
        "    9     return 'n: ' + name          |     7     return 'N: ' + name",
    ]


def test_context(pair):
    done = pair("diff", "old.py", "new.py", "-U0")
    assert "@@ -9 +7 @@ label\n-    return " in done.out


def test_json(pair):
    done = pair("diff", "old.py", "new.py", "--json")
    assert done.code == 1
    found = json.loads(done.out)
    assert (found["schema"], found["version"], found["verdict"]) == ("prediff-report", 1, "differs")
    hunk = found["hunks"][0]
    assert hunk["unit"] == "label"
    assert "    return 'n: ' + name" in hunk["left"]["lines"]
    none = {"ordinary": 0, "tool": 0}
    assert found["comments"] == {**none, "ordinary": 1, "hidden": none, "stale": {**none, "ordinary": 1}}
    assert done.out.isascii()


def test_standard_input(pair):
    done = pair("diff", "-", "old.py", stdin=RESTYLED.encode())
    assert done.code == 0
    assert "it is read as python" in done.out


def test_outputs_are_written_where_asked(pair):
    done = pair("diff", "old.py", "new.py", "--out-left", "l.py", "--out-right", "r.py")
    assert done.code == 1
    assert done.out.count("\n") <= 2
    left, right = ((pair.folder / name).read_text() for name in ("l.py", "r.py"))
    assert left == OLD
    assert right == OLD.replace("'n", "'N")
    assert sorted(os.listdir(pair.folder)) == ["l.py", "new.py", "old.py", "r.py", "restyled.py"]


def test_equal_outputs_are_exit_code_0(pair):
    done = pair("diff", "old.py", "restyled.py", "--out-left", "l.py", "--out-right", "r.py")
    assert done.code == 0
    assert (pair.folder / "l.py").read_bytes() == (pair.folder / "r.py").read_bytes()


def test_outputs_replace_what_is_there(pair):
    pair.write("l.py", "old")
    assert pair("diff", "old.py", "new.py", "--out-left", "l.py").code == 1
    assert "def area" in (pair.folder / "l.py").read_text()


@pytest.mark.parametrize(
    ("out_left", "out_right", "message"),
    [
        ("old.py", "r.py", "cannot write old.py: it is the same file as old.py"),
        ("l.py", "./old.py", "cannot write ./old.py: it is the same file as old.py"),
        ("link.py", "r.py", "cannot write link.py: it is the same file as old.py"),
        ("hard.py", "r.py", "cannot write hard.py: it is the same file as new.py"),
        ("l.py", "other.py", "cannot write other.py: it is a link; name the file itself"),
        ("l.py", "l.py", "cannot write l.py: it is the same file as l.py"),
        ("folder", "r.py", "cannot write folder: it is a folder; name a file"),
        ("l.py", "nowhere/r.py", "cannot write nowhere/r.py: no such file or directory"),
    ],
)
def test_outputs_that_are_refused(pair, out_left, out_right, message):
    (pair.folder / "link.py").symlink_to("old.py")
    (pair.folder / "hard.py").hardlink_to(pair.folder / "new.py")
    (pair.folder / "other.py").symlink_to("target.py")
    (pair.folder / "folder").mkdir()
    before = sorted(os.listdir(pair.folder))
    done = pair("diff", "old.py", "new.py", "--out-left", out_left, "--out-right", out_right)
    assert (done.code, done.out, done.err) == (2, "", f"prediff: {message}\n")
    assert (pair.folder / "old.py").read_text() == OLD
    assert sorted(os.listdir(pair.folder)) == before


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="no devices")
def test_an_output_may_be_a_device(pair):
    done = pair("diff", "old.py", "new.py", "-q", "--out-left", "/dev/stdout", "--out-right", "/dev/null")
    assert "return 'n: ' + name" in done.out
    assert os.path.exists("/dev/null")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("diff", "old.py"), "Missing argument 'RIGHT'."),
        (("diff", "old.py", "new.py", "x.py"), "Got unexpected extra argument (x.py)"),
        (("diff", "old.py", "new.py", "--levle", "safe"), "No such option"),
        (("diff", "old.py", "new.py", "--level", "saef"), "there is no level 'saef'; did you mean safe?"),
        (
            ("diff", "old.py", "new.py", "--lang", "pyhton"),
            "there is no language 'pyhton'; did you mean python?",
        ),
        (("diff", "old.py", "new.py", "--assume", "x"), "there is no assumption 'x'"),
        (
            ("diff", "old.py", "new.py", "--show", "x"),
            "there is no choice 'x' (one of docs, comments, annotations, imports)",
        ),
        (
            ("diff", "old.py", "new.py", "--view", "alined"),
            "there is no view 'alined'; did you mean aligned?",
        ),
        (("diff", "old.py", "new.py", "-U", "x"), "'x' is not a valid integer range"),
        (
            ("diff", "old.py", "new.py", "--assume", "no-nan", "--refuse", "no-nan"),
            "no-nan is both assumed and refused",
        ),
        (("dif", "old.py", "new.py"), "there is no command 'dif'; did you mean diff?"),
        (("explain", "docs-unraed"), "there is no rule 'docs-unraed'; did you mean docs-unread?"),
        (("explain", "zzz"), "there is no rule 'zzz'; prediff rules lists them"),
        (
            ("explain", "old.py"),
            "old.py is a file: give two files and a line, prediff explain LEFT RIGHT --line",
        ),
        (("explain", "old.py", "new.py"), "a line of two files is explained: say which by --line N"),
        (("explain", "docs-unread", "--line", "3"), "--line is for two files: prediff explain LEFT RIGHT"),
        (("explain", "docs-unread", "--json"), "--json is for two files: prediff explain LEFT RIGHT"),
        (("explain", "old.py", "new.py", "--line", "99"), "old.py has no line 99: give one from 1 to 9"),
        (("explain", "old.py", "new.py", "--line", "0"), "0 is not in the range x>=1"),
        (("explain", "old.py", "old.py", "--line", "1"), "the two files are identical"),
        (("explain", "old.py", "nosuch.py", "--line", "1"), "cannot read nosuch.py: no such file"),
        (
            ("explain", "old.py", "new.py", "--line", "1", "--side", "rihgt"),
            "there is no side 'rihgt'; did you mean right?",
        ),
        (("normalize", "missing.py"), "cannot read missing.py: no such file or directory"),
        (
            ("normalize", "old.py", "--line-map", "old.py"),
            "cannot write old.py: it is the same file as old.py",
        ),
    ],
)
def test_wrong_use_is_one_line(pair, arguments, message):
    done = pair(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("prediff: ")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_normalize(pair):
    done = pair("normalize", "new.py", "--line-map", "map.json")
    assert (done.code, done.err) == (0, "")
    assert "    product = w * h\n" in done.out
    lines = json.loads((pair.folder / "map.json").read_text())["lines"]
    shown = done.out.splitlines()
    assert len(lines) == len(shown)
    assert lines[shown.index('    return "N: " + name')] == [7, 7]


def test_normalize_gives_what_it_cannot_read_as_it_is(prediff):
    done = prediff("normalize", "-", stdin=b"a\r\nb")
    assert (done.code, done.out) == (0, "a\r\nb")
    assert done.err == (
        "prediff: no language is known for <standard input>: the text is compared as it is (--lang names one)\n"
    )


def test_repository_configuration(pair):
    pair.write(".prediff.toml", 'refuse = ["locals-unread"]\npager = "evil"\n')
    done = pair("diff", "old.py", "restyled.py")
    assert done.code == 1
    assert "pager is ignored: only your own configuration or an option sets it" in done.err
    assert pair("diff", "old.py", "restyled.py", "--assume", "locals-unread").code == 0


def test_the_users_configuration(pair):
    pair.write("home/.config/prediff/config.toml", 'refuse = ["locals-unread"]\n')
    assert pair("diff", "old.py", "restyled.py").code == 1
    pair.write("home/.config/prediff/config.toml", 'refuse = ["local-unread"]\n')
    done = pair("diff", "old.py", "restyled.py")
    assert (done.code, done.out) == (2, "")
    assert "did you mean locals-unread?" in done.err


@pytest.mark.parametrize(
    ("env", "option", "colored"),
    [
        ({}, (), False),
        ({"FORCE_COLOR": "1"}, (), True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, (), False),
        ({"NO_COLOR": "1"}, ("--color=always",), True),
        ({"FORCE_COLOR": "1"}, ("--color=never",), False),
    ],
)
def test_colors(pair, env, option, colored):
    done = pair("diff", "old.py", "new.py", *option, env=env)
    assert ("\x1b[" in done.out) == colored
    if colored:
        assert "\x1b[31m    return '\x1b[0m\x1b[31;7mn\x1b[0m\x1b[31m: ' + name\x1b[0m\n" in done.out


@pytest.mark.parametrize("arguments", [("old.py", "new.py"), ("old.py", "restyled.py"), ("old.py", "old.py")])
def test_a_closed_pipe_is_silent_and_keeps_the_exit_code(pair, arguments):
    expected = pair("diff", *arguments).code
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "prediff", "diff", *arguments],
        cwd=pair.folder,
        env=pair.environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (expected, b"")


@pytest.mark.parametrize("arguments", [("--help",), ("diff", "--help"), ("rules",), ("normalize", "old.py")])
def test_every_command_bears_a_closed_pipe(pair, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "prediff", *arguments],
        cwd=pair.folder,
        env=pair.environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no full device")
def test_a_full_disk_is_trouble(pair):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "prediff", "diff", "old.py", "new.py"],
            cwd=pair.folder,
            env=pair.environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == b"prediff: cannot write to standard output: no space left on device\n"


def on_a_terminal(pair, *arguments: str, env: dict[str, str] | None = None) -> tuple[int, str]:
    """Run the command with a terminal as standard output; its exit code and what the terminal got."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "prediff", *arguments],
        cwd=pair.folder,
        env={**pair.environment(), "TERM": "xterm", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            shown += piece
    os.close(ours)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colors_and_a_pager(pair):
    script = pair.folder / "pager"
    script.write_text("#!/bin/sh\necho PAGED $LESS $1\ncat\n")
    script.chmod(0o755)
    code, shown = on_a_terminal(pair, "diff", "old.py", "new.py", env={"PAGER": f"{script} now"})
    assert code == 1
    assert shown.startswith("PAGED FRX now\n\x1b[1m--- old.py")


def test_a_pager_that_ends_early_changes_nothing(pair):
    code, shown = on_a_terminal(pair, "diff", "old.py", "new.py", env={"PAGER": "true"})
    assert (code, shown) == (1, "")


@pytest.mark.parametrize("pager", ["", "cat", "no-such-pager", "./pager", "unbalanced '"])
def test_without_a_pager_the_terminal_gets_the_report(pair, pager):
    (pair.folder / "pager").write_text("#!/bin/sh\necho PAGED\n")
    (pair.folder / "pager").chmod(0o755)
    code, shown = on_a_terminal(pair, "diff", "old.py", "new.py", env={"PAGER": pager})
    assert code == 1
    assert "PAGED" not in shown
    assert "--- old.py" in shown


def test_the_compared_folder_cannot_bring_a_pager(pair):
    (pair.folder / "less").write_text("#!/bin/sh\necho PAGED\n")
    (pair.folder / "less").chmod(0o755)
    paths = (os.environ["PATH"], f".:{os.environ['PATH']}", f":{pair.folder}")
    for path in paths:
        _, shown = on_a_terminal(pair, "diff", "old.py", "new.py", env={"PATH": path})
        assert "PAGED" not in shown
        assert "--- old.py" in shown


def test_no_pager(pair):
    code, shown = on_a_terminal(pair, "diff", "--no-pager", "old.py", "new.py", env={"PAGER": "false"})
    assert code == 1
    assert "--- old.py" in shown


def test_a_dumb_terminal_gets_no_colors(pair):
    _, shown = on_a_terminal(pair, "diff", "old.py", "new.py", "--no-pager", env={"TERM": "dumb"})
    assert "\x1b" not in shown


def test_normalize_escapes_on_a_terminal_only(prediff):
    prediff.write("a.txt", "\x1b[31m\n\ttab\n")
    assert prediff("normalize", "a.txt").out == "\x1b[31m\n\ttab\n"
    assert "<U+001B>[31m\n" in on_a_terminal(prediff, "normalize", "a.txt")[1]


def test_an_internal_error_is_one_line(pair):
    env = {"PYTHONPATH": os.pathsep.join([str(pair.folder), os.environ.get("PYTHONPATH", "")])}
    pair.write(
        "sitecustomize.py",
        "import prediff.pipeline\n"
        "def broken(*_): raise ZeroDivisionError('a\\x1bb')\n"
        "prediff.pipeline.compare = broken\n",
    )
    done = pair("diff", "old.py", "new.py", env=env)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "prediff: internal error: ZeroDivisionError: a<U+001B>b (run with PREDIFF_DEBUG=1 for the traceback)\n"
    )
    assert "Traceback" in pair("diff", "old.py", "new.py", env={**env, "PREDIFF_DEBUG": "1"}).err


def imported(pair, *arguments: str) -> set[str]:
    """The modules that a run of the command imports."""
    code = (
        "import sys; from prediff.cli import main; code = main(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=pair.folder,
        env=pair.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1)
    return set(done.stderr.split())


HEAVY = {"libcst", "tree_sitter", "rich", "asyncio", "unittest", "scipy", "torch"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("diff", "old.py", "new.py"),
        ("diff", "old.py", "new.py", "--side-by-side", "--color=always"),
        ("diff", "old.py", "new.py", "--json"),
        ("explain", "docs-unread"),
        ("explain", "old.py", "new.py", "--line", "9"),
        ("normalize", "old.py"),
        ("rules",),
    ],
)
def test_nothing_heavy_is_imported(pair, arguments):
    assert imported(pair, *arguments) & HEAVY == set()


def test_help_imports_no_stage(pair):
    stages = {"prediff.tree", "prediff.model", "prediff.rules", "prediff.pipeline", "difflib"}
    assert imported(pair, "--help") & stages == set()


def test_equal_files_are_answered_before_anything_is_imported(pair):
    pair.write("copy.py", OLD)
    found = imported(pair, "diff", "old.py", "copy.py", "--color=auto")
    assert not found & {
        "click",
        "dataclasses",
        "inspect",
        "prediff.tree",
        "prediff.model",
        "tomllib",
        "platformdirs",
    }


def test_help_names_every_command_and_gives_examples(prediff):
    done = prediff("--help")
    assert done.code == 0
    for words in ("diff", "normalize", "explain", "rules", "languages", "Examples:", "Exit codes"):
        assert words in done.out
    assert prediff().out == done.out


def test_version(prediff):
    assert prediff("--version").out.startswith("prediff 0.")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("prediff di", "diff"),
        ("prediff diff --level re", "relaxed"),
        ("prediff diff --lang py", "python"),
        ("prediff diff --assume str", "str-formats"),
        ("prediff diff --color al", "always"),
        ("prediff explain locals", "locals-unread"),
        ("prediff explain a.py b.py --side ri", "right"),
    ],
)
def test_completion(prediff, words, expected):
    env = {"_PREDIFF_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    done = prediff(env=env)
    assert f"plain,{expected}\n" in done.out


def test_file_names_are_completed_by_the_shell(prediff):
    env = {"_PREDIFF_COMPLETE": "bash_complete", "COMP_WORDS": "prediff diff ol", "COMP_CWORD": "2"}
    assert prediff(env=env).out.startswith("file,")


def test_what_is_no_rule_is_completed_as_a_file(prediff):
    env = {"_PREDIFF_COMPLETE": "bash_complete", "COMP_WORDS": "prediff explain old.p", "COMP_CWORD": "2"}
    assert prediff(env=env).out.startswith("file,")


def test_completion_scripts(prediff):
    for shell in ("bash", "zsh", "fish"):
        assert "prediff" in prediff(env={"_PREDIFF_COMPLETE": f"{shell}_source"}).out
