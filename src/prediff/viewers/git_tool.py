"""Any tool that git can call: one of its own list, or one that the user's configuration defines, with its settings.

git's own helper calls it, so that paths, variants and commands are as `git difftool` has them. It runs in a folder of
our own, outside of any repository: only the user's own configuration names programs.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from prediff.errors import ToolError
from prediff.lean_dataclasses import dataclass
from prediff.programs import find_program
from prediff.users_git import own_environment
from prediff.viewers.viewer import CANNOT_RUN, Call, Opened

_OURSELVES = re.compile(r"""\bprediff(\.exe)?["']?\s+difftool\b""")


@dataclass(frozen=True, slots=True)
class GitTool:
    """The tool that git knows by `name`."""

    name: str
    takes_null: bool = True

    @property
    def git_name(self) -> str:
        return self.name

    def call(self, opened: Opened) -> Call:
        program = find_program("git", (opened.folder, *opened.compared))
        if program is None:
            raise ToolError(
                "git is not installed, or not in a folder that PATH names: it calls the diff viewer"
            )
        environment = own_environment(opened.folder, opened.compared)
        environment |= {"GIT_DIFF_TOOL": self.name, "GIT_DIFFTOOL_NO_PROMPT": "true"}
        words = (program, "difftool--helper")
        if opened.folders:
            environment["GIT_DIFFTOOL_DIRDIFF"] = "true"
            return Call((*words, opened.left, opened.right), opened.folder, environment)
        # As git calls an external diff: a name, then path, id and mode of each side, of which it reads the paths alone.
        sides = (opened.left, ".", ".", opened.right, ".", ".")
        return Call((*words, opened.title, *sides), opened.folder, environment)

    def judged(self, code: int) -> int:
        # git's helper ends so, after a line of its own, only where it does not know the tool or cannot find it.
        return code if code == 0 or code >= CANNOT_RUN - 1 else CANNOT_RUN


def is_prediff(tool: str, configuration: Mapping[str, str]) -> bool:
    """Whether a tool of git's is prediff itself, which would call itself without end."""
    commands = [configuration.get(f"{section}.{tool}.cmd", "") for section in ("difftool", "mergetool")]
    return tool == "prediff" or any(_OURSELVES.search(command) for command in commands)
