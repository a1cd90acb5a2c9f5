"""JavaScript with JSX: read through tree-sitter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prediff.languages.language import Comment, Language, Printed, Reading, Traits
from prediff.languages.lexicon import JAVASCRIPT
from prediff.tree import Block, Node


def read(text: str, reader: str = "auto") -> Reading:
    """Read JavaScript source. Raises ParseError or LimitError for text that cannot be read at all.

    A region with a syntax error is `Opaque("unread", …)` in the tree.
    """
    from prediff.languages import tree_sitter
    from prediff.languages.javascript.table import SPEC

    return tree_sitter.read(SPEC, text)


def print_tree(tree: Block, comments: Sequence[Comment] = ()) -> Printed:
    """Print a tree as JavaScript (see `printer`)."""
    from prediff.languages.javascript import printer

    return printer.print_tree(tree, comments)


def phrases() -> Callable[[Node], str]:
    """What prints a part of a statement by itself."""
    from prediff.languages.javascript import printer

    return printer.JavaScriptPrinter().phrase


LANGUAGE = Language(
    id="javascript",
    name="JavaScript",
    extensions=(".js", ".jsx", ".mjs", ".cjs"),
    read=read,
    print=print_tree,
    phrases=phrases,
    traits=Traits(
        negations={"===": "!==", "!==": "===", "==": "!=", "!=": "=="},
        keyword_parameters=False,
        block_scoped=frozenset({"let", "const", "class", "using", "await using"}),
        hoisted_functions=True,
        locals_readers=frozenset({"eval"}),
        locals_in_strings=False,
    ),
    lexicon=JAVASCRIPT,
)
