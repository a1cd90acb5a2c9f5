"""Measure how quick prediff is, beside other tools in the same run, and print the figures as Markdown.

    python benchmarks/speed.py
    python benchmarks/speed.py --quick

Stages       milliseconds a thousand lines for each stage: modules of the standard library, generated JavaScript
Growth       time and peak memory from 1,000 to 100,000 lines, each size in a process of its own
Pairs        two versions of a file of which one function, 1 %, 10 % or 100 % of the functions changed
Rules        each rule's share of the time of normalizing, at `relaxed`: those that take most
Cold starts  whole runs of the commands

Times are medians: of whole commands by the clock, of all else processor time (prediff has one thread and waits for
nothing), which other work on the machine disturbs less. It still does: compare the figures of one run with each other
and with the rows of `ast`, black and git beside them, not with those of another run.
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import platform
import random
import re
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path

import whole_runs
from prediff.align import align, byte_equal_units
from prediff.depth import quick_and_deep
from prediff.languages import get_language
from prediff.model import ParsedFile, Settings, SourceFile
from prediff.normalizer import assumptions_of, normalize
from prediff.parse import parse
from prediff.pipeline import compare, normalize_file
from prediff.reconcile import reconcile
from prediff.rules import RULES
from prediff.verify import misprinted
from rule_times import rule_times

RULES_LISTED = 12
FUNCTIONS_FROM = (
    "textwrap",
    "shutil",
    "statistics",
    "inspect",
    "calendar",
    "platform",
    "locale",
    "heapq",
    "copy",
)
JAVASCRIPT = """\
/** The entries of a query string, decoded. */
function parseQuery(text, options = {}) {
  const found = {}
  if (!text) return found
  for (const part of text.replace(/^[?#]/, '').split('&')) {
    const at = part.indexOf('=')
    const key = decodeURIComponent(at < 0 ? part : part.slice(0, at))
    const value = at < 0 ? null : decodeURIComponent(part.slice(at + 1))
    if (options.arrays && key.endsWith('[]')) {
      const name = key.slice(0, -2)
      found[name] = found[name] || []
      found[name].push(value)
    } else {
      found[key] = value
    }
  }
  return found
}

// Calls back once things are quiet.
function debounce(callback, wait, immediate) {
  let timer = null
  return function (...given) {
    const later = () => {
      timer = null
      if (!immediate) callback.apply(this, given)
    }
    const now = immediate && !timer
    clearTimeout(timer)
    timer = setTimeout(later, wait)
    if (now) {
      callback.apply(this, given)
    }
  }
}

async function loadAll(client, names, { retries = 3, log } = {}) {
  const results = []
  for (const name of names) {
    let attempt = 0
    while (true) {
      try {
        const answer = await client.get(`/items/${name}`)
        results.push({ name, status: answer.status, body: answer.data })
        break
      } catch (error) {
        attempt = attempt + 1
        if (attempt >= retries) {
          throw new Error('cannot load ' + name + ': ' + error.message)
        } else {
          if (log) log.warn('again', name)
        }
      }
    }
  }
  return results.filter(result => result.status === 200 || result.status === 304)
}

"""


# --- what is measured -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """A function to make files of: its text with `NAME` for its name, and the same with a statement more."""

    text: str
    changed: str

    @property
    def lines(self) -> int:
        return self.text.count("\n")


def module_text(name: str) -> str:
    """The source of a module of the standard library; "" if this interpreter does not have it."""
    library = Path(sysconfig.get_path("stdlib"))
    for path in (library / f"{name}.py", library / name / "__init__.py"):
        if path.exists():
            return path.read_text(encoding="utf-8")
    return ""


def python_pieces() -> list[Piece]:
    """The plain functions of some modules of the standard library."""
    found = []
    for text in map(module_text, FUNCTIONS_FROM):
        lines = text.split("\n")
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or node.decorator_list:
                continue
            first = node.body[0]
            own = lines[node.lineno - 1 : node.end_lineno]
            at = first.lineno - node.lineno
            more = [*own[:at], " " * first.col_offset + "notice(NUMBER)", *own[at:]]
            found.append(Piece(*[_nameless(part, node.name) for part in (own, more)]))
    return found


def javascript_pieces() -> list[Piece]:
    found = []
    for text in re.split(r"\n\n(?=/[/*]|async|function)", JAVASCRIPT.strip()):
        name = re.search(r"function (\w+)", text)
        assert name
        more = re.sub(r"(function \w+\(.*\) \{\n)", r"\1  notice(NUMBER)\n", text)
        found.append(Piece(*[_nameless(part.split("\n"), name[1]) for part in (text, more)]))
    return found


def _nameless(lines: Sequence[str], name: str) -> str:
    return re.sub(rf"\b{name}\b", "NAME", "\n".join(lines)) + "\n\n\n"


PIECES = {"python": python_pieces, "javascript": javascript_pieces}


def make_pair(language: str, lines: int, share: float) -> tuple[str, str]:
    """Two versions of a file of about so many lines; a `share` of the second one's functions, or one (0), changed."""
    pieces, total = [], 0
    for piece in cycle(PIECES[language]()):
        pieces.append(piece)
        total += piece.lines
        if total >= lines:
            break
    count = max(1, round(share * len(pieces)))
    changed = set(random.Random(1).sample(range(len(pieces)), count))
    left = [p.text.replace("NAME", f"unit_{i}") for i, p in enumerate(pieces)]
    right = [
        p.changed.replace("NAME", f"unit_{i}").replace("NUMBER", str(i)) if i in changed else left[i]
        for i, p in enumerate(pieces)
    ]
    return "".join(left), "".join(right)


# --- measuring ---------------------------------------------------------------------------------------------------


def seconds(call: Callable[[], object], repeat: int) -> float:
    """The median processor time of a call."""
    gc.collect()
    times = []
    for _ in range(repeat):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return statistics.median(times)


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the corpus, and one in which every function changed where there is one."""

    source: SourceFile
    other: SourceFile | None = None


def stages(texts: Sequence[Text], language_id: str, repeat: int) -> dict[str, float]:
    """Milliseconds a thousand lines of each stage, and of other tools on the same texts."""
    spent: defaultdict[str, float] = defaultdict(float)
    lines = sum(t.source.text.count("\n") for t in texts)
    for text in texts:
        with quick_and_deep():
            for stage, time_ in stages_of(text, language_id, repeat).items():
                spent[stage] += time_
    return {stage: 1e6 * time_ / lines for stage, time_ in spent.items()}


def stages_of(text: Text, language_id: str, repeat: int) -> dict[str, float]:
    language, allowed = get_language(language_id), assumptions_of(Settings())
    source = text.source
    parsed = parse(source, language)
    if parsed.tree is None or parsed.unread:
        raise SystemExit(f"{source.path} cannot be read: {parsed.reason or parsed.unread[0][1]}")
    normal = normalize(parsed, language, RULES, allowed)
    printed = language.print(normal.tree, ())
    found = {
        "parse alone": seconds(lambda: parse_alone(source.text, language_id), repeat),
        "read (parse and lower)": seconds(lambda: parse(source, language), repeat),
        "rules": seconds(lambda: normalize(parsed, language, RULES, allowed), repeat),
        "print": seconds(lambda: language.print(normal.tree, ()), repeat),
        "verify (read again, compare)": seconds(
            lambda: misprinted(normal.tree, printed, language, frozenset()), repeat
        ),
        "one file, all stages": seconds(lambda: normalize_file(source), repeat),
    }
    if text.other is not None:
        found |= pair_stages(parsed, parse(text.other, language), repeat)
        other = text.other
        canonical = Settings(view="canonical")
        found["a pair in normal form, all stages"] = seconds(
            lambda: compare(source, other, canonical), repeat
        )
        found["a pair aligned, all stages"] = seconds(lambda: compare(source, other), repeat)
    if language_id == "python":
        found["beside: ast.parse, ast.unparse"] = seconds(lambda: ast.unparse(ast.parse(source.text)), repeat)
        if find_spec("black"):
            found["beside: black"] = seconds(lambda: format_with_black(source.text), 1)
    return found


def pair_stages(left: ParsedFile, right: ParsedFile, repeat: int) -> dict[str, float]:
    """Aligning and reconciling a pair, each of whose functions changed."""
    language, allowed = get_language(left.source.language or ""), assumptions_of(Settings())
    one, two = (normalize(side, language, RULES, allowed) for side in (left, right))
    joined = align(one, two, language.traits)
    return {
        "align (byte-equal units, pairs)": seconds(
            lambda: (byte_equal_units(left, right), align(one, two, language.traits)), repeat
        ),
        "reconcile": seconds(lambda: reconcile(joined, language.traits, allowed), repeat),
    }


def parse_alone(text: str, language_id: str) -> object:
    """What the parser that prediff stands on takes by itself."""
    if language_id == "python":
        return ast.parse(text)
    import tree_sitter
    import tree_sitter_javascript

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_javascript.language())).parse(text.encode())


def format_with_black(text: str) -> str:
    import black

    return str(black.format_str(text, mode=black.Mode()))


def corpus(language_id: str, quick: bool) -> list[Text]:
    """For Python each fifth module of the standard library, for JavaScript generated files; each with another version.

    In that one every function changed.
    """
    if language_id == "python":
        modules = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:: 20 if quick else 5]
        texts = [(path.name, path.read_text(encoding="utf-8")) for path in modules]
        return [
            Text(SourceFile(name, text, "python"), changed_everywhere(name, text)) for name, text in texts
        ]
    found = []
    for number in range(2 if quick else 6):
        left, right = make_pair(language_id, 1000, 1.0)
        path = f"{number}.js"
        found.append(Text(SourceFile(path, left, language_id), SourceFile(path, right, language_id)))
    return found


def changed_everywhere(name: str, text: str) -> SourceFile:
    """A module with a call more at the start of each of its functions."""
    lines = text.split("\n")
    places = {
        (node.body[0].lineno, node.body[0].col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.body[0].lineno > node.lineno
    }
    for line, column in sorted(places, reverse=True):
        decorated = lines[line - 1][:column].strip()
        if not decorated:
            lines.insert(line - 1, " " * column + f"notice({line})")
    return SourceFile(name, "\n".join(lines), "python")


# --- growth: each size in a process of its own -------------------------------------------------------------------


def grow(language: str, lines: int) -> dict[str, float]:
    """In this process: the time of one file and of a pair of so many lines, and the peak memory in MiB."""
    left, right = make_pair(language, lines, 0.01)
    one, two = (SourceFile(f"x.{language}", text, language) for text in (left, right))
    normalize_file(replace(one, text=left[:2000].rpartition("\n\n\n")[0]))  # what is imported is no growth
    before = peak()
    start = time.process_time()
    compare(one, two)
    middle = time.process_time()
    after_pair = peak()
    normalize_file(one)
    end = time.process_time()
    return {
        "lines": left.count("\n"),
        "pair": middle - start,
        "pair MiB": after_pair - before,
        "file": end - middle,
        "file MiB": peak() - before,
    }


def peak() -> float:
    """The largest resident size of this process so far, in MiB."""
    status = Path("/proc/self/status")
    if status.exists():  # what Linux's getrusage says goes back to before `exec`, to the parent's size
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text())
        assert found
        return int(found[1]) / 1024
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def grow_apart(language: str, lines: int) -> dict[str, float]:
    """`grow` in a process of its own."""
    command = [sys.executable, __file__, "--grow", language, str(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


# --- commands ----------------------------------------------------------------------------------------------------


def run(command: Sequence[str], repeat: int, compiled: str | None = None) -> float:
    """The median time of a whole run of a command, whatever it answers; `compiled`: the folder for bytecode."""
    around = None if compiled is None else whole_runs.environment(compiled)
    subprocess.run(command, capture_output=True, check=False, env=around)  # the first one fills caches
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False, env=around)
        times.append(time.perf_counter() - start)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
    return statistics.median(times)


def commands(folder: Path) -> dict[str, list[str]]:
    """The commands whose cold start is measured, on files that are written to `folder`."""
    prediff = [sys.executable, "-m", "prediff"]
    files = {}
    for name, suffix, lines in (("small", "py", 60), ("medium", "py", 300), ("script", "js", 100)):
        language = "javascript" if suffix == "js" else "python"
        for side, text in zip(("left", "right"), make_pair(language, lines, 0), strict=True):
            path = folder / f"{name}_{side}.{suffix}"
            path.write_text(text, encoding="utf-8")
            files[name, side] = str(path)
    copy = str(folder / "copy.py")
    shutil.copyfile(files["medium", "left"], copy)

    def both(name: str) -> list[str]:
        return [files[name, "left"], files[name, "right"]]

    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "prediff --help": [*prediff, "--help"],
        "prediff diff, byte-equal": [*prediff, "diff", files["medium", "left"], copy],
        "prediff diff, 60 lines of Python": [*prediff, "diff", *both("small")],
        "prediff diff, 300 lines of Python": [*prediff, "diff", *both("medium")],
        "prediff diff, 100 lines of JavaScript": [*prediff, "diff", *both("script")],
        "prediff normalize, 300 lines of Python": [*prediff, "normalize", files["medium", "left"]],
        "prediff textconv, 300 lines of Python": [*prediff, "textconv", files["medium", "left"]],
        "prediff textconv, 100 lines of JavaScript": [*prediff, "textconv", files["script", "left"]],
        "prediff rules": [*prediff, "rules"],
        "beside: git diff --no-index, 300 lines": ["git", "diff", "--no-index", *both("medium")],
    }


# --- the report --------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    shown = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in shown) + "\n"


def stage_table(quick: bool) -> str:
    columns = {
        language: stages(corpus(language, quick), language, 3) for language in ("python", "javascript")
    }
    names = list(columns["python"])
    rows = [[n, *[f"{column[n]:.1f}" if n in column else "" for column in columns.values()]] for n in names]
    return table(["ms a thousand lines", "Python", "JavaScript"], rows)


def growth_table(quick: bool) -> str:
    rows = []
    for language in ("python", "javascript"):
        for size in (1_000, 10_000) if quick else (1_000, 10_000, 100_000):
            found = grow_apart(language, size)
            lines = found["lines"]
            rows.append(
                [
                    language,
                    f"{lines:,.0f}",
                    f"{1e6 * found['file'] / lines:.1f}",
                    f"{1e6 * found['pair'] / lines:.1f}",
                    f"{found['pair MiB']:.0f}",
                    f"{found['file MiB']:.0f}",
                ]
            )
    head = ["", "lines", "file: ms a thousand", "pair, 1 % changed: ms a thousand", "MiB, pair", "MiB, both"]
    return table(head, rows)


def pair_table(quick: bool) -> str:
    rows = []
    cases = [("one function", 300, 0.0), ("1 %", 3000, 0.01), ("10 %", 3000, 0.1), ("100 %", 3000, 1.0)]
    with tempfile.TemporaryDirectory() as folder:
        for language in ("python", "javascript"):
            for name, lines, share in cases:
                texts = make_pair(language, lines, share)
                one, two = (SourceFile("x", text, language) for text in texts)
                compare(one, two)
                time_ = seconds(lambda one=one, two=two: compare(one, two), 5 if quick else 15)  # type: ignore[misc]
                paths = []
                for side, text in zip(("left", "right"), texts, strict=True):
                    paths.append(Path(folder, side))
                    paths[-1].write_text(text, encoding="utf-8")
                git = run(["git", "diff", "--no-index", *map(str, paths)], 5)
                rows.append([language, f"{lines:,}", name, f"{1000 * time_:.1f}", f"{1000 * git:.1f}"])
    head = ["", "lines", "changed", "prediff, in process: ms", "git diff --no-index: ms"]
    return table(head, rows)


def rule_table(quick: bool) -> str:
    rows = []
    for language in ("python", "javascript"):
        times = rule_times([t.source for t in corpus(language, quick)], language, "relaxed")
        listed = times[:RULES_LISTED]
        rows += [
            [language, t.rule, f"{t.ms:.2f}", f"{100 * t.share:.1f} %", f"{t.asked:,}", f"{t.applied:,}"]
            for t in listed
        ]
        rest = times[RULES_LISTED:]
        ms, share = sum(t.ms for t in rest), sum(t.share for t in rest)
        asked, applied = sum(t.asked for t in rest), sum(t.applied for t in rest)
        name = f"{len(rest)} others"
        rows.append([language, name, f"{ms:.2f}", f"{100 * share:.1f} %", f"{asked:,}", f"{applied:,}"])
    return table(["", "rule", "ms a thousand lines", "share", "asked", "applied"], rows)


def command_table(quick: bool) -> str:
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            [name, f"{1000 * run(command, 3 if quick else 11, f'{folder}/compiled'):.0f}"]
            for name, command in commands(Path(folder)).items()
        ]
    return table(["cold start", "ms"], rows)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer files, sizes and repetitions")
    parser.add_argument(
        "--only", choices=("stages", "growth", "pairs", "rules", "commands"), help="one of the tables"
    )
    parser.add_argument("--grow", nargs=2, metavar=("LANGUAGE", "LINES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.grow:
        print(json.dumps(grow(options.grow[0], int(options.grow[1]))))
        return 0
    tables = {
        "stages": stage_table, "growth": growth_table, "pairs": pair_table, "rules": rule_table,
        "commands": command_table,
    }  # fmt: skip
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores{load}\n")
    for name, make in tables.items():
        if options.only in (None, name):
            print(make(options.quick), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
