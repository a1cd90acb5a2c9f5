"""JavaScript's `LanguageSpec`: a row for every kind of the grammar that stands on its own."""

from __future__ import annotations

from prediff.languages.javascript import comments, expressions, jsx, modules, objects, statements
from prediff.languages.tree_sitter import LanguageSpec

SPEC = LanguageSpec(
    grammar="tree_sitter_javascript",
    table=expressions.TABLE | objects.TABLE | statements.TABLE | modules.TABLE | jsx.TABLE,
    comments=frozenset({"comment", "html_comment", "hash_bang_line"}),
    classify=comments.classify,
    members="class_body",
    around=frozenset({"export_statement", "class_declaration"}),
)
