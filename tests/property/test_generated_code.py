"""Properties that hold for all code, on programs that nobody would write and on functions that somebody wrote.

Examples are the same in each run; with PREDIFF_EXAMPLES=20 there are 20 times as many, and others each time.
"""

from __future__ import annotations

import ast
import os
import random
import re
import symtable
import sysconfig
import warnings
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from locals_oracle import free_locals, renamed, with_one_use_changed

import fuzz_target
import normal_form
import tokens
from prediff.depth import quick_and_deep
from prediff.facts.binders import canonical
from prediff.languages import get_language
from prediff.model import Settings
from prediff.pipeline import compare, normalize_file
from prediff.read import read_text
from prediff.tree import Block, tree_hash

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import hypothesmith

MORE = int(os.environ.get("PREDIFF_EXAMPLES", "0"))
LIBRARY = Path(sysconfig.get_path("stdlib"))
MODULES = (
    "argparse", "bdb", "calendar", "configparser", "difflib", "fractions", "ftplib", "gettext", "inspect", "mailbox",
    "optparse", "pickletools", "plistlib", "pprint", "random", "shutil", "statistics", "textwrap", "tokenize",
)  # fmt: skip


def examples(count: int) -> settings:
    """So many examples, the same in each run unless more are asked for."""
    return settings(
        max_examples=count * max(MORE, 1),
        derandomize=not MORE,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


# --- programs --------------------------------------------------------------------------------------------------


def check_program(text: str) -> None:
    """All that must hold for a text that `ast` accepts."""
    source = read_text(text, "x.py", "python")
    assert source.language == "python", source.notes
    outcome = normal_form.check_text(source.text, "python")
    assert outcome.failures == []
    assert outcome.unread == ""
    assert tokens.check_text(source.text, "python").failures == []
    assert fuzz_target.readers_differ(source.text) is None
    for level in ("safe", "relaxed"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(normalize_file(source, Settings(level=level)).text)
    longer = read_text(source.text + "\nanother = 1\n", "x.py", "python")
    assert compare(source, longer).verdict == "differs"


@examples(40)
@given(hypothesmith.from_grammar())
def test_programs_from_the_grammar(text: str) -> None:
    check_program(text)


@examples(20)
@given(hypothesmith.from_node(auto_target=False))
def test_programs_from_nodes(text: str) -> None:
    check_program(text)


@examples(120)
@given(st.integers(0, 2**32))
def test_mutated_programs_have_a_clean_outcome(seed: int) -> None:
    """What does not parse, too, goes through, and nothing that was read whole steps down."""
    pool = pool_of("python")
    data = fuzz_target.Mutator(pool).mutate(pool.seeds[seed % len(pool.seeds)], 4096, seed)
    text = read_text(data.decode("utf-8", "replace"), "x.py", "python")
    if text.language is not None:
        assert fuzz_target.readers_differ(text.text) is None
        assert fuzz_target.check_levels(text, seed) is None


@examples(200)
@given(st.integers(0, 2**32))
def test_mutated_scripts_have_a_clean_outcome(seed: int) -> None:
    pool = pool_of("javascript")
    data = fuzz_target.Mutator(pool).mutate(pool.seeds[seed % len(pool.seeds)], 4096, seed)
    text = read_text(data.decode("utf-8", "replace"), "x.js", "javascript")
    if text.language is None:
        return
    assert fuzz_target.check_levels(text, seed) is None
    outcome = normal_form.check_text(text.text, "javascript")
    assert [f for f in outcome.failures if f.check in ("print", "lines")] == []


@cache
def pool_of(language_id: str) -> fuzz_target.Pool:
    return fuzz_target.make_pool(language_id)


# --- renaming --------------------------------------------------------------------------------------------------


def unit_hash(text: str, language_id: str = "python") -> bytes:
    """The hash of a text by binder."""
    language = get_language(language_id)
    with quick_and_deep():
        reading = language.read(text, "auto")
        assert not reading.unread
        body = tuple([canonical(node, language.traits) for node in reading.tree.body])
        return tree_hash(Block(body))


@cache
def functions() -> list[str]:
    """Functions and methods of the standard library that have two locals to rename or more, as texts."""
    found = []
    for name in MODULES:
        path = LIBRARY / f"{name}.py"
        if not path.exists():
            continue
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and len(node.body) > 1:
                alone = ast.unparse(node)
                if "nonlocal" not in alone and "super()" not in alone and len(free_locals(alone)) > 1:
                    found.append(alone)
    return found


def check_renaming(text: str, r: random.Random) -> None:
    """A consistent renaming of locals keeps the hash; one use that reads another local does not."""
    names = names_to_rename(text)
    assume(len(names) > 1)
    wanted = unit_hash(ast.unparse(ast.parse(text)))
    shuffled = r.sample(names, len(names))
    assert unit_hash(renamed(text, dict(zip(names, shuffled, strict=True)))) == wanted, shuffled
    fresh = {name: f"fresh_{i}" for i, name in enumerate(shuffled)}
    assert unit_hash(renamed(text, fresh)) == wanted
    name, other = shuffled[:2]
    changed = with_one_use_changed(text, name, other, r.randrange(1000))
    assume(changed is not None and reads_the_same(changed, text))
    assert changed is not None
    assert unit_hash(changed) != wanted, (name, other)


def names_to_rename(text: str) -> list[str]:
    """The locals of a function; none where the interpreter's compiler refuses what its parser takes."""
    try:
        return free_locals(text)
    except SyntaxError:
        return []


def reads_the_same(changed: str, text: str) -> bool:
    """Whether a change of one use left all names what they were: it may make a local of another scope a global."""
    return names_to_rename(changed) == names_to_rename(text)


@examples(120)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_renaming_in_real_functions(index: int, r: random.Random) -> None:
    check_renaming(functions()[index % len(functions())], r)


@examples(100)
@given(st.randoms(use_true_random=False))
def test_renaming_in_generated_functions(r: random.Random) -> None:
    check_renaming(python_function(r), r)


@examples(50)
@given(st.randoms(use_true_random=False))
def test_generated_functions_have_one_normal_form(r: random.Random) -> None:
    check_program(python_function(r))


NAMES = ("a", "b", "c", "d", "e")


def python_function(r: random.Random) -> str:
    """A function whose locals are bound in all ways that there are, and read in scopes below."""
    lines = ["def f(p, q):"]
    for name in r.sample(NAMES, 3):
        lines.append(f"    {name} = {expression(r, 2)}")
    for _ in range(r.randint(1, 6)):
        lines += ["    " + line for line in statement(r, 2)]
    return "\n".join([*lines, f"    return {expression(r, 2)}"]) + "\n"


def expression(r: random.Random, depth: int) -> str:
    x, y = r.choice((*NAMES, "p", "q")), r.choice(NAMES)
    if depth == 0 or r.random() < 0.2:
        return r.choice((x, y, x, y, "g", "1", "g(1)", "'s'"))
    one, two = expression(r, depth - 1), expression(r, depth - 1)
    return r.choice((
        f"({one} + {two})", f"g({one}, k={two})", f"({one} if {x} else {two})", f"[{one} for {y} in {two}]",
        f"[{x} for {y} in {one} if {two}]", f"(lambda {y}: {one})", f"(lambda: {two})", f"({y} := {one})",
        f"{{{y}: {one} for {y} in g({two})}}", f"(not {one})", f"({one} and {two})", f"{x}.a[{one}]",
        f"({one}, {two})", f"f'z{{{x}}}'", f"({one} < {two} <= {x})", f"g(*{x}, **{y})", f"(yield {one})",
    ))  # fmt: skip


def statement(r: random.Random, depth: int) -> list[str]:
    x, y = r.choice(NAMES), r.choice(NAMES)
    one, two = expression(r, 1), expression(r, 1)
    if depth == 0 or r.random() < 0.4:
        return [r.choice((
            f"{x} = {one}", f"{x}, {y} = {one}, {two}" if x != y else f"{x} = {two}", f"{x} += {one}", f"g({one})",
            f"{x}.a = {one}", f"{x}[{one}] = {two}", f"del {x}", f"assert {one}, {two}", f"return {one}",
        ))]  # fmt: skip
    body = ["    " + line for line in statement(r, depth - 1)]
    more = ["    " + line for line in statement(r, depth - 1)]
    return r.choice((
        [f"if {one}:", *body, "else:", *more],
        [f"for {x} in {one}:", *body],
        [f"for {x}, {y} in {one}:" if x != y else f"for {x} in {two}:", *body, "else:", *more],
        [f"while {one}:", *body, "    break"],
        ["try:", *body, f"except g as {x}:", *more],
        ["try:", *body, "finally:", *more],
        [f"with g({one}) as {x}:", *body],
        [f"match {one}:", f"    case [{x}, *_]:", *["    " + line for line in body]],
        [f"def h_{x}({y}=1):", *body],
    ))  # fmt: skip


def test_what_is_renamed_is_judged_by_the_interpreter() -> None:
    """The oracle itself: who binds a name, and that swapping two names means something."""
    text = "def f(p):\n    a = 1\n    b = [a for c in p]\n    return b\n"
    assert free_locals(text) == ["a", "b", "c"]
    assert free_locals("def f():\n    a = 1\n    [a for a in b]\n") == []
    assert free_locals("def f():\n    a = 1\n    return g('a')\n") == []
    assert free_locals("def f():\n    a = 1\n    return locals()\n") == []
    assert symtable.symtable(text, "", "exec").get_children()[0].lookup("b").is_local()
    assert "a = [b for c in p]" in renamed(text, {"a": "b", "b": "a"})
    assert unit_hash(text) != unit_hash(text.replace("return b", "return a"))


# --- JavaScript ------------------------------------------------------------------------------------------------

WORD = re.compile(r"\bv\d+\b")


class Script:
    """A function each of whose variables has a name of its own; those of its first lines can be read anywhere."""

    def __init__(self, r: random.Random) -> None:
        self.r = r
        self.count = 0
        self.outer = [self.new() for _ in range(3)]
        self.seen = list(self.outer)
        lines = [f"{r.choice(('let', 'const', 'var'))} {v} = {self.value()};" for v in self.outer]
        for _ in range(r.randint(2, 6)):
            lines += self.statement(2)
        self.text = "function f() {\n" + "\n".join(lines) + f"\nreturn {' + '.join(self.outer)};\n}}\n"

    def new(self) -> str:
        self.count += 1
        return f"v{self.count}"

    def value(self) -> str:
        x, y = self.r.choice(self.seen), self.r.choice(self.seen)
        name = self.new()
        return self.r.choice((
            f"{x} + g({y})", f"[{x}, ...{y}]", f"{{a: {x}, b: {y}}}", f"!{x}",
            f"{x}.map({name} => {name} * {y})", f"`a${{{x}}}`", f"({x} ? {y} : 1)", f"{x}?.a ?? {y}",
            f"function ({name}) {{ return {name} + {x}; }}", f"({name} = {x}) => {{ {name}.k = {y}; }}",
        ))  # fmt: skip

    def statement(self, depth: int) -> list[str]:
        name, other = self.new(), self.new()
        before = list(self.seen)
        simple = (
            [f"const {name} = {self.value()};", f"g({name});"],
            [f"let {{a: {name}, b: [{other}] = []}} = {self.value()};", f"g({name}, {other});"],
            [f"g({self.value()});"],
            [f"{self.r.choice(self.seen)}.a = {self.value()};"],
        )
        if depth == 0 or self.r.random() < 0.4:
            return self.r.choice(simple)
        self.seen += [name]
        body = self.statement(depth - 1)
        compound = (
            [f"for (const {name} of {self.r.choice(before)}) {{", *body, "}"],
            [f"try {{ g({self.r.choice(before)}); }} catch ({name}) {{", *body, "}"],
            [f"for (let {name} = 0; {name} < 9; {name}++) {{", *body, "}"],
            [f"g(async ({name}) => {{", *body, "});"],
        )
        self.seen = before
        return self.r.choice(compound)


@examples(80)
@given(st.randoms(use_true_random=False))
def test_renaming_in_javascript(r: random.Random) -> None:
    script = Script(r)
    names = sorted(set(WORD.findall(script.text)))
    wanted = unit_hash(script.text, "javascript")
    for new in (r.sample(names, len(names)), [f"w{n}" for n in names]):
        table = dict(zip(names, new, strict=True))
        text = WORD.sub(lambda found: table[found[0]], script.text)  # noqa: B023
        assert unit_hash(text, "javascript") == wanted
    one, other = r.sample(script.outer, 2)
    last = script.text.rindex(one)
    changed = script.text[:last] + other + script.text[last + len(one) :]
    assert unit_hash(changed, "javascript") != wanted


@examples(40)
@given(st.randoms(use_true_random=False))
def test_generated_scripts_have_one_normal_form(r: random.Random) -> None:
    text = Script(r).text
    outcome = normal_form.check_text(text, "javascript")
    assert (outcome.failures, outcome.unread) == ([], "")
    assert tokens.check_text(text, "javascript").failures == []


def test_functions_are_there() -> None:
    if not functions():
        pytest.fail("the standard library has no functions to rename in")
