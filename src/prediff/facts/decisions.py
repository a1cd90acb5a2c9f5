"""Decisions as diagrams, and whether two of them decide alike whatever the answers to their questions.

A decision asks one question after the other, the next one by the last one's answer, as `and`, `or`, ternaries and
branches do, until it comes to an outcome. Two are equal if, for all answers, they come to equal outcomes and evaluate
the same things in the same order, as far as evaluating those can be noticed. Answers that cannot occur together are
tried too, which can only make equal decisions look different.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import TypeAlias

from prediff.lean_dataclasses import dataclass

MAX_QUESTIONS = 14
MAX_RUNS = 4000
"""Decisions with more distinct questions, or that take more runs to be compared, are not called equal."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: whether `about` is true, or (by `op`, of an unknown integer) at most or equal to `value`.

    events: what is evaluated for it that can be noticed, in order. acts: each evaluation counts, and may give another
    answer than the one before; else only the first one counts, which may raise. least: the least value that the
    integer can have, if there is one.
    """

    about: Hashable
    op: str = ""
    value: int = 0
    events: tuple[Hashable, ...] = ()
    acts: bool = False
    least: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """A question, and where the decision goes on by its answer."""

    question: Question
    yes: Decision
    no: Decision


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision comes to: two outcomes are the same if their keys are equal."""

    key: Hashable


Decision: TypeAlias = Ask | Outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """How far a decision comes with some answers: to an outcome, or to an unknown that has no value yet."""

    trace: list[Hashable]
    outcome: Outcome | None
    missing: Hashable = None


def agree(left: Decision, right: Decision) -> bool:
    """Whether two decisions come to the same outcomes, with the same things evaluated."""
    asked = [node.question for side in (left, right) for node in _walk(side) if isinstance(node, Ask)]
    domains = _domains(asked)
    if len(domains) > MAX_QUESTIONS:
        return False
    waiting: list[dict[Hashable, int]] = [{}]
    for _ in range(MAX_RUNS):
        if not waiting:
            return True
        known = waiting.pop()
        one, two = _run(left, known), _run(right, known)
        open_ = one if one.outcome is None else two
        if open_.outcome is None:
            waiting += [{**known, open_.missing: v} for v in domains.get(open_.missing, (0, 1))]
        elif one.outcome != two.outcome or one.trace != two.trace:
            return False
    return False


def _run(decision: Decision, known: dict[Hashable, int]) -> _Run:
    trace: list[Hashable] = []
    acts = 0
    while isinstance(decision, Ask):
        question = decision.question
        if question.acts:
            # The n-th thing that acts has one answer in both decisions: their traces tell whether it is the same.
            unknown: Hashable = ("act", acts)
            acts += 1
            trace.append((question.events, question.about, question.op, question.value))
        else:
            unknown = question.about
            trace += [event for event in question.events if event not in trace]
        if unknown not in known:
            return _Run(trace, None, unknown)
        value = known[unknown]
        if question.acts or not question.op:
            answer = bool(value)
        else:
            answer = value <= question.value if question.op == "<=" else value == question.value
        decision = decision.yes if answer else decision.no
    return _Run(trace, decision)


def _walk(decision: Decision) -> Iterator[Decision]:
    seen: set[int] = set()
    stack: list[Decision] = [decision]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if isinstance(node, Ask):
                stack += [node.no, node.yes]


def _domains(questions: list[Question]) -> dict[Hashable, tuple[int, ...]]:
    """The values to try for each unknown: of an integer one for each answer that its questions can tell apart."""
    values: dict[Hashable, set[int]] = {}
    least: dict[Hashable, int | None] = {}
    for q in questions:
        near = {0, 1} if not q.op else {q.value - 1, q.value, q.value + 1}
        about = (q.about, q.op, q.value, "acts") if q.acts else q.about
        values.setdefault(about, set()).update(near)
        least[about] = q.least if q.op else None
    found = {}
    for about, some in values.items():
        low = least[about]
        found[about] = tuple(sorted(v for v in some if low is None or v >= low)) or (low or 0,)
    return found
