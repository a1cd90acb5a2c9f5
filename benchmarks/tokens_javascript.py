"""The words of a JavaScript text for `tokens.py`: the leaves of its tree-sitter tree, without what may be left out.

This reads with the grammar alone and knows nothing of prediff's lowering. `DECLARED` names all that is left out or
respelled.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tokens_brackets import Word
from tokens_escapes import read_escapes

DECLARED: dict[str, str] = {
    "layout": "white space and comments",
    "semicolons": "those that end statements and class members, and empty statements; those in a `for` count",
    "braces": "the body of a branch or loop is a block, with or without braces; an `else` whose block holds one "
    "`if` is an `else if`",
    "grouping": "parentheses around an expression or a condition, but for those that end an optional chain",
    "sequences": "commas between expressions are told apart from those between items; nested ones are one row",
    "arrow": "the one parameter of an arrow needs no parentheses",
    "new": "`new A` is `new A()`",
    "trailing comma": "a comma behind the last item; one that makes a hole in a list counts",
    "declarators": "`var a, b` is `var a; var b`, exported or not, but not in the head of a `for`",
    "strings": "strings are compared by value; a template without fields is one, but for a tagged one",
    "numbers": "numbers are compared by value",
    "keys": "a property's key is compared by what it names: `'a'` is `a`; `{a}` is `{a: a}`",
    "identifiers": "escapes in identifiers are read",
    "flags": "the flags of a regular expression are a set",
    "imports": "`{ a as a }` is `{ a }`, `{ default as a }` is `a`, and braces around nothing import nothing",
    "JSX": "white space in a text that only lays it out, braces around nothing, and an element that is closed at once",
}
"""What is left out of the words or respelled in them, by name, with the reason."""

COMMENTS = frozenset({"comment", "html_comment", "hash_bang_line"})
BODIES = {
    "if_statement": ("consequence",),
    "for_statement": ("body",),
    "for_in_statement": ("body",),
    "while_statement": ("body",),
    "do_statement": ("body",),
    "with_statement": ("body",),
}
"""Where a statement may stand with or without braces, by the kind and fields of what it belongs to."""
DECLARATIONS = frozenset({"variable_declaration", "lexical_declaration", "using_declaration"})
LISTS = frozenset({
    "arguments", "array", "array_pattern", "object", "object_pattern", "formal_parameters", "export_clause",
})  # fmt: skip
CHAINS = {"member_expression": "object", "subscript_expression": "object", "call_expression": "function"}
NAMES = frozenset({
    "identifier", "property_identifier", "private_property_identifier", "statement_identifier",
    "shorthand_property_identifier", "shorthand_property_identifier_pattern", "jsx_identifier",
})  # fmt: skip
FUNCTIONS = frozenset({
    "function_expression", "function_declaration", "generator_function", "generator_function_declaration",
    "arrow_function", "method_definition",
})  # fmt: skip
TEXTS = frozenset({"jsx_text", "html_character_reference"})


def words(text: str) -> list[Word]:
    """The words of a JavaScript text without syntax errors."""
    return _Words(text).found


def units(text: str) -> list[tuple[int, int]]:
    """The first and last line of each top-level statement; statements that share a line are one."""
    found: list[tuple[int, int]] = []
    for node in _parse(text).children:
        first, last = node.start_point[0] + 1, node.end_point[0] + 1
        if found and found[-1][1] >= first:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _parse(text: str) -> Any:
    from tree_sitter import Language, Parser

    grammar = importlib.import_module("tree_sitter_javascript")
    return Parser(Language(grammar.language())).parse(text.encode()).root_node


def _children(node: Any) -> list[Any]:
    return [c for c in node.children if c.type not in COMMENTS]


def _named(node: Any) -> list[Any]:
    return [c for c in _children(node) if c.is_named]


class _Words:
    """One walk over a tree. The stack holds nodes to visit and words to write, the next one last."""

    def __init__(self, text: str) -> None:
        self.lines = [None if x.isascii() else x.encode() for x in text.split("\n")]
        self.found: list[Word] = []
        self.stack: list[Any] = [_parse(text)]
        self.at = (0, 0)
        while self.stack:
            item = self.stack.pop()
            if isinstance(item, str):
                self.found.append(Word(item, *self.at))
            else:
                self.at = self.place(item)
                self.visit(item)

    def place(self, node: Any) -> tuple[int, int]:
        row, column = node.start_point
        wide = self.lines[row] if row < len(self.lines) else None
        return row + 1, column if wide is None else len(wide[:column].decode("utf-8", "replace"))

    def then(self, items: Sequence[Any]) -> None:
        """Go on with nodes and words, in this order."""
        self.stack += items[::-1]

    def visit(self, node: Any) -> None:
        kind = node.type
        way = WAYS.get(kind)
        if way is not None:
            self.then(way(node))
        elif kind in BODIES:
            self.then(list(_with_bodies(node, BODIES[kind])))
        elif kind in LISTS:
            self.then(_list(node))
        elif kind in DECLARATIONS:
            self.then(_declaration(node, ()))
        elif kind in NAMES:
            self.then([_name(_text(node))])
        elif node.child_count:
            self.then([c for c in _children(node) if c.type != ";"])
        elif node.end_byte > node.start_byte and kind != ";":
            self.then(_text(node).split())


def _text(node: Any) -> str:
    return str(node.text.decode())


# --- ways to write kinds ---------------------------------------------------------------------------------------


def _parentheses(node: Any) -> list[Any]:
    inner = _named(node)
    parent = node.parent
    ends_chain = parent.type in CHAINS and parent.child_by_field_name(CHAINS[parent.type]) == node
    return ["(?.", *inner, ")"] if ends_chain and _has_optional(inner[0]) else inner


def _has_optional(node: Any) -> bool:
    while node.type in CHAINS or node.type == "parenthesized_expression":
        if node.child_by_field_name("optional_chain") is not None:
            return True
        node = node.child_by_field_name(CHAINS[node.type]) if node.type in CHAINS else _named(node)[0]
    return False


def _sequence(node: Any) -> list[Any]:
    return [", of a sequence" if c.type == "," else c for c in _children(node)]


def _with_bodies(node: Any, fields: Sequence[str]) -> Iterator[Any]:
    bodies = [node.child_by_field_name(f).id for f in fields]
    header = node.type == "for_statement"
    for c in _children(node):
        if c.id in bodies:
            yield from _body(c)
        elif c.type == "empty_statement" or c.type == ";":
            yield from [";"] if header else []
        elif c.type in DECLARATIONS or (header and c.type == "expression_statement"):
            yield from [*[";" if x.type == ";" else x for x in _children(c)]]
        else:
            yield c


def _body(node: Any) -> list[Any]:
    if node.type == "statement_block":
        return ["{ of a body", *_children(node)[1:-1], "}"]
    return ["{ of a body", node, "}"]


def _else(node: Any) -> list[Any]:
    body = _named(node)[0]
    if body.type == "statement_block":
        inner = [c for c in _named(body) if c.type != "empty_statement"]
        if len(inner) == 1 and inner[0].type == "if_statement":
            return ["else", inner[0]]
    return ["else", body] if body.type == "if_statement" else ["else", *_body(body)]


def _list(node: Any) -> list[Any]:
    """Items with commas between; a missing one is a hole."""
    children = _children(node)
    found: list[Any] = [children[0]]
    waiting = True
    for c in children[1:-1]:
        if c.type != ",":
            found += [",", c] if len(found) > 1 else [c]
            waiting = False
        elif waiting and node.type.startswith("array"):
            found += [",", "hole"] if len(found) > 1 else ["hole"]
        else:
            waiting = True
    return [*found, children[-1]]


def _declaration(node: Any, before: Sequence[str]) -> list[Any]:
    keywords = [_text(c) for c in node.children if not c.is_named and c.type not in (",", ";")]
    found: list[Any] = []
    for c in _named(node):
        found += [*before, *keywords, c]
    return found


def _export(node: Any) -> list[Any]:
    declared = node.child_by_field_name("declaration")
    if declared is not None and declared.type in DECLARATIONS:
        return _declaration(declared, ("export",))
    return [c for c in _children(node) if c.type != ";"]


def _export_specifier(node: Any) -> list[Any]:
    name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
    return [name] if alias is None or _key_value(name) == _key_value(alias) else [name, "as", alias]


def _import(node: Any) -> list[Any]:
    clause = next((c for c in _named(node) if c.type == "import_clause"), None)
    names = [] if clause is None else list(_imported(clause))
    rest = [c for c in _children(node) if c.type not in ("import", "import_clause", "from", ";")]
    return ["import", *[w for name in names for w in name], *rest]


def _imported(clause: Any) -> Iterator[list[str]]:
    """What is imported and the name that it gets."""
    for c in _named(clause):
        if c.type == "identifier":
            yield ["default", _name(_text(c))]
        elif c.type == "namespace_import":
            yield ["*", _name(_text(_named(c)[0]))]
        else:
            for s in _named(c):
                name, alias = s.child_by_field_name("name"), s.child_by_field_name("alias")
                yield [_key_value(name), _name(_text(name if alias is None else alias))]


def _arrow(node: Any) -> list[Any]:
    one = node.child_by_field_name("parameter")
    found: list[Any] = []
    for c in _children(node):
        found += ["(", c, ")"] if one is not None and c == one else [c]
    return found


def _new(node: Any) -> list[Any]:
    end = [] if node.child_by_field_name("arguments") is not None else ["(", ")"]
    return [*_children(node), *end]


def _call(node: Any) -> list[Any]:
    """A call; the template behind a tag is kept as it is written."""
    arguments = node.child_by_field_name("arguments")
    if _text(node.child_by_field_name("function")) == "await":
        return ["await", *_named(arguments)]  # the grammar takes `await (a)` for a call
    if arguments.type != "template_string":
        return _children(node)
    return [c for c in _children(node) if c != arguments] + ["tag"] + _template(arguments, lambda raw: raw)


def _shorthand(node: Any) -> list[Any]:
    name = _name(_text(node))
    key = [f"key {name}"] if name != "__proto__" else ["[", f"str {name!r}", "]"]
    return [*key, ":", name]


def _shorthand_pattern(node: Any) -> list[Any]:
    name = _name(_text(node))
    return [f"key {name}", ":", name]


def _keyed(field: str) -> Callable[[Any], list[Any]]:
    """A kind whose key is a name, a string, a number or computed."""

    def way(node: Any) -> list[Any]:
        key = node.child_by_field_name(field)
        plain = key.type in ("property_identifier", "string", "private_property_identifier")
        shown = f"key {_key_value(key)}" if plain else key
        return [shown if c == key else c for c in _children(node) if c.type != ";"]

    return way


def _key_value(node: Any) -> str:
    return _string_value(node) if node.type == "string" else _name(_text(node))


def _expression_statement(node: Any) -> list[Any]:
    """A string that is a statement of its own in front of all others is a directive: its raw text counts."""
    inner = _named(node)[0]
    if not (node.parent.type == "program" or (node.parent.parent and node.parent.parent.type in FUNCTIONS)):
        return [inner]
    before = node.prev_named_sibling
    while before is not None and before.type in COMMENTS:
        before = before.prev_named_sibling
    behind_directive = before is None or (
        before.type == "expression_statement" and _named(before)[0].type == "string"
    )
    if inner.type == "string" and behind_directive:
        return [f"directive {_text(inner)[1:-1]}"]
    return [inner]


# --- literals --------------------------------------------------------------------------------------------------


def _name(text: str) -> str:
    return read_escapes(text) if "\\" in text else text


def _string_value(node: Any) -> str:
    return read_escapes(_text(node)[1:-1])


def _string(node: Any) -> list[Any]:
    if node.parent.type == "jsx_attribute":
        return [f"text {_text(node)[1:-1]}"]
    return [f"str {_string_value(node)!r}"]


def _template(node: Any, value: Callable[[str], str] = read_escapes) -> list[Any]:
    """The texts and fields of a template; one without fields is a string."""
    data, found = node.text, []
    at = 1
    for c in node.children:
        if c.type == "template_substitution":
            end = c.start_byte - node.start_byte
            found += [value(data[at:end].decode()), c]
            at = c.end_byte - node.start_byte
    found.append(value(data[at:-1].decode()))
    if len(found) == 1:
        return [f"str {found[0]!r}"]
    return ["`", *[f"text {p!r}" if isinstance(p, str) else p for p in found if p != ""], "`"]


def _number(node: Any) -> list[Any]:
    text = _text(node).replace("_", "").lower()
    if text[-1] == "n":
        return [f"bigint {_integer(text[:-1]):x}"]
    octal = text[0] == "0" and text.isdigit() and not {"8", "9"} & set(text)
    whole = octal or text[:2] in ("0x", "0o", "0b")
    try:
        return [f"number {float(_integer(text) if whole else text)!r}"]
    except OverflowError:
        return ["number inf"]


def _integer(text: str) -> int:
    return int(text, 8) if text[0] == "0" and text.isdigit() else int(text, 0)


def _regex(node: Any) -> list[Any]:
    pattern, _, flags = _text(node).rpartition("/")
    return [f"regex {pattern}/{''.join(sorted(flags))}"]


# --- JSX -------------------------------------------------------------------------------------------------------


def _element(node: Any) -> list[Any]:
    opening, closing = node.child_by_field_name("open_tag"), node.child_by_field_name("close_tag")
    below: list[Any] = []
    text, at = "", opening.end_byte - node.start_byte
    for c in [*[c for c in node.children if c not in (opening, closing)], closing]:
        if c.type in TEXTS:
            continue
        raw = node.text[at : c.start_byte - node.start_byte].decode()
        text = _laid_out(raw)
        below += [f"text {text}"] if text else []
        at = c.end_byte - node.start_byte
        if c != closing and not (c.type == "jsx_expression" and not _named(c)):
            below.append(c)
    head = [c for c in _children(opening) if c.type != ">"]
    if not below and opening.child_by_field_name("name") is not None:
        return [*head, "/>"]
    return [*head, ">", *below, closing]


def _laid_out(raw: str) -> str:
    """A text of JSX without the line breaks and indentation that mean nothing."""
    lines = raw.split("\n")
    if len(lines) == 1:
        return raw
    inner = [line.strip(" \t\r") for line in lines[1:-1]]
    return " ".join([x for x in (lines[0].rstrip(" \t\r"), *inner, lines[-1].lstrip(" \t\r")) if x])


def _self_closing(node: Any) -> list[Any]:
    return [*[c for c in _children(node) if c.type not in ("/", ">", "/>")], "/>"]


WAYS: dict[str, Callable[[Any], list[Any]]] = {
    "parenthesized_expression": _parentheses,
    "sequence_expression": _sequence,
    "empty_statement": lambda node: [],
    "else_clause": _else,
    "export_statement": _export,
    "export_specifier": _export_specifier,
    "import_statement": _import,
    "arrow_function": _arrow,
    "new_expression": _new,
    "call_expression": _call,
    "shorthand_property_identifier": _shorthand,
    "shorthand_property_identifier_pattern": _shorthand_pattern,
    "pair": _keyed("key"),
    "pair_pattern": _keyed("key"),
    "method_definition": _keyed("name"),
    "field_definition": _keyed("property"),
    "expression_statement": _expression_statement,
    "string": _string,
    "template_string": _template,
    "number": _number,
    "regex": _regex,
    "jsx_element": _element,
    "jsx_self_closing_element": _self_closing,
}
