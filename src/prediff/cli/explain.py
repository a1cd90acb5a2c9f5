"""`prediff explain RULE`: what a rule does and why that is sound; with two files, why a line is folded or shown."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from prediff.cli.options import COLOR, FILE, IMPLEMENTATIONS, Word, comparing, settled, sides

if TYPE_CHECKING:
    from prediff.reconcilers.catalogue import PairFold
    from prediff.rules.rule import Rejected, Rule


def _names() -> Sequence[str]:
    from prediff.reconcilers.catalogue import PAIR_FOLDS
    from prediff.rules import REJECTED, RULES
    from prediff.rules.assumptions import ASSUMPTIONS

    pairs = (fold.id for fold in PAIR_FOLDS)
    return (*(rule.id for rule in RULES), *pairs, *(one.id for one in REJECTED), *ASSUMPTIONS)


class _RuleOrFile(Word):
    """A rule where it stands alone, which is known only once all is parsed: nothing is refused here."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return super().shell_complete(ctx, param, incomplete) or [CompletionItem(incomplete, type="file")]


_EPILOG = """\
\b
Examples:
  prediff explain format-call
  prediff explain old.py new.py --line 12
  prediff explain old.py new.py --line 9 --side right --level relaxed
  git show HEAD:app.py | prediff explain - app.py --line 40 --json
"""


@click.command("explain", epilog=_EPILOG, short_help="Explain a rule, an assumption, or a line of two files.")
@click.argument("what", metavar="RULE|LEFT", type=_RuleOrFile("rule", _names))
@click.argument("right", required=False, type=FILE)
@click.option("--line", metavar="N", type=click.IntRange(1), help="The line of LEFT to explain.")
@click.option("--side", metavar="SIDE", type=Word("side", sides), help="left (the default) or right.")
@comparing
@IMPLEMENTATIONS
@click.option("--json", "as_json", is_flag=True, help="Explain the line as JSON.")
@COLOR
@click.pass_context
def command(
    ctx: click.Context, /, what: str, right: str | None, line: int | None, side: str | None, **given: Any
) -> int:
    """Explain RULE: what it rewrites, why that is sound, on which assumptions it rests, what it leaves alone.

    RULE may also be a rewrite that was rejected, or an assumption.

    With two files instead, LEFT and RIGHT, explain one line: whether it is folded or shown, by which rules and under
    which assumptions, and what more would fold it. One of the files may be - for standard input.
    """
    from prediff.cli.output import write

    if right is None:
        _check_alone(ctx, what)
        write("\n".join(_explanation(what)) + "\n")
    elif line is None:
        raise click.UsageError("a line of two files is explained: say which by --line N", ctx)
    else:
        write(_of_line(what, right, line, side or "left", given))
    return 0


def _check_alone(ctx: click.Context, name: str) -> None:
    """Raise an error in one line where a lone argument is no rule, or has options that only files can have."""
    from prediff.config import did_you_mean
    from prediff.errors import ConfigError

    if name not in _names():
        if os.path.exists(name) or name == "-":
            raise ConfigError(
                f"{name} is a file: give two files and a line, prediff explain LEFT RIGHT --line N"
            )
        near = did_you_mean(name, _names())
        raise ConfigError(f"there is no rule {name!r}{near or '; prediff rules lists them'}")
    for param in ctx.command.params:
        if isinstance(param, click.Option) and ctx.params.get(param.name or ""):
            raise click.UsageError(
                f"{param.opts[-1]} is for two files: prediff explain LEFT RIGHT --line N", ctx
            )


def _of_line(left: str, right: str, line: int, side: str, given: dict[str, Any]) -> str:
    from prediff.cli.output import complain, want_color
    from prediff.config import load_config
    from prediff.read import read_pair

    config = settled(load_config((left, right)), given, given["implementations"])
    for warning in config.warnings:
        complain(warning)
    sources = read_pair(left, right, config.choose_language)
    from prediff.explanation import explain_line
    from prediff.pipeline import compare
    from prediff.reports.line import line_json, render_line

    report = compare(*sources, config.settings)
    found = explain_line(report, line, "right" if side == "right" else "left")
    if given["as_json"]:
        return line_json(report, found)
    from prediff.reports.escaping import Style

    return render_line(report, found, Style(want_color(given["color"] or config.color)))


def _explanation(name: str) -> Iterator[str]:
    from prediff.reconcilers.catalogue import PAIR_FOLDS
    from prediff.rules import REJECTED, RULES

    for rule in RULES:
        if rule.id == name:
            return _of_rule(rule)
    for fold in PAIR_FOLDS:
        if fold.id == name:
            return _of_pair_fold(fold)
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


def _of_pair_fold(fold: PairFold) -> Iterator[str]:
    yield f"{fold.id} (pairs)"
    yield from _paragraph(fold.summary)
    yield ""
    yield from _paragraph(fold.why)
    yield ""
    for language, needs in fold.languages.items():
        yield f"{language}: {', '.join(sorted(needs))}"
    for example in fold.examples:
        yield ""
        yield f"{example.name}{_in(example.language)}:"
        yield from _sides(example.before, example.after, "is the same as")
    for example in fold.near_misses:
        yield ""
        yield f"but not {example.name}{_in(example.language)}:"
        yield from _sides(example.before, example.after, "is not the same as")


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
