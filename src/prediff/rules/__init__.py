"""The rules, in the order in which they are asked, and the rewrites that were rejected."""

from prediff.rules import (
    annotations,
    bindings,
    branches,
    docs,
    functions,
    imports,
    literals,
    loops,
    operators,
    spelling,
    strings,
)
from prediff.rules.rejected import REJECTED
from prediff.rules.rule import NOTHING, Example, Rejected, Rule

__all__ = ["NOTHING", "REJECTED", "RULES", "Example", "Rejected", "Rule"]

RULES: tuple[Rule, ...] = (
    *annotations.RULES,
    *docs.RULES,
    *imports.RULES,
    *literals.RULES,
    *spelling.RULES,
    *strings.RULES,
    *operators.RULES,
    *branches.RULES,
    *bindings.RULES,
    *loops.RULES,
    *functions.RULES,
)
