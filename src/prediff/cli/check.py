"""`prediff check`: a gate for changes in a git repository. It says of each changed file whether its logic differs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from prediff.cli.options import COLOR, FILE, Word, comparing, settled

if TYPE_CHECKING:
    from prediff.cli.ranges import Sides
    from prediff.config import Config
    from prediff.gate import Pair
    from prediff.git import Change, Commit, Repository, Scratch
    from prediff.model import Checked, Logic

DOCUMENTS = ("sarif", "markdown", "gitlab", "github")
TIME_LIMIT = 60.0

_EPILOG = """\
\b
Examples:
  prediff check                       the worktree against HEAD; files that git does not know are left out
  prediff check --staged              what `git commit` would commit
  prediff check main..topic           the difference of two commits; main...topic: since topic left main
  prediff check v1 v2 -- src
  prediff check main..topic --require-same
  prediff check v1..v2 --ignore-revs .git-blame-ignore-revs
  git commit --trailer "$(prediff check --staged --trailer)"

A file is the same, differs, or is unknown. What was added, deleted or renamed, a link, a submodule and a new mode
always differ. Configuration counts as the old side has it.
Exit code: 0 all files are the same, 1 something differs or is unknown, 2 trouble.
"""


class _Revisions(click.Command):
    """A command of which all that stands after `--` are paths, whatever stands before."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        at = args.index("--") if "--" in args else len(args)
        ctx.meta["prediff.paths"] = args[at + 1 :]
        return super().parse_args(ctx, args[:at])


@click.command(
    "check", cls=_Revisions, epilog=_EPILOG, short_help="Say which files of a change differ in logic."
)
@click.argument("revisions", metavar="[A..B | A B | A] [-- PATH...]", nargs=-1)
@click.option("--staged", is_flag=True, help="Take what is staged, not the worktree.")
@click.option(
    "--require-same",
    is_flag=True,
    help="Grant no more than level safe and the options given here, whatever your configuration grants.",
)
@click.option(
    "--accept",
    metavar="VERDICT",
    multiple=True,
    type=Word("verdict", lambda: ("proved",)),
    help="Take this verdict for the same too: proved. No file gets it yet.",
)
@click.option("--allow-renames", is_flag=True, help="Let a file that only got another name be the same.")
@comparing
@click.option(
    "-j", "--jobs", metavar="N", type=click.IntRange(1), help="Processes at once; one a core by default."
)
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=TIME_LIMIT,
    help=f"The most that a file may take; it is unknown then ({TIME_LIMIT:g} by default).",
)
@click.option(
    "--ignore-revs",
    metavar="FILE",
    type=FILE,
    help="Append the commits that are the same to this file for `git blame`; - for standard output.",
)
@click.option("--trailer", is_flag=True, help="Print only a line for the end of a commit's message.")
@click.option("--json", "as_json", is_flag=True, help="Report as JSON.")
@click.option("--sarif", metavar="FILE", type=FILE, help="Write SARIF 2.1.0 here; - for standard output.")
@click.option("--markdown", metavar="FILE", type=FILE, help="Write Markdown here; - for standard output.")
@click.option(
    "--gitlab", metavar="FILE", type=FILE, help="Write GitLab's code quality here; - for standard output."
)
@click.option(
    "--github", metavar="FILE", type=FILE, help="Write GitHub's annotations here; - for standard output."
)
@click.option(
    "--pre-commit",
    is_flag=True,
    help="Take the range that pre-commit names, else what is staged; fail only with --require-same.",
)
@COLOR
@click.option("--no-pager", is_flag=True, help="Write to the terminal directly.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing; the exit code tells.")
@click.pass_context
def command(ctx: click.Context, /, revisions: tuple[str, ...], **given: Any) -> int:
    """Say of each file of a change whether it is the same in logic, differs, or is unknown.

    Without A the worktree is compared with HEAD, as `git diff HEAD` does: files that git does not know are left out.
    One revision is compared with the worktree, or with the index (--staged).
    """
    from tempfile import TemporaryDirectory

    from prediff.emit import content_to_append_to
    from prediff.git import Repository, Scratch

    printed = _printed(given)
    revisions, staged = _wanted(revisions, given)
    paths = ctx.meta["prediff.paths"]
    if given["ignore_revs"] is not None and paths:
        raise click.UsageError("--ignore-revs judges whole commits: it does not go with paths", ctx)
    repository = Repository.here()
    if given["ignore_revs"] not in (None, "-"):
        # What cannot be added to is said before anything is compared.
        content_to_append_to(given["ignore_revs"])
    with TemporaryDirectory(prefix="prediff-") as folder:
        scratch = Scratch.at(folder, repository)
        checked, config = _check(repository, scratch, revisions, staged, paths, given)
    _report(checked, config, given, printed)
    if given["pre_commit"] and not given["require_same"]:
        return 0
    return 0 if checked.same else 1


def _wanted(revisions: tuple[str, ...], given: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
    """The revisions and whether the index is meant. Raises UsageError for what does not go together."""
    from prediff.git import is_range

    if given["view"]:
        raise click.UsageError("--view does not go with check, which shows the first lines that differ only")
    of_commits = len(revisions) == 2 or bool(revisions and is_range(revisions[0]))
    if len(revisions) > 2 or (len(revisions) == 2 and any(map(is_range, revisions))):
        raise click.UsageError("two revisions or one range are compared; paths stand after --")
    if given["pre_commit"]:
        if revisions or given["staged"]:
            raise click.UsageError(
                "--pre-commit takes what pre-commit names: leave out revisions and --staged"
            )
        ends = [os.environ.get(f"PRE_COMMIT_{side}_REF", "") for side in ("FROM", "TO")]
        revisions, of_commits = (tuple(ends), True) if all(ends) else ((), False)
    staged = given["staged"] or (given["pre_commit"] and not of_commits)
    if staged and of_commits:
        raise click.UsageError("--staged compares the index with one commit, not two")
    if given["ignore_revs"] is not None and not of_commits:
        raise click.UsageError("--ignore-revs needs a range of commits, such as v1..v2")
    return revisions, staged


def _printed(given: dict[str, Any]) -> bool:
    """Whether something else takes the place of the report for a person. Raises UsageError where two would."""
    names = [f"--{kind} -" for kind in (*DOCUMENTS, "ignore-revs") if given[kind.replace("-", "_")] == "-"]
    names += ["--json"] if given["as_json"] and not given["quiet"] else []
    names += ["--trailer"] if given["trailer"] else []
    if len(names) > 1:
        raise click.UsageError(f"{' and '.join(names)} would both be on standard output: name a file for one")
    return bool(names)


def _check(
    repository: Repository,
    scratch: Scratch,
    revisions: Sequence[str],
    staged: bool,
    paths: Sequence[str],
    given: dict[str, Any],
) -> tuple[Checked, Config]:
    from prediff.cli.ranges import find_sides
    from prediff.gate import file_verdict, pair_of
    from prediff.model import Checked, CommitVerdict

    sides = find_sides(repository, scratch, revisions, staged)
    changes = scratch.changes(sides.old, sides.new, repository.pathspecs(paths))
    commits = _commits(repository, scratch, sides) if given["ignore_revs"] is not None else []
    every = [*changes, *(change for _, of_one in commits for change in of_one)]
    config = _config(scratch, sides.old, every, given)
    compared = _compared(scratch, [pair for change in every if (pair := pair_of(change))], config, given)
    allow = given["allow_renames"]
    files = tuple([file_verdict(change, compared, allow) for change in changes])
    judged = tuple(
        [
            CommitVerdict(one.id, one.subject, tuple([file_verdict(c, compared, allow) for c in of_one]))
            for one, of_one in commits
        ]
    )
    return Checked(sides.old_name, sides.new_name, config.settings, files, judged, allow), config


def _commits(repository: Repository, scratch: Scratch, sides: Sides) -> list[tuple[Commit, list[Change]]]:
    assert sides.commits is not None
    commits = repository.commits(*sides.commits)
    changes = scratch.changes_of(commits)
    return [(one, changes[one.id]) for one in commits if one.id in changes]


def _config(scratch: Scratch, tree: str, changes: Sequence[Change], given: dict[str, Any]) -> Config:
    """The configuration of the old side under the options. With --require-same it can take away, and grants nothing."""
    from prediff.cli.output import complain
    from prediff.cli.ranges import base_config

    config = base_config(scratch, tree, changes)
    for warning in config.warnings:
        complain(warning)
    if given["require_same"]:
        from prediff.config import LEVELS

        level = min(config.settings.level, "safe", key=LEVELS.index)
        config = replace(config, settings=replace(config.settings, level=level, assume=frozenset()))
    return settled(config, given)


def _compared(
    scratch: Scratch, pairs: Sequence[Pair], config: Config, given: dict[str, Any]
) -> dict[Pair, Logic]:
    from prediff.cli.progress import shown
    from prediff.gate import compare_pairs

    jobs = given["jobs"] or len(_cores())
    found = compare_pairs(scratch, pairs, config.choose_language, config.settings, jobs, given["timeout"])
    with closing(found):
        return dict(shown(found, len(set(pairs)), given["quiet"]))


def _cores() -> Sequence[int]:
    """The processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return list(os.sched_getaffinity(0))
    return range(os.cpu_count() or 1)


def _report(checked: Checked, config: Config, given: dict[str, Any], printed: bool) -> None:
    """Write the documents that are asked for, and say what was found."""
    from prediff.cli.output import write
    from prediff.emit import write_outputs

    made = [(given[kind], _document(kind, checked)) for kind in DOCUMENTS if given[kind]]
    write_outputs([(path, text) for path, text in made if path != "-"], ())
    said = [text for path, text in made if path == "-"]
    if given["ignore_revs"] is not None:
        said += _ignored(checked, given["ignore_revs"])
    if given["trailer"]:
        from prediff.reports.gate.words import trailer

        said.append(trailer(checked))
    if given["as_json"] and not given["quiet"]:
        said.append(_document("json", checked))
    if printed:
        write("".join(said))
    elif not given["quiet"]:
        _show(checked, config, given)


def _document(kind: str, checked: Checked) -> str:
    from prediff import __version__

    if kind == "json":
        from prediff.reports.gate.json import check_json

        return check_json(checked, __version__)
    if kind == "sarif":
        from prediff.reports.gate.sarif import check_sarif

        return check_sarif(checked, __version__)
    if kind == "gitlab":
        from prediff.reports.gate.gitlab import check_gitlab

        return check_gitlab(checked)
    if kind == "github":
        from prediff.reports.gate.github import check_github

        return check_github(checked)
    from prediff.reports.gate.markdown import check_markdown

    return check_markdown(checked)


def _ignored(checked: Checked, path: str) -> Iterator[str]:
    """Append the commits that are the same to a file; give them where that is standard output."""
    from prediff import __version__
    from prediff.emit import append, content_to_append_to
    from prediff.reports.gate.revisions import revisions

    if path == "-":
        yield revisions(checked, __version__)
    else:
        append(path, revisions(checked, __version__, content_to_append_to(path)))


def _show(checked: Checked, config: Config, given: dict[str, Any]) -> None:
    from prediff.cli.output import show, want_color
    from prediff.reports.escaping import Style
    from prediff.reports.gate.text import render

    style = Style(want_color(given["color"] or config.color))
    show(render(checked, style), "" if given["no_pager"] else config.pager)
