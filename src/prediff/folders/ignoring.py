"""Which files of a folder are left out: what git ignores, what `.gitignore` files say, and globs of the configuration.

Both folders may be a stranger's, and an ignore file of one of them must not hide what changed. So outside of the user's
own repository a path is left out only where the `.gitignore` files of both folders say so.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

MAX_BYTES = 1 << 17
"""A longer `.gitignore` is not read."""
MAX_STARS = 3
"""A pattern with more stars, `**` being one, is not used: on a path made for it, it could take for ever."""
MAX_PATH = 512
"""For the same reason a path with more characters is not left out."""

_GROUP = re.compile(r"\(\?P<\w+>")

Rule: TypeAlias = Callable[[str, bool], bool]
"""Takes a relative path and whether it is a folder; whether it is left out."""


def rules_for(folders: tuple[str, str], globs: Sequence[str], use_files: bool) -> tuple[Rule, Rule]:
    """What is left out of the left folder, and of the right one. Without `use_files` only the globs say so."""
    from_globs = of_globs(globs)
    if not use_files:
        return from_globs, from_globs
    listed = _listed(folders[0]), _listed(folders[1])
    agreed = both_say(IgnoreFiles(folders[0]), IgnoreFiles(folders[1]))
    left, right = (any_of(from_globs if globs else None, agreed if own is None else own) for own in listed)
    return left, right


def both_say(one: IgnoreFiles, two: IgnoreFiles) -> Rule:
    """What the files of both folders leave out."""
    known: dict[tuple[str, bool], bool] = {}

    def agreed(path: str, is_folder: bool) -> bool:
        # Most paths are in both folders, and are asked for twice.
        asked = path, is_folder
        if asked not in known:
            known[asked] = one.leaves_out(path, is_folder) and two.leaves_out(path, is_folder)
        return known[asked]

    return agreed


def any_of(one: Rule | None, two: Rule) -> Rule:
    """What either leaves out."""
    return two if one is None else lambda path, is_folder: one(path, is_folder) or two(path, is_folder)


def of_globs(globs: Sequence[str]) -> Rule:
    """Globs as in the configuration: one without a slash is for names, else for the end of the path."""
    names = [glob.rstrip("/") for glob in globs if "/" not in glob.rstrip("/")]
    paths = [f"*/{glob.strip('/')}" for glob in globs if "/" in glob.rstrip("/")]

    def leaves_out(path: str, is_folder: bool) -> bool:
        name = path.rpartition("/")[2]
        return any(fnmatchcase(name, g) for g in names) or any(fnmatchcase(f"/{path}", g) for g in paths)

    return leaves_out


def _listed(folder: str) -> Rule | None:
    """What git does not list in a folder of the user's own repository; None for other folders."""
    from prediff.git import listed_files

    found = listed_files(folder)
    if found is None:
        return None
    files = set(found)
    parents = {path[:at] for path in found for at, c in enumerate(path) if c == "/"}

    def leaves_out(path: str, is_folder: bool) -> bool:
        if path in files or path in parents:
            return False
        # Below a repository in the repository git lists nothing.
        ends = [at for at, c in enumerate(path) if c == "/"]
        return not any(path[:at] in files for at in ends)

    return leaves_out


class _Patterns:
    """The patterns of one file. Most names fit none, and one expression for all of them says so at once."""

    def __init__(self, lines: Sequence[str]) -> None:
        from pathspec import GitIgnoreSpec

        self.spec = GitIgnoreSpec.from_lines(lines)
        expressions = [p.regex.pattern for p in self.spec.patterns if p.include is not None and p.regex]
        # Each names the same group, which one expression cannot have twice.
        joined = "|".join(f"(?:{_GROUP.sub('(?:', expression)})" for expression in expressions)
        self.any = re.compile(joined) if joined else None

    def says(self, path: str) -> bool | None:
        """Whether a path is left out, or taken back in; None where no pattern fits."""
        if self.any is None or len(path) > MAX_PATH or not self.any.match(path):
            return None
        return self.spec.check_file(path).include


class IgnoreFiles:
    """The `.gitignore` files of a folder, each for what lies below it; the innermost that says something counts.

    read: gives what such a file holds, None where there is none that is read.
    """

    def __init__(self, root: str, read: Callable[[str], bytes | None] | None = None) -> None:
        self.root = root
        self._read = read or _read_ordinary
        self._known: dict[str, list[tuple[int, _Patterns]]] = {}

    def leaves_out(self, path: str, is_folder: bool) -> bool:
        """Whether the files say so. What lies in a folder that is left out is not asked for."""
        shown = f"{path}/" if is_folder else path
        for start, patterns in self._above(path.rpartition("/")[0]):
            found = patterns.says(shown[start:])
            if found is not None:
                return found
        return False

    def _above(self, folder: str) -> list[tuple[int, _Patterns]]:
        """The patterns for what stands in a folder, the innermost first, each with where their paths start."""
        unknown = []
        at = folder
        while at not in self._known:
            unknown.append(at)
            if not at:
                break
            at = at.rpartition("/")[0]
        for one in reversed(unknown):
            outer = self._known[one.rpartition("/")[0]] if one else []
            own = _spec(self._read(os.path.join(self.root, one, ".gitignore")))
            start = len(one) + 1 if one else 0
            self._known[one] = outer if own is None else [(start, own), *outer]
        return self._known[folder]


def _read_ordinary(file: str) -> bytes | None:
    try:
        if not stat.S_ISREG(os.lstat(file).st_mode):
            return None
        with open(file, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError:
        return None


def _spec(data: bytes | None) -> _Patterns | None:
    if data is None or len(data) > MAX_BYTES:
        return None
    lines = [line for line in os.fsdecode(data).splitlines() if _usable(line)]
    try:
        return _Patterns(lines)
    except ValueError:
        return _Patterns([line for line in lines if _is_pattern(line)])


def _usable(line: str) -> bool:
    return line.replace("**", "*").count("*") <= MAX_STARS or line.lstrip().startswith("#")


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
