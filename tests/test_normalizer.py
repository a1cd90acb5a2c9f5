"""The engine: fixpoint, positions, provenance, line map, step-down. Rules have their own tests."""

from __future__ import annotations

import pytest

import prediff
from prediff.languages import get_language
from prediff.model import ParsedFile, Settings, SourceFile
from prediff.normalizer import assumptions_of, normalize
from prediff.rules import RULES
from prediff.rules.assumptions import ASSUMPTIONS, LEVELS, granted
from prediff.rules.rule import NOTHING, Rule
from prediff.stepdown import Steps
from prediff.tree import Binary, Call, If, Literal, Name, Statement, walk
from prediff.verify import misprinted
from rule_case import EVERYTHING, normal_form

PYTHON = get_language("python")


def run(text, rules, allowed=EVERYTHING):
    reading = PYTHON.read(text, "auto")
    return normalize(ParsedFile(SourceFile("a.py", text, "python"), reading.tree), PYTHON, rules, allowed)


def rule(on, rewrite, assumptions=NOTHING):
    return Rule("a-rule", "test", "A rule.", {"python": assumptions}, (on,), rewrite, "", (), ())


def show(result):
    return PYTHON.print(result.tree, ()).text


def test_rules_are_asked_until_none_applies():
    def down(node, facts):
        return Literal("int", node.value - 1) if node.kind == "int" and node.value > 0 else None

    result = run("x = 9\n", [rule(Literal, down)])
    assert show(result) == "x = 0\n"
    assert len(result.folds) == 9


def test_what_a_rule_builds_is_normalized_too():
    def flat(node, facts):
        if node.func == Name("add"):
            return Binary("+", node.args[0], Call(Name("neg"), (node.args[1],)))
        return Name("negated") if node.func == Name("neg") else None

    assert show(run("x = add(a, b)\n", [rule(Call, flat)])) == "x = a + negated\n"


def test_rules_that_do_not_settle_leave_the_unit_as_it_was():
    def swap(node, facts):
        return Binary(node.op, node.right, node.left)

    result = run("def f():\n    return a + b\nx = 1\n", [rule(Binary, swap)])
    assert "return a + b" in show(result)
    assert [(s.unit, s.to) for s in result.steps] == [("f", "own layout")]


def test_a_rule_without_its_assumption_is_off():
    def gone(node, facts):
        return Name("y")

    never = [rule(Call, gone, frozenset({"no-nan"}))]
    assert show(run("x = f()\n", never, granted("safe"))) == "x = f()\n"
    assert show(run("x = f()\n", never, granted("relaxed"))) == "x = y\n"


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("if c(): pass", "test"),
        ("while c(): pass", "test"),
        ("assert c()", "test"),
        ("x = y if c() else z", "test"),
        ("x = [y for y in z if c()]", "test"),
        ("x = not c()", "test"),
        ("if a and (b or c()): pass", "test"),
        ("if x if y else c(): pass", "test"),
        ("x = a and c()", "value"),
        ("if f(a and c()): pass", "value"),
        ("if x == c(): pass", "value"),
        ("return_(c())", "value"),
        ("c()", "discarded"),
    ],
)
def test_positions(text, position):
    seen = []

    def look(node, facts):
        if node.func == Name("c"):
            seen.append(facts.position)

    run(text + "\n", [rule(Call, look)])
    assert seen == [position]


def test_locals_unread_is_withdrawn_where_locals_are_read():
    seen = []

    def look(node, facts):
        seen.append("locals-unread" in facts.granted)

    run("def f():\n    a()\ndef g():\n    locals()\n", [rule(Call, look)])
    assert seen == [True, False]


def test_statements_keep_where_they_came_from():
    def invert(node, facts):
        return If(Name("new"), node.orelse, node.then) if node.orelse and node.test != Name("new") else None

    text = "def f():\n    if a:\n        b()\n    else:\n        c()\n"
    result = run(text, [rule(If, invert)])
    branch = next(n for n in walk(result.tree) if isinstance(n, If))
    assert branch.span == (2, 4, 5, 11)
    assert branch.restructured
    kept = {n.span[0]: n for n in walk(result.tree) if isinstance(n, Statement) and n is not branch}
    assert set(kept) == {1, 3, 5}
    assert not any(n.restructured for n in kept.values())
    assert kept[3].indent == 8


def test_headers_end_before_the_body():
    tree = PYTHON.read("@d\ndef f(a,\n      b):\n    pass\nwith (x as y,\n      z):\n    pass\n", "auto").tree
    assert [n.header[0::2] for n in tree.body] == [(1, 3), (5, 6)]


def test_every_output_line_has_its_source_lines():
    text = (
        'import os\n\n\ndef f(a):\n    # note\n    """Doc."""\n    x = [\n        a,\n        1,\n    ]\n'
        "    if x:\n        return x\n    else:\n        return os\n"
    )
    result = prediff.normalize(text, language="python")
    lines = result.text.splitlines()
    assert len(result.line_map.lines) == len(lines)
    sources = text.splitlines()
    for line, (first, last) in zip(lines, result.line_map.lines, strict=True):
        if not line.strip():
            assert (first, last) == (0, 0)
        else:
            assert 1 <= first <= last <= len(sources)
    assert result.line_map.lines[lines.index("def f(a):")] == (4, 4)


def test_levels_grant_more_and_more():
    grants = [granted(level) for level in LEVELS]
    assert grants[0] < grants[1] < grants[2]
    assert not grants[0]
    assert granted("relaxed") | {"public-names-unread"} == set(ASSUMPTIONS)


def test_settings_add_and_refuse():
    assert "no-nan" in assumptions_of(Settings(assume=frozenset({"no-nan"})))
    assert "docs-unread" not in assumptions_of(Settings(refuse=frozenset({"docs-unread"})))
    assert "docs-unread" not in assumptions_of(
        Settings(show=frozenset({"docs"}), assume=frozenset({"docs-unread"}))
    )
    assert "public-names-unread" in assumptions_of(Settings(implementations=True))


def test_layout_changes_no_more_than_layout():
    text = "def f(a):\n    if not a:\n        return dict()\n    else:\n        return '%s' % (a,)\n"
    fired = {f.rule for f in run(text, RULES, granted("layout")).folds}
    assert not fired


def test_a_misprint_is_found_and_stepped_down():
    reading = PYTHON.read("x = 1\ndef f():\n    return 2\n", "auto")
    printed = PYTHON.print(reading.tree, ())
    assert misprinted(reading.tree, printed, PYTHON, frozenset()) == []
    wrong = type(printed)(printed.text.replace("return 2", "return 3"), printed.sources, printed.starts)
    found = misprinted(reading.tree, wrong, PYTHON, frozenset())
    assert [node.name for node, _ in found] == ["f"]
    broken = type(printed)(printed.text.replace("return 2", "return ("), printed.sources, printed.starts)
    assert "not read" in misprinted(reading.tree, broken, PYTHON, frozenset())[0][1]


def test_steps_go_to_own_layout_and_then_to_the_own_text():
    steps = Steps()
    wrong = [type("Misprint", (), {"name": "f", "reason": "r"})()]
    assert steps.down(wrong)
    assert (steps.first, steps.second) == ({"f"}, set())
    assert steps.down(wrong)
    assert steps.second == {"f"}
    assert not steps.down([])
    assert [s.to for s in steps.taken] == ["own layout", "verbatim"]


def test_byte_equal_units_are_not_normalized():
    left = "def f():\n    return dict()\n\n\ndef g():\n    return list()\n"
    report = prediff.diff(left, left.replace("list()", "[]"), language="python", view="canonical")
    assert report.same
    assert "return dict()" in report.left_text
    assert "return []" in report.left_text


def test_a_merged_condition_knows_the_lines_of_its_parts():
    text = (
        "def f(a):\n"
        "    if aa(a) and bb(a):\n"
        "        if cc(a) or dd(a):\n"
        "            return 1\n"
        "    if ee(a) and ff(a):\n"
        "        if gg(a) or hh(a):\n"
        "            return 1\n"
        "    return 2\n"
    )
    found = prediff.normalize(text, language="python")
    for line, (first, last) in zip(found.text.split("\n"), found.line_map.lines, strict=False):
        for name, place in {"aa": 2, "cc": 3, "ee": 5, "gg": 6}.items():
            assert f"{name}(" not in line or first <= place <= last, (line, first, last)
    short = prediff.normalize("def f(a):\n    if a:\n        if g(a):\n            h()\n", language="python")
    assert "    if a and g(a):" in short.text
    assert short.line_map.lines[1] == (2, 3)


def test_many_flags_of_one_function_settle():
    loop = "    c{0} = False\n    for x in a:\n        h()\n        if x:\n            c{0} = True\n            break\n"
    text = "def f(a):\n" + "".join((loop + "    if not c{0}:\n        h()\n").format(i) for i in range(80))
    assert "c79" not in normal_form(text)
