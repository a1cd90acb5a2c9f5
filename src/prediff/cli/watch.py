"""`prediff watch LEFT RIGHT --out DIR`: a mirror of two folders that is kept up to date."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import FILE, IMPLEMENTATIONS, comparing, settled

if TYPE_CHECKING:
    from prediff.config import Config, Watched
    from prediff.folders.compare import Plan
    from prediff.watch.status import Status
    from prediff.watch.watcher import Watcher

_EPILOG = """\
\b
Examples:
  prediff watch old new --out ~/mirror     # then compare ~/mirror/left with ~/mirror/right
  prediff watch                            # what [[watch]] in your configuration says
  prediff watch --status

The mirror is what `prediff tree --out` writes, as the files change, until Ctrl-C or SIGTERM. Its files are read-only
and replaced as a whole. Two watches of one output folder are refused.
"""

POOL_SIZE = 1
"""Processes that answer as a warm server, beside those that keep the mirror."""


@click.command("watch", epilog=_EPILOG, short_help="Keep a mirror of two folders for a folder diff tool.")
@click.argument("left", type=FILE, required=False)
@click.argument("right", type=FILE, required=False)
@click.option("--out", metavar="DIR", type=FILE, help="The output folder: DIR/left, DIR/right.")
@comparing
@IMPLEMENTATIONS
@click.option("--no-ignore", is_flag=True, help="Keep what .gitignore files and ignore globs leave out, too.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results of earlier runs.")
@click.option("-j", "--jobs", metavar="N", type=click.IntRange(1), help="How many files at once (all cores).")
@click.option(
    "--timeout", metavar="SECONDS", default=60.0, show_default=True,
    type=click.FloatRange(0, min_open=True), help="After which a pair of files is shown as it is.",
)  # fmt: skip
@click.option("--poll", is_flag=True, help="Look for changes, instead of being told of them by the system.")
@click.option("--no-server", is_flag=True, help="Do not answer for other commands as a warm server.")
@click.option("--status", "ask", is_flag=True, help="Tell about the watches that run, and end.")
@click.option("--json", "as_json", is_flag=True, help="With --status: for programs.")
def command(left: str | None, right: str | None, out: str | None, ask: bool, **given: Any) -> int:
    """Keep a mirror of LEFT and RIGHT, in normal form, for a folder diff tool to sit on."""
    if ask:
        return _tell(out, given["as_json"])
    watches = _wanted(left, right, out)
    return _watch(watches, given)


def _wanted(left: str | None, right: str | None, out: str | None) -> Sequence[Watched]:
    """What to watch: what is named, or else what the user's own configuration names. Raises ConfigError."""
    from prediff.config import Watched, load_config
    from prediff.errors import ConfigError

    if left is None:
        found = load_config(()).watch
        if out is not None or not found:
            raise ConfigError(
                "name two folders and --out DIR, or in your configuration [[watch]] with left, right and out"
            )
        return found
    if right is None or out is None:
        raise ConfigError("name two folders, and where the mirror goes: prediff watch LEFT RIGHT --out DIR")
    return [Watched(os.path.abspath(left), os.path.abspath(right), os.path.abspath(out))]


def _watch(watches: Sequence[Watched], given: dict[str, Any]) -> int:
    """Watch until told to stop."""
    import signal

    from prediff.cli.output import complain, write
    from prediff.cli.tree import check_folders
    from prediff.cluster import cores
    from prediff.logs import log_file, log_to
    from prediff.watch.status import name_of

    for one in watches:
        check_folders(one.left, one.right)
    share = max(1, (given["jobs"] or cores()) // len(watches))
    kept: list[Kept] = []
    stop = threading.Event()
    try:
        kept += [Kept(one, given, share) for one in watches]
        for keep in kept:
            keep.open()
        log = log_file(f"watch-{name_of(watches[0].out)}.log")
        log_to(log)
        # watchdog's own, on folders that come and go; it is not relied on for these.
        warnings.filterwarnings("ignore", module="watchdog")
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        write("".join(f"watching {one.left} and {one.right}: the mirror is {one.out}\n" for one in watches))
        write(f"log: {log}\n")
        server = None if given["no_server"] else _served()
        for keep in kept:
            keep.start(stop.set)
        stop.wait()
        if server is not None:
            server()
        failed = [keep for keep in kept if keep.failed]
        for keep in failed:
            complain(f"the watch for {keep.watched.out} failed: {keep.failed}")
        return 2 if failed else 0
    finally:
        for keep in kept:
            keep.close()


class Kept:
    """One mirror: its folder, its status, and the thread that keeps it."""

    def __init__(self, watched: Watched, given: dict[str, Any], processes: int) -> None:
        self.watched = watched
        self.failed = ""
        self._given = given
        self._processes = processes
        self._watcher: Watcher | None = None
        self._thread: threading.Thread | None = None
        self._closing: list[Callable[[], None]] = []
        self._mirror: Any = None
        self._warned: set[str] = set()

    def open(self) -> None:
        """Take the output folder. Raises PrediffError, also for a configuration that cannot be read."""
        from prediff.cache import Cache
        from prediff.folders.compare import do, prepare
        from prediff.watch.keeper import Keeper
        from prediff.watch.status import Status, StatusFile
        from prediff.watch.watcher import Watcher
        from prediff.workers import Crew

        left, right, out = self.watched.left, self.watched.right, self.watched.out
        status = StatusFile(Status(left, right, out))
        status.take()
        self._closing.append(status.close)
        self._open_mirror()
        self._cache = Cache.none() if self._given["no_cache"] else Cache()
        self._crew = Crew(do, prepare)
        self._plan()
        keeper = Keeper(left, right, self._plan)
        self._watcher = Watcher(keeper, status, self._open_mirror, self._given["poll"])

    def _open_mirror(self) -> None:
        """Open the output folder, again where it was open: it may have been taken away, or its disk been full."""
        from prediff.folders.mirror import OutputFolder

        if self._mirror is not None:
            self._mirror.close()
        self._mirror = OutputFolder.open(self.watched.out, (self.watched.left, self.watched.right))

    def _plan(self) -> Plan:
        """How to compare, by the configuration as it is now."""
        from prediff.cli.output import complain
        from prediff.config import load_config
        from prediff.folders.compare import Plan
        from prediff.folders.configured import Configured

        folders = self.watched.left, self.watched.right
        config = self._settled(load_config((), folders))
        for warning in config.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                complain(warning)
        ignores = not self._given["no_ignore"]
        globs = config.ignore if ignores else ()
        return Plan(
            Configured(folders, self._settled), config.settings, self._cache, self._mirror, None, globs, ignores,
            self._crew.run_all, self._processes, self._given["timeout"], config.context, self._tick,
        )  # fmt: skip

    def _settled(self, config: Config) -> Config:
        return settled(config, self._given, self._given["implementations"])

    def _tick(self, done: int, total: int) -> None:
        assert self._watcher is not None
        self._watcher.tick(done, total)

    def start(self, at_end: Callable[[], None]) -> None:
        """Keep the mirror in a thread of its own. at_end: called where that ends, which it must not by itself."""
        self._thread = threading.Thread(target=self._run, args=(at_end,), name=self.watched.out)
        self._thread.start()

    def _run(self, at_end: Callable[[], None]) -> None:
        assert self._watcher is not None
        try:
            self._watcher.run()
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"
        finally:
            # In the thread that used it: SQLite asks for that.
            self._cache.close()
            at_end()

    def close(self) -> None:
        """End the thread, and let go of the folder."""
        if self._watcher is not None:
            self._watcher.stop()
        if self._thread is not None:
            self._thread.join()
            self._crew.close()
        if self._mirror is not None:
            self._mirror.close()
        for close in self._closing:
            close()


def _served() -> Callable[[], None] | None:
    """Answer as a warm server beside the watch, unless one runs; what ends it."""
    from prediff.cli.server import make
    from prediff.errors import PrediffError

    try:
        server = make(float("inf"), POOL_SIZE)
    except PrediffError:
        return None

    def serve() -> None:
        with suppress(PrediffError, OSError):  # another one may serve
            server.serve()

    thread = threading.Thread(target=serve, name="server")
    thread.start()

    def end() -> None:
        server.stop()
        thread.join(10.0)

    return end


def _tell(out: str | None, as_json: bool) -> int:
    """Tell about watches. Exit code 1 where none runs."""
    from prediff.cli.output import write
    from prediff.watch.status import read_all, read_status

    one = read_status(out) if out is not None else None
    found = read_all() if out is None else [one] if one is not None else []
    if as_json:
        import json
        from dataclasses import asdict

        write(json.dumps([asdict(status) for status in found], indent=1) + "\n")
    elif not found:
        write("no watch runs\n" if out is None else f"no watch runs for {out}\n")
    else:
        write("".join(_described(status) for status in found))
    return 0 if any(status.state not in ("stopped", "dead") for status in found) else 1


def _described(status: Status) -> str:
    import time

    from prediff.reports.escaping import printable

    ago = f"{max(0, round(time.time() - status.seen))} s ago" if status.seen else "never yet"
    lines = [
        f"{status.out}: {status.state}, process {status.pid}",
        f"  {status.left} and {status.right}, {status.pairs} pairs, {status.written} written in {status.passes} passes",
        f"  up to date {ago}, by {status.how or 'nothing yet'}" + (f" ({status.why})" if status.why else ""),
        *(f"  trouble: {line}" for line in status.trouble),
    ]
    return "".join(f"{printable(line)}\n" for line in lines)
