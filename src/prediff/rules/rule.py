"""What a rule is: a name, a document, a pure function, and the examples that test it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from prediff.facts import Facts
from prediff.lean_dataclasses import dataclass
from prediff.tree import Node

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Example:
    """A rewrite that the rule makes, in `language`: the normal forms of both texts are equal, and `after` is one."""

    name: str
    before: str
    after: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite that keeps what the code does.

    languages: each language in which the rule holds, with the assumptions it needs there; it is off elsewhere.
    on: the classes of nodes that it is asked about.
    rewrite: gives the new node, or None to leave the node alone. It sees one file, never the other one.
    why: why it is sound, and when it would not be.
    examples, leaves_alone: the tests and the documentation; a near-miss may be prefixed by "javascript: ".
    words: where there are any, the rule is asked only in files that have one of them (`ModuleFacts.words`); no rule may
    bring one in.
    """

    id: str
    family: str
    summary: str
    languages: Mapping[str, frozenset[str]]
    on: tuple[type[Node], ...]
    rewrite: Callable[[Any, Facts], Node | None]
    why: str
    examples: tuple[Example, ...]
    leaves_alone: tuple[str, ...]
    words: frozenset[str] = NOTHING


@dataclass(frozen=True, slots=True)
class Rejected:
    """A tempting rewrite that is not sound, with the case that shows it. `before` and `after` must stay different."""

    id: str
    before: str
    after: str
    why: str
    language: str = "python"
