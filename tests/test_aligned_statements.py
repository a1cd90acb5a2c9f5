"""The aligned view: changed strings in the left's own quotes and lines; branches and cases that come and go."""

from __future__ import annotations

import pytest

from prediff.transport.strings import as_written, is_field
from test_aligned import changes

QUERY = "x = f( a, '''\n  select a\n  from b\n  ''', 1 )\ny( 1 )\n"


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ('"\\n  select a, c\\n  from b\\n  "', ["-  select a", "+  select a, c"]),
        ('"""\n  select a\n  from c\n  """', ["-  from b", "+  from c"]),
        ('"\\n  select a\\n  from b\\n  where c\\n  "', ["+  where c"]),
        ('"\\n  select a\\n  "', ["-  from b"]),
        (
            "'\\n  select a\\n  from \"b\" \\'c\\'\\n  '",
            ["-  from b", "+  from \"b\" 'c'"],
        ),
    ],
)
def test_a_changed_string_keeps_its_quotes_and_lines(right, expected):
    assert changes(QUERY, f"x = f(a, {right}, 1)\ny(1)\n") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "x = f('a is '\n      'b and more '\n      'c and so on', 1)\n",
            'x = f("a is d and more c and so on", 1)\n',
            ["-      'b and more '", "+      'd and more '"],
            id="a string of several parts",
        ),
        pytest.param(
            "x = f(f'''\n  a {b}\n  {c!r} d\n  ''', 1)\n", 'x = f(f"\\n  a {b}, {e}\\n  {c!r} d\\n  ", 1)\n',
            ["-  a {b}", "+  a {b}, {e}"],
            id="fields of an interpolated string",
        ),
        pytest.param(
            "f('a {b}', 'd', 'e')\n", "f(\"a {c}\", \"it's\", f\"{e}\")\n",
            ["-f('a {b}', 'd', 'e')", "+f('a {c}', \"it's\", f\"{e}\")"],
            id="what the left's quotes cannot hold",
        ),
        pytest.param(
            "x = f('a', 1)\ny( 1 )\n", 'x = f("""a\nb""", 1)\ny(1)\n',
            ["-x = f('a', 1)", '+x = f("""a', '+b""", 1)'],
            id="several lines for one",
        ),
    ],
)  # fmt: skip
def test_changed_strings(left, right, expected):
    assert changes(left, right) == expected


def test_a_changed_template_in_javascript():
    left = "x = f( `\n  a ${ b }\n  c`, 'd' )\n"
    right = 'x = f(`\n  a ${b}\n  c ${e}`, "f");\n'
    assert changes(left, right, language="javascript") == ["-  c`, 'd' )", "+  c ${e}`, 'f' )"]


@pytest.mark.parametrize(
    ("own", "before", "after", "expected"),
    [
        ("'a'", "a", "b", "'b'"),
        ("'a'", "a", "it's", None),
        ("'a'", "a", "\x00", None),
        ("r'a'", "a", "a\n", None),
        (r"'a\tb'", "a\tb", "a\tc", r"'a\tc'"),
        (r"'\x41'", "A", "B", None),
        ("b'a'", "a", "b", None),
        ("'a' + 'b'", "ab", "ac", None),
        ("'''a'''", "a", "a'", None),
        ("'''\\\na b'''", "a b", "a c", "'''\\\na c'''"),
        ("'a b '  # x\n  'c'", "a b c", "a d c", "'a d '  # x\n  'c'"),
        ("'a b '\n  'c'", "a b c", "xx yy zz", None),
        ("f'a{{b'", "a{b", "a{c", "f'a{{c'"),
        ("f'a{b}'", "a\ue000", "a\ue000\ue001", "f'a{b}{c}'"),
        ("f'a{b}'", "a\ue000", "a\ue002", None),
        ("`a`", "a", "a$", None),
        ("'a", "a", "b", None),
        ("'''a\n\tb\n'''", "a\n\tb\n", "c\n\td\n", "'''c\n\td\n'''"),
        (r"r'a\b'", r"a\b", r"a\c", r"r'a\c'"),
        (r"r'a\b'", r"a\b", "a\\", None),
        (r"'a\d'", r"a\d", r"b\d", r"'b\d'"),
    ],
)
def test_a_string_as_it_is_written(own, before, after, expected):
    assert as_written(own, before, after, {"\ue001": "{c}"}) == expected
    assert is_field("\ue001")


ELSE = "def f(a):\n    if a == 1:\n        g( 1 )\n    else:\n{}    z( 1 )\n"


@pytest.mark.parametrize(
    "body",
    [
        "        h( 1 )\n",
        "        h( 1 )\n        k( 2 )\n",
        "        if b:\n            h( 1 )\n        k( 2 )\n",
        "        if b:\n            h( 1 )\n",
        "        for b in c:\n            h( 1 )\n        k( 2 )\n",
    ],
)
def test_an_elif_marks_its_own_lines_alone(body):
    left = ELSE.format(body)
    right = left.replace("    else:\n", "    elif a == 2:\n        g( 2 )\n    else:\n")
    restyled = [text.replace("( ", "(").replace(" )", ")") for text in (left, right)]
    assert changes(left, restyled[1]) == ["+    elif a == 2:", "+        g(2)"]
    assert changes(right, restyled[0]) == ["-    elif a == 2:", "-        g( 2 )"]


JS_IF = (
    "function f(a) {\n  if (a == 'v') {\n    g( 1 );\n    return 1;\n  } else if (b == 'v') {\n"
    "    h( 1 );\n  } else {\n    if (c == 'v') {\n      k( 1 );\n    }\n    m( 1 );\n  }\n  z( 1 );\n}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "  } else {\n    if",
            "  } else if (d) {\n    n(1);\n  } else {\n    if",
            ["+  } else if (d) {", "+    n(1);"],
        ),
        (
            '  } else if (b == "v") {\n    h(1);\n',
            "",
            ["-  } else if (b == 'v') {", "-    h( 1 );"],
        ),
        (
            "      k(1);\n    }\n",
            "      k(1);\n    } else {\n      n(1);\n    }\n",
            ["+    } else {", "+      n(1);"],
        ),
        ("    g(1);", "    g(2);", ["-    g( 1 );", "+    g(2);"]),
        (
            '    if (c == "v") {',
            '    if (d) {\n      n(1);\n    } else if (c == "v") {',
            ["-    if (c == 'v') {", "+    if (d) {", "+      n(1);", '+    } else if (c == "v") {'],
        ),
    ],
)
def test_an_else_if_marks_its_own_lines_alone(old, new, expected):
    right = JS_IF.replace("( ", "(").replace(" )", ")").replace("'", '"')
    assert old in right
    assert changes(JS_IF, right.replace(old, new), language="javascript") == expected


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        pytest.param(
            "def f(a):\n    if a == 'v':\n        g( 1 )\n    z( 1 )\n",
            'def f(a):\n    if a == "v":\n        g(1)\n    else:\n        h(1)\n    z(1)\n',
            ["+    else:", "+        h(1)"],
            id="an else that comes",
        ),
        pytest.param(
            "def f(a):\n    if a == 'v':\n        g( 1 )\n    else:\n        h( 1 )\n    z( 1 )\n",
            'def f(a):\n    if a == "v":\n        g(1)\n    z(1)\n',
            ["-    else:", "-        h( 1 )"],
            id="an else that goes",
        ),
    ],
)
def test_headers_beside_a_branch_that_comes_or_goes(left, right, expected):
    assert changes(left, right) == expected


MATCH = (
    "def f(a):\n    match a:\n        # one\n        case 1:\n            return g( 1 )\n"
    "        case [x]:\n            h( 2 )\n"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("h( 2 )", "h(3)", ["-            h( 2 )", "+            h( 3 )"]),
        ("case [x]", "case [x, y]", ["-        case [x]:", "+        case [x, y]:"]),
        ("case 1", "case 1 if a", ["-        case 1:", "+        case 1 if a:"]),
        (
            "        case [x]:",
            "        # two\n        case 2:\n            h(3)\n        case [x]:",
            ["+        # two", "+        case 2:", "+            h(3)"],
        ),
        ("        case [x]:\n            h( 2 )\n", "", ["-        case [x]:", "-            h( 2 )"]),
    ],
)
def test_a_case_marks_its_own_lines_alone(old, new, expected):
    assert changes(MATCH, MATCH.replace(old, new).replace("( ", "(").replace(" )", ")")) == expected


ONE_LINERS = (
    "def f(a):\n    match a:\n        case 'a': return g( 1 )\n        case 'b': return g( 2 )\n"
    "        case _: return 3\n"
)
SWITCH = (
    "function f(a) {\n  switch (a) {\n    case 'a': return g( 1 )\n    case 'b':\n    case 'c':\n      h( 1 )\n"
    "      break\n    // other\n    default: return 3\n  }\n}\n"
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            'case "b": return g(2)',
            'case "b":\n            return g(4)',
            ["-        case 'b': return g( 2 )", '+        case "b":', "+            return g(4)"],
        ),
        (
            "        case _",
            "        case 7:\n            return 8\n        case _",
            ["+        case 7:", "+            return 8"],
        ),
        ("match a", "match a.b", ["-    match a:", "+    match a.b:"]),
        ('        case "a": return g(1)\n', "", ["-        case 'a': return g( 1 )"]),
    ],
)
def test_cases_that_are_lines(old, new, expected):
    right = ONE_LINERS.replace("( ", "(").replace(" )", ")").replace("'", '"')
    assert old in right
    assert changes(ONE_LINERS, right.replace(old, new)) == expected


def test_cases_for_the_same():
    left = "def f(a):\n    match a:\n" + "".join(
        [f"        case ['v', b]:\n            {name}( b )\n" for name in ("g", "h", "k")]
    )
    right = left.replace("( b )", "(b)").replace("h(b)", "h(b, 1)").replace("'", '"')
    assert changes(left, right) == ["-            h( b )", "+            h( b, 1 )"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("h(1)", "h(4)", ["-      h( 1 )", "+      h( 4 )"]),
        ("    // other", "    case 7:\n      return 8;\n    // other", ["+    case 7:", "+      return 8;"]),
        ('    case "a":\n      return g(1)\n', "", ["-    case 'a': return g( 1 )"]),
        ('    case "c":\n', '    case "e":\n    case "c":\n', ['+    case "e":']),
        ('    case "b":\n', "", ["-    case 'b':"]),
        ("switch (a)", "switch (a.b)", ["-  switch (a) {", "+  switch (a.b) {"]),
        ("      break\n", "", ["-      break"]),
    ],
)
def test_cases_of_a_switch_in_javascript(old, new, expected):
    right = (
        SWITCH.replace("( ", "(").replace(" )", ")").replace("'", '"').replace(": return", ":\n      return")
    )
    assert old in right
    assert changes(SWITCH, right.replace(old, new), language="javascript") == expected
