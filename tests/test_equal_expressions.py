"""Expressions of a pair that are proved equal, from the folds' own examples; polynomials and decisions."""

from __future__ import annotations

import itertools

import pytest

import prediff
from prediff.facts import polynomials
from prediff.facts.decisions import Ask, Outcome, Question, agree
from prediff.reconcilers.catalogue import PAIR_FOLDS

EXAMPLES = {f"{fold.id}: {e.name}": (fold, e) for fold in PAIR_FOLDS for e in fold.examples}
NEAR_MISSES = {f"{fold.id}: {e.name}": e for fold in PAIR_FOLDS for e in fold.near_misses}


@pytest.mark.parametrize(("fold", "example"), EXAMPLES.values(), ids=EXAMPLES)
@pytest.mark.parametrize("turned", [False, True])
def test_an_example_is_the_same_by_its_fold(fold, example, turned):
    sides = (example.after, example.before) if turned else (example.before, example.after)
    report = prediff.diff(*sides, language=example.language, level="relaxed")
    assert report.verdict == "same"
    assert fold.id in {f.rule for f in report.folds}
    assert not prediff.diff(*sides, language=example.language, level="layout").same


@pytest.mark.parametrize("example", NEAR_MISSES.values(), ids=NEAR_MISSES)
@pytest.mark.parametrize("turned", [False, True])
def test_a_near_miss_is_different(example, turned):
    sides = (example.after, example.before) if turned else (example.before, example.after)
    assert prediff.diff(*sides, language=example.language, level="relaxed").verdict == "differs"


def test_a_fold_has_near_misses():
    assert all(len(fold.near_misses) >= 2 and fold.examples and fold.why for fold in PAIR_FOLDS)


def test_what_a_proof_rests_on_is_named():
    left, right = "def f(a: int, b: int):\n    return a + b\n", "def f(a: int, b: int):\n    return b + a\n"
    report = prediff.diff(left, right, language="python", level="relaxed")
    assert set(report.assumptions) == {"annotations-true", "builtin-operators", "source-unread"}
    for name in ("annotations-true", "builtin-operators", "source-unread"):
        assert not prediff.diff(left, right, language="python", level="relaxed", refuse=[name]).same


def test_an_annotation_on_one_side_is_not_believed():
    left, right = "def f(a: int, b: int):\n    return a + b\n", "def f(a, b):\n    return b + a\n"
    assert not prediff.diff(left, right, language="python", level="relaxed").same
    assert not prediff.diff(right, left, language="python", level="relaxed").same


def test_what_is_equal_is_not_marked_beside_what_is_not():
    left = "def f(a: int, b: int):\n    g(a + b)\n    h(1)\n"
    right = "def f(a: int, b: int):\n    g(b + a)\n    h(2)\n"
    report = prediff.diff(left, right, language="python", level="relaxed")
    lines = zip(report.left_text.splitlines(), report.right_text.splitlines(), strict=True)
    assert [(a.strip(), b.strip()) for a, b in lines if a != b] == [("h(1)", "h(2)")]


def test_what_is_too_large_is_left_alone():
    names = [f"x{i}" for i in range(15)]
    head = f"def f({', '.join(names)}):\n    assert "
    left, right = " or ".join(f"{n} is None" for n in names), " or ".join(f"{n} is None" for n in names[::-1])
    assert not prediff.diff(head + left, head + right, language="python", level="relaxed").same
    names = names[:14]
    left, right = " or ".join(f"{n} is None" for n in names), " or ".join(f"{n} is None" for n in names[::-1])
    assert prediff.diff(head + left, head + right, language="python", level="relaxed").same


def test_lines_of_a_chain_are_those_of_the_right_file():
    left = (
        "def f(a: int):\n    if a < 0:\n        return g()\n    if a > 9:\n        return h()\n    return a\n"
    )
    right = (
        "x = 1\n\n\ndef f(a: int):\n    if a > 9:\n        return h()\n"
        "    if a < 0:\n        return g()\n    return a\n"
    )
    report = prediff.diff(left, right, language="python", level="relaxed")
    fold = next(f for f in report.folds if f.rule == "equal-branches")
    assert (fold.side, fold.span[0], fold.span[2]) == ("right", 5, 9)
    assert all(first >= 4 for first, _ in report.line_maps[1].lines[1:] if first)


# --- polynomials -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_a_bound_says_what_the_comparison_says(op):
    """For all small coefficients, also of a multiple, and all small values."""
    for factor, shift in itertools.product(range(-4, 5), range(-9, 10)):
        difference = polynomials.plus({(0,): factor} if factor else {}, polynomials.constant(shift))
        found = polynomials.bound(difference, op)
        for x in range(-12, 13):
            expected = eval(f"{factor * x + shift} {op} 0")
            if isinstance(found, bool):
                assert found is expected
                continue
            assert found.base == (((0,), 1),)
            holds = x <= found.value if found.op == "<=" else x == found.value
            assert (holds is not found.negated) is expected


def test_a_polynomial_that_grows_is_given_up():
    many: polynomials.Polynomial = {(i,): 1 for i in range(60)}
    assert polynomials.times(many, many) is None
    assert polynomials.power({(0,): 1, (): 1}, 4) == {(): 1, (0,): 4, (0,) * 2: 6, (0,) * 3: 4, (0,) * 4: 1}
    assert polynomials.bounded(polynomials.constant(2**2000)) is None


# --- decisions -------------------------------------------------------------------------------------------------


def test_a_decision_that_may_raise_keeps_its_order():
    yes, no = Outcome(1), Outcome(0)
    quiet, one, two = Question("q"), Question("a", events=("a",)), Question("b", events=("b",))
    assert agree(Ask(one, Ask(quiet, yes, no), no), Ask(one, Ask(quiet, yes, no), no))
    assert not agree(Ask(one, Ask(quiet, yes, no), no), Ask(quiet, Ask(one, yes, no), no))
    assert not agree(Ask(one, Ask(two, yes, no), no), Ask(two, Ask(one, yes, no), no))
    assert agree(Ask(one, Ask(one, yes, no), no), Ask(one, yes, no))


def test_what_acts_may_answer_otherwise_the_next_time():
    yes, no = Outcome(1), Outcome(0)
    acts = Question("a", events=("a",), acts=True)
    assert not agree(Ask(acts, Ask(acts, yes, no), no), Ask(acts, yes, no))


def test_a_length_is_never_negative():
    yes, no = Outcome(1), Outcome(0)
    zero, none = Question("n", "==", 0, least=0), Question("n", "<=", 0, least=0)
    assert agree(Ask(zero, yes, no), Ask(none, yes, no))
    assert not agree(Ask(Question("n", "==", 0), yes, no), Ask(Question("n", "<=", 0), yes, no))
    assert agree(Ask(Question("n", "<=", -2, least=0), yes, no), no)
