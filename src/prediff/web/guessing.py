"""Which language two pasted texts are in, where no name says so.

A wrong guess could fold what is no noise in the true language. So a guess is made only where the texts read whole in
one language and not in the others, and one of them has a statement that few other languages have; and the page says
that it was guessed.
"""

from __future__ import annotations

import re

from prediff.depth import quick_and_deep
from prediff.languages import LANGUAGES, get_language
from prediff.parse import parse
from prediff.read import read_text

_TELLING = {
    "python": re.compile(
        r"^[ \t]*(?:(?:async[ \t]+)?(?:def|class|for|with|if|elif|while)\b.*:|(?:from[ \t]+\S+[ \t]+)?import[ \t]\w)",
        re.MULTILINE,
    ),
    "javascript": re.compile(
        r"\bfunction\b[ *\w]*\(|=>|\b(?:const|let|var)[ \t]+[\w${\[]|\bclass[ \t]+\w+.*\{|\b(?:import|export)\b.*['\"{]"
    ),
}
MAX_CHARACTERS = 1 << 20
"""Longer texts are not guessed at."""


def guessed(texts: tuple[str, str]) -> str | None:
    """The language that both texts are in, or None."""
    if sum(map(len, texts)) > MAX_CHARACTERS:
        return None
    whole = [language for language in LANGUAGES if all(_reads(text, language) for text in texts)]
    if len(whole) != 1 or whole[0] not in _TELLING:
        return None
    return whole[0] if any(_TELLING[whole[0]].search(text) for text in texts) else None


def _reads(text: str, language: str) -> bool:
    with quick_and_deep():
        try:
            found = parse(read_text(text, "pasted", language), get_language(language), "auto")
        except RecursionError:
            return False
    return found.tree is not None and not found.unread
