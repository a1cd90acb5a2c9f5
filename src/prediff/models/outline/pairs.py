"""What changed in one statement, in words: each of its fields that differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from prediff.model import ChangeKind
from prediff.models.outline.clauses import Clause as Said
from prediff.models.outline.clauses import clauses
from prediff.models.outline.focus import (
    count_differences,
    focus,
    only_in,
    other_items,
    same,
    same_value,
    told_apart,
)
from prediff.models.outline.numbered import Row
from prediff.models.outline.phrases import cut, dotted, plain
from prediff.models.outline.sentences import Teller, listed
from prediff.tree import (
    CHILD_FIELDS,
    VALUE_FIELDS,
    Alias,
    Assert,
    Assign,
    AugAssign,
    Block,
    Call,
    Class,
    Clause,
    Declare,
    Delete,
    DoWhile,
    ExprStmt,
    For,
    ForEach,
    Function,
    Handler,
    If,
    Import,
    ImportFrom,
    Jump,
    Match,
    Name,
    Node,
    Opaque,
    Param,
    Raise,
    Return,
    Scope,
    Statement,
    Try,
    Tuple,
    While,
    With,
    WithItem,
    Yield,
    YieldFrom,
    first_difference,
    tree_hash,
    trees_equal,
    update,
)

Found: TypeAlias = tuple[ChangeKind, str]

WIDTH = 36
WIDE = 56
"""Of each of two parts that are set against each other: as a rule, and where the other one leaves room."""

_KINDS: dict[type[Node], ChangeKind] = {
    If: "condition", Assert: "condition", Match: "condition", Clause: "condition",
    Return: "return", While: "loop", DoWhile: "loop", For: "loop", ForEach: "loop", Jump: "loop",
    Raise: "exception", Try: "exception", Handler: "exception",
    Assign: "state", AugAssign: "state", Declare: "state", Delete: "state", Scope: "state",
}  # fmt: skip

# Of a field: what is said of two whole parts, and of what differs in them.
_TEMPLATES: dict[tuple[type[Node], str], tuple[str, str]] = {
    (If, "test"): ("condition {a} became {b}", "in the condition: {c}"),
    (While, "test"): ("loops while {b} instead of {a}", "in the condition of the loop: {c}"),
    (DoWhile, "test"): ("loops while {b} instead of {a}", "in the condition of the loop: {c}"),
    (For, "init"): ("loop starts with {b} instead of {a}", "at the start of the loop: {c}"),
    (For, "test"): ("loops while {b} instead of {a}", "in the condition of the loop: {c}"),
    (For, "update"): ("loop goes on by {b} instead of {a}", "in the step of the loop: {c}"),
    (ForEach, "iterable"): ("loops over {b} instead of {a}", "in what it loops over: {c}"),
    (ForEach, "target"): ("loops with {b} instead of {a}", "in the loop: {c}"),
    (Return, "value"): ("returns {b} instead of {a}", "in what it returns: {c}"),
    (Raise, "value"): ("raises {b} instead of {a}", "in what it raises: {c}"),
    (Raise, "cause"): ("raises it from {b} instead of {a}", "in the cause of what it raises: {c}"),
    (Assert, "test"): ("asserts {b} instead of {a}", "in what it asserts: {c}"),
    (Assert, "message"): ("asserts with {b} instead of {a}", "in what it says: {c}"),
    (Handler, "type"): ("catches {b} instead of {a}", "in what it catches: {c}"),
    (Handler, "target"): ("what it catches is {b} instead of {a}", "in what it catches: {c}"),
    (WithItem, "context"): ("with {b} instead of {a}", "in what it is with: {c}"),
    (WithItem, "target"): ("with it as {b} instead of {a}", "in what it is with: {c}"),
    (Match, "subject"): ("decides by {b} instead of {a}", "in what it decides by: {c}"),
    (Clause, "pattern"): ("case {a} became {b}", "in a case: {c}"),
    (Clause, "guard"): ("condition {a} of a case became {b}", "in the condition of a case: {c}"),
    (Function, "returns"): ("result is annotated {b} instead of {a}", "in the annotation: {c}"),
    (Assign, "targets"): ("sets {b} instead of {a}", "in what it sets: {c}"),
    (AugAssign, "target"): ("updates {b} instead of {a}", "in what it updates: {c}"),
    (Declare, "target"): ("declares {b} instead of {a}", "in what it declares: {c}"),
    (Declare, "annotation"): ("annotation {a} became {b}", "in the annotation: {c}"),
}
_ITEMS = {
    (Class, "bases"): "extends", (Delete, "targets"): "deletes", (Import, "names"): "imports",
    (ImportFrom, "names"): "imports", (Scope, "names"): "declares", (Function, "type_params"): "takes type parameter",
    (Class, "type_params"): "takes type parameter", (With, "items"): "uses",
}  # fmt: skip


def kind_of(node: Node, part: str = "") -> ChangeKind:
    """What kind of change one of a statement is."""
    if part:
        return (
            "exception"
            if part == "final" or (part == "orelse" and isinstance(node, Try))
            else (
                "other"
                if part == "decorators"
                else "loop"
                if isinstance(node, (For, ForEach, While))
                else "condition"
            )
        )
    if isinstance(node, ExprStmt):
        value = node.value
        return "return" if isinstance(value, (Yield, YieldFrom)) else "call"
    return _KINDS.get(node.__class__, "other")


class Pairs:
    """Says what differs between two rows of a class."""

    def __init__(self, teller: Teller) -> None:
        self.teller = teller
        self.words = teller.phrases.words
        self._special: dict[tuple[type[Node], str], Callable[[Any, Any], Iterator[Found]]] = {
            (Function, "params"): self._params,
            (Handler, "type"): self._caught,
            (ExprStmt, "value"): self._expression,
            (Assign, "value"): self._value,
            (Declare, "value"): self._value,
            (AugAssign, "value"): self._value,
        }

    def short(self, node: Node, width: int) -> str:
        """A statement in few words."""
        if isinstance(node, Handler):
            return f"catches {self.words(node.type, width - 8) if node.type is not None else 'any error'}"
        if isinstance(node, Clause):
            return (
                f"case {self.words(node.pattern, width - 5)}" if node.pattern is not None else "default case"
            )
        if not isinstance(node, Statement) or isinstance(node, Block):
            return self.words(node, width)
        said = clauses((bare(node),), exact=True)
        if said and said[0].head and not said[0].inner:
            first = said[0]
            said = [Said(1, first.verb or "decides", first.rest if first.verb else first.head)]
        return self.teller.line(said, width) if said else cut(self.words(node, width), width)

    def said(self, one: Row, two: Row) -> list[Found]:
        """What changed in a row, an entry for each field of it that differs."""
        if one.part == "decorators":
            templates = "decorated with {b} instead of {a}", "in a decorator: {c}"
            return [("other", self._against(one.node, two.node, *templates))]
        return list(self._fields(one.node, two.node)) or [
            (kind_of(one.node, one.part), f"{self.short(one.node, 40)} changed in a detail")
        ]

    def _fields(self, left: Any, right: Any) -> Iterator[Found]:
        inner_left, inner_right = _inner(left), _inner(right)
        if (
            inner_left is not left
            and inner_right is not right
            and inner_left.__class__ is inner_right.__class__
        ):
            if left.children[:-1] != right.children[:-1]:
                yield "other", "is exported or decorated in another way"
            yield from self._fields(inner_left, inner_right)
            return
        cls, kind = left.__class__, kind_of(left)
        for name in VALUE_FIELDS[cls]:
            a, b = getattr(left, name), getattr(right, name)
            if not same_value(a, b):
                yield kind, self._value_field(left, right, name)
        for name in CHILD_FIELDS[cls]:
            a, b = getattr(left, name), getattr(right, name)
            if a.__class__ is Block or b.__class__ is Block or name in ("handlers", "clauses", "decorators"):
                continue
            if same(a, b):
                continue
            if (cls, name) in self._special:
                yield from self._special[cls, name](left, right)
            elif (cls, name) in _ITEMS:
                for text in self._items(a, b, _ITEMS[cls, name]):
                    yield kind, text
            else:
                whole, part = _TEMPLATES.get((cls, name), ("{a} became {b}", "{c}"))
                yield kind, self._against(_one(a), _one(b), whole, part)

    # --- values ------------------------------------------------------------------------------------------------

    def _value_field(self, left: Any, right: Any, name: str) -> str:
        a, b = getattr(left, name), getattr(right, name)
        if isinstance(left, AugAssign):
            return f"{self.words(left.target, 30)} is updated by {b} instead of {a}"
        if isinstance(left, (Function, Class)) and name == "name":
            return f"is called {plain(b)} instead of {plain(a)}"
        if isinstance(left, Function):
            return f"is {_mode(b)} instead of {_mode(a)}"
        if isinstance(left, Jump):
            return f"{b or 'no label'} instead of {a or 'no label'}"
        if isinstance(left, Declare):
            return (
                f"{self.words(left.target, 30)} is declared by {b or 'nothing'} instead of {a or 'nothing'}"
            )
        if isinstance(left, ImportFrom):
            return f"imports from {plain(b)} instead of {plain(a)}"
        if isinstance(left, With):
            return "with is async" if b else "with is no longer async"
        if isinstance(left, ForEach):
            return f"loop goes by {b} instead of {a}"
        if isinstance(left, Scope):
            return f"{b} instead of {a}"
        return cut(f"{name} {plain(str(a))[:36]} became {plain(str(b))[:36]}", 90)

    # --- expressions -------------------------------------------------------------------------------------------

    def _against(self, left: Node | None, right: Node | None, whole: str, part: str) -> str:
        """Two parts in a sentence: `whole` has both where they fit, else `part` what tells them apart."""
        if left is None or right is None:
            words = [self.words(n, WIDTH) if n is not None else "nothing" for n in (left, right)]
            return whole.format(a=words[0], b=words[1])
        one, two = left, right
        for one, two in focus(left, right):
            if (told := self._tells(one, two)) is not None:
                a, b = told
                return whole.format(a=a, b=b) if one is left else part.format(c=f"{a} became {b}")
        return part.format(c=self._apart(one, two))

    def _apart(self, left: Node, right: Node) -> str:
        """What tells two parts apart that do not fit: items of a list, or the first place."""
        if (items := other_items(left, right)) is not None:
            gone, come = [listed([self._item(n) for n in nodes], WIDTH) for nodes in items]
            return (
                f"{come} instead of {gone}"
                if all(items)
                else f"also {come}"
                if items[1]
                else f"{gone} is gone"
            )
        one, two = first_difference(left, right) or (left, right)
        a, b = self.words(one, WIDTH), self.words(two, WIDTH)
        if a == b:
            wide = self.words(one, WIDE), self.words(two, WIDE)
            if wide[0] != wide[1]:
                return f"now {wide[1]}"
            a, b = told_apart(one, two) or (a, f"another {b}")
        return f"{a} became {b}" + (", and more of it" if count_differences(left, right) > 1 else "")

    def _tells(self, left: Node, right: Node) -> tuple[str, str] | None:
        """Both in words, where they fit whole and look different."""
        fits = self.teller.phrases.fits
        if not (fits(left, WIDE) and fits(right, WIDE)):
            return None
        a, b = self.words(left, WIDE), self.words(right, WIDE)
        return (a, b) if a != b and len(a) + len(b) <= 2 * WIDTH else None

    def _value(self, left: Any, right: Any) -> Iterator[Found]:
        """The value of an assignment."""
        target = left.targets[0] if isinstance(left, Assign) else left.target
        name = _braced(self.words(target, 20))
        if isinstance(left, AugAssign):
            whole = f"updates {name} by {{b}} instead of {{a}}"
        else:
            whole = f"sets {name} to {{b}} instead of {{a}}"
        yield "state", self._against(left.value, right.value, whole, f"in {name}: {{c}}")

    def _expression(self, left: Any, right: Any) -> Iterator[Found]:
        one, two = left.value, right.value
        kind = kind_of(left)
        if isinstance(one, (Yield, YieldFrom)) and one.__class__ is two.__class__:
            templates = "yields {b} instead of {a}", "in what it yields: {c}"
            yield kind, self._against(one.value, two.value, *templates)
            return
        if isinstance(one, Call) and isinstance(two, Call):
            name = dotted(one.func)
            same = name and name == dotted(two.func)
            part = f"in the call of {_braced(cut(plain(name), 24))}: {{c}}" if same else "in a call: {c}"
            yield "call", self._against(one, two, "calls {b} instead of {a}", part)
            return
        yield kind, self._against(one, two, "{a} became {b}", "{c}")

    # --- items -------------------------------------------------------------------------------------------------

    def _items(self, left: Sequence[Node], right: Sequence[Node], verb: str) -> Iterator[str]:
        """What came and what is gone of a list; that its order changed, where nothing did."""
        gone, come = only_in(left, right), only_in(right, left)
        if len(gone) == len(come) == 1:
            if isinstance(gone[0], WithItem) and isinstance(come[0], WithItem):
                yield from [text for _, text in self._fields(gone[0], come[0])]
                return
            yield self._against(
                _shown(gone[0]),
                _shown(come[0]),
                f"{verb} {{b}} instead of {{a}}",
                f"in what it {verb}: {{c}}",
            )
            return
        if come:
            yield f"also {verb} {listed([self._item(n) for n in come], 70)}"
        if gone:
            yield f"no longer {verb} {listed([self._item(n) for n in gone], 70)}"
        if not come and not gone:
            yield f"{verb} {listed([self._item(n) for n in right], 50)} in another order"

    def _item(self, node: Node) -> str:
        if isinstance(node, Alias):
            return plain(f"{node.name} as {node.asname}" if node.asname else node.name)
        return self.words(_shown(node), 30)

    def _caught(self, left: Any, right: Any) -> Iterator[Found]:
        """The types of a handler, which may be a tuple of them."""
        one, two = left.type, right.type
        if isinstance(one, Tuple) or isinstance(two, Tuple):
            lists = [n.items if isinstance(n, Tuple) else () if n is None else (n,) for n in (one, two)]
            for text in self._items(lists[0], lists[1], "catches"):
                yield "exception", text
            return
        if one is None or two is None:
            a, b = (self.words(n, WIDTH) if n is not None else "any error" for n in (one, two))
            yield "exception", f"catches {b} instead of {a}"
            return
        whole, part = _TEMPLATES[Handler, "type"]
        yield "exception", self._against(one, two, whole, part)

    def _params(self, left: Any, right: Any) -> Iterator[Found]:
        """Parameters by their names."""
        one, two = ({_named(p): p for p in n.params} for n in (left, right))
        if len(one) < len(left.params) or len(two) < len(right.params):
            yield "other", "its parameters changed"
            return
        gone, come = [n for n in one if n not in two], [n for n in two if n not in one]
        if len(gone) == len(come) == 1 and [*one].index(gone[0]) == [*two].index(come[0]):
            old, new = one[gone[0]], two[come[0]]
            yield "other", f"parameter {self.words(new, WIDTH)} instead of {self.words(old, WIDTH)}"
        else:
            if come:
                yield "other", f"also takes {listed([self.words(two[n], 30) for n in come], 70)}"
            if gone:
                yield "other", f"no longer takes {listed([self.words(one[n], 30) for n in gone], 70)}"
        common = [n for n in one if n in two]
        if common != [n for n in two if n in one]:
            yield "other", "its parameters have another order"
        for name in common:
            if not trees_equal(one[name], two[name]):
                yield "other", self._param(one[name], two[name])

    def _param(self, old: Param, new: Param) -> str:
        name = self.words(old.target, 24)
        if old.kind == new.kind and same(old.annotation, new.annotation):
            if new.default is None:
                return f"parameter {name} has no default any more"
            if old.default is None:
                return f"parameter {name} has the default {self.words(new.default, 40)}"
            return self._against(
                old.default,
                new.default,
                f"default of {_braced(name)} is {{b}} instead of {{a}}",
                f"in the default of {_braced(name)}: {{c}}",
            )
        if old.kind != new.kind:
            kinds = [p.kind.replace("_", " ") for p in (old, new)]
            text = f"parameter {name} is {kinds[1]} instead of {kinds[0]}"
            rest = not (same(old.annotation, new.annotation) and same(old.default, new.default))
            return f"{text}, and its default or annotation changed" if rest else text
        return f"parameter {self.words(new, WIDTH)} instead of {self.words(old, WIDTH)}"


def _braced(text: str) -> str:
    """A part of the code as it stands in a sentence that has places in braces."""
    return text.replace("{", "{{").replace("}", "}}")


def bare(node: Any) -> Node:
    """A statement with its blocks emptied."""
    changes: dict[str, Any] = {}
    for name in CHILD_FIELDS[node.__class__]:
        value = getattr(node, name)
        if isinstance(value, Block):
            changes[name] = Block(()) if name not in ("orelse", "final") else None
        elif name in ("handlers", "clauses") and isinstance(node, (Try, Match)):
            changes[name] = ()
    return update(node, **changes) if changes else node  # type: ignore[no-any-return]


def _inner(node: Any) -> Any:
    """What an export or a decorated statement holds."""
    if isinstance(node, Opaque) and node.kind in ("export", "decorated", "member") and node.children:
        last = node.children[-1]
        return last if isinstance(last, Statement) else node
    return node


def _one(value: Any) -> Node | None:
    """The value of a field as one node."""
    if value.__class__ is not tuple:
        return value  # type: ignore[no-any-return]
    items = tuple([Name(v) if isinstance(v, str) else _shown(v) for v in value])
    return items[0] if len(items) == 1 else Tuple(items) if items else None


def _shown(node: Node) -> Node:
    """What stands for a part that no language prints by itself."""
    if isinstance(node, WithItem):
        return node.context
    if isinstance(node, Alias):
        return Name(f"{node.name} as {node.asname}" if node.asname else node.name)
    return node


def _mode(modifiers: Any) -> str:
    return " ".join(modifiers) if isinstance(modifiers, tuple) and modifiers else "plain"


def _named(param: Any) -> str:
    target = param.target
    return target.id if isinstance(target, Name) else tree_hash(target).hex()
