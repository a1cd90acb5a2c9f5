"""What a server answers, taken apart: its models, the text of an answer without thoughts, vectors; none is believed."""

from __future__ import annotations

import math
from typing import Any

from prediff.models.http.fetching import FetchError
from prediff.models.protocols import Vector

MAX_DIMENSIONS = 16_384


def names_of(data: Any) -> dict[str, Any]:
    """The models that a server lists, each with what it says of it. Raises FetchError."""
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise FetchError("no list of models")
    return {row["id"]: row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)}


def answer_of(data: Any) -> tuple[str, int]:
    """The text of an answer, "" where it is not finished, and its tokens. Raises FetchError."""
    try:
        content = data["choices"][0]["message"]["content"]
        usage = data.get("usage")
        tokens = usage.get("completion_tokens") if isinstance(usage, dict) else 0
    except (KeyError, IndexError, TypeError, AttributeError):
        raise FetchError("an answer of another form") from None
    if content is not None and not isinstance(content, str):
        raise FetchError("an answer of another form")
    counted = tokens if type(tokens) is int and 0 <= tokens < 1 << 31 else 0
    return (without_thoughts(content) if content else ""), counted


def without_thoughts(content: str) -> str:
    """What a model answers once it has thought; "" where it never came to an end, or no object is in it.

    Where a server does not hold it to a schema there may be words or a fence around its JSON: what stands between the
    outer braces counts.
    """
    text = content.strip()
    if not text.startswith("{"):
        # Some templates open the thought themselves, so that only its end is seen.
        head, end, rest = text.partition("</think>")
        if not end and head.startswith("<think>"):
            return ""
        text = rest if end else text
    begin, last = text.find("{"), text.rfind("}")
    return text[begin : last + 1] if 0 <= begin < last else ""


def vectors_of(data: Any, count: int) -> list[Vector]:
    """So many vectors, each of length 1, all of one size. Raises FetchError."""
    rows = data.get("data") if isinstance(data, dict) else None
    if not isinstance(rows, list) or len(rows) != count:
        raise FetchError("not one vector for each text")
    found: dict[int, Vector] = {}
    for row in rows:
        index = row.get("index") if isinstance(row, dict) else None
        if type(index) is not int or not 0 <= index < count:
            raise FetchError("not one vector for each text")
        found[index] = _unit(row.get("embedding"))
    if len(found) != count or len({len(vector) for vector in found.values()}) != 1:
        raise FetchError("not one vector for each text")
    return [found[index] for index in range(count)]


def _unit(values: Any) -> Vector:
    """A vector, at length 1. Raises FetchError."""
    if not isinstance(values, list) or not 0 < len(values) <= MAX_DIMENSIONS:
        raise FetchError("a vector of another form")
    if not all(type(value) in (int, float) and abs(value) < 1e30 for value in values):
        raise FetchError("a vector of another form")
    length = math.sqrt(sum(value * value for value in values))
    if not length:
        raise FetchError("a vector of zeros")
    return tuple(value / length for value in values)
