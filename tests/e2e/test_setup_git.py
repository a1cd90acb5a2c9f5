"""`prediff setup git` with the real git, and how set-up asks and answers."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys

import pytest
from setup_box import Box

import prediff as package

GIT_FILES = {
    "none": None,
    "empty": b"",
    "odd": b'[user]\n  name=n;x\n\temail = e\n[Diff]\n\n    Tool   = meld   # mine\n\n[diff "x"] textconv = cat\n',
    "crlf": b"[user]\r\n\tname = n\r\n\temail = e\r\n[merge]\r\n\ttool = kdiff3\r\n",
    "no newline": b"[user]\n\tname = n\n\temail = e\n[diff]\n\ttool = meld\n# end",
    "includes": b"[include]\n\tpath = more\n[user]\n\tname = n\n\temail = e\n[include]\n\tpath = gone\n",
    "by hand": b"[user]\n\tname = n\n\temail = e\n[diff]\n\ttool = prediff\n[prediff]\n\tviewer = meld\n",
    "twice": b"[diff]\n\ttool = a\n[user]\n\tname = n\n\temail = e\n[diff]\n\ttool = meld\n",
}


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        *((kind, ("--textconv", "--external")) for kind in GIT_FILES),
        *(("odd", options) for options in ((), ("--textconv",), ("--external", "--viewer", "kdiff3"))),
    ],
    ids=str,
)
def test_git_is_set_up_and_given_back(box: Box, kind: str, options: tuple[str, ...]) -> None:
    (box.home / "more").write_text("[alias]\n\tst = status\n")
    content = GIT_FILES[kind]
    if content is not None:
        (box.home / ".gitconfig").write_bytes(content)
    old = box.snapshot()
    tool = box.value("prediff.viewer") or box.value("diff.tool") or box.value("merge.tool")
    listed = box.git("config", "--list")
    assert "set up; to undo" in box.setup("git", *options)
    assert box.value("diff.tool") == "prediff"
    assert box.value("prediff.viewer") == ("kdiff3" if "--viewer" in options else tool)
    assert box.value("difftool.prediff.cmd") == 'prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"'
    assert bool(box.value("diff.prediff-python.command")) == ("--external" in options)
    cached = ("true" if kind != "empty" and content else "false") if "--textconv" in options else ""
    assert box.value("diff.prediff-python.cachetextconv") == cached
    assert set(listed.split("\n")) - {"diff.tool=a", "diff.tool=meld"} <= set(
        box.git("config", "--list").split("\n")
    )
    new = box.snapshot()
    assert "nothing to change" in box.setup("git", *options)
    assert box.snapshot() == new
    assert "undone" in box.setup("git", "--undo")
    assert box.snapshot() == old
    # What was made by hand goes too where a person asks for that a second time.
    assert ("nothing to undo" in box.setup("git", "--undo")) == (kind != "by hand")


def test_other_options_replace_the_first_and_undo_still_gives_back_the_original(box: Box) -> None:
    (box.home / ".gitconfig").write_bytes(GIT_FILES["odd"] or b"")
    old = box.snapshot()
    box.setup("git")
    plain = box.snapshot()
    for options in (("--textconv",), ("--external",), ("--textconv", "--external")):
        box.setup("git", *options)
    assert box.value("prediff.viewer") == "meld"
    box.setup("git")
    assert box.snapshot() == plain
    box.setup("git", "--external")
    box.setup("git", "--undo")
    assert box.snapshot() == old


@pytest.mark.parametrize("again", [False, True], ids=("once", "again"))
def test_what_was_edited_since_is_kept(box: Box, again: bool) -> None:
    (box.home / ".gitconfig").write_bytes(GIT_FILES["no newline"] or b"")
    attributes = box.home / ".config" / "git" / "attributes"
    attributes.parent.mkdir(parents=True)
    attributes.write_bytes(b"*.png binary")
    box.setup("git", "--textconv")
    box.git("config", "--global", "core.editor", "vim")
    box.git("config", "--global", "diff.algorithm", "histogram")
    box.git("config", "--global", "alias.pdiff", "!mine")
    with attributes.open("ab") as file:
        file.write(b"*.gif binary\n")
    if again:
        assert "an alias pdiff of your own" in box.setup("git", "--textconv")
    assert box.value("alias.pdiff") == "!mine"
    said = box.setup("git", "--undo")
    assert said.count("was edited since: our entries are taken out, and your edits are kept") == 2 * (
        not again
    )
    listed = box.git("config", "--global", "--list").split()
    mine = ("core.editor=vim", "diff.algorithm=histogram", "alias.pdiff=!mine")
    assert sorted(listed) == sorted(("user.name=n", "user.email=e", "diff.tool=meld", *mine))
    assert attributes.read_bytes() == b"*.png binary\n*.gif binary\n"
    assert b"prediff" not in (box.home / ".gitconfig").read_bytes()


def test_dotfiles_that_are_links_stay_links(box: Box) -> None:
    files = box.home / "dotfiles"
    files.mkdir()
    (files / "gitconfig").write_bytes(GIT_FILES["crlf"] or b"")
    (files / "gitconfig").chmod(0o640)
    (box.home / ".gitconfig").symlink_to("dotfiles/gitconfig")
    (box.home / ".config").symlink_to("dotfiles")
    old = box.snapshot()
    box.setup("git", "--textconv")
    assert (box.home / ".gitconfig").is_symlink()
    assert b"prediff" in (files / "gitconfig").read_bytes()
    assert (files / "git" / "attributes").exists()
    assert stat.S_IMODE((files / "gitconfig").stat().st_mode) == 0o640
    box.setup("git", "--undo")
    assert box.snapshot() == old


def test_the_file_is_the_one_that_git_writes_to(box: Box) -> None:
    named = box.folder / "named config"
    named.write_text("[core]\n\tattributesFile = ~/my attributes\n")
    box.prediff("setup", "git", "--textconv", "--yes", GIT_CONFIG_GLOBAL=str(named))
    assert "tool = prediff" in named.read_text()
    assert "*.py diff=prediff-python" in (box.home / "my attributes").read_text()
    assert not (box.home / ".gitconfig").exists()
    other = box.home / ".config" / "git" / "config"
    other.parent.mkdir(parents=True)
    other.touch()
    box.setup("git")
    assert "tool = prediff" in other.read_text()
    assert not (box.home / ".gitconfig").exists()


def test_where_the_memory_is_lost_our_entries_still_go(box: Box) -> None:
    (box.home / ".gitconfig").write_bytes(GIT_FILES["no newline"] or b"")
    box.setup("git", "--textconv")
    shutil.rmtree(box.home / ".local")
    box.setup("git", "--undo")
    assert box.value("diff.tool") == "meld"
    assert b"prediff" not in (box.home / ".gitconfig").read_bytes()


def test_git_difftool_calls_prediff(box: Box) -> None:
    top = box.repository(**{"a b.py": "x = 1\n", "é'\".py": "y = 1\n", "gone.py": ""})
    box.git("config", "--global", "diff.tool", "meld")
    box.setup("git")
    (top / "a b.py").write_text("x = 2\n")
    (top / "é'\".py").write_text("y = 2\n")
    (top / "gone.py").unlink()
    box.git("difftool")
    calls = box.calls()
    assert [call[:2] for call in calls] == [["difftool", "--"]] * 3
    assert sorted(call[4] for call in calls) == ["a b.py", "gone.py", "é'\".py"]
    assert {call[3] for call in calls} == {"a b.py", "/dev/null", "é'\".py"}
    box.git("difftool", "--dir-diff")
    (call,) = box.calls()
    assert call[0] == "difftool"
    assert call[2].endswith("/left/")
    box.git("pdiff", "log", "-1", "--", "a b.py")
    assert box.calls() == [["pdiff", "log", "-1", "--", "a b.py"]]


def test_without_prediff_on_path_the_interpreter_is_called_and_nothing_of_the_folder(box: Box) -> None:
    (box.folder / "bin" / "prediff").unlink()
    top = box.repository()
    (top / "prediff.py").write_text("raise SystemExit('evil')\n")
    box.setup("git")
    command = box.value("difftool.prediff.cmd")
    assert command == f'{sys.executable} -P -m prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"'
    assert (
        box.run("sh", "-c", f"{command.partition(' difftool')[0]} --version")
        == f"prediff {package.__version__}\n"
    )


PYTHON = """\
class A:
    async def first(self):
        a = 1
        b = 2
        c = 3
        d = 4
        return a

    def second(self, x):
        defined = 1
        b = 2
        c = 3
        d = 4
        return x
"""
JAVASCRIPT = """\
export default class Shape {
  area(w, h) {
    if (w) {
      a(1);
      b(2);
      c(3);
      d(4);
      return w;
    }
  }
}
export const handler = async (event) => {
  a(1);
  b(2);
  c(3);
  d(4);
  return event;
};
"""


@pytest.mark.parametrize("scope", ["--global", "--local"])
def test_textconv_runs_in_git_and_hunks_have_headers(box: Box, scope: str) -> None:
    top = box.repository(**{"a.py": PYTHON, "b.js": JAVASCRIPT, "c.txt": "x\n"})
    for key in ("name", "email"):
        box.git("config", scope, f"user.{key}", "x")
    box.setup("git", scope, "--textconv")
    for name, word, changed in (("a.py", "return", "yield"), ("b.js", "return", "throw")):
        (top / name).write_text((top / name).read_text().replace(word, changed))
    headers = re.findall(r"^@@ .* @@ (.*)$", box.git("diff", "-U1"), re.MULTILINE)
    of_python = ["async def first(self):", "def second(self, x):"]
    assert headers == [*of_python, "area(w, h) {", "export const handler = async (event) => {"]
    calls = box.calls()
    assert {call[2] for call in calls} == {"python", "javascript"}
    assert {tuple(call[:2]) for call in calls} == {("textconv", "--lang")}
    assert {call[3] for call in calls} == {"--rules"}
    box.git("diff")
    assert len(box.calls()) <= 2, "what is committed is cached by git"
    assert "c.txt: diff: unspecified" in box.git("check-attr", "diff", "c.txt")


def test_a_repository_alone_is_set_up(box: Box) -> None:
    top = box.repository()
    (top / ".git" / "info" / "attributes").write_bytes(b"*.x binary")
    files = [top / ".git" / "config", top / ".git" / "info" / "attributes"]
    old, home = [file.read_bytes() for file in files], box.snapshot()
    box.setup("git", "--local", "--textconv")
    (box.folder / "work" / "sub").mkdir()
    assert box.value("diff.tool", "--local") == "prediff"
    assert box.snapshot() == home
    box.repository(at="other")
    assert "nothing to undo" in box.setup("git", "--local", "--undo", at="other")
    assert "not a git repository" in box.setup("git", "--local", at="home", code=2)
    assert "nothing to undo" in box.setup("git", "--undo")
    box.setup("git", "--local", "--undo", at="work/sub")
    assert [file.read_bytes() for file in files] == old


@pytest.mark.parametrize("name", [".git/config", ".git/info/attributes", ".git/info"])
def test_links_of_a_repository_are_not_followed_out_of_it(box: Box, name: str) -> None:
    top = box.repository()
    outside = box.folder / "outside"
    outside.mkdir()
    (top / name).rename(outside / "x") if (top / name).exists() else (outside / "x").touch()
    (top / name).symlink_to(outside / "x")
    said = box.setup("git", "--local", "--textconv", code=2)
    assert "is a link out of" in said
    assert said.count("\n") == 1


def test_nothing_is_written_without_a_yes(box: Box) -> None:
    old = box.snapshot()
    said = box.prediff("setup", "git", "--textconv", code=2)
    assert "+\ttool = prediff" in said
    assert said.endswith(
        "prediff: nothing is written without your yes: add --yes to write, --print to only look\n"
    )
    assert box.prediff("setup", "git", "--textconv", "--print") in said
    assert box.snapshot() == old


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_a_person_is_asked(box: Box, answer: str, code: int) -> None:
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "prediff", "setup", "git"]
    with subprocess.Popen(
        command, env=box.env(), stdin=follower, stdout=follower, stderr=follower
    ) as process:
        os.write(leader, f"{answer}\n".encode())
        assert process.wait(60) == code
    os.close(follower)
    said = os.read(leader, 1 << 16).decode()
    os.close(leader)
    assert "Write this file?" in said
    assert (box.home / ".gitconfig").exists() == (code == 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("setup", "gti"), "did you mean git?"),
        (("setup", "hg", "--local"), "is set up for you only"),
        (("setup", "github", "--global"), "is set up for one repository only"),
        (("setup", "hg", "--textconv"), "--textconv does not go with hg"),
        (("setup", "git", "--undo", "--textconv"), "no other options"),
        (("setup", "--undo"), "say what to set up"),
        (("setup", "jj", "--global"), "is not written to"),
        (("setup", "git", "--viewer", "prediff"), "cannot be prediff itself"),
    ],
)
def test_what_does_not_go_is_one_line(box: Box, words: tuple[str, ...], said: str) -> None:
    assert said in (line := box.prediff(*words, code=2))
    assert line.count("\n") == 1


def test_a_list_tells_what_is_set_up(box: Box) -> None:
    box.setup("git")
    assert re.search(r"^git +set up in ~/\.gitconfig: ", box.prediff("setup"), re.MULTILINE)
    with (box.home / ".gitconfig").open("a") as file:
        file.write("# mine\n")
    assert "~/.gitconfig (edited since)" in box.prediff("setup")
    for name in ("jj", "lazygit"):
        assert "untried" in box.prediff("setup", name)
        assert "nothing to undo" not in box.prediff("setup", name, "--undo")
