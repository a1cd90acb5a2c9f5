"""What commands on a change in a git repository share: which trees are compared, and whose configuration counts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prediff.lean_dataclasses import dataclass

if TYPE_CHECKING:
    from prediff.config import Config
    from prediff.git import Change, Repository, Scratch


@dataclass(frozen=True, slots=True)
class Sides:
    """The ids of the two trees that are compared, and what they are in words. commits: the ends of a range of them."""

    old: str
    new: str
    old_name: str
    new_name: str
    commits: tuple[str, str] | None = None


def base_config(scratch: Scratch, tree: str, changes: Iterable[Change]) -> Config:
    """The configuration for a change, as the tree that it starts from has it: what comes with it loosens nothing."""
    from prediff.config import load_config_of

    paths = {path: None for change in changes for path in (change.old_path, change.new_path)}
    return load_config_of(lambda asked: scratch.texts(tree, asked), [os.fsdecode(path) for path in paths])


def find_sides(repository: Repository, scratch: Scratch, revisions: Sequence[str], staged: bool) -> Sides:
    """The two sides that revisions name, as `git diff` takes them: none, one, two, or a range.

    Raises ToolError for what is no revision, and for a worktree or index that cannot be read.
    """
    from prediff.git import is_range
    from prediff.snapshots import staged_tree, worktree_tree

    if len(revisions) == 2 or (revisions and is_range(revisions[0])):
        ends = tuple(revisions) if len(revisions) == 2 else repository.ends(revisions[0])
        old, new = ends
        return Sides(repository.tree(old), repository.tree(new), old, new, (old, new))
    if not revisions and not repository.has_commits():
        old, base = "no commit", scratch.empty_tree()
    else:
        old = revisions[0] if revisions else "HEAD"
        base = repository.tree(old)
    if staged:
        return Sides(base, staged_tree(repository, scratch), old, "the index")
    return Sides(base, worktree_tree(repository, scratch), old, "the worktree")
