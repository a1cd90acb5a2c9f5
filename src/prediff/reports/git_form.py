"""A pair as `git diff` shows it: a header with modes and ids, hunks, and between them what prediff found."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prediff.lean_dataclasses import dataclass
from prediff.model import Report
from prediff.reports.escaping import printable
from prediff.reports.renamed import sentence
from prediff.reports.terminal import MAX_LISTED, Look, hunk_lines, remarks, summary
from prediff.reports.words import words

ABBREVIATED = 7
_UNSAFE = re.compile(r'["\\]')


@dataclass(frozen=True, slots=True)
class GitSide:
    """A side as git hands it to an external diff: "." for the id and mode of one that is missing."""

    name: str
    id: str
    mode: str

    @property
    def missing(self) -> bool:
        return self.mode == "."


def render(left: GitSide, right: GitSide, about: str, report: Report | str, look: Look) -> str:
    """The whole as text that is safe for a terminal.

    about: the extended header that git gives for a renamed file, "" for none. report: what was found, or why nothing
    could be; the two are then said to differ.
    """
    style = look.style
    lines = [style.header(line) for line in _header(left, right, about)]
    if isinstance(report, str):
        lines.append(style.bad(f"prediff: the files differ: {printable(report, keep='')}"))
    else:
        lines += [f"prediff: {line}" for line in _found(report, look)]
        if report.left_text != report.right_text:
            names = [_marked(mark, side) for mark, side in (("a", left), ("b", right))]
            if "binary" in (report.left.encoding, report.right.encoding):
                lines.append(f"Binary files {names[0]} and {names[1]} differ")
            else:
                lines += [style.header(f"--- {names[0]}"), style.header(f"+++ {names[1]}")]
                lines += hunk_lines(report, look)
    return "\n".join(lines) + "\n"


def _marked(mark: str, side: GitSide) -> str:
    return "/dev/null" if side.missing else quoted(f"{mark}/{side.name}")


def unmerged(name: str) -> str:
    return f"* Unmerged path {quoted(name)}\n"


def _header(left: GitSide, right: GitSide, about: str) -> Iterator[str]:
    yield f"diff --git {quoted(f'a/{left.name}')} {quoted(f'b/{right.name}')}"
    if left.missing:
        yield f"new file mode {printable(right.mode)}"
    elif right.missing:
        yield f"deleted file mode {printable(left.mode)}"
    elif left.mode != right.mode:
        yield f"old mode {printable(left.mode)}"
        yield f"new mode {printable(right.mode)}"
    if about:
        yield from (printable(line) for line in about.splitlines())
        return
    ids = [
        (side.id if re.fullmatch("[0-9a-f]+", side.id) else "0" * 40)[:ABBREVIATED] for side in (left, right)
    ]
    # What only stands in the working tree has no id yet.
    if ids[0] != ids[1] and (right.missing or set(ids[1]) != {"0"}):
        mode = f" {printable(left.mode)}" if left.mode == right.mode else ""
        yield f"index {ids[0]}..{ids[1]}{mode}"


def _found(report: Report, look: Look) -> Iterator[str]:
    """What was found by logic, one thing a line; nothing where nothing could be, since no language is known."""
    if report.language is None and not report.reason.startswith("the two"):
        return
    yield summary(report, look.style)
    for renamed in report.renamed:
        if renamed.alarm:
            yield look.style.bad(f"alarm: {printable(sentence(renamed), keep='')}")
    yield from remarks(report, MAX_LISTED, look.style)
    yield from (line for line in words(report.summaries, look.style) if line)


def quoted(name: str) -> str:
    """A path as git writes it: in quotes, with octal escapes, where a character of it could be misread."""
    if name.isprintable() and not _UNSAFE.search(name):
        return name
    return f'"{"".join(map(_escaped, name))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(character)
    try:
        data = character.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = character.encode("utf-8", "surrogatepass")
    return short or "".join(f"\\{byte:03o}" for byte in data)
