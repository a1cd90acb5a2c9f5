"""`prediff explain RULE`: what a rule does, why that is sound, and what it leaves alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import indent, wrap
from typing import TYPE_CHECKING

import click

from prediff.cli.options import Word

if TYPE_CHECKING:
    from prediff.rules.rule import Rejected, Rule


def _names() -> Sequence[str]:
    from prediff.rules import REJECTED, RULES
    from prediff.rules.assumptions import ASSUMPTIONS

    return (*(rule.id for rule in RULES), *(one.id for one in REJECTED), *ASSUMPTIONS)


class _RuleName(Word):
    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from prediff.config import did_you_mean
        from prediff.errors import ConfigError

        if value not in self.choices():
            near = did_you_mean(value, self.choices())
            raise ConfigError(f"there is no rule {value!r}{near or '; prediff rules lists them'}")
        return value


@click.command("explain", short_help="Explain a rule, a rejected rewrite or an assumption.")
@click.argument("rule", type=_RuleName("rule", _names))
def command(rule: str) -> int:
    """Explain RULE: what it rewrites, why that is sound, on which assumptions it rests, what it leaves alone.

    RULE may also be a rewrite that was rejected, or an assumption.
    """
    from prediff.cli.output import write

    write("\n".join(_explanation(rule)) + "\n")
    return 0


def _explanation(name: str) -> Iterator[str]:
    from prediff.rules import REJECTED, RULES

    for rule in RULES:
        if rule.id == name:
            return _of_rule(rule)
    for rejected in REJECTED:
        if rejected.id == name:
            return _of_rejected(rejected)
    return _of_assumption(name)


def _of_rule(rule: Rule) -> Iterator[str]:
    yield f"{rule.id} ({rule.family})"
    yield from _paragraph(rule.summary)
    if rule.why:
        yield ""
        yield from _paragraph(rule.why)
    yield ""
    for language, needs in rule.languages.items():
        yield f"{language}: {', '.join(sorted(needs)) or 'no assumptions'}"
    for example in rule.examples:
        yield ""
        yield f"{example.name}{_in(example.language)}:"
        yield from _sides(example.before, example.after, "becomes")
    if rule.leaves_alone:
        yield ""
        yield "It leaves alone:"
        for near_miss in rule.leaves_alone:
            yield ""
            yield indent(near_miss.rstrip(), "    ")


def _of_rejected(rejected: Rejected) -> Iterator[str]:
    yield f"{rejected.id} (rejected){_in(rejected.language)}"
    yield from _paragraph(rejected.why)
    yield ""
    yield from _sides(rejected.before, rejected.after, "is not the same as")


def _of_assumption(name: str) -> Iterator[str]:
    from prediff.rules import RULES
    from prediff.rules.assumptions import ASSUMPTIONS, LEVELS

    assumption = ASSUMPTIONS[name]
    yield f"{name} (assumption)"
    yield from _paragraph(f"It grants that {assumption.grants}.")
    levels = LEVELS[LEVELS.index(assumption.level) :] if assumption.level else ()
    yield f"Granted by: {', '.join((*(f'--level {level}' for level in levels), f'--assume {name}'))}"
    users = [rule.id for rule in RULES if any(name in needs for needs in rule.languages.values())]
    if users:
        yield f"Needed by: {', '.join(users)}"


def _in(language: str) -> str:
    return "" if language == "python" else f", in {language}"


def _paragraph(text: str) -> Iterator[str]:
    yield from wrap(text, 98)


def _sides(before: str, after: str, between: str) -> Iterator[str]:
    yield indent(before.rstrip(), "    ")
    yield f"  {between}"
    yield indent(after.rstrip(), "    ")
