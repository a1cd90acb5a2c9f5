"""`prediff setup`: let other programs use prediff, and undo that."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from prediff.cli.options import Word

if TYPE_CHECKING:
    from prediff.reports.escaping import Style
    from prediff.setup import Choices, FileChange, Target

_CONTEXT = 2

_EPILOG = """\
\b
Examples:
  prediff setup
  prediff setup git
  prediff setup git --textconv --print
  prediff setup git --undo
  prediff setup hg --yes

What changes is shown first, and written once you say yes. --undo gives each file back byte for byte; where
you edited one since, only our own entries are taken out. Exit code: 0 done, 1 you said no, 2 trouble.
"""


def _names() -> Sequence[str]:
    from prediff.setup import TARGETS

    return tuple(target.name for target in TARGETS)


@click.command("setup", epilog=_EPILOG, short_help="Let git and other programs use prediff, or undo that.")
@click.argument("name", metavar="[PROGRAM]", required=False, type=Word("program to set up", _names))
@click.option("--global", "scope", flag_value="global", help="For you, in all repositories (the default).")
@click.option("--local", "scope", flag_value="local", help="For this repository only.")
@click.option("--textconv", is_flag=True, help="git diff, log and show print files in normal form.")
@click.option("--external", is_flag=True, help="git diff (or svn diff) shows files through prediff.")
@click.option("--viewer", metavar="TOOL", help="The viewer that shows what prediff made, such as meld.")
@click.option("--print", "only_print", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--undo", "undoing", is_flag=True, help="Take back what setup wrote.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    name: str | None,
    scope: str | None,
    only_print: bool,
    undoing: bool,
    yes: bool,
    **chosen: bool | str | None,
) -> int:
    """Set PROGRAM up to use prediff: git, hg, svn, jj, lazygit, beyond-compare, pre-commit, github or gitlab.

    Without PROGRAM: list what can be set up, and what is.
    """
    from prediff.cli.output import write
    from prediff.setup import TARGETS, Choices

    given = {word: value for word, value in chosen.items() if value}
    if name is None:
        if scope or given or undoing:
            raise click.UsageError(f"say what to set up: one of {', '.join(_names())}", ctx)
        write("\n".join(_listed(TARGETS)) + "\n")
        return 0
    target = next(one for one in TARGETS if one.name == name)
    scope = _scope(ctx, target, scope)
    for word in given:
        if word not in target.options:
            raise click.UsageError(f"--{word} does not go with {name}", ctx)
        if undoing:
            raise click.UsageError("--undo takes back all that was set up: it has no other options", ctx)
    options = frozenset(word for word, value in given.items() if value is True)
    viewer = given.get("viewer")
    choices = Choices(scope, options, viewer if isinstance(viewer, str) else None)
    return _do(target, choices, only_print, undoing, yes)


def _scope(ctx: click.Context, target: Target, scope: str | None) -> str:
    if scope and scope not in target.scopes:
        where = {"global": "for you only", "local": "for one repository only"}
        only = f"is set up {where[target.scopes[0]]}" if target.scopes else "is not written to"
        raise click.UsageError(f"--{scope} does not go with {target.name}, which {only}", ctx)
    return scope or (target.scopes[0] if target.scopes else "global")


def _do(target: Target, choices: Choices, only_print: bool, undoing: bool, yes: bool) -> int:
    from prediff.cli.output import want_color, write
    from prediff.reports.escaping import Style
    from prediff.setup import apply, set_up, undo

    notes: Sequence[str] = ()
    if undoing:
        changes = undo(target, choices.scope)
        notes = list(_kept_edits(changes))
    else:
        plan, changes = set_up(target, choices)
        notes = plan.notes
        if plan.shown:
            write(_safe(plan.shown))
    needed = [one for one in changes if one.needed]
    for change in needed:
        write("\n".join(_diff(change, Style(want_color("auto")))) + "\n")
    _say(notes)
    if not target.scopes or only_print:
        return 0
    if not needed:
        apply(changes)
        write(f"{target.name}: nothing to undo\n" if undoing else f"{target.name}: nothing to change\n")
        return 0
    if not yes and not _confirmed(len(needed)):
        write("nothing is written\n")
        return 1
    apply(changes)
    write(f"{target.name}: {'undone' if undoing else f'set up; to undo: {_undo_line(target, choices)}'}\n")
    return 0


def _undo_line(target: Target, choices: Choices) -> str:
    other = choices.scope != target.scopes[0]
    return f"prediff setup {target.name}{f' --{choices.scope}' if other else ''} --undo"


def _kept_edits(changes: Sequence[FileChange]) -> Iterator[str]:
    from prediff.setup import shown_path

    for change in changes:
        if change.edited and change.before is not None:
            left = "our entries are taken out" if change.needed else "it stays"
            yield f"{shown_path(change.path)} was edited since: {left}, and your edits are kept"


def _confirmed(count: int) -> bool:
    """Ask on a terminal. Raises ConfigError where there is none."""
    from prediff.errors import ConfigError

    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise ConfigError("nothing is written without your yes: add --yes to write, --print to only look")
    files = "this file" if count == 1 else f"these {count} files"
    return click.confirm(f"Write {files}?")


def _say(notes: Sequence[str]) -> None:
    from prediff.cli.output import write

    for note in notes:
        write(f"note: {_safe(note)}\n")


def _safe(text: str) -> str:
    from prediff.reports.escaping import printable

    return printable(text, keep="\t\n")


def _diff(change: FileChange, style: Style) -> Iterator[str]:
    """The change of one file as a small diff; line ends other than a newline are seen."""
    from difflib import unified_diff

    from prediff.setup import shown_path

    name = _safe(shown_path(change.path))
    if change.after is None:
        yield style.header(f"{name} is removed")
        return
    yield style.header(f"{name}{' is made' if change.before is None else ''}")
    if b"\0" in change.after:
        return  # no text
    old, new = (_lines(data) for data in (change.before, change.after))
    for line in list(unified_diff(old, new, n=_CONTEXT, lineterm=""))[2:]:
        shown = _safe(line)
        paint = {"+": style.added, "-": style.removed, "@": style.place}.get(line[:1])
        yield paint(shown) if paint else shown


def _lines(data: bytes | None) -> list[str]:
    return (data or b"").decode("utf-8", "surrogateescape").split("\n")


def _listed(targets: Sequence[Target]) -> Iterator[str]:
    width = max(len(target.name) for target in targets)
    for target in targets:
        yield f"{target.name:<{width}}  {_status(target)}: {target.summary}"
    yield "prediff setup PROGRAM shows what it would write, and asks"


def _status(target: Target) -> str:
    from prediff.errors import PrediffError
    from prediff.programs import find_program
    from prediff.setup import is_edited, recalled, shown_path

    found = []
    for scope in target.scopes:
        try:
            found += [(one, is_edited(one)) for one in recalled(target, scope)]
        except PrediffError:
            continue  # no repository here
    if found:
        files = [shown_path(one.path) + (" (edited since)" if edited else "") for one, edited in found]
        return f"set up in {_safe(', '.join(files))}"
    if target.program and find_program(target.program) is None:
        return "not installed"
    return "not set up" if target.scopes else "by hand"
