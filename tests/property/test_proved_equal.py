"""What is called equal behaves equally: generated expressions and branches, evaluated for all small values.

Equal must mean the same result of the same type, or the same exception, after the same calls.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import prediff

MORE = int(os.environ.get("PREDIFF_EXAMPLES", "0")) or 1
SMALL = (-3, -2, -1, 0, 1, 2, 3, True, False)
UNKNOWN: tuple[Any, ...] = (None, 0, 1, "", "x", 2.5)
Maker = Callable[[random.Random, int], str]


# --- what is generated -----------------------------------------------------------------------------------------


def number(r: random.Random, depth: int) -> str:
    """An expression over ints: the parameters a and b, the local n, lengths, divisions."""
    if depth <= 0 or r.random() < 0.15:
        return r.choice(["a", "b", "n", "0", "1", "2", "-1", "3", "len(xs)", "a % 2", "a // b"])
    kind = r.randrange(8)
    if kind == 0:
        return f"-({number(r, depth - 1)})"
    if kind == 1:
        return f"({number(r, depth - 1)}) ** {r.choice([0, 1, 2])}"
    return f"({number(r, depth - 1)}) {r.choice('++--*')} ({number(r, depth - 1)})"


def same_number(r: random.Random, text: str) -> str:
    """The same number in other words, or nearly."""
    other = r.choice(["a", "b", "1", "n"])
    return r.choice(
        [
            f"{other} + ({text}) - {other}", f"-(-({text}))", f"({text}) * 1", f"0 + ({text})", f"1 - (1 - ({text}))",
            f"({text}) * {other}", f"2 * ({text}) - ({text})", text.replace("a", "b", 1), text.replace("1", "2", 1),
            text.replace("+", "-", 1), f"({text}) ** 1",
        ]
    )  # fmt: skip


def atom(r: random.Random, calls: bool) -> str:
    """What may be asked in a test: of ints, of anything, of what may raise, of what acts."""
    kinds = [
        lambda: f"{r.choice('abn')} {r.choice(['<', '<=', '>', '>=', '==', '!='])} {r.choice('ab0123')}",
        lambda: f"{r.choice('uv')} {r.choice(['is', 'is not', '==', '!='])} {r.choice(['None', 'u', 'v'])}",
        lambda: f"{r.choice('uv')} {r.choice(['==', '!='])} {r.choice('01')}",
        lambda: r.choice("uvab"),
        lambda: f"{r.choice('uv')} {r.choice(['in', 'not in'])} {r.choice(['(0, 1)', '(None, 2)', '(1,)'])}",
        lambda: f"xs[{r.choice('ab')}] == {r.choice('012')}",
        lambda: f"len(xs) {r.choice(['<', '>', '==', '!=', '>='])} {r.choice('012')}",
        lambda: r.choice(["1 // a == 1", "1 % b", "len(u) == 1", "len(xs)"]),
        lambda: (
            f"{r.choice('a01')} {r.choice(['<', '<='])} {r.choice('bn')} {r.choice(['<', '=='])} {r.choice('12')}"
        ),
    ]
    if calls:
        kinds += [lambda: f"p({r.choice('12')})"] * 2
        kinds += [lambda: f"{r.choice('0a')} < p({r.choice('12')}) < {r.choice('23')}"]
    return r.choice(kinds)()


def condition(r: random.Random, depth: int, atoms: list[str]) -> str:
    if depth <= 0 or r.random() < 0.1:
        return f"({r.choice(atoms)})"
    kind = r.randrange(6)
    if kind == 0:
        return f"(not {condition(r, depth - 1, atoms)})"
    if kind == 1 and depth > 1:
        return f"({condition(r, 1, atoms)} if {condition(r, 1, atoms)} else {condition(r, 1, atoms)})"
    parts = [condition(r, depth - 1, atoms) for _ in range(r.choice([2, 2, 3]))]
    return "(" + r.choice([" and ", " or "]).join(parts) + ")"


def shuffled(r: random.Random, atoms: list[str]) -> tuple[str, str]:
    """Two conditions that are equal by a law of logic, or would be if their operands did nothing."""
    x, y, z = (condition(r, r.choice([0, 0, 1]), atoms) for _ in range(3))
    return r.choice(
        [
            (f"({x} and {y})", f"({y} and {x})"), (f"({x} or {y} or {z})", f"({z} or {x} or {y})"),
            (f"({x} and ({y} or {z}))", f"(({x} and {y}) or ({x} and {z}))"), (f"({x} or ({x} and {y}))", x),
            (f"(not ({x} and {y}))", f"(not {y} or not {x})"), (f"({x} if {y} else {z})", f"({z} if not {y} else {x})"),
            (f"({x} if {y} else {z})", f"(({y} and {x}) or (not {y} and {z}))"), (f"({x} and {x})", x),
            (f"(({x} or {y}) and ({x} or {z}))", f"({x} or ({y} and {z}))"), (f"({x} or not {x})", "True"),
        ]
    )  # fmt: skip


RETURN = "    return {}\n"
IN_TEST = "    if {}:\n        return 'yes', n\n    return 'no', n\n"
IN_LOOP = "    return [i for i in range(3) if i != a and {}]\n"
SHELLS = {
    "plain": "def f(a: int, b: int, u, v, xs, p):\n    n = 2\n    n -= len(xs)\n",
    "a counter that a call moves": (
        "def f(a: int, b: int, u, v, xs, g):\n    n = 0\n"
        "    def p(k):\n        nonlocal n\n        n += 1\n        return g(k)\n"
    ),
}


# --- what is asked ---------------------------------------------------------------------------------------------


class Scripted:
    """A function that gives what it is told to, changes the list, and writes down its calls."""

    def __init__(self, answers: tuple[Any, ...], xs: list[int]) -> None:
        self.answers = answers
        self.calls: list[Any] = []
        self.xs = xs

    def __call__(self, argument: Any) -> Any:
        self.calls.append((argument, tuple(self.xs)))
        if argument == 2:
            self.xs.append(0)
        return self.answers[len(self.calls) % len(self.answers)]


def outcomes(text: str, r: random.Random) -> Iterator[Any]:
    """What a function does for many arguments."""
    names: dict[str, Any] = {}
    exec(compile(text, "generated", "exec"), names)
    every = [*itertools.product(SMALL, SMALL)]
    for a, b in every:
        for _ in range(3):
            xs = [r.choice((0, 1, 2)) for _ in range(r.choice((0, 0, 1, 2, 3)))]
            p = Scripted(tuple(r.choice((0, 1, 2, True, False)) for _ in range(3)), xs)
            try:
                result = names["f"](a, b, r.choice(UNKNOWN), r.choice(UNKNOWN), xs, p)
                yield type(result), result, p.calls
            except Exception as error:
                yield type(error), p.calls


def check(left: str, right: str, seed: int) -> bool:
    """Whether two functions are called the same; if so, they must be."""
    report = prediff.diff(left, right, language="python", level="relaxed")
    if not report.same:
        return False
    pairs = zip(outcomes(left, random.Random(seed)), outcomes(right, random.Random(seed)), strict=True)
    for one, two in pairs:
        assert one == two, f"{left}\n{right}\n{[f.rule for f in report.folds]}"
    return any(f.rule.startswith("equal-") for f in report.folds)


@pytest.mark.parametrize("shell", SHELLS)
def test_numbers(shell: str) -> None:
    r = random.Random(f"numbers {shell} {MORE}")
    equal = 0
    for seed in range(60 * MORE):
        text = other = number(r, 3)
        for _ in range(r.choice([1, 2, 3])):
            other = same_number(r, other)
        equal += check(SHELLS[shell] + RETURN.format(text), SHELLS[shell] + RETURN.format(other), seed)
    assert equal > 5


@pytest.mark.parametrize("frame", [RETURN, IN_TEST, IN_LOOP])
@pytest.mark.parametrize("calls", [False, True])
@pytest.mark.parametrize("shell", SHELLS)
def test_conditions(shell: str, calls: bool, frame: str) -> None:
    r = random.Random(f"conditions {shell} {calls} {frame} {MORE}")
    equal = 0
    for seed in range(60 * MORE):
        atoms = [atom(r, calls) for _ in range(3)]
        if r.random() < 0.7:
            left, right = shuffled(r, atoms)
        else:
            left, right = condition(r, 2, atoms), condition(r, 2, atoms)
        equal += check(SHELLS[shell] + frame.format(left), SHELLS[shell] + frame.format(right), seed)
    assert equal > 1 or calls or frame == RETURN


def branches(r: random.Random, atoms: list[str], depth: int) -> list[str]:
    """A chain of branches, each of which may go on behind it."""
    lines: list[str] = []
    for _ in range(r.choice([1, 2, 2, 3])):
        then = (
            branches(r, atoms, depth - 1)
            if depth and r.random() < 0.3
            else [r.choice(["return 1", "return u", "n = 1"])]
        )
        lines += [f"if {condition(r, r.choice([0, 0, 1]), atoms)}:", *["    " + line for line in then]]
        if r.random() < 0.3:
            lines += ["else:", "    " + r.choice(["return 2", "return v", "n = 2"])]
    return lines


def exchanged(r: random.Random, lines: list[str]) -> list[str]:
    """The chain with two of its outermost branches exchanged, or one of its tests turned."""
    starts = [i for i, line in enumerate(lines) if line.startswith("if ")] + [len(lines)]
    parts = [lines[i:j] for i, j in itertools.pairwise(starts)]
    r.shuffle(parts)
    return [line for part in parts for line in part]


@pytest.mark.parametrize("calls", [False, True])
def test_branches(calls: bool) -> None:
    r = random.Random(f"branches {calls} {MORE}")
    equal = 0
    for seed in range(100 * MORE):
        if r.random() < 0.5:
            low, high = sorted((r.randrange(-2, 3), r.randrange(-2, 3)))
            atoms = [f"a < {low}", f"a > {high}", f"a >= {low}", f"b == {low}"]
        else:
            atoms = [atom(r, calls) for _ in range(3)]
        left = branches(r, atoms, 1)
        right = exchanged(r, left) if r.random() < 0.7 else branches(r, atoms, 1)
        texts = ["".join(f"    {line}\n" for line in [*side, "return 'end', n"]) for side in (left, right)]
        equal += check(SHELLS["plain"] + texts[0], SHELLS["plain"] + texts[1], seed)
    assert equal > 0
