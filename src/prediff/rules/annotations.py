"""Rules on what only type checkers read."""

from __future__ import annotations

from prediff.facts import Facts
from prediff.rules.rule import Example, Rule
from prediff.tree import Attribute, Block, Call, If, Index, Literal, Name, Node, Tuple, update

UNREAD = frozenset({"annotations-unread", "source-unread"})
CHECKING = ("typing.TYPE_CHECKING", "typing_extensions.TYPE_CHECKING")
CAST = ("typing.cast", "typing_extensions.cast")


def _drop_checking(block: Block, facts: Facts) -> Node | None:
    body: list[Node] = []
    for node in block.body:
        if isinstance(node, If) and facts.qualified(node.test) in CHECKING:
            body += node.orelse.body if node.orelse is not None else ()
        else:
            body.append(node)
    return (
        update(block, body=tuple(body)) if len(body) != len(block.body) or body != list(block.body) else None
    )


def _drop_cast(call: Call, facts: Facts) -> Node | None:
    if len(call.args) != 2 or facts.qualified(call.func) not in CAST or not _is_type(call.args[0]):
        return None
    value = call.args[1]
    return None if value.__class__.__name__ in ("Keyword", "Star") else value


def _is_type(node: Node) -> bool:
    """Whether an expression looks like a type: evaluating it does nothing under annotations-unread."""
    if isinstance(node, Index):
        return _is_type(node.value) and _is_type(node.index)
    if isinstance(node, Attribute):
        return _is_type(node.value)
    if isinstance(node, Tuple):
        return all(_is_type(i) for i in node.items)
    return isinstance(node, (Name, Literal))


RULES: tuple[Rule, ...] = (
    Rule(
        id="type-checking-block",
        family="annotations",
        summary="Drop `if TYPE_CHECKING:`, which never runs.",
        languages={"python": UNREAD},
        on=(Block,),
        rewrite=_drop_checking,
        words=frozenset({"TYPE_CHECKING"}),
        why="`typing.TYPE_CHECKING` is False whenever code runs; the names that the block binds are for annotations.",
        examples=(
            Example("imports", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\nx()\n",
                    "from typing import TYPE_CHECKING\nx()\n"),
            Example("else", "import typing\nif typing.TYPE_CHECKING:\n    a()\nelse:\n    b()\n",
                    "import typing\nb()\n"),
        ),
        leaves_alone=(
            "TYPE_CHECKING = True\nif TYPE_CHECKING:\n    import a\n",
            "from mine import TYPE_CHECKING\nif TYPE_CHECKING:\n    import a\n",
            "from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    import a\n",
        ),
    ),
    Rule(
        id="cast",
        family="annotations",
        summary="Write `x`, not `cast(T, x)`.",
        languages={"python": UNREAD},
        on=(Call,),
        rewrite=_drop_cast,
        words=frozenset({"cast"}),
        why="`typing.cast` gives its second argument as it is; the first is a type, which nothing reads.",
        examples=(Example("cast", "from typing import cast\ny = cast(int, x)\n", "from typing import cast\ny = x\n"),),
        leaves_alone=(
            "from ctypes import cast\ny = cast(int, x)\n",
            "from typing import cast\ny = cast(f(), x)\n",
            "from typing import cast\ny = cast(int, *x)\n",
            "def cast(a, b):\n    return a\ny = cast(int, x)\n",
        ),
    ),
)  # fmt: skip
