"""Room for the recursions of readers, rules and printers, which follow the nesting of what is compared."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STACK = 60_000


@contextmanager
def quick_and_deep() -> Iterator[None]:
    """Room for deep recursion, and no garbage collection while trees are built (it costs up to three times as much).

    Python functions that call each other use no C stack since Python 3.11, so that the limit can be this high.
    """
    enabled, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if enabled:
            gc.enable()
