"""Jujutsu: what to write into its configuration, shown only. From its documentation; not tried."""

from __future__ import annotations

import json

from prediff.setup.command import words
from prediff.setup.target import Choices, Plan, Target


def plan(choices: Choices) -> Plan:
    program, *rest = words()
    arguments = json.dumps([*rest, "diff", "$left", "$right"])
    shown = f"""\
# in the file that `jj config path --user` names
[merge-tools.prediff]
program = {json.dumps(program)}
diff-args = {arguments}
diff-invocation-mode = "file-by-file"
diff-expected-exit-codes = [0, 1]
"""
    notes = ("untried: from the documentation of Jujutsu", "then: jj diff --tool prediff")
    return Plan((), notes, shown)


TARGET = Target(name="jj", summary="shows what to write (untried)", scopes=(), plan=plan, program="jj")
