"""What Beyond Compare gets of a file: its normal form, or the file itself below one line that says why.

Beyond Compare takes a conversion as done where the exit code is 0 and the target is not empty; it shows nothing of the
file otherwise. So there is always a text, and never an empty one.
"""

from __future__ import annotations

import os
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import replace

from prediff.errors import PrediffError
from prediff.languages import LANGUAGES
from prediff.read import read_bytes
from prediff.textconv import LAYOUT, converted

_MARKS = {BOM_UTF8: "utf-8", BOM_UTF16_LE: "utf-16-le", BOM_UTF16_BE: "utf-16-be"}

NOTHING = b"\n"
"""The text of an empty file, and of one without code at a level that folds comments."""


def convert_file(source: str, target: str, language: str | None = None, level: str = "layout") -> None:
    """Write the text of the file `source` to `target`. Raises WriteError, where that alone is not possible.

    What prediff itself gave a viewer is text as it is to be seen already.
    """
    from prediff.emit import write_over

    try:
        with open(source, "rb") as file:
            data = file.read()
    except OSError as error:
        text = as_it_is(b"", f"cannot read {source}: {(error.strerror or str(error)).lower()}")
    else:
        text = (data or NOTHING) if _is_ours(source) else convert(data, source, language, level)
    write_over(target, text, source)


def _is_ours(source: str) -> bool:
    # What the second question imports takes as long as reading a file does.
    if f"{os.sep}shown{os.sep}" not in os.path.abspath(source):
        return False
    from prediff.outputs import is_ours

    return is_ours(source)


def convert(data: bytes, path: str, language: str | None, level: str = "layout") -> bytes:
    """The text to show for a file, never empty. path: its name, for the language where none is given."""
    if language is not None and language not in LANGUAGES:
        return as_it_is(data, f"there is no language {language!r}")
    if not _is_level(level):
        return as_it_is(data, f"there is no level {level!r}")
    try:
        text, reason = converted(read_bytes(data, path, language), replace(LAYOUT, level=level))
    except PrediffError as error:
        text, reason = None, str(error)
    except Exception as error:
        # Whatever is wrong with us, the user sees the file.
        text, reason = None, f"internal error: {type(error).__name__}"
    if reason:
        return as_it_is(data, reason) if text is None else as_it_is(text, reason, "in part ")
    return text or NOTHING


def _is_level(level: str) -> bool:
    if level == LAYOUT.level:
        return True
    from prediff.config import LEVELS

    return level in LEVELS


def as_it_is(data: bytes, reason: str, how: str = "") -> bytes:
    """A text below one line that says why it is no normal form, in the text's own encoding as its mark tells it."""
    from prediff.reports.escaping import printable

    line = f"prediff: shown {how}as it is: {printable(reason, keep='')}\n"
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return mark + line.encode(encoding, "backslashreplace") + data[len(mark) :]
    return line.encode("ascii", "backslashreplace") + data
