"""What the languages that are read through tree-sitter share: a table from grammar kinds to tree classes.

A language is a `LanguageSpec`: for each kind of its grammar a *row*, a function that lowers a node of that kind. Most
rows are built by `row` from a class and its grammar fields; the others are plain functions. A kind without a row
becomes a generic `Opaque` that keeps every token, so that nothing of a newer grammar is ever lost.

tree-sitter accepts more than a language's own parser does, and recovers from errors. A row that meets what its language
rejects (or reads otherwise) raises `Refused`; the region around it is then kept as text, like one with a syntax error.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from itertools import accumulate
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, cast

from prediff.errors import LimitError, ParseError
from prediff.languages.language import Comment, Reading
from prediff.lean_dataclasses import dataclass
from prediff.tree import Block, Node, Opaque, Span, Statement

if TYPE_CHECKING:
    import tree_sitter

MAX_BYTES = 32_000_000
MAX_LINE = 1_000_000
"""Longer lines, in characters, are taken for generated code and not read."""
MAX_BRACKETS = 1_500
PARENTHESES = "parenthesized_expression"
"""The kind of redundant parentheses, in all grammars; where no row knows better, they are kept."""
ERROR = 65_535
"""The kind id of an error node."""
STACK = 3_000
"""Frames that lowering may use. Text nested deeper than any that people write would cost every stage its square."""
MAX_CHAIN = 12_000
"""The longest row of operators, of `else if`, or of attributes and calls that is read."""

TSNode: TypeAlias = "tree_sitter.Node"
Lowered: TypeAlias = Node | tuple[Node, ...]
Row: TypeAlias = Callable[["Lowering", Any], Lowered]
"""Lowers one grammar node. A statement's row may give several statements, or none."""


class Refused(Exception):
    """A node that the grammar accepts and the language does not, or reads in another way."""


@dataclass(frozen=True, slots=True)
class LanguageSpec:
    """How one language lowers from its tree-sitter grammar.

    grammar: the module of its wheel. table: the row of each grammar kind. comments: the kinds that are comments.
    classify: the `Comment.kind` of a comment's text; None for one that its row keeps in the tree.
    members: the kind of a list whose members are recovered one by one where it belongs to a top-level statement, with
    nothing but the kinds `around` between.
    """

    grammar: str
    table: Mapping[str, Row]
    comments: frozenset[str]
    classify: Callable[[Any, str], str | None]
    members: str = ""
    around: frozenset[str] = frozenset()


def read(spec: LanguageSpec, text: str) -> Reading:
    """Read a text of a spec's language. Raises LimitError for text over a limit, ParseError for control characters."""
    source = text.encode("utf-8", "surrogatepass")
    check_limits(text, source)
    with deep_and_quick(STACK):
        try:
            return Lowering(spec, text, source).reading()
        except RecursionError:
            raise LimitError("nested too deeply to be compared by logic") from None


_BRACKETS = bytes.maketrans(b"([{)]}", b"\x01\x01\x01\xff\xff\xff")
_OTHERS = bytes(set(range(256)) - set(b"([{)]}"))


def check_limits(text: str, source: bytes) -> None:
    """Refuse what cannot be read in reasonable time, before it is parsed."""
    if len(source) > MAX_BYTES:
        raise LimitError(f"larger than {MAX_BYTES // 1_000_000} MB")
    if len(text) > MAX_LINE and max(map(len, text.split("\n"))) > MAX_LINE:
        raise LimitError(f"a line of more than {MAX_LINE:,} characters: generated code")
    brackets = source.translate(_BRACKETS, _OTHERS)
    if brackets and max(accumulate(memoryview(brackets).cast("b"))) > MAX_BRACKETS:
        raise LimitError(f"more than {MAX_BRACKETS:,} brackets inside each other")
    for control in "\x00\x01\x02":
        if control in text:
            line = text.count("\n", 0, text.index(control)) + 1
            raise ParseError(f"a control character (0x{ord(control):02x})", line)


@contextmanager
def deep_and_quick(stack: int) -> Iterator[None]:
    """Room for `stack` more frames, and no garbage collection, which costs up to three times as much.

    The limit is set, not only raised: what is called from deep down gets as far as what is called from the top.
    """
    enabled, limit = gc.isenabled(), sys.getrecursionlimit()
    frame: FrameType | None = sys._getframe()
    depth = 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    gc.disable()
    sys.setrecursionlimit(depth + stack)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Grammar:
    """A loaded grammar: its parser's language, the query for comments, kind names and rows by kind id."""

    language: Any
    comments: Any
    names: Mapping[int, str]
    rows: Mapping[int, Row]
    comment_ids: frozenset[int]


_loaded: dict[str, _Grammar] = {}


def load(spec: LanguageSpec) -> _Grammar:
    """The grammar of a spec, loaded once."""
    if spec.grammar not in _loaded:
        from tree_sitter import Language, Query

        language = Language(import_module(spec.grammar).language())
        # Kinds are compared by id: reading a node's kind as a string costs several times as much.
        names = {i: sys.intern(language.node_kind_for_id(i) or "") for i in range(language.node_kind_count)}
        rows = {
            i: spec.table.get(kind, opaque) if language.node_kind_is_named(i) else _token
            for i, kind in names.items()
        }
        names[ERROR], rows[ERROR] = "ERROR", _error
        query = Query(language, " ".join(f"({k}) @comment" for k in sorted(spec.comments)))
        ids = frozenset(i for i, k in names.items() if k in spec.comments)
        _loaded[spec.grammar] = _Grammar(language, query, names, rows, ids)
    return _loaded[spec.grammar]


class Lowering:
    """One text's way from a tree-sitter tree to a logic tree."""

    def __init__(self, spec: LanguageSpec, text: str, source: bytes) -> None:
        self.spec = spec
        self.grammar = load(spec)
        self.names = self.grammar.names
        self.rows = self.grammar.rows
        self.comment_ids = self.grammar.comment_ids
        self.text_ = text
        self.source = source
        # tree-sitter counts in bytes: the lines that hold more than ASCII need their columns counted in characters.
        self.ascii = len(text) == len(source)
        self.wide = None if self.ascii else [None if x.isascii() else x for x in source.split(b"\n")]
        self.unread: list[tuple[Span, str]] = []
        self.recovering = 0

    def reading(self) -> Reading:
        from tree_sitter import Parser

        tree = Parser(self.grammar.language).parse(self.source)
        root = tree.root_node
        if root.is_error:
            body: tuple[Node, ...] = (self.keep_unread(root, "syntax error"),)
            block = Block(body, span=self.span(root))
        else:
            block = cast("Block", self.node(root))
        return Reading(block, self.comments(root), "tree-sitter", tuple(self.unread))

    # --- asking about grammar nodes ----------------------------------------------------------------------------

    def kind(self, n: TSNode) -> str:
        return self.names[n.kind_id]

    def text(self, n: TSNode) -> str:
        if self.ascii:
            return self.text_[n.start_byte : n.end_byte]
        return self.source[n.start_byte : n.end_byte].decode("utf-8", "surrogatepass")

    def between(self, start: int, end: int) -> str:
        """The source from one byte to another."""
        return self.source[start:end].decode("utf-8", "surrogatepass")

    def span(self, n: TSNode) -> Span:
        (line, column), (last, end) = n.start_point, n.end_point
        if self.wide is not None:
            column, end = self.column(line, column), self.column(last, end)
        return (line + 1, column, last + 1, end)

    def column(self, row: int, offset: int) -> int:
        assert self.wide is not None
        line = self.wide[row] if row < len(self.wide) else None
        return offset if line is None else len(line[:offset].decode("utf-8", "replace"))

    def children(self, n: TSNode) -> list[TSNode]:
        """The children of a node, tokens among them, without comments."""
        ids = self.comment_ids
        return [c for c in n.children if c.kind_id not in ids]

    def named(self, n: TSNode) -> list[TSNode]:
        """The named children of a node, without comments."""
        ids = self.comment_ids
        return [c for c in n.children if c.is_named and c.kind_id not in ids]

    def tokens(self, n: TSNode) -> list[str]:
        """The kinds of the unnamed children of a node."""
        return [self.names[c.kind_id] for c in n.children if not c.is_named]

    # --- lowering ----------------------------------------------------------------------------------------------

    def node(self, n: TSNode) -> Node:
        return cast("Node", self.rows[n.kind_id](self, n))

    def maybe(self, n: TSNode | None) -> Node | None:
        return None if n is None else cast("Node", self.rows[n.kind_id](self, n))

    def field(self, n: TSNode, name: str) -> Node:
        child = n.child_by_field_name(name)
        if child is None:
            self.refuse(n, f"no {name}")
        return self.node(child)

    def all(self, nodes: Sequence[TSNode]) -> tuple[Node, ...]:
        rows = self.rows
        return tuple([cast("Node", rows[n.kind_id](self, n)) for n in nodes])

    def statements(self, nodes: Sequence[TSNode]) -> tuple[Node, ...]:
        """The statements of a block: a row may give several, or none."""
        rows = self.rows
        found: list[Node] = []
        for n in nodes:
            lowered = rows[n.kind_id](self, n)
            if lowered.__class__ is tuple:
                found += lowered
            else:
                found.append(cast("Node", lowered))
        return tuple(found)

    def simple(self, n: TSNode) -> dict[str, Any]:
        """`span` and `header` of a simple statement."""
        span = self.span(n)
        return {"span": span, "header": span}

    def places(self, n: TSNode, head: TSNode | None) -> dict[str, Any]:
        """`span` and `header` of a compound statement whose header ends with `head`, or is its first word."""
        span = self.span(n)
        end = self.span(head if head is not None else n.child(0))
        return {"span": span, "header": (span[0], span[1], end[2], end[3])}

    # --- what is not read --------------------------------------------------------------------------------------

    def refuse(self, n: TSNode, reason: str) -> NoReturn:
        raise Refused(f"line {n.start_point[0] + 1}: {reason}")

    def check_chain(self, links: Sequence[Any]) -> None:
        """Refuse the whole text for a chain that is too long for the stages behind this one."""
        if len(links) > MAX_CHAIN:
            raise LimitError(f"a chain of more than {MAX_CHAIN:,} operators, branches or calls")

    def regions(self, nodes: Sequence[TSNode]) -> tuple[Node, ...]:
        """Statements or members that are recovered one by one: what cannot be read stays text, the others are read."""
        found: list[Node] = []
        for n in nodes:
            before = len(self.unread)
            self.recovering, inside = self._find_members(n)
            if n.is_error or n.is_missing or (n.has_error and not inside):
                found.append(self.keep_unread(n, "syntax error"))
                continue
            try:
                found += self.statements([n])
            except Refused as refusal:
                del self.unread[before:]
                found.append(self.keep_unread(n, str(refusal)))
        return tuple(found)

    def _find_members(self, n: TSNode) -> tuple[int, bool]:
        """The id of a top-level statement's list of members, and whether all errors below it lie in that list."""
        inside = True
        while self.kind(n) in self.spec.around:
            below = [
                c for c in n.children if self.kind(c) in self.spec.around or self.kind(c) == self.spec.members
            ]
            if len(below) != 1:
                break
            inside &= not any(c.has_error for c in n.children if c != below[0])
            n = below[0]
        if self.kind(n) != self.spec.members:
            return 0, False
        return n.id, inside and not any(c.is_missing for c in n.children)

    def keep_unread(self, n: TSNode, reason: str) -> Opaque:
        span = self.span(n)
        self.unread.append((span, reason))
        return Opaque("unread", (self.text(n),), span=span, header=span)

    def comments(self, root: TSNode) -> tuple[Comment, ...]:
        """The comments outside of regions that are kept as text, in order."""
        from tree_sitter import QueryCursor

        found = []
        for n in QueryCursor(self.grammar.comments).captures(root).get("comment", []):
            text = self.text(n)
            kind = self.spec.classify(n, text)
            span = self.span(n)
            if kind is None or any(s[:2] <= span[:2] < s[2:] for s, _ in self.unread):
                continue
            line = self.source.rfind(b"\n", 0, n.start_byte) + 1
            own_line = not self.source[line : n.start_byte].strip()
            found.append(Comment(span[0], span[1], text.rstrip(), own_line, kind, span[2]))
        return tuple(sorted(found, key=lambda c: (c.line, c.column)))


# --- rows ----------------------------------------------------------------------------------------------------------


def row(cls: type[Node], *fields: str | int, **constants: Any) -> Row:
    """A row that lowers grammar fields, in order, into the fields of `cls`.

    A field is a grammar field's name, with `?` behind it where it may be missing and `{}` where it is a body, which
    becomes a `Block`; or the number of a named child. `constants` are further fields of `cls`.
    """
    plan = [_field(f) for f in fields]
    simple = not any(isinstance(f, str) and f.endswith("{}") for f in fields)
    head = next((f for f in reversed(fields) if isinstance(f, str) and not f.endswith("{}")), "")

    def lower(low: Lowering, n: Any) -> Node:
        values = [get(low, n) for get in plan]
        if not issubclass(cls, Statement):
            return cls(*values, **constants, span=low.span(n))
        places = low.simple(n) if simple else low.places(n, n.child_by_field_name(head) if head else None)
        return cls(*values, **constants, **places)

    return lower


def _field(field: str | int) -> Callable[[Lowering, Any], Any]:
    if isinstance(field, int):
        index = field
        return lambda low, n: low.node(low.named(n)[index])
    if field.endswith("?"):
        name = field[:-1]
        return lambda low, n: low.maybe(n.child_by_field_name(name))
    if field.endswith("{}"):
        name = field[:-2]
        return lambda low, n: body_block(low, n.child_by_field_name(name))
    return lambda low, n: low.field(n, field)


def body_block(low: Lowering, n: Any) -> Block:
    """A body as a `Block`, whether its braces are written or not."""
    lowered = low.rows[n.kind_id](low, n)
    if isinstance(lowered, Block):
        return lowered
    return Block(lowered if isinstance(lowered, tuple) else (lowered,), span=low.span(n))


def program(low: Lowering, n: Any) -> Block:
    """The row of a file: its statements are recovered one by one."""
    return Block(low.regions(low.children(n)), span=low.span(n))


def members(low: Lowering, n: Any) -> Block:
    """The row of a list of members, which below a top-level statement are recovered one by one."""
    nodes = low.named(n)
    body = low.regions(nodes) if n.id == low.recovering else low.statements(nodes)
    return Block(body, span=low.span(n))


def opaque(low: Lowering, n: Any) -> Opaque:
    """The row of a kind that no table names: all its tokens, and what is named below it lowered."""
    kept: list[Node | str] = []
    for c in low.children(n):
        if not c.is_named:
            kept.append(low.text(c))
            continue
        lowered = low.rows[c.kind_id](low, c)
        found = lowered if isinstance(lowered, tuple) else (lowered,)
        kept += ("(", *found, ")") if low.kind(c) == PARENTHESES else found
    if not n.child_count:
        kept.append(low.text(n))
    return Opaque(low.kind(n), tuple(kept), **low.simple(n))


def _error(low: Lowering, n: Any) -> NoReturn:
    low.refuse(n, "syntax error")


def _token(low: Lowering, n: Any) -> Opaque:
    return Opaque("token", (low.text(n),), span=low.span(n))
