"""Answers that can be kept: what comparing two files or normalizing one gave, without their paths.

An answer is a function of bytes, languages, settings and `versions.rules_version()`, and that is its key in the cache.
Each way from the cache gives what a fresh comparison would.
"""

from __future__ import annotations

import os
from dataclasses import asdict, field, fields
from typing import Any

from prediff.cache import Cache, digest_of
from prediff.languages import find_language
from prediff.lean_dataclasses import dataclass
from prediff.model import LineMap, MovedUnit, PairFacts, Report, Settings, SourceFile
from prediff.versions import rules_version


@dataclass(frozen=True, slots=True)
class PairJob:
    """Two files to compare. languages: None where texts are compared as they are. page: with a page for a browser."""

    left: bytes
    right: bytes
    paths: tuple[str, str]
    languages: tuple[str | None, str | None]
    settings: Settings
    page: bool = False
    context: int = 3


@dataclass(frozen=True, slots=True)
class PairAnswer:
    """What comparing gave. left, right: the bytes that a diff tool gets, None for those of the left, or right, file.

    They are equal exactly where the verdict is identical or same; `right` is None there and stands for `left`.
    """

    facts: PairFacts
    left: bytes | None = None
    right: bytes | None = None
    page: str = ""

    @property
    def same(self) -> bool:
        return self.facts.verdict in ("identical", "same")

    def outputs(self, job: PairJob) -> tuple[bytes, bytes]:
        """Both outputs."""
        left = job.left if self.left is None else self.left
        if self.same:
            return left, left
        return left, job.right if self.right is None else self.right


def language_of(data: bytes, path: str, chosen: tuple[str | None, str | None]) -> str | None:
    """The language that a file is read in. chosen: what `Config.choose_language` gives for its path."""
    first = data[:200].partition(b"\n")[0].decode("latin-1")
    return chosen[0] or find_language(path, first) or chosen[1]


def compare_pair(job: PairJob) -> PairAnswer:
    """Compare two files."""
    from prediff.pipeline import compare
    from prediff.read import read_bytes

    sources = [
        read_bytes(data, path, language)
        for data, path, language in zip((job.left, job.right), job.paths, job.languages, strict=True)
    ]
    report = compare(sources[0], sources[1], job.settings)
    left, right = _outputs(report)
    page = ""
    if job.page:
        from prediff.reports.html import report_html

        page = report_html(report, job.context)
    return PairAnswer(_facts(report), left, right, page)


def recall_pair(job: PairJob, cache: Cache) -> PairAnswer | None:
    """What the cache holds of a pair."""
    found = cache.get(_pair_key(job))
    if found is None:
        return None
    page = ""
    if job.page:
        kept = cache.get(_page_key(job))
        if kept is None:
            return None
        page = kept[1][0].decode("ascii")
    (facts, has_left, has_right), blobs = found
    waiting = iter(blobs)
    left = next(waiting) if has_left else None
    return PairAnswer(_facts_of(facts), left, next(waiting) if has_right else None, page)


def remember_pair(job: PairJob, answer: PairAnswer, cache: Cache) -> None:
    """Keep an answer."""
    blobs = [blob for blob in (answer.left, answer.right) if blob is not None]
    data = [asdict(answer.facts), answer.left is not None, answer.right is not None]
    cache.put(_pair_key(job), data, blobs)
    if job.page:
        cache.put(_page_key(job), None, [answer.page.encode("ascii")])


@dataclass(frozen=True, slots=True)
class FileJob:
    """One file to normalize."""

    data: bytes
    path: str
    language: str | None
    settings: Settings


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """One file's canonical text, its line map, and why it is as it is where it could not be normalized."""

    text: str
    line_map: LineMap
    reason: str = ""

    def output(self, job: FileJob) -> bytes:
        """The bytes for a diff tool: those of the file where it could not be normalized."""
        from prediff.emit import encoded

        return job.data if self.reason or job.language is None else encoded(self.text)


def normalize_one(job: FileJob) -> FileAnswer:
    """Normalize a file."""
    from prediff.pipeline import normalize_file
    from prediff.read import read_bytes

    found = normalize_file(read_bytes(job.data, job.path, job.language), job.settings)
    return FileAnswer(found.text, found.line_map, found.reason)


def recall_file(job: FileJob, cache: Cache) -> FileAnswer | None:
    """What the cache holds of a file."""
    kept = cache.get(_file_key(job))
    if kept is None:
        return None
    (lines, reason), (text,) = kept
    shown = text.decode("utf-8", "surrogatepass")
    return FileAnswer(shown, LineMap(tuple([(first, last) for first, last in lines])), reason)


def remember_file(job: FileJob, answer: FileAnswer, cache: Cache) -> None:
    """Keep an answer."""
    data = [answer.line_map.lines, answer.reason]
    cache.put(_file_key(job), data, [answer.text.encode("utf-8", "surrogatepass")])


def _file_key(job: FileJob) -> bytes:
    names = [os.path.basename(job.path), job.language or ""]
    return digest_of("file", [rules_version(), settings_key(job.settings), *names, job.data])


@dataclass(frozen=True, slots=True)
class Place:
    """A file and which of its top-level definitions to look at; None for all."""

    path: str
    data: bytes = field(repr=False)
    names: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class MovedJob:
    """The files of one language that lack, or gained, definitions."""

    language: str
    lefts: tuple[Place, ...]
    rights: tuple[Place, ...]
    settings: Settings

    @property
    def size(self) -> int:
        return sum(len(place.data) for place in (*self.lefts, *self.rights))


def recall_moved(job: MovedJob, cache: Cache) -> tuple[MovedUnit, ...] | None:
    """What the cache holds of definitions that moved between files."""
    kept = cache.get(_moved_key(job))
    if kept is None:
        return None
    return tuple([MovedUnit(**{**unit, "reads": tuple(unit["reads"])}) for unit in kept[0]])


def remember_moved(job: MovedJob, answer: tuple[MovedUnit, ...], cache: Cache) -> None:
    """Keep an answer."""
    cache.put(_moved_key(job), [asdict(unit) for unit in answer])


def _moved_key(job: MovedJob) -> bytes:
    parts: list[bytes | str] = [rules_version(), job.language, settings_key(job.settings)]
    for side, places in (("left", job.lefts), ("right", job.rights)):
        for place in places:
            names = "" if place.names is None else repr(sorted(place.names))
            parts += [side, place.path, names, place.data]
    return digest_of("moved", parts)


def _pair_key(job: PairJob) -> bytes:
    return digest_of("pair", _parts(job))


def _page_key(job: PairJob) -> bytes:
    return digest_of("page", [*_parts(job), *job.paths, str(job.context)])


def _parts(job: PairJob) -> list[bytes | str]:
    # What a file may export hangs on its name.
    names = [os.path.basename(path) for path in job.paths]
    languages = [language or "" for language in job.languages]
    return [rules_version(), settings_key(job.settings), *names, *languages, job.left, job.right]


def settings_key(settings: Settings) -> str:
    """The settings as text that is the same for equal settings."""
    found = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return repr({k: sorted(v) if isinstance(v, frozenset) else v for k, v in sorted(found.items())})


def _facts(report: Report) -> PairFacts:
    from prediff.reports.hunks import diff_lines, lines_of
    from prediff.reports.renamed import sentence

    changes = []
    if report.left_text != report.right_text and report.language is not None:
        changes = [
            c for c in diff_lines(lines_of(report.left_text), lines_of(report.right_text)) if not c.equal
        ]
    return PairFacts(
        verdict=report.verdict,
        reason=report.reason,
        language=report.language,
        assumptions=report.assumptions,
        folds=len(report.folds),
        units=len(report.units),
        differing=sum(unit.verdict not in ("identical", "same") for unit in report.units),
        removed=sum(c.left[1] - c.left[0] for c in changes),
        added=sum(c.right[1] - c.right[0] for c in changes),
        renamed=tuple([sentence(one) for one in report.renamed]),
        gone=tuple([u.name for u in report.units if u.right is None and u.left is not None]),
        come=tuple([u.name for u in report.units if u.left is None and u.right is not None]),
    )


def _facts_of(data: dict[str, Any]) -> PairFacts:
    found: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return PairFacts(**found)


def _outputs(report: Report) -> tuple[bytes | None, bytes | None]:
    """The bytes for a diff tool, None for those of a file: in the left file's encoding, if all can be said in it."""
    from prediff.read import as_it_is

    left, right = report.left, report.right
    if report.same and report.left_text == left.text:
        return None, None
    if not report.same and (report.left_text, report.right_text) == (as_it_is(left), as_it_is(right)):
        return None, None
    one, two = _dressed(report.left_text, left), _dressed(report.right_text, left)
    if one is None or two is None or one != left.data:
        from prediff.emit import encoded

        one, two = encoded(report.left_text), encoded(report.right_text)
    if (one == two) != report.same:
        # Two texts that came out as one, or one as two, would say something that was not found.
        raise AssertionError("the outputs of a pair contradict its verdict")
    return None if one == left.data else one, None if report.same else two


def _dressed(text: str, like: SourceFile) -> bytes | None:
    """A text in the encoding and with the line ends of a file; None where these cannot say it."""
    if like.newline == "mixed":
        return None
    try:
        return (("\ufeff" if like.bom else "") + text.replace("\n", like.newline)).encode(like.encoding)
    except (UnicodeError, LookupError):
        return None
