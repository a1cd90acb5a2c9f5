"""Words over real changes: whatever a model says, all but the words stays, and what the outline costs.

For pairs of `real_history.tsv`, read from clones as `real_history.py` does, each report gets words of the outline, and
of models that answer with anything but what they were asked, or fail. The report must then be what it was but for these
words, and in normal form the texts but for the header lines. A single pair where it is not fails the run.

    python benchmarks/words.py --clones CLONES --pairs 200
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

from corpus import MANIFEST, Pair, Row, cleaned, load_manifest, locate, read_pairs
from hostile_engines import FAILURES, Broken, Hostile, raising
from prediff.cache import Cache
from prediff.model import Report, Settings
from prediff.models.kept import Kept
from prediff.models.prompted import Prompted
from prediff.pipeline import compare
from prediff.read import read_text
from prediff.reports.headers import is_header, with_headers
from prediff.summarize import with_summaries


def main() -> int:
    parser = argparse.ArgumentParser(description="Words over real changes.")
    parser.add_argument("--clones", type=Path, required=True, help="folder of clones, OWNER+NAME/repo")
    parser.add_argument("--pairs", type=int, default=200, help="how many pairs")
    parser.add_argument("--lang", default="", help="only this language")
    given = parser.parse_args()
    wanted = (given.lang,) if given.lang else ("python", "javascript")
    rows = [row for row in load_manifest(MANIFEST) if row.lang in wanted]
    clones = locate(rows, given.clones)
    chosen = [row for row in rows if row.repo in clones]
    chosen = chosen[:: max(1, len(chosen) // given.pairs)][: given.pairs]
    found: Counter[str] = Counter()
    seconds: list[float] = []
    for pair in cleaned(read_pairs(chosen, clones, [])):
        for problem in problems(pair, found, seconds):
            print(f"{pair.row.repo} {pair.row.path}: {problem}")
            found["wrong"] += 1
    print(f"{found['pairs']} pairs, {found['differ']} differ, {found['units']} units with words")
    print(f"{found['models']} runs of hostile models, {found['wrong']} changed more than words")
    if seconds:
        print(f"outline: {1000 * median(seconds):.2f} ms a pair (median), {1000 * max(seconds):.0f} at most")
    return 1 if found["wrong"] or not found["pairs"] else 0


def problems(pair: Pair, found: Counter[str], seconds: list[float]) -> Iterator[str]:
    """What words changed beside themselves."""
    row: Row = pair.row
    sources = [
        read_text(data.decode("utf-8", "surrogateescape"), row.path, row.lang)
        for data in (pair.left, pair.right)
    ]
    found["pairs"] += 1
    report = compare(sources[0], sources[1])
    if report.same:
        return
    found["differ"] += 1
    start = time.perf_counter()
    outlined = with_summaries(report)
    seconds.append(time.perf_counter() - start)
    if outlined.summaries is not None:
        found["units"] += len(outlined.summaries.units)
    normal = compare(sources[0], sources[1], Settings(view="canonical"))
    engines = [Hostile(seed=found["pairs"]), Broken(raising(FAILURES[found["pairs"] % len(FAILURES)]))]
    reports = [outlined, *[_with_model(report, engine) for engine in engines]]
    headed = [with_headers(with_summaries(normal)), with_headers(_with_model(normal, engines[0]))]
    found["models"] += len(engines) + 1
    for other in reports:
        if replace(other, summaries=None) != report:
            yield "the report is another one"
    for other in headed:
        if any(
            _without_headers(text) != was
            for text, was in ((other.left_text, normal.left_text), (other.right_text, normal.right_text))
        ):
            yield "the normal forms are others"


def _with_model(report: Report, engine: Hostile) -> Report:
    return with_summaries(report, Prompted(Kept(engine, Cache.none(), "test")))


def _without_headers(text: str) -> str:
    """Comments of the files themselves stand in no normal form."""
    return "\n".join([line for line in text.split("\n") if not is_header(line)])


if __name__ == "__main__":
    sys.exit(main())
