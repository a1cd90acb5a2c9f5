"""pre-commit: a local hook in the repository's `.pre-commit-config.yaml` that calls the `prediff` that is installed."""

from __future__ import annotations

import json
import os
import re

from prediff.errors import ConfigError
from prediff.setup.command import command
from prediff.setup.edit import find_block, read, with_block
from prediff.setup.git_config import check_git, top_folder
from prediff.setup.target import Choices, FileEdit, Place, Plan, Target

NAME = ".pre-commit-config.yaml"

_REPOS = re.compile(rb"^repos:[ \t]*(?:#[^\n]*)?\r?\n", re.MULTILINE)
_ITEM = re.compile(rb"^([ ]*)-[ ]", re.MULTILINE)
_TOP = re.compile(rb"^(?![ \t#\r\n-])", re.MULTILINE)


def plan(choices: Choices) -> Plan:
    check_git()
    top = top_folder()
    path = os.path.join(top, NAME)
    data = read(path, top) or b""
    if data.strip() and _end_of_list(data) is None:
        note = f"{NAME} has no list of repos with an entry on each line: add to it by hand what is shown"
        return Plan((), (note,), "\n".join(hook("  ")) + "\n")
    note = "the hook tells which files are the same in logic, and lets all pass; to switch it on: pre-commit install"
    return Plan((FileEdit(path, "block", _added, top),), (note,))


def places(scope: str) -> tuple[Place, ...]:
    top = top_folder()
    return ((os.path.join(top, NAME), "block", top),)


def hook(indent: str) -> list[str]:
    """The lines of the entry in `repos`."""
    lines = (
        "- repo: local",
        "  hooks:",
        "    - id: prediff-check",
        "      name: prediff check",
        f"      entry: {json.dumps(command('check', '--pre-commit', '--no-pager'))}",
        "      language: system",
        "      types_or: [python, javascript, jsx]",
        "      pass_filenames: false",
        "      require_serial: true",
        "      verbose: true",
    )
    return [indent + line for line in lines]


def _added(data: bytes | None) -> bytes:
    """Raises ConfigError where there is no list that could be added to."""
    data = data or b""
    place = find_block(data)
    alone = place is not None and data[place[0] :].splitlines()[1].strip() == b"repos:"
    if alone or not data.strip():
        return with_block(data, ["repos:", *hook("")])
    found = _end_of_list(data)
    if found is None:
        raise ConfigError(f"{NAME} has no list of repos with an entry on each line")
    indent, end = found
    return with_block(data, hook(indent), end)


def _end_of_list(data: bytes) -> tuple[str, int] | None:
    """The indent of the entries of `repos`, and where the last one ends; None where it is written in another way."""
    start = _REPOS.search(data)
    if start is None:
        return None
    after = _TOP.search(data, start.end())
    rest = data[start.end() : len(data) if after is None else after.start()]
    item = _ITEM.search(rest)
    # Blank lines and comments in front of the next key stay with that.
    return (item[1].decode() if item else ""), start.end() + _used(rest)


def _used(data: bytes) -> int:
    """How long some lines are without the blank ones and the comments at their end."""
    length = at = 0
    for line in data.splitlines(keepends=True):
        at += len(line)
        if line.strip() and not line.startswith(b"#"):
            length = at
    return length


TARGET = Target(
    name="pre-commit",
    summary="a local hook in .pre-commit-config.yaml",
    scopes=("local",),
    plan=plan,
    places=places,
    program="pre-commit",
)
