"""Rules of the family spelling: names and imports that mean the same, or nothing, on the current language."""

from __future__ import annotations

import builtins

from prediff.facts import Facts
from prediff.facts.values import ALIASES
from prediff.rules.docs import promotes
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Binary,
    Block,
    Call,
    Function,
    Handler,
    ImportFrom,
    Keyword,
    Literal,
    Name,
    Node,
    Raise,
    Tuple,
    map_children,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
CURRENT = frozenset({"source-unread", "current-language"})
FUTURE = frozenset(
    {
        "absolute_import", "division", "generator_stop", "generators", "nested_scopes", "print_function",
        "unicode_literals", "with_statement",
    }
)  # fmt: skip


def _future_import(node: Block, facts: Facts) -> Node | None:
    if facts.unit is not None or facts.enclosing:
        return None
    names = [a for n in node.body if isinstance(n, ImportFrom) and n.module == "__future__" for a in n.names]
    satisfied = {a.name for a in names if a.name in FUTURE and a.asname is None}
    if not satisfied:
        return None
    read = {n.id for n in walk(node) if isinstance(n, Name)} | {
        n.value for n in walk(node) if isinstance(n, Literal) and n.kind == "str"
    }
    satisfied -= read
    body: list[Node] = []
    for n in node.body:
        if isinstance(n, ImportFrom) and n.module == "__future__":
            left = tuple([a for a in n.names if a.name not in satisfied or a.asname is not None])
            if not left:
                continue
            n = n if len(left) == len(n.names) else update(n, names=left)
        body.append(n)
    if not satisfied or promotes(node.body, body):
        return None
    return update(node, body=tuple(body))


FUTURE_IMPORT = Rule(
    id="future-import",
    family="spelling",
    summary="Leave out `from __future__ import` of what Python 3 does anyway.",
    languages={"python": CURRENT},
    on=(Block,),
    rewrite=_future_import,
    why="These features are mandatory since Python 3.0 (`generator_stop` since 3.7). `annotations` changes what"
    " annotations are, and stays; so does a name that the file reads.",
    examples=(
        Example("two", "from __future__ import print_function, division\nf()", "f()"),
        Example(
            "one of two",
            "from __future__ import division, annotations\nf()",
            "from __future__ import annotations\nf()",
        ),
    ),
    leaves_alone=(
        "from __future__ import annotations\nf()",
        "from __future__ import division\nprint(division)",
        "from __future__ import division as d\nf()",
    ),
    words=frozenset({"__future__"}),
)

OS_ERRORS = frozenset({"mmap.error", "os.error", "resource.error", "select.error", "socket.error"})


def _exception(node: Node, facts: Facts) -> Node:
    """An exception's class under its present name."""
    if isinstance(node, Name):
        renamed = node.id in ("IOError", "EnvironmentError") and facts.is_builtin(node, node.id)
        renamed = renamed or (node.id in facts.module.imports and facts.qualified(node) in OS_ERRORS)
    else:
        named = isinstance(node, Attribute) and node.name == "error"
        renamed = named and facts.qualified(node) in OS_ERRORS
    if renamed and facts.is_builtin(Name("OSError"), "OSError"):
        return Name("OSError", span=node.span)
    return node


def _os_error(node: Handler | Raise | Call, facts: Facts) -> Node | None:
    if isinstance(node, Call):
        if not any(n.__class__ in (Name, Attribute, Tuple) for n in (node.func, *node.args)):
            return None
        func, args = _exception(node.func, facts), tuple([_classes(a, facts) for a in node.args])
        same = func is node.func and all(a is b for a, b in zip(args, node.args, strict=True))
        return None if same else update(node, func=func, args=args)
    name = "type" if isinstance(node, Handler) else "value"
    old = getattr(node, name)
    new = None if old is None else _classes(old, facts)
    return None if new is old else update(node, **{name: new})


def _classes(node: Node, facts: Facts) -> Node:
    if isinstance(node, Tuple):
        items = [_exception(i, facts) for i in node.items]
        return (
            node
            if all(a is b for a, b in zip(items, node.items, strict=True))
            else update(node, items=tuple(items))
        )
    return _exception(node, facts)


OS_ERROR = Rule(
    id="os-error",
    family="spelling",
    summary="Write `OSError` for `IOError`, `EnvironmentError`, `os.error`, `socket.error`, `select.error`.",
    languages={"python": CURRENT},
    on=(Handler, Raise, Call),
    rewrite=_os_error,
    words=frozenset({"EnvironmentError", "IOError", "error"}),
    why="They are the same class since Python 3.3 (PEP 3151), and so are `mmap.error` and "
    "`resource.error`. `WindowsError` exists on Windows alone,"
    " `socket.timeout` is a class of its own before 3.10.",
    examples=(
        Example(
            "except", "try:\n    f()\nexcept IOError:\n    g()", "try:\n    f()\nexcept OSError:\n    g()"
        ),
        Example("raise", "raise IOError(x)", "raise OSError(x)"),
        Example(
            "os",
            "import os\ntry:\n    f()\nexcept os.error as e:\n    g(e)",
            "import os\ntry:\n    f()\nexcept OSError as e:\n    g(e)",
        ),
        Example("socket", "import socket\nraise socket.error(x)", "import socket\nraise OSError(x)"),
    ),
    leaves_alone=(
        "try:\n    f()\nexcept WindowsError:\n    g()",
        "class IOError(E):\n    x = 1\nraise IOError(x)",
        "raise socket.error(x)",
        "import socket\nraise socket.timeout(x)",
        "import socket\nsocket.error = f()\nraise socket.error(x)",
        "from socket import error\nx = {error: f(error) for error in y}",
        (
            "from socket import error\ndef f(a):\n    r = []\n    for error in a:\n        r.append(g(error))\n"
            "    return r, r"
        ),
    ),
)
EXCEPTIONS = (
    "OSError",
    "ValueError",
    "TypeError",
    "KeyError",
    "IndexError",
    "AttributeError",
    "Exception",
    "ImportError",
)


HIERARCHY = {
    name: {base.__name__ for base in value.__mro__[1:]}
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException) and value.__name__ == name
}
"""Of each builtin exception the names of the classes that it is a subclass of."""


def _exception_tuple(node: Handler, facts: Facts) -> Node | None:
    if not isinstance(node.type, Tuple):
        return None
    kept: list[Node] = []
    for item in node.type.items:
        if not isinstance(item, Name) or item not in kept:
            kept.append(item)
    kept = [item for item in kept if not _is_covered(item, kept, facts)]
    if len(kept) == 1 and facts.is_builtin(kept[0], *EXCEPTIONS):
        return update(node, type=kept[0])
    return (
        update(node, type=update(node.type, items=tuple(kept))) if len(kept) < len(node.type.items) else None
    )


def _is_covered(item: Node, items: list[Node], facts: Facts) -> bool:
    """Whether a builtin exception is a subclass of another one of some that are caught."""
    if not isinstance(item, Name) or item.id not in HIERARCHY or not facts.is_builtin(item, item.id):
        return False
    bases = HIERARCHY[item.id]
    return any(isinstance(i, Name) and i.id in bases and facts.is_builtin(i, i.id) for i in items)


EXCEPTION_TUPLE = Rule(
    id="exception-tuple",
    family="spelling",
    summary="Write `except OSError` for `except (OSError, OSError)`, `(OSError,)` and `(OSError, "
    "IOError, TimeoutError)`.",
    languages={"python": SOURCE_UNREAD},
    on=(Handler,),
    rewrite=_exception_tuple,
    why="A class that is named twice is caught once, and a builtin subclass with its base. A tuple "
    "of one is unwrapped only around a builtin class:"
    " another name may itself be a tuple, which is an error inside a tuple.",
    examples=(
        Example(
            "aliases",
            "try:\n    f()\nexcept (IOError, OSError):\n    g()",
            "try:\n    f()\nexcept OSError:\n    g()",
        ),
        Example(
            "subclass",
            "try:\n    f()\nexcept (UnicodeError, ValueError, E):\n    g()",
            "try:\n    f()\nexcept (ValueError, E):\n    g()",
        ),
        Example(
            "one",
            "try:\n    f()\nexcept (ValueError,):\n    g()",
            "try:\n    f()\nexcept ValueError:\n    g()",
        ),
    ),
    leaves_alone=(
        "try:\n    f()\nexcept (E,):\n    g()",
        "try:\n    f()\nexcept (A, B):\n    g()",
        "try:\n    f()\nexcept (KeyError, IndexError):\n    g()",
        "try:\n    f()\nexcept (E, ValueError):\n    g()",
        "class UnicodeError(E):\n    x = 1\ntry:\n    f()\nexcept (UnicodeError, ValueError):\n    g()",
        "ValueError = f()\ntry:\n    f()\nexcept (ValueError,):\n    g()",
    ),
)

FLAGS = {
    "A": "ASCII", "I": "IGNORECASE", "L": "LOCALE", "M": "MULTILINE", "S": "DOTALL", "U": "UNICODE", "X": "VERBOSE",
}  # fmt: skip


_FLAGGED = frozenset({Attribute, Binary, Keyword})
"""What alone can hold a flag."""


def _regex_flags(node: Call, facts: Facts) -> Node | None:
    flagged = any(a.__class__ in _FLAGGED for a in node.args)
    if not flagged or not facts.qualified(node.func).startswith("re."):
        return None
    args = tuple([_long_flags(a, facts) for a in node.args])
    return None if all(a is b for a, b in zip(args, node.args, strict=True)) else update(node, args=args)


def _long_flags(node: Node, facts: Facts) -> Node:
    if isinstance(node, (Keyword, Binary)):
        return map_children(node, lambda child: _long_flags(child, facts))
    if isinstance(node, Attribute) and node.name in FLAGS and facts.qualified(node.value) == "re":
        return update(node, name=FLAGS[node.name])
    return node


REGEX_FLAGS = Rule(
    id="regex-flag-names",
    family="spelling",
    summary="Write `re.MULTILINE` for `re.M`, and so for the other flags.",
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_regex_flags,
    why="The letter is an alias of the word in the enumeration `re.RegexFlag`. Only arguments of functions of `re` are"
    " looked at.",
    examples=(
        Example("one", "import re\nx = re.compile(p, re.M)", "import re\nx = re.compile(p, re.MULTILINE)"),
        Example(
            "two",
            "import re\nx = re.sub(p, q, s, flags=re.I | re.S)",
            "import re\nx = re.sub(p, q, s, flags=re.IGNORECASE | re.DOTALL)",
        ),
    ),
    leaves_alone=("x = re.compile(p, re.M)", "import re\nx = re.compile(p, r.M)", "import re\nx = f(re.M)"),
    words=frozenset({"re"}),
)


def _lru_cache(node: Function, facts: Facts) -> Node | None:
    decorators = tuple([_plain_cache(d, facts) for d in node.decorators])
    if all(a is b for a, b in zip(decorators, node.decorators, strict=True)):
        return None
    return update(node, decorators=decorators)


def _plain_cache(node: Node, facts: Facts) -> Node:
    if not isinstance(node, Call) or facts.qualified(node.func) != "functools.lru_cache":
        return node
    if not node.args:
        return node.func
    size = node.args[0].value if isinstance(node.args[0], Keyword) else node.args[0]
    named = not isinstance(node.args[0], Keyword) or node.args[0].name == "maxsize"
    unlimited = len(node.args) == 1 and named and isinstance(size, Literal) and size.kind == "none"
    return update(node.func, name="cache") if unlimited and isinstance(node.func, Attribute) else node


LRU_CACHE = Rule(
    id="lru-cache",
    family="spelling",
    summary="Write `@lru_cache` for `@lru_cache()`, `@functools.cache` for `@functools.lru_cache(maxsize=None)`.",
    languages={"python": CURRENT},
    on=(Function,),
    rewrite=_lru_cache,
    why="`lru_cache` decorates directly since Python 3.8, and `cache` is `lru_cache(maxsize=None)` since 3.9.",
    examples=(
        Example(
            "direct",
            "from functools import lru_cache\n@lru_cache()\ndef f():\n    return g()",
            "from functools import lru_cache\n@lru_cache\ndef f():\n    return g()",
        ),
        Example(
            "cache",
            "import functools\n@functools.lru_cache(maxsize=None)\ndef f():\n    return g()",
            "import functools\n@functools.cache\ndef f():\n    return g()",
        ),
    ),
    leaves_alone=(
        "from m import lru_cache\n@lru_cache()\ndef f():\n    return g()",
        "import functools\n@functools.lru_cache(maxsize=128)\ndef f():\n    return g()",
        "from functools import lru_cache\n@lru_cache(maxsize=None)\ndef f():\n    return g()",
    ),
    words=frozenset({"lru_cache"}),
)


LAST_PARTS = frozenset(alias.rpartition(".")[2] for alias in ALIASES)


def _alias(node: Name | Attribute, facts: Facts) -> Node | None:
    part = (
        node.name if isinstance(node, Attribute) else facts.module.imports.get(node.id, "").rpartition(".")[2]
    )
    if part not in LAST_PARTS:
        return None
    name = ALIASES.get(facts.qualified(node))
    return Name(name) if name is not None and facts.is_builtin(Name(name), name) else None


ALIAS = Rule(
    id="builtin-alias",
    family="spelling",
    summary="Write `open` for `io.open` and `str` for `typing.Text`.",
    languages={"python": CURRENT},
    on=(Name, Attribute),
    rewrite=_alias,
    why="They are one object since Python 3.0. Neither the module's name nor the builtin's may be bound to anything"
    " else in the file. `io.open` is `open`, too, but code is tested with one of them replaced.",
    examples=(
        Example(
            "text",
            "from typing import Dict, Text\nX = Dict[Text, int]\n",
            "from typing import Dict, Text\nX = Dict[str, int]\n",
        ),
        Example("attribute", "import typing as t\nx = f(t.Text, t)\n", "import typing as t\nx = f(str, t)\n"),
    ),
    leaves_alone=(
        "from typing import Text\nText = f()\nx = Text\n",
        "from typing import Text\nclass str:\n    pass\nx = Text\n",
        "import typing\ndef f(typing):\n    return typing.Text\n",
        "import typing\ntyping.Text = 3\nx = typing.Text\n",
        "from m import Text\nx = Text\n",
        "import io\nx = io.open(f)\n",
        "from typing import Text\nx = [f(Text) for Text in y]\n",
    ),
    words=frozenset({"Text"}),
)

RULES: tuple[Rule, ...] = (FUTURE_IMPORT, OS_ERROR, EXCEPTION_TUPLE, REGEX_FLAGS, LRU_CACHE, ALIAS)
