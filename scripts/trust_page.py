"""docs/trust.md: what was done to find code that prediff calls the same and that is not, and what came of it.

Made from the records that the benchmarks of trust leave in benchmarks/records/; see benchmarks/README.md for each.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prediff.languages import LANGUAGES, get_language
from prediff.rules import REJECTED, RULES

RECORDS = Path(__file__).parent.parent / "benchmarks" / "records"
NAMES = {language: get_language(language).name for language in LANGUAGES}
INTRO = """\
Nobody has to take our word for it that what prediff folds is the same. Each section is one way to find a false "same":
a bug that is planted and not shown, normalized code that fails its own tests, a token that goes without a rule that
answers for it, a reader that crashes or reads otherwise than the other. `hidden` and `unexplained` must be 0; what was
found while these checks were built was mended in the rule and stands beside it as a near-miss.
"""
EQUIVALENT = """\
Not every mutant is a bug: most of those that come out the same compile to the very same instructions. Each is shown to
be equivalent by one of these classes, whose predicate works on the interpreter's own syntax trees and code and uses
nothing of prediff. The first that holds counts.
"""
SUITES = """\
Source is normalized whole, printed and run with its own tests, beside the untouched source in the same surroundings.
For the standard library the pure-Python twins of C accelerators are forced in a further run. A test that fails
afterwards is unexplained, unless it is named below with the assumption that it contradicts: it reads what prediff
assumes nobody reads.
"""
RULES_INTRO = """\
*fires*: applications to the real code of the suites above. *mutants*, *planted bugs*: comparisons in which the rule
was at work, at any level. *hidden*: of these, how many hid a bug. A rule that no real code asked for has its examples,
its near-misses and the generated programs of the tests only.
"""


def records() -> dict[str, dict[str, Any]]:
    """All records, by name."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(RECORDS.glob("*.json"))
    }


def page() -> str:
    found = records()
    parts = ["# Trust\n", "<!-- Written by scripts/generate_docs.py; do not edit. -->\n", INTRO]
    parts += [*_totals(found), ""]
    parts += ["## Mutants\n", *_mutants(found)]
    parts += ["## Planted bugs\n", *_planted(found)]
    parts += ["## Suites on normalized code\n", SUITES, *_suites(found)]
    parts += ["## Rules\n", RULES_INTRO, *_rules(found)]
    parts += ["## How to get these figures\n", *_commands(found)]
    return "\n".join(parts).rstrip("\n") + "\n"


def line() -> str:
    """For the README: the totals in a sentence."""
    found = records()
    mutants = sum(r["mutants"] for name, r in found.items() if name.startswith("mutants_"))
    planted = sum(found.get("planted", {}).get("bugs", {}).values())
    suites = [
        *found.get("upstream_suites", {}).get("suites", []),
        *found.get("npm_suites", {}).get("suites", []),
    ]
    library = sum(s["modules"] for s in suites if s["kind"] == "stdlib" and "without" not in s["name"])
    packages = sum(s["kind"] != "stdlib" for s in suites)
    hidden = sum(r.get("hidden", 0) for r in found.values() if isinstance(r.get("hidden", 0), int))
    return (
        f"Measured, not promised: {mutants:,} mutants of real functions and {planted:,} bugs planted in refactorings, "
        f"{hidden} of them hidden; {library} modules of the standard library and {packages} packages do as well in "
        "their own tests after they were normalized whole ([docs/trust.md](docs/trust.md)).\n"
    )


# --- sections ------------------------------------------------------------------------------------------------------


def _totals(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    yield "| check | extent | found | date |"
    yield "|---|---|---|---|"
    for name, record in found.items():
        summary = _SUMMARIES.get(name.split("_python")[0].split("_javascript")[0])
        if summary is not None:
            extent, result = summary(record)
            yield f"| {name.replace('_', ' ')} | {extent} | {result} | {record['date']} |"


def _sum_mutants(r: Mapping[str, Any]) -> tuple[str, str]:
    levels = " and ".join(f"`{level}`" for level in r["levels"])
    extent = f"{r['mutants']:,} mutants of {r['pieces']:,} {NAMES[r['language']]} functions, each at {levels}"
    return extent, f"**{r['hidden']}** hidden"


def _sum_planted(r: Mapping[str, Any]) -> tuple[str, str]:
    extent = (
        f"{sum(r['bugs'].values()):,} bugs in {sum(r['pairs'].values()):,} refactorings, at `{r['level']}`"
    )
    return extent, f"**{r['hidden']}** hidden, **{r['misplaced']}** shown elsewhere than where they are"


def _sum_suites(r: Mapping[str, Any]) -> tuple[str, str]:
    levels = Counter[str]()
    for suite in r["suites"]:
        for level in suite["levels"].values():
            levels.update({name: level[name] for name in ("passed_before", "named", "unexplained")})
    extent = f"{len(r['suites'])} suites, {levels['passed_before']:,} tests that pass before, over all levels"
    return extent, f"**{levels['unexplained']}** unexplained, {levels['named']} named"


def _sum_tokens(r: Mapping[str, Any]) -> tuple[str, str]:
    extent = (
        f"{r['tokens']:,} tokens of {r['files']:,} files, at each level: which are dropped, and by which rule"
    )
    return extent, f"**{r['failures']}** dropped without a rule that answers for it"


def _sum_sweep(r: Mapping[str, Any]) -> tuple[str, str]:
    extent = (
        f"{r['files']:,} files, {r['lines']:,} lines of the standard library and {r['packages']} packages"
    )
    ends = f"{r['out_of_time']} out of time, {r['steps']} units shown less far normalized"
    return extent, f"**{r['wrong']}** crashes, {ends}, {r['unread']} files that Python rejects too"


def _sum_fuzz(r: Mapping[str, Any]) -> tuple[str, str]:
    return f"{r['executions']:,} inputs in {r['minutes']:g} minutes", f"**{r['crashes']}** crashes"


_SUMMARIES = {
    "mutants": _sum_mutants,
    "planted": _sum_planted,
    "upstream_suites": _sum_suites,
    "npm_suites": _sum_suites,
    "tokens": _sum_tokens,
    "crash_sweep": _sum_sweep,
    "fuzz_readers": _sum_fuzz,
}


def _mutants(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    runs = [r for name, r in found.items() if name.startswith("mutants_")]
    for record in runs:
        yield f"### {NAMES[record['language']]}\n"
        operators = [f"{name} {count:,}" for name, count in record["operators"].items()]
        yield f"Mutants by operator: {', '.join(operators)}.\n"
        yield EQUIVALENT if record is runs[0] else ""
        yield "| class | comparisons | why it is no bug |"
        yield "|---|---:|---|"
        for name, entry in record["classes"].items():
            if entry["comparisons"]:
                yield f"| {name} | {entry['comparisons']:,} | {entry['reason']} |"
        yield ""


def _planted(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    record = found.get("planted")
    if record is None:
        return
    pairs = ", ".join(f"{count:,} from {name}" for name, count in record["pairs"].items())
    yield f"Pairs that are the same before the bug: {pairs}."
    spread = record["lines"]
    yield (
        f"A bug gives {spread['median']:g} changed line in the middle, {spread['p95']:g} at the 95th percentile; "
        f"{spread['long']:.1%} of the diffs have ten lines or more.\n"
    )
    yield f"Rules applied backwards: {', '.join(f'{n} {c:,}' for n, c in record['rewritings'].items())}.\n"


def _suites(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    suites = [s for name in ("upstream_suites", "npm_suites") for s in found.get(name, {}).get("suites", [])]
    yield "| suite | version | tests | layout | safe | relaxed |"
    yield "|---|---|---:|---|---|---|"
    for suite in suites:
        levels = [_level(suite["levels"].get(level)) for level in ("layout", "safe", "relaxed")]
        yield f"| {suite['name']} | {suite['version']} | {suite['tests']:,} | {' | '.join(levels)} |"
    yield ""
    named = [n for name in ("upstream_suites", "npm_suites") for n in found.get(name, {}).get("named", [])]
    if named:
        yield "| test that does not pass | contradicts | why |"
        yield "|---|---|---|"
        for entry in named:
            yield f"| `{entry['test']}` | `{entry['assumption']}` | {entry['reason'].replace('|', chr(92) + '|')} |"
        yield ""


def _level(entry: Mapping[str, int] | None) -> str:
    if entry is None:
        return ""
    text = f"{entry['passed_after']:,} of {entry['passed_before']:,}"
    named = f", {entry['named']} named" if entry["named"] else ""
    return text + named + (f", **{entry['unexplained']} unexplained**" if entry["unexplained"] else "")


def _rules(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    fires = Counter[str]()
    for name in ("upstream_suites", "npm_suites"):
        fires.update(found.get(name, {}).get("rules", {}))
    mutants, hidden_mutants = _by_rule(found, "mutants_", "comparisons")
    bugs, hidden_bugs = _by_rule(found, "planted", "bugs")
    yield "| rule | fires | mutants | hidden | planted bugs | hidden |"
    yield "|---|---:|---:|---:|---:|---:|"
    for rule in (r.id for r in RULES):
        cells = [fires[rule], mutants[rule], hidden_mutants[rule], bugs[rule], hidden_bugs[rule]]
        yield f"| [`{rule}`](rules.md#{rule}) | {' | '.join(f'{cell:,}' for cell in cells)} |"
    steps = sorted((mutants.keys() | bugs.keys()) - {r.id for r in RULES})
    for step in steps:
        cells = [0, mutants[step], hidden_mutants[step], bugs[step], hidden_bugs[step]]
        yield f"| {step} (of a pair) | {' | '.join(f'{cell:,}' for cell in cells)} |"
    yield f"\n{len(REJECTED)} rewrites were rejected, each with the case that shows it: [rules](rules.md#rejected).\n"


def _by_rule(found: Mapping[str, dict[str, Any]], prefix: str, key: str) -> tuple[Counter[str], Counter[str]]:
    total, hidden = Counter[str](), Counter[str]()
    for name, record in found.items():
        if name.startswith(prefix):
            for rule, entry in record["rules"].items():
                total[rule] += entry[key]
                hidden[rule] += entry["hidden"]
    return total, hidden


def _commands(found: Mapping[str, dict[str, Any]]) -> Iterable[str]:
    yield "| command | minutes | versions |"
    yield "|---|---:|---|"
    for record in found.values():
        versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
        yield f"| `{record['command']}` | {record['minutes']:g} | {versions} |"
    yield ""
