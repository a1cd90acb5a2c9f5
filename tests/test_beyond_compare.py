"""Beyond Compare: what it calls always gives a text and a clear answer, and the package that it imports."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

import beyond_compare_package
from prediff import beyond_compare, outputs
from prediff.cli import main
from prediff.languages import LANGUAGES
from prediff.setup.bcpkg import NAME, formats, package

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "integrations" / "beyond-compare"
BANNER = b"prediff: shown as it is: "


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path


def converted(data: bytes, *options: str, name: str = "a.py") -> bytes:
    Path(name).write_bytes(data)
    Path("target").write_bytes(b"")  # Beyond Compare may have made it
    assert main(["bc-convert", *options, name, "target"]) == 0
    assert Path(name).read_bytes() == data
    found = Path("target").read_bytes()
    assert found
    return found


# --- prediff bc-convert -----------------------------------------------------------------------------------------


def test_the_normal_form_is_written(folder):
    assert converted(b"def f( a ):\n  return (a)\n") == b"def f(a):\n    return a\n"
    assert converted(b"x = ( 1 )\n", "--lang", "python", name="none") == b"x = 1\n"
    assert converted(b"const a = 'x'\n", name="a.js") == b'const a = "x";\n'
    source = b'def f(a):\n    """Docs."""\n    if not a == 1:\n        return 2\n    return 1\n'
    assert b"Docs" in converted(source)
    assert b"Docs" not in converted(source, "--level", "safe")
    assert converted(source, "--level=layout", "--lang=python") == converted(source)


def test_the_target_is_never_empty(folder):
    assert converted(b"") == b"\n"
    assert converted(b"# all of it\n", "--level", "safe") == b"\n"
    assert converted(b"", name="a.txt").startswith(BANNER)


@pytest.mark.parametrize(
    ("data", "name", "options", "reason"),
    [
        (b"some text\n", "a.txt", (), b"a.txt"),
        (b"x = 1\n", "a.py", ("--lang", "cobol"), b"there is no language 'cobol'"),
        (b"x = 1\n", "a.py", ("--level", "wild"), b"there is no level 'wild'"),
        (b"# coding: latin-1\nx = '\xe9'\r\ndef f(:\r\n", "a.py", (), b"invalid"),
        (b"\0\1\2\n", "a.py", (), b"binary"),
    ],
)
def test_what_cannot_be_converted_comes_below_one_line(folder, data, name, options, reason):
    first, _, rest = converted(data, *options, name=name).partition(b"\n")
    assert first.startswith(BANNER.rstrip())
    assert reason in first
    assert rest == data


def test_a_syntax_error_costs_its_region_and_is_told(folder):
    found = converted(b"def g( a ):\n  return (a)\ndef f(:\n  x\n")
    assert found.startswith(
        b"prediff: shown in part as it is: line 3: invalid syntax\ndef g(a):\n    return a\n"
    )
    assert b"def f(:\n  x\n" in found


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_the_line_is_in_the_encoding_of_the_file(folder, encoding):
    mark = "\ufeff".encode(encoding)
    data = mark + "x = 'ü'\n".encode(encoding)
    found = converted(data).decode(encoding)
    assert found.startswith("\ufeffprediff: shown as it is: ")
    assert found.endswith("\nx = 'ü'\n")


def test_a_reason_cannot_steer_and_stays_one_line():
    found = beyond_compare.as_it_is(b"text\n", "a\n\x1b[31m\u202eé")
    assert found == b"prediff: shown as it is: a<U+000A><U+001B>[31m<U+202E>\\xe9\ntext\n"


def test_an_error_of_ours_shows_the_file(folder, monkeypatch):
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(beyond_compare, "converted", broken)
    assert converted(b"x = ( 1 )\n") == b"prediff: shown as it is: internal error: KeyError\nx = ( 1 )\n"


def test_a_source_that_is_gone(folder):
    assert main(["bc-convert", "gone.py", "target"]) == 0
    assert (
        Path("target").read_bytes()
        == b"prediff: shown as it is: cannot read gone.py: no such file or directory\n"
    )


def test_the_source_is_never_written(folder, capsys):
    Path("a.py").write_text("x = ( 1 )\n")
    assert main(["bc-convert", "a.py", "a.py"]) == 2
    assert Path("a.py").read_text() == "x = ( 1 )\n"
    os.symlink("a.py", "link")
    assert main(["bc-convert", "a.py", "link"]) == 2
    assert capsys.readouterr().err.count("it is the same file as a.py") == 2


def test_what_a_viewer_was_given_stays_as_it_is(folder):
    """The aligned view is in the left file's layout, which a conversion would take away."""
    path = outputs.Outputs.new().write("left", "a.py", b"x = ( 1 )\n")
    assert main(["bc-convert", "--lang", "python", path, "target"]) == 0
    assert Path("target").read_bytes() == b"x = ( 1 )\n"


def test_options_are_checked_by_their_names(folder, capsys):
    assert main(["bc-convert", "--no-such", "a.py", "target"]) == 2
    assert "--no-such" in capsys.readouterr().err
    assert main(["bc-convert", "a.py"]) == 2
    assert main(["bc-convert", "--help"]) == 0
    assert "SOURCE TARGET" in capsys.readouterr().out


# --- prediff bc-compare -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "options", "code"),
    [
        ("x = 1\n", "x = 1\n", (), 0),
        ("x = 1\n", "x  =  (1) # note\n", (), 0),
        ("x = 1\n", "x  =  (1) # note\n", ("--show", "comments"), 1),
        ("x = 1\n", "x = 2\n", (), 1),
        ("def f(:\n", "def f( :\n", (), 1),
    ],
)
def test_match_and_mismatch(folder, capsys, left, right, options, code):
    Path("a.py").write_text(left)
    Path("b.py").write_text(right)
    assert main(["bc-compare", *options, "a.py", "b.py"]) == code
    assert capsys.readouterr() == ("", "")


def test_what_cannot_be_compared_is_a_mismatch(folder, capsys):
    Path("a.py").write_text("x = 1\n")
    assert main(["bc-compare", "a.py", "gone.py"]) == 1
    assert main(["bc-compare", "a.py", "."]) == 1
    Path(".prediff.toml").write_text("oops = 1\n")
    Path("b.py").write_text("x = (1)\n")
    assert main(["bc-compare", "a.py", "b.py"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 3


# --- the package ------------------------------------------------------------------------------------------------

KEYS = {"ConvertKind": "convertApp", "ConvertNoEdit": "True"}


def read_formats(data: bytes) -> dict[str, dict[str, str]]:
    """The formats of a package, each with its keys."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.namelist() == [NAME]
        top = ElementTree.fromstring(archive.read(NAME))
    assert (top.tag, top.attrib) == ("BCFileFormats", {"Version": "1"})
    assert {child.tag for child in top} == {"TTextFormat"}
    return {
        child.attrib["Value"]: {one.tag: one.attrib["Value"] for one in child if "Value" in one.attrib}
        for child in top
    }


def test_a_format_for_each_language():
    found = read_formats(package(["prediff"]))
    by_command = {keys["ConvertLoadApp"]: keys for keys in found.values()}
    assert len(found) == len(by_command) == 2 * len(LANGUAGES)
    for language, endings in LANGUAGES.items():
        for options, enabled in (("", "True"), (" --level safe", "False")):
            keys = by_command[f"prediff bc-convert --lang {language}{options} %s %t"]
            assert keys.items() >= KEYS.items()
            assert keys["Mask"] == ";".join(f"*{ending}" for ending in endings)
            assert keys["Enabled"] == enabled


def test_words_that_mean_something_to_xml_and_to_a_shell():
    (first, *_) = read_formats(package(["/a & b/<'prediff\">"])).values()
    if os.name != "nt":
        assert first["ConvertLoadApp"].startswith("'/a & b/<'\"'\"'prediff\">' bc-convert --lang python")


def test_the_package_is_the_same_wherever_it_is_made():
    command = [sys.executable, "-c", "import sys; from prediff.setup.bcpkg import package\n"]
    command[2] += "sys.stdout.buffer.write(package(['prediff']))"
    environment = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7"}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    assert done.stdout == package(["prediff"])
    assert beyond_compare_package.main(["--check"]) == 0
    assert (FOLDER / "prediff.bcpkg").read_bytes() == done.stdout
    assert (FOLDER / NAME).read_text() == formats(["prediff"])


def test_the_line_of_the_package_runs(folder):
    """As Beyond Compare is taken to run it, with the names of two files in place of %s and %t."""
    words = [sys.executable, "-P", "-m", "prediff"]
    line = next(iter(read_formats(package(words)).values()))["ConvertLoadApp"]
    Path("the source.py").write_text("x = ( 1 )\n")
    line = line.replace("%s", "'the source.py'").replace("%t", "'the target'")
    done = subprocess.run(line, shell=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert Path("the target").read_text() == "x = 1\n"


def test_set_up_and_undone(folder, capsys):
    assert main(["setup", "beyond-compare", "--yes"]) == 0
    said = capsys.readouterr().out
    (made,) = folder.rglob("*.bcpkg")
    assert "Tools > Import Settings" in said
    assert "untried" in said
    assert "bc-compare" in said
    assert "\x00" not in said
    found = read_formats(made.read_bytes())
    assert all(os.path.isabs(keys["ConvertLoadApp"].split()[0].strip("'")) for keys in found.values())
    assert main(["setup", "beyond-compare", "--yes"]) == 0
    assert "nothing to change" in capsys.readouterr().out
    assert main(["setup", "beyond-compare", "--undo", "--yes"]) == 0
    assert not list(folder.rglob("*.bcpkg"))


# --- reports ----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="a script for sh")
def test_a_report(folder):
    (folder / "bin").mkdir()
    stand_in = f"#!{sys.executable}\nimport json, sys\nopen('log', 'w').write(json.dumps(sys.argv[1:]))\n"
    for name, text in (
        ("bcomp", stand_in),
        ("prediff", f'#!/bin/sh\nexec "{sys.executable}" -P -m prediff "$@"\n'),
    ):
        (folder / "bin" / name).write_text(text)
        (folder / "bin" / name).chmod(0o755)
    environment = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}

    def report(*words: str) -> int:
        command = [str(FOLDER / "report.sh"), *words]
        return subprocess.run(command, env=environment, capture_output=True, check=False).returncode

    Path("a b.py").write_text("x = 1\ny = 1\n")
    Path("c.py").write_text("x = (1)\ny = 2\n")
    assert report("a b.py", "c.py", "out put.html") == 0
    texts = ["out put.html.left.txt", "out put.html.right.txt"]
    script = f"@{FOLDER / 'report.bc'}"
    assert json.loads(Path("log").read_text()) == ["-silent", "-closescript", script, *texts, "out put.html"]
    assert [Path(text).read_text() for text in texts] == ["x = 1\ny = 1\n", "x = 1\ny = 2\n"]
    Path("log").unlink()
    Path("c.py").write_text("x = (1)\ny = 1\n")
    assert report("a b.py", "c.py", "other.html") == 0
    assert report("a b.py", "gone.py", "other.html") == 2
    assert report("a b.py") == 2
    assert not Path("log").exists()
