"""The options that commands share, checked by name and completed by the shell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from prediff.config import Config

if TYPE_CHECKING:
    _TextType = click.ParamType[str]
else:
    # Generic only in newer versions of click.
    _TextType = click.ParamType

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Word(_TextType):
    """One word of a list that is looked up only when it is needed: the list may be slow to import."""

    name = "word"

    def __init__(self, kind: str, choices: Callable[[], Sequence[str]]) -> None:
        self.kind = kind
        self.choices = choices

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        choices = self.choices()
        if value not in choices:
            from prediff.config import did_you_mean

            known = f" (one of {', '.join(choices)})" if len(choices) < 20 else ""
            self.fail(f"there is no {self.kind} {value!r}{did_you_mean(value, choices) or known}", param, ctx)
        return value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(word) for word in self.choices() if word.startswith(incomplete)]


def languages() -> Sequence[str]:
    from prediff.languages import LANGUAGES

    return tuple(LANGUAGES)


def assumptions() -> Sequence[str]:
    from prediff.rules.assumptions import ASSUMPTIONS

    return tuple(ASSUMPTIONS)


def _config() -> ModuleType:
    from prediff import config

    return config


def colors() -> Sequence[str]:
    from prediff.config import COLORS

    return COLORS


def sides() -> Sequence[str]:
    return ("left", "right")


FILE = click.Path()

_COMPARING = (
    click.option(
        "--lang", metavar="ID", type=Word("language", languages), help="Read the files in this language."
    ),
    click.option(
        "--level",
        metavar="LEVEL",
        type=Word("level", lambda: _config().LEVELS),
        help="How much may be folded: layout, safe (the default) or relaxed.",
    ),
    click.option(
        "--assume",
        metavar="NAME",
        multiple=True,
        type=Word("assumption", assumptions),
        help="Grant an assumption beyond the level. May be repeated.",
    ),
    click.option(
        "--refuse",
        metavar="NAME",
        multiple=True,
        type=Word("assumption", assumptions),
        help="Do without an assumption that the level grants. May be repeated.",
    ),
    click.option(
        "--show",
        metavar="WHAT",
        multiple=True,
        type=Word("choice", lambda: _config().SHOWN),
        help="Compare docs (docstrings), comments, annotations or imports as code. May be repeated.",
    ),
    click.option(
        "--reader",
        metavar="READER",
        type=Word("reader", lambda: _config().READERS),
        help="How Python is read: auto (the default), ast or libcst.",
    ),
    click.option(
        "--view",
        metavar="VIEW",
        type=Word("view", lambda: _config().VIEWS),
        help="aligned (the default): the left file, and the right in its text; or canonical: both in normal form.",
    ),
)


def comparing(command: _Command) -> _Command:
    """Add the options that say what counts as the same. They arrive as keywords, for `settled`."""
    for option in reversed(_COMPARING):
        command = option(command)
    return command


IMPLEMENTATIONS = click.option(
    "--implementations", is_flag=True, help="Compare two implementations, whatever their public names."
)
COLOR = click.option("--color", metavar="WHEN", type=Word("choice", colors), help="auto, always or never.")


def settled(config: Config, given: dict[str, Any], implementations: bool = False) -> Config:
    """`config` with the options of the command line, which outrank the files. Raises ConfigError."""
    from prediff.errors import ConfigError

    old = config.settings
    assume, refuse = frozenset(given["assume"]), frozenset(given["refuse"])
    if both := sorted(assume & refuse):
        raise ConfigError(f"{both[0]} is both assumed and refused")
    settings = replace(
        old,
        level=given["level"] or old.level,
        assume=(old.assume - refuse) | assume,
        refuse=(old.refuse - assume) | refuse,
        show=old.show | frozenset(given["show"]),
        implementations=implementations,
        language=given["lang"],
        reader=given["reader"] or old.reader,
        view=given["view"] or old.view,
    )
    return replace(config, settings=settings)
