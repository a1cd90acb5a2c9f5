"""What `prediff model serve` does: a model of this machine behind a port, through vLLM where that is installed."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import asdict

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints import Checkpoint, find
from prediff.models.http.address import is_loopback
from prediff.models.serving import background, vllm
from prediff.models.settings import ModelSettings

PORT = 8765


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be served, and where. settings: of the model, its name and revision among them.

    port: None for the usual one, or any other that is free. in_process: without vLLM, even where that is installed.
    recorded: whether it is the one server that `up` and `down` know.
    """

    settings: ModelSettings
    host: str = "127.0.0.1"
    port: int | None = None
    in_process: bool = False
    recorded: bool = False

    def as_text(self) -> str:
        """All of it for another process; what two servers differ in."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_text(cls, text: str) -> Wanted:
        """What `as_text` gave. Raises ModelError."""
        try:
            found = json.loads(text)
            return cls(**{**found, "settings": ModelSettings(**found["settings"])})
        except (ValueError, TypeError, KeyError):
            raise ModelError("--wanted is for prediff itself") from None


def serve(wanted: Wanted, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C. say: is told lines for the user. Raises ModelError."""
    checkpoint = find(wanted.settings.name, wanted.settings.revision)
    lock = background.hold() if wanted.recorded else None
    try:
        if not is_loopback(wanted.host):
            say(
                f"warning: others on the network can reach {wanted.host}; what is sent is not encrypted, and only the "
                "token keeps them out"
            )
        program = None if wanted.in_process else vllm.find_vllm()
        if program is not None:
            _become(program, wanted, checkpoint, lock.descriptor if lock else None, say)
        _serve_here(wanted, checkpoint, say)
    finally:
        if lock is not None:
            lock.release()


def _serve_here(wanted: Wanted, checkpoint: Checkpoint, say: Callable[[str], None]) -> None:
    from prediff.models.serving.server import Card, ModelServer
    from prediff.models.transformers.engine import TransformersEngine
    from prediff.models.transformers.hardware import WIDTHS

    settings = wanted.settings
    engine = TransformersEngine(settings)
    ready = engine.load()
    more = {
        "device": ready.hardware.device,
        "device_name": ready.hardware.name,
        "dtype": ready.plan.dtype,
        "memory": checkpoint.parameters * WIDTHS[ready.plan.dtype],
        "context": checkpoint.context,
        "licence": checkpoint.licence,
    }
    card = Card(checkpoint.name, checkpoint.revision, settings.embedding, more)
    server = ModelServer(engine, card, wanted.host, free_port(wanted.host, wanted.port))
    key_file = background.write_private(background.token_name(server.port), server.token)
    try:
        if wanted.recorded:
            background.write_record(_record(wanted, checkpoint, server.url, "prediff", key_file))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: server.stop())
        _tell(checkpoint, server.url, key_file, f"{ready.hardware.device}, {ready.plan.dtype}", say)
        for warning in engine.warnings:
            say(f"note: {warning}")
        ended = server.serve()
    finally:
        background.remove(key_file)
    if not ended:
        # A thread that computes would have the interpreter abort where it ends in order.
        os._exit(0)


def _become(
    program: str, wanted: Wanted, checkpoint: Checkpoint, lock: int | None, say: Callable[[str], None]
) -> None:
    """Become vLLM: its process is this one, and has its lock. Raises ModelError."""
    from secrets import token_hex

    token = token_hex(32)
    port = free_port(wanted.host, wanted.port) or free_port(wanted.host, None, anew=True)
    key_file = background.write_private(background.token_name(port), token)
    url = f"http://{f'[{wanted.host}]' if ':' in wanted.host else wanted.host}:{port}/v1"
    if wanted.recorded:
        background.write_record(_record(wanted, checkpoint, url, "vllm", key_file))
    call = vllm.call(
        program, checkpoint, wanted.host, port, token, wanted.settings.seed, wanted.settings.device
    )
    _tell(checkpoint, url, key_file, "vLLM", say)
    if lock is not None:
        os.set_inheritable(lock, True)
    try:
        os.execve(call.words[0], call.words, {**os.environ, **call.environment})
    except OSError as error:
        background.remove(key_file)
        raise ModelError(f"{program} cannot be run: {(error.strerror or str(error)).lower()}") from None


def _record(
    wanted: Wanted, checkpoint: Checkpoint, url: str, program: str, key_file: str
) -> background.Record:
    return background.Record(
        pid=os.getpid(),
        url=url,
        source=wanted.settings.name,
        model=checkpoint.name,
        revision=checkpoint.revision,
        program=program,
        key_file=key_file,
        settings=wanted.as_text(),
    )


def _tell(checkpoint: Checkpoint, url: str, key_file: str, how: str, say: Callable[[str], None]) -> None:
    say(f"serving {checkpoint.name}, revision {checkpoint.revision[:12]}, at {url} ({how})")
    say(f"its token is in {key_file}; Ctrl-C ends it")


def free_port(host: str, port: int | None, anew: bool = False) -> int:
    """The port that is asked for; else the usual one, or where that is taken 0, or anew one that is free at present."""
    if port is not None:
        return port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        if os.name != "nt":
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, 0 if anew else PORT))
        except OSError as error:
            if anew:
                raise ModelError(
                    f"cannot listen at {host}: {(error.strerror or str(error)).lower()}"
                ) from None
            return 0
        return int(trial.getsockname()[1])
