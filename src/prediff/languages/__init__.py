"""The languages that prediff reads. Adding one is one file here and a row in `LANGUAGES`."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePath

from prediff.languages.language import Comment, Language, Printed, Reading, Traits

__all__ = [
    "LANGUAGES",
    "Comment",
    "Language",
    "Printed",
    "Reading",
    "Traits",
    "find_language",
    "get_language",
]

LANGUAGES: dict[str, tuple[str, ...]] = {
    "python": (".py", ".pyi", ".pyw"),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
}
"""Each language's id (the module of that name here holds its `LANGUAGE`) and the endings that name it.

The endings stand here so that finding a file's language imports no language.
"""


def get_language(language: str) -> Language:
    """The language of an id in `LANGUAGES`. Only that language's module is imported."""
    found = import_module(f"prediff.languages.{language}").LANGUAGE
    assert isinstance(found, Language)
    return found


def find_language(path: str, first_line: str = "") -> str | None:
    """The id of the language that a path's ending, or a `#!` line, names; None if nothing does."""
    ending = PurePath(path).suffix.lower()
    for language, endings in LANGUAGES.items():
        if ending in endings:
            return language
    if first_line.startswith("#!") and not ending:
        if "python" in first_line:
            return "python"
        if "node" in first_line:
            return "javascript"
    return None
