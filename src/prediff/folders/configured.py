"""By which settings each file of two folders is compared."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from prediff.config import Config, load_config
from prediff.config_files import FILES
from prediff.model import Settings
from prediff.read import LanguageChoice


class Configured:
    """The settings of a pair of files: what the configuration says in the folders above them, and what outranks it.

    settle: a configuration with what its user says on top, such as the options of the command line.
    """

    def __init__(self, roots: tuple[str, str], settle: Callable[[Config], Config]) -> None:
        self.roots = roots
        self.settle = settle
        self.known: dict[tuple[str, ...], Config] = {}
        self.has_file: dict[str, bool] = {}

    def __call__(self, left: str, right: str) -> tuple[Settings, LanguageChoice]:
        folders = os.path.dirname(left), os.path.dirname(right)
        inner = {one for folder in folders for root in self.roots for one in _between(root, folder)}
        above = (*self.roots, *sorted(one for one in inner if self._says_something(one)))
        if above not in self.known:
            self.known[above] = self.settle(load_config((), above))
        config = self.known[above]
        return config.settings, config.choose_language

    def _says_something(self, folder: str) -> bool:
        if folder not in self.has_file:
            self.has_file[folder] = any(os.path.lexists(os.path.join(folder, name)) for name in FILES)
        return self.has_file[folder]


def _between(root: str, folder: str) -> Iterator[str]:
    """The folders below `root` down to one of them; none where it lies elsewhere."""
    parts = os.path.relpath(folder, root).split(os.sep)
    if parts[0] == os.pardir:
        return
    for part in parts:
        if part != os.curdir:
            root = os.path.join(root, part)
            yield root
