"""The logic tree: equality, hashes, walking and copying."""

from __future__ import annotations

import dataclasses

import pytest

from prediff.languages.python import ast_reader
from prediff.tree import (
    CHILD_FIELDS,
    FIELDS,
    NODE_CLASSES,
    NOWHERE,
    Binary,
    Block,
    Literal,
    Name,
    Node,
    children,
    first_difference,
    hull,
    map_children,
    tree_hash,
    trees_equal,
    update,
    walk,
)

read = ast_reader.read

UNEQUAL = [
    ("for x in y:\n    f(x)\n    return_(x)\n", "for x in y:\n    f(x)\nreturn_(x)\n"),
    ("a = 'b '", "a = 'b'"),
    ("a = 'b'", "a = b'b'"),
    ("a = 1", "a = True"),
    ("a = 1", "a = 1.0"),
    ("a = '1'", "a = 1"),
    ("f(a, b)", "f((a, b))"),
    ("f(a)(b)", "f(a, b)"),
    ("[a, [b]]", "[[a], b]"),
    ("f(a=b)", "f(**b)"),
    ("async def f(): pass", "def f(): pass"),
    ("a = ''", "a = None"),
    ("x = ('a', 'b,c')", "x = ('a,b', 'c')"),
]


@pytest.mark.parametrize(("left", "right"), UNEQUAL)
def test_what_differs_has_another_hash(left, right):
    assert not trees_equal(read(left), read(right))
    assert tree_hash(read(left)) != tree_hash(read(right))


def test_positions_take_no_part():
    assert trees_equal(read("f(a,b)"), read("f( a,\n b )"))
    assert tree_hash(read("f(a,b)")) == tree_hash(read("f( a,\n b )"))


def test_zero_and_minus_zero_are_told_apart():
    assert not trees_equal(Literal("float", 0.0), Literal("float", -0.0))


def test_the_first_difference_is_the_first_in_the_source():
    difference = first_difference(read("f(a, g(b), c)"), read("f(a, g(x), y)"))
    assert difference == (Name("b"), Name("x"))


def test_deep_trees_are_compared_hashed_and_walked():
    one: Node = Name("x")
    two: Node = Name("x")
    for _ in range(50_000):
        one, two = Binary("+", one, Name("x")), Binary("+", two, Name("x"))
    assert trees_equal(one, two)
    assert tree_hash(one) == tree_hash(two)
    assert sum(1 for _ in walk(one)) == 100_001


def test_walk_is_in_the_order_of_the_source():
    assert [n.id for n in walk(read("a = f(b, c[d])\nif e: g")) if isinstance(n, Name)] == list("afbcdeg")


def test_update_and_map_children_keep_what_does_not_change():
    node = read("f(a)\n").body[0]
    assert map_children(node, lambda child: child) is node
    changed = update(node, value=Name("x"))
    assert (changed.span, changed.header) == (node.span, node.header)
    assert changed.value == Name("x")


def test_every_class_is_frozen_slotted_and_knows_its_children():
    for cls in NODE_CLASSES:
        assert dataclasses.is_dataclass(cls)
        assert "__slots__" in vars(cls), cls
        assert set(CHILD_FIELDS[cls]) <= set(FIELDS[cls])
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(Name("a"), "id", "b")  # noqa: B010 - a plain assignment is refused by the type checker


def test_children_leave_tokens_out():
    assert children(Block((Name("a"), Name("b")))) == [Name("a"), Name("b")]


def test_the_hull_of_spans():
    assert hull([(2, 4, 2, 9), NOWHERE, (1, 8, 1, 9)]) == (1, 8, 2, 9)
    assert hull([NOWHERE]) == NOWHERE
