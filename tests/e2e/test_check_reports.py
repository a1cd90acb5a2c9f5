"""What `prediff check` writes: lines for git, reports for services, a bar. And that nothing of a repository runs."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from html import unescape
from pathlib import Path

import pytest
from git_repository import FIXED, OLD, RESTYLED

from prediff import __version__

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-P", "-m", "prediff", "check"]
"""-P: the current folder is a stranger's, and Python would look for modules in it."""


@pytest.fixture
def history(repo):
    """Commits after a first one: a restyling, a fix, two files restyled, a mixed one, an empty one; and all ids."""
    prediff, git = repo
    subjects = ["first", "Restyle \x1b[31m a\u202e", "Fix a", "Restyle two files", "Restyle and fix", "Empty"]
    steps = [
        {"a.py": OLD, "b.py": OLD},
        {"a.py": RESTYLED},
        {"a.py": FIXED},
        {"a.py": FIXED.replace("result", "answer"), "b.py": RESTYLED},
        {"a.py": FIXED, "b.py": FIXED},
        {},
    ]
    ids = []
    for subject, files in zip(subjects, steps, strict=True):
        for name, text in files.items():
            prediff.write(name, text)
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", subject)
        ids.append(git("rev-parse", "HEAD").decode().strip())
    return prediff, git, ids


def test_commits_to_look_through(history, say):
    prediff, _, ids = history
    code, out, err = say(f"{ids[0]}..HEAD", "--ignore-revs=-")
    assert (code, err) == (1, "")
    under = "safe · under locals-unread"
    assert out == (
        f"# Restyle <U+001B>[31m a<U+202E> · {under} · 1 file · prediff {__version__}\n{ids[1]}\n"
        f"# Restyle two files · {under} · 2 files · prediff {__version__}\n{ids[3]}\n"
    )
    there = f"# ours\n{ids[3].upper()} # known\r\nno newline".encode()
    name = prediff.write(".git-blame-ignore-revs", there)
    code, out, _ = say(f"{ids[0]}..HEAD", "--ignore-revs", name)
    assert code == 1
    assert out.splitlines()[-2] == "2 of 5 commits are the same in logic"
    found = (prediff.folder / name).read_bytes()
    assert found.startswith(there + b"\n# Restyle <U+001B>[31m")
    assert found.endswith(f"\n{ids[1]}\n".encode())
    assert (found.count(ids[3].encode()), found.count(ids[1].encode())) == (0, 1)
    say(f"{ids[0]}..HEAD", "--ignore-revs", name)
    assert (prediff.folder / name).read_bytes() == found
    assert say(f"{ids[0]}..{ids[1]}", "--ignore-revs", name, "-q") == (0, "", "")


def test_git_blame_takes_the_list(history, say):
    prediff, git, ids = history
    assert say(f"{ids[0]}..{ids[3]}", "--ignore-revs=revs", "-q")[0] == 1
    assert oct((prediff.folder / "revs").stat().st_mode & 0o600) == "0o600"
    blamed = git("blame", "-s", "--abbrev=39", "--ignore-revs-file=revs", ids[3], "--", "a.py").decode()
    lines = [line.lstrip("?*^")[:39] for line in blamed.splitlines()]
    assert lines == [ids[0][:39], ids[2][:39], ids[2][:39]]


def test_the_list_is_never_written_through_a_link(history, say):
    prediff, _, ids = history
    target = prediff.folder / "precious"
    target.write_text("kept\n")
    for name, made in (
        ("link", lambda path: path.symlink_to("precious")),
        ("folder", lambda path: path.mkdir()),
    ):
        made(prediff.folder / name)
        code, out, err = say(f"{ids[0]}..HEAD", "--ignore-revs", name)
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert target.read_text() == "kept\n"


def test_merges_are_no_commits_of_a_range(history, say):
    prediff, git, ids = history
    git("checkout", "-q", "-b", "topic", ids[0])
    prediff.write("b.py", RESTYLED)
    restyled = git.commit()
    git("checkout", "-q", "main")
    git("merge", "-q", "-X", "ours", "-m", "merge", "topic")
    out = say("main~1..main", "--ignore-revs=-")[1]
    assert re.findall(r"(?m)^[0-9a-f]{40}$", out) == [restyled]


def test_a_trailer_for_a_commit(repo, say):
    prediff, git = repo
    prediff.write("a.py", OLD)
    prediff.write("b.py", OLD)
    git.commit()
    prediff.write("a.py", RESTYLED)
    git("add", "a.py")
    code, out, _ = say("--staged", "--trailer")
    assert (code, out.replace(", source-unread", "")) == (
        0,
        "Prediff: same in logic (safe; locals-unread), 1 of 1 file\n",
    )
    git("commit", "-q", "-m", "Restyle", "--trailer", out.strip())
    message = git("log", "-1", "--format=%(trailers:key=Prediff,valueonly)").decode().strip()
    assert out == f"Prediff: {message}\n"
    prediff.write("b.py", FIXED)
    code, out, _ = say("HEAD~1", "--trailer")
    assert code == 1
    assert re.fullmatch(r"Prediff: 1 of 2 files the same in logic \(safe; .*\)\n", out)


NAMES = (
    "evil\n::error::x\u202e.py",
    "a|b`c`<img src=x>@user.py",
    "a,b:c%0A.py",
    "caf\udce9.py",
    "##[error]y.py",
)


@pytest.fixture
def hostile_names(repo):
    prediff, git = repo
    made = [os.fsencode(prediff.folder / "x")[:-1] + os.fsencode(name) for name in NAMES]
    for text in (OLD, FIXED):
        for path in made:
            with open(path, "w") as file:
                file.write(text)
        git.commit()
    return prediff, git


def test_no_name_steers_what_shows_it(hostile_names, say):
    assert (
        say("HEAD~1..HEAD", "--sarif=s", "--markdown=m", "--gitlab=l", "--github=h", "--color=never")[0] == 1
    )
    prediff, _ = hostile_names
    _, text, _ = say("HEAD~1..HEAD", "--color=never")
    assert len(text.splitlines()) == 1 + 4 * len(NAMES)
    assert all(line.startswith(("differs  ", " " * 9, "0 of 5")) for line in text.splitlines())
    assert text.replace("\n", "").isprintable()
    for line in (prediff.folder / "h").read_text(encoding="utf-8").splitlines():
        found = re.fullmatch(r"::notice file=([^:,]*),line=2,endLine=2,title=prediff::([^\r\n]*)", line)
        assert found
        assert "##[" not in line
    rows = json.loads((prediff.folder / "l").read_text())
    assert len({row["fingerprint"] for row in rows}) == len(rows) == len(NAMES)
    results = json.loads((prediff.folder / "s").read_text())["runs"][0]["results"]
    uris = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results]
    assert sorted(uris)[-1] == "evil%0A%3A%3Aerror%3A%3Ax%E2%80%AE.py"
    assert len({one["partialFingerprints"]["prediff/v1"] for one in results}) == len(NAMES)
    page = (prediff.folder / "m").read_text(encoding="utf-8")
    for sign in ("`", "@", "<img", "&lt;img"):
        assert sign not in page
    cells = [line.split(" | ") for line in page.splitlines() if line.startswith("| <code>")]
    assert [len(row) for row in cells] == [3] * len(NAMES)
    assert "a|b`c`<img src=x>@user.py" in {unescape(row[0][8:-7]) for row in cells}


def test_reports_for_services(repo, say):
    prediff, git = repo
    for name in ("a.py", "b.py", "gone.py"):
        prediff.write(name, OLD)
    prediff.write("broken.py", "def f(:\n    a\n\n\nx = 1\n")
    git.commit()
    prediff.write("a.py", RESTYLED)
    prediff.write("b.py", FIXED + FIXED.replace("area", "again"))
    prediff.write("broken.py", "def g(:\n    a\n\n\nx = 1\n")
    (prediff.folder / "gone.py").unlink()
    code, out, _ = say("--sarif=-")
    run = json.loads(out)["runs"][0]
    assert code == 1
    found = {
        (one["ruleId"], one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])
        for one in run["results"]
    }
    assert found == {("logic-differs", "b.py"), ("not-compared", "broken.py"), ("file-differs", "gone.py")}
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]][-1] == "file-differs"
    for one in run["results"]:
        place = one["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][place["index"]]["location"]["uri"] == place["uri"]
    assert run["properties"]["same"] is False
    code, out, _ = say("--json")
    report = json.loads(out)
    assert (report["schema"], report["version"], report["prediff"]) == ("prediff-check", 1, __version__)
    assert report["counts"] == {"files": 4, "same": 1, "differs": 2, "unknown": 1}
    changed = next(file for file in report["files"] if file["path"] == "b.py")["logic"]
    assert (changed["units"], changed["differing"]) == (2, 2)
    assert changed["findings"][0]["removed"] == ["    result = w * h"]
    first = json.loads(say("--gitlab=-")[1])
    # A finding keeps its fingerprint while lines move around it, and where other files come or go.
    prediff.write("b.py", "# moved\n\n" + (prediff.folder / "b.py").read_text())
    prediff.write("gone.py", OLD)
    second = json.loads(say("--gitlab=-")[1])
    prints = [
        {row["fingerprint"] for row in rows if row["location"]["path"] == "b.py"} for rows in (first, second)
    ]
    assert prints[0] == prints[1]
    page = unescape(say("--markdown=-")[1])
    assert page.startswith("### prediff: 1 of 3 files is the same in logic, 2 to read\n")
    assert "-    result = w * h" in page


def evil_repository(repo, tmp_path):
    """A repository with all in it that git or Python might run, each with a trace of its own; and a hostile PATH."""
    prediff, git = repo
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\necho \"$0\" >> '{tmp_path}/ran'\nexit 1\n")
    script.chmod(0o755)
    prediff.write(".gitattributes", "*.py diff=evil filter=evil merge=evil\n")
    prediff.write("app.py", OLD)
    prediff.write("sub/app.py", OLD)
    git.commit()
    inner = type(git)(prediff.folder / "module")
    inner.folder.mkdir()
    inner("init", "-q", "-b", "main")
    (inner.folder / "a.py").write_text(OLD)
    inner.commit()
    inner("config", "core.fsmonitor", str(script))
    git("add", "module")
    git("commit", "-q", "-m", "submodule")
    for folder in (git, inner):
        for key in (
            *(
                "core.fsmonitor",
                "core.pager",
                "core.sshCommand",
                "core.editor",
                "diff.external",
                "gpg.program",
            ),
            *("diff.evil.command", "diff.evil.textconv", "log.showSignature", "alias.diff-tree"),
            *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "core.alternateRefsCommand"),
        ):
            folder("config", key, "true" if key == "log.showSignature" else str(script))
    hooks = prediff.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in (
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
        "pre-commit",
        "post-checkout",
    ):
        (hooks / hook).write_bytes(script.read_bytes())
        (hooks / hook).chmod(0o755)
    module = f"open({str(tmp_path / 'ran')!r}, 'a').write(__file__)\nraise SystemExit(1)\n"
    for name in (
        "multiprocessing",
        "click",
        "json",
        "libcst",
        "sitecustomize",
        "prediff/__init__",
        "rich/__init__",
    ):
        prediff.write(f"{name}.py", module)
    for name in ("git", "python", "python3", "less", "sh"):
        prediff.write(name, script.read_bytes())
        (prediff.folder / name).chmod(0o755)
    (inner.folder / "a.py").write_text(FIXED)
    return (
        prediff,
        git,
        {
            "GIT_EXTERNAL_DIFF": str(script),
            "GIT_DIR": "/nowhere",
            "PATH": f".{os.pathsep}{prediff.folder}{os.pathsep}{os.environ['PATH']}",
        },
    )


@pytest.mark.parametrize(
    "arguments", [(), ("--staged",), ("HEAD~1",), ("HEAD~1..HEAD", "--ignore-revs=-")], ids=" ".join
)
def test_nothing_of_a_repository_runs(repo, tmp_path, arguments):
    prediff, git, env = evil_repository(repo, tmp_path)
    prediff.write("app.py", FIXED)
    prediff.write("sub/app.py", RESTYLED)
    plain = (
        "-c",
        "core.fsmonitor=",
        "-c",
        "filter.evil.clean=",
        "-c",
        "filter.evil.process=",
        "-c",
        "core.hooksPath=/",
    )
    git(*plain, "add", "app.py", "sub/app.py")
    if any(".." in argument for argument in arguments):
        git(*plain, "commit", "-q", "-m", "change")
    (tmp_path / "ran").unlink(missing_ok=True)
    done = subprocess.run(
        [*COMMAND, *arguments, "--json" if "--ignore-revs=-" not in arguments else "--require-same"],
        cwd=prediff.folder, env={**prediff.environment(), **env}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert not (tmp_path / "ran").exists(), (tmp_path / "ran").read_text()
    assert (done.returncode, done.stderr) == (1, "")
    if done.stdout:
        found = {file["path"]: file["verdict"] for file in json.loads(done.stdout)["files"]}
        assert (found["app.py"], found["sub/app.py"]) == ("differs", "same")


def test_a_path_that_leads_out_of_the_tree(repo, say):
    """A folder that became a link is a change; nothing behind the link is read."""
    prediff, git = repo
    prediff.write("lib/a.py", OLD)
    git.commit()
    prediff.write("home/outside/a.py", RESTYLED)
    (prediff.folder / "lib" / "a.py").unlink()
    (prediff.folder / "lib").rmdir()
    (prediff.folder / "lib").symlink_to(prediff.folder / "home" / "outside")
    code, out, _ = say("--color=never")
    assert (code, out.splitlines()[0]) == (1, "differs  lib/a.py · deleted")
    (prediff.folder / "lib").unlink()
    (prediff.folder / "lib").mkdir()
    (prediff.folder / "lib" / "a.py").symlink_to(prediff.folder / "home" / "outside" / "a.py")
    code, out, _ = say("--color=never")
    assert (code, out.splitlines()[0]) == (1, "differs  lib/a.py · a file became a symbolic link")


def many_files(prediff, git, count, functions):
    for change in (OLD, RESTYLED):
        for number in range(count):
            prediff.write(
                f"f{number}.py",
                "".join(change.replace("area", f"area{n}_{number}") for n in range(functions)),
            )
        git.commit()


def test_a_bar_on_a_terminal(repo):
    prediff, git = repo
    many_files(prediff, git, 10, 60)
    env = {**prediff.environment(), "TERM": "xterm", "COLUMNS": "100"}
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, "HEAD~1..HEAD"], cwd=prediff.folder, env=env, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    shown = read_all(ours)
    out = run.communicate(timeout=60)[0].decode()
    assert run.returncode == 0
    assert out.startswith("same     f0.py")
    assert "\x1b" not in out
    assert re.search(r"comparing .*\d+/10.*files/s", shown)
    assert "10 of 10 files" not in shown


def read_all(terminal: int) -> str:
    """What a process writes to a terminal until it ends."""
    pieces = []
    # At the end of the last process that has it open, reading fails on Linux.
    with suppress(OSError):
        while piece := os.read(terminal, 65536):
            pieces.append(piece)
    os.close(terminal)
    return b"".join(pieces).decode()


@pytest.mark.parametrize("seconds", [0.6, 2.0])
def test_ctrl_c_ends_all_at_once(repo, seconds):
    """As a terminal sends it: to every process of the group. No traceback, and no process is left."""
    prediff, git = repo
    many_files(prediff, git, 60, 300)
    run = subprocess.Popen(
        [*COMMAND, "HEAD~1..HEAD", "--jobs=2"], cwd=prediff.folder, env=prediff.environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        time.sleep(seconds)
        assert run.poll() is None
        os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=30)
    finally:
        run.kill()
    assert (run.returncode, out, err.strip()) == (130, b"", b"")
    for _ in range(50):
        if not members(run.pid):
            break
        time.sleep(0.1)
    assert members(run.pid) == []


def test_no_work_outlives_the_command(repo):
    """Killed outright, it cannot end its processes itself."""
    prediff, git = repo
    prediff.write("a.py", "".join(OLD.replace("area", f"area{n}") for n in range(20_000)))
    git.commit()
    prediff.write("a.py", "".join(RESTYLED.replace("area", f"area{n}") for n in range(20_000)))
    run = subprocess.Popen(
        [*COMMAND, "-q"], cwd=prediff.folder, env={**prediff.environment(), "TMPDIR": str(prediff.folder / ".git")},
        start_new_session=True,
    )  # fmt: skip
    while len(members(run.pid)) < 4 and run.poll() is None:
        time.sleep(0.1)
    time.sleep(1)
    run.kill()
    run.wait()
    for _ in range(100):
        if not members(run.pid):
            break
        time.sleep(0.1)
    assert members(run.pid) == []


def members(group: int) -> list[str]:
    """The processes of a group that still run, where the system tells."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # After the name, in parentheses: state, parent, group.
            state, _, its_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
            if its_group == str(group) and state != "Z":
                found.append((folder / "cmdline").read_text())
    return found
