"""Expressions and chains of branches that come out alike for all small values: by evaluating both, without prediff.

What is no arithmetic, comparison of ints or logic is a leaf: it gets each value in turn, the same on both sides. What
may raise or act is written down as it is evaluated, so that it must come in the same order on both sides.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mutation.python_shapes import stripped

INTS = (-3, -2, -1, 0, 1, 2, 3, 4, 9, 10)
TRIES = 3000
SAFE_CALLS = frozenset({"len", "isinstance", "ord", "abs", "min", "max"})
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
OPERATORS: dict[type[ast.AST], Any] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b,
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b,
}  # fmt: skip


def small_values(one: ast.Module, two: ast.Module) -> bool:
    """Whether two texts are equal but for expressions that are alike, from what stands in the texts alone."""
    return _Pair(believed=False).same(stripped(one), stripped(two), None)


def believed_values(one: ast.Module, two: ast.Module) -> bool:
    """The same where annotations are true and operators those of the built-in types."""
    return _Pair(believed=True).same(stripped(one), stripped(two), None)


def int_names(function: Function, believed: bool) -> frozenset[str]:
    """The locals of a function that are ints wherever they are bound."""
    return _alike_names(function, believed, "int", _counts)


def plain_names(function: Function, believed: bool) -> frozenset[str]:
    """The locals of a function that are truth values, None or built-in collections wherever they are bound."""
    return _alike_names(function, believed, "bool", lambda node, names: _plain_truth(node))


def _alike_names(
    function: Function, believed: bool, type_name: str, fits: Callable[[ast.expr, frozenset[str]], bool]
) -> frozenset[str]:
    """The locals of which each binding fits where the others do; their annotation is believed or not looked at."""
    others: set[str] = set()
    arguments = function.args
    for arg in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        annotated = isinstance(arg.annotation, ast.Name) and arg.annotation.id == type_name
        if not (believed and annotated):
            others.add(arg.arg)
    others.update(extra.arg for extra in (arguments.vararg, arguments.kwarg) if extra is not None)
    bound = list(_plain_bindings(function))
    known = {id(target) for target, _ in bound}
    for node in ast.walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            others.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and id(node) not in known:
            others.add(node.id)
        others.update(_other_bindings(node) if node is not function else ())
    names = frozenset(target.id for target, _ in bound) - others
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    names |= {arg.arg for arg in given} - others
    while True:
        wrong = {target.id for target, value in bound if target.id in names and not fits(value, names)}
        if not wrong:
            return names
        names -= wrong


def _plain_bindings(function: Function) -> Iterator[tuple[ast.Name, ast.expr]]:
    """The names that loops and assignments bind, each with an expression of the kind that it gets."""
    for node in ast.walk(function):
        if isinstance(node, (ast.For, ast.comprehension)) and isinstance(node.iter, ast.Call):
            called = node.iter.func.id if isinstance(node.iter.func, ast.Name) else ""
            target = node.target
            if called == "enumerate" and isinstance(target, ast.Tuple):
                target = target.elts[0]
                called = "range" if len(node.iter.args) == 1 and not node.iter.keywords else ""
            if isinstance(target, ast.Name) and called == "range":
                yield target, ast.Constant(0)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _parts(target, node.value)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target, ast.BinOp(ast.Name(node.target.id, ast.Load()), node.op, node.value)


def _parts(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.Name, ast.expr]]:
    """A name and what it gets, for each name of a display that gets a display as long."""
    if isinstance(target, ast.Name):
        yield target, value
    elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
        starred = any(isinstance(n, ast.Starred) for n in (*target.elts, *value.elts))
        if len(target.elts) == len(value.elts) and not starred:
            for one, two in zip(target.elts, value.elts, strict=True):
                yield from _parts(one, two)


def _counts(node: ast.expr, names: frozenset[str]) -> bool:
    if isinstance(node, ast.BinOp):
        whole = isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod))
        return whole and _counts(node.left, names) and _counts(node.right, names)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, (ast.USub, ast.UAdd)) and _counts(node.operand, names)
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    if isinstance(node, ast.Name):
        return node.id in names
    if isinstance(node, ast.IfExp):
        return _counts(node.body, names) and _counts(node.orelse, names)
    return isinstance(node, ast.Call) and _called(node) in ("len", "int", "ord")


def _plain_truth(node: ast.expr) -> bool:
    displays = (ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp, ast.Constant)
    return isinstance(node, displays) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


def _other_bindings(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return [node.name]
    if isinstance(node, ast.alias):
        return [(node.asname or node.name).split(".")[0]]
    if isinstance(node, ast.ExceptHandler):
        return [node.name or ""]
    if isinstance(node, (ast.MatchAs, ast.MatchStar)):
        return [node.name or ""]
    return []


class _Pair:
    """Two trees that are walked side by side."""

    def __init__(self, *, believed: bool) -> None:
        self.believed = believed
        self.ints: frozenset[str] = frozenset()
        self.plain: frozenset[str] = frozenset()

    def same(self, one: Any, two: Any, position: str | None) -> bool:
        if isinstance(one, ast.AST) and isinstance(two, ast.AST) and ast.dump(one) == ast.dump(two):
            return True
        if isinstance(one, list) and isinstance(two, list):
            if len(one) == len(two) and all(self.same(a, b, position) for a, b in zip(one, two, strict=True)):
                return True
            chains = [side and all(isinstance(n, ast.stmt) for n in side) for side in (one, two)]
            if not all(chains):
                return False
            pairs = zip(one, two, strict=False)
            start = next((i for i, (a, b) in enumerate(pairs) if ast.dump(a) != ast.dump(b)), 0)
            return self.alike(one[start:], two[start:], "chain")
        if (
            isinstance(one, ast.expr)
            and isinstance(two, ast.expr)
            and self.alike([one], [two], position or "")
        ):
            return True
        if not isinstance(one, ast.AST) or type(one) is not type(two):
            return type(one) is type(two) and repr(one) == repr(two)
        outer = self.ints, self.plain
        if isinstance(one, FUNCTIONS) and isinstance(two, FUNCTIONS):
            self.ints = int_names(one, self.believed) & int_names(two, self.believed)
            self.plain = plain_names(one, self.believed) & plain_names(two, self.believed)
        fields = [(name, getattr(one, name), getattr(two, name)) for name in one._fields]
        found = all(self.same(a, b, _position(one, name, position)) for name, a, b in fields)
        self.ints, self.plain = outer
        return found

    def alike(self, one: Sequence[ast.AST], two: Sequence[ast.AST], position: str) -> bool:
        """Whether two expressions, or ends of blocks, come out alike for all that their leaves can be."""
        sides = [_Run(self, position) for _ in range(2)]
        try:
            for seed in range(TRIES):
                for side, nodes in zip(sides, (one, two), strict=True):
                    side.start(seed)
                    side.outcome = side.ending(nodes) if position == "chain" else side.value(nodes[0])
                    if position == "test":
                        side.outcome = bool(side.outcome)
                first, second = sides
                if type(first.outcome) is not type(second.outcome) or first.outcome != second.outcome:
                    return False
                if first.noticed(second) != second.noticed(first):
                    return False
        except _UnknownError:
            return False
        return True


def _position(node: ast.AST, name: str, position: str | None) -> str | None:
    if (name == "test" and not isinstance(node, ast.Match)) or name == "ifs":
        return "test"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return "test"
    return position if isinstance(node, ast.BoolOp) or name in ("orelse", "body") else None


class _UnknownError(Exception):
    """Nothing is known of the value of something that is not just a test."""


class _Run:
    """One evaluation: each leaf has a value that its text and the number of the run give."""

    def __init__(self, pair: _Pair, position: str) -> None:
        self.pair = pair
        self.position = position
        self.seed = 0
        self.trace: list[str] = []
        self.acts = False
        self.outcome: Any = None

    def start(self, seed: int) -> None:
        self.seed = seed
        self.trace = []
        self.acts = False

    def noticed(self, other: _Run) -> list[str]:
        """What was evaluated; where nothing can act, the same thing evaluated once more is not noticed."""
        quiet = self.pair.believed and not self.acts and not other.acts
        return list(dict.fromkeys(self.trace)) if quiet else self.trace

    def drawn(self, text: str, values: Sequence[Any]) -> Any:
        return random.Random(f"{self.seed} {text}").choice(values)

    def ending(self, statements: Sequence[ast.AST]) -> Any:
        """What a chain of ifs and returns runs: the text of the rest once anything else comes."""
        statements = list(statements)
        while statements and isinstance(statements[0], (ast.If, ast.Pass)):
            branch = statements.pop(0)
            if not isinstance(branch, ast.If):
                continue
            taken = branch.body if self.value(branch.test) else branch.orelse
            leaves = bool(taken) and isinstance(taken[-1], (ast.Return, ast.Raise, ast.Break, ast.Continue))
            statements = [*taken] if leaves else [*taken, *statements]
        if statements and isinstance(statements[0], ast.Return):
            del statements[1:]
        return [ast.dump(n) for n in statements if not isinstance(n, ast.Pass)]

    def value(self, node: ast.AST) -> Any:
        if isinstance(node, ast.BoolOp):
            result: Any = None
            for value in node.values:
                result = self.value(value)
                if bool(result) is isinstance(node.op, ast.Or):
                    break
            return result
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            outer, self.position = self.position, "test"
            found = not self.value(node.operand)
            self.position = outer
            return found
        if isinstance(node, ast.IfExp):
            return self.value(node.body if self.value(node.test) else node.orelse)
        if self.is_int(node):
            return self.number(node)
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            return self.comparison(node)
        if isinstance(node, ast.Compare) and all(map(self.is_int, (node.left, *node.comparators))):
            operands = [node.left, *node.comparators]
            links = zip(operands, node.ops, operands[1:], strict=False)
            return all(self.comparison(ast.Compare(a, [op], [b])) for a, op, b in links)
        return self.leaf(node, (False, True))

    def comparison(self, node: ast.Compare) -> bool:
        left, op, right = node.left, node.ops[0], node.comparators[0]
        if self.is_int(left) and self.is_int(right) and type(op) in OPERATORS:
            return bool(OPERATORS[type(op)](self.number(left), self.number(right)))
        constants = isinstance(right, ast.Tuple) and all(isinstance(n, ast.Constant) for n in right.elts)
        if self.pair.believed and isinstance(op, (ast.In, ast.NotIn)) and constants:
            assert isinstance(right, ast.Tuple)
            right = ast.Tuple(sorted(right.elts, key=ast.dump), ast.Load())  # compared in any order
            node = ast.Compare(left, [op], [right])
        negative = {ast.IsNot: ast.Is, ast.NotIn: ast.In, ast.NotEq: ast.Eq}.get(type(op))
        if negative is not None and (self.pair.believed or negative is not ast.Eq):
            return not self.leaf(ast.Compare(left, [negative()], [right]), (False, True))
        return bool(self.leaf(node, (False, True)))

    def is_int(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Constant):
            return type(node.value) is int
        if isinstance(node, ast.Name):
            return node.id in self.pair.ints
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, (ast.USub, ast.UAdd)) and self.is_int(node.operand)
        if isinstance(node, ast.BinOp):
            plain = isinstance(node.op, (ast.Add, ast.Sub, ast.Mult))
            return plain and self.is_int(node.left) and self.is_int(node.right)
        return isinstance(node, ast.Call) and _called(node) in ("len", "ord", "int")

    def number(self, node: ast.AST) -> int:
        found: int
        if isinstance(node, ast.Constant):
            assert isinstance(node.value, int)
            found = node.value
        elif isinstance(node, ast.UnaryOp):
            found = -self.number(node.operand) if isinstance(node.op, ast.USub) else self.number(node.operand)
        elif isinstance(node, ast.BinOp):
            left, right = self.number(node.left), self.number(node.right)
            found = OPERATORS[type(node.op)](left, right)
        elif isinstance(node, ast.Name):
            found = self.drawn(node.id, INTS)
        else:
            found = self.leaf(node, INTS)
            if isinstance(node, ast.Call) and _called(node) != "int":
                found = abs(found)
        return found

    def leaf(self, node: ast.AST, values: Sequence[Any]) -> Any:
        """Something that is evaluated as it stands."""
        if isinstance(node, ast.Compare) and self.silent(node) and len(node.ops) == 1:
            first, last = sorted((node.left, node.comparators[0]), key=ast.dump)
            node = ast.Compare(first, node.ops, [last])
        text = ast.dump(node)
        if any(isinstance(n, (ast.NamedExpr, ast.Yield, ast.YieldFrom)) for n in ast.walk(node)):
            raise _UnknownError
        if not (isinstance(node, ast.Compare) or self.position in ("test", "chain") or values is INTS):
            raise _UnknownError
        if not self.silent(node):
            self.trace.append(text)
            self.acts |= any(_may_act(n) for n in ast.walk(node))
        return self.drawn(text, values)

    def silent(self, node: ast.AST) -> bool:
        """Whether evaluating a leaf, and its truth, cannot be noticed."""
        if isinstance(node, ast.Name):
            return self.pair.believed or node.id in self.pair.plain
        if isinstance(node, ast.Constant):
            return True
        if not isinstance(node, ast.Compare):
            return False
        plain = all(isinstance(n, (ast.Name, ast.Constant)) for n in (node.left, *node.comparators))
        identity = all(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops)
        equality = self.pair.believed and all(isinstance(op, (ast.Eq, ast.NotEq)) for op in node.ops)
        return plain and (identity or equality)


def _may_act(node: ast.AST) -> bool:
    """Whether a node may do more than look at values of built-in types."""
    return isinstance(node, ast.Await) or (isinstance(node, ast.Call) and _called(node) not in SAFE_CALLS)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""
