"""The viewers: the exact words that each is called by, where it is found, which one is taken, what a user adds."""

from __future__ import annotations

import json
import os
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from prediff import viewers
from prediff.cli import main
from prediff.errors import ToolError
from prediff.viewers import VIEWERS, Opened, Program, find_viewer, named_program
from prediff.viewers.own import OwnCommand
from prediff.viewers.viewer import check_batch, in_registry

RECORDER = """\
#!{python}
import json, os, sys
texts = [open(word, encoding="latin-1").read() if os.path.isfile(word) else None for word in sys.argv[1:]]
with open({log!r}, "a") as file:
    row = {{"words": sys.argv[1:], "texts": texts, "folder": os.getcwd(), "git": os.environ.get("GIT_DIR")}}
    file.write(json.dumps(row) + "\\n")
sys.exit({code})
"""

OLD = "def f(a):\n    return a * 2\n"
NEW = "def f( a ):\n  return a + 2\n"
SHOWN = "def f(a):\n    return a + 2\n"


@dataclass(frozen=True, slots=True)
class Desk:
    """A user with two files and two folders, whose viewers note how they are called and return at once."""

    folder: Path

    def viewer(self, program: str, code: int = 0) -> Path:
        path = self.folder / "bin" / program
        path.write_text(RECORDER.format(python=sys.executable, log=str(self.log), code=code))
        path.chmod(0o755)
        return path

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def called(self) -> dict[str, Any]:
        (row,) = [json.loads(line) for line in self.log.read_text().splitlines()]
        self.log.unlink()
        return row

    def words(self) -> list[str]:
        """The words of the one call, with the folder of outputs as OUT."""
        row = self.called()
        return [word.replace(row["folder"], "OUT") for word in row["words"]]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    if os.name == "nt":
        pytest.skip("the stand-ins are scripts with a #! line")
    files = {"old.py": OLD, "new.py": NEW, "old/a.py": OLD, "new/a.py": NEW, "one.py": "x = 1\ny = 2\n"}
    work = tmp_path / "work"
    for name, text in files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_text(text)
    (tmp_path / "bin").mkdir()
    for name in ("GIT_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "BASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.chdir(work)
    return Desk(tmp_path)


FILES = ["OUT/left/old.py", "OUT/right/new.py"]
FOLDERS = ["OUT/left", "OUT/right"]
TITLES = ("old.py", "new.py (normalized)")
NO_FOLDERS = None

CALLS: list[tuple[str, str, list[str], list[str] | None]] = [
    (
        "bcomp",
        "bcomp",
        [
            *FILES,
            "-title1=old.py",
            "-title2=new.py (normalized)",
            "-ro",
            "-fv=Text Compare",
            "-vcs1=new.py",
            "-vcs2=new.py",
        ],
        [*FOLDERS, "-title1=old (normalized)", "-title2=new (normalized)", "-ro", "-expandall"],
    ),
    (
        "meld",
        "meld",
        ["--label=old.py", "--label=new.py (normalized)", *FILES],
        ["--label=old (normalized)", "--label=new (normalized)", *FOLDERS],
    ),
    ("kdiff3", "kdiff3", ["--L1", "old.py", "--L2", "new.py (normalized)", *FILES], FOLDERS),
    ("vim", "vim", ["-d", "-R", "--cmd", "set nomodeline", *FILES], NO_FOLDERS),
    ("nvimdiff", "nvim", ["-d", "-R", "--cmd", "set nomodeline", *FILES], NO_FOLDERS),
    ("code", "code", ["--wait", "--diff", *FILES], NO_FOLDERS),
    ("jetbrains", "pycharm", ["diff", *FILES], NO_FOLDERS),
    ("goland", "goland", ["diff", *FILES], NO_FOLDERS),
    (
        "araxis",
        "araxiscompare",
        ["-wait", "-2", "-title1:old.py", "-title2:new.py (normalized)", "-readonly", *FILES],
        ["-wait", "-2", "-title1:old (normalized)", "-title2:new (normalized)", "-readonly", *FOLDERS],
    ),
    ("p4merge", "p4merge", ["-nl", "old.py", "-nr", "new.py (normalized)", *FILES], NO_FOLDERS),
    (
        "winmerge",
        "WinMergeU",
        ["-u", "-e", "-sw", "-wl", "-wr", "-dl", "old.py", "-dr", "new.py (normalized)", *FILES],
        [
            "-u",
            "-e",
            "-sw",
            "-wl",
            "-wr",
            "-r",
            "-dl",
            "old (normalized)",
            "-dr",
            "new (normalized)",
            *FOLDERS,
        ],
    ),
    (
        "kaleidoscope",
        "ksdiff",
        ["--partial-changeset", "--relative-path", "new.py", "--", *FILES],
        ["--", *FOLDERS],
    ),
    ("delta", "delta", FILES, NO_FOLDERS),
    ("difftastic", "difft", FILES, FOLDERS),
]


@pytest.mark.parametrize(("name", "program", "files", "folders"), CALLS, ids=[call[0] for call in CALLS])
def test_how_each_is_called(desk, capsys, name, program, files, folders):
    desk.viewer(program)
    assert main(["difftool", "--tool", name, "old.py", "new.py"]) == 0
    row = desk.called()
    assert [word.replace(row["folder"], "OUT") for word in row["words"]] == files
    assert [text for text in row["texts"] if text is not None] == [OLD, SHOWN]
    # It returned at once, and may read them later.
    assert [Path(row["folder"], *path.split("/")[1:]).read_text() for path in FILES] == [OLD, SHOWN]
    code = main(["difftool", "--tool", name, "old", "new"])
    if folders is NO_FOLDERS:
        assert code == 2
        assert "shows no folders: name another viewer, or compare two files" in capsys.readouterr().err
        assert not desk.log.exists()
    else:
        assert code == 0
        assert desk.words() == folders


def test_every_viewer_has_a_call_here():
    assert {one.name for one in VIEWERS} <= {
        named.name for name, *_ in CALLS if (named := named_program(name))
    }


@pytest.mark.parametrize("name", ["bcomp", "winmerge", "araxis", "vim"])
def test_originals_can_be_edited(desk, name):
    program = {name: program for name, program, *_ in CALLS}[name]
    desk.viewer(program)
    assert main(["difftool", "--tool", name, "--original", "old.py", "new.py"]) == 0
    row = desk.called()
    assert not {"-ro", "-wl", "-wr", "-readonly", "-R"} & set(row["words"])
    assert {str(Path("old.py").absolute()), str(Path("new.py").absolute())} <= set(row["words"])


@pytest.mark.parametrize(("name", "program", "null"), [("p4merge", "p4merge", False), ("vim", "vim", True)])
def test_a_side_that_is_missing(desk, name, program, null):
    """P4Merge and others take no /dev/null: they get an empty file, and a title that says so."""
    desk.viewer(program)
    assert main(["difftool", "--tool", name, "/dev/null", "one.py"]) == 0
    row = desk.called()
    words = [word.replace(row["folder"], "OUT") for word in row["words"]]
    assert words[-2:] == [os.devnull if null else "OUT/left/one.py", "OUT/right/one.py"]
    if not null:
        assert words[:4] == ["-nl", "one.py (no such file)", "-nr", "one.py"]
        assert row["texts"][-2:] == ["", "x = 1\ny = 2\n"]


def test_titles_cannot_steer(desk):
    Path("-\x1b[31m\u202ex.py").write_text(NEW)
    desk.viewer("meld")
    assert main(["difftool", "--tool", "meld", "--", "old.py", "-\x1b[31m\u202ex.py"]) == 0
    assert desk.words()[1] == "--label=-<U+001B>[31m<U+202E>x.py (normalized)"


# --- prediff diff --tool ---------------------------------------------------------------------------------------


def test_diff_opens_the_two_texts(desk, capsys):
    desk.viewer("meld")
    assert main(["diff", "--tool", "meld", "old.py", "new.py"]) == 1
    assert desk.words() == [
        "--label=old.py",
        "--label=new.py (normalized)",
        "OUT/left/new.py",
        "OUT/right/new.py",
    ]
    assert "differs in 1 of 1 unit" in capsys.readouterr().out
    assert main(["diff", "--tool", "meld", "old.py", "old/a.py", "--json"]) == 0
    assert not desk.log.exists()
    Path("broken.txt").write_text("one\ntwo\n")
    assert main(["diff", "--tool", "meld", "old.py", "broken.txt"]) == 1
    assert desk.words()[:2] == ["--label=old.py", "--label=broken.txt"]


def test_canonical_texts_are_both_ours(desk):
    desk.viewer("meld")
    Path("old.py").write_text(OLD.replace("*", "  *"))
    assert main(["diff", "--view", "canonical", "--tool", "meld", "old.py", "new.py"]) == 1
    assert desk.words()[:2] == ["--label=old.py (normalized)", "--label=new.py (normalized)"]


# --- which one --------------------------------------------------------------------------------------------------


def git_config(desk: Desk, text: str) -> None:
    (desk.folder / "home").mkdir(exist_ok=True)
    (desk.folder / "home" / ".gitconfig").write_text(text)


def test_the_path_and_the_command_of_the_users_git_are_taken(desk):
    own = desk.viewer("my meld")
    git_config(desk, f'[difftool "meld"]\n\tpath = "{own}"\n')
    assert main(["difftool", "--tool", "meld", "old.py", "new.py"]) == 0
    assert desk.words()[0] == "--label=old.py"
    git_config(desk, f'[difftool "meld"]\n\tcmd = \'{own}\' --mine \\"$LOCAL\\" \\"$REMOTE\\"\n')
    assert main(["difftool", "--tool", "meld", "old.py", "new.py"]) == 0
    assert desk.words() == ["--mine", *FILES]


def test_a_repository_names_no_viewer(desk, capsys):
    evil = desk.viewer("evil")
    Path(".prediff.toml").write_text(f'[viewers]\nmeld = "{evil}"\n')
    Path("meld").write_text(evil.read_text())
    Path("meld").chmod(0o755)
    desk.viewer("meld")
    path = f"{Path.cwd()}{os.pathsep}{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)
        patch.setenv("GIT_DIR", "/nowhere")
        assert main(["difftool", "--tool", "meld", "old.py", "new.py"]) == 0
    row = desk.called()
    assert row["words"][0] == "--label=old.py"
    assert row["git"] is None
    assert "viewers is ignored: only your own configuration" in capsys.readouterr().err


def configured(desk: Desk, text: str) -> None:
    file = desk.folder / "home" / ".config" / "prediff" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_a_command_of_the_users_own(desk):
    own = desk.viewer("mine")
    configured(
        desk,
        f"""[viewers]
short = "'{own}' -x"
long = ["{own}", "--titles={{left_title}}|{{right_title}}", "{{right}}", "{{left}}", "{{name}};$HOME"]
meld = "mine --own"
""",
    )
    assert main(["difftool", "--tool", "short", "old.py", "new.py"]) == 0
    assert desk.words() == ["-x", *FILES]
    assert main(["difftool", "--tool", "long", "old.py", "new.py"]) == 0
    assert desk.words() == [f"--titles={'|'.join(TITLES)}", *reversed(FILES), "new.py;$HOME"]
    assert main(["diff", "--tool", "meld", "old.py", "new.py"]) == 1
    assert desk.words()[0] == "--own"


def test_what_is_put_in_is_not_looked_at_again():
    opened = Opened("/l", "/r", "{left}", "/", titles=("{right}", "x"))
    call = OwnCommand("mine", (sys.executable, "{left_title}{name}", "{left}")).call(opened)
    assert call.words[1:] == ("{right}{left}", "/l")


@pytest.mark.parametrize(
    "value", ['"x"', "{ a = 1 }", '{ a = "" }', '{ a = "\'" }', "{ a = [1] }", "{ a = [] }"]
)
def test_commands_that_are_none(desk, capsys, value):
    configured(desk, f"viewers = {value}\n")
    assert main(["difftool", "--tool", "a", "old.py", "new.py"]) == 2
    assert "config.toml: viewers" in capsys.readouterr().err


def test_one_that_is_not_there(desk, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(desk.folder / "bin"))
    assert main(["difftool", "--tool", "p4merge", "old.py", "new.py"]) == 2
    assert "P4Merge is not found (p4merge): install it, or name another viewer" in capsys.readouterr().err
    with pytest.raises(ToolError, match="no diff viewer is found"):
        find_viewer(str(desk.folder))


def test_imagemagicks_compare_is_not_araxis(desk, capsys):
    if sys.platform != "linux":
        pytest.skip("there `compare` may be Araxis Merge")
    desk.viewer("compare")
    assert main(["difftool", "--tool", "araxis", "old.py", "new.py"]) == 2
    assert "Araxis Merge is not found" in capsys.readouterr().err


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (13, 0), (102, 0), (104, 2)])
def test_exit_codes_of_beyond_compare(desk, capsys, code, expected):
    desk.viewer("bcomp", code)
    assert main(["difftool", "--tool", "bc", "old.py", "new.py"]) == expected
    said = capsys.readouterr().err
    assert said == (
        "prediff: Beyond Compare showed nothing: its trial period is over (its exit code is 104)\n"
        if expected
        else ""
    )


def test_beyond_compare_chooses_the_view_of_what_is_no_source(desk):
    """A picture is for its picture view."""
    desk.viewer("bcomp")
    Path("new.png").write_bytes(b"\x89PNG\r\n\0")
    Path("old.png").write_bytes(b"\x89PNG\r\n\0\0")
    assert main(["difftool", "--tool", "bcomp", "old.png", "new.png"]) == 0
    words = desk.words()
    assert not any(word.startswith("-fv") for word in words)


# --- where they are ---------------------------------------------------------------------------------------------


def fake_registry(values: dict[tuple[str, str, str], str]) -> types.ModuleType:
    """A registry of Windows. values: by top, key and name."""

    class Opened:
        def __init__(self, top: str, key: str) -> None:
            self.at = (top, key)
            if not any(at[:2] == self.at for at in values):
                raise FileNotFoundError

        def __enter__(self) -> Opened:
            return self

        def __exit__(self, *_: object) -> None: ...

    def query(opened: Opened, name: str) -> tuple[str, int]:
        return values[(*opened.at, name)], 1

    found = types.ModuleType("winreg")
    found.__dict__.update(
        HKEY_CURRENT_USER="user", HKEY_LOCAL_MACHINE="machine", OpenKey=Opened, QueryValueEx=query
    )
    return found


def test_the_registry_names_beyond_compare(tmp_path, monkeypatch):
    for version in ("4", "5"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "BComp.exe").touch()
    key = r"SOFTWARE\Scooter Software\Beyond Compare"
    values = {
        ("user", f"{key} 4", "ExePath"): str(tmp_path / "4" / "BCompare.exe"),
        ("machine", f"{key} 5", "ExePath"): str(tmp_path / "5" / "BCompare.exe"),
        ("machine", f"{key} 4", "ExePath"): str(tmp_path / "gone" / "BCompare.exe"),
    }
    monkeypatch.setitem(sys.modules, "winreg", fake_registry(values))
    monkeypatch.setattr("prediff.viewers.viewer.sys", types.SimpleNamespace(platform="win32"))
    found = named_program("bc")
    assert found is not None
    assert found.find(()) == str(tmp_path / "5" / "BComp.exe")
    (tmp_path / "5" / "BComp.exe").unlink()
    assert found.find(()) == str(tmp_path / "4" / "BComp.exe")
    (tmp_path / "4" / "BComp.exe").unlink()
    assert in_registry((f"{key} 4", f"{key} 6"), "ExePath", "BComp.exe")(()) is None


def test_an_application_of_macos_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "Applications" / "Beyond Compare.app" / "Contents" / "MacOS" / "bcomp"
    program.parent.mkdir(parents=True)
    program.touch()
    found = named_program("beyond-compare")
    assert found is not None
    assert found.find(()) == str(program)


def test_a_batch_file_gets_no_word_that_its_shell_reads():
    check_batch("x", (r"C:\code.cmd", "--diff", r"C:\a b.py"))
    check_batch("x", ("/usr/bin/code", "a&b"))
    for word in ("a&calc.py", "%PATH%", 'a"b', "a^b", "a!b"):
        with pytest.raises(ToolError, match="x is a batch file, which cannot be given"):
            check_batch("x", (r"C:\code.CMD", "--diff", word))


def test_names_are_not_ambiguous():
    names = [name for one in VIEWERS for name in (one.name, *one.aliases)]
    assert len(names) == len(set(names))
    assert all(isinstance(one, Program) for one in viewers.VIEWERS)
