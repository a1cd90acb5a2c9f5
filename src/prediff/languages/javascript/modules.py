"""Lowers JavaScript's imports and exports from their tree-sitter grammar."""

from __future__ import annotations

from typing import Any

from prediff.languages.javascript import literals
from prediff.languages.javascript.expressions import items, string_value, word
from prediff.languages.javascript.statements import decorators
from prediff.languages.tree_sitter import Lowered, Lowering, Row
from prediff.tree import Alias, Class, Function, ImportFrom, Literal, Node, Opaque, update


def import_(low: Lowering, n: Any) -> Node:
    clause = next((c for c in low.named(n) if low.kind(c) == "import_clause"), None)
    source = string_value(low, n.child_by_field_name("source"))
    names: list[Alias] = []
    for c in () if clause is None else low.named(clause):
        kind = low.kind(c)
        if kind == "identifier":
            names.append(Alias("default", word(low, c)))
        elif kind == "namespace_import":
            names.append(Alias("*", word(low, low.named(c)[0])))
        else:
            names += [_specifier(low, s) for s in items(low, c)]
    node = ImportFrom(source, tuple(names), **low.simple(n))
    attribute = next((c for c in low.named(n) if low.kind(c) == "import_attribute"), None)
    if attribute is None:
        return node
    return Opaque("import with", (node, low.node(low.named(attribute)[0])), **low.simple(n))


def exported(low: Lowering, n: Any) -> str:
    """The name of an import or export: a word, or a string as it is written."""
    return literals.string(string_value(low, n)) if low.kind(n) == "string" else word(low, n)


def _specifier(low: Lowering, n: Any) -> Alias:
    name, alias = n.child_by_field_name("name"), n.child_by_field_name("alias")
    shown, own = exported(low, name), None if alias is None else word(low, alias)
    return Alias(shown, None if own == shown else own)


def export(low: Lowering, n: Any) -> Lowered:
    declared, value = n.child_by_field_name("declaration"), n.child_by_field_name("value")
    tokens = low.tokens(n)
    if declared is not None:
        return _export_declaration(low, n, declared, "default" in tokens)
    if value is not None:
        if low.kind(value) in ("function_expression", "generator_function", "class"):
            return _export_declaration(low, n, value, True)
        return Opaque("export default", (low.node(value),), **low.simple(n))
    source = n.child_by_field_name("source")
    names = [c for c in low.named(n) if low.kind(c) in ("export_clause", "namespace_export")]
    if source is None:
        local = [_local_export(low, s) for s in items(low, names[0])]
        return Opaque("export names", tuple(local), **low.simple(n))
    kept: list[Node | str] = [Literal("str", string_value(low, source), span=low.span(source))]
    if not names:
        kept.append("*")
    elif low.kind(names[0]) == "namespace_export":
        kept.append(f"* as {exported(low, names[0].children[-1])}")
    else:
        kept += [Opaque("as", _exported_pair(low, s)) for s in items(low, names[0])]
    return Opaque("export from", tuple(kept), **low.simple(n))


def _exported_pair(low: Lowering, n: Any) -> tuple[str, str]:
    name, alias = n.child_by_field_name("name"), n.child_by_field_name("alias")
    shown = exported(low, name)
    return shown, shown if alias is None else exported(low, alias)


def _local_export(low: Lowering, n: Any) -> Node:
    """`a as b`: a local's name, which can change, and the name that others see, which cannot."""
    name = n.child_by_field_name("name")
    if low.kind(name) != "identifier":
        low.refuse(n, "an export of what is no local name")
    return Opaque("as", (low.node(name), _exported_pair(low, n)[1]), span=low.span(n))


def _export_declaration(low: Lowering, n: Any, declared: Any, default: bool) -> Lowered:
    lowered = low.statements([declared])
    found = []
    for node in lowered:
        if isinstance(node, Class):
            node = update(node, decorators=(*decorators(low, n), *node.decorators))
        places = low.simple(n) if len(lowered) == 1 else {"span": node.span, "header": node.header}  # type: ignore[attr-defined]
        if isinstance(node, (Function, Class)):
            places["header"] = (*places["span"][:2], *node.header[2:])
        found.append(Opaque("export", ("default", node) if default else (node,), **places))
    return tuple(found)


TABLE: dict[str, Row] = {
    "import_statement": import_,
    "export_statement": export,
}
