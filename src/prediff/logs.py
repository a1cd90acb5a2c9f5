"""The logs of prediff's own processes that run without a terminal."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from logging.handlers import RotatingFileHandler

MAX_BYTES = 1 << 20


def log_file(name: str) -> str:
    """Where the log of a process is."""
    from platformdirs import user_log_dir

    return os.path.join(user_log_dir("prediff", appauthor=False), name)


def log_to(path: str) -> logging.Handler:
    """Write what this process logs to a file that its user alone can read, and that does not grow without end."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600))
    handler = RotatingFileHandler(
        path, maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    root = logging.getLogger("prediff")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return handler
