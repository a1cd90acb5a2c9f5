"""What holds in all tests."""

from __future__ import annotations

import os

import pytest

# A server of whoever runs the tests is none of theirs; those that are about one start their own.
os.environ["PREDIFF_SERVER"] = "off"


@pytest.fixture(autouse=True)
def _mistakes_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the aligned view raises, instead of costing the view."""
    monkeypatch.setattr("prediff.views.aligned.FORGIVEN", ())
