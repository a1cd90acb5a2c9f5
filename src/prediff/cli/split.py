"""`prediff split OLD NEW`, `prediff split A..B`: a change as two patches, one that keeps the logic and one of logic."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import FILE, comparing, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prediff.config import Config
    from prediff.git import Change, Scratch
    from prediff.model import Settings, SourceFile
    from prediff.patches import Series, Side
    from prediff.read import LanguageChoice

_EPILOG = """\
\b
Examples:
  prediff split old.py new.py --path src/app.py --out patches
  prediff split main..topic --out patches
  prediff split main...topic --logic-first -- src
  git apply patches/0001-refactoring.patch && git apply patches/0002-logic.patch

The first patch keeps the logic: it leads from OLD to the old logic written as NEW is. The second one has only what
changes in logic. In order they lead to NEW, byte for byte. Without --out both are written to standard output, which
`git apply` takes as one. Exit code: 0 where the patches were made, 2 trouble.
"""


@click.command("split", epilog=_EPILOG, short_help="Split a change into a refactoring and a change of logic.")
@click.argument("what", metavar="OLD NEW | A..B [-- PATH...]", nargs=-1, required=True, type=FILE)
@click.option(
    "--logic-first", is_flag=True, help="First the change of logic in the old style, then the rest."
)
@click.option("--out", metavar="DIR", type=FILE, help="Write the patches to files in this folder.")
@click.option("--path", metavar="NAME", help="What the file is called in the patches; by default as OLD is.")
@comparing
@click.pass_context
def command(
    ctx: click.Context,
    /,
    what: tuple[str, ...],
    logic_first: bool,
    out: str | None,
    path: str | None,
    **given: Any,
) -> int:
    """Split the change from OLD to NEW, or that of a range of commits, into two patches for `git apply`.

    One of the files may be - for standard input; /dev/null stands for none.
    """
    from tempfile import TemporaryDirectory

    from prediff.cli.output import complain
    from prediff.git import is_range

    if given["view"]:
        raise click.UsageError("--view does not go with split, whose patches have a view of their own", ctx)
    of_range = is_range(what[0]) and not os.path.lexists(what[0])
    if of_range and path is not None:
        raise click.UsageError("--path is for two files; a range has the paths of its files", ctx)
    if not of_range and len(what) != 2:
        raise click.UsageError("two files, or a range of commits such as main..topic, can be split", ctx)
    if out is not None:
        _check_folder(out)
    with TemporaryDirectory(prefix="prediff-") as folder:
        if of_range:
            series = _of_range(what[0], what[1:], logic_first, folder, given)
        else:
            series = _of_files(what[0], what[1], path, logic_first, folder, given)
    if out is None:
        _print(series)
    else:
        _write(series, out, () if of_range else what)
    for remark in series.remarks:
        complain(remark)
    return 0


def _of_files(
    left: str, right: str, path: str | None, logic_first: bool, folder: str, given: dict[str, Any]
) -> Series:
    from prediff.config import load_config
    from prediff.languages import find_language
    from prediff.patches import checked_name
    from prediff.read import read_pair

    name = checked_name(_name(left, right) if path is None else path)
    config = _warned(settled(load_config((left, right)), given))

    def choose(file: str) -> tuple[str | None, str | None]:
        first, otherwise = config.choose_language(file)
        return first, otherwise or find_language(name)

    sources = read_pair(left, right, choose)
    from prediff.patches import split_files

    sides = _sides(left, right, sources)
    return split_files(*sides, name, config.settings, logic_first, folder)


def _of_range(
    text: str, paths: Sequence[str], logic_first: bool, folder: str, given: dict[str, Any]
) -> Series:
    from prediff.cli.ranges import base_config
    from prediff.git import Repository
    from prediff.patches import split_range

    repository = Repository.here()
    trees = repository.range(text)

    def configured(scratch: Scratch, changes: Sequence[Change]) -> tuple[Settings, LanguageChoice]:
        config = _warned(settled(base_config(scratch, trees[0], changes), given))
        return config.settings, config.choose_language

    return split_range(repository, trees, paths, configured, logic_first, folder)


def _warned(config: Config) -> Config:
    from prediff.cli.output import complain

    for warning in config.warnings:
        complain(warning)
    return config


def _name(left: str, right: str) -> str:
    """What a file is called in its patches: as the old one, so that they apply where that stands."""
    from prediff.errors import ConfigError

    files = [path for path in (left, right) if os.path.isfile(path)] or [p for p in (left, right) if p != "-"]
    if not files:
        raise ConfigError("say by --path what the file is called in the patches")
    name = files[0].replace(os.sep, "/").removeprefix("./")
    outside = os.path.isabs(files[0]) or ".." in name.split("/")
    return os.path.basename(files[0]) if outside else name


def _sides(left: str, right: str, sources: tuple[SourceFile, SourceFile]) -> tuple[Side, Side]:
    """Both files with their modes. What is no file of its own, such as a pipe, has the mode of the other side."""
    from prediff.patches import Side

    modes = [_mode(left) or _mode(right), _mode(right) or _mode(left)]
    missing = [path == os.devnull for path in (left, right)]
    old, new = [
        Side(None if gone else source, mode or "100644")
        for gone, source, mode in zip(missing, sources, modes, strict=True)
    ]
    return old, new


def _mode(path: str) -> str:
    if not os.path.isfile(path):
        return ""
    return "100755" if os.name != "nt" and os.stat(path).st_mode & 0o100 else "100644"


def _check_folder(folder: str) -> None:
    """Raise WriteError before anything is compared where the patches could not be written, or over something else."""
    from contextlib import suppress

    from prediff.errors import WriteError
    from prediff.patches import MARK, NAMES

    if os.path.lexists(folder) and not os.path.isdir(folder):
        raise WriteError(f"cannot write to {folder}: it is no folder")
    for name in NAMES:
        path = os.path.join(folder, name)
        if not os.path.lexists(path):
            continue
        ours = False
        if os.path.isfile(path) and not os.path.islink(path):
            with suppress(OSError), open(path, "rb") as file:
                ours = file.read(len(MARK)) == MARK
        if not ours:
            raise WriteError(f"cannot write {path}: what stands there is no patch of prediff")


def _write(series: Series, folder: str, inputs: Sequence[str]) -> None:
    """Write the patches, and take away those of an earlier run, which would be applied with them."""
    from prediff.cli.output import write
    from prediff.emit import write_outputs
    from prediff.errors import WriteError
    from prediff.patches import NAMES
    from prediff.reports.escaping import printable

    outputs = [
        (os.path.join(folder, p.name), p.data.decode("utf-8", "surrogateescape")) for p in series.patches
    ]
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        write_outputs(outputs, inputs)
        for name in {*NAMES} - {patch.name for patch in series.patches}:
            if os.path.lexists(os.path.join(folder, name)):
                os.unlink(os.path.join(folder, name))
    except OSError as error:
        raise WriteError(f"cannot write to {folder}: {(error.strerror or str(error)).lower()}") from None
    for patch, (path, _) in zip(series.patches, outputs, strict=True):
        files = "1 file" if patch.files == 1 else f"{patch.files} files"
        write(f"{printable(path)}: {files}, {patch.summary}\n")


def _print(series: Series) -> None:
    from prediff.cli.output import is_terminal, write, write_bytes

    data = b"".join(patch.data for patch in series.patches)
    if is_terminal():
        from prediff.reports.escaping import printable

        write(printable(data.decode("utf-8", "surrogateescape"), keep="\t\n"))
    else:
        write_bytes(data)
