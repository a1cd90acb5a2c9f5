"""`dataclass(slots=True)`, frozen or not, that costs a fraction to make.

The standard decorator writes and compiles up to five methods for each class: half of the time that the command takes to
start goes there. Here the classes share what can be shared, and `__init__` is compiled when the first instance is made.
Everything else is the standard library's: `fields`, `replace`, `asdict`, pattern matching, pickling and copying hold.
Type checkers see the standard decorator.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(
        *, slots: bool, frozen: bool = False, eq: bool = True, repr: bool = True
    ) -> Callable[[type], type]:
        """A decorator for slotted classes; the arguments are those of `dataclasses.dataclass`.

        Raises TypeError where no slots are asked for: the standard decorator is then the right one.
        """
        if not slots:
            raise TypeError("for classes with slots; use dataclasses.dataclass for others")

        def made(cls: type) -> type:
            cls.__doc__ = cls.__doc__ or cls.__name__  # or the signature would be worked out for one
            return _finished(_slotted(cls), frozen, eq, repr)

        return made


__all__ = ["dataclass"]


def _slotted(cls: Any) -> Any:
    return dataclasses.dataclass(init=False, eq=False, repr=False, slots=True)(cls)


def _finished(cls: Any, frozen: bool, eq: bool, shown: bool) -> Any:
    """`cls` with the methods that the decorator would have written, but for those that it has itself."""
    fields = dataclasses.fields(cls)
    if any(f.hash is not None for f in fields):
        raise TypeError(
            f"{cls.__name__}: a field that is hashed otherwise than it is compared is not made here"
        )
    own = cls.__dict__
    methods: dict[str, Any] = {"__init__": _first_init(cls)}
    if frozen:
        methods |= {
            "__setattr__": _refuse_to_set,
            "__delattr__": _refuse_to_delete,
            "__getstate__": _state,
            "__setstate__": _restore,
        }
    if eq:
        values = _values_of([f.name for f in fields if f.compare])
        methods["__eq__"] = _equality(values)
        # A class with `__eq__` of its own has `__hash__ = None`, which counts as none here as it does there.
        methods["__hash__"] = _hashing(values) if frozen else None
    if shown:
        methods["__repr__"] = _representation([f.name for f in fields if f.repr])
    for name, method in methods.items():
        if own.get(name) is None:
            setattr(cls, name, method)
    return cls


def _first_init(cls: type) -> Callable[..., None]:
    """An `__init__` that compiles the real one, puts it in its own place and calls it."""

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        made = _init(cls)
        cls.__init__ = made  # type: ignore[misc]
        made(self, *args, **kwargs)

    return __init__


def _init(cls: Any) -> Callable[..., None]:
    """The compiled `__init__`. It writes through the slots: a third quicker than `object.__setattr__`, by name."""
    known: dict[str, Any] = {"_missing": dataclasses.MISSING, "__name__": cls.__module__}
    plain: list[str] = []
    keywords: list[str] = []
    body: list[str] = []
    for f in dataclasses.fields(cls):
        name, parameter, value = f.name, f.name, f.name
        known[f"_set_{name}"] = getattr(cls, name).__set__
        if f.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = f.default
            parameter = f"{name}=_default_{name}"
        elif f.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = f.default_factory
            parameter = f"{name}=_missing"
            value = f"_make_{name}() if {name} is _missing else {name}"
        if f.init:
            (keywords if f.kw_only else plain).append(parameter)
        elif parameter == name:
            continue  # `__post_init__` gives it a value
        else:
            value = value.partition(" if ")[0] if f.default is dataclasses.MISSING else f"_default_{name}"
        body.append(f"    _set_{name}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("    self.__post_init__()")
    parameters = ", ".join(["self", *plain, *(["*", *keywords] if keywords else [])])
    exec("\n".join([f"def __init__({parameters}):", *(body or ["    pass"])]), known)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, f.name) for f in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for f, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, f.name, value)


def _values_of(names: list[str]) -> Callable[[Any], object]:
    """What gives the values of some fields as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _equality(values: Callable[[Any], object]) -> Callable[[Any, Any], bool]:
    def __eq__(self: Any, other: Any) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return values(self) == values(other)

    return __eq__


def _hashing(values: Callable[[Any], object]) -> Callable[[Any], int]:
    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __hash__


def _representation(names: list[str]) -> Callable[[Any], str]:
    @recursive_repr()
    def __repr__(self: Any) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{self.__class__.__qualname__}({shown})"

    return __repr__
