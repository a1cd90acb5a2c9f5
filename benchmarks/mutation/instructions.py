"""Whether two texts compile to code that does the same: the control flow of their instructions is compared.

Two code objects are equal if walking both from the start, step by step, never meets instructions that differ. Jumps
that only lead on, the order in which blocks are laid out, code that is never reached and the sense of a conditional
jump take no part. This is the interpreter's own view of a text, and owes nothing to prediff.
"""

from __future__ import annotations

import dis
import inspect
from bisect import bisect_right
from dataclasses import dataclass
from types import CodeType
from typing import Any

_SILENT = frozenset({"CACHE", "NOP", "EXTENDED_ARG", "RESUME", "NOT_TAKEN", "PRECALL"})
_ONWARD = frozenset({"JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "JUMP_ABSOLUTE"})
_ENDS = frozenset({"RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE", "INTERPRETER_EXIT"})
_SENSES = {
    "IF_TRUE": ("IF", True),
    "IF_FALSE": ("IF", False),
    "IF_NONE": ("NONE", True),
    "IF_NOT_NONE": ("NONE", False),
}

_FUNCTION = inspect.CO_OPTIMIZED | inspect.CO_NEWLOCALS

Step = tuple[Any, tuple[int, ...]]
"""What an instruction does, and the indices of those that may follow, in a fixed order."""


def equal(one: CodeType, two: CodeType, by_binder: bool = False) -> bool:
    """Whether two code objects, and all that are nested in them, do the same.

    by_binder: the locals of the one may have other names in the other, each the same one throughout. Parameters, and
    what a nested function reads, keep theirs.
    """
    if _signature(one) != _signature(two):
        return False
    names = _Names(_signature(one)[4], by_binder)
    a, b = _Flow(one), _Flow(two)
    waiting, seen = [(0, 0)], set()
    while waiting:
        pair = (a.onward(waiting[-1][0]), b.onward(waiting.pop()[1]))
        if pair in seen:
            continue
        seen.add(pair)
        (what, after), (other, others) = a.step(pair[0]), b.step(pair[1])
        if len(after) != len(others) or not _same(what, other, names):
            return False
        waiting += zip(after, others, strict=True)
        handlers = a.handler(pair[0]), b.handler(pair[1])
        if (handlers[0] is None) is not (handlers[1] is None):
            return False
        if handlers[0] is not None and handlers[1] is not None:
            if handlers[0][1:] != handlers[1][1:]:
                return False
            waiting.append((handlers[0][0], handlers[1][0]))
    return True


def _signature(code: CodeType) -> tuple[Any, ...]:
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    names = code.co_varnames[:count]
    kinds = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
    docstring = [c for c in code.co_consts[:1] if isinstance(c, str)] if code.co_flags & _FUNCTION else []
    return (*kinds, names, code.co_freevars, code.co_cellvars, *docstring)


class _Names:
    """Which local of the one code stands for which of the other."""

    def __init__(self, parameters: tuple[str, ...], by_binder: bool) -> None:
        self.by_binder = by_binder
        self.there = {name: name for name in parameters}
        self.back = dict(self.there)

    def same_all(self, one: str | tuple[str, ...], two: str | tuple[str, ...]) -> bool:
        """What one instruction reads or writes: a name, or two names since Python 3.13."""
        if isinstance(one, str) or isinstance(two, str):
            return isinstance(one, str) and isinstance(two, str) and self.same(one, two)
        return len(one) == len(two) and all(self.same(a, b) for a, b in zip(one, two, strict=True))

    def same(self, one: str, two: str) -> bool:
        if not self.by_binder:
            return one == two
        return self.there.setdefault(one, two) == two and self.back.setdefault(two, one) == one


def _same(what: Any, other: Any, names: _Names) -> bool:
    if isinstance(what, CodeType) and isinstance(other, CodeType):
        return equal(what, other, names.by_binder)
    if isinstance(what, tuple) and isinstance(other, tuple) and len(what) == len(other):
        if len(what) == 2 and what[0] == other[0] and "_FAST" in str(what[0]):
            return names.same_all(what[1], other[1])
        return all(_same(a, b, names) for a, b in zip(what, other, strict=True))
    return type(what) is type(other) and (what == other or what != what) and repr(what) == repr(other)


@dataclass(frozen=True, slots=True)
class _Protected:
    """A range of offsets whose exceptions go to a handler."""

    start: int
    end: int
    target: int
    depth: int
    lasti: bool


class _Flow:
    """The instructions of one code object as a graph."""

    def __init__(self, code: CodeType) -> None:
        self.all = [i for i in dis.get_instructions(code) if i.opname not in _SILENT]
        self.offsets = [i.offset for i in self.all]
        table = getattr(dis, "_parse_exception_table", None)
        entries = table(code) if table is not None else []
        self.protected = [_Protected(e.start, e.end, e.target, e.depth, e.lasti) for e in entries]

    def index(self, offset: int) -> int:
        """The first instruction that counts at an offset or behind it."""
        return bisect_right(self.offsets, offset - 1)

    def onward(self, i: int) -> int:
        """Where jumps that only lead on end; -1 for a loop that does nothing."""
        seen = set()
        while self.all[i].opname in _ONWARD:
            if i in seen:
                return i
            seen.add(i)
            i = self.index(self.all[i].argval)
        return i

    def step(self, i: int) -> Step:
        one = self.all[i]
        if one.opname in _ENDS:
            return (one.opname, one.argval), ()
        if one.opname in _ONWARD:
            return "nothing for ever", ()
        if one.opcode not in dis.hasjrel and one.opcode not in dis.hasjabs:
            return (one.opname, one.argval if one.arg is not None else None), (i + 1,)
        target = self.index(one.argval)
        for ending, (kind, sense) in _SENSES.items():
            if one.opname.startswith("POP_JUMP") and one.opname.endswith(ending):
                return kind, (target, i + 1) if sense else (i + 1, target)
        return one.opname, (i + 1, target)

    def handler(self, i: int) -> tuple[int, int, bool] | None:
        """Where exceptions of an instruction go: the index, the depth of the stack, whether it is told where."""
        offset = self.all[i].offset
        for entry in self.protected:
            if entry.start <= offset < entry.end:
                return self.index(entry.target), entry.depth, entry.lasti
        return None
