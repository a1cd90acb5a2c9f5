"""Where prediff's own folders and configuration stand. It imports little, so that a quick start can ask it."""

from __future__ import annotations

import os
import sys

FILES = (".prediff.toml", "pyproject.toml")
_ROOT_MARKS = (".git", ".hg", ".jj")


def user_file() -> str:
    """Where the user's own configuration is looked for; it need not exist."""
    base = xdg_folder("XDG_CONFIG_HOME", ".config")
    if base is None:
        from platformdirs import user_config_dir

        return os.path.join(user_config_dir("prediff", appauthor=False), "config.toml")
    return os.path.join(base, "prediff", "config.toml")


def xdg_folder(variable: str, below_home: str) -> str | None:
    """What platformdirs says on Linux in the ordinary case, without its import; None where it is to be asked."""
    named, home = os.environ.get(variable, ""), os.environ.get("HOME", "")
    if sys.platform != "linux" or "ANDROID_DATA" in os.environ or not os.path.isabs(named or home):
        return None
    return named or os.path.join(home, below_home)


def folders_above(path: str) -> list[str]:
    """The folders in which a file at `path` may be configured: from its own up to the root of its repository."""
    return folders_from(os.path.dirname(os.path.abspath(path)))


def folders_from(folder: str) -> list[str]:
    """A folder and those above it up to the root of its repository; outside of one only the folder itself."""
    folders = [os.path.abspath(folder)]
    while not any(os.path.exists(os.path.join(folders[-1], mark)) for mark in _ROOT_MARKS):
        parent = os.path.dirname(folders[-1])
        if parent == folders[-1]:
            return folders[:1]
        folders.append(parent)
    return folders
