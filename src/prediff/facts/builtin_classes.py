"""Of which built-in classes the value of a Python expression may be: exactly of one of these, and of no subclass.

None is the answer where it may be of any other class. What objects make of themselves (`repr(x)`, `str(x)`, a field
of a template) may be of a subclass of str, so that only what the interpreter makes counts. A local is of the classes
that its bindings give, whichever of them ran last; that it is bound at all where it is read is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from string import Formatter
from typing import Any

from prediff.facts import Facts, reads_locals
from prediff.facts.uses import comprehended, enumerations, uses_of
from prediff.facts.values import INT_CALLS, PATHS, SLICED_PATHS, STR_METHODS
from prediff.lean_dataclasses import dataclass
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Binary,
    Block,
    Call,
    Compare,
    Comprehension,
    Dict,
    ForEach,
    Formatted,
    Function,
    If,
    Index,
    Interp,
    Keyword,
    Lambda,
    List,
    Literal,
    Logical,
    Name,
    Node,
    Not,
    Raise,
    Return,
    Scope,
    Set,
    Star,
    Ternary,
    Tuple,
    Unary,
    walk,
)

Classes = frozenset[str]
NOTHING: Classes = frozenset()
"""The classes of what was not evaluated yet, while those of locals are found."""
TEXT = frozenset({"str"})
INT = frozenset({"int"})
BOOL = frozenset({"bool"})
INTEGERS = INT | BOOL
NUMBERS = INTEGERS | {"float"}
SCALARS = NUMBERS | {"complex", "str", "bytes", "NoneType"}
"""Classes of values that nothing can change, and whose operators run no code of others."""
COLLECTIONS = frozenset({"list", "tuple", "set", "frozenset", "dict"})

_LITERALS = {"int": "int", "float": "float", "imaginary": "complex", "str": "str", "bytes": "bytes", "bool": "bool",
             "none": "NoneType"}  # fmt: skip
_CALLS = {
    "chr": "str", "hex": "str", "oct": "str", "bin": "str", "float": "float", "complex": "complex", "bool": "bool",
    "isinstance": "bool", "issubclass": "bool", "callable": "bool", "hasattr": "bool", "any": "bool", "all": "bool",
    "list": "list", "sorted": "list", "tuple": "tuple", "set": "set", "frozenset": "frozenset", "dict": "dict",
    "range": "range", "print": "NoneType",
    **dict.fromkeys(INT_CALLS, "int"),
}  # fmt: skip
_FUNCTIONS = {
    "os.getcwd": "str", "os.getpid": "int", "os.listdir": "list", "os.strerror": "str", "os.urandom": "bytes",
    "platform.machine": "str", "platform.node": "str", "platform.python_version": "str", "platform.release": "str",
    "platform.system": "str", "shlex.join": "str", "socket.gethostname": "str", "sys.getsizeof": "int",
    "threading.get_ident": "int", "time.asctime": "str", "time.ctime": "str", "time.monotonic": "float",
    "time.perf_counter": "float", "time.strftime": "str", "time.time": "float", "time.time_ns": "int",
    "traceback.format_exc": "str", "urllib.parse.urlencode": "str",
}  # fmt: skip
_VALUES = {
    "math.e": "float", "math.inf": "float", "math.nan": "float", "math.pi": "float", "os.curdir": "str",
    "os.linesep": "str", "os.name": "str", "os.pathsep": "str", "os.sep": "str", "string.ascii_letters": "str",
    "string.digits": "str", "string.punctuation": "str", "sys.byteorder": "str", "sys.maxsize": "int",
    "sys.platform": "str", "sys.version": "str",
}  # fmt: skip
_ARITHMETIC = frozenset({"+", "-", "*", "//", "%"})
_WHOLE = _ARITHMETIC | {"<<", ">>", "&", "|", "^"}
_PARTS_OF_TEXT = frozenset({"split", "rsplit", "splitlines"})
_LOOKS = {"startswith": "bool", "endswith": "bool", "find": "int", "rfind": "int", "index": "int", "count": "int",
          "isdigit": "bool", "isalpha": "bool", "isalnum": "bool", "islower": "bool", "isupper": "bool",
          "isspace": "bool", "encode": "bytes"}  # fmt: skip
MAX_ROUNDS = 12


def classes_of(node: Node, facts: Facts) -> Classes | None:
    """The classes of what an expression gives where a rule is asked about it; None if they are not known."""
    if facts.language != "python":
        return None
    function = facts.function
    return _Inference(_classes_of_locals(function, facts) if function is not None else {}, facts).of(node)


def is_of(node: Node, classes: Classes, facts: Facts) -> bool:
    """Whether the value of an expression is surely of one of some classes."""
    found = classes_of(node, facts)
    return found is not None and found <= classes


def is_of_known_class(node: Node, facts: Facts) -> bool:
    """Whether a value is exactly of a built-in class: `format(x, "")` is `str(x)` for all of them."""
    return classes_of(node, facts) is not None


@dataclass(frozen=True, slots=True)
class _Locals:
    """What is known of a function's locals.

    always: the classes of those of which all bindings are known. late: of parameters that a statement of the function's
    body binds anew, its number and the classes that they have behind it.
    """

    always: Mapping[str, Classes] = field(default_factory=dict)
    late: Mapping[str, tuple[int, Classes]] = field(default_factory=dict)


def _classes_of_locals(function: Function | Lambda, facts: Facts) -> Mapping[str, Classes]:
    """The classes of a function's locals where a rule is asked."""
    known = facts.memo.get((_classes_of_locals, id(function)))
    if known is None:
        before, facts.used = facts.used, set()
        found = _found(function, facts)
        known = facts.memo[_classes_of_locals, id(function)] = function, found, frozenset(facts.used)
        facts.used = before
    facts.used |= known[2]
    locals_: _Locals = known[1]
    if not locals_.late or facts.at is None:
        return locals_.always
    return {**locals_.always, **{n: classes for n, (at, classes) in locals_.late.items() if at < facts.at}}


def _found(function: Function | Lambda, facts: Facts) -> _Locals:
    """The classes of a function's locals, found from below, so that cycles of assignments are no trouble."""
    readers = facts.traits.locals_readers
    if not readers.isdisjoint(facts.module.words) and reads_locals(function, facts.traits):
        return _Locals()
    uses = uses_of(function, facts)
    if uses.dynamic:
        return _Locals()
    scoped = not facts.module.words.isdisjoint(("global", "nonlocal"))
    sent = {name.id for n in walk(function) if isinstance(n, Scope) for name in n.names} if scoped else set()
    refused = sent | comprehended(function, facts)
    counted = enumerations(function, facts)
    bindings: dict[str, list[Node]] = {}
    late: dict[str, list[Node]] = {}
    for name, use in uses.names.items():
        values = [v for v in use.values if v is not None]
        if not use.owned or name in refused or not (values or counted[name]):
            continue
        unknown = len(use.values) - len(values) - counted[name]
        if unknown == 0:
            bindings[name] = values
        elif unknown == 1 and not counted[name]:
            late[name] = values
    always = _settled(bindings, counted, facts)
    inference = _Inference(always, facts)
    firsts = _bound_anew(function, late.keys())
    behind = {name: (at, _union([inference.bound(v) for v in late[name]])) for name, at in firsts.items()}
    return _Locals(always, {name: (at, classes) for name, (at, classes) in behind.items() if classes})


def _bound_anew(function: Function | Lambda, names: Iterable[str]) -> dict[str, int]:
    """The number of the first statement of a function's body that binds a parameter anew for certain."""
    params = {p.target.id for p in function.params if isinstance(p.target, Name)}.intersection(names)
    found: dict[str, int] = {}
    if not params or not isinstance(function.body, Block):
        return found
    for name in params:
        at = next((i for i, n in enumerate(function.body.body) if _binds(n, name)), None)
        if at is not None:
            found[name] = at
    return found


def _binds(statement: Node, name: str) -> bool:
    """Whether what stands behind a statement is reached only where the statement has bound a name."""
    if isinstance(statement, Assign):
        return Name(name) in statement.targets
    if not isinstance(statement, If) or statement.orelse is None:
        return isinstance(statement, (Return, Raise))
    return all(any(_binds(n, name) for n in block.body) for block in (statement.then, statement.orelse))


def _settled(
    bindings: Mapping[str, list[Node]], counted: Mapping[str, int], facts: Facts
) -> dict[str, Classes]:
    found: dict[str, Classes | None] = dict.fromkeys(bindings, NOTHING)
    for _ in range(MAX_ROUNDS):
        now = {name: c for name, c in found.items() if c is not None}
        inference = _Inference(now, facts)
        new: dict[str, Classes | None] = {}
        for name, values in bindings.items():
            start = [INT] if counted[name] else []
            new[name] = _union([*start, *[inference.bound(v) for v in values]])
        if new == found:
            return {name: c for name, c in now.items() if c}
        found = new
    return {}


def _union(parts: Iterable[Classes | None]) -> Classes | None:
    found: Classes = NOTHING
    for part in parts:
        if part is None:
            return None
        found |= part
    return found


def _is_plain_call(node: Call) -> bool:
    return not node.optional and not any(isinstance(a, (Star, Keyword)) for a in node.args)


_CONVERSION = re.compile(r"%(?:\([^)]*\))?[-+ #0]*[\d*]*(?:\.[\d*]*)?[hlL]?[a-zA-Z]")


def _pieces_of_percent(text: str) -> int:
    """How many pieces are put together, text and values: one alone may be what the value makes of itself."""
    return len(_CONVERSION.findall(text)) + bool(_CONVERSION.sub("", text))


def _pieces_of_format(text: str) -> int:
    try:
        return sum(bool(literal) + (name is not None) for literal, name, _, _ in Formatter().parse(text))
    except ValueError:
        return 0


class _Inference:
    """What expressions give, by the classes of a function's locals."""

    def __init__(self, locals_: Mapping[str, Classes], facts: Facts) -> None:
        self.locals = locals_
        self.facts = facts

    def bound(self, value: Node) -> Classes | None:
        """What a binding gives; a `ForEach` stands for the items of its iterable."""
        if not isinstance(value, ForEach):
            return self.of(value)
        return self.items(value.iterable) if value.kind == "in" else None

    def of(self, node: Node) -> Classes | None:
        found: Any = _RULES.get(node.__class__)
        classes: Classes | None = found(self, node) if found is not None else None
        return classes

    def _name(self, node: Name) -> Classes | None:
        return self.locals.get(node.id)

    def _literal(self, node: Literal) -> Classes | None:
        name = _LITERALS.get(node.kind)
        return None if name is None else frozenset({name})

    def _text(self, node: Interp) -> Classes | None:
        """A template of one field alone gives what the field's value makes of itself."""
        if node.kind != "f":
            return None
        only = node.parts[0] if len(node.parts) == 1 else None
        if isinstance(only, Formatted):
            return TEXT if self.of(only.value) else self.of(only.value)
        return TEXT

    def _display(self, node: Node) -> Classes | None:
        return frozenset({node.__class__.__name__.lower()})

    def _comprehension(self, node: Comprehension) -> Classes | None:
        return frozenset({node.kind}) if node.kind in COLLECTIONS else None

    def _truth(self, node: Not) -> Classes | None:
        return BOOL

    def _comparison(self, node: Compare) -> Classes | None:
        operands = [node.left, *node.rights]
        for op, before, after in zip(node.ops, operands, node.rights, strict=False):
            if op not in ("is", "is not", "in", "not in") and not self._all_of((before, after), SCALARS):
                return None
        return BOOL

    def _all_of(self, nodes: Iterable[Node], classes: Classes) -> bool:
        found = [self.of(n) for n in nodes]
        return all(f is not None and f <= classes for f in found)

    def _unary(self, node: Unary) -> Classes | None:
        inner = self.of(node.operand)
        if inner is None or node.op not in ("-", "+", "~") or not inner <= NUMBERS:
            return None
        return inner - BOOL | INT if inner & BOOL else inner

    def _choice(self, node: Logical | Ternary) -> Classes | None:
        if isinstance(node, Ternary):
            return _union([self.of(node.then), self.of(node.orelse)])
        return _union([self.of(v) for v in node.values]) if node.op in ("and", "or") else None

    def _walrus(self, node: AssignExpr) -> Classes | None:
        return self.of(node.value) if node.op == ":=" else None

    def _binary(self, node: Binary) -> Classes | None:
        left, right = self.of(node.left), self.of(node.right)
        if node.op == "%" and isinstance(node.left, Literal) and node.left.kind == "str":
            # What stands on the right may be of a subclass of str, whose own method is asked first.
            known = isinstance(node.right, Tuple) or right is not None
            return TEXT if known and _pieces_of_percent(node.left.value) > 1 else None
        if left is None or right is None:
            return None
        if not left or not right:
            return NOTHING
        if left <= INTEGERS and right <= INTEGERS:
            if node.op in _WHOLE:
                return INT if node.op not in ("&", "|", "^") or (left | right) == INT else INTEGERS
            return frozenset({"float"}) if node.op == "/" else None
        if left <= NUMBERS and right <= NUMBERS:
            return left | right | {"float"} if node.op in _ARITHMETIC or node.op == "/" else None
        if node.op == "+":
            return left if left == right and len(left) == 1 and left <= {"str", "bytes", "list"} else None
        if node.op == "*" and left <= {"str", "bytes"} and right <= INTEGERS:
            return left
        return None

    def _part(self, node: Index) -> Classes | None:
        """An item or a slice of text is text."""
        held = self.of(node.value)
        return held if held is not None and held <= TEXT else None

    def _attribute(self, node: Attribute) -> Classes | None:
        name = _VALUES.get(self.facts.qualified(node))
        return None if name is None else frozenset({name})

    def _call(self, node: Call) -> Classes | None:
        func = node.func
        if isinstance(func, Name):
            name = _CALLS.get(func.id)
            if name is not None and self.facts.is_call_of(node, func.id):
                return frozenset({name})
            if self.facts.is_call_of(node, "str") and len(node.args) == 1 and _is_plain_call(node):
                given = self.of(node.args[0])
                return TEXT if given else given
        dotted = self.facts.qualified(func)
        if dotted in _FUNCTIONS:
            return frozenset({_FUNCTIONS[dotted]})
        module, _, last = dotted.rpartition(".")
        if module == "os.path" and last in PATHS and last in SLICED_PATHS:
            return frozenset({"str", "bytes"})
        return self._method(func) if isinstance(func, Attribute) else None

    def _method(self, func: Attribute) -> Classes | None:
        held = self.of(func.value)
        if held is None or not held <= TEXT:
            return None
        if not held:
            return NOTHING
        if func.name in STR_METHODS and func.name not in ("format", "format_map"):
            return TEXT
        if func.name == "format" and isinstance(func.value, Literal):
            return TEXT if _pieces_of_format(func.value.value) > 1 else None
        if func.name in _PARTS_OF_TEXT:
            return frozenset({"list"})
        name = _LOOKS.get(func.name)
        return None if name is None else frozenset({name})

    # --- what is iterated ----------------------------------------------------------------------------------------

    def items(self, node: Node) -> Classes | None:
        """The classes of what an iterable gives, each in its turn."""
        if isinstance(node, (List, Tuple, Set)):
            return _union([self.of(i) for i in node.items])
        if isinstance(node, Call):
            return self._items_of_call(node)
        held = self.of(node)
        return held if held is not None and held <= TEXT else None

    def _items_of_call(self, node: Call) -> Classes | None:
        func = node.func
        if self.facts.is_call_of(node, "range"):
            return INT
        if (
            self.facts.is_call_of(node, "list", "tuple", "set", "frozenset", "reversed")
            and len(node.args) == 1
        ):
            return self.items(node.args[0]) if _is_plain_call(node) else None
        if (
            self.facts.is_call_of(node, "sorted")
            and node.args
            and not isinstance(node.args[0], (Star, Keyword))
        ):
            return self.items(node.args[0])
        if self.facts.qualified(func) == "os.listdir":
            return frozenset({"str", "bytes"})
        if isinstance(func, Attribute) and func.name in _PARTS_OF_TEXT:
            held = self.of(func.value)
            return held if held is not None and held <= TEXT else None
        return None


_RULES: dict[type[Node], Any] = {
    Name: _Inference._name,
    Literal: _Inference._literal,
    Interp: _Inference._text,
    List: _Inference._display,
    Tuple: _Inference._display,
    Set: _Inference._display,
    Dict: _Inference._display,
    Comprehension: _Inference._comprehension,
    Not: _Inference._truth,
    Compare: _Inference._comparison,
    Unary: _Inference._unary,
    Logical: _Inference._choice,
    Ternary: _Inference._choice,
    AssignExpr: _Inference._walrus,
    Binary: _Inference._binary,
    Index: _Inference._part,
    Attribute: _Inference._attribute,
    Call: _Inference._call,
}
