"""Getting a model from the hub: what there is to get, and fetching just that. Nothing else of prediff downloads."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from prediff.errors import ModelError
from prediff.lean_dataclasses import dataclass
from prediff.models.checkpoints.known import hub_id, known
from prediff.models.wording import line_of

SECONDS = 20.0
"""For what the hub says of a model."""
_HUB_ID = re.compile(r"(?=.{1,96}$)\w[\w.-]*/\w[\w.-]*", re.ASCII)
_WEIGHTS = re.compile(r"[\w.-]+\.safetensors", re.ASCII)
_WHOLE_MODEL = re.compile(r"model[\w.-]*\.safetensors", re.ASCII)
_OTHERS = re.compile(
    r"config\.json|generation_config\.json|model\.safetensors\.index\.json|tokenizer[\w.-]*\.json|tokenizer\.model"
    r"|vocab\.(?:json|txt)|merges\.txt|special_tokens_map\.json|added_tokens\.json|chat_template\.(?:jinja|json)"
    r"|README\.md|(?:LICENSE|LICENCE|NOTICE)[\w.-]*",
    re.ASCII,
)
_PICKLED = re.compile(r".*\.(?:bin|pt|pth|ckpt|msgpack|h5)")
_LIMITED = re.compile(r"research|non-?commercial|\bnc\b|-nc(?:-|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Offer:
    """A model as the hub has it.

    revision: what was asked for, a branch or a commit; commit: what that is now. files: names and bytes of those that
    are taken: weights in safetensors, tokenizer, settings, card and licence. warnings: what to know before.
    """

    name: str
    revision: str
    commit: str
    files: tuple[tuple[str, int], ...]
    licence: str
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        return sum(size for _, size in self.files)


def look(name: str, revision: str = "") -> Offer:
    """What the hub has under a short name or a hub id. Raises ModelError with what to do."""
    name = hub_id(name)
    if not _HUB_ID.fullmatch(name) or ".." in name or "--" in name:
        raise ModelError(f"{name}: is no hub id such as WeiboAI/VibeThinker-1.5B, and no folder")
    hub = _hub()
    with _told(name, revision):
        info = hub.HfApi().model_info(name, revision=revision or None, files_metadata=True, timeout=SECONDS)
    sizes = {one.rfilename: one.size or 0 for one in info.siblings or ()}
    licence = _licence(info)
    found = known(name)
    warnings = [found.warning] if found and found.warning else []
    if _LIMITED.search(licence):
        warnings.append(f"its licence, {licence}, does not allow every use")
    if not licence:
        warnings.append("it names no licence")
    if not isinstance(info.sha, str) or not re.fullmatch(r"[0-9a-f]{40}", info.sha):
        raise ModelError(f"{name}: the hub names no commit of it, so nothing could be pinned")
    files = tuple(sorted((file, sizes[file]) for file in _wanted(name, list(sizes))))
    return Offer(name, revision or "main", info.sha, files, licence, tuple(warnings))


def fetch(offer: Offer, progress: bool) -> str:
    """Fetch what was offered into the cache of the hub, or what of it is not there yet; gives the folder.

    progress: whether bars are shown on standard error. Raises ModelError.
    """
    hub = _hub()
    from huggingface_hub.utils import disable_progress_bars, enable_progress_bars

    _check_room(offer)
    (enable_progress_bars if progress else disable_progress_bars)()
    with _told(offer.name, offer.revision):
        # By the name of the branch, so that the model is found without its commit, too.
        folder = hub.snapshot_download(
            offer.name,
            revision=offer.revision,
            allow_patterns=[file for file, _ in offer.files],
            etag_timeout=SECONDS,
        )
    _end_bars()
    if os.path.basename(folder) != offer.commit:
        raise ModelError(
            f"{offer.name}: changed on the hub meanwhile; look at it again: prediff model pull {offer.name}"
        )
    missing = [file for file, _ in offer.files if not os.path.isfile(os.path.join(folder, file))]
    if missing:
        raise ModelError(f"{offer.name}: {line_of(missing[0], 80)} did not come; try again")
    return str(folder)


def _end_bars() -> None:
    """Let go of the bars' lines: the library leaves them open, so that what is said next would be written over them."""
    with suppress(ImportError, AttributeError):
        from huggingface_hub.utils import tqdm

        for bar in sorted(tqdm._instances, key=lambda bar: -bar.pos):
            bar.close()


def _hub() -> Any:
    """The library of the hub. Raises ModelError where it is not installed, or is to stay offline."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        import huggingface_hub
        from huggingface_hub.constants import HF_HUB_OFFLINE
    except ImportError:
        raise ModelError("huggingface_hub is not installed: pip install 'prediff[model]'") from None
    if HF_HUB_OFFLINE:
        raise ModelError(
            "nothing is fetched where HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is set: name a folder instead"
        )
    return huggingface_hub


def _wanted(name: str, files: list[str]) -> list[str]:
    """The files to take, all of the topmost folder. Raises ModelError where there are no weights in safetensors."""
    weights = [file for file in files if _WHOLE_MODEL.fullmatch(file)]
    weights = weights or [file for file in files if _WEIGHTS.fullmatch(file)]
    if not weights:
        if any(_PICKLED.fullmatch(file) for file in files):
            raise ModelError(
                f"{name}: has weights that can run code when they are read; get a version in safetensors"
            )
        raise ModelError(f"{name}: has no weights in safetensors")
    return weights + [file for file in files if _OTHERS.fullmatch(file)]


def _licence(info: Any) -> str:
    """What the hub says of the licence, "" for nothing."""
    card = info.card_data
    found = [getattr(card, key, None) for key in ("license_name", "license")] if card else []
    found += [tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")]
    words = [line_of(one, 60) for one in found if isinstance(one, str)]
    return next((word for word in words if word), "")


def _check_room(offer: Offer) -> None:
    """Raise ModelError where the disk of the cache has too little room."""
    from shutil import disk_usage

    from huggingface_hub.constants import HF_HUB_CACHE

    folder = os.path.expanduser(HF_HUB_CACHE)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    free = disk_usage(folder).free
    if free < offer.size:
        raise ModelError(
            f"{offer.name}: takes {gigabytes(offer.size)}, and {folder} has {gigabytes(free)} free; HF_HOME names "
            "another place"
        )


def gigabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e9:.1f} GB" if size >= 100_000_000 else f"{size / 1e6:.1f} MB"


@contextmanager
def _told(name: str, revision: str) -> Iterator[None]:
    """What goes wrong with the hub, as a ModelError of one line."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        raise ModelError(
            f"{name}: asks for consent: give it on its page, then log in with `hf auth login`"
        ) from None
    except errors.RepositoryNotFoundError:
        raise ModelError(f"{name}: the hub has no such model, or shows it only to those who log in") from None
    except errors.RevisionNotFoundError:
        raise ModelError(f"{name}: the hub has no revision {line_of(revision, 60)} of it") from None
    except Exception as error:  # the libraries below raise errors of their own, of many kinds
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise ModelError(
                f"{name}: there is no room left on the disk; HF_HOME names another place"
            ) from None
        reason = line_of(str(error), 160) or type(error).__name__
        raise ModelError(
            f"{name}: cannot be fetched ({reason}); is this machine online? A folder can be named instead"
        ) from None
