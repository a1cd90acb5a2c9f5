"""`prediff tree` and `prediff cache` as their user runs them: real folders, hostile names and links, Ctrl-C, git."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

LOGIC = "def scale(values, by):\n    return [value * by for value in values]\n"
RESTYLED = (
    "def scale( values, by ):\n    # Each one.\n    out = []\n    for v in values:\n"
    "        out.append(v * by)\n    return out\n"
)
BUG = RESTYLED.replace("v * by", "v + by")
MOVED = (
    "def load(path):\n    with open(path) as file:\n        return [line.strip() for line in file if line]\n"
)


@pytest.fixture
def folders(prediff):
    """Two folders with one file of each kind."""
    left = {
        "same.py": "a = 1\n" * 50, "logic.py": LOGIC, "bug.py": LOGIC, "notes.txt": "old\n",
        "gone.py": "gone()\n" * 9, "old/name.py": LOGIC * 3, "from.py": f"x = 0\n\n\n{MOVED}", "data.bin": b"\0\1",
    }  # fmt: skip
    right = {
        "same.py": "a = 1\n" * 50, "logic.py": RESTYLED, "bug.py": BUG, "notes.txt": "new\n",
        "new.py": "come = {}\n" * 9, "new/name.py": LOGIC * 3, "from.py": "x = 0\n", "to.py": f"y = 7\n\n\n{MOVED}",
        "data.bin": b"\0\1",
    }  # fmt: skip
    for side, files in (("left", left), ("right", right)):
        for name, content in files.items():
            prediff.write(f"{side}/{name}", content)
    return prediff


def contents(root: Path) -> dict[str, bytes]:
    """Each file below a folder; links as what they are."""
    found = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_symlink():
            found[name] = b"-> " + os.fsencode(os.readlink(path))
        elif path.is_file():
            found[name] = path.read_bytes()
    return found


def test_a_row_for_each_file_and_a_table(folders):
    done = folders("tree", "left", "right", "--all")
    assert done.code == 1
    assert done.err == ""
    rows, _, table = done.out.partition("\n\n")
    assert [" ".join(line.split()) for line in rows.splitlines()] == [
        "differs bug.py 1 of 1 unit · -1 +2",
        "differs from.py 1 of 2 units · -5 +0",
        "only left gone.py",
        "same logic logic.py under docs-unread, locals-unread, source-unread",
        "only right new.py",
        "unknown notes.txt compared as text",
        "moved or renamed old/name.py → new/name.py same bytes",
        "only right to.py",
        "load moved from from.py:4 to to.py:4, same in logic",
    ]
    assert [" ".join(line.split()) for line in table.splitlines()] == [
        "2 same bytes", "1 same logic", "2 differs", "1 unknown", "1 only left", "2 only right",
        "1 moved or renamed", "10 files, 6 to read · 1 only moved or renamed · safe",
    ]  # fmt: skip


def test_exit_codes(prediff):
    prediff.write("a/x.py", LOGIC)
    prediff.write("b/x.py", RESTYLED)
    prediff.write("c/x.py", BUG)
    prediff.write("d/y.py", LOGIC)
    assert prediff("tree", "a", "b").code == 0
    assert prediff("tree", "a", "b", "--level", "layout").code == 1
    assert prediff("tree", "a", "c", "-q").out == ""
    assert prediff("tree", "a", "c", "-q").code == 1
    assert prediff("tree", "a", "d").code == 1, "a file under another path is not the same"
    for bad in (["a", "none"], ["a", "a/x.py"], ["a", "b", "--out", "a/out"], ["a", "b", "--timeout", "0"]):
        done = prediff("tree", *bad)
        assert done.code == 2
        assert done.out == ""
        assert done.err.count("\n") == 1
        assert done.err.startswith("prediff: ")


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_what_only_one_side_may_run_differs(prediff):
    for side in "ab":
        prediff.write(f"{side}/x.py", LOGIC)
    (prediff.folder / "b" / "x.py").chmod(0o755)
    done = prediff("tree", "a", "b")
    assert done.code == 1
    assert "same bytes, only the right one is executable" in done.out


def test_json(folders):
    done = folders("tree", "left", "right", "--json", "--html", "pages")
    found = json.loads(done.out)
    assert done.out.isascii()
    assert found["counts"] == {
        "same bytes": 2, "same logic": 1, "differs": 2, "unknown": 1, "only left": 1, "only right": 2,
        "moved or renamed": 1,
    }  # fmt: skip
    assert not found["same"]
    by_path = {row["left"] or row["right"]: row for row in found["files"]}
    assert by_path["bug.py"]["facts"]["differing"] == 1
    assert by_path["old/name.py"]["right"] == "new/name.py"
    assert (folders.folder / "pages" / by_path["bug.py"]["page"]).is_file()
    assert found["moved"][0]["text"] == "load moved from from.py:4 to to.py:4, same in logic"


def test_the_mirrors_are_equal_where_the_files_are_the_same(folders):
    before = contents(folders.folder / "left"), contents(folders.folder / "right")
    assert folders("tree", "left", "right", "--out", "out").code == 1
    out = folders.folder / "out"
    left, right = contents(out / "left"), contents(out / "right")
    assert left == before[0]
    assert set(right) == set(before[1])
    assert right["logic.py"] == left["logic.py"]
    changed = LOGIC.replace("value * by", "value + by").replace("    return", "    # Each one.\n    return")
    assert right["bug.py"] == changed.encode()
    assert right["notes.txt"] == b"new\n"
    assert (contents(folders.folder / "left"), contents(folders.folder / "right")) == before
    inodes = {p.stat().st_ino for side in ("left", "right") for p in (folders.folder / side).rglob("*")}
    for path in out.rglob("*"):
        assert path.stat().st_ino not in inodes
        assert stat.S_IMODE(path.stat().st_mode) in ((0o700,) if path.is_dir() else (0o400, 0o600))


def test_in_normal_form_both_sides_are(prediff):
    prediff.write("a/x.py", LOGIC)
    prediff.write("b/x.py", RESTYLED)
    prediff.write("b/alone.py", "x = ( 1 )\n")
    for _ in range(2):
        assert prediff("tree", "a", "b", "--view", "canonical", "--out", "out").code == 1
        left, right = contents(prediff.folder / "out" / "left"), contents(prediff.folder / "out" / "right")
        assert left["x.py"] == right["x.py"]
        assert right["alone.py"] == b"x = 1\n"


def test_a_second_run_changes_only_what_changed(folders):
    options = ("tree", "left", "right", "--out", "out", "--html", "out")
    assert folders(*options).code == 1
    out = folders.folder / "out"
    before = {path: path.stat().st_ino for path in out.rglob("*") if path.is_file()}
    first = contents(out)
    for number, path in enumerate((out / "left" / "old").iterdir()):
        os.link(path, folders.folder / f"held-{number}")  # else a new file may get its inode
    shutil.rmtree(out / "left" / "old")
    assert folders(*options).code == 1
    assert contents(out) == first
    unchanged = {path for path, inode in before.items() if path.stat().st_ino == inode}
    assert len(unchanged) == len(before) - 1, "all but what was taken away"
    (folders.folder / "left" / "gone.py").unlink()
    folders.write("right/bug.py", LOGIC)
    (out / "left" / "stranger").write_text("x")
    assert folders(*options).code == 1
    assert not (out / "left" / "gone.py").exists()
    assert not (out / "left" / "stranger").exists()
    assert (out / "right" / "bug.py").read_text() == LOGIC
    assert len(list((out / "pages").iterdir())) == 3
    assert folders("tree", "left", "right", "--out", "out").code == 1
    assert not (out / "index.html").exists()


def test_kept_results_are_used_and_give_the_same(folders):
    fresh = folders("tree", "left", "right", "--json", "--no-cache")
    first = folders("tree", "left", "right", "--json")
    second = folders("tree", "left", "right", "--json")
    assert fresh.out == first.out == second.out
    assert " results, " in folders("cache").out
    assert folders("cache", "--info").out == folders("cache").out
    assert folders("cache").out.splitlines()[1].split()[0] != "0"
    assert folders("cache", "--clear").code == 0
    assert folders("cache").out.splitlines()[1].startswith("0 results")
    folder = Path(folders("cache").out.splitlines()[0])
    (file,) = folder.glob("*.sqlite3")
    file.write_bytes(b"no database " * 400)
    done = folders("tree", "left", "right", "--json")
    assert done.out == fresh.out
    assert done.err.count("\n") == 1
    assert "was started anew" in done.err


def test_a_cache_that_cannot_be_written_is_done_without(folders):
    folders.write("home/.cache", "a file")
    done = folders("tree", "left", "right")
    assert (done.code, done.err) == (1, "")
    assert folders("cache", "--clear").code == 2


def test_a_file_that_takes_too_long_is_unknown(prediff):
    lines = "".join(f"def f{n}(a):\n    b = a + {n}\n    return b\n" for n in range(3000))
    prediff.write("a/slow.py", lines)
    prediff.write("b/slow.py", lines.replace("a +", "a  +"))
    prediff.write("a/quick.py", "x = 1\n")
    prediff.write("b/quick.py", "x = (1)\n")
    done = prediff("tree", "a", "b", "--timeout", "0.5", "--all", "--no-cache")
    assert done.code == 1
    assert "over the time limit of 0.5 seconds" in done.out
    assert "same logic" in done.out


# --- hostile names, links, output folders -------------------------------------------------------------------------

HOSTILE = [
    "con.py", "Foo.py", "foo.py", "trailing.", "new\nline.py", "\x1b[31mred.py", "\u202egnp.py", "<script>.py",
    "a:b.py", "%41.py", "-rf", "'; alert(1)//.py", 'quo"te.py', "::error::x.py", "back\\slash.py", "..dots", "$(x).py",
]  # fmt: skip


def test_hostile_names_reach_neither_the_terminal_nor_other_files(prediff):
    for name in HOSTILE:
        prediff.write(f"a/{name}", LOGIC)
        prediff.write(f"b/{name}", BUG)
    bad = os.fsdecode(b"latin\xe9.py")
    prediff.write(f"a/{bad}", LOGIC)
    prediff.write(f"b/{bad}", BUG)
    done = prediff("tree", "a", "b", "--out", "out", "--html", "out")
    assert done.code == 1
    assert done.err == ""
    assert done.out.replace("\n", "").isprintable()
    assert "<U+001B>[31mred.py" in done.out
    made = contents(prediff.folder / "out")
    left = [name for name in made if name.startswith("left/")]
    assert len(left) == len(HOSTILE) + 1
    assert {name.replace("left/", "right/") for name in left} <= set(made)
    assert len({name.casefold() for name in left}) == len(left)
    for name in left:
        assert name.isprintable()
        assert not set(name.removeprefix("left/")) & set('<>:"|?*\\')
    assert {name.split("/")[0] for name in made} == {
        "left",
        "right",
        "pages",
        "index.html",
        ".prediff-output",
    }
    found = json.loads(prediff("tree", "a", "b", "--json").out)["counts"]
    assert found["differs"] + found["unknown"] == len(HOSTILE) + 1


def test_links_are_compared_as_links(prediff):
    prediff.write("a/x.py", LOGIC)
    prediff.write("b/x.py", LOGIC)
    prediff.write("secret.py", "secret = 1\n")
    links = {"to_file": ("../secret.py", "../secret.py"), "moved": ("one", "two"), "loop": ("loop", "loop")}
    for name, (left, right) in links.items():
        os.symlink(left, prediff.folder / "a" / name)
        os.symlink(right, prediff.folder / "b" / name)
    os.symlink("/etc", prediff.folder / "a" / "dir")
    prediff.write("b/dir/passwd.py", "x\n")
    prediff.write("b/became", "x\n")
    os.symlink("x.py", prediff.folder / "a" / "became")
    done = prediff("tree", "a", "b", "--out", "out")
    assert done.code == 1
    assert "the link leads elsewhere" in done.out
    assert "a link became a file" in done.out
    made = contents(prediff.folder / "out")
    assert made["left/to_file"] == b"../secret.py"
    assert made["left/dir"] == b"/etc"
    assert made["right/dir/passwd.py"] == b"x\n"
    assert not any(data.startswith(b"-> ") or b"secret = 1" in data for data in made.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_pipes_are_named_and_left_out(prediff):
    prediff.write("a/x.py", LOGIC)
    prediff.write("b/x.py", LOGIC)
    for side in "ab":
        os.mkfifo(prediff.folder / side / "pipe")
    done = prediff("tree", "a", "b", "--out", "out")
    assert done.code == 0
    assert "left out: pipe: a named pipe, which is not read" in done.out
    os.mkfifo(prediff.folder / "a" / "x.py.pipe")
    assert prediff("tree", "a", "b").code == 1


def test_outputs_that_could_harm_are_refused(prediff):
    prediff.write("a/sub/x.py", LOGIC)
    prediff.write("b/x.py", LOGIC)
    prediff.write("full/precious", "p")
    prediff.write("empty/x", "")
    (prediff.folder / "empty" / "x").unlink()
    os.symlink("empty", prediff.folder / "link")
    os.symlink("a", prediff.folder / "alias")
    before = contents(prediff.folder)
    for out in ("a", "a/new", "alias/new", ".", "full", "link", "full/precious", "b/../a/sub"):
        for option in ("--out", "--html"):
            done = prediff("tree", "a", "b", option, out)
            assert (done.code, done.out) == (2, ""), out
            assert done.err.startswith("prediff: cannot write to"), out
    assert contents(prediff.folder) == before
    assert prediff("tree", "a", "b", "--out", "one", "--html", "one/pages").code == 2


def test_a_configuration_in_the_folders_can_only_tighten(prediff):
    prediff.write("a/x.py", '"""One."""\n' + LOGIC)
    prediff.write("b/x.py", '"""Two."""\n' + RESTYLED)
    prediff.write("a/sub/y.py", '"""One."""\n' + LOGIC)
    prediff.write("b/sub/y.py", '"""Two."""\n' + RESTYLED)
    assert prediff("tree", "a", "b").code == 0
    prediff.write("b/.prediff.toml", 'level = "relaxed"\nviewer = "evil"\nignore = [".prediff.toml"]\n')
    done = prediff("tree", "a", "b")
    assert done.code == 0
    assert 'level = "relaxed" is ignored' in done.err
    assert "viewer is ignored" in done.err
    assert "1 ignored" in done.out
    prediff.write("b/sub/.prediff.toml", 'show = ["docs"]\nignore = [".prediff.toml"]\n')
    done = prediff("tree", "a", "b")
    assert done.code == 1
    assert "differs" in done.out
    assert "sub/y.py" in done.out
    assert "\nsame logic" not in done.out
    (prediff.folder / "b" / "sub" / ".prediff.toml").unlink()
    prediff.write("a/.prediff.toml", 'show = ["docs"]\n')
    assert prediff("tree", "a", "b").out.count("\ndiffers") + 1 == 2, "of the folder, for all below it"


def test_ignore_rules(prediff):
    for side in "ab":
        prediff.write(f"{side}/.gitignore", "*.log\n")
        prediff.write(f"{side}/x.log", side)
        prediff.write(f"{side}/x.py", LOGIC)
    done = prediff("tree", "a", "b")
    assert done.code == 0
    assert "2 ignored (--no-ignore compares them)" in done.out
    assert prediff("tree", "a", "b", "--no-ignore").code == 1
    prediff.write("b/.gitignore", "*.log\nx.py\n")
    prediff.write("b/x.py", BUG)
    done = prediff("tree", "a", "b")
    assert "differs           x.py" in done.out
    prediff.write("home/.config/prediff/config.toml", 'ignore = ["x.py"]\n')
    assert "x.py" not in prediff("tree", "a", "b").out


def test_nothing_of_a_hostile_repository_runs(prediff):
    """The current folder is a repository whose configuration names programs."""
    repo = prediff.folder / "repo"
    prediff.write("repo/x.py", LOGIC)
    prediff.write("repo/.gitattributes", "*.py filter=evil diff=evil\n")
    prediff.write("repo/.gitignore", "*.log\n")
    prediff.write("repo/x.log", "1")
    prediff.write("old/x.py", RESTYLED)
    prediff.write("old/.gitattributes", "*.py filter=evil diff=evil\n")
    prediff.write("old/.gitignore", "*.log\n")
    subprocess.run(["git", "init", "-q", str(repo)], check=True)
    mark = prediff.folder / "ran"
    evil = prediff.folder / "evil"
    evil.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    evil.chmod(0o755)
    for key in (
        "core.fsmonitor",
        "filter.evil.clean",
        "filter.evil.process",
        "diff.evil.textconv",
        "core.pager",
    ):
        subprocess.run(["git", "-C", str(repo), "config", key, str(evil)], check=True)
    for name in ("git", "python", "python3"):
        shutil.copy(evil, repo / name)
    inside = type(prediff)(repo)
    env = {"HOME": str(prediff.folder / "home"), "XDG_CONFIG_HOME": str(prediff.folder / "home" / ".config")}
    done = inside("tree", "../old", ".", env={**env, "PATH": f".:{repo}:{os.environ['PATH']}"})
    assert "x.log" not in done.out
    assert "1 same logic" in " ".join(done.out.split())
    assert "ignored" in done.out
    assert not mark.exists()


# --- Ctrl-C -------------------------------------------------------------------------------------------------------


def test_ctrl_c_leaves_only_whole_files_and_no_process(prediff):
    body = "".join(f"def f{n}(a):\n    b = a + {n}\n    return b\n\n\n" for n in range(80))
    for number in range(25):
        prediff.write(f"a/m{number}.py", f"x = {number}\n{body}")
        prediff.write(f"b/m{number}.py", f"x = {number}\n{body.replace('a +', 'a  +')}")
    process = subprocess.Popen(
        [sys.executable, "-m", "prediff", "tree", "a", "b", "--out", "out", "--no-cache"],
        cwd=prediff.folder,
        env=prediff.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    out = prediff.folder / "out"
    deadline = time.monotonic() + 100
    while len(list(out.glob("right/*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said, complained = process.communicate(timeout=60)
    assert (process.returncode, said, complained) == (130, b"", b"\n")
    made = contents(out)
    assert made.pop(".prediff-output")
    assert len(made) < 50
    for name, data in made.items():
        assert data == (prediff.folder / "a" / Path(name).name).read_bytes()
    deadline = time.monotonic() + 20
    while _alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not _alive(process.pid)
    assert prediff("tree", "a", "b", "--out", "out", "-q").code == 0
    assert len(contents(out)) == 51


def _alive(session: int) -> list[str]:
    """The processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, own = path.read_text().rpartition(")")[2].split()[:4]
            if own == str(session) and state != "Z":
                found.append(path.parent.name)
    return found


# --- the page -----------------------------------------------------------------------------------------------------


def test_the_index_opens_each_pair_and_runs_nothing_else(folders, browser):
    for side, text in (("left", LOGIC), ("right", BUG)):
        folders.write(f"{side}/<img src=x onerror=alert(1)>.py", text)
        folders.write(f"{side}/'><script>alert(1)<", text)
    assert folders("tree", "left", "right", "--html", "pages").code == 1
    context = browser.new_context(offline=True)
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => (window.broken ??= []).push(e.violatedDirective), true)"
    )
    page = context.new_page()
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("dialog", lambda dialog: noise.append(dialog.message))
    page.on("request", lambda request: noise.append(request.url))
    index = (folders.folder / "pages" / "index.html").as_uri()
    page.goto(index)
    rows = page.locator("#rows tr:visible")
    assert rows.count() == 10
    page.get_by_role("button", name="differs").click()
    assert rows.count() == 3
    page.get_by_role("button", name="differs").click()
    page.locator("#search").fill("bug")
    assert rows.count() == 1
    assert page.locator("#shown").inner_text() == "1 of 10"
    page.get_by_role("link", name="bug.py").click()
    page.wait_for_load_state()
    assert "differs" in page.locator("h1").inner_text()
    assert page.url.startswith(index.removesuffix("index.html") + "pages/")
    assert noise == [index, page.url]
    assert page.evaluate("window.broken ?? []") == []
    context.close()
