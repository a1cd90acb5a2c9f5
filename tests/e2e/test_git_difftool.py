"""`git difftool`, file by file and with --dir-diff, with prediff before a viewer of the user's own. The git is real."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import pytest
from git_world import RECORDER, World, make_world

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
CHANGED = STYLED.replace("w*h", "w + h").replace("product", "result")
FIXED = OLD.replace("w * h", "w + h")
ODD = 'it\'s "q" $(x) é.py'
LINES = "two\nlines.py"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A user whose viewer is a recorder, and who has set prediff up before it."""
    world = make_world(tmp_path)
    recorder = world.program("recorder", RECORDER.format(python=sys.executable, log=str(world.log)))
    world.configure(
        difftool__recorder__cmd=f'"{recorder}" "$LOCAL" "$REMOTE" "$MERGED"',
        difftool__prediff__cmd='prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"',
        difftool__prompt="false",
        diff__tool="prediff",
        prediff__viewer="recorder",
    )
    return world


@pytest.fixture
def changed(world: World) -> World:
    """A change of every kind, from HEAD to the working tree."""
    for name in ("src/logic.py", "src/same.py", "mode.py", ODD, LINES):
        world.write(name, OLD)
    world.write("gone.py", "gone = 1\nreally = 2\n")
    world.write("renamed.py", f"{OLD}RENAMED = 1\n")
    world.write("data.bin", b"a\0b")
    world.write("notes.txt", "one\ntwo\n")
    os.symlink("src/same.py", world.repo / "link.py")
    os.symlink("notes.txt", world.repo / "steady")
    world.commit()
    for name in ("src/logic.py", ODD, LINES):
        world.write(name, CHANGED)
    world.write("src/same.py", STYLED)
    (world.repo / "mode.py").chmod(0o755)
    world.git("mv", "renamed.py", "new name.py")
    world.write("new name.py", f"{FIXED}RENAMED = 2\n")
    (world.repo / "gone.py").unlink()
    world.write("added.py", "added = 1\nhere = 2\n")
    world.git("add", "-N", "added.py")
    world.write("data.bin", b"a\0c")
    world.write("notes.txt", "one\nthree\n")
    (world.repo / "link.py").unlink()
    os.symlink("src/ same.py", world.repo / "link.py")
    return world


def names(call: dict) -> tuple[str, str]:
    """What the viewer shows as names of the two files: their paths below our folder."""
    return tuple(
        os.path.relpath(path, call["folder"]) if path != "/dev/null" else path
        for path in call["arguments"][:2]
    )


def texts(call: dict) -> tuple[str, str]:
    return tuple(found["text"] for found in call["found"])


def test_each_file_in_its_turn(changed):
    before = changed.state()
    done = changed.run("git", "difftool", "HEAD", folder="src")
    assert (done.code, done.err) == (0, "")
    assert changed.state() == before
    calls = {call["arguments"][2]: call for call in changed.calls()}
    assert set(calls) == {
        "src/logic.py", "added.py", "gone.py", "new name.py", "link.py", "data.bin", "notes.txt", ODD, "two%0Alines.py"
    }  # fmt: skip
    logic = calls["src/logic.py"]
    assert names(logic) == ("left/src/logic.py", "right/src/logic.py")
    assert texts(logic) == (OLD, FIXED)
    assert names(calls[ODD]) == (f"left/{ODD}", f"right/{ODD}")
    assert names(calls["two%0Alines.py"]) == ("left/two%0Alines.py", "right/two%0Alines.py")
    assert names(calls["added.py"]) == ("/dev/null", "right/added.py")
    assert names(calls["gone.py"]) == ("left/gone.py", "/dev/null")
    assert names(calls["new name.py"]) == ("left/renamed.py", "right/new name.py")
    assert texts(calls["new name.py"])[1] == f"{FIXED}RENAMED = 2\n"
    assert "new name.py (was renamed.py): differs in 2 of 3 units" in done.out
    assert texts(calls["link.py"]) == ("src/same.py", "src/ same.py")
    assert texts(calls["data.bin"]) == ("a\0b", "a\0c")
    assert texts(calls["notes.txt"]) == ("one\ntwo\n", "one\nthree\n")
    lines = done.out.splitlines()
    assert "mode.py: identical: only its mode, its name or the like differs" in lines
    same = next(line for line in lines if line.startswith("src/same.py: "))
    assert same.startswith("src/same.py: same in logic · safe · ")
    assert "locals-unread" in same
    assert "opened in recorder; the files as they are: git difftool --tool=recorder" in lines
    assert any(line.startswith("two<U+000A>lines.py: differs in 1 of 2 units") for line in lines)


def test_outputs_are_read_only_and_for_the_user_alone(changed):
    changed.run("git", "difftool", "HEAD", "--", "src/logic.py", env={"RECORDER_CODE": "0"})
    (call,) = changed.calls()
    assert [found["mode"] for found in call["found"]] == [0o400, 0o400]
    assert call["folder"].startswith(str(changed.shown))
    for folder in (changed.shown, Path(call["folder"]), Path(call["folder"], "left", "src")):
        assert folder.stat().st_mode & 0o777 == 0o700
    # A viewer that returned at once reads them later.
    assert Path(call["arguments"][0]).read_text() == OLD


def test_folders(changed):
    before = changed.state()
    done = changed.run("git", "difftool", "--dir-diff", "HEAD", folder="src")
    assert (done.code, done.err) == (0, "")
    assert changed.state() == before
    (call,) = changed.calls()
    left, right = call["found"]
    assert [Path(path).name for path in call["arguments"][:2]] == ["left", "right"]
    both = {"src/logic.py", "link.py", "data.bin", "notes.txt", ODD, "two%0Alines.py"}
    assert both <= set(left) & set(right)
    assert set(left) ^ set(right) == {"gone.py", "added.py", "renamed.py", "new name.py"}
    assert {"src/same.py", "mode.py", "steady"}.isdisjoint({*left, *right})
    assert right["src/logic.py"]["text"] == FIXED
    assert not any(file["link"] or file["mode"] != 0o400 for side in (left, right) for file in side.values())
    assert left["link.py"]["text"] != right["link.py"]["text"]
    lines = done.out.splitlines()
    assert any(line.startswith("src/same.py: same in logic · safe") for line in lines)
    assert any(line.startswith("link.py: as it is") for line in lines)
    assert "added.py: only on the right" in lines


def test_nothing_is_opened_where_all_is_the_same(world):
    world.write("a.py", OLD)
    world.commit()
    world.write("a.py", STYLED)
    for mode in ((), ("--dir-diff",)):
        done = world.run("git", "difftool", *mode)
        assert done.code == 0
        assert done.out.startswith("a.py: same in logic · safe")
        assert world.calls() == []
    assert (
        "differs"
        in world.run(
            "git",
            "-c",
            "difftool.prediff.cmd=prediff difftool --level layout -- $LOCAL $REMOTE $MERGED",
            "difftool",
        ).out
    )
    assert len(world.calls()) == 1
    with_same = 'difftool.prediff.cmd=prediff difftool --show-same -- "$LOCAL" "$REMOTE" "$MERGED"'
    world.run("git", "-c", with_same, "difftool")
    (call,) = world.calls()
    assert texts(call) == (OLD, OLD)


def test_the_original_pair(world):
    world.write("a.py", OLD)
    world.commit()
    world.write("a.py", STYLED)
    original = 'difftool.prediff.cmd=prediff difftool --original -- "$LOCAL" "$REMOTE" "$MERGED"'
    world.run("git", "-c", original, "difftool")
    (call,) = world.calls()
    assert texts(call) == (OLD, STYLED)
    assert call["arguments"][1:] == [str(world.repo / "a.py"), "a.py"]
    world.run("git", "difftool", "--extcmd", "prediff difftool --original")
    assert texts(world.calls()[0]) == (OLD, STYLED)
    world.run("git", "-c", original, "difftool", "--dir-diff")
    (call,) = world.calls()
    assert call["found"][1]["a.py"]["link"]


def test_extcmd_tells_the_name(world):
    world.write("deep/a.py", OLD)
    world.commit()
    world.write("deep/a.py", CHANGED)
    world.run("git", "difftool", "--extcmd", "prediff difftool")
    (call,) = world.calls()
    assert call["arguments"][2] == "deep/a.py"


@pytest.mark.parametrize("unmerged", [(), ("--dir-diff",)])
def test_a_conflict(world, unmerged):
    world.write("a.py", OLD)
    world.commit()
    world.git("checkout", "-q", "-b", "other")
    world.write("a.py", OLD.replace("w * h", "w - h"))
    world.commit()
    world.git("checkout", "-q", "main")
    world.write("a.py", FIXED)
    world.commit()
    assert world.run("git", "merge", "other").code == 1
    before = world.state()
    done = world.run("git", "difftool", *unmerged, "HEAD")
    assert done.code == 0
    assert world.state() == before
    (call,) = world.calls()
    found = texts(call) if not unmerged else tuple(side["a.py"]["text"] for side in call["found"])
    assert "<<<<<<<" in found[1]
    assert "<<<<<<<" not in found[0]


def test_a_submodule(world, tmp_path):
    world.write("a.py", OLD)
    first = world.commit()
    world.write("a.py", STYLED)
    second = world.commit()
    world.git("update-index", "--add", "--cacheinfo", f"160000,{first},sub.py")
    world.git("commit", "-qm", "sub")
    world.git("update-index", "--cacheinfo", f"160000,{second},sub.py")
    done = world.run("git", "difftool", "--cached")
    assert (done.code, done.err) == (0, "")
    (call,) = world.calls()
    assert texts(call)[0] != texts(call)[1]
    assert texts(call)[0].startswith("Subproject commit ")
    assert "as it is" in done.out


# --- which viewer ----------------------------------------------------------------------------------------------


@pytest.fixture
def pair(world: World) -> World:
    world.write("a.py", OLD)
    world.commit()
    world.write("a.py", CHANGED)
    return world


def test_without_a_saved_tool_the_configured_one_is_taken(pair):
    pair.git("config", "--global", "--unset", "prediff.viewer")
    pair.configure(merge__tool="recorder")
    assert pair.run("git", "difftool").code == 0
    assert len(pair.calls()) == 1


def test_the_tool_for_windows_comes_first_where_it_is_asked_for(pair):
    pair.git("config", "--global", "--unset", "prediff.viewer")
    second = pair.program("second", "#!/bin/sh\necho second ran\n")
    pair.configure(difftool__second__cmd=f'"{second}"', merge__guitool="second", merge__tool="recorder")
    pair.configure(diff__guitool="prediff")
    assert "second ran" in pair.run("git", "difftool", "--gui").out
    assert pair.calls() == []
    pair.run("git", "difftool", "--tool", "prediff")
    assert len(pair.calls()) == 1


def test_a_tool_by_option_and_by_a_key_on_the_command_line(pair):
    second = pair.program("second", "#!/bin/sh\necho second ran\n")
    pair.configure(difftool__second__cmd=f'"{second}"')
    named = 'difftool.prediff.cmd=prediff difftool --tool second -- "$LOCAL" "$REMOTE" "$MERGED"'
    assert "second ran" in pair.run("git", "-c", named, "difftool").out
    assert "second ran" in pair.run("git", "-c", "prediff.viewer=second", "difftool").out


@pytest.mark.parametrize("tool", ["prediff", "mine"])
def test_prediff_alone_is_told_in_one_line_and_git_stops(pair, tool):
    pair.write("b.py", OLD)
    pair.commit()
    pair.write("b.py", CHANGED)
    pair.write("a.py", OLD)
    pair.configure(prediff__viewer=tool, difftool__mine__cmd='prediff difftool -- "$LOCAL" "$REMOTE"')
    done = pair.run("git", "difftool", env={"PATH": str(minimal_path(pair))})
    lines = [line for line in done.err.splitlines() if line.startswith("prediff: ")]
    assert lines == [
        "prediff: the only diff tool of yours is prediff itself (prediff.viewer): git config --global prediff.viewer "
        "NAME names one, such as meld, kdiff3, vimdiff or a difftool of yours"
    ]
    assert done.code == 128


def minimal_path(world: World) -> Path:
    """A PATH without any viewer."""
    folder = world.folder / "minimal"
    folder.mkdir()
    for name in ("git", "sh", "cat", "prediff", "sed", "grep", "uname", "basename", "dirname", "ls", "sort"):
        for place in (world.bin, Path("/usr/bin"), Path("/bin")):
            if (place / name).exists() and not (folder / name).exists():
                (folder / name).symlink_to(place / name)
    return folder


def test_one_that_is_installed_is_taken_where_none_was_ever_named(pair):
    pair.git("config", "--global", "--unset", "prediff.viewer")
    folder = minimal_path(pair)
    vim = folder / "vim"
    vim.write_text("#!/bin/sh\necho vim ran\n")
    vim.chmod(0o755)
    done = pair.run("git", "difftool", env={"PATH": str(folder)})
    assert "opened in vim; the files as they are: git difftool --tool=vimdiff" in done.out
    assert "vim ran" in done.out
    assert done.code == 0


def test_a_viewer_that_is_prediff_behind_a_script_ends(pair):
    copied = f'#!/bin/sh\ncd "{pair.home}" && cp -f "$1" l.py && cp -f "$2" r.py && '
    again = pair.program("again", copied + "prediff difftool --tool again l.py r.py\n")
    pair.configure(difftool__again__cmd=f'"{again}" "$LOCAL" "$REMOTE"', prediff__viewer="again")
    done = pair.run("git", "difftool")
    assert "prediff: the viewer again runs prediff again: name another one" in done.err


def test_what_a_viewer_was_given_is_not_opened_again(pair):
    again = pair.program("again", '#!/bin/sh\nprediff difftool --tool again -- "$@"\n')
    pair.configure(difftool__again__cmd=f'"{again}" "$LOCAL" "$REMOTE"', prediff__viewer="again")
    for mode in ((), ("--dir-diff",)):
        done = pair.run("git", "difftool", *mode)
        assert done.err.count("are what prediff gave a viewer: name the originals") == 1


@pytest.mark.parametrize(("code", "expected"), [("0", 0), ("1", 0), ("7", 0), ("130", 128)])
def test_exit_codes(pair, code, expected):
    for trust in ("--trust-exit-code", "--no-trust-exit-code"):
        done = pair.run("git", "difftool", trust, env={"RECORDER_CODE": code})
        assert done.code == expected


def test_a_viewer_that_is_missing_stops_git(pair):
    pair.configure(prediff__viewer="xxdiff")
    done = pair.run("git", "difftool")
    assert "xxdiff" in done.err
    assert done.code == 128


def test_by_hand(pair):
    """Outside of git: two files, two folders, and codes of prediff's own."""
    pair.write("old/a.py", OLD)
    pair.write("new/a.py", CHANGED)
    pair.write("new/b.py", OLD)
    os.symlink("/etc/passwd", pair.repo / "new" / "out.py")
    done = pair.run("prediff", "difftool", "old/a.py", "new/a.py")
    assert done.code == 0
    assert "the files as they are: prediff difftool --original" in done.out
    (call,) = pair.calls()
    assert names(call) == ("left/old/a.py", "right/new/a.py")
    assert pair.run("prediff", "difftool", "old", "new").code == 0
    (call,) = pair.calls()
    assert set(call["found"][1]) == {"a.py", "b.py", "out.py"}
    assert call["found"][1]["out.py"]["text"] == "/etc/passwd"
    for arguments, message in (
        (("old", "new/a.py"), "one is a folder and the other is not"),
        (("old/a.py", "new/a.py", "--tool", "prediff"), "--tool prediff is prediff itself"),
        (("old/a.py", "none.py"), "cannot read none.py"),
    ):
        done = pair.run("prediff", "difftool", *arguments)
        assert (done.code, len(done.err.splitlines())) == (2, 1)
        assert message in done.err
    assert pair.calls() == []
    pair.configure(prediff__viewer="prediff", diff__tool="prediff")
    done = pair.run("prediff", "difftool", "old", "new", env={"PATH": str(minimal_path(pair))})
    assert done.code == 2
    assert len(done.err.splitlines()) == 1


def test_configuration_of_the_repository_can_only_make_it_stricter(pair):
    pair.write("a.py", STYLED)
    pair.write(".prediff.toml", 'refuse = ["locals-unread"]\nviewer = "evil"\n')
    done = pair.run("git", "difftool")
    assert "a.py: differs" in done.out
    assert "viewer is ignored" in done.err
    assert len(pair.calls()) == 1


# --- what is hostile -------------------------------------------------------------------------------------------


def test_nothing_of_the_repository_runs(pair, tmp_path):
    """Viewers of its own configuration, programs in it, and a viewer of the user's that asks git something."""
    trace = tmp_path / "ran"
    evil = pair.write("evil", f"#!/bin/sh\ntouch '{trace}'\n")
    for name in ("meld", "recorder", "git", "xxdiff"):
        pair.write(name, evil.read_text()).chmod(0o755)
    evil.chmod(0o755)
    for key in ("difftool.recorder.cmd", "mergetool.recorder.cmd", "difftool.meld.path", "difftool.evil.cmd"):
        pair.git("config", key, str(evil))
    pair.git("config", "prediff.viewer", "evil")
    hook = pair.repo / ".git" / "hooks" / "post-index-change"
    hook.write_text(evil.read_text())
    hook.chmod(0o755)
    path = f"{pair.bin}:.::{pair.repo}:{os.environ['PATH']}"
    done = pair.run("prediff", "difftool", "--", "a.py", "evil", "a.py", env={"PATH": path})
    assert done.code == 0, done.err
    (call,) = pair.calls()
    assert str(pair.repo) not in call["environment"]["PATH"].split(":")
    assert not trace.exists()


def test_a_repository_around_the_home_names_no_viewer(pair, tmp_path):
    """Our folder lies in it, as it does where somebody keeps their home in git."""
    evil = pair.program("evil", f"#!/bin/sh\ntouch '{tmp_path}/ran'\n")
    for folder in (pair.home, pair.folder):
        pair.git("init", "-q", folder=folder)
        pair.git("config", "prediff.viewer", "evil", folder=folder)
        pair.git("config", "difftool.evil.cmd", str(evil), folder=folder)
        pair.git("config", "difftool.recorder.cmd", str(evil), folder=folder)
    assert pair.run("git", "difftool").code == 0
    assert len(pair.calls()) == 1
    assert not (tmp_path / "ran").exists()


def test_the_viewer_sees_no_git_of_the_run(pair):
    asking = pair.program("asking", f'#!/bin/sh\ncd "{pair.repo}" && git diff --stat && env | grep ^GIT_\n')
    pair.configure(difftool__asking__cmd=f'"{asking}"', prediff__viewer="asking")
    done = pair.run("git", "difftool")
    assert "1 file changed" in done.out
    set_ = {line.partition("=")[0] for line in done.out.splitlines() if line.startswith("GIT_")}
    ours = {
        "GIT_DIFF_TOOL",
        "GIT_DIFFTOOL_NO_PROMPT",
        "GIT_CEILING_DIRECTORIES",
        "GIT_CONFIG_NOSYSTEM",
        "GIT_PREFIX",
    }
    assert set_ - {"GIT_EXEC_PATH"} <= ours


def test_links_out_of_a_folder_are_not_followed(world, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("password = 1\nx = 2\n")
    world.write("left/a.py", OLD)
    (world.repo / "right").mkdir()
    os.symlink(secret, world.repo / "right" / "secret.py")
    os.symlink(tmp_path, world.repo / "right" / "folder")
    os.symlink(world.repo / "left" / "a.py", world.repo / "right" / "a.py")
    done = world.run("prediff", "difftool", "left", "right")
    assert done.code == 0
    (call,) = world.calls()
    assert {name: file["text"] for name, file in call["found"][1].items()} == {
        "secret.py": str(secret), "folder": str(tmp_path), "a.py": str(world.repo / "left" / "a.py")
    }  # fmt: skip
    assert "a.py: a link on one side, a file on the other" in done.out


def test_a_link_of_the_repository_to_a_secret_is_shown_as_its_target(world, tmp_path):
    secret = tmp_path / "secret.py"
    secret.write_text("password = 1\n" * 3)
    world.write("s.py", OLD)
    world.commit()
    (world.repo / "s.py").unlink()
    os.symlink(secret, world.repo / "s.py")
    for mode in ((), ("--dir-diff",)):
        world.run("git", "difftool", *mode, "HEAD")
        assert "password" not in json.dumps(world.calls())


# --- our own folder --------------------------------------------------------------------------------------------


def test_old_outputs_go_and_nothing_else_does(pair):
    pair.run("git", "difftool")
    (call,) = pair.calls()
    old, new = Path(call["folder"]), pair.shown / "pair-new"
    strange, linked = pair.shown / "pair-strange", pair.shown / "pair-linked"
    for folder in (new, strange):
        folder.mkdir()
        (folder / "file").write_text("kept")
    (new / ".prediff-outputs").write_bytes((old / ".prediff-outputs").read_bytes())
    (strange / ".prediff-outputs").write_text("other")
    yesterday = time.time() - 25 * 3600
    for mark in (old / ".prediff-outputs", strange / ".prediff-outputs"):
        os.utime(mark, (yesterday, yesterday))
    linked.symlink_to(old)
    pair.run("git", "difftool")
    assert not old.exists()
    assert (new / "file").exists()
    assert (strange / "file").exists()
    assert linked.is_symlink()


@pytest.mark.parametrize("case", ["link", "file"])
def test_a_folder_that_is_not_ours_is_refused(pair, case, tmp_path):
    pair.shown.parent.mkdir(parents=True)
    if case == "link":
        (tmp_path / "elsewhere").mkdir()
        pair.shown.symlink_to(tmp_path / "elsewhere")
    else:
        pair.shown.write_text("")
    done = pair.run("git", "difftool")
    assert "cannot make a folder in" in done.err
    assert pair.calls() == []
    assert done.code == 128


def test_tree_opens_its_two_mirrors(world):
    world.write("old/a.py", OLD)
    world.write("new/a.py", CHANGED)
    world.write("new/b.py", "b = 1\n")
    before = world.state()
    done = world.run("prediff", "tree", "old", "new", "--tool", "recorder")
    assert done.code == 1, done.err
    [call] = world.calls()
    left, right = call["found"]
    assert {name: file["text"] for name, file in left.items()} == {"a.py": OLD}
    assert {name: file["text"] for name, file in right.items()} == {"a.py": FIXED, "b.py": "b = 1\n"}
    assert world.state() == before
