"""What a language gives to prediff: how its text is read into the logic tree, and how the tree is printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from prediff.languages.lexicon import BRACES, Lexicon
from prediff.lean_dataclasses import dataclass

if TYPE_CHECKING:
    from prediff.tree import Block, Node, Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of the source, its marks included.

    `line` and `last` count from 1, `column` from 0 in characters; `own_line` says that nothing but white space stands
    before it. `kind` is ordinary, tool (a directive for a checker or formatter) or code (one that changes what runs).
    """

    line: int
    column: int
    text: str
    own_line: bool
    kind: str = "ordinary"
    last: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a text gave: its tree, its comments in order, which reader read it, what it could not read.

    A region that could not be read stands in the tree as `Opaque("unread", (its text,))`.
    """

    tree: Block
    comments: tuple[Comment, ...]
    reader: str
    unread: tuple[tuple[Span, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Printed:
    """Printed text, and for each of its lines the first and last line of the source it came from (0, 0 for none).

    `text` ends in a newline unless it is empty. `starts` has one row for each statement of the tree's top level:
    the index of its first output line.
    """

    text: str
    sources: tuple[tuple[int, int], ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Traits:
    """What rules ask of a language.

    negations: comparison operators whose negation is another operator for all operands, NaN included.
    keyword_parameters: whether callers can pass an ordinary parameter by its name.
    block_scoped: keywords of declarations that are seen in their block only.
    hoisted_functions: whether a definition binds its name before its block starts to run.
    locals_readers: functions through which code may read its own local variables by name.
    locals_in_strings: whether a string may name a local variable (a format, a query on a table).
    subclass_hooks: whether making a class may run code of its bases.
    calling_back: builtins that call the functions that they are given, by position.
    lazy_modules: whether a name that is imported from a module may be a module that is loaded at that moment.
    exporting: names of files whose imported names are there to be imported by others.
    """

    negations: Mapping[str, str]
    keyword_parameters: bool
    block_scoped: frozenset[str] = frozenset()
    hoisted_functions: bool = False
    locals_readers: frozenset[str] = frozenset(
        {"locals", "eval", "exec", "vars", "_getframe", "currentframe", "dir", "globals"}
    )
    locals_in_strings: bool = True
    subclass_hooks: bool = False
    calling_back: frozenset[str] = frozenset({"sorted", "min", "max", "map", "filter"})
    lazy_modules: bool = False
    exporting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Language:
    """One language. `read(text, reader)` raises ParseError or LimitError; `reader` is "auto" or one of `readers`.

    `phrases()` makes a function that prints an expression, a pattern or a parameter by itself.
    """

    id: str
    name: str
    extensions: tuple[str, ...]
    read: Callable[[str, str], Reading]
    print: Callable[[Block, tuple[Comment, ...]], Printed]
    phrases: Callable[[], Callable[[Node], str]]
    traits: Traits
    readers: tuple[str, ...] = ("auto",)
    filenames: tuple[str, ...] = ()
    interpreters: tuple[str, ...] = field(default=())
    lexicon: Lexicon = BRACES
