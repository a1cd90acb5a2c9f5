"""What kind of value a name or an expression of a Python function has, from literals, constructors and annotations.

A kind is "int" (exactly an int), "bool", "integer" (an int, a bool, or another int by its annotation), "str", or ""
where nothing is known. A local has a kind if each of its bindings gives that kind, whichever ran last; that it is bound
at all where it is read is not asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import field, replace

from prediff.facts import Facts, reads_locals
from prediff.facts.scopes import names_of_target
from prediff.facts.uses import Uses, comprehended, enumerations, uses_of
from prediff.facts.values import INT_CALLS, is_text
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    AssignExpr,
    Binary,
    Call,
    Compare,
    Comprehension,
    ForEach,
    Function,
    Keyword,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Param,
    Scope,
    Star,
    Ternary,
    Tuple,
    Unary,
    walk,
)

NEVER = "never"
"""The kind of what was not evaluated yet, while kinds are found: it gives way to any other."""
INTEGERS = frozenset({"int", "bool", "integer"})
ARITHMETIC = frozenset({"+", "-", "*", "//", "%", "<<", ">>"})
"""Operators that give exactly an int for ints and bools, if they do not raise."""
BITWISE = frozenset({"&", "|", "^"})
MAX_ROUNDS = 12
TRUE_ANNOTATIONS = ("annotations-true", "builtin-operators")
"""What an annotation's kind rests on: the value may be of a subclass, which must obey the laws of its base."""


@dataclass(frozen=True, slots=True)
class Kinds:
    """The kinds of a function's own names.

    proved: known from the code alone. believed: known if annotations are true, too. settled: names that nothing but
    the function's own statements can bind, so that evaluating an expression does not change what they stand for.
    bound: the names that are bound for certain (see `bound_around`). deferred: the code asked about may run later than
    what stands around it (a generator expression).
    """

    proved: Mapping[str, str] = field(default_factory=dict)
    believed: Mapping[str, str] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    deferred: bool = False

    def of(self, name: str, facts: Facts) -> str:
        """The kind of a name; assumptions that it rests on are noted."""
        known = self.proved.get(name, "")
        if not known and self.believed.get(name) and all(a in facts.granted for a in TRUE_ANNOTATIONS):
            known = self.believed[name]
            for assumption in TRUE_ANNOTATIONS:
                facts.assume(assumption)
        return known

    def within(self, node: Comprehension, facts: Facts) -> Kinds:
        """The kinds inside of a comprehension, which binds names of its own."""
        own: Counter[str] = Counter(name for c in node.clauses for name in names_of_target(c.target))
        proved = {name: kind for name, kind in self.proved.items() if name not in own}
        believed = {name: kind for name, kind in self.believed.items() if name not in own}
        for clause in node.clauses:
            target = clause.target
            if (
                isinstance(target, Name)
                and own[target.id] == 1
                and facts.is_call_of(clause.iterable, "range")
            ):
                proved[target.id] = "int"
        return replace(
            self,
            proved=proved,
            believed=believed,
            settled=self.settled | own.keys(),
            bound=(self.bound - own.keys()) | _bound_first(node),
            deferred=self.deferred or node.kind == "generator",
        )


def _bound_first(node: Comprehension) -> set[str]:
    """Those names of a comprehension's own that nothing in it reads before they are bound."""
    found: set[str] = set()
    before: set[str] = set()
    for clause in node.clauses:
        if found:
            before |= {n.id for n in walk(clause.iterable) if isinstance(n, Name)}
        found |= set(names_of_target(clause.target)) - before
        before |= {n.id for c in clause.conditions for n in walk(c) if isinstance(n, Name)}
    return found


NOTHING_KNOWN = Kinds()


def kinds_of(function: Function | Lambda, facts: Facts) -> Kinds:
    """The kinds of the names that a function binds; `facts` stands inside of it."""
    known = facts.memo.get((Kinds, id(function)))
    if known is None:
        known = facts.memo[Kinds, id(function)] = function, _kinds_of(function, facts)
    found = known[1]
    assert isinstance(found, Kinds)
    return found


def kind_here(node: Name, facts: Facts) -> str:
    """The kind of a name that is read at the node that a rule is asked about."""
    function = facts.function
    if function is None or node.id in comprehended(function, facts):
        return ""
    return kinds_of(function, facts).of(node.id, facts)


def kind_within(node: Node, function: Function | Lambda, facts: Facts) -> str:
    """The kind of an expression in a function; `facts` stands outside of it, at the function itself."""
    facts.enter(function)
    try:
        return kind_of(node, kinds_of(function, facts), facts)
    finally:
        facts.leave()


def _kinds_of(function: Function | Lambda, facts: Facts) -> Kinds:
    if not facts.traits.locals_readers.isdisjoint(facts.module.words) and reads_locals(
        function, facts.traits
    ):
        return NOTHING_KNOWN
    uses = uses_of(function, facts)
    python = facts.language == "python"
    if uses.dynamic or (not python and "arguments" in uses.mentions):  # `arguments[0] = …` binds a parameter
        return NOTHING_KNOWN
    sent = {name.id for n in walk(function) if isinstance(n, Scope) for name in n.names}
    settled = frozenset(
        name
        for name, use in uses.names.items()
        if use.owned and name not in sent and (python or not use.captured)
    )
    if not python:
        return Kinds(settled=settled)
    values = _values(function, uses, settled, facts)
    given = _annotated(function, uses, settled, facts)
    believing = values | {name: bindings for name, (_, bindings) in given.items()}
    annotated = {name: kind for name, (kind, _) in given.items()}
    return Kinds(_fixpoint(values, {}, facts), _fixpoint(believing, annotated, facts), settled)


def _values(
    function: Function | Lambda, uses: Uses, settled: frozenset[str], facts: Facts
) -> dict[str, list[Node]]:
    """What each binding of a name gives, for the names of which all bindings are known."""
    counted = enumerations(function, facts)
    found = {}
    for name in settled:
        use = uses.names[name]
        values = [v for v in use.values if v is not None]
        if len(use.values) - len(values) == counted[name]:
            found[name] = values + [_SOME_INT] * counted[name]
    return {name: values for name, values in found.items() if values}


_SOME_INT = Literal("int", 0)


def _annotated(
    function: Function | Lambda, uses: Uses, settled: frozenset[str], facts: Facts
) -> dict[str, tuple[str, list[Node]]]:
    """The kind that an annotation gives to a parameter, and its other bindings, where all of those are known."""
    found: dict[str, tuple[str, list[Node]]] = {}
    for p in function.params:
        kind = _believed_kind(p, facts)
        if not kind or not isinstance(p.target, Name) or p.target.id not in settled:
            continue
        values = uses.names[p.target.id].values
        known = [v for v in values if v is not None]
        if len(values) - len(known) == 1:
            found[p.target.id] = kind, known
    return found


def _believed_kind(param: Param, facts: Facts) -> str:
    """The kind of a parameter annotated by int, bool or str whose default, if there is one, is of that kind, too."""
    annotation = param.annotation
    if param.kind.startswith("var_") or not facts.is_builtin(annotation, "int", "bool", "str"):
        return ""
    assert isinstance(annotation, Name)
    kind = "integer" if annotation.id == "int" else annotation.id
    default = param.default.operand if isinstance(param.default, Unary) else param.default
    if default is None or (isinstance(default, Literal) and default.kind == annotation.id):
        return kind
    return ""


def _fixpoint(values: Mapping[str, list[Node]], given: Mapping[str, str], facts: Facts) -> dict[str, str]:
    """The kinds of names, each the join of what its bindings give; found from below, so that cycles are no trouble."""
    found = dict.fromkeys(values, NEVER)
    for _ in range(MAX_ROUNDS):
        kinds = Kinds(found)
        new = {}
        for name, bindings in values.items():
            start = [given[name]] if name in given else []
            new[name] = _joined(start + [_bound_kind(v, kinds, facts) for v in bindings])
        if new == found:
            return {name: k for name, k in found.items() if k not in ("", NEVER)}
        found = new
    return {}


def _bound_kind(value: Node, kinds: Kinds, facts: Facts) -> str:
    """The kind that a binding gives; a `ForEach` stands for the items of its iterable."""
    if not isinstance(value, ForEach):
        return kind_of(value, kinds, facts)
    if value.kind != "in":
        return ""
    if facts.is_call_of(value.iterable, "range"):
        return "int"
    if isinstance(value.iterable, (Tuple, List)):
        return _joined([kind_of(item, kinds, facts) for item in value.iterable.items])
    return ""


def _joined(kinds: list[str]) -> str:
    """The kind that covers some kinds, "" if there is none."""
    found = set(kinds) - {NEVER}
    if not found:
        return NEVER if kinds else ""
    if len(found) == 1:
        return found.pop()
    return "integer" if found <= INTEGERS else ""


def kind_of(node: Node, kinds: Kinds, facts: Facts) -> str:
    """The kind of an expression's value, if it gives one; only for Python."""
    if isinstance(node, Name):
        return kinds.of(node.id, facts)
    if isinstance(node, Literal):
        return node.kind if node.kind in ("int", "bool", "str") else ""
    if isinstance(node, Not):
        return "bool"
    if isinstance(node, Compare):
        return _comparison_kind(node, kinds, facts)
    if isinstance(node, Binary):
        return _binary_kind(node, kinds, facts)
    if isinstance(node, Unary):
        inner = kind_of(node.operand, kinds, facts)
        if inner == NEVER or (inner == "integer" and node.op == "~"):  # an enum of flags gives one of its own
            return inner
        return "int" if inner in INTEGERS and node.op in ("-", "+", "~") else ""
    if isinstance(node, Logical) and node.op in ("and", "or"):
        return _joined([kind_of(v, kinds, facts) for v in node.values])
    if isinstance(node, Ternary):
        return _joined([kind_of(v, kinds, facts) for v in (node.then, node.orelse)])
    if isinstance(node, AssignExpr):
        return kind_of(node.value, kinds, facts) if node.op == ":=" else ""
    if isinstance(node, Call):
        return _call_kind(node, kinds, facts)
    return "str" if is_text(node) else ""


def _comparison_kind(node: Compare, kinds: Kinds, facts: Facts) -> str:
    """A comparison gives a bool by its operator, or for operands of kinds that are known to be comparable."""
    before = node.left
    for op, after in zip(node.ops, node.rights, strict=True):
        if op not in ("is", "is not", "in", "not in") and not comparable(before, after, kinds, facts):
            return ""
        before = after
    return "bool"


def comparable(left: Node, right: Node, kinds: Kinds, facts: Facts) -> bool:
    """Whether two operands are both ints, or both strs: comparing them in any way cannot raise."""
    one = kind_of(left, kinds, facts)
    if one not in INTEGERS and one not in ("str", NEVER):
        return False
    two = kind_of(right, kinds, facts)
    if NEVER in (one, two):
        return True
    return two in INTEGERS if one in INTEGERS else two == "str"


def _binary_kind(node: Binary, kinds: Kinds, facts: Facts) -> str:
    if node.op not in ARITHMETIC and node.op not in BITWISE and node.op != "**":
        return ""
    left = kind_of(node.left, kinds, facts)
    if left == NEVER:
        return NEVER
    if left not in INTEGERS:
        return ""
    if node.op == "**":  # a negative exponent gives a float
        return "int" if is_small_exponent(node.right) else ""
    right = kind_of(node.right, kinds, facts)
    if right == NEVER:
        return NEVER
    if right not in INTEGERS:
        return ""
    if node.op in ARITHMETIC:
        return "int"
    if "integer" in (left, right):  # a flag gives one of its own for an int, too
        return "integer"
    return "bool" if left == right == "bool" else "int"


def is_small_exponent(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind == "int" and 0 <= node.value <= 4


def _call_kind(node: Call, kinds: Kinds, facts: Facts) -> str:
    if facts.is_call_of(node, *INT_CALLS):
        return "int"
    if facts.is_call_of(node, "isinstance", "issubclass", "callable", "hasattr", "bool", "any", "all"):
        return "bool"
    plain = not any(isinstance(a, (Star, Keyword)) for a in node.args)
    if plain and facts.is_call_of(node, "abs") and len(node.args) == 1:
        inner = kind_of(node.args[0], kinds, facts)
        return inner if inner == NEVER else "int" if inner in INTEGERS else ""
    if plain and facts.is_call_of(node, "min", "max") and len(node.args) > 1:
        joined = _joined([kind_of(a, kinds, facts) for a in node.args])
        return joined if joined in INTEGERS or joined == NEVER else ""
    return ""
