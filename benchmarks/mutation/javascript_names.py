"""Operators that change JavaScript's names, arguments, objects, classes, functions and modules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from tree_sitter import Node

from mutation.edits import Edit
from mutation.javascript_source import (
    COMMENTS,
    FUNCTIONS,
    Edits,
    Operator,
    Source,
    cut,
    drop_items,
    field,
    function_of,
    named,
    put,
    swap,
    swap_neighbours,
    tokens,
    walk,
)

PATTERNS = frozenset({
    "formal_parameters", "object_pattern", "array_pattern", "rest_pattern", "pair_pattern", "assignment_pattern",
    "object_assignment_pattern",
})  # fmt: skip
MAX_OTHERS = 2
"""How many other locals a use is rebound to."""


# --- names -----------------------------------------------------------------------------------------------------


def bound(node: Node) -> Iterator[Node]:
    """The identifiers that a pattern binds."""
    if node.type in ("identifier", "shorthand_property_identifier_pattern"):
        yield node
    elif node.type in ("assignment_pattern", "object_assignment_pattern"):
        yield from bound(field(node, "left"))
    elif node.type == "pair_pattern":
        yield from bound(field(node, "value"))
    elif node.type in PATTERNS:
        for child in named(node):
            yield from bound(child)


def declared(function: Node) -> Iterator[Node]:
    """The identifiers that a function's parameters and its own declarations bind."""
    for name in ("parameter", "parameters"):
        given = function.child_by_field_name(name)
        if given is not None:
            yield from bound(given)
    stack = [field(function, "body")]
    while stack:
        node = stack.pop()
        if node.type == "variable_declarator":
            yield from bound(field(node, "name"))
        elif node.type == "catch_clause" and node.child_by_field_name("parameter") is not None:
            yield from bound(field(node, "parameter"))
        elif node.type == "for_in_statement" and node.child_by_field_name("kind") is not None:
            yield from bound(field(node, "left"))
        if node.type not in FUNCTIONS:
            stack += node.children
        elif node.type == "function_declaration" and node.child_by_field_name("name") is not None:
            yield field(node, "name")


def name_rebound(source: Source, function: Node) -> Iterator[Edits]:
    """A use of a local, in a function or one inside of it, as a use of another local."""
    places = list(declared(function))
    at = {n.start_byte for n in places}
    names = sorted({source.text(n) for n in places})
    for node in walk(function):
        name = source.text(node) if node.type in ("identifier", "shorthand_property_identifier") else ""
        if name not in names or node.start_byte in at:
            continue
        first = names.index(name)
        others = [names[(first + i) % len(names)] for i in range(1, len(names))]
        for other in islice(others, MAX_OTHERS):
            yield put(node, other if node.type == "identifier" else f"{name}: {other}")


def name_undeclared(source: Source, node: Node) -> Iterator[Edits]:
    """A declaration under another name: what was the local is then a global."""
    function = function_of(node)
    if function is not None and node.type == "variable_declarator":
        for name in islice(bound(field(node, "name")), 1):
            if name.type == "identifier":
                yield put(name, f"{source.text(name)}_")


def property_renamed(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, f"{source.text(node)}_")


def computed_member(source: Source, node: Node) -> Iterator[Edits]:
    """`a.b` as `a[b]`, and `a[b]` as `a.b`."""
    if node.type == "member_expression":
        name = field(node, "property")
        if node.child_by_field_name("optional_chain") is None and name.type == "property_identifier":
            dot = tokens(node, ".")[0]
            yield (*put(dot, ""), *put(name, f"[{source.text(name)}]"))
        return
    index = field(node, "index")
    if index.type == "identifier" and node.child_by_field_name("optional_chain") is None:
        opened, close = tokens(node, "[")[0], tokens(node, "]")[0]
        yield (*put(opened, "."), *put(close, ""))


def this_changed(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, "globalThis")


# --- lists -----------------------------------------------------------------------------------------------------


def items(node: Node) -> list[Node]:
    return [] if node.type in COMMENTS else named(node)


def item_swapped(source: Source, node: Node) -> Iterator[Edits]:
    yield from swap_neighbours(source, items(node))


def item_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield from drop_items(items(node))


def item_added(source: Source, node: Node) -> Iterator[Edits]:
    """One more argument or element, which can be counted."""
    separator = ", " if items(node) else ""
    at = items(node)[-1].end_byte if items(node) else node.start_byte + 1
    yield (Edit(at, at, f"{separator}undefined"),)


def hole_added(source: Source, node: Node) -> Iterator[Edits]:
    close = node.end_byte - 1
    yield (Edit(close, close, ",,"),)
    yield (Edit(node.start_byte + 1, node.start_byte + 1, ","),)


def default_changed(source: Source, node: Node) -> Iterator[Edits]:
    if source.text(field(node, "right")) != "null":
        yield put(field(node, "right"), "null")
    yield put(field(node, "right"), "(0, 1)")


def default_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, source.text(field(node, "left")))


def default_added(source: Source, node: Node) -> Iterator[Edits]:
    for parameter in items(node):
        if parameter.type == "identifier":
            yield (Edit(parameter.end_byte, parameter.end_byte, " = null"),)


# --- objects and classes ---------------------------------------------------------------------------------------


def shorthand_changed(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    yield put(node, f"{text}_: {text}")
    if node.type == "shorthand_property_identifier":
        yield put(node, f"[{text}]: {text}")


def key_changed(source: Source, node: Node) -> Iterator[Edits]:
    """A computed key as a plain one, and a plain one as a computed one."""
    if node.type == "computed_property_name":
        if named(node)[0].type == "identifier":
            yield put(node, source.text(named(node)[0]))
        return
    key = field(node, "key")
    if key.type == "property_identifier":
        yield put(key, f"[{source.text(key)}]")
        yield put(key, "__proto__")


def modifier_removed(*words: str) -> Operator:
    """Words before a method's or field's name left out."""
    kinds = ("method_definition", "field_definition")

    def find(source: Source, node: Node) -> Iterator[Edits]:
        for word in tokens(node, *words):
            yield put(word, "")

    return Operator(f"{words[0]}-removed", kinds, find)


def static_get(source: Source, node: Node) -> Iterator[Edits]:
    for word in tokens(node, "static get"):
        yield put(word, "static")
        yield put(word, "get")


def async_removed(source: Source, node: Node) -> Iterator[Edits]:
    for word in tokens(node, "async"):
        yield put(word, "")


def async_added(source: Source, node: Node) -> Iterator[Edits]:
    if not tokens(node, "async", "get", "set", "static get"):
        at = node.children_by_field_name("name")[0] if node.type == "method_definition" else node.children[0]
        yield (Edit(at.start_byte, at.start_byte, "async "),)


def generator_removed(source: Source, node: Node) -> Iterator[Edits]:
    for star in tokens(node, "*"):
        yield put(star, "")


def generator_added(source: Source, node: Node) -> Iterator[Edits]:
    for word in tokens(node, "function"):
        yield put(word, "function*")


def super_dropped(source: Source, node: Node) -> Iterator[Edits]:
    called = field(node, "function")
    inner = called.child_by_field_name("object") if called.type == "member_expression" else called
    if inner is not None and inner.type == "super":
        yield put(node, "undefined")
        if inner is not called:
            yield put(inner, "this")


def heritage_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, "")


def function_name_dropped(source: Source, node: Node) -> Iterator[Edits]:
    """A function expression without its own name; and with one, which `f.name` shows."""
    name = node.child_by_field_name("name")
    if name is not None:
        yield put(name, "")
    else:
        at = field(node, "parameters").start_byte
        yield (Edit(at, at, " f_"),)


# --- modules ---------------------------------------------------------------------------------------------------


def module_name(source: Source, node: Node) -> Iterator[Edits]:
    """Another name imported or exported, under the local name that was."""
    name, alias = field(node, "name"), node.child_by_field_name("alias")
    imported = node.type == "import_specifier"
    if alias is None:
        yield (Edit(node.end_byte, node.end_byte, f"_ as {source.text(name)}" if imported else " as other_"),)
    elif imported:
        yield put(name, f"{source.text(name)}_")
        yield from swap(source, name, alias)
    else:
        yield put(alias, f"{source.text(alias)}_")


def import_kind(source: Source, node: Node) -> Iterator[Edits]:
    """A default import as a namespace, and a namespace as a default import."""
    for part in named(node):
        if part.type == "identifier" and len(named(node)) == 1:
            yield put(part, f"* as {source.text(part)}")
        elif part.type == "namespace_import":
            yield put(part, source.text(named(part)[0]))


def import_bare(source: Source, node: Node) -> Iterator[Edits]:
    """An import whose names are left out, and one whose names are `{}`, run the module alone."""
    clauses = [c for c in named(node) if c.type == "import_clause"]
    for clause in clauses:
        yield cut(clause.start_byte, field(node, "source").start_byte)


def export_dropped(source: Source, node: Node) -> Iterator[Edits]:
    declaration = node.child_by_field_name("declaration")
    if declaration is not None:
        yield cut(node.start_byte, declaration.start_byte)
        default = tokens(node, "default")
        if default:
            yield put(default[0], "")
        elif declaration.type in ("function_declaration", "class_declaration"):
            yield (Edit(declaration.start_byte, declaration.start_byte, "default "),)


FUNCTION_KINDS = tuple(sorted(FUNCTIONS))
OPERATORS = (
    Operator("super-dropped", ("call_expression",), super_dropped),
    Operator("name-rebound", FUNCTION_KINDS, name_rebound),
    Operator("name-undeclared", ("variable_declarator",), name_undeclared),
    Operator("property-renamed", ("property_identifier", "private_property_identifier"), property_renamed),
    Operator("computed-member", ("member_expression", "subscript_expression"), computed_member),
    Operator("this-changed", ("this",), this_changed),
    Operator("argument-swapped", ("arguments",), item_swapped),
    Operator("argument-dropped", ("arguments",), item_dropped),
    Operator("argument-added", ("arguments",), item_added),
    Operator("element-swapped", ("array", "array_pattern"), item_swapped),
    Operator("element-dropped", ("array", "array_pattern"), item_dropped),
    Operator("element-added", ("array",), item_added),
    Operator("hole-added", ("array", "array_pattern"), hole_added),
    Operator("parameter-swapped", ("formal_parameters",), item_swapped),
    Operator("parameter-dropped", ("formal_parameters",), item_dropped),
    Operator("default-changed", ("assignment_pattern", "object_assignment_pattern"), default_changed),
    Operator("default-dropped", ("assignment_pattern", "object_assignment_pattern"), default_dropped),
    Operator("default-added", ("formal_parameters",), default_added),
    Operator("key-order", ("object", "object_pattern", "class_body"), item_swapped),
    Operator("key-dropped", ("object", "object_pattern"), item_dropped),
    Operator(
        "shorthand-changed",
        ("shorthand_property_identifier", "shorthand_property_identifier_pattern"),
        shorthand_changed,
    ),
    Operator("key-changed", ("pair", "computed_property_name"), key_changed),
    modifier_removed("get", "set"),
    modifier_removed("static"),
    Operator("static-removed", ("method_definition",), static_get),
    Operator("async-removed", FUNCTION_KINDS, async_removed),
    Operator("async-added", FUNCTION_KINDS, async_added),
    Operator("generator-removed", FUNCTION_KINDS, generator_removed),
    Operator("generator-added", FUNCTION_KINDS, generator_added),
    Operator("extends-dropped", ("class_heritage",), heritage_dropped),
    Operator("function-name", ("function_expression",), function_name_dropped),
    Operator("import-name", ("import_specifier",), module_name),
    Operator("import-name", ("import_clause",), import_kind),
    Operator("import-name", ("import_statement",), import_bare),
    Operator("export-name", ("export_specifier",), module_name),
    Operator("export-dropped", ("export_statement",), export_dropped),
)
