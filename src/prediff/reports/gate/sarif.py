"""The report of `prediff check` as SARIF 2.1.0: the results of each file that is not the same.

Beside the results of [the report on a pair](#the-sarif-report) there is `file-differs`, a note without lines: a file
that was added, deleted or renamed, is a link or a submodule, or has another mode. `not-compared` without lines is a
file that could not be compared. `properties` of the run hold `same`, `level`, `assumptions` and `summary`. Fingerprints
follow from the path too, so that they are unique in a repository. Paths are from its top.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from prediff.model import Checked, FileVerdict
from prediff.reports.gate.words import RULES, entries, summary
from prediff.reports.sarif import Pair, log, place, result


def check_sarif(checked: Checked, version: str) -> str:
    """The report as a SARIF log of one run, ending in a newline. version: prediff's own."""
    seen: Counter[str] = Counter()
    artifacts: dict[str, dict[str, Any]] = {}
    results = []
    for file, found in entries(checked):
        pair = Pair(
            file.old_path,
            file.path,
            (_index(artifacts, file.old_path, file), _index(artifacts, file.path, file)),
        )
        results.append(result(pair, found, checked.settings.level, RULES, seen))
    properties = {
        "same": checked.same,
        "level": checked.settings.level,
        "assumptions": list(checked.assumptions),
        "summary": summary(checked),
    }
    return log(RULES, results, list(artifacts.values()), (), properties, version)


def _index(artifacts: dict[str, dict[str, Any]], path: str, file: FileVerdict) -> int:
    """Where a file stands among the artifacts, to which it is added."""
    if path not in artifacts:
        language = file.logic.language if file.logic else None
        artifacts[path] = {"location": place(path), **({"sourceLanguage": language} if language else {})}
    return list(artifacts).index(path)
