"""One file as git's textconv shows it: in normal form, or byte for byte where that would not be safe.

git shows nothing where the texts of two files are equal. So what is given as a text must tell apart what differs in
logic, whatever the other file is. At level `layout` no rule is applied, and nothing but reading and printing is
imported: git runs this once for each side of each file.
"""

from __future__ import annotations

from prediff.depth import quick_and_deep
from prediff.emit import encoded
from prediff.languages import get_language
from prediff.model import Settings, SourceFile
from prediff.parse import parse
from prediff.verify import misprinted
from prediff.views.canonical import shown_comments

MAX_BYTES = 8 << 20
"""Larger files are shown as they are: git waits for each side of each file."""

LAYOUT = Settings(level="layout")


def convert(source: SourceFile, settings: Settings = LAYOUT) -> bytes:
    """The text of a file for git. What cannot be read, or is too large, comes out as it is."""
    assert source.data is not None
    text, _ = converted(source, settings)
    return source.data if text is None else text


def converted(source: SourceFile, settings: Settings = LAYOUT) -> tuple[bytes | None, str]:
    """The text of a file, None where it can only be shown as it is; and why that, or a part of it, is as it is."""
    assert source.data is not None
    if source.language is None:
        return None, source.notes[0] if source.notes else "no language is known for it"
    if len(source.data) > MAX_BYTES:
        return None, f"it is larger than {MAX_BYTES >> 20} MiB"
    text = _layout(source, settings) if settings == Settings("layout", reader=settings.reader) else None
    return (encoded(text), "") if text is not None else _normal_form(source, settings)


def _layout(source: SourceFile, settings: Settings) -> str | None:
    """The tree of a file printed; None where a part cannot be read, or does not read back as it was printed."""
    language = get_language(source.language or "")
    with quick_and_deep():
        parsed = parse(source, language, settings.reader)
        if parsed.tree is None or parsed.unread:
            return None
        try:
            printed = language.print(parsed.tree, shown_comments(parsed.comments, frozenset()))
            wrong = misprinted(parsed.tree, printed, language, frozenset())
        except RecursionError:
            return None
    return None if wrong else printed.text


def _normal_form(source: SourceFile, settings: Settings) -> tuple[bytes | None, str]:
    from prediff.pipeline import normalize_file

    found = normalize_file(source, settings)
    reason = found.reason or next((step.reason for step in found.steps if step.to == "verbatim"), "")
    # What is shown verbatim is the same only if its bytes are, and a text has lost its line ends and its encoding.
    plain = source.newline == "\n" and source.encoding == "utf-8" and not source.bom
    return None if reason and not plain else encoded(found.text), reason
