"""Does every real change split into two patches that lead to the new file byte for byte, over a text that is a program?

    python benchmarks/splits.py --clones CLONES --lang python --limit 300

takes the pairs of `real_history.tsv` (see `real_history.py` for the clones), their bytes as they are, and splits each
as `prediff split` does. The patches are applied by `git apply`. Columns: `both`, pairs with two patches; `restyle` and
`logic`, with only one; `INEXACT`, where they do not lead to the new file; `BROKEN`, where the text between is no
program though both files are (Python: `compile`; else what the reader could not read); `unverified`, where that text
was not found the same, so that all became logic; `whole`, where it was never tried, for a reason that is counted below
the table; `left`, lines of the patches of logic over those of the change as it was; `detour`, lines of both patches
over the same. INEXACT and BROKEN fail the run.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from corpus import MANIFEST, Pair, load_manifest, locate, read_pairs
from prediff.git import File, Scratch
from prediff.languages import get_language
from prediff.model import Settings, SourceFile
from prediff.parse import parse
from prediff.patches import Side, split_files
from prediff.read import read_bytes
from prediff.split import NOT_FOUND_THE_SAME, split
from real_history import quantile, words
from workers import Trouble, run_each

WARMING_UP = {
    "python": ("def f(a):\n    return a\n", "def f(b):\n    return b + 1\n"),
    "javascript": ("function f(a) { return a; }\n", "function f(b) {\n  return b + 1;\n}\n"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What splitting a pair gave. lines: those of the patches of refactoring and logic, and of the change itself."""

    kinds: tuple[str, ...]
    exact: bool
    broken: str
    reasons: tuple[str, ...]
    lines: tuple[int, int, int]
    seconds: float

    @property
    def unverified(self) -> bool:
        return NOT_FOUND_THE_SAME in self.reasons


def measure(level: str, logic_first: bool, pair: Pair) -> Result:
    settings = Settings(level=level)
    lang, path = pair.row.lang, pair.row.path
    old, new = (read_bytes(data, path, lang) for data in (pair.left, pair.right))
    start = time.perf_counter()
    found = split(old, new, settings, logic_first)
    seconds = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name, part) for part in ("scratch", "direct", "work")]
        for folder in folders:
            folder.mkdir()
        series = split_files(Side(old), Side(new), "file", settings, logic_first, str(folders[0]))
        sizes = {patch.kind: changed_lines(patch.data) for patch in series.patches}
        exact = applied(folders[2], pair.left, [patch.data for patch in series.patches]) == pair.right
        direct = changed_lines(direct_patch(folders[1], pair))
    broken = why_broken(old, found.middle, new)
    kinds = tuple(patch.kind for patch in series.patches)
    lines = (sizes.get("refactoring", 0), sizes.get("logic", 0), direct)
    return Result(kinds, exact, broken, found.reasons, lines, seconds)


def applied(folder: Path, old: bytes, patches: Sequence[bytes]) -> bytes | str:
    """The file after all patches, or what git says."""
    file = folder / "file"
    file.write_bytes(old)
    for patch in patches:
        command = ["git", "apply", "--whitespace=nowarn", "-"]
        done = subprocess.run(command, cwd=folder, input=patch, capture_output=True, check=False)
        if done.returncode:
            return done.stderr.decode(errors="replace")
    return file.read_bytes()


def direct_patch(folder: Path, pair: Pair) -> bytes:
    scratch = Scratch.at(str(folder))
    old, new = (
        scratch.make_tree(name, {b"file": File("100644", data)})
        for name, data in (("old", pair.left), ("new", pair.right))
    )
    return scratch.patch(old, new)


def changed_lines(patch: bytes) -> int:
    """How many lines a patch of one text file adds and deletes."""
    body = patch.partition(b"\n@@ ")[2]
    return sum(line.startswith((b"+", b"-")) for line in body.split(b"\n"))


def why_broken(old: SourceFile, middle: SourceFile, new: SourceFile) -> str:
    """What is wrong with the text between two programs, or nothing where one of them is none."""
    troubles = [trouble_of(source) for source in (old, middle, new)]
    return "" if troubles[0] or troubles[2] else troubles[1]


def trouble_of(source: SourceFile) -> str:
    """Why a text is no program, or nothing."""
    if source.language != "python":
        if source.language is None:
            return "no language"
        parsed = parse(source, get_language(source.language), "auto")
        return parsed.reason or "; ".join(f"line {span[0]}: {why}" for span, why in parsed.unread)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source.data or b"", "file", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def print_table(results: Mapping[str, Sequence[Result]]) -> None:
    print(
        f"\n{'':12} {'n':>5} {'both':>5} {'restyle':>7} {'logic':>5} {'INEXACT':>7} {'BROKEN':>6}"
        f" {'unverified':>10} {'whole':>5} {'left':>7} {'detour':>7} {'p50 ms':>8} {'p95 ms':>8}"
    )
    for name, group in results.items():
        kinds = Counter(result.kinds if len(result.kinds) == 1 else len(result.kinds) for result in group)
        direct = sum(result.lines[2] for result in group)
        logic = sum(result.lines[1] for result in group)
        both = sum(sum(result.lines[:2]) for result in group)
        times = [1000 * result.seconds for result in group]
        print(
            f"{name:12} {len(group):5} {kinds[2]:5} {kinds[('refactoring',)]:7} {kinds[('logic',)]:5}"
            f" {sum(not r.exact for r in group):7} {sum(bool(r.broken) for r in group):6}"
            f" {sum(r.unverified for r in group):10}"
            f" {sum(r.kinds == ('logic',) and bool(r.reasons) and not r.unverified for r in group):5}"
            f" {logic / direct:7.1%} {both / direct:7.1%}"
            f" {quantile(times, 0.50):8.1f} {quantile(times, 0.95):8.1f}"
        )


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clones", type=Path, required=True, metavar="DIR", help="as for real_history.py")
    parser.add_argument("--lang", type=words, default=frozenset({"python", "javascript"}), metavar="LANG,...")
    parser.add_argument("--kind", type=words, metavar="KIND,...", help="only these kinds of change")
    parser.add_argument("--ids", type=words, metavar="ID,...", help="only these pairs")
    parser.add_argument("--level", default="safe", help="default: %(default)s")
    parser.add_argument("--logic-first", action="store_true", help="split the other way round")
    parser.add_argument("--limit", type=int, metavar="N", help="the first N pairs of a language, by id")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default: %(default)s)")
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds a pair")
    return parser.parse_args()


def main() -> int:
    args = parse_args()
    wanted = [
        row
        for row in load_manifest(MANIFEST)
        if row.lang in args.lang
        and (args.kind is None or row.kind in args.kind)
        and (args.ids is None or row.id in args.ids)
    ]
    clones = locate(wanted, args.clones)
    rows = sorted((row for row in wanted if row.repo in clones), key=lambda row: row.id)
    chosen = [row for lang in sorted(args.lang) for row in [r for r in rows if r.lang == lang][: args.limit]]
    pairs = [pair for pair in read_pairs(chosen, clones, []) if pair.left != pair.right]
    for lang, (old, new) in WARMING_UP.items():
        # Each pair has a process of its own, which must not pay for what is imported once.
        split(SourceFile("file", old, lang), SourceFile("file", new, lang), Settings(level=args.level))
    results: defaultdict[str, list[Result]] = defaultdict(list)
    reasons: Counter[str] = Counter()
    failed = 0
    for pair, found in run_each(
        pairs, partial(measure, args.level, args.logic_first), args.jobs, args.timeout
    ):
        row = pair.row
        if isinstance(found, Trouble):
            failed += 1
            print(f"{found.kind:10} {row.id} {row.lang} {row.repo} {row.path}: {found.detail}")
            continue
        results[row.lang].append(found)
        reasons.update([reason.partition(": ")[2] or reason for reason in found.reasons])
        said = [
            ("inexact", not found.exact),
            ("broken", bool(found.broken)),
            ("unverified", found.unverified),
        ]
        for kind, happened in said:
            failed += happened and kind != "unverified"
            if happened:
                print(f"{kind:10} {row.id} {row.lang} {row.repo} {row.path}: {found.broken}")
    if not results:
        print("no pairs to measure", file=sys.stderr)
        return 2
    print_table(dict(sorted(results.items())))
    for reason, count in reasons.most_common(20):
        print(f"{count:6} {reason}")
    print(f"failures: {failed} of {len(pairs)}; left out: {len(wanted) - len(pairs)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
