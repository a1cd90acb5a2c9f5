"""Rules of the family spelling: arguments of the standard library and calls that only say what a literal says."""

from __future__ import annotations

import builtins

from prediff.facts import Facts
from prediff.rules.comparisons import is_own
from prediff.rules.conditions import is_fixed
from prediff.rules.format_strings import is_attribute_name
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Assign,
    AssignExpr,
    Attribute,
    Call,
    Dict,
    ExprStmt,
    Keyword,
    List,
    Literal,
    Name,
    Node,
    Pair,
    Raise,
    Star,
    Tuple,
    update,
    walk,
)

SOURCE_UNREAD = frozenset({"source-unread"})
CURRENT = frozenset({"source-unread", "current-language"})
EXCEPTIONS = tuple(
    name for name, v in vars(builtins).items() if isinstance(v, type) and issubclass(v, BaseException)
)


def _raised_class(node: Raise, facts: Facts) -> Node | None:
    value, cause = _class_of(node.value, facts), _class_of(node.cause, facts)
    return None if value is node.value and cause is node.cause else update(node, value=value, cause=cause)


def _class_of(node: Node | None, facts: Facts) -> Node | None:
    bare = isinstance(node, Call) and not node.args and facts.is_call_of(node, *EXCEPTIONS)
    return node.func if bare else node  # type: ignore[union-attr]


RAISED_CLASS = Rule(
    id="raised-class",
    family="spelling",
    summary="Write `raise ValueError` for `raise ValueError()`.",
    languages={"python": SOURCE_UNREAD},
    on=(Raise,),
    rewrite=_raised_class,
    why="A class that is raised is called without arguments (reference, 7.8). Only the builtin "
    "exceptions are seen to be"
    " classes: another name may be a function that makes an exception, which cannot be raised itself.",
    examples=(
        Example("raise", "raise ValueError()", "raise ValueError"),
        Example("cause", "raise E(x) from KeyError()", "raise E(x) from KeyError"),
        Example("alias", "raise IOError()", "raise OSError"),
    ),
    leaves_alone=(
        "raise E()",
        "raise ValueError(x)",
        "raise ValueError(*x)",
        "ValueError = f\nraise ValueError()",
        "def f(ValueError):\n    raise ValueError()",
        "x = ValueError()",
    ),
)

PIPE = "subprocess.PIPE"
RUNNERS = {f"subprocess.{name}" for name in ("run", "Popen", "call", "check_call", "check_output")}


def _run_keywords(node: Call, facts: Facts) -> Node | None:
    runner = facts.qualified(node.func)
    if runner not in RUNNERS or any(isinstance(a, Star) and a.stars == 2 for a in node.args):
        return None
    given = {a.name: a for a in node.args if isinstance(a, Keyword)}
    pipes = runner == "subprocess.run" and "capture_output" not in given
    captured = [a for name, a in given.items() if name in ("stdout", "stderr")]
    if not pipes or len(captured) < 2 or not all(facts.qualified(a.value) == PIPE for a in captured):
        captured = []
    new: list[Node] = []
    for a in node.args:
        if isinstance(a, Keyword) and a.name == "universal_newlines" and "text" not in given:
            a = update(a, name="text")
        elif captured and a is captured[0]:
            a = Keyword("capture_output", Literal("bool", True), span=a.span)
        elif captured and a is captured[1]:
            continue
        new.append(a)
    changed = len(new) < len(node.args) or any(a is not b for a, b in zip(new, node.args, strict=True))
    return update(node, args=tuple(new)) if changed else None


RUN_KEYWORDS = Rule(
    id="run-keywords",
    family="spelling",
    summary="Write `subprocess.run(x, text=True, capture_output=True)` for `universal_newlines` and two pipes.",
    languages={"python": CURRENT},
    on=(Call,),
    rewrite=_run_keywords,
    why="`text` is another name of `universal_newlines` since Python 3.7, and `capture_output` stands for both pipes"
    " (library reference, subprocess). Only `run` has the latter. Arguments behind two stars may hold either.",
    examples=(
        Example(
            "text",
            "import subprocess\nsubprocess.check_output(x, universal_newlines=True)",
            "import subprocess\nsubprocess.check_output(x, text=True)",
        ),
        Example(
            "capture",
            "import subprocess\nx = subprocess.run(y, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)",
            "import subprocess\nx = subprocess.run(y, capture_output=True, check=True)",
        ),
        Example(
            "names",
            "from subprocess import PIPE, run\nx = run(y, stderr=PIPE, stdout=PIPE)\nf(PIPE)",
            "from subprocess import PIPE, run\nx = run(y, capture_output=True)\nf(PIPE)",
        ),
    ),
    leaves_alone=(
        "import subprocess\nx = subprocess.run(y, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)",
        "import subprocess\nx = subprocess.Popen(y, stdout=subprocess.PIPE, stderr=subprocess.PIPE)",
        "import subprocess\nx = subprocess.run(y, stdout=subprocess.PIPE)",
        "import subprocess\nx = subprocess.run(y, universal_newlines=True, **z)",
        "import subprocess\nx = subprocess.run(y, universal_newlines=True, text=z)",
        "from m import run\nx = run(y, universal_newlines=True)",
        "import subprocess\nsubprocess.run = f\nx = subprocess.run(y, universal_newlines=True)",
    ),
    words=frozenset({"subprocess"}),
)

NATIVE = {"int": "int", "float": "float", "complex": "imaginary", "bool": "bool"}
TYPES = {
    "int": "int",
    "float": "float",
    "imaginary": "complex",
    "bool": "bool",
    "str": "str",
    "bytes": "bytes",
}
DISPLAYS: dict[type[Node], str] = {List: "list", Dict: "dict", Tuple: "tuple"}


def _native(node: Call, facts: Facts) -> Node | None:
    if len(node.args) > 1 or facts.position == "discarded":
        return None
    if not node.args or isinstance(node.func, Attribute):
        return _split_literal(node)
    value = node.args[0]
    if isinstance(node.func, Name) and isinstance(value, Literal) and NATIVE.get(node.func.id) == value.kind:
        return value if facts.is_call_of(node, node.func.id) else None
    if facts.is_call_of(node, "type"):
        if isinstance(value, Literal):
            name = TYPES.get(value.kind, "")
        else:
            name = "" if getattr(value, "items", True) else DISPLAYS.get(value.__class__, "")
        return Name(name) if name and facts.is_builtin(Name(name), name) else None
    return None


def _split_literal(node: Call) -> Node | None:
    """The list of words that splitting a text at white space or at a text gives."""
    func = node.func
    if not isinstance(func, Attribute) or func.name != "split" or node.optional:
        return None
    if not all(isinstance(n, Literal) and n.kind == "str" for n in (func.value, *node.args)):
        return None
    at = node.args[0].value if node.args else None  # type: ignore[attr-defined]
    if at == "":
        return None  # which is an error
    words = func.value.value.split(at)  # type: ignore[attr-defined]
    return List(tuple([Literal("str", word, span=func.value.span) for word in words]))


NATIVE_LITERAL = Rule(
    id="native-literal",
    family="spelling",
    summary='Write `1` for `int(1)`, `str` for `type("")`, and the list for `"a,b".split(",")`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_native,
    why="A number that is already of the class comes back as it is, the class of a literal is known, and splitting a"
    " literal always gives the same words in a new list.",
    examples=(
        Example("number", "x = int(1)", "x = 1"),
        Example("class", "x = isinstance(y, type(''))", "x = isinstance(y, str)"),
        Example("split", "x = 'a,b'.split(',')", "x = ['a', 'b']"),
        Example("words", "x = ' a  b '.split()", "x = ['a', 'b']"),
    ),
    leaves_alone=(
        "x = int('1')",
        "x = float(1)",
        "x = int(True)",
        "int = f\nx = int(1)",
        "str = f\nx = type('')",
        "x = type([1])",
        "x = type(None)",
        "x = y.split(',')",
        "x = 'a,b'.split(y)",
        "x = b'a,b'.split(b',')",
    ),
    words=frozenset({"int", "float", "complex", "bool", "type", "split"}),
)


def _keyword_display(node: Call, facts: Facts) -> Node | None:
    if not any(a.__class__ is Star for a in node.args):
        return None
    args: list[Node] = []
    for a in node.args:
        items = a.value.items if isinstance(a, Star) and a.stars == 2 and isinstance(a.value, Dict) else None
        if items is None or not all(_is_keyword(i) for i in items):
            args.append(a)
        else:
            args += [Keyword(i.key.value, i.value, span=i.span) for i in items]  # type: ignore[attr-defined]
    names = [a.name for a in args if isinstance(a, Keyword)]
    unchanged = len(args) == len(node.args) and all(a is b for a, b in zip(args, node.args, strict=True))
    if unchanged or len(set(names)) < len(names):
        return None
    return update(node, args=tuple(args))


def _is_keyword(node: Node) -> bool:
    key = node.key if isinstance(node, Pair) else None
    return isinstance(key, Literal) and key.kind == "str" and is_attribute_name(key.value)


KEYWORD_DISPLAY = Rule(
    id="keyword-display",
    family="spelling",
    summary='Write `f(a=1)` for `f(**{"a": 1})`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_keyword_display,
    why="The function is given the same keywords in the same order. A key must be a name that can be "
    "written as a keyword,"
    " in a class too, where `__a` is mangled; a name that is given twice is an error of its own.",
    examples=(
        Example("one", "f(**{'a': 1})", "f(a=1)"),
        Example("between", "f(x, b=2, **{'a': g(), 'c': y}, d=h())", "f(x, b=2, a=g(), c=y, d=h())"),
    ),
    leaves_alone=(
        "f(**{'class': 1})",
        "f(**{'a-b': 1})",
        "f(**{a: 1})",
        "f(**{'a': 1, **b})",
        "f(a=1, **{'a': 2})",
        "f(**{'a': 1, 'a': 2})",
        "f(**{'__a': 1})",
        "f(*{'a': 1})",
    ),
)


def _set_attribute(node: ExprStmt, facts: Facts) -> Node | None:
    call = node.value
    if not isinstance(call, Call) or len(call.args) != 3 or not facts.is_call_of(call, "setattr"):
        return None
    held, name, value = call.args
    if any(isinstance(a, (Star, Keyword)) for a in call.args):
        return None
    if not isinstance(name, Literal) or name.kind != "str" or not is_attribute_name(name.value):
        return None
    if any(isinstance(n, AssignExpr) for n in walk(value)):
        return None
    if not isinstance(held, Name) or not (
        is_own(held.id, facts) or is_fixed(value) or isinstance(value, Name)
    ):
        return None
    return Assign((Attribute(held, name.value, span=held.span),), value, span=node.span, header=node.header)


SET_ATTRIBUTE = Rule(
    id="setattr",
    family="spelling",
    summary='Write `x.name = y` for `setattr(x, "name", y)`.',
    languages={"python": SOURCE_UNREAD},
    on=(ExprStmt,),
    rewrite=_set_attribute,
    why="Both set the attribute in the same way, but the assignment evaluates the value first: the "
    "object must be a name"
    " that evaluating the value cannot bind anew. Names that a dot would change (private ones are "
    "mangled in a class) or"
    " cannot be followed by are left alone.",
    examples=(
        Example(
            "name", "def f(x):\n    setattr(x, 'a', g())\n    x.b()", "def f(x):\n    x.a = g()\n    x.b()"
        ),
        Example("constant", "setattr(x, 'a', None)", "x.a = None"),
    ),
    leaves_alone=(
        "setattr(x, 'a', f())",
        "setattr(f(), 'a', 1)",
        "setattr(x, a, 1)",
        "setattr(x, '__a', 1)",
        "def f(x):\n    setattr(x, 'a', (x := g()))",
        "def f(x):\n    def h():\n        nonlocal x\n        x = 1\n    setattr(x, 'a', h())",
        "y = setattr(x, 'a', 1)",
    ),
    words=frozenset({"setattr"}),
)

RULES: tuple[Rule, ...] = (RAISED_CLASS, RUN_KEYWORDS, NATIVE_LITERAL, KEYWORD_DISPLAY, SET_ATTRIBUTE)
