"""The table `[model]` in the user's configuration: written, written anew, taken back, all else byte for byte."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff.config import load_config
from prediff.errors import ConfigError, WriteError
from prediff.setup import apply, recall
from prediff.setup.changes import find_changes
from prediff.setup.model_table import KEYS, TARGET, file_edit, places, with_table, without_table

VALUES = {
    "summaries": True,
    "backend": "http",
    "name": "WeiboAI/VibeThinker-1.5B",
    "revision": "a" * 40,
    "url": "http://127.0.0.1:8765/v1",
    "key_file": '/home/a "b" \\ \x7f é/token',
}
WITHOUT = [
    b"",
    b"# only a remark",
    b'level = "safe"\n',
    b'level = "safe"',
    b'level = "safe"\r\ncontext = 3\r\n',
    b'[languages]\n"*.pyx" = "python"\n',
    b'[[watch]]\nleft = "/a"\nright = "/b"\nout = "/c"\n\n\n',
    b'pager = """\n[model]\nname = 1\n"""\n',
    b"ignore = [\n  'a',\n  '[model]',\n]\n",
    "# caf\u00e9 \u2603\nlevel = 'safe'  # x\n".encode(),
]
WITH = [
    b"[model]\n",
    b"[model]",
    b'[model]\nsummaries = false\nbackend = "outline"\nlimit = 50\n',
    b"level = 'safe'\n\n  [ model ]  # mine\n  name = 'old'\t# which I had\n  limit = 5\n\n[languages]\n",
    b'[model]\r\nurl = "http://127.0.0.1:1/v1"\r\ntemperature = 0.5\r\n',
    b'[model]\ntimeout = 1e2\nseed = 3\n[[watch]]\nleft = "/a"\nright = "/b"\nout = "/c"\n',
    b'[model]\nkey_file = "a\\u0062\\"" # "\nname_of = 1\n# name = "x"\n',
]


def model(data: bytes) -> dict:
    return tomllib.loads(data.decode())["model"]


@pytest.mark.parametrize("data", WITHOUT)
def test_a_table_is_added_at_the_end_and_taken_out(data: bytes) -> None:
    after = with_table(data, VALUES)
    assert after.startswith(data)
    assert model(after) == VALUES
    assert without_table(after, data) == data
    assert with_table(after, VALUES) == after
    other = with_table(after, {**VALUES, "timeout": 300.0})
    assert model(other) == {**VALUES, "timeout": 300.0}
    assert without_table(other, data) == data
    edited = after.replace(b"# >>>", b'level = "layout"\n# >>>') if b"level" not in data else after
    assert b"[model]\n" not in without_table(edited, data).replace(data, b"")


@pytest.mark.parametrize("data", WITH)
def test_keys_of_a_table_of_the_user_are_set_and_given_back(data: bytes) -> None:
    old = model(data)
    after = with_table(data, VALUES)
    assert model(after) == {**old, **VALUES}
    untouched = [line for line in data.splitlines() if line.split(b"=")[0].strip().decode() not in VALUES]
    assert [line for line in after.splitlines() if line in untouched] == untouched
    assert with_table(after, VALUES) == after
    back = without_table(after, data)
    assert tomllib.loads(back.decode()) == tomllib.loads(data.decode())
    for remark in (b"# mine", b"# which I had", b'# name = "x"'):
        assert (remark in data) == (remark in after) == (remark in back)


@pytest.mark.parametrize(
    "data",
    [
        b'model.name = "x"\n',
        b'model = { name = "x" }\n',
        b'["model"]\nname = "x"\n',
        b'[model]\nname = """x"""\n',
        b'[model]\n"name" = "x"\n',
        b'pager = """\n[model]\n"""\n[languages]\n[model.more]\nx = 1\n',
    ],
)
def test_a_table_that_is_written_otherwise_is_left_alone(data: bytes) -> None:
    with pytest.raises(
        ConfigError, match="cannot be changed by a program; write into it: summaries = true; backend"
    ):
        with_table(data, VALUES, "config.toml")


@pytest.mark.parametrize(
    "data", [b"[model", b"\xff", b"a = 1\na = 2\n", b"model = 1\n", b"[[model]]\nx = 1\n"]
)
def test_what_is_no_configuration_is_left_alone(data: bytes) -> None:
    with pytest.raises(ConfigError):
        with_table(data, VALUES, "config.toml")
    assert without_table(data, b"") == data


@given(st.binary(max_size=60), st.sampled_from([*WITHOUT, *WITH]))
def test_nothing_is_lost_whatever_was_there(more: bytes, data: bytes) -> None:
    for one in (data + more, more + data, data + b"\n" + more):
        try:
            after = with_table(one, VALUES)
        except ConfigError:
            continue
        before, now = (tomllib.loads(text.decode()) for text in (one, after))
        assert {**now, "model": 0} == {**before, "model": 0}
        assert now["model"] == {**before.get("model", {}), **VALUES}
        assert tomllib.loads(without_table(after, one).decode()) == before


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "config" / "prediff" / "config.toml"


def up(**more) -> bool:
    changes = find_changes(TARGET, "global", [file_edit({**VALUES, **more})], places(), recall(TARGET))
    apply(changes)
    return any(change.needed for change in changes)


def down() -> None:
    apply(find_changes(TARGET, "global", (), places(), recall(TARGET)))


@pytest.mark.parametrize("data", [None, *WITHOUT, *WITH[:-1]])
def test_up_and_down_give_the_same_bytes(file: Path, data: bytes | None) -> None:
    if data is not None:
        file.parent.mkdir(parents=True)
        file.write_bytes(data)
        file.chmod(0o640)
    assert up()
    assert not up()
    assert load_config(()).model.url == VALUES["url"]
    assert up(url="http://127.0.0.1:9/v1")
    assert load_config(()).model.url == "http://127.0.0.1:9/v1"
    if data is not None and os.name != "nt":
        assert file.stat().st_mode & 0o777 == 0o640
    down()
    assert (file.read_bytes() if file.exists() else None) == data
    assert file.parent.exists() == (data is not None)
    assert recall(TARGET) == []
    down()


def test_edits_since_are_kept(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"context = 3\n")
    up()
    file.write_bytes(b"context = 4\n" + file.read_bytes().partition(b"\n")[2])
    down()
    assert file.read_bytes() == b"context = 4\n"


def test_edits_of_a_table_of_the_user_are_kept(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b'[model]\nname = "mine"\nlimit = 3\n')
    up()
    file.write_bytes(file.read_bytes().replace(b"limit = 3", b"limit = 4"))
    down()
    assert file.read_bytes() == b'[model]\nname = "mine"\nlimit = 4\n'


def test_a_file_that_cannot_be_written_is_one_line(file: Path) -> None:
    file.parent.mkdir(parents=True)
    file.write_bytes(b"")
    (file.parent / "config.toml.lock").touch()
    with pytest.raises(WriteError, match="stands there: another program writes"):
        up()
    assert file.read_bytes() == b""


def test_the_keys_are_those_of_the_table() -> None:
    from dataclasses import fields

    from prediff.models.settings import ModelSettings

    assert set(KEYS) <= {one.name for one in fields(ModelSettings)}
    assert set(VALUES) <= set(KEYS)
