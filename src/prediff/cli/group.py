"""The group of commands. Each is imported when it is called."""

from __future__ import annotations

from importlib import import_module

import click

from prediff.cli.output import complain

COMMANDS = (
    *("diff", "tree", "check", "split", "normalize", "explain", "rules", "languages"),
    *("setup", "doctor", "cache", "server", "watch", "web", "model"),
    *("difftool", "pdiff", "textconv", "external-diff", "svn-diff"),
    *("bc-convert", "bc-compare"),
)

_EPILOG = """\
\b
Examples:
  prediff diff old.py new.py
  prediff diff old.js new.js --side-by-side
  prediff diff old.py new.py --out-left a.py --out-right b.py && echo same
  prediff check main..topic
  prediff split main..topic --out patches
  prediff normalize module.py | less
  prediff explain format-call
  prediff explain old.py new.py --line 12
  prediff setup git

\b
Exit codes of diff: 0 identical or same, 1 different or unknown, 2 trouble.
Completion: eval "$(_PREDIFF_COMPLETE=bash_source prediff)" in bash
(zsh_source and fish_source for the others).
"""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found = import_module(f"prediff.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from prediff.config import did_you_mean

            near = did_you_mean(args[0], COMMANDS) or f" (one of {', '.join(COMMANDS)})"
            raise click.UsageError(f"there is no command {args[0]!r}{near}", ctx)
        return super().resolve_command(ctx, args)


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from prediff import __version__

        click.echo(f"prediff {__version__}")
        ctx.exit()


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    invoke_without_command=True,
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version.",
)
@click.pass_context
def prediff(ctx: click.Context) -> None:
    """Rewrite two versions of a file so that equal logic becomes equal text, and show what differs."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def run(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    try:
        code = prediff.main(arguments, prog_name="prediff", standalone_mode=False)
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        complain(error.format_message())
        return 2
    except SystemExit:
        # click ends the process itself once it has completed a word, and where nobody reads its help any more.
        return 0
    return code if isinstance(code, int) else 0
