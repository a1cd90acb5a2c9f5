"""Rules of the family operators: asking whether a dict has a key before reading or setting it."""

from __future__ import annotations

from itertools import pairwise

from prediff.facts import Facts
from prediff.facts.effects import cannot_raise
from prediff.facts.evaluation import first_evaluated
from prediff.rules.blocks import placed
from prediff.rules.conditions import is_fixed, is_name, kind_of_fixed
from prediff.rules.rule import Example, Rule
from prediff.rules.walrus import is_unchanged
from prediff.tree import (
    Assign,
    Attribute,
    AugAssign,
    Binary,
    Block,
    Call,
    Class,
    Compare,
    Dict,
    ExprStmt,
    Function,
    If,
    Index,
    Literal,
    Name,
    Node,
    Return,
    Statement,
    Ternary,
    Tuple,
    trees_equal,
    update,
)

DICTS = frozenset({"source-unread", "exact-dict", "builtin-operators", "reads-pure"})


def _is_plain(node: Node) -> bool:
    """Whether a node is read without effect and gives the same twice: a name, a literal, attributes of these."""
    if isinstance(node, Tuple):
        return all(_is_plain(i) for i in node.items)
    while isinstance(node, Attribute) and not node.optional:
        node = node.value
    return isinstance(node, Name) or is_fixed(node)


def _is_self(node: Node, facts: Facts) -> bool:
    """Whether a node is what a method around it is called on: no dict, but of the class, whose `get` this may be."""
    for outer, inner in pairwise(facts.enclosing):
        if isinstance(outer, Class) and isinstance(inner, Function) and inner.params:
            target = inner.params[0].target
            if isinstance(target, Name) and is_name(node, target.id):
                return True
    return False


def _tested(node: Node) -> Index | None:
    """The item `d[k]` that `k in d` or `k not in d` asks for."""
    if not isinstance(node, Compare) or node.ops not in (("in",), ("not in",)):
        return None
    key, container = node.left, node.rights[0]
    if not _is_plain(key) or not _is_plain(container) or not isinstance(container, (Name, Attribute)):
        return None
    return Index(container, key)


def _is_asked(test: Node, op: str, facts: Facts) -> Index | None:
    item = _tested(test) if isinstance(test, Compare) and test.ops == (op,) else None
    return None if item is None or _is_self(item.value, facts) else item


def _is_default(node: Node, facts: Facts) -> bool:
    """Whether a value may as well be made where it is not needed."""
    return cannot_raise(node, facts) or (isinstance(node, Dict) and not node.items)


def _method(name: str, item: Index, value: Node) -> Call:
    args = (item.index,) if isinstance(value, Literal) and value.kind == "none" else (item.index, value)
    return Call(Attribute(item.value, name), args)


def _get(node: Ternary | Block, facts: Facts) -> Node | None:
    if isinstance(node, Ternary):
        item = _is_asked(node.test, "in", facts)
        if item is None or not trees_equal(node.then, item) or not _is_default(node.orelse, facts):
            return None
        return _method("get", item, node.orelse)
    if len(node.body) < 2:
        return None
    branch, last = node.body[-2:]
    if not isinstance(branch, If) or branch.orelse is not None or len(branch.then.body) != 1:
        return None
    first, item = branch.then.body[0], _is_asked(branch.test, "in", facts)
    if item is None or not isinstance(first, Return) or not isinstance(last, Return) or first.value is None:
        return None
    value = last.value or Literal("none", None, span=last.span)
    if not trees_equal(first.value, item) or not _is_default(value, facts):
        return None
    return update(node, body=(*node.body[:-2], placed(Return(_method("get", item, value)), branch, last)))


DICT_GET = Rule(
    id="dict-get",
    family="operators",
    summary="Write `d.get(k, v)`, not `d[k] if k in d else v`.",
    languages={"python": DICTS},
    on=(Ternary, Block),
    rewrite=_get,
    why="A dict gives the item or the default. A subclass may define `get`, `in` and items apart, or make missing "
    "items, and what a method is called on is no exact dict. The default is evaluated in either case, so it must be a "
    "literal, a name or an empty display; key and dict are names or attributes, which are read once less. Without an "
    "else nothing is bound where the key is missing.",
    examples=(
        Example("default", "x = d[c] if c in d else 0", "x = d.get(c, 0)"),
        Example("none", "x = None if c not in d else d[c]", "x = d.get(c)"),
        Example("statement", "if c in a.d:\n    x = a.d[c]\nelse:\n    x = []", "x = a.d.get(c, [])"),
        Example(
            "return",
            "def f(d, c):\n    if c in d:\n        return d[c]\n    return 1",
            "def f(d, c):\n    return d.get(c, 1)",
        ),
        Example(
            "first",
            "def f(d, c):\n    x = None\n    if c in d:\n        x = d[c]\n    return x",
            "def f(d, c):\n    return d.get(c)",
        ),
    ),
    leaves_alone=(
        "x = d[c] if c in d else f()",
        "x = d[c] if c in d else e[c]",
        "x = d[c] if c in e else 0",
        "x = d[c] if b in d else 0",
        "x = d[f()] if f() in d else 0",
        "x = f()[c] if c in f() else 0",
        "if c in d:\n    x = d[c]",
        "try:\n    x = d[c]\nexcept KeyError:\n    x = 0",
        "def f(d, c):\n    if c in d:\n        return d[c]\n    return g()",
        "class D(M):\n    def get(self, c, v=None):\n        return self[c] if c in self else v",
        "class D(M):\n    def get(self, c, v=None):\n        if c in self:\n"
        "            return self[c]\n        return v",
    ),
)


def _setdefault(node: If, facts: Facts) -> Node | None:
    item = _is_asked(node.test, "not in", facts)
    only = node.then.body[0] if len(node.then.body) == 1 else None
    if item is None or node.orelse is not None or not isinstance(only, Assign) or len(only.targets) != 1:
        return None
    if not trees_equal(only.targets[0], item) or not _is_default(only.value, facts):
        return None
    return ExprStmt(_method("setdefault", item, only.value))


SETDEFAULT = Rule(
    id="setdefault",
    family="operators",
    summary="Write `d.setdefault(k, v)`, not `if k not in d: d[k] = v`.",
    languages={"python": DICTS},
    on=(If,),
    rewrite=_setdefault,
    why="A dict sets the item where the key is missing, and does nothing else. The value is made in either case, so it "
    "must be a literal, a name or an empty display. A subclass may store or look up in a way of its own.",
    examples=(
        Example("list", "if c not in d:\n    d[c] = []", "d.setdefault(c, [])"),
        Example("none", "if a.c not in a.d:\n    a.d[a.c] = None", "a.d.setdefault(a.c)"),
    ),
    leaves_alone=(
        "if c not in d:\n    d[c] = f()",
        "if c not in d:\n    e[c] = 0",
        "if c not in d:\n    d[b] = 0",
        "if c in d:\n    d[c] = 0",
        "if c not in d:\n    d[c] = 0\nelse:\n    f()",
        "if c not in d:\n    d[c] = 0\n    f()",
        "if f() not in d:\n    d[f()] = 0",
        "if c not in d:\n    d[c] += 0",
        "class D(M):\n    def setdefault(self, c, v=None):\n        if c not in self:\n            self[c] = v",
    ),
)


def _set_and_used(node: Block, facts: Facts) -> Node | None:
    body = list(node.body)
    for i in range(len(body) - 2, -1, -1):
        first, second = body[i], body[i + 1]
        item = _set(first)
        if item is None or not isinstance(first, ExprStmt) or not isinstance(second, Statement):
            continue
        if _is_self(item.value, facts):
            continue
        new = _counted(first, second, item) or _with_call(second, item, first.value, facts)
        if isinstance(new, Statement):
            body[i : i + 2] = [placed(new, second, first)]
    return None if len(body) == len(node.body) else update(node, body=tuple(body))


def _with_call(node: Statement, item: Index, call: Node, facts: Facts) -> Node | None:
    """A statement with a call in the place of the item that it reads first."""
    return first_evaluated(
        node, lambda part: call if trees_equal(part, item) else None, lambda part: is_unchanged(part, facts)
    )


def _set(node: Node) -> Index | None:
    """The item that `d.setdefault(k, v)` sets, where it is a statement."""
    if not isinstance(node, ExprStmt) or not isinstance(node.value, Call):
        return None
    func, args = node.value.func, node.value.args
    if not isinstance(func, Attribute) or func.name != "setdefault" or not 1 <= len(args) <= 2:
        return None
    plain = _is_plain(args[0]) and _is_plain(func.value) and isinstance(func.value, (Name, Attribute))
    return Index(func.value, args[0]) if plain else None


def _counted(first: ExprStmt, second: Node, item: Index) -> Assign | None:
    """`d.setdefault(k, 0)` and `d[k] += 1` as one assignment."""
    assert isinstance(first.value, Call)
    start = first.value.args[1] if len(first.value.args) == 2 else None
    if start is None or not isinstance(second, AugAssign) or second.op not in ("+", "-"):
        return None
    if not trees_equal(second.target, item) or not _is_int(start) or not _is_int(second.value):
        return None
    return Assign((item,), Binary(second.op, _method("get", item, start), second.value))


def _is_int(node: Node) -> bool:
    return is_fixed(node) and kind_of_fixed(node) == "int"


SET_AND_USED = Rule(
    id="set-and-used",
    family="operators",
    summary=(
        "Write `d.setdefault(k, []).append(x)`, not `d.setdefault(k, [])` and `d[k].append(x)`; for a count "
        "`d[k] = d.get(k, 0) + 1`."
    ),
    languages={"python": DICTS},
    on=(Block,),
    rewrite=_set_and_used,
    why="The item is what `setdefault` gives, and the first thing that the next statement evaluates. A count that "
    "starts from an int and is changed by one cannot fail where the key was missing.",
    examples=(
        Example(
            "append",
            "if c not in d:\n    d[c] = []\nd[c].append(x)",
            "d.setdefault(c, []).append(x)",
        ),
        Example("count", "if c not in d:\n    d[c] = 0\nd[c] += 1", "d[c] = d.get(c, 0) + 1"),
        Example("value", "d.setdefault(c, [])\nx = len(d[c])", "x = len(d.setdefault(c, []))"),
    ),
    leaves_alone=(
        "d.setdefault(c, [])\nf()\nd[c].append(x)",
        "d.setdefault(c, [])\nx = f(d[c])",
        "d.setdefault(c, [])\nd[b].append(x)",
        "d.setdefault(c, [])\nd[c] += [x]",
        "d.setdefault(c, 0)\nd[c] += x",
        "d.setdefault(f(), [])\nd[f()].append(x)",
        "d.setdefault(c, [])\nx = y and d[c]",
        "d.setdefault(c, [])\nx = [d[c] for y in z]",
        "d.setdefault(c, 0)\nd[c] *= 2",
        "class D(M):\n    def f(self, c):\n        self.setdefault(c, [])\n        self[c].append(1)",
    ),
)


def _count(node: If, facts: Facts) -> Node | None:
    item = _is_asked(node.test, "in", facts)
    if item is None or node.orelse is None or len(node.then.body) != 1 or len(node.orelse.body) != 1:
        return None
    more, start = node.then.body[0], node.orelse.body[0]
    if not isinstance(more, AugAssign) or more.op != "+" or not trees_equal(more.target, item):
        return None
    if not isinstance(start, Assign) or len(start.targets) != 1 or not trees_equal(start.targets[0], item):
        return None
    if not _is_int(more.value) or not trees_equal(start.value, more.value):
        return None
    return Assign((item,), Binary("+", _method("get", item, Literal("int", 0)), more.value))


COUNT = Rule(
    id="count",
    family="operators",
    summary="Write `d[k] = d.get(k, 0) + 1`, not `if k in d: d[k] += 1` and `else: d[k] = 1`.",
    languages={"python": DICTS},
    on=(If,),
    rewrite=_count,
    why="Zero and an int is that int, exactly. A value that an int cannot be added to raises in either form.",
    examples=(
        Example("one", "if c in d:\n    d[c] += 1\nelse:\n    d[c] = 1", "d[c] = d.get(c, 0) + 1"),
        Example("not in", "if c not in d:\n    d[c] = 2\nelse:\n    d[c] += 2", "d[c] = d.get(c, 0) + 2"),
    ),
    leaves_alone=(
        "if c in d:\n    d[c] += 1\nelse:\n    d[c] = 0",
        "if c in d:\n    d[c] += b\nelse:\n    d[c] = b",
        "if c in d:\n    d[c] += [1]\nelse:\n    d[c] = [1]",
        "if c in d:\n    d[c] += 1.5\nelse:\n    d[c] = 1.5",
        "if c in d:\n    d[c] *= 1\nelse:\n    d[c] = 1",
        "if c in d:\n    d[b] += 1\nelse:\n    d[c] = 1",
        "if c in d:\n    d[c] += 1",
        "class D(M):\n    def f(self, c):\n        if c in self:\n            self[c] += 1\n"
        "        else:\n            self[c] = 1",
    ),
)

RULES: tuple[Rule, ...] = (DICT_GET, SETDEFAULT, SET_AND_USED, COUNT)
