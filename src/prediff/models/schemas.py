"""The JSON that a model must answer with, and reading it: what is not of its schema is no answer."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, get_args

from prediff.model import ChangeKind
from prediff.models.protocols import Described, Opinion, Step
from prediff.models.wording import MAX_LENGTH, line_of

MAX_CHANGES = 8
MAX_IDS = 12
MAX_NAMES = 16
MAX_STEPS = 6
MAX_ANSWER = 20_000
"""Characters of an answer; a longer one is none."""
KINDS = get_args(ChangeKind)

Schema = Mapping[str, Any]
_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH}
_NAME = {"type": "string", "minLength": 1, "maxLength": 80}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: Any, most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}


SUMMARY: Schema = _object(summary=_TEXT)
OPINION: Schema = _object(equivalent={"enum": [True, False, None]}, reason=_TEXT)


def change_schema(left: int, right: int) -> Schema:
    """For a pair of units of so many statements."""
    ids = [_list({"type": "integer", "minimum": 1, "maximum": max(n, 1)}, MAX_IDS) for n in (left, right)]
    change = _object(kind={"enum": list(KINDS)}, left=ids[0], right=ids[1], text=_TEXT)
    return _object(changes=_list(change, MAX_CHANGES))


NAMES: Schema = _object(names=_list(_object(right=_NAME, left=_NAME), MAX_NAMES))


def steps_schema(rules: Collection[str], left: int, right: int) -> Schema:
    """For steps of those rules on a pair of units of so many statements."""
    statement = {"type": "integer", "minimum": 1, "maximum": max(left, right, 1)}
    step = _object(rule={"enum": sorted(rules)}, side={"enum": ["left", "right"]}, statement=statement)
    return _object(steps=_list(step, MAX_STEPS))


def read_summary(answer: str | None) -> str | None:
    """The line of a summary, harmless; None where the answer is none."""
    found = _read(answer, ("summary",))
    return _line(found["summary"]) if found else None


def read_changes(answer: str | None, left: int, right: int) -> tuple[Described, ...] | None:
    """What changed in a pair of units of so many statements. One unknown statement, and there is no answer."""
    found = _read(answer, ("changes",))
    if found is None or not _is_list(found["changes"], MAX_CHANGES):
        return None
    changes = []
    for one in found["changes"]:
        if not _has(one, ("kind", "left", "right", "text")) or one["kind"] not in KINDS:
            return None
        sides = _ids(one["left"], left), _ids(one["right"], right)
        text = _line(one["text"])
        if sides[0] is None or sides[1] is None or text is None or not any(sides):
            return None
        changes.append(Described(one["kind"], sides[0], sides[1], text))
    return tuple(changes)


def read_names(answer: str | None) -> dict[str, str] | None:
    """Names of the right and those of the left that they correspond to; a name twice, and there is no answer."""
    found = _read(answer, ("names",))
    if found is None or not _is_list(found["names"], MAX_NAMES):
        return None
    names: dict[str, str] = {}
    for one in found["names"]:
        if not _has(one, ("right", "left")) or not all(_is_name(one[side]) for side in ("right", "left")):
            return None
        if one["right"] in names or one["left"] in names.values():
            return None
        names[one["right"]] = one["left"]
    return names


def read_steps(answer: str | None, rules: Collection[str], left: int, right: int) -> tuple[Step, ...] | None:
    """Steps of those rules."""
    found = _read(answer, ("steps",))
    if found is None or not _is_list(found["steps"], MAX_STEPS):
        return None
    steps = []
    for one in found["steps"]:
        if not _has(one, ("rule", "side", "statement")) or one["side"] not in ("left", "right"):
            return None
        most = left if one["side"] == "left" else right
        # What is no word may not even be looked up in them.
        if (
            not isinstance(one["rule"], str)
            or one["rule"] not in rules
            or _ids([one["statement"]], most) is None
        ):
            return None
        steps.append(Step(one["rule"], one["side"], one["statement"]))
    return tuple(steps)


def read_opinion(answer: str | None) -> Opinion | None:
    found = _read(answer, ("equivalent", "reason"))
    if found is None or not any(found["equivalent"] is word for word in (True, False, None)):
        return None
    reason = _line(found["reason"])
    return Opinion(found["equivalent"], reason) if reason else None


def _read(answer: str | None, keys: tuple[str, ...]) -> dict[str, Any] | None:
    """The object of an answer that has these keys and no other."""
    if answer is None or len(answer) > MAX_ANSWER:
        return None
    try:
        found = json.loads(answer, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return found if _has(found, keys) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _has(found: Any, keys: tuple[str, ...]) -> bool:
    return isinstance(found, dict) and set(found) == set(keys)


def _is_list(found: Any, most: int) -> bool:
    return isinstance(found, list) and len(found) <= most


def _ids(found: Any, most: int) -> tuple[int, ...] | None:
    """Numbers of statements, each there is; `true` is no number."""
    if not _is_list(found, MAX_IDS):
        return None
    if not all(type(one) is int and 1 <= one <= most for one in found):
        return None
    return tuple(sorted(set(found)))


def _is_name(found: Any) -> bool:
    return isinstance(found, str) and len(found) <= 80 and found.isidentifier()


def _line(found: Any) -> str | None:
    """A line of words, harmless. What is longer than was asked for is no answer."""
    if not isinstance(found, str) or len(found) > MAX_LENGTH:
        return None
    return line_of(found) or None
