"""Finds the comments of Python source."""

from __future__ import annotations

import re

from prediff.languages.language import Comment

TOOL = re.compile(
    r"#[\s#]*(noqa|type:\s*ignore|pylint:|pragma:|fmt:|isort:|yapf:|mypy:|pyright:|ruff:|flake8:|nosec|pyre-|pytype:|black:"
    r"|nopep8|NOQA|pycodestyle:|lint:|coverage:|autopep8:|bandit:|noinspection|skipcq|codespell:|sourcery|vulture:)"
)
CODE = re.compile(r"#\s*(cython:|distutils:)")
COOKIE = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


def find_comments(text: str) -> tuple[Comment, ...]:
    """The comments of `text` in order; of text that cannot be tokenized, those up to the trouble."""
    if "#" not in text:
        return ()
    found: list[Comment] = []
    for line, column, comment, own_line in _scan(text):
        runs = CODE.match(comment) or (line == 1 and comment.startswith("#!"))
        kind = "code" if runs else "tool" if TOOL.match(comment) else "ordinary"
        found.append(Comment(line, column, comment, own_line, kind, line))
    return tuple(found)


# One step over what can hide a `#`, or hold one. A string's body is walked with its escapes, whatever its prefix:
# a raw string, too, cannot end in an odd number of backslashes.
_STEP = re.compile(
    r'(?P<comment>#[^\n]*)|"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'',
    re.DOTALL,
)


def _scan(text: str) -> list[tuple[int, int, str, bool]]:
    """(line, column, comment, whether it stands alone on its line) for each comment.

    Quotes nested in a replacement field (PEP 701) can be misread: a comment may then be missed or made up. Comments
    are only counted and shown, never trusted for equality.
    """
    found: list[tuple[int, int, str, bool]] = []
    line, start = 1, 0
    for step in _STEP.finditer(text):
        comment = step["comment"]
        if comment is None:
            continue
        at = step.start()
        line += text.count("\n", start, at)
        start = at
        begin = text.rfind("\n", 0, at) + 1
        found.append((line, at - begin, comment.rstrip(), not text[begin:at].strip()))
    return found
