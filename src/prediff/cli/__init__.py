"""The command line. `main` answers for byte-equal files at once; all else is loaded when it is needed.

Exit codes follow `diff`: 0 identical or same, 1 anything else that was compared, 2 trouble.
"""

from __future__ import annotations

import os
import sys

from prediff.cli import quick  # not its functions: commands are modules here of the same names

TYPE_CHECKING = False  # see prediff/__init__.py
if TYPE_CHECKING:
    from collections.abc import Sequence

TROUBLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `prediff` with `arguments` (by default those of the process) and give the exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    code = _reported(arguments)
    if code == TROUBLE and arguments[:1] == ["textconv"] and quick.print_raw(arguments[1:]):
        # git ends the whole command where its textconv fails.
        return 0
    return code


def _reported(arguments: list[str]) -> int:
    """The exit code of a run; what went wrong was said."""
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _drop_output()
        return 0
    except Exception as error:
        if os.environ.get("PREDIFF_DEBUG"):
            raise
        from prediff.cli.output import complain
        from prediff.errors import PrediffError

        known = isinstance(error, PrediffError)
        complain(str(error) if known else _internal(error))
        return TROUBLE


def _run(arguments: list[str]) -> int:
    if "_PREDIFF_COMPLETE" not in os.environ:
        code = _quickly(arguments)
        if code is not None:
            return code
    from prediff.cli.group import run
    from prediff.cli.warm import start_if_wanted

    code = run(arguments)
    start_if_wanted(arguments)
    return code


def _quickly(arguments: list[str]) -> int | None:
    """The exit code of a run that needs neither click nor the rules in this process; None for all others."""
    if quick.are_identical(arguments):
        from prediff.cli.output import write

        if arguments[0] == "diff" and not {"-q", "--quiet"} & set(arguments):
            write("identical\n")
        return 0
    from prediff.cli.warm import answered, converted, start_if_wanted

    if converted(arguments):
        return 0
    if quick.bc_convert(arguments):
        start_if_wanted(arguments)
        return 0
    if arguments[:1] == ["bc-compare"]:
        return answered(["diff", "--quiet", *arguments[1:]])
    code = answered(arguments)
    if code is None and arguments[:1] == ["textconv"] and quick.textconv(arguments):
        start_if_wanted(arguments)
        return 0
    return code


def _internal(error: Exception) -> str:
    what = f"{type(error).__name__}: {error}".rstrip(": ")
    return f"internal error: {what} (run with PREDIFF_DEBUG=1 for the traceback)"


def _drop_output() -> None:
    """Point standard output at nothing, so that the interpreter's last flush does not complain."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
