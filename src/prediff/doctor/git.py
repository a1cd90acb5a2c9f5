"""What git's configuration says of prediff, in which scope, and whether what it names is there."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from shlex import split

from prediff import __version__, git
from prediff.doctor.installed import is_below_here, version_of
from prediff.doctor.row import Row
from prediff.errors import ToolError
from prediff.languages import LANGUAGES
from prediff.lean_dataclasses import dataclass
from prediff.programs import find_program
from prediff.setup import git_config as config
from prediff.setup import shown_path
from prediff.setup.command import program_of
from prediff.setup.git_config import ConfigFile, Values, last
from prediff.versions import rules_version

_GROUP = "configured"
_PROGRAMS = {"gvimdiff": ("gvim",), "emerge": ("emacs",)}
"""What git's own names of tools start, where that has another name."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The value that counts, and where it stands."""

    value: str
    file: ConfigFile

    @property
    def place(self) -> str:
        return f"{self.file.scope}, {shown_path(self.file.path)}"


@dataclass(frozen=True, slots=True)
class _Config:
    """All files of git's configuration that count here, the weakest first, and what each says."""

    files: tuple[tuple[ConfigFile, Values], ...]

    def find(self, key: str, users: bool = False) -> _Found | None:
        """users: without the repository's own file."""
        for file, values in reversed(self.files):
            value = last(values, key)
            if value is not None and not (users and file.scope == "local"):
                return _Found(value, file)
        return None

    def all_keys(self) -> list[str]:
        return sorted({key for _, values in self.files for key in values})


def check_git() -> Iterator[Row]:
    """Raises ToolError where git cannot read its configuration."""
    if find_program("git") is None:
        return
    found = _load()
    yield from _difftool(found)
    yield from _alias(found)
    yield from _drivers(found)


def _load() -> _Config:
    files = config.user_files()
    with suppress(ToolError):  # no repository here, or not one that git trusts
        files.append(ConfigFile("local", config.local_path("config")))
    return _Config(tuple((file, config.values_in(file.path)) for file in files))


def _difftool(found: _Config) -> Iterator[Row]:
    cmd, tool = found.find(config.CMD), found.find("diff.tool")
    if cmd is None and (tool is None or tool.value != config.TOOL):
        yield Row(_GROUP, "git difftool", "ok", "not set up", "to have it: prediff setup git")
        return
    if cmd is None:
        assert tool is not None
        text = f"diff.tool is prediff ({tool.place}), but there is no {config.CMD}"
        yield Row(_GROUP, "git difftool", "fail", text, "prediff setup git")
        return
    if tool is None or tool.value != config.TOOL:
        says = f"diff.tool is {tool.value} ({tool.place})" if tool else "there is no diff.tool"
        text = f"{says}: git difftool -t prediff calls prediff"
        yield Row(_GROUP, "git difftool", "warn", text, "take that entry out, or prediff setup git --undo")
    else:
        yield Row(_GROUP, "git difftool", "ok", f"calls prediff ({tool.place})")
    yield _runs("git difftool command", cmd)
    yield _viewer(found)


def _runs(name: str, cmd: _Found) -> Row:
    """Whether a command line names a prediff that runs. One that a repository names is not run."""
    program = program_of(cmd.value)
    if program is None:
        text = f"{cmd.value} ({cmd.place}): not found"
        return Row("working", name, "fail", text, "prediff setup git, with the options that you want")
    if cmd.file.scope == "local" or is_below_here(program):
        return Row("working", name, "ok", f"{program} is there; it is not run, since it is not only yours")
    line = cmd.value.removeprefix("!")
    words = [program, *split(line)[1:4]] if " -m prediff " in line else [program]
    version = version_of(words)
    if version is None:
        return Row("working", name, "fail", f"{program} does not run as prediff", "prediff setup git")
    if version != __version__:
        text = f"{program} is prediff {version}, and this is {__version__}"
        return Row("working", name, "warn", text, "prediff setup git, with the one that you want")
    return Row("working", name, "ok", f"{program} runs")


def _viewer(found: _Config) -> Row:
    """The tool that shows what prediff made: only the user's own configuration names it."""
    tools = [found.find(key, users=True) for key in (config.VIEWER, "diff.tool", "merge.tool")]
    from prediff.viewers import named_program

    named = next((tool for tool in tools if tool and tool.value != config.TOOL), None)
    if named is None:
        return _no_viewer()
    name, place = named.value, named.place
    keys = [f"{kind}.{name}.{key}" for kind in ("difftool", "mergetool") for key in ("cmd", "path")]
    known = named_program(name)
    there = known.find(()) if known else any(map(find_program, _PROGRAMS.get(name, (name,))))
    if not there and not any(found.find(key, users=True) for key in keys):
        text = f"{name} ({place}): {known.label if known else name} is not found"
        advice = f"install it, or git config --global difftool.{name}.path PATH"
        return Row(_GROUP, "git viewer", "warn", text, advice)
    return Row(_GROUP, "git viewer", "ok", f"{name} ({place})")


def _no_viewer() -> Row:
    from prediff.viewers import VIEWERS

    advice = "prediff setup git --viewer TOOL names one, such as meld"
    if any(one.chosen and one.find(()) for one in VIEWERS):
        return Row(_GROUP, "git viewer", "ok", f"none is named: one that is installed is taken; {advice}")
    return Row(_GROUP, "git viewer", "warn", "none is named, and none is installed", advice)


def _alias(found: _Config) -> Iterator[Row]:
    alias = found.find(config.ALIAS)
    if alias and config.is_ours(config.ALIAS, alias.value) and program_of(alias.value) is None:
        yield Row(
            _GROUP, "git pdiff", "fail", f"{alias.value} ({alias.place}): not found", "prediff setup git"
        )


def _drivers(found: _Config) -> Iterator[Row]:
    names = [key for key in found.all_keys() if re.fullmatch(r"diff\.prediff-[^.]+\.(textconv|command)", key)]
    for key in names:
        line = found.find(key)
        assert line is not None
        yield _driver(key, line)
    yield from _cache(found)
    covered = {key.split(".")[1].removeprefix("prediff-") for key in names}
    yield from _attributes([name for name in LANGUAGES if name in covered])


def _driver(key: str, line: _Found) -> Row:
    """Whether a driver can run: git's whole command would end with it; and whether its cache is of these rules."""
    name = "git " + key.removeprefix("diff.")
    option = "textconv" if key.endswith("textconv") else "external"
    scope = " --local" if line.file.scope == "local" else ""
    advice = f"prediff setup git{scope} --{option}"
    if program_of(line.value) is None:
        text = f"{line.value} ({line.place}): not found, so git diff fails for these files"
        return Row("working", name, "fail", text, advice)
    if option == "textconv":
        version = re.search(r"--rules[ =](\S+)", line.value)
        if version is None or version[1] != rules_version():
            said = version[1] if version else "none"
            text = (
                f"made for rules {said}, these are {rules_version()}: git shows cached text of the old rules"
            )
            return Row("working", name, "fail", text, advice)
    return Row("working", name, "ok", line.place)


def _cache(found: _Config) -> Iterator[Row]:
    """Whether git can keep what textconv gave: it commits that, and git diff fails where it has no name to do so."""
    keys = [key for key in found.all_keys() if re.fullmatch(r"diff\.prediff-[^.]+\.cachetextconv", key)]
    values = [found.find(key) for key in keys]
    named = all(os.environ.get(f"GIT_COMMITTER_{part}") for part in ("NAME", "EMAIL"))
    if named or not any(value and config.is_true(value.value) for value in values):
        return
    try:
        git.run(["var", "GIT_COMMITTER_IDENT"])
        yield Row("working", "git cachetextconv", "ok", "git keeps what textconv gave")
    except ToolError:
        text = "git has no name for you here, and git diff fails where it keeps what textconv gave"
        yield Row("working", "git cachetextconv", "fail", text, "set user.name and user.email")


def _attributes(languages: list[str]) -> Iterator[Row]:
    """Whether files in the repository around the current folder get the driver of their language."""
    for language in languages:
        ending = LANGUAGES[language][0]
        driver = _driver_of(f"prediff-doctor{ending}")
        if driver is None:
            continue
        if driver == f"prediff-{language}":
            yield Row(_GROUP, f"git *{ending}", "ok", f"shown through {driver}")
        else:
            says = "no driver" if driver == "unspecified" else f"the driver {driver}"
            text = f"the attributes here name {says} for *{ending}, so the one of prediff is not used"
            advice = "prediff setup git --local, with --textconv or --external, outranks them"
            yield Row(_GROUP, f"git *{ending}", "warn", text, advice)


def _driver_of(name: str) -> str | None:
    """What the attributes of the repository around the current folder say for a file; None outside of one."""
    try:
        said = git.run(["check-attr", "-z", "diff", "--", name])
    except ToolError:
        return None
    return os.fsdecode(said).split("\0")[2]
