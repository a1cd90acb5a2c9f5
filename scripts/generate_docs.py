"""Write the pages that follow from the code and the samples; `--check` only says which are stale.

    python scripts/generate_docs.py [--check]

Whole pages: docs/rules.md, docs/assumptions.md, docs/samples.md and docs/trust.md. In README.md and
docs/json-report.md the text between `<!-- generated: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import trust_page
from prediff.languages import LANGUAGES, get_language
from prediff.reconcilers.catalogue import PAIR_FOLDS, PairFold
from prediff.reports import json as json_report
from prediff.reports import line as line_report
from prediff.reports import sarif as sarif_report
from prediff.reports.gate import json as check_report
from prediff.reports.gate import sarif as check_sarif
from prediff.reports.tree import json as tree_report
from prediff.rules import REJECTED, RULES
from prediff.rules.assumptions import ASSUMPTIONS, LEVELS
from prediff.rules.rule import Rule
from prediff.viewers import VIEWERS

ROOT = Path(__file__).parent.parent
NOTE = "<!-- Written by scripts/generate_docs.py; do not edit. -->\n"
MAX_LISTED = 10
FENCES = {"javascript": "js"}


RULES_INTRO = """\
prediff has {rules} rules in {families} families. A rule is used in the languages that its row
names, and only where the [assumptions](assumptions.md) that it needs there are granted. `prediff
explain RULE` prints one of these entries. White space, redundant parentheses, trailing commas,
optional semicolons and braces, and the spelling of literals need no rule: reading and printing
removes them. The examples and the near-misses are the rules' tests.
"""
PAIRS_INTRO = """\
These folds look at both files: where two expressions that stand in the same place are proved
equal, the right file takes the left one's text. A proof may rest on more assumptions than its row
names; they are printed beside the result.
"""
REJECTED_INTRO = """\
{count} rewrites that look right and are not. prediff shows each of these pairs as different,
whatever is assumed of the code.
"""
ASSUMPTIONS_INTRO = """\
A rewrite is sound only if something is known of the code. What prediff can prove in the code at
hand is no assumption. What it cannot is one of these; each that a result rests on is printed beside
it, and `--refuse NAME` takes it back. `--assume NAME` grants one beyond the level. A pair that
would be the same under assumptions that were not granted is different, with a hint that names them.

`docs-unread` speaks of docstrings and of ordinary comments: `--refuse docs-unread` compares both.
`--show docs` and `--show comments` compare one of the two: see [what is shown](show.md).

`layout` grants nothing: only what the language itself ignores is folded. `public-names-unread` is
granted by `--implementations` alone, for two implementations of one thing whose callers do not
matter.

The code itself can take `locals-unread` back: in a unit that calls `locals()`, `eval` or the like,
and for a name that a string of the unit holds as a word.
"""
SAMPLES_INTRO = """\
Each pair lies in [samples/](../samples) with the output that is expected of it; a test holds the
command to it. `python samples/regenerate.py` writes the outputs anew.
"""


def _load_samples() -> ModuleType:
    spec = importlib.util.spec_from_file_location("regenerate", ROOT / "samples" / "regenerate.py")
    assert spec
    assert spec.loader
    module = sys.modules["regenerate"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAMPLES: list[Any] = _load_samples().find_samples()
NAMES = {language: get_language(language).name for language in LANGUAGES}


def rules_page() -> str:
    """Every rule with its assumptions, reason, examples and near-misses, then what was rejected."""
    families: dict[str, list[Rule]] = {}
    for rule in RULES:
        families.setdefault(rule.family, []).append(rule)
    parts = ["# Rules\n", NOTE, RULES_INTRO.format(rules=len(RULES), families=len(families))]
    for family, rules in families.items():
        parts += [f"## {family.capitalize()}\n", f"| rule | what it does | {' | '.join(NAMES.values())} |"]
        parts.append("|---|---|" + "---|" * len(NAMES))
        for rule in rules:
            cells = [_needs(rule.languages.get(language)) for language in NAMES]
            parts.append(f"| [`{rule.id}`](#{rule.id}) | {_cell(rule.summary)} | {' | '.join(cells)} |")
        parts.append("")
        for rule in rules:
            parts += _rule(rule)
    parts += ["## Pairs\n", PAIRS_INTRO, f"| fold | what it does | {' | '.join(NAMES.values())} |"]
    parts.append("|---|---|" + "---|" * len(NAMES))
    for fold in PAIR_FOLDS:
        cells = [_needs(fold.languages.get(language)) for language in NAMES]
        parts.append(f"| [`{fold.id}`](#{fold.id}) | {_cell(fold.summary)} | {' | '.join(cells)} |")
    parts.append("")
    for fold in PAIR_FOLDS:
        parts += _pair_fold(fold)
    parts += ["## Rejected\n", REJECTED_INTRO.format(count=len(REJECTED))]
    for rejected in REJECTED:
        parts += [f"### {rejected.id}\n", f"{rejected.why}\n"]
        parts += _before_and_after(rejected.before, rejected.after, rejected.language)
    return "\n".join(parts).rstrip("\n") + "\n"


def _needs(assumptions: frozenset[str] | None) -> str:
    if assumptions is None:
        return ""
    return ", ".join(f"`{name}`" for name in sorted(assumptions)) or "always"


def _rule(rule: Rule) -> list[str]:
    parts = [f"### {rule.id}\n", f"{rule.summary}\n"]
    if rule.why:
        parts.append(f"{rule.why}\n")
    for example in rule.examples:
        parts += _before_and_after(example.before, example.after, example.language)
    if rule.leaves_alone:
        parts.append("Left alone:\n")
    for language in NAMES:
        missed = [text for name, text in map(_near_miss, rule.leaves_alone) if name == language]
        if missed:
            parts.append(_fence("\n\n".join(text.strip("\n") for text in missed), language))
    return parts


def _pair_fold(fold: PairFold) -> list[str]:
    parts = [f"### {fold.id}\n", f"{fold.summary}\n", f"{fold.why}\n"]
    for example in fold.examples:
        parts += _before_and_after(example.before, example.after, example.language, ("left", "right"))
    parts.append("Not the same:\n")
    for example in fold.near_misses:
        parts += _before_and_after(example.before, example.after, example.language, ("left", "right"))
    return parts


def _near_miss(text: str) -> tuple[str, str]:
    prefix = "javascript: "
    return ("javascript", text.removeprefix(prefix)) if text.startswith(prefix) else ("python", text)


def _before_and_after(
    before: str, after: str, language: str, called: tuple[str, str] = ("before", "after")
) -> list[str]:
    mark = "//" if language == "javascript" else "#"
    one, two = called
    return [_fence(f"{mark} {one}\n{before.strip()}\n\n{mark} {two}\n{after.strip()}", language)]


def _fence(text: str, language: str) -> str:
    return f"```{FENCES.get(language, language)}\n{text.rstrip()}\n```\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def assumptions_page() -> str:
    """The closed table of assumptions, the levels that grant them and the rules that use them."""
    parts = [
        "# Assumptions and levels\n",
        NOTE,
        ASSUMPTIONS_INTRO,
        f"| assumption | what it grants | {' | '.join(LEVELS)} | rules that always need it |",
        "|---|---|" + "---|" * (len(LEVELS) + 1),
    ]
    for assumption in ASSUMPTIONS.values():
        granted = [
            "✓" if assumption.level and LEVELS.index(assumption.level) <= LEVELS.index(level) else ""
            for level in LEVELS
        ]
        users = [
            rule.id for rule in RULES if any(assumption.id in needs for needs in rule.languages.values())
        ]
        links = ", ".join(f"[`{rule}`](rules.md#{rule})" for rule in users)
        if len(users) > MAX_LISTED:
            links = f"{len(users)} rules"
        parts.append(f"| `{assumption.id}` | {_cell(assumption.grants)} | {' | '.join(granted)} | {links} |")
    return "\n".join(parts) + "\n"


def samples_page() -> str:
    """Every sample in full: both files and what the command prints."""
    parts = ["# Samples\n", NOTE, SAMPLES_INTRO]
    for sample in SAMPLES:
        parts += [f"## {sample.title}\n", f"{sample.text}\n"]
        parts += _sample_files(sample)
        for run in sample.runs:
            parts += _sample_run(sample, run)
    return "\n".join(parts).rstrip("\n") + "\n"


def samples_block() -> str:
    """For the README: the samples that ask for it in full, and a table of all."""
    parts: list[str] = []
    for sample in sorted((s for s in SAMPLES if s.place), key=lambda s: s.place):
        parts += [f"### {sample.title}\n", f"{sample.text}\n"]
        if sample.files:
            parts += _sample_files(sample)
        parts += _sample_run(sample, sample.runs[0])
    parts += ["### All samples\n", "| pair | what it shows | result |", "|---|---|---|"]
    for sample in SAMPLES:
        results = "; ".join(_result(run) for run in sample.runs)
        parts.append(f"| [{sample.name}](samples/{sample.name}) | {_cell(sample.text)} | {results} |")
    parts += ["", "[docs/samples.md](docs/samples.md) shows each in full."]
    return "\n".join(parts) + "\n"


def _sample_files(sample: Any) -> Iterable[str]:
    language = sample.name.split("/")[0]
    for file in (sample.left, sample.right):
        yield f"`{file}`\n"
        yield _fence((sample.folder / file).read_text(encoding="utf-8"), language)


def _sample_run(sample: Any, run: Any) -> Iterable[str]:
    output = run.expected.read_text(encoding="utf-8")
    yield f"```diff\n$ {' '.join(sample.command(run))}\n{output.rstrip()}\n```\n"


def _result(run: Any) -> str:
    verdict = run.expected.read_text(encoding="utf-8").splitlines()[-1].split(" · ")[0]
    return f"{verdict} with `{' '.join(run.options)}`" if run.options else verdict


def json_block() -> str:
    """The schema of the JSON report, from the module that writes it."""
    return (json_report.__doc__ or "").rstrip() + "\n"


def line_block() -> str:
    """The schema of the explanation of a line."""
    return (line_report.__doc__ or "").rstrip() + "\n"


def sarif_block() -> str:
    """The results of the SARIF report."""
    return (sarif_report.__doc__ or "").rstrip() + "\n"


def check_block() -> str:
    """The schema of the report on a change."""
    return (check_report.__doc__ or "").rstrip() + "\n"


def check_sarif_block() -> str:
    """What the results of a change have beside those of a pair."""
    return (check_sarif.__doc__ or "").rstrip() + "\n"


def viewers_block() -> str:
    """What each viewer can be told, from how it is called."""
    parts = [
        "| `--tool` | viewer | two folders | titles | told not to edit | waits | tried |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in VIEWERS:
        names = ", ".join(f"`{name}`" for name in (one.name, *one.aliases))
        can = (one.folders, one.titles, one.read_only, one.waits, one.tried)
        parts.append(f"| {names} | {one.label} | {' | '.join('✓' if it else '' for it in can)} |")
    return "\n".join(parts) + "\n"


def tree_block() -> str:
    """The schema of the report on two folders."""
    return (tree_report.__doc__ or "").rstrip() + "\n"


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/rules.md": rules_page,
    "docs/assumptions.md": assumptions_page,
    "docs/samples.md": samples_page,
    "docs/trust.md": trust_page.page,
}
BLOCKS: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("README.md", "samples", samples_block),
    ("README.md", "trust", trust_page.line),
    ("docs/json-report.md", "schema", json_block),
    ("docs/json-report.md", "line", line_block),
    ("docs/json-report.md", "check", check_block),
    ("docs/sarif-report.md", "sarif", sarif_block),
    ("docs/sarif-report.md", "check", check_sarif_block),
    ("docs/viewers.md", "viewers", viewers_block),
    ("docs/folders.md", "tree", tree_block),
)


def generate() -> dict[Path, str]:
    """The text that each page should have."""
    found = {ROOT / name: page() for name, page in PAGES.items()}
    for name, block, make in BLOCKS:
        old = found.get(ROOT / name) or (ROOT / name).read_text(encoding="utf-8")
        before, opening, rest = old.partition(f"<!-- generated: {block} -->\n")
        _, closing, after = rest.partition("<!-- end -->")
        if not closing:
            raise SystemExit(f"{name} needs a block <!-- generated: {block} --> … <!-- end -->")
        found[ROOT / name] = f"{before}{opening}{make()}{closing}{after}"
    return found


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` name it."""
    stale = [
        (file, text)
        for file, text in generate().items()
        if not file.exists() or file.read_text(encoding="utf-8") != text
    ]
    for file, text in stale:
        if "--check" not in arguments:
            file.write_text(text, encoding="utf-8")
        print(f"{'stale' if '--check' in arguments else 'wrote'}: {file.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
