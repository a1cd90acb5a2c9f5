"""JavaScript: what reads as equal, what never does, and that no token is lost between reading and printing."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tree_sitter

from prediff.errors import LimitError, ParseError
from prediff.facts.binders import canonical
from prediff.languages import get_language
from prediff.languages.javascript import literals
from prediff.languages.javascript.table import SPEC
from prediff.languages.tree_sitter import load
from prediff.tree import (
    Block,
    Class,
    Declare,
    Function,
    Name,
    Opaque,
    Statement,
    first_difference,
    trees_equal,
    update,
    walk,
)

JS = get_language("javascript")


def tree(text):
    reading = JS.read(text, "auto")
    assert not reading.unread, reading.unread
    return reading.tree


def printed(text):
    reading = JS.read(text, "auto")
    return JS.print(reading.tree, reading.comments).text


# --- equal by layout alone -----------------------------------------------------------------------------------------

EQUAL = [
    ("a;\nb;", "a\nb"),
    ("a; b;", ";;a;;\nb;;"),
    ("if (a) b;", "if (a) { b }"),
    ("if (a) b; else c;", "if (a) { b } else { c }"),
    ("if (a) b; else if (c) d;", "if (a) { b; } else { if (c) { d; } }"),
    ("while (a) b;", "while (a) { b }"),
    ("for (;;) ;", "for (;;) {}"),
    ("do a(); while (b)", "do { a(); } while (b);"),
    ("x = (a + b) * c", "x = ((a) + (b)) * (c)"),
    ("x = 'a'", 'x = "a"'),
    ("x = 'a\\'b'", 'x = "a\'b"'),
    ("x = '\\x41\\u0042\\u{43}'", "x = 'ABC'"),
    ("x = '\\ud83d\\ude00'", "x = '\U0001f600'"),
    ("x = 'a\\\nb'", "x = 'ab'"),
    ("x = 0xFF", "x = 255"),
    ("x = 1_000", "x = 1e3"),
    ("x = .5", "x = 0.50"),
    ("x = 0x1Fn", "x = 31n"),
    ("x = /a/gi", "x = /a/ig"),
    ("x = `a`", "x = 'a'"),
    ("x = `a${b}\\n`", "x = `a${b}\n`"),
    ("x = {a: 1}", "x = {'a': 1,}"),
    ("x = {a}", "x = {a: a}"),
    ("x = {'f'() {}}", "x = {f() {}}"),
    ("var {a = 1} = b", "var {a: a = 1} = b"),
    ("x = [a, b]", "x = [a, b,]"),
    ("var a = 1, b;", "var a = 1; var b;"),
    ("export let a = 1, b = 2;", "export let a = 1\nexport let b = 2"),
    ("x = a => b", "x = (a) => (b)"),
    ("x = a => ({})", "x = (a) => { return {} }".replace("{ return {} }", "({})")),
    ("new Foo", "new Foo()"),
    ("a && (b && c)", "(a && b) && c"),
    ("function f(a, b,) {}", "function f(a, b) {}"),
    ("f(a, b,)", "f(a, b)"),
    ("class A { x = 1; m() {} }", "class A { x = 1\n m() {}; }"),
    ("import a from 'x'", 'import {default as a} from "x";'),
    ("import {} from 'x'", "import 'x'"),
    ("export {a}", "export {a as a,}"),
    ("\\u0061 = 1", "a = 1"),
    ("(a.b)()", "a.b()"),
    ("(a?.b)", "a?.b"),
    ("x = <a></a>", "x = <a />"),
    ("x = <a b='c'/>", 'x = <a b="c" />'),
    ("x = <a>\n  text\n  more\n</a>", "x = <a>text more</a>"),
    ("x = <a>\n  {b}\n  <c/>\n</a>", "x = <a>{b}<c/></a>"),
    ("x = <a>{/* note */}<b/></a>", "x = <a><b/></a>"),
    ("// note\na", "a /* other */"),
    ("throw (a)", "throw a"),
    ("function f() { return\u2028a }", "function f() { return; a }"),
    ("await (a)", "await a"),
    ("await (a.b).c(d)", "await a.b.c(d)"),
    ("x = await (a) + b", "x = (await a) + b"),
    ("label: for (;;) break label;", "label:\nfor (;;) { break label }"),
]


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_equal_by_layout(left, right):
    assert first_difference(tree(left), tree(right)) is None


# --- near misses: each pair means two things -----------------------------------------------------------------------

DIFFERENT = [
    ("a\n(b)", "a;\n(b)"),
    ("a\n[b]", "a;\n[b]"),
    ("a\n`b`", "a;\n`b`"),
    ("a = b\n++c", "a = b++\nc"),
    ("x = a\n/b/g", "x = a;\n/b/g"),
    ("function f() { return\nx }", "function f() { return x }"),
    ("for (;;) { continue\na }", "for (;;) { continue a }"),
    ("if (a);\nb", "if (a) b"),
    ("if (a) if (b) c; else d", "if (a) { if (b) c } else d"),
    ("a: for (;;) break a", "a: for (;;) break"),
    ("(a?.b).c", "a?.b.c"),
    ("(a?.b)()", "a?.b()"),
    ("a?.b", "a.b"),
    ("a?.[b]", "a[b]"),
    ("a?.(b)", "a(b)"),
    ("x ** -y", "-(x ** y)"),
    ("(-x) ** 2", "-(x ** 2)"),
    ("2 ** 3 ** 2", "(2 ** 3) ** 2"),
    ("a - (b - c)", "a - b - c"),
    ("a ?? (b || c)", "(a ?? b) || c"),
    ("a && b || c", "a && (b || c)"),
    ("new (f())()", "new f()()"),
    ("new (a.b())()", "new a.b()()"),
    ("x = (a, b)", "x = a, b"),
    ("f((a, b))", "f(a, b)"),
    ("x = () => {}", "x = () => ({})"),
    ("x = () => a", "x = () => { a }"),
    ("x = function () {}", "x = () => {}"),
    ("x = function () {}", "x = function f() {}"),
    ("await (a?.b).c", "await a?.b.c"),
    ("await a.b", "(await a).b"),
    ("tag`a\\n`", "tag`a\n`"),
    ("tag`a`", "tag('a')"),
    ("x = `${a}`", "x = a"),
    ("x = `${a}b`", "x = `${a} b`"),
    ("x = /a/g", "x = /a/"),
    ("x = /a/", "x = '/a/'"),
    ("x = 1", "x = 1n"),
    ("x = 1", "x = '1'"),
    ("x = 1", "x = true"),
    ("x = null", "x = undefined"),
    ("x = '\\0'", "x = '0'"),
    ("x = 'a '", "x = 'a'"),
    ("x = -0", "x = 0"),
    ("x = 017", "x = 17"),
    ("a === b", "a == b"),
    ("a !== b", "a != b"),
    ("a < b", "a <= b"),
    ("a in b", "a instanceof b"),
    ("a || b", "a ?? b"),
    ("a ||= b", "a ??= b"),
    ("a++", "++a"),
    ("a >> b", "a >>> b"),
    ("typeof a", "void a"),
    ("x = {a: 1, b: 2}", "x = {b: 2, a: 1}"),
    ("x = {a: 1}", "x = {[a]: 1}"),
    ("x = {__proto__: y}", "x = {['__proto__']: y}"),
    ("x = {__proto__: __proto__}", "x = {__proto__}"),
    ("x = {get a() {}}", "x = {a() {}}"),
    ("x = {get a() {}}", "x = {set a(b) {}}"),
    ("x = {a() {}}", "x = {a: function () {}}"),
    ("x = {1: a}", "x = {'01': a}"),
    ("x = {...a}", "x = {a}"),
    ("x = [a,,b]", "x = [a, b]"),
    ("x = [,]", "x = [undefined]"),
    ("x = [a,,]", "x = [a,]"),
    ("var {a} = b", "var [a] = b"),
    ("var {a = 1} = b", "var {a} = b"),
    ("var [...a] = b", "var [a] = b"),
    ("function f(...a) {}", "function f(a) {}"),
    ("function f(a = 1) {}", "function f(a) {}"),
    ("async function f() {}", "function f() {}"),
    ("function* f() {}", "function f() {}"),
    ("async function f() { await a }", "async function f() { a }"),
    ("function* f() { yield* a }", "function* f() { yield a }"),
    ("async () => a", "() => a"),
    ("async\nx => x", "async x => x"),
    ("class A { static m() {} }", "class A { m() {} }"),
    ("class A { static x = 1 }", "class A { x = 1 }"),
    ("class A { async m() {} }", "class A { m() {} }"),
    ("class A { *m() {} }", "class A { m() {} }"),
    ("class A { get m() {} }", "class A { m() {} }"),
    ("class A { #m() {} }", "class A { m() {} }"),
    ("class A { x }", "class A { x() {} }"),
    ("class A { static { a } }", "class A { static() { a } }"),
    ("class A extends B {}", "class A {}"),
    ("class A { ['m']() {} }", "class A { m() {} }"),
    ("class A { constructor() { super() } }", "class A { constructor() {} }"),
    ("for (let i = 0; a; i++) f(i)", "for (var i = 0; a; i++) f(i)"),
    ("let a", "const a = 1"),
    ("{ let a }", "let a"),
    ("for (a of b) c", "for (a in b) c"),
    ("for (const a of b) c", "for (let a of b) c"),
    ("for (const a of b) c", "for await (const a of b) c"),
    ("do a(); while (b)", "while (b) a()"),
    ("switch (a) { case 1: b; case 2: c }", "switch (a) { case 1: b; break; case 2: c }"),
    ("switch (a) { default: b; case 1: c }", "switch (a) { case 1: c; default: b }"),
    ("try { a } catch { b }", "try { a } finally { b }"),
    ("try { a } catch (e) { b }", "try { a } catch { b }"),
    ("'use strict'; a", "'use\\x20strict'; a"),
    ("'use strict'; a", "('use strict'); a"),
    ("'use strict'; a", "a; 'use strict'"),
    ("import a from 'x'", "import {a} from 'x'"),
    ("import a from 'x'", "import * as a from 'x'"),
    ("import {a} from 'x'", "import {a as b} from 'x'"),
    ("import a from 'x'", "import('x')"),
    ("import a from 'x' with {type: 'json'}", "import a from 'x'"),
    ("export {a}", "export {a as b}"),
    ("export {a}", "export {a} from 'x'"),
    ("export default a", "export {a}"),
    ("export default function () {}", "export default (function () {})"),
    ("export * from 'x'", "export * as a from 'x'"),
    ("x = <a>b <c/></a>", "x = <a>b<c/></a>"),
    ("x = <a> b</a>", "x = <a>b</a>"),
    ("x = <a>b  c</a>", "x = <a>b c</a>"),
    ("x = <a>{' '}</a>", "x = <a> </a>"),
    ("x = <a>&nbsp;</a>", "x = <a> </a>"),
    ("x = <a b/>", "x = <a b={false}/>"),
    ("x = <a {...b} c='d'/>", "x = <a c='d' {...b}/>"),
    ("x = <A/>", "x = <a/>"),
    ("x = <a key='1'/>", "x = <a/>"),
    ("x = <a>b{/* kept apart */}c</a>", "x = <a>bc</a>"),
    ("import(/* webpackChunkName: 'a' */ './b')", "import('./b')"),
    ("new.target", "new.target.a"),
    ("delete a.b", "a.b"),
    ("a.b", "a['b']"),
    ("with (a) b", "b"),
    ("debugger; a", "a"),
    ("(a) = function () {}", "a = function () {}"),
]


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_near_misses_differ(left, right):
    assert not trees_equal(tree(left), tree(right))


# --- what the grammar takes and the language does not --------------------------------------------------------------

REFUSED = [
    "-x ** 2",
    "a ?? b || c",
    "a && b ?? c",
    "f(a,,b)",
    "x = {a,,b}",
    "function f(...a,) {}",
    "[...a,] = b",
    "x\n=> x",
    "a\n? . b",
    "x = a || b => c",
    "x => {}()",
    "x = <a></b>",
    "for (x of a, b) c",
    "if (a) let\nb",
    "if (a) const b = 1",
    "while (a) function f() {}",
    "label: class A {}",
    "function () {}",
    "{a, b} = c",
    "a++ (b)",
    "a++.b",
    "throw\na",
    "new a?.b()",
    "class A extends a + b {}",
    "x = `\\07`",
    "x = `\\u{`",
    "const {a",
    "let\nx = 1",
]


@pytest.mark.parametrize("text", REFUSED)
def test_refused_text_is_kept_as_it_is(text):
    reading = JS.read(text + "\n;\n", "auto")
    assert reading.unread
    kept = [n for n in walk(reading.tree) if isinstance(n, Opaque) and n.kind == "unread"]
    assert len(kept) == len(reading.unread)
    for n in kept:
        assert str(n.children[0]) in text + "\n;\n"
        assert str(n.children[0]) in JS.print(reading.tree, ()).text


def test_an_error_costs_only_its_own_statement():
    text = "function f() { return 1 }\nfunction g( { return 2 }\nfunction h() { return 3 }\n"
    reading = JS.read(text, "auto")
    assert "f" in [n.name for n in walk(reading.tree) if isinstance(n, Function)]
    assert reading.unread
    assert "function g(" in JS.print(reading.tree, ()).text


def test_an_error_costs_only_its_own_member():
    text = "export class A {\n  m() { return 1 }\n  n() { return a b }\n  o() { return 3 }\n}\nf()\n"
    reading = JS.read(text, "auto")
    assert [n.name for n in walk(reading.tree) if isinstance(n, Function)] == ["m", "o"]
    assert [n.name for n in walk(reading.tree) if isinstance(n, Class)] == ["A"]
    ((span, reason),) = reading.unread
    assert (span, reason) == ((3, 2, 3, 20), "syntax error")
    again = JS.read(JS.print(reading.tree, ()).text, "auto")
    assert trees_equal(again.tree, reading.tree)


def test_a_difference_inside_an_unread_region_is_a_difference():
    left, right = (JS.read(f"f({space}a b)\nok()", "auto").tree for space in ("", " "))
    assert not trees_equal(left, right)


# --- nothing is lost -----------------------------------------------------------------------------------------------

SNIPPETS = [
    "a?.b.c(d)?.[e]?.(f)",
    "(a?.b).c; (a?.b)(); (a?.b)`c`.d".replace("(a?.b)`c`.d", "a.b`c`.d"),
    "x = a ?? (b || c); y = (a && b) ?? c; z = a && (b || c) && !d",
    "(-x) ** 2; 2 ** -x; 2 ** 3 ** 4; (2 ** 3) ** 4; -(-x); +(+x); - --x; a - -b; a + +b; a-- - b; !(!a)",
    "async function* f(a, {b, c = 1, ...d}, [e,, g] = [], ...h) { for await (const x of y) yield* x; return yield }",
    "class A extends (B, C) { static async *m() {} get x() { return 1 } set x(v) {} static y = 1; #z; }",
    "class A { static { this.#z in a } [k] = 2; 'q q'() {} async() {} get() {} static() {} 1() {} static #p = 3; }",
    "x = class {}; y = class B { m() { super.m() } }; @dec class C { @a.b(c) d() {} @e f = 1 }",
    "x = async (a) => { await a }; y = async b => b; z = (a, b) => ({a}); w = a => b => c; v = () => (a, b)",
    "label: for (var i = 0, j; i < 3; i++) { if (a) continue label; else break }",
    "for (const k in o) f(k); for (x of y) g(); for (;;) {} for ([a, {b}] of c) d; for (var q = ('a' in b); ;) break",
    "switch (a) { case 1: b(); break; case 2: default: { c() } }",
    "try { a() } catch ({message}) { b() } finally { c() }",
    "const {a, b: {c = 1}, 'd-e': f, [g]: h, ...i} = j, [k = 2, , ...l] = m",
    "({a, b: [c = 1]} = d); [e, f.g, h[0]] = i; x = {a} = b",
    "a = b ? c : d ? e : f; a = (b ? c : d) ? e : f; a += 1; a ||= b; a >>>= 2; x = y = z; (a = b).c",
    "new Foo; new Foo.Bar(1); new (foo())(); new (foo.bar().baz)(); new (foo().bar); new new X()()",
    "import a, {b as c, 'd-e' as f} from 'x'; import * as n from 'y'; import 'z'; import d, * as e from 'w'",
    "import j from './j.json' with {type: 'json'}; x = import('./a'); import.meta.url; new.target",
    "export {a as b, c}; export {d, e as f} from 'z'; export * from 'z'; export * as n from 'z'; export const g = 1",
    "export default class extends A {}",
    "export default {a: 1, methods: {b() {}}}",
    "export default async function () {}",
    "export default (function () {})",
    "x = `a${b}c${`d${e}`}\n  f`; tag`x${y}\\n`; a.b`c`; z = `${{a}}`; `\\${x} \\``",
    "x = /re[/]/gi.test(s) / 2; y = a / b / c",
    "x = <div a='b' {...c} d={e} f>text {g} <E.F/> h &amp; i {...j} <></> </div>",
    "x = <a>\n  one\n  <b>two</b> three\n  {four}{' '}\n  five\n</a>",
    "x = a ? <b/> : <c.d e={<f/>} g:h='i' data-j='k'>{/* l */}</c.d>",
    "if (a) b; else if (c) d; else { e } if (f) {} else { if (g) h }",
    "x = {a, b: 1, [c]: 2, get d() { return 1 }, set d(e) {}, async *f() {}, 'g': 3, ...h, 1: 2, 'i j'() {}}",
    "delete a.b, void 0, typeof x === 'y'; a++; --b",
    "(function () { 'use strict'; return this })(); (() => {})(); !function () {}(); (async () => { await 1 })()",
    "({}).a; ({}); (function () {}).name; (class {}).name; (function f() {})`a`; ({a} = b, c); ({a} = b).c",
    "while (a) { b; continue } throw new Error('x')",
    "(await a).b; await (a.b); await (async () => {})(); (yield_ = 1)",
    "1..toString(); (1).a; 1.5.toFixed(); x = 1e21 + 1e-7 + 0xFFn; y = 123456789012345680000",
    "with (a) b; debugger; ;;",
    "using a = b; x = a in b instanceof c; #p in q".replace("; #p in q", ""),
    "'use strict'; \"it's\"; f()",
    "function f() { 'use asm'; 'say \"hi\"'; a; 'text' }",
    "x = [,]; y = [a,,]; z = [, a]; w = [...a, b]",
    "var s = 'tab\\t nul\\0 bell\\x07 rtl\\u202e \\u2028 quote\\' \\\\ \\ud800', t = \"it's\", u = 'a\\nb\\nc'",
]


@pytest.mark.parametrize("text", SNIPPETS)
def test_round_trip(text):
    assert_round_trip(text)


def assert_round_trip(text):
    """Printing and reading again gives the tree and the text, and each token of the source is in the output."""
    reading = JS.read(text, "auto")
    assert not reading.unread, reading.unread
    output = JS.print(reading.tree, reading.comments)
    again = JS.read(output.text, "auto")
    assert first_difference(reading.tree, again.tree) is None, output.text
    assert JS.print(again.tree, again.comments).text == output.text
    assert len(output.sources) == output.text.count("\n")
    assert len(output.starts) == len(reading.tree.body)
    assert leaves(output.text) == leaves(text)


NOISE = frozenset(["(", ")", "{", "}", ";", ",", ":", "<", ">", "</", "/>"])
DECLARATIONS = ("lexical_declaration", "variable_declaration", "using_declaration")


def leaves(text):
    """The tokens of a text in order, each in one spelling, without those that only lay it out."""
    source = text.encode("utf-8", "surrogatepass")
    root = tree_sitter.Parser(load(SPEC).language).parse(source).root_node
    found: list[str] = []
    stack = [root]
    while stack:
        n = stack.pop()
        if n.type in SPEC.comments or n.type == "jsx_closing_element" or n.type in NOISE:
            continue
        own = source[n.start_byte : n.end_byte].decode("utf-8", "surrogatepass")
        if n.type == "string":
            found.append(literals.unescape(own[1:-1]))
        elif n.type == "template_string" and not n.named_children:
            found.append("")
        elif n.type in ("string_fragment", "escape_sequence"):
            found.append(literals.unescape(own))
        elif n.type == "template_string":
            # Pieces and fields alternate; neighbouring pieces are joined below.
            stack += reversed(n.children[1:-1])
        elif n.type == "number":
            value = literals.bigint_value(own) if own[-1] == "n" else literals.number_value(own)
            found.append(str(value))
        elif n.type == "regex":
            pattern, _, flags = own.rpartition("/")
            found.append(pattern + "".join(sorted(flags)))
        elif n.type == "jsx_text":
            found += own.split()
        elif n.type.startswith("shorthand_property"):
            found += [own, own]
        elif n.type in DECLARATIONS and n.parent.type != "for_statement":
            stack += reversed(split_declaration(n))
        elif n.child_count:
            stack += reversed(n.children)
        else:
            found.append(own)
    return re.sub(r"\s+", "", " ".join(found))


def split_declaration(n):
    """The parts of a declaration, with its keyword (and `export`) once more before each further declarator."""
    export = [c for c in n.parent.children if c.type == "export"]
    words = [c for c in n.children if not c.is_named and c.type not in (",", ";")]
    parts = []
    for c in n.children:
        parts += [*export, *words] if c.type == "," else [c]
    return parts


def test_every_kind_of_the_grammar_is_read():
    """A kind that stands on its own has a row; the others are read by the rows of the kinds around them."""
    inside = {
        "catch_clause", "class_heritage", "computed_property_name", "decorator", "else_clause", "escape_sequence",
        "export_clause", "export_specifier", "finally_clause", "formal_parameters", "html_character_reference",
        "import_attribute", "import_clause", "import_specifier", "jsx_closing_element", "jsx_namespace_name",
        "jsx_opening_element", "jsx_text", "named_imports", "namespace_export", "namespace_import", "optional_chain",
        "property_identifier", "regex_flags", "regex_pattern", "statement_identifier", "string_fragment", "switch_body",
        "switch_case", "switch_default", "template_substitution", "variable_declarator",
    }  # fmt: skip
    language = load(SPEC).language
    kinds = {
        language.node_kind_for_id(i)
        for i in range(language.node_kind_count)
        if language.node_kind_is_named(i) and language.node_kind_is_visible(i)
    } - {"ERROR", "end", None}
    kinds = {k for k in kinds if not language.node_kind_is_supertype(language.id_for_node_kind(k, True))}
    assert kinds - set(SPEC.table) - SPEC.comments - inside == set()


def test_a_kind_without_a_row_keeps_its_tokens(monkeypatch):
    from prediff.languages import tree_sitter as shared

    table = {k: v for k, v in SPEC.table.items() if k not in ("ternary_expression", "while_statement")}
    monkeypatch.setattr(shared, "_loaded", {})
    spec = shared.LanguageSpec(SPEC.grammar, table, SPEC.comments, SPEC.classify, SPEC.members, SPEC.around)
    reading = shared.read(spec, "x = a ? b : c;\nwhile (d) { e(); }\n")
    assert "".join(JS.print(reading.tree, ()).text.split()) == "x=a?b:c;while(d){e();}"


def test_own_source_files():
    """The JavaScript that the project ships goes through whole."""
    root = Path(__file__).resolve().parent.parent
    for path in [p for d in ("samples", "src", "integrations") for p in (root / d).rglob("*.js")]:
        text = path.read_text(encoding="utf-8")
        assert_round_trip(text)


# --- printing ------------------------------------------------------------------------------------------------------

PRINTED = [
    ("if(a)b;else if(c)d;else e", "if (a) {\n  b;\n} else if (c) {\n  d;\n} else {\n  e;\n}\n"),
    ("x=>({a:1})", "(x) => ({ a: 1 });\n"),
    ("x=>({a:1}).b", "(x) => ({ a: 1 }).b;\n"),
    ("(function(){a})()", "(function () {\n  a;\n})();\n"),
    ("x=function(){}", "x = function () {};\n"),
    ("({a}=b)", "({ a } = b);\n"),
    ("({}).a", "({}).a;\n"),
    ("x={}.a", "x = {}.a;\n"),
    ("(a,b)", "a, b;\n"),
    ("x=(a,b)", "x = (a, b);\n"),
    ("x=(y)=>(a,b)", "x = (y) => (a, b);\n"),
    ("a||(b=>c)", "a || ((b) => c);\n"),
    ("(a=>b)?c:d", "((a) => b) ? c : d;\n"),
    ("(a?b:c)?d:e", "(a ? b : c) ? d : e;\n"),
    ("(yield_,a).b", "(yield_, a).b;\n"),
    ("new (f())()", "new (f())();\n"),
    ("new (f().g)", "new (f().g)();\n"),
    ("new f.g", "new f.g();\n"),
    ("(new f).g", "new f().g;\n"),
    ("(1).a", "(1).a;\n"),
    ("for(var i=('a' in b);;);", 'for (var i = ("a" in b);;) {\n}\n'),
    ("class A extends (a,b){}", "class A extends (a, b) {\n}\n"),
    ("class A extends f(){}", "class A extends f() {\n}\n"),
    ("export default (class{}).a", "export default (class {}).a;\n"),
    ("export default {a}", "export default { a };\n"),
    ("x='a\"b'", "x = 'a\"b';\n"),
    ("x='\\u202e\\x00'", 'x = "\\u202e\\x00";\n'),
    ("x=`\\``", 'x = "`";\n'),
    ("x=`${a}\\``", "x = `${a}\\``;\n"),
    ("if(a){x=`${b}\nc`}", "if (a) {\n  x = `${b}\nc`;\n}\n"),
    ("if(a){x='p\\nq\\nr'}", "if (a) {\n  x = `p\nq\nr`;\n}\n"),
    ("f({'p\\nq\\nr':1})", 'f({ "p\\nq\\nr": 1 });\n'),
    ("x={this:this,a:a,__proto__:__proto__}", "x = { this: this, a, __proto__: __proto__ };\n"),
    ("let{a=1,b:c}=d", "let { a = 1, b: c } = d;\n"),
    ("x={a:a=1}", "x = { a: a = 1 };\n"),
    ("x=<a b>c</a>", "x = <a b>c</a>;\n"),
    ("x=<a><b/>c<d/></a>", "x = <a>\n  <b />\n  c\n  <d />\n</a>;\n"),
    ("x=<a> b<c/><d/></a>", "x = <a> b\n  <c />\n  <d />\n</a>;\n"),
    ("try{a}catch{b}finally{c}", "try {\n  a;\n} catch {\n  b;\n} finally {\n  c;\n}\n"),
    ("(async()=>{})()", "(async () => {})();\n"),
    ("var x=y=>{z}", "var x = (y) => {\n  z;\n};\n"),
]


@pytest.mark.parametrize(("text", "expected"), PRINTED)
def test_printed_form(text, expected):
    assert printed(text) == expected
    assert printed(expected) == expected


def test_brackets_break_by_structure_not_by_width():
    names = [f"a{i}" for i in range(15)]
    wide = [n * 20 for n in names]
    one, two = printed(f"f({', '.join(names)})"), printed(f"f({', '.join(wide)})")
    assert one.count("\n") == two.count("\n") == 17
    assert printed("f(" + ", ".join(x * 60 for x in "abc") + ")").count("\n") == 1
    rest = printed(f"function f({', '.join(names)}, ...last) {{}}")
    assert "...last\n)" in rest  # a comma behind a rest parameter is a syntax error


# --- places and comments -------------------------------------------------------------------------------------------


def test_spans_count_lines_from_one_and_columns_in_characters():
    text = "/* ü */ if (é) {\n  'ß'; ñ(\n1);\n}\n"
    block = tree(text)
    (branch,) = block.body
    assert branch.span == (1, 8, 4, 1)
    assert branch.header == (1, 8, 1, 14)
    literal, call = branch.then.body
    assert literal.span == (2, 2, 2, 6)
    assert call.span == (2, 7, 3, 3)
    assert call.indent == 7


def test_every_statement_has_places():
    for text in SNIPPETS:
        for node in walk(JS.read(text, "auto").tree):
            if isinstance(node, Statement) and not (isinstance(node, Opaque) and node.kind in ("hole", "as")):
                assert node.span[0], (text, node)
                assert node.span[:2] <= node.header[:2] or isinstance(node, Opaque), (text, node)
                assert node.header[2:] <= node.span[2:], (text, node)


COMMENTS = [
    ("// plain", "ordinary"),
    ("/* @license MIT */", "ordinary"),
    ("/** @type {string} */", "ordinary"),
    ("// eslint-disable-next-line no-eval", "tool"),
    ("/* eslint no-eval: 0 */", "tool"),
    ("// prettier-ignore", "tool"),
    ("/* istanbul ignore next */", "tool"),
    ("/* c8 ignore start */", "tool"),
    ("/* jshint node: true */", "tool"),
    ("// @ts-expect-error", "tool"),
    ("/* @flow */", "tool"),
    ("#!/usr/bin/env node", "code"),
    ("/** @jsx h */", "code"),
    ("/* @jsxImportSource preact */", "code"),
    ("//# sourceMappingURL=a.js.map", "code"),
    ("/*#__PURE__*/", "code"),
    ("/* @vite-ignore */", "code"),
]


@pytest.mark.parametrize(("text", "kind"), COMMENTS)
def test_comment_kinds(text, kind):
    (comment,) = JS.read(text + "\na()\n", "auto").comments
    assert (comment.text, comment.kind, comment.line, comment.own_line) == (text, kind, 1, True)


def test_comments_that_bundlers_read_stay_with_their_argument():
    text = 'import(/* webpackChunkName: "a" */ "./b");\n'
    reading = JS.read(text, "auto")
    assert not reading.comments
    assert JS.print(reading.tree, reading.comments).text == text


def test_comments_are_printed_where_they_belong():
    text = (
        "#!/usr/bin/env node\n// head\nf(function () {\n  // inner\n  a; // beside\n  // last\n});\n"
        "switch (b) {\n  case 1:\n    c;\n  // no default\n}\n// end\n"
    )
    assert printed(text) == text


# --- names ---------------------------------------------------------------------------------------------------------

SAME_BUT_FOR_NAMES = [
    ("function f(a) { let b = a; return b }", "function f(x) { let y = x; return y }"),
    ("function f({a}) { return a }", "function f({a: x}) { return x }"),
    ("function f(a) { return {a} }", "function f(x) { return {a: x} }"),
    ("function f([a = 1, ...b]) { return b }", "function f([x = 1, ...y]) { return y }"),
    ("function f() { try { g() } catch (e) { h(e) } }", "function f() { try { g() } catch (err) { h(err) } }"),
    ("function f() { for (let i = 0; i < 3; i++) g(i) }", "function f() { for (let j = 0; j < 3; j++) g(j) }"),
    ("function f() { var a = 1; { let a = 2 } }", "function f() { var a = 1; { let b = 2 } }"),
    ("function f() { if (a) { var b = 1 } return b }", "function f() { if (a) { var c = 1 } return c }"),
    ("function f() { switch (a) { case 1: let b; case 2: b = 1 } }",
     "function f() { switch (a) { case 1: let c; case 2: c = 1 } }"),
    ("f((a) => a)", "f((b) => b)"),
    ("class A { m(a) { return a } }", "class A { m(b) { return b } }"),
    ("class A { static { var a = 1; f(a) } }", "class A { static { var b = 1; f(b) } }"),
    ("function f(a) { return /b/.exec(a) }", "function f(x) { return /b/.exec(x) }"),
    ("function f() { let A = g(); return <A b={A}/> }", "function f() { let B = g(); return <B b={B}/> }"),
]  # fmt: skip
OTHER_NAMES = [
    ("function f(a) { return b }", "function f(b) { return b }"),
    ("function f(a) { return {a} }", "function f(b) { return {b} }"),
    ("function f({a}) { return a }", "function f({b}) { return b }"),
    ("function f(a) { eval('a') }", "function f(b) { eval('a') }"),
    ("function f() { let a; { let b; a } }", "function f() { let a; { let b; b } }"),
    ("function f() { var a = 1; { let a = 2; g(a) } }", "function f() { var b = 1; { let a = 2; g(b) } }"),
    ("function f(a) { with (o) a }", "function f(b) { with (o) b }"),
    ("function f(a = () => x) { var x }", "function f(a = () => y) { var y }"),
    (
        "function f() { let m; return {m() { return m }} }",
        "function f() { let n; return {m() { return m }} }",
    ),
    ("class A { m() {} }", "class A { n() {} }"),
    ("class A { a = 1 }", "class A { b = 1 }"),
    ("function f(a) { { function a() {} } return a }", "function f(b) { { function a() {} } return b }"),
    (
        "function f() { try { } catch (e) { var e = 1 } return e }",
        "function f() { try { } catch (e) { var x = 1 } return x }",
    ),
]


def canonical_file(text):
    block = tree(text)
    return update(block, body=tuple([canonical(n, JS.traits) for n in block.body]))


@pytest.mark.parametrize(("left", "right"), SAME_BUT_FOR_NAMES)
def test_names_of_locals_do_not_count(left, right):
    assert not trees_equal(tree(left), tree(right))
    assert first_difference(canonical_file(left), canonical_file(right)) is None


@pytest.mark.parametrize(("left", "right"), OTHER_NAMES)
def test_other_names_do(left, right):
    assert not trees_equal(canonical_file(left), canonical_file(right))


def test_units_are_found_inside_exports():
    found = [
        n.name
        for n in walk(tree("export function f() {}\nexport default class A { m() {} }"))
        if hasattr(n, "name")
    ]
    assert found == ["f", "A", "m"]


def test_what_others_see_is_no_renameable_name():
    block = tree("class A { x = 1; y() {} static z; }\nx = {a: 1, b() {}};")
    assert [n.id for n in walk(block) if isinstance(n, Name)] == ["x"]
    assert [type(n.target).__name__ for n in walk(block) if isinstance(n, Declare)] == ["Literal", "Literal"]


# --- limits --------------------------------------------------------------------------------------------------------

DEEP = {
    "parentheses": 'x = "("*50000 + "1" + ")"*50000',
    "parentheses that fit": 'x = "("*1000 + "1" + ")"*1000',
    "unclosed": 'x = "("*50000',
    "sum": 'x = "x = " + " + ".join(f"a{i}" for i in range(10000))',
    "conditions": 'x = " && ".join(f"a{i}" for i in range(10000))',
    "else if": 'x = "if (a) b; " + "else if (a) b; "*3000',
    "ternaries": 'x = "a ? b : "*10000 + "c"',
    "a longer sum": 'x = "a+"*20000 + "a"',
    "functions": 'x = "x = " + "function () { return "*250 + "1" + " }"*250',
    "calls": 'x = "x" + ".a()"*5000',
    "unary operators": 'x = "!"*50000 + "a"',
    "assignments": 'x = "a="*50000 + "1"',
    "arrows": 'x = "a=>"*50000 + "1"',
    "powers": 'x = "a**"*50000 + "b"',
    "elements": 'x = "x=" + "<a>"*50000 + "</a>"*50000',
    "templates": 'x = "`${"*20000 + "1" + "}`"*20000',
    "labels": 'x = "a:"*50000 + "b"',
    "one line of 5 MB": 'x = "x = [" + "1, "*1700000 + "1]"',
}
RUN = """
from prediff.errors import LimitError
from prediff.languages import get_language
from prediff.tree import trees_equal
js = get_language("javascript")
try:
    tree = js.read(x, "auto").tree
    print("read", trees_equal(js.read(js.print(tree, ()).text, "auto").tree, tree))
except LimitError as error:
    print("limit", error)
"""
READ = {"sum", "functions", "conditions", "else if", "ternaries", "calls", "parentheses that fit", "unclosed"}


@pytest.mark.parametrize("name", DEEP)
def test_no_input_crashes(name):
    run = subprocess.run(
        [sys.executable, "-c", DEEP[name] + RUN], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr[-300:]
    assert run.stdout.startswith("read True" if name in READ - {"unclosed"} else ("limit", "read")), (
        run.stdout
    )


def test_control_characters_are_refused():
    with pytest.raises(ParseError, match="0x00") as error:
        JS.read("a\nb\x00", "auto")
    assert error.value.line == 2
    with pytest.raises(LimitError, match="brackets"):
        JS.read("[" * 2000, "auto")


@pytest.mark.parametrize(
    "text", ["", "\n", "  ", "// only a comment\n", "#!x\n", "\ufeffa", "é = 'ü'", "a\r\nb"]
)
def test_small_files(text):
    reading = JS.read(text, "auto")
    assert isinstance(reading.tree, Block)
    again = JS.read(JS.print(reading.tree, reading.comments).text, "auto")
    assert trees_equal(again.tree, reading.tree)


def test_the_language_is_imported_without_its_parser():
    code = "import sys, prediff.languages.javascript; print([m for m in sys.modules if m.startswith('tree_sitter')])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )
    assert importlib.import_module("tree_sitter_javascript")
