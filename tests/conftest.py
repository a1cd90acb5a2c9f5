"""What holds in all tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _mistakes_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake in the aligned view raises, instead of costing the view."""
    monkeypatch.setattr("prediff.views.aligned.FORGIVEN", ())
