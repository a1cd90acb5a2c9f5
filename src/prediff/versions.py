"""The version of all that an answer depends on beside the files and the settings: keys of caches are made of it."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b

from prediff import __version__

_GRAMMARS = ("libcst", "rapidfuzz", "tree-sitter", "tree-sitter-javascript", "tree-sitter-python")
_NO_PART = ("__pycache__", "cli", "doctor", "folders", "models", "setup", "summarize", "viewers", "web")
"""Folders whose modules call, carry, show or explain what is found, but do not find it."""


@cache
def rules_version() -> str:
    """16 hexadecimal digits that change with prediff, its rules, the grammars and the interpreter's minor version.

    The modules are read as files, not imported. `ast` reads otherwise in another interpreter.
    """
    found = blake2b(digest_size=8)
    for name, data in (*_versions(), *_sources()):
        for part in (name.encode(), data):
            found.update(len(part).to_bytes(8, "little"))
            found.update(part)
    return found.hexdigest()


def _versions() -> list[tuple[str, bytes]]:
    found = [
        ("prediff", __version__.encode()),
        ("python", f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}".encode()),
    ]
    installed = _installed()
    for name in _GRAMMARS:
        known = installed.get(name.replace("-", "_"))
        found.append((name, (_asked(name) if known is None else known).encode()))
    return found


def _installed() -> dict[str, str]:
    """The versions of what is installed by the names of their folders, which is quicker than to ask for each."""
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                project, _, version = name.removesuffix(".dist-info").rpartition("-")
                found.setdefault(project.lower(), version)
    return found


def _asked(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _sources() -> list[tuple[str, bytes]]:
    root = os.path.dirname(os.path.abspath(__file__))
    found, folders = [], [""]
    while folders:
        folder = folders.pop()
        with os.scandir(os.path.join(root, folder)) as entries:
            for entry in entries:
                if entry.name in _NO_PART:
                    continue
                if entry.is_dir():
                    folders.append(f"{folder}{entry.name}/")
                elif entry.name.endswith((".py", ".js", ".css", ".html")):
                    with open(entry.path, "rb") as file:
                        found.append((folder + entry.name, file.read()))
    return sorted(found)
