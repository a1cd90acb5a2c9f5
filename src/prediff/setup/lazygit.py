"""lazygit: what to write into its configuration, shown only. From its documentation; not tried."""

from __future__ import annotations

import json

from prediff.setup.command import command
from prediff.setup.target import Choices, Plan, Target


def plan(choices: Choices) -> Plan:
    shown = f"""\
# in the file config.yml in the folder that `lazygit --print-config-dir` names
git:
  pagers:
    - externalDiffCommand: {json.dumps(command("external-diff", "--"))}
"""
    return Plan((), ("untried: from the documentation of lazygit",), shown)


TARGET = Target(
    name="lazygit", summary="shows what to write (untried)", scopes=(), plan=plan, program="lazygit"
)
