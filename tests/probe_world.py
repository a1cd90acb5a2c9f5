"""Runs snippets in a world in which every unknown name is a probe, and notes what the snippet does to the probes.

Two snippets that do the same leave the same notes, whatever the probes' truth values and lengths are; those depend on a
seed. Reading a name, an attribute or an item is not noted, as under reads-pure, nor is showing a value.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec, module_from_spec
from typing import Any
from zlib import crc32

MAX_EVENTS = 300
MAX_LINES = 3000


REAL = frozenset(
    {
        "__future__",
        "abc",
        "collections",
        "dataclasses",
        "enum",
        "functools",
        "operator",
        "re",
        "socket",
        "typing",
    }
)
"""Modules that a snippet really imports: rules know what their names stand for."""
COPIED = frozenset({"subprocess"})
"""The same, but a snippet gets a copy of its own, since it may replace a function there."""
VALUES = {"sys.platform": "linux", "os.name": "posix", "sys.maxsize": 2**63 - 1}
"""What rules know to be of built-in classes."""
UNREAD = frozenset({"__name__", "__builtins__", "__doc__", "__annotations__", "_Feature"})


class TooLong(BaseException):
    """The snippet was stopped: both sides are stopped after as many notes."""


class World(dict[str, Any]):
    """Globals in which a name that nothing binds is a probe of that name."""

    def __init__(self, seed: int) -> None:
        super().__init__(__name__="world", __builtins__=self.builtins())
        self.seed = seed
        self.notes: list[str] = []

    def __missing__(self, name: str) -> Any:
        if name in self["__builtins__"]:
            raise KeyError(name)
        return Probe(self, name)

    def note(self, text: str) -> None:
        self.notes.append(text)
        if len(self.notes) > MAX_EVENTS:
            raise TooLong

    def number(self, name: str, limit: int) -> int:
        return crc32(f"{self.seed} {name}".encode()) % limit

    def builtins(self) -> dict[str, Any]:
        def fake_import(name: str, *rest: Any) -> Any:
            if name in COPIED:
                return _copy_of(name)
            if name in REAL:
                return __import__(name, *rest)
            taken = len(rest) > 2 and rest[2]  # the names of a `from`; else the outermost package is given
            return Probe(self, name if taken else name.partition(".")[0])

        def fake_open(path: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            return Probe(self, "open")(path, mode.replace("t", ""), *rest, **named)

        def fake_print(*values: Any, sep: str = " ", end: str = "\n", **named: Any) -> None:
            self.note(f"print {sep.join(map(str, values))}{end}{shown(named)}")

        hidden = {"eval", "exec", "input", "breakpoint", "exit", "quit", "help", "globals", "locals", "vars"}
        table = {k: v for k, v in vars(builtins).items() if k not in hidden}
        return table | {"__import__": fake_import, "open": fake_open, "print": fake_print}


def _copy_of(name: str) -> types.ModuleType:
    spec = find_spec(name)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _operation(name: str) -> Callable[..., Any]:
    def operate(self: Probe, *others: Any) -> Any:
        self.world.note(f"{self.name} {name} {shown(others)}")
        return Probe(self.world, f"({self.name} {name} {shown(others)})")

    return operate


def _question(name: str) -> Callable[..., bool]:
    def answer(self: Probe, *others: Any) -> bool:
        text = f"{self.name} {name} {shown(others)}"
        self.world.note(text)
        return bool(self.world.number(text, 2))

    return answer


class Probe:
    """A value that can do everything, and notes what is done."""

    def __init__(self, world: World, name: str) -> None:
        self.__dict__["world"] = world
        self.__dict__["name"] = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        dotted = f"{self.name}.{name}"
        return VALUES[dotted] if dotted in VALUES else Probe(self.world, dotted)

    def __getitem__(self, key: Any) -> Any:
        return Probe(self.world, f"{self.name}[{shown(key)}]")

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.world.note(f"{self.name}{shown(args)}{shown(named)}")
        return Probe(self.world, f"{self.name}{shown(args)}")

    def __iter__(self) -> Iterator[Any]:
        self.world.note(f"iter {self.name}")
        for i in range(self.world.number(f"iter {self.name}", 4)):
            self.world.note(f"next {self.name}")
            yield Probe(self.world, f"{self.name}#{i}")

    def __len__(self) -> int:
        return int(self.world.number(f"len {self.name}", 4))

    def __index__(self) -> int:
        return int(self.world.number(f"index {self.name}", 4))

    def __hash__(self) -> int:
        return int(self.world.number(self.name, 1 << 30))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Probe) and other.name == self.name:
            return True  # sets ask at moments of their own
        self.world.note(text := f"{self.name} == {shown(other)}")
        return bool(self.world.number(text, 2))

    def __setattr__(self, name: str, value: Any) -> None:
        self.world.note(f"{self.name}.{name} = {shown(value)}")

    def __setitem__(self, key: Any, value: Any) -> None:
        self.world.note(f"{self.name}[{shown(key)}] = {shown(value)}")

    def __delitem__(self, key: Any) -> None:
        self.world.note(f"del {self.name}[{shown(key)}]")

    def __delattr__(self, name: str) -> None:
        self.world.note(f"del {self.name}.{name}")

    # What is shown tells how much was done before, so that showing later, or earlier, is seen in the text.

    def __format__(self, spec: str) -> str:
        return f"<{self.name}:{spec}@{len(self.world.notes)}>"

    def __str__(self) -> str:
        return f"<{self.name}@{len(self.world.notes)}>"

    def __repr__(self) -> str:
        return f"<<{self.name}@{len(self.world.notes)}>>"

    def __enter__(self) -> Any:
        return Probe(self.world, f"{self.name}.enter")()

    def __exit__(self, *error: object) -> None:
        self.world.note(f"exit {self.name} {error[0]}")

    __bool__ = _question("bool")
    __contains__ = _question("contains")
    __ne__ = _question("!=")
    __lt__, __le__, __gt__, __ge__ = _question("<"), _question("<="), _question(">"), _question(">=")
    __add__, __radd__, __sub__, __rsub__ = (
        _operation("+"),
        _operation("r+"),
        _operation("-"),
        _operation("r-"),
    )
    __mul__, __rmul__, __mod__, __rmod__ = (
        _operation("*"),
        _operation("r*"),
        _operation("%"),
        _operation("r%"),
    )
    __floordiv__, __truediv__, __and__, __or__ = (
        _operation("//"),
        _operation("/"),
        _operation("&"),
        _operation("|"),
    )
    __neg__, __invert__, __pos__ = _operation("neg"), _operation("invert"), _operation("pos")


def shown(value: Any) -> str:
    """A value as the notes show it; nothing is asked of a probe."""
    if isinstance(value, Probe):
        return str(value.name)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(k)}: {shown(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__} {sorted(map(shown, value))}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__} [{', '.join(map(shown, value))}]"
    if isinstance(value, (types.FunctionType, types.MethodType, type, types.ModuleType)):
        return str(type(value).__name__)
    if isinstance(value, (range, str, bytes, int, float, complex)) or value is None:
        return repr(value)
    return type(value).__name__


def outcome(text: str, seed: int) -> list[str]:
    """What a snippet does: the notes, how it ends, and the names it binds; functions are called once, too."""
    world = World(seed)
    lines = 0

    def trace(frame: Any, event: str, argument: object) -> Any:
        nonlocal lines
        if frame.f_code.co_filename == "<snippet>":
            lines += 1
            if lines > MAX_LINES:
                raise TooLong
        return trace

    code = compile(text, "<snippet>", "exec", dont_inherit=True)
    before = sys.gettrace()
    ends: list[str] = []
    bound: dict[str, str] = {}

    def keep(name: str, value: Any) -> None:
        bound[name] = _kept(world, value)

    sys.settrace(trace)
    try:
        ends.append(_end(lambda: exec(code, world)))
        for name, value in list(world.items()):
            if name not in UNREAD and type(value).__name__ not in UNREAD:
                ends.append(_end(partial(keep, name, value)))
    finally:
        sys.settrace(before)
    stopped = any("TooLong" in e for e in ends)
    return world.notes[:MAX_EVENTS] if stopped else [*world.notes, *ends, repr(sorted(bound.items()))]


def _kept(world: World, value: Any) -> str:
    """What is left under a name: iterators are used up, functions are called with probes."""
    if isinstance(value, types.FunctionType):
        count = value.__code__.co_argcount
        return _kept(world, value(*[Probe(world, f"argument {i}") for i in range(count)]))
    if isinstance(value, types.CoroutineType):
        value.close()
        return "coroutine"
    if isinstance(value, (types.GeneratorType, map, filter, zip, enumerate)):
        return shown(list(value))
    return shown(value)


def _end(action: Callable[[], object]) -> str:
    try:
        action()
    except (Exception, TooLong) as error:
        return type(error).__name__
    return "ended"
