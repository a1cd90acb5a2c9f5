"""Account for every token: none is lost at `layout`, and at the other levels each that is gone names its rule.

    python benchmarks/tokens.py
    python benchmarks/tokens.py --sample 50 --seed 1
    python benchmarks/tokens.py --lib FOLDER --lang javascript

At `layout` the words of what is printed are those of the source, in the same order. A word is a token; what is left
out of the words, or respelled in them, is declared by name with its reason (`DECLARED`, shown with --declared). The
syntax trees of Python are compared as well, since words do not tell what parentheses group.

At every level each word of a top-level statement that is not in the lines printed for it must lie in the span of a
recorded fold. The narrowest fold there is counted as the one that it went with.

The words are read with `tokenize` and with tree-sitter's leaves, not with prediff's readers: a reader that loses
`async` on both sides is found, though it is its own best witness. The exit code is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import sysconfig
import time
import tokenize
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest
from pathlib import Path

import records
import tokens_javascript
import tokens_python
from corpus import text_of
from normal_form import Failure, find_files, warm_up
from prediff.depth import quick_and_deep
from prediff.errors import PrediffError
from prediff.languages import get_language
from prediff.model import Fold, Normalized, Settings, SourceFile
from prediff.pipeline import normalize_file
from prediff.rules.assumptions import LEVELS
from prediff.tree import Span
from tokens_brackets import Word
from tokens_shape import shape
from workers import Trouble, run_each

DECLARED = {"python": tokens_python.DECLARED, "javascript": tokens_javascript.DECLARED}
WORDS: dict[str, Callable[[str], list[Word]]] = {
    "python": tokens_python.words,
    "javascript": tokens_javascript.words,
}
UNITS: dict[str, Callable[[str], list[tuple[int, int]]]] = {
    "python": tokens_python.units,
    "javascript": tokens_javascript.units,
}
MOST_FAILURES = 5


@dataclass(slots=True)
class Accounts:
    """What accounting for one file gave.

    lines, words: of the source. unread: why it could not be checked. unaccounted: levels whose output this
    interpreter's own parser does not take. dropped: words that are gone, by level. rules: the same, by rule.
    whole_file: those of them that only a fold of the whole file accounts for.
    """

    lines: int = 0
    words: int = 0
    unread: str = ""
    unaccounted: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    whole_file: int = 0
    failures: list[Failure] = field(default_factory=list)


def check_text(text: str, language_id: str, path: str = "<text>", levels: Sequence[str] = LEVELS) -> Accounts:
    """Account for the tokens of one text; what the language cannot read whole is not accounted for."""
    accounts = Accounts(text.count("\n") + 1)
    with quick_and_deep():
        try:
            reading = get_language(language_id).read(text, "auto")
            if reading.unread:
                raise PrediffError(reading.unread[0][1])
            words = WORDS[language_id](text)
        except (PrediffError, SyntaxError, ValueError, tokenize.TokenError) as error:
            accounts.unread = str(error) or type(error).__name__
            return accounts
        accounts.words = len(words)
        source = SourceFile(path, text, language_id)
        for level in levels:
            check_level(source, words, level, accounts)
    return accounts


def check_level(source: SourceFile, words: Sequence[Word], level: str, accounts: Accounts) -> None:
    """Account for the words of a file at one level."""
    language_id = source.language or ""
    done = normalize_file(source, Settings(level=level))
    try:
        printed = WORDS[language_id](done.text)
        if level == "layout":
            failure = (
                lost(words, printed) or (language_id == "python" and regrouped(source.text, done.text)) or ""
            )
            if failure:
                accounts.failures.append(Failure(level, failure))
    except (SyntaxError, ValueError, tokenize.TokenError):
        accounts.unaccounted += 1
        return
    units = UNITS[language_id](source.text)
    for word, place, fold in dropped(words, printed, units, done):
        accounts.dropped[level] += 1
        if fold is None:
            if len(accounts.failures) < MOST_FAILURES:
                detail = f"line {place.line}: {word!r} is gone, and no rule folded it"
                accounts.failures.append(Failure(level, detail))
            continue
        accounts.rules[fold.rule] += 1
        accounts.whole_file += bool(units) and fold.span[0] <= units[0][0] < units[-1][1] <= fold.span[2]


def lost(words: Sequence[Word], printed: Sequence[Word]) -> str:
    """The first place in which two rows of words differ, "" if they are equal."""
    for one, two in zip_longest(words, printed):
        if one is None or two is None or one.text != two.text:
            shown = f"{one.text!r}" if one is not None else "the end"
            found = f"{two.text!r} in line {two.line}" if two is not None else "the end"
            return f"line {one.line if one is not None else 0}: {shown} became {found}"[:200]
    return ""


def regrouped(text: str, printed: str) -> str:
    """Whether two Python texts with the same words have other syntax trees."""
    one, two = shape(text), shape(printed)
    if one == two:
        return ""
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"the syntax tree differs: {' '.join(one[at - 3 : at + 3])} / {' '.join(two[at - 3 : at + 3])}"[
        :200
    ]


def dropped(
    words: Sequence[Word], printed: Sequence[Word], units: Sequence[tuple[int, int]], done: Normalized
) -> Iterator[tuple[str, Word, Fold | None]]:
    """Each word of a unit that is not printed for it, with the narrowest fold that it lies in, None without one."""
    starts = [first for first, _ in units]
    here: dict[int, dict[str, list[Word]]] = {}
    for word in words:
        unit = bisect_right(starts, word.line)
        here.setdefault(unit, {}).setdefault(word.text, []).append(word)
    there: Counter[tuple[int, str]] = Counter()
    sources = _known(done)
    for word in printed:
        there[bisect_right(starts, sources[word.line - 1]), word.text] += 1
    for unit, by_text in here.items():
        for text, places in by_text.items():
            missing = len(places) - there[unit, text]
            if missing > 0:
                yield from _narrowest(text, places, missing, done.folds)


def _known(done: Normalized) -> list[int]:
    """For each printed line the first line of the source that it came from; of the line before where none is known."""
    found: list[int] = []
    last = 1
    for first, _ in done.line_map.lines:
        last = first or last
        found.append(last)
    return found


def _narrowest(
    text: str, places: Sequence[Word], missing: int, folds: Sequence[Fold]
) -> Iterator[tuple[str, Word, Fold | None]]:
    """The places where a word was folded away: as many as are missing, those in the narrowest folds."""
    covered = []
    for word in places:
        around = [f for f in folds if _covers(f.span, word)]
        covered.append((word, min(around, key=lambda f: _size(f.span)) if around else None))
    covered.sort(key=lambda c: _size(c[1].span) if c[1] is not None else (1 << 60, 0))
    for word, fold in covered[:missing]:
        yield text, word, fold


def _covers(span: Span, word: Word) -> bool:
    """Whether a word lies in a span, or, since its place in a string is not known, the string in part."""
    start = word.line, word.column
    return span[:2] <= start < span[2:] or start <= span[:2] < word.end


def _size(span: Span) -> tuple[int, int]:
    return span[2] - span[0], span[3] - span[1]


# --- a folder --------------------------------------------------------------------------------------------------


def check_file(path: Path, language_id: str) -> Accounts:
    text, reason = text_of(path, language_id)
    if text is None:
        return Accounts(unread=reason)
    try:
        return check_text(text, language_id, str(path))
    except PrediffError as error:
        return Accounts(unread=str(error))


def figures(accounts: Sequence[Accounts]) -> dict[str, object]:
    """The sums over all files, as plain data."""
    read = [a for a in accounts if not a.unread]
    gone: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for one in read:
        gone += one.dropped
        rules += one.rules
    return {
        "files": len(read),
        "left_out": len(accounts) - len(read),
        "lines": sum(a.lines for a in read),
        "tokens": sum(a.words for a in read),
        "dropped": {level: gone[level] for level in LEVELS},
        "dropped_by_rule": dict(rules.most_common()),
        "named_by_a_fold_of_the_whole_file": sum(a.whole_file for a in read),
        "outputs_only_newer_interpreters_read": sum(a.unaccounted for a in read),
        "failures": sum(len(a.failures) for a in accounts),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    library = sysconfig.get_path("stdlib")
    parser.add_argument("--lib", type=Path, default=Path(library), help="the folder (default: the library)")
    parser.add_argument("--lang", choices=sorted(DECLARED), default="python")
    parser.add_argument("--sample", type=int, metavar="N", help="only N files, chosen by the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--timeout", type=float, default=300.0, help="seconds a file (default: %(default)s)")
    parser.add_argument(
        "--declared", action="store_true", help="show what does not count as a token, and stop"
    )
    parser.add_argument("--record", action="store_true", help="write benchmarks/records/tokens.json")
    options = parser.parse_args()
    if options.declared:
        print("\n".join(f"{name}: {reason}" for name, reason in DECLARED[options.lang].items()))
        return 0
    start = time.monotonic()
    paths = find_files(options.lib, get_language(options.lang))
    if options.sample is not None and options.sample < len(paths):
        paths = sorted(random.Random(options.seed).sample(paths, options.sample))
    found: list[Accounts] = []
    warm_up(options.lang)
    for path, result in run_each(
        paths, partial(check_file, language_id=options.lang), options.jobs, options.timeout
    ):
        if isinstance(result, Trouble):
            result = Accounts(failures=[Failure(result.kind, result.detail)])
        found.append(result)
        for failure in result.failures:
            print(f"{path.relative_to(options.lib)}: {failure.check}: {failure.detail}", flush=True)
    sums = figures(found)
    print("\n".join(f"{name}: {value}" for name, value in sums.items()))
    if options.record:
        sums["declared"] = sorted(DECLARED[options.lang])
        print(records.write("tokens", time.monotonic() - start, sums))
    return 1 if not found or sums["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
