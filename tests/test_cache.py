"""The cache: exact, shared by many processes, bounded, and never the reason why something fails."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prediff.answers import (
    FileJob,
    PairJob,
    compare_pair,
    normalize_one,
    recall_file,
    recall_pair,
    remember_file,
    remember_pair,
)
from prediff.cache import Cache, digest_of
from prediff.model import Settings

SAMPLES = Path(__file__).parent.parent / "samples"
PAIRS = sorted(path.parent for path in SAMPLES.glob("*/*/left.*"))


def key(number: int) -> bytes:
    return digest_of("test", [str(number)])


def filled(folder: Path, count: int = 40) -> Cache:
    cache = Cache(str(folder))
    for number in range(count):
        cache.put(key(number), {"number": number}, [b"%d " % number * 50])
    return cache


def right(cache: Cache, number: int) -> bool:
    """Whether an answer is what was put in, or not there."""
    found = cache.get(key(number))
    return found is None or found == ({"number": number}, (b"%d " % number * 50,))


def test_what_is_put_in_comes_out(tmp_path):
    cache = Cache(str(tmp_path / "c"))
    data = [None, True, 1, -1.5, "\udce9 \x00 é", {"a": []}]
    cache.put(key(1), data, [b"", bytes(range(256)) * 100])
    cache.close()
    assert Cache(str(tmp_path / "c")).get(key(1)) == (data, (b"", bytes(range(256)) * 100))
    assert Cache(str(tmp_path / "c")).get(key(2)) is None


def test_parts_of_a_key_do_not_run_into_each_other():
    keys = [("a", ["b", "c"]), ("a", ["bc"]), ("ab", ["c"]), ("a", ["b", "c", ""]), ("a", ["", "b", "c"])]
    assert len({digest_of(kind, parts) for kind, parts in keys}) == len(keys)


def test_the_folder_is_the_users_alone(tmp_path):
    folder = tmp_path / "c"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)
    filled(folder, 1).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())


WRITER = """
import sys
from prediff.cache import Cache, digest_of
folder, who, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with Cache(folder) as cache:
    for number in range(count):
        cache.put(digest_of("many", [str(who), str(number)]), [who, number], [b"x" * 2000])
        assert cache.get(digest_of("many", [str(who), str(number)])) == ([who, number], (b"x" * 2000,))
    assert not cache.complaints, cache.complaints
"""


def test_many_processes_lose_nothing(tmp_path):
    """They make the file at the same moment, too."""
    folder, count = str(tmp_path / "c"), 60
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, folder, str(who), str(count)], stderr=subprocess.PIPE, text=True
        )
        for who in range(6)
    ]
    for process in running:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    with Cache(folder) as cache:
        for who in range(6):
            for number in range(count):
                assert cache.get(digest_of("many", [str(who), str(number)])) is not None


KILLED = """
import os, sys
from prediff.cache import Cache, digest_of
cache = Cache(sys.argv[1])
for number in range(100000):
    cache.put(digest_of("killed", [str(number)]), number, [b"y" * 5000])
    if number == 20:
        print("ready", flush=True)
"""


def test_a_writer_that_is_killed_leaves_a_whole_cache(tmp_path):
    folder = str(tmp_path / "c")
    process = subprocess.Popen([sys.executable, "-c", KILLED, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.communicate()
    with Cache(folder) as cache:
        assert cache.get(digest_of("killed", ["5"])) == (5, (b"y" * 5000,))
        cache.put(key(1), 1)
        assert cache.get(key(1)) == (1, ())
        assert not cache.complaints


def test_damage_anywhere_gives_no_wrong_answer(tmp_path):
    """Whatever byte is overwritten: answers are right or missing, and a new one can be kept."""
    filled(tmp_path / "c").close()
    (file,) = (tmp_path / "c").iterdir()
    data = file.read_bytes()
    chance = random.Random(1)
    places = sorted({*range(0, 120, 5), *(chance.randrange(len(data)) for _ in range(60))})
    began_anew = 0
    for number, place in enumerate(places):
        folder = tmp_path / f"damaged{number}"
        folder.mkdir(mode=0o700)
        wrong = bytearray(data)
        for at in range(place, min(place + chance.choice((1, 4, 64)), len(data))):
            wrong[at] ^= chance.randrange(1, 256)
        (folder / file.name).write_bytes(wrong)
        with Cache(str(folder)) as cache:
            assert all(right(cache, n) for n in range(40)), place
            cache.put(key(100), "new")
            assert cache.get(key(100)) in (("new", ()), None), place
            began_anew += bool(cache.complaints)
            assert len(cache.complaints) <= 1
        with Cache(str(folder)) as cache:
            cache.put(key(101), "new")
            assert cache.get(key(101)) == ("new", ()), place
    assert began_anew


@pytest.mark.parametrize("content", [b"", b"no database at all" * 500, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_foreign_file_is_replaced_with_one_line(tmp_path, content):
    (tmp_path / "answers-3.sqlite3").write_bytes(content)
    with Cache(str(tmp_path)) as cache:
        cache.put(key(1), "a")
        assert cache.get(key(1)) == ("a", ())
        assert len(cache.complaints) == bool(content)
    with Cache(str(tmp_path)) as cache:
        assert cache.get(key(1)) == ("a", ())
        assert not cache.complaints


def test_another_programs_database_is_not_used(tmp_path):
    with sqlite3.connect(tmp_path / "answers-1.sqlite3") as other:
        other.execute("CREATE TABLE answers (something TEXT)")
    other.close()
    with Cache(str(tmp_path)) as cache:
        cache.put(key(1), "a")
        assert cache.get(key(1)) == ("a", ())
        assert len(cache.complaints) == 1


def test_others_go_on_while_the_file_is_started_anew(tmp_path):
    with filled(tmp_path / "c") as one, Cache(str(tmp_path / "c")) as two:
        assert two.get(key(1))
        assert one.clear()
        two.put(key(200), "late")
        assert two.get(key(200)) == ("late", ())
        assert one.get(key(1)) is None
        one.put(key(1), "anew")
        assert one.get(key(1)) == ("anew", ())
    assert Cache(str(tmp_path / "c")).get(key(1)) == ("anew", ())


def test_the_least_recently_used_go_first(tmp_path):
    limit = 1 << 20
    with Cache(str(tmp_path / "c"), limit) as cache:
        blobs = [random.Random(n).randbytes(20_000) for n in range(100)]
        for number, blob in enumerate(blobs):
            cache.put(key(number), number, [blob])
            at = number + 1
            cache._run("UPDATE answers SET used = ? WHERE key = ?", (at, key(number)))
            if number == 30:
                # The first one is used again, much later than the others.
                cache._run("UPDATE answers SET used = 10000 WHERE key = ?", (key(0),))
        cache.shrink()
        there = [number for number in range(100) if cache.get(key(number))]
        assert there[0] == 0
        assert there[1:] == list(range(there[1], 100))
        assert 20 < len(there) < 60
        assert cache.info().size <= limit
        assert sum(file.stat().st_size for file in (tmp_path / "c").glob("*.sqlite3")) < 2 * limit


def test_reading_counts_as_use(tmp_path):
    with filled(tmp_path / "c", 2) as cache:
        cache._run("UPDATE answers SET used = 5", ())
        assert cache.get(key(1))
        used = dict(cache._run("SELECT key, used FROM answers", ()))
        assert used[key(0)] == 5
        assert used[key(1)] > 1_600_000_000


def test_what_is_too_large_is_not_kept(tmp_path):
    with Cache(str(tmp_path / "c"), 1 << 20) as cache:
        cache.put(key(1), 0, [random.Random(1).randbytes(500_000)])
        assert cache.get(key(1)) is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX permissions")
def test_where_nothing_can_be_written_it_works_without(tmp_path):
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "c", Path("/proc/nowhere"), tmp_path / "file"):
        with Cache(str(folder)) as cache:
            cache.put(key(1), 1)
            assert cache.get(key(1)) is None
            assert not cache.clear()
            assert cache.info().answers == 0
            assert cache.complaints == []


def test_a_link_in_place_of_the_file_is_not_written_through(tmp_path):
    target = tmp_path / "precious"
    target.write_text("")
    (tmp_path / "c").mkdir(mode=0o700)
    (tmp_path / "c" / "answers-1.sqlite3").symlink_to(target)
    with Cache(str(tmp_path / "c")) as cache:
        cache.put(key(1), 1)
        assert cache.get(key(1)) == (1, ())
    assert target.read_text() == ""


@pytest.mark.skipif(
    not Path("/dev/shm").is_dir() or shutil.which("mount") is None, reason="needs a small disk"
)
def test_a_full_disk_costs_no_answer(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k,mode=700", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        with Cache(str(disk / "c")) as cache:
            for number in range(40):
                cache.put(key(number), number, [random.Random(number).randbytes(20_000)])
            for number in range(40):
                assert cache.get(key(number)) in (None, (number, (random.Random(number).randbytes(20_000),)))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- kept answers are fresh ones ----------------------------------------------------------------------------------


def job_of(folder: Path, chosen: Settings, page: bool) -> PairJob:
    left, right_ = sorted(folder.glob("left.*"))[0], sorted(folder.glob("right.*"))[0]
    language = folder.parent.name
    return PairJob(
        left.read_bytes(), right_.read_bytes(), (left.name, right_.name), (language, language), chosen, page
    )


@pytest.mark.parametrize("folder", PAIRS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_kept_answer_equals_a_fresh_one(tmp_path, folder):
    with Cache(str(tmp_path / "c")) as cache:
        for chosen in (Settings(), Settings(view="canonical"), Settings(level="layout")):
            job = job_of(folder, chosen, page=chosen == Settings())
            assert recall_pair(job, cache) is None
            fresh = compare_pair(job)
            remember_pair(job, fresh, cache)
            assert recall_pair(job, cache) == fresh
            one, two = fresh.outputs(job)
            assert (one == two) == fresh.same
            if chosen.view == "aligned":
                assert one == job.left


TEXT = st.lists(
    st.sampled_from(
        [
            "def f(a):\n", "    return a\n", "    b = a\n    return b\n", "x = 'é'\n", "x = 1;\r\n", "\ufeff",
            "# -*- coding: latin-1 -*-\n", "if x:\n", "(", "\r", "class C:\n    pass\n", "import os\n", "",
        ]
    ),
    max_size=6,
).map("".join)  # fmt: skip
DATA = st.one_of(
    TEXT.map(str.encode), TEXT.map(lambda t: t.encode("latin-1", "replace")), st.binary(max_size=40)
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    DATA, DATA, st.sampled_from(["a.py", "__init__.py", "b.txt"]), st.sampled_from(["aligned", "canonical"])
)
def test_whatever_the_files_hold_a_kept_answer_is_a_fresh_one(tmp_path, one, two, name, view):
    language = "python" if name.endswith(".py") else None
    job = PairJob(one, two, (name, name), (language, language), Settings(view=view))
    fresh = compare_pair(job)
    outputs = fresh.outputs(job)
    assert (outputs[0] == outputs[1]) == fresh.same
    with Cache(str(tmp_path / "c")) as cache:
        kept = recall_pair(job, cache)
        assert kept in (None, fresh)
        remember_pair(job, fresh, cache)
        assert recall_pair(job, cache) == fresh
        file = FileJob(one, name, language, Settings(view=view))
        known, answer = recall_file(file, cache), normalize_one(file)
        assert known in (None, answer)
        remember_file(file, answer, cache)
        assert recall_file(file, cache) == answer


def test_all_that_an_answer_depends_on_is_in_its_key(tmp_path, monkeypatch):
    first = PairJob(b"x = (1)\n", b"x = 1\n", ("a.py", "a.py"), ("python", "python"), Settings())
    others = [
        PairJob(b"x = (1)\n", b"x = 2\n", ("a.py", "a.py"), ("python", "python"), Settings()),
        PairJob(b"x = (2)\n", b"x = 1\n", ("a.py", "a.py"), ("python", "python"), Settings()),
        PairJob(b"x = (1)\n", b"x = 1\n", ("a.py", "__init__.py"), ("python", "python"), Settings()),
        PairJob(b"x = (1)\n", b"x = 1\n", ("a.py", "a.py"), ("python", None), Settings()),
        PairJob(b"x = (1)\n", b"x = 1\n", ("a.py", "a.py"), ("javascript", "python"), Settings()),
        *[
            PairJob(b"x = (1)\n", b"x = 1\n", ("a.py", "a.py"), ("python", "python"), other)
            for other in (
                Settings(level="layout"), Settings(assume=frozenset({"true-annotations"})),
                Settings(refuse=frozenset({"docs-unread"})), Settings(show=frozenset({"docs"})),
                Settings(implementations=True), Settings(language="python"), Settings(reader="libcst"),
                Settings(view="canonical"),
            )
        ],
    ]  # fmt: skip
    with Cache(str(tmp_path / "c")) as cache:
        remember_pair(first, compare_pair(first), cache)
        assert recall_pair(first, cache) is not None
        for other in others:
            assert recall_pair(other, cache) is None
        # The same files elsewhere are the same question.
        moved = PairJob(first.left, first.right, ("sub/a.py", "other/a.py"), first.languages, first.settings)
        assert recall_pair(moved, cache) is not None
        monkeypatch.setattr("prediff.answers.rules_version", lambda: "another")
        assert recall_pair(first, cache) is None


def test_the_version_changes_with_the_rules_and_is_cheap_to_know():
    code = (
        "import sys; from prediff.versions import rules_version; print(rules_version());"
        "print(*[m for m in sys.modules if m.startswith(('prediff.rules', 'libcst', 'tree_sitter'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    version, imported = done.stdout.splitlines()
    assert len(version) == 16
    assert imported == ""


def test_the_version_follows_the_sources(tmp_path):
    import prediff

    source = Path(prediff.__file__).parent
    shutil.copytree(source, tmp_path / "prediff", ignore=shutil.ignore_patterns("__pycache__"))

    def version() -> str:
        code = "from prediff.versions import rules_version; print(rules_version())"
        done = subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    first = version()
    assert first == version()
    for name in ("rules/jumps.py", "reconcilers/names.py", "languages/python/ast_reader.py", "__init__.py"):
        file = tmp_path / "prediff" / name
        before = file.read_text()
        file.write_text(before + "\n# changed\n")
        assert version() != first, name
        file.write_text(before)
    (tmp_path / "prediff" / "cli" / "tree.py").write_text("# no part of an answer\n")
    assert version() == first
