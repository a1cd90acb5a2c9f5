"""Check the normal form on a large body of code: the running interpreter's standard library, or any folder.

    python benchmarks/normal_form.py
    python benchmarks/normal_form.py --sample 50 --seed 1
    python benchmarks/normal_form.py --lib FOLDER --lang javascript

Each file is checked in a worker process with a time limit:

print        what the printer printed reads as the tree it was printed from, and prints as the same text
idempotent   at each level, the normal form of a normal form is itself
layout       the normal form does not depend on how the text is laid out: re-spaced, printed by `ast.unparse`, or
             printed by prediff without any rule
comments     a file is the same as itself without its comments, and with blank lines between its statements
lines        the line map has a row for each line, and its rows lie in the source
steps        no unit had to step down

It prints how many files each check held for, each failure with its first differing line, and the time that normalizing
took. The exit code is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import ast
import io
import os
import random
import sys
import sysconfig
import time
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from corpus import text_of
from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.languages import get_language
from prediff.languages.language import Language, Reading
from prediff.model import Normalized, Settings, SourceFile
from prediff.normalizer import assumptions_of
from prediff.pipeline import compare, normalize_file
from prediff.rules.assumptions import LEVELS
from prediff.tree import first_difference
from prediff.views.canonical import shown_comments
from workers import Trouble, run_each

CHECKS = ("print", "idempotent", "layout", "comments", "lines", "steps")
SKIPPED_FOLDERS = frozenset({"site-packages", "node_modules", "__pycache__"})
SHOWN_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Failure:
    """A check that did not hold; `detail` tells where, in one line."""

    check: str
    detail: str


@dataclass(slots=True)
class Outcome:
    """What checking one file gave.

    lines: of the source. unread: why it could not be checked, "" if it could. seconds: of normalizing it once at
    `safe`. held: the checks that held. failures: those that did not.
    """

    lines: int = 0
    unread: str = ""
    seconds: float = 0.0
    held: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def note(self, check: str, detail: str) -> None:
        """Count a check as held where there is nothing to tell, else as failed."""
        if detail:
            self.failures.append(Failure(check, detail))
        else:
            self.held[check] += 1


def check_text(text: str, language_id: str, path: str = "<text>") -> Outcome:
    """All checks on one text; what the language cannot read whole is not checked."""
    language = get_language(language_id)
    outcome = Outcome(text.count("\n") + 1)
    with quick_and_deep():
        try:
            reading = language.read(text, "auto")
        except PrediffError as error:
            outcome.unread = str(error)
            return outcome
        if reading.unread:
            outcome.unread = reading.unread[0][1]
            return outcome
        source = SourceFile(path, text, language_id)
        outcome.note("print", check_print(reading, language))
        for level in LEVELS:
            check_level(source, level, outcome)
        check_variants(source, reading, language, outcome)
        check_comments(source, reading, outcome)
    return outcome


def check_print(reading: Reading, language: Language) -> str:
    """Whether the tree is what its printed form reads as, and that prints as the same text."""
    printed = language.print(reading.tree, ())
    try:
        again = language.read(printed.text, "auto")
    except PrediffError as error:
        return f"the printed text cannot be read: {error}"
    found = first_difference(reading.tree, again.tree)
    if again.unread:
        return f"the printed text cannot be read: {again.unread[0][1]}"
    if found is not None:
        return (
            f"line {found[0].span[0]}: {str(found[0])[:SHOWN_WIDTH]} reads as {str(found[1])[:SHOWN_WIDTH]}"
        )
    return difference(printed.text, language.print(again.tree, ()).text)


def check_level(source: SourceFile, level: str, outcome: Outcome) -> None:
    """Idempotence, line map and steps at one level."""
    settings = Settings(level=level)
    start = time.perf_counter()
    once = normalize_file(source, settings)
    if level == "safe":
        outcome.seconds = time.perf_counter() - start
    if once.steps:
        step = once.steps[0]
        outcome.note("steps", f"{level}: {step.unit} stepped down to {step.to}: {step.reason}")
        return
    outcome.note("steps", "")
    twice = normalize_file(replace(source, text=once.text), settings)
    outcome.note("idempotent", prefixed(level, difference(once.text, twice.text)))
    outcome.note("lines", prefixed(level, check_lines(once)))


def check_lines(normalized: Normalized) -> str:
    """Whether the line map has a row for each line of the output, in the range of the source."""
    rows = normalized.line_map.lines
    wanted = normalized.text.count("\n")
    if len(rows) != wanted:
        return f"{len(rows)} rows for {wanted} lines"
    last_line = normalized.source.text.count("\n") + 1
    for number, (first, last) in enumerate(rows, 1):
        if (first, last) != (0, 0) and not 1 <= first <= last <= last_line:
            return f"line {number} is said to come from {first}-{last} of {last_line}"
    return ""


def check_variants(source: SourceFile, reading: Reading, language: Language, outcome: Outcome) -> None:
    """Whether other layouts of the same code have the same normal form at `safe`."""
    allowed = assumptions_of(Settings())
    head = source.text[: source.text.find("\n") + 1] if source.text.startswith("#!") else ""
    if any(c.line > 1 or not head for c in shown_comments(reading.comments, allowed)):
        return  # the variants have no comments
    wanted = normalize_file(source)
    if wanted.steps:
        return
    for name, text in variants(source.text, reading, language):
        found = normalize_file(replace(source, text=head + text)).text
        outcome.note("layout", prefixed(name, difference(wanted.text, found)))


def variants(text: str, reading: Reading, language: Language) -> Iterator[tuple[str, str]]:
    """(name, text) of each way that there is to lay out the same code."""
    yield "printed", language.print(reading.tree, ()).text
    if language.id != "python" or reading.reader != "ast":
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
        for name, write in (("unparsed", ast.unparse), ("re-spaced", lambda _: respaced(text))):
            try:
                variant = write(tree)
                again = ast.dump(ast.parse(variant))
            except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
                continue  # neither of the two is complete
            if again == ast.dump(tree):
                yield name, variant


def respaced(text: str) -> str:
    """Python with a tab for each step of indentation, other white space between tokens, and no comments."""
    words: list[tuple[int, str]] = []
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        string = token.string
        if token.type == tokenize.COMMENT:
            continue
        if token.type == tokenize.INDENT:
            depth += 1
            string = "\t" * depth
        elif token.type == tokenize.DEDENT:
            depth -= 1
        words.append((token.type, string))
    return tokenize.untokenize(words)


def check_comments(source: SourceFile, reading: Reading, outcome: Outcome) -> None:
    """Whether the file is the same as itself without comments, and with blank lines."""
    for name, text in (
        ("bare", without_comments(source.text, reading)),
        ("blank", spread(source.text, reading)),
    ):
        if text == source.text:
            continue
        report = compare(source, replace(source, text=text), Settings(view="canonical"))
        detail = difference(report.left_text, report.right_text)
        outcome.note(
            "comments", "" if report.same else f"{name}: {report.verdict}: {report.reason or detail}"
        )


def without_comments(text: str, reading: Reading) -> str:
    """The text without the comments that prediff does not show at `safe`, their line ends kept."""
    shown = {(c.line, c.column) for c in shown_comments(reading.comments, assumptions_of(Settings()))}
    lines = text.split("\n")
    for comment in reversed(reading.comments):
        if (comment.line, comment.column) in shown:
            continue
        row, rows = comment.line - 1, comment.text.count("\n") + 1
        tail = lines[row + rows - 1]
        end = len(comment.text.rpartition("\n")[2]) + (comment.column if rows == 1 else 0)
        if not tail[end:].strip():  # blanks of any kind at a comment's end are no part of its text
            end = len(tail)
        lines[row] = lines[row][: comment.column] + (" " + tail[end:] if rows == 1 else "")
        if rows > 1:
            lines[row + 1 : row + rows - 1] = [""] * (rows - 2)
            lines[row + rows - 1] = tail[end:]
    return "\n".join(lines)


def spread(text: str, reading: Reading) -> str:
    """The text with two blank lines before each top-level statement that starts a line."""
    lines = text.split("\n")
    for node in reversed(reading.tree.body):
        line, column = node.span[0], node.span[1]
        if line and not lines[line - 1][:column].strip():
            lines[line - 1 : line - 1] = ["", ""]
    return "\n".join(lines)


def difference(wanted: str, found: str) -> str:
    """The first line in which two texts differ, "" if they are equal."""
    if wanted == found:
        return ""
    for number, (a, b) in enumerate(zip_longest(wanted.split("\n"), found.split("\n")), 1):
        if a != b:
            return f"line {number}: {str(a).strip()[:SHOWN_WIDTH]!r} became {str(b).strip()[:SHOWN_WIDTH]!r}"
    return "the texts differ"


def prefixed(name: str, detail: str) -> str:
    return f"{name}: {detail}" if detail else ""


# --- a folder, file by file, in processes with a time limit ----------------------------------------------------


def find_files(folder: Path, language: Language) -> list[Path]:
    """The files of a language below a folder, in a fixed order."""
    found = [
        path
        for path in folder.rglob("*")
        if path.suffix in language.extensions
        and not SKIPPED_FOLDERS.intersection(path.parts)
        and path.is_file()
    ]
    return sorted(found)


def check_file(path: Path, language_id: str) -> Outcome:
    """Check one file."""
    text, reason = text_of(path, language_id)
    if text is None:
        return Outcome(unread=reason)
    try:
        return check_text(text, language_id, str(path))
    except PrediffError as error:
        return Outcome(unread=str(error))


def check_files(
    paths: Sequence[Path], language_id: str, jobs: int, timeout: float
) -> Iterator[tuple[Path, Outcome]]:
    """The outcome of each file, in the order in which they become ready."""
    warm_up(language_id)
    for path, result in run_each(paths, partial(check_file, language_id=language_id), jobs, timeout):
        if isinstance(result, Trouble):
            result = Outcome(failures=[Failure(result.kind, result.detail)])
        yield path, result


def warm_up(language_id: str) -> None:
    """Import all that checking needs, so that no worker has to."""
    check_text("x = 1;\n" if language_id == "javascript" else "x = 1  # y\n", language_id)


def summary(outcomes: Sequence[Outcome], shown: Sequence[str] = CHECKS) -> str:
    """A Markdown table of how often each check held, and a line on the whole."""
    failed = Counter(f.check for o in outcomes for f in o.failures)
    held: Counter[str] = Counter()
    for outcome in outcomes:
        held += outcome.held
    rows = ["| check | held | failed |", "|---|---|---|"]
    rows += [
        f"| {check} | {held[check]} | {failed[check]} |"
        for check in (*shown, *sorted(failed.keys() - {*shown}))
    ]
    read = [o for o in outcomes if not o.unread]
    lines = sum(o.lines for o in read)
    seconds = sum(o.seconds for o in read)
    pace = f", {1e6 * seconds / lines:.1f} ms a thousand lines to normalize once" if lines else ""
    rows.append(f"\n{len(read)} files of {lines:,} lines, {len(outcomes) - len(read)} left out{pace}")
    return "\n".join(rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    library = sysconfig.get_path("stdlib")
    parser.add_argument("--lib", type=Path, default=Path(library), help="the folder (default: %(default)s)")
    parser.add_argument("--lang", default="python", help="the language of the files (default: %(default)s)")
    parser.add_argument("--sample", type=int, metavar="N", help="check only N files, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds a file (default: %(default)s)")
    parser.add_argument("--left-out", action="store_true", help="name the files that could not be read, too")
    options = parser.parse_args()
    paths = find_files(options.lib, get_language(options.lang))
    if options.sample is not None and options.sample < len(paths):
        paths = sorted(random.Random(options.seed).sample(paths, options.sample))
    outcomes = []
    for path, outcome in check_files(paths, options.lang, options.jobs, options.timeout):
        outcomes.append(outcome)
        name = path.relative_to(options.lib)
        if outcome.unread and options.left_out:
            print(f"{name}: left out: {outcome.unread}", flush=True)
        for failure in outcome.failures:
            print(f"{name}: {failure.check}: {failure.detail}", flush=True)
    print(summary(outcomes))
    return 1 if not outcomes or any(o.failures for o in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
