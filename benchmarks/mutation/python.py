"""Mutations of Python: which small bugs can be planted in a text. The text is read by `ast`, never by prediff.

An operator gives, for a node, the nodes that may stand in its place: `python_expressions` has those of expressions,
`python_statements` those of statements. Only the bytes of what is replaced change in the text.
"""

from __future__ import annotations

import ast
import copy
import textwrap
import warnings
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from mutation.backwards import REWRITINGS
from mutation.edits import Edit, Mutant, Mutation, apply
from mutation.python_expressions import EXPRESSION_OPERATORS
from mutation.python_statements import STATEMENT_OPERATORS
from mutation.python_surroundings import Surroundings, surroundings
from mutation.swap import Swap

Operator = Callable[[ast.AST, Surroundings], Iterator[Swap]]
OPERATORS: tuple[Operator, ...] = (*STATEMENT_OPERATORS, *EXPRESSION_OPERATORS)


def parse(text: str) -> ast.Module | None:
    """The tree of a text; None for what the interpreter rejects, in the compiler's later checks too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
            compile(tree, "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree


def mutants(text: str, order: Random | None = None, first: int = 1) -> Iterator[Mutant]:
    """The mutants of a text that the interpreter accepts and that differ from it in more than their layout.

    order: what shuffles them; None for the order of the text. first: nothing above this line is changed.
    """
    tree = parse(text)
    if tree is None:
        return
    found = list(mutations(text, tree))
    if order is not None:
        order.shuffle(found)
    seen = {ast.dump(tree)}
    for mutant in apply(text, found):
        if mutant.old_lines[0] < first:
            continue
        new = parse(mutant.text)
        if new is not None and (dumped := ast.dump(new)) not in seen:
            seen.add(dumped)
            yield mutant


def mutations(text: str, tree: ast.Module, operators: Sequence[Operator] = OPERATORS) -> Iterator[Mutation]:
    """The mutations of a text with its tree."""
    places = _Places(text)
    around = surroundings(tree)
    for node in around.nodes:
        for operator in operators:
            for swap in operator(node, around):
                try:
                    yield from places.mutation(swap, around)
                except ValueError:
                    continue  # such a tree has no text, as bytes in an f-string


def rewritten(text: str, order: Random, count: int) -> tuple[str, list[str]]:
    """A text with up to `count` rules applied backwards, one after the other, and the rules that undo them."""
    used: list[str] = []
    for _ in range(count):
        tree = parse(text)
        if tree is None:
            break
        found = [m for m in mutations(text, tree, REWRITINGS) if m.operator not in used]
        if not found:
            break
        wanted = order.choice(sorted({m.operator for m in found}))
        chosen = order.choice([m for m in found if m.operator == wanted])
        new = next(apply(text, [chosen])).text
        used.append(wanted)
        if parse(new) is not None:
            text = new
        else:
            used[-1] += " (no program)"
    return text, [u for u in used if " " not in u]


class _Places:
    """Where the nodes of a text stand in its bytes."""

    def __init__(self, text: str) -> None:
        self.data = text.encode()
        self.starts = [0]
        for line in self.data.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def start(self, node: Any) -> int:
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            return self.data.rfind(b"@", 0, self.start(decorators[0]))
        start: int = self.starts[node.lineno - 1] + node.col_offset
        return start

    def end(self, node: Any) -> int:
        end: int = self.starts[node.end_lineno - 1] + node.end_col_offset
        return end

    def mutation(self, swap: Swap, around: Surroundings) -> Iterator[Mutation]:
        """The mutation that puts `swap.new` in the place of `swap.old`; none where its text cannot be found."""
        statement = around.statement(swap.old[0])
        place = (self.start(statement), self.header_end(statement))
        if isinstance(swap.old[0], ast.stmt):
            yield from self._statements(swap, place)
            return
        old, new = swap.old[0], swap.new[0]
        string = around.string(old)
        if string is not None:  # before Python 3.12 what lies in an f-string has no place of its own
            old, new = string, _replaced(string, old, new)
        if isinstance(old, (ast.expr, ast.arg, ast.keyword)):
            edit = Edit(self.start(old), self.end(old), self.shown(old, new))
            yield Mutation(swap.operator, (edit,), place)

    def _statements(self, swap: Swap, place: tuple[int, int]) -> Iterator[Mutation]:
        start, end = self.start(swap.old[0]), self.end(swap.old[-1])
        column = start - (self.data.rfind(b"\n", 0, start) + 1)
        before = self.data[start - column : start]
        if before.strip() or self.data.startswith(b"elif", start):
            return  # not alone on its line, or no statement by itself
        new = swap.new or [ast.Pass()]
        text = "\n".join(ast.unparse(ast.fix_missing_locations(n)) for n in new)
        text = textwrap.indent(text, before.decode(), lambda line: True)[len(before.decode()) :]
        if len(swap.old) > 1 or isinstance(swap.old[0], (ast.FunctionDef, ast.ClassDef)):
            place = (start, end if len(swap.old) > 1 else place[1])
        yield Mutation(swap.operator, (Edit(start, end, text),), place)

    def header_end(self, node: ast.AST) -> int:
        """Where a statement ends, a compound one's header."""
        body = getattr(node, "body", None) or getattr(node, "cases", None)
        if isinstance(body, list) and body and hasattr(body[0], "lineno"):
            return self.data.rfind(b":", 0, self.start(body[0])) + 1
        return self.end(node)

    def shown(self, old: ast.AST, new: ast.AST) -> str:
        text = ast.unparse(ast.fix_missing_locations(new))
        bare = isinstance(new, (ast.Name, ast.Attribute)) and isinstance(old, (ast.Name, ast.Attribute))
        plain = (ast.Starred, ast.Slice, ast.arg, ast.keyword)
        if bare or isinstance(new, plain) or (isinstance(new, ast.Tuple) and _has_slice(new)):
            return text
        return f"({text})"


def _has_slice(node: ast.Tuple) -> bool:
    return any(isinstance(n, (ast.Slice, ast.Starred)) for n in node.elts)


def _replaced(root: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """A copy of `root` with `new` in the place of `old`."""
    if root is old:
        return new
    made = copy.copy(root)
    for name, value in ast.iter_fields(root):
        if isinstance(value, ast.AST):
            setattr(made, name, _replaced(value, old, new))
        elif isinstance(value, list):
            setattr(made, name, [_replaced(v, old, new) if isinstance(v, ast.AST) else v for v in value])
    return made
