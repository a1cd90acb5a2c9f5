"""Python: two complete readers and one printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from prediff.errors import ParseError
from prediff.languages.language import Comment, Language, Printed, Reading, Traits
from prediff.languages.lexicon import PYTHON
from prediff.tree import Block, Node


def read(text: str, reader: str = "auto") -> Reading:
    """Read Python source with `ast`, with libcst where the running interpreter is too old for it, else by regions.

    Raises LimitError for text over a limit. A region that no reader accepts is `Opaque("unread", …)` in the tree.
    """
    from prediff.languages.python.comments import find_comments

    tree, used = _read_tree(text, reader)
    if tree is None:
        from prediff.languages.python.recovery import read_whole_regions

        return read_whole_regions(text)
    return Reading(tree, find_comments(text), used)


def _read_tree(text: str, reader: str) -> tuple[Block | None, str]:
    from prediff.languages.python import ast_reader

    if reader in ("auto", "ast"):
        try:
            return ast_reader.read(text), "ast"
        except ParseError:
            if reader == "ast":
                return None, ""
    from prediff.languages.python import cst_reader

    try:
        return cst_reader.read(text), "libcst"
    except ParseError:
        return None, ""


def print_tree(tree: Block, comments: Sequence[Comment] = ()) -> Printed:
    """Print a tree as Python (see `printer`)."""
    from prediff.languages.python import printer

    return printer.print_tree(tree, comments)


def phrases() -> Callable[[Node], str]:
    """What prints a part of a statement by itself."""
    from prediff.languages.python import printer

    return printer.PythonPrinter().phrase


LANGUAGE = Language(
    id="python",
    name="Python",
    extensions=(".py", ".pyi", ".pyw"),
    read=read,
    print=print_tree,
    phrases=phrases,
    traits=Traits(
        negations={"in": "not in", "not in": "in", "is": "is not", "is not": "is"},
        keyword_parameters=True,
        subclass_hooks=True,
        lazy_modules=True,
        exporting=frozenset({"__init__.py", "__init__.pyi"}),
    ),
    readers=("auto", "ast", "libcst"),
    lexicon=PYTHON,
)
