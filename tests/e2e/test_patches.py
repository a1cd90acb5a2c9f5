"""`prediff split` with a real git: both patches apply, and lead to the new file or tree byte for byte."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from git_repository import Git

from prediff.cli import main

ROOT = Path(__file__).parent.parent.parent
OLD = """\
def area(w, h):
    result = w * h
    print(result)
    return result


def label(name):
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
RESTYLED = OLD.replace("result", "product").replace("'", '"')
FIXED = OLD.replace("w * h", "w + h")


def patches(folder: Path, names: Sequence[str] = ("refactoring", "logic")) -> list[bytes]:
    files = [folder / f"000{n}-{kind}.patch" for n, kind in enumerate(names, 1)]
    return [file.read_bytes() for file in files if file.exists()]


def kinds(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def run(prediff, monkeypatch, capsysbinary):
    """`prediff split` in this process, in the folder: exit code, standard output, and lines of standard error."""
    monkeypatch.chdir(prediff.folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(prediff.folder / "home"))

    def split(*arguments: str) -> tuple[int, bytes, list[str]]:
        code = main(["split", *arguments])
        found = capsysbinary.readouterr()
        return code, found.out, found.err.decode().splitlines()

    return split


@pytest.fixture
def both_ways(prediff, run):
    """Split two files both ways, apply the patches one by one and in one stream, and compare."""

    def check(old: bytes, new: bytes, name: str = "app.py") -> None:
        prediff.write("old.py", old)
        prediff.write("new.py", new)
        for options, order in (
            ((), ("refactoring", "logic")),
            (("--logic-first",), ("logic", "refactoring")),
        ):
            out = f"out{len(options)}"
            arguments = ("old.py", "new.py", "--path", name, *options)
            assert run(*arguments, "--out", out)[0] == 0
            code, printed, _ = run(*arguments)
            assert code == 0
            made = patches(prediff.folder / out, order)
            assert printed == b"".join(made)
            for at, series in enumerate((made, [printed] if printed else [])):
                place = prediff.folder / f"place{len(options)}{at}"
                file = place / name
                file.parent.mkdir(parents=True)
                file.write_bytes(old)
                Git(place).apply(*series)
                assert file.read_bytes() == new

    return check


SPELLINGS = {
    "LF": (lambda text: text.encode(), lambda text: text.encode()),
    "no newline at the end": (lambda text: text[:-1].encode(), lambda text: text.encode()),
    "no newline any more": (lambda text: text.encode(), lambda text: text[:-1].encode()),
    "CRLF": (
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
    ),
    "CRLF to LF": (lambda text: text.replace("\n", "\r\n").encode(), lambda text: text.encode()),
    "mixed": (
        lambda text: text.replace("\n", "\r\n", 2).encode(),
        lambda text: text.replace("\n", "\r\n", 4).encode(),
    ),
    "CR": (lambda text: text.replace("\n", "\r").encode(), lambda text: text.replace("\n", "\r").encode()),
    "byte order mark": (lambda text: text.encode(), lambda text: b"\xef\xbb\xbf" + text.encode()),
    "latin-1": (
        lambda text: b"# coding: latin-1\nx = '\xe9'\n" + text.encode(),
        lambda text: b"# coding: latin-1\nx = '\xe9'\n" + text.encode(),
    ),
    "latin-1 to UTF-8": (
        lambda text: b"# coding: latin-1\nx = '\xe9'\n" + text.encode(),
        lambda text: ("x = 'é'\n" + text).encode(),
    ),
    "no UTF-8": (lambda text: b"# \xe9\n" + text.encode(), lambda text: b"# \xe8\n" + text.encode()),
    "binary": (lambda text: b"\0" + text.encode(), lambda text: b"\0\r" + text.encode()),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_patches_lead_to_the_new_file(both_ways, name):
    one, two = SPELLINGS[name]
    both_ways(one(OLD), two(NEW))


@pytest.mark.parametrize(("old", "new"), [(b"", NEW.encode()), (NEW.encode(), b""), (b"", b""), (b"x", b"y")])
def test_little_or_nothing(both_ways, old, new):
    both_ways(old, new)


@pytest.mark.parametrize(
    "name",
    ["a b.py", 'quo"te\\.py', "tab\there.py", "é→.py", "sub/deep/x.py", "-x.py", "line\nend.py", "# x.py"],
)
@pytest.mark.skipif(os.name == "nt", reason="no file can be called so there")
def test_names_of_all_kinds(both_ways, name):
    both_ways(OLD.encode(), NEW.encode(), name)


def test_what_is_written(prediff):
    prediff.write("old.py", OLD)
    prediff.write("new.py", NEW)
    done = prediff("split", "old.py", "new.py", "--out", "out/deep")
    assert (done.code, done.err) == (0, "")
    first, second = done.out.splitlines()
    assert first.startswith(
        f"{os.path.join('out/deep', '0001-refactoring.patch')}: 1 file, the same in logic · safe"
    )
    assert second == f"{os.path.join('out/deep', '0002-logic.patch')}: 1 file, what changes in logic"
    logic = (prediff.folder / "out" / "deep" / "0002-logic.patch").read_text(encoding="utf-8")
    changed = [line for line in logic.splitlines() if line[:1] in "+-"]
    assert changed == ["--- a/old.py", "+++ b/old.py", '-    return "n: " + name', '+    return "N: " + name']


def test_a_lone_step_is_said_in_one_line(prediff, run):
    for name, text in (
        ("old.py", OLD),
        ("restyled.py", RESTYLED),
        ("fixed.py", FIXED),
        ("bad.py", "x = '\0'\n"),
    ):
        prediff.write(name, text)
    cases = {
        "restyled.py": (["0001-refactoring.patch"], "the logic is the same: there is no patch of logic"),
        "fixed.py": (["0002-logic.patch"], "all is logic: there is no patch of refactoring"),
        "bad.py": (["0002-logic.patch"], "all is logic: there is no patch of refactoring"),
        "old.py": ([], "nothing differs: there is no patch"),
    }
    for new, (names, said) in cases.items():
        # The same folder each time: a patch of the last time is gone, not left to be applied with the others.
        code, _, lines = run("old.py", new, "--out", "out")
        assert (code, kinds(prediff.folder / "out")) == (0, names)
        more = ["prediff: old.py: all of it is logic: bad.py is binary: only its bytes are compared"]
        assert lines == [f"prediff: {said}", *(more if new == "bad.py" else [])]


def test_a_file_that_is_new_or_gone(prediff, run):
    prediff.write("app.py", NEW)
    made = run(os.devnull, "app.py")[1]
    assert b"new file mode 100644" in made
    place = prediff.folder / "place"
    place.mkdir()
    Git(place).apply(made)
    assert (place / "app.py").read_text(encoding="utf-8") == NEW
    Git(place).apply(run("app.py", os.devnull)[1])
    assert not list(place.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")
def test_modes_are_logic(prediff, run):
    prediff.write("old.py", OLD)
    prediff.write("new.py", RESTYLED)
    (prediff.folder / "new.py").chmod(0o755)
    assert run("old.py", "new.py", "--out", "out")[::2] == (0, [])
    first, second = patches(prediff.folder / "out")
    assert b"old mode" not in first
    assert b"\nold mode 100644\nnew mode 100755\n" in second
    assert b"@@" not in second


def test_standard_input_and_a_name_for_it(prediff, run):
    prediff.write("new.py", NEW)
    done = prediff("split", "-", "new.py", "--path", "lib/app.py", stdin=OLD.encode())
    assert done.code == 0
    assert done.out.count("diff --git a/lib/app.py b/lib/app.py\n") == 2
    prediff.write("old", OLD)
    prediff.write("new", NEW)
    assert run("old", "new")[1].count(b"diff --git") == 1
    assert run("old", "new", "--path", "app.py")[1].count(b"diff --git a/app.py b/app.py") == 2


BAD = {
    "one file": (("old.py",), "two files, or a range of commits such as main..topic, can be split"),
    "three files": (("old.py", "new.py", "old.py"), "two files, or a range of commits"),
    "no such file": (("old.py", "nosuch.py"), "cannot read nosuch.py: no such file or directory"),
    "a folder": (("old.py", "."), ". is a folder"),
    "a path outside": (("old.py", "new.py", "--path", "../x.py"), "'../x.py' cannot be the path in a patch"),
    "no name": (("-", "-"), "say by --path"),
    "out is a file": (("old.py", "new.py", "--out", "old.py"), "cannot write to old.py: it is no folder"),
    "out has others": (("old.py", "new.py", "--out", "taken"), "is no patch of prediff"),
    "a view": (("old.py", "new.py", "--view", "canonical"), "--view does not go with split"),
    "a path for a range": (("HEAD..HEAD", "--path", "x"), "--path is for two files"),
    "no repository": (("HEAD..HEAD",), "git: fatal: not a git repository"),
    "both": (
        ("old.py", "new.py", "--assume", "docs-unread", "--refuse", "docs-unread"),
        "both assumed and refused",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line(prediff, run, monkeypatch, name):
    prediff.write("old.py", OLD)
    prediff.write("new.py", NEW)
    prediff.write("taken/0002-logic.patch", "mine\n")
    arguments, said = BAD[name]
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(prediff.folder.parent))
    code, printed, lines = run(*arguments)
    assert (code, printed, len(lines)) == (2, b"", 1)
    assert lines[0].startswith("prediff: ")
    assert said in lines[0]
    assert (prediff.folder / "taken" / "0002-logic.patch").read_text() == "mine\n"


BAD_RANGES = {
    "no such revision": (("main..nosuch",), "nosuch names no commit or tree of this repository"),
    "an option": (("--", "--output=x..main"), "--output=x names no commit or tree"),
    "outside": (("main..main", "--", "../.."), "../.. is outside of the repository"),
    "nothing in common": (("main...other",), "the two have no commit in common"),
    "a blob": (("main:a.py..main",), "main:a.py names no commit or tree"),
}


@pytest.mark.parametrize("name", BAD_RANGES)
def test_a_bad_range_is_one_line(repo, run, name):
    prediff, git = repo
    prediff.write("a.py", OLD)
    git.commit()
    git("checkout", "-q", "--orphan", "other")
    git("commit", "-q", "-m", "another")
    arguments, said = BAD_RANGES[name]
    code, printed, lines = run(*arguments)
    assert (code, printed, len(lines)) == (2, b"", 1)
    assert said in lines[0]


def history(prediff, git: Git) -> tuple[str, str]:
    """Two commits, between which all kinds of things happen."""
    hostile = 'a "b"\\ é\t.py' if os.name != "nt" else "a b é.py"
    for name, text in {
        "app.py": OLD,
        "crlf.py": OLD.replace("\n", "\r\n"),
        "restyled.py": OLD,
        "fixed.py": OLD,
        hostile: OLD,
        "moved/from.py": OLD + "X = 1\n" * 30,
        "gone.py": OLD,
        "script.py": OLD,
        "notes.txt": "one\n",
        "pic.bin": bytes(range(256)),
        "app.js": "function f(a) { return a }\n",
        "link.py.txt": "x\n",
        "becomes_link.py": OLD,
        "wild.py": b"\xff" + OLD.encode(),
    }.items():
        prediff.write(name, text)
    old = git.commit()
    for name, text in {
        "app.py": NEW,
        "crlf.py": NEW.replace("\n", "\r\n"),
        "restyled.py": RESTYLED,
        "fixed.py": FIXED,
        hostile: NEW[:-1],
        "script.py": NEW,
        "notes.txt": "two\n",
        "pic.bin": bytes(range(255)),
        "app.js": "function f(b) {\n  return b + 1;\n}\n",
        "new.py": NEW,
        "empty.py": "",
        "wild.py": b"\xfe" + NEW.encode(),
    }.items():
        prediff.write(name, text)
    folder = prediff.folder
    (folder / "gone.py").unlink()
    (folder / "to").mkdir()
    (folder / "moved" / "from.py").unlink()
    prediff.write("to/here.py", NEW + "X = 1\n" * 30)
    if os.name != "nt":
        (folder / "script.py").chmod(0o755)
        (folder / "becomes_link.py").unlink()
        (folder / "becomes_link.py").symlink_to("app.py")
    return old, git.commit()


@pytest.mark.parametrize("options", [(), ("--logic-first",)])
def test_a_range_leads_to_its_tree(repo, run, tmp_path, options):
    prediff, git = repo
    old, new = history(prediff, git)
    before = git("status", "--porcelain"), git("count-objects", "-v")
    code, _, lines = run(f"{old}..{new}", *options, "--out", "home/out")
    assert code == 0, lines
    assert lines[0].startswith("prediff: wild.py: all of it is logic: wild.py is not valid UTF-8")
    assert lines[1:] == [f"prediff: {6 if options else 7} more files are as a whole in the patch of logic"]
    assert before == (git("status", "--porcelain"), git("count-objects", "-v"))
    order = ("logic", "refactoring") if options else ("refactoring", "logic")
    first, second = patches(prediff.folder / "home" / "out", order)
    refactoring = second if options else first
    for line in (
        b"GIT binary patch",
        b"rename from",
        b"new file mode",
        b"deleted file mode",
        b"old mode",
        b"120000",
    ):
        assert line not in refactoring
    assert b"fixed.py" not in refactoring
    assert b"restyled.py" in refactoring
    assert (b"here.py" in refactoring) == bool(options)
    assert b"rename from moved/from.py" in (first if options else second)
    git("checkout", "-q", "-f", old)
    git("apply", "--index", "--whitespace=nowarn", "-", data=first)
    git("apply", "--index", "--whitespace=nowarn", "-", data=second)
    assert git("write-tree") == git("rev-parse", f"{new}^{{tree}}")
    git("checkout", "-q", "-f", old)
    git("apply", "--index", "--whitespace=nowarn", "-", data=run(f"{old}..{new}", *options)[1])
    assert git("write-tree") == git("rev-parse", f"{new}^{{tree}}")


def test_paths_of_a_range(repo, run):
    prediff, git = repo
    for name in ("a.py", "lib/b.py", "lib/c.py"):
        prediff.write(name, OLD)
    git.commit()
    for name in ("a.py", "lib/b.py", "lib/c.py"):
        prediff.write(name, NEW)
    git.commit()
    for paths, found in (
        (("a.py",), {b"a.py"}),
        (("lib",), {b"lib/b.py", b"lib/c.py"}),
        (("*b.py",), {b"lib/b.py"}),
        ((), {b"a.py", b"lib/b.py", b"lib/c.py"}),
    ):
        made = run("HEAD~1..", "--", *paths)[1]
        names = {line.rpartition(b" b/")[2] for line in made.splitlines() if line.startswith(b"diff --git ")}
        assert names == found
        assert made.count(b"diff --git ") == 2 * len(found)
    assert run("HEAD~1..HEAD", "--", "nosuch") == (0, b"", ["prediff: nothing differs: there is no patch"])


def test_three_dots_start_where_the_branch_did(repo, run):
    prediff, git = repo
    prediff.write("a.py", OLD)
    git.commit()
    git("checkout", "-q", "-b", "topic")
    prediff.write("a.py", NEW)
    git.commit()
    git("checkout", "-q", "main")
    prediff.write("b.py", OLD)
    git.commit()
    assert b"b.py" in run("main..topic")[1]
    assert b"b.py" not in run("main...topic")[1]


def test_the_old_side_configures(repo, run):
    prediff, git = repo
    prediff.write("app.py", OLD)
    prediff.write(".prediff.toml", 'refuse = ["locals-unread"]\n')
    git.commit()
    prediff.write("app.py", RESTYLED)
    (prediff.folder / ".prediff.toml").unlink()
    git.commit()
    made = run("HEAD~1..HEAD", "--", "app.py")[1]
    assert b"-    result = w * h" in made.partition(b", logic: ")[2]


def test_nothing_of_a_repository_runs(repo, tmp_path):
    """Neither hooks nor monitors nor drivers, whatever its configuration, its attributes and the environment say."""
    prediff, git = repo
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\nexit 1\n")
    script.chmod(0o755)
    prediff.write(".gitattributes", "*.py diff=evil filter=evil\n")
    prediff.write("app.py", OLD)
    git.commit()
    prediff.write("app.py", NEW)
    git.commit()
    for key in (
        *("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "diff.evil.command"),
        *("diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process"),
    ):
        git("config", key, str(script))
    git("config", "diff.noprefix", "true")
    hooks = prediff.folder / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman", "post-checkout"):
        (hooks / hook).write_bytes(script.read_bytes())
        (hooks / hook).chmod(0o755)
    prediff.write("git", script.read_bytes())
    (prediff.folder / "git").chmod(0o755)
    env = {
        "GIT_EXTERNAL_DIFF": str(script),
        "GIT_DIR": "/nowhere",
        "PATH": f".{os.pathsep}{prediff.folder}{os.pathsep}{os.environ['PATH']}",
    }
    done = prediff("split", "HEAD~1..HEAD", env=env)
    assert (done.code, done.out.count("diff --git a/app.py b/app.py")) == (0, 2)
    assert not (tmp_path / "ran").exists()


def test_the_page_shows_what_is_written(run):
    page = (ROOT / "docs" / "split.md").read_text(encoding="utf-8")
    shown = re.search(r"```diff\n(.*?)```", page, re.DOTALL)
    assert shown
    sides = [
        str(ROOT / "samples" / "python" / "bugfix-in-restyle" / name) for name in ("left.py", "right.py")
    ]
    assert run(*sides, "--path", "cache.py", "--out", "patches")[0] == 0
    assert Path("patches", "0002-logic.patch").read_text(encoding="utf-8") == shown[1]
