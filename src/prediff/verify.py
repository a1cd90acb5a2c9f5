"""Checks what was printed: read again, it must be the tree it was printed from."""

from __future__ import annotations

from collections.abc import Sequence

from prediff.errors import PrediffError
from prediff.languages.language import Language, Printed
from prediff.tree import Block, Node, Opaque, Pass, Span, first_difference


def misprinted(
    tree: Block, printed: Printed, language: Language, skip: frozenset[Span]
) -> list[tuple[Node, str]]:
    """The top-level statements whose printed text does not read back as they are, with the reason.

    Statements whose span is in `skip` are taken on trust: both sides have the same bytes there.
    """
    lines = printed.text.split("\n")
    checked = [i for i, n in enumerate(tree.body) if n.span not in skip and not _is_exempt(n)]
    nodes = [tree.body[i] for i in checked]
    chunks = [_chunk(lines, printed.starts, i) for i in checked]
    if not nodes:
        return []
    together = _read_back("\n".join(chunks), language)
    if not isinstance(together, str) and len(together) == len(nodes):
        pairs = zip(nodes, together, strict=True)
        return [(node, reason) for node, other in pairs if (reason := _difference([node], [other]))]
    found = []
    for node, text in zip(nodes, chunks, strict=True):
        alone = _read_back(text, language)
        reason = alone if isinstance(alone, str) else _difference([node], alone)
        if reason:
            found.append((node, reason))
    # Statements that are right one by one but not together: none can be trusted.
    return found or [(node, "the printed file does not read back as it was") for node in nodes]


def _is_exempt(node: Node) -> bool:
    """Whether a statement is its own text, or (a `Pass`) may go without a trace."""
    return isinstance(node, Pass) or (isinstance(node, Opaque) and node.kind == "unread")


def _chunk(lines: list[str], starts: Sequence[int], i: int) -> str:
    end = starts[i + 1] if i + 1 < len(starts) else len(lines)
    return "\n".join(lines[starts[i] : end])


def _read_back(text: str, language: Language) -> list[Node] | str:
    """The statements that printed text reads as, or why it cannot be read."""
    try:
        reading = language.read(text, "auto")
    except PrediffError as error:
        return f"its printed form is not read: {error}"
    if reading.unread:
        return f"its printed form is not read: {reading.unread[0][1]}"
    return [n for n in reading.tree.body if not isinstance(n, Pass)]


def _difference(expected: list[Node], found: list[Node]) -> str:
    """How the statements that were read differ from those that were expected; "" if they are equal."""
    difference = first_difference(Block(tuple(expected)), Block(tuple(found)))
    return f"its printed form reads differently ({type(difference[0]).__name__})" if difference else ""
