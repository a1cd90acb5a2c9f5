"""Files of a repository, named as git names them: `HEAD:src/app.py`, `main:./app.py`, `:app.py` of the index."""

from __future__ import annotations

import os
import re

from prediff.errors import ReadError, ToolError

_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def is_revision(text: str) -> bool:
    """Whether an argument looks like a file of a revision. What is there as a file is that file."""
    if ":" not in text or os.path.lexists(text):
        return False
    return os.name != "nt" or not _DRIVE.match(text)


def read_revision(text: str, limit: int) -> bytes:
    """The bytes of the file that an argument such as `HEAD:src/app.py` names.

    limit: the most bytes to read. Raises ReadError, and ToolError without git.
    """
    from prediff.git import run  # with what it imports it takes long for those who name no revision

    try:
        name = run(["rev-parse", "--verify", "--quiet", "--end-of-options", text]).decode().strip()
        kind = run(["cat-file", "-t", name]).decode().strip()
    except ToolError as error:
        if "git is not installed" in str(error):
            raise
        raise ReadError(f"{text} is no file, and no file of a revision either{_advice(text)}") from None
    if kind != "blob":
        raise ReadError(
            f"{text} is a {'folder' if kind == 'tree' else kind} of that revision; name a file in it"
        )
    if int(run(["cat-file", "-s", name])) > limit:
        raise ReadError(f"{text} is larger than {limit >> 20} MiB, the most that prediff reads")
    return run(["cat-file", "blob", name])


def _advice(text: str) -> str:
    revision, _, path = text.rpartition(":")
    if path.startswith(("./", "../")) or not os.path.lexists(path):
        return ""
    return f": its path is read from the top of the repository, and {revision}:./{path} from here"


def folder_of(text: str) -> str:
    """The folder of the working tree in which the file of a revision stands, if it is there; else the current one."""
    path = text.rpartition(":")[2]
    if path.startswith(("./", "../")):
        return os.path.dirname(path)
    from prediff.git import run

    try:
        top = os.fsdecode(run(["rev-parse", "--show-toplevel"])).removesuffix("\n")
    except ToolError:
        return os.curdir
    return os.path.join(top, os.path.dirname(path))
