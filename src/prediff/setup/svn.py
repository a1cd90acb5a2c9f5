"""Subversion: a script that `svn diff --diff-cmd` can call, and with --external the setting that always calls it.

Subversion takes the name of a program and no words after it, and calls it as it would call `diff`.
"""

from __future__ import annotations

import os
from shlex import quote

from prediff.setup.command import command, words
from prediff.setup.edit import with_block
from prediff.setup.target import Choices, FileEdit, Place, Plan, Target


def user_file() -> str:
    """The file of Subversion's own configuration."""
    if os.name == "nt":
        return os.path.join(os.environ.get("APPDATA") or os.path.expanduser("~"), "Subversion", "config")
    return os.path.join(os.path.expanduser("~"), ".subversion", "config")


def script_file() -> str:
    """The script, in prediff's own folder."""
    from platformdirs import user_data_dir

    name = "prediff-svn-diff.cmd" if os.name == "nt" else "prediff-svn-diff"
    return os.path.join(user_data_dir("prediff", appauthor=False), name)


def plan(choices: Choices) -> Plan:
    script = script_file()
    edits = [FileEdit(script, "whole", _script, executable=True)]
    if "external" in choices.options:
        lines = ["[helpers]", f"diff-cmd = {script}"]
        edits.append(FileEdit(user_file(), "block", lambda data: with_block(data, lines)))
        note = (
            "with --external, svn diff shows all files through prediff: a patch made by svn diff > FILE does not"
            " apply (add --internal-diff)"
        )
    else:
        note = f"to compare: svn diff --diff-cmd {quote(script)} (with --external: svn diff)"
    return Plan(tuple(edits), (note,))


def places(scope: str) -> tuple[Place, ...]:
    return ((script_file(), "whole", None), (user_file(), "block", None))


def _script(data: bytes | None) -> bytes:
    if os.name == "nt":
        line = " ".join(f'"{word}"' for word in words())
        return f"@{line} svn-diff %*\r\n".encode()
    return f'#!/bin/sh\nexec {command("svn-diff")} "$@"\n'.encode()


TARGET = Target(
    name="svn",
    summary="a script for svn diff --diff-cmd; with --external also svn diff",
    scopes=("global",),
    plan=plan,
    places=places,
    options=frozenset({"external"}),
    program="svn",
)
