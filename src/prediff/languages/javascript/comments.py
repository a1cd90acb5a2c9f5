"""Sorts JavaScript's comments: ordinary ones, directives for tools, and those that change what runs."""

from __future__ import annotations

import re
from typing import Any

_TOOL = re.compile(
    r"(?:/\*+|//+)[\s*]*(?:eslint\b|eslint-|prettier-ignore|istanbul |c8 |v8 ignore|jshint\b|jslint\b|jscs:|globals? "
    r"|exported |@ts-|@flow|@noflow|\$Flow|flow-|tslint:|biome-ignore|deno-lint|deno-fmt|oxlint|standard |cspell:"
    r"|spell-checker:|@formatter:|#region|#endregion|noinspection|sonar|NOSONAR|node-core|dprint-ignore)"
)
_CODE = re.compile(
    r"#!|<!--|-->|/[/*][#@]\s*source(?:Mapping)?URL|/\*[\s*]*@jsx|/\*[\s*]*[#@]__(?:PURE|NO_SIDE_EFFECTS|INLINE)__"
    r"|/\*[\s*]*@(?:jest|vitest)-environment|/// *<reference"
)
_MAGIC = re.compile(r"/\*\s*(?:webpack[A-Z]\w*\s*:|@vite-ignore|turbopack[A-Z]\w*\s*:)")


def is_magic(text: str) -> bool:
    """Whether bundlers read a comment before an argument (`import(/* webpackChunkName: "x" */ "./x")`)."""
    return bool(_MAGIC.match(text))


def classify(n: Any, text: str) -> str | None:
    """A comment's kind; None for one that its row keeps in the tree."""
    if is_magic(text):
        return None if _before_argument(n) else "code"
    if _CODE.match(text):
        return "code"
    return "tool" if _TOOL.match(text) else "ordinary"


def _before_argument(n: Any) -> bool:
    parent = n.parent
    if parent is None or parent.type != "arguments":
        return False
    following = n.next_named_sibling
    while following is not None and following.is_extra:
        following = following.next_named_sibling
    return following is not None
