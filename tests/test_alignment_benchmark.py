"""The benchmark of alignment hides names, knows what belongs together, and sees what is wrong."""

from __future__ import annotations

import random
import sys

import pytest

import alignment
import alignment_pairs
from prediff.languages import get_language
from prediff.matchers.similarity import Likeness
from prediff.matchers.units import units_of
from prediff.tree import Attribute, Name, walk

OLD = """\
from typing import overload

def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

class Store:
    def __init__(self, path, limit):
        self.path = path
        self.limit = limit
        self.items = {}

    def load(self, key):
        found = self.items.get(key)
        if found is None:
            raise KeyError(key)
        return self.load(found) if found in self.items else found

    def gone(self):
        return sorted(self.items.values(), key=len)

def total(values):
    result = 0
    for value in values:
        result += value.amount * value.price
    return result
"""
NEW = """\
from typing import overload

def fact(n):
    return 1 if n < 2 else n * fact(n - 1)

@overload
def total(values: int) -> int: ...

def total(values):
    return sum(value.amount * value.price for value in values if value.amount)

class Store:
    def __init__(self, path, limit=100):
        self.path = Path(path)
        self.limit = limit
        self.items = {}

    def load(self, key):
        found = self.items.get(key.lower())
        if found is None:
            raise KeyError(key)
        return self.load(found) if found in self.items else found

    def come(self, where):
        with open(where) as handle:
            handle.write("\\n".join(self.items))
"""
PYTHON = get_language("python")


@pytest.fixture
def folders(tmp_path):
    for name, text in (("one", OLD), ("two", NEW)):
        (tmp_path / name / "store" / "_vendor").mkdir(parents=True)
        (tmp_path / name / "store" / "core.py").write_text(text)
        (tmp_path / name / "store" / "_vendor" / "other.py").write_text(text)
    (tmp_path / "one" / "store" / "old.py").write_text(OLD)
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def pair(folders):
    (found,) = alignment_pairs.file_pairs(*folders)
    return found


def test_what_belongs_together_and_how_far_it_was_rewritten(pair):
    assert pair.name == "store/core.py"
    kinds = {case.left: (case.right, case.kind) for case in pair.cases}
    assert kinds == {
        (1,): ((1,), "equal"),
        (2, 0): ((4, 0), "changed"),
        (2, 1): ((4, 1), "changed"),
        (2, 2): (None, "gone"),
        (3,): ((3,), "heavy"),
    }
    assert pair.new == {(2,), (4, 2)}


RENDER = """\
def render(template, values):
    found = []
    for part in template.parts:
        if part.name in values:
            found.append(values[part.name])
        else:
            found.append(part.default)
    return "".join(found)
"""
HANDS_ON = """\
def render(template, values=None):
    check(template)
    return _render(template, values or {})
"""
HELPER = RENDER.replace("def render", "def _render")
AREA = """\
def area(shape):
    return abs(sum(x * y for x, y in shape.corners)) / 2
"""


def truth(left, right, by_name=False, methods=False):
    """What belongs together, by indices of top-level functions, and which of the right are new; methods: by paths."""
    one, two = (alignment_pairs.normal_form(text, PYTHON) for text in (left, right))
    assert one is not None
    assert two is not None
    pair = alignment_pairs.file_pair("a.py", one, two, PYTHON, by_name)
    if methods:
        return {c.left: c.right for c in pair.cases}
    return {c.left[0]: c.right and c.right[0] for c in pair.cases}, {path[0] for path in pair.new}


def test_a_body_that_moved_on_belongs_to_what_it_was():
    assert truth(AREA + RENDER, HANDS_ON + HELPER + AREA) == ({0: 2, 1: 1}, {0})
    assert truth(AREA + RENDER, HANDS_ON + HELPER + AREA, by_name=True) == ({0: 2, 1: 0}, {1})


def test_a_body_that_came_in_belongs_to_what_it_was():
    assert truth(HANDS_ON + HELPER, RENDER) == ({0: None, 1: 0}, set())
    assert truth(HANDS_ON + HELPER, RENDER, by_name=True) == ({0: 0, 1: None}, set())


def test_a_method_that_moved_to_another_class_is_a_body_too():
    def method(name, text):
        return f"class {name}:\n" + "".join(f"    {line}\n" for line in text.splitlines())

    delegate = "def render(template, values):\n    return template.engine.render(values)\n"
    old, new = method("Old", RENDER), method("New", RENDER) + method("Old", delegate)
    assert truth(old, new, methods=True) == {(0, 0): (0, 0)}
    assert truth(old, new, methods=True, by_name=True) == {(0, 0): (1, 0)}


@pytest.mark.parametrize(
    ("left", "right"),
    [
        pytest.param(RENDER, HANDS_ON.replace("_render(", "other(") + HELPER, id="not handed on"),
        pytest.param(
            RENDER.replace("found = []", "found = _render()"), HANDS_ON + HELPER, id="mentioned before"
        ),
        pytest.param(RENDER, HANDS_ON + AREA.replace("area", "_render"), id="another body"),
        pytest.param(RENDER, RENDER.replace("found = []", "found = _render()") + HELPER, id="no closer"),
        pytest.param(RENDER + HELPER, HANDS_ON + HELPER, id="a name of both releases"),
        pytest.param(RENDER + RENDER.replace("render", "paint"), HANDS_ON + HELPER, id="as close to another"),
    ],
)
def test_else_the_name_says_what_belongs_together(left, right):
    assert truth(left, right) == truth(left, right, by_name=True)
    assert truth(left, right)[0][0] == 0


def test_no_name_of_a_function_is_left(pair):
    names = [{u.node.name for u in units_of(t.body)} - {"Store"} for t in (pair.left, pair.right)]
    assert not names[0] & names[1]
    assert all(name.strip("_").isdigit() for side in names for name in side)
    used = {n.id for n in walk(pair.left) if isinstance(n, Name)}
    used |= {n.name for n in walk(pair.left) if isinstance(n, Attribute)}
    assert not used & {"fact", "load", "total"}


def test_what_comes_out_is_counted(pair):
    tallies = alignment.run([pair])
    ordered = tallies["ordered"]
    assert dict(ordered.functions) == {"equal": 1, "changed": 2, "heavy": 1, "gone": 1}
    assert ordered.share("changed", "heavy", "equal") == 100
    assert not ordered.wrong
    assert tallies["shuffled"].share("changed", "equal") == 100
    assert ordered.row("all").startswith("| all | 100.0 % of 3 | 100.0 % of 1 | 100.0 % of 1 | 0.0 % of ")


def test_a_matcher_that_is_wrong_is_found_out(pair, monkeypatch):
    wrong = Likeness({(1,): (3,), (2, 0): (4, 1), (2, 2): (4, 2)})
    monkeypatch.setattr(alignment, "find_alike", lambda *_: wrong)
    tally = alignment.measured(pair, "ordered", PYTHON)
    assert dict(tally.wrong) == {"equal": 1, "changed": 1}
    assert (tally.pairs, tally.unknown, tally.share("equal", "changed", "heavy")) == (3, 1, 0)


def test_what_is_taken_out_must_stay_alone(pair, monkeypatch):
    monkeypatch.setattr(alignment, "HOLES", 1.1)
    assert alignment.measured(pair, "holes", PYTHON).functions == {"taken out": 4, "gone": 1}
    everything = Likeness({case.left: case.right or (4, 2) for case in pair.cases})
    monkeypatch.setattr(alignment, "find_alike", lambda *_: everything)
    tally = alignment.measured(pair, "holes", PYTHON)
    assert dict(tally.wrong) == {"taken out": 4}


def test_few_names_are_hidden(pair, monkeypatch):
    monkeypatch.setattr(alignment, "FEW", 0.0)
    left, right, cases = alignment.few(pair, random.Random(1))
    assert not cases
    names = [{u.node.name for u in units_of(tree.body)} for tree in (left, right)]
    assert names[0] == names[1]


def test_the_command(folders, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(alignment, "fetch", lambda name, version, work: folders[version == "2"])
    monkeypatch.setattr(alignment, "releases", lambda use, only: [("store", "1", "2")])
    monkeypatch.setattr(sys, "argv", ["alignment.py", "--work", str(tmp_path), "--show"])
    assert alignment.main() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| store 1 to 2 | 100.0 % of 3 |")
    assert [line.split(" | ")[0] for line in lines[-4:]] == [f"| {s}" for s in alignment.SCENARIOS]


def test_the_table_can_be_read():
    rows = list(alignment_pairs.releases("report", frozenset()))
    assert ("werkzeug", "1.0.1", "2.0.3") in rows
    assert not {name for name, _, _ in rows} & {
        n for n, _, _ in alignment_pairs.releases("tune", frozenset())
    }
    assert {n for n, _, _ in alignment_pairs.releases("all", frozenset({"click"}))} == {"click"}


def test_a_model_adds_pairs_of_what_is_left_over(folders, monkeypatch):
    """Vectors of words, in the place of a model's: where the matchers find nothing, all pairs are theirs."""
    from collections import Counter

    class Words:
        def embed(self, units):
            counts = [Counter(unit.text.replace("(", " ").replace(".", " ").split()) for unit in units]
            words = sorted(set().union(*counts))
            rows = [[float(count[word]) for word in words] for count in counts]
            return [tuple(x / sum(y * y for y in row) ** 0.5 for x in row) for row in rows]

    monkeypatch.setattr(alignment, "fold", lambda *_: ())
    monkeypatch.setattr(alignment, "find_alike", lambda *_: Likeness({}, (), (), ()))
    found = alignment.run(list(alignment_pairs.file_pairs(*folders)), embedder=Words())
    assert found["ordered"].pairs == 0
    with_model = found["ordered, with a model"]
    assert with_model.pairs > 0
    assert sum(with_model.right.values()) > 0
