"""What was compared, kept in memory so that its pages can be asked for: the last few, each under a name of its own.

The name is as hard to guess as the token: who knows it may see this one result. So the pages need no token, which is as
well, since they are shown where no script of ours could send it, and their links lead from one to another.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import field
from threading import Lock
from typing import Any

from prediff.lean_dataclasses import dataclass
from prediff.web.work import PairWork

MAX_RESULTS = 24
MAX_WEIGHT = 512 << 20
"""Bytes that all results may hold; the last one is kept in any case."""


@dataclass(slots=True)
class Result:
    """A result. index: its page. pairs: of two folders, what makes the page of each pair. weight: its bytes.

    about: what stands beside the page that was asked for last. place: which pair that is, None for the index.
    """

    index: str
    about: dict[str, Any]
    pairs: Sequence[Callable[[], PairWork]] = ()
    weight: int = 0
    shown: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shown = self.about


class Results:
    """The last results by their names. For several threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: OrderedDict[str, Result] = OrderedDict()

    def add(self, result: Result) -> str:
        """Keep a result, and give its name."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._found[name] = result
            while len(self._found) > MAX_RESULTS or (
                len(self._found) > 1 and sum(r.weight for r in self._found.values()) > MAX_WEIGHT
            ):
                self._found.popitem(last=False)
        return name

    def get(self, name: str) -> Result | None:
        """The result of a name, None where there is none, or not any more."""
        with self._lock:
            return self._found.get(name)
