"""The configuration of git: what its files say, and the bytes of one with other values. git reads and edits copies."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from tempfile import TemporaryDirectory
from typing import TypeAlias

from prediff import git
from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass

Values: TypeAlias = dict[str, list[str]]
"""The values of each key, in the order of the file. Sections and keys are in lower case, as git lists them."""

TOOL = "prediff"
VIEWER = "prediff.viewer"
CMD = "difftool.prediff.cmd"
PROMPT = "difftool.prompt"
ALIAS = "alias.pdiff"
TOOL_KEYS = ("diff.tool", "diff.guitool")

_DRIVER = re.compile(r"diff\.prediff-[^.]+\.(?:textconv|cachetextconv|xfuncname|command|trustexitcode)")
_OUR_ALIAS = re.compile(r"!.*prediff\S* pdiff")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A file of git's configuration that is there or may be: system, global, local or worktree, and its path."""

    scope: str
    path: str


def user_files() -> list[ConfigFile]:
    """The files of the user and of the system, the weakest first; where environment variables say, as they say."""
    found = []
    if os.environ.get("GIT_CONFIG_NOSYSTEM", "").lower() not in ("1", "true", "yes", "on"):
        found.append(ConfigFile("system", os.environ.get("GIT_CONFIG_SYSTEM") or _system_file()))
    if named := os.environ.get("GIT_CONFIG_GLOBAL"):
        return [*found, ConfigFile("global", os.path.abspath(named))]
    return [*found, *(ConfigFile("global", path) for path in (_xdg("config"), _home_file()))]


def global_file() -> str:
    """The file that `git config --global` writes to."""
    named = os.environ.get("GIT_CONFIG_GLOBAL")
    if named:
        return os.path.abspath(named)
    home, other = _home_file(), _xdg("config")
    return other if os.path.exists(other) and not os.path.lexists(home) else home


def default_attributes() -> str:
    """Where git looks for the user's attributes when core.attributesFile does not say."""
    return _xdg("attributes")


def local_path(name: str) -> str:
    """The path of a file of the repository around the current folder, such as `config`. Raises ToolError outside."""
    return os.path.abspath(os.fsdecode(git.run(["rev-parse", "--git-path", name])).removesuffix("\n"))


def common_folder() -> str:
    """The folder that holds the repository's configuration."""
    return os.path.abspath(os.fsdecode(git.run(["rev-parse", "--git-common-dir"])).removesuffix("\n"))


def top_folder() -> str:
    """The top of the working tree around the current folder. Raises ToolError outside of one."""
    return os.fsdecode(git.run(["rev-parse", "--show-toplevel"])).removesuffix("\n")


def values_in(path: str, includes: bool = True) -> Values:
    """What a file says, and with `includes` those that it includes; nothing where it is not there.

    Raises ToolError where git cannot read it.
    """
    if not os.path.exists(path):
        return {}
    with_includes = ["--includes"] if includes else ["--no-includes"]
    return _parsed(git.run(["config", "--file", path, *with_includes, "-z", "--list"]))


def path_in(path: str, key: str) -> str | None:
    """The value of a key as a path, with ~ replaced as git does; None where the file does not say."""
    if not values_in(path).get(key):
        return None
    value = git.run(["config", "--file", path, "--includes", "--type=path", "-z", "--get", key])
    return os.fsdecode(value).removesuffix("\0")


def merged(all_values: Sequence[Mapping[str, list[str]]]) -> Values:
    """All of some files together, the strongest last."""
    found: Values = {}
    for values in all_values:
        for key, some in values.items():
            found[key] = [*found.get(key, []), *some]
    return found


def last(values: Mapping[str, list[str]], key: str) -> str | None:
    """The value that counts."""
    some = values.get(key)
    return some[-1] if some else None


def is_true(value: str | None) -> bool:
    """Whether git takes a value for true."""
    return value is not None and (
        value.lower() in ("true", "yes", "on") or (value.isdigit() and int(value) > 0)
    )


def version() -> tuple[int, ...]:
    """Git's version, such as (2, 39, 5)."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", git.run(["version"]).decode())
    return tuple(int(part or 0) for part in found.groups()) if found else (0, 0, 0)


def values_of(data: bytes) -> Values:
    """What the bytes of a file say by themselves, without what they include."""
    with _Copy(data) as copy:
        return copy.values()


def with_entries(data: bytes, entries: Sequence[tuple[str, str]]) -> bytes:
    """`data` with each key set to one value; entries of ours that are not among them are gone."""
    wanted = {_lowered(key) for key, _ in entries}
    with _Copy(data) as copy:
        values = copy.values()
        for key in values:
            if _DRIVER.fullmatch(key) and key not in wanted:
                copy.unset(key)
        copy.drop_headers(data, driver_sections(values))
        for key, value in entries:
            if values.get(_lowered(key)) != [value]:
                copy.assign(key, [value])
        return copy.read()


def taken_out(data: bytes, original: bytes | None) -> bytes:
    """`data` without our entries, and with those that they took the place of; what the user changed since stays."""
    with _Copy(data) as copy:
        values = copy.values()
        before = None if original is None else values_of(original)
        ours = [key for key, some in values.items() if is_ours(key, some[-1], before)]
        if not ours:
            return data
        for key in ours:
            old = (before or {}).get(key) or _replaced(key, values, before)
            if old:
                copy.assign(key, old)
            else:
                copy.unset(key)
        copy.drop_headers(original or b"", {*(key.rpartition(".")[0] for key in ours)})
        return copy.read()


def is_ours(key: str, value: str, before: Values | None = None) -> bool:
    """Whether set-up wrote an entry. before: what the file said before it, where that is known."""
    if key in TOOL_KEYS:
        return value == TOOL
    if key == ALIAS:
        return bool(_OUR_ALIAS.fullmatch(value))
    if key == PROMPT:
        return value == "false" and before is not None and key not in before
    return key in (VIEWER, CMD) or bool(_DRIVER.fullmatch(key))


def driver_sections(values: Mapping[str, list[str]]) -> set[str]:
    """The sections of our drivers."""
    return {key.rpartition(".")[0] for key in values if _DRIVER.fullmatch(key)}


def _replaced(key: str, values: Values, before: Values | None) -> list[str]:
    """Without a memory of the file: the tool that ours took the place of."""
    viewer = last(values, VIEWER)
    lost = before is None and key == "diff.tool" and viewer not in (None, last(values, "merge.tool"))
    return [viewer] if lost and viewer else []


class _Copy:
    """A copy of a file in a folder of our own, for git to read and edit."""

    def __init__(self, data: bytes) -> None:
        self._folder = TemporaryDirectory(prefix="prediff-")
        self._path = os.path.join(self._folder.name, "config")
        self._put(data)

    def __enter__(self) -> _Copy:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def _put(self, data: bytes) -> None:
        with open(self._path, "wb") as file:
            file.write(data)

    def _run(self, *arguments: str) -> bytes:
        return git.run(["config", "--file", self._path, "--no-includes", *arguments], self._folder.name)

    def read(self) -> bytes:
        with open(self._path, "rb") as file:
            return file.read()

    def values(self) -> Values:
        return _parsed(self._run("-z", "--list"))

    def assign(self, key: str, values: Sequence[str]) -> None:
        self._run("--replace-all", "--", key, values[0])
        for value in values[1:]:
            self._run("--add", "--", key, value)

    def unset(self, key: str) -> None:
        self._run("--unset-all", "--", key)

    def drop_headers(self, original: bytes, sections: set[str]) -> None:
        """Drop the lines that open some sections which now hold nothing, and which were not there originally.

        git leaves them where a comment stands near.
        """
        data, values = self.read(), self.values()
        for section in sections:
            name, _, sub = section.partition(".")
            quoted = f'[ \t]+"{re.escape(sub)}"' if sub else ""
            header = re.compile(
                rf"^[ \t]*\[{re.escape(name)}{quoted}\][ \t]*\r?\n".encode(), re.MULTILINE | re.IGNORECASE
            )
            empty = not any(key.rpartition(".")[0] == section for key in values)
            if empty and not header.search(original):
                data = header.sub(b"", data)
        self._put(data)


def _parsed(listed: bytes) -> Values:
    found: Values = {}
    for key, value in _rows(listed):
        found.setdefault(key, []).append(value)
    return found


def _rows(listed: bytes) -> Iterator[tuple[str, str]]:
    for row in os.fsdecode(listed).split("\0")[:-1]:
        key, equals, value = row.partition("\n")
        yield key, value if equals else "true"  # a key alone is true


def _lowered(key: str) -> str:
    """A key as git lists it: section and last part in lower case."""
    section, _, rest = key.partition(".")
    middle, dot, name = rest.rpartition(".")
    return f"{section.lower()}.{middle}{dot}{name.lower()}"


def _home_file() -> str:
    return os.path.join(os.path.expanduser("~"), ".gitconfig")


def _xdg(name: str) -> str:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "git", name)


def _system_file() -> str:
    try:
        return os.fsdecode(git.run(["var", "GIT_CONFIG_SYSTEM"])).removesuffix("\n")  # git 2.42
    except ToolError:
        return "/etc/gitconfig"


def check_git() -> None:
    """Raise ToolError where there is no git."""
    from prediff.programs import find_program

    if find_program("git") is None:
        raise ToolError("git is not installed, or not in a folder that PATH names")
