"""Operators that change JavaScript's literals: numbers, strings, templates, regular expressions and JSX text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from mutation.edits import Edit
from mutation.javascript_source import Edits, Operator, Source, cut, field, named, put, wrap

TEXTS = ("string_fragment", "jsx_text")


def constant(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    if node.type != "number":
        for other in {"true": ("false", "1"), "false": ("true", "0"), "null": ("undefined",)}.get(
            text, ("null",)
        ):
            yield put(node, other)
        return
    if re.fullmatch(r"\d{1,15}", text) and not text.startswith("0"):
        yield put(node, str(int(text) + 1))
        yield put(node, str(int(text) - 1))
    else:
        yield put(node, f"({text} + 1)")
    for other in ("0", "1", "-0", f"{text}n", f"{text}0"):
        if other not in (text, "00"):
            yield put(node, other)


def off_by_one(source: Source, node: Node) -> Iterator[Edits]:
    if node.type == "subscript_expression":
        value = field(node, "index")
    elif field(node, "operator").type in ("<", "<=", ">", ">="):
        value = field(node, "right")
    else:
        return
    if value.type not in ("string", "template_string"):
        yield wrap(value, "", " + 1")
        yield wrap(value, "", " - 1")


def string_content(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    if node.type == "string":
        if len(text) == 2:
            yield put(node, f"{text[0]}x{text[0]}")
        else:
            yield put(node, text[0] * 2)
        return
    if not text.strip():
        return
    yield put(node, f"{text}x")
    if text.swapcase() != text:
        yield put(node, text.swapcase())
    at = _middle(text)
    yield put(node, text[:at] + text[at + 1 :])


def string_space(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    if node.type == "jsx_text" and not text.strip():
        return
    at = _middle(text)
    yield put(node, f"{text} ")
    yield put(node, f" {text}")
    yield put(node, f"{text[:at]} {text[at:]}")
    for found in re.finditer(r"[ \t\n]+", text):
        yield put(node, f"{text[: found.start()]}{found[0]} {text[found.end() :]}")
        yield put(node, text[: found.start()] + text[found.end() :])
    if node.parent is not None and node.parent.type in ("template_string", "jsx_element"):
        yield put(node, f"{text[:at]}\n{text[at:]}")
        yield put(node, text.replace("\n", "\n  "))


def _middle(text: str) -> int:
    """Where to change a text: inside of it, and not in the middle of a JSX entity."""
    return len(text) // 2 if "&" not in text else 0


def escape_changed(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    yield put(node, text[1:])
    yield put(node, f"\\{text}")
    yield put(node, "")


def regex_content(source: Source, node: Node) -> Iterator[Edits]:
    text = source.text(node)
    yield put(node, f"{text}x")
    yield put(node, f"{text} ")
    for found in re.finditer(r"\[\^?|[+*?]|\\.|[\^$|]|[a-z]-[a-z]", text):
        mark = found[0]
        other = {"[": "[^", "[^": "[", "+": "*", "*": "+", "?": "*"}.get(
            mark, mark[1:] if mark[0] == "\\" else ""
        )
        yield put(node, text[: found.start()] + other + text[found.end() :])


def regex_flags(source: Source, node: Node) -> Iterator[Edits]:
    flags = node.child_by_field_name("flags")
    text = "" if flags is None else source.text(flags)
    for flag in "gims":
        other = text.replace(flag, "") if flag in text else text + flag
        if flags is not None:
            yield put(flags, other)
        else:
            yield (Edit(node.end_byte, node.end_byte, other),)


def substitution_dropped(source: Source, node: Node) -> Iterator[Edits]:
    yield put(node, "")


def substitution_text(source: Source, node: Node) -> Iterator[Edits]:
    """`${x}` as text, and one substitution in a string in the place of its value."""
    yield (Edit(node.start_byte, node.start_byte, "\\"),)
    parts = named(node.parent) if node.parent is not None else []
    if node.parent is not None and parts == [node]:
        yield put(node.parent, f"({source.text(named(node)[0])})")


def template_to_string(source: Source, node: Node) -> Iterator[Edits]:
    """A tagged template called with a string, and a template without substitutions whose marks become quotes."""
    text = source.text(node)
    if (
        node.parent is not None
        and node.parent.type == "call_expression"
        and '"' not in text
        and "\n" not in text
    ):
        yield put(node, f'("{text[1:-1]}")')


def string_to_template(source: Source, node: Node) -> Iterator[Edits]:
    """Directives, keys and module names aside, a template means the same; `${` in it does not."""
    if node.parent is not None and node.parent.type in ("arguments", "binary_expression", "pair"):
        yield put(node, f"`{source.text(node)[1:-1]}${{1}}`")


def jsx_attribute(source: Source, node: Node) -> Iterator[Edits]:
    yield cut(node.start_byte, node.end_byte)
    following = node.next_named_sibling
    if following is not None and following.type in ("jsx_attribute", "jsx_expression"):
        yield (*put(node, source.text(following)), *put(following, source.text(node)))


OPERATORS = (
    Operator("constant", ("number", "true", "false", "null", "undefined"), constant),
    Operator("off-by-one", ("subscript_expression", "binary_expression"), off_by_one),
    Operator("string-content", (*TEXTS, "string"), string_content),
    Operator("string-space", TEXTS, string_space),
    Operator("escape-changed", ("escape_sequence", "html_character_reference"), escape_changed),
    Operator("regex-content", ("regex_pattern",), regex_content),
    Operator("regex-flags", ("regex",), regex_flags),
    Operator("substitution-dropped", ("template_substitution",), substitution_dropped),
    Operator("substitution-text", ("template_substitution",), substitution_text),
    Operator("tag-dropped", ("template_string",), template_to_string),
    Operator("substitution-added", ("string",), string_to_template),
    Operator("jsx-attribute", ("jsx_attribute",), jsx_attribute),
)
