"""Words of a model made harmless: one line of printable ASCII that ends no comment and steers nothing."""

from __future__ import annotations

from unicodedata import combining, normalize

MAX_LENGTH = 100
"""Characters of a summary, and of what is said of a change."""

_ENDING = (
    ("*/", "* /"),
    ("/*", "/ *"),
    ("<!--", "< !--"),
    ("-->", "-- >"),
    ("]]>", "]] >"),
    ("?>", "? >"),
    ('"""', '" " "'),
)
"""What would end, or begin, a comment in a language or a page, and how it is written instead."""


def line_of(text: str, limit: int = MAX_LENGTH) -> str:
    """`text` as one line of at most `limit` printable ASCII characters; "" where nothing of it can be said.

    Letters with marks lose them; other characters that are not ASCII become `?`. Cut text ends in three dots.
    """
    letters = [c for c in normalize("NFKD", text[: 50 * limit]) if not combining(c)]
    plain = "".join(
        c if " " <= c <= "~" else " " if c.isspace() or not c.isprintable() else "?" for c in letters
    )
    words = " ".join(plain.split())
    for mark, harmless in _ENDING:
        words = words.replace(mark, harmless)
    if len(words) > limit:
        words = words[: limit - 3].rstrip() + "..."
    words = words.rstrip("\\ ")  # at the end of a line it would go on in C
    return words if any(c.isalnum() for c in words) else ""
