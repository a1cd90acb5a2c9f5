"""Hold Python's two readers against each other on every file of the running interpreter's standard library.

    python benchmarks/readers.py [--lib DIR] [--jobs N] [--limit SECONDS]

Each file that `ast` accepts is read by both readers; their trees must be equal, and so must the spans and headers of
their statements. A file is read in a worker process, which is replaced if it crashes or takes longer than the limit.
Prints the counts, every mismatch with its place, and each reader's milliseconds of processor time per thousand lines.
Exit status: 0 if all agree, 1 if not.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import sysconfig
import time
import tokenize
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue

from prediff.errors import LimitError, ParseError
from prediff.tree import Block, Opaque, Statement, first_difference, walk


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file went: `kind` is a row of the table, `detail` its place; seconds of each reader."""

    path: Path
    kind: str
    detail: str = ""
    lines: int = 0
    ast_seconds: float = 0.0
    cst_seconds: float = 0.0


def compare(path: Path) -> Outcome:
    """Read one file with both readers."""
    from prediff.languages.python import ast_reader, cst_reader

    try:
        with tokenize.open(path) as file:
            text = file.read()
    except (SyntaxError, UnicodeDecodeError, OSError) as error:
        return Outcome(path, "not text", str(error))
    start = time.process_time()
    try:
        by_ast = ast_reader.read(text)
    except (ParseError, LimitError) as error:
        return Outcome(path, "ast refuses", str(error))
    middle = time.process_time()
    try:
        by_cst = cst_reader.read(text)
    except (ParseError, LimitError) as error:
        return Outcome(path, "MISMATCH: only ast reads it", f"line {getattr(error, 'line', 0)}: {error}")
    end = time.process_time()
    kind, detail = difference(by_ast, by_cst)
    return Outcome(path, kind, detail, text.count("\n"), middle - start, end - middle)


def difference(by_ast: Block, by_cst: Block) -> tuple[str, str]:
    """The row of the table that two trees belong to, and where they differ."""
    found = first_difference(by_ast, by_cst)
    if found:
        return "MISMATCH: trees", f"line {found[0].span[0]}: {str(found[0])[:200]} / {str(found[1])[:200]}"
    for a, c in zip(walk(by_ast), walk(by_cst), strict=True):
        if isinstance(a, Opaque) or not isinstance(a, Statement) or not isinstance(c, Statement):
            continue
        if (a.span, a.header) != (c.span, c.header):
            return "MISMATCH: spans", f"{type(a).__name__} {a.span} {a.header} / {c.span} {c.header}"
    return "equal", ""


def work(connection: Connection) -> None:
    """A worker: reads the files that it is sent until it is sent none."""
    gc.disable()
    while (path := connection.recv()) is not None:
        connection.send(compare(path))
        gc.collect()


def run(paths: SimpleQueue[Path | None], limit: float) -> Iterator[Outcome]:
    """Outcomes of the paths of a queue up to its first None, by a worker of its own."""
    connection, process = start_worker()
    while (path := paths.get()) is not None:
        connection.send(path)
        if connection.poll(limit):
            try:
                yield connection.recv()
                continue
            except EOFError:
                yield Outcome(path, "MISMATCH: crash")
        else:
            yield Outcome(path, f"MISMATCH: longer than {limit:g} s")
        process.kill()
        connection, process = start_worker()
    connection.send(None)
    process.join()


def start_worker() -> tuple[Connection, multiprocessing.process.BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lib", type=Path, default=Path(sysconfig.get_paths()["stdlib"]))
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--limit", type=float, default=60.0)
    options = parser.parse_args()
    paths: SimpleQueue[Path | None] = SimpleQueue()
    for path in sorted(options.lib.rglob("*.py")):
        if "site-packages" not in path.parts:
            paths.put(path)
    for _ in range(options.jobs):
        paths.put(None)
    with ThreadPoolExecutor(options.jobs) as pool:
        runs = [pool.submit(lambda: list(run(paths, options.limit))) for _ in range(options.jobs)]
        outcomes = [outcome for each in runs for outcome in each.result()]
    return report(sorted(outcomes, key=lambda o: o.path))


def report(outcomes: list[Outcome]) -> int:
    wrong = [o for o in outcomes if o.kind.startswith("MISMATCH")]
    for outcome in wrong:
        print(f"{outcome.path}: {outcome.kind}: {outcome.detail}")
    print(f"Python {sys.version.split()[0]}, {len(outcomes)} files")
    for kind, count in sorted(Counter(o.kind for o in outcomes).items()):
        print(f"{count:6}  {kind}")
    lines = sum(o.lines for o in outcomes) or 1
    for name, seconds in (
        ("ast", [o.ast_seconds for o in outcomes]),
        ("libcst", [o.cst_seconds for o in outcomes]),
    ):
        print(f"{sum(seconds) * 1e6 / lines:6.1f}  ms a thousand lines, {name}")
    print(f"{lines:6}  lines")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
