"""A process of the warm server: `python -m prediff.cli.worker` reads requests of `cli.warm` and writes their answers.

Both go over its standard streams, behind their length (see `server.pool`). It reads and writes no file that a request
names: all that a command may read was sent, and what it says is sent back.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from prediff.server import wire
from prediff.server.pool import HEAD, KEEP, RETIRE

_MAX_REQUESTS = 2000
_MAX_MEMORY = 1 << 30
"""Bytes of memory at its highest, above which a process ends after its answer."""

_PYTHON = """\
def area(w, h):
    # of a box
    size = w * h
    return size


def b(x):
    return not x in (1,)
"""
_WARM_UP = {
    "a.py": _PYTHON,
    "b.py": _PYTHON.replace("1", "2"),
    "a.js": "function f(a) { if (!a) { return 1; } else { return 2; } }\n",
    "b.js": "function f(b) { return b ? 2 : 3; }\n",
}


def main() -> None:
    """Answer until standard input ends."""
    incoming, outgoing = _streams()
    # Ctrl-C is for the server, at whose end this process ends too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    _write(outgoing, b"ready")
    for count, data in enumerate(_requests(incoming), 1):
        answer = wire.encode(answer_to(wire.decode(data)))
        retired = count >= _MAX_REQUESTS or _memory() > _MAX_MEMORY
        _write(outgoing, (RETIRE if retired else KEEP) + answer)
        if retired:
            return
        gc.collect()


def answer_to(request: dict[str, Any]) -> dict[str, Any] | list[Any]:
    """What the command of a request would say, and its exit code; of two files, what they come to.

    [] where the command must work by itself.
    """
    from prediff.cli import pairs, warm
    from prediff.cli.group import prediff
    from prediff.cli.inputs import Sent
    from prediff.cli.output import Recorder, record

    try:
        if "pair" in request:
            return pairs.answer_to(request)
        if "convert" in request:
            return {"text": _converted(request)}
    except Exception:
        return []
    arguments = [wire.text(word) for word in request["arguments"]]
    environment = {name: wire.text(value) for name, value in request["environment"].items()}
    recorder = Recorder(bool(request["terminal"]), request["columns"], environment)
    try:
        warm.operands(arguments)  # only what reads its inputs through `Sent`
        record(recorder)
        code = prediff.main(arguments, prog_name="prediff", standalone_mode=False, obj=Sent(request))
    except (Exception, SystemExit):
        # An error is told by the command itself, in its own place and words.
        return []
    finally:
        record(None)
    said = [[how, text] if pager is None else [how, text, pager] for how, text, pager in recorder.said]
    return {"said": said, "code": code if isinstance(code, int) else 0}


def _converted(request: dict[str, Any]) -> bytes:
    """The text of a file for Beyond Compare."""
    from prediff.beyond_compare import convert

    path, language, level = (wire.text(request[name]) for name in ("path", "lang", "level"))
    return convert(request["convert"], path, language or None, level or "layout")


def warm_up() -> None:
    """Load all that commands load, and keep the garbage collector from going over it again and again."""
    words = (
        ["diff", "a.py", "b.py"],
        ["diff", "a.py", "b.py", "--json"],
        ["diff", "a.js", "b.js", "--color=always", "--side-by-side", "--explain"],
        ["textconv", "a.py"],
        ["textconv", "a.js"],
    )
    for arguments in words:
        files = list(_WARM_UP.items())
        above: list[tuple[str, list[object]]] = [(path, []) for path in _WARM_UP]
        request = {"arguments": arguments, "files": files, "own": [], "above": above}
        sent = wire.encode({**request, "terminal": False, "columns": 80, "environment": {}})
        wire.encode(answer_to(wire.decode(sent)))
    gc.collect()
    gc.freeze()


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """The two ends of the conversation. Whatever else is printed goes to standard error, and cannot disturb it."""
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)
    return incoming, outgoing


def _requests(stream: BinaryIO) -> Iterator[bytes]:
    while len(head := stream.read(HEAD)) == HEAD:
        size = int.from_bytes(head, "big")
        data = stream.read(size)
        if len(data) < size:
            return
        yield data


def _write(stream: BinaryIO, data: bytes) -> None:
    stream.write(len(data).to_bytes(HEAD, "big") + data)
    stream.flush()


def _memory() -> int:
    """The most memory that this process has taken, in bytes; 0 where the system does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
