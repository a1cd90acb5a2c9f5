"""Which JavaScript mutants do what the original did, with evidence that does not come from prediff.

A class is a way to write the same thing that is looked for in tree-sitter's own tree, and by no rule of prediff: both
texts are brought to one spelling of that thing alone, and must then be equal. The last class asks another program: if
terser is on the path (`npm install terser`, and its `node_modules/.bin` in PATH), what it makes of both is compared.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

from mutation.javascript_shapes import shape
from mutation.javascript_source import parse
from mutation.javascript_spellings import WAYS

NOTHING = frozenset[str]()
SOURCE = frozenset({"source-unread"})
LOCALS = frozenset({"source-unread", "locals-unread"})
READS = frozenset({"source-unread", "locals-unread", "reads-pure"})

CLASSES: dict[str, tuple[frozenset[str], str]] = {
    "parentheses": (NOTHING, "parentheses that group what is grouped anyway"),
    "let-const": (
        SOURCE,
        "a name that nothing in its block assigns again is the same under `let` and `const`",
    ),
    "var-let": (
        SOURCE,
        "a name declared once, and used behind that in the same block alone, by no inner function that may run before",
    ),
    "temporary": (
        LOCALS,
        "a local that is read once, and before anything else that the next statement evaluates",
    ),
    "early-read": (READS, "the same, for a read that `reads-pure` lets come before the reading of names"),
    "member-order": (
        SOURCE,
        "methods of a class, each with a name of its own: only a list of its properties can tell",
    ),
    "constant-side": (
        SOURCE,
        "an equality with a literal is the same from both sides: reading a literal has no effect",
    ),
    "quiet-order": (
        SOURCE,
        "two locals under `===`, and questions under `&&` or `||` whether one local is this or that, in any order",
    ),
    "hoisted": (
        SOURCE,
        "a function declared in a function or module is made before the first statement runs",
    ),
    "bool-of-bool": (SOURCE, "`!!` before what is `true` or `false` already"),
    "number-truth": (
        SOURCE,
        "`!` before one number or another of the same truth, as minified sources write true and false",
    ),
    "else-behind-exit": (
        SOURCE,
        "the branch before an `else` returns, throws or jumps, so that what follows is an `else` too",
    ),
    "escape": (NOTHING, "two spellings of the same characters in a string"),
    "jsx-space": (
        NOTHING,
        "white space of JSX text that takes a line of its own, or stands where a line starts or ends",
    ),
    "minified": (NOTHING, "terser makes the same text of both"),
}
"""The name of each class, the assumptions that it needs, and why its mutants are no bugs.

What terser does follows the assumptions that there are: without `source-unread` it prints the text as it reads it,
without `locals-unread` it keeps the names of locals.
"""


def reason(before: str, after: str, assumptions: tuple[str, ...], other: str) -> str:
    """The class that shows a mutant to do what the original did, "" if none does.

    assumptions: those that prediff printed. other: the text that the mutant was compared with; what no class looks at.
    """
    one, two = parse(before.encode()), parse(after.encode())
    if one.root.has_error or two.root.has_error:
        return ""
    granted = {*assumptions}
    for name, way in WAYS.items():
        if CLASSES[name][0] <= granted and shape(one, one.root, way(one)) == shape(two, two.root, way(two)):
            return name
    compress, rename = granted >= SOURCE, "locals-unread" in granted
    made = minified(before, compress, rename)
    return "minified" if made is not None and made == minified(after, compress, rename) else ""


# --- terser ----------------------------------------------------------------------------------------------------

_SCRIPT = """
const { minify } = require(process.argv[1]);
require("readline").createInterface({ input: process.stdin }).on("line", async (line) => {
  const { text, compress, rename } = JSON.parse(line);
  const kept = { keep_fnames: true, keep_classnames: true };
  const options = { compress: compress && { passes: 3, drop_debugger: false, pure_getters: false, ...kept },
    mangle: rename && kept, ...kept };
  let code = null;
  try { code = (await minify(text, options)).code; } catch (error) { }
  console.log(JSON.stringify(code ?? null));
});
"""


@cache
def _terser() -> subprocess.Popen[str] | None:
    """A process that minifies line by line, or None where terser or node is missing."""
    found, node = shutil.which("terser"), shutil.which("node")
    if found is None or node is None:
        return None
    package = Path(found).resolve().parent.parent
    command = [node, "-e", _SCRIPT, str(package)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@cache
def minified(text: str, compress: bool, rename: bool) -> str | None:
    """What terser makes of a text, or None: it is missing, or does not take it."""
    process = _terser()
    if process is None or process.stdin is None or process.stdout is None:
        return None
    process.stdin.write(json.dumps({"text": text, "compress": compress, "rename": rename}) + "\n")
    process.stdin.flush()
    code = json.loads(process.stdout.readline() or "null")
    return code if isinstance(code, str) else None
