"""Reading: from a path, standard input or a text to a `SourceFile`, with its encoding, newlines and language.

What cannot be decoded faithfully gets no language. It is then compared as it is, so that it is never called
the same unless its bytes are.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from hashlib import blake2b

from prediff.errors import ReadError
from prediff.languages import find_language
from prediff.lean_dataclasses import dataclass
from prediff.model import SourceFile
from prediff.revisions import is_revision, read_revision

MAX_BYTES = 256 << 20
"""Larger input is refused. Byte-equal files of any size are answered before they are read here."""

MAX_LOGIC_BYTES = 32 << 20
"""Larger input is compared as it is: its logic tree would take gigabytes."""

MAX_LINK_BYTES = 4096
"""Systems allow no longer target of a link."""

STDIN = "<standard input>"

LanguageChoice = Callable[[str], tuple[str | None, str | None]]
"""From a path to the language it must be read in, and the one to take where nothing else names one."""

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UTF8_BOM = b"\xef\xbb\xbf"
_EXACT_MARK = "[prediff: "

_ASCII = bytes(range(32, 127))
_RESPELLING = frozenset({"unicode-escape", "raw-unicode-escape", "utf-7", "idna", "punycode"})
"""Encodings in which plain characters of a file can spell others, so that what is seen is not what runs."""


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What was found at a path; `ordinary` says that it is a file whose name means something.

    stored: it comes from git, which stores the target of a link as it stores a file.
    """

    path: str
    data: bytes
    ordinary: bool
    stored: bool = False


def read_path(
    path: str | os.PathLike[str], language: str | None = None, fallback: str | None = None
) -> SourceFile:
    """The file at `path`, or standard input where it is "-".

    `language` is taken where it is given; else what the ending or the `#!` line names, else `fallback`.
    Raises ReadError, in one line, where there is nothing to read or too much of it.
    """
    return _source(_load(os.fspath(path)), language, fallback)


def read_stdin(language: str | None = None) -> SourceFile:
    """Standard input, up to its end."""
    return _source(_load("-"), language, None)


def read_bytes(
    data: bytes, path: str, language: str | None = None, fallback: str | None = None
) -> SourceFile:
    """Bytes that the caller already has, such as those of a file in git, under the name `path`; else as `read_path`."""
    return _source(_Bytes(path, data, True), language, fallback)


def read_pair(
    left: str, right: str, choose: LanguageChoice = lambda path: (None, None)
) -> tuple[SourceFile, SourceFile]:
    """Both sides; each is a path, "-", or a file of a revision in git.

    A pipe, a device or standard input whose language nothing names takes the other side's.
    """
    if left == right == "-":
        raise ReadError("standard input can be one of the two files, not both")
    raw = _load(left, right, True), _load(right, left, True)
    first, second = (_source(side, *choose(side.path)) for side in raw)
    if first.language is None and not raw[0].ordinary and second.language is not None:
        first = _source(raw[0], None, second.language)
    elif second.language is None and not raw[1].ordinary and first.language is not None:
        second = _source(raw[1], None, first.language)
    return first, second


def is_one_line(data: bytes) -> bool:
    """Whether bytes could be the target of a symbolic link, or the commit of a submodule, as git hands these over."""
    return len(data) <= MAX_LINK_BYTES and b"\n" not in data[:-1] and b"\r" not in data[:-1]


def read_text(text: str, path: str = "<text>", language: str | None = None) -> SourceFile:
    """A text that the caller already has. A coding line in it says nothing: it is decoded."""
    data = text.encode("utf-8", "surrogatepass")
    if language is None:
        language = find_language(path, text[:200].partition("\n")[0])
    bom = text.startswith("\ufeff")
    problem = "" if language else _no_language(path)
    if "\0" in text:
        problem = f"{path} has NUL characters: it is compared as it is"
    elif not _is_utf8(text):
        problem = f"{path} has lone surrogates: it is compared as it is"
    elif len(data) > MAX_LOGIC_BYTES:
        problem = _too_long(path, len(data))
    if problem:
        return _plain(path, data, "utf-8", bom, problem)
    plain = text[1:] if bom else text
    return SourceFile(path, _unix(plain), language, "utf-8", _newline_style(plain), bom, data)


def as_it_is(source: SourceFile) -> str:
    """The text to show where logic cannot be compared: equal for two sources exactly when their bytes are.

    Byte order mark and newlines are kept. Text that does not give its bytes back as UTF-8, and binary data,
    starts with a line that holds a digest of the bytes.
    """
    if source.data is None:
        return source.text
    return _exact(source.data, source.encoding)


def _load(path: str, other: str = "", revisions: bool = False) -> _Bytes:
    """Read the bytes at a path, or of a file of a revision. other: the other side, named in the advice for a folder."""
    if path == "-":
        if sys.stdin is None:
            raise ReadError("standard input is closed")
        return _Bytes(STDIN, _limited(sys.stdin.buffer.read(MAX_BYTES + 1), STDIN), False)
    if revisions and is_revision(path):
        return _Bytes(path, read_revision(path, MAX_BYTES), True, True)
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            raise ReadError(_folder_advice(path, other))
        if stat.S_ISREG(found.st_mode) and found.st_size > MAX_BYTES:
            raise ReadError(_over(path))
        with open(path, "rb", buffering=0) as file:
            data = _drain(file.fileno())
    except OSError as error:
        raise ReadError(f"cannot read {path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise ReadError(f"cannot read {path!r}: a path cannot hold NUL characters") from None
    return _Bytes(path, _limited(data, path), stat.S_ISREG(found.st_mode))


def _drain(descriptor: int) -> bytes:
    """All bytes of a file, pipe or device; just over the limit where there are more."""
    pieces: list[bytes] = []
    size = 0
    while size <= MAX_BYTES and (piece := os.read(descriptor, 1 << 20)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _limited(data: bytes, path: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise ReadError(_over(path))
    return data


def _over(path: str) -> str:
    return f"{path} is larger than {MAX_BYTES >> 20} MiB, the most that prediff reads (`cmp` takes any size)"


def _folder_advice(path: str, other: str) -> str:
    inside = os.path.join(path, os.path.basename(other)) if other not in ("", "-") else ""
    example = f", such as {inside}" if inside and os.path.isfile(inside) else ""
    return f"{path} is a folder; name a file in it{example}"


def _source(raw: _Bytes, language: str | None, fallback: str | None) -> SourceFile:
    """Decode what was read. Each way to go wrong ends in a source without a language, and a note why."""
    path, data = raw.path, raw.data
    bom, encoding = _byte_order(data)
    if language is None:
        language = find_language(path, data[:200].partition(b"\n")[0].decode("latin-1"))
    guessed = language is None and fallback is not None
    language = language or fallback
    if not encoding and b"\0" in data:
        return _plain(path, data, "binary", bom, f"{path} is binary: only its bytes are compared")
    if language is None:
        return _plain(path, data, encoding or "utf-8", bom, _no_language(path) if data else "")
    if raw.stored and data and is_one_line(data) and not data.endswith(b"\n"):
        return _plain(path, data, encoding or "utf-8", bom, f"{path} may be a link: it is compared as it is")
    if len(data) > MAX_LOGIC_BYTES:
        return _plain(path, data, encoding or "utf-8", bom, _too_long(path, len(data)))
    try:
        if language == "python":
            encoding = _python_encoding(data, encoding)
        encoding = encoding or "utf-8"
        text = data.decode(encoding).removeprefix("\ufeff")
        _refuse_unfaithful(text)
    except (UnicodeError, SyntaxError, LookupError) as error:
        note = f"{path} {_decoding_problem(data, error)}: it is compared as it is"
        return _plain(path, data, encoding or "utf-8", bom, note)
    notes = (f"nothing names the language of {path}; it is read as {fallback}",) if guessed and data else ()
    return SourceFile(path, _unix(text), language, encoding, _newline_style(text), bom, data, notes)


def _byte_order(data: bytes) -> tuple[bool, str]:
    """Whether there is a byte order mark, and the encoding that it names where that is not UTF-8."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return True, encoding
    return data.startswith(_UTF8_BOM), ""


def _python_encoding(data: bytes, marked: str) -> str:
    """The encoding of Python source (PEP 263). Raises SyntaxError where Python would refuse the file."""
    if marked:
        raise SyntaxError(f"is {marked.upper()}, which Python does not read")
    if b"coding" not in b"".join(data.split(b"\n", 2)[:2]):
        return "utf-8"
    import codecs
    from tokenize import detect_encoding

    lines = iter(data[: 1 << 16].replace(b"\r\n", b"\n").replace(b"\r", b"\n").splitlines(keepends=True))
    encoding, _ = detect_encoding(lambda: next(lines, b""))
    if codecs.lookup(encoding).name in _RESPELLING or _ASCII.decode(encoding) != _ASCII.decode():
        raise SyntaxError(f"is encoded as {encoding}, in which code can be spelled in disguise")
    return encoding


def _refuse_unfaithful(text: str) -> None:
    """Some codecs give NUL characters or lone surrogates, which no reader can take."""
    if "\0" in text or not _is_utf8(text):
        raise UnicodeError("decodes to characters that are not text")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _decoding_problem(data: bytes, error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        line = data.count(b"\n", 0, error.start) + 1
        return f"is not valid {error.encoding.upper()} (byte 0x{data[error.start]:02x} in line {line})"
    if isinstance(error, LookupError):
        return "names an encoding that is not one of text"
    if isinstance(error, SyntaxError) and error.msg.startswith("is "):
        return error.msg
    return f"cannot be decoded ({error})"


def _no_language(path: str) -> str:
    return f"no language is known for {path}: the text is compared as it is (--lang names one)"


def _too_long(path: str, size: int) -> str:
    limit = MAX_LOGIC_BYTES >> 20
    return f"{path} has {size >> 20} MiB, over the limit of {limit}: the text is compared as it is"


def _plain(path: str, data: bytes, encoding: str, bom: bool, note: str) -> SourceFile:
    text = _exact(data, encoding)
    return SourceFile(path, text, None, encoding, _newline_style(text), bom, data, (note,) if note else ())


def _exact(data: bytes, encoding: str) -> str:
    kept = ""
    if encoding != "binary":
        try:
            kept = data.decode(encoding, "surrogateescape")
            if kept.encode("utf-8", "surrogateescape") == data and not kept.startswith(_EXACT_MARK):
                return kept
        except (UnicodeError, LookupError):
            kept = data.decode("utf-8", "surrogateescape")
    digest = blake2b(data, digest_size=16).hexdigest()
    return f"{_EXACT_MARK}{encoding}, {len(data)} bytes, blake2b {digest}]\n{kept}"


def _newline_style(text: str) -> str:
    pairs = text.count("\r\n")
    counts = {"\r\n": pairs, "\n": text.count("\n") - pairs, "\r": text.count("\r") - pairs}
    found = [style for style, count in counts.items() if count]
    return "mixed" if len(found) > 1 else found[0] if found else "\n"


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
