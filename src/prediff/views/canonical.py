"""The canonical view: both files printed in normal form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from prediff.languages.language import Comment

_PYTHON = re.compile(r"^(#!.*\bpython)[23]$")
"""An interpreter line that names a major version of the language."""


def shown_comments(comments: Sequence[Comment], allowed: frozenset[str]) -> tuple[Comment, ...]:
    """The comments that count under the allowed assumptions; always those that run or hide characters."""
    folded = set()
    if "docs-unread" in allowed:
        folded.add("ordinary")
    if "tool-comments-unread" in allowed:
        folded.add("tool")
    shown = [c for c in comments if c.kind not in folded or hides_characters(c.text)]
    if "current-language" in allowed and shown and shown[0].text.startswith("#!"):
        shown[0] = replace(shown[0], text=_PYTHON.sub(r"\1", shown[0].text))
    return tuple(shown)


def hides_characters(text: str) -> bool:
    """Whether a text holds control or bidirectional characters, which can make it look like another one."""
    if text.isprintable():
        return False
    return any(unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t\f" for c in text)
