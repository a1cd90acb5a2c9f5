"""What a command reads: from the disk, or, where a server works for it, from what the command sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import click

from prediff.config import Config, load_config, load_config_from
from prediff.model import SourceFile
from prediff.read import LanguageChoice, read_bytes, read_pair, read_path
from prediff.revisions import folder_of, is_revision
from prediff.server.wire import text


class Inputs(Protocol):
    """The configuration for some paths, and the files at them."""

    def config(self, paths: Sequence[str]) -> Config: ...

    def pair(self, left: str, right: str, choose: LanguageChoice) -> tuple[SourceFile, SourceFile]: ...

    def file(self, path: str, choose: LanguageChoice) -> SourceFile: ...


class OnDisk:
    """What is there."""

    def config(self, paths: Sequence[str]) -> Config:
        return load_config(paths, [folder_of(path) for path in paths if is_revision(path)])

    def pair(self, left: str, right: str, choose: LanguageChoice) -> tuple[SourceFile, SourceFile]:
        return read_pair(left, right, choose)

    def file(self, path: str, choose: LanguageChoice) -> SourceFile:
        return read_path(path, *choose(path))


class Sent:
    """What `cli.warm` has gathered: ordinary files, and the configuration that stands above them.

    Nothing is read from the disk: a path that was not sent raises KeyError.
    """

    def __init__(self, sent: dict[str, Any]) -> None:
        self._files: dict[str, bytes] = dict(_named(sent["files"]))
        self._own = next(iter(_named([sent["own"]])), None) if sent["own"] else None
        self._above = {path: [_named(files) for files in folders] for path, folders in _named(sent["above"])}

    def config(self, paths: Sequence[str]) -> Config:
        return load_config_from(self._own, [self._above[path] for path in paths])

    def pair(self, left: str, right: str, choose: LanguageChoice) -> tuple[SourceFile, SourceFile]:
        return self.file(left, choose), self.file(right, choose)

    def file(self, path: str, choose: LanguageChoice) -> SourceFile:
        return read_bytes(self._files[path], path, *choose(path))


def _named(pairs: Sequence[Sequence[Any]]) -> list[tuple[str, Any]]:
    """Pairs of a path and what was sent under it."""
    return [(text(path), data) for path, data in pairs]


def inputs() -> Inputs:
    """Those of the running command."""
    found: Inputs | None = click.get_current_context().find_object(Sent)
    return found or OnDisk()
