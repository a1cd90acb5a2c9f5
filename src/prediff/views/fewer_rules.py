"""The normal forms of a pair under the rules that leave each statement where it stands.

What a change does to one statement can decide how a rule writes the statements around it: a local is inlined on one
side alone, a guard becomes a branch. Such trees have more differences than the sources. Under fewer rules they may have
less, and a view that was made from them is verified like any other.
"""

from __future__ import annotations

from functools import cache

from prediff.align import Alignment, align, byte_equal_units
from prediff.languages import get_language
from prediff.languages.language import Traits
from prediff.normalizer import normalize
from prediff.reconcile import Reconciled, reconcile
from prediff.rules import RULES
from prediff.rules.rule import Rule
from prediff.transport.script import Script
from prediff.tree import Block, Lambda, Statement, walk

_ONE_STATEMENT = frozenset({
    "type-checking-block", "docstring", "bare-string", "idle-statement", "idle-arm", "one-import-a-statement",
    "effectless-import-order", "import-order", "unread-import", "object-base", "future-import", "os-error", "lru-cache",
    "class-statement", "map-lambda", "tuple-to-iterate", "constant-condition", "compound-assignment", "return-none",
    "dict-keys", "unread-index", "exception-tuple",
})  # fmt: skip
"""The rules on statements and blocks that neither merge nor move any, imports aside."""


@cache
def fewer_rules() -> tuple[Rule, ...]:
    """The rules on expressions, and those that change a statement at its place."""
    return tuple([rule for rule in RULES if rule.id in _ONE_STATEMENT or not _is_on_statements(rule)])


def _is_on_statements(rule: Rule) -> bool:
    return any(issubclass(cls, (Statement, Block, Lambda)) for cls in rule.on)


def less_normal(alignment: Alignment, traits: Traits, allowed: frozenset[str]) -> Reconciled:
    """Both files of an alignment under fewer rules, reconciled."""
    left, right = alignment.left.parsed, alignment.right.parsed
    language = get_language(left.source.language or "")
    done = byte_equal_units(left, right)
    sides = [
        normalize(file, language, fewer_rules(), allowed, d)
        for file, d in zip((left, right), done, strict=True)
    ]
    return reconcile(align(sides[0], sides[1], traits), traits, allowed, follow=False)


def is_restructured(script: Script) -> bool:
    """Whether statements that rules merged or moved stand among what a script shows as changed."""
    for entry in script.entries:
        own = entry.kind not in ("keep", "descend") or entry.header
        sides = [side for side in (entry.left, entry.right) if side is not None]
        nodes = sides if entry.kind == "descend" else [n for side in sides for n in walk(side)]
        if own and any(isinstance(n, Statement) and n.restructured for n in nodes):
            return True
        if any(map(is_restructured, entry.scripts)):
            return True
    return False
