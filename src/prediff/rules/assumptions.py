"""The assumptions a rewrite may rest on, and the levels that grant them: one closed table."""

from __future__ import annotations

from prediff.lean_dataclasses import dataclass

LEVELS = ("layout", "safe", "relaxed")


@dataclass(frozen=True, slots=True)
class Assumption:
    """What must hold for a rewrite to be sound; `level` is the lowest that grants it, "" if only an option does."""

    id: str
    grants: str
    level: str


ASSUMPTIONS: dict[str, Assumption] = {
    a.id: a
    for a in (
        Assumption("docs-unread", "docstrings and ordinary comments are not read at run time", "safe"),
        Assumption("tool-comments-unread", "directives for checkers and formatters do not run", "safe"),
        Assumption("annotations-unread", "an annotation that is added or removed is not read", "safe"),
        Assumption(
            "locals-unread",
            "nothing reads local variables by name, nor the name that a function got from one",
            "safe",
        ),
        Assumption("source-unread", "nothing reads line numbers or source text", "safe"),
        Assumption("current-language", "the code runs on the current major version of its language", "safe"),
        Assumption("reads-pure", "reading an attribute or an item has no effect", "safe"),
        Assumption(
            "generators-iterated",
            "generators are only iterated: nothing is sent or thrown into one, nor read on from what it iterates",
            "safe",
        ),
        Assumption("builtins-unshadowed", "a star import binds no name of a builtin", "relaxed"),
        Assumption("str-formats", 'format(x, "") is str(x)', "relaxed"),
        Assumption("builtin-operators", "operands obey the laws of the built-in types", "relaxed"),
        Assumption("no-nan", "no operand is a NaN", "relaxed"),
        Assumption("annotations-true", "a value has the type of its annotation", "relaxed"),
        Assumption("exact-dict", "a mapping is a dict and no subclass", "relaxed"),
        Assumption("imports-pure", "importing a module succeeds, and does nothing but bind names", "relaxed"),
        Assumption("exports-unread", "nobody imports this module's imported or re-ordered names", "relaxed"),
        Assumption("order-unread", "the order of definitions is not observed", "relaxed"),
        Assumption("public-names-unread", "top-level names and parameters may be renamed", ""),
    )
}

COMMENTS_UNREAD = frozenset({"docs-unread", "tool-comments-unread"})
"""Those that speak of comments."""


def granted(level: str) -> frozenset[str]:
    """The assumptions that a level grants."""
    lower = LEVELS[: LEVELS.index(level) + 1]
    return frozenset(a.id for a in ASSUMPTIONS.values() if a.level in lower)
