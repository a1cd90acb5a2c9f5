"""Rules of the family strings: endings and beginnings that are cut off where they are there."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.conditions import is_fixed
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    Attribute,
    Call,
    If,
    Index,
    Literal,
    Name,
    Node,
    Slice,
    Ternary,
    Unary,
)

ASSUMED = frozenset({"source-unread", "current-language", "builtin-operators"})
METHODS = {"endswith": "removesuffix", "startswith": "removeprefix"}


def _cut(node: If | Ternary, facts: Facts) -> Node | None:
    tested = _affix(node.test)
    if tested is None:
        return None
    name, method, affix = tested
    cut = Call(Attribute(name, METHODS[method]), (affix,))
    if isinstance(node, Ternary):
        return cut if node.orelse == name and _is_cut(node.then, name, method, affix) else None
    if node.orelse is not None or len(node.then.body) != 1 or not _is_bound_here(facts):
        return None
    only = node.then.body[0]
    if (
        not isinstance(only, Assign)
        or only.targets != (name,)
        or not _is_cut(only.value, name, method, affix)
    ):
        return None
    return Assign((name,), cut)


def _is_bound_here(facts: Facts) -> bool:
    """Whether a name that is read is bound in the same scope: that of a class may read a name from outside."""
    return not facts.enclosing or facts.function is not None


def _affix(test: Node) -> tuple[Name, str, Literal] | None:
    """The name, method and text of `name.endswith("text")`."""
    if not isinstance(test, Call) or len(test.args) != 1 or not isinstance(test.func, Attribute):
        return None
    name, affix = test.func.value, test.args[0]
    if not isinstance(name, Name) or test.func.name not in METHODS or test.optional:
        return None
    if not isinstance(affix, Literal) or affix.kind != "str" or not affix.value:
        return None
    return name, test.func.name, affix


def _is_cut(node: Node, name: Name, method: str, affix: Literal) -> bool:
    """Whether a node is `name` without as many characters at its end (or beginning) as `affix` has."""
    if not isinstance(node, Index) or node.value != name or not isinstance(node.index, Slice):
        return False
    kept, length = node.index, len(affix.value)
    if kept.step is not None or not all(n is None or is_fixed(n) for n in (kept.lower, kept.upper)):
        return False
    if method == "startswith":
        return kept.upper is None and kept.lower == Literal("int", length)
    return kept.lower is None and kept.upper == Unary("-", Literal("int", length))


RULES: tuple[Rule, ...] = (
    Rule(
        id="remove-affix",
        family="strings",
        summary='Write `s = s.removesuffix("ab")` for `if s.endswith("ab"): s = s[:-2]`, and so for prefixes.',
        languages={"python": ASSUMED},
        on=(If, Ternary),
        rewrite=_cut,
        why="PEP 616 defines them so for str, which the text shows s to be: bytes have no str suffix. The text must"
        " be written out, as many characters long as are cut off, and not empty (`s[:-0]` is empty). For other"
        " classes these methods may differ, or not be there.",
        examples=(
            Example(
                "suffix",
                'def f(s):\n    if s.endswith("ab"):\n        s = s[:-2]\n    g(s)',
                'def f(s):\n    s = s.removesuffix("ab")\n    g(s)',
            ),
            Example("prefix", 'x = s[3:] if s.startswith("abc") else s', 'x = s.removeprefix("abc")'),
        ),
        leaves_alone=(
            'x = s[:-3] if s.endswith("ab") else s',
            'x = s[:-2] if s.endswith("ab") else t',
            'x = s[:-0] if s.endswith("") else s',
            "x = s[:-len(t)] if s.endswith(t) else s",
            'x = s[:-2] if s.startswith("ab") else s',
            'x = s[:-2] if s.endswith(("ab", "c")) else s',
            'if s.endswith("ab"):\n    s = s[:-2]\nelse:\n    f()',
            'if s.endswith("ab"):\n    t = s[:-2]',
            'x = a.b[:-2] if a.b.endswith("ab") else a.b',
            's = f()\nclass C:\n    if s.endswith("ab"):\n        s = s[:-2]',
        ),
        words=frozenset(METHODS),
    ),
)
