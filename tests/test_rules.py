"""Every rule against its own examples and near-misses, and the rejected rewrites."""

from __future__ import annotations

import ast
import random

import pytest

from prediff.rules import REJECTED, RULES, Example, Rejected, Rule
from prediff.rules.assumptions import ASSUMPTIONS, granted
from probe_world import outcome
from rule_case import EVERYTHING, normal_form, normalized

BUT_NAMES = EVERYTHING - {"public-names-unread"}
SAFE = granted("safe")
SEEDS = range(4)


def snippet(text: str) -> tuple[str, str]:
    """A near-miss without its prefix, and its language."""
    language, mark, rest = text.partition(": ")
    return (rest, language) if mark and language == "javascript" else (text, "python")


EXAMPLES = [pytest.param(r, e, id=f"{r.id}-{e.name}") for r in RULES for e in r.examples]
NEAR_MISSES = [pytest.param(r, t, id=f"{r.id}-{i}") for r in RULES for i, t in enumerate(r.leaves_alone)]
SNIPPETS = sorted(
    {(t, e.language) for r in RULES for e in r.examples for t in (e.before, e.after)}
    | {snippet(t) for r in RULES for t in r.leaves_alone}
    | {(t, r.language) for r in REJECTED for t in (r.before, r.after)}
)
RUNNABLE = [
    pytest.param(text, id=name)
    for name, text in [
        *[(f"{r.id}-{e.name}", e.before) for r in RULES for e in r.examples if e.language == "python"],
        *[
            (f"{r.id}-{i}", t)
            for r in RULES
            for i, t in enumerate(r.leaves_alone)
            if snippet(t)[1] == "python"
        ],
    ]
    if "import *" not in text
]


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_a_rule_documents_itself(rule: Rule) -> None:
    assert rule.summary.strip().endswith(".")
    assert len(rule.why) > 20
    assert rule.languages
    assert rule.on
    assert rule.examples
    assert len(rule.leaves_alone) >= 2
    for assumptions in rule.languages.values():
        assert assumptions <= ASSUMPTIONS.keys()


def test_ids_are_unique() -> None:
    ids = [r.id for r in RULES] + [r.id for r in REJECTED]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_example(rule: Rule, example: Example) -> None:
    before, fired = normalized(example.before, example.language, BUT_NAMES)
    assert before.text == normal_form(example.after, example.language, BUT_NAMES)
    assert rule.id in fired


@pytest.mark.parametrize(("rule", "text"), NEAR_MISSES)
def test_near_miss(rule: Rule, text: str) -> None:
    """All rules run, so that no other one leads this one to it."""
    code, language = snippet(text)
    assert rule.id not in normalized(code, language, BUT_NAMES)[1]


@pytest.mark.parametrize("rejected", REJECTED, ids=lambda r: r.id)
def test_rejected_rewrite_stays_different(rejected: Rejected) -> None:
    texts = [normal_form(t, rejected.language, BUT_NAMES) for t in (rejected.before, rejected.after)]
    assert texts[0] != texts[1]
    assert rejected.why.strip()


@pytest.mark.parametrize("allowed", [SAFE, EVERYTHING], ids=["safe", "everything"])
@pytest.mark.parametrize(("text", "language"), SNIPPETS)
def test_normal_form_is_stable(text: str, language: str, allowed: frozenset[str]) -> None:
    once = normal_form(text, language, allowed)
    assert normal_form(once, language, allowed) == once


@pytest.mark.parametrize("text", RUNNABLE)
def test_normal_form_does_the_same(text: str) -> None:
    """At `safe` nothing is assumed of operands: what is done to them is the same, in the same order."""
    new = normal_form(text, "python", SAFE)
    ast.parse(new)
    for seed in SEEDS:
        assert outcome(new, seed) == outcome(text, seed)


def test_layout_runs_no_rule_that_changes_code() -> None:
    assert [r.id for r in RULES if r.languages.get("python") == frozenset()] == []


ARGUMENTS = (
    "a",
    "a.b",
    "a[0]",
    "f()",
    "g(a)",
    "len(a)",
    "'s'",
    "3",
    "str(a)",
    "repr(b)",
    "b",
    "a.pop()",
    "f'{a}'",
    "[a]",
)
FIELDS = (
    "{}",
    "{!r}",
    "{!s}",
    "{:>5}",
    "{:{}}",
    "{.x}",
    "{[0]}",
    "{0}",
    "{1}",
    "{k}",
    "{k.y!r:^7}",
    "{{",
    "text",
    "}}",
)
PERCENTS = ("%s", "%r", "%5s", "%-6r", "%d", "%03d", "%x", "%%", "text", "{", "%.2s")
COLLECTIONS = (
    "list({g})", "set({g})", "tuple({l})", "sorted({l})", "sum({l})", "any({l})", "all({l})", "max({l}, default=a)",
    "dict((x, {e}) for x in a)", "','.join({l})", "list(map(lambda x: {e}, a))", "sorted(list({g}), key=f)", "set({l})",
    "{l}", "frozenset(list({g}))", "list(filter(lambda x: {e}, a))",
)  # fmt: skip
ELEMENTS = (
    "x",
    "f(x)",
    "str(x)",
    "x.y",
    "x is a",
    "(lambda: x)()",
    "x + 1",
    "not x",
    "[x, x]",
    "x in (a, b)",
)


def _random_snippet(chance: random.Random) -> str:
    kind = chance.randrange(3)
    values = [chance.choice(ARGUMENTS) for _ in range(chance.randrange(1, 4))]
    if kind == 0:
        if chance.random() < 0.3:
            values[-1] = f"k={values[-1]}"
        return (
            f'x = "{" ".join(chance.choices(FIELDS, k=chance.randrange(1, 4)))}".format({", ".join(values)})'
        )
    if kind == 1:
        right = f"({', '.join(values)},)" if chance.random() < 0.8 else values[0]
        return f'x = "{" ".join(chance.choices(PERCENTS, k=chance.randrange(1, 4)))}" % {right}'
    element = chance.choice(ELEMENTS)
    loop = f"{element} for x in {chance.choice(('a', '(a, b)', '[a, f()]', 'range(3)'))}"
    loop += chance.choice(("", "", " if x", " if x is not b", " for y in x"))
    return "y = " + chance.choice(COLLECTIONS).format(g=f"({loop})", l=f"[{loop}]", e=element)


@pytest.mark.parametrize("start", range(6))
def test_random_snippets_do_the_same(start: int) -> None:
    chance = random.Random(start)
    changed = 0
    for _ in range(60):
        text = _random_snippet(chance)
        new = normal_form(text, "python", SAFE)
        changed += new.strip() != text.strip()
        assert normal_form(new, "python", SAFE) == new, text
        for seed in range(2):
            assert outcome(new, seed) == outcome(text, seed), f"{text} became {new}"
    assert changed > 10
