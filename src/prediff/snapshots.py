"""What is staged, and what stands in the worktree, as trees of a repository of our own: the user's is only read.

The index is copied, and git adds to the copy what the worktree has otherwise, with the conversions of line ends that
the user has set. Filters, monitors and hooks do not run: our repository's configuration names none.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from prediff.errors import ToolError
from prediff.git import Repository, Scratch

_WORDS = {"yes": "true", "on": "true", "1": "true", "no": "false", "off": "false", "0": "false"}
_CONVERSIONS = {
    "core.autocrlf": ("true", "false", "input"),
    "core.eol": ("lf", "crlf", "native"),
    "core.fileMode": ("true", "false"),
    "core.symlinks": ("true", "false"),
    "core.ignoreCase": ("true", "false"),
    "core.precomposeUnicode": ("true", "false"),
}
"""The settings by which git reads a worktree as it does for the user, and the values that are taken over."""


def staged_tree(repository: Repository, scratch: Scratch) -> str:
    """The id of the tree that `git commit` would make now. Raises ToolError while files are unmerged.

    Where GIT_INDEX_FILE names another index, as it does while `git commit FILE` runs a hook, that one counts.
    """
    _copy_index(repository, scratch)
    return _written(scratch)


def worktree_tree(repository: Repository, scratch: Scratch) -> str:
    """The id of the tree that `git commit -a` would make now: the worktree, without files that git does not know.

    Of a submodule the commit that is checked out counts, not what was changed in it since.
    """
    if not repository.has_worktree():
        raise ToolError("this is no worktree: name two commits, such as main..topic, or use --staged")
    _copy_index(repository, scratch)
    options = [f"--work-tree={repository.top}", "-c", "core.safecrlf=false", *_conversions(repository)]

    def git(*arguments: str, data: bytes = b"") -> bytes:
        return scratch.run(*options, *arguments, data=data, folder=repository.top)

    raw = git("diff-files", "-z", "--raw", "--no-renames", "--ignore-submodules=dirty")
    gone, changed = _gone_and_changed(raw)
    if gone:
        # By its row in the index, since a path that leads over a link now would be refused.
        zeros = b"0" * (40 if repository.format == "sha1" else 64)
        rows = b"".join(b"0 %s\t%s\0" % (zeros, path) for path in gone)
        git("update-index", "-z", "--index-info", data=rows)
    if changed:
        git("update-index", "--remove", "-z", "--stdin", data=b"".join(path + b"\0" for path in changed))
    return _written(scratch)


def _gone_and_changed(raw: bytes) -> tuple[list[bytes], list[bytes]]:
    """The paths of `diff-files --raw -z` that have no file any more, and the others. One may have several rows."""
    gone: dict[bytes, None] = {}
    changed: dict[bytes, None] = {}
    for header, path in _pairs(raw):
        (gone if header.endswith(b" D") else changed)[path] = None
    return [path for path in gone if path not in changed], list(changed)


def _pairs(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    fields = raw.split(b"\0")[:-1]
    yield from zip(fields[::2], fields[1::2], strict=True)


def _copy_index(repository: Repository, scratch: Scratch) -> None:
    """Copy the index with its time, which tells git what it must not take a file's time for."""
    index = repository.index()
    given = os.environ.get("GIT_INDEX_FILE", "")
    if given:
        index = given if os.path.isabs(given) else os.path.join(repository.top, given)
    if not os.path.exists(index) and not given:
        return  # nothing was ever added
    try:
        shutil.copy2(index, os.path.join(scratch.folder, "index"))
        for shared in repository.shared_index():
            shutil.copy2(shared, scratch.folder)
    except OSError as error:
        raise ToolError(f"cannot read the index {index}: {(error.strerror or str(error)).lower()}") from None


def _written(scratch: Scratch) -> str:
    try:
        return scratch.run("write-tree", "--missing-ok").decode().strip()
    except ToolError as error:
        if "unmerged" in str(error):
            raise ToolError("files are unmerged: resolve the conflicts first") from None
        raise


def _conversions(repository: Repository) -> Iterator[str]:
    for name, values in _CONVERSIONS.items():
        value = repository.setting(name).lower()
        value = _WORDS.get(value, value)
        if value in values:
            yield from ("-c", f"{name}={value}")
