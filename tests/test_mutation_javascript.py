"""The operators that plant bugs in JavaScript, and that prediff calls none of a sample's bugs the same."""

from __future__ import annotations

import sys
from collections import defaultdict
from itertools import islice
from pathlib import Path

import pytest

from prediff.model import Settings, SourceFile
from prediff.pipeline import compare

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

from mutation import equivalence_javascript, javascript  # noqa: E402
from mutation.edits import Mutant  # noqa: E402
from mutation.javascript_source import parse  # noqa: E402

LEFTS = sorted(
    {p.read_text("utf-8"): p for p in (ROOT / "samples" / "javascript").glob("*/left.js")}.values()
)
TEXT = r"""
"use strict";
import first, { second, third as other } from "m";
export { second };
export function* run(a, [b, c] = [1, 2], { d, e: g = 3 }, ...rest) {
  let x = a < b && c === 3 || !d, y = x + 1;
  const w = y;
  if (w) { g(1); x = 2; }
  y--;
  outer: for (const item of rest) {
    for (let i = 0; i < 10; i++) { if (item[i] == null) continue outer; else g(i, y); }
    y += 2;
  }
  while (x & 4) { x = (x - 1) * 2; break; }
  do { g(); } while (y);
  switch (x) { case 1: g(); break; case 2: g(2); return; default: y = 0; }
  try { yield* a; yield b; } catch (error) { throw error; } finally { g("a b\n"); }
  const [p, q] = [x, y], o = { p, [x]: 1, z: 2, ...q };
  x++;
  g(void 0, typeof a, -a, "in" in o, new g(1), a?.b, a ? `t ${b} u` : `v ${c}`, (p, q), this.p, tag`w`);
  delete o.z;
  return function (n) { return /[a-z]+b/g.test(n); };
}
class A extends B {
  #count = 1;
  static async load(url) { for await (const part of url) { await part(() => this.#count, function own() {}); } }
  static get size() { return 1; }
  get value() { return super.value(); }
  constructor() { super(); this.x = 1; }
}
const view = <p className="c" id={first}>some text &amp; more</p>;
"""


def mutants() -> dict[str, list[Mutant]]:
    found = defaultdict(list)
    for mutant in javascript.mutants(TEXT):
        found[mutant.operator].append(mutant)
    return found


MUTANTS = mutants()


@pytest.mark.parametrize("operator", javascript.NAMES)
def test_each_operator_plants_bugs(operator):
    assert MUTANTS[operator]


def test_every_mutant_parses_and_is_new():
    found = [m for group in MUTANTS.values() for m in group]
    texts = [m.text for m in found]
    assert len(set(texts)) == len(texts)
    assert TEXT not in texts
    assert not [m.shown for m in found if parse(m.text.encode()).root.has_error]


def test_a_mutant_differs_in_its_lines_alone():
    before = TEXT.split("\n")
    for mutant in (m for group in MUTANTS.values() for m in group):
        after = mutant.text.split("\n")
        (first, last), (new_first, new_last) = mutant.old_lines, mutant.new_lines
        assert before[: first - 1] == after[: new_first - 1], mutant
        assert before[last:] == after[new_last:], mutant


@pytest.mark.parametrize(
    ("text", "operator", "wanted"),
    [
        ("if (a === b) f();", "loose-equality", "if (a == b) f();"),
        ("if (a < b) f();", "comparison", "if (a <= b) f();"),
        ("x = f(a, b);", "argument-swapped", "x = f(b, a);"),
        ("for (const a of b) f(a);", "for-kind", "for (const a in b) f(a);"),
        (
            "function f(a) { const b = a; return a; }",
            "name-rebound",
            "function f(a) { const b = a; return b; }",
        ),
        ("while (a) { f(); g(); }", "statement-out-of-loop", "while (a) { f();  }\ng();"),
        ("while (a) { f(); } g();", "statement-into-loop", "while (a) { f(); \ng();\n} "),
        ("x = { a, b: 1 };", "key-order", "x = { b: 1, a };"),
        ("import { a } from 'm';", "import-name", "import { a_ as a } from 'm';"),
        ("x = a?.b;", "optional-chaining-removed", "x = a.b;"),
        ("x = `a ${b}`;", "substitution-dropped", "x = `a `;"),
        ("try { f(); } finally { g(); }", "finally-dropped", "{ f(); }"),
        ("x = a ** b;", "operand-swapped", "x = b ** a;"),
    ],
)
def test_what_an_operator_makes(text, operator, wanted):
    found = javascript.mutants(text)
    assert wanted in [m.text for m in found if m.operator == operator]


def test_the_place_is_the_statement_or_the_header():
    text = "if (a < 1) {\n  f(\n    2);\n}\ng();\n"
    lines = {m.text: m.old_lines for m in javascript.mutants(text)}
    assert lines[text.replace("a < 1", "a <= 1")] == (1, 1)
    assert lines[text.replace("2)", "3)")] == (2, 3)
    assert lines[text.replace("g();", "")] == (5, 5)


def test_a_text_that_does_not_parse_has_no_mutants():
    assert not list(javascript.mutations("if (a { f(); }"))


def test_text_that_is_not_ascii_is_cut_at_characters():
    text = "x = 'é' + a;\n// ü\ny = a + 'ñ';\n"
    found = [m.text for m in javascript.mutants(text)]
    assert "x = 'é' - a;\n// ü\ny = a + 'ñ';\n" in found


@pytest.mark.parametrize("path", LEFTS, ids=lambda p: p.parent.name)
@pytest.mark.parametrize(("level", "step"), [("safe", 5), ("relaxed", 1)])
def test_no_bug_in_a_sample_is_called_the_same(path, level, step):
    text = path.read_text("utf-8")
    before = SourceFile("a.js", text, "javascript")
    hidden = []
    for mutant in islice(javascript.mutants(text), 0, None, step):
        report = compare(before, SourceFile("a.js", mutant.text, "javascript"), Settings(level=level))
        if report.same and not equivalence_javascript.reason(text, mutant.text, report.assumptions, text):
            hidden.append(f"{mutant.operator}: {mutant.shown}")
    assert not hidden


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("parentheses", "x = a + (b * c);", "x = a + b * c;"),
        ("let-const", "{ let a = 1; f(a); }", "{ const a = 1; f(a); }"),
        ("var-let", "function f() { const a = g(); h(a); }", "function f() { var a = g(); h(a); }"),
        ("var-let", "function f() { const { a, b } = g; h(a, b); }", "function f() { var { a, b } = g; h(a, b); }"),
        ("var-let", "function f() { const a = g(); h(() => a); }", "function f() { var a = g(); h(() => a); }"),
        (
            "var-let",
            "const a = require('a'); function f() { return a; } f();",
            "var a = require('a'); function f() { return a; } f();",
        ),
        ("temporary", "function f(a) { const x = g(a); return x; }", "function f(a) { return g(a); }"),
        ("temporary", "function f(a, b) { const x = g(); return a + x; }", "function f(a, b) { return a + g(); }"),
        ("early-read", "function f(a) { const x = a.b; g(x); }", "function f(a) { g(a.b); }"),
        ("member-order", "class A { b() {} c = 1; d() {} }", "class A { d() {} b() {} c = 1; }"),
        ("constant-side", "x = 1 === a;", "x = a === 1;"),
        (
            "var-let",
            "function f() { const [{ a: b }, c] = g(); h(b, c); }",
            "function f() { var [{ a: b }, c] = g(); h(b, c); }",
        ),
        (
            "early-read",
            "function f(a) { let b = ''; const x = a.b; b += g(x); return b; }",
            "function f(a) { let b = ''; b += g(a.b); return b; }",
        ),
        ("quiet-order", "function f(a, b) { return a === b; }", "function f(a, b) { return b === a; }"),
        (
            "quiet-order",
            "function f(a) { return a === void 0 || a === 'b' || a === 1; }",
            "function f(a) { return a === 'b' || a === void 0 || a === 1; }",
        ),
        ("hoisted", "f(); function g() {} ", "function g() {} f();"),
        ("bool-of-bool", "x = !!(a < b);", "x = a < b;"),
        ("number-truth", "x = !1;", "x = !2;"),
        ("else-behind-exit", "function f(a) { if (a) return 1; else g(); }", "function f(a) { if (a) return 1; g(); }"),
        ("escape", r"x = '\\\]';", r"x = '\\]';"),
        ("jsx-space", "x = <a>b\n c</a>;", "x = <a>b \n\n  c</a>;"),
    ],
)  # fmt: skip
def test_what_each_class_shows(name, before, after):
    assumptions = tuple(sorted(equivalence_javascript.CLASSES[name][0]))
    assert equivalence_javascript.reason(before, after, assumptions, before) == name


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = (a + b) * c;", "x = a + b * c;"),
        ("x = (a?.b).c;", "x = a?.b.c;"),
        ("('use strict'); f();", "'use strict'; f();"),
        ("(x) = () => 1;", "x = () => 1;"),
        ("{ let a = 1; a++; }", "{ const a = 1; a++; }"),
        ("let a; f(a);", "const a; f(a);"),
        (
            "function f() { for (;;) { let a; g(a); a = 1; } }",
            "function f() { for (;;) { var a; g(a); a = 1; } }",
        ),
        (
            "function f(b) { for (const c of b) { const a = c; g(() => a); } }",
            "function f(b) { for (const c of b) { var a = c; g(() => a); } }",
        ),
        (
            "function f() { k(); const a = g(); function k() { h(a); } }",
            "function f() { k(); var a = g(); function k() { h(a); } }",
        ),
        ("const a = 1; f(a);", "var a = 1; f(a);"),
        ("function f(a) { const x = a.b; delete x; }", "function f(a) { delete a.b; }"),
        ("function f() { const x = a; return typeof x; }", "function f() { return typeof a; }"),
        ("function f(a) { const x = g(); return a?.[x]; }", "function f(a) { return a?.[g()]; }"),
        ("function f(a) { const x = g(); a ??= x; }", "function f(a) { a ??= g(); }"),
        ("function f() { const x = g(); k += x; }", "function f() { k += g(); }"),
        ("function f() { const x = g(); k.a = x; }", "function f() { k.a = g(); }"),
        ("function f(a) { const x = g(); return a && x; }", "function f(a) { return a && g(); }"),
        ("function f(a) { const x = g(); return a.b + x; }", "function f(a) { return a.b + g(); }"),
        ("function f(a) { const x = a.b; return x(); }", "function f(a) { return a.b(); }"),
        ("function f(a) { const x = a?.b; return x.c; }", "function f(a) { return a?.b.c; }"),
        ("function f(a) { const x = () => a; return x; }", "function f(a) { return () => a; }"),
        (
            "function f() { let a; k = () => a; const x = g(); return a + x; }",
            "function f() { let a; k = () => a; return a + g(); }",
        ),
        ("class A { get b() {} b() {} }", "class A { b() {} get b() {} }"),
        ("class A { [b]() {} c() {} }", "class A { c() {} [b]() {} }"),
        ("class A { b = 1; c = 2; }", "class A { c = 2; b = 1; }"),
        ("x = <a>b\n&nbsp;</a>;", "x = <a>b&nbsp;</a>;"),
        ("x = <a>b c</a>;", "x = <a>b  c</a>;"),
        ("x = a < 1;", "x = 1 < a;"),
        ("x = f() === a;", "x = a === f();"),
        ("x = a === b;", "x = b === a;"),
        ("function f(a, b) { return a == b; }", "function f(a, b) { return b == a; }"),
        (
            "function f(a, b) { return a === 1 || b === 2; }",
            "function f(a, b) { return b === 2 || a === 1; }",
        ),
        ("function f(a) { return a === g() || a === 2; }", "function f(a) { return a === 2 || a === g(); }"),
        ("function f(a) { return a === 1 && a === 2; }", "function f(a) { return a === 1 || a === 2; }"),
        (
            "function f(a) { return a === 1 || a === 2 && a === 3; }",
            "function f(a) { return a === 1 && a === 3 || a === 2; }",
        ),
        ("function f() { const { a = b } = g; h(a); }", "function f() { var { a = b } = g; h(a); }"),
        ("function f(a, b) { const x = a.b; b ??= g(x); }", "function f(a, b) { b ??= g(a.b); }"),
        ("function f() {} function f() { g(); }", "function f() { g(); } function f() {}"),
        ("'use strict'; function f() {}", "function f() {} 'use strict';"),
        ("{ f(); function g() {} }", "{ function g() {} f(); }"),
        ("x = !!a;", "x = a;"),
        ("x = !1;", "x = !0;"),
        ("function f(a) { if (a) h(); else g(); }", "function f(a) { if (a) h(); g(); }"),
        (r"x = '\d';", r"x = '\\d';"),
        ("'use\\x20strict'; f();", "'use strict'; f();"),
    ],
)
def test_what_no_class_shows(before, after, monkeypatch):
    monkeypatch.setattr(equivalence_javascript, "minified", lambda *_: None)
    assumptions = ("locals-unread", "reads-pure", "source-unread")
    assert not equivalence_javascript.reason(before, after, assumptions, before)
