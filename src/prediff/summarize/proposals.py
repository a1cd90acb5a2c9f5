"""What a model proposes about pairs, and the check of it: names are tried, steps are replayed; an opinion is neither.

What does not hold is dropped. What holds is a line of the report, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from prediff.facts.binders import Binder, binders
from prediff.hints import PUBLIC_NAMES, Trials, canonical, offered
from prediff.languages import get_language
from prediff.languages.language import Language
from prediff.linediff import diff_lines
from prediff.model import Fold, Lines, Report, Suggestion
from prediff.models.protocols import Opinion, Proposer, Step, Unit
from prediff.normalizer import assumptions_of
from prediff.reconcilers.names import renamed_to
from prediff.rules import RULES
from prediff.summarize.leftovers import Pair, unit_of
from prediff.tree import Function, Node


def suggestions(report: Report, pairs: Sequence[Pair], proposer: Proposer) -> tuple[Suggestion, ...]:
    """What holds of the proposals for some pairs of a report, and the opinions. Raises ModelError."""
    changes = [pair.change for pair in pairs]
    found: list[Suggestion] = []
    for pair, names in zip(pairs, proposer.names(changes), strict=True):
        found += checked_names(pair, names or {}, report)
    rules = {rule.id: rule.summary for rule in RULES if report.language in rule.languages}
    trials = Trials(canonical(report))
    for pair, steps in zip(pairs, proposer.steps(changes, rules), strict=True):
        found += replayed(pair, steps or (), trials)
    for pair, opinion in zip(pairs, proposer.opinions(changes), strict=True):
        found += _opinion(pair, opinion)
    return tuple(found)


def checked_names(pair: Pair, names: Mapping[str, str], report: Report) -> Iterator[Suggestion]:
    """Locals of the right under names of the left, if that is one to one, captures nothing and leaves less to read."""
    left, right = pair.left.tree, pair.right.tree
    if not isinstance(left, Function) or not isinstance(right, Function):
        return
    if "locals-unread" not in assumptions_of(report.settings):
        return
    language = get_language(pair.left.language)
    traits = language.traits
    ours = {name for _, name in binders(left, traits, traits.keyword_parameters)}
    theirs = binders(right, traits, traits.keyword_parameters)
    wanted: dict[Binder, str] = {}
    for old, new in names.items():
        places = [binder for binder in theirs if binder[1] == old]
        if len(places) == 1 and new in ours and old != new:
            wanted[places[0]] = new
    if len(set(wanted.values())) < len(wanted):
        return
    renamed, given = renamed_to(right, wanted, traits, traits.keyword_parameters)
    gain = _differing(pair.left, pair.right) - _differing_from(pair.left, renamed, language)
    if given and gain > 0:
        listed = ", ".join(f"{binder[1]} is {new}" for binder, new in sorted(given.items()))
        less = f"{gain} line{'s' * (gain > 1)} less differ{'s' * (gain == 1)}"
        yield Suggestion("names", pair.left.name, f"{listed}: {less}", checked=True)


def _differing_from(left: Unit, right: Node, language: Language) -> int:
    assert isinstance(right, Function)
    unit = unit_of(right, left.name, language)
    return _differing(left, unit) if unit is not None else 10**9


def _differing(left: Unit, right: Unit) -> int:
    """How many lines of two normal forms differ."""
    changes = diff_lines(left.text.split("\n"), right.text.split("\n"))
    return sum(c.left[1] - c.left[0] + c.right[1] - c.right[0] for c in changes if not c.equal)


def replayed(pair: Pair, steps: Sequence[Step], trials: Trials) -> Iterator[Suggestion]:
    """Steps that prediff's own rules take, at these places and under assumptions, to a unit that is the same."""
    more = offered(trials.report.settings) - {PUBLIC_NAMES}
    found = trials.under(more) if steps and more else None
    unit = pair.left.name.partition(".")[0]
    if found is None or not trials.is_same(unit, more) or not all(_took(s, pair, found.folds) for s in steps):
        return
    needed = {name for fold in found.folds if fold.unit == unit for name in fold.assumptions} - trials.granted
    if needed and trials.is_same(unit, needed):
        rules = ", ".join(dict.fromkeys(step.rule for step in steps))
        yield Suggestion(
            "steps", unit, f"the same by {rules} under {', '.join(sorted(needed))}", checked=True
        )


def _took(step: Step, pair: Pair, folds: Sequence[Fold]) -> bool:
    """Whether a rule was applied where the step says."""
    unit = pair.left if step.side == "left" else pair.right
    lines = unit.lines[step.statement - 1]
    return any(
        fold.rule == step.rule and fold.side == step.side and _meet(lines, (fold.span[0], fold.span[2]))
        for fold in folds
    )


def _meet(one: Lines, two: Lines) -> bool:
    return one[0] <= two[1] and two[0] <= one[1]


def _opinion(pair: Pair, opinion: Opinion | None) -> Iterator[Suggestion]:
    if opinion is not None:
        thinks = {True: "does the same", False: "does something else", None: "cannot tell"}
        yield Suggestion("opinion", pair.left.name, f"{thinks[opinion.equivalent]}: {opinion.reason}")
