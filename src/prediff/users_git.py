"""git, run for its user to see, with the user's own configuration; no repository has a program run by it.

What prediff itself asks of git goes through `git.run`.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence

from prediff.errors import ToolError
from prediff.git import WITHOUT_HOOKS
from prediff.programs import find_program, search_path

_OF_A_RUN = ("GIT_DIFF", "GIT_EXTERNAL_DIFF", "GIT_MERGETOOL", "GIT_PAGER")
_OF_A_REPOSITORY = frozenset(
    {
        *("GIT_DIR", "GIT_WORK_TREE", "GIT_IMPLICIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"),
        *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE"),
        *("GIT_CONFIG", "GIT_NAMESPACE", "GIT_INTERNAL_SUPER_PREFIX", "GIT_NO_REPLACE_OBJECTS", "GIT_PREFIX"),
        *("GIT_REPLACE_REF_BASE", "GIT_ATTR_SOURCE", "GIT_CEILING_DIRECTORIES"),
        "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    }
)
"""What a git that runs us tells of its run and its repository. Where the user's own configuration stands is kept."""

_RUNS = re.compile(
    r"core\.(fsmonitor|hookspath|pager|sshcommand|askpass|editor|gitproxy|alternaterefscommand)|pager\..*"
    r"|diff\.external|diff\..*\.(command|textconv)|filter\..*\.(clean|smudge|process|required)"
    r"|gpg\.(.*\.)?(program|defaultkeycommand)|credential\.(.*\.)?helper|interactive\.difffilter",
    re.DOTALL,
)
"""The keys by which the configuration of a repository could have a program run while git shows something."""

_OF_THE_REPOSITORY = ("local", "worktree")


def own_environment(folder: str, outside: Sequence[str] = ()) -> dict[str, str]:
    """The environment in which a git that runs in `folder`, one of ours, has the user's own configuration alone.

    That is the system's, the user's, and what `git -c` said on a command line. outside: folders whose programs are
    not found.
    """
    kept = {k: v for k, v in os.environ.items() if k not in _OF_A_REPOSITORY and not k.startswith(_OF_A_RUN)}
    above = os.path.dirname(os.path.realpath(folder))
    return {**kept, "GIT_CEILING_DIRECTORIES": above, "PATH": search_path((folder, *outside))}


def own_configuration(folder: str) -> dict[str, str]:
    """The user's own configuration of git, seen from `folder`, one of ours: key to value. Raises ToolError."""
    rows = _listed(["config", "--list", "-z"], folder, own_environment(folder))
    return {key: value for key, _, value in (row.partition("\n") for row in rows)}


def without_its_programs(folder: str, environment: Mapping[str, str]) -> list[str]:
    """Options of git with which the configuration of the repository around `folder` names no program, as `-c` words.

    Where the user's own configuration has such a key it holds; else git's own default does. No hook is run.
    Raises ToolError.
    """
    rows = _listed(["config", "--list", "-z", "--show-scope"], folder, environment)
    pager = environment.get("PAGER") or "less"
    own: dict[str, str] = {}
    theirs: set[str] = set()
    for scope, row in zip(rows[::2], rows[1::2], strict=True):
        key, _, value = row.partition("\n")
        if _RUNS.fullmatch(key) and scope in _OF_THE_REPOSITORY:
            theirs.add(key)
        elif _RUNS.fullmatch(key):
            own[key] = value
    words = list(WITHOUT_HOOKS)
    for key in sorted(theirs):
        otherwise = pager if key == "core.pager" else "true" if key.startswith("pager.") else ""
        words += ("-c", f"{key}={own.get(key, otherwise)}")
    return words


def show(arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> int:
    """Run git for the user to see, with its pager and colours, and give its exit code. Raises ToolError."""
    try:
        done = subprocess.run([_program(folder), *arguments], cwd=folder, env=environment, check=False)
    except (OSError, ValueError) as error:
        raise ToolError(f"git cannot be run: {error}") from None
    except KeyboardInterrupt:
        return 130
    return done.returncode if done.returncode >= 0 else 128 - done.returncode


def _listed(arguments: Sequence[str], folder: str, environment: Mapping[str, str]) -> list[str]:
    """The fields, each ended by NUL, that a git command writes."""
    command = [_program(folder), *WITHOUT_HOOKS, *arguments]
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    except (OSError, ValueError) as error:
        raise ToolError(f"git cannot be run: {error}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "surrogateescape").strip().partition("\n")[0]
        raise ToolError(f"git: {said or f'ended with code {done.returncode}'}")
    return os.fsdecode(done.stdout).split("\0")[:-1]


def _program(folder: str) -> str:
    program = find_program("git", (folder,))
    if program is None:
        raise ToolError("git is not installed, or not in a folder that PATH names")
    return program
