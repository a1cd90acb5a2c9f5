"""The folder of our own for what a viewer shows: names, modes, and what is never written over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff import outputs
from prediff.errors import WriteError
from prediff.outputs import Outputs, safe_path

NAMES = st.text(
    st.one_of(st.sampled_from("aAbß/.\\%~:-\n\u202e\udc80 "), st.characters(exclude_characters="\0")),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("src/a.py", "src/a.py"),
        ('it\'s "q" é.py', 'it\'s "q" é.py'),
        ("two\nlines.py", "two%0Alines.py"),
        ("\u202eyp.a", "%E2%80%AEyp.a"),
        ("a\\b.py", "a%5Cb.py"),
        ("\udcff.py", "%FF.py"),
        ("../../etc/passwd", "%2E./%2E./etc/passwd"),
        ("/etc//./passwd", "etc/passwd"),
        ("sub/.git/config", "sub/%2Egit/config"),
        (".GIT/config", "%2EGIT/config"),
        ("", "file"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows refuses more")
def test_names(name: str, expected: str) -> None:
    assert safe_path(name) == expected


def test_a_long_name_keeps_its_ending() -> None:
    found = safe_path("ä" * 300 + ".py")
    assert len(os.fsencode(found)) <= 120
    assert found.startswith("ää")
    assert found.endswith(".py")
    assert found != safe_path("ä" * 301 + ".py")
    assert len(os.fsencode(safe_path("folder/" * 400 + "a.py"))) < 1000


@given(NAMES)
def test_any_name_is_a_harmless_relative_path(name: str) -> None:
    found = safe_path(name)
    assert found.isprintable()
    assert not os.path.isabs(found)
    parts = found.split("/")
    assert all(part not in ("", ".", "..") and len(os.fsencode(part)) <= 120 for part in parts)
    assert safe_path(found) == found or "%" in found


@given(st.lists(NAMES, unique=True, max_size=12))
def test_no_two_names_share_a_place(names: list[str]) -> None:
    """Not even where case does not count, nor as the folder of another one."""
    made = Outputs("/nowhere")
    places = [made._place(name).casefold() for name in names]
    assert len(set(places)) == len(places)
    assert not any(other.startswith(f"{place}/") for place in places for other in places)
    assert [made._place(name).casefold() for name in names] == places


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(outputs, "base_folder", lambda: str(tmp_path / "cache" / "shown"))
    return tmp_path / "cache" / "shown"


@pytest.mark.skipif(os.name == "nt", reason="modes")
def test_files_are_for_the_user_alone_and_read_only(base: Path) -> None:
    base.mkdir(parents=True, mode=0o755)
    base.chmod(0o755)
    made = Outputs.new()
    path = Path(made.write("left", "src/a.py", b"x"))
    assert path == Path(made.folder) / "left" / "src" / "a.py"
    assert path.stat().st_mode & 0o777 == 0o400
    for folder in (base, Path(made.folder), path.parent):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_names_that_differ_in_case_alone_are_two_files(base: Path) -> None:
    made = Outputs.new()
    assert made.write("left", "a.py", b"1").endswith("left/a.py")
    assert made.write("left", "A.py", b"2").endswith("left/A~2.py")
    assert made.write("right", "A.py", b"3").endswith("right/A~2.py")
    assert made.write("right", "a.py/b", b"4").endswith("right/~2/a.py/b")


def test_nothing_is_written_over_or_through_a_link(base: Path, tmp_path: Path) -> None:
    made = Outputs.new()
    made.write("left", "a.py", b"1")
    with pytest.raises(WriteError, match="file exists"):
        made.write("left", "a.py", b"2")
    (Path(made.folder) / "right").mkdir()
    (Path(made.folder) / "right" / "b.py").symlink_to(tmp_path / "target")
    with pytest.raises(WriteError, match="file exists"):
        made.write("right", "b.py", b"2")
    assert not (tmp_path / "target").exists()


def test_a_compared_folder_may_not_hold_ours(base: Path, tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="holds the folder of prediff's outputs"):
        Outputs.new((str(tmp_path),))
    assert not base.exists()
    Outputs.new((str(tmp_path / "else"),))
