"""What the rules make of JavaScript does what it did: both are run by node, and what can be seen is compared.

The same as in `test_rule_meaning`, in one process of node for many snippets.
"""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from rule_case import EVERYTHING, normal_form
from test_rule_meaning import GENERATED, MINE, SAFE, Writer

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None, reason="node, which runs the JavaScript snippets, is not installed"
)
JAVASCRIPT = [r for r in MINE if "javascript" in r.languages]

HARNESS = r"""
function run(text, seed, rich) {
  const log = [];
  let count = 0;
  const hash = (s) => {
    let h = 2166136261 ^ (seed * 97 + 13);
    for (const c of s) h = Math.imul(h ^ c.codePointAt(0), 16777619);
    h = Math.imul(h ^ (h >>> 15), 2246822519);
    return (h ^ (h >>> 13)) >>> 0;
  };
  const show = (v, depth = 0) => {
    if (typeof v === "function") return `function ${v.name}`;
    if (v !== null && typeof v === "object") {
      if (v.tag) return v.tag;
      if (depth > 3) return "...";
      const items = Object.keys(v).map((k) => `${k}:${show(v[k], depth + 1)}`);
      return (Array.isArray(v) ? "list " : "object ") + items.join();
    }
    return typeof v === "bigint" ? `${v}n` : Object.is(v, -0) ? "-0" : `${typeof v} ${String(v)}`;
  };
  const record = (name) => function (...args) {
    log.push(`${name}(${args.map((v) => show(v)).join()}) ${this && this.tag ? this.tag : ""}`);
    if (hash(name + log.length) % 11 === 0) throw new RangeError(name);
    return [0, 1, "z", null, true, undefined, [1]][hash(name + "!" + log.length) % 7];
  };
  const object = (name) => ({ tag: name, b: 1, c: [3], n: 2, get p() { return `${name}.p`; }, m: record(`${name}.m`),
    slice: record(`${name}.slice`), [Symbol.iterator]: function* () { yield 1; yield 2; },
    valueOf() { log.push(`${name} valueOf`); return hash(name) % 3; } });
  const plain = [0, 1, -2, NaN, "", "ab", "1", null, undefined, true, [], [1, 2], 1.5];
  const env = { E: RangeError, undefined: undefined, NaN: NaN };
  for (const name of "fghij") env[name] = record(name);
  for (const name of "abcdekmnpstxyr") {
    const at = hash(name) % (plain.length + (rich ? 5 : 0));
    env[name] = at < plain.length ? plain[at] : at % 2 ? object(name) : at % 3 ? record(name) : 7;
  }
  const given = "abc".split("").map((n) => env[n]);
  const names = Object.keys(env).filter((n) => n.length === 1);
  try {
    const found = 'return typeof f === "function" && f.name === "f" && f.length ? f : null;';
    const body = `with (env) { return (function () {\n${text}\n;${found} }).call({ n: 1 }); }`;
    const made = new Function("env", body)(env);
    if (made) log.push(`result ${show(made(...given))}`);
  } catch (error) {
    log.push(`raised ${error.constructor.name} ${error instanceof SyntaxError ? error.message : ""}`);
  }
  return JSON.stringify([log, names.map((n) => show(env[n]))]);
}
const failures = [];
let useful = 0;
for (const [label, before, after, rich] of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  for (let seed = 0; seed < 40; seed++) {
    const one = run(before, seed, rich), two = run(after, seed, rich);
    if (!one.includes("SyntaxError")) useful += 1;
    if (one !== two) { failures.push(`${label}, seed ${seed}\n${before}\n---\n${after}\n${one}\n${two}`); break; }
  }
}
console.log(JSON.stringify([useful, failures]));
"""


def run_javascript(pairs: list[tuple[str, str, str, bool]]) -> int:
    """Run pairs of texts in one process; the last value of each says whether objects that record take part."""
    assert NODE is not None
    done = subprocess.run(
        [NODE, "-e", HARNESS],
        check=False,
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    useful, failures = json.loads(done.stdout)
    assert not failures, "\n\n".join(sorted(failures, key=len)[:3])
    return int(useful)


@needs_node
def test_javascript_snippets_do_the_same() -> None:
    pairs = []
    for rule in JAVASCRIPT:
        texts = [(e.name, e.before) for e in rule.examples if e.language == "javascript"]
        texts += [(e.name, e.after) for e in rule.examples if e.language == "javascript"]
        texts += [
            ("near-miss", t.removeprefix("javascript: "))
            for t in rule.leaves_alone
            if t.startswith("javascript: ")
        ]
        for name, text in texts:
            for allowed in (SAFE, EVERYTHING):
                after = normal_form(text, "javascript", allowed)
                pairs.append((f"{rule.id} {name}", text, after, allowed is SAFE))
    assert run_javascript(pairs) > len(pairs) * 20


class JavaScriptWriter(Writer):
    """The same in JavaScript: declarations in blocks, closures, strict and loose equality, `++`, switches."""

    shapes = loop_shapes = ()

    def function(self) -> str:
        body = self.block(self.depth, 1)
        return (
            "function f(a, b, c) {\n    let n = 0, t, u = null;\n"
            + "".join(f"{line}\n" for line in body)
            + "}\n"
        )

    def expression(self, depth: int = 2) -> str:
        if depth <= 0 or self.random.random() < 0.25:
            return str(
                self.pick(self.name(), self.name(), "0", "1", "null", "true", "false", '"ab"', "undefined")
            )
        e = [self.expression(depth - 1) for _ in range(3)]
        n = self.name()
        op = self.pick("<", "<=", ">", ">=", "==", "!=", "===", "!==")
        return str(self.pick(
            f"(!{e[0]})", f"({e[0]} && {e[1]})", f"({e[0]} || {e[1]})", f"({e[1]} ? {e[0]} : {e[2]})",
            f"({e[0]} {op} {e[1]})", f"({e[0]} {op} {e[1]})", f"({e[0]} ? true : false)", f"({e[0]} ? false : true)",
            f"({n} ? {n} : {e[0]})", f"g({e[0]}, {e[1]})", f"h({e[0]})", f"({e[0]} + {e[1]})", f"[{e[0]}, {e[1]}]",
            f"(!!{n})", "a?.b", "n++", f"(t = {e[0]})",
        ))  # fmt: skip

    def inner(self, depth: int) -> list[str]:
        return [*self.block(depth - 1, 1), "}"]

    def _call(self, depth: int) -> list[str]:
        return [
            str(
                self.pick(
                    f"g({self.expression()});",
                    f"{self.expression(1)} ? h({self.name()}) : t = {self.expression(1)};",
                )
            )
        ]

    def _assign(self, depth: int) -> list[str]:
        return [f"{self.pick('t', 'u')} = {self.expression()};"]

    def _count(self, depth: int) -> list[str]:
        return [str(self.pick("n = n + 1;", "n = n + h(n);", "n++;", "n = n + t + 1;"))]

    def _split(self, depth: int) -> list[str]:
        self.fresh += 1
        x = f"d{self.fresh}"
        return [
            f"let {x};",
            f"{x} = {self.expression()};",
            str(self.pick(f"g({x}, {x});", f"{x} += 1; g({x});")),
        ]

    def _closure(self, depth: int) -> list[str]:
        return [
            str(
                self.pick(f"k = () => {self.name()};", f"k = () => {{ t = {self.name()}; }}; ", "if (k) k();")
            )
        ]

    def _give(self, depth: int) -> list[str]:
        return self._assign(depth)

    def _temporary(self, depth: int) -> list[str]:
        self.fresh += 1
        x = f"x{self.fresh}" if self.random.random() < 0.8 else "x"
        use = self.pick(
            f"t = {x};", f"return {x};", f"g({x}, t);", f"g(t, {x});", f"u = {x} + n;", f"u = n + {x};",
            f"t = {x} && u;", f"t = u && {x};", f"if ({x}) g(1);", f"while ({x}) break;",
            f"t = {x}();", f"t = {x}.b;", f"t = {x}?.b;",
            f"for (const y of {x}) g(y);", f"for (const x of {x}) g(x);", f"t = [{x}, {x}];", f"t = n++ + {x};",
            f"a.q = {x};", f"t = `${{u}} ${{{x}}}`;", f"const y{x} = {x}; g(y{x});", f"a.m({x});",
        )  # fmt: skip
        value = self.pick(self.expression(), "() => 1", "a.m", "a?.b", "h", self.expression())
        return [f"{self.pick('const', 'let', 'var')} {x} = {value};", str(use)]

    def _result(self, depth: int) -> list[str]:
        self.fresh += 1
        r = f"r{self.fresh}"
        keep = [f"    {r} = {self.pick(self.expression(), '() => 1')};" for _ in range(2)]
        keep[0] = str(self.pick(keep[0], "    return t;", f"    let {r}; {r} = t;"))
        start = f"let {r}{self.pick('', '', ' = 1', ' = a.p', ' = null')};"
        lines = [start, f"if ({self.expression(1)}) {{", f"    g({self.expression(1)});", keep[0], "}"]
        lines += self.pick(
            ["else {", keep[1], "}"], [f"else if ({self.name()}) {{", "    t = n;", keep[1], "}"], []
        )
        return [*lines, str(self.pick(f"return {r};", f"return {r};", f"g({r});"))]

    def _jump(self, depth: int) -> list[str]:
        choices = [f"return {self.expression()};", "return;", "return undefined;", "throw new E(1);", ";"]
        return [str(self.pick(*choices, *(["break;", "continue;", "continue;"] if self.loops else [])))]

    def _if(self, depth: int) -> list[str]:
        return [f"if ({self.expression()}) {{", *self.inner(depth)]

    def _else(self, depth: int) -> list[str]:
        if self.random.random() < 0.3:
            x, v = self.pick("t", "u", "a.q"), [self.pick(self.expression(), "() => 1") for _ in range(2)]
            return [f"if ({self.expression()}) {x} = {v[0]}; else {x} = {v[1]};"]
        return [f"if ({self.expression()}) {{", *self.inner(depth), "else {", *self.inner(depth)]

    def _elif(self, depth: int) -> list[str]:
        more = ["else {", *self.inner(depth)] if self.random.random() < 0.5 else []
        return [
            f"if ({self.expression()}) {{",
            *self.inner(depth),
            f"else if ({self.expression()}) {{",
            *self.inner(depth),
            *more,
        ]

    def _loop(self, depth: int) -> list[str]:
        self.loops += 1
        body = self.inner(depth)
        self.loops -= 1
        return [f"for (const y of {self.pick('[1, 2]', '[t, u]', 'a')}) {{", *body]

    def _forever(self, depth: int) -> list[str]:
        self.loops += 1
        body = self.inner(depth)
        self.loops -= 1
        self.fresh += 1
        k = f"k{self.fresh}"
        test = self.pick(f"{k} > 3", f"!({k} < 2)")
        return [f"var {k} = 0;", "while (true) {", f"    if ({test}) break;", f"    {k} = {k} + 1;", *body]

    def _append(self, depth: int) -> list[str]:
        clauses = []
        for value in ("0", "1", "default"):
            clauses += [f"{'case ' + value if value != 'default' else value}:", *self.block(depth - 1, 1)]
        return [f"switch ({self.name()}) {{", *clauses, "}"]

    def _try(self, depth: int) -> list[str]:
        end = self.pick("catch (e) {", "finally {")
        return ["try {", *self.inner(depth), str(end), *self.inner(depth)]


@needs_node
def test_generated_javascript_does_the_same() -> None:
    pairs = generated_javascript(range(GENERATED * 2))
    assert len(pairs) > GENERATED // 2
    assert run_javascript(pairs) > len(pairs) * 20


def generated_javascript(seeds: range) -> list[tuple[str, str, str, bool]]:
    """Generated functions and their normal forms, without those that are no JavaScript (a name declared twice)."""
    pairs = []
    for seed in seeds:
        before = JavaScriptWriter(seed).function()
        for allowed in (SAFE, EVERYTHING):
            after = normal_form(before, "javascript", allowed)
            assert normal_form(after, "javascript", allowed) == after, (
                f"seed {seed}: not settled\n{before}\n{after}"
            )
            if after != before:
                pairs.append((f"seed {seed}", before, after, allowed is SAFE))
    return pairs


@needs_node
def test_a_difference_is_seen() -> None:
    before = "function f(a, b) { g(a); return b < a; }"
    for after in (before.replace("<", "<="), before.replace("g(a)", "g(b)"), before.replace("b <", "b() <")):
        with pytest.raises(AssertionError):
            run_javascript([("planted", before, after, True)])
