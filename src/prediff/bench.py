"""The entry point of the real-history benchmark."""

from __future__ import annotations

from prediff.model import Settings, SourceFile, View
from prediff.pipeline import compare


def pair(
    left: str, right: str, lang: str, path: str, *, level: str = "safe", view: View = "aligned"
) -> tuple[str, str]:
    """The two texts that a diff tool would get for a pair of texts in the language `lang`; equal means "same"."""
    settings = Settings(level=level, language=lang, view=view)
    report = compare(SourceFile(path, left, lang), SourceFile(path, right, lang), settings)
    return report.left_text, report.right_text
