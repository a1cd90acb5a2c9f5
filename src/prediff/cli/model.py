"""`prediff model up|pull|serve|status|down`: a language model for summaries, from getting it to taking it away."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from prediff.models.checkpoints import Checkpoint
    from prediff.models.serving.serve import Wanted
    from prediff.models.settings import ModelSettings

    _TextType = click.ParamType[str]
else:
    _TextType = click.ParamType

_EPILOG = """\
\b
Examples:
  prediff model up                       # the default, VibeThinker-1.5B
  prediff model up Qwen3-0.6B            # another that has a short name; a hub id, or a folder
  prediff model status
  prediff model down

What a model says is labelled as unverified. It decides nothing, and code stays on this machine.
"""


class _Model(_TextType):
    """A short name, a hub id, or a path, which begins with `/`, `.` or `~`."""

    name = "model"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        path = os.path.expanduser(value)
        return os.path.abspath(path) if value.startswith(("~", ".")) or os.path.isabs(path) else value

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from prediff.models.checkpoints.known import KNOWN

        if incomplete.startswith(("/", ".", "~")):
            return [CompletionItem(incomplete, type="dir")]
        return [CompletionItem(name) for name in KNOWN if name.lower().startswith(incomplete.lower())]


_MODEL = click.argument("name", metavar="[MODEL]", required=False, type=_Model())
_REVISION = click.option("--revision", metavar="COMMIT", help="The commit that it has to be of.")
_YES = click.option("--yes", is_flag=True, help="Download without asking.")
_DEVICE = click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where it runs.")
_PORT = click.option(
    "--port", metavar="N", type=click.IntRange(1, 65535), help="Listen there (8765, or any free one)."
)
_IN_PROCESS = click.option("--in-process", is_flag=True, help="Without vLLM, even where it is installed.")


@click.group("model", epilog=_EPILOG, short_help="Have a language model summarize what changed.")
def command() -> None:
    """Get, serve and set up a language model on this machine, or take that back."""


@command.command("up")
@_MODEL
@_REVISION
@_YES
@_DEVICE
@_PORT
@_IN_PROCESS
def up(name: str | None, revision: str | None, yes: bool, **given: Any) -> int:
    """Get MODEL if need be, serve it in the background, try it out, and have each diff carry its summaries."""
    from prediff.models.serving.background import alone

    with alone():
        return _up(name, revision, yes, given)


@command.command("pull")
@_MODEL
@_REVISION
@_YES
def pull(name: str | None, revision: str | None, yes: bool) -> int:
    """Get MODEL from the Hugging Face hub, after telling its size and licence, or look whether a folder can be used."""
    from prediff.cli.output import write

    source, pinned = _chosen(_settings(), name, revision)
    checkpoint = (
        _pulled(source, revision or "", yes) if not os.path.isabs(source) else _gotten(source, pinned, yes)
    )
    write(
        f"{_safe(checkpoint.name)} is at {_safe(checkpoint.folder)}, revision {_safe(checkpoint.revision)}\n"
        f"to use it: prediff model up {_safe(source)}\n"
    )
    return 0


@command.command("serve")
@_MODEL
@_REVISION
@_DEVICE
@_PORT
@click.option(
    "--host", metavar="IP", default="127.0.0.1", show_default=True, help="The address to listen at."
)
@_IN_PROCESS
@click.option("--wanted", "text", hidden=True, help="All of it as one text, for prediff itself.")
def serve(name: str | None, revision: str | None, host: str, text: str | None, **given: Any) -> int:
    """Serve MODEL, which is on this machine, until Ctrl-C: through vLLM if that is installed, else in this process."""
    from prediff.cli.output import write
    from prediff.models.checkpoints import find
    from prediff.models.serving.serve import Wanted
    from prediff.models.serving.serve import serve as run

    if text is not None:
        _log_to_output()
        wanted = Wanted.from_text(text)
    else:
        settings = _settings()
        source, pinned = _chosen(settings, name, revision)
        wanted = replace(
            _wanted(settings, source, find(source, pinned), given), host=_address(host), recorded=False
        )
    run(wanted, lambda line: write(f"{_safe(line)}\n"))
    return 0


@command.command("status")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option(
    "--no-measure", "unmeasured", is_flag=True, help="Do not ask it anything to see how fast it is."
)
def status(as_json: bool, unmeasured: bool) -> int:
    """Tell which model is set up, whether it answers, on what it runs, and how fast. Exit code 2 where it does not."""
    from prediff.cli.model_status import look, text_of
    from prediff.cli.output import write

    found = look(_settings(), not unmeasured)
    if as_json:
        import json

        write(json.dumps({"schema": "prediff-model", "version": 1, **found}, indent=2) + "\n")
    else:
        write(text_of(found))
    return 2 if found["problem"] else 0


@command.command("down")
def down() -> int:
    """Stop the server that `up` started, and take back what it wrote. Weights that were downloaded stay."""
    from prediff.models.serving.background import alone

    with alone():
        return _down()


def _up(name: str | None, revision: str | None, yes: bool, given: Mapping[str, Any]) -> int:
    from prediff.cli.output import write
    from prediff.models.serving.starting import bring_up

    settings = _settings()
    source, pinned = _chosen(settings, name, revision)
    checkpoint = _gotten(source, pinned, yes)
    wanted = _wanted(settings, source, checkpoint, given)
    write(
        f"{_safe(checkpoint.name)}, revision {_safe(checkpoint.revision[:12])}: it is served, and tried out\n"
    )
    found = bring_up(wanted, settings)
    file, changed = _configure(found.settings)
    state = "started" if found.started else "runs already"
    write(
        f"{state} at {found.record.url}, process {found.record.pid}\n"
        f"it says of a few lines: {found.tried.summary}\n"
        f"{'set up' if changed else 'is set up'} in {_safe(file)}: each prediff diff now carries its summaries\n"
        "to look at it: prediff model status; to undo all of this: prediff model down\n"
    )
    return 0


def _down() -> int:
    from prediff.cli.output import write
    from prediff.models.serving import background
    from prediff.setup import apply, recall, shown_path
    from prediff.setup.changes import find_changes
    from prediff.setup.model_table import TARGET, places

    stopped = background.stop()
    changes = find_changes(TARGET, "global", (), places() if recall(TARGET) else (), recall(TARGET))
    apply(changes)
    write("stopped\n" if stopped else "no server runs\n")
    for one in changes:
        file = _safe(shown_path(one.path))
        kept = ", and your edits since are kept" if one.edited else ""
        write(f"{file}: {'taken back' if one.needed else 'is as it was before'}{kept}\n")
    return 0


def _settings() -> ModelSettings:
    """The table [model] of the user's own configuration."""
    from prediff.config import load_config

    return load_config(()).model


def _chosen(settings: ModelSettings, name: str | None, revision: str | None) -> tuple[str, str]:
    """Which model is meant, and the revision that it has to be of: what is named, else configured, else the default."""
    from prediff.models.checkpoints.known import DEFAULT, hub_id
    from prediff.models.serving.background import read_record

    if name is not None:
        # A folder is taken as it is: what is in it may be newer than what is configured.
        configured = settings.name and hub_id(name) == hub_id(settings.name) and not os.path.isabs(name)
        return hub_id(name), revision or (settings.revision if configured else "")
    if settings.backend != "http" and settings.name:
        return hub_id(settings.name), revision or settings.revision
    record = read_record()
    if settings.backend == "http" and record is not None and record.url == settings.url:
        return record.source, revision or record.revision
    return hub_id(DEFAULT), revision or ""


def _gotten(source: str, revision: str, yes: bool) -> Checkpoint:
    """The model on this machine, which is got from the hub where it is not there. Raises ModelError."""
    from prediff.errors import ModelError
    from prediff.models.checkpoints import find

    try:
        return find(source, revision)
    except ModelError:
        if os.path.isabs(source):
            raise
    return _pulled(source, revision, yes)


def _pulled(source: str, revision: str, yes: bool) -> Checkpoint:
    """The model, got from the hub once its user agrees. Raises ModelError."""
    from prediff.cli.output import write
    from prediff.models.checkpoints import find, pull

    offer = pull.look(source, revision)
    write(
        f"{_safe(offer.name)}: {pull.gigabytes(offer.size)} in {len(offer.files)} files, licence "
        f"{offer.licence or 'unknown'}, revision {offer.commit}\n"
    )
    for warning in offer.warnings:
        write(f"warning: {_safe(warning)}\n")
    if not yes:
        _ask(f"Download {pull.gigabytes(offer.size)}?")
    pull.fetch(offer, progress=sys.stderr is not None and sys.stderr.isatty())
    return find(offer.name, offer.commit)


def _ask(question: str) -> None:
    """Go on once the user says yes. Raises ModelError where there is no terminal, click.Abort at a no."""
    from prediff.errors import ModelError

    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        raise ModelError("nothing is downloaded without your yes: add --yes")
    if not click.confirm(question):
        raise ModelError("nothing is downloaded")


def _wanted(settings: ModelSettings, source: str, checkpoint: Checkpoint, given: Mapping[str, Any]) -> Wanted:
    """What is to be served, with the sampling that the model's makers advise unless its user set another.

    Only what a server differs in is of the user's settings: another one is not needed where the rest changes.
    """
    from prediff.models.checkpoints.known import known
    from prediff.models.serving.serve import Wanted
    from prediff.models.serving.vllm import find_vllm
    from prediff.models.settings import ModelSettings

    advised = known(source)
    kept = {key: getattr(settings, key) for key in ("temperature", "top_p")}
    if advised and all(kept[key] == getattr(ModelSettings(), key) for key in kept):
        kept = {key: getattr(advised, key) for key in kept}
    served = ModelSettings(
        backend="transformers",
        name=source,
        revision=checkpoint.revision,
        embedding=settings.embedding,
        thinking_tokens=settings.thinking_tokens,
        seed=settings.seed,
        device=given["device"] or settings.device,
        **kept,
    )
    in_process = given["in_process"] or find_vllm() is None
    return Wanted(served, port=given["port"], in_process=in_process, recorded=True)


def _configure(settings: ModelSettings) -> tuple[str, bool]:
    """Write the table [model] of the user's configuration; the file, and whether it changed."""
    from prediff.models.settings import ModelSettings
    from prediff.setup import apply, recall, shown_path
    from prediff.setup.changes import find_changes
    from prediff.setup.model_table import KEYS, TARGET, file_edit, places

    default = ModelSettings()
    always = ("summaries", "backend", "name", "revision", "url", "key_file")
    values = {
        key: getattr(settings, key)
        for key in KEYS
        if key in always or getattr(settings, key) != getattr(default, key)
    }
    edit = file_edit(values)
    changes = find_changes(TARGET, "global", [edit], places(), recall(TARGET))
    apply(changes)
    return shown_path(edit.path), any(one.needed for one in changes)


def _address(host: str) -> str:
    """An IP address to listen at. Raises ModelError."""
    from ipaddress import ip_address

    from prediff.errors import ModelError

    try:
        return str(ip_address(host))
    except ValueError:
        raise ModelError(f"--host {host} is no IP address, such as 127.0.0.1 or 0.0.0.0") from None


def _log_to_output() -> None:
    """The process in the background says what it does to its log, where its output goes."""
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("prediff").setLevel(logging.INFO)


def _safe(text: str) -> str:
    from prediff.reports.escaping import printable

    return printable(text, keep="")
