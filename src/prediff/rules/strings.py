"""Rules of the family strings: `%`, `.format` and f-strings, and literals that are put together."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.facts.builtin_classes import TEXT, is_of, is_of_known_class
from prediff.facts.values import STR_ATTRIBUTES, is_exact_text, is_int, is_path_call, is_text
from prediff.rules import affixes
from prediff.rules.format_strings import (
    fits,
    in_order,
    is_plain_spec,
    read_format,
    read_percent,
    renumbered,
    to_format,
    to_fstring,
    to_sum,
)
from prediff.rules.rule import Example, Rule
from prediff.tree import (
    Attribute,
    Binary,
    Call,
    Formatted,
    Function,
    Interp,
    Keyword,
    Literal,
    Node,
    Star,
    update,
)

SOURCE_UNREAD = frozenset({"source-unread"})
CONVERSIONS = {"str": "s", "repr": "r", "ascii": "a"}
NOT_A_VALUE = ("discarded", "specification")
"""Positions in which an f-string must stay one: as a statement, where a plain string would be a docstring, and as the
specification of a field."""


def _is_str_literal(node: Node) -> bool:
    return isinstance(node, Literal) and node.kind == "str"


def _format_call(node: Call, facts: Facts) -> Node | None:
    func = node.func
    if not isinstance(func, Attribute) or func.name != "format" or facts.position == "discarded":
        return None
    if not isinstance(func.value, Literal) or func.value.kind != "str" or node.optional:
        return None
    template = read_format(func.value.value, node.args)
    if template is None:
        text = renumbered(func.value.value)
        return update(node, func=update(func, value=update(func.value, value=text))) if text else None
    new = (
        (in_order(template, facts) and to_fstring(template)) or to_sum(template, facts) or to_format(template)
    )
    return None if new == node else new


FORMAT_CALL = Rule(
    id="format-call",
    family="strings",
    summary='Write `f"{a} {b.c}"` for `"{} {b.c}".format(a, b=b)`.',
    languages={"python": SOURCE_UNREAD},
    on=(Call,),
    rewrite=_format_call,
    why="Both look up, convert and format each value in the same way. An f-string formats a value before it"
    " evaluates the next, so that every argument but the first must only read (or those before it be immutable),"
    " every argument must be used, only names may be used twice, and none may hold a walrus. `{a[k]}` is the str"
    " key. Where an f-string would differ or cannot be printed, the fields alone are written in one way.",
    examples=(
        Example("automatic", 'x = "{} and {}".format(a, b)', 'x = f"{a} and {b}"'),
        Example("numbered", 'x = "{1}{0}{1}".format(a, b)', 'x = f"{b}{a}{b}"'),
        Example("path", 'x = "{a.b[0][k]}".format(a=c)', "x = f\"{c.b[0]['k']}\""),
        Example("specification", 'x = "{:>{}}|{!r:.3}".format(a, w, b)', 'x = f"{a:>{w}}|{b!r:.3}"'),
        Example("call first", 'x = "{}{}".format(f(), a)', 'x = f"{f()}{a}"'),
        Example("numbers", 'x = "{0}{1:{2}}".format(*a)', 'x = "{}{:{}}".format(*a)'),
        Example("fields", 'x = "{0}{1}".format(a, f())', 'x = "{}{}".format(a, f())'),
        Example(
            "numbers first",
            'def f(a):\n    b = int(a)\n    b += 1\n    return "{}.{}".format(b, g(b))',
            'def f(a):\n    b = int(a)\n    b += 1\n    return f"{b}.{g(b)}"',
        ),
        Example(
            "counting",
            'def f(a):\n    for i in range(9):\n        g("{}: {}".format(a, i + 1))',
            'def f(a):\n    for i in range(9):\n        g(f"{a}: {i + 1}")',
        ),
        Example(
            "joined",
            'def f(a):\n    b = sorted(a)\n    g("{}: {}".format(a, ",".join(b)), b)',
            "def f(a):\n    b = sorted(a)\n    g(f\"{a}: {','.join(b)}\", b)",
        ),
        Example("sum", 'x = "[{}]".format("\\n".join(a))', 'x = "[" + "\\n".join(a) + "]"'),
    ),
    leaves_alone=(
        'x = "{} {}".format(l, l.pop())',
        'x = "{}".format(*a)',
        'x = "{}".format(a, b)',
        'x = "{} {}".format(a)',
        'x = "{}{}".format(a, (a := b))',
        "x = s.format(a)",
        'x = "{.__b}".format(a, f())',
        'x = "{0}{0}".format(f())',
        'x = "{}{}".format(a, ",".join(b))',
        'def f(a, b):\n    b = [] if a else b\n    g("{}{}".format(a, ",".join(b)), b)',
    ),
    words=frozenset({"format"}),
)


def _percent(node: Binary, facts: Facts) -> Node | None:
    if node.op != "%" or not isinstance(node.left, Literal) or node.left.kind != "str":
        return None
    if facts.position == "discarded":
        return None
    template = read_percent(node.left.value, node.right, facts)
    if template is None or not in_order(template, facts):
        return None
    return to_fstring(template) or to_sum(template, facts) or to_format(template)


PERCENT = Rule(
    id="percent",
    family="strings",
    summary='Write `f"{a!s} {b!r}"` for `"%s %r" % (a, b)`.',
    languages={"python": SOURCE_UNREAD},
    on=(Binary,),
    rewrite=_percent,
    why="`%s`, `%r` and `%a` are str, repr and ascii of the value; a width aligns to the right. The right side must"
    " be a tuple that is written out, with as many items as fields, or surely no tuple: a bare name may hold one,"
    " unless each of its bindings is seen to be none (a literal, text that is put together, a caught exception), or"
    " it is a parameter with the annotation of a plain type (annotations-true)."
    " `%d` and `%x` take floats, Decimals and more than `format` does, so that the value must be seen to be an"
    " int. Every argument but the first must only read, as in format-call: interpreters before 3.11 evaluate the"
    " tuple first, later ones compile it as an f-string.",
    examples=(
        Example("tuple", 'x = "%s=%r" % (a, b)', 'x = f"{a!s}={b!r}"'),
        Example("width", 'x = "%5s|%-5s|%.2s%%" % (a, b, c)', 'x = f"{a!s:>5}|{b!s:5}|{c!s:.2}%"'),
        Example(
            "caught",
            'def f(a):\n    try:\n        g()\n    except E as e:\n        h("%r" % e)',
            'def f(a):\n    try:\n        g()\n    except E as e:\n        h(f"{e!r}")',
        ),
        Example(
            "local",
            'def f(a):\n    for i in range(3):\n        g("%d" % i)',
            'def f(a):\n    for i in range(3):\n        g(f"{i}")',
        ),
        Example("annotated", 'def f(a: str):\n    return "%r" % a', 'def f(a: str):\n    return f"{a!r}"'),
        Example("number", 'x = "%03d" % len(a)', 'x = f"{len(a):03}"'),
        Example("mapping", 'x = "%(a)s %(b)r" % {"a": c, "b": d}', 'x = f"{c!s} {d!r}"'),
        Example("float", 'x = "%5.1f" % (len(a) / 2)', 'x = f"{len(a) / 2:5.1f}"'),
        Example(
            "bound anew",
            'def f(a):\n    a = sorted(a)\n    if a:\n        g("%s" % a)\n    return a',
            'def f(a):\n    a = sorted(a)\n    if a:\n        g(f"{a}")\n    return a',
        ),
        Example("class", 'x = "%s" % type(a)', 'x = f"{type(a)!s}"'),
        Example("quotes", 'x = "%s" % (a[\'"\'],)', 'x = "{!s}".format(a[\'"\'])'),
    ),
    leaves_alone=(
        'x = "%s" % a',
        'x = "%d" % (a,)',
        'x = "%s %s" % (a,)',
        'x = "%(a)s" % b',
        'x = "%*d" % (a, b)',
        'x = b"%s" % (a,)',
        'x = "%.2f" % (a,)',
        'x = "%s" % (*a,)',
        'x = "%s %s" % (a, f())',
        'def f(a):\n    b = 1\n    if a:\n        b = a\n    return "%s" % b',
        'def f(a):\n    b = 1\n    return ["%s" % b for b in a]',
        'def f(a):\n    b = 1\n    def g():\n        nonlocal b\n        b = a\n    g()\n    return "%s" % b',
        'def f(a):\n    global b\n    b = 1\n    g()\n    return "%s" % b',
        'def f(a):\n    for b in a:\n        return "%s" % b',
        'def f(a):\n    try:\n        g()\n    except E as e:\n        e = a\n        return "%s" % e',
        'def f(*a: str):\n    return "%s" % a',
        (
            'def f(a):\n    with a as e:\n        g("%s" % e)\n    def h():\n        try:\n            k()\n'
            "        except E as e:\n            k(e)\n    return h"
        ),
        'def f(a: tuple):\n    return "%s" % a',
        'def f(a: str = None):\n    a = g()\n    return "%s" % a',
        'def f(a):\n    b = True\n    return "%d" % b',
        'def f(a: int):\n    return "%d" % a',
        (
            "def f(i, a):\n    def g(b):\n        for i, x in enumerate(b):\n            h(i, x)\n   "
            " if a:\n        i = 1\n"
            '    g("%d" % (i,))\n    return g'
        ),
        'x = "%(a)s %(c)s" % {"a": c, "b": d}',
        'x = "%(a)s" % {"a": c, "b": d}',
        'x = "%(a)s" % {"a": c, **b}',
        'x = "%(a)s %s" % {"a": c}',
        'x = "%.1f" % (a - b,)',
        'def f(a):\n    if g():\n        a = sorted(a)\n    h("%s" % a)\n    return a',
        'def f(a):\n    b = "%s" % a\n    a = sorted(a)\n    return a, b',
        'def f(a):\n    a = "%s" % a\n    return a, a',
        'def f(a):\n    a = sorted(a)\n    h(lambda a: "%s" % a, a)',
        'def f(a):\n    a = sorted(a)\n    for a in g(a):\n        h("%s" % a)',
    ),
)


def _fields(node: Interp, facts: Facts) -> Node | None:
    if node.kind != "f":
        return None
    spec = facts.position == "specification"
    parts: list[Node] = []
    changed = False
    for part in node.parts:
        new = (
            [part]
            if isinstance(part, Literal) or not isinstance(part, Formatted)
            else _field(part, facts, spec)
        )
        changed |= new != [part]
        for piece in new:
            if isinstance(piece, Literal) and parts and isinstance(parts[-1], Literal):
                parts[-1] = update(piece, value=parts[-1].value + piece.value)
            else:
                parts.append(piece)
    if facts.position not in NOT_A_VALUE and all(isinstance(p, Literal) for p in parts):
        return Literal("str", "".join([p.value for p in parts if isinstance(p, Literal)]))
    return update(node, parts=tuple(parts)) if changed else None


def _field(node: Formatted, facts: Facts, in_spec: bool) -> list[Node]:
    """What a field is written as: another field, or text."""
    value, conversion, spec = node.value, node.conversion, node.spec
    if conversion in ("", "s") and spec is None:
        if isinstance(value, Literal) and value.kind in ("str", "int"):
            text = str(value.value)
            return [Literal("str", text)] if not in_spec or is_plain_spec(text) else [node]
        if isinstance(value, Interp) and value.kind == "f":
            return list(value.parts)
    if conversion in ("", "s") and isinstance(value, Call) and facts.is_call_of(value, *CONVERSIONS):
        argument = value.args[0] if len(value.args) == 1 else None
        if argument is not None and not isinstance(argument, (Star, Keyword)):
            name = value.func.id  # type: ignore[attr-defined]
            return [update(node, value=argument, conversion=CONVERSIONS[name])]
    if (
        conversion
        and isinstance(spec, Interp)
        and len(spec.parts) == 1
        and isinstance(spec.parts[0], Literal)
    ):
        text = spec.parts[0].value
        if text == "s":
            return [update(node, spec=None)]
        if text[0] == "<" and text[1:].isdigit() and text[1] != "0":
            return [update(node, spec=update(spec, parts=(Literal("str", text[1:]),)))]
    if conversion == "s" and spec is None and (_is_exact(value, facts) or _formats_as_str(facts)):
        return [update(node, conversion="")]
    if conversion == "s" and spec is not None and is_of(value, TEXT, facts):
        return [update(node, conversion="")]
    return [node]


def _formats_as_str(facts: Facts) -> bool:
    """Whether `format(x, "")` may be taken to be `str(x)`: not in a method that says how a class is formatted."""
    formats = any(isinstance(d, Function) and d.name == "__format__" for d in facts.enclosing)
    return not formats and facts.assume("str-formats")


def _is_exact(node: Node, facts: Facts) -> bool:
    """Whether a value is exactly of a built-in class, for which `format(x, "")` is `str(x)`."""
    return is_exact_text(node, facts) or is_int(node, facts) or is_of_known_class(node, facts)


FIELDS = Rule(
    id="fields",
    family="strings",
    summary="Write `{x!r}` for `{repr(x)}`, `{x}` for `{x!s}`, and text for a field that holds a literal.",
    languages={"python": SOURCE_UNREAD},
    on=(Interp,),
    rewrite=_fields,
    why="A conversion calls the builtin (PEP 498). An f-string without fields is a str. `{x!s}` is `{x}` where x is"
    " exactly a str or int; for other classes `__format__` may differ from `__str__` (as for enums with values),"
    " so that this needs str-formats. A specification of its own is kept with its field.",
    examples=(
        Example("repr", 'x = f"{repr(a)} {str(b):>5}"', 'x = f"{a!r} {b!s:>5}"'),
        Example("no field", 'x = f"a"', 'x = "a"'),
        Example("literal", "x = f\"{'a'}b{1}{c}\"", 'x = f"ab1{c}"'),
        Example("str-formats", 'x = f"{a!s}"', 'x = f"{a}"'),
        Example("nested", "x = f\"{f'{a}'}b\"", 'x = f"{a}b"'),
        Example(
            "text",
            'def f(a):\n    b = ",".join(a)\n    return f"{b!s} {b!s:>5}"',
            'def f(a):\n    b = ",".join(a)\n    return f"{b} {b:>5}"',
        ),
    ),
    leaves_alone=(
        'x = f"{repr(a)!r}"',
        'x = f"{a!s:>5}"',
        'x = f"{str(a, b)}"',
        'repr = f\nx = f"{repr(a)}"',
        'x = f"{a:>5}"',
        'f"a"',
        "class C:\n    def __format__(self, a):\n        return f'{self!s}'",
    ),
)


def _join_literals(node: Binary, facts: Facts) -> Node | None:
    if node.op != "+" or facts.position == "discarded":
        return None
    left, right = node.left, node.right
    if isinstance(left, Literal) and isinstance(right, Literal):
        if left.kind == right.kind and left.kind in ("str", "bytes"):
            return update(left, value=left.value + right.value, span=node.span)
        return None
    if facts.language == "javascript":
        if (
            isinstance(left, Binary)
            and left.op == "+"
            and _is_str_literal(left.right)
            and _is_str_literal(right)
        ):
            return update(node, left=left.left, right=_join_literals(update(node, left=left.right), facts))
        return None
    parts = (_text_parts(left, facts), _text_parts(right, facts))
    if parts[0] is None or parts[1] is None or not (is_text(left) or is_text(right)):
        return None
    if not all(is_exact_text(n, facts) for n in (left, right)) and not facts.assume("builtin-operators"):
        return None
    joined = Interp("f", _without_seam(parts[0], parts[1]))
    return _fields(joined, facts) or joined


def _without_seam(left: tuple[Node, ...], right: tuple[Node, ...]) -> tuple[Node, ...]:
    """The parts of two f-strings as those of one: no two literals stand side by side, and none is empty."""
    if left and right and isinstance(left[-1], Literal) and isinstance(right[0], Literal):
        text = update(left[-1], value=left[-1].value + right[0].value)
        left, right = (*left[:-1], text), right[1:]
    return tuple([p for p in (*left, *right) if not isinstance(p, Literal) or p.value])


def _text_parts(node: Node, facts: Facts) -> tuple[Node, ...] | None:
    """The parts of an f-string that shows what `node` gives; None where it may be no str."""
    if isinstance(node, Literal):
        return (node,) if node.kind == "str" else None
    if isinstance(node, Interp):
        return node.parts if node.kind == "f" else None
    made = is_exact_text(node, facts) and not is_path_call(node, facts)  # that may be bytes
    if made or (isinstance(node, Attribute) and node.name in STR_ATTRIBUTES):
        return (Formatted(node),) if fits(node) else None
    if isinstance(node, Call) and len(node.args) == 1 and facts.is_call_of(node, *CONVERSIONS):
        argument = node.args[0]
        if not isinstance(argument, (Star, Keyword)) and fits(argument):
            return (Formatted(argument, CONVERSIONS[node.func.id]),)  # type: ignore[attr-defined]
    return None


JOIN_LITERALS = Rule(
    id="join-literals",
    family="strings",
    summary='Write `"ab"` for `"a" + "b"`, and one f-string for a sum of strings.',
    languages={"python": SOURCE_UNREAD, "javascript": SOURCE_UNREAD},
    on=(Binary,),
    rewrite=_join_literals,
    why="Literals, f-strings and what their methods give are exactly str. `str(x)`, `repr(x)` and `c.__name__` may"
    ' give a subclass with a `+` of its own: they need builtin-operators. A name may be anything: `x + "a"` fails'
    ' for a number where an f-string would not. In JavaScript `x + "a"` is a string whatever x is, so that'
    " literals behind it can be joined; a template would convert x in another way (`valueOf`, symbols).",
    examples=(
        Example("literals", 'x = "a" + "b" + "c"', 'x = "abc"'),
        Example("f-strings", 'x = "a" + f"{b}" + "c"', 'x = f"a{b}c"'),
        Example("seam", "x = f'{a}b' + 'c' + f'd{e}'", "x = f'{a}bcd{e}'"),
        Example("str", 'x = "a" + str(b)', 'x = f"a{b}"'),
        Example("name", 'x = "a" + type(b).__name__', 'x = f"a{type(b).__name__}"'),
        Example("method", 'x = "a" + ",".join(b)', "x = f\"a{','.join(b)}\""),
        Example("javascript", 'x = a + "b" + "c";', 'x = a + "bc";', language="javascript"),
    ),
    leaves_alone=(
        'x = "a" + b',
        'x = "a" + type(b).__module__',
        'x = a + "b" + "c"',
        'x = "a" + b"c"',
        "x = str(a) + str(b)",
        '"a" + "b"',
        'javascript: x = "a" + b;',
        "javascript: x = 1 + 2 + a;",
    ),
)

RULES: tuple[Rule, ...] = (FORMAT_CALL, PERCENT, FIELDS, JOIN_LITERALS, *affixes.RULES)
