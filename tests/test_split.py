"""A change as two steps: what stands between them, its bytes, and what the wrapper of git lets through."""

from __future__ import annotations

import os
import sys

import pytest

from prediff import split as module
from prediff.config import load_config_of
from prediff.errors import ConfigError, ToolError
from prediff.git import File, Repository, Scratch, is_range, quoted, run
from prediff.model import Settings, SourceFile
from prediff.patches import Side, checked_name, split_files
from prediff.pipeline import compare
from prediff.programs import find_program
from prediff.read import read_bytes
from prediff.split import NOT_FOUND_THE_SAME, spelled, split

OLD = b"""\
def area(w, h):
    result = w * h
    return result


def label(name):
    return 'n: ' + name
"""
NEW = b"""\
def area(w, h):
    return w*h

def label(name):
    return "N: " + name
"""
MIDDLE = NEW.replace(b'"N: "', b'"n: "')
MIDDLE_LOGIC_FIRST = OLD.replace(b"'n: '", b"'N: '")
RESTYLED = OLD.replace(b"result", b"product")


def source(data: bytes, path: str = "app.py") -> SourceFile:
    return read_bytes(data, path)


def test_the_old_logic_in_the_new_clothes():
    found = split(source(OLD), source(NEW))
    assert found.middle.data == MIDDLE
    assert (found.refactoring, found.logic, found.reasons) == ("same", "differs", ())
    assert "locals-unread" in found.assumptions
    assert compare(source(OLD), found.middle).verdict == "same"


def test_the_new_logic_in_the_old_clothes():
    found = split(source(OLD), source(NEW), logic_first=True)
    assert found.middle.data == MIDDLE_LOGIC_FIRST
    assert (found.refactoring, found.logic, found.logic_first) == ("same", "differs", True)
    assert compare(found.middle, source(NEW)).verdict == "same"


@pytest.mark.parametrize("logic_first", [False, True])
def test_one_step_is_enough(logic_first):
    def kinds(old: bytes, new: bytes) -> tuple[str, str, bytes | None]:
        found = split(source(old), source(new), logic_first=logic_first)
        return found.refactoring, found.logic, found.middle.data

    changed = OLD.replace(b"w * h", b"w + h")
    assert kinds(OLD, OLD) == ("identical", "identical", OLD)
    assert kinds(OLD, RESTYLED) == ("same", "identical", OLD if logic_first else RESTYLED)
    assert kinds(OLD, changed) == ("identical", "differs", changed if logic_first else OLD)


@pytest.mark.parametrize("logic_first", [False, True])
@pytest.mark.parametrize(
    ("old", "new", "path", "reason"),
    [
        (b"x = %sy%s\n" % (b"(" * 3000, b")" * 3000), b"x = 1\n", "app.py", "nested"),
        (b"x = '\xe9'\n", b"x = 1\n", "app.py", "not valid UTF-8"),
        (b"x = 1\0\n", b"x = 1\n", "app.py", "binary"),
        (b"a\n", b"b\n", "notes.txt", "no language is known"),
    ],
)
def test_what_cannot_be_compared_is_logic(old, new, path, reason, logic_first):
    found = split(source(old, path), source(new, path), logic_first=logic_first)
    assert (found.refactoring, found.logic) == ("identical", "unknown")
    assert found.middle.data == (new if logic_first else old)
    assert len(found.reasons) == 1
    assert reason in found.reasons[0]


def test_a_refused_assumption_is_no_refactoring():
    found = split(source(OLD), source(RESTYLED), Settings(refuse=frozenset({"locals-unread"})))
    assert found.logic == "differs"
    assert found.middle.data == OLD


def test_a_public_name_is_no_refactoring():
    """Not even with `implementations`, under which two files are the same whatever their public names."""
    new = OLD.replace(b"area", b"surface")
    found = split(source(OLD), source(new), Settings(implementations=True))
    assert (found.refactoring, found.logic) == ("identical", "differs")


def test_a_text_between_that_is_not_the_same_is_not_given(monkeypatch):
    """Whatever the view says: the text is read again and compared."""

    def lies(left: SourceFile, right: SourceFile, settings: Settings = Settings()):
        from dataclasses import replace

        found = compare(left, right, settings)
        return replace(found, right_text="x = 1\n") if settings.view == "aligned" else found

    monkeypatch.setattr(module, "compare", lies)
    found = split(source(OLD), source(NEW))
    assert (found.middle.data, found.refactoring, found.logic) == (OLD, "identical", "differs")
    assert found.reasons[-1] == NOT_FOUND_THE_SAME


SPELLINGS = {
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "mixed": lambda text: text.replace("\n", "\r\n", 3).encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "byte order mark and CRLF": lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
    "latin-1": lambda text: b"# coding: latin-1\n" + text.encode("latin-1"),
    "utf-8-sig": lambda text: b"\xef\xbb\xbf# coding: utf-8\n" + text.encode(),
    "no newline at the end": lambda text: text.removesuffix("\n").encode(),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_text_between_is_spelled_as_its_clothes(name):
    old, new = (data.decode() + "LETTER = 'é'\n" for data in (OLD, NEW))
    spell = SPELLINGS[name]
    for one, two in ((spell(old), new.encode()), (old.encode(), spell(new)), (spell(old), spell(new))):
        for logic_first in (False, True):
            found = split(source(one), source(two), logic_first=logic_first)
            clothes = source(one if logic_first else two)
            assert (found.refactoring, found.logic) == ("same", "differs")
            assert found.middle.data is not None
            assert clothes.data is not None
            assert found.middle.newline == clothes.newline
            assert found.middle.bom == clothes.bom
            assert found.middle.encoding == clothes.encoding
            assert found.middle.data[-1:] == clothes.data[-1:]


def test_utf_16_is_kept():
    texts = ["function f(a) { return a; }\nvar s = 'x';\n", "function f(b) {\n  return b;\n}\nvar s = 'y';\n"]
    old, new = (read_bytes(text.encode("utf-16"), "app.js") for text in texts)
    found = split(old, new)
    assert found.middle.data == texts[1].replace("'y'", "'x'").encode("utf-16")


def test_a_letter_that_the_clothes_lack():
    """The old text cannot be written in the new encoding, so it keeps its own; all of it is then logic."""
    old = "# coding: utf-8\nLETTER = '→'\ndef f(a):\n    return a\n".encode()
    new = b"# coding: latin-1\nLETTER = '\xe9'\ndef f(b):\n    return b\n"
    found = split(source(old), source(new))
    assert found.middle.data is not None
    assert compare(source(old), found.middle).same


def test_mixed_newlines_stay_with_their_lines():
    like = source(b"a = 1\r\nb = 2\nc = 3\r\nd = 4\r\n")
    assert (
        spelled("a = 1\nb = 2\nx = 0\nc = 3\nd = 5\n", like) == b"a = 1\r\nb = 2\nx = 0\r\nc = 3\r\nd = 5\r\n"
    )
    assert spelled("b = 2\nd = 4", like) == b"b = 2\nd = 4"


@pytest.mark.parametrize(
    "text", ["A..B", "A...B", "..B", "A..", "main..feature/x", "HEAD~2..HEAD@{1}", "v1.0..v1.1"]
)
def test_ranges(text):
    assert is_range(text)


@pytest.mark.parametrize(
    "text", ["..", "...", "../old.py", "a/../b.py", "old.py", "../..", "", "./x..", "x/.."]
)
def test_paths_are_no_ranges(text):
    assert not is_range(text) or text == "./x.."


@pytest.mark.parametrize(
    "name", ["", "/x", "../x", "a/../x", "a//b", ".git/config", "a/.GIT/x", "a/", "a\0b", "."]
)
def test_names_that_no_patch_has(name):
    with pytest.raises(ConfigError, match="cannot be the path in a patch"):
        checked_name(name)


def test_any_byte_of_a_path_can_be_quoted():
    assert quoted(b'a "b"\\\n\xff') == b'"a \\"b\\"\\\\\\012\xff"'


def test_git_does_what_neither_environment_nor_configuration_say(tmp_path, monkeypatch):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(
        "[diff]\n\tnoprefix = true\n\texternal = false\n\tcontext = 0\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, value in {
        "GIT_DIR": "/nowhere",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_DIFF_OPTS": "-u0",
        "GIT_CONFIG_PARAMETERS": "'diff.noprefix=true'",
        "GIT_TRACE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "scratch").mkdir()
    scratch = Scratch.at(str(tmp_path / "scratch"))
    trees = [scratch.make_tree(n, {b"f": File("100644", d)}) for n, d in (("o", b"1\n2\n"), ("n", b"1\n3\n"))]
    assert scratch.patch(*trees).endswith(b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n 1\n-2\n+3\n")


def test_git_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="git is not installed"):
        run(["--version"])


@pytest.mark.skipif(os.name == "nt", reason="files that can be run are told by their ending there")
def test_no_program_comes_from_what_is_compared(tmp_path, monkeypatch):
    for name in ("here", "there", "system"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tool").write_text("#!/bin/sh\n")
        (tmp_path / name / "tool").chmod(0o755)
    folders = [".", "", "relative", str(tmp_path / "here"), str(tmp_path / "there"), str(tmp_path / "system")]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    monkeypatch.chdir(tmp_path / "here")
    assert find_program("tool", (str(tmp_path / "there"),)) == str(tmp_path / "system" / "tool")
    assert find_program("no-such-tool") is None
    assert find_program(sys.executable) == sys.executable


def test_paths_of_a_range_are_read_from_the_folder():
    repository = Repository("/repo/.git/objects", "sha1", "src/lib/", "/repo")
    assert repository.pathspecs(["a.py", "..", "../..", "*.py", ":/x", ":(top)y"]) == [
        *("src/lib/a.py", "src", ":/", "src/lib/*.py", ":/x", ":(top)y")
    ]
    for path in ("../../..", "/elsewhere"):
        with pytest.raises(ToolError, match="is outside of the repository"):
            repository.pathspecs([path])
    with pytest.raises(ToolError, match="from the top"):
        repository.pathspecs([":!x"])


def test_the_configuration_of_a_tree_is_the_nearest_above(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    tree = {
        ".prediff.toml": b'refuse = ["docs-unread"]\n',
        "sub/pyproject.toml": b'[tool.prediff]\nshow = ["imports"]\n',
        "sub/deep/pyproject.toml": b"[tool.other]\n",
    }
    asked: list[str] = []

    def read(paths):
        asked.extend(paths)
        return {path: tree[path] for path in paths if path in tree}

    found = load_config_of(read, ["sub/deep/a.py"]).settings
    assert (sorted(found.refuse), sorted(found.show)) == ([], ["imports"])
    assert "sub/deep/.prediff.toml" in asked
    found = load_config_of(read, ["sub/deep/a.py", "b.py"]).settings
    assert (sorted(found.refuse), sorted(found.show)) == (["docs-unread"], ["imports"])
    tree["sub/.prediff.toml"] = b""
    with pytest.raises(ConfigError, match="both configure prediff"):
        load_config_of(read, ["sub/a.py"])


def test_the_patches_say_what_they_are(tmp_path):
    series = split_files(Side(source(OLD)), Side(source(NEW)), "app.py", Settings(), False, str(tmp_path))
    assert [patch.name for patch in series.patches] == ["0001-refactoring.patch", "0002-logic.patch"]
    first, second = (patch.data.partition(b"\n")[0].decode() for patch in series.patches)
    assert first.startswith("# prediff split: patch 1 of 2, refactoring: the same in logic · safe · under ")
    assert "locals-unread" in first
    assert second == "# prediff split: patch 2 of 2, logic: what changes in logic"
    assert series.remarks == ()
