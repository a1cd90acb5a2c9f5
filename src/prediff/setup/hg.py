"""Mercurial: `hg prediff`, a command of its extension extdiff that calls `prediff difftool`."""

from __future__ import annotations

import os
import re
from shlex import quote

from prediff.setup.command import words
from prediff.setup.edit import BEGIN, END, with_block
from prediff.setup.target import Choices, FileEdit, Place, Plan, Target

_EXTDIFF = re.compile(rb"(?:hgext[./])?extdiff[ \t]*=[ \t]*(!?)")


def user_file() -> str:
    """The file that Mercurial reads the user's configuration from."""
    named = os.environ.get("HGRCPATH", "").split(os.pathsep)[0]
    if named:
        return os.path.abspath(os.path.join(named, "prediff.rc") if os.path.isdir(named) else named)
    home = os.path.expanduser("~")
    if os.name == "nt":
        return os.path.join(home, "mercurial.ini")
    other = os.path.join(os.environ.get("XDG_CONFIG_HOME") or os.path.join(home, ".config"), "hg", "hgrc")
    own = os.path.join(home, ".hgrc")
    return other if os.path.exists(other) and not os.path.lexists(own) else own


def plan(choices: Choices) -> Plan:
    notes = ("hg prediff compares the changed files in two folders, hg prediff --per-file each by itself",)
    return Plan((FileEdit(user_file(), "block", _added),), notes)


def places(scope: str) -> tuple[Place, ...]:
    return ((user_file(), "block", None),)


def _added(data: bytes | None) -> bytes:
    program, *rest = words()
    options = " ".join([*map(quote, rest), "difftool", "--"])
    lines = [] if _enables_extdiff(data or b"") else ["[extensions]", "extdiff =", ""]
    return with_block(data, [*lines, "[extdiff]", f"cmd.prediff = {program}", f"opts.prediff = {options}"])


def _enables_extdiff(data: bytes) -> bool:
    """Whether the user's own lines enable the extension, perhaps one from another place."""
    section, ours, enabled = b"", False, False
    for line in data.splitlines():
        ours = line.strip() == BEGIN.encode() or (ours and line.strip() != END.encode())
        if ours:
            continue
        if line.startswith(b"["):
            section = line.strip().strip(b"[]").strip()
        elif section == b"extensions" and (found := _EXTDIFF.match(line)):
            enabled = not found[1]
    return enabled


TARGET = Target(
    name="hg",
    summary="hg prediff, a command of the extension extdiff",
    scopes=("global",),
    plan=plan,
    places=places,
    program="hg",
)
