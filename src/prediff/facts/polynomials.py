"""Integer polynomials in one form, and what a comparison of two of them says of an unknown.

A polynomial maps each monomial (the sorted numbers of its symbols, with repetition) to its coefficient, never zero.
Python's ints are the integers, so that two polynomials with equal coefficients are equal for all values of their
symbols, and `p < 0` and `p + 1 <= 0` are one condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd
from typing import TypeAlias

from prediff.lean_dataclasses import dataclass

MAX_TERMS = 200
MAX_DEGREE = 8
MAX_BITS = 1024
"""A polynomial beyond one of these is given up."""

Monomial: TypeAlias = tuple[int, ...]
Polynomial: TypeAlias = Mapping[Monomial, int]
Base: TypeAlias = tuple[tuple[Monomial, int], ...]
"""The terms of a polynomial without its constant, divided by their divisor, the first coefficient positive."""


def constant(value: int) -> Polynomial:
    return {(): value} if value else {}


def symbol(number: int) -> Polynomial:
    return {(number,): 1}


def plus(left: Polynomial, right: Polynomial, factor: int = 1) -> Polynomial:
    """`left + factor * right`."""
    found = dict(left)
    for monomial, coefficient in right.items():
        total = found.get(monomial, 0) + factor * coefficient
        if total:
            found[monomial] = total
        else:
            found.pop(monomial, None)
    return found


def times(left: Polynomial, right: Polynomial) -> Polynomial | None:
    """`left * right`; None where that is too large."""
    if len(left) * len(right) > MAX_TERMS * 4:
        return None
    found: dict[Monomial, int] = {}
    for one, a in left.items():
        for two, b in right.items():
            monomial = tuple(sorted(one + two))
            found[monomial] = found.get(monomial, 0) + a * b
    return bounded({monomial: c for monomial, c in found.items() if c})


def power(base: Polynomial, exponent: int) -> Polynomial | None:
    """`base ** exponent` for a small exponent, 0 or more (`0 ** 0` is 1, as in Python)."""
    found: Polynomial | None = constant(1)
    for _ in range(exponent):
        found = None if found is None else times(found, base)
    return found


def bounded(polynomial: Polynomial) -> Polynomial | None:
    """A polynomial, or None if it is too large to go on with."""
    if len(polynomial) > MAX_TERMS:
        return None
    for monomial, coefficient in polynomial.items():
        if len(monomial) > MAX_DEGREE or coefficient.bit_length() > MAX_BITS:
            return None
    return polynomial


@dataclass(frozen=True, slots=True)
class Bound:
    """`base <= value` or `base == value`, by `op`; where `negated` the opposite."""

    base: Base
    op: str
    value: int
    negated: bool = False


def bound(difference: Polynomial, op: str) -> Bound | bool:
    """What `difference op 0` says of the polynomial's variable part; a bool where it says nothing of it."""
    rest = dict(difference)
    shift = rest.pop((), 0)
    if not rest:
        return _holds(shift, op)
    terms = sorted(rest.items())
    divisor = gcd(*rest.values())
    if terms[0][1] < 0:
        divisor = -divisor
    base = tuple([(monomial, c // divisor) for monomial, c in terms])
    if op in ("==", "!="):  # divisor * base + shift == 0
        if shift % divisor:
            return op == "!="
        return Bound(base, "==", -shift // divisor, op == "!=")
    if op in (">", ">="):  # not `<=`, not `<`
        opposite = bound(difference, "<=" if op == ">" else "<")
        assert isinstance(opposite, Bound)
        return Bound(opposite.base, opposite.op, opposite.value, not opposite.negated)
    if op == "<":  # of integers: difference + 1 <= 0
        shift += 1
    if divisor > 0:
        return Bound(base, "<=", -shift // divisor)
    # -d * base + shift <= 0, that is base >= shift / d, that is not base <= ceil(shift / d) - 1
    return Bound(base, "<=", -(shift // divisor) - 1, negated=True)


def _holds(value: int, op: str) -> bool:
    return {
        "<": value < 0, "<=": value <= 0, ">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0,
    }[op]  # fmt: skip
