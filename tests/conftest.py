"""What holds in all tests."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

# A server of whoever runs the tests is none of theirs; those that are about one start their own.
os.environ["PREDIFF_SERVER"] = "off"


@pytest.fixture(autouse=True)
def _mistakes_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the aligned view raises, instead of costing the view."""
    monkeypatch.setattr("prediff.views.aligned.FORGIVEN", ())


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a tiny language model with random weights. Not to be changed: `tiny_checkpoint.copy` is."""
    missing = [name for name in ("torch", "transformers", "xgrammar") if find_spec(name) is None]
    if missing:
        reason = f"the extra `model` is not installed: {', '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    import torch

    import tiny_checkpoint

    torch.set_num_threads(1)
    return tiny_checkpoint.build(tmp_path_factory.mktemp("models") / "tiny")
