"""Which state of prediff a text was made by: what others keep of its output is stale once this changes."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from importlib.resources.abc import Traversable

_SOURCES = (
    *(
        "tree.py",
        "model.py",
        "read.py",
        "parse.py",
        "normalizer.py",
        "stepdown.py",
        "verify.py",
        "pipeline.py",
    ),
    *("textconv.py", "languages", "facts", "rules", "views"),
)
"""What a text in normal form follows from."""

_PACKAGES = ("tree-sitter", "tree-sitter-javascript", "tree-sitter-python", "libcst")


def rules_version() -> str:
    """A short word that changes with prediff's version, its rules and readers, and the grammars that are installed."""
    from importlib.metadata import PackageNotFoundError, version
    from importlib.resources import files

    from prediff import __version__

    digest = blake2b(__version__.encode(), digest_size=6)
    for name in _PACKAGES:
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        digest.update(f"\0{name} {found}".encode())
    package = files("prediff")
    for name in _SOURCES:
        for path, file in _python_files(package / name, name):
            digest.update(f"\0{path}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def _python_files(found: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    """The Python files at and below a path, in the order of their names."""
    if found.is_file():
        if path.endswith(".py"):
            yield path, found
    elif found.is_dir():
        for entry in sorted(found.iterdir(), key=lambda one: one.name):
            yield from _python_files(entry, f"{path}/{entry.name}")
