"""What `prediff model up` does with a server: one of ours that runs is taken, else one is started, and tried out."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.logs import log_file
from prediff.models.http.engine import HttpEngine
from prediff.models.serving import background
from prediff.models.serving.serve import Wanted
from prediff.models.serving.trying import Tried, try_out
from prediff.models.settings import ModelSettings

START_SECONDS = 900.0
"""For a server to load its model: vLLM also compiles it, the first time."""
MOST_WRONG = 100
"""Answers of a server that starts which are none that can be used, until it is given up."""
SLOW_TIMEOUT = 300.0
"""Seconds for an answer of a model on the CPU, at least."""


@dataclass(frozen=True, slots=True)
class Up:
    """A server that answers. settings: with which it is asked. started: whether it did not run before."""

    record: background.Record
    settings: ModelSettings
    started: bool
    tried: Tried


def bring_up(wanted: Wanted, settings: ModelSettings) -> Up:
    """A server for what is wanted, tried out. settings: those of the user, for what is asked.

    Raises ModelError; a server that was started for it is ended then.
    """
    of = wanted.settings
    settings = replace(settings, temperature=of.temperature, top_p=of.top_p)
    record = background.running()
    if record is not None and record.settings == wanted.as_text():
        with suppress(ModelError):  # it hangs: another one takes over
            return _tried(record, settings, False)
    background.stop()
    log = log_file(background.LOG)
    words = [sys.executable, "-P", "-m", "prediff", "model", "serve", "--wanted", wanted.as_text()]
    process = background.start(words, log)
    try:
        return _tried(_awaited(process, log, settings), settings, True)
    except BaseException:
        background.stop()
        process.kill()
        process.wait()
        raise


def asked_with(record: background.Record, settings: ModelSettings) -> ModelSettings:
    """The settings with which a server of ours is asked."""
    return replace(
        settings,
        summaries=True,
        backend="http",
        name=record.model,
        revision=record.revision,
        url=record.url,
        key_file=record.key_file,
    )


def _tried(record: background.Record, settings: ModelSettings, started: bool) -> Up:
    asked = asked_with(record, settings)
    engine = HttpEngine(asked)
    engine.meet()
    if engine.about.get("device") == "cpu":
        asked = replace(asked, timeout=max(asked.timeout, SLOW_TIMEOUT))
        engine = HttpEngine(asked)
    tried = try_out(engine)
    if tried.summary is None:
        why = f": {engine.warnings[-1]}" if engine.warnings else ", so it is not set up"
        raise ModelError(f"{record.model} gave no answer of the form that was asked for{why}")
    return Up(record, asked, started, tried)


def _awaited(process: subprocess.Popen[bytes], log: str, settings: ModelSettings) -> background.Record:
    """The server once it answers. Raises ModelError where it ends, says what it must not, or takes too long."""
    until, wrong = time.monotonic() + START_SECONDS, 0
    while time.monotonic() < until:
        if process.poll() is not None:
            said = background.last_words(log).removeprefix("prediff: ")
            raise ModelError(said or f"the model's server ended at once: {log} may say why")
        record = background.running()
        if record is not None and record.pid == process.pid:
            engine = HttpEngine(asked_with(record, settings))
            try:
                engine.meet()
                return record
            except ModelError:
                # One that listens may still not be ready.
                wrong += engine.connected
                if wrong > MOST_WRONG:
                    raise
        time.sleep(0.1)
    raise ModelError(f"the model's server is not ready after {START_SECONDS:g} seconds: {log} may say why")
