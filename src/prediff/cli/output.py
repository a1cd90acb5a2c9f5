"""Standard output and standard error: colours, a pager where there is a person, no word on closed pipes."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # see prediff/__init__.py
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Recorder:
    """Takes the place of the terminal where a server works for a command: keeps what is to be said, in order.

    terminal: whether the command's standard output is one. columns: its width. environment: the command's variables
    that steer colours. said: names of functions of this module, with the text and, for `show`, the pager.
    """

    def __init__(self, terminal: bool, columns: int, environment: Mapping[str, str]) -> None:
        self.terminal = terminal
        self.columns = columns
        self.environment = environment
        self.said: list[tuple[str, str, str | None]] = []


class _Now:
    """Where words go at present."""

    recorder: Recorder | None = None


def record(recorder: Recorder | None) -> None:
    """Keep all that is said from here on; None: say it."""
    _Now.recorder = recorder


def replay(said: Sequence[Sequence[str]]) -> None:
    """Say what a recorder has kept: each as a name, a text and perhaps a pager. Raises as these functions do."""
    for how, text, *pager in said:
        if how == "complain":
            _say(text)
        elif how == "write_bytes":
            write_bytes(text.encode("utf-8", "surrogateescape"))
        elif how == "show":
            show(text, pager[0] if pager else None)
        else:
            write(text)


def complain(message: str) -> None:
    """One line on standard error: `prediff: ...`. Nothing in it can steer the terminal."""
    from prediff.reports.escaping import printable

    line = f"prediff: {printable(message, keep='')}\n"
    if _Now.recorder is not None:
        _Now.recorder.said.append(("complain", line, None))
    else:
        _say(line)


def _say(line: str) -> None:
    if sys.stderr is not None:
        try:
            sys.stderr.write(line)
            sys.stderr.flush()
        except OSError:
            pass


def write(text: str) -> None:
    """Write a report to standard output. A reader that has gone away is no error; a full disk is.

    Raises WriteError.
    """
    if _Now.recorder is not None:
        _Now.recorder.said.append(("write", text, None))
        return
    if sys.stdout is None:
        return
    try:
        reconfigure = getattr(sys.stdout, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        _failed(error)


def write_bytes(data: bytes) -> None:
    """Write exact bytes to standard output; otherwise like `write`."""
    if _Now.recorder is not None:
        _Now.recorder.said.append(("write_bytes", data.decode("utf-8", "surrogateescape"), None))
        return
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        _failed(error)


def _failed(error: OSError) -> None:
    from prediff.errors import WriteError

    # What is still buffered would fail again when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if not isinstance(error, BrokenPipeError):
        reason = (error.strerror or str(error)).lower()
        raise WriteError(f"cannot write to standard output: {reason}") from None


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    if _Now.recorder is not None:
        return _Now.recorder.terminal
    return sys.stdout is not None and sys.stdout.isatty()


def want_color(choice: str) -> bool:
    """Whether to colour: as `choice` says; for auto as NO_COLOR, FORCE_COLOR and the terminal say."""
    if choice != "auto":
        return choice == "always"
    environment = os.environ if _Now.recorder is None else _Now.recorder.environment
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"] != "0"
    return is_terminal() and environment.get("TERM") != "dumb"


def width() -> int:
    """Columns of the terminal; of a wide page where there is none."""
    if _Now.recorder is not None:
        return _Now.recorder.columns
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or 120
    except OSError:
        return 120


def show(text: str, pager: str | None) -> None:
    """Write a report, through a pager where standard output is a terminal.

    pager: a command, "" for none; None for what $PAGER says, and `less` where it says nothing.
    """
    if _Now.recorder is not None:
        _Now.recorder.said.append(("show", text, pager))
        return
    command = (os.environ.get("PAGER", "less") if pager is None else pager) if is_terminal() else ""
    program = _program(command) if command else []
    if program:
        _page(text, program)
    else:
        write(text)


def _program(command: str) -> list[str]:
    """The command's words with the program's full path; [] for none."""
    import shlex

    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if not words or words[0] == "cat":
        return []
    from prediff.programs import find_program

    path = find_program(words[0])
    return [path, *words[1:]] if path else []


def _page(text: str, command: list[str]) -> None:
    from subprocess import PIPE, Popen

    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    try:
        pager = Popen(command, stdin=PIPE, env=environment)
    except OSError:
        write(text)
        return
    assert pager.stdin is not None
    try:
        pager.stdin.write(text.encode("utf-8", "backslashreplace"))
        pager.stdin.close()
    except OSError:
        pass
    while True:
        try:
            pager.wait()
            return
        except KeyboardInterrupt:
            # Ctrl-C is for the pager; it ends when its user says so.
            continue
