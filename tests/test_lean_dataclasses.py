"""The lean decorator against the standard one: the same class bodies, the same behaviour."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, field

import pytest

from prediff import lean_dataclasses

MADE = {"lean": lean_dataclasses.dataclass, "standard": dataclasses.dataclass}


def bodies(dataclass):
    """Classes of all the shapes that prediff has, by name."""

    @dataclass(frozen=True, slots=True)
    class Point:
        """A point."""

        x: int
        y: int = 2
        names: tuple[str, ...] = ()
        note: str = field(default="", compare=False, repr=False)

    @dataclass(frozen=True, slots=True)
    class One:
        value: float

    @dataclass(frozen=True, slots=True)
    class Empty:
        pass

    @dataclass(frozen=True, slots=True)
    class Made:
        items: list[int] = field(default_factory=list)
        at: int = field(default=3, kw_only=True)

    @dataclass(slots=True)
    class Changing:
        count: int = 0
        seen: set[int] = field(default_factory=set)
        half: int = field(init=False)
        fixed: int = field(init=False, default=7)
        own: list[int] = field(init=False, default_factory=list)

        def __post_init__(self):
            self.half = self.count // 2

    @dataclass(frozen=True, slots=True, eq=False)
    class ByIdentity:
        x: int

    @dataclass(frozen=True, slots=True, eq=False, repr=False)
    class Base:
        span: int = field(default=0, kw_only=True, compare=False, repr=False)

        def __eq__(self, other):
            return isinstance(other, Base)

        def __hash__(self):
            return 1

        def __repr__(self):
            return f"<{self.__class__.__name__}>"

    @dataclass(frozen=True, slots=True, eq=False, repr=False)
    class Derived(Base):
        left: int
        right: int | None = None

    @dataclass(frozen=True, slots=True)
    class OwnEquality:  # noqa: PLW1641
        x: int

        def __eq__(self, other):
            return True

    return [Point, One, Empty, Made, Changing, ByIdentity, Base, Derived, OwnEquality]


CLASSES = list(zip(*(bodies(make) for make in MADE.values()), strict=True))
CALLS = [
    ((), {}),
    ((1,), {}),
    ((1, 5), {}),
    ((), {"x": 1, "y": 5}),
    ((1, 2, ("a",)), {"note": "n"}),
    ((), {"value": 1.5}),
    (([1, 2],), {"at": 4}),
    (([1, 2], 4), {}),
    ((4,), {"seen": {1}}),
    ((4,), {"half": 1}),
    ((1, 2), {"span": 9}),
    ((1, 2, 3, 4, 5, 6), {}),
    ((), {"unknown": 1}),
]


def called(cls, args, kwargs):
    try:
        return cls(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    except TypeError as error:
        return str(error).replace(cls.__qualname__, cls.__name__)


def told(value):
    if isinstance(value, str):
        return value
    if value.__class__.__name__ == "ByIdentity":
        return [value.x]
    return [repr(value).replace("bodies.<locals>.", ""), dataclasses.asdict(value)]


@pytest.mark.parametrize(("lean", "standard"), CLASSES, ids=lambda cls: cls.__name__)
@pytest.mark.parametrize(("args", "kwargs"), CALLS)
def test_instances_are_made_and_shown_alike(lean, standard, args, kwargs):
    assert told(called(lean, args, kwargs)) == told(called(standard, args, kwargs))


@pytest.mark.parametrize(("lean", "standard"), CLASSES, ids=lambda cls: cls.__name__)
def test_equality_and_hashes_are_alike(lean, standard):
    found: list[object] = []
    for cls in (lean, standard):
        made = [one for args, kwargs in CALLS if not isinstance(one := called(cls, args, kwargs), str)]
        found.append([[a == b for a in made] for b in made])
        try:
            hashes = [hash(one) for one in made]
        except TypeError as error:
            found.append(str(error))
        else:
            identity = cls.__hash__ is object.__hash__
            found.append("by identity" if identity else hashes)
    assert found[:2] == found[2:]


@pytest.mark.parametrize(("lean", "standard"), CLASSES, ids=lambda cls: cls.__name__)
def test_classes_are_alike(lean, standard):
    for name in ("__match_args__", "__slots__"):
        assert getattr(lean, name) == getattr(standard, name)
    assert [(f.name, f.type, f.kw_only) for f in dataclasses.fields(lean)] == [
        (f.name, f.type, f.kw_only) for f in dataclasses.fields(standard)
    ]


def test_equal_values_of_other_classes_are_not_equal():
    point, one = CLASSES[0][0], CLASSES[1][0]
    assert point(1) != one(1)
    assert point(1) != (1, 2, ())
    not_a_number = float("nan")
    assert one(not_a_number) == one(not_a_number)  # as tuples are, and the standard decorator


def test_frozen_is_frozen():
    point = CLASSES[0][0](1)
    for act in (lambda: setattr(point, "x", 2), lambda: delattr(point, "x"), lambda: setattr(point, "z", 2)):
        with pytest.raises(FrozenInstanceError):
            act()
    changing = CLASSES[4][0](4)
    changing.count = 5
    assert (changing.count, changing.half, changing.fixed) == (5, 2, 7)
    with pytest.raises(AttributeError):
        changing.other = 1


def test_copies_replacements_and_patterns():
    point = CLASSES[0][0](1, 5, ("a",), "n")
    assert copy.copy(point) == copy.deepcopy(point) == point
    assert copy.copy(point).note == "n"
    assert dataclasses.replace(point, y=6) == CLASSES[0][0](1, 6, ("a",))
    match Sent(1, ("a",)):
        case Sent(x, names):
            assert (x, names) == (1, ("a",))
        case _:
            raise AssertionError


@lean_dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    x: int
    names: tuple[str, ...] = ()
    quiet: int = field(default=0, compare=False)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_instances_are_pickled(protocol):
    back = pickle.loads(pickle.dumps(Sent(1, ("a",), 4), protocol))
    assert (back, back.quiet) == (Sent(1, ("a",)), 4)


def test_a_first_instance_from_a_pickle_alone():
    """A process that has only read instances has never called `__init__`."""
    code = (
        "import pickle, sys; from prediff.model import Settings; data = sys.stdin.buffer.read();"
        "one = pickle.loads(data); assert one.level == 'relaxed'; assert one == Settings('relaxed')"
    )
    from prediff.model import Settings

    subprocess.run([sys.executable, "-c", code], input=pickle.dumps(Settings("relaxed")), check=True)


def test_what_is_not_made_here_is_refused():
    with pytest.raises(TypeError, match=r"dataclasses\.dataclass"):
        lean_dataclasses.dataclass(slots=False)
    with pytest.raises(TypeError, match="hashed otherwise"):

        @lean_dataclasses.dataclass(frozen=True, slots=True)
        class _Wrong:
            x: int = field(hash=False)
