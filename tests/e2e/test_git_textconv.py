"""`prediff textconv` under the real git: diff, log -p, show, blame, with texts kept and not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from git_world import World, make_world

OLD = """\
def area(w, h):
    result = w * h   # all of it
    return result


def label(name):
    return 'n: ' + name
"""
STYLED = """\
def area( w, h ):
    result = (w*h)  # all of it
    return result
def label(name):
    return "n: " + name
"""
FIXED = STYLED.replace("w*h", "w + h")


@pytest.fixture(params=[False, True], ids=["fresh", "kept"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    """A user for whom git shows Python and JavaScript through prediff; its texts are kept in one of two cases."""
    world = make_world(tmp_path)
    attributes = world.home / ".config" / "git" / "attributes"
    attributes.parent.mkdir(parents=True)
    attributes.write_text("*.py diff=prediff-python\n*.js diff=prediff-javascript\n")
    for language in ("python", "javascript"):
        driver = f"diff.prediff-{language}"
        world.git(
            "config", "--global", f"{driver}.textconv", f"prediff textconv --lang {language} --rules 123"
        )
        world.git("config", "--global", f"{driver}.cachetextconv", str(request.param).lower())
    return world


def changed_lines(diff: str) -> list[str]:
    lines = [line for line in diff.splitlines() if line.startswith(("+", "-"))]
    return [line for line in lines if not line.startswith(("+++", "---"))]


def test_diff_shows_nothing_but_logic(world):
    world.write("a.py", OLD)
    world.commit()
    world.write("a.py", STYLED)
    assert world.run("git", "diff").out == ""
    assert world.run("git", "diff", "--quiet").code == 1
    assert "a.py" in world.git("diff", "--stat")
    world.write("a.py", FIXED)
    assert changed_lines(world.git("diff")) == [
        "-    result = w * h  # all of it",
        "+    result = w + h  # all of it",
    ]


def test_log_show_and_blame(world):
    world.write("a.py", OLD)
    first = world.commit()
    world.write("a.py", FIXED)
    second = world.commit()
    wanted = ["-    result = w * h  # all of it", "+    result = w + h  # all of it"]
    for _ in range(2):
        assert changed_lines(world.git("log", "-p", "-1")) == wanted
        assert changed_lines(world.git("show")) == wanted
        assert "(w*h)" not in world.git("show", "--textconv", "HEAD:a.py")
        blame = world.git("blame", "-l", "a.py").splitlines()
        assert [second in line for line in blame] == ["w + h" in line for line in blame]
        assert any(first[:30] in line for line in blame)
    # What others apply is git's own.
    assert "(w*h)" not in "".join(changed_lines(world.git("show")))
    assert "+    result = (w + h)  # all of it" in world.git("format-patch", "-1", "--stdout")


def test_comments_and_docstrings_are_not_folded_at_layout(world):
    world.write("a.py", f'"""Doc."""\n{OLD}')
    world.commit()
    world.write("a.py", f'"""Dock."""\n{OLD.replace("all of it", "a part of it")}')
    assert len(changed_lines(world.git("diff"))) == 4


BAD = {
    "syntax error": b"def f(:\n    pass\n",
    "no UTF-8": b"x = '\xe9'\n",
    "binary": b"x = 1\0\n",
    "empty": b"",
    "deep": b"x = " + b"(" * 5000 + b"1" + b")" * 5000 + b"\n",
    "no newline": b"x = 1",
    "CRLF": b"x = 1\r\ny = 2\r\n",
    "byte order mark": b"\xef\xbb\xbfx = 1\n",
    "controls": b"x = '\x1b[31m\xe2\x80\xae'\n",
}


@pytest.mark.parametrize(
    "name", ["it's.py", 'a "b" $(touch x) `c`.py', "-x.py", "two\nlines.py", "é.py", "a.js"]
)
def test_git_never_fails(world, name):
    """Whatever a file holds and is called, and whatever it becomes."""
    for content in (*BAD.values(), OLD.encode()):
        world.write(name, content)
        world.commit()
    if name != "it's.py":
        done = world.run("git", "log", "-p", "-3")
    else:
        done = world.run("git", "log", "-p")
    assert (done.code, done.err) == (0, "")
    assert not (world.repo / "x").exists()


def test_what_cannot_be_read_is_never_equal(world):
    """Two files with different bytes of which one is not read are shown, line ends too."""
    world.write("a.py", "def f(:\n    x\n")
    world.commit()
    world.write("a.py", "def f(:\r\n    x\r\n")
    assert world.git("diff") != ""
    world.write("a.py", "def f(:\n    x \n")
    assert world.git("diff") != ""


def test_a_symbolic_link_is_its_target(world):
    os.symlink("b/c.py", world.repo / "a.py")
    world.commit()
    (world.repo / "a.py").unlink()
    os.symlink("b/ c.py", world.repo / "a.py")
    assert "+b/ c.py" in world.git("diff")


def run(world: World, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        ["prediff", "textconv", *arguments],
        cwd=world.repo,
        env=world.environment(),
        input=stdin,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def alone(tmp_path: Path) -> World:
    return make_world(tmp_path)


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_what_is_printed_of_a_bad_file_is_the_file(alone, content):
    alone.write("a.py", content)
    done = run(alone, "--lang", "python", "a.py")
    assert done.returncode == 0
    if content.startswith((b"x = 1\r", b"x = 1", b"\xef", b"x = '\x1b")) and b"\0" not in content:
        content = {b"x = 1": b"x = 1\n", b"x = 1\r\ny = 2\r\n": b"x = 1\ny = 2\n"}.get(content) or done.stdout
    assert done.stdout == content


def test_wrong_words_print_the_file(alone):
    alone.write("a.py", STYLED)
    raw, normal = STYLED.encode(), run(alone, "a.py").stdout
    assert normal != raw
    for arguments in (
        ("--rules", "other", "a.py"),
        ("--rules=other", "--lang=python", "a.py"),
        ("--level", "layout", "--", "a.py"),
    ):
        assert run(alone, *arguments).stdout == normal
    for wrong in (
        ("--lang", "cobol", "a.py"),
        ("--bogus", "a.py"),
        ("--level", "loose", "a.py"),
        ("b", "a.py"),
    ):
        done = run(alone, *wrong)
        assert (done.returncode, done.stdout) == (0, raw)
        assert len(done.stderr.splitlines()) == 1
    assert run(alone, "missing.py").returncode == 2


def test_the_configuration_changes_nothing(alone):
    """git keeps texts by what the file holds and by the command, and knows of nothing else."""
    alone.write("a.py", STYLED)
    before = run(alone, "a.py").stdout
    alone.write(".prediff.toml", 'level = "layout"\nshow = ["docs"]\n')
    own = alone.home / ".config" / "prediff" / "config.toml"
    own.parent.mkdir(parents=True)
    own.write_text('level = "relaxed"\nview = "canonical"\n')
    assert run(alone, "a.py").stdout == before
    (own.parent / "config.toml").write_text("bogus = 1\n")
    assert run(alone, "a.py").stdout == before


def test_other_levels(alone):
    alone.write("a.py", OLD)
    assert b"# all of it" in run(alone, "a.py").stdout
    assert b"# all of it" not in run(alone, "--level", "safe", "a.py").stdout


def test_the_quick_way_gives_what_the_stages_give():
    """Files of the standard library, by the quick way and by that of all commands."""
    import sysconfig

    from prediff.emit import encoded
    from prediff.pipeline import normalize_file
    from prediff.read import read_path
    from prediff.textconv import LAYOUT, convert

    files = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::6]
    assert len(files) > 25
    changed = 0
    for file in files:
        source = read_path(file)
        found = convert(source)
        assert found == encoded(normalize_file(source, LAYOUT).text), file
        changed += found != source.data
    assert changed > 20


def test_no_rule_holds_without_an_assumption():
    """Level layout grants none, so that the quick way need not load the rules."""
    from prediff.rules import RULES
    from prediff.rules.assumptions import granted

    assert granted("layout") == frozenset()
    assert [rule.id for rule in RULES if not all(rule.languages.values())] == []


def test_little_is_imported(alone):
    alone.write("a.py", OLD)
    code = (
        "import sys; from prediff.cli import main; code = main(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    words = [sys.executable, "-P", "-c", code, "textconv", "--lang", "python", "--rules", "1", "a.py"]
    done = subprocess.run(words, cwd=alone.repo, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert loaded & {
        "click", "libcst", "tree_sitter", "rich", "rapidfuzz", "tomllib", "platformdirs", "difflib",
        "prediff.rules", "prediff.pipeline", "prediff.reconcile", "prediff.views.aligned", "prediff.config",
    } == set()  # fmt: skip
    assert "prediff.languages.python.printer" in loaded
