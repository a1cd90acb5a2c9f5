"""Bad input of each kind: a clear line and an exit code, never a traceback, never "same" unless the bytes are."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import pytest

from prediff.cli import main

PLAIN = b"def f(x):\n    return x + 1\n"
OTHER = b"def f(x):\n    return x + 2\n"
SYNTAX_ERROR = b"def f(a):\n    return a\n\n\ndef g(:\n    pass\n\n\ndef h(n):\n    return n + 1\n"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two files, how the comparison ends, and what must be read in its report."""

    left: bytes
    right: bytes
    code: int
    said: tuple[str, ...]
    ending: str = ".py"


def _nested(depth: int, inner: str) -> bytes:
    return f"x = {'(' * depth}{inner}{')' * depth}\n".encode()


def _branches(last: int) -> bytes:
    rest = "".join(f"elif x == {i}:\n    y = {i}\n" for i in range(1, 2999))
    return f"if x == 0:\n    y = 0\n{rest}elif x == 2999:\n    y = {last}\n".encode()


PAIRS = {
    "empty and not": Pair(b"", PLAIN, 1, ("+    return x + 1", "differs")),
    "byte order mark": Pair(
        b"\xef\xbb\xbf" + PLAIN, PLAIN, 0, ("only the left file starts with a byte order mark",)
    ),
    "byte order mark and a change": Pair(b"\xef\xbb\xbf" + PLAIN, OTHER, 1, ("-    return x + 1",)),
    "CRLF": Pair(PLAIN.replace(b"\n", b"\r\n"), PLAIN, 0, ("newlines differ: CRLF on the left, LF",)),
    "CRLF and a change": Pair(PLAIN.replace(b"\n", b"\r\n"), OTHER, 1, ("+    return x + 2",)),
    "mixed newlines": Pair(PLAIN.replace(b"\n", b"\r\n", 1), PLAIN, 0, ("newlines differ: mixed",)),
    "lone CR": Pair(PLAIN.replace(b"\n", b"\r"), PLAIN, 0, ("newlines differ: CR on the left",)),
    "lone CR and a change": Pair(PLAIN.replace(b"\n", b"\r"), OTHER, 1, ("-    return x + 1",)),
    "form feed": Pair(b"\x0c" + PLAIN, PLAIN, 0, ("same",)),
    "form feed in a string": Pair(b'x = "\x0c"\n', b'x = ""\n', 1, ("differs",)),
    "latin-1 and UTF-8": Pair(
        b"# coding: latin-1\nx = '\xe9'\n",
        "x = 'é'\n".encode(),
        0,
        ("encodings differ: iso-8859-1 on the left",),
    ),
    "latin-1 and a change": Pair(
        b"# coding: latin-1\nx = '\xe9'\n", b"# coding: latin-1\nx = '\xe8'\n", 1, ("é", "è")
    ),
    "utf-8-sig": Pair(
        b"# coding: utf-8-sig\nx = 1\n", b"# coding: utf-8-sig\nx = 2\n", 1, ("-x = 1", "+x = 2")
    ),
    "an unknown encoding": Pair(
        b"# coding: klingon\nx = 1\n", b"# coding: klingon\nx =  1\n", 1, ("unknown encoding", "unknown ·")
    ),
    "an encoding in disguise": Pair(
        b"# coding: utf-7\nx = 1\n", b"# coding: utf-7\nx =  1\n", 1, ("in disguise", "unknown ·")
    ),
    "invalid UTF-8": Pair(
        b"x = '\xe9'\n",
        b"x = '\xe8'\n",
        1,
        ("not valid UTF-8 (byte 0xe9 in line 1)", "-x = '<E9>'", "unknown ·"),
    ),
    "invalid UTF-8 and layout": Pair(b"x = '\xe9'\n", b"x =  '\xe9'\n", 1, ("unknown ·",)),
    "NUL": Pair(b"x = 1\0\n", b"x = 1\n", 1, ("is binary: only its bytes are compared", "unknown ·")),
    "binary": Pair(bytes(range(256)), bytes(range(255)), 1, ("[prediff: binary, 256 bytes", "unknown ·")),
    "UTF-16": Pair(
        "x = 1\n".encode("utf-16"), b"x = 1\n", 1, ("UTF-16-LE, which Python does not read", "unknown ·")
    ),
    "Python 2": Pair(b"print 'a'\n", b"print  'a'\n", 1, ("unknown",)),
    "mixed tabs": Pair(
        b"if x:\n\ty = 1\n        z = 2\n", b"if x:\n\ty = 1\n        z = 3\n", 1, ("z = 3", "unknown")
    ),
    "a syntax error and layout": Pair(b"def f(:\n  pass\n", b"def f(:\r\n  pass\r\n", 1, ("unknown",)),
    "2,000 parentheses": Pair(_nested(2000, "1"), _nested(2000, "2"), 1, ("nest", "unknown")),
    "50,000 parentheses": Pair(_nested(50_000, "1"), _nested(50_000, "2"), 1, ("nest", "unknown")),
    "a sum of 10,000 terms": Pair(
        b"x = " + b" + ".join([b"a"] * 10_000), b"x = " + b" + ".join([b"a"] * 9_999 + [b"b"]), 1, ("+ b",)
    ),
    "3,000 branches": Pair(_branches(1), _branches(2), 1, ("-    y = 1", "+    y = 2")),
    "unknown ending": Pair(
        b"a = 1\n", b"a  = 1\n", 1, ("no language is known for left.txt", "--lang"), ".txt"
    ),
    "unknown ending and newlines": Pair(b"a\r\n", b"a\n", 1, ("-a<U+000D>", "+a", "unknown"), ".txt"),
    "unknown ending and no last newline": Pair(b"a\n", b"a", 1, ("\\ No newline at end of file",), ".txt"),
    "unknown ending and byte order mark": Pair(b"\xef\xbb\xbfa\n", b"a\n", 1, ("-<U+FEFF>a",), ".txt"),
    "bidirectional control": Pair("x = 'a\u202eb'\n".encode(), b"x = 'ab'\n", 1, ("differs",)),
    "bidirectional control in a comment": Pair(
        "x = 1  # \u202e b\n".encode(), b"x = 1  # b\n", 1, ("<U+202E>",)
    ),
    "terminal escapes": Pair(b"# \x1b[31m\nx = 1\n", b"# \x1b[32m\nx = 1\n", 1, ("<U+001B>[31m",)),
    "terminal escapes as text": Pair(b"\x1b[31m\n", b"\x1b[32m\n", 1, ("-<U+001B>[31m",), ".txt"),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_it_ends_with_a_clear_line(prediff, pair):
    left, right = (
        prediff.write(f"left{pair.ending}", pair.left),
        prediff.write(f"right{pair.ending}", pair.right),
    )
    done = prediff("diff", left, right)
    assert done.err == ""
    assert done.code == pair.code
    for words in pair.said:
        assert words in done.out
    assert done.footer.startswith("same") == (pair.code == 0)
    assert all(c.isprintable() or c in "\n\t" for c in done.out)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_the_same_bytes_are_identical(prediff, pair, capsys):
    names = [prediff.write(f"{side}{pair.ending}", pair.left) for side in "ab"]
    # With an option like this one the quick answer for equal files is not taken.
    code = main(["diff", *(str(prediff.folder / name) for name in names), "--level", "safe"])
    assert (code, capsys.readouterr()) == (0, ("identical\n", ""))


def test_a_syntax_error_costs_its_own_unit_only(prediff):
    left = prediff.write("left.py", SYNTAX_ERROR)
    renamed = SYNTAX_ERROR.replace(b"return a", b"return  a").replace(b"n + 1", b"n + 2")
    done = prediff("diff", left, prediff.write("right.py", renamed))
    assert done.code == 1
    assert "-    return n + 1\n+    return n + 2\n" in done.out
    assert "return a\n-" not in done.out
    assert "lines 5-" in done.out


def test_a_changed_syntax_error_is_never_the_same(prediff):
    left = prediff.write("left.py", SYNTAX_ERROR)
    right = prediff.write("right.py", SYNTAX_ERROR.replace(b"    pass", b"    pass  # x"))
    done = prediff("diff", left, right)
    assert done.code == 1
    assert done.footer.startswith(("unknown", "differs"))


def test_a_file_of_200_000_lines(prediff):
    lines = [f"x{i} = {i}" for i in range(200_000)]
    left = prediff.write("left.py", "\n".join(lines))
    lines[123_456] = "x123456 = 0"
    done = prediff("diff", left, prediff.write("right.py", "\n".join(lines)))
    assert done.code == 1
    assert "-x123456 = 123456\n+x123456 = 0\n" in done.out


@pytest.mark.parametrize("option", ["--color=never", "--color=always", "--side-by-side"])
def test_a_line_of_5_megabytes(prediff, option):
    line = f"x = [{', '.join(str(i) for i in range(20_000))}, '{'y' * 5_000_000}', %s]\n"
    left = prediff.write("left.py", line % "77777777")
    done = prediff("diff", left, prediff.write("right.py", line % "88888888"), option)
    assert done.code == 1
    assert "77777777" in done.out
    assert "88888888" in done.out


def test_a_text_line_of_5_megabytes(prediff):
    left = prediff.write("left.txt", "y " * 2_500_000 + "1.5\n")
    done = prediff("diff", left, prediff.write("right.txt", "y " * 2_500_000 + "2.5\n"), "--side-by-side")
    assert done.code == 1
    assert "2.5" in done.out


@pytest.mark.parametrize(
    ("left", "right", "line"),
    [
        ("missing.py", "a.py", "prediff: cannot read missing.py: no such file or directory\n"),
        ("a.py", "missing.py", "prediff: cannot read missing.py: no such file or directory\n"),
        ("a.py/b.py", "a.py", "prediff: cannot read a.py/b.py: not a directory\n"),
        ("folder", "a.py", "prediff: folder is a folder; name a file in it, such as folder/a.py\n"),
        ("a.py", "home", "prediff: home is a folder; name a file in it\n"),
        ("loop.py", "a.py", "prediff: cannot read loop.py: too many levels of symbolic links\n"),
        ("\x1b[31mname.py", "a.py", "prediff: cannot read <U+001B>[31mname.py: no such file or directory\n"),
        ("line\nbreak.py", "a.py", "prediff: cannot read line<U+000A>break.py: no such file or directory\n"),
        ("", "a.py", "prediff: cannot read : no such file or directory\n"),
        ("-", "-", "prediff: standard input can be one of the two files, not both\n"),
    ],
)
def test_what_cannot_be_read(prediff, left, right, line):
    prediff.write("a.py", PLAIN)
    prediff.write("folder/a.py", PLAIN)
    prediff.write("home/x.py", PLAIN)
    (prediff.folder / "loop.py").symlink_to("loop.py")
    done = prediff("diff", left, right)
    assert (done.code, done.out, done.err) == (2, "", line)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that even root cannot read")
def test_an_unreadable_file(prediff):
    done = prediff("diff", prediff.write("a.py", PLAIN), "/proc/self/mem")
    assert (done.code, done.err) == (2, "prediff: cannot read /proc/self/mem: input/output error\n")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(prediff):
    prediff.write("a.py", PLAIN)
    (prediff.folder / "a.py").chmod(0)
    done = prediff("diff", "a.py", prediff.write("b.py", OTHER))
    assert (done.code, done.err) == (2, "prediff: cannot read a.py: permission denied\n")


def test_hostile_names_are_escaped(prediff):
    left = prediff.write("a\x1b[31m\u202e.py", PLAIN)
    done = prediff("diff", left, prediff.write("b.py", OTHER))
    assert "--- a<U+001B>[31m<U+202E>.py\n" in done.out
    assert "\x1b" not in done.out


def test_names_that_are_no_text(prediff):
    (prediff.folder / os.fsdecode(b"a\xff.py")).write_bytes(PLAIN)
    done = prediff("diff", os.fsdecode(b"a\xff.py"), prediff.write("b.py", OTHER))
    assert done.code == 1
    assert "--- a<FF>.py\n" in done.out


def test_no_file_at_all(prediff):
    left = prediff.write("a.py", PLAIN)
    done = prediff("diff", "/dev/null", left)
    assert done.code == 1
    assert "+    return x + 1\n" in done.out
