"""The report of `prediff check` as GitLab reads code quality: a JSON list with a row for each thing to read."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256

from prediff.model import Checked
from prediff.reports.escaping import printable
from prediff.reports.gate.words import RULES, entries

_SEVERITIES = {"note": "info", "warning": "minor"}


def check_gitlab(checked: Checked) -> str:
    """The rows as JSON text, ending in a newline. A fingerprint stays while a finding does, and is there once."""
    seen: Counter[str] = Counter()
    rows = []
    for file, found in entries(checked):
        seen[found.digest] += 1
        fingerprint = sha256(f"{found.digest}:{seen[found.digest]}".encode()).hexdigest()
        rows.append(
            {
                "type": "issue",
                "check_name": f"prediff/{found.rule}",
                "description": printable(found.text, keep=""),
                "fingerprint": fingerprint,
                "severity": _SEVERITIES[RULES[found.rule][0]],
                "categories": ["Clarity"],
                "location": {
                    "path": printable(file.path, keep=""),
                    "lines": {"begin": max(1, found.right[0]), "end": max(1, *found.right)},
                },
            }
        )
    return json.dumps(rows, indent=2) + "\n"
