"""The parts of `prediff tree`, each alone: walking, ignoring, pairing, names, the output folder, workers, moves."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prediff.answers import PairJob, compare_pair
from prediff.cache import Cache
from prediff.cluster import runner
from prediff.errors import ReadError, ToolError, WriteError
from prediff.folders.compare import Plan, compare_folders
from prediff.folders.ignoring import IgnoreFiles, rules_for
from prediff.folders.mirror import MARKER, OutputFolder
from prediff.folders.moved import MovedJob, Place, find_moved
from prediff.folders.names import safe_name, safe_paths
from prediff.folders.pairing import pair_up
from prediff.folders.walk import read_file, walk
from prediff.model import Settings
from prediff.reports.tree import moved_sentence
from prediff.workers import Failed, run_all

MODULE = Path(__file__).read_text(encoding="utf-8")


def tree(root: Path, files: dict[str, str | bytes]) -> str:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    root.mkdir(exist_ok=True)
    return str(root)


def read(root: str, path: str) -> bytes | None:
    return read_file(root, path, 1 << 20)


def pairs_of(left: str, right: str) -> set[tuple[str | None, str | None]]:
    found = pair_up(walk(left), walk(right), read)
    return {(p.left.path if p.left else None, p.right.path if p.right else None) for p in found}


# --- walk ---------------------------------------------------------------------------------------------------------


def test_links_are_not_followed_and_special_files_are_named(tmp_path):
    root = tree(tmp_path / "a", {"f.py": "x", "sub/g.py": "yy", ".git/config": "no", "sub/.hg/x": "no"})
    os.symlink("/etc", tmp_path / "a" / "etc")
    os.symlink("nowhere", tmp_path / "a" / "broken")
    os.symlink("..", tmp_path / "a" / "sub" / "loop")
    os.mkfifo(tmp_path / "a" / "pipe")
    found = walk(root).entries
    assert {path: entry.kind for path, entry in found.items()} == {
        "broken": "link", "etc": "link", "f.py": "file", "pipe": "special", "sub/g.py": "file", "sub/loop": "link",
    }  # fmt: skip
    assert found["pipe"].what == "a named pipe"
    assert read_file(root, "etc", 100) == b"/etc"


def test_what_became_something_else_is_not_read(tmp_path):
    root = tree(tmp_path / "a", {"f": "x" * 100})
    os.mkfifo(tmp_path / "a" / "pipe")
    with pytest.raises(OSError, match="no file any more"):
        read_file(root, "pipe", 100)
    with pytest.raises(OSError, match="longer"):
        read_file(root, "f", 99)


def test_a_folder_that_cannot_be_read_is_trouble(tmp_path, monkeypatch):
    root = tree(tmp_path / "a", {"f.py": "x", "locked/g.py": "y"})
    real = os.scandir

    def refuse(path):
        if str(path).rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = walk(root)
    assert set(found.entries) == {"f.py"}
    assert found.trouble == (("locked/", "permission denied"),)


def test_what_is_no_folder_is_refused(tmp_path):
    with pytest.raises(ReadError, match="no folder"):
        walk(str(tmp_path / "none"))


# --- ignoring -----------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True
    )


def test_ignore_files_count_where_they_stand(tmp_path):
    root = tree(
        tmp_path / "a",
        {
            ".gitignore": "*.log\n/build/\n",
            "sub/.gitignore": "!keep.log\nlocal\n",
            "sub/deep/.gitignore": "[\n*.x\n",
        },
    )
    files = IgnoreFiles(root)
    asked = {
        "a.log": True, "sub/b.log": True, "sub/keep.log": False, "keep.log": True, "sub/local": True,
        "local": False, "sub/deep/local": True, "sub/deep/y.x": True, "sub/y.x": False,
    }  # fmt: skip
    assert {path: files.leaves_out(path, False) for path in asked} == asked
    assert files.leaves_out("build", True)
    assert not files.leaves_out("build", False)
    assert not files.leaves_out("sub/build", True)


def test_a_strangers_ignore_file_hides_nothing_alone(tmp_path):
    left = tree(tmp_path / "a", {"app.py": "x", ".gitignore": "*.log\n", "x.log": "1"})
    right = tree(tmp_path / "b", {"app.py": "y", ".gitignore": "*.log\n*.py\n", "x.log": "2", "new.py": "z"})
    one, two = rules_for((left, right), (), True)
    assert set(walk(left, one).entries) == {".gitignore", "app.py"}
    assert set(walk(right, two).entries) == {".gitignore", "app.py", "new.py"}
    assert (walk(left, one).ignored, walk(right, two).ignored) == (1, 1)


def test_in_the_users_own_repository_git_says_what_is_ignored(tmp_path, monkeypatch):
    root = tmp_path / "repo"
    tree(
        root,
        {
            ".gitignore": "*.log\nbuild/\n", "tracked.log": "t", "other.log": "o", "new.py": "n",
            "build/x.py": "x", "é.py": "e", "inner/a.py": "i", "empty/.keep": "",
        },
    )  # fmt: skip
    git(root, "init", "-q")
    git(root, "add", "-f", "tracked.log", "é.py")
    git(root / "inner", "init", "-q")
    (root / ".git" / "info" / "exclude").write_text("new.py\n")
    other = tree(tmp_path / "other", {"other.log": "p"})
    monkeypatch.chdir(root)
    one, two = rules_for((str(root), other), (), True)
    found = walk(str(root), one)
    assert set(found.entries) == {".gitignore", "tracked.log", "é.py", "inner/a.py", "empty/.keep"}
    assert found.ignored == 3
    assert set(walk(other, two).entries) == {"other.log"}
    monkeypatch.chdir(tmp_path)
    one, _ = rules_for((str(root), other), (), True)
    assert "new.py" in walk(str(root), one).entries, "no more the user's own, from outside"


def test_globs_of_the_configuration(tmp_path):
    root = tree(
        tmp_path / "a",
        {"a_pb2.py": "", "sub/b_pb2.py": "", "vendor/x/y.py": "", "my/vendor.py": "", "k.py": ""},
    )
    rule, _ = rules_for((root, root), ("*_pb2.py", "vendor/*"), False)
    assert set(walk(root, rule).entries) == {"k.py", "my/vendor.py"}


def test_a_pattern_that_could_take_for_ever_is_not_used(tmp_path):
    slow = "*a" * 40 + "b\na*a*a*/a*a*a*/b\n" + "**/a/" * 9 + "b\n"
    root = tree(tmp_path / "a", {".gitignore": slow + "*.log\n**/x/**/y*z\n"})
    start = time.monotonic()
    files = IgnoreFiles(root)
    for path in ("a" * 250, f"{'a' * 250}/{'a' * 250}/bc", "a/" * 60 + "c", "a/" * 2000 + "c"):
        assert not files.leaves_out(path, False)
    assert files.leaves_out("a.log", False)
    assert files.leaves_out("q/x/q/yaz", False)
    assert time.monotonic() - start < 5


# --- pairing ------------------------------------------------------------------------------------------------------


def test_paths_first_then_bytes_then_likeness(tmp_path):
    edited = MODULE.replace("def tree", "def grove").replace("hypothesis", "theory")
    left = tree(
        tmp_path / "a",
        {"same.py": "1", "moved/m.py": "m = 1\n", "edited.py": MODULE, "gone.py": "gone = 1\n"},
    )
    right = tree(
        tmp_path / "b", {"same.py": "2", "to/m.py": "m = 1\n", "new/name.py": edited, "come.py": "x()\n"}
    )
    assert pairs_of(left, right) == {
        ("same.py", "same.py"), ("moved/m.py", "to/m.py"), ("edited.py", "new/name.py"),
        ("gone.py", None), (None, "come.py"),
    }  # fmt: skip


def test_of_several_copies_that_of_the_same_name_is_taken(tmp_path):
    left = tree(tmp_path / "a", {"one/x.py": "copy\n", "one/y.py": "copy\n"})
    right = tree(tmp_path / "b", {"two/y.py": "copy\n", "two/x.py": "copy\n", "two/z.py": "copy\n"})
    assert pairs_of(left, right) == {("one/x.py", "two/x.py"), ("one/y.py", "two/y.py"), (None, "two/z.py")}


def test_empty_files_and_other_endings_are_not_paired(tmp_path):
    left = tree(tmp_path / "a", {"one/__init__.py": "", "x.py": MODULE})
    right = tree(tmp_path / "b", {"two/__init__.py": "", "x.js": MODULE + "#"})
    assert all(None in pair for pair in pairs_of(left, right))


def test_pairing_many_leftovers_is_quick(tmp_path):
    body = "".join(f"value_{n} = {n}\n" for n in range(60))
    left = tree(tmp_path / "a", {f"l{n}.py": f"import m{n}\n{body}" for n in range(300)})
    right = tree(tmp_path / "b", {f"r{n}.py": f"import m{n}\n{body}x = 1\n" for n in range(300)})
    start = time.process_time()
    found = pairs_of(left, right)
    assert {(f"l{n}.py", f"r{n}.py") for n in range(300)} == found
    assert time.process_time() - start < 10


# --- names --------------------------------------------------------------------------------------------------------

NAMES = {
    "con": "%63on", "CON.py": "%43ON.py", "nul .txt": "%6Eul .txt", "com1": "%63om1", "console.py": "console.py",
    "a.": "a%2E", "a ": "a%20", "a:b": "a%3Ab", "a\\b": "a%5Cb", 'q"?*<>|': "q%22%3F%2A%3C%3E%7C",
    "..": "%2E%2E", ".": "%2E", "...": "%2E.%2E", "new\nline": "new%0Aline", "\x1b[31m": "%1B[31m",
    "100%": "100%", "%41": "%2541", "é.py": "é.py", "\udce9.py": "%E9.py", "\u202egnp.exe": "%E2%80%AEgnp.exe",
    ".gitignore": ".gitignore", "a b.py": "a b.py",
}  # fmt: skip


@pytest.mark.parametrize(("given_", "safe"), NAMES.items(), ids=ascii)
def test_names_that_some_system_cannot_hold_are_escaped(given_, safe):
    assert safe_name(given_) == safe


def test_names_that_differ_by_case_alone_are_told_apart():
    paths = ["Foo.py", "foo.py", "Dir/a.py", "dir/A.py", "dir/a.py", "straße", "STRASSE", "é", "e\u0301"]
    found = safe_paths(paths)
    assert found["foo.py"] == "foo.py"
    assert found["Foo.py"] == "%46oo.py"
    assert found["Dir/a.py"].endswith("ir/a.py")
    import unicodedata

    folded = {unicodedata.normalize("NFC", path.casefold()) for path in found.values()}
    assert len(folded) == len(paths)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=9), min_size=1, max_size=12
    )
)
def test_no_two_names_become_one_and_all_are_plain(names):
    found = safe_paths(names)
    assert len({path.casefold() for path in found.values()}) == len(set(names))
    assert found == safe_paths(reversed(names))
    for path in found.values():
        assert "/" not in path
        assert path not in (".", "..", "")
        assert path[-1] not in ". "
        assert len(path.encode("utf-8", "surrogatepass")) <= 255


# --- the output folder --------------------------------------------------------------------------------------------


def test_an_output_folder_is_whole_read_only_and_ours(tmp_path):
    with OutputFolder.open(str(tmp_path / "out"), ()) as out:
        assert out.write("left/a/b.py", b"one")
        assert not out.write("left/a/b.py", b"one")
        assert out.write("left/a/b.py", b"two")
    path = tmp_path / "out" / "left" / "a" / "b.py"
    assert path.read_bytes() == b"two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    for folder in (tmp_path / "out", path.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [MARKER, "left"]


def test_a_second_run_removes_what_is_gone_and_nothing_else(tmp_path):
    outside = tree(tmp_path / "outside", {"keep": "k"})
    with OutputFolder.open(str(tmp_path / "out"), ()) as out:
        for name in ("left/a", "left/sub/b", "right/c"):
            out.write(name, b"x")
    os.symlink(outside, tmp_path / "out" / "left" / "link")
    os.symlink(outside, tmp_path / "out" / "pages")
    with OutputFolder.open(str(tmp_path / "out"), ()) as out:
        out.write("left/a", b"x")
        assert out.prune({"left/a"}) == 4
    assert sorted(p.name for p in (tmp_path / "out").rglob("*")) == [MARKER, "a", "left"]
    assert (tmp_path / "outside" / "keep").read_text() == "k"


def test_however_deep_a_folder_is(tmp_path):
    deep = "left/" + "/".join("d" * 1500)
    with OutputFolder.open(str(tmp_path / "o"), ()) as out:
        out.write(f"{deep}/f", b"x")
        assert not out.write(f"{deep}/f", b"x")
    with OutputFolder.open(str(tmp_path / "o"), ()) as out:
        out.write("left/a", b"x")
        out.prune({"left/a"})
    assert [p.name for p in (tmp_path / "o" / "left").iterdir()] == ["a"]


def test_a_link_in_the_output_folder_is_never_written_through(tmp_path):
    outside = tree(tmp_path / "outside", {"keep": "k"})
    with OutputFolder.open(str(tmp_path / "out"), ()) as out:
        os.symlink(outside, tmp_path / "out" / "left")
        out.write("left/keep", b"ours")
        os.symlink(f"{outside}/keep", tmp_path / "out" / "left" / "f")
        out.write("left/f", b"ours")
        os.mkdir(tmp_path / "out" / "left" / "g")
        out.write("left/g", b"ours")
    assert (tmp_path / "outside" / "keep").read_text() == "k"
    assert not (tmp_path / "out" / "left").is_symlink()
    for name in "fg":
        assert (tmp_path / "out" / "left" / name).read_bytes() == b"ours"
        assert not (tmp_path / "out" / "left" / name).is_symlink()


def test_one_file_is_removed_with_the_folders_that_it_leaves_empty(tmp_path):
    with OutputFolder.open(str(tmp_path / "out"), ()) as out:
        out.write("left/a/b/c", b"x")
        out.write("left/d", b"x")
        out.remove("left/a/b/c")
        out.remove("left/none")
        assert sorted(p.name for p in (tmp_path / "out" / "left").iterdir()) == ["d"]
        out.write("left/a/b/c", b"again")
    assert (tmp_path / "out" / "left" / "a" / "b" / "c").read_bytes() == b"again"


def test_only_an_empty_folder_or_one_of_ours_is_written_to(tmp_path):
    refused = {
        "full": "not empty", "link": "is a link", "a": "is compared", "a/sub": "lies in", ".": "lies in it",
        "foreign": "not of prediff", "file": "is no folder", "alias/inside": "lies in",
    }  # fmt: skip
    tree(tmp_path / "a", {"sub/x": ""})
    tree(tmp_path / "full", {"x": ""})
    tree(tmp_path / "foreign", {MARKER: "{}"})
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    os.symlink(tmp_path / "empty", tmp_path / "link")
    os.symlink(tmp_path / "a", tmp_path / "alias")
    for name, why in refused.items():
        with pytest.raises(WriteError, match=why):
            OutputFolder.open(str(tmp_path / name), (str(tmp_path / "a"),))
    OutputFolder.open(str(tmp_path / "empty"), (str(tmp_path / "a"),)).close()


def test_two_at_once_are_refused(tmp_path):
    with OutputFolder.open(str(tmp_path / "out"), ()), pytest.raises(WriteError, match="another prediff"):
        OutputFolder.open(str(tmp_path / "out"), ())
    OutputFolder.open(str(tmp_path / "out"), ()).close()


@pytest.mark.skipif(shutil.which("mount") is None, reason="needs a small disk")
def test_a_full_disk_is_an_error_in_one_line_and_leaves_whole_files(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=200k,mode=700", "tmpfs", str(disk)]
    if subprocess.run(options, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with (
            OutputFolder.open(str(disk / "out"), ()) as out,
            pytest.raises(WriteError, match="no space left"),
        ):
            [out.write(f"left/{number}", b"x" * 10_000) for number in range(100)]
        made = list((disk / "out" / "left").iterdir())
        assert 3 < len(made) < 30
        assert {len(path.read_bytes()) for path in made} == {10_000}
        assert sorted(p.name for p in (disk / "out").iterdir()) == [MARKER, "left"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- workers ------------------------------------------------------------------------------------------------------


def work(job: str) -> str:
    """A job that does what it is called."""
    if job == "dies":
        os._exit(9)
    if job == "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job == "raises":
        raise ValueError("bad")
    if job == "sleeps":
        time.sleep(60)
    return f"{job}!"


BAD = ["a", "dies", "b", "sleeps", "c", "raises", "d", "crashes", "e"]


def items(jobs):
    return ((job, (job,)) for job in jobs)


def outcome(results) -> dict[str, str]:
    return {job: r if isinstance(r, str) else r.reason for job, r in results}


def test_what_goes_wrong_costs_one_job():
    assert outcome(run_all(work, items(BAD), 3, 6.0)) == {
        **{job: f"{job}!" for job in "abcde"},
        "dies": "comparing it crashed the process (code 9)",
        "crashes": "comparing it crashed the process (SIGSEGV)",
        "raises": "internal error: ValueError: bad",
        "sleeps": "over the time limit of 6 seconds",
    }


def test_a_module_of_the_current_folder_is_not_imported(tmp_path, monkeypatch):
    """The current folder may be one that is compared."""
    for name in ("multiprocessing", "pickle", "prediff", "signal", "random"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    assert outcome(run_all(work, items("ab"), 2, 30.0)) == {"a": "a!", "b": "b!"}
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("backend", ["joblib", "dask"])
def test_the_backends_of_the_extra_give_the_same(backend):
    pytest.importorskip("joblib", reason="the extra `cluster` is not installed")
    if backend == "dask":
        pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    found = outcome(runner(backend)(work, items(["a", "raises", "b", "c"]), 2, 30.0))
    assert found == {"a": "a!", "b": "b!", "c": "c!", "raises": "internal error: ValueError: bad"}
    if backend == "joblib":
        found = outcome(runner(backend)(work, items(BAD), 2, 6.0))
        assert {found[job] for job in "abcde"} == {f"{job}!" for job in "abcde"}
        assert found["dies"] == "comparing it crashed the process (code 9)"
        assert found["sleeps"] == "over the time limit of 6 seconds"


def test_a_backend_that_is_not_installed_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(ToolError, match=r'needs joblib: pip install "prediff\[cluster\]"'):
        runner("joblib")
    assert runner("processes") is run_all


# --- moved definitions --------------------------------------------------------------------------------------------

PARSE = """\
def parse(text, strict=False):
    found = []
    for line in text.splitlines():
        if line.strip() or strict:
            found.append(decode(line))
    return found
"""
RESTYLED = """\
def parse( text, strict = False ):
    # Line by line.
    return [decode(row) for row in text.splitlines() if strict or row.strip()]
"""


def moved(left: dict[str, str], right: dict[str, str]) -> list[str]:
    one, two = (tuple(Place(path, text.encode()) for path, text in side.items()) for side in (left, right))
    return [moved_sentence(unit) for unit in find_moved(MovedJob("python", one, two, Settings()))]


def test_a_definition_that_moved_is_the_same_in_logic():
    lefts = {"a.py": f"from codec import decode\n{PARSE}"}
    restyled = RESTYLED.replace("strict or row.strip()", "row.strip() or strict")
    assert moved(lefts, {"b.py": f"from codec import decode\n\n\n{restyled}"}) == [
        "parse moved from a.py:2 to b.py:4, same in logic"
    ]


def test_a_name_that_stands_for_something_else_there_is_told():
    for top in (
        "from other import decode",
        "decode = None",
        "from codec import *",
        "def decode(x): return x",
    ):
        (said,) = moved({"a.py": f"from codec import decode\n{PARSE}"}, {"b.py": f"{top}\n{PARSE}"})
        assert (
            said
            == "parse moved from a.py:2 to b.py:2, the same in itself; decode may stand for something else there"
        )
    near = {"a.py": f"from .codec import decode\n{PARSE}"}
    assert moved(near, {"b.py": f"from .codec import decode\n{PARSE}"})[0].endswith("same in logic")
    assert "something else" in moved(near, {"sub/b.py": f"from .codec import decode\n{PARSE}"})[0]


def test_one_that_moved_and_changed_says_so():
    changed = PARSE.replace("or strict", "and strict")
    (said,) = moved({"a.py": PARSE}, {"b.py": changed})
    assert "parse moved from a.py:1 to b.py:1, changed (" in said


def test_small_ones_under_other_names_say_nothing():
    assert moved({"a.py": "def f(): pass\n"}, {"b.py": "def g(): pass\n"}) == []


# --- all of it ----------------------------------------------------------------------------------------------------


def report_of(left: str, right: str, **given):
    plan = Plan(lambda a, b: (Settings(), lambda path: (None, None)), Settings(), Cache.none(), **given)
    return compare_folders(left, right, plan)


def test_equal_files_are_never_parsed(tmp_path):
    left = tree(tmp_path / "a", {f"{n}.py": MODULE for n in range(5)})
    right = tree(tmp_path / "b", {f"{n}.py": MODULE for n in range(5)})

    def refuse(do, items, count, limit, prepare):
        assert list(items) == []
        return iter(())

    report, _ = report_of(left, right, run=refuse)
    assert report.same
    assert [row.status for row in report.rows] == ["same bytes"] * 5


def test_a_worker_that_dies_costs_one_file(tmp_path):
    left = tree(tmp_path / "a", {"x.py": "x = 1\n", "y.py": "y = 1\n"})
    right = tree(tmp_path / "b", {"x.py": "x = (1)\n", "y.py": "y = (1)\n"})

    def run(do, items, count, limit, prepare):
        for task, (job,) in items:
            dies = isinstance(job, PairJob) and job.paths[0] == "x.py"
            yield task, Failed("comparing it crashed the process (SIGSEGV)") if dies else do(job)

    report, _ = report_of(left, right, run=run)
    assert [(row.status, row.reason) for row in report.rows] == [
        ("unknown", "comparing it crashed the process (SIGSEGV)"), ("same logic", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (b"x = 'caf\xe9'  # -*- coding: latin-1\n", b"x = 'caf\xe9'\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "# coding: utf-8\nx = 'é→'\n".encode()),
        (b"x = 1\r\ny = 2\r\n", b"x = 1\ny = 3\n"),
        (b"x = 1\r\ny = 2\n", b"x = 1\ny = 3\n"),
        (b"\xef\xbb\xbfx = 1\n", b"x = (2)\n"),
        (b"x = 1", b"x = (1)\n"),
        (b"x = 1\ny = (", b"x = (1)\ny = ("),
        (b"\0binary", b"\0other"),
    ],
)
def test_outputs_are_equal_exactly_where_the_files_are_the_same(left, right):
    for view in ("aligned", "canonical"):
        job = PairJob(left, right, ("a.py", "a.py"), ("python", "python"), Settings(view=view))
        answer = compare_pair(job)
        one, two = answer.outputs(job)
        assert (one == two) == answer.same
        if view == "aligned" and b"\r" not in left.replace(b"\r\n", b"") and answer.left is None:
            assert one == left
