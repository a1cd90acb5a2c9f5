"""The canonical view: both files printed in normal form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from prediff.languages.language import Comment

_FOLDED_UNDER = {"ordinary": "docs-unread", "tool": "tool-comments-unread"}
_SPACES = re.compile(r"[ \t]+")
_MARK = re.compile(r"^(#+|//+)(?=\w)")
_PYTHON = re.compile(r"^(#!.*\bpython)[23]$")
"""An interpreter line that names a major version of the language."""


def shown_comments(comments: Sequence[Comment], allowed: frozenset[str]) -> tuple[Comment, ...]:
    """The comments that count under the allowed assumptions; always those that run or hide characters.

    White space in ordinary ones is layout: each run of it is one space, and so is what is behind the mark.
    """
    shown = [c for c in comments if not _is_folded(c, allowed)]
    if "current-language" in allowed and shown and shown[0].text.startswith("#!"):
        shown[0] = replace(shown[0], text=_PYTHON.sub(r"\1", shown[0].text))
    return tuple([replace(c, text=respaced(c.text)) if c.kind == "ordinary" else c for c in shown])


def folded_comments(comments: Sequence[Comment], allowed: frozenset[str]) -> tuple[Comment, ...]:
    """The others: those that take no part in the comparison."""
    return tuple([c for c in comments if _is_folded(c, allowed)])


def _is_folded(comment: Comment, allowed: frozenset[str]) -> bool:
    return _FOLDED_UNDER.get(comment.kind) in allowed and not hides_characters(comment.text)


def respaced(text: str) -> str:
    """A comment's words, told apart from the white space around them."""
    return _MARK.sub(r"\1 ", _SPACES.sub(" ", text)).rstrip()


def hides_characters(text: str) -> bool:
    """Whether a text holds control or bidirectional characters, which can make it look like another one."""
    if text.isprintable():
        return False
    return any(unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\t\f" for c in text)
