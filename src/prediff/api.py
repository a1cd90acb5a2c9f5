"""The Python API: `prediff.diff` and `prediff.normalize`."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from prediff.model import Normalized, Report, Settings, SourceFile, View
from prediff.pipeline import compare, normalize_file


def diff(
    left: str | Path,
    right: str | Path,
    *,
    language: str | None = None,
    path: str | None = None,
    level: str = "safe",
    view: View = "aligned",
    assume: Collection[str] = (),
    refuse: Collection[str] = (),
    show: Collection[str] = (),
    implementations: bool = False,
    reader: str = "auto",
) -> Report:
    """Compare two files by logic.

    left, right: a `str` is the text itself, a `Path` is a file to read. language: an id of `prediff languages`; else
    it follows from the paths. path: a name for texts, whose ending names the language. level: layout, safe or relaxed.
    view: aligned (the left text, and the right one's logic in it) or canonical (both in normal form). assume, refuse:
    ids of assumptions. show: docs, comments, annotations, imports. Raises ReadError for a file that cannot be read and
    ConfigError for a value out of range; what the files hold never raises.
    """
    settings = Settings(
        level, frozenset(assume), frozenset(refuse), frozenset(show), implementations, language, reader, view
    )
    check(settings)
    return compare(_source(left, language, path), _source(right, language, path), settings)


def normalize(
    source: str | Path,
    *,
    language: str | None = None,
    path: str | None = None,
    level: str = "safe",
    assume: Collection[str] = (),
    refuse: Collection[str] = (),
    show: Collection[str] = (),
    reader: str = "auto",
) -> Normalized:
    """One file's canonical text with its line map; arguments as for `diff`."""
    settings = Settings(level, frozenset(assume), frozenset(refuse), frozenset(show), False, language, reader)
    check(settings)
    return normalize_file(_source(source, language, path), settings)


def check(settings: Settings) -> None:
    """Raise ConfigError for a value that does not exist or is not there yet."""
    from prediff.config import SHOWN, VIEWS
    from prediff.errors import ConfigError
    from prediff.languages import LANGUAGES
    from prediff.rules.assumptions import ASSUMPTIONS, LEVELS

    if settings.level not in LEVELS:
        raise ConfigError(f"no level {settings.level!r}: use one of {', '.join(LEVELS)}")
    if settings.language is not None and settings.language not in LANGUAGES:
        raise ConfigError(f"no language {settings.language!r}: use one of {', '.join(LANGUAGES)}")
    if settings.view not in VIEWS:
        raise ConfigError(f"no view {settings.view!r}: use one of {', '.join(VIEWS)}")
    for name in settings.assume | settings.refuse:
        if name not in ASSUMPTIONS:
            raise ConfigError(f"no assumption {name!r}: see `prediff rules`")
    for name in settings.show:
        if name not in SHOWN:
            raise ConfigError(f"cannot show {name!r}: use {', '.join(SHOWN[:-1])} or {SHOWN[-1]}")
    if settings.reader not in ("auto", "ast", "libcst"):
        raise ConfigError(f"no reader {settings.reader!r}: use auto, ast or libcst")


def _source(given: str | Path, language: str | None, path: str | None) -> SourceFile:
    if isinstance(given, Path):
        from prediff.read import read_path

        return read_path(given, language)
    from prediff.read import read_text

    return read_text(given, path or "<text>", language)
