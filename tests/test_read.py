"""Reading: encodings, newlines, languages, and texts that say exactly what the bytes are."""

from __future__ import annotations

import io
import os
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediff import read
from prediff.errors import ReadError
from prediff.model import SourceFile


def read_bytes(tmp_path, data: bytes, name: str = "a.py", **options) -> SourceFile:
    (tmp_path / name).write_bytes(data)
    return read.read_path(tmp_path / name, **options)


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"x = '\xc3\xa9'\n", "x = 'é'\n", "utf-8"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'\n", "# -*- coding: latin-1 -*-\n'é'\n", "iso-8859-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n'\x80'\n", None, "cp1252"),
        (b"\n\n# coding: latin-1\n'\xc3\xa9'\n", "\n\n# coding: latin-1\n'é'\n", "utf-8"),
        (b"# coding: utf-8-sig\nx = 1\n", "# coding: utf-8-sig\nx = 1\n", "utf-8"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1\n", "# coding: utf-8\nx = 1\n", "utf-8"),
        (b"#\r# coding: latin-1\r'\xe9'\r", "#\n# coding: latin-1\n'é'\n", "iso-8859-1"),
        (b"# coding: shift_jis\n'\x82\xa0'\n", "# coding: shift_jis\n'あ'\n", "shift_jis"),
    ],
)
def test_python_is_decoded_as_python_does(tmp_path, data, text, encoding):
    source = read_bytes(tmp_path, data)
    assert (source.language, source.notes) == ("python", ())
    assert source.encoding.removesuffix("-sig") == encoding
    assert text is None or source.text == text
    assert source.data == data
    compile(data, "a.py", "exec")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"x = '\xe9'\n", "is not valid UTF-8 (byte 0xe9 in line 1)"),
        (b"\n\nx = '\xff'\n", "is not valid UTF-8 (byte 0xff in line 3)"),
        (b"# coding: klingon\n", "unknown encoding: klingon"),
        (b"# coding: rot13\n", "names an encoding that is not one of text"),
        (b"# coding: hex\n", "names an encoding that is not one of text"),
        (b"# coding: utf-7\nx = 1\n", "in disguise"),
        (b"# coding: unicode_escape\nx = 1\n", "in disguise"),
        (b"# coding: raw_unicode_escape\nx = 1\n", "in disguise"),
        (b"# coding: cp037\nx = 1\n", "in disguise"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "cannot be decoded"),
        (b"x = 1\0", "is binary: only its bytes are compared"),
        (b"\xff\xfex\0", "UTF-16-LE, which Python does not read"),
        (b"\xfe\xff\0x", "UTF-16-BE, which Python does not read"),
        (b"\xff\xfe\0\0x\0\0\0", "UTF-32-LE, which Python does not read"),
    ],
)
def test_what_python_cannot_read_has_no_language_and_a_reason(tmp_path, data, note):
    source = read_bytes(tmp_path, data)
    assert source.language is None
    assert note in source.notes[0]
    assert source.text == read.as_it_is(source)


def test_other_languages_may_be_utf_16(tmp_path):
    source = read_bytes(tmp_path, "let a = 'é';\r\n".encode("utf-16"), "a.js")
    assert source.language == "javascript"
    assert source.text == "let a = 'é';\n"
    assert (source.encoding, source.newline, source.bom) == ("utf-16-le", "\r\n", True)


def test_a_coding_line_means_nothing_to_other_languages(tmp_path):
    assert read_bytes(tmp_path, b"// coding: latin-1\n'\xc3\xa9'", "a.js").text == "// coding: latin-1\n'é'"
    assert read_bytes(tmp_path, b"// coding: latin-1\n'\xe9'", "a.js").language is None


@pytest.mark.parametrize(
    ("data", "style"),
    [
        (b"a\nb\n", "\n"),
        (b"a\r\nb\r\n", "\r\n"),
        (b"a\rb\r", "\r"),
        (b"a\r\nb\n", "mixed"),
        (b"a\r\nb\r", "mixed"),
        (b"a\n\rb\n", "mixed"),
        (b"a", "\n"),
        (b"", "\n"),
    ],
)
def test_newlines_are_noted_and_made_one(tmp_path, data, style):
    source = read_bytes(tmp_path, data)
    assert source.newline == style
    assert "\r" not in source.text
    assert source.text == data.decode().replace("\r\n", "\n").replace("\r", "\n")


def test_form_feeds_and_other_separators_are_no_newlines(tmp_path):
    text = "a\x0cb\x1cc\u2028d\x85e\n"
    assert read_bytes(tmp_path, text.encode()).text == text


@pytest.mark.parametrize(
    ("name", "data", "language"),
    [
        ("a.py", b"", "python"),
        ("a.PYI", b"", "python"),
        ("a.mjs", b"", "javascript"),
        ("tool", b"#!/usr/bin/env python3\n", "python"),
        ("tool", b"#!/usr/bin/env node\r\n", "javascript"),
        ("tool", b"x = 1\n", None),
        ("a.txt", b"#!/usr/bin/env python3\n", None),
    ],
)
def test_the_language_is_named_by_ending_or_first_line(tmp_path, name, data, language):
    assert read_bytes(tmp_path, data, name).language == language


def test_an_option_outranks_the_ending_and_a_fallback_does_not(tmp_path):
    assert read_bytes(tmp_path, b"x", language="javascript").language == "javascript"
    assert read_bytes(tmp_path, b"x", fallback="javascript").language == "python"
    guessed = read_bytes(tmp_path, b"x", "a.pyx", fallback="python")
    assert guessed.language == "python"
    assert "it is read as python" in guessed.notes[0]


def test_over_the_limit_for_logic_the_text_is_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MAX_LOGIC_BYTES", 3)
    assert read_bytes(tmp_path, b"abc").language == "python"
    source = read_bytes(tmp_path, b"abcd")
    assert source.language is None
    assert "over the limit" in source.notes[0]


def test_over_the_limit_nothing_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(read, "MAX_BYTES", 3)
    with pytest.raises(ReadError, match="is larger than"):
        read_bytes(tmp_path, b"abcd")


@pytest.mark.skipif(sys.platform == "win32", reason="no devices")
def test_an_endless_device_ends(monkeypatch):
    monkeypatch.setattr(read, "MAX_BYTES", 1 << 20)
    with pytest.raises(ReadError, match="/dev/zero is larger than"):
        read.read_path("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_takes_the_language_of_the_other_side(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "b.py").write_text("x = 2\n")
    writer = threading.Thread(target=pipe.write_text, args=("x = 1\n",))
    writer.start()
    left, right = read.read_pair(str(pipe), str(tmp_path / "b.py"))
    writer.join()
    assert (left.language, left.text, right.language) == ("python", "x = 1\n", "python")


def test_a_file_of_an_unknown_ending_does_not_take_the_other_language(tmp_path):
    for name in ("a.txt", "b.py"):
        (tmp_path / name).write_text("x = 1\n")
    assert read.read_pair(str(tmp_path / "a.txt"), str(tmp_path / "b.py"))[0].language is None


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"#!/usr/bin/python\r\nx\r\n")))
    source = read.read_stdin()
    assert (source.language, source.text, source.newline) == ("python", "#!/usr/bin/python\nx\n", "\r\n")


def test_closed_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ReadError, match="closed"):
        read.read_stdin()


def test_a_nul_in_a_path():
    with pytest.raises(ReadError, match="NUL"):
        read.read_path("a\0b")


@pytest.mark.parametrize(
    ("text", "language"),
    [("x = 1\r\n", "python"), ("# coding: klingon\n", "python"), ("a\0b", None), ("'\ud800'", None)],
)
def test_texts(text, language):
    source = read.read_text(text, "a.py")
    assert source.language == language
    if language:
        assert source.text == text.replace("\r\n", "\n")
    else:
        assert len(source.notes) == 1


def test_a_text_without_a_path_has_no_language():
    assert read.read_text("x = 1\n").language is None
    assert read.read_text("x = 1\n", language="python").language == "python"
    assert read.read_text("#!/usr/bin/python\n", "tool").language == "python"


PIECES = [b"a", b"\n", b"\r\n", b"\r", b"\xe9", b"\xc3\xa9", b"\0", b"\xef\xbb\xbf", b"\xff\xfe"]
MARKS = [b"[prediff: ", b"# coding: latin-1\n"]
DATA = st.lists(st.sampled_from(PIECES + MARKS), max_size=6).map(b"".join)


@given(DATA, DATA, st.sampled_from(["a.py", "a.js", "a.txt"]))
def test_as_it_is_texts_are_equal_exactly_when_the_bytes_are(left, right, name):
    one, two = (read._source(read._Bytes(name, data, True), None, None) for data in (left, right))
    assert (read.as_it_is(one) == read.as_it_is(two)) == (left == right)


@given(DATA)
def test_a_copied_digest_does_not_pass_for_what_it_stands_for(data):
    one = read._source(read._Bytes("a.txt", data, True), None, None)
    copied = read.as_it_is(one).encode("utf-8", "surrogateescape")
    two = read._source(read._Bytes("a.txt", copied, True), None, None)
    assert (read.as_it_is(one) == read.as_it_is(two)) == (data == copied)


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_decoded_text_is_the_bytes_with_plain_newlines(text):
    source = read._source(read._Bytes("a.js", text.encode(), True), None, None)
    assert source.text == text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
