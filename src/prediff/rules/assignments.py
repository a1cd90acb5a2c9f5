"""Rules of the family operators: compound assignment."""

from __future__ import annotations

from dataclasses import field

from prediff.facts import Facts
from prediff.facts.uses import Use, Uses, uses_of
from prediff.lean_dataclasses import dataclass
from prediff.rules.blocks import map_blocks
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    AugAssign,
    Binary,
    Block,
    Call,
    ForEach,
    Function,
    Index,
    Interp,
    Lambda,
    Literal,
    Name,
    Node,
    Ternary,
    Unary,
    trees_equal,
    update,
    walk,
)

NUMBER, TEXT, ITSELF = "number", "text", ""
LITERAL_KINDS = {"int": NUMBER, "float": NUMBER, "bool": NUMBER, "imaginary": NUMBER, "str": TEXT}
MOST_READINGS = 1000
"""How many readings of names are followed to what they are bound to, to see of what kind one is."""
RESULTS = {
    "len": NUMBER,
    "int": NUMBER,
    "float": NUMBER,
    "ord": NUMBER,
    "str": TEXT,
    "repr": TEXT,
    "chr": TEXT,
}
ANNOTATED = {"int": NUMBER, "float": NUMBER, "complex": NUMBER, "str": TEXT}
COMMUTES = frozenset({"+", "*"})
ARITHMETIC = frozenset({"+", "-", "/", "//", "**", "%", "&", "|", "^", "<<", ">>"})


@dataclass(slots=True)
class _Path:
    """The names that are being looked into, and how many more readings may be."""

    names: list[str] = field(default_factory=list)
    left: int = MOST_READINGS


def kind_of(node: Node, uses: Uses, facts: Facts, path: _Path | None = None) -> str | None:
    """Whether a value is a number or text; None if unknown, `ITSELF` for a name on the path (it adds nothing new).

    Where one operand's type is not seen, the other one's decides under builtin-operators.
    """
    path = path or _Path()
    if isinstance(node, Literal):
        return LITERAL_KINDS.get(node.kind)
    if isinstance(node, Interp):
        return TEXT if node.kind == "f" else None
    if isinstance(node, Name):
        return _kind_of_name(node.id, uses, facts, path)
    if isinstance(node, Call) and isinstance(node.func, Name):
        shadowed = node.func.id in uses.names and uses.names[node.func.id].bound
        return RESULTS.get(node.func.id) if not shadowed and facts.is_builtin(node.func, *RESULTS) else None
    if isinstance(node, Unary):
        return NUMBER if kind_of(node.operand, uses, facts, path) == NUMBER else None
    if isinstance(node, Ternary):
        return _same([kind_of(n, uses, facts, path) for n in (node.then, node.orelse)])
    if isinstance(node, Binary):
        return _kind_of_binary(node, uses, facts, path)
    return None


def _same(kinds: list[str | None]) -> str | None:
    known = set(kinds) - {ITSELF}
    if None in known or len(known) > 1:
        return None
    return known.pop() if known else ITSELF


def _kind_of_name(name: str, uses: Uses, facts: Facts, path: _Path) -> str | None:
    path.left -= 1
    if name in path.names:
        return ITSELF
    use = uses.names.get(name)
    if use is None or not use.bound or use.captured or len(use.values) != use.bound or path.left < 0:
        return None
    path.names.append(name)
    kind = _kind_of_values(name, use, uses, facts, path)
    path.names.pop()
    return kind


def _kind_of_values(name: str, use: Use, uses: Uses, facts: Facts, path: _Path) -> str | None:
    kinds: list[str | None] = []
    values = use.values
    if use.fixed:
        kinds.append(_kind_of_parameter(name, uses, facts))
        values = values[1:]
        if kinds[0] is None:
            return None
    for value in values:
        if isinstance(value, ForEach):
            counted = (
                isinstance(value.target, Name)
                and value.kind == "in"
                and facts.is_call_of(value.iterable, "range")
            )
            kinds.append(
                NUMBER if counted and not ("range" in uses.names and uses.names["range"].bound) else None
            )
        else:
            kinds.append(None if value is None else kind_of(value, uses, facts, path))
        if kinds[-1] is None:
            return None
    return _same(kinds)


def _kind_of_parameter(name: str, uses: Uses, facts: Facts) -> str | None:
    """Whether a parameter is a number or text by its annotation."""
    for p in uses.function.params:
        if isinstance(p.target, Name) and p.target.id == name and not p.kind.startswith("var"):
            known = facts.is_builtin(p.annotation, *ANNOTATED) and facts.assume("annotations-true")
            return ANNOTATED[p.annotation.id] if known and isinstance(p.annotation, Name) else None
    return None


def _kind_of_binary(node: Binary, uses: Uses, facts: Facts, path: _Path) -> str | None:
    left, right = kind_of(node.left, uses, facts, path), kind_of(node.right, uses, facts, path)
    if node.op == "%" and left == TEXT:
        return TEXT if right is not None or facts.assume("builtin-operators") else None
    if left is not None and right is not None:
        if node.op == "*" and NUMBER in (left, right):
            return right if left == NUMBER else left
        kind = _same([left, right])
        return kind if node.op == "+" or (node.op in ARITHMETIC and kind != TEXT) else None
    known = right if left is None else left
    if known is None or node.op not in ARITHMETIC or (node.op == "%" and left is None):
        return None
    if known == TEXT and node.op != "+":
        return None
    return known if facts.assume("builtin-operators") else None


def _compound_assignment(node: Node, facts: Facts) -> Node | None:
    if facts.language == "python":
        return _compound_in_function(node, facts) if isinstance(node, (Function, Lambda)) else None
    if isinstance(node, Assign) and len(node.targets) == 1:
        value = node.value
        if isinstance(value, Binary) and _read_twice(node.targets[0], value.left, facts):
            return AugAssign(node.targets[0], value.op, value.right, span=node.span, header=node.header)
    elif isinstance(node, AssignExpr) and node.op == "=":
        value = node.value
        if isinstance(value, Binary) and _read_twice(node.target, value.left, facts):
            return AssignExpr(value.op + "=", node.target, value.right)
    return None


def _read_twice(target: Node, read: Node, facts: Facts) -> bool:
    """Whether a JavaScript target may be evaluated once instead of twice, as a target and as an operand."""
    if not trees_equal(target, read):
        return False
    base = target
    depth = 0
    while isinstance(base, Attribute) and not base.optional:
        base = base.value
        depth += 1
    if isinstance(base, Index) and isinstance(base.index, Literal) and isinstance(base.value, Name):
        base = base.value
        depth += 1
    return isinstance(base, Name) and (depth < 2 or facts.assume("reads-pure"))


def _compound_in_function(function: Function | Lambda, facts: Facts) -> Node | None:
    known: dict[str, str | None] = {}

    def visit(block: Block) -> Block:
        changed: dict[int, Node] = {}
        for i, node in enumerate(block.body):
            if isinstance(node, Assign) and isinstance(node.value, Binary) and len(node.targets) == 1:
                target, value = node.targets[0], node.value
                if not isinstance(target, Name) or target.id not in [
                    n.id for n in (value.left, value.right) if isinstance(n, Name)
                ]:
                    continue
                uses = uses_of(function, facts)
                if target.id not in known:
                    known[target.id] = None if uses.dynamic else kind_of(target, uses, facts)
                other = _other_operand(target.id, known[target.id], value, uses, facts)
                if other is not None:
                    changed[i] = AugAssign(target, value.op, other, span=node.span, header=node.header)
        if not changed:
            return block
        return update(block, body=tuple([changed.get(i, node) for i, node in enumerate(block.body)]))

    return map_blocks(function, facts, visit)


def _other_operand(name: str, kind: str | None, value: Binary, uses: Uses, facts: Facts) -> Node | None:
    """What a number or text is combined with in `x + e`, or in `e + x` for numbers; None for any other type."""
    if kind not in (NUMBER, TEXT):
        return None
    if isinstance(value.left, Name) and value.left.id == name:
        return value.right
    numbers = kind == NUMBER and value.op in COMMUTES and kind_of(value.left, uses, facts) == NUMBER
    rebinds = any(isinstance(n, AssignExpr) for n in walk(value.left))
    return value.left if numbers and not rebinds else None


COMPOUND_ASSIGNMENT = Rule(
    id="compound-assignment",
    family="operators",
    summary="Write `x += e`, not `x = x + e`; for numbers also for `x = e + x`.",
    languages={"python": frozenset({"source-unread"}), "javascript": frozenset({"source-unread"})},
    on=(Function, Lambda, Assign, AssignExpr),
    rewrite=_compound_assignment,
    why="In Python `+=` changes a list or an array in place, which its other owners see, so the name must "
    "be a local that nothing but numbers, or nothing but text, is ever bound to; an operand of unknown "
    "type makes that rest on built-in operands, a parameter on its annotation. Sums and products of two numbers do "
    "not depend on the order, text does. In JavaScript the two are one, but for a target whose "
    "reading may act.",
    examples=(
        Example(
            "counter",
            "def f(a):\n    n = 0\n    for x in a:\n        n = n + 1\n    return n",
            "def f(a):\n    n = 0\n    for x in a:\n        n += 1\n    return n",
        ),
        Example(
            "sum",
            "def f(a):\n    n = 0\n    for x in a:\n        n = n + x\n    return n",
            "def f(a):\n    n = 0\n    for x in a:\n        n += x\n    return n",
        ),
        Example(
            "text",
            'def f(n):\n    s = ""\n    while g(s):\n        s = s + str(n)\n    return s',
            'def f(n):\n    s = ""\n    while g(s):\n        s += str(n)\n    return s',
        ),
        Example(
            "number first",
            "def f(a):\n    n = 1\n    for x in a:\n        n = 2 * n\n    return n",
            "def f(a):\n    n = 1\n    for x in a:\n        n *= 2\n    return n",
        ),
        Example(
            "parameter",
            "def f(n: int):\n    while n:\n        n = n // 2\n        g(n)",
            "def f(n: int):\n    while n:\n        n //= 2\n        g(n)",
        ),
        Example("javascript", "x = x + e;", "x += e;", "javascript"),
        Example("javascript property", "this.n = this.n + 1;", "this.n += 1;", "javascript"),
    ),
    leaves_alone=(
        "def f(x, e):\n    x = x + e\n    return x",
        "def f(a):\n    x = [1]\n    y = x\n    x = x + [2]\n    return x, y",
        "def f(a):\n    x = 0\n    x = a\n    x = x + 1\n    return x",
        (
            "def f(a):\n    x = 0\n    def g():\n        nonlocal x\n        x = a\n    g()\n    x = x + "
            "1\n    return x"
        ),
        "x = 0\nx = x + 1",
        "def f(x):\n    x = x + 1\n    return x",
        "def f(x: list):\n    x = x + [1]\n    return x",
        "def f(x: int, e):\n    x = e\n    x = x + 1\n    return x",
        "def f(*x: int):\n    x = x + (1,)\n    return x",
        "def f(a):\n    x = 2\n    while g(x):\n        x = 1 - x\n    return x",
        'def f(a):\n    x = ""\n    while g(x):\n        x = "a" + x\n    return x',
        "def f(a):\n    x = 0\n    while g(x):\n        x = a + x\n    return x",
        "def f(a):\n    x = 2\n    x = x * a\n    x = x * 2\n    return x",
        "javascript: x = x + a + b;",
        "javascript: f().n = f().n + 1;",
        "javascript: x = 1 + x;",
        "javascript: x++;",
    ),
)

RULES: tuple[Rule, ...] = (COMPOUND_ASSIGNMENT,)
