"""`prediff rules`: the list of all rules."""

from __future__ import annotations

import json

import click

PAIRS = "pairs"
"""The family of the folds that look at both files."""


@click.command("rules", short_help="List the rules.")
@click.option("--json", "as_json", is_flag=True, help="List them as JSON, with languages and assumptions.")
def command(as_json: bool) -> int:
    """List the rules by family. `prediff explain RULE` tells more about one."""
    from prediff.cli.output import write
    from prediff.reconcilers.catalogue import PAIR_FOLDS
    from prediff.rules import REJECTED, RULES

    if as_json:
        rows = [
            {
                "id": rule.id,
                "family": rule.family,
                "summary": rule.summary,
                "languages": {name: sorted(needs) for name, needs in rule.languages.items()},
            }
            for rule in RULES
        ] + [
            {
                "id": fold.id,
                "family": PAIRS,
                "summary": fold.summary,
                "languages": {name: sorted(needs) for name, needs in fold.languages.items()},
            }
            for fold in PAIR_FOLDS
        ]
        write(json.dumps({"schema": "prediff-rules", "version": 1, "rules": rows}, indent=2) + "\n")
        return 0
    lines = []
    width = max(len(rule.id) for rule in RULES)
    for family in dict.fromkeys(rule.family for rule in RULES):
        lines.append(family)
        lines += [f"  {rule.id:<{width}}  {rule.summary}" for rule in RULES if rule.family == family]
    lines.append(PAIRS)
    lines += [f"  {fold.id:<{width}}  {fold.summary}" for fold in PAIR_FOLDS]
    if REJECTED:
        lines.append("rejected, since they are not sound (prediff explain NAME says why)")
        lines += [f"  {one.id}" for one in REJECTED]
    write("\n".join(lines) + "\n")
    return 0
