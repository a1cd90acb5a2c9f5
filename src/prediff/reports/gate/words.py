"""What all reports of `prediff check` say in the same words, and the list of findings that some of them give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from prediff.model import Checked, FileVerdict, Finding, Settings, assumptions_under
from prediff.reports.findings import RULES as TEXT_RULES

RULES = {
    **TEXT_RULES,
    "file-differs": (
        "note",
        "A file was added, deleted or renamed, or is a link, a submodule, or of another mode.",
    ),
}


def summary(checked: Checked) -> str:
    """`12 of 30 files are the same in logic, 18 to read`."""
    if not checked.files:
        return f"nothing changed: {checked.old}, {checked.new}"
    all_of_them, same = len(checked.files), sum(file.same for file in checked.files)
    text = f"{same} of {_count(all_of_them, 'file')} {'is' if same == 1 else 'are'} the same in logic"
    return text if same == all_of_them else f"{text}, {all_of_them - same} to read"


def granted(settings: Settings, assumptions: Sequence[str]) -> list[str]:
    """The level, what was added to it and taken away, and what a result rests on: in parts, for a line."""
    parts = [settings.level]
    for word, names in (("assume", settings.assume), ("refuse", settings.refuse), ("show", settings.show)):
        if names:
            parts.append(f"{word} {', '.join(sorted(names))}")
    if assumptions:
        parts.append(f"under {', '.join(assumptions)}")
    return parts


def summed_up(checked: Checked) -> list[str]:
    """The summary and what it rests on, in parts."""
    if not checked.files:
        return [summary(checked)]
    return [summary(checked), *granted(checked.settings, checked.assumptions)]


def why(file: FileVerdict, settings: Settings) -> list[str]:
    """What is to be said of a file beside its verdict, in parts."""
    parts = [file.reason] if file.reason else []
    logic = file.logic
    if logic is None:
        return parts
    if logic.reason:
        parts.append(logic.reason)
    if logic.differing:
        parts.append(f"{logic.differing} of {_count(logic.units, 'unit')}")
    if logic.verdict == "same":
        under = f"under {', '.join(logic.assumptions)}" if logic.assumptions else "without assumptions"
        parts += [settings.level, under]
    return [*parts, *logic.remarks]


def trailer(checked: Checked) -> str:
    """One line for the end of a commit's message."""
    under = "; ".join([checked.settings.level, *filter(None, [", ".join(checked.assumptions)])])
    same, count = sum(file.same for file in checked.files), len(checked.files)
    if not count:
        return "Prediff: no files changed\n"
    if checked.same:
        return f"Prediff: same in logic ({under}), {same} of {_count(count, 'file')}\n"
    return f"Prediff: {same} of {_count(count, 'file')} the same in logic ({under})\n"


def sorted_files(checked: Checked) -> list[FileVerdict]:
    """The files that are the same, then those that are unknown, then those that differ."""
    order = ("identical", "same", "unknown", "differs")
    return sorted(checked.files, key=lambda file: (order.index(file.verdict), file.path))


def entries(checked: Checked) -> Iterator[tuple[FileVerdict, Finding]]:
    """What there is to read, file by file, as findings; their digests follow from the path too."""
    for file in checked.files:
        if file.same:
            continue
        found = file.logic.findings if file.logic else ()
        if file.reason or not found:
            rule = "not-compared" if file.verdict == "unknown" else "file-differs"
            said = "; ".join([part for part in why(file, checked.settings) if part]) or file.verdict
            yield file, _placed(file, Finding(rule, f"{file.verdict}: {said}.", "", (0, 0), digest=rule))
        for one in found:
            yield file, _placed(file, one)


def _placed(file: FileVerdict, found: Finding) -> Finding:
    text = f"{file.path}\0{found.digest}"
    return replace(found, digest=sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])


def evidence(files: Sequence[FileVerdict], settings: Settings) -> list[str]:
    """What the verdict on some files that are all the same rests on, in parts."""
    return [*granted(settings, assumptions_under(files)), _count(len(files), "file")]


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
