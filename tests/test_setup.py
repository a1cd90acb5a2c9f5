"""What set-up writes into files and takes out again, file by file, and what it remembers."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prediff.errors import ConfigError, PrediffError, WriteError
from prediff.languages import LANGUAGES
from prediff.setup import TARGETS, git_config, pre_commit, state
from prediff.setup.changes import apply, find_changes
from prediff.setup.edit import read, target_of, with_block, without_block, write
from prediff.setup.git import HEADERS
from prediff.setup.state import Remembered, digest_of
from prediff.setup.target import FileEdit

LINES = ("[section]", "key = value")
TEXT = st.text(st.sampled_from("ab#[]=\"' \t\r\n>"), max_size=60).map(str.encode)
ENTRIES = (
    ("diff.tool", "prediff"),
    ("prediff.viewer", "meld"),
    ("difftool.prediff.cmd", 'prediff difftool -- "$LOCAL" "$REMOTE" "$MERGED"'),
    ("difftool.prompt", "false"),
    ("alias.pdiff", "!prediff pdiff"),
    ("diff.prediff-python.xfuncname", "^[ \t]*(def .*)$\n!a\\b"),
)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of the test's own; HOME counts on systems with XDG folders, which these tests run on."""
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("HOME", str(tmp_path))


@given(data=TEXT)
def test_a_block_comes_out_as_it_went_in(data: bytes) -> None:
    once = with_block(data, LINES)
    assert without_block(once, data) == data
    assert with_block(once, LINES) == once
    assert without_block(with_block(once, ["other"]), data) == data


@given(data=TEXT, before=TEXT, after=TEXT)
def test_what_is_written_around_a_block_stays(data: bytes, before: bytes, after: bytes) -> None:
    edited = before + b"\n" + with_block(data, LINES) + after
    left = without_block(edited, data)
    assert left.startswith(before + b"\n" + data)
    assert left.endswith(after)
    assert left[len(before) + 1 + len(data) : len(left) - len(after)] in (b"", b"\n", b"\r\n")


def test_a_block_has_the_line_ends_of_its_file() -> None:
    assert b"\n" not in with_block(b"a\r\nb", LINES).replace(b"\r\n", b"")
    assert b"\r" not in with_block(b"a\nb\r\n", LINES)[4:]


@pytest.mark.parametrize("data", [b"# >>> prediff setup >>>\nmine\n", b"# <<< prediff setup <<<\n", b""])
def test_half_a_block_is_none(data: bytes) -> None:
    assert without_block(data, None) == data


GIT_FILES = (
    b"",
    b"[user]\n\tname = n",
    b"[user]\r\n\tname = n\r\n[diff]\r\n   tool=meld ; mine\r\n",
    b'\xef\xbb\xbf[DIFF]\n  Tool = "kdiff3" # a\n\tmnemonicPrefix\n',
    b"[diff]\n\ttool = a\n\ttool = b\n[include]\n\tpath = ~/other\n[diff]\n\trenames = copies\n",
    b'[alias]\n\tpdiff = "!prediff pdiff"\n[difftool]\n\tprompt = true\n# end',
    b'[difftool "prediff"]\n# a comment of mine\n\n[core] editor = vim\n',
)


def fitting(before: git_config.Values) -> list[tuple[str, str]]:
    """The entries for a file: set-up leaves an answer of the user's to the question of git difftool."""
    return [(key, value) for key, value in ENTRIES if key != "difftool.prompt" or key not in before]


@pytest.mark.parametrize("data", GIT_FILES)
def test_entries_of_git_come_out_of_a_file_that_was_edited(data: bytes) -> None:
    before = git_config.values_of(data)
    entries = fitting(before)
    done = git_config.with_entries(data, entries)
    for key, value in entries:
        assert git_config.values_of(done)[key] == [value]
    assert git_config.with_entries(done, entries) == done
    edited = done + b"\n# note\n[core]\n\tpager = less\n"
    left = git_config.taken_out(edited, data)
    assert git_config.values_of(left) == {
        **before,
        "core.pager": ["less"],
        **({"core.editor": ["vim"]} if "core.editor" in before else {}),
    }
    assert b"# note\n" in left
    assert git_config.taken_out(left, data) == left
    assert left.count(b"prediff") == data.count(b"prediff")


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(
                ("diff.tool", "merge.tool", "difftool.prompt", "alias.pdiff", "user.name", "diff.x")
            ),
            st.sampled_from(("meld", "true", "a b", "", "prediff", "#;")),
        ),
        max_size=4,
    ),
    gap=st.sampled_from(("\n", "\r\n", "\n# comment\n", "\n\n;x\n")),
)
@settings(max_examples=12, deadline=None)
def test_entries_of_git_give_back_what_they_replaced(rows: list[tuple[str, str]], gap: str) -> None:
    data = "".join(
        f'[{key.partition(".")[0]}]{gap}\t{key.partition(".")[2]} = "{value}"{gap}' for key, value in rows
    ).encode()
    before = git_config.values_of(data)
    done = git_config.with_entries(data, fitting(before))
    assert git_config.values_of(git_config.taken_out(done, data)) == before


def test_what_the_user_set_since_is_not_ours() -> None:
    done = git_config.with_entries(b"[diff]\n\ttool = meld\n", ENTRIES)
    edited = done.replace(b"tool = prediff", b"tool = vimdiff").replace(b"!prediff pdiff", b"!mine")
    left = git_config.values_of(git_config.taken_out(edited, b"[diff]\n\ttool = meld\n"))
    assert left == {"diff.tool": ["vimdiff"], "alias.pdiff": ["!mine"]}


def test_entries_of_git_without_a_memory_give_the_tool_back() -> None:
    done = git_config.with_entries(b"[diff]\n\ttool = meld\n", ENTRIES)
    left = git_config.values_of(git_config.taken_out(done, None))
    assert left == {"diff.tool": ["meld"], "difftool.prompt": ["false"]}


def test_drivers_of_other_options_go() -> None:
    one = git_config.with_entries(b"", [*ENTRIES, ("diff.prediff-python.textconv", "prediff textconv")])
    assert git_config.with_entries(one, ENTRIES) == git_config.with_entries(b"", ENTRIES)


def test_a_file_that_git_cannot_read_is_one_line() -> None:
    with pytest.raises(PrediffError, match="bad config"):
        git_config.values_of(b"[user\n")


def test_each_language_has_headers_of_hunks() -> None:
    assert set(HEADERS) == set(LANGUAGES)


def test_targets_have_names_of_their_own_and_files_only_where_they_write() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)
    for target in TARGETS:
        assert bool(target.scopes) == (target.name not in ("jj", "lazygit"))


def test_links_are_written_through(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "gitconfig"
    real.parent.mkdir()
    real.write_bytes(b"a")
    real.chmod(0o640)
    link = tmp_path / "link"
    link.symlink_to("dotfiles/gitconfig")
    write(str(link), b"a", b"b")
    assert (os.readlink(link), real.read_bytes(), stat.S_IMODE(real.stat().st_mode)) == (
        "dotfiles/gitconfig",
        b"b",
        0o640,
    )
    write(str(link), b"b", None)
    assert link.is_symlink()
    assert not real.exists()
    write(str(link), None, b"c")
    assert real.read_bytes() == b"c"
    assert sorted(os.listdir(real.parent)) == ["gitconfig"]


def test_no_link_leads_out_of_a_repository(tmp_path: Path) -> None:
    top = tmp_path / "repo"
    top.mkdir()
    (top / "folder").symlink_to(tmp_path)
    (top / "file").symlink_to(tmp_path / "bashrc")
    (top / "loop").symlink_to("loop")
    for name in ("folder/x", "file", "loop", "../repo2/x"):
        with pytest.raises(WriteError):
            target_of(str(top / name), str(top))
    with pytest.raises(WriteError):
        read(str(top / "file"), str(top))
    with pytest.raises(WriteError):
        read(str(tmp_path))


def test_a_write_that_meets_another_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"a")
    with pytest.raises(WriteError, match="was changed"):
        write(str(path), b"old", b"new")
    (tmp_path / "f.lock").touch()
    with pytest.raises(WriteError, match="another program"):
        write(str(path), b"a", b"new")
    assert path.read_bytes() == b"a"
    assert sorted(os.listdir(tmp_path)) == ["f", "f.lock"]


def test_what_is_remembered_is_for_the_user_alone() -> None:
    one = Remembered("git", "global", "/a/\udcff", "block", b"\0\xff secret", digest_of(b"x"), ("/a",))
    none = Remembered("hg", "global", "/b", "block", None, "")
    state.remember(one)
    state.remember(none)
    assert state.recall() == [one, none]
    assert state.recall("hg") == [none]
    for name in os.listdir(state.folder()):
        assert stat.S_IMODE(os.stat(os.path.join(state.folder(), name)).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(state.folder()).st_mode) == 0o700
    state.forget(one)
    state.forget(one)
    assert state.recall() == [none]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"version": 2}', '{"version": 1, "original": 3}'])
def test_a_broken_record_is_one_line(content: str) -> None:
    os.makedirs(state.folder())
    Path(state.folder(), "git-1.json").write_text(content)
    with pytest.raises(ConfigError, match="remove it"):
        state.recall()


def edit(path: Path, *lines: str) -> FileEdit:
    return FileEdit(str(path), "block", lambda data: with_block(data, lines))


def do(path: Path, *edits: FileEdit) -> list[str]:
    """Bring the target to these edits, and give the files that changed."""
    changes = find_changes("hg", "global", edits, [(str(path), "block", None)], state.recall("hg"))
    apply(changes)
    return [os.path.basename(change.path) for change in changes if change.needed]


@given(original=st.none() | TEXT, options=st.lists(st.sampled_from("abc"), min_size=1, max_size=4))
@settings(deadline=None, max_examples=40)
def test_whatever_was_set_up_undoing_gives_the_bytes_back(original, options, tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("x") / "new" / "rc"
    if original is not None:
        path.parent.mkdir()
        path.write_bytes(original)
    for option in options:
        assert do(path, edit(path, option)) in (["rc"], [])
        assert do(path, edit(path, option)) == []
    do(path)
    assert (path.read_bytes() if path.exists() else None) == original
    assert path.parent.exists() == (original is not None)
    assert state.recall() == []


def test_edits_in_between_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    do(path, edit(path, "one"))
    path.write_bytes(path.read_bytes() + b"mine\n")
    assert do(path, edit(path, "one")) == []
    do(path, edit(path, "two"))
    do(path)
    assert path.read_bytes() == b"mine\n"


def test_what_was_undone_by_hand_is_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a")
    do(path, edit(path, "one"))
    path.write_bytes(b"a")
    assert do(path) == []
    assert state.recall() == []


def test_a_file_that_is_gone_stays_gone(tmp_path: Path) -> None:
    path = tmp_path / "rc"
    path.write_bytes(b"a")
    do(path, edit(path, "one"))
    path.unlink()
    assert do(path) == []
    assert not path.exists()


def test_files_of_other_options_are_given_back(tmp_path: Path) -> None:
    rc, more = tmp_path / "rc", tmp_path / "more"
    do(rc, edit(rc, "one"), edit(more, "two"))
    assert more.exists()
    assert do(rc, edit(rc, "one")) == ["more"]
    assert not more.exists()


def test_nothing_is_written_where_one_file_cannot_be(tmp_path: Path) -> None:
    rc, other = tmp_path / "rc", tmp_path / "other"
    other.write_bytes(b"")
    with pytest.raises(WriteError):
        do(rc, edit(rc, "one"), edit(other / "x", "two"))
    assert not rc.exists()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"repos:\n- repo: a\n  hooks: []\n", b"repos:\n- repo: a\n  hooks: []\nHOOK"),
        (b"repos:\r\n  - repo: a\r\n    hooks: []", b"repos:\r\n  - repo: a\r\n    hooks: []\r\nHOOK"),
        (
            b"repos: # mine\n  - repo: a\n    hooks: []\n\n# about ci\nci:\n  skip: [a]\n",
            b"repos: # mine\n  - repo: a\n    hooks: []\nHOOK\n# about ci\nci:\n  skip: [a]\n",
        ),
        (b"fail_fast: true\nrepos:\n", b"fail_fast: true\nrepos:\nHOOK"),
    ],
)
def test_the_hook_stands_at_the_end_of_the_list(data: bytes, expected: bytes) -> None:
    done = pre_commit._added(data)
    end = b"\r\n" if b"\r" in data else b"\n"
    indent = b"  " if b"  - repo: a" in data else b""
    start, stop = done.index(b"# >>>"), done.index(b"# <<< prediff setup <<<") + 23 + len(end)
    assert done[:start] + b"HOOK" + done[stop:] == expected
    assert all(line.startswith(indent) for line in done[start:stop].split(end)[1:-2])
    assert pre_commit._added(done) == done
    assert without_block(done, data) in (data, data + end)


@pytest.mark.parametrize("data", [b"repos: []\n", b"repos: [{repo: a}]\n", b"{repos: []}\n", b"a: 1\n"])
def test_a_list_that_is_written_otherwise_is_left_to_the_user(data: bytes) -> None:
    assert pre_commit._end_of_list(data) is None
    with pytest.raises(ConfigError, match="no list"):
        pre_commit._added(data)
