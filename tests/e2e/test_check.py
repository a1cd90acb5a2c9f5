"""`prediff check` with a real git: verdicts, what is compared with what, whose configuration counts."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from git_repository import FIXED, OLD, RESTYLED

LINK = "120000"


@pytest.fixture
def check(say):
    """`prediff check --json` in this process: exit code, and the verdict and reason of each file by its path."""

    def run(*arguments: str) -> tuple[int, dict[str, tuple[str, str]]]:
        code, out, err = say("--json", *arguments)
        assert code < 2, err
        return code, {file["path"]: (file["verdict"], file["reason"]) for file in json.loads(out)["files"]}

    return run


def blob(git, content: bytes) -> str:
    return git("hash-object", "-w", "--stdin", data=content).decode().strip()


def test_each_kind_of_change(repo, check):
    prediff, git = repo
    for name in ("same.py", "differs.py", "mode.py", "moved/a.py", "gone.py", "to_link.py", "edited/a.py"):
        prediff.write(name, f"# {name}\n{OLD}")
    prediff.write("README.md", "one\n")
    prediff.write("data.bin", b"\0\1")
    prediff.write("broken.py", "def f(:\n    a\n")
    old = git.commit()
    git("update-index", "--add", "--cacheinfo", f"{LINK},{blob(git, b'same.py')},link")
    git("update-index", "--add", "--cacheinfo", f"160000,{old},sub")
    git("commit", "-q", "-m", "link and submodule")
    middle = git("rev-parse", "HEAD").decode().strip()
    for name in ("same.py", "mode.py"):
        prediff.write(name, f"# {name}\n{RESTYLED}")
    prediff.write("differs.py", FIXED)
    prediff.write("README.md", "two\n")
    prediff.write("data.bin", b"\0\2")
    prediff.write("broken.py", "def g(:\n    a\n")
    prediff.write("new.py", "x = 1\n")
    (prediff.folder / "gone.py").unlink()
    for name in ("moved", "edited"):
        (prediff.folder / name / "b.py").write_text((prediff.folder / name / "a.py").read_text())
        (prediff.folder / name / "a.py").unlink()
    prediff.write("edited/b.py", f"# edited/a.py\n{FIXED.replace('product', 'result')}")
    git("add", "-A")
    git("update-index", "--chmod=+x", "mode.py")
    git("update-index", "--add", "--cacheinfo", f"{LINK},{blob(git, b'mode.py')},link")
    git("update-index", "--add", "--cacheinfo", f"160000,{middle},sub")
    git("update-index", "--add", "--cacheinfo", f"{LINK},{blob(git, b'same.py')},to_link.py")
    git("commit", "-q", "-m", "all")
    expected = {
        "same.py": ("same", ""),
        "differs.py": ("differs", ""),
        "mode.py": ("differs", "mode 100644 → 100755, same in logic"),
        "README.md": ("unknown", ""),
        "data.bin": ("unknown", ""),
        "broken.py": ("unknown", ""),
        "new.py": ("differs", "added"),
        "gone.py": ("differs", "deleted"),
        "moved/b.py": ("differs", "renamed from moved/a.py, same in logic"),
        "edited/b.py": ("differs", "renamed from edited/a.py"),
        "link": ("differs", "a symbolic link"),
        "sub": ("differs", "a submodule"),
        "to_link.py": ("differs", "a file became a symbolic link"),
    }
    assert check("HEAD~1..HEAD") == (1, expected)
    expected["moved/b.py"] = ("same", "renamed from moved/a.py, same in logic")
    assert check("HEAD~1", "HEAD", "--allow-renames") == (1, expected)
    only = {name: expected[name] for name in ("moved/b.py", "same.py")}
    assert check("HEAD~1..HEAD", "--allow-renames", "--", "same.py", "moved") == (0, only)
    assert check("HEAD~2..HEAD~1")[1] == {
        "link": ("differs", "added, a symbolic link"),
        "sub": ("differs", "added, a submodule"),
    }


def test_the_text_tells_why(repo, say):
    prediff, git = repo
    for name in ("a.py", "b.py", "c.py", "d.txt"):
        prediff.write(name, OLD)
    git.commit()
    prediff.write("a.py", RESTYLED)
    prediff.write("b.py", FIXED)
    prediff.write("c.py", OLD + "\n")
    prediff.write("d.txt", RESTYLED)
    git.commit()
    code, out, err = say("HEAD~1..HEAD", "--color=never")
    assert (code, err) == (1, "")
    assert out == (
        "same     a.py · safe · under locals-unread\n"
        "same     c.py · safe · without assumptions\n"
        "unknown  d.txt · no language is known for it\n"
        "differs  b.py · 1 of 1 unit\n"
        "         area, line 2\n"
        "         -    result = w * h\n"
        "         +    result = w + h\n"
        "2 of 4 files are the same in logic, 2 to read · safe · under locals-unread\n"
    )
    code, out, _ = say("HEAD~1..HEAD", "--level=layout", "--refuse=docs-unread", "--", "a.py")
    assert code == 1
    assert (
        out.splitlines()[-1] == "0 of 1 file are the same in logic, 1 to read · layout · refuse docs-unread"
    )
    assert say("HEAD~1..HEAD", "-q", "--", "a.py") == (0, "", "")
    assert say("HEAD..HEAD") == (0, "nothing changed: HEAD, HEAD\n", "")
    assert say("HEAD...HEAD~1", "--trailer")[1] == "Prediff: no files changed\n"


def test_the_worktree_against_head(repo, check):
    """Staged or not; files that git does not know are left out, and nothing is written to the repository."""
    prediff, git = repo
    for name in ("same.py", "differs.py", "gone.py", "lib/a.py", "untouched.py"):
        prediff.write(name, OLD)
    git.commit()
    for name in ("same.py", "differs.py"):
        prediff.write(name, RESTYLED)
    git("add", "differs.py")
    prediff.write("differs.py", FIXED)
    prediff.write("staged.py", "staged = 1\n")
    git("add", "staged.py")
    prediff.write("intended.py", "intended = 1\n")
    git("add", "-N", "intended.py")
    prediff.write("untracked.py", OLD)
    (prediff.folder / "gone.py").unlink()
    prediff.write("elsewhere/a.py", OLD)
    shutil.rmtree(prediff.folder / "lib")
    (prediff.folder / "lib").symlink_to("elsewhere")
    os.utime(prediff.folder / "untouched.py", (1, 1))
    before = [(prediff.folder / ".git" / "index").read_bytes(), git("count-objects", "-v")]
    expected = {
        "same.py": ("same", ""),
        "differs.py": ("differs", ""),
        "staged.py": ("differs", "added"),
        "intended.py": ("differs", "added"),
        "gone.py": ("differs", "deleted"),
        "lib/a.py": ("differs", "deleted"),
    }
    assert check() == (1, expected)
    assert check("HEAD") == (1, expected)
    staged = {"differs.py": ("same", ""), "staged.py": ("differs", "added")}
    assert check("--staged") == (1, staged)
    assert check("--staged", "--", "differs.py") == (0, {"differs.py": ("same", "")})
    assert [(prediff.folder / ".git" / "index").read_bytes(), git("count-objects", "-v")] == before


def test_a_change_of_the_same_size_in_the_same_moment_is_seen(repo, check):
    """The index knows a file by its size and time, both of which may be those of another content."""
    prediff, git = repo
    prediff.write("a.py", "x = 1\n")
    git.commit()
    prediff.write("a.py", "x = 2\n")
    index = prediff.folder / ".git" / "index"
    at = index.stat().st_mtime_ns
    os.utime(prediff.folder / "a.py", ns=(at, at))
    assert check() == (1, {"a.py": ("differs", "")})


def test_other_indexes(repo, check, monkeypatch):
    """One that is split in two files, and the one that git names while it commits a single file."""
    prediff, git = repo
    for name in ("a.py", "b.py"):
        prediff.write(name, OLD)
    git.commit()
    git("update-index", "--split-index")
    prediff.write("a.py", RESTYLED)
    prediff.write("b.py", FIXED)
    git("add", "a.py")
    both = {"a.py": ("same", ""), "b.py": ("differs", "")}
    assert check() == (1, both)
    assert check("--staged") == (0, {"a.py": ("same", "")})
    git("update-index", "--no-split-index")
    hook = prediff.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncp "$GIT_INDEX_FILE" saved\n')
    hook.chmod(0o755)
    git("commit", "-q", "-m", "b alone", "b.py")
    git("reset", "-q", "--soft", "HEAD~1")
    git("reset", "-q", "b.py")
    assert check("--staged") == (0, {"a.py": ("same", "")})
    monkeypatch.setenv("GIT_INDEX_FILE", "saved")
    assert check("--staged") == (1, {"b.py": ("differs", "")})


def test_before_the_first_commit(repo, check, say):
    prediff, git = repo
    assert check("--staged") == (0, {})
    prediff.write("a.py", OLD)
    git("add", "a.py")
    assert check("--staged") == check() == (1, {"a.py": ("differs", "added")})
    assert say("main..topic")[0] == 2


def test_unmerged_files(repo, check, say):
    prediff, git = repo
    prediff.write("a.py", "x = 1\n")
    git.commit()
    git("checkout", "-q", "-b", "topic")
    prediff.write("a.py", "x = 2\n")
    git.commit()
    git("checkout", "-q", "main")
    prediff.write("a.py", "x = 3\n")
    git.commit()
    with pytest.raises(AssertionError):
        git("merge", "topic")
    assert check()[1]["a.py"][0] != "same"
    code, _, err = say("--staged")
    assert (code, err) == (2, "prediff: files are unmerged: resolve the conflicts first\n")


def test_line_ends_are_as_git_would_store_them(repo, check):
    prediff, git = repo
    prediff.write("a.txt", "one\ntwo\n")
    prediff.write("b.py", OLD)
    git.commit()
    git("config", "core.autocrlf", "true")
    prediff.write("a.txt", "one\r\ntwo\r\n")
    prediff.write("b.py", FIXED.replace("\n", "\r\n"))
    assert check() == (1, {"b.py": ("differs", "")})


def test_paths_are_from_the_current_folder(repo, check, monkeypatch):
    prediff, git = repo
    for name in ("a.py", "lib/a.py", "lib/b.js"):
        prediff.write(name, "x = 1\n")
    git.commit()
    for name in ("a.py", "lib/a.py", "lib/b.js"):
        prediff.write(name, "x  =  1\n")
    monkeypatch.chdir(prediff.folder / "lib")
    assert check("--", "a.py") == (0, {"lib/a.py": ("same", "")})
    assert set(check("--", "*.js")[1]) == {"lib/b.js"}
    assert set(check("--", "..")[1]) == {"a.py", "lib/a.py", "lib/b.js"}
    assert set(check("HEAD", "--", ":/a.py")[1]) == {"a.py"}


def test_sha256_repositories(prediff, check):
    from git_repository import Git

    git = Git(prediff.folder)
    git("init", "-q", "-b", "main", "--object-format=sha256")
    for name in ("a.py", "b.py"):
        prediff.write(name, OLD)
    git.commit()
    prediff.write("a.py", RESTYLED)
    (prediff.folder / "b.py").unlink()
    assert check() == (1, {"a.py": ("same", ""), "b.py": ("differs", "deleted")})


def test_bare_repositories(repo, check, say, monkeypatch):
    prediff, git = repo
    prediff.write("a.py", OLD)
    git.commit()
    prediff.write("a.py", RESTYLED)
    git.commit()
    git("clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(prediff.folder / "bare.git")
    assert check("HEAD~1..HEAD") == (0, {"a.py": ("same", "")})
    code, _, err = say()
    assert (code, "this is no worktree" in err) == (2, True)


def test_the_old_side_configures(repo, check, say):
    """What comes with a change loosens nothing, and takes nothing back."""
    prediff, git = repo
    prediff.write("app.py", OLD)
    prediff.write(".prediff.toml", 'refuse = ["locals-unread"]\n')
    git.commit()
    prediff.write("app.py", RESTYLED)
    prediff.write(".prediff.toml", 'level = "relaxed"\nassume = ["public-names-unread"]\n')
    git.commit()
    for arguments in (("HEAD~1..HEAD",), ("HEAD~1", "HEAD"), ("HEAD~1",), ("HEAD~1", "--staged")):
        assert check(*arguments)[1]["app.py"] == ("differs", "")
    assert check("HEAD~1..HEAD", "--assume=locals-unread")[1]["app.py"] == ("same", "")
    assert say("HEAD..HEAD")[2] == ""


def test_require_same_grants_what_the_command_line_does(repo, check):
    prediff, git = repo
    prediff.write("a.py", "def f(x: int):\n    return 1 + x + 0\n")
    git.commit()
    prediff.write("a.py", "def f(x: int):\n    return x + 1\n")
    git.commit()
    prediff.write("home/prediff/config.toml", 'level = "relaxed"\n')
    assert check("HEAD~1..HEAD") == (0, {"a.py": ("same", "")})
    assert check("HEAD~1..HEAD", "--require-same") == (1, {"a.py": ("differs", "")})
    assert check("HEAD~1..HEAD", "--require-same", "--level=relaxed")[0] == 0
    prediff.write(
        "home/prediff/config.toml",
        'assume = ["annotations-true", "builtin-operators", "no-nan", "str-formats"]\n',
    )
    assert check("HEAD~1..HEAD")[0] == 0
    assert check("HEAD~1..HEAD", "--require-same")[0] == 1
    prediff.write("home/prediff/config.toml", 'level = "layout"\n')
    assert check("HEAD~1..HEAD", "--require-same", "--accept=proved")[0] == 1


def test_limits(repo, check, monkeypatch):
    """Over a limit a file is unknown, whatever it holds, and the others are compared."""
    prediff, git = repo
    prediff.write("small.py", OLD)
    prediff.write("long.py", "".join(OLD.replace("area", f"area{n}") for n in range(20_000)))
    git.commit()
    prediff.write("small.py", RESTYLED)
    prediff.write("long.py", "".join(RESTYLED.replace("area", f"area{n}") for n in range(20_000)))
    git.commit()
    code, found = check("HEAD~1..HEAD", "--timeout=4", "--jobs=2")
    assert code == 1
    assert found == {"small.py": ("same", ""), "long.py": ("unknown", "")}
    monkeypatch.setattr("prediff.gate.MAX_LOGIC_BYTES", 1000)
    assert check("HEAD~1..HEAD")[1] == {"small.py": ("same", ""), "long.py": ("unknown", "")}


def test_deep_nesting_costs_its_own_file(repo, check):
    prediff, git = repo
    for name, text in (
        ("deep.py", "x = " + "(" * 50_000 + ")" * 50_000),
        ("sum.py", "x = " + "1 + " * 60_000 + "1"),
    ):
        prediff.write(name, text)
    prediff.write("small.py", OLD)
    git.commit()
    for name in ("deep.py", "sum.py"):
        prediff.write(name, (prediff.folder / name).read_bytes() + b"\ny = 1\n")
    prediff.write("small.py", RESTYLED)
    code, found = check("--jobs=2")
    assert code == 1
    assert found["small.py"] == ("same", "")
    assert {found["deep.py"][0], found["sum.py"][0]} <= {"unknown", "differs"}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nosuch",), "nosuch names no commit or tree of this repository"),
        (("--", "../.."), "is outside of the repository"),
        (("a", "b", "c"), "paths stand after --"),
        (("a..b", "c"), "paths stand after --"),
        (("--staged", "a..b"), "--staged compares the index with one commit"),
        (("--ignore-revs=-",), "--ignore-revs needs a range of commits"),
        (("HEAD..HEAD", "--ignore-revs=-", "--", "a"), "does not go with paths"),
        (("--view=aligned",), "--view does not go with check"),
        (("--json", "--sarif=-"), "would both be on standard output"),
        (("--trailer", "--json"), "would both be on standard output"),
        (("--accept=nothing",), "there is no verdict 'nothing'"),
        (("--pre-commit", "--staged"), "leave out revisions and --staged"),
        (("--timeout=0",), "is not in the range"),
    ],
)
def test_trouble(repo, say, arguments, says):
    _, git = repo
    git.commit()
    code, out, err = say(*arguments)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert says in err


def test_outside_of_a_repository(say):
    code, _, err = say()
    assert (code, "not a git repository" in err) == (2, True)
