"""The gate: which files of a change are the same in logic. Data in, data out; `cli.check` asks git and shows.

The contents of a file are compared in another process, which has a time limit; what else a change does to a file (its
name, mode or kind, that it is there at all) is told from git's row for it, and always differs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import replace

from prediff.git import Change, Scratch
from prediff.lean_dataclasses import dataclass
from prediff.model import FileVerdict, Finding, Logic, Report, Settings, SourceFile
from prediff.read import MAX_LOGIC_BYTES, LanguageChoice
from prediff.workers import Failed, run_all

MAX_FINDINGS = 100
MAX_LINES = 20
MAX_LENGTH = 300
"""Of a file more findings than this are counted; of a finding, and of a line, no more is kept."""

BYTES_A_WORKER = 100_000
"""A further process is worth its start once there is so much more to compare."""

_KINDS = {"120000": "a symbolic link", "160000": "a submodule"}


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contents to compare, by their ids in git, under the paths that name their languages."""

    old_id: str
    new_id: str
    old_path: str
    new_path: str


def pair_of(change: Change) -> Pair | None:
    """What is to be compared of a change; None where there are not two files with contents."""
    if change.status in "AD" or not change.regular:
        return None
    return Pair(change.old_id, change.new_id, os.fsdecode(change.old_path), os.fsdecode(change.new_path))


def compare_pairs(
    scratch: Scratch,
    pairs: Iterable[Pair],
    choose: LanguageChoice,
    settings: Settings,
    jobs: int,
    limit: float,
) -> Generator[tuple[Pair, Logic], None, None]:
    """Compare each pair once, in at most `jobs` processes; give each result once it is there.

    limit: seconds for a pair; one that takes longer, or crashes, is unknown. Raises ToolError where git fails.
    """
    asked = list(dict.fromkeys(pairs))
    yield from ((pair, Logic("identical")) for pair in asked if pair.old_id == pair.new_id)
    asked = [pair for pair in asked if pair.old_id != pair.new_id]
    sizes = scratch.sizes(sorted({one for pair in asked for one in (pair.old_id, pair.new_id)}))
    size = {pair: max(sizes[pair.old_id], sizes[pair.new_id]) for pair in asked}
    for pair in asked:
        if size[pair] > MAX_LOGIC_BYTES:
            reason = f"it has {size[pair] >> 20} MiB, over the limit of {MAX_LOGIC_BYTES >> 20}"
            yield pair, Logic("unknown", reason)
    asked = [pair for pair in asked if size[pair] <= MAX_LOGIC_BYTES]
    # The long ones first, so that none of them is begun when all others are done.
    asked.sort(key=lambda pair: -size[pair])
    count = min(jobs, len(asked), 1 + sum(size[pair] for pair in asked) // BYTES_A_WORKER)
    with scratch.contents() as content:
        items = ((pair, _arguments(pair, content, choose, settings)) for pair in asked)
        for pair, found in run_all(judge, items, count, limit, prepare):
            yield pair, Logic("unknown", found.reason) if isinstance(found, Failed) else found


def _arguments(
    pair: Pair, content: Callable[[str], bytes], choose: LanguageChoice, settings: Settings
) -> tuple[object, ...]:
    sides = ((pair.old_id, pair.old_path), (pair.new_id, pair.new_path))
    return (*((content(name), path, *choose(path)) for name, path in sides), settings)


Side = tuple[bytes, str, str | None, str | None]
"""The bytes of a file, its path, the language it must be read in, and the one to fall back to."""


def prepare() -> None:
    """Load what `judge` needs."""
    import prediff.pipeline
    import prediff.rules  # noqa: F401


def judge(left: Side, right: Side, settings: Settings) -> Logic:
    """Compare two files. This runs in a process of its own."""
    from prediff.pipeline import compare
    from prediff.read import read_bytes

    sources = read_bytes(*left), read_bytes(*right)
    report = compare(*sources, settings)
    same = report.same and report.left_text == report.right_text
    if same:
        return Logic("same", "", report.language, report.assumptions, len(report.units))
    from prediff.reports.findings import findings
    from prediff.reports.renamed import sentence

    found = findings(report) if report.language else []
    return Logic(
        "unknown" if report.verdict == "unknown" else "differs",
        _reason(report, sources, any((*left[2:], *right[2:]))),
        report.language,
        report.assumptions,
        len(report.units),
        sum(unit.verdict not in ("identical", "same") for unit in report.units),
        tuple([_short(one) for one in found[:MAX_FINDINGS]]),
        max(0, len(found) - MAX_FINDINGS),
        tuple([sentence(one) for one in report.renamed]),
    )


def _reason(report: Report, sources: tuple[SourceFile, SourceFile], named: bool) -> str:
    """Why a file could not be compared by logic."""
    from prediff.languages import find_language

    unread = [source for source in sources if source.language is None]
    if not unread:
        return report.reason
    if any(source.encoding == "binary" for source in unread):
        return "it is binary"
    if not named and not find_language(unread[0].path):
        return "no language is known for it"
    return next((note for source in unread for note in source.notes), report.reason)


def _short(found: Finding) -> Finding:
    removed, added = (
        tuple([line.rstrip("\n")[:MAX_LENGTH] for line in lines[:MAX_LINES]])
        for lines in (found.removed, found.added)
    )
    return replace(found, removed=removed, added=added, folds=())


def file_verdict(change: Change, compared: Mapping[Pair, Logic], allow_renames: bool) -> FileVerdict:
    """What is said of a changed file. compared: has the pair of the change, where it has one.

    allow_renames: whether a file that only has another name is the same.
    """
    pair = pair_of(change)
    old, new = os.fsdecode(change.old_path), os.fsdecode(change.new_path)
    if pair is None:
        return FileVerdict(new, old, change.status, "differs", _kind(change))
    logic = compared[pair]
    same = logic.verdict in ("identical", "same")
    reasons = []
    if old != new:
        reasons.append(f"renamed from {old}")
    if change.old_mode != change.new_mode:
        reasons.append(f"mode {change.old_mode} → {change.new_mode}")
    if reasons and same:
        reasons.append("same in logic")
    reason = ", ".join(reasons)
    if change.old_mode != change.new_mode or (old != new and same and not allow_renames):
        return FileVerdict(new, old, change.status, "differs", reason, logic)
    return FileVerdict(new, old, change.status, "same" if same else logic.verdict, reason, logic)


def _kind(change: Change) -> str:
    old, new = (_KINDS.get(mode, "a file") for mode in (change.old_mode, change.new_mode))
    if change.status in "AD":
        done = "added" if change.status == "A" else "deleted"
        kind = new if change.status == "A" else old
        return done if kind == "a file" else f"{done}, {kind}"
    renamed = f"renamed from {os.fsdecode(change.old_path)}, " if change.old_path != change.new_path else ""
    return f"{renamed}{old}" if old == new else f"{renamed}{old} became {new}"
