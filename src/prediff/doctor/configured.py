"""What is configured outside of git: the user's own file, Mercurial, Subversion, what set-up wrote, folders."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator

from prediff.doctor.row import Row
from prediff.programs import find_program
from prediff.setup import hg as of_hg
from prediff.setup import is_edited, model_table, recall, shown_path
from prediff.setup import svn as of_svn
from prediff.setup.command import program_of
from prediff.setup.edit import find_block, read

_GROUP = "configured"


def own() -> Iterator[Row]:
    """The user's own configuration file. Raises ConfigError with what is wrong in it."""
    from prediff.config import load_config, user_file

    file = user_file()
    load_config(())
    there = os.path.lexists(file)
    yield Row(_GROUP, "configuration", "ok", shown_path(file) if there else f"none at {shown_path(file)}")


def hg() -> Iterator[Row]:
    if find_program("hg") is None:
        return
    file = of_hg.user_file()
    block = _block(file)
    if block is None:
        yield Row(_GROUP, "hg", "ok", "not set up", "to have hg prediff: prediff setup hg")
        return
    yield _called("hg", file, re.search(r"^cmd\.prediff = (.*?)\r?$", block, re.MULTILINE), quoted=False)


def svn() -> Iterator[Row]:
    if find_program("svn") is None:
        return
    script = of_svn.script_file()
    content = read(script)
    if content is None:
        broken = _block(of_svn.user_file()) is not None
        text = f"the script {shown_path(script)} that svn diff calls is gone" if broken else "not set up"
        advice = "prediff setup svn" if broken else "for svn diff --diff-cmd: prediff setup svn"
        yield Row(_GROUP, "svn", "fail" if broken else "ok", text, advice)
        return
    line = re.search(r"^(?:exec |@)(.*)$", content.decode("utf-8", "replace"), re.MULTILINE)
    yield _called("svn", script, line, quoted=True)


def _called(name: str, file: str, line: re.Match[str] | None, quoted: bool) -> Row:
    """Whether the program that a file names is there."""
    from shlex import quote

    words = line[1] if line and quoted else quote(line[1]) if line else ""
    if program_of(words) is None:
        said = words or "nothing"
        return Row(
            _GROUP, name, "fail", f"{shown_path(file)} calls {said}: not found", f"prediff setup {name}"
        )
    return Row(_GROUP, name, "ok", f"set up in {shown_path(file)}")


def _block(file: str) -> str | None:
    data = read(file) or b""
    place = find_block(data)
    return None if place is None else data[place[0] : place[1]].decode("utf-8", "replace")


def remembered() -> Iterator[Row]:
    """The files that set-up wrote: whether they are as it left them. Raises ConfigError for a record that is broken."""
    for one in recall():
        name, file = f"setup {one.target}", shown_path(one.path)
        if not os.path.lexists(one.path):
            advice = f"prediff setup {one.target}, or with --undo"
            if one.target == model_table.TARGET:
                advice = "prediff model up, or prediff model down"
            yield Row(_GROUP, name, "warn", f"{file} is gone, which setup wrote", advice)
        elif is_edited(one):
            text = f"{file} was edited since setup wrote it: --undo will take out its entries only"
            yield Row(_GROUP, name, "ok", text)
        else:
            yield Row(_GROUP, name, "ok", f"{file} is as setup left it")


def folders() -> Iterator[Row]:
    """The folders of prediff itself: others must not write there."""
    from platformdirs import user_cache_dir, user_state_dir

    for name, path in (
        ("cache folder", user_cache_dir("prediff", appauthor=False)),
        ("state folder", user_state_dir("prediff", appauthor=False)),
    ):
        if not os.path.exists(path):
            yield Row(_GROUP, name, "ok", f"{shown_path(path)}, not made yet")
        elif not os.access(path, os.W_OK):
            yield Row(_GROUP, name, "fail", f"{shown_path(path)} is read-only", "make it writable for you")
        elif os.name != "nt" and stat.S_IMODE(os.stat(path).st_mode) & 0o022:
            yield Row(_GROUP, name, "warn", f"others can write to {shown_path(path)}", f"chmod go-w {path}")
        else:
            yield Row(_GROUP, name, "ok", shown_path(path))
