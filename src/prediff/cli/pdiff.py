"""`prediff pdiff`, behind `git pdiff`: git's diff, log or show with the change in logic of each file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

import click

_EPILOG = """\
\b
Examples:
  git config --global alias.pdiff '!prediff pdiff'
  git pdiff
  git pdiff main...topic -- src/
  git pdiff log -3
  git pdiff show HEAD~1

Without diff, log or show in front it is diff. What follows is git's, and so are pager and colours. Nothing is
set up: the next `git diff` is as before. Exit code: git's.
"""
SHOWN = {"diff": ("--ext-diff",), "log": ("-p", "--ext-diff"), "show": ("--ext-diff",)}


class _Verbatim(click.Command):
    """A command whose words are git's, `--` too. Its own help is all that it takes for itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] in (["-h"], ["--help"]):
            return super().parse_args(ctx, args)
        ctx.params["words"] = tuple(args)
        return []


@click.command(
    "pdiff",
    cls=_Verbatim,
    epilog=_EPILOG,
    short_help="Run git diff, log or show by logic, for an alias.",
)
@click.argument("words", metavar="[diff|log|show] [ARGS]...", nargs=-1, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> int:
    """Show what `git diff`, `git log -p` or `git show` shows, with only the logic that changed in each file."""
    from prediff.users_git import show, without_its_programs

    name, rest = (words[0], words[1:]) if words[:1] and words[0] in SHOWN else ("diff", words)
    folder, environment = _place(os.environ)
    muted = without_its_programs(folder, environment)
    own = _ourselves(rest)
    drivers = [word.partition("=")[0] for word in muted if word.startswith("diff.") and ".command=" in word]
    taken = [word for key in ("diff.external", *drivers) for word in ("-c", f"{key}={own}")]
    return show([*muted, *taken, name, "--no-textconv", *SHOWN[name], *rest], folder, environment)


def _place(given: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The folder that the user is in, and an environment in which git knows it and finds no program in it.

    git runs an alias in the top folder of the repository, and says in GIT_PREFIX from where.
    """
    from prediff.programs import search_path

    environment = {
        key: value for key, value in given.items() if key not in ("GIT_PREFIX", "GIT_EXTERNAL_DIFF")
    }
    prefix = given.get("GIT_PREFIX", "")
    environment["PATH"] = search_path((prefix,))
    if not prefix or not os.path.isdir(prefix):
        return os.curdir, environment
    if given.get("GIT_DIR"):
        # Once it is told where the repository is, git takes the folder that it starts in for the top.
        environment["GIT_DIR"] = os.path.abspath(given["GIT_DIR"])
        environment["GIT_WORK_TREE"] = os.path.abspath(given.get("GIT_WORK_TREE") or os.curdir)
    return prefix, environment


def _ourselves(arguments: Sequence[str]) -> str:
    """The command line, for a shell, that calls this prediff for each file, with the context that git was asked for."""
    from shlex import join

    # -P: with it the folder that git is in, which holds what is compared, is no place for modules.
    words = [sys.executable.replace(os.sep, "/"), "-P", "-m", "prediff", "external-diff"]
    waiting = iter(arguments)
    for word in waiting:
        if word == "--":
            break
        context = word[2:] if word.startswith("-U") else word.removeprefix("--unified=")
        if word == "-U":
            context = next(waiting, "")
        if context != word and context.isdigit():
            words += ["-U", context]
        if word in ("--color=always", "--color=never", "--color", "--no-color"):
            words.append({"--color": "--color=always", "--no-color": "--color=never"}.get(word, word))
    return join([*words, "--"])
