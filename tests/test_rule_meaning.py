"""What the rules make of code does what the code did: both are run, and what can be seen of them is compared.

Snippets are those of the rules themselves, near-misses too, and generated functions. Operands record every operator,
truth test and call, so that an effect that moved or vanished is seen. Where the assumptions of a level excuse that for
classes with operators of their own, only built-in values are used.
"""

from __future__ import annotations

import ast
import itertools
import math
import random
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from prediff.rules import RULES
from prediff.rules.assumptions import granted
from prediff.rules.rule import Rule
from rule_case import normal_form

FAMILIES = ("operators", "branches", "bindings", "loops", "functions")
MINE = [r for r in RULES if r.family in FAMILIES]
PYTHON = [r for r in MINE if "python" in r.languages]
SAFE = granted("safe")
FREE = "abcdehijmnpstxy"


class Raised(Exception):
    """What snippets raise and catch under the name `E`."""


class Probe:
    """An operand whose operators are recorded, and whose truth and comparisons follow from its name and a seed."""

    def __init__(self, name: str, log: list[str], seed: int) -> None:
        self.__dict__.update(name=name, log=log, seed=seed)

    def _say(self, event: str) -> int:
        self.log.append(f"{self.name} {event}")
        return random.Random(f"{self.name}{event}{self.seed}").getrandbits(8)

    def __bool__(self) -> bool:
        true = self._say("bool") % 2 == 0
        if self.log[-2:-1] == self.log[-1:]:
            self.log.pop()  # testing an operand twice in a row shows nothing new
        return true

    def __repr__(self) -> str:
        return str(self.name)

    def __hash__(self) -> int:
        return hash(self.name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Probe(f"{self.name}.{name}", self.log, self.seed)

    def __setattr__(self, name: str, value: object) -> None:
        self._say(f"set {name} {show(value)}")

    def __getitem__(self, index: object) -> Any:
        if isinstance(index, int) and index > 3:
            raise IndexError
        return Probe(f"{self.name}[{show(index)}]", self.log, self.seed)

    def __setitem__(self, index: object, value: object) -> None:
        self._say(f"item {show(index)} {show(value)}")

    def __contains__(self, value: object) -> bool:
        return self._say(f"contains {show(value)}") % 2 == 0

    def __len__(self) -> int:
        return random.Random(f"{self.name}{self.seed}").randrange(3)

    def __call__(self, *args: object) -> Any:
        if self._say(f"call {show(args)}") % 7 == 0:
            raise Raised(self.name)
        return Probe(f"{self.name}()", self.log, self.seed)

    def __enter__(self) -> Any:
        self._say("enter")
        return self

    def __exit__(self, kind: type | None, *rest: object) -> bool:
        return self._say(f"exit {kind and kind.__name__}") % 3 == 0


def _operator(name: str) -> Callable[..., Any]:
    def method(self: Probe, *others: object) -> Any:
        said = self._say(f"{name} {show(others)}")
        if said % 11 == 0:
            raise Raised(name)
        if name in ("__iadd__", "__isub__"):
            return self
        return Probe(f"({name} {self.name} {show(others)})", self.log, self.seed)

    return method


for _name in (
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "add",
    "radd",
    "iadd",
    "sub",
    "isub",
    "mul",
    "mod",
    "neg",
    "floordiv",
):
    setattr(Probe, f"__{_name}__", _operator(f"__{_name}__"))

PLAIN = (int, float, str, bytes, list, tuple, set, dict, type(None))


def show(value: Any) -> str:
    """A value as text that is the same in every run."""
    if isinstance(value, (list, tuple, set)):
        return f"{type(value).__name__} [{', '.join([show(v) for v in value])}]"
    if isinstance(value, dict):
        return f"dict {[(show(k), show(v)) for k, v in value.items()]}"
    return repr(value) if isinstance(value, (Probe, *PLAIN)) else type(value).__name__


Values = Callable[[list[str], int], Any]


def builtin_values(nan: bool) -> list[Values]:
    """Makers of built-in values, fresh ones for each run."""
    found: list[Values] = [
        lambda log, seed: 0, lambda log, seed: 1, lambda log, seed: -2, lambda log, seed: 1.5,
        lambda log, seed: "", lambda log, seed: "ab", lambda log, seed: None, lambda log, seed: [],
        lambda log, seed: [1, 2], lambda log, seed: [(1, 2), (2, 1)], lambda log, seed: [[1], [2, 0]],
        lambda log, seed: True, lambda log, seed: {"a": 1},
    ]  # fmt: skip
    return [*found, lambda log, seed: math.nan] if nan else found


def probe_values() -> list[Values]:
    """Makers of operands that record what is done with them, and of an iterator that can be read once."""
    return [
        *[lambda log, seed, n=n: Probe(n, log, seed) for n in "uvw"],
        lambda log, seed: (Probe(f"k{i}", log, seed) for i in range(3)),
        lambda log, seed: [Probe(f"l{i}", log, seed) for i in range(3)],
    ]


def outcome(
    code: Any, makers: dict[str, Values], seed: int, entry: str | None, arity: int
) -> tuple[Any, ...]:
    """What can be seen of one run: what was recorded, what came out, and the variables of the module."""
    log: list[str] = []
    space: dict[str, Any] = {n: make(log, seed) for n, make in makers.items()}
    space["E"] = Raised
    late: list[Callable[[], Any]] = []

    def recorder(name: str) -> Callable[..., Any]:
        def call(*args: object) -> Any:
            log.append(f"{name} {show(args)}")
            value = random.Random(f"{name}{len(log)}{seed}").choice([0, 1, "z", None, True, 7])
            if random.Random(f"{name}{len(log)}{seed}!").random() < 0.1:
                raise Raised(name)
            return value

        return call

    given = dict(space)
    space.update(
        {n: recorder(n) for n in "fghijk"}
        | {"late": late.append, "use": recorder("use"), "TemporaryDirectory": recorder("T")}
    )
    try:
        exec(code, space)
        if entry is not None:
            result = space[entry](*[given[n] for n in list(given)[:arity]])
            log.append(f"result {plain(result, log)}")
    except Exception as error:
        log.append(f"raised {type(error).__name__} {error if isinstance(error, Raised) else ''}")
    for closure in late:
        try:
            log.append(f"late {plain(closure(), log)}")
        except Exception as error:
            log.append(f"late {type(error).__name__}")
    seen = {n: plain(v, log) for n, v in space.items() if n in given and not callable(v)}
    return log, (seen if entry is None else None)


def plain(value: Any, log: list[str]) -> str:
    """A value as text; what a generator gives is recorded in its turn."""
    if isinstance(value, types.GeneratorType):
        found = []
        try:
            found += [plain(v, log) for v in itertools.islice(value, 30)]
        except Exception as error:
            found.append(type(error).__name__)
        return f"iterator {found}"
    if isinstance(value, types.CoroutineType):
        value.close()
    return f"{type(value).__name__} {show(value)}"


def compiled(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `1 is 2` and its like are part of the game
        return compile(text, "snippet", "exec")


def check(before: str, after: str, values: list[Values], runs: int, label: str, dicts: str = "") -> int:
    """Run two texts on the same inputs; gives how many runs did not end in an error of the snippet itself.

    dicts: the names that are bound to dicts.
    """
    if before == after:
        return 0
    first, second = compiled(before), compiled(after)
    last = ast.parse(before).body[-1]
    entry = last.name if isinstance(last, (ast.FunctionDef, ast.AsyncFunctionDef)) else None
    arity = len(last.args.args) if isinstance(last, (ast.FunctionDef, ast.AsyncFunctionDef)) else 0
    useful = 0
    for run in range(runs):
        choice = random.Random(f"{label}{run}")
        makers = {n: choice.choice(values) for n in FREE}
        makers |= {n: lambda log, seed: {1: [1], "ab": 2, 0: 7} for n in dicts}
        one = outcome(first, makers, run, entry, arity)
        two = outcome(second, makers, run, entry, arity)
        assert one == two, f"{label}, run {run}\n--- before\n{before}\n--- after\n{after}"
        useful += "raised TypeError" not in str(one)
    return useful


def snippets(rule: Rule) -> Iterator[tuple[str, str, str | None]]:
    """The rule's Python snippets, with the text that an example gives as the same."""
    for example in rule.examples:
        if example.language == "python":
            yield f"{rule.id} {example.name}", example.before, example.after
    for number, text in enumerate(rule.leaves_alone):
        if not text.startswith("javascript: "):
            yield f"{rule.id} near-miss {number}", text, None


@pytest.mark.parametrize("rule", PYTHON, ids=lambda r: r.id)
def test_normal_form_does_the_same_at_safe(rule: Rule) -> None:
    values = builtin_values(nan=True) + probe_values()
    for label, before, after in snippets(rule):
        for text in (before, after):
            if text is not None:
                check(text, normal_form(text, allowed=SAFE), values, 60, label)


@pytest.mark.parametrize("rule", PYTHON, ids=lambda r: r.id)
def test_normal_form_does_the_same_for_built_in_types(rule: Rule) -> None:
    values = builtin_values(nan=False)
    useful = 0
    dicts = "ad" if "exact-dict" in rule.languages["python"] else ""
    for label, before, after in snippets(rule):
        useful += check(before, normal_form(before), values, 60, label, dicts)
        if after is not None:
            useful += check(before, after, values, 60, label, dicts)
    assert useful, "no run of any snippet came to its end"


# --- generated functions -------------------------------------------------------------------------------------------


class Writer:
    """Writes random functions out of what the rules look for: branches, jumps, temporaries, loops that append."""

    shapes: tuple[str, ...] = ("default", "walrus", "swap", "helper")
    loop_shapes: tuple[str, ...] = ("primed", "search", "counter", "total")

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.depth = self.random.choice((1, 1, 2, 2, 3))
        self.generator = self.random.random() < 0.2
        self.names = ["a", "b", "c"]
        self.fresh = 0
        self.loops = 0

    def function(self) -> str:
        body = self.block(self.depth, 1)
        return "def f(a, b, c):\n    n = 0\n    t = u = None\n" + "".join(f"{line}\n" for line in body)

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def name(self) -> str:
        return str(self.pick(*self.names, "t", "u", "n"))

    def expression(self, depth: int = 2) -> str:
        if depth <= 0 or self.random.random() < 0.25:
            return str(self.pick(self.name(), self.name(), "0", "1", "None", "True", "False", '"ab"', "1.5"))
        e = [self.expression(depth - 1) for _ in range(3)]
        n = self.name()
        return str(self.pick(
            f"(not {e[0]})", f"({e[0]} and {e[1]})", f"({e[0]} or {e[1]})", f"({e[0]} if {e[1]} else {e[2]})",
            f"({e[0]} {self.pick('<', '<=', '>', '>=', '==', '!=', 'is', 'is not')} {e[1]})",
            f"({e[0]} < {n} and {n} < {e[1]})", f"({n} > 1 and {n} <= {e[0]})", f"(True if {e[0]} else False)",
            f"(False if {e[0]} else True)", f"({n} if {n} else {e[0]})", f"g({e[0]}, {e[1]})", f"h({e[0]})", f"{n}.p",
            f"({e[0]} + {e[1]})", f"[{e[0]}, {e[1]}]", f"({e[0]} in ({e[1]}, {e[2]}))", f"bool({e[0]})",
        ))  # fmt: skip

    def block(self, depth: int, indent: int) -> list[str]:
        return [line for _ in range(self.pick(1, 2, 2, 3, 4)) for line in self.statement(depth, indent)]

    def statement(self, depth: int, indent: int) -> list[str]:
        pad = "    " * indent
        kinds = ["assign", "call", "temporary", "temporary", "count", "split", "jump", "closure", "result"]
        kinds += [*self.shapes]
        kinds += ["give"] if self.generator else []
        kinds += (
            ["if", "if", "if", "else", "else", "elif", "loop", "append", "try", "forever", *self.loop_shapes]
            if depth
            else []
        )
        return [pad + line for line in getattr(self, f"_{self.pick(*kinds)}")(depth)]

    def inner(self, depth: int) -> list[str]:
        return self.block(depth - 1, 1)

    def _assign(self, depth: int) -> list[str]:
        return [f"{self.pick('t', 'u')} = {self.expression()}"]

    def _call(self, depth: int) -> list[str]:
        return [
            f"g({self.expression()})",
            f"{self.expression(1)} if {self.expression(1)} else h({self.name()})",
        ][: self.pick(1, 1, 2)]

    def _count(self, depth: int) -> list[str]:
        return [f"n = n + {self.pick('1', '2', 'h(n)')}"]

    def _closure(self, depth: int) -> list[str]:
        return [f"late(lambda: ({self.name()}, {self.pick('t', 'u', 'n')}))"]

    def _give(self, depth: int) -> list[str]:
        return [
            str(
                self.pick(
                    f"yield {self.expression(1)}", f"t = yield {self.name()}", f"g((yield), {self.name()})"
                )
            )
        ]

    def _split(self, depth: int) -> list[str]:
        return [f"t, u = {self.expression(1)}, {self.expression(1)}"]

    def _temporary(self, depth: int) -> list[str]:
        self.fresh += 1
        x = f"x{self.fresh}"
        use = self.pick(
            f"t = {x}", f"return {x}", f"g({x}, t)", f"g(t, {x})", f"u = {x} + n", f"u = n + {x}", f"t = {x} and u",
            f"t = u and {x}", f"if {x}: g(1)", f"while {x}: break", f"a.q = {x}", f"t = h(u) or {x}", f"{x}.m(t)",
            f"a.m({x})", f"t = [y for y in {x}]", f"t = [{x} for y in a]", f"for y in {x}: g(y)",
            f"t = {x}, {x}", f"assert {x}",
        )  # fmt: skip
        return [f"{x} = {self.expression()}", str(use)]

    def _result(self, depth: int) -> list[str]:
        self.fresh += 1
        r = f"r{self.fresh}"
        keep = [f"    {r} = {self.expression()}" for _ in range(2)]
        keep[0] = str(self.pick(keep[0], "    return t", f"    {r} = t; g(t)"))
        start = [f"{r} = {self.pick('None', '1', 'a.p')}"] if self.random.random() < 0.6 else []
        lines = [*start, f"if {self.expression(1)}:", f"    g({self.expression(1)})", keep[0]]
        lines += self.pick(["else:", keep[1]], [f"elif {self.name()}:", "    t = n", keep[1]], [])
        return [*lines, str(self.pick(f"return {r}", f"return {r}", f"g({r})"))]

    def _default(self, depth: int) -> list[str]:
        x = self.pick("t", f"d{self.fresh + 1}")
        self.fresh += 1
        start = self.pick("1", "None", "a", "u", "h(n)")
        keep = self.pick(
            f"{x} = {x} or {self.expression(1)}", f"{x} = u if {self.expression(1)} else {x}", "pass"
        )
        lines = [f"{x} = {start}", f"if {self.expression(1)}:", f"    {x} = {self.expression(1)}"]
        lines += self.pick([], [f"elif {self.expression(1)}:", f"    {x} = {self.name()}"])
        return [*lines, str(keep), f"g({x}, {x})"]

    def _walrus(self, depth: int) -> list[str]:
        self.fresh += 1
        w = f"w{self.fresh}"
        made = f"({w} := {self.expression(1)})"
        test = self.pick(
            made, f"{made} is not None and {w} is {self.name()}", f"{made} < {w}", f"{self.name()} and {made}",
            f"not {made}", f"bool({made})", f"h({made})",
        )  # fmt: skip
        use = self.pick(f"g({w}, {w})", f"t = {w}", "pass")
        return list(
            self.pick(
                [f"if {test}:", f"    {use}"], [f"t = {test}"], [f"while {test}:", f"    {use}", "    break"]
            )
        )

    def _primed(self, depth: int) -> list[str]:
        self.fresh += 1
        p, k = f"p{self.fresh}", f"k{self.fresh}"
        self.loops += 1
        body = self.inner(depth)
        self.loops -= 1
        step = self.pick(f"{p} = h({k})", f"{p} = h({k})", f"{p}, t = h({k}), u")
        count = [f"    {k} += 1", f"    if {k} > 3:", "        break"]
        return [f"{k} = 0", str(step), f"while {p}:", *count, *body, f"    {self.pick(step, step, 'pass')}"]

    def _swap(self, depth: int) -> list[str]:
        self.fresh += 1
        s = f"s{self.fresh}"
        one, two = self.pick(("t", "u"), ("a", "t"), ("a[0]", "a[1]"), ("t", "t"), ("a[n]", "a[0]"))
        last = self.pick("pass", "pass", f"g({s})")
        return [f"{s} = {one}", f"{one} = {two}", f"{two} = {s}", str(last), "t, a.p, u = h(n), b, 1"][
            : self.pick(4, 5)
        ]

    def _helper(self, depth: int) -> list[str]:
        self.fresh += 1
        k = f"q{self.fresh}"
        x, y = self.pick(("x", "y"), ("a", "y"), ("t", "u"))
        body = self.pick(
            f"{x} + {y}", f"g({x}, {y})", f"{y} < {x}", f"{x} and {y}", f"h({x}) or n", x, f"[{x} for z in {y}]",
            f"{x}.p is {y}", "t",
        )  # fmt: skip
        start = self.pick([f"{k} = lambda {x}, {y}: {body}"], [f"def {k}({x}, {y}):", f"    return {body}"])
        e = [self.pick(self.name(), "1", self.expression(1)) for _ in range(4)]
        use = self.pick(
            f"t = {k}({e[0]}, {e[1]})", f"g({k}({e[0]}, {e[1]}), {k}({e[2]}, {e[3]}))", f"return {k}",
            f"t = [{k}(y, 1) for y in b]", f"late(lambda: {k}(1, t))", f"while {k}({e[0]}, t): break",
        )  # fmt: skip
        return [*start, str(use)]

    def _jump(self, depth: int) -> list[str]:
        choices = [f"return {self.expression()}", "return", "return None", "raise E(1)", "pass"]
        return [str(self.pick(*choices, *(["break", "continue", "continue"] if self.loops else [])))]

    def _if(self, depth: int) -> list[str]:
        return [f"if {self.expression()}:", *self.inner(depth)]

    def _else(self, depth: int) -> list[str]:
        if self.random.random() < 0.3:
            x = self.pick("t", "u")
            return [
                f"if {self.expression()}:",
                f"    {x} = {self.expression()}",
                "else:",
                f"    {x} = {self.expression()}",
            ]
        return [f"if {self.expression()}:", *self.inner(depth), "else:", *self.inner(depth)]

    def _elif(self, depth: int) -> list[str]:
        return [
            f"if {self.expression()}:", *self.inner(depth), f"elif {self.expression()}:", *self.inner(depth),
            *(["else:", *self.inner(depth)] if self.random.random() < 0.5 else []),
        ]  # fmt: skip

    def _loop(self, depth: int) -> list[str]:
        self.loops += 1
        body = self.inner(depth)
        self.loops -= 1
        end = ["else:", *self.inner(depth)] if self.random.random() < 0.3 else []
        return [f"for y in {self.pick('a', 'b', '(1, 2)', '[t, u]')}:", *body, *end]

    def _forever(self, depth: int) -> list[str]:
        self.loops += 1
        body = self.inner(depth)
        self.loops -= 1
        self.fresh += 1
        k = f"k{self.fresh}"
        test = self.pick(f"{k} > 3", f"not {k} < 2")
        return [f"{k} = 0", "while True:", f"    if {test}:", "        break", f"    {k} = {k} + 1", *body]

    def _append(self, depth: int) -> list[str]:
        self.fresh += 1
        r, x = f"r{self.fresh}", self.pick("y", f"z{self.fresh}")
        start, add = self.pick(("[]", "append({})"), ("set()", "add(h({}))"), ("[]", "append({})"))
        lines = [f"{r} = {start}", f"for {x} in {self.pick('a', 'b', '(1, 2)')}:"]
        if self.random.random() < 0.5:
            lines += [
                f"    if {self.pick(x, f'{x} == 1', f'g({x})', f'len({r})')}:",
                f"        {r}.{add.format(x)}",
            ]
        else:
            lines += [f"    {r}.{add.format(self.pick(x, f'h({x})', f'({x}, t)', r))}"]
        return [*lines, str(self.pick(f"t = {r}", f"return {r}", f"g({r})", f"g(len({r}), {x})"))]

    def _search(self, depth: int) -> list[str]:
        self.fresh += 1
        r, x = f"r{self.fresh}", self.pick("y", f"z{self.fresh}")
        first = self.random.random() < 0.5
        act = self.pick(
            [f"return {first}"], [f"{r} = {first}", "break"], [f"{r} = {first}", "break"], ["break"]
        )
        test = self.pick(
            x, f"not {x}", f"g({x})", f"{x} is None", f"{x} and g({x}, n)", f"{x} or n", f"g({r})"
        )
        lines = [f"{r} = {not first}", f"for {x} in {self.pick('a', 'b', '(1, 2)')}:", f"    if {test}:"]
        lines += [f"        {line}" for line in act]
        end = self.pick(
            [f"return {not first}"], [f"if not {r}:", "    h(n)"], [f"g({r}, {r})"], [f"g({r}, {x})"]
        )
        return [*lines, *self.pick([], [], ["else:", "    h(t)"]), *end]

    def _counter(self, depth: int) -> list[str]:
        self.fresh += 1
        i, x = f"i{self.fresh}", self.pick("y", f"z{self.fresh}")
        self.loops += 1
        body = [f"    g({i}, {x})", *self.pick([], self.inner(depth))]
        self.loops -= 1
        step = f"    {self.pick(f'{i} += 1', f'{i} = {i} + 1', f'{i} += 2')}"
        loop = self.pick(
            f"for {x} in a:", f"for {x} in (t, u):", f"while {i} < {self.pick('3', 'n', 'len(a)')}:"
        )
        lines = [f"{x} = t", f"{i} = {self.pick('0', '0', '1', '-1', 'n')}", loop]
        lines += [step, *body] if loop.startswith("for") and self.random.random() < 0.4 else [*body, step]
        if loop.startswith("while"):
            lines = [line for line in lines if not line.strip().startswith("continue")]
        return [*lines, *self.pick([], [], [f"g({i}, 0)"])]

    def _total(self, depth: int) -> list[str]:
        self.fresh += 1
        s, x = f"s{self.fresh}", self.pick("y", f"z{self.fresh}")
        add = self.pick("1", "2", f"len([{x}])", x, "1.5", f"({x} is None)")
        lines = [f"{s} = {self.pick('0', '0', '1', '0.0')}", f"for {x} in {self.pick('a', 'b', '(1, 2)')}:"]
        if self.random.random() < 0.5:
            lines += [f"    if {self.pick(x, f'g({x})', f'{x} == n', f'{s} > 2')}:", f"        {s} += {add}"]
        else:
            lines += [f"    {s} += {add}"]
        return [*lines, str(self.pick(f"t = {s}", f"return {s}", f"g({s}, {s})", f"g({s}, {x})"))]

    def _try(self, depth: int) -> list[str]:
        end = self.pick(["except E:"], ["finally:"], ["except (E, TypeError):"])
        return ["try:", *self.inner(depth), *end, *self.inner(depth)]


GENERATED = 150


@pytest.mark.parametrize("level", ["safe", "relaxed"])
def test_generated_functions_do_the_same(level: str) -> None:
    values = builtin_values(nan=False) if level == "relaxed" else builtin_values(nan=True) + probe_values()
    changed = 0
    for seed in range(GENERATED):
        changed += check_generated(seed, level, values)
    assert changed > GENERATED // 2


def check_generated(seed: int, level: str, values: list[Values]) -> bool:
    """One generated function: its normal form does the same and is its own normal form."""
    before = Writer(seed).function()
    try:
        compiled(before)
    except SyntaxError:
        return False
    allowed = granted(level)
    after = normal_form(before, allowed=allowed)
    assert normal_form(after, allowed=allowed) == after, f"seed {seed}: not settled\n{before}\n{after}"
    check(before, after, values, 12, f"seed {seed}")
    return before != after


def test_a_difference_is_seen() -> None:
    before = "def f(a, b):\n    g(a)\n    return b < a"
    for after in (
        before.replace("<", "<="),
        before.replace("g(a)", "g(b)"),
        before.replace("    g(a)\n", ""),
    ):
        with pytest.raises(AssertionError):
            check(before, after, builtin_values(nan=True) + probe_values(), 60, "planted")
