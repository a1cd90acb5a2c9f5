"""How much of the time of normalizing each rule takes: what `speed.py` prints as its table of rules."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from prediff.depth import quick_and_deep
from prediff.languages import get_language
from prediff.model import Settings, SourceFile
from prediff.normalizer import assumptions_of, normalize
from prediff.parse import parse
from prediff.rules import RULES


@dataclass(frozen=True, slots=True)
class RuleTime:
    """A rule's milliseconds a thousand lines, its share of the whole, and how often it was asked and applied.

    Facts that several rules share count for the rule that asks first.
    """

    rule: str
    ms: float
    share: float
    asked: int
    applied: int


def rule_times(sources: Iterable[SourceFile], language_id: str, level: str) -> list[RuleTime]:
    """The times of all rules of a language over some files, the longest first."""
    language, allowed = get_language(language_id), assumptions_of(Settings(level=level))
    spent: defaultdict[str, float] = defaultdict(float)
    asked: Counter[str] = Counter()
    applied: Counter[str] = Counter()

    def timed(rule_id: str, rewrite: Callable[..., Any]) -> Callable[..., Any]:
        def ask(node: Any, facts: Any) -> Any:
            start = time.perf_counter()
            new = rewrite(node, facts)
            spent[rule_id] += time.perf_counter() - start
            asked[rule_id] += 1
            applied[rule_id] += new is not None and new is not node
            return new

        return ask

    rules = [replace(rule, rewrite=timed(rule.id, rule.rewrite)) for rule in RULES]
    whole, lines = 0.0, 0
    for source in sources:
        parsed = parse(source, language)
        lines += source.text.count("\n")
        start = time.perf_counter()
        with quick_and_deep():
            normalize(parsed, language, rules, allowed)
        whole += time.perf_counter() - start
    ranked = sorted(asked, key=lambda rule: -spent[rule])
    return [
        RuleTime(rule, 1e6 * spent[rule] / lines, spent[rule] / whole, asked[rule], applied[rule])
        for rule in ranked
    ]
