"""`git pdiff`, external diffs, and files of revisions in `prediff diff`, with the real git."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from git_world import Ran, World, make_world, needed

OLD = """\
def area(w, h):
    result = w * h
    return result


def label(name):
    return 'n: ' + name
"""
STYLED = """\
def area( w, h ):
    product = w*h
    return product

def label(name):
    return "n: " + name
"""
FIXED = STYLED.replace("'n", "'m").replace('"n: "', '"m: "')
ODD = 'it\'s "q" $(touch x).py'


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A user with the alias, in a repository whose second commit restyles one file and changes another."""
    world = make_world(tmp_path)
    world.configure(alias__pdiff="!prediff pdiff")
    for name in ("src/same.py", "src/fix.py"):
        world.write(name, OLD)
    world.write("src/notes.txt", "one\n")
    world.commit("first")
    world.write("src/same.py", STYLED)
    world.write("src/fix.py", FIXED)
    world.write("src/notes.txt", "two\n")
    return world


WANTED = """\
diff --git a/src/fix.py b/src/fix.py
prediff: differs in 1 of 2 units · safe · 2 folds (returned-variable 2) under locals-unread, source-unread
--- a/src/fix.py
+++ b/src/fix.py
@@ -4,4 +4,3 @@ label
_
_
 def label(name):
-    return 'n: ' + name
+    return 'm: ' + name
diff --git a/src/notes.txt b/src/notes.txt
--- a/src/notes.txt
+++ b/src/notes.txt
@@ -1 +1 @@
-one
+two
diff --git a/src/same.py b/src/same.py
prediff: same · safe · 2 folds (returned-variable 2) under locals-unread, source-unread
prediff: renamed: in area: product is shown as result
""".replace("_\n", " \n")


def plain(text: str) -> str:
    """What is said of folds may change with the rules."""
    text = re.sub(r"\d+ folds? \([^)]*\)", "N folds", text)
    return re.sub(r"^prediff: renamed.*\n", "", text, flags=re.MULTILINE)


def test_pdiff_is_diff(world):
    done = world.run("git", "pdiff")
    assert (done.code, done.err) == (0, "")
    assert plain(done.out) == plain(WANTED)
    # It is for that one command.
    assert "product" in world.run("git", "diff").out


@pytest.mark.parametrize(
    ("words", "folder", "shown"),
    [
        (("--", "fix.py"), "src", ["src/fix.py"]),
        (("fix.py",), "src", ["src/fix.py"]),
        (("diff", "HEAD", "--", "../src/same.py"), "src", ["src/same.py"]),
        (("--relative", "HEAD"), "src", ["fix.py", "notes.txt", "same.py"]),
        (("--", "src/fix.py"), ".", ["src/fix.py"]),
    ],
)
def test_paths_are_read_from_where_the_user_is(world, words, folder, shown):
    done = world.run("git", "pdiff", *words, folder=folder)
    assert (done.code, done.err) == (0, "")
    assert re.findall(r"^diff --git a/(\S+) ", done.out, re.MULTILINE) == shown


def test_paths_in_a_linked_work_tree(world, tmp_path):
    """There git tells an alias where the repository is."""
    world.commit("second")
    tree = tmp_path / "tree"
    world.git("worktree", "add", "-q", str(tree), "HEAD~1")
    (tree / "src" / "fix.py").write_text(FIXED)
    done = world.run("git", "pdiff", "fix.py", folder=tree / "src")
    assert (done.code, done.err) == (0, "")
    assert "return 'm: '" in done.out


def test_log_and_show(world):
    world.commit("second")
    for words in (("log", "-1"), ("show",), ("show", "HEAD")):
        done = world.run("git", "pdiff", *words)
        assert (done.code, done.err) == (0, "")
        assert "second" in done.out
        assert "+    return 'm: ' + name" in done.out
        assert "product =" not in done.out
        assert "index " in done.out


def test_context_and_colour_are_gits(world):
    assert "def label" not in world.run("git", "pdiff", "-U0").out.replace("@@ label", "")
    assert "def area" in world.run("git", "pdiff", "--unified=20").out
    assert "\x1b[" in world.run("git", "pdiff", "--color=always").out
    assert "\x1b[" not in world.run("git", "pdiff", "--no-color").out


def test_exit_codes_are_gits(world):
    assert world.run("git", "pdiff", "--exit-code").code == 1
    assert world.run("git", "pdiff", "--nonsense").code == world.run("git", "diff", "--nonsense").code != 0
    assert world.run("git", "pdiff", "nowhere..HEAD").code == 128
    assert world.run("git", "pdiff", "--stat").out == world.run("git", "diff", "--stat").out


def test_the_pager_gets_colours(world):
    """On a terminal git starts its pager, and prediff knows of it."""
    pager = world.program("page", f'#!/bin/sh\ncat > "{world.folder}/paged"\n')
    world.configure(core__pager=str(pager))
    world.git("config", "core.pager", "touch evil")
    main, terminal = pty.openpty()
    process = subprocess.Popen(
        ["git", "pdiff"],
        cwd=world.repo,
        env={**world.environment(), "TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
    )
    process.wait(60)
    os.close(terminal)
    os.close(main)
    assert process.returncode == 0
    assert "\x1b[31m-" in (world.folder / "paged").read_text()
    assert not (world.repo / "evil").exists()


def test_every_kind_of_change(world):
    """Added, deleted, renamed, mode, link, submodule, binary, unmerged, and odd names."""
    world.commit()
    world.write(ODD, OLD)
    world.write("mode.py", OLD)
    world.write("old.py", OLD + "x = 1\n")
    world.write("gone.py", "gone = 1\n")
    world.write("b.py", b"\0a")
    os.symlink("src/ same.py", world.repo / "link.py")
    base = world.commit()
    world.write(ODD, FIXED)
    (world.repo / "mode.py").chmod(0o755)
    world.git("mv", "old.py", "new.py")
    world.write("new.py", OLD + "x = 2\n")
    (world.repo / "gone.py").unlink()
    world.write("two\nlines\u202e.py", OLD)
    world.write("b.py", b"\0b")
    (world.repo / "link.py").unlink()
    os.symlink("src/same.py", world.repo / "link.py")
    world.git("add", "-A")
    world.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub.py")
    done = world.run("git", "pdiff", "--cached")
    assert (done.code, done.err) == (0, "")
    parts = {
        part.split("\n", 1)[0]: part for part in re.split(r"^diff --git ", done.out, flags=re.MULTILINE)[1:]
    }
    assert set(parts) == {
        r'"a/it\'s \"q\" $(touch x).py" "b/it\'s \"q\" $(touch x).py"'.replace(r"\'", "'"),
        "a/mode.py b/mode.py",
        "a/old.py b/new.py",
        "a/gone.py b/gone.py",
        r'"a/two\nlines\342\200\256.py" "b/two\nlines\342\200\256.py"',
        "a/b.py b/b.py",
        "a/link.py b/link.py",
        "a/sub.py b/sub.py",
    }
    assert "old mode 100644\nnew mode 100755\n" in parts["a/mode.py b/mode.py"]
    assert "rename from old.py\nrename to new.py\n" in parts["a/old.py b/new.py"]
    assert "-x = 1\n+x = 2\n" in parts["a/old.py b/new.py"]
    assert "deleted file mode 100644" in parts["a/gone.py b/gone.py"]
    assert "-gone = 1" in parts["a/gone.py b/gone.py"]
    assert "Binary files a/b.py and b/b.py differ" in parts["a/b.py b/b.py"]
    assert "-src/ same.py\n" in parts["a/link.py b/link.py"]
    assert f"+Subproject commit {base}" in parts["a/sub.py b/sub.py"]
    assert not (world.repo / "x").exists()


def test_an_unmerged_file(world):
    world.git("checkout", "-q", "src")
    world.git("checkout", "-q", "-b", "other")
    world.write("src/fix.py", OLD.replace("w * h", "w - h"))
    world.commit()
    world.git("checkout", "-q", "main")
    world.write("src/fix.py", OLD.replace("w * h", "w + h"))
    world.commit()
    assert world.run("git", "merge", "other").code == 1
    done = world.run("git", "pdiff", "--cached")
    assert done.code == 0
    assert "* Unmerged path src/fix.py" in done.out


def external(world: World, *words: str) -> Ran:
    return world.run("prediff", "external-diff", *words)


def test_external_diff_by_itself(world):
    """As git calls it; whatever the files hold, the code is 0."""
    world.write("bad.py", b"def f(:\n\xff")
    old, new = ("src/same.py", "0" * 40, "100644"), ("src/fix.py", "0" * 40, "100644")
    assert external(world, "--", "a.py", *old, *new).code == 0
    done = external(world, "--", "a.py", *old, "bad.py", "1" * 40, "100644")
    assert done.code == 0
    assert "+def f(:" in done.out
    done = external(world, "--", "a.py", *old, "none.py", "0" * 40, "100644")
    assert done.code == 0
    assert "prediff: the files differ: cannot read none.py" in done.out
    assert external(world, "--", "a.py").out == "* Unmerged path a.py\n"
    for wrong in (("--",), ("--", "a", "b"), ("--nonsense", "a")):
        assert external(world, *wrong).code == 2


def test_as_a_driver_it_is_for_the_files_of_an_attribute(world):
    world.git("config", "diff.prediff-python.command", "prediff external-diff --")
    world.write(".git/info/attributes", "same.py diff=prediff-python\n")
    done = world.run("git", "diff")
    assert (done.code, done.err) == (0, "")
    assert "product = w*h" not in done.out.partition("same.py")[2]
    assert '+    return "m: "' in done.out


# --- what is hostile -------------------------------------------------------------------------------------------


def test_nothing_of_the_repository_runs(world, tmp_path):
    trace = tmp_path / "ran"
    evil = world.write("evil", f"#!/bin/sh\ntouch '{trace}'\ncat\n")
    evil.chmod(0o755)
    world.write(".gitattributes", "*.py diff=evil filter=evil\n*.txt diff=other filter=evil\n")
    for key in (
        *(
            "diff.evil.command",
            "diff.evil.textconv",
            "diff.other.textconv",
            "diff.external",
            "core.fsmonitor",
        ),
        *("filter.evil.clean", "filter.evil.process", "core.pager", "pager.diff", "gpg.program"),
    ):
        world.git("config", key, str(evil))
    world.git("config", "filter.evil.required", "true")
    world.git("config", "core.hooksPath", str(world.repo / "hooks"))
    world.write("hooks/post-index-change", evil.read_text()).chmod(0o755)
    for name in ("click.py", "prediff.py", "dataclasses.py", "git", "prediff"):
        world.write(name, f"open({str(trace)!r}, 'w')\n").chmod(0o755)
    os.utime(world.repo / "src" / "same.py")
    path = f"{world.bin}:.::{os.environ['PATH']}"
    for words in ((), ("log", "-p"), ("show",), ("--", "src")):
        done = world.run("prediff", "pdiff", *words, env={"PATH": path})
        assert done.code == 0, done.err
        assert "fix.py" in done.out
    done = world.run("prediff", "diff", "HEAD:src/same.py", "src/same.py", env={"PATH": path})
    assert done.code == 0, done.err
    assert not trace.exists()


# --- files of revisions, and pipes -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "folder", "code"),
    [
        ("HEAD:src/same.py", "src/same.py", ".", 0),
        ("HEAD:src/same.py", "same.py", "src", 0),
        ("HEAD:./same.py", "same.py", "src", 0),
        ("HEAD:src/fix.py", "src/fix.py", ".", 1),
        ("HEAD:src/fix.py", "HEAD:src/same.py", ".", 0),
        (":src/fix.py", "src/fix.py", ".", 1),
        (":0:src/same.py", "src/same.py", ".", 0),
        ("HEAD^{/first}:src/same.py", "main@{0}:src/same.py", ".", 0),
        ("src/same.py", "HEAD:src/same.py", ".", 0),
    ],
)
def test_files_of_revisions(world, left, right, folder, code):
    done = world.run("prediff", "diff", left, right, folder=folder)
    assert done.err == ""
    assert done.code == code


@pytest.mark.parametrize(
    ("left", "message"),
    [
        ("HEAD:none.py", "HEAD:none.py is no file, and no file of a revision either"),
        ("nowhere:src/same.py", "nowhere:src/same.py is no file, and no file of a revision either"),
        ("HEAD:src", "HEAD:src is a folder of that revision; name a file in it"),
        ("--output=x:y", "no such option"),
    ],
)
def test_what_is_no_file_of_a_revision(world, left, message):
    done = world.run("prediff", "diff", left, "src/same.py")
    assert done.code == 2
    assert message.lower() in done.err.lower()
    assert len(done.err.splitlines()) == 1
    assert not (world.repo / "x").exists()


def test_a_path_from_the_wrong_folder_gets_advice(world):
    done = world.run("prediff", "diff", "HEAD:same.py", "same.py", folder="src")
    assert "and HEAD:./same.py from here" in done.err


def test_a_file_of_that_name_comes_first(world):
    world.write("HEAD:src/same.py", FIXED)
    assert world.run("prediff", "diff", "HEAD:src/same.py", "src/fix.py").out == "identical\n"


def test_a_link_of_a_revision_is_no_program(world):
    os.symlink("src/ same.py", world.repo / "link.py")
    world.commit()
    (world.repo / "link.py").unlink()
    os.symlink("src/same.py", world.repo / "link.py")
    world.git("add", "link.py")
    done = world.run("prediff", "diff", "HEAD:link.py", ":link.py")
    assert done.code == 1
    assert "may be a link" in done.out


def test_settings_of_the_working_tree_hold_for_revisions(world):
    world.write("src/.prediff.toml", 'refuse = ["locals-unread"]\n')
    assert world.run("prediff", "diff", "HEAD:src/same.py", "HEAD:src/same.py").code == 0
    world.commit("second")
    assert world.run("prediff", "diff", "HEAD~1:src/same.py", "HEAD:src/same.py").code == 1


def test_process_substitution_and_standard_input(world):
    needed("bash")
    script = """
    prediff diff <(git show HEAD:src/same.py) src/same.py || exit 11
    prediff diff src/same.py <(git show HEAD:src/same.py) || exit 12
    prediff diff --lang python <(git show HEAD:src/same.py) <(cat src/same.py) || exit 13
    prediff diff - src/same.py < <(git show HEAD:src/same.py) || exit 14
    prediff diff HEAD:src/same.py - < src/same.py || exit 15
    prediff diff <(git show HEAD:src/fix.py) src/fix.py && exit 16
    prediff diff /dev/fd/7 src/same.py 7< src/same.py || exit 17
    exit 0
    """
    done = world.run("bash", "-c", script)
    assert done.code == 0, done.err
    assert done.err == ""
    assert "+    return 'm: ' + name" in done.out


def test_folders_point_to_what_compares_them(world):
    (world.repo / "other").mkdir()
    done = world.run("prediff", "diff", "src", "other")
    assert done.code == 2
    assert re.fullmatch(
        r"prediff: src and other are folders: prediff (tree|difftool) LEFT RIGHT compares these\n", done.err
    )


def test_python_is_that_of_this_run():
    """pdiff has git call the prediff that was called, not one of the compared folder."""
    from prediff.cli.pdiff import _ourselves

    words = _ourselves(("-U", "5", "--color", "--", "-U9"))
    assert words.startswith(f"{sys.executable} -P -m prediff external-diff")
    assert words.endswith(" -U 5 --color=always --")
