"""`prediff server start|stop|status`: a process that keeps prediff loaded, for commands that are called often."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from prediff.server.daemon import Server

_EPILOG = """\
\b
Examples:
  prediff server start
  prediff server status
  prediff server stop

Commands ask a server that runs, and work by themselves where none does; what they say is the same.
PREDIFF_SERVER=off in the environment asks none.
"""

_START_LIMIT = 30.0
_TRY_AGAIN = 60.0
IDLE = 1800.0
"""Seconds without a request after which a server ends."""
LOG = "server.log"
_WORKER = ("-m", "prediff.cli.worker")


@click.group("server", epilog=_EPILOG, short_help="Keep prediff loaded, for quick answers.")
def command() -> None:
    """Start, stop or look at the warm server of this user."""


@command.command("start")
@click.option(
    "--idle", metavar="SECONDS", type=click.FloatRange(1), help="End after so long without a request (1800)."
)
@click.option("--foreground", is_flag=True, help="Serve in this process, until Ctrl-C or SIGTERM.")
def start(idle: float | None, foreground: bool) -> int:
    """Start the server, in the background. One that runs older code of prediff is replaced."""
    from prediff.cli.output import write

    limit = IDLE if idle is None else idle
    if foreground:
        return serve(limit)
    base = own_base()
    if found := status_of(base):
        if not is_stale(found):
            write(f"runs already, process {found['pid']}\n")
            return 0
        stop_at(base)
    launch(limit)
    until = time.monotonic() + _START_LIMIT
    while time.monotonic() < until:
        found = status_of(base)
        if found and found["ready"]:
            write(f"started, process {found['pid']}\n")
            return 0
        time.sleep(0.05)
    from prediff.errors import ToolError
    from prediff.logs import log_file

    raise ToolError(f"the server did not start: {log_file(LOG)} may say why")


@command.command("stop")
def stop() -> int:
    """Stop the server. It is no error where none runs."""
    from prediff.cli.output import write

    write("stopped\n" if stop_at(own_base()) else "no server runs\n")
    return 0


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> int:
    """Tell whether a server runs, and since when. Exit code 1 where none does."""
    from prediff.cli.output import write
    from prediff.logs import log_file

    found = status_of(own_base())
    if as_json:
        import json

        write(json.dumps(found) + "\n")
    elif found is None:
        write("no server runs: `prediff server start` starts one\n")
    else:
        stale = ", of older code: `prediff server start` replaces it" if is_stale(found) else ""
        about = f"{found['answered']} answers in {found['since']} s"
        free = f"{found['ready']} of {found['processes']} processes free"
        write(f"runs, process {found['pid']}{stale}: {about}, {free}\nlog: {log_file(LOG)}\n")
    return 0 if found else 1


def own_base() -> str:
    """The path of the server's files without their ending, in a folder that is made if need be. Raises ToolError."""
    from prediff.errors import ToolError
    from prediff.server import wire

    folder = wire.folder()
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise ToolError(f"cannot make {folder} for the server: {error.strerror}") from None
    if not wire.is_own(folder):
        raise ToolError(
            f"{folder} can be entered by others, so no server is run there: chmod 700 it, or remove it"
        )
    return os.path.join(folder, wire.base_name())


def status_of(base: str) -> dict[str, Any] | None:
    """What a server says of itself; None where none answers."""
    from prediff.server import client, wire

    found = client.ask(base, "status")
    if not isinstance(found, dict) or "pid" not in found:
        return None
    return {key: wire.text(value) if isinstance(value, bytes) else value for key, value in found.items()}


def is_stale(found: dict[str, Any]) -> bool:
    """Whether a server runs other code than this."""
    from prediff import __version__
    from prediff.versions import rules_version

    return (found["version"], found["rules"]) != (__version__, rules_version())


def stop_at(base: str) -> bool:
    """Stop the server, by word or, where it does not listen any more, by signal; whether there was one."""
    from prediff.locks import holder
    from prediff.server import client

    pid = holder(base + ".lock")
    if pid is None:
        return False
    client.ask(base, "stop")
    for step in range(100):
        if holder(base + ".lock") is None:
            return True
        if step == 40:
            _terminate(pid)
        time.sleep(0.05)
    from prediff.errors import ToolError

    raise ToolError(f"the server, process {pid}, does not end")


def _terminate(pid: int) -> None:
    import signal
    from contextlib import suppress

    with suppress(OSError):
        os.kill(pid, signal.SIGTERM)


def launch(idle: float) -> None:
    """Start a server in the background, which goes on when this terminal closes."""
    import subprocess

    arguments = [
        sys.executable,
        "-P",
        "-m",
        "prediff",
        "server",
        "start",
        "--foreground",
        "--idle",
        f"{idle:g}",
    ]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
    subprocess.Popen(
        arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=os.path.dirname(own_base()),
        start_new_session=True,
        creationflags=flags,
    )


def start_quietly() -> None:
    """Start a server in the background unless one runs, or did not start just now."""
    from prediff.errors import PrediffError
    from prediff.locks import holder
    from prediff.server import client

    try:
        if os.environ.get(client.OFF) == "off":
            return
        base = own_base()
        tried = base + ".tried"
        recently = os.path.exists(tried) and time.time() - os.stat(tried).st_mtime < _TRY_AGAIN
        if recently or holder(base + ".lock") is not None:
            return
        with open(tried, "wb"):
            pass
        launch(IDLE)
    except (PrediffError, OSError):
        return  # what is started only to save time says nothing


def serve(idle: float) -> int:
    """Serve in this process until told to stop."""
    import signal

    from prediff.logs import log_file, log_to

    log_to(log_file(LOG))
    server = make(idle)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.stop())
    server.serve()
    return 0


def make(idle: float, size: int = 0) -> Server:
    """A server with its pool, not yet started. size: how many processes; 0 for one for each core, up to four."""
    from prediff.server.daemon import Server
    from prediff.server.pool import Pool

    base = own_base()
    processes = size or max(1, min(4, os.cpu_count() or 1))
    return Server(base, Pool(_WORKER, os.path.dirname(base), processes), idle)
