"""Rules on import statements: one name a statement, the order of imports, and those that nothing reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from prediff.facts import Facts, dotted_name
from prediff.facts.scopes import rebound_names
from prediff.rules.docs import DOC_SIGNS
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Alias,
    Attribute,
    Block,
    Call,
    Import,
    ImportFrom,
    Index,
    Literal,
    Name,
    Node,
    Opaque,
    children,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
UNREAD_IMPORT = "unread-import"
IMPORTS_UNREAD = frozenset({"imports-pure", "exports-unread", "source-unread"})
EFFECTLESS = frozenset({
    "abc", "argparse", "array", "ast", "asyncio", "base64", "bisect", "builtins", "calendar", "cmath",
    "codecs", "collections", "concurrent", "configparser", "contextlib", "contextvars", "copy", "copyreg",
    "csv", "dataclasses", "datetime", "decimal", "difflib", "dis", "email", "enum", "errno", "filecmp",
    "fnmatch", "fractions", "ftplib", "functools", "gc", "genericpath", "getopt", "getpass", "gettext",
    "glob", "gzip", "hashlib", "heapq", "hmac", "html", "http", "imaplib", "importlib", "inspect", "io",
    "ipaddress", "itertools", "json", "keyword", "linecache", "locale", "logging", "math", "mimetypes",
    "mmap", "multiprocessing", "netrc", "ntpath", "numbers", "operator", "optparse", "os", "pathlib",
    "pickle", "pickletools", "pkgutil", "platform", "plistlib", "poplib", "posixpath", "pprint", "profile",
    "pstats", "queue", "quopri", "random", "re", "reprlib", "sched", "secrets", "select", "selectors",
    "shelve", "shlex", "shutil", "signal", "smtplib", "socket", "socketserver", "ssl", "stat", "statistics",
    "string", "stringprep", "struct", "subprocess", "symtable", "sys", "sysconfig", "tarfile", "tempfile",
    "textwrap", "threading", "time", "timeit", "token", "tokenize", "trace", "traceback", "tracemalloc",
    "types", "typing", "unicodedata", "unittest", "urllib", "uuid", "warnings", "wave", "weakref",
    "webbrowser", "xml", "xmlrpc", "zipapp", "zipfile", "zipimport", "zlib",
})  # fmt: skip
"""Modules of the standard library, in all of its versions and on all systems, that do nothing on import."""


WITHIN = frozenset({
    "asyncio.subprocess", "collections.abc", "concurrent.futures", "email.utils", "http.client", "http.server",
    "importlib.machinery", "importlib.metadata", "importlib.resources", "importlib.util", "json.decoder",
    "logging.config", "logging.handlers", "os.path", "unittest.mock", "urllib.error", "urllib.parse", "urllib.request",
    "xml.dom.minidom", "xml.etree.ElementTree", "xml.sax.saxutils",
})  # fmt: skip
"""Modules in packages of the standard library, in all of its versions from 3.8 on."""


def _split(block: Block, facts: Facts) -> Node | None:
    if not any(isinstance(n, (Import, ImportFrom)) and len(n.names) > 1 for n in block.body):
        return None
    body: list[Node] = []
    for node in block.body:
        if isinstance(node, (Import, ImportFrom)) and len(node.names) > 1:
            body += [update(node, names=(alias,)) for alias in node.names]
        else:
            body.append(node)
    return update(block, body=tuple(body))


def _library_import(node: Import, facts: Facts) -> Node | None:
    if len(node.names) != 1:
        return None
    alias = node.names[0]
    package, _, last = alias.name.rpartition(".")
    if alias == Alias("os.path"):
        return update(node, names=(update(alias, name="os"),))
    if alias.asname is None or alias.name not in WITHIN:
        return None
    name = update(alias, name=last, asname=None if alias.asname == last else alias.asname)
    return ImportFrom(package, (name,), span=node.span, header=node.header)


def _repeated(block: Block, facts: Facts) -> Node | None:
    """A file without imports that say once more what an earlier one said."""
    if facts.unit is not None:
        return None
    first: dict[tuple[str, str, str, str], int] = {}
    gone: set[int] = set()
    for i, node in enumerate(block.body):
        if not isinstance(node, (Import, ImportFrom)) or len(node.names) != 1 or node.names[0].name == "*":
            continue
        at = first.setdefault(_key(node), i)
        if at < i and all(_is_effectless(n) for n in block.body[at + 1 : i]):
            gone.add(i)
    if not gone:
        return None
    body = tuple([n for i, n in enumerate(block.body) if i not in gone])
    own = [bound_by(n) for i, n in enumerate(block.body) if i in gone]  # type: ignore[arg-type]
    anew = rebound_names(Block(body)) | facts.module.patched
    return None if anew.intersection(own) else update(block, body=body)


def _is_effectless(node: Node) -> bool:
    return isinstance(node, (Import, ImportFrom)) and _movable(node, EFFECTLESS)


def _sorted(block: Block, movable: frozenset[str] | None) -> Node | None:
    """The block with each run of movable imports sorted; `movable` None: any import is."""
    body: list[Node] = []
    run: list[Import | ImportFrom] = []
    for node in block.body:
        if isinstance(node, (Import, ImportFrom)) and _movable(node, movable):
            run.append(node)
            continue
        body += _in_order(run)
        run = []
        body.append(node)
    body += _in_order(run)
    if len(body) == len(block.body) and all(a is b for a, b in zip(body, block.body, strict=True)):
        return None
    return update(block, body=tuple(body))


def _movable(node: Import | ImportFrom, movable: frozenset[str] | None) -> bool:
    if len(node.names) != 1 or node.names[0].name == "*":
        return False
    module = node.module if isinstance(node, ImportFrom) else node.names[0].name
    if module == "__future__":
        return False
    return movable is None or module.split(".")[0] in movable


def _in_order(run: Sequence[Import | ImportFrom]) -> list[Import | ImportFrom]:
    """A run sorted and without repetitions; imports that bind one name to different things stay in their order."""
    unique = list({_key(n): n for n in reversed(run)}.values())[::-1]
    found = sorted(unique, key=_key)
    bound: dict[str, dict[tuple[str, Alias], list[Import | ImportFrom]]] = {}
    for node in unique:
        bound.setdefault(bound_by(node), {}).setdefault(_meaning(node), []).append(node)
    for meanings in bound.values():
        if len(meanings) > 1:
            rivals = {id(n) for nodes in meanings.values() for n in nodes}
            places = [i for i, n in enumerate(found) if id(n) in rivals]
            for i, node in zip(places, [n for n in unique if id(n) in rivals], strict=True):
                found[i] = node
    return found


def _meaning(node: Import | ImportFrom) -> tuple[str, Alias]:
    """What an import of one name binds it to: `import a.b` and `import a.c` bind `a` to one thing."""
    alias = node.names[0]
    if isinstance(node, ImportFrom):
        return node.module, alias
    return "", Alias(alias.name.split(".")[0]) if alias.asname is None else alias


def _key(node: Import | ImportFrom) -> tuple[str, str, str, str]:
    alias = node.names[0]
    if isinstance(node, ImportFrom):
        return node.module, alias.name, alias.asname or "", "from"
    return alias.name, "", alias.asname or "", ""


def _sort_effectless(block: Block, facts: Facts) -> Node | None:
    # In a `try` an import that fails leaves bound what came before it: only the file's own block is put in order.
    return _sorted(block, EFFECTLESS) if facts.unit is None else None


def _sort_all(block: Block, facts: Facts) -> Node | None:
    return _sorted(block, None) if facts.unit is None else None


# --- imports that nothing reads ------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d]\w*")
_SPACED = re.compile(r"\w\s+\w")
TABLES = frozenset({"globals", "vars", "__name__"})
"""Without one of these a file looks at no table of its names: see `looks_names_up`."""
EVALUATORS = frozenset({"eval", "exec", "globals", "vars", "locals"})
"""Where a file names one of these, each word of its strings may be read as a name."""


def names_something(text: str) -> bool:
    """Whether a string may hold names to read: one word, dotted words, a quoted type; a sentence does not."""
    return " " not in text or "[" in text or ("|" in text and not _SPACED.search(text))


def has_tables(nodes: Iterable[Node]) -> bool:
    """Whether one of some nodes may look at the file's names: without a name of `TABLES` none does."""
    return any(node.__class__ is Name and node.id in TABLES for node in nodes)


def looks_names_up(node: Node) -> bool:
    """Whether a node looks at the file's names as a table, whose keys may be put together when it runs."""
    if isinstance(node, Call) and node.func == Name("__import__"):
        return False  # which takes them for the name of the package alone
    if any(
        isinstance(c, Call) and not c.args and c.func in (Name("globals"), Name("vars"))
        for c in children(node)
    ):
        return True
    if not isinstance(node, Index) or node.index != Name("__name__"):
        return False
    return getattr(node.value, "name", getattr(node.value, "id", "")) == "modules"


def _drop_unread(block: Block, facts: Facts) -> Node | None:
    if facts.unit is not None:
        return None
    new = without_unread(block, facts.module.imports)
    return None if new is block else new


def without_unread(file: Block, imports: Mapping[str, str]) -> Block:
    """A file without the imports of one name whose name it does not read; `imports`: see `ModuleFacts.imports`."""
    found = [n for n in file.body if isinstance(n, (Import, ImportFrom)) and _may_go(n)]
    unread = {bound_by(n) for n in found} - _read(file, {bound_by(n) for n in found})
    going = [n for n in found if bound_by(n) in unread] + _bound_again(file)
    if not going:
        return file
    reached = set(_reached(file, imports))
    gone = {id(n) for n in going if reached.isdisjoint(_loads(n))}
    return update(file, body=tuple([n for n in file.body if id(n) not in gone])) if gone else file


def _bound_again(file: Block) -> list[Import | ImportFrom]:
    """The imports of a name that another import binds anew before any other statement runs."""
    found: list[Import | ImportFrom] = []
    last: dict[str, Import | ImportFrom] = {}
    for node in file.body:
        if not isinstance(node, (Import, ImportFrom)) or len(node.names) != 1 or node.names[0].name == "*":
            last.clear()
            continue
        before = last.get(bound_by(node))
        if before is not None and _meaning(before) != _meaning(node) and _may_go(before):
            found.append(before)
        last[bound_by(node)] = node
    return found


def _may_go(node: Import | ImportFrom) -> bool:
    alias = node.names[0]
    if len(node.names) != 1 or alias.name in ("*", alias.asname):
        return False
    if not DOC_SIGNS.isdisjoint(_loaded(node).split(".")):
        return False
    return not isinstance(node, ImportFrom) or node.module != "__future__"


def bound_by(node: Import | ImportFrom) -> str:
    alias = node.names[0]
    return alias.asname or (alias.name.split(".")[0] if isinstance(node, Import) else alias.name)


def _read(file: Block, wanted: set[str]) -> set[str]:
    """Those of some names that a file may read: as a name, in a string, in text that was not read."""
    missing = set(wanted)
    mentioned: set[str] = set()
    evaluates = False
    node: Any
    for node in behind_imports(file):
        cls = node.__class__
        if cls is Name:
            missing.discard(node.id)
            evaluates |= node.id in EVALUATORS
        elif cls is Attribute:
            evaluates |= node.name in EVALUATORS
        elif cls is Literal and node.value.__class__ is str:
            words = _WORD.findall(node.value)
            mentioned.update(words)
            if names_something(node.value):
                missing.difference_update(words)
        elif cls is Opaque:
            for token in node.children:
                if isinstance(token, str):
                    missing.difference_update(_WORD.findall(token))
        if not missing:
            return wanted
    if has_tables(behind_imports(file)) and any(map(looks_names_up, behind_imports(file))):
        return wanted
    return wanted - (missing - mentioned if evaluates else missing)


def behind_imports(file: Block) -> Iterator[Node]:
    """The nodes of all statements of a file but its imports at the top level."""
    for statement in file.body:
        if not isinstance(statement, (Import, ImportFrom)):
            yield from walk(statement)


def _reached(file: Block, imports: Mapping[str, str]) -> Iterator[str]:
    """What the attributes of imported names stand for, dotted: a package has its modules once they are imported."""
    for node in behind_imports(file):
        if isinstance(node, Attribute):
            yield dotted_name(node, imports)[0]


def _loaded(node: Import | ImportFrom) -> str:
    """The dotted name of what an import of one name loads."""
    name = node.names[0].name
    if isinstance(node, ImportFrom):
        return f"{node.module}{name}" if node.module.endswith(".") else f"{node.module}.{name}"
    return name


def _loads(node: Import | ImportFrom) -> Iterable[str]:
    """The modules that an import may load, dotted, the outermost package left out."""
    parts = _loaded(node).split(".")
    return [".".join(parts[:i]) for i in range(2, len(parts) + 1)]


RULES: tuple[Rule, ...] = (
    Rule(
        id="one-import-a-statement",
        family="imports",
        summary="Write one imported name a statement.",
        languages={"python": SOURCE_UNREAD},
        on=(Block,),
        rewrite=_split,
        why="The interpreter imports and binds the names of one statement in order, one by one (reference, 7.11).",
        examples=(
            Example("import", "import os, sys\n", "import os\nimport sys\n"),
            Example("from", "from a import (b, c as d)\n", "from a import b\nfrom a import c as d\n"),
        ),
        leaves_alone=("from a import b\n", "from a import *\n", "import a.b.c as d\n"),
    ),
    Rule(
        id="library-import",
        family="imports",
        summary="Write `import os` for `import os.path`, `from xml.dom import minidom` for `import … as minidom`.",
        languages={"python": SOURCE_UNREAD},
        on=(Import,),
        rewrite=_library_import,
        why="`os` loads `os.path` itself, and the statement binds `os`. In the standard library's "
        "packages the attribute"
        " that `from` takes is the module of that name; in others it may be something else, and a module that is not"
        " there is another error.",
        examples=(
            Example("os.path", "import os.path\nx = os\n", "import os\nx = os\n"),
            Example(
                "as", "import unittest.mock as mock\nx = mock\n", "from unittest import mock\nx = mock\n"
            ),
            Example(
                "renamed",
                "import xml.etree.ElementTree as ET\nx = ET\n",
                "from xml.etree import ElementTree as ET\nx = ET\n",
            ),
        ),
        leaves_alone=(
            "import mine.path as path\nx = path\n",
            "import xml.dom\nx = xml\n",
            "try:\n    import xml.etree.cElementTree as ET\nexcept ModuleNotFoundError:\n    ET = None\n",
            "import os as o\nx = o\n",
            "import os.path as p, mine\n",
        ),
    ),
    Rule(
        id="effectless-import-order",
        family="imports",
        summary="Sort neighbouring imports from the standard library.",
        languages={"python": SOURCE_UNREAD},
        on=(Block,),
        rewrite=_sort_effectless,
        why="Importing these modules does nothing but bind names, so that their order cannot be seen. Two imports that"
        " bind one name to different things keep their order, and nothing crosses any other import.",
        examples=(
            Example("sorted", "import sys\nimport os\n", "import os\nimport sys\n"),
            Example("twice", "import os\nimport os\n", "import os\n"),
        ),
        leaves_alone=(
            "import zlib\nimport mine\nimport array\n",
            "from os import path\nfrom mine import path\n",
            "from posixpath import join\nfrom ntpath import join\n",
            "import this\nimport antigravity\n",
            "try:\n    import zlib\n    import os\nexcept ImportError:\n    pass\n",
        ),
    ),
    Rule(
        id="repeated-import",
        family="imports",
        summary="Leave out an import that says once more what an earlier one said.",
        languages={"python": frozenset({"reads-pure", "source-unread"})},
        on=(Block,),
        rewrite=_repeated,
        why="The module is loaded by then, and its attribute is read once more. Only modules of the "
        "standard library that"
        " do nothing may be imported in between, and nothing else may bind the name: even another name of the same"
        " package may be a module that is loaded then, and may change what the package holds.",
        examples=(
            Example(
                "twice",
                "from a import b\nimport sys\nfrom a import b\nx = b, sys\n",
                "from a import b\nimport sys\nx = b, sys\n",
            ),
        ),
        leaves_alone=(
            "from a import b\nfrom a import c\nfrom a import b\nx = b, c\n",
            "from a import b\nimport c\nfrom a import b\n",
            "from a import b\nf()\nfrom a import b\n",
            "from a import b\nfrom a import c as b\nfrom a import b\n",
            "from a import b\nfrom a import b\nb = 1\n",
            "from a import b\n\n\ndef f():\n    from a import b\n    return b\n",
        ),
    ),
    Rule(
        id="import-order",
        family="imports",
        summary="Sort neighbouring imports.",
        languages={"python": frozenset({"imports-pure", "source-unread"})},
        on=(Block,),
        rewrite=_sort_all,
        why="Sound if no module does anything on import that another one sees: registration, patching and circular"
        " imports break it (reported for isort in #2106 and #2259).",
        examples=(Example("sorted", "import b\nimport a\n", "import a\nimport b\n"),),
        leaves_alone=(
            "import b\nb.patch()\nimport a\n",
            "from b import x\nfrom a import x\n",
            "from b import *\nfrom a import y\n",
        ),
    ),
    Rule(
        id=UNREAD_IMPORT,
        family="imports",
        summary="Leave out an import whose name the file does not read.",
        languages={"python": IMPORTS_UNREAD},
        on=(Block,),
        rewrite=_drop_unread,
        why="Sound if the module is there, does nothing on import, and nobody takes the name from this file: in an"
        " `__init__.py`, whose names are there to be taken, the rule is off; `from a import b as b` says that they"
        " are. Strings that may hold a name (`__all__`, a quoted"
        " type, patched names; every string where the file has `eval` or its kin) read it, and `globals()` any."
        " An import stays that may load a module which is then read as an attribute of its package (`a.b` behind"
        " `import a.b`), and so does one in a `try` or a branch, which asks whether the module is there.",
        examples=(
            Example("module", "import os\nimport re\n\nre.compile('a')\n", "import re\n\nre.compile('a')\n"),
            Example("name", "from a import b, c\nprint(c)\n", "from a import c\nprint(c)\n"),
            Example(
                "bound again", "from a import b\nfrom c import b\nprint(b)\n", "from c import b\nprint(b)\n"
            ),
            Example("renamed", "import a.b as c\nprint(a)\n", "print(a)\n"),
        ),
        leaves_alone=(
            "import a\nprint(a)\n",
            "from a import b\n__all__ = ['b']\n",
            "from a import b\nx: 'list[b]' = []\n",
            "from a import b\nprint(eval('1 + b'))\n",
            "from a import on_start\n\n\ndef f(e):\n    globals()['on_' + e]()\n",
            "import sys\nfrom a import on_start\n\n\ndef f(e):\n    getattr(sys.modules[__name__], 'on_' + e)()\n",
            "from a import b\nx: 'b | None' = None\n",
            "import a\nfrom a.b import c\nprint(a.b.d)\n",
            "import a as x\nimport a.b as y\nprint(x.b)\n",
            "from a import *\n",
            "from a import b as b\n",
            "from docopt import docopt\n",
            "try:\n    import a\nexcept ImportError:\n    print(1)\n",
            "from __future__ import division\n",
            "def f():\n    import a\n    return a\n",
            "from a import b\nb = b or 1\n",
            "from a import b\n\n\ndef f():\n    global b\n    b = 1\n",
            "import a\na.b = 1\n",
            "from a import b\nprint(b)\nfrom c import b\nprint(b)\n",
            "from a import b\nfrom c import *\nprint(b)\n",
            "import a.b\nimport a.c\nprint(a.b, a.c)\n",
        ),
    ),
)
