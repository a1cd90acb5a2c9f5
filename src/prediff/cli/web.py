"""`prediff web`: a local page to compare texts, files and folders."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from prediff.cli.options import FILE

if TYPE_CHECKING:
    from prediff.web.comparing import Paths
    from prediff.web.server import Server

PORT = 8733

_EPILOG = """\
\b
Examples:
  prediff web                      # prints an address; open it in a browser
  prediff web old.py new.py        # starts with these two, which are read anew at each comparison
  prediff web release-1.0 release-1.1
  prediff web --port 0 --no-open   # at any free port

Only the address that is printed works: it holds a token. Nothing of the disk is read but LEFT and RIGHT; what is
compared stays on this machine. Ctrl-C ends it.
"""


@click.command("web", epilog=_EPILOG, short_help="Compare on a local page in a browser.")
@click.argument("left", type=FILE, required=False)
@click.argument("right", type=FILE, required=False)
@click.option(
    "--port",
    metavar="N",
    default=PORT,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Listen at this port; 0: at any that is free.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="Listen at this address. Any other lets other machines in, which then need the token.",
)
@click.option(
    "--name",
    "names",
    metavar="NAME",
    multiple=True,
    help="A name by which other machines reach this one, beside its addresses. May be repeated.",
)
@click.option(
    "--open/--no-open", "opened", default=None, help="Open a browser (where there is a screen), or do not."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    default=20.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="After which a pair of files is given up.",
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results of earlier runs.")
def command(
    left: str | None,
    right: str | None,
    port: int,
    host: str,
    names: tuple[str, ...],
    opened: bool | None,
    timeout: float,
    no_cache: bool,
) -> int:
    """Compare two texts, files or folders on a local page, with level and assumptions as controls.

    LEFT and RIGHT are two files or two folders of this machine to start with; others are picked on the page.
    """
    from prediff.cli.output import complain, write
    from prediff.config import load_config
    from prediff.web.comparing import Comparer
    from prediff.web.guard import Guard, is_loopback
    from prediff.web.page import page
    from prediff.web.server import Server

    if (left is None) != (right is None):
        raise click.UsageError("name both files or folders, or none")
    paths = _paths(left, right) if left is not None and right is not None else None
    own = load_config(())
    config = paths.config() if paths else own
    for warning in config.warnings:
        complain(warning)
    near = is_loopback(host)
    guard = Guard(near, frozenset(name.lower() for name in (*names, *(() if near else (host,)))))
    comparer = Comparer(own, config.settings, paths, timeout, not no_cache)
    given = (paths.left, paths.right, paths.folders) if paths else None
    with _listening(
        host, port, lambda at: Server(at, guard, comparer, page(config.settings, given, own.model))
    ) as server:
        address = _address(server, host, guard.token)
        write(f"{address}\nOpen this address in a browser. Ctrl-C ends prediff.\n")
        if not near:
            complain(
                "other machines can reach this page, unencrypted; whoever sees the address with its token can use it"
            )
        with _shown(address, opened if opened is not None else near and _has_screen()):
            _serve(server)
    return 0


def _paths(left: str, right: str) -> Paths:
    """The two paths, once it is sure that they can be compared. Raises ReadError."""
    from prediff.errors import ReadError
    from prediff.revisions import is_revision
    from prediff.web.comparing import Paths

    are_folders = os.path.isdir(left), os.path.isdir(right)
    if are_folders[0] != are_folders[1]:
        raise ReadError(f"{left} and {right}: a folder can only be compared with a folder")
    for path in (left, right):
        if not are_folders[0] and not os.path.isfile(path) and not is_revision(path):
            raise ReadError(f"there is no file {path}")
    return Paths(left, right, are_folders[0])


@contextmanager
def _listening(host: str, port: int, serve: Callable[[tuple[str, int]], Server]) -> Iterator[Server]:
    from prediff.errors import ToolError

    try:
        server = serve((host.strip("[]"), port))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        advice = ": `--port 0` takes a free one" if port else ""
        raise ToolError(f"cannot listen at port {port} of {host}: {reason}{advice}") from None
    with server:
        yield server


def _address(server: Server, host: str, token: str) -> str:
    port = server.server_address[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host.strip("[]"), host.strip("[]"))
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/?token={token}"


def _serve(server: Server) -> None:
    """Answer until Ctrl-C or SIGTERM."""
    import signal
    import threading

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    old = signal.signal(signal.SIGTERM, stop)
    threading.Thread(target=_warm_up, args=(server,), daemon=True).start()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, old)


def _warm_up(server: Server) -> None:
    from prediff.errors import PrediffError

    with suppress(PrediffError, OSError):
        server.comparer.warm_up()


def _has_screen() -> bool:
    if not (sys.stdout and sys.stdout.isatty()):
        return False
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


@contextmanager
def _shown(address: str, wanted: bool) -> Iterator[None]:
    """Open the address in the user's browser.

    Other users can see the arguments of programs, so the token is not among them: the browser is given a file that only
    its user can read, which leads on to the address and is removed at the end.
    """
    if not wanted:
        yield
        return
    import shutil
    import tempfile

    folder = tempfile.mkdtemp(prefix="prediff-")
    try:
        file = os.path.join(folder, "open.html")
        with open(
            os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
        ) as stream:
            stream.write(
                f'<!DOCTYPE html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
                f'<meta http-equiv="refresh" content="0; url={address}"><title>prediff</title>\n'
            )
        _open(file)
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open(file: str) -> None:
    """Open a file in the browser; where that fails, the address that was printed is there."""
    import subprocess

    from prediff.cli.output import complain
    from prediff.programs import find_program

    if sys.platform == "win32":
        os.startfile(file)
        return
    program = find_program("open" if sys.platform == "darwin" else "xdg-open")
    if program is None:
        complain("there is no xdg-open to open a browser with")
        return
    quiet = subprocess.DEVNULL
    with suppress(OSError):
        subprocess.Popen([program, file], stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
