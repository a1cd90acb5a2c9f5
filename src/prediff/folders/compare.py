"""Two folders, file by file: read this first.

Files with the same bytes are never parsed. What differs is looked for in the cache, and else compared in worker
processes; what comes out goes to the output folders as it comes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import field, replace
from hashlib import blake2b
from typing import TypeAlias

from prediff.answers import (
    FileAnswer,
    FileJob,
    MovedJob,
    PairAnswer,
    PairJob,
    Place,
    compare_pair,
    language_of,
    normalize_one,
    recall_file,
    recall_moved,
    recall_pair,
    remember_file,
    remember_moved,
    remember_pair,
)
from prediff.cache import Cache
from prediff.folders.ignoring import rules_for
from prediff.folders.mirror import OutputFolder
from prediff.folders.names import safe_paths
from prediff.folders.pairing import Pair, pair_up
from prediff.folders.walk import ON_DISK, Entry, Files, Folder, walk
from prediff.lean_dataclasses import dataclass
from prediff.model import FileRow, FileStatus, FolderReport, MovedUnit, PairFacts, Settings
from prediff.read import MAX_LOGIC_BYTES, LanguageChoice
from prediff.workers import Failed, run_all

STATUS: dict[str, FileStatus] = {
    "identical": "same bytes",
    "same": "same logic",
    "differs": "differs",
    "unknown": "unknown",
}
PAGES = "pages"
SIDES = ("left", "right")
MAX_MOVED_BYTES = 8 << 20
"""How much of both sides is looked through for moved definitions."""

Job: TypeAlias = PairJob | FileJob | MovedJob
Answer: TypeAlias = PairAnswer | FileAnswer | tuple[MovedUnit, ...]
Tick: TypeAlias = Callable[[int, int], None]
"""Told how many pairs are done, of how many."""


@dataclass(frozen=True, slots=True)
class Task:
    """A job for a worker, and which pair it is of."""

    number: int
    job: Job


Run: TypeAlias = Callable[..., Iterator[tuple[Task, Answer | Failed]]]
"""`workers.run_all`, or one that is called as it is."""


def prepare() -> None:
    """What a worker imports before the time of its first job counts."""
    from prediff import pipeline, rules  # noqa: F401 - loaded for the jobs that come


def do(job: Job) -> Answer:
    """What a worker does."""
    if isinstance(job, PairJob):
        return compare_pair(job)
    if isinstance(job, FileJob):
        return normalize_one(job)
    from prediff.folders.moved import find_moved

    return find_moved(job)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to compare. configured: the settings for a pair of paths, and what chooses their languages.

    mirror, pages: where the texts and the pages go. globs: of files to leave out; ignore_files: whether `.gitignore`
    files and git say so too. run: what runs jobs; processes, timeout: as it takes them, seconds for one job.
    files: where the contents are.
    """

    configured: Callable[[str, str], tuple[Settings, LanguageChoice]]
    settings: Settings
    cache: Cache
    mirror: OutputFolder | None = None
    pages: OutputFolder | None = None
    globs: Sequence[str] = ()
    ignore_files: bool = True
    run: Run = run_all
    processes: int = 1
    timeout: float = 60.0
    context: int = 3
    tick: Tick = lambda done, total: None
    files: Files = ON_DISK


@dataclass(slots=True)
class _Work:
    """What is under way: the rows so far by the number of the pair, and what could not be read."""

    plan: Plan
    folders: tuple[Folder, Folder]
    pairs: list[Pair]
    names: dict[str, str]
    rows: dict[int, FileRow] = field(default_factory=dict)
    trouble: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)


def compare_folders(left: str, right: str, plan: Plan) -> tuple[FolderReport, set[str]]:
    """Compare two folders; also the paths of all that was written to the output folders.

    Raises ReadError where one is no folder, WriteError where an output cannot be written.
    """
    rules = rules_for((left, right), plan.globs, plan.ignore_files)
    return compare_walked((walk(left, rules[0]), walk(right, rules[1])), (left, right), plan)


def compare_walked(
    folders: tuple[Folder, Folder], shown: tuple[str, str], plan: Plan
) -> tuple[FolderReport, set[str]]:
    """The same of two folders whose files are known. shown: what they are called. Raises WriteError."""
    pairs = pair_up(*folders, lambda root, path: quiet_read(root, path, plan.files))
    entries = (entry for pair in pairs for entry in (pair.left, pair.right) if entry)
    names = safe_paths(entry.path for entry in entries) if plan.mirror is not None else {}
    work = _worked(folders, pairs, names, plan)
    rows = tuple([work.rows[number] for number in range(len(pairs)) if number in work.rows])
    units, notes = _moved_units(work, rows)
    for folder in folders:
        work.trouble += [f"{os.path.join(folder.root, path)}: {reason}" for path, reason in folder.trouble]
    report = FolderReport(
        *shown, plan.settings, rows, units, folders[0].ignored + folders[1].ignored,
        tuple(_left_out(pairs)), tuple(work.trouble), tuple(notes),
    )  # fmt: skip
    return report, work.written


def write_pairs(
    folders: tuple[Folder, Folder], pairs: list[Pair], names: dict[str, str], plan: Plan
) -> tuple[set[str], list[str]]:
    """Put the texts of some pairs of two folders into the mirror: what was written there, and what could not be read.

    names: what `safe_paths` gives for all paths of both folders. Raises WriteError.
    """
    work = _worked(folders, pairs, names, plan)
    return work.written, work.trouble


def _worked(folders: tuple[Folder, Folder], pairs: list[Pair], names: dict[str, str], plan: Plan) -> _Work:
    work = _Work(plan, folders, pairs, names)
    plan.tick(0, len(pairs))
    items = ((task, (task.job,)) for task in _tasks(work))
    for task, answer in plan.run(do, items, plan.processes, plan.timeout, prepare):
        _settle(work, task, answer)
        plan.tick(len(work.rows), len(pairs))
    return work


def out_path(side: int, path: str, names: dict[str, str]) -> str:
    """Where in the mirror a path of the left (0) or right (1) folder goes."""
    return f"{SIDES[side]}/{names[path]}"


def quiet_read(root: str, path: str, files: Files = ON_DISK) -> bytes | None:
    try:
        return files.read(root, path, MAX_LOGIC_BYTES)
    except (OSError, ValueError):
        return None


def _tasks(work: _Work) -> Iterator[Task]:
    """The pairs that a worker must compare, in order; all others get their rows on the way."""
    for number, pair in enumerate(work.pairs):
        try:
            job = _at_once(work, number, pair)
        except OSError as error:
            reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
            _note(
                work, number, FileRow("unknown", _path(pair.left), _path(pair.right), reason, pair.likeness)
            )
            work.trouble.append(f"{pair.path}: {reason}")
            job = None
        if job is not None:
            yield Task(number, job)
        else:
            work.plan.tick(len(work.rows), len(work.pairs))


def _at_once(work: _Work, number: int, pair: Pair) -> Job | None:
    """Settle a pair that needs no worker; else its job."""
    left, right = pair.left, pair.right
    if left is None or right is None:
        return _alone(work, number, pair)
    row = FileRow("same bytes", left.path, right.path, likeness=pair.likeness)
    if left.kind != right.kind or left.kind == "special":
        if left.kind != right.kind or left.what != right.what:
            _note(work, number, replace(row, status="differs", reason=f"{left.what} became {right.what}"))
        _write(work, pair)
        return None
    if left.kind == "file" and max(left.size, right.size) > MAX_LOGIC_BYTES:
        _large(work, number, pair, row)
        return None
    one = work.plan.files.read(work.folders[0].root, left.path, MAX_LOGIC_BYTES)
    two = work.plan.files.read(work.folders[1].root, right.path, MAX_LOGIC_BYTES)
    if left.kind == "link":
        row = row if one == two else replace(row, status="differs", reason="the link leads elsewhere")
    elif one != two:
        return _compared(work, number, pair, (one, two))
    _note(work, number, _with_mode(row, left, right))
    _write(work, pair, one, two)
    return None


def _compared(work: _Work, number: int, pair: Pair, data: tuple[bytes, bytes]) -> Job | None:
    """The job of two files whose bytes differ, unless the cache has its answer, or there is nothing to compare."""
    assert pair.left is not None
    assert pair.right is not None
    plan = work.plan
    paths = pair.left.path, pair.right.path
    full = [os.path.join(f.root, p) for f, p in zip(work.folders, paths, strict=True)]
    settings, choose = plan.configured(*full)
    languages = [language_of(d, p, choose(f)) for d, p, f in zip(data, paths, full, strict=True)]
    job = PairJob(*data, paths, (languages[0], languages[1]), settings, plan.pages is not None, plan.context)
    if None in languages and not job.page:
        _settle(work, Task(number, job), PairAnswer(PairFacts("unknown", "compared as text")), fresh=False)
        return None
    known = recall_pair(job, plan.cache)
    if known is None:
        return job
    _settle(work, Task(number, job), known, fresh=False)
    return None


def _alone(work: _Work, number: int, pair: Pair) -> Job | None:
    """Settle what is in one folder only; the job where its normal form is wanted."""
    entry = pair.left or pair.right
    assert entry is not None
    status: FileStatus = "only left" if pair.left else "only right"
    reason = "" if entry.kind == "file" else entry.what
    row = FileRow(status, _path(pair.left), _path(pair.right), reason)
    if work.plan.mirror is None or entry.kind == "special":
        _note(work, number, row)
        return None
    folder = work.folders[0 if pair.left else 1]
    full = os.path.join(folder.root, entry.path)
    if entry.size > MAX_LOGIC_BYTES:
        _note(work, number, row)
        _write(work, pair)
        return None
    data = work.plan.files.read(folder.root, entry.path, MAX_LOGIC_BYTES)
    if work.plan.settings.view == "canonical" and entry.kind == "file":
        settings, choose = work.plan.configured(full, full)
        language = language_of(data, entry.path, choose(full))
        job = FileJob(data, entry.path, language, settings)
        known = recall_file(job, work.plan.cache) if language else None
        if language and known is None:
            return job
        data = known.output(job) if known else data
    _note(work, number, row)
    _write(work, pair, data, data)
    return None


def _large(work: _Work, number: int, pair: Pair, row: FileRow) -> None:
    """Settle a pair that is too large to be read as a whole."""
    assert pair.left is not None
    assert pair.right is not None
    roots = work.folders[0].root, work.folders[1].root
    if not work.plan.files.same((roots[0], pair.left.path), (roots[1], pair.right.path)):
        reason = f"over the limit of {MAX_LOGIC_BYTES >> 20} MiB: only the bytes are compared"
        row = replace(row, status="unknown", reason=reason)
    _note(work, number, _with_mode(row, pair.left, pair.right))
    _write(work, pair)


def _settle(work: _Work, task: Task, answer: Answer | Failed, fresh: bool = True) -> None:
    """Take what comparing a pair gave: its row, its texts and its page. fresh: whether the cache lacks it."""
    pair, job = work.pairs[task.number], task.job
    if isinstance(job, FileJob):
        _settle_file(work, task.number, pair, job, answer)
        return
    assert isinstance(job, PairJob)
    assert pair.left is not None
    assert pair.right is not None
    row = FileRow("unknown", *job.paths, likeness=pair.likeness)
    if isinstance(answer, Failed):
        row = replace(row, reason=answer.reason)
        outputs = job.left, job.right
    else:
        assert isinstance(answer, PairAnswer)
        facts = answer.facts
        row = replace(row, status=STATUS[facts.verdict], reason=facts.reason, facts=facts)
        outputs = answer.outputs(job)
        if fresh:
            remember_pair(job, answer, work.plan.cache)
        if answer.page and work.plan.pages is not None:
            row = replace(row, page=_page_of(job))
            work.plan.pages.write(row.page, answer.page.encode("ascii"))
            work.written.add(row.page)
    _note(work, task.number, _with_mode(row, pair.left, pair.right))
    _write(work, pair, *outputs)


def _settle_file(work: _Work, number: int, pair: Pair, job: FileJob, answer: Answer | Failed) -> None:
    row = FileRow("only left" if pair.left else "only right", _path(pair.left), _path(pair.right))
    data = job.data
    if isinstance(answer, FileAnswer):
        remember_file(job, answer, work.plan.cache)
        data = answer.output(job)
    _note(work, number, row)
    _write(work, pair, data, data)


def _page_of(job: PairJob) -> str:
    name = blake2b("\0".join(job.paths).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    return f"{PAGES}/{name}.html"


def _with_mode(row: FileRow, left: Entry, right: Entry) -> FileRow:
    """The row, which differs where only one side may be run as a program."""
    if left.executable == right.executable:
        return row
    reason = f"only the {'left' if left.executable else 'right'} one is executable"
    if row.status in ("same bytes", "same logic"):
        return replace(row, status="differs", reason=f"{row.status}, {reason}")
    return replace(row, reason=f"{row.reason}, {reason}" if row.reason else reason)


def _note(work: _Work, number: int, row: FileRow) -> None:
    work.rows[number] = row


def _write(work: _Work, pair: Pair, left: bytes | None = None, right: bytes | None = None) -> None:
    """Put the texts of a pair into the mirror; for None what stands in its folder."""
    if work.plan.mirror is None:
        return
    for side, entry, data in ((0, pair.left, left), (1, pair.right, right)):
        if entry is None or entry.kind == "special":
            continue
        if data is not None or entry.size <= MAX_LOGIC_BYTES:
            path = _out_path(work, side, entry)
            root = work.folders[side].root
            if data is None:
                data = work.plan.files.read(root, entry.path, MAX_LOGIC_BYTES)
            work.plan.mirror.write(path, data)
        else:
            source = os.path.join(work.folders[side].root, entry.path)
            work.plan.mirror.copy(_out_path(work, side, entry), source)


def _out_path(work: _Work, side: int, entry: Entry) -> str:
    path = out_path(side, entry.path, work.names)
    work.written.add(path)
    return path


def _path(entry: Entry | None) -> str | None:
    return entry.path if entry else None


def _left_out(pairs: Sequence[Pair]) -> Iterator[tuple[str, str]]:
    for pair in pairs:
        found = [entry for entry in (pair.left, pair.right) if entry and entry.kind == "special"]
        if found:
            yield pair.path, f"{found[0].what}, which is not read"


def _moved_units(work: _Work, rows: Sequence[FileRow]) -> tuple[tuple[MovedUnit, ...], list[str]]:
    """The definitions that went from one file to another, and why they were not looked for."""
    found: list[MovedUnit] = []
    notes: list[str] = []
    for job in _moved_jobs(work, rows):
        if job.size > MAX_MOVED_BYTES:
            notes.append(f"{job.language}: too much changed to look for definitions that moved between files")
            continue
        kept = recall_moved(job, work.plan.cache)
        if kept is not None:
            found += kept
            continue
        for _, answer in work.plan.run(do, [(Task(-1, job), (job,))], 1, work.plan.timeout, prepare):
            if isinstance(answer, Failed):
                notes.append(f"definitions that moved between files were not looked for: {answer.reason}")
            else:
                assert isinstance(answer, tuple)
                found += answer
                remember_moved(job, answer, work.plan.cache)
    return tuple(found), notes


def _moved_jobs(work: _Work, rows: Sequence[FileRow]) -> Iterator[MovedJob]:
    """A job for each language (and settings) in which definitions are gone from one file and came in another."""
    sides: dict[tuple[str, Settings], tuple[list[Place], list[Place]]] = {}
    for row in rows:
        for side, place in _places(work, row):
            full = os.path.join(work.folders[side].root, place.path)
            settings, choose = work.plan.configured(full, full)
            language = language_of(place.data, place.path, choose(full))
            if language is not None:
                sides.setdefault((language, settings), ([], []))[side].append(place)
    for (language, settings), (lefts, rights) in sides.items():
        if lefts and rights and len({place.path for place in (*lefts, *rights)}) > 1:
            yield MovedJob(language, tuple(lefts), tuple(rights), settings)


def _places(work: _Work, row: FileRow) -> Iterator[tuple[int, Place]]:
    """Which definitions of a file have no counterpart in the file that it belongs to, with the side."""
    if row.facts is not None and row.left is not None and row.right is not None:
        for side, (path, names) in enumerate(((row.left, row.facts.gone), (row.right, row.facts.come))):
            data = quiet_read(work.folders[side].root, path, work.plan.files) if names else None
            if data:
                yield side, Place(path, data, frozenset(names))
    elif row.status in ("only left", "only right"):
        side = SIDES.index(row.status.removeprefix("only "))
        entry = work.folders[side].entries[row.path]
        root, files = work.folders[side].root, work.plan.files
        data = quiet_read(root, row.path, files) if entry.kind == "file" else None
        if data and len(data) <= MAX_MOVED_BYTES:
            yield side, Place(row.path, data)
