"""The benchmarks of trust can fail: a comparison that lies is found out, and a sample of each holds."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

import mutants
import planted
import records
from corpus import Piece, library, python_pieces
from mutation.python import rewritten
from prediff.model import LineMap, Settings, SourceFile
from prediff.pipeline import compare
from rule_times import rule_times
from suites.outcomes import Expected

TEXT = """\
def f(items, limit):
    total = 0
    for item in items:
        if item.size < limit and item is not None:
            total += item.size
        else:
            return -1
    return total
"""
OTHER = """\
def f(items, limit):
    '''Adds up the small ones.'''
    sum_ = 0
    for i in items:
        if not (i.size < limit and not i is None):
            return -1
        sum_ += i.size
    return sum_
"""
MUTANTS = mutants.Task(Piece("f", TEXT), "python", ("safe", "relaxed"), 60, 1)
PLANTED = planted.Task("samples", "f", "python", TEXT, OTHER, "safe", 1, ("branch-polarity",))


def test_no_mutant_is_hidden():
    tally = mutants.check(MUTANTS)
    assert tally.mutants == 60
    assert not tally.hidden
    assert tally.by_level == {"safe": 60, "relaxed": 60}


def test_a_hidden_mutant_is_found_out(monkeypatch):
    monkeypatch.setattr(mutants, "compare", lambda one, two, settings: compare(one, one, settings))
    tally = mutants.check(MUTANTS)
    assert len(tally.hidden) > 80
    assert "f: " in str(tally.hidden[0])


def test_rules_applied_backwards_are_found_the_same():
    """Of real functions rewritten by one rule backwards nearly all are; a name in a string may keep one from it."""
    found: Counter[tuple[str, bool]] = Counter()
    for name in (
        "textwrap",
        "shlex",
        "fnmatch",
        "heapq",
        "bisect",
        "string",
        "queue",
        "sched",
        "netrc",
        "cmd",
        "copy",
    ):
        for number, piece in enumerate(python_pieces(library() / f"{name}.py", name)):
            for turn in range(2):
                text, used = rewritten(piece.text, random.Random(f"{number} {turn}"), 1)
                if used:
                    one, two = (SourceFile("a.py", t, "python") for t in (piece.text, text))
                    found[used[0], compare(one, two, Settings()).same] += 1
    same = sum(count for (_, equal), count in found.items() if equal)
    assert sum(found.values()) > 200
    assert same > 0.97 * sum(found.values()), {rule for (rule, equal), _ in found.items() if not equal}
    assert len({rule for rule, equal in found if equal}) > 12


def test_planted_bugs_stand_out():
    tally = planted.check(PLANTED)
    assert tally.unequal == {}
    assert tally.bugs["samples"] > 40
    assert not tally.hidden
    assert not tally.misplaced
    assert planted.spread(tally.lines)["median"] <= 2


def test_a_hidden_planted_bug_is_found_out(monkeypatch):
    def lying(one, two, settings):
        return compare(one, replace(two, text=OTHER), settings)

    monkeypatch.setattr(planted, "compare", lying)
    assert len(planted.check(PLANTED).hidden) > 40


def test_each_rule_s_time_is_taken():
    times = rule_times([SourceFile("f.py", OTHER, "python")], "python", "safe")
    applied = {t.rule for t in times if t.applied}
    assert "docstring" in applied
    assert all(t.asked >= t.applied and t.ms >= 0 for t in times)
    assert sum(t.share for t in times) <= 1


def test_a_bug_that_is_shown_elsewhere_is_found_out(monkeypatch):
    def astray(one, two, settings):
        report = compare(one, two, settings)
        nowhere = LineMap(tuple((99, 99) for _ in report.line_maps[1].lines))
        return replace(report, line_maps=(report.line_maps[0], nowhere))

    monkeypatch.setattr(planted, "compare", astray)
    assert planted.check(PLANTED).misplaced


def test_a_record_names_no_folder_of_this_machine():
    said = records.command(
        ["/x/benchmarks/planted.py", "--clones", "/y", "--jobs", "3", "--work", "/z", "--record"]
    )
    assert said == "python benchmarks/planted.py --clones CLONES --record"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--levels", "safest"], "unknown level safest"),
        (["--folder", "no/such/folder"], "no/such/folder is no folder"),
    ],
)
def test_bad_options_of_mutants(arguments, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        mutants.main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--source", "rumours"], "unknown source rumours"), (["--clones", "no/such"], "no/such is no folder")],
)
def test_bad_options_of_planted(arguments, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        planted.main(arguments)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("a.test_*", "a.test_b", True),
        ("a.Pure*.test_update", "a.PureMapping.test_update", True),
        ("a.Pure*.test_update", "a.PureMapping.test_update_more", False),
        ("a.test_b", "a.test_bc", False),
        ("a.test[x]", "a.test[x]", True),
        ("a.test[x]", "a.testx", False),
        ("a.b", "axb", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern, name, covered):
    assert Expected("suite*", pattern, "exact-dict", "").covers("suites", name, "relaxed") == covered
