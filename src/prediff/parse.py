"""The parse stage: a text into its logic tree, or into the reason why it can only be compared as it is."""

from __future__ import annotations

from prediff.errors import LimitError, ParseError
from prediff.languages.language import Language
from prediff.model import ParsedFile, SourceFile
from prediff.tree import Block

MAX_CHARACTERS = 16_000_000


def parse(source: SourceFile, language: Language, reader: str = "auto") -> ParsedFile:
    """Read a source file's text with its language. What is over a limit has no tree, but a reason."""
    if len(source.text) > MAX_CHARACTERS:
        return ParsedFile(source, None, reason=f"over the limit of {MAX_CHARACTERS:,} characters")
    if "\0" in source.text:
        return ParsedFile(source, None, reason="holds a NUL character")
    try:
        reading = language.read(source.text, reader)
    except (LimitError, ParseError) as error:
        return ParsedFile(source, None, reason=str(error))
    except (RecursionError, MemoryError):
        return ParsedFile(source, None, reason="nested too deeply to be compared by logic")
    assert isinstance(reading.tree, Block)
    return ParsedFile(source, reading.tree, reading.comments, reading.reader, reading.unread)
