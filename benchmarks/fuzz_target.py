"""What `fuzz_readers.py` does with one input, and how it makes inputs: seeds, fragments, and mutations by token."""

from __future__ import annotations

import ast
import importlib
import random
import re
import sysconfig
import tokenize
import warnings
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.model import Settings, SourceFile
from prediff.pipeline import normalize_file
from prediff.read import read_path
from prediff.rules import RULES
from prediff.rules.assumptions import LEVELS
from prediff.tree import first_difference
from workers import place_of

ROOT = Path(__file__).parent.parent
MAX_INPUT = 4096
MODULES = 60
MAX_FRAGMENT = 160
CLEAN_STEPS = ("nested too deeply",)
"""Reasons to step down that are limits, not faults."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with an input: `kind` and `detail` tell findings apart, `note` says more of this one."""

    kind: str
    detail: str
    note: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}: {self.detail}"


# --- one input -------------------------------------------------------------------------------------------------


def check(data: bytes, language_id: str, scratch: Path) -> Finding | None:
    """Read, parse, normalize, print and verify an input; `scratch` is a file that may be overwritten."""
    scratch.write_bytes(data)
    try:
        source = read_path(str(scratch), language_id)
        if source.language is None:
            return None
        found = readers_differ(source.text) if language_id == "python" else None
        return found or check_levels(source, zlib.crc32(data))
    except PrediffError:
        return None
    except Exception as error:  # whatever it is, it is what is looked for
        return Finding(
            "crash", f"{type(error).__name__} in {place_of(error)}", " ".join(str(error).split())[:200]
        )


def check_levels(source: SourceFile, choice: int) -> Finding | None:
    """Normalize at one level, which the input itself chooses, so that it is the same in each run."""
    level = LEVELS[choice % len(LEVELS)]
    done = normalize_file(source, Settings(level=level))
    for step in () if done.reason else done.steps:  # a unit with a part that is not read may step down
        if not step.reason.startswith(CLEAN_STEPS):
            return Finding("step down", re.sub(r"\d+", "N", step.reason), f"{level}: {step.unit}")
    if len(done.line_map.lines) != done.text.count("\n") and not done.reason:
        return Finding("line map", "its rows are not the lines", level)
    return None


def readers_differ(text: str) -> Finding | None:
    """Whether both of Python's readers accept a text and give different trees."""
    from prediff.languages.python import ast_reader, cst_reader

    with quick_and_deep():
        try:
            one, two = ast_reader.read(text), cst_reader.read(text)
        except PrediffError:
            return None
        found = first_difference(one, two)
    if found is None:
        return None
    names = " / ".join(type(n).__name__ for n in found)
    return Finding("readers differ", names, f"{str(found[0])[:120]} / {str(found[1])[:120]}")


# --- seeds and fragments ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pool:
    """What mutations draw from: whole inputs, and the expressions, statements and words that occur in them."""

    seeds: tuple[bytes, ...]
    expressions: tuple[bytes, ...]
    statements: tuple[bytes, ...]
    words: tuple[bytes, ...]


WORDS = {
    "python": """
        async await def class lambda not is in and or if else elif for while with as try except finally raise from
        import global nonlocal del pass break continue return yield match case type print True False None ... * ** /
        // @ := -> = += **= <<= == != < <= > >= ~ - + | ^ & << >> % ( ) [ ] { } , : ; . \\ # f"{x!r:>{w}}" rb'\\x00'
        '''a''' 0x_f 1_0j 1e400 0o7 0b1 "\\N{BULLET}" t"{x}" except* *a **k f"{x=}" lambda:0 (yield) x[a:b,*c] é ﬁ \t
    """,
    "javascript": """
        async await function class const let var => ? : ?. ?? ??= && || ! typeof void delete in of instanceof new this
        super yield import export default from static get set # = += **= >>>= === !== ** ++ -- ... ( ) [ ] { } , ; .
        `a${b}` 'a' "a" /re/g 0x1n 1_0 .5 08 1e400 <div> </div> <a b={c}/> try catch finally throw switch case break
        continue label: do while for if else return debugger with using \\u0061 \t
    """,
}


def make_pool(language_id: str) -> Pool:
    """Seeds from the standard library, the tests, the samples and the rules' own examples."""
    seeds = list(dict.fromkeys(s for s in _seeds(language_id) if s.strip() and len(s) <= MAX_INPUT))
    find = _python_fragments if language_id == "python" else _javascript_fragments
    expressions: dict[bytes, None] = {}
    statements: dict[bytes, None] = {}
    for seed in seeds:
        for text, is_statement in find(seed):
            if 0 < len(text) <= MAX_FRAGMENT:
                (statements if is_statement else expressions)[text] = None
    words = [w.encode() for w in WORDS[language_id].split()]
    return Pool(tuple(seeds), tuple(expressions), tuple(statements), tuple(words))


def _seeds(language_id: str) -> Iterable[bytes]:
    ending = "py" if language_id == "python" else "js"
    for path in sorted((ROOT / "samples" / language_id).glob(f"*/*.{ending}")):
        yield path.read_bytes()
    for rule in RULES:
        for example in rule.examples:
            if example.language == language_id:
                yield from (example.before.encode(), example.after.encode())
        for text in rule.leaves_alone:
            if text.startswith("javascript: ") == (language_id == "javascript"):
                yield text.removeprefix("javascript: ").encode()
    if language_id == "python":
        snippets = (ROOT / "tests" / "python_snippets.txt").read_text(encoding="utf-8")
        yield from [piece.partition("\n")[2].encode() for piece in snippets.split("=== ")]
        yield from _library()
    else:
        yield from _quoted(ROOT / "tests" / "test_javascript.py")


def _library() -> Iterable[bytes]:
    """Top-level statements of modules of the standard library, the tests of its grammar first."""
    folder = Path(sysconfig.get_path("stdlib"))
    grammar = [
        folder / "test" / f"test_{n}.py" for n in ("grammar", "patma", "fstring", "unpack_ex", "coroutines")
    ]
    others = sorted(p for p in folder.rglob("*.py") if "site-packages" not in p.parts)
    for path in [*grammar, *random.Random(1).sample(others, MODULES)]:
        try:
            with tokenize.open(path) as file:
                text = file.read()
            body = ast.parse(text).body
        except (OSError, SyntaxError, ValueError):
            continue
        lines = text.split("\n")
        for statement in body:
            below = statement.body if isinstance(statement, ast.ClassDef) else [statement]
            for one in below:
                yield dedent("\n".join(lines[one.lineno - 1 : one.end_lineno])).encode() + b"\n"


def _quoted(path: Path) -> Iterable[bytes]:
    """The strings of a file of tests: nearly all are code."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.encode()


def _python_fragments(seed: bytes) -> Iterable[tuple[bytes, bool]]:
    """The expressions and statements of a seed that stand on one line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(seed)
    except (SyntaxError, ValueError):
        return
    lines = seed.split(b"\n")
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt)) and node.lineno == node.end_lineno:
            yield lines[node.lineno - 1][node.col_offset : node.end_col_offset], isinstance(node, ast.stmt)


def _javascript_fragments(seed: bytes) -> Iterable[tuple[bytes, bool]]:
    from tree_sitter import Language, Parser

    grammar = importlib.import_module("tree_sitter_javascript")
    stack: list[Any] = [Parser(Language(grammar.language())).parse(seed).root_node]
    while stack:
        node = stack.pop()
        stack += node.children
        if node.is_named and not node.has_error and node.end_byte - node.start_byte <= MAX_FRAGMENT:
            yield node.text, node.type.endswith(("_statement", "_declaration"))


# --- mutations -------------------------------------------------------------------------------------------------

_TOKEN = re.compile(rb"\w+|[ \t]+|\n[ \t]*|\*\*|//|:=|->|=>|\.\.\.|[-+*/%&|^<>=!]=|.", re.DOTALL)


class Mutator:
    """Changes inputs by token, by fragment and by line. One seed gives one change."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.ways = (
            self.delete, self.repeat, self.swap, self.word, self.copy, self.wrap, self.wrap, self.expression,
            self.expression, self.expression, self.statement, self.statement, self.indent, self.join,
        )  # fmt: skip

    def mutate(self, data: bytes, max_size: int, seed: int) -> bytes:
        """A changed input of at most `max_size` bytes."""
        r = random.Random(seed)
        tokens = _TOKEN.findall(data) if data else [r.choice(self.pool.seeds)]
        for _ in range(r.choice((1, 1, 1, 2, 2, 3, 5))):
            tokens = r.choice(self.ways)(r, tokens) or [r.choice(self.pool.seeds)]
        return b"".join(tokens)[:max_size]

    def place(self, r: random.Random, tokens: Sequence[bytes]) -> int:
        """The index of a token, mostly of one that is not white space."""
        for _ in range(4):
            at = r.randrange(len(tokens))
            if not tokens[at].isspace():
                break
        return at

    def delete(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        at = self.place(r, tokens)
        return tokens[:at] + tokens[at + r.choice((1, 1, 1, 2, 3, 8)) :]

    def repeat(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        at, size = self.place(r, tokens), r.choice((1, 1, 2, 4, 10))
        return tokens[: at + size] + tokens[at : at + size] * r.choice((1, 1, 3)) + tokens[at + size :]

    def swap(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        one, two = self.place(r, tokens), self.place(r, tokens)
        tokens = list(tokens)
        tokens[one], tokens[two] = tokens[two], tokens[one]
        return tokens

    def word(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        at = self.place(r, tokens)
        return [*tokens[:at], r.choice(self.pool.words), *tokens[at + r.choice((0, 1)) :]]

    def copy(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        at = self.place(r, tokens)
        return [*tokens[:at], tokens[self.place(r, tokens)], *tokens[at + 1 :]]

    def wrap(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        """Put an operand into a larger expression."""
        at = self.place(r, tokens)
        opening, closing = r.choice(_WRAPPERS)
        return [*tokens[:at], opening, tokens[at], closing, *tokens[at + 1 :]]

    def expression(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        names = [i for i, t in enumerate(tokens) if t[:1].isalnum()]
        at = r.choice(names) if names else self.place(r, tokens)
        text = r.choice(self.pool.expressions)
        return [*tokens[:at], text if r.random() < 0.5 else b"(%s)" % text, *tokens[at + 1 :]]

    def statement(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        """Put a statement on a line of its own, indented like the line that it comes before or replaces."""
        lines = b"".join(tokens).split(b"\n")
        at = r.randrange(len(lines))
        indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        text = indent + r.choice(self.pool.statements).replace(b"\n", b"\n" + indent)
        return [b"\n".join([*lines[:at], text, *lines[at + r.choice((0, 0, 1)) :]])]

    def indent(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        lines = b"".join(tokens).split(b"\n")
        at, size = r.randrange(len(lines)), r.choice((1, 1, 2, 5))
        change = r.choice(_INDENTS)
        return [b"\n".join([*lines[:at], *[change(x) for x in lines[at : at + size]], *lines[at + size :]])]

    def join(self, r: random.Random, tokens: list[bytes]) -> list[bytes]:
        """Another whole seed before or behind."""
        other = r.choice(self.pool.seeds)
        return [*tokens, b"\n", other] if r.random() < 0.5 else [other, b"\n", *tokens]


_INDENTS: tuple[Callable[[bytes], bytes], ...] = (
    lambda line: b"    " + line,
    lambda line: line.removeprefix(b"    "),
    lambda line: b"\t" + line,
)
_WRAPPERS = (
    (b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"(not ", b")"), (b"(", b",)"), (b"(lambda: ", b")"), (b"(yield ", b")"),
    (b"(await ", b")"), (b"-", b""), (b"*", b""), (b"**", b""), (b"f'{", b"}'"), (b"`${", b"}`"), (b"(", b" := x)"),
    (b"(x := ", b")"), (b"", b"[a:b]"), (b"", b"(*a, k=b)"), (b"", b".x"), (b"(", b" if a else b)"),
    (b"[", b" for x in y]"), (b"!", b""), (b"() => ", b""), (b"...", b""), (b"(", b" ? a : b)"), (b"", b"?.x"),
    (b"async ", b""), (b"@", b""), (b"global ", b""), (b"(", b" as x)"), (b"#", b"\n"), (b"\\\n", b""), (b"/*", b"*/"),
    (b"function* f() { ", b" }"), (b"class A { x = ", b" }"), (b"new ", b""), (b"if x: ", b""), (b"label: ", b""),
)  # fmt: skip


# --- making a finding small ------------------------------------------------------------------------------------


def shrink(data: bytes, key: str, language_id: str, scratch: Path, tries: int = 600) -> bytes:
    """A smaller input with the same finding: lines, then tokens, are taken out while it stays."""

    def holds(candidate: bytes) -> bool:
        found = check(candidate, language_id, scratch)
        return found is not None and found.key == key

    for split in (lambda d: d.splitlines(keepends=True), _TOKEN.findall):
        pieces = split(data)
        size = max(1, len(pieces) // 2)
        while size and tries > 0:
            at = 0
            while at < len(pieces) and tries > 0:
                tries -= 1
                shorter = pieces[:at] + pieces[at + size :]
                if shorter and holds(b"".join(shorter)):
                    pieces = shorter
                else:
                    at += size
            size //= 2
        data = b"".join(pieces)
    return data
